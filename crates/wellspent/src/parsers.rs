//! Everything that reads what others wrote, each as a function of bytes, so that it can be tried with random input. Input may be
//! refused; nothing here may panic, take longer than two seconds or more than 512 MB. The property test in
//! `apps/cli/tests/it/fuzzed.rs` and the targets in `fuzz/` call the same functions.

use std::fs;
use std::path::PathBuf;

use base::problem::Problem;
use base::source::{FileBytes, Folder};
use base::{Reader, ScenarioDraw, SchemeFiles};
use contract::market::allocate::Referral;
use contract::market::standing::MarketStanding;
use contract::market::{self, MARKET_FILE};
use contract::read::SCHEME_FILE;
use contract::tally_file;
use disclosure::{register_lines, rules};
use ledger::entry::{LedgerEntry, SealedEntry};
use ledger::journal::Ledger;
use linkage::field::{Field, KINDS, Missing};
use linkage::identity::{HistoryReader, IDENTITIES};
use linkage::standard_comparisons::standard_comparisons;
use linkage::{blocking_rules, purpose, sql};
use records::batch::Batch;
use records::schema;
use records::schema::ValueKind;
use records::{csv, map};
use simulation::textbook;

use crate::link::{config, model, splink};
use records::files;
use records::files::FileFormat;
use records::files::safe::Reach;

use crate::link::texts;
use crate::publish::DISCLOSURE_FILE;

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
pub static PARSERS: [Parser; 18] = [
    Parser { name: "scheme", files: &["scheme.toml"], texts: &[], made: Vec::new, read: scheme_file },
    Parser { name: "assumptions", files: &["assumptions.toml"], texts: &[], made: Vec::new, read: assumptions },
    Parser { name: "market", files: &["market.toml"], texts: &[], made: Vec::new, read: market_file },
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
    Parser { name: "workbook", files: &[".xlsx", ".ods"], texts: &[], made: workbook_seeds, read: workbook_file },
    Parser { name: "excel-sheet", files: &[], texts: &[EXCEL], made: Vec::new, read: excel_sheet },
    Parser { name: "release-register", files: &[], texts: &[REGISTER], made: Vec::new, read: release_register },
    Parser { name: "disclosure-policy", files: &[], texts: &[POLICY], made: Vec::new, read: disclosure_policy },
    Parser { name: "opendocument", files: &[], texts: &[OPEN_DOCUMENT], made: Vec::new, read: open_document },
];

/// A folder with one file, or the files of a shipped scheme with one in place of its own.
fn opened(files: &[(&str, &[u8])]) -> SchemeFiles {
    base::open(&files.iter().map(|(name, bytes)| ((*name).to_owned(), FileBytes::Read(bytes.to_vec()))).collect::<Folder>())
}

const SHIPPED: &[u8] = include_bytes!("../../../schemes/plain-linear/scheme.toml");
const SEGMENTS: &[u8] = include_bytes!("../../../schemes/plain-linear/segments.csv");

/// Problems are shown as they are to people: the excerpt is where places in the file are used.
fn shown(problems: &[Problem], opened: &SchemeFiles) {
    problems.iter().for_each(|problem| drop(problem.render("folder", &opened.sources)));
}

fn scheme_file(bytes: &[u8]) {
    let opened = opened(&[(SCHEME_FILE, bytes), ("segments.csv", SEGMENTS)]);
    let checked = contract::check(&opened);
    shown(&checked.problems, &opened);
}

fn assumptions(bytes: &[u8]) {
    let opened = opened(&[(SCHEME_FILE, SHIPPED), ("segments.csv", SEGMENTS), ("assumptions.toml", bytes)]);
    let picks = ScenarioDraw::new();
    let reader = Reader::new(&opened, &picks);
    if let Some(scheme) = contract::read::scheme(&reader) {
        let _ = simulation::assumptions::read(&reader, &scheme);
        shown(&reader.problems.into_inner(), &opened);
    }
}

const OF_MARKET: &[u8] = include_bytes!("../../../schemes/county-market/scheme.toml");
const SEGMENTS_OF_MARKET: &[u8] = include_bytes!("../../../schemes/county-market/segments.csv");
const MARKET_PROVIDERS: &[u8] = include_bytes!("../../../schemes/county-market/providers.csv");

/// What is read is said in words, and places a person.
fn market_file(bytes: &[u8]) {
    let files = [(SCHEME_FILE, OF_MARKET), ("segments.csv", SEGMENTS_OF_MARKET), ("providers.csv", MARKET_PROVIDERS)];
    let opened = opened(&[&files[..], &[(MARKET_FILE, bytes)]].concat());
    let picks = ScenarioDraw::new();
    let Some(scheme) = contract::read::scheme(&Reader::new(&opened, &picks)) else { return };
    let (market, problems) = contract::check_market(&scheme, &opened);
    shown(&problems, &opened);
    shown(&opened.problems, &opened);
    let Some(market) = market else { return };
    std::hint::black_box(market::words::term_sheet(&market, &scheme));
    let standing = MarketStanding::new(&market, &[]);
    let day = base::day::day(scheme.starts);
    let referral = Referral { area: 0, segment: 0, day, choices: &[0, 1], key: bytes.len() as u64 };
    std::hint::black_box(market::allocate::allocate(&market, &standing, &referral));
}

