//! Players are paid by rank: the one with the best noisy result gets the prize.

use base::reader::Section;
use base::statistics::normal_cdf;

use super::equilibrium::{regret, settle};
use super::form::{FormDescription, GameFigure};
use super::optimum::along;
use super::quadrature::normal_mean;
use super::reading::{LARGE, SMALL, above_nothing, count_within, number_or_best, number_within, part};

pub(super) const FORM: FormDescription = FormDescription {
    name: "tournament",
    summary: "Players each choose an effort; a result is the effort and a normal error of its own, and the best result gets the \
              spread between the prizes. Where the spread is \"best\" the payer chooses it for the greatest surplus. Effort costs \
              half of cost × effort².",
    example: r#"game = "tournament"
players = 2

[effort]
worth = 1
cost = 1

[measure]
variance = 1           # of each result's error

[pay]
spread = 2             # or "best""#,
};

#[derive(Clone, Debug)]
pub struct Tournament {
    players: usize,
    worth: f64,
    cost: f64,
    noise: f64,
    spread: Option<f64>,
}

pub(super) fn read(top: &Section<'_, '_>) -> Tournament {
    let players = count_within(top, "players", 2, 12);
    let (worth, cost) = part(top, "effort", |section| (above_nothing(section, "worth"), above_nothing(section, "cost")));
    let noise = part(top, "measure", |section| number_within(section, "variance", SMALL, LARGE)).sqrt();
    let spread = part(top, "pay", |section| number_or_best(section, "spread"));
    Tournament { players, worth, cost, noise, spread }
}

/// Effort can be anything from nothing on.
const OPEN: (f64, f64) = (0.0, f64::INFINITY);

impl Tournament {
    /// The chance that a player's result is the best, over its own error.
    fn wins(&self, player: usize, efforts: &[f64]) -> f64 {
        let lead = |other: usize| (efforts[player] - efforts[other]) / self.noise;
        let others: Vec<f64> = (0..efforts.len()).filter(|&other| other != player).map(lead).collect();
        normal_mean(&[], 0.0, &|z| others.iter().map(|lead| normal_cdf(lead + z)).product())
    }

    fn earns(&self, spread: f64, player: usize, efforts: &[f64]) -> f64 {
        spread * self.wins(player, efforts) - self.cost * efforts[player].powi(2) / 2.0
    }

    fn settle(&self, spread: f64) -> Vec<f64> {
        settle(self.players, OPEN, 0.0, &|player, efforts| self.earns(spread, player, efforts))
    }

    pub(super) fn solve(&self) -> Vec<GameFigure> {
        let surplus = |effort: f64| self.worth * effort - self.cost * effort * effort / 2.0;
        let spread = self.spread.unwrap_or_else(|| along(OPEN, &|spread| surplus(self.settle(spread)[0])));
        let efforts = self.settle(spread);
        vec![
            GameFigure::exact("effort", efforts[0]),
            GameFigure::exact("first-best effort", along(OPEN, &surplus)),
            GameFigure::exact("spread", spread),
            GameFigure::exact("regret", regret(&efforts, OPEN, &|player, efforts| self.earns(spread, player, efforts))),
        ]
    }
}
