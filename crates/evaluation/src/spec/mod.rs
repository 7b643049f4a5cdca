//! What is to be evaluated, and how: a small TOML file that is written, and can be registered, before the data are there.
//!
//! Nothing that changes the answer has a default that nobody sees: the estimand, the design, the standard error and what happens to
//! missing covariates must be written down.

mod design;
mod design_keys;
mod keys;
mod read;

pub use design::{
    AreaSpec, BandwidthSpec, CaliperSpec, CoarseningSpec, DesignSpec, DiscontinuitySpec, DistanceSpec, MatchingSpec,
    PanelComparison, PanelSpec, RandomisedSpec, SeriesSpec, SurvivalMethod, SurvivalSpec, WeightingSpec,
};
pub use read::read;

/// What is to be evaluated.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    /// In words, as it is shown above the answer.
    pub question: String,
    pub estimand: EstimandSpec,
    pub design: DesignSpec,
    /// The table of the records, by its file name.
    pub table: String,
    /// The sheet, where the table is one of several in a workbook.
    pub sheet: Option<String>,
    /// The column with the key of a row: a person, or a unit and a period. No two rows have the same.
    pub id: String,
    /// Who was treated; `None` for designs on series and panels, which say it by a day or a period.
    pub treated: Option<TreatedSpec>,
    pub outcome: OutcomeSpec,
    pub covariates: Vec<CovariateSpec>,
    pub standard_error: StandardErrorSpec,
    /// The level of intervals, such as 0.95.
    pub level: f64,
    /// Groups named before the data were there.
    pub subgroups: Vec<SubgroupSpec>,
    /// Outcomes that the service cannot have changed: an effect on them shows that the comparison is not a fair one.
    pub negative_controls: Vec<String>,
    /// What one treated person costs more than one who is not, in pounds.
    pub cost_each: Option<f64>,
    /// What one result is worth to each department, in pounds.
    pub savings: Vec<SavingSpec>,
}

/// Whose effect is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EstimandSpec {
    /// The average effect on those who were treated.
    Att,
    /// The average effect on everybody.
    Ate,
    /// The average effect where treated and not treated overlap (overlap weights).
    Ato,
    /// The effect of being offered the service.
    IntentionToTreat,
    /// The effect on those who take the service up because it is offered.
    Complier,
}

/// Which column says who was treated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreatedSpec {
    pub column: String,
    /// The value that means treated. Every other value means not treated, and must be one of `not`.
    pub is: String,
    pub not: String,
    /// The column with the day from which a person counts: the start of treatment, or the day on which somebody untreated was
    /// comparable. It is needed where a covariate has a day.
    pub from: Option<String>,
}

/// The outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutcomeSpec {
    pub source: OutcomeSource,
    /// In words, after "people with", or as the amount is called.
    pub name: String,
    pub unit: OutcomeUnit,
    pub more_is_better: bool,
}

/// Where the outcome is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutcomeSource {
    Column(String),
    /// Measured by the rules of a scheme: its folder, and the outcome's name there. The table has the ids of people.
    Scheme {
        folder: String,
        outcome: String,
    },
}

/// What the numbers of an outcome are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutcomeUnit {
    /// 1 for a person with the outcome, 0 for one without it.
    People,
    Pounds,
    Number,
}

/// A characteristic that is compared and adjusted for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CovariateSpec {
    pub column: String,
    pub kind: CovariateKind,
    pub known: KnownWhen,
    pub missing: Option<MissingValues>,
}

/// How a covariate is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CovariateKind {
    Number,
    /// Each value but the first becomes a column of its own.
    Category,
}

/// When a covariate was known. What is known only after the start may be an effect of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnownWhen {
    /// Stated by whoever wrote the file.
    BeforeStart,
    /// The column with the day.
    On(String),
}

/// What happens to a row without a value. There is no default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingValues {
    /// The row is left out.
    CompleteCases,
    /// The mean, or a category of its own, and a column that says so.
    Indicator,
    /// The mean of those who have one, or the commonest category.
    Imputation,
}

/// How the standard error is worked out. There is no default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandardErrorSpec {
    pub method: StandardErrorMethod,
    /// The column with the cluster of each row.
    pub clusters: Option<String>,
    /// Fewer clusters than this are refused.
    pub least_clusters: usize,
    /// Draws of a bootstrap or of a randomisation.
    pub draws: usize,
    /// The key of the draws.
    pub seed: u64,
}

/// A way to work out a standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandardErrorMethod {
    /// The same variance for everybody.
    Classical,
    /// Robust to unequal variances (HC1 for regressions, HC2 for a difference of means).
    Robust,
    /// Clustered by the column `clusters`.
    Clustered,
    /// Clustered by matched pair or set.
    Pair,
    /// For matching with replacement.
    AbadieImbens,
    /// From the influence function of the estimator, with what it takes to estimate the scores.
    Influence,
    /// People drawn with replacement, and everything estimated again.
    Bootstrap,
    /// Treatment dealt again at random.
    Randomisation,
    /// Autocorrelated errors of a series (Newey and West 1987).
    NeweyWest,
    /// The same analysis for units that were not treated.
    Placebo,
}

/// A group whose effect is asked for separately.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubgroupSpec {
    pub column: String,
    pub is: String,
}

/// What one result is worth to a department.
#[derive(Clone, Debug, PartialEq)]
pub struct SavingSpec {
    pub department: String,
    /// In pounds for each result.
    pub each: f64,
    /// Where the amount comes from.
    pub from: Option<String>,
}
