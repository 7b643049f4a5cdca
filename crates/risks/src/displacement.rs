//! Displacement: better results of those served come partly at the cost of people who are not served.

use contract::fixes::Fix;

use crate::detection::detector::Detector;
use crate::detection::expected::nothing_expected;
use crate::detection::measures::{NO_COMPARISON, NO_MAIN, known};
use crate::detection::series::{Gathered, beyond};
use crate::detection::signal::Signal;
use crate::estimate::Estimate;
use crate::finding::{Finding, FindingBuilder, at_value, gains, no_simple_reason};
use crate::harm::Harm;
use crate::observed::{ObservedRecords, ObservedStart, month};
use crate::results::{AgentType, StrategyKind, StrategyResult, StrategyResults};
use crate::risk::{FeeLever, Indicator, Risk};
use crate::risk_id::RiskId;
use crate::wording::{gained, lost, percent, pounds, pounds_within};

pub(super) const RISK: Risk = Risk {
    id: RiskId::Displacement,
    name: "displacement",
    definition: "The risk that better results of those served come at the cost of people who are not served, who lose a job or a \
                 place to them. It is present when more than a tenth of the better results at the provider's best, compared with \
                 today, come from others in this way, and the provider is paid for them. What is left of the better results must \
                 also be worth less than what is paid for them.",
    watch: &[Indicator {
        measure: "Results of people nearby who are not served, compared with those in places without the service",
        warning: "they get worse where more people are served",
    }],
    detector: DETECTOR,
    forecast,
    fixes: |results| {
        // Each result is paid for at what it is worth once those who lose by it are counted.
        let worst = results.outcomes.iter().filter_map(|outcome| outcome.displaced).fold(0.0, f64::max);
        let left = (100.0 * (1.0 - worst)).floor() as i64;
        let less = [75, 50, 25].map(Fix::Prices);
        (left > 0).then(|| at_value(results, left)).into_iter().chain(less).collect()
    },
    fee_lever: FeeLever::None,
    why_it_stays: no_simple_reason,
    gain_in_words: |finding| format!("{} for results that others lost", gained(finding.gain)),
    losers: |finding, _| {
        let harm = finding.harm_in_words();
        harm.into_iter().chain([format!("the payer and the public together: {}", lost(finding.payer_loss))]).collect()
    },
};

const DETECTOR: Detector = Detector {
    signals,
    expected: nothing_expected,
    explanations: &[
        "An employer or a service in the area closed.",
        "The comparison group in the area is drawn from other people than before.",
        "Agencies in the area record events of everybody more completely.",
    ],
    settled_by: "results of people who are not served in places that were given the service by lot and in places that were not",
    tuned_to: "results of people nearby are 5 percentage points worse: an assumption. Jobs of young people in France came partly from \
               others in the same labour market who were not helped (Crépon and others 2013)",
};

/// By so much results, and the share of events that come after the start, may differ between areas for other reasons: assumptions.
const ALLOWED_RESULTS: f64 = 0.03;
const ALLOWED_EVENTS: f64 = 0.025;
/// A provider is looked at where this share of an area's people or more are its own: an assumption.
const ITS_OWN_AREA: f64 = 0.5;
/// Days before a start in which events are usual.
const BEFORE: i32 = 730;
/// Days after it in which those of people not served are counted.
const AFTER: i32 = 182;

/// People of the comparison group do worse in a provider's area than elsewhere, and their events rise. The two signals are from
/// different people, those who are followed from even days and from odd ones.
fn signals(records: &ObservedRecords) -> Result<Vec<Signal>, &'static str> {
    let main = records.main.ok_or(NO_MAIN)?;
    if records.compared().next().is_none() {
        return Err(NO_COMPARISON);
    }
    let owners = owners(records);
    if owners.iter().flatten().collect::<std::collections::BTreeSet<_>>().len() < 2 {
        return Err("the comparison group is not in areas of different providers");
    }
    let (mut results, mut later) = (Gathered::default(), Gathered::default());
    for start in records.compared() {
        let Some(provider) = owners.get(start.area).copied().flatten() else { continue };
        if start.began.rem_euclid(2) == 0 {
            if let Some((month, beyond)) = known(records, start, main) {
                results.add(provider, month, beyond);
            }
        } else if start.began.saturating_add(AFTER) <= records.as_at {
            let at = month(start.began.saturating_add(AFTER));
            // If events come evenly, this share of them is after the start.
            let evenly = f64::from(AFTER) / f64::from(BEFORE + AFTER);
            (0..events(start, -BEFORE, 0)).for_each(|_| later.add(provider, at, -evenly));
            (0..events(start, 0, AFTER)).for_each(|_| later.add(provider, at, 1.0 - evenly));
        }
    }
    let results = beyond(results.means(), -ALLOWED_RESULTS);
    let more = beyond(later.means(), ALLOWED_EVENTS);
    Ok(vec![
        Signal::beyond_others("results of people nearby who are not served", results, 0.05).falling(),
        Signal::beyond_others("events of people nearby who are not served, compared with their own before", more, 0.05),
    ])
}

fn events(start: &ObservedStart, from: i32, to: i32) -> usize {
    start.events.iter().filter(|day| (from..to).contains(&(**day - start.began))).count()
}

