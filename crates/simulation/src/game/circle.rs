//! Users live around a circle and go to whichever provider is best for them, distance counted. The price is fixed, so providers
//! compete by quality.

use base::reader::Section;

use super::equilibrium::{regret, settle};
use super::form::{FormDescription, GameFigure};
use super::optimum::{along, crossing};
use super::quadrature::integral;
use super::reading::{above_nothing, count_within, number_within, part};

pub(super) const FORM: FormDescription = FormDescription {
    name: "circle",
    summary: "Providers stand evenly around a circle of length 1, with one unit of users spread evenly on it. A user picks the \
              provider with the highest quality less `travel` for each unit of distance. The price is fixed; a unit of quality \
              costs `quality_cost` for each user, and being there costs `fixed_cost`. `entrants` is the number, not necessarily \
              whole, at which profit is nothing; the best number is that at which users' travel and fixed costs are least.",
    example: r#"game = "circle"
providers = 3

[price]
fixed = 5

[users]
travel = 3

[provider]
quality_cost = 1
fixed_cost = 0.05"#,
};

#[derive(Clone, Debug)]
pub struct QualityCircle {
    providers: usize,
    price: f64,
    travel: f64,
    quality_cost: f64,
    fixed_cost: f64,
}

pub(super) fn read(top: &Section<'_, '_>) -> QualityCircle {
    let providers = count_within(top, "providers", 2, 40);
    let price = part(top, "price", |section| above_nothing(section, "fixed"));
    let travel = part(top, "users", |section| above_nothing(section, "travel"));
    let (quality_cost, fixed_cost) = part(top, "provider", |section| {
        (above_nothing(section, "quality_cost"), number_within(section, "fixed_cost", 1e-6, 1e6))
    });
    QualityCircle { providers, price, travel, quality_cost, fixed_cost }
}

/// More providers than this are not counted.
const MOST: f64 = 10_000.0;

impl QualityCircle {
    /// Quality that costs more than the price cannot pay.
    fn bounds(&self) -> (f64, f64) {
        (0.0, self.price / self.quality_cost)
    }

    /// The users of one provider: on each side as far as the nearest place at which somebody else is as good.
    fn users(&self, provider: usize, qualities: &[f64]) -> f64 {
        let count = qualities.len();
        let reach = |side: usize| {
            let until = |steps: usize| {
                let other = (provider + if side == 0 { steps } else { count - steps }) % count;
                (steps as f64 / count as f64 + (qualities[provider] - qualities[other]) / self.travel) / 2.0
            };
            (1..=count).map(until).fold(f64::INFINITY, f64::min)
        };
        let (one, other) = (reach(0), reach(1));
        if one < 0.0 || other < 0.0 { 0.0 } else { one + other }
    }

    fn earns(&self, provider: usize, qualities: &[f64]) -> f64 {
        (self.price - self.quality_cost * qualities[provider]) * self.users(provider, qualities) - self.fixed_cost
    }

    /// What each earns, and its quality, when so many take part, which need not be whole: each answers the common quality of
    /// the others with its own, until the two are the same.
    fn alike(&self, count: f64) -> (f64, f64) {
        let earns = |quality: f64, others: f64| {
            let users = (1.0 / count + (quality - others) / self.travel).clamp(0.0, 1.0);
            (self.price - self.quality_cost * quality) * users - self.fixed_cost
        };
        let mut common = 0.0;
        for _ in 0..200 {
            let best = along(self.bounds(), &|quality| earns(quality, common));
            let moved = (best - common).abs();
            common = best;
            if moved <= 1e-13 * best.max(1.0) {
                break;
            }
        }
        (earns(common, common), common)
    }

    /// What travel and fixed costs come to for so many providers.
    fn burden(&self, count: f64) -> f64 {
        let travelled = 2.0 * count * integral(0.0, 0.5 / count, &|distance| self.travel * distance);
        travelled + count * self.fixed_cost
    }

    pub(super) fn solve(&self) -> Vec<GameFigure> {
        let earns = |provider: usize, qualities: &[f64]| self.earns(provider, qualities);
        let qualities = settle(self.providers, self.bounds(), 0.0, &earns);
        let profit = |count: f64| self.alike(count).0;
        let entrants = crossing(1.0, MOST, &profit).unwrap_or(if profit(MOST) > 0.0 { MOST } else { 0.0 });
        vec![
            GameFigure::exact("quality", qualities[0]),
            GameFigure::exact("profit", self.earns(0, &qualities)),
            GameFigure::exact("entrants", entrants),
            GameFigure::exact("quality with free entry", self.alike(entrants.max(1.0)).1),
            GameFigure::exact("best number", along((1.0, MOST), &|count| -self.burden(count))),
            GameFigure::exact("regret", regret(&qualities, self.bounds(), &earns)),
        ]
    }
}
