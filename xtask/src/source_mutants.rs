//! Mutation testing: `cargo xtask source-mutants CRATE` changes the code of a crate in one place at a time and asks whether a test
//! notices. It needs `cargo install --locked cargo-mutants`, which finds the places.
//!
//! To compile the code for each change would take minutes a change. So a copy of the code holds all changes of the sample at once,
//! each behind a number that is read from the environment (a mutant schema: Untch, Offutt and Harrold 1993). It is compiled once.
//! A change that does not compile beside the others is compiled alone.
//!
//! The changes are a keyed random sample, so anyone draws the same. The tests that guard a crate run from the quick to the slow, and
//! what no test noticed is tried with the next ones. What became of each change is kept in `target/source-mutants/CRATE.txt`, so a
//! run that ended early goes on where it stopped.

mod switches;
mod tree;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context as _, bail};
use base::philox;

use switches::Change;
use tree::{Guard, Program, Tree};

/// The key of the sample.
const KEY: u64 = 12;
/// Changes in a sample, unless another number is asked for.
const SAMPLE: usize = 300;

/// The tests that guard a crate, from the quick to the slow.
const CRATES: [(&str, &[Guard]); 3] = [
    (
        "contract",
        &[
            Guard {
                package: "contract",
                targets: &["--lib", "--test", "contract", "--test", "laws"],
                filter: &["--skip", "hostile"],
            },
            Guard { package: "contract", targets: &["--test", "amend", "--test", "any_input"], filter: &[] },
            Guard {
                package: "cli",
                targets: &["--test", "it"],
                filter: &["casebook::", "bad_files::", "contract::", "compare::", "gate::", "golden::"],
            },
        ],
    ),
    (
        "ledger",
        &[
            Guard { package: "ledger", targets: &["--lib", "--test", "it"], filter: &[] },
            Guard {
                package: "cli",
                targets: &["--test", "it"],
                filter: &["money_out::", "paying::", "pack::", "doubted::", "killed::"],
            },
        ],
    ),
    (
        "outcomes",
        &[
            Guard { package: "outcomes", targets: &["--lib", "--test", "it"], filter: &[] },
            Guard {
                package: "cli",
                targets: &["--test", "it"],
                filter: &["casebook::", "records::", "contradicting::", "gate::", "silent::"],
            },
            Guard {
                package: "cli",
                targets: &["--test", "it"],
                filter: &[
                    "payees::",
                    "people_table::",
                    "refused_sums::",
                    "exceptions::",
                    "doubted::",
                    "linked_money::",
                    "faults::",
                ],
            },
            Guard { package: "cli", targets: &["--test", "it"], filter: &["mutated::"] },
        ],
    ),
];

/// What can become of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Caught,
    Survived,
    /// The tests had not ended after many times what they take without the change.
    NeverEnded,
    DidNotCompile,
}

const FATES: [(Fate, &str); 4] = [
    (Fate::Caught, "caught"),
    (Fate::Survived, "survived"),
    (Fate::NeverEnded, "never ended"),
    (Fate::DidNotCompile, "did not compile"),
];

/// Tries a part of the sample: so many changes from the place `from` in its order.
pub(crate) fn run(root: &Path, arguments: &[String]) -> anyhow::Result<ExitCode> {
    let name = arguments.first().map_or("", String::as_str);
    let Some((_, guards)) = CRATES.iter().find(|(known, _)| *known == name) else {
        let names: Vec<&str> = CRATES.iter().map(|(name, _)| *name).collect();
        bail!("which crate?\n\nhint: `cargo xtask source-mutants CRATE [HOW-MANY [FROM]]`, with {}", names.join(", "));
    };
    let number = |at: usize, default: usize| arguments.get(at).map_or(Ok(default), |text| text.parse());
    let (many, from) = (number(1, SAMPLE)?, number(2, 0)?);
    let folder = root.join("target/source-mutants");
    std::fs::create_dir_all(&folder)?;
    let mut diary = Diary::open(&folder.join(format!("{name}.txt")))?;
    let all = listed(root, name)?;
    let asked = sample(&all, many, from);
    let left: Vec<Change> = asked.iter().filter(|change| !diary.fates.contains_key(&change.name)).cloned().collect();
    if !left.is_empty() {
        try_all(&Tree::copied(root, &folder.join("tree"))?, name, guards, left, &mut diary)?;
    }
    print(name, all.len(), &asked, &diary.fates);
    Ok(ExitCode::SUCCESS)
}

