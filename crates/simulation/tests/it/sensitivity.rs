//! What the result depends on: what cannot matter is told apart from what does, at any number of threads.

use simulation::scenario_discovery::uncertain_name;
use simulation::sensitivity::{OutputFigure, SensitivityAnalysis, SensitivityOptions, sensitivity};

use crate::{Shipped, shipped};

fn run(it: &Shipped, threads: usize) -> SensitivityAnalysis {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
    let options = SensitivityOptions { seed: 3, starts: 6, rows: 32 };
    pool.install(|| sensitivity(&it.opened, &it.scheme, &it.assumptions, options, &|_, _| {}))
}

/// A cost that comes with every person, whatever the strategy, moves neither the gain from drift nor what becomes of people;
/// what help costs and does moves both.
#[test]
fn what_cannot_matter_is_told_apart() {
    let it = shipped("plain-linear");
    let found = run(&it, 2);
    let uncertain = |name: &str| {
        found.uncertain_numbers.iter().position(|uncertain| uncertain_name(&uncertain.path) == name).expect("an uncertain number")
    };
    assert_eq!(found.outputs[1].what, OutputFigure::TrueOutcome("reoffending".to_owned()));
    assert_eq!(found.failed, 0);
    let compelled = uncertain("cost.each_person");
    for output in &found.outputs {
        let largest = output.effects.iter().map(|effect| effect.size).fold(0.0, f64::max);
        assert!(output.effects[compelled].size < 1e-6 * largest, "{:?}: {:?}", output.what, output.effects);
        assert!(output.effects[uncertain("help.support.moves.reoffending")].size > 0.2 * largest);
    }
    assert!(!found.kept.contains(&compelled) && found.kept.contains(&uncertain("help.support.half_cost")));
}

#[test]
fn threads_change_nothing() {
    let it = shipped("transforming-rehabilitation-2013");
    assert_eq!(format!("{:?}", run(&it, 1)), format!("{:?}", run(&it, 3)));
}
