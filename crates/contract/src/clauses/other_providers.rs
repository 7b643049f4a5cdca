//! The points of other providers, as a table of the contract has them: with them a pot is divided and a rank decided.

use std::collections::BTreeMap;

use base::literal::{self, Count, Literal as _, Score};
use base::reader::Section;
use base::schedule::{ScheduleKeys, find_column, find_table};
use base::similar_names;
use base::source::Span;
use base::sum_words::is_sum_or_note;

/// The points of another provider.
#[derive(Clone, Debug, PartialEq)]
pub struct OtherProvider {
    /// Position of the area, where the table tells areas apart.
    pub area: Option<usize>,
    /// Contract year from 0, where the table tells years apart.
    pub year: Option<usize>,
    pub points: Score,
    /// As the table names it, and where.
    pub provider: String,
    pub file: String,
    pub span: Span,
}

/// The most other providers.
pub const MAX_OTHERS: usize = 200;

/// With how many of the rows above a name is compared.
const MOST_COMPARED: usize = 200;

/// Names of a row for all of them, besides those of sums anywhere.
const ALL: [&str; 2] = ["all", "all providers"];

/// The table of other providers: the columns `provider` and `points` and, where they differ, `year` and `area`. A row that is no other
/// provider, or is there twice, would change what the pot is divided by.
pub(super) fn read(section: &Section<'_, '_>, keys: &ScheduleKeys, most: Option<Score>) -> Vec<OtherProvider> {
    let file = section.required_text("others", "a CSV file with columns provider, year and points, such as \"others.csv\"");
    let Some(table) = find_table(section, "others", &file) else { return Vec::new() };
    let Some(points) = find_column(section, "others", table, "points") else { return Vec::new() };
    let Some(provider) = find_column(section, "others", table, "provider") else { return Vec::new() };
    let mut seen: BTreeMap<(String, Option<usize>, Option<usize>), Span> = BTreeMap::new();
    let (area, year) = (table.column("area"), table.column("year"));
    let mut out = Vec::new();
    for row in &table.rows {
        if section.reader.counts_only(&table.name) {
            break;
        }
        let wrong = |column: usize, what: String, expected: String, fix: &str| {
            section.push(table.problem(row[column].span, what).read(row[column].text.clone()).expected(expected).fix(fix));
        };
        let place = area.map(|column| keys.areas.iter().position(|area| *area == row[column].text));
        if let (Some(column), Some(None)) = (area, place) {
            wrong(column, "the scheme has no area of this name".to_owned(), keys.areas.join(", "), "correct the name");
        }
        let years = i64::try_from(keys.years).unwrap_or(i64::MAX);
        let read = |column: usize| Count::parse(&row[column].text).ok().map(|year| year.0).filter(|at| (1..=years).contains(at));
        let in_year = year.map(read);
        if let (Some(column), Some(None)) = (year, in_year) {
            let expected = format!("a contract year from 1 to {years}");
            wrong(column, "the contract has no cohorts in this year".to_owned(), expected, "write the number of the year");
        }
        let name = similar_names::folded(&row[provider].text);
        let form = similar_names::organisation(&row[provider].text);
        let in_contract_year = in_year.flatten().and_then(|year| usize::try_from(year - 1).ok());
        if name.is_empty() {
            let fix = "name the provider, or remove the row";
            wrong(provider, "this provider has no name".to_owned(), "the name of another provider".to_owned(), fix);
        } else if is_sum_or_note(&name) || ALL.contains(&name.as_str()) {
            let fix = "remove the row: totals count nobody. A provider of this name is written with its full name";
            wrong(
                provider,
                "this row is no provider: it adds up the others".to_owned(),
                "one row for each other provider".to_owned(),
                fix,
            );
        } else if let Some(first) = seen.insert((form, place.flatten(), in_contract_year), row[provider].span) {
            let what = format!("`{}` is there twice for the same time and area, and would count twice", row[provider].text);
            let rows = format!(
                "rows {} and {}",
                table.line(&section.reader.files.sources, first),
                table.line(&section.reader.files.sources, row[provider].span)
            );
            section.push(
                table
                    .problem(row[provider].span, what)
                    .read(rows)
                    .expected("one row for each other provider and contract year. How a name is written makes no difference")
                    .fix("remove one of the two. Years and areas are told apart by columns `year` and `area`"),
            );
        } else if let Some(near) = out.iter().take(MOST_COMPARED).find(|other: &&OtherProvider| {
            let same_time = (other.area, other.year) == (place.flatten(), in_contract_year);
            same_time && similar_names::slip(&other.provider, &row[provider].text)
        }) {
            let rows = [near.span, row[provider].span].map(|span| table.line(&section.reader.files.sources, span));
            section.push(
                table
                    .problem(row[provider].span, "two other providers have nearly the same name, and both count")
                    .read(format!("`{}` in row {} and `{}` in row {}", near.provider, rows[0], row[provider].text, rows[1]))
                    .expected("one row for each other provider and contract year")
                    .fix("remove one of the two if they are one provider; no action needed if they are two")
                    .warning(),
            );
        }
        let path = format!("{}: row {}: points", table.name, out.len() + 1);
        match literal::ranged::<Score>(&row[points].text) {
            Ok(ranged) => {
                if ranged.ends().iter().any(|points| points.0 < 0) {
                    wrong(points, "points are not negative".to_owned(), "0 or more".to_owned(), "correct the number");
                }
                if let Some(most) = most.filter(|most| ranged.ends().iter().any(|points| points > most)) {
                    let fix = "correct the number, or the points of the indicators";
                    wrong(points, "nobody can have so many points".to_owned(), format!("at most {}", most.words()), fix);
                }
                out.push(OtherProvider {
                    area: place.flatten(),
                    year: in_contract_year,
                    points: section.reader.note(path, ranged, section.source()),
                    provider: row[provider].text.clone(),
                    file: table.name.clone(),
                    span: row[provider].span,
                });
            }
            Err(error) => wrong(points, format!("`points`: {}", error.what), Score::EXPECTED.to_owned(), &error.fix),
        }
    }
    if out.len() > MAX_OTHERS * keys.years.max(1) * keys.areas.len().max(1) {
        let problem = table.problem(table.head(), "there are more providers than can be compared");
        let problem = problem.read(format!("rows: {}", out.len())).expected(format!("at most {MAX_OTHERS} in each year"));
        section.push(problem.fix("check whether this is a table of providers and contract years"));
    }
    out
}
