//! How an outcome is measured from dated records: the closed catalogue of rules that `[outcome.NAME.measured]` may name.
//!
//! Here a rule is read, checked against the kind of outcome it is for, and put into English. What happened to whom is not known
//! here: records are measured elsewhere, by these terms.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::terms::Kind;
use base::document::Section;
use base::literal::{Count, Duration, Literal};
use base::money::Pence;
use base::problem::Problem;

/// One outcome's rule, and what is done about people who cannot be followed to the end.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    pub rule: Rule,
    pub died: Inside,
    pub removed: Inside,
    pub custody: Inside,
}

/// What becomes of a person who dies, is removed or is in custody inside the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Inside {
    /// Counts like everyone else, by what was seen.
    #[default]
    Stays,
    /// Is not counted at all.
    LeftOut,
}

/// The rules, in the order of `docs/outcomes.md`, which says each to the day.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    /// No such event in the window.
    NoneWithin(Events),
    /// At least one.
    AnyWithin(Events),
    /// How many.
    CountWithin(Events, Each),
    /// So many days of the window in spells.
    Sustained { spells: Spells, days: i64, run: Run },
    /// Days in spells after the outcome that this one builds on.
    Periods(Spells),
    /// Amounts that add up to a threshold, which may change from a day on; in hundredths, by date.
    AtLeast { events: Events, unit: Unit, thresholds: Vec<(Date, i64)> },
    /// Days until the first such event.
    FirstTimeTo(Events),
    /// An exit in the window that is not followed by a return.
    ExitWithoutReturn { exits: Events, returns: Vec<String>, spells: Vec<String>, clear: Duration },
    /// In a spell on the day the window ends.
    StatusAt(Spells),
}

/// Which events count.
#[derive(Clone, Debug, PartialEq)]
pub struct Events {
    pub kinds: Vec<String>,
    /// Classes of event that do not count.
    pub except: Vec<String>,
    /// The kind of event by which one is proven; it must come before the window and the wait are over.
    pub proven_by: Option<String>,
}

/// What counts as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Each {
    #[default]
    Event,
    /// Events that were settled together.
    Disposal,
}

/// Where spells come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Spells {
    /// The table of spells.
    Kept(Vec<String>),
    /// Pairs of events: the one that ends a spell is about the one that begins it.
    Paired { begins: String, ends: String },
}

/// How days are added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    Cumulative,
    /// Without a break of more than so many days.
    Continuous {
        breaks: i64,
    },
}

/// What a threshold is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Money,
    Units,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Word {
    None,
    #[default]
    Any,
    Count,
    Sustained,
    Periods,
    AtLeast,
    FirstTime,
    Exit,
    Status,
}

const WORDS: [(&str, Word); 9] = [
    ("none within", Word::None),
    ("any within", Word::Any),
    ("count within", Word::Count),
    ("sustained", Word::Sustained),
    ("periods", Word::Periods),
    ("at least", Word::AtLeast),
    ("first time to", Word::FirstTime),
    ("exit without return", Word::Exit),
    ("status at", Word::Status),
];

/// Reads `[outcome.NAME.measured]`, if the file has one.
pub(crate) fn read(outcome: &Section<'_, '_>, kind: Kind) -> Option<Measured> {
    let section = outcome.section("measured")?;
    let word = section.required_choice("rule", &WORDS);
    fits(&section, word, kind);
    let rule = match word {
        Word::None => Rule::NoneWithin(events(&section)),
        Word::Any => Rule::AnyWithin(events(&section)),
        Word::Count => {
            let each = section.choice("each", &[("event", Each::Event), ("disposal", Each::Disposal)]).unwrap_or_default();
            Rule::CountWithin(events(&section), each)
        }
        Word::Sustained => sustained(&section),
        Word::Periods => {
            whole_days(&section, kind);
            Rule::Periods(spells(&section))
        }
        Word::AtLeast => at_least(&section),
        Word::FirstTime => Rule::FirstTimeTo(events(&section)),
        Word::Exit => Rule::ExitWithoutReturn {
            exits: events(&section),
            returns: kinds(&section, "returns"),
            spells: kinds(&section, "spells"),
            clear: section.required("clear"),
        },
        Word::Status => Rule::StatusAt(spells(&section)),
    };
    let words = [("stays", Inside::Stays), ("left out", Inside::LeftOut)];
    let measured = Measured {
        rule,
        died: section.choice("died", &words).unwrap_or_default(),
        removed: section.choice("removed", &words).unwrap_or_default(),
        custody: section.choice("custody", &words).unwrap_or_default(),
    };
    section.finish();
    Some(measured)
}

