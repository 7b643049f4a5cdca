//! Outcomes measured from a folder of several agencies' records: who started may stand in one agency's tables and what became of
//! them in another's, and who is who in the table of persons. Beside what comes out as linked stands what comes out under other
//! linkages that the links allow, since one mistaken link gives somebody another's offence and one missed link hides it.

use std::collections::BTreeMap;
use std::path::Path;

use clap::Args;
use engine::joined::carried::{Carried, Figure, Range, carried};
use engine::joined::rows::{about, by_person, by_record};
use engine::link::draws::{Draws, draws};
use engine::link::persons::Member;
use engine::link::recall::{RECALL, Share, share};
use engine::measure::sums::{Sums, sums};
use engine::measure::{self, Index, Measured};
use engine::records::batch::{Batch, Name};
use engine::records::day::Day;
use engine::records::schema::table;
use engine::records::{Need, Records, facts, people, starts};
use lab::philox::{open_unit, words};
use rayon::prelude::*;
use scheme::Scheme;

use crate::agencies::{self, Agencies};
use crate::live::{self, Days, Live};
use crate::looked::{self, Who};
use crate::paint;

/// For what several agencies' records are joined, and how the linkage is drawn.
#[derive(Args)]
pub struct Joined {
    /// RECORDS is a folder of several agencies: the purpose for which they are joined, as stated in its purposes.toml
    #[arg(long, value_name = "NAME")]
    pub purpose: Option<String>,
    /// How many linkages are drawn to say how sure the outcomes are
    #[arg(long, value_name = "COUNT", default_value_t = 200, requires = "purpose")]
    pub draws: usize,
    /// The seed of the draws
    #[arg(long, value_name = "NUMBER", default_value_t = 1, requires = "purpose")]
    pub seed: u64,
    #[command(flatten)]
    pub who: Who,
}

/// How sure the outcomes are, as far as linkage goes.
pub struct Sure {
    pub draws: usize,
    pub seed: u64,
    pub records: usize,
    /// Records that some draw may move, the knots they stand in, and those of them that are too large to list all ways.
    pub doubtful: usize,
    pub knots: usize,
    pub large: usize,
    /// How many matching pairs were ever compared, where the linkage said so.
    pub compared: Option<Share>,
    /// By outcome.
    pub outcomes: Vec<Outcome>,
}

/// One outcome over all draws.
pub struct Outcome {
    pub carried: Carried,
    pub range: Range,
    /// People who come to something else in some draw.
    pub hang: usize,
}

/// Reads the agencies' tables once, and measures them as linked and for each draw. `provider` takes only the people of one.
pub fn linked(
    scheme: &Scheme,
    folder: &Path,
    joined: &Joined,
    purpose: &str,
    days: Days,
    provider: Option<&str>,
) -> anyhow::Result<(Live, Sure)> {
    let need = live::need(scheme)?;
    let mut agencies = agencies::open(folder, purpose, days)?;
    covered(&agencies, &need)?;
    looked::note(folder, &joined.who, purpose, "measure", &[])?;
    let links = agencies.links()?;
    let compared = agencies.table(&RECALL)?.as_deref().and_then(share);
    // A number for each knot, draw and step, apart from all numbers that simulated people have.
    const LINKAGE: u64 = 1 << 40;
    let uniform = |knot, draw, step| open_unit(words(joined.seed, knot, draw, LINKAGE + step)[0]);
    let drawn = draws(&agencies.members, &links, joined.draws, &uniform);
    let (tables, nobody) = read(&mut agencies, &need)?;
    let records = tables.records(&need, &drawn.linked);
    let (as_at, known_at) = days.days();
    let measured = measure::measure(scheme, &records, as_at, known_at);
    let outcomes = outcomes(scheme, &tables, &drawn, (&records, &measured), (as_at, known_at), provider);
    let sure = Sure {
        draws: joined.draws,
        seed: joined.seed,
        records: agencies.members.len(),
        doubtful: drawn.knots.iter().flat_map(|knot| &knot.cores).map(Vec::len).sum(),
        knots: drawn.knots.len(),
        large: drawn.large(),
        compared,
        outcomes,
    };
    agencies.say_left_out();
    if nobody > 0 {
        paint::stderr(&format!("note: {nobody} rows are about people who were never linked; they are left out"));
    }
    let folders = agencies.folders.values().cloned().collect();
    Ok((Live { folder: folder.to_owned(), folders, records, measured, faults: 0 }, sure))
}

