//! How well a risk score orders the times to the event (Harrell's C): among pairs of whom one is known to have had the event first,
//! the share in which that person had the higher score. Equal scores count as half.

use super::FollowUp;
use crate::columns::{check_finite, check_rows};
use crate::error::EvaluationError;

/// The pairs that can be compared.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Concordance {
    /// Pairs in which the person with the earlier event had the higher score.
    pub concordant: u64,
    /// Pairs in which that person had the lower score.
    pub discordant: u64,
    /// Pairs with equal scores.
    pub tied: u64,
}

impl Concordance {
    /// C, from 0 to 1, where a half is no better than chance. Not a number where no pair can be compared.
    #[must_use]
    pub fn c(&self) -> f64 {
        let pairs = (self.concordant + self.discordant + self.tied) as f64;
        (self.concordant as f64 + 0.5 * self.tied as f64) / pairs
    }
}

/// Counts by rank, with sums of all lower ranks in logarithmic time (Fenwick 1994).
struct RankCounts {
    tree: Vec<u64>,
    total: u64,
}

impl RankCounts {
    fn add(&mut self, rank: usize, by: i64) {
        self.total = self.total.wrapping_add_signed(by);
        let mut at = rank + 1;
        while at < self.tree.len() {
            self.tree[at] = self.tree[at].wrapping_add_signed(by);
            at += at & at.wrapping_neg();
        }
    }

    /// How many have a rank below `rank`.
    fn below(&self, rank: usize) -> u64 {
        let (mut at, mut sum) = (rank, 0u64);
        while at > 0 {
            sum = sum.wrapping_add(self.tree[at]);
            at -= at & at.wrapping_neg();
        }
        sum
    }
}

/// Compares each person who has the event with everybody in the same stratum who is at risk then and leaves later, or is censored
/// at that time.
///
/// # Errors
///
/// Follow-up that cannot be used, or a column of another length or with a value that is not finite.
pub fn concordance(follow_up: FollowUp<'_>, score: &[f64], strata: Option<&[usize]>) -> Result<Concordance, EvaluationError> {
    follow_up.check()?;
    let rows = follow_up.rows();
    check_finite("score", score, rows)?;
    if let Some(strata) = strata {
        check_rows("strata", strata.len(), rows)?;
    }
    let mut ordered = score.to_vec();
    ordered.sort_unstable_by(f64::total_cmp);
    ordered.dedup();
    let rank: Vec<usize> = score.iter().map(|score| ordered.partition_point(|other| other < score)).collect();
    let mut counts = RankCounts { tree: vec![0; ordered.len() + 1], total: 0 };
    let mut found = Concordance::default();
    let stratum = |row: usize| strata.map_or(0, |strata| strata[row]);
    let mut order: Vec<usize> = (0..rows).collect();
    order.sort_by(|&i, &j| (stratum(i).cmp(&stratum(j))).then(follow_up.exit[j].total_cmp(&follow_up.exit[i])).then(i.cmp(&j)));
    for members in order.chunk_by(|&i, &j| stratum(i) == stratum(j)) {
        add_stratum(&follow_up, members, &rank, &mut counts, &mut found);
    }
    Ok(found)
}

/// Compares within one stratum, latest first, and leaves the counts empty.
fn add_stratum(follow_up: &FollowUp<'_>, members: &[usize], rank: &[usize], counts: &mut RankCounts, found: &mut Concordance) {
    let mut entrants = members.to_vec();
    if let Some(entry) = follow_up.entry {
        entrants.sort_by(|&i, &j| entry[j].total_cmp(&entry[i]).then(i.cmp(&j)));
    }
    let mut out = 0;
    for leaving in members.chunk_by(|&i, &j| follow_up.exit[i] == follow_up.exit[j]) {
        let time = follow_up.exit[leaving[0]];
        if let Some(entry) = follow_up.entry {
            while out < entrants.len() && entry[entrants[out]] >= time {
                counts.add(rank[entrants[out]], -1);
                out += 1;
            }
        }
        for &row in leaving.iter().filter(|&&row| !follow_up.event[row]) {
            counts.add(rank[row], 1);
        }
        for &row in leaving.iter().filter(|&&row| follow_up.event[row]) {
            let (lower, up_to) = (counts.below(rank[row]), counts.below(rank[row] + 1));
            found.concordant += lower;
            found.tied += up_to - lower;
            found.discordant += counts.total - up_to;
        }
        for &row in leaving.iter().filter(|&&row| follow_up.event[row]) {
            counts.add(rank[row], 1);
        }
    }
    for &row in &entrants[if follow_up.entry.is_some() { out } else { 0 }..] {
        counts.add(rank[row], -1);
    }
}
