//! A comparison of providers for a terminal.

use super::tables::{self, TextTable};
use super::{ComparedProviders, OutcomeComparison, words};
use crate::publication::EXACT;
use crate::terminal::Terminal;

impl ComparedProviders {
    /// The report for a terminal.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        let parts: Vec<String> = self.outcomes.iter().map(|outcome| self.outcome_text(terminal, outcome)).collect();
        let mut out = parts.join("\n");
        if !self.not_compared.is_empty() {
            out += &format!("\n{}\n", terminal.wrap(&self.others(), 0));
        }
        format!("{}\n\n{}\n", out.trim_end(), terminal.dim(&terminal.wrap(EXACT, 0)))
    }

    /// Outcomes that are not compared.
    pub(super) fn others(&self) -> String {
        let names: Vec<String> = self.not_compared.iter().map(|name| format!("\"{name}\"")).collect();
        format!(
            "Counts and amounts are not compared: {}. Only an outcome that happens to a person or does not is.",
            words::joined(&names)
        )
    }

    fn outcome_text(&self, terminal: Terminal, outcome: &OutcomeComparison) -> String {
        let mut out = format!("{}\n\n", terminal.bold(&terminal.wrap(&format!("How providers compare: {}", outcome.measure), 0)));
        let found = match &outcome.comparison {
            Ok(found) => found,
            Err(why) => {
                out += &format!("{}\n\n", terminal.wrap(why, 0));
                return out + &table(terminal, &tables::followed_up(outcome));
            }
        };
        out += &format!("{}\n\n", terminal.wrap(&words::answer(outcome, found), 0));
        out += &format!("{}\n\n", terminal.wrap(&words::scope(self, outcome, found), 0));
        out += &table(terminal, &tables::results(outcome, found));
        out += &table(terminal, &tables::limits(outcome, found));
        out += &format!(
            "{}\n\n",
            terminal.wrap("A shrunken rate is an estimate by a model, not what was counted: it is pulled towards the rate of everybody, more so for few people.", 0)
        );
        out += &terminal.section("What the limits allow for", &terminal.list(&words::limits(outcome, found)));
        out += &terminal.section("A ranking would be wrong", &paragraph(terminal, &words::ranking(&found.wrong_order)));
        out += &table(terminal, &tables::mix(outcome, found));
        out += &table(terminal, &tables::followed_up(outcome));
        out += &table(terminal, &tables::trend(outcome, found));
        out += &table(terminal, &tables::watches(outcome, found));
        out += &format!("{}\n\n", terminal.wrap(&words::watching(outcome), 0));
        out += &terminal.section("Where what is expected comes from", &terminal.list(&words::model(outcome, found)));
        out += &table(terminal, &tables::calibration(found));
        out + &paragraph(terminal, &words::fit(found))
    }
}

fn table(terminal: Terminal, of: &TextTable) -> String {
    terminal.section(&of.caption, &terminal.table(&of.header, &of.rows))
}

fn paragraph(terminal: Terminal, words: &str) -> String {
    format!("{}\n", terminal.wrap(words, 0))
}
