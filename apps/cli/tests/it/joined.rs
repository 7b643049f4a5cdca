//! Several agencies' records together, through the front door: `person`, `duplication` and `pseudonymise` on the made-up folder
//! `tests/joined`. What a purpose does not cover must never come out, whichever way somebody asks.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use parquet::data_type::{ByteArray, ByteArrayType, DoubleType};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use crate::wellspent::{Scratch, differs, root, run, said, skipped};

const FOLDER: &str = "apps/cli/tests/joined";

/// Asks of a copy of the folder, since whoever looks is written down in it.
fn ask(command: &[&str], purpose: &str, as_at: &str) -> (Option<i32>, String) {
    let copy = copied(&|_, text| text);
    let command: Vec<&str> = command.iter().map(|word| if *word == FOLDER { copy.path() } else { word }).collect();
    let output = run(&[&command[..], &["--purpose", purpose, "--as-at", as_at, "--asked-by", "A. Tester"]].concat());
    (output.status.code(), said(&output).replace(copy.path(), FOLDER))
}

fn golden(name: &str, found: &str) {
    let differs = differs(&root().join("apps/cli/tests/golden").join(name), found);
    assert!(differs.is_none(), "{}", differs.unwrap_or_default());
}

/// A copy of the folder, every table changed on the way.
fn copied(change: &dyn Fn(&str, String) -> String) -> Scratch {
    fn copy(from: &Path, to: &Path, change: &dyn Fn(&str, String) -> String) {
        fs::create_dir_all(to).expect("a folder");
        for entry in fs::read_dir(from).expect("a folder").flatten() {
            let (path, name) = (entry.path(), entry.file_name().into_string().expect("a name"));
            match path.is_dir() {
                true => copy(&path, &to.join(name), change),
                false => {
                    let text = fs::read_to_string(&path).expect("text");
                    fs::write(to.join(&name), change(&name, text)).expect("a file");
                }
            }
        }
    }
    let scratch = Scratch::new("joined");
    copy(&root().join(FOLDER), &scratch.0, change);
    scratch
}

#[test]
fn one_timeline_with_the_owner_of_each_item() {
    let (code, said) = ask(&["person", "P00000001", FOLDER], "joint-support", "2026-12-31");
    assert_eq!(code, Some(0), "{said}");
    golden("person.txt", &said);
    for hidden in ["police", "arrest", "ecret", "Sample", "1990", "H-1"] {
        let words = said.split("what else is held").nth(1).expect("what is not shown");
        assert!(!words.contains(hidden), "{hidden}\n{said}");
    }
}

/// On an earlier day the records were those of two persons, and what became known later was not there.
#[test]
fn a_past_day_is_told_as_it_was_known() {
    let (_, then) = ask(&["person", "P00000001", FOLDER], "joint-support", "2026-05-31");
    assert!(then.contains("records: probation 1, treatment 1;") && !then.contains("  housing  "), "{then}");
    assert!(!then.contains("conviction") && then.contains("lead worker"), "{then}");
    let (_, before) = ask(&["person", "P00000007", FOLDER], "joint-support", "2026-05-31");
    assert!(before.contains("needs assessment") && before.contains("Testa Ann") && !before.contains("  probation  "), "{before}");
    let (_, after) = ask(&["person", "P00000007", FOLDER], "joint-support", "2026-06-01");
    assert!(after.contains("P00000007 is part of P00000001") && after.contains("records: housing 1, probation 1"), "{after}");
}

#[test]
fn what_is_not_covered_is_refused_with_what_would_allow_it() {
    let no_agency = ["person", "P00000001", FOLDER, "--agency", "police"];
    let cases: [(&[&str], &str, &str, &str); 6] = [
        (&["person", "P00000001", FOLDER], "joint-suport", "no purpose `joint-suport`", "did you mean `joint-support`?"),
        (&["person", "P00000001", FOLDER], "pilot", "holds from 2019-01-01 to 2020-12-31", "change `from` or `until`"),
        (
            &no_agency,
            "joint-support",
            "does not cover records of police",
            "add \"police\" to `agencies` of [purpose.joint-support]",
        ),
        (&["person", "P00000008", FOLDER], "joint-support", "holds a person with this id", "check the id"),
        (&["person", "nobody", FOLDER], "joint-support", "holds a person with this id", "check the id"),
        (
            &["duplication", FOLDER],
            "lead-workers",
            "does not cover \"events: assessment\"",
            "add \"events: assessment\" to `shows`",
        ),
    ];
    for (command, purpose, what, hint) in cases {
        let (code, said) = ask(command, purpose, "2026-12-31");
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(what) && said.contains(hint), "{said}");
        assert!(!said.contains("ecret") && !said.contains("Test"), "{said}");
    }
    // Of somebody whom only the police know nothing else is said than of nobody at all.
    let of = |id: &str| ask(&["person", id, FOLDER], "joint-support", "2026-12-31").1;
    assert_eq!(of("P00000008"), of("nobody"));
    let output = run(&["person", "P00000001", FOLDER, "--as-at", "2026-12-31"]);
    assert_eq!(output.status.code(), Some(2), "a purpose is not optional");
}

