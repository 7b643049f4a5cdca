//! Files that no contract could be: each ends in few, clear errors, soon.

use std::time::{Duration, Instant};

use base::problem::{MAX_SHOWN, Problem, Severity};
use base::source::{FileBytes, Folder};
use contract::tally_file;

use crate::{Draws, head, opened, problems, rounds, sound};

/// Long for what should take a fraction of it on a quiet machine; quadratic time would take minutes.
const SOON: Duration = Duration::from_secs(20);

const GOOD: &str = "[outcome.o]\nmeasure = \"x\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\nbaseline = \"50 %\"\n\
                    [pay.p]\nclause = \"outcome payment\"\noutcome = \"o\"\nprice = \"£10\"\n";

fn good() -> String {
    head(1, &["a", "b"], "nearest penny, half up") + GOOD
}

fn errors(files: &[(&str, &str)]) -> Vec<Problem> {
    let before = Instant::now();
    let opened = opened(files);
    let mut found = problems(&opened).1;
    found.retain(|problem| problem.severity == Severity::Error);
    let said: Vec<String> = found.iter().map(|problem| problem.render("folder", &opened.sources)).collect();
    assert!(said.iter().map(String::len).sum::<usize>() < 200_000, "too much is said");
    assert!(before.elapsed() < SOON, "{:?}", before.elapsed());
    found
}

fn one(files: &[(&str, &str)], what: &str) -> Problem {
    let found = errors(files);
    let wanted = found.iter().find(|problem| problem.what.contains(what));
    wanted.unwrap_or_else(|| panic!("nothing of \"{what}\" in {found:#?}")).clone()
}

/// Every mistake is counted, and the first twenty are listed.
fn many(files: &[(&str, &str)], number: usize) {
    let found = errors(files);
    assert!(found.len() <= 3 * (MAX_SHOWN + 1), "{} are listed", found.len());
    let counted = base::problem::count(&found);
    assert!(counted >= number, "{counted} of {number}");
    assert!(found.iter().any(|problem| problem.what.starts_with("and ")), "{found:?}");
}

#[test]
fn a_hundred_and_fifty_thousand_mistakes_are_told_in_a_moment() {
    const MANY: usize = 150_000;
    let lines = |line: &dyn Fn(usize) -> String| (0..MANY).map(line).collect::<String>();
    let good = good();
    many(&[("scheme.toml", &format!("{}\n{good}", lines(&|at| format!("k{at} = 1\n"))))], MANY);
    many(&[("scheme.toml", &format!("{good}{}", lines(&|at| format!("k{at} = 1\n"))))], MANY);
    many(&[("scheme.toml", &format!("{good}{}", lines(&|at| format!("k{at} = 2020-01-01T00:00:00\n"))))], MANY);
    many(&[("scheme.toml", &format!("{good}{}", lines(&|_| "= 1\n".to_owned())))], 1_000);
    let example =
        format!("{good}[example.x]\npeople = 10\no = 5\npays = {{ {}p = \"£50\" }}\n", lines(&|at| format!("k{at} = \"£1\", ")));
    let before = Instant::now();
    let opened = opened(&[("scheme.toml", &example)]);
    assert!(contract::check(&opened).problems.len() < 100);
    assert!(before.elapsed() < SOON, "{:?}", before.elapsed());
    let priced = good.replace("price = \"£10\"", "price = { table = \"prices.csv\", column = \"p\" }");
    many(
        &[("scheme.toml", &priced), ("prices.csv", &format!("segment,p\na,£1\nb,£1\n{}", lines(&|at| format!("s{at},£1\n"))))],
        MANY,
    );
    many(
        &[("scheme.toml", &priced), ("prices.csv", &format!("segment,p\na,£1\nb,£1\n{}", lines(&|_| "a,£1\n".to_owned())))],
        MANY,
    );
    many(&[("scheme.toml", &priced), ("prices.csv", &format!("segment,p\na,£1\nb,£1\n{}", lines(&|_| "a\n".to_owned())))], MANY);
    // The same number of columns, all of which are possible.
    let wide = format!("segment,p{}\na,£1{}\nb,£1{}\n", lines(&|at| format!(",c{at}")), ",".repeat(MANY), ",".repeat(MANY));
    assert_eq!(errors(&[("scheme.toml", &priced), ("prices.csv", &wide)]), []);
    let repeated = format!("segment,p{}\na,£1{}\n", ",same".repeat(MANY), ",".repeat(MANY));
    many(&[("scheme.toml", &priced), ("prices.csv", &repeated)], MANY - 1);
    many_in_a_tally(MANY);
}

