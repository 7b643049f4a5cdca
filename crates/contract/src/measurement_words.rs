//! How an outcome is measured from records, in English.

use jiff::civil::Date;

use crate::measurement::{
    AmountUnit, Continuity, CountedUnit, EventSelection, HouseholdMembers, LossToFollowUp, OutcomeMeasurement, OutcomeRule,
    SpellSelection,
};
use crate::terms::{Better, Outcome, date_words};
use base::english::counted;
use base::literal::Literal as _;
use base::money::{Pence, thousands};

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
