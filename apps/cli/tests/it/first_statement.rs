//! The tutorial from records to a statement, run as it tells a reader to, by the clock of the machine: every command in its order, and
//! every line that it quotes as output is one that the program prints.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::wellspent::{Scratch, root, said};

/// A block of code of the page: a command, or the output of the command before it.
enum Block<'a> {
    Command(&'a str),
    Output(&'a str),
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let code = page.split("```").skip(1).step_by(2).map(|block| block.trim_start_matches('\n').trim_end());
    code.map(|block| if block.starts_with("wellspent ") { Block::Command(block) } else { Block::Output(block) }).collect()
}

/// The words of a command line; a name between double quotes is one word.
fn words(line: &str) -> Vec<String> {
    let parts = line.split('"').enumerate();
    parts
        .flat_map(|(at, part)| match at % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .skip(1)
        .collect()
}

/// Without line ends and runs of blanks, which depend on the width of a terminal.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The two mistakes that step 2 asks for, in a copy of the records.
fn break_a_copy(folder: &Path) {
    let (from, to) = (folder.join("records"), folder.join("broken"));
    fs::create_dir(&to).expect("a folder");
    for file in fs::read_dir(&from).expect("the records").flatten() {
        fs::copy(file.path(), to.join(file.file_name())).expect("a copy");
    }
    let edit = |file: &str, change: &dyn Fn(&str) -> String| {
        let text = fs::read_to_string(to.join(file)).expect("a table");
        fs::write(to.join(file), change(&text)).expect("written");
    };
    edit("starts.csv", &|text| {
        let day = text.lines().nth(1).and_then(|row| row.split(',').find(|cell| cell.starts_with("201"))).expect("a day");
        text.replacen(day, "06/03/2012", 1)
    });
    edit("events.csv", &|text| text.replacen("conviction", "convicton", 1));
}

#[test]
fn the_tutorial_from_records_to_a_statement_does_what_it_says() {
    let page = fs::read_to_string(root().join("docs/tutorial/first-statement.md")).expect("the tutorial");
    let scratch = Scratch::new("first-statement");
    let (mut printed, mut broken) = (String::new(), Vec::new());
    // The id of the run on the page, and that of this run.
    let mut run_ids: Option<(String, String)> = None;
    for block in blocks(&page) {
        match block {
            Block::Command(line) => {
                if line.contains(" broken") && !scratch.0.join("broken").exists() {
                    break_a_copy(&scratch.0);
                }
                let line = match &run_ids {
                    Some((shown, own)) => line.replace(shown.as_str(), own),
                    None => line.to_owned(),
                };
                let mut command = Command::new(env!("CARGO_BIN_EXE_wellspent"));
                command.args(words(&line)).current_dir(&scratch.0).env_remove("WELLSPENT_TODAY").env_remove("COLUMNS");
                printed = said(&command.output().expect("the program starts"));
            }
            Block::Output(text) => {
                let id = |text: &str| text.split_once("run ")?.1.split_whitespace().next().map(str::to_owned);
                if run_ids.is_none() && text.contains(" prepared by ") {
                    run_ids = id(text).zip(id(&printed));
                }
                let text = match &run_ids {
                    Some((shown, own)) => text.replace(shown.as_str(), own),
                    None => text.to_owned(),
                };
                let whole = flat(&printed);
                let parts = text.lines().flat_map(|line| line.split('…')).map(flat).filter(|part| !part.is_empty());
                broken.extend(parts.filter(|part| !whole.contains(part)).map(|part| format!("{part}\n  is not in\n{printed}")));
            }
        }
    }
    assert!(broken.is_empty(), "the tutorial quotes what the program does not print:\n{}", broken.join("\n"));
}
