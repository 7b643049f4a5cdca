//! Drift: it pays to spend less on help and let outcomes worsen.

use crate::detection::detector::Detector;
use crate::detection::expected::{ExpectedSignal, RecordKind, ShownConduct, ShownSegment};
use crate::detection::measures::{NO_CONTACTS, early_hours, results as observed_results};
use crate::detection::signal::{Signal, Unit};
use crate::observed::ObservedRecords;
use contract::fixes::Fix;

use crate::finding::{Finding, FindingBuilder, at_value, gain_compared, gain_of, people_payer_and_public, public_loss};
use crate::harm::Harm;
use crate::results::{AgentType, StrategyKind, StrategyResult, StrategyResults};
use crate::risk::{FeeLever, Indicator, Risk};
use crate::risk_id::RiskId;
use crate::wording::{pounds, pounds_in_prose};

pub(super) const RISK: Risk = Risk {
    id: RiskId::Drift,
    name: "drift",
    definition: "The risk that a provider spends less and lets outcomes worsen, because it pays. It is present when three things \
                 hold under the provider's best strategy. The provider spends less on help than intended, in total and on each \
                 person whom it helps at all. Outcomes are worse than intended. The provider's profit is higher than intended.",
    watch: &[Indicator {
        measure: "Spend on help for each person, year by year, beside the paid measure",
        warning: "spend falls while the measure stays where nothing is paid or deducted",
    }],
    detector: DETECTOR,
    forecast,
    fixes: |results| {
        vec![
            Fix::NoGate,
            Fix::Together(vec![Fix::NoGate, Fix::TwoSided]),
            Fix::Together(vec![Fix::NoGate, Fix::TwoSided, Fix::Prices(150)]),
            Fix::Together(vec![Fix::NoGate, Fix::TwoSided, Fix::Prices(200)]),
            Fix::Together(vec![Fix::NoGate, Fix::TwoSided, Fix::Prices(300)]),
            Fix::Together(vec![Fix::NoGate, Fix::TwoSided, Fix::Prices(400)]),
            Fix::Prices(200),
            Fix::Prices(400),
            Fix::Straight,
            Fix::NoLimits,
            at_value(results, 100),
        ]
    },
    fee_lever: FeeLever::None,
    why_it_stays,
    gain_in_words: gain_compared,
    losers: |finding, results| {
        let everyone = finding.figure(EVERYONE).map(|figure| format!("everyone together, the provider included: {figure}"));
        people_payer_and_public(finding, results).into_iter().chain(everyone).collect()
    },
};

const DETECTOR: Detector = Detector {
    signals,
    expected,
    explanations: &[
        "Contacts are recorded in another system, or late.",
        "Help was moved to groups, or to partners who record their own.",
        "Staff were ill or had left, and were replaced.",
    ],
    settled_by: "the provider's hours of staff and its spend on help, month by month",
    tuned_to: "contact falls by half: providers of the Work Programme spent less than half of what they had promised on the people \
               hardest to help (Public Accounts Committee 2014)",
};

/// Contact falls short of what was promised from the first month on, where something was promised.
fn expected(shown: &ShownConduct) -> Vec<ExpectedSignal> {
    let served = || shown.segments.iter().filter(|segment| segment.served && segment.intended > 0.0);
    let sum = |of: fn(&ShownSegment) -> f64| served().map(|segment| segment.people * of(segment)).sum::<f64>();
    let (people, promised, given) = (sum(|_| 1.0), sum(|segment| segment.intended), sum(|segment| segment.help));
    if people <= 0.0 || promised <= 0.0 {
        return Vec::new();
    }
    // The standard deviation of hours is about their mean.
    let estimate = (promised / given.max(promised / 100.0)).ln() - ALLOWED;
    let needs = &[RecordKind::Contacts, RecordKind::Promises];
    vec![ExpectedSignal { needs, estimate, variance: 1.0 / people, size: 0.5_f64.ln().abs() }]
}

/// The logarithm by which an honest provider may fall short of a promise: an assumption.
const ALLOWED: f64 = 0.2;

/// Help shows itself in hours of contact, and its fall in results some time later.
fn signals(records: &ObservedRecords) -> Result<Vec<Signal>, &'static str> {
    if !records.has_contacts {
        return Err(NO_CONTACTS);
    }
    let mut signals = vec![
        Signal::since_before(
            "hours of contact with each person in the first 90 days",
            early_hours(records).log_means(),
            0.5_f64.ln().abs(),
        )
        .falling()
        .in_unit(Unit::LogRatio),
    ];
    if let Some(main) = records.main {
        let results = observed_results(records, main, |_| true);
        signals.push(Signal::since_before("results, beyond those expected of the same people", results, 0.1).falling());
    }
    Ok(signals)
}

/// A mixture of providers that spends less than this share of what is intended does hardly any of it.
const HARDLY: f64 = 0.5;
/// Something for it: the standard deviations by which an outcome that is paid for gets better. An assumption.
const BETTER: f64 = 0.02;

/// The label of the figure that counts what is saved as well as what is lost.
const EVERYONE: &str = "value of the results lost, less what is saved on help";

