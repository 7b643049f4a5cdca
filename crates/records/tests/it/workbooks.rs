//! Workbooks as spreadsheet programs, other programs and attackers make them: what a person sees in the sheet is what is read,
//! what could mislead is reported, and nothing takes long or much memory. The files in `tests/workbooks` were written by
//! openpyxl, XlsxWriter and odfpy.

use std::io::Cursor;
use std::time::{Duration, Instant};

use base::day::day;
use records::batch::Batch;
use records::csv;
use records::fault::{Fault, Grade};
use records::rows;
use records::schema::table;
use records::workbook::Workbook;
use records::workbook::write::{OutputCell, WorkbookWriter};

use crate::dice::Dice;
use crate::zipped::{archive, excel, open_document, part, whole};

/// Reads the only sheet as a table of starts: rows as CSV, and the faults. What cannot be opened is one fault.
fn read(bytes: &[u8]) -> (Vec<String>, Vec<Fault>) {
    let (mut out, mut all) = (String::new(), Vec::new());
    let mut run = || -> std::io::Result<Result<(), Fault>> {
        let mut workbook = match Workbook::open(Cursor::new(bytes))? {
            Ok(workbook) => workbook,
            Err(fault) => return Ok(Err(fault)),
        };
        let sheet = match workbook.sheet(None)? {
            Ok(sheet) => sheet,
            Err(fault) => return Ok(Err(fault)),
        };
        let take = |batch: Batch, mut faults: Vec<Fault>| {
            csv::write(&batch, &mut out);
            all.append(&mut faults);
            Ok(())
        };
        rows::read(&mut workbook.into_rows(&sheet)?, table("starts").expect("a table"), take).map(Ok)
    };
    let done = run().or_else(|error| Fault::of(error).map(Err)).expect("bytes in memory");
    all.extend(done.err());
    (out.lines().map(str::to_owned).collect(), all)
}

/// Place, column, what, and what was found.
fn summary(faults: &[Fault]) -> Vec<(u64, &str, &str, &str)> {
    faults.iter().map(|fault| (fault.place, fault.column.as_str(), fault.what, fault.value.as_deref().unwrap_or(""))).collect()
}

fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/workbooks/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn a_sheet_as_an_agency_keeps_it_is_read_as_it_is_seen() {
    let (rows, faults) = read(&fixture("starts-openpyxl.xlsx"));
    assert_eq!(
        rows,
        ["00017,P-01,North,2024-02-29,a,,,,,", "20,P-04,South,1900-02-28,,,,,,", "23,P-08,South,2024-01-05,,,,2024-06-01,,"],
        "{faults:?}"
    );
    let expected = [
        (4, "", "the header is not in the first row", "3 rows above it are not read"),
        (6, "area", "the cell has a formula without a value", "F6"),
        (7, "began", "this is a time, and a day is needed", "2024-03-31T13:30:00"),
        (9, "start", "the number has more digits than a spreadsheet keeps", "B9"),
        (10, "person", "the cell has TRUE or FALSE, not text or a number", "C10 shows TRUE"),
        (11, "provider", "the cell shows an error", "D11 shows #N/A"),
        (0, "", "cells have formulas", "F6"),
        (0, "", "rows are hidden or filtered out", "row 7"),
        (0, "", "columns are hidden", "F"),
    ];
    assert_eq!(summary(&faults), expected);
}

#[test]
fn shared_texts_cached_formulas_and_the_day_that_never_was() {
    let (rows, faults) = read(&fixture("starts-xlsxwriter.xlsx"));
    assert_eq!(rows.join("\n"), "0007,P-9,North,2024-02-29,,,,,,\n8,007,\"line\nbreak\",2023-12-31,,,,,,", "{faults:?}");
    let expected =
        [(4, "provider", "the cell shows an error", "C4 shows #N/A"), (0, "", "cells have formulas", "3, the first is C2")];
    assert_eq!(summary(&faults), expected);
    let (rows, faults) = read(&fixture("starts-1904.xlsx"));
    assert_eq!((rows, faults), (vec!["1,A,P,2024-04-01,,,,,,".to_owned()], Vec::new()));
    let sheet = "<worksheet><sheetData><row><c t=\"inlineStr\"><is><t>start</t></is></c></row><row><c t=\"d\"><v>2024-04-01T00:00:00</v></c></row></sheetData></worksheet>";
    assert_eq!(
        read(&whole(&excel(sheet, "<sst/>"))).1[0].what,
        "a column is missing",
        "rows and cells that do not say their place"
    );
}

