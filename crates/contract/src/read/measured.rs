//! How an outcome is measured from records: `[outcome.NAME.measured]`, checked against the kind of the outcome.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::measurement::{
    AmountUnit, Continuity, CountedUnit, EventSelection, HouseholdMembers, LossToFollowUp, OutcomeMeasurement, OutcomeRule,
    SpellSelection,
};
use crate::outcome::{MAX_AMOUNT, Outcome, OutcomeKind};
use base::literal::{Count, Duration, Literal};
use base::money::Pence;
use base::problem::Problem;
use base::reader::Section;

/// The largest number of members that a household result may ask for.
const MAX_MEMBERS: i64 = 20;

#[derive(Clone, Copy, Default, PartialEq)]
enum RuleWord {
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
    SomeOf,
    Sum,
    DaysUntil,
    Reaches,
    Household,
}

const WORDS: [(&str, RuleWord); 14] = [
    ("none within", RuleWord::None),
    ("any within", RuleWord::Any),
    ("count within", RuleWord::Count),
    ("sustained", RuleWord::Sustained),
    ("periods", RuleWord::Periods),
    ("at least", RuleWord::AtLeast),
    ("first time to", RuleWord::FirstTime),
    ("exit without return", RuleWord::Exit),
    ("status at", RuleWord::Status),
    ("some of", RuleWord::SomeOf),
    ("sum within", RuleWord::Sum),
    ("days until", RuleWord::DaysUntil),
    ("reaches", RuleWord::Reaches),
    ("household", RuleWord::Household),
];

/// Reads `[outcome.NAME.measured]`, if the file has one. `above` are the outcomes above this one.
pub(super) fn read(outcome: &Section<'_, '_>, kind: OutcomeKind, above: &[Outcome]) -> Option<OutcomeMeasurement> {
    let section = outcome.section("measured")?;
    let word = section.required_choice("rule", &WORDS);
    fits(&section, word, kind);
    let rule = match word {
        RuleWord::None => OutcomeRule::NoneWithin(events(&section)),
        RuleWord::Any => OutcomeRule::AnyWithin(events(&section)),
        RuleWord::Count => {
            let each =
                section.choice("each", &[("event", CountedUnit::Event), ("disposal", CountedUnit::Disposal)]).unwrap_or_default();
            OutcomeRule::CountWithin(events(&section), each)
        }
        RuleWord::Sustained => sustained(&section),
        RuleWord::Periods => {
            whole_days(&section, kind);
            OutcomeRule::Periods(spells(&section))
        }
        RuleWord::AtLeast => at_least(&section),
        RuleWord::FirstTime => OutcomeRule::FirstTimeTo(events(&section)),
        RuleWord::Exit => OutcomeRule::ExitWithoutReturn {
            exits: events(&section),
            returns: kinds(&section, "returns"),
            spells: kinds(&section, "spells"),
            clear: section.required("clear"),
        },
        RuleWord::Status => OutcomeRule::StatusAt(spells(&section)),
        RuleWord::Sum => {
            let units = [("earnings", AmountUnit::Money), ("units", AmountUnit::Units)];
            OutcomeRule::SumWithin { events: events(&section), unit: section.required_choice("adds_up", &units) }
        }
        RuleWord::DaysUntil => OutcomeRule::DaysUntil(events(&section)),
        RuleWord::SomeOf | RuleWord::Reaches | RuleWord::Household => {
            let rule = match word {
                RuleWord::SomeOf => some_of(&section, above),
                RuleWord::Reaches => reaches(&section, above)?,
                _ => household(&section, above)?,
            };
            section.finish();
            // Who is left out, and what is not yet known, follows from the outcomes themselves.
            let stays = LossToFollowUp::Stays;
            return Some(OutcomeMeasurement { rule, died: stays, removed: stays, custody: stays });
        }
    };
    let words = [("stays", LossToFollowUp::Stays), ("left out", LossToFollowUp::LeftOut)];
    let measured = OutcomeMeasurement {
        rule,
        died: section.choice("died", &words).unwrap_or_default(),
        removed: section.choice("removed", &words).unwrap_or_default(),
        custody: section.choice("custody", &words).unwrap_or_default(),
    };
    section.finish();
    Some(measured)
}

