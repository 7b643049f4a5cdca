//! `wellspent measure --purpose`: outcomes across agencies, and how sure they are when it is not sure who is who. Probation knows
//! who started, the police who was convicted, in a made-up folder whose links have known probabilities.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use crate::wellspent::{Scratch, differs, root, said, tell};

/// Links of 0.02, 0.04 … to the offences of strangers, one for each person in doubt.
const DOUBTFUL: usize = 40;
/// People without a doubt, every fourth of whom offended.
const SURE: usize = 160;

fn probability(at: usize) -> f64 {
    (at + 1) as f64 * 0.02
}

/// A folder of two agencies, its rows turned round if asked.
fn folder(turned: bool) -> Scratch {
    let scratch = Scratch::new("carried");
    for agency in ["probation", "police"] {
        fs::create_dir_all(scratch.0.join(agency)).expect("a folder");
    }
    let (mut people, mut starts, mut others, mut events) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut persons, mut links) = (Vec::new(), Vec::new());
    for at in 0..SURE + DOUBTFUL {
        people.push(format!("{at}"));
        starts.push(format!("{at},{at},Provider {},2027-05-01", at % 2));
        persons.push(format!("probation,{at},P{at},1"));
        let doubt = at.checked_sub(SURE);
        if doubt.is_none() && at % 4 != 0 {
            continue;
        }
        others.push(format!("X{at}"));
        events.push(format!("{at},X{at},offence,2027-08-01,"));
        events.push(format!("C{at},X{at},conviction,2027-10-01,{at}"));
        // As linked, whoever is likelier than not to be the same is the same.
        let found = doubt.map_or(1.0, probability);
        persons.push(format!("police,X{at},{}{at},1", if found >= 0.5 { "P" } else { "S" }));
        links.push(format!("probation,{at},police,X{at},{found}"));
    }
    let write = |name: &str, head: &str, mut rows: Vec<String>| {
        if turned {
            rows.reverse();
        }
        scratch.write(name, format!("{head}\n{}\n", rows.join("\n")));
    };
    write("probation/people.csv", "person", people);
    write("probation/starts.csv", "start,person,provider,began", starts);
    write("police/people.csv", "person", others);
    write("police/events.csv", "event,person,kind,date,about", events);
    write("police/coverage.csv", "table,kind,until", vec!["events,,2029-12-31".into()]);
    write("persons.csv", "agency,id,person,quality", persons);
    write("links.csv", "agency,id,other_agency,other_id,probability", links);
    scratch.write("recall.csv", "share,low,high\n0.963,0.951,0.972\n");
    let mut purposes = String::new();
    for (name, shows) in
        [("effect", "\"people\", \"starts\", \"events\""), ("offences", "\"people\", \"starts\", \"events: offence\"")]
    {
        let _ = write!(
            purposes,
            "[purpose.{name}]\nwhy = \"to know how many reoffend\"\nlegal_basis = \"Offender Management Act 2007, s.14\"\n\
             agencies = [\"probation\", \"police\"]\nshows = [{shows}]\nfrom = 2026-01-01\nuntil = 2099-12-31\n\n"
        );
    }
    scratch.write("purposes.toml", purposes);
    scratch
}

/// What is said, and the table of intervals.
fn measured(folder: &Scratch, more: &[&str], threads: &str) -> (Option<i32>, String, String) {
    let table = folder.0.join("intervals.csv");
    let mut command = Command::new(env!("CARGO_BIN_EXE_wellspent"));
    command
        .args(["measure", "plain-linear", folder.path(), "--as-at", "2029-12-31", "--asked-by", "B", "--linkage"])
        .arg(&table)
        .args(more);
    let output = command.env("RAYON_NUM_THREADS", threads).current_dir(root()).output().expect("the program starts");
    let table = fs::read_to_string(table).unwrap_or_default();
    (output.status.code(), said(&output), table.trim_start_matches('\u{feff}').to_owned())
}

fn number(table: &str, column: &str) -> f64 {
    let mut lines = table.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let (head, row) = (lines.next().expect("a header"), lines.next().expect("a row"));
    let at = head.iter().position(|name| *name == column).expect("the column");
    row[at].parse().expect("a number")
}

#[test]
fn an_outcome_across_agencies_with_its_intervals() {
    let folder = folder(false);
    let (code, said, table) = measured(&folder, &["--purpose", "effect"], "2");
    assert_eq!(code, Some(0), "{said}");
    let log = fs::read_to_string(folder.0.join("access-log.csv")).expect("who counted is written down");
    assert!(log.ends_with(",B,effect,measure,\n"), "{log}");
    let golden = root().join("apps/cli/tests/golden/measure-linked.txt");
    let differs = differs(&golden, &format!("{said}\n{table}"));
    assert!(differs.is_none(), "{}", differs.unwrap_or_default());
}

