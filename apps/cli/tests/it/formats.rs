//! The same table in every format is the same table: what is checked and kept, measured, mapped and linked of it is the same to the
//! byte. What a file is packed in, and what is wrong with that, is told; and no message shows whose row it is.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use base::day::{day, parse};
use flate2::Compression;
use flate2::write::GzEncoder;
use records::csv;
use records::workbook::Workbook;
use records::workbook::write::{OutputCell, WorkbookWriter};

use crate::wellspent::{Scratch, root, run, said};
use crate::zipped::{excel, open_document, whole};

/// A table as cells, the header first.
type Rows = Vec<Vec<String>>;

fn cells(text: &str) -> Rows {
    let mut rows = Rows::new();
    csv::cells(text.as_bytes(), |row| {
        rows.push(row.expect("a sound row").iter().map(ToString::to_string).collect());
        Ok(())
    })
    .expect("bytes in memory");
    rows
}

fn separated(rows: &Rows, separator: char, end: &str) -> String {
    let mut out = String::new();
    for row in rows {
        let cells: Vec<_> = row.iter().map(|cell| base::csv_cell::quoted(cell)).collect();
        let _ = write!(out, "{}{end}", cells.join(&separator.to_string()));
    }
    out
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).expect("memory");
    packed.finish().expect("memory")
}

/// Days as days and amounts as numbers; everything else as text.
fn sheet(rows: &Rows) -> Vec<u8> {
    let mut book = WorkbookWriter::default();
    let header: Vec<(&str, u32)> = rows[0].iter().map(|name| (name.as_str(), 12)).collect();
    book.sheet("Sheet1", &header).expect("memory");
    for row in &rows[1..] {
        let typed = |(name, text): (&String, &'_ String)| match parse(text.as_bytes()) {
            Ok(day) => OutputCell::Day(day),
            _ if name == "amount" && !text.is_empty() => OutputCell::Decimal(text.replace('.', "").parse().expect("digits"), 2),
            _ => OutputCell::Nothing,
        };
        let cells: Vec<OutputCell<'_>> = rows[0]
            .iter()
            .zip(row)
            .map(|(name, text)| match typed((name, text)) {
                OutputCell::Nothing => OutputCell::Text(text),
                typed => typed,
            })
            .collect();
        book.row(&cells).expect("memory");
    }
    book.end().expect("memory")
}

fn open_sheet(rows: &Rows) -> Vec<u8> {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let mut out = String::new();
    for row in rows {
        out += "<table:table-row>";
        for (name, text) in rows[0].iter().zip(row) {
            let shown = escaped(text);
            let kind = match parse(text.as_bytes()) {
                Ok(_) => format!("office:value-type=\"date\" office:date-value=\"{text}T00:00:00\""),
                _ if name == "amount" && text != name && !text.is_empty() => {
                    format!("office:value-type=\"float\" office:value=\"{text}\"")
                }
                _ if text.is_empty() => String::new(),
                _ => "office:value-type=\"string\"".to_owned(),
            };
            let _ = write!(out, "<table:table-cell {kind}><text:p>{shown}</text:p></table:table-cell>");
        }
        out += "</table:table-row>";
    }
    whole(&open_document(&(out + "<table:table-row table:number-rows-repeated=\"900000\"><table:table-cell/></table:table-row>")))
}

/// The name's ending and the bytes of a table in each format but Parquet.
fn formats(rows: &Rows) -> Vec<(&'static str, Vec<u8>)> {
    let comma = separated(rows, ',', "\n");
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let half = comma.find('\n').map_or(0, |at| at + 1);
    vec![
        ("csv", comma.clone().into()),
        ("tsv", separated(rows, '\t', "\r\n").into()),
        ("csv", format!("sep=;\r\n{}", separated(rows, ';', "\r\n")).into()),
        ("csv", format!("\u{feff}{}", separated(rows, ';', "\r")).into()),
        ("csv", utf16(&format!("\u{feff}{comma}"))),
        ("csv", utf16(&comma)),
        ("csv.gz", gzip(comma.as_bytes())),
        ("csv.gz", [gzip(&comma.as_bytes()[..half]), gzip(&comma.as_bytes()[half..]), vec![0; 100]].concat()),
        ("xlsx", sheet(rows)),
        ("ods", open_sheet(rows)),
    ]
}

