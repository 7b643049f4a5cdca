//! The contract in English: a term sheet with clause numbers, and a table of what is paid at each level of the outcome.

use crate::measured_result::expected_in_cell;
use crate::price;
use crate::scheme::Scheme;
use crate::spread_words::spread_words;
use crate::tally::{Tally, misfit, part_misfit};
use crate::terms::{Baseline, Better, Intake, Outcome, OutcomeKind, Per, RecordsPolicy, ReportedBy, amount_in_words, date_words};
use base::english::{counted, plural};
use base::literal::{Duration, Literal as _, Tolerance};
use base::money::{Pence, Quantity, Rate, WHOLE, thousands};

/// A numbered paragraph of the term sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Paragraph {
    /// "3.2".
    pub number: String,
    pub text: String,
    /// Where it comes from, when the file says.
    pub from: String,
    /// The table of the file that holds its numbers, such as "pay.bonus"; empty where there is none, or another paragraph has it.
    pub table: String,
}

/// The contract as numbered paragraphs: 1 the parties and the people, 2 what is measured, 3 what is paid.
#[must_use]
pub fn term_sheet(scheme: &Scheme) -> Vec<Paragraph> {
    let mut out = Vec::new();
    let mut add_from = |number: String, text: String, from: &str, table: String| {
        out.push(Paragraph { number, text, from: from.to_owned(), table });
    };
    let mut add = |number: String, text: String, table: &str| add_from(number, text, "", table.to_owned());
    add("1.1".into(), format!("Payer: {}. Provider: {}.", scheme.payer, scheme.provider), "");
    add(
        "1.2".into(),
        format!("The contract runs from {} to {}.{}", date_words(scheme.starts), date_words(scheme.ends), last_payment(scheme)),
        "",
    );
    add("1.3".into(), people(scheme), "cohorts");
    add(
        "1.4".into(),
        match scheme.intake {
            Intake::Everyone => "Everyone referred is served and counted.".into(),
            Intake::AfterAssessment => {
                "People count once they have been assessed and have started. People who drop out before that do not count.".into()
            }
            Intake::ProviderChooses => "The provider may turn people away. They are then neither served nor counted.".into(),
        },
        "",
    );
    let paid = crate::who_is_paid::explain(scheme);
    if !paid.is_empty() {
        add("1.5".into(), paid.join(" "), "");
    }
    let funders = crate::funders::explain(&scheme.funders, &scheme.provider);
    let records = (scheme.records != RecordsPolicy::default()).then(|| records(&scheme.records));
    let further = [(!funders.is_empty()).then(|| funders.join(" ")), records].into_iter().flatten();
    for (at, text) in further.enumerate() {
        add(format!("1.{}", at + if paid.is_empty() { 5 } else { 6 }), text, "");
    }
    for (at, outcome) in scheme.outcomes.iter().enumerate() {
        let good = if outcome.better == Better::Fewer { "Less is better." } else { "More is better." };
        let kind = match outcome.kind {
            OutcomeKind::Binary if outcome.counts_households => {
                "Each household counts once, where its first member started.".to_owned()
            }
            OutcomeKind::Binary => "Each person counts once.".to_owned(),
            OutcomeKind::Frequency { of, per: Per::Person } => {
                format!("Every event counts, divided by all people (people without {} have none).", scheme.outcomes[of].name)
            }
            OutcomeKind::Frequency { of, per: Per::Affected } => {
                format!("Every event counts, divided by the people with {}.", scheme.outcomes[of].name)
            }
            OutcomeKind::Sustained { of, every, most } => {
                format!("Every {} that {} lasts counts, up to {most}.", every.words(), scheme.outcomes[of].name)
            }
            OutcomeKind::Amount { most } => {
                let (unit, most) = (&outcome.unit, amount_in_words(&thousands(most), &outcome.unit));
                format!("It is the mean over everybody, in {unit}. More than {most} for one person counts as {most}.")
            }
        };
        let part = outcome
            .part_of
            .map_or(String::new(), |of| format!(" Everyone counted here is counted in {} as well.", scheme.outcomes[of].name));
        let wait = if outcome.wait.in_months() > 0.0 {
            format!(", plus {} for late facts to arrive", outcome.wait.words())
        } else {
            String::new()
        };
        // A measure that states its own window does not need it again.
        let within = if says_window(&outcome.measure, outcome.window) {
            String::new()
        } else {
            format!(", within {}", outcome.window.words())
        };
        let text = format!("{}: {}{within}{wait}. {kind}{part} {good}{}", outcome.name, outcome.measure, baseline(scheme, at));
        add(format!("2.{}", at + 1), text, &format!("outcome.{}", outcome.name));
        let measured = outcome.measured.as_ref().map(|measured| measured.words(&scheme.outcomes));
        let excepted = outcome.exceptions.as_ref().map(|exceptions| exceptions.words(outcome.better));
        let excepted = excepted.map(|words| (words, format!("outcome.{}.exceptions", outcome.name)));
        let further = measured.map(|words| (words, String::new())).into_iter().chain(excepted);
        for (sub, (words, table)) in further.enumerate() {
            add(format!("2.{}.{}", at + 1, sub + 1), words, &table);
        }
    }
    for (at, clause) in scheme.clauses.iter().enumerate() {
        let mut sentences = clause.explain(scheme, &scheme.clauses).into_iter();
        let first = sentences.next().unwrap_or_default();
        let text = format!("{} ({}). {first}", clause.name, clause.kind());
        add_from(format!("3.{}", at + 1), text, &clause.from, format!("pay.{}", clause.name));
        for (sub, sentence) in sentences.enumerate() {
            add_from(format!("3.{}.{}", at + 1, sub + 1), sentence, "", String::new());
        }
    }
    out
}

