//! Several players, each with strategies of any kind, whose payoffs are simulated: what they settle on.
//!
//! Players take turns. Each moves to the best of the strategies near its own, until none of them gains by that. If they come back to
//! where they have been, no strategies of these are at rest, and play goes on by regret matching (Hart and Mas-Colell 2000) among
//! the strategies that were tried: what is reported then is how often each is played, and never where play happened to stop.
//!
//! Every profile is played on the same replications, so that a difference between two strategies is not one of luck. The regret that
//! is told is measured on other replications than those that strategies were chosen on.

use std::collections::{BTreeMap, BTreeSet};

use base::philox::{open_unit, words};
use rayon::prelude::*;
use risks::Estimate;

/// What every player gains under a profile, by player and replication.
pub type Payoffs = Vec<Vec<f64>>;

/// A game of several players.
pub struct SimulatedGame<'a, S> {
    /// The strategies that a player could move to from its own.
    pub near: &'a (dyn Fn(usize, &S) -> Vec<S> + Sync),
    /// What a profile brings each player, on the replications that strategies are chosen on.
    pub pays: &'a (dyn Fn(&[S]) -> Payoffs + Sync),
    /// The same on other replications, for the regret that is told.
    pub pays_anew: &'a (dyn Fn(&[S]) -> Payoffs + Sync),
    /// Rounds of turns, and then rounds of regret matching.
    pub most_rounds: usize,
    /// A gain below this is none.
    pub indifferent: f64,
}

/// Where play comes to rest.
#[derive(Clone, Debug, PartialEq)]
pub struct Settled<S> {
    /// The profile, or, where there is none at rest, the one that is played most.
    pub profile: Vec<S>,
    /// For each player its strategies with how often each is played; one with 1 where play is at rest.
    pub mixed: Vec<Vec<(S, f64)>>,
    /// For each player what it could still gain: by another strategy near its own, on replications of its own; where play is mixed, by
    /// always playing the best of those that were tried.
    pub regret: Vec<Estimate>,
    pub rounds: usize,
    pub end: PlayEnd,
}

/// How play ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlayEnd {
    /// Nobody gains by a strategy near its own.
    AtRest,
    /// The same profiles come again and again.
    Mixed,
    /// The rounds were used up before nobody gained.
    Stopped,
}