/// A rule gives a yes or no, a count, or periods; the outcome must be of that kind.
fn fits(section: &Section<'_, '_>, word: Word, kind: Kind) {
    let needed = match word {
        Word::Count | Word::FirstTime => "frequency",
        Word::Periods => "sustained",
        _ => "binary",
    };
    let found = match kind {
        Kind::Binary => "binary",
        Kind::Frequency { .. } => "frequency",
        Kind::Sustained { .. } => "sustained",
    };
    if needed != found && section.has("rule") {
        section.push(
            section
                .problem("rule", format!("the rule gives an outcome of kind \"{needed}\""))
                .read(format!("kind = \"{found}\""))
                .expected(format!("kind = \"{needed}\", or another rule"))
                .fix("choose the rule that counts what the contract pays for"),
        );
    }
}

/// A list of kinds, each once; empty when the key is missing.
fn kinds(section: &Section<'_, '_>, key: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut known = BTreeSet::new();
    for (name, span) in section.list(key).unwrap_or_default() {
        if !known.insert(name) || name.is_empty() {
            let problem = Problem::at(section.file, span, format!("`{name}` cannot stand here")).read(format!("\"{name}\""));
            section.push(problem.expected("each kind once, by its name in the records").fix("remove it"));
        } else {
            out.push(name.to_owned());
        }
    }
    out
}

fn events(section: &Section<'_, '_>) -> Events {
    let found = kinds(section, "events");
    if found.is_empty() {
        needs(
            section,
            "the rule needs `events`",
            "events = \"offence\", or a list of kinds",
            "name the kinds of event that count",
        );
    }
    let proven_by = section.text("proven_by").map(str::to_owned);
    Events { kinds: found, except: kinds(section, "except"), proven_by }
}

fn needs(section: &Section<'_, '_>, what: &str, expected: &str, fix: &str) {
    section.push(Problem::at(section.file, section.span, what).expected(expected).fix(fix));
}

fn spells(section: &Section<'_, '_>) -> Spells {
    let kept = kinds(section, "spells");
    match (section.text("begins"), section.text("ends")) {
        (Some(begins), Some(ends)) if kept.is_empty() => Spells::Paired { begins: begins.to_owned(), ends: ends.to_owned() },
        (None, None) if !kept.is_empty() => Spells::Kept(kept),
        _ => {
            let expected =
                "spells = \"job\"; or begins = \"job start\" and ends = \"job end\", when they are handed over as events";
            needs(
                section,
                "the rule needs to know its spells",
                expected,
                "name the kinds of spell, or the two kinds of event, not both",
            );
            Spells::Kept(kept)
        }
    }
}

fn sustained(section: &Section<'_, '_>) -> Rule {
    let spells = spells(section);
    let days = days(section, "days", section.required("days"));
    if days < 1 && section.has("days") {
        let problem = section.problem("days", "everyone has no days at least").read("0");
        section.push(problem.expected("at least one day").fix("write the days that are needed"));
    }
    let continuous = section.required_choice("counted", &[("cumulative", false), ("continuous", true)]);
    let breaks = section.number("breaks").map(|breaks: Duration| self::days(section, "breaks", breaks));
    if breaks.is_some() && !continuous {
        section.push(
            section
                .problem("breaks", "breaks do not matter when days are added up")
                .expected("counted = \"continuous\", or no `breaks`")
                .fix("remove `breaks`; with cumulative days any break is permitted"),
        );
    }
    let run = if continuous { Run::Continuous { breaks: breaks.unwrap_or(0) } } else { Run::Cumulative };
    Rule::Sustained { spells, days, run }
}

/// A length in days: months differ in length, so that days cannot be added up to them.
fn days(section: &Section<'_, '_>, key: &str, length: Duration) -> i64 {
    if length.in_days().is_none() && section.has(key) {
        section.push(
            section
                .problem(key, "days are added up, and a month is no number of days")
                .read(length.words())
                .expected("days or weeks, such as \"182 days\" or \"26 weeks\"")
                .fix("write the days that the contract means"),
        );
    }
    length.in_days().unwrap_or(1).max(0)
}

fn whole_days(section: &Section<'_, '_>, kind: Kind) {
    if let Kind::Sustained { every, .. } = kind
        && every.in_days().is_none_or(|days| days < 1)
    {
        section.push(
            section
                .problem("rule", "periods are counted in days, and a month is no number of days")
                .read(format!("every = \"{}\"", every.words()))
                .expected("every = \"4 weeks\", or a number of days")
                .fix("write the days or weeks that the contract means"),
        );
    }
}

