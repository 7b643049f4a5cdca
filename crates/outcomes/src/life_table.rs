//! What is to be expected of people: a life table of how often something is first recorded by how long ago people started, and the
//! calendar months in which that falls.

use base::day::{Day, date};

use crate::recorded::FirstSeen;

/// Steps of the life table, in days.
pub(crate) const STEP: Day = 7;

/// How often something is first recorded, by how many days ago people started.
pub(crate) struct LifeTable {
    /// What is to be expected up to the beginning of each step, and on each day of it.
    steps: Vec<(f64, f64)>,
}

impl LifeTable {
    pub(crate) fn of(seen: impl Iterator<Item = FirstSeen>) -> LifeTable {
        let (mut left, mut part_days, mut found) = (Vec::<i64>::new(), Vec::<i64>::new(), Vec::<i64>::new());
        let mut all = 0;
        for seen in seen.filter(|seen| seen.days() > 0) {
            let step = (seen.days() / STEP) as usize;
            if left.len() <= step {
                [&mut left, &mut part_days, &mut found].into_iter().for_each(|list| list.resize(step + 1, 0));
            }
            all += 1;
            left[step] += 1;
            part_days[step] += i64::from(seen.days() % STEP);
            found[((seen.days() - 1) / STEP) as usize] += i64::from(seen.has());
        }
        LifeTable::of_rates(left.iter().zip(&part_days).zip(&found).map(|((left, days), found)| {
            all -= left;
            let days = all * i64::from(STEP) + days;
            if days > 0 { *found as f64 / days as f64 } else { 0.0 }
        }))
    }

    /// The table in which so many are to be expected on each day of a step.
    fn of_rates(rates: impl Iterator<Item = f64>) -> LifeTable {
        let mut sum = 0.0;
        let steps = rates.map(|rate| {
            let step = (sum, rate);
            sum += rate * f64::from(STEP);
            step
        });
        LifeTable { steps: steps.collect() }
    }

    /// What is to be expected in so many days from the start on.
    #[inline]
    pub(crate) fn up_to(&self, days: Day) -> f64 {
        match self.steps.get((days / STEP) as usize) {
            Some((sum, rate)) => sum + rate * f64::from(days % STEP),
            None => self.steps.last().map_or(0.0, |(sum, rate)| sum + rate * f64::from(STEP)),
        }
    }
}

/// The calendar months from a first day on: agencies record much by the month, such as pay and benefits. Units of a fixed number of days
/// would now and then miss the end of a month, and all that is dated on it. Days are counted from the first.
pub(crate) struct CalendarMonths {
    /// The first day of each month, and of the one after the last. The first is at or before 0.
    begins: Vec<Day>,
    /// The month of each day.
    of: Vec<u16>,
}

impl CalendarMonths {
    pub(crate) fn from(first: Day, days: Day) -> CalendarMonths {
        let (mut begins, mut of) = (Vec::new(), Vec::with_capacity(days.max(0) as usize + 1));
        let mut next = date(first).first_of_month();
        while begins.last().is_none_or(|begin| *begin <= days) {
            begins.push(base::day::day(next) - first);
            next = next.saturating_add(jiff::Span::new().months(1));
        }
        for (month, two) in begins.windows(2).enumerate() {
            (two[0].max(0)..two[1].min(days + 1)).for_each(|_| of.push(u16::try_from(month).unwrap_or(u16::MAX)));
        }
        CalendarMonths { begins, of }
    }

    pub(crate) fn count(&self) -> usize {
        self.begins.len() - 1
    }

    /// The month of a day.
    pub(crate) fn of(&self, day: Day) -> usize {
        let day = (day.max(0) as usize).min(self.of.len().saturating_sub(1));
        self.of.get(day).copied().map_or(0, usize::from)
    }

    /// The first day after a month.
    pub(crate) fn end(&self, month: usize) -> Day {
        self.begins[month + 1]
    }

    /// The first and the last day of some months.
    pub(crate) fn days(&self, (from, to): (usize, usize)) -> (Day, Day) {
        (self.begins[from].max(0), self.end(to) - 1)
    }
}

/// The months of everybody.
pub(crate) struct Months<'a> {
    /// How many started in each unit of time, by the units up to the first record or the end.
    pub(crate) counts: &'a [u32],
    pub(crate) columns: usize,
    pub(crate) unit: Day,
    /// What was found in each month.
    pub(crate) found: &'a [u32],
    pub(crate) calendar: &'a CalendarMonths,
}

impl Months<'_> {
    /// The life table without what is due to the months: where much was lost from a day on, those who were followed longest had most of it
    /// after that day, and the table would say that hardly anything is recorded so late. Rates by time since the start and by month are
    /// fitted in turn (iterative proportional fitting). Time since the start comes first: where everybody started together, all is put
    /// down to it.
    pub(crate) fn apart_from_months(&self, found_at: &[f64]) -> LifeTable {
        /// Rounds, and how many records the usual rate of a month is worth.
        const ROUNDS: usize = 10;
        const USUAL: f64 = 5.0;
        let (steps, months) = (found_at.len(), self.found.len());
        let mut at_risk = vec![0.0; months * steps];
        for (row, of_row) in self.counts.chunks(self.columns).enumerate() {
            for (column, number) in of_row.iter().enumerate().filter(|(_, number)| **number > 0) {
                let begins = row as Day * self.unit + self.unit / 2;
                let length = column as Day * self.unit + self.unit / 2 + 1;
                for (step, days) in (0..steps).zip(std::iter::successors(Some(length), |left| Some(left - STEP))) {
                    if days <= 0 {
                        break;
                    }
                    let month = self.calendar.of(begins + step as Day * STEP + STEP / 2);
                    at_risk[month.min(months - 1) * steps + step] += f64::from(*number) * f64::from(days.min(STEP));
                }
            }
        }
        let mut of_month = vec![1.0; months];
        let mut of_step = vec![0.0; steps];
        for _ in 0..ROUNDS {
            for (step, rate) in of_step.iter_mut().enumerate() {
                let days: f64 = (0..months).map(|month| at_risk[month * steps + step] * of_month[month]).sum();
                *rate = if days > 0.0 { found_at[step] / days } else { 0.0 };
            }
            for (month, rate) in of_month.iter_mut().enumerate() {
                let expected: f64 = (0..steps).map(|step| at_risk[month * steps + step] * of_step[step]).sum();
                *rate = (f64::from(self.found[month]) + USUAL) / (expected + USUAL);
            }
        }
        LifeTable::of_rates(of_step.into_iter())
    }
}

/// What is to be expected in each month of one place.
pub(crate) fn by_month(counts: &[u32], columns: usize, unit: Day, months: &CalendarMonths, table: &LifeTable) -> Vec<f64> {
    let mut out = vec![0.0; months.count()];
    for (row, of_row) in counts.chunks(columns).enumerate() {
        for (column, number) in of_row.iter().enumerate().filter(|(_, number)| **number > 0) {
            let (begins, ends) =
                (row as Day * unit + unit / 2, row as Day * unit + unit / 2 + column as Day * unit + unit / 2 + 1);
            let mut before = 0.0;
            for (month, sum) in out.iter_mut().enumerate().take(months.of(ends - 1) + 1).skip(months.of(begins)) {
                let up_to = table.up_to(months.end(month).min(ends) - begins);
                *sum += f64::from(*number) * (up_to - before);
                before = up_to;
            }
        }
    }
    out
}
