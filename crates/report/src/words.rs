//! The sentences of a stress-test report: what the terminal summary and the page share, so that both use the same words. Every figure
//! comes from the run. Nothing here decides whether a finding is present, and what belongs to one risk is in that risk's own file.

use base::money::thousands;
use base::reader::UncertainNumber;
pub use risks::pounds_within as estimate;
use risks::{
    AgentType, Estimate, Finding, StrategyKind, StrategyResult, WrongPayment, WrongPaymentRow, people, percent,
    percentage_points, pounds_in_prose, pounds_within_in_prose, quoted,
};
use simulation::assumptions::Assumptions;
use simulation::expected_outcomes::{MovementShares, OutcomeForecast};
use simulation::marginal_effort::{MovedOutcome, NextPound};
use simulation::payment_by_aim::Curve;
use simulation::scenario_discovery::{uncertain_name, written};
use simulation::stress::{CostPoint, Reported, StressTest, TriedFix};

/// A sum for a sentence, with the digits that its Monte Carlo error supports, and without the interval.
pub fn supported(value: Estimate) -> String {
    let words = pounds_within_in_prose(value);
    words.split_once(" ±").map_or(words.clone(), |(mean, _)| mean.to_owned())
}

/// A number of people, or of anything that comes whole.
pub fn count(value: f64) -> String {
    let size = thousands(value.abs().round() as i64);
    if value <= -0.5 { format!("-{size}") } else { size }
}

/// A chance that is known exactly: never "0.0%" for what can happen.
pub fn chance(share: f64) -> String {
    match share {
        share if share < 5e-7 => "0%".to_owned(),
        share if share < 5e-4 => "under 0.1%".to_owned(),
        share => percent(share),
    }
}

/// A change in a proportion, in percentage points: never "0.0" for what is above zero.
pub fn points(share: f64) -> String {
    if (1e-9..0.0005).contains(&share) {
        return "under 0.1 percentage points".to_owned();
    }
    percentage_points(share)
}

/// The same without its unit.
pub fn point_figure(share: f64) -> String {
    let value = 100.0 * share;
    format!("{:.1}", if value.abs() < 0.05 { 0.0 } else { value })
}

/// "59 of 64": a share of the scenarios tried, as a count, which claims no more than was tried.
pub fn scenarios(share: f64, stress: &StressTest) -> String {
    match stress.scenarios {
        0 => "none tried".to_owned(),
        tried => format!("{} of {tried}", (share * tried as f64).round()),
    }
}

/// "59 of 64 scenarios", "1 of 1 scenario".
pub fn counted_scenarios(share: f64, stress: &StressTest) -> String {
    format!("{} scenario{}", scenarios(share, stress), if stress.scenarios == 1 { "" } else { "s" })
}

/// How forecasts did on real schemes that had not been looked at. `cargo xtask calibration` writes it.
pub const TRACK_RECORD: &str = include_str!("track_record.txt");

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
        0 if reported.forecast > 0.5 => "yes".to_owned(),
        0 => "no".to_owned(),
        _ => format!("{} ({})", likelihood(reported.forecast), scenarios(reported.forecast, stress)),
    }
}

/// How much of a finding's range of scenarios has it, where that is not most: a finding in few must not look like one in all.
pub fn not_in_most(share: f64, stress: &StressTest) -> Option<&'static str> {
    match share {
        _ if stress.scenarios == 0 => None,
        share if share < 1.0 / 3.0 => Some("in few scenarios"),
        share if share < 2.0 / 3.0 => Some("in some scenarios"),
        _ => None,
    }
}

/// The first letter made a capital.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// Names joined for a sentence: "a, b and c".
pub fn listed(names: &[&str]) -> String {
    match names {
        [] => "none".to_owned(),
        [one] => (*one).to_owned(),
        [init @ .., last] => format!("{} and {last}", init.join(", ")),
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
            format!("as stated, for a {} provider, but not for a {} one", alternatives(&with), alternatives(&without))
        }
    }
}

fn alternatives(names: &[&str]) -> String {
    listed(names).replace(" and ", " or ")
}

/// The risks that could be looked for.
pub fn looked_for(stress: &StressTest) -> impl Iterator<Item = &Reported> {
    stress.reported.iter().filter(|reported| reported.finding.not_looked_for.is_none())
}

