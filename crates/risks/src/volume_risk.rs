//! Volume risk: another number of people than the fee was made for.

use contract::fixes::Fix;

use super::{Case, Estimate, Finding, Harm, Risk, Role, StrategyResult, StrategyResults, Turn, Turned, mean, percent, pounds};

pub(super) const RISK: Risk = Risk {
    name: "volume risk",
    definition: "With a fifth fewer people than expected, or a fifth more, the profit of doing as intended falls by more than 5 % of \
                 what is paid at the expected number, and the provider then loses money in at least a fifth of replications, and in a \
                 twentieth more of them than at the expected number.",
    watch: "Starts each month against the number that the fee and the costs were worked out for.",
    forecast,
    fixes: |strategy_results| {
        let followed = fees_that_follow(strategy_results).into_iter().map(Fix::FeesFollow);
        followed.chain(fees_that_carry_it(strategy_results).into_iter().map(Fix::Fees)).collect()
    },
};

/// One replication in five.
const OFTEN: f64 = 0.2;
/// A loss that the number of people does not make likelier by this share of replications is none of its doing.
const MORE_OFTEN: f64 = 0.05;
/// A fall in profit larger than this share of what is paid matters.
const MUCH: f64 = 0.05;

/// The percentage of the fees that would follow the number of people as the costs do, and the one half-way there from today's:
/// the shape of the fees is changed and not their sum, so this is tried first.
fn fees_that_follow(strategy_results: &StrategyResults) -> Vec<i64> {
    let turned = |turn: Turn| strategy_results.turned(Role::Intended, turn);
    let all = (turned(Turn::FifthFewer), turned(Turn::FifthMore), strategy_results.simulate(Role::Intended));
    let (Some(fewer), Some(more), Some(intended)) = all else { return Vec::new() };
    let fees = |paid: f64, results: &[f64]| paid - mean(results);
    let expected = fees(intended.payment(), &intended.results);
    // From a fifth fewer to a fifth more is two fifths of those expected.
    let follows = (fees(mean(&more.payments), &more.results) - fees(mean(&fewer.payments), &fewer.results)) / 0.4;
    let costs = (more.cost - fewer.cost) / 0.4;
    if expected < 1.0 || intended.cost < 1.0 {
        return Vec::new();
    }
    let (now, matched) = (follows / expected, costs / intended.cost);
    let percent = |share: f64| (100.0 * share.clamp(0.0, 1.0)).round() as i64;
    vec![percent(matched), percent((now + matched) / 2.0)]
}

/// The percentages of today's fees at which doing as intended would break even at the worse of the two numbers, and a
/// twentieth and a tenth of payments above that, since it should rarely lose money and not just break even.
fn fees_that_carry_it(strategy_results: &StrategyResults) -> Vec<i64> {
    let Some((_, turned, _)) = worse_turn(strategy_results) else { return Vec::new() };
    let payment = mean(&turned.payments);
    let fees = payment - mean(&turned.results);
    let short = turned.cost - payment;
    let percent = |margin: f64| (100.0 * (1.0 + (short + margin * payment) / fees)).ceil();
    let percents = [0.0, 0.05, 0.1].map(percent).into_iter();
    percents.filter(|percent| fees > 1.0 && (101.0..=400.0).contains(percent)).map(|percent| percent as i64).collect()
}

/// The turn of the two that costs the provider more, with what it costs on the same replications.
fn worse_turn(strategy_results: &StrategyResults) -> Option<(&StrategyResult, &Turned, Estimate)> {
    let intended = strategy_results.simulate(Role::Intended)?;
    let turns = [Turn::FifthFewer, Turn::FifthMore].into_iter().filter_map(|turn| strategy_results.turned(Role::Intended, turn));
    let falls =
        turns.map(|turned| (turned, Estimate::of(intended.profit().zip(turned.profit()).map(|(here, there)| here - there))));
    let (turned, fall) = falls.max_by(|a, b| a.1.mean.total_cmp(&b.1.mean))?;
    Some((intended, turned, fall))
}

