//! Providers fail, and the others take on their users as far as they have room. Every way in which so many can fail is tried.

use base::reader::Section;

use super::form::{FormDescription, GameFigure};
use super::optimum::crossing;
use super::reading::{above_nothing, count_within, number_within, parts};

pub(super) const FORM: FormDescription = FormDescription {
    name: "cover",
    summary: "Groups of providers, each with `count` of them and a capacity for each one. All are full to the same part, \
              `utilisation`. So many of them fail at once as `failing` says, whichever they are, and the rest take on their users \
              as far as there is room.",
    example: r#"game = "cover"
utilisation = 0.8
failing = 1

[providers.large]
count = 1
capacity = 4

[providers.small]
count = 4
capacity = 1"#,
};

#[derive(Clone, Debug)]
pub struct CoverGame {
    utilisation: f64,
    failing: usize,
    groups: Vec<(usize, f64)>,
}

pub(super) fn read(top: &Section<'_, '_>) -> CoverGame {
    let utilisation = number_within(top, "utilisation", 0.0, 1.0);
    let failing = count_within(top, "failing", 1, 5);
    let groups =
        parts(top, "providers", (1, 6), |section| (count_within(section, "count", 1, 100), above_nothing(section, "capacity")));
    CoverGame { utilisation, failing, groups: groups.into_iter().map(|(_, group)| group).collect() }
}

impl CoverGame {
    /// The capacity lost in every way in which so many, of these groups, can fail.
    fn losses(groups: &[(usize, f64)], failing: usize) -> Vec<f64> {
        let Some(((count, capacity), rest)) = groups.split_first() else {
            return vec![0.0];
        };
        let from_here = |fail: usize| {
            let lost = fail as f64 * capacity;
            CoverGame::losses(rest, failing - fail).into_iter().map(move |more| lost + more)
        };
        (0..=failing.min(*count)).flat_map(from_here).collect()
    }

    pub(super) fn solve(&self) -> Vec<GameFigure> {
        let capacity: f64 = self.groups.iter().map(|(count, capacity)| *count as f64 * capacity).sum();
        let losses = CoverGame::losses(&self.groups, self.failing);
        // How many users there are too many for what is left, after the worst of the failures.
        let too_many = |utilisation: f64| {
            losses.iter().map(|lost| utilisation * capacity - (capacity - lost)).fold(f64::NEG_INFINITY, f64::max)
        };
        let safe = crossing(0.0, 1.0, &too_many).unwrap_or(0.0);
        let users = self.utilisation * capacity;
        let without = if users > 0.0 { too_many(self.utilisation).max(0.0) / users } else { 0.0 };
        vec![GameFigure::exact("highest safe utilisation", safe), GameFigure::exact("share left without a place", without)]
    }
}
