//! The test bed of the watch: folders of records in which one provider shows one conduct of known size, and honest folders in which
//! nobody does, with the table of what a watch finds in them. It is written from the definitions of the risks and from what the
//! literature documents, and shares nothing with the detectors or with the simulation.
//!
//! `cargo xtask watch` draws every folder, asks [`flags`] what is raised, and writes the tables into `docs/validity/watch.md`.

mod altered;
mod calendar;
mod conduct;
mod facts;
mod flags;
mod folders;
mod honest;
mod keyed;
mod people;
mod person;
mod practice;
mod rates;
mod schemes;
mod score;
mod table;
mod tables;
#[cfg(test)]
mod tests;
mod watched_scheme;
mod world;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use base::day::Day;
use rayon::prelude::*;

use conduct::{CONDUCTS, SIZES, risk_key};
use flags::Flag;
use folders::{FULL, FolderPlan, QUICK, SeedSet};
use honest::HONEST;
use score::FolderScore;
use world::World;

/// Where the tables stand.
pub(crate) const PAGE: &str = "docs/validity/watch.md";
const BEGIN: &str = "<!-- watch: `cargo xtask watch` writes what follows -->\n";
const END: &str = "<!-- watch end -->\n";

/// What is asked of each folder: its scheme, its records and the day.
type Detectors<'a> = &'a (dyn Fn(&Path, &Path, Day) -> Result<Vec<Flag>> + Sync);

/// Does what the words after `cargo xtask watch` say. `say` shows what was done.
///
/// # Errors
/// The words are not understood, a folder cannot be written, or a watch fails on one.
pub(crate) fn run(root: &Path, words: &[String], say: &dyn Fn(&str)) -> Result<()> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        [] => {
            let path = root.join(PAGE);
            let page = std::fs::read_to_string(&path)?;
            let began = Instant::now();
            let text = tables_of(FULL, SeedSet::Reporting, &flags::flags)?;
            std::fs::write(&path, with_tables(&page, &text)?)?;
            say(&format!("{text}\n{:.0} seconds", began.elapsed().as_secs_f64()));
        }
        ["--quick"] => say(&tables_of(QUICK, SeedSet::Reporting, &flags::flags)?),
        ["--tuning"] => say(&tables_of(FULL, SeedSet::Tuning, &flags::flags)?),
        ["--tuning", "--quick"] | ["--quick", "--tuning"] => say(&tables_of(QUICK, SeedSet::Tuning, &flags::flags)?),
        ["folder", name, size, starts, number, folder] => {
            say(&write_one(name, size, starts.parse()?, number.parse()?, Path::new(folder))?);
        }
        _ => bail!(
            "say nothing more for the whole table, --quick, --tuning, or: folder NAME SIZE STARTS NUMBER DIR, such as\n  \
             cargo xtask watch folder \"parking of harder people\" documented 40 1 records-of-parking"
        ),
    }
    Ok(())
}

/// The page with fresh tables in it.
fn with_tables(page: &str, tables: &str) -> Result<String> {
    let (head, rest) = page.split_once(BEGIN).context("the page has lost the line before the tables")?;
    let (_, tail) = rest.split_once(END).context("the page has lost the line after the tables")?;
    Ok(format!("{head}{BEGIN}\n{tables}\n{END}{tail}"))
}

/// Draws every folder, asks what is raised on it, and makes the tables.
fn tables_of(counts: folders::FolderCounts, seeds: SeedSet, detectors: Detectors<'_>) -> Result<String> {
    let plans = folders::plans(counts, seeds);
    let scored: Vec<(FolderPlan, FolderScore)> = plans
        .into_par_iter()
        // Folders differ a hundredfold in size, so each is handed out by itself.
        .with_max_len(1)
        .map(|plan| {
            let folder = TemporaryFolder::new()?;
            tables::write_folder(&World::new(plan.setting), &folder.path)?;
            let raised = detectors(&folder.path.join(tables::SCHEME), &folder.path.join(tables::RECORDS), calendar::last_day())
                .with_context(|| format!("{:?}", plan.setting))?;
            Ok((plan, FolderScore::of(&plan.setting, &raised)))
        })
        .collect::<Result<_>>()?;
    Ok(table::tables(&scored))
}

/// Writes one folder with a tuning seed, to look at, and says what is in it.
fn write_one(name: &str, size: &str, starts: f64, number: u64, folder: &Path) -> Result<String> {
    let seed = SeedSet::Tuning.seed(number);
    let of_conduct = CONDUCTS.into_iter().find(|conduct| risk_key(conduct.facts().name) == risk_key(name));
    let of_honest = HONEST.into_iter().find(|honest| risk_key(honest.name()) == risk_key(name));
    let setting = match (of_conduct, of_honest) {
        (Some(conduct), _) => {
            let size = SIZES.into_iter().find(|known| known.name() == size).context("a size is half, documented or twice")?;
            folders::planted(conduct, size, 6, starts, seed)
        }
        (None, Some(honest)) => folders::honest(honest, starts, seed),
        (None, None) => {
            let names: Vec<&str> =
                CONDUCTS.iter().map(|conduct| conduct.facts().name).chain(HONEST.iter().map(|honest| honest.name())).collect();
            bail!("no folder is called {name:?}; these are known:\n  {}", names.join("\n  "))
        }
    };
    std::fs::create_dir_all(folder)?;
    tables::write_folder(&World::new(setting), folder)?;
    let provider = world::provider_name(setting.watched_provider());
    Ok(format!("{name} with {provider}, scheme {:?}, as at {}", setting.scheme.name(), base::day::date(calendar::last_day())))
}

/// A folder of its own, removed when it is no longer needed.
struct TemporaryFolder {
    path: PathBuf,
}

impl TemporaryFolder {
    fn new() -> Result<TemporaryFolder> {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("wellspent-watch-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path)?;
        Ok(TemporaryFolder { path })
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // Nothing depends on it: the system's own folder is emptied in the end.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}
