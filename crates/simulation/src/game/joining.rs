//! Agencies decide whether to join in something that costs each of them and benefits all. The solution weighs every combination of who
//! joins. No agency knows what the others do, and none is perfectly rational.

use base::reader::Section;

use super::form::{FormDescription, GameFigure};
use super::optimum::crossing;
use super::reading::{above_nothing, number_within, number_within_or, parts};

pub(super) const FORM: FormDescription = FormDescription {
    name: "joining",
    summary: "Two to ten agencies each join in or stay out. Where \"each adds\", every one that joins adds the benefit; where \"all \
              needed\", the benefit comes only if all join. Each agency gets its share of the benefit (an equal one unless stated) \
              and bears its own cost of joining. `rationality` is the precision of a logit choice: by how much the log odds of \
              joining rise for each unit gained.",
    example: r#"game = "joining"
benefit = 100
comes_when = "each adds"      # or "all needed"
rationality = 0.1

[agency.probation]
share = 0.7
cost = 30

[agency.health]
share = 0.3
cost = 30"#,
};

#[derive(Clone, Debug)]
pub struct JoiningGame {
    benefit: f64,
    all_needed: bool,
    rationality: f64,
    agencies: Vec<JoiningAgency>,
}

#[derive(Clone, Debug)]
struct JoiningAgency {
    name: String,
    share: f64,
    cost: f64,
}

pub(super) fn read(top: &Section<'_, '_>) -> JoiningGame {
    let benefit = above_nothing(top, "benefit");
    let all_needed = top.required_choice("comes_when", &[("each adds", false), ("all needed", true)]);
    let rationality = number_within(top, "rationality", 0.0, 1e3);
    let read = parts(top, "agency", (2, 10), |section| {
        (number_within_or(section, "share", 0.0, 1.0, f64::NAN), number_within(section, "cost", 0.0, 1e6))
    });
    let equal = 1.0 / read.len().max(1) as f64;
    let agencies = read.into_iter().map(|(name, (share, cost))| JoiningAgency {
        name,
        share: if share.is_nan() { equal } else { share },
        cost,
    });
    JoiningGame { benefit, all_needed, rationality, agencies: agencies.collect() }
}

impl JoiningGame {
    /// The benefit when so many join.
    fn benefit(&self, joined: usize) -> f64 {
        match self.all_needed {
            true if joined == self.agencies.len() => self.benefit,
            true => 0.0,
            false => self.benefit * joined as f64,
        }
    }

    /// What one agency gains by joining rather than staying out, when each of the others joins with its own chance: over every
    /// combination of the others.
    fn gains(&self, agency: usize, chances: &[f64]) -> f64 {
        let others: Vec<usize> = (0..self.agencies.len()).filter(|&other| other != agency).collect();
        let mut gain = 0.0;
        for combination in 0u32..1 << others.len() {
            let joins = |at: usize| combination >> at & 1 == 1;
            let chance: f64 = others
                .iter()
                .enumerate()
                .map(|(at, &other)| if joins(at) { chances[other] } else { 1.0 - chances[other] })
                .product();
            let joined = combination.count_ones() as usize;
            gain += chance * self.agencies[agency].share * (self.benefit(joined + 1) - self.benefit(joined));
        }
        gain - self.agencies[agency].cost
    }

    /// The logit equilibrium: each joins with the chance that fits what it gains, given the others' chances.
    fn chances(&self) -> (Vec<f64>, f64) {
        let mut chances = vec![0.5; self.agencies.len()];
        let answer = |agency: usize, chances: &[f64]| 1.0 / (1.0 + (-self.rationality * self.gains(agency, chances)).exp());
        for _ in 0..10_000 {
            let mut moved: f64 = 0.0;
            for agency in 0..chances.len() {
                let best = answer(agency, &chances);
                moved = moved.max((best - chances[agency]).abs());
                chances[agency] = f64::midpoint(chances[agency], best);
            }
            if moved < 1e-14 {
                break;
            }
        }
        let off = (0..chances.len()).map(|agency| (answer(agency, &chances) - chances[agency]).abs()).fold(0.0, f64::max);
        (chances, off)
    }

    pub(super) fn solve(&self) -> Vec<GameFigure> {
        let (chances, off) = self.chances();
        let count = self.agencies.len();
        let everyone_gains = self.benefit(count) - self.agencies.iter().map(|agency| agency.cost).sum::<f64>();
        let mut figures = vec![
            GameFigure::exact("gain of all if all join", everyone_gains),
            GameFigure::exact("distance from equilibrium", off),
        ];
        for (at, agency) in self.agencies.iter().enumerate() {
            figures.push(GameFigure::exact(format!("chance that {} joins", agency.name), chances[at]));
            let gain = |chance: f64| self.gains(at, &vec![chance; count]);
            if let Some(belief) = crossing(0.0, 1.0, &gain) {
                figures.push(GameFigure::exact(format!("belief that {} needs", agency.name), belief));
            }
        }
        figures
    }
}
