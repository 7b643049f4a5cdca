//! The same work done twice: in go persons, what each agency did with them, and unit costs; out come how many agencies hold each
//! person, who has more than one assessment, lead worker, plan or case conference for the same need in the same period, what the
//! second of each costs, by department, and which agencies overlap most.
//!
//! All of it hangs on who is who, so every count is made three times: as linked, with doubtful persons taken apart, and with
//! probable links taken in. Whether the second assessment could have been spared is not decided here.

use std::collections::{BTreeMap, BTreeSet};

use base::document::Reader;
use base::literal::{Duration, Plain};

use crate::identity::Key;
use crate::persons::{Link, Member};
use crate::purpose::{Purpose, Refusal};
use base::day::{Day, NEVER};
use records::batch::{Batch, Name};
use records::fault::Fault;
use records::schema::{Column, Kind, Table, table};

/// The file that says which kinds of row are which work.
pub const DUPLICATION_FILE: &str = "duplication.toml";

/// A kind of work that one agency could do for all.
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    pub name: String,
    /// The table and the kind of its rows that record it.
    pub kinds: Vec<(&'static Table, String)>,
}

/// What is looked for, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Looking {
    pub works: Vec<Work>,
    /// How many days something that happened on one day stands for: a second one within them is for the same period.
    pub same_period_days: i32,
    /// Whose money an agency spends; an agency without an entry is its own department.
    pub departments: BTreeMap<String, String>,
    /// Persons of less than this quality are taken apart for the lower counts.
    pub sure_from: f64,
    /// Links of at least this probability are taken in for the higher counts.
    pub probable_from: f64,
}

impl Default for Looking {
    /// The names that docs/linkage.md asks for, where no file says otherwise.
    fn default() -> Looking {
        let of = |name: &str, tables: &[&str]| {
            let kinds = tables.iter().filter_map(|name| table(name)).map(|table| (table, name.to_owned()));
            Work { name: name.to_owned(), kinds: kinds.collect() }
        };
        Looking {
            works: vec![
                of("assessment", &["events", "contacts"]),
                of("lead worker", &["spells"]),
                of("plan", &["events", "spells"]),
                of("case conference", &["events", "contacts"]),
            ],
            same_period_days: 91,
            departments: BTreeMap::new(),
            sure_from: 0.95,
            probable_from: 0.5,
        }
    }
}

/// Reads the file; problems are left with the reader.
#[must_use]
pub fn read(reader: &Reader<'_>) -> Looking {
    let usual = Looking::default();
    let Some(file) = reader.document_or(
        DUPLICATION_FILE,
        "same_period = \"13 weeks\"",
        "docs/linkage.md has one to copy; without the file the usual words are looked for",
    ) else {
        return usual;
    };
    let days = |duration: Duration| duration.in_days().unwrap_or((duration.in_months() * 30.437_5).round() as i64);
    let same_period = file.positive::<Duration>("same_period").map(days).and_then(|days| i32::try_from(days).ok());
    let share = |key: &str, usual: f64| match file.has(key) {
        true => file.required_within(key, (Plain(0.0), Plain(1.0)), "this is not a probability", "write 0.95 for 95 %").0,
        false => usual,
    };
    let (sure_from, probable_from) = (share("sure_from", usual.sure_from), share("probable_from", usual.probable_from));
    let mut departments = BTreeMap::new();
    if let Some(section) = file.section("department") {
        for (agency, _) in section.keys() {
            departments.insert(agency.to_owned(), section.text(agency).unwrap_or_default().to_owned());
        }
    }
    let mut works = Vec::new();
    for work in file.section("work").iter().flat_map(base::document::Section::sections) {
        let mut kinds = Vec::new();
        for name in ["events", "spells", "contacts"] {
            let listed = work.list(name).unwrap_or_default();
            let Some(table) = table(name) else { continue };
            kinds.extend(listed.into_iter().map(|(kind, _)| (table, kind.trim().to_owned())));
        }
        if kinds.is_empty() {
            let problem = work.problem("events", format!("[work.{}] names no rows", work.name));
            work.push(problem.expected("events, spells or contacts = [\"a kind\"]").fix("add the kinds of row that record it"));
        }
        work.finish();
        works.push(Work { name: work.name.clone(), kinds });
    }
    file.finish();
    Looking {
        works: if file.has("work") { works } else { usual.works },
        same_period_days: same_period.unwrap_or(usual.same_period_days),
        departments,
        sure_from,
        probable_from,
    }
}

