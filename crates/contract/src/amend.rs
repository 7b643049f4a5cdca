//! Writes changed terms into the text of a scheme: what differs between the scheme as read and the scheme as changed is
//! written where it stands, the old line kept as a comment and the new one with its reason. Text to text: no file is opened.
//!
//! An amount that changes is a decision and no longer uncertain: it is written without a range. A column of a table that
//! changes goes into a new table beside the old one. A clause that is added stands below all others. Worked examples that no longer come out are commented out.

use std::collections::BTreeMap;

use crate::clauses::service_fee::{Band, Basis, ServiceFee};
use crate::clauses::tariff::{CountsFrom, PerUnit, Tariff};
use crate::clauses::{Clause, Counts, Over, Rule};
use crate::examples;
use crate::gate::{Gate, Test};
use crate::read::{self, SCHEME_FILE};
use crate::terms::{Baseline, Intake, Scheme};
use base::cell;
use base::document::{Picks, Reader};
use base::literal::Literal as _;
use base::money::Pence;
use base::open;
use base::opened::Opened;
use base::pen::Pen;
use base::schedule::{Keys, Schedule};
use base::source::{Bytes, Folder, Span};
use base::table::{Cell, Table};

/// The texts of a folder by file name.
pub type Texts = BTreeMap<String, String>;

/// The folder with the terms of `after` in place of those of `before`, which is the scheme as the folder has it. `None` when
/// something differs that cannot be written.
#[must_use]
pub fn amend(opened: &Opened, before: &Scheme, after: &Scheme) -> Option<Texts> {
    let mut texts: Texts = opened.sources.iter().map(|(name, source)| (name.clone(), source.text.clone())).collect();
    let pen = Pen::new(opened, SCHEME_FILE)?;
    let mut desk = Desk { opened, keys: before.keys(), before, after, pen, tables: BTreeMap::new() };
    if before.intake != after.intake {
        let word = Intake::KNOWN.iter().find(|(_, intake)| *intake == after.intake).map_or("everyone", |(word, _)| word);
        desk.pen.set(&["intake"], &format!("\"{word}\""), "month_end", "who is served is not for the provider to choose");
    }
    if before.segments_set_by != after.segments_set_by {
        desk.pen.set(&["segments_set_by"], "\"records\"", "month_end", "who is paid by a label does not set it");
    }
    for (old, new) in before.outcomes.iter().zip(&after.outcomes).filter(|(old, new)| old != new) {
        if old.ratchet != new.ratchet {
            let why = "a baseline that follows the results makes them cheap to hold back";
            desk.pen.set(&["outcome", &old.name, "ratchet"], &format!("\"{}\"", new.ratchet), "baseline", why);
        }
        if old.reported_by != new.reported_by {
            let why = "who is paid by a result does not report it";
            desk.pen.set(&["outcome", &old.name, "reported_by"], "\"records\"", "measure", why);
        }
        if let Baseline::Comparison { ratio } = new.baseline
            && old.baseline != new.baseline
        {
            let value = format!("{{ comparison_people_each = {ratio} }}");
            let why = "a comparison group measured at the same time";
            desk.pen.set(&["outcome", &old.name, "baseline"], &value, "measure", why);
        }
    }
    for old in &before.clauses {
        match after.clauses.iter().find(|new| new.name == old.name) {
            Some(new) => desk.clause(old, new),
            None => desk.pen.remove(&["pay", &old.name], "no such limit"),
        }
    }
    let added = after.clauses.iter().filter(|new| before.clause(&new.name).is_none());
    let added: Vec<String> = added.flat_map(|clause| desk.added(clause)).collect();
    let Desk { pen, tables, .. } = desk;
    texts.insert(SCHEME_FILE.to_owned(), with_lines(pen.finish(), &added));
    texts.extend(tables.into_iter().map(|(name, copy)| (name, copy.finish())));
    let texts = without_stale_examples(texts);
    let reread = open(&folder(&texts));
    let same = read::scheme(&Reader::new(&reread, &Picks::new())).is_some_and(|read| same_terms(&read, after));
    same.then_some(texts)
}

