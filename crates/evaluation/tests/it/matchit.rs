//! Matching with the ties of R's MatchIt 4.7.2, to compare with its published figures. Of comparison units with one score it takes
//! the first row at or above the treated unit's score, and the last below it, so its result depends on the order of the rows. The
//! product takes the smallest key.

/// The pair of each unit, and weights.
pub(crate) struct TheirMatches {
    pub(crate) sets: Vec<u64>,
    pub(crate) weights: Vec<f64>,
}

/// Nearest neighbours, the treated with the largest score first, by looking at every pair.
pub(crate) fn with_their_ties(treated: &[bool], score: &[f64], caliper: Option<f64>, replacement: bool) -> TheirMatches {
    let (mut sets, mut weights) = (vec![u64::MAX; treated.len()], vec![0.0; treated.len()]);
    let mut order: Vec<usize> = (0..treated.len()).filter(|&row| treated[row]).collect();
    order.sort_by(|&a, &b| score[b].total_cmp(&score[a]));
    for unit in order {
        let distance = |row: usize| (score[row] - score[unit]).abs();
        let free = |row: usize| !treated[row] && (replacement || weights[row] == 0.0);
        let inside = |row: usize| free(row) && caliper.is_none_or(|caliper| distance(row) <= caliper);
        let within: Vec<usize> = (0..treated.len()).filter(|&row| inside(row)).collect();
        let Some(nearest) = within.iter().copied().min_by(|&a, &b| distance(a).total_cmp(&distance(b))) else { continue };
        let mut tied = within.into_iter().filter(|&row| distance(row) == distance(nearest));
        let taken = if score[nearest] >= score[unit] { tied.next() } else { tied.next_back() }.expect("the nearest itself");
        (sets[unit], sets[taken], weights[unit]) = (unit as u64, unit as u64, 1.0);
        weights[taken] += 1.0;
    }
    TheirMatches { sets, weights }
}
