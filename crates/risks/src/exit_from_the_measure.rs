//! Exit from the measure: people who would count as a failure leave what is counted.

use base::money::thousands;
use contract::fixes::Fix;

use crate::detection::detector::Detector;
use crate::detection::expected::nothing_expected;
use crate::detection::measures::{NO_MAIN, harder};
use crate::detection::series::{Gathered, beyond, difference};
use crate::detection::signal::Signal;
use crate::estimate::{Estimate, mean};
use crate::finding::{Finding, FindingBuilder, gain_compared, gains};
use crate::harm::Harm;
use crate::observed::{ObservedRecords, ObservedStart, ObservedState, month};
use crate::results::{AgentType, StrategyKind, StrategyResults};
use crate::risk::{FeeLever, Indicator, Risk};
use crate::risk_id::RiskId;
use crate::wording::{lost, percent, pounds, pounds_within, quoted_list};

pub(super) const RISK: Risk = Risk {
    id: RiskId::ExitFromTheMeasure,
    name: "exit from the measure",
    definition: "The risk that people leave what is counted, and that leaving counts as a success, or not as a failure. It can be \
                 present only where somebody who leaves is no failure: they are excepted, or a bad result is not seen of them. It is \
                 present when the provider gains by having people with a bad result leave, more than that costs it. The payer pays \
                 for results that nobody has. Exceptions without a reason are looked for under misreporting.",
    watch: &[
        Indicator {
            measure: "The share of people who leave the measure before their result is known, by provider and month",
            warning: "it rises, or differs between providers",
        },
        Indicator {
            measure: "Where people are a year after they left, from records of other agencies",
            warning: "few of them have the result that is paid for",
        },
    ],
    detector: DETECTOR,
    forecast,
    fixes: |_| vec![Fix::NoGate, Fix::Together(vec![Fix::NoGate, Fix::TwoSided]), Fix::Prices(50), Fix::Prices(25)],
    fee_lever: FeeLever::None,
    why_it_stays,
    gain_in_words: gain_compared,
    losers: |finding, _| vec![format!("the payer: {} for results that nobody has", lost(finding.payer_loss))],
};

const DETECTOR: Detector = Detector {
    signals,
    expected: nothing_expected,
    explanations: &[
        "People moved away when housing or work in the area changed.",
        "An agency closes cases that are quiet, whoever serves them.",
        "People with a good result leave the service early as well.",
    ],
    settled_by: "what other agencies know of the people after they left",
    tuned_to: "15 in 100 people more leave: an assumption. Two thirds of a fall in unemployment was people who left the labour market \
               (Krug and Stephan 2016)",
};

/// Days after the start within which a service that ends has ended early: an assumption.
const EARLY_END: i32 = 180;
/// By so much more of an honest provider's people may leave, and of its harder people: assumptions.
const ALLOWED: f64 = 0.05;
const ALLOWED_HARDER: f64 = 0.1;

/// More people leave the measure than elsewhere, and those who leave are those with little chance of a good result.
fn signals(records: &ObservedRecords) -> Result<Vec<Signal>, &'static str> {
    let main = records.main.ok_or(NO_MAIN)?;
    let middle = records.middle_chance();
    let left = |start: &ObservedStart| start.results.get(main).is_some_and(|result| result.state == ObservedState::Left);
    if !records.has_ends && !records.served().any(|(_, start)| left(start)) {
        return Err("the records show nobody who leaves the measure or whose service ends");
    }
    let [mut all, mut hard, mut rest] = std::array::from_fn(|_| Gathered::default());
    for (provider, start) in records.served() {
        let by = start.began.saturating_add(EARLY_END);
        // Everybody is looked at on the same day after their start, so that nobody counts as staying who has had no time to leave.
        if by > records.as_at {
            continue;
        }
        let leaves = left(start) || start.ended_by(by);
        all.add_whether(provider, month(by), leaves);
        match middle.and_then(|middle| harder(start, middle)) {
            Some(true) => hard.add_whether(provider, month(by), leaves),
            Some(false) => rest.add_whether(provider, month(by), leaves),
            None => {}
        }
    }
    let contrast = difference(&hard.means(), &rest.means(), ALLOWED_HARDER);
    Ok(vec![
        Signal::beyond_others("people who leave the measure, or whose service ends early", beyond(all.means(), ALLOWED), 0.15),
        Signal::beyond_zero("harder people among those who leave, beyond the others", contrast, 0.2),
    ])
}

