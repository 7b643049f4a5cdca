//! Who is paid: the contract's own list of providers, which area each holds, and from when to when.
//!
//! Records name a provider by its id in this list, which must match exactly. Without a list, the table of providers in the
//! records decides. What the contract pays for an area as a whole can then be paid to one provider only.

use jiff::civil::Date;

use crate::calendar::Cohort;
use base::similar_names;

/// The most providers of a contract.
pub const MAX_PROVIDERS: usize = 1_000;

/// An organisation that is paid under the contract.
#[derive(Clone, Debug, PartialEq)]
pub struct Provider {
    /// As the records name it.
    pub id: String,
    /// What it is called; the id where the file says nothing.
    pub name: String,
    /// What it holds, in the order of the file.
    pub holdings: Vec<AreaHolding>,
}

/// One area that a provider holds, for some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AreaHolding {
    pub area: usize,
    pub starts: Date,
    /// The last day.
    pub ends: Date,
}

impl AreaHolding {
    /// Whether some day of a cohort is among its days.
    pub(crate) fn in_cohort(&self, cohort: &Cohort) -> bool {
        self.starts <= cohort.ends && cohort.starts <= self.ends
    }
}

/// Whose people count in clauses that pay for an area as a whole ([`crate::clauses::ClauseEffects::pays_for_whole_area`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PricedFor {
    /// An area is priced once, so one provider holds it at a time.
    #[default]
    Area,
    /// Each provider is priced on its own, and has all that is for an area as a whole.
    Provider,
}

impl PricedFor {
    /// As the file writes them.
    pub(crate) const KNOWN: [(&'static str, PricedFor); 2] =
        [("each area", PricedFor::Area), ("each provider", PricedFor::Provider)];
}

impl Provider {
    /// Whether the provider holds an area on a day.
    #[must_use]
    pub fn holds(&self, area: usize, on: Date) -> bool {
        self.holdings.iter().any(|held| held.area == area && held.starts <= on && on <= held.ends)
    }
}

/// Whether two names are of one organisation, written in two ways.
pub(crate) fn one_organisation(one: &str, other: &str) -> bool {
    similar_names::organisation(one) == similar_names::organisation(other)
}
