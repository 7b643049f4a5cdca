//! Records through the front door: what `wellspent records check` says of good, bad and hostile files, what it keeps, and that
//! CSV and Parquet are the same to it and to `wellspent measure`.

use std::fs;
use std::sync::Arc;

use parquet::basic::{Compression, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use crate::wellspent::{Scratch, run, said};

const PEOPLE: &str = "person,born,died\nA1,1980-12-31,\n7,1990-01-01,2020-07-01\nA3,1985-05-05,\n";
const STARTS: &str =
    "start,person,provider,began,group\n1,A1,P,2020-01-31,\n2,7,P,2020-02-15,\n3,A3,Q,2020-03-01,\n4,A3,Q,2020-03-09,\n";
const EVENTS: &str = "event,person,kind,date,class,about,settled,amount\n\
    e1,A1,offence,2020-05-01,theft,,2020-06-01,\ne2,A3,offence,2020-05-01,breach,,,\ne3,A3,conviction,2020-07-01,,e2,,\n\
    e4,A1,wage,2020-04-30,,,,1234.50\ne5,A1,wage,2020-05-31,,,,-34.5\n";
const SPELLS: &str =
    "spell,person,kind,from,to\n1,A3,job,2020-03-05,2020-09-05\n2,A1,job,2020-02-10,\n3,7,job,2020-03-01,2020-03-02\n";
const COVERAGE: &str = "table,kind,until\nevents,,2021-12-31\nspells,,2021-12-31\n";

fn folder() -> Scratch {
    let folder = Scratch::new("records");
    for (name, text) in [("people", PEOPLE), ("starts", STARTS), ("events", EVENTS), ("spells", SPELLS), ("coverage", COVERAGE)] {
        folder.write(&format!("{name}.csv"), text);
    }
    folder
}

fn check(folder: &Scratch, more: &[&str]) -> (Option<i32>, String) {
    let output = run(&[&["records", "check", folder.path()], more].concat());
    (output.status.code(), said(&output))
}

#[test]
fn sound_records_are_said_to_be_sound() {
    let (code, said) = check(&folder(), &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("17 of 17 rows are right; 0 faults, 0 warnings"), "{said}");
    let order: Vec<&str> = said.lines().filter_map(|line| line.split_once(".csv ")).map(|(name, _)| name).collect();
    assert_eq!(order, ["people", "starts", "events", "spells", "coverage"], "people first: everything else is about them");
}

#[test]
fn every_fault_is_told_and_the_good_rows_are_kept() {
    let folder = folder();
    folder
        .write("spells.csv", format!("{SPELLS}4,A1,job,03/04/2025,\n5,nobody,job,2020-01-01,\n6,A1,job,2020-02-01,2020-01-01\n"));
    folder.write("people.csv", format!("{PEOPLE}Secret-4,31/12/1979,\n"));
    folder.write("notes.txt", "not a table");
    let (kept, list) = (Scratch::new("kept"), Scratch::new("list"));
    let list = format!("{}/faults.csv", list.path());
    let (code, said) = check(&folder, &["--keep", kept.path(), "--list", &list]);
    assert_eq!(code, Some(1), "{said}");
    let expected = [
        "people.csv: `born`: the year does not come first\n      row 5     (not shown: it may be personal)\n",
        "spells.csv: `from`: this date can be read in two ways\n      row 5     03/04/2025\n      expected  a date like this: 2027-04-01\n",
        "spells.csv: `person`: no person with this id is in the rows of people that can be used\n      row 6     (not shown: it may be personal)\n",
        "spells.csv: `to`: it ends before it begins\n      row 7     2020-01-01\n",
        "warning: ",
        "notes.txt: this is not a table of records",
        "4 faults, 1 warning",
    ];
    for expected in expected {
        assert!(said.contains(expected), "{expected}\n{said}");
    }
    assert!(!said.contains("Secret") && !said.contains("1979"), "{said}");
    assert_eq!(fs::read_to_string(&list).expect("the list").lines().count(), 6, "a head, and a line for each");
    let (code, said) = check(&kept, &[]);
    // What was left out is told again, without a value.
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("17 of 17 rows are right; 4 faults") && said.contains("set-aside.csv: `born`"), "{said}");
    assert!(!said.contains("Secret") && !said.contains("1979"), "{said}");
}

