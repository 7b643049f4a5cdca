//! The list of flags: a CSV file to which each run adds what is new, and in which people write what became of each flag. Nothing that
//! people wrote is changed.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use base::csv_cell::quoted;
use base::problem::Problem;
use base::source::SourceFile;
use base::table::{CsvTable, TableCell};
use jiff::civil::Date;
use records::files::safe::{self, LARGEST_LIST_BYTES};
use records::files::write::plain;
use report::watch::{FlagDecision, FlagMemory, RememberedFlag, WatchReport};
use risks::CATALOGUE;
use risks::observed::{Month, month_in_data};

use crate::error::{Error, Problems};

/// The columns, in the order in which a new list has them.
const COLUMNS: [&str; 8] = ["risk", "provider", "raised", "serious", "decision", "decided_by", "decided_on", "note"];

/// Reads a list, which may not be there yet.
pub(super) fn read(path: &Path) -> Result<(FlagMemory, Vec<String>), Error> {
    if !path.exists() {
        return Ok((FlagMemory::default(), COLUMNS.map(str::to_owned).to_vec()));
    }
    let (mut problems, mut sources) = (Vec::new(), BTreeMap::new());
    let name = path.display().to_string();
    let bytes = safe::read(path, LARGEST_LIST_BYTES)?;
    let source = SourceFile::decode(&name, &base::source::FileBytes::Read(bytes));
    let source = source.map_err(|problem| Problems::of("", &[*problem], &sources).error())?;
    // A list in which nothing was raised yet.
    if source.text.lines().filter(|line| !line.trim().is_empty()).count() < 2 {
        let separator = separator(&source.text);
        let header = source.text.lines().next().unwrap_or_default().trim_start_matches('\u{feff}');
        return Ok((FlagMemory::default(), header.split(separator).map(|name| name.trim().to_owned()).collect()));
    }
    let table = CsvTable::parse(&source, &mut problems);
    sources.insert(name, source);
    let memory = flags(&table, &mut problems);
    if !problems.is_empty() {
        return Err(Problems::of("", &problems, &sources).error());
    }
    Ok((memory, table.columns().map(str::to_owned).collect()))
}

fn flags(table: &CsvTable, problems: &mut Vec<Problem>) -> FlagMemory {
    for column in COLUMNS.iter().filter(|column| table.column(column).is_none()) {
        let problem = table.problem(table.head(), format!("the list of flags has no column `{column}`"));
        problems.push(problem.expected(COLUMNS.join(", ")).fix("put the column back; it may be empty"));
    }
    if !problems.is_empty() {
        return FlagMemory::default();
    }
    let place = |name: &str| table.column(name).unwrap_or_default();
    let of = COLUMNS.map(place);
    let mut flags: Vec<RememberedFlag> = Vec::new();
    for row in &table.rows {
        let cell = |at: usize| row.get(of[at]).cloned().unwrap_or_default();
        let Some(flag) = flag(table, &std::array::from_fn(cell), problems) else { continue };
        if flags.iter().any(|known| (known.risk, &known.provider, known.raised) == (flag.risk, &flag.provider, flag.raised)) {
            let problem = table.problem(cell(0).span, "this risk, provider and month are in the list twice");
            problems.push(problem.expected("one row for each flag").fix("keep the row with the decision"));
            continue;
        }
        flags.push(flag);
    }
    FlagMemory { flags }
}

