//! CSV files as office programs and accidents make them. What can be read is read as it was meant. Anything else is reported
//! with its place and its fix, and nothing ever stops the program.

use std::io::Read;

use records::People;
use records::batch::Batch;
use records::check::CrossRowCheck;
use records::csv;
use records::fault::{Fault, Grade};
use records::gate::{FileRef, GateResult, KnownNames, QualityGate, SecondReading, TableRules};
use records::schema::{TABLES, table};

use crate::dice::Dice;

/// Reads bytes as a table through the gate, and a second time where keys are there twice.
fn read(name: &str, mut bytes: impl Read) -> (Vec<Batch>, Vec<Fault>) {
    let table = table(name).expect("a table");
    let mut batches = Vec::new();
    let mut check = CrossRowCheck::default();
    let (known, asked) = (KnownNames::default(), TableRules::default());
    let gate = QualityGate::new(table, &known, &asked);
    let file = FileRef { at: 0, name: "FILE" };
    let mut found = GateResult::default();
    found.every_fault = Some(Vec::new());
    // Kept for the second reading, as far as it is not endless.
    let mut start = Vec::new();
    bytes.by_ref().take(1 << 20).read_to_end(&mut start).expect("bytes in memory can be read");
    csv::read((&start[..]).chain(bytes), table, |mut batch, faults| {
        gate.rows(file, &mut batch, faults, &mut found);
        check.rows(&batch);
        batches.push(batch);
        Ok(())
    })
    .expect("bytes in memory can be read");
    if let Some(mut second) = SecondReading::of(&mut found, table) {
        csv::read(&start[..], table, |batch, _| {
            second.rows(file, &[], &batch, true, &mut found);
            Ok(())
        })
        .expect("bytes in memory can be read");
    }
    let mut all: Vec<Fault> = found.every_fault.unwrap_or_default().into_iter().map(|(_, fault)| fault).collect();
    all.extend(check.end(table, &["FILE".to_owned()]).into_iter().map(|(_, fault)| fault));
    all.sort_by_key(|fault| fault.place);
    (batches, all)
}

/// The rows that are right, as CSV without the header.
fn rows(batches: &[Batch]) -> String {
    let mut out = String::new();
    batches.iter().for_each(|batch| csv::write(batch, &mut out));
    out
}

const SPELLS: &str = "spell,person,kind,from,to\n1,A,job,2027-04-01,2027-06-01\n2,A,job,2027-07-01,\n";
const SPELLS_READ: &str = "1,A,job,2027-04-01,2027-06-01,\n2,A,job,2027-07-01,,\n";

/// The only fault there should be: its place, its column, what is wrong.
fn only(faults: &[Fault]) -> (u64, &str, &str, Grade) {
    assert_eq!(faults.len(), 1, "{faults:?}");
    (faults[0].place, &faults[0].column, faults[0].what, faults[0].grade)
}

#[test]
fn every_encoding_and_line_end_gives_the_same_rows() {
    let utf16 = |big: bool, mark: bool| -> Vec<u8> {
        let text = format!("{}{SPELLS}", if mark { "\u{feff}" } else { "" });
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let files: [Vec<u8>; 15] = [
        SPELLS.into(),
        format!("\u{feff}{SPELLS}").into(),
        SPELLS.replace('\n', "\r\n").into(),
        SPELLS.replace('\n', "\r").into(),
        SPELLS.trim_end().into(),
        // Control-Z after the last row.
        format!("{SPELLS}\u{1a}").into(),
        format!("{SPELLS}\u{1a}\u{1a}\r\n").into(),
        format!("{}\u{1a}", SPELLS.trim_end()).into(),
        format!("{}\u{1a}", SPELLS.replace('\n', "\r")).into(),
        SPELLS.replace('\n', "\n\n").into(),
        SPELLS.replace(',', ";").into(),
        SPELLS.replace(',', "\t").into(),
        SPELLS.replace("job", "\"job\" ").replace("spell,", " Spell ,").into(),
        utf16(false, true),
        utf16(true, true),
    ];
    for file in files.into_iter().chain([utf16(false, false), utf16(true, false)]) {
        let (batches, faults) = read("spells", &file[..]);
        assert_eq!((rows(&batches).as_str(), &faults[..]), (SPELLS_READ, &[][..]), "{}", String::from_utf8_lossy(&file));
    }
}

/// A reader that gives one byte at a time, as a slow disk may: nothing depends on where the pieces are cut.
struct Drip<'a>(&'a [u8]);

