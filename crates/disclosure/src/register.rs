//! What is asked for in a release, and the register of earlier releases.

use base::day::Day;

use crate::audit::AuditRecord;
use crate::nested::NestedPopulations;
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
    /// Cells that must be published unless they are sensitive, such as the total of all.
    pub keep: Vec<CellId>,
    pub exceptions: Vec<DisclosureException>,
    /// Which populations, of this release or earlier ones, are within which.
    pub nested: Vec<NestedPopulations>,
}

/// A cell of an earlier release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastCell {
    pub id: CellId,
    pub of: CellMeasure,
    pub value: i64,
    /// What a reader was told. One value: it was published.
    pub known: PossibleRange,
    /// The protection interval of a sensitive cell.
    pub protected: Option<(i64, i64)>,
}

/// An earlier release.
#[derive(Clone, Debug, PartialEq)]
pub struct PastRelease {
    pub cells: Vec<PastCell>,
    pub sums: Vec<(CellId, Vec<CellId>)>,
    /// Numbers that were published, without those that were withheld.
    pub numbers: Vec<PublishedNumber>,
    pub nested: Vec<NestedPopulations>,
    pub audit: AuditRecord,
}

/// Everything that was published before. It holds the true values of hidden cells, so it is as confidential as the records.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReleaseRegister {
    pub releases: Vec<PastRelease>,
}
