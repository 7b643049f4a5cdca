//! The contract in English with a table of payments for each outcome.

use std::collections::BTreeMap;

use base::english::plural;
use base::money::{Pence, thousands};
use base::reader::StatedNumber;
use contract::SCHEME_FILE;
use contract::Scheme;
use contract::explain::{CurrentRates, Expectation, Paragraph, PaymentLevel, expected_tally, payment_table, term_sheet};
use contract::market;
use contract::market::rules::Market;
use contract::tally::Tally;
use contract::terms::{Baseline, OutcomeKind, amount_in_words};
use schemars::JsonSchema;
use serde::Serialize;

use crate::machine_readable::{JsonDocument, pounds, rounded};
use crate::terminal::Terminal;

/// Levels shown in a table, in percentage points (or events per hundred people) from what is expected.
const LEVELS: [f64; 11] = [-10.0, -8.0, -6.0, -4.0, -2.0, 0.0, 2.0, 4.0, 6.0, 8.0, 10.0];

/// The contract as a term sheet, and what it pays at each level of each outcome.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ExplainReport {
    /// its title
    pub scheme: String,
    /// as the file says
    pub summary: String,
    /// the numbered paragraphs: 1 the contract and the people, 2 what is measured, 3 what is paid, and 5 the market where the scheme has one
    pub terms: Vec<TermEntry>,
    /// the area that the payments are of, where there are several
    pub area: Option<String>,
    /// how often each outcome is expected
    pub expected: Vec<ExpectedOutcome>,
    /// what is paid at each level of one outcome, all else as expected
    pub payments: Vec<OutcomePayments>,
    /// what could not be read
    pub notes: Vec<String>,
}

/// One numbered paragraph of the term sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TermEntry {
    /// such as 3.2
    pub number: String,
    /// in English
    pub text: String,
    /// where it comes from; empty when the file does not say
    pub from: String,
    /// its numbers that have a source of their own
    pub numbers: Vec<NumberSource>,
}

/// A number with a source of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NumberSource {
    /// the key in the file
    pub key: String,
    /// as stated, with its range
    pub stated: String,
    /// where it comes from
    pub from: String,
}

/// How often an outcome is expected, and how that is known.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ExpectedOutcome {
    /// its name
    pub outcome: String,
    /// proportion of people, or of households where the outcome counts them; or events or an amount per person
    pub rate: Option<f64>,
    /// how that is known
    pub known_from: String,
    #[serde(skip)]
    words: String,
}

/// What is paid at each level of one outcome, all else as expected.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct OutcomePayments {
    /// its name
    pub outcome: String,
    /// what the changes count in: percentage points (of households where the outcome counts them), per hundred people, or the unit of an amount per person
    pub unit: String,
    /// from the worst to the best
    pub levels: Vec<LevelEntry>,
    /// why all levels pay the same, where they do
    pub same_everywhere: Option<String>,
    #[serde(skip)]
    rows: Vec<Vec<String>>,
    #[serde(skip)]
    header: Vec<String>,
}

/// One level of an outcome. Money in pounds.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LevelEntry {
    /// from the expected level, in the unit
    pub change: f64,
    /// proportion of people, or of households where the outcome counts them; or events per person
    pub rate: Option<f64>,
    /// what each clause pays
    pub clauses: Vec<ClausePayment>,
    /// in pounds
    pub total: f64,
}

/// What one clause pays. Money in pounds.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ClausePayment {
    /// its name
    pub clause: String,
    /// in pounds
    pub amount: f64,
}

impl ExplainReport {
    /// Explains a contract. `stated` are the numbers of its file. `as_now` is how often each outcome happens today, where the
    /// assumptions say so. `market` are the rules of the market, where the scheme has them.
    #[must_use]
    pub fn of(
        scheme: &Scheme,
        market: Option<&Market>,
        stated: &[StatedNumber],
        as_now: Option<&CurrentRates>,
        notes: Vec<String>,
    ) -> ExplainReport {
        let expected = expected_tally(scheme, 0, as_now);
        let of_market = market.map(|market| market::words::term_sheet(market, scheme)).unwrap_or_default();
        let entry = |paragraph: Paragraph| {
            let numbers = own_sources(stated, &paragraph);
            TermEntry { number: paragraph.number, text: paragraph.text, from: paragraph.from, numbers }
        };
        ExplainReport {
            scheme: scheme.name.clone(),
            summary: scheme.summary.clone(),
            terms: term_sheet(scheme).into_iter().chain(of_market).map(entry).collect(),
            area: (scheme.areas.len() > 1).then(|| scheme.areas[0].clone()),
            expected: (0..scheme.outcomes.len()).map(|at| expectation(scheme, &expected, as_now, at)).collect(),
            payments: (0..scheme.outcomes.len()).map(|at| payments(scheme, &expected, at)).collect(),
            notes,
        }
    }

