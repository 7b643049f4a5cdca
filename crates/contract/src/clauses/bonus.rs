//! An extra payment above a level: a lump sum, or a price for what lies beyond the level.

use std::cmp::Ordering;

use crate::amendment::Amendment;
use crate::clauses::kind::{ClauseEffects, ClauseKind, KindDescription, Straightened, by_segment};
use crate::clauses::per_unit::PerUnit;
use crate::clauses::reading::{self, ClauseContext};
use crate::clauses::wording::{measured_words, prices};
use crate::expected_people;
use crate::gate::{self, Gate, GateTest, MetIn, Verdict, change_words};
use crate::measured_result::{MeasuredResult, TallyPart};
use crate::other_clauses::OtherClauses;
use crate::pricing::{ClausePricing, LineSink, UnpricedLine};
use crate::terms::{Baseline, MeasuredFor, MeasuredOver, SchemeTerms};
use base::literal::{Change, Literal as _};
use base::money::{Amount, Pence, Quantity};
use base::problem::Problem;
use base::ratio::Ratio;
use base::reader::Section;
use base::schedule::{CohortTime, Schedule};

pub(super) const DESCRIPTION: KindDescription = KindDescription {
    name: "bonus",
    summary: "An extra payment above a level of improvement: a lump sum, or a price for each person, event, unit or percentage point \
              beyond it, up to a second level where there is one. `above` means strictly more: a result exactly at the level \
              earns nothing. Where the contract says that the level itself is enough, write `at_least`. \
              Prices and levels may differ by contract year and by cohort.",
    example: r#"[pay.incentive]
clause = "bonus"
outcome = "job"
above = "30%"                     # better than the baseline by more than this; or "5 percentage points"
up_to = "50%"                     # optional; with at_least = "30%" instead of `above` the level itself is enough
per = "person"                    # or "event", "unit" (of an amount), "percentage point", "lump sum"
price = "£1,000"                  # may differ by segment where each is measured by itself
measured_over = "each year"
measured_for = "all segments"     # or "each segment": each by itself, with a bonus of its own
from = "clause 4.5""#,
};

