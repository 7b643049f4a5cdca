//! Rank evaluation: counting who is affected without a loop over people.
//!
//! With common random numbers a person is affected exactly when a fixed uniform number is below the chance. Each cell's uniforms are
//! sorted once. The number affected under *any* strategy is then the rank of the chance among them, which is one look-up. What is
//! counted on top (events, periods) is a running sum at that rank. This equals the person-by-person count exactly, replication by
//! replication (see `person_by_person.rs`), at a cost that hardly depends on the number of people.

use contract::Scheme;
use contract::terms::OutcomeKind;

use crate::amounts::AmountLevel;
use crate::assumptions::Assumptions;
use crate::draws::{decision, extra, whether};
use crate::households;
use crate::individuals::folded;
use crate::people::AreaPeople;
use base::philox::words;
use base::schedule::CohortTime;

/// The sorted uniforms of one area's people for some replications.
#[derive(Clone, Debug)]
pub struct Ranks {
    /// Positions of the binary outcomes in the scheme.
    binary: Vec<usize>,
    /// For each binary outcome, the column of uniforms that decides it.
    column_of: Vec<usize>,
    /// For each binary outcome, the outcomes counted on top of it.
    on_top: Vec<Vec<usize>>,
    /// The outcomes that have a column of uniforms: binary ones with a chance of their own, and amounts.
    columns: Vec<usize>,
    /// The amounts: their positions in the scheme, and their columns.
    amounts: Vec<(usize, usize)>,
    cells: Vec<CellRanks>,
    /// For each replication and column, all cells one after another; see [`ordered`].
    sorted: Vec<i32>,
    /// Where each bucket of a cell starts in its sorted uniforms.
    buckets: Vec<u32>,
    /// For each outcome on top: running sums along the sorted uniforms, one more than there are people.
    sums: Vec<Vec<u32>>,
    /// For each amount: running sums of standardised amounts in the same way.
    amount_sums: Vec<Vec<i64>>,
    people: usize,
    /// Length of one replication and column in `sorted`, padding included.
    stride: usize,
    bucket_count: usize,
    pub replications: usize,
}

/// For each binary outcome and cell, the last threshold looked up in one replication, and its rank. A search changes one effort at a time,
/// so that most thresholds of a strategy are those of the strategy before it.
#[derive(Clone, Debug, Default)]
pub struct LastRanks(Vec<(u64, u32)>);

impl LastRanks {
    /// No threshold is as high as this.
    const NONE: (u64, u32) = (u64::MAX, 0);

    /// Forgets them: another replication has other uniforms.
    pub fn forget(&mut self) {
        self.0.fill(LastRanks::NONE);
    }
}

#[derive(Clone, Debug)]
struct CellRanks {
    people: usize,
    /// Offset of the cell's uniforms, buckets and sums within one replication and column.
    offset: usize,
    bucket_offset: usize,
    sum_offset: usize,
    /// Bits dropped from a 32-bit uniform to find its bucket.
    shift: u32,
}

impl Ranks {
    /// Draws and sorts the uniforms of `replications`, starting from the replication numbered `first`.
    #[must_use]
    pub fn build(
        scheme: &Scheme,
        assumptions: &Assumptions,
        people: &AreaPeople,
        seed: u64,
        first: u64,
        replications: usize,
    ) -> Ranks {
        let binary: Vec<usize> = (0..scheme.outcomes.len()).filter(|&at| scheme.outcomes[at].is_binary()).collect();
        let on_top: Vec<Vec<usize>> = binary
            .iter()
            .map(|&base| {
                let builds = |at: &usize| match scheme.outcomes[*at].kind {
                    OutcomeKind::Frequency { of, .. } | OutcomeKind::Sustained { of, .. } => of == base,
                    OutcomeKind::Binary | OutcomeKind::Amount { .. } => false,
                };
                (0..scheme.outcomes.len()).filter(builds).collect()
            })
            .collect();
        let columns: Vec<usize> =
            (0..scheme.outcomes.len()).filter(|&at| scheme.outcomes[at].base(at) == at && decision(scheme, at) == at).collect();
        let column = |outcome: usize| columns.iter().position(|&at| at == decision(scheme, outcome)).unwrap_or_default();
        let column_of = binary.iter().map(|&outcome| column(outcome)).collect();
        let amounts: Vec<(usize, usize)> =
            (0..scheme.outcomes.len()).filter(|&at| scheme.outcomes[at].is_amount()).map(|at| (at, column(at))).collect();
        let (mut cells, mut offset, mut bucket_offset, mut sum_offset) = (Vec::new(), 0, 0, 0);
        for cell in &people.cells {
            let bits = (usize::BITS - cell.people.leading_zeros()).saturating_sub(2).clamp(2, 15);
            cells.push(CellRanks { people: cell.people, offset, bucket_offset, sum_offset, shift: 32 - bits });
            offset += cell.people + WINDOW;
            bucket_offset += (1 << bits) + 1;
            sum_offset += cell.people + 1;
        }
        let mut ranks = Ranks {
            sums: vec![Vec::new(); scheme.outcomes.len()],
            amount_sums: vec![Vec::new(); amounts.len()],
            binary,
            column_of,
            on_top,
            columns,
            amounts,
            cells,
            sorted: Vec::with_capacity(offset * replications),
            buckets: Vec::new(),
            people: people.count(),
            stride: offset,
            bucket_count: bucket_offset,
            replications,
        };
        for replication in first..first + replications as u64 {
            ranks.draw(scheme, assumptions, people, seed, replication);
        }
        ranks
    }

