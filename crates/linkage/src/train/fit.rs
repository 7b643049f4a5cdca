//! The numbers of a model while they are learned, by expectation and maximisation over all sessions together.

use super::Training;
use super::seen::{Patterns, STRATA};
use super::sessions::Session;
use crate::field::{Kin, Nature};
use crate::model::Model;
use crate::score::{Levels, Scorer};

/// Rounds of expectation and maximisation.
const ROUNDS: usize = 60;

/// The share of twins among two people of one household: as believed before anything is seen, as if seen in so many pairs, and
/// at most. Somebody whose forename was written quite differently looks like a twin; how many people live together who are no
/// twins is what tells the two apart, and without a bound it could not. Some 3 % of children born in the United Kingdom are
/// twins; among pairs who live together there are fewer.
const TWINS: (f64, f64, f64) = (0.02, 500.0, 0.1);

/// The same of twins where records of one agency stand beside those of two: an agency holds hardly anybody twice, so that two of
/// its records which differ in the forename alone are twins, however few people live together otherwise. As if seen in so many
/// pairs, and at most.
const TOLD_APART: (f64, f64) = (30.0, 0.9);

/// The share of those of one forename that is believed there: who has a twin has none of the same name, and many are twins.
const FEW_NAMESAKES: f64 = 0.003;

/// The same of fathers and sons, mothers and daughters of one forename.
const NAMESAKES: (f64, f64, f64) = TWINS;

/// The same of those who give a number of somebody they live with.
const BORROWERS: (f64, f64, f64) = TWINS;

/// In the order of [`Kin`].
const KIN: [(f64, f64, f64); 3] = [TWINS, NAMESAKES, BORROWERS];

/// Nobody is called as somebody of the same household by chance, or hardly ever: so many times less often than strangers are.
const BY_CHANCE: f64 = 0.1;

/// Namesakes matter where they are at least so many for each pair of strangers who share both names by chance.
const TIED: f64 = 0.25;

/// What is believed at first of one person, and of households, counts as if so many pairs had been seen. Where no rule teaches of
/// a field, and where hardly anybody is there twice, it is all there is.
const FIRST: (f64, f64) = (100.0, 10.0);

/// A level is never taken to be less likely than this.
const LEAST: f64 = 1e-7;

/// Chances of each level of each comparison, by the level of the comparison that it hangs on.
pub(super) type Tables = Vec<Vec<Vec<f64>>>;

/// Pairs picked as strangers, of one pattern: how many are, and how many are one person after all.
pub(super) struct Weighed {
    pub levels: Levels,
    pub strangers: f64,
    pub others: f64,
}

/// The numbers while they are learned.
pub(super) struct Fit {
    pub m: Tables,
    pub u: Tables,
    pub h: Tables,
    /// Of two people of one household, the shares who are twins, namesakes, and use one number.
    pub kin: [f64; 3],
    /// The comparison that each hangs on, and how often its levels occur among strangers; one row where there is none.
    pub tree: Vec<Option<usize>>,
    pub parents: Vec<Vec<f64>>,
    pub missing: Vec<Vec<bool>>,
    pub sizes: Vec<usize>,
    /// The comparisons of forename and surname, where namesakes are told apart.
    pub names: Option<(usize, usize)>,
    /// Whether there are pairs of records of two agencies and pairs of one, which are then learned side by side.
    pub told_apart: bool,
}

/// Kinds of pairs: one person, strangers, a household, namesakes. The names of namesakes agree as one person's do, whatever else
/// there is as strangers': people of one family or origin share forename and surname more often than chance would have it.
const CLASSES: usize = 4;

impl Fit {
    /// Before anything is known.
    pub fn new(model: &Model) -> Fit {
        let first: Tables =
            model.comparisons.iter().map(|comparison| vec![comparison.levels.iter().map(|level| level.m).collect()]).collect();
        Fit {
            m: first.clone(),
            u: first.clone(),
            h: first,
            kin: KIN.map(|(share, _, _)| share),
            tree: vec![None; model.comparisons.len()],
            parents: vec![vec![1.0]; model.comparisons.len()],
            missing: model.comparisons.iter().map(|of| of.levels.iter().map(|level| level.missing).collect()).collect(),
            sizes: model.comparisons.iter().map(|of| of.levels.len()).collect(),
            names: None,
            told_apart: false,
        }
    }

