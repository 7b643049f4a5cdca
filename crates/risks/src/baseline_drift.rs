//! Baseline drift: outcomes change for everyone, and payment follows.

use contract::fixes::Fix;

use crate::finding::{FindingBuilder, no_simple_reason};
use crate::harm::Harm;
use crate::{
    AgentType, Estimate, FeeLever, Finding, Indicator, Risk, RiskId, Shock, StrategyKind, StrategyResults, mean, percent, pounds,
    pounds_in_prose, pounds_within, pounds_within_in_prose, quoted,
};

pub(super) const RISK: Risk = Risk {
    id: RiskId::BaselineDrift,
    name: "baseline drift",
    definition: "The risk that outcomes change for everyone, and payment follows. Suppose the provider does nothing extra, and the \
                 main outcome moves by one percentage point for everyone. The risk is present when payments for results then move by \
                 more than 5% of what is intended to be paid for results. Where nothing is intended to be paid for results, the \
                 limit is 1% of all payments. The payer pays, or the provider is fined, for something that nobody did.",
    watch: &[Indicator {
        measure: "The same measure in places that the contract does not pay for",
        warning: "it changes there as well",
    }],
    forecast,
    fixes: |_| {
        let live = [Fix::LiveComparison(1), Fix::LiveComparison(5)];
        let above = |fix: &Fix| Fix::Together(vec![Fix::PayAboveBaseline, fix.clone()]);
        live.iter().cloned().chain(live.iter().map(above)).collect()
    },
    fee_lever: FeeLever::None,
    why_it_stays: no_simple_reason,
    gain_in_words: |finding| {
        format!("{} if the outcome is a percentage point better everywhere", pounds_within_in_prose(finding.gain))
    },
    losers: |finding, _| {
        vec![format!("the payer: {} for a percentage point that no one earned", pounds_within_in_prose(finding.payer_loss))]
    },
};

/// The shares of what is intended for results, or else of all payments, above which a percentage point is too much.
const OF_RESULTS: f64 = 0.05;
const OF_PAYMENTS: f64 = 0.01;

fn forecast(results: &StrategyResults, _: AgentType) -> Finding {
    let mut finding = FindingBuilder::new(RISK.id, StrategyKind::AsNow);
    let under = |shock: Shock| results.under_shock(StrategyKind::AsNow, shock);
    let all = (
        results.get(StrategyKind::AsNow),
        results.get(StrategyKind::Intended),
        under(Shock::PointBetter),
        under(Shock::PointWorse),
    );
    let (Some(now), Some(intended), Some(better), Some(worse)) = all else {
        return finding.absent("No outcome is paid for.");
    };
    let outcome = results.main_outcome.map_or("the outcome".to_owned(), |at| quoted(&results.outcomes[at].name));
    let paid = Estimate::of(better.results.iter().zip(&now.results).map(|(there, here)| there - here));
    let fined = Estimate::of(now.results.iter().zip(&worse.results).map(|(here, there)| here - there));
    let rewards = mean(&intended.rewards);
    let (scale, share, of) = match rewards >= 1.0 {
        true => (rewards, OF_RESULTS, "what is intended for results"),
        false => (intended.payment().abs().max(1.0), OF_PAYMENTS, "all payments"),
    };
    // A movement counts when it is larger than its Monte Carlo error and than a thousandth of what is paid: an outcome of
    // next to no weight in the contract is no risk.
    let moved =
        |by: Estimate| Estimate { mean: by.mean.abs(), ..by }.beyond_chance() && by.mean.abs() > 0.001 * now.payment().abs();
    let too_much = |by: Estimate| moved(by) && by.mean.abs() > share * scale;
    finding.test(
        "payments follow what happens to everyone",
        too_much(paid) || too_much(fined),
        format!(
            "a percentage point better moves them by {}, and a point worse by {}; the limit is {}, which is {} of {of}",
            pounds_within(paid),
            pounds_within(Estimate { mean: -fined.mean, ..fined }),
            pounds(share * scale),
            percent(share)
        ),
    );
    finding.figure(&format!("paid when {outcome} is a percentage point better for all"), pounds_within(paid));
    finding.figure(&format!("taken back when {outcome} is a percentage point worse for all"), pounds_within(fined));
    finding.figure(&format!("a percentage point better for all, as a share of {of}"), percent(paid.mean / scale));
    let brings = format!(
        "Each percentage point by which {outcome} gets better everywhere brings the provider {}",
        pounds_in_prose(paid.mean)
    );
    let strategy = match (too_much(paid), too_much(fined)) {
        (false, false) => format!("What happens to {outcome} everywhere hardly moves payment."),
        (true, false) => format!("Do nothing extra. {brings}."),
        (false, true) => format!(
            "Each percentage point by which {outcome} gets worse everywhere costs the provider {}, whatever it does.",
            pounds_in_prose(fined.mean)
        ),
        (true, true) => format!(
            "{brings}, whatever it does. Each percentage point by which it gets worse costs the provider {}.",
            pounds_in_prose(fined.mean)
        ),
    };
    finding.finish(strategy, paid, Harm::none(), paid)
}
