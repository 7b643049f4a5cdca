//! One provider, one payer: the provider chooses its effort on each task against what it is paid, the payer may choose the
//! share that it pays. Efforts cost half of a quadratic form; a noisy measure shows a mix of them; the provider minds risk.

use std::collections::BTreeMap;

use base::problem::Problem;
use base::reader::Section;

use super::form::{FormDescription, GameFigure};
use super::optimum::{along, together};
use super::quadrature::normal_mean;
use super::reading::{
    LARGE, above_nothing, number_or, number_or_best, number_within, number_within_or, part, part_if_there, parts,
};

pub(super) const FORM: FormDescription = FormDescription {
    name: "agency",
    summary: "A provider chooses its effort on one to four tasks. Effort e costs half of cost × e², and `cost_with` half of twice \
              that for two tasks together. A measure shows a weighted sum of the efforts (`seen`, 1 unless stated) and a normal \
              error. The provider is paid a share of the measure, up to a cap, and a bonus from a threshold on; it maximises its \
              certainty equivalent at constant absolute risk aversion. Where the share is \"best\" the payer chooses it for the \
              greatest surplus. What the provider may also lose: for each unit of an audited task the chance of an audit times \
              the fine; where a task (between 0 and 1) is the chance of not failing, its loss on failure unless rescued.",
    example: r#"game = "agency"

[task.care]
worth = 1              # to the payer, for each unit of effort; 0 unless stated
cost = 1
cost_with = { records = 0.5 }

[task.records]
worth = 0
harm = 0.5             # to others, for each unit; 0 unless stated
cost = 3
seen = 1               # weight in the measure; 1 unless stated
least = 0              # effort can be negative unless stated

[measure]
variance = 1           # of the error; 0 unless stated

[pay]
share = "best"         # or a number; of each unit of the measure
cap = 5                # the share is paid on the measure up to here; none unless stated
bonus = 0              # none unless stated
threshold = 0

[provider]
risk_aversion = 1      # 0 unless stated

[audit]                # may be left out
task = "records"
chance = 0.1
fine = 4

[failure]              # may be left out
task = "care"
loss = 0.3
rescue = 0             # chance that someone else bears the loss"#,
};

#[derive(Clone, Debug, Default)]
pub struct AgencyGame {
    tasks: Vec<AgencyTask>,
    /// Half of this quadratic form is what efforts cost.
    costs: Vec<Vec<f64>>,
    noise: f64,
    pay: LinearPay,
    risk_aversion: f64,
    /// The task, and what each unit of it is expected to be fined.
    audit: Option<(usize, f64)>,
    /// The task, and what failing is expected to cost.
    failure: Option<(usize, f64)>,
}

#[derive(Clone, Debug, Default)]
struct AgencyTask {
    name: String,
    worth: f64,
    harm: f64,
    seen: f64,
    least: f64,
}

#[derive(Clone, Debug, Default)]
struct LinearPay {
    /// `None`: the payer finds the best.
    share: Option<f64>,
    cap: f64,
    bonus: f64,
    threshold: f64,
}

