//! Contracts at their edges, priced by the program: gates met exactly, bonuses at their level, clauses over what a provider owes;
//! and scheme folders that name files which are none of theirs.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::wellspent::{Scratch, root, run, said};

fn fault(name: &str) -> String {
    format!("apps/cli/tests/faults/{name}")
}

/// What the program says of a tally of a faulty scheme's folder.
fn priced(scheme: &str, tally: &str) -> String {
    said(&run(&["price", &fault(scheme), "--tally", &fault(tally)]))
}

#[test]
fn a_gate_met_exactly_is_met() {
    let total = |text: String, wanted: &str| {
        let last = text.lines().find(|line| line.trim_start().to_lowercase().starts_with("total")).unwrap_or_default();
        assert!(last.ends_with(wanted), "{wanted}\n{text}");
    };
    total(priced("gate-at-a-tie/one-segment", "gate-at-a-tie/one-segment.csv"), " £872,000");
    // Two more clauses: 9 % of 100 is met by 9, and 3 points are not more than 3 points.
    total(priced("gate-at-a-tie/three-segments", "gate-at-a-tie/three-segments.csv"), " £908,000");
    total(priced("gate-at-a-tie/more-is-better", "gate-at-a-tie/more-is-better.csv"), " £0");
    total(priced("bonus-at-exactly-above/scheme", "bonus-at-exactly-above/tally.csv"), " £0");
    total(priced("clawback-of-a-negative-sum/clawback", "clawback-of-a-negative-sum/tally.csv"), " -£10,000");
    total(priced("clawback-of-a-negative-sum/share-at-risk", "clawback-of-a-negative-sum/tally.csv"), " -£10,000");
}

#[test]
fn tables_without_rows_are_an_error_and_no_panic() {
    let text = said(&run(&["check", &fault("header-only-segments")]));
    assert!(text.contains("the table has a header but no rows") && text.ends_with("exit code 1\n"), "{text}");
    // The same for every table of every shipped scheme, emptied to its header and to nothing.
    let schemes = root().join("schemes");
    for folder in fs::read_dir(schemes).expect("schemes").flatten().map(|entry| entry.path()) {
        let tables = |folder: &Path| -> Vec<String> {
            let names =
                fs::read_dir(folder).expect("a folder").flatten().map(|file| file.file_name().to_string_lossy().into_owned());
            names.filter(|name| name.ends_with(".csv")).collect()
        };
        if !folder.join("scheme.toml").is_file() {
            continue;
        }
        for table in tables(&folder) {
            let scratch = Scratch::new("emptied");
            for file in fs::read_dir(&folder).expect("a folder").flatten() {
                fs::copy(file.path(), scratch.0.join(file.file_name())).expect("a copy");
            }
            let header = fs::read_to_string(folder.join(&table)).expect("a table");
            let header = header.lines().find(|line| !line.starts_with('#')).unwrap_or_default();
            for left in [format!("{header}\n"), String::new()] {
                scratch.write(&table, left);
                let text = said(&run(&["check", scratch.path()]));
                assert!(text.ends_with("exit code 1\n") && !text.contains("panic"), "{table} of {}\n{text}", folder.display());
            }
        }
    }
}

/// A copy of the shortest scheme, with more in its assumptions on people.
fn copy_of_plain_linear(scratch: &Scratch, people: &str) {
    for file in ["scheme.toml", "segments.csv", "assumptions.toml"] {
        let text = fs::read_to_string(root().join("schemes/plain-linear").join(file)).expect("a shipped file");
        scratch.write(file, text.replace("segments = \"segments.csv\"", &format!("segments = \"segments.csv\"\n{people}")));
    }
}

const SECRET: &str = "segment,reoffending\nthe secret,0.3\n";

#[test]
fn a_scheme_names_no_file_outside_its_folder() {
    let elsewhere = Scratch::new("elsewhere");
    elsewhere.write("secret.csv", SECRET);
    let secret = elsewhere.0.join("secret.csv");
    let absolute = format!("individuals = \"{}\"", secret.display());
    let names = [
        "individuals = \"../secret.csv\"",
        "individuals = \"/etc/passwd\"",
        &absolute,
        "individuals = \"/dev/zero\"",
        "individuals = \"/nowhere\"",
    ];
    for people in names {
        let scratch = Scratch::new("names");
        copy_of_plain_linear(&scratch, people);
        let before = Instant::now();
        let text = said(&run(&["check", scratch.path()]));
        assert!(text.contains("a file outside the folder") && text.ends_with("exit code 1\n"), "{people}\n{text}");
        assert!(!text.contains("the secret") && !text.contains("root:"), "{text}");
        assert!(before.elapsed() < Duration::from_secs(20));
    }
    // What is asked for is read, and what is no file is not read even then.
    let scratch = Scratch::new("asked");
    copy_of_plain_linear(&scratch, &absolute);
    let text = said(&run(&["check", scratch.path(), "--allow-outside-files"]));
    assert!(!text.contains("outside the folder") && !text.contains("the secret"), "{text}");
    copy_of_plain_linear(&scratch, "individuals = \"/dev/zero\"");
    let text = said(&run(&["check", scratch.path(), "--allow-outside-files"]));
    assert!(text.contains("a device, a pipe, a socket or a folder"), "{text}");
}

