//! Writes changed terms into the text of a scheme. What differs between the scheme as read and the scheme as changed is written
//! where it stands: the old line stays as a comment, and the new line gives its reason. This is text in, text out: no file is
//! opened.
//!
//! An amount that changes is a decision and no longer uncertain, so it is written without a range. A column of a table that
//! changes goes into a new table beside the old one. A clause that is added stands below all others, or above the limits that cover it.
//! Worked examples that the changed rules no longer pay as stated are commented out.

use std::collections::BTreeMap;

use crate::amendment::ChangedNames;
use crate::clauses::Clause;
use crate::examples;
use crate::read;
use crate::scheme::Scheme;
use crate::scheme_file::SCHEME_FILE;
use crate::terms::{Baseline, Cohort, Intake};
use base::open;
use base::reader::{Reader, ScenarioDraw};
use base::schedule::CohortTime;
use base::scheme_files::SchemeFiles;
use base::source::{FileBytes, Folder};
use base::toml_editor::TomlEditor;

pub use crate::amendment::Amendment;

/// The texts of a folder by file name.
pub type FileTexts = BTreeMap<String, String>;

/// The folder with the terms of `after` in place of those of `before`, which is the scheme as the folder has it. `None` when
/// something differs that cannot be written.
#[must_use]
pub fn amend(files: &SchemeFiles, before: &Scheme, after: &Scheme) -> Option<FileTexts> {
    let mut texts: FileTexts = files.sources.iter().map(|(name, source)| (name.clone(), source.text.clone())).collect();
    let clauses = ChangedNames { before: before.clause_names(), after: after.clause_names() };
    let mut amendment = Amendment::new(files, before.keys(), &after.outcomes, clauses)?;
    scheme(&mut amendment, before, after);
    for old in &before.clauses {
        match after.clauses.iter().find(|new| new.name == old.name) {
            Some(new) => clause(&mut amendment, old, new),
            None => amendment.editor.remove(&["pay", &old.name], "this limit is removed"),
        }
    }
    let mut last: Vec<String> = Vec::new();
    for (at, clause) in after.clauses.iter().enumerate().filter(|(_, new)| before.clause(&new.name).is_none()) {
        let lines = added_lines(&mut amendment, clause);
        match after.clauses[at..].iter().find(|below| before.clause(&below.name).is_some()) {
            Some(below) => amendment.editor.insert_above(&["pay", &below.name], lines),
            None => last.extend(lines),
        }
    }
    let (text, tables) = amendment.finish();
    texts.insert(SCHEME_FILE.to_owned(), with_lines(text, &last));
    texts.extend(tables);
    let texts = without_stale_examples(texts);
    let reread = open(&folder(&texts));
    let same = read::scheme(&Reader::new(&reread, &ScenarioDraw::new())).is_some_and(|read| same_terms(&read, after));
    same.then_some(texts)
}

/// Texts as a folder to open.
#[must_use]
pub fn folder(texts: &FileTexts) -> Folder {
    texts.iter().map(|(name, text)| (name.clone(), FileBytes::Read(text.clone().into_bytes()))).collect()
}

/// Whether two schemes have the same terms. A price is compared where it is looked up, because one amount for everyone may be
/// written once or for each segment.
#[must_use]
pub fn same_terms(a: &Scheme, b: &Scheme) -> bool {
    let times: Vec<CohortTime> = a.cohorts.iter().map(Cohort::time).collect();
    let sizes = (a.areas.len().max(1), a.segments.len().max(1), times.as_slice());
    let spread = |scheme: &Scheme| {
        let mut clauses = scheme.clauses.clone();
        clauses.iter_mut().for_each(|clause| clause.terms.spread_prices(sizes));
        clauses
    };
    a.intake == b.intake && a.segments_set_by == b.segments_set_by && a.outcomes == b.outcomes && spread(a) == spread(b)
}

