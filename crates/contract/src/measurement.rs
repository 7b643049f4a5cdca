//! How an outcome is measured from dated records: the fixed list of rules that `[outcome.NAME.measured]` may name.
//!
//! Here a rule is read, checked against the kind of its outcome, and written in English. The records themselves are measured in
//! the crate `outcomes`.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::read::MAX_AMOUNT;
use crate::terms::{Better, MonthEnd, Outcome, OutcomeKind, date_words, later};
use base::english::counted;
use base::literal::{Count, Duration, Literal};
use base::money::{Pence, thousands};
use base::problem::Problem;
use base::reader::Section;

/// The rule of one outcome, and what happens to people who cannot be followed to the end.
#[derive(Clone, Debug, PartialEq)]
pub struct OutcomeMeasurement {
    pub rule: OutcomeRule,
    pub died: LossToFollowUp,
    pub removed: LossToFollowUp,
    pub custody: LossToFollowUp,
}

/// What happens to a person who dies, is removed or is in custody in the follow-up window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LossToFollowUp {
    /// The person counts like everyone else, by what was observed.
    #[default]
    Stays,
    /// The person is not counted.
    LeftOut,
}

/// The rules, in the order of `docs/outcomes.md`, which defines each to the day.
#[derive(Clone, Debug, PartialEq)]
pub enum OutcomeRule {
    /// No such event in the window.
    NoneWithin(EventSelection),
    /// At least one.
    AnyWithin(EventSelection),
    /// How many.
    CountWithin(EventSelection, CountedUnit),
    /// A number of days of the window in spells.
    Sustained { spells: SpellSelection, days: i64, run: Continuity },
    /// Days in spells after the outcome that this one builds on.
    Periods(SpellSelection),
    /// Amounts that add up to a threshold, which may change on some days. Thresholds are in hundredths, by date.
    AtLeast { events: EventSelection, unit: AmountUnit, thresholds: Vec<(Date, i64)> },
    /// Days until the first such event.
    FirstTimeTo(EventSelection),
    /// An exit in the window that is not followed by a return.
    ExitWithoutReturn { exits: EventSelection, returns: Vec<String>, spells: Vec<String>, clear: Duration },
    /// In a spell on the day the window ends.
    StatusAt(SpellSelection),
    /// Good results in so many of several binary outcomes above this one, by their positions. A good result is to have an outcome of
    /// which there should be more, and not to have one of which there should be fewer.
    SomeOf { outcomes: Vec<usize>, at_least: usize },
    /// The amounts of such events in the window, added up: whole pounds or whole units.
    SumWithin { events: EventSelection, unit: AmountUnit },
    /// Days until the first such event; the days of the whole window if there is none.
    DaysUntil(EventSelection),
    /// An amount above it that is at least `level`, where more of it is better, or at most `level`, where less is.
    Reaches { amount: usize, level: i64 },
    /// Households with so many members who have a binary outcome above it, by its position. Each household counts once.
    Household { of: usize, members: HouseholdMembers },
}

/// How many members of a household must have an outcome for the household to have it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HouseholdMembers {
    AtLeast(i64),
    #[default]
    All,
}

/// The largest number of members that a household result may ask for.
const MAX_MEMBERS: i64 = 20;

/// Which events count.
#[derive(Clone, Debug, PartialEq)]
pub struct EventSelection {
    pub kinds: Vec<String>,
    /// Classes of event that do not count.
    pub except: Vec<String>,
    /// The kind of event that proves one. It must happen before the window and the waiting period end.
    pub proven_by: Option<String>,
}

/// What counts as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CountedUnit {
    #[default]
    Event,
    /// Events in one disposal count as one.
    Disposal,
}

/// Where spells come from.
#[derive(Clone, Debug, PartialEq)]
pub enum SpellSelection {
    /// The table of spells.
    Kept(Vec<String>),
    /// Pairs of events: the event that ends a spell refers to the one that begins it.
    Paired { begins: String, ends: String },
}

/// How days are added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continuity {
    Cumulative,
    /// Without a break of more than this number of days.
    Continuous {
        breaks: i64,
    },
}

