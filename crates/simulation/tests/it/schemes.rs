//! What the shipped schemes must show.

use risks::{Finding, RiskId, StrategyKind, percent, pounds};
use simulation::stress::{StressOptions, StressTest, stress};

use crate::shipped;

fn run(name: &str, scenarios: usize) -> StressTest {
    let it = shipped(name);
    stress(&it.opened, &it.scheme, &it.assumptions, StressOptions { seed: 1, replications: 200, scenarios }, &|_, _| {})
}

fn finding(stress: &StressTest, risk: RiskId) -> &Finding {
    &stress.reported.iter().find(|reported| reported.finding.risk == risk).expect("in the catalogue").finding
}

/// The four signs of the published simulation of the 2013 straw man (Mulheirn, Social Market Foundation, August 2013).
#[test]
fn the_straw_man_shows_the_published_signs() {
    let stress = run("transforming-rehabilitation-2013", 24);
    let typical = &stress.curves[1];
    let near = |aim: f64| {
        let distance = |point: &&simulation::payment_by_aim::CurvePoint| (point.aim - aim).abs();
        typical.points.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).expect("points")
    };
    // R2: trying for a modest reduction leaves the provider worse off than spending nothing extra.
    let modest = near(0.02);
    println!(
        "R2: aiming at {:.1} points is worth {} ± {}",
        100.0 * modest.aim,
        pounds(modest.against_nothing.mean),
        pounds(1.96 * modest.against_nothing.error)
    );
    assert!(modest.against_nothing.high() < 0.0);
    // R3: letting reoffending rise inside the flat zone pays more than trying.
    let drifting = &typical.points[0];
    println!(
        "R3: letting it rise by {:.1} points is worth {} ± {}",
        -100.0 * drifting.aim,
        pounds(drifting.against_nothing.mean),
        pounds(1.96 * drifting.against_nothing.error)
    );
    assert!(drifting.aim < -0.01 && drifting.aim > -0.031 && drifting.against_nothing.low() > 0.0);
    assert!(
        typical
            .points
            .iter()
            .filter(|point| point.aim > 0.0)
            .all(|point| point.against_nothing.mean < drifting.against_nothing.mean)
    );
    // R1: where any aim pays at all over the costs assumed, it lies beyond the edge of the zone.
    for point in &stress.by_cost {
        println!("R1: {:?} break-even {:?} half-hearted {:?}", point.costs, point.break_even, point.half_hearted);
    }
    let paying: Vec<f64> = stress.by_cost.iter().filter_map(|point| point.break_even[1]).collect();
    assert!(!paying.is_empty() && paying.iter().all(|aim| *aim > 0.03), "{paying:?}");
    assert!(stress.by_cost.last().is_some_and(|dear| dear.break_even[1].is_none()));
    // R4: a small area must aim further to be moderately sure (3 cohorts of 4) of any reward.
    println!(
        "R4: sure aims {:?} in areas of {:?} people a year",
        stress.sure_aims,
        stress.curves.iter().map(|c| c.people).collect::<Vec<_>>()
    );
    let sure: Vec<f64> = stress.sure_aims.iter().flatten().copied().collect();
    assert!(sure.len() == 3 && sure[0] > sure[1] && sure[1] > sure[2] && sure[2] > 0.03);
    for risk in [RiskId::Drift, RiskId::ThresholdEffect, RiskId::PaidForNoise] {
        assert!(finding(&stress, risk).present, "{risk}");
    }
}

#[test]
fn the_honest_reference_shows_none_of_it() {
    let stress = run("plain-linear", 24);
    for reported in &stress.reported {
        assert!(!reported.finding.present, "{}: {:?}", reported.finding.risk, reported.finding.tests);
    }
    let typical = &stress.curves[0];
    let modest = typical.points.iter().find(|point| point.aim > 0.005).expect("points");
    assert!(modest.against_nothing.low() > 0.0);
    assert_eq!(typical.break_even, Some(0.0));
    assert!(typical.points[0].against_nothing.high() < 0.0);
}

#[test]
fn the_work_programme_parks_the_hardest() {
    let stress = run("work-programme-2011", 8);
    let best = stress.results.get(StrategyKind::BEST).expect("simulated");
    println!("payment group                   people  effort £  paid now  un-parking price");
    for (at, segment) in stress.results.segments.iter().enumerate() {
        let effort = best.effort[at] / segment.people;
        let price = segment.unparking_price.map_or("none".to_owned(), pounds);
        println!("{:<30} {:>7.0} {effort:>9.0} {:>9} {price:>17}", segment.name, segment.people, pounds(segment.price_now));
    }
    assert!(finding(&stress, RiskId::Parking).present && finding(&stress, RiskId::Deadweight).present);
    let effort = |name: &str| {
        let at = stress.results.segments.iter().position(|segment| segment.name == name).expect("a payment group");
        best.effort[at] / stress.results.segments[at].people
    };
    let hardest =
        stress.results.segments.iter().filter(|segment| segment.unparking_price.is_some_and(|price| price > segment.price_now));
    for segment in hardest {
        assert!(effort(&segment.name) < 5.0, "{} gets £{}", segment.name, effort(&segment.name));
    }
    let names: Vec<&str> = stress.results.segments.iter().map(|segment| segment.name.as_str()).collect();
    let ex_ib = names.iter().find(|name| name.contains("ESA ex")).expect("ESA ex-IB");
    assert!(effort(ex_ib) < 5.0);
}

/// Volumes below the model, not results, were what companies put their losses down to (NAO 2017).
#[test]
fn losses_by_volume() {
    for name in ["transforming-rehabilitation-2013", "transforming-rehabilitation-2015"] {
        let stress = run(name, 0);
        let volume = finding(&stress, RiskId::VolumeRisk);
        println!("{name}: {} {:?}", volume.strategy, volume.figures);
        // In 2015 doing as intended loses money at any number of people: fewer of them cost as dear, but bring no loss that was
        // not there.
        assert!(volume.tests[0].holds && volume.tests[0].figure.contains("a fifth fewer"), "{:?}", volume.tests);
        assert_eq!(volume.present, name.ends_with("2013"), "{:?}", volume.tests);
    }
}

#[test]
fn equal_years_are_paid_unequally() {
    for name in ["hmp-doncaster-2011", "hmp-peterborough-2010"] {
        let stress = run(name, 0);
        let noise = finding(&stress, RiskId::PaidForNoise);
        let intended = stress.results.get(StrategyKind::Intended).expect("simulated").cohorts_rewarded.mean;
        println!(
            "{name}: paid in {} of cohorts as intended; two alike paid differently in {}",
            percent(intended),
            percent(2.0 * intended * (1.0 - intended))
        );
        assert!(noise.present && 2.0 * intended * (1.0 - intended) > 0.3);
    }
}
