//! Metric divergence: the paid measure improves while another declared measure worsens.

use crate::detection::detector::Detector;
use crate::detection::expected::nothing_expected;
use crate::detection::measures::{results as observed_results, unpaid};
use crate::detection::series::Gathered;
use crate::detection::signal::{Signal, Unit};
use crate::observed::{ObservedRecords, month};
use contract::fixes::Fix;

use crate::finding::{Finding, FindingBuilder, gain_compared, gain_of, no_simple_reason, people_payer_and_public, public_loss};
use crate::harm::Harm;
use crate::results::{AgentType, StrategyKind, StrategyResult, StrategyResults};
use crate::risk::{FeeLever, Indicator, Risk};
use crate::risk_id::RiskId;
use crate::wording::{self, quoted};

pub(super) const RISK: Risk = Risk {
    id: RiskId::MetricDivergence,
    name: "metric divergence",
    definition: "The risk that the paid measure improves while another declared measure worsens. It is present at the provider's \
                 best when a paid measure is better and another is worse, and the provider gains. Both are compared with what \
                 is intended, or both with today.",
    watch: &[Indicator {
        measure: "The paid measure beside those that are not paid for, cohort by cohort",
        warning: "one gets better while another gets worse",
    }],
    detector: DETECTOR,
    forecast,
    fixes: |_| vec![Fix::NoGate, Fix::Together(vec![Fix::NoGate, Fix::TwoSided])],
    fee_lever: FeeLever::None,
    why_it_stays: no_simple_reason,
    gain_in_words: gain_compared,
    losers: people_payer_and_public,
};

const DETECTOR: Detector = Detector {
    signals,
    expected: nothing_expected,
    explanations: &[
        "The measure that is not paid for is recorded by fewer people than before.",
        "Something else changed for the same people, such as a benefit or a housing rule.",
        "Forms for feedback changed, or other people answer them.",
    ],
    settled_by: "the unpaid measures of the same people from another source",
    tuned_to: "a tenth fewer good results in a measure that is not paid for: an assumption",
};

/// Measures that are not paid for get worse, and so does what people say of the service.
fn signals(records: &ObservedRecords) -> Result<Vec<Signal>, &'static str> {
    let mut signals: Vec<Signal> = Vec::new();
    if let Some(outcome) = unpaid(records).find(|outcome| records.outcomes[*outcome].binary) {
        let results = observed_results(records, outcome, |_| true);
        signals.push(Signal::since_before("results in a measure that is not paid for", results, 0.1).falling());
    }
    if let Some(feedback) = &records.feedback {
        let scores: Vec<f64> = feedback.iter().map(|feedback| feedback.score).collect();
        let mean = scores.iter().sum::<f64>() / scores.len().max(1) as f64;
        let spread = (scores.iter().map(|score| (score - mean).powi(2)).sum::<f64>() / scores.len().max(1) as f64).sqrt();
        let mut gathered = Gathered::default();
        if spread > 0.0 {
            feedback.iter().for_each(|of| gathered.add(of.provider, month(of.day), (of.score - mean) / spread));
        }
        signals.push(
            Signal::since_before("scores that people give the service", gathered.means(), 0.4)
                .falling()
                .in_unit(Unit::Deviations),
        );
    }
    if signals.is_empty() {
        Err("the contract has no measure that is not paid for, and the records no feedback")
    } else {
        Ok(signals)
    }
}

/// A movement of less than a thousandth of the outcome counts as none.
const MOVEMENT: f64 = 0.001;

fn forecast(results: &StrategyResults, agent: AgentType) -> Finding {
    // A study compares what providers did with what they did before.
    if agent == AgentType::Mixture {
        return compared(results, agent, StrategyKind::AsNow);
    }
    // What is intended may move money from one outcome to another by itself. A provider that does the same is then no different from
    // what is intended, and still different from today.
    let found = compared(results, agent, StrategyKind::Intended);
    if found.present {
        return found;
    }
    let with_today = compared(results, agent, StrategyKind::AsNow);
    if with_today.present { with_today } else { found }
}

/// By what the paid measure gets better: people brought over a level, money spent on help, or neither.
fn way(best: &StrategyResult, up: usize, name: &str) -> String {
    match best.brought_over.get(up).copied().unwrap_or_default() {
        people if people >= 0.5 => format!("Bring {} just short of the level of {name} over it", wording::people(people)),
        _ if best.help_spend >= 0.5 => format!("Spend where {name} moves most"),
        _ => format!("Let {name} get better without spending on help"),
    }
}

/// What is found when outcomes are compared with those of one strategy.
fn compared(results: &StrategyResults, agent: AgentType, with: StrategyKind) -> Finding {
    let mut finding = FindingBuilder::new(RISK.id, with);
    let (Some(best), Some(reference)) = (results.best_response(agent), results.get(with)) else {
        return finding.absent("");
    };
    let than = with.in_words();
    // Movement for the better, as a share of the reference.
    let moved = |at: usize| {
        let (a, b) = (best.outcome(at), reference.outcome(at));
        if b.abs() < 1e-9 { 0.0 } else { results.outcomes[at].sign * (a - b) / b }
    };
    let name = |at: usize| quoted(&results.outcomes[at].name);
    let all = 0..results.outcomes.len();
    let up = all
        .clone()
        .filter(|&at| results.outcomes[at].paid && moved(at) > MOVEMENT)
        .max_by(|&a, &b| moved(a).total_cmp(&moved(b)));
    let down = all.clone().filter(|&at| moved(at) < -MOVEMENT).min_by(|&a, &b| moved(a).total_cmp(&moved(b)));
    let change = |at: usize| match reference.outcome(at) {
        0.0 => format!("{} has none to compare with", name(at)),
        of => format!("{} {:+.1}%", name(at), 100.0 * (best.outcome(at) / of - 1.0)),
    };
    finding.test(&format!("a paid measure is better than under {than}"), up.is_some(), up.map_or("none is".to_owned(), change));
    finding.test(
        &format!("another measure is worse than under {than}"),
        down.is_some(),
        down.map_or("none is".to_owned(), change),
    );
    let gain = gain_of(results, agent, best, reference);
    finding.gain_test(gain, best, reference);
    for at in all {
        finding.figure(&format!("compared with {than}"), change(at));
    }
    let strategy = match (up, down) {
        (Some(up), Some(down)) => format!("{}, and let {} get worse.", way(best, up, &name(up)), name(down)),
        _ => "No paid measure improves while another worsens.".to_owned(),
    };
    let harm = Harm::between(results, best, reference);
    finding.finish(strategy, gain, harm, public_loss(best, reference))
}
