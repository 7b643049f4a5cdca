//! An arms race between a provider and a watch, as a text and a document for other programs.

use base::english::{capitalised, counted, plural};
use base::money::thousands;
use risks::detection::expected::RecordKind;
use risks::detection::watch::FALSE_FLAGS;
use risks::{RiskId, listed, percent, pounds_in_prose};
use schemars::JsonSchema;
use serde::Serialize;

use crate::machine_readable::{JsonDocument, pennies, rounded};
use crate::terminal::Terminal;

/// What gaming pays where a provider knows the watch. Money is in pounds, for one area over the whole contract.
#[derive(Clone, Debug)]
pub struct ArmsRace {
    pub scheme: String,
    /// The area that is played, of the usual size, and how many there are.
    pub area: String,
    pub areas: usize,
    /// What a provider is paid that does as intended.
    pub payments: f64,
    /// What it loses once a flag stands, as a share of that.
    pub penalty: f64,
    pub recorded: Vec<RecordKind>,
    /// What a provider gains on doing as intended where nobody watches.
    pub unwatched: f64,
    pub rounds: Vec<WatchRound>,
    /// What it gains at the end on doing as intended, penalties of both included, and the chance that a flag stands.
    pub gain: f64,
    pub seen: f64,
    /// The chance that a flag stands of a provider that does as intended.
    pub honest_seen: f64,
    /// Risk by risk, what is left at the end.
    pub left: Vec<GamingLeft>,
    /// People served at the end, and all who are referred.
    pub served: f64,
    pub people: f64,
    /// Pounds of help at the end, and as intended.
    pub help: f64,
    pub intended_help: f64,
    /// What one record more would leave, the best first.
    pub worth: Vec<RecordWorth>,
}

/// One round: the best response to the thresholds of the round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WatchRound {
    pub gain: f64,
    /// The chance that a flag stands at the end of the contract.
    pub seen: f64,
}

/// A risk in the last response.
#[derive(Clone, Debug, PartialEq)]
pub struct GamingLeft {
    pub risk: RiskId,
    /// Whether the strategy goes beyond what the detector allows an honest provider.
    pub is_beyond: bool,
    /// The chance that it is flagged by the end.
    pub seen: f64,
    /// Its part of the false flags that are allowed.
    pub weight: f64,
    /// Records that its signals need and that are not kept.
    pub missing: Vec<RecordKind>,
}

/// What a provider would still gain with one record more.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordWorth {
    pub kind: RecordKind,
    pub gain: f64,
    /// Risks that are beyond what is allowed and would mostly be flagged.
    pub flagged: Vec<RiskId>,
    /// People whom it has to be kept of.
    pub people: f64,
}

/// A risk that is flagged with less than this chance mostly stays unseen.
const SELDOM: f64 = 0.5;

/// An amount of gain, in words: nothing where it is less than a pound.
fn gained(gain: f64) -> String {
    if gain.abs() < 1.0 { "nothing".to_owned() } else { pounds_in_prose(gain) }
}

