//! The clause catalogue: a closed list of the ways a contract can pay, one to a file, all the same shape: what it is and an
//! example, what it holds, `read`, `price`, `explain`. Clauses are priced in the order of the file, and a clause may refer
//! to clauses above it.
//!
//! To add one: copy a neighbour, add it to [`Rule`], to [`CATALOGUE`] and to the match in `price.rs`, and give it a case.

pub mod attachment_fee;
pub mod audit;
pub mod bonus;
pub mod cap;
pub mod clawback;
pub mod floor;
pub mod outcome_payment;
pub mod service_fee;
pub mod share_at_risk;
pub mod sustainment_payment;
pub mod tariff;

use crate::gate::Gate;
use crate::terms::{Baseline, Outcome, Scheme};
use base::document::Section;
use base::money::{Pence, Rate};
use base::problem::Problem;
use base::schedule::{Keys, Schedule};

/// One clause of the contract.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    pub name: String,
    /// Where it comes from: the contract's own clause number, or a source.
    pub from: String,
    pub rule: Rule,
}

/// What a clause pays.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    ServiceFee(service_fee::ServiceFee),
    AttachmentFee(attachment_fee::AttachmentFee),
    OutcomePayment(outcome_payment::OutcomePayment),
    SustainmentPayment(sustainment_payment::SustainmentPayment),
    Tariff(tariff::Tariff),
    Bonus(bonus::Bonus),
    ShareAtRisk(share_at_risk::ShareAtRisk),
    Clawback(clawback::Clawback),
    Audit(audit::Audit),
    Cap(cap::Cap),
    Floor(floor::Floor),
}

/// What the documentation and the error messages say of each kind of clause.
pub struct Kind {
    pub name: &'static str,
    pub summary: &'static str,
    /// A complete `[pay.NAME]` table; it is read in the tests.
    pub example: &'static str,
    read: fn(&Section<'_, '_>, &Context<'_>) -> Option<Rule>,
}

/// Every kind of clause, in reading order.
pub const CATALOGUE: [Kind; 11] = [
    service_fee::KIND,
    attachment_fee::KIND,
    outcome_payment::KIND,
    sustainment_payment::KIND,
    tariff::KIND,
    bonus::KIND,
    share_at_risk::KIND,
    clawback::KIND,
    audit::KIND,
    cap::KIND,
    floor::KIND,
];

/// What a clause is measured over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Over {
    #[default]
    EachCohort,
    EachYear,
    /// Cohorts are pooled.
    AllCohorts,
}

impl Over {
    const KNOWN: [(&'static str, Over); 3] =
        [("each cohort", Over::EachCohort), ("each year", Over::EachYear), ("all cohorts", Over::AllCohorts)];

    /// As the file writes it.
    pub(crate) fn written(self) -> &'static str {
        Self::KNOWN.iter().find(|(_, over)| *over == self).map_or("", |(word, _)| word)
    }

    /// For a sentence.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Over::EachCohort => "each cohort",
            Over::EachYear => "each year",
            Over::AllCohorts => "all cohorts together",
        }
    }
}

/// From where a price for each result counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Counts {
    /// Every result is paid for.
    #[default]
    FromNothing,
    /// Only results beyond the baseline of each segment are paid for, and those short of it are deducted.
    FromBaseline,
}

impl Counts {
    /// Reads `counts_from`; an outcome without a baseline cannot be counted from one.
    fn read(section: &Section<'_, '_>, context: &Context<'_>, outcome: Option<usize>) -> Counts {
        let known = [("nothing", Counts::FromNothing), ("baseline", Counts::FromBaseline)];
        let counts = section.choice("counts_from", &known).unwrap_or_default();
        if let Some(outcome) = outcome.map(|at| &context.outcomes[at])
            && counts == Counts::FromBaseline
            && outcome.baseline == Baseline::None
        {
            section.push(
                section
                    .problem("counts_from", format!("`{}` has no baseline to count from", outcome.name))
                    .expected(format!("a baseline in [outcome.{}]", outcome.name))
                    .fix("add: baseline = \"30 %\" with its source, or baseline = { comparison_people_each = 10 }"),
            );
        }
        if let Some(outcome) = outcome.map(|at| &context.outcomes[at])
            && counts == Counts::FromBaseline
            && outcome.ratchet != Rate(0)
        {
            section.push(
                section
                    .problem(
                        "counts_from",
                        format!("the baseline of `{}` follows the results, and is one for all segments", outcome.name),
                    )
                    .expected("a baseline that stays, or a tariff, which is measured over all segments together")
                    .fix("take the ratchet out of the baseline, or use a clause of kind \"tariff\""),
            );
        }
        counts
    }
}