/// Tries changes: those that compile beside each other first, the others alone.
fn try_all(tree: &Tree, name: &str, guards: &[Guard], changes: Vec<Change>, diary: &mut Diary) -> anyhow::Result<()> {
    let (together, alone) = tree.switched(name, changes)?;
    say(&format!("{} changes in one program, {} alone", together.len(), alone.len()));
    let programs = guards.iter().map(|guard| tree.programs(guard)).collect::<anyhow::Result<Vec<_>>>()?;
    let limits = tree.limits(guards, &programs)?;
    for (number, change) in together.iter().enumerate() {
        diary.write(change, fate(tree, guards, &limits, number + 1, |at| Ok(programs[at].clone()))?)?;
    }
    for change in &alone {
        let compiles = tree.changed(name, change)?;
        let fate = if compiles { fate(tree, guards, &limits, 0, |at| tree.programs(&guards[at]))? } else { Fate::DidNotCompile };
        diary.write(change, fate)?;
    }
    Ok(())
}

/// What becomes of the change with a number: the guards are asked one after the other. `programs` gives those of a guard.
fn fate(
    tree: &Tree,
    guards: &[Guard],
    limits: &[Duration],
    number: usize,
    programs: impl Fn(usize) -> anyhow::Result<Vec<Program>>,
) -> anyhow::Result<Fate> {
    for (at, (guard, limit)) in guards.iter().zip(limits).enumerate() {
        match tree.passes(&programs(at)?, guard.filter, number, *limit)? {
            Some(true) => {}
            Some(false) => return Ok(Fate::Caught),
            None => return Ok(Fate::NeverEnded),
        }
    }
    Ok(Fate::Survived)
}

/// What became of each change so far, kept in a file with a line for each.
struct Diary {
    file: std::fs::File,
    fates: BTreeMap<String, Fate>,
}

impl Diary {
    fn open(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let fates = text.lines().filter_map(|line| {
            let (word, change) = line.split_once('\t')?;
            FATES.iter().find(|(_, known)| *known == word).map(|(fate, _)| (change.to_owned(), *fate))
        });
        Ok(Self { fates: fates.collect(), file: std::fs::OpenOptions::new().create(true).append(true).open(path)? })
    }

    fn write(&mut self, change: &Change, fate: Fate) -> anyhow::Result<()> {
        let word = FATES.iter().find(|(known, _)| *known == fate).map_or("", |(_, word)| word);
        writeln!(self.file, "{word}\t{}", change.name)?;
        self.fates.insert(change.name.clone(), fate);
        say(&format!("{}: {word}: {}", self.fates.len(), change.name));
        Ok(())
    }
}

/// Every change that can be made to a crate.
fn listed(root: &Path, name: &str) -> anyhow::Result<Vec<Change>> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo).args(["mutants", "--list", "--json", "--package", name]).current_dir(root).output()?;
    if !output.status.success() {
        bail!("there is no list of changes\n\nhint: `cargo install --locked cargo-mutants`, then run this again");
    }
    let list: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout)?;
    list.iter().map(|entry| Change::read(entry).context("the list of changes has another form")).collect()
}

/// The changes in the order of a number drawn for each, cut to a part.
fn sample(all: &[Change], many: usize, from: usize) -> Vec<Change> {
    let mut drawn: Vec<(u64, &Change)> =
        all.iter().enumerate().map(|(at, change)| (philox::words(KEY, at as u64, 0, 0)[0], change)).collect();
    drawn.sort_by_key(|(number, _)| *number);
    drawn.into_iter().skip(from).take(many).map(|(_, change)| change.clone()).collect()
}

/// Prints the survivors and how many changes there are of each fate.
#[allow(clippy::print_stdout)]
fn print(name: &str, all: usize, asked: &[Change], fates: &BTreeMap<String, Fate>) {
    let of = |wanted: Fate| asked.iter().filter(|change| fates.get(&change.name) == Some(&wanted)).collect::<Vec<_>>();
    of(Fate::NeverEnded).iter().for_each(|change| println!("never ended: {}", change.name));
    of(Fate::Survived).iter().for_each(|change| println!("survived: {}", change.name));
    let counts: Vec<String> = FATES.iter().map(|(fate, word)| format!("{} {word}", of(*fate).len())).collect();
    println!("{name}: {} of {all} possible changes: {}", asked.len(), counts.join(", "));
}

#[allow(clippy::print_stderr)]
fn say(text: &str) {
    eprintln!("{text}");
}
