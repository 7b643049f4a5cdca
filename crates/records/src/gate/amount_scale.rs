//! The sizes of amounts, by kind; and amounts of one file or agency that are about a hundred times those of the others: pence that are read as pounds. It is only told. A
//! file may have larger amounts, so much speaks for it before anything is said: the ratio of the medians, many amounts on both sides, no
//! pence in the larger ones, and pence in the others.
//!
//! Amounts are counted once rows were set aside: what is doubtful of a kind is doubtful of the rows that are added up, and a row that cannot be
//! used must not move what is usual of the others.

use super::super::fault::{Fault, visible};
use base::english::counted;
use base::money::Pence;

/// So many amounts are needed on each side.
const MANY: u64 = 20;

/// The larger median is from so many to so many times the other.
const ABOUT_A_HUNDRED: std::ops::RangeInclusive<f64> = 50.0..=200.0;

/// The sizes of the amounts of one kind, whatever their sign, without those of 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AmountScale {
    /// How many amounts there are of each size, in eight steps for each doubling; empty where there are none.
    sizes: Vec<u64>,
    count: u64,
    /// How many of them are no whole pounds.
    with_pence: u64,
    /// How many of them are below zero.
    below: u64,
}

/// Steps for each doubling of an amount.
const STEPS: u32 = 8;

impl AmountScale {
    /// Adds an amount in hundredths.
    pub(super) fn add(&mut self, hundredths: i64) {
        let amount = hundredths.unsigned_abs();
        if amount == 0 {
            return;
        }
        if self.sizes.is_empty() {
            self.sizes = vec![0; (u64::BITS * STEPS) as usize];
        }
        self.sizes[size(amount)] += 1;
        self.count += 1;
        self.with_pence += u64::from(!amount.is_multiple_of(100));
        self.below += u64::from(hundredths < 0);
    }

    /// Adds those of other rows.
    pub fn merge(&mut self, other: &AmountScale) {
        if self.sizes.is_empty() {
            self.sizes.clone_from(&other.sizes);
        } else {
            self.sizes.iter_mut().zip(&other.sizes).for_each(|(sum, more)| *sum += more);
        }
        self.count += other.count;
        self.with_pence += other.with_pence;
        self.below += other.below;
    }

    /// The same without those of some of its rows.
    fn without(&self, own: &AmountScale) -> AmountScale {
        let mut rest = self.clone();
        rest.sizes.iter_mut().zip(&own.sizes).for_each(|(sum, less)| *sum -= less);
        rest.count -= own.count;
        rest.with_pence -= own.with_pence;
        rest.below -= own.below;
        rest
    }

    /// Rows with an amount above zero, and below it.
    #[must_use]
    pub fn above_and_below(&self) -> (u64, u64) {
        (self.count - self.below, self.below)
    }

    /// Rows whose amount has at least so many binary digits more than the usual one, which is the median.
    #[must_use]
    pub fn far_larger(&self, digits: usize) -> u64 {
        let of_digits: Vec<u64> = self.sizes.chunks(STEPS as usize).map(|steps| steps.iter().sum()).collect();
        let mut rows = 0;
        let usual = of_digits.iter().position(|of| {
            rows += of;
            rows * 2 >= self.count
        });
        usual.map_or(0, |usual| of_digits.iter().skip(usual + digits).sum())
    }

    /// The median in pounds, to the eighth part of a doubling; `None` where there are too few amounts.
    fn median(&self) -> Option<f64> {
        let mut below = 0;
        let middle = self.sizes.iter().position(|count| {
            below += count;
            below * 2 >= self.count
        });
        let at = middle.filter(|_| self.count >= MANY)? as u32;
        let (doublings, step) = (at / STEPS, at % STEPS);
        Some(f64::from(STEPS + step) / f64::from(STEPS) * 2.0_f64.powi(doublings as i32) / 100.0)
    }
}

/// The position of an amount among the sizes.
fn size(amount: u64) -> usize {
    let doublings = amount.ilog2();
    let step = if doublings >= 3 { amount >> (doublings - 3) } else { amount << (3 - doublings) };
    (doublings * STEPS) as usize + (step as usize & (STEPS as usize - 1))
}

