//! People, providers or pilots are chosen by what was measured of them. What is then seen of the chosen is partly luck.

use base::literal::Count;
use base::problem::Problem;
use base::reader::Section;
use base::statistics::normal_quantile;
use rayon::prelude::*;
use risks::{Estimate, mean};

use super::form::{FormDescription, GameFigure};
use super::reading::{LARGE, number_or, number_within, number_within_or, part, part_if_there};
use base::philox::{open_unit, words};

pub(super) const FORM: FormDescription = FormDescription {
    name: "selection",
    summary: "Everyone has a lasting level, and a gain from help that may go with the level. `before` is the level and a passing \
              error; `after` is the level, the gain and another passing error. A share of all (or the best or worst of a few) is \
              chosen by one of the two. Simulated with keyed draws.",
    example: r#"game = "selection"

[level]
mean = 0               # 0 unless stated
variance = 1

[passing]              # may be left out
variance = 0.5         # of each measurement's error

[gain]                 # may be left out
mean = 0.2
variance = 0.25
correlation = -0.8     # with the level; 0 unless stated

[choose]
by = "after"           # or "before"
side = "highest"       # or "lowest"
share = 0.5            # or best_of = 5: one of every five

[draws]                # may be left out
people = 200_000"#,
};

#[derive(Clone, Debug)]
pub struct Selection {
    level: Normal,
    gain: Normal,
    correlation: f64,
    /// Standard deviation of a measurement's error.
    passing: f64,
    by_after: bool,
    highest: bool,
    /// People of one draw, and how many of them are chosen.
    group: usize,
    chosen: usize,
    groups: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Normal {
    mean: f64,
    spread: f64,
}

/// Where a share of all is chosen, it is chosen from so many at a time, so that the error can be seen from the times.
const GROUP: usize = 5_000;

pub(super) fn read(top: &Section<'_, '_>) -> Selection {
    let normal = |section: &Section<'_, '_>| Normal {
        mean: number_or(section, "mean", 0.0),
        spread: number_within(section, "variance", 0.0, LARGE).sqrt(),
    };
    let level = part(top, "level", normal);
    let passing = part_if_there(top, "passing", |section| number_within(section, "variance", 0.0, LARGE).sqrt());
    let gain = part_if_there(top, "gain", |section| (normal(section), number_within_or(section, "correlation", -1.0, 1.0, 0.0)));
    let (gain, correlation) = gain.unwrap_or_default();
    let people = part_if_there(top, "draws", |section| {
        let words = "a number of people that cannot be drawn";
        section.required_within::<Count>("people", (Count(1_000), Count(20_000_000)), words, "correct the number").0 as usize
    });
    let people = people.unwrap_or(200_000);
    let mut out = Selection {
        level,
        gain,
        correlation,
        passing: passing.unwrap_or_default(),
        by_after: false,
        highest: true,
        group: GROUP.min(people / 10),
        chosen: 1,
        groups: 0,
    };
    part(top, "choose", |section| {
        out.by_after = section.required_choice("by", &[("before", false), ("after", true)]);
        out.highest = section.required_choice("side", &[("lowest", false), ("highest", true)]);
        if section.has("best_of") == section.has("share") {
            section.push(
                Problem::at(section.file, section.span, "[choose] needs one of `share` and `best_of`")
                    .expected("share = 0.2, or best_of = 5")
                    .fix("keep the one that is meant"),
            );
        }
        if section.has("best_of") {
            let words = "too few or too many to choose the best of";
            out.group = section.required_within::<Count>("best_of", (Count(2), Count(1_000)), words, "correct it").0 as usize;
        } else {
            let share = number_within(section, "share", 0.001, 0.999);
            out.chosen = ((share * out.group as f64).round() as usize).max(1);
        }
    });
    out.groups = people.div_ceil(out.group);
    out
}

/// What was drawn for one person.
#[derive(Clone, Copy)]
struct MeasuredPerson {
    level: f64,
    gain: f64,
    before: f64,
    after: f64,
}

/// What was seen of one group: means over the chosen, and how `after` and `gain` go together over everyone.
struct SelectionResult {
    chosen: [f64; 4],
    together: f64,
}

impl Selection {
    fn person(&self, seed: u64, number: u64, group: u64) -> MeasuredPerson {
        let z = words(seed, number, group, 0).map(|word| normal_quantile(open_unit(word)));
        let level = self.level.mean + self.level.spread * z[0];
        let own = (1.0 - self.correlation * self.correlation).max(0.0).sqrt();
        let gain = self.gain.mean + self.gain.spread * (self.correlation * z[0] + own * z[1]);
        MeasuredPerson { level, gain, before: level + self.passing * z[2], after: level + gain + self.passing * z[3] }
    }

    fn see(&self, seed: u64, group: u64) -> SelectionResult {
        let mut people: Vec<MeasuredPerson> = (1..=self.group as u64).map(|number| self.person(seed, number, group)).collect();
        let together = correlation(people.iter().map(|person| (person.after, person.gain)));
        let measured = |person: &MeasuredPerson| if self.by_after { person.after } else { person.before };
        people.sort_by(|a, b| {
            let order = measured(a).total_cmp(&measured(b));
            if self.highest { order.reverse() } else { order }
        });
        let over = |of: fn(&MeasuredPerson) -> f64| mean(&people[..self.chosen].iter().map(of).collect::<Vec<_>>());
        SelectionResult { chosen: [over(|p| p.before), over(|p| p.after), over(|p| p.level), over(|p| p.gain)], together }
    }

    pub(super) fn solve(&self, seed: u64) -> Vec<GameFigure> {
        let seen: Vec<SelectionResult> = (0..self.groups as u64).into_par_iter().map(|group| self.see(seed, group)).collect();
        let over = |name: &str, of: &dyn Fn(&SelectionResult) -> f64| GameFigure {
            name: name.to_owned(),
            value: Estimate::of(seen.iter().map(of)),
        };
        let mut figures = vec![
            over("before, of the chosen", &|seen| seen.chosen[0]),
            over("after, of the chosen", &|seen| seen.chosen[1]),
            over("level of the chosen", &|seen| seen.chosen[2]),
            over("gain of the chosen", &|seen| seen.chosen[3]),
            over("fall of the chosen", &|seen| seen.chosen[0] - seen.chosen[1]),
            over("rise of the chosen", &|seen| seen.chosen[1] - seen.chosen[0]),
            over("before less level, of the chosen", &|seen| seen.chosen[0] - seen.chosen[2]),
        ];
        if self.group >= 100 && self.gain.spread > 0.0 {
            figures.push(over("correlation of after and gain", &|seen| seen.together));
        }
        figures
    }
}

fn correlation(pairs: impl Iterator<Item = (f64, f64)>) -> f64 {
    let (first, second): (Vec<f64>, Vec<f64>) = pairs.unzip();
    let (a, b) = (mean(&first), mean(&second));
    let product = |x: &[f64], x0: f64, y: &[f64], y0: f64| -> f64 { x.iter().zip(y).map(|(x, y)| (x - x0) * (y - y0)).sum() };
    product(&first, a, &second, b) / (product(&first, a, &first, a) * product(&second, b, &second, b)).sqrt()
}