/// Whether the words of a measure say its window: "12 months" anywhere, or "within a year", "in the first year", "within six months".
fn says_window(measure: &str, window: Duration) -> bool {
    const NUMBERS: [&str; 12] =
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    let measure = measure.to_lowercase();
    if measure.contains(&window.words()) {
        return true;
    }
    let (number, unit) = match window {
        Duration::Months(months) if months % 12 == 0 => (months / 12, "year"),
        Duration::Months(months) => (months, "month"),
        Duration::Weeks(weeks) => (weeks, "week"),
        Duration::Days(days) => (days, "day"),
    };
    let word = usize::try_from(number - 1).ok().and_then(|at| NUMBERS.get(at));
    let mut lengths: Vec<String> =
        word.map(|word| format!("{word} {}", plural(number, unit, &format!("{unit}s")))).into_iter().collect();
    lengths.push(counted(number, unit, &format!("{unit}s")));
    if let Duration::Months(months @ 1..=12) = window {
        lengths.push(format!("{} {}", NUMBERS[months as usize - 1], plural(months, "month", "months")));
    }
    if number == 1 {
        lengths.extend([format!("a {unit}"), format!("the {unit}"), format!("the first {unit}"), format!("their first {unit}")]);
    }
    let starts = |at: usize, length: &str| {
        let after = &measure[at + length.len()..];
        let whole = !after.starts_with(char::is_alphanumeric);
        whole && ["within ", "in ", "in the first ", "over "].iter().any(|before| measure[..at].ends_with(before))
    };
    lengths.iter().any(|length| measure.match_indices(length.as_str()).any(|(at, _)| starts(at, length)))
}

/// What is tolerated in the records that are paid on.
fn records(policy: &RecordsPolicy) -> String {
    let other = match policy.other_kinds.as_slice() {
        [] => String::new(),
        kinds => {
            format!(
                " These kinds and classes are not the ones that the rules need, although the names are similar: {}.",
                kinds.join(", ")
            )
        }
    };
    match policy.faults {
        Tolerance::Rows(0) => format!("Payments are made only when no row that could change the sum is faulty.{other}"),
        faults => {
            let are = if faults == Tolerance::Rows(1) { "is" } else { "are" };
            format!("Payments are made when at most {} that could change the sum {are} faulty.{other}", faults.words())
        }
    }
}

fn last_payment(scheme: &Scheme) -> String {
    scheme.final_payment.map_or(String::new(), |day| format!(" Nothing is paid or claimed back after {}.", date_words(day)))
}

