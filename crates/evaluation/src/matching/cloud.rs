//! The comparison units as points, for the Mahalanobis distance: covariates on a scale on which it is Euclid's, in a k-d tree that
//! counts how many of its points are still free.
//!
//! The tree saves most of the work with a handful of covariates. With twenty, most of its boxes are about as far away as the nearest
//! point, and a search looks at many points.

use super::line::LineMatch;
use crate::columns::Columns;
use crate::error::EvaluationError;
use crate::linear_algebra::{Cholesky, Symmetric};

/// A point for each unit.
pub(super) struct CloudPoints {
    width: usize,
    values: Vec<f64>,
}

impl CloudPoints {
    fn of(&self, row: usize) -> &[f64] {
        &self.values[row * self.width..(row + 1) * self.width]
    }

    /// Euclid's distance of two units, to nine decimals.
    pub(super) fn distance(&self, one: usize, other: usize) -> f64 {
        to_nine_decimals(self.of(one).iter().zip(self.of(other)).map(|(a, b)| (a - b) * (a - b)).sum())
    }
}

/// The root, rounded: a unit one year older and one a year younger are equally far away, and the last bit must not choose between
/// them.
fn to_nine_decimals(squared: f64) -> f64 {
    (squared.sqrt() * 1e9).round() / 1e9
}

/// CloudPoints of all units, on a scale on which their Mahalanobis distance is Euclid's. The covariance is that within the groups,
/// pooled: the distance between the groups would hide a covariate that tells them apart. Sums run over `by_key`, the rows by unit
/// key, so that not even the last bit depends on the order of the rows.
pub(super) fn whitened(treated: &[bool], columns: &Columns, by_key: &[usize]) -> Result<CloudPoints, EvaluationError> {
    let (width, rows) = (columns.all().len(), treated.len());
    if rows < width + 3 {
        return Err(EvaluationError::TooFew { what: "units for a Mahalanobis distance", needed: width + 3, found: rows });
    }
    let mut means = [vec![0.0; width], vec![0.0; width]];
    for (group, means) in means.iter_mut().enumerate() {
        let rows: Vec<usize> = by_key.iter().copied().filter(|&row| usize::from(treated[row]) == group).collect();
        for (mean, column) in means.iter_mut().zip(columns.all()) {
            *mean = rows.iter().map(|&row| column.values[row]).sum::<f64>() / rows.len() as f64;
        }
    }
    let mut covariance = Symmetric::zero(width);
    let less = |row: usize, from: &[f64]| -> Vec<f64> {
        columns.all().iter().zip(from).map(|(column, from)| column.values[row] - from).collect()
    };
    for &row in by_key {
        covariance.add_outer(&less(row, &means[usize::from(treated[row])]), 1.0 / (rows - 2) as f64);
    }
    let cholesky = Cholesky::of(&covariance)
        .map_err(|collinear| EvaluationError::Collinear { column: columns.all()[collinear.column].name.clone() })?;
    // From the middle of the comparison group, so that no digits are lost to a large mean.
    let values = (0..rows).flat_map(|row| cholesky.half_solve(&less(row, &means[0]))).collect();
    Ok(CloudPoints { width, values })
}

/// A part of the tree: the places `start..end` of its order.
struct Node {
    start: usize,
    end: usize,
    /// The two halves; a leaf has none.
    halves: Option<(usize, usize)>,
    parent: Option<usize>,
    free: usize,
    /// The smallest place in it, free or not.
    smallest: usize,
}

/// The comparison units of a stratum. A place is a number by key.
pub(super) struct Cloud<'a> {
    points: &'a CloudPoints,
    rows: Vec<usize>,
    used: Vec<bool>,
    order: Vec<usize>,
    leaf: Vec<usize>,
    nodes: Vec<Node>,
    /// The smallest and the largest coordinates of each node.
    boxes: Vec<f64>,
}

/// A smaller part than this is searched point by point.
const LEAF: usize = 16;

