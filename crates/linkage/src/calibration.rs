//! Calibration: checks without labels whether pairs are as likely one person as their match weights say. Most agencies hold
//! hardly anybody twice. Pairs of records of one agency therefore show how many strangers and relatives reach a weight, and
//! what pairs of two agencies have beyond that is one person. Weights are adjusted along a line of two numbers until both
//! agree.

use super::match_weight::probability;
use super::model::{CALIBRATED_BITS, CALIBRATED_FROM, Calibration};

/// Weights are counted in bins of one bit. The line is fitted in the first bins; pairs above them are one person.
const BINS: usize = 40;

/// Pairs by weight, of two agencies and of one, before the bits of pairs of one agency are added.
#[derive(Clone, Debug)]
pub struct WeightCounts(pub [[u64; BINS]; 2]);

impl Default for WeightCounts {
    fn default() -> WeightCounts {
        WeightCounts([[0; BINS]; 2])
    }
}

impl WeightCounts {
    /// Counts a pair.
    #[inline]
    pub fn add(&mut self, within: bool, weight: f64) {
        let bin = weight - CALIBRATED_FROM;
        if bin >= 0.0 {
            self.0[usize::from(within)][(bin as usize).min(BINS - 1)] += 1;
        }
    }

    /// Adds the counts of another.
    pub fn join(&mut self, other: &WeightCounts) {
        let pairs = self.0.iter_mut().flatten().zip(other.0.iter().flatten());
        pairs.for_each(|(count, more)| *count += more);
    }
}

/// The pairs of two agencies above the line that are needed to know how often one agency holds somebody twice, and the pairs of
/// one agency that are needed in the range of the line.
const LEAST_SURE: f64 = 300.0;
const LEAST_WITHIN: f64 = 200.0;
/// The line is drawn towards unadjusted weights, as if this many pairs of even odds supported them. It changes weights by no
/// more than these limits.
const BELIEF: f64 = 50.0;
const MOST_SHIFT: f64 = 1.5;
const SLOPES: (f64, f64) = (0.9, 1.1);

/// The line, if the counts can show it. `possible` are the pairs of two agencies, and of one, that could be linked.
#[must_use]
pub fn calibration(counts: &WeightCounts, possible: [f64; 2]) -> Option<Calibration> {
    let [between, within] = counts.0.map(|counts| counts.map(|count| count as f64));
    let sure = |counts: &[f64; BINS]| counts[CALIBRATED_BITS..].iter().sum::<f64>();
    if possible[0] <= 0.0 || sure(&between) < LEAST_SURE || within[..CALIBRATED_BITS].iter().sum::<f64>() < LEAST_WITHIN {
        return None;
    }
    // For each pair of two agencies, how many pairs of one agency are not one person, and how many are.
    let (others, same) = (possible[1] / possible[0], sure(&within) / sure(&between));
    if same > 0.5 * others {
        return None;
    }
    let bins = (0..CALIBRATED_BITS).filter(|bin| between[*bin] > 0.0).map(|bin| {
        let one_person = ((others * between[bin] - within[bin]) / (others - same)).clamp(0.0, between[bin]);
        (CALIBRATED_FROM + bin as f64 + 0.5, between[bin], one_person)
    });
    let bins: Vec<(f64, f64, f64)> = bins.collect();
    // Newton's method for a logistic line through the shares.
    let (mut shift, mut slope) = (0.0_f64, 1.0_f64);
    for _ in 0..50 {
        let strength = BELIEF / 4.0 * std::f64::consts::LN_2;
        let (mut of_shift, mut of_slope) = (-strength * shift, -strength * 25.0 * (slope - 1.0));
        let (mut a, mut b, mut c) = (strength, 0.0, strength * 25.0);
        for (weight, pairs, one_person) in &bins {
            let chance = probability(shift + slope * weight);
            let (off, spread) = (one_person - pairs * chance, pairs * chance * (1.0 - chance) * std::f64::consts::LN_2);
            of_shift += off;
            of_slope += off * weight;
            a += spread;
            b += spread * weight;
            c += spread * weight * weight;
        }
        let determinant = a * c - b * b;
        if determinant.abs() < 1e-9 {
            return None;
        }
        let step = [(c * of_shift - b * of_slope) / determinant, (a * of_slope - b * of_shift) / determinant];
        shift = (shift + step[0].clamp(-1.0, 1.0)).clamp(-MOST_SHIFT, MOST_SHIFT);
        slope = (slope + step[1].clamp(-0.2, 0.2)).clamp(SLOPES.0, SLOPES.1);
        if step.iter().all(|step| step.abs() < 1e-6) {
            break;
        }
    }
    Some(Calibration { shift, slope })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four pairs of two agencies for each pair of one. At each weight the share that is one person is that of a weight one bit
    /// higher. The line finds this. There is no line if one agency holds people as often as two do.
    #[test]
    fn weights_that_are_too_low_are_raised() {
        let counts = |twice: f64| {
            let mut counts = WeightCounts::default();
            for bin in 0..BINS {
                let weight = CALIBRATED_FROM + bin as f64 + 0.5;
                let chance = probability(weight + 1.0);
                let (one_person, others) = (4000.0 * chance, 4000.0 * (1.0 - chance));
                counts.0[0][bin] = (one_person + others).round() as u64;
                counts.0[1][bin] = (others / 4.0 + twice * one_person).round() as u64;
            }
            counts
        };
        let found = calibration(&counts(0.02), [4e6, 1e6]).expect("the counts show it");
        assert!((found.calibrated(0.0) - 1.0).abs() < 0.3, "{found:?}");
        assert!(
            (found.uncalibrated(found.calibrated(-3.3)) + 3.3).abs() < 1e-9
                && (found.uncalibrated(found.calibrated(30.0)) - 30.0).abs() < 1e-9
        );
        assert_eq!(calibration(&counts(0.25), [4e6, 1e6]), None);
    }
}
