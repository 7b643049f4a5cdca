//! Who holds which lots, by region and by provider, for the terminal and for other programs.

use base::day::{Day, NEVER, date};
use base::english::counted;
use records::lots::{Lot, holdings, regions};
use schemars::JsonSchema;
use serde::Serialize;

use crate::machine_readable::JsonDocument;

use crate::terminal::Terminal;

/// The number of lots, a table of regions and a table of providers.
#[must_use]
pub fn text(lots: &[Lot], terminal: Terminal) -> String {
    let by_provider = holdings(lots.iter());
    let holders = by_provider.values().filter(|holding| holding.held > 0).count();
    let subcontractors = by_provider.values().filter(|holding| holding.worked_in > 0).count();
    let subcontracts: usize = lots.iter().map(|lot| lot.subcontractors.len()).sum();
    let mut out = format!(
        "{}, held by {}; {} with {}\n\n",
        counted(lots.len(), "lot", "lots"),
        counted(holders, "provider", "providers"),
        counted(subcontracts, "subcontract", "subcontracts"),
        counted(subcontractors, "provider", "providers"),
    );
    let rows = regions(lots.iter()).into_iter().map(|(name, region)| {
        let name = if name.is_empty() { "(no region)" } else { name };
        vec![name.to_owned(), region.lots.to_string(), region.holders.len().to_string(), region.subcontractors.len().to_string()]
    });
    let header = ["region", "lots", "held by", "subcontractors"].map(str::to_owned);
    out += &terminal.table(&header, &rows.collect::<Vec<_>>());
    let mut by_size: Vec<_> = by_provider.iter().collect();
    by_size.sort_by_key(|(name, holding)| (std::cmp::Reverse(holding.held), std::cmp::Reverse(holding.worked_in), **name));
    let rows = by_size.into_iter().map(|(name, holding)| {
        let share = 100.0 * f64::from(holding.held) / lots.len() as f64;
        vec![(*name).to_owned(), holding.held.to_string(), format!("{share:.1}%"), holding.worked_in.to_string()]
    });
    let header = ["provider", "lots", "share of lots", "works in"].map(str::to_owned);
    out + "\n" + &terminal.table(&header, &rows.collect::<Vec<_>>())
}

/// Who holds which lots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LotsDocument {
    /// one for each lot
    pub lots: Vec<LotEntry>,
    /// what there is to say of the records
    pub notes: Vec<String>,
}

/// One lot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LotEntry {
    /// the lot
    pub lot: String,
    /// the provider that holds it
    pub provider: String,
    /// the providers that work in it under a subcontract
    pub subcontractors: Vec<String>,
    /// the kind of lot; empty where none is stated
    pub kind: String,
    /// its region; empty where none is stated
    pub region: String,
    /// its area; empty where none is stated
    pub area: String,
    /// its first day; null where none is stated
    pub begins: Option<String>,
    /// the first day after its end; null where it has none
    pub ends: Option<String>,
}

impl LotsDocument {
    /// Lots in the order of the records.
    #[must_use]
    pub fn of(lots: &[Lot], notes: &[String]) -> LotsDocument {
        let lot = |lot: &Lot| LotEntry {
            lot: lot.lot.clone(),
            provider: lot.provider.clone(),
            subcontractors: lot.subcontractors.clone(),
            kind: lot.kind.clone(),
            region: lot.region.clone(),
            area: lot.area.clone(),
            begins: (lot.begins != Day::MIN).then(|| date(lot.begins).to_string()),
            ends: (lot.ends != NEVER).then(|| date(lot.ends).to_string()),
        };
        LotsDocument { lots: lots.iter().map(lot).collect(), notes: notes.to_vec() }
    }
}

impl JsonDocument for LotsDocument {
    const SCHEMA: &'static str = "wellspent-lots/1";
    const COMMAND: &'static str = "wellspent lots --json";
}
