//! What a design would find, by the number of people.

use base::money::thousands;
use base::statistics::normal_quantile;
use evaluation::spec::OutcomeUnit;
use evaluation::words;
use schemars::JsonSchema;
use serde::Serialize;

use crate::machine_readable::{JsonDocument, rounded};
use crate::terminal::Terminal;

/// What was simulated, and how often the effect was found.
#[derive(Clone, Debug)]
pub struct PlanReport {
    pub question: String,
    pub scheme: String,
    pub outcome: String,
    pub design: String,
    pub unit: OutcomeUnit,
    pub more_is_better: bool,
    /// The level of the intervals.
    pub level: f64,
    pub seed: u64,
    /// The difference between treated and untreated over everybody who was simulated.
    pub true_effect: f64,
    pub rows: Vec<PlanRow>,
    pub warnings: Vec<String>,
}

/// One number of people.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlanRow {
    /// People in each of the two groups.
    pub size: usize,
    pub draws: usize,
    /// Draws whose interval leaves out no effect, on the better side.
    pub found: usize,
    /// Draws that could not be evaluated.
    pub failed: usize,
    /// Why the first of them could not.
    pub why: Option<String>,
    /// The widths of the intervals, added up.
    pub width: f64,
}

impl PlanRow {
    /// The share of draws in which the effect was found, and its simulation error (one standard error).
    #[must_use]
    pub fn power(&self) -> (f64, f64) {
        let draws = self.draws.max(1) as f64;
        let share = self.found as f64 / draws;
        (share, (share * (1.0 - share) / draws).sqrt())
    }

    fn mean_width(&self) -> f64 {
        self.width / (self.draws - self.failed).max(1) as f64
    }
}

impl PlanReport {
    /// The plan for a terminal.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        let header = ["people in each group", "chance of finding it", "mean width of the interval", "not evaluated"];
        let row = |row: &PlanRow| {
            let (power, error) = row.power();
            vec![
                thousands(row.size as i64),
                format!("{:.0}% ± {:.0}", 100.0 * power, 196.0 * error),
                words::short_difference(self.unit, row.mean_width()),
                format!("{} of {}", thousands(row.failed as i64), thousands(row.draws as i64)),
            ]
        };
        let rows: Vec<Vec<String>> = self.rows.iter().map(row).collect();
        let enough = self.enough();
        let why = self.rows.iter().find_map(|row| row.why.as_ref());
        let mut out = format!("{}\n\n", terminal.bold(&terminal.wrap(&self.question, 0)));
        for text in self.words() {
            out += &format!("{}\n\n", terminal.wrap(&text, 0));
        }
        out += &terminal.table(&header.map(str::to_owned), &rows);
        if let Some(enough) = enough {
            out += &format!("\n{}\n", terminal.wrap(&enough, 0));
        }
        if let Some(why) = why {
            out += &format!("\n{}\n", terminal.wrap(&format!("The first draw that could not be evaluated: {why}"), 0));
        }
        out
    }

    /// How many people find the effect four times in five, from the widths of the intervals: a width falls with the root of the number.
    fn enough(&self) -> Option<String> {
        let row = self.rows.iter().rfind(|row| row.failed < row.draws && row.width > 0.0)?;
        let (interval, power) = (normal_quantile(0.5 + self.level / 2.0), normal_quantile(0.8));
        let error = row.mean_width() / (2.0 * interval);
        let needed = row.size as f64 * ((interval + power) * error / self.true_effect.abs()).powi(2);
        (needed.is_finite() && needed < 1e7).then(|| {
            let needed = if needed < 100.0 { needed.ceil() } else { (needed / 10.0).ceil() * 10.0 };
            format!(
                "People needed in each group to find it 80 times in 100: about {}, which is {} in all.",
                thousands(needed as i64),
                thousands(2 * needed as i64)
            )
        })
    }

    fn words(&self) -> Vec<String> {
        vec![
            self.design.clone(),
            format!(
                "People are simulated from {}, half of them treated as the contract intends and half as today. In {}, the difference is \
                 {}. It follows from assumptions, and the real effect may be another.",
                self.scheme,
                self.outcome,
                words::difference(self.unit, self.true_effect)
            ),
            format!(
                "Found means that the {:.0}% interval leaves out no effect, on the better side. ± is the 95% simulation error. Seed {}.",
                100.0 * self.level,
                self.seed
            ),
        ]
    }

    /// The plan for other programs.
    #[must_use]
    pub fn document(&self) -> PlanDocument {
        PlanDocument {
            question: self.question.clone(),
            scheme: self.scheme.clone(),
            outcome: self.outcome.clone(),
            design: self.design.clone(),
            level: self.level,
            seed: self.seed,
            true_effect: rounded(self.true_effect),
            sizes: self
                .rows
                .iter()
                .map(|row| PlanSize {
                    people_in_each_group: row.size,
                    power: rounded(row.power().0),
                    power_error: rounded(row.power().1),
                    mean_width: rounded(row.mean_width()),
                    draws: row.draws,
                    not_evaluated: row.failed,
                })
                .collect(),
        }
    }
}

/// What a design would find, before there are data.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PlanDocument {
    /// what is asked, in words
    question: String,
    /// the scheme from whose assumptions people are simulated
    scheme: String,
    /// what is counted
    outcome: String,
    /// how groups are compared, as a sentence
    design: String,
    /// level of the intervals, from 0 to 1
    level: f64,
    /// seed of every random draw
    seed: u64,
    /// difference between treated and untreated over everybody who was simulated, in the unit of the outcome
    true_effect: Option<f64>,
    /// one for each number of people
    sizes: Vec<PlanSize>,
}

/// One number of people.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct PlanSize {
    /// people in each of the two groups
    people_in_each_group: usize,
    /// share of draws whose interval leaves out no effect, on the better side
    power: Option<f64>,
    /// its standard error over the draws
    power_error: Option<f64>,
    /// mean width of the interval, in the unit of the outcome
    mean_width: Option<f64>,
    /// evaluations made
    draws: usize,
    /// draws that could not be evaluated
    not_evaluated: usize,
}

impl JsonDocument for PlanDocument {
    const SCHEMA: &'static str = "wellspent-evaluate-plan/1";
    const COMMAND: &'static str = "wellspent evaluate --plan --json";
}
