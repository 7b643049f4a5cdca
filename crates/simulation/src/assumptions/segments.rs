//! The segments of the people who come: the table that `segments` names, with the share of each and the segment of the contract that
//! prices it.

use std::collections::BTreeMap;

use base::literal::Literal as _;
use base::money::Rate;
use base::reader::Section;
use base::schedule::{find_column, find_table};
use base::similar_names::folded;
use base::table::{CsvTable, TableCell};
use contract::Scheme;

use super::assumed::SegmentAssumptions;
use super::reading::{expected_by_segment, warn_without_source};

/// The most segments of a scenario.
const MOST_SEGMENTS: usize = 1_000;

/// Reads the segments. Shares that a file of individuals shows are 0 here, and are filled in from it.
pub(super) fn read(table: &Section<'_, '_>, scheme: &Scheme) -> Vec<SegmentAssumptions> {
    warn_without_source(table);
    if !table.has("segments") {
        return those_of_the_contract(table, scheme);
    }
    let file = table.required_text("segments", "the name of a CSV file, such as \"segments.csv\"");
    let Some(csv) = find_table(table, "segments", &file) else { return Vec::new() };
    let Some(name) = find_column(table, "segments", csv, "segment") else { return Vec::new() };
    let share = match csv.column("share") {
        None if table.has("individuals") => None,
        _ => match find_column(table, "segments", csv, "share") {
            None => return Vec::new(),
            found => found,
        },
    };
    if csv.rows.len() > MOST_SEGMENTS {
        table.push(
            csv.problem(csv.head(), "there are more segments than can be simulated")
                .read(format!("{} rows", csv.rows.len()))
                .expected(format!("at most {MOST_SEGMENTS}"))
                .fix("check whether this is a table of people: that file is named by `individuals`"),
        );
        return Vec::new();
    }
    let mut known = true;
    let mut out: Vec<SegmentAssumptions> = Vec::new();
    // Names that differ only by capital letters, blanks or invisible characters are one name.
    let mut places = BTreeMap::new();
    for row in &csv.rows {
        let earlier = places.insert(folded(&row[name].text), &row[name]);
        if row[name].text.is_empty() || earlier.is_some() {
            refuse_name(table, csv, &row[name], earlier);
        }
        let share = share.map_or(0.0, |share| share_of(table, csv, &row[name].text, &row[share]));
        let position = priced_as(table, csv, name, row, scheme);
        known &= position.is_some();
        out.push(SegmentAssumptions {
            name: row[name].text.clone(),
            share,
            priced_as: position.unwrap_or_default(),
            bring_in: None,
        });
    }
    if let Some(share) = share {
        if !csv.incomplete {
            check_sum(table, csv, share);
            if known {
                empty_segments(table, csv, &out, scheme);
            }
        }
        // Shares that carry ranges are drawn one by one and then brought back to 100%.
        let sum: f64 = out.iter().map(|segment| segment.share).sum();
        out.iter_mut().for_each(|segment| segment.share /= sum.max(1e-12));
    }
    out
}

/// Where no table is named: the segments of the contract, with all people in a single one.
fn those_of_the_contract(table: &Section<'_, '_>, scheme: &Scheme) -> Vec<SegmentAssumptions> {
    let from_people = table.has("individuals");
    if scheme.segments.len() > 1 && !from_people {
        table.push(
            table
                .problem(
                    "segments",
                    "the contract has several segments, and the assumptions do not say how many people are in each",
                )
                .expected("segments = \"segments.csv\", a table with columns segment and share")
                .fix("add the table, with one row for each segment of the contract"),
        );
    }
    let share = if from_people { 0.0 } else { 1.0 / scheme.segments.len() as f64 };
    let named = scheme.segments.iter().enumerate();
    named.map(|(at, name)| SegmentAssumptions { name: name.clone(), share, priced_as: at, bring_in: None }).collect()
}

/// A row without a name, or with the name of an earlier row.
fn refuse_name(table: &Section<'_, '_>, csv: &CsvTable, name: &TableCell, earlier: Option<&TableCell>) {
    let line = |cell: &TableCell| csv.line(&table.reader.files.sources, cell.span);
    let read = match earlier.filter(|_| !name.text.is_empty()) {
        Some(earlier) => format!("`{}` in rows {} and {}", name.text, line(earlier), line(name)),
        None => name.text.clone(),
    };
    table.push(
        csv.problem(name.span, "each segment needs a name of its own")
            .read(read)
            .expected("a name that no other row has")
            .fix("rename or remove the row"),
    );
}

