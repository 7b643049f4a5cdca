//! Outcomes: every rule to the day, by hand; thousands of random definitions against a plain oracle; and the same answer
//! whatever the order of rows and the number of threads.

use ::outcomes;
use base::day::{NEVER, date, day};
use contract::Scheme;
use jiff::civil::Date;
use outcomes::{MeasuredOutcomes, OutcomeState, PersonOutcome};
use records::names::Names;

use crate::dice::Dice;
use crate::oracle::{Answer, Oracle};
use crate::records::{Event, Person, Spell, Start, TestRecords, plus, scheme};

pub(crate) const FIRST: Date = Date::constant(2019, 10, 1);
pub(crate) const LAST: Date = Date::constant(2020, 9, 30);

fn measured(scheme: &Scheme, records: &TestRecords, as_at: Date, known_at: Date, size: usize) -> (MeasuredOutcomes, Names) {
    let need = outcomes::need(scheme).expect("every outcome has its rule");
    let records = records.records(need, size);
    let measured = outcomes::measure(scheme, &records, day(as_at), day(known_at));
    (measured, records.people.names)
}

fn answer(finding: &PersonOutcome) -> Answer {
    match finding.state {
        OutcomeState::Censored => Answer::NotYetKnown,
        OutcomeState::LeftOut => Answer::LeftOut,
        OutcomeState::Excepted | OutcomeState::WithHousehold => Answer::Excepted,
        OutcomeState::Observed => Answer::Known(finding.value.into(), (finding.day != NEVER).then(|| date(finding.day))),
    }
}

/// One outcome of a random kind, with what it may build on above it.
fn outcome(dice: &mut Dice, name: &str, binary: &str) -> String {
    let length = |dice: &mut Dice, months: u64, days: u64| match dice.below(3) {
        0 => format!("{} months", dice.below(months) + 1),
        1 => format!("{} weeks", dice.below(days / 7) + 1),
        _ => format!("{} days", dice.below(days) + 1),
    };
    let window = length(dice, 14, 400);
    let wait = if dice.chance(60) { length(dice, 8, 200) } else { "0 days".into() };
    let list = |dice: &mut Dice, of: &[&str]| {
        let mut names: Vec<&str> = of.iter().copied().filter(|_| dice.chance(50)).collect();
        if names.is_empty() {
            names.push(of[0]);
        }
        format!("[{}]", names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", "))
    };
    let events = |dice: &mut Dice| {
        let mut text = format!("events = {}\n", list(dice, &["offence", "wage", "conviction", "7"]));
        if dice.chance(50) {
            text += "proven_by = \"conviction\"\n";
        }
        if dice.chance(30) {
            text += &format!("except = {}\n", list(dice, &["breach", "theft"]));
        }
        text
    };
    let spells = |dice: &mut Dice| match dice.chance(60) {
        true => format!("spells = {}\n", list(dice, &["job", "treatment"])),
        false => "begins = \"job start\"\nends = \"job end\"\n".to_owned(),
    };
    let (kind, rule) = match dice.below(11) {
        0 => ("binary", format!("rule = \"none within\"\n{}", events(dice))),
        1 => ("binary", format!("rule = \"any within\"\n{}", events(dice))),
        2 => (
            "frequency",
            format!("rule = \"count within\"\neach = \"{}\"\n{}", dice.one_of(&["event", "disposal"]), events(dice)),
        ),
        3 | 4 => {
            let counted = match dice.below(3) {
                0 => "counted = \"cumulative\"\n".to_owned(),
                1 => "counted = \"continuous\"\n".to_owned(),
                _ => format!("counted = \"continuous\"\nbreaks = \"{} days\"\n", dice.below(60)),
            };
            ("binary", format!("rule = \"sustained\"\ndays = \"{} days\"\n{counted}{}", dice.below(150) + 1, spells(dice)))
        }
        5 => ("sustained", format!("rule = \"periods\"\n{}", spells(dice))),
        6 => {
            let threshold = match dice.below(3) {
                0 => "units = 200\n".to_owned(),
                1 => "earnings = \"£350\"\n".to_owned(),
                _ => "earnings = { 2019-01-01 = \"£150\", 2020-02-29 = \"£420.50\" }\n".to_owned(),
            };
            ("binary", format!("rule = \"at least\"\n{threshold}{}", events(dice)))
        }
        7 => match dice.chance(50) {
            true => ("frequency", format!("rule = \"first time to\"\n{}", events(dice))),
            false => ("binary", format!("rule = \"status at\"\n{}", spells(dice))),
        },
        8 => {
            let adds_up = dice.one_of(&["earnings", "units"]);
            ("amount", format!("rule = \"sum within\"\nadds_up = \"{adds_up}\"\n{}", events(dice)))
        }
        9 => ("amount", format!("rule = \"days until\"\n{}", events(dice))),
        _ => {
            let returns = if dice.chance(50) { "returns = [\"job start\", \"7\"]\n" } else { "" };
            let spells = if dice.chance(60) { "spells = \"treatment\"\n" } else { "" };
            (
                "binary",
                format!(
                    "rule = \"exit without return\"\nclear = \"{}\"\n{returns}{spells}{}",
                    length(dice, 8, 200),
                    events(dice)
                ),
            )
        }
    };
    let inside = |dice: &mut Dice, key: &str| if dice.chance(25) { format!("{key} = \"left out\"\n") } else { String::new() };
    let inside = inside(dice, "died") + &inside(dice, "removed") + &inside(dice, "custody");
    let of = match kind {
        "binary" => String::new(),
        "amount" => format!("most = {}\n", dice.below(600) + 1),
        "frequency" => format!("of = \"{binary}\"\n"),
        _ => format!("of = \"{binary}\"\nevery = \"{} days\"\nmost = {}\n", dice.below(30) + 1, dice.below(13) + 1),
    };
    let better = dice.one_of(&["more", "fewer"]);
    let exceptions = match kind == "binary" && dice.chance(30) {
        true => format!(
            "[outcome.{name}.exceptions]\nevents = {}\ngood_result = \"{}\"\n",
            list(dice, &["7", "wage", "job start"]),
            dice.one_of(&["counts", "left out"])
        ),
        false => String::new(),
    };
    format!(
        "[outcome.{name}]\nmeasure = \"something\"\nkind = \"{kind}\"\nbetter = \"{better}\"\nwindow = \"{window}\"\nwait = \"{wait}\"\n{of}\
         [outcome.{name}.measured]\n{rule}{inside}{exceptions}"
    )
}

