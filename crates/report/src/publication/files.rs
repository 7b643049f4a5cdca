//! What is published as CSV, as a workbook and as Parquet: one row for each number.

use base::csv_cell::quoted;
use records::files::xlsx::{self, CellKind};

use super::{EVERYBODY, FigureShown, PublishedResult};
use crate::parquet_table::{self, ParquetColumn};
use disclosure::words::{CellShown, NOT_SHOWN};

/// The columns after those that name the group.
const FIGURES: [&str; 5] = ["figure", "value", "low", "high", "shown"];

/// One number of a file.
struct FileRow {
    table: String,
    names: Vec<String>,
    figure: &'static str,
    /// The number with the ends of its interval; empty where there is none.
    numbers: [String; 3],
    shown: String,
}

impl PublishedResult {
    /// The names of the columns. Views with other dimensions than the first leave columns empty.
    fn file_dimensions(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for name in self.views.iter().flat_map(|view| self.dimensions(view)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    fn file_rows(&self) -> Vec<FileRow> {
        let dimensions = self.file_dimensions();
        let mut out = Vec::new();
        for view in &self.views {
            let own = self.dimensions(view);
            for row in self.rows(view) {
                let place = |name: &&str| own.iter().position(|own| own == name).and_then(|at| row.names[at].clone());
                let names: Vec<String> =
                    dimensions.iter().map(|name| place(name).unwrap_or_else(|| EVERYBODY.to_owned())).collect();
                for (column, figure) in view.columns.iter().zip(&row.figures) {
                    let (numbers, shown) = in_file(*figure);
                    let (table, names) = (view.name.clone(), names.clone());
                    out.push(FileRow { table, names, figure: column.name, numbers, shown });
                }
            }
        }
        out
    }

    /// Everything as CSV: a row for each number, and in `shown` what stands in the place of one that is not there.
    #[must_use]
    pub fn csv(&self) -> String {
        let header = ["table"].into_iter().chain(self.file_dimensions()).chain(FIGURES);
        let mut out = header.map(|name| quoted(name).into_owned()).collect::<Vec<_>>().join(",") + "\n";
        for row in self.file_rows() {
            let [value, low, high] = &row.numbers;
            let names = row.names.iter().map(String::as_str);
            let cells = [row.table.as_str()].into_iter().chain(names).chain([row.figure, value, low, high, &row.shown]);
            out += &(cells.map(|cell| quoted(cell).into_owned()).collect::<Vec<_>>().join(",") + "\n");
        }
        out
    }

    /// The same as a workbook.
    ///
    /// # Errors
    /// It has more rows than a sheet.
    pub fn workbook(&self) -> anyhow::Result<Vec<u8>> {
        let kind = |column: &str| if ["value", "low", "high"].contains(&column) { CellKind::Decimal } else { CellKind::Text };
        xlsx::bytes("published", &self.csv(), kind)
    }

    /// The same as Parquet.
    ///
    /// # Errors
    /// It cannot be written as Parquet.
    pub fn parquet(&self) -> anyhow::Result<Vec<u8>> {
        let rows = self.file_rows();
        let dimensions = self.file_dimensions();
        let mut columns = vec![("table", ParquetColumn::texts(rows.iter().map(|row| row.table.as_str())))];
        for (at, name) in dimensions.iter().enumerate() {
            columns.push((name, ParquetColumn::texts(rows.iter().map(move |row| row.names[at].as_str()))));
        }
        columns.push((FIGURES[0], ParquetColumn::texts(rows.iter().map(|row| row.figure))));
        for at in 0..3 {
            columns.push((FIGURES[1 + at], ParquetColumn::texts(rows.iter().map(move |row| row.numbers[at].as_str()))));
        }
        columns.push((FIGURES[4], ParquetColumn::texts(rows.iter().map(|row| row.shown.as_str()))));
        Ok(parquet_table::bytes("published", &columns, Vec::new())?)
    }
}

/// A figure as numbers, and as words where a number is hidden. Shares are of 100.
fn in_file(figure: FigureShown) -> ([String; 3], String) {
    let none = || [String::new(), String::new(), String::new()];
    match figure {
        FigureShown::Count(count) => match count.shown() {
            CellShown::Value(value) => ([value.to_string(), String::new(), String::new()], "number".to_owned()),
            CellShown::FewerThan(count) => (none(), format!("fewer than {count}")),
            CellShown::ToProtect => (none(), NOT_SHOWN.to_owned()),
        },
        FigureShown::Share(share) => (share.map(|end| format!("{:.1}", 100.0 * end)), "number".to_owned()),
        FigureShown::Mean(mean) => ([format!("{mean:.1}"), String::new(), String::new()], "number".to_owned()),
        FigureShown::Judgement(word) => (none(), word.to_owned()),
        FigureShown::LeftOut => (none(), NOT_SHOWN.to_owned()),
    }
}
