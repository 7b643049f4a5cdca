//! One fixed volume of work is shared out by measured performance: the better a provider does beside the others, the more it gets.

use base::reader::Section;

use super::equilibrium::{regret, settle};
use super::form::{FormDescription, GameFigure};
use super::reading::{above_nothing, count_within, number_within, part};

pub(super) const FORM: FormDescription = FormDescription {
    name: "share",
    summary: "Providers each choose an effort, which costs half of cost × effort². All the work there is brings a margin of `margin`. \
              A provider's share of it is effort to the power `follows`, out of the sum of all providers' efforts to that power: 0 \
              shares equally whatever anybody does, 1 in proportion.",
    example: r#"game = "share"
providers = 4

[work]
margin = 100
follows = 1

[effort]
cost = 1"#,
};

#[derive(Clone, Debug)]
pub struct PerformanceShare {
    providers: usize,
    margin: f64,
    follows: f64,
    cost: f64,
}

pub(super) fn read(top: &Section<'_, '_>) -> PerformanceShare {
    let providers = count_within(top, "providers", 2, 40);
    let (margin, follows) =
        part(top, "work", |section| (above_nothing(section, "margin"), number_within(section, "follows", 0.0, 2.0)));
    PerformanceShare { providers, margin, follows, cost: part(top, "effort", |section| above_nothing(section, "cost")) }
}

impl PerformanceShare {
    fn earns(&self, provider: usize, efforts: &[f64]) -> f64 {
        let counts = |effort: f64| effort.powf(self.follows);
        let all: f64 = efforts.iter().map(|&effort| counts(effort)).sum();
        let share = if all > 0.0 { counts(efforts[provider]) / all } else { 1.0 / efforts.len() as f64 };
        self.margin * share - self.cost * efforts[provider].powi(2) / 2.0
    }

    pub(super) fn solve(&self) -> Vec<GameFigure> {
        // Effort that costs more than all the work brings is never worth it.
        let bounds = (0.0, (2.0 * self.margin / self.cost).sqrt());
        let earns = |provider: usize, efforts: &[f64]| self.earns(provider, efforts);
        let efforts = settle(self.providers, bounds, bounds.1 / 8.0, &earns);
        vec![
            GameFigure::exact("effort", efforts[0]),
            GameFigure::exact("effort of all", efforts.iter().sum()),
            GameFigure::exact("profit", earns(0, &efforts)),
            GameFigure::exact("regret", regret(&efforts, bounds, &earns)),
        ]
    }
}
