//! `wellspent link`: what it leaves behind, that it does not depend on the order of rows or the number of threads, that ids go on,
//! that its page shows no personal value, that no table, however odd, makes it lose a record, and how right it is on data whose
//! persons are known.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Output};

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::RowAccessor as _;

use super::wellspent::{Scratch, root, run, said, skipped, tell};

const COLUMNS: &str = "forename = \"forename\"\nsurname = \"surname\"\nborn = \"date of birth\"\npostcode = \"postcode\"\n";

/// A configuration of two agencies with these columns.
fn config(columns: &str) -> String {
    let table = |name: &str| format!("[table.{name}]\nfile = \"{name}.csv\"\nid = \"id\"\n[table.{name}.columns]\n{columns}");
    format!("purpose = \"a trial\"\nbasis = \"consent\"\n{}{}", table("police"), table("housing"))
}

fn link(scratch: &Scratch, out: &str, day: &str, threads: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wellspent"));
    command.arg("link").arg(scratch.0.join("link.toml")).arg("--out").arg(scratch.0.join(out)).args(["--day", day]);
    command.env("RAYON_NUM_THREADS", threads).current_dir(root()).output().expect("the program starts")
}

/// Links, and gives back the person of each record, and all rows.
fn linked(scratch: &Scratch, out: &str, day: &str, threads: &str) -> BTreeMap<(String, String), String> {
    let output = link(scratch, out, day, threads);
    assert!(output.status.success(), "{}", said(&output));
    persons(&scratch.0.join(out).join("persons.parquet"))
}

fn persons(path: &Path) -> BTreeMap<(String, String), String> {
    let reader = SerializedFileReader::new(File::open(path).expect("persons are written")).expect("it is a Parquet file");
    let rows: Vec<_> = reader.get_row_iter(None).expect("it has rows").map(|row| row.expect("a row can be read")).collect();
    let text = |row: &parquet::record::Row, at: usize| row.get_string(at).expect("a text").clone();
    let all: BTreeMap<_, _> = rows.iter().map(|row| ((text(row, 0), text(row, 1)), text(row, 2))).collect();
    assert_eq!(all.len(), rows.len(), "a record has one row");
    all
}

