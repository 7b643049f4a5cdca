//! Good folders of records, drawn by a seed, and what a contract should pay for them: worked out here from texts and calendar
//! dates alone, row by row, sharing nothing with the program.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};
use jiff::{Span, ToSpan as _};

use super::draw::Draw;

/// A table as it is handed over: a header and rows of cells.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) header: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

/// A folder of tables.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Folder {
    pub(super) tables: Vec<Table>,
}

/// The day for which every question is asked: everything that was drawn is known by then.
pub(super) const AS_AT: &str = "2027-12-31";

/// Three outcomes of three kinds, paid by number, so that what one row is worth can be worked out by hand.
pub(super) const SCHEME: &str = r#"scheme = "Three outcomes"
currency = "GBP"
rounding = "nearest penny, half up"
month_end = "last day of month"
areas = ["north", "south"]
segments = ["under 25", "25 and over"]
from = "assumption: made up for a test"

[contract]
starts = 2025-01-01
ends = 2026-12-31

[cohorts]
starts = 2025-01-01
ends = 2025-12-31
every = "3 months"
people = 10

[outcome.offends]
measure = "people proven to have offended within six months"
kind = "binary"
better = "fewer"
window = "6 months"
wait = "6 months"
[outcome.offends.measured]
rule = "any within"
events = "offence"
except = ["breach"]
proven_by = "conviction"

[outcome.earns]
measure = "people who earn £1,000 within six months"
kind = "binary"
better = "more"
window = "6 months"
[outcome.earns.measured]
rule = "at least"
events = "wage"
earnings = "£1,000"

[outcome.works]
measure = "people in work for 60 days of six months"
kind = "binary"
better = "more"
window = "6 months"
[outcome.works.measured]
rule = "sustained"
spells = "job"
days = "60 days"
counted = "cumulative"

[pay.attached]
clause = "attachment fee"
price = { table = "prices.csv", column = "attached" }

[pay.clean]
clause = "outcome payment"
outcome = "offends"
price = "£500"

[pay.earning]
clause = "outcome payment"
outcome = "earns"
price = "£300"

[pay.working]
clause = "outcome payment"
outcome = "works"
price = "£70"
"#;

pub(super) const PRICES: &str = "segment,attached\nunder 25,£11\n25 and over,£13\n";

const CLEAN: i64 = 50_000;
const EARNING: i64 = 30_000;
const WORKING: i64 = 7_000;
const EARNED: i64 = 100_000;
const DAYS: i32 = 60;

impl Table {
    pub(super) fn new(name: &'static str, header: &[&str]) -> Table {
        Table { name, header: header.iter().map(|&name| name.to_owned()).collect(), rows: Vec::new() }
    }

    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }

    /// The cell of a row; empty where the table has no such column.
    pub(super) fn cell<'a>(&'a self, row: &'a [String], column: &str) -> &'a str {
        self.column(column).and_then(|at| row.get(at)).map_or("", String::as_str)
    }

    fn push(&mut self, cells: &[&str]) {
        assert_eq!(cells.len(), self.header.len(), "{}", self.name);
        self.rows.push(cells.iter().map(|&cell| cell.to_owned()).collect());
    }

    pub(super) fn csv(&self) -> String {
        let line = |cells: &Vec<String>| cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",") + "\n";
        std::iter::once(&self.header).chain(&self.rows).map(line).collect()
    }
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

