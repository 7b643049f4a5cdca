//! The columns of a tally in a CSV table, and how a row fills a cell of it.

use crate::certified_costs;
use crate::exceptions::OverLimit;
use crate::scheme::Scheme;
use crate::tally::{MAX_EVENTS, MAX_PEOPLE, Tally, level_misfit, misfit, part_misfit};
use crate::terms::{Baseline, OutcomeKind};
use base::english::counted;
use base::money::{Pence, thousands};
use base::problem::{self, Problem, Severity};
use base::table::{CsvTable, TableCell};

/// The columns of a tally, as far as the table has them; outcomes in the order of the scheme.
pub(crate) struct TallyColumns {
    pub area: Option<usize>,
    pub cohort: Option<usize>,
    pub segment: Option<usize>,
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
    /// Finds the columns, and reports those that are missing or unknown.
    pub(crate) fn find(scheme: &Scheme, table: &CsvTable, problems: &mut Vec<Problem>) -> TallyColumns {
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
    pub(crate) fn too_many(&self, scheme: &Scheme, tally: &Tally, over: &OverLimit, table: &CsvTable) -> Problem {
        let head = self.excepted[over.outcome].map_or(table.head(), |column| table.header[column].span);
        table
            .problem(head, format!("too many people are excepted from `{}`", scheme.outcomes[over.outcome].name))
            .read(over.words(scheme, tally))
            .expected(format!("at most {} excepted in this cohort", thousands(over.most)))
            .fix("check the numbers of the cohort. People beyond the limit are not excepted: they count, with their results")
    }

    /// Fills a cell of a tally from a row. Counts are compared with each other only if all of them could be read.
    pub(crate) fn fill(
        &self,
        scheme: &Scheme,
        tally: &mut Tally,
        cell: usize,
        row: &[TableCell],
        table: &CsvTable,
        problems: &mut Vec<Problem>,
    ) {
        let mut counts = TallyRow { table, row, problems: &mut *problems, readable: true };
        self.fill_people(scheme, tally, cell, &mut counts);
        for at in 0..scheme.outcomes.len() {
            self.fill_outcome(scheme, tally, (at, cell), &mut counts);
        }
        let readable = counts.readable;
        self.fill_costs(scheme, tally, cell, row, table, problems);
        if readable {
            self.compare(scheme, tally, cell, row, table, problems);
        }
    }

    /// The people of a row, its households, and those who are excepted from each outcome.
    fn fill_people(&self, scheme: &Scheme, tally: &mut Tally, cell: usize, counts: &mut TallyRow<'_>) {
        let people = self.people.map_or(0, |column| counts.read(column, MAX_PEOPLE, None));
        tally.people[cell] = people;
        if let Some(column) = self.households {
            let households = counts.read(column, MAX_PEOPLE, Some((people, "the people of the row")));
            tally.set_households(scheme, cell, households.min(people));
        }
        for (at, column) in self.excepted.iter().enumerate().filter(|(at, _)| scheme.outcomes[*at].exceptions.is_some()) {
            if let (Some(column), Some(excepted)) = (column, tally.excepted[at].get_mut(cell)) {
                *excepted = counts.read(*column, MAX_PEOPLE, Some((people, "the people of the row"))).min(people);
            }
        }
    }

    /// What is counted of an outcome: the results, the comparison group, and the claims found false.
    fn fill_outcome(&self, scheme: &Scheme, tally: &mut Tally, (at, cell): (usize, usize), counts: &mut TallyRow<'_>) {
        let Some(column) = self.outcomes[at] else { return };
        let (outcome, people, measured) = (&scheme.outcomes[at], tally.people[cell], tally.measured(scheme, at, cell));
        let (most, limit) = match outcome.kind {
            OutcomeKind::Binary if outcome.counts_households => (MAX_PEOPLE, Some((measured, "the households of the row"))),
            OutcomeKind::Binary if measured < people => (MAX_PEOPLE, Some((measured, "the people who are not excepted"))),
            OutcomeKind::Binary => (MAX_PEOPLE, Some((people, "the people of the row"))),
            OutcomeKind::Sustained { .. } | OutcomeKind::Frequency { .. } => (MAX_EVENTS, None),
            OutcomeKind::Amount { most } => {
                (MAX_EVENTS, Some((measured.saturating_mul(most), "the largest amount that counts, for everybody of the row")))
            }
        };
        tally.counts[at][cell] = counts.read(column, most, limit);
        if let Some((people_column, count_column)) = self.comparison[at] {
            let compared = people_column.map_or(measured, |column| counts.read(column, MAX_PEOPLE, None));
            tally.comparison[at].people[cell] = compared;
            let limit = match outcome.kind {
                OutcomeKind::Binary => Some((compared, "the people it is compared with")),
                OutcomeKind::Amount { most } => {
                    Some((compared.saturating_mul(most), "the largest amount that counts, for everybody it is compared with"))
                }
                OutcomeKind::Frequency { .. } | OutcomeKind::Sustained { .. } => None,
            };
            tally.comparison[at].counts[cell] = counts.read(count_column, MAX_EVENTS, limit);
        }
        if let (Some(column), true) = (self.found_false[at], scheme.checked(at).is_some()) {
            // Each claim is of a person of the row; a result that lasts can be claimed for each period.
            let limit = match outcome.kind {
                OutcomeKind::Binary => (people, "the people of the row"),
                OutcomeKind::Sustained { most, .. } => {
                    (people.saturating_mul(most), "what the people of the row can have claimed")
                }
                OutcomeKind::Frequency { .. } | OutcomeKind::Amount { .. } => (MAX_EVENTS, "a tally may count"),
            };
            tally.found_false[at][cell] = counts.read(column, MAX_EVENTS, Some(limit));
        }
    }

    /// What is certified of the costs of a row's cohort; an empty cell says nothing.
    fn fill_costs(
        &self,
        scheme: &Scheme,
        tally: &mut Tally,
        cell: usize,
        row: &[TableCell],
        table: &CsvTable,
        problems: &mut Vec<Problem>,
    ) {
        let of_costs = self.costs.map(|column| &row[column]);
        let Some(of_costs) = of_costs.filter(|cell| !cell.text.trim().is_empty()) else { return };
        match certified_costs::amount(table, of_costs) {
            Ok(costs) => {
                tally.costs.resize(tally.cohorts.len(), None);
                let sum = &mut tally.costs[cell / scheme.segments.len()];
                *sum = Some(Pence(sum.unwrap_or_default().0.saturating_add(costs.0)));
            }
            Err(problem) => problems.push(*problem),
        }
    }

    /// Reports counts of a row that cannot both be right.
    fn compare(
        &self,
        scheme: &Scheme,
        tally: &Tally,
        cell: usize,
        row: &[TableCell],
        table: &CsvTable,
        problems: &mut Vec<Problem>,
    ) {
        let people = tally.people[cell];
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

/// The counts of one row while they are read.
struct TallyRow<'a> {
    table: &'a CsvTable,
    row: &'a [TableCell],
    problems: &'a mut Vec<Problem>,
    /// Whether all of them could be read so far.
    readable: bool,
}

impl TallyRow<'_> {
    /// A count from 0 to the most that can be read; 0 where there is none. More than a limit of the row is reported.
    fn read(&mut self, column: usize, most: i64, limit: Option<(i64, &str)>) -> i64 {
        let (cell, name) = (&self.row[column], &self.table.header[column].text);
        let text: String = cell.text.chars().filter(|c| !matches!(c, ',' | '_')).collect();
        let value = text.parse::<i64>().ok().filter(|value| (0..=most).contains(value));
        let Some(value) = value else {
            self.problems.push(
                self.table
                    .problem(cell.span, format!("`{name}` is not a count"))
                    .read(cell.text.clone())
                    .expected(format!("a whole number from 0 to {}", thousands(most)))
                    .fix("write digits only. A count has no unit and no decimals"),
            );
            self.readable = false;
            return 0;
        };
        if let Some((limit, what)) = limit
            && value > limit
            && self.readable
        {
            self.problems.push(
                self.table
                    .problem(cell.span, format!("`{name}` is more than {what}"))
                    .read(thousands(value))
                    .expected(format!("at most {}", thousands(limit)))
                    .fix("check both numbers of this row"),
            );
        }
        value
    }
}
