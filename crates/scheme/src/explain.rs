//! The contract in English: a term sheet with clause numbers, and a table of what is paid at each level of the outcome.

use crate::literal::Literal as _;
use crate::money::{Pence, Quantity, Rate, WHOLE, thousands};
use crate::price;
use crate::tally::{Comparison, Tally};
use crate::terms::{Baseline, Better, Intake, Kind, Outcome, Per, SaidBy, Scheme};

/// A numbered paragraph of the term sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Paragraph {
    /// "3.2".
    pub number: String,
    pub text: String,
    /// Where it comes from, when the file says.
    pub from: String,
}

/// The contract as numbered paragraphs: 1 the parties and the people, 2 what is measured, 3 what is paid.
#[must_use]
pub fn term_sheet(scheme: &Scheme) -> Vec<Paragraph> {
    let mut out = Vec::new();
    let mut add = |number: String, text: String, from: &str| out.push(Paragraph { number, text, from: from.to_owned() });
    add("1.1".into(), format!("The payer is {}. It is paid to: {}.", scheme.payer, scheme.provider), "");
    add("1.2".into(), format!("The contract runs from {} to {}.{}", scheme.starts, scheme.ends, last_payment(scheme)), "");
    add("1.3".into(), people(scheme), "");
    add(
        "1.4".into(),
        match scheme.intake {
            Intake::Everyone => "Everyone referred is served and counted.".into(),
            Intake::AfterAssessment => {
                "People count once the provider has assessed them and they have started; those who fall out before do not.".into()
            }
            Intake::ProviderChooses => "The provider may turn people away, who are then neither served nor counted.".into(),
        },
        "",
    );
    for (at, outcome) in scheme.outcomes.iter().enumerate() {
        let good = if outcome.better == Better::Fewer { "Less is better." } else { "More is better." };
        let kind = match outcome.kind {
            Kind::Binary => "Each person counts once.".to_owned(),
            Kind::Frequency { of, per: Per::Person } => {
                format!("Every event counts, divided by all people (those without {} have none).", scheme.outcomes[of].name)
            }
            Kind::Frequency { of, per: Per::Affected } => {
                format!("Every event counts, divided by the people with {}.", scheme.outcomes[of].name)
            }
            Kind::Sustained { of, every, most } => {
                format!("Every {} that {} lasts counts, up to {most}.", every.words(), scheme.outcomes[of].name)
            }
        };
        let wait = if outcome.wait.in_months() > 0.0 {
            format!(", plus {} for late facts", outcome.wait.words())
        } else {
            String::new()
        };
        let text = format!(
            "{}: {}, within {}{wait}. {kind} {good}{}",
            outcome.name,
            outcome.measure,
            outcome.window.words(),
            baseline(scheme, at)
        );
        add(format!("2.{}", at + 1), text, "");
        if let Some(measured) = &outcome.measured {
            add(format!("2.{}.1", at + 1), measured.words(), "");
        }
    }
    for (at, clause) in scheme.clauses.iter().enumerate() {
        let mut sentences = clause.explain(scheme).into_iter();
        let first = sentences.next().unwrap_or_default();
        add(format!("3.{}", at + 1), format!("{} ({}). {first}", clause.name, clause.kind()), &clause.from);
        for (sub, sentence) in sentences.enumerate() {
            add(format!("3.{}.{}", at + 1, sub + 1), sentence, "");
        }
    }
    out
}

fn last_payment(scheme: &Scheme) -> String {
    scheme.final_payment.map_or(String::new(), |day| format!(" Nothing is paid or claimed back after {day}."))
}

fn people(scheme: &Scheme) -> String {
    let (first, last) = (&scheme.cohorts[0], &scheme.cohorts[scheme.cohorts.len() - 1]);
    let cohorts = match scheme.cohorts.len() {
        1 => format!("People who start from {} to {} are one cohort", first.starts, first.ends),
        n => format!("People who start from {} to {} fall into {n} cohorts of {} months", first.starts, last.ends, first.months),
    };
    let areas = if scheme.areas.len() > 1 { format!(" in each of {} areas", scheme.areas.len()) } else { String::new() };
    let (low, high) = scheme.people.values().iter().fold((i64::MAX, 0), |(low, high), n| (low.min(n.0), high.max(n.0)));
    let size = if low == high { thousands(low) } else { format!("{} to {}", thousands(low), thousands(high)) };
    let segments = match scheme.segments.len() {
        1 => String::new(),
        n => format!(" The contract tells {n} segments apart: {}.", scheme.segments.join(", ")),
    };
    format!("{cohorts}{areas}, of {size} people each as expected.{segments}")
}

/// What an outcome is held against, how the baseline moves, and whose word it rests on.
fn baseline(scheme: &Scheme, outcome: usize) -> String {
    let outcome = &scheme.outcomes[outcome];
    let ratchet = match outcome.ratchet {
        Rate(0) => String::new(),
        share => {
            format!(" Each year's baseline takes over {share} of how much better or worse the year before was than its own.")
        }
    };
    let reported = match outcome.reported_by {
        SaidBy::Records => "",
        SaidBy::Provider => " It is counted as the provider reports it.",
    };
    format!("{}{ratchet}{reported}", held_against(outcome))
}