fn people(scheme: &Scheme) -> String {
    let (first, last) = (&scheme.cohorts[0], &scheme.cohorts[scheme.cohorts.len() - 1]);
    let (starts, ends) = (date_words(first.starts), date_words(last.ends));
    let several_areas = scheme.areas.len() > 1;
    let areas = if several_areas { format!(" in each of {} areas", scheme.areas.len()) } else { String::new() };
    let months = counted(first.months, "month", "months");
    let cohorts = match scheme.cohorts.len() {
        1 => format!("People who start from {starts} to {ends} are one cohort{areas}."),
        n => format!("People who start from {starts} to {ends} are divided into {n} cohorts of {months}{areas}."),
    };
    let (low, high) = scheme.people.values().iter().fold((i64::MAX, 0), |(low, high), n| (low.min(n.0), high.max(n.0)));
    let size = if low == high { thousands(low) } else { format!("{} to {}", thousands(low), thousands(high)) };
    let are = plural(high, "person is", "people are");
    let each = match (scheme.people.by_segment(), scheme.cohorts.len() > 1 || several_areas) {
        (true, _) => "in each segment of each cohort",
        (false, true) => "in each cohort",
        (false, false) => "in it",
    };
    let said_by = match scheme.segments_set_by {
        ReportedBy::Provider => " The provider says which segment a person belongs to.",
        ReportedBy::Records => "",
    };
    let segments = match scheme.segments.len() {
        1 => String::new(),
        n => format!(" The contract has {n} segments: {}.", scheme.segments.join(", ")),
    };
    format!("{cohorts} {size} {are} expected {each}.{segments}{said_by}")
}

/// What an outcome is compared with, how the baseline moves, and who reports it.
fn baseline(scheme: &Scheme, outcome: usize) -> String {
    let outcome = &scheme.outcomes[outcome];
    let ratchet = match outcome.ratchet {
        Rate(0) => String::new(),
        share => {
            format!(
                " Each year, the baseline moves by {share} of the difference between the previous year's result and its baseline."
            )
        }
    };
    let reported = match outcome.reported_by {
        ReportedBy::Records => "",
        ReportedBy::Provider => " The provider reports it.",
    };
    format!("{}{ratchet}{reported}", compared_with(scheme, outcome))
}

fn compared_with(scheme: &Scheme, outcome: &Outcome) -> String {
    match &outcome.baseline {
        Baseline::None => String::new(),
        Baseline::Before { over } => {
            format!(" It is compared with the same people in the {} before they started.", over.words())
        }
        Baseline::Comparison { ratio } => {
            format!(
                " It is compared with a comparison group of {ratio} {} for each person served.",
                plural(*ratio, "person", "people")
            )
        }
        Baseline::Fixed(schedule) => {
            let show = |rate: Rate| match outcome.kind {
                OutcomeKind::Binary => rate.to_string(),
                OutcomeKind::Amount { .. } => format!("{} each", amount_in_words(&Quantity(rate.0).to_string(), &outcome.unit)),
                _ => format!("{} each", Quantity(rate.0)),
            };
            let rates = spread_words(scheme, schedule, show);
            match outcome.is_assumed {
                true => format!(
                    " The contract assumes what would have happened without the service: {rates}. Nobody measures that, and what is \
                     paid depends on it."
                ),
                false => format!(" The baseline is {rates}."),
            }
        }
    }
}

/// One row of the payment table: a level of an outcome and what is paid there.
#[derive(Clone, Debug, PartialEq)]
pub struct PaymentLevel {
    /// Change from the expected level in percentage points of all people (events per hundred people for a frequency);
    /// negative is fewer.
    pub change: f64,
    /// The measured rate, as a proportion or as events per person.
    pub rate: f64,
    /// For each clause, what it pays, in the scheme's order.
    pub by_clause: Vec<Pence>,
    pub total: Pence,
}

/// What one area is paid in total when one outcome is at each of some levels in every cohort and everything else is as in
/// `expected` (see [`expected_tally`]). `changes` are in percentage points (or events per hundred people). Impossible levels
/// are left out.
#[must_use]
pub fn payment_table(scheme: &Scheme, expected: &Tally, outcome: usize, changes: &[f64]) -> Vec<PaymentLevel> {
    changes.iter().filter_map(|&change| level(scheme, expected, outcome, change)).collect()
}

