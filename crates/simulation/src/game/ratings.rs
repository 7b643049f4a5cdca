//! Users rate providers, and those who are satisfied may answer more or less often than those who are not. The solution weighs every
//! number of good and bad ratings that a provider can get.

use std::collections::BTreeMap;

use base::reader::Section;

use super::form::{FormDescription, GameFigure};
use super::quadrature::integral;
use super::reading::{count_within, number_within, number_within_or, part_if_there, parts};

pub(super) const FORM: FormDescription = FormDescription {
    name: "ratings",
    summary: "Each provider has so many users, and satisfies each with a chance of its own. Users who are satisfied, and those who \
              are not, rate it with the chances in [answers] (1 unless stated). A rating is the share of good ratings among all. \
              Providers are ranked by rating; those who tie share the rank by lot, and a provider that nobody rates comes last.",
    example: r#"game = "ratings"
users = 10             # of each provider

[answers]              # may be left out
satisfied = 0.5
dissatisfied = 0.25

[provider.one]
satisfies = 0.7

[provider.two]
satisfies = 0.6"#,
};

#[derive(Clone, Debug)]
pub struct RatingsGame {
    users: usize,
    answers: (f64, f64),
    providers: Vec<(String, f64)>,
}

pub(super) fn read(top: &Section<'_, '_>) -> RatingsGame {
    let users = count_within(top, "users", 1, 200);
    let answers = part_if_there(top, "answers", |section| {
        (number_within_or(section, "satisfied", 0.0, 1.0, 1.0), number_within_or(section, "dissatisfied", 0.0, 1.0, 1.0))
    });
    let providers = parts(top, "provider", (1, 6), |section| number_within(section, "satisfies", 0.0, 1.0));
    RatingsGame { users, answers: answers.unwrap_or((1.0, 1.0)), providers }
}

/// The chance of each rating, in rising order. No rating at all is the first, as −1.
type RatingChances = Vec<(f64, f64)>;

impl RatingsGame {
    /// The chance of every rating that a provider can get: over every number of good and of bad ones.
    fn chances(&self, satisfies: f64) -> RatingChances {
        let (good, bad) = (satisfies * self.answers.0, (1.0 - satisfies) * self.answers.1);
        let logs = [good, bad, 1.0 - good - bad].map(|chance| chance.max(0.0).ln());
        let mut factorials = vec![0.0f64];
        for k in 1..=self.users {
            factorials.push(factorials[k - 1] + (k as f64).ln());
        }
        // Nothing happens no times for sure, even where it never happens.
        let term = |count: usize, log: f64| if count == 0 { 0.0 } else { count as f64 * log - factorials[count] };
        // The bits of a number above zero sort as the number does; equal shares are the same number.
        let mut ratings: BTreeMap<Option<u64>, f64> = BTreeMap::new();
        for goods in 0..=self.users {
            for bads in 0..=self.users - goods {
                let silent = self.users - goods - bads;
                let log = factorials[self.users] + term(goods, logs[0]) + term(bads, logs[1]) + term(silent, logs[2]);
                let rating = (goods + bads > 0).then(|| (goods as f64 / (goods + bads) as f64).to_bits());
                *ratings.entry(rating).or_default() += log.exp();
            }
        }
        ratings.into_iter().map(|(rating, chance)| (rating.map_or(-1.0, f64::from_bits), chance)).collect()
    }

    pub(super) fn solve(&self) -> Vec<GameFigure> {
        let all: Vec<RatingChances> = self.providers.iter().map(|(_, satisfies)| self.chances(*satisfies)).collect();
        let mut figures = Vec::new();
        for (at, (name, _)) in self.providers.iter().enumerate() {
            let rated: f64 = all[at].iter().filter(|(rating, _)| *rating >= 0.0).map(|(_, chance)| chance).sum();
            let sum: f64 = all[at].iter().filter(|(rating, _)| *rating >= 0.0).map(|(rating, chance)| rating * chance).sum();
            figures.push(GameFigure::exact(format!("rating of {name}"), if rated > 0.0 { sum / rated } else { 0.0 }));
            figures.push(GameFigure::exact(format!("chance that {name} ranks first"), first(&all, at)));
        }
        figures
    }
}

/// The chance that a provider ranks first. A tie with k others leaves a chance of 1/(k + 1), which is the integral over a lot drawn
/// between 0 and 1 of the chance that all who tie have drawn less.
fn first(all: &[RatingChances], provider: usize) -> f64 {
    let others: Vec<&RatingChances> = (0..all.len()).filter(|&other| other != provider).map(|other| &all[other]).collect();
    let mut below = vec![(0usize, 0.0f64); others.len()];
    let mut sum = 0.0;
    for (rating, chance) in &all[provider] {
        let mut ties = Vec::with_capacity(others.len());
        for (other, (next, below)) in others.iter().zip(&mut below) {
            while let Some((_, chance)) = other.get(*next).filter(|(lower, _)| lower < rating) {
                *below += chance;
                *next += 1;
            }
            let tie = other.get(*next).filter(|(same, _)| same == rating).map_or(0.0, |(_, chance)| *chance);
            ties.push((*below, tie));
        }
        sum += chance * integral(0.0, 1.0, &|lot| ties.iter().map(|(below, tie)| below + lot * tie).product());
    }
    sum
}
