//! How units are matched: what the analyst decides.

use crate::columns::Columns;

/// What "near" means.
#[derive(Clone, Copy, Debug)]
pub enum Distance<'a> {
    /// The absolute difference of one number for each unit: a propensity score or its log odds.
    Score(&'a [f64]),
    /// The Mahalanobis distance of the covariates, with the covariance within the groups, pooled, to nine decimals. With more than about ten
    /// covariates and a hundred thousand units it is slow.
    Mahalanobis(&'a Columns),
}

/// Who chooses first, where a comparison unit can be used once only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The treated unit with the largest score: it has the fewest units like it. Needs [`Distance::Score`].
    LargestFirst,
    /// The closest pair of all.
    ClosestFirst,
    /// The treated unit with the smallest key.
    ByKey,
}

/// How units are matched. The distance, and the calipers on it, are on one scale.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// What "near" means.
    pub distance: Distance<'a>,
    /// How far away a match may be, if there is a limit.
    pub caliper: Option<Width>,
    /// Limits on single covariates, which hold as well.
    pub covariate_calipers: &'a [Caliper<'a>],
    /// Groups within which matches stay, one number for each unit.
    pub strata: Option<&'a [u64]>,
    /// How many comparison units each treated unit gets at most. Every treated unit gets its first before any gets a second.
    pub ratio: usize,
    /// Whether a comparison unit may be used for several treated units.
    pub replacement: bool,
    /// Who chooses first. It makes no difference with replacement.
    pub order: Order,
}

/// The width of a caliper. A distance equal to it is inside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Width {
    /// On the scale of the values.
    Absolute(f64),
    /// In standard deviations: the root of the mean of the two groups' variances (Austin 2011).
    PooledDeviations(f64),
    /// In standard deviations of all units together, as R's MatchIt has it.
    OverallDeviations(f64),
}

/// A caliper on one covariate.
#[derive(Clone, Copy, Debug)]
pub struct Caliper<'a> {
    /// The name of the covariate, for messages.
    pub name: &'a str,
    /// One value for each unit.
    pub values: &'a [f64],
    /// How far apart a pair may be.
    pub width: Width,
}
