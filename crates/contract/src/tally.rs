//! The tally: what happened to the people of one area, by cohort and segment. It is all that pricing ever sees, whether it
//! was measured from records or simulated.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::price::{NoLines, Paid, price};
use crate::terms::{Baseline, Kind, Scheme};
use base::money::thousands;
use base::opened::Opened;
use base::problem::{self, Problem, Severity};
use base::table::{Cell, Table};

/// Most people in one row of a tally.
pub(crate) const MOST_PEOPLE: i64 = 10_000_000;
/// Most events or units in one row.
pub(crate) const MOST_EVENTS: i64 = 1_000_000_000;
/// Most pence that a clause may pay or take in all; what a whole number holds is nine times as much.
const MOST_PENCE: f64 = 1e18;
/// Most people, and most events, in a whole tally: beyond it the exact arithmetic in billionths would not fit.
const MOST_IN_ALL: i64 = 50_000_000;

/// What happened in one area. Cells are ordered by cohort, then segment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Position of the area in the scheme.
    pub area: usize,
    /// Positions of the cohorts in the scheme, in order.
    pub cohorts: Vec<usize>,
    /// Number of segments of the scheme.
    pub segments: usize,
    /// People counted, one per cell.
    pub people: Vec<i64>,
    /// For each outcome of the scheme, one count per cell: people for a binary outcome, events for a frequency, periods for
    /// a sustained one.
    pub counts: Vec<Vec<i64>>,
    /// For each outcome with a comparison group: its people and its counts per cell; both empty otherwise.
    pub comparison: Vec<Comparison>,
    /// For each outcome that the provider reports and an audit checks: claims found false, per cell; empty otherwise.
    pub found_false: Vec<Vec<i64>>,
    /// People who have started and of whom something is not yet known, one per cell; empty when there are none.
    pub waiting: Vec<i64>,
    /// How far each cohort has come; empty when all are complete.
    pub stages: Vec<Stage>,
    /// Whole months of each cohort that have passed, for those that are running; empty when all have ended.
    pub passed: Vec<i64>,
    /// Whole months of each cohort for which a fee is due, where the provider did not hold the area throughout; empty when all
    /// that have passed are due.
    pub due: Vec<i64>,
}

/// How far a cohort has come by the day of a statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Its last day has not passed.
    Running,
    /// It has ended, and of somebody in it something is not yet known.
    Ended,
    /// Everything is known of everyone.
    #[default]
    Complete,
}

/// The comparison group of one outcome, or the same people before they started.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    pub people: Vec<i64>,
    pub counts: Vec<i64>,
}

impl Tally {
    /// A tally of zeros for some cohorts of an area.
    #[must_use]
    pub fn empty(scheme: &Scheme, area: usize, cohorts: Vec<usize>) -> Tally {
        let segments = scheme.segments.len();
        let cells = cohorts.len() * segments;
        let comparison = scheme.outcomes.iter().map(|outcome| match outcome.compared() {
            Some(_) => Comparison { people: vec![0; cells], counts: vec![0; cells] },
            None => Comparison::default(),
        });
        let found_false = |at: usize| if scheme.checked(at).is_some() { vec![0; cells] } else { Vec::new() };
        Tally {
            area,
            segments,
            people: vec![0; cells],
            counts: vec![vec![0; cells]; scheme.outcomes.len()],
            comparison: comparison.collect(),
            found_false: (0..scheme.outcomes.len()).map(found_false).collect(),
            waiting: Vec::new(),
            stages: Vec::new(),
            passed: Vec::new(),
            due: Vec::new(),
            cohorts,
        }
    }

    /// The same with so many times as many people, each count to the nearest whole.
    #[must_use]
    pub fn scaled(&self, by: f64) -> Tally {
        let scale = |counts: &Vec<i64>| counts.iter().map(|&count| (count as f64 * by).round() as i64).collect();
        Tally {
            people: scale(&self.people),
            counts: self.counts.iter().map(scale).collect(),
            comparison: self
                .comparison
                .iter()
                .map(|group| Comparison { people: scale(&group.people), counts: scale(&group.counts) })
                .collect(),
            found_false: self.found_false.iter().map(scale).collect(),
            ..self.clone()
        }
    }