#[test]
fn open_documents_are_read_as_they_are_seen() {
    let (rows, faults) = read(&fixture("starts-odfpy.ods"));
    assert_eq!(
        (rows, summary(&faults)),
        (vec!["0007,P-9,North,2024-02-29,,,,,,".to_owned(), "8,007,South,2023-12-31,,,,,,".to_owned()], Vec::new())
    );
    let words = |text: &str| format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>");
    let row = |cells: &str| format!("<table:table-row>{cells}</table:table-row>");
    let header: String = ["start", "person", "provider", "began"].map(words).concat();
    let date =
        "<table:table-cell office:value-type=\"date\" office:date-value=\"2024-01-05\"><text:p>5 Jan</text:p></table:table-cell>";
    let rows = [
        row(&words("Starts")),
        row(&header),
        // Two equal rows; a comment; spaces; a merged cell.
        format!(
            "<table:table-row table:number-rows-repeated=\"2\">{}{}{}{date}</table:table-row>",
            words("1"),
            words("A"),
            "<table:table-cell office:value-type=\"string\" table:number-rows-spanned=\"2\"><office:annotation><text:p>not this</text:p></office:annotation><text:p>a<text:s text:c=\"2\"/>b</text:p></table:table-cell>"
        ),
        format!(
            "<table:table-row table:visibility=\"filter\">{}{}<table:table-cell office:value-type=\"boolean\" office:boolean-value=\"true\"><text:p>TRUE</text:p></table:table-cell>{date}</table:table-row>",
            words("3"),
            words("A")
        ),
        row(&format!(
            "{}{}<table:table-cell table:formula=\"of:=1/0\" office:value-type=\"string\" calcext:value-type=\"error\"><text:p>#DIV/0!</text:p></table:table-cell>{date}",
            words("4"),
            words("A")
        )),
        row(&format!("{}{}<table:table-cell table:formula=\"of:=A1\"/>{date}", words("5"), words("A"))),
    ];
    let (rows, faults) = read(&whole(&open_document(&rows.concat())));
    assert_eq!(rows, ["1,A,a  b,2024-01-05,,,,,,"; 2]);
    let expected = [
        (2, "", "the header is not in the first row", "1 row above it is not read"),
        (5, "provider", "the cell has TRUE or FALSE, not text or a number", "C5 shows TRUE"),
        (6, "provider", "the cell shows an error", "C6 shows #DIV/0!"),
        (7, "provider", "the cell has a formula without a value", "C7"),
        (0, "", "cells have formulas", "2, the first is C6"),
        (0, "", "cells are merged", "C3:C4"),
        (0, "", "rows are hidden or filtered out", "row 5"),
    ];
    assert_eq!(summary(&faults), expected);
}

