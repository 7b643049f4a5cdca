//! Amounts that are about a hundred times the others: pence that are read as pounds. They may be those of a file or an agency, those from
//! a month on, or some in between.
//!
//! This is only told. Amounts may really be larger, so much speaks for it before anything is said: the ratio of the medians, many
//! amounts on both sides, and that the larger ones are whole where the others are not, too often for chance: whole pounds where others
//! have pence, or whole hundreds where others have pounds.

use base::english::counted;
use base::money::Pence;

use super::super::fault::{Fault, visible};
use super::amount_sizes::{AmountSizes, AmountsByMonth, STEPS};

/// So many amounts are needed on each side.
const MANY: u64 = 20;
/// The larger median is from so many to so many times the other.
const ABOUT_A_HUNDRED: std::ops::RangeInclusive<f64> = 50.0..=200.0;
/// The chance that all of the larger amounts are whole, if as many of them were as of the others, is at most this.
const CHANCE: f64 = 1e-6;
/// Amounts of two units in one file, in no order that is known, are as widely spread as each other to so many doublings, and have at
/// least this between them.
const DOUBLINGS: u16 = 1;

/// Amounts that look like pence, and the others.
struct Hundredfold {
    count: u64,
    median: f64,
    other: f64,
    others: Others,
}

/// What the larger amounts are compared with.
#[derive(Clone, Copy)]
enum Others {
    OtherFiles,
    /// Those before this month.
    Before(i32),
    /// Those from this month on, where that month itself may have both.
    Since(i32),
    SameFile,
}

/// Files or agencies with amounts of a kind that are about a hundred times those of the others: the position of each, and the fault.
/// `amounts` has those of each by kind, in the order of `kinds`.
#[must_use]
pub fn hundredfold(kinds: &[String], amounts: &[Vec<AmountsByMonth>]) -> Vec<(usize, Fault)> {
    kinds.iter().enumerate().flat_map(|(kind, name)| of_kind(kind, name, amounts)).collect()
}

fn of_kind(kind: usize, name: &str, amounts: &[Vec<AmountsByMonth>]) -> Vec<(usize, Fault)> {
    let files = || amounts.iter().enumerate().filter_map(|(at, of)| Some((at, of.get(kind)?)));
    let mut together = AmountsByMonth::default();
    files().for_each(|(_, own)| together.merge(own));
    let all = together.all();
    let one_of_files = |(at, own): (usize, &AmountsByMonth)| {
        let own = own.all();
        Some((at, compared(&own, &all.without(&own), Others::OtherFiles)?))
    };
    let mut found: Vec<(usize, Hundredfold)> = files().filter_map(one_of_files).collect();
    if found.is_empty() {
        found = files().filter_map(|(at, own)| Some((at, within(own)?))).collect();
    }
    // Files of one month each may show it only together.
    if found.is_empty()
        && let Some(change) = by_month(&together)
    {
        let has_some = |own: &AmountsByMonth| match change.others {
            Others::Since(month) => own.of_months(..month).count() > 0,
            Others::Before(month) => own.of_months(month..).count() > 0,
            Others::OtherFiles | Others::SameFile => true,
        };
        found = files().find(|(_, own)| has_some(own)).map(|(at, _)| (at, change)).into_iter().collect();
    }
    found.iter().map(|(at, found)| (*at, found.fault(name))).collect()
}

/// The larger amounts, if they look like pence beside the others.
fn compared(larger: &AmountSizes, others: &AmountSizes, which: Others) -> Option<Hundredfold> {
    let (count, usual) = (larger.count(), others.count());
    if count < MANY || usual < MANY {
        return None;
    }
    let all_are_whole_by_chance =
        |[broken, of_others]: [u64; 2]| broken > 0 || count as f64 * (1.0 - of_others as f64 / usual as f64).ln() > CHANCE.ln();
    let [one, other] = [larger, others].map(|part| [part.with_pence(), part.with_pounds()]);
    if all_are_whole_by_chance([one[0], other[0]]) && all_are_whole_by_chance([one[1], other[1]]) {
        return None;
    }
    let (median, other) = (larger.median()?, others.median()?);
    ABOUT_A_HUNDRED.contains(&(median / other)).then_some(Hundredfold { count, median, other, others: which })
}

/// A part of one file.
fn within(own: &AmountsByMonth) -> Option<Hundredfold> {
    by_month(own).or_else(|| by_size(&own.all()))
}