fn many_in_a_tally(many: usize) {
    let scheme = sound(&opened(&[("scheme.toml", &good())]));
    let rows = |row: &str| row.repeat(many);
    let columns = |name: &str| (0..many).map(|at| format!(",{name}{at}")).collect::<String>();
    let texts = [
        format!("segment,people,o\n{}", rows("a,10,5\n")),
        format!("segment,people,o\n{}", rows("unknown,10,5\n")),
        format!("segment,people,o\n{}", rows("a,-1,many\n")),
        format!("segment,people,o{}\na,10,5{}\n", columns("x"), ",".repeat(many)),
    ];
    for text in texts {
        let before = Instant::now();
        let opened = opened(&[("t.csv", &text)]);
        let found = tally_file::read(&scheme, "t.csv", &opened).expect_err("a tally with many mistakes");
        assert!(found.len() <= 2 * MAX_SHOWN + 2, "{}", found.len());
        assert!(before.elapsed() < SOON, "{:?}", before.elapsed());
    }
}

#[test]
fn nothing_is_nested_without_end() {
    for deep in [
        "a = ".to_owned() + &"[".repeat(100_000),
        format!("[{}]", "a.".repeat(100_000) + "a"),
        "a.".repeat(100_000) + "b = 1",
        "a = ".to_owned() + &"{ a = ".repeat(50_000),
    ] {
        one(&[("scheme.toml", &format!("{deep}\n{}", good()))], "too deep");
        one(&[("scheme.toml", &format!("{}\n{deep}", good()))], "too deep");
    }
    // Dots and brackets within quotes, comments and lists are no nesting.
    let harmless = format!("summary = \"{}\"\n# {}\n{}", "a.[{".repeat(5_000), "a.[{".repeat(5_000), good());
    assert_eq!(errors(&[("scheme.toml", &harmless)]), []);
}

#[test]
fn lengths_and_dates_that_cannot_be_are_refused() {
    let with = |from: &str, to: &str| good().replace(from, to);
    for window in ["0 months", "0 days", "100,000 years", "100_000 years", "99999999999999999999 days", "-1 month"] {
        one(&[("scheme.toml", &with("12 months", window))], "window");
    }
    for day in ["0000-01-01", "0001-01-01", "9999-12-31", "1066-10-14"] {
        assert_ne!(errors(&[("scheme.toml", &with("2020-01-01", day))]), [], "{day}");
        assert_ne!(errors(&[("scheme.toml", &with("2040-12-31", day))]), [], "{day}");
    }
    for people in ["1_000_000_000_000_000_000", "\"1,000,000,000,000,000,000 people\"", "-5", "9e18", "inf"] {
        one(&[("scheme.toml", &with("people = 100", &format!("people = {people}")))], "people");
    }
    // Another base would be read as other digits.
    one(&[("scheme.toml", &with("people = 100", "people = 0x10"))], "not in decimal digits");
    for price in ["£99999999999999999999", "£1bn (£1 to £5bn)", "£1e9", "-£1"] {
        one(&[("scheme.toml", &with("£10", price))], "price");
    }
}

/// A table with a header alone, or with nothing at all, wherever one may be named.
#[test]
fn empty_tables_are_refused() {
    let names =
        head(1, &["a", "b"], "nearest penny, half up").replace("segments = [\"a\", \"b\"]", "segments = \"t.csv\"") + GOOD;
    let areas = good().replacen("from = ", "areas = \"t.csv\"\nfrom = ", 1);
    let priced = good().replace("price = \"£10\"", "price = { table = \"t.csv\", column = \"p\" }");
    let bands = good() + "[pay.f]\nclause = \"service fee\"\nbands = \"t.csv\"\n";
    let people = good().replace("people = 100", "people = { table = \"t.csv\", column = \"p\" }");
    for text in [names, areas, priced, bands, people] {
        for table in [
            "",
            "\n",
            "# nothing\n",
            "segment,area,p,from,to,each_month\n",
            "segment,area,p,from,to,each_month",
            ",\n",
            "\u{feff}",
        ] {
            assert_ne!(errors(&[("scheme.toml", &text), ("t.csv", table)]), [], "{table:?} in\n{text}");
        }
    }
}

