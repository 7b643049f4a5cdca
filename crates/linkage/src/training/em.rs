//! Expectation-maximisation (EM): estimates the m, u and h probabilities of a model over all training sessions together.

use super::patterns::{LevelPatterns, STRATA};
use super::sessions::TrainingSession;
use super::summary::TrainingSummary;
use crate::model::LinkageModel;
use crate::prepared::Levels;
use crate::scoring::Scorer;
use crate::standard_comparisons::{RelativeKind, TrainingHints};

/// At most this many rounds of EM.
const ROUNDS: usize = 60;

/// The same if there are pairs of one agency as well as pairs of two. A level that grows by this factor in a round is then not
/// settled, however unlikely it still is. Without pairs of one agency, nothing tells twins from people with two forenames, and
/// training must not go on until it takes the ones for the others.
const ROUNDS_WHILE_GROWING: usize = 300;
const GROWING: f64 = 1.01;

/// The share of twins among pairs of people of one household: as believed before training, counted as this many pairs, and at
/// most. Somebody whose forename was written quite differently looks like a twin. The number of people who live together
/// without being twins tells the two apart, but only with an upper limit. Some 3% of children born in the United Kingdom are
/// twins. Among pairs of people who live together, fewer are.
const TWINS: (f64, f64, f64) = (0.02, 500.0, 0.1);

/// The same for twins if there are pairs of one agency as well as pairs of two: counted as this many pairs, and at most. An
/// agency holds hardly anybody twice. Two of its records that differ in the forename alone are therefore twins, however few
/// people live together otherwise.
const TWINS_OF_ONE_AGENCY: (f64, f64) = (30.0, 0.9);

/// The share of people of one forename that is then believed. A twin has another forename, and many are twins.
const FEW_NAMESAKES: f64 = 0.003;

/// The same for fathers and sons, mothers and daughters of one forename.
const NAMESAKES: (f64, f64, f64) = TWINS;

/// The same for people who give the number of somebody they live with.
const BORROWERS: (f64, f64, f64) = TWINS;

/// In the order of [`RelativeKind`].
const RELATIVES: [(f64, f64, f64); 3] = [TWINS, NAMESAKES, BORROWERS];

/// Two people of one household hardly ever have the same forename by chance: this many times as often as strangers.
const BY_CHANCE: f64 = 0.1;

/// Namesakes matter if there are at least this many for each pair of strangers who share both names by chance.
const NAMESAKES_MATTER: f64 = 0.25;

/// What is believed of one person, and of households, counts as this many pairs. If no session informs about a field and hardly
/// anybody is held twice, it is all there is.
const PRIOR_COUNTS: (f64, f64) = (100.0, 10.0);

/// No level is taken to be less likely than this.
const LEAST: f64 = 1e-7;

/// The probability of each level of each comparison, by the level of the comparison that it depends on.
pub(super) type LevelChances = Vec<Vec<Vec<f64>>>;

/// Pairs of one pattern that were picked as strangers: how many are strangers, and how many are one person after all.
pub(super) struct StrangerPattern {
    pub levels: Levels,
    pub strangers: f64,
    pub others: f64,
}

/// The probabilities while they are estimated.
pub(super) struct EmState {
    pub m: LevelChances,
    pub u: LevelChances,
    pub h: LevelChances,
    /// Of two people of one household, the shares who are twins, who share a forename, and who use one number.
    pub relatives: [f64; 3],
    /// The comparison that each one depends on, and how often its levels occur among strangers; one row if there is none.
    pub tree: Vec<Option<usize>>,
    pub parents: Vec<Vec<f64>>,
    pub missing: Vec<Vec<bool>>,
    pub sizes: Vec<usize>,
    /// The comparisons of forename and surname, if namesakes are told apart.
    pub names: Option<(usize, usize)>,
    /// Whether there are pairs of two agencies as well as pairs of one. They are then learned side by side.
    pub two_strata: bool,
}

/// Classes of pairs: one person, strangers, a household, namesakes. The names of namesakes agree as those of one person do, and
/// everything else as for strangers. People of one family or origin share forename and surname more often than by chance.
const CLASSES: usize = 4;