    /// One replication.
    fn draw(&mut self, scheme: &Scheme, assumptions: &Assumptions, people: &AreaPeople, seed: u64, replication: u64) {
        let mut drawn: Vec<u64> = Vec::new();
        for column in 0..self.columns.len() {
            let outcome = self.columns[column];
            let decided = (0..self.binary.len()).filter(|&b| self.column_of[b] == column);
            let on_top: Vec<usize> = decided.flat_map(|b| self.on_top[b].clone()).collect();
            let amount = self.amounts.iter().position(|(_, of)| *of == column);
            for (cell, ranks) in people.cells.iter().zip(&self.cells) {
                drawn.clear();
                // The uniform in the upper half and the person in the lower: sorting keeps the two together.
                let person = |index: usize| cell.first_person + index as u64;
                let word = |uniform: u32, index: usize| u64::from(uniform) << 32 | index as u64;
                let drawn_for = |index: usize| whether(&words(seed, person(index), replication, outcome as u64));
                let uniform = |index: usize| households::uniform(scheme, outcome, index, drawn_for(index));
                match assumptions.individuals.as_ref().and_then(|file| file.in_cell(outcome, cell)) {
                    None => drawn.extend((0..cell.people).map(|index| word(uniform(index), index))),
                    Some(risk) => {
                        let more = scheme.outcomes[outcome].sign() > 0;
                        drawn.extend((0..cell.people).map(|index| word(folded(uniform(index), risk(index), more), index)));
                    }
                }
                drawn.sort_unstable();
                let start = self.sorted.len();
                self.sorted.extend(drawn.iter().map(|word| ordered((word >> 32) as u32)));
                fill_buckets(&self.sorted[start..], ranks.shift, &mut self.buckets);
                self.sorted.extend([i32::MAX; WINDOW]);
                for &top in &on_top {
                    let parameter = assumptions.outcomes[top].now.at(people.area, cell.segment, CohortTime::FIRST);
                    let kind = scheme.outcomes[top].kind;
                    let sums = &mut self.sums[top];
                    let mut sum = 0;
                    sums.push(0);
                    for word in &drawn {
                        let words = words(seed, person((word & 0xFFFF_FFFF) as usize), replication, outcome as u64);
                        sum += extra(kind, parameter, &words);
                        sums.push(sum);
                    }
                }
                let distribution = amount.and_then(|_| assumptions.amount(scheme, outcome, people.area, cell.segment));
                if let (Some(amount), Some(distribution)) = (amount, distribution) {
                    let sums = &mut self.amount_sums[amount];
                    let mut sum = 0;
                    sums.push(0);
                    for word in &drawn {
                        sum += distribution.standardised((word >> 32) as u32);
                        sums.push(sum);
                    }
                }
            }
        }
    }

