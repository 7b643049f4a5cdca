//! Maps under mutation: an agency's own files are right, and the map that makes tables of them has a slip. The sum is the same, or something
//! is refused, or something is told that a right map does not tell.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::Output;

use super::draw::Draw;
use super::folder::{AS_AT, Folder, PRICES, SCHEME, Table};
use super::total;
use crate::wellspent::{Scratch, run, said};

/// A part of a map: its heading, and its keys with their values as TOML has them.
#[derive(Clone)]
struct Part {
    heading: &'static str,
    lines: Vec<(String, String)>,
}

/// A map, and the files that it is for.
#[derive(Clone)]
struct Mapping {
    parts: Vec<Part>,
    files: Vec<Table>,
}

/// The agency's files of a folder, and the map that makes the folder's tables of them. Each file has rows that are not wanted.
fn mapping(folder: &Folder, draw: &mut Draw) -> Mapping {
    let table = |name: &str| folder.table(name).expect("a good folder has every table");
    let mut clients = Table::new("clients", &["client_no", "family_name", "dob", "died"]);
    for row in &table("people").rows {
        let cell = |column| table("people").cell(row, column).to_owned();
        clients.rows.push(vec![cell("person"), cell("surname"), cell("born"), cell("died")]);
    }
    let mut teams = Table::new("teams", &["team", "team_name"]);
    teams.rows.clone_from(&table("providers").rows);
    let mut referrals =
        Table::new("referrals", &["ref", "client_no", "team", "first_seen", "district", "age_group", "decision", "referred"]);
    for row in &table("starts").rows {
        let mut cells = row.clone();
        cells.extend(["accepted".to_owned(), row[3].clone()]);
        referrals.rows.push(cells.clone());
        if draw.below(3) == 0 {
            cells[0] += "d";
            cells[3] = format!("2025-{:02}-{:02}", 1 + draw.below(12), 1 + draw.below(28));
            cells[6] = (*draw.one_of(&["declined", "withdrawn"])).to_owned();
            referrals.rows.push(cells);
        }
    }
    let mut incidents = Table::new("incidents", &["no", "client", "type", "on", "category", "about", "settled", "recorded"]);
    let mut payroll = Table::new("payroll", &["no", "client", "paid", "gross", "net"]);
    for row in &table("events").rows {
        let [own, person, kind, date, class, about, settled, amount, known] = &row[..] else { continue };
        let code = match kind.as_str() {
            "offence" => "off",
            "conviction" => "conv",
            "wage" => {
                payroll.rows.push([own, person, date, amount, amount].map(String::clone).to_vec());
                continue;
            }
            _ => "arr",
        };
        let cells = [own, person, &code.to_owned(), date, class, about, settled, known];
        incidents.rows.push(cells.map(String::clone).to_vec());
    }
    let mut jobs = Table::new("jobs", &["no", "client", "what", "started", "left"]);
    jobs.rows.clone_from(&table("spells").rows);
    Mapping { parts: parts(), files: vec![clients, teams, referrals, incidents, payroll, jobs] }
}

