//! How many people are at risk at each time at which somebody leaves.

use super::FollowUp;

/// One time at which at least one person leaves.
pub(crate) struct RiskStep<'o> {
    pub(crate) time: f64,
    /// People at risk just before this time.
    pub(crate) at_risk: usize,
    /// The rows that leave at this time.
    pub(crate) leaving: &'o [usize],
}

/// The given rows in the order in which they leave.
pub(crate) fn by_exit(follow_up: &FollowUp<'_>, rows: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut order: Vec<usize> = rows.collect();
    order.sort_by(|&i, &j| follow_up.exit[i].total_cmp(&follow_up.exit[j]).then(i.cmp(&j)));
    order
}

/// Visits each time at which somebody leaves, earliest first. `order` is from [`by_exit`].
pub(crate) fn each_step(follow_up: &FollowUp<'_>, order: &[usize], mut visit: impl FnMut(RiskStep<'_>)) {
    let mut entries: Vec<f64> = match follow_up.entry {
        Some(entry) => order.iter().map(|&row| entry[row]).collect(),
        None => Vec::new(),
    };
    entries.sort_by(f64::total_cmp);
    let (mut entered, mut from) = (0, 0);
    while from < order.len() {
        let time = follow_up.exit[order[from]];
        let to = from + order[from..].iter().take_while(|&&row| follow_up.exit[row] == time).count();
        while entered < entries.len() && entries[entered] < time {
            entered += 1;
        }
        let in_so_far = if follow_up.entry.is_some() { entered } else { order.len() };
        visit(RiskStep { time, at_risk: in_so_far - from, leaving: &order[from..to] });
        from = to;
    }
}
