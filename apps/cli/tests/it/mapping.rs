//! An agency's own files by a map, and by the configuration of a linkage: rows that contradict each other, columns that appear
//! twice, days in every form and in Parquet.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::data_type::Int64Type;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use crate::wellspent::{Scratch, root, run, said};
use crate::zipped::{excel, whole};

fn fault(name: &str) -> PathBuf {
    root().join("apps/cli/tests/faults").join(name)
}

fn text_of(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// Runs a map: exit code, what was said, and the folder that was written.
fn mapped(map: &Path, data: &Path) -> (Option<i32>, String, Scratch) {
    let out = Scratch::new("mapped");
    let output = run(&["records", "map", text_of(map), text_of(data), "--out", out.path()]);
    (output.status.code(), said(&output), out)
}

/// The starts that a map writes of one file.
fn starts(name: &str, content: &[u8], more: &str) -> (Option<i32>, String, String) {
    let data = Scratch::new("data");
    data.write(name, content);
    data.write(
        "map.toml",
        format!("[starts.s]\nfile = \"{name}\"\nperson = \"no\"\nprovider = {{ is = \"A\" }}\nbegan = \"seen\"\n{more}"),
    );
    let (code, said, out) = mapped(&data.0.join("map.toml"), &data.0);
    let days = fs::read_to_string(out.0.join("starts.csv")).unwrap_or_default();
    let days: Vec<&str> = days.lines().skip(1).map(|line| line.split(',').nth(3).unwrap_or_default()).collect();
    (code, said, days.join(" "))
}

#[test]
fn rows_that_contradict_each_other_are_never_looked_up() {
    let folder = fault("contradictory-lookup");
    let (code, said, out) = mapped(&folder.join("map.toml"), &folder.join("data"));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("teams.csv:4") && said.contains("rows 2 and 4") && said.contains("`provider`"), "{said}");
    assert!(!out.0.join("starts.csv").exists(), "nothing is written");
}

#[test]
fn columns_that_appear_twice_are_refused_by_every_reader() {
    let folder = fault("repeated-column");
    let (code, said_of, out) = mapped(&folder.join("map.toml"), &folder.join("data"));
    assert_eq!(code, Some(1), "{said_of}");
    assert!(said_of.contains("`seen`") && said_of.contains("appears twice") && said_of.contains("columns 2 and 3"), "{said_of}");
    let events = fs::read_to_string(out.0.join("events.csv")).unwrap_or_default();
    assert!(!events.contains("2024-01-01"), "{events}");
    let output = run(&["link", text_of(&folder.join("link/link.toml"))]);
    let said_of = said(&output);
    assert!(!output.status.success() && said_of.contains("`sn` appears twice") && said_of.contains("3 and 4"), "{said_of}");
    // Short forms and decisions are read in the same way.
    let scratch = Scratch::new("lists");
    scratch.write("a.csv", "id,fn,sn\n1,ann,ash\n2,bob,birch\n3,cy,cedar\n4,di,dale\n");
    scratch.write("short.csv", "short,full,full\nbob,robert,bobby\n");
    scratch.write("both.csv", "short,full\nbob,robert\nal,alan\nBob,bobby\n");
    let columns = "agency,id,other_agency,other_id,decision,scope,by,reason,from,to,by";
    scratch.write("overrides.csv", format!("{columns}\na,1,a,2,must,,A,x,,,B\n"));
    scratch.write("persons.csv", "agency,id,person,id\na,1,P1,2\n");
    scratch.write("earlier.csv", "agency,id,person\na,1,P1\na,2,P2\na,1,P3\n");
    for (top, expected) in [
        ("nicknames = \"short.csv\"", "`full` appears twice"),
        ("nicknames = \"both.csv\"", "rows 2 and 4"),
        ("overrides = \"overrides.csv\"\nas_at = 2026-01-01", "`by` appears twice"),
        ("earlier = \"persons.csv\"", "`id` appears twice"),
        ("earlier = \"earlier.csv\"", "rows 2 and 4"),
    ] {
        let config = "[table.a]\nfile = \"a.csv\"\nid = \"id\"\n[table.a.columns]\nfn = \"forename\"\nsn = \"surname\"\n";
        scratch.write("link.toml", format!("purpose = \"t\"\nbasis = \"t\"\n{top}\n{config}"));
        let output = run(&["link", text_of(&scratch.0.join("link.toml"))]);
        assert!(!output.status.success() && said(&output).contains(expected), "{top}: {}", said(&output));
    }
}