/// A word that stands in no report by chance, other for each number and kind.
fn word(kind: u64, number: u64) -> String {
    const PARTS: [&str; 16] =
        ["qa", "zor", "vex", "juk", "wim", "yb", "xul", "gnef", "prt", "okz", "hij", "dwa", "blu", "ziv", "fyx", "kuq"];
    let mut state = (kind * 1000 + number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (0..4)
        .map(|_| {
            state ^= state >> 29;
            state = state.wrapping_mul(0xBF58_476D_1CE4_E5B9);
            PARTS[(state >> 60) as usize]
        })
        .collect()
}

/// Forename, surname, day of birth and postcode of somebody.
fn somebody(number: u64) -> [String; 4] {
    let born = format!("{}-{:02}-{:02}", 1950 + number % 50, 1 + number * 7 % 12, 1 + number * 11 % 28);
    let postcode = format!("QX{} {}ZW", 1 + number % 9, 1 + number / 9 % 9);
    [word(1, number % 90), word(2, number % 150), born, postcode]
}

/// Rows of the two agencies: 200 people each, 120 of whom both know, with slips of the pen.
fn rows() -> [Vec<String>; 2] {
    let police = (0..200).map(|number| format!("p{number},{}", somebody(number).join(","))).collect();
    let housing = (80..280)
        .map(|number| {
            let [mut forename, surname, born, mut postcode] = somebody(number);
            if number % 5 == 0 {
                forename.pop();
            }
            if number % 7 == 0 {
                postcode.clear();
            }
            format!("h{number},{forename},{surname},{born},{postcode}")
        })
        .collect();
    [police, housing]
}

fn write(scratch: &Scratch, rows: &[Vec<String>; 2]) {
    for (name, rows) in ["police.csv", "housing.csv"].iter().zip(rows) {
        scratch.write(name, format!("id,forename,surname,born,postcode\n{}\n", rows.join("\n")));
    }
}

#[test]
fn everything_is_left_behind_and_nothing_personal_is_shown() {
    let scratch = Scratch::new("link");
    scratch.write("link.toml", config(COLUMNS));
    let all = rows();
    write(&scratch, &all);
    let found = linked(&scratch, "out", "2026-01-01", "2");
    for file in ["persons.parquet", "links.parquet", "model.json", "identities.csv", "report.html"] {
        let size = fs::metadata(scratch.0.join("out").join(file)).map(|about| about.len());
        assert!(size.is_ok_and(|size| size > 0), "{file} is written");
    }
    assert_eq!(found.len(), 400);
    let same = |number: u64| {
        let person = |agency: &str, id: String| &found[&(agency.to_owned(), id)];
        person("police", format!("p{number}")) == person("housing", format!("h{number}"))
    };
    assert!((80..200).filter(|number| same(*number)).count() >= 100, "most of the 120 whom both know are found");

    let page = fs::read_to_string(scratch.0.join("out/report.html")).expect("a page").to_lowercase();
    assert!(page.contains("police/p") && page.contains("pair-1"), "records are named and pairs explained");
    for row in all.iter().flatten() {
        for value in row.split(',').skip(1).filter(|value| !value.is_empty()) {
            let lower = value.to_lowercase();
            assert!(!page.contains(&lower) && !page.contains(&lower.replace([' ', '-'], "")), "the page shows {value}");
        }
    }
}

#[test]
fn order_and_threads_make_no_difference_and_ids_go_on() {
    let scratch = Scratch::new("link");
    scratch.write("link.toml", config(COLUMNS));
    let mut all = rows();
    write(&scratch, &all);
    let first = linked(&scratch, "one", "2026-01-01", "1");
    linked(&scratch, "two", "2026-01-01", "2");
    all.iter_mut().for_each(|rows| rows.sort_by_key(|row| row.chars().rev().collect::<String>()));
    write(&scratch, &all);
    linked(&scratch, "shuffled", "2026-01-01", "2");
    for file in ["persons.parquet", "links.parquet", "model.json", "identities.csv", "report.html"] {
        let bytes = |folder: &str| fs::read(scratch.0.join(folder).join(file)).expect("it is written");
        assert!(bytes("one") == bytes("two"), "{file} depends on the number of threads");
        assert!(bytes("one") == bytes("shuffled"), "{file} depends on the order of rows");
    }

    all[1].push(format!("new,{}", somebody(1000).join(",")));
    write(&scratch, &all);
    let next = linked(&scratch, "one", "2026-01-02", "2");
    assert_eq!(next.len(), first.len() + 1);
    let moved: Vec<_> = first.iter().filter(|(key, person)| next[*key] != **person).collect();
    assert!(moved.is_empty(), "records that changed their person's id: {moved:?}");
    let new = &next[&("housing".to_owned(), "new".to_owned())];
    assert!(first.values().all(|person| person != new), "a new person has an id of its own");
}

/// Each table alone, and all rows of all of them together: every record comes out again with a person.
#[test]
fn odd_tables_lose_no_record() {
    let long = "a".repeat(100_000);
    let scripts = ["Ольга,Ильина", "明,王", "فاطمة,العلي", "Ἀλέξανδρος,Παπᾶς", "אברהם,כהן", "Zoë,Nuñez-Ó Briain", "🙂,e\u{301}"];
    let mixed = ["1,2", "true,NaN", "1e308,-0", "2020-01-01,31/12/1999", "null,''", "=1+1,<b>", "\u{0},\u{202e}abc"];
    let named = |names: &[&str], born: &str| names.iter().map(|name| format!("{name},{born},QX1 1ZW")).collect::<Vec<_>>();
    let tables: [(&str, Vec<String>); 7] = [
        ("empty columns", vec![",,,".to_owned(); 50]),
        ("one value", vec!["qazor,vexjuk,1970-02-03,QX1 1ZW".to_owned(); 50]),
        ("20,000 identical records", vec!["qazor,vexjuk,1970-02-03,QX1 1ZW".to_owned(); 20_000]),
        ("other scripts", named(&scripts, "1970-02-03")),
        ("a name of 100,000 letters", named(&[&format!("{long},b"), &format!("{long}a,b"), "c,d"], "1980-05-06")),
        ("mixed types", named(&mixed, "13")),
        ("one record", vec!["qazor,vexjuk,1970-02-03,QX1 1ZW".to_owned()]),
    ];
    let together: Vec<String> = tables.iter().flat_map(|(_, rows)| rows.clone()).collect();
    let mut failed = String::new();
    for (name, rows) in tables.iter().map(|(name, rows)| (*name, rows)).chain([("all together", &together)]) {
        let scratch = Scratch::new("link");
        scratch.write("link.toml", config(COLUMNS));
        let numbered = |letter: &str, every: usize| -> Vec<String> {
            rows.iter().enumerate().step_by(every).map(|(at, row)| format!("{letter}{at},{row}")).collect()
        };
        let all = [numbered("p", 1), numbered("h", 3)];
        write(&scratch, &all);
        let output = link(&scratch, "out", "2026-01-01", "2");
        if !output.status.success() {
            let _ = writeln!(failed, "{name}: {}", said(&output));
            continue;
        }
        let found = persons(&scratch.0.join("out/persons.parquet"));
        let expected = all[0].len() + all[1].len();
        if found.len() != expected {
            let _ = writeln!(failed, "{name}: {} records of {expected} came out\n{}", found.len(), said(&output));
        }
    }
    assert!(failed.is_empty(), "{failed}");
}

/// Numbers of a Parquet file stand beside text of a CSV file in one field.
#[test]
fn tables_of_different_types_are_linked() {
    let scratch = Scratch::new("link");
    scratch.write("link.toml", config(COLUMNS));
    write(&scratch, &rows());
    linked(&scratch, "out", "2026-01-01", "2");
    let columns = "quality = { is = \"area\", as = \"place\" }\n";
    let numbers = format!("[table.numbers]\nfile = \"out/persons.parquet\"\nid = \"id\"\n[table.numbers.columns]\n{columns}");
    let columns = format!("{COLUMNS}place = {{ is = \"area\", as = \"place\" }}\n");
    scratch.write("link.toml", config(&columns) + &numbers);
    for (name, rows) in ["police.csv", "housing.csv"].iter().zip(rows()) {
        let rows: Vec<String> = rows.iter().map(|row| format!("{row},1.0\n")).collect();
        scratch.write(name, format!("id,forename,surname,born,postcode,place\n{}", rows.concat()));
    }
    assert_eq!(linked(&scratch, "both", "2026-01-01", "2").len(), 800);
}

/// Links real data that come with the person of each record, with nothing said but what the columns are, and holds the result
/// against it. `least` are pair F1, B-cubed and the share of persons exactly right.
fn against_known_persons(name: &str, tables: &[(&Path, &str)], columns: &str, least: [f64; 3]) {
    let scratch = Scratch::new(&format!("known-{name}"));
    let mut config = String::from("purpose = \"a trial\"\nbasis = \"open data\"\n");
    for (at, (file, keys)) in tables.iter().enumerate() {
        let file = file.display();
        write!(config, "[table.t{at}]\nfile = \"{file}\"\n{keys}\n[table.t{at}.columns]\n{columns}").expect("a text grows");
    }
    fs::write(scratch.0.join("link.toml"), config).expect("the configuration is written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_wellspent"));
    let output = command
        .arg("link")
        .arg(scratch.0.join("link.toml"))
        .arg("--allow-outside-files")
        .env("NO_COLOR", "1")
        .output()
        .expect("the program starts");
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    let after = |line: &str, mark: &str| {
        let line = text.lines().find(|text| text.trim_start().starts_with(line)).unwrap_or_else(|| panic!("no {line} in {text}"));
        let number = line.rsplit(mark).next().unwrap_or_default().trim().trim_end_matches('%');
        number.parse::<f64>().unwrap_or_else(|_| panic!("no number in {line}"))
    };
    let found = [after("pairs  ", "F1 "), after("B-cubed", " "), after("persons exactly right", "  ") / 100.0];
    let [f1, b_cubed, exact] = found;
    tell(&format!("{name}: pair F1 {f1:.4}, B-cubed {b_cubed:.4}, persons exactly right {:.1} %", exact * 100.0));
    assert!(found.iter().zip(least).all(|(found, least)| *found >= least), "{name}: {found:?} is below {least:?}");
}

