//! What detectors would see of a strategy before there are any records: the same signals, with the same allowances, as expected.

use super::evidence::{EffectSide, log_evidence};
use base::statistics::normal_cdf;

/// What a strategy would show of itself over a whole contract, beside what is intended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShownConduct {
    pub segments: Vec<ShownSegment>,
    pub outcomes: Vec<ShownOutcome>,
}

/// The people of one segment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ShownSegment {
    pub people: f64,
    /// The chance of a good result in the main outcome without help.
    pub chance: f64,
    pub served: bool,
    /// Pounds of help for each person, as intended and under the strategy.
    pub intended: f64,
    pub help: f64,
}

/// One outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ShownOutcome {
    /// Claims, those of them that are false, and the share that is audited.
    pub claims: f64,
    pub false_claims: f64,
    pub audited: f64,
    /// People measured, and people near a level that is paid for, with the share of those below it who are brought over.
    pub measured: f64,
    pub near_level: f64,
    pub brought_over: f64,
    /// By how much the share of good results is above that without help, and above the fixed baseline where there is one.
    pub improvement: f64,
    pub above_baseline: Option<f64>,
}

/// What must be recorded for a signal to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordKind {
    /// Each contact of a provider with a person.
    Contacts,
    /// Hours of contact that the provider promises, to compare contacts with from the first month on.
    Promises,
    /// Each referral, also of people who never start.
    Referrals,
    /// What audits of claims found.
    Audits,
    /// The amounts by which people are over or under a level.
    Amounts,
    /// People like those served, whom nobody serves.
    ComparisonGroup,
    /// The results alone.
    Results,
}

impl RecordKind {
    pub const ALL: [RecordKind; 7] = [
        RecordKind::Contacts,
        RecordKind::Promises,
        RecordKind::Referrals,
        RecordKind::Audits,
        RecordKind::Amounts,
        RecordKind::ComparisonGroup,
        RecordKind::Results,
    ];

    /// As a noun phrase.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            RecordKind::Contacts => "each contact with a person",
            RecordKind::Promises => "hours of contact promised for each person",
            RecordKind::Referrals => "each referral, also of people who never start",
            RecordKind::Audits => "audits of claims",
            RecordKind::Amounts => "the amount by which each person is over or under a level",
            RecordKind::ComparisonGroup => "a comparison group",
            RecordKind::Results => "results",
        }
    }
}

/// A signal as it is expected: its mean and variance at the end of the contract, beyond what is allowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExpectedSignal {
    pub needs: &'static [RecordKind],
    pub estimate: f64,
    pub variance: f64,
    /// The size that the signal is tuned to.
    pub size: f64,
}

/// For a risk of which strategies show nothing.
pub(crate) fn nothing_expected(_: &ShownConduct) -> Vec<ExpectedSignal> {
    Vec::new()
}

/// Contacts in the first 90 days of somebody who is helped as intended: an assumption.
const CONTACTS: f64 = 6.0;

/// The share of people who have fewer than two contacts in the first 90 days, where contacts come by chance in proportion to help.
pub(crate) fn hardly_contacted_share(segment: &ShownSegment) -> f64 {
    let mean = CONTACTS * if segment.intended > 0.0 { (segment.help / segment.intended).min(4.0) } else { 1.0 };
    (-mean).exp() * (1.0 + mean)
}

impl ShownConduct {
    /// The segments that are harder than the middle of all people, and the others.
    pub(crate) fn hard_and_rest(&self) -> (Vec<&ShownSegment>, Vec<&ShownSegment>) {
        let people: f64 = self.segments.iter().map(|segment| segment.people).sum();
        let mut order: Vec<&ShownSegment> = self.segments.iter().collect();
        order.sort_by(|a, b| a.chance.total_cmp(&b.chance));
        let mut before = 0.0;
        let hard = order.iter().take_while(|segment| {
            let is_hard = before + segment.people / 2.0 < people / 2.0;
            before += segment.people;
            is_hard
        });
        let count = hard.count().min(order.len().saturating_sub(1));
        let rest = order.split_off(count);
        (order, rest)
    }
}

/// The variance of a share of so many: as with half a case more of each kind, so that a share of none or all is not certain.
pub(crate) fn variance_of_share(share: f64, of: f64) -> f64 {
    let held = (share * of + 0.5) / (of + 1.0);
    held * (1.0 - held) / of
}

/// The difference of a share between two groups of segments, less what is allowed, as an expected signal.
pub(crate) fn difference_of_shares(
    (first, second): (&[&ShownSegment], &[&ShownSegment]),
    share: impl Fn(&ShownSegment) -> f64,
    allowed: f64,
    size: f64,
    needs: &'static [RecordKind],
) -> Option<ExpectedSignal> {
    let of = |segments: &[&ShownSegment]| {
        let people: f64 = segments.iter().map(|segment| segment.people).sum();
        let mean = segments.iter().map(|segment| segment.people * share(segment)).sum::<f64>() / people;
        (people > 0.0).then_some((mean, variance_of_share(mean, people)))
    };
    let ((first, one), (second, other)) = (of(first)?, of(second)?);
    Some(ExpectedSignal { needs, estimate: first - second - allowed, variance: one + other, size })
}

/// The chance that evidence reaches a threshold, given as a logarithm, by the end of the contract.
#[must_use]
pub fn chance_seen(signal: &ExpectedSignal, threshold: f64) -> f64 {
    let error = signal.variance.sqrt();
    let log = |estimate: f64| log_evidence(estimate, signal.variance, signal.size, EffectSide::Above);
    // Evidence rises with the estimate, so the estimate that just suffices is found by halving.
    let (mut low, mut high) = (0.0, error);
    while log(high) < threshold {
        high *= 2.0;
        if high > 1e9 * error {
            return 0.0;
        }
    }
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if log(middle) < threshold { low = middle } else { high = middle }
    }
    normal_cdf((signal.estimate - high) / error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::philox::{open_unit, words};
    use base::statistics::normal_quantile;

    #[test]
    fn the_chance_to_be_seen_is_that_of_drawn_estimates() {
        for (estimate, variance, size) in [(0.1, 0.001, 0.1), (0.05, 0.0004, 0.15), (-0.05, 0.001, 0.3)] {
            let signal = ExpectedSignal { needs: &[], estimate, variance, size };
            let threshold = 400_f64.ln();
            let seen = (0..20_000_u64).filter(|draw| {
                let noise = normal_quantile(open_unit(words(3, *draw, 0, 0)[0]));
                log_evidence(estimate + noise * variance.sqrt(), variance, size, EffectSide::Above) >= threshold
            });
            let drawn = seen.count() as f64 / 20_000.0;
            assert!((drawn - chance_seen(&signal, threshold)).abs() < 0.012, "{drawn}");
        }
    }

    #[test]
    fn harder_people_are_about_half_and_never_all() {
        let segment = |people, chance| ShownSegment { people, chance, served: true, intended: 1.0, help: 1.0 };
        let shown = |segments: Vec<ShownSegment>| ShownConduct { segments, ..ShownConduct::default() };
        let count = |of: &ShownConduct| {
            let (hard, rest) = of.hard_and_rest();
            (hard.len(), rest.len())
        };
        assert_eq!(count(&shown(vec![segment(100.0, 0.2), segment(100.0, 0.5)])), (1, 1));
        assert_eq!(count(&shown(vec![segment(10.0, 0.9), segment(100.0, 0.5), segment(100.0, 0.2)])), (1, 2));
        assert_eq!(count(&shown(vec![segment(100.0, 0.2)])), (0, 1));
        assert_eq!(count(&shown(Vec::new())), (0, 0));
    }
}
