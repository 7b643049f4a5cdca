//! The data-quality report in words and as CSV, and the message where there is no result because of the records.

use std::fmt::Write as _;
use std::path::Path;

use base::csv_cell::quoted;
use base::english::{counted, plural};
use base::literal::Literal as _;
use base::money::thousands;
use contract::terms::RecordsPolicy;
use ledger::duplicate_contract::SHA_256_LABEL;
use records::fault::Grade;
use records::gate::CONSEQUENCES;
use records::gate::evidence::IDS_IN_ANOTHER_FORM;
use records::gate::findings::{FindingKey, Findings};
use records::gate::quality::{ExceptedPeople, FileRead, FindingOutcome, QualityFinding, QualityReport, SumEffect};

use records::files::others::{UNREAD, UNWANTED};
use records::files::write::plain;

/// Why a run is refused: every kind of finding that stops it, with its file and rows; and what to do. `refused` says whether anything is
/// that nobody can accept, and `accepted` whether somebody accepted the rest.
pub fn refusal(
    folder: &Path,
    findings: &Findings,
    quality: &QualityReport,
    policy: &RecordsPolicy,
    (refused, accepted): (bool, bool),
) -> (String, &'static str) {
    let mut out = match refused {
        true => "there is no result, because the records do not allow one".to_owned(),
        false => format!(
            "there is no result: {} cannot be used and could change it, and {}",
            counted(quality.faults(), "row", "rows"),
            match policy.faults.words().as_str() {
                "none" => "no such fault is tolerated".to_owned(),
                words => format!("only {words} may have such a fault"),
            }
        ),
    };
    let stops = |key: &FindingKey| key.grade <= Grade::Refused || key.grade == Grade::Row && key.affects_sum;
    // Warnings about the form of ids say why nobody is known.
    let helps = |what: &str| what == IDS_IN_ANOTHER_FORM;
    // What follows from other faults comes after them.
    let follows = |key: &FindingKey| CONSEQUENCES.contains(&key.what);
    let told = || findings.iter().filter(|(key, _)| stops(key) || helps(key.what));
    // Nobody can accept what is refused, and what somebody accepts does not stop the run.
    let acceptable = |key: &FindingKey| key.grade == Grade::Row && key.affects_sum;
    let both = refused && told().any(|(key, _)| acceptable(key));
    let mut lists = [Vec::new(), Vec::new()];
    for found in told().filter(|(key, _)| !follows(key)).chain(told().filter(|(key, _)| follows(key))) {
        lists[usize::from(both && acceptable(found.0))].push(found);
    }
    let headings = match accepted {
        true => ["nobody can accept these:", "these were accepted, and do not stop the run:"],
        false => ["nobody can accept these:", "these can be accepted with --accept-faults \"REASON\" --accepted-by NAME:"],
    };
    let headed = lists.into_iter().zip(headings).flat_map(|(list, heading)| {
        list.into_iter().enumerate().map(move |(at, found)| (found, (at == 0 && both).then_some(heading)))
    });
    for ((key, kind), heading) in headed {
        if let Some(heading) = heading {
            let _ = write!(out, "\n {heading}");
        }
        let column = if key.column.is_empty() { String::new() } else { format!(" `{}`:", key.column) };
        let _ = write!(out, "\n  {}/{}:{column} {}", folder.display(), key.file, key.what);
        for (place, value) in kind.places().iter().filter(|(place, value)| *place > 0 || value.is_some()) {
            let _ = write!(out, "\n{}", place_text(*place, value.as_deref(), &key.column));
        }
        let more = kind.count.saturating_sub(kind.places().len() as u64);
        if more > 0 {
            let _ = write!(out, "\n      … and {} more", thousands(more as i64));
        }
        let _ = write!(out, "\n      {:<9} {}\n      {:<9} {}", "expected", kind.first.expected, "to fix", kind.first.fix);
    }
    let hint = match refused {
        true => {
            "correct the records and run this again; `wellspent records check` lists the faults of the tables themselves, but it does \
             not know what the contract needs"
        }
        false => {
            "correct the records; or, if the result is acceptable without these rows, add --accept-faults \"REASON\" \
             --accepted-by NAME"
        }
    };
    (out, hint)
}

/// One line for the terminal, and a line for each finding that somebody should know.
pub fn lines(quality: &QualityReport) -> Vec<String> {
    let (read, used) = (quality.rows(), quality.files.iter().map(|file| file.used).sum::<u64>());
    let apart: u64 = quality.files.iter().map(|file| file.set_aside).sum();
    let repeats: u64 = quality.files.iter().map(|file| file.repeats).sum();
    let files = counted(quality.files.len(), "file", "files");
    let mut out = vec![format!(
        "Data quality: {} in {files}; {} used, {} set aside, {} counted once.",
        counted(read, "row", "rows"),
        thousands(used as i64),
        thousands(apart as i64),
        counted(repeats, "repeated row", "repeated rows")
    )];
    let (unread, findings): (Vec<&QualityFinding>, _) = quality.findings.iter().partition(|finding| is_unread(finding));
    out.extend(findings.into_iter().map(words));
    out.extend(not_read(&unread));
    for zero in &quality.zeros {
        let kind = if zero.kind.is_empty() { &zero.table } else { &zero.kind };
        let since = if zero.since.is_empty() { String::new() } else { format!("from {} ", zero.since) };
        out.push(format!(
            "No {kind} {since}up to {}: stated by {} on {} for {}.",
            zero.until,
            zero.by,
            zero.on,
            counted(zero.people, "person", "people")
        ));
    }
    out.extend(effect(quality));
    out.extend(copies(quality));
    out.extend(again(quality));
    out.extend(without_class(quality));
    out.extend(unlike_others(quality));
    out.extend(exceptions(quality));
    if let Some(accepted) = &quality.accepted {
        out.push(format!("Faults accepted by {}: {}", accepted.by, accepted.reason));
    }
    out
}

