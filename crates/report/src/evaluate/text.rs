//! An evaluation for a terminal.

use base::money::thousands;
use evaluation::balance::Light;
use evaluation::evaluate::said;
use evaluation::words;

use super::{ESTIMATE_COLUMNS, EvaluationReport};
use crate::publication::NOT_FOR_PUBLICATION;
use crate::terminal::Terminal;

impl EvaluationReport {
    /// The report for a terminal.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        let found = &self.evaluation;
        let mut out = format!("{}\n\n", terminal.bold(&terminal.wrap(&found.question, 0)));
        let mut paragraph = |text: &str| out += &format!("{}\n\n", terminal.wrap(text, 0));
        paragraph(&said::found(found));
        paragraph(&found.design);
        found.who_is_left.iter().for_each(|left| paragraph(left));
        let rows: Vec<Vec<String>> = found.estimates.iter().map(|estimate| self.row(estimate)).collect();
        let methods: String =
            self.methods().iter().map(|method| format!("{}\n", terminal.dim(&terminal.wrap(method, 0)))).collect();
        let table = terminal.table(&ESTIMATE_COLUMNS.map(str::to_owned), &rows);
        out += &terminal.section("Every estimate that was made", &format!("{table}{methods}"));
        if !found.losses.is_empty() {
            out += &terminal.section("Who is compared", &self.losses(terminal));
        }
        if let Some(balance) = self.balance(terminal) {
            out += &terminal.section("How alike the groups are", &balance);
        }
        if let Some(panel) = self.panel_table(terminal) {
            out += &terminal.section("By periods since the start", &panel);
        }
        out += &terminal.section("What can be said", &terminal.list(&said::can_be_said(found)));
        out += &terminal.section("What cannot be said", &terminal.list(&said::cannot_be_said(found, self.randomised)));
        if !found.sensitivity.is_empty() {
            let figures: Vec<String> =
                found.sensitivity.iter().map(|figure| format!("{}: {}", figure.name, figure.words)).collect();
            out += &terminal.section("What could still change the answer", &terminal.list(&figures));
        }
        let remarks = self.remarks();
        if !remarks.is_empty() {
            out += &terminal.section("Further", &terminal.list(&remarks));
        }
        let mut registration = terminal.list(&self.registration.words());
        for line in self.registration.difference() {
            registration += &format!("    {line}\n");
        }
        out += &terminal.section("Registration", &registration);
        format!("{}\n\n{}\n", out.trim_end(), terminal.dim(&terminal.wrap(NOT_FOR_PUBLICATION, 0)))
    }

    fn losses(&self, terminal: Terminal) -> String {
        let row = |loss: &evaluation::sample::Loss| {
            vec![loss.step.clone(), thousands(loss.treated as i64), thousands(loss.comparison as i64)]
        };
        let rows: Vec<Vec<String>> = self.evaluation.losses.iter().map(row).collect();
        terminal.table(&["people who", "treated", "comparison"].map(str::to_owned), &rows)
    }

    fn balance(&self, terminal: Terminal) -> Option<String> {
        let rows: Vec<Vec<String>> = self.balance_rows()?;
        let header = ["covariate", "treated", "comparison", "differ before", "differ after", "quality"].map(str::to_owned);
        let quiet = terminal.dim(&terminal.wrap(&self.balance_caption()?, 0));
        Some(format!("{}{quiet}\n", terminal.table(&header, &rows)))
    }

    /// The rows of the table of balance: name, mean of the treated, mean of the others after, standardised difference before and after
    /// in per cent, and the light.
    pub(super) fn balance_rows(&self) -> Option<Vec<Vec<String>>> {
        let pair = self.evaluation.balance.as_ref()?;
        let row = |(before, after): (&evaluation::balance::CovariateBalance, &evaluation::balance::CovariateBalance)| {
            vec![
                after.name.clone(),
                mean(after.treated_mean, after.binary),
                mean(after.control_mean, after.binary),
                format!("{:.1}%", 100.0 * before.standardised),
                format!("{:.1}%", 100.0 * after.standardised),
                light(after.light).to_owned(),
            ]
        };
        Some(pair.before.covariates.iter().zip(&pair.after.covariates).map(row).collect())
    }

    /// What the figures of balance are.
    pub(super) fn balance_caption(&self) -> Option<String> {
        let pair = self.evaluation.balance.as_ref()?;
        let deviation = match pair.after.deviation {
            evaluation::balance::Deviation::Treated => "of the treated before the comparison",
            evaluation::balance::Deviation::Pooled => "of both groups",
        };
        Some(format!(
            "Means are those of the comparison. Differences are in per cent of the standard deviation {deviation}, for yes and no as well. \
             Good is at most 5%, fair at most 10%. Effective number of people in the comparison group: {}.",
            thousands(pair.after.control_effective_size.round() as i64)
        ))
    }

    fn panel_table(&self, terminal: Terminal) -> Option<String> {
        let panel = self.evaluation.panel.as_ref()?;
        let unit = self.evaluation.unit;
        let row = |at: &evaluation::evaluate::EventTime| {
            vec![
                at.since_start.to_string(),
                words::short_difference(unit, at.effect),
                words::short_interval(unit, at.low, at.high),
            ]
        };
        let rows: Vec<Vec<String>> = panel.event_study.iter().map(row).collect();
        Some(terminal.table(&["periods since the start", "effect", "interval"].map(str::to_owned), &rows))
    }
}

/// A mean in few digits; a share for yes and no.
fn mean(value: f64, binary: bool) -> String {
    if binary { format!("{:.1}%", 100.0 * value) } else { words::value(evaluation::spec::OutcomeUnit::Number, value) }
}

/// The traffic light as a word, for readers who cannot tell colours apart.
fn light(light: Light) -> &'static str {
    match light {
        Light::Green => "good",
        Light::Amber => "fair",
        Light::Red => "poor",
    }
}
