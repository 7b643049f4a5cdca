//! The forecast in words: how likely real providers are to show a risk, for which kinds of provider it is present, and which way
//! each outcome goes.

use base::money::thousands;
use contract::terms::amount_in_words;
use risks::{AgentType, StrategyKind, quoted};
use simulation::expected_outcomes::{MovementShares, OutcomeForecast};
use simulation::stress::{Reported, StressTest};

use super::appearance::{counted_scenarios, scenarios};
use super::figures::joined;

/// How forecasts did on real schemes that had not been looked at. `cargo xtask calibration` writes it.
pub const TRACK_RECORD: &str = include_str!("../track_record.txt");

/// Which of the two views to use for what.
pub const WHICH_TO_USE: &str = "This is a forecast for a mixture of real kinds of provider, most of whom seek more than profit. Plan on it, \
                                and write the contract against a provider that only seeks profit.";

/// On which effect of piloted help the forecast of outcomes builds, and on which the rest of the report does. `None` where no help was
/// piloted.
pub fn at_scale(stress: &StressTest) -> Option<String> {
    let pilot = stress.results.pilot.as_ref()?;
    stress.results.get(StrategyKind::MixtureAtScale)?;
    let dearer = match pilot.cost_rises {
        rise if rise > 0.0 => format!(", for {} more a person", risks::percent(rise)),
        _ => String::new(),
    };
    Some(format!(
        "These changes take {} to do what can be expected of it at scale, as stated {} on {}{dearer}, and not the {} that the pilot \
         measured. What is intended, and all risks, are about the contract as it was planned on the pilot. “Pilot to scale” compares \
         the two.",
        quoted(&pilot.help),
        pilot.size(pilot.at_scale),
        quoted(&pilot.outcome),
        pilot.size(pilot.measured)
    ))
}

/// How likely real providers are to show a finding: "likely: real providers show it in 50 of 64 scenarios".
pub fn forecast(reported: &Reported, stress: &StressTest) -> String {
    let likely = likelihood(reported.forecast);
    match stress.scenarios {
        0 if reported.forecast > 0.5 => "real providers show it as well".to_owned(),
        0 => "real providers do not show it".to_owned(),
        _ => {
            let pays = if reported.share_of_scenarios > 0.5 && reported.forecast <= 0.5 { "it would pay, but " } else { "" };
            format!("{likely}: {pays}real providers show it in {}", counted_scenarios(reported.forecast, stress))
        }
    }
}

/// A probability in words.
fn likelihood(share: f64) -> &'static str {
    match share {
        share if share > 0.9 => "very likely",
        share if share > 0.5 => "likely",
        // Much of what was forecast with less came about all the same, so this does not say "unlikely".
        share if share > 0.2 => "less likely than not",
        _ => "not expected",
    }
}

/// The forecast for a cell of a table: "likely (50 of 64)".
pub fn forecast_in_short(reported: &Reported, stress: &StressTest) -> String {
    match stress.scenarios {
        0 if reported.forecast > 0.5 => "expected".to_owned(),
        0 => "not expected".to_owned(),
        _ => format!("{} ({})", likelihood(reported.forecast), scenarios(reported.forecast, stress)),
    }
}

/// For which types of provider, each alone, it is present under the assumptions as stated: "as stated, for a profit-seeking, cautious or
/// imperfect provider, but not for a mission-minded one".
pub fn agent_types(reported: &Reported) -> String {
    let of = |wanted: bool| -> Vec<&str> {
        let agents = reported.agent_types.iter().filter(|(_, present)| *present == wanted);
        agents.map(|(agent, _)| AgentType::adjective(*agent)).collect()
    };
    let (with, without) = (of(true), of(false));
    match (with.is_empty(), without.is_empty()) {
        (true, _) => "as stated, for no type of provider".to_owned(),
        (false, true) => "as stated, for every type of provider".to_owned(),
        (false, false) => {
            format!("as stated, for a {} provider, but not for a {} one", joined(&with, "or"), joined(&without, "or"))
        }
    }
}

/// Which way an outcome goes for a mixture of providers: "likely to get better".
pub fn expected_direction(expected: &OutcomeForecast, stress: &StressTest) -> String {
    let MovementShares { better, worse } = expected.shares;
    // The assumptions as stated are one case, of which nothing is likely.
    if stress.scenarios == 0 {
        return match (better > 0.0, worse > 0.0) {
            (true, _) => "gets better".to_owned(),
            (_, true) => "gets worse".to_owned(),
            _ => "stays about the same".to_owned(),
        };
    }
    let ways = [("get better", better), ("stay about the same", expected.shares.same()), ("get worse", worse)];
    match ways.into_iter().find(|(_, share)| *share > 0.5) {
        Some((way, share)) => format!("{} to {way}", likelihood(share)),
        None if worse == 0.0 => "may get better or stay about the same".to_owned(),
        None if better == 0.0 => "may get worse or stay about the same".to_owned(),
        None => "may go either way".to_owned(),
    }
}

