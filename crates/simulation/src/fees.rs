//! What other fees do to a table of strategy results, without a new search. It holds where no clause looks at the fees, everyone is
//! served, and the provider sets no label. Fees then change what is paid and no one's reason to act: the strategies stay, and every
//! payment of an area moves by the same amount.

use contract::Scheme;
use contract::price::{NoLines, Paid, price};
use contract::tally::Tally;
use contract::terms::{Intake, ReportedBy};
use risks::{Shock, StrategyResults};

use crate::assumptions::Assumptions;
use crate::people::AreaPeople;
use crate::reference_strategies::typical_area;

/// Whether a scheme may get other fees without a new search. Where others get a part of a surplus, or bear a part of a loss, a fee
/// changes what the provider keeps of the next pound.
#[must_use]
pub fn change_nothing_else(scheme: &Scheme, assumptions: &Assumptions) -> bool {
    let nothing_to_choose = scheme.intake == Intake::Everyone && scheme.segments_set_by == ReportedBy::Records;
    let keeps_all = scheme.funders.is_empty() && assumptions.provider.keep >= 1.0;
    nothing_to_choose && keeps_all && contract::fees::are_independent(scheme)
}

/// The results of `before` under the fees of `after`, which differs in nothing else.
#[must_use]
pub fn with_fees(
    results: &StrategyResults,
    before: &Scheme,
    after: &Scheme,
    assumptions: &Assumptions,
    people: &[AreaPeople],
) -> StrategyResults {
    let mut out = results.clone();
    for (area, people) in out.areas.iter_mut().zip(people) {
        let more = |volume: f64| {
            let of = |scheme: &Scheme| fees(scheme, assumptions, people, volume, |_| true);
            of(after) - of(before)
        };
        let expected = more(1.0);
        let whole = out.whole.iter_mut();
        for result in area.strategies.iter_mut().chain(whole) {
            result.payments.iter_mut().for_each(|payment| *payment += expected);
            result.payment_without_chance += expected;
        }
        for timing in area.timing.iter_mut().chain(&mut out.timing) {
            timing.payments.iter_mut().for_each(|payment| *payment += expected);
        }
        area.paid_without_results += expected;
        out.paid_without_results += expected;
        for shocked in area.shocks.iter_mut().chain(&mut out.shocks) {
            let by = match shocked.shock {
                Shock::FifthFewer => more(0.8),
                Shock::FifthMore => more(1.2),
                _ => expected,
            };
            shocked.payments.iter_mut().for_each(|payment| *payment += by);
        }
    }
    let typical = &people[typical_area(people)];
    for (at, segment) in out.segments.iter_mut().enumerate() {
        let here = typical.in_segment(at) as f64;
        let of = |scheme: &Scheme| {
            let all = fees(scheme, assumptions, typical, 1.0, |_| true);
            (all - fees(scheme, assumptions, typical, 1.0, |segment| segment != at)) / here
        };
        if here > 0.0 {
            segment.paid_for_start += of(after) - of(before);
        }
    }
    out
}

/// Pounds that an area is paid whatever the results for the people of some segments, when so many times the people expected come.
fn fees(scheme: &Scheme, assumptions: &Assumptions, people: &AreaPeople, volume: f64, counts: impl Fn(usize) -> bool) -> f64 {
    let mut tally = Tally::empty(scheme, people.area, people.cohorts.clone());
    for cell in people.cells.iter().filter(|cell| counts(cell.segment)) {
        let at = tally.cell(cell.cohort, assumptions.segments[cell.segment].priced_as);
        tally.people[at] += cell.people as i64;
    }
    let tally = if volume == 1.0 { tally } else { tally.scaled(volume) };
    let mut paid = Paid::<f64>::default();
    price(scheme, &tally, &mut paid, &mut NoLines);
    let fees = (0..scheme.clauses.len()).filter(|&at| !scheme.clauses[at].pays_for_results());
    fees.map(|at| paid.clause(at)).sum::<f64>() / 100.0
}
