//! A payer sees what a service cost in the end, and neither what it must cost its provider nor how hard the provider tried. It offers
//! one contract for each of two kinds of provider, and each picks the one that suits it best.

use base::reader::Section;

use super::form::{FormDescription, GameFigure};
use super::optimum::{along, together};
use super::reading::{above_nothing, number_within, part, parts};

pub(super) const FORM: FormDescription = FormDescription {
    name: "menu",
    summary: "A provider is one of two kinds, each with a share of all and a cost that effort brings down, unit for unit. Effort \
              costs half of cost × effort². The payer bears the cost that it sees and offers two contracts, each a cost to be kept \
              to and a fee, of which each kind takes the better for itself. Money costs the payer more than it is worth to the \
              provider, by `cost_of_money`. Each kind must be served.",
    example: r#"game = "menu"

[payer]
cost_of_money = 0.3    # for each unit raised

[effort]
cost = 1

[provider.efficient]
share = 0.5
cost = 1

[provider.other]
share = 0.5
cost = 1.5"#,
};

#[derive(Clone, Debug)]
pub struct CostMenu {
    cost_of_money: f64,
    effort_cost: f64,
    kinds: Vec<ProviderCost>,
}

#[derive(Clone, Debug)]
struct ProviderCost {
    name: String,
    share: f64,
    cost: f64,
}

pub(super) fn read(top: &Section<'_, '_>) -> CostMenu {
    let cost_of_money = part(top, "payer", |section| number_within(section, "cost_of_money", 0.0, 1e3));
    let effort_cost = part(top, "effort", |section| above_nothing(section, "cost"));
    let read = parts(top, "provider", (2, 2), |section| {
        (number_within(section, "share", 0.0, 1.0), number_within(section, "cost", 0.0, 1e6))
    });
    let all: f64 = read.iter().map(|(_, (share, _))| share).sum();
    if read.len() == 2 && (all - 1.0).abs() > 1e-9 {
        top.push(
            top.problem("provider", "the shares of the two kinds do not make a whole")
                .read(all.to_string())
                .expected("two shares that add to 1")
                .fix("correct one `share`"),
        );
    }
    let kinds = read.into_iter().map(|(name, (share, cost))| ProviderCost { name, share, cost }).collect();
    CostMenu { cost_of_money, effort_cost, kinds }
}

impl CostMenu {
    /// What it takes a provider to bring its cost down by so much; it need not do anything to cost more.
    fn trouble(&self, effort: f64) -> f64 {
        self.effort_cost * effort.max(0.0).powi(2) / 2.0
    }

    /// The least fees at which each kind takes the contract meant for it, given the effort that this asks of each kind. `None` where
    /// no fees do that.
    fn fees(&self, efforts: &[f64]) -> Option<Vec<f64>> {
        let kinds = 0..self.kinds.len();
        // What kind `i` must do under the contract of kind `j`.
        let trouble = |i: usize, j: usize| self.trouble(self.kinds[i].cost - (self.kinds[j].cost - efforts[j]));
        let mut fees: Vec<f64> = kinds.clone().map(|i| trouble(i, i)).collect();
        for _ in 0..=self.kinds.len() {
            let before = fees.clone();
            for i in kinds.clone() {
                let elsewhere = kinds.clone().map(|j| fees[j] - trouble(i, j)).fold(0.0, f64::max);
                fees[i] = fees[i].max(trouble(i, i) + elsewhere);
            }
            if fees.iter().zip(&before).all(|(fee, before)| fee - before <= 1e-12 * fee.abs().max(1.0)) {
                return Some(fees);
            }
        }
        None
    }

    fn pays(&self, efforts: &[f64], fees: &[f64]) -> f64 {
        let of_kind = |(at, kind): (usize, &ProviderCost)| kind.share * (kind.cost - efforts[at] + fees[at]);
        self.kinds.iter().enumerate().map(of_kind).sum()
    }

    fn welfare(&self, efforts: &[f64]) -> f64 {
        let Some(fees) = self.fees(efforts) else { return f64::NEG_INFINITY };
        let of_kind = |(at, kind): (usize, &ProviderCost)| kind.share * (fees[at] - self.trouble(efforts[at]));
        let rents: f64 = self.kinds.iter().enumerate().map(of_kind).sum();
        rents - (1.0 + self.cost_of_money) * self.pays(efforts, &fees)
    }

    pub(super) fn solve(&self) -> Vec<GameFigure> {
        let open = (0.0, f64::INFINITY);
        let efforts = together(&vec![open; self.kinds.len()], &|_, _| Vec::new(), &|efforts| self.welfare(efforts));
        let fees = self.fees(&efforts).unwrap_or_default();
        let first_best = along(open, &|effort| effort - self.trouble(effort));
        // One price for all, at which the dearer kind still takes part.
        let dearest = self.kinds.iter().map(|kind| kind.cost).fold(0.0, f64::max);
        let mut figures = vec![
            GameFigure::exact("first-best effort", first_best),
            GameFigure::exact("payer pays", self.pays(&efforts, &fees)),
            GameFigure::exact("payer pays at one price", dearest - first_best + self.trouble(first_best)),
        ];
        for (at, kind) in self.kinds.iter().enumerate() {
            figures.push(GameFigure::exact(format!("effort of {}", kind.name), efforts[at]));
            figures.push(GameFigure::exact(format!("rent of {}", kind.name), fees[at] - self.trouble(efforts[at])));
        }
        figures
    }
}