impl Read for Drip<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let length = self.0.len().min(into.len()).min(1);
        into[..length].copy_from_slice(&self.0[..length]);
        self.0 = &self.0[length..];
        Ok(length)
    }
}

#[test]
fn pieces_of_any_size_give_the_same_rows() {
    let text =
        "\u{feff}feedback,provider,date,words\r\n1,P,2027-04-01,\"two\r\nlines, a \"\"quote\"\"\"\r\n2,P,2027-04-02,né\r\n";
    let (whole, _) = read("feedback", text.as_bytes());
    let (drip, _) = read("feedback", Drip(text.as_bytes()));
    assert_eq!(rows(&whole), rows(&drip));
    assert_eq!(rows(&whole), "1,P,2027-04-01,,,\"two\r\nlines, a \"\"quote\"\"\",\n2,P,2027-04-02,,,né,\n");
    let utf16: Vec<u8> = text.replace('é', "😀").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(rows(&read("feedback", Drip(&utf16)).0), rows(&whole).replace('é', "😀"));
}

#[test]
fn windows_1252_is_read_as_it_was_meant_and_reported_once() {
    let bytes = b"spend,department,date,amount,kind\n1,D,2027-04-01,5,Caf\xe9 \x80 5\n2,D,2027-04-02,5,na\xefve\n";
    let (batches, faults) = read("spend", &bytes[..]);
    assert!(rows(&batches).contains("Café € 5") && rows(&batches).contains("naïve"));
    assert_eq!(only(&faults), (2, "", "the text is not UTF-8, and is read as Windows-1252", Grade::Warning));
}

/// Each wrong row with its one fault; the rows around it stay.
#[test]
fn a_faulty_row_is_set_aside_with_its_place_and_its_fix() {
    let cases = [
        ("3,A,job", "", "the row has a different number of cells from the header"),
        ("3,A,job,2027-08-01,,,x", "", "the row has a different number of cells from the header"),
        ("3,A,,2027-08-01,", "kind", "a value is missing"),
        ("3,A,job,2027-02-30,", "from", "this day does not exist"),
        ("3,A,job,03/04/2025,", "from", "this date can be read in two ways"),
        ("3,A,job,2027-08-01 00:00:00,", "from", "this is a time, and a day is needed"),
        ("3,A,job,9999-12-31,", "from", "this day is too far away to be right"),
        ("3,A,job,soon,", "from", "this is not a date"),
        ("3,A,job,2027-08-02,2027-08-01", "to", "it ends before it begins"),
        ("3,A,jo\0b,2027-08-01,", "kind", "the value has a control character"),
        ("3,A,\"job\"x,2027-08-01,", "", "text follows a closing quotation mark"),
        ("3,A,\"job,2027-08-01,", "", "a quotation mark is never closed"),
    ];
    for (row, column, what) in cases {
        let text = format!("{SPELLS}{row}\n4,B,job,2027-08-01,\n");
        let (batches, faults) = read("spells", text.as_bytes());
        assert_eq!(only(&faults), (4, column, what, Grade::Row), "{row}");
        assert!(!faults[0].fix.is_empty() && !faults[0].expected.is_empty());
        assert_eq!(rows(&batches), format!("{SPELLS_READ}4,B,job,2027-08-01,,\n"), "{row}");
    }
}