/// What a clause may refer to while it is read.
pub struct Context<'a> {
    pub keys: &'a Keys,
    pub outcomes: &'a [Outcome],
    /// Clauses above this one.
    pub clauses: &'a [Clause],
    /// Names of clauses above this one that could not be read, which has been reported.
    pub unreadable: &'a [String],
}

impl Context<'_> {
    /// The outcome that a key names.
    pub fn outcome(&self, section: &Section<'_, '_>, key: &str) -> Option<usize> {
        let first = self.outcomes.first().map_or("NAME", |outcome| outcome.name.as_str());
        let name = section.required_text(key, &format!("the NAME of an [outcome.NAME] table, such as \"{first}\""));
        if name.is_empty() {
            return None;
        }
        let found = self.outcomes.iter().position(|outcome| outcome.name == name);
        if found.is_none() {
            let known: Vec<&str> = self.outcomes.iter().map(|outcome| outcome.name.as_str()).collect();
            section.push(
                section
                    .problem(key, "the scheme measures no such outcome")
                    .read(format!("\"{name}\""))
                    .expected(format!("one of {}", known.join(", ")))
                    .nearest(&name, known)
                    .fix("correct the name, or add an [outcome.NAME] table"),
            );
        }
        found
    }

    /// The clauses that a key names; all clauses so far when the key is missing and `all` is allowed.
    fn clauses(&self, section: &Section<'_, '_>, key: &str, all: bool) -> Vec<usize> {
        if !section.has(key) {
            if !all {
                let first = self.clauses.first().map_or("NAME", |clause| clause.name.as_str());
                let _ = section.required_text(key, &format!("a clause above, or a list of them, such as [\"{first}\"]"));
            }
            return (0..self.clauses.len()).collect();
        }
        let mut found = Vec::new();
        let Some(list) = section.list(key) else { return found };
        let known: Vec<&str> = self.clauses.iter().map(|clause| clause.name.as_str()).collect();
        let expected = match known.len() {
            0 => "a clause that stands above this one".to_owned(),
            _ => format!("one of {}", known.join(", ")),
        };
        if list.is_empty() {
            let problem = section.problem(key, format!("`{key}` names no clause")).expected(expected.clone());
            section.push(problem.fix("name at least one clause above this one"));
        }
        for (name, span) in list {
            if !known.contains(&name) && section.reader.only_counts(section.file) {
                continue;
            }
            let problem =
                |what: &str| Problem::at(section.file, span, what).read(format!("\"{name}\"")).expected(expected.clone());
            match self.clauses.iter().position(|clause| clause.name == name) {
                Some(at) if found.contains(&at) => {
                    section.push(problem("this clause is named twice").fix("name each clause once; its money counts once"));
                }
                Some(at) => found.push(at),
                None if self.unreadable.iter().any(|clause| clause == name) => {}
                None => section.push(
                    problem("no clause above has this name")
                        .nearest(name, known.iter().copied())
                        .fix("correct the name, or move this clause below the one it refers to"),
                ),
            }
        }
        found
    }

    fn gate(&self, section: &Section<'_, '_>, key: &str, own: Option<usize>) -> Option<Gate> {
        crate::gate::read(section, key, own, self)
    }
}

/// Reads one `[pay.NAME]` table.
pub(crate) fn read(section: &Section<'_, '_>, context: &Context<'_>) -> Option<Clause> {
    let names: Vec<&str> = CATALOGUE.iter().map(|kind| kind.name).collect();
    let kind = section.required_text("clause", "the kind of clause, such as \"outcome payment\"");
    let known = CATALOGUE.iter().find(|known| known.name == kind);
    let Some(known) = known else {
        if !kind.is_empty() {
            section.push(
                section
                    .problem("clause", "there is no such kind of clause")
                    .read(format!("\"{kind}\""))
                    .expected(format!("one of {}", names.join(", ")))
                    .nearest(&kind, names)
                    .fix("docs/scheme-file.md shows every kind with an example"),
            );
        }
        return None;
    };
    let rule = (known.read)(section, context);
    section.finish();
    if section.name == "total" {
        section.push(
            Problem::at(section.file, section.span, "a clause cannot be called `total`")
                .expected("a name that means nothing else in a worked example")
                .fix("choose another name; in a worked example `total` is everything paid"),
        );
    }
    if section.source().is_none() {
        section.push(
            Problem::at(section.file, section.span, format!("[{}] does not say where it comes from", section.path))
                .expected("from = \"…\": a clause of the contract, a published source, or \"assumption: …\"")
                .fix("add a line: from = \"clause 4.1\"")
                .warning(),
        );
    }
    Some(Clause { name: section.name.clone(), from: section.source().unwrap_or_default().to_owned(), rule: rule? })
}

