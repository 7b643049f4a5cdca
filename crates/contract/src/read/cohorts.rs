//! The dates of the contract and its cohorts: `[contract]` and `[cohorts]`.

use jiff::civil::Date;

use crate::calendar::{Cohort, MonthEnd, months_later};
use crate::outcome::Outcome;
use base::literal::{Count, Duration, Literal as _, PerHead};
use base::money::{Rate, WHOLE};
use base::reader::Section;
use base::schedule::{Schedule, ScheduleKeys};

/// The first and the last day that a contract may have. Any other date is almost certainly a typing mistake.
const DAYS: (Date, Date) = (jiff::civil::date(1900, 1, 1), jiff::civil::date(2199, 12, 31));

/// A date of the contract, if it is possible.
fn sensible(table: &Section<'_, '_>, key: &str, date: Option<Date>) -> Option<Date> {
    let beyond = date.filter(|date| *date < DAYS.0 || *date > DAYS.1);
    if let Some(date) = beyond {
        table.push(
            table
                .problem(key, "the date is not possible for a contract")
                .read(date.to_string())
                .expected(format!("a date from {} to {}", DAYS.0, DAYS.1))
                .fix("check the year"),
        );
    }
    date.filter(|_| beyond.is_none())
}

/// The first and the last day of the contract, and the day of its final payment.
pub(super) fn contract_dates(table: &Section<'_, '_>) -> (Option<Date>, Option<Date>, Option<Date>) {
    let day = |key: &str| sensible(table, key, table.required_date(key));
    let (starts, ends) = (day("starts"), day("ends"));
    let last = sensible(table, "final_payment", table.date("final_payment"));
    table.finish();
    if let (Some(starts), Some(ends)) = (starts, ends)
        && ends < starts
    {
        table.push(
            table
                .problem("ends", "the contract ends before it starts")
                .read(ends.to_string())
                .expected(format!("a date after {starts}"))
                .fix("check the two dates"),
        );
        return (None, None, last);
    }
    (starts, ends, last)
}

/// The most people in a cohort. With [`MAX_COHORTS`] it limits everything that is priced, because arithmetic in billionths must
/// fit.
const MAX_PEOPLE: i64 = 1_000_000;

/// The most cohorts of a scheme. With more, a date is almost certainly a typing mistake.
const MAX_COHORTS: usize = 400;

/// Reads the cohorts: so many months each, one after another.
pub(super) fn read(
    table: &Section<'_, '_>,
    contract_starts: Option<Date>,
    contract_ends: Option<Date>,
    rule: MonthEnd,
) -> Vec<Cohort> {
    let day = |key: &str| sensible(table, key, table.required_date(key));
    let (starts, ends) = (day("starts"), day("ends"));
    let required: Option<Duration> = match table.has("every") {
        true => table.number("every"),
        false => Some(table.required("every")),
    };
    let Some(every) = required else { return Vec::new() };
    let Duration::Months(months) = every else {
        table.push(
            table
                .problem("every", "a cohort must be a whole number of months")
                .read(every.words())
                .expected("a length such as \"3 months\" or \"1 year\"")
                .fix("write every = \"3 months\""),
        );
        return Vec::new();
    };
    let (Some(starts), Some(ends)) = (starts, ends) else { return Vec::new() };
    if months == 0 {
        let problem = table.problem("every", "a cohort must not be empty").read(every.words());
        table.push(problem.expected("a length such as \"3 months\" or \"1 year\"").fix("write how long one cohort is"));
        return Vec::new();
    }
    if ends < starts {
        table.push(
            table
                .problem("ends", "the last cohort ends before the first one starts")
                .read(ends.to_string())
                .expected(format!("a date after {starts}"))
                .fix("check the dates. `ends` is the last day on which a person may start"),
        );
        return Vec::new();
    }
    if let (Some(contract_starts), Some(contract_ends)) = (contract_starts, contract_ends)
        && (starts < contract_starts || ends > contract_ends)
    {
        let key = if starts < contract_starts { "starts" } else { "ends" };
        table.push(
            table
                .problem(key, "the cohorts are outside the dates of the contract")
                .read(format!("{starts} to {ends}"))
                .expected(format!("dates within {contract_starts} to {contract_ends}"))
                .fix("correct the dates of the cohorts or of the contract"),
        );
    }
    let mut out = Vec::new();
    let mut from = starts;
    while from <= ends && out.len() < MAX_COHORTS {
        let next = months_later(starts, months * (out.len() as i64 + 1), rule);
        let last = next.yesterday().unwrap_or(next);
        if last > ends {
            table.push(
                table
                    .problem("ends", "the last cohort is not complete")
                    .read(ends.to_string())
                    .expected(format!("the last day of a whole cohort, such as {last}"))
                    .fix(format!(
                        "write ends = {last}: with cohorts of {} from {starts}, the last one ends on this day",
                        every.words()
                    )),
            );
            break;
        }
        let since = contract_starts.map_or(starts, |date| date.min(starts));
        let year = years_between(since, from, rule);
        out.push(Cohort { at: out.len(), name: cohort_name(from, months), starts: from, ends: last, year, months });
        from = next;
    }
    if out.len() == MAX_COHORTS {
        table.push(
            table
                .problem("ends", "there are too many cohorts")
                .expected(format!("fewer than {MAX_COHORTS}"))
                .fix("check the year of the last date, or make the cohorts longer"),
        );
    }
    // Contract years are counted from the first cohort. Before it nobody has started and nothing is priced.
    let first = out.first().map_or(0, |cohort| cohort.year);
    for cohort in &mut out {
        cohort.year -= first;
    }
    out
}

fn years_between(from: Date, to: Date, rule: MonthEnd) -> usize {
    (1..200).take_while(|&years| months_later(from, 12 * years, rule) <= to).count()
}

/// "2015-10 to 2015-12".
fn cohort_name(starts: Date, months: i64) -> String {
    let last = months_later(starts, months - 1, MonthEnd::LastDay);
    let name = |date: Date| format!("{}-{:02}", date.year(), date.month());
    if months == 1 { name(starts) } else { format!("{} to {}", name(starts), name(last)) }
}

/// People expected in one cohort of one area.
pub(super) fn people(table: &Section<'_, '_>, keys: &ScheduleKeys) -> Schedule<Count> {
    let fix = "check the number: it counts the people expected in one cohort of one area";
    table.schedule_up_to("people", keys, Count(MAX_PEOPLE), "too many people for one cohort", fix)
}

/// People expected in one household, where outcomes count households.
pub(super) fn household_size(cohorts: &Section<'_, '_>, outcomes: &[Outcome]) -> Rate {
    let counts_households = outcomes.iter().any(|outcome| outcome.counts_households);
    if !counts_households {
        if cohorts.has("household_size") && cohorts.reader.errors() == 0 {
            cohorts.push(
                cohorts
                    .problem("household_size", "no outcome counts households")
                    .expected("an outcome with rule = \"household\", or no `household_size`")
                    .fix("remove the key, or add the outcome"),
            );
        }
        return Rate(WHOLE);
    }
    let fix = "write how many of the people of a cohort are expected in one household, such as \"2.5 per household\"";
    let range = (PerHead(Rate(WHOLE)), PerHead(Rate(20 * WHOLE)));
    cohorts.required_within("household_size", range, "not a number of people in one household", fix).0
}
