//! Money and rates: whole pence, whole billionths, and one rounding rule.
//!
//! Rates are whole billionths, so that "58.25%" times a number of people is exact. What does not fit (a third of a person) is
//! priced as an exact fraction and shown to the nearest billionth. Money is whole pence. The only inexact step is the
//! multiplication of a quantity by a price. It is rounded once, by the rule that the scheme file states.

use std::fmt;

use crate::ratio::Ratio;

pub use crate::rounding::Rounding;

/// One whole unit (a person, an event, a percentage point) in billionths.
pub const WHOLE: i64 = 1_000_000_000;

/// A quantity in billionths: `Quantity(1_500_000_000)` is one and a half people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity(pub i64);

/// A share or a rate in billionths: `Rate(580_000_000)` is 58%.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(pub i64);

/// Money, in whole pence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pence(pub i64);

impl Quantity {
    /// A whole number of people, events or units.
    #[must_use]
    pub fn whole(count: i64) -> Self {
        Quantity(count.saturating_mul(WHOLE))
    }

    /// The nearest billionth to a fraction.
    #[must_use]
    pub fn nearest(exact: &Ratio) -> Self {
        Quantity(exact.times(WHOLE.into(), 1).rounded(Rounding::HalfUp))
    }

    /// As a float, for the simulation and for display.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / WHOLE as f64
    }
}

impl Rate {
    /// From a proportion between 0 and 1 (rounded to a billionth).
    #[must_use]
    pub fn from_f64(proportion: f64) -> Self {
        Rate((proportion * WHOLE as f64).round() as i64)
    }

    /// As a proportion.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / WHOLE as f64
    }
}

impl Pence {
    /// In pounds, for the simulation and for charts; never for a payment.
    #[must_use]
    pub fn pounds(self) -> f64 {
        self.0 as f64 / 100.0
    }
}

/// The two kinds of number that a scheme is priced in: [`Pence`], exact, for payments; and `f64`, fast and without rounding, for
/// the simulation, which averages over many replications. The pricing code is the same.
pub trait Amount: Copy + PartialOrd + Default {
    /// Quantity times unit price.
    fn of(quantity: Quantity, price: Pence, rounding: Rounding) -> Self;
    /// An exact quantity times unit price, with the quantity as it is shown. The simulation uses the nearest billionth.
    fn of_exact(near: Quantity, exact: impl FnOnce() -> Ratio, price: Pence, rounding: Rounding) -> (Quantity, Self);
    /// A share of an amount.
    fn share(self, rate: Rate, rounding: Rounding) -> Self;
    /// The sum.
    fn plus(self, other: Self) -> Self;
    /// The difference.
    fn minus(self, other: Self) -> Self;
    /// In pence, as a float.
    fn in_pence(self) -> f64;

    /// The amount where it is above nothing, and nothing otherwise.
    #[inline]
    #[must_use]
    fn or_nothing(self) -> Self {
        if self > Self::default() { self } else { Self::default() }
    }

    /// To the nearest penny, to be shown.
    fn nearest_pence(self) -> Pence {
        Pence(self.in_pence().round() as i64)
    }
}

impl Amount for Pence {
    fn of(quantity: Quantity, price: Pence, rounding: Rounding) -> Self {
        divide(i128::from(quantity.0) * i128::from(price.0), rounding)
    }
    fn of_exact(_: Quantity, exact: impl FnOnce() -> Ratio, price: Pence, rounding: Rounding) -> (Quantity, Self) {
        let exact = exact();
        (Quantity::nearest(&exact), Pence(exact.times(price.0.into(), 1).rounded(rounding)))
    }
    fn share(self, rate: Rate, rounding: Rounding) -> Self {
        divide(i128::from(self.0) * i128::from(rate.0), rounding)
    }
    fn plus(self, other: Self) -> Self {
        Pence(self.0.saturating_add(other.0))
    }
    fn minus(self, other: Self) -> Self {
        Pence(self.0.saturating_sub(other.0))
    }
    fn in_pence(self) -> f64 {
        self.0 as f64
    }
}

