//! The text of a scheme file while its terms are changed, with what the clauses need to write their own changes.

use std::collections::BTreeMap;

use crate::gate::{Gate, GateTest, MetIn};
use crate::scheme_file::SCHEME_FILE;
use crate::terms::{MeasuredOver, Outcome};
use base::csv_cell;
use base::literal::Literal as _;
use base::money::Pence;
use base::schedule::{CohortTime, Schedule, ScheduleKeys};
use base::scheme_files::SchemeFiles;
use base::source::Span;
use base::table::{CsvTable, TableCell};
use base::toml_editor::TomlEditor;

/// The text of a scheme while it is changed, and the tables that the changes need.
pub struct Amendment<'o> {
    files: &'o SchemeFiles,
    keys: ScheduleKeys,
    /// The outcomes of the changed scheme.
    outcomes: &'o [Outcome],
    clauses: ChangedNames<'o>,
    pub(crate) editor: TomlEditor<'o>,
    /// New tables by file name.
    tables: BTreeMap<String, TableCopy<'o>>,
}

/// The names of all clauses, in their order, before and after the change.
pub(crate) struct ChangedNames<'o> {
    pub before: Vec<&'o str>,
    pub after: Vec<&'o str>,
}

/// A copy of a table with some cells changed, or a table of its own.
enum TableCopy<'o> {
    Of { text: &'o str, edits: BTreeMap<Span, String>, note: String },
    New(String),
}

impl TableCopy<'_> {
    fn finish(self) -> String {
        match self {
            TableCopy::New(text) => text,
            TableCopy::Of { text, edits, note } => {
                let mut out = text.to_owned();
                for (span, value) in edits.iter().rev() {
                    out.replace_range(span.start..span.end, value);
                }
                let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
                format!("# fix: {note}{end}{out}")
            }
        }
    }
}

