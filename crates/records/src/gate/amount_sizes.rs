//! How many amounts there are of each size, by month: what shows that some are in another unit than the others.
//!
//! Amounts are counted once rows were set aside: what is doubtful of a kind is doubtful of the rows that are added up, and a row that
//! cannot be used must not move what is usual of the others.

use std::collections::BTreeMap;
use std::ops::RangeBounds;

use base::day::{Day, NEVER, date};

/// Steps for each doubling of an amount.
pub(super) const STEPS: u16 = 8;

/// The sizes of some amounts, whatever their sign, without those of 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AmountSizes {
    /// The amounts of each size, in eight steps for each doubling.
    sizes: BTreeMap<u16, OfOneSize>,
    /// How many of them are below zero.
    below: u64,
}

/// Amounts of one size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct OfOneSize {
    count: u64,
    /// How many of them are no whole pounds.
    with_pence: u64,
    /// How many of them are no whole hundreds of pounds.
    with_pounds: u64,
}

impl AmountSizes {
    /// Adds an amount in hundredths.
    pub(super) fn add(&mut self, hundredths: i64) {
        let amount = hundredths.unsigned_abs();
        if amount == 0 {
            return;
        }
        let of_size = self.sizes.entry(size(amount)).or_default();
        of_size.count += 1;
        of_size.with_pence += u64::from(!amount.is_multiple_of(100));
        of_size.with_pounds += u64::from(!amount.is_multiple_of(10_000));
        self.below += u64::from(hundredths < 0);
    }

    /// Adds those of other rows.
    pub(super) fn merge(&mut self, other: &AmountSizes) {
        for (size, more) in &other.sizes {
            let own = self.sizes.entry(*size).or_default();
            own.count += more.count;
            own.with_pence += more.with_pence;
            own.with_pounds += more.with_pounds;
        }
        self.below += other.below;
    }

    /// The same without those of some of its rows.
    pub(super) fn without(&self, own: &AmountSizes) -> AmountSizes {
        let mut rest = self.clone();
        for (size, less) in &own.sizes {
            let Some(of_size) = rest.sizes.get_mut(size) else { continue };
            of_size.count -= less.count;
            of_size.with_pence -= less.with_pence;
            of_size.with_pounds -= less.with_pounds;
            if of_size.count == 0 {
                rest.sizes.remove(size);
            }
        }
        rest.below -= own.below;
        rest
    }

    /// The amounts of some sizes, and all others. Which of them are below zero is not known.
    pub(super) fn of_sizes(&self, range: impl RangeBounds<u16>) -> AmountSizes {
        AmountSizes { sizes: self.sizes.range(range).map(|(size, of)| (*size, *of)).collect(), below: 0 }
    }

    /// The sizes that there are, from the smallest on.
    pub(super) fn sizes(&self) -> impl Iterator<Item = u16> {
        self.sizes.keys().copied()
    }

    pub(super) fn count(&self) -> u64 {
        self.sizes.values().map(|of| of.count).sum()
    }

    /// How many are no whole pounds.
    pub(super) fn with_pence(&self) -> u64 {
        self.sizes.values().map(|of| of.with_pence).sum()
    }

    /// How many are no whole hundreds of pounds.
    pub(super) fn with_pounds(&self) -> u64 {
        self.sizes.values().map(|of| of.with_pounds).sum()
    }

    /// Rows with an amount above zero, and below it.
    #[must_use]
    pub fn above_and_below(&self) -> (u64, u64) {
        (self.count() - self.below, self.below)
    }

    /// Rows whose amount has at least so many binary digits more than the usual one, which is the median.
    pub(super) fn far_larger(&self, digits: u16) -> u64 {
        let Some(usual) = self.quantile(0.5) else { return 0 };
        self.of_sizes((usual / STEPS + digits) * STEPS..).count()
    }

    /// The size that this share of the amounts does not exceed; `None` where there are none.
    pub(super) fn quantile(&self, share: f64) -> Option<u16> {
        let (wanted, mut rows) = (share * self.count() as f64, 0);
        let reached = |(_, of): &(&u16, &OfOneSize)| {
            rows += of.count;
            rows as f64 >= wanted
        };
        self.sizes.iter().find(reached).map(|(size, _)| *size)
    }

    /// The median in pounds, to the eighth part of a doubling.
    pub(super) fn median(&self) -> Option<f64> {
        let at = self.quantile(0.5)?;
        let (doublings, step) = (at / STEPS, at % STEPS);
        Some(f64::from(STEPS + step) / f64::from(STEPS) * 2.0_f64.powi(doublings.into()) / 100.0)
    }
}

/// The number of the size of an amount.
fn size(amount: u64) -> u16 {
    let doublings = amount.ilog2();
    let step = if doublings >= 3 { amount >> (doublings - 3) } else { amount << (3 - doublings) };
    doublings as u16 * STEPS + (step as u16 & (STEPS - 1))
}

/// The sizes of the amounts of one kind, by the month in which they are dated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AmountsByMonth(BTreeMap<i32, AmountSizes>);

impl AmountsByMonth {
    /// Adds an amount in hundredths. One without a day stands before all others.
    pub(super) fn add(&mut self, day: Day, hundredths: i64) {
        let month = if day == NEVER { i32::MIN } else { month(day) };
        self.0.entry(month).or_default().add(hundredths);
    }

    /// Adds those of other rows.
    pub(super) fn merge(&mut self, other: &AmountsByMonth) {
        other.0.iter().for_each(|(month, more)| self.0.entry(*month).or_default().merge(more));
    }

    /// Those of some months together.
    pub(super) fn of_months(&self, months: impl RangeBounds<i32>) -> AmountSizes {
        let mut all = AmountSizes::default();
        self.0.range(months).for_each(|(_, sizes)| all.merge(sizes));
        all
    }

    /// Those of all months together.
    #[must_use]
    pub fn all(&self) -> AmountSizes {
        self.of_months(..)
    }

    /// The months that there are, in order.
    pub(super) fn months(&self) -> impl Iterator<Item = i32> {
        self.0.keys().copied()
    }
}

/// Months since the year 0.
fn month(day: Day) -> i32 {
    let date = date(day);
    i32::from(date.year()) * 12 + i32::from(date.month()) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_amount_has_a_size() {
        for amount in [1, 2, 3, 7, 8, 9, 100, 12_345, i64::MAX, i64::MIN] {
            let mut sizes = AmountSizes::default();
            sizes.add(amount);
            let pounds = amount.unsigned_abs() as f64 / 100.0;
            let median = sizes.median().unwrap_or_default();
            assert!((median / pounds - 1.0).abs() < 0.13, "{amount}: {median}");
        }
    }

    #[test]
    fn what_was_added_can_be_taken_away() {
        let sizes = |amounts: &[i64]| {
            let mut sizes = AmountSizes::default();
            amounts.iter().for_each(|amount| sizes.add(*amount));
            sizes
        };
        let all = sizes(&[1, 50, -50, 12_300, 12_345, 0]);
        assert_eq!(all.without(&sizes(&[50, -50])), sizes(&[1, 12_300, 12_345]));
        assert_eq!((all.count(), all.with_pence(), all.above_and_below()), (5, 4, (4, 1)));
        assert_eq!(AmountSizes::default().median(), None);
    }
}
