//! An agency's own columns become the tables of records: everything that a map can say, and the messages for mistakes.

use std::collections::BTreeMap;

use base::source::{FileBytes, Folder};
use base::{Reader, ScenarioDraw};
use records::counted_rows::CountedRows;
use records::csv::Csv;
use records::fault::Grade;
use records::map;
use records::map::{LookUps, MapResult};

/// The parts of a map, and the problems met.
fn read(text: &str) -> (Vec<map::MapPart>, Vec<String>) {
    let folder = Folder::from([("map.toml".to_owned(), FileBytes::Read(text.as_bytes().to_vec()))]);
    let (opened, picks) = (base::open(&folder), ScenarioDraw::new());
    let reader = Reader::new(&opened, &picks);
    let parts = map::read(&reader, "map.toml");
    let problems = opened.problems.iter().chain(reader.problems.borrow().iter()).map(|problem| problem.what.clone()).collect();
    (parts, problems)
}

/// What the first part of a map writes of a file: rows as lines.
fn rows(text: &str, file: &str, look_ups: &LookUps) -> (Vec<String>, MapResult) {
    let (parts, problems) = read(text);
    assert_eq!(problems, Vec::<String>::new());
    let mut out = Vec::new();
    let mut from = parts[0].file.as_ref().map(|_| csv(file));
    let dates = match parts[0].has_days() {
        true => map::survey(&parts[0], &mut csv(file), look_ups).expect("bytes").expect("days that settle how they are written"),
        false => map::Dates::new(),
    };
    let done = map::rows(&parts[0], from.as_mut(), look_ups, &dates, |_, row| {
        out.push(row.join(","));
        Ok(())
    });
    (out, done.expect("bytes can be read"))
}

fn csv(text: &str) -> Csv<&[u8]> {
    Csv::open(text.as_bytes()).expect("bytes")
}

/// Counted rows by their column: how many, and the first.
fn counted(found: &BTreeMap<&'static str, CountedRows>) -> Vec<(&'static str, u64, Vec<u64>)> {
    found.iter().map(|(column, rows)| (*column, rows.count, rows.first.clone())).collect()
}

#[test]
fn columns_constants_and_days() {
    let text = "[events.charge]\nfile = \"f.csv\"\nonly = { court = [\"A\", \"B\"] }\ngiven = \"charged\"\nperson = \"id\"\n\
        kind = { is = \"offence, charged\" }\ndate = \"charged\"\n";
    let file = "id, court,charged \n7,A,2020-02-03 06:15:00\n8,C,2020-02-03\n9,B,\n10,B,2020-02-30\n";
    let (out, done) = rows(text, file, &LookUps::new());
    // A time of day is left out. Text that is not a date is copied, and the gate refuses it.
    assert_eq!(out, ["charge-1,7,offence, charged,2020-02-03,,,,,,", "charge-2,10,offence, charged,2020-02-30,,,,,,"]);
    assert_eq!((done.read, done.written, counted(&done.unreadable_days)), (4, 2, vec![("date", 1, vec![5])]));
}

#[test]
fn days_from_day_zero_and_values_looked_up() {
    let text = "[starts.begun]\nfile = \"f.csv\"\nday_zero = 2020-02-28\nstart = \"row\"\nperson = \"who\"\n\
        provider = { file = \"sites.csv\", by = \"who\", as = \"person\", column = \"site\" }\nbegan = \"when\"\n";
    let key = (map::LookUpFile { file: "sites.csv".to_owned(), sheet: None }, "person".to_owned(), "site".to_owned());
    let mut known = BTreeMap::new();
    let faults = map::look_up(&mut csv("site;person\nNorth;7\n North; 7 \n;\n;\n"), "person", "site", &mut known).expect("bytes");
    assert_eq!((faults.len(), known.len()), (0, 1), "rows that say the same are one");
    let look_ups = LookUps::from([(key, known)]);
    let (out, done) = rows(text, "row,who,when\na,7,2.0\nb,8,-1\n", &look_ups);
    assert_eq!(out, ["a,7,North,2020-03-01,,,,,,", "b,8,,2020-02-27,,,,,,"]);
    assert_eq!(counted(&done.not_found), [("provider", 1, vec![3])]);
}

