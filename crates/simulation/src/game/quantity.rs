//! Providers choose how much to offer; what is offered in all sets the price for everyone.

use base::reader::Section;

use super::equilibrium::{regret, settle};
use super::form::{FormDescription, GameFigure};
use super::reading::{above_nothing, number_within, part, parts};

pub(super) const FORM: FormDescription = FormDescription {
    name: "quantity",
    summary: "Providers, each with a cost of its own for a unit, choose how much to offer at once. The price is `at_nothing` less \
              `slope` for each unit offered by all.",
    example: r#"game = "quantity"

[price]
at_nothing = 100
slope = 1

[provider.one]
cost = 10

[provider.two]
cost = 10"#,
};

#[derive(Clone, Debug)]
pub struct QuantityGame {
    at_nothing: f64,
    slope: f64,
    providers: Vec<(String, f64)>,
}

pub(super) fn read(top: &Section<'_, '_>) -> QuantityGame {
    let (at_nothing, slope) =
        part(top, "price", |section| (above_nothing(section, "at_nothing"), above_nothing(section, "slope")));
    let providers = parts(top, "provider", (1, 20), |section| number_within(section, "cost", 0.0, 1e6));
    QuantityGame { at_nothing, slope, providers }
}

impl QuantityGame {
    pub(super) fn solve(&self) -> Vec<GameFigure> {
        let price = |offers: &[f64]| self.at_nothing - self.slope * offers.iter().sum::<f64>();
        let earns = |provider: usize, offers: &[f64]| (price(offers) - self.providers[provider].1) * offers[provider];
        let bounds = (0.0, self.at_nothing / self.slope);
        let offers = settle(self.providers.len(), bounds, 0.0, &earns);
        let mut figures =
            vec![GameFigure::exact("price", price(&offers)), GameFigure::exact("regret", regret(&offers, bounds, &earns))];
        for (at, (name, _)) in self.providers.iter().enumerate() {
            figures.push(GameFigure::exact(format!("quantity of {name}"), offers[at]));
            figures.push(GameFigure::exact(format!("profit of {name}"), earns(at, &offers)));
        }
        figures
    }
}
