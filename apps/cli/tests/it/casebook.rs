//! The casebook: every Markdown file under `cases/` is priced, and each statement in it must come out to the penny.
//!
//! The runner is a function from text to text, "copy the file, with each `expect` block replaced by what the rules pay", and
//! a test that compares the two. `cases/README.md` has the form of a case.

use std::fs;
use std::path::{Path, PathBuf};

use base::open;
use base::source::{FileBytes, Folder};
use contract::clauses::quantity_words;
use contract::price::{PricedLine, statement};
use contract::tally::Tally;
use contract::tally_file;
use contract::{Scheme, check};

use crate::wellspent::{differs, root};

/// Every Markdown file below a folder, in order.
fn markdown(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).expect("the casebook").flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let mut out = Vec::new();
    for path in paths {
        if path.is_dir() {
            out.extend(markdown(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") && !path.ends_with("README.md") {
            out.push(path);
        }
    }
    out
}

#[test]
fn every_case_comes_out() {
    let folder = root().join("cases");
    let readme = fs::read_to_string(folder.join("README.md")).expect("the casebook's own page");
    let head = blocks(&readme).into_iter().find(|block| block.kind == "scheme").expect("what the cases leave out").body;
    let cases = markdown(&folder);
    assert!(cases.len() > 10, "the casebook is missing");
    let mut wrong = Vec::new();
    for case in cases {
        let text = fs::read_to_string(&case).expect("a case");
        wrong.extend(differs(&case, &filled_in(&text, &head, &case)));
    }
    assert!(
        wrong.is_empty(),
        "{}\nhint: UPDATE=1 cargo test rewrites the files; work the numbers out before you keep them",
        wrong.join("\n")
    );
}

/// A fenced block: its kind (the words after the fence), its text, and the line on which the text starts.
struct Block {
    kind: String,
    body: String,
    line: usize,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::new();
    let mut open = false;
    for (at, line) in text.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(_) if open => open = false,
            Some(kind) => {
                open = true;
                out.push(Block { kind: kind.trim().to_owned(), body: String::new(), line: at + 1 });
            }
            None if open => {
                if let Some(block) = out.last_mut() {
                    block.body += &format!("{line}\n");
                }
            }
            None => {}
        }
    }
    out
}

/// The case with every `expect` block as the rules have it.
fn filled_in(text: &str, head: &str, case: &Path) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut folder = Folder::new();
    let mut priced: Option<Result<(Scheme, Vec<Tally>), String>> = None;
    let mut shift = 0isize;
    for block in blocks(text) {
        let place = format!("{}:{}", case.display(), block.line);
        let bytes = |text: &str| FileBytes::Read(text.as_bytes().to_vec());
        if block.kind == "scheme" {
            folder = Folder::from([("scheme.toml".to_owned(), bytes(&with_head(&block.body, head)))]);
        } else if let Some(name) = block.kind.strip_prefix("table ") {
            folder.insert(name.to_owned(), bytes(&block.body));
        } else if block.kind == "tally" {
            priced = Some(read(&folder, &block.body, &place));
        } else if let "expect statement" | "expect shares" | "expect problem" = block.kind.as_str() {
            let read = priced.as_ref().unwrap_or_else(|| panic!("{place}: nothing to price: no tally above"));
            let text = match (block.kind.as_str(), read) {
                ("expect problem", Err(problems)) => problems.clone(),
                ("expect problem", Ok(_)) => panic!("{place}: the tally is right, and the case expects a problem"),
                (_, Err(problems)) => panic!("{place}: the tally has errors\n{problems}"),
                ("expect shares", Ok((scheme, tallies))) => shares(scheme, tallies),
                (_, Ok((scheme, tallies))) => statements(scheme, tallies),
            };
            let found: Vec<String> = text.lines().map(str::to_owned).collect();
            let start = (block.line as isize + shift) as usize;
            let old = block.body.lines().count();
            shift += found.len() as isize - old as isize;
            lines.splice(start..start + old, found);
        } else {
            panic!("{place}: a block of a kind that the casebook does not have: `{}`", block.kind);
        }
    }
    lines.join("\n") + "\n"
}

/// A case's piece of a scheme, with everything it does not say taken from the head: first keys, then tables.
fn with_head(body: &str, head: &str) -> String {
    let cut = |text: &str| -> (String, String) {
        let at = if text.starts_with('[') { 0 } else { text.find("\n[").map_or(text.len(), |at| at + 1) };
        (text[..at].to_owned(), text[at..].to_owned())
    };
    let ((head_keys, head_tables), (keys, tables)) = (cut(head), cut(body));
    let key = |line: &str| line.split('=').next().unwrap_or_default().trim().to_owned();
    let said = |line: &&str| !keys.lines().any(|own| key(own) == key(line));
    let mut out: String = head_keys.lines().filter(said).map(|line| format!("{line}\n")).collect();
    out += &format!("{keys}\n");
    for table in head_tables.split_inclusive("\n\n") {
        let header = table.lines().next().unwrap_or_default();
        if !tables.contains(header) {
            out += &format!("{}\n\n", table.trim_end());
        }
    }
    out + &tables
}

