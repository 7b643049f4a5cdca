//! Training: where the probabilities of a model come from if nobody has labelled a pair.
//!
//! How often strangers agree (*u*) is counted in pairs a fixed stride apart, in the order of the records' hashes. The same
//! pairs show which fields depend on each other (a postcode and its town, a forename and a sex). These dependences are kept as
//! a tree, in which each comparison depends on at most one other (Chow and Liu 1968).
//!
//! How often one person's records agree (*m*), and those of one household (*h*), is estimated by expectation-maximisation (EM)
//! on counts of patterns. Every blocking rule is a training session of its own. The fields that the rule holds equal say
//! nothing in it, and the others do (Winkler 1988; Fellegi and Sunter 1969, method 2). All sessions share one *m* and one *h*.
//! In a household days of birth agree as those of strangers do, except for a learned share of twins.
//!
//! Sums run over sorted patterns, so results do not depend on the number of threads.
//!
//! `patterns` counts pairs, `dependence` finds the tree, `sessions` chooses the rules to learn from, `em` holds the
//! probabilities while they are estimated, and `summary` is what training found besides.

mod dependence;
mod em;
mod patterns;
mod sessions;
mod summary;

use crate::blocking::AllowedPairs;
use crate::blocking_rules::RuleTrial;
use crate::model::{Dependence, LinkageModel};
use crate::prepared::MOST_COMPARISONS;
use crate::scoring::Scorer;
use crate::standard_comparisons::TrainingHints;
use dependence::{dependence, depends_on};
use em::{EmState, LevelChances, mean};
pub use patterns::{LevelPattern, LevelPatterns};
use patterns::{patterns, possible, possible_under, strangers};
use sessions::sessions;
pub use summary::TrainingSummary;

/// Trains a model: estimates its probabilities and the chance that two records are one person.
pub fn train(
    scorer: &Scorer<'_>,
    trial: &RuleTrial,
    allowed: &AllowedPairs,
    hints: &TrainingHints,
) -> (LinkageModel, TrainingSummary) {
    let patterns = patterns(scorer, &trial.blocks, trial.every, allowed);
    let strangers = strangers(scorer, allowed);
    let model = scorer.prepared.model;
    let possible = possible(&scorer.prepared, allowed);
    let mut training = TrainingSummary {
        strangers: strangers.iter().map(|(_, count)| count).sum(),
        possible: possible.iter().sum(),
        possible_within: possible[1],
        ..TrainingSummary::default()
    };
    // First each comparison by itself. Then with the dependences, which only show once pairs of one person are taken out of the
    // strangers' pairs.
    let mut em = EmState::new(model);
    let mut tree = vec![None; model.comparisons.len()];
    let mut namesakes = true;
    for round in 0..3 {
        let weighted = em.strangers_only(&strangers, &training);
        if round > 0 {
            tree = dependence(&em, &weighted);
        }
        let exact = em.exact(scorer, &training);
        em = EmState::by_strangers(model, &tree, &weighted, &exact);
        // If the tree has one name depend on the other, its tables already say how often both agree.
        em.names = hints.names.filter(|(forename, surname)| tree[*forename].is_none() && !depends_on(&tree, *surname, *forename));
        em.names = em.names.filter(|_| round < 2 || namesakes);
        em.two_strata = possible.iter().all(|pairs| *pairs > 0.0);
        let mut sessions = sessions(&scorer.prepared, &tree, trial);
        sessions.iter_mut().for_each(|session| session.possible = possible_under(&scorer.prepared, allowed, session.rule));
        em.learn(&patterns, &sessions, hints);
        em.estimate_shares(&patterns, &mut training);
        namesakes = em.namesake_share(&training).is_some();
    }
    em.let_forenames_depend(&mut tree, &training);
    let mut trained = model.clone();
    trained.prior = (training.matches / training.possible).clamp(1e-12, 0.5);
    if em.two_strata {
        let odds = |matches: f64, possible: f64| {
            let chance = (matches / possible).clamp(1e-12, 0.5);
            (chance, (chance / (1.0 - chance)).log2())
        };
        let [between, within] = [training.matches - training.matches_within, training.matches_within];
        // As if a fraction of a pair had been seen.
        let (prior, between) = odds(between + 0.5, possible[0]);
        let (_, within) = odds(within + 0.5, possible[1]);
        (trained.prior, trained.within) = (prior, within - between);
    }
    trained.household = (training.households / training.possible).clamp(0.0, 0.5);
    for (at, comparison) in trained.comparisons.iter_mut().enumerate() {
        let marginal = |tables: &LevelChances| mean(&tables[at], &em.parents[at]);
        let (m, u, h) = (marginal(&em.m), marginal(&em.u), marginal(&em.h));
        for (level, numbers) in comparison.levels.iter_mut().enumerate() {
            (numbers.m, numbers.u, numbers.h) = (m[level], u[level], h[level]);
        }
        comparison.depends_on =
            tree[at].map(|parent| Dependence { parent, m: em.m[at].clone(), u: em.u[at].clone(), h: em.h[at].clone() });
    }
    training.patterns = patterns;
    (trained, training)
}

const _: () = assert!(MOST_COMPARISONS <= 255, "levels are kept in bytes");