    /// How far a cohort (by its position in this tally) has come.
    #[must_use]
    pub fn stage(&self, cohort: usize) -> Stage {
        self.stages.get(cohort).copied().unwrap_or_default()
    }

    /// Whole months of a cohort (by its position in this tally) for which a fee is due, of so many: all that have passed, unless
    /// the provider did not hold the area throughout.
    #[must_use]
    pub fn months(&self, cohort: usize, of: i64) -> i64 {
        match self.stage(cohort) {
            _ if !self.due.is_empty() => self.due[cohort].clamp(0, of),
            Stage::Running => self.passed.get(cohort).copied().unwrap_or_default().clamp(0, of),
            Stage::Ended | Stage::Complete => of,
        }
    }

    /// Everyone of a cell who has started, whether it is known yet what became of them or not.
    #[must_use]
    pub fn started(&self, cell: usize) -> i64 {
        self.people[cell] + self.waiting.get(cell).copied().unwrap_or_default()
    }

    /// The same for some of its cohorts, by their positions in this tally, in order.
    #[must_use]
    pub fn only(&self, cohorts: &[usize]) -> Tally {
        let cells = |values: &[i64]| -> Vec<i64> {
            let of = |cohort: &usize| values.get(cohort * self.segments..(cohort + 1) * self.segments).unwrap_or_default();
            cohorts.iter().flat_map(|cohort| of(cohort).to_vec()).collect()
        };
        let months = |values: &[i64]| -> Vec<i64> { cohorts.iter().filter_map(|cohort| values.get(*cohort).copied()).collect() };
        let group = |group: &Comparison| Comparison { people: cells(&group.people), counts: cells(&group.counts) };
        Tally {
            area: self.area,
            cohorts: cohorts.iter().map(|cohort| self.cohorts[*cohort]).collect(),
            segments: self.segments,
            people: cells(&self.people),
            counts: self.counts.iter().map(|counts| cells(counts)).collect(),
            comparison: self.comparison.iter().map(group).collect(),
            found_false: self.found_false.iter().map(|counts| cells(counts)).collect(),
            waiting: cells(&self.waiting),
            stages: cohorts.iter().filter_map(|cohort| self.stages.get(*cohort).copied()).collect(),
            passed: months(&self.passed),
            due: months(&self.due),
        }
    }

    /// The cell of a cohort (by its position in this tally) and a segment.
    #[must_use]
    pub fn cell(&self, cohort: usize, segment: usize) -> usize {
        cohort * self.segments + segment
    }
}