/// Links that depend on no other: the mean of the draws is that of the probabilities, and their spread that of the Bernoullis.
#[test]
fn independent_links_come_to_their_closed_form() {
    let folder = folder(false);
    let (_, said, table) = measured(&folder, &["--purpose", "effect", "--draws", "2000", "--seed", "3"], "2");
    let people = (SURE + DOUBTFUL) as f64;
    let doubtful = || (0..DOUBTFUL).map(probability);
    let mean = ((SURE / 4) as f64 + doubtful().sum::<f64>()) / people;
    let variance = doubtful().map(|p| p * (1.0 - p)).sum::<f64>() / people.powi(2);
    let (found, error) = (number(&table, "mean_of_draws"), number(&table, "monte_carlo_error"));
    assert!((found - mean).abs() < 4.0 * (variance / 2000.0).sqrt(), "{found} is not {mean}\n{said}");
    let ratio = error.powi(2) * 2000.0 / variance;
    assert!((ratio - 1.0).abs() < 4.0 * (2.0_f64 / 2000.0).sqrt(), "the spread of the draws is {ratio} of what it is\n{said}");
    // As linked: whoever is likelier than not.
    let as_linked = ((SURE / 4) + (0..DOUBTFUL).filter(|at| probability(*at) >= 0.5).count()) as f64 / people;
    assert_eq!(number(&table, "as_linked"), as_linked);
    assert_eq!(number(&table, "people_who_hang"), DOUBTFUL as f64);
}

#[test]
fn rows_in_any_order_on_any_number_of_threads_give_the_same_bytes() {
    let more = ["--purpose", "effect", "--by", "provider"];
    let (one, other) = (measured(&folder(false), &more, "1"), measured(&folder(true), &more, "3"));
    assert_eq!(one, other);
    let seeded = measured(&folder(false), &[&more[..], &["--seed", "2"]].concat(), "1");
    assert_ne!(one.2, seeded.2, "another seed draws others");
}

/// With every link certain the front door for several agencies says what the one for a single folder says.
#[test]
fn one_provider_and_no_doubt() {
    let folder = folder(false);
    let links = fs::read_to_string(folder.0.join("links.csv")).expect("links");
    let sure: String = links.lines().filter(|line| !line.contains("0.")).map(|line| format!("{line}\n")).collect();
    folder.write("links.csv", sure);
    let (code, said, table) = measured(&folder, &["--purpose", "effect", "--provider", "Provider 0"], "2");
    assert_eq!(code, Some(0), "{said}");
    // Of Provider 0 every other of the sure offended, and of those in doubt the ten that are likelier than not.
    let rate = (SURE / 4 + 8) as f64 / (SURE / 2 + DOUBTFUL / 2) as f64;
    assert_eq!((number(&table, "as_linked"), number(&table, "linkage_low")), (rate, rate), "{said}");
    assert_eq!(number(&table, "both_low"), number(&table, "people_low"));
}

#[test]
fn what_the_rules_look_at_must_be_covered() {
    let folder = folder(false);
    let (code, said, table) = measured(&folder, &["--purpose", "offences"], "2");
    assert_eq!((code, table.as_str()), (Some(1), ""), "{said}");
    assert!(said.contains("does not cover \"events: conviction\"") && said.contains("[purpose.offences]"), "{said}");
}

/// SplitMix64.
fn roll(state: &mut u64, sides: u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (bits ^ (bits >> 31)) % sides
}

/// Somebody's forename, surname, day of birth and postcode.
fn somebody(dice: &mut u64) -> [String; 4] {
    let mut word = |syllables: u64| {
        let part = |at: u64| {
            format!(
                "{}{}",
                ["b", "d", "g", "k", "l", "m", "n", "r", "st", "t"][at as usize % 10],
                ["a", "e", "i", "o", "ar", "en"][at as usize / 10]
            )
        };
        (0..syllables).map(|_| part(roll(dice, 60))).collect::<String>()
    };
    let (forename, surname, area) = (word(2), word(2), word(1));
    let born = format!("{}-{:02}-{:02}", 1955 + roll(dice, 48), 1 + roll(dice, 12), 1 + roll(dice, 28));
    [forename, surname, born, format!("{}{} {}aa", &area[..2], 1 + roll(dice, 20), roll(dice, 10))]
}