/// What the files must say for it to be looked for.
const NEEDS: &str = "[exits.OUTCOME] in assumptions.toml: how many people with a bad result can leave what is counted, and what that \
                     costs";

fn forecast(results: &StrategyResults, agent: AgentType) -> Finding {
    let mut finding = FindingBuilder::new(RISK.id, StrategyKind::BestResponse(agent));
    let open = &results.leaving_is_no_failure;
    if open.is_empty() {
        finding.test("somebody who leaves is no failure", false, "whoever leaves counts as a bad result".to_owned());
        return finding.absent("Nothing is gained by people who leave.");
    }
    let (Some(exits), Some(best)) = (&results.exits, results.get(StrategyKind::BEST)) else {
        return finding.not_looked_for(NEEDS);
    };
    let gain = Estimate::of(exits.paid_more.iter().map(|more| more - exits.cost));
    let paid_more = Estimate::of(exits.paid_more.iter().copied());
    let share = exits.changed / exits.of.max(1.0);
    finding.test("somebody who leaves is no failure", true, quoted_list(open));
    finding.test("it pays to have people with a bad result leave", share > 0.0005, format!("{} of them leave", percent(share)));
    finding.test("the provider gains more than that costs", gains(gain, best), pounds_within(gain));
    finding.test("the payer pays for results that nobody has", paid_more.low() > 0.0, pounds_within(paid_more));
    finding.figure("people who leave what is counted", thousands(exits.changed.round() as i64));
    finding.figure("as a share of those with a bad result", percent(share));
    finding.figure("paid more because they leave", pounds(mean(&exits.paid_more)));
    finding.figure("what it costs to have them leave", pounds(exits.cost));
    let strategy = match share > 0.0005 {
        true => format!("Have {} of the people with a bad result leave what is counted.", percent(share)),
        false => "Have nobody leave: it does not pay.".to_owned(),
    };
    finding.finish(strategy, gain, Harm::none(), paid_more)
}

/// Where leaving is no failure, any price for results pays for it.
fn why_it_stays(results: &StrategyResults) -> Option<String> {
    let open = &results.leaving_is_no_failure;
    (!open.is_empty()).then(|| {
        format!("whoever leaves is no failure in {}. A price for results rewards leaving as it rewards help", quoted_list(open))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detection::made_up::{self, strength};

    /// One in ten people leave; with the first provider more of those who are harder to help do.
    fn records(more: f64) -> ObservedRecords {
        made_up::records(4, 24, 25, |draw, start, provider| {
            let hard = draw() < 0.5;
            start.chance = Some(if hard { 0.2 } else { 0.5 });
            if draw() < 0.1 + if provider == 0 && hard { more } else { 0.0 } {
                start.ended = start.began + 90;
            }
        })
    }

    #[test]
    fn people_who_leave_are_seen() {
        let found = strength(&signals(&records(0.5)).expect("there are ends"), 0);
        assert!(found.iter().all(|log| *log > 3.0), "{found:?}");
        let signals = signals(&records(0.0)).expect("there are ends");
        for provider in 0..4 {
            let found = strength(&signals, provider);
            assert!(found.iter().all(|log| *log < 3.0), "{provider}: {found:?}");
        }
    }

    #[test]
    fn records_without_any_end_cannot_show_it() {
        let mut records = records(0.0);
        records.has_ends = false;
        assert!(signals(&records).is_err());
    }
}