pub(super) fn read(top: &Section<'_, '_>) -> AgencyGame {
    let read = parts(top, "task", (1, 4), |section| {
        let task = AgencyTask {
            name: section.name.clone(),
            worth: number_or(section, "worth", 0.0),
            harm: number_or(section, "harm", 0.0),
            seen: number_or(section, "seen", 1.0),
            least: number_or(section, "least", f64::NEG_INFINITY),
        };
        let with = part_if_there(section, "cost_with", |with| {
            with.keys().iter().map(|(name, _)| ((*name).to_owned(), number_or(with, name, 0.0))).collect::<BTreeMap<_, _>>()
        });
        (task, above_nothing(section, "cost"), with.unwrap_or_default())
    });
    let names: Vec<&str> = read.iter().map(|(name, _)| name.as_str()).collect();
    let mut costs = vec![vec![0.0; read.len()]; read.len()];
    for (at, (name, (_, cost, with))) in read.iter().enumerate() {
        costs[at][at] = *cost;
        for (other, cost) in with {
            match names.iter().position(|name| name == other) {
                Some(to) if to != at => (costs[at][to], costs[to][at]) = (*cost, *cost),
                _ => top.push(unknown_task(top, &format!("task.{name}"), "cost_with", other, &names)),
            }
        }
    }
    if !rises(&costs) {
        top.push(
            top.problem("task", "some mix of efforts costs nothing, or less")
                .expected("each `cost_with` smaller than the root of the product of the two tasks' `cost`")
                .fix("lower `cost_with`, or raise `cost`"),
        );
    }
    let task_of = |section: &Section<'_, '_>| {
        let name = section.required_text("task", "the name of a task, such as \"care\"");
        let found = names.iter().position(|known| *known == name);
        if found.is_none() && section.has("task") {
            top.push(unknown_task(section, &section.path, "task", &name, &names));
        }
        found.unwrap_or_default()
    };
    let audit = part_if_there(top, "audit", |section| {
        (task_of(section), number_within(section, "chance", 0.0, 1.0) * number_within(section, "fine", 0.0, LARGE))
    });
    let failure = part_if_there(top, "failure", |section| {
        let kept = 1.0 - number_within_or(section, "rescue", 0.0, 1.0, 0.0);
        (task_of(section), kept * number_within(section, "loss", 0.0, LARGE))
    });
    let variance = part_if_there(top, "measure", |section| number_within_or(section, "variance", 0.0, LARGE, 0.0));
    let risk_aversion = part_if_there(top, "provider", |section| number_within_or(section, "risk_aversion", 0.0, 1e3, 0.0));
    let pay = part(top, "pay", |section| LinearPay {
        share: if section.has("share") { number_or_best(section, "share") } else { Some(0.0) },
        cap: number_or(section, "cap", f64::INFINITY),
        bonus: number_or(section, "bonus", 0.0),
        threshold: number_or(section, "threshold", 0.0),
    });
    AgencyGame {
        costs,
        noise: variance.unwrap_or_default().sqrt(),
        pay,
        risk_aversion: risk_aversion.unwrap_or_default(),
        audit,
        failure,
        tasks: read.into_iter().map(|(_, (task, _, _))| task).collect(),
    }
}

fn unknown_task(section: &Section<'_, '_>, table: &str, key: &str, name: &str, known: &[&str]) -> Problem {
    Problem::at(section.file, section.span_of(key), format!("[{table}]: `{key}` names a task that is not there"))
        .read(format!("`{name}`"))
        .expected(format!("another of {}", known.join(", ")))
        .nearest(name, known.iter().copied())
        .fix("correct the name, or add the task")
}

/// Whether a quadratic form rises in every direction (Cholesky's decomposition exists).
fn rises(form: &[Vec<f64>]) -> bool {
    let n = form.len();
    let mut root = vec![vec![0.0; n]; n];
    for row in 0..n {
        for column in 0..=row {
            let rest: f64 = form[row][column] - (0..column).map(|at| root[row][at] * root[column][at]).sum::<f64>();
            if row == column {
                if rest <= 1e-9 {
                    return false;
                }
                root[row][row] = rest.sqrt();
            } else {
                root[row][column] = rest / root[column][column];
            }
        }
    }
    true
}

/// What reaches the threshold but for the last digits reaches it.
const ROUNDING: f64 = 1e-12;

impl AgencyGame {
    pub(super) fn solve(&self) -> Vec<GameFigure> {
        let open = (f64::NEG_INFINITY, f64::INFINITY);
        let share = self.pay.share.unwrap_or_else(|| along(open, &|share| self.surplus_for_payer(share)));
        let efforts = self.efforts(share);
        let first_best = together(&self.bounds(), &|_, _| Vec::new(), &|efforts| {
            self.worth(efforts) - self.harm(efforts) - self.cost(efforts)
        });
        let surplus = self.surplus(share, &efforts) - self.harm(&efforts);
        let most = self.worth(&first_best) - self.harm(&first_best) - self.cost(&first_best);
        let mut figures = vec![
            GameFigure::exact("share", share),
            GameFigure::exact("surplus", surplus),
            GameFigure::exact("first-best surplus", most),
            GameFigure::exact("share of the first best", surplus / most),
        ];
        for (at, task) in self.tasks.iter().enumerate() {
            figures.push(GameFigure::exact(format!("effort on {}", task.name), efforts[at]));
            figures.push(GameFigure::exact(format!("first-best effort on {}", task.name), first_best[at]));
        }
        figures
    }