#[test]
fn a_purpose_that_shows_less_shows_less() {
    let (_, said) = ask(&["person", "P00000001", FOLDER], "lead-workers", "2026-12-31");
    let lines: Vec<&str> = said.lines().filter(|line| line.contains("  spells  ")).collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert!(lines.iter().all(|line| line.contains("lead worker")), "{said}");
    assert!(!said.contains("housing"), "that housing knows the person is not said\n{said}");
    let (_, died) = ask(&["person", "P00000003", FOLDER], "lead-workers", "2026-12-31");
    assert!(died.contains("2026-11-30") && died.contains("died"), "{died}");
}

#[test]
fn purposes_that_say_too_little_are_told_all_at_once() {
    let folder = copied(&|name, text| match name {
        "purposes.toml" => text
            .replacen("legal_basis = \"Crime and Disorder Act 1998, s.115\"\n", "", 1)
            .replacen("\"events\", \"spells\"", "\"evnts\", \"people.surnam\", \"claims: some\"", 1)
            .replacen("until = 2099-12-31", "until = 2025-12-31", 1),
        _ => text,
    });
    let (code, said) = ask(&["person", "P00000001", folder.path()], "joint-support", "2026-12-31");
    assert_eq!(code, Some(1));
    golden("purposes.txt", &said.replace(folder.path(), "JOINED"));
}

#[test]
fn the_same_work_twice_is_counted_with_its_range_and_its_cost() {
    let out = Scratch::new("duplication");
    let (page, list) = (format!("{}/page.html", out.path()), format!("{}/list.csv", out.path()));
    let (code, said) = ask(&["duplication", FOLDER, "--html", &page, "--list", &list], "joint-support", "2026-12-31");
    assert_eq!(code, Some(0), "{said}");
    golden("duplication.txt", &said.replace(out.path(), "OUT"));
    let list = fs::read_to_string(&list).expect("the list");
    assert_eq!(
        list,
        "\u{feff}person,work,need,first_agency,first_from,second_agency,second_from\n\
         P00000001,assessment,housing,probation,2026-02-01,housing,2026-03-15\n\
         P00000001,lead worker,,probation,2026-01-10,treatment,2026-02-10\n\
         P00000002,assessment,housing,probation,2026-02-01,housing,2026-04-20\n\
         P00000003,plan,,treatment,2026-02-20,probation,2026-03-01\n"
    );
    let page = fs::read_to_string(&page).expect("the page");
    assert_eq!(page.matches("<figure id=\"chart-").count(), 3, "a chart of people, of pairs and of costs");
    for outside in ["http://", "https://", "src=", "<script", "<link", "<img", "NaN", "police", "ecret"] {
        assert!(!page.contains(outside), "the page has {outside}");
    }
    for inside in
        ["assumption, not fact", "£204 (£100 to £400) each", "Crime and Disorder Act 1998", "joined work has a cost too"]
    {
        assert!(page.contains(inside), "the page lacks {inside}");
    }
}

/// The rows of every table the other way round say the same.
#[test]
fn the_order_of_rows_does_not_matter() {
    let turned = copied(&|name, text| {
        let mut lines: Vec<&str> = text.lines().collect();
        if name.ends_with(".csv") && name != "identities.csv" {
            lines[1..].reverse();
        }
        lines.join("\n") + "\n"
    });
    let asked = |folder: &str| ask(&["duplication", folder], "joint-support", "2026-12-31").1;
    // The unit costs are listed in the order of their file.
    let before = |said: String| said.split("Unit costs").next().unwrap_or_default().to_owned();
    assert_eq!(before(asked(FOLDER)), before(asked(turned.path())));
}

