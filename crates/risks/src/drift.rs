//! Drift: spending less and letting outcomes worsen pays.

use contract::fixes::Fix;

use super::{
    Case, Finding, Harm, Risk, Role, StrategyResult, StrategyResults, at_value, gain, gain_test, loss_test, pounds, public_loss,
};

pub(super) const RISK: Risk = Risk {
    name: "drift",
    definition: "The provider's best strategy spends less on help than intended, in all and on each person whom it helps at all, \
                 people's outcomes are worse than intended, and the provider's profit is higher.",
    watch: "Spend on help for each person falling year by year while the paid measure stays inside its flat zone.",
    forecast,
    fixes: |strategy_results| {
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
            at_value(strategy_results, 100),
        ]
    },
};

/// Pounds a person under one strategy, over the segments that `play` serves and gives at least a tenth of what is intended:
/// leaving some out altogether is parking or cherry-picking, and not drift.
fn spend_on_helped(play: &StrategyResult, intended: &StrategyResult, of: &StrategyResult) -> f64 {
    let each = |of: &StrategyResult, at: usize| of.effort[at] / of.served[at].max(1.0);
    let helped = |at: &usize| play.served[*at] > 0.5 && each(play, *at) > 0.1 * each(intended, *at) && play.effort[*at] > 0.0;
    let (spend, people) = (0..play.effort.len())
        .filter(helped)
        .fold((0.0, 0.0), |(spend, people), at| (spend + of.effort[at], people + of.served[at]));
    spend / f64::max(people, 1.0)
}

fn forecast(strategy_results: &StrategyResults, best: Role) -> Finding {
    let mut case = Case::against(Role::Intended);
    let (Some(play), Some(intended)) = (strategy_results.simulate(best), strategy_results.simulate(Role::Intended)) else {
        return case.finding(RISK.name, String::new(), Default::default(), Harm::none(), Default::default());
    };
    let harm = Harm::between(strategy_results, play, intended);
    let (gain, loss) = (gain(play, intended), public_loss(play, intended));
    case.test(
        "the provider spends less on help than intended",
        play.help_spend < 0.99 * intended.help_spend - 1.0,
        format!("{} against {}", pounds(play.help_spend), pounds(intended.help_spend)),
    );
    let (here, there) = (spend_on_helped(play, intended, play), spend_on_helped(play, intended, intended));
    case.test(
        "those it helps at all get less than intended",
        here < 0.99 * there || there == 0.0,
        match there > 0.0 {
            true => format!("{} a person against {}", pounds(here), pounds(there)),
            false => "nobody is helped".to_owned(),
        },
    );
    gain_test(&mut case, gain, play, intended);
    loss_test(&mut case, &harm, loss);
    let mut strategy = format!(
        "Spend {} a person on help instead of the {} intended",
        pounds(play.help_spend / strategy_results.people.max(1.0)),
        pounds(intended.help_spend / strategy_results.people.max(1.0))
    );
    if let Some(now) = strategy_results.simulate(Role::AsNow) {
        let worse = Harm::between(strategy_results, play, now);
        if worse.per_thousand >= 0.05 {
            strategy += &format!(", and let outcomes fall below today's: {:.1} in 1,000 {}", worse.per_thousand, worse.what);
        }
        case.figure("spent on help today", pounds(now.help_spend));
        case.figure("profit when nothing extra is spent", pounds(now.mean_profit()));
    }
    let (worth, costs) = (intended.value, intended.help_spend);
    case.figure("worth of what the intended help brings", format!("{} for {} of help", pounds(worth), pounds(costs)));
    // Whoever does less is then no worse for the public: the aim is at fault and not the provider.
    let dear = match worth < costs {
        true => format!(" What is intended costs {} and its results are worth {}.", pounds(costs), pounds(worth)),
        false => String::new(),
    };
    case.figure("profit as intended", pounds(intended.mean_profit()));
    case.figure("profit at the provider's best", pounds(play.mean_profit()));
    case.finding(RISK.name, format!("{strategy}.{dear}"), gain, harm, loss)
}