#[derive(Clone, Debug, PartialEq)]
pub struct Bonus {
    pub outcome: usize,
    /// The level, as a condition on the outcome: more than it, or at least it.
    pub gate: Gate,
    pub up_to: Option<Schedule<Change>>,
    pub per: PerBonus,
    /// By segment only where each segment is measured by itself.
    pub price: Schedule<Pence>,
    pub over: MeasuredOver,
    pub measured_for: MeasuredFor,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PerBonus {
    #[default]
    Person,
    Event,
    Unit,
    PercentagePoint,
    LumpSum,
}

impl PerBonus {
    const KNOWN: [(&'static str, PerBonus); 6] = [
        ("person", PerBonus::Person),
        ("household", PerBonus::Person),
        ("event", PerBonus::Event),
        ("unit", PerBonus::Unit),
        ("percentage point", PerBonus::PercentagePoint),
        ("lump sum", PerBonus::LumpSum),
    ];
}

fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> Option<Bonus> {
    let outcome = context.outcome(section, "outcome");
    let level = level(section, context);
    let up_to = section.has("up_to").then(|| section.positive_schedule::<Change>("up_to", context.keys));
    let per = section.required_choice("per", &PerBonus::KNOWN);
    let price = section.positive_schedule("price", context.keys);
    let over = section.choice("measured_over", &MeasuredOver::KNOWN).unwrap_or_default();
    let measured_for = context.measured_for(section, None);
    let measured = (over, measured_for);
    context.one_price(section, "price", &price, measured, "a bonus");
    let key = if section.has("at_least") { "at_least" } else { "above" };
    context.sizes(section, key, &level, MetIn::Whole, measured);
    up_to.iter().for_each(|up_to| context.told_apart(section, "up_to", up_to, MetIn::Whole, measured));
    let order = up_to.as_ref().zip(level.changes()).and_then(|(up_to, above)| ends_early(context, above, up_to));
    if let Some((above, up_to)) = order {
        section.push(
            section
                .problem("up_to", "the bonus ends before it begins")
                .read(format!("from {}, up to {}", above.words(), up_to.words()))
                .expected("an upper level beyond the one where the bonus begins, in the same unit")
                .fix("raise `up_to`, or state both as a share of the baseline or both in percentage points"),
        );
    }
    let outcome = outcome?;
    reading::paid_unit(section, &context.outcomes[outcome]);
    for (key, changes) in [(key, level.changes()), ("up_to", up_to.as_ref())] {
        changes.iter().for_each(|changes| gate::in_its_unit(section, key, &context.outcomes[outcome], changes));
    }
    if context.outcomes[outcome].baseline == Baseline::None {
        section.push(
            Problem::at(section.file, section.span_of("outcome"), "a bonus above a level needs a baseline to measure from")
                .expected(format!("a baseline in [outcome.{}]", context.outcomes[outcome].name))
                .fix("add: baseline = \"30%\" with its source"),
        );
    }
    Some(Bonus { outcome, gate: Gate::whole(outcome, level), up_to, per, price, over, measured_for })
}

/// Where the bonus would end before it begins: the two levels.
fn ends_early(context: &ClauseContext<'_>, above: &Schedule<Change>, up_to: &Schedule<Change>) -> Option<(Change, Change)> {
    let (areas, segments) = (context.keys.areas.len().max(1), context.keys.segments.len().max(1));
    let places = (0..areas).flat_map(|area| (0..segments).map(move |segment| (area, segment)));
    let levels = places.flat_map(|(area, segment)| {
        context.times().map(move |time| (above.at(area, segment, time), up_to.at(area, segment, time)))
    });
    let mut wrong = levels.filter(|(above, up_to)| !matches!(above.partial_cmp(up_to), Some(Ordering::Less)));
    wrong.next()
}

/// `above` or `at_least`, exactly one of them.
fn level(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> GateTest {
    let change = |key: &str| section.positive_schedule::<Change>(key, context.keys);
    match (section.has("above"), section.has("at_least")) {
        (true, false) => GateTest::MoreThan(change("above")),
        (false, true) => GateTest::AtLeast(change("at_least")),
        (false, false) => GateTest::MoreThan(section.required_schedule("above", context.keys)),
        (true, true) => {
            section.push(
                section
                    .problem("at_least", "a bonus begins at one level")
                    .read("above and at_least")
                    .expected("`above` if a result exactly at the level earns nothing, `at_least` if it earns the bonus")
                    .fix("remove one of the two"),
            );
            GateTest::MoreThan(change("above"))
        }
    }
}

impl ClauseKind for Bonus {
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
        let scheme = pricing.scheme;
        let gate = &self.gate;
        for part in pricing.parts(self.over, self.measured_for) {
            let TallyPart { cohorts, segment } = part.clone();
            if !pricing.all_known(&cohorts) {
                continue;
            }
            let measured = pricing.measured(self.outcome, &part);
            let reached = gate.verdict(scheme, &measured) == Verdict::Better;
            let beyond = self.beyond(&measured);
            let (quantity, unit) = match (reached, self.per) {
                (_, PerBonus::LumpSum) => (Quantity::whole(reached.into()), "lump sum"),
                (false, _) => (Quantity(0), self.unit(scheme)),
                (true, PerBonus::PercentagePoint) => (measured.in_points(beyond), self.unit(scheme)),
                (true, _) => (Quantity(beyond), self.unit(scheme)),
            };
            let exact = || match (reached, self.per) {
                (_, PerBonus::LumpSum) => Ratio::whole(reached.into()),
                (false, _) => Ratio::whole(0),
                (true, PerBonus::PercentagePoint) => measured.in_points_exact(&self.beyond_exact(&measured)),
                (true, _) => self.beyond_exact(&measured),
            };
            let price = self.price.at(pricing.tally.area, segment.unwrap_or(0), pricing.time(cohorts.end - 1));
            let line = UnpricedLine { cohorts, segment, quantity, unit, price };
            pricing.pay_exact(line, exact, || {
                let found = gate.found(scheme, &measured);
                format!("{found}. The bonus is for a result better than the baseline {}", self.own_level_words(&measured))
            });
        }
    }

    fn explain(&self, scheme: &SchemeTerms, _: &dyn OtherClauses) -> Vec<String> {
        let outcome = &scheme.outcomes[self.outcome];
        let price = prices(scheme, &self.price);
        let up_to = self.up_to.as_ref().map_or(String::new(), |up_to| format!(", up to {}", change_words(scheme, up_to)));
        let (level, over) = (self.level_words(scheme), measured_words(self.over, self.measured_for));
        let each = match self.per {
            PerBonus::LumpSum => {
                return vec![format!(
                    "As a bonus the payer pays a lump sum of {price} if {} is better than its baseline {level}{up_to}, \
                     measured over {over}.",
                    outcome.name
                )];
            }
            PerBonus::Person => outcome.counted().1,
            PerBonus::Event => "event",
            PerBonus::Unit => "unit",
            PerBonus::PercentagePoint => "percentage point",
        };
        vec![format!(
            "As a bonus the payer pays {price} for each {each} by which {} is better than its baseline {level}{up_to}, \
             measured over {over}.",
            outcome.name
        )]
    }

    fn amounts(&self) -> Vec<(&'static str, &Schedule<Pence>)> {
        vec![("The bonus", &self.price)]
    }

    fn amounts_mut(&mut self) -> Vec<(&'static str, &mut Schedule<Pence>)> {
        vec![("bonus", &mut self.price)]
    }

    fn outcome(&self) -> Option<usize> {
        Some(self.outcome)
    }

    fn compared_outcome(&self) -> Option<usize> {
        Some(self.outcome)
    }

    fn measured_over(&self) -> Option<MeasuredOver> {
        Some(self.over)
    }

    fn levels(&self) -> Vec<(usize, Change)> {
        self.gate.levels()
    }

    fn without_the_jump(&self) -> &'static str {
        "pay the bonus for each person beyond the level: per = \"person\""
    }

