//! Bidders agree on a price before anybody knows what the work will cost. When the cost is known the winner either does the work or
//! walks away, and then loses its bond.

use base::reader::Section;

use super::form::{FormDescription, GameFigure};
use super::optimum::crossing;
use super::quadrature::integral;
use super::reading::{number_within, part, range_within};

pub(super) const FORM: FormDescription = FormDescription {
    name: "bond",
    summary: "Bidders who know equally much bid for a contract. What it costs, even between `low` and `high`, shows after the award, \
              and the winner may then walk away and lose its bond. Rivals bid the price down until the contract is worth nothing to \
              the winner.",
    example: r#"game = "bond"

[cost]
low = 0
high = 1

[bond]
amount = 0.25"#,
};

#[derive(Clone, Debug)]
pub struct BondGame {
    low: f64,
    high: f64,
    bond: f64,
}

pub(super) fn read(top: &Section<'_, '_>) -> BondGame {
    let (low, high) = part(top, "cost", |section| range_within(section, 0.0, 1e6));
    BondGame { low, high, bond: part(top, "bond", |section| number_within(section, "amount", 0.0, 1e6)) }
}

impl BondGame {
    /// The mean, over what the work can cost, of the better of doing it and walking away.
    fn profit(&self, price: f64, bond: f64) -> f64 {
        let better = |cost: f64| (price - cost).max(-bond);
        let indifferent = (price + bond).clamp(self.low, self.high);
        (integral(self.low, indifferent, &better) + integral(indifferent, self.high, &better)) / (self.high - self.low)
    }

    /// The price at which rivals stop bidding it down.
    fn price(&self, bond: f64) -> f64 {
        crossing(self.low - bond, self.high + bond, &|price| self.profit(price, bond)).unwrap_or(self.high)
    }

    /// The chance of a cost at which walking away is better.
    fn walks_away(&self, bond: f64) -> f64 {
        ((self.high - self.price(bond) - bond) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    pub(super) fn solve(&self) -> Vec<GameFigure> {
        // The winner stays even at the highest cost where that loses no more than the bond.
        let stays = |bond: f64| self.price(bond) + bond - self.high;
        let ends = crossing(0.0, self.high - self.low, &stays).unwrap_or(self.high - self.low);
        vec![
            GameFigure::exact("price", self.price(self.bond)),
            GameFigure::exact("chance of walking away", self.walks_away(self.bond)),
            GameFigure::exact("bond at which nobody walks away", ends),
        ]
    }
}
