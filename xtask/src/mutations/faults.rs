//! The planted faults: one for each risk, each the smallest change to a clean scheme that brings it.

use risks::RiskId;

use super::draw::{Draw, DrawnIntention, Events, Fee, Held, Pay, percent, pounds, table};

/// Fewest segments that the fault of a risk needs; 0 where there must be only one.
pub(super) fn segments(risk: RiskId) -> usize {
    match risk {
        RiskId::ThresholdEffect => 0,
        RiskId::Parking | RiskId::CherryPicking | RiskId::MetricDivergence | RiskId::EnrolAllServeFew => 2,
        _ => 1,
    }
}

/// Plants it before the fee is set; `improvement` is what the clean price buys, in proportion of people.
pub(super) fn plant(risk: RiskId, draw: &mut Draw, improvement: f64) {
    let last = draw.shares.len() - 1;
    // What does no harm in a clean scheme is taken out, so that the fault alone is there.
    draw.intake = "everyone";
    draw.reported_by_provider = false;
    draw.audit = None;
    draw.excepts = false;
    draw.assumptions_extra.clear();
    match risk {
        // Far below the price at which the first pound of help pays for itself.
        RiskId::Drift => draw.price = draw.cheapest_corner() * draw.uniform(40, 0.3, 0.8),
        // Some have many events, which nobody pays for, and are dear to help.
        RiskId::Parking | RiskId::EnrolAllServeFew => {
            // Nothing is paid for a start alone, or enough for each to cover what it costs.
            draw.fee = if risk == RiskId::Parking { Fee::EachMonth } else { Fee::EachPerson };
            if risk == RiskId::EnrolAllServeFew {
                draw.gather_in_last(draw.uniform(42, 0.3, 0.5));
            }
            draw.half_cost[last] *= draw.uniform(40, 1.2, 1.5) * draw.price / draw.corner(last);
            draw.spent_now = 0.0;
            let mut each = vec![1.2; draw.shares.len()];
            each[last] = draw.uniform(41, 80.0, 95.0);
            draw.value *= 0.5;
            draw.events = Some(Events { each, value: draw.value });
            // Those who are dear to help no longer count towards what can be intended.
            draw.intended = DrawnIntention::Aim(0.3 * improvement * (1.0 - draw.shares[last]));
            draw.people *= 8.0;
        }
        // Some cost twice as much to serve, and the provider may turn them away.
        RiskId::CherryPicking => {
            draw.intake = "provider chooses";
            draw.fee = Fee::EachPerson;
            draw.cost_each[last] *= draw.uniform(40, 3.0, 4.0);
        }
        // A fifth fall out before they count, and the fee comes without them.
        RiskId::GateKeeping => {
            draw.intake = "after assessment";
            draw.fee = Fee::EachMonth;
            let bring_in = draw.price * draw.uniform(40, 0.2, 0.4);
            let falls_out = draw.uniform(41, 0.15, 0.3);
            draw.assumptions_extra += &table("assessment", &[("falls_out", percent(falls_out)), ("bring_in", pounds(bring_in))]);
        }
        // A lump for reaching a level above what is intended, and nothing short of it or beyond.
        RiskId::ThresholdEffect => {
            let gate = improvement * draw.uniform(40, 0.75, 0.85);
            draw.fee = Fee::EachPerson;
            draw.pay = Pay::AtRisk { gate, lump: 1.3 * draw.price * gate };
            draw.intended = DrawnIntention::Aim(0.45 * improvement);
            draw.people *= 6.0;
        }
        // The second year pays less than the first, and dates can be moved.
        RiskId::Timing => {
            draw.later_price = draw.uniform(40, 0.6, 0.8);
            let cost = draw.price * draw.uniform(41, 0.05, 0.15);
            draw.assumptions_extra += &table("timing.result", &[("at_most", percent(0.05)), ("cost_of_last", pounds(cost))]);
        }
        // The provider reports, and hardly anything is checked.
        RiskId::Misreporting => {
            draw.reported_by_provider = true;
            if draw.uniform(40, 0.0, 1.0) < 0.5 {
                draw.audit = Some((0.02, 2.0 * draw.price));
            }
            let cost = draw.price * draw.uniform(41, 1.0, 3.0);
            draw.assumptions_extra += &table("false_claims.result", &[("at_most", percent(0.1)), ("cost_of_last", pounds(cost))]);
        }
        RiskId::Ratchet => {
            draw.years = 2;
            draw.ratchet = draw.uniform(40, 0.5, 0.6);
            // Against a bar that rises, what is intended must be seen in less of it.
            draw.intended = DrawnIntention::Aim(0.4 * improvement);
            draw.people *= 12.0;
        }
        // Cohorts too small to tell.
        RiskId::PaidForNoise => draw.people = (draw.people / draw.uniform(40, 15.0, 25.0)).max(30.0).round(),
        // The same people before, whose records the provider keeps.
        RiskId::BaselineInflation => {
            draw.baseline = Held::Before(0.0);
            let cost = draw.price * draw.uniform(40, 0.1, 0.4);
            let most = draw.uniform(41, 0.05, 0.15);
            let lines = [("at_most", percent(most)), ("cost_of_last", pounds(cost))];
            draw.assumptions_extra += &table("baseline_inflation.result", &lines);
        }
        // People with the bad result can leave, and are then in neither number.
        RiskId::ExitFromTheMeasure => {
            draw.excepts = true;
            let cost = draw.price * draw.uniform(40, 0.1, 0.4);
            let most = draw.uniform(41, 0.05, 0.2);
            draw.assumptions_extra += &table("exits.result", &[("at_most", percent(most)), ("cost_of_last", pounds(cost))]);
        }
        // So much is taken from others that what is left is worth less than its price.
        RiskId::Displacement => {
            let worth_its_price = 1.0 - draw.price / draw.value;
            let share = worth_its_price + draw.uniform(40, 0.25, 0.5) * (1.0 - worth_its_price);
            draw.assumptions_extra += &table("displacement.result", &[("share", percent(share))]);
        }
        // Evidence costs several times what a result is paid.
        RiskId::UnderClaiming => {
            draw.reported_by_provider = true;
            let cost = draw.price * draw.uniform(40, 1.5, 4.0);
            draw.assumptions_extra += &table("claims.result", &[("cost_of_last", pounds(cost))]);
        }
        RiskId::RegressionToTheMean => draw.baseline = Held::Before(draw.uniform(40, 0.06, 0.15)),
        RiskId::BaselineDrift => draw.baseline = Held::Fixed,
        // The money was meant for those with many events; the people are paid for.
        RiskId::MetricDivergence => {
            let mut each = vec![1.2; draw.shares.len()];
            each[last] = draw.uniform(40, 50.0, 80.0);
            draw.half_cost[last] *= 1.5;
            draw.events = Some(Events { each, value: 0.0 });
            let mut spend = vec![0.0; draw.shares.len()];
            spend[last] = draw.half_cost[last] * 5.0;
            draw.spent_now = 0.0;
            draw.intended = DrawnIntention::Spend(spend);
            // What is meant for a few people shows in few: more of them are needed to tell.
            draw.people *= 5.0;
        }
        // Planted once the fee is set.
        RiskId::LossAndWindfall | RiskId::Deadweight => {}
        // A fee for each person, and costs that stay when fewer come.
        RiskId::VolumeRisk => {
            draw.fee = Fee::EachPerson;
            draw.fixed_share = draw.uniform(40, 0.8, 0.95);
            draw.margin = draw.uniform(41, 0.01, 0.03);
        }
        // The best of several small pilots, dearer and diluted where it goes.
        RiskId::PilotToScale => {
            draw.fee = Fee::EachPerson;
            draw.margin = 0.002;
            draw.cost_each.iter_mut().for_each(|cost| *cost *= 0.5);
            let size = |share: f64| percent(share * draw.reach);
            let lines = [
                ("help", "\"support\"".to_owned()),
                ("tried", format!("{}", draw.uniform(40, 4.0, 8.0) as u64)),
                ("standard_error", size(draw.uniform(41, 0.4, 0.6))),
                ("differ_by", size(draw.uniform(42, 0.1, 0.3))),
                ("diluted", percent(draw.uniform(43, 0.6, 0.8))),
                ("cost_rises", percent(draw.uniform(44, 0.5, 1.0))),
            ];
            draw.assumptions_extra += &table("pilot", &lines);
        }
    }
}

/// What is planted in the margin itself, once the fee is set.
pub(super) fn plant_margin(risk: RiskId, draw: &mut Draw) {
    match risk {
        RiskId::LossAndWindfall => draw.fair_margin = (draw.fair_margin - 0.05) * draw.uniform(45, 0.2, 0.6),
        // Every good result is paid for, whoever brought it about, on top of a fee that covers the service.
        RiskId::Deadweight => draw.pay = Pay::EachResult,
        _ => {}
    }
}

/// What a fault brings besides its own risk by its very nature. What is paid for every good result moves with results everywhere, and
/// is more than a fair margin where the fee covers the service already.
pub(super) fn companions(risk: RiskId) -> &'static [RiskId] {
    match risk {
        RiskId::Deadweight => &[RiskId::BaselineDrift, RiskId::LossAndWindfall],
        // Those who are hardly served are left without help.
        RiskId::EnrolAllServeFew => &[RiskId::Parking],
        _ => &[],
    }
}
