//! Do the records have what the rules need at all? A kind of event of which there is no row is either a true zero, which
//! somebody states, or data that were never handed over; the two pay very different sums, and nothing but a statement tells
//! them apart.

use super::super::Need;
use super::super::batch::{Batch, Name};
use super::super::fault::{Fault, visible};
use super::super::names::{Fingerprints, Names, fingerprint};
use super::{Found, spelling};
use base::day::{Day, NEVER, date};

/// An agency's own count of its rows, from the table of coverage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    pub table: String,
    /// Empty: every kind of the table.
    pub kind: String,
    /// [`NEVER`] when no first day is given.
    pub since: Day,
    pub until: Day,
    /// How many people were looked up.
    pub people: Option<u64>,
    pub count: u64,
    /// Who says so.
    pub by: String,
    /// The day on which it was said, or [`NEVER`].
    pub on: Day,
    /// Where it stands in its file.
    pub place: u64,
}

/// Kinds that no rule asks for: which were seen, and some of them in words.
#[derive(Debug, Default)]
pub struct Others {
    seen: Fingerprints,
    count: usize,
    kept: Vec<String>,
}

/// Kinds that are told in words.
const SHOWN: usize = 8;

/// Kinds that are remembered, and those that are kept in words.
const SEEN: usize = 1 << 16;
const KEPT: usize = 200;

impl Others {
    /// Whether a kind was not seen before. A column of millions of different words is looked at afresh from time to time,
    /// instead of being remembered.
    pub(super) fn is_new(&mut self, print: u64) -> bool {
        if !self.seen.insert(print) {
            return false;
        }
        self.count += 1;
        if self.count > SEEN {
            (self.seen, self.count) = (Fingerprints::default(), 0);
        }
        true
    }

    pub(super) fn keep(&mut self, kind: &str) {
        if self.kept.len() < KEPT {
            self.kept.push(kind.to_owned());
        }
    }

    pub(super) fn merge(&mut self, other: Others) {
        self.kept.extend(other.kept);
        self.kept.sort();
        self.kept.dedup();
        self.kept.truncate(KEPT);
    }
}

/// The counts that a table of coverage states, and what is wrong with some of them.
#[must_use]
pub fn stated(batches: &[Batch]) -> (Vec<Stated>, Vec<Fault>) {
    let (mut out, mut faults) = (Vec::new(), Vec::new());
    for batch in batches {
        let at = |name| batch.table.column(name);
        for row in 0..batch.rows() {
            let text = |name| batch.text(at(name), row);
            let day = |name| batch.day(at(name), row);
            let mut whole = |name: &'static str| match batch.name(at(name), row) {
                None => None,
                Some(Name::Number(number)) if number >= 0 => Some(number as u64),
                Some(read) => {
                    let column = &batch.table.columns[at(name)];
                    let fix = "write the number of rows in digits alone: 412";
                    let what = "this is not a whole number";
                    let fault = Fault::value(batch.places[row], column, &read.to_string(), what, fix);
                    faults.push(Fault { expected: "a whole number, 0 or more".into(), ..fault }.refused());
                    None
                }
            };
            let (people, count) = (whole("people"), whole("count"));
            let Some(count) = count else { continue };
            let stated = Stated {
                table: text("table"),
                kind: text("kind"),
                since: day("since"),
                until: day("until"),
                people,
                count,
                by: text("said_by"),
                on: day("said_on"),
                place: batch.places[row],
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
                let fix = "a count of 0 pays as if nothing had happened, so it names how many people were looked up, who says so, and on which day";
                let fault =
                    Fault::row(stated.place, "a count of 0 lacks who said so", format!("a value in {}", lacks.join(", ")), fix);
                faults.push(Fault { column: lacks[0].to_owned(), ..fault }.refused());
            }
            if count == 0 && stated.on < stated.until && stated.on != NEVER {
                let what = "a count of 0 was stated before the last day that it is for";
                let fix = "state it again once the last day has passed, or give the day up to which it was looked up in `until`";
                let expected = format!("{} or later", date(stated.until));
                let fault = Fault::row(stated.place, what, expected, fix);
                let value = Some(date(stated.on).to_string());
                faults.push(Fault { column: "said_on".into(), value, ..fault }.refused());
            }
            out.push(stated);
        }
    }
    (out, faults)
}