impl EmState {
    /// Before training.
    pub(crate) fn new(model: &LinkageModel) -> EmState {
        let first: LevelChances =
            model.comparisons.iter().map(|comparison| vec![comparison.levels.iter().map(|level| level.m).collect()]).collect();
        EmState {
            m: first.clone(),
            u: first.clone(),
            h: first,
            relatives: RELATIVES.map(|(share, _, _)| share),
            tree: vec![None; model.comparisons.len()],
            parents: vec![vec![1.0]; model.comparisons.len()],
            missing: model.comparisons.iter().map(|of| of.levels.iter().map(|level| level.missing).collect()).collect(),
            sizes: model.comparisons.iter().map(|of| of.levels.len()).collect(),
            names: None,
            two_strata: false,
        }
    }

    /// With what strangers show, along a tree. One person and households are as before training.
    pub(crate) fn by_strangers(
        model: &LinkageModel,
        tree: &[Option<usize>],
        strangers: &[StrangerPattern],
        exact: &[Option<(usize, f64)>],
    ) -> EmState {
        let mut state = EmState { tree: tree.to_vec(), ..EmState::new(model) };
        for at in 0..tree.len() {
            let rows = tree[at].map_or(1, |parent| state.sizes[parent]);
            let mut counts = vec![vec![0.0; state.sizes[at]]; rows];
            let mut all = vec![0.5; state.sizes[at]];
            state.parents[at] = vec![0.0; rows];
            for StrangerPattern { levels, strangers, .. } in strangers {
                let row = state.row(at, levels);
                counts[row][usize::from(levels[at])] += strangers;
                all[usize::from(levels[at])] += strangers;
                state.parents[at][row] += strangers;
            }
            normalise(&mut all, &state.missing[at]);
            if let Some((level, chance)) = exact[at] {
                let others = (1.0 - chance) / (1.0 - all[level]).max(LEAST);
                all.iter_mut().zip(&state.missing[at]).filter(|(_, missing)| !**missing).for_each(|(all, _)| *all *= others);
                all[level] = chance;
            }
            state.u[at] = counts
                .into_iter()
                .map(|counts| smoothed(counts, &all, if rows > 1 { 2.0 } else { 1e12 }, &state.missing[at]))
                .collect();
            state.m[at] = vec![state.m[at][0].clone(); rows];
            state.h[at].clone_from(&state.m[at]);
        }
        state
    }

    /// For each comparison the level at which values agree exactly, and how often strangers reach it: the sum of squared
    /// shares, minus what one person's records add to it. Only if too few pairs can be looked at to count it.
    pub(crate) fn exact(&self, scorer: &Scorer<'_>, training: &TrainingSummary) -> Vec<Option<(usize, f64)>> {
        let share = (training.matches / training.possible.max(1.0)).min(0.5);
        let of = |at: usize| {
            let levels = &scorer.prepared.model.comparisons[at].levels;
            let level = levels.iter().position(|level| level.term_frequency.is_some_and(|frequency| !frequency.by_similarity))?;
            let feature = levels[level].term_frequency?.feature;
            let by_chance = scorer.prepared.features[feature].same_by_chance();
            let m = mean(&self.m[at], &self.parents[at])[level];
            Some((level, ((by_chance - share * m) / (1.0 - share)).max(by_chance / 100.0).max(LEAST)))
        };
        let sampled = training.possible > 2.0 * training.strangers as f64;
        (0..self.sizes.len()).map(|at| of(at).filter(|_| sampled)).collect()
    }

    /// The row of a comparison's table for a pattern.
    fn row(&self, at: usize, levels: &Levels) -> usize {
        self.tree[at].map_or(0, |parent| usize::from(levels[parent]))
    }

    /// How likely a pattern is in each class, by some of the comparisons.
    fn likelihoods(&self, levels: &Levels, comparisons: &[usize]) -> [f64; CLASSES] {
        let mut found = [1.0; CLASSES];
        for at in comparisons.iter().copied() {
            let (row, level) = (self.row(at, levels), usize::from(levels[at]));
            if !self.missing[at][level] {
                found[0] *= self.m[at][row][level];
                found[1] *= self.u[at][row][level];
                found[2] *= self.h[at][row][level];
                let is_name = self.names.is_some_and(|(forename, surname)| at == forename || at == surname);
                found[3] *= if is_name { self.m[at][row][level] } else { self.u[at][row][level] };
            }
        }
        found
    }