fn parts() -> Vec<Part> {
    let part = |heading, lines: &[(&str, &str)]| {
        let quoted = |value: &str| if value.starts_with('{') { value.to_owned() } else { format!("\"{value}\"") };
        Part { heading, lines: lines.iter().map(|(key, value)| ((*key).to_owned(), quoted(value))).collect() }
    };
    let incident = |heading, code: &str, kind: &str, more: &[(&str, &str)]| {
        let (only, kind) = (format!("{{ type = [\"{code}\"] }}"), format!("{{ is = \"{kind}\" }}"));
        let mut lines = vec![("file", "incidents.csv"), ("only", &only), ("event", "no"), ("person", "client"), ("kind", &kind)];
        lines.extend([("date", "on"), ("known", "recorded")]);
        lines.extend(more);
        part(heading, &lines)
    };
    vec![
        part(
            "people.clients",
            &[("file", "clients.csv"), ("person", "client_no"), ("surname", "family_name"), ("born", "dob"), ("died", "died")],
        ),
        part("providers.teams", &[("file", "teams.csv"), ("provider", "team"), ("name", "team_name")]),
        part(
            "starts.accepted",
            &[
                ("file", "referrals.csv"),
                ("only", "{ decision = [\"accepted\"] }"),
                ("start", "ref"),
                ("person", "client_no"),
                ("provider", "team"),
                ("began", "first_seen"),
                ("area", "district"),
                ("segment", "age_group"),
            ],
        ),
        incident("events.offences", "off", "offence", &[("class", "category"), ("settled", "settled")]),
        incident("events.convictions", "conv", "conviction", &[("about", "about")]),
        part(
            "events.wages",
            &[
                ("file", "payroll.csv"),
                ("event", "no"),
                ("person", "client"),
                ("kind", "{ is = \"wage\" }"),
                ("date", "paid"),
                ("amount", "gross"),
            ],
        ),
        part(
            "spells.jobs",
            &[
                ("file", "jobs.csv"),
                ("only", "{ what = [\"job\"] }"),
                ("spell", "no"),
                ("person", "client"),
                ("kind", "what"),
                ("from", "started"),
                ("to", "left"),
            ],
        ),
        part("coverage.events", &[("table", "{ is = \"events\" }"), ("until", "{ is = \"2027-12-31\" }")]),
        part(
            "coverage.jobs",
            &[("table", "{ is = \"spells\" }"), ("kind", "{ is = \"job\" }"), ("until", "{ is = \"2027-12-31\" }")],
        ),
    ]
}

impl Mapping {
    fn text(&self) -> String {
        self.parts.iter().fold(String::new(), |mut out, part| {
            let _ = writeln!(out, "[{}]", part.heading);
            part.lines.iter().for_each(|(key, value)| {
                let _ = writeln!(out, "{key} = {value}");
            });
            out
        })
    }

    /// The columns of the file of a part.
    fn columns(&self, part: usize) -> Vec<String> {
        let file = self.parts[part].lines.iter().find(|(key, _)| key == "file").map(|(_, file)| file.trim_matches('"'));
        let table = file.and_then(|file| self.files.iter().find(|table| format!("{}.csv", table.name) == file));
        table.map_or(Vec::new(), |table| table.header.clone())
    }
}

/// What a slip does to a map: what it did, or nothing where it has no place.
type Slip = fn(&mut Mapping, &mut Draw) -> Option<String>;

const SLIPS: [(&str, Slip); 11] = [
    ("a word of `only` is another one of the column", only_swapped),
    ("a word of `only` is misspelt", only_misspelt),
    ("`only` has another word as well", only_widened),
    ("`only` is gone or empty", only_emptied),
    ("a key is misspelt", key_misspelt),
    ("a text of the map is misspelt", text_misspelt),
    ("a text of the map is another one of it", text_swapped),
    ("two columns are exchanged", columns_exchanged),
    ("a column is another one of the file", column_replaced),
    ("a line is gone", line_lost),
    ("a part is gone", part_lost),
];

fn misspelt(word: &str, draw: &mut Draw) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = draw.below(letters.len());
    match draw.below(3) {
        0 if letters.len() > 1 => {
            letters.remove(at);
        }
        1 => letters.insert(at, letters[at]),
        _ => letters[at] = if letters[at] == 'x' { 'y' } else { 'x' },
    }
    letters.into_iter().collect()
}

/// A line that fits: the positions of its part and in it.
fn line(map: &Mapping, draw: &mut Draw, fits: impl Fn(&str, &str) -> bool) -> Option<(usize, usize)> {
    let all: Vec<(usize, usize)> = map
        .parts
        .iter()
        .enumerate()
        .flat_map(|(part, own)| (0..own.lines.len()).map(move |at| (part, at)))
        .filter(|(part, at)| fits(&map.parts[*part].lines[*at].0, &map.parts[*part].lines[*at].1))
        .collect();
    (!all.is_empty()).then(|| *draw.one_of(&all))
}

/// Changes the value of a line.
fn set(map: &mut Mapping, (part, at): (usize, usize), value: String) -> Option<String> {
    let heading = map.parts[part].heading;
    let (key, was) = &mut map.parts[part].lines[at];
    let what = format!("[{heading}] {key} = {was} became {value}");
    (*was != value).then(|| {
        *was = value;
        what
    })
}

