//! Whether pairs are as likely one person as their weights say, found without a label: most agencies hold hardly anybody twice,
//! so pairs of one agency's records show how many strangers and relatives reach a weight, and what pairs of two agencies have
//! beyond that is one person. The weights are bent along a line of two numbers until they say the same.

use super::model::Calibration;
use super::score::probability;

/// Weights from here on are counted, in bins of one bit; the line is found in the first ones, and above them pairs are one person.
const FROM: f64 = -5.0;
const BINS: usize = 40;
const LINE: usize = 15;

/// Pairs by weight, of two agencies and of one, before it is added what one agency's records have less.
#[derive(Clone, Debug)]
pub struct Counts(pub [[u64; BINS]; 2]);

impl Default for Counts {
    fn default() -> Counts {
        Counts([[0; BINS]; 2])
    }
}

impl Counts {
    /// Counts a pair.
    #[inline]
    pub fn add(&mut self, within: bool, weight: f64) {
        let bin = weight - FROM;
        if bin >= 0.0 {
            self.0[usize::from(within)][(bin as usize).min(BINS - 1)] += 1;
        }
    }

    /// Adds what another has counted.
    pub fn join(&mut self, other: &Counts) {
        let pairs = self.0.iter_mut().flatten().zip(other.0.iter().flatten());
        pairs.for_each(|(count, more)| *count += more);
    }
}

/// Pairs of two agencies at the top that are needed to know how often one agency holds somebody twice, and pairs of one agency
/// in the range of the line.
const LEAST_SURE: f64 = 300.0;
const LEAST_WITHIN: f64 = 200.0;
/// The line is drawn towards the weights as they are as if so many pairs of even odds had said so, and bends by no more than this.
const BELIEF: f64 = 50.0;
const MOST_SHIFT: f64 = 1.5;
const SLOPES: (f64, f64) = (0.9, 1.1);

/// The line, where the counts can tell it. `possible` are the pairs of two agencies and of one that could be linked.
#[must_use]
pub fn calibration(counts: &Counts, possible: [f64; 2]) -> Option<Calibration> {
    let [between, within] = counts.0.map(|counts| counts.map(|count| count as f64));
    let sure = |counts: &[f64; BINS]| counts[LINE..].iter().sum::<f64>();
    if possible[0] <= 0.0 || sure(&between) < LEAST_SURE || within[..LINE].iter().sum::<f64>() < LEAST_WITHIN {
        return None;
    }
    // For each pair of two agencies so many of one that are not one person, and so many that are.
    let (others, same) = (possible[1] / possible[0], sure(&within) / sure(&between));
    if same > 0.5 * others {
        return None;
    }
    let bins = (0..LINE).filter(|bin| between[*bin] > 0.0).map(|bin| {
        let one_person = ((others * between[bin] - within[bin]) / (others - same)).clamp(0.0, between[bin]);
        (FROM + bin as f64 + 0.5, between[bin], one_person)
    });
    let bins: Vec<(f64, f64, f64)> = bins.collect();
    // Newton's steps for a logistic line through the shares.
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

impl Calibration {
    /// A weight along the line; beyond the range it was found in weights keep their distances.
    #[inline]
    #[must_use]
    pub fn bent(&self, weight: f64) -> f64 {
        let inside = weight.clamp(FROM, FROM + LINE as f64);
        self.shift + self.slope * inside + (weight - inside)
    }

    /// The weight that comes to so many bits.
    #[must_use]
    pub fn straight(&self, bits: f64) -> f64 {
        let (low, high) = (self.bent(FROM), self.bent(FROM + LINE as f64));
        match bits {
            bits if bits < low => FROM + bits - low,
            bits if bits > high => FROM + LINE as f64 + bits - high,
            bits => (bits - self.shift) / self.slope,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four pairs of two agencies for one of one agency; of those at each weight the share that is one person is that of a weight
    /// one bit higher. The line finds it, and is none where an agency holds people as often as two do.
    #[test]
    fn weights_that_are_too_low_are_raised() {
        let counts = |twice: f64| {
            let mut counts = Counts::default();
            for bin in 0..BINS {
                let weight = FROM + bin as f64 + 0.5;
                let chance = probability(weight + 1.0);
                let (one_person, others) = (4000.0 * chance, 4000.0 * (1.0 - chance));
                counts.0[0][bin] = (one_person + others).round() as u64;
                counts.0[1][bin] = (others / 4.0 + twice * one_person).round() as u64;
            }
            counts
        };
        let found = calibration(&counts(0.02), [4e6, 1e6]).expect("it can be told");
        assert!((found.bent(0.0) - 1.0).abs() < 0.3, "{found:?}");
        assert!((found.straight(found.bent(-3.3)) + 3.3).abs() < 1e-9 && (found.straight(found.bent(30.0)) - 30.0).abs() < 1e-9);
        assert_eq!(calibration(&counts(0.25), [4e6, 1e6]), None);
    }
}