/// A rule gives yes or no, a count, or periods. The outcome must be of that kind.
fn fits(section: &Section<'_, '_>, word: RuleWord, kind: OutcomeKind) {
    let needed = match word {
        RuleWord::Count | RuleWord::FirstTime => "frequency",
        RuleWord::Periods => "sustained",
        RuleWord::Sum | RuleWord::DaysUntil => "amount",
        _ => "binary",
    };
    let found = match kind {
        OutcomeKind::Binary => "binary",
        OutcomeKind::Frequency { .. } => "frequency",
        OutcomeKind::Sustained { .. } => "sustained",
        OutcomeKind::Amount { .. } => "amount",
    };
    if needed != found && section.has("rule") {
        section.push(
            section
                .problem("rule", format!("the rule gives an outcome of kind \"{needed}\""))
                .read(format!("kind = \"{found}\""))
                .expected(format!("kind = \"{needed}\", or another rule"))
                .fix("choose the rule that measures what the contract pays for"),
        );
    }
}

/// `outcomes`, at least two binary ones above, and `at_least`, how many of them need a good result.
fn some_of(section: &Section<'_, '_>, above: &[Outcome]) -> OutcomeRule {
    let mut outcomes = Vec::new();
    let fit = |outcome: &&Outcome| outcome.is_binary() && outcome.some_of().is_none();
    let known = || above.iter().filter(fit).map(|outcome| outcome.name.as_str());
    for (name, span) in section.list("outcomes").unwrap_or_default() {
        match above.iter().position(|outcome| outcome.name == name && fit(&outcome)) {
            Some(at) if !outcomes.contains(&at) => outcomes.push(at),
            found => {
                let what = match found {
                    Some(_) => "this outcome is named twice",
                    None => "no binary outcome above has this name",
                };
                let problem = Problem::at(section.file, span, what).read(format!("\"{name}\""));
                let problem = if found.is_none() { problem.nearest(name, known()) } else { problem };
                let names: Vec<&str> = known().collect();
                let problem = problem.expected(format!("binary outcomes above this one, each once: {}", names.join(", ")));
                section.push(problem.fix("correct the name, or move its table above this one"));
            }
        }
    }
    if outcomes.len() < 2 {
        needs(
            section,
            "the rule needs two outcomes or more",
            "outcomes = [\"work\", \"school\"]",
            "name the binary outcomes above this one of which some are enough",
        );
    }
    let households = outcomes.iter().filter(|&&at| above[at].counts_households).count();
    if !(households == 0 || households == outcomes.len()) {
        let names = |counted: bool| -> Vec<&str> {
            outcomes
                .iter()
                .map(|&at| &above[at])
                .filter(|one| one.counts_households == counted)
                .map(|one| one.name.as_str())
                .collect()
        };
        section.push(
            section
                .problem("outcomes", "some of these outcomes count households, and others count people")
                .read(format!("households: {}; people: {}", names(true).join(", "), names(false).join(", ")))
                .expected("outcomes that all count households, or all count people")
                .fix("make a household outcome of each of the others first: rule = \"household\""),
        );
    }
    let at_least = match section.has("at_least") {
        true => {
            let most = Count(outcomes.len().max(1) as i64);
            let fix = "write how many of the outcomes need a good result. Without the key, one is enough";
            section.required_within("at_least", (Count(1), most), "not a number of these outcomes", fix).0
        }
        false => 1,
    };
    OutcomeRule::SomeOf { outcomes, at_least: usize::try_from(at_least).unwrap_or(1) }
}