fn held_against(outcome: &Outcome) -> String {
    match &outcome.baseline {
        Baseline::None => String::new(),
        Baseline::Before { over } => {
            format!(" It is held against the same people over the {} before they started.", over.words())
        }
        Baseline::Comparison { ratio } => {
            format!(
                " It is held against a comparison group of {ratio} {} for each person served.",
                if *ratio == 1 { "person" } else { "people" }
            )
        }
        Baseline::Fixed(schedule) => {
            let (low, high) = (schedule.values().iter().min(), schedule.values().iter().max());
            let show = |rate: Option<&crate::money::Rate>| match (rate, outcome.kind) {
                (Some(rate), Kind::Binary) => rate.to_string(),
                (Some(rate), _) => Quantity(rate.0).to_string(),
                _ => String::new(),
            };
            if low == high {
                format!(" The baseline is {}.", show(low))
            } else {
                format!(" The baseline is {} to {}, by area or segment.", show(low), show(high))
            }
        }
    }
}

/// One row of the payment table: a level of an outcome and what is paid there.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// Change from the expected level in percentage points of all people (events per hundred people for a frequency);
    /// negative is fewer.
    pub change: f64,
    /// The measured rate, as a proportion or as events per person.
    pub rate: f64,
    /// For each clause, what it pays, in the scheme's order.
    pub by_clause: Vec<Pence>,
    pub total: Pence,
}

/// What one area is paid in all when one outcome stands at each of some levels in every cohort, all else as expected.
/// `changes` are in percentage points (or events per hundred people).
#[must_use]
pub fn payment_table(scheme: &Scheme, area: usize, outcome: usize, changes: &[f64]) -> Vec<Level> {
    let expected = expected_tally(scheme, area);
    changes.iter().filter_map(|&change| level(scheme, &expected, outcome, change)).collect()
}

/// As many events for one person as a baseline may state.
const MOST_EVENTS_EACH: i64 = 100;

fn level(scheme: &Scheme, expected: &Tally, outcome: usize, change: f64) -> Option<Level> {
    let mut tally = expected.clone();
    let binary = scheme.outcomes[outcome].is_binary();
    for cell in 0..tally.people.len() {
        let people = tally.people[cell];
        let moved = tally.counts[outcome][cell] as f64 + change / 100.0 * people as f64;
        let count = moved.round() as i64;
        if count < 0 || binary && count > people {
            return None;
        }
        let before = tally.counts[outcome][cell];
        tally.counts[outcome][cell] = count;
        // What is counted on top of a binary outcome moves with it: the same events for each person affected.
        for (at, other) in scheme.outcomes.iter().enumerate() {
            match other.kind {
                Kind::Frequency { of, .. } | Kind::Sustained { of, .. } if of == outcome && before > 0 => {
                    let most = match other.kind {
                        Kind::Sustained { most, .. } => people * most,
                        _ => people * MOST_EVENTS_EACH,
                    };
                    let moved = tally.counts[at][cell] as f64 * count as f64 / before as f64;
                    tally.counts[at][cell] = (moved.round() as i64).min(most);
                }
                _ => {}
            }
        }
    }
    let (_, paid) = price::statement(scheme, &tally);
    let people: i64 = tally.people.iter().sum();
    let rate = tally.counts[outcome].iter().sum::<i64>() as f64 / people.max(1) as f64;
    let by_clause = (0..scheme.clauses.len()).map(|clause| paid.clause(clause)).collect();
    Some(Level { change, rate, by_clause, total: paid.total() })
}

/// The tally in which everything comes out as the baselines lead one to expect.
#[must_use]
pub fn expected_tally(scheme: &Scheme, area: usize) -> Tally {
    let mut tally = Tally::empty(scheme, area, (0..scheme.cohorts.len()).collect());
    for (at, cohort) in scheme.cohorts.iter().enumerate() {
        for segment in 0..tally.segments {
            let cell = tally.cell(at, segment);
            let share = if scheme.people.by_segment() { 1 } else { scheme.segments.len() as i64 };
            tally.people[cell] = scheme.people.at(area, segment, cohort.year).0 / share;
            for (index, outcome) in scheme.outcomes.iter().enumerate() {
                let rate = match &outcome.baseline {
                    Baseline::Fixed(schedule) => schedule.at(area, segment, cohort.year).0 as f64 / WHOLE as f64,
                    // Without a stated level the table starts from the middle.
                    Baseline::None | Baseline::Comparison { .. } | Baseline::Before { .. } => match outcome.kind {
                        Kind::Binary => 0.5,
                        Kind::Frequency { .. } => 1.0,
                        Kind::Sustained { most, .. } => most as f64 / 4.0,
                    },
                };
                let base = match outcome.kind {
                    Kind::Frequency { of, per: Per::Affected } => tally.counts[of][cell],
                    _ => tally.people[cell],
                } as f64;
                let mut count = (base * rate).round() as i64;
                if let Kind::Frequency { of, .. } = outcome.kind {
                    count = count.max(tally.counts[of][cell]);
                }
                tally.counts[index][cell] = count;
                if let Some(ratio) = outcome.compared() {
                    tally.comparison[index] =
                        with_cell(&tally.comparison[index], cell, tally.people[cell] * ratio, count * ratio);
                }
            }
        }
    }
    tally
}

fn with_cell(group: &Comparison, cell: usize, people: i64, count: i64) -> Comparison {
    let mut group = group.clone();
    group.people[cell] = people;
    group.counts[cell] = count;
    group
}