fn at_least(section: &Section<'_, '_>) -> Rule {
    let events = events(section);
    let (unit, thresholds) = match (section.has("earnings"), section.has("units")) {
        (true, false) => (Unit::Money, dated(section, "earnings", |pence: Pence| pence.0)),
        (false, true) => (Unit::Units, dated(section, "units", |count: Count| count.0 * 100)),
        _ => {
            let expected = "earnings = \"£4,000\", or units = 100";
            needs(section, "the rule needs one threshold", expected, "write `earnings` for money or `units` for anything else");
            (Unit::Units, Vec::new())
        }
    };
    if let Some((_, threshold)) = thresholds.iter().find(|(_, threshold)| *threshold <= 0) {
        let key = if unit == Unit::Money { "earnings" } else { "units" };
        let problem = section.problem(key, "everyone reaches a threshold of nothing").read(format!("{}", threshold / 100));
        section.push(problem.expected("more than nothing").fix("check the threshold"));
    }
    Rule::AtLeast { events, unit, thresholds }
}

/// One threshold, or one from each of some days on.
fn dated<T: Literal>(section: &Section<'_, '_>, key: &str, value: impl Fn(T) -> i64) -> Vec<(Date, i64)> {
    let table = if section.holds_keys(key) { section.section(key) } else { None };
    let Some(table) = table.filter(|table| !table.has("value")) else {
        return vec![(Date::MIN, value(section.required(key)))];
    };
    let mut out = Vec::new();
    for (name, span) in table.keys() {
        match name.parse::<Date>() {
            Ok(date) => out.push((date, value(table.required(name)))),
            Err(_) => table.push(
                Problem::at(table.file, span, "a threshold holds from a day on")
                    .read(name)
                    .expected("a day, year first: 2024-04-01 = \"£3,500\"")
                    .fix("write the day from which it holds on the left of the equals sign"),
            ),
        }
    }
    table.finish();
    out.sort_unstable();
    out
}

impl Measured {
    /// The rule in English, to stand after the outcome's own words.
    #[must_use]
    pub fn words(&self) -> String {
        let rule = match &self.rule {
            Rule::NoneWithin(events) => format!("no {} in the window", events.words()),
            Rule::AnyWithin(events) => format!("at least one {} in the window", events.words()),
            Rule::CountWithin(events, Each::Event) => format!("each {} in the window", events.words()),
            Rule::CountWithin(events, Each::Disposal) => {
                format!("each {} in the window, those settled together counting as one", events.words())
            }
            Rule::Sustained { spells, days, run: Run::Cumulative } => {
                format!("at least {days} days of {} in the window, added up", spells.words())
            }
            Rule::Sustained { spells, days, run: Run::Continuous { breaks } } => {
                format!("at least {days} days of {} in the window, without a break of more than {breaks} days", spells.words())
            }
            Rule::Periods(spells) => format!("days of {} in the window, after that", spells.words()),
            Rule::AtLeast { events, unit, thresholds } => {
                let amount = |hundredths: i64| match unit {
                    Unit::Money => Pence(hundredths).to_string(),
                    Unit::Units => (hundredths / 100).to_string(),
                };
                let from = |(date, threshold): &(Date, i64)| match *date == Date::MIN {
                    true => amount(*threshold),
                    false => format!("{} for starts from {date} on", amount(*threshold)),
                };
                let all: Vec<String> = thresholds.iter().map(from).collect();
                format!("amounts of {} in the window that add up to at least {}", events.words(), all.join(", "))
            }
            Rule::FirstTimeTo(events) => format!("days to the first {}, at most the window's", events.words()),
            Rule::ExitWithoutReturn { exits, returns, spells, clear } => {
                let back: Vec<&str> = returns.iter().chain(spells).map(String::as_str).collect();
                format!(
                    "a first {} in the window, with no {} in the {} after it",
                    exits.words(),
                    back.join(" or "),
                    clear.words()
                )
            }
            Rule::StatusAt(spells) => format!("in {} on the day the window ends", spells.words()),
        };
        let gone: Vec<&str> = [("who die", self.died), ("who are removed", self.removed), ("who are in custody", self.custody)]
            .iter()
            .filter(|(_, inside)| *inside == Inside::LeftOut)
            .map(|(who, _)| *who)
            .collect();
        let gone =
            if gone.is_empty() { String::new() } else { format!(" People {} in the window are left out.", gone.join(" or ")) };
        format!("Measured from records: {rule}.{gone}")
    }
}

impl Events {
    fn words(&self) -> String {
        let mut words = self.kinds.join(" or ");
        if !self.except.is_empty() {
            words += &format!(" (other than {})", self.except.join(", "));
        }
        if let Some(proven_by) = &self.proven_by {
            words += &format!(", proven by a {proven_by} before the wait is over,");
        }
        words
    }
}

impl Spells {
    fn words(&self) -> String {
        match self {
            Spells::Kept(kinds) => kinds.join(" or "),
            Spells::Paired { begins, ends } => format!("time from {begins} to {ends}"),
        }
    }
}
