//! An extra payment above a level: a lump sum, or a price for what lies beyond the level.

use std::cmp::Ordering;

use crate::amendment::Amendment;
use crate::clauses::tariff::{PerUnit, Tariff};
use crate::clauses::{CatalogueEntry, ClauseContext, ClauseEffects, ClauseKind, ClauseTerms, Straightened};
use crate::expected_people;
use crate::gate::{Gate, GateTest, Verdict};
use crate::measured_result::MeasuredResult;
use crate::pricing::{ClausePricing, LineSink, UnpricedLine};
use crate::terms::{Baseline, MeasuredOver, Scheme};
use base::literal::{Change, Literal as _};
use base::money::{Amount, Pence, Quantity};
use base::problem::Problem;
use base::ratio::Ratio;
use base::reader::Section;
use base::schedule::Schedule;

pub(super) const ENTRY: CatalogueEntry = CatalogueEntry {
    name: "bonus",
    summary: "An extra payment above a level of improvement: a lump sum, or a price for each person, event or percentage point \
              beyond it, up to a second level where there is one. `above` means strictly more: a result exactly at the level \
              earns nothing. Where the contract says that the level itself is enough, write `at_least`.",
    example: r#"[pay.incentive]
clause = "bonus"
outcome = "job"
above = "30%"                     # better than the baseline by more than this; or "5 percentage points"
up_to = "50%"                     # optional; with at_least = "30%" instead of `above` the level itself is enough
per = "person"                    # or "event", "percentage point", "lump sum"
price = "£1,000"
measured_over = "each year"
from = "clause 4.5""#,
    read: |section, context| read(section, context).map(ClauseTerms::Bonus),
};

#[derive(Clone, Debug, PartialEq)]
pub struct Bonus {
    pub outcome: usize,
    /// The level, as the gate of the bonus: more than it, or at least it.
    pub level: GateTest,
    pub up_to: Option<Change>,
    pub per: PerBonus,
    pub price: Schedule<Pence>,
    pub over: MeasuredOver,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PerBonus {
    #[default]
    Person,
    Event,
    PercentagePoint,
    LumpSum,
}

fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> Option<Bonus> {
    let outcome = context.outcome(section, "outcome");
    let level = level(section);
    let above = level.change().unwrap_or_default();
    let up_to: Option<Change> = section.positive("up_to");
    let per = section.required_choice(
        "per",
        &[
            ("person", PerBonus::Person),
            ("event", PerBonus::Event),
            ("percentage point", PerBonus::PercentagePoint),
            ("lump sum", PerBonus::LumpSum),
        ],
    );
    let price = section.positive_schedule("price", context.keys);
    let over = section.choice("measured_over", &MeasuredOver::KNOWN).unwrap_or_default();
    if let Some(up_to) = up_to
        && !matches!(above.partial_cmp(&up_to), Some(Ordering::Less))
    {
        section.push(
            section
                .problem("up_to", "the bonus ends before it begins")
                .read(format!("from {}, up to {}", above.words(), up_to.words()))
                .expected("an upper level beyond the one where the bonus begins, in the same unit")
                .fix("raise `up_to`, or state both as a share of the baseline or both in percentage points"),
        );
    }
    let outcome = outcome?;
    if context.outcomes[outcome].baseline == Baseline::None {
        section.push(
            Problem::at(section.file, section.span_of("outcome"), "a bonus above a level needs a baseline to measure from")
                .expected(format!("a baseline in [outcome.{}]", context.outcomes[outcome].name))
                .fix("add: baseline = \"30%\" with its source"),
        );
    }
    Some(Bonus { outcome, level, up_to, per, price, over })
}

/// `above` or `at_least`, exactly one of them.
fn level(section: &Section<'_, '_>) -> GateTest {
    let change = |key: &str| section.positive::<Change>(key).unwrap_or_default();
    match (section.has("above"), section.has("at_least")) {
        (true, false) => GateTest::MoreThan(change("above")),
        (false, true) => GateTest::AtLeast(change("at_least")),
        (false, false) => GateTest::MoreThan(section.required("above")),
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
    fn entry(&self) -> &'static CatalogueEntry {
        &ENTRY
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
        let gate = self.gate();
        for period in pricing.periods(self.over) {
            if !pricing.all_known(&period) {
                continue;
            }
            let measured = pricing.measured(self.outcome, period.clone());
            let reached = gate.verdict(scheme, &measured) == Verdict::Better;
            let beyond = self.beyond(&measured);
            let (quantity, unit) = match (reached, self.per) {
                (_, PerBonus::LumpSum) => (Quantity::whole(reached.into()), "lump sum"),
                (false, per) => (Quantity(0), unit(per)),
                (true, PerBonus::PercentagePoint) => (measured.in_points(beyond), unit(self.per)),
                (true, per) => (Quantity(beyond), unit(per)),
            };
            let exact = || match (reached, self.per) {
                (_, PerBonus::LumpSum) => Ratio::whole(reached.into()),
                (false, _) => Ratio::whole(0),
                (true, PerBonus::PercentagePoint) => measured.in_points_exact(&self.beyond_exact(&measured)),
                (true, _) => self.beyond_exact(&measured),
            };
            let price = self.price.at(pricing.tally.area, 0, pricing.year(period.end - 1));
            let line = UnpricedLine { cohorts: period, segment: None, quantity, unit, price };
            pricing.pay_exact(line, exact, || {
                let found = gate.found(scheme, &measured);
                format!("{found}. The bonus is for a result better than the baseline {}", self.level_words())
            });
        }
    }

    fn explain(&self, scheme: &Scheme) -> Vec<String> {
        let outcome = &scheme.outcomes[self.outcome];
        let price = super::prices(scheme, &self.price);
        let up_to = self.up_to.map_or(String::new(), |up_to| format!(", up to {}", up_to.words()));
        let (level, over) = (self.level_words(), self.over.words());
        let each = match self.per {
            PerBonus::LumpSum => {
                return vec![format!(
                    "As a bonus the payer pays a lump sum of {price} if {} is better than its baseline {level}{up_to}, \
                     measured over {over}.",
                    outcome.name
                )];
            }
            PerBonus::Person => "person",
            PerBonus::Event => "event",
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
        vec![(self.outcome, self.above())]
    }

    fn without_the_jump(&self) -> &'static str {
        "pay the bonus for each person beyond the level: per = \"person\""
    }

    fn pool_cohorts(&mut self, _scheme: &Scheme) {
        self.over = MeasuredOver::AllCohorts;
    }

    fn scale_prices(&mut self, change: &dyn Fn(Pence) -> Pence) {
        self.price = self.price.map(change);
    }

    /// A tariff that pays as much at the upper level of the bonus or, for a lump sum, at the level where it is earned.
    fn straightened(&self, scheme: &Scheme) -> Option<Straightened> {
        if self.per == PerBonus::LumpSum && !self.price.is_constant() {
            return None;
        }
        let per = match self.per {
            PerBonus::PercentagePoint => PerUnit::PercentagePoint,
            _ if scheme.outcomes[self.outcome].is_binary() => PerUnit::Person,
            _ => PerUnit::Event,
        };
        let price = match (self.per, self.up_to) {
            (PerBonus::LumpSum, _) => {
                let lumps = (self.over.periods(scheme) * scheme.areas.len()) as f64;
                let better = expected_people::improvement_at(scheme, self.outcome, self.above())?;
                Schedule::constant(Pence((lumps * self.price.values()[0].0 as f64 / better).round() as i64))
            }
            (_, None) => self.price.clone(),
            (_, Some(up_to)) => {
                // As much at the upper level, which is the last unit that the bonus pays for.
                let part = 1.0 - self.above().as_f64() / up_to.as_f64();
                self.price.map(|price| Pence((price.0 as f64 * part).round() as i64))
            }
        };
        Some(Straightened { tariff: Tariff::both_ways(self.outcome, per, price, self.over), replaces: None })
    }

    fn amend(&self, new: &ClauseTerms, name: &str, text: &mut Amendment<'_>) {
        match new {
            ClauseTerms::Bonus(new) => {
                text.price(name, "price", &self.price, &new.price);
                text.over(name, self.over, new.over, "price");
            }
            ClauseTerms::Tariff(new) => new.replace_in(text, name, &["above", "at_least", "up_to", "price"], self.over),
            _ => {}
        }
    }
}

impl Bonus {
    /// The level as a condition on the outcome.
    #[must_use]
    pub fn gate(&self) -> Gate {
        Gate { outcome: self.outcome, test: self.level }
    }