    /// The strangers' patterns, separated from pairs of one person by what is known so far.
    pub(crate) fn strangers_only(&self, strangers: &[(Levels, u64)], training: &TrainingSummary) -> Vec<StrangerPattern> {
        let share = (training.matches / training.possible.max(1.0)).min(0.5);
        let all: Vec<usize> = (0..self.sizes.len()).collect();
        let weigh = |(levels, count): &(Levels, u64)| {
            let [m, u, ..] = self.likelihoods(levels, &all);
            let stranger = if share > 0.0 { (1.0 - share) * u / ((1.0 - share) * u + share * m) } else { 1.0 };
            let count = *count as f64;
            StrangerPattern { levels: *levels, strangers: count * stranger, others: count * (1.0 - stranger) }
        };
        strangers.iter().map(weigh).collect()
    }

    /// All training sessions together: first one person compared with strangers, then with households told apart as well.
    pub(crate) fn learn(&mut self, patterns: &LevelPatterns, sessions: &[TrainingSession], hints: &TrainingHints) {
        let first = self.m.clone();
        for (at, shared) in hints.shared.iter().enumerate() {
            if !shared {
                // What is each person's own agrees in a household as it does among strangers.
                self.h[at].clone_from(&self.u[at]);
            }
        }
        self.set_relatives(hints);
        let of_session: Vec<Vec<(Levels, usize, f64)>> = sessions
            .iter()
            .map(|session| {
                let found = patterns.iter().filter(|pattern| pattern.rules >> session.rule & 1 == 1);
                let stratum = |within: bool| usize::from(within && self.two_strata);
                found.map(|pattern| (pattern.levels, stratum(pattern.within), pattern.count as f64)).collect()
            })
            .collect();
        for with_household in [false, true] {
            if with_household {
                // Start from the upper limit. From a lower share, twins would already be taken for one person with another
                // forename.
                self.relatives = [0, 1, 2].map(|relatives| self.most_relatives(relatives));
                for at in
                    (0..self.sizes.len()).filter(|at| !hints.shared[*at] && hints.relatives[*at] != Some(RelativeKind::Twins))
                {
                    self.m[at].clone_from(&first[at]);
                }
                self.set_relatives(hints);
            }
            let namesakes = if self.names.is_some() { 0.3 } else { 0.0 };
            let households = if with_household { 0.1 } else { 0.0 };
            let one_person = 0.3 - households;
            let mix = [one_person, 1.0 - one_person - households - namesakes, households, namesakes];
            let mut mixes = vec![[mix; STRATA]; sessions.len()];
            let (rounds, growing) = if self.two_strata { (ROUNDS_WHILE_GROWING, GROWING) } else { (ROUNDS, f64::INFINITY) };
            for _ in 0..rounds {
                let old = self.m.clone();
                self.round(&of_session, sessions, hints, &first, &mut mixes);
                let mut moved = old.iter().flatten().flatten().zip(self.m.iter().flatten().flatten());
                if moved.all(|(old, new)| (old - new).abs() < 1e-4 && *new < growing * old) {
                    break;
                }
            }
        }
    }

    /// The upper limit of the share of relatives of some kind among two people of one household.
    fn most_relatives(&self, relatives: usize) -> f64 {
        if relatives == RelativeKind::Twins as usize && self.two_strata { TWINS_OF_ONE_AGENCY.1 } else { RELATIVES[relatives].2 }
    }

    /// Days of birth in a household: those of twins agree as those of one person, the others as those of strangers. The same
    /// for forenames and numbers.
    fn set_relatives(&mut self, hints: &TrainingHints) {
        for (at, relatives) in
            hints.relatives.iter().enumerate().filter_map(|(at, relatives)| relatives.map(|relatives| (at, relatives)))
        {
            let alike = self.relatives[relatives as usize];
            let same = self.missing[at].iter().position(|missing| !missing).unwrap_or(0);
            for (row, h) in self.h[at].iter_mut().enumerate() {
                let mut u = self.u[at][row].clone();
                if relatives == RelativeKind::Namesakes {
                    u[same] *= BY_CHANCE;
                }
                let both = self.m[at][row].iter().zip(&u);
                h.iter_mut().zip(both).for_each(|(h, (m, u))| *h = alike * m + (1.0 - alike) * u);
            }
        }
    }