impl Looking {
    /// Whether a purpose covers all that is looked at.
    ///
    /// # Errors
    /// The first kind of row that it does not cover.
    pub fn covered_by(&self, purpose: &Purpose) -> Result<(), Refusal> {
        let mut kinds = self.works.iter().flat_map(|work| &work.kinds);
        kinds.try_for_each(|(table, kind)| purpose.rows(table, Some(kind)))
    }

    #[must_use]
    pub fn department<'a>(&'a self, agency: &'a str) -> &'a str {
        self.departments.get(agency).map_or(agency, String::as_str)
    }
}

const fn column(name: &'static str, kind: Kind, required: bool, meaning: &'static str) -> Column {
    Column { name, kind, required, personal: false, meaning }
}

/// `unit-costs.csv`. Amounts are in pence, of whatever year the row says: who wants them in one year's prices brings them there
/// before.
pub static UNIT_COSTS: Table = Table {
    name: "unit-costs",
    row: "What one piece of work costs a department: an assumption, with its range.",
    keyed: false,
    columns: &[
        column("work", Kind::Text, true, "the work, as in the list of works"),
        column("department", Kind::Text, false, "whose cost it is; empty: that of every department without a row of its own"),
        column("per", Kind::Choice(&["each", "month"]), true, "each piece, or each month that a spell overlaps"),
        column("unit_cost_pence", Kind::Amount, false, "pence; empty where `code` names an entry of the unit cost database"),
        column("low_pence", Kind::Amount, true, "the low end of the range"),
        column("high_pence", Kind::Amount, true, "the high end of the range"),
        column("price_year", Kind::Text, false, "the year of the prices, such as 2010/11; empty where `code` names an entry"),
        column("source", Kind::Text, false, "where it comes from, or why it is assumed so; empty where `code` names an entry"),
        column("code", Kind::Text, false, "the entry of the GMCA Unit Cost Database, such as SS6.0.2"),
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
pub type Entry = (i64, String, String);

/// The rows of [`UNIT_COSTS`]; `entry` looks a code up.
#[must_use]
pub fn unit_costs(batches: &[Batch], entry: &dyn Fn(&str) -> Option<Entry>) -> (Vec<UnitCost>, Vec<Fault>) {
    let (mut costs, mut faults) = (Vec::new(), Vec::new());
    for batch in batches {
        let column = |name| batch.table.column(name);
        for row in 0..batch.rows() {
            let text = |name| batch.text(column(name), row);
            // The columns are in pence and their values come in hundredths.
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
                        "the database has no such entry",
                        "a code such as SS6.0.2",
                        "check the code, and that WELLSPENT_DATA names the folder with gmca_unit_costs",
                    );
                    continue;
                }
                (Some(pence), found) => {
                    let (_, year, source) = found.flatten().unwrap_or_default();
                    (pence, year, source)
                }
                (None, Some(Some(entry))) => entry,
                (None, None) => {
                    fault("unit_cost_pence", "the row has neither a cost nor a code", "pence, or a code", "give one of the two");
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
                    "nobody can say where the number comes from",
                    "a source and a price year",
                    "write \"assumption: …\" with the reason where no source gives it",
                );
                continue;
            }
            let (low, high) = (pence("low_pence").unwrap_or(value), pence("high_pence").unwrap_or(value));
            if low < 0 || low > value || high < value {
                fault(
                    "low_pence",
                    "the cost does not lie in its range",
                    "low, cost and high in this order, none below nought",
                    "check the three",
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

/// One piece of work that an agency did with somebody.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Piece {
    /// The position of the record among the members.
    pub record: usize,
    pub work: usize,
    /// What it was about: the class of an event, or what stands after a colon in the kind. Empty where nobody says.
    pub need: String,
    pub from: Day,
    /// The first day for which it does not stand any more.
    pub to: Day,
}

/// Adds the pieces of work in a batch of an agency's table: rows up to a day, known by a day. `people` says which record an
/// agency's own id of a person is.
pub fn pieces(
    out: &mut Vec<Piece>,
    looking: &Looking,
    batch: &Batch,
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
        let is = |work: &Work| work.kinds.iter().any(|(of, kind)| of.name == table.name && (*kind == words || kind == base));
        let Some(work) = looking.works.iter().position(is) else { continue };
        let class = class.map(|column| batch.text(column, row)).filter(|class| !class.is_empty());
        let to = match last {
            Some(column) => batch.day(column, row).min(as_at + 1),
            None => from.saturating_add(looking.same_period_days),
        };
        out.push(Piece { record: *record, work, need: class.unwrap_or(after.to_owned()), from, to });
    }
}

/// Whose each record is, under one reading of the links: the same number for the same person.
pub type Persons = Vec<usize>;

/// The three readings: as linked, doubtful persons taken apart, probable links taken in.
#[must_use]
pub fn readings(members: &[Member], links: &[Link], looking: &Looking) -> [Persons; 3] {
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    let linked: Persons = members.iter().enumerate().map(|(at, member)| *first.entry(&member.person).or_insert(at)).collect();
    let apart = members.iter().zip(&linked).enumerate();
    let apart = apart.map(|(at, (member, person))| if member.quality < looking.sure_from { at } else { *person }).collect();
    let of: BTreeMap<&Key, usize> = members.iter().zip(&linked).map(|(member, person)| (&member.key, *person)).collect();
    let mut parent: Vec<usize> = (0..members.len()).collect();
    for link in links.iter().filter(|link| link.probability >= looking.probable_from) {
        let [Some(one), Some(other)] = [of.get(&link.pair[0]), of.get(&link.pair[1])] else { continue };
        let (one, other) = (root(&mut parent, *one), root(&mut parent, *other));
        parent[one.max(other)] = one.min(other);
    }
    let together = linked.iter().map(|person| root(&mut parent, *person)).collect();
    [linked, apart, together]
}

/// The representative of a set, with the path to it shortened.
fn root(parent: &mut [usize], mut at: usize) -> usize {
    while parent[at] != at {
        parent[at] = parent[parent[at]];
        at = parent[at];
    }
    at
}

/// A second agency did for a person what a first had done, for the same need in the same period.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Second {
    /// As in the reading.
    pub person: usize,
    pub work: usize,
    pub need: String,
    /// The agency that was first, and the one that came second, third …
    pub agencies: [String; 2],
    /// When the first began, and when the second.
    pub from: [Day; 2],
    /// Days that both stood for.
    pub days: i32,
}

/// Everything counted under one reading.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    /// People by the number of agencies that hold them.
    pub held_by: BTreeMap<usize, usize>,
    /// People whom both agencies hold, the agencies in the order of their names.
    pub both: BTreeMap<[String; 2], usize>,
    pub seconds: Vec<Second>,
}

