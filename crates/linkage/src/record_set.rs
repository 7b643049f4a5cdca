//! The records that are linked: which agency holds them, under which id, and the value of each column. Records are in an order
//! that depends on their content and not on their place in a file, and so is every result.

use std::sync::Arc;

use super::distinct_values::{DistinctValues, MISSING, hash, mix};
use super::hash_order;
use super::unusable_dates::UnusableDates;
use records::batch::Texts;

/// Records of all agencies together, in the order of the hash of agency and id.
#[derive(Debug, Default)]
pub struct RecordSet {
    /// The names of the agencies.
    pub agencies: Vec<String>,
    /// For each record the position of its agency.
    pub agency: Vec<u16>,
    /// The agencies' own ids, row by row as they were read, and for each record its row.
    ids: Texts,
    row: Vec<u32>,
    pub columns: Vec<FieldColumn>,
    /// The number of each record's value in each column, record after record. A pair then needs two places in memory.
    cells: Vec<u32>,
    /// Further values of a record in a column (aliases, former addresses), each once, by record and column and then as written.
    more: Vec<FurtherValue>,
    /// For each record where its further values begin; empty if no record has any.
    more_from: Vec<u32>,
    /// Dates of birth that count as missing although the cell is not empty.
    pub unusable_dates: Vec<UnusableDates>,
    /// Records that are further rows of the record before them, in order.
    further: Vec<u32>,
    /// The number of rows that are left out because they repeat another row of the same agency and id word for word.
    pub repeated: u64,
}

/// This many records are put into their places together.
const TOGETHER: usize = 1 << 12;

/// A column of all tables: its name and its distinct values.
#[derive(Debug, Default)]
pub struct FieldColumn {
    pub name: String,
    pub values: Arc<DistinctValues>,
}

/// One further value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FurtherValue {
    pub record: u32,
    pub column: u32,
    pub value: u32,
}

impl RecordSet {
    /// Makes a record set of records in any order. `columns` have the numbers of the records' values, and `more` names records
    /// by their position.
    #[must_use]
    pub fn new(
        agencies: Vec<String>,
        agency: &[u16],
        ids: Texts,
        columns: Vec<(FieldColumn, Vec<u32>)>,
        more: Vec<FurtherValue>,
    ) -> RecordSet {
        let names: Vec<u64> = agencies.iter().map(|name| hash(name.as_bytes())).collect();
        let named = |at: usize| mix(names[usize::from(agency[at])], hash(ids.get(at).as_bytes()));
        let mut order = hash_order::by_hash((0..ids.len()).map(|at| (named(at), at as u32)).collect());
        // Different records with the same hash are ordered by their agencies and ids; rows of one record, by all their values.
        let mut again: Vec<u32> = Vec::new();
        let mut with_more: Vec<u32> = more.iter().map(|more| more.record).collect();
        with_more.sort_unstable();
        let has_more = |at: u32| with_more.binary_search(&at).is_ok();
        let said = |at: u32| columns.iter().map(move |(column, values)| column.values.text(values[at as usize]));
        for alike in order.chunk_by_mut(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1) {
            alike.sort_unstable_by(|a, b| {
                let key = |at: u32| (agencies[usize::from(agency[at as usize])].as_str(), ids.get(at as usize));
                key(a.1).cmp(&key(b.1)).then_with(|| said(a.1).cmp(said(b.1)))
            });
            again.extend(alike.windows(2).filter(|two| two.iter().map(|(_, at)| at).all(|at| !has_more(*at))).filter_map(
                |two| {
                    let [(_, one), (_, other)] = *two else { return None };
                    let key = |at: u32| (agency[at as usize], ids.get(at as usize));
                    (key(one) == key(other) && said(one).eq(said(other))).then_some(other)
                },
            ));
        }
        let repeated = again.len() as u64;
        if repeated > 0 {
            again.sort_unstable();
            order.retain(|(_, at)| again.binary_search(at).is_err());
        }
        let mut records = RecordSet { agencies: agencies.clone(), repeated, ..RecordSet::default() };
        let mut place = if more.is_empty() { Vec::new() } else { vec![0; ids.len()] };
        let width = columns.len();
        records.cells = vec![MISSING; order.len() * width];
        // One column at a time, so that many reads from memory overlap.
        for (rows, cells) in order.chunks(TOGETHER).zip(records.cells.chunks_mut((TOGETHER * width).max(1))) {
            for (at, (_, values)) in columns.iter().enumerate() {
                let cells = cells.chunks_exact_mut(width).zip(rows);
                cells.for_each(|(cells, (_, from))| cells[at] = values[*from as usize]);
            }
        }
        records.agency = order.iter().map(|(_, from)| agency[*from as usize]).collect();
        if !place.is_empty() {
            (0..).zip(&order).for_each(|(to, (_, from))| place[*from as usize] = to);
        }
        records.more = more.into_iter().map(|more| FurtherValue { record: place[more.record as usize], ..more }).collect();
        // In the order in which a record has them.
        records.more.sort_by_key(|more| (more.record, more.column));
        if !records.more.is_empty() {
            records.more_from = vec![0; order.len() + 1];
            records.more.iter().for_each(|more| records.more_from[more.record as usize + 1] += 1);
            (0..order.len()).for_each(|at| records.more_from[at + 1] += records.more_from[at]);
        }
        records.columns = columns.into_iter().map(|(column, _)| column).collect();
        let hashes: Vec<u64> = order.iter().map(|(hash, _)| *hash).collect();
        records.row = order.into_iter().map(|(_, from)| from).collect();
        records.ids = ids;
        let is_further = |at: &u32| hashes[*at as usize - 1] == hashes[*at as usize] && records.key(*at - 1) == records.key(*at);
        let further: Vec<u32> = (1..hashes.len() as u32).filter(is_further).collect();
        records.further = further;
        records
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.agency.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.agency.is_empty()
    }