impl Clause {
    /// The kind of clause, as the file names it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.rule {
            Rule::ServiceFee(_) => service_fee::KIND.name,
            Rule::AttachmentFee(_) => attachment_fee::KIND.name,
            Rule::OutcomePayment(_) => outcome_payment::KIND.name,
            Rule::SustainmentPayment(_) => sustainment_payment::KIND.name,
            Rule::Tariff(_) => tariff::KIND.name,
            Rule::Bonus(_) => bonus::KIND.name,
            Rule::ShareAtRisk(_) => share_at_risk::KIND.name,
            Rule::Clawback(_) => clawback::KIND.name,
            Rule::Audit(_) => audit::KIND.name,
            Rule::Cap(_) => cap::KIND.name,
            Rule::Floor(_) => floor::KIND.name,
        }
    }

    /// The clause in English, one sentence to an item.
    #[must_use]
    pub fn explain(&self, scheme: &Scheme) -> Vec<String> {
        let mut sentences = self.sentences(scheme);
        let amounts = self.rule.amounts();
        sentences.extend(amounts.into_iter().flat_map(|(what, price)| schedule(scheme, what, price)));
        sentences
    }

    fn sentences(&self, scheme: &Scheme) -> Vec<String> {
        match &self.rule {
            Rule::ServiceFee(rule) => service_fee::explain(rule, scheme),
            Rule::AttachmentFee(rule) => attachment_fee::explain(rule, scheme),
            Rule::OutcomePayment(rule) => outcome_payment::explain(rule, scheme),
            Rule::SustainmentPayment(rule) => sustainment_payment::explain(rule, scheme),
            Rule::Tariff(rule) => tariff::explain(rule, scheme),
            Rule::Bonus(rule) => bonus::explain(rule, scheme),
            Rule::ShareAtRisk(rule) => share_at_risk::explain(rule, scheme),
            Rule::Clawback(rule) => clawback::explain(rule, scheme),
            Rule::Audit(rule) => audit::explain(rule, scheme),
            Rule::Cap(rule) => cap::explain(rule, scheme),
            Rule::Floor(rule) => floor::explain(rule, scheme),
        }
    }

    /// Whether what it pays depends on a result, rather than on time and people alone.
    #[must_use]
    pub fn pays_for_results(&self) -> bool {
        !matches!(self.rule, Rule::ServiceFee(_) | Rule::AttachmentFee(_))
    }

    /// The outcome it pays for, when it pays for one directly.
    #[must_use]
    pub fn outcome(&self) -> Option<usize> {
        match &self.rule {
            Rule::OutcomePayment(rule) => Some(rule.outcome),
            Rule::SustainmentPayment(rule) => Some(rule.outcome),
            Rule::Tariff(rule) => Some(rule.outcome),
            Rule::Bonus(rule) => Some(rule.outcome),
            Rule::ShareAtRisk(rule) => Some(rule.gate.outcome),
            Rule::ServiceFee(_) | Rule::AttachmentFee(_) | Rule::Clawback(_) | Rule::Audit(_) | Rule::Cap(_) | Rule::Floor(_) => {
                None
            }
        }
    }

    /// Whether it holds results against a gate, a baseline or a level, so that chance can refuse what is due or bring what is
    /// not. A price for each result by itself does neither.
    #[must_use]
    pub fn holds_results(&self) -> bool {
        match &self.rule {
            Rule::Tariff(_) | Rule::Bonus(_) | Rule::ShareAtRisk(_) => true,
            Rule::OutcomePayment(rule) => rule.gate.is_some() || rule.counts == Counts::FromBaseline,
            Rule::SustainmentPayment(rule) => rule.counts == Counts::FromBaseline,
            _ => false,
        }
    }

    /// The gates it stands behind.
    #[must_use]
    pub fn gates(&self) -> Vec<&Gate> {
        match &self.rule {
            Rule::OutcomePayment(rule) => rule.gate.iter().collect(),
            Rule::Tariff(rule) => rule.gate.iter().chain(&rule.hurdle).collect(),
            Rule::Bonus(_) => Vec::new(),
            Rule::ShareAtRisk(rule) => vec![&rule.gate],
            _ => Vec::new(),
        }
    }
}

