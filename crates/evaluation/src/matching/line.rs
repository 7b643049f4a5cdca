//! The comparison units on a line: sorted by score, so that the nearest free one is the nearest on the left or on the right.
//!
//! Units with one score form a group. Groups whose units are all used are skipped by a union-find structure on either side
//! ("next free"), so that matching n units takes little more than n steps, however many have been used.

use rayon::prelude::*;

/// The comparison units of a stratum, by score and key.
pub(super) struct Line {
    /// The score of each group, ascending.
    scores: Vec<f64>,
    /// Where each group starts in `rows`, and at the end how many rows there are.
    starts: Vec<usize>,
    /// Rows of the data, by score and then by key.
    rows: Vec<usize>,
    used: Vec<bool>,
    /// For each group, the place of its first unit that is free.
    first_free: Vec<usize>,
    left: NextFree,
    right: NextFree,
}

/// A unit that was found: its place on the line, and how far away it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LineMatch {
    pub(super) place: usize,
    pub(super) distance: f64,
}

impl Line {
    /// `controls` are rows by key.
    pub(super) fn new(controls: &[usize], score: &[f64]) -> Line {
        // Adding 0 makes the two zeros one. Numbers by key break ties, and side by side with the scores they sort fast.
        let mut sorted: Vec<(f64, u32)> =
            controls.iter().enumerate().map(|(number, &row)| (score[row] + 0.0, number as u32)).collect();
        sorted.par_sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let rows: Vec<usize> = sorted.into_iter().map(|(_, number)| controls[number as usize]).collect();
        let (mut scores, mut starts) = (Vec::new(), Vec::new());
        for (place, &row) in rows.iter().enumerate() {
            if scores.last() != Some(&score[row]) {
                scores.push(score[row]);
                starts.push(place);
            }
        }
        let first_free = starts.clone();
        starts.push(rows.len());
        let groups = scores.len();
        Line {
            used: vec![false; rows.len()],
            scores,
            starts,
            rows,
            first_free,
            left: NextFree::new(groups),
            right: NextFree::new(groups),
        }
    }

    /// The row of the data at a place of the line.
    pub(super) fn row(&self, place: usize) -> usize {
        self.rows[place]
    }

    /// Takes a unit off the line.
    pub(super) fn remove(&mut self, place: usize) {
        self.used[place] = true;
        let group = self.starts.partition_point(|&start| start <= place) - 1;
        let end = self.starts[group + 1];
        while self.first_free[group] < end && self.used[self.first_free[group]] {
            self.first_free[group] += 1;
        }
        if self.first_free[group] == end {
            self.left.skip(self.scores.len() - 1 - group);
            self.right.skip(group);
        }
    }

    /// Whether a unit is still on the line.
    pub(super) fn free(&self, place: usize) -> bool {
        !self.used[place]
    }

    /// Finds up to `wanted` free units within `limit` of `score` that `accept` takes: by distance, to
    /// nine digits, then by key.
    pub(super) fn nearest(
        &mut self,
        score: f64,
        wanted: usize,
        limit: Option<f64>,
        keys: &[u64],
        accept: impl Fn(usize) -> bool,
        found: &mut Vec<LineMatch>,
    ) {
        found.clear();
        let middle = self.scores.partition_point(|&other| other < score);
        // On the left, group g is number `groups - 1 - g`, so that "next" always means "further away".
        let groups = self.scores.len();
        let mut left = self.left.find_mirrored(middle, groups);
        let mut right = self.right.find(middle);
        while found.len() < wanted {
            let below = left.map_or(f64::INFINITY, |group| (score - self.scores[group]).abs());
            let above = right.map_or(f64::INFINITY, |group| (self.scores[group] - score).abs());
            let distance = below.min(above);
            let inside = |at: f64| at < f64::INFINITY && limit.is_none_or(|limit| at <= limit);
            if !inside(distance) {
                return;
            }
            // A unit as far above as another below differs by rounding alone, which must not choose between them.
            let as_near = distance * (1.0 + 1e-9) + score.abs() * 1e-13;
            let (use_left, use_right) = (below <= as_near && inside(below), above <= as_near && inside(above));
            let run = |group: Option<usize>, used: bool| match group {
                Some(group) if used => self.first_free[group]..self.starts[group + 1],
                _ => 0..0,
            };
            let (mut one, mut other) = (run(left, use_left), run(right, use_right));
            // Two runs by key, merged by key.
            while found.len() < wanted {
                let take_one = match (one.is_empty(), other.is_empty()) {
                    (true, true) => break,
                    (false, true) => true,
                    (true, false) => false,
                    (false, false) => keys[self.rows[one.start]] < keys[self.rows[other.start]],
                };
                let (from, distance) = if take_one { (&mut one, below) } else { (&mut other, above) };
                let place = from.start;
                from.start += 1;
                if !self.used[place] && accept(self.rows[place]) {
                    found.push(LineMatch { place, distance });
                }
            }
            if use_left {
                left = left.and_then(|group| self.left.find_mirrored(group, groups));
            }
            if use_right {
                right = right.and_then(|group| self.right.find(group + 1));
            }
        }
    }
}

/// For each group, the next one at or after it that is not skipped.
struct NextFree {
    next: Vec<u32>,
}

impl NextFree {
    fn new(groups: usize) -> NextFree {
        NextFree { next: (0..=groups as u32).collect() }
    }

    fn root(&mut self, from: usize) -> usize {
        let mut at = from;
        while self.next[at] as usize != at {
            // Halving the path keeps later searches short.
            self.next[at] = self.next[self.next[at] as usize];
            at = self.next[at] as usize;
        }
        at
    }

    fn skip(&mut self, group: usize) {
        self.next[group] = group as u32 + 1;
    }

    /// The first group at or after `from` that is free.
    fn find(&mut self, from: usize) -> Option<usize> {
        let found = self.root(from);
        (found + 1 < self.next.len()).then_some(found)
    }

    /// The last group before `before` that is free, where the groups are numbered from the right.
    fn find_mirrored(&mut self, before: usize, groups: usize) -> Option<usize> {
        self.find(groups - before).map(|found| groups - 1 - found)
    }
}