/// What was read of a table of events or spells.
#[derive(Debug)]
pub struct Read<'a> {
    pub table: &'static str,
    pub there: bool,
    /// The kinds that are asked for, in the order of what was found.
    pub kinds: &'a [String],
    /// The stated counts of this table, in the order of what was found.
    pub stated: &'a [Stated],
    pub found: &'a Found,
}

/// What the rules need and the records do not have, and stated counts that are not those of the rows. `people` is the number
/// of rows in the table of people.
#[must_use]
pub fn missing(read: &Read<'_>, need: &Need, people: u64) -> Vec<Fault> {
    let mut faults = differing(read);
    let found = read.found;
    let word = if read.table == "spells" { "spell" } else { "event" };
    let used: u64 = found.files.iter().map(|rows| rows.used).sum();
    if used == 0 && found.unknown_people > 0 {
        let fix = "hand over both tables with the same ids";
        let what = "none of the people here is in the table of people";
        faults.push(Fault { column: "person".into(), ..Fault::file(what, "ids of the table of people", fix) }.refused());
        return faults;
    }
    for (at, kind) in read.kinds.iter().enumerate() {
        let rows = found.kinds.get(at).copied().unwrap_or(0);
        // Where each row says itself when it was proven, no rows of their own need to.
        let proven = read.table == "events" && need.proofs.contains(kind) && found.settled > 0;
        let zero = read.stated.iter().find(|stated| stated.count == 0 && (stated.kind == *kind || stated.kind.is_empty()));
        match zero {
            Some(stated) if rows == 0 => {
                if stated.people.is_some_and(|looked_up| looked_up < people) {
                    let what = "fewer people were looked up than the table of people has";
                    let fix = "look everybody up, and state the count again";
                    let fault = Fault::row(stated.place, what, format!("{people} or more"), fix);
                    let value = stated.people.map(|people| people.to_string());
                    faults.push(Fault { column: "people".into(), value, ..fault }.refused());
                }
                continue;
            }
            None if rows == 0 && !proven => {}
            _ => continue,
        }
        let nearest = base::problem::nearest(kind, found.others.kept.iter().map(String::as_str));
        let have = found.others.kept.iter().take(5).map(|kind| visible(kind)).collect::<Vec<_>>();
        let hint = match (nearest, read.there) {
            (Some(nearest), _) => format!("is `{}` meant? then write it `{kind}`", visible(nearest)),
            (None, false) => format!("hand over {} with this kind of {word}", read.table),
            (None, true) if have.is_empty() => format!("hand over the rows of this kind of {word}"),
            (None, true) => format!("hand over the rows of this kind; the other kinds here are {}", have.join(", ")),
        };
        let zero = format!(
            "; if there truly were none, state it in the table coverage: table {}, kind {kind}, count 0, and people, said_by, said_on",
            read.table
        );
        let what = if read.table == "spells" {
            "the rules need this kind of spell, and the records have none"
        } else {
            "the rules need this kind of event, and the records have none"
        };
        let fault = Fault::file(what, format!("rows of the kind `{kind}`"), hint + &zero).refused();
        faults.push(Fault { column: "kind".into(), value: Some(visible(kind)), ..fault });
    }
    faults
}

/// A kind of which the table of coverage does not say how far it is complete.
#[must_use]
pub fn uncovered(table: &str, kind: &str, last: Option<Day>) -> Fault {
    let what =
        "nothing states how far this kind is complete, so the last day of its table is taken; state `until` in a row of coverage";
    let fix = format!("state it: a row of coverage with table {table}, kind {kind} and the last complete day in `until`");
    let fault = Fault::file(what, "a row of coverage for each kind that the rules need", fix).warning();
    let last = last.map_or(String::new(), |last| format!(": {}", date(last)));
    Fault { column: "kind".into(), value: Some(visible(kind) + &last), ..fault }
}