#[test]
fn names_that_look_alike_are_refused_with_both_places() {
    for other in ["A", "a ", "\u{ff41}", "a\u{200b}", "\u{a0}a"] {
        let text = good().replace("[\"a\", \"b\"]", &format!("[\"a\",\n\"{other}\"]"));
        let problem = one(&[("scheme.toml", &text)], "appears twice");
        assert!(problem.read.as_deref().unwrap_or_default().contains("on line"), "{problem:?}");
        let table = good().replace("[\"a\", \"b\"]", "\"s.csv\"");
        let problem = one(&[("scheme.toml", &table), ("s.csv", &format!("segment\na\n\"{other}\"\n"))], "appears twice");
        assert!(problem.read.as_deref().unwrap_or_default().ends_with("on line 3"), "{problem:?}");
    }
    let outcome =
        good() + "[outcome.\"O\u{200d}\"]\nmeasure = \"x\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\n";
    one(&[("scheme.toml", &outcome)], "appears twice");
    one(&[("scheme.toml", &(good() + "[pay.P]\nclause = \"attachment fee\"\nprice = \"£1\"\n"))], "appears twice");
    one(
        &[(
            "scheme.toml",
            &(good()
                + "[outcome.\"o comparison\"]\nmeasure = \"x\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\n"),
        )],
        "the same name as a column",
    );
    let priced = good().replace("price = \"£10\"", "price = { table = \"t.csv\", column = \"p\" }");
    let problem = one(&[("scheme.toml", &priced), ("t.csv", "segment,p\na,£1\nb,£2\na,£3\n")], "given twice");
    assert_eq!(problem.read.as_deref(), Some("rows 2 and 4"));
    for header in ["segment,p,P", "segment,p,p\u{200b}", "segment,Segment,p"] {
        one(&[("scheme.toml", &priced), ("t.csv", &format!("{header}\na,£1,£1\n"))], "two columns");
    }
}

#[test]
fn a_tally_says_what_is_wrong_with_it() {
    let scheme = sound(&opened(&[("scheme.toml", &good())]));
    let found = |text: &str| tally_file::read(&scheme, "t.csv", &opened(&[("t.csv", text)])).expect_err("a wrong tally");
    let said = |text: &str| found(text).iter().map(|problem| format!("{problem:?}")).collect::<String>();
    for (text, wanted) in [
        ("segment,people,o\na,10,5\nb,10,5\na,10,5\n", "rows 2 and 4"),
        ("segment,people,o\nA,10,5\n", "nearest: Some(\"a\")"),
        ("segment,people,o\na,-10,5\n", "is not a count"),
        ("segment,people,o\na,10,11\n", "more than the people of the row"),
        ("segment,people,o,O\na,10,5,5\n", "two columns"),
        ("segment,people,oo\na,10,5\n", "no column `oo`"),
        ("segment,people,o\na,1e3,5\n", "is not a count"),
        ("segment,people,o\na,999999999999999999999,5\n", "is not a count"),
        ("segment,people,o\n", "no rows"),
        ("", "empty"),
    ] {
        assert!(said(text).contains(wanted), "{text}: {}", said(text));
    }
    // More money than whole pence can hold is refused, not cut.
    let dear = good().replace("£10", "£1bn")
        + "[outcome.times]\nmeasure = \"x\"\nkind = \"frequency\"\nof = \"o\"\nbetter = \"more\"\nwindow = \"12 months\"\nbaseline = \"0 per person\"\n\
        [pay.t]\nclause = \"tariff\"\noutcome = \"times\"\nper = \"event\"\nreward = \"£1bn\"\n";
    let dear = sound(&opened(&[("scheme.toml", &dear)]));
    let found = tally_file::read(&dear, "t.csv", &opened(&[("t.csv", "segment,people,o,times\na,10000000,9000000,900000000\n")]));
    assert!(found.expect_err("too much money")[0].what.contains("too large to be counted"));
}

