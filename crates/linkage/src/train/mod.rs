//! Where the numbers of a model come from when nobody has labelled a pair.
//!
//! How often strangers agree (*u*) is counted in pairs picked by a fixed stride through records in the order of their hashes;
//! which fields depend on each other (a postcode and its town, a forename and a sex) is seen in the same pairs, and kept as a
//! tree: each comparison may hang on one other (Chow and Liu 1968). How often one person's records agree (*m*), and those of
//! one household (*h*), comes from expectation and maximisation on counts of patterns: every rule that finds candidates is a
//! session of its own, in which the fields that the rule holds equal say nothing and the others do (Winkler 1988; Fellegi and
//! Sunter 1969, method 2). All sessions share one *m* and one *h*. In a household days of birth agree as strangers' do, except
//! for a learned share of twins, whose agree as one person's do. Sums run over sorted patterns, so that results do not depend
//! on threads.
//!
//! `seen` counts pairs, `tree` says what hangs on what, `sessions` which rules teach, and `fit` holds the numbers while they are
//! learned.

mod fit;
mod seen;
mod sessions;
mod tree;

use super::block::Who;
use super::field::Nature;
use super::model::{Given, Model};
use super::score::{MOST_COMPARISONS, Scorer};
use super::suggest::Trial;
use fit::{Fit, Tables, mean};
use seen::{Patterns, patterns, possible, possible_under, strangers};
use sessions::sessions;
use tree::{dependence, hangs_on};

/// How a model came to its numbers.
#[derive(Clone, Debug, Default)]
pub struct Training {
    /// Candidates by pattern, as estimated from those that were looked at.
    pub patterns: Patterns,
    /// Pairs of strangers that were counted.
    pub strangers: u64,
    /// Pairs that could be linked at all, and those of them whose records are of one agency.
    pub possible: f64,
    pub possible_within: f64,
    /// Candidates expected to be one person, those of them whose records are of one agency, and one household.
    pub matches: f64,
    pub matches_within: f64,
    pub households: f64,
    /// Candidates expected to be two people of one name who have nothing else in common.
    pub namesakes: f64,
}

/// Gives a model its numbers.
pub fn train(scorer: &Scorer<'_>, trial: &Trial, who: &Who, nature: &Nature) -> (Model, Training) {
    let patterns = patterns(scorer, &trial.blocks, trial.every, who);
    let strangers = strangers(scorer, who);
    let model = scorer.model;
    let possible = possible(scorer, who);
    let mut training = Training {
        strangers: strangers.iter().map(|(_, count)| count).sum(),
        possible: possible.iter().sum(),
        possible_within: possible[1],
        ..Training::default()
    };
    // First each comparison by itself; then with what hangs on what, which only shows once the strangers' pairs are rid of
    // the few that are one person's.
    let mut fit = Fit::new(model);
    let mut tree = vec![None; model.comparisons.len()];
    let mut namesakes = true;
    for round in 0..3 {
        let weighed = fit.strangers_only(&strangers, &training);
        if round > 0 {
            tree = dependence(&fit, &weighed);
        }
        let exact = fit.exact(scorer, &training);
        fit = Fit::by_strangers(model, &tree, &weighed, &exact);
        // Where the tree has one name hang on the other, how often both agree is in its tables.
        fit.names = nature.names.filter(|(forename, surname)| tree[*forename].is_none() && !hangs_on(&tree, *surname, *forename));
        fit.names = fit.names.filter(|_| round < 2 || namesakes);
        fit.told_apart = possible.iter().all(|pairs| *pairs > 0.0);
        let mut sessions = sessions(scorer, &tree, trial);
        sessions.iter_mut().for_each(|session| session.possible = possible_under(scorer, who, session.rule));
        fit.learn(&patterns, &sessions, nature);
        fit.weigh(&patterns, &mut training);
        namesakes = fit.tied(&training).is_some();
    }
    fit.tie_names(&mut tree, &training);
    let mut trained = model.clone();
    trained.prior = (training.matches / training.possible).clamp(1e-12, 0.5);
    if fit.told_apart {
        let odds = |matches: f64, possible: f64| {
            let chance = (matches / possible).clamp(1e-12, 0.5);
            (chance, (chance / (1.0 - chance)).log2())
        };
        let [between, within] = [training.matches - training.matches_within, training.matches_within];
        // As if a few had been seen.
        let (prior, between) = odds(between + 0.5, possible[0]);
        let (_, within) = odds(within + 0.5, possible[1]);
        (trained.prior, trained.within) = (prior, within - between);
    }
    trained.household = (training.households / training.possible).clamp(0.0, 0.5);
    for (at, comparison) in trained.comparisons.iter_mut().enumerate() {
        let marginal = |tables: &Tables| mean(&tables[at], &fit.parents[at]);
        let (m, u, h) = (marginal(&fit.m), marginal(&fit.u), marginal(&fit.h));
        for (level, numbers) in comparison.levels.iter_mut().enumerate() {
            (numbers.m, numbers.u, numbers.h) = (m[level], u[level], h[level]);
        }
        comparison.given =
            tree[at].map(|parent| Given { parent, m: fit.m[at].clone(), u: fit.u[at].clone(), h: fit.h[at].clone() });
    }
    training.patterns = patterns;
    (trained, training)
}

const _: () = assert!(MOST_COMPARISONS <= 255, "levels are kept in bytes");
