//! Which cells are sensitive, how wide the range of possible values must stay for each, and what its label tells a reader.

use base::money::WHOLE;

use crate::rules::{DisclosurePolicy, ZeroRule};
use crate::system::{LinearSystem, SystemCell};
use crate::table::CellMeasure;

/// The rule that makes a cell sensitive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SensitivityRule {
    /// Fewer people, or fewer contributors to a sum, than the smallest count.
    SmallCount,
    /// A zero, where zeros are protected.
    Zero,
    /// The largest contributors make up too much of a sum (the n, k rule).
    Dominance,
    /// The largest contribution could be estimated too closely (the p% rule).
    PPercent,
    /// Two populations differ by fewer people than the smallest count.
    Difference,
}

/// The values that a reader holds possible for a cell. No upper end: any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PossibleRange {
    pub low: i64,
    pub high: Option<i64>,
}

impl PossibleRange {
    /// One value.
    #[must_use]
    pub fn exactly(value: i64) -> Self {
        PossibleRange { low: value, high: Some(value) }
    }

    /// Whether a value is possible.
    #[must_use]
    pub fn holds(self, value: i64) -> bool {
        self.low <= value && self.high.is_none_or(|high| value <= high)
    }
}

/// A sensitive cell, and its protection interval: whatever is published, both ends must stay possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SensitiveCell {
    /// Position in the system.
    pub cell: usize,
    pub rule: SensitivityRule,
    pub low: i64,
    pub high: i64,
}

/// What a reader knows of a cell that is hidden because it is sensitive. A count says "fewer than 10 people". A total says nothing: nine
/// counts of fewer than 10 with a total of fewer than 10 would all be known to be 1.
#[must_use]
pub fn range_of_primary(cell: &SystemCell, policy: &DisclosurePolicy) -> PossibleRange {
    if says_small(cell) {
        return PossibleRange { low: least(policy), high: Some(policy.smallest_count - 1) };
    }
    PossibleRange { low: 0, high: None }
}

/// What a reader knows of a cell that is hidden to protect another: a count that had been small would say so.
#[must_use]
pub fn range_of_secondary(cell: &SystemCell, policy: &DisclosurePolicy) -> PossibleRange {
    PossibleRange { low: if says_small(cell) { policy.smallest_count } else { 0 }, high: None }
}

/// Whether the cell is labelled "fewer than 10 people" when it is sensitive.
#[must_use]
pub fn says_small(cell: &SystemCell) -> bool {
    cell.of == CellMeasure::Count && !cell.is_total && !cell.is_difference
}

/// The smallest count that is hidden.
fn least(policy: &DisclosurePolicy) -> i64 {
    i64::from(policy.zero == ZeroRule::Published)
}

/// The sensitive cells of a system, in its order.
#[must_use]
pub fn sensitive(system: &LinearSystem, policy: &DisclosurePolicy) -> Vec<SensitiveCell> {
    let rules: Vec<Option<SensitivityRule>> = system.cells.iter().map(|cell| rule_of(cell, policy)).collect();
    let lows = least_possible(system, &rules, policy);
    let found = system.cells.iter().enumerate().filter_map(|(at, cell)| Some((at, cell, rules[at]?)));
    found.map(|(at, cell, rule)| interval(at, cell, rule, lows[at], policy)).collect()
}

fn rule_of(cell: &SystemCell, policy: &DisclosurePolicy) -> Option<SensitivityRule> {
    let value = cell.cell.value;
    if cell.cell.is_structural_zero && value == 0 {
        return None;
    }
    if cell.is_difference {
        return (1..policy.smallest_count).contains(&value).then_some(SensitivityRule::Difference);
    }
    let people = if cell.of == CellMeasure::Sum { cell.cell.contributors } else { value };
    match people {
        0 if policy.zero == ZeroRule::Protected && cell.of == CellMeasure::Count => return Some(SensitivityRule::Zero),
        0 => return None,
        people if people < policy.smallest_count => return Some(SensitivityRule::SmallCount),
        _ if cell.of == CellMeasure::Count => return None,
        _ => {}
    }
    if dominance_gap(cell, policy).is_some_and(|gap| gap > 0) {
        return Some(SensitivityRule::Dominance);
    }
    p_percent_gap(cell, policy).is_some_and(|gap| gap > 0).then_some(SensitivityRule::PPercent)
}