/// Counts under one reading.
#[must_use]
pub fn counts(members: &[Member], persons: &Persons, pieces: &[Piece]) -> Counts {
    let mut agencies: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for (member, person) in members.iter().zip(persons) {
        agencies.entry(*person).or_default().insert(&member.key.agency);
    }
    let mut counts = Counts::default();
    for held in agencies.values() {
        *counts.held_by.entry(held.len()).or_default() += 1;
        let held: Vec<&str> = held.iter().copied().collect();
        for (at, one) in held.iter().enumerate() {
            for other in &held[at + 1..] {
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
                counts.seconds.push(Second { person, work, need: need.to_owned(), agencies, from: [from, begins], days });
            }
            rest = &after[within..];
        }
    }
    counts
}

/// What the second pieces of work cost, and those of them that no unit cost covers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    pub seconds: usize,
    pub pence: i64,
    pub without: usize,
}

/// The cost of second pieces, by department and work; `end` chooses the unit costs: 0 as assumed, 1 the low ends, 2 the high ends.
#[must_use]
pub fn costs<'a>(
    counts: &'a Counts,
    looking: &'a Looking,
    unit_costs: &[UnitCost],
    end: usize,
) -> BTreeMap<(&'a str, usize), Cost> {
    let mut costs: BTreeMap<(&str, usize), Cost> = BTreeMap::new();
    for second in &counts.seconds {
        let department = looking.department(&second.agencies[1]);
        let cost = costs.entry((department, second.work)).or_default();
        cost.seconds += 1;
        match unit_cost(unit_costs, &looking.works[second.work].name, department) {
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

/// The department's own unit cost of a work, else that of every department.
#[must_use]
pub fn unit_cost<'a>(unit_costs: &'a [UnitCost], work: &str, department: &str) -> Option<&'a UnitCost> {
    let of = |wanted: &str| unit_costs.iter().find(|cost| cost.work == work && cost.department == wanted);
    of(department).or_else(|| of(""))
}

#[cfg(test)]
mod tests;
