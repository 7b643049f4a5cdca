//! Two bid for something worth the same to both. The incumbent knows what it is worth; its rival knows only what it may be worth. The
//! bids follow from two conditions: the rival earns the same with every bid that it mixes over, and the incumbent gains nothing by
//! bidding as if the worth were a little different. How far that is an equilibrium is then checked against every other bid.

use base::reader::Section;

use super::form::{FormDescription, GameFigure};
use super::optimum::{along, derivatives};
use super::quadrature::integral;
use super::reading::{count_within, number_within, part, range_within};

pub(super) const FORM: FormDescription = FormDescription {
    name: "incumbent",
    summary: "An incumbent and a rival bid for a concession, and the higher bid wins and is paid. Its worth is the same for both: the \
              best of `best_of` numbers (1 unless stated), each even between `low` and `high`. The incumbent knows it and the rival \
              does not. `shown` picks the worth for which the incumbent's bid is shown.",
    example: r#"game = "incumbent"
shown = 0.6

[value]
low = 0
high = 1
best_of = 1"#,
};

#[derive(Clone, Debug)]
pub struct IncumbentGame {
    shown: f64,
    low: f64,
    high: f64,
    best_of: i32,
}

pub(super) fn read(top: &Section<'_, '_>) -> IncumbentGame {
    let (low, high, best_of) = part(top, "value", |section| {
        let (low, high) = range_within(section, 0.0, 1e6);
        let best_of = if section.has("best_of") { count_within(section, "best_of", 1, 9) } else { 1 };
        (low, high, best_of as i32)
    });
    let shown = number_within(top, "shown", 0.0, 1e6);
    if high > low && !(low < shown && shown <= high) {
        top.push(
            top.problem("shown", "the concession is never worth this")
                .read(shown.to_string())
                .expected(format!("above {low}, and at most {high}"))
                .fix("correct `shown`, or the range in [value]"),
        );
    }
    IncumbentGame { shown, low, high, best_of }
}

impl IncumbentGame {
    /// Where a worth lies between the two ends, from 0 to 1.
    fn place(&self, worth: f64) -> f64 {
        (worth - self.low) / (self.high - self.low)
    }

    fn density(&self, worth: f64) -> f64 {
        f64::from(self.best_of) * self.place(worth).powi(self.best_of - 1) / (self.high - self.low)
    }

    /// What the rival can expect to win, times its chance, with a bid that beats the incumbent up to this worth.
    fn rival_earns(&self, worth: f64, bid: f64) -> f64 {
        integral(self.low, worth, &|value| (value - bid) * self.density(value))
    }

    /// The incumbent's bid. The rival's lowest bid earns nothing, so all of its bids do: each is the mean of what it wins with it.
    fn bid(&self, worth: f64) -> f64 {
        if worth <= self.low {
            return self.low;
        }
        let chance = integral(self.low, worth, &|value| self.density(value));
        integral(self.low, worth, &|value| value * self.density(value)) / chance
    }

    /// How fast the bid rises with the worth.
    fn slope(&self, worth: f64) -> f64 {
        derivatives(worth, 1e-3 * (worth - self.low), &|worth| self.bid(worth)).0
    }

    /// The chance that the rival bids less than the incumbent does at this worth: at the optimum, its logarithm rises with the
    /// bid by one over what is left to win. Integrated down from the highest bid, along the logarithm of the place.
    fn rival_below(&self, worth: f64) -> f64 {
        let place = self.place(worth);
        if place <= 0.0 {
            return 0.0;
        }
        let rate = |log: f64| {
            let above = (self.high - self.low) * log.exp();
            let worth = self.low + above;
            above * self.slope(worth) / (worth - self.bid(worth))
        };
        (-integral(place.ln(), 0.0, &rate)).exp()
    }

    /// What the incumbent earns at one worth by bidding as it would at another.
    fn incumbent_earns(&self, worth: f64, as_if: f64) -> f64 {
        self.rival_below(as_if) * (worth - self.bid(as_if))
    }

    pub(super) fn solve(&self) -> Vec<GameFigure> {
        let over = |f: &dyn Fn(f64) -> f64| integral(self.low, self.high, f);
        let highest = self.bid(self.high);
        let at_highest = self.rival_earns(self.high, highest);
        let incumbent = over(&|worth| self.density(worth) * self.incumbent_earns(worth, worth));
        // The mean of the higher bid, and of the rival's: the highest bid, less the chance of staying below each lower one.
        let incumbent_below = |worth: f64| integral(self.low, worth, &|value| self.density(value));
        let price = highest - over(&|worth| incumbent_below(worth) * self.rival_below(worth) * self.slope(worth));
        let rival_bid = highest - over(&|worth| self.rival_below(worth) * self.slope(worth));
        let worths = (self.low, self.high);
        let other_bid = along(worths, &|as_if| self.incumbent_earns(self.shown, as_if));
        let regret = self.incumbent_earns(self.shown, other_bid) - self.incumbent_earns(self.shown, self.shown);
        let other_rival_bid = along(worths, &|worth| self.rival_earns(worth, self.bid(worth)));
        let rival_regret = self.rival_earns(other_rival_bid, self.bid(other_rival_bid)) - at_highest;
        vec![
            GameFigure::exact("incumbent's bid", self.bid(self.shown)),
            GameFigure::exact("highest bid", highest),
            GameFigure::exact("rival's mean bid", rival_bid),
            GameFigure::exact("chance that the rival bids less", self.rival_below(self.shown)),
            GameFigure::exact("incumbent's profit", incumbent),
            GameFigure::exact("rival's profit", at_highest),
            GameFigure::exact("owner gets", price),
            // Two who know the same worth bid up to the whole of it.
            GameFigure::exact("owner gets if both know", over(&|worth| worth * self.density(worth))),
            GameFigure::exact("regret", regret.max(rival_regret).max(0.0)),
        ]
    }
}