impl<'a> Cloud<'a> {
    /// `controls` are rows by key.
    pub(super) fn new(controls: &[usize], points: &'a CloudPoints) -> Cloud<'a> {
        let count = controls.len();
        let mut cloud = Cloud {
            points,
            rows: controls.to_vec(),
            used: vec![false; count],
            order: (0..count).collect(),
            leaf: vec![0; count],
            nodes: Vec::new(),
            boxes: Vec::new(),
        };
        let mut waiting = vec![(0, count, None)];
        while let Some((start, end, parent)) = waiting.pop() {
            let number = cloud.nodes.len();
            let smallest = cloud.order[start..end].iter().copied().min().unwrap_or(0);
            cloud.nodes.push(Node { start, end, halves: None, parent, free: end - start, smallest });
            let widest = cloud.bound(start, end);
            if let Some(parent) = parent {
                // The left half is made first, the right half later: it is on the stack longer.
                let Node { halves, .. } = &mut cloud.nodes[parent];
                *halves = Some(halves.map_or((number, number), |(first, _)| (first, number)));
            }
            if end - start <= LEAF {
                for place in &cloud.order[start..end] {
                    cloud.leaf[*place] = number;
                }
                continue;
            }
            let middle = (end - start) / 2;
            let (points, rows) = (cloud.points, &cloud.rows);
            let coordinate = |place: usize| points.of(rows[place])[widest];
            cloud.order[start..end]
                .select_nth_unstable_by(middle, |&a, &b| coordinate(a).total_cmp(&coordinate(b)).then(a.cmp(&b)));
            waiting.push((start + middle, end, Some(number)));
            waiting.push((start, start + middle, Some(number)));
        }
        cloud
    }

    /// Appends the box around some points, and says in which direction it is widest.
    fn bound(&mut self, start: usize, end: usize) -> usize {
        let width = self.points.width;
        let at = self.boxes.len();
        self.boxes.extend(std::iter::repeat_n(f64::INFINITY, width));
        self.boxes.extend(std::iter::repeat_n(f64::NEG_INFINITY, width));
        for &place in &self.order[start..end] {
            for (j, &value) in self.points.of(self.rows[place]).iter().enumerate() {
                self.boxes[at + j] = self.boxes[at + j].min(value);
                self.boxes[at + width + j] = self.boxes[at + width + j].max(value);
            }
        }
        let extent = |j: usize| self.boxes[at + width + j] - self.boxes[at + j];
        (0..width).max_by(|&a, &b| extent(a).total_cmp(&extent(b))).unwrap_or(0)
    }

    /// How far a point is from the box of a node. The sum has the order of [`CloudPoints::distance`], so rounding never makes it longer
    /// than the distance of a point in the box.
    fn distance_to_box(&self, node: usize, point: &[f64]) -> f64 {
        let width = self.points.width;
        let (low, high) = self.boxes[2 * width * node..2 * width * (node + 1)].split_at(width);
        let outside = |j: usize| (low[j] - point[j]).max(point[j] - high[j]).max(0.0);
        to_nine_decimals((0..width).map(|j| outside(j) * outside(j)).sum())
    }

    pub(super) fn row(&self, place: usize) -> usize {
        self.rows[place]
    }

    pub(super) fn remove(&mut self, place: usize) {
        self.used[place] = true;
        let mut at = Some(self.leaf[place]);
        while let Some(node) = at {
            self.nodes[node].free -= 1;
            at = self.nodes[node].parent;
        }
    }

    pub(super) fn free(&self, place: usize) -> bool {
        !self.used[place]
    }

    /// Finds up to `wanted` free units within `limit` of the point of `treated` that `accept` takes: by distance, then by key.
    pub(super) fn nearest(
        &self,
        treated: usize,
        wanted: usize,
        limit: Option<f64>,
        accept: impl Fn(usize) -> bool,
        found: &mut Vec<LineMatch>,
    ) {
        found.clear();
        let point = self.points.of(treated);
        let limit = limit.unwrap_or(f64::INFINITY);
        let mut waiting = vec![(self.distance_to_box(0, point), 0)];
        while let Some((distance, number)) = waiting.pop() {
            let node = &self.nodes[number];
            // At the very distance of the last one found there may be a smaller key, but only where there is one: without that, a
            // great many equal points would all be looked at.
            let further = found.len() == wanted
                && found.last().is_some_and(|last| (distance, node.smallest) >= (last.distance, last.place));
            if node.free == 0 || distance > limit || further {
                continue;
            }
            if let Some((left, right)) = node.halves {
                let halves = [(self.distance_to_box(left, point), left), (self.distance_to_box(right, point), right)];
                // The nearer half is taken off the stack first.
                waiting.extend(if halves[0].0 <= halves[1].0 { [halves[1], halves[0]] } else { halves });
                continue;
            }
            for &place in &self.order[node.start..node.end] {
                let row = self.rows[place];
                if self.used[place] || !accept(row) {
                    continue;
                }
                let distance = self.points.distance(treated, row);
                let at = found.partition_point(|found| (found.distance, found.place) < (distance, place));
                if distance <= limit && at < wanted {
                    found.truncate(wanted - 1);
                    found.insert(at, LineMatch { place, distance });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CloudPoints on a coarse grid, so that many are equally far away.
    fn grid(rows: usize, width: usize) -> CloudPoints {
        let word = |at: u64| base::philox::words(3, at, 0, 0)[0];
        CloudPoints { width, values: (0..(rows * width) as u64).map(|at| (word(at) % 5) as f64).collect() }
    }

    #[test]
    fn the_tree_finds_what_looking_at_every_point_finds() {
        for (rows, width) in [(1, 1), (17, 1), (300, 2), (300, 5)] {
            let points = grid(rows + 40, width);
            let controls: Vec<usize> = (40..rows + 40).collect();
            let mut cloud = Cloud::new(&controls, &points);
            let mut found = Vec::new();
            for (turn, wanted, limit) in (0..40).flat_map(|turn| [(turn, 1, None), (turn, 3, Some(1.5)), (turn, 50, Some(0.0))]) {
                let accept = |row: usize| !(row + turn).is_multiple_of(3);
                cloud.nearest(turn, wanted, limit, accept, &mut found);
                let mut all: Vec<LineMatch> = (0..rows)
                    .filter(|&place| cloud.free(place) && accept(cloud.row(place)))
                    .map(|place| LineMatch { place, distance: points.distance(turn, cloud.row(place)) })
                    .filter(|found| limit.is_none_or(|limit| found.distance <= limit))
                    .collect();
                all.sort_by(|a, b| a.distance.total_cmp(&b.distance).then(a.place.cmp(&b.place)));
                all.truncate(wanted);
                assert_eq!(found, all, "{rows} points, {width} wide, turn {turn}");
                if let Some(first) = found.first() {
                    cloud.remove(first.place);
                }
            }
        }
    }
}
