//! Loss and windfall: an honest provider loses money, or any provider earns more than is fair.

use crate::detection::detector::Detector;
use crate::detection::expected::nothing_expected;
use crate::detection::measures::{NO_MAIN, results as observed_results};
use crate::detection::series::beyond;
use crate::detection::signal::Signal;
use crate::observed::ObservedRecords;
use base::money::Pence;
use contract::fixes::Fix;

use crate::estimate::{Estimate, mean};
use crate::finding::{Finding, FindingBuilder};
use crate::harm::Harm;
use crate::results::{AgentType, AreaResults, StrategyKind, StrategyResult, StrategyResults};
use crate::risk::{FeeLever, Indicator, Risk};
use crate::risk_id::RiskId;
use crate::wording::{self, gained, lost, percent, pounds, pounds_in_prose, rounded_up};

pub(super) const RISK: Risk = Risk {
    id: RiskId::LossAndWindfall,
    name: "provider loss and windfall",
    definition: "The risk that an honest provider loses money, or that any provider earns more than is fair. It is present when \
                 doing as intended loses money in at least a fifth of replications. It is also present when the best strategy earns \
                 more than the fair margin in at least a fifth. Where the contract has funders, the provider and its funders count \
                 together.",
    watch: &[
        Indicator { measure: "Providers' margins, by area", warning: "margins below zero, or above what is fair" },
        Indicator { measure: "Requests to renegotiate", warning: "any" },
    ],
    detector: DETECTOR,
    forecast,
    fixes: |results| {
        let mut fixes: Vec<Fix> = fees_for_a_fair_margin(results).into_iter().map(Fix::Fees).collect();
        fixes.extend(fee_for_each_person(results));
        fixes.extend([
            Fix::NoGate,
            Fix::Straight,
            Fix::PoolCohorts,
            Fix::Prices(150),
            Fix::Prices(200),
            Fix::Prices(50),
            Fix::Together(vec![Fix::NoGate, Fix::TwoSided, Fix::Prices(200)]),
            Fix::Collar(10),
        ]);
        fixes
    },
    fee_lever: FeeLever::Level,
    why_it_stays,
    gain_in_words: |finding| match finding.gain_is_sure() {
        true => format!("{} above the fair margin", gained(finding.gain)),
        false => "nothing above the fair margin".to_owned(),
    },
    losers: |finding, _| match finding.loss_is_sure() {
        true => vec![format!("the payer: {}", lost(finding.payer_loss))],
        false => {
            let chance = finding.figure(CHANCE_OF_LOSS);
            chance
                .map(|chance| format!("providers that do as intended: a loss in {chance} of replications"))
                .into_iter()
                .collect()
        }
    },
};

const DETECTOR: Detector = Detector {
    signals,
    expected: nothing_expected,
    explanations: &[
        "The provider does better or worse work than the others.",
        "The area differs in a way that the records do not show.",
        "A partner does part of the work.",
    ],
    settled_by: "the provider's costs, area by area, beside what it was paid",
    tuned_to: "results that are 12 percentage points from those of the others, as 27% is from the 39% forecast for the Work Programme \
               (Public Accounts Committee 2014)",
};

/// By so many more or fewer good results honest providers may differ: an assumption.
const ALLOWED: f64 = 0.05;

/// Results are far from those of the others, up or down. Each direction is looked for in people who start on even days and on odd ones,
/// so that chance cannot make both.
fn signals(records: &ObservedRecords) -> Result<Vec<Signal>, &'static str> {
    let main = records.main.ok_or(NO_MAIN)?;
    let of = |odd: i32| observed_results(records, main, |start| start.began.rem_euclid(2) == odd);
    let better = |odd| Signal::beyond_others(OF[odd as usize], beyond(of(odd), ALLOWED), 0.07);
    let worse = |odd| Signal::beyond_others(OF[odd as usize], beyond(of(odd), -ALLOWED), 0.07).falling();
    Ok(vec![better(0), better(1), worse(0), worse(1)])
}

