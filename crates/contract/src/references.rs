//! Names that refer to something of the scheme: to an outcome in the scheme file, to an area, a segment or a cohort in a table.

use crate::outcome::Outcome;
use base::problem::Problem;
use base::reader::Section;
use base::table::{CsvTable, TableCell};

/// The position of the outcome that a key names; `None` with a problem when there is none of that name.
pub(crate) fn outcome(section: &Section<'_, '_>, outcomes: &[Outcome], key: &str) -> Option<usize> {
    let first = outcomes.first().map_or("NAME", |outcome| outcome.name.as_str());
    let name = section.required_text(key, &format!("the NAME of an [outcome.NAME] table, such as \"{first}\""));
    if name.is_empty() {
        return None;
    }
    let found = outcomes.iter().position(|outcome| outcome.name == name);
    if found.is_none() {
        let known: Vec<&str> = outcomes.iter().map(|outcome| outcome.name.as_str()).collect();
        section.push(
            section
                .problem(key, "the scheme has no outcome of this name")
                .read(format!("\"{name}\""))
                .expected(format!("one of {}", known.join(", ")))
                .nearest(&name, known)
                .fix("correct the name, or add an [outcome.NAME] table"),
        );
    }
    found
}

/// The position of the name in a cell of a table among those that the scheme has. Where the table has no such column there is one
/// name alone.
pub(crate) fn named_in(
    table: &CsvTable,
    column: Option<usize>,
    row: &[TableCell],
    what: &str,
    known: &[String],
) -> Result<usize, Box<Problem>> {
    let Some(cell) = column.map(|column| &row[column]) else { return Ok(0) };
    known.iter().position(|name| *name == cell.text).ok_or_else(|| {
        Box::new(
            table
                .problem(cell.span, format!("the scheme has no {what} `{}`", cell.text))
                .read(cell.text.clone())
                .expected(format!("one of {}", known.iter().take(8).cloned().collect::<Vec<_>>().join(", ")))
                .nearest(&cell.text, known.iter().map(String::as_str))
                .fix("write the name exactly as in the scheme"),
        )
    })
}