#[test]
fn single_days_become_runs() {
    let text = "[spells.dosed]\nfile = \"f.csv\"\nday_zero = 2020-01-01\nruns = { of = \"day\", breaks = 2 }\nperson = \"who\"\n\
        kind = { is = \"treatment\" }\nfrom = { run = \"first\" }\nto = { run = \"after\" }\n";
    // Days 0 and 3 have two days between them, 3 and 7 three; the order of rows and repeated days make no difference.
    let (out, done) = rows(text, "who,day\n1,7\n1,0\n2,1\n1,3\n1,3\n1,\n1, \n", &LookUps::new());
    assert_eq!(
        out,
        [
            "dosed-1,1,treatment,2020-01-01,2020-01-05,",
            "dosed-2,1,treatment,2020-01-08,2020-01-09,",
            "dosed-3,2,treatment,2020-01-02,2020-01-03,"
        ]
    );
    assert_eq!((done.without_day.count, done.without_day.first), (2, vec![7, 8]));
}

/// Days of two kinds are two runs, and neither is lost.
#[test]
fn a_run_has_one_kind() {
    let text = "[spells.dosed]\nfile = \"f.csv\"\nday_zero = 2020-01-01\nruns = { of = \"day\", breaks = 2 }\nspell = \"no\"\nperson = \"who\"\n\
        kind = \"drug\"\nfrom = { run = \"first\" }\nto = { run = \"after\" }\n";
    let (out, _) = rows(text, "no,who,drug,day\na,1,x,0\nb,1,y,1\nc,1,x,2\nd,1,y,9\n", &LookUps::new());
    assert_eq!(out, ["a,1,x,2020-01-01,2020-01-04,", "b,1,y,2020-01-02,2020-01-03,", "d,1,y,2020-01-10,2020-01-11,"]);
}

/// A day that cannot be read may be any day: left out, it would end a spell, or there would be none. Its text is copied into every
/// column of the run, and the gate refuses the row.
#[test]
fn a_day_that_cannot_be_read_is_never_no_day() {
    let text = "[spells.dosed]\nfile = \"f.csv\"\nruns = { of = \"day\", breaks = 14 }\nperson = \"who\"\n\
        kind = { is = \"treatment\" }\nfrom = { run = \"first\" }\nto = { run = \"after\" }\n";
    for (more, first, strange) in [
        ("day_zero = 2020-01-01\n", "0", &["1,000", "1020.5", "two", "99999999999", "2020-13-01", "1 Jan 2020"][..]),
        ("format = \"day first\"\n", "1/1/2020", &["never", "2020-02-03", "31/02/2020", "43900"]),
        ("", "2020-01-01", &["never", "2020-02-30", "n/a"]),
    ] {
        for word in strange {
            let file = format!("who,day\n1,{first}\n1,\"{word}\"\n1,\n");
            let (out, done) = rows(&format!("{text}{more}"), &file, &LookUps::new());
            let carried = &out[0];
            assert_eq!(out.len(), 2, "{word}: {out:?}");
            assert!(carried.starts_with(&format!("dosed-1,1,treatment,{word}")), "{carried}");
            assert_eq!(counted(&done.unreadable_days), [("from", 1, vec![3]), ("to", 1, vec![3])], "{word}");
            assert_eq!((done.without_day.count, done.without_day.first), (1, vec![4]), "{word}");
            let marked = carried.split(',').any(|cell| base::day::parse(cell.as_bytes()).is_ok());
            assert!(!marked, "nothing reads as a day: {carried}");
        }
    }
}

#[test]
fn a_row_without_an_item_to_split_is_counted() {
    let text = "[contacts.met]\nfile = \"f.csv\"\nsplit = { of = \"who\", at = \";\" }\nperson = \"who\"\n\
        provider = { is = \"A\" }\ndate = \"day\"\n";
    let (out, done) = rows(text, "who,day\n1;2,2020-01-01\n,2020-01-02\n ; ,2020-01-03\n", &LookUps::new());
    assert_eq!((out.len(), done.without_item.count, done.without_item.first), (2, 2, vec![3, 4]));
}

