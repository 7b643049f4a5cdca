//! The one pricing function: a scheme and a tally in, money out. Payments are priced exactly in pence, the simulation in floating
//! point. The code is the same for both.

use crate::other_clauses::OtherClauses as _;
use crate::scheme::Scheme;
use crate::tally::Tally;
use base::money::{Amount, Pence};

pub use crate::pricing::{ClausePricing, LineSink, NoLines, Paid, PricedLine, UnpricedLine, is_product};

/// Prices a tally exactly and gives the reason of every line.
#[must_use]
pub fn statement(scheme: &Scheme, tally: &Tally) -> (Vec<PricedLine>, Paid<Pence>) {
    let mut lines = Vec::new();
    let mut paid = Paid::default();
    price(scheme, tally, &mut paid, &mut lines);
    (lines, paid)
}

/// Prices a tally: every clause in the order of the file, each seeing what the clauses before it paid.
pub fn price<A: Amount, L: LineSink<A>>(scheme: &Scheme, tally: &Tally, paid: &mut Paid<A>, lines: &mut L) {
    let clauses = scheme.clauses.as_slice();
    paid.reset(clauses.len(), tally.cohorts.len(), clauses.several_take_back());
    for (at, clause) in clauses.iter().enumerate() {
        let mut pricing = ClausePricing { scheme, tally, clauses: &clauses, clause: at, paid: &mut *paid, lines: &mut *lines };
        clause.terms.price(&mut pricing);
    }
}
