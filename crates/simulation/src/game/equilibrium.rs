//! Equilibrium: what several players settle on when each plays its best response to the others. Its *regret* is the most that any of
//! them could still gain by another action, in the units of what they earn. An answer is as good as its regret is small.

use super::optimum::{along, climb};

/// Every so many rounds, players search the whole line, and not only around their present action.
const LOOK_AROUND: usize = 20;
const MOST_ROUNDS: usize = 400;
/// A round that moves more than this much of the one before is no calmer, and the stride is halved, down to the shortest.
const CALMER: f64 = 0.8;
const SHORTEST: f64 = 0.125;

/// The actions that players settle on. They take turns and move to their best responses, or part of the way where that does not
/// converge. (All at once and all the way, they overshoot: in a contest of four that ends at bids from which everyone would move.)
pub fn settle(players: usize, bounds: (f64, f64), start: f64, earns: &dyn Fn(usize, &[f64]) -> f64) -> Vec<f64> {
    let mut actions = vec![start; players];
    let (mut stride, mut before) = (1.0, f64::INFINITY);
    for round in 0..MOST_ROUNDS {
        let mut moved: f64 = 0.0;
        for player in 0..players {
            let alone = |action: f64| changed(&actions, player, action, earns);
            let near = if round % LOOK_AROUND == 0 { None } else { climb(actions[player], bounds, &alone) };
            let best = near.unwrap_or_else(|| along(bounds, &alone));
            moved = moved.max((best - actions[player]).abs() / best.abs().max(1.0));
            actions[player] += stride * (best - actions[player]);
        }
        if moved < 1e-11 {
            break;
        }
        if moved > CALMER * before {
            stride = f64::max(stride / 2.0, SHORTEST);
        }
        before = moved;
    }
    actions
}

/// The largest gain from any other action of one player alone; not below zero.
pub fn regret(actions: &[f64], bounds: (f64, f64), earns: &dyn Fn(usize, &[f64]) -> f64) -> f64 {
    let gain = |player: usize| {
        let alone = |action: f64| changed(actions, player, action, earns);
        alone(along(bounds, &alone)) - alone(actions[player])
    };
    (0..actions.len()).map(gain).fold(0.0, f64::max)
}

fn changed(actions: &[f64], player: usize, action: f64, earns: &dyn Fn(usize, &[f64]) -> f64) -> f64 {
    let mut changed = actions.to_vec();
    changed[player] = action;
    earns(player, &changed)
}
