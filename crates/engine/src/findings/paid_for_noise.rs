//! Paid for noise: chance is rewarded, and real improvement refused.

use scheme::mends::Mend;
use scheme::money::thousands;

use super::{Case, Consequence, Estimate, Finding, Harm, Plays, Role, mean, percent, pounds, pounds_within};

pub(super) const CONSEQUENCE: Consequence = Consequence {
    name: "paid for noise",
    definition: "Either chance alone earns more than it costs: with nothing extra done, payments for results average more than they \
                 would if the truth were measured exactly, by at least 5 % of what is intended to be paid for results; or a real \
                 improvement of the size intended goes unpaid in at least 5 % of cohorts.",
    watch: "Payments that swing between cohorts while spend and case mix do not.",
    forecast,
    mends: |_| {
        vec![
            Mend::PoolCohorts,
            Mend::NoGate,
            Mend::Straight,
            Mend::Together(vec![Mend::NoGate, Mend::TwoSided]),
            Mend::Together(vec![Mend::NoGate, Mend::TwoSided, Mend::PoolCohorts]),
        ]
    },
};

/// A wrong payment this likely is worth a finding.
const OFTEN: f64 = 0.05;

fn forecast(plays: &Plays, _: Role) -> Finding {
    let mut case = Case::against(Role::AsNow);
    let (Some(now), Some(intended)) = (plays.play(Role::AsNow), plays.play(Role::Intended)) else {
        return case.finding(CONSEQUENCE.name, String::new(), Estimate::default(), Harm::none(), Estimate::default());
    };
    let excess = Estimate::of(now.results.iter().map(|paid| paid - now.results_without_chance));
    let scale = mean(&intended.rewards).abs().max(1.0);
    let rewarded = excess.low() > 0.0 && excess.mean > OFTEN * scale;
    let typical = plays.wrong_payment.as_ref().and_then(|table| {
        let nearest = |row: &&super::WrongPaymentRow| row.people.abs_diff(table.typical);
        table.rows.iter().min_by_key(nearest).map(|row| (table, row))
    });
    // What is refused is counted in the cohorts as they are; the table by size is exact, but for one binary outcome alone.
    let passing = intended.cohorts_rewarded;
    let refused = typical.is_some_and(|(table, _)| table.intended > 0.0) && 1.0 - passing >= OFTEN;
    let mut figure = format!("chance alone is worth {} to the provider", pounds_within(excess));
    if let Some((table, row)) = typical {
        let intended = format!("{:.1} points", 100.0 * table.intended);
        figure += &format!("; a real {intended} goes unpaid in {} of cohorts", percent(1.0 - passing));
        case.figure("two cohorts with the same intended change, one paid and one not", percent(2.0 * passing * (1.0 - passing)));
        case.figure("cohorts paid for no change", percent(now.cohorts_rewarded));
        let size = format!("cohort of {}", thousands(row.people as i64));
        case.figure(&format!("reward for no change, {size}"), percent(row.reward_for_nothing));
        case.figure(&format!("deduction for no change, {size}"), percent(row.deduction_for_nothing));
        case.figure(&format!("a real {intended} refused, {size}"), percent(row.real_change_refused));
        let safe = table
            .rows
            .iter()
            .find(|row| row.reward_for_nothing < OFTEN && row.deduction_for_nothing < OFTEN && row.real_change_refused < OFTEN);
        case.figure(
            "cohort at which each is under 5 %",
            safe.map_or("none up to the largest tried".to_owned(), |row| thousands(row.people as i64)),
        );
    }
    let withheld = intended.results_without_chance - mean(&intended.results);
    if refused && withheld > 0.0 {
        case.figure("chance takes from a provider that does as intended", pounds(withheld));
    }
    case.test("chance is rewarded, or a real improvement refused", rewarded || refused, figure);
    let strategy = match (rewarded, refused) {
        (true, true) => "Do nothing extra and wait for a lucky cohort; an honest provider is often refused.",
        (true, false) => "Do nothing extra and wait for a lucky cohort.",
        (false, true) => "Nobody need do anything: an honest provider's real improvement is often refused.",
        (false, false) => "Chance does not pay here.",
    };
    let loss = Estimate { mean: excess.mean.max(0.0), error: excess.error };
    case.finding(CONSEQUENCE.name, strategy.to_owned(), excess, Harm::none(), loss)
}