/// The number after `most = `.
fn most_of(text: &str) -> &str {
    text.lines().find_map(|line| line.strip_prefix("most = ")).expect("an amount has the most that counts")
}

/// The first outcome is binary, so that the others can build on it.
pub(crate) fn random_outcomes(dice: &mut Dice, count: usize) -> String {
    let mut text = loop {
        let text = outcome(dice, "first", "first");
        if text.contains("kind = \"binary\"") {
            break text;
        }
    };
    // What is made of others has the same people as these.
    let whole = |text: &str| !text.contains(".exceptions]");
    let mut binary: Vec<String> = Some("first".to_owned()).filter(|_| whole(&text)).into_iter().collect();
    for at in 1..count {
        let name = format!("o{at}");
        let one = outcome(dice, &name, "first");
        if one.contains("kind = \"binary\"") && whole(&one) {
            binary.push(name.clone());
        }
        text += &one;
        if one.contains("kind = \"amount\"") {
            let reached = format!("{name}_reached");
            text += &format!(
                "[outcome.{reached}]\nmeasure = \"something\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"10 days\"\n\
                 [outcome.{reached}.measured]\nrule = \"reaches\"\noutcome = \"{name}\"\nlevel = {}\n",
                dice.one_of(&["1", "most"]).replace("most", most_of(&one))
            );
            binary.push(reached);
        }
    }
    if binary.len() > 1 {
        let at_least = 1 + dice.below(binary.len() as u64);
        text += &format!(
            "[outcome.some]\nmeasure = \"something\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"{}\"\n\
             [outcome.some.measured]\nrule = \"some of\"\noutcomes = {binary:?}\nat_least = {at_least}\n",
            ["6 months", "40 weeks", "10 days"][dice.below(3) as usize]
        );
    }
    text
}

