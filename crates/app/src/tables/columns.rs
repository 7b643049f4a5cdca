//! Columns of a Parquet file as rows of cells, for whoever reads rows: only the columns that are wanted are read, the others seem
//! empty.

use std::io;
use std::path::Path;

use engine::link::gather::Raw;
use engine::records::fault::Fault;
use engine::records::rows::Rows;

use super::texts;

pub struct Columns {
    names: Vec<String>,
    of: Vec<Option<Raw>>,
    rows: usize,
    /// Rows handed on so far; the first is the header.
    at: usize,
    notes: Vec<Fault>,
}

/// Reads the wanted columns that are there.
pub fn open(path: &Path, wanted: &[&str]) -> anyhow::Result<Columns> {
    let names = texts::names(path)?;
    let there: Vec<&str> = wanted.iter().copied().filter(|name| names.iter().any(|known| known == name)).collect();
    // Without any the number of rows is not needed either: a header alone says what is missing.
    let columns = if there.is_empty() { Vec::new() } else { texts::read(path, &there)?.0 };
    let rows = columns.first().map_or(0, |raw| raw.rows.len());
    let mut of: Vec<Option<Raw>> = names.iter().map(|_| None).collect();
    for (name, raw) in there.into_iter().zip(columns) {
        if let Some(at) = names.iter().position(|known| known == name) {
            of[at] = Some(raw);
        }
    }
    Ok(Columns { names, of, rows, at: 0, notes: Vec::new() })
}

impl Rows for Columns {
    fn next(&mut self) -> io::Result<Option<Result<(), Fault>>> {
        self.at += 1;
        Ok((self.at <= self.rows + 1).then_some(Ok(())))
    }

    fn place(&self) -> u64 {
        self.at.saturating_sub(1) as u64
    }

    fn count(&self) -> usize {
        self.names.len()
    }

    fn cell(&self, at: usize) -> &[u8] {
        match (self.at.checked_sub(2), self.of.get(at)) {
            (None, _) => self.names.get(at).map_or(&[], |name| name.as_bytes()),
            (Some(row), Some(Some(raw))) => raw.rows.get(row).map_or(&[], |text| raw.values.text(*text).as_bytes()),
            (Some(_), _) => &[],
        }
    }

    fn bytes(&self) -> usize {
        0
    }

    fn placed(&self) -> bool {
        true
    }

    fn notes(&mut self) -> &mut Vec<Fault> {
        &mut self.notes
    }

    fn end(&mut self, _: u64) -> Vec<Fault> {
        Vec::new()
    }
}