    /// With what strangers show, along a tree; one person and households as at first.
    pub fn by_strangers(model: &Model, tree: &[Option<usize>], strangers: &[Weighed], exact: &[Option<(usize, f64)>]) -> Fit {
        let mut fit = Fit { tree: tree.to_vec(), ..Fit::new(model) };
        for at in 0..tree.len() {
            let rows = tree[at].map_or(1, |parent| fit.sizes[parent]);
            let mut counts = vec![vec![0.0; fit.sizes[at]]; rows];
            let mut all = vec![0.5; fit.sizes[at]];
            fit.parents[at] = vec![0.0; rows];
            for Weighed { levels, strangers, .. } in strangers {
                let row = fit.row(at, levels);
                counts[row][usize::from(levels[at])] += strangers;
                all[usize::from(levels[at])] += strangers;
                fit.parents[at][row] += strangers;
            }
            normalise(&mut all, &fit.missing[at]);
            if let Some((level, chance)) = exact[at] {
                let others = (1.0 - chance) / (1.0 - all[level]).max(LEAST);
                all.iter_mut().zip(&fit.missing[at]).filter(|(_, missing)| !**missing).for_each(|(all, _)| *all *= others);
                all[level] = chance;
            }
            fit.u[at] = counts
                .into_iter()
                .map(|counts| towards(counts, &all, if rows > 1 { 2.0 } else { 1e12 }, &fit.missing[at]))
                .collect();
            fit.m[at] = vec![fit.m[at][0].clone(); rows];
            fit.h[at].clone_from(&fit.m[at]);
        }
        fit
    }

    /// For each comparison the level at which values agree exactly, and how often strangers' do: the sum of squared shares, less
    /// what one person's records add to it. Only where too few pairs can be looked at to count it.
    pub fn exact(&self, scorer: &Scorer<'_>, training: &Training) -> Vec<Option<(usize, f64)>> {
        let share = (training.matches / training.possible.max(1.0)).min(0.5);
        let of = |at: usize| {
            let levels = &scorer.model.comparisons[at].levels;
            let level = levels.iter().position(|level| level.frequency.is_some_and(|frequency| !frequency.near))?;
            let feature = levels[level].frequency?.feature;
            let by_chance = scorer.features[feature].same_by_chance();
            let m = mean(&self.m[at], &self.parents[at])[level];
            Some((level, ((by_chance - share * m) / (1.0 - share)).max(by_chance / 100.0).max(LEAST)))
        };
        let sampled = training.possible > 2.0 * training.strangers as f64;
        (0..self.sizes.len()).map(|at| of(at).filter(|_| sampled)).collect()
    }

    /// Which row of a comparison's table holds for a pattern.
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

    /// The strangers' patterns, parted from the pairs that are one person's by what is known so far.
    pub fn strangers_only(&self, strangers: &[(Levels, u64)], training: &Training) -> Vec<Weighed> {
        let share = (training.matches / training.possible.max(1.0)).min(0.5);
        let all: Vec<usize> = (0..self.sizes.len()).collect();
        let weigh = |(levels, count): &(Levels, u64)| {
            let [m, u, ..] = self.likelihoods(levels, &all);
            let stranger = if share > 0.0 { (1.0 - share) * u / ((1.0 - share) * u + share * m) } else { 1.0 };
            let count = *count as f64;
            Weighed { levels: *levels, strangers: count * stranger, others: count * (1.0 - stranger) }
        };
        strangers.iter().map(weigh).collect()
    }

    /// All sessions together: first one person against strangers; then households are told apart as well.
    pub fn learn(&mut self, patterns: &Patterns, sessions: &[Session], nature: &Nature) {
        let first = self.m.clone();
        for (at, shared) in nature.shared.iter().enumerate() {
            if !shared {
                // What is each person's own agrees in a household as it does among strangers.
                self.h[at].clone_from(&self.u[at]);
            }
        }
        self.kin_alike(nature);
        let of_session: Vec<Vec<(Levels, usize, f64)>> = sessions
            .iter()
            .map(|session| {
                let found = patterns.iter().filter(|pattern| pattern.rules >> session.rule & 1 == 1);
                let stratum = |within: bool| usize::from(within && self.told_apart);
                found.map(|pattern| (pattern.levels, stratum(pattern.within), pattern.count as f64)).collect()
            })
            .collect();
        for with_household in [false, true] {
            if with_household {
                // From above: from below, twins would already be taken for one person with another forename.
                self.kin = [0, 1, 2].map(|kin| self.kin_most(kin));
                for at in (0..self.sizes.len()).filter(|at| !nature.shared[*at] && nature.kin[*at] != Some(Kin::Twins)) {
                    self.m[at].clone_from(&first[at]);
                }
                self.kin_alike(nature);
            }
            let namesakes = if self.names.is_some() { 0.3 } else { 0.0 };
            let households = if with_household { 0.1 } else { 0.0 };
            let one_person = 0.3 - households;
            let mix = [one_person, 1.0 - one_person - households - namesakes, households, namesakes];
            let mut mixes = vec![[mix; STRATA]; sessions.len()];
            for _ in 0..ROUNDS {
                let old = self.m.clone();
                self.round(&of_session, sessions, nature, &first, &mut mixes);
                let moved = old.iter().flatten().flatten().zip(self.m.iter().flatten().flatten());
                if moved.map(|(old, new)| (old - new).abs()).fold(0.0, f64::max) < 1e-4 {
                    break;
                }
            }
        }
    }