/// The amounts up to a month, or from one on: as many of them as can be.
fn by_month(own: &AmountsByMonth) -> Option<Hundredfold> {
    let all = own.all();
    let months: Vec<i32> = own.months().collect();
    let mut before = AmountSizes::default();
    let mut found: Vec<Hundredfold> = Vec::new();
    for (at, month) in months.iter().enumerate() {
        let (since, here) = (all.without(&before), own.of_months(*month..=*month));
        // In the month in which the unit changes there may be both.
        let after = since.without(&here);
        let mut up_to = before.clone();
        up_to.merge(&here);
        let next = months.get(at + 1).copied();
        // Of two with as many amounts, the later in this list is taken: the one with more to compare them with.
        let tries = [
            next.and_then(|next| compared(&after, &up_to, Others::Before(next))),
            compared(&before, &after, Others::Since(*month)),
            compared(&since, &before, Others::Before(*month)),
            compared(&before, &since, Others::Since(*month)),
        ];
        found.extend(tries.into_iter().flatten());
        before = up_to;
    }
    found.into_iter().max_by_key(|found| found.count)
}

/// The amounts from a size on, where there are none for some doublings below it, and both parts are spread alike.
fn by_size(all: &AmountSizes) -> Option<Hundredfold> {
    let spread = |part: &AmountSizes| Some(part.quantile(0.9)? - part.quantile(0.1)?);
    let sizes: Vec<u16> = all.sizes().collect();
    let gaps = sizes.windows(2).filter(|pair| pair[1] - pair[0] > DOUBLINGS * STEPS);
    gaps.map(|pair| (all.of_sizes(pair[1]..), all.of_sizes(..pair[1])))
        .filter(|(larger, others)| {
            let spreads = spread(larger).zip(spread(others));
            spreads.is_some_and(|(one, other)| one.abs_diff(other) <= DOUBLINGS * STEPS)
        })
        .find_map(|(larger, others)| compared(&larger, &others, Others::SameFile))
}

impl Hundredfold {
    fn fault(&self, kind: &str) -> Fault {
        let what = match self.others {
            Others::OtherFiles => {
                "the amounts here are about a hundred times those elsewhere: pence may have been read as pounds"
            }
            Others::Before(_) | Others::Since(_) => {
                "amounts are about a hundred times as large from a month on, or up to it: pence may have been read as pounds"
            }
            Others::SameFile => "some amounts are about a hundred times the others: pence may have been read as pounds",
        };
        let when = match self.others {
            Others::Before(month) => format!(" from {} on", month_name(month)),
            Others::Since(month) => format!(" before {}", month_name(month)),
            Others::OtherFiles | Others::SameFile => String::new(),
        };
        let fix = "ask whether these amounts are in pence; if they are, divide them by 100. No action needed if they are right";
        let fault = Fault::file(what, "amounts in pounds, as elsewhere", fix).warning();
        let amounts = counted(self.count, "amount", "amounts");
        // The median in whole pounds: more would look more exact than it is.
        let [median, other] = [self.median, self.other].map(|pounds| Pence((pounds.round() as i64).saturating_mul(100)));
        let value = format!("{}: {amounts}{when}, half of them about {median} or more, the others about {other}", visible(kind));
        Fault { column: "amount".into(), value: Some(value), ..fault }
    }
}

/// `2024-05`.
fn month_name(month: i32) -> String {
    format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1)
}

#[cfg(test)]
mod tests {
    use base::day::{Day, parse};

    use super::*;

    /// A file with one kind, whose amounts are a day apart.
    fn file(amounts: impl IntoIterator<Item = i64>) -> Vec<AmountsByMonth> {
        let first = parse(b"2024-01-01").unwrap_or_default();
        dated(amounts.into_iter().enumerate().map(|(at, amount)| (first + at as Day, amount)))
    }

    fn dated(amounts: impl IntoIterator<Item = (Day, i64)>) -> Vec<AmountsByMonth> {
        let mut own = AmountsByMonth::default();
        amounts.into_iter().for_each(|(day, amount)| own.add(day, amount));
        vec![own]
    }

    fn told(files: &[Vec<AmountsByMonth>]) -> Vec<(usize, String)> {
        hundredfold(&["wage".to_owned()], files).into_iter().map(|(at, fault)| (at, fault.value.unwrap_or_default())).collect()
    }

    fn which(files: &[Vec<AmountsByMonth>]) -> Vec<usize> {
        told(files).into_iter().map(|(at, _)| at).collect()
    }