/// What coverage states and births say is asked of the tables here too, as it is where something is measured or paid.
#[test]
fn coverage_and_births_are_compared_with_the_other_tables() {
    let folder = folder();
    let told = |name: &str, text: String, words: &[&str], code: i32| {
        folder.write(name, text);
        let (exit, said) = check(&folder, &[]);
        words.iter().for_each(|word| assert!(said.contains(word), "{word}\n{said}"));
        assert_eq!(exit, Some(code), "{said}");
    };
    // Days that no question up to the last complete day can use; a later question may.
    let later = "more than a year after the last complete day; it cannot be used unless a later day is asked about";
    told(
        "events.csv",
        format!("{EVENTS}e6,A1,offence,2072-01-01,,,,\n"),
        &["warning: ", "events.csv: `date`:", later, "row 7"],
        0,
    );
    let afterwards = "more than a year after all that coverage states";
    told("events.csv", format!("{EVENTS}e6,A1,offence,2020-01-01,,,2072-01-01,\n"), &["`settled`", afterwards, "row 7"], 0);
    told("events.csv", format!("{EVENTS}e6,A1,offence,2022-06-01,,,,\n"), &["0 faults, 0 warnings"], 0);
    told("events.csv", EVENTS.to_owned(), &["0 faults, 0 warnings"], 0);
    // Before a birth.
    let born = "it is dated before the person's birth";
    told("spells.csv", format!("{SPELLS}4,7,job,1988-01-01,\n"), &["error: ", "spells.csv: `from`:", born, "row 5"], 1);
    told("spells.csv", SPELLS.to_owned(), &["0 faults, 0 warnings"], 0);
    // Counts that differ from the rows, and statements that cannot be right, with their file.
    let counted = |row: &str| format!("table,kind,until,people,count,said_by,said_on\nevents,offence,2021-12-31,,{row}\n");
    told("coverage-2.csv", counted("2,Jo Park,2022-01-15"), &["0 faults, 0 warnings"], 0);
    let differs = [
        "coverage-2.csv: `count`:",
        "the agency counted a different number of rows",
        "row 2",
        "offence: 2 rows up to 2021-12-31",
    ];
    told("coverage-2.csv", counted("6,Jo Park,2022-01-15"), &differs, 1);
    told("coverage-2.csv", counted("2.5,Jo Park,2022-01-15"), &["coverage-2.csv: `count`: this is not a whole number"], 1);
    told(
        "coverage-2.csv",
        counted("2,Jo Park,2021-01-15"),
        &["coverage-2.csv: `said_on`: this was stated before the last day"],
        1,
    );
    fs::remove_file(folder.0.join("coverage-2.csv")).expect("a file");
    // Ids in two forms.
    let forms = format!("{EVENTS}e6,a1,offence,2020-02-01,,,,\n");
    told("events.csv", forms, &["ids here are those of people in the table of people, in another form"], 1);
    told("events.csv", EVENTS.to_owned(), &["0 faults, 0 warnings"], 0);
    let people = format!("{PEOPLE}a1,,\n");
    told("people.csv", people, &["ids of different people differ only in letter case"], 0);
}

/// A spell that began with a service goes on, and the service has ended.
#[test]
fn a_spell_that_goes_on_after_its_service_is_told() {
    let folder = folder();
    let told = |ended: &str, spell: &str| {
        folder.write("starts.csv", format!("start,person,provider,began,ended\ns1,A1,P,2020-01-31,{ended}\n"));
        folder.write("spells.csv", format!("{SPELLS}9,{spell}\n"));
        let (code, said) = check(&folder, &[]);
        assert_eq!(code, Some(0), "{said}");
        said.contains(
            "spells.csv: `to`: the spell goes on, and the start of the same person and day has ended\n      row 5     the start",
        )
    };
    assert!(told("2020-06-01", "A1,treatment,2020-01-31,"));
    // It has ended too, it is another day or another person's, or the service goes on.
    assert!(!told("2020-06-01", "A1,treatment,2020-01-31,2020-06-01"));
    assert!(!told("2020-06-01", "A1,treatment,2020-02-01,"));
    assert!(!told("2020-06-01", "A3,treatment,2020-01-31,"));
    assert!(!told("", "A1,treatment,2020-01-31,"));
}