impl<S: Clone + Ord + Send + Sync> SimulatedGame<'_, S> {
    /// What players settle on from a profile.
    #[must_use]
    pub fn settle(&self, start: &[S], seed: u64) -> Settled<S> {
        let mut profile = start.to_vec();
        let mut seen = BTreeSet::from([profile.clone()]);
        let mut tried: Vec<Vec<S>> = profile.iter().map(|strategy| vec![strategy.clone()]).collect();
        for round in 1..=self.most_rounds {
            let before = profile.clone();
            for player in 0..profile.len() {
                if let Some(better) = self.better(player, &profile) {
                    if !tried[player].contains(&better) {
                        tried[player].push(better.clone());
                    }
                    profile[player] = better;
                }
            }
            if profile == before {
                return self.at(profile, round, PlayEnd::AtRest);
            }
            if !seen.insert(profile.clone()) {
                return self.mixed(&tried, round, seed);
            }
        }
        self.at(profile, self.most_rounds, PlayEnd::Stopped)
    }

    /// The best strategy near a player's own, going on from each better one to those near it; `None` where none gains.
    fn better(&self, player: usize, profile: &[S]) -> Option<S> {
        let mut at = profile.to_vec();
        let mut own = mean(&(self.pays)(&at)[player]);
        let mut moved = false;
        // Each step gains, so this ends; the limit is for payoffs that are no numbers.
        for _ in 0..self.most_rounds.max(1) {
            let near = (self.near)(player, &at[player]);
            let gains: Vec<f64> =
                near.par_iter().map(|strategy| mean(&(self.pays)(&changed(&at, player, strategy))[player])).collect();
            // The first of equals, at any number of threads.
            let best = (0..near.len()).max_by(|&a, &b| gains[a].total_cmp(&gains[b]).then(b.cmp(&a)))?;
            if gains[best] <= own + self.indifferent || gains[best].is_nan() {
                break;
            }
            (at[player], own, moved) = (near[best].clone(), gains[best], true);
        }
        moved.then(|| at[player].clone())
    }

    fn at(&self, profile: Vec<S>, rounds: usize, end: PlayEnd) -> Settled<S> {
        let regret = self.regret(&profile);
        let mixed = profile.iter().map(|strategy| vec![(strategy.clone(), 1.0)]).collect();
        Settled { profile, mixed, regret, rounds, end }
    }

    /// What each player could still gain. The strategy is chosen on the replications of before, and its gain measured on others.
    fn regret(&self, profile: &[S]) -> Vec<Estimate> {
        let (own, anew) = ((self.pays)(profile), (self.pays_anew)(profile));
        let of = |player: usize| {
            let near = (self.near)(player, &profile[player]);
            let gains: Vec<f64> =
                near.par_iter().map(|strategy| mean(&(self.pays)(&changed(profile, player, strategy))[player])).collect();
            let best = (0..near.len()).max_by(|&a, &b| gains[a].total_cmp(&gains[b]).then(b.cmp(&a)));
            match best.filter(|&best| gains[best] > mean(&own[player])) {
                None => Estimate::exact(0.0),
                Some(best) => {
                    let there = (self.pays_anew)(&changed(profile, player, &near[best]));
                    Estimate::of(there[player].iter().zip(&anew[player]).map(|(there, here)| there - here))
                }
            }
        };
        (0..profile.len()).map(of).collect()
    }

    /// Regret matching among the strategies that were tried: each round a profile is drawn, and every player remembers what each of its
    /// strategies would have brought it more.
    fn mixed(&self, tried: &[Vec<S>], rounds: usize, seed: u64) -> Settled<S> {
        let players = tried.len();
        let mut remembered: Vec<Vec<f64>> = tried.iter().map(|of| vec![0.0; of.len()]).collect();
        let mut played: Vec<Vec<f64>> = remembered.clone();
        let mut more: Vec<Vec<Vec<f64>>> = tried.iter().map(|of| vec![Vec::new(); of.len()]).collect();
        let mut known: BTreeMap<Vec<usize>, Vec<f64>> = BTreeMap::new();
        for round in 0..self.most_rounds as u64 {
            let often: Vec<Vec<f64>> = remembered.iter().map(|regrets| by_regret(regrets)).collect();
            let drawn: Vec<usize> =
                (0..players).map(|player| drawn(&often[player], open_unit(words(seed, round, player as u64, PLAY)[0]))).collect();
            played
                .iter_mut()
                .zip(&often)
                .for_each(|(played, often)| played.iter_mut().zip(often).for_each(|(sum, often)| *sum += often));
            let mut of = |at: &[usize]| -> Vec<f64> {
                let pays = || {
                    let profile: Vec<S> = at.iter().zip(tried).map(|(&at, tried)| tried[at].clone()).collect();
                    (self.pays)(&profile).iter().map(|gains| mean(gains)).collect()
                };
                known.entry(at.to_vec()).or_insert_with(pays).clone()
            };
            let here = of(&drawn);
            for player in 0..players {
                for other in 0..tried[player].len() {
                    let mut at = drawn.clone();
                    at[player] = other;
                    let there = of(&at)[player];
                    more[player][other].push(there - here[player]);
                    // Never below zero: what was worse is forgotten (regret matching plus).
                    remembered[player][other] = (remembered[player][other] + there - here[player]).max(0.0);
                }
            }
        }
        let share = 1.0 / self.most_rounds.max(1) as f64;
        let mixed: Vec<Vec<(S, f64)>> = tried
            .iter()
            .zip(&played)
            .map(|(tried, played)| {
                let often = tried.iter().cloned().zip(played.iter().map(|sum| sum * share));
                often.filter(|(_, often)| *often > 0.0).collect()
            })
            .collect();
        let profile: Vec<S> = mixed
            .iter()
            .filter_map(|of: &Vec<(S, f64)>| of.iter().max_by(|a, b| a.1.total_cmp(&b.1)).map(|(strategy, _)| strategy.clone()))
            .collect();
        // What each would have brought it more, on average over the rounds.
        let of_play = |more: &Vec<Vec<f64>>| {
            let each = more.iter().map(|of| Estimate::of(of.iter().copied()));
            each.fold(Estimate::exact(0.0), |most, of| if of.mean > most.mean { of } else { most })
        };
        Settled {
            regret: more.iter().map(of_play).collect(),
            profile,
            mixed,
            rounds: rounds + self.most_rounds,
            end: PlayEnd::Mixed,
        }
    }
}

/// The number of the decision that draws which profile is played.
const PLAY: u64 = 0x706c_6179;

fn changed<S: Clone>(profile: &[S], player: usize, strategy: &S) -> Vec<S> {
    let mut changed = profile.to_vec();
    changed[player] = strategy.clone();
    changed
}

fn mean(gains: &[f64]) -> f64 {
    risks::mean(gains)
}

/// Each strategy as often as it is regretted; all alike where none is.
fn by_regret(regrets: &[f64]) -> Vec<f64> {
    let all: f64 = regrets.iter().sum();
    if all > 0.0 { regrets.iter().map(|regret| regret / all).collect() } else { vec![1.0 / regrets.len() as f64; regrets.len()] }
}

fn drawn(often: &[f64], uniform: f64) -> usize {
    let mut so_far = 0.0;
    often
        .iter()
        .position(|share| {
            so_far += share;
            uniform < so_far
        })
        .unwrap_or(often.len() - 1)
}

/// What players settle on from each of several starts: every end once, with the positions of the starts that lead to it (its basin among
/// them), those with most of them first.
#[must_use]
pub fn ends<S: Clone + Ord + Send + Sync>(
    game: &SimulatedGame<'_, S>,
    starts: &[Vec<S>],
    seed: u64,
) -> Vec<(Settled<S>, Vec<usize>)> {
    let mut found: Vec<(Settled<S>, Vec<usize>)> = Vec::new();
    for (at, start) in starts.iter().enumerate() {
        let settled = game.settle(start, seed);
        match found.iter_mut().find(|(other, _)| other.end == settled.end && other.profile == settled.profile) {
            Some((_, from)) => from.push(at),
            None => found.push((settled, vec![at])),
        }
    }
    found.sort_by_key(|(_, from)| std::cmp::Reverse(from.len()));
    found
}