/// At least a thousand random definitions on random records: every finding, every tally and every count of what is not yet
/// known is the oracle's; so are they with the rows shuffled, in batches of another size.
#[test]
fn random_definitions_on_random_records_agree_with_a_plain_oracle() {
    let mut dice = Dice(2027);
    let (mut definitions, mut states) = (0, [0; 5]);
    for _ in 0..300 {
        let count = 4 + dice.below(4) as usize;
        let text = random_outcomes(&mut dice, count);
        let month_end = *dice.one_of(&["last day of month", "next day"]);
        let scheme = scheme(month_end, &text);
        let records = TestRecords::random(&mut dice, FIRST, LAST);
        let (as_at, known_at) = (plus(LAST, dice.between(-100, 900)), plus(LAST, dice.between(-100, 900)));
        let (found, names) = measured(&scheme, &records, as_at, known_at, 1 + dice.below(50) as usize);
        let oracle = Oracle { scheme: &scheme, records: &records, as_at, known_at };
        let index = oracle.index();
        assert_eq!(found.index.len(), index.len());
        for (start, cohort) in index {
            let at = found.index.iter().position(|index| {
                let who = names.get(index.start.person).to_string();
                who == start.person && index.cohort as usize == cohort && index.start.comparison == start.comparison
            });
            let at = at.unwrap_or_else(|| panic!("{start:?} is not counted"));
            let expected = oracle.answers(start);
            let answers: Vec<Answer> = found.of(at).iter().map(answer).collect();
            for (outcome, (answer, expected)) in answers.iter().zip(&expected).enumerate() {
                let rule = &scheme.outcomes[outcome];
                assert_eq!(answer, expected, "{start:?}\n{rule:?}\nas at {as_at}, known at {known_at}");
                states[match expected {
                    Answer::NotYetKnown => 0,
                    Answer::LeftOut => 1,
                    Answer::Excepted => 4,
                    Answer::Known(0, _) => 2,
                    Answer::Known(..) => 3,
                }] += 1;
            }
        }
        let shuffled = records.shuffled(&mut dice);
        let (again, _) = measured(&scheme, &shuffled, as_at, known_at, 1 + dice.below(50) as usize);
        assert_eq!((&again.results, again.outside_scheme), (&found.results, found.outside_scheme), "the order of rows matters");
        assert_eq!(outcomes::tallies(&scheme, &again), outcomes::tallies(&scheme, &found));
        definitions += count;
    }
    assert!(definitions >= 1000, "{definitions} definitions");
    // Each way that a person can end must have been seen often, or the comparison says little.
    assert!(states.iter().all(|count| *count > 500), "{states:?}");
}

#[test]
fn any_number_of_threads_gives_the_same_findings() {
    let mut dice = Dice(8);
    let scheme = scheme("last day of month", &random_outcomes(&mut dice, 8));
    // Enough people for several parts.
    let mut records = TestRecords::default();
    for copy in 0..300 {
        let more = TestRecords::random(&mut dice, FIRST, LAST);
        let name = |person: &str| format!("{copy}-{person}");
        records.people.extend(more.people.iter().map(|row| Person { name: name(&row.name), ..row.clone() }));
        records.starts.extend(more.starts.iter().map(|row| Start { person: name(&row.person), ..row.clone() }));
        records.events.extend(more.events.iter().map(|row| Event { person: name(&row.person), ..row.clone() }));
        records.spells.extend(more.spells.iter().map(|row| Spell { person: name(&row.person), ..row.clone() }));
    }
    assert!(records.people.len() > 4096, "{} people", records.people.len());
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| measured(&scheme, &records, plus(LAST, 400), plus(LAST, 400), 999).0.results)
    };
    let one = with(1);
    assert!(one.iter().any(|finding| finding.value > 0));
    assert!(one == with(2) && one == with(8));
}

/// The rule of one outcome, by hand: what becomes of a person who starts on a day, with these facts.
struct Case {
    outcome: String,
    began: Date,
    records: TestRecords,
    until: Date,
}