/// The most events for one person that a baseline may state.
const MAX_EVENTS_EACH: i64 = 100;

fn level(scheme: &Scheme, expected: &Tally, outcome: usize, change: f64) -> Option<PaymentLevel> {
    let tally = tally_at(scheme, expected, outcome, change)?;
    let (_, paid) = price::statement(scheme, &tally);
    let people: i64 = (0..tally.people.len()).map(|cell| tally.measured(scheme, outcome, cell)).sum();
    let rate = tally.counts[outcome].iter().sum::<i64>() as f64 / people.max(1) as f64;
    let by_clause = (0..scheme.clauses.len()).map(|clause| paid.clause(clause)).collect();
    Some(PaymentLevel { change, rate, by_clause, total: paid.total() })
}

/// The expected tally with one outcome moved by so many percentage points in every cell; `None` where that is impossible.
pub(crate) fn tally_at(scheme: &Scheme, expected: &Tally, outcome: usize, change: f64) -> Option<Tally> {
    let mut tally = expected.clone();
    let definition = &scheme.outcomes[outcome];
    for cell in 0..tally.people.len() {
        let people = tally.people[cell];
        let before = tally.counts[outcome][cell];
        let from = match definition.baseline {
            // What is assumed says nothing of where results are.
            _ if definition.is_assumed => before.saturating_mul(WHOLE),
            Baseline::None => before.saturating_mul(WHOLE),
            _ => expected_in_cell(scheme, expected, outcome, cell),
        };
        let measured = tally.measured(scheme, outcome, cell);
        let moved = from.saturating_add((change / 100.0 * WHOLE as f64 * measured as f64).round() as i64);
        let count = to_the_better(moved, definition.better);
        let most = match definition.kind {
            OutcomeKind::Binary => measured,
            OutcomeKind::Amount { most } => people * most,
            OutcomeKind::Frequency { .. } | OutcomeKind::Sustained { .. } => i64::MAX,
        };
        if !(0..=most).contains(&count) {
            return None;
        }
        tally.counts[outcome][cell] = count;
        if misfit(scheme, outcome, tally.counts[definition.base(outcome)][cell], count).is_some() {
            return None;
        }
        // What is counted on top of a binary outcome moves with it: each person affected has the same number of events.
        for (at, other) in scheme.outcomes.iter().enumerate() {
            match other.kind {
                OutcomeKind::Frequency { of, .. } | OutcomeKind::Sustained { of, .. } if of == outcome && before > 0 => {
                    let most = match other.kind {
                        OutcomeKind::Sustained { most, .. } => count * most,
                        _ => people * MAX_EVENTS_EACH,
                    };
                    let moved = tally.counts[at][cell] as f64 * count as f64 / before as f64;
                    tally.counts[at][cell] = (moved.round() as i64).min(most);
                }
                _ => {}
            }
        }
        // A part is never more than its whole, unless what is expected says so already.
        let too_large = |tally: &Tally, part: usize| part_misfit(scheme, part, |at| tally.counts[at][cell]).is_some();
        if (0..scheme.outcomes.len()).any(|part| too_large(&tally, part) && !too_large(expected, part)) {
            return None;
        }
    }
    Some(tally)
}

/// A count in billionths as whole people or events, rounded to the better side. A result that meets its baseline exactly must not
/// fall short of it by part of a person.
fn to_the_better(count: i64, better: Better) -> i64 {
    match better {
        Better::Fewer => count.div_euclid(WHOLE),
        Better::More => count.saturating_add(WHOLE - 1).div_euclid(WHOLE),
    }
}

/// How often each outcome of the scheme happens today to one person of each of the contract's segments, in one area: a share of
/// people, or the events or periods of one person.
pub type CurrentRates = Vec<Vec<f64>>;

/// Where the level of an outcome in [`expected_tally`] comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// The contract's own baseline.
    Baseline,
    /// What the assumptions say of today.
    Today,
    /// Nothing is known about it: half of the people, half of the periods or of the largest amount, two events for each person affected.
    Unknown,
}

