//! The whole scheme in a few sentences: what is forecast of real providers, what pays a provider that only seeks profit best, and
//! how many risks are present for it.

use base::english::plural;
use risks::{
    Estimate, StrategyKind, StrategyResult, StrategyResults, people, pounds_in_prose, pounds_supported_in_prose, quoted,
};
use simulation::stress::StressTest;

use super::figures::listed;
use super::looked_for::looked_for;

/// The whole scheme in a few sentences: what pays best compared with what is intended, and how many risks are present.
pub fn verdict(stress: &StressTest) -> String {
    let present = stress.reported.iter().filter(|reported| reported.finding.present).count();
    let looked = looked_for(stress).count();
    let found = |whom: &str| match present {
        _ if looked == 0 => format!("No risk that we could look for is present for {whom}."),
        0 if looked == 1 => format!("The one risk looked for is not present for {whom}."),
        1 if looked == 1 => format!("The one risk looked for is present for {whom}. {HOW_LIKELY}"),
        0 => format!("None of the {looked} risks looked for is present for {whom}."),
        1 => format!("1 of the {looked} risks looked for is present for {whom}. {HOW_LIKELY}"),
        n => format!("{n} of the {looked} risks looked for are present for {whom}. {HOW_LIKELY}"),
    };
    let forecast = forecast_of_all(stress);
    let (Some(best), Some(intended)) = (stress.results.get(StrategyKind::BEST), stress.results.get(StrategyKind::Intended))
    else {
        return format!("{forecast}{}", found("a provider that only seeks profit"));
    };
    let each = |result: &StrategyResult| result.help_spend / stress.results.people.max(1.0);
    let (spends, means) = (each(best), each(intended));
    let compared = match spends / means.max(1e-9) {
        // Sums that read the same are the same.
        _ if pounds_in_prose(spends) == pounds_in_prose(means) => "what is intended".to_owned(),
        ratio if ratio < 0.95 => format!("less than the {} that is intended", pounds_in_prose(means)),
        ratio if ratio > 1.05 => format!("more than the {} that is intended", pounds_in_prose(means)),
        _ => "about what is intended".to_owned(),
    };
    let more = Estimate::of(best.benefit().zip(intended.benefit()).map(|(a, b)| a - b));
    let earns = match more.low() > 0.0 && pounds_supported_in_prose(more) != "£0" {
        true if !best.stakes.is_empty() => {
            format!(
                " Counting what a result is worth to it beyond the payment, it gains {} more than by doing as intended.",
                pounds_supported_in_prose(more)
            )
        }
        true => format!(" It then earns {} more than by doing as intended.", pounds_supported_in_prose(more)),
        false => String::new(),
    };
    let renewal = chance_of_the_next_contract(best, intended, stress.results.get(StrategyKind::AsNow));
    let profit = Estimate::of(best.profit());
    let loses = match profit.high() < 0.0 {
        true => format!(
            " Even so it loses {}, so nobody who must not lose money would sign this contract.",
            pounds_supported_in_prose(Estimate { mean: -profit.mean, ..profit })
        ),
        false => String::new(),
    };
    let funders = funders_left_with(intended);
    let over = brought_over(best, &stress.results);
    if nothing_is_at_stake(stress) {
        return format!(
            "{forecast}Whatever the provider does, it is left with about the same. Payment gives it no reason to do one thing rather \
             than another.{funders} {}",
            found("a provider that only seeks profit")
        );
    }
    format!(
        "{forecast}A provider that only seeks profit does best by spending {} a person on help. That is {compared}.{over}{earns}{renewal}{loses}{funders} \
         {}",
        pounds_in_prose(spends),
        found("it")
    )
}

/// The risks are listed for one kind of provider, each with a forecast for others.
const HOW_LIKELY: &str = "Each is listed with how likely real providers are to show it.";

/// Whom the provider brings over a level: " It brings 40 people who are just short of the level of “on time” over it."
fn brought_over(best: &StrategyResult, results: &StrategyResults) -> String {
    let levels = best.brought_over.iter().zip(&results.outcomes).filter(|(number, _)| **number >= 0.5);
    let over = levels.map(|(number, outcome)| {
        let are = plural(number.round() as i64, "is", "are");
        format!(
            " It brings {} who {are} just short of the level of {} over it, without helping others.",
            people(*number),
            quoted(&outcome.name)
        )
    });
    over.collect()
}

/// What becomes of the next contract, where the assumptions say how it is decided: " Its chance of winning the next contract is then
/// 45%. It would be 62% if it did as intended, and it is 60% with today's results."
fn chance_of_the_next_contract(best: &StrategyResult, intended: &StrategyResult, today: Option<&StrategyResult>) -> String {
    if best.renewal.is_empty() {
        return String::new();
    }
    let chance = |result: &StrategyResult| risks::percent(risks::mean(&result.renewal));
    let as_now = today.map_or(String::new(), |today| format!(", and it is {} with today's results", chance(today)));
    format!(
        " Its chance of winning the next contract is then {}. It would be {} if it did as intended{as_now}.",
        chance(best),
        chance(intended)
    )
}

/// Whether the provider's best brings it no more than what is done today or what is intended, because others bear every loss and get
/// every surplus. Which strategy is called the best is then decided by pennies.
fn nothing_is_at_stake(stress: &StressTest) -> bool {
    let gain = |kind: StrategyKind| stress.results.get(kind).map(|strategy| Estimate::of(strategy.benefit()).mean);
    let others = [StrategyKind::AsNow, StrategyKind::Intended].map(gain);
    gain(StrategyKind::BEST).is_some_and(|best| others.iter().flatten().all(|other| (best - other).abs() < 1.0))
}

/// What the funders of a contract get or bear in all: " If it does as intended, its funders lose £13.5 million."
fn funders_left_with(intended: &StrategyResult) -> String {
    let sum: f64 = intended.funders.iter().sum();
    match intended.funders.len() {
        _ if sum.abs() < 0.5 => String::new(),
        0 => String::new(),
        number => format!(
            " If it does as intended, its {} {} {}.",
            plural(number, "funder", "funders"),
            match (number, sum < 0.0) {
                (1, true) => "loses",
                (1, false) => "gains",
                (_, true) => "lose",
                (_, false) => "gain",
            },
            pounds_in_prose(sum.abs())
        ),
    }
}

/// How the forecast begins, so that it is not taken for what a provider that only seeks profit would do.
const REAL_PROVIDERS: &str = "With real providers, most of whom seek more than profit";

/// What is forecast of the whole scheme, before what a profit-seeking provider would do: "With real providers, most of whom seek more
/// than profit, we expect 1 of the 13 risks looked for: drift. ".
fn forecast_of_all(stress: &StressTest) -> String {
    let likely = looked_for(stress).filter(|reported| reported.forecast > 0.5).map(|reported| reported.finding.name());
    let likely: Vec<&str> = likely.collect();
    let looked = looked_for(stress).count();
    match (stress.scenarios, likely.as_slice()) {
        (0, _) => String::new(),
        (_, []) => format!("{REAL_PROVIDERS}, we expect none of the risks looked for. "),
        (_, [one]) if looked == 1 => format!("{REAL_PROVIDERS}, we expect the one risk looked for: {one}. "),
        (_, several) => {
            format!("{REAL_PROVIDERS}, we expect {} of the {looked} risks looked for: {}. ", several.len(), listed(several))
        }
    }
}