fn textbook_case(bytes: &[u8]) {
    let opened = opened(&[(textbook::TEXTBOOK_FILE, bytes)]);
    let (_, problems) = textbook::read(&opened);
    shown(&problems, &opened);
}

const TALLY: &str = "cohort,segment,started,reoffending\n2027,low,100,40\n2027,high,100,70\n";

fn tally_file(bytes: &[u8]) {
    let opened = opened(&[(SCHEME_FILE, SHIPPED), ("segments.csv", SEGMENTS), ("tally.csv", bytes)]);
    let picks = ScenarioDraw::new();
    if let Some(scheme) = contract::read::scheme(&Reader::new(&opened, &picks))
        && let Err(problems) = tally_file::read(&scheme, "tally.csv", &opened)
    {
        shown(&problems, &opened);
    }
}

/// A TOML file that is no scheme.
fn document<T>(name: &str, bytes: &[u8], read: impl FnOnce(&Reader<'_>) -> T) {
    let opened = opened(&[(name, bytes)]);
    let picks = ScenarioDraw::new();
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
    document("people.toml", bytes, |reader| config::parse(reader, "people.toml", &folder().join("none"), Reach::Inside(None)));
}

/// What a linkage begins with, as it is written.
fn model_seeds() -> Vec<Vec<u8>> {
    let fields: Vec<Field> = KINDS
        .iter()
        .map(|(name, kind, _)| Field { name: (*name).to_owned(), kind: *kind, missing: Missing::default() })
        .collect();
    let (mut untrained, _) = standard_comparisons(&fields);
    blocking_rules::add_candidates(&mut untrained, &fields);
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
    let read = LedgerEntry::read(kind, body);
    if let Ok(entry) = &read {
        assert_eq!(LedgerEntry::read(entry.kind(), &entry.body()).as_ref(), Ok(entry), "an entry is read as it was written");
    }
    let mut ledger = Ledger::default();
    let id = read.map_or_else(|_| String::new(), |entry| entry.id().to_string());
    let (kind, body) = (kind.to_owned(), body.to_owned());
    let mut sealed = SealedEntry { number: 1, id, kind, recorded: "2027-01-01".into(), body, hash: String::new() };
    sealed.hash = sealed.computed(ledger.head().hash).to_string();
    let _ = ledger.accept(&sealed);
}

const REGISTER: &str = "disclosure register 1\nrelease\t20000\t0\t1\t4\tfirst\tan analyst\tby area\tbelow 10\t\tapproved\t\n\
     hit\tsmall count\t1\t1\nhidden\t1\t2\nwithheld\t1\nexception\t1\t1\tagreed in writing\n\
     cell\tcount\t4\t1\t9\t3\t8\t0\tall\tpeople\t1\tarea\tnorth\ncell\tcount\t50\t10\tany\tno\tno\t0\tall\tpeople\t1\tarea\tsouth\n\
     cell\tcount\t54\t54\t54\tno\tno\t0\tall\tpeople\t0\n\
     sum\t2\tall\tpeople\t0\tall\tpeople\t1\tarea\tnorth\tall\tpeople\t1\tarea\tsouth\n\
     number\t2\tall\tpeople\t1\tarea\tsouth\tall\tpeople\t0\tratio\t100\t1\nnested\tall\tmore\nversion\tall\tlater\n";

/// What is read is written again, and a release is tried with it.
fn release_register(bytes: &[u8]) {
    let Ok(register) = register_lines::read(&String::from_utf8_lossy(bytes)) else { return };
    assert!(register_lines::read(&register_lines::write(&register)).is_ok(), "a register is read as it was written");
    register.releases.iter().for_each(|release| drop(release.audit.lines()));
}

const POLICY: &str = "[disclosure]\nsmallest_count = 10\nleast_range = 5\nzero = \"protected\"\nrounding_base = 5\np_percent = \"10%\"\n\
     [disclosure.dominance]\ncontributors = 2\nshare = \"85%\"\n";

fn disclosure_policy(bytes: &[u8]) {
    document(DISCLOSURE_FILE, bytes, |reader| drop(rules::read(reader, DISCLOSURE_FILE).words()));
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
fn table_file(name: &str, format: FileFormat, bytes: &[u8]) {
    let path = in_file(name, bytes);
    for table in &schema::TABLES {
        let file = files::TableFile::new(table, path.clone(), format);
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
    table_file("table.csv", FileFormat::Csv, bytes);
    let mut reading = HistoryReader::default();
    let _ = csv::read(bytes, &IDENTITIES, |batch, mut faults| {
        reading.take(&batch, &mut faults);
        Ok(())
    });
    std::hint::black_box(reading.finish().len());
}

fn parquet_file(bytes: &[u8]) {
    table_file("table.parquet", FileFormat::Parquet, bytes);
}

/// Something that a column may hold.
fn value(kind: ValueKind, at: usize) -> String {
    match kind {
        ValueKind::Day => format!("2027-03-{:02}", at % 28 + 1),
        ValueKind::Amount => format!("{at}.50"),
        ValueKind::Share => "0.5".to_owned(),
        ValueKind::Choice(words) => words[at % words.len()].to_owned(),
        ValueKind::Id | ValueKind::Text => format!("A{}", at / 3),
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
        let written = files::write::Writer::begin(&folder(), table, FileFormat::Parquet).and_then(|mut writer| {
            writer.write(&batch)?;
            writer.end(table)
        });
        if written.is_ok() {
            seeds.extend(fs::read(&path));
        }
    }
    seeds
}

fn workbook_file(bytes: &[u8]) {
    table_file("events.xlsx", FileFormat::Workbook, bytes);
}

const EXCEL: &str = r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
<row r="1"><c r="A1" t="inlineStr"><is><t>event</t></is></c><c r="B1" t="s"><v>0</v></c><c r="C1" t="str"><v>kind</v></c><c r="D1" t="inlineStr"><is><t>date</t></is></c></row>
<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="inlineStr"><is><t>007</t></is></c><c r="C2" t="s"><v>1</v></c><c r="D2" s="1"><v>46113</v></c></row>
<row r="4"><c r="A4"><f>A2+1</f><v>2</v></c><c r="B4" t="b"><v>1</v></c><c r="C4" t="e"><v>#N/A</v></c><c r="D4" s="1"><v>46114.5</v></c></row>
</sheetData><mergeCells count="1"><mergeCell ref="A4:B5"/></mergeCells></worksheet>"#;

/// The sheet of a workbook whose archive is sound.
fn excel_sheet(bytes: &[u8]) {
    workbook_file(&excel(bytes));
}

fn excel(sheet: &[u8]) -> Vec<u8> {
    const WORKBOOK: &[u8] = br#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="events" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    const RELATIONS: &[u8] = br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;
    const STYLES: &[u8] = br#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#;
    const SHARED: &[u8] = br#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>person</t></si><si><r><t>off</t></r><r><t>ence</t></r></si></sst>"#;
    archive(&[
        ("xl/workbook.xml", WORKBOOK),
        ("xl/_rels/workbook.xml.rels", RELATIONS),
        ("xl/styles.xml", STYLES),
        ("xl/sharedStrings.xml", SHARED),
        ("xl/worksheets/sheet1.xml", sheet),
    ])
}

const OPEN_DOCUMENT: &str = r#"<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="events">
<table:table-row><table:table-cell office:value-type="string"><text:p>event</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>person</text:p></table:table-cell><table:table-cell><text:p>kind</text:p></table:table-cell><table:table-cell><text:p>date</text:p></table:table-cell></table:table-row>
<table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="float" office:value="1"/><table:table-cell table:number-columns-repeated="2"><text:p>a<text:s text:c="2"/>b</text:p></table:table-cell><table:table-cell office:value-type="date" office:date-value="2027-03-04"/></table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>"#;

/// The content of an OpenDocument workbook whose archive is sound.
fn open_document(bytes: &[u8]) {
    table_file("events.ods", FileFormat::Workbook, &open_document_of(bytes));
}

fn open_document_of(content: &[u8]) -> Vec<u8> {
    archive(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", content)])
}

fn workbook_seeds() -> Vec<Vec<u8>> {
    vec![excel(EXCEL.as_bytes()), open_document_of(OPEN_DOCUMENT.as_bytes())]
}

/// A zip archive of parts that are not packed, so that what is changed in a part reaches its reader.
fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut list) = (Vec::new(), Vec::new());
    for (name, bytes) in parts {
        let at = (out.len() as u32).to_le_bytes();
        // Version, flags, method, time and date; the checksum and the lengths; the length of the name and of what else is said.
        let mut about = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        about.extend(checksum(bytes).to_le_bytes());
        about.extend((bytes.len() as u32).to_le_bytes());
        about.extend((bytes.len() as u32).to_le_bytes());
        about.extend((name.len() as u16).to_le_bytes());
        about.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&about);
        out.extend(name.as_bytes());
        out.extend(*bytes);
        list.extend(b"PK\x01\x02\x14\0");
        list.extend(&about);
        list.extend([0; 10]);
        list.extend(at);
        list.extend(name.as_bytes());
    }
    let (count, begins) = ((parts.len() as u16).to_le_bytes(), (out.len() as u32).to_le_bytes());
    let length = (list.len() as u32).to_le_bytes();
    out.extend(list);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([count, count].concat());
    out.extend([length, begins].concat());
    out.extend([0, 0]);
    out
}

/// CRC-32, as archives have it.
fn checksum(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}