impl Case {
    fn new(kind: &str, window: &str, wait: &str, rule: &str) -> Case {
        let outcome = format!(
            "[outcome.first]\nmeasure = \"m\"\nkind = \"{kind}\"\nbetter = \"more\"\nwindow = \"{window}\"\nwait = \"{wait}\"\n\
             [outcome.first.measured]\n{rule}\n"
        );
        let person = Person { name: "A".into(), ..Person::default() };
        Case {
            outcome,
            began: day_of("2019-12-31"),
            records: TestRecords { people: vec![person], ..TestRecords::default() },
            until: day_of("2025-01-01"),
        }
    }

    /// An offence, and its conviction if there is one.
    fn offence(mut self, date: &str, convicted: &str) -> Case {
        let number = self.records.events.len();
        self = self.event(&format!("e{number}"), "offence", date, "");
        if !convicted.is_empty() {
            self = self.event(&format!("c{number}"), "conviction", convicted, &format!("e{number}"));
        }
        self
    }

    fn event(mut self, event: &str, kind: &str, date: &str, about: &str) -> Case {
        self.records.events.push(Event {
            event: event.into(),
            person: "A".into(),
            kind: kind.into(),
            date: day_of(date),
            class: String::new(),
            about: about.into(),
            settled: None,
            disposal: String::new(),
            amount: 0,
            known: None,
        });
        self
    }

    fn spell(mut self, kind: &str, from: &str, to: &str) -> Case {
        let to = (!to.is_empty()).then(|| day_of(to));
        self.records.spells.push(Spell { person: "A".into(), kind: kind.into(), from: day_of(from), to, known: None });
        self
    }

    fn last(mut self, change: impl FnOnce(&mut Event)) -> Case {
        change(self.records.events.last_mut().expect("an event"));
        self
    }

    fn until(mut self, until: &str) -> Case {
        self.until = day_of(until);
        self
    }

    fn answer(mut self) -> Answer {
        self.records.coverage = ["events", "spells"].map(|table| (table.to_owned(), String::new(), self.until)).into();
        self.records.starts.push(Start {
            person: "A".into(),
            provider: "P".into(),
            area: "north".into(),
            segment: "old".into(),
            household: String::new(),
            began: self.began,
            comparison: false,
            known: None,
        });
        let scheme = scheme("last day of month", &self.outcome);
        let (found, _) = measured(&scheme, &self.records, Date::MAX, Date::MAX, 10);
        answer(&found.of(0)[0])
    }

    fn value(self) -> i64 {
        match self.answer() {
            Answer::Known(value, _) => value,
            other => panic!("{other:?}"),
        }
    }
}

fn day_of(text: &str) -> Date {
    text.parse().expect("a date")
}

fn reoffending() -> Case {
    Case::new(
        "binary",
        "12 months",
        "6 months",
        "rule = \"any within\"\nevents = \"offence\"\nproven_by = \"conviction\"\nexcept = \"breach\"",
    )
}

/// Windows are half open; months end as the scheme says: twelve months from 31 December and eighteen, to 30 June.
#[test]
fn reoffending_is_an_offence_in_the_window_proven_before_the_waiting_period_is_over() {
    assert_eq!(reoffending().value(), 0);
    assert_eq!(reoffending().offence("2019-12-31", "2020-01-01").value(), 1, "on the index date");
    assert_eq!(reoffending().offence("2019-12-30", "2020-01-01").value(), 0, "before it, convicted after it");
    assert_eq!(reoffending().offence("2020-12-30", "2021-01-30").value(), 1, "on the last day");
    assert_eq!(reoffending().offence("2020-12-31", "2021-01-30").value(), 0, "on the day after");
    assert_eq!(reoffending().offence("2020-12-30", "2021-06-29").value(), 1, "convicted on the last day");
    assert_eq!(reoffending().offence("2020-12-30", "2021-06-30").value(), 0, "convicted on the day after");
    assert_eq!(reoffending().offence("2020-05-01", "").value(), 0, "never convicted");
    assert_eq!(reoffending().offence("2020-05-01", "").last(|event| event.settled = Some(day_of("2020-06-01"))).value(), 1);
    assert_eq!(reoffending().offence("2020-05-01", "").last(|event| event.class = "breach".into()).value(), 0);
    let breach = reoffending().event("b", "offence", "2020-05-01", "").last(|event| event.class = "breach".into());
    assert_eq!(breach.event("c", "conviction", "2020-06-01", "b").value(), 0, "an excluded kind, however proven");
    let elsewhere = reoffending().offence("2020-05-01", "").event("c", "conviction", "2020-06-01", "another");
    assert_eq!(elsewhere.value(), 0, "a conviction about something else");
    assert_eq!(
        reoffending().offence("2020-05-03", "2020-06-01").offence("2020-05-02", "2021-01-01").answer(),
        Answer::Known(1, Some(day_of("2020-05-02")))
    );
}

