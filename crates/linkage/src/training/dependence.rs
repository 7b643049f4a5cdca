//! Which comparison depends on which other one, as strangers show it.

use super::em::{EmState, StrangerPattern};
use crate::prepared::Levels;

/// One comparison depends on another if it shares at least this part of its information with it. With so many pairs the
/// slightest dependence shows, but only what would count twice is worth a table.
const DEPENDS: f64 = 0.1;

/// For each comparison the one that it depends on most, along a tree; `None` if they are as good as independent.
pub(super) fn dependence(em: &EmState, strangers: &[StrangerPattern]) -> Vec<Option<usize>> {
    let count = em.sizes.len();
    let mut edges = Vec::new();
    for a in 0..count {
        for b in a + 1..count {
            let (rows, columns) = (em.sizes[a], em.sizes[b]);
            let (mut joint, mut taken) = (vec![0.0; rows * columns], vec![0.0; rows * columns]);
            let both = |levels: &Levels| ![a, b].iter().any(|at| em.missing[*at][usize::from(levels[*at])]);
            for StrangerPattern { levels, strangers, others } in strangers.iter().filter(|pattern| both(&pattern.levels)) {
                let at = usize::from(levels[a]) * columns + usize::from(levels[b]);
                joint[at] += strangers;
                taken[at] += others;
            }
            let all: f64 = joint.iter().sum();
            let row: Vec<f64> = (0..rows).map(|i| joint[i * columns..][..columns].iter().sum()).collect();
            let column: Vec<f64> = (0..columns).map(|j| (0..rows).map(|i| joint[i * columns + j]).sum()).collect();
            let shared: f64 = (0..rows * columns)
                // If most pairs with these levels were one person's, the rest may be too.
                .filter(|at| joint[*at] > taken[*at])
                .map(|at| joint[at] * (joint[at] * all / (row[at / columns] * column[at % columns])).ln())
                .sum();
            let entropy = |counts: &[f64]| -> f64 {
                counts.iter().filter(|count| **count > 0.0).map(|count| count * (all / count).ln()).sum()
            };
            if shared > DEPENDS * entropy(&row).min(entropy(&column)) {
                edges.push((shared, a, b));
            }
        }
    }
    edges.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    // The heaviest edges that close no cycle. The root of each tree is its comparison with most levels, the finest one.
    let mut group: Vec<usize> = (0..count).collect();
    let mut kept: Vec<(usize, usize)> = Vec::new();
    for (_, a, b) in edges {
        if group[a] != group[b] {
            let (from, to) = (group[b], group[a]);
            group.iter_mut().filter(|group| **group == from).for_each(|group| *group = to);
            kept.push((a, b));
        }
    }
    let mut parents = vec![None; count];
    for root in (0..count).filter(|at| {
        let finest = (0..count).filter(|other| group[*other] == group[*at]).max_by_key(|other| (em.sizes[*other], count - other));
        finest == Some(*at)
    }) {
        let mut reached = vec![root];
        while let Some(at) = reached.pop() {
            for (a, b) in &kept {
                for (near, far) in [(*a, *b), (*b, *a)] {
                    if near == at && far != root && parents[far].is_none() && parents[at] != Some(far) {
                        parents[far] = Some(at);
                        reached.push(far);
                    }
                }
            }
        }
    }
    parents
}

/// Whether a comparison depends on another, directly or through others.
pub(super) fn depends_on(tree: &[Option<usize>], mut at: usize, other: usize) -> bool {
    while let Some(parent) = tree[at] {
        if parent == other {
            return true;
        }
        at = parent;
    }
    false
}