/// By how much a sum would have to be larger for its largest contributors to be within the share (Hundepool and others, "Statistical
/// Disclosure Control", 2012, section 4.2): their part × 100/k less the sum.
fn dominance_gap(cell: &SystemCell, policy: &DisclosurePolicy) -> Option<i64> {
    let rule = policy.dominance?;
    let top: i128 = cell.cell.largest.iter().take(rule.contributors).map(|part| i128::from(*part)).sum();
    let needed = top * i128::from(WHOLE) / i128::from(rule.share.0.max(1));
    Some(i64::try_from(needed - i128::from(cell.cell.value)).unwrap_or(i64::MAX))
}

/// By how much the second contributor's estimate of the largest is too close: p% of the largest less what the others have together.
fn p_percent_gap(cell: &SystemCell, policy: &DisclosurePolicy) -> Option<i64> {
    let share = i128::from(policy.p_percent?.0);
    let largest = cell.cell.largest.first().copied().unwrap_or(0);
    let second = cell.cell.largest.get(1).copied().unwrap_or(0);
    let kept = i128::from(largest) * share / i128::from(WHOLE);
    let rest = i128::from(cell.cell.value) - i128::from(largest) - i128::from(second);
    Some(i64::try_from(kept - rest).unwrap_or(i64::MAX))
}

/// The least that each cell can be when every hidden cell has only its label: a total of hidden counts is at least their number.
fn least_possible(system: &LinearSystem, rules: &[Option<SensitivityRule>], policy: &DisclosurePolicy) -> Vec<i64> {
    let mut lows: Vec<i64> = system
        .cells
        .iter()
        .zip(rules)
        .map(|(cell, rule)| match rule {
            Some(_) => range_of_primary(cell, policy).low,
            None if cell.cell.value == 0 => 0,
            None => range_of_secondary(cell, policy).low,
        })
        .collect();
    // A total may be part of another: as many rounds as totals can be nested, one for each dimension and each difference.
    for _ in 0..32 {
        let before = lows.clone();
        for equation in &system.equations {
            let sum: i64 = equation.parts.iter().map(|part| lows[*part]).sum();
            lows[equation.total] = lows[equation.total].max(sum);
        }
        if lows == before {
            break;
        }
    }
    lows
}

/// The protection interval. For a count it has the width that the policy asks for and holds the true value, and does not ask for
/// more than the label leaves open. For a sum it has the width of the rule on each side.
fn interval(at: usize, cell: &SystemCell, rule: SensitivityRule, least_value: i64, policy: &DisclosurePolicy) -> SensitiveCell {
    let value = cell.cell.value;
    if cell.of == CellMeasure::Sum && !cell.is_difference {
        // Of few contributors nobody's part may be known to within a tenth.
        let largest = cell.cell.largest.first().copied().unwrap_or(value);
        let gap = dominance_gap(cell, policy).into_iter().chain(p_percent_gap(cell, policy)).max().unwrap_or(0);
        let gap = gap.max(largest / 10).max(1);
        return SensitiveCell { cell: at, rule, low: value.saturating_sub(gap).max(0), high: value.saturating_add(gap) };
    }
    let first = if cell.is_difference { 0 } else { least_value.max(least(policy)) }.min(value);
    let last = (policy.smallest_count - 1).max(value);
    // The true value is near the middle, unless an end of the label is closer.
    let high = ((value - policy.least_range / 2).max(first) + policy.least_range).min(last);
    let low = (high - policy.least_range).clamp(first, value);
    SensitiveCell { cell: at, rule, low, high }
}
