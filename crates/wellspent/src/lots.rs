//! Lists who holds which lots on a day, and who works in them.

use std::path::PathBuf;

use base::day::{Day, day};
use base::hidden_characters::visible;
use base::money::thousands;
use jiff::civil::Date;
use records::gate::quality::AcceptedFaults;
use records::lots::{self, IdleSubcontract, Lot, WhyIdle};
use records::spelling;
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
    let known_at = request.known_at.map_or(Day::MAX, day);
    let mut lots = lots::lots(of_lots, subcontracts, known_at);
    let mut notes = quality::notes(&loaded.quality);
    notes.extend(lots::idle_subcontracts(&lots, subcontracts, known_at).iter().map(idle));
    lots.retain(|lot| request.as_at.is_none_or(|as_at| lot.runs_on(day(as_at))));
    notes.extend(spelling::groups(&lots::providers(&lots)).iter().map(|names| one_name(names)));
    Ok(LotsReport { lots, notes })
}

/// A subcontract that adds no subcontractor.
fn idle(subcontract: &IdleSubcontract) -> String {
    let IdleSubcontract { row, lot, provider, why } = subcontract;
    let (row, lot, provider) = (thousands(*row as i64), visible(lot), visible(provider));
    match why {
        WhyIdle::HoldsTheLot => {
            format!("subcontracts, row {row}: {provider} holds the lot {lot} itself, so this subcontract is not counted.")
        }
        WhyIdle::Repeats(before) => format!(
            "subcontracts, row {row}: {provider} is a subcontractor of the lot {lot} in row {} too, and is counted once.",
            thousands(*before as i64)
        ),
    }
}

/// Providers whose names look like one: each is counted on its own.
fn one_name(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| visible(name)).collect();
    format!("The providers {} look like one name spelled differently, and each is counted on its own.", names.join(" and "))
}