/// `outcome`, an amount above, and `level`, from 0 to the most that counts.
fn reaches(section: &Section<'_, '_>, above: &[Outcome]) -> Option<OutcomeRule> {
    let name = section.required_text("outcome", "the amount above it that a person must reach a level of, such as \"wait\"");
    let amounts = || above.iter().filter(|outcome| outcome.is_amount()).map(|outcome| outcome.name.as_str());
    let found = above.iter().position(|outcome| outcome.name == name && outcome.is_amount());
    if found.is_none() && !name.is_empty() {
        let names: Vec<&str> = amounts().collect();
        let expected = match names.as_slice() {
            [] => "an outcome of kind \"amount\" above this one".to_owned(),
            names => format!("an outcome of kind \"amount\" above this one: {}", names.join(", ")),
        };
        let problem = section.problem("outcome", "no amount above has this name").read(format!("\"{name}\""));
        section
            .push(problem.expected(expected).nearest(&name, amounts()).fix("correct the name, or move its table above this one"));
    }
    let most = found.and_then(|at| match above[at].kind {
        OutcomeKind::Amount { most } => Some(most),
        _ => None,
    });
    let fix = "write the level in the unit of the amount, from 1 to `most` of that outcome";
    let level = section.required_within("level", (Count(1), Count(most.unwrap_or(MAX_AMOUNT))), "not a level of the amount", fix);
    Some(OutcomeRule::Reaches { amount: found?, level: level.0 })
}

/// `outcome`, a binary outcome of people above, and `members`: "any", "all", or how many of them must have it.
fn household(section: &Section<'_, '_>, above: &[Outcome]) -> Option<OutcomeRule> {
    let name = section.required_text("outcome", "the binary outcome above it that members of a household have, such as \"work\"");
    let fits = |outcome: &Outcome| outcome.is_binary() && !outcome.counts_households;
    let known = || above.iter().filter(|outcome| fits(outcome)).map(|outcome| outcome.name.as_str());
    let found = above.iter().position(|outcome| outcome.name == name && fits(outcome));
    if found.is_none() && !name.is_empty() {
        let expected = match known().collect::<Vec<_>>().as_slice() {
            [] => "a binary outcome of people above this one".to_owned(),
            names => format!("a binary outcome of people above this one: {}", names.join(", ")),
        };
        let problem = section.problem("outcome", "no binary outcome of people above has this name").read(format!("\"{name}\""));
        let problem = problem.expected(expected).nearest(&name, known());
        section.push(problem.fix("correct the name, or move its table above this one"));
    }
    let words = [("any", HouseholdMembers::AtLeast(1)), ("all", HouseholdMembers::All)];
    let members = match section.is_text("members") || !section.has("members") {
        true => section.required_choice("members", &words),
        false => {
            let fix = "write \"any\", \"all\", or how many members must have the outcome";
            let most = (Count(1), Count(MAX_MEMBERS));
            HouseholdMembers::AtLeast(section.required_within("members", most, "not a number of members", fix).0)
        }
    };
    Some(OutcomeRule::Household { of: found?, members })
}

/// A list of kinds, each once; empty when the key is missing.
pub(super) fn kinds(section: &Section<'_, '_>, key: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut known = BTreeSet::new();
    for (name, span) in section.list(key).unwrap_or_default() {
        if !known.insert(name) || name.is_empty() {
            let problem =
                Problem::at(section.file, span, format!("`{name}` is empty or named twice")).read(format!("\"{name}\""));
            section.push(problem.expected("each kind once, by its name in the records").fix("remove it"));
        } else {
            out.push(name.to_owned());
        }
    }
    out
}

fn events(section: &Section<'_, '_>) -> EventSelection {
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
    EventSelection { kinds: found, except: kinds(section, "except"), proven_by }
}

fn needs(section: &Section<'_, '_>, what: &str, expected: &str, fix: &str) {
    section.push(Problem::at(section.file, section.span, what).expected(expected).fix(fix));
}

