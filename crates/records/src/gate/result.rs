//! What the gate found in one table: row counts, findings, and what it saw of each kind.

use std::collections::BTreeMap;

use super::super::fault::Fault;
use super::super::names::Fingerprints;
use super::amount_sizes::AmountsByMonth;
use super::ends::{self, DaysByKind};
use super::file_columns::FileColumns;
use super::findings::Findings;
use super::groups::GroupsSeen;

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
    /// For each needed kind, the rows that are set aside.
    pub kinds_set_aside: Vec<u64>,
    /// For each class that the rules distinguish, the rows that are used, and those of other classes or of none.
    pub classes: Vec<u64>,
    pub other_classes: u64,
    /// Rows of the kinds whose class decides whether they count: with a class, and without one or with a word for none.
    pub with_class: u64,
    pub without_class: u64,
    /// Classes of these rows that no rule names.
    pub unnamed_classes: OtherKinds,
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
    /// What was seen of the columns of each file.
    pub(super) columns: Vec<FileColumns>,
    /// The sizes of the amounts that are added up, by file and needed kind.
    pub(super) amounts: Vec<Vec<AmountsByMonth>>,
    /// The days from which rows are and on which they end, by file and kind.
    pub(super) ends: Vec<DaysByKind>,
    /// Of a table of starts: who says to which group a start belongs.
    pub(super) groups: GroupsSeen,
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

    /// Columns in the headers of all files that are not read.
    #[must_use]
    pub fn unread(&self) -> Vec<String> {
        self.columns.iter().flat_map(|file| &file.unread).cloned().collect()
    }

    /// The sizes of the amounts of all files, by needed kind.
    #[must_use]
    pub fn amounts(&self) -> Vec<AmountsByMonth> {
        let mut all = Vec::new();
        self.amounts.iter().for_each(|file| merge_amounts(&mut all, file));
        all
    }

    /// The days from which rows are and on which they end, of each file by kind.
    #[must_use]
    pub fn ends_by_file(&self) -> &[DaysByKind] {
        &self.ends
    }

    /// The same of all files together.
    #[must_use]
    pub fn ends(&self) -> DaysByKind {
        let mut all = DaysByKind::new();
        self.ends.iter().for_each(|file| ends::merge(&mut all, file.clone()));
        all
    }

    /// Adds a fault that changes nothing.
    pub fn report(&mut self, file: FileRef<'_>, fault: Fault) {
        self.note(file, fault, false, None);
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
        self.columns.resize(self.columns.len().max(other.columns.len()), FileColumns::default());
        self.columns.iter_mut().zip(other.columns).for_each(|(seen, more)| seen.merge(more));
        self.amounts.resize(self.amounts.len().max(other.amounts.len()), Vec::new());
        self.amounts.iter_mut().zip(&other.amounts).for_each(|(file, more)| merge_amounts(file, more));
        self.ends.resize(self.ends.len().max(other.ends.len()), DaysByKind::new());
        self.ends.iter_mut().zip(other.ends).for_each(|(file, more)| ends::merge(file, more));
        self.groups.merge(other.groups);
        self.repeated.extend(other.repeated);
        add(&mut self.kinds, &other.kinds);
        add(&mut self.kinds_set_aside, &other.kinds_set_aside);
        add(&mut self.counted, &other.counted);
        add(&mut self.classes, &other.classes);
        self.other_classes += other.other_classes;
        self.with_class += other.with_class;
        self.unnamed_classes.merge(other.unnamed_classes);
        self.without_class += other.without_class;
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

/// Adds amounts by kind.
fn merge_amounts(all: &mut Vec<AmountsByMonth>, more: &[AmountsByMonth]) {
    all.resize(all.len().max(more.len()), AmountsByMonth::default());
    all.iter_mut().zip(more).for_each(|(own, more)| own.merge(more));
}

/// Kinds that no rule needs: which were seen, and some of them with their rows.
#[derive(Debug, Default)]
pub struct OtherKinds {
    seen: Fingerprints,
    count: usize,
    kept: BTreeMap<u64, OtherKind>,
}

/// A kind that no rule needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherKind {
    pub name: String,
    pub rows: u64,
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

    /// Remembers a kind by its fingerprint, so that its rows are counted.
    pub(super) fn keep(&mut self, print: u64, name: &str) {
        if self.kept.len() < KEPT {
            self.kept.entry(print).or_insert_with(|| OtherKind { name: name.to_owned(), rows: 0 });
        }
    }

    /// Adds rows of a kind, if it is remembered.
    pub(super) fn rows(&mut self, print: u64, rows: u64) {
        if let Some(kind) = self.kept.get_mut(&print) {
            kind.rows += rows;
        }
    }

    /// Whether a kind is remembered.
    pub(super) fn has(&self, print: u64) -> bool {
        self.kept.contains_key(&print)
    }

    /// The kinds that are remembered, in the order of their names.
    #[must_use]
    pub fn kinds(&self) -> Vec<&OtherKind> {
        let mut kinds: Vec<&OtherKind> = self.kept.values().collect();
        kinds.sort_by(|a, b| a.name.cmp(&b.name));
        kinds
    }

    pub(super) fn merge(&mut self, other: OtherKinds) {
        for (print, kind) in other.kept {
            self.keep(print, &kind.name);
            self.rows(print, kind.rows);
        }
    }
}
