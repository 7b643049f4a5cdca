//! Lots: contracts for one kind of service in one place. From the tables of lots and subcontracts: which provider holds what on
//! a day, by provider and by region.

use std::collections::{BTreeMap, BTreeSet};

use crate::batch::Batch;
use base::day::{Day, NEVER};

/// One lot.
#[derive(Clone, Debug, PartialEq)]
pub struct Lot {
    pub lot: String,
    /// The prime provider, which holds the lot.
    pub provider: String,
    /// The subcontractors, each once, in order; never the provider itself.
    pub subcontractors: Vec<String>,
    pub kind: String,
    pub region: String,
    pub area: String,
    /// The first day; [`Day::MIN`] if none is stated.
    pub begins: Day,
    /// The first day after the end, or [`NEVER`].
    pub ends: Day,
}

/// The lots of one provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LotsHeld {
    /// Lots that it holds.
    pub held: u32,
    /// Lots of others that it works in.
    pub worked_in: u32,
}

/// The lots of one region.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegionLots {
    pub lots: u32,
    pub holders: BTreeSet<String>,
    pub subcontractors: BTreeSet<String>,
}

impl Lot {
    #[must_use]
    pub fn runs_on(&self, day: Day) -> bool {
        self.begins <= day && day < self.ends
    }
}

/// Every lot known by a day, in the order of the table. A subcontract of a missing lot is left out; the gate reports it.
#[must_use]
pub fn lots(lots: &[Batch], subcontracts: &[Batch], known_at: Day) -> Vec<Lot> {
    let mut out = Vec::new();
    for (batch, row) in rows(lots, known_at) {
        let text = |name| batch.text(batch.table.column(name), row);
        let day = |name| batch.day(batch.table.column(name), row);
        out.push(Lot {
            lot: text("lot"),
            provider: text("provider"),
            subcontractors: Vec::new(),
            kind: text("kind"),
            region: text("region"),
            area: text("area"),
            begins: if day("begins") == NEVER { Day::MIN } else { day("begins") },
            ends: day("ends"),
        });
    }
    let places: BTreeMap<String, usize> = out.iter().enumerate().map(|(at, lot)| (lot.lot.clone(), at)).collect();
    for (batch, row) in rows(subcontracts, known_at) {
        let text = |name| batch.text(batch.table.column(name), row);
        if let Some(at) = places.get(&text("lot")) {
            out[*at].subcontractors.push(text("provider"));
        }
    }
    for lot in &mut out {
        lot.subcontractors.retain(|provider| *provider != lot.provider);
        lot.subcontractors.sort();
        lot.subcontractors.dedup();
    }
    out
}

/// A row of the table of subcontracts that adds no subcontractor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdleSubcontract {
    pub row: u64,
    pub lot: String,
    pub provider: String,
    pub why: WhyIdle,
}

/// Why a subcontract adds no subcontractor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyIdle {
    /// The provider holds the lot itself.
    HoldsTheLot,
    /// An earlier row has the same lot and provider: the number of its row.
    Repeats(u64),
}

/// Subcontracts known by a day that add no subcontractor to a lot, in the order of the table.
#[must_use]
pub fn idle_subcontracts(lots: &[Lot], subcontracts: &[Batch], known_at: Day) -> Vec<IdleSubcontract> {
    let holders: BTreeMap<&str, &str> = lots.iter().map(|lot| (lot.lot.as_str(), lot.provider.as_str())).collect();
    let (mut out, mut first) = (Vec::new(), BTreeMap::new());
    for (batch, row) in rows(subcontracts, known_at) {
        let text = |name| batch.text(batch.table.column(name), row);
        let (lot, provider, row) = (text("lot"), text("provider"), batch.places[row]);
        let holds = holders.get(lot.as_str()).is_some_and(|holder| *holder == provider);
        let before = *first.entry((lot.clone(), provider.clone())).or_insert(row);
        let why = match holds {
            true => WhyIdle::HoldsTheLot,
            false if before != row => WhyIdle::Repeats(before),
            false => continue,
        };
        out.push(IdleSubcontract { row, lot, provider, why });
    }
    out
}

