//! Reads a tally from a CSV table.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::certified_costs;
use crate::exceptions::{OverLimit, over_limit};
use crate::price::{NoLines, Paid, price};
use crate::references::named_in;
use crate::scheme::Scheme;
use crate::tally::{MAX_EVENTS, MAX_PEOPLE, Tally, level_misfit, misfit, part_misfit};
use crate::terms::{Baseline, OutcomeKind};
use base::english::counted;
use base::money::{Pence, thousands};
use base::problem::{self, Problem, Severity};
use base::scheme_files::SchemeFiles;
use base::table::{CsvTable, TableCell};

/// The most pence that a clause may pay or take in total. A whole number can hold nine times as much.
const MAX_PENCE: f64 = 1e18;
/// The most people, and the most events, in a whole tally. Beyond it the exact arithmetic in billionths would not fit.
const MAX_TOTAL: i64 = 50_000_000;

/// Reads a tally file with one row per area, cohort and segment. Columns: `area`, `cohort` and `segment` (where the scheme has
/// several), `people`, and one named after each outcome. An outcome with a comparison group also has `NAME comparison people` and
/// `NAME comparison`. An outcome compared with the same people before they started has `NAME before`. An outcome whose claims are
/// audited has `NAME found false`, and one with exceptions may have `NAME excepted`. Where a clause is worked out from certified costs
/// there may be a column `costs`: those of a cohort are the sum over its rows, and an empty cell says that they are not certified yet.
/// The result is one tally for each area.
///
/// A column `scheme` or `provider` says whose counts they are: the same in each row.
pub fn read(scheme: &Scheme, file: &str, files: &SchemeFiles) -> Result<Vec<Tally>, Vec<Problem>> {
    read_for(scheme, file, files, None)
}

/// Whose counts a tally must be, where it says so.
#[derive(Clone, Copy, Debug)]
pub struct TallyOwner<'a> {
    /// The name of the contract.
    pub contract: &'a str,
    /// Who is paid.
    pub provider: &'a str,
}