/// For each area the provider that serves most of its people, where it serves half of them or more.
fn owners(records: &ObservedRecords) -> Vec<Option<usize>> {
    let mut served = vec![vec![0.0; records.providers.len()]; records.areas];
    for (provider, start) in records.served() {
        if let Some(count) = served.get_mut(start.area).and_then(|area| area.get_mut(provider)) {
            *count += 1.0;
        }
    }
    let owner = |area: &Vec<f64>| {
        let (at, most) = area.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
        (most > 0.0 && most >= ITS_OWN_AREA * area.iter().sum::<f64>()).then_some(at)
    };
    served.iter().map(owner).collect()
}

/// What the files must say for it to be looked for.
const NEEDS: &str = "[displacement.OUTCOME] in assumptions.toml: the share of better results that others lose";

/// The share of better results that others may lose without it mattering: an assumption.
const SHARE: f64 = 0.1;

fn forecast(results: &StrategyResults, agent: AgentType) -> Finding {
    let mut finding = FindingBuilder::new(RISK.id, StrategyKind::AsNow);
    if results.outcomes.iter().all(|outcome| outcome.displaced.is_none()) {
        return finding.not_looked_for(NEEDS);
    }
    let (Some(best), Some(now)) = (results.best_response(agent), results.get(StrategyKind::AsNow)) else {
        return finding.absent("");
    };
    let better = |at: usize| (results.outcomes[at].sign * (best.outcome(at) - now.outcome(at))).max(0.0);
    let displaced = |at: usize| results.outcomes[at].displaced.unwrap_or_default() * better(at);
    let worst = (0..results.outcomes.len()).max_by(|&a, &b| displaced(a).total_cmp(&displaced(b))).unwrap_or_default();
    let worth = |of: &dyn Fn(usize) -> f64| -> f64 {
        (0..results.outcomes.len()).map(|at| results.outcomes[at].value * of(at)).fold(0.0, |sum, worth| sum + worth)
    };
    let (all, taken) = (worth(&better), worth(&displaced));
    let share = match all > 0.0 {
        true => taken / all,
        false => displaced(worst) / better(worst).max(1e-9),
    };
    finding.test(
        "better results come partly at the cost of people who are not served",
        displaced(worst) >= 0.5 && share > SHARE,
        match displaced(worst) >= 0.5 {
            true => format!("{} of what better results are worth", percent(share)),
            false => "there are no better results to take from anybody".to_owned(),
        },
    );
    let harm = Harm::elsewhere(results, worst, displaced(worst), "people who are not served");
    finding.test(
        "people who are not served are worse off",
        harm.people >= 0.5 && harm.per_thousand > 0.05,
        if harm.people >= 0.5 { harm.counted() } else { "no one".to_owned() },
    );
    let paid = paid_more(best, now);
    let gain = Estimate { mean: share * paid.mean, error: share * paid.error };
    finding.test("the provider is paid for them", gains(gain, best), pounds_within(gain));
    let left = all - taken;
    let loss = Estimate { mean: paid.mean - left, error: paid.error };
    finding.test(
        "what is left of the better results is worth less than what is paid for them",
        loss.low() > 0.0,
        format!("worth {}, and {} is paid", pounds(left), pounds(paid.mean)),
    );
    finding.figure("share of what better results are worth that others lose", percent(share));
    finding.figure("worth of what others lose", pounds(taken));
    let strategy = match gain.low() > 0.0 && share > SHARE {
        true => format!("Help those who are served to what others then miss: {} of what it is worth.", percent(share)),
        false => "Bring results that others do not lose.".to_owned(),
    };
    finding.finish(strategy, gain, harm, loss)
}

/// What is paid more than for what is done today.
fn paid_more(best: &StrategyResult, now: &StrategyResult) -> Estimate {
    Estimate::of(best.payments.iter().zip(&now.payments).map(|(here, there)| here - there))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detection::made_up::{self, strength};
    use crate::observed::{ObservedResult, ObservedState};

    /// Four providers, each in its own area with a comparison group, which does worse in the first.
    fn records(worse: f64) -> ObservedRecords {
        made_up::records(4, 30, 40, |draw, start, provider| {
            start.area = provider;
            let bad = 0.3 + if provider == 0 { worse } else { 0.0 };
            start.events = (-730..365)
                .filter(|day| draw() < if *day < 0 { 0.3 / 365.0 } else { bad / 365.0 })
                .map(|day| start.began + day)
                .collect();
            let good = start.events.iter().all(|day| *day < start.began);
            let due = start.began + 365;
            let good = if good { 1.0 } else { 0.0 };
            start.results[0] = ObservedResult { state: ObservedState::Known, good, expected: 0.75, decided: due, due };
            // Half of each area is the comparison group.
            if draw() < 0.5 {
                start.provider = None;
            }
        })
    }

    #[test]
    fn people_nearby_who_do_worse_are_seen() {
        let found = strength(&signals(&records(0.3)).expect("there is a comparison group"), 0);
        assert!(found.iter().all(|log| *log > 3.0), "{found:?}");
        let signals = signals(&records(0.0)).expect("there is a comparison group");
        for provider in 0..4 {
            let found = strength(&signals, provider);
            assert!(found.iter().all(|log| *log < 3.0), "{provider}: {found:?}");
        }
    }

    #[test]
    fn one_area_for_all_cannot_show_it() {
        let mut records = records(0.0);
        records.starts.iter_mut().for_each(|start| start.area = 0);
        assert!(signals(&records).is_err());
    }
}