/// The column of `only`, and the other words that its file has there.
fn other_words(map: &Mapping, (part, at): (usize, usize)) -> Option<(String, String, Vec<String>)> {
    let value = &map.parts[part].lines[at].1;
    let column = value.trim_matches(['{', ' ']).split(' ').next()?.to_owned();
    let word = value.split('"').nth(1)?.to_owned();
    let table = map.files.iter().find(|table| table.header == map.columns(part))?;
    let words: BTreeSet<String> = table.rows.iter().map(|row| table.cell(row, &column).to_owned()).collect();
    Some((column, word.clone(), words.into_iter().filter(|other| *other != word && !other.is_empty()).collect()))
}

fn only_swapped(map: &mut Mapping, draw: &mut Draw) -> Option<String> {
    let at = line(map, draw, |key, _| key == "only")?;
    let (column, _, others) = other_words(map, at)?;
    let word = (!others.is_empty()).then(|| draw.one_of(&others).clone())?;
    set(map, at, format!("{{ {column} = [\"{word}\"] }}"))
}

fn only_misspelt(map: &mut Mapping, draw: &mut Draw) -> Option<String> {
    let at = line(map, draw, |key, _| key == "only")?;
    let (column, word, _) = other_words(map, at)?;
    let word = misspelt(&word, draw);
    set(map, at, format!("{{ {column} = [\"{word}\"] }}"))
}

fn only_widened(map: &mut Mapping, draw: &mut Draw) -> Option<String> {
    let at = line(map, draw, |key, _| key == "only")?;
    let (column, word, others) = other_words(map, at)?;
    let other = (!others.is_empty()).then(|| draw.one_of(&others).clone())?;
    set(map, at, format!("{{ {column} = [\"{word}\", \"{other}\"] }}"))
}

fn only_emptied(map: &mut Mapping, draw: &mut Draw) -> Option<String> {
    let (part, at) = line(map, draw, |key, _| key == "only")?;
    let (column, ..) = other_words(map, (part, at))?;
    match draw.below(3) {
        0 => {
            map.parts[part].lines.remove(at);
            Some(format!("[{}] only is gone", map.parts[part].heading))
        }
        1 => set(map, (part, at), "{}".to_owned()),
        _ => set(map, (part, at), format!("{{ {column} = [] }}")),
    }
}

fn key_misspelt(map: &mut Mapping, draw: &mut Draw) -> Option<String> {
    let (part, at) = line(map, draw, |_, _| true)?;
    let was = map.parts[part].lines[at].0.clone();
    let now = misspelt(&was, draw);
    if map.parts[part].lines.iter().any(|(key, _)| *key == now) {
        return None;
    }
    map.parts[part].lines[at].0.clone_from(&now);
    Some(format!("[{}] {was} became {now}", map.parts[part].heading))
}

fn text_misspelt(map: &mut Mapping, draw: &mut Draw) -> Option<String> {
    let at = line(map, draw, |key, value| key != "only" && !value.contains("2027"))?;
    let value = map.parts[at.0].lines[at.1].1.clone();
    let word = value.split('"').nth(1)?;
    let now = value.replace(&format!("\"{word}\""), &format!("\"{}\"", misspelt(word, draw)));
    set(map, at, now)
}

fn text_swapped(map: &mut Mapping, draw: &mut Draw) -> Option<String> {
    let (one, other) = (line(map, draw, |_, value| value.contains("is ="))?, line(map, draw, |_, value| value.contains("is ="))?);
    let value = map.parts[other.0].lines[other.1].1.clone();
    set(map, one, value)
}

fn columns_exchanged(map: &mut Mapping, draw: &mut Draw) -> Option<String> {
    let is_column = |key: &str, value: &str| key != "file" && value.starts_with('"');
    let (part, one) = line(map, draw, is_column)?;
    let others: Vec<usize> = (0..map.parts[part].lines.len())
        .filter(|at| *at != one && is_column(&map.parts[part].lines[*at].0, &map.parts[part].lines[*at].1))
        .collect();
    let other = (!others.is_empty()).then(|| *draw.one_of(&others))?;
    let values = [one, other].map(|at| map.parts[part].lines[at].1.clone());
    map.parts[part].lines[other].1.clone_from(&values[0]);
    set(map, (part, one), values[1].clone())
}

