//! What became of referrals: how many people were placed, why, and how many each provider has. Counts only: who is where stands in the
//! file that was written.

use base::english::counted;
use base::money::thousands;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use crate::machine_readable::{JsonDocument, rounded};
use crate::terminal::Terminal;

/// What became of referrals.
#[derive(Clone, Debug, PartialEq)]
pub struct ReferralsPlaced {
    /// People who were placed in this run.
    pub placed: usize,
    /// People for whom there is no provider yet.
    pub waiting: usize,
    /// People whom an earlier run had placed.
    pub before: usize,
    /// Decides ties.
    pub seed: u64,
    /// The file that was written.
    pub out: String,
    /// Of this run, and of those who wait.
    pub reasons: Vec<ReasonCount>,
    /// By period, lot and provider.
    pub standing: Vec<PeriodStanding>,
    /// The data-quality report.
    pub quality: Vec<String>,
    pub notes: Vec<String>,
}

/// How many people have one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReasonCount {
    pub reason: String,
    pub people: usize,
}

/// How many people one provider has in a lot and a period.
#[derive(Clone, Debug, PartialEq)]
pub struct PeriodStanding {
    /// The first day of the period.
    pub period: Date,
    pub lot: String,
    pub provider: String,
    pub people: u32,
    /// Everybody placed in the lot and the period.
    pub of: u32,
    /// The most that it takes in a period.
    pub capacity: Option<u32>,
    /// The share that the rules intend for people who are not placed by choice, at the beginning of the period.
    pub share: Option<f64>,
}

impl ReferralsPlaced {
    /// The counts for a terminal, with the standing of the latest period.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        let were = counted(self.placed, "person was", "people were");
        let wait = match self.waiting {
            0 => "Nobody waits.".to_owned(),
            many => format!("{} for a provider.", counted(many, "person waits", "people wait")),
        };
        let before = match self.before {
            0 => String::new(),
            many => format!(" {} before, and nobody was moved.", counted(many, "person was placed", "people were placed")),
        };
        let mut out =
            format!("{were} placed. {wait}{before}\nWe wrote {}. Ties were decided with the seed {}.\n", self.out, self.seed);
        if !self.reasons.is_empty() {
            let row = |count: &ReasonCount| vec![count.reason.clone(), thousands(count.people as i64)];
            let rows: Vec<Vec<String>> = self.reasons.iter().map(row).collect();
            out += &format!("\n{}", terminal.table(&["why".to_owned(), "people".to_owned()], &rows));
        }
        let Some(latest) = self.standing.iter().map(|standing| standing.period).max() else { return out };
        let percent = |share: f64| format!("{:.1}%", 100.0 * share);
        let row = |standing: &PeriodStanding| {
            vec![
                standing.lot.clone(),
                standing.provider.clone(),
                thousands(standing.people.into()),
                percent(f64::from(standing.people) / f64::from(standing.of.max(1))),
                standing.share.map_or(String::new(), percent),
                standing.capacity.map_or("no limit".to_owned(), |capacity| thousands(capacity.into())),
            ]
        };
        let rows: Vec<Vec<String>> = self.standing.iter().filter(|standing| standing.period == latest).map(row).collect();
        let header = ["lot", "provider", "people", "share of the lot", "share by the rules", "capacity"].map(str::to_owned);
        out + &format!("\nIn the period from {latest}:\n{}", terminal.table(&header, &rows))
    }

    /// Everything for other programs.
    #[must_use]
    pub fn document(&self) -> ReferDocument {
        let reason = |count: &ReasonCount| ReasonEntry { reason: count.reason.clone(), people: count.people };
        let standing = |one: &PeriodStanding| StandingEntry {
            period: one.period.to_string(),
            lot: one.lot.clone(),
            provider: one.provider.clone(),
            people: one.people,
            of: one.of,
            capacity: one.capacity,
            share: one.share.and_then(rounded),
        };
        ReferDocument {
            placed: self.placed,
            waiting: self.waiting,
            before: self.before,
            seed: self.seed,
            out: self.out.clone(),
            reasons: self.reasons.iter().map(reason).collect(),
            standing: self.standing.iter().map(standing).collect(),
            data_quality: self.quality.clone(),
            notes: self.notes.clone(),
        }
    }
}

/// What became of referrals. Nothing in it is about one person.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ReferDocument {
    /// people who were placed in this run
    pub placed: usize,
    /// people for whom there is no provider yet
    pub waiting: usize,
    /// people whom an earlier run had placed; none of them was moved
    pub before: usize,
    /// decides ties, together with the id of a referral
    pub seed: u64,
    /// the file that was written
    pub out: String,
    /// why people were placed in this run or wait, the commonest reason first
    pub reasons: Vec<ReasonEntry>,
    /// how many people each provider has, by period and lot
    pub standing: Vec<StandingEntry>,
    /// the data-quality report, a sentence each
    pub data_quality: Vec<String>,
    /// what else the reader should know, a sentence each
    pub notes: Vec<String>,
}

/// How many people have one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReasonEntry {
    /// as in the file that was written
    pub reason: String,
    /// how many people
    pub people: usize,
}

/// How many people one provider has in a lot and a period.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct StandingEntry {
    /// the first day of the period
    pub period: String,
    /// the lot
    pub lot: String,
    /// the provider
    pub provider: String,
    /// people who were placed with it
    pub people: u32,
    /// everybody placed in the lot and the period
    pub of: u32,
    /// the most people that it takes in a period; null where there is no limit
    pub capacity: Option<u32>,
    /// the share that the rules intend for people who are not placed by choice, while nobody is full and no cap is reached; null where the
    /// rules intend none
    pub share: Option<f64>,
}

impl JsonDocument for ReferDocument {
    const SCHEMA: &'static str = "wellspent-refer/1";
    const COMMAND: &'static str = "wellspent refer --json";
}