fn is_unread(finding: &QualityFinding) -> bool {
    [UNREAD, UNWANTED].contains(&finding.what.as_str())
}

/// Files of the folder that are not read, in one line.
fn not_read(findings: &[&QualityFinding]) -> Option<String> {
    let of = |what: &str| findings.iter().filter(|finding| finding.what == what).map(|finding| finding.file.as_str()).collect();
    let (others, tables): (Vec<&str>, Vec<&str>) = (of(UNREAD), of(UNWANTED));
    let tables = tables.iter().map(|name| format!("{name} (no rule asks for it)"));
    let all: Vec<String> = others.iter().map(|name| (*name).to_owned()).chain(tables).collect();
    (!all.is_empty()).then(|| format!("Not read: {}.", all.join(", ")))
}

/// The statement as a payment run keeps it: the files with their hashes, and every finding, a line each.
pub fn recorded(quality: &QualityReport) -> String {
    let file = |file: &FileRead| format!("{}: {}{SHA_256_LABEL}{}", file.name, counted(file.rows, "row", "rows"), file.sha256);
    lines(quality).into_iter().chain(quality.files.iter().map(file)).collect::<Vec<_>>().join("\n")
}

/// The most that what was set aside could change the sum, in words.
pub fn effect(quality: &QualityReport) -> Option<String> {
    Some(match quality.effect? {
        SumEffect::Between { least, most, bound: false } => {
            format!("With the rows that were set aside, the sum could be anything from {least} to {most}.")
        }
        SumEffect::Between { least, most, bound: true } => {
            format!("With the rows that were set aside, the sum could not be less than {least} or more than {most}.")
        }
        SumEffect::Unknown => "How far the rows that were set aside could change the sum cannot be said: they are about who is \
                            paid, whom people are compared with, how far the records reach, anybody who may be excepted, or members of \
                            a household that counts as one."
            .to_owned(),
    })
}

/// What facts that equal another come to, in words.
pub fn copies(quality: &QualityReport) -> Option<String> {
    let copies = quality.copies?;
    let rows = counted(copies.rows, "row equals", "rows equal");
    let of = format!("{rows} another in all but the key, of {}; all count.", counted(copies.people, "person", "people"));
    Some(match copies.sums {
        None => of,
        Some((as_it_is, once)) if as_it_is == once => format!("{of} Counted once, the sum would be the same."),
        Some((as_it_is, once)) => format!("{of} Counted once, the sum would be {once} and not {as_it_is}."),
    })
}

/// What counts in two cohorts comes to, in words.
pub fn again(quality: &QualityReport) -> Option<String> {
    let again = quality.again?;
    let of = format!(
        "{} of {} {} in two cohorts, because the follow-up windows of one person overlap.",
        counted(again.results, "result", "results"),
        counted(again.people, "person", "people"),
        plural(again.results, "counts", "count"),
    );
    let if_once = "If what happened in both windows counted in the first cohort only, the sum would be";
    Some(match again.sums {
        None => of,
        Some((as_it_is, once)) if as_it_is == once => format!("{of} {if_once} the same."),
        Some((as_it_is, once)) => format!("{of} {if_once} {once} and not {as_it_is}."),
    })
}

/// What facts without a class come to, in words.
pub fn without_class(quality: &QualityReport) -> Option<String> {
    let without = quality.without_class?;
    let of = format!(
        "{} of {} {} no class; all count.",
        counted(without.rows, "row", "rows"),
        counted(without.people, "person", "people"),
        plural(without.rows, "has", "have")
    );
    let if_none = "If all were of a class that the rules leave out, the sum would be";
    Some(match without.sums {
        None => of,
        Some((as_it_is, left_out)) if as_it_is == left_out => format!("{of} {if_none} the same."),
        Some((as_it_is, left_out)) => format!("{of} {if_none} {left_out} and not {as_it_is}."),
    })
}

/// What people of whom far less or far more is recorded come to, in words.
pub fn unlike_others(quality: &QualityReport) -> Option<String> {
    let unlike = quality.unlike_others?;
    let of = format!("Of {} far less or far more is recorded than of the others.", counted(unlike.people, "person", "people"));
    let like = "With results like those of the others, the sum would be";
    Some(match unlike.sums {
        None => of,
        Some((as_it_is, other)) if as_it_is == other => format!("{of} {like} the same."),
        Some((as_it_is, other)) => format!("{of} {like} about {other} and not {as_it_is}."),
    })
}

