//! No message shows a cell of a personal column, wherever an accident moves it. Every personal cell has a marker. Rows are
//! torn, shifted and put together wrongly, and no fault ever has the marker.

use records::batch::Batch;
use records::check::CrossRowCheck;
use records::fault::Fault;
use records::gate::{FileRef, GateResult, KnownNames, QualityGate, SecondReading, TableRules};
use records::schema::{RecordTable, TABLES, ValueKind};
use records::{csv, people};

use crate::dice::Dice;

/// The marker in personal cells, followed by a number. No column has anything like it.
const MARKER: &str = "zqx";

/// A row of a table, right but for the marker where the column is personal; people are the same few.
fn row(table: &RecordTable, number: u64, dice: &mut Dice) -> Vec<String> {
    let value = |column: &records::schema::RecordColumn| {
        let right = match column.kind {
            ValueKind::Id => format!("{}{number}", column.name.chars().next().unwrap_or('x')),
            ValueKind::Text => "North".into(),
            ValueKind::Day => "2024-02-01".into(),
            ValueKind::Amount => "12.50".into(),
            ValueKind::Share => "0.5".into(),
            ValueKind::Choice(words) => words[0].to_owned(),
        };
        match (column.personal, column.kind) {
            (true, ValueKind::Id) => format!("{MARKER}{}", number % 7),
            (true, ValueKind::Day) if dice.chance(50) => right,
            (true, _) => format!("{MARKER} {number}"),
            (false, _) if !column.required && dice.chance(30) => String::new(),
            (false, _) => right,
        }
    };
    table.columns.iter().map(value).collect()
}

/// Moves cells as accidents do.
fn shift(cells: &mut Vec<String>, dice: &mut Dice) {
    let at = dice.below(cells.len() as u64) as usize;
    match dice.below(8) {
        // A comma inside a text that is not quoted; sometimes an empty cell at the end is lost for it.
        0 => cells.insert(at, format!("{MARKER}a")),
        1 => {
            cells.insert(at, format!("{MARKER}b"));
            cells.pop();
        }
        2 => {
            cells.remove(at);
        }
        3 => {
            cells.remove(at);
            cells.push(String::new());
        }
        4 => cells.rotate_left(at),
        5 => {
            let other = dice.below(cells.len() as u64) as usize;
            cells.swap(at, other);
        }
        6 => cells[at] = format!("{MARKER}\u{1}c"),
        _ => cells[at] = format!("\"{MARKER}\" d"),
    }
}

/// Every fault of a table that comes through the gate.
#[allow(clippy::field_reassign_with_default)]
fn faults_of(table: &'static RecordTable, people: &str, text: &str) -> Vec<Fault> {
    let mut known = people::PeopleBuilder::default();
    if !people.is_empty() {
        read(&TABLES[0], people, &mut |batch, _| known.add(&batch));
    }
    let known = known.end();
    let (known, asked) = (KnownNames::of((!people.is_empty()).then_some(&known.names)), TableRules::default());
    let gate = QualityGate::new(table, &known, &asked);
    let mut found = GateResult::default();
    found.every_fault = Some(Vec::new());
    let mut check = CrossRowCheck::default();
    read(table, text, &mut |mut batch, faults| {
        gate.rows(FileRef { at: 0, name: "table.csv" }, &mut batch, faults, &mut found);
        check.rows(&batch);
    });
    if let Some(mut second) = SecondReading::of(&mut found, table) {
        read(table, text, &mut |batch, _| {
            second.rows(FileRef { at: 0, name: "table.csv" }, &[], &batch, true, &mut found);
        });
    }
    let every_fault = found.every_fault.unwrap_or_default().into_iter().map(|(_, fault)| fault);
    every_fault.chain(check.end(table, &["table.csv".to_owned()]).into_iter().map(|(_, fault)| fault)).collect()
}

fn read(table: &'static RecordTable, text: &str, take: &mut dyn FnMut(Batch, Vec<Fault>)) {
    let done = csv::read(text.as_bytes(), table, |batch, faults| {
        take(batch, faults);
        Ok(())
    });
    done.expect("bytes in memory");
}

#[test]
fn no_message_shows_a_personal_cell_wherever_it_shifts() {
    let mut dice = Dice(7);
    let rounds = std::env::var("WELLSPENT_MUTATIONS").ok().and_then(|times| times.parse().ok()).unwrap_or(150);
    let people: String = (0..7).map(|at| format!("{MARKER}{at}\n")).collect();
    let mut faults_seen = 0;
    for table in TABLES.iter().filter(|table| table.columns.iter().any(|column| column.personal)) {
        for round in 0..rounds {
            let header: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
            let mut lines = vec![header.join(",")];
            for number in 0..6 {
                let mut cells = row(table, number, &mut dice);
                if dice.chance(70) {
                    shift(&mut cells, &mut dice);
                }
                lines.push(cells.join(if round % 11 == 0 { ";" } else { "," }));
            }
            if round % 5 == 0 {
                lines.remove(0);
            }
            if round % 7 == 0 {
                let again = lines[lines.len() - 1].clone();
                lines.push(again);
            }
            let people = if round % 3 == 0 { String::new() } else { format!("person\n{people}") };
            let faults = faults_of(table, &people, &(lines.join("\n") + "\n"));
            faults_seen += faults.len();
            let shown = format!("{faults:?}");
            assert!(!shown.contains(MARKER), "{}: {shown}\n{}", table.name, lines.join("\n"));
        }
    }
    assert!(faults_seen > 1_000, "only {faults_seen} faults: the accidents had no effect");
}

/// Where a column with people's ids has changed places with another one, no message shows an id: not as a repeated key, a place or a
/// group.
#[test]
fn no_message_shows_a_person_where_two_columns_have_changed_places() {
    let people: String = (0..7).map(|at| format!("Qp7000{at}\n")).collect();
    for table in TABLES.iter().filter(|table| table.columns.iter().any(|column| column.personal && column.kind == ValueKind::Id))
    {
        let ids = (0..table.columns.len()).filter(|at| table.columns[*at].personal && table.columns[*at].kind == ValueKind::Id);
        for (id, other) in ids.flat_map(|id| (0..table.columns.len()).map(move |other| (id, other))) {
            let mut dice = Dice(3);
            let header: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
            let mut lines = vec![header.join(",")];
            for number in 0..20 {
                let mut cells = row(table, number, &mut dice);
                cells[id] = format!("{}p7000{}", if number % 5 == 4 { "q" } else { "Q" }, number % 7);
                cells.swap(id, other);
                lines.push(cells.join(","));
            }
            let text = lines.join("\n") + "\n";
            let shown = format!("{:?}", faults_of(table, &format!("person\n{people}"), &text));
            assert!(!shown.contains("p7000"), "{}, {}: {shown}", table.name, table.columns[other].name);
        }
    }
}
