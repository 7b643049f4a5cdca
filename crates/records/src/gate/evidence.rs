//! Do the records have what the rules need at all? If a kind of event has no row, either there truly was none, or the data were
//! never supplied. The two pay very different sums. Only a statement by the agency can tell them apart.

use super::super::Need;
use super::super::batch::{Batch, Name};
use super::super::fault::{Fault, visible};
use super::super::names::{Fingerprints, Names, fingerprint};
use super::super::spelling;
use super::super::tables::Coverage;
use super::amount_sizes::AmountsByMonth;
use super::amounts;
use super::file_columns::renamed;
use super::result::{GateResult, OtherKind, OtherKinds};
use super::row_faults::LATER;
use super::rules::StatedCount;
use base::day::{Day, NEVER, date};
use base::english::{counted, plural};

/// How many kinds a message names.
const SHOWN: usize = 8;

/// A fault of a row of coverage, and the position of its file among those of coverage.
pub type CoverageFault = (usize, Fault);

/// The counts that a table of coverage states, and the faults of some of its rows. `all_people` is the number of rows in the table of
/// people.
#[must_use]
pub fn stated_counts(batches: &[Batch], all_people: u64) -> (Vec<StatedCount>, Vec<CoverageFault>) {
    let (mut out, mut all_faults) = (Vec::new(), Vec::new());
    for batch in batches {
        let mut faults = Vec::new();
        let at = |name| batch.table.column(name);
        for row in 0..batch.rows() {
            let text = |name| batch.text(at(name), row);
            let day = |name| batch.day(at(name), row);
            let mut whole = |name: &'static str| match batch.name(at(name), row) {
                None => None,
                Some(Name::Number(number)) if number >= 0 => Some(number as u64),
                Some(read) => {
                    let column = &batch.table.columns[at(name)];
                    let fix = "write only digits, like this: 412";
                    let what = "this is not a whole number";
                    let fault = Fault::value(batch.places[row], column, &read.to_string(), what, fix);
                    faults.push(Fault { expected: "a whole number, 0 or more".into(), ..fault }.refused());
                    None
                }
            };
            let (people, count) = (whole("people"), whole("count"));
            let (until, on) = (day("until"), day("said_on"));
            if on < until && count != Some(0) {
                let what = "this was stated before the last day that it covers";
                let fix = "state it again after the last day, or write in `until` the day up to which the records were complete";
                let fault = Fault::row(batch.places[row], what, format!("{} or later", date(until)), fix);
                let value = Some(date(on).to_string());
                faults.push(Fault { column: "said_on".into(), value, ..fault }.refused());
            }
            if let Some(looked_up) = people.filter(|looked_up| *looked_up < all_people && count != Some(0)) {
                faults.push(too_few(batch.places[row], looked_up, all_people).warning());
            }
            let Some(count) = count else { continue };
            let stated = StatedCount {
                table: text("table"),
                kind: text("kind"),
                since: day("since"),
                until,
                people,
                count,
                by: text("said_by"),
                on,
                place: batch.places[row],
                file: batch.file,
            };
            let lacks: Vec<&str> = [
                ("people", stated.people.is_none()),
                ("said_by", spelling::folded(&stated.by).is_empty()),
                ("said_on", stated.on == NEVER),
            ]
            .iter()
            .filter(|(_, lacks)| *lacks && count == 0)
            .map(|(name, _)| *name)
            .collect();
            if !lacks.is_empty() {
                let fix = "a count of 0 pays as if nothing had happened: state how many people were looked up, who says so, and on which day";
                let fault = Fault::row(
                    stated.place,
                    "a count of 0 does not say who stated it, when and for how many people",
                    format!("a value in {}", lacks.join(", ")),
                    fix,
                );
                faults.push(Fault { column: lacks[0].to_owned(), ..fault }.refused());
            }
            if count == 0 && stated.on < stated.until && stated.on != NEVER {
                let what = "a count of 0 was stated before the last day that it covers";
                let fix = "state it again after the last day, or write in `until` the day up to which it was looked up";
                let expected = format!("{} or later", date(stated.until));
                let fault = Fault::row(stated.place, what, expected, fix);
                let value = Some(date(stated.on).to_string());
                faults.push(Fault { column: "said_on".into(), value, ..fault }.refused());
            }
            out.push(stated);
        }
        all_faults.extend(faults.into_iter().map(|fault| (batch.file, fault)));
    }
    (out, all_faults)
}

