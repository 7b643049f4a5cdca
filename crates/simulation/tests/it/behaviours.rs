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
            let mixture = Mixture::drawn(owner, None, 5, scenario);
            let all = mixture.kinds.iter().chain([&mixture.misreporting, &mixture.unmoved, &mixture.learning]);
            assert!(all.clone().all(|share| (0.0..=1.0).contains(share)), "{mixture:?}");
            assert!((mixture.kinds.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{mixture:?}");
        }
        assert_eq!(Mixture::drawn(owner, None, 5, 7), Mixture::drawn(owner, None, 5, 7));
        assert_ne!(Mixture::drawn(owner, None, 5, 7), Mixture::drawn(owner, None, 5, 8));
    }
    // Nobody would call a public body a profit-seeker.
    let [company, public] = [Ownership::ForProfit, Ownership::PublicBody].map(|owner| Mixture::stated(Some(owner), None));
    assert!(company.kinds[0] > public.kinds[0] && company.kinds[4] < public.kinds[4]);
}

fn solved(it: &Shipped, mixture: Mixture) -> (Solved, Strategy) {
    let mut assumptions: Assumptions = it.assumptions.clone();
    assumptions.provider.mixture = mixture;
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
    Mixture { kinds, misreporting: 0.0, unmoved: 0.0, learning: 0.0, standard: 0.0, crowding: 0.0, incumbent: false }
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
    for mixture in [only(0), only(1), only(2), only(3), Mixture::stated(None, Some(false))] {
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
    let results = simulation::stress::quick_results(&it.scheme, &it.assumptions, &draws, StrategySet::Forecast);
    let spend = |kind: StrategyKind| results.get(kind).expect("in the table").help_spend;
    let mixed = spend(StrategyKind::BestResponse(AgentType::Mixture));
    assert!(mixed > spend(StrategyKind::BEST) && mixed < spend(StrategyKind::Public), "{mixed}");
}

/// The strategies that anybody follows.
fn followed(found: &Solved) -> impl Iterator<Item = &Strategy> {
    found.mixture.iter().filter(|(share, _)| *share > 0.0).map(|(_, strategy)| strategy)
}

/// A second kind of help that moves nothing that is paid for.
fn with_unpaid_help() -> Shipped {
    changed("plain-linear", |name, text| {
        match name {
        "scheme.toml" => text.replace(
            "[pay.fee]",
            "[outcome.housed]\nmeasure = \"people in settled housing\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\nfrom = \"assumption: made up\"\n\n[pay.fee]",
        ),
        "assumptions.toml" => text.replace(
            "[cost]",
            "[outcome.housed]\nnow = \"50 %\"\nvalue = \"£500\"\nfrom = \"assumption: made up\"\n\n[help.housing]\nspent_now = \"£60\"\nhalf_cost = \"£200\"\nmoves = { housed = \"20 %\" }\nfrom = \"assumption: made up\"\n\n[cost]",
        ),
        _ => text,
    }
    })
}

/// An incumbent carries on with what is paid for, and gives up unpaid work by its crowding for each pound of paid work that is new.
#[test]
fn an_incumbent_carries_on_and_paid_work_crowds_out_unpaid_work() {
    let it = with_unpaid_help();
    for (crowding, kind) in [0.0, 0.15, 0.5].into_iter().flat_map(|crowding| [0, 1, 2, 3].map(|kind| (crowding, kind))) {
        let (found, now) = solved(&it, Mixture { crowding, incumbent: true, ..only(kind) });
        let segments = now.taken.len();
        for strategy in followed(&found) {
            for segment in 0..segments {
                let [support, housing] = [segment, segments + segment].map(|at| (strategy.effort[at], now.effort[at]));
                assert!(support.0 >= support.1, "{crowding} {kind}: {support:?}");
                let least = (housing.1 - crowding * (support.0 - support.1)).max(0.0);
                assert!(housing.0 >= least - 1e-9, "{crowding} {kind}: {housing:?}, at least {least}");
                if kind == 0 {
                    assert!((housing.0 - least).abs() < 1e-9, "nobody pays for more: {housing:?}, {least}");
                }
            }
        }
    }
    // A provider that comes with the contract never began.
    let (found, now) = solved(&it, only(0));
    let segments = now.taken.len();
    assert!(followed(&found).all(|strategy| strategy.effort[segments..].iter().all(|effort| *effort == 0.0)));
}

/// The standard lies between today and what is intended, and a norm-keeping provider does not fall below it.
#[test]
fn a_norm_keeping_provider_keeps_its_standard() {
    let it = shipped("plain-linear");
    for standard in [0.0, 0.5, 1.0] {
        let (found, now) = solved(&it, Mixture { standard, ..only(2) });
        let intended = found.strategies.iter().find(|(kind, _)| *kind == StrategyKind::Intended).map(|(_, strategy)| strategy);
        let intended = intended.expect("there is always one");
        for strategy in followed(&found) {
            for at in 0..now.effort.len() {
                let least = now.effort[at] + standard * (intended.effort[at] - now.effort[at]).max(0.0);
                assert!(strategy.effort[at] >= least - 1e-9, "{standard}: {} and {least}", strategy.effort[at]);
            }
        }
    }
}

#[test]
fn whether_a_company_does_the_work_today_is_drawn_where_nobody_says() {
    let incumbents = |owner, said| (0..400).filter(|scenario| Mixture::drawn(owner, said, 3, *scenario).incumbent).count();
    let company = Some(Ownership::ForProfit);
    assert!((160..240).contains(&incumbents(company, None)));
    assert_eq!([incumbents(company, Some(true)), incumbents(company, Some(false))], [400, 0]);
    assert_eq!(incumbents(Some(Ownership::PublicBody), None), 400);
}
