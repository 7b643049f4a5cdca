//! Pilot to scale: the best of several pilots disappoints, and what worked on a small scale does less and costs more at scale.

use crate::detection::detector::Detector;
use crate::detection::expected::nothing_expected;
use crate::detection::measures::{EARLY, NO_CONTACTS, NO_MAIN, followed, known};
use crate::detection::series::{Gathered, MonthlyNumber};
use crate::detection::signal::{Signal, Unit};
use crate::observed::{Month, ObservedRecords, month};
use contract::fixes::Fix;
use std::collections::BTreeMap;

use crate::estimate::Estimate;
use crate::finding::{Finding, FindingBuilder, no_simple_reason};
use crate::harm::Harm;
use crate::results::{AgentType, PilotFacts, Shock, StrategyKind, StrategyResults};
use crate::risk::{FeeLever, Indicator, Risk};
use crate::risk_id::RiskId;
use crate::wording::{lost, percent, percentage_points, pounds, pounds_within, quoted};

pub(super) const RISK: Risk = Risk {
    id: RiskId::PilotToScale,
    name: "pilot to scale",
    definition: "The risk that the best of several pilots disappoints, and that what worked on a small scale does less and costs more \
                 at scale. It is present when the result expected at scale is worth less than the pilot promised, by at least 5% of \
                 payments. One of two further things must hold. An honest provider then loses money in at least a fifth of \
                 replications, and in a twentieth more of them than as piloted. Or the help is no longer worth its cost, as it was \
                 when piloted.",
    watch: &[
        Indicator {
            measure: "The effect on the first cohorts, compared with the pilot's interval",
            warning: "it is below the interval",
        },
        Indicator { measure: "The cost of a person, compared with the pilot's", warning: "it is higher" },
    ],
    detector: DETECTOR,
    forecast,
    fixes: |_| Vec::<Fix>::new(),
    fee_lever: FeeLever::None,
    why_it_stays: no_simple_reason,
    gain_in_words: |_| "nothing".to_owned(),
    losers: |finding, _| vec![format!("the payer and the public: {} of what the pilot promised", lost(finding.payer_loss))],
};

const DETECTOR: Detector = Detector {
    signals,
    expected: nothing_expected,
    explanations: &[
        "The people who came later are harder to help in a way that the records do not show.",
        "New staff were still learning.",
        "Everybody's results fell at the same time.",
    ],
    settled_by: "the effect on later cohorts, with a comparison group of their own",
    tuned_to: "a tenth fewer good results, and a third less contact, at twice the number of people: an assumption",
};

/// Months with nearly the usual number of people say nothing of scale. This is the logarithm of what counts as usual: an assumption.
const USUAL: f64 = 0.1;

/// Results and contact fall where more people start.
fn signals(records: &ObservedRecords) -> Result<Vec<Signal>, &'static str> {
    let main = records.main.ok_or(NO_MAIN)?;
    if !records.has_contacts {
        return Err(NO_CONTACTS);
    }
    let mut started: BTreeMap<(usize, Month), f64> = BTreeMap::new();
    for (provider, start) in records.served() {
        *started.entry((provider, month(start.began))).or_default() += 1.0;
    }
    let mut usual: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    for (&(provider, _), people) in &started {
        let sum = usual.entry(provider).or_default();
        *sum = (sum.0 + people.ln(), sum.1 + 1.0);
    }
    let scale = |provider: usize, began: Month| {
        let people = started.get(&(provider, began))?;
        let (sum, months) = usual.get(&provider)?;
        Some(people.ln() - sum / months)
    };
    // By month of start, because that is what has a number of people.
    let (mut results, mut hours) = (Gathered::default(), Gathered::default());
    for (provider, start) in records.served() {
        if let Some((_, beyond)) = known(records, start, main) {
            results.add(provider, month(start.began), beyond);
        }
    }
    followed(records, EARLY)
        .for_each(|(provider, _, start)| hours.add(provider, month(start.began), start.contacts_within(EARLY).1));
    Ok(vec![
        Signal::beyond_zero("results for each e-fold of people who start", slopes(results.means(), scale), 0.15).falling(),
        Signal::beyond_zero("hours of contact for each e-fold of people who start", slopes(hours.log_means(), scale), 0.5)
            .falling()
            .in_unit(Unit::LogRatio),
    ])
}