#[test]
fn days_are_found_from_the_values_or_asked_for() {
    let days = |rows: &str, more: &str| starts("f.csv", format!("no,seen\n{rows}").as_bytes(), more);
    assert_eq!(days("1,03/04/2024\n2,31/12/2024\n", "").2, "2024-04-03 2024-12-31");
    assert_eq!(days("1,03/04/2024\n2,12/31/2024\n", "").2, "2024-03-04 2024-12-31");
    assert_eq!(days("1,45292\n2,45293\n", "").2, "2024-01-01 2024-01-02");
    let (code, said, found) = days("1,03/04/2024\n2,04/05/2024\n", "");
    assert!(code == Some(1) && found.is_empty() && said.contains("f.csv:2: `seen`:"), "{said}");
    assert!(said.contains("format = \"day first\"") && said.contains("nothing was written: 1 fault"), "{said}");
    assert_eq!(days("1,03/04/2024\n2,04/05/2024\n", "format = \"day first\"\n").2, "2024-04-03 2024-05-04");
    for rows in ["1,31/12/2024\n2,12/31/2024\n", "1,31/12/24\n", "1,2024-07-01T23:00:00Z\n", "1,2024-07-01\n2,1/2/2024\n"] {
        let (code, said, found) = days(rows, "");
        assert!(code == Some(1) && found.is_empty(), "{rows}: {said}");
    }
    let zone = "zone = \"Europe/London\"\n";
    assert_eq!(days("1,2024-07-01T23:00:00Z\n2,2024-12-01T23:00:00Z\n", zone).2, "2024-07-02 2024-12-01");
    let (code, said, found) = days("1,31/12/2024\n2,soon\n3,1/2/2024\n", "");
    assert_eq!((code, found.as_str()), (Some(0), "2024-12-31 soon 2024-02-01"), "{said}");
    assert!(said.contains("1 day of `began` cannot be read, row 3; copied"), "{said}");
}

/// Midnight of every day in London, as programs write it into Parquet: in universal time. No day is lost.
#[test]
fn midnights_of_a_summer_come_through_parquet() {
    let london = jiff::tz::TimeZone::get("Europe/London").expect("a zone");
    let mut days = vec![jiff::civil::date(2024, 3, 1)];
    while days.len() < 300 {
        days.push(days[days.len() - 1].tomorrow().expect("another day"));
    }
    let instants: Vec<i64> =
        days.iter().map(|day| london.to_timestamp(day.at(0, 0, 0, 0)).expect("a moment").as_microsecond()).collect();
    let written = |annotation: &str| {
        let schema = format!("message t {{ REQUIRED INT64 no; REQUIRED INT64 seen ({annotation}); }}");
        let schema = Arc::new(parse_message_type(&schema).expect("a schema"));
        let mut bytes = Vec::new();
        let mut writer =
            SerializedFileWriter::new(&mut bytes, schema, Arc::new(WriterProperties::builder().build())).expect("a writer");
        let mut group = writer.next_row_group().expect("a row group");
        for values in [(0..300).collect::<Vec<i64>>(), instants.clone()] {
            let mut column = group.next_column().expect("a column").expect("a column");
            column.typed::<Int64Type>().write_batch(&values, None, None).expect("values");
            column.close().expect("a column");
        }
        group.close().expect("a row group");
        writer.close().expect("a file");
        bytes
    };
    let expected = days.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    for annotation in ["TIMESTAMP(MICROS,true)", "TIMESTAMP_MICROS"] {
        let (code, said, found) = starts("f.parquet", &written(annotation), "zone = \"Europe/London\"\n");
        assert_eq!((code, found), (Some(0), expected.clone()), "{said}");
        let (code, said, _) = starts("f.parquet", &written(annotation), "");
        assert!(code == Some(1) && said.contains("zone = \"Europe/London\""), "{said}");
    }
    let both = "zone = \"Europe/London\"\ntimes = \"UTC\"\n";
    let (_, said, found) = starts("f.parquet", &written("TIMESTAMP(MICROS,false)"), both);
    assert_eq!(found, expected, "{said}");
}