/// Texts as a folder to open.
#[must_use]
pub fn folder(texts: &Texts) -> Folder {
    texts.iter().map(|(name, text)| (name.clone(), Bytes::Read(text.clone().into_bytes()))).collect()
}

/// Whether two schemes promise the same. A price is compared where it is looked up: the same amount for everyone may be
/// written once or for each segment.
#[must_use]
pub fn same_terms(a: &Scheme, b: &Scheme) -> bool {
    let sizes = (a.areas.len().max(1), a.segments.len().max(1), a.years());
    let spread = |scheme: &Scheme| {
        let mut clauses = scheme.clauses.clone();
        clauses.iter_mut().for_each(|clause| match &mut clause.rule {
            Rule::OutcomePayment(rule) => rule.price = rule.price.spread(sizes),
            Rule::SustainmentPayment(rule) => rule.price = rule.price.spread(sizes),
            Rule::Tariff(rule) => {
                rule.reward = rule.reward.spread(sizes);
                rule.deduction = rule.deduction.as_ref().map(|deduction| deduction.spread(sizes));
            }
            _ => {}
        });
        clauses
    };
    a.intake == b.intake && a.segments_set_by == b.segments_set_by && a.outcomes == b.outcomes && spread(a) == spread(b)
}

/// What is being written.
struct Desk<'o> {
    opened: &'o Opened,
    keys: Keys,
    before: &'o Scheme,
    after: &'o Scheme,
    pen: Pen<'o>,
    /// New tables by file name.
    tables: BTreeMap<String, Copy<'o>>,
}

/// A copy of a table with some cells changed, or a table of its own.
enum Copy<'o> {
    Of { text: &'o str, edits: BTreeMap<Span, String>, note: String },
    New(String),
}