const OF: [&str; 2] = [
    "results of people who start on even days, beyond those expected of the same people",
    "results of people who start on odd days, beyond those expected of the same people",
];

const CHANCE_OF_LOSS: &str = "chance of a loss as intended";

/// What is less than this, in pounds, is no loss.
const HALF_A_PENNY: f64 = 0.005;

/// One replication in five.
const OFTEN: f64 = 0.2;

/// The percentages of today's fees at which the provider's best strategy, and the intended one, would earn half of the fair
/// margin on average. Fees change no incentive, so this is the smallest change there is.
fn fees_for_a_fair_margin(results: &StrategyResults) -> Vec<i64> {
    let percent = |kind: StrategyKind| -> Option<i64> {
        let strategy = results.get(kind)?;
        let for_results = mean(&strategy.results);
        let fees = strategy.payment() - for_results;
        let fair = strategy.cost / (1.0 - results.fair_margin / 2.0).max(0.01);
        let percent = (100.0 * (fair - for_results) / fees).round();
        (fees > 1.0 && (1.0..=400.0).contains(&percent)).then_some(percent as i64)
    };
    [StrategyKind::BEST, StrategyKind::Intended].into_iter().filter_map(percent).collect()
}

/// Where nothing is paid beside results, the fee for each person at which doing as intended would earn half of the fair margin.
fn fee_for_each_person(results: &StrategyResults) -> Option<Fix> {
    let intended = results.get(StrategyKind::Intended)?;
    let fair = intended.cost / (1.0 - results.fair_margin / 2.0).max(0.01);
    let (fees, each) = (intended.payment() - mean(&intended.results), (fair - intended.payment()) / results.people.max(1.0));
    (fees < 1.0 && each >= 1.0).then(|| Fix::FeeEach(Pence((each.round() * 100.0) as i64)))
}

fn forecast(results: &StrategyResults, agent: AgentType) -> Finding {
    let mut finding = FindingBuilder::new(RISK.id, StrategyKind::Intended);
    let (Some(best), Some(intended)) = (results.best_response(agent), results.get(StrategyKind::Intended)) else {
        return finding.absent("");
    };
    // By area, because each area is a contract of its own; weighted by people.
    let share = |kind: StrategyKind, bad: &dyn Fn(&StrategyResult, f64) -> bool| -> f64 {
        let (mut sum, mut people) = (0.0, 0.0);
        for area in &results.areas {
            let Some(strategy) = area.get(kind) else { continue };
            let count = strategy.profit_with_funders().filter(|profit| bad(strategy, *profit)).count() as f64;
            sum += area.people * count / strategy.payments.len().max(1) as f64;
            people += area.people;
        }
        sum / people.max(1.0)
    };
    // What others are left with may be zero, apart from the last digits of floating point.
    let at_loss = |_: &StrategyResult, profit: f64| profit < -HALF_A_PENNY;
    let above_fair = |strategy: &StrategyResult, profit: f64| profit > results.fair_margin * (profit + strategy.cost).max(0.0);
    let kind = StrategyKind::BestResponse(agent);
    let loss_intended = share(StrategyKind::Intended, &at_loss);
    let windfall = share(kind, &above_fair);
    let mean_profit = |strategy: &StrategyResult| Estimate::of(strategy.profit_with_funders()).mean;
    let margin = |strategy: &StrategyResult| mean_profit(strategy) / strategy.payment().abs().max(1.0);
    // Funders that bear a loss are part of what the contract needs, as the provider is.
    let honest = if intended.funders.is_empty() { "honest providers" } else { "honest providers and their funders" };
    if agent == AgentType::Mixture {
        // Most contracts lose or earn a little too much in some replications. A forecast has to tell contracts apart, so it takes the
        // average, and counts only what is material: a mean margin further below zero, or further above what is fair, than a fair
        // margin is wide. With the usual 10%, that is also where the law stops calling a change of price small: the Public Contracts
        // Regulations 2015, regulation 72(5), let the parties change a service contract by less than 10% of its value without a new
        // procurement.
        let material = results.fair_margin;
        finding.test(
            &format!("{honest} lose more than the fair margin, or a mixture of providers earns more than twice the fair margin"),
            margin(intended) < -material || margin(best) > results.fair_margin + material,
            format!("{} as intended, and {} of a mixture of providers", percent(margin(intended)), percent(margin(best))),
        );
    }
    finding.test(
        &format!("{honest} often lose money, or the best strategy often earns more than is fair"),
        loss_intended >= OFTEN || windfall >= OFTEN,
        format!(
            "a loss in {} of replications as intended; a margin above {} in {} at the provider's best",
            percent(loss_intended),
            percent(results.fair_margin),
            percent(windfall)
        ),
    );
    finding.figure(CHANCE_OF_LOSS, percent(loss_intended));
    finding.figure("chance of a loss at the provider's best", percent(share(kind, &at_loss)));
    finding.figure("chance of more than the fair margin as intended", percent(share(StrategyKind::Intended, &above_fair)));
    finding.figure("chance of more than the fair margin at the provider's best", percent(windfall));
    finding.figure("mean margin as intended", percent(margin(intended)));
    finding.figure("mean margin at the provider's best", percent(margin(best)));
    let mean_loss = Estimate::of(intended.profit_with_funders().map(|profit| (-profit).max(0.0)));
    finding.figure("mean loss as intended, over all replications", pounds(mean_loss.mean));
    let strategy = match (loss_intended >= OFTEN, windfall >= OFTEN) {
        (true, _) if !intended.funders.is_empty() => {
            "Doing as intended often loses the money of the provider and its funders together, whoever of them bears it."
        }
        (true, true) => "Doing as intended often loses money. The best strategy often earns more than is fair.",
        (true, false) => "Doing as intended often loses money.",
        (false, true) => "The best strategy often earns more than is fair.",
        (false, false) => "Margins stay in the fair range.",
    };
    let above = |profit: f64| (profit - results.fair_margin * (profit + best.cost).max(0.0)).max(0.0);
    let excess = Estimate::of(best.profit_with_funders().map(above));
    finding.finish(strategy.to_owned(), excess, Harm::none(), excess)
}