impl Folder {
    pub(super) fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// A folder in which everything is as it should be.
    pub(super) fn good(draw: &mut Draw) -> Folder {
        let mut people = Table::new("people", &["person", "forename", "surname", "born", "died"]);
        let mut providers = Table::new("providers", &["provider", "name"]);
        let mut starts = Table::new("starts", &["start", "person", "provider", "began", "area", "segment"]);
        let mut events =
            Table::new("events", &["event", "person", "kind", "date", "class", "about", "settled", "amount", "known"]);
        let mut spells = Table::new("spells", &["spell", "person", "kind", "from", "to"]);
        let names = ["Harbour Trust", "Northgate Works", "Pathway CIC"];
        let payees = draw.below(2) + 2;
        for (at, name) in names.iter().enumerate().take(payees) {
            providers.push(&[&format!("P{}", at + 1), name]);
        }
        let forenames = ["Ada", "Bilal", "Chloe", "Dmitri", "Efua", "Farah", "Gareth", "Huda", "Ioan", "Jun"];
        let surnames = ["Okafor", "Price", "Quinn", "Rahman", "Singh", "Turner", "Umar", "Vaughan", "Walker", "Young"];
        let (mut start, mut event, mut spell) = (0, 0, 0);
        let count = 10 + draw.below(10);
        for at in 0..count {
            let person = if at % 4 == 3 { format!("{}", 1_000 + at) } else { format!("Nx{:03}", at * 7) };
            let born = plus(date(1960, 1, 1), (draw.below(16_000)) as i32);
            let names = [forenames[at % 10], surnames[(at * 3 + at / 10) % 10]];
            // After everything that happens to anybody: nothing happens after a death.
            let died =
                if draw.below(12) == 0 { plus(date(2027, 10, 1), draw.below(80) as i32).to_string() } else { String::new() };
            people.push(&[&person, names[0], names[1], &born.to_string(), &died]);
            let segment = ["under 25", "25 and over"][draw.below(2)];
            let area = ["north", "south"][draw.below(2)];
            let mut began = plus(date(2025, 1, 1), draw.below(300) as i32);
            let mut begun = BTreeSet::new();
            for _ in 0..=usize::from(draw.below(5) == 0) {
                start += 1;
                let provider = format!("P{}", 1 + draw.below(payees));
                starts.push(&[&format!("s{start}"), &person, &provider, &began.to_string(), area, segment]);
                let day = |draw: &mut Draw, from: i32, days: usize| plus(began, from + draw.below(days) as i32);
                for _ in 0..draw.below(3) {
                    event += 1;
                    let class = ["theft", "breach", "violence"][draw.below(3)];
                    let when = day(draw, -40, 260);
                    let settled = plus(when, 20 + draw.below(300) as i32);
                    let own = format!("e{event}");
                    match draw.below(3) {
                        0 => events.push(&[&own, &person, "offence", &when.to_string(), class, "", "", "", ""]),
                        1 => {
                            events.push(&[&own, &person, "offence", &when.to_string(), class, "", &settled.to_string(), "", ""]);
                        }
                        _ => {
                            events.push(&[&own, &person, "offence", &when.to_string(), class, "", "", "", ""]);
                            event += 1;
                            let (proof, known) = (settled.to_string(), plus(settled, 15).to_string());
                            events.push(&[&format!("e{event}"), &person, "conviction", &proof, "", &own, "", "", &known]);
                        }
                    }
                }
                for _ in 0..draw.below(4) {
                    event += 1;
                    let amount = format!("{}.{:02}", 200 + draw.below(600), draw.below(100));
                    let when = day(draw, -20, 220).to_string();
                    events.push(&[&format!("e{event}"), &person, "wage", &when, "", "", "", &amount, ""]);
                }
                if draw.below(4) == 0 {
                    event += 1;
                    let when = day(draw, 0, 200).to_string();
                    events.push(&[&format!("e{event}"), &person, "arrest", &when, "", "", "", "", ""]);
                }
                for kind in ["job", "job", "training"] {
                    if draw.below(2) == 0 {
                        spell += 1;
                        let mut from = day(draw, -30, 180);
                        // Two spells of one kind from the same day on, one with an end and one without, may be one spell.
                        while !begun.insert((kind, from)) {
                            from = plus(from, 1);
                        }
                        let to =
                            if draw.below(6) == 0 { String::new() } else { plus(from, 5 + draw.below(90) as i32).to_string() };
                        spells.push(&[&format!("l{spell}"), &person, kind, &from.to_string(), &to]);
                    }
                }
                began = plus(began, 95 + draw.below(60) as i32);
            }
        }
        // Every kind that the rules need is there at least once, of somebody in nobody's window.
        let first = people.rows[0][0].clone();
        let own = format!("e{}", event + 1);
        for (kind, amount, about) in [("offence", "", ""), ("conviction", "", own.as_str()), ("wage", "5.00", "")] {
            event += 1;
            events.push(&[&format!("e{event}"), &first, kind, "2024-03-04", "", about, "", amount, ""]);
        }
        spells.push(&[&format!("l{}", spell + 1), &first, "job", "2024-03-04", "2024-03-08"]);
        let mut coverage = Table::new("coverage", &["table", "kind", "until"]);
        coverage.push(&["events", "", AS_AT]);
        coverage.push(&["spells", "job", AS_AT]);
        Folder { tables: vec![people, providers, starts, events, spells, coverage] }
    }