/// One row, or none where it has a mistake.
fn flag(table: &CsvTable, cells: &[TableCell; 8], problems: &mut Vec<Problem>) -> Option<RememberedFlag> {
    let before = problems.len();
    let [risk, provider, raised, serious, decision, by, on, note] = cells;
    let known_risk = CATALOGUE.iter().find(|known| known.name.eq_ignore_ascii_case(&risk.text)).map(|known| known.id);
    if known_risk.is_none() {
        let names: Vec<&str> = CATALOGUE.iter().map(|risk| risk.name).collect();
        let problem = table.problem(risk.span, "this is not the name of a risk").read(&risk.text);
        problems.push(problem.nearest(&risk.text, names.iter().copied()).fix("write the name as `wellspent watch` does"));
    }
    let month = month_of(&raised.text);
    if month.is_none() {
        let problem = table.problem(raised.span, "this is not a month").read(&raised.text);
        problems.push(problem.expected("a year and a month, such as 2027-04").fix("write the month as `wellspent watch` did"));
    }
    let word = decision.text.to_lowercase();
    let known = FlagDecision::KNOWN.iter().find(|(known, _)| *known == word || word.is_empty() && *known == "open");
    if known.is_none() {
        let problem = table.problem(decision.span, "this is not a decision").read(&decision.text);
        problems.push(problem.expected("open, confirmed or explained").fix("write one of the three words"));
    }
    let decided = known.map_or(FlagDecision::Open, |(_, decision)| *decision);
    let day = day_of(&on.text);
    if !on.text.is_empty() && day.is_none() {
        let problem = table.problem(on.span, "this is not a day").read(&on.text);
        problems.push(problem.expected("a day such as 2027-04-30").fix("write the year first"));
    }
    if decided != FlagDecision::Open && (by.text.trim().is_empty() || on.text.is_empty()) {
        let problem = table.problem(decision.span, "this decision does not say whose it is, and of which day");
        problems.push(problem.expected("`decided_by` and `decided_on`").fix("write who decided, and when"));
    }
    if problems.len() > before {
        return None;
    }
    Some(RememberedFlag {
        risk: known_risk?,
        provider: (!provider.text.is_empty()).then(|| unmarked(&provider.text)),
        raised: month?,
        serious: serious.text.eq_ignore_ascii_case("yes"),
        decision: decided,
        decided_by: by.text.clone(),
        decided_on: day,
        note: note.text.clone(),
    })
}

/// A name as it was before it was marked as no formula.
fn unmarked(text: &str) -> String {
    let bare = text.strip_prefix('\'').unwrap_or(text);
    if plain(bare) == text { bare.to_owned() } else { text.to_owned() }
}

/// A day, year first, or as a British spreadsheet writes it: 30/04/2027.
fn day_of(text: &str) -> Option<Date> {
    let spreadsheet = || {
        let mut parts = text.split('/').map(|part| part.parse::<i16>().ok());
        let (day, month, year) = (parts.next()??, parts.next()??, parts.next()??);
        (year >= 1850).then(|| Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()).flatten()
    };
    text.parse().ok().or_else(spreadsheet)
}

/// A month, "2027-04", or as a spreadsheet changes it: "Apr-27".
fn month_of(text: &str) -> Option<Month> {
    let (year, month) = text.split_once('-')?;
    const SHORT: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    if let Some(at) = SHORT.iter().position(|short| *short == year.to_lowercase()) {
        let short: Month = month.parse().ok().filter(|year| (0..100).contains(year))?;
        return Some(12 * (2000 + short) + at as Month);
    }
    let (year, month): (Month, Month) = (year.parse().ok()?, month.parse().ok()?);
    ((1850..2200).contains(&year) && (1..=12).contains(&month)).then_some(12 * year + month - 1)
}

/// Adds the flags that are not in the list yet, and says how many they are. A list that is not there is begun.
pub(super) fn add(path: &Path, columns: &[String], watched: &mut WatchReport) -> Result<usize, Error> {
    let mut memory = watched.memory.take().unwrap_or_default();
    let mut new: Vec<RememberedFlag> = Vec::new();
    for looked in &watched.watch.looked_at {
        let provider = watched.provider(looked).map(str::to_owned);
        if let Some(raised) = looked.flagged
            && is_new(memory.of(looked.risk, provider.as_deref()), raised, looked.serious)
        {
            let raised = looked.serious.unwrap_or(raised).max(raised);
            let decided_by = String::new();
            let (serious, decision, note) = (looked.serious.is_some(), FlagDecision::Open, String::new());
            new.push(RememberedFlag {
                risk: looked.risk,
                provider,
                raised,
                serious,
                decision,
                decided_by,
                decided_on: None,
                note,
            });
        }
    }
    let is_new = !path.exists();
    let separator = if is_new { ',' } else { separator(&String::from_utf8_lossy(&safe::read(path, LARGEST_LIST_BYTES)?)) };
    let mut text = if is_new { columns.join(",") + "\n" } else { String::new() };
    if !is_new && !ends_with_line(path)? {
        text.push('\n');
    }
    new.iter().for_each(|flag| text += &row(flag, columns, separator));
    if is_new || !new.is_empty() {
        let added = OpenOptions::new().create(true).append(true).open(path).and_then(|mut file| file.write_all(text.as_bytes()));
        added.with_context(|| format!("could not add to {}", path.display()))?;
    }
    let count = new.len();
    memory.flags.extend(new);
    watched.memory = Some(memory);
    Ok(count)
}

