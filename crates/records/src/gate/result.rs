//! What the gate found in one table: row counts, findings, and what it saw of each kind.

use super::super::fault::Fault;
use super::super::names::Fingerprints;
use super::findings::Findings;

/// What the gate found in a table, or one thread in its part of it.
#[derive(Debug, Default)]
pub struct GateResult {
    pub findings: Findings,
    /// The row counts of each file.
    pub files: Vec<RowCounts>,
    /// Fingerprints of keys that seem to appear twice. [`super::SecondReading`] checks them.
    pub(super) repeated: Vec<u64>,
    /// For each needed kind, the rows that are used.
    pub kinds: Vec<u64>,
    /// Rows with a day in `settled`.
    pub settled: u64,
    /// Rows of the needed kinds in files of events without the column `settled`.
    pub never_settled: u64,
    /// Kinds that are not needed.
    pub others: OtherKinds,
    /// For each stated count, the number of rows.
    pub counted: Vec<u64>,
    /// Rows that cannot be read, so that their kind is unknown.
    pub unreadable: u64,
    /// Some ids of unknown people; never shown.
    pub unknown: Vec<String>,
    pub unknown_people: u64,
    /// Columns that the rules need and a file does not have, with the position of the file.
    pub(super) without: Vec<(usize, &'static str)>,
    /// Whether several threads read the file, so that rows come in any order.
    pub unordered: bool,
    /// Every fault with the position of its file, where a list of all faults is wanted.
    pub every_fault: Option<Vec<(usize, Fault)>>,
}

/// The number of rows of a file, whether they can be used or not, and how many are used, set aside and repeated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowCounts {
    pub read: u64,
    pub used: u64,
    pub set_aside: u64,
    pub repeats: u64,
}

/// One of the files of a table.
#[derive(Clone, Copy, Debug)]
pub struct FileRef<'a> {
    pub at: usize,
    pub name: &'a str,
}

/// How many ids of unknown people are kept, to see whether they are known ids in another form.
pub(super) const UNKNOWN: usize = 1000;

impl GateResult {
    /// Adds a fault.
    pub(super) fn note(&mut self, file: FileRef<'_>, fault: Fault, affects_sum: bool, person: Option<u32>) {
        if let Some(every_fault) = &mut self.every_fault {
            every_fault.push((file.at, fault.clone()));
        }
        self.findings.add(file.name, fault, affects_sum, person);
    }

    /// Adds what another thread found.
    pub fn merge(&mut self, other: GateResult) {
        fn add(sums: &mut Vec<u64>, more: &[u64]) {
            sums.resize(sums.len().max(more.len()), 0);
            sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        }
        self.findings.merge(other.findings);
        self.files.resize(self.files.len().max(other.files.len()), RowCounts::default());
        for (rows, more) in self.files.iter_mut().zip(&other.files) {
            rows.read += more.read;
            rows.used += more.used;
            rows.set_aside += more.set_aside;
            rows.repeats += more.repeats;
        }
        self.repeated.extend(other.repeated);
        add(&mut self.kinds, &other.kinds);
        add(&mut self.counted, &other.counted);
        self.settled += other.settled;
        self.never_settled += other.never_settled;
        self.unreadable += other.unreadable;
        self.unknown_people += other.unknown_people;
        self.others.merge(other.others);
        self.unknown.extend(other.unknown);
        self.unknown.truncate(UNKNOWN);
    }

    /// Adds rows of a file that seemed to be repeats and are not.
    pub fn restore_rows(&mut self, file: usize, mut own: GateResult) {
        own.files.resize(file + 1, RowCounts::default());
        let rows = &mut own.files[file];
        self.files[file].repeats -= rows.read;
        rows.read = 0;
        self.merge(own);
    }
}

/// Kinds that no rule needs: which were seen, and some of them as text.
#[derive(Debug, Default)]
pub struct OtherKinds {
    seen: Fingerprints,
    count: usize,
    pub(super) kept: Vec<String>,
}

/// How many kinds are remembered, and how many are kept as text.
const SEEN: usize = 1 << 16;
const KEPT: usize = 200;

impl OtherKinds {
    /// Whether a kind was not seen before. To bound memory, the kinds seen are forgotten from time to time.
    pub(super) fn is_new(&mut self, print: u64) -> bool {
        if !self.seen.insert(print) {
            return false;
        }
        self.count += 1;
        if self.count > SEEN {
            (self.seen, self.count) = (Fingerprints::default(), 0);
        }
        true
    }

    pub(super) fn keep(&mut self, kind: &str) {
        if self.kept.len() < KEPT {
            self.kept.push(kind.to_owned());
        }
    }

    pub(super) fn merge(&mut self, other: OtherKinds) {
        self.kept.extend(other.kept);
        self.kept.sort();
        self.kept.dedup();
        self.kept.truncate(KEPT);
    }
}