/// A sum below a table is one of its own file, and a row of another file is told with that file.
#[test]
fn rows_of_parts_are_told_with_their_file() {
    let folder = folder();
    folder.write("people-2.csv", "person,born,died\nTotal,,\nB1,1980-01-01,\n");
    folder.write("spells-2.csv", "spell,person,kind,from,to\n9,A3,job,2020-04-01,2020-05-01\n");
    let (code, told) = check(&folder, &[]);
    assert_eq!(code, Some(0), "{told}");
    assert!(
        told.contains("people-2.csv: the row is named like a sum or a note below a table, and is counted\n      row 2"),
        "{told}"
    );
    let overlaps = "spells-2.csv: the spell overlaps another one of the same person and kind\n      row 2     the other is in row 2 of spells.csv";
    assert!(told.contains(overlaps), "{told}");
    // Forty full rows in one file say nothing of the form of another.
    let many: String = (0..40).map(|at| format!("C{at},1980-01-01,\n")).collect();
    folder.write("people.csv", format!("{PEOPLE}{many}"));
    folder.write("people-2.csv", "person,born,died\nB1,,\nB2,,\n");
    let (_, told) = check(&folder, &[]);
    assert!(!told.contains("the row has an id and nothing else"), "{told}");
    // Among full rows of its own file it does.
    folder.write("people-2.csv", format!("person,born,died\nprinted on Monday,,\n{}", many.replace('C', "D")));
    let (_, told) = check(&folder, &[]);
    assert!(told.contains("people-2.csv: the row has an id and nothing else"), "{told}");
}

/// A fault of a row of people comes before what follows from it, and that says so.
#[test]
fn causes_are_told_before_what_follows_from_them() {
    let folder = folder();
    folder.write("people.csv", PEOPLE.replace("2020-07-01", "1/7/2020"));
    let (code, told) = check(&folder, &[]);
    assert_eq!(code, Some(1), "{told}");
    let at = |words: &str| told.find(words).unwrap_or_else(|| panic!("{words}\n{told}"));
    let follows = "no person with this id is in the rows of people that can be used";
    assert!(at("people.csv: `died`:") < at(follows), "{told}");
    assert!(
        told.contains("hint: correct the rows of that table that have faults, which are listed before; if it is still"),
        "{told}"
    );
    // Somebody who is really not there is told as before.
    let folder = self::folder();
    folder.write("starts.csv", format!("{STARTS}9,X9,P,2020-01-31,\n"));
    let (_, told) = check(&folder, &[]);
    assert!(told.contains("no person with this id is in the table of people") && !told.contains(follows), "{told}");
    // A lot and an organisation in rows that cannot be used.
    let folder = Scratch::new("lost");
    folder.write("providers.csv", "provider,name,kind\nP,Acme,charity\nP2,,dragon\n");
    folder.write("lots.csv", "lot,provider,region,begins,ends\nL1,P,North,2020-01-32,\n");
    folder.write("subcontracts.csv", "subcontract,lot,provider\nS1,L1,P\n");
    let (_, told) = check(&folder, &[]);
    let at = |words: &str| told.find(words).unwrap_or_else(|| panic!("{words}\n{told}"));
    assert!(at("lots.csv: `begins`:") < at("this lot is not in the rows of lots that can be used"), "{told}");
}

/// A row that repeats another is no fault, and is not one more right row either.
#[test]
fn a_repeated_row_is_counted_by_itself() {
    let folder = Scratch::new("repeated");
    folder.write("people.csv", "person,forename\n1,Ann\n2,Bob\n1,Ann\n");
    let (code, said) = check(&folder, &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("2 of 3 rows are right, and 1 repeats another and counts once with it; 0 faults"), "{said}");
}