    /// The numbers of a record's values, column by column.
    #[must_use]
    #[inline]
    pub fn cells(&self, record: u32) -> &[u32] {
        let width = self.columns.len();
        &self.cells[record as usize * width..][..width]
    }

    /// The id of a record at its agency.
    #[must_use]
    pub fn id(&self, record: u32) -> &str {
        self.ids.get(self.row(record) as usize)
    }

    /// The row of a record, counted over all tables.
    #[must_use]
    pub fn row(&self, record: u32) -> u32 {
        self.row[record as usize]
    }

    /// The key of a record: the position of its agency, and its id there.
    #[must_use]
    pub fn key(&self, record: u32) -> (u16, &str) {
        (self.agency[record as usize], self.id(record))
    }

    /// Whether a record is a further row of the record before it: the same agency and the same id there.
    #[must_use]
    pub fn is_further_row(&self, record: u32) -> bool {
        self.further.binary_search(&record).is_ok()
    }

    /// Whether any record has several rows.
    #[must_use]
    pub fn has_further_rows(&self) -> bool {
        !self.further.is_empty()
    }

    /// The first row of a record.
    #[must_use]
    pub fn first_row(&self, mut record: u32) -> u32 {
        while self.is_further_row(record) {
            record -= 1;
        }
        record
    }

    /// How many records there are. A record of several rows counts once.
    #[must_use]
    pub fn count(&self) -> usize {
        self.len() - self.further.len()
    }

    /// Records that are further rows of the record before them, in order.
    #[must_use]
    pub fn further_rows(&self) -> &[u32] {
        &self.further
    }

    /// The name of a record's agency.
    #[must_use]
    pub fn agency_of(&self, record: u32) -> &str {
        &self.agencies[usize::from(self.agency[record as usize])]
    }

    /// The text of a record in a column.
    #[must_use]
    pub fn text(&self, record: u32, column: usize) -> &str {
        self.columns[column].values.text(self.cells(record)[column])
    }

    /// The further values of a record, by column.
    #[must_use]
    pub fn further_values(&self, record: u32) -> &[FurtherValue] {
        if self.more.is_empty() {
            return &[];
        }
        let from = |record: u32| self.more_from[record as usize] as usize;
        &self.more[from(record)..from(record + 1)]
    }

    /// Whether any record has further values.
    #[must_use]
    pub fn has_further_values(&self) -> bool {
        !self.more.is_empty()
    }

    /// How many records have each value of a column. The missing value is not counted.
    #[must_use]
    pub fn counts(&self, column: usize) -> Vec<u32> {
        let mut counts = vec![0; self.columns[column].values.len()];
        for cells in self.cells.chunks_exact(self.columns.len().max(1)) {
            counts[cells[column] as usize] += 1;
        }
        counts[MISSING as usize] = 0;
        counts
    }
}