/// Reads a tally file: one row per area, cohort and segment. Columns: `area` (when the scheme has several), `cohort`,
/// `segment` (when the scheme has several), `people`, one named after each outcome, and for an outcome with a comparison
/// group `NAME comparison people` and `NAME comparison`; `NAME before` for one compared with the same people before they
/// started; and `NAME found false` for one whose claims are audited. One tally comes back for each area named.
pub fn read(scheme: &Scheme, file: &str, opened: &Opened) -> Result<Vec<Tally>, Vec<Problem>> {
    let Some(table) = opened.tables.get(file) else {
        return Err(opened.problems.clone());
    };
    let mut problems: Vec<Problem> = opened.problems.iter().filter(|problem| problem.file == file).cloned().collect();
    let columns = Columns::find(scheme, table, &mut problems);
    let mut tallies: Vec<Tally> = Vec::new();
    let mut rows: Vec<(usize, usize, usize, &Vec<Cell>)> = Vec::new();
    let cohorts: Vec<String> = scheme.cohorts.iter().map(|cohort| cohort.name.clone()).collect();
    let mut first: BTreeMap<(usize, usize, usize), &Cell> = BTreeMap::new();
    for row in &table.rows {
        if problem::is_full(&problems, Severity::Error) {
            problem::add(&mut problems, Problem::file(file, "the rows after these errors were not looked at"));
            return Err(problems);
        }
        let area = columns.position(columns.area, row, table, "area", &scheme.areas, &mut problems);
        let cohort = columns.position(columns.cohort, row, table, "cohort", &cohorts, &mut problems);
        let segment = columns.position(columns.segment, row, table, "segment", &scheme.segments, &mut problems);
        let (Some(area), Some(cohort), Some(segment)) = (area, cohort, segment) else { continue };
        match first.entry((area, cohort, segment)) {
            Entry::Occupied(known) => {
                let line = |cell: &Cell| table.line(&opened.sources, cell.span);
                problems.push(
                    table
                        .problem(row[0].span, "this area, cohort and segment has a row already")
                        .read(format!("lines {} and {}", line(known.get()), line(&row[0])))
                        .expected("one row for each")
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
        let people: i64 = tally.people.iter().chain(tally.comparison.iter().flat_map(|group| &group.people)).sum();
        let events = tally.counts.iter().map(|counts| counts.iter().sum::<i64>()).max().unwrap_or_default();
        if people > MOST_IN_ALL || events > 100 * MOST_IN_ALL {
            problems.push(
                table
                    .problem(table.head(), "the tally is larger than can be priced exactly")
                    .read(format!("{people} people and {events} events"))
                    .expected(format!("at most {} people and {} events in an area", MOST_IN_ALL, 100 * MOST_IN_ALL))
                    .fix("price it in parts, such as a year at a time"),
            );
        }
        // What is paid must fit into whole pence; a sum that stops at the edge of what fits would be wrong in silence.
        let mut paid = Paid::<f64>::default();
        price(scheme, &tally, &mut paid, &mut NoLines);
        if problems.is_empty() && paid.largest() > MOST_PENCE {
            problems.push(
                table
                    .problem(table.head(), "more money than can be counted")
                    .expected("amounts of at most £10 million billion")
                    .fix("check the counts and the prices"),
            );
        }
        tallies.push(tally);
    }
    if problems.is_empty() { Ok(tallies) } else { Err(problems) }
}

struct Columns {
    area: Option<usize>,
    cohort: Option<usize>,
    segment: Option<usize>,
    people: Option<usize>,
    outcomes: Vec<Option<usize>>,
    /// The columns of people and counts; the same people have no column of their own.
    comparison: Vec<Option<(Option<usize>, usize)>>,
    found_false: Vec<Option<usize>>,
}

impl Columns {
    fn find(scheme: &Scheme, table: &Table, problems: &mut Vec<Problem>) -> Columns {
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
                        .fix("add the column; the scheme needs it to be priced"),
                );
            }
            found
        };
        Columns {
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
        }
    }

    fn position(
        &self,
        column: Option<usize>,
        row: &[Cell],
        table: &Table,
        what: &str,
        known: &[String],
        problems: &mut Vec<Problem>,
    ) -> Option<usize> {
        let Some(column) = column else { return Some(0) };
        let found = known.iter().position(|name| *name == row[column].text);
        if found.is_none() {
            problems.push(
                table
                    .problem(row[column].span, format!("the scheme has no {what} `{}`", row[column].text))
                    .read(row[column].text.clone())
                    .expected(format!("one of {}", known.iter().take(8).cloned().collect::<Vec<_>>().join(", ")))
                    .nearest(&row[column].text, known.iter().map(String::as_str))
                    .fix("write the name as the scheme has it"),
            );
        }
        found
    }

    fn fill(&self, scheme: &Scheme, tally: &mut Tally, cell: usize, row: &[Cell], table: &Table, problems: &mut Vec<Problem>) {
        let mut readable = true;
        let mut count = |column: usize, most: i64, limit: Option<(i64, &str)>| -> i64 {
            let text: String = row[column].text.chars().filter(|c| !matches!(c, ',' | '_')).collect();
            let value = text.parse::<i64>().ok().filter(|value| (0..=most).contains(value));
            let Some(value) = value else {
                problems.push(
                    table
                        .problem(row[column].span, format!("`{}` is not a count", table.header[column].text))
                        .read(row[column].text.clone())
                        .expected(format!("a whole number from 0 to {}", base::money::thousands(most)))
                        .fix("write digits only; a count has no unit and no decimals"),
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
                        .read(value.to_string())
                        .expected(format!("at most {limit}"))
                        .fix("check both numbers of this row"),
                );
            }
            value
        };
        let people = self.people.map_or(0, |column| count(column, MOST_PEOPLE, None));
        tally.people[cell] = people;
        for (at, outcome) in scheme.outcomes.iter().enumerate() {
            let Some(column) = self.outcomes[at] else { continue };
            let (most, limit) = match outcome.kind {
                Kind::Binary => (MOST_PEOPLE, Some((people, "the people of the row"))),
                Kind::Sustained { .. } | Kind::Frequency { .. } => (MOST_EVENTS, None),
            };
            tally.counts[at][cell] = count(column, most, limit);
            if let Some((people_column, count_column)) = self.comparison[at] {
                let compared = people_column.map_or(people, |column| count(column, MOST_PEOPLE, None));
                tally.comparison[at].people[cell] = compared;
                let limit = outcome.is_binary().then_some((compared, "the people it is compared with"));
                tally.comparison[at].counts[cell] = count(count_column, MOST_EVENTS, limit);
            }
            if let (Some(column), true) = (self.found_false[at], scheme.checked(at).is_some()) {
                tally.found_false[at][cell] = count(column, MOST_EVENTS, None);
            }
        }
        // Counts are compared with each other only where all of them could be read.
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
                        .read(format!("{people} people served and 0 compared"))
                        .expected("at least one person in the comparison group")
                        .fix("give the comparison group of the row"),
                );
            }
            let counted = tally.counts[at][cell];
            if let Some(column) = self.outcomes[at]
                && let Some(misfit) = misfit(scheme, at, tally.counts[outcome.base(at)][cell], counted)
            {
                let problem = table.problem(row[column].span, misfit.what).read(misfit.read).expected(misfit.expected);
                problems.push(problem.fix("check both numbers of this row"));
            }
        }
    }
}

