//! A fee for each month of service, whatever the results. It may fall each year, and may depend on the number of people.

use crate::amendment::Amendment;
use crate::clauses::kind::{ClauseEffects, ClauseKind, KindDescription, NewClause};
use crate::clauses::reading::ClauseContext;
use crate::clauses::wording::prices;
use crate::expected_people;
use crate::other_clauses::OtherClauses;
use crate::pricing::{ClausePricing, LineSink, UnpricedLine};
use crate::scheme_file;
use crate::tally::CohortStage;
use crate::terms::{Cohort, SchemeTerms, date_words};
use base::literal::{self, Count, Literal as _};
use base::money::{Amount, Pence, Quantity, Rate, Rounding, WHOLE, thousands};
use base::problem::Problem;
use base::ratio::Ratio;
use base::reader::Section;
use base::schedule::{Schedule, find_column, find_table};
use base::scheme_files::SchemeFiles;

pub(super) const DESCRIPTION: KindDescription = KindDescription {
    name: "service fee",
    summary: "A fee for each month in which people start, whatever the results: it ends with the last cohort, and nothing is due for \
              the months after that. It is due to the provider that holds the area. It may fall by a share each contract year, and may be set by bands of people a year.",
    example: r#"[pay.fee]
clause = "service fee"
each_month = "£85,000"            # until the last cohort ends; or each_year = "£1,020,000", or bands = "bands.csv" (from, to, each_month)
falls_each_year = "2%"            # optional: a yearly discount, as the provider learns
from = "clause 4.1""#,
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
    /// By the number of people in a year, at the yearly rate of the months seen.
    Bands(Vec<Band>),
}

/// From so many people a year to so many, both included.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    pub from: i64,
    pub to: Option<i64>,
    pub each_month: Pence,
}

fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> Option<ServiceFee> {
    let given: Vec<&str> = ["each_month", "each_year", "bands"].into_iter().filter(|key| section.has(key)).collect();
    let fix = "write the yearly discount, such as \"2%\". A fee that rises needs a table with a column `year` instead";
    let falls = match section.has("falls_each_year") {
        true => section.required_within("falls_each_year", (Rate(0), Rate(WHOLE)), "not a share of the fee", fix),
        false => Rate(0),
    };
    if given.len() != 1 {
        let said = if given.is_empty() { "none of them".to_owned() } else { given.join(" and ") };
        let at = given.get(1).copied().unwrap_or("clause");
        let mut problem = section.problem(at, "a service fee needs exactly one of three keys").read(said);
        problem = problem.expected("each_month, each_year or bands").fix("for example each_month = \"£85,000\"");
        section.push(problem);
        return None;
    }
    let basis = match given[0] {
        "each_month" => Basis::EachMonth(section.positive_schedule("each_month", context.keys)),
        "each_year" => Basis::EachYear(section.positive_schedule("each_year", context.keys)),
        _ => Basis::Bands(bands(section)?),
    };
    Some(ServiceFee { basis, falls })
}