impl<'o> Amendment<'o> {
    /// An amendment of the scheme file; `None` when the folder has no such file.
    pub(crate) fn new(
        files: &'o SchemeFiles,
        keys: ScheduleKeys,
        outcomes: &'o [Outcome],
        clauses: ChangedNames<'o>,
    ) -> Option<Amendment<'o>> {
        let editor = TomlEditor::new(files, SCHEME_FILE)?;
        Some(Amendment { files, keys, outcomes, clauses, editor, tables: BTreeMap::new() })
    }

    /// The changed text of the scheme file, and the new tables by file name.
    pub(crate) fn finish(self) -> (String, impl Iterator<Item = (String, String)>) {
        (self.editor.finish(), self.tables.into_iter().map(|(name, copy)| (name, copy.finish())))
    }

    /// Gives a key of a clause a new value.
    pub(crate) fn set(&mut self, name: &str, key: &str, value: &str, anchor: &str, why: &str) {
        self.editor.set(&["pay", name, key], value, anchor, why);
    }

    /// The same, unless the key has this value already.
    pub(crate) fn set_if_different(&mut self, name: &str, key: &str, value: &str, anchor: &str, why: &str) {
        if self.editor.value(&["pay", name, key]) != Some(value) {
            self.set(name, key, value, anchor, why);
        }
    }

    /// Comments a key of a clause out.
    pub(crate) fn remove(&mut self, name: &str, key: &str, why: &str) {
        self.editor.remove(&["pay", name, key], why);
    }

    /// The clauses that a clause refers to, where one of them is gone, or one was added.
    pub(crate) fn references(&mut self, name: &str, key: &str, old: &[usize], new: &[usize]) {
        let named = self.editor.value(&["pay", name, key]).is_some();
        let names = |all: &[&'o str], clauses: &[usize]| -> Vec<&'o str> { clauses.iter().map(|&at| all[at]).collect() };
        let (old, now) = (names(&self.clauses.before, old), names(&self.clauses.after, new));
        if !named || old == now {
            return;
        }
        let why = match now.iter().any(|name| !old.contains(name)) {
            true => "with the clause that is added",
            false => "without the clause that is removed",
        };
        let value = self.clause_names(new);
        self.set(name, key, &value, "clause", why);
    }

    /// A list of clauses as a key and its value.
    pub(crate) fn clause_list(&self, key: &'static str, clauses: &[usize]) -> (&'static str, String) {
        (key, self.clause_names(clauses))
    }

    fn clause_names(&self, clauses: &[usize]) -> String {
        let names: Vec<String> = clauses.iter().map(|&at| format!("\"{}\"", self.clauses.after[at])).collect();
        format!("[{}]", names.join(", "))
    }

    /// What a clause is measured over, as a key and its value.
    pub(crate) fn measured_over(&self, over: MeasuredOver) -> (&'static str, String) {
        ("measured_over", format!("\"{}\"", over.written()))
    }

    /// An outcome of the changed scheme.
    pub(crate) fn outcome(&self, outcome: usize) -> &Outcome {
        &self.outcomes[outcome]
    }

    /// The name of an outcome, as a key and its value.
    pub(crate) fn outcome_name(&self, outcome: usize) -> (&'static str, String) {
        ("outcome", format!("\"{}\"", self.outcomes[outcome].name))
    }

    /// The price of a straightened clause: one amount, or the table that its price was in with other amounts.
    pub(crate) fn copied_price(&mut self, name: &str, new: &Schedule<Pence>) -> String {
        let file = self.editor.words(&["pay", name, "price", "table"]).map(str::to_owned);
        if let Some(value) = self.in_place(name, "price", new) {
            return value;
        }
        match file {
            Some(file) if !new.is_constant() => {
                let column = self.editor.words(&["pay", name, "price", "column"]).unwrap_or_default().to_owned();
                let file = self.copied(&file, &column, new).unwrap_or(file);
                format!("{{ table = \"{file}\", column = \"{column}\" }}")
            }
            _ => quoted(new.values()[0]),
        }
    }

    /// An amount, or a new table of one for each area.
    pub(crate) fn amounts(&mut self, name: &str, key: &str, amounts: &Schedule<Pence>) -> String {
        if amounts.is_constant() {
            return quoted(amounts.values()[0]);
        }
        let areas = self.keys.areas.clone();
        let rows = areas.iter().enumerate().map(|(at, area)| (area.as_str(), amounts.at(at, 0, CohortTime::FIRST)));
        let file = self.new_table(name, "area", key, rows.collect());
        format!("{{ table = \"{file}\", column = \"{key}\" }}")
    }

    /// A deduction that mirrors the reward.
    pub(crate) fn deduction_as_rewarded(&mut self, name: &str, deduction: &Schedule<Pence>) {
        // The same amounts as the reward stand in the same place.
        let looked_up = self.editor.words(&["pay", name, "reward", "table"]).map(|file| file.to_owned());
        let in_place = self.in_place(name, "reward", deduction);
        let value = match looked_up {
            _ if in_place.is_some() => in_place.unwrap_or_default(),
            Some(file) => self.looked_up_again(name, &file, deduction),
            None => quoted(deduction.values()[0]),
        };
        let why = "a worse result is deducted as much as a better one is rewarded";
        self.editor.set(&["pay", name, "deduction"], &value, "reward", why);
    }

    /// The value of a deduction that mirrors a reward from a table: the table as it is, or its changed copy.
    fn looked_up_again(&mut self, name: &str, file: &str, deduction: &Schedule<Pence>) -> String {
        let column = self.editor.words(&["pay", name, "reward", "column"]).unwrap_or_default().to_owned();
        let file = self.copied(file, &column, deduction).unwrap_or_else(|| file.to_owned());
        format!("{{ table = \"{file}\", column = \"{column}\" }}")
    }

    /// A gate or a hurdle.
    pub(crate) fn gate(&mut self, name: &str, key: &str, old: Option<&Gate>, new: Option<&Gate>) {
        match new {
            _ if old == new => {}
            None => self.editor.remove(&["pay", name, key], &format!("no {key}: every result counts from the baseline on")),
            Some(Gate { test: GateTest::MoreThan(changes), met_in, .. }) if changes.is_constant() => {
                let change = changes.values()[0];
                let met_in = match met_in {
                    MetIn::Whole => String::new(),
                    MetIn::EachSegment => ", met_in = \"each segment\"".to_owned(),
                    MetIn::AtLeast(segments) => format!(", met_in_at_least = {segments}"),
                    MetIn::Segment(segment) => {
                        let name = self.keys.segments.get(*segment).map_or("", String::as_str);
                        format!(", segment = {}", toml_text(name))
                    }
                };
                let value = format!("{{ improves_by_more_than = \"{}\"{met_in} }}", change.words());
                self.editor.set(&["pay", name, key], &value, "outcome", "another gate");
            }
            // No change of the rules makes another kind of gate. The text would not be read back as meant, so it is not written.
            Some(_) => {}
        }
    }

    /// What a clause is measured over.
    pub(crate) fn over(&mut self, name: &str, old: MeasuredOver, new: MeasuredOver, anchor: &str) {
        if old != new {
            let value = format!("\"{}\"", new.written());
            self.editor.set(&["pay", name, "measured_over"], &value, anchor, "a longer period leaves less to chance");
        }
    }

    /// A price that is one amount is written in its place; a price from a table goes into a changed copy of the table.
    pub(crate) fn price(&mut self, name: &str, key: &str, old: &Schedule<Pence>, new: &Schedule<Pence>) {
        if old == new {
            return;
        }
        let why = times(old, new);
        if let Some(value) = self.in_place(name, key, new).filter(|_| old.same_shape(new)) {
            self.editor.set(&["pay", name, key], &value, "outcome", &why);
            return;
        }
        let file = self.editor.words(&["pay", name, key, "table"]).map(str::to_owned);
        match file {
            Some(file) if old.same_shape(new) => {
                let column = self.editor.words(&["pay", name, key, "column"]).unwrap_or_default().to_owned();
                if let Some(copy) = self.copied(&file, &column, new) {
                    self.editor.set(&["pay", name, key, "table"], &format!("\"{copy}\""), key, &why);
                }
            }
            _ if new.values().iter().all(|price| *price == new.values()[0]) => {
                self.editor.set(&["pay", name, key], &quoted(new.values()[0]), "outcome", &why);
            }
            _ => {
                let file = self.by_segment(name, key, new);
                let value = format!("{{ table = \"{file}\", column = \"{key}\" }}");
                self.editor.set(&["pay", name, key], &value, "outcome", "a price for each segment");
            }
        }
    }

    /// Amounts by contract year or by cohort that stand in the file itself, written anew; `None` where the file does not state them so.
    fn in_place(&self, name: &str, key: &str, new: &Schedule<Pence>) -> Option<String> {
        let stated = |by: &str| self.editor.value(&["pay", name, key, by]).is_some();
        let amount = |time: CohortTime| quoted(new.at(0, 0, time));
        if stated("by_year") {
            let years = (0..self.keys.years).map(|year| amount(CohortTime { year, cohort: 0 }));
            return Some(format!("{{ by_year = [{}] }}", years.collect::<Vec<_>>().join(", ")));
        }
        stated("by_cohort").then(|| {
            let cohorts = self.keys.cohorts.iter().enumerate();
            let each =
                cohorts.map(|(at, cohort)| format!("{} = {}", toml_text(cohort), amount(CohortTime { year: 0, cohort: at })));
            format!("{{ by_cohort = {{ {} }} }}", each.collect::<Vec<_>>().join(", "))
        })
    }

    /// The name of a copy of a table in which one column holds other amounts; `None` when nothing differs.
    fn copied(&mut self, file: &str, column: &str, new: &Schedule<Pence>) -> Option<String> {
        let table = self.files.tables.get(file)?;
        let at = table.column(column)?;
        let cells = table.rows.iter().filter_map(|row| Some((&row[at], amount_of_row(new, table, row, &self.keys)?)));
        let edits = cells.map(|(cell, price)| (cell.span, cell_text(price))).collect();
        self.copy(file, column, edits)
    }

    /// A list of amounts, each the same for everyone.
    pub(crate) fn list(&mut self, name: &str, key: &str, old: &[Schedule<Pence>], new: &[Schedule<Pence>], anchor: &str) {
        if old == new {
            return;
        }
        let all = |amounts: &[Schedule<Pence>]| Schedule::of_areas(amounts.iter().map(|amount| amount.values()[0]).collect());
        let why = times(&all(old), &all(new));
        let amounts: Vec<String> = new.iter().map(|amount| quoted(amount.values()[0])).collect();
        self.editor.set(&["pay", name, key], &format!("[{}]", amounts.join(", ")), anchor, &why);
    }

    /// The prices of the bands of a service fee, in a changed copy of their table.
    pub(crate) fn bands(&mut self, name: &str, old: &Schedule<Pence>, new: &Schedule<Pence>) {
        let Some(file) = self.editor.words(&["pay", name, "bands"]).map(str::to_owned) else { return };
        let Some(table) = self.files.tables.get(&file) else { return };
        let Some(at) = table.column("each_month") else { return };
        let changed = table.rows.iter().zip(new.values()).map(|(row, price)| (row[at].span, cell_text(*price)));
        if let Some(copy) = self.copy(&file, "each_month", changed.collect()) {
            self.set(name, "bands", &format!("\"{copy}\""), "bands", &times(old, new));
        }
    }

    /// Records changed cells in the first copy of a table that has no other values for them. Returns its name.
    fn copy(&mut self, file: &str, column: &str, cells: BTreeMap<Span, String>) -> Option<String> {
        let text = &self.files.sources.get(file)?.text;
        for number in 1..1000 {
            let name = new_name(file, number);
            if self.files.sources.contains_key(&name) {
                continue;
            }
            let note = format!("{file}, with other amounts for {column}");
            let fresh = || TableCopy::Of { text, edits: BTreeMap::new(), note: String::new() };
            let TableCopy::Of { text: of, edits, note: said } = self.tables.entry(name.clone()).or_insert_with(fresh) else {
                continue;
            };
            let conflicts = cells.iter().any(|(span, value)| edits.get(span).is_some_and(|other| other != value));
            if conflicts || !std::ptr::eq(*of, text.as_str()) {
                continue;
            }
            if said.is_empty() {
                *said = note;
            } else if !edits.keys().any(|span| cells.contains_key(span)) {
                *said += &format!(" and {column}");
            }
            edits.extend(cells);
            return Some(name);
        }
        None
    }

    /// A new table of a price for each segment.
    fn by_segment(&mut self, name: &str, key: &str, new: &Schedule<Pence>) -> String {
        let segments = self.keys.segments.clone();
        let rows = segments.iter().enumerate().map(|(at, segment)| (segment.as_str(), new.at(0, at, CohortTime::FIRST)));
        self.new_table(&format!("{name}-prices"), "segment", key, rows.collect())
    }

    /// A new table with a row for each name, and the file's name.
    fn new_table(&mut self, stem: &str, head: &str, key: &str, rows: Vec<(&str, Pence)>) -> String {
        let free = |file: &String| !self.files.sources.contains_key(file) && !self.tables.contains_key(file);
        let file = (1..1000).map(|number| new_name(&format!("{stem}.csv"), number)).find(free).unwrap_or_default();
        let rows = rows.into_iter().map(|(name, price)| format!("{},{}\n", csv_cell::quoted(name), cell_text(price)));
        self.tables.insert(file.clone(), TableCopy::New(format!("{head},{key}\n{}", rows.collect::<String>())));
        file
    }
}

