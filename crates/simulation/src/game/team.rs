//! Partners share what they produce together, each choosing its own effort.

use base::reader::Section;

use super::equilibrium::{regret, settle};
use super::form::{FormDescription, GameFigure};
use super::optimum::along;
use super::reading::{above_nothing, count_within, number_within, part, part_if_there, parts};

pub(super) const FORM: FormDescription = FormDescription {
    name: "team",
    summary: "Players each choose an effort; each unit is worth so much to the whole, and each player gets a share of the whole \
              (an equal one unless stated). Effort costs half of cost × effort². Where shares differ, write a table \
              `[member.NAME]` with its `share` for each player, in the place of `players` and `[pay]`.",
    example: r#"game = "team"
players = 4            # or [member.NAME] with a share, for each

[effort]
worth = 1
cost = 1

[pay]                  # may be left out
share = 0.25           # of the whole, to each"#,
};

#[derive(Clone, Debug)]
pub struct Team {
    worth: f64,
    cost: f64,
    /// Each player's share of the whole.
    shares: Vec<f64>,
    /// Their names, where they have any.
    names: Vec<String>,
}

pub(super) fn read(top: &Section<'_, '_>) -> Team {
    let (worth, cost) = part(top, "effort", |section| (above_nothing(section, "worth"), above_nothing(section, "cost")));
    if top.has("member") {
        let members = parts(top, "member", (2, 20), |section| number_within(section, "share", 0.0, 1.0));
        let (names, shares) = members.into_iter().unzip();
        return Team { worth, cost, shares, names };
    }
    let players = count_within(top, "players", 2, 40);
    let share = part_if_there(top, "pay", |section| number_within(section, "share", 0.0, 1.0));
    Team { worth, cost, shares: vec![share.unwrap_or(1.0 / players as f64); players], names: Vec::new() }
}

impl Team {
    pub(super) fn solve(&self) -> Vec<GameFigure> {
        let cost = |effort: f64| self.cost * effort * effort / 2.0;
        let open = (0.0, f64::INFINITY);
        let earns = |player: usize, efforts: &[f64]| {
            self.shares[player] * self.worth * efforts.iter().sum::<f64>() - cost(efforts[player])
        };
        let efforts = settle(self.shares.len(), open, 0.0, &earns);
        let surplus = |efforts: &[f64]| -> f64 { efforts.iter().map(|&effort| self.worth * effort - cost(effort)).sum() };
        let first_best = along(open, &|effort| self.worth * effort - cost(effort));
        let mut figures = match self.names[..] {
            [] => vec![GameFigure::exact("effort", efforts[0])],
            _ => self.names.iter().zip(&efforts).map(|(name, e)| GameFigure::exact(format!("effort of {name}"), *e)).collect(),
        };
        figures.extend([
            GameFigure::exact("first-best effort", first_best),
            GameFigure::exact("share of the first best", surplus(&efforts) / surplus(&vec![first_best; self.shares.len()])),
            GameFigure::exact("regret", regret(&efforts, open, &earns)),
        ]);
        figures
    }
}