    /// The largest share of two people of one household who are relatives of some kind.
    fn kin_most(&self, kin: usize) -> f64 {
        if kin == Kin::Twins as usize && self.told_apart { TOLD_APART.1 } else { KIN[kin].2 }
    }

    /// Days of birth in a household: of twins as of one person, of others as of strangers. Forenames likewise.
    fn kin_alike(&mut self, nature: &Nature) {
        for (at, kin) in nature.kin.iter().enumerate().filter_map(|(at, kin)| kin.map(|kin| (at, kin))) {
            let alike = self.kin[kin as usize];
            let same = self.missing[at].iter().position(|missing| !missing).unwrap_or(0);
            for (row, h) in self.h[at].iter_mut().enumerate() {
                let mut u = self.u[at][row].clone();
                if kin == Kin::Namesakes {
                    u[same] *= BY_CHANCE;
                }
                let both = self.m[at][row].iter().zip(&u);
                h.iter_mut().zip(both).for_each(|(h, (m, u))| *h = alike * m + (1.0 - alike) * u);
            }
        }
    }

    /// One round of expectation and maximisation.
    fn round(
        &mut self,
        patterns: &[Vec<(Levels, usize, f64)>],
        sessions: &[Session],
        nature: &Nature,
        first: &Tables,
        mixes: &mut [[[f64; CLASSES]; STRATA]],
    ) {
        let (mut m, mut h) = (scaled(first, 0.0), scaled(first, 0.0));
        let strength = |kin: usize| if kin == Kin::Twins as usize && self.told_apart { TOLD_APART.0 } else { KIN[kin].1 };
        let mut seen = [0, 1, 2].map(strength);
        let believed = |kin: usize| match self.told_apart && kin == Kin::Namesakes as usize {
            true => FEW_NAMESAKES,
            false => KIN[kin].0,
        };
        let mut alike = [0, 1, 2].map(|kin| believed(kin) * seen[kin]);
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
                    h[at][row][level] += share[2];
                    if let Some(kin) = nature.kin[at].filter(|_| !self.missing[at][level] && share[2] > 0.0) {
                        let kin = kin as usize;
                        alike[kin] += share[2] * self.kin[kin] * self.m[at][row][level] / self.h[at][row][level];
                        seen[kin] += share[2];
                    }
                }
            }
            if self.told_apart {
                // Relatives and namesakes stand side by side in one agency's records as often as in those of two.
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
        for (at, missing) in self.missing.iter().enumerate() {
            self.m[at] = settled(&m[at], &first[at][0], FIRST.0, missing);
            if let [only] = &mut self.m[at][..] {
                rid(only, &self.u[at][0], nature.astray[at], missing);
            }
            if nature.shared[at] {
                self.h[at] = settled(&h[at], &first[at][0], FIRST.1, missing);
            }
        }
        self.kin = [0, 1, 2].map(|kin| (alike[kin] / seen[kin]).min(self.kin_most(kin)));
        self.kin_alike(nature);
    }

    /// The comparisons of forename and surname, and of all pairs the share who are namesakes, where these are enough to matter:
    /// compared with the pairs of strangers who share both names by chance.
    pub fn tied(&self, training: &Training) -> Option<(usize, usize, f64)> {
        let (forename, surname) = self.names?;
        let share = training.namesakes / training.possible.max(1.0);
        // The first level that is not missing: the names are the same.
        let same = |tables: &Tables, at: usize| {
            let first = self.missing[at].iter().position(|missing| !missing)?;
            Some(mean(&tables[at], &self.parents[at])[first])
        };
        let by_chance = same(&self.u, forename)? * same(&self.u, surname)?;
        let tied = share * same(&self.m, forename)? * same(&self.m, surname)?;
        (tied > TIED * by_chance).then_some((forename, surname, share))
    }

    /// Namesakes are strangers after all: where there are enough of them, strangers' forenames hang on their surnames.
    pub fn tie_names(&mut self, tree: &mut [Option<usize>], training: &Training) {
        let Some((forename, surname, share)) = self.tied(training) else { return };
        let surnames = |tables: &Tables| mean(&tables[surname], &self.parents[surname]);
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
        let tied = (0..rows).map(row).collect();
        self.u[forename] = tied;
        self.m[forename] = vec![self.m[forename][0].clone(); rows];
        self.h[forename] = vec![self.h[forename][0].clone(); rows];
        self.parents[forename] = u;
        self.tree[forename] = Some(surname);
        tree[forename] = Some(surname);
    }

    /// How many candidates are one person, and one household, by all comparisons and the shares this itself implies.
    pub fn weigh(&self, patterns: &Patterns, training: &mut Training) {
        let all = training.possible.max(1.0);
        let within = if self.told_apart { training.possible_within } else { 0.0 };
        let possible = [(all - within).max(1.0), within.max(1.0)];
        let comparisons: Vec<usize> = (0..self.sizes.len()).collect();
        let of = |levels: &Levels| self.likelihoods(levels, &comparisons);
        let likely: Vec<([f64; CLASSES], usize, f64)> = patterns
            .iter()
            .map(|pattern| (of(&pattern.levels), usize::from(pattern.within && self.told_apart), pattern.count as f64))
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
        training.matches_within = if self.told_apart { matches[1] } else { 0.0 };
        [_, _, training.households, training.namesakes] = others;
    }
}