/// Ids with zeros in front, letters of many kinds, empty cells, money, the first and the last of days. Deaths come after everything else.
fn random(seed: u64) -> Vec<(&'static str, String)> {
    let mut state = seed;
    let mut below = |sides: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % sides
    };
    let names =
        ["Zoë", "O'Brien", "Smith, Jane", "李", "\"Bo\"", "Nguyễn", "van der  Berg", "", "Ng & <co>", "=SUM(A1)", "Łukasz"];
    let mut people = "person,forename,surname,born,died,postcode\n".to_owned();
    let mut starts = "start,person,provider,began,area\n".to_owned();
    let mut events = "event,person,kind,date,class,amount\n".to_owned();
    let quoted = |text: &str| base::csv_cell::quoted(text).into_owned();
    let mut day = |from: i64, span: u64| base::day::date((from + below(span) as i64) as i32).to_string();
    let days: Vec<[String; 4]> =
        (0..60).map(|_| [day(-20_000, 30_000), day(18_262, 88), day(18_262, 700), day(18_962, 5_000)]).collect();
    for (at, [born, began, date, died]) in days.iter().enumerate() {
        let person = format!("{:05}", at * 37);
        let (forename, surname) = (names[below(11) as usize], names[below(11) as usize]);
        let died = if below(9) == 0 { died.as_str() } else { "" };
        let _ = writeln!(people, "{person},{},{},{born},{died},AB{} 1CD", quoted(forename), quoted(surname), below(20));
        let _ = writeln!(starts, "{:03},{person},{},{began},", at, ["P", "Société"][below(2) as usize]);
        let kind = ["offence", "wage"][below(2) as usize];
        let amount = if kind == "offence" && below(3) == 0 {
            String::new()
        } else {
            format!("{}{}.{:02}", if below(5) == 0 { "-" } else { "" }, 1 + below(3000), below(100))
        };
        let _ = writeln!(events, "e{at},{person},{kind},{date},{},{amount}", ["", "theft"][below(2) as usize]);
    }
    let coverage = "table,kind,until\nevents,,2023-12-31\nspells,,2023-12-31\n".to_owned();
    vec![("people", people), ("starts", starts), ("events", events), ("coverage", coverage)]
}

const SCHEME: &str = "scheme = \"Test\"\ncurrency = \"GBP\"\nrounding = \"down to the penny\"\nmonth_end = \"last day of month\"\n\
    [contract]\nstarts = 2020-01-01\nends = 2022-12-31\nfrom = \"assumption: test\"\n\
    [cohorts]\nstarts = 2020-01-01\nends = 2020-03-31\nevery = \"3 months\"\npeople = 10\n\
    [outcome.reoffending]\nmeasure = \"m\"\nkind = \"binary\"\nbetter = \"fewer\"\nwindow = \"12 months\"\nwait = \"6 months\"\n\
    [outcome.reoffending.measured]\nrule = \"any within\"\nevents = \"offence\"\n\
    [outcome.earnings]\nmeasure = \"m\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\n\
    [outcome.earnings.measured]\nrule = \"at least\"\nevents = \"wage\"\nearnings = \"£1,200\"\n\
    [pay.earnings]\nclause = \"outcome payment\"\noutcome = \"earnings\"\nprice = \"£1,000\"\nfrom = \"assumption: test\"\n";

/// Everything there is in a folder, by name.
fn contents(folder: &Scratch) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(&folder.0)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), fs::read(&path).expect("a file")))
        // What else is written beside tables says where they come from, by the rows of the format.
        .filter(|(name, _)| name != "kept.csv" && name != "source-rows.csv")
        .collect();
    files.sort();
    files
}

/// Kept rows, the tally, mapped rows and linked persons.
struct Came {
    kept: Vec<(String, Vec<u8>)>,
    tally: String,
    mapped: Vec<(String, Vec<u8>)>,
    linked: Vec<u8>,
}

