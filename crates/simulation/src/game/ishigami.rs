//! Ishigami and Homma's function of three even numbers, on which every method of sensitivity analysis is tried: the shares of
//! its spread are known, one of the numbers matters only together with another, and it bends everywhere. The shares come from
//! the code that finds what a stress test's result depends on.

use std::f64::consts::PI;

use base::literal::Count;
use base::reader::Section;
use risks::Estimate;

use super::form::{FormDescription, GameFigure};
use super::reading::{number_within, part, part_if_there};
use crate::sensitivity::{Interval, shares};

pub(super) const FORM: FormDescription = FormDescription {
    name: "ishigami",
    summary: "The function sin x + a sin² y + b z⁴ sin x of three numbers, each anywhere from −π to π, put to `wellspent \
              sensitivity`'s own estimators.",
    example: r#"game = "ishigami"

[function]
a = 7
b = 0.1

[draws]                # may be left out
rows = 4096"#,
};

#[derive(Clone, Debug)]
pub struct Ishigami {
    a: f64,
    b: f64,
    rows: usize,
}

pub(super) fn read(top: &Section<'_, '_>) -> Ishigami {
    let (a, b) =
        part(top, "function", |section| (number_within(section, "a", -1e3, 1e3), number_within(section, "b", -1e3, 1e3)));
    let rows = part_if_there(top, "draws", |section| {
        let words = "a number of rows that cannot be drawn";
        section.required_within::<Count>("rows", (Count(64), Count(65_536)), words, "correct the number").0 as usize
    });
    Ishigami { a, b, rows: rows.unwrap_or(4096) }
}

impl Ishigami {
    pub(super) fn solve(&self, seed: u64) -> Vec<GameFigure> {
        let function = |ways: &[f64]| {
            let [x, y, z] = [0, 1, 2].map(|at| PI * (2.0 * ways[at] - 1.0));
            Some(vec![x.sin() + self.a * y.sin().powi(2) + self.b * z.powi(4) * x.sin()])
        };
        let found = shares(3, 1, self.rows, seed, &function);
        // A 90% interval is 3.29 standard errors wide.
        let figure = |what: &str, number: &str, share: Interval| GameFigure {
            name: format!("{what} of {number}"),
            value: Estimate { mean: share.value, error: (share.high - share.low) / 3.29 },
        };
        let named = ["x", "y", "z"].into_iter().zip(&found.shares[0]);
        named
            .flat_map(|(name, share)| [figure("share alone", name, share.alone), figure("share in all", name, share.in_all)])
            .collect()
    }
}
