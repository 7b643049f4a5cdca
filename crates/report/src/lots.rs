//! Who holds which lots, by region and by provider, for the terminal.

use records::lots::{Lot, holdings, regions};

use crate::quality::several;

/// The number of lots, a table of regions and a table of providers.
#[must_use]
pub fn text(lots: &[Lot]) -> String {
    let by_provider = holdings(lots.iter());
    let holders = by_provider.values().filter(|holding| holding.held > 0).count();
    let subcontractors = by_provider.values().filter(|holding| holding.worked_in > 0).count();
    let subcontracts: usize = lots.iter().map(|lot| lot.subcontractors.len()).sum();
    let mut out = format!(
        "{}, held by {}; {} with {}\n\n{:<24} {:>6} {:>9} {:>16}\n",
        several(lots.len() as u64, "lot", "lots"),
        several(holders as u64, "provider", "providers"),
        several(subcontracts as u64, "subcontract", "subcontracts"),
        several(subcontractors as u64, "provider", "providers"),
        "region",
        "lots",
        "held by",
        "subcontractors"
    );
    for (name, region) in regions(lots.iter()) {
        let name = if name.is_empty() { "(no region)" } else { name };
        out += &format!("{name:<24} {:>6} {:>9} {:>16}\n", region.lots, region.holders.len(), region.subcontractors.len());
    }
    out += &format!("\n{:<32} {:>6} {:>14} {:>10}\n", "provider", "lots", "share of lots", "works in");
    let mut by_size: Vec<_> = by_provider.iter().collect();
    by_size.sort_by_key(|(name, holding)| (std::cmp::Reverse(holding.held), std::cmp::Reverse(holding.worked_in), **name));
    for (name, holding) in by_size {
        let share = 100.0 * f64::from(holding.held) / lots.len() as f64;
        out += &format!("{name:<32} {:>6} {share:>13.1}% {:>10}\n", holding.held, holding.worked_in);
    }
    out
}