impl Rule {
    /// The amounts of money that the clause states, each with what it is.
    fn amounts(&self) -> Vec<(&'static str, &Schedule<Pence>)> {
        match self {
            Rule::ServiceFee(rule) => match &rule.basis {
                service_fee::Basis::EachMonth(fee) => vec![("The fee for a month", fee)],
                service_fee::Basis::EachYear(fee) => vec![("The fee for a year", fee)],
                service_fee::Basis::Bands(_) => Vec::new(),
            },
            Rule::AttachmentFee(rule) => vec![("The price", &rule.price)],
            Rule::OutcomePayment(rule) => vec![("The price", &rule.price)],
            Rule::SustainmentPayment(rule) => vec![("The price", &rule.price)],
            Rule::Tariff(rule) => {
                let deduction = rule.deduction.iter().filter(|deduction| **deduction != rule.reward);
                std::iter::once(("The reward", &rule.reward)).chain(deduction.map(|price| ("The deduction", price))).collect()
            }
            Rule::Bonus(rule) => vec![("The bonus", &rule.price)],
            Rule::ShareAtRisk(_) => Vec::new(),
            Rule::Clawback(rule) => vec![("The price", &rule.price)],
            Rule::Audit(rule) => vec![("The penalty", &rule.penalty)],
            Rule::Cap(rule) => vec![("The most", &rule.most)],
            Rule::Floor(rule) => vec![("The least", &rule.least)],
        }
    }

    /// Whether it takes back what other clauses paid.
    #[must_use]
    pub fn takes_back(&self) -> bool {
        matches!(self, Rule::ShareAtRisk(_) | Rule::Clawback(_) | Rule::Cap(_))
    }

    /// Whether what it pays by itself may be less than nothing.
    #[must_use]
    pub fn may_owe(&self) -> bool {
        match self {
            Rule::Tariff(rule) => rule.deduction.is_some() || !rule.tops_up.is_empty(),
            Rule::OutcomePayment(rule) => rule.counts == Counts::FromBaseline,
            Rule::SustainmentPayment(rule) => rule.counts == Counts::FromBaseline,
            Rule::Floor(rule) => rule.least.values().iter().any(|least| least.0 < 0),
            Rule::ShareAtRisk(_) | Rule::Clawback(_) | Rule::Cap(_) | Rule::Audit(_) => true,
            Rule::ServiceFee(_) | Rule::AttachmentFee(_) | Rule::Bonus(_) => false,
        }
    }

    /// The clauses above it whose money it looks at.
    #[must_use]
    pub fn refers_to(&self) -> &[usize] {
        match self {
            Rule::Tariff(rule) => &rule.tops_up,
            Rule::ShareAtRisk(rule) => &rule.of,
            Rule::Clawback(rule) => &rule.of,
            Rule::Cap(rule) => &rule.on,
            Rule::Floor(rule) => &rule.on,
            _ => &[],
        }
    }

    /// The same, to be changed.
    pub(crate) fn refers_to_mut(&mut self) -> Option<&mut Vec<usize>> {
        match self {
            Rule::Tariff(rule) => Some(&mut rule.tops_up),
            Rule::ShareAtRisk(rule) => Some(&mut rule.of),
            Rule::Clawback(rule) => Some(&mut rule.of),
            Rule::Cap(rule) => Some(&mut rule.on),
            Rule::Floor(rule) => Some(&mut rule.on),
            _ => None,
        }
    }
}

/// The names of some clauses, for a sentence.
fn names(scheme: &Scheme, clauses: &[usize]) -> String {
    let names: Vec<String> = clauses.iter().map(|&at| format!("{} ({})", at + 1, scheme.clauses[at].name)).collect();
    match names.len() {
        1 => format!("clause {}", names[0]),
        _ => format!("clauses {}", names.join(", ")),
    }
}

/// A sentence for a clause that takes back a part of what others paid, where these can pay less than nothing.
fn nothing_of_a_debt(scheme: &Scheme, clauses: &[usize], taken: &str) -> Option<String> {
    let owes = clauses.iter().any(|&at| scheme.clauses[at].rule.may_owe());
    owes.then(|| format!("Where {} paid less than nothing, nothing is {taken}.", terms(scheme, clauses)))
}

