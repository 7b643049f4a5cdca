//! A lump sum for each measured period, by how many of several standards are met.

use crate::amendment::Amendment;
use crate::clauses::kind::{ClauseEffects, ClauseKind, KindDescription, Straightened};
use crate::clauses::per_unit::PerUnit;
use crate::clauses::reading::{ClauseContext, ListWords, rising_amounts};
use crate::clauses::wording::{measured_words, prices};
use crate::expected_people;
use crate::gate::{self, Gate, MetIn, Verdict};
use crate::measured_result::TallyPart;
use crate::other_clauses::OtherClauses;
use crate::pricing::{ClausePricing, LineSink, UnpricedLine};
use crate::terms::{MeasuredFor, MeasuredOver, SchemeTerms};
use base::english::{counted, plural};
use base::literal::Change;
use base::money::{Amount, Pence, Quantity};
use base::problem::Problem;
use base::reader::Section;
use base::schedule::Schedule;

pub(super) const DESCRIPTION: KindDescription = KindDescription {
    name: "award",
    summary: "A lump sum for each measured period, by how many of several standards are met. A standard is a gate on one \
              outcome, or a plain level that needs no baseline: `reaches`, for a rate of at least so much or, where fewer is \
              better, of at most so much. `pays` has an amount for none met, for one, and so on up to all, and never falls. \
              It does not matter which standards are met, or by how much.",
    example: r#"[pay.award]
clause = "award"
standards = [                     # each is a gate on the outcome it names, or a plain level
  { outcome = "job", improves_by_at_least = "5 percentage points" },
  { outcome = "other", reaches = "30%" },     # for what is counted: "2.5 per person"
]
pays = ["£0", "£10,000", "£30,000"]           # for none met, for one, for two
measured_over = "each year"       # required, because the sum is paid once for each
measured_for = "all segments"     # or "each segment": the sum is paid once for each of them
from = "clause 4.6""#,
};

/// The most standards of one award. So many fit a statement line that names each of them.
const MAX_STANDARDS: usize = 12;

/// The numbers of standards in words.
const NUMBERS: [&str; MAX_STANDARDS + 1] =
    ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/// What the amount for each number of standards is called.
const AMOUNTS: [&str; MAX_STANDARDS + 1] = [
    "amount for no standard met",
    "amount for one standard met",
    "amount for two standards met",
    "amount for three standards met",
    "amount for four standards met",
    "amount for five standards met",
    "amount for six standards met",
    "amount for seven standards met",
    "amount for eight standards met",
    "amount for nine standards met",
    "amount for ten standards met",
    "amount for eleven standards met",
    "amount for twelve standards met",
];

#[derive(Clone, Debug, PartialEq)]
pub struct Award {
    /// At least one, at most [`MAX_STANDARDS`].
    pub standards: Vec<Gate>,
    /// By the number of standards met: one more than there are standards, and none less than the one before. Each is one amount for
    /// everyone.
    pub pays: Vec<Schedule<Pence>>,
    pub over: MeasuredOver,
    pub measured_for: MeasuredFor,
}

fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> Option<Award> {
    let name = context.outcomes.first().map_or("NAME", |outcome| outcome.name.as_str());
    let expected =
        format!("a list of standards such as [{{ outcome = \"{name}\", improves_by_at_least = \"5 percentage points\" }}]");
    let tables = section.required_tables("standards", &expected);
    let pays = amounts(section);
    // Another kind of clause may do without. Here the contract would pay so many times, and nobody had said how often.
    let over = section.required_choice("measured_over", &MeasuredOver::KNOWN);
    let tables = tables?;
    if tables.is_empty() || tables.len() > MAX_STANDARDS {
        let what = if tables.is_empty() { "an award needs a standard to be met" } else { "there are too many standards" };
        section.push(
            section
                .problem("standards", what)
                .read(format!("standards: {}", tables.len()))
                .expected(format!("from 1 to {MAX_STANDARDS} standards"))
                .fix("write each standard as { outcome = \"…\", improves_by_at_least = \"5 percentage points\" }"),
        );
        return None;
    }
    let standards: Vec<Option<Gate>> = tables.iter().map(|table| gate::read_standard(table, context.for_gates())).collect();
    for (at, table) in tables.iter().enumerate() {
        if standards[at].is_some() && standards[..at].contains(&standards[at]) {
            let problem = Problem::at(table.file, table.span, "this standard is in the list twice, and one result meets both");
            let problem = problem.expected("a different condition in each standard");
            // No error: two standards with ranges may be the same in one scenario.
            section.push(problem.fix("remove one of the two, and its amount, or correct it").warning());
        }
    }
    let measured_for = context.measured_for(section, standards.iter().flatten());
    for standard in standards.iter().flatten() {
        context.sizes(section, "standards", &standard.test, standard.met_in, (over, measured_for));
    }
    let pays = pays?;
    if pays.len() != tables.len() + 1 {
        let amounts = |number: usize| counted(number, "amount", "amounts");
        section.push(
            section
                .problem("pays", "the award needs one amount more than it has standards")
                .read(format!("{} for {}", amounts(pays.len()), counted(tables.len(), "standard", "standards")))
                .expected(amounts(tables.len() + 1))
                .fix("begin with the amount for no standard met, such as \"£0\", and end with the amount for all"),
        );
        return None;
    }
    Some(Award { standards: standards.into_iter().collect::<Option<_>>()?, pays, over, measured_for })
}

