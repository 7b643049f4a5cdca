//! Every parser is given what files become in accidents and attacks: it may refuse, and must neither panic, nor take two seconds
//! of the processor for one input, nor more than 512 MB.
//!
//! Each parser runs in a process of its own, whose memory the operating system limits. Input is made from the files of the
//! repository by a seed and a number, so that a case can be made again. Each parser is tried for a second of the processor;
//! `WELLSPENT_FUZZ_SECONDS=3600 cargo test -p cli --test it fuzzed` spends an hour on each. `WELLSPENT_FUZZ_SEED` begins
//! elsewhere, `WELLSPENT_FUZZ_PARSER` names one parser.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use wellspent::parsers::{PARSERS, Parser};

use crate::wellspent::{root, skipped, tell};

/// Memory of one process, in kibibytes.
const MEMORY: u64 = 512 * 1024;
/// Of the processor, for one input, in hundredths of a second.
const LONGEST: u64 = 200;
/// Files that are larger are no seeds: what is wrong with a parser shows in small ones, and sooner.
const LARGEST_SEED: u64 = 1 << 16;

fn variable<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn parsers_refuse_and_neither_panic_nor_hang_nor_eat_memory() {
    if !Path::new("/proc/self/stat").is_file() {
        skipped("processor time and memory of a process are read and limited as on Linux");
        return;
    }
    let only: Option<String> = variable("WELLSPENT_FUZZ_PARSER");
    let program = std::env::current_exe().expect("this test");
    for parser in PARSERS.iter().filter(|parser| only.as_deref().is_none_or(|name| name == parser.name)) {
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -d \"$1\" && shift && exec \"$@\"", "sh", &MEMORY.to_string()]).arg(&program);
        command.args(["--exact", "fuzzed::in_a_process_of_its_own", "--ignored", "--nocapture", "--test-threads=1"]);
        let output = command.env("WELLSPENT_FUZZ_CHILD", parser.name).output().expect("a process of its own");
        let said = String::from_utf8_lossy(&output.stdout);
        let tried = said.lines().find(|line| line.starts_with("tried "));
        let trouble = String::from_utf8_lossy(&output.stderr);
        let trouble: Vec<&str> = trouble.lines().rev().take(20).collect();
        let trouble = trouble.into_iter().rev().collect::<Vec<_>>().join("\n");
        assert!(
            output.status.success() && tried.is_some(),
            "{}: {}; the input is {}\n{trouble}",
            parser.name,
            output.status,
            input_file(parser).display()
        );
        tell(&format!("{}: {}", parser.name, tried.unwrap_or_default()));
    }
}

/// Where the input is that is being tried; it stays there when something goes wrong with it.
fn input_file(parser: &Parser) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzzed-{}", parser.name))
}

#[test]
#[ignore = "is run by the test above, in a process of its own"]
fn in_a_process_of_its_own() {
    let Some(name) = variable::<String>("WELLSPENT_FUZZ_CHILD") else { return };
    let parser = PARSERS.iter().find(|parser| parser.name == name).expect("a parser of that name");
    let (seconds, seed) = (variable("WELLSPENT_FUZZ_SECONDS").unwrap_or(1_u64), variable("WELLSPENT_FUZZ_SEED").unwrap_or(1_u64));
    // The case that is tried, and the processor's time when it began.
    let (case, began) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let (its_case, its_began) = (case.clone(), began.clone());
    let work = std::thread::spawn(move || tried(parser, seed, 100 * seconds, &its_case, &its_began));
    while !work.is_finished() {
        std::thread::sleep(Duration::from_millis(20));
        let (now, since) = (case.load(Ordering::SeqCst), began.load(Ordering::SeqCst));
        let used = processor_time().saturating_sub(since);
        if used > LONGEST && now == case.load(Ordering::SeqCst) && now > 0 {
            tell(&format!("case {now} of seed {seed} takes longer than two seconds"));
            std::process::exit(3);
        }
    }
    let Ok(cases) = work.join() else { std::process::exit(4) };
    say(&format!("\ntried {cases} inputs"));
}

/// Says something to the process that waits.
#[allow(clippy::print_stdout)]
fn say(line: &str) {
    println!("{line}");
}

fn tried(parser: &Parser, seed: u64, most: u64, case: &AtomicU64, began: &AtomicU64) -> u64 {
    let seeds = seeds(parser);
    assert!(!seeds.is_empty(), "there is nothing to begin with");
    let words = words(&seeds);
    let path = input_file(parser);
    let mut cases = 0;
    let first = processor_time();
    let mut bytes = Vec::new();
    while processor_time() - first < most {
        // The first ones are those files themselves.
        let kept = seeds.get(cases as usize);
        bytes.clear();
        bytes.extend(kept.cloned().unwrap_or_else(|| spoilt(&seeds, &words, &mut Dice(seed << 32 | cases))));
        fs::write(&path, &bytes).expect("the input is kept");
        cases += 1;
        began.store(processor_time(), Ordering::SeqCst);
        case.store(cases, Ordering::SeqCst);
        if catch_unwind(AssertUnwindSafe(|| (parser.read)(&bytes))).is_err() {
            tell(&format!("case {cases} of seed {seed} panics"));
            std::process::exit(4);
        }
    }
    case.store(0, Ordering::SeqCst);
    let _ = fs::remove_file(path);
    cases
}

