//! Everything that reads what others wrote, each as a function of bytes, so that it can be tried with random input. Input may be
//! refused; nothing here may panic, take longer than two seconds or more than 512 MB. The property test in
//! `crates/app/tests/it/fuzzed.rs` and the targets in `fuzz/` call the same functions.

use std::fs;
use std::path::PathBuf;

use engine::link::field::{self, Field, KINDS, Missing};
use engine::link::identity::{IDENTITIES, Reading};
use engine::link::{purpose, sql, suggest};
use engine::pay::entry::{Entry, Sealed};
use engine::pay::ledger::Ledger;
use engine::records::batch::Batch;
use engine::records::schema::{self, Kind};
use engine::records::{csv, map};
use lab::textbook;
use scheme::problem::Problem;
use scheme::read::SCHEME_FILE;
use scheme::source::{Bytes, Folder};
use scheme::{Opened, Picks, Reader, tally};

use crate::link::{config, model, splink};
use crate::tables::{self, Format, texts};

/// Something that reads bytes.
pub struct Parser {
    pub name: &'static str,
    /// Endings of the names of files in the repository that it reads: what input is made from.
    pub files: &'static [&'static str],
    /// Input to begin with beside those.
    pub texts: &'static [&'static str],
    pub made: fn() -> Vec<Vec<u8>>,
    pub read: fn(&[u8]),
}

/// All of them.
pub static PARSERS: [Parser; 12] = [
    Parser { name: "scheme", files: &["scheme.toml"], texts: &[], made: Vec::new, read: scheme_file },
    Parser { name: "assumptions", files: &["world.toml"], texts: &[], made: Vec::new, read: assumptions },
    Parser { name: "textbook", files: &["textbook.toml", "game.toml"], texts: &[], made: Vec::new, read: textbook_case },
    Parser {
        name: "tally",
        files: &["years.csv", "cohorts.csv", "best-year.csv"],
        texts: &[TALLY],
        made: Vec::new,
        read: tally_file,
    },
    Parser { name: "map", files: &["map.toml"], texts: &[], made: Vec::new, read: map_file },
    Parser { name: "link-configuration", files: &["people.toml"], texts: &[], made: Vec::new, read: link_configuration },
    Parser { name: "model", files: &[], texts: &[SPLINK], made: model_seeds, read: model_file },
    Parser { name: "sql", files: &[], texts: &CONDITIONS, made: Vec::new, read: condition },
    Parser { name: "purposes", files: &["purposes.toml"], texts: &[], made: Vec::new, read: purposes },
    Parser { name: "ledger-entry", files: &[], texts: &ENTRIES, made: Vec::new, read: entry },
    Parser { name: "csv", files: &[".csv", ".gz", ".tsv"], texts: &[], made: Vec::new, read: csv_file },
    Parser { name: "parquet", files: &[".parquet"], texts: &[], made: parquet_seeds, read: parquet_file },
];

/// A folder with one file, or the files of a shipped scheme with one in place of its own.
fn opened(files: &[(&str, &[u8])]) -> Opened {
    scheme::open(&files.iter().map(|(name, bytes)| ((*name).to_owned(), Bytes::Read(bytes.to_vec()))).collect::<Folder>())
}

const SHIPPED: &[u8] = include_bytes!("../../../schemes/plain-linear/scheme.toml");
const SEGMENTS: &[u8] = include_bytes!("../../../schemes/plain-linear/segments.csv");

/// Problems are shown as they are to people: the excerpt is where places in the file are used.
fn shown(problems: &[Problem], opened: &Opened) {
    problems.iter().for_each(|problem| drop(problem.render("folder", &opened.sources)));
}

fn scheme_file(bytes: &[u8]) {
    let opened = opened(&[(SCHEME_FILE, bytes), ("segments.csv", SEGMENTS)]);
    let checked = scheme::check(&opened);
    shown(&checked.problems, &opened);
}

fn assumptions(bytes: &[u8]) {
    let opened = opened(&[(SCHEME_FILE, SHIPPED), ("segments.csv", SEGMENTS), ("world.toml", bytes)]);
    let picks = Picks::new();
    let reader = Reader::new(&opened, &picks);
    if let Some(scheme) = scheme::read::scheme(&reader) {
        let _ = lab::world::read(&reader, &scheme);
        shown(&reader.problems.into_inner(), &opened);
    }
}