/// A person sees euros; pounds would be read.
#[test]
fn cells_in_another_currency_are_refused_by_name() {
    let words = |text: &str| format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>");
    let header: String = ["start", "person", "provider", "began"].map(words).concat();
    let date =
        "<table:table-cell office:value-type=\"date\" office:date-value=\"2024-01-05\"><text:p>5 Jan</text:p></table:table-cell>";
    let amount = |kind: &str, seen: &str| {
        let cell = format!(
            "<table:table-cell office:value-type=\"{kind} office:value=\"620\"><text:p>{seen}</text:p></table:table-cell>"
        );
        let row = format!("<table:table-row>{}{}{cell}{date}</table:table-row>", words("1"), words("A"));
        read(&whole(&open_document(&format!("<table:table-row>{header}</table:table-row>{row}"))))
    };
    for (kind, seen, right) in [
        ("currency\" office:currency=\"GBP\"", "£620.00", true),
        ("currency\"", "620.00", true),
        ("float\"", "620", true),
        ("currency\" office:currency=\"USD\"", "$620.00", false),
        ("currency\" office:currency=\"EUR\"", "620.00", false),
        ("float\"", "620.00 €", false),
    ] {
        let (rows, faults) = amount(kind, seen);
        let expected = if right { vec!["1,A,620,2024-01-05,,,,,,".to_owned()] } else { Vec::new() };
        assert_eq!(rows, expected, "{kind} {faults:?}");
        assert_eq!(
            faults.iter().any(|fault| fault.value.as_deref() == Some("C2") && fault.grade == Grade::Row),
            !right,
            "{kind}"
        );
    }
    for (code, right) in [("[$£-809]#,##0.00", true), ("#,##0.00", true), ("[$€-407] #,##0.00", false), ("&quot;$&quot;0", false)]
    {
        let text = |at: &str, text: &str| format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
        let row = format!("{}{}<c r=\"C2\" s=\"1\"><v>620</v></c>{}", text("A2", "1"), text("B2", "A"), text("D2", "2024-01-05"));
        let styles = format!(
            "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"{code}\"/></numFmts>\
             <cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/></cellXfs></styleSheet>"
        );
        let mut parts = excel(sheet(&format!("<row r=\"2\">{row}</row>")), "<sst/>");
        parts.push(part("xl/styles.xml", styles));
        let (rows, faults) = read(&whole(&parts));
        assert_eq!((rows.len(), faults.len()), if right { (1, 0) } else { (0, 1) }, "{code}: {faults:?}");
    }
}

#[test]
fn what_is_written_is_read_again() {
    let mut book = WorkbookWriter::default();
    book.sheet("starts", &["start", "person", "provider", "began", "area", "ended"].map(|name| (name, 12))).expect("memory");
    let date = |text: &str| day(text.parse().expect("a date"));
    let texts = ["=1+1", "+44", "@me", " a\tb & <c> \"d\" ", "_x0041_ \u{1} é 😀", "007"];
    for (at, text) in texts.iter().enumerate() {
        let row = [
            OutputCell::Whole(at as i64),
            OutputCell::Text("P"),
            OutputCell::Text("q"),
            OutputCell::Day(date("2024-02-29")),
            OutputCell::Text(text),
            OutputCell::Day(date("1899-12-31")),
        ];
        // A control character is refused by whoever reads a table, and is shown by its number.
        assert!(book.row(&row[..if text.contains('\u{1}') { 4 } else { 6 }]).expect("memory"));
    }
    let mut other = WorkbookWriter::default();
    other.sheet("a/b", &[("amount", 9)]).expect("memory");
    other.row(&[OutputCell::Money(-123_456)]).expect("memory");
    other.row(&[OutputCell::Decimal(5, 9)]).expect("memory");
    let bytes = book.end().expect("memory");
    let (rows, faults) = read(&bytes);
    assert_eq!(summary(&faults), []);
    for (row, text) in rows.iter().zip(texts) {
        let expected = if text.contains('\u{1}') {
            "2024-02-29,,,,,,".into()
        } else {
            format!("2024-02-29,{},,,1899-12-31,,", base::csv_cell::quoted(text.trim()))
        };
        assert!(row.ends_with(&expected), "{row} and not {expected}");
    }
    let mut workbook = Workbook::open(Cursor::new(other.end().expect("memory"))).expect("memory").expect("a workbook");
    let sheet = workbook.sheet(Some("AB")).expect("memory").expect("the title has no strokes");
    let mut seen = Vec::new();
    rows::texts(&mut workbook.rows(&sheet).expect("memory"), &["amount"], |cells| seen.push(cells[0].to_owned()))
        .expect("memory");
    assert_eq!(seen, ["-1234.56", "0.000000005"]);
}