/// Whether the purpose covers everything that the rules look at: to leave some of it out would make another outcome of it.
fn covered(agencies: &Agencies, need: &Need) -> anyhow::Result<()> {
    let purpose = &agencies.purpose;
    let kinds = |name: &'static str, kinds: &[String]| {
        let table = table(name).into_iter();
        table.flat_map(|table| kinds.iter().map(move |kind| purpose.rows(table, Some(kind)))).collect::<Result<Vec<()>, _>>()
    };
    ["people", "starts"].iter().filter_map(|name| table(name)).try_for_each(|table| purpose.rows(table, None))?;
    kinds("events", &need.events)?;
    kinds("spells", &need.spells)?;
    Ok(())
}

/// All agencies' tables, their rows under the positions of the records they are about.
#[derive(Default)]
struct Tables {
    people: Vec<Batch>,
    starts: Vec<Batch>,
    coverage: Vec<Batch>,
    events: Vec<Batch>,
    spells: Vec<Batch>,
}

fn read(agencies: &mut Agencies, need: &Need) -> anyhow::Result<(Tables, u64)> {
    let (mut tables, mut nobody) = (Tables::default(), 0);
    let members: Vec<Member> = agencies.members.clone();
    let names: Vec<String> = agencies.folders.keys().cloned().collect();
    for agency in names {
        let own = members.iter().enumerate().filter(|(_, member)| member.key.agency == agency);
        let own: BTreeMap<Name<'_>, usize> = own.map(|(at, member)| (Name::of(&member.key.id), at)).collect();
        agencies.each(&agency, &|_, table| need.table(table.name), &mut |_, batch| {
            let (batch, left) = by_record(batch, &own);
            nobody += left;
            tables.of(batch.table.name).push(batch);
            Ok(())
        })?;
    }
    Ok((tables, nobody))
}

impl Tables {
    fn of(&mut self, table: &str) -> &mut Vec<Batch> {
        match table {
            "people" => &mut self.people,
            "starts" => &mut self.starts,
            "coverage" => &mut self.coverage,
            "events" => &mut self.events,
            _ => &mut self.spells,
        }
    }

    /// The rows about some records.
    fn about(&self, wanted: &[bool]) -> Tables {
        let about = |batches: &[Batch]| batches.iter().map(|batch| about(batch, wanted)).collect();
        Tables {
            people: about(&self.people),
            starts: about(&self.starts),
            coverage: self.coverage.clone(),
            events: about(&self.events),
            spells: about(&self.spells),
        }
    }

    /// As records of the persons whom a linkage makes of them.
    fn records(&self, need: &Need, persons: &[u32]) -> Records {
        let mut people = people::Gather::default();
        self.people.iter().for_each(|batch| people.add(&by_person(batch, persons)));
        let people = people.end();
        let mut starts = starts::Gather::new(&people.names);
        self.starts.iter().for_each(|batch| starts.add(&by_person(batch, persons)));
        let starts = starts.end();
        let mut records = Records::new(need.clone(), people, starts, &self.coverage);
        for (name, batches) in [("events", &self.events), ("spells", &self.spells)] {
            if need.table(name) {
                let mut facts = facts::Gather::new(&records.people.names, need);
                batches.iter().for_each(|batch| facts.add(&by_person(batch, persons)));
                let gathered = vec![facts.end()];
                records.add(name, gathered);
            }
        }
        records
    }
}

