//! Outcomes measured from a folder of records: what `measure`, `pay`, `why` and `claims` begin with, and what did not get into
//! the count, so that nothing is lost in silence.

use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use clap::Args;
use engine::measure::{self, Measured};
use engine::records::batch::Batch;
use engine::records::day::{Day, day};
use engine::records::fault::Grade;
use engine::records::{Need, Records};
use jiff::civil::Date;
use scheme::Scheme;

use crate::tables::{Loaded, load, whole};
use crate::{paint, payees};

/// The days for which a question is asked.
#[derive(Args, Clone, Copy)]
pub struct Days {
    /// The day for which the question is asked: what happened up to it counts
    #[arg(long, value_name = "DATE")]
    pub as_at: Date,
    /// Rows that became known after this day are as if they were not there [default: the day of --as-at]
    #[arg(long, value_name = "DATE")]
    pub known_at: Option<Date>,
}

impl Days {
    pub fn known_at(&self) -> Date {
        self.known_at.unwrap_or(self.as_at)
    }

    pub fn days(&self) -> (Day, Day) {
        (day(self.as_at), day(self.known_at()))
    }
}

/// Records, and what became of everyone.
pub struct Live {
    pub folder: PathBuf,
    /// The folders with tables: the folder itself, or those of its agencies.
    pub folders: Vec<PathBuf>,
    /// The ids of the table of providers, where there is one.
    pub providers: Option<Vec<String>>,
    /// Claims of agencies, under the persons they are about; a single folder's are read where they are asked for.
    pub claims: Option<Vec<Batch>>,
    pub records: Records,
    pub measured: Measured,
    /// In rows that were left out.
    pub faults: usize,
}

/// Which records the rules of a scheme ask for.
pub fn need(scheme: &Scheme) -> anyhow::Result<Need> {
    measure::need(scheme).map_err(|without| {
        anyhow!(
            "the scheme does not say how to measure {}\n\nhint: add [outcome.{}.measured] with its rule; docs/outcomes.md has them all",
            without.join(", "),
            without[0]
        )
    })
}

/// Reads what a scheme's rules ask for, and measures.
pub fn live(scheme: &Scheme, folder: &Path, days: Days) -> anyhow::Result<Live> {
    let need = need(scheme)?;
    let Loaded { records, faults } = load(folder, need)?;
    if let Some((file, fault)) = faults.iter().find(|(_, fault)| fault.grade == Grade::File) {
        let folder = folder.display();
        bail!("{folder}/{file} cannot be read: {}\n\nhint: wellspent records check {folder} says more", fault.what);
    }
    let providers = payees::table(folder)?;
    let (as_at, known_at) = days.days();
    let measured = measure::measure(scheme, &records, as_at, known_at);
    Ok(Live {
        folder: folder.to_owned(),
        folders: vec![folder.to_owned()],
        providers,
        claims: None,
        records,
        measured,
        faults: faults.len(),
    })
}

impl Live {
    /// The table of claims; `None` where there is none.
    pub fn claims(&self) -> anyhow::Result<Option<Vec<Batch>>> {
        if self.claims.is_some() {
            return Ok(self.claims.clone());
        }
        let (claims, faults) = whole(&self.folder, "claims")?;
        if faults > 0 {
            paint::stderr(&format!("note: {faults} faults in the table of claims; their rows are left out"));
        }
        Ok(Some(claims).filter(|claims| !claims.is_empty()))
    }

    /// Says what did not get into the count.
    pub fn say_left_out(&self) {
        if self.faults > 0 {
            let folder = self.folder.display();
            paint::stderr(&format!(
                "note: {} faults in the records; their rows are left out: wellspent records check {folder}",
                self.faults
            ));
        }
        if self.records.unknown_people > 0 {
            paint::stderr(&format!(
                "note: {} rows are about people who are not in the table of people; they are left out",
                self.records.unknown_people
            ));
        }
        if self.measured.elsewhere > 0 {
            paint::stderr(&format!(
                "note: {} starts lie outside the scheme's cohorts, areas or segments",
                self.measured.elsewhere
            ));
        }
    }
}
