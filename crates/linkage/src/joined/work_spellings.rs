//! Kinds of row and needs that agencies spell differently. A kind that is nearly a looked-for one would not count as that work, and one
//! need in two spellings would be two needs: nobody would seem to have the same work done twice.

use std::collections::BTreeMap;

use records::batch::Batch;
use records::fault::{Fault, visible};
use records::schema::RecordTable;
use records::spelling::{alike, folded, nearest};

/// Where a word was first read: the agency, the table and the row.
type FirstPlace = (String, &'static RecordTable, u64);

/// How many needs of one kind of work are compared with each other for typing slips. Every need is compared for letter case, blanks and
/// hyphens.
const MOST_COMPARED: usize = 1_000;

/// The kinds that are no work, and the needs of each kind of work, as agencies write them.
#[derive(Clone, Debug, Default)]
pub struct WorkSpellings {
    other_kinds: BTreeMap<(&'static str, String), FirstPlace>,
    /// The position of the work among those that are looked for, and the need.
    needs: BTreeMap<(usize, String), FirstPlace>,
}

impl WorkSpellings {
    /// Notes a row of an agency whose kind is no work that is looked for.
    pub fn other_kind(&mut self, agency: &str, batch: &Batch, row: usize, kind: &str) {
        let place = || (agency.to_owned(), batch.table, batch.places[row]);
        self.other_kinds.entry((batch.table.name, kind.to_owned())).or_insert_with(place);
    }

    /// Notes the need of a piece of work.
    pub fn need(&mut self, agency: &str, batch: &Batch, row: usize, work: usize, need: &str) {
        let place = || (agency.to_owned(), batch.table, batch.places[row]);
        self.needs.entry((work, need.to_owned())).or_insert_with(place);
    }

    /// What differs only in spelling, each with its table, as `agency/events`. `wanted` are the kinds that are looked for, and
    /// `others` those that are no work however near they look. What can only be a slip is refused; a need that may be another word is
    /// reported.
    #[must_use]
    pub fn faults(&self, wanted: &[(&RecordTable, &str)], others: &[String]) -> Vec<(String, Fault)> {
        self.kinds(wanted, others).into_iter().chain(self.of_needs()).collect()
    }

    /// Kinds that are nearly one that is looked for.
    fn kinds(&self, looked_for: &[(&RecordTable, &str)], others: &[String]) -> Vec<(String, Fault)> {
        let mut out = Vec::new();
        for ((table, words), (agency, of, row)) in &self.other_kinds {
            let wanted = || looked_for.iter().filter(|(of, _)| of.name == *table).map(|(_, kind)| *kind);
            let base = words.split_once(':').map_or(words.as_str(), |(base, _)| base.trim());
            let Some(meant) = nearest(words, wanted()).or_else(|| nearest(base, wanted())) else { continue };
            if [words.as_str(), base].iter().any(|word| others.iter().any(|other| other == word)) {
                continue;
            }
            let fix = format!(
                "write `{}`; if it is another kind, say so in duplication.toml: other_kinds = [\"{}\"]",
                visible(meant),
                visible(words)
            );
            let what = "this kind looks like one that is looked for, spelled differently";
            let fault = Fault::value(*row, &of.columns[of.column("kind")], words, what, fix);
            let expected = format!("`{}`, or a word that is clearly different", visible(meant));
            out.push((format!("{agency}/{table}"), Fault { expected, ..fault }.refused()));
        }
        out
    }

    /// Needs of one kind of work that are another one spelled differently.
    fn of_needs(&self) -> Vec<(String, Fault)> {
        let mut out = Vec::new();
        let works: Vec<(&(usize, String), &FirstPlace)> = self.needs.iter().collect();
        for needs in works.chunk_by(|one, other| one.0.0 == other.0.0) {
            let mut first: BTreeMap<String, (&str, &FirstPlace)> = BTreeMap::new();
            for ((_, need), place) in needs.iter().filter(|((_, need), _)| !need.is_empty()) {
                match first.get(&folded(need)) {
                    Some((meant, other)) => out.push(one_need((need, place), (meant, other))),
                    None => {
                        first.insert(folded(need), (need, place));
                    }
                }
            }
            let compared: Vec<(&str, &FirstPlace)> = first.into_values().take(MOST_COMPARED).collect();
            for (at, one) in compared.iter().enumerate() {
                let slips = compared[..at].iter().filter(|other| alike(one.0, other.0));
                out.extend(
                    slips
                        .map(|other| one_need(*one, *other))
                        .map(|(file, fault)| (file, Fault { what: SLIP, ..fault }.warning())),
                );
            }
        }
        out
    }
}

const SLIP: &str = "two needs of one kind of work look like one, and are two needs";

/// A fault of a need that is another one in another spelling.
fn one_need((need, place): (&str, &FirstPlace), (other, first): (&str, &FirstPlace)) -> (String, Fault) {
    let (agency, table, row) = place;
    let what = "one need in two spellings would be two needs";
    let fix = "spell the need the same way in every agency's records";
    let column = if table.name == "events" { "class" } else { "kind" };
    let fault = Fault::value(*row, &table.columns[table.column(column)], need, what, fix);
    let expected = format!("`{}`, as in {}/{} row {}", visible(other), first.0, first.1.name, first.2);
    (format!("{agency}/{}", table.name), Fault { expected, ..fault }.refused())
}