/// The share of a row, noted as an uncertain number of the file.
fn share_of(table: &Section<'_, '_>, csv: &CsvTable, name: &str, cell: &TableCell) -> f64 {
    match base::literal::ranged::<Rate>(&cell.text) {
        Ok(ranged) => table.reader.note(format!("{}: {name}: share", csv.name), ranged, table.source()).as_f64(),
        Err(wrong) => {
            table.push(
                csv.problem(cell.span, format!("`share`: {}", wrong.what))
                    .read(cell.text.clone())
                    .expected(Rate::EXPECTED)
                    .fix(wrong.fix),
            );
            0.0
        }
    }
}

/// The contract's segment whose prices are for the people of a row: the one named in `priced_as` or, without that column, by the row's
/// own name.
fn priced_as(table: &Section<'_, '_>, csv: &CsvTable, name: usize, row: &[TableCell], scheme: &Scheme) -> Option<usize> {
    let column = csv.column("priced_as");
    let contract = &row[column.unwrap_or(name)];
    let position = match scheme.segments.as_slice() {
        [_] if column.is_none() => Some(0),
        _ => scheme.segments.iter().position(|segment| *segment == contract.text),
    };
    if position.is_some() {
        return position;
    }
    if column.is_none() && names_none(csv, name, scheme) {
        // One message about a column that is missing, and not one for each row.
        table.push_once(
            csv.problem(csv.head(), format!("{} does not say which segments of the contract price its people", csv.name))
                .read(csv.columns().collect::<Vec<_>>().join(", "))
                .expected(format!("a column `priced_as` with one of {} in each row", scheme.segments.join(", ")))
                .nearest("priced_as", csv.columns())
                .fix("add the column, or correct its name. Without it, a row's own name must be that of a contract segment"),
        );
    } else {
        table.push(
            csv.problem(contract.span, format!("the contract has no segment `{}` to price these people", contract.text))
                .read(contract.text.clone())
                .expected(format!("one of {}", scheme.segments.join(", ")))
                .nearest(&contract.text, scheme.segments.iter().map(String::as_str))
                .fix("add a column `priced_as` with the contract's segment, or correct the name"),
        );
    }
    None
}

/// The shares as stated, not as drawn, must add up.
fn check_sum(table: &Section<'_, '_>, csv: &CsvTable, share: usize) {
    let stated = csv.rows.iter().filter_map(|row| Some(base::literal::ranged::<Rate>(&row[share].text).ok()?.value.as_f64()));
    let central: f64 = stated.sum();
    if (central - 1.0).abs() > 1e-6 {
        table.push(
            csv.problem(csv.header[share].span, "the shares do not add up")
                .read(format!("{} in all", Rate::from_f64(central)))
                .expected("100% in all")
                .fix("correct the shares so that they add up to 100%"),
        );
    }
}

/// Whether no row of a table has the name of a contract segment; then it is a column that is missing, not a name that is wrong.
fn names_none(csv: &CsvTable, name: usize, scheme: &Scheme) -> bool {
    csv.rows.iter().all(|row| !scheme.segments.contains(&row[name].text))
}

/// The assumptions must have people in each segment in which the contract expects them.
fn empty_segments(table: &Section<'_, '_>, csv: &CsvTable, found: &[SegmentAssumptions], scheme: &Scheme) {
    if !scheme.people.by_segment() {
        return;
    }
    for (at, expected) in expected_by_segment(scheme).into_iter().enumerate() {
        let share: f64 = found.iter().filter(|segment| segment.priced_as == at).map(|segment| segment.share).sum();
        if expected > 0.0 && share <= 0.0 {
            let name = &scheme.segments[at];
            table.push(
                csv.problem(
                    csv.head(),
                    format!("no row of {} is priced as `{name}`, where the contract expects people", csv.name),
                )
                .read(format!("{expected} people of `{name}` expected in total"))
                .expected(format!("at least one row with a share above 0% that is priced as `{name}`"))
                .fix("add a row for these people, or correct `people` in scheme.toml"),
            );
        }
    }
}