/// Whatever a map stumbles over, nothing is left that anybody could be paid by.
#[test]
fn a_map_that_fails_leaves_nothing_to_pay_by() {
    let sheet = |cell: &str| {
        let text = |at: &str, text: &str| format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
        let header = format!("<row r=\"1\">{}{}</row>", text("A1", "no"), text("B1", "seen"));
        let rows = format!(
            "<row r=\"2\">{}{}</row><row r=\"3\">{}{cell}</row>",
            text("A2", "1"),
            text("B2", "2024-01-31"),
            text("A3", "2")
        );
        let sheet = format!("<worksheet><sheetData>{header}{rows}</sheetData></worksheet>");
        whole(&excel(&sheet, "<sst/>"))
    };
    let good = "no,seen\n1,2024-01-31\n2,2024-02-29\n";
    let packed = crate::formats::gzip(good.repeat(50).as_bytes());
    let faults: Vec<(&str, Vec<u8>, &str)> = vec![
        ("f.xlsx", sheet("<c r=\"B3\" t=\"e\"><v>#N/A</v></c>"), ""),
        ("f.xlsx", sheet("<c r=\"B3\"><f>TODAY()</f></c>"), ""),
        ("f.xlsx", sheet("<c r=\"B3\" t=\"b\"><v>1</v></c>"), ""),
        ("f.xlsx", sheet("<c r=\"B3\""), ""),
        ("f.xlsx", b"no workbook".to_vec(), ""),
        ("f.csv", format!("{good}3,2024-01-01,more\n").into(), ""),
        ("f.csv", format!("{good}3,\"2024-01-01\n").into(), ""),
        ("f.csv", format!("{good}3,\"2024-01-01\" or so\n").into(), ""),
        ("f.csv", good.replace("seen", "saw").into(), ""),
        ("f.csv", good.replace("no,seen", "no,seen,seen").into(), ""),
        ("f.csv", good.replace("2024-02-29", "31/12/24").into(), ""),
        ("f.csv", Vec::new(), ""),
        ("f.csv.gz", packed[..packed.len() - 6].to_vec(), ""),
        ("f.csv", good.into(), "only = { no = [\"7\"] }\n"),
        ("f.csv", good.into(), "sheet = \"S\"\n"),
        ("f.csv", good.into(), "area = { file = \"nowhere.csv\", by = \"no\", column = \"area\" }\n"),
        ("f.csv", good.into(), "area = { file = \"more.csv\", as = \"no\", by = \"no\", column = \"area\" }\n"),
        ("f.parquet", b"PAR1 no more".to_vec(), ""),
    ];
    for (at, (name, bytes, more)) in faults.iter().enumerate() {
        let data = Scratch::new("data");
        data.write(name, bytes);
        data.write("good.csv", good);
        data.write("more.csv", "no,area\n1,A\n1,B\n");
        // Parts before and after the faulty one are sound.
        let part = |name: &str, file: &str, more: &str| {
            format!("[starts.{name}]\nfile = \"{file}\"\nperson = \"no\"\nprovider = {{ is = \"A\" }}\nbegan = \"seen\"\n{more}")
        };
        let people = "[people.p]\nfile = \"good.csv\"\nperson = \"no\"\n";
        data.write(
            "map.toml",
            [people.to_owned(), part("a", "good.csv", ""), part("b", name, more), part("c", "good.csv", "")].concat(),
        );
        let (code, said_of, out) = mapped(&data.0.join("map.toml"), &data.0);
        assert!(code != Some(0), "{at}: {said_of}");
        let output = run(&["records", "check", out.path()]);
        let told = said(&output);
        let empty = told.contains("there is no table here") || told.contains("there is no folder");
        assert!(!output.status.success() && (empty || told.contains("delete the folder")), "{at}: {said_of}\n{told}");
    }
}

