//! Funnel plots (Spiegelhalter 2005): how far a provider's figure may lie from the target by chance, given its size, and by the
//! ordinary differences between providers that nobody measured (over-dispersion).

use base::statistics::normal_quantile;

use crate::columns::{check_finite, check_rows};
use crate::distributions::{binomial_quantile, binomial_tails, poisson_quantile, poisson_tails};
use crate::error::EvaluationError;

/// What is compared.
#[derive(Clone, Copy, Debug)]
pub enum FunnelMeasure<'a> {
    /// A share of people, against a target share.
    Proportion {
        /// People with the event at each provider.
        events: &'a [u64],
        /// People at each provider.
        people: &'a [u64],
        /// The share that is expected, strictly between 0 and 1.
        target: f64,
    },
    /// A share of people, against the share that is expected of each provider's own people (indirect standardisation). Values
    /// and limits are shares of its people: times the share of everybody over the share expected, they are standardised rates.
    Standardised {
        /// People with the event at each provider.
        events: &'a [u64],
        /// People at each provider.
        people: &'a [u64],
        /// Events that are expected at each provider, above 0 and below its people.
        expected: &'a [f64],
    },
    /// Observed events over expected ones (indirectly standardised), against 1.
    Ratio {
        /// Observed events at each provider.
        observed: &'a [u64],
        /// Expected events at each provider, above 0.
        expected: &'a [f64],
    },
}

/// How differences between providers beyond chance widen the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dispersion {
    /// Chance only: exact binomial or Poisson limits.
    None,
    /// Providers differ by a random amount of their own, whatever their size (Spiegelhalter's recommendation).
    Additive,
    /// Chance itself is a constant factor larger.
    Multiplicative,
}

/// Where a figure lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunnelBand {
    /// Below the limit that 1 in 1,000 are below by chance.
    FarBelow,
    /// Below the limit that 25 in 1,000 are below by chance.
    Below,
    /// Within what is expected.
    Within,
    /// Above the limit that 25 in 1,000 are above by chance.
    Above,
    /// Above the limit that 1 in 1,000 are above by chance.
    FarAbove,
}

/// One provider in a funnel plot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FunnelPoint {
    /// The share or the ratio.
    pub value: f64,
    /// How many standard deviations of chance it lies from the target, on a scale on which chance is the same at every value.
    pub z: f64,
    /// The same with over-dispersion counted in.
    pub z_adjusted: f64,
    /// Limits that 0.1%, 2.5%, 97.5% and 99.9% lie below if nothing but what was allowed for is at work.
    pub limits: [f64; 4],
    /// Where the figure lies.
    pub band: FunnelBand,
    /// The figure pulled towards the target by how much of the differences is chance (empirical Bayes): an estimate by a model,
    /// not what was counted. `None` where no additive over-dispersion was estimated.
    pub shrunken: Option<f64>,
}

/// A funnel plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Funnel {
    /// The providers, in the order given.
    pub points: Vec<FunnelPoint>,
    /// The mean of the squared winsorised z-scores: 1 where chance explains all differences.
    pub phi: f64,
    /// The variance between providers on the scale of the z-scores; 0 where chance explains all differences.
    pub tau_squared: f64,
    /// What the limits allow for.
    pub dispersion: Dispersion,
}

/// The shares of the four limits.
pub const LIMITS: [f64; 4] = [0.001, 0.025, 0.975, 0.999];

/// Makes a funnel plot. A share of `winsorised` of the z-scores at either end is moved to the nearest of the others before
/// over-dispersion is estimated, so that the providers that are sought do not hide themselves: 0.1 is usual.
///
/// # Errors
///
/// Columns of unequal length, fewer than two providers, more events than people, expected events that are not above 0, or options
/// out of range.
pub fn funnel(measure: FunnelMeasure<'_>, dispersion: Dispersion, winsorised: f64) -> Result<Funnel, EvaluationError> {
    check(measure, winsorised)?;
    let scale = Scale { measure };
    let providers = match measure {
        FunnelMeasure::Proportion { people, .. } | FunnelMeasure::Standardised { people, .. } => people.len(),
        FunnelMeasure::Ratio { expected, .. } => expected.len(),
    };
    let z: Vec<f64> = (0..providers).map(|at| (scale.value(at) - scale.target(at)) / scale.deviation(at)).collect();
    let (phi, tau_squared) = over_dispersion(&winsorise(&z, winsorised), &scale);
    let points = (0..providers).map(|at| point(&scale, at, z[at], phi, tau_squared, dispersion)).collect();
    Ok(Funnel { points, phi, tau_squared, dispersion })
}