const SCHEME: &str = "scheme = \"Test\"\ncurrency = \"GBP\"\nrounding = \"down to the penny\"\nmonth_end = \"last day of month\"\n\
    [contract]\nstarts = 2020-01-01\nends = 2022-12-31\nfrom = \"assumption: test\"\n\
    [cohorts]\nstarts = 2020-01-01\nends = 2020-03-31\nevery = \"3 months\"\npeople = 10\n\
    [outcome.reoffending]\nmeasure = \"m\"\nkind = \"binary\"\nbetter = \"fewer\"\nwindow = \"12 months\"\nwait = \"6 months\"\n\
    [outcome.reoffending.measured]\nrule = \"any within\"\nevents = \"offence\"\nproven_by = \"conviction\"\nexcept = \"breach\"\n\
    [outcome.job]\nmeasure = \"m\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\n\
    [outcome.job.measured]\nrule = \"sustained\"\nspells = \"job\"\ndays = \"26 weeks\"\ncounted = \"cumulative\"\n\
    [outcome.earnings]\nmeasure = \"m\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\n\
    [outcome.earnings.measured]\nrule = \"at least\"\nevents = \"wage\"\nearnings = \"£1,200\"\n\
    [pay.job]\nclause = \"outcome payment\"\noutcome = \"job\"\nprice = \"£1,000\"\nfrom = \"assumption: test\"\n";

/// Rows as CSV, as Parquet and as CSV again are the same rows, and come to the same outcomes.
#[test]
fn csv_and_parquet_say_the_same() {
    let folder = folder();
    let (parquet, csv) = (Scratch::new("parquet"), Scratch::new("csv"));
    for (from, to, format) in [(&folder, &parquet, "parquet"), (&parquet, &csv, "csv")] {
        let (code, said) = check(from, &["--keep", to.path(), "--as", format]);
        assert_eq!(code, Some(0), "{said}");
    }
    let again = Scratch::new("again");
    check(&csv, &["--keep", again.path()]);
    for name in ["people", "starts", "events", "spells", "coverage"] {
        let read = |folder: &Scratch| fs::read_to_string(folder.0.join(format!("{name}.csv"))).expect("a table");
        assert_eq!(read(&csv), read(&again), "{name}");
    }
    let events = fs::read_to_string(csv.0.join("events.csv")).expect("events");
    assert!(events.contains("e1,A1,offence,2020-05-01,theft,,2020-06-01,,,\n") && events.contains(",-34.50,\n"), "{events}");
    let scheme = Scratch::new("scheme");
    scheme.write("scheme.toml", SCHEME);
    let measure = |records: &Scratch| {
        let tally = format!("{}/tally.csv", records.path());
        let output = run(&["measure", scheme.path(), records.path(), "--as-at", "2021-12-31", "--tally", &tally]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        // A note names the file.
        (said(&output).replace(".parquet", ".csv"), fs::read_to_string(&tally).expect("the tally"))
    };
    let (told, tally) = measure(&folder);
    assert_eq!(
        tally, "\u{feff}area,cohort,segment,people,reoffending,job,earnings\nwhole area,2020-01 to 2020-03,everyone,3,1,2,1\n",
        "{told}"
    );
    assert_eq!((told, tally), measure(&parquet));
    let priced = said(&run(&["price", scheme.path(), "--tally", &format!("{}/tally.csv", folder.path())]));
    assert!(priced.contains("£2,000"), "{priced}");
    let early = said(&run(&["measure", scheme.path(), folder.path(), "--as-at", "2021-06-30"]));
    assert!(early.contains("not yet known"), "{early}");
    let unknown = early.lines().find(|line| line.starts_with("reoffending")).expect("a line");
    assert_eq!(unknown.split_whitespace().collect::<Vec<_>>(), ["reoffending", "0", "0", "3", "0", "–"], "{early}");
}

#[test]
fn files_that_are_packed_or_no_files_of_their_kind_are_refused() {
    let cases: [(&str, &[u8], &str); 6] = [
        ("events.csv", b"PK\x03\x04rest of an archive", "a zip archive or a spreadsheet"),
        ("events.csv", b"\x1f\x8b\x08\0rest", "the gzip file ends too early"),
        ("events.csv", b"\x28\xb5\x2f\xfdrest", "a zstd file"),
        ("events.csv", b"PAR1rest", "a Parquet file"),
        ("events.parquet", b"event,person\n1,A\n", "the Parquet file is damaged"),
        ("events.parquet", b"", "the Parquet file is damaged"),
    ];
    for (name, bytes, expected) in cases {
        let folder = Scratch::new("refused");
        folder.write(name, bytes);
        let (code, said) = check(&folder, &[]);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(expected), "{said}");
    }
    let both = folder();
    both.write("events.parquet", b"PAR1");
    assert_eq!(check(&both, &[]).0, Some(2), "two files for one table");
}