fn forecast(strategy_results: &StrategyResults, _: Role) -> Finding {
    let mut case = Case::against(Role::Intended);
    let Some((intended, turned, fall)) = worse_turn(strategy_results) else {
        return case.finding(RISK.name, String::new(), Estimate::default(), Harm::none(), Estimate::default());
    };
    let number = words(turned.turn);
    let much = MUCH * intended.payment().abs();
    case.test(
        "another number of people costs the provider dear",
        fall.low() > 0.0 && fall.mean > much,
        format!(
            "{number} profit falls by {} ± {}; 5 % of payments is {}",
            pounds(fall.mean),
            pounds(1.96 * fall.error),
            pounds(much)
        ),
    );
    let (often, expected) = (losses(strategy_results, turned.turn), losses_as_expected(strategy_results));
    case.test(
        "doing as intended then often loses money, and more often than at the expected number",
        often >= OFTEN && often > expected + MORE_OFTEN,
        format!("in {} of replications, against {} at the expected number", percent(often), percent(expected)),
    );
    case.figure("the worse of the two", number.to_owned());
    for turn in [Turn::FifthFewer, Turn::FifthMore] {
        let Some(turned) = strategy_results.turned(Role::Intended, turn) else { continue };
        case.figure(&format!("profit as intended {}", words(turn)), pounds(mean(&turned.profit().collect::<Vec<f64>>())));
        case.figure(&format!("chance of a loss {}", words(turn)), percent(losses(strategy_results, turn)));
        let each = mean(&turned.payments) / (share(turn) * strategy_results.people).max(1.0);
        case.figure(&format!("paid for each person {}", words(turn)), pounds(each));
    }
    case.figure("profit as intended with the people expected", pounds(intended.mean_profit()));
    case.figure("paid for each person expected", pounds(intended.payment() / strategy_results.people.max(1.0)));
    let strategy = match case.tests.iter().all(|test| test.holds) {
        true => format!("Nobody need do anything: {number} an honest provider's profit falls by {}.", pounds(fall.mean)),
        false => "Payments and costs follow the number of people closely enough.".to_owned(),
    };
    let lost = Estimate { mean: -fall.mean, ..fall };
    case.finding(RISK.name, strategy, lost, Harm::none(), Estimate::default())
}

/// "with a fifth fewer people".
fn words(turn: Turn) -> &'static str {
    if turn == Turn::FifthFewer { "with a fifth fewer people" } else { "with a fifth more people" }
}

/// People who come, as a share of those expected.
fn share(turn: Turn) -> f64 {
    if turn == Turn::FifthFewer { 0.8 } else { 1.2 }
}

/// The share of replications in which doing as intended loses money when things take a turn. By area, because each area is a
/// contract of its own; weighted by people.
fn losses(strategy_results: &StrategyResults, turn: Turn) -> f64 {
    by_area(strategy_results, |area| {
        let turned = area.turned.iter().find(|turned| turned.role == Role::Intended && turned.turn == turn)?;
        Some(turned.profit().collect())
    })
}

fn losses_as_expected(strategy_results: &StrategyResults) -> f64 {
    by_area(strategy_results, |area| {
        Some(area.strategy_results.iter().find(|play| play.role == Role::Intended)?.profit().collect())
    })
}

fn by_area(strategy_results: &StrategyResults, profits: impl Fn(&super::AreaResults) -> Option<Vec<f64>>) -> f64 {
    let (mut sum, mut people) = (0.0, 0.0);
    for area in &strategy_results.areas {
        let Some(profits) = profits(area) else { continue };
        let losses = profits.iter().filter(|profit| **profit < 0.0).count() as f64;
        sum += area.people * losses / profits.len().max(1) as f64;
        people += area.people;
    }
    sum / people.max(1.0)
}