/// Why so many events or periods cannot belong to so many people.
pub(crate) struct Misfit {
    pub what: String,
    pub read: String,
    pub expected: String,
}

/// Holds a count on top of a binary outcome against the people to whom that happened: everyone with events has at least one,
/// nobody else has any, and nothing lasts longer than the most that counts for one person. `None` when both can be right.
pub(crate) fn misfit(scheme: &Scheme, outcome: usize, affected: i64, counted: i64) -> Option<Misfit> {
    let definition = &scheme.outcomes[outcome];
    let (name, of) = (&definition.name, &scheme.outcomes[definition.base(outcome)].name);
    let people = if affected == 1 { "person" } else { "people" };
    match definition.kind {
        Kind::Frequency { .. } if counted < affected => Some(Misfit {
            what: format!("`{name}` is less than `{of}`"),
            read: format!("{counted} events for {affected} people"),
            expected: "at least one event for each person counted".to_owned(),
        }),
        Kind::Frequency { .. } if affected == 0 && counted > 0 => Some(Misfit {
            what: format!("`{name}` counts events of nobody"),
            read: format!("{counted} events, and 0 people with `{of}`"),
            expected: format!("no events without people in `{of}`"),
        }),
        Kind::Sustained { most, .. } if counted > affected.saturating_mul(most) => Some(Misfit {
            what: format!("`{name}` is more than `{of}` allows"),
            read: format!("{} periods for {} {people}", thousands(counted), thousands(affected)),
            expected: format!("at most {}: {most} for each person with `{of}`", thousands(affected.saturating_mul(most))),
        }),
        _ => None,
    }
}
