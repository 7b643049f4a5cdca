//! A fee for each month of service, whatever the results; it may fall each year, and may depend on how many people come.

use crate::clauses::{Context, Kind, Rule};
use crate::price::{Lines, Posting, Till};
use crate::tally::Stage;
use crate::terms::Scheme;
use base::document::Section;
use base::exact::Ratio;
use base::literal::{self, Count, Literal as _};
use base::money::{Amount, Pence, Quantity, Rate, Rounding, WHOLE, thousands};
use base::schedule::{Schedule, find_column, find_table};

pub(super) const KIND: Kind = Kind {
    name: "service fee",
    summary: "A fee for each month of the cohorts in the tally, whatever the results, due to the provider that holds the area. \
              It may fall by a share each contract year, and may be set by bands of people a year.",
    example: r#"[pay.fee]
clause = "service fee"
each_month = "£85,000"            # or each_year = "£1,020,000", or bands = "bands.csv" (from, to, each_month)
falls_each_year = "2 %"           # optional: the learning discount
from = "clause 4.1""#,
    read,
};

#[derive(Clone, Debug, PartialEq)]
pub struct ServiceFee {
    pub basis: Basis,
    /// The yearly discount.
    pub falls: Rate,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Basis {
    /// By area and contract year.
    EachMonth(Schedule<Pence>),
    /// By area and contract year; a month is a twelfth.
    EachYear(Schedule<Pence>),
    /// By the number of people in a year, at the yearly pace of the months seen.
    Bands(Vec<Band>),
}

/// From so many people a year to so many, both included.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    pub from: i64,
    pub to: Option<i64>,
    pub each_month: Pence,
}

fn read(section: &Section<'_, '_>, context: &Context<'_>) -> Option<Rule> {
    let given: Vec<&str> = ["each_month", "each_year", "bands"].into_iter().filter(|key| section.has(key)).collect();
    let fix = "write the yearly discount, such as \"2 %\"; a fee that rises needs a table with a column `year` instead";
    let falls = match section.has("falls_each_year") {
        true => section.required_within("falls_each_year", (Rate(0), Rate(WHOLE)), "a discount that cannot be", fix),
        false => Rate(0),
    };
    if given.len() != 1 {
        let said = if given.is_empty() { "nothing of the kind".to_owned() } else { given.join(" and ") };
        let at = given.get(1).copied().unwrap_or("clause");
        let mut problem = section.problem(at, "a service fee must say exactly one of three things").read(said);
        problem = problem.expected("each_month, each_year or bands").fix("for example each_month = \"£85,000\"");
        section.push(problem);
        return None;
    }
    let basis = match given[0] {
        "each_month" => Basis::EachMonth(section.positive_schedule("each_month", context.keys)),
        "each_year" => Basis::EachYear(section.positive_schedule("each_year", context.keys)),
        _ => Basis::Bands(bands(section)?),
    };
    Some(Rule::ServiceFee(ServiceFee { basis, falls }))
}

/// Reads the bands and refuses gaps and overlaps.
fn bands(section: &Section<'_, '_>) -> Option<Vec<Band>> {
    let file = section.required_text("bands", "a CSV file with columns from, to and each_month, such as \"bands.csv\"");
    let table = find_table(section, "bands", &file)?;
    let from = find_column(section, "bands", table, "from")?;
    let to = find_column(section, "bands", table, "to")?;
    let price = find_column(section, "bands", table, "each_month")?;
    let mut bands: Vec<Band> = Vec::new();
    // Where the next band should begin; unknown after a row that could not be read.
    let mut next = if table.incomplete { None } else { Some(0) };
    let mut ended = true;
    for row in &table.rows {
        let wrong = |column: usize, wrong: literal::Wrong, expected: &str| {
            section.push(
                table
                    .problem(row[column].span, format!("`{}`: {}", table.header[column].text, wrong.what))
                    .read(row[column].text.clone())
                    .expected(expected)
                    .fix(wrong.fix),
            );
        };
        let count = |column: usize| match Count::parse(&row[column].text) {
            Ok(count) => Some(count.0),
            Err(error) => {
                wrong(column, error, Count::EXPECTED);
                None
            }
        };
        let path = format!("{}: from {}: each_month", table.name, row[from].text);
        let each_month = match literal::ranged::<Pence>(&row[price].text) {
            Ok(ranged) => {
                if ranged.ends().iter().any(|price| price.0 < 0) {
                    let problem = table.problem(row[price].span, "a fee below zero").read(row[price].text.clone());
                    section.push(problem.expected("a number that is not below zero").fix("write it without the minus sign"));
                }
                section.reader.note(path, ranged, section.source())
            }
            Err(error) => {
                wrong(price, error, Pence::EXPECTED);
                Pence(0)
            }
        };
        let last = row[to].text.is_empty();
        let (low, high) = (count(from), if last { Some(i64::MAX) } else { count(to) });
        let expected = next;
        let usable = !table.incomplete && low.is_none_or(|low| high >= Some(low));
        next = high.filter(|_| usable).map(|high| high.saturating_add(1));
        let (Some(low), Some(high)) = (low, high) else { continue };
        let gap = |from: i64, to: i64| match from == to {
            true => format!("no band covers {} people", thousands(from)),
            false => format!("no band covers {} to {} people", thousands(from), thousands(to)),
        };
        let (column, what, expected) = match expected {
            _ if high < low => (to, "the band ends before it begins".to_owned(), format!("at least {}", thousands(low))),
            Some(i64::MAX) => (from, "the band above has no end".to_owned(), "no band after one without an end".to_owned()),
            Some(expected) if low > expected => (from, gap(expected, low - 1), thousands(expected)),
            Some(expected) if low < expected => (from, "the band overlaps the one above".to_owned(), thousands(expected)),
            _ => {
                bands.push(Band { from: low, to: (!last).then_some(high), each_month });
                ended = !last;
                continue;
            }
        };
        section.push(
            table
                .problem(row[column].span, what)
                .read(row[column].text.clone())
                .expected(expected)
                .fix("each band starts one above the end of the band before; leave `to` empty in the last"),
        );
        ended = !last;
    }
    if let Some(row) = table.rows.last().filter(|_| ended && !table.incomplete) {
        section.push(
            table
                .problem(row[to].span, "the last band has an end, so more people have no price")
                .read(row[to].text.clone())
                .expected("an empty cell: no upper end")
                .fix("leave `to` empty in the last row"),
        );
    }
    if bands.is_empty() { None } else { Some(bands) }
}