    /// One round of expectation-maximisation.
    fn round(
        &mut self,
        patterns: &[Vec<(Levels, usize, f64)>],
        sessions: &[TrainingSession],
        hints: &TrainingHints,
        first: &LevelChances,
        mixes: &mut [[[f64; CLASSES]; STRATA]],
    ) {
        let (mut m, mut h) = (scaled(first, 0.0), scaled(first, 0.0));
        // One person's pairs in sessions that hide some levels of a comparison, by its row.
        let mut blind: Vec<Vec<f64>> = m.iter().map(|rows| vec![0.0; rows.len()]).collect();
        let strength = |relatives: usize| {
            if relatives == RelativeKind::Twins as usize && self.two_strata {
                TWINS_OF_ONE_AGENCY.0
            } else {
                RELATIVES[relatives].1
            }
        };
        let mut seen = [0, 1, 2].map(strength);
        let believed = |relatives: usize| match self.two_strata && relatives == RelativeKind::Namesakes as usize {
            true => FEW_NAMESAKES,
            false => RELATIVES[relatives].0,
        };
        let mut alike = [0, 1, 2].map(|relatives| believed(relatives) * seen[relatives]);
        for ((patterns, session), mix) in patterns.iter().zip(sessions).zip(mixes) {
            let seen_before = [1.0, 1.0, 0.1, 0.1];
            let before =
                |stratum: usize| std::array::from_fn(|class| if mix[stratum][class] > 0.0 { seen_before[class] } else { 0.0 });
            let mut classes: [[f64; CLASSES]; STRATA] = std::array::from_fn(before);
            for (levels, stratum, count) in patterns {
                let (mix, classes) = (&mix[*stratum], &mut classes[*stratum]);
                let likely = self.likelihoods(levels, &session.comparisons);
                let weighed: [f64; CLASSES] = std::array::from_fn(|class| likely[class] * mix[class]);
                let sum: f64 = weighed.iter().sum();
                if sum <= 0.0 {
                    continue;
                }
                let share = weighed.map(|weighed| count * weighed / sum);
                (0..CLASSES).for_each(|class| classes[class] += share[class]);
                for at in session.comparisons.iter().copied() {
                    let (row, level) = (self.row(at, levels), usize::from(levels[at]));
                    m[at][row][level] += share[0];
                    if session.hidden[at].contains(&true) && !self.missing[at][level] {
                        blind[at][row] += share[0];
                    }
                    h[at][row][level] += share[2];
                    if let Some(relatives) = hints.relatives[at].filter(|_| !self.missing[at][level] && share[2] > 0.0) {
                        let relatives = relatives as usize;
                        alike[relatives] +=
                            share[2] * self.relatives[relatives] * self.m[at][row][level] / self.h[at][row][level];
                        seen[relatives] += share[2];
                    }
                }
            }
            if self.two_strata {
                // Relatives and namesakes occur in one agency's records as often as in those of two.
                let all: f64 = session.possible.iter().sum::<f64>().max(1.0);
                for class in [2, 3] {
                    let together: f64 = classes.iter().map(|classes| classes[class]).sum();
                    let parts = classes.iter_mut().zip(session.possible);
                    parts.for_each(|(classes, possible)| classes[class] = together * possible / all);
                }
            }
            *mix = classes.map(|classes| {
                let sum: f64 = classes.iter().sum();
                classes.map(|class| class / sum.max(1e-300))
            });
        }
        for (at, rows) in m.iter_mut().enumerate() {
            let is_hidden = |level: usize| sessions.iter().any(|session| session.hidden[at][level]);
            let hidden: Vec<bool> = (0..self.sizes[at]).map(is_hidden).collect();
            rows.iter_mut().zip(&blind[at]).for_each(|(counts, blind)| unhide(counts, *blind, &hidden, &self.missing[at]));
        }
        for (at, missing) in self.missing.iter().enumerate() {
            self.m[at] = smoothed_rows(&m[at], &first[at][0], PRIOR_COUNTS.0, missing);
            if let [only] = &mut self.m[at][..] {
                remove_strangers(only, &self.u[at][0], hints.strays[at], missing);
            }
            if hints.shared[at] {
                self.h[at] = smoothed_rows(&h[at], &first[at][0], PRIOR_COUNTS.1, missing);
            }
        }
        self.relatives = [0, 1, 2].map(|relatives| (alike[relatives] / seen[relatives]).min(self.most_relatives(relatives)));
        self.set_relatives(hints);
    }