fn column_replaced(map: &mut Mapping, draw: &mut Draw) -> Option<String> {
    let at = line(map, draw, |key, value| key != "file" && value.starts_with('"'))?;
    let columns = map.columns(at.0);
    let column = (!columns.is_empty()).then(|| draw.one_of(&columns).clone())?;
    set(map, at, format!("\"{column}\""))
}

fn line_lost(map: &mut Mapping, draw: &mut Draw) -> Option<String> {
    let (part, at) = line(map, draw, |_, _| true)?;
    let (key, value) = map.parts[part].lines.remove(at);
    Some(format!("[{}] {key} = {value} is gone", map.parts[part].heading))
}

fn part_lost(map: &mut Mapping, draw: &mut Draw) -> Option<String> {
    let part = draw.below(map.parts.len());
    Some(format!("[{}] is gone", map.parts.remove(part).heading))
}

/// What a map and a payment come to.
enum Outcome {
    Refused,
    /// A sum, and the lines that say something about the files or the records.
    Paid(i64, BTreeSet<String>),
}

fn outcome(scheme: &Scratch, map: &Mapping) -> Outcome {
    let (data, out) = (Scratch::new("data"), Scratch::new("made"));
    map.files.iter().for_each(|table| data.write(&format!("{}.csv", table.name), table.csv()));
    data.write("map.toml", map.text());
    let file = format!("{}/map.toml", data.path());
    let made = run(&["records", "map", &file, data.path(), "--out", out.path()]);
    let paid = run(&["pay", scheme.path(), out.path(), "--as-at", AS_AT, "--csv"]);
    if !made.status.success() || !paid.status.success() {
        let all = said(&made) + &said(&paid);
        assert!([&made, &paid].iter().all(|output| matches!(output.status.code(), Some(0..=2))), "{all}");
        return Outcome::Refused;
    }
    Outcome::Paid(total(&paid), told(&made, true).into_iter().chain(told(&paid, false)).collect())
}

/// What is told beside the result. How many rows were read is said of any map, and so other numbers alone are no news.
fn told(output: &Output, stdout: bool) -> Vec<String> {
    let mut text = String::from_utf8_lossy(&output.stderr).into_owned();
    if stdout {
        text += &String::from_utf8_lossy(&output.stdout);
    }
    let counts = |line: &str| {
        let of_part = line.contains(" from ") && (line.contains(".csv") || line.contains("the map itself"));
        of_part || line.contains("Data quality:") || line.starts_with("next: ")
    };
    let without_digits = |line: &str| line.chars().filter(|letter| !letter.is_ascii_digit()).collect();
    text.lines().filter(|line| !counts(line)).map(without_digits).collect()
}

#[test]
fn a_slip_in_a_map_never_pays_another_sum_in_silence() {
    let scheme = Scratch::new("three-outcomes");
    scheme.write("scheme.toml", SCHEME);
    scheme.write("prices.csv", PRICES);
    let (count, seed) = super::count(220);
    let (mut failures, mut changed) = (Vec::new(), 0);
    for at in 0..count {
        let mut draw = Draw::new(seed.wrapping_add(at as u64));
        let folder = Folder::good(&mut draw);
        let good = mapping(&folder, &mut draw);
        let Outcome::Paid(sum, usual) = outcome(&scheme, &good) else { panic!("number {at}: a good map is refused") };
        assert_eq!(Some(sum), folder.pays(), "number {at}");
        let (name, slip) = SLIPS[at % SLIPS.len()];
        let mut damaged = good.clone();
        let Some(what) = (0..20).find_map(|_| slip(&mut damaged, &mut draw)) else { continue };
        if let Outcome::Paid(other, lines) = outcome(&scheme, &damaged)
            && other != sum
        {
            changed += 1;
            if lines.is_subset(&usual) {
                failures.push(format!("number {at}, {name}: {what}: paid {other} and not {sum}, and said nothing"));
            }
        }
    }
    crate::wellspent::tell(&format!("{count} slips in maps: {changed} changed the sum, {} of them in silence", failures.len()));
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
