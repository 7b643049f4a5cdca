//! Paid for noise: chance is rewarded, and real improvement refused.

use base::money::thousands;
use contract::fixes::Fix;

use super::{Case, Estimate, Finding, Harm, Risk, Role, StrategyResults, mean, percent, pounds, pounds_within};

pub(super) const RISK: Risk = Risk {
    name: "paid for noise",
    definition: "Either chance alone earns more than it costs: with nothing extra done, payments for results average more than they \
                 would if the truth were measured exactly, by at least 5 % of what is intended to be paid for results; or, where \
                 results are compared with a gate, a baseline or a level, chance reverses, in at least 5 % of cohorts, what measuring exactly would pay for a real improvement of the size \
                 intended: it goes unpaid where it would be paid, or is paid where it would not be.",
    watch: "Payments that swing between cohorts while spend and case mix do not.",
    forecast,
    fixes: |_| {
        vec![
            Fix::PoolCohorts,
            Fix::NoGate,
            Fix::Straight,
            Fix::Together(vec![Fix::NoGate, Fix::TwoSided]),
            Fix::Together(vec![Fix::NoGate, Fix::TwoSided, Fix::PoolCohorts]),
        ]
    },
};

/// A wrong payment this likely is worth a finding.
const OFTEN: f64 = 0.05;

fn forecast(strategy_results: &StrategyResults, _: Role) -> Finding {
    let mut case = Case::against(Role::AsNow);
    let (Some(now), Some(intended)) = (strategy_results.simulate(Role::AsNow), strategy_results.simulate(Role::Intended)) else {
        return case.finding(RISK.name, String::new(), Estimate::default(), Harm::none(), Estimate::default());
    };
    let excess = Estimate::of(now.results.iter().map(|paid| paid - now.results_without_chance));
    let scale = mean(&intended.rewards).abs().max(1.0);
    let rewarded = excess.beyond_chance() && excess.mean > OFTEN * scale;
    let typical = strategy_results.wrong_payment.as_ref().and_then(|table| {
        let nearest = |row: &&super::WrongPaymentRow| row.people.abs_diff(table.typical);
        table.rows.iter().min_by_key(nearest).map(|row| (table, row))
    });
    // What is refused is counted in the cohorts as they are; the table by size is exact, but for one binary outcome alone.
    let passing = intended.cohorts_rewarded.mean;
    // A gate that lies beyond what is intended refuses without any chance in it, which is no matter of noise.
    let would_be_paid = intended.results_without_chance > now.results_without_chance + 1.0;
    let reversed = if would_be_paid { 1.0 - passing } else { passing };
    let decides = typical.is_some_and(|(table, _)| table.intended > 0.0) && reversed >= OFTEN;
    let refused = decides && would_be_paid;
    let mut figure = format!("chance alone is worth {} to the provider", pounds_within(excess));
    if strategy_results.wrong_payment.is_none() {
        figure += ", and each result is paid for by itself, so that none is refused";
    }
    if let Some((table, row)) = typical {
        let intended = format!("{:.1} points", 100.0 * table.intended);
        figure += &match would_be_paid {
            true => format!("; a real {intended} goes unpaid in {} of cohorts", percent(1.0 - passing)),
            false => format!("; a real {intended} is paid by luck in {} of cohorts", percent(passing)),
        };
        case.figure("two cohorts with the same intended change, one paid and one not", percent(2.0 * passing * (1.0 - passing)));
        case.figure("cohorts paid for no change", percent(now.cohorts_rewarded.mean));
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
    case.test("chance is rewarded, or decides whether a real improvement is", rewarded || decides, figure);
    let strategy = match (rewarded, decides) {
        (true, true) => {
            if refused {
                "Do nothing extra and wait for a lucky cohort; an honest provider is often refused."
            } else {
                "Do nothing extra and wait for a lucky cohort; so may an honest provider."
            }
        }
        (true, false) => "Do nothing extra and wait for a lucky cohort.",
        (false, true) if refused => "Nobody need do anything: an honest provider's real improvement is often refused.",
        (false, true) => "Nobody need do anything: whether an honest provider's real improvement is paid is luck.",
        (false, false) => "Chance does not pay here.",
    };
    let loss = Estimate { mean: excess.mean.max(0.0), error: excess.error };
    case.finding(RISK.name, strategy.to_owned(), excess, Harm::none(), loss)
}