/// A character that a terminal obeys is shown by its number, wherever it is in a message.
#[test]
fn hidden_characters_are_made_visible() {
    let text = good().replace("\"binary\"", "\"bin\u{202e}ary\u{1b}[2J\"").replace("outcome = \"o\"", "outcome = \"o\\u0007\"");
    let opened = opened(&[("scheme.toml", &text), ("e\u{1b}vil.csv", "a,a\n")]);
    let said: String = problems(&opened).1.iter().map(|problem| problem.render("fol\u{1b}der", &opened.sources)).collect();
    assert!(said.contains("<U+202E>") && said.contains("<U+001B>") && said.contains("<U+0007>"), "{said}");
    assert!(!said.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'), "{said:?}");
}

/// Shipped schemes and assumptions, spoiled a little: reading them ends, soon, in a scheme or in errors.
#[test]
fn spoiled_shipped_schemes_are_read_to_the_end() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemes");
    let mut folders: Vec<_> = std::fs::read_dir(root).expect("the shipped schemes").flatten().map(|entry| entry.path()).collect();
    folders.retain(|folder| folder.join("scheme.toml").is_file());
    folders.sort();
    assert!(folders.len() >= 5);
    let mut draws = Draws(3);
    for folder in folders {
        let files: Vec<_> = std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()).collect();
        let texts: Vec<(String, Vec<u8>)> = files
            .iter()
            .filter(|file| file.extension().is_some_and(|extension| extension == "toml" || extension == "csv"))
            .map(|file| (file.file_name().expect("a name").to_string_lossy().into_owned(), std::fs::read(file).expect("a file")))
            .collect();
        for _ in 0..rounds(40) {
            let mut spoiled = texts.clone();
            for _ in 0..1 + draws.below(4) {
                let at = draws.below(spoiled.len() as i64) as usize;
                spoil(&mut draws, &mut spoiled[at].1);
            }
            let folder = Folder::from_iter(spoiled.into_iter().map(|(name, bytes)| (name, FileBytes::Read(bytes))));
            let before = Instant::now();
            let opened = base::open(&folder);
            for problem in problems(&opened).1 {
                assert!(!problem.render("f", &opened.sources).is_empty());
            }
            assert!(before.elapsed() < SOON);
        }
    }
}

/// Takes out, repeats, moves or swaps lines, or puts a scrap somewhere.
fn spoil(draws: &mut Draws, bytes: &mut Vec<u8>) {
    let mut lines: Vec<Vec<u8>> = bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let at = draws.below(lines.len() as i64) as usize;
    let other = draws.below(lines.len() as i64) as usize;
    let scraps = [
        "[",
        "]]",
        "\"",
        "=",
        ",",
        "0",
        "-",
        "9999999999",
        "£",
        "%",
        "\u{202e}",
        "\0",
        "\r",
        "from",
        "2027-13-40",
        "{ a = 1 }",
        "''",
    ];
    match draws.below(6) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(other, lines[at].clone()),
        2 => lines.swap(at, other),
        3 => lines.truncate(at),
        4 => lines[at].retain(|byte| *byte != b'"'),
        _ => {
            let line = &mut lines[at];
            let place = draws.below(line.len() as i64 + 1) as usize;
            line.splice(place..place, draws.of(&scraps).bytes());
        }
    }
    *bytes = lines.join(&b'\n');
}

/// A word that is misspelt gives one message, whatever else would follow from it.
#[test]
fn one_misspelt_word_gives_one_message() {
    let schemes = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemes");
    let folders = std::fs::read_dir(schemes).expect("the schemes").flatten().map(|entry| entry.path());
    let (mut tried, mut wrong) = (0, Vec::new());
    for folder in folders.filter(|folder| folder.join("scheme.toml").is_file()) {
        let listed = std::fs::read_dir(&folder).expect("a folder").flatten().map(|entry| entry.path());
        let read = |path: std::path::PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let is_read = path.extension().is_some_and(|ending| ending == "toml" || ending == "csv");
            std::fs::read_to_string(&path).ok().filter(|_| is_read).map(|text| (name, text))
        };
        let files: Vec<(String, String)> = listed.filter_map(read).collect();
        let scheme = files.iter().find(|(name, _)| name == "scheme.toml").expect("a scheme").1.clone();
        for (at, line) in scheme.lines().enumerate() {
            let Some((before, word)) = line.split_once(" = \"") else { continue };
            let Some((word, after)) = word.split_once('"') else { continue };
            let changed = format!("{before} = \"{word}x\"{after}");
            let lines = scheme.lines().enumerate().map(|(other, line)| if other == at { changed.as_str() } else { line });
            let text = lines.collect::<Vec<_>>().join("\n");
            let with =
                |(name, own): &(String, String)| (name.clone(), if name == "scheme.toml" { text.clone() } else { own.clone() });
            let files: Vec<(String, String)> = files.iter().map(with).collect();
            let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
            let found = errors(&files);
            if found.iter().any(|problem| problem.what.contains("has a value that is not known")) {
                tried += 1;
                if found.len() > 1 {
                    let said: Vec<&str> = found.iter().map(|problem| problem.what.as_str()).collect();
                    wrong.push(format!("{}, row {}: {changed}: {said:?}", folder.display(), at + 1));
                }
            }
        }
    }
    assert!(tried > 50 && wrong.is_empty(), "{} of {tried}\n{}", wrong.len(), wrong.join("\n"));
}
