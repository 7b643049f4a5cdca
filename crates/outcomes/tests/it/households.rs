//! Results of households: random records against a plain oracle, and who is paid for a family that starts in several places.

use std::collections::{BTreeMap, BTreeSet};

use base::day::day;
use contract::Scheme;
use jiff::civil::Date;
use outcomes::households::by_household;
use outcomes::{IndexEvent, MeasuredOutcomes, OutcomeState, PersonOutcome};

use crate::dice::Dice;
use crate::records::{TestRecords, plus, scheme};

const FIRST: Date = Date::constant(2019, 10, 1);
const LAST: Date = Date::constant(2020, 9, 30);

const MEMBERS: &str = "[outcome.wage]\nmeasure = \"people with a wage\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"6 months\"\n\
    [outcome.wage.measured]\nrule = \"any within\"\nevents = \"wage\"\ndied = \"left out\"\n\
    [outcome.offence]\nmeasure = \"people who offend\"\nkind = \"binary\"\nbetter = \"fewer\"\nwindow = \"3 months\"\n\
    [outcome.offence.measured]\nrule = \"any within\"\nevents = \"offence\"\n";

/// A household outcome, its rule in the end.
fn of_household(name: &str, better: &str, rule: &str) -> String {
    format!(
        "[outcome.{name}]\nmeasure = \"families\"\nkind = \"binary\"\nbetter = \"{better}\"\nwindow = \"6 months\"\n\
         [outcome.{name}.measured]\n{rule}\n"
    )
}

fn with_households() -> Scheme {
    let rule = |of: &str, members: &str| format!("rule = \"household\"\noutcome = \"{of}\"\nmembers = {members}");
    let text = MEMBERS.to_owned()
        + &of_household("any", "more", &rule("wage", "\"any\""))
        + &of_household("all", "more", &rule("wage", "\"all\""))
        + &of_household("two", "more", &rule("wage", "2"))
        + &of_household("trouble", "fewer", &rule("offence", "\"any\""))
        + &of_household("either", "more", "rule = \"some of\"\noutcomes = [\"all\", \"trouble\"]");
    scheme("last day of month", &text)
}

/// What is counted of one outcome: for each cohort, area, provider and segment, people measured and people with it.
type Counts = BTreeMap<(bool, u32, u32, u32, u32), (i64, i64)>;

fn place(index: &IndexEvent) -> (bool, u32, u32, u32, u32) {
    (index.start.comparison, index.start.provider, index.area, index.cohort, index.segment)
}

/// Whether something is said of a household: nothing before everything is known of all its members, and then how many of how many have it.
fn said(members: &[PersonOutcome], enough: impl Fn(usize, usize) -> bool) -> Option<bool> {
    let known = members.iter().all(|result| result.state == OutcomeState::Observed);
    known.then(|| enough(members.iter().filter(|result| result.value == 1).count(), members.len()))
}

/// The oracle: households one by one, from the results of people.
fn expected(measured: &MeasuredOutcomes) -> Vec<Counts> {
    let of = |at: usize, outcome: usize| measured.of(at)[outcome];
    let left_out = |at: &usize| (0..2).any(|outcome| of(*at, outcome).state == OutcomeState::LeftOut);
    let households: BTreeSet<(bool, u32)> = measured.index.iter().map(|i| (i.start.comparison, i.start.household)).collect();
    let mut out = vec![Counts::new(); 5];
    for household in households {
        let all = (0..measured.index.len()).filter(|&at| {
            let start = measured.index[at].start;
            (start.comparison, start.household) == household
        });
        let mut members: Vec<usize> = all.filter(|at| !left_out(at)).collect();
        members.sort_by_key(|&at| (measured.index[at].start.began, measured.index[at].segment, measured.index[at].start.person));
        let Some(&first) = members.first() else { continue };
        members.retain(|&at| measured.index[at].cohort == measured.index[first].cohort);
        let results = |outcome: usize| members.iter().map(|&at| of(at, outcome)).collect::<Vec<_>>();
        let (wage, offence) = (results(0), results(1));
        let all = said(&wage, |with, of| with == of);
        let trouble = said(&offence, |with, _| with > 0);
        let either = all.zip(trouble).map(|(all, trouble)| all || !trouble);
        let results = [said(&wage, |with, _| with > 0), all, said(&wage, |with, _| with > 1), trouble, either];
        for (counts, result) in out.iter_mut().zip(results) {
            let count = counts.entry(place(&measured.index[first])).or_default();
            if let Some(has) = result {
                *count = (count.0 + 1, count.1 + i64::from(has));
            }
        }
    }
    out
}