/// Files or agencies whose amounts of a kind are about a hundred times those of all others together: the position of each, and the fault.
/// `scales` has the amounts of each by kind, in the order of `kinds`.
#[must_use]
pub fn hundredfold(kinds: &[String], scales: &[Vec<AmountScale>]) -> Vec<(usize, Fault)> {
    let mut out = Vec::new();
    for (kind, name) in kinds.iter().enumerate() {
        let of_kind = || scales.iter().enumerate().filter_map(|(at, scales)| Some((at, scales.get(kind)?)));
        let mut all = AmountScale::default();
        of_kind().for_each(|(_, scale)| all.merge(scale));
        for (at, own) in of_kind() {
            let others = all.without(own);
            let (Some(median), Some(other)) = (own.median(), others.median()) else { continue };
            if own.with_pence == 0 && others.with_pence > 0 && ABOUT_A_HUNDRED.contains(&(median / other)) {
                out.push((at, fault(name, own.count, median, other)));
            }
        }
    }
    out
}

fn fault(kind: &str, count: u64, median: f64, other: f64) -> Fault {
    let what = "the amounts here are about a hundred times those elsewhere: pence may have been read as pounds";
    let fix = "ask whether the amounts here are in pence; if they are, divide them by 100. No action needed if they are right";
    let fault = Fault::file(what, "amounts in pounds, as elsewhere", fix).warning();
    let amounts = counted(count, "amount", "amounts");
    // The median in whole pounds: more would look more exact than it is.
    let [median, other] = [median, other].map(|pounds| Pence((pounds.round() as i64).saturating_mul(100)));
    let value = format!("{}: {amounts}, half of them about {median} or more, elsewhere about {other}", visible(kind));
    Fault { column: "amount".into(), value: Some(value), ..fault }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(amounts: impl IntoIterator<Item = i64>) -> Vec<AmountScale> {
        let mut scale = AmountScale::default();
        amounts.into_iter().for_each(|amount| scale.add(amount));
        vec![scale]
    }

    fn told(files: &[Vec<AmountScale>]) -> Vec<usize> {
        hundredfold(&["wage".to_owned()], files).into_iter().map(|(at, _)| at).collect()
    }

    /// Wages from £900 to £1,500, in hundredths.
    fn wages(times: i64) -> impl Iterator<Item = i64> {
        (0..60).map(move |at| (90_000 + 1_003 * at) * times)
    }

    #[test]
    fn pence_among_pounds_are_told() {
        assert_eq!(told(&[scale(wages(1)), scale(wages(100))]), [1]);
        assert_eq!(told(&[scale(wages(100)), scale(wages(1)), scale(wages(1))]), [0]);
        let fault = hundredfold(&["wage".to_owned()], &[scale(wages(1)), scale(wages(100))]).remove(0).1;
        let said = fault.value.unwrap_or_default();
        assert_eq!(said, "wage: 60 amounts, half of them about £115,343 or more, elsewhere about £1,147");
    }

    /// One file in pence among many, some of which have no amounts.
    #[test]
    fn the_others_are_all_but_the_file_itself() {
        let mut files: Vec<Vec<AmountScale>> = (0..40).map(|_| scale(wages(1))).collect();
        files[7] = scale(wages(100));
        files[8] = scale([]);
        files[9] = Vec::new();
        assert_eq!(told(&files), [7]);
        let [all, own] = [scale(wages(1).chain(wages(100))).remove(0), scale(wages(100)).remove(0)];
        assert_eq!(all.without(&own), scale(wages(1)).remove(0));
    }

    #[test]
    fn what_may_be_right_is_not() {
        // Ten times as much, a thousand times as much, and nearly the same.
        for times in [1, 2, 10, 40, 300, 1_000] {
            assert_eq!(told(&[scale(wages(1)), scale(wages(times))]), [0_usize; 0], "{times}");
        }
        // Few amounts, pence in the larger ones, and no pence anywhere.
        assert_eq!(told(&[scale(wages(1)), scale(wages(100).take(19))]), [0_usize; 0]);
        assert_eq!(told(&[scale(wages(1)), scale(wages(100).map(|amount| amount + 7))]), [0_usize; 0]);
        assert_eq!(told(&[scale((0..60).map(|at| 90_000 + 100 * at)), scale(wages(100))]), [0_usize; 0]);
        assert_eq!(told(&[scale(wages(100)), scale([])]), [0_usize; 0]);
    }

    #[test]
    fn every_amount_has_a_size() {
        for amount in [1, 2, 3, 7, 8, 9, 100, 12_345, i64::MAX, i64::MIN, 0] {
            let mut scale = AmountScale::default();
            (0..20).for_each(|_| scale.add(amount));
            let pounds = amount.unsigned_abs() as f64 / 100.0;
            let median = scale.median().unwrap_or_default();
            assert!((median / pounds.max(1e-9) - 1.0).abs() < 0.13 || amount == 0 && median == 0.0, "{amount}: {median}");
        }
    }
}
