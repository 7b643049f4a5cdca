//! What a provider changes in what happened, or in what the records say about it: people brought over a level, offences dated later, people
//! excepted, claims.

use base::day::Day;

use super::calendar::{MONTHS, month_begins};
use super::keyed::{Keyed, Topic};
use super::person::{EventKind, Job, Life, Who};
use super::practice::Practice;
use super::world::World;

/// Days in work that make the job result, and the window in which they count.
const DAYS_IN_WORK: i32 = 91;
/// The level of weeks in work.
pub(crate) const LEVEL: f64 = 26.0;

/// What a provider claims of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    /// The day on which the result was reached, as claimed.
    pub(crate) day: Day,
    pub(crate) is_true: bool,
    /// The day of an audit.
    pub(crate) checked: Option<Day>,
}

/// The first day of the same day of the month some months later, or the last of the shorter month.
fn months_later(day: Day, months: i32) -> Day {
    let date = base::day::date(day);
    let counted = i32::from(date.year()) * 12 + i32::from(date.month()) - 1 + months;
    let (year, month) = (counted / 12, counted % 12 + 1);
    (1..=i32::from(date.day()))
        .rev()
        .find_map(|day| base::day::parse(format!("{year:04}-{month:02}-{day:02}").as_bytes()).ok())
        .unwrap_or(day)
}

/// The weeks of work that are paid at the end of each calendar month, in hundredths, with the day of each.
pub(crate) fn paid_weeks(job: Job) -> Vec<(Day, i32)> {
    let mut out = Vec::new();
    let mut from = job.from;
    while from < job.to {
        let first = base::day::date(from);
        let next = months_later(from - i32::from(first.day()) + 1, 1);
        let until = next.min(job.to);
        out.push((until - 1, (f64::from(until - from) * 100.0 / 7.0).round() as i32));
        from = until;
    }
    out
}

/// Weeks of work that are paid in the year after the start.
fn weeks_in_year(who: &Who, job: Job) -> f64 {
    let end = months_later(who.began, 12);
    f64::from(paid_weeks(job).iter().filter(|(day, _)| *day < end).map(|(_, weeks)| weeks).sum::<i32>()) / 100.0
}

/// The day on which the person has worked long enough in the nine months after the start.
pub(crate) fn result_day(who: &Who, life: &Life) -> Option<Day> {
    let job = life.job?;
    let (end, reached) = (months_later(who.began, 9), job.from + DAYS_IN_WORK);
    (job.to >= reached && reached <= end).then_some(reached)
}

/// Changes what happened to a person as the provider's practice has it, and says what is claimed.
pub(crate) fn alter(world: &World, who: &Who, practice: &Practice, life: &mut Life) -> Option<Claim> {
    let mut keyed = Keyed::new(world.setting.seed, who.key, Topic::Conduct);
    bring_over(who, practice, life, &mut keyed);
    change_offences(who, practice, life, &mut keyed);
    if !who.is_started {
        return None;
    }
    life.events.sort_unstable_by_key(|(kind, day)| (*kind as u8, *day));
    life.events.dedup();
    // The comparison group leaves the measure at the same rate as people with an honest provider.
    let result = result_day(who, life);
    if result.is_none() && keyed.chance(practice.excepted) {
        life.events.push((EventKind::Withdrawn, who.began + keyed.between(60, 240)));
    }
    claim(world, who, practice, result)
}

/// Brings people who are just short of the level over it, and lets go of those beyond.
fn bring_over(who: &Who, practice: &Practice, life: &mut Life, keyed: &mut Keyed) {
    let Some(job) = life.job.filter(|_| practice.brought_over > 0.0) else { return };
    let weeks = weeks_in_year(who, job);
    if (LEVEL - 4.0..LEVEL).contains(&weeks) && keyed.chance(practice.brought_over) {
        let longer = (1..60).map(|days| Job { to: job.to + days, ..job }).find(|job| weeks_in_year(who, *job) >= LEVEL);
        life.job = longer.or(life.job);
    } else if (LEVEL + 1.0..LEVEL + 10.0).contains(&weeks) && keyed.chance(0.5 * practice.brought_over) {
        let shorter = (150..job.to - job.from).map(|days| Job { to: job.from + days, ..job });
        life.job = shorter.into_iter().find(|job| weeks_in_year(who, *job) >= LEVEL).or(life.job);
    }
}

