//! The command line's manners: exit codes, plain text into a pipe, names that are nearly right, figures that add up.

use crate::wellspent::{Scratch, root, run, said};

fn base() -> String {
    root().join("apps/cli/tests/bad/_base").display().to_string()
}

const TALLY: &str = "area,cohort,segment,people,reoffending,reoffences,job,job_kept
north,2027-04 to 2028-03,under 25,240,131,510,60,170
north,2027-04 to 2028-03,25 and over,260,117,430,91,300
north,2028-04 to 2029-03,25 and over,500,199,900,150,412
south,2027-04 to 2028-03,under 25,500,300,1200,100,333
";

#[test]
fn exit_codes_say_fine_found_something_or_could_not_run() {
    let code = |arguments: &[&str]| run(arguments).status.code();
    let base = base();
    assert_eq!(code(&["check", &base]), Some(0));
    assert_eq!(code(&["check", &format!("{base}/scheme.toml")]), Some(0), "the file stands for its folder");
    assert_eq!(code(&["explain", &base]), Some(0));
    let broken = Scratch::new("broken");
    broken.write("scheme.toml", "scheme = \"Broken\"\n");
    for command in ["check", "explain"] {
        assert_eq!(code(&[command, broken.path()]), Some(1), "{command}");
    }
    assert_eq!(code(&["check", "no/such/folder"]), Some(2));
    assert_eq!(code(&["check"]), Some(2));
    assert_eq!(code(&["chek", &base]), Some(2));
    assert_eq!(code(&["--version"]), Some(0));
}