#[test]
fn nobody_counts_before_the_whole_window_and_the_waiting_period_were_observed() {
    let caught = || reoffending().offence("2020-01-02", "2020-01-03");
    assert_eq!(caught().until("2021-06-28").answer(), Answer::NotYetKnown, "not even who has reoffended already");
    assert_eq!(caught().until("2021-06-29").value(), 1);
    assert_eq!(reoffending().until("2021-06-28").answer(), Answer::NotYetKnown);
    assert_eq!(reoffending().until("2021-06-29").value(), 0);
}

#[test]
fn offences_settled_together_can_count_as_one() {
    let count = |each: &str| {
        let rule = format!("rule = \"count within\"\nevents = \"offence\"\nproven_by = \"conviction\"\neach = \"{each}\"");
        let mut case = Case::new("frequency", "12 months", "6 months", &rule);
        let binary = reoffending().outcome.replace("outcome.first", "outcome.any");
        case.outcome =
            format!("{binary}{}", case.outcome.replace("kind = \"frequency\"\n", "kind = \"frequency\"\nof = \"any\"\n"));
        // Two on one day in court, one of another day, two of one disposal on two days.
        let mut case =
            case.offence("2020-02-01", "2020-05-05").offence("2020-03-01", "2020-05-05").offence("2020-04-01", "2020-07-07");
        case = case.offence("2020-04-02", "2020-08-01").offence("2020-04-03", "2020-08-02");
        for event in case.records.events.iter_mut().filter(|event| event.kind == "offence" && event.date >= day_of("2020-04-02"))
        {
            event.disposal = "D1".into();
        }
        let scheme = scheme("last day of month", &case.outcome);
        case.records.coverage = vec![("events".into(), String::new(), case.until)];
        case.records.starts.push(Start {
            person: "A".into(),
            provider: "P".into(),
            area: "north".into(),
            segment: "old".into(),
            household: String::new(),
            began: case.began,
            comparison: false,
            known: None,
        });
        measured(&scheme, &case.records, Date::MAX, Date::MAX, 10).0.of(0)[1].value
    };
    assert_eq!((count("event"), count("disposal")), (5, 3));
}

#[test]
fn death_removal_and_custody_count_or_leave_out_as_the_scheme_says() {
    let dies = |rule: &str, died: &str| {
        let mut case =
            Case::new("binary", "12 months", "0 days", &format!("rule = \"none within\"\nevents = \"offence\"\n{rule}"));
        case.records.people[0].died = Some(day_of(died));
        case.answer()
    };
    assert_eq!(dies("", "2020-03-01"), Answer::Known(1, None), "the dead do not reoffend");
    assert_eq!(dies("died = \"left out\"", "2020-03-01"), Answer::LeftOut);
    assert_eq!(dies("died = \"left out\"", "2020-12-30"), Answer::LeftOut, "on the last day");
    assert_eq!(dies("died = \"left out\"", "2020-12-31"), Answer::Known(1, None), "on the day after");
    let mut removed =
        Case::new("binary", "12 months", "0 days", "rule = \"none within\"\nevents = \"offence\"\nremoved = \"left out\"");
    removed.records.people[0].removed = Some(day_of("2020-06-01"));
    assert_eq!(removed.answer(), Answer::LeftOut);
    let inside = |rule: &str, from: &str, to: &str| {
        Case::new("binary", "12 months", "0 days", &format!("rule = \"none within\"\nevents = \"offence\"\n{rule}"))
            .spell("custody", from, to)
            .answer()
    };
    assert_eq!(inside("", "2020-01-01", "2020-02-01"), Answer::Known(1, None));
    assert_eq!(inside("custody = \"left out\"", "2020-01-01", "2020-02-01"), Answer::LeftOut);
    assert_eq!(
        inside("custody = \"left out\"", "2019-06-01", "2019-12-31"),
        Answer::Known(1, None),
        "released on the index date"
    );
    assert_eq!(inside("custody = \"left out\"", "2020-12-31", ""), Answer::Known(1, None), "after the window");
}

