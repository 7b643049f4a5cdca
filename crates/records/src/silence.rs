//! Times without an event that many had at other times: what is missing from a file that was cut, or from a column that stopped being
//! filled in. The events are results of people in their follow-up windows, or ends of spells.
//!
//! How many events were to be expected in a time without one follows from the rates of all other times, by how long each had been at
//! risk (a hazard for each [`STEP`] days). A time is told where at least [`EXPECTED`] were to be expected, and at least [`TIMES`] as many as in
//! any other time without one.

use base::day::Day;

/// The shortest silence that is told, in days. A summer holiday is shorter.
pub const SHORTEST: Day = 61;
/// How many times as many results were to be expected in it as in any other time without one. Times between independent events are
/// seldom so unequal: of n of them, about 1 set in n² is.
pub const TIMES: f64 = 3.0;
/// The least number of results that were to be expected. None happens by chance with 6 in a million where 12 are expected.
pub const EXPECTED: f64 = 12.0;
/// How many times without a result are compared with each other: the longest.
const COMPARED: usize = 20;
/// The days of people in the silence may be at most so many times those at other times, or these say nothing about it.
const SAYS_ENOUGH: i64 = 10;
/// Days for which the rate is taken to be the same.
const STEP: i64 = 30;

/// Somebody or something to which the event may happen: the days from the start up to the event, or else up to the end of what is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exposure {
    pub start: Day,
    pub end: Day,
    pub has_result: bool,
}

impl Exposure {
    /// Its place in the order, as one number: that is compared without a branch.
    #[inline]
    fn order(&self) -> u128 {
        let day = |day: Day| u128::from(day.cast_unsigned() ^ (1 << 31));
        day(self.start) << 33 | day(self.end) << 1 | u128::from(self.has_result)
    }
}

/// The same of several people, and how many they are.
pub type Alike = (Exposure, i64);

/// People with the same days together: of a million people, most share their days with others, and each time without a result looks at
/// all of them.
#[must_use]
pub fn alike(mut exposures: Vec<Exposure>) -> Vec<Alike> {
    exposures.sort_unstable_by_key(Exposure::order);
    exposures.chunk_by(|one, other| one == other).map(|people| (people[0], people.len() as i64)).collect()
}

/// The time without a result in which most were to be expected, and how many; none where it may be chance.
#[must_use]
pub fn longest_silence(people: &[Alike]) -> Option<((Day, Day), f64)> {
    let exposures = || people.iter().map(|(exposure, _)| exposure);
    let first = exposures().map(|exposure| exposure.start).min()?;
    let end = exposures().map(|exposure| exposure.end).max()?;
    let mut results: Vec<Day> = exposures().filter(|exposure| exposure.has_result).map(|exposure| exposure.end).collect();
    results.sort_unstable();
    results.dedup();
    let days: Vec<Day> = [first - 1].into_iter().chain(results).chain([end]).collect();
    let mut times: Vec<(Day, Day)> = days.windows(2).map(|pair| (pair[0] + 1, pair[1] - 1)).collect();
    let length = |(from, to): &(Day, Day)| to - from + 1;
    times.sort_unstable_by_key(|time| (-length(time), time.0));
    if times.first().is_none_or(|longest| length(longest) < SHORTEST) {
        return None;
    }
    let all = all_steps(people);
    let expected_in = |time, rates| expected(people, &all, time, rates);
    let mut each: Vec<(f64, (Day, Day))> =
        times.into_iter().take(COMPARED).map(|time| (expected_in(time, RatesOf::OtherDays), time)).collect();
    each.sort_by(|one, other| other.0.total_cmp(&one.0));
    let (by_days, time) = each[0];
    // Of spells that go on, everybody else is somebody whose spell has ended: they alone would say too much.
    let most = expected_in(time, RatesOf::OtherPeople).min(by_days);
    let second = each.get(1).map_or(0.0, |(expected, _)| *expected);
    (length(&time) >= SHORTEST && most >= EXPECTED && most >= TIMES * second).then_some((time, most))
}

