//! Individual risks: a file with a row for each person, their segment and their own chance of each binary outcome, so that people of one
//! segment need not be alike.
//!
//! Help is relative: it multiplies a person's own chance of the bad result by a number that is the same for the whole segment,
//! its *level*. The bad result then happens when the person's uniform, divided by the person's own risk, is below the level.
//! That quotient never changes, so it is worked out once and sorted ([`folded`]); any strategy is one threshold. Everything is
//! in whole numbers, so that this and the person-by-person rule ([`happens`]) agree to the last person.

use std::sync::Arc;

use base::reader::Section;
use base::schedule::{find_column, find_table};
use base::table::CsvTable;
use contract::Scheme;

use crate::draws::threshold;
use crate::people_cell::PeopleCell;
use base::philox::philox4x64;

/// The people of the file by segment of the assumptions, as rows numbered from 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Individuals {
    /// Rows of each segment.
    rows: Vec<usize>,
    /// For each outcome of the scheme that the file has a column for: by segment and row, the person's own chance of the bad
    /// result in 2³²nds, as things are now.
    risks: Vec<Option<Vec<Vec<u64>>>>,
}

impl Individuals {
    /// The same people for other segments, each of which has those of one of these.
    pub(crate) fn taking_segments(&self, like: &[usize]) -> Individuals {
        let rows = like.iter().map(|&segment| self.rows[segment]).collect();
        let of = |risks: &Vec<Vec<u64>>| like.iter().map(|&segment| risks[segment].clone()).collect();
        Individuals { rows, risks: self.risks.iter().map(|risks| risks.as_ref().map(of)).collect() }
    }
}

/// Reads the file that `[people]` names, for segments with these names and shares. Problems give the line and column, and never the content.
pub(crate) fn read(table: &Section<'_, '_>, scheme: &Scheme, segments: &[(String, f64)]) -> Option<Individuals> {
    let (csv, segment_of) = rows(table, |name| segments.iter().position(|(segment, _)| segment == name))?;
    let mut counts = vec![0; segments.len()];
    segment_of.iter().flatten().for_each(|&segment| counts[segment] += 1);
    for ((segment, _), _) in segments.iter().zip(&counts).filter(|((_, share), rows)| **rows == 0 && *share > 0.0) {
        table.push(
            table
                .problem("individuals", format!("no one in it is of the segment `{segment}`"))
                .expected("at least one person of each segment of the assumptions")
                .fix("add the people, or take the segment out of the assumptions"),
        );
    }
    let of = |at: usize| {
        let outcome = &scheme.outcomes[at];
        let column = csv.column(&outcome.name).filter(|_| outcome.is_binary())?;
        let mut risks = vec![Vec::new(); segments.len()];
        for (row, segment) in csv.rows.iter().zip(&segment_of) {
            let chance = chance(&row[column].text);
            if chance.is_none() {
                let what = format!("`{}`: not a chance", outcome.name);
                table.push(
                    table.reader.files().in_people(
                        csv.problem(row[column].span, what)
                            .expected("a number from 0 to 1, or from 0% to 100%")
                            .fix("correct the cell. We do not show its content, because it is about a person"),
                    ),
                );
            }
            if let (Some(chance), Some(segment)) = (chance, *segment) {
                risks[segment].push(threshold(if outcome.sign() > 0 { 1.0 - chance } else { chance }));
            }
        }
        Some(risks)
    };
    Some(Individuals { rows: counts, risks: (0..scheme.outcomes.len()).map(of).collect() })
}

/// The table and the segment of each row.
fn rows<'o>(table: &Section<'_, 'o>, known: impl Fn(&str) -> Option<usize>) -> Option<(&'o CsvTable, Vec<Option<usize>>)> {
    let file = table.required_text("individuals", "the name of a CSV file, such as \"people.csv\"");
    let csv = find_table(table, "individuals", &file)?;
    let name = find_column(table, "individuals", csv, "segment")?;
    let segment = |row: &Vec<base::table::TableCell>| {
        let found = known(&row[name].text);
        if found.is_none() {
            table.push(
                table.reader.files().in_people(
                    csv.problem(row[name].span, "the assumptions have no segment of this name")
                        .expected("the name of a segment of the assumptions")
                        .fix("correct the cell, or add the segment to the table of segments"),
                ),
            );
        }
        found
    };
    Some((csv, csv.rows.iter().map(segment).collect()))
}