#[test]
fn a_changed_history_is_not_used() {
    let folder = copied(&|name, text| match name {
        "identities.csv" => text.replace("joined,P00000001,housing,H-1,P00000007", "joined,P00000001,housing,H-1,P00000002"),
        _ => text,
    });
    let (code, said) = ask(&["person", "P00000001", folder.path()], "joint-support", "2026-12-31");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("row 23: the row does not follow") && !said.contains("H-1"), "{said}");
}

/// The table of persons as Parquet, with text ids and floating point qualities.
#[test]
fn persons_may_come_as_parquet() {
    let folder = copied(&|_, text| text);
    let csv = fs::read_to_string(folder.0.join("persons.csv")).expect("the table");
    fs::remove_file(folder.0.join("persons.csv")).expect("one of the two");
    let rows: Vec<Vec<&str>> = csv.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let message = "message persons { required binary agency (STRING); required binary id (STRING); \
                   required binary person (STRING); optional double quality; }";
    let schema = Arc::new(parse_message_type(message).expect("a schema"));
    let mut writer =
        SerializedFileWriter::new(Vec::new(), schema, Arc::new(WriterProperties::builder().build())).expect("a writer");
    let mut group = writer.next_row_group().expect("a group");
    for at in 0..3 {
        let mut column = group.next_column().expect("a column").expect("a column");
        let values: Vec<ByteArray> = rows.iter().map(|row| ByteArray::from(row[at])).collect();
        column.typed::<ByteArrayType>().write_batch(&values, None, None).expect("values");
        column.close().expect("a column");
    }
    let mut column = group.next_column().expect("a column").expect("a column");
    let there: Vec<i16> = rows.iter().map(|row| i16::from(!row[3].is_empty())).collect();
    let values: Vec<f64> = rows.iter().filter_map(|row| row[3].parse().ok()).collect();
    column.typed::<DoubleType>().write_batch(&values, Some(&there), None).expect("values");
    column.close().expect("a column");
    group.close().expect("a group");
    fs::write(folder.0.join("persons.parquet"), writer.into_inner().expect("bytes")).expect("a file");
    let asked = |folder: &str| ask(&["duplication", folder], "joint-support", "2026-12-31").1;
    assert_eq!(asked(FOLDER), asked(folder.path()));
}

/// Made for these tests by a random generator.
const KEY: &str = "5f0c1f3a9be24d7786d1c95e02ab68f374d90e1bc63a58274fe7a1903d5cb826";

/// A key as somebody should keep it: nobody else can read the file.
fn write_key(folder: &Scratch, name: &str, text: &str) {
    folder.write(name, text);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(folder.0.join(name), fs::Permissions::from_mode(0o600)).expect("a mode");
    }
}

#[test]
fn pseudonyms_join_a_project_and_lead_nowhere_else() {
    let (key, out) = (Scratch::new("key"), Scratch::new("out"));
    write_key(&key, "secret.key", KEY);
    let key_file = format!("{}/secret.key", key.path());
    let (one, other) = (format!("{}/one", out.path()), format!("{}/other", out.path()));
    let write = |purpose: &str, to: &str| {
        let (code, said) = ask(&["pseudonymise", FOLDER, "--key", &key_file, "--out", to], purpose, "2026-12-31");
        assert_eq!(code, Some(0), "{said}");
    };
    write("joint-support", &one);
    write("lead-workers", &other);
    let names = |folder: &str, table: &str, column: usize| -> BTreeSet<String> {
        let text = fs::read_to_string(format!("{folder}/{table}")).expect("a table");
        text.lines().skip(1).map(|line| line.split(',').nth(column).expect("a cell").to_owned()).collect()
    };
    let (probation, treatment) = (names(&one, "probation/spells.csv", 1), names(&one, "treatment/spells.csv", 1));
    assert_eq!(probation.intersection(&treatment).count(), 1, "P00000001, under one name at both agencies");
    assert!(probation.iter().all(|name| name.len() == 32), "{probation:?}");
    assert!(probation.is_disjoint(&names(&other, "probation/spells.csv", 1)), "another project, other names");
    assert!(!Path::new(&one).join("police").exists());
    let mut all = String::new();
    for folder in fs::read_dir(&one).expect("a folder").flatten() {
        for file in fs::read_dir(folder.path()).expect("a folder").flatten() {
            all += &fs::read_to_string(file.path()).expect("a table");
        }
    }
    assert!(all.contains("Testa Ann"), "a column that the purpose names is there");
    assert!(!all.contains("2026-11-30"), "a death is shown with the rows of people, and they are not");
    assert!(fs::read_to_string(format!("{other}/probation/people.csv")).expect("a table").contains("2026-11-30"));
    for hidden in ["Sample", "1990-05-05", ",101,", "H-1", "P0000000", "ecret"] {
        assert!(!all.contains(hidden), "{hidden}\n{all}");
    }
}