/// A row whose value is a wanted one with a slip would be left out, and nobody would miss it. Another word that only looks like one
/// is named in the map.
#[test]
fn a_wanted_value_with_a_slip_is_refused_with_its_rows() {
    let part = |more: &str| {
        format!(
            "[events.o]\nfile = \"f.csv\"\nonly = {{ what = [\"conviction\", \"level 1\"] }}\nperson = \"id\"\n\
             kind = {{ is = \"conviction\" }}\ndate = \"d\"\n{more}"
        )
    };
    let file = |word: &str| {
        format!("id,what,d\n1,conviction,2024-01-01\n2,level 1,2024-01-02\n3,{word},2024-01-03\n4,{word},2024-01-04\n")
    };
    for slip in [
        "convicton",
        "Conviction",
        "convictions",
        "con-viction",
        "konviction",
        "conviciton",
        "cnvicton",
        "'conviction'",
        "=conviction",
        "conviction;conviction",
    ] {
        let (_, done) = rows(&part(""), &file(slip), &LookUps::new());
        let fault = &done.faults[0];
        assert_eq!((done.faults.len(), fault.grade, fault.place), (1, Grade::File, 4), "{slip}");
        let found = fault.value.clone().unwrap_or_default();
        assert_eq!(found, format!("`{slip}` in rows 4 and 5, nearly `conviction`"));
        assert!(fault.fix.contains("leave_out = { what = "), "{}", fault.fix);
        let (out, done) = rows(&part(&format!("leave_out = {{ what = \"{slip}\" }}\n")), &file(slip), &LookUps::new());
        assert_eq!((out.len(), done.faults.len()), (2, 0), "{slip} is another word");
    }
    for other in ["arrest", "level 2", "caution", "level 1/level 2"] {
        let (out, done) = rows(&part(""), &file(other), &LookUps::new());
        assert_eq!((out.len(), done.faults.len()), (2, 0), "{other}");
    }
    for wrong in ["leave_out = { court = \"A\" }\n", "leave_out = { what = \"conviction\" }\n"] {
        let (_, problems) = read(&part(wrong));
        assert!(problems.iter().any(|problem| problem.starts_with("`leave_out` does not fit")), "{problems:?}");
    }
}

/// A word of three letters or more may have one slip.
#[test]
fn a_short_wanted_value_with_a_slip_is_refused() {
    let part = |word: &str| {
        format!(
            "[events.o]\nfile = \"f.csv\"\nonly = {{ what = [\"{word}\"] }}\nperson = \"id\"\nkind = {{ is = \"k\" }}\ndate = \"d\"\n"
        )
    };
    for (word, slip) in [
        ("start", "star"),
        ("start", "strt"),
        ("start", "\"\"\"start\"\"\""),
        ("start", "\"start,start\""),
        ("paid", "pad"),
        ("yes", "yess"),
        ("no", "\"\"\"no\"\"\""),
        ("accepted", "accptd"),
    ] {
        let file = format!("id,what,d\n1,{word},2024-01-01\n2,{slip},2024-01-02\n3,other,2024-01-03\n");
        let (_, done) = rows(&part(word), &file, &LookUps::new());
        let found: Vec<_> = done.faults.iter().map(|fault| (fault.grade, fault.place)).collect();
        assert_eq!(found, [(Grade::File, 3)], "{word}, {slip}");
    }
}