    /// The term sheet and the tables for a terminal.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        let mut sources = SourcesShown::default();
        let mut out = format!("{}\n", terminal.bold(&self.scheme));
        if !self.summary.is_empty() {
            out += &format!("{}\n", terminal.wrap(&self.summary, 0));
        }
        for (head, title) in [("1", "The contract and the people"), ("2", "What is measured"), ("3", "What is paid")] {
            out += &self.part(head, title, &mut sources, terminal);
        }
        let area = self.area.as_ref().map_or(String::new(), |area| format!(" in {area}"));
        out += &format!("\n{}\n", terminal.bold(&format!("4. What is paid at each level of result{area}")));
        let expected: Vec<&str> = self.expected.iter().map(|one| one.words.as_str()).collect();
        let notes: String = self.notes.iter().map(|note| format!(" {note}")).collect();
        let text = format!(
            "We expect: {}. Each table changes one outcome, by the same amount in every cohort.{notes}",
            expected.join(", ")
        );
        out += &format!("{}\n", terminal.wrap(&text, 0));
        for payments in &self.payments {
            out += &match &payments.same_everywhere {
                Some(why) => format!("\n{}\n", terminal.wrap(why, 0)),
                None => format!("\n{}\n{}", terminal.bold(&payments.outcome), terminal.table(&payments.header, &payments.rows)),
            };
        }
        if self.terms.iter().any(|term| term.number.starts_with('5')) {
            out += &self.part("5", "How providers get in, and who gets the next person", &mut sources, terminal);
        }
        out
    }

    /// One part of the term sheet.
    fn part<'a>(&'a self, head: &str, title: &str, sources: &mut SourcesShown<'a>, terminal: Terminal) -> String {
        let mut out = format!("\n{}\n", terminal.bold(&format!("{head}. {title}")));
        for term in self.terms.iter().filter(|term| term.number.split('.').next() == Some(head)) {
            out += &format!("{:<7} {}\n", term.number, terminal.wrap(&term.text, 8));
            for source in sources.of(term) {
                out += &terminal.dim(&format!("        {}\n", terminal.wrap(&source, 8)));
            }
        }
        out
    }
}

impl JsonDocument for ExplainReport {
    const SCHEMA: &'static str = "wellspent-explain/1";
    const COMMAND: &'static str = "wellspent explain --json";
}

/// The sources that were shown, each with the paragraph that has it in full. Further paragraphs only refer to that one.
#[derive(Default)]
struct SourcesShown<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> SourcesShown<'a> {
    /// The sources of a paragraph: "[Source: clause 4]", "[Source: as for term 3.1]" and, where its numbers have several, "[Source of window
    /// 24 months, baseline 45%: a report]".
    fn of(&mut self, term: &'a TermEntry) -> Vec<String> {
        let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
        if !term.from.is_empty() {
            groups.push((&term.from, Vec::new()));
        }
        for number in &term.numbers {
            let words = format!("{} {}", number.key.replace('_', " "), number.stated);
            match groups.iter_mut().find(|(from, numbers)| *from == number.from && !numbers.is_empty()) {
                Some((_, numbers)) => numbers.push(words),
                None => groups.push((&number.from, vec![words])),
            }
        }
        let only = groups.len() == 1;
        let mut written = |(from, numbers): (&'a str, Vec<String>)| {
            let shown = self.0.get(from).map(|paragraph| format!("as for term {paragraph}"));
            self.0.entry(from).or_insert(&term.number);
            let source = shown.unwrap_or_else(|| from.to_owned());
            match numbers.is_empty() || only {
                true => format!("[Source: {source}]"),
                false => format!("[Source of {}: {source}]", numbers.join(", ")),
            }
        };
        groups.into_iter().map(&mut written).collect()
    }
}

