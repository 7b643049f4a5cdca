//! Parking: people whom it does not pay to help are left without help.

use base::money::thousands;
use contract::fixes::Fix;

use super::{Case, Estimate, Finding, Harm, Risk, Role, StrategyResults, at_value, gain, gain_test, listed, pounds, public_loss};

pub(super) const RISK: Risk = Risk {
    name: "parking",
    definition: "A segment's effort under the provider's best strategy is at or near idle (under a tenth), while others are helped \
                 and the public's best use of the money that is intended would help these people too, and leaving them out raises \
                 the provider's profit.",
    watch: "Contacts and spend for each person by segment: a segment with starts and hardly any contact after.",
    forecast,
    fixes: |strategy_results| {
        // A price is the contract's: where it covers people of several kinds, those who need most decide.
        let mut needed =
            vec![100; strategy_results.segments.iter().map(|segment| segment.priced_as + 1).max().unwrap_or_default()];
        for segment in &strategy_results.segments {
            if let Some(price) = segment.unparking_price.filter(|price| segment.price_now > 0.0 && *price > segment.price_now) {
                // A little above the corner, where the first pound already pays.
                let percent = ((price / segment.price_now * 125.0).ceil() as i64).min(2_000);
                needed[segment.priced_as] = percent.max(needed[segment.priced_as]);
            }
        }
        let by_segment = Fix::SegmentPrices(needed);
        vec![
            by_segment.clone(),
            Fix::NoGate,
            Fix::Together(vec![Fix::NoGate, Fix::TwoSided]),
            Fix::Together(vec![Fix::NoGate, Fix::TwoSided, Fix::Prices(200)]),
            Fix::Together(vec![Fix::NoGate, Fix::TwoSided, Fix::Prices(300)]),
            Fix::Together(vec![Fix::NoGate, Fix::TwoSided, Fix::Prices(400)]),
            Fix::Prices(200),
            Fix::Prices(400),
            Fix::Straight,
            at_value(strategy_results, 100),
        ]
    },
};

/// Effort below this share of the public's best is no help worth the name.
const NEAR_IDLE: f64 = 0.1;

fn forecast(strategy_results: &StrategyResults, best: Role) -> Finding {
    let mut case = Case::against(Role::PublicAtCost);
    let (Some(play), Some(public)) = (strategy_results.simulate(best), strategy_results.simulate(Role::PublicAtCost)) else {
        return case.finding(RISK.name, String::new(), Estimate::default(), Harm::none(), Estimate::default());
    };
    let parked: Vec<usize> = (0..strategy_results.segments.len())
        .filter(|&at| {
            public.effort[at] > strategy_results.segments[at].people.max(1.0)
                && play.effort[at] < NEAR_IDLE * public.effort[at]
                && play.served[at] > 0.0
        })
        .collect();
    let people = parked.iter().map(|&at| play.served[at]).fold(0.0, |sum, people| sum + people);
    let names: Vec<String> = parked.iter().map(|&at| strategy_results.segments[at].name.clone()).collect();
    case.test(
        "a segment that the public would help gets no help",
        !parked.is_empty(),
        if parked.is_empty() { "none".to_owned() } else { listed(&names) },
    );
    // Helping nobody at all is drift: parking is about who is left out.
    let helped = (0..strategy_results.segments.len())
        .filter(|at| !parked.contains(at) && play.effort[*at] > strategy_results.segments[*at].people.max(1.0));
    let helped: Vec<String> = helped.map(|at| strategy_results.segments[at].name.clone()).collect();
    let figure = match helped.is_empty() {
        false => listed(&helped),
        true if play.help_spend < 0.5 * strategy_results.people => "nobody is".to_owned(),
        true => format!("nobody gets a tenth of what the public would give; {} is spent in all", pounds(play.help_spend)),
    };
    case.test("others are helped", !helped.is_empty(), figure);
    let gain = gain(play, public);
    gain_test(&mut case, gain, play, public);
    let lost = |at: usize| -> f64 {
        let sign = strategy_results.outcomes[at].sign;
        parked.iter().map(|&segment| sign * (public.outcomes[at][segment] - play.outcomes[at][segment])).sum()
    };
    let harm = Harm::among(strategy_results, play, public, &parked, "the parked");
    let worth: f64 = (0..strategy_results.outcomes.len()).map(|at| strategy_results.outcomes[at].value * lost(at)).sum();
    case.test(
        "people in it are worse off",
        harm.people >= 0.5,
        format!("{} of {} people", thousands(harm.people.round() as i64), thousands(people.round() as i64)),
    );
    let loss = public_loss(play, public);
    case.figure("people parked", thousands(people.round() as i64));
    case.figure("worth of the results lost among them", pounds(worth));
    for segment in &strategy_results.segments {
        let price = segment.unparking_price.map_or("help can do nothing".to_owned(), pounds);
        let now = if segment.price_now > 0.0 { format!(", paid now {}", pounds(segment.price_now)) } else { String::new() };
        case.figure(&format!("un-parking price, {}", segment.name), format!("{price}{now}"));
    }
    let strategy = match parked.len() {
        0 => "No segment is left without help that the public would give.".to_owned(),
        n if n == strategy_results.segments.len() => "Give no help to any segment.".to_owned(),
        _ => format!("Give no help to {}, and help only the rest.", listed(&names)),
    };
    case.finding(RISK.name, strategy, gain, harm, loss)
}