    /// The comparisons of forename and surname, and the share of namesakes among all pairs, if there are enough to matter:
    /// compared with pairs of strangers who share both names by chance.
    pub(crate) fn namesake_share(&self, training: &TrainingSummary) -> Option<(usize, usize, f64)> {
        let (forename, surname) = self.names?;
        let share = training.namesakes / training.possible.max(1.0);
        // The first level that is not missing: the names are the same.
        let same = |tables: &LevelChances, at: usize| {
            let first = self.missing[at].iter().position(|missing| !missing)?;
            Some(mean(&tables[at], &self.parents[at])[first])
        };
        let by_chance = same(&self.u, forename)? * same(&self.u, surname)?;
        let namesake_share = share * same(&self.m, forename)? * same(&self.m, surname)?;
        (namesake_share > NAMESAKES_MATTER * by_chance).then_some((forename, surname, share))
    }

    /// Namesakes are strangers after all. If there are enough of them, strangers' forenames depend on their surnames.
    pub(crate) fn let_forenames_depend(&mut self, tree: &mut [Option<usize>], training: &TrainingSummary) {
        let Some((forename, surname, share)) = self.namesake_share(training) else { return };
        let surnames = |tables: &LevelChances| mean(&tables[surname], &self.parents[surname]);
        let (u, m) = (surnames(&self.u), surnames(&self.m));
        let row = |row: usize| {
            let both = self.u[forename][0].iter().zip(&self.m[forename][0]);
            let mut chances: Vec<f64> = both.map(|(of_u, of_m)| u[row] * of_u + share * m[row] * of_m).collect();
            match self.missing[surname][row] {
                true => self.u[forename][0].clone(),
                false => {
                    normalise(&mut chances, &self.missing[forename]);
                    chances
                }
            }
        };
        let rows = self.sizes[surname];
        let namesake_share = (0..rows).map(row).collect();
        self.u[forename] = namesake_share;
        self.m[forename] = vec![self.m[forename][0].clone(); rows];
        self.h[forename] = vec![self.h[forename][0].clone(); rows];
        self.parents[forename] = u;
        self.tree[forename] = Some(surname);
        tree[forename] = Some(surname);
    }

    /// Estimates how many candidates are one person, one household and namesakes, by all comparisons and the shares that follow
    /// from this.
    pub(crate) fn estimate_shares(&self, patterns: &LevelPatterns, training: &mut TrainingSummary) {
        let all = training.possible.max(1.0);
        let within = if self.two_strata { training.possible_within } else { 0.0 };
        let possible = [(all - within).max(1.0), within.max(1.0)];
        let comparisons: Vec<usize> = (0..self.sizes.len()).collect();
        let of = |levels: &Levels| self.likelihoods(levels, &comparisons);
        let likely: Vec<([f64; CLASSES], usize, f64)> = patterns
            .iter()
            .map(|pattern| (of(&pattern.levels), usize::from(pattern.within && self.two_strata), pattern.count as f64))
            .collect();
        let mut matches = possible.map(|possible| possible * 1e-4);
        let mut others = [0.0, 0.0, all * 1e-5, if self.names.is_some() { all * 1e-5 } else { 0.0 }];
        for _ in 0..100 {
            let shares = [0, 1].map(|stratum: usize| {
                let mut shares = others.map(|others| others / all);
                shares[0] = matches[stratum] / possible[stratum];
                shares[1] = 1.0 - shares.iter().sum::<f64>();
                shares
            });
            let (mut next, mut others_next) = ([0.0; STRATA], [0.0; CLASSES]);
            for (likely, stratum, count) in &likely {
                let weighed: [f64; CLASSES] = std::array::from_fn(|class| likely[class] * shares[*stratum][class]);
                let sum: f64 = weighed.iter().sum();
                if sum > 0.0 {
                    next[*stratum] += count * weighed[0] / sum;
                    (1..CLASSES).for_each(|class| others_next[class] += count * weighed[class] / sum);
                }
            }
            let before: f64 = matches.iter().sum();
            let still = (next.iter().sum::<f64>() - before).abs() < 1e-6 * before.max(1.0);
            matches = next.map(|next| next.max(1e-9));
            others = [0.0, 0.0, others_next[2].max(1e-9), others_next[3]];
            if still {
                break;
            }
        }
        training.matches = matches.iter().sum();
        training.matches_within = if self.two_strata { matches[1] } else { 0.0 };
        [_, _, training.households, training.namesakes] = others;
    }
}