/// Writes what differs outside the clauses.
fn scheme(amendment: &mut Amendment<'_>, before: &Scheme, after: &Scheme) {
    let editor = &mut amendment.editor;
    if before.intake != after.intake {
        let word = Intake::KNOWN.iter().find(|(_, intake)| *intake == after.intake).map_or("everyone", |(word, _)| word);
        editor.set(&["intake"], &format!("\"{word}\""), "month_end", "the provider does not choose who is served");
    }
    if before.segments_set_by != after.segments_set_by {
        let why = "the provider is paid by segment, so it does not set the segments";
        editor.set(&["segments_set_by"], "\"records\"", "month_end", why);
    }
    for (old, new) in before.outcomes.iter().zip(&after.outcomes).filter(|(old, new)| old != new) {
        if old.ratchet != new.ratchet {
            let why = "a baseline that follows the results makes it cheap to hold results back";
            editor.set(&["outcome", &old.name, "ratchet"], &format!("\"{}\"", new.ratchet), "baseline", why);
        }
        if old.reported_by != new.reported_by {
            let why = "the provider is paid for the result, so it does not report it";
            editor.set(&["outcome", &old.name, "reported_by"], "\"records\"", "measure", why);
        }
        if old.exceptions != new.exceptions {
            let why = "the provider is paid for the result, so it does not say who is excepted from it";
            editor.set(&["outcome", &old.name, "exceptions", "reported_by"], "\"records\"", "events", why);
        }
        if let Baseline::Fixed(schedule) = &new.baseline
            && old.baseline != new.baseline
            && schedule.is_constant()
        {
            let value = format!("\"{}\"", schedule.values()[0]);
            editor.set(&["outcome", &old.name, "baseline"], &value, "measure", "what happens today without the provider");
        }
        if let Baseline::Comparison { ratio } = new.baseline
            && old.baseline != new.baseline
        {
            let value = format!("{{ comparison_people_each = {ratio} }}");
            let why = "a comparison group measured at the same time";
            editor.set(&["outcome", &old.name, "baseline"], &value, "measure", why);
        }
    }
}

/// Writes what differs in one clause.
fn clause(amendment: &mut Amendment<'_>, old: &Clause, new: &Clause) {
    let same_kind = old.kind() == new.kind();
    if let Some(key) = old.terms.reference_key().filter(|_| same_kind) {
        amendment.references(&old.name, key, old.terms.refers_to(), new.terms.refers_to());
    }
    if old.terms != new.terms {
        old.terms.amend(&new.terms, &old.name, amendment);
    }
}

/// A clause that the contract did not have, line by line.
fn added_lines(amendment: &mut Amendment<'_>, clause: &Clause) -> Vec<String> {
    let Some(new) = clause.terms.write_new(&clause.name, amendment) else { return Vec::new() };
    let head = [String::new(), format!("[pay.{}]", clause.name), format!("clause = \"{}\"", clause.kind())];
    let body = new.lines.into_iter().map(|(key, value)| format!("{key} = {value}"));
    let all = head.into_iter().chain(body).chain([format!("from = \"{}\"", clause.from)]);
    all.map(|line| format!("{line}  # fix: {}", new.why)).collect()
}

/// A text with lines below it, in the text's own line ends.
fn with_lines(mut text: String, lines: &[String]) -> String {
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    for line in lines {
        if !text.ends_with('\n') {
            text += end;
        }
        text += line;
        text += end;
    }
    text
}

/// Comments out the worked examples that the changed rules no longer pay as stated.
fn without_stale_examples(mut texts: FileTexts) -> FileTexts {
    let files = open(&folder(&texts));
    let draw = ScenarioDraw::new();
    let reader = Reader::new(&files, &draw);
    let (Some(scheme), Some(mut editor)) = (read::scheme(&reader), TomlEditor::new(&files, SCHEME_FILE)) else { return texts };
    let (run, _) = examples::run(&scheme, &files);
    // An example without what the changed rules need, such as a comparison group, may pay as stated by accident.
    let whole = |name: &str| examples::tallies(&scheme, &files, name).is_ok();
    let held = run.iter().filter(|example| example.holds() && whole(&example.name));
    let sound: Vec<&str> = held.map(|example| example.name.as_str()).collect();
    let all = reader.document(SCHEME_FILE, "").and_then(|top| top.section("example")).map(|tables| {
        let sections = tables.sections();
        sections.iter().map(|section| section.name.clone()).collect::<Vec<_>>()
    });
    let names = all.unwrap_or_default();
    for name in names.iter().filter(|name| !sound.contains(&name.as_str())) {
        editor.remove(&["example", name], "this example is for the rules before they were changed");
    }
    let text = editor.finish();
    texts.insert(SCHEME_FILE.to_owned(), text);
    texts
}