/// The numbers of a paragraph's table that have a source of their own, different from that of the whole.
fn own_sources(stated: &[StatedNumber], paragraph: &Paragraph) -> Vec<NumberSource> {
    if paragraph.table.is_empty() {
        return Vec::new();
    }
    let table = format!("{SCHEME_FILE}: {}.", paragraph.table);
    let of = |number: &StatedNumber| {
        let key = number.path.strip_prefix(&table)?;
        let range = number.range.as_ref().map_or(String::new(), |(low, high)| format!(" ({low} to {high})"));
        let own = !number.from.is_empty() && number.from != paragraph.from;
        own.then(|| NumberSource { key: key.to_owned(), stated: format!("{}{range}", number.stated), from: number.from.clone() })
    };
    stated.iter().filter_map(of).collect()
}

const BASELINE: &str = "its baseline";

/// A mean amount: with pence or hundredths where it is small.
fn amount(mean: f64) -> String {
    if mean.abs() >= 100.0 { thousands(mean.round() as i64) } else { format!("{mean:.2}") }
}

fn expectation(scheme: &Scheme, expected: &Tally, as_now: Option<&CurrentRates>, at: usize) -> ExpectedOutcome {
    let outcome = &scheme.outcomes[at];
    let known_from = match (Expectation::of(outcome, as_now.is_some()), &outcome.baseline) {
        (Expectation::Baseline, _) => BASELINE,
        (Expectation::Today, Baseline::Before { .. }) => "as before, from assumptions.toml",
        (Expectation::Today, _) => "as now, from assumptions.toml",
        (Expectation::Unknown, _) => "assumed, because the files do not say",
    };
    // The payments of a level have the same denominator.
    let measured: i64 = (0..expected.people.len()).map(|cell| expected.measured(scheme, at, cell)).sum();
    let rate = expected.counts[at].iter().sum::<i64>() as f64 / measured.max(1) as f64;
    let share = format!("{:.1}%", 100.0 * rate);
    let written = match outcome.kind {
        OutcomeKind::Binary if outcome.counts_households => format!("{share} of households"),
        OutcomeKind::Binary => share.clone(),
        OutcomeKind::Amount { .. } => format!("{} per person", amount_in_words(&amount(rate), &outcome.unit)),
        _ => format!("{rate:.2} per person"),
    };
    // A whole number of people is seldom exactly the baseline's share.
    let is_rounded = match (&outcome.baseline, known_from) {
        (Baseline::Fixed(stated), BASELINE) => {
            outcome.is_binary() && stated.values().iter().all(|stated| stated.to_string() != share)
        }
        _ => false,
    };
    let known_from = match (is_rounded, outcome.counts_households) {
        (true, true) => "its baseline, in whole households",
        (true, false) => "its baseline, in whole people",
        (false, _) => known_from,
    };
    ExpectedOutcome {
        outcome: outcome.name.clone(),
        rate: rounded(rate),
        known_from: known_from.to_owned(),
        words: format!("{} {written} ({known_from})", outcome.name),
    }
}

fn payments(scheme: &Scheme, expected: &Tally, outcome: usize) -> OutcomePayments {
    let definition = &scheme.outcomes[outcome];
    let levels = payment_table(scheme, expected, outcome, &LEVELS.map(|change| change * times(scheme, expected, outcome)));
    let same = levels.iter().all(|level| level.total == levels[0].total);
    let (unit, parts) = unit(scheme, outcome);
    let mut header = vec![format!("{} ({unit})", definition.name), "rate".to_owned()];
    header.extend(scheme.clauses.iter().map(|clause| clause.name.clone()));
    header.push("total".to_owned());
    let row = |level: &PaymentLevel| {
        let rate = match definition.kind {
            OutcomeKind::Binary => format!("{:.1}%", 100.0 * level.rate),
            OutcomeKind::Amount { .. } => amount(level.rate),
            _ => format!("{:.2}", level.rate),
        };
        let mut row = vec![format!("{:+}", level.change / parts), rate];
        row.extend(level.by_clause.iter().map(ToString::to_string));
        row.push(level.total.to_string());
        row
    };
    let entry = |level: &PaymentLevel| LevelEntry {
        change: level.change / parts,
        rate: rounded(level.rate),
        clauses: scheme
            .clauses
            .iter()
            .zip(&level.by_clause)
            .map(|(clause, amount)| ClausePayment { clause: clause.name.clone(), amount: pounds(*amount) })
            .collect(),
        total: pounds(level.total),
    };
    OutcomePayments {
        outcome: definition.name.clone(),
        unit,
        same_everywhere: same.then(|| nothing_changes(scheme, outcome, &levels)),
        rows: levels.iter().map(row).collect(),
        levels: levels.iter().map(entry).collect(),
        header,
    }
}

