//! Duplication: the same work done twice. The input is persons, what each agency did with them, and unit costs. The output is
//! how many agencies hold each person; who has more than one assessment, lead worker, plan or case conference for the same need
//! in the same period; what the later pieces cost, by department; and which agencies overlap most.
//!
//! All of it depends on which records are the same person, so every count is made three times: as linked, with doubtful persons
//! split up, and with probable links added. Whether the second assessment was needed is not decided here.

use std::collections::{BTreeMap, BTreeSet};

use base::literal::{Duration, Plain};
use base::reader::Reader;

use super::work_spellings::WorkSpellings;
use crate::identity::RecordKey;
use crate::persons::{Member, RecordLink};
use crate::purpose::{Purpose, PurposeRefusal};
use base::day::{Day, NEVER};
use records::batch::{Batch, Name};
use records::fault::Fault;
use records::schema::{RecordColumn, RecordTable, ValueKind, table};

/// The file that says which kinds of row are which work.
pub const DUPLICATION_FILE: &str = "duplication.toml";

/// A kind of work that one agency could do for all.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkKind {
    pub name: String,
    /// The tables and the kinds of their rows that record it.
    pub kinds: Vec<(&'static RecordTable, String)>,
}

/// What counts as duplication.
#[derive(Clone, Debug, PartialEq)]
pub struct DuplicationRules {
    pub works: Vec<WorkKind>,
    /// Work done on one day counts for this many days. A second piece within them is for the same period.
    pub same_period_days: i32,
    /// Kinds of row that are no work, although they are spelled nearly like one.
    pub other_kinds: Vec<String>,
    /// The department that an agency belongs to. An agency without an entry is its own department.
    pub departments: BTreeMap<String, String>,
    /// Persons of lower quality are split up for the low counts.
    pub sure_from: f64,
    /// Links of at least this probability are added for the high counts.
    pub probable_from: f64,
}

impl Default for DuplicationRules {
    /// The words that docs/linkage.md gives, if no file says otherwise.
    fn default() -> DuplicationRules {
        let of = |name: &str, tables: &[&str]| {
            let kinds = tables.iter().filter_map(|name| table(name)).map(|table| (table, name.to_owned()));
            WorkKind { name: name.to_owned(), kinds: kinds.collect() }
        };
        DuplicationRules {
            works: vec![
                of("assessment", &["events", "contacts"]),
                of("lead worker", &["spells"]),
                of("plan", &["events", "spells"]),
                of("case conference", &["events", "contacts"]),
            ],
            same_period_days: 91,
            other_kinds: Vec::new(),
            departments: BTreeMap::new(),
            sure_from: 0.95,
            probable_from: 0.5,
        }
    }
}

/// Reads the file. The reader keeps the problems.
#[must_use]
pub fn read(reader: &Reader<'_>) -> DuplicationRules {
    let usual = DuplicationRules::default();
    let Some(file) = reader.document_or(
        DUPLICATION_FILE,
        "same_period = \"13 weeks\"",
        "docs/linkage.md has one to copy; without the file, the default kinds of work count",
    ) else {
        return usual;
    };
    let days = |duration: Duration| duration.in_days().unwrap_or((duration.in_months() * 30.437_5).round() as i64);
    let same_period = file.positive::<Duration>("same_period").map(days).and_then(|days| i32::try_from(days).ok());
    let share = |key: &str, usual: f64| match file.has(key) {
        true => file.required_within(key, (Plain(0.0), Plain(1.0)), "this is not a probability", "write 0.95 for 95%").0,
        false => usual,
    };
    let (sure_from, probable_from) = (share("sure_from", usual.sure_from), share("probable_from", usual.probable_from));
    let other_kinds = file.list("other_kinds").unwrap_or_default().into_iter().map(|(kind, _)| kind.trim().to_owned()).collect();
    let mut departments = BTreeMap::new();
    if let Some(section) = file.section("department") {
        for (agency, _) in section.keys() {
            departments.insert(agency.to_owned(), section.text(agency).unwrap_or_default().to_owned());
        }
    }
    let mut works = Vec::new();
    for work in file.section("work").iter().flat_map(base::reader::Section::sections) {
        let mut kinds = Vec::new();
        for name in ["events", "spells", "contacts"] {
            let listed = work.list(name).unwrap_or_default();
            let Some(table) = table(name) else { continue };
            kinds.extend(listed.into_iter().map(|(kind, _)| (table, kind.trim().to_owned())));
        }
        if kinds.is_empty() {
            let problem = work.problem("events", format!("[work.{}] names no kinds of row", work.name));
            work.push(
                problem.expected("events, spells or contacts = [\"a kind\"]").fix("name the kinds of row that record this work"),
            );
        }
        work.finish();
        works.push(WorkKind { name: work.name.clone(), kinds });
    }
    file.finish();
    DuplicationRules {
        works: if file.has("work") { works } else { usual.works },
        same_period_days: same_period.unwrap_or(usual.same_period_days),
        other_kinds,
        departments,
        sure_from,
        probable_from,
    }
}