/// The same for a payment: the rows are of this contract and this provider.
pub fn read_for(
    scheme: &Scheme,
    file: &str,
    files: &SchemeFiles,
    owner: Option<TallyOwner<'_>>,
) -> Result<Vec<Tally>, Vec<Problem>> {
    let Some(table) = files.tables.get(file) else {
        return Err(files.problems.clone());
    };
    let mut problems: Vec<Problem> = files.problems.iter().filter(|problem| problem.file == file).cloned().collect();
    // A table without a first row lacks every column, and that is one mistake.
    if table.header.is_empty() && !problems.is_empty() {
        return Err(problems);
    }
    let columns = TallyColumns::find(scheme, table, &mut problems);
    let contracts = owner.map(|owner| vec![owner.contract, scheme.name.as_str()]);
    of_one(table, "scheme", contracts.as_deref(), &mut problems);
    of_one(table, "provider", owner.map(|owner| vec![owner.provider]).as_deref(), &mut problems);
    let mut tallies: Vec<Tally> = Vec::new();
    let mut rows: Vec<(usize, usize, usize, &Vec<TableCell>)> = Vec::new();
    let cohorts: Vec<String> = scheme.cohorts.iter().map(|cohort| cohort.name.clone()).collect();
    let mut first: BTreeMap<(usize, usize, usize), &TableCell> = BTreeMap::new();
    for row in &table.rows {
        if problem::is_full(&problems, Severity::Error) {
            problem::add(&mut problems, Problem::file(file, "the rows after these errors were not checked"));
            return Err(problems);
        }
        let mut position = |column: Option<usize>, what: &str, known: &[String]| {
            named_in(table, column, row, what, known).map_err(|problem| problems.push(*problem)).ok()
        };
        let area = position(columns.area, "area", &scheme.areas);
        let cohort = position(columns.cohort, "cohort", &cohorts);
        let segment = position(columns.segment, "segment", &scheme.segments);
        let (Some(area), Some(cohort), Some(segment)) = (area, cohort, segment) else { continue };
        match first.entry((area, cohort, segment)) {
            Entry::Occupied(known) => {
                let line = |cell: &TableCell| table.line(&files.sources, cell.span);
                problems.push(
                    table
                        .problem(row[0].span, "there is already a row for this area, cohort and segment")
                        .read(format!("rows {} and {}", line(known.get()), line(&row[0])))
                        .expected("one row for each area, cohort and segment")
                        .fix("add the two rows together, or correct one of the names"),
                );
            }
            Entry::Vacant(new) => {
                new.insert(&row[0]);
                rows.push((area, cohort, segment, row));
            }
        }
    }
    let mut areas: Vec<usize> = rows.iter().map(|row| row.0).collect();
    areas.sort_unstable();
    areas.dedup();
    for area in areas {
        let mut cohorts: Vec<usize> = rows.iter().filter(|row| row.0 == area).map(|row| row.1).collect();
        cohorts.sort_unstable();
        cohorts.dedup();
        let mut tally = Tally::empty(scheme, area, cohorts);
        for &(_, cohort, segment, row) in rows.iter().filter(|row| row.0 == area) {
            if problem::is_full(&problems, Severity::Error) {
                problem::add(&mut problems, Problem::file(file, ""));
                continue;
            }
            let position = tally.cohorts.binary_search(&cohort).unwrap_or_default();
            let cell = tally.cell(position, segment);
            columns.fill(scheme, &mut tally, cell, row, table, &mut problems);
        }
        tally.add_costs(&scheme.certified_costs, "");
        if problems.is_empty() {
            problems.extend(over_limit(scheme, &tally).iter().map(|over| columns.too_many(scheme, &tally, over, table)));
        }
        let people: i64 = tally.people.iter().chain(tally.comparison.iter().flat_map(|group| &group.people)).sum();
        let events = tally.counts.iter().map(|counts| counts.iter().sum::<i64>()).max().unwrap_or_default();
        if people > MAX_TOTAL || events > 100 * MAX_TOTAL {
            problems.push(
                table
                    .problem(table.head(), "the tally is too large to be priced exactly")
                    .read(format!("{} people and {} events", thousands(people), thousands(events)))
                    .expected(format!(
                        "at most {} people and {} events in an area",
                        thousands(MAX_TOTAL),
                        thousands(100 * MAX_TOTAL)
                    ))
                    .fix("price it in parts, such as a year at a time"),
            );
        }
        // What is paid must fit into whole pence. A sum that is cut off at the largest number would be wrong without a message.
        let mut paid = Paid::<f64>::default();
        price(scheme, &tally, &mut paid, &mut NoLines);
        if problems.is_empty() && paid.largest() > MAX_PENCE {
            problems.push(
                table
                    .problem(table.head(), "the payments are too large to be counted")
                    .expected("amounts of at most £10 million billion")
                    .fix("check the counts and the prices"),
            );
        }
        tallies.push(tally);
    }
    if problems.is_empty() { Ok(tallies) } else { Err(problems) }
}

