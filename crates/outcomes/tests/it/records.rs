//! Random schemes and random records, as plain as they come: texts and calendar dates, made into tables in memory at the end.

use base::source::{FileBytes, Folder};
use contract::Scheme;
use jiff::ToSpan as _;
use jiff::civil::Date;
use records::batch::Batch;
use records::facts::{FactsBuilder, GatheredFacts};
use records::schema::table;
use records::{Need, People, Records, Starts};

use crate::dice::Dice;

#[derive(Clone, Debug, Default)]
pub(crate) struct TestRecords {
    pub(crate) people: Vec<Person>,
    pub(crate) starts: Vec<Start>,
    pub(crate) events: Vec<Event>,
    pub(crate) spells: Vec<Spell>,
    /// Table, kind, last day.
    pub(crate) coverage: Vec<(String, String, Date)>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) died: Option<Date>,
    pub(crate) removed: Option<Date>,
    pub(crate) known: Option<Date>,
}

#[derive(Clone, Debug)]
pub(crate) struct Start {
    pub(crate) person: String,
    pub(crate) provider: String,
    pub(crate) area: String,
    pub(crate) segment: String,
    pub(crate) household: String,
    pub(crate) began: Date,
    pub(crate) comparison: bool,
    pub(crate) known: Option<Date>,
}

#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) event: String,
    pub(crate) person: String,
    pub(crate) kind: String,
    pub(crate) date: Date,
    pub(crate) class: String,
    pub(crate) about: String,
    pub(crate) settled: Option<Date>,
    pub(crate) disposal: String,
    /// In hundredths.
    pub(crate) amount: i64,
    pub(crate) known: Option<Date>,
}

#[derive(Clone, Debug)]
pub(crate) struct Spell {
    pub(crate) person: String,
    pub(crate) kind: String,
    pub(crate) from: Date,
    pub(crate) to: Option<Date>,
    pub(crate) known: Option<Date>,
}

/// A day some days from another.
pub(crate) fn plus(date: Date, days: i32) -> Date {
    date.checked_add(days.days()).expect("a day of the calendar")
}

/// "2021-03-04", or nothing.
fn text(date: Option<Date>) -> String {
    date.map_or(String::new(), |date| date.to_string())
}

impl TestRecords {
    /// Some dozens of people with much going on around the index dates.
    pub(crate) fn random(dice: &mut Dice, first: Date, last: Date) -> TestRecords {
        let mut handed = TestRecords::default();
        let days = (last - first).get_days();
        // Names may be numbers or texts, and names of rows small, large or no numbers.
        let people = 5 + dice.below(40);
        let named = dice.below(3);
        let name = |at: u64, way: u64| match way {
            0 => at.to_string(),
            1 => format!("p-{at:03}"),
            _ => (at * 3_000_000_019).to_string(),
        };
        let row = dice.below(3);
        let mut rows = 0;
        for at in 0..people {
            let person = name(at, if named == 2 { at % 3 } else { named });
            let day = |dice: &mut Dice| plus(first, dice.between(-200, days + 500));
            let mut found = Person { name: person.clone(), ..Person::default() };
            if dice.chance(15) {
                found.died = Some(day(dice));
            }
            if dice.chance(15) {
                found.removed = Some(day(dice));
            }
            if dice.chance(20) && (found.died.is_some() || found.removed.is_some()) {
                found.known = Some(day(dice));
            }
            handed.people.push(found);
            for _ in 0..dice.below(4) {
                let began = plus(first, dice.between(-20, days + 20));
                // Months end on many of these days.
                let began = if dice.chance(30) { began.last_of_month() } else { began };
                handed.starts.push(Start {
                    person: person.clone(),
                    provider: (*dice.one_of(&["A", "B", "3"])).to_owned(),
                    area: (*dice.one_of(&["north", "south", "south", "elsewhere"])).to_owned(),
                    segment: (*dice.one_of(&["young", "old"])).to_owned(),
                    household: String::new(),
                    began,
                    comparison: dice.chance(20),
                    known: dice.chance(10).then(|| plus(began, dice.between(-5, 200))),
                });
            }
            let mut own: Vec<String> = Vec::new();
            // A few people have more facts than are looked through one by one.
            let events = if dice.chance(3) { 150 } else { dice.below(14) };
            for _ in 0..events {
                rows += 1;
                let date = day(dice);
                let event = name(rows, row);
                let about = if dice.chance(50) && !own.is_empty() { dice.one_of(&own).clone() } else { String::new() };
                own.push(event.clone());
                handed.events.push(Event {
                    event,
                    person: person.clone(),
                    kind: (*dice.one_of(&["offence", "offence", "conviction", "job start", "job end", "wage", "7"])).to_owned(),
                    date,
                    class: (*dice.one_of(&["", "breach", "theft", "theft"])).to_owned(),
                    about,
                    settled: dice.chance(20).then(|| plus(date, dice.between(0, 400))),
                    disposal: if dice.chance(40) { dice.below(4).to_string() } else { String::new() },
                    amount: i64::from(dice.between(-20_000, 90_000)),
                    known: dice.chance(10).then(|| plus(date, dice.between(0, 500))),
                });
            }
            for _ in 0..dice.below(8) {
                let from = day(dice);
                handed.spells.push(Spell {
                    person: person.clone(),
                    kind: (*dice.one_of(&["job", "job", "treatment", "custody"])).to_owned(),
                    from,
                    to: dice.chance(85).then(|| plus(from, dice.between(0, 300))),
                    known: dice.chance(10).then(|| plus(from, dice.between(0, 400))),
                });
            }
        }
        for (table, kinds) in [("events", &["", "offence", "conviction", "wage"][..]), ("spells", &["", "job", "custody"])] {
            for kind in kinds {
                if dice.chance(75) {
                    continue;
                }
                handed.coverage.push((table.into(), (*kind).into(), plus(last, dice.between(0, 700))));
            }
        }
        handed
    }

