//! Pilot to scale: the best of several pilots disappoints, and what worked small costs more and does less at scale.

use contract::fixes::Fix;

use super::{Case, Estimate, Finding, Harm, PilotFacts, Risk, Role, StrategyResults, Turn, percent, pounds, pounds_within};

pub(super) const RISK: Risk = Risk {
    name: "pilot to scale",
    definition: "The help that the scheme builds on was chosen for its pilot; what is to be expected of it at scale is worth at least \
                 5 % of payments less than the pilot promised, and doing as intended then loses the provider money in at least a \
                 fifth of replications (and in a twentieth more of them than as piloted), or what the public gains no longer covers \
                 what the help costs, as it did as piloted.",
    watch: "The effect of the first cohorts beside the pilot's interval, and the cost of a person beside the pilot's.",
    forecast,
    fixes: |_| Vec::<Fix>::new(),
};

/// A shortfall above this share of payments matters.
const MUCH: f64 = 0.05;
/// One replication in five.
const OFTEN: f64 = 0.2;

fn forecast(strategy_results: &StrategyResults, _: Role) -> Finding {
    let mut case = Case::against(Role::Intended);
    let all = (
        &strategy_results.pilot,
        strategy_results.simulate(Role::Intended),
        strategy_results.turned(Role::Intended, Turn::AtScale),
    );
    let (Some(pilot), Some(intended), Some(scaled)) = all else {
        let needs = "[pilot] in assumptions.toml: the pilots tried, their standard error, and what changes at scale";
        return case.not_looked_for(RISK.name, needs);
    };
    let shortfall = intended.value - scaled.value + scaled.cost - intended.cost;
    let much = MUCH * intended.payment().abs();
    case.test(
        "what is promised shrinks",
        shortfall > much,
        format!("outcomes and costs together are {} worse; 5 % of payments is {}", pounds(shortfall), pounds(much)),
    );
    let share = |profits: &mut dyn Iterator<Item = f64>, replications: usize| {
        profits.filter(|profit| *profit < 0.0).count() as f64 / replications.max(1) as f64
    };
    let (now, then) =
        (share(&mut intended.profit(), intended.payments.len()), share(&mut scaled.profit(), scaled.payments.len()));
    // The extra spend on help at the scheme's scale, against what it buys there.
    let extra = |cost: f64| cost - (intended.cost - intended.help_spend);
    let worth = |value: f64, cost: f64| value >= extra(cost);
    let as_piloted = worth(intended.value, intended.cost);
    let stops = as_piloted && !worth(scaled.value, scaled.cost);
    let before = format!(
        "{}worth {} for {} as piloted",
        if as_piloted { "" } else { "it was not worth its cost to begin with, " },
        pounds(intended.value),
        pounds(extra(intended.cost))
    );
    case.test(
        "at scale an honest provider starts to lose money, or the help stops being worth its cost",
        (then >= OFTEN && then > now + 0.05) || stops,
        format!(
            "a loss in {} of replications against {} as piloted; help worth {} for {} spent ({before})",
            percent(then),
            percent(now),
            pounds(scaled.value),
            pounds(extra(scaled.cost))
        ),
    );
    figures(&mut case, pilot);
    let fall = Estimate::of(intended.profit().zip(scaled.profit()).map(|(here, there)| there - here));
    case.figure("profit as intended, as piloted", pounds(intended.mean_profit()));
    case.figure("change of profit at scale", pounds_within(fall));
    let strategy = format!(
        "Nobody need do anything: {} was the best of {}, measured {} on {}, and {} is to be expected at scale.",
        pilot.help,
        pilot.tried,
        size(pilot, pilot.measured),
        pilot.outcome,
        size(pilot, pilot.at_scale)
    );
    let loss = Estimate::exact(shortfall);
    let lost = Estimate { mean: -fall.mean, ..fall };
    case.finding(RISK.name, strategy, lost, Harm::none(), loss)
}

/// The size of a move in its own unit: "25.0 points", or "30 %" of the bad results.
fn size(pilot: &PilotFacts, share: f64) -> String {
    if pilot.in_points { format!("{:.1} points", 100.0 * share) } else { percent(share) }
}

fn figures(case: &mut Case, pilot: &PilotFacts) {
    let within = |(low, high): (f64, f64)| format!(" ({} to {})", size(pilot, low), size(pilot, high));
    case.figure(&format!("the pilot measured, on {}", pilot.outcome), size(pilot, pilot.measured) + &within(pilot.interval));
    case.figure("to be expected of it elsewhere", size(pilot, pilot.expected) + &within(pilot.expected_interval));
    case.figure("to be expected at scale", size(pilot, pilot.at_scale));
    case.figure("cost of a person rises by", percent(pilot.cost_rises));
}
