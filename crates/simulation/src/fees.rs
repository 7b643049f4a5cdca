//! What other fees do to a table of strategy results. Where no clause looks at the fees, everyone is served and no label is the
//! provider's to set, they change what is paid
//! and nobody's reason to act: the strategies stand, and every payment of an area moves by the same amount.

use contract::Scheme;
use contract::price::{NoLines, Paid, price};
use contract::tally::Tally;
use contract::terms::{Intake, SaidBy};
use risks::{StrategyResults, Turn};

use crate::assumptions::Assumptions;
use crate::people::People;

/// Whether a scheme may get other fees without a new search.
#[must_use]
pub fn change_nothing_else(scheme: &Scheme) -> bool {
    let nothing_to_choose = scheme.intake == Intake::Everyone && scheme.segments_set_by == SaidBy::Records;
    nothing_to_choose && contract::fees::stand_alone(scheme)
}

/// The strategy results of `before` under the fees of `after`, which differs in nothing else.
#[must_use]
pub fn with_fees(
    strategy_results: &StrategyResults,
    before: &Scheme,
    after: &Scheme,
    assumptions: &Assumptions,
    people: &[People],
) -> StrategyResults {
    let mut out = strategy_results.clone();
    for (area, people) in out.areas.iter_mut().zip(people) {
        let more = |volume: f64| fees(after, assumptions, people, volume) - fees(before, assumptions, people, volume);
        let expected = more(1.0);
        let whole = out.whole.iter_mut();
        for play in area.strategy_results.iter_mut().chain(whole) {
            play.payments.iter_mut().for_each(|payment| *payment += expected);
        }
        for turned in area.turned.iter_mut().chain(&mut out.turned) {
            let by = match turned.turn {
                Turn::FifthFewer => more(0.8),
                Turn::FifthMore => more(1.2),
                _ => expected,
            };
            turned.payments.iter_mut().for_each(|payment| *payment += by);
        }
    }
    out
}

/// Pounds that an area is paid whatever the results, when so many times the people expected come.
fn fees(scheme: &Scheme, assumptions: &Assumptions, people: &People, volume: f64) -> f64 {
    let mut tally = Tally::empty(scheme, people.area, people.cohorts.clone());
    for cell in &people.cells {
        let at = tally.cell(cell.cohort, assumptions.segments[cell.segment].priced_as);
        tally.people[at] += cell.people as i64;
    }
    let tally = if volume == 1.0 { tally } else { tally.scaled(volume) };
    let mut paid = Paid::<f64>::default();
    price(scheme, &tally, &mut paid, &mut NoLines);
    let fees = (0..scheme.clauses.len()).filter(|&at| !scheme.clauses[at].pays_for_results());
    fees.map(|at| paid.clause(at)).sum::<f64>() / 100.0
}
