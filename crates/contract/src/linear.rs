//! Makes what jumps or bends run straight: a share at risk behind a gate, or a bonus above a level, becomes a price for each
//! person from the baseline on, the same both ways, that pays as much as before at the gate or at the bonus's upper level.

use crate::clauses::bonus::{Bonus, PerBonus};
use crate::clauses::share_at_risk::ShareAtRisk;
use crate::clauses::tariff::{CountsFrom, PerUnit, Tariff};
use crate::clauses::{Over, Rule};
use crate::fees;
use crate::gate::Test;
use crate::terms::{Baseline, Kind, Per, Scheme};
use base::literal::{Change, Literal as _};
use base::money::Pence;
use base::schedule::Schedule;

/// Changes every share at risk and every bonus that can be.
pub(crate) fn straighten(scheme: &mut Scheme) {
    for at in 0..scheme.clauses.len() {
        let tariff = match &scheme.clauses[at].rule {
            Rule::ShareAtRisk(share) => share_at_risk(scheme, share),
            Rule::Bonus(bonus) => straight_bonus(scheme, bonus),
            _ => None,
        };
        let Some(tariff) = tariff else { continue };
        if let Rule::ShareAtRisk(share) = scheme.clauses[at].rule.clone() {
            // The share leaves the fee, since the tariff now pays it for results.
            let kept = |price: Pence| Pence((price.0 as f64 * (1.0 - share.share.as_f64())).round() as i64);
            share.of.iter().for_each(|&of| crate::fixes::scale_fee(&mut scheme.clauses[of].rule, kept));
        }
        scheme.clauses[at].rule = Rule::Tariff(tariff);
    }
}

fn share_at_risk(scheme: &Scheme, share: &ShareAtRisk) -> Option<Tariff> {
    let (Test::AtLeast(change) | Test::MoreThan(change)) = share.gate.test else { return None };
    let only_fees = share.of.iter().all(|&of| !scheme.clauses[of].pays_for_results());
    // Where another clause looks at the share, or at the fee it is taken from, more would change than is meant.
    let alone = scheme.clauses.iter().all(|clause| match &clause.rule {
        Rule::ShareAtRisk(other) => other == share,
        rule => rule.refers_to().iter().all(|at| !share.of.contains(at)),
    });
    if !only_fees || !alone {
        return None;
    }
    let areas = 0..scheme.areas.len();
    let fees: Option<f64> =
        areas.map(|area| share.of.iter().map(|&of| fees::of_clause(scheme, of, area)).sum::<Option<f64>>()).sum();
    let better = at_the_level(scheme, share.gate.outcome, change)?;
    let price = Pence((share.share.as_f64() * fees? / better).round() as i64);
    let per = if scheme.outcomes[share.gate.outcome].is_binary() { PerUnit::Person } else { PerUnit::Event };
    Some(both_ways(share.gate.outcome, per, Schedule::constant(price), share.over))
}

fn straight_bonus(scheme: &Scheme, bonus: &Bonus) -> Option<Tariff> {
    if bonus.per == PerBonus::LumpSum && !bonus.price.is_constant() {
        return None;
    }
    let better = |change: Change| at_the_level(scheme, bonus.outcome, change);
    let per = match bonus.per {
        PerBonus::PercentagePoint => PerUnit::PercentagePoint,
        _ if scheme.outcomes[bonus.outcome].is_binary() => PerUnit::Person,
        _ => PerUnit::Event,
    };
    let price = match (bonus.per, bonus.up_to) {
        (PerBonus::LumpSum, _) => {
            let periods = match bonus.over {
                Over::EachCohort => scheme.cohorts.len(),
                Over::EachYear => scheme.years(),
                Over::AllCohorts => 1,
            };
            let lumps = (periods * scheme.areas.len()) as f64;
            let one = lumps * bonus.price.values()[0].0 as f64 / better(bonus.above())?;
            Schedule::constant(Pence(one.round() as i64))
        }
        (_, None) => bonus.price.clone(),
        (_, Some(up_to)) => {
            // As much at the upper level, where the last unit beyond `above` was paid for.
            let part = 1.0 - bonus.above().as_f64() / up_to.as_f64();
            bonus.price.map(|price| Pence((price.0 as f64 * part).round() as i64))
        }
    };
    Some(both_ways(bonus.outcome, per, price, bonus.over))
}

fn both_ways(outcome: usize, per: PerUnit, price: Schedule<Pence>, over: Over) -> Tariff {
    Tariff {
        outcome,
        per,
        reward: price.clone(),
        deduction: Some(price),
        gate: None,
        counts_from: CountsFrom::Baseline,
        hurdle: None,
        over,
        tops_up: Vec::new(),
    }
}

/// People (or events) by which all cohorts of all areas together are better when each is exactly at a level; `None` where the
/// level is a share of a baseline that is not known before.
fn at_the_level(scheme: &Scheme, outcome: usize, change: Change) -> Option<f64> {
    let definition = &scheme.outcomes[outcome];
    if matches!(definition.kind, Kind::Frequency { per: Per::Affected, .. }) {
        return None;
    }
    let people: f64 = fees::people_by_area(scheme).iter().sum();
    let better = match (change, &definition.baseline) {
        (Change::Points(points), _) => people * points.as_f64(),
        (Change::Relative(share), Baseline::Fixed(rates)) if rates.is_constant() => {
            people * rates.values()[0].as_f64() * share.as_f64()
        }
        _ => return None,
    };
    (better > 0.0).then_some(better)
}