/// Pounds a person under the strategy `of`, over the segments that `best` serves and gives at least a tenth of what is
/// intended. Leaving segments out altogether is parking or cherry-picking, and not drift.
fn spend_on_helped(best: &StrategyResult, intended: &StrategyResult, of: &StrategyResult) -> f64 {
    let each = |of: &StrategyResult, at: usize| of.effort[at] / of.served[at].max(1.0);
    let helped = |at: &usize| best.served[*at] > 0.5 && each(best, *at) > 0.1 * each(intended, *at) && best.effort[*at] > 0.0;
    let (spend, people) = (0..best.effort.len())
        .filter(helped)
        .fold((0.0, 0.0), |(spend, people), at| (spend + of.effort[at], people + of.served[at]));
    spend / f64::max(people, 1.0)
}

/// A mixture of providers has it where it pays one that maximises profit, and where together they spend less than today and outcomes
/// worsen, or do hardly anything of what is intended while nothing that is paid for gets better. Some of many always do less than is
/// intended.
fn in_a_mixture(results: &StrategyResults) -> Finding {
    let alone = forecast(results, AgentType::ProfitSeeking);
    let all = (results.best_response(AgentType::Mixture), results.get(StrategyKind::AsNow), results.get(StrategyKind::Intended));
    let (Some(mixed), Some(now), Some(intended)) = all else { return alone };
    let better = |at: usize| results.outcomes[at].paid && results.moved(at, mixed, now) > BETTER;
    let hardly = mixed.help_spend < HARDLY * intended.help_spend;
    let less = mixed.help_spend < 0.99 * now.help_spend && Harm::between(results, mixed, now).per_thousand > 0.05;
    let nothing_for_it = now.help_spend < 1.0 || !(0..results.outcomes.len()).any(better);
    let less = less || (hardly && nothing_for_it);
    let figure = format!("{} is spent on help, compared with {} today", pounds(mixed.help_spend), pounds(now.help_spend));
    alone.and("a mixture of providers does less than today, or hardly anything of what is intended", less, figure)
}

fn forecast(results: &StrategyResults, agent: AgentType) -> Finding {
    if agent == AgentType::Mixture {
        return in_a_mixture(results);
    }
    let mut finding = FindingBuilder::new(RISK.id, StrategyKind::Intended);
    let (Some(best), Some(intended)) = (results.best_response(agent), results.get(StrategyKind::Intended)) else {
        return finding.absent("");
    };
    let harm = Harm::between(results, best, intended);
    let (gain, loss) = (gain_of(results, agent, best, intended), public_loss(best, intended));
    finding.test(
        "the provider spends less on help than intended",
        best.help_spend < 0.99 * intended.help_spend - 1.0,
        format!("{}, compared with the {} intended", pounds(best.help_spend), pounds(intended.help_spend)),
    );
    let (here, there) = (spend_on_helped(best, intended, best), spend_on_helped(best, intended, intended));
    finding.test(
        "each person whom it helps at all gets less than intended",
        here < 0.99 * there || there == 0.0,
        match there > 0.0 {
            true => format!("{} a person, compared with the {} intended", pounds(here), pounds(there)),
            false => "no one is helped".to_owned(),
        },
    );
    finding.gain_test(gain, best, intended);
    finding.loss_tests(&harm, loss);
    let each = |spend: f64| pounds_in_prose(spend / results.people.max(1.0));
    let mut strategy =
        format!("Spend {} a person on help, compared with the {} intended.", each(best.help_spend), each(intended.help_spend));
    if let Some(now) = results.get(StrategyKind::AsNow) {
        let worse = Harm::between(results, best, now);
        if worse.per_thousand >= 0.05 {
            strategy += &format!(" Outcomes are then worse than today: {}.", worse.in_every_thousand());
        }
        finding.figure("spent on help today", pounds(now.help_spend));
        finding.figure("profit when nothing extra is spent", pounds(now.mean_profit()));
    }
    // What is paid moves from one to the other, so that it is no loss to all of them together.
    let all_lose = (intended.value - best.value) - (intended.cost - best.cost);
    finding.figure(
        EVERYONE,
        match all_lose >= 0.0 {
            true => pounds_in_prose(all_lose),
            false => format!("no loss; together they are {} better off", pounds_in_prose(-all_lose)),
        },
    );
    let (worth, costs) = (intended.value, intended.help_spend);
    finding.figure("worth of what the intended help brings", format!("{} for {} of help", pounds(worth), pounds(costs)));
    // A provider that does less is then no worse for the public: the aim is at fault and not the provider.
    if worth < costs {
        strategy += &format!(
            " What is intended is not worth its cost: the help costs {} and its results are worth {}.",
            pounds_in_prose(costs),
            if worth < 0.0 { "less than nothing".to_owned() } else { pounds_in_prose(worth) }
        );
    }
    finding.figure("profit as intended", pounds(intended.mean_profit()));
    finding.figure("profit at the provider's best", pounds(best.mean_profit()));
    finding.finish(strategy, gain, harm, loss)
}

/// What is intended may be worth less than it costs. Then no price up to the worth of the results brings it about.
fn why_it_stays(results: &StrategyResults) -> Option<String> {
    let (best, intended) = (results.get(StrategyKind::BEST)?, results.get(StrategyKind::Intended)?);
    let more = intended.value - best.value;
    let cost = intended.cost - best.cost;
    (cost > more && cost >= 0.5).then(|| {
        format!(
            "what is intended costs {} more than the provider's best strategy, and its results are worth only {} more. No \
             provider would do it at prices up to what results are worth",
            pounds_in_prose(cost),
            pounds_in_prose(more.max(0.0))
        )
    })
}