fn data(name: &str) -> Option<std::path::PathBuf> {
    let folder = std::env::var_os("WELLSPENT_DATA").map_or_else(|| root().join("../shared/data"), Into::into);
    let there = folder.join(name).canonicalize().ok();
    if there.is_none() {
        skipped(&format!("{name} is not in the folder of data sets (WELLSPENT_DATA)"));
    }
    there
}

#[test]
fn fake_1000_is_linked_as_its_labels_say() {
    let Some(file) = data("splink_datasets/fake_1000.csv") else { return };
    let columns =
        "first_name = \"forename\"\nsurname = \"surname\"\ndob = \"date of birth\"\ncity = \"area\"\nemail = \"email\"\n";
    against_known_persons("fake_1000", &[(&file, "id = \"unique_id\"\ntruth = \"cluster\"")], columns, [0.92, 0.94, 0.75]);
}

#[test]
fn historical_figures_are_linked_as_their_labels_say() {
    let Some(file) = data("splink_datasets/historical_figures_with_errors_50k.parquet") else { return };
    let columns = "first_name = \"forename\"\nsurname = \"surname\"\ndob = \"date of birth\"\nbirth_place = \"area\"\n\
                   postcode_fake = \"postcode\"\noccupation = \"area\"\ngender = \"sex\"\n";
    against_known_persons("historical 50k", &[(&file, "id = \"unique_id\"\ntruth = \"cluster\"")], columns, [0.88, 0.9, 0.4]);
}