impl DuplicationRules {
    /// Whether a purpose covers everything that is looked at.
    ///
    /// # Errors
    ///
    /// The first kind of row that it does not cover.
    pub fn covered_by(&self, purpose: &Purpose) -> Result<(), PurposeRefusal> {
        let mut kinds = self.works.iter().flat_map(|work| &work.kinds);
        kinds.try_for_each(|(table, kind)| purpose.rows(table, Some(kind)))
    }

    /// The kinds of row that are looked for, with their tables.
    #[must_use]
    pub fn kinds(&self) -> Vec<(&'static RecordTable, &str)> {
        self.works.iter().flat_map(|work| &work.kinds).map(|(table, kind)| (*table, kind.as_str())).collect()
    }

    #[must_use]
    pub fn department<'a>(&'a self, agency: &'a str) -> &'a str {
        self.departments.get(agency).map_or(agency, String::as_str)
    }
}

const fn column(name: &'static str, kind: ValueKind, required: bool, meaning: &'static str) -> RecordColumn {
    RecordColumn { name, kind, required, personal: false, meaning }
}

/// `unit-costs.csv`. Amounts are in pence, in the prices of the year that the row names. Convert them to one year before adding
/// them.
pub static UNIT_COSTS: RecordTable = RecordTable {
    name: "unit-costs",
    row: "What one piece of work costs a department: an assumption, with its range.",
    keyed: false,
    columns: &[
        column("work", ValueKind::Text, true, "the work, as in the list of works"),
        column(
            "department",
            ValueKind::Text,
            false,
            "the department whose cost it is; empty: every department without a row of its own",
        ),
        column("per", ValueKind::Choice(&["each", "month"]), true, "each piece, or each month that a spell overlaps"),
        column("unit_cost_pence", ValueKind::Amount, false, "pence; empty where `code` names an entry of the unit cost database"),
        column("low_pence", ValueKind::Amount, true, "the low end of the range"),
        column("high_pence", ValueKind::Amount, true, "the high end of the range"),
        column(
            "price_year",
            ValueKind::Text,
            false,
            "the year of the prices, such as 2010/11; empty where `code` names an entry",
        ),
        column(
            "source",
            ValueKind::Text,
            false,
            "where the number comes from, or why it is assumed; empty where `code` names an entry",
        ),
        column("code", ValueKind::Text, false, "the entry of the GMCA Unit Cost Database, such as SS6.0.2"),
    ],
};

/// An assumed unit cost with its range, its price year and its source.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitCost {
    pub work: String,
    /// Empty: every department.
    pub department: String,
    pub by_month: bool,
    /// Pence: as assumed, the low end, the high end.
    pub pence: [i64; 3],
    pub price_year: String,
    pub source: String,
}

/// An entry of a database of unit costs: pence, price year, source.
pub type CostEntry = (i64, String, String);

/// The rows of [`UNIT_COSTS`]. `entry` looks up a code.
#[must_use]
pub fn unit_costs(batches: &[Batch], entry: &dyn Fn(&str) -> Option<CostEntry>) -> (Vec<UnitCost>, Vec<Fault>) {
    let (mut costs, mut faults) = (Vec::new(), Vec::new());
    for batch in batches {
        let column = |name| batch.table.column(name);
        for row in 0..batch.rows() {
            let text = |name| batch.text(column(name), row);
            // The columns are in pence, and their values come in hundredths.
            let pence = |name| batch.amount(column(name), row).map(|hundredths| (hundredths + 50).div_euclid(100));
            let mut fault = |name, what, expected: &str, fix: &str| {
                faults.push(Fault {
                    expected: expected.to_owned(),
                    ..Fault::value(batch.places[row], &batch.table.columns[column(name)], &text(name), what, fix)
                });
            };
            let found = Some(text("code")).filter(|code| !code.is_empty()).map(|code| entry(&code));
            let (value, mut price_year, mut source) = match (pence("unit_cost_pence"), found) {
                (_, Some(None)) => {
                    fault(
                        "code",
                        "the unit cost database has no such entry",
                        "a code such as SS6.0.2",
                        "check the code, and that WELLSPENT_DATA names the folder with gmca_unit_costs in it",
                    );
                    continue;
                }
                (Some(pence), found) => {
                    let (_, year, source) = found.flatten().unwrap_or_default();
                    (pence, year, source)
                }
                (None, Some(Some(entry))) => entry,
                (None, None) => {
                    fault(
                        "unit_cost_pence",
                        "the row has neither a cost nor a code",
                        "pence, or a code",
                        "fill in one of the two",
                    );
                    continue;
                }
            };
            for (own, of) in [(text("price_year"), &mut price_year), (text("source"), &mut source)] {
                if !own.is_empty() {
                    *of = own;
                }
            }
            if price_year.is_empty() || source.is_empty() {
                fault(
                    "source",
                    "the row does not say where the number comes from",
                    "a source and a price year",
                    "name both; write \"assumption: …\" with the reason if there is no source",
                );
                continue;
            }
            let (low, high) = (pence("low_pence").unwrap_or(value), pence("high_pence").unwrap_or(value));
            if low < 0 || low > value || high < value {
                fault(
                    "low_pence",
                    "the cost is outside its range",
                    "low end, cost and high end in this order, none below zero",
                    "check the three amounts",
                );
                continue;
            }
            let by_month = text("per") == "month";
            costs.push(UnitCost {
                work: text("work"),
                department: text("department"),
                by_month,
                pence: [value, low, high],
                price_year,
                source,
            });
        }
    }
    (costs, faults)
}