    /// The improvement at which the bonus begins.
    #[must_use]
    pub fn above(&self) -> Change {
        self.level.change().unwrap_or_default()
    }

    /// "by more than 5 percentage points".
    fn level_words(&self) -> String {
        match self.level {
            GateTest::AtLeast(change) => format!("by at least {}", change.words()),
            _ => format!("by more than {}", self.above().words()),
        }
    }

    /// How much of the improvement lies beyond the level, up to the second level where there is one, in billionths.
    fn beyond(&self, measured: &MeasuredResult<'_>) -> i64 {
        let end = self.up_to.map(|up_to| measured.edge(up_to));
        let reach = end.map_or(measured.improvement, |end| measured.improvement.min(end));
        reach.saturating_sub(measured.edge(self.above())).max(0)
    }

    /// The same as an exact fraction.
    fn beyond_exact(&self, measured: &MeasuredResult<'_>) -> Ratio {
        let improvement = measured.improvement_exact();
        let reach = match self.up_to {
            Some(up_to) => improvement.min(measured.edge_exact(up_to)),
            None => improvement,
        };
        let beyond = reach.minus(&measured.edge_exact(self.above()));
        // A baseline that follows the results can fall below zero, and then the second level of two that are relative to it is
        // the lower one. A bonus is extra, so nothing is owed there.
        if beyond.sign() == Ordering::Less { Ratio::whole(0) } else { beyond }
    }
}

fn unit(per: PerBonus) -> &'static str {
    match per {
        PerBonus::Person => "people",
        PerBonus::Event => "events",
        PerBonus::PercentagePoint => "percentage points",
        PerBonus::LumpSum => "lump sum",
    }
}