/// FEBRL writes the person into the id: rec-1070-org and rec-1070-dup-0.
#[test]
fn febrl_4_is_linked_as_its_ids_say() {
    let (Some(a), Some(b)) = (data("febrl/dataset4a.csv"), data("febrl/dataset4b.csv")) else { return };
    let scratch = Scratch::new("febrl4");
    let labelled = |from: &Path, name: &str| {
        let text = fs::read_to_string(from).expect("the data can be read");
        let mut lines = text.lines();
        let mut out = format!("{}, person\n", lines.next().unwrap_or_default());
        for line in lines {
            let person: Vec<&str> = line.split('-').take(2).collect();
            writeln!(out, "{line}, {}", person.join("-")).expect("a text grows");
        }
        let path = scratch.0.join(name);
        fs::write(&path, out).expect("the table is written");
        path
    };
    let (a, b) = (labelled(&a, "a.csv"), labelled(&b, "b.csv"));
    let columns = "given_name = \"forename\"\nsurname = \"surname\"\ndate_of_birth = \"date of birth\"\n\
                   street_number = \"address part\"\naddress_1 = \"address part\"\naddress_2 = \"address part\"\n\
                   suburb = \"area\"\npostcode = \"postcode\"\nstate = \"area\"\nsoc_sec_id = \"national id\"\n";
    let keys = "id = \"rec_id\"\ntruth = \"person\"\ntwice = false";
    against_known_persons("febrl 4", &[(&a, keys), (&b, keys)], columns, [0.9995, 0.9995, 0.999]);
}