/// Whether a flag is not in the list yet. A decision is about what was known then: a flag that was raised after it, or that became serious
/// after it, is a new one.
fn is_new(known: Option<&RememberedFlag>, raised: Month, serious: Option<Month>) -> bool {
    let Some(known) = known else { return true };
    let decided = match (known.decision, known.decided_on) {
        (FlagDecision::Open, _) | (_, None) => return false,
        (_, Some(day)) => 12 * Month::from(day.year()) + Month::from(day.month()) - 1,
    };
    raised.max(known.raised) > decided && raised > known.raised || serious.is_some_and(|month| !known.serious && month > decided)
}

fn ends_with_line(path: &Path) -> Result<bool, Error> {
    let bytes = safe::read(path, LARGEST_LIST_BYTES)?;
    Ok(bytes.is_empty() || bytes.ends_with(b"\n"))
}

/// What stands between the cells of a list, as its header shows.
fn separator(text: &str) -> char {
    let header = text.lines().next().unwrap_or_default();
    [',', ';', '\t']
        .into_iter()
        .max_by_key(|separator| header.matches(*separator).count())
        .filter(|_| header.contains([',', ';', '\t']))
        .unwrap_or(',')
}

fn row(flag: &RememberedFlag, columns: &[String], separator: char) -> String {
    let cells = columns.iter().map(|column| match column.to_lowercase().as_str() {
        "risk" => flag.risk.name().to_owned(),
        "provider" => plain(flag.provider.as_deref().unwrap_or_default()),
        "raised" => month_in_data(flag.raised),
        "serious" => if flag.serious { "yes" } else { "no" }.to_owned(),
        "decision" => flag.decision.written().to_owned(),
        _ => String::new(),
    });
    cells.map(|cell| quoted(&cell).into_owned()).collect::<Vec<String>>().join(&separator.to_string()) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use risks::RiskId;

    fn read_text(text: &str) -> Result<FlagMemory, Vec<Problem>> {
        let mut problems = Vec::new();
        let source = SourceFile { name: "flags.csv".into(), text: text.into() };
        let memory = flags(&CsvTable::parse(&source, &mut problems), &mut problems);
        if problems.is_empty() { Ok(memory) } else { Err(problems) }
    }

    #[test]
    fn what_people_write_is_read() {
        let text = "risk,provider,raised,serious,decision,decided_by,decided_on,note\n\
                    parking,North,2027-04,yes,confirmed,A. Auditor,2027-06-01,no staff for the hard cases\n\
                    drift,'=South,2027-05,no,explained,A. Auditor,2027-06-02,\"a new system, late\"\n\
                    volume risk,,2027-06,no,,,,\n";
        let memory = read_text(text).expect("the list is right");
        assert_eq!(memory.precision(), (1, 2));
        assert_eq!(memory.flags[1].provider.as_deref(), Some("=South"));
        assert_eq!(memory.flags[2].decision, FlagDecision::Open);
        assert!(memory.of(RiskId::VolumeRisk, None).is_some());
    }

    #[test]
    fn mistakes_are_told() {
        let head = "risk,provider,raised,serious,decision,decided_by,decided_on,note\n";
        let wrong = [
            ("parkin,North,2027-04,yes,open,,,\n", "not the name of a risk"),
            ("parking,North,April,yes,open,,,\n", "not a month"),
            ("parking,North,2027-04,yes,perhaps,,,\n", "not a decision"),
            ("parking,North,2027-04,yes,confirmed,,,\n", "whose it is"),
            ("parking,North,2027-04,yes,confirmed,A,1/2/27,\n", "not a day"),
            ("parking,North,2027-04,no,open,,,\nparking,North,2027-04,no,open,,,\n", "twice"),
        ];
        for (rows, told) in wrong {
            let problems = read_text(&format!("{head}{rows}")).expect_err(rows);
            assert!(problems.iter().any(|problem| problem.what.contains(told)), "{rows}: {problems:?}");
        }
        assert!(read_text("risk,provider\nparking,North\n").is_err());
    }
}
