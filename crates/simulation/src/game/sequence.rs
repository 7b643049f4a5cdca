//! Several kinds of help, one after the other. What came before and worked makes the next more likely to work, so their order matters.
//! Every order is tried, and in each every combination of what works.

use base::problem::Problem;
use base::reader::Section;

use super::form::{FormDescription, GAME_FILE, GameFigure};
use super::reading::{number_or, number_within, part_if_there, parts};

pub(super) const FORM: FormDescription = FormDescription {
    name: "sequence",
    summary: "Two to six steps of help, each taken once, in any order. A step works with the chance `succeeds`, or, where steps \
              named in `after` have worked before it, with the best of the chances stated there. `goal` is the step that must \
              work in the end.",
    example: r#"game = "sequence"
goal = "drugs"

[step.housing]
succeeds = 0.8

[step.drugs]
succeeds = 0.2
after = { housing = 0.6 }"#,
};

#[derive(Clone, Debug)]
pub struct SequenceGame {
    goal: usize,
    steps: Vec<HelpStep>,
}

#[derive(Clone, Debug)]
struct HelpStep {
    name: String,
    succeeds: f64,
    /// Other steps, and the chance once they have worked.
    after: Vec<(usize, f64)>,
}

pub(super) fn read(top: &Section<'_, '_>) -> SequenceGame {
    let read = parts(top, "step", (2, 6), |section| {
        let after = part_if_there(section, "after", |after| {
            let chance = |(name, span): &(&str, base::source::Span)| ((*name).to_owned(), *span, number_or(after, name, 0.0));
            after.keys().iter().map(chance).collect::<Vec<_>>()
        });
        (number_within(section, "succeeds", 0.0, 1.0), after.unwrap_or_default())
    });
    let names: Vec<String> = read.iter().map(|(name, _)| name.clone()).collect();
    let known = |name: &str| names.iter().position(|known| known == name);
    let unknown = |span, name: &str| {
        Problem::at(GAME_FILE, span, "names a step that is not there")
            .read(format!("`{name}`"))
            .expected(format!("one of {}", names.join(", ")))
            .nearest(name, names.iter().map(String::as_str))
            .fix("correct the name, or add the step")
    };
    let mut steps = Vec::new();
    for (at, (name, (succeeds, after))) in read.into_iter().enumerate() {
        let mut found = Vec::new();
        for (other, span, chance) in after {
            match known(&other).filter(|&to| to != at) {
                Some(to) if (0.0..=1.0).contains(&chance) => found.push((to, chance)),
                Some(_) => top.push(
                    Problem::at(GAME_FILE, span, "a chance out of its range")
                        .read(chance.to_string())
                        .expected("a number from 0 to 1")
                        .fix("correct the number"),
                ),
                None => top.push(unknown(span, &other)),
            }
        }
        steps.push(HelpStep { name, succeeds, after: found });
    }
    let goal = top.required_text("goal", "the name of a step, such as \"drugs\"");
    let at = known(&goal);
    if at.is_none() && top.has("goal") {
        top.push(unknown(top.span_of("goal"), &goal));
    }
    SequenceGame { goal: at.unwrap_or_default(), steps }
}

impl SequenceGame {
    /// The chance that a step works, once these have.
    fn works(&self, step: usize, worked: usize) -> f64 {
        let after = self.steps[step].after.iter().filter(|(other, _)| worked >> other & 1 == 1);
        after.map(|(_, chance)| *chance).reduce(f64::max).unwrap_or(self.steps[step].succeeds)
    }

    /// The chance that the goal is reached when steps are taken in this order, over every combination of what works.
    fn reaches(&self, order: &[usize]) -> f64 {
        let mut chances = vec![0.0; 1 << self.steps.len()];
        chances[0] = 1.0;
        for &step in order {
            let before = chances.clone();
            for (worked, chance) in before.iter().enumerate().filter(|(_, chance)| **chance > 0.0) {
                let moved = chance * self.works(step, worked);
                chances[worked] -= moved;
                chances[worked | 1 << step] += moved;
            }
        }
        chances.iter().enumerate().filter(|(worked, _)| worked >> self.goal & 1 == 1).map(|(_, chance)| chance).sum()
    }

    pub(super) fn solve(&self) -> Vec<GameFigure> {
        let tried: Vec<(usize, f64)> = orders(self.steps.len()).iter().map(|order| (order[0], self.reaches(order))).collect();
        let best = |first: Option<usize>| {
            let these = tried.iter().filter(|(step, _)| first.is_none_or(|first| first == *step));
            these.map(|(_, chance)| *chance).fold(0.0, f64::max)
        };
        let worst = tried.iter().map(|(_, chance)| *chance).fold(1.0, f64::min);
        let mut figures = vec![GameFigure::exact("best chance", best(None)), GameFigure::exact("worst chance", worst)];
        for (at, step) in self.steps.iter().enumerate() {
            figures.push(GameFigure::exact(format!("best chance with {} first", step.name), best(Some(at))));
        }
        figures
    }
}

/// Every order of so many things.
fn orders(count: usize) -> Vec<Vec<usize>> {
    (0..count).fold(vec![Vec::new()], |shorter, new| {
        shorter
            .iter()
            .flat_map(|order: &Vec<usize>| {
                (0..=order.len()).map(move |at| {
                    let mut longer = order.clone();
                    longer.insert(at, new);
                    longer
                })
            })
            .collect()
    })
}