/// Stated counts that are not those of the rows.
fn differing(read: &Read<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (stated, count) in read.stated.iter().zip(read.found.counted.iter().chain(std::iter::repeat(&0))) {
        // Of a row that cannot be read nobody knows the kind.
        let most = count + read.found.unreadable;
        if (*count..=most).contains(&stated.count) {
            continue;
        }
        let kind = if stated.kind.is_empty() { read.table.to_owned() } else { visible(&stated.kind) };
        let what = "the agency counted another number of rows than were read";
        let fix = "compare the file with the one that was sent: it may have been cut, or sent before it was complete";
        let fault = Fault::row(stated.place, what, format!("{} rows, as stated", stated.count), fix).refused();
        let until = date(stated.until);
        let value = format!("{kind}: {count} {} up to {until}", if *count == 1 { "row" } else { "rows" });
        faults.push(Fault { column: "count".into(), value: Some(value), ..fault });
    }
    faults
}

/// How many of some unknown ids are those of known people in another form: another case, with or without leading zeros, spaces
/// or signs between.
#[must_use]
pub fn other_forms(unknown: &[String], people: &Names) -> usize {
    if unknown.is_empty() {
        return 0;
    }
    let mut forms = Fingerprints::default();
    for at in 0..people.len() as u32 {
        forms.insert(form(&people.get(at).to_string()));
    }
    unknown.iter().filter(|id| forms.contains(form(id))).count()
}

/// Ids that are those of other people but for their form: perhaps one person twice.
#[must_use]
pub fn alike(people: &Names) -> Option<Fault> {
    let mut forms = Fingerprints::default();
    // A whole number has one form.
    let mut texts = (0..people.len() as u32).filter(|at| matches!(people.get(*at), Name::Text(_))).peekable();
    texts.peek()?;
    let numbers = (0..people.len() as u32).filter(|at| matches!(people.get(*at), Name::Number(_)));
    for at in numbers {
        forms.insert(form(&people.get(at).to_string()));
    }
    let count = texts.filter(|at| !forms.insert(form(&people.get(*at).to_string()))).count();
    let what = "ids of different people differ only in letter case, blanks, leading zeros or what nobody sees; both count";
    let fix = "nothing, if they are two people; else write the id the same way everywhere, and the person once";
    let value = Some(if count == 1 { "1 id".to_owned() } else { format!("{count} ids") });
    let fault = Fault { column: "person".into(), value, ..Fault::file(what, "an id for each person", fix) };
    (count > 0).then(|| fault.warning())
}

/// Kinds in a table that no rule asks for.
#[must_use]
pub fn unasked(others: &Others) -> Option<Fault> {
    let mut kinds: Vec<String> = others.kept.iter().map(|kind| visible(kind)).collect();
    kinds.sort();
    kinds.dedup();
    let more = if kinds.len() > SHOWN { format!(" and {} more", kinds.len() - SHOWN) } else { String::new() };
    kinds.truncate(SHOWN);
    let what = "kinds that no rule looks at";
    let fault = Fault::file(what, "any", "nothing, if none of them is a kind of the scheme under another name").warning();
    (!kinds.is_empty()).then(|| Fault { column: "kind".into(), value: Some(kinds.join(", ") + &more), ..fault })
}

/// The fingerprint of an id without its form.
fn form(id: &str) -> u64 {
    let letters: String = spelling::folded(id).chars().filter(|letter| letter.is_alphanumeric()).collect();
    // "007.0", as a spreadsheet may write a number, is 7.
    let letters = match id.trim().strip_suffix(".0") {
        Some(whole) if whole.bytes().all(|byte| byte.is_ascii_digit()) => whole.to_owned(),
        _ => letters,
    };
    fingerprint(Name::Text(letters.trim_start_matches('0')))
}