/// Chances from counts by row: a row that was hardly seen is as all rows together, and those as they were believed at first.
fn settled(counts: &[Vec<f64>], first: &[f64], belief: f64, missing: &[bool]) -> Vec<Vec<f64>> {
    let mut all: Vec<f64> = (0..first.len()).map(|level| counts.iter().map(|row| row[level]).sum()).collect();
    all.iter_mut().zip(first).for_each(|(all, first)| *all += belief * first);
    normalise(&mut all, missing);
    counts.iter().map(|row| towards(row.clone(), &all, 5.0, missing)).collect()
}

/// Rids one person's chances of strangers: at the last level, which says "different", no more than `most` of what strangers have.
/// Pairs that agree on some fields by chance, or as neighbours and relatives do, would else pass for one person whose other fields
/// say nothing: the known part of a mixture can only be told from the other where that one has next to nothing somewhere (Patra
/// and Sen 2016). Levels before the last are left to the data: there are sources whose dates are a few years off as a rule.
fn rid(m: &mut [f64], u: &[f64], most: f64, missing: &[bool]) {
    let last = (0..u.len()).rfind(|level| !missing[*level]);
    let strangers = last.map_or(0.0, |level| ((m[level] / u[level]).min(0.99) - most) / (1.0 - most));
    if strangers > 0.0 {
        m.iter_mut().zip(u).for_each(|(m, u)| *m = ((*m - strangers * u) / (1.0 - strangers)).max(m.min(most * u)));
        normalise(m, missing);
    }
}

/// Counts drawn towards some chances, as if so many more had been seen of those.
fn towards(mut counts: Vec<f64>, chances: &[f64], strength: f64, missing: &[bool]) -> Vec<f64> {
    counts.iter_mut().zip(chances).for_each(|(count, chance)| *count += strength * chance);
    normalise(&mut counts, missing);
    counts
}

/// Counts become shares of the levels that are not missing, none of them nothing.
fn normalise(chances: &mut [f64], missing: &[bool]) {
    let sum: f64 = chances.iter().zip(missing).filter(|(_, missing)| !**missing).map(|(chance, _)| *chance).sum();
    for (chance, missing) in chances.iter_mut().zip(missing) {
        *chance = if *missing { 1.0 } else { (*chance / sum.max(1e-300)).max(LEAST) };
    }
}

fn scaled(tables: &Tables, by: f64) -> Tables {
    tables.iter().map(|rows| rows.iter().map(|row| row.iter().map(|chance| chance * by).collect()).collect()).collect()
}

/// The mean of rows, each weighed.
pub(super) fn mean(rows: &[Vec<f64>], weights: &[f64]) -> Vec<f64> {
    let sum: f64 = weights.iter().sum();
    let weight = |row: usize| if sum > 0.0 { weights[row] / sum } else { 1.0 / rows.len() as f64 };
    (0..rows[0].len()).map(|level| (0..rows.len()).map(|row| weight(row) * rows[row][level]).sum()).collect()
}