/// Probabilities from counts by row. A row with few counts is like all rows together, and these start from what was believed
/// before training.
fn smoothed_rows(counts: &[Vec<f64>], first: &[f64], belief: f64, missing: &[bool]) -> Vec<Vec<f64>> {
    let mut all: Vec<f64> = (0..first.len()).map(|level| counts.iter().map(|row| row[level]).sum()).collect();
    all.iter_mut().zip(first).for_each(|(all, first)| *all += belief * first);
    normalise(&mut all, missing);
    counts.iter().map(|row| smoothed(row.clone(), &all, 5.0, missing)).collect()
}

/// Adds to counts what sessions could not see. `blind` of the pairs are from sessions that hide some levels. Those pairs would have
/// reached them as often as other sessions' pairs do.
fn unhide(counts: &mut [f64], blind: f64, hidden: &[bool], missing: &[bool]) {
    let plain = |level: usize| !hidden[level] && !missing[level];
    let elsewhere: f64 = (0..counts.len()).filter(|level| plain(*level)).map(|level| counts[level]).sum();
    let seen = (elsewhere - blind).max(0.0) + PRIOR_COUNTS.0;
    counts.iter_mut().zip(hidden).filter(|(_, hidden)| **hidden).for_each(|(count, _)| *count *= 1.0 + blind / seen);
}

/// Removes strangers from one person's probabilities. At the last level, "different", one person has no more than `most` of
/// what strangers have. Otherwise pairs that agree on some fields by chance, or as neighbours and relatives do, would pass for
/// one person whose other fields say nothing. The known part of a mixture can only be separated if the other part has next to
/// nothing somewhere (Patra and Sen 2016). Earlier levels are left to the data, because in some sources dates are often a few
/// years off.
fn remove_strangers(m: &mut [f64], u: &[f64], most: f64, missing: &[bool]) {
    let last = (0..u.len()).rfind(|level| !missing[*level]);
    let strangers = last.map_or(0.0, |level| ((m[level] / u[level]).min(0.99) - most) / (1.0 - most));
    if strangers > 0.0 {
        m.iter_mut().zip(u).for_each(|(m, u)| *m = ((*m - strangers * u) / (1.0 - strangers)).max(m.min(most * u)));
        normalise(m, missing);
    }
}

/// Counts drawn towards some probabilities, as if these had been seen `strength` times more.
fn smoothed(mut counts: Vec<f64>, chances: &[f64], strength: f64, missing: &[bool]) -> Vec<f64> {
    counts.iter_mut().zip(chances).for_each(|(count, chance)| *count += strength * chance);
    normalise(&mut counts, missing);
    counts
}

/// Counts become shares of the levels that are not missing, and none of them is zero.
fn normalise(chances: &mut [f64], missing: &[bool]) {
    let sum: f64 = chances.iter().zip(missing).filter(|(_, missing)| !**missing).map(|(chance, _)| *chance).sum();
    for (chance, missing) in chances.iter_mut().zip(missing) {
        *chance = if *missing { 1.0 } else { (*chance / sum.max(1e-300)).max(LEAST) };
    }
}

fn scaled(tables: &LevelChances, by: f64) -> LevelChances {
    tables.iter().map(|rows| rows.iter().map(|row| row.iter().map(|chance| chance * by).collect()).collect()).collect()
}

/// The weighted mean of rows.
pub(super) fn mean(rows: &[Vec<f64>], weights: &[f64]) -> Vec<f64> {
    let sum: f64 = weights.iter().sum();
    let weight = |row: usize| if sum > 0.0 { weights[row] / sum } else { 1.0 / rows.len() as f64 };
    (0..rows[0].len()).map(|level| (0..rows.len()).map(|row| weight(row) * rows[row][level]).sum()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tenth of one person's pairs have their names exchanged. 9,000 pairs are from sessions that hold the surname equal and
    /// never see it; 1,000 others do. What is believed beforehand makes it a little less.
    #[test]
    fn levels_that_some_sessions_hide_are_as_likely_as_the_others_show() {
        let mut counts = vec![500.0, 9_000.0 + 900.0, 100.0];
        unhide(&mut counts, 9_000.0, &[false, false, true], &[true, false, false]);
        let share = counts[2] / (counts[1] + counts[2]);
        assert!((0.085..0.1).contains(&share), "{share}");
        assert!(counts[..2] == [500.0, 9_900.0], "{counts:?}");
        let mut plain = vec![0.0, 5.0, 1.0];
        unhide(&mut plain, 0.0, &[false, false, true], &[true, false, false]);
        assert!(plain == [0.0, 5.0, 1.0], "{plain:?}");
    }
}