/// One piece of work that an agency did with a person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PieceOfWork {
    /// The position of the record among the members.
    pub record: usize,
    pub work: usize,
    /// What it was about: the class of an event, or the text after a colon in the kind. Empty if the row names no need.
    pub need: String,
    pub from: Day,
    /// The first day for which it no longer counts.
    pub to: Day,
}

/// Adds the pieces of work in a batch of an agency's table: rows up to a day, known by a day. `people` gives the record of each
/// of the agency's own ids. Words that may hide work are noted.
pub fn pieces(
    out: &mut Vec<PieceOfWork>,
    spellings: &mut WorkSpellings,
    rules: &DuplicationRules,
    (agency, batch): (&str, &Batch),
    people: &BTreeMap<Name<'_>, usize>,
    (as_at, known_at): (Day, Day),
) {
    let table = batch.table;
    let at = |name: &str| table.columns.iter().position(|column| column.name == name);
    let (Some(person), Some(kind)) = (at("person"), at("kind")) else { return };
    let (Some(first), last, class) = (at("date").or(at("from")), at("to"), at("class")) else { return };
    for row in 0..batch.rows() {
        let known = at("known").map_or(NEVER, |column| batch.day(column, row));
        let from = batch.day(first, row);
        if from > as_at || known != NEVER && known > known_at {
            continue;
        }
        let Some(record) = batch.name(person, row).and_then(|name| people.get(&name)) else { continue };
        let words = batch.text(kind, row);
        let (base, after) = words.split_once(':').map_or((words.as_str(), ""), |(base, need)| (base.trim(), need.trim()));
        let is = |work: &WorkKind| work.kinds.iter().any(|(of, kind)| of.name == table.name && (*kind == words || kind == base));
        let Some(work) = rules.works.iter().position(is) else {
            spellings.other_kind(agency, batch, row, &words);
            continue;
        };
        let class = class.map(|column| batch.text(column, row)).filter(|class| !class.is_empty());
        let need = class.unwrap_or(after.to_owned());
        spellings.need(agency, batch, row, work, &need);
        let to = match last {
            Some(column) => batch.day(column, row).min(as_at + 1),
            None => from.saturating_add(rules.same_period_days),
        };
        out.push(PieceOfWork { record: *record, work, need, from, to });
    }
}

/// The person of each record under one variant of the linkage: the same number for the same person.
pub type PersonNumbers = Vec<usize>;

/// The three variants of the linkage: as linked, with doubtful persons split up, and with probable links added.
#[must_use]
pub fn variants(members: &[Member], links: &[RecordLink], rules: &DuplicationRules) -> [PersonNumbers; 3] {
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    let linked: PersonNumbers =
        members.iter().enumerate().map(|(at, member)| *first.entry(&member.person).or_insert(at)).collect();
    let split_up = members.iter().zip(&linked).enumerate();
    let split_up = split_up.map(|(at, (member, person))| if member.quality < rules.sure_from { at } else { *person }).collect();
    let of: BTreeMap<&RecordKey, usize> = members.iter().zip(&linked).map(|(member, person)| (&member.key, *person)).collect();
    let mut parent: Vec<usize> = (0..members.len()).collect();
    for link in links.iter().filter(|link| link.probability >= rules.probable_from) {
        let [Some(one), Some(other)] = [of.get(&link.pair[0]), of.get(&link.pair[1])] else { continue };
        let (one, other) = (root(&mut parent, *one), root(&mut parent, *other));
        parent[one.max(other)] = one.min(other);
    }
    let with_probable = linked.iter().map(|person| root(&mut parent, *person)).collect();
    [linked, split_up, with_probable]
}