    /// The same rows in another order.
    pub(crate) fn shuffled(&self, dice: &mut Dice) -> TestRecords {
        let mut handed = self.clone();
        dice.shuffle(&mut handed.people);
        dice.shuffle(&mut handed.starts);
        dice.shuffle(&mut handed.events);
        dice.shuffle(&mut handed.spells);
        dice.shuffle(&mut handed.coverage);
        handed
    }

    /// As tables in memory, from batches of this many rows.
    pub(crate) fn records(&self, need: Need, size: usize) -> Records {
        let batches = |name: &str, rows: Vec<Vec<(&str, String)>>| -> Vec<Batch> {
            let table = table(name).expect("a table");
            let batch = |rows: &[Vec<(&str, String)>]| {
                let mut batch = Batch::empty(table);
                for row in rows {
                    batch.push(&row.iter().map(|(column, text)| (*column, text.as_str())).collect::<Vec<_>>());
                }
                batch
            };
            rows.chunks(size).map(batch).collect()
        };
        let numbered = |at: usize| (at + 1).to_string();
        let people = batches(
            "people",
            self.people
                .iter()
                .map(|row| {
                    vec![
                        ("person", row.name.clone()),
                        ("died", text(row.died)),
                        ("removed", text(row.removed)),
                        ("known", text(row.known)),
                    ]
                })
                .collect(),
        );
        let people = People::new(&people);
        let start = |(at, row): (usize, &Start)| {
            let group = if row.comparison { "comparison" } else { "" };
            vec![
                ("start", numbered(at)),
                ("person", row.person.clone()),
                ("provider", row.provider.clone()),
                ("area", row.area.clone()),
                ("segment", row.segment.clone()),
                ("household", row.household.clone()),
                ("began", row.began.to_string()),
                ("group", group.to_owned()),
                ("known", text(row.known)),
            ]
        };
        let starts = batches("starts", self.starts.iter().enumerate().map(start).collect());
        let event = |row: &Event| {
            let (sign, amount) = (if row.amount < 0 { "-" } else { "" }, row.amount.abs());
            vec![
                ("event", row.event.clone()),
                ("person", row.person.clone()),
                ("kind", row.kind.clone()),
                ("date", row.date.to_string()),
                ("class", row.class.clone()),
                ("about", row.about.clone()),
                ("settled", text(row.settled)),
                ("disposal", row.disposal.clone()),
                ("amount", format!("{sign}{}.{:02}", amount / 100, amount % 100)),
                ("known", text(row.known)),
            ]
        };
        let events = batches("events", self.events.iter().map(event).collect());
        let spell = |(at, row): (usize, &Spell)| {
            vec![
                ("spell", numbered(at)),
                ("person", row.person.clone()),
                ("kind", row.kind.clone()),
                ("from", row.from.to_string()),
                ("to", text(row.to)),
                ("known", text(row.known)),
            ]
        };
        let spells = batches("spells", self.spells.iter().enumerate().map(spell).collect());
        let covered = |(table, kind, until): &(String, String, Date)| {
            vec![("table", table.clone()), ("kind", kind.clone()), ("until", until.to_string())]
        };
        let coverage = batches("coverage", self.coverage.iter().map(covered).collect());
        let gathered = |batches: &[Batch]| -> Vec<GatheredFacts> {
            let mut gather = FactsBuilder::new(&people.names, &need);
            batches.iter().for_each(|batch| gather.add(batch));
            vec![gather.end()]
        };
        let (events, spells) = (gathered(&events), gathered(&spells));
        let starts = Starts::new(&people.names, &starts);
        let mut records = Records::new(need, people, starts, &coverage);
        records.add("events", events);
        records.add("spells", spells);
        records
    }
}

/// A scheme of two areas and two segments with these outcomes.
pub(crate) fn scheme(month_end: &str, outcomes: &str) -> Scheme {
    let household_size = if outcomes.contains("\"household\"") { "household_size = 2\n" } else { "" };
    let text = format!(
        "scheme = \"Test\"\ncurrency = \"GBP\"\nrounding = \"down to the penny\"\nmonth_end = \"{month_end}\"\n\
         areas = [\"north\", \"south\"]\nsegments = [\"young\", \"old\"]\n\
         [contract]\nstarts = 2019-01-01\nends = 2026-12-31\n\
         [cohorts]\nstarts = 2019-10-01\nends = 2020-09-30\nevery = \"3 months\"\npeople = 100\n{household_size}{outcomes}\n\
         [pay.fee]\nclause = \"service fee\"\neach_month = \"£1\"\n"
    );
    let folder = Folder::from([("scheme.toml".to_owned(), FileBytes::Read(text.clone().into_bytes()))]);
    let opened = base::open(&folder);
    let checked = contract::check(&opened);
    let problems: Vec<String> = checked.problems.iter().map(|problem| problem.render("", &opened.sources)).collect();
    checked.scheme.unwrap_or_else(|| panic!("{}\n{text}", problems.join("\n")))
}
