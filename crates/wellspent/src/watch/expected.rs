//! What results people have on average who were alike before they started: the same segment, and as many earlier events. It is worked
//! out from everybody, whoever served them.

use base::day::Day;
use risks::observed::{ObservedStart, ObservedState};

/// Days before a start in which earlier events are counted, and the number from which more are no different.
const BEFORE: Day = 730;
const MANY: usize = 6;
/// So many people with the mean of everyone are added to each group: a group of few says little.
const ADDED: f64 = 10.0;

/// What is expected of each start, and of people by their earlier events alone.
pub(super) struct Expected {
    /// For each start, its expected result in each outcome.
    of_starts: Vec<Vec<f64>>,
    /// By the number of earlier events, in each outcome.
    of_events: Vec<Vec<f64>>,
    main: Option<usize>,
}

fn earlier_events(events: &[Day], day: Day) -> usize {
    events.iter().filter(|event| (day.saturating_sub(BEFORE)..day).contains(*event)).count().min(MANY)
}

impl Expected {
    pub(super) fn of(starts: &[ObservedStart], past: &[&[Day]], outcomes: usize, main: Option<usize>) -> Expected {
        let segments = starts.iter().map(|start| start.segment + 1).max().unwrap_or(1);
        let events: Vec<usize> = starts.iter().zip(past).map(|(start, past)| earlier_events(past, start.began)).collect();
        let group = |at: usize| starts[at].segment * (MANY + 1) + events[at];
        let mut of_groups = vec![vec![0.0; outcomes]; segments * (MANY + 1)];
        let mut of_events = vec![vec![0.0; outcomes]; MANY + 1];
        for outcome in 0..outcomes {
            let known = || {
                let result = |at: usize| starts[at].results[outcome];
                (0..starts.len()).filter(move |at| result(*at).state == ObservedState::Known).map(move |at| (at, result(at).good))
            };
            let (n, sum) = known().fold((0.0, 0.0), |(n, sum), (_, good)| (n + 1.0, sum + good));
            let mean: f64 = if n > 0.0 { sum / n } else { 0.0 };
            let mut groups = vec![(ADDED, ADDED * mean); of_groups.len()];
            let mut by_events = vec![(ADDED, ADDED * mean); of_events.len()];
            for (at, good) in known() {
                for cell in [&mut groups[group(at)], &mut by_events[events[at]]] {
                    *cell = (cell.0 + 1.0, cell.1 + good);
                }
            }
            groups.iter().zip(&mut of_groups).for_each(|((n, sum), of)| of[outcome] = sum / n);
            by_events.iter().zip(&mut of_events).for_each(|((n, sum), of)| of[outcome] = sum / n);
        }
        let of_starts = (0..starts.len()).map(|at| of_groups[group(at)].clone()).collect();
        Expected { of_starts, of_events, main }
    }

    /// The chance of a good result in the main outcome of each start; none where nothing tells people apart.
    pub(super) fn chances(&self) -> Vec<Option<f64>> {
        let of = |expected: &Vec<f64>| self.main.map(|main| expected[main]);
        let chances: Vec<Option<f64>> = self.of_starts.iter().map(of).collect();
        if chances.windows(2).all(|two| two[0] == two[1]) { vec![None; chances.len()] } else { chances }
    }

    pub(super) fn of_start(&self, at: usize) -> &[f64] {
        &self.of_starts[at]
    }

    /// The chance of a good result in the main outcome by earlier events alone.
    pub(super) fn by_events(&self, events: &[Day], day: Day) -> f64 {
        self.main.map_or(0.0, |main| self.of_events[earlier_events(events, day)][main])
    }
}