/// Nobody has said whether a row without a value is wanted. Such a row is refused where the rest of it speaks for taking it, unless
/// the map says that it is not wanted.
#[test]
fn a_row_without_a_value_of_only_is_refused() {
    let part = |more: &str| {
        format!(
            "[events.o]\nfile = \"f.csv\"\nonly = {{ what = [\"start\"], where = [\"north\"] }}\ngiven = \"d\"\nperson = \"id\"\n\
             kind = {{ is = \"k\" }}\ndate = \"d\"\n{more}"
        )
    };
    for none in ["", "NULL", "n/a", "#N/A", "Unknown", "-"] {
        let file = format!("id,what,where,d\n1,start,north,2024-01-01\n2,{none},north,2024-01-02\n3,start,north,2024-01-03\n");
        let (_, done) = rows(&part(""), &file, &LookUps::new());
        let fault = &done.faults[0];
        assert_eq!((done.faults.len(), fault.grade, fault.place), (1, Grade::File, 3), "{none}");
        let said = if none.is_empty() { "nothing in row 3".to_owned() } else { format!("`{none}` in row 3") };
        assert_eq!(fault.value.as_deref(), Some(said.as_str()));
        assert!(fault.fix.contains(&format!("leave_out = {{ what = [\"{none}\"] }}")), "{}", fault.fix);
        let (out, done) = rows(&part(&format!("leave_out = {{ what = \"{none}\" }}\n")), &file, &LookUps::new());
        assert_eq!((out.len(), done.faults.len()), (2, 0), "{none} is said not to be wanted");
        // The rest of these rows leaves them out in any case.
        for row in [format!("2,{none},elsewhere,2024-01-02"), format!("2,{none},north,"), format!("Total,{none},north,")] {
            let file = format!("id,what,where,d\n1,start,north,2024-01-01\n{row}\n");
            let (out, done) = rows(&part(""), &file, &LookUps::new());
            assert_eq!((out.len(), done.faults.len()), (1, 0), "{row}: {:?}", done.faults);
        }
    }
}

/// A row with a cell too few has lost one, and those after it stand in the wrong column; or the file is cut in its last row.
#[test]
fn a_row_with_too_few_cells_is_a_fault_of_that_row() {
    let text = "[people.p]\nfile = \"f.csv\"\nperson = \"no\"\nsex = \"sex\"\n";
    for (file, place) in [("no,sex,note\n1,F\n2,M,x\n", 2), ("no,sex,note\n1,F,x\n2,M", 3), ("no,sex,note\n1,F,x\n2", 3)] {
        let (out, done) = rows(text, file, &LookUps::new());
        let found: Vec<_> = done.faults.iter().map(|fault| (fault.what, fault.grade, fault.place)).collect();
        assert_eq!(found, [("the row has a different number of cells from the header", Grade::Row, place)], "{file}");
        assert_eq!(out.len(), 1, "{file}");
        let mut known = BTreeMap::new();
        assert_eq!(map::look_up(&mut csv(file), "no", "sex", &mut known).expect("bytes").len(), 1, "{file}");
    }
    // A note below the rows is none of them, and is told as such.
    let (_, done) = rows(text, "no,sex,note\n1,F,x\n2,M,y\nEnd of report\n", &LookUps::new());
    assert!(done.faults.iter().all(|fault| fault.grade == Grade::Warning), "{:?}", done.faults);
    // A word two letters away that many rows have is another word, and an empty cell that many rows have means something.
    let only =
        "[events.o]\nfile = \"f.csv\"\nonly = { what = \"internal\" }\nperson = \"id\"\nkind = { is = \"k\" }\ndate = \"d\"\n";
    for (other, grade) in [("external", None), ("", Some(Grade::Warning))] {
        let row = |at: usize| format!("{at},{},2024-01-01\n", if at.is_multiple_of(2) { "internal" } else { other });
        let file = format!("id,what,d\n{}", (1..=20).map(row).collect::<String>());
        let (out, done) = rows(only, &file, &LookUps::new());
        assert_eq!((out.len(), done.faults.first().map(|fault| fault.grade)), (10, grade), "{other}: {:?}", done.faults);
    }
    // Columns without a name at the end of the header have nothing to lose.
    let (out, done) = rows(text, "no,sex,,\n1,F\n2,M,\n3,F,,\n", &LookUps::new());
    assert_eq!((out.len(), done.faults.len()), (3, 0), "{:?}", done.faults);
}

#[test]
fn a_part_without_a_file_is_one_row() {
    let text = "[coverage.all]\ntable = { is = \"events\" }\nuntil = { is = \"2020-12-31\" }\n";
    assert_eq!(rows(text, "", &LookUps::new()).0, ["events,,2020-12-31,,,,,"]);
}