/// A yearly discount applied so many times, each time to the penny.
#[must_use]
pub fn discounted(price: Pence, falls: Rate, years: usize, rounding: Rounding) -> Pence {
    (0..years).fold(price, |price, _| price.share(Rate(WHOLE - falls.0), rounding))
}

pub(crate) fn price<A: Amount, L: Lines<A>>(rule: &ServiceFee, till: &mut Till<'_, A, L>) {
    let (scheme, tally) = (till.scheme, till.tally);
    for at in 0..tally.cohorts.len() {
        let cohort = &scheme.cohorts[tally.cohorts[at]];
        // A month's fee is due when the month has passed; which band it is in is known when the cohort has ended.
        let running = tally.stage(at) == Stage::Running;
        let months = tally.months(at, cohort.months);
        if running && (months == 0 || matches!(rule.basis, Basis::Bands(_))) {
            continue;
        }
        let (quantity, unit, price) = match &rule.basis {
            Basis::EachMonth(schedule) => (Quantity::whole(months), "months", schedule.at(tally.area, 0, cohort.year)),
            Basis::EachYear(schedule) => (Quantity(months * WHOLE / 12), "years", schedule.at(tally.area, 0, cohort.year)),
            Basis::Bands(bands) => (Quantity::whole(months), "months", band_price(bands, people_a_year(till, at))),
        };
        let price = discounted(price, rule.falls, cohort.year, scheme.rounding);
        let posting = Posting { cohorts: at..at + 1, segment: None, quantity, unit, price };
        let exact = || match &rule.basis {
            Basis::EachYear(_) => Ratio::new(months.into(), 12),
            Basis::EachMonth(_) | Basis::Bands(_) => Ratio::whole(months),
        };
        till.pay_exact(posting, exact, || match &rule.basis {
            Basis::Bands(_) => "the service fee of the band of people a year".to_owned(),
            _ if running => "the service fee of the cohort's months that have passed".to_owned(),
            _ => "the service fee of the cohort's months".to_owned(),
        });
    }
}

/// People in the contract year of a cohort, at the yearly pace of the months that the tally has of it.
fn people_a_year<A: Amount, L: Lines<A>>(till: &Till<'_, A, L>, cohort: usize) -> i64 {
    let (tally, year) = (till.tally, till.year(cohort));
    let (mut people, mut months) = (0, 0);
    for (at, &position) in tally.cohorts.iter().enumerate() {
        if till.scheme.cohorts[position].year == year {
            people += (at * tally.segments..(at + 1) * tally.segments).map(|cell| tally.started(cell)).sum::<i64>();
            let of = till.scheme.cohorts[position].months;
            months += if tally.due.is_empty() { of } else { tally.months(at, of) };
        }
    }
    people * 12 / months.max(1)
}

fn band_price(bands: &[Band], people: i64) -> Pence {
    let band = bands.iter().find(|band| band.to.is_none_or(|to| people <= to));
    band.map_or(Pence(0), |band| band.each_month)
}

pub(crate) fn explain(rule: &ServiceFee, scheme: &Scheme) -> Vec<String> {
    let mut out = match &rule.basis {
        Basis::EachMonth(fee) => vec![format!("The payer pays {} for each month of service.", super::prices(scheme, fee))],
        Basis::EachYear(fee) => vec![format!("The payer pays {} for each year of service.", super::prices(scheme, fee))],
        Basis::Bands(bands) => {
            let mut out = vec!["The payer pays a fee for each month of service, by the number of people in a year:".to_owned()];
            for band in bands {
                let to = band.to.map_or("and more".to_owned(), |to| format!("to {}", thousands(to)));
                out.push(format!("{} {to} people a year: {} a month.", thousands(band.from), band.each_month));
            }
            out
        }
    };
    if rule.falls.0 > 0 {
        out.push(format!("The fee falls by {} each contract year.", rule.falls));
    }
    out
}