impl Copy<'_> {
    fn finish(self) -> String {
        match self {
            Copy::New(text) => text,
            Copy::Of { text, edits, note } => {
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

impl Desk<'_> {
    fn clause(&mut self, old: &Clause, new: &Clause) {
        let name = old.name.as_str();
        self.references(name, &old.rule, &new.rule);
        match (&old.rule, &new.rule) {
            (old, new) if old == new => {}
            (Rule::Tariff(old), Rule::Tariff(new)) => self.tariff(name, old, new),
            (Rule::OutcomePayment(old), Rule::OutcomePayment(new)) => {
                self.gate(name, "gate", old.gate.as_ref(), new.gate.as_ref());
                self.price(name, "price", &old.price, &new.price);
                self.counts(name, old.counts, new.counts);
                self.over(name, old.over, new.over, "outcome");
            }
            (Rule::SustainmentPayment(old), Rule::SustainmentPayment(new)) => {
                self.price(name, "price", &old.price, &new.price);
                self.counts(name, old.counts, new.counts);
            }
            (Rule::AttachmentFee(old), Rule::AttachmentFee(new)) => self.price(name, "price", &old.price, &new.price),
            (Rule::Bonus(old), Rule::Bonus(new)) => {
                self.price(name, "price", &old.price, &new.price);
                self.over(name, old.over, new.over, "price");
            }
            (Rule::Bonus(old), Rule::Tariff(new)) => self.straight(name, &["above", "at_least", "up_to", "price"], old.over, new),
            (Rule::ShareAtRisk(old), Rule::Tariff(new)) => self.straight(name, &["of", "share", "gate"], old.over, new),
            (Rule::ShareAtRisk(old), Rule::ShareAtRisk(new)) => {
                if old.share != new.share {
                    self.pen.set(&["pay", name, "share"], &format!("\"{}\"", new.share), "of", "another share at risk");
                }
                self.over(name, old.over, new.over, "gate");
            }
            (Rule::ServiceFee(old), Rule::ServiceFee(new)) => self.service_fee(name, old, new),
            (Rule::Audit(old), Rule::Audit(new)) => {
                if old.checks != new.checks {
                    self.pen.set(&["pay", name, "checks"], &format!("\"{}\"", new.checks), "outcome", "more is checked");
                }
                self.price(name, "penalty", &old.penalty, &new.penalty);
            }
            (Rule::Cap(old), Rule::Cap(new)) => self.price(name, "most", &old.most, &new.most),
            (Rule::Floor(old), Rule::Floor(new)) => self.price(name, "least", &old.least, &new.least),
            _ => {}
        }
    }

    /// The clauses that a clause looks at, where one of them is gone.
    fn references(&mut self, name: &str, old: &Rule, new: &Rule) {
        let (key, was) = match old {
            Rule::Tariff(rule) => ("tops_up", &rule.tops_up),
            Rule::ShareAtRisk(rule) => ("of", &rule.of),
            Rule::Clawback(rule) => ("of", &rule.of),
            Rule::Cap(rule) => ("on", &rule.on),
            Rule::Floor(rule) => ("on", &rule.on),
            _ => return,
        };
        let kept: Vec<String> = new.refers_to().iter().map(|&at| format!("\"{}\"", self.after.clauses[at].name)).collect();
        let named = self.pen.value(&["pay", name, key]).is_some();
        if named && kept.len() != was.len() && std::mem::discriminant(old) == std::mem::discriminant(new) {
            let value = format!("[{}]", kept.join(", "));
            self.pen.set(&["pay", name, key], &value, "clause", "without the clause that is gone");
        }
    }

    fn counts(&mut self, name: &str, old: Counts, new: Counts) {
        if old != new {
            let (value, why) = match new {
                Counts::FromBaseline => {
                    ("\"baseline\"", "pays only for results beyond the baseline, and deducts for those short")
                }
                Counts::FromNothing => ("\"nothing\"", "pays for every result"),
            };
            self.pen.set(&["pay", name, "counts_from"], value, "outcome", why);
        }
    }

    /// A clause that jumped or bent, as a tariff.
    fn straight(&mut self, name: &str, gone: &[&str], old_over: Over, new: &Tariff) {
        let why = "a price for each person from the baseline on, both ways";
        self.pen.set(&["pay", name, "clause"], "\"tariff\"", "clause", why);
        let price = self.tariff_price(name, new);
        let gone = gone.iter().filter(|key| **key != "gate" || new.gate.is_none());
        gone.for_each(|key| self.pen.remove(&["pay", name, key], why));
        self.gate(name, "gate", None, new.gate.as_ref());
        let per = match new.per {
            PerUnit::Person => "\"person\"",
            PerUnit::Event => "\"event\"",
            PerUnit::PercentagePoint => "\"percentage point\"",
        };
        let outcome = format!("\"{}\"", self.before.outcomes[new.outcome].name);
        for (key, value) in [("outcome", outcome.as_str()), ("per", per), ("reward", &price), ("deduction", &price)] {
            if self.pen.value(&["pay", name, key]) != Some(value) {
                self.pen.set(&["pay", name, key], value, "clause", why);
            }
        }
        self.over(name, old_over, new.over, "clause");
    }

    /// The price of a straightened clause: one amount, or the table that its price was in with other amounts.
    fn tariff_price(&mut self, name: &str, new: &Tariff) -> String {
        let file = self.pen.words(&["pay", name, "price", "table"]).map(str::to_owned);
        match file {
            Some(file) if !new.reward.is_constant() => {
                let column = self.pen.words(&["pay", name, "price", "column"]).unwrap_or_default().to_owned();
                let file = self.copied(&file, &column, &new.reward).unwrap_or(file);
                format!("{{ table = \"{file}\", column = \"{column}\" }}")
            }
            _ => quoted(new.reward.values()[0]),
        }
    }

    /// A clause that the contract did not have, line by line.
    fn added(&mut self, clause: &Clause) -> Vec<String> {
        let (name, over) = (clause.name.as_str(), |over: Over| ("measured_over", format!("\"{}\"", over.written())));
        let on = |on: &[usize]| {
            let names: Vec<String> = on.iter().map(|&at| format!("\"{}\"", self.after.clauses[at].name)).collect();
            ("on", format!("[{}]", names.join(", ")))
        };
        let (why, mut lines) = match &clause.rule {
            Rule::AttachmentFee(_) => ("a fee that follows the number of people", vec![]),
            Rule::ServiceFee(_) => ("a fee that does not follow the number of people", vec![]),
            Rule::Cap(rule) => ("the most that results may add", vec![on(&rule.on), over(rule.over)]),
            Rule::Floor(rule) => ("the most that results may take away", vec![on(&rule.on), over(rule.over)]),
            Rule::Audit(rule) => {
                let outcome = format!("\"{}\"", self.after.outcomes[rule.outcome].name);
                ("what the provider claims is checked", vec![("outcome", outcome), ("checks", format!("\"{}\"", rule.checks))])
            }
            _ => return Vec::new(),
        };
        lines.push(match &clause.rule {
            Rule::ServiceFee(ServiceFee { basis: Basis::EachYear(price), .. }) => {
                ("each_year", self.amounts(name, "each_year", price))
            }
            Rule::AttachmentFee(rule) => ("price", self.amounts(name, "price", &rule.price)),
            Rule::Audit(rule) => ("penalty", self.amounts(name, "penalty", &rule.penalty)),
            Rule::Cap(rule) => ("most", self.amounts(name, "most", &rule.most)),
            Rule::Floor(rule) => ("least", self.amounts(name, "least", &rule.least)),
            _ => return Vec::new(),
        });
        let head = [String::new(), format!("[pay.{name}]"), format!("clause = \"{}\"", clause.kind())];
        let body = lines.into_iter().map(|(key, value)| format!("{key} = {value}"));
        let all = head.into_iter().chain(body).chain([format!("from = \"{}\"", clause.from)]);
        all.map(|line| format!("{line}  # fix: {why}")).collect()
    }

    /// An amount, or a new table of one for each area.
    fn amounts(&mut self, name: &str, key: &str, amounts: &Schedule<Pence>) -> String {
        if amounts.is_constant() {
            return quoted(amounts.values()[0]);
        }
        let areas = self.keys.areas.clone();
        let rows = areas.iter().enumerate().map(|(at, area)| (area.as_str(), amounts.at(at, 0, 0)));
        let file = self.new_table(name, "area", key, rows.collect());
        format!("{{ table = \"{file}\", column = \"{key}\" }}")
    }

    fn tariff(&mut self, name: &str, old: &Tariff, new: &Tariff) {
        self.price(name, "reward", &old.reward, &new.reward);
        match (&old.deduction, &new.deduction) {
            (Some(old), Some(new)) => self.price(name, "deduction", old, new),
            (None, Some(deduction)) => {
                // The same amounts as the reward stand in the same place.
                let looked_up = self.pen.words(&["pay", name, "reward", "table"]).map(|file| file.to_owned());
                let value = match looked_up {
                    Some(file) => self.looked_up_again(name, &file, deduction),
                    None => quoted(deduction.values()[0]),
                };
                let why = "a worse result is deducted as a better one is rewarded";
                self.pen.set(&["pay", name, "deduction"], &value, "reward", why);
            }
            _ => {}
        }
        self.gate(name, "gate", old.gate.as_ref(), new.gate.as_ref());
        self.gate(name, "hurdle", old.hurdle.as_ref(), new.hurdle.as_ref());
        if old.counts_from != new.counts_from && new.counts_from == CountsFrom::Baseline {
            self.pen.remove(&["pay", name, "counts_from"], "every result counts from the baseline on");
        }
        self.over(name, old.over, new.over, "outcome");
    }

    /// The value of a deduction that mirrors a reward from a table: the table as it is, or its changed copy.
    fn looked_up_again(&mut self, name: &str, file: &str, deduction: &Schedule<Pence>) -> String {
        let column = self.pen.words(&["pay", name, "reward", "column"]).unwrap_or_default().to_owned();
        let file = self.copied(file, &column, deduction).unwrap_or_else(|| file.to_owned());
        format!("{{ table = \"{file}\", column = \"{column}\" }}")
    }

    fn gate(&mut self, name: &str, key: &str, old: Option<&Gate>, new: Option<&Gate>) {
        match new {
            _ if old == new => {}
            None => self.pen.remove(&["pay", name, key], &format!("no {key}: every result counts from the baseline on")),
            Some(Gate { test: Test::MoreThan(change), .. }) => {
                let value = format!("{{ improves_by_more_than = \"{}\" }}", change.words());
                self.pen.set(&["pay", name, key], &value, "outcome", "another gate");
            }
            // No change of the rules makes another kind; the text would not be read back as meant, and so is refused.
            Some(_) => {}
        }
    }

    fn over(&mut self, name: &str, old: Over, new: Over, anchor: &str) {
        if old != new {
            let value = format!("\"{}\"", new.written());
            self.pen.set(&["pay", name, "measured_over"], &value, anchor, "a longer stretch leaves less to chance");
        }
    }

    fn service_fee(&mut self, name: &str, old: &ServiceFee, new: &ServiceFee) {
        match (&old.basis, &new.basis) {
            (Basis::EachMonth(old), Basis::EachMonth(new)) => self.price(name, "each_month", old, new),
            (Basis::EachYear(old), Basis::EachYear(new)) => self.price(name, "each_year", old, new),
            (Basis::Bands(old), Basis::Bands(new)) => self.bands(name, old, new),
            _ => {}
        }
    }

    /// A price that is one amount is written in its place; a price from a table goes into a changed copy of the table.
    fn price(&mut self, name: &str, key: &str, old: &Schedule<Pence>, new: &Schedule<Pence>) {
        if old == new {
            return;
        }
        let why = times(old, new);
        let file = self.pen.words(&["pay", name, key, "table"]).map(str::to_owned);
        match file {
            Some(file) if old.same_shape(new) => {
                let column = self.pen.words(&["pay", name, key, "column"]).unwrap_or_default().to_owned();
                if let Some(copy) = self.copied(&file, &column, new) {
                    self.pen.set(&["pay", name, key, "table"], &format!("\"{copy}\""), key, &why);
                }
            }
            _ if new.values().iter().all(|price| *price == new.values()[0]) => {
                self.pen.set(&["pay", name, key], &quoted(new.values()[0]), "outcome", &why);
            }
            _ => {
                let file = self.by_segment(name, key, new);
                let value = format!("{{ table = \"{file}\", column = \"{key}\" }}");
                self.pen.set(&["pay", name, key], &value, "outcome", "a price for each segment");
            }
        }
    }

    /// The name of a copy of a table in which one column holds other amounts; `None` when nothing differs.
    fn copied(&mut self, file: &str, column: &str, new: &Schedule<Pence>) -> Option<String> {
        let table = self.opened.tables.get(file)?;
        let at = table.column(column)?;
        let cells = table.rows.iter().filter_map(|row| Some((&row[at], amount_of_row(new, table, row, &self.keys)?)));
        let edits = cells.map(|(cell, price)| (cell.span, cell_text(price))).collect();
        self.copy(file, column, edits)
    }

    fn bands(&mut self, name: &str, old: &[Band], new: &[Band]) {
        let Some(file) = self.pen.words(&["pay", name, "bands"]).map(str::to_owned) else { return };
        let Some(table) = self.opened.tables.get(&file) else { return };
        let Some(at) = table.column("each_month") else { return };
        let changed = table.rows.iter().zip(new).map(|(row, band)| (row[at].span, cell_text(band.each_month)));
        if let Some(copy) = self.copy(&file, "each_month", changed.collect()) {
            let prices = |bands: &[Band]| Schedule::of_segments(bands.iter().map(|band| band.each_month).collect());
            let why = times(&prices(old), &prices(new));
            self.pen.set(&["pay", name, "bands"], &format!("\"{copy}\""), "bands", &why);
        }
    }

    /// Notes changed cells in the first copy of a table that does not say otherwise, and gives its name.
    fn copy(&mut self, file: &str, column: &str, cells: BTreeMap<Span, String>) -> Option<String> {
        let text = &self.opened.sources.get(file)?.text;
        for number in 1..1000 {
            let name = new_name(file, number);
            if self.opened.sources.contains_key(&name) {
                continue;
            }
            let note = format!("{file}, with other amounts for {column}");
            let fresh = || Copy::Of { text, edits: BTreeMap::new(), note: String::new() };
            let Copy::Of { text: of, edits, note: said } = self.tables.entry(name.clone()).or_insert_with(fresh) else {
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
        let rows = segments.iter().enumerate().map(|(at, segment)| (segment.as_str(), new.at(0, at, 0)));
        self.new_table(&format!("{name}-prices"), "segment", key, rows.collect())
    }

    /// A new table with a row for each name, and the file's name.
    fn new_table(&mut self, stem: &str, head: &str, key: &str, rows: Vec<(&str, Pence)>) -> String {
        let free = |file: &String| !self.opened.sources.contains_key(file) && !self.tables.contains_key(file);
        let file = (1..1000).map(|number| new_name(&format!("{stem}.csv"), number)).find(free).unwrap_or_default();
        let rows = rows.into_iter().map(|(name, price)| format!("{},{}\n", cell::quoted(name), cell_text(price)));
        self.tables.insert(file.clone(), Copy::New(format!("{head},{key}\n{}", rows.collect::<String>())));
        file
    }
}

/// A text with lines below it, in the text's own line ends.
fn with_lines(mut text: String, lines: &[String]) -> String {
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    for line in lines {
        if !text.ends_with('\n') {
            text += end;
        }
        text += line;
        text += end;
    }
    text
}

/// "areas.csv" to "areas-fixed.csv", then "areas-fixed-2.csv".
fn new_name(file: &str, number: usize) -> String {
    let stem = file.strip_suffix(".csv").unwrap_or(file);
    if number == 1 { format!("{stem}-fixed.csv") } else { format!("{stem}-fixed-{number}.csv") }
}

fn quoted(price: Pence) -> String {
    format!("\"{price}\"")
}

fn cell_text(price: Pence) -> String {
    cell::quoted(&price.to_string()).into_owned()
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
fn amount_of_row(schedule: &Schedule<Pence>, table: &Table, row: &[Cell], keys: &Keys) -> Option<Pence> {
    let named = |column: &str, names: &[String]| match table.column(column) {
        None => Some(0),
        Some(at) => names.iter().position(|name| *name == row[at].text),
    };
    let year = match table.column("year") {
        None => Some(0),
        Some(at) => row[at].text.parse::<usize>().ok().filter(|year| (1..=keys.years).contains(year)).map(|year| year - 1),
    };
    Some(schedule.at(named("area", &keys.areas)?, named("segment", &keys.segments)?, year?))
}

/// Comments out the worked examples that the changed rules no longer bear out.
fn without_stale_examples(mut texts: Texts) -> Texts {
    let opened = open(&folder(&texts));
    let picks = Picks::new();
    let reader = Reader::new(&opened, &picks);
    let (Some(scheme), Some(mut pen)) = (read::scheme(&reader), Pen::new(&opened, SCHEME_FILE)) else { return texts };
    let (run, _) = examples::run(&scheme, &opened);
    let sound: Vec<&str> = run.iter().filter(|example| example.holds()).map(|example| example.name.as_str()).collect();
    let all = reader.document(SCHEME_FILE, "").and_then(|top| top.section("example")).map(|tables| {
        let sections = tables.sections();
        sections.iter().map(|section| section.name.clone()).collect::<Vec<_>>()
    });
    let names = all.unwrap_or_default();
    for name in names.iter().filter(|name| !sound.contains(&name.as_str())) {
        pen.remove(&["example", name], "the example is of the rules before they were changed");
    }
    let text = pen.finish();
    texts.insert(SCHEME_FILE.to_owned(), text);
    texts
}