    fn bounds(&self) -> Vec<(f64, f64)> {
        let most = |at: usize| if self.failure.is_some_and(|(task, _)| task == at) { 1.0 } else { f64::INFINITY };
        self.tasks.iter().enumerate().map(|(at, task)| (task.least, most(at))).collect()
    }

    /// The provider's best answer to a share.
    fn efforts(&self, share: f64) -> Vec<f64> {
        together(&self.bounds(), &|task, efforts| self.cuts(task, efforts), &|efforts| self.certainty_equivalent(share, efforts))
    }

    /// Without noise pay jumps where one effort brings the measure to the threshold, and has a kink where it reaches the cap.
    fn cuts(&self, task: usize, efforts: &[f64]) -> Vec<f64> {
        if self.noise > 0.0 {
            return Vec::new();
        }
        let seen = self.tasks[task].seen;
        let others = self.shown(efforts) - seen * efforts[task];
        [self.pay.cap, self.pay.threshold].map(|edge| (edge - others) / seen).to_vec()
    }

    fn surplus_for_payer(&self, share: f64) -> f64 {
        self.surplus(share, &self.efforts(share))
    }

    /// What both have together: a fixed fee can move it from one to the other, and leaves nothing else changed.
    fn surplus(&self, share: f64, efforts: &[f64]) -> f64 {
        self.worth(efforts) - self.mean_pay(share, efforts) + self.certainty_equivalent(share, efforts)
    }

    fn worth(&self, efforts: &[f64]) -> f64 {
        self.tasks.iter().zip(efforts).map(|(task, effort)| task.worth * effort).sum()
    }

    fn harm(&self, efforts: &[f64]) -> f64 {
        self.tasks.iter().zip(efforts).map(|(task, effort)| task.harm * effort).sum()
    }

    fn cost(&self, efforts: &[f64]) -> f64 {
        let row = |row: &[f64]| row.iter().zip(efforts).map(|(cost, effort)| cost * effort).sum::<f64>();
        0.5 * self.costs.iter().zip(efforts).map(|(costs, effort)| effort * row(costs)).sum::<f64>()
    }

    /// What audits and failures are expected to take; the provider weighs them at their mean, whatever its risk aversion.
    fn expected_losses(&self, efforts: &[f64]) -> f64 {
        let fined = self.audit.map_or(0.0, |(task, fine)| fine * efforts[task]);
        fined + self.failure.map_or(0.0, |(task, loss)| loss * (1.0 - efforts[task]).clamp(0.0, 1.0))
    }

    /// What a measure of so much earns.
    fn paid(&self, share: f64, measure: f64) -> f64 {
        share * measure.min(self.pay.cap) + if measure >= self.pay.threshold - ROUNDING { self.pay.bonus } else { 0.0 }
    }

    /// The mean of something over the error of the measure, which may change with it as fast as exp(tilt × measure).
    fn over_noise(&self, mean: f64, tilt: f64, of: &dyn Fn(f64) -> f64) -> f64 {
        if self.noise == 0.0 {
            return of(mean);
        }
        let cuts = [(self.pay.cap - mean) / self.noise, (self.pay.threshold - mean) / self.noise];
        normal_mean(&cuts, tilt * self.noise, &|z| of(mean + self.noise * z))
    }

    fn shown(&self, efforts: &[f64]) -> f64 {
        self.tasks.iter().zip(efforts).map(|(task, effort)| task.seen * effort).sum()
    }

    fn mean_pay(&self, share: f64, efforts: &[f64]) -> f64 {
        self.over_noise(self.shown(efforts), 0.0, &|measure| self.paid(share, measure))
    }

    /// What a sure amount would have to be to be worth as much to the provider as its uncertain pay, less its costs.
    fn certainty_equivalent(&self, share: f64, efforts: &[f64]) -> f64 {
        let (mean, r) = (self.shown(efforts), self.risk_aversion);
        let pay = if r == 0.0 {
            self.mean_pay(share, efforts)
        } else {
            // Measured from the pay at the mean, so that nothing over- or underflows.
            let middle = self.paid(share, mean);
            let utility = |measure: f64| (-r * (self.paid(share, measure) - middle)).exp();
            middle - self.over_noise(mean, -r * share, &utility).ln() / r
        };
        pay - self.cost(efforts) - self.expected_losses(efforts)
    }
}
