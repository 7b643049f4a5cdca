//! The nearest scenario that changes a finding does change it.

use base::{Reader, ScenarioDraw};
use contract::read;
use risks::{AgentType, CATALOGUE};
use simulation::assumptions;
use simulation::reference_strategies::{CommonDraws, StrategySet};
use simulation::stress::{StressOptions, quick_results, stress};

use crate::shipped;

/// Every tipping point that a stress test reports is a scenario of the files, in which the finding is present and is absent as stated,
/// or the other way round. Its distance is that of its moves.
#[test]
fn every_tipping_point_is_one() {
    let mut seen = 0;
    for name in ["plain-linear", "hmp-doncaster-2011"] {
        let it = shipped(name);
        let options = StressOptions { seed: 1, replications: 40, scenarios: 32 };
        let result = stress(&it.opened, &it.scheme, &it.assumptions, options, &|_, _| {});
        for (at, reported) in result.reported.iter().enumerate() {
            let Some(point) = reported.tipping_point.as_ref().filter(|point| !point.moves.is_empty()) else { continue };
            let picks: ScenarioDraw =
                point.moves.iter().map(|&(at, position)| (result.uncertain_numbers[at].path.clone(), position)).collect();
            let reader = Reader::new(&it.opened, &picks);
            let scheme = read::scheme(&reader).expect("a scheme");
            let assumptions = assumptions::read(&reader, &scheme).expect("a scenario");
            let draws = CommonDraws::build(&scheme, &assumptions, options.seed, options.replications as u64, 48);
            let there = (CATALOGUE[at].forecast)(
                &quick_results(&scheme, &assumptions, &draws, StrategySet::Forecast),
                AgentType::ProfitSeeking,
            )
            .present;
            assert_ne!(there, reported.finding.present, "{name}: {} at {picks:?}", reported.finding.risk);
            let squares: f64 = point.moves.iter().map(|(_, position)| (2.0 * position - 1.0).powi(2)).sum();
            assert!((point.distance - squares.sqrt()).abs() < 1e-9);
            assert!(reported.share_of_scenarios > 0.0 || reported.finding.present, "{name}: it appears in no scenario");
            seen += 1;
        }
    }
    assert!(seen >= 3, "only {seen} tipping points were found");
}