/// The scheme and the tally, or what is wrong with the tally.
fn read(folder: &Folder, rows: &str, place: &str) -> Result<(Scheme, Vec<Tally>), String> {
    let mut folder = folder.clone();
    folder.insert("tally.csv".to_owned(), FileBytes::Read(rows.as_bytes().to_vec()));
    let opened = open(&folder);
    let checked = check(&opened);
    let render = |problems: &[base::problem::Problem]| -> String {
        problems.iter().map(|problem| problem.render(place, &opened.sources)).collect()
    };
    let Some(scheme) = checked.scheme else { panic!("{place}: the scheme has errors\n{}", render(&checked.problems)) };
    match tally_file::read(&scheme, "tally.csv", &opened) {
        Ok(tallies) => Ok((scheme, tallies)),
        Err(problems) => Err(problems.iter().map(problem_lines).collect()),
    }
}

/// A problem without its place, which a case does not show.
fn problem_lines(problem: &base::problem::Problem) -> String {
    let said = [("read", &problem.read), ("expected", &problem.expected), ("to fix", &problem.fix)];
    let said = said.iter().filter_map(|(what, text)| Some(format!("{what}: {}\n", text.as_ref()?)));
    format!("{}\n{}", problem.what, said.collect::<String>())
}

/// The statement as a table of text; areas and segments only where the scheme has several.
fn statements(scheme: &Scheme, tallies: &[Tally]) -> String {
    let (areas, segments) = (scheme.areas.len() > 1, scheme.segments.len() > 1);
    let mut rows = vec![row(
        ["area", "clause", "cohorts", "segment", "quantity", "price", "amount", "reason"].map(str::to_owned),
        areas,
        segments,
    )];
    let mut total = 0;
    for tally in tallies {
        let (lines, paid) = statement(scheme, tally);
        total += paid.total().0;
        rows.extend(lines.iter().map(|line| row(cells(scheme, tally, line), areas, segments)));
    }
    let sum = base::money::Pence(total).to_string();
    rows.push(row(["total", if areas { "" } else { "total" }, "", "", "", "", &sum, ""].map(str::to_owned), areas, segments));
    let columns = rows[0].len();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns).map(width).collect();
    // Quantities, prices and amounts are lined up on the right, as on an invoice.
    let right = columns - 4..columns - 1;
    rows.iter()
        .map(|row| {
            let cells = row.iter().enumerate().map(|(column, cell)| {
                let blanks = " ".repeat(widths[column] - cell.chars().count());
                if right.contains(&column) { format!("{blanks}{cell}") } else { format!("{cell}{blanks}") }
            });
            format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
        })
        .collect()
}

/// What everybody is left with in each area, as a table of text.
fn shares(scheme: &Scheme, tallies: &[Tally]) -> String {
    let mut rows: Vec<(String, String)> = Vec::new();
    for tally in tallies {
        let paid = statement(scheme, tally).1.total();
        let Some(found) = contract::surplus::statement(scheme, tally, paid) else {
            rows.push(("nothing is shared yet".to_owned(), String::new()));
            continue;
        };
        let mut add = |party: &str, amount: base::money::Pence| rows.push((party.to_owned(), amount.to_string()));
        add("paid", paid);
        add("certified costs", found.costs);
        add("paid less costs", found.surplus);
        scheme.funders.iter().zip(&found.funders).for_each(|(funder, part)| add(&funder.name, *part));
        add("the provider", found.provider);
    }
    let wide = |of: fn(&(String, String)) -> &String| rows.iter().map(|row| of(row).chars().count()).max().unwrap_or_default();
    let (party, amount) = (wide(|row| &row.0), wide(|row| &row.1));
    rows.iter().map(|row| format!("{:<party$}  {:>amount$}", row.0, row.1).trim_end().to_owned() + "\n").collect()
}

fn cells(scheme: &Scheme, tally: &Tally, line: &PricedLine) -> [String; 8] {
    let cohort = |at: usize| scheme.cohorts[at].name.clone();
    let cohorts = match line.cohorts {
        (first, last) if first == last => cohort(first),
        (first, last) => format!("{} … {}", cohort(first), cohort(last)),
    };
    [
        scheme.areas[tally.area].clone(),
        scheme.clauses[line.clause].name.clone(),
        cohorts,
        line.segment.map_or(String::new(), |at| scheme.segments[at].clone()),
        quantity_words(line.quantity, line.unit).unwrap_or_default(),
        line.price.to_string(),
        line.amount.to_string(),
        line.reason.clone(),
    ]
}

fn row(cells: [String; 8], areas: bool, segments: bool) -> Vec<String> {
    let [area, clause, cohorts, segment, quantity, price, amount, reason] = cells;
    let mut out = Vec::new();
    out.extend(areas.then_some(area));
    out.extend([clause, cohorts]);
    out.extend(segments.then_some(segment));
    out.extend([quantity, price, amount, reason]);
    out
}
