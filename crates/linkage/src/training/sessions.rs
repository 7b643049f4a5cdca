//! Training sessions: which blocking rules to learn from how often one person's records agree. These are the rules with few
//! strangers among their candidates.

use super::patterns::STRATA;
use crate::blocking_rules::RuleTrial;
use crate::model::{LinkageModel, PairTest};
use crate::prepared::PreparedModel;

/// A rule is pure if at least this share of its candidates is more than chance would bring together.
const PURE: f64 = 0.3;

/// A training session: one rule's candidates.
pub(super) struct TrainingSession {
    pub rule: usize,
    /// The comparisons that still say something about pairs that this rule brings together.
    pub comparisons: Vec<usize>,
    /// For each comparison its levels that hardly any pair of this rule can reach: they ask about another column that the rule
    /// holds equal. Names that agree in their own place are not exchanged.
    pub hidden: Vec<Vec<bool>>,
    /// Pairs that have every feature that the rule needs: of two agencies, and of one.
    pub possible: [f64; STRATA],
}

/// Fewer pairs are not enough for a session.
const LEAST_PAIRS: u64 = 20;

/// At most this many sessions.
const MOST_SESSIONS: usize = 8;

/// Rules with few strangers among their candidates, no two of which hold the same columns equal. A comparison that one held
/// equal depends on is left out as well. A comparison that depends on it stays, because the level it depends on is known.
pub(super) fn sessions(prepared: &PreparedModel<'_>, tree: &[Option<usize>], trial: &RuleTrial) -> Vec<TrainingSession> {
    let model = prepared.model;
    let purity = |rule: usize| {
        let by_chance: f64 = model.rules[rule].same.iter().map(|(a, _)| prepared.features[*a].coincidence()).product();
        let count = prepared.records.len() as f64;
        1.0 - by_chance * count * (count - 1.0) / 2.0 / (trial.blocks[rule].pairs * trial.every) as f64
    };
    let mut order: Vec<(f64, usize)> = (0..trial.blocks.len())
        .filter(|rule| trial.blocks[*rule].pairs >= LEAST_PAIRS)
        .map(|rule| (purity(rule), rule))
        .collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut taken: Vec<Vec<usize>> = Vec::new();
    let mut sessions: Vec<TrainingSession> = Vec::new();
    // Sessions that leave one comparison free, for comparisons that no other session covers.
    let mut alone: Vec<TrainingSession> = Vec::new();
    for (purity, rule) in order {
        let mut held: Vec<usize> =
            model.rules[rule].same.iter().flat_map(|(a, b)| [model.features[*a].column, model.features[*b].column]).collect();
        held.sort_unstable();
        held.dedup();
        let is_held = |at: usize| held.contains(&model.main_column(at));
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
            alone.push(TrainingSession { rule, comparisons, hidden: hidden(model, &held), possible: [0.0; STRATA] });
            continue;
        }
        // At least two pure sessions are needed. If there are none, the purest are used.
        if comparisons.len() < 2 || taken.contains(&held) || purity < PURE && sessions.len() >= 2 {
            continue;
        }
        sessions.push(TrainingSession { rule, comparisons, hidden: hidden(model, &held), possible: [0.0; STRATA] });
        taken.push(held);
        if sessions.len() == MOST_SESSIONS {
            break;
        }
    }
    alone.retain(|session| sessions.iter().all(|other| !other.comparisons.contains(&session.comparisons[0])));
    sessions.extend(alone);
    sessions
}

/// For each comparison which levels ask about a column other than its own that is held equal.
fn hidden(model: &LinkageModel, held: &[usize]) -> Vec<Vec<bool>> {
    let comparison = |at: usize| {
        let own = model.main_column(at);
        let is_hidden = |test: &PairTest| {
            let mut found = false;
            test.features(&mut |feature| {
                let column = model.features[feature].column;
                found |= column != own && held.contains(&column);
            });
            found
        };
        model.comparisons[at].levels.iter().map(|level| !level.missing && is_hidden(&level.test)).collect()
    };
    (0..model.comparisons.len()).map(comparison).collect()
}
