//! The days of a contract: its cohorts, and how its months are counted.

use jiff::civil::Date;

use base::literal::Duration;
use base::schedule::CohortTime;

/// How a month after 31 January, for example, is counted. Contracts that do not say have led to litigation, so the file must say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MonthEnd {
    /// 31 January plus one month is the last day of February.
    #[default]
    LastDay,
    /// 31 January plus one month is 1 March.
    NextDay,
}

/// People who start in one period and are measured together.
#[derive(Clone, Debug, PartialEq)]
pub struct Cohort {
    /// Position among the contract's cohorts.
    pub at: usize,
    pub name: String,
    pub starts: Date,
    /// The last day.
    pub ends: Date,
    /// Contract year from 0, by the cohort's first day.
    pub year: usize,
    pub months: i64,
}

impl Cohort {
    /// When it is, for numbers that differ by time.
    #[must_use]
    pub fn time(&self) -> CohortTime {
        CohortTime { year: self.year, cohort: self.at }
    }
}

/// The day on which the waiting period after a window is over, for a window and a waiting period from a day on. Months are counted
/// together: twelve months and six are eighteen months from the first day.
#[must_use]
pub fn proven_on(start: Date, (window, wait): (Duration, Duration), rule: MonthEnd) -> Date {
    match (window, wait) {
        (Duration::Months(window), Duration::Months(wait)) => later(start, Duration::Months(window + wait), rule),
        _ => later(later(start, window, rule), wait, rule),
    }
}

/// A date for a sentence: "30 November 2025".
#[must_use]
pub fn date_words(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// A date some months later, by the contract's month-end rule.
#[must_use]
pub fn months_later(date: Date, months: i64, rule: MonthEnd) -> Date {
    let index = i64::from(date.year()) * 12 + i64::from(date.month()) - 1 + months;
    let (year, month) = (index.div_euclid(12), index.rem_euclid(12) + 1);
    let first = Date::new(year.clamp(1, 9998) as i16, month as i8, 1).unwrap_or(date);
    let last = first.last_of_month();
    if date.day() <= last.day() {
        Date::new(first.year(), first.month(), date.day()).unwrap_or(last)
    } else {
        match rule {
            MonthEnd::LastDay => last,
            MonthEnd::NextDay => last.tomorrow().unwrap_or(last),
        }
    }
}

/// A date some stated time later.
#[must_use]
pub fn later(date: Date, duration: Duration, rule: MonthEnd) -> Date {
    let days = |days: i64| date.checked_add(jiff::Span::new().days(days.clamp(-100_000, 100_000))).unwrap_or(Date::MAX);
    match duration {
        Duration::Days(n) => days(n),
        Duration::Weeks(n) => days(7 * n),
        Duration::Months(n) => months_later(date, n, rule),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_end_of_a_short_month_follows_the_stated_rule() {
        assert_eq!(months_later(date(2027, 1, 31), 1, MonthEnd::LastDay), date(2027, 2, 28));
        assert_eq!(months_later(date(2027, 1, 31), 1, MonthEnd::NextDay), date(2027, 3, 1));
        assert_eq!(months_later(date(2028, 2, 29), 12, MonthEnd::LastDay), date(2029, 2, 28));
        assert_eq!(months_later(date(2027, 12, 15), 2, MonthEnd::LastDay), date(2028, 2, 15));
    }
}