/// The names of all providers that hold or work in a lot, in order.
#[must_use]
pub fn providers(lots: &[Lot]) -> Vec<&str> {
    let all = lots.iter().flat_map(|lot| std::iter::once(&lot.provider).chain(&lot.subcontractors));
    all.map(String::as_str).collect::<BTreeSet<&str>>().into_iter().collect()
}

/// The rows known by a day.
fn rows(batches: &[Batch], known_at: Day) -> impl Iterator<Item = (&Batch, usize)> {
    let all = batches.iter().flat_map(|batch| (0..batch.rows()).map(move |row| (batch, row)));
    all.filter(move |(batch, row)| {
        let known = batch.day(batch.table.column("known"), *row);
        known == NEVER || known <= known_at
    })
}

/// The lots of each provider, in the order of names.
#[must_use]
pub fn holdings<'a>(lots: impl Iterator<Item = &'a Lot>) -> BTreeMap<&'a str, LotsHeld> {
    let mut out: BTreeMap<&str, LotsHeld> = BTreeMap::new();
    for lot in lots {
        out.entry(&lot.provider).or_default().held += 1;
        for provider in &lot.subcontractors {
            out.entry(provider).or_default().worked_in += 1;
        }
    }
    out
}

/// The lots of each region, in the order of names.
#[must_use]
pub fn regions<'a>(lots: impl Iterator<Item = &'a Lot>) -> BTreeMap<&'a str, RegionLots> {
    let mut out: BTreeMap<&str, RegionLots> = BTreeMap::new();
    for lot in lots {
        let region = out.entry(&lot.region).or_default();
        region.lots += 1;
        region.holders.insert(lot.provider.clone());
        region.subcontractors.extend(lot.subcontractors.iter().cloned());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::table;
    use base::day::parse;

    fn batch(name: &str, columns: [&str; 4], rows: &[[&str; 4]]) -> Batch {
        let mut batch = Batch::empty(table(name).expect("a table"));
        for row in rows {
            let cells: Vec<(&str, &str)> = columns.into_iter().zip(row.iter().copied()).collect();
            batch.push(&cells);
        }
        batch
    }

    #[test]
    fn who_holds_what_on_a_day() {
        let of_lots = batch(
            "lots",
            ["lot", "provider", "region", "ends"],
            &[["1", "A", "N", "2027-03-01"], ["2", "A", "S", ""], ["3", "B", "N", ""]],
        );
        // A is named twice in lot 3, and works in its own lot 2, which makes it no subcontractor.
        let subcontracts = [["a", "3", "A", ""], ["b", "3", "A", ""], ["c", "2", "A", ""], ["d", "9", "C", ""]];
        let subcontracts = batch("subcontracts", ["subcontract", "lot", "provider", "known"], &subcontracts);
        let all = lots(&[of_lots], std::slice::from_ref(&subcontracts), Day::MAX);
        let idle = idle_subcontracts(&all, &[subcontracts], Day::MAX);
        let whys: Vec<_> = idle.iter().map(|idle| (idle.lot.as_str(), idle.why)).collect();
        assert_eq!(whys, [("3", WhyIdle::Repeats(idle[0].row - 1)), ("2", WhyIdle::HoldsTheLot)]);
        assert_eq!(providers(&all), ["A", "B"]);
        let held =
            |holdings: &BTreeMap<&str, LotsHeld>, name| holdings.get(name).map(|holding| (holding.held, holding.worked_in));
        let holdings_of_all = holdings(all.iter());
        assert_eq!(
            (held(&holdings_of_all, "A"), held(&holdings_of_all, "B"), held(&holdings_of_all, "C")),
            (Some((2, 1)), Some((1, 0)), None)
        );
        let on = |day: &[u8]| all.iter().filter(|lot| lot.runs_on(parse(day).expect("a day"))).count();
        assert_eq!((on(b"2027-02-28"), on(b"2027-03-01")), (3, 2), "the end of a lot is the first day after it");
        let regions = regions(all.iter());
        let counted = |region: &RegionLots| (region.lots, region.holders.len(), region.subcontractors.len());
        assert_eq!((counted(&regions["N"]), counted(&regions["S"])), ((2, 2, 1), (1, 1, 0)));
    }
}
