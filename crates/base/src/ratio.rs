//! Fractions of whole numbers, exact however large. What a comparison group predicts is a sum of thirds and sevenths, and a gate
//! that is met exactly must not be missed by the last digit of a decimal.

use std::cmp::Ordering;

use num_bigint::BigInt;

use crate::rounding::Rounding;

/// A fraction: a whole number divided by another above zero.
#[derive(Clone, Debug)]
pub struct Ratio {
    top: BigInt,
    bottom: BigInt,
}

impl Ratio {
    /// One whole number divided by another. A divisor that is not above zero counts as one.
    #[must_use]
    pub fn new(top: i128, bottom: i128) -> Ratio {
        Ratio { top: top.into(), bottom: bottom.max(1).into() }
    }

    /// A whole number.
    #[must_use]
    pub fn whole(number: i64) -> Ratio {
        Ratio::new(number.into(), 1)
    }

    #[must_use]
    pub fn plus(&self, other: &Ratio) -> Ratio {
        if self.bottom == other.bottom {
            return Ratio { top: &self.top + &other.top, bottom: self.bottom.clone() };
        }
        let top = &self.top * &other.bottom + &other.top * &self.bottom;
        Ratio { top, bottom: &self.bottom * &other.bottom }
    }

    #[must_use]
    pub fn minus(&self, other: &Ratio) -> Ratio {
        self.plus(&other.times(-1, 1))
    }

    /// Multiplied by one whole number and divided by another above zero.
    #[must_use]
    pub fn times(&self, by: i128, over: i128) -> Ratio {
        Ratio { top: &self.top * by, bottom: &self.bottom * over.max(1) }
    }

    /// Divided by another fraction above zero. Another divisor counts as one.
    #[must_use]
    pub fn over(&self, other: &Ratio) -> Ratio {
        match other.sign() {
            Ordering::Greater => Ratio { top: &self.top * &other.bottom, bottom: &self.bottom * &other.top },
            Ordering::Less | Ordering::Equal => self.clone(),
        }
    }

    /// Whether it is below, at or above zero.
    #[must_use]
    pub fn sign(&self) -> Ordering {
        self.top.cmp(&BigInt::ZERO)
    }

    #[must_use]
    pub fn min(self, other: Ratio) -> Ratio {
        if other < self { other } else { self }
    }

    /// To a whole number, by a rounding rule. A result that does not fit becomes the largest that does.
    #[must_use]
    pub fn rounded(&self, rounding: Rounding) -> i64 {
        let (whole, rest) = (&self.top / &self.bottom, &self.top % &self.bottom);
        let twice: BigInt = BigInt::from(rest.magnitude().clone()) * 2;
        let away = match (rounding, twice.cmp(&self.bottom)) {
            (Rounding::Down, _) | (_, Ordering::Less) => false,
            (_, Ordering::Greater) | (Rounding::HalfUp, Ordering::Equal) => true,
            (Rounding::HalfEven, Ordering::Equal) => whole.bit(0),
        };
        let below = self.sign() == Ordering::Less;
        let step = match (away, below) {
            (false, _) => 0,
            (true, false) => 1,
            (true, true) => -1,
        };
        i64::try_from(whole + step).unwrap_or(if below { i64::MIN } else { i64::MAX })
    }

    /// As a float, right to its last digit or the one before.
    #[must_use]
    pub fn as_f64(&self) -> f64 {
        // As many binary digits after the point as bring the quotient to about a hundred.
        let shift = 100i64 - self.top.bits() as i64 + self.bottom.bits() as i64;
        let quotient = match u64::try_from(shift) {
            Ok(shift) => (&self.top << shift) / &self.bottom,
            Err(_) => &self.top / (&self.bottom << shift.unsigned_abs()),
        };
        i128::try_from(quotient).unwrap_or_default() as f64 * (-shift as f64).exp2()
    }
}

impl PartialEq for Ratio {
    fn eq(&self, other: &Ratio) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ratio {}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Ratio) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Ratio) -> Ordering {
        (&self.top * &other.bottom).cmp(&(&other.top * &self.bottom))
    }
}

/// A sum of many small fractions, over the smallest denominator that fits all of them so far.
#[derive(Clone, Debug)]
pub struct RatioSum(Ratio);

impl Default for RatioSum {
    fn default() -> RatioSum {
        RatioSum(Ratio::whole(0))
    }
}

impl RatioSum {
    /// Adds one whole number divided by another above zero.
    pub fn add(&mut self, top: i128, bottom: i64) {
        let bottom = bottom.max(1);
        let rest = i64::try_from(&self.0.bottom % bottom).unwrap_or_default();
        let shared = common(bottom, rest);
        let of_one = &self.0.bottom / shared;
        self.0.top = &self.0.top * (bottom / shared) + &of_one * top;
        self.0.bottom = of_one * bottom;
    }

    #[must_use]
    pub fn total(self) -> Ratio {
        self.0
    }
}

/// The greatest common divisor.
fn common(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirds_and_sevenths_add_up() {
        let mut sum = RatioSum::default();
        for (top, bottom) in [(100, 3), (100, 3), (100, 3), (3, 7), (5, 14), (3, 14)] {
            sum.add(top, bottom);
        }
        assert_eq!(sum.total(), Ratio::whole(101));
        assert!(Ratio::new(1, 3) < Ratio::new(333_333_334, 1_000_000_000));
        assert!(Ratio::new(1, 3) > Ratio::new(333_333_333, 1_000_000_000));
    }

    #[test]
    fn halves_follow_the_stated_rule() {
        for (top, up, even, down) in [(1, 1, 0, 0), (3, 2, 2, 1), (-1, -1, 0, 0), (-3, -2, -2, -1)] {
            let half = Ratio::new(top, 2);
            assert_eq!(half.rounded(Rounding::HalfUp), up);
            assert_eq!(half.rounded(Rounding::HalfEven), even);
            assert_eq!(half.rounded(Rounding::Down), down);
        }
        assert_eq!(Ratio::new(i128::MAX, 1).rounded(Rounding::Down), i64::MAX);
    }

    #[test]
    fn floats_are_right_to_the_last_digit() {
        for (top, bottom) in [(1i64, 3i64), (-22, 7), (0, 5), (1_000_000_007, 3), (1, 999_999_999_999_989)] {
            let float = Ratio::new(top.into(), bottom.into()).as_f64();
            let plain = top as f64 / bottom as f64;
            assert!((float - plain).abs() <= 1e-15 * plain.abs(), "{top}/{bottom}: {float} {plain}");
        }
    }
}