#[cfg(unix)]
#[test]
fn links_and_pipes_in_a_scheme_folder_are_not_followed() {
    let elsewhere = Scratch::new("elsewhere");
    elsewhere.write("secret.csv", SECRET);
    elsewhere.write("secret.toml", "the secret = \n");
    for (name, to) in [("segments.csv", "secret.csv"), ("scheme.toml", "secret.toml"), ("other.csv", "secret.csv")] {
        let scratch = Scratch::new("links");
        copy_of_plain_linear(&scratch, "");
        let _ = fs::remove_file(scratch.0.join(name));
        std::os::unix::fs::symlink(elsewhere.0.join(to), scratch.0.join(name)).expect("a link");
        let text = said(&run(&["check", scratch.path()]));
        assert!(text.contains("a link to one") && text.ends_with("exit code 1\n"), "{text}");
        assert!(!text.contains("the secret"), "{text}");
    }
    // A link within the folder is a file of the folder.
    let scratch = Scratch::new("within");
    copy_of_plain_linear(&scratch, "");
    fs::rename(scratch.0.join("segments.csv"), scratch.0.join("kept.txt")).expect("a renamed file");
    std::os::unix::fs::symlink("kept.txt", scratch.0.join("segments.csv")).expect("a link");
    let text = said(&run(&["check", scratch.path()]));
    assert!(text.ends_with("exit code 0\n"), "{text}");
    // Opening a pipe waits until somebody writes into it.
    let scratch = Scratch::new("pipe");
    copy_of_plain_linear(&scratch, "");
    let pipe = scratch.0.join("prices.csv");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(made.success());
    let text = said(&run(&["check", scratch.path()]));
    assert!(text.contains("a device, a pipe, a socket or a folder"), "{text}");
    let tally = said(&run(&["price", scratch.path(), "--tally", pipe.to_str().expect("a path")]));
    assert!(tally.ends_with("exit code 2\n"), "{tally}");
}

/// The size stated is the most that is read of a file, whatever it says of its size.
#[test]
fn a_file_of_gigabytes_is_left_unread() {
    let scratch = Scratch::new("large");
    copy_of_plain_linear(&scratch, "");
    let file = fs::File::create(scratch.0.join("prices.csv")).expect("a file");
    file.set_len(20_000_000_000).expect("a file with a hole in it");
    let before = Instant::now();
    let text = said(&run(&["check", scratch.path()]));
    assert!(text.contains("the file is too large") && text.contains("at most 4 MB"), "{text}");
    assert!(before.elapsed() < Duration::from_secs(20));
}

/// 150,000 keys that nobody knows are counted, and twenty of them told, in a moment.
#[test]
fn many_mistakes_are_counted() {
    let scratch = Scratch::new("many");
    copy_of_plain_linear(&scratch, "");
    let scheme = fs::read_to_string(scratch.0.join("scheme.toml")).expect("a scheme");
    let keys: String = (0..150_000).map(|at| format!("key{at} = 1\n")).collect();
    scratch.write("scheme.toml", format!("{keys}{scheme}"));
    let before = Instant::now();
    let text = said(&run(&["check", scratch.path()]));
    assert!(text.contains("and 149,980 more errors") && text.contains("150,000 errors"), "{text}");
    assert!(text.lines().count() < 250, "{text}");
    assert!(before.elapsed() < Duration::from_secs(20), "{:?}", before.elapsed());
}

/// Shipped assumptions, spoiled a line at a time: reading them beside their scheme ends in a scenario or in errors.
#[test]
fn spoiled_assumptions_are_read_to_the_end() {
    use base::source::{FileBytes, Folder};
    let mut state = 11u64;
    let mut below = |end: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % end.max(1)
    };
    let heavy = std::env::var("WELLSPENT_HEAVY").ok().and_then(|times| times.parse::<usize>().ok()).unwrap_or(1);
    let scraps =
        ["0", "-", "[", "\"", "£", "%", "9999999999", " years", "{", "=", "\u{202e}", "0 %", "100 %", "segment,", "from"];
    for folder in fs::read_dir(root().join("schemes")).expect("schemes").flatten().map(|entry| entry.path()) {
        let Ok(assumptions) = fs::read_to_string(folder.join("assumptions.toml")) else { continue };
        let mut files = Folder::new();
        for file in fs::read_dir(&folder).expect("a folder").flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            if name.ends_with(".toml") || name.ends_with(".csv") {
                files.insert(name, FileBytes::Read(fs::read(file.path()).expect("a file")));
            }
        }
        for _ in 0..60 * heavy {
            let mut lines: Vec<String> = assumptions.lines().map(str::to_owned).collect();
            for _ in 0..=below(3) {
                let (at, other) = (below(lines.len()), below(lines.len()));
                match below(5) {
                    0 => drop(lines.remove(at)),
                    1 => lines.swap(at, other),
                    2 => lines.insert(other, lines[at].clone()),
                    3 => lines[at] = lines[at].chars().filter(|c| !c.is_ascii_digit()).collect(),
                    _ => {
                        let place = lines[at].char_indices().nth(below(lines[at].chars().count() + 1)).map_or(0, |(at, _)| at);
                        lines[at].insert_str(place, scraps[below(scraps.len())]);
                    }
                }
            }
            let mut spoiled = files.clone();
            spoiled.insert("assumptions.toml".to_owned(), FileBytes::Read(lines.join("\n").into_bytes()));
            let before = Instant::now();
            let opened = base::open(&spoiled);
            let picks = base::ScenarioDraw::new();
            let reader = base::Reader::new(&opened, &picks);
            let scheme = contract::read::scheme(&reader).expect("a shipped scheme");
            let assumptions = simulation::assumptions::read(&reader, &scheme);
            let problems = reader.problems.into_inner();
            assert!(assumptions.is_some() || !problems.is_empty() || !opened.problems.is_empty());
            assert!(problems.iter().all(|problem| !problem.render("f", &opened.sources).is_empty()));
            assert!(before.elapsed() < Duration::from_secs(10));
        }
    }
}