/// The risks that could not be looked for, each with what the files would have to say.
pub fn not_looked_for(stress: &StressTest) -> impl Iterator<Item = (&'static str, &'static str)> {
    stress.reported.iter().filter_map(|reported| Some((reported.finding.name(), reported.finding.not_looked_for?)))
}

/// The whole scheme in a few sentences: what pays best compared with what is intended, and how many risks are present.
pub fn verdict(stress: &StressTest) -> String {
    let present = stress.reported.iter().filter(|reported| reported.finding.present).count();
    let looked = looked_for(stress).count();
    let found = match present {
        _ if looked == 0 => "No risk that we could look for is present".to_owned(),
        0 if looked == 1 => "The one risk looked for is not present".to_owned(),
        1 if looked == 1 => "The one risk looked for is present".to_owned(),
        0 => format!("None of the {looked} risks looked for is present"),
        1 => format!("1 of the {looked} risks looked for is present"),
        n => format!("{n} of the {looked} risks looked for are present"),
    };
    let forecast = forecast_of_all(stress);
    let (Some(best), Some(intended)) = (stress.results.get(StrategyKind::BEST), stress.results.get(StrategyKind::Intended))
    else {
        return format!("{forecast}{found}.");
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
    let earns = match more.low() > 0.0 && supported(more) != "£0" {
        true if !best.stakes.is_empty() => {
            format!(
                " Counting what a result is worth to it beyond the payment, it gains {} more than by doing as intended.",
                supported(more)
            )
        }
        true => format!(" It then earns {} more than by doing as intended.", supported(more)),
        false => String::new(),
    };
    let profit = Estimate::of(best.profit());
    let loses = match profit.high() < 0.0 {
        true => format!(
            " Even so it loses {}, so nobody who must not lose money would sign this contract.",
            supported(Estimate { mean: -profit.mean, ..profit })
        ),
        false => String::new(),
    };
    let funders = funders_left_with(intended);
    if nothing_is_at_stake(stress) {
        return format!(
            "{forecast}Whatever the provider does, it is left with about the same. Payment gives it no reason to do one thing rather \
             than another.{funders} {found} for a provider that only seeks profit."
        );
    }
    format!(
        "{forecast}A provider that only seeks profit does best by spending {} a person on help. That is {compared}.{earns}{loses}{funders} \
         {found} for it.",
        pounds_in_prose(spends),
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
            if number == 1 { "funder" } else { "funders" },
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

/// What is forecast of the whole scheme, before what a profit-seeking provider would do: "With real providers, we expect one of these
/// risks: drift. ".
fn forecast_of_all(stress: &StressTest) -> String {
    let likely = looked_for(stress).filter(|reported| reported.forecast > 0.5).map(|reported| reported.finding.name());
    let likely: Vec<&str> = likely.collect();
    match (stress.scenarios, likely.as_slice()) {
        (0, _) => String::new(),
        (_, []) => "With real providers, we expect none of the risks looked for. ".to_owned(),
        (_, [one]) => format!("With real providers, we expect one of the risks looked for: {one}. "),
        (_, several) => format!("With real providers, we expect these risks: {}. ", listed(several)),
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
        Some(unit) => format!("{size} {unit} a person"),
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

/// Over what all sums are taken: "21 areas, 108,000 people, 1 contract year".
pub fn over(stress: &StressTest, assumptions: &Assumptions) -> String {
    let areas = stress.results.areas.len();
    let years = counted(assumptions.years, "contract year");
    format!("{}, {}, {years}", counted(areas, "area"), people(stress.results.people))
}

/// A number with its noun, which has a plural in s: "1 area", "21 areas".
pub fn counted(number: usize, noun: &str) -> String {
    format!("{} {noun}{}", thousands(number as i64), if number == 1 { "" } else { "s" })
}

/// What the provider gains by a finding, as a phrase.
pub fn gains(finding: &Finding) -> String {
    (finding.risk.risk().gain_in_words)(finding)
}

/// Who loses by a finding, and how much: people first, then money.
pub fn losers(finding: &Finding, stress: &StressTest) -> Vec<String> {
    (finding.risk.risk().losers)(finding, &stress.results)
}

/// In which scenarios a finding appears, where a few assumptions describe them: "mostly where what half the effect of “support” costs a
/// person is above £410. It appears in 92% of such scenarios, and they are 80% of the scenarios in which it appears".
pub fn scenario_box(reported: &Reported, stress: &StressTest) -> Option<String> {
    let found = reported.scenario_box.as_ref().filter(|found| !found.limits.is_empty())?;
    let limit = |(number, words): &(usize, String)| {
        let path = stress.uncertain_numbers.get(*number).map_or("", |number| number.path.as_str());
        // The limit begins with the number's path, which is for those who edit the file.
        let rest = words.strip_prefix(&uncertain_name(path));
        rest.map_or_else(|| words.clone(), |rest| format!("{}{rest}", number_phrase(path)))
    };
    let limits: Vec<String> = found.limits.iter().map(limit).collect();
    let limits: Vec<&str> = limits.iter().map(String::as_str).collect();
    Some(format!(
        "mostly where {}. It appears in {:.0}% of such scenarios, and they are {:.0}% of the scenarios in which it appears",
        listed(&limits),
        100.0 * found.density,
        100.0 * found.coverage
    ))
}

/// A number's path in words, without its file: "help, support, half cost".
pub fn number_name(path: &str) -> String {
    path.split_once(": ").map_or(path, |(_, name)| name).replace('.', ", ").replace('_', " ")
}

/// A number in a sentence, as the subject of "is": "what half the effect of “support” costs a person".
fn number_phrase(path: &str) -> String {
    let name = path.split_once(": ").map_or(path, |(_, name)| name);
    match name.split('.').collect::<Vec<&str>>().as_slice() {
        ["help", help, "moves", outcome] => format!("the most that {} does for {}", quoted(help), quoted(outcome)),
        ["help", help, "half_cost"] => format!("what half the effect of {} costs a person", quoted(help)),
        ["help", help, "spent_now"] => format!("what is spent on {} a person today", quoted(help)),
        ["outcome", outcome, "now"] => format!("the rate of {} today", quoted(outcome)),
        ["outcome", outcome, "value"] => format!("the worth of a result on {}", quoted(outcome)),
        ["outcome", outcome, "trend"] => format!("the trend of {}", quoted(outcome)),
        _ => format!("“{}”", number_name(path)),
    }
}

/// The row of a typical cohort.
pub fn typical(table: &WrongPayment) -> Option<&WrongPaymentRow> {
    table.rows.iter().min_by_key(|row| row.people.abs_diff(table.typical))
}

/// What a fix costs and does: "the payer pays about £77 million more, and outcomes are worth about £100 million more". It has two
/// digits, because fixes are tried on few replications. Less than a thousandth of what is paid counts as nothing.
pub fn side_effects(tried: &TriedFix, stress: &StressTest) -> String {
    let nothing = stress.results.get(StrategyKind::BEST).map_or(0.5, |best| 0.001 * best.payment().abs());
    let change = |value: f64| match value {
        value if value.abs() <= nothing => None,
        value => Some(format!("about {} {}", two_digits(value.abs()), if value > 0.0 { "more" } else { "less" })),
    };
    let pays = change(tried.payer_cost.mean)
        .map_or("the payer pays about the same".to_owned(), |change| format!("the payer pays {change}"));
    let worth = change(tried.value_gained.mean)
        .map_or("outcomes stay about the same".to_owned(), |change| format!("outcomes are worth {change}"));
    let names: Vec<&str> = tried.new_findings.iter().map(|risk| risk.name()).collect();
    let new = match names.len() {
        0 => String::new(),
        1 => format!(", but it brings a new risk: {}", names[0]),
        _ => format!(", but it brings new risks: {}", listed(&names)),
    };
    format!("{pays}, and {worth}{new}")
}

/// Pounds to two digits for a sentence: "£4.5 million", "£77 million".
fn two_digits(value: f64) -> String {
    let step = 10f64.powf(value.max(1e-9).log10().floor() - 1.0);
    let words = pounds_in_prose((value / step).round() * step);
    let (figure, unit) =
        words.split_once(' ').map_or((words.as_str(), String::new()), |(figure, unit)| (figure, format!(" {unit}")));
    match figure.contains('.') {
        true => format!("{}{unit}", figure.trim_end_matches('0').trim_end_matches('.')),
        false => words,
    }
}

/// The nearest scenario that changes a finding: "it would disappear if half the effect of “support” cost £310 a person instead of £600".
pub fn nearest_scenario(reported: &Reported, stress: &StressTest) -> Option<String> {
    let point = reported.tipping_point.as_ref()?;
    let verb = if reported.finding.present { "disappear" } else { "appear" };
    if point.moves.is_empty() {
        return Some("it is at its limit as stated, so that chance decides whether a run finds it".to_owned());
    }
    let shown = point.moves.iter().take(MOST_MOVES);
    let mut conditions: Vec<String> = shown.map(|&(at, position)| moved(&stress.uncertain_numbers[at], position)).collect();
    match point.moves.len() - conditions.len() {
        0 => {}
        1 => conditions.push("one more number moved".to_owned()),
        n => conditions.push(format!("{n} more numbers moved")),
    }
    let conditions: Vec<&str> = conditions.iter().map(String::as_str).collect();
    Some(format!("it would {verb} if {}", listed(&conditions)))
}

/// A sentence with more conditions than this cannot be read.
const MOST_MOVES: usize = 4;

/// "the worth of a result on “job” were £310 instead of £600". "Were" is the subjunctive, for one number too.
fn moved(number: &UncertainNumber, position: f64) -> String {
    let (there, stated) = (written(number.at(position), number.unit), written(number.value, number.unit));
    let name = uncertain_name(&number.path);
    if there == stated {
        // Less than the digits shown.
        let side = if number.at(position) < number.value { "below" } else { "above" };
        return format!("{} were slightly {side} {stated}", number_phrase(&number.path));
    }
    match name.strip_prefix("help.").and_then(|rest| rest.strip_suffix(".half_cost")) {
        Some(help) if !help.contains('.') => {
            format!("half the effect of {} cost {there} a person instead of {stated}", quoted(help))
        }
        _ => format!("{} were {there} instead of {stated}", number_phrase(&number.path)),
    }
}

/// The fix in a few words, or the risk that has the same fix: "as for drift".
pub fn fix(reported: &Reported, stress: &StressTest) -> Option<String> {
    let tried = reported.fix.as_ref()?;
    let earlier = stress.reported.iter().take_while(|other| other.finding.risk != reported.finding.risk);
    let same = earlier.into_iter().find(|other| other.fix.as_ref().is_some_and(|fix| fix.fix == tried.fix));
    Some(same.map_or_else(|| tried.fix.words(), |same| format!("as for {}", same.finding.name())))
}

/// The words where no fix was found.
pub fn no_fix(reported: &Reported) -> String {
    match reported.tried_without_effect.len() {
        0 => "no change is known that removes it".to_owned(),
        1 => "the one change tried does not remove it".to_owned(),
        n => format!("none of the {n} changes tried removes it"),
    }
}

/// Why a finding is not present: the first test that failed, with the figure that decides it.
pub fn why_not(finding: &Finding) -> Option<(&str, &str)> {
    finding.tests.iter().find(|test| !test.holds).map(|test| (test.what.as_str(), test.figure.as_str()))
}

/// What trying pays, in a sentence or two for each fact: the next pound of help first, then the break-even aim by the cost of help,
/// the aim that is sure enough of being paid, and the break-even aim over the scenarios.
pub fn trying(stress: &StressTest) -> Vec<String> {
    let facts = [by_cost(stress), sure_aims(stress), over_scenarios(stress), drifting(stress)];
    next_pounds(&stress.next_pounds).into_iter().chain(facts.into_iter().flatten().map(|fact| fact.replace('_', " "))).collect()
}

/// What the next pound of each kind of help brings: "At the first pound of “coaching”, one more person in work costs £5,770. The
/// contract pays £2,000 for it, and it is worth £9,800 to the public."
pub fn next_pounds(helps: &[NextPound]) -> Vec<String> {
    helps.iter().map(next_pound).collect()
}

fn next_pound(help: &NextPound) -> String {
    let (which, name) = (if help.first { "first" } else { "next" }, quoted(&help.help));
    let spread = |(low, high): (f64, f64), show: &dyn Fn(f64) -> String| match (show(low), show(high)) {
        (low, high) if low == high => low,
        (low, high) => format!("{low} to {high}"),
    };
    if let [outcome] = help.moves.as_slice() {
        // One unit of an amount may be worth pennies.
        let sum = |pounds: f64| if outcome.is_amount { pence(pounds) } else { pounds_in_prose(pounds) };
        return format!(
            "At the {which} pound of {name}, {} costs {}. The contract pays {} for it, and it is worth {} to the public.",
            one_better(outcome),
            spread(help.costs, &sum),
            spread(help.earns, &sum),
            spread(help.worth, &sum)
        );
    }
    let moves: Vec<String> = help.moves.iter().map(|outcome| quoted(&outcome.name)).collect();
    let moves: Vec<&str> = moves.iter().map(String::as_str).collect();
    format!(
        "The {which} pound of {name} moves {}. The contract pays {} for the results it brings, and they are worth {} to the public.",
        listed(&moves),
        spread(help.earns, &pence),
        spread(help.worth, &pence)
    )
}

/// "one fewer person with a proven reoffence".
fn one_better(outcome: &MovedOutcome) -> String {
    match (outcome.is_amount, outcome.more_is_better) {
        (true, true) => format!("one unit more of {}", quoted(&outcome.name)),
        (true, false) => format!("one unit less of {}", quoted(&outcome.name)),
        (false, true) => format!("one more {}", outcome.people.one),
        (false, false) => format!("one fewer {}", outcome.people.one),
    }
}

/// Pounds and pence, for what one pound brings.
fn pence(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => pounds_in_prose(value),
        size => format!("{}£{size:.2}", if value < 0.0 { "-" } else { "" }),
    }
}

/// The place of the typical area among the three of a [`CostPoint`].
pub const TYPICAL: usize = 1;

/// The break-even aim over the costs of help assumed.
pub fn by_cost(stress: &StressTest) -> Option<String> {
    let costs = &stress.by_cost;
    let place = if stress.curves.len() > 1 { " in a typical area" } else { "" };
    let (first, last) = (costs.first()?, costs.last()?);
    let aim = |cost: &CostPoint| cost.break_even[TYPICAL];
    let ends = format!("({})", span(&first.words, &last.words));
    let paying: Vec<&CostPoint> = costs.iter().filter(|cost| aim(cost).is_some()).collect();
    let Some(dearest) = paying.last() else {
        return Some(format!(
            "No aim pays better than spending what is spent today, at any of the costs of help assumed {ends}."
        ));
    };
    let lowest = aim(paying[0]).unwrap_or_default();
    let highest = aim(dearest).unwrap_or_default();
    let until = paying.len();
    let in_order = costs[..until].iter().all(|cost| aim(cost).is_some());
    Some(if highest <= 0.0 && lowest <= 0.0 && until == costs.len() {
        format!("At every cost of help assumed {ends}, any improvement pays, however small.")
    } else if !in_order {
        format!(
            "At {} of the {} costs of help tried {ends}, no aim pays better than spending what is spent today.",
            costs.len() - until,
            costs.len()
        )
    } else {
        let never = costs.get(until).map_or(String::new(), |never| format!(" At {} and above, no aim pays.", never.words));
        let at_dearest = match costs.get(until) {
            Some(_) => format!("at {}", dearest.words),
            None => format!("where help costs most ({})", last.words),
        };
        match (lowest <= 0.0, until > 1) {
            (true, true) if highest <= 0.0 => {
                format!("Any improvement pays where help costs no more than this: {}.{never}", dearest.words)
            }
            (true, true) => format!(
                "Any improvement pays where help costs least ({}). To pay {at_dearest}, the aim must be {}.{never}",
                first.words,
                points(highest)
            ),
            (true, false) => format!("Any improvement pays where help costs least ({}).{never}", first.words),
            (false, further) => {
                let further = if further { format!(", and for {} {at_dearest}", points(highest)) } else { String::new() };
                format!(
                    "To earn more than by spending what is spent today, a provider{place} must aim for {} where help costs least \
                     ({}){further}.{never}",
                    points(lowest),
                    first.words
                )
            }
        }
    })
}

/// "support £250 to £1,500"; in full where there are several kinds of help.
fn span(first: &str, last: &str) -> String {
    match (first.split_once(" £"), last.split_once(" £")) {
        (Some((name, _)), Some((other, cost))) if name == other && !first.contains(", ") => format!("{first} to £{cost}"),
        _ => format!("{first} to {last}"),
    }
}

/// People in one cohort of a curve's area.
pub fn cohort_size(curve: &Curve, stress: &StressTest) -> f64 {
    curve.people / stress.results.cohorts.max(1) as f64
}

/// The words for the areas of the curves, smallest first.
pub fn area_words(curves: usize) -> &'static [&'static str] {
    match curves {
        0 | 1 => &["the area"],
        2 => &["the smallest area", "the largest area"],
        _ => &["the smallest area", "a typical area", "the largest area"],
    }
}

/// The smallest improvement that is rewarded in 3 cohorts of 4, by area.
fn sure_aims(stress: &StressTest) -> Option<String> {
    // Where each result is paid for by itself, chance refuses none.
    stress.results.wrong_payment.as_ref()?;
    let names = area_words(stress.curves.len());
    let place = |curve: &Curve, name: &str| {
        let cohorts = format!("{} a cohort", people(cohort_size(curve, stress)));
        if stress.curves.len() > 1 { format!("in {name} ({cohorts})") } else { format!("({cohorts})") }
    };
    let areas = stress.curves.iter().zip(&stress.sure_aims).zip(names);
    let enough: Vec<String> =
        areas.clone().filter_map(|((curve, aim), name)| Some(format!("{} {}", points((*aim)?), place(curve, name)))).collect();
    let never: Vec<String> = areas.filter(|((_, aim), _)| aim.is_none()).map(|((curve, _), name)| place(curve, name)).collect();
    let joined = |parts: &[String]| listed(&parts.iter().map(String::as_str).collect::<Vec<_>>());
    let enough = (!enough.is_empty())
        .then(|| format!("To be rewarded in 3 cohorts of 4, a provider must improve the outcome by {}.", joined(&enough)));
    let never = (!never.is_empty())
        .then(|| format!("Even an improvement of 30 percentage points is not rewarded in 3 cohorts of 4 {}.", joined(&never)));
    let sentences: Vec<String> = enough.into_iter().chain(never).collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

fn over_scenarios(stress: &StressTest) -> Option<String> {
    let range = stress.break_even.as_ref().filter(|_| stress.scenarios > 0)?;
    let paying = 1.0 - range.never;
    let never = counted_scenarios(range.never, stress);
    if paying * (stress.scenarios as f64) < 0.5 {
        let tried = match stress.scenarios {
            1 => "the one scenario tried".to_owned(),
            tried => format!("any of the {tried} scenarios"),
        };
        return Some(format!("No aim pays better than spending what is spent today, in {tried}."));
    }
    let pays = match (range.middle, range.high) {
        (_, high) if high <= 0.0 => "any improvement pays".to_owned(),
        (middle, high) if middle <= 0.0 => {
            format!("any improvement mostly pays, and an aim of {} nearly always does", points(high))
        }
        (middle, high) if point_figure(range.low) == point_figure(high) => format!("the aim must be {} to pay", points(middle)),
        (middle, high) => format!(
            "the aim must be {} to pay ({} to {} in 9 scenarios of 10)",
            points(middle),
            point_figure(range.low),
            point_figure(high)
        ),
    };
    Some(match range.never * (stress.scenarios as f64) < 0.5 {
        true if stress.scenarios == 1 => format!("In the one scenario tried, {pays}."),
        true => format!("Over all {} scenarios, {pays}.", stress.scenarios),
        false => format!("In {never}, no aim within reach pays. In the others, {pays}."),
    })
}

/// Whether spending less than today pays, where anything is spent today.
fn drifting(stress: &StressTest) -> Option<String> {
    let curve = typical_curve(stress)?;
    let spends_today = curve.points.first().is_some_and(|point| point.aim < -1e-6);
    let range = stress.break_even.as_ref().filter(|_| spends_today && stress.scenarios > 0)?;
    Some(format!(
        "Spending nothing at all pays better than spending what is spent today in {}.",
        counted_scenarios(range.drifting_pays, stress)
    ))
}

/// The curve of the area of typical size.
pub fn typical_curve(stress: &StressTest) -> Option<&Curve> {
    stress.curves.get(stress.curves.len() / 2)
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