/// As an agency wrote somebody down: slips, moves, and empty cells.
fn written([forename, surname, born, postcode]: &[String; 4], dice: &mut u64) -> String {
    let mut cells = [forename.clone(), surname.clone(), born.clone(), postcode.clone()];
    for (cell, share) in cells.iter_mut().zip([15, 15, 0, 0]) {
        if roll(dice, 100) < share {
            cell.replace_range(1..2, "x");
        }
    }
    if roll(dice, 100) < 12 {
        cells[2].replace_range(8.., &format!("{:02}", 1 + roll(dice, 28)));
    }
    if roll(dice, 100) < 35 {
        cells[3] = somebody(dice)[3].clone();
    }
    for (cell, share) in cells.iter_mut().zip([2, 1, 10, 20]) {
        if roll(dice, 100) < share {
            cell.clear();
        }
    }
    cells.join(",")
}

/// From damaged records to an interval, through both commands: what comes out is told beside what was planted.
#[test]
fn from_links_that_were_learned() {
    let (scratch, mut dice) = (Scratch::new("learned"), 4);
    let mut tables = ["person,forename,surname,born,postcode\n", "person,forename,surname,born,postcode\n"].map(String::from);
    let (mut starts, mut events) = ("start,person,provider,began\n".to_owned(), "event,person,kind,date,about\n".to_owned());
    let mut planted = 0;
    for at in 0..8_000 {
        let (person, offended) = (somebody(&mut dice), roll(&mut dice, 100) < 30);
        if at < 4_000 {
            let _ = writeln!(tables[0], "R{at},{}", written(&person, &mut dice));
            let _ = writeln!(starts, "{at},R{at},A,2027-05-01");
            planted += u32::from(offended);
        }
        if offended {
            let _ = writeln!(tables[1], "X{at},{}", written(&person, &mut dice));
            let _ = writeln!(events, "{at},X{at},offence,2027-08-01,\nC{at},X{at},conviction,2027-10-01,{at}");
        }
    }
    let mut config = "purpose = \"effect\"\nbasis = \"consent\"\n".to_owned();
    for (name, table) in ["probation", "police"].into_iter().zip(&tables) {
        fs::create_dir_all(scratch.0.join(name)).expect("a folder");
        scratch.write(&format!("{name}/people.csv"), table);
        let _ = write!(
            config,
            "[table.{name}]\nfile = \"{name}/people.csv\"\nid = \"person\"\ntwice = false\n[table.{name}.columns]\nforename = \"forename\"\n\
             surname = \"surname\"\nborn = \"date of birth\"\npostcode = \"postcode\"\n"
        );
    }
    scratch.write("probation/starts.csv", starts);
    scratch.write("police/events.csv", events);
    scratch.write("police/coverage.csv", "table,kind,until\nevents,,2029-12-31\n");
    scratch.write("link.toml", config);
    scratch.write(
        "purposes.toml",
        "[purpose.effect]\nwhy = \"to know\"\nlegal_basis = \"consent\"\nagencies = [\"probation\", \"police\"]\n\
         shows = [\"people\", \"starts\", \"events\"]\nfrom = 2026-01-01\nuntil = 2099-12-31\n",
    );
    let link = scratch.0.join("link.toml");
    let output = Command::new(env!("CARGO_BIN_EXE_wellspent")).arg("link").arg(link).arg("--out").arg(&scratch.0).output();
    let output = output.expect("the program starts");
    assert!(output.status.success(), "{}", said(&output));
    let (code, said, table) = measured(&scratch, &["--purpose", "effect"], "2");
    assert_eq!(code, Some(0), "{said}");
    let planted = f64::from(planted) / 4_000.0;
    let of = |column: &str| number(&table, column);
    tell(&format!(
        "planted {planted:.4}, as linked {:.4}, linkage alone {:.4} to {:.4}, compared {:.3} ({:.3} to {:.3})",
        of("as_linked"),
        of("linkage_low"),
        of("linkage_high"),
        of("compared_share"),
        of("compared_low"),
        of("compared_high")
    ));
    // Far from nobody's and from everybody's; how far the model's own probabilities may be trusted is said in docs/linkage.md.
    assert!((of("as_linked") - planted).abs() < 0.04 && (of("mean_of_draws") - planted).abs() < 0.05, "{said}");
    assert!(of("linkage_low") < of("linkage_high") && of("people_who_hang") > 0.0, "{said}");
    // Without a purpose the folder is not taken for that of one agency.
    let bare = Command::new(env!("CARGO_BIN_EXE_wellspent"))
        .args(["measure", "plain-linear", scratch.path(), "--as-at", "2029-12-31"])
        .current_dir(root())
        .output()
        .expect("the program starts");
    assert_eq!(bare.status.code(), Some(2));
    assert!(crate::wellspent::said(&bare).contains("--purpose NAME"), "{}", crate::wellspent::said(&bare));
}
