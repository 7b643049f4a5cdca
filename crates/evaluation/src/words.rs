//! Words for what a spec asks and for the figures of an answer, in plain English.

use base::english::{counted, plural};
use base::money::thousands;

use crate::balance::{Balance, Light};
use crate::difference_in_differences::two_way_fixed_effects::PartKind;
use crate::spec::{
    BandwidthSpec, CaliperSpec, DesignSpec, DistanceSpec, EstimandSpec, MatchingSpec, OutcomeSpec, OutcomeUnit, PanelComparison,
    Spec, StandardErrorMethod, StandardErrorSpec, SurvivalMethod, WeightingSpec,
};

/// "people with a proven reoffence", or the name of the amount.
pub fn outcome(outcome: &OutcomeSpec) -> String {
    match outcome.unit {
        OutcomeUnit::People => format!("people with {}", outcome.name),
        OutcomeUnit::Pounds | OutcomeUnit::Number => outcome.name.clone(),
    }
}

/// A value in the unit of the outcome: "3.2%", "£1,794", "0.45".
pub fn value(unit: OutcomeUnit, value: f64) -> String {
    match unit {
        OutcomeUnit::People => format!("{:.1}%", 100.0 * value),
        OutcomeUnit::Pounds => pounds(value),
        OutcomeUnit::Number => number(value),
    }
}

/// A difference in the unit of the outcome: "3.2 percentage points".
pub fn difference(unit: OutcomeUnit, by: f64) -> String {
    match unit {
        OutcomeUnit::People => {
            let points = points(by);
            format!("{points} percentage point{}", if points == "1.0" || points == "-1.0" { "" } else { "s" })
        }
        OutcomeUnit::Pounds => pounds(by),
        OutcomeUnit::Number => number(by),
    }
}

/// A date at which nothing can have happened: "as if the service had begun at year 1980".
pub fn placebo_date(period: &str, from: f64) -> String {
    format!("as if the service had begun at {} {}", base::hidden_characters::visible(period), from)
}

/// The same for a table: "-3.2 points".
pub fn short_difference(unit: OutcomeUnit, by: f64) -> String {
    match unit {
        OutcomeUnit::People => format!("{} points", points(by)),
        _ => difference(unit, by),
    }
}

/// An interval with its unit once: "-19.1 to -0.4 percentage points", "£479 to £3,109".
pub fn interval(unit: OutcomeUnit, low: f64, high: f64) -> String {
    match unit {
        OutcomeUnit::People => format!("{} to {} percentage points", points(low), points(high)),
        _ => format!("{} to {}", difference(unit, low), difference(unit, high)),
    }
}

/// The same for a table: "-19.1 to -0.4 points".
pub fn short_interval(unit: OutcomeUnit, low: f64, high: f64) -> String {
    match unit {
        OutcomeUnit::People => format!("{} to {} points", points(low), points(high)),
        _ => interval(unit, low, high),
    }
}

/// What stands in the place of a number that there is none of.
fn no_number(value: f64) -> String {
    if value.is_nan() { "not known".to_owned() } else { "no limit".to_owned() }
}

/// "95%", "99.9%".
pub fn level(level: f64) -> String {
    let percent = (1_000.0 * level).round() / 10.0;
    format!("{percent}%")
}

/// A period as it is numbered: a year has no comma.
fn period(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e12 { format!("{value:.0}") } else { number(value) }
}

/// What is known of compliers.
pub fn complier((share, f): (f64, f64)) -> String {
    let weak = if f < 10.0 { " Below about 10 the answer is not to be trusted (Staiger and Stock 1997)." } else { "" };
    format!(
        "{:.1}% take the service up because it is offered. The F statistic of the offer on taking it up is {}.{weak}",
        100.0 * share,
        number(f)
    )
}

/// What the test of the periods before the start says.
pub fn before_the_start(wald: f64, freedom: usize, p_value: f64, clusters: usize) -> String {
    let p = if p_value < 0.001 { "below 0.001".to_owned() } else { format!("{p_value:.3}") };
    let test = format!(
        "Test that nothing happened before the start: chi-squared {wald:.2} with {}, p-value {p}.",
        counted(freedom as i64, "degree of freedom", "degrees of freedom")
    );
    let meaning = match p_value < 0.05 {
        true => "A small p-value says that the units did not go the same way before, so the answer may have other causes.",
        false => {
            "A large p-value does not show that trends would have stayed parallel. The test often misses a difference that is large enough \
             to explain the effect."
        }
    };
    let few = match clusters < 20 * freedom {
        true => " With so few units for each degree of freedom it rejects too often.",
        false => "",
    };
    format!("{test} {meaning}{few}")
}

