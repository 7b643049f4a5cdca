//! Lists who holds which lots on a day, and who works in them.

use std::path::PathBuf;

use base::day::{Day, day};
use jiff::civil::Date;
use records::gate::quality::AcceptedFaults;
use records::lots::{self, Lot};
use report::lots::LotsDocument;
use report::quality;

use crate::Terminal;
use crate::error::Error;
use crate::gate::{self, WantedRecords};

/// Which lots are listed.
#[derive(Clone, Debug)]
pub struct LotsRequest {
    /// The folder with the table of lots, and of subcontracts if there is one.
    pub records: PathBuf,
    /// Only lots that run on this day; all without it.
    pub as_at: Option<Date>,
    /// Rows that became known after this day are left out.
    pub known_at: Option<Date>,
    /// Somebody accepts faults that may change the result.
    pub accepted: Option<AcceptedFaults>,
}

/// The lots.
#[derive(Clone, Debug, PartialEq)]
pub struct LotsReport {
    pub lots: Vec<Lot>,
    pub notes: Vec<String>,
}

impl LotsReport {
    /// The lots for a terminal.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        report::lots::text(&self.lots, terminal)
    }

    /// The same for other programs.
    #[must_use]
    pub fn document(&self) -> LotsDocument {
        LotsDocument::of(&self.lots, &self.notes)
    }
}

/// Lists lots.
///
/// # Errors
/// The records do not allow a result, or have no table of lots.
pub fn lots(request: &LotsRequest) -> Result<LotsReport, Error> {
    let wanted = WantedRecords { tables: &["lots", "subcontracts"], ..WantedRecords::default() };
    let mut loaded = gate::load(&request.records, &wanted)?;
    loaded.judge(request.accepted.clone())?;
    let Some(of_lots) = loaded.tables.get("lots") else {
        let what = format!("there is no table of lots in {}", request.records.display());
        return Err(Error::failed(what, "docs/records.md describes the table"));
    };
    let subcontracts = loaded.tables.get("subcontracts").map_or(&[][..], Vec::as_slice);
    let mut lots = lots::lots(of_lots, subcontracts, request.known_at.map_or(Day::MAX, day));
    lots.retain(|lot| request.as_at.is_none_or(|as_at| lot.runs_on(day(as_at))));
    Ok(LotsReport { lots, notes: quality::notes(&loaded.quality) })
}