/// Everybody of whom no draw is unsure is measured once; the others once for each draw.
fn outcomes(
    scheme: &Scheme,
    tables: &Tables,
    drawn: &Draws,
    (records, measured): (&Records, &Measured),
    (as_at, known_at): (Day, Day),
    provider: Option<&str>,
) -> Vec<Outcome> {
    let doubtful = drawn.doubtful();
    let tables = tables.about(&doubtful);
    let anchors = anchors(&tables.starts, &drawn.linked);
    let of_provider = |records: &Records, index: &Index| {
        !index.start.comparison && provider.is_none_or(|wanted| records.providers.get(index.start.provider).to_string() == wanted)
    };
    let named = |records: &Records, index: &Index| match records.people.names.get(index.start.person) {
        Name::Number(record) => record as usize,
        Name::Text(_) => unreachable!("rows stand under the positions of their records"),
    };
    let certain = sums(measured, &|index| of_provider(records, index) && !doubtful[named(records, index)]);
    let as_linked = sums(measured, &|index| of_provider(records, index));
    // People in doubt as they were linked: the record that started, the cohort, and their place in what was measured.
    let all = measured.index.iter().enumerate();
    let unsure = all.filter(|(_, index)| of_provider(records, index) && doubtful[named(records, index)]);
    let unsure: Vec<(u32, u32, usize)> = unsure
        .filter_map(|(at, index)| {
            let anchor = anchors.get(&(named(records, index) as u32, index.start.began))?;
            Some((*anchor, index.cohort, at))
        })
        .collect();
    let one = |draw: usize| {
        let persons = drawn.persons(draw);
        let mut others = tables.records(&records.need, &persons);
        others.coverage = records.coverage.clone();
        let found = measure::measure(scheme, &others, as_at, known_at);
        let sums = sums(&found, &|index| of_provider(&others, index));
        let same = |record: u32, cohort: u32| {
            let person = others.people.names.find(Name::Number(i64::from(persons[record as usize])))?;
            let from = found.index.partition_point(|index| index.start.person < person);
            let own = found.index[from..].iter().take_while(|index| index.start.person == person);
            own.zip(from..).find(|(index, _)| index.cohort == cohort && of_provider(&others, index)).map(|(_, at)| at)
        };
        let moved = unsure.iter().flat_map(|(record, cohort, at)| {
            let now = same(*record, *cohort).map(|at| found.of(at));
            let differs = |outcome: usize| {
                let as_linked = &measured.of(*at)[outcome];
                now.is_none_or(|now| (now[outcome].state, now[outcome].value) != (as_linked.state, as_linked.value))
            };
            (0..measured.outcomes).map(differs).collect::<Vec<bool>>()
        });
        (sums, moved.collect::<Vec<bool>>())
    };
    let draws: Vec<(Vec<Sums>, Vec<bool>)> = (0..drawn.count).into_par_iter().map(one).collect();
    let outcome = |at: usize| {
        let figure = |sums: Sums| Figure { value: sums.mean(), variance: sums.variance(), people: sums.people };
        let figures: Vec<Figure> = draws.iter().map(|(sums, _)| figure(sums[at] + certain[at])).collect();
        let range = if scheme.outcomes[at].is_binary() { Range::Share } else { Range::NotBelowNought };
        let moved = |unsure: &usize| draws.iter().any(|(_, moved)| moved[unsure * measured.outcomes + at]);
        let hang = (0..unsure.len()).filter(moved).count();
        Outcome { carried: carried(figure(as_linked[at]), &figures, range), range, hang }
    };
    (0..measured.outcomes).map(outcome).collect()
}

/// The record of each person, as linked, that started on a day.
fn anchors(starts: &[Batch], linked: &[u32]) -> BTreeMap<(u32, Day), u32> {
    let mut anchors: BTreeMap<(u32, Day), u32> = BTreeMap::new();
    for batch in starts {
        let (person, began) = (batch.table.column("person"), batch.table.column("began"));
        for row in 0..batch.rows() {
            let Some(Name::Number(record)) = batch.name(person, row) else { continue };
            let anchor = anchors.entry((linked[record as usize], batch.day(began, row))).or_insert(record as u32);
            *anchor = (*anchor).min(record as u32);
        }
    }
    anchors
}