/// A chance of one in five, as far into a normal tail as this.
const ONE_IN_FIVE: f64 = 0.8416;

/// The intended strategy must rarely lose and the best must rarely earn more than is fair. The room between them is the fair
/// margin. It is too narrow when the two strategies earn very different profits, or when chance alone moves profit by more.
fn why_it_stays(results: &StrategyResults) -> Option<String> {
    let (best, intended) = (results.get(StrategyKind::BEST)?, results.get(StrategyKind::Intended)?);
    let room = (results.fair_margin * best.payment()).max(0.0);
    let gap = best.mean_profit() - intended.mean_profit();
    if gap > room {
        return Some(format!(
            "even under the best rules tried, the provider's best strategy earns {} more than doing as intended, and the whole fair \
             margin is {}. No level of fees keeps the first from a windfall and the second from a loss",
            pounds_in_prose(gap),
            pounds_in_prose(room)
        ));
    }
    let mut areas: Vec<&AreaResults> = results.areas.iter().collect();
    areas.sort_by(|a, b| a.people.total_cmp(&b.people));
    let area = areas[areas.len() / 2];
    let (best, intended) = (area.get(StrategyKind::BEST)?, area.get(StrategyKind::Intended)?);
    let room = results.fair_margin * best.payment() - (best.mean_profit() - intended.mean_profit());
    let swing = (best.profit_spread() + intended.profit_spread()) / 2.0;
    let needed = 2.0 * ONE_IN_FIVE * swing;
    (room > 0.0 && needed > room).then(|| {
        let people = area.people * (needed / room).powi(2);
        format!(
            "chance alone moves the profit from {} by {} either way (one standard deviation), and the fair margin leaves room \
             for {}. For a loss and a windfall both to be rarer than 1 in 5, at these prices, about {} would be needed",
            wording::people(area.people),
            pounds_in_prose(swing),
            pounds_in_prose(room / 2.0 / ONE_IN_FIVE),
            wording::people(rounded_up(people.max(1.0)))
        )
    })
}
