//! Why a finding stays whatever the rules tried: in plain words, with the figure that says so. A table of strategy results under the best
//! rules found comes in; a sentence goes out, or nothing where no simple reason can be told.

use base::money::thousands;
use base::statistics::normal_quantile;

use super::{Estimate, Role, StrategyResult, StrategyResults, listed, percent, pounds};

/// The reason, for a finding by its name.
#[must_use]
pub fn why_it_stays(name: &str, strategy_results: &StrategyResults) -> Option<String> {
    match name {
        "provider loss and windfall" => margins(strategy_results),
        "paid for noise" => noise(strategy_results),
        "parking" => parking(strategy_results),
        "drift" => drift(strategy_results),
        _ => None,
    }
}

/// A chance of one in five, as far into a normal tail as this.
const ONE_IN_FIVE: f64 = 0.8416;
/// A chance of one in twenty.
const ONE_IN_TWENTY: f64 = 1.645;

/// The intended strategy must rarely lose and the best rarely earn more than is fair. The room between is the fair margin; it is
/// too narrow when the two strategies earn very different profits, or when chance alone moves profit by more.
fn margins(strategy_results: &StrategyResults) -> Option<String> {
    let (best, intended) = (strategy_results.simulate(Role::Best)?, strategy_results.simulate(Role::Intended)?);
    let room = strategy_results.fair_margin * best.payment();
    let gap = best.mean_profit() - intended.mean_profit();
    if gap > room {
        return Some(format!(
            "even under the best rules tried, the provider's best strategy earns {} more than doing as intended, and the whole \
             fair margin is {}: no level of fees keeps the one from a windfall and the other from a loss",
            pounds(gap),
            pounds(room)
        ));
    }
    let mut areas: Vec<&super::AreaResults> = strategy_results.areas.iter().collect();
    areas.sort_by(|a, b| a.people.total_cmp(&b.people));
    let area = areas[areas.len() / 2];
    let of = |role: Role| area.strategy_results.iter().find(|play| play.role == role);
    let (best, intended) = (of(Role::Best)?, of(Role::Intended)?);
    let room = strategy_results.fair_margin * best.payment() - (best.mean_profit() - intended.mean_profit());
    let swing = (spread(best) + spread(intended)) / 2.0;
    let needed = 2.0 * ONE_IN_FIVE * swing;
    (room > 0.0 && needed > room).then(|| {
        let people = area.people * (needed / room).powi(2);
        format!(
            "chance alone moves the profit of {} people by {} either way (one standard deviation), and the fair margin leaves \
             room for {}: at prices that pay for trying, about {} people would be needed for a loss and a windfall both to be \
             rarer than one in five",
            thousands(area.people as i64),
            pounds(swing),
            pounds(room / 2.0 / ONE_IN_FIVE),
            rounded(people)
        )
    })
}

/// Where even a straight tariff refuses a real improvement too often, the cohort is too small for it.
fn noise(strategy_results: &StrategyResults) -> Option<String> {
    let passing = strategy_results.simulate(Role::Intended)?.cohorts_rewarded.mean;
    let people = strategy_results.wrong_payment.as_ref()?.typical as f64;
    if strategy_results.has_gates || !(0.5..0.95).contains(&passing) {
        return None;
    }
    let needed = people * (ONE_IN_TWENTY / normal_quantile(passing)).powi(2);
    Some(format!(
        "a cohort of {} is so small that even without a gate a real improvement of the size intended looks like none in {} of \
         cohorts; about {} people would bring this under 5 %",
        thousands(people as i64),
        percent(1.0 - passing),
        rounded(needed)
    ))
}

/// Segments that the intended money would reach and that no price tried makes worth helping.
fn parking(strategy_results: &StrategyResults) -> Option<String> {
    let (best, public) = (strategy_results.simulate(Role::Best)?, strategy_results.simulate(Role::PublicAtCost)?);
    let parked =
        (0..strategy_results.segments.len()).filter(|&at| public.effort[at] > 1.0 && best.effort[at] < 0.1 * public.effort[at]);
    let words = parked.filter_map(|at| {
        let segment = &strategy_results.segments[at];
        let needed = segment.unparking_price.filter(|price| *price > segment.price_now)?;
        Some(format!("{} (from {}, and {} is paid)", segment.name, pounds(needed), pounds(segment.price_now)))
    });
    let words: Vec<String> = words.collect();
    (!words.is_empty()).then(|| format!("help pays only at a higher price for each better result of {}", listed(&words)))
}

/// What is intended may be worth less than it costs, so that no price at or below the worth of results brings it about.
fn drift(strategy_results: &StrategyResults) -> Option<String> {
    let (best, intended) = (strategy_results.simulate(Role::Best)?, strategy_results.simulate(Role::Intended)?);
    let more = intended.value - best.value;
    let cost = intended.cost - best.cost;
    (cost > more).then(|| {
        format!(
            "what is intended costs {} more than what the provider does, for results worth {} more: at prices that are not above \
             their worth no provider would do it",
            pounds(cost),
            pounds(more.max(0.0))
        )
    })
}

/// The standard deviation of profit over replications.
fn spread(play: &StrategyResult) -> f64 {
    Estimate::of(play.profit()).error * (play.payments.len() as f64).sqrt()
}

/// To two figures: no more can be said of it.
fn rounded(people: f64) -> String {
    let step = 10f64.powf(people.max(1.0).log10().floor() - 1.0).max(1.0);
    thousands(((people / step).ceil() * step) as i64)
}