#[cfg(test)]
mod tests {
    use super::{Payoffs, PlayEnd, SimulatedGame, ends};

    /// A game of two players given as tables of what the row player and the column player get.
    fn solved(row: &[&[f64]], column: &[&[f64]], starts: &[[usize; 2]]) -> Vec<(super::Settled<usize>, Vec<usize>)> {
        let sizes = [row.len(), row[0].len()];
        let near = move |player: usize, own: &usize| (0..sizes[player]).filter(|at| at != own).collect::<Vec<usize>>();
        let pays = |at: &[usize]| -> Payoffs { vec![vec![row[at[0]][at[1]]], vec![column[at[0]][at[1]]]] };
        let game = SimulatedGame { near: &near, pays: &pays, pays_anew: &pays, most_rounds: 4000, indifferent: 1e-9 };
        ends(&game, &starts.iter().map(|start| start.to_vec()).collect::<Vec<_>>(), 3)
    }

    const ALL: [[usize; 2]; 4] = [[0, 0], [0, 1], [1, 0], [1, 1]];

    #[test]
    fn prisoners_betray_from_every_start() {
        let found = solved(&[&[3.0, 0.0], &[5.0, 1.0]], &[&[3.0, 5.0], &[0.0, 1.0]], &ALL);
        assert_eq!(found.len(), 1);
        let (settled, from) = &found[0];
        assert_eq!((&settled.profile, settled.end, from.len()), (&vec![1, 1], PlayEnd::AtRest, 4));
        assert!(settled.regret.iter().all(|regret| regret.mean == 0.0));
    }

    /// The stag hunt has two equilibria in pure strategies. Where both hunt, both stay; one who moves first decides the rest.
    #[test]
    fn a_stag_hunt_ends_in_two_ways() {
        let (row, column): (&[&[f64]], &[&[f64]]) = (&[&[4.0, 0.0], &[3.0, 3.0]], &[&[4.0, 3.0], &[0.0, 3.0]]);
        let found = solved(row, column, &ALL);
        let mut profiles: Vec<Vec<usize>> = found.iter().map(|(settled, _)| settled.profile.clone()).collect();
        profiles.sort();
        assert_eq!(profiles, [vec![0, 0], vec![1, 1]]);
        assert_eq!(found.iter().map(|(_, from)| from.len()).sum::<usize>(), 4);
    }

    /// Weighted rock, paper, scissors is played 1/4, 1/2, 1/4 by both.
    #[test]
    fn a_game_without_rest_is_played_mixed() {
        let row: [[f64; 3]; 3] = [[0.0, -1.0, 2.0], [1.0, 0.0, -1.0], [-2.0, 1.0, 0.0]];
        let column = row.map(|row| row.map(|gain| -gain));
        let slices = |table: &'static [[f64; 3]; 3]| -> Vec<&'static [f64]> { table.iter().map(|row| &row[..]).collect() };
        let (row, column) = (Box::leak(Box::new(row)), Box::leak(Box::new(column)));
        let found = solved(&slices(row), &slices(column), &[[0, 0]]);
        let (settled, _) = &found[0];
        assert_eq!(settled.end, PlayEnd::Mixed);
        for player in &settled.mixed {
            for (strategy, share) in [0.25, 0.5, 0.25].into_iter().enumerate() {
                let often = player.iter().find(|(at, _)| *at == strategy).map_or(0.0, |(_, often)| *often);
                assert!((often - share).abs() < 0.03, "{strategy}: {often}");
            }
        }
        // What is left is the luck of 4,000 draws.
        assert!(settled.regret.iter().all(|regret| regret.mean < 4.0 * regret.error + 0.01), "{:?}", settled.regret);
    }

    /// Three firms that choose quantities in halves: each brings 22.5 to market (Cournot: (a − c)/(b (n + 1)) with a 100, c 10, b 1).
    #[test]
    fn quantities_of_three_firms() {
        let near = |_: usize, own: &i64| {
            [own - 20, own - 5, own - 1, own + 1, own + 5, own + 20].into_iter().filter(|q| *q >= 0).collect()
        };
        let pays = |halves: &[i64]| -> Payoffs {
            let quantities: Vec<f64> = halves.iter().map(|halves| *halves as f64 / 2.0).collect();
            let price = 100.0 - quantities.iter().sum::<f64>();
            quantities.iter().map(|quantity| vec![quantity * (price - 10.0)]).collect()
        };
        let game = SimulatedGame { near: &near, pays: &pays, pays_anew: &pays, most_rounds: 200, indifferent: 1e-9 };
        let settled = game.settle(&[0, 0, 0], 1);
        assert_eq!(settled.end, PlayEnd::AtRest);
        // Next to it on a grid, neighbours do as well.
        assert!(settled.profile.iter().all(|halves| (halves - 45).abs() <= 1), "{:?}", settled.profile);
    }
}