#[test]
fn a_key_that_travels_with_the_data_is_refused() {
    let long = "0123456789abcdef0123456789abcdef";
    let folder = copied(&|_, text| text);
    folder.write("a.key", long);
    folder.write("probation/b.key", long);
    let (out, away) = (Scratch::new("out"), Scratch::new("away"));
    out.write("c.key", long);
    write_key(&away, "short.key", "too short\n");
    for key in ["a.key", "probation/b.key"]
        .map(|name| format!("{}/{name}", folder.path()))
        .into_iter()
        .chain([format!("{}/c.key", out.path())])
    {
        let (code, said) =
            ask(&["pseudonymise", folder.path(), "--key", &key, "--out", out.path()], "joint-support", "2026-12-31");
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("lies in or beside") && !said.contains(long), "{said}");
    }
    let short = format!("{}/short.key", away.path());
    let (_, said) = ask(&["pseudonymise", folder.path(), "--key", &short, "--out", out.path()], "joint-support", "2026-12-31");
    assert!(said.contains("fewer than 32 random bytes") && !said.contains("too short"), "{said}");
}

/// A key that others can read, or that is no ordinary file, protects nobody; nothing of it is told.
#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let (away, out) = (Scratch::new("away"), Scratch::new("out"));
    write_key(&away, "secret.key", KEY);
    let key = format!("{}/secret.key", away.path());
    let asked = |key: &str| ask(&["pseudonymise", FOLDER, "--key", key, "--out", out.path()], "joint-support", "2026-12-31");
    for mode in [0o640, 0o604, 0o620, 0o666] {
        fs::set_permissions(&key, fs::Permissions::from_mode(mode)).expect("a mode");
        let (code, said) = asked(&key);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("other users of this machine") && said.contains("chmod 600") && !said.contains(KEY), "{said}");
    }
    fs::set_permissions(&key, fs::Permissions::from_mode(0o400)).expect("a mode");
    assert_eq!(asked(&key).0, Some(0));
    let (code, said) = asked("/dev/zero");
    assert!(code == Some(2) && said.contains("is a device"), "{said}");
}

/// Some agencies' tables without the others' would read as if there were no more.
#[test]
fn pseudonyms_that_were_not_finished_are_not_read() {
    let folder = copied(&|name, text| if name == "contacts.csv" { "PAR1".to_owned() } else { text });
    let (key, out) = (Scratch::new("key"), Scratch::new("out"));
    write_key(&key, "secret.key", KEY);
    let key = format!("{}/secret.key", key.path());
    let write = |folder: &str| ask(&["pseudonymise", folder, "--key", &key, "--out", out.path()], "joint-support", "2026-12-31");
    let (code, said_of) = write(folder.path());
    assert_eq!(code, Some(2), "{said_of}");
    let written: Vec<_> = fs::read_dir(&out.0).expect("a folder").flatten().map(|entry| entry.path()).collect();
    assert!(written.iter().any(|agency| agency.join("events.csv").is_file()), "some tables were written before it stopped");
    for agency in written {
        let said = said(&run(&["records", "check", agency.to_str().expect("a path")]));
        assert!(said.contains("these tables are not finished"), "{said}");
    }
    assert!(write(FOLDER).1.contains("is there already"), "and nothing is written among them");
}