#[test]
fn a_reason_in_the_window_takes_a_person_out_of_the_measure() {
    let excepted = |rule: &str, better: &str, good_result: &str, reason: &str| {
        let mut case = Case::new("binary", "12 months", "6 months", &format!("rule = \"{rule}\"\nevents = \"offence\""));
        case.outcome = case.outcome.replace("better = \"more\"", &format!("better = \"{better}\""));
        case.outcome += &format!("[outcome.first.exceptions]\nevents = \"moved\"\ngood_result = \"{good_result}\"\n");
        case.event("m", "moved", reason, "")
    };
    let moved = |day: &str| excepted("any within", "fewer", "left out", day).offence("2020-05-01", "");
    assert_eq!(moved("2019-12-31").answer(), Answer::Excepted, "on the index date");
    assert_eq!(moved("2020-12-30").answer(), Answer::Excepted, "on the last day");
    assert_eq!(moved("2019-12-30").value(), 1, "on the day before");
    assert_eq!(moved("2020-12-31").value(), 1, "in the waiting period");
    assert_eq!(
        moved("2020-05-01").until("2021-06-28").answer(),
        Answer::NotYetKnown,
        "all of the window must have been observed"
    );
    // Who has the good result counts all the same, where the contract says so.
    let counts = |rule: &str, better: &str| excepted(rule, better, "counts", "2020-06-01");
    assert_eq!(counts("any within", "fewer").value(), 0, "nothing happened, and that is good");
    assert_eq!(counts("any within", "fewer").offence("2020-05-01", "").answer(), Answer::Excepted);
    assert_eq!(counts("any within", "more").answer(), Answer::Excepted);
    assert_eq!(counts("any within", "more").offence("2020-05-01", "").value(), 1);
    assert_eq!(counts("none within", "more").value(), 1);
}

/// Of four people one is excepted from the first outcome and from what counts on top of it, and counts in the other; nobody leaves the
/// tally.
#[test]
fn an_excepted_person_stays_in_the_tally_and_in_the_other_outcomes() {
    let binary = |name: &str, kind: &str| {
        format!(
            "[outcome.{name}]\nmeasure = \"m\"\nkind = \"binary\"\nbetter = \"fewer\"\nwindow = \"12 months\"\n\
             [outcome.{name}.measured]\nrule = \"any within\"\nevents = \"{kind}\"\n"
        )
    };
    let text = binary("first", "offence")
        + "[outcome.first.exceptions]\nevents = \"moved\"\ngood_result = \"left out\"\n"
        + "[outcome.often]\nmeasure = \"m\"\nkind = \"frequency\"\nof = \"first\"\nbetter = \"fewer\"\nwindow = \"12 months\"\n\
           [outcome.often.measured]\nrule = \"count within\"\nevents = \"offence\"\n"
        + &binary("other", "7");
    let scheme = scheme("last day of month", &text);
    let mut case = reoffending();
    case.records.people = ["A", "B", "C", "D"].map(|name| Person { name: name.into(), ..Person::default() }).into();
    case.records.starts = case
        .records
        .people
        .iter()
        .map(|person| Start {
            person: person.name.clone(),
            provider: "P".into(),
            area: "north".into(),
            segment: "old".into(),
            household: String::new(),
            began: case.began,
            comparison: false,
            known: None,
        })
        .collect();
    let mut case = case.event("a", "offence", "2020-02-01", "").event("b", "offence", "2020-03-01", "");
    case = case.event("m", "moved", "2020-04-01", "").event("s", "7", "2020-04-01", "").event("c", "offence", "2020-05-01", "");
    case.records.events[4].person = "B".into();
    case.records.coverage = vec![("events".into(), String::new(), case.until)];
    let (found, _) = measured(&scheme, &case.records, Date::MAX, Date::MAX, 10);
    let groups = outcomes::tallies(&scheme, &found);
    let (tally, cell) = (&groups[0].tally, 1);
    assert_eq!((tally.people[cell], &tally.excepted[0][cell..=cell]), (4, &[1][..]));
    assert_eq!(tally.counts.iter().map(|counts| counts[cell]).collect::<Vec<_>>(), [1, 1, 1]);
    assert_eq!((tally.measured(&scheme, 0, cell), tally.measured(&scheme, 1, cell), tally.measured(&scheme, 2, cell)), (3, 3, 4));
    let follow_up = |outcome: usize| groups[0].follow_up[outcome][cell];
    assert_eq!((follow_up(0).observed, follow_up(0).excepted, follow_up(1).excepted, follow_up(2).observed), (3, 1, 1, 4));
}