fn spells(section: &Section<'_, '_>) -> SpellSelection {
    let kept = kinds(section, "spells");
    match (section.text("begins"), section.text("ends")) {
        (Some(begins), Some(ends)) if kept.is_empty() => {
            SpellSelection::Paired { begins: begins.to_owned(), ends: ends.to_owned() }
        }
        (None, None) if !kept.is_empty() => SpellSelection::Kept(kept),
        _ => {
            let expected =
                "spells = \"job\"; or begins = \"job start\" and ends = \"job end\" when the records have them as events";
            needs(
                section,
                "the rule needs its spells",
                expected,
                "name the kinds of spell or the two kinds of event, but not both",
            );
            SpellSelection::Kept(kept)
        }
    }
}

fn sustained(section: &Section<'_, '_>) -> OutcomeRule {
    let spells = spells(section);
    let days = days(section, "days", section.required("days"));
    if days < 1 && section.has("days") {
        let problem = section.problem("days", "everyone reaches 0 days").read("0");
        section.push(problem.expected("at least one day").fix("write how many days are needed"));
    }
    let continuous = section.required_choice("counted", &[("cumulative", false), ("continuous", true)]);
    let breaks = section.number("breaks").map(|breaks: Duration| self::days(section, "breaks", breaks));
    if breaks.is_some() && !continuous {
        section.push(
            section
                .problem("breaks", "breaks make no difference when days are added up")
                .expected("counted = \"continuous\", or no `breaks`")
                .fix("remove `breaks`: with cumulative days any break is allowed"),
        );
    }
    let run = if continuous { Continuity::Continuous { breaks: breaks.unwrap_or(0) } } else { Continuity::Cumulative };
    OutcomeRule::Sustained { spells, days, run }
}

/// A length in days. Months differ in length, so days cannot be added up to them.
fn days(section: &Section<'_, '_>, key: &str, length: Duration) -> i64 {
    if length.in_days().is_none() && section.has(key) {
        section.push(
            section
                .problem(key, "days are added up, but months differ in their number of days")
                .read(length.words())
                .expected("days or weeks, such as \"182 days\" or \"26 weeks\"")
                .fix("write the number of days that the contract means"),
        );
    }
    length.in_days().unwrap_or(1).max(0)
}

fn whole_days(section: &Section<'_, '_>, kind: OutcomeKind) {
    if let OutcomeKind::Sustained { every, .. } = kind
        && every.in_days().is_none_or(|days| days < 1)
    {
        section.push(
            section
                .problem("rule", "periods are counted in days, but months differ in their number of days")
                .read(format!("every = \"{}\"", every.words()))
                .expected("every = \"4 weeks\", or a number of days")
                .fix("write the number of days or weeks that the contract means"),
        );
    }
}

fn at_least(section: &Section<'_, '_>) -> OutcomeRule {
    let events = events(section);
    let (unit, thresholds) = match (section.has("earnings"), section.has("units")) {
        (true, false) => (AmountUnit::Money, dated(section, "earnings", |pence: Pence| pence.0)),
        (false, true) => (AmountUnit::Units, dated(section, "units", |count: Count| count.0 * 100)),
        _ => {
            let expected = "earnings = \"£4,000\", or units = 100";
            needs(section, "the rule needs one threshold", expected, "write `earnings` for money or `units` for anything else");
            (AmountUnit::Units, Vec::new())
        }
    };
    if let Some((_, threshold)) = thresholds.iter().find(|(_, threshold)| *threshold <= 0) {
        let key = if unit == AmountUnit::Money { "earnings" } else { "units" };
        let problem = section.problem(key, "everyone reaches a threshold of zero or less").read(format!("{}", threshold / 100));
        section.push(problem.expected("more than zero").fix("check the threshold"));
    }
    OutcomeRule::AtLeast { events, unit, thresholds }
}

/// One threshold, or several that each apply from a day on.
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
                Problem::at(table.file, span, "each threshold needs the day from which it applies")
                    .read(name)
                    .expected("a day, year first: 2024-04-01 = \"£3,500\"")
                    .fix("write the day from which it applies on the left of the equals sign"),
            ),
        }
    }
    table.finish();
    out.sort_unstable();
    out
}