    fn measured_for(&self) -> MeasuredFor {
        self.measured_for
    }

    fn pool_cohorts(&mut self, _scheme: &SchemeTerms) {
        self.over = MeasuredOver::AllCohorts;
    }

    fn scale_prices(&mut self, change: &dyn Fn(Pence) -> Pence) {
        self.price = self.price.map(change);
    }

    fn scale_segment_prices(&mut self, percents: &[i64]) {
        if self.measured_for == MeasuredFor::EachSegment {
            self.price = by_segment(&self.price, percents);
        }
    }

    /// A tariff that pays as much at the upper level of the bonus or, for a lump sum, at the level where it is earned.
    fn straightened(&self, scheme: &SchemeTerms, _: &dyn OtherClauses) -> Option<Straightened> {
        if self.per == PerBonus::LumpSum && !self.price.is_constant() {
            return None;
        }
        let per = match self.per {
            PerBonus::PercentagePoint => PerUnit::PercentagePoint,
            _ => PerUnit::of(&scheme.outcomes[self.outcome]),
        };
        let price = match (self.per, &self.up_to) {
            (PerBonus::LumpSum, _) => {
                let lumps = (self.over.periods(scheme) * self.measured_for.parts(scheme) * scheme.areas.len()) as f64;
                let better = expected_people::improvement_at(scheme, self.outcome, self.gate.change()?)?;
                Schedule::constant(Pence((lumps * self.price.values()[0].0 as f64 / better).round() as i64))
            }
            (_, None) => self.price.clone(),
            (_, Some(up_to)) => {
                // As much at the upper level, which is the last unit that the bonus pays for.
                let up_to = up_to.is_constant().then(|| up_to.values()[0])?;
                let part = 1.0 - self.gate.change()?.as_f64() / up_to.as_f64();
                self.price.map(|price| Pence((price.0 as f64 * part).round() as i64))
            }
        };
        let (over, measured_for) = (self.over, self.measured_for);
        Some(Straightened { outcome: self.outcome, per, price, over, measured_for, replaces: None })
    }

    fn amend(&self, new: &Self, name: &str, text: &mut Amendment<'_>) {
        text.price(name, "price", &self.price, &new.price);
        text.over(name, self.over, new.over, "price");
    }

    fn keys_without_the_jump(&self) -> &'static [&'static str] {
        &["above", "at_least", "up_to", "price"]
    }

    fn spread_prices(&mut self, (areas, segments, cohorts): (usize, usize, &[CohortTime])) {
        self.price = self.price.spread(areas, segments, cohorts);
    }
}

impl Bonus {
    /// The improvement at which the bonus begins for what was measured.
    fn above(&self, measured: &MeasuredResult<'_>) -> Change {
        self.gate.test.changes().map(|changes| measured.own(changes)).unwrap_or_default()
    }

    /// "by more than 5 percentage points".
    fn level_words(&self, scheme: &SchemeTerms) -> String {
        let size = self.gate.test.changes().map(|changes| change_words(scheme, changes)).unwrap_or_default();
        format!("{} {size}", self.side_words())
    }

    /// The same for what was measured.
    fn own_level_words(&self, measured: &MeasuredResult<'_>) -> String {
        format!("{} {}", self.side_words(), self.above(measured).words())
    }

    fn side_words(&self) -> &'static str {
        if matches!(self.gate.test, GateTest::AtLeast(_)) { "by at least" } else { "by more than" }
    }

    /// How much of the improvement lies beyond the level, up to the second level where there is one, in billionths.
    fn beyond(&self, measured: &MeasuredResult<'_>) -> i64 {
        let end = self.up_to.as_ref().map(|up_to| measured.edge(measured.own(up_to)));
        let reach = end.map_or(measured.improvement, |end| measured.improvement.min(end));
        reach.saturating_sub(measured.edge(self.above(measured))).max(0)
    }

    /// The same as an exact fraction.
    fn beyond_exact(&self, measured: &MeasuredResult<'_>) -> Ratio {
        let improvement = measured.improvement_exact();
        let reach = match &self.up_to {
            Some(up_to) => improvement.min(measured.edge_exact(measured.own(up_to))),
            None => improvement,
        };
        let beyond = reach.minus(&measured.edge_exact(self.above(measured)));
        // A baseline that follows the results can fall below zero, and then the second level of two that are relative to it is
        // the lower one. A bonus is extra, so nothing is owed there.
        if beyond.sign() == Ordering::Less { Ratio::whole(0) } else { beyond }
    }

    /// What its quantities are counted in, as a plural.
    fn unit(&self, scheme: &SchemeTerms) -> &'static str {
        match self.per {
            PerBonus::Person => scheme.outcomes[self.outcome].counted().0,
            PerBonus::Event => "events",
            PerBonus::Unit => "units",
            PerBonus::PercentagePoint => "percentage points",
            PerBonus::LumpSum => "lump sum",
        }
    }
}