impl Expectation {
    /// For one outcome, with or without an assumptions file.
    #[must_use]
    pub fn of(outcome: &Outcome, known_today: bool) -> Expectation {
        match (&outcome.baseline, known_today) {
            (Baseline::Fixed(_), known) if !(outcome.is_assumed && known) => Expectation::Baseline,
            (_, true) => Expectation::Today,
            _ => Expectation::Unknown,
        }
    }
}

/// The households that so many people are expected to be. Part of a household is one.
#[must_use]
pub fn households_of(scheme: &Scheme, people: i64) -> i64 {
    let (whole, size) = (i128::from(people) * i128::from(WHOLE), i128::from(scheme.household_size.0.max(WHOLE)));
    i64::try_from((whole + size - 1) / size).unwrap_or(people)
}

/// The tally of one area in which everything is as expected: each outcome is at its fixed baseline or, where there is none, at
/// today's level if the assumptions say it. It is then no better than the people it is compared with.
#[must_use]
pub fn expected_tally(scheme: &Scheme, area: usize, current: Option<&CurrentRates>) -> Tally {
    let mut tally = Tally::empty(scheme, area, (0..scheme.cohorts.len()).collect());
    for (at, cohort) in scheme.cohorts.iter().enumerate() {
        for segment in 0..tally.segments {
            let cell = tally.cell(at, segment);
            let share = if scheme.people.by_segment() { 1 } else { scheme.segments.len() as i64 };
            tally.people[cell] = scheme.people.at(area, segment, cohort.time()).0 / share;
            let people = tally.people[cell];
            let households = households_of(scheme, people);
            tally.set_households(scheme, cell, households);
            for (index, outcome) in scheme.outcomes.iter().enumerate() {
                let affected = tally.counts[outcome.base(index)][cell];
                let measured = if outcome.counts_households { households } else { people };
                let mut count = match (&outcome.baseline, current, outcome.kind) {
                    (Baseline::Fixed(schedule), _, kind) if current.is_none() || !outcome.is_assumed => {
                        let base =
                            if matches!(kind, OutcomeKind::Frequency { per: Per::Affected, .. }) { affected } else { measured };
                        let rate = schedule.at(area, segment, cohort.time());
                        to_the_better(base.saturating_mul(rate.0), outcome.better)
                    }
                    (_, Some(current), _) => (measured as f64 * current[index][segment]).round() as i64,
                    (_, None, OutcomeKind::Binary) => measured / 2,
                    (_, None, OutcomeKind::Frequency { .. }) => 2 * affected,
                    (_, None, OutcomeKind::Sustained { most, .. }) => affected * most / 2,
                    (_, None, OutcomeKind::Amount { most }) => people * most / 2,
                };
                match outcome.kind {
                    OutcomeKind::Frequency { .. } if affected == 0 => count = 0,
                    OutcomeKind::Frequency { .. } => count = count.max(affected),
                    OutcomeKind::Sustained { most, .. } => count = count.min(affected * most),
                    OutcomeKind::Amount { most } => count = count.min(people * most),
                    OutcomeKind::Binary => {}
                }
                tally.counts[index][cell] = count;
                if let Some(ratio) = outcome.compared() {
                    tally.comparison[index].people[cell] = measured * ratio;
                    tally.comparison[index].counts[cell] = count * ratio;
                }
            }
        }
    }
    tally
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measure_that_says_its_window_is_heard() {
        let says = |measure: &str, months: i64| says_window(measure, Duration::Months(months));
        for measure in ["people who start a job within a year", "pounds earned in the first year", "reconvicted within 12 months"]
        {
            assert!(says(measure, 12), "{measure}");
        }
        assert!(says("a home within six months", 6) && says("at school within two years", 24) && says("within one year", 12));
        for (measure, months) in [
            ("people in work for a year", 12),
            ("people who start within a year and keep a job for 13 weeks", 15),
            ("within a yearly review", 12),
            ("within a year", 6),
        ] {
            assert!(!says(measure, months), "{measure}, {months}");
        }
        assert!(
            says_window("arrested within 90 days", Duration::Days(90)) && says_window("seen within a week", Duration::Weeks(1))
        );
    }
}