    /// Wages from £900 to £1,500, in hundredths.
    fn wages(times: i64) -> impl Iterator<Item = i64> {
        (0..60).map(move |at| (90_000 + 1_003 * at) * times)
    }

    #[test]
    fn pence_among_pounds_are_told() {
        assert_eq!(which(&[file(wages(1)), file(wages(100))]), [1]);
        assert_eq!(which(&[file(wages(100)), file(wages(1)), file(wages(1))]), [0]);
        // Whole pounds, and the same in pence.
        let whole = |times: i64| (0..60).map(move |at| (90_000 + 1_100 * at) * times);
        assert_eq!(which(&[file(whole(1)), file(whole(100))]), [1]);
        assert_eq!(which(&[file(whole(1).chain(whole(100)))]), [0]);
        let said = told(&[file(wages(1)), file(wages(100))]).remove(0).1;
        assert_eq!(said, "wage: 60 amounts, half of them about £115,343 or more, the others about £1,147");
    }

    /// One file in pence among many, some of which have no amounts.
    #[test]
    fn the_others_are_all_but_the_file_itself() {
        let mut files: Vec<Vec<AmountsByMonth>> = (0..40).map(|_| file(wages(1))).collect();
        files[7] = file(wages(100));
        files[8] = file([]);
        files[9] = Vec::new();
        assert_eq!(which(&files), [7]);
    }

    #[test]
    fn a_unit_that_changes_within_a_file_is_told_with_its_month() {
        let later = told(&[file(wages(1).chain(wages(100)))]);
        assert_eq!(later[0].1, "wage: 60 amounts from 2024-03 on, half of them about £115,343 or more, the others about £1,147");
        let earlier = told(&[file(wages(100).chain(wages(1)))]);
        assert_eq!(earlier[0].1, "wage: 60 amounts before 2024-03, half of them about £115,343 or more, the others about £1,147");
        // The order of the rows does not matter, and neither does the day of the month on which the unit changes.
        for first in 0..60 {
            let days = (0..120).map(|at| (20_000 + at, (90_000 + 1_003 * i64::from(at)) * if at < 30 + first { 1 } else { 100 }));
            assert_eq!(which(&[dated(days.clone().rev())]), [0], "{first}");
        }
        // A file for each day: none of them shows it alone.
        let files: Vec<Vec<AmountsByMonth>> =
            wages(1).chain(wages(100)).zip(20_000..).map(|(amount, day)| dated([(day, amount)])).collect();
        assert_eq!(which(&files).len(), 1);
    }

    /// Rows of two units that no date tells apart.
    #[test]
    fn two_units_in_no_order_are_told() {
        let mixed = wages(1).zip(wages(100)).flat_map(|(pounds, pence)| [pounds, pence]);
        assert_eq!(told(&[file(mixed)])[0].1, "wage: 60 amounts, half of them about £115,343 or more, the others about £1,147");
    }

    #[test]
    fn what_may_be_right_is_not() {
        // Ten times as much, a thousand times as much, and nearly the same.
        for times in [1, 2, 10, 40, 300, 1_000] {
            assert_eq!(which(&[file(wages(1)), file(wages(times))]), [0_usize; 0], "{times}");
            assert_eq!(which(&[file(wages(1).chain(wages(times)))]), [0_usize; 0], "{times}");
        }
        // Few amounts, pence in the larger ones, and no pence anywhere.
        assert_eq!(which(&[file(wages(1)), file(wages(100).take(19))]), [0_usize; 0]);
        assert_eq!(which(&[file(wages(1)), file(wages(100).map(|amount| amount + 7))]), [0_usize; 0]);
        assert_eq!(which(&[file((0..60).map(|at| 90_000 + 100 * at)), file(wages(100))]), [0_usize; 0]);
        assert_eq!(which(&[file(wages(100)), file([])]), [0_usize; 0]);
        // Few pence in the others: none among the larger ones is no wonder.
        let few = (0..60).map(|at| 90_000 + 100 * at + i64::from(at == 7));
        assert_eq!(which(&[file(few), file(wages(100))]), [0_usize; 0]);
        // Amounts that grow a hundredfold little by little.
        assert_eq!(which(&[file((0..400_i32).map(|at| (90_001.0 * 1.0116_f64.powi(at)) as i64))]), [0_usize; 0]);
        // Fees of one size and grants of many.
        let grants = (0..60).map(|at| 10_000 * (100 + 50 * at));
        assert_eq!(which(&[file((0..60).map(|_| 2_055).chain(grants))]), [0_usize; 0]);
    }
}
