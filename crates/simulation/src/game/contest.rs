//! Players spend on winning a prize. Each wins with a chance equal to its share of all spending, and no one gets the money back.

use base::reader::Section;

use super::equilibrium::{regret, settle};
use super::form::{FormDescription, GameFigure};
use super::reading::{SMALL, above_nothing, count_within, number_within, part};

pub(super) const FORM: FormDescription = FormDescription {
    name: "contest",
    summary: "Players each spend on a prize that one of them wins, each with the chance of its share of all spending. Taking part \
              costs `entry_cost`; `entrants` is how many can take part before the next would lose by it.",
    example: r#"game = "contest"
players = 4

[prize]
worth = 100
entry_cost = 5"#,
};

#[derive(Clone, Debug)]
pub struct Contest {
    players: usize,
    worth: f64,
    entry_cost: f64,
}

pub(super) fn read(top: &Section<'_, '_>) -> Contest {
    let players = count_within(top, "players", 2, 40);
    let (worth, entry_cost) =
        part(top, "prize", |section| (above_nothing(section, "worth"), number_within(section, "entry_cost", SMALL, 1e6)));
    Contest { players, worth, entry_cost }
}

/// More than this are not counted.
const MOST_ENTRANTS: usize = 60;

impl Contest {
    fn earns(&self, player: usize, spending: &[f64]) -> f64 {
        let all: f64 = spending.iter().sum();
        let chance = if all > 0.0 { spending[player] / all } else { 1.0 / spending.len() as f64 };
        self.worth * chance - spending[player]
    }

    /// What players spend when so many take part.
    fn settle(&self, players: usize) -> Vec<f64> {
        settle(players, (0.0, self.worth), self.worth / 8.0, &|player, spending| self.earns(player, spending))
    }

    /// What each earns when so many take part; a lone player wins for next to nothing.
    fn profit(&self, players: usize) -> f64 {
        if players == 1 { self.worth } else { self.earns(0, &self.settle(players)) }
    }

    pub(super) fn solve(&self) -> Vec<GameFigure> {
        let bids = self.settle(self.players);
        let entrants = (1..=MOST_ENTRANTS).take_while(|&players| self.profit(players) >= self.entry_cost).count();
        vec![
            GameFigure::exact("bid", bids[0]),
            GameFigure::exact("profit", self.earns(0, &bids)),
            GameFigure::exact("spent by all", bids.iter().sum()),
            GameFigure::exact("entrants", entrants as f64),
            GameFigure::exact("regret", regret(&bids, (0.0, self.worth), &|player, spending| self.earns(player, spending))),
        ]
    }
}