fn came(scheme: &Scratch, folder: &Scratch, ending: &str) -> Came {
    let succeeds = |arguments: &[&str]| {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(0), "{ending} {arguments:?}: {}", said(&output));
    };
    let kept = Scratch::new("kept");
    succeeds(&["records", "check", folder.path(), "--keep", kept.path(), "--as", "csv"]);
    let tally = format!("{}/tally.csv", scheme.path());
    succeeds(&["measure", scheme.path(), folder.path(), "--as-at", "2023-06-30", "--tally", &tally]);
    let (mapped, out) = (Scratch::new("mapped"), Scratch::new("linked"));
    let map = format!(
        "[people.all]\nfile = \"people.{ending}\"\nperson = \"person\"\nborn = \"born\"\nsurname = \"surname\"\n\
         [events.all]\nfile = \"events.{ending}\"\nperson = \"person\"\nkind = \"kind\"\ndate = \"date\"\n\
         class = {{ file = \"starts.{ending}\", by = \"person\", column = \"provider\" }}\n"
    );
    scheme.write("map.toml", map);
    succeeds(&["records", "map", &format!("{}/map.toml", scheme.path()), folder.path(), "--out", mapped.path()]);
    let columns =
        "[COLUMNS]\nforename = \"forename\"\nsurname = \"surname\"\nborn = \"date of birth\"\npostcode = \"postcode\"\n";
    let table = |agency: &str| {
        format!(
            "[table.{agency}]\nfile = \"people.{ending}\"\nid = \"person\"\n{}",
            columns.replace("COLUMNS", &format!("table.{agency}.columns"))
        )
    };
    let config = format!("purpose = \"test\"\nbasis = \"test\"\n{}{}", table("police"), table("prison"));
    folder.write("link.toml", config);
    succeeds(&["link", &format!("{}/link.toml", folder.path()), "--out", out.path(), "--day", "2024-01-01"]);
    let linked = fs::read(out.0.join("persons.parquet")).expect("persons");
    let _ = fs::remove_file(folder.0.join("link.toml"));
    Came { kept: contents(&kept), tally: fs::read_to_string(&tally).expect("the tally"), mapped: contents(&mapped), linked }
}

#[test]
fn every_format_gives_the_same_to_the_byte() {
    let scheme = Scratch::new("scheme");
    scheme.write("scheme.toml", SCHEME);
    let rounds = std::env::var("WELLSPENT_MUTATIONS").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    for seed in 0..rounds {
        let tables: Vec<(&str, Rows)> = random(seed).into_iter().map(|(name, text)| (name, cells(&text))).collect();
        let each: Vec<Vec<(&str, Vec<u8>)>> = tables.iter().map(|(_, rows)| formats(rows)).collect();
        let mut first: Option<Came> = None;
        for format in 0..=each[0].len() {
            let folder = Scratch::new("format");
            let mut ending = "parquet";
            if format < each[0].len() {
                for ((name, _), formats) in tables.iter().zip(&each) {
                    ending = formats[format].0;
                    folder.write(&format!("{name}.{ending}"), &formats[format].1);
                }
            } else {
                // Parquet is made of the first one.
                let from = Scratch::new("from");
                for ((name, _), formats) in tables.iter().zip(&each) {
                    from.write(&format!("{name}.csv"), &formats[0].1);
                }
                let output = run(&["records", "check", from.path(), "--keep", folder.path(), "--as", "parquet"]);
                assert_eq!(output.status.code(), Some(0), "{}", said(&output));
            }
            let came = came(&scheme, &folder, ending);
            let Some(first) = &first else {
                assert!(came.kept.len() == 4 && came.mapped.len() == 2 && came.tally.lines().count() > 1, "{}", came.tally);
                first = Some(came);
                continue;
            };
            for (one, other) in [(&first.kept, &came.kept), (&first.mapped, &came.mapped)] {
                assert!(
                    one == other,
                    "{ending} {format}: {}",
                    other.iter().map(|(_, text)| String::from_utf8_lossy(text)).collect::<String>()
                );
            }
            assert_eq!(first.tally, came.tally, "{ending} {format}");
            assert!(first.linked == came.linked, "{ending} {format}");
        }
    }
}