/// The root of a joined set. Shortens the path to it.
fn root(parent: &mut [usize], mut at: usize) -> usize {
    while parent[at] != at {
        parent[at] = parent[parent[at]];
        at = parent[at];
    }
    at
}

/// A second agency did for a person what a first one had done, for the same need in the same period.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecondPiece {
    /// As in the variant of the linkage.
    pub person: usize,
    pub work: usize,
    pub need: String,
    /// The agency that was first, and the one that came second, third and so on.
    pub agencies: [String; 2],
    /// When the first piece began, and when the second.
    pub from: [Day; 2],
    /// Days for which both counted.
    pub days: i32,
}

/// Everything counted under one variant of the linkage.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DuplicationCounts {
    /// People by the number of agencies that hold them.
    pub held_by: BTreeMap<usize, usize>,
    /// People whom both agencies hold. Agencies are in the order of their names.
    pub both: BTreeMap<[String; 2], usize>,
    pub seconds: Vec<SecondPiece>,
}

/// The counts under one variant of the linkage.
#[must_use]
pub fn counts(members: &[Member], persons: &PersonNumbers, pieces: &[PieceOfWork]) -> DuplicationCounts {
    let mut agencies: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for (member, person) in members.iter().zip(persons) {
        agencies.entry(*person).or_default().insert(&member.key.agency);
    }
    let mut counts = DuplicationCounts::default();
    for holders in agencies.values() {
        *counts.held_by.entry(holders.len()).or_default() += 1;
        let holders: Vec<&str> = holders.iter().copied().collect();
        for (at, one) in holders.iter().enumerate() {
            for other in &holders[at + 1..] {
                *counts.both.entry([(*one).to_owned(), (*other).to_owned()]).or_default() += 1;
            }
        }
    }
    type Same<'a> = BTreeMap<(usize, usize, &'a str), Vec<(Day, &'a str, Day)>>;
    let mut same: Same<'_> = BTreeMap::new();
    for piece in pieces {
        let whose = (persons[piece.record], piece.work, piece.need.as_str());
        same.entry(whose).or_default().push((piece.from, &members[piece.record].key.agency, piece.to));
    }
    for ((person, work, need), mut done) in same {
        done.sort_unstable();
        let mut rest = done.as_slice();
        while let Some((&(from, agency, to), after)) = rest.split_first() {
            let within = after.iter().take_while(|(begins, _, _)| *begins < to).count();
            let mut seen = BTreeSet::from([agency]);
            for &(begins, other, ends) in after[..within].iter().filter(|(_, other, _)| seen.insert(*other)) {
                let agencies = [agency.to_owned(), other.to_owned()];
                let days = to.min(ends).saturating_sub(begins);
                counts.seconds.push(SecondPiece { person, work, need: need.to_owned(), agencies, from: [from, begins], days });
            }
            rest = &after[within..];
        }
    }
    counts
}

/// What the later pieces of work cost, and how many of them no unit cost covers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DuplicationCost {
    pub seconds: usize,
    pub pence: i64,
    pub without: usize,
}

/// The cost of later pieces, by department and work. `end` chooses the unit costs: 0 as assumed, 1 the low ends, 2 the high
/// ends.
#[must_use]
pub fn costs<'a>(
    counts: &'a DuplicationCounts,
    rules: &'a DuplicationRules,
    unit_costs: &[UnitCost],
    end: usize,
) -> BTreeMap<(&'a str, usize), DuplicationCost> {
    let mut costs: BTreeMap<(&str, usize), DuplicationCost> = BTreeMap::new();
    for second in &counts.seconds {
        let department = rules.department(&second.agencies[1]);
        let cost = costs.entry((department, second.work)).or_default();
        cost.seconds += 1;
        match unit_cost(unit_costs, &rules.works[second.work].name, department) {
            Some(unit) if unit.by_month => {
                // A month is a twelfth of 365.25 days.
                let (pence, days) = (i128::from(unit.pence[end]), i128::from(second.days));
                cost.pence += i64::try_from((pence * days * 1_200 + 18_262) / 36_525).unwrap_or(i64::MAX);
            }
            Some(unit) => cost.pence += unit.pence[end],
            None => cost.without += 1,
        }
    }
    costs
}

/// The department's own unit cost of a kind of work, otherwise that of every department.
#[must_use]
pub fn unit_cost<'a>(unit_costs: &'a [UnitCost], work: &str, department: &str) -> Option<&'a UnitCost> {
    let of = |wanted: &str| unit_costs.iter().find(|cost| cost.work == work && cost.department == wanted);
    of(department).or_else(|| of(""))
}

#[cfg(test)]
mod tests;
