//! The front sheet of a pack: what it is about, where to look, how to repeat it.

use base::reader::StatedNumber;
use simulation::self_checks::SelfCheck;

use super::assumptions::{Support, count};
use super::packed_command::PROGRAM;
use super::packed_run::PackedRun;
use super::plain_text::{head, row, text as plain};
use super::{checks, inputs};
use report::words;

pub(crate) fn text(run: &PackedRun<'_>, made: &[SelfCheck], numbers: &[StatedNumber]) -> String {
    let mut out = format!("# Assurance pack: {}\n\n", plain(&run.scheme.name));
    out += &format!("Assumptions: {}.\n\n", plain(&run.assumptions.name));
    out += &run.stress.map_or(String::new(), |stress| format!("{}\n\n", plain(&words::verdict(stress))));
    out += &format!("Written by {PROGRAM}, with\n\n    {}\n\n", run.command.arguments(inputs::FOLDER).join(" "));
    out += &format!(
        "- Checks: {}\n- Numbers: {} with a source, {} assumptions, {} without a source.\n",
        checks::summary(made),
        count(numbers, Support::Sourced),
        count(numbers, Support::Assumption),
        count(numbers, Support::NoSource)
    );
    if let Some(stress) = run.stress {
        let unseen = words::not_looked_for(stress).count();
        out += &format!("- Risks: {} looked for, {unseen} not looked for.\n", words::looked_for(stress).count());
    }
    out + "\n## What is in it\n\n" + &contents(run) + "\n" + AGAIN + "\n## Inputs\n\n" + &input_table(run)
}

fn contents(run: &PackedRun<'_>) -> String {
    let mut out = head(&["file", "what it holds"]);
    let result: Vec<String> = run.results.iter().map(|(name, _)| format!("`result/{name}`")).collect();
    for (file, holds) in [
        ("`inputs/`", "the scheme's files, byte for byte as they were read"),
        ("`manifest.json`", "the command, its options, the program's version, each input's hash"),
        ("`assumptions.md`, `assumptions.csv`", "every number with its range and source; warnings first"),
        ("`checks.md`, `checks.csv`", "the checks that were run, each with its figure"),
        ("`limits.md`", "what was not looked for, what the all-clear depends on, what the model leaves out"),
        ("`description.md`", "the model on these files, in the ODD form (Grimm and others 2020)"),
        (&result.join(", "), "the result"),
        ("`result/errors.csv`", "the simulation error of every number in `result/report.json`, or why it has none"),
        ("`SHA256SUMS`", "the hash of every file above and of this one"),
        ("`sign-off.md`", "lines for the analyst, the reviewer and the commissioner; the only file to be filled in"),
    ] {
        if file != "`result/errors.csv`" || run.stress.is_some() {
            // File names are ours, and are shown as code.
            out += &format!("| {file} | {holds} |\n");
        }
    }
    out
}

const AGAIN: &str = "## How to check it\n\n\
    Without this program: `sha256sum -c SHA256SUMS` shows whether a file was changed since.\n\n\
    With it: `wellspent verify DIR` repeats the run from `inputs`, runs the checks again, and compares every byte. It \
    lists what differs, and ends with exit code 1 if anything does.\n";

fn input_table(run: &PackedRun<'_>) -> String {
    let list = inputs::list(run.folder);
    let rows = list.iter().map(|input| row(&[&input.name, &input.bytes.to_string(), &input.sha256]));
    let people = list.iter().filter(|input| !input.copied).map(|input| {
        format!(
            "\n{} is a table of people and is not copied. To repeat the run, put it where the assumptions file names it, seen from \
             `{}`.\n",
            plain(&input.name),
            inputs::FOLDER
        )
    });
    head(&["file", "bytes", "SHA-256"]) + &rows.collect::<String>() + &people.collect::<String>()
}
