//! The assurance pack: it holds what an auditor asks for, `verify` makes the run again and agrees, and whatever is changed in it
//! is told apart and located.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::wellspent::{Scratch, root, run, said};

/// A small run of a scheme, packed.
fn packed(name: &str, scheme: &str, more: &[&str]) -> (Scratch, PathBuf) {
    let scratch = Scratch::new(name);
    let folder = scratch.0.join("pack");
    let place = folder.display().to_string();
    let mut arguments = vec!["stress", scheme, "--replications", "20", "--scenarios", "4", "--seed", "3", "--pack", &place];
    arguments.extend(more);
    let output = run(&arguments);
    assert!(output.status.success(), "{}", said(&output));
    (scratch, folder)
}

fn verify(folder: &Path) -> String {
    said(&run(&["verify", &folder.display().to_string()]))
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Every file by name.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let list = read(folder, "SHA256SUMS");
    let names = list.lines().map(|line| line.split_once("  ").expect("a hash and a name").1);
    names.map(|name| (name.to_owned(), fs::read(folder.join(name)).expect("a file of the list"))).collect()
}

/// A copy with one file changed.
fn tampered(folder: &Path, name: &str, change: impl Fn(String) -> String) -> Scratch {
    let copy = Scratch::new("tampered");
    let others = ["SHA256SUMS", "sign-off.md"].map(|name| (name.to_owned(), fs::read(folder.join(name)).expect("a file")));
    for (file, bytes) in files(folder).into_iter().chain(others) {
        fs::create_dir_all(copy.0.join(&file).parent().expect("a folder")).expect("made");
        copy.write(&file, bytes);
    }
    let (before, after) = (read(folder, name), change(read(folder, name)));
    assert_ne!(before, after, "{name} was not changed");
    copy.write(name, after);
    copy
}