#[test]
fn a_sheet_is_named_or_is_the_only_one() {
    let mut book = WorkbookWriter::default();
    for title in ["people", "starts 2023", "starts 2024"] {
        book.sheet(title, &[("start", 9)]).expect("memory");
    }
    let bytes = book.end().expect("memory");
    let mut workbook = Workbook::open(Cursor::new(&bytes)).expect("memory").expect("a workbook");
    assert_eq!(workbook.sheet(Some(" Starts 2024 ")).expect("memory").map(|sheet| sheet.name), Ok("starts 2024".into()));
    let fault = workbook.sheet(Some("starts 2025")).expect("memory").expect_err("no such sheet");
    assert_eq!((fault.what, fault.value.as_deref()), ("the workbook has no such sheet", Some("\"starts 2025\"")));
    assert!(fault.fix.contains("starts 202"), "{}", fault.fix);
    let fault = workbook.sheet(None).expect("memory").expect_err("several");
    assert_eq!(
        (fault.what, fault.expected.as_str()),
        ("the workbook has several sheets", "one of \"people\", \"starts 2023\", \"starts 2024\"")
    );
}

fn header() -> String {
    let cell = |name: &str| format!("<c t=\"inlineStr\"><is><t>{name}</t></is></c>");
    format!("<row r=\"1\">{}</row>", ["start", "person", "provider", "began"].map(cell).concat())
}

fn sheet(rows: &str) -> String {
    format!("<worksheet><dimension ref=\"A1:XFD1048576\"/><sheetData>{}{rows}</sheetData></worksheet>", header())
}

/// Whatever is wrong with the file as a whole, and that it was found in time.
fn refused(bytes: &[u8]) -> String {
    let begun = Instant::now();
    let (_, faults) = read(bytes);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    let Some(fault) = faults.iter().find(|fault| fault.grade == Grade::File) else { panic!("nothing is wrong: {faults:?}") };
    assert!(!fault.fix.is_empty() && !fault.expected.is_empty());
    format!("{}: {}", fault.what, fault.value.as_deref().unwrap_or(""))
}

#[test]
fn hostile_workbooks_are_refused_in_time() {
    let too_large = |bytes: &[u8], what: &str| {
        let said = refused(bytes);
        assert!(said.starts_with("the workbook is far too large inside") && said.contains(what), "{said}");
    };
    let damaged = |bytes: &[u8], what: &str| {
        let said = refused(bytes);
        assert!(said.starts_with("the workbook is damaged") && said.contains(what), "{said}");
    };
    let small = excel(sheet(""), "<sst/>");
    // A bomb that says what it is, and one that does not.
    let mut bomb = excel(sheet(&" ".repeat(100 << 20)), "<sst/>");
    too_large(&whole(&bomb), "that unpack to 104");
    bomb[4].size = 5_000;
    too_large(&whole(&bomb), "more than it says");
    let mut shorter = small.clone();
    shorter[4].size += 1;
    damaged(&whole(&shorter), "not as long as it says");
    let mut changed = small.clone();
    changed[4].crc ^= 1;
    damaged(&whole(&changed), "or was changed");
    // Parts in each other, twice, or too many.
    damaged(&archive(&small, |part, at| if part == 4 { at - 1 } else { at }), "not where the list says");
    let same = |part: usize, at: u32| if part > 0 { 0 } else { at };
    let alike: Vec<_> = (0..50).map(|_| part("xl/a.xml", "x")).collect();
    too_large(&archive(&alike, same), "overlap");
    damaged(&whole(&[small.clone(), vec![small[1].clone()]].concat()), "appears twice");
    too_large(&whole(&(0..20_000).map(|at| part(&format!("p{at}"), "")).collect::<Vec<_>>()), "20000 parts");
    // An archive in an archive is no sheet.
    damaged(&whole(&excel(whole(&small), "<sst/>")), "");
    // Entities that multiply, in any part.
    let laughs = "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><l>&b;</l>";
    damaged(&whole(&excel(laughs, "<sst/>")), "a document type");
    damaged(&whole(&excel(sheet(""), laughs)), "a document type");
    // More columns and rows than there are.
    let many: String = "<c><v>1</v></c>".repeat(1_000_000);
    damaged(&whole(&excel(sheet(&format!("<row r=\"2\">{many}</row>")), "<sst/>")), "out of order");
    damaged(&whole(&excel(sheet("<row r=\"2\"><c r=\"ZZZZZZ2\"><v>1</v></c></row>"), "<sst/>")), "without a place");
    damaged(&whole(&excel(sheet("<row r=\"1048577\"/>"), "<sst/>")), "out of order");
    damaged(&whole(&excel(sheet("<row r=\"3\"/><row r=\"2\"/>"), "<sst/>")), "out of order");
    damaged(&whole(&excel(sheet("").replace("</sheetData></worksheet>", ""), "<sst/>")), "ends too early");
    // Texts without end: one that is too long, too many, and one in every cell.
    too_large(&whole(&excel(sheet(""), format!("<sst><si><t>{}</t></si></sst>", "x".repeat(200_000)))), "longer than a cell");
    too_large(&whole(&excel(sheet(&format!("<row r=\"2\" a=\"{}\"/>", "x".repeat(3 << 20))), "<sst/>")), "a tag or a text");
    let mut dice = Dice(1);
    let pool: String = (0..20_000).map(|_| char::from(b'a' + dice.below(26) as u8)).collect();
    let one = |at: usize| format!("<si><t>{at}{}</t></si>", &pool[at * 7 % 19_000..][..900]);
    let texts: String = (0..80_000).map(one).collect();
    too_large(&whole(&excel(sheet(""), format!("<sst>{texts}</sst>"))), "more texts than any sheet has");
    let cells = "<c t=\"s\"><v>0</v></c>".repeat(200);
    let rows: String = (2..1_000).map(|row| format!("<row r=\"{row}\">{cells}</row>")).collect();
    let shared = format!("<sst><si><t>{}</t></si></sst>", &pool[..4_096]);
    too_large(&whole(&excel(sheet(&rows), shared)), "repeated without end");
    let words = |name: &str| format!("<table:table-cell office:value-type=\"string\"><text:p>{name}</text:p></table:table-cell>");
    let head = format!("<table:table-row>{}</table:table-row>", ["start", "person", "provider", "began"].map(words).concat());
    let repeated = |times: u64| {
        format!(
            "<table:table-row table:number-rows-repeated=\"{times}\"><table:table-cell table:number-columns-repeated=\"1000\" office:value-type=\"string\"><text:p>{}</text:p></table:table-cell></table:table-row>",
            &pool[..400]
        )
    };
    too_large(&whole(&open_document(&(head.clone() + &repeated(1_000_000)))), "repeated without end");
    damaged(&whole(&open_document(&(head.clone() + &repeated(u64::MAX)))), "more rows than a sheet can have");
    damaged(&whole(&open_document(&format!("{head}{}{}", repeated(1), repeated(1 << 20)))), "more rows than a sheet can have");
}