/// Who is excepted from each outcome, and where that is more than the contract allows.
pub fn exceptions(quality: &QualityReport) -> Vec<String> {
    let of = |excepted: &ExceptedPeople| {
        let are = plural(excepted.excepted, "is", "are");
        let counted = format!(
            "{} of {} {are} excepted from {}.",
            thousands(excepted.excepted as i64),
            counted(excepted.people, "person", "people"),
            excepted.outcome
        );
        std::iter::once(counted)
            .chain(excepted.over.iter().map(|over| format!("Too many exceptions: {over}.")))
            .collect::<Vec<_>>()
    };
    quality.exceptions.iter().flat_map(of).collect()
}

/// A finding as a sentence.
pub fn words(finding: &QualityFinding) -> String {
    let QualityFinding { outcome, file, column, what, rows, people, places } = finding;
    let column = if column.is_empty() { String::new() } else { format!(" `{column}`:") };
    let people = if *people > 0 { format!(" about {}", counted(*people, "person", "people")) } else { String::new() };
    let places = if places.is_empty() { String::new() } else { format!(": {places}") };
    let outcome = match outcome {
        FindingOutcome::Reported => "reported",
        other => other.word(),
    };
    format!("{outcome}: {file}:{column} {what}, {}{people}{places}", counted(*rows, "time", "times"))
}

/// The statement as CSV: a row for each file, finding and stated zero.
pub fn csv(quality: &QualityReport) -> String {
    let mut out = "what,file,sha256,rows,used,set aside,repeats,outcome,column,finding,people,places\n".to_owned();
    for file in &quality.files {
        let _ = writeln!(
            out,
            "file,{},{},{},{},{},{},,,,,",
            cell(&file.name),
            file.sha256,
            file.rows,
            file.used,
            file.set_aside,
            file.repeats
        );
    }
    for finding in &quality.findings {
        let QualityFinding { outcome, file, column, what, rows, people, places } = finding;
        let cells = [outcome.word(), column, what].map(cell).join(",");
        let _ = writeln!(out, "finding,{},,{rows},,,,{cells},{people},{}", cell(file), cell(places));
    }
    for zero in &quality.zeros {
        let said = format!("none from {} up to {}, stated by {} on {}", zero.since, zero.until, zero.by, zero.on);
        let _ = writeln!(
            out,
            "stated zero,{},,0,,,,reported,{},{},{},",
            cell(&zero.table),
            cell(&zero.kind),
            cell(&said),
            zero.people
        );
    }
    if let Some(said) = effect(quality) {
        let _ = writeln!(out, "effect,,,,,,,,,{},,", cell(&said));
    }
    if let (Some(copies), Some(said)) = (&quality.copies, copies(quality)) {
        let _ = writeln!(out, "copies,,,{},,,,reported,,{},{},", copies.rows, cell(&said), copies.people);
    }
    if let (Some(counted), Some(said)) = (&quality.again, again(quality)) {
        let _ = writeln!(out, "two cohorts,,,{},,,,reported,,{},{},", counted.results, cell(&said), counted.people);
    }
    if let (Some(counted), Some(said)) = (&quality.without_class, without_class(quality)) {
        let _ = writeln!(out, "without class,,,{},,,,reported,,{},{},", counted.rows, cell(&said), counted.people);
    }
    if let (Some(unlike), Some(said)) = (&quality.unlike_others, unlike_others(quality)) {
        let _ = writeln!(out, "unlike others,,,,,,,reported,,{},{},", cell(&said), unlike.people);
    }
    for said in exceptions(quality) {
        let _ = writeln!(out, "exceptions,,,,,,,,,{},,", cell(&said));
    }
    if let Some(accepted) = &quality.accepted {
        let said = format!("{}: {}", accepted.by, accepted.reason);
        let _ = writeln!(out, "faults accepted,,,,,,,,,{},,", cell(&said));
    }
    out
}

fn cell(text: &str) -> String {
    quoted(&plain(text)).into_owned()
}

/// The data-quality report as notes beside a result; none where there is nothing to report.
#[must_use]
pub fn notes(quality: &QualityReport) -> Vec<String> {
    let lines = lines(quality);
    // A table that no rule asks for is no news.
    let known = quality.findings.iter().all(|finding| finding.what == UNWANTED);
    let known = known && lines.len() == 1 + usize::from(!quality.findings.is_empty());
    if !known || quality.files.iter().any(|file| file.set_aside + file.repeats > 0) {
        return lines;
    }
    Vec::new()
}

/// "      row 7     convicton": a place of a fault, with what was read there. A value of a column may be personal and is then not shown; a
/// fault of the row as a whole (without a column) has none.
pub(crate) fn place_text(place: u64, value: Option<&str>, column: &str) -> String {
    let at = if place > 0 { format!("row {place}") } else { "found".into() };
    let hidden = if column.is_empty() { "" } else { "(not shown: it may be personal)" };
    format!("      {at:<9} {}", value.unwrap_or(hidden)).trim_end().to_owned()
}