fn amounts(section: &Section<'_, '_>) -> Option<Vec<Schedule<Pence>>> {
    rising_amounts(
        section,
        "pays",
        &ListWords {
            expected: "a list of amounts, for no standard met, for one and so on, such as [\"£0\", \"£10,000\"]",
            negative: "an award pays, and this amount is negative",
            falls: "the award falls as more standards are met",
            at_least: "as for fewer standards",
            order: "from none met to all met",
        },
    )
}

impl ClauseKind for Award {
    fn description(&self) -> &'static KindDescription {
        &DESCRIPTION
    }

    fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> Option<Self> {
        read(section, context)
    }

    fn effects(&self) -> ClauseEffects {
        ClauseEffects {
            pays_for_results: true,
            compares_results: true,
            takes_back: false,
            may_owe: false,
            pays_for_whole_area: true,
        }
    }

    fn price<A: Amount, L: LineSink<A>>(&self, pricing: &mut ClausePricing<'_, A, L>) {
        let (scheme, tally) = (pricing.scheme, pricing.tally);
        for part in pricing.parts(self.over, self.measured_for) {
            let TallyPart { cohorts, segment } = part.clone();
            if !pricing.all_known(&cohorts) {
                continue;
            }
            let is_met = |standard: &&Gate| standard.decide(scheme, tally, &part) == Verdict::Better;
            let met = self.standards.iter().filter(is_met).count();
            let price = self.pays[met].at(tally.area, 0, pricing.time(cohorts.end - 1));
            let quantity = Quantity::whole((price != Pence(0)).into());
            let line = UnpricedLine { cohorts, segment, quantity, unit: "lump sum", price };
            pricing.pay(line, || {
                let (met, missed): (Vec<&Gate>, Vec<&Gate>) = self.standards.iter().partition(is_met);
                let named = |what: &str, standards: &[&Gate]| {
                    let each =
                        |standard: &&Gate| format!("{} ({})", standard.words(scheme), standard.found_in(scheme, tally, &part));
                    let each: Vec<String> = standards.iter().map(each).collect();
                    if each.is_empty() { String::new() } else { format!(". {what}: {}", each.join("; ")) }
                };
                let all = plural(self.standards.len(), "standard", "standards");
                let count = format!("{} of {} {all} met", met.len(), self.standards.len());
                format!("{count}{}{}", named("Met", &met), named("Not met", &missed))
            });
        }
    }

    fn explain(&self, scheme: &SchemeTerms, _: &dyn OtherClauses) -> Vec<String> {
        let amounts: Vec<String> =
            self.pays.iter().zip(NUMBERS).map(|(amount, number)| format!("{} for {number}", prices(scheme, amount))).collect();
        let first = format!(
            "The payer pays a lump sum by the number of standards met, measured over {}: {}.",
            measured_words(self.over, self.measured_for),
            amounts.join(", ")
        );
        let standards = self.standards.iter().enumerate();
        let standards = standards.map(|(at, standard)| format!("Standard {}: {}.", at + 1, standard.words(scheme)));
        std::iter::once(first).chain(standards).collect()
    }

    fn amounts(&self) -> Vec<(&'static str, &Schedule<Pence>)> {
        self.pays.iter().map(|amount| ("The award", amount)).collect()
    }

    fn amounts_mut(&mut self) -> Vec<(&'static str, &mut Schedule<Pence>)> {
        AMOUNTS.into_iter().zip(&mut self.pays).collect()
    }

    /// Only where all standards are on one outcome. A statement line that named one of several would say too little.
    fn outcome(&self) -> Option<usize> {
        match self.outcomes().as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }

    fn outcomes(&self) -> Vec<usize> {
        let mut out: Vec<usize> = Vec::new();
        for standard in &self.standards {
            if !out.contains(&standard.outcome) {
                out.push(standard.outcome);
            }
        }
        out
    }

    /// Each standard by itself: none of them must be passed, and each of them can bring money.
    fn gates(&self) -> Vec<&Gate> {
        self.standards.iter().collect()
    }

    fn measured_over(&self) -> Option<MeasuredOver> {
        Some(self.over)
    }

    fn measured_for(&self) -> MeasuredFor {
        self.measured_for
    }

    fn levels(&self) -> Vec<(usize, Change)> {
        self.standards.iter().flat_map(Gate::levels).collect()
    }

    fn without_the_jump(&self) -> &'static str {
        "pay for each person beyond the baseline of each outcome instead: a tariff for each of them"
    }

    /// Nothing: an award is its standards, and without them it would pay the same for any result. [`Self::straightened`] says what
    /// would be paid instead. Nothing is deducted for a worse result either (`deduct_as_rewarded`), and no price is one for each
    /// result (`price_at`): a lump sum has no other side, and no single result is worth it.
    fn drop_gates(&mut self) {}

    /// One period instead of several would pay one lump sum instead of several. The amounts become what all periods paid together,
    /// so that only the measuring changes. Amounts that differ from year to year have no such multiple.
    fn pool_cohorts(&mut self, scheme: &SchemeTerms) {
        if self.pays.iter().any(Schedule::differs_in_time) {
            return;
        }
        let periods = i64::try_from(self.over.periods(scheme)).unwrap_or(1);
        self.pays = self.pays.iter().map(|amount| amount.map(|amount| Pence(amount.0.saturating_mul(periods)))).collect();
        self.over = MeasuredOver::AllCohorts;
    }

    fn scale_prices(&mut self, change: &dyn Fn(Pence) -> Pence) {
        self.pays = self.pays.iter().map(|amount| amount.map(change)).collect();
    }

    /// A tariff that pays as much where the hardest standard is met, if all of them ask for a change of one outcome. Standards on
    /// several outcomes would need a tariff each, and nobody has said how the money divides between them.
    fn straightened(&self, scheme: &SchemeTerms, _: &dyn OtherClauses) -> Option<Straightened> {
        let outcome = self.outcome()?;
        let (none, all) = (self.pays.first()?.values()[0], self.pays.last()?.values()[0]);
        // What is paid for no standard met is a fee, which no tariff pays. A standard for some segments is no level of all people.
        if none != Pence(0) || self.standards.iter().any(|standard| standard.met_in != MetIn::Whole) {
            return None;
        }
        let improvement = |standard: &Gate| expected_people::improvement_at(scheme, outcome, standard.change()?);
        let improvements = self.standards.iter().map(improvement).collect::<Option<Vec<f64>>>()?;
        let better = improvements.into_iter().fold(0.0, f64::max);
        let lumps = (self.over.periods(scheme) * self.measured_for.parts(scheme) * scheme.areas.len()) as f64;
        let price = Pence((lumps * all.0 as f64 / better).round() as i64);
        let per = PerUnit::of(&scheme.outcomes[outcome]);
        let price = Schedule::constant(price);
        Some(Straightened { outcome, per, price, over: self.over, measured_for: self.measured_for, replaces: None })
    }

    fn amend(&self, new: &Self, name: &str, text: &mut Amendment<'_>) {
        text.list(name, "pays", &self.pays, &new.pays, "clause");
        text.over(name, self.over, new.over, "clause");
    }

    fn keys_without_the_jump(&self) -> &'static [&'static str] {
        &["standards", "pays"]
    }
}