/// What amounts are in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AmountUnit {
    #[default]
    Money,
    Units,
}

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
pub(crate) fn read(outcome: &Section<'_, '_>, kind: OutcomeKind, above: &[Outcome]) -> Option<OutcomeMeasurement> {
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
pub(crate) fn kinds(section: &Section<'_, '_>, key: &str) -> Vec<String> {
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

impl OutcomeRule {
    /// The day before which the rule looks, where the follow-up window is over on `end`: later than the window where it asks what is
    /// true on that day, or whether somebody comes back.
    #[must_use]
    pub fn looks_until(&self, end: Date, months: MonthEnd) -> Date {
        match self {
            OutcomeRule::ExitWithoutReturn { clear, .. } => later(end, *clear, months),
            OutcomeRule::StatusAt(_) => later(end, Duration::Days(1), months),
            OutcomeRule::NoneWithin(_)
            | OutcomeRule::AnyWithin(_)
            | OutcomeRule::CountWithin(..)
            | OutcomeRule::Sustained { .. }
            | OutcomeRule::Periods(_)
            | OutcomeRule::AtLeast { .. }
            | OutcomeRule::SumWithin { .. }
            | OutcomeRule::DaysUntil(_)
            | OutcomeRule::Reaches { .. }
            | OutcomeRule::SomeOf { .. }
            | OutcomeRule::Household { .. }
            | OutcomeRule::FirstTimeTo(_) => end,
        }
    }
}

impl OutcomeMeasurement {
    /// The rule in English, as it follows the outcome's own words.
    #[must_use]
    pub fn words(&self, outcomes: &[Outcome]) -> String {
        let rule = match &self.rule {
            OutcomeRule::SomeOf { outcomes: of, at_least } => {
                let good = |at: &usize| match outcomes[*at].better {
                    Better::More => outcomes[*at].name.clone(),
                    Better::Fewer => format!("no {}", outcomes[*at].name),
                };
                let good: Vec<String> = of.iter().map(good).collect();
                format!("at least {at_least} of these for one person: {}", good.join(", "))
            }
            OutcomeRule::NoneWithin(events) => format!("no {} in the window", events.words()),
            OutcomeRule::AnyWithin(events) => format!("at least one {} in the window", events.words()),
            OutcomeRule::CountWithin(events, CountedUnit::Event) => format!("each {} in the window", events.words()),
            OutcomeRule::CountWithin(events, CountedUnit::Disposal) => {
                format!("each {} in the window, where events in one disposal count as one", events.words())
            }
            OutcomeRule::Sustained { spells, days, run: Continuity::Cumulative } => {
                format!("at least {} of {} in the window, added up", counted(*days, "day", "days"), spells.words())
            }
            OutcomeRule::Sustained { spells, days, run: Continuity::Continuous { breaks } } => {
                format!(
                    "at least {} of {} in the window, without a break of more than {}",
                    counted(*days, "day", "days"),
                    spells.words(),
                    counted(*breaks, "day", "days")
                )
            }
            OutcomeRule::Periods(spells) => format!("days of {} in the window, after the outcome it builds on", spells.words()),
            OutcomeRule::AtLeast { events, unit, thresholds } => {
                let amount = |hundredths: i64| match unit {
                    AmountUnit::Money => Pence(hundredths).to_string(),
                    AmountUnit::Units => (hundredths / 100).to_string(),
                };
                let from = |(date, threshold): &(Date, i64)| match *date == Date::MIN {
                    true => amount(*threshold),
                    false => format!("{} for people who start from {} on", amount(*threshold), date_words(*date)),
                };
                let all: Vec<String> = thresholds.iter().map(from).collect();
                format!("amounts of {} in the window that add up to at least {}", events.words(), all.join(", "))
            }
            OutcomeRule::FirstTimeTo(events) => format!("days to the first {}, at most the length of the window", events.words()),
            OutcomeRule::ExitWithoutReturn { exits, returns, spells, clear } => {
                let back: Vec<&str> = returns.iter().chain(spells).map(String::as_str).collect();
                format!(
                    "a first {} in the window, with no {} in the {} after it",
                    exits.words(),
                    back.join(" or "),
                    clear.words()
                )
            }
            OutcomeRule::StatusAt(spells) => format!("in a spell of “{}” on the day the window ends", spells.words()),
            OutcomeRule::SumWithin { events, unit } => {
                let whole = match unit {
                    AmountUnit::Money => "whole pounds",
                    AmountUnit::Units => "whole units",
                };
                format!("amounts of {} in the window, added up in {whole}", events.words())
            }
            OutcomeRule::DaysUntil(events) => {
                format!("days to the first {}, and the days of the whole window for people without one", events.words())
            }
            OutcomeRule::Household { of, members } => {
                let name = &outcomes[*of].name;
                match members {
                    HouseholdMembers::All => format!("households in which all members have {name}, each counted once"),
                    HouseholdMembers::AtLeast(1) => format!("households in which any member has {name}, each counted once"),
                    HouseholdMembers::AtLeast(number) => {
                        format!("households in which {number} members or more have {name}, each counted once")
                    }
                }
            }
            OutcomeRule::Reaches { amount, level } => {
                let amount = &outcomes[*amount];
                let side = if amount.better == Better::More { "at least" } else { "at most" };
                format!("{} of {side} {} {}", amount.name, thousands(*level), amount.unit)
            }
        };
        let gone: Vec<&str> = [("who die", self.died), ("who are removed", self.removed), ("who are in custody", self.custody)]
            .iter()
            .filter(|(_, inside)| *inside == LossToFollowUp::LeftOut)
            .map(|(who, _)| *who)
            .collect();
        let gone =
            if gone.is_empty() { String::new() } else { format!(" People {} in the window are left out.", gone.join(" or ")) };
        format!("Measured from records: {rule}.{gone}")
    }
}

impl EventSelection {
    fn words(&self) -> String {
        let mut words = self.kinds.join(" or ");
        if !self.except.is_empty() {
            words += &format!(" (other than {})", self.except.join(", "));
        }
        if let Some(proven_by) = &self.proven_by {
            words += &format!(", proven by a {proven_by} before the waiting period ends,");
        }
        words
    }
}

impl SpellSelection {
    fn words(&self) -> String {
        match self {
            SpellSelection::Kept(kinds) => kinds.join(" or "),
            SpellSelection::Paired { begins, ends } => format!("time from {begins} to {ends}"),
        }
    }
}