/// One changed byte anywhere is found, told from the others, and located; the rest is not accused.
#[test]
fn what_is_changed_is_told_apart_and_located() {
    let (_scratch, folder) = packed("pack", "plain-linear", &[]);
    let clean = verify(&folder);
    assert!(clean.contains("all 15 files are the same to the byte") && clean.ends_with("exit code 0\n"), "{clean}");

    let says = |name: &str, change: &dyn Fn(String) -> String, wanted: &[&str], never: &[&str]| {
        let copy = tampered(&folder, name, change);
        let found = verify(&copy.0);
        assert!(found.ends_with("exit code 1\n"), "{name}: {found}");
        wanted.iter().for_each(|wanted| assert!(found.contains(wanted), "{name}: {wanted:?} is not in\n{found}"));
        never.iter().for_each(|never| assert!(!found.contains(never), "{name}: {never:?} is in\n{found}"));
    };
    let other = |from: &'static str, to: &'static str| move |text: String| text.replacen(from, to, 1);
    // An input: that file alone is accused, and what follows from it is counted.
    let follows = "changed because of the fault above";
    says(
        "inputs/assumptions.toml",
        &other("£250", "£259"),
        &["- inputs/assumptions.toml: the input was changed", follows],
        &["the run made again gives another", "inputs/scheme.toml"],
    );
    // A result: the line, as it is and as it should be.
    says(
        "result/report.json",
        &other("\"seed\": 3", "\"seed\": 5"),
        &["1 thing is", "result/report.json: changed since", "line ", "\"seed\": 5,", "\"seed\": 3,"],
        &["input"],
    );
    says("limits.md", &other("not", "now"), &["1 thing is", "limits.md: changed since"], &[]);
    // The manifest: a hash of an input, and an option.
    let digit = |text: String| {
        let at = text.find("\"sha256\": \"").expect("a hash") + 11;
        let flipped = if text.as_bytes()[at] == b'0' { "1" } else { "0" };
        format!("{}{flipped}{}", &text[..at], &text[at + 1..])
    };
    says("manifest.json", &digit, &["1 thing is", "manifest.json: changed since", "line "], &["the input was changed"]);
    says(
        "manifest.json",
        &other("\"seed\": 3", "\"seed\": 4"),
        &["manifest.json: changed since the pack was written, in the command or its options", follows],
        &["the input was changed"],
    );
    says("manifest.json", &other("{", "["), &["manifest.json: it is not the manifest", "only the hashes"], &[]);
    // The list of hashes: a line of a result, of an input and of the manifest.
    for (name, file) in
        [("limits.md", "limits.md"), ("inputs/assumptions.toml", "inputs/assumptions.toml"), ("manifest.json", "manifest.json")]
    {
        let flip = |text: String| {
            let line = text.lines().find(|line| line.ends_with(name)).expect("listed").to_owned();
            let flipped = if line.starts_with('0') { "1" } else { "0" };
            text.replace(&line, &format!("{flipped}{}", &line[1..]))
        };
        let wanted = format!("SHA256SUMS: its line for {file} was changed");
        says("SHA256SUMS", &flip, &[&wanted], &["changed since"]);
    }
    // Another version of the program, in a pack that is whole in itself.
    let older = tampered(&folder, "manifest.json", |text| text.replace("wellspent 0", "wellspent 9"));
    let (old, new) = (files(&folder), fs::read(older.0.join("manifest.json")).expect("a manifest"));
    let hash = |bytes: &[u8]| read_hash(bytes);
    let was = &old.iter().find(|(name, _)| name == "manifest.json").expect("listed").1;
    let (sums, sheet) = (read(&folder, "SHA256SUMS"), read(&folder, "sign-off.md"));
    let other_sums = sums.replace(&hash(was), &hash(&new));
    older.write("sign-off.md", sheet.replace(&hash(sums.as_bytes()), &hash(other_sums.as_bytes())));
    older.write("SHA256SUMS", other_sums);
    let found = verify(&older.0);
    assert!(found.contains("written by wellspent 9.") && found.ends_with("exit code 0\n"), "{found}");

    // A file too few and a file too many.
    let fewer = tampered(&folder, "limits.md", |text| text + "x");
    fs::remove_file(fewer.0.join("limits.md")).expect("removed");
    fewer.write("notes.txt", "mine");
    let found = verify(&fewer.0);
    for wanted in ["2 things are", "limits.md: missing", "notes.txt: not one of the pack's files"] {
        assert!(found.contains(wanted), "{wanted:?} is not in\n{found}");
    }

    // The sheet is there to be signed.
    let signed = tampered(&folder, "sign-off.md", |text| text.replace("- Name:", "- Name: A. Analyst"));
    assert!(verify(&signed.0).ends_with("exit code 0\n"));
    let filled = tampered(&folder, "sign-off.md", |text| {
        let filled = text.replace("- Signature:", "- Signature: A.A.").replace("- Date:", "- Date: 30 November 2025");
        filled.replace("- Reservations:", "- Reservations: two\n  - of them\n\n  and a second paragraph").replace('\n', "\r\n")
    });
    assert!(verify(&filled.0).ends_with("exit code 0\n"), "{}", verify(&filled.0));
    // What people put their names to is as it was written.
    for (from, to) in [
        ("I did not make the scheme file. I ran", "I made the scheme file. I ran"),
        ("every warning in it.", "every warning in it, and nobody is liable."),
        ("for the pack with this fingerprint and no other", "for any pack"),
        ("## Reviewer\n", "## Witness\n"),
        ("- Signature:\n", ""),
        ("- Reservations:\n", "- Reservations:\n## Director\n\nI agree.\n"),
        ("# Sign-off\n", "# Sign-off\n\nOne more sentence.\n"),
    ] {
        let changed = tampered(&folder, "sign-off.md", |text| text.replacen(from, to, 1));
        let found = verify(&changed.0);
        assert!(found.contains("sign-off.md: the text that people sign was changed\n  line "), "{from:?}: {found}");
        assert!(found.contains("1 thing is") && found.ends_with("exit code 1\n"), "{from:?}: {found}");
    }
    let without = tampered(&folder, "sign-off.md", |text| text + "x");
    fs::remove_file(without.0.join("sign-off.md")).expect("removed");
    assert!(verify(&without.0).contains("sign-off.md: missing"));
    let elsewhere = tampered(&folder, "sign-off.md", |text| text.replace(['a', 'b', 'c', '1', '2', '3'], "0"));
    assert!(verify(&elsewhere.0).contains("fingerprint of another pack"));
}

/// The hash of some bytes, by the tool that auditors have.
fn read_hash(bytes: &[u8]) -> String {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let mut child = Command::new("sha256sum").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("sha256sum is there");
    child.stdin.take().expect("piped").write_all(bytes).expect("written");
    let output = child.wait_with_output().expect("it ends").stdout;
    String::from_utf8_lossy(&output).split(' ').next().unwrap_or_default().to_owned()
}