/// What the changes of a table are counted in, and by how much a change per hundred people is divided for that.
fn unit(scheme: &Scheme, outcome: usize) -> (String, f64) {
    let definition = &scheme.outcomes[outcome];
    match definition.kind {
        OutcomeKind::Binary if definition.counts_households => ("percentage points of households".to_owned(), 1.0),
        OutcomeKind::Binary => ("percentage points".to_owned(), 1.0),
        OutcomeKind::Amount { .. } => (format!("{} per person", definition.unit), 100.0),
        OutcomeKind::Frequency { .. } | OutcomeKind::Sustained { .. } => ("per hundred people".to_owned(), 1.0),
    }
}

/// What the steps of a table are multiplied by, so that they show where an outcome that happens often to each person is paid for.
fn times(scheme: &Scheme, expected: &Tally, outcome: usize) -> f64 {
    let (people, count): (i64, i64) = (expected.people.iter().sum(), expected.counts[outcome].iter().sum());
    let each = count as f64 / people.max(1) as f64;
    match scheme.outcomes[outcome].kind {
        OutcomeKind::Binary => 1.0,
        // Steps of ten minutes where the mean is 230: the table then shows changes of a twentieth to a half of it.
        OutcomeKind::Amount { .. } => 50.0 * 10f64.powf((each / 10.0).max(0.1).log10().floor()),
        _ => 10f64.powf(each.max(1.0).log10().floor()),
    }
}

/// Why there is no table: no clause follows the outcome, or a limit takes away what the others pay.
fn nothing_changes(scheme: &Scheme, outcome: usize, levels: &[PaymentLevel]) -> String {
    let name = &scheme.outcomes[outcome].name;
    let (Some(first), Some(last)) = (levels.first(), levels.last()) else {
        return format!("{name}: only the expected level is possible.");
    };
    let (unit, parts) = unit(scheme, outcome);
    let within = format!("from {:+} to {:+} {unit}", first.change / parts, last.change / parts);
    let looks = |clause: &&contract::clauses::Clause| {
        clause.outcomes().contains(&outcome) || clause.gates().iter().any(|gate| gate.outcome == outcome)
    };
    let look: Vec<&str> = scheme.clauses.iter().filter(looks).map(|clause| clause.name.as_str()).collect();
    let moves = |clause: usize| levels.iter().any(|level| level.by_clause[clause] != first.by_clause[clause]);
    let binds = |clause: &usize| {
        let limit = scheme.clauses[*clause].terms.is_limit();
        limit && levels.iter().all(|level| level.by_clause[*clause] != Pence(0))
    };
    let limits: Vec<&str> = (0..scheme.clauses.len()).filter(binds).map(|clause| scheme.clauses[clause].name.as_str()).collect();
    match (0..scheme.clauses.len()).any(moves) {
        true if !limits.is_empty() => {
            let bind = plural(limits.len(), "applies", "apply");
            format!(
                "{name}: the payment is the same {within}, because {} {bind} at every level. The total is {}.",
                limits.join(" and "),
                first.total
            )
        }
        true => format!("{name}: the total is {} at every level {within}.", first.total),
        false if look.is_empty() => format!("{name}: no clause pays for a change {within}."),
        false => format!(
            "{name}: nothing changes {within}. {} {} this outcome, and {} only beyond that.",
            look.join(" and "),
            plural(look.len(), "looks at", "look at"),
            plural(look.len(), "pays or takes more", "pay or take more")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_written_once() {
        let term = |number: &str, from: &str, numbers: &[(&str, &str)]| TermEntry {
            number: number.to_owned(),
            text: String::new(),
            from: from.to_owned(),
            numbers: numbers
                .iter()
                .map(|(key, from)| NumberSource { key: (*key).to_owned(), stated: "9".to_owned(), from: (*from).to_owned() })
                .collect(),
        };
        let terms = [
            term("1.1", "", &[("window", "a report"), ("base_line", "a report"), ("price", "clause 4")]),
            term("1.2", "a report", &[]),
            term("1.3", "clause 5", &[("wait", "clause 4")]),
        ];
        let mut shown = SourcesShown::default();
        let all: Vec<String> = terms.iter().flat_map(|term| shown.of(term)).collect();
        assert_eq!(
            all,
            [
                "[Source of window 9, base line 9: a report]",
                "[Source of price 9: clause 4]",
                "[Source: as for term 1.1]",
                "[Source: clause 5]",
                "[Source of wait 9: as for term 1.1]",
            ]
        );
    }
}