/// Each number beside its provider's mean, as the change for each e-fold of people.
fn slopes(points: Vec<MonthlyNumber>, scale: impl Fn(usize, Month) -> Option<f64>) -> Vec<MonthlyNumber> {
    let mut levels: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    for point in &points {
        let sum = levels.entry(point.provider).or_default();
        *sum = (sum.0 + point.value / point.variance, sum.1 + 1.0 / point.variance);
    }
    let slope = |point: MonthlyNumber| {
        let away = scale(point.provider, point.month).filter(|away| away.abs() > USUAL)?;
        let (sum, weight) = levels.get(&point.provider)?;
        Some(MonthlyNumber { value: (point.value - sum / weight) / away, variance: point.variance / (away * away), ..point })
    };
    points.into_iter().filter_map(slope).collect()
}

/// What the files must say for it to be looked for.
const NEEDS: &str = "[pilot] in assumptions.toml: the pilots tried, their standard error, and what changes at scale";

/// A shortfall above this share of payments matters.
const MUCH: f64 = 0.05;
/// One replication in five.
const OFTEN: f64 = 0.2;

fn forecast(results: &StrategyResults, _: AgentType) -> Finding {
    let mut finding = FindingBuilder::new(RISK.id, StrategyKind::Intended);
    let all = (&results.pilot, results.get(StrategyKind::Intended), results.under_shock(StrategyKind::Intended, Shock::AtScale));
    let (Some(pilot), Some(intended), Some(scaled)) = all else {
        return finding.not_looked_for(NEEDS);
    };
    let shortfall = intended.value - scaled.value + scaled.cost - intended.cost;
    let much = MUCH * intended.payment().abs();
    finding.test(
        "the result at scale is worth less than the pilot promised",
        shortfall > much,
        format!("worth {} less, costs included; the limit is {}, which is 5% of payments", pounds(shortfall), pounds(much)),
    );
    let share = |profits: &mut dyn Iterator<Item = f64>, replications: usize| {
        profits.filter(|profit| *profit < 0.0).count() as f64 / replications.max(1) as f64
    };
    let (now, then) =
        (share(&mut intended.profit(), intended.payments.len()), share(&mut scaled.profit(), scaled.payments.len()));
    // The spend on help at the scheme's scale, and what it buys there.
    let extra = |cost: f64| cost - (intended.cost - intended.help_spend);
    let worth = |value: f64, cost: f64| value >= extra(cost);
    let as_piloted = worth(intended.value, intended.cost);
    let stops = as_piloted && !worth(scaled.value, scaled.cost);
    let before = if as_piloted { "" } else { ", so it was not worth its cost even then" };
    finding.test(
        "at scale an honest provider starts to lose money, or the help is no longer worth its cost",
        (then >= OFTEN && then > now + 0.05) || stops,
        format!(
            "a loss in {} of replications, compared with {} as piloted; help worth {} for {} spent, compared with {} for {} as \
             piloted{before}",
            percent(then),
            percent(now),
            pounds(scaled.value),
            pounds(extra(scaled.cost)),
            pounds(intended.value),
            pounds(extra(intended.cost))
        ),
    );
    figures(&mut finding, pilot);
    let fall = Estimate::of(intended.profit().zip(scaled.profit()).map(|(here, there)| there - here));
    finding.figure("profit as intended, as piloted", pounds(intended.mean_profit()));
    finding.figure("change of profit at scale", pounds_within(fall));
    let chosen = match pilot.tried {
        1 => "was piloted once".to_owned(),
        n => format!("was the best of {n} pilots"),
    };
    let strategy = format!(
        "{} {chosen}. The pilot measured {} on {}. Expect {} at scale.",
        quoted(&pilot.help),
        pilot.size(pilot.measured),
        quoted(&pilot.outcome),
        pilot.size(pilot.at_scale)
    );
    let loss = Estimate::exact(shortfall);
    let lost = Estimate { mean: -fall.mean, ..fall };
    finding.finish(strategy, lost, Harm::none(), loss)
}

impl PilotFacts {
    /// The size of an effect in its own unit: "25.0 percentage points", or "30% fewer bad results".
    #[must_use]
    pub fn size(&self, share: f64) -> String {
        match self.in_points {
            true => percentage_points(share),
            false => format!("{} fewer bad results", percent(share)),
        }
    }
}

fn figures(finding: &mut FindingBuilder, pilot: &PilotFacts) {
    let figure = |share: f64| if pilot.in_points { percentage_points(share) } else { percent(share) };
    let within = |(low, high): (f64, f64)| format!(" ({} to {})", figure(low), figure(high));
    finding
        .figure(&format!("the pilot measured, on {}", quoted(&pilot.outcome)), figure(pilot.measured) + &within(pilot.interval));
    finding.figure("expected elsewhere", figure(pilot.expected) + &within(pilot.expected_interval));
    finding.figure("expected at scale", figure(pilot.at_scale));
    finding.figure("rise in the cost of a person", percent(pilot.cost_rises));
}
