//! Partners share what they produce together, each choosing its own effort.

use base::reader::Section;

use super::equilibrium::{regret, settle};
use super::form::{FormDescription, GameFigure};
use super::optimum::along;
use super::reading::{above_nothing, count_within, number_within, part, part_if_there};

pub(super) const FORM: FormDescription = FormDescription {
    name: "team",
    summary: "Players each choose an effort; each unit is worth so much to the whole, and each player gets a share of the whole \
              (an equal one unless stated). Effort costs half of cost × effort².",
    example: r#"game = "team"
players = 4

[effort]
worth = 1
cost = 1

[pay]                  # may be left out
share = 0.25           # of the whole, to each"#,
};

#[derive(Clone, Debug)]
pub struct Team {
    players: usize,
    worth: f64,
    cost: f64,
    share: f64,
}

pub(super) fn read(top: &Section<'_, '_>) -> Team {
    let players = count_within(top, "players", 2, 40);
    let (worth, cost) = part(top, "effort", |section| (above_nothing(section, "worth"), above_nothing(section, "cost")));
    let share = part_if_there(top, "pay", |section| number_within(section, "share", 0.0, 1.0));
    Team { players, worth, cost, share: share.unwrap_or(1.0 / players as f64) }
}

impl Team {
    pub(super) fn solve(&self) -> Vec<GameFigure> {
        let cost = |effort: f64| self.cost * effort * effort / 2.0;
        let open = (0.0, f64::INFINITY);
        let earns =
            |player: usize, efforts: &[f64]| self.share * self.worth * efforts.iter().sum::<f64>() - cost(efforts[player]);
        let efforts = settle(self.players, open, 0.0, &earns);
        let surplus = |efforts: &[f64]| -> f64 { efforts.iter().map(|&effort| self.worth * effort - cost(effort)).sum() };
        let first_best = along(open, &|effort| self.worth * effort - cost(effort));
        vec![
            GameFigure::exact("effort", efforts[0]),
            GameFigure::exact("first-best effort", first_best),
            GameFigure::exact("share of the first best", surplus(&efforts) / surplus(&vec![first_best; self.players])),
            GameFigure::exact("regret", regret(&efforts, open, &earns)),
        ]
    }
}
