//! The nearest scenario that differs does differ.

use base::{Picks, Reader};
use contract::read;
use risks::{CATALOGUE, Role};
use simulation::assumptions;
use simulation::strategy_results::Stage;
use simulation::stress::{Options, quick_strategy_results, stress};

use crate::shipped;

/// Every edge that a stress test tells is a scenario of the files, in which the finding is there and is not as stated, or the other
/// way round; and its distance is that of its moves.
#[test]
fn every_edge_told_is_one() {
    let mut seen = 0;
    for name in ["plain-linear", "hmp-doncaster-2011"] {
        let it = shipped(name);
        let options = Options { seed: 1, replications: 40, scenarios: 32 };
        let result = stress(&it.opened, &it.scheme, &it.assumptions, options, &|_, _| {});
        for (at, reported) in result.reported.iter().enumerate() {
            let Some(edge) = reported.edge.as_ref().filter(|edge| !edge.moves.is_empty()) else { continue };
            let picks: Picks =
                edge.moves.iter().map(|&(uncertain, way)| (result.uncertain_numbers[uncertain].path.clone(), way)).collect();
            let reader = Reader::new(&it.opened, &picks);
            let scheme = read::scheme(&reader).expect("a scheme");
            let assumptions = assumptions::read(&reader, &scheme).expect("a scenario");
            let stage = Stage::build(&scheme, &assumptions, options.seed, options.replications as u64, 48);
            let there = (CATALOGUE[at].forecast)(&quick_strategy_results(&scheme, &assumptions, &stage), Role::Best).present;
            assert_ne!(there, reported.finding.present, "{name}: {} at {picks:?}", reported.finding.name);
            let squares: f64 = edge.moves.iter().map(|(_, way)| (2.0 * way - 1.0).powi(2)).sum();
            assert!((edge.distance - squares.sqrt()).abs() < 1e-9);
            assert!(reported.share_of_scenarios > 0.0 || reported.finding.present, "{name}: it appears in no scenario");
            seen += 1;
        }
    }
    assert!(seen >= 3, "only {seen} edges were told");
}