/// Unit costs by the codes of a published database, where it is at hand.
#[test]
fn unit_costs_may_be_looked_up_by_code() {
    let data = std::env::var_os("WELLSPENT_DATA").map_or(root().join("../shared/data"), Into::into);
    if !data.join("gmca_unit_costs/gmca_v1_4.csv").is_file() {
        return skipped("gmca_unit_costs/gmca_v1_4.csv is not in the folder of data sets (WELLSPENT_DATA)");
    }
    let head = "work,per,low_pence,high_pence,code,source,price_year,unit_cost_pence\n";
    let folder = copied(&|name, text| match name {
        "unit-costs.csv" => format!("{head}assessment,each,10000,40000,SS6.0.2,,,\nlead worker,month,8000,33000,SS6.0.5,,,\n"),
        _ => text,
    });
    let (code, said) = ask(&["duplication", folder.path()], "joint-support", "2026-12-31");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("£204 (£100 to £400) each") && said.contains("2010/11"), "{said}");
    assert!(said.contains("GMCA Unit Cost Database v1.4, SS6.0.2:") && said.contains("Common Assessment Framework"), "{said}");
    assert!(said.contains("1 of them have no unit cost") || said.contains("1 of them has no unit cost"), "{said}");
    folder.write("unit-costs.csv", format!("{head}assessment,each,10000,40000,ZZ9,,,\nplan,each,5,1,,assumption: x,2010/11,3\n"));
    let (code, said) = ask(&["duplication", folder.path()], "joint-support", "2026-12-31");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("row 2, `code`: the unit cost database has no such entry (ZZ9)"), "{said}");
    assert!(said.contains("row 3, `low_pence`: the cost is outside its range"), "{said}");
    // Two costs of one work: none of them wins because it stands first. The same row twice is one.
    let one = "assessment,each,1,2,,assumption: x,2010/11,";
    folder.write("unit-costs.csv", format!("{head}{one}1\n{one}2\n"));
    let (code, said) = ask(&["duplication", folder.path()], "joint-support", "2026-12-31");
    assert!(code == Some(2) && said.contains("row 3, `work`: this work has another cost in another row"), "{said}");
    folder.write("unit-costs.csv", format!("{head}{one}1\n{one}1\n"));
    assert_eq!(ask(&["duplication", folder.path()], "joint-support", "2026-12-31").0, Some(0));
}

/// Whoever looks at somebody is written down before anything is shown, without a name; who only counts, without a person.
#[test]
fn who_looked_at_whom_is_written_down() {
    let folder = copied(&|_, text| text);
    let out = Scratch::new("looked");
    let list = format!("{}/list.csv", out.path());
    let days = ["--purpose", "joint-support", "--as-at", "2026-12-31"];
    let asked = |command: &[&str], by: &[&str]| run(&[command, &days, by].concat()).status.code();
    let by = ["--asked-by", "O'Hara, \"Bo\"\nx"];
    assert_eq!(asked(&["person", "P00000007", folder.path()], &by), Some(0));
    assert_eq!(asked(&["person", "nobody", folder.path()], &by), Some(1));
    assert_eq!(asked(&["duplication", folder.path()], &["--asked-by", "B"]), Some(0));
    assert_eq!(asked(&["duplication", folder.path(), "--list", &list], &["--asked-by", "B"]), Some(0));
    let log = fs::read_to_string(folder.0.join("access-log.csv")).expect("a log");
    let rows: Vec<&str> = log.lines().map(|line| line.split_once("Z,").map_or(line, |(_, rest)| rest)).collect();
    assert_eq!(
        rows,
        [
            "when,by,purpose,command,person",
            // Asked for P00000007, who became part of P00000001.
            "\"O'Hara, \"\"Bo\"\" x\",joint-support,person,P00000001",
            "B,joint-support,duplication,",
            "B,joint-support,duplication,P00000001",
            "B,joint-support,duplication,P00000002",
            "B,joint-support,duplication,P00000003",
        ]
    );
    assert!(!log.contains("Testa") && !log.contains("nobody"));
}

/// What cannot be written down is not shown.
#[test]
fn nothing_is_shown_without_a_log() {
    let folder = copied(&|_, text| text);
    fs::create_dir(folder.0.join("access-log.csv")).expect("a folder in the way");
    let ask = ["person", "P00000001", folder.path(), "--purpose", "joint-support", "--as-at", "2026-12-31", "--asked-by", "B"];
    let output = run(&ask);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty() && said(&output).contains("every look at records is logged"), "{}", said(&output));
    let nobody = std::process::Command::new(env!("CARGO_BIN_EXE_wellspent"))
        .args(&ask[..7])
        .env_remove("USER")
        .env_remove("LOGNAME")
        .env_remove("USERNAME")
        .output()
        .expect("the program starts");
    assert!(said(&nobody).contains("--asked-by NAME") && nobody.stdout.is_empty(), "{}", said(&nobody));
}
