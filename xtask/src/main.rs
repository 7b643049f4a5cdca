//! Automation: [`COMMANDS`] lists what there is to do. The tests here hold the house to its own rules.

mod calibration;
mod docs;
#[cfg(test)]
mod figures;
mod messages;
mod mutations;
mod pages;
mod postgresql;
mod schemas;
mod source_mutants;
mod sources;
mod structure;
mod test;
#[cfg(test)]
mod tidy;
mod watch;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What there is to do.
const COMMANDS: [(&str, &str); 12] = [
    ("test", "install what the tests need, then run everything that must be true"),
    ("pages", "check the pages in a browser"),
    ("picture", "make the picture of the README anew: the first screen of a report"),
    ("kill 1000", "kill the program 1,000 times in the middle of its work"),
    ("docs", "write the schemas, and the parts of the documents that come from the code"),
    ("mutations", "plant faults in simulated schemes and write their table into docs/validity/stress-test.md"),
    ("calibration", "compare forecasts with what is documented and write the table into docs/validity/calibration.md"),
    ("watch", "plant conduct in records, watch them and write the tables into docs/validity/watch.md; or --quick, --tuning"),
    ("source-mutants CRATE 300", "change the code in 300 places, one at a time, and ask whether a test notices"),
    ("messages", "list every message, and words that are not plain"),
    ("readability FILE", "count the words of sentences"),
    ("structure", "print names used twice, circles of imports, and lines that print"),
];

fn main() -> anyhow::Result<ExitCode> {
    match std::env::args().nth(1).as_deref() {
        Some("docs") => {
            let path = root().join(docs::SCHEME_FILE);
            std::fs::write(&path, docs::with_clauses(&std::fs::read_to_string(&path)?)?)?;
            let path = root().join(schemas::PAGE);
            std::fs::write(&path, schemas::with_tables(&std::fs::read_to_string(&path)?)?)?;
            std::fs::create_dir_all(root().join(schemas::FOLDER))?;
            for (name, text) in schemas::schemas() {
                std::fs::write(root().join(name), text)?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Some("mutations") => {
            let path = root().join(mutations::VALIDITY);
            let schemes = std::env::args().nth(2).map_or(Ok(mutations::SCHEMES), |number| number.parse())?;
            std::fs::write(&path, mutations::with_table(&std::fs::read_to_string(&path)?, schemes)?)?;
            Ok(ExitCode::SUCCESS)
        }
        Some("calibration") => {
            let path = root().join(calibration::PAGE);
            let (page, track_record) = calibration::with_table(&root(), &std::fs::read_to_string(&path)?)?;
            std::fs::write(&path, page)?;
            std::fs::write(root().join(calibration::TRACK_RECORD), track_record)?;
            Ok(ExitCode::SUCCESS)
        }
        Some("watch") => {
            watch::run(&root(), &std::env::args().skip(2).collect::<Vec<_>>(), &|text| test::say(text))?;
            Ok(ExitCode::SUCCESS)
        }
        Some("structure") => {
            structure::print(&std::env::args().nth(2).map_or_else(root, PathBuf::from));
            Ok(ExitCode::SUCCESS)
        }
        Some("messages") => {
            messages::print();
            Ok(ExitCode::SUCCESS)
        }
        Some("readability") => {
            messages::print_readability(&std::env::args().skip(2).collect::<Vec<_>>())?;
            Ok(ExitCode::SUCCESS)
        }
        Some("test") => test::run(&root()),
        Some("pages") => {
            let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
            let good = match pages::check(&root(), &cargo)? {
                pages::PageCheck::Good => true,
                pages::PageCheck::Faulty => false,
                pages::PageCheck::Skipped(why) => {
                    test::say(&format!("skipped: {why}"));
                    !test::in_ci()
                }
            };
            Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Some("picture") => {
            pages::picture(&root(), &std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()))?;
            Ok(ExitCode::SUCCESS)
        }
        Some("source-mutants") => source_mutants::run(&root(), &std::env::args().skip(2).collect::<Vec<_>>()),
        Some("kill") => test::kill(&root(), &std::env::args().nth(2).unwrap_or_else(|| "1000".to_owned())),
        _ => anyhow::bail!(
            "say what to do\n\n{}",
            COMMANDS.map(|(name, what)| format!("  cargo xtask {name:<28}{what}")).join("\n")
        ),
    }
}

/// The repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
