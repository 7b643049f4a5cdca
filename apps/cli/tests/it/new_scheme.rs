//! `wellspent new` and the schemes inside the program: a starting scheme checks clean and can be tested at once, shipped schemes are
//! found in any folder, and the tutorial shows the very files that are written.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::wellspent::{Scratch, root, run, said};

const KINDS: [&str; 5] = ["employment", "probation", "treatment", "housing", "blank"];

/// Runs the program in another folder than the repository.
fn run_in(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wellspent"));
    command.args(arguments).current_dir(folder).output().expect("the program starts")
}

#[test]
fn every_template_checks_clean_and_can_be_tested() {
    let scratch = Scratch::new("new");
    for kind in KINDS {
        let made = run_in(&scratch.0, &["new", kind, "--kind", kind]);
        assert_eq!(made.status.code(), Some(0), "{}", said(&made));
        assert!(said(&made).contains(&format!("wellspent stress {kind}")), "{}", said(&made));
        let checked = said(&run_in(&scratch.0, &["check", kind]));
        assert!(checked.ends_with("exit code 0\n") && checked.contains(": holds"), "{kind}: {checked}");
        assert!(!checked.contains("FAILS"), "{kind}: {checked}");
        let explained = run_in(&scratch.0, &["explain", kind]);
        assert_eq!(explained.status.code(), Some(0), "{kind}: {}", said(&explained));
        let tested = run_in(&scratch.0, &["stress", kind, "--scenarios", "0", "--replications", "20"]);
        assert_eq!(tested.status.code(), Some(0), "{kind}: {}", said(&tested));
        for file in ["scheme.toml", "assumptions.toml"] {
            let text = fs::read_to_string(scratch.0.join(kind).join(file)).expect("a file of the template");
            assert!(text.contains("assumption: invented for this template, replace it"), "{kind}/{file}");
        }
        assert!(scratch.0.join(kind).join("README.md").is_file());
    }
}

/// A contract is measured and paid without assumptions, so their absence is a note. The commands that need them still refuse.
#[test]
fn a_scheme_without_assumptions_is_sound() {
    let scratch = Scratch::new("bare");
    assert_eq!(run_in(&scratch.0, &["new", "s", "--kind", "blank"]).status.code(), Some(0));
    fs::remove_file(scratch.0.join("s/assumptions.toml")).expect("the file is there");
    let checked = said(&run_in(&scratch.0, &["check", "s"]));
    assert!(checked.contains("there is no assumptions.toml") && checked.ends_with("exit code 0\n"), "{checked}");
    let tested = said(&run_in(&scratch.0, &["stress", "s"]));
    assert!(tested.contains("assumptions.toml") && !tested.ends_with("exit code 0\n"), "{tested}");
}

#[test]
fn nothing_is_written_over_and_the_kind_must_be_known() {
    let scratch = Scratch::new("taken");
    scratch.write("notes.txt", "mine");
    let refused = run(&["new", scratch.path()]);
    assert!(said(&refused).contains("is there already") && refused.status.code() == Some(2), "{}", said(&refused));
    assert_eq!(fs::read_dir(&scratch.0).expect("the folder").count(), 1);
    let unknown = run(&["new", "nowhere", "--kind", "casino"]);
    assert!(unknown.status.code() == Some(2) && said(&unknown).contains("employment"), "{}", said(&unknown));
}

/// The tutorial's text after "```toml scheme.toml" and so on.
#[test]
fn the_tutorial_shows_the_files_that_are_written() {
    let scratch = Scratch::new("tutorial");
    assert_eq!(run_in(&scratch.0, &["new", "my-scheme"]).status.code(), Some(0));
    let tutorial = fs::read_to_string(root().join("docs/tutorial/first-scheme.md")).expect("the tutorial");
    for (language, file) in [("toml", "scheme.toml"), ("csv", "segments.csv"), ("toml", "assumptions.toml")] {
        let (_, rest) = tutorial.split_once(&format!("```{language} {file}\n")).expect("the file in the tutorial");
        let shown = rest.split("```").next().unwrap_or_default();
        let written = fs::read_to_string(scratch.0.join("my-scheme").join(file)).expect("the file");
        assert!(shown == written, "{file} differs between the tutorial and the template `employment`");
    }
}

/// What the tutorial quotes as output, in the order of its page: "```\n…\n```". Blocks that begin with a command are none.
fn quoted(tutorial: &str) -> Vec<String> {
    let blocks = tutorial.split("```").skip(1).step_by(2);
    let plain = blocks.filter_map(|block| block.strip_prefix('\n')).filter(|block| !block.starts_with("wellspent "));
    plain.map(str::to_owned).collect()
}

