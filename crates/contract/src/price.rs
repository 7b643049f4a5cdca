//! The one pricing function: a scheme and a tally in, money out. Payments are priced exactly in pence, the simulation in floating
//! point. The code is the same for both.

use crate::tally::Tally;
use crate::terms::Scheme;
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
    let several_take_back = scheme.clauses.iter().filter(|clause| clause.terms.takes_back()).nth(1).is_some();
    paid.reset(scheme.clauses.len(), tally.cohorts.len(), several_take_back);
    for (at, clause) in scheme.clauses.iter().enumerate() {
        let mut pricing = ClausePricing { scheme, tally, clause: at, paid: &mut *paid, lines: &mut *lines };
        clause.terms.price(&mut pricing);
    }
}
