//! Nearest-neighbour matching: for each treated unit, the nearest units of the comparison group.
//!
//! Ties are broken by unit key, never by the order of the rows. Every result passes [`check`] before it is handed out: a caliper
//! that lets pairs outside through changes whom the effect is about without a word.

mod calipers;
mod check;
mod cloud;
mod greedy;
mod line;
mod matches;
mod nearest;
mod rules;

pub use check::check;
pub use matches::{MatchedPair, Matches};
pub use nearest::match_nearest;
pub use rules::{Caliper, Distance, Order, Rules, Width};