/// With a capital letter, for the start of a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// Terms of the term sheet by their numbers there, for a sentence: "term 3.1 (fee)".
fn terms(scheme: &Scheme, clauses: &[usize]) -> String {
    let names: Vec<String> = clauses.iter().map(|&at| format!("3.{} ({})", at + 1, scheme.clauses[at].name)).collect();
    match names.as_slice() {
        [one] => format!("term {one}"),
        [before @ .., last] => format!("terms {} and {last}", before.join(", ")),
        [] => "no term".to_owned(),
    }
}

/// As many amounts of a schedule as are listed within a sentence; longer ones follow it, see [`schedule`].
const MOST_IN_A_SENTENCE: usize = 4;

/// A price for a sentence: one amount, or a few with what they are for, or the span and what it differs by.
fn prices(scheme: &Scheme, price: &Schedule<Pence>) -> String {
    let rows = rows(scheme, price);
    let (low, high) = (price.values().iter().min(), price.values().iter().max());
    let (low, high) = (low.copied().unwrap_or_default(), high.copied().unwrap_or_default());
    match rows.as_slice() {
        [] => low.to_string(),
        rows if rows.len() <= MOST_IN_A_SENTENCE => format!("{low} to {high} ({})", listed(rows)),
        _ => format!("{low} to {high} (see below)"),
    }
}

fn listed(rows: &[(String, Pence)]) -> String {
    rows.iter().map(|(of, amount)| format!("{of}: {amount}")).collect::<Vec<_>>().join(", ")
}

/// The amounts of a schedule too long for a sentence, a line for each area and segment; nothing for a shorter one.
fn schedule(scheme: &Scheme, what: &str, price: &Schedule<Pence>) -> Vec<String> {
    let rows = rows(scheme, price);
    if rows.len() <= MOST_IN_A_SENTENCE {
        return Vec::new();
    }
    // The years of one area and segment stand on one line.
    let mut lines: Vec<(String, Vec<(String, Pence)>)> = Vec::new();
    for (of, amount) in rows {
        let (of, year) = match of.rsplit_once(", year ") {
            Some((of, year)) => (of.to_owned(), format!("year {year}")),
            None => (of, String::new()),
        };
        match lines.last_mut().filter(|(last, _)| *last == of) {
            Some((_, amounts)) => amounts.push((year, amount)),
            None => lines.push((of, vec![(year, amount)])),
        }
    }
    let line = |(of, amounts): &(String, Vec<(String, Pence)>)| match amounts.as_slice() {
        [(_, one)] => format!("{what}, {of}: {one}."),
        several => format!("{what}, {of}: {}.", listed(several)),
    };
    lines.iter().map(line).collect()
}

/// The amounts of a schedule by what they truly differ by: "North, under 25, year 2". None when all are the same.
fn rows<T: Copy + PartialEq>(scheme: &Scheme, price: &Schedule<T>) -> Vec<(String, T)> {
    let sizes = [scheme.areas.len(), scheme.segments.len(), scheme.years()];
    let at = |place: [usize; 3]| price.at(place[0], place[1], place[2]);
    let places = || {
        let areas = 0..sizes[0];
        areas.flat_map(|area| (0..sizes[1]).flat_map(move |segment| (0..sizes[2]).map(move |year| [area, segment, year])))
    };
    let differs = |axis: usize| {
        places().any(|place| {
            let mut first = place;
            first[axis] = 0;
            at(place) != at(first)
        })
    };
    let by = [differs(0), differs(1), differs(2)];
    if by == [false; 3] {
        return Vec::new();
    }
    let listed = places().filter(|place| (0..3).all(|axis| by[axis] || place[axis] == 0));
    let name = |place: [usize; 3]| {
        let names = [scheme.areas[place[0]].clone(), scheme.segments[place[1]].clone(), format!("year {}", place[2] + 1)];
        let named: Vec<String> = names.into_iter().zip(by).filter_map(|(name, by)| by.then_some(name)).collect();
        named.join(", ")
    };
    listed.map(|place| (name(place), at(place))).collect()
}

/// A number that may differ by area, segment and year, for a sentence.
pub(crate) fn spread_words<T: Copy + PartialEq + PartialOrd>(
    scheme: &Scheme,
    numbers: &Schedule<T>,
    words: impl Fn(T) -> String,
) -> String {
    let rows = rows(scheme, numbers);
    if rows.is_empty() {
        return words(numbers.values()[0]);
    }
    let parts: Vec<String> = rows.iter().map(|(of, number)| format!("{} for {of}", words(*number))).collect();
    parts.join(", ")
}