/// Reads the bands. Gaps and overlaps are errors.
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
        let wrong = |column: usize, wrong: literal::LiteralError, expected: &str| {
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
                    let problem = table.problem(row[price].span, "the fee is negative").read(row[price].text.clone());
                    section.push(problem.expected("zero or more").fix("write it without the minus sign"));
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
            true if from == 1 => "no band covers 1 person".to_owned(),
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

impl ClauseKind for ServiceFee {
    fn description(&self) -> &'static KindDescription {
        &DESCRIPTION
    }

    fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> Option<Self> {
        read(section, context)
    }

    fn effects(&self) -> ClauseEffects {
        ClauseEffects {
            pays_for_results: false,
            compares_results: false,
            takes_back: false,
            may_owe: false,
            pays_for_whole_area: true,
        }
    }

    fn price<A: Amount, L: LineSink<A>>(&self, pricing: &mut ClausePricing<'_, A, L>) {
        let (scheme, tally) = (pricing.scheme, pricing.tally);
        for at in 0..tally.cohorts.len() {
            let cohort = &scheme.cohorts[tally.cohorts[at]];
            // A month's fee is due when the month has passed. Its band is known when the cohort has ended.
            let running = tally.stage(at) == CohortStage::Running;
            let months = tally.months(at, cohort.months);
            if running && (months == 0 || matches!(self.basis, Basis::Bands(_))) {
                continue;
            }
            let (quantity, unit, price) = match &self.basis {
                Basis::EachMonth(schedule) => (Quantity::whole(months), "months", schedule.at(tally.area, 0, cohort.time())),
                Basis::EachYear(schedule) => (Quantity(months * WHOLE / 12), "years", schedule.at(tally.area, 0, cohort.time())),
                Basis::Bands(bands) => (Quantity::whole(months), "months", band_price(bands, people_a_year(pricing, at))),
            };
            let price = discounted(price, self.falls, cohort.year, scheme.rounding);
            let line = UnpricedLine { cohorts: at..at + 1, segment: None, quantity, unit, price };
            let exact = || match &self.basis {
                Basis::EachYear(_) => Ratio::new(months.into(), 12),
                Basis::EachMonth(_) | Basis::Bands(_) => Ratio::whole(months),
            };
            pricing.pay_exact(line, exact, || match &self.basis {
                Basis::Bands(_) => "the service fee of the band of people a year".to_owned(),
                _ if running => "the service fee of the cohort's months that have passed".to_owned(),
                _ => "the service fee of the cohort's months".to_owned(),
            });
        }
    }

    fn explain(&self, scheme: &SchemeTerms, _: &dyn OtherClauses) -> Vec<String> {
        let mut out = match &self.basis {
            Basis::EachMonth(fee) => vec![format!("The payer pays {} for each month of service.", prices(scheme, fee))],
            Basis::EachYear(fee) => vec![format!("The payer pays {} for each year of service.", prices(scheme, fee))],
            Basis::Bands(bands) => {
                let mut out =
                    vec!["The payer pays a fee for each month of service, by the number of people in a year:".to_owned()];
                for band in bands {
                    let to = band.to.map_or("and more".to_owned(), |to| format!("to {}", thousands(to)));
                    out.push(format!("{} {to} people a year: {} a month.", thousands(band.from), band.each_month));
                }
                out
            }
        };
        if self.falls.0 > 0 {
            out.push(format!("The fee falls by {} each contract year.", self.falls));
        }
        if let Some(last) = scheme.cohorts.iter().map(|cohort| cohort.ends).max().filter(|last| *last < scheme.ends) {
            out.push(format!(
                "It is due for the months in which people start, until {}. Nothing is due for the months after that, in which results \
                 are still measured.",
                date_words(last)
            ));
        }
        out
    }

    fn amounts(&self) -> Vec<(&'static str, &Schedule<Pence>)> {
        match &self.basis {
            Basis::EachMonth(fee) => vec![("The fee for a month", fee)],
            Basis::EachYear(fee) => vec![("The fee for a year", fee)],
            Basis::Bands(_) => Vec::new(),
        }
    }

    fn amounts_mut(&mut self) -> Vec<(&'static str, &mut Schedule<Pence>)> {
        match &mut self.basis {
            Basis::EachMonth(fee) => vec![("monthly fee", fee)],
            Basis::EachYear(fee) => vec![("yearly fee", fee)],
            Basis::Bands(_) => Vec::new(),
        }
    }

    fn is_monthly(&self) -> bool {
        true
    }

    fn expected_fee(&self, _: &SchemeTerms, area: usize, cohort: &Cohort) -> Option<f64> {
        let months = cohort.months as f64;
        let full = match &self.basis {
            Basis::EachMonth(schedule) => months * schedule.at(area, 0, cohort.time()).0 as f64,
            Basis::EachYear(schedule) => months / 12.0 * schedule.at(area, 0, cohort.time()).0 as f64,
            Basis::Bands(_) => return None,
        };
        Some(full * (1.0 - self.falls.as_f64()).powi(cohort.year as i32))
    }

    fn least_fee(&self, area: usize, cohorts: &[&Cohort]) -> i64 {
        let sum = |fee: &dyn Fn(&Cohort) -> i64| cohorts.iter().map(|cohort| cohort.months * fee(cohort)).sum::<i64>();
        match &self.basis {
            Basis::EachMonth(schedule) => sum(&|cohort| schedule.at(area, 0, cohort.time()).0),
            Basis::EachYear(schedule) => sum(&|cohort| schedule.at(area, 0, cohort.time()).0) / 12,
            Basis::Bands(bands) => sum(&|_| bands.iter().map(|band| band.each_month.0).min().unwrap_or_default()),
        }
    }

    /// Bands that lie far from the number of people expected.
    fn unlikely_numbers(&self, name: &str, scheme: &SchemeTerms, files: &SchemeFiles) -> Vec<Problem> {
        let Basis::Bands(bands) = &self.basis else { return Vec::new() };
        let a_year = (0..scheme.areas.len()).map(|area| expected_people::in_first_year(scheme, area));
        let (low, high) = a_year.fold((i64::MAX, 0), |(low, high), n| (low.min(n), high.max(n)));
        let expected = match low == high {
            true => thousands(low),
            false => format!("{} to {}", thousands(low), thousands(high)),
        };
        let far = bands.iter().filter(|band| band.from > high * 3 || band.to.is_some_and(|to| to * 3 < low));
        let warning = |band: &Band| {
            scheme_file::warning(files, &format!("pay.{name}"), "a band is far from the number of people expected".to_owned())
                .read(format!("the band from {} people a year, where {expected} are expected", thousands(band.from)))
                .expected("bands around the number of people expected")
                .fix("check whether the bands are for a year, and the people for a cohort")
        };
        far.map(warning).collect()
    }

    fn scale_fees(&mut self, change: &dyn Fn(Pence) -> Pence) {
        match &mut self.basis {
            Basis::EachMonth(schedule) | Basis::EachYear(schedule) => *schedule = schedule.map(change),
            Basis::Bands(bands) => bands.iter_mut().for_each(|band| band.each_month = change(band.each_month)),
        }
    }

    fn amend(&self, new: &Self, name: &str, text: &mut Amendment<'_>) {
        match (&self.basis, &new.basis) {
            (Basis::EachMonth(old), Basis::EachMonth(new)) => text.price(name, "each_month", old, new),
            (Basis::EachYear(old), Basis::EachYear(new)) => text.price(name, "each_year", old, new),
            (Basis::Bands(old), Basis::Bands(new)) => {
                let prices = |bands: &[Band]| Schedule::of_segments(bands.iter().map(|band| band.each_month).collect());
                text.bands(name, &prices(old), &prices(new));
            }
            _ => {}
        }
    }

    fn write_new(&self, name: &str, text: &mut Amendment<'_>) -> Option<NewClause> {
        let Basis::EachYear(price) = &self.basis else { return None };
        let lines = vec![("each_year", text.amounts(name, "each_year", price))];
        Some(NewClause { why: "a fee that does not vary with the number of people", lines })
    }
}

/// People in the contract year of a cohort, at the yearly rate of the months that the tally has for it.
fn people_a_year<A: Amount, L: LineSink<A>>(pricing: &ClausePricing<'_, A, L>, cohort: usize) -> i64 {
    let (tally, year) = (pricing.tally, pricing.time(cohort).year);
    let (mut people, mut months) = (0, 0);
    for (at, &position) in tally.cohorts.iter().enumerate() {
        if pricing.scheme.cohorts[position].year == year {
            people += (at * tally.segments..(at + 1) * tally.segments).map(|cell| tally.started(cell)).sum::<i64>();
            let of = pricing.scheme.cohorts[position].months;
            months += if tally.due.is_empty() { of } else { tally.months(at, of) };
        }
    }
    people * 12 / months.max(1)
}

fn band_price(bands: &[Band], people: i64) -> Pence {
    let band = bands.iter().find(|band| band.to.is_none_or(|to| people <= to));
    band.map_or(Pence(0), |band| band.each_month)
}