fn textbook_case(bytes: &[u8]) {
    let opened = opened(&[(textbook::TEXTBOOK_FILE, bytes)]);
    let (_, problems) = textbook::read(&opened);
    shown(&problems, &opened);
}

const TALLY: &str = "cohort,segment,started,reoffending\n2027,low,100,40\n2027,high,100,70\n";

fn tally_file(bytes: &[u8]) {
    let opened = opened(&[(SCHEME_FILE, SHIPPED), ("segments.csv", SEGMENTS), ("tally.csv", bytes)]);
    let picks = Picks::new();
    if let Some(scheme) = scheme::read::scheme(&Reader::new(&opened, &picks))
        && let Err(problems) = tally::read(&scheme, "tally.csv", &opened)
    {
        shown(&problems, &opened);
    }
}

/// A TOML file that is no scheme.
fn document<T>(name: &str, bytes: &[u8], read: impl FnOnce(&Reader<'_>) -> T) {
    let opened = opened(&[(name, bytes)]);
    let picks = Picks::new();
    let reader = Reader::new(&opened, &picks);
    read(&reader);
    shown(&opened.problems, &opened);
    shown(&reader.problems.into_inner(), &opened);
}

fn map_file(bytes: &[u8]) {
    document("map.toml", bytes, |reader| map::read(reader, "map.toml"));
}

fn purposes(bytes: &[u8]) {
    document(purpose::PURPOSES_FILE, bytes, purpose::read);
}

/// The files that it names are looked for where there are none.
fn link_configuration(bytes: &[u8]) {
    document("people.toml", bytes, |reader| config::parse(reader, "people.toml", &folder().join("none")));
}

/// What a linkage begins with, as it is written.
fn model_seeds() -> Vec<Vec<u8>> {
    let fields: Vec<Field> = KINDS
        .iter()
        .map(|(name, kind, _)| Field { name: (*name).to_owned(), kind: *kind, missing: Missing::default() })
        .collect();
    let (mut untrained, _) = field::comparisons(&fields);
    suggest::rules(&mut untrained, &fields);
    model::to_json(&untrained, &fields).map(String::into_bytes).into_iter().collect()
}

const SPLINK: &str = r#"{"link_type":"dedupe_only","probability_two_random_records_match":0.001,"sql_dialect":"duckdb",
"blocking_rules_to_generate_predictions":["l.surname = r.surname",{"blocking_rule":"substr(l.dob, 1, 4) = substr(r.dob, 1, 4)"}],
"comparisons":[{"output_column_name":"surname","comparison_levels":[
{"sql_condition":"surname_l IS NULL OR surname_r IS NULL","label_for_charts":"Null","is_null_level":true},
{"sql_condition":"surname_l = surname_r","m_probability":0.9,"u_probability":0.01,"tf_adjustment_column":"surname"},
{"sql_condition":"jaro_winkler_similarity(surname_l, surname_r) >= 0.9","m_probability":0.05,"u_probability":0.02},
{"sql_condition":"ELSE","m_probability":0.05,"u_probability":0.97}]}]}"#;

fn model_file(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok((model, fields)) = model::from_json(&text) {
        assert!(model::to_json(&model, &fields).is_ok(), "a model that was read can be written");
    }
    let _ = splink::read("model.json", &text, None);
}

static CONDITIONS: [&str; 5] = [
    "l.surname = r.surname AND substr(l.dob, 1, 4) = substr(r.dob, 1, 4)",
    "levenshtein(\"dob_l\", \"dob_r\") <= 2 OR NOT (a_l IS NULL)",
    "jaro_winkler_similarity(first_name_l, first_name_r) >= 0.92",
    "abs(epoch(try_strptime(dob_l, '%Y-%m-%d')) - epoch(try_strptime(dob_r, '%Y-%m-%d'))) <= 2629800",
    "len(list_intersect(l.aliases, r.aliases)) >= 1 AND lower(trim(l.a)) = 'x''y'",
];

fn condition(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let _ = sql::parse(&text);
    // As a rule, and as the condition of a level.
    let quoted = serde_json::Value::String(text.into_owned()).to_string();
    let rules = SPLINK.replace("\"l.surname = r.surname\"", &quoted);
    let _ = splink::read("model.json", &rules, None);
    let level = SPLINK.replace("\"surname_l = surname_r\"", &quoted);
    let _ = splink::read("model.json", &level, None);
}