/// What is in the pack is what was read and run, whatever the number of threads; the hashes are those that any tool gives.
#[test]
fn a_pack_holds_what_was_run_at_any_number_of_threads() {
    let scheme = "hmp-doncaster-2011";
    let (_one, folder) = packed("one", scheme, &["--threads", "1"]);
    let (_many, other) = packed("many", scheme, &["--threads", "3"]);
    assert!(files(&folder) == files(&other), "threads change the pack");
    for name in ["scheme.toml", "assumptions.toml", "segments.csv"] {
        let original = fs::read(root().join("schemes").join(scheme).join(name)).expect("a shipped file");
        assert!(fs::read(folder.join("inputs").join(name)).expect("an input") == original, "{name}");
    }
    for (name, bytes) in files(&folder) {
        assert!(read(&folder, "SHA256SUMS").contains(&format!("{}  {name}\n", read_hash(&bytes))), "{name}");
    }
    let manifest: Value = serde_json::from_str(&read(&folder, "manifest.json")).expect("JSON");
    assert_eq!(manifest["run"]["options"]["seed"], 3);
    let checks = read(&folder, "checks.csv");
    assert_eq!(checks.matches(",held,").count(), 8, "{checks}");
    assert!(!read(&folder, "result/summary.txt").contains('\x1b'));
    let sheet = read(&folder, "sign-off.md");
    assert!(["Analyst", "Reviewer", "Commissioner"].iter().all(|role| sheet.contains(&format!("## {role}\n"))));
}

/// The description is of these files: another scheme gives another text, in its own words.
#[test]
fn the_description_names_what_the_files_name() {
    let texts: Vec<String> = ["hmp-doncaster-2011", "work-programme-2011"]
        .iter()
        .map(|scheme| {
            let (_scratch, folder) = packed(scheme, scheme, &[]);
            let text = read(&folder, "description.md");
            let terms = fs::read_to_string(root().join("schemes").join(scheme).join("scheme.toml")).expect("terms");
            let assumptions =
                fs::read_to_string(root().join("schemes").join(scheme).join("assumptions.toml")).expect("a scenario");
            for table in terms.lines().filter_map(|line| line.strip_prefix('[')?.strip_suffix(']')) {
                if let Some(("outcome" | "pay", name)) = table.split_once('.').filter(|(_, name)| !name.contains('.')) {
                    assert!(text.contains(name), "{scheme}: {name} is not described");
                }
            }
            for help in assumptions.lines().filter_map(|line| line.strip_prefix("[help.")?.strip_suffix(']')) {
                let name = help.split('.').next().unwrap_or_default();
                assert!(text.contains(&format!("| {name} |")), "{scheme}: {name} is not described");
            }
            let segments = fs::read_to_string(root().join("schemes").join(scheme).join("segments.csv")).expect("segments");
            for segment in segments.lines().skip(1).filter_map(|line| line.split(',').next()) {
                assert!(text.contains(segment.trim_matches('"')), "{scheme}: {segment} is not described");
            }
            for part in ["1. Purpose and patterns", "2. Entities", "3. Process", "4. Design", "5. Init", "6. Input", "7. Sub"] {
                assert!(text.contains(&format!("\n## {part}")), "{scheme}: {part}");
            }
            // Every number of the report has its error, or says why it has none.
            let errors = read(&folder, "result/errors.csv");
            let unknown: Vec<&str> = errors.lines().filter(|line| line.ends_with(",not known")).collect();
            assert!(unknown.is_empty(), "{scheme}: {unknown:?}");
            text
        })
        .collect();
    assert_ne!(texts[0], texts[1]);
}

/// A fix and a sensitivity can be packed and made again too; a pack is never written over anything.
#[test]
fn what_is_no_pack_is_said_and_nothing_is_written_over() {
    let (scratch, folder) = packed("twice", "plain-linear", &[]);
    let place = folder.display().to_string();
    let again = said(&run(&["stress", "plain-linear", "--pack", &place]));
    assert!(again.contains("is there already") && again.ends_with("exit code 2\n"), "{again}");
    for (folder, why) in [(scratch.0.join("none"), "there is no folder"), (root().join("docs"), "is not an assurance pack")] {
        let found = verify(&folder);
        assert!(found.contains(why) && found.ends_with("exit code 2\n"), "{found}");
    }
    let fix = scratch.0.join("fix").display().to_string();
    let output = run(&["fix", "plain-linear", "--scenarios", "2", "--pack", &fix]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(verify(Path::new(&fix)).ends_with("exit code 0\n"));
    assert!(read(Path::new(&fix), "README.md").contains("wellspent fix inputs --seed 1 --scenarios 2"));
}