/// Random families on random records: every household counts once, where its first member started, and has what the oracle says.
#[test]
fn households_agree_with_a_plain_oracle() {
    let (scheme, mut dice) = (with_households(), Dice(31));
    let (mut with, mut without, mut waiting) = ([0; 5], [0; 5], 0);
    for _ in 0..150 {
        let mut records = TestRecords::random(&mut dice, FIRST, LAST);
        let families = 1 + dice.below(12);
        for start in &mut records.starts {
            start.household = format!("family {}", dice.below(families));
        }
        let until = plus(LAST, dice.between(-100, 300));
        let measure = |records: &TestRecords, size: usize| {
            let records = records.records(outcomes::need(&scheme).expect("every outcome has its rule"), size);
            outcomes::measure(&scheme, &records, day(until), day(until))
        };
        let found = measure(&records, 7);
        assert_eq!(by_household(&scheme, &found).results, found.results, "doing it again changes nothing");
        for (outcome, expected) in expected(&found).into_iter().enumerate() {
            let mut counts = Counts::new();
            for (at, index) in found.index.iter().enumerate() {
                let result = found.of(at)[2 + outcome];
                match result.state {
                    OutcomeState::Observed => {
                        let count = counts.entry(place(index)).or_default();
                        *count = (count.0 + 1, count.1 + i64::from(result.value));
                        if result.value == 1 { with[outcome] += 1 } else { without[outcome] += 1 }
                    }
                    OutcomeState::Censored => {
                        counts.entry(place(index)).or_default();
                        waiting += 1;
                    }
                    OutcomeState::LeftOut | OutcomeState::Excepted | OutcomeState::WithHousehold => {}
                }
            }
            assert_eq!(counts, expected, "outcome {outcome}");
        }
        let shuffled = measure(&records.shuffled(&mut dice), 3);
        assert_eq!(outcomes::tallies(&scheme, &shuffled), outcomes::tallies(&scheme, &found), "the order of rows matters");
        for group in outcomes::tallies(&scheme, &found) {
            for cell in 0..group.tally.people.len() {
                let households = group.tally.households(&scheme, cell).expect("the scheme counts households");
                assert!((0..=group.tally.people[cell]).contains(&households));
                (2..7).for_each(|outcome| assert!(group.tally.counts[outcome][cell] <= households));
            }
        }
    }
    assert!(waiting > 50 && with.iter().chain(&without).all(|seen| *seen > 10), "{waiting} {with:?} {without:?}");
}

/// Where the first members of a family start on one day with two providers, nobody can say who is paid.
#[test]
fn a_family_with_two_providers_on_its_first_day_is_told() {
    let scheme = with_households();
    let mut dice = Dice(5);
    let mut records = TestRecords::random(&mut dice, FIRST, LAST);
    records.events.clear();
    records.people.iter_mut().for_each(|person| person.died = None);
    records.starts.truncate(0);
    for (person, provider) in records.people.iter().take(2).zip(["A", "B"]) {
        records.starts.push(crate::records::Start {
            person: person.name.clone(),
            provider: provider.to_owned(),
            area: "north".into(),
            segment: "old".into(),
            household: "one".into(),
            began: FIRST,
            comparison: false,
            known: None,
        });
    }
    let contested = |records: &TestRecords| {
        let records = records.records(outcomes::need(&scheme).expect("every outcome has its rule"), 10);
        let until = day(plus(LAST, 900));
        outcomes::measure(&scheme, &records, until, until).inconsistencies.contested_households.len()
    };
    assert_eq!(contested(&records), 1);
    records.starts[1].began = plus(FIRST, 1);
    assert_eq!(contested(&records), 0, "the first start decides");
}