impl ArmsRace {
    /// The report for a terminal.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        let title = format!("Arms race between a provider and the watch: {}", self.scheme);
        let mut out = format!("{}\n\n{}\n", terminal.bold(&terminal.wrap(&title, 0)), terminal.wrap(&self.answer(), 0));
        out += &format!("\n{}\n{}", terminal.bold("What the provider does in the end"), terminal.list(&self.conduct()));
        let header =
            ["risk", "beyond what is allowed", "flagged by the end", "part of the false flags allowed", "records missing"]
                .map(str::to_owned);
        let row = |left: &GamingLeft| {
            let missing: Vec<String> = left.missing.iter().map(|kind| kind.words().to_owned()).collect();
            vec![
                left.risk.name().to_owned(),
                if left.is_beyond { "yes" } else { "no" }.to_owned(),
                percent(left.seen),
                percent(left.weight),
                listed(&missing),
            ]
        };
        let rows: Vec<Vec<String>> = self.left.iter().map(row).collect();
        if !rows.is_empty() {
            out += &format!("\n{}\n{}", terminal.bold("What is left, risk by risk"), terminal.table(&header, &rows));
        }
        let header = ["round", "provider gains", "flagged by the end"].map(str::to_owned);
        let round = |(at, round): (usize, &WatchRound)| vec![(at + 1).to_string(), gained(round.gain), percent(round.seen)];
        let rows: Vec<Vec<String>> = self.rounds.iter().enumerate().map(round).collect();
        out += &format!("\n{}\n{}", terminal.bold("Round by round"), terminal.table(&header, &rows));
        out += &format!("\n{}\n{}", terminal.bold("What one more record would do"), terminal.list(&self.records()));
        out + &format!("\n{}\n{}", terminal.bold("Assumptions"), terminal.list(&self.assumptions()))
    }

    fn answer(&self) -> String {
        let area = if self.areas > 1 { format!(" in \"{}\", an area of the usual size", self.area) } else { String::new() };
        let unseen = match self.gain {
            gain if gain < 1.0 => "With the watch it does best by doing as intended.".to_owned(),
            gain => format!(
                "With the watch it still gains {}, penalties included, and a flag stands by the end with a chance of {}. A provider that does as intended is flagged with a chance of {}.",
                pounds_in_prose(gain),
                percent(self.seen),
                percent(self.honest_seen)
            ),
        };
        let beyond: Vec<&GamingLeft> = self.left.iter().filter(|left| left.is_beyond).collect();
        let names = |of: &dyn Fn(&GamingLeft) -> bool| {
            let names: Vec<String> = beyond.iter().filter(|left| of(left)).map(|left| left.risk.name().to_owned()).collect();
            (!names.is_empty()).then(|| listed(&names))
        };
        let mut which = Vec::new();
        if beyond.is_empty() {
            which.push("It does nothing that a detector would count as a risk.".to_owned());
        }
        which.extend(names(&|left| left.seen < SELDOM).map(|names| format!("Pays and mostly stays unseen: {names}.")));
        which.extend(names(&|left| left.seen >= SELDOM).map(|names| format!("Pays although it is mostly flagged: {names}.")));
        let which = which.join(" ");
        format!(
            "Compared with doing as the contract intends, a provider that seeks profit gains {} over the contract{area} if nobody watches. {unseen} {which}",
            gained(self.unwatched)
        )
    }

    fn conduct(&self) -> Vec<String> {
        let mut lines = vec![format!("It spends {} on help; {} is intended.", gained(self.help), gained(self.intended_help))];
        let left = (self.people - self.served).round() as i64;
        if left > 0 {
            let of = thousands(self.people.round() as i64);
            lines.push(format!("People referred whom it does not serve: {} of {of}.", thousands(left)));
        }
        lines
    }

    fn records(&self) -> Vec<String> {
        if self.worth.is_empty() {
            return vec!["Everything that a detector reads is recorded already.".to_owned()];
        }
        let line = |worth: &RecordWorth| {
            let people = thousands(worth.people.round() as i64);
            let unseen = |risk: &&RiskId| self.left.iter().any(|left| left.risk == **risk && left.seen < SELDOM);
            let newly: Vec<String> = worth.flagged.iter().filter(unseen).map(|risk| risk.name().to_owned()).collect();
            let flags = if newly.is_empty() { String::new() } else { format!(" Mostly flagged then: {}.", listed(&newly)) };
            let gain = match self.gain - worth.gain {
                less if less < 1.0 && newly.is_empty() => {
                    return format!("{}: it would change nothing.", capitalised(worth.kind.words()));
                }
                less if less < 1.0 => format!("gaming would gain {} all the same", gained(self.gain)),
                _ => format!("gaming would gain {} instead of {}", gained(worth.gain), gained(self.gain)),
            };
            let persons = plural(worth.people.round() as i64, "person", "people");
            format!("{}: {gain}.{flags} It has to be kept of {people} {persons}.", capitalised(worth.kind.words()))
        };
        self.worth.iter().map(line).collect()
    }

    fn assumptions(&self) -> Vec<String> {
        let recorded: Vec<String> = self.recorded.iter().map(|kind| kind.words().to_owned()).collect();
        vec![
            format!(
                "A provider of which a flag stands loses {} of what it is paid as intended ({}). Assumption: 5% to 100%; see `--penalty`.",
                percent(self.penalty),
                gained(self.penalty * self.payments)
            ),
            format!("Recorded: {}.", listed(&recorded)),
            format!(
                "Of all flags, {} are expected to be false, in every round: thresholds move between risks, and not all together.",
                percent(FALSE_FLAGS)
            ),
            "Help as intended shows as six contacts in the first 90 days, and contacts fall in proportion to help: an assumption.".to_owned(),
            format!(
                "The provider plays one strategy for the whole contract, and knows every threshold. {}",
                match self.rounds.len() as u64 {
                    1 => "One round was played.".to_owned(),
                    rounds => format!("{} were played.", capitalised(&counted(rounds, "round", "rounds"))),
                }
            ),
        ]
    }

    /// For other programs.
    #[must_use]
    pub fn document(&self) -> ArmsRaceDocument {
        ArmsRaceDocument {
            scheme: self.scheme.clone(),
            area: self.area.clone(),
            payments: pennies(self.payments),
            penalty: rounded(self.penalty),
            recorded: self.recorded.iter().map(|kind| kind.words()).collect(),
            gain_unwatched: pennies(self.unwatched),
            gain: pennies(self.gain),
            seen: rounded(self.seen),
            seen_as_intended: rounded(self.honest_seen),
            help: pennies(self.help),
            intended_help: pennies(self.intended_help),
            people: rounded(self.people),
            served: rounded(self.served),
            rounds: self
                .rounds
                .iter()
                .map(|round| ArmsRaceRound { gain: pennies(round.gain), seen: rounded(round.seen) })
                .collect(),
            left: self
                .left
                .iter()
                .map(|left| ArmsRaceRisk {
                    risk: left.risk.name(),
                    beyond_allowance: left.is_beyond,
                    seen: rounded(left.seen),
                    weight: rounded(left.weight),
                    missing: left.missing.iter().map(|kind| kind.words()).collect(),
                })
                .collect(),
            one_record_more: self
                .worth
                .iter()
                .map(|worth| ArmsRaceRecord { record: worth.kind.words(), gain: pennies(worth.gain) })
                .collect(),
        }
    }
}