/// Runs the tutorial as it tells a reader to, and looks for every line that it quotes. "…" stands for what is left out.
#[test]
fn the_tutorial_quotes_what_the_program_prints() {
    let scratch = Scratch::new("quoted");
    assert_eq!(run_in(&scratch.0, &["new", "my-scheme"]).status.code(), Some(0));
    let file = scratch.0.join("my-scheme/scheme.toml");
    let edit = |from: &str, to: &str| {
        let text = fs::read_to_string(&file).expect("the file");
        assert!(text.contains(from), "{from}");
        fs::write(&file, text.replace(from, to)).expect("written");
    };
    let said = |arguments: &[&str]| said(&run_in(&scratch.0, arguments));
    let mut printed = Vec::new();
    edit("reward = \"£2,000\"", "reward = \"2000\"");
    printed.push(said(&["check", "my-scheme"]));
    edit("reward = \"2000\"", "reward = \"£2,000\"");
    printed.push(said(&["check", "my-scheme"]));
    printed.push(said(&["explain", "my-scheme"]));
    let tested = said(&["stress", "my-scheme"]);
    // Its first lines, the first risk and what effort pays.
    printed.extend([tested.clone(), tested.clone(), tested]);
    edit("reward = \"£2,000\"", "reward = \"£4,000\"");
    printed.push(said(&["check", "my-scheme"]));
    edit("job = \"£200,000\", total = \"£1,160,000\"", "job = \"£400,000\", total = \"£1,360,000\"");
    let fixed = said(&["fix", "my-scheme", "--out", "my-scheme-fixed"]);
    printed.extend([fixed.clone(), fixed]);
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let tutorial = fs::read_to_string(root().join("docs/tutorial/first-scheme.md")).expect("the tutorial");
    let blocks = quoted(&tutorial);
    assert_eq!(blocks.len(), printed.len(), "the page quotes other outputs than this test makes");
    for (block, printed) in blocks.iter().zip(printed) {
        let printed = flat(&printed);
        for part in block.lines().flat_map(|line| line.split('…')).map(flat).filter(|part| !part.is_empty()) {
            assert!(printed.contains(&part), "the tutorial quotes\n  {part}\nand the program prints\n{printed}");
        }
    }
}

#[test]
fn shipped_schemes_are_found_in_any_folder_and_one_on_disk_wins() {
    let scratch = Scratch::new("anywhere");
    for name in ["plain-linear", "schemes/plain-linear", "theory/parking"] {
        let checked = run_in(&scratch.0, &["check", name]);
        assert_eq!(checked.status.code(), Some(0), "{name}: {}", said(&checked));
    }
    let tested = |folder: &Path| said(&run_in(folder, &["stress", "plain-linear", "--scenarios", "0", "--replications", "20"]));
    assert_eq!(tested(&scratch.0), tested(&root()), "the scheme inside the program is the one in the repository");
    let case = said(&run_in(&scratch.0, &["stress", "theory/ratchet"]));
    assert!(case.contains("all agree") && case.ends_with("exit code 0\n"), "{case}");
    let near = said(&run_in(&scratch.0, &["check", "plain-liner"]));
    assert!(near.contains("did you mean plain-linear?"), "{near}");
    // A folder of that name is meant rather than the shipped scheme.
    scratch.write("empty.txt", "");
    fs::create_dir(scratch.0.join("plain-linear")).expect("a folder");
    let own = said(&run_in(&scratch.0, &["check", "plain-linear"]));
    assert!(own.contains("scheme.toml") && own.ends_with("exit code 1\n"), "{own}");
}

#[test]
fn every_shipped_scheme_is_listed_with_its_title() {
    let listed = said(&run(&["schemes"]));
    for entry in fs::read_dir(root().join("schemes")).expect("schemes").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().join("scheme.toml").is_file() {
            assert!(listed.contains(&format!("  {name} ")), "{name} is not listed\n{listed}");
        }
    }
    assert!(listed.contains("theory/ratchet") && listed.contains("Plain linear"), "{listed}");
}

/// The name that the assumptions file had before still works, and whoever uses it is told.
#[test]
fn the_former_name_of_the_assumptions_file_works_with_a_note() {
    let scratch = Scratch::new("former");
    let template = root().join("crates/wellspent/templates/employment");
    for file in ["scheme.toml", "segments.csv", "assumptions.toml"] {
        let text = fs::read_to_string(template.join(file)).expect("a template");
        let text = if file == "assumptions.toml" { text.replace("\nassumptions = ", "\nworld = ") } else { text };
        scratch.write(if file == "assumptions.toml" { "world.toml" } else { file }, text);
    }
    let old = said(&run(&["check", scratch.path()]));
    assert!(old.contains("this file is now called assumptions.toml") && old.ends_with("exit code 0\n"), "{old}");
    scratch.write("assumptions.toml", fs::read_to_string(template.join("assumptions.toml")).expect("a template"));
    let both = said(&run(&["check", scratch.path()]));
    assert!(both.contains("it is not read, because assumptions.toml is there") && both.ends_with("exit code 0\n"), "{both}");
}