#[test]
fn a_value_that_no_row_holds_is_told() {
    let rows = |more: &str| {
        let text =
            "no,seen,Decision,Region\n1,2024-01-31,Accepted,North\n2,2024-02-29,withdrawn,South\n3,2024-02-29,Accepted,South\n";
        starts("f.csv", text.as_bytes(), more)
    };
    for (more, expected) in [
        ("only = { Decision = [\"accepted\"] }\n", "is `Accepted` meant?"),
        ("only = { Decision = [\"Acepted\"] }\n", "is `Accepted` meant?"),
        ("only = { Decision = [\"pending\", \"none\"] }\n", "found     `pending`, `none`"),
        ("only = { Decision = [\"withdrawn\"], Region = [\"North\"] }\n", "no row of the file meets both"),
        ("only = { no = [\"4\"] }\n", "found     `4`"),
    ] {
        let (code, said, _) = rows(more);
        assert!(code == Some(1) && said.contains(expected), "{more}: {said}");
        let shown: Vec<&str> =
            ["withdrawn", "South"].into_iter().filter(|word| said.contains(word) && !more.contains(word)).collect();
        assert!(shown.is_empty(), "values of the column are not shown: {said}");
    }
    let (code, said, days) = rows("only = { Decision = [\"Accepted\", \"accepted late\"] }\n");
    assert_eq!((code, days.as_str()), (Some(0), "2024-01-31 2024-02-29"), "{said}");
    assert!(said.contains("warning: f.csv: `Decision`:") && said.contains("`accepted late`"), "{said}");
    let (code, said, _) = rows("only = { Decision = [\"Accepted\"] }\n");
    assert!(code == Some(0) && !said.contains("warning"), "{said}");
}

/// A row whose value is spelt in another way than the map has it would be left out without a word.
#[test]
fn a_wanted_value_in_another_spelling_is_not_left_out() {
    for other in ["accepted", "ACCEPTED", "Acepted", "Accepte d"] {
        let text = format!("no,seen,Decision\n1,2024-01-31,Accepted\n2,2024-02-29,{other}\n");
        let (code, said, _) = starts("f.csv", text.as_bytes(), "only = { Decision = [\"Accepted\"] }\n");
        assert!(code == Some(1) && said.contains("in another spelling") && said.contains("in row 3"), "{other}: {said}");
        let both = format!("only = {{ Decision = [\"Accepted\", \"{other}\"] }}\n");
        let (code, said, days) = starts("f.csv", text.as_bytes(), &both);
        assert_eq!((code, days.as_str()), (Some(0), "2024-01-31 2024-02-29"), "{other}: {said}");
    }
}

/// A near word that another part of the map takes from the same column is no slip: nothing is left out.
#[test]
fn a_word_that_another_part_takes_is_no_slip() {
    let text = "no,seen,Decision\n1,2024-01-31,Accepted\n2,2024-02-29,Acepted\n";
    let other = |file: &str, column: &str, value: &str| {
        format!(
            "only = {{ Decision = [\"Accepted\"] }}\n[events.other]\nfile = \"{file}\"\nonly = {{ {column} = [\"{value}\"] }}\n\
             person = \"no\"\nkind = {{ is = \"other\" }}\ndate = \"seen\"\n"
        )
    };
    let (code, said, days) = starts("f.csv", text.as_bytes(), &other("f.csv", "Decision", "Acepted"));
    assert_eq!((code, days.as_str()), (Some(0), "2024-01-31"), "{said}");
    assert!(!said.contains("in another spelling"), "{said}");
    // Another value of another part does not excuse it.
    let (code, said, _) = starts("f.csv", text.as_bytes(), &other("f.csv", "Decision", "Accepted"));
    assert!(code == Some(1) && said.contains("in another spelling") && said.contains("in row 3"), "{said}");
}

#[test]
fn rows_of_empty_cells_are_nothing_and_a_header_again_is_told() {
    for (text, line) in [
        ("no,seen\n,\n1,2024-01-31\n , \n\u{a0},\n2,2024-02-29\n,\n,\n", 0),
        ("no;seen\n;\n1;2024-01-31\n2;2024-02-29\n;;;;\n", 0),
        ("no,seen\n1,2024-01-31\n,\nno,seen\n2,2024-02-29\n", 4),
        ("no,seen\n1,2024-01-31\nNo,Seen,,\n2,2024-02-29\n", 3),
    ] {
        let (code, said, days) = starts("f.csv", text.as_bytes(), "");
        assert_eq!((code, days.as_str()), (Some(0), "2024-01-31 2024-02-29"), "{text}: {said}");
        assert!(said.contains("2 rows from 2 rows of f.csv"), "{said}");
        assert_eq!(said.contains(&format!("f.csv:{line}: the header appears again")), line > 0, "{said}");
    }
}

