//! The checks that are run for a pack, on this very scheme, when it is written and again when it is verified.

use contract::examples;
use simulation::self_checks::{SelfCheck, of_the_machinery, of_the_result};

use super::packed_command::PackedCommand;
use super::packed_run::PackedRun;
use super::plain_text::line;

/// Runs them all: the contract's own examples, the machinery, and the result where there is a stress test.
pub(crate) fn run(run: &PackedRun<'_>) -> Vec<SelfCheck> {
    let (PackedCommand::Stress { seed, .. } | PackedCommand::Fix { seed, .. } | PackedCommand::Sensitivity { seed }) =
        run.command;
    let mut checks = vec![worked_examples(run)];
    checks.extend(of_the_machinery(&run.folder.opened, run.scheme, run.assumptions, seed));
    checks.extend(run.stress.map(of_the_result).into_iter().flatten());
    checks
}

/// The rules pay what the worked examples in the scheme file say, to the penny.
fn worked_examples(run: &PackedRun<'_>) -> SelfCheck {
    let (found, _) = examples::run(run.scheme, &run.folder.opened);
    let amounts: usize = found.iter().map(|example| example.payments.len()).sum();
    let wrong: Vec<String> = found
        .iter()
        .flat_map(|example| example.payments.iter().map(move |payment| (example, payment)))
        .filter(|(_, (_, said, paid))| said != paid)
        .map(|(example, (clause, said, paid))| format!("{}, {clause}: the file says {said}, the rules pay {paid}", example.name))
        .collect();
    let names: Vec<&str> = found.iter().map(|example| example.name.as_str()).collect();
    SelfCheck {
        name: "the rules pay what the contract's worked examples say, to the penny",
        done: match found.len() {
            0 => "The scheme file has no [example.NAME] table.".to_owned(),
            n => format!("The rules priced the {n} worked examples of the scheme file: {}.", names.join(", ")),
        },
        holds: (!found.is_empty()).then_some(wrong.is_empty()),
        figure: match wrong.len() {
            0 if found.is_empty() => {
                "nothing to check: only a reader can say whether the rules were read as they were meant".to_owned()
            }
            0 => format!("{amounts} of {amounts} amounts agree"),
            n => format!("{n} of {amounts} amounts differ: {}", wrong.join("; ")),
        },
    }
}

/// "held", "FAILED" or "nothing to check".
pub(crate) fn outcome(check: &SelfCheck) -> &'static str {
    match check.holds {
        Some(true) => "held",
        Some(false) => "FAILED",
        None => "nothing to check",
    }
}

pub(crate) fn csv(checks: &[SelfCheck]) -> String {
    let rows = checks.iter().map(|check| line(&[check.name, outcome(check), &check.figure, &check.done]));
    line(&["check", "outcome", "figure", "what was done"]) + &rows.collect::<String>()
}

pub(crate) fn text(checks: &[SelfCheck]) -> String {
    let mut out = format!(
        "# Checks\n\nWe ran these checks on this scheme when the pack was written. `wellspent verify` runs them again. {}\n",
        summary(checks)
    );
    for check in checks {
        let name: String = check.name.chars().take(1).flat_map(char::to_uppercase).chain(check.name.chars().skip(1)).collect();
        out += &format!(
            "\n## {name}: {}\n\n{} Figure: {}.\n",
            outcome(check),
            super::plain_text::text(&check.done),
            super::plain_text::text(&check.figure)
        );
    }
    out + "\nThese checks show that the program did what it says on these files. They do not show that the files are right. See \
           `assumptions.md` and `limits.md` for that.\n"
}

/// "8 of 8 held."
pub(crate) fn summary(checks: &[SelfCheck]) -> String {
    let made = checks.iter().filter(|check| check.holds.is_some()).count();
    let held = checks.iter().filter(|check| check.holds == Some(true)).count();
    let empty = match checks.len() - made {
        0 => String::new(),
        1 => " For 1 there was nothing to check.".to_owned(),
        n => format!(" For {n} there was nothing to check."),
    };
    format!("{held} of {made} held.{empty}")
}