/// Whose days give the rate of a step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RatesOf {
    /// People who were in it wholly at other times: where all start on one day, nobody was.
    OtherPeople,
    /// Everybody, on other days.
    OtherDays,
}

/// What is known of the same [`STEP`] days since the start, of several people.
#[derive(Clone, Copy, Default)]
struct Step {
    days: i64,
    results: i64,
}

/// The steps of a person: the number of each, its first day and the day after it.
fn steps_of(exposure: &Exposure) -> impl Iterator<Item = (usize, i64, i64)> {
    let (start, end) = (i64::from(exposure.start), i64::from(exposure.end));
    (0..=(end - start) / STEP).map(move |number| {
        let begins = start + number * STEP;
        (number as usize, begins, (begins + STEP).min(end))
    })
}

/// The steps of everybody on all days.
fn all_steps(people: &[Alike]) -> Vec<Step> {
    let mut all: Vec<Step> = Vec::new();
    for (exposure, number_alike) in people {
        for (number, begins, ends) in steps_of(exposure) {
            if all.len() <= number {
                all.resize(number + 1, Step::default());
            }
            all[number].days += (ends - begins) * number_alike;
        }
        let last = (exposure.end - exposure.start) as usize / STEP as usize;
        all[last].results += i64::from(exposure.has_result) * number_alike;
    }
    all
}

