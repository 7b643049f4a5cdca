//! What happens to records on their way: rows repeated, deleted, swapped, misspelt, cut; and what changes nothing. Each gives the
//! files as they would arrive, and which sums may be paid for them.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::draw::Draw;
use super::folder::{Folder, Table, plus};

/// What the program may make of a folder.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Must {
    /// Pay one of the sums.
    Pay,
    /// Pay one of the sums, and say what was found.
    PayAndTell,
    /// Pay nothing, and say why.
    Refuse,
    /// Either.
    PayOrRefuse,
    /// The same, or pay less, since nobody says any more how far the records are complete; and say so.
    PayLessAndTell,
}

/// A folder as it arrives.
pub(super) struct Arrived {
    pub(super) files: Vec<(String, Vec<u8>)>,
    /// In pence.
    pub(super) sums: BTreeSet<i64>,
    pub(super) must: Must,
    /// What was done, for whoever looks into a failure.
    pub(super) what: String,
}

/// A kind of mutation: its name in the table, and how it is made. Nothing where this folder has no place for it.
pub(super) type Kind = (&'static str, fn(&Folder, &mut Draw) -> Option<Arrived>);

pub(super) const MUTATIONS: &[Kind] = &[
    ("a row repeated", row_repeated),
    ("a file handed over twice", file_repeated),
    ("a row repeated under another key", row_repeated_under_another_key),
    ("two rows under one key that differ", rows_that_differ),
    ("a row deleted", row_deleted),
    ("a file deleted, or its header alone", file_emptied),
    ("a column deleted", column_deleted),
    ("a value misspelt", |folder, draw| respelt(folder, draw, misspell)),
    ("a value in another case", |folder, draw| respelt(folder, draw, recase)),
    ("a value with other spaces or another Unicode form", |folder, draw| respelt(folder, draw, other_form)),
    ("a whole column in another case", column_recased),
    ("a column name misspelt", column_misspelt),
    ("a file name misspelt", file_misspelt),
    ("a file cut short", file_cut),
    ("two values of a column swapped", values_swapped),
    ("two values of a row swapped", cells_swapped),
    ("two column names swapped", headers_swapped),
    ("a date shifted", date_shifted),
    ("a date written another way", date_rewritten),
    ("a value emptied", value_emptied),
    ("an amount written another way", amount_rewritten),
];

pub(super) const HARMLESS: &[Kind] = &[
    ("rows in another order", |folder, draw| harmless(folder, draw, rows_shuffled)),
    ("columns in another order", |folder, draw| harmless(folder, draw, columns_shuffled)),
    ("an extra column", |folder, draw| harmless(folder, draw, extra_column)),
    ("rows that no rule asks for", |folder, draw| harmless(folder, draw, unrelated_rows)),
    ("another table", |folder, draw| harmless(folder, draw, another_table)),
    ("a file split in two", file_split),
    ("lines that end as on Windows", |folder, draw| rewritten(folder, draw, |text, _| text.replace('\n', "\r\n").into_bytes())),
    ("no line end at the end", |folder, draw| rewritten(folder, draw, |text, _| text.trim_end().as_bytes().to_vec())),
    ("a byte order mark", |folder, draw| rewritten(folder, draw, |text, _| format!("\u{feff}{text}").into_bytes())),
    ("semicolons between cells", |folder, draw| rewritten(folder, draw, |text, _| text.replace(',', ";").into_bytes())),
    ("tabs between cells", |folder, draw| rewritten(folder, draw, |text, _| text.replace(',', "\t").into_bytes())),
    ("every cell in quotation marks", |folder, draw| rewritten(folder, draw, all_quoted)),
    ("UTF-16", |folder, draw| rewritten(folder, draw, utf_16)),
    ("empty lines at the end", |folder, draw| rewritten(folder, draw, |text, _| format!("{text}\n\n").into_bytes())),
];

/// A folder's tables as CSV files.
fn files(folder: &Folder) -> Vec<(String, Vec<u8>)> {
    folder.tables.iter().map(|table| (format!("{}.csv", table.name), table.csv().into_bytes())).collect()
}

fn arrived(mutated: &Folder, sums: impl IntoIterator<Item = Option<i64>>, must: Must, what: String) -> Option<Arrived> {
    Some(Arrived { files: files(mutated), sums: sums.into_iter().flatten().collect(), must, what })
}

/// A table with rows that money depends on, and one of its rows.
fn any_row(folder: &Folder, draw: &mut Draw, tables: &[&str]) -> (usize, usize) {
    loop {
        let at = draw.below(folder.tables.len());
        let table = &folder.tables[at];
        if tables.contains(&table.name) && !table.rows.is_empty() {
            return (at, draw.below(table.rows.len()));
        }
    }
}

const KEYED: [&str; 5] = ["people", "providers", "starts", "events", "spells"];
const ALL: [&str; 6] = ["people", "providers", "starts", "events", "spells", "coverage"];

fn row_repeated(folder: &Folder, draw: &mut Draw) -> Option<Arrived> {
    let mut mutated = folder.clone();
    let (at, row) = any_row(folder, draw, &KEYED);
    let table = &mut mutated.tables[at];
    for _ in 0..=draw.below(3) {
        let place = draw.below(table.rows.len() + 1);
        table.rows.insert(place, folder.tables[at].rows[row].clone());
    }
    let what = format!("{} row {row}", table.name);
    arrived(&mutated, [folder.pays()], Must::PayAndTell, what)
}

fn file_repeated(folder: &Folder, draw: &mut Draw) -> Option<Arrived> {
    let (at, _) = any_row(folder, draw, &KEYED);
    let mut files = files(folder);
    let (name, text) = files[at].clone();
    let what = match draw.below(3) {
        0 => {
            // One after the other, the second without its header.
            let rows = text.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
            files[at].1.extend_from_slice(&text[rows..]);
            "appended"
        }
        1 => {
            files[at].1.extend_from_slice(&text);
            "appended with its header"
        }
        _ => {
            files.push((name.replace(".csv", "-2.csv"), text));
            "as a second file"
        }
    };
    let must = if what == "appended with its header" { Must::PayOrRefuse } else { Must::PayAndTell };
    Some(Arrived { files, sums: folder.pays().into_iter().collect(), must, what: format!("{name} {what}") })
}

fn row_repeated_under_another_key(folder: &Folder, draw: &mut Draw) -> Option<Arrived> {
    let mut mutated = folder.clone();
    let (at, row) = any_row(folder, draw, &["people", "starts", "events", "spells"]);
    let table = &mut mutated.tables[at];
    let mut copy = table.rows[row].clone();
    copy[0] = format!("{}77", copy[0]);
    let what = format!("{} {}", table.name, copy.join(","));
    // A copy of a fact that no rule looks at cannot change the sum.
    let matters = !["events", "spells"].contains(&table.name) || !["training", "arrest"].contains(&copy[2].as_str());
    table.rows.push(copy);
    let sums = [folder.pays(), mutated.pays()];
    arrived(&mutated, sums, if matters { Must::PayAndTell } else { Must::Pay }, what)
}

fn rows_that_differ(folder: &Folder, draw: &mut Draw) -> Option<Arrived> {
    let mut mutated = folder.clone();
    let (at, row) = any_row(folder, draw, &["people", "starts", "events", "spells"]);
    let table = &mut mutated.tables[at];
    let mut copy = table.rows[row].clone();
    let dates: Vec<usize> = (1..copy.len()).filter(|column| copy[*column].parse::<Date>().is_ok()).collect();
    let column = *draw.one_of(&dates);
    copy[column] = plus(copy[column].parse().ok()?, 1 + draw.below(60) as i32).to_string();
    let what = format!("{} {} differs in {}", table.name, copy.join(","), table.header[column]);
    let place = draw.below(table.rows.len() + 1);
    table.rows.insert(place, copy);
    arrived(&mutated, [], Must::Refuse, what)
}

fn row_deleted(folder: &Folder, draw: &mut Draw) -> Option<Arrived> {
    let mut mutated = folder.clone();
    let (at, row) = any_row(folder, draw, &ALL);
    let gone = mutated.tables[at].rows.remove(row);
    let starts = folder.table("starts")?;
    let sums = match folder.tables[at].name {
        // Without its person, a start stands for nobody; without its provider, nobody can be paid.
        "people" => None,
        "providers" if starts.rows.iter().any(|row| row[2] == gone[0]) => None,
        "providers" | "coverage" => folder.pays(),
        // A fact that is not there cannot be missed: what is left decides.
        _ => mutated.pays(),
    };
    let must = of_coverage(folder.tables[at].name);
    arrived(&mutated, [sums], must, format!("{} without {}", folder.tables[at].name, gone.join(",")))
}

/// What may become of a folder in which something happened to a table.
fn of_coverage(table: &str) -> Must {
    if table == "coverage" { Must::PayLessAndTell } else { Must::PayOrRefuse }
}

fn file_emptied(folder: &Folder, draw: &mut Draw) -> Option<Arrived> {
    let mut mutated = folder.clone();
    let (at, _) = any_row(folder, draw, &["people", "starts", "events", "spells"]);
    let what = if draw.below(2) == 0 {
        let gone = mutated.tables.remove(at);
        format!("no {}", gone.name)
    } else {
        mutated.tables[at].rows.clear();
        format!("{}: header alone", mutated.tables[at].name)
    };
    arrived(&mutated, [], Must::Refuse, what)
}

fn column_deleted(folder: &Folder, draw: &mut Draw) -> Option<Arrived> {
    let mut mutated = folder.clone();
    let (at, _) = any_row(folder, draw, &ALL);
    let table = &mut mutated.tables[at];
    let column = draw.below(table.header.len());
    let name = table.header.remove(column);
    table.rows.iter_mut().for_each(|row| {
        row.remove(column);
    });
    let what = format!("{} without {name}", table.name);
    // Columns that may be missing are read as empty.
    let optional = ["forename", "surname", "born", "died", "name", "class", "about", "settled", "amount", "known", "to", "kind"];
    let sums = if optional.contains(&name.as_str()) { [mutated.pays(), folder.pays()] } else { [None, None] };
    arrived(&mutated, sums, Must::PayOrRefuse, what)
}

/// Cells whose spelling decides something, by table and column.
const SPELT: [(&str, &str); 16] = [
    ("people", "person"),
    ("providers", "provider"),
    ("starts", "person"),
    ("starts", "provider"),
    ("starts", "area"),
    ("starts", "segment"),
    ("events", "event"),
    ("events", "person"),
    ("events", "kind"),
    ("events", "class"),
    ("events", "about"),
    ("spells", "person"),
    ("spells", "kind"),
    ("coverage", "table"),
    ("coverage", "kind"),
    ("starts", "start"),
];

fn respelt(folder: &Folder, draw: &mut Draw, how: fn(&str, &mut Draw) -> Option<String>) -> Option<Arrived> {
    let mut mutated = folder.clone();
    let (name, column) = *draw.one_of(&SPELT);
    let table = mutated.tables.iter_mut().find(|table| table.name == name)?;
    let at = table.column(column)?;
    let row = draw.below(table.rows.len());
    let was = table.rows[row][at].clone();
    if was.is_empty() {
        return None;
    }
    let now = how(&was, draw)?;
    // What happens to be somebody else's name is not misspelt but wrong, and nothing in the records can tell.
    let taken = folder.tables.iter().flat_map(|table| table.rows.iter().flatten()).any(|cell| *cell == now);
    if now == was || taken || now.is_empty() {
        return None;
    }
    table.rows[row][at].clone_from(&now);
    let what = format!("{name}, {column}: {was:?} became {now:?}");
    arrived(&mutated, [folder.pays()], Must::PayOrRefuse, what)
}

fn misspell(word: &str, draw: &mut Draw) -> Option<String> {
    let mut letters: Vec<char> = word.chars().collect();
    let at = draw.below(letters.len());
    match draw.below(4) {
        0 if letters.len() > 1 => {
            letters.remove(at);
        }
        1 => letters.insert(at, letters[at]),
        2 if at + 1 < letters.len() => letters.swap(at, at + 1),
        _ => letters[at] = *draw.one_of(&['a', 'e', 'r', 's', 't', 'x', '0', '7']),
    }
    Some(letters.into_iter().collect())
}

fn recase(word: &str, draw: &mut Draw) -> Option<String> {
    Some(match draw.below(3) {
        0 => word.to_uppercase(),
        1 => word.to_lowercase(),
        _ => {
            let mut letters = word.chars();
            let first = letters.next()?;
            first.to_uppercase().chain(letters).collect()
        }
    })
}

fn other_form(word: &str, draw: &mut Draw) -> Option<String> {
    let middle = word.char_indices().map(|(at, _)| at).nth(draw.below(word.chars().count()))?;
    let insert = |what: &str| format!("{}{what}{}", &word[..middle], &word[middle..]);
    Some(match draw.below(6) {
        0 => insert("\u{200b}"),
        1 => insert("\u{a0}"),
        2 => insert("\u{ad}"),
        3 if word.contains(' ') => word.replacen(' ', "  ", 1),
        4 => {
            word.chars().map(|c| if c.is_ascii_graphic() { char::from_u32(c as u32 + 0xfee0).unwrap_or(c) } else { c }).collect()
        }
        _ if word.contains(['a', 'e', 'o']) => word.replacen(['a', 'e', 'o'], "\u{0435}", 1),
        _ => format!("{word}\u{2060}"),
    })
}

fn column_recased(folder: &Folder, draw: &mut Draw) -> Option<Arrived> {
    let mut mutated = folder.clone();
    let (name, column) = *draw.one_of(&SPELT);
    let table = mutated.tables.iter_mut().find(|table| table.name == name)?;
    let at = table.column(column)?;
    let upper = draw.below(2) == 0;
    for row in &mut table.rows {
        row[at] = if upper { row[at].to_uppercase() } else { row[at].to_lowercase() };
    }
    if mutated == *folder {
        return None;
    }
    arrived(&mutated, [folder.pays()], Must::PayOrRefuse, format!("{name}, {column}"))
}

fn column_misspelt(folder: &Folder, draw: &mut Draw) -> Option<Arrived> {
    let mut mutated = folder.clone();
    let (at, _) = any_row(folder, draw, &ALL);
    let table = &mut mutated.tables[at];
    let column = draw.below(table.header.len());
    let was = table.header[column].clone();
    let how = *draw.one_of(&[misspell as fn(&str, &mut Draw) -> Option<String>, recase, other_form]);
    let now = how(&was, draw)?;
    if now == was || table.header.contains(&now) {
        return None;
    }
    table.header[column].clone_from(&now);
    let what = format!("{}: column {was:?} became {now:?}", table.name);
    arrived(&mutated, [folder.pays()], Must::PayOrRefuse, what)
}

fn file_misspelt(folder: &Folder, draw: &mut Draw) -> Option<Arrived> {
    let (at, _) = any_row(folder, draw, &ALL);
    let mut files = files(folder);
    let stem = folder.tables[at].name;
    let now = match draw.below(3) {
        0 => recase(stem, draw)?,
        1 => stem.strip_suffix('s').unwrap_or(stem).to_owned(),
        _ => misspell(stem, draw)?,
    };
    if now == stem {
        return None;
    }
    files[at].0 = format!("{now}.csv");
    let what = format!("{stem}.csv became {now}.csv");
    Some(Arrived { files, sums: folder.pays().into_iter().collect(), must: of_coverage(stem), what })
}

fn file_cut(folder: &Folder, draw: &mut Draw) -> Option<Arrived> {
    let (at, _) = any_row(folder, draw, &["people", "starts", "events", "spells"]);
    let mut files = files(folder);
    let text = String::from_utf8(files[at].1.clone()).ok()?;
    let end = draw.below(text.len());
    let cut = &text[..end];
    files[at].1.truncate(end);
    // What can be read of it as it stands: a fact that is wholly gone cannot be missed.
    let mut mutated = folder.clone();
    let table = &mut mutated.tables[at];
    let whole = cut.lines().count().saturating_sub(1);
    table.rows.truncate(whole);
    let mut partial = false;
    if let (Some(last), Some(line)) = (table.rows.last_mut(), cut.lines().last()) {
        let cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        partial = cells.len() < last.len();
        *last = cells;
        last.resize(table.header.len(), String::new());
    }
    let sums = if partial { [folder.pays(), None] } else { [folder.pays(), mutated.pays()] };
    let what = format!("{} after {end} of {} bytes", files[at].0, text.len());
    Some(Arrived { files, sums: sums.into_iter().flatten().collect(), must: Must::PayOrRefuse, what })
}

fn values_swapped(folder: &Folder, draw: &mut Draw) -> Option<Arrived> {
    let mut mutated = folder.clone();
    let (at, row) = any_row(folder, draw, &["people", "starts", "events", "spells"]);
    let table = &mut mutated.tables[at];
    let (other, column) = (draw.below(table.rows.len()), draw.below(table.header.len()));
    if table.rows[row][column] == table.rows[other][column] {
        return None;
    }
    let value = std::mem::take(&mut table.rows[row][column]);
    let value = std::mem::replace(&mut table.rows[other][column], value);
    table.rows[row][column] = value;
    let what = format!("{}, {}: rows {row} and {other}", table.name, table.header[column]);
    arrived(&mutated, [mutated.pays()], Must::PayOrRefuse, what)
}

fn cells_swapped(folder: &Folder, draw: &mut Draw) -> Option<Arrived> {
    let mut mutated = folder.clone();
    let (at, row) = any_row(folder, draw, &ALL);
    let table = &mut mutated.tables[at];
    let (one, other) = (draw.below(table.header.len()), draw.below(table.header.len()));
    if table.rows[row][one] == table.rows[row][other] {
        return None;
    }
    table.rows[row].swap(one, other);
    let what = format!("{} row {row}: {} and {}", table.name, table.header[one], table.header[other]);
    let sums = if table.name == "coverage" { [folder.pays(), None] } else { [folder.pays(), mutated.pays()] };
    arrived(&mutated, sums, Must::PayOrRefuse, what)
}

fn headers_swapped(folder: &Folder, draw: &mut Draw) -> Option<Arrived> {
    let mut mutated = folder.clone();
    let (at, _) = any_row(folder, draw, &ALL);
    let table = &mut mutated.tables[at];
    let (one, other) = (draw.below(table.header.len()), draw.below(table.header.len()));
    if one == other {
        return None;
    }
    table.header.swap(one, other);
    let what = format!("{}: {} and {}", table.name, table.header[one], table.header[other]);
    let sums = if table.name == "coverage" { [folder.pays(), None] } else { [folder.pays(), mutated.pays()] };
    arrived(&mutated, sums, Must::PayOrRefuse, what)
}

/// A cell that holds a date.
fn any_date(folder: &Folder, draw: &mut Draw) -> Option<(usize, usize, usize, Date)> {
    let (at, row) = any_row(folder, draw, &["people", "starts", "events", "spells"]);
    let cells = &folder.tables[at].rows[row];
    let dates: Vec<usize> = (0..cells.len()).filter(|column| cells[*column].parse::<Date>().is_ok()).collect();
    if dates.is_empty() {
        return None;
    }
    let column = *draw.one_of(&dates);
    Some((at, row, column, cells[column].parse().ok()?))
}

fn date_shifted(folder: &Folder, draw: &mut Draw) -> Option<Arrived> {
    let (at, row, column, day) = any_date(folder, draw)?;
    let by = [1, 7, 31, 365][draw.below(4)] * if draw.below(2) == 0 { 1 } else { -1 };
    let mut mutated = folder.clone();
    let table = &mut mutated.tables[at];
    table.rows[row][column] = plus(day, by).to_string();
    let what = format!("{} row {row}, {}: {day} by {by} days", table.name, table.header[column]);
    // The rows say what they say: the sum follows them, or they contradict each other.
    arrived(&mutated, [mutated.pays()], Must::PayOrRefuse, what)
}

fn date_rewritten(folder: &Folder, draw: &mut Draw) -> Option<Arrived> {
    let (at, row, column, day) = any_date(folder, draw)?;
    let now = match draw.below(7) {
        0 => day.strftime("%d/%m/%Y").to_string(),
        1 => day.strftime("%m/%d/%Y").to_string(),
        2 => day.strftime("%d-%b-%y").to_string(),
        3 => "2025-02-30".to_owned(),
        4 => day.strftime("%Y%m%d").to_string(),
        5 => "00/00/0000".to_owned(),
        _ => (45_000 + draw.below(900)).to_string(),
    };
    let mut mutated = folder.clone();
    let table = &mut mutated.tables[at];
    table.rows[row][column].clone_from(&now);
    let what = format!("{} row {row}, {}: {day} became {now}", table.name, table.header[column]);
    arrived(&mutated, [folder.pays()], Must::PayOrRefuse, what)
}

fn value_emptied(folder: &Folder, draw: &mut Draw) -> Option<Arrived> {
    let mut mutated = folder.clone();
    let (at, row) = any_row(folder, draw, &ALL);
    let table = &mut mutated.tables[at];
    let column = draw.below(table.header.len());
    let was = std::mem::take(&mut table.rows[row][column]);
    if was.is_empty() {
        return None;
    }
    let (name, column) = (table.name, table.header[column].clone());
    let what = format!("{name} row {row}, {column}: {was:?} is gone");
    // An empty cell means something in these columns, and what it means decides.
    let may_be_empty = ["settled", "known", "about", "class", "to", "died", "amount"].contains(&column.as_str());
    let sums = if may_be_empty { [mutated.pays(), folder.pays()] } else { [folder.pays(), None] };
    arrived(&mutated, sums, Must::PayOrRefuse, what)
}

fn amount_rewritten(folder: &Folder, draw: &mut Draw) -> Option<Arrived> {
    let mut mutated = folder.clone();
    let table = mutated.tables.iter_mut().find(|table| table.name == "events")?;
    let column = table.column("amount")?;
    let rows: Vec<usize> = (0..table.rows.len()).filter(|row| !table.rows[*row][column].is_empty()).collect();
    let row = *draw.one_of(&rows);
    let was = table.rows[row][column].clone();
    let now = match draw.below(8) {
        0 => format!("£{was}"),
        1 => format!("{was}5"),
        2 => was.replace('.', ","),
        3 => format!("1,{was}"),
        4 => format!("({was})"),
        5 => "n/a".to_owned(),
        6 => format!("{was}e2"),
        _ => "1e999".to_owned(),
    };
    table.rows[row][column].clone_from(&now);
    let what = format!("events row {row}, amount: {was} became {now}");
    arrived(&mutated, [folder.pays()], Must::PayOrRefuse, what)
}

/// A change of the tables that changes nothing.
fn harmless(folder: &Folder, draw: &mut Draw, change: fn(&mut Table, &mut Draw)) -> Option<Arrived> {
    let mut mutated = folder.clone();
    mutated.tables.iter_mut().for_each(|table| change(table, draw));
    arrived(&mutated, [folder.pays()], Must::Pay, String::new())
}

fn rows_shuffled(table: &mut Table, draw: &mut Draw) {
    draw.shuffle(&mut table.rows);
}

fn columns_shuffled(table: &mut Table, draw: &mut Draw) {
    let mut order: Vec<usize> = (0..table.header.len()).collect();
    draw.shuffle(&mut order);
    for cells in std::iter::once(&mut table.header).chain(&mut table.rows) {
        *cells = order.iter().map(|at| cells[*at].clone()).collect();
    }
}

fn extra_column(table: &mut Table, draw: &mut Draw) {
    let name = *draw.one_of(&["notes", "caseworker", "local reference", "LAA_flag", "risk band"]);
    let place = draw.below(table.header.len() + 1);
    table.header.insert(place, name.to_owned());
    for row in &mut table.rows {
        let cell = *draw.one_of(&["", "x", "seen twice", "17"]);
        row.insert(place, cell.to_owned());
    }
}

fn unrelated_rows(table: &mut Table, draw: &mut Draw) {
    let (kinds, date) = match table.name {
        "events" => (["arrest", "home visit", "letter sent"], 3),
        "spells" => (["hostel", "training", "remand"], 3),
        _ => return,
    };
    let person = table.rows[0][1].clone();
    for at in 0..1 + draw.below(4) {
        let mut row = vec![String::new(); table.header.len()];
        row[0] = format!("z{at}");
        row[1].clone_from(&person);
        row[2] = (*draw.one_of(&kinds)).to_owned();
        row[date] = plus(jiff::civil::date(2025, 1, 1), draw.below(500) as i32).to_string();
        table.rows.push(row);
    }
}

fn another_table(table: &mut Table, _: &mut Draw) {
    // Another column that the schema knows, empty throughout, and nothing else: the table of its own is added where files are made.
    if table.name == "starts" && table.column("ended").is_none() {
        table.header.push("ended".to_owned());
        table.rows.iter_mut().for_each(|row| row.push(String::new()));
    }
}

fn file_split(folder: &Folder, draw: &mut Draw) -> Option<Arrived> {
    let (at, _) = any_row(folder, draw, &["people", "starts", "events", "spells"]);
    let mut files = files(folder);
    let mut halves = [folder.tables[at].clone(), folder.tables[at].clone()];
    let cut = draw.below(folder.tables[at].rows.len() + 1);
    halves[0].rows.truncate(cut);
    halves[1].rows.drain(..cut);
    let name = folder.tables[at].name;
    files[at] = (format!("{name}-1.csv"), halves[0].csv().into_bytes());
    files.push((format!("{name}-2.csv"), halves[1].csv().into_bytes()));
    Some(Arrived { files, sums: folder.pays().into_iter().collect(), must: Must::Pay, what: format!("{name} after {cut} rows") })
}

/// The same tables, their text written another way.
fn rewritten(folder: &Folder, draw: &mut Draw, how: fn(&str, &mut Draw) -> Vec<u8>) -> Option<Arrived> {
    let write = |table: &Table, draw: &mut Draw| (format!("{}.csv", table.name), how(&table.csv(), draw));
    let files = folder.tables.iter().map(|table| write(table, draw)).collect();
    Some(Arrived { files, sums: folder.pays().into_iter().collect(), must: Must::Pay, what: String::new() })
}

fn all_quoted(text: &str, _: &mut Draw) -> Vec<u8> {
    let line = |line: &str| line.split(',').map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(",") + "\n";
    text.lines().map(line).collect::<String>().into_bytes()
}

fn utf_16(text: &str, draw: &mut Draw) -> Vec<u8> {
    let little = draw.below(2) == 0;
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
}