/// Declared sizes without contents cost nothing.
#[test]
fn a_sheet_is_as_large_as_its_contents() {
    let row = "<row r=\"2\"><c t=\"inlineStr\"><is><t>1</t></is></c><c t=\"inlineStr\"><is><t>A</t></is></c><c t=\"inlineStr\"><is><t>P</t></is></c><c t=\"inlineStr\"><is><t>2024-01-05</t></is></c></row>";
    let begun = Instant::now();
    let (rows, faults) = read(&whole(&excel(sheet(row), "<sst count=\"4000000000\" uniqueCount=\"4000000000\"/>")));
    assert_eq!((rows, faults), (vec!["1,A,P,2024-01-05,,,,,,".to_owned()], Vec::new()));
    let (rows, faults) =
        read(&whole(&excel(sheet(&format!("{row}<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>")), "<sst/>")));
    assert_eq!((rows.len(), summary(&faults)), (1, vec![(1_048_576, "", "the row has too many cells", "")]));
    let empty = "<table:table-row table:number-rows-repeated=\"1048576\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>";
    assert_eq!(refused(&whole(&open_document(&empty.repeat(1_000)))), "the file is empty: ");
    assert!(begun.elapsed() < Duration::from_secs(1));
}

#[test]
fn old_and_locked_workbooks_are_reported_as_what_they_are() {
    let ole = |name: &str| {
        let mut bytes = vec![0_u8; 1024];
        bytes[..8].copy_from_slice(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
        bytes[30] = 9;
        bytes.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
        bytes[48] = 1;
        bytes
    };
    assert!(refused(&ole("Workbook")).starts_with("this is an old Excel workbook (.xls)"));
    assert!(refused(&ole("EncryptedPackage")).starts_with("the workbook has a password"));
    let locked = [
        open_document(""),
        vec![part(
            "META-INF/manifest.xml",
            "<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>",
        )],
    ]
    .concat();
    assert!(refused(&whole(&locked)).starts_with("the workbook has a password"));
    let mut zipped = excel(sheet(""), "<sst/>");
    zipped[4].flags = 1;
    assert!(refused(&whole(&zipped)).starts_with("the workbook has a password"));
    assert!(
        refused(&whole(&[part("[Content_Types].xml", ""), part("xl/workbook.bin", "")]))
            .starts_with("this is a binary Excel workbook")
    );
    assert!(refused(&whole(&[part("people.csv", "person\n")])).starts_with("this is a zip archive, not a workbook"));
    let document = [part("mimetype", "application/vnd.oasis.opendocument.text"), part("content.xml", "<a/>")];
    assert!(refused(&whole(&document)).starts_with("this is a document, not a spreadsheet"));
    assert!(refused(b"person,born\n").starts_with("this is not a workbook"));
    assert!(refused(b"").starts_with("this is not a workbook"));
}

/// Bytes cut off, changed, repeated and exchanged: a fault or other rows, never a crash, and always an end in time.
#[test]
fn damaged_workbooks_end_in_faults() {
    let mut dice = Dice(20_241_130);
    let times = std::env::var("WELLSPENT_MUTATIONS").ok().and_then(|times| times.parse().ok()).unwrap_or(400);
    let files = ["starts-openpyxl.xlsx", "starts-xlsxwriter.xlsx", "starts-odfpy.ods"].map(fixture);
    let mut plain = vec![
        excel(sheet("<row r=\"2\"><c r=\"A2\" t=\"s\"><v>0</v></c></row>"), "<sst><si><t>x</t></si></sst>"),
        open_document("<table:table-row><table:table-cell/></table:table-row>"),
    ];
    let begun = Instant::now();
    for round in 0..times {
        // The archive is damaged, or what is in it is and the archive is right.
        let bytes = if round % 2 == 0 {
            let mut bytes = dice.one_of(&files).clone();
            for _ in 0..1 + dice.below(4) {
                let at = dice.below(bytes.len() as u64) as usize;
                match dice.below(4) {
                    0 => bytes.truncate(at.max(1)),
                    1 => bytes[at] = dice.roll() as u8,
                    2 => bytes[at] ^= 1 << dice.below(8),
                    _ => {
                        let other = dice.below(bytes.len() as u64) as usize;
                        let length = (dice.below(64) as usize).min(bytes.len() - at.max(other));
                        bytes.copy_within(at..at + length, other);
                    }
                }
            }
            bytes
        } else {
            let which = dice.below(2) as usize;
            let parts = &mut plain[which].clone();
            let at = dice.below(parts.len() as u64) as usize;
            let words = [
                "<",
                ">",
                "<row r=\"2\"",
                "<c r=\"B",
                "</c>",
                "\"",
                "&#x",
                "<![CDATA[",
                "<!--",
                "-->",
                "<f>",
                "</v>",
                "18446744073709551616",
                "<table:table",
                "<text:p>",
                "/>",
                "<si>",
                "\u{feff}",
            ];
            let mut text = match at {
                0 => String::new(),
                at if which == 0 => [
                    "<workbook><sheets><sheet name=\"starts\" r:id=\"rId1\"/>",
                    "<Relationships>",
                    "<sst><si><t>x</t></si></sst>",
                    "<worksheet><sheetData>",
                ][at - 1]
                    .into(),
                _ => "<office:spreadsheet><table:table table:name=\"a\"><table:table-row>".into(),
            };
            (0..dice.below(12)).for_each(|_| text += dice.one_of::<&str>(&words));
            parts[at] = part(&parts[at].name.clone(), text);
            whole(parts)
        };
        let (_, faults) = read(&bytes);
        for fault in &faults {
            assert!(fault.value.as_ref().is_none_or(|value| value.chars().count() < 200), "{fault:?}");
        }
    }
    plain.clear();
    assert!(begun.elapsed() < Duration::from_millis(5_000 + times * 20), "{:?}", begun.elapsed());
}