#[test]
fn days_are_added_up_once_and_a_break_may_end_a_run() {
    let sustained =
        |more: &str| Case::new("binary", "100 days", "0 days", &format!("rule = \"sustained\"\nspells = \"job\"\n{more}"));
    let cumulative = "days = \"20 days\"\ncounted = \"cumulative\"";
    let two = |case: Case| case.spell("job", "2019-12-01", "2020-01-10").spell("job", "2020-02-01", "2020-02-11");
    // Ten days in December and January after the index date of 31 December, ten in February.
    assert_eq!(
        two(sustained(cumulative)).answer(),
        Answer::Known(1, Some(day_of("2020-02-11"))),
        "the day after the last one needed"
    );
    assert_eq!(two(sustained(&cumulative.replace("20", "21"))).value(), 0);
    let overlap = two(sustained(&cumulative.replace("20", "21"))).spell("job", "2020-01-05", "2020-01-10");
    assert_eq!(overlap.value(), 0, "a day in two spells counts once");
    let run = |breaks: &str| two(sustained(&format!("days = \"20 days\"\ncounted = \"continuous\"\n{breaks}"))).value();
    assert_eq!((run(""), run("breaks = \"21 days\""), run("breaks = \"22 days\"")), (0, 0, 1), "22 days lie between");
    let late = sustained("days = \"20 days\"\ncounted = \"cumulative\"").spell("job", "2020-03-20", "");
    assert_eq!(late.value(), 1, "19 days of March and April are left, and the 20th is the last of the window");
    assert_eq!(sustained(cumulative).spell("job", "2020-03-21", "").value(), 0);
}

#[test]
fn the_threshold_of_the_index_date_holds() {
    let earns = |began: &str, amount: i64| {
        let rule = "rule = \"at least\"\nevents = \"wage\"\nearnings = { 2019-04-01 = \"£3,500\", 2020-04-01 = \"£4,000\" }";
        let mut case = Case::new("binary", "12 months", "0 days", rule);
        case.began = day_of(began);
        case.event("w", "wage", "2020-05-01", "").last(|event| event.amount = amount).value()
    };
    assert_eq!((earns("2020-03-31", 350_000), earns("2020-03-31", 349_999)), (1, 0));
    assert_eq!((earns("2020-04-01", 400_000), earns("2020-04-01", 399_999)), (1, 0));
}

#[test]
fn an_exit_is_a_success_when_nobody_comes_back() {
    let exit = |back: &str| {
        let rule = "rule = \"exit without return\"\nevents = \"completed\"\nspells = \"treatment\"\nclear = \"6 months\"";
        let case = Case::new("binary", "12 months", "0 days", rule).event("x", "completed", "2020-08-31", "");
        if back.is_empty() { case } else { case.spell("treatment", back, "") }
    };
    assert_eq!(exit("").answer(), Answer::Known(1, Some(day_of("2020-08-31"))));
    assert_eq!(exit("2020-08-31").value(), 1, "a return on the day of leaving is part of leaving");
    assert_eq!((exit("2020-09-01").value(), exit("2021-02-27").value(), exit("2021-02-28").value()), (0, 0, 1));
    assert_eq!(exit("").until("2021-06-28").answer(), Answer::NotYetKnown, "twelve months and six must have been observed");
    let again = exit("2020-10-01").event("y", "completed", "2020-11-01", "");
    assert_eq!(again.value(), 0, "only the first exit is judged");
}

