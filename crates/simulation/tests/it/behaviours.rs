//! The mixture of providers against its limits, where the answer is known without it.

use risks::{AgentType, StrategyKind};
use simulation::assumptions::Assumptions;
use simulation::mixture::{Mixture, Ownership};
use simulation::reference_strategies::{CommonDraws, Solved, StrategySet, solve};
use simulation::search::{Budget, along, payment_weights, public_weights};
use simulation::strategy::Strategy;

use crate::{Shipped, changed, shipped};

const OWNERS: [Option<Ownership>; 4] =
    [None, Some(Ownership::ForProfit), Some(Ownership::NonProfit), Some(Ownership::PublicBody)];

#[test]
fn shares_are_shares_whoever_owns_the_provider() {
    for owner in OWNERS {
        for scenario in 0..200 {
            let mixture = Mixture::drawn(owner, 5, scenario);
            let all = mixture.kinds.iter().chain([&mixture.misreporting, &mixture.unmoved, &mixture.learning]);
            assert!(all.clone().all(|share| (0.0..=1.0).contains(share)), "{mixture:?}");
            assert!((mixture.kinds.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{mixture:?}");
        }
        assert_eq!(Mixture::drawn(owner, 5, 7), Mixture::drawn(owner, 5, 7));
        assert_ne!(Mixture::drawn(owner, 5, 7), Mixture::drawn(owner, 5, 8));
    }
    // Nobody would call a public body a profit-seeker.
    let [company, public] = [Ownership::ForProfit, Ownership::PublicBody].map(|owner| Mixture::stated(Some(owner)));
    assert!(company.kinds[0] > public.kinds[0] && company.kinds[4] < public.kinds[4]);
}

fn solved(it: &Shipped, mixture: Mixture) -> (Solved, Strategy) {
    let mut assumptions: Assumptions = it.assumptions.clone();
    assumptions.provider.mixture = mixture;
    assumptions.provider.incumbent = Some(false);
    let draws = CommonDraws::build(&it.scheme, &assumptions, 3, 0, 48);
    let arena = draws.arena(&it.scheme, &assumptions, 0);
    let found = solve(&arena, Budget::QUICK, StrategySet::All);
    let now = Strategy::as_now(&arena.chances, arena.people.segments);
    (found, now)
}

/// A mixture of one kind, all of whom respond and report honestly.
fn only(kind: usize) -> Mixture {
    let mut kinds = [0.0; 5];
    kinds[kind] = 1.0;
    Mixture { kinds, misreporting: 0.0, unmoved: 0.0, learning: 0.0 }
}

#[test]
fn providers_who_do_not_respond_do_what_they_did() {
    for name in ["plain-linear", "work-programme-2011", "hmp-doncaster-2011"] {
        let (found, now) = solved(&shipped(name), Mixture { unmoved: 1.0, ..only(0) });
        assert_eq!(found.mixture, [(1.0, now)], "{name}");
    }
}

#[test]
fn profit_alone_is_the_profit_seeking_provider() {
    for name in ["plain-linear", "work-programme-2011", "hmp-doncaster-2011"] {
        let (found, _) = solved(&shipped(name), only(0));
        let whole: f64 =
            found.mixture.iter().filter(|(_, strategy)| *strategy == found.best.strategy).map(|(share, _)| share).sum();
        assert!((whole - 1.0).abs() < 1e-12, "{name}: {:?}", found.mixture);
    }
}

/// A weight on the public's value is a price on top: without gates its best response has the closed form of a linear tariff.
#[test]
fn a_mission_is_a_price_on_top() {
    let it = shipped("plain-linear");
    let (found, _) = solved(&it, only(1));
    let draws = CommonDraws::build(&it.scheme, &it.assumptions, 3, 0, 48);
    let arena = draws.arena(&it.scheme, &it.assumptions, 0);
    let (pay, public) = (payment_weights(&arena), public_weights(&arena));
    let exact = [0.3, 1.0, 3.0].map(|spread| {
        let weight = spread * it.assumptions.provider.mission;
        let on_top = |(pay, public): (&Vec<f64>, &Vec<f64>)| -> Vec<f64> {
            pay.iter().zip(public).map(|(pay, public)| pay + weight * public).collect()
        };
        let weights: Vec<Vec<f64>> = pay.iter().zip(&public).map(on_top).collect();
        arena.help_spend(&along(&arena, &weights, 1.0, &vec![true; arena.people.segments]))
    });
    let spends: Vec<f64> = found.mixture.iter().filter(|(share, _)| *share > 0.0).map(|(_, s)| arena.help_spend(s)).collect();
    for spend in exact {
        // Chosen among strategies by what they earn on few replications, so near the best and not at it.
        let nearest = spends.iter().map(|other| (other / spend - 1.0).abs()).fold(f64::INFINITY, f64::min);
        assert!(nearest < 0.15, "{spends:?} and {spend}");
    }
    assert!(exact[0] < exact[1] && exact[1] < exact[2]);
}

/// A fee changes who signs and not what anyone does.
#[test]
fn a_fee_alone_changes_no_behaviour() {
    let it = shipped("plain-linear");
    let dearer = changed("plain-linear", |name, text| {
        let text = if name == "scheme.toml" { text.replace("\"£300,000\"", "\"£420,000\"") } else { text };
        text.split("[example.").next().unwrap_or_default().to_owned()
    });
    for mixture in [only(0), only(1), only(2), only(3), Mixture::stated(None)] {
        let [one, other] = [&it, &dearer].map(|it| solved(it, mixture.clone()).0.mixture);
        // The budget-bound provider spends what it has, so a fee is its budget.
        let same = one.iter().zip(&other).take(1).all(|(a, b)| a.1 == b.1);
        assert!(same || mixture.kinds[4] > 0.0, "{mixture:?}");
    }
}

#[test]
fn the_mixture_is_in_the_table_and_between_its_parts() {
    let it = shipped("transforming-rehabilitation-2015");
    let draws = CommonDraws::build(&it.scheme, &it.assumptions, 3, 0, 24);
    let results = simulation::stress::quick_results(&it.scheme, &it.assumptions, &draws);
    let spend = |kind: StrategyKind| results.get(kind).expect("in the table").help_spend;
    let mixed = spend(StrategyKind::BestResponse(AgentType::Mixture));
    assert!(mixed > spend(StrategyKind::BEST) && mixed < spend(StrategyKind::Public), "{mixed}");
}