/// "areas.csv" to "areas-fixed.csv", then "areas-fixed-2.csv".
fn new_name(file: &str, number: usize) -> String {
    let stem = file.strip_suffix(".csv").unwrap_or(file);
    if number == 1 { format!("{stem}-fixed.csv") } else { format!("{stem}-fixed-{number}.csv") }
}

/// A text as a TOML value.
fn toml_text(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn quoted(price: Pence) -> String {
    format!("\"{price}\"")
}

fn cell_text(price: Pence) -> String {
    csv_cell::quoted(&price.to_string()).into_owned()
}

/// "multiplied by 1.85", to a hundredth, or that the amounts are others.
fn times(old: &Schedule<Pence>, new: &Schedule<Pence>) -> String {
    let ratio = |old: &Pence, new: &Pence| (old.0 != 0).then(|| (100.0 * new.0 as f64 / old.0 as f64).round() as i64);
    let pairs = old.values().iter().zip(new.values());
    let mut ratios: Vec<i64> = pairs.filter_map(|(old, new)| ratio(old, new)).collect();
    ratios.dedup();
    match (old.same_shape(new), ratios.as_slice()) {
        (true, [one]) => format!("multiplied by {}", *one as f64 / 100.0),
        _ => "other amounts".to_owned(),
    }
}

/// The amount of a schedule for a row of a table, by the row's own keys.
fn amount_of_row(schedule: &Schedule<Pence>, table: &CsvTable, row: &[TableCell], keys: &ScheduleKeys) -> Option<Pence> {
    let named = |column: &str, names: &[String]| match table.column(column) {
        None => Some(0),
        Some(at) => names.iter().position(|name| *name == row[at].text),
    };
    let year = match table.column("year") {
        None => Some(0),
        Some(at) => row[at].text.parse::<usize>().ok().filter(|year| (1..=keys.years).contains(year)).map(|year| year - 1),
    };
    let time = CohortTime { year: year?, cohort: named("cohort", &keys.cohorts)? };
    Some(schedule.at(named("area", &keys.areas)?, named("segment", &keys.segments)?, time))
}