/// What was read of the table of events or of spells.
#[derive(Debug)]
pub struct FactsRead<'a> {
    pub table: &'static str,
    pub there: bool,
    /// The needed kinds, in the order of the counts found.
    pub kinds: &'a [String],
    /// The stated counts of this table, in the order of the counts found.
    pub stated: &'a [StatedCount],
    pub found: &'a GateResult,
}

/// The message where no row of a table is about anybody in the table of people.
pub const NOBODY_KNOWN: &str = "none of the people here is in the table of people";

/// What the records lack.
#[derive(Debug, Default)]
pub struct MissingEvidence {
    /// Faults of the table of events or of spells.
    pub of_table: Vec<Fault>,
    /// Faults of rows of coverage about it.
    pub of_coverage: Vec<CoverageFault>,
}

/// What the rules need and the records do not have, and stated counts that differ from the rows. `people` is the number of rows
/// in the table of people.
#[must_use]
pub fn missing_evidence(read: &FactsRead<'_>, need: &Need, people: u64) -> MissingEvidence {
    let mut of_coverage = differing(read.table, read.stated, read.found);
    let found = read.found;
    let mut faults = amounts::faults(read.kinds, &found.amounts().iter().map(AmountsByMonth::all).collect::<Vec<_>>());
    let word = if read.table == "spells" { "spell" } else { "event" };
    let used: u64 = found.files.iter().map(|rows| rows.used).sum();
    if used == 0 && found.unknown_people > 0 {
        let fix = "supply both tables with the same ids";
        faults.push(Fault { column: "person".into(), ..Fault::file(NOBODY_KNOWN, "ids of the table of people", fix) }.refused());
        return MissingEvidence { of_table: faults, of_coverage };
    }
    for (at, kind) in read.kinds.iter().enumerate() {
        let rows = found.kinds.get(at).copied().unwrap_or(0);
        // Where each row says itself when it was proven, rows of proof are not needed.
        let proven = read.table == "events" && need.proofs.contains(kind) && found.settled > 0;
        let zero = read.stated.iter().find(|stated| stated.count == 0 && (stated.kind == *kind || stated.kind.is_empty()));
        match zero {
            Some(stated) if rows == 0 => {
                if read.table == "events" && need.proofs.contains(kind) && found.settled == 0 && found.never_settled > 0 {
                    faults.push(not_settled(kind, &found.unread()));
                }
                of_coverage.extend(too_few_people(stated, people));
                continue;
            }
            None if rows == 0 && !proven => {}
            _ => continue,
        }
        let zero = format!(
            "; if there truly were none, state it in the table coverage: table {}, kind {kind}, count 0, and people, said_by, said_on",
            read.table
        );
        let set_aside = found.kinds_set_aside.get(at).copied().unwrap_or(0);
        let others = found.others.kinds();
        let nearest = base::problem::nearest(kind, others.iter().map(|other| other.name.as_str()));
        // A kind of nearly this name is a likelier cause than a row that cannot be read.
        if set_aside > 0 || found.unreadable > 0 && nearest.is_none() {
            faults.push(all_set_aside(word, kind, set_aside, found.unreadable));
            continue;
        }
        let have = others.iter().take(5).map(|other| visible(&other.name)).collect::<Vec<_>>();
        let hint = match (nearest, read.there) {
            (Some(nearest), _) => format!("is `{}` meant? Then write `{kind}`", visible(nearest)),
            (None, false) => format!("supply the table {} with this kind of {word}", read.table),
            (None, true) if have.is_empty() => format!("supply the rows of this kind of {word}"),
            (None, true) => format!("supply the rows of this kind; the other kinds here are {}", have.join(", ")),
        };
        let what = if read.table == "spells" {
            "the rules need this kind of spell, and the records have none"
        } else {
            "the rules need this kind of event, and the records have none"
        };
        let fault = Fault::file(what, format!("rows of the kind `{kind}`"), hint + &zero).refused();
        faults.push(Fault { column: "kind".into(), value: Some(visible(kind)), ..fault });
    }
    MissingEvidence { of_table: faults, of_coverage }
}

