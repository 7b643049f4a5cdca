//! This period's result moves the next period's baseline, so that a provider that does well is asked for more. Over a long run of
//! periods, the provider weighs what effort in one of them earns now and costs in all that follow.

use base::reader::Section;

use super::form::{FormDescription, GameFigure};
use super::optimum::along;
use super::reading::{above_nothing, number_within, part};

pub(super) const FORM: FormDescription = FormDescription {
    name: "ratchet",
    summary: "In every period a provider is paid a share of what its result exceeds the baseline by. The next baseline takes up \
              `follows` of the gap between this period's result and this baseline. Effort costs half of cost × effort²; later \
              periods are discounted.",
    example: r#"game = "ratchet"

[effort]
cost = 1

[pay]
share = 1

[baseline]
follows = 0.25

[provider]
discount_rate = 0.05   # a period"#,
};

#[derive(Clone, Debug)]
pub struct Ratchet {
    cost: f64,
    share: f64,
    follows: f64,
    discount_rate: f64,
}

pub(super) fn read(top: &Section<'_, '_>) -> Ratchet {
    Ratchet {
        cost: part(top, "effort", |section| above_nothing(section, "cost")),
        share: part(top, "pay", |section| above_nothing(section, "share")),
        follows: part(top, "baseline", |section| number_within(section, "follows", 0.0, 1.0)),
        discount_rate: part(top, "provider", |section| number_within(section, "discount_rate", 0.001, 10.0)),
    }
}

impl Ratchet {
    /// What a run of periods is worth at its beginning, when effort is `usual` in each but the first.
    fn present_value(&self, first: f64, usual: f64) -> f64 {
        let (mut value, mut weight, mut baseline, mut effort) = (0.0, 1.0, usual, first);
        // Until what follows weighs less than a number can show.
        while weight > 1e-17 {
            value += weight * (self.share * (effort - baseline) - self.cost * effort * effort / 2.0);
            baseline += self.follows * (effort - baseline);
            weight /= 1.0 + self.discount_rate;
            effort = usual;
        }
        value
    }

    pub(super) fn solve(&self) -> Vec<GameFigure> {
        // The effort that is best in one period when it is made in all the others.
        let mut usual = 0.0;
        for _ in 0..200 {
            let best = along((0.0, f64::INFINITY), &|first| self.present_value(first, usual));
            let moved = (best - usual).abs();
            usual = best;
            if moved <= 1e-12 * best {
                break;
            }
        }
        // What one more unit of result in one period is worth, its effort's cost left out.
        let without_cost = Ratchet { cost: 0.0, ..self.clone() };
        let price = without_cost.present_value(usual + 0.5, usual) - without_cost.present_value(usual - 0.5, usual);
        vec![
            GameFigure::exact("effective price", price),
            GameFigure::exact("effort", usual),
            GameFigure::exact("price that baselines take back", self.share - price),
        ]
    }
}
