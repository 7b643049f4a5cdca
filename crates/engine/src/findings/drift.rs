//! Drift: spending less and letting outcomes worsen pays.

use scheme::mends::Mend;

use super::{at_value, Case, Consequence, Finding, Harm, Plays, Role, gain, gain_test, loss_test, pounds, public_loss};

pub(super) const CONSEQUENCE: Consequence = Consequence {
    name: "drift",
    definition: "The provider's best conduct spends less on help than intended, people's outcomes are worse than intended, and the \
                 provider's profit is higher.",
    watch: "Spend on help for each person falling year by year while the paid measure stays inside its flat zone.",
    forecast,
    mends: |plays| {
        vec![
            Mend::NoGate,
            Mend::Together(vec![Mend::NoGate, Mend::TwoSided]),
            Mend::Together(vec![Mend::NoGate, Mend::TwoSided, Mend::Prices(150)]),
            Mend::Together(vec![Mend::NoGate, Mend::TwoSided, Mend::Prices(200)]),
            Mend::Together(vec![Mend::NoGate, Mend::TwoSided, Mend::Prices(300)]),
            Mend::Together(vec![Mend::NoGate, Mend::TwoSided, Mend::Prices(400)]),
            Mend::Prices(200),
            Mend::Prices(400),
            Mend::Straight,
            Mend::NoLimits,
            at_value(plays, 100),
        ]
    },
};

fn forecast(plays: &Plays, best: Role) -> Finding {
    let mut case = Case::against(Role::Intended);
    let (Some(play), Some(intended)) = (plays.play(best), plays.play(Role::Intended)) else {
        return case.finding(CONSEQUENCE.name, String::new(), Default::default(), Harm::none(), Default::default());
    };
    let harm = Harm::between(plays, play, intended);
    let (gain, loss) = (gain(play, intended), public_loss(play, intended));
    case.test(
        "the provider spends less on help than intended",
        play.help_spend < 0.99 * intended.help_spend - 1.0,
        format!("{} against {}", pounds(play.help_spend), pounds(intended.help_spend)),
    );
    gain_test(&mut case, gain, play, intended);
    loss_test(&mut case, &harm, loss);
    let mut strategy = format!(
        "Spend {} a person on help instead of the {} intended",
        pounds(play.help_spend / plays.people.max(1.0)),
        pounds(intended.help_spend / plays.people.max(1.0))
    );
    if let Some(now) = plays.play(Role::AsNow) {
        let worse = Harm::between(plays, play, now);
        if worse.per_thousand >= 0.05 {
            strategy += &format!(", and let outcomes fall below today's: {:.1} in 1,000 {}", worse.per_thousand, worse.what);
        }
        case.figure("spent on help today", pounds(now.help_spend));
        case.figure("profit when nothing extra is spent", pounds(now.mean_profit()));
    }
    case.figure("profit as intended", pounds(intended.mean_profit()));
    case.figure("profit at the provider's best", pounds(play.mean_profit()));
    case.finding(CONSEQUENCE.name, format!("{strategy}."), gain, harm, loss)
}