#[test]
fn values_of_personal_columns_are_never_shown() {
    let text = "person,born,surname\nSecret-1,31/12/1980,Private\nSecret-2,1980-12-31,Private\nSecret-2,1980-12-31,Private\nSecret-3,1980-13-13,Private\n";
    let (_, faults) = read("people", text.as_bytes());
    assert_eq!(faults.len(), 3);
    let shown = format!("{faults:?}");
    for secret in ["Secret", "31/12", "1980", "Private"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[test]
fn rows_are_compared_with_each_other() {
    let overlap = "3,A,job,2027-05-01,2027-05-02\n";
    let (_, faults) = read("spells", format!("{SPELLS}{overlap}").as_bytes());
    assert_eq!(only(&faults), (4, "", "the spell overlaps another one of the same person and kind", Grade::Warning));
    let apart = "3,A,treatment,2027-05-01,2027-05-02\n4,B,job,2027-05-01,\n5,A,job,2027-06-01,2027-07-01\n";
    assert_eq!(read("spells", format!("{SPELLS}{apart}").as_bytes()).1, []);
    let (_, faults) = read("spells", format!("{SPELLS}3,B,job,2027-05-01,2027-05-01\n").as_bytes());
    assert_eq!(only(&faults), (4, "to", "the spell has no days", Grade::Warning));
    let events =
        "event,person,kind,date,about\n1,A,conviction,2027-05-01,7\n2,A,conviction,2027-05-01,3\n3,A,offence,2027-04-01,\n";
    let (_, faults) = read("events", events.as_bytes());
    assert_eq!(only(&faults), (2, "about", "the event that this one is about is not in the table", Grade::Warning));
}

#[test]
fn rows_under_one_key_count_once_or_contradict_each_other() {
    let again = format!("{SPELLS}1,A,job,2027-04-01,2027-06-01\n");
    let (batches, faults) = read("spells", again.as_bytes());
    assert_eq!(only(&faults), (4, "spell", "this row repeats an earlier one", Grade::Repeat));
    assert_eq!(rows(&batches), SPELLS_READ);
    let (_, faults) = read("spells", format!("{SPELLS}1,A,job,2027-08-01,\n").as_bytes());
    assert_eq!(only(&faults), (4, "spell", "two rows with the same key differ", Grade::Refused));
    assert_eq!(faults[0].value.as_deref(), Some("also in row 2, with a different from, to"));
    // The header in the middle, as where one file was added to another.
    let (batches, faults) = read("spells", format!("{SPELLS}\u{feff}{SPELLS}").as_bytes());
    let what: Vec<(u64, &str)> = faults.iter().map(|fault| (fault.place, fault.what)).collect();
    let before = "this row repeats an earlier one";
    assert_eq!(what, [(4, "the header appears again"), (5, before), (6, before)]);
    assert_eq!(rows(&batches), SPELLS_READ);
}

#[test]
fn a_header_further_down_is_reported_as_a_header() {
    // The same names with other capitals, and empty cells behind them.
    for header in ["SPELL,Person,kind,from,to", " spell , person,kind,from,to,,", "\"spell\",person,kind,from,to"] {
        let (batches, faults) = read("spells", format!("{SPELLS}{header}\n").as_bytes());
        assert_eq!(only(&faults), (4, "", "the header appears again", Grade::Repeat), "{header}");
        assert_eq!(rows(&batches), SPELLS_READ);
    }
    // Rows below it would be read under the wrong columns.
    for header in ["spell,person,kind,to,from", "person,spell,from,kind", "note,spell,person,kind,from"] {
        let (_, faults) = read("spells", format!("{SPELLS}{header}\n").as_bytes());
        let what = "the header appears again, with different columns or in a different order";
        assert!(
            faults.iter().any(|fault| (fault.place, fault.what, fault.grade) == (4, what, Grade::Refused)),
            "{header}: {faults:?}"
        );
    }
}

#[test]
fn rows_of_empty_cells_are_ignored() {
    let (header, row) = SPELLS.split_once('\n').expect("a header");
    for blank in [",,,,", " , ,,,", ",,,,,,,", "\"\",,,,", "\u{a0},,,,", "\t,,,,"] {
        let (batches, faults) = read("spells", format!("{blank}\n{header}\n{blank}\n{row}{blank}\n{blank}").as_bytes());
        assert_eq!(rows(&batches), SPELLS_READ, "{blank:?}");
        assert!(faults.is_empty(), "{blank:?}: {faults:?}");
        // Rows keep their numbers.
        let (_, faults) = read("spells", format!("{SPELLS}{blank}\n9,A,job,soon,\n").as_bytes());
        assert_eq!(only(&faults).0, 5, "{blank:?}");
    }
}

#[test]
fn unknown_people_are_reported() {
    let mut people = Batch::empty(table("people").expect("a table"));
    people.push(&[("person", "007")]);
    people.push(&[("person", "8")]);
    let people = People::new(&[people]);
    let mut starts = Batch::empty(table("starts").expect("a table"));
    for person in ["007", "8", "7"] {
        starts.push(&[("start", person), ("person", person), ("provider", "P"), ("began", "2027-04-01")]);
    }
    let (known, asked) = (KnownNames::of(Some(&people.names)), TableRules { affects_sum: true, ..TableRules::default() });
    let mut found = GateResult::default();
    found.every_fault = Some(Vec::new());
    let lookups =
        QualityGate::new(starts.table, &known, &asked).rows(FileRef { at: 0, name: "FILE" }, &mut starts, Vec::new(), &mut found);
    assert_eq!((starts.rows(), lookups.persons.len(), found.unknown_people), (2, 2, 1));
    let faults: Vec<Fault> = found.every_fault.unwrap_or_default().into_iter().map(|(_, fault)| fault).collect();
    assert_eq!(only(&faults), (3, "person", "no person with this id is in the table of people", Grade::Row));
    assert_eq!(faults[0].value, None);
}

#[test]
fn a_header_that_cannot_be_used_is_reported_at_once() {
    let what =
        |text: &str| read("spells", text.as_bytes()).1.into_iter().map(|fault| (fault.column, fault.what)).collect::<Vec<_>>();
    assert_eq!(what(""), [(String::new(), "the file is empty")]);
    let (kind, from) = (("kind".to_owned(), "a column is missing"), ("from".to_owned(), "a column is missing"));
    assert_eq!(what("spell,person\n1,A\n"), [kind, from]);
    assert_eq!(what("spell,person,kind,from,from\n1,A,job,2027-04-01,\n"), [("from".to_owned(), "the column appears twice")]);
    let (batches, faults) = read("spells", "spell,person,kind,from,tp\n1,A,job,2027-04-01,2027-05-01\n".as_bytes());
    assert_eq!(only(&faults), (0, "tp", "this column looks like another one spelled differently", Grade::Refused));
    assert!(faults[0].fix.contains("`to`"));
    let (_, faults) = read("spells", "spell,person,kind,from,to,remark\n1,A,job,2027-04-01,2027-05-01,x\n".as_bytes());
    assert_eq!(only(&faults), (0, "remark", "the table has no such column", Grade::Warning));
    assert_eq!(rows(&batches), "1,A,job,2027-04-01,,\n");
}

/// A gigabyte on one line, made as it is read: it is passed over in bounded memory and the rows after it are read.
#[test]
fn a_gigabyte_on_one_line_is_one_fault() {
    for quote in ["", "\""] {
        let head = format!("{SPELLS}3,A,{quote}");
        let file = head.as_bytes().chain(std::io::repeat(b'x').take(1 << 30)).chain(&b"\n4,B,job,2027-08-01,\n"[..]);
        let (batches, faults) = read("spells", file);
        let what = if quote.is_empty() { "the line is too long" } else { "a quotation mark is never closed" };
        assert_eq!(only(&faults), (4, "", what, Grade::Row));
        assert_eq!(rows(&batches), format!("{SPELLS_READ}4,B,job,2027-08-01,,\n"));
    }
}

#[test]
fn a_row_of_a_million_cells_is_one_fault() {
    let (batches, faults) = read("spells", format!("{SPELLS}{}\n4,B,job,2027-08-01,\n", ",".repeat(900_000)).as_bytes());
    assert_eq!(only(&faults), (4, "", "the row has too many cells", Grade::Row));
    assert_eq!(rows(&batches), format!("{SPELLS_READ}4,B,job,2027-08-01,,\n"));
}

/// What is written is read back as it was.
#[test]
fn rows_survive_being_written_and_read() {
    let mut dice = Dice(11);
    for table in &TABLES {
        let mut batch = Batch::empty(table);
        for row in 0..200 {
            let cells: Vec<(&str, String)> = table
                .columns
                .iter()
                .enumerate()
                .filter(|(at, column)| *at == 0 || column.required || dice.chance(60))
                .map(|(at, column)| {
                    (column.name, value(&column.kind, at == 0 && table.keyed, row, &mut Dice(row * 31 + at as u64)))
                })
                .collect();
            batch.push(&cells.iter().map(|(name, text)| (*name, text.as_str())).collect::<Vec<_>>());
        }
        let mut text = csv::header_line(table);
        csv::write(&batch, &mut text);
        let (again, faults) = read(table.name, text.as_bytes());
        let faults: Vec<_> = faults.iter().filter(|fault| fault.what.contains("not a") || fault.grade == Grade::File).collect();
        assert!(faults.is_empty(), "{}: {faults:?}", table.name);
        let kept: Vec<String> = rows(&again).lines().map(str::to_owned).collect();
        let wrote: Vec<&str> = text.lines().collect();
        assert!(kept.iter().all(|line| wrote.contains(&line.as_str())), "{}", table.name);
    }
}

fn value(kind: &records::schema::ValueKind, key: bool, row: u64, dice: &mut Dice) -> String {
    use records::schema::ValueKind;
    match kind {
        _ if key => row.to_string(),
        ValueKind::Id => dice.below(50).to_string(),
        ValueKind::Text => (*dice.one_of(&["plain", "a, b", "a \"b\"", "two\nlines", "é;", "\ttab"])).trim().to_owned(),
        ValueKind::Day => base::day::date(dice.between(15_000, 20_000)).to_string(),
        ValueKind::Amount => format!("{}.{:02}", dice.between(-999, 999), dice.below(100)),
        ValueKind::Share => format!("0.{:06}", dice.below(1_000_000)),
        ValueKind::Choice(words) => (*dice.one_of(words)).to_owned(),
    }
}

/// Whatever the bytes, there is an answer: no panic, no endless loop, and rows only where there could be rows.
#[test]
fn no_bytes_stop_the_reader() {
    let mut dice = Dice(5);
    let seeds: Vec<Vec<u8>> = vec![
        SPELLS.into(),
        SPELLS.replace('\n', "\r\n").into(),
        format!("\u{feff}{SPELLS}\"").into(),
        SPELLS.replace("job", "\"a \"\"b\"\"\n\"").into(),
        [&b"\xff\xfe"[..], &SPELLS.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()].concat(),
    ];
    let odd = [b'"', b',', b'\n', b'\r', 0, 0xff, 0xfe, 0xd8, b';', b'\t', b'-', b'9', 0x80];
    for _ in 0..20_000 {
        let mut bytes = dice.one_of(&seeds).clone();
        for _ in 0..dice.below(8) + 1 {
            let at = dice.below(bytes.len() as u64 + 1) as usize;
            match dice.below(4) {
                0 if at < bytes.len() => bytes[at] = *dice.one_of(&odd),
                1 => bytes.insert(at, *dice.one_of(&odd)),
                2 if at < bytes.len() => {
                    bytes.remove(at);
                }
                _ => bytes.truncate(at.max(1)),
            }
        }
        let lines = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() + 1;
        let (batches, _) = read("spells", &bytes[..]);
        assert!(batches.iter().map(Batch::rows).sum::<usize>() <= lines);
    }
}