/// A scheme with an error must never be priced, explained or run by half.
#[test]
fn a_scheme_with_errors_is_not_priced() {
    let scratch = Scratch::new("half-read");
    for file in ["scheme.toml", "assumptions.toml", "segments.csv", "bands.csv", "prices.csv"] {
        scratch.write(file, std::fs::read(format!("{}/{file}", base())).expect("a file of the good scheme"));
    }
    scratch.write("tally.csv", TALLY);
    let tally = format!("{}/tally.csv", scratch.path());
    assert_eq!(run(&["price", scratch.path(), "--tally", &tally]).status.code(), Some(0));
    // A table in another encoding cannot be looked up; its prices are unknown, and not nothing.
    scratch.write("prices.csv", b"\xff\xfes\0e\0g\0");
    let output = run(&["price", scratch.path(), "--tally", &tally]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    // Of a key given twice nobody knows which is meant.
    let text = std::fs::read_to_string(format!("{}/scheme.toml", base())).expect("the good scheme");
    scratch.write("scheme.toml", text.replace("price = \"£20\"", "price = \"£20\"\nprice = \"£25\""));
    assert_eq!(run(&["price", scratch.path(), "--tally", &tally]).status.code(), Some(1));
}

#[test]
fn what_goes_into_a_pipe_is_plain() {
    let base = base();
    for arguments in [vec!["check", &base], vec!["explain", &base], vec!["check", "no/such/folder"]] {
        let said = said(&run(&arguments));
        assert!(!said.contains('\u{1b}'), "{arguments:?} writes colours into a pipe");
        assert!(said.lines().all(|line| line == line.trim_end()), "{arguments:?} writes blanks at the end of a line:\n{said}");
    }
}

#[test]
fn data_goes_to_standard_output_and_trouble_to_standard_error() {
    let good = run(&["check", &base()]);
    assert!(good.stderr.is_empty() && !good.stdout.is_empty());
    let broken = Scratch::new("broken");
    broken.write("scheme.toml", "scheme = \"Broken\"\n");
    let output = run(&["explain", broken.path()]);
    assert!(output.stdout.is_empty() && !output.stderr.is_empty());
}

#[test]
fn a_name_that_is_nearly_right_gets_the_right_one() {
    let said = said(&run(&["check", "plain-liner"]));
    assert!(said.contains("there is no folder plain-liner") && said.contains("did you mean plain-linear?"), "{said}");
    let said = said_of("chek");
    assert!(said.contains("check"), "{said}");
}

fn said_of(command: &str) -> String {
    said(&run(&[command, &base()]))
}

#[test]
fn a_shipped_scheme_goes_by_its_name_alone() {
    assert_eq!(run(&["check", "plain-linear"]).status.code(), Some(0));
}

/// Every shipped scheme checks without errors, and its worked examples hold.
#[test]
fn shipped_schemes_are_sound() {
    for entry in std::fs::read_dir(root().join("schemes")).expect("the shipped schemes").flatten() {
        if entry.path().join("scheme.toml").is_file() {
            let path = entry.path().display().to_string();
            let said = said(&run(&["check", &path]));
            assert!(said.ends_with("exit code 0\n"), "{said}");
        }
    }
}

/// The rows of a CSV file, quotes taken off.
fn csv(text: &str) -> Vec<Vec<String>> {
    let row = |line: &str| {
        let (mut cells, mut quoted) = (vec![String::new()], false);
        let mut letters = line.chars().peekable();
        while let Some(letter) = letters.next() {
            let cell = cells.last_mut().expect("a cell");
            match letter {
                '"' if quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(String::new()),
                _ => cell.push(letter),
            }
        }
        assert!(!quoted, "a quote is left open: {line}");
        cells
    };
    text.lines().map(row).collect()
}

fn pence(text: &str) -> i64 {
    let digits = text.replace(['£', ','], "");
    let (pounds, part) = digits.split_once('.').unwrap_or((&digits, "00"));
    let sign = if pounds.starts_with('-') { -1 } else { 1 };
    let number = |text: &str| text.trim_start_matches('-').parse::<i64>().unwrap_or_else(|_| panic!("`{text}` is not money"));
    sign * (number(pounds) * 100 + number(part))
}

#[test]
fn a_statement_as_csv_adds_up_to_the_statement_as_text() {
    let scratch = Scratch::new("tally");
    scratch.write("tally.csv", TALLY);
    let tally = format!("{}/tally.csv", scratch.path());
    let text = said(&run(&["price", &base(), "--tally", &tally]));
    let table = run(&["price", &base(), "--tally", &tally, "--csv"]);
    assert_eq!(table.status.code(), Some(0));
    let rows = csv(&String::from_utf8(table.stdout).expect("CSV in UTF-8"));
    let column = |name: &str| rows[0].iter().position(|cell| cell == name).unwrap_or_else(|| panic!("no column {name}"));
    assert!(rows.iter().all(|row| row.len() == rows[0].len()), "rows of different lengths");
    let (area, amount, quantity, price) = (column("area"), column("amount"), column("quantity"), column("unit price"));
    let sum: i64 = rows[1..].iter().map(|row| pence(&row[amount])).sum();
    let total = text.lines().find_map(|line| line.strip_prefix("Total over 2 areas: ")).expect("the total of all areas");
    assert_eq!(sum, pence(total), "{text}");
    for name in ["north", "south"] {
        let rows = rows[1..].iter().filter(|row| row[area] == name);
        let (count, sum) = rows.fold((0, 0), |(count, sum), row| (count + 1, sum + pence(&row[amount])));
        assert!(count > 0);
        let written = text.lines().skip_while(|line| *line != name).find_map(|line| line.strip_prefix("Total ")).map(str::trim);
        assert_eq!(written.map(pence), Some(sum), "{name}");
    }
    // A line is its quantity times its price, except where a limit was applied.
    for row in rows[1..].iter().filter(|row| row[column("kind")] == "attachment fee") {
        let count: i64 = row[quantity].parse().expect("a whole number of people");
        assert_eq!(count * pence(&row[price]), pence(&row[amount]));
    }
}

#[test]
fn a_tally_with_errors_says_where() {
    let scratch = Scratch::new("tally");
    scratch.write("tally.csv", TALLY.replace("510", "51O").replace("south", "sout"));
    let tally = format!("{}/tally.csv", scratch.path());
    let output = run(&["price", &base(), "--tally", &tally]);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("tally.csv:2:43: `reoffences` is not a count"), "{said}");
    assert!(said.contains("tally.csv:5:1: the scheme has no area `sout`") && said.contains("nearest   `south`"), "{said}");
    let missing = run(&["price", &base(), "--tally", "no-such-tally.csv"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(self::said(&missing).contains("there is no file no-such-tally.csv"), "{}", self::said(&missing));
}

/// A command that the README leaves out is one that nobody finds.
#[test]
fn the_readme_lists_every_command() {
    let help = said(&run(&["--help"]));
    let readme = std::fs::read_to_string(root().join("README.md")).expect("the README");
    let table = readme.split("## Commands").nth(1).and_then(|rest| rest.split("## ").next()).expect("the commands");
    let names = help.split("Commands:").nth(1).expect("commands").lines().skip(1).take_while(|line| !line.trim().is_empty());
    let names: Vec<&str> = names
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(names.len() > 25, "{help}");
    for name in names.into_iter().filter(|name| *name != "help") {
        assert!(table.contains(&format!("`{name}`")) || table.contains(&format!("`{name} ")), "README.md does not list `{name}`");
    }
}
