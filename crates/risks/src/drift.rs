//! Drift: spending less and letting outcomes worsen pays.

use contract::mends::Mend;

use super::{Case, Consequence, Finding, Harm, Play, Plays, Role, at_value, gain, gain_test, loss_test, pounds, public_loss};

pub(super) const CONSEQUENCE: Consequence = Consequence {
    name: "drift",
    definition: "The provider's best conduct spends less on help than intended, in all and on each person whom it helps at all, \
                 people's outcomes are worse than intended, and the provider's profit is higher.",
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

/// Pounds a person under one conduct, over the segments that `play` serves and gives at least a tenth of what is intended:
/// leaving some out altogether is parking or cherry-picking, and not drift.
fn spend_on_helped(play: &Play, intended: &Play, of: &Play) -> f64 {
    let each = |of: &Play, at: usize| of.effort[at] / of.served[at].max(1.0);
    let helped = |at: &usize| play.served[*at] > 0.5 && each(play, *at) > 0.1 * each(intended, *at) && play.effort[*at] > 0.0;
    let (spend, people) = (0..play.effort.len())
        .filter(helped)
        .fold((0.0, 0.0), |(spend, people), at| (spend + of.effort[at], people + of.served[at]));
    spend / f64::max(people, 1.0)
}

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
    let (worth, costs) = (intended.value, intended.help_spend);
    case.figure("worth of what the intended help brings", format!("{} for {} of help", pounds(worth), pounds(costs)));
    // Whoever does less is then no worse for the public: the aim is at fault and not the provider.
    let dear = match worth < costs {
        true => format!(" What is intended costs {} and its results are worth {}.", pounds(costs), pounds(worth)),
        false => String::new(),
    };
    case.figure("profit as intended", pounds(intended.mean_profit()));
    case.figure("profit at the provider's best", pounds(play.mean_profit()));
    case.finding(CONSEQUENCE.name, format!("{strategy}.{dear}"), gain, harm, loss)
}