fn check(measure: FunnelMeasure<'_>, winsorised: f64) -> Result<(), EvaluationError> {
    if !(0.0..0.5).contains(&winsorised) {
        return Err(EvaluationError::Option { what: "the share of z-scores to winsorise must be 0 or more and below 0.5" });
    }
    let found = match measure {
        FunnelMeasure::Proportion { events, people, target } => {
            check_rows("people", people.len(), events.len())?;
            if !(target > 0.0 && target < 1.0) {
                return Err(EvaluationError::Option { what: "the target must be a share between 0 and 1" });
            }
            check_people(events, people)?;
            people.len()
        }
        FunnelMeasure::Standardised { events, people, expected } => {
            check_rows("people", people.len(), events.len())?;
            check_finite("expected", expected, events.len())?;
            check_people(events, people)?;
            let within = |row: &usize| expected[*row] > 0.0 && expected[*row] < people[*row] as f64;
            if let Some(row) = (0..people.len()).find(|row| !within(row)) {
                let expected = "a number above 0 and below the number of people";
                return Err(EvaluationError::Value { column: "expected".to_owned(), row, expected });
            }
            people.len()
        }
        FunnelMeasure::Ratio { observed, expected } => {
            check_finite("expected", expected, observed.len())?;
            if let Some(row) = expected.iter().position(|&expected| expected <= 0.0) {
                return Err(EvaluationError::Value { column: "expected".to_owned(), row, expected: "a number above 0" });
            }
            expected.len()
        }
    };
    if found < 2 { Err(EvaluationError::TooFew { what: "providers", needed: 2, found }) } else { Ok(()) }
}

fn check_people(events: &[u64], people: &[u64]) -> Result<(), EvaluationError> {
    match (0..people.len()).find(|&row| people[row] == 0 || events[row] > people[row]) {
        Some(row) => {
            let expected = "at least one person, and no more events than people";
            Err(EvaluationError::Value { column: "people".to_owned(), row, expected })
        }
        None => Ok(()),
    }
}

/// The scale on which chance has the same size at every value: the arcsine of the root of a share, the root of a ratio.
struct Scale<'a> {
    measure: FunnelMeasure<'a>,
}

impl Scale<'_> {
    fn plain(&self, at: usize) -> f64 {
        match self.measure {
            FunnelMeasure::Proportion { events, people, .. } | FunnelMeasure::Standardised { events, people, .. } => {
                events[at] as f64 / people[at] as f64
            }
            FunnelMeasure::Ratio { observed, expected } => observed[at] as f64 / expected[at],
        }
    }

    fn to(&self, plain: f64) -> f64 {
        match self.measure {
            FunnelMeasure::Proportion { .. } | FunnelMeasure::Standardised { .. } => plain.sqrt().asin(),
            FunnelMeasure::Ratio { .. } => plain.sqrt(),
        }
    }

    fn back(&self, scaled: f64) -> f64 {
        match self.measure {
            FunnelMeasure::Proportion { .. } | FunnelMeasure::Standardised { .. } => {
                scaled.clamp(0.0, std::f64::consts::FRAC_PI_2).sin().powi(2)
            }
            FunnelMeasure::Ratio { .. } => scaled.max(0.0).powi(2),
        }
    }

    fn value(&self, at: usize) -> f64 {
        self.to(self.plain(at))
    }

    fn target(&self, at: usize) -> f64 {
        match self.measure {
            FunnelMeasure::Proportion { target, .. } => self.to(target),
            FunnelMeasure::Standardised { people, expected, .. } => self.to(expected[at] / people[at] as f64),
            FunnelMeasure::Ratio { .. } => 1.0,
        }
    }

    /// The standard deviation of chance.
    fn deviation(&self, at: usize) -> f64 {
        match self.measure {
            FunnelMeasure::Proportion { people, .. } | FunnelMeasure::Standardised { people, .. } => {
                0.5 / (people[at] as f64).sqrt()
            }
            FunnelMeasure::Ratio { expected, .. } => 0.5 / expected[at].sqrt(),
        }
    }
}

/// Moves a share of the values at either end to the nearest of the others.
fn winsorise(z: &[f64], share: f64) -> Vec<f64> {
    let mut sorted = z.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let cut = (share * z.len() as f64).floor() as usize;
    let (low, high) = (sorted[cut], sorted[z.len() - 1 - cut]);
    z.iter().map(|z| z.clamp(low, high)).collect()
}