/// In how many scenarios an outcome goes which way: "better in 40 of 64 scenarios, worse in 3".
pub fn expected_scenarios(expected: &OutcomeForecast, stress: &StressTest) -> Option<String> {
    let tried = stress.scenarios;
    let [better, worse] = [expected.shares.better, expected.shares.worse].map(|share| (share * tried as f64).round() as usize);
    let number = |number: usize| if number == 0 { "none".to_owned() } else { number.to_string() };
    match (tried, better, worse) {
        (0, ..) => None,
        (1, 0, 0) => Some("about the same in the one scenario tried".to_owned()),
        (_, 0, 0) => Some(format!("about the same in all {tried} scenarios")),
        (1, 1, _) => Some("better in the one scenario tried".to_owned()),
        (1, ..) => Some("worse in the one scenario tried".to_owned()),
        _ => Some(format!("better in {} of {tried} scenarios, worse in {}", number(better), number(worse))),
    }
}

/// What an outcome is today: "652 for every 1,000 people", "230 minutes a person".
pub fn today(expected: &OutcomeForecast) -> String {
    let size = size(expected, expected.today);
    match &expected.unit {
        Some(unit) => format!("{} a person", amount_in_words(&size, unit)),
        None => format!("{size} for every 1,000 people"),
    }
}

/// The middle 90% of scenarios: "3 worse to 12 better", "13 to 59 better".
pub fn expected_change(expected: &OutcomeForecast) -> String {
    let [low, _, high] = expected.each;
    let [from, to] = [low, high].map(|each| size(expected, each));
    match (way(expected, low), way(expected, high)) {
        ("", "") => "no change".to_owned(),
        (" worse", " worse") if from == to => format!("{from} worse"),
        (" worse", " worse") => format!("{to} to {from} worse"),
        (" better", " better") if from == to => format!("{from} better"),
        ("" | " better", " better") => format!("{from} to {to} better"),
        (" worse", "") => format!("0 to {from} worse"),
        (one, other) => format!("{from}{one} to {to}{other}"),
    }
}

/// The change that the contract intends: "50 better", "no change".
pub fn intended_change(expected: &OutcomeForecast) -> String {
    match (size(expected, expected.intended), way(expected, expected.intended)) {
        (_, "") => "no change".to_owned(),
        (many, way) => format!("{many}{way}"),
    }
}

/// Which way a change goes, after its size; empty where it reads as none.
fn way(expected: &OutcomeForecast, each: f64) -> &'static str {
    match size(expected, each) {
        none if none == "0" => "",
        _ if each > 0.0 => " better",
        _ => " worse",
    }
}

/// The size of a result for each person: in every 1,000 people or, of an amount, in its units; to one decimal where it is small.
fn size(expected: &OutcomeForecast, each: f64) -> String {
    let many = if expected.unit.is_some() { each.abs() } else { 1_000.0 * each.abs() };
    if (0.05..9.95).contains(&many) { format!("{many:.1}") } else { thousands(many.round() as i64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_reads_as_english_whichever_way_it_goes() {
        let of = |unit: Option<&str>, each: [f64; 3]| OutcomeForecast {
            name: "work".to_owned(),
            unit: unit.map(str::to_owned),
            today: 0.2,
            shares: MovementShares::default(),
            each,
            intended: 0.0,
        };
        let change = |low: f64, high: f64| expected_change(&of(None, [low, (low + high) / 2.0, high].map(|many| many / 1_000.0)));
        assert_eq!(change(13.0, 59.0), "13 to 59 better");
        assert_eq!(change(-12.0, -3.0), "3.0 to 12 worse");
        assert_eq!(change(-3.0, 12.4), "3.0 worse to 12 better");
        assert_eq!(change(0.0, 1_240.0), "0 to 1,240 better");
        assert_eq!(change(-40.0, 0.0), "0 to 40 worse");
        assert_eq!(change(-0.01, 0.01), "no change");
        assert_eq!(change(20.0, 20.0), "20 better");
        let wait = OutcomeForecast { today: 229.96, ..of(Some("minutes"), [-0.6, 2.0, 13.4]) };
        assert_eq!(
            (today(&wait), expected_change(&wait)),
            ("230 minutes a person".to_owned(), "0.6 worse to 13 better".to_owned())
        );
    }
}