/// Percentage points with one digit; with two where one would show none of them.
fn points(share: f64) -> String {
    let points = 100.0 * share;
    match points.abs() {
        size if !size.is_finite() => no_number(share),
        size if size < 0.005 => "0.0".to_owned(),
        size if size < 0.05 => format!("{points:.2}"),
        _ => format!("{points:.1}"),
    }
}

/// Whole pounds, and pence only where the amount is below £10.
pub fn pounds(amount: f64) -> String {
    if !amount.is_finite() {
        return no_number(amount);
    }
    let sign = if amount < 0.0 { "-" } else { "" };
    let size = amount.abs();
    if size < 10.0 { format!("{sign}£{size:.2}") } else { format!("{sign}£{}", thousands(size.round() as i64)) }
}

/// Four digits that say something.
fn number(value: f64) -> String {
    match value.abs() {
        size if !size.is_finite() => no_number(value),
        0.0 => "0".to_owned(),
        size if size >= 1000.0 => thousands(value.round() as i64),
        size => {
            let digits = (3 - size.log10().floor() as i32).clamp(0, 8) as usize;
            format!("{value:.digits$}")
        }
    }
}

/// The estimand, as a noun.
pub fn estimand(estimand: EstimandSpec) -> &'static str {
    match estimand {
        EstimandSpec::Att => "the average effect on those who were treated",
        EstimandSpec::Ate => "the average effect on everybody in the table",
        EstimandSpec::Ato => "the average effect where treated and untreated people overlap",
        EstimandSpec::IntentionToTreat => "the effect of being offered the service",
        EstimandSpec::Complier => "the effect on people who take the service up because it is offered",
    }
}

/// The design as a sentence.
pub fn design(spec: &Spec) -> String {
    let covariates = counted(spec.covariates.len() as i64, "covariate", "covariates");
    match &spec.design {
        DesignSpec::Randomised(design) => {
            let strata = design.strata.as_ref().map_or(String::new(), |strata| format!(" within each `{strata}`"));
            let adjusted = if spec.covariates.is_empty() { String::new() } else { format!(", adjusted for {covariates}") };
            format!("Randomised: people were treated by lot{strata}{adjusted}.")
        }
        DesignSpec::Matching(matching) => matching_words(matching, &covariates),
        DesignSpec::Subclassification { classes } => {
            format!("Subclassification: {classes} classes of the propensity score, from {covariates}.")
        }
        DesignSpec::CoarsenedExact(_) => {
            format!("Coarsened exact matching: people are compared with people of the same class of {covariates}.")
        }
        DesignSpec::Weighting(kind) => {
            let kind = match kind {
                WeightingSpec::InverseProbability => "inverse probability weights",
                WeightingSpec::Stabilised => "stabilised inverse probability weights",
                WeightingSpec::Overlap => "overlap weights",
            };
            format!("Weighting: {kind} from the propensity score, from {covariates}.")
        }
        DesignSpec::EntropyBalancing => {
            format!("Entropy balancing: weights that give {covariates} the same mean in both groups.")
        }
        DesignSpec::DoublyRobust => {
            format!("Doubly robust: weights and a model of the outcome together, from {covariates}; one of the two may be wrong.")
        }
        DesignSpec::DifferenceInDifferences(panel) => format!(
            "Difference in differences: units that started at different times, compared with units {} (Callaway and Sant'Anna 2021).",
            match panel.comparison {
                PanelComparison::NeverTreated => "never treated",
                PanelComparison::NotYetTreated => "not yet treated",
            }
        ),
        DesignSpec::InterruptedTimeSeries(series) => {
            format!("Interrupted time series: one series, with a change of level and of slope from {} on.", period(series.from))
        }
        DesignSpec::SyntheticControl(area) => {
            format!(
                "Synthetic control: the treated unit compared with a weighted mixture of others, from {} on.",
                number(area.from)
            )
        }
        DesignSpec::RegressionDiscontinuity(design) => format!(
            "Regression discontinuity: people just above and just below {} of `{}`, with {}.",
            number(design.cut_off),
            design.score,
            match design.bandwidth {
                BandwidthSpec::Optimal => "the bandwidth of least error (Imbens and Kalyanaraman 2012)".to_owned(),
                BandwidthSpec::Fixed(width) => format!("a bandwidth of {}", number(width)),
            }
        ),
        DesignSpec::Survival(design) => match design.method {
            SurvivalMethod::LogRank => "Time until the event: Kaplan-Meier curves and the log-rank test.".to_owned(),
            SurvivalMethod::Cox => {
                format!("Time until the event: proportional hazards (Cox 1972), with {covariates}; ties after Efron.")
            }
        },
    }
}