static ENTRIES: [&str; 3] = [
    "approved\nrun\t5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9\napproved by\tB. Finance\n",
    "transaction\nrun\t5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9\n\
     key\t5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9\n\
     posts\t5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9\t0\nreason\ta result\\n\\\\ of two lines\n\
     receivable\tcontract\tprovider\t100\nliability\tcontract\t-100\n",
    "prepared\nprepared by\tA. Commissioner\nnote\t\n\
     after\t0000000000000000000000000000000000000000000000000000000000000000\ncontract\tcontract\n\
     version\t5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9\nas at\t2027-03-31\nknown at\t2027-04-30\n\
     provider\tprovider\nline\tprovider\t\tperson\treoffending\t2027\t2027\t\t0\t2000000000\tpeople\t50\t100\ta result\n",
];

/// The kind in the first line, then the entry; on its own, and as the first of a ledger whose hash fits.
fn entry(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (kind, body) = text.split_once('\n').unwrap_or((&text, ""));
    let read = Entry::read(kind, body);
    if let Ok(entry) = &read {
        assert_eq!(Entry::read(entry.kind(), &entry.body()).as_ref(), Ok(entry), "an entry is read as it was written");
    }
    let mut ledger = Ledger::default();
    let id = read.map_or_else(|_| String::new(), |entry| entry.id().to_string());
    let (kind, body) = (kind.to_owned(), body.to_owned());
    let mut sealed = Sealed { number: 1, id, kind, recorded: "2027-01-01".into(), body, hash: String::new() };
    sealed.hash = sealed.computed(ledger.head().hash).to_string();
    let _ = ledger.take(&sealed);
}

/// A folder of this process.
fn folder() -> PathBuf {
    std::env::temp_dir().join(format!("wellspent-parsers-{}", std::process::id()))
}

/// Puts bytes into a file, for what reads files only.
fn in_file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder().join(name);
    fs::create_dir_all(folder()).and_then(|()| fs::write(&path, bytes)).expect("a file in the folder for temporary files");
    path
}

/// As each of the record tables, and as columns that somebody names.
fn table_file(name: &str, format: Format, bytes: &[u8]) {
    let path = in_file(name, bytes);
    for table in &schema::TABLES {
        let file = tables::TableFile { table, path: path.clone(), format };
        let mut rows = 0;
        let read = file.read(&|_| true, &mut |batch: Batch, faults| {
            rows += batch.rows() + faults.len();
            // What was read can be written.
            csv::write(&batch, &mut String::new());
            Ok(())
        });
        std::hint::black_box((rows, read.is_ok()));
    }
    let _ = texts::read_with_ids(&path, Some("person"), &["day", "kind"]);
}

fn csv_file(bytes: &[u8]) {
    table_file("table.csv", Format::Csv, bytes);
    let mut reading = Reading::default();
    let _ = csv::read(bytes, &IDENTITIES, |batch, mut faults| {
        reading.take(&batch, &mut faults);
        Ok(())
    });
    std::hint::black_box(reading.finish().len());
}

fn parquet_file(bytes: &[u8]) {
    table_file("table.parquet", Format::Parquet, bytes);
}

/// Something that a column may hold.
fn value(kind: Kind, at: usize) -> String {
    match kind {
        Kind::Day => format!("2027-03-{:02}", at % 28 + 1),
        Kind::Amount => format!("{at}.50"),
        Kind::Share => "0.5".to_owned(),
        Kind::Choice(words) => words[at % words.len()].to_owned(),
        Kind::Id | Kind::Text => format!("A{}", at / 3),
    }
}

/// Record tables as Parquet files, to begin with.
fn parquet_seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for table in &schema::TABLES {
        let mut batch = Batch::empty(table);
        for at in 0..50 {
            let texts: Vec<(&str, String)> = table.columns.iter().map(|column| (column.name, value(column.kind, at))).collect();
            let row: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (*name, text.as_str())).collect();
            batch.push(&row);
        }
        let path = in_file(&format!("{}.parquet", table.name), b"");
        let _ = fs::remove_file(&path);
        let written = tables::write::Writer::begin(&folder(), table, Format::Parquet).and_then(|mut writer| {
            writer.write(&batch)?;
            writer.end(table)
        });
        if written.is_ok() {
            seeds.extend(fs::read(&path));
        }
    }
    seeds
}
