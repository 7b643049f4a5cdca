//! The months of the contract, as days.

use std::sync::LazyLock;

use base::day::{Day, parse};

/// Months of the contract.
pub(crate) const MONTHS: usize = 36;

/// The first days of the months, worked out once: they are asked for with every month of every person.
static BEGINS: LazyLock<Vec<Day>> = LazyLock::new(|| {
    let first = |month: usize| parse((month_name(month) + "-01").as_bytes()).expect("the first of a month is a day");
    (0..MONTHS + 36).map(first).collect()
});

/// The first day of a month of the contract, the first of which is month 0. Month [`MONTHS`] begins when the contract has ended.
pub(crate) fn month_begins(month: usize) -> Day {
    BEGINS[month]
}

/// A month of the contract as the scheme file names it.
pub(crate) fn month_name(month: usize) -> String {
    let months = 3 + month;
    format!("{}-{:02}", 2024 + months / 12, months % 12 + 1)
}

/// The last day of the contract: the day that is asked about.
pub(crate) fn last_day() -> Day {
    month_begins(MONTHS) - 1
}

/// The month of the contract that a day is in; negative before it begins.
pub(crate) fn month_of(day: Day) -> i32 {
    let near = (f64::from(day - month_begins(0)) / 30.436_875).floor() as i32;
    // A month is never more than two days from its mean place.
    let is_in = |month: &i32| *month < 0 || (month_begins(*month as usize)..month_begins(*month as usize + 1)).contains(&day);
    // Nothing is asked of months far outside the contract but which side they are on.
    if near < -1 || near + 2 >= BEGINS.len() as i32 {
        return near;
    }
    [near, near + 1, near - 1].into_iter().find(is_in).unwrap_or(near)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_is_in_its_month() {
        for month in 0..MONTHS {
            let (first, last) = (month_begins(month), month_begins(month + 1) - 1);
            assert!((first..=last).all(|day| month_of(day) == month as i32), "{}", month_name(month));
        }
        assert_eq!(month_of(month_begins(0) - 1), -1);
        assert_eq!(base::day::date(last_day()).to_string(), "2027-03-31");
    }
}
