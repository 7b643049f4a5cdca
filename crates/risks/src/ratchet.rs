//! Ratchet: holding back, because this year's result becomes next year's bar (Weitzman 1980).

use contract::fixes::Fix;

use super::{Case, Finding, Harm, Risk, Role, StrategyResults, gain, loss_test, percent, pounds, pounds_within, public_loss};

pub(super) const RISK: Risk = Risk {
    name: "ratchet",
    definition: "Where the baseline follows the results, the provider's best strategy spends less on help than it would against a \
                 baseline that stays, it gains by doing so, and people and payer together are worse off.",
    watch: "Results that stay just above each year's new baseline, and spend that falls in the year after a good one.",
    forecast,
    fixes: |_| vec![Fix::NoRatchet, Fix::Together(vec![Fix::NoRatchet, Fix::LiveComparison(1)])],
};

fn forecast(strategy_results: &StrategyResults, best: Role) -> Finding {
    let mut case = Case::against(Role::BestWithoutRatchet);
    let said = if strategy_results.has_ratchet { "one does" } else { "none does" };
    case.test("a baseline follows the results", strategy_results.has_ratchet, said.to_owned());
    let (Some(play), Some(fixed)) = (strategy_results.simulate(best), strategy_results.simulate(Role::BestWithoutRatchet)) else {
        return case.nothing(RISK.name, "No baseline follows the results.");
    };
    case.test(
        "the provider spends less on help than against a baseline that stays",
        play.help_spend < 0.99 * fixed.help_spend - 1.0,
        format!("{} against {}", pounds(play.help_spend), pounds(fixed.help_spend)),
    );
    // Near its best a provider gains little by a small change, so any sure gain counts, however small beside the fees.
    let gain = gain(play, fixed);
    case.test(
        "the provider gains by it",
        gain.beyond_chance(),
        format!("{} (profit {} against {})", pounds_within(gain), pounds(play.mean_profit()), pounds(fixed.mean_profit())),
    );
    let (harm, loss) = (Harm::between(strategy_results, play, fixed), public_loss(play, fixed));
    loss_test(&mut case, &harm, loss);
    let held_back = 1.0 - play.help_spend / fixed.help_spend.max(1.0);
    case.figure("spend held back", percent(held_back));
    case.figure("value of outcomes lost against a baseline that stays", pounds(fixed.value - play.value));
    let strategy = match held_back > 0.01 {
        true => format!("Hold back {} of the help that a baseline that stays would buy.", percent(held_back)),
        false => "Holding back does not pay.".to_owned(),
    };
    case.finding(RISK.name, strategy, gain, harm, loss)
}