/// A needed kind of which no row can be used, because of the faults of its rows, or of rows that cannot be read and may be of it.
fn all_set_aside(word: &str, kind: &str, set_aside: u64, unreadable: u64) -> Fault {
    let what = match word {
        "spell" => "the rules need this kind of spell, and no row of it can be used",
        _ => "the rules need this kind of event, and no row of it can be used",
    };
    let (value, fix) = match set_aside {
        0 => {
            let rows = counted(unreadable, "row of the table has a fault", "rows of the table have faults");
            let may_be = plural(unreadable, "it may be of this kind", "some or all of them may be of this kind");
            (format!("{}: {rows}; {may_be}", visible(kind)), "correct the faults of those rows first".to_owned())
        }
        _ => {
            let rows = counted(set_aside, "row has this kind, and has a fault", "rows have this kind, and all have faults");
            (format!("{}: {rows}", visible(kind)), "correct the faults of those rows".to_owned())
        }
    };
    let fault = Fault::file(what, format!("rows of the kind `{kind}`"), fix).refused();
    Fault { column: "kind".into(), value: Some(value), ..fault }
}

/// A stated zero for fewer people than there are.
#[must_use]
pub fn too_few_people(stated: &StatedCount, people: u64) -> Option<CoverageFault> {
    stated.people.filter(|looked_up| *looked_up < people).map(|looked_up| (stated.file, too_few(stated.place, looked_up, people)))
}

fn too_few(place: u64, looked_up: u64, people: u64) -> Fault {
    let what = "fewer people were looked up than the table of people has";
    let fix = "look everybody up, and state the count again";
    let fault = Fault::row(place, what, format!("{people} or more"), fix);
    Fault { column: "people".into(), value: Some(looked_up.to_string()), ..fault }.refused()
}

/// Events that must be proven, with neither rows of proof nor the column that says when they were proven.
fn not_settled(kind: &str, unread: &[String]) -> Fault {
    let what = "the rules need this column where no row is a proof, and the table does not have it";
    let fix =
        "supply the column; if it has another name, rename it to this one; if no row has a value for it, add it without values";
    let expected = format!("a column `settled`, or rows of the kind `{kind}`");
    let fix = format!("{fix}{}", renamed("settled", unread));
    Fault { column: "settled".into(), ..Fault::file(what, expected, fix) }.refused()
}

/// A kind for which the table of coverage does not say how far it is complete.
#[must_use]
pub fn coverage_not_stated(table: &str, kind: &str, coverage: &Coverage, known_at: Day) -> Fault {
    let last = coverage.last_row(table, known_at);
    let before = last.and_then(|last| coverage.last_row(table, last - 1));
    let what = match last.zip(before) {
        Some((last, before)) if last - before > LATER => {
            "no row of coverage says how far this kind is complete, so the last day of its table is used, and it is more than a year after all others"
        }
        _ => "no row of coverage says how far this kind is complete, so the last day of its table is used",
    };
    let fix = format!("add a row to coverage with table {table}, kind {kind} and the last complete day in `until`");
    let fault = Fault::file(what, "a row of coverage for each kind that the rules need", fix).warning();
    let last = last.map_or(String::new(), |last| format!(": {}", date(last)));
    Fault { column: "kind".into(), value: Some(visible(kind) + &last), ..fault }
}

/// A kind whose amounts are added up, of which less is better, and of which no count is stated.
#[must_use]
pub fn count_not_stated(kind: &str) -> Fault {
    let what = "a missing row of this kind counts as a good result, and no row of coverage states how many there are";
    let fix = format!("have the agency count its rows: table events, kind {kind} and the number in `count`");
    let fault = Fault::file(what, "a count for each kind of which less is better", fix).warning();
    Fault { column: "count".into(), value: Some(visible(kind)), ..fault }
}