#[test]
fn a_column_that_is_not_there_stops_the_part() {
    let (out, done) =
        rows("[people.all]\nfile = \"f.csv\"\nperson = \"idd\"\nborn = \"birth\"\n", "id,birth\n1,2000-01-01\n", &LookUps::new());
    assert_eq!(out, Vec::<String>::new());
    assert_eq!((done.faults.len(), done.faults[0].column.as_str(), done.faults[0].fix.as_str()), (1, "idd", "is `id` meant?"));
}

#[test]
fn every_mistake_in_a_map_is_reported_at_once() {
    let text = "[start.x]\nfile = \"f\"\n[starts.y]\nfile = \"f\"\nperson = \"p\"\nprovidr = \"q\"\nbegan = { run = \"first\" }\n\
        [people.z]\nperson = \"p\"\n[spells.w]\nfile = \"f\"\nruns = { of = \"d\", breaks = 0 }\nkind = { is = \"k\" }\nfrom = { run = \"last\" }\n";
    let (_, problems) = read(text);
    let expected = [
        "there is no table `start`",
        "the table starts has no column `providr`",
        "`began` needs runs of days, and this part of the map makes none",
        "[starts.y] has no `provider`",
        "`person` comes from a file, but this part of the map names none",
        "`run` has a value that is not known",
        "[spells.w] has no `person`",
        "runs are made for each person, and this part of the map has no column for the person",
    ];
    for expected in expected {
        assert!(problems.iter().any(|problem| problem == expected), "{expected}\n{problems:#?}");
    }
}

/// The order of rows must not decide who is paid: every key with two values is refused.
#[test]
fn look_ups_that_contradict_themselves_are_refused_with_both_rows() {
    for (first, second) in [("Alpha", "Gamma"), ("2024-01-01", "2024-01-02"), ("10.00", "10"), ("North", "north"), ("A", "")] {
        for turned in [false, true] {
            let (one, other) = if turned { (second, first) } else { (first, second) };
            let file = format!("team,value\nT0,x\nT1,{one}\nT2,y\nT1,{other}\nT1,{one}\n");
            let mut known = BTreeMap::new();
            let faults = map::look_up(&mut csv(&file), "team", "value", &mut known).expect("bytes");
            assert_eq!(faults.len(), 1, "{file}: {faults:?}");
            assert_eq!((faults[0].value.as_deref(), faults[0].place), (Some("rows 3 and 5"), 5), "{file}");
        }
    }
}

#[test]
fn columns_that_appear_twice_are_refused_where_the_map_names_them() {
    let text = "[people.p]\nfile = \"f.csv\"\nperson = \"no\"\nsex = \"sex\"\n";
    for (file, expected) in [("no,sex,sex\n1,F,M\n", "sex"), ("no,no ,sex\n1,2,M\n", "no"), ("sex,no,sex,sex\nF,1,F,F\n", "sex")]
    {
        let (out, done) = rows(text, file, &LookUps::new());
        assert_eq!(out, Vec::<String>::new(), "{file}");
        let found: Vec<_> = done.faults.iter().map(|fault| (fault.what, fault.column.as_str())).collect();
        assert_eq!(found, [("the column appears twice", expected)], "{file}");
    }
    let (out, done) = rows(text, "no,sex,note,note\n1,F,a,b\n", &LookUps::new());
    assert_eq!(out, ["1,,,,F,,,,"]);
    assert!(done.faults.len() == 1 && done.faults[0].grade == Grade::Warning, "{:?}", done.faults);
    let mut known = BTreeMap::new();
    for file in ["a,a,b\n1,2,3\n", "a,b,b\n1,2,2\n"] {
        let faults = map::look_up(&mut csv(file), "a", "b", &mut known).expect("bytes");
        assert!(faults.iter().any(|fault| fault.what == "the column appears twice") && known.is_empty(), "{file}");
    }
}