/// Date cells of a workbook beside texts, and a note below the rows: what a trust's own workbook looks like.
#[test]
fn date_cells_beside_texts_need_no_format() {
    let row = |number: usize, cells: &str| format!("<row r=\"{number}\">{cells}</row>");
    let text = |place: &str, text: &str| format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let date = |place: &str, day: &str| format!("<c r=\"{place}\" t=\"d\"><v>{day}</v></c>");
    let sheet = [
        row(1, &(text("A1", "no") + &text("B1", "seen"))),
        row(2, &(text("A2", "1") + &text("B2", "31/12/2027"))),
        row(3, &(text("A3", "2") + &text("B3", "03/04/2027"))),
        row(4, &(text("A4", "3") + &date("B4", "2027-10-12"))),
        row(5, &(text("A5", "4") + &date("B5", "2027-10-30"))),
    ];
    let book = whole(&excel(format!("<worksheet><sheetData>{}</sheetData></worksheet>", sheet.concat()), ""));
    for format in ["", "format = \"day first\"\n"] {
        let (code, said, found) = starts("f.xlsx", &book, format);
        assert_eq!((code, found.as_str()), (Some(0), "2027-12-31 2027-04-03 2027-10-12 2027-10-30"), "{format}: {said}");
    }
}

#[test]
fn a_day_in_the_map_itself_is_read_like_one_in_a_file() {
    let until = |is: &str| {
        let data = Scratch::new("constant");
        data.write("f.csv", "no\n1\n");
        data.write("map.toml", format!("[coverage.c]\ntable = {{ is = \"spells\" }}\nuntil = {{ is = {is} }}\n"));
        let (code, said, out) = mapped(&data.0.join("map.toml"), &data.0);
        (code, said, fs::read_to_string(out.0.join("coverage.csv")).unwrap_or_default())
    };
    for is in [
        "\"2028-09-30\"",
        "2028-09-30",
        "\"30/09/2028\"",
        "\"30 Sep 2028\"",
        "\"09/30/2028\"",
        "\"30.09.2028\", format = \"day first\"",
    ] {
        let (code, said, written) = until(is);
        assert!(code == Some(0) && written.contains("2028-09-30"), "{is}: {said}{written}");
    }
    for (is, hint) in [
        ("\"03/04/2028\"", "2028-04-03"),
        ("\"soon\"", "year first"),
        ("\"30/09/28\"", "year first"),
        ("\"31/04/2028\"", "year first"),
    ] {
        let (code, said, written) = until(is);
        assert!(code != Some(0) && written.is_empty(), "{is}: {said}");
        assert!(said.contains("map.toml:3:") && said.contains(hint), "{is}: {said}");
    }
}

/// Totals and notes below the rows are nobody: both the map and the check say so.
#[test]
fn a_total_below_the_rows_is_reported() {
    let data = Scratch::new("totals");
    let people: String = (1..=30).map(|at| format!("P{at},Ann\n")).collect();
    data.write("f.csv", format!("no,first\n{people}TOTAL,\nprinted by hand,\n"));
    data.write("map.toml", "[people.p]\nfile = \"f.csv\"\nperson = \"no\"\nforename = \"first\"\n");
    let (code, said_of, out) = mapped(&data.0.join("map.toml"), &data.0);
    assert!(code == Some(0) && said_of.contains("warning: f.csv:32: the row is named like a sum"), "{said_of}");
    assert!(said_of.contains("f.csv:33: the row has an id and nothing else"), "{said_of}");
    let checked = said(&run(&["records", "check", out.path()]));
    assert!(checked.contains("named like a sum") && checked.contains("row 32") && checked.contains("row 33"), "{checked}");
    // A real person's row among them says nothing of itself.
    assert!(!said_of.contains("Ann") && !checked.contains("Ann"), "{said_of}{checked}");
}

