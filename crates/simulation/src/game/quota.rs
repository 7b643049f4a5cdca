//! A provider sees how a period is going and can still move results in from the next one, or relabel them, at a cost that
//! rises with the square of what it moves.

use base::reader::Section;
use base::statistics::normal_density;

use super::form::{FormDescription, GameFigure};
use super::optimum::{along_pieces, crossing};
use super::quadrature::integral;
use super::reading::{LARGE, SMALL, above_nothing, number_or, number_within, part};

pub(super) const FORM: FormDescription = FormDescription {
    name: "quota",
    summary: "A normal result that the provider sees before the period closes; it may then move results in from the next period \
              at half of cost × amount². A share of each result is paid in whichever period it falls, a bonus from the threshold on.",
    example: r#"game = "quota"

[result]
mean = 0
variance = 1

[pay]
share = 0              # none unless stated
bonus = 1
threshold = 0

[shift]
cost = 2"#,
};

#[derive(Clone, Debug)]
pub struct Quota {
    mean: f64,
    spread: f64,
    share: f64,
    bonus: f64,
    threshold: f64,
    cost: f64,
}

pub(super) fn read(top: &Section<'_, '_>) -> Quota {
    let (mean, variance) =
        part(top, "result", |section| (number_or(section, "mean", 0.0), number_within(section, "variance", SMALL, LARGE)));
    let (share, bonus, threshold) = part(top, "pay", |section| {
        (number_or(section, "share", 0.0), number_within(section, "bonus", 0.0, LARGE), number_or(section, "threshold", 0.0))
    });
    let cost = part(top, "shift", |section| above_nothing(section, "cost"));
    Quota { mean, spread: variance.sqrt(), share, bonus, threshold, cost }
}

/// Results are looked at so far out, in standard deviations, and at so many places.
const REACH: f64 = 8.0;
const PLACES: usize = 320;
/// What reaches the threshold but for the last digits reaches it.
const ROUNDING: f64 = 1e-12;
/// Less than this is no shift.
const NOTHING: f64 = 1e-7;

impl Quota {
    /// What the provider earns by moving so much into a period with a given result, in this period and the next.
    fn earns(&self, result: f64, shift: f64) -> f64 {
        let bonus = if result + shift >= self.threshold - ROUNDING { self.bonus } else { 0.0 };
        self.share * (result + shift) + bonus - self.share * shift - self.cost * shift * shift / 2.0
    }

    fn best_shift(&self, result: f64) -> f64 {
        let shift = along_pieces((0.0, f64::INFINITY), &[self.threshold - result], &|shift| self.earns(result, shift));
        // What is moved at no gain is not moved: at the edges of the reach it may seem to be, by rounding.
        if self.earns(result, shift) > self.earns(result, 0.0) { shift } else { 0.0 }
    }

    /// The stretches of results in which the provider shifts, their edges found by halving.
    fn stretches(&self) -> Vec<(f64, f64)> {
        let place = |at: usize| self.mean + self.spread * REACH * (2.0 * at as f64 / PLACES as f64 - 1.0);
        let shifts = |result: f64| if self.best_shift(result) > NOTHING { 1.0 } else { -1.0 };
        let mut edges = Vec::new();
        for at in 0..PLACES {
            // Not at round numbers, where a threshold may be.
            edges.extend(crossing(place(at) - 1e-9, place(at + 1) - 1e-9, &shifts));
        }
        edges.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
    }

    pub(super) fn solve(&self) -> Vec<GameFigure> {
        let stretches = self.stretches();
        let density = |result: f64| normal_density((result - self.mean) / self.spread) / self.spread;
        let over = |of: &dyn Fn(f64) -> f64| -> f64 {
            stretches.iter().map(|(low, high)| integral(*low, *high, &|result| density(result) * of(result))).sum()
        };
        let shift = |result: f64| self.best_shift(result);
        vec![
            GameFigure::exact("reach", stretches.iter().map(|(low, high)| high - low).sum()),
            GameFigure::exact("share who shift", over(&|_| 1.0)),
            GameFigure::exact("mean shift", over(&shift)),
            GameFigure::exact("mean cost of shifting", over(&|result| self.cost * shift(result).powi(2) / 2.0)),
        ]
    }
}