/// "1 row", "2 rows".
fn row_count(count: u64) -> String {
    counted(count, "row", "rows")
}

/// Stated counts of a table that differ from the rows.
#[must_use]
pub fn differing(table: &str, all: &[StatedCount], found: &GateResult) -> Vec<CoverageFault> {
    let mut faults = Vec::new();
    for (stated, count) in all.iter().zip(found.counted.iter().chain(std::iter::repeat(&0))) {
        // The kind of a row that cannot be read is unknown, so it may be of any kind.
        let most = count + found.unreadable;
        if (*count..=most).contains(&stated.count) {
            continue;
        }
        let kind = if stated.kind.is_empty() { table.to_owned() } else { visible(&stated.kind) };
        let what = "the agency counted a different number of rows";
        let fix = "compare the file with the one that was sent: it may have been cut, or sent before it was complete";
        let fault = Fault::row(stated.place, what, format!("{}, as stated", row_count(stated.count)), fix).refused();
        let until = date(stated.until);
        let value = format!("{kind}: {} up to {until}", row_count(*count));
        faults.push((stated.file, Fault { column: "count".into(), value: Some(value), ..fault }));
    }
    faults
}

/// The message where ids of unknown people are those of known people with other signs or letter case.
pub const IDS_IN_ANOTHER_FORM: &str = "ids here are those of people in the table of people, in another form";

/// Ids of unknown people that are those of known people in another form.
#[must_use]
pub fn ids_in_other_forms(unknown: &[String], people: &Names) -> Option<Fault> {
    let count = other_forms(unknown, people);
    let what = IDS_IN_ANOTHER_FORM;
    let fix = "write ids the same way everywhere: letter case, spaces, signs and leading zeros count";
    let fault = Fault::file(what, "the ids of the table of people", fix);
    let value = Some(format!("{count} of the first {} that are not known", unknown.len()));
    (count > 0).then(|| Fault { column: "person".into(), value, ..fault }.warning())
}

/// How many of some unknown ids are ids of known people in another form: in another letter case, or with or without leading
/// zeros, spaces and signs.
fn other_forms(unknown: &[String], people: &Names) -> usize {
    if unknown.is_empty() {
        return 0;
    }
    let mut forms = Fingerprints::default();
    for at in 0..people.len() as u32 {
        forms.insert(form(&people.get(at).to_string()));
    }
    unknown.iter().filter(|id| forms.contains(form(id))).count()
}

/// Ids of different people that differ only in their form: they may be one person.
#[must_use]
pub fn similar_ids(people: &Names) -> Option<Fault> {
    let count = similar(people);
    let what = "ids of different people differ only in letter case, spaces, leading zeros or invisible characters; both count";
    let fix =
        "no action needed if they are different people; otherwise write the id the same way everywhere, and each person once";
    let value = Some(counted(count, "id", "ids"));
    let fault = Fault { column: "person".into(), value, ..Fault::file(what, "an id for each person", fix) };
    (count > 0).then(|| fault.warning())
}

/// How many names equal an earlier one in all but their form.
fn similar(people: &Names) -> usize {
    let mut forms = Fingerprints::default();
    // A whole number has one form.
    let mut texts = (0..people.len() as u32).filter(|at| matches!(people.get(*at), Name::Text(_))).peekable();
    if texts.peek().is_none() {
        return 0;
    }
    let numbers = (0..people.len() as u32).filter(|at| matches!(people.get(*at), Name::Number(_)));
    for at in numbers {
        forms.insert(form(&people.get(at).to_string()));
    }
    texts.filter(|at| !forms.insert(form(&people.get(*at).to_string()))).count()
}

