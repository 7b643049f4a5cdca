//! A provider decides how much of a service each person gets. It cares about the person as well as about its own money, and bears a
//! share of what the service costs.

use base::reader::Section;

use super::form::{FormDescription, GameFigure};
use super::optimum::along;
use super::reading::{above_nothing, number_within, part};

pub(super) const FORM: FormDescription = FormDescription {
    name: "reimbursement",
    summary: "A provider chooses how much service a person gets. The first unit is worth `first` to the person, and each further \
              one `falls` less. Each costs `each`, of which the provider bears the share `borne` and the payer the rest. A unit \
              of the person's benefit counts for the provider as `weight` of its own money.",
    example: r#"game = "reimbursement"

[benefit]
first = 10
falls = 1

[cost]
each = 4

[pay]
borne = 0.5            # 0: all costs are paid; 1: a fixed price for each person

[provider]
weight = 0.5"#,
};

#[derive(Clone, Debug)]
pub struct ReimbursementGame {
    first: f64,
    falls: f64,
    each: f64,
    borne: f64,
    weight: f64,
}

pub(super) fn read(top: &Section<'_, '_>) -> ReimbursementGame {
    let (first, falls) = part(top, "benefit", |section| (above_nothing(section, "first"), above_nothing(section, "falls")));
    ReimbursementGame {
        first,
        falls,
        each: part(top, "cost", |section| above_nothing(section, "each")),
        borne: part(top, "pay", |section| number_within(section, "borne", 0.0, 1.0)),
        weight: part(top, "provider", |section| number_within(section, "weight", 0.001, 10.0)),
    }
}

/// Nobody can be given less than nothing.
const OPEN: (f64, f64) = (0.0, f64::INFINITY);

impl ReimbursementGame {
    fn benefit(&self, quantity: f64) -> f64 {
        self.first * quantity - self.falls * quantity * quantity / 2.0
    }

    fn surplus(&self, quantity: f64) -> f64 {
        self.benefit(quantity) - self.each * quantity
    }

    /// What the provider gives when it bears this share of the cost.
    fn gives(&self, borne: f64) -> f64 {
        along(OPEN, &|quantity| self.weight * self.benefit(quantity) - borne * self.each * quantity)
    }

    pub(super) fn solve(&self) -> Vec<GameFigure> {
        let quantity = self.gives(self.borne);
        vec![
            GameFigure::exact("quantity", quantity),
            GameFigure::exact("surplus", self.surplus(quantity)),
            GameFigure::exact("first-best quantity", along(OPEN, &|quantity| self.surplus(quantity))),
            GameFigure::exact("best share to bear", along((0.0, 1.0), &|borne| self.surplus(self.gives(borne)))),
        ]
    }
}
