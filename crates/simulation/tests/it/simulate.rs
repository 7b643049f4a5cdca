//! One pricing function and one shape of records: what the simulation writes down of its people, measured and paid, comes to
//! what the simulation pays itself.

use ::outcomes;
use base::day::day;
use base::money::Pence;
use contract::Scheme;
use jiff::civil::Date;
use ledger::statement::{StatementLine, lines};
use outcomes::ProviderTally;
use records::batch::Batch;
use records::facts::FactsBuilder;
use records::{People, Records, Starts};
use risks::StrategyKind;
use simulation::simulate::{SimulatedTables, Simulation, simulation};

use crate::{ALL, Shipped, shipped};

fn records(scheme: &Scheme, tables: &SimulatedTables) -> Records {
    let need = outcomes::need(scheme).expect("every shipped scheme says how it is measured");
    let people = People::new(std::slice::from_ref(&tables.people));
    let gathered = |batch: &Batch| {
        let mut gather = FactsBuilder::new(&people.names, &need);
        gather.add(batch);
        vec![gather.end()]
    };
    let (events, spells) = (gathered(&tables.events), gathered(&tables.spells));
    let starts = Starts::new(&people.names, std::slice::from_ref(&tables.starts));
    let coverage = std::slice::from_ref(&tables.coverage);
    let mut records = Records::new(need, people, starts, coverage);
    records.add("events", events);
    records.add("spells", spells);
    records
}

/// What the records come to as at a day.
fn paid(scheme: &Scheme, records: &Records, as_at: Date) -> (Vec<ProviderTally>, Vec<StatementLine>) {
    let measured = outcomes::measure(scheme, records, day(as_at), day(as_at));
    let groups = outcomes::payable(scheme, &measured, day(as_at));
    let lines = groups.iter().flat_map(|group| lines(scheme, "provider", &group.tally)).collect();
    (groups, lines)
}

/// Lines in words, of the cohorts that were simulated. Lines without a price are left out: in records somebody who keeps a job
/// keeps it for every clause, and for the simulation only for the clause that pays for the segment.
fn priced(scheme: &Scheme, simulated: &Simulation<'_>, lines: &[StatementLine]) -> Vec<String> {
    let cohorts = &simulated.tallies()[0].cohorts;
    let last = &scheme.cohorts[*cohorts.last().expect("a cohort")].name;
    let come = |line: &&StatementLine| line.price != Pence(0) && line.to_cohort <= *last;
    let words = |line: &StatementLine| {
        let place = [&line.area, &line.clause, &line.from_cohort, &line.to_cohort, &line.segment].map(String::as_str).join(", ");
        format!("{place}, {}: {}, {}", line.nth, line.sum_in_words(), line.reason)
    };
    let mut out: Vec<String> = lines.iter().filter(come).map(words).collect();
    out.sort_unstable();
    out
}

fn run(it: &Shipped, kind: StrategyKind, seed: u64, replication: u64) -> Simulation<'_> {
    simulation(&it.scheme, &it.assumptions, kind, seed, replication).expect("every shipped scheme can be simulated as records")
}

#[test]
fn records_of_every_shipped_scheme_are_paid_to_the_penny() {
    let kinds = [
        StrategyKind::AsNow,
        StrategyKind::Idle,
        StrategyKind::AsNow,
        StrategyKind::Intended,
        StrategyKind::Intended,
        StrategyKind::Intended,
    ];
    for ((name, kind), number) in ALL.into_iter().zip(kinds).zip(3..) {
        let it = shipped(name);
        let simulated = run(&it, kind, number, 11 - number);
        let tables = simulated.tables();
        let own: Vec<StatementLine> = simulated.tallies().iter().flat_map(|tally| lines(&it.scheme, "provider", tally)).collect();
        let (_, live) = paid(&it.scheme, &records(&it.scheme, &tables), simulated.until());
        let total = |lines: &[StatementLine]| lines.iter().map(|line| line.amount.0).sum::<i64>();
        println!(
            "{name}, {kind:?}: {} people, {} events, {} spells; {} lines, {} in all",
            tables.people.rows(),
            tables.events.rows(),
            tables.spells.rows(),
            own.len(),
            Pence(total(&own))
        );
        assert!(total(&own) != 0 && tables.people.rows() > 1000, "{name}");
        assert_eq!(priced(&it.scheme, &simulated, &live), priced(&it.scheme, &simulated, &own), "{name}");
        assert_eq!(total(&live), total(&own), "{name}");
    }
}

/// Nothing is decided before everything is known: results that are compared with a gate or a baseline are paid for cohorts that
/// are complete, fees of cohorts that have ended, and everyone who has started and is not yet known is counted as such.
#[test]
fn what_is_not_yet_known_is_not_paid_and_not_deducted() {
    for name in ["hmp-doncaster-2011", "work-programme-2011"] {
        let it = shipped(name);
        let simulated = run(&it, StrategyKind::AsNow, 1, 0);
        let records = records(&it.scheme, &simulated.tables());
        // The day on which the first cohort ends.
        let (groups, lines) = paid(&it.scheme, &records, it.scheme.cohorts[0].ends);
        let started: i64 = groups.iter().map(|group| group.started).sum();
        let waiting: i64 = groups.iter().flat_map(|group| &group.tally.waiting).sum();
        let coming: i64 = groups.iter().flat_map(|group| &group.tally.people).sum();
        assert_eq!((waiting, coming), (started, 0), "{name}: nobody is known yet, and nobody is lost");
        let clauses: std::collections::BTreeSet<&str> =
            lines.iter().filter(|line| line.amount != Pence(0)).map(|line| &*line.clause).collect();
        let fees = if name == "hmp-doncaster-2011" { "fee" } else { "attachment" };
        assert_eq!(clauses.into_iter().collect::<Vec<_>>(), [fees], "{name}");
    }
}