/// Whoever asks why a person is one is written down, beside the history of ids, before anything is shown.
#[test]
fn who_asks_why_is_written_down() {
    let scratch = Scratch::new("why");
    let csv = "id,forename,surname,born,postcode\n1,Ann,Lee,1980-01-02,ab1 2cd\n2,Bo,Ray,1990-03-04,ef3 4gh\n";
    ["police.csv", "housing.csv"].iter().for_each(|name| scratch.write(name, csv));
    scratch.write("link.toml", config(COLUMNS));
    assert!(link(&scratch, "out", "2026-01-01", "1").status.success());
    let (configuration, out) = (format!("{}/link.toml", scratch.path()), format!("{}/out", scratch.path()));
    let why = |record: &str, more: &[&str]| said(&run(&[&["link", &configuration, "--why", record][..], more].concat()));
    let log = |folder: &str| fs::read_to_string(format!("{folder}/access-log.csv")).ok();
    let unknown = why("police/9", &["--out", &out, "--asked-by", "A. Tester"]);
    assert!(unknown.contains("no record police/9 was linked"), "{unknown}");
    assert_eq!(log(&out), None, "nothing was shown");
    let shown = why("police/1", &["--out", &out, "--asked-by", "A. Tester", "--day", "2026-02-01"]);
    assert!(shown.contains("a person of one record") || shown.contains("a person of 2 records"), "{shown}");
    let of_out = log(&out).expect("a log");
    let row = of_out.lines().nth(1).expect("a row");
    assert!(row.contains(",A. Tester,a trial,link,P0000000"), "{of_out}");
    assert!(!of_out.contains("police/1") && of_out.lines().count() == 2, "{of_out}");
    why("police/1", &["--asked-by", "A. Tester"]);
    assert!(log(scratch.path()).is_some_and(|log| log.ends_with(",A. Tester,a trial,link,\n")), "where no id is known");
    for (arguments, needed) in [(["--asked-by", "A. Tester"], "--why <AGENCY/ID>"), (["--day", "2026-01-01"], "--out <DIR>")] {
        let said = said(&run(&[&["link", &configuration][..], &arguments].concat()));
        assert!(said.contains("required") && said.contains(needed), "{said}");
    }
}

/// A list of short forms of forenames takes the place of the one that is built in, and is part of the model.
#[test]
fn nicknames_may_be_ones_own() {
    let scratch = Scratch::new("nicknames");
    let csv = "id,forename,surname,born,postcode\n1,Ann,Lee,1980-01-02,ab1 2cd\n2,Bo,Ray,1990-03-04,ef3 4gh\n";
    ["police.csv", "housing.csv"].iter().for_each(|name| scratch.write(name, csv));
    let model = |top: &str| {
        scratch.write("link.toml", format!("{top}{}", config(COLUMNS)));
        let output = link(&scratch, "out", "2026-01-01", "1");
        assert!(output.status.success(), "{}", said(&output));
        fs::read_to_string(scratch.0.join("out/model.json")).expect("a model")
    };
    let built_in = model("");
    assert!(built_in.contains("\"bill\": \"william\""), "{built_in}");
    scratch.write("names.csv", "short,full\nZOG,Quíll\n");
    let own = model("nicknames = \"names.csv\"\n");
    assert!(own.contains("\"zog\": \"quill\"") && !own.contains("\"bill\""), "{own}");
    fs::copy(scratch.0.join("out/model.json"), scratch.0.join("model.json")).expect("the model");
    assert_eq!(model("model = \"model.json\"\n"), own, "what is read is written again");
    for (top, expected) in [
        ("nicknames = \"nowhere.csv\"\n", "there is no such file"),
        ("nicknames = \"names.csv\"\nmodel = \"model.json\"\n", "the model has its list of names in it"),
    ] {
        scratch.write("link.toml", format!("{top}{}", config(COLUMNS)));
        let said = said(&link(&scratch, "out", "2026-01-01", "1"));
        assert!(said.contains(expected), "{said}");
    }
}

