//! What several players settle on when each does its best against the others: in go bounds and what each earns, out come the
//! actions, and the *regret*, the most that any of them could still gain by any other action. An answer is as good as its
//! regret is small; nothing else is claimed for it.

use super::optimum::{along, climb};

/// What the players settle on.
#[derive(Clone, Debug)]
pub struct Settled {
    pub actions: Vec<f64>,
    /// The largest gain from any other action of one player alone, in the units of what they earn; not below zero.
    pub regret: f64,
}

/// Players take turns; each moves half of the way to its best answer. (All at once and all the way, they overshoot: in a
/// contest of four that ends at bids that nobody would stand by.)
pub fn settle(players: usize, bounds: (f64, f64), start: f64, earns: &dyn Fn(usize, &[f64]) -> f64) -> Settled {
    let mut actions = vec![start; players];
    for round in 0..400 {
        let mut moved: f64 = 0.0;
        for player in 0..players {
            let alone = |action: f64| changed(&actions, player, action, earns);
            // A step of Newton's method where the last round left off; the whole line now and then, and where that fails.
            let near = if round % 20 == 0 { None } else { climb(actions[player], bounds, &alone) };
            let best = near.unwrap_or_else(|| along(bounds, &alone));
            moved = moved.max((best - actions[player]).abs() / best.abs().max(1.0));
            actions[player] = f64::midpoint(actions[player], best);
        }
        if moved < 1e-12 {
            break;
        }
    }
    let regret = (0..players)
        .map(|player| {
            let alone = |action: f64| changed(&actions, player, action, earns);
            alone(along(bounds, &alone)) - alone(actions[player])
        })
        .fold(0.0, f64::max);
    Settled { actions, regret }
}

fn changed(actions: &[f64], player: usize, action: f64, earns: &dyn Fn(usize, &[f64]) -> f64) -> f64 {
    let mut changed = actions.to_vec();
    changed[player] = action;
    earns(player, &changed)
}
