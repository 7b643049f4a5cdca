//! A contract cannot describe everything that a manager may do. The manager spends on cutting costs, which harms quality, and on
//! better ways of working. Whoever runs the service decides about both, and what the other side must agree to is bargained over.

use base::reader::Section;

use super::form::{FormDescription, GameFigure};
use super::optimum::along;
use super::reading::{above_nothing, number_within, number_within_or, part};

pub(super) const FORM: FormDescription = FormDescription {
    name: "ownership",
    summary: "A manager spends e on cutting costs, which saves `worth` × √e and harms quality by `harm` × √e, and i on innovation, \
              which is worth `worth` × √i. A contractor may cut costs without asking, and bargains with the payer about innovation. \
              An employee bargains about both, and could be replaced: only the part `needed` of its ideas would be lost with it. \
              The manager gets the share `bargains` of what an agreement is worth.",
    example: r#"game = "ownership"

[saving]
worth = 4
harm = 2               # at most `worth`

[innovation]
worth = 4

[manager]
bargains = 0.5         # 0.5 unless stated
needed = 1             # 1 unless stated"#,
};

#[derive(Clone, Debug)]
pub struct OwnershipGame {
    saving: f64,
    harm: f64,
    innovation: f64,
    bargains: f64,
    needed: f64,
}

pub(super) fn read(top: &Section<'_, '_>) -> OwnershipGame {
    let (saving, harm) = part(top, "saving", |section| {
        let (saving, harm) = (above_nothing(section, "worth"), number_within(section, "harm", 0.0, 1e6));
        if harm > saving {
            section.push(
                section
                    .problem("harm", "cutting costs does more harm than it saves")
                    .read(harm.to_string())
                    .expected(format!("at most {saving}, which is its `worth`"))
                    .fix("lower `harm`: nobody would let such a saving happen"),
            );
        }
        (saving, harm)
    });
    let innovation = part(top, "innovation", |section| above_nothing(section, "worth"));
    let (bargains, needed) = part(top, "manager", |section| {
        (number_within_or(section, "bargains", 0.0, 1.0, 0.5), number_within_or(section, "needed", 0.0, 1.0, 1.0))
    });
    OwnershipGame { saving, harm, innovation, bargains, needed }
}

/// What a manager spends on cutting costs and on innovation.
type Spending = (f64, f64);

impl OwnershipGame {
    /// What the manager spends when it keeps these parts of the saving, of the harm and of the worth of innovation.
    fn spends(&self, saving: f64, harm: f64, innovation: f64) -> Spending {
        let open = (0.0, f64::INFINITY);
        let cutting = |spent: f64| (saving * self.saving - harm * self.harm) * spent.sqrt() - spent;
        let improving = |spent: f64| innovation * self.innovation * spent.sqrt() - spent;
        (along(open, &cutting), along(open, &improving))
    }

    /// What all of it is worth to both sides together.
    fn surplus(&self, (cutting, improving): Spending) -> f64 {
        (self.saving - self.harm) * cutting.sqrt() - cutting + self.innovation * improving.sqrt() - improving
    }

    pub(super) fn solve(&self) -> Vec<GameFigure> {
        let employed = self.bargains * self.needed;
        let owners = [
            ("at best", self.spends(1.0, 1.0, 1.0)),
            ("by a contractor", self.spends(1.0, 0.0, self.bargains)),
            ("by an employee", self.spends(employed, employed, employed)),
        ];
        let mut figures = Vec::new();
        for (who, spending) in owners {
            figures.push(GameFigure::exact(format!("spent on saving {who}"), spending.0));
            figures.push(GameFigure::exact(format!("spent on innovation {who}"), spending.1));
            figures.push(GameFigure::exact(format!("surplus {who}"), self.surplus(spending)));
        }
        figures
    }
}