    /// What the contract pays for these rows, in pence, if every row is taken as it stands; nothing where a row that matters
    /// cannot be read, or refers to what is not there.
    pub(super) fn pays(&self) -> Option<i64> {
        let people: BTreeSet<&str> = self.ids("people", "person")?;
        let providers: BTreeSet<&str> = self.ids("providers", "provider")?;
        let starts = self.table("starts")?;
        // A person counts once in each cohort, from the first start in it.
        let mut first: BTreeMap<(&str, u8), (Date, &str, &str)> = BTreeMap::new();
        for row in &starts.rows {
            let cell = |column| starts.cell(row, column);
            let began: Date = cell("began").parse().ok()?;
            let (person, provider) = (cell("person"), cell("provider"));
            let segment = cell("segment");
            let known = people.contains(person) && providers.contains(provider);
            if !known || !["north", "south"].contains(&cell("area")) || !["under 25", "25 and over"].contains(&segment) {
                return None;
            }
            if began.year() != 2025 {
                continue;
            }
            let own = (began, provider, segment);
            let before = first.entry((person, (began.month() as u8 - 1) / 3)).or_insert(own);
            *before = own.min(*before);
        }
        let mut pence = 0;
        for ((person, _), (began, _, segment)) in &first {
            let (end, proof) = (later(*began, 6), later(*began, 12));
            pence += if *segment == "under 25" { 1_100 } else { 1_300 };
            pence += if self.offends(person, *began, end, proof)? { 0 } else { CLEAN };
            pence += if self.earned(person, *began, end)? >= EARNED { EARNING } else { 0 };
            pence += if self.worked(person, *began, end)? >= DAYS { WORKING } else { 0 };
        }
        Some(pence)
    }

    fn ids(&self, table: &str, column: &str) -> Option<BTreeSet<&str>> {
        let table = self.table(table)?;
        Some(table.rows.iter().map(|row| table.cell(row, column)).collect())
    }

    fn offends(&self, person: &str, from: Date, to: Date, proof: Date) -> Option<bool> {
        let events = self.table("events")?;
        for row in &events.rows {
            let cell = |column| events.cell(row, column);
            if cell("person") != person || cell("kind") != "offence" || cell("class") == "breach" || !known(cell("known"))? {
                continue;
            }
            let day: Date = cell("date").parse().ok()?;
            if day < from || day >= to {
                continue;
            }
            let mut proven: Option<Date> = match cell("settled") {
                "" => None,
                settled => Some(settled.parse().ok()?),
            };
            for other in &events.rows {
                let other = |column| events.cell(other, column);
                let about = other("kind") == "conviction" && other("person") == person && other("about") == cell("event");
                if about && !cell("event").is_empty() && known(other("known"))? {
                    let day: Date = other("date").parse().ok()?;
                    proven = Some(proven.map_or(day, |before| before.min(day)));
                }
            }
            if proven.is_some_and(|day| day < proof) {
                return Some(true);
            }
        }
        Some(false)
    }

    fn earned(&self, person: &str, from: Date, to: Date) -> Option<i64> {
        let events = self.table("events")?;
        let mut sum = 0;
        for row in &events.rows {
            let cell = |column| events.cell(row, column);
            if cell("person") != person || cell("kind") != "wage" || !known(cell("known"))? {
                continue;
            }
            let day: Date = cell("date").parse().ok()?;
            if day >= from && day < to {
                sum += hundredths(cell("amount"))?;
            }
        }
        Some(sum)
    }

    /// Days of the window in some job, a day at a time.
    fn worked(&self, person: &str, from: Date, to: Date) -> Option<i32> {
        let spells = self.table("spells")?;
        let mut days = BTreeSet::new();
        for row in &spells.rows {
            let cell = |column| spells.cell(row, column);
            if cell("person") != person || cell("kind") != "job" {
                continue;
            }
            let begins: Date = cell("from").parse().ok()?;
            let ends: Date = if cell("to").is_empty() { to } else { cell("to").parse().ok()? };
            let mut day = begins.max(from);
            while day < ends.min(to) {
                days.insert(day);
                day = plus(day, 1);
            }
        }
        Some(days.len() as i32)
    }
}

/// Whether a row that became known on a day was known by the day asked for.
fn known(day: &str) -> Option<bool> {
    Some(day.is_empty() || day.parse::<Date>().ok()? <= AS_AT.parse().ok()?)
}

fn hundredths(amount: &str) -> Option<i64> {
    if amount.is_empty() {
        return Some(0);
    }
    let (pounds, pence) = amount.split_once('.').unwrap_or((amount, ""));
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if pounds.is_empty() || pence.len() > 2 || !digits(pounds) || !digits(pence) {
        return None;
    }
    Some(pounds.parse::<i64>().ok()? * 100 + format!("{pence:0<2}").parse::<i64>().ok()?)
}

pub(super) fn plus(day: Date, days: i32) -> Date {
    day.saturating_add(Span::new().days(days))
}

fn later(day: Date, months: i32) -> Date {
    day.saturating_add(months.months())
}