#[test]
fn status_is_that_of_the_day_on_which_the_window_ends() {
    let status = |from: &str, to: &str| {
        Case::new("binary", "12 months", "0 days", "rule = \"status at\"\nspells = \"tenancy\"").spell("tenancy", from, to)
    };
    assert_eq!(status("2020-12-31", "2021-01-01").value(), 1);
    assert_eq!(status("2020-01-01", "2020-12-31").value(), 0);
    assert_eq!(
        status("2020-12-31", "").until("2020-12-30").answer(),
        Answer::NotYetKnown,
        "the day itself must have been observed"
    );
    assert_eq!(status("2020-12-31", "").until("2020-12-31").value(), 1);
}

#[test]
fn one_person_counts_once_in_a_cohort_from_the_first_start() {
    let mut case = reoffending().offence("2020-12-31", "2021-01-01");
    let start = |began: &str, provider: &str| Start {
        person: "A".into(),
        provider: provider.into(),
        area: "north".into(),
        segment: "old".into(),
        household: String::new(),
        began: day_of(began),
        comparison: false,
        known: None,
    };
    // Two in the cohort from October, one in the next; one of another area that the scheme does not have.
    case.records.starts =
        vec![start("2019-12-31", "Q"), start("2019-12-31", "P"), start("2019-12-01", "Z"), start("2020-01-01", "P")];
    case.records.starts.push(Start { area: "elsewhere".into(), ..start("2019-10-01", "P") });
    case.records.coverage = vec![("events".into(), String::new(), case.until)];
    let scheme = scheme("last day of month", &case.outcome);
    let (found, _) = measured(&scheme, &case.records, Date::MAX, Date::MAX, 10);
    let began: Vec<Date> = found.index.iter().map(|index| date(index.start.began)).collect();
    assert_eq!(began, [day_of("2019-12-01"), day_of("2020-01-01")]);
    assert_eq!(found.outside_scheme, 1);
    assert_eq!((found.of(0)[0].value, found.of(1)[0].value), (0, 1), "each start has its own window");
}

/// A start that was booked, or that is known from a later extract, is no start until its day.
#[test]
fn nobody_has_started_before_the_day() {
    let mut case = reoffending();
    let start = |began: &str, known: Option<&str>| Start {
        person: "A".into(),
        provider: "P".into(),
        area: "north".into(),
        segment: "old".into(),
        household: String::new(),
        began: day_of(began),
        comparison: false,
        known: known.map(day_of),
    };
    case.records.starts = vec![start("2019-11-15", Some("2019-10-01")), start("2020-01-01", None)];
    let scheme = scheme("last day of month", &case.outcome);
    let counted = |as_at: &str| measured(&scheme, &case.records, day_of(as_at), Date::MAX, 10).0.index.len();
    assert_eq!(["2019-11-14", "2019-11-15", "2019-12-31", "2020-01-01"].map(counted), [0, 1, 1, 2]);
}

/// A late conviction is as if it were not there until it is known.
#[test]
fn what_was_not_known_does_not_count() {
    let mut case = reoffending().offence("2020-05-01", "2020-06-01").last(|event| event.known = Some(day_of("2022-01-01")));
    case.records.coverage = vec![("events".into(), String::new(), case.until)];
    case.records.starts.push(Start {
        person: "A".into(),
        provider: "P".into(),
        area: "north".into(),
        segment: "old".into(),
        household: String::new(),
        began: case.began,
        comparison: false,
        known: None,
    });
    let scheme = scheme("last day of month", &case.outcome);
    let known_at = |known_at: &str| measured(&scheme, &case.records, Date::MAX, day_of(known_at), 10).0.of(0)[0].value;
    assert_eq!((known_at("2021-12-31"), known_at("2022-01-01")), (0, 1));
}