/// Refuses rows of another contract or another provider than what is paid or, where nothing says which, than the first row.
fn of_one(table: &CsvTable, what: &str, known: Option<&[&str]>, problems: &mut Vec<Problem>) {
    let Some(column) = table.column(what) else { return };
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    // A column without a name says nothing.
    if table.rows.iter().all(|row| row[column].text.trim().is_empty()) {
        return;
    }
    let first = table.rows.first().map(|row| row[column].text.as_str());
    let known: Vec<String> =
        known.map_or_else(|| first.into_iter().map(plain).collect(), |known| known.iter().map(|name| plain(name)).collect());
    let as_known = |row: &&Vec<TableCell>| known.contains(&plain(&row[column].text));
    let expected = format!("`{}` in each row", known.first().map_or("", String::as_str));
    for row in table.rows.iter().filter(|row| !as_known(row)) {
        if problem::is_full(problems, Severity::Error) {
            problem::add(problems, Problem::file(&table.name, ""));
            continue;
        }
        let name = plain(&row[column].text);
        let said = match (what, name.as_str()) {
            ("provider", "") => "this row does not say whose people it counts".to_owned(),
            ("provider", name) => format!("this row counts the people of `{name}`"),
            (_, "") => "this row does not say which contract it is for".to_owned(),
            (_, name) => format!("this row is for the contract `{name}`"),
        };
        problems.push(
            table
                .problem(row[column].span, said)
                .read(name.clone())
                .expected(expected.clone())
                .nearest(&name, known.iter().map(String::as_str))
                .fix(format!("leave out the row, or correct the name: a tally is for one {what}")),
        );
    }
}

struct TallyColumns {
    area: Option<usize>,
    cohort: Option<usize>,
    segment: Option<usize>,
    people: Option<usize>,
    outcomes: Vec<Option<usize>>,
    /// The columns of people and counts. The same people before they started have no column of their own.
    comparison: Vec<Option<(Option<usize>, usize)>>,
    found_false: Vec<Option<usize>>,
    excepted: Vec<Option<usize>>,
    households: Option<usize>,
    costs: Option<usize>,
}

impl TallyColumns {
    fn find(scheme: &Scheme, table: &CsvTable, problems: &mut Vec<Problem>) -> TallyColumns {
        let mut known: Vec<String> = ["scheme", "provider", "area", "cohort", "segment", "people"].map(str::to_owned).to_vec();
        for outcome in &scheme.outcomes {
            known.push(outcome.name.clone());
            match outcome.baseline {
                Baseline::Comparison { .. } => {
                    known.push(format!("{} comparison people", outcome.name));
                    known.push(format!("{} comparison", outcome.name));
                }
                Baseline::Before { .. } => known.push(format!("{} before", outcome.name)),
                Baseline::Fixed(_) | Baseline::None => {}
            }
        }
        let audited = |at: &usize| scheme.checked(*at).is_some();
        known.extend((0..scheme.outcomes.len()).filter(audited).map(|at| format!("{} found false", scheme.outcomes[at].name)));
        let excepting = scheme.outcomes.iter().filter(|outcome| outcome.exceptions.is_some());
        known.extend(excepting.map(|outcome| format!("{} excepted", outcome.name)));
        if scheme.counts_households() {
            known.push("households".to_owned());
        }
        if scheme.reads_costs() {
            known.push("costs".to_owned());
        }
        for cell in &table.header {
            if !known.iter().any(|name| name.eq_ignore_ascii_case(&cell.text)) {
                if problem::is_full(problems, Severity::Error) {
                    problem::add(problems, Problem::file(&table.name, ""));
                    continue;
                }
                problems.push(
                    table
                        .problem(cell.span, format!("a tally of this scheme has no column `{}`", cell.text))
                        .read(cell.text.clone())
                        .expected(format!("one of {}", known.join(", ")))
                        .nearest(&cell.text, known.iter().map(String::as_str))
                        .fix("rename the column or remove it"),
                );
            }
        }
        let mut need = |name: &str, needed: bool| {
            let found = table.column(name);
            if found.is_none() && needed {
                problems.push(
                    table
                        .problem(table.head(), format!("the tally has no column `{name}`"))
                        .expected(format!("a column named {name}"))
                        .nearest(name, table.columns())
                        .fix("add the column. The scheme cannot be priced without it"),
                );
            }
            found
        };
        TallyColumns {
            area: need("area", scheme.areas.len() > 1),
            cohort: need("cohort", scheme.cohorts.len() > 1),
            segment: need("segment", scheme.segments.len() > 1),
            people: need("people", true),
            outcomes: scheme.outcomes.iter().map(|outcome| need(&outcome.name, true)).collect(),
            comparison: scheme
                .outcomes
                .iter()
                .map(|outcome| match outcome.baseline {
                    Baseline::Comparison { .. } => {
                        let people = need(&format!("{} comparison people", outcome.name), true);
                        let count = need(&format!("{} comparison", outcome.name), true);
                        people.zip(count).map(|(people, count)| (Some(people), count))
                    }
                    Baseline::Before { .. } => need(&format!("{} before", outcome.name), true).map(|count| (None, count)),
                    _ => None,
                })
                .collect(),
            found_false: (0..scheme.outcomes.len())
                .map(|at| need(&format!("{} found false", scheme.outcomes[at].name), false))
                .collect(),
            excepted: scheme.outcomes.iter().map(|outcome| need(&format!("{} excepted", outcome.name), false)).collect(),
            households: match scheme.counts_households() {
                true => need("households", true),
                false => None,
            },
            costs: need("costs", false).filter(|_| scheme.reads_costs()),
        }
    }