/// Fewer people with any offence and more offences of the others, or offences dated after the window.
fn change_offences(who: &Who, practice: &Practice, life: &mut Life, keyed: &mut Keyed) {
    if practice.dated_later == 0.0 && practice.more_offences == 0.0 {
        return;
    }
    let end = months_later(who.began, 12);
    let inside = |event: &(EventKind, Day)| event.0 == EventKind::Offence && (who.began..end).contains(&event.1);
    let count = life.events.iter().filter(|event| inside(event)).count();
    if count > 0 && practice.more_offences > 0.0 {
        if keyed.chance(practice.diverted) {
            life.events.retain(|event| !inside(event));
        } else {
            let more = keyed.poisson(practice.more_offences * count as f64);
            let first = life.events.iter().filter(|event| inside(event)).map(|(_, day)| *day).min().unwrap_or(who.began);
            let days: Vec<Day> = (0..more).map(|_| keyed.between(first, end - 1)).collect();
            life.events.extend(days.into_iter().map(|day| (EventKind::Offence, day)));
        }
    }
    for event in &mut life.events {
        if inside(event) && event.1 >= end - 60 && keyed.chance(practice.dated_later) {
            event.1 = end + keyed.between(0, 29);
        }
    }
}

/// What the provider claims of a person, and whether an audit looks at it.
fn claim(world: &World, who: &Who, practice: &Practice, result: Option<Day>) -> Option<Claim> {
    who.provider?;
    let mut keyed = Keyed::new(world.setting.seed, who.key, Topic::Claim);
    let (claims, falsely, audited) =
        (!keyed.chance(practice.unclaimed), keyed.chance(practice.false_claim), keyed.chance(AUDITED));
    let day = match result {
        Some(day) if claims => move_to_year_end(practice, day, &mut keyed),
        None if falsely => who.began + keyed.between(110, 250),
        _ => return None,
    };
    let checked = audited.then(|| day + keyed.between(30, 75));
    Some(Claim { day, is_true: result.is_some(), checked })
}

/// The share of claims that an audit looks at.
pub(crate) const AUDITED: f64 = 0.1;

/// Dates a claim of the eight weeks around the end of a contract year in the year's last week, so often that this week has as many
/// claims as the practice says.
fn move_to_year_end(practice: &Practice, day: Day, keyed: &mut Keyed) -> Day {
    if practice.last_week <= 1.0 {
        return day;
    }
    for year_ends in (12..=MONTHS).step_by(12).map(month_begins) {
        let (before, after) = (year_ends - 7 - 28..year_ends - 7, year_ends..year_ends + 28);
        if before.contains(&day) || after.contains(&day) {
            // Eight weeks' claims are moved into one.
            return if keyed.chance((practice.last_week - 1.0) / 8.0) { year_ends - keyed.between(1, 7) } else { day };
        }
    }
    day
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_of_work_add_up() {
        let job = Job { from: month_begins(0) + 10, to: month_begins(0) + 10 + 26 * 7 };
        let weeks: i32 = paid_weeks(job).iter().map(|(_, weeks)| weeks).sum();
        assert!((weeks - 2_600).abs() <= 4, "{weeks}");
        assert!(paid_weeks(job).iter().all(|(day, _)| (job.from..job.to).contains(day)));
    }

    #[test]
    fn months_are_counted_by_the_calendar() {
        let day = |text: &str| base::day::parse(text.as_bytes()).expect("a day");
        assert_eq!(months_later(day("2024-01-31"), 1), day("2024-02-29"));
        assert_eq!(months_later(day("2024-11-30"), 9), day("2025-08-30"));
        assert_eq!(months_later(day("2024-12-15"), 12), day("2025-12-15"));
    }
}