/// What a configuration says and nobody would follow is refused.
#[test]
fn nothing_in_a_configuration_is_passed_over() {
    let scratch = Scratch::new("said");
    for (text, expected) in [
        (String::new(), vec!["the file is empty", "[table.police.columns]", "born = \"date of birth\""]),
        (config("born = { split = \"|\" }\n"), vec!["nothing says what the column `born` is", "add to it: is = \"surname\""]),
        (config("born = { is = \"date of birth\", split = \"||\" }\n"), vec!["values are parted by one letter"]),
        (
            config("a = { is = \"forename\", split = \"|\" }\nb = { is = \"forename\", split = \";\" }\n"),
            vec!["another column of the field `forename` parts at \"|\"", "give both columns the same letter"],
        ),
        (format!("scope = \"court\"\n{}", config(COLUMNS)), vec!["`scope` says which decisions count, and there are none"]),
        (format!("as_at = 2026-01-01\n{}", config(COLUMNS)), vec!["`as_at` says which decisions count"]),
        (format!("rules = [\"l.a = r.a\"]\n{}", config(COLUMNS)), vec!["rules belong to a model made elsewhere"]),
    ] {
        scratch.write("link.toml", &text);
        let output = link(&scratch, "out", "2026-01-01", "1");
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{text}\n{said}");
        assert!(expected.iter().all(|expected| said.contains(expected)), "{text}\n{said}");
    }
}

/// Where purposes are stated a linkage needs one of them: its name, its law, its agencies, on this day.
#[test]
fn a_linkage_needs_one_of_the_purposes_that_are_stated() {
    let scratch = Scratch::new("allowed");
    let csv = "id,forename,surname,born,postcode\n1,Ann,Lee,1980-01-02,ab1 2cd\n2,Bo,Ray,1990-03-04,ef3 4gh\n";
    scratch.write("police.csv", csv);
    scratch.write("housing.csv", csv);
    let purposes = |agencies: &str, until: &str| {
        format!(
            "[purpose.trial]\nwhy = \"a trial\"\nlegal_basis = \"consent\"\nagencies = [{agencies}]\nshows = [\"events\"]\n\
             from = 2026-01-01\nuntil = {until}\n"
        )
    };
    let both = "\"police\", \"housing\"";
    let good = config(COLUMNS).replace("\"a trial\"", "\"trial\"");
    let cases = [
        (purposes(both, "2099-12-31"), good.clone(), None),
        (purposes(both, "2099-12-31"), config(COLUMNS), Some(("states no purpose `a trial`", "`purpose` in"))),
        (
            purposes(both, "2099-12-31"),
            good.replace("consent", "habit"),
            Some(("rests on \"habit\"", "write basis = \"consent\"")),
        ),
        (purposes("\"police\"", "2099-12-31"), good.clone(), Some(("does not cover records of housing", "add \"housing\""))),
        (purposes(both, "2026-01-02"), good, Some(("holds from 2026-01-01 to 2026-01-02", "change `from` or `until`"))),
    ];
    for place in [".", "out"] {
        fs::create_dir_all(scratch.0.join("out")).expect("a folder");
        for (purposes, config, refused) in &cases {
            scratch.write(&format!("{place}/purposes.toml"), purposes);
            scratch.write("link.toml", config);
            let output = link(&scratch, "out", "2027-01-01", "1");
            let said = said(&output);
            match refused {
                None => assert!(output.status.success() && scratch.0.join("out/persons.parquet").is_file(), "{said}"),
                Some((what, hint)) => {
                    assert_eq!(output.status.code(), Some(1), "{said}");
                    assert!(said.contains(what) && said.contains(hint), "{said}");
                    assert!(!scratch.0.join("out/persons.parquet").exists(), "nothing is written");
                }
            }
            let _ = fs::remove_file(scratch.0.join("out/persons.parquet"));
        }
        fs::remove_file(scratch.0.join(place).join("purposes.toml")).expect("the purposes");
    }
}