/// A day that is not in the format of the map is shown, and the message says what is wrong with it.
#[test]
fn a_day_in_another_format_than_the_map_says_is_shown() {
    let data = Scratch::new("format");
    data.write("f.csv", "no,seen\n1,31/12/2024\n2,2024-07-01\n");
    let map =
        "[starts.s]\nfile = \"f.csv\"\nperson = \"no\"\nprovider = { is = \"A\" }\nbegan = \"seen\"\nformat = \"day first\"\n";
    data.write("map.toml", map);
    let (_, _, out) = mapped(&data.0.join("map.toml"), &data.0);
    let checked = said(&run(&["records", "check", out.path()]));
    assert!(checked.contains("not written in the format that the map says"), "{checked}");
    assert!(checked.contains("2024-07-01 (not day first)") && !checked.contains("personal"), "{checked}");
}

/// A column that was meant is the one that begins with the words of the map, and not one that shares a word with them.
#[test]
fn the_column_that_was_meant_is_named() {
    let (code, said, _) =
        starts("f.csv", b"no,Date Started (dd/mm/yy),Date referred\n1,1/2/2024,1/2/2024\n", "ended = \"Date Started\"\n");
    assert!(code == Some(1) && said.contains("is `Date Started (dd/mm/yy)` meant?"), "{said}");
}

/// A slip that is no nearly wanted word, and a new code, are left out like any other word: each is told.
#[test]
fn other_words_of_only_are_told_and_names_are_not() {
    let only = "only = { state = [\"yes\"] }\n";
    let rows = |state: &str| format!("no,seen,state\n1,2027-01-31,yes\n2,2027-02-01,yes\n3,2027-02-02,no\n{state}");
    let told = |state: &str| starts("r.csv", rows(state).as_bytes(), only).1;
    let said = told("4,2027-02-03,no\n5,2027-02-04,0\n6,2027-02-05,0\n7,2027-02-05,zzz\n8,2027-02-05,yes\n");
    assert!(said.contains("not in `only` of state, and left out: 0 in 2 rows, no in 2 rows, zzz in 1 row"), "{said}");
    // What the map speaks of is no news.
    let spoken = format!("{only}leave_out = {{ state = [\"no\", \"0\", \"zzz\"] }}\n");
    let quiet = starts("r.csv", rows("5,2027-02-04,0\n7,2027-02-05,zzz\n").as_bytes(), &spoken).1;
    assert!(!quiet.contains("not in `only`"), "{quiet}");
    // A column with as many values as rows may hold names.
    let named = told("4,2027-02-03,Ann Ash\n5,2027-02-04,Bob Birch\n6,2027-02-05,Cy Cedar\n7,2027-02-06,Di Dale\n");
    assert!(named.contains("5 other values in 5 rows") && !named.contains("Ash") && !named.contains("Dale"), "{named}");
    // So may one that the map makes ids of.
    let data = Scratch::new("data");
    data.write("p.csv", "no,seen\nA,1\nA,1\nB,1\nB,1\nB,1\n");
    data.write("map.toml", "[people.p]\nfile = \"p.csv\"\nonly = { no = [\"A\"] }\nperson = \"no\"\n");
    let said = mapped(&data.0.join("map.toml"), &data.0).1;
    assert!(said.contains("another value in 3 rows") && !said.contains("B in"), "{said}");
}

#[test]
fn a_map_says_which_words_are_empty() {
    let rows = "no,seen,left\n1,2027-01-31,NULL\n2,2027-02-01,n/a\n3,2027-02-02,2027-03-01\n";
    let (code, told, _) = starts("r.csv", rows.as_bytes(), "ended = \"left\"\n");
    assert!(code == Some(0) && told.contains("2 days of `ended` cannot be read"), "{told}");
    for more in
        ["ended = { column = \"left\", empty = [\"NULL\", \"n/a\"] }\n", "ended = \"left\"\nempty = [\"NULL\", \"n/a\"]\n"]
    {
        let (code, told, days) = starts("r.csv", rows.as_bytes(), more);
        assert!(code == Some(0) && told.contains("2 cells of left with a word for nothing, rows 2 and 3; left empty"), "{told}");
        assert_eq!(days, "2027-01-31 2027-02-01 2027-02-02");
    }
    // A word of one column is a value in another.
    let (_, told, _) =
        starts("r.csv", rows.as_bytes(), "ended = \"left\"\nsegment = { column = \"no\", empty = [\"NULL\", \"2\"] }\n");
    assert!(told.contains("2 days of `ended` cannot be read") && told.contains("1 cell of no with a word for nothing"), "{told}");
    let (code, told, _) = starts("r.csv", rows.as_bytes(), "area = { is = \"North\", empty = [\"NULL\"] }\n");
    assert!(code != Some(0) && told.contains("this value comes from the map"), "{told}");
}