fn matching_words(matching: &MatchingSpec, covariates: &str) -> String {
    let distance = match matching.distance {
        DistanceSpec::Propensity => "the propensity score",
        DistanceSpec::LogitPropensity => "the logit of the propensity score",
        DistanceSpec::Mahalanobis => "the Mahalanobis distance",
    };
    let replacement = if matching.replacement { "with replacement" } else { "without replacement" };
    let caliper = match matching.caliper {
        None => "no caliper".to_owned(),
        Some(CaliperSpec::Deviations(width)) => format!("a caliper of {width} standard deviations"),
        Some(CaliperSpec::Absolute(width)) => format!("a caliper of {width}"),
    };
    let exact = match matching.exact.as_slice() {
        [] => String::new(),
        columns => format!(", exactly equal in `{}`", columns.join("`, `")),
    };
    format!("Matching: 1 to {} on {distance}, from {covariates}, {replacement}, {caliper}{exact}.", matching.ratio)
}

/// How a standard error was worked out.
pub fn standard_error(name: &str, clusters: Option<usize>, spec: &StandardErrorSpec) -> String {
    let drawn = match spec.method {
        StandardErrorMethod::Bootstrap => format!(", {} draws, seed {}", thousands(spec.draws as i64), spec.seed),
        StandardErrorMethod::Randomisation => {
            format!(", p-value from {} deals, seed {}", thousands(spec.draws as i64), spec.seed)
        }
        _ => String::new(),
    };
    let (name, one, several) = match spec.method {
        StandardErrorMethod::Pair => ("clustered by pair (CR1)", "pair", "pairs"),
        _ => (name, "cluster", "clusters"),
    };
    let clusters = clusters.map_or(String::new(), |clusters| format!(", {}", counted(clusters as i64, one, several)));
    format!("{name}{clusters}{drawn}")
}

/// Whom the answer is about when some treated people have no comparison. Of those left out, `taken` had somebody near whom others took.
pub fn who_is_left(left_out: usize, taken: usize, treated: usize) -> String {
    let left = treated.saturating_sub(left_out);
    let why = match taken {
        0 => "comparable to nobody and left out".to_owned(),
        all if all == left_out => "left out, because others took whoever was near".to_owned(),
        some => format!("left out: comparable to nobody, or ({}) near to people whom others took", thousands(some as i64)),
    };
    format!(
        "{} of {} treated people {} {why}. The answer is about the other {}, and says nothing about those.",
        thousands(left_out as i64),
        thousands(treated as i64),
        plural(left_out as i64, "is", "are"),
        thousands(left as i64)
    )
}

/// What the balance after the comparison means; nothing where it is good.
pub fn balance_note(after: &Balance) -> Option<String> {
    let worst = after.covariates.iter().max_by(|a, b| a.standardised.abs().total_cmp(&b.standardised.abs()))?;
    let size = 100.0 * worst.standardised.abs();
    match after.light() {
        Light::Green => None,
        Light::Amber => Some(format!(
            "The groups still differ a little: most in `{}`, by {size:.1}% of a standard deviation. Below 5% would be good.",
            worst.name
        )),
        Light::Red => Some(format!(
            "The groups are not comparable: they differ most in `{}`, by {size:.1}% of a standard deviation, and more than 10% is too \
             much. The answer may be due to that.",
            worst.name
        )),
    }
}

/// Which units one part of two-way fixed effects compares.
pub fn naive_part(kind: PartKind) -> &'static str {
    match kind {
        PartKind::TreatedAndNever => "treated with never treated",
        PartKind::EarlierAndLater => "earlier starts with later ones, before those start",
        PartKind::LaterAndEarlier => "later starts with earlier ones, which are treated already",
        PartKind::TreatedAndAlways => "treated with those treated all along",
    }
}
