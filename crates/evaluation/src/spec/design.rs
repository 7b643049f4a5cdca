//! The designs, each with what it needs to be told.

/// How treated and untreated are made comparable.
#[derive(Clone, Debug, PartialEq)]
pub enum DesignSpec {
    Randomised(RandomisedSpec),
    Matching(MatchingSpec),
    /// Classes of the propensity score, and how many.
    Subclassification {
        classes: usize,
    },
    CoarsenedExact(Vec<CoarseningSpec>),
    Weighting(WeightingSpec),
    EntropyBalancing,
    /// Weights and a regression together (augmented inverse probability weighting).
    DoublyRobust,
    DifferenceInDifferences(PanelSpec),
    InterruptedTimeSeries(SeriesSpec),
    SyntheticControl(AreaSpec),
    RegressionDiscontinuity(DiscontinuitySpec),
    Survival(SurvivalSpec),
}

/// People were treated by lot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RandomisedSpec {
    /// The column within which lots were drawn.
    pub strata: Option<String>,
    /// The column that says who received the service, where that is not everybody who was offered it.
    pub received: Option<String>,
}

/// Each treated person with the nearest untreated ones.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchingSpec {
    pub distance: DistanceSpec,
    /// Untreated people for each treated one.
    pub ratio: usize,
    pub replacement: bool,
    pub caliper: Option<CaliperSpec>,
    /// Columns in which both must be equal.
    pub exact: Vec<String>,
}

/// How far people are apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DistanceSpec {
    Propensity,
    /// The logit of the propensity score.
    LogitPropensity,
    Mahalanobis,
}

/// The furthest that a pair may be apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CaliperSpec {
    /// In standard deviations of the distance.
    Deviations(f64),
    Absolute(f64),
}

/// How one covariate is coarsened.
#[derive(Clone, Debug, PartialEq)]
pub struct CoarseningSpec {
    pub column: String,
    /// Where a class begins; none for a category, which is taken as it is.
    pub cuts: Vec<f64>,
}

/// Which weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeightingSpec {
    InverseProbability,
    /// With the share of treated people above the line.
    Stabilised,
    Overlap,
}

/// Units observed in several periods, treated from different ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PanelSpec {
    pub unit: String,
    pub period: String,
    /// The column with the first treated period of a unit; empty or 0 where it was never treated.
    pub first_treated: String,
    pub comparison: PanelComparison,
    /// Periods before the start in which the effect may begin.
    pub anticipation: usize,
}

/// Who is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanelComparison {
    NeverTreated,
    NotYetTreated,
}

/// One series, interrupted.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesSpec {
    pub period: String,
    /// The first period with the service.
    pub from: f64,
    /// Periods of a season, such as 12 months.
    pub season: Option<usize>,
    /// Lags of the Newey-West standard error.
    pub lag: usize,
}

/// One area, compared with a mixture of others.
#[derive(Clone, Debug, PartialEq)]
pub struct AreaSpec {
    pub unit: String,
    pub period: String,
    /// The treated unit.
    pub treated: String,
    /// The first treated period.
    pub from: f64,
    /// Periods before it whose outcome the mixture should have, beside the covariates; all of them where there are no covariates.
    pub outcomes: Vec<f64>,
}

/// Treated from a score on.
#[derive(Clone, Debug, PartialEq)]
pub struct DiscontinuitySpec {
    pub score: String,
    pub cut_off: f64,
    /// Those at the cut-off and above are treated; otherwise those below it.
    pub treated_above: bool,
    pub bandwidth: BandwidthSpec,
}

/// How far from the cut-off people count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BandwidthSpec {
    /// The one with the least mean squared error (Imbens and Kalyanaraman 2012).
    Optimal,
    Fixed(f64),
}

/// Time until something happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurvivalSpec {
    /// The column with the days until it happened, or until the person was last seen.
    pub time: String,
    /// What the outcome column says where the event happened; other events than this compete with it, and an empty cell or 0 is a
    /// person in whom nothing had happened.
    pub event: String,
    pub method: SurvivalMethod,
}

/// How times are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SurvivalMethod {
    /// Kaplan-Meier curves and the log-rank test.
    LogRank,
    /// Proportional hazards, with the covariates.
    Cox,
}