#[test]
fn two_formats_that_cannot_be_confused_are_read_in_one_column() {
    let rows = "no,seen\n1,2027-02-01\n2,01/03/2027\n3,31/03/2027\n";
    let (code, told, _) = starts("r.csv", rows.as_bytes(), "");
    assert!(code == Some(1) && told.contains("format = [\"year first\", \"day first\"]"), "{told}");
    for format in ["[\"year first\", \"day first\"]", "[\"DD/MM/YYYY\", \"year first\"]"] {
        let (code, told, days) = starts("r.csv", rows.as_bytes(), &format!("format = {format}\n"));
        assert_eq!((code, days.as_str()), (Some(0), "2027-02-01 2027-03-01 2027-03-31"), "{told}");
    }
    let serial = "no,seen\n1,2027-02-01\n2,46447\n";
    let (_, told, days) = starts("r.csv", serial.as_bytes(), "format = [\"year first\", \"Excel serial\"]\n");
    assert_eq!(days, "2027-02-01 2027-03-01", "{told}");
    for format in [
        "[\"day first\", \"month first\"]",
        "[\"year first\", \"YYYY-DD-MM\"]",
        "[\"year first\"]",
        "[\"year first\", \"x\"]",
        "[]",
    ] {
        let (code, told, _) = starts("r.csv", rows.as_bytes(), &format!("format = {format}\n"));
        assert!(code != Some(0) && told.contains("format"), "{format}\n{told}");
    }
}

/// The agency has its own file, and not the table that was made of it: messages name the rows of both.
#[test]
fn faults_of_made_tables_name_the_row_of_the_agencys_file() {
    let data = Scratch::new("data");
    data.write("r.csv", "no,seen,state\n1,2027-01-31,yes\n2,2027-02-01,no\n3,soon,yes\n4,2027-02-03,yes\n4,2027-02-04,yes\n");
    data.write(
        "map.toml",
        "[people.p]\nfile = \"r.csv\"\nonly = { state = [\"yes\"] }\nperson = \"no\"\n[starts.s]\nfile = \"r.csv\"\nonly = { state = [\"yes\"] }\n\
         start = \"no\"\nperson = \"no\"\nprovider = { is = \"A\" }\nbegan = \"seen\"\n",
    );
    let (code, told, out) = mapped(&data.0.join("map.toml"), &data.0);
    assert_eq!(code, Some(0), "{told}");
    let told = said(&run(&["records", "check", out.path()]));
    assert!(told.contains("starts.csv: `began`") && told.contains("row 3     row 4 of r.csv"), "{told}");
    // What may be personal is not shown, and its row is.
    assert!(told.contains("row 6 of r.csv"), "{told}");
    // A table that was changed since says nothing of the rows that it was made from.
    let starts = fs::read_to_string(out.0.join("starts.csv")).expect("a table");
    out.write("starts.csv", starts + "5,1,A,2027-05-05,,,,\n");
    let told = said(&run(&["records", "check", out.path()]));
    assert!(!told.contains("row 4 of r.csv"), "{told}");
}

/// A made table has every column, so that nothing else can see that the map does not speak of one without which the rules read another
/// history.
#[test]
fn columns_that_no_part_fills_are_told() {
    let data = Scratch::new("data");
    data.write("r.csv", "no,what,seen,left\n1,job,2027-01-31,2027-02-01\n");
    let told = |more: &str| {
        let part = "[spells.s]\nfile = \"r.csv\"\nperson = \"no\"\nkind = \"what\"\nfrom = \"seen\"\n";
        data.write("map.toml", format!("{part}{more}"));
        mapped(&data.0.join("map.toml"), &data.0).1
    };
    let words = "no part of the map fills `to` of spells, so it is empty in every row";
    assert!(told("").contains(words));
    assert!(!told("to = \"left\"\n").contains("no part of the map fills"));
}
