//! Automation. `cargo xtask test` installs what the tests need and runs everything that must be true; `cargo xtask kill` runs
//! the longest of them; `cargo xtask docs` writes the parts of the documents that come from the code, `cargo xtask mutations`
//! the table of planted faults; the tests here hold the house to its own rules.

mod calibration;
mod docs;
mod messages;
mod mutations;
mod pages;
mod postgresql;
mod schemas;
mod sources;
mod structure;
mod test;
#[cfg(test)]
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

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
            Ok(if pages::check(&root(), &cargo)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Some("kill") => test::kill(&root(), &std::env::args().nth(2).unwrap_or_else(|| "1000".to_owned())),
        _ => anyhow::bail!(
            "say what to do\n\nhint: `cargo xtask test` runs everything; `cargo xtask pages` checks the pages in a browser; `cargo xtask kill 1000` kills the program so often in \
             the middle of its work; `cargo xtask docs` writes {}/, and the generated parts of {} and {}; `cargo xtask mutations` \
             strategy_results planted faults and writes their table into {}",
            schemas::FOLDER,
            docs::SCHEME_FILE,
            schemas::PAGE,
            mutations::VALIDITY
        ),
    }
}

/// The repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