/// "0.37" or "37 %".
fn chance(text: &str) -> Option<f64> {
    let number = match text.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().ok()? / 100.0,
        None => text.parse::<f64>().ok()?,
    };
    (0.0..=1.0).contains(&number).then_some(number)
}

impl Individuals {
    /// The share of the file's people who are in a segment.
    #[must_use]
    pub fn share(&self, segment: usize) -> f64 {
        self.rows[segment] as f64 / self.rows.iter().sum::<usize>().max(1) as f64
    }

    /// Whether people have chances of their own for an outcome.
    #[must_use]
    pub fn have(&self, outcome: usize) -> bool {
        self.risks[outcome].is_some()
    }

    /// Each person's own risk of the bad result of an outcome in one cell, in 2³²nds; `None` where people are alike.
    pub(crate) fn in_cell<'a>(&'a self, outcome: usize, cell: &'a PeopleCell) -> Option<impl Fn(usize) -> u64 + use<'a>> {
        let risks = &self.risks[outcome].as_ref()?[cell.segment];
        Some(move |index: usize| risks[cell.rows[index] as usize])
    }

    /// The risks of the people of a segment in some cells, or of the whole file where no one comes.
    pub(crate) fn risks_of<'a>(
        &self,
        outcome: usize,
        segment: usize,
        cells: impl Iterator<Item = &'a PeopleCell>,
    ) -> Option<Risks> {
        let risks = &self.risks[outcome].as_ref()?[segment];
        let rows = cells.filter(|cell| cell.segment == segment).flat_map(|cell| &cell.rows);
        let come: Vec<u64> = rows.map(|&row| risks[row as usize]).collect();
        Some(Risks::of(if come.is_empty() { risks.clone() } else { come }))
    }
}

/// The order in which people of the file come, each as often as any other: in a keyed order, and when all have come, all again in
/// another. A cohort smaller than the file is therefore a sample without repeats, and a larger one repeats evenly.
pub(crate) struct Queue {
    segment: usize,
    rows: usize,
    round: u64,
    order: Vec<u32>,
}

impl Queue {
    pub(crate) fn new(individuals: &Individuals, segment: usize) -> Queue {
        Queue { segment, rows: individuals.rows[segment], round: 0, order: Vec::new() }
    }

    /// The rows of the next so many people.
    pub(crate) fn next(&mut self, people: usize) -> Vec<u32> {
        (0..people)
            .map(|_| {
                if self.order.is_empty() {
                    self.order = shuffled(self.rows, self.segment as u64, self.round);
                    self.round += 1;
                }
                self.order.pop().unwrap_or_default()
            })
            .collect()
    }
}

/// Who comes is one of the assumptions, and not a random event: the key holds no seed of a run.
fn shuffled(rows: usize, segment: u64, round: u64) -> Vec<u32> {
    const WHO_COMES: u64 = 1 << 41;
    let mut order: Vec<u32> = (0..rows as u32).collect();
    for at in (1..rows).rev() {
        let word = philox4x64([at as u64, segment, round, WHO_COMES], [0, 0])[0];
        order.swap(at, ((u128::from(word) * (at as u128 + 1)) >> 64) as usize);
    }
    order
}

/// The own risks of a group of people, to ask for their mean at any level.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Risks(Arc<(Vec<f64>, Vec<f64>)>);

impl Risks {
    fn of(mut risks: Vec<u64>) -> Risks {
        risks.sort_unstable();
        let sorted: Vec<f64> = risks.into_iter().map(|risk| risk as f64 / WHOLE as f64).collect();
        let mut sums = vec![0.0];
        for risk in &sorted {
            sums.push(sums[sums.len() - 1] + risk);
        }
        Risks(Arc::new((sorted, sums)))
    }

    /// The mean chance of the bad result when each person's own is multiplied by the level, up to certainty.
    pub(crate) fn mean(&self, level: f64) -> f64 {
        let (sorted, sums) = &*self.0;
        let certain = sorted.partition_point(|risk| risk * level < 1.0);
        (sums[certain] * level + (sorted.len() - certain) as f64) / sorted.len().max(1) as f64
    }
}

/// The level at which a rising measure meets a target, from none to the highest there is.
pub(crate) fn level_where(target: f64, measure: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, HIGHEST);
    for _ in 0..80 {
        let middle = (low + high) / 2.0;
        if measure(middle) < target { low = middle } else { high = middle }
    }
    high
}

const WHOLE: u64 = 1 << 32;

/// Levels go from 0 to this: no person's chance can become more than this many times the one in the file.
pub(crate) const HIGHEST: f64 = 4.0;
const HIGHEST_BITS: u32 = 2;