    /// Fills `counts[outcome][cell]` for one replication (counted from the first one built), given for each binary outcome
    /// and cell the threshold of its chance; a cell that is not taken has no count.
    pub fn count(
        &self,
        replication: usize,
        thresholds: &[u64],
        taken: &[bool],
        LastRanks(last): &mut LastRanks,
        mut put: impl FnMut(usize, usize, u32),
    ) {
        let cells = self.cells.len();
        last.resize(self.binary.len() * cells, LastRanks::NONE);
        for (b, &outcome) in self.binary.iter().enumerate() {
            let (sorted, buckets) = self.block(replication, self.column_of[b]);
            for (at, cell) in self.cells.iter().enumerate() {
                if !taken[at] {
                    continue;
                }
                let (threshold, last) = (thresholds[b * cells + at], &mut last[b * cells + at]);
                if last.0 != threshold {
                    *last = (threshold, cell.rank(&sorted[cell.offset..], &buckets[cell.bucket_offset..], threshold));
                }
                let rank = last.1;
                put(outcome, at, rank);
                for &top in &self.on_top[b] {
                    let sums = &self.sums[top];
                    let block = replication * (self.people + cells);
                    put(top, at, sums[block + cell.sum_offset + rank as usize]);
                }
            }
        }
    }

    /// Adds up each amount and cell of one replication, given for each of them where the mean of the amounts is; a cell that is not taken
    /// has no sum.
    pub fn sum_amounts(
        &self,
        replication: usize,
        levels: &[AmountLevel],
        taken: &[bool],
        mut put: impl FnMut(usize, usize, i64),
    ) {
        let cells = self.cells.len();
        for (amount, &(outcome, column)) in self.amounts.iter().enumerate() {
            let (sorted, buckets) = self.block(replication, column);
            let sums = &self.amount_sums[amount][replication * (self.people + cells)..];
            for (at, cell) in self.cells.iter().enumerate().filter(|(at, _)| taken[*at]) {
                let level = &levels[amount * cells + at];
                let rank = |threshold| cell.rank(&sorted[cell.offset..], &buckets[cell.bucket_offset..], threshold);
                let (best, worst) = (rank(level.best_below), rank(level.worst_from));
                let until = |rank: u32| sums[cell.sum_offset + rank as usize];
                put(outcome, at, level.sum(best, cell.people as u32 - worst, worst - best, until(worst) - until(best)));
            }
        }
    }

    /// The sorted uniforms of one replication and column, and where their buckets start.
    fn block(&self, replication: usize, column: usize) -> (&[i32], &[u32]) {
        let block = replication * self.columns.len() + column;
        let sorted = &self.sorted[block * self.stride..(block + 1) * self.stride];
        (sorted, &self.buckets[block * self.bucket_count..(block + 1) * self.bucket_count])
    }

    /// The amounts of the scheme, by position.
    pub fn amounts(&self) -> impl Iterator<Item = usize> + '_ {
        self.amounts.iter().map(|(outcome, _)| *outcome)
    }

    /// The binary outcomes of the scheme, by position.
    #[must_use]
    pub fn binary_outcomes(&self) -> &[usize] {
        &self.binary
    }
}

/// Where each bucket starts, and at the end the number of uniforms.
fn fill_buckets(sorted: &[i32], shift: u32, buckets: &mut Vec<u32>) {
    let count = 1usize << (32 - shift);
    let mut at = 0;
    for bucket in 0..count {
        while at < sorted.len() && ((ordered(sorted[at] as u32) as u32 >> shift) as usize) < bucket {
            at += 1;
        }
        buckets.push(at as u32);
    }
    buckets.push(sorted.len() as u32);
}

/// A uniform as a signed number in the same order: processors compare several signed numbers at a time, but not unsigned ones.
#[inline]
fn ordered(uniform: u32) -> i32 {
    (uniform ^ 0x8000_0000) as i32
}

/// Each cell's uniforms are followed by this many of the largest number, so that a look-up may read past its bucket.
const WINDOW: usize = 8;

impl CellRanks {
    /// How many uniforms are below the threshold. There are a few to a bucket. Comparing a whole window at once takes no branch that
    /// depends on the data, and what is beyond the bucket is never below the threshold.
    #[inline]
    fn rank(&self, sorted: &[i32], buckets: &[u32], threshold: u64) -> u32 {
        let Ok(threshold) = u32::try_from(threshold) else { return self.people as u32 };
        let bucket = (threshold >> self.shift) as usize;
        let (start, end) = (buckets[bucket], buckets[bucket + 1]);
        let threshold = ordered(threshold);
        let first = &sorted[start as usize..start as usize + WINDOW];
        let rank = start + first.iter().map(|&uniform| u32::from(uniform < threshold)).sum::<u32>();
        let from = start as usize + WINDOW;
        if from >= end as usize {
            return rank;
        }
        // A full bucket is rare, except where people have risks of their own and many share the lowest or the highest number.
        rank + sorted[from..end as usize].partition_point(|&uniform| uniform < threshold) as u32
    }
}