/// What gaming pays where a provider knows the watch: one area of usual size, over the whole contract, before any record exists. Money is
/// in pounds.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ArmsRaceDocument {
    /// the name of the scheme
    scheme: String,
    /// the area that is played
    area: String,
    /// what a provider is paid that does as intended
    payments: Option<f64>,
    /// what it loses once a flag stands, as a share of that: an assumption
    penalty: Option<f64>,
    /// what is recorded
    recorded: Vec<&'static str>,
    /// what gaming gains on doing as intended where nobody watches
    gain_unwatched: Option<f64>,
    /// what it gains at the end of the race, penalties included
    gain: Option<f64>,
    /// the chance that a flag stands at the end of the contract
    seen: Option<f64>,
    /// the chance that a flag stands of a provider that does as intended
    seen_as_intended: Option<f64>,
    /// what the provider spends on help at the end of the race
    help: Option<f64>,
    /// what is intended to be spent on help
    intended_help: Option<f64>,
    /// people referred
    people: Option<f64>,
    /// people served at the end of the race
    served: Option<f64>,
    /// the rounds, in order
    rounds: Vec<ArmsRaceRound>,
    /// risk by risk, what is left
    left: Vec<ArmsRaceRisk>,
    /// what gaming would gain with one more record, the best first
    one_record_more: Vec<ArmsRaceRecord>,
}

/// One round.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct ArmsRaceRound {
    /// what the best response gains
    gain: Option<f64>,
    /// the chance that a flag stands at the end of the contract
    seen: Option<f64>,
}

/// One risk at the end of the race.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct ArmsRaceRisk {
    /// the name of the risk
    risk: &'static str,
    /// whether the strategy goes beyond what the detector allows an honest provider
    beyond_allowance: bool,
    /// the chance that it is flagged by the end
    seen: Option<f64>,
    /// its part of the false flags that are allowed
    weight: Option<f64>,
    /// records that its signals need and that are not kept
    missing: Vec<&'static str>,
}

/// What one record more would do.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct ArmsRaceRecord {
    /// what would be recorded
    record: &'static str,
    /// what gaming would then gain
    gain: Option<f64>,
}

impl JsonDocument for ArmsRaceDocument {
    const SCHEMA: &'static str = "wellspent-arms-race/1";
    const COMMAND: &'static str = "wellspent watch --plan --json";
}