/// Made-up people of two agencies, in a share of whose records the date of birth is not known, by how that is written.
fn unknown_births(scratch: &Scratch, unknown: &str) {
    let mut state = 7_u64;
    let mut below = |sides: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % sides
    };
    let people: Vec<[String; 4]> = (0..900)
        .map(|_| {
            let born = format!("{}-{:02}-{:02}", 1950 + below(50), 1 + below(12), 1 + below(28));
            [word(1, below(30)), word(2, below(200)), born, format!("QX{} {}ZW", 1 + below(9), 1 + below(9))]
        })
        .collect();
    let mut table = |name: &str, from: usize, to: usize| {
        let mut rows = String::from("id,forename,surname,born,postcode,who\n");
        for (at, person) in people.iter().enumerate().take(to).skip(from) {
            let [forename, surname, born, postcode] = person;
            let born = if below(100) < 25 { unknown } else { born };
            let postcode = if below(100) < 15 { "" } else { postcode };
            writeln!(rows, "{at},{forename},{surname},{born},{postcode},{at}").expect("a text grows");
        }
        scratch.write(name, rows);
    };
    table("police.csv", 0, 600);
    table("housing.csv", 300, 900);
    let text = config(COLUMNS).replace("id = \"id\"", "id = \"id\"\ntruth = \"who\"");
    scratch.write("link.toml", text);
}

#[test]
fn a_date_that_is_none_is_missing_and_told() {
    let pairs = |unknown: &str| {
        let scratch = Scratch::new("unknown");
        unknown_births(&scratch, unknown);
        let text = said(&run(&["link", &format!("{}/link.toml", scratch.path())]));
        let line = text.lines().find(|line| line.starts_with("  pairs  ")).unwrap_or_else(|| panic!("no pairs in {text}"));
        (line.to_owned(), text)
    };
    let (empty, quiet) = pairs("");
    assert!(!quiet.contains("count as missing"), "{quiet}");
    let days = [
        "unknown",
        "0000-00-00",
        "1980-02-31",
        "31/02/1980",
        "1900-01-01",
        "01/01/1901",
        "9999-12-31",
        "00/00/0000",
        "1977-07-07",
        "1 January 1900",
    ];
    for unknown in days {
        let (line, text) = pairs(unknown);
        assert_eq!(line, empty, "{unknown} is as good as an empty cell");
        assert!(unknown == "unknown" || text.contains("count as missing"), "{unknown}: {text}");
    }
}

#[test]
fn rows_of_one_id_are_one_record() {
    let scratch = Scratch::new("repeated");
    scratch.write("link.toml", config(COLUMNS));
    let mut all = rows();
    write(&scratch, &all);
    let once = said(&link(&scratch, "once", "2026-01-01", "2"));
    for rows in &mut all {
        let again = rows.clone();
        rows.extend(again);
    }
    write(&scratch, &all);
    let twice = said(&link(&scratch, "twice", "2026-01-01", "2"));
    assert!(twice.contains("400 rows repeat another"), "{twice}");
    let without = |text: &str| text.lines().filter(|line| !line.starts_with("warning")).collect::<Vec<_>>().join("\n");
    assert_eq!(without(&once).replace("once", ""), without(&twice).replace("twice", ""), "they count once");
    for file in ["persons.parquet", "links.parquet", "model.json"] {
        let bytes = |folder: &str| fs::read(scratch.0.join(folder).join(file)).expect("it is written");
        assert!(bytes("once") == bytes("twice"), "{file} differs");
    }
    // A row that says something else under a known id belongs to the same record.
    all[0].push("p0,zorvex,jukwim,1999-09-09,QX9 9ZW".into());
    write(&scratch, &all);
    let differs = said(&link(&scratch, "differs", "2026-01-01", "2"));
    assert!(differs.contains("400 records of 2 agencies") && differs.contains("1 id has several rows that differ"), "{differs}");
    let pairs = links(&scratch.0.join("differs/links.parquet"));
    let mut each = pairs.clone();
    each.sort();
    each.dedup();
    assert_eq!(each.len(), pairs.len(), "each pair stands once");
}