/// A Parquet file of one text column, each value a thousand letters, packed well.
fn well_packed() -> Vec<u8> {
    let field = |name| Type::primitive_type_builder(name, Physical::BYTE_ARRAY).with_repetition(Repetition::REQUIRED).build();
    let schema = Type::group_type_builder("people").with_fields(vec![Arc::new(field("person").expect("a field"))]).build();
    let properties =
        WriterProperties::builder().set_dictionary_enabled(false).set_compression(Compression::ZSTD(Default::default()));
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, Arc::new(schema.expect("a schema")), Arc::new(properties.build()))
        .expect("a writer");
    let mut group = writer.next_row_group().expect("a row group");
    let mut column = group.next_column().expect("a column").expect("a column");
    let values: Vec<ByteArray> = (0..9).map(|_| ByteArray::from(vec![b'a'; 1000])).collect();
    column.typed::<ByteArrayType>().write_batch(&values, None, None).expect("values");
    column.close().expect("a column");
    group.close().expect("a row group");
    writer.close().expect("a file");
    bytes
}

/// A page that declares a hundred times its size is refused before it is unpacked.
#[test]
fn a_parquet_file_that_declares_absurd_sizes_is_refused() {
    let mut bytes = well_packed();
    let folder = Scratch::new("bomb");
    folder.write("people.parquet", &bytes);
    let (_, said) = check(&folder, &[]);
    assert!(said.contains("9 rows"), "the file is sound before it is touched: {said}");
    // A page header begins with its kind and its unpacked size, a number of three bytes here.
    assert_eq!(bytes[4..7], [0x15, 0x00, 0x15]);
    assert!(bytes[7] & 0x80 != 0 && bytes[8] & 0x80 != 0 && bytes[9] & 0x80 == 0);
    bytes[7..10].copy_from_slice(&[0xfe, 0xff, 0x7f]);
    folder.write("people.parquet", &bytes);
    let (code, said) = check(&folder, &[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("the file declares impossible sizes") && said.contains("that unpacks to 1048575"), "{said}");
}

/// Whatever happens to a Parquet file on its way, there is an answer and no crash.
#[test]
fn damaged_parquet_files_are_faults_and_no_crashes() {
    let folder = folder();
    let parquet = Scratch::new("parquet");
    check(&folder, &["--keep", parquet.path(), "--as", "parquet"]);
    let good = fs::read(parquet.0.join("events.parquet")).expect("events");
    let damaged = Scratch::new("damaged");
    let mut state: u64 = 9;
    let mut below = |sides: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % sides
    };
    for _ in 0..300 {
        let mut bytes = good.clone();
        match below(4) {
            0 => bytes.truncate(below(good.len())),
            1 => bytes.extend_from_slice(&good[..below(good.len())]),
            _ => {
                for _ in 0..below(4) + 1 {
                    bytes[below(good.len())] = below(256) as u8;
                }
            }
        }
        damaged.write("events.parquet", &bytes);
        let output = run(&["records", "check", damaged.path()]);
        let said = said(&output);
        assert!(matches!(output.status.code(), Some(0 | 1)) && !said.contains("panicked"), "{said}");
    }
}