/// Days in every form, of a part, of a column, of runs and of what is looked up.
#[test]
fn days_are_read_as_the_column_writes_them() {
    let all = |text: &str, file: &str| rows(text, file, &LookUps::new()).0;
    let starts = |more: &str| format!("[starts.s]\nfile = \"f.csv\"\n{more}person = \"no\"\nprovider = {{ is = \"A\" }}\n");
    let found = starts("") + "began = \"seen\"\n";
    assert_eq!(all(&found, "no,seen\n1,03/04/2024\n2,31/12/2024\n"), ["s-1,1,A,2024-04-03,,,,,,", "s-2,2,A,2024-12-31,,,,,,"]);
    let said = starts("") + "began = { column = \"seen\", format = \"month first\" }\nended = \"left\"\n";
    assert_eq!(all(&said, "no,seen,left\n1,03/04/2024,31.12.2024\n"), ["s-1,1,A,2024-03-04,,,,2024-12-31,,"]);
    let zone = starts("zone = \"Europe/London\"\n") + "began = \"seen\"\n";
    assert_eq!(
        all(&zone, "no,seen\n1,2024-07-01T23:00Z\n2,2024-12-01T23:00Z\n"),
        ["s-1,1,A,2024-07-02,,,,,,", "s-2,2,A,2024-12-01,,,,,,"]
    );
    let runs = "[spells.w]\nfile = \"f.csv\"\nformat = \"day first\"\nruns = { of = \"day\", breaks = 0 }\nperson = \"who\"\n\
        kind = { is = \"job\" }\nfrom = { run = \"first\" }\nto = { run = \"after\" }\n";
    assert_eq!(all(runs, "who,day\n1,01/02/2024\n1,02/02/2024\n"), ["w-1,1,job,2024-02-01,2024-02-03,"]);
    let looked_up = starts("") + "began = { file = \"days.csv\", by = \"no\", column = \"seen\" }\n";
    let key = (map::LookUpFile { file: "days.csv".to_owned(), sheet: None }, "no".to_owned(), "seen".to_owned());
    let days = BTreeMap::from([("1", "02/03/2024"), ("2", "20/03/2024")].map(|(key, day)| (key.to_owned(), day.to_owned())));
    let lookups = rows(&looked_up, "no\n1\n2\n", &LookUps::from([(key, days)])).0;
    assert_eq!(lookups, ["s-1,1,A,2024-03-02,,,,,,", "s-2,2,A,2024-03-20,,,,,,"]);
}

/// The rows that a filter leaves out say how the column writes its days, too; and a column that leaves it open is refused.
#[test]
fn a_column_that_leaves_it_open_is_refused() {
    let text = "[events.e]\nfile = \"f.csv\"\nonly = { kind = \"x\" }\nperson = \"no\"\nkind = \"kind\"\ndate = \"seen\"\n";
    let (parts, problems) = read(text);
    assert_eq!(problems, Vec::<String>::new());
    let survey = |file: &str| map::survey(&parts[0], &mut csv(file), &LookUps::new()).expect("bytes");
    assert!(survey("no,kind,seen\n1,x,01/02/2024\n2,y,13/02/2024\n").is_ok());
    let faults = survey("no,kind,seen\n1,x,01/02/2024\n2,y,03/02/2024\n").expect_err("nothing settles it");
    assert_eq!((faults.len(), faults[0].column.as_str(), faults[0].place), (1, "seen", 2));
    assert!(faults[0].fix.contains("format = \"day first\""), "{faults:?}");
}

#[test]
fn what_a_map_says_of_days_is_checked() {
    for (said, expected) in [
        ("format = \"DD/MM/YY\"", "this is not a date format"),
        ("zone = \"London\"", "there is no such time zone"),
        ("times = \"UTC\"", "times in UTC need a time zone to become days"),
        ("times = \"mine\"", "`times` has a value that is not known"),
        ("day_zero = 2020-01-01\nformat = \"day first\"", "`began` has a format, but days count from `day_zero`"),
    ] {
        let text =
            format!("[starts.s]\nfile = \"f.csv\"\n{said}\nperson = \"no\"\nprovider = {{ is = \"A\" }}\nbegan = \"seen\"\n");
        let (_, problems) = read(&text);
        assert!(problems.iter().any(|problem| problem == expected), "{said}: {problems:?}");
    }
}