/// φ, and the τ² of DerSimonian and Laird (1986).
fn over_dispersion(winsorised: &[f64], scale: &Scale<'_>) -> (f64, f64) {
    let n = winsorised.len() as f64;
    let phi = winsorised.iter().map(|z| z * z).sum::<f64>() / n;
    let weights: Vec<f64> = (0..winsorised.len()).map(|at| scale.deviation(at).powi(-2)).collect();
    let (sum, squares) = weights.iter().fold((0.0, 0.0), |(sum, squares), w| (sum + w, squares + w * w));
    (phi, ((n * phi - (n - 1.0)) / (sum - squares / sum)).max(0.0))
}

/// The standard deviation of chance, and of chance with what the limits allow for besides.
fn spreads(scale: &Scale<'_>, at: usize, phi: f64, tau_squared: f64, dispersion: Dispersion) -> (f64, f64) {
    let chance = scale.deviation(at);
    let spread = match dispersion {
        Dispersion::None => chance,
        Dispersion::Additive => (chance * chance + tau_squared).sqrt(),
        Dispersion::Multiplicative => chance * phi.max(1.0).sqrt(),
    };
    (chance, spread)
}

/// The limits of one provider: exact ones where nothing but chance is at work.
fn limits(scale: &Scale<'_>, at: usize, (chance, spread): (f64, f64)) -> [f64; 4] {
    LIMITS.map(|p| match scale.measure {
        _ if spread > chance => scale.back(scale.target(at) + normal_quantile(p) * spread),
        FunnelMeasure::Proportion { people, target, .. } => binomial_limit(target, people[at], p),
        FunnelMeasure::Standardised { people, expected, .. } => binomial_limit(expected[at] / people[at] as f64, people[at], p),
        FunnelMeasure::Ratio { expected, .. } => poisson_limit(expected[at], p),
    })
}

impl Funnel {
    /// The limits of a share, for a provider of any size: the lines of the plot. `target` is the share that is expected, strictly
    /// between 0 and 1, of at least one of `people`.
    #[must_use]
    pub fn limits_of_share(&self, target: f64, people: u64) -> [f64; 4] {
        let people = people.max(1);
        let (events, people, expected) = ([0], [people], [target * people as f64]);
        let scale = Scale { measure: FunnelMeasure::Standardised { events: &events, people: &people, expected: &expected } };
        limits(&scale, 0, spreads(&scale, 0, self.phi, self.tau_squared, self.dispersion))
    }
}

fn point(scale: &Scale<'_>, at: usize, z: f64, phi: f64, tau_squared: f64, dispersion: Dispersion) -> FunnelPoint {
    let (chance, spread) = spreads(scale, at, phi, tau_squared, dispersion);
    let limits = limits(scale, at, (chance, spread));
    let value = scale.plain(at);
    let band = match value {
        value if value < limits[0] => FunnelBand::FarBelow,
        value if value < limits[1] => FunnelBand::Below,
        value if value > limits[3] => FunnelBand::FarAbove,
        value if value > limits[2] => FunnelBand::Above,
        _ => FunnelBand::Within,
    };
    let shrunken = (dispersion == Dispersion::Additive).then(|| {
        let kept = tau_squared / (tau_squared + chance * chance);
        scale.back(scale.target(at) + kept * (scale.value(at) - scale.target(at)))
    });
    FunnelPoint { value, z, z_adjusted: z * chance / spread, limits, band, shrunken }
}

/// The share of `people` that a share `p` of binomial counts lie below, between whole counts in proportion (Spiegelhalter 2005,
/// appendix).
#[must_use]
pub fn binomial_limit(target: f64, people: u64, p: f64) -> f64 {
    let count = binomial_quantile(p, people, target);
    let lower = |count: u64| binomial_tails(count, people, target).lower;
    interpolated(count, p, lower) / people as f64
}

/// The ratio of observed to expected events that a share `p` of Poisson counts lie below, between whole counts in proportion.
#[must_use]
pub fn poisson_limit(expected: f64, p: f64) -> f64 {
    let count = poisson_quantile(p, expected);
    interpolated(count, p, |count| poisson_tails(count, expected).lower) / expected
}

/// The count less the share of its own chance that exceeds `p`; not below 0.
fn interpolated(count: u64, p: f64, lower: impl Fn(u64) -> f64) -> f64 {
    let at = lower(count);
    let before = if count == 0 { 0.0 } else { lower(count - 1) };
    (count as f64 - (at - p) / (at - before)).max(0.0)
}
