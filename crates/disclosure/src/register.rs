//! What is asked for in a release, and the register of earlier releases.

use base::day::Day;

use crate::audit::AuditRecord;
use crate::nested::{NestedPopulations, PopulationVersions};
use crate::primary::PossibleRange;
use crate::published::PublishedNumber;
use crate::system::CellId;
use crate::table::{CellMeasure, StatisticalTable};

/// A sensitive cell that is published all the same, because somebody decided so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisclosureException {
    pub cell: CellId,
    pub reason: String,
}

/// Measures of the same people in which a category is likely to have the same people, wherever it has as many: the follow-up of two
/// outcomes often ends on the same day, so that the people whose result is not yet known are the same. Anybody may put one number in the
/// place of the other. Every measure that may be published at any time is named, for a later release may have the other one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlikeMeasures {
    pub measures: Vec<String>,
    /// The dimension, and its categories.
    pub dimension: String,
    pub categories: Vec<String>,
}

/// What is to be published, by whom and when.
#[derive(Clone, Debug, PartialEq)]
pub struct ReleaseRequest {
    pub name: String,
    pub actor: String,
    pub day: Day,
    /// What was asked for, in words.
    pub asked: String,
    pub tables: Vec<StatisticalTable>,
    pub numbers: Vec<PublishedNumber>,
    /// Totals with their parts, beside those that the tables have: everybody whose result is known is those with it and those without.
    pub sums: Vec<(CellId, Vec<CellId>)>,
    /// Cells of which everybody in the first is in the second too: those who were reconvicted are among those who reoffended. Anybody
    /// may subtract.
    pub within: Vec<(CellId, CellId)>,
    /// Measures that have the same people in a category.
    pub alike: Vec<AlikeMeasures>,
    /// Cells that must be published unless they are sensitive, such as the total of all.
    pub keep: Vec<CellId>,
    pub exceptions: Vec<DisclosureException>,
    /// Which populations, of this release or earlier ones, are within which.
    pub nested: Vec<NestedPopulations>,
    /// Which populations are the same people at two times, the earlier ones in the order of their releases.
    pub versions: Vec<PopulationVersions>,
}

/// A cell of an earlier release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastCell {
    pub id: CellId,
    pub of: CellMeasure,
    pub value: i64,
    /// Of a sum: how many contributors it has.
    pub contributors: i64,
    /// What a reader was told. One value: it was published.
    pub known: PossibleRange,
    /// The protection interval of a sensitive cell.
    pub protected: Option<(i64, i64)>,
}

impl PastCell {
    /// Whether the number was published, or what it was told leaves one value.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.known.high == Some(self.known.low)
    }
}

/// An earlier release.
#[derive(Clone, Debug, PartialEq)]
pub struct PastRelease {
    pub cells: Vec<PastCell>,
    pub sums: Vec<(CellId, Vec<CellId>)>,
    pub within: Vec<(CellId, CellId)>,
    /// Numbers that were published, without those that were withheld.
    pub numbers: Vec<PublishedNumber>,
    pub nested: Vec<NestedPopulations>,
    pub versions: Vec<PopulationVersions>,
    pub audit: AuditRecord,
}

/// Everything that was published before. It holds the true values of hidden cells, so it is as confidential as the records.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReleaseRegister {
    pub releases: Vec<PastRelease>,
}