impl Amount for f64 {
    #[inline]
    fn of(quantity: Quantity, price: Pence, _: Rounding) -> Self {
        quantity.0 as f64 * (price.0 as f64 * (1.0 / WHOLE as f64))
    }
    #[inline]
    fn of_exact(near: Quantity, _: impl FnOnce() -> Ratio, price: Pence, rounding: Rounding) -> (Quantity, Self) {
        (near, Self::of(near, price, rounding))
    }
    #[inline]
    fn share(self, rate: Rate, _: Rounding) -> Self {
        self * (rate.0 as f64 * (1.0 / WHOLE as f64))
    }
    #[inline]
    fn plus(self, other: Self) -> Self {
        self + other
    }
    #[inline]
    fn minus(self, other: Self) -> Self {
        self - other
    }
    #[inline]
    fn in_pence(self) -> f64 {
        self
    }
}

/// Billionths of a penny to whole pence. Amounts that do not fit (above about £92 million billion) become the largest that
/// does. The limits on prices and numbers of people keep real schemes far below it.
fn divide(billionths: i128, rounding: Rounding) -> Pence {
    Pence(quotient(billionths, i128::from(WHOLE), rounding))
}

/// One whole number divided by another above zero, rounded once. A result that does not fit becomes the largest that does.
pub fn quotient(number: i128, by: i128, rounding: Rounding) -> i64 {
    let (whole, rest) = (number / by, number % by);
    let away = match rounding {
        Rounding::Down => false,
        Rounding::HalfUp => 2 * rest.abs() >= by,
        Rounding::HalfEven => 2 * rest.abs() > by || (2 * rest.abs() == by && whole % 2 != 0),
    };
    let rounded = whole + if away { rest.signum() } else { 0 };
    i64::try_from(rounded).unwrap_or(if rounded < 0 { i64::MIN } else { i64::MAX })
}

/// `1234567` as `1,234,567`.
#[must_use]
pub fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if number < 0 { format!("-{out}") } else { out }
}

/// Billionths as a decimal with up to `places` digits and no trailing zeros.
pub fn decimal(billionths: i64, places: u32) -> String {
    let unit = 10i64.pow(9 - places);
    let rounded = (i128::from(billionths) + i128::from(billionths.signum() * unit / 2)) / i128::from(unit);
    let scale = 10i128.pow(places);
    let (whole, part) = ((rounded / scale).unsigned_abs(), (rounded % scale).unsigned_abs());
    let sign = if rounded < 0 { "-" } else { "" };
    let whole = thousands(i64::try_from(whole).unwrap_or(i64::MAX));
    let part = format!("{part:0width$}", width = places as usize);
    let part = part.trim_end_matches('0');
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

impl fmt::Display for Pence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let pounds = thousands(i64::try_from(self.0.unsigned_abs() / 100).unwrap_or(i64::MAX));
        let text = match self.0.unsigned_abs() % 100 {
            0 => format!("{sign}£{pounds}"),
            pence => format!("{sign}£{pounds}.{pence:02}"),
        };
        f.pad(&text)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", decimal(self.0.saturating_mul(100), 4))
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&decimal(self.0, 3))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_penny_follows_the_stated_rule() {
        let half = Quantity(WHOLE / 2);
        for (price, up, even, down) in [(1, 1, 0, 0), (3, 2, 2, 1), (-1, -1, 0, 0), (-3, -2, -2, -1)] {
            assert_eq!(Pence::of(half, Pence(price), Rounding::HalfUp), Pence(up));
            assert_eq!(Pence::of(half, Pence(price), Rounding::HalfEven), Pence(even));
            assert_eq!(Pence::of(half, Pence(price), Rounding::Down), Pence(down));
        }
    }

    #[test]
    fn numbers_print_as_people_write_them() {
        assert_eq!(Pence(-123_456_789).to_string(), "-£1,234,567.89");
        assert_eq!(Pence(400_000).to_string(), "£4,000");
        assert_eq!(Rate(475_000_000).to_string(), "47.5%");
        assert_eq!(Quantity(-1_500_000_000).to_string(), "-1.5");
        assert_eq!(Quantity(1_234_000_000_000).to_string(), "1,234");
    }
}