#[test]
fn one_workbook_holds_a_sheet_for_each_table() {
    let folder = Scratch::new("workbook");
    let mut book = WorkbookWriter::default();
    book.sheet("Notes", &[("about this file", 20)]).expect("memory");
    for (name, text) in [("People", "person,born\n007,1980-01-31\n"), ("coverage", "table,until\nevents,2024-01-31\n")] {
        let rows = cells(text);
        let header: Vec<(&str, u32)> = rows[0].iter().map(|name| (name.as_str(), 12)).collect();
        book.sheet(name, &header).expect("memory");
        book.row(&[OutputCell::Text(&rows[1][0]), OutputCell::Day(day(rows[1][1].parse().expect("a day")))]).expect("memory");
    }
    folder.write("handed over.xlsx", book.end().expect("memory"));
    let kept = Scratch::new("kept");
    let output = said(&run(&["records", "check", folder.path(), "--keep", kept.path()]));
    assert!(output.contains("2 of 2 rows are right; 0 faults, 1 warning"), "{output}");
    assert!(output.contains("handed over.xlsx, sheet People"), "{output}");
    assert!(output.contains("handed over.xlsx, sheet Notes: this is not a table of records"), "{output}");
    assert!(fs::read_to_string(kept.0.join("people.csv")).expect("people").contains("\n007,,,1980-01-31"));
    // What cannot be opened could hold any table.
    folder.write("more.xlsx", b"PK\x03\x04 no more");
    let output = run(&["records", "check", folder.path()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("more.xlsx: the workbook is damaged"), "{}", said(&output));
    let _ = fs::remove_file(folder.0.join("more.xlsx"));
    folder.write("~$handed over.xlsx", "lock");
    assert!(said(&run(&["records", "check", folder.path()])).contains("2 of 2 rows are right"));
    // A fault names the cell, and its kind of place.
    let bad = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>spell</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>person</t></is></c><c r=\"C1\" t=\"inlineStr\"><is><t>kind</t></is></c><c r=\"D1\" t=\"inlineStr\"><is><t>from</t></is></c></row><row r=\"7\"><c r=\"A7\"><v>1</v></c><c r=\"B7\" t=\"e\"><v>#N/A</v></c></row></sheetData></worksheet>";
    folder.write("spells.xlsx", whole(&excel(bad, "<sst/>")));
    let (list, sheet) = (format!("{}/list.csv", kept.path()), format!("{}/list.xlsx", kept.path()));
    run(&["records", "check", folder.path(), "--list", &list]);
    let output = said(&run(&["records", "check", folder.path(), "--list", &sheet]));
    let rows = cells(&fs::read_to_string(&list).expect("the list"));
    let mut workbook = Workbook::open(fs::File::open(&sheet).expect("a file")).expect("it is read").expect("a workbook");
    let name = workbook.sheet(None).expect("it is read").expect("a sheet");
    let (wanted, mut seen): (Vec<&str>, _) = (rows[0].iter().map(String::as_str).collect(), Rows::new());
    let take = |cells: &[&str]| seen.push(cells.iter().map(ToString::to_string).collect());
    records::rows::texts(&mut workbook.rows(&name).expect("it is read"), &wanted, take).expect("it is read");
    assert!(seen == rows[1..] && !seen.is_empty(), "{seen:?}");
    assert!(output.contains("spells.xlsx: `person`: the cell shows an error\n      row 7     B7 shows #N/A"), "{output}");
}

/// Any two formats are two parts of one table, and rows of empty cells are nothing in any of them.
#[test]
fn parts_may_be_of_any_two_formats() {
    let [first, second] =
        ["1,A,job,2024-01-31", "2,B,job,2025-12-31"].map(|row| cells(&format!("spell,person,kind,from\n{row}\n")));
    let blank = |rows: &Rows| -> Rows {
        let empty = |text: &str| vec![text.to_owned(); 4];
        vec![rows[0].clone(), empty(""), empty(" "), rows[1].clone(), empty("\u{a0}"), empty("")]
    };
    let (one, other) = (formats(&blank(&first)), formats(&blank(&second)));
    for (ending, bytes) in &one {
        for (second_ending, second_bytes) in &other {
            let folder = Scratch::new("parts");
            folder.write(&format!("spells.{ending}"), bytes);
            folder.write(&format!("spells-2.{second_ending}"), second_bytes);
            let output = said(&run(&["records", "check", folder.path()]));
            assert!(output.contains("2 of 2 rows are right; 0 faults, "), "{ending} and {second_ending}: {output}");
        }
    }
}

#[test]
fn sheets_are_named_in_maps_and_linkages() {
    let (folder, mapped) = (Scratch::new("agency"), Scratch::new("mapped"));
    let mut book = WorkbookWriter::default();
    for (title, id) in [("2023", "old"), ("2024", "0042")] {
        book.sheet(title, &[("Client", 9), ("Surname", 9), ("Born", 9)]).expect("memory");
        book.row(&[OutputCell::Text(id), OutputCell::Text("Łukasz"), OutputCell::Day(day("1980-01-31".parse().expect("a day")))])
            .expect("memory");
    }
    folder.write("clients.xlsx", book.end().expect("memory"));
    let into = format!("{}/out", mapped.path());
    let map = |sheet: &str| {
        folder.write("map.toml", format!("[people.all]\nfile = \"clients.xlsx\"\n{sheet}person = \"Client\"\nborn = \"Born\"\n"));
        run(&["records", "map", &format!("{}/map.toml", folder.path()), folder.path(), "--out", &into])
    };
    let refused = said(&map(""));
    assert!(
        refused.contains("clients.xlsx: the workbook has several sheets") && refused.contains("\"2023\", \"2024\""),
        "{refused}"
    );
    let _ = fs::remove_dir_all(&into);
    let output = map("sheet = \"2024\"\n");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(fs::read_to_string(format!("{into}/people.csv")).expect("people").contains("\n0042,,,1980-01-31,"));
    let table = |name: &str, sheet: &str| {
        format!(
            "[table.{name}]\nfile = \"clients.xlsx\"\nsheet = \"{sheet}\"\nid = \"Client\"\n[table.{name}.columns]\nSurname = \"surname\"\nBorn = \"date of birth\"\n"
        )
    };
    folder.write("link.toml", format!("purpose = \"test\"\nbasis = \"test\"\n{}{}", table("one", "2023"), table("two", "2024")));
    let output = run(&["link", &format!("{}/link.toml", folder.path())]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    folder.write("link.toml", format!("purpose = \"test\"\nbasis = \"test\"\n{}", table("one", "2025")));
    assert!(said(&run(&["link", &format!("{}/link.toml", folder.path())])).contains("the workbook has no such sheet"));
}

#[test]
fn what_is_wrong_with_a_packed_file_is_told() {
    let good = gzip(b"spell,person,kind,from\n1,A,job,2024-01-01\n2,A,job,2025-01-01\n");
    let cases: [(&str, Vec<u8>, &str); 6] = [
        ("spells.csv.gz", good[..good.len() - 6].to_vec(), "the gzip file ends too early"),
        ("spells.csv.gz", [good.clone(), b"more".to_vec()].concat(), "other data follow the end of the gzip file"),
        ("spells.csv.gz", [&good[..30], &[0xff; 9], &good[39..]].concat(), "the gzip file"),
        ("spells.csv.gz", gzip(&vec![b'x'; 200 << 20]), "the gzip file unpacks to far too much data"),
        ("spells.csv.gz", gzip(&good), "no row has the names of the columns"),
        ("spells.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), "this is an old Excel workbook (.xls)"),
    ];
    for (name, bytes, expected) in cases {
        let folder = Scratch::new("packed");
        folder.write(name, bytes);
        let begun = Instant::now();
        let output = run(&["records", "check", folder.path()]);
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains(expected), "{expected}: {}", said(&output));
        assert!(begun.elapsed() < Duration::from_secs(4), "{expected}: {:?}", begun.elapsed());
    }
}

/// A bomb leaves memory alone: the program is given little, and says what is wrong.
#[test]
fn bombs_are_refused_in_little_memory() {
    let cell = "<c t=\"s\"><v>0</v></c>".repeat(13);
    let rows: String = (2..60_000).map(|row| format!("<row r=\"{row}\">{cell}</row>")).collect();
    let names = ["event", "person", "kind", "date", "class", "about", "settled", "disposal", "amount"];
    let header: String = names.map(|name| format!("<c t=\"inlineStr\"><is><t>{name}</t></is></c>")).concat();
    let sheet = |rows: &str| format!("<worksheet><sheetData><row r=\"1\">{header}</row>{rows}</sheetData></worksheet>");
    let cases = [
        // One faulty text of 4,096 letters in every cell.
        ("events.xlsx", whole(&excel(sheet(&rows), format!("<sst><si><t>{}</t></si></sst>", "x".repeat(4_096))))),
        ("events.xlsx", whole(&excel(sheet(&" ".repeat(300 << 20)), "<sst/>"))),
        (
            "events.csv.gz",
            gzip(
                format!("{}\n{}", names.join(","), format!("{}\n", vec!["x".repeat(4_096); 9].join(",")).repeat(3_000))
                    .as_bytes(),
            ),
        ),
        ("events.csv", vec![b'x'; 200 << 20]),
    ];
    for (name, bytes) in cases {
        let folder = Scratch::new("bomb");
        folder.write(name, bytes);
        folder.write("people.csv", "person\nA\n");
        let program = env!("CARGO_BIN_EXE_wellspent");
        let line = format!("ulimit -v 700000; exec '{program}' records check '{}'", folder.path());
        let begun = Instant::now();
        let output = Command::new("bash").args(["-c", &line]).current_dir(root()).output().expect("a shell");
        assert_eq!(output.status.code(), Some(1), "{name}: {}", said(&output));
        assert!(begun.elapsed() < Duration::from_secs(8), "{name}: {:?}", begun.elapsed());
    }
}

#[test]
fn statements_and_tallies_are_workbooks_too() {
    let scheme = Scratch::new("scheme");
    scheme.write("scheme.toml", SCHEME);
    let records = Scratch::new("records");
    random(3).into_iter().for_each(|(name, text)| records.write(&format!("{name}.csv"), text));
    let file = |name: &str| format!("{}/{name}", records.path());
    let (tally, sheet) = (file("tally.csv"), file("tally.xlsx"));
    let measured = run(&["measure", scheme.path(), records.path(), "--as-at", "2023-06-30", "--tally", &tally, "--xlsx", &sheet]);
    assert_eq!(measured.status.code(), Some(0), "{}", said(&measured));
    let priced = |tally: &str| run(&["price", scheme.path(), "--tally", tally, "--csv"]);
    let (one, other) = (priced(&tally), priced(&sheet));
    assert_eq!(one.status.code(), Some(0), "{}", said(&one));
    assert_eq!(said(&one), said(&other), "the tally as CSV and as a workbook");
    let mut child = Command::new(env!("CARGO_BIN_EXE_wellspent"))
        .args(["price", scheme.path(), "--tally", "-", "--csv"])
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("a pipe").write_all(&fs::read(&tally).expect("the tally")).expect("it reads");
    assert_eq!(said(&child.wait_with_output().expect("it ends")), said(&one), "the tally from standard input");
    let statement = file("statement.xlsx");
    let paid = run(&[
        "pay",
        scheme.path(),
        "--tally",
        &tally,
        "--provider",
        "=P",
        "--as-at",
        "2023-06-30",
        "--csv",
        "--xlsx",
        &statement,
    ]);
    assert_eq!(paid.status.code(), Some(0), "{}", said(&paid));
    let text = String::from_utf8(paid.stdout).expect("UTF-8");
    let (rows, mut seen) = (cells(&text), Rows::new());
    let mut workbook = Workbook::open(fs::File::open(&statement).expect("a file")).expect("it is read").expect("a workbook");
    let name = workbook.sheet(None).expect("it is read").expect("a sheet");
    let wanted: Vec<&str> = rows[0].iter().map(String::as_str).collect();
    let take = |cells: &[&str]| seen.push(cells.iter().map(ToString::to_string).collect());
    let (_, faults) = records::rows::texts(&mut workbook.rows(&name).expect("it is read"), &wanted, take).expect("it is read");
    assert_eq!(faults, []);
    // Numbers lose the zeros after the point, and nothing else.
    let plain = |text: &String| match text.parse::<f64>() {
        Ok(number) if text.contains('.') => number.to_string(),
        _ => text.trim().trim_start_matches('\'').to_owned(),
    };
    let expected: Rows = rows[1..].iter().map(|row| row.iter().map(plain).collect()).collect();
    assert_eq!(seen, expected);
    assert!(!expected.is_empty() && text.contains("=P"));
}

/// What the commands say of rows that slipped, of files without a header and of damaged letters has nobody's cells in it.
#[test]
fn no_message_shows_whose_row_it_is() {
    const MARKER: &str = "Zqxmarker";
    let person = format!("{MARKER}1,{MARKER}2,{MARKER}3,1980-01-31");
    let tables = [
        format!("person,forename,surname,born\n{person},extra\n{person}\n{MARKER}1\n"),
        format!("{person}\n{person}\n"),
        format!("person,forename,surname,born\n{MARKER}4,\"{MARKER}\"x,{MARKER}6,soon\n"),
        format!("persson,forename,surname,born\n{person}\n"),
        format!("id;name\n{MARKER}7;{MARKER}8\n"),
    ];
    for (at, table) in tables.iter().enumerate() {
        let folder = Scratch::new("leaks");
        folder.write("people.csv", table);
        folder.write("starts.csv", format!("start,person,provider,began,area,segment,ended,group\n1,{MARKER}1,P,{MARKER},,,,\n2,{MARKER},P,2020-01-01,,,,{MARKER}\n{MARKER},P,2020-01-02,x,,,,\n"));
        folder.write(
            "map.toml",
            "[people.all]\nfile = \"people.csv\"\nperson = \"person\"\nborn = \"born\"\nsurname = \"surname\"\n",
        );
        let table = |name: &str| {
            format!(
                "[table.{name}]\nfile = \"people.csv\"\nid = \"person\"\n[table.{name}.columns]\nsurname = \"surname\"\nborn = \"date of birth\"\n"
            )
        };
        folder.write("link.toml", format!("purpose = \"test\"\nbasis = \"test\"\n{}{}", table("one"), table("two")));
        folder.write("scheme.toml", SCHEME);
        let file = |name: &str| format!("{}/{name}", folder.path());
        let list = file("list.csv");
        let outputs = [
            run(&["records", "check", folder.path(), "--list", &list]),
            run(&["records", "map", &file("map.toml"), folder.path(), "--out", &file("into")]),
            run(&["link", &file("link.toml")]),
            run(&["measure", folder.path(), folder.path(), "--as-at", "2021-12-31"]),
        ];
        for output in &outputs {
            assert!(!said(output).contains(MARKER), "{at}: {}", said(output));
        }
        assert!(!fs::read_to_string(&list).expect("the list").contains(MARKER), "{at}");
    }
}

/// A byte that was damaged on its way does not change the letters around it without a word.
#[test]
fn a_damaged_letter_is_told_by_everyone() {
    let folder = Scratch::new("letters");
    let mut bytes = "person,surname,born\n1,Zoë,1980-01-31\n2,Łukasz Müller,1981-01-31\n".as_bytes().to_vec();
    let at = bytes.windows(2).position(|two| two == "ü".as_bytes()).expect("the letter");
    bytes[at + 1] = b'!';
    folder.write("people.csv", bytes);
    folder
        .write("map.toml", "[people.all]\nfile = \"people.csv\"\nperson = \"person\"\nborn = \"born\"\nsurname = \"surname\"\n");
    let file = |name: &str| format!("{}/{name}", folder.path());
    let table = |name: &str| {
        format!(
            "[table.{name}]\nfile = \"people.csv\"\nid = \"person\"\n[table.{name}.columns]\nsurname = \"surname\"\nborn = \"date of birth\"\n"
        )
    };
    folder.write("link.toml", format!("purpose = \"test\"\nbasis = \"test\"\n{}{}", table("one"), table("two")));
    let into = file("into");
    let outputs = [
        run(&["records", "check", folder.path()]),
        run(&["records", "map", &file("map.toml"), folder.path(), "--out", &into]),
        run(&["link", &file("link.toml")]),
    ];
    for output in &outputs {
        let said = said(output);
        assert!(said.contains("a letter of this row is damaged") && !said.contains("Windows"), "{said}");
    }
    // The rest of the name is as it was.
    let mapped = fs::read_to_string(format!("{into}/people.csv")).expect("people");
    assert!(mapped.contains("Łukasz M\u{fffd}!ller"), "{mapped}");
}