/// The results to be expected in some days without any, at the rates of all other days. `all` is what [`all_steps`] gives.
fn expected(people: &[Alike], all: &[Step], (from, to): (Day, Day), rates: RatesOf) -> f64 {
    // For each step the days inside, and what says nothing about the others.
    let (mut inside, mut apart, mut concerned) = (vec![0; all.len()], vec![Step::default(); all.len()], 0);
    let (first_day, after) = (i64::from(from), i64::from(to) + 1);
    for (exposure, number_alike) in people.iter().filter(|(exposure, _)| exposure.start <= to && from < exposure.end) {
        concerned += number_alike;
        let last = (exposure.end - exposure.start) as usize / STEP as usize;
        let overlapping = steps_of(exposure).skip_while(|(_, _, ends)| *ends <= first_day);
        for (number, begins, ends) in overlapping.take_while(|(_, begins, _)| *begins < after) {
            let days = ends.min(after) - begins.max(first_day);
            if days <= 0 {
                continue;
            }
            inside[number] += days * number_alike;
            match rates {
                RatesOf::OtherDays => apart[number].days += days * number_alike,
                RatesOf::OtherPeople => {
                    apart[number].days += (ends - begins) * number_alike;
                    apart[number].results += i64::from(exposure.has_result && number == last) * number_alike;
                }
            }
        }
    }
    let step = |((all, inside), apart): ((&Step, &i64), &Step)| {
        let (days, results) = (all.days - apart.days, all.results - apart.results);
        // A rate of few days says nothing about many.
        let says_enough = days * SAYS_ENOUGH >= *inside && days > 0;
        if says_enough { *inside as f64 * results as f64 / days as f64 } else { 0.0 }
    };
    // Nobody has more than one result.
    all.iter().zip(&inside).zip(&apart).map(step).sum::<f64>().min(concerned as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::philox::words;

    /// One person a day starts for so many days and is followed up for a year; every third has a result after the same time.
    fn steady(days: Day) -> Vec<Exposure> {
        (0..days)
            .map(|start| match start % 3 {
                0 => Exposure { start, end: start + 100 + start % 7, has_result: true },
                _ => Exposure { start, end: start + 365, has_result: false },
            })
            .collect()
    }

    fn longest(exposures: Vec<Exposure>) -> Option<((Day, Day), f64)> {
        longest_silence(&alike(exposures))
    }

    /// The same, with the results of some days lost.
    fn without(exposures: &[Exposure], lost: std::ops::Range<Day>) -> Vec<Exposure> {
        let cut = |exposure: &Exposure| match exposure.has_result && lost.contains(&exposure.end) {
            true => Exposure { end: exposure.start + 365, has_result: false, ..*exposure },
            false => *exposure,
        };
        exposures.iter().map(cut).collect()
    }

    #[test]
    fn lost_months_are_found_with_the_number_of_lost_results() {
        let all = steady(900);
        for lost in [300..420, 800..1400, 0..400] {
            let number = all.iter().filter(|exposure| exposure.has_result && lost.contains(&exposure.end)).count() as f64;
            let (days, expected) = longest(without(&all, lost.clone())).expect("a silence");
            assert!((days.0 - lost.start).abs() <= 101 && days.0 <= lost.start + 3, "{days:?} {lost:?}");
            assert!((expected / number - 1.0).abs() < 0.35, "{expected} expected, {number} lost");
        }
    }

    #[test]
    fn nothing_is_found_where_nothing_is_lost_or_nothing_can_be_said() {
        assert_eq!(longest(steady(900)), None);
        assert_eq!(longest(vec![]), None);
        // Everybody starts on one day, and results come after a hundred: the days before are silent by their nature.
        let at_once: Vec<Exposure> =
            steady(900).iter().map(|one| Exposure { start: 0, end: one.end - one.start, ..*one }).collect();
        assert_eq!(longest(at_once), None);
        // Results that are dated once a quarter.
        let quarterly: Vec<Exposure> = steady(900)
            .iter()
            .map(|one| if one.has_result { Exposure { end: (one.end / 91 + 1) * 91, ..*one } } else { *one })
            .collect();
        assert_eq!(longest(quarterly), None);
        // Two lost months are a holiday.
        assert_eq!(longest(without(&steady(900), 300..350)), None);
    }

    /// The same, a person and a day at a time.
    fn expected_by_day(exposures: &[Exposure], (from, to): (Day, Day), rates: RatesOf) -> f64 {
        let is_inside = |day: Day| (from..=to).contains(&day);
        let mut sum = 0.0;
        let concerned = exposures.iter().filter(|exposure| exposure.start <= to && from < exposure.end).count();
        for step in 0..40 {
            let (mut inside, mut days, mut results) = (0_i64, 0_i64, 0_i64);
            for exposure in exposures {
                let begins = exposure.start + step * STEP as Day;
                let own: Vec<Day> = (begins..(begins + STEP as Day).min(exposure.end)).collect();
                let own_inside = own.iter().filter(|day| is_inside(**day)).count() as i64;
                inside += own_inside;
                if own_inside == 0 || rates == RatesOf::OtherDays {
                    days += own.len() as i64 - own_inside;
                    let is_last = (exposure.end - exposure.start) / STEP as Day == step;
                    results += i64::from(exposure.has_result && is_last);
                }
            }
            if days * SAYS_ENOUGH >= inside && days > 0 {
                sum += inside as f64 * results as f64 / days as f64;
            }
        }
        sum.min(concerned as f64)
    }

    #[test]
    fn what_was_to_be_expected_is_the_same_day_by_day() {
        for draw in 0..200 {
            let number = |person: u64, of: u64, below: i32| (words(7, draw, person, of)[0] % below as u64) as Day;
            let exposures: Vec<Exposure> = (0..60)
                .map(|person| {
                    let start = number(person, 0, 500);
                    Exposure { start, end: start + number(person, 1, 400), has_result: number(person, 2, 3) == 0 }
                })
                .collect();
            let from = number(60, 0, 700);
            let time = (from, from + number(60, 1, 200));
            let people = alike(exposures.clone());
            let all = all_steps(&people);
            for rates in [RatesOf::OtherDays, RatesOf::OtherPeople] {
                assert_eq!(expected(&people, &all, time, rates), expected_by_day(&exposures, time, rates), "{draw}");
            }
        }
    }
}