/// Classes that the rules leave out and that no row has, though rows of these kinds are there.
#[must_use]
pub fn classes_without_rows(found: &GateResult, classes: &[String]) -> Option<Fault> {
    let is_without = |(class, rows): (&String, &u64)| (*rows == 0).then(|| visible(class));
    let without: Vec<String> = classes.iter().zip(&found.classes).filter_map(is_without).collect();
    if without.is_empty() || found.other_classes == 0 {
        return None;
    }
    let what = "the rules treat rows of this class in another way, and no row has it";
    let fix = "check the words in `class`, and that the column is filled in; no action needed if there were none";
    let fault = Fault::file(what, "rows of each class that the rules name", fix).warning();
    Some(Fault { column: "class".into(), value: Some(without.join(", ")), ..fault })
}

/// Classes that no rule names, where the class decides whether rows count: each of them counts, and so does a slip or a new code.
#[must_use]
pub fn unnamed_classes(found: &GateResult) -> Option<Fault> {
    let all = found.unnamed_classes.kinds();
    // Where nearly every row has another class, the column has texts and no codes.
    if all.len() as u64 * 2 > found.with_class {
        return None;
    }
    let words = |class: &&OtherKind| format!("{} ({})", visible(&class.name), row_count(class.rows));
    let mut named: Vec<String> = all.iter().take(MOST_CLASSES).map(words).collect();
    if all.len() > MOST_CLASSES {
        named.push(format!("and {} more", all.len() - MOST_CLASSES));
    }
    let what = "no rule names these classes, and their rows count";
    let fix = "no action needed, unless one of them should be left out under another name, or is a slip";
    let fault = Fault::file(what, "classes that the rules leave out, and others that count", fix).warning();
    (!named.is_empty()).then(|| Fault { column: "class".into(), value: Some(named.join(", ")), ..fault })
}

/// How many classes a finding names.
const MOST_CLASSES: usize = 20;

/// Rows without a class among others that have one, where the class decides whether they count: they count, whatever they were.
#[must_use]
pub fn rows_without_class(found: &GateResult) -> Option<Fault> {
    let (with, without) = (found.with_class, found.without_class);
    let what = "some rows have no class, and each of them counts as if it were of a class that the rules do not leave out";
    let fix =
        "fill in `class` in each row of these kinds; the sum changes where one of them is of a class that the rules leave out";
    let fault = Fault::file(what, "a class in each row of the kinds whose class decides whether they count", fix).warning();
    let value = Some(format!("{without} of {}", row_count(with + without)));
    (with > 0 && without > 0).then(|| Fault { column: "class".into(), value, ..fault })
}

/// Kinds in a table that no rule needs, each with its rows and the nearest kind that a rule uses.
#[must_use]
pub fn unused_kinds(others: &OtherKinds, used: &[String]) -> Option<Fault> {
    let nearest = |kind: &str| {
        let nearest = base::problem::nearest(kind, used.iter().map(String::as_str));
        nearest.map_or(String::new(), |nearest| format!("; the nearest that a rule uses is `{}`", visible(nearest)))
    };
    let words = |other: &&OtherKind| format!("{} ({}{})", visible(&other.name), row_count(other.rows), nearest(&other.name));
    let mut kinds: Vec<String> = others.kinds().iter().map(words).collect();
    let more = if kinds.len() > SHOWN { format!(" and {} more", kinds.len() - SHOWN) } else { String::new() };
    kinds.truncate(SHOWN);
    let what = "no rule uses these kinds";
    let fault = Fault::file(
        what,
        "kinds that the rules use",
        "no action needed, unless one of them is a kind of the scheme under another name",
    )
    .warning();
    (!kinds.is_empty()).then(|| Fault { column: "kind".into(), value: Some(kinds.join(", ") + &more), ..fault })
}

/// The fingerprint of an id without its form.
pub(super) fn form(id: &str) -> u64 {
    let letters: String = spelling::folded(id).chars().filter(|letter| letter.is_alphanumeric()).collect();
    // "007.0", as a spreadsheet may write a number, is 7.
    let letters = match id.trim().strip_suffix(".0") {
        Some(whole) if whole.bytes().all(|byte| byte.is_ascii_digit()) => whole.to_owned(),
        _ => letters,
    };
    fingerprint(Name::Text(letters.trim_start_matches('0')))
}