/// Of all threads of this process, in the program and in the system, in hundredths of a second.
fn processor_time() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    after.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum()
}

/// Files of the repository that the parser reads, and what it brings itself.
fn seeds(parser: &Parser) -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = parser.texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    seeds.extend((parser.made)());
    let mut folders: Vec<PathBuf> =
        ["schemes", "examples", "apps/cli/tests", "apps/cli/benches"].map(|name| root().join(name)).into();
    while let Some(folder) = folders.pop() {
        let mut inside: Vec<PathBuf> = fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()).collect();
        inside.sort();
        for path in inside {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if parser.files.iter().any(|ending| name.ends_with(ending))
                && path.metadata().is_ok_and(|file| file.len() <= LARGEST_SEED)
            {
                seeds.extend(fs::read(path));
            }
        }
    }
    seeds
}

/// What a text may hold anywhere.
const SCRAPS: [&str; 40] = [
    "0",
    "-1",
    "9",
    "999999999999999999999",
    "1e308",
    "nan",
    "inf",
    "0x7f",
    "\"",
    "'",
    "\"\"\"",
    "\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    "=",
    "[",
    "]",
    "[[",
    "{",
    "}",
    "(",
    ")",
    ",",
    ";",
    "#",
    "£",
    "%",
    "\u{feff}",
    "\0",
    "\\",
    "\u{202e}",
    "\u{200b}",
    "é",
    "true",
    "2027-02-30",
    "9999-12-31",
    "0001-01-01",
    "1900-01-01",
];

/// Words of the seeds: keys, names and numbers that lead on.
fn words(seeds: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let all = seeds.iter().flat_map(|seed| seed.split(move |byte| !is_word(byte)));
    let mut words: Vec<Vec<u8>> = all.filter(|word| (2..40).contains(&word.len())).map(<[u8]>::to_vec).collect();
    words.sort();
    words.dedup();
    // A seed of bytes has no words worth the memory.
    words.truncate(5000);
    words.extend(SCRAPS.iter().map(|scrap| scrap.as_bytes().to_vec()));
    words
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ bits >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ bits >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ bits >> 31
    }

    /// A number below another; 0 below 0.
    fn below(&mut self, count: usize) -> usize {
        (self.next() % count.max(1) as u64) as usize
    }

    /// A stretch of something so long, mostly a short one.
    fn stretch(&mut self, length: usize) -> std::ops::Range<usize> {
        let from = self.below(length + 1);
        let most = if self.below(4) == 0 { length } else { 16 };
        let count = self.below(most + 1).min(length - from);
        from..from + count
    }
}

/// A seed with some things done to it.
fn spoilt(seeds: &[Vec<u8>], words: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seeds[dice.below(seeds.len())].clone();
    for _ in 0..=dice.below(6) {
        let (place, stretch) = (dice.below(bytes.len() + 1), dice.stretch(bytes.len()));
        match dice.below(11) {
            0 if !bytes.is_empty() => {
                let place = place.min(bytes.len() - 1);
                bytes[place] ^= 1 << dice.below(8);
            }
            1 if !bytes.is_empty() => {
                let place = place.min(bytes.len() - 1);
                bytes[place] = [0, 1, 0x7f, 0x80, 0xff, dice.next() as u8][dice.below(6)];
            }
            2 => drop(bytes.drain(stretch)),
            3 => {
                let again = bytes[stretch].to_vec();
                bytes.splice(place..place, again);
            }
            4 => {
                let other = &seeds[dice.below(seeds.len())];
                let piece = other[dice.stretch(other.len())].to_vec();
                bytes.splice(stretch, piece);
            }
            5 => {
                let word = words[dice.below(words.len())].clone();
                bytes.splice(place..place, word);
            }
            6 | 7 => {
                // Another word in the place of one.
                let is_word = |byte: &u8| byte.is_ascii_alphanumeric();
                let from = bytes[place..].iter().position(is_word).map_or(bytes.len(), |from| place + from);
                let to = bytes[from..].iter().position(|byte| !is_word(byte)).map_or(bytes.len(), |to| from + to);
                let word = words[dice.below(words.len())].clone();
                bytes.splice(from..to, word);
            }
            8 => bytes.truncate(place),
            9 => {
                let (piece, times) = (bytes[stretch].to_vec(), 1 << dice.below(10));
                if piece.len() * times < 1 << 18 {
                    bytes.splice(place..place, piece.repeat(times));
                }
            }
            _ => bytes[stretch].reverse(),
        }
    }
    bytes
}