/// The pairs of a table of links, each with its smaller key first.
fn links(path: &Path) -> Vec<[String; 4]> {
    let reader = SerializedFileReader::new(File::open(path).expect("links are written")).expect("it is a Parquet file");
    let rows = reader.get_row_iter(None).expect("it has rows").map(|row| row.expect("a row can be read"));
    let pair = |row: parquet::record::Row| {
        let text = |at: usize| row.get_string(at).expect("a text").clone();
        let (one, other) = ([text(0), text(1)], [text(2), text(3)]);
        let [a, b] = if one <= other { [one, other] } else { [other, one] };
        [a[0].clone(), a[1].clone(), b[0].clone(), b[1].clone()]
    };
    rows.map(pair).collect()
}

/// People whose names are exchanged at the other agency: found from both sides, and told once.
#[test]
fn a_pair_with_exchanged_names_is_one_link() {
    let scratch = Scratch::new("exchanged");
    scratch.write("link.toml", config(COLUMNS));
    let mut all = rows();
    for row in all[1].iter_mut().step_by(3) {
        let cells: Vec<&str> = row.split(',').collect();
        *row = [cells[0], cells[2], cells[1], cells[3], cells[4]].join(",");
    }
    write(&scratch, &all);
    linked(&scratch, "out", "2026-01-01", "2");
    let pairs = links(&scratch.0.join("out/links.parquet"));
    let mut each = pairs.clone();
    each.sort();
    each.dedup();
    assert_eq!(each.len(), pairs.len(), "each pair stands once");
}

#[test]
fn a_partial_model_that_links_nothing_is_refused() {
    let scratch = Scratch::new("partial");
    scratch.write("link.toml", config(COLUMNS));
    write(&scratch, &rows());
    linked(&scratch, "out", "2026-01-01", "2");
    let config = "purpose = \"a trial\"\nbasis = \"consent\"\nmodel = \"out/model.json\"\n\
                  [table.police]\nfile = \"police.csv\"\nid = \"id\"\n[table.police.columns]\nforename = \"forename\"\n\
                  [table.housing]\nfile = \"housing.csv\"\nid = \"id\"\n[table.housing.columns]\nforename = \"forename\"\n";
    let model = fs::read_to_string(scratch.0.join("out/model.json")).expect("a model");
    let mut read: serde_json::Value = serde_json::from_str(&model).expect("it is JSON");
    // Rules that do not need what is left out may link; these all need the date of birth.
    let rules = read["rules"].as_array_mut().expect("it has rules");
    rules.retain(|rule| rule["label"].as_str().is_some_and(|label| label.contains("date of birth")));
    assert!(!rules.is_empty(), "some rule asks for the date of birth");
    scratch.write("out/model.json", read.to_string());
    scratch.write("part.toml", config);
    let text = said(&run(&["link", &format!("{}/part.toml", scratch.path())]));
    assert!(text.contains("no two records would be compared") && text.contains("date of birth"), "{text}");
    assert!(text.ends_with("exit code 2\n"), "{text}");
}

#[test]
fn four_records_tell_nothing_of_what_is_missed() {
    let scratch = Scratch::new("four");
    scratch.write("link.toml", config(COLUMNS));
    let all = rows().map(|rows| rows[..2].to_vec());
    write(&scratch, &all);
    let text = said(&link(&scratch, "out", "2026-01-01", "2"));
    assert!(text.contains("all matching pairs linked    cannot be told"), "{text}");
    assert!(!scratch.0.join("out/recall.csv").exists(), "no share is written");
}
