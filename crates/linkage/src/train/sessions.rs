//! Which rules teach how often one person's records agree: those with few strangers among their candidates.

use super::seen::STRATA;
use crate::score::Scorer;
use crate::suggest::Trial;

/// A rule teaches when at least this share of its candidates is more than chance would bring together.
const PURE: f64 = 0.3;

/// What one rule's candidates can teach.
pub(super) struct Session {
    pub rule: usize,
    /// The comparisons that still say something of pairs that this rule brings together.
    pub comparisons: Vec<usize>,
    /// Pairs that have all that the rule asks for: of two agencies, and of one.
    pub possible: [f64; STRATA],
}

/// Fewer pairs teach nothing.
const LEAST_PAIRS: u64 = 20;

/// No more rules than these teach.
const SITTINGS: usize = 8;

/// Rules with few strangers among their candidates, no two of which hold the same columns equal. What a comparison that is held
/// equal hangs on is left out with it; what hangs on it stays, since it is judged by the level that is held.
pub(super) fn sessions(scorer: &Scorer<'_>, tree: &[Option<usize>], trial: &Trial) -> Vec<Session> {
    let model = scorer.model;
    let purity = |rule: usize| {
        let by_chance: f64 = model.rules[rule].same.iter().map(|(a, _)| scorer.features[*a].coincidence()).product();
        let count = scorer.records.len() as f64;
        1.0 - by_chance * count * (count - 1.0) / 2.0 / (trial.blocks[rule].pairs * trial.every) as f64
    };
    let mut order: Vec<(f64, usize)> = (0..trial.blocks.len())
        .filter(|rule| trial.blocks[*rule].pairs >= LEAST_PAIRS)
        .map(|rule| (purity(rule), rule))
        .collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut taken: Vec<Vec<usize>> = Vec::new();
    let mut sessions: Vec<Session> = Vec::new();
    // A session that leaves one comparison free, for those that no other session teaches of.
    let mut alone: Vec<Session> = Vec::new();
    for (purity, rule) in order {
        let mut held: Vec<usize> =
            model.rules[rule].same.iter().flat_map(|(a, b)| [model.features[*a].column, model.features[*b].column]).collect();
        held.sort_unstable();
        held.dedup();
        let is_held = |at: usize| held.contains(&model.own_column(at));
        let mut free: Vec<bool> = (0..tree.len()).map(|at| !is_held(at)).collect();
        for at in (0..tree.len()).filter(|at| is_held(*at)) {
            let mut above = tree[at];
            while let Some(at) = above {
                free[at] = false;
                above = tree[at];
            }
        }
        let comparisons: Vec<usize> = (0..tree.len()).filter(|at| free[*at]).collect();
        if let [only] = comparisons[..]
            && alone.iter().all(|session| session.comparisons != [only])
        {
            alone.push(Session { rule, comparisons, possible: [0.0; STRATA] });
            continue;
        }
        // Two that are pure enough are needed; where there are none, the purest have to do.
        if comparisons.len() < 2 || taken.contains(&held) || purity < PURE && sessions.len() >= 2 {
            continue;
        }
        taken.push(held);
        sessions.push(Session { rule, comparisons, possible: [0.0; STRATA] });
        if sessions.len() == SITTINGS {
            break;
        }
    }
    alone.retain(|session| sessions.iter().all(|other| !other.comparisons.contains(&session.comparisons[0])));
    sessions.extend(alone);
    sessions
}