    /// More people are excepted than the contract allows.
    fn too_many(&self, scheme: &Scheme, tally: &Tally, over: &OverLimit, table: &CsvTable) -> Problem {
        let head = self.excepted[over.outcome].map_or(table.head(), |column| table.header[column].span);
        table
            .problem(head, format!("too many people are excepted from `{}`", scheme.outcomes[over.outcome].name))
            .read(over.words(scheme, tally))
            .expected(format!("at most {} excepted in this cohort", thousands(over.most)))
            .fix("check the numbers of the cohort. People beyond the limit are not excepted: they count, with their results")
    }

    fn fill(
        &self,
        scheme: &Scheme,
        tally: &mut Tally,
        cell: usize,
        row: &[TableCell],
        table: &CsvTable,
        problems: &mut Vec<Problem>,
    ) {
        let mut readable = true;
        let mut count = |column: usize, most: i64, limit: Option<(i64, &str)>| -> i64 {
            let text: String = row[column].text.chars().filter(|c| !matches!(c, ',' | '_')).collect();
            let value = text.parse::<i64>().ok().filter(|value| (0..=most).contains(value));
            let Some(value) = value else {
                problems.push(
                    table
                        .problem(row[column].span, format!("`{}` is not a count", table.header[column].text))
                        .read(row[column].text.clone())
                        .expected(format!("a whole number from 0 to {}", thousands(most)))
                        .fix("write digits only. A count has no unit and no decimals"),
                );
                readable = false;
                return 0;
            };
            if let Some((limit, what)) = limit
                && value > limit
                && readable
            {
                problems.push(
                    table
                        .problem(row[column].span, format!("`{}` is more than {what}", table.header[column].text))
                        .read(thousands(value))
                        .expected(format!("at most {}", thousands(limit)))
                        .fix("check both numbers of this row"),
                );
            }
            value
        };
        let people = self.people.map_or(0, |column| count(column, MAX_PEOPLE, None));
        tally.people[cell] = people;
        if let Some(column) = self.households {
            let households = count(column, MAX_PEOPLE, Some((people, "the people of the row")));
            tally.set_households(scheme, cell, households.min(people));
        }
        for (at, column) in self.excepted.iter().enumerate().filter(|(at, _)| scheme.outcomes[*at].exceptions.is_some()) {
            if let (Some(column), Some(excepted)) = (column, tally.excepted[at].get_mut(cell)) {
                *excepted = count(*column, MAX_PEOPLE, Some((people, "the people of the row"))).min(people);
            }
        }
        for (at, outcome) in scheme.outcomes.iter().enumerate() {
            let Some(column) = self.outcomes[at] else { continue };
            let measured = tally.measured(scheme, at, cell);
            let (most, limit) = match outcome.kind {
                OutcomeKind::Binary if outcome.counts_households => (MAX_PEOPLE, Some((measured, "the households of the row"))),
                OutcomeKind::Binary if measured < people => (MAX_PEOPLE, Some((measured, "the people who are not excepted"))),
                OutcomeKind::Binary => (MAX_PEOPLE, Some((people, "the people of the row"))),
                OutcomeKind::Sustained { .. } | OutcomeKind::Frequency { .. } => (MAX_EVENTS, None),
                OutcomeKind::Amount { most } => (
                    MAX_EVENTS,
                    Some((measured.saturating_mul(most), "the largest amount that counts, for everybody of the row")),
                ),
            };
            tally.counts[at][cell] = count(column, most, limit);
            if let Some((people_column, count_column)) = self.comparison[at] {
                let compared = people_column.map_or(measured, |column| count(column, MAX_PEOPLE, None));
                tally.comparison[at].people[cell] = compared;
                let limit = match outcome.kind {
                    OutcomeKind::Binary => Some((compared, "the people it is compared with")),
                    OutcomeKind::Amount { most } => {
                        Some((compared.saturating_mul(most), "the largest amount that counts, for everybody it is compared with"))
                    }
                    OutcomeKind::Frequency { .. } | OutcomeKind::Sustained { .. } => None,
                };
                tally.comparison[at].counts[cell] = count(count_column, MAX_EVENTS, limit);
            }
            if let (Some(column), true) = (self.found_false[at], scheme.checked(at).is_some()) {
                // Each claim is of a person of the row; a result that lasts can be claimed for each period.
                let (limit, what) = match outcome.kind {
                    OutcomeKind::Binary => (people, "the people of the row"),
                    OutcomeKind::Sustained { most, .. } => {
                        (people.saturating_mul(most), "what the people of the row can have claimed")
                    }
                    OutcomeKind::Frequency { .. } | OutcomeKind::Amount { .. } => (MAX_EVENTS, "a tally may count"),
                };
                tally.found_false[at][cell] = count(column, MAX_EVENTS, Some((limit, what)));
            }
        }
        if let Some(cell_of_costs) = self.costs.map(|column| &row[column]).filter(|cell| !cell.text.trim().is_empty()) {
            match certified_costs::amount(table, cell_of_costs) {
                Ok(costs) => {
                    tally.costs.resize(tally.cohorts.len(), None);
                    let sum = &mut tally.costs[cell / scheme.segments.len()];
                    *sum = Some(Pence(sum.unwrap_or_default().0.saturating_add(costs.0)));
                }
                Err(problem) => problems.push(*problem),
            }
        }
        // Counts are compared with each other only if all of them could be read.
        if !readable {
            return;
        }
        for (at, outcome) in scheme.outcomes.iter().enumerate() {
            if let Some((Some(column), _)) = self.comparison[at]
                && people > 0
                && row[column].text.parse() == Ok(0)
            {
                problems.push(
                    table
                        .problem(row[column].span, format!("there is nobody to compare `{}` with", outcome.name))
                        .read(format!("{} served and 0 compared", counted(people, "person", "people")))
                        .expected("at least one person in the comparison group")
                        .fix("write the number of people in the comparison group"),
                );
            }
            let results = tally.counts[at][cell];
            if let Some(column) = self.outcomes[at]
                && let Some(misfit) = misfit(scheme, at, tally.counts[outcome.base(at)][cell], results)
                    .or_else(|| part_misfit(scheme, at, |of| tally.counts[of][cell]))
                    .or_else(|| {
                        let both = outcome.reaches().filter(|(amount, _)| self.outcomes[*amount].is_some());
                        both.and_then(|_| level_misfit(scheme, at, tally.measured(scheme, at, cell), |of| tally.counts[of][cell]))
                    })
            {
                let problem = table.problem(row[column].span, misfit.what).read(misfit.read).expected(misfit.expected);
                problems.push(problem.fix("check both numbers of this row"));
            }
        }
    }
}