/// A level as a whole number, from 0 to just below 2³².
#[must_use]
pub(crate) fn level_number(level: f64) -> u64 {
    threshold(level / HIGHEST).min(WHOLE - 1)
}

/// Whether the outcome happens to a person of a given own risk of the bad result at a level, computed directly. Where more is
/// better the bad result is that it does not happen.
#[must_use]
pub(crate) fn happens(uniform: u32, risk: u64, level: u64, more: bool) -> bool {
    let bad = |uniform: u32| u64::from(uniform) << (32 - HIGHEST_BITS) < risk * level;
    if more { !bad(!uniform) } else { bad(uniform) }
}

/// The chance that an outcome happens to a person at a level: exactly the share of uniforms for which [`happens`] says so.
#[must_use]
pub(crate) fn own_chance(risk: u64, level: u64, more: bool) -> f64 {
    let uniforms = (risk * level).div_ceil(1 << (32 - HIGHEST_BITS)).min(WHOLE);
    let bad = uniforms as f64 / WHOLE as f64;
    if more { 1.0 - bad } else { bad }
}

/// The same as a uniform that the segment's threshold is compared with, whatever the level: the person's uniform divided by
/// the person's own risk.
#[must_use]
pub(crate) fn folded(uniform: u32, risk: u64, more: bool) -> u32 {
    let fold = |uniform: u32| {
        let quotient = (u64::from(uniform) << (32 - HIGHEST_BITS)).checked_div(risk);
        u32::try_from(quotient.unwrap_or(u64::MAX)).unwrap_or(u32::MAX)
    };
    if more { !fold(!uniform) } else { fold(uniform) }
}

/// The threshold for folded uniforms at a level.
#[must_use]
pub(crate) fn folded_threshold(level: f64, more: bool) -> u64 {
    let level = level_number(level);
    if more { WHOLE - level } else { level }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Folding the risk into the uniform changes no person's outcome, at the ends of every range too.
        #[test]
        fn folding_changes_nobodys_fate(
            uniform in prop_oneof![any::<u32>(), Just(0), Just(u32::MAX)],
            risk in prop_oneof![0..=WHOLE, Just(0), Just(1), Just(WHOLE)],
            level in prop_oneof![0.0..5.0, Just(0.0), Just(1.0), Just(HIGHEST)],
            more in any::<bool>(),
        ) {
            let below = u64::from(folded(uniform, risk, more)) < folded_threshold(level, more);
            prop_assert_eq!(below, happens(uniform, risk, level_number(level), more));
            let expected = threshold(own_chance(risk, level_number(level), more));
            prop_assert_eq!(u64::from(uniform) < expected, below, "what `replay` shows");
        }

        /// Next to the quotient itself, where a wrong rounding would show.
        #[test]
        fn folding_is_exact_at_the_edge(uniform in any::<u32>(), risk in 1..=WHOLE, off in -1i64..=1, more in any::<bool>()) {
            let edge = (u64::from(if more { !uniform } else { uniform }) << 30) / risk;
            let number = (edge as i64 + off).clamp(0, u32::MAX.into()) as u64;
            let level = number as f64 / WHOLE as f64 * HIGHEST;
            prop_assert_eq!(level_number(level), number);
            let below = u64::from(folded(uniform, risk, more)) < folded_threshold(level, more);
            prop_assert_eq!(below, happens(uniform, risk, number, more));
        }
    }

    #[test]
    fn everybody_comes_before_anybody_comes_again() {
        let file = Individuals { rows: vec![5, 3], risks: Vec::new() };
        let mut queue = Queue::new(&file, 0);
        let come: Vec<u32> = [3, 1, 6].into_iter().flat_map(|people| queue.next(people)).collect();
        for round in come.chunks(5) {
            assert!((0..5).filter(|row| round.contains(row)).count() == round.len(), "{come:?}");
        }
        assert_ne!(come[..5], come[5..10]);
    }

    #[test]
    fn nobody_is_more_than_certain() {
        let risks = Risks::of(vec![WHOLE / 4, WHOLE / 2, WHOLE]);
        assert!((risks.mean(1.0) - 1.75 / 3.0).abs() < 1e-9);
        assert!((risks.mean(2.0) - 2.5 / 3.0).abs() < 1e-9);
        assert!((level_where(2.5 / 3.0, |level| risks.mean(level)) - 2.0).abs() < 1e-6);
    }
}
