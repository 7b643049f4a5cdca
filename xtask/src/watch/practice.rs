//! What a provider does with a person, and what surrounds everybody in an area, in a month: the plain world changed by what is
//! planted.

use super::calendar::{MONTHS, month_begins};
use super::conduct::{Conduct, Size};
use super::world::{LAPSE, Setting};

/// What a provider does with a person of one segment who is referred or starts in one month.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Practice {
    /// Times as many people referred.
    pub(crate) referrals: f64,
    /// The chance of being turned away at intake.
    pub(crate) refused: f64,
    /// The chance of never starting for other reasons.
    pub(crate) lapse: f64,
    /// Times the days from referral to start.
    pub(crate) wait: f64,
    /// Times the rate of events in the six months before the start.
    pub(crate) peak: f64,
    /// Times the usual contacts.
    pub(crate) contacts: f64,
    /// The chance of never being met.
    pub(crate) never_met: f64,
    /// Times the usual effect of help.
    pub(crate) effect: f64,
    /// Added to the score of feedback, of ten.
    pub(crate) feedback: f64,
    /// For people without the job result, the chance of a false claim.
    pub(crate) false_claim: f64,
    /// For people with it, the chance that nobody claims it.
    pub(crate) unclaimed: f64,
    /// For people without the result, the chance of being excepted before it shows.
    pub(crate) excepted: f64,
    /// The chance of being brought over a level that is near.
    pub(crate) brought_over: f64,
    /// The share of people who would reoffend and are kept from it, while the others offend so many times more.
    pub(crate) diverted: f64,
    pub(crate) more_offences: f64,
    /// The share of offences late in the window that are dated after it.
    pub(crate) dated_later: f64,
    /// Times the average week's claims in the last week of the contract year.
    pub(crate) last_week: f64,
}

impl Practice {
    /// What an honest provider does.
    fn honest(segment: usize) -> Practice {
        Practice {
            referrals: 1.0,
            refused: 0.0,
            lapse: LAPSE[segment],
            wait: 1.0,
            peak: 1.0,
            contacts: 1.0,
            never_met: 0.03,
            effect: 1.0,
            feedback: 0.0,
            false_claim: 0.005 * NO_RESULT_TO_CLAIM,
            unclaimed: 0.02,
            excepted: 0.04,
            brought_over: 0.0,
            diverted: 0.0,
            more_offences: 0.0,
            dated_later: 0.0,
            last_week: 1.0,
        }
    }

    /// What happens to the comparison group, whom nobody serves.
    pub(crate) fn nobody() -> Practice {
        Practice { effect: 0.0, contacts: 0.0, ..Practice::honest(0) }
    }

    /// What the provider does in the month.
    pub(crate) fn of(setting: &Setting, provider: usize, segment: usize, month: i32) -> Practice {
        let mut practice = Practice::honest(segment);
        let improved = setting.honest.improvement(provider == setting.watched_provider(), month);
        practice.contacts *= improved;
        practice.effect *= improved;
        if setting.honest.is_shut(month) {
            practice.contacts = 0.0;
        }
        let Some(planting) = setting.planted(provider, month) else { return practice };
        let (times, harder) = (planting.times(), segment == 1);
        match planting.conduct {
            Conduct::Drift => practice.do_less(0.3 * times, 0.4 * times),
            Conduct::Parking if harder => {
                let left_out = [0.275, 0.55, 0.9][planting.size as usize];
                practice.do_less(left_out, left_out);
            }
            Conduct::CherryPicking if harder => practice.refused = refused_for_points(0.07 * times),
            Conduct::GateKeeping if harder => {
                practice.lapse += ((19_800.0 - 13_560.0) / 19_800.0 - LAPSE[1]) * times;
                practice.wait = 1.0 + 0.5 * times;
            }
            Conduct::ThresholdEffect => {
                practice.brought_over = 0.4 * times;
                if month.rem_euclid(3) == 2 {
                    practice.do_less(0.4 * times, 0.4 * times);
                }
            }
            Conduct::TimingOfClaims => practice.last_week = 1.0 + 3.9 * times,
            Conduct::TimingOfEvents => practice.dated_later = 0.3 * times,
            Conduct::Misreporting => {
                let share = 0.045 * times;
                practice.false_claim += share / (1.0 - share) * NO_RESULT_TO_CLAIM;
            }
            Conduct::Ratchet if month.rem_euclid(12) >= 8 => practice.do_less(0.3 * times, 0.4 * times),
            Conduct::Deadweight => practice.effect = 1.0 - times.min(1.5),
            Conduct::RegressionToTheMean => {
                practice.peak = 1.0 + times;
                practice.effect = 0.0;
            }
            Conduct::MetricDivergence => {
                practice.diverted = 0.02 * times / REOFFEND;
                practice.more_offences = 0.22 * times + practice.diverted;
                practice.feedback = -0.5 * times;
            }
            Conduct::VolumeRisk => practice.referrals = 1.0 - [0.16, 0.32, 0.48][planting.size as usize],
            Conduct::PilotToScale => {
                let grown = f64::from(month.clamp(0, MONTHS as i32 - 1)) / (MONTHS - 1) as f64;
                practice.effect *= 1.0 - (0.84 * times).min(1.0) * grown;
            }
            Conduct::EnrolAllServeFew => practice.never_met = (0.4 * times).max(practice.never_met),
            Conduct::ExitFromTheMeasure => practice.excepted = 0.04 + 0.21 * times,
            Conduct::UnderClaiming => practice.unclaimed = 0.02 + 0.1 * times,
            // These are no practice of the month: they change what surrounds everybody, what is recorded, or the contract.
            _ => {}
        }
        practice
    }

    /// Fewer contacts, and less effect, by these shares.
    fn do_less(&mut self, contacts: f64, effect: f64) {
        self.contacts *= (1.0 - contacts).max(0.0);
        self.effect *= (1.0 - effect).max(0.0);
    }
}

/// People with the job result for each person without it, about.
const NO_RESULT_TO_CLAIM: f64 = 0.7;

/// The share of people served who reoffend within 12 months in the plain world, about.
const REOFFEND: f64 = 0.28;

/// How much that share falls for each unit of the logarithm of the rate of offences.
const REOFFEND_BY_LOG_RATE: f64 = 0.2;

/// The chance of turning a harder person away at which their share among starts falls by so much.
fn refused_for_points(points: f64) -> f64 {
    let starts = [0.6 * (1.0 - LAPSE[0]), 0.4 * (1.0 - LAPSE[1])];
    let share = starts[1] / (starts[0] + starts[1]);
    let odds = |share: f64| share / (1.0 - share);
    1.0 - odds(share - points) / odds(share)
}

/// Times the odds of a job that help brings.
pub(crate) const JOB_ODDS_OF_HELP: f64 = 1.8;

/// What surrounds everybody in an area, served or not: factors on rates and odds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Surroundings {
    pub(crate) offences: f64,
    pub(crate) job_odds: f64,
    /// Of those who are not served alone.
    pub(crate) unserved_job_odds: f64,
    /// Times the rate of events in the six months before the start of those who are not served.
    pub(crate) unserved_peak: f64,
}

impl Surroundings {
    /// Those of people who come in the month.
    pub(crate) fn of(setting: &Setting, area: usize, month: i32) -> Surroundings {
        let mut around = Surroundings { offences: 1.0, job_odds: 1.0, unserved_job_odds: 1.0, unserved_peak: 1.0 };
        let Some(planting) = setting.planting else { return around };
        let times = planting.times();
        if planting.conduct == Conduct::BaselineDrift {
            let passed = f64::from(month.clamp(0, MONTHS as i32)) / MONTHS as f64;
            around.offences = (-0.034 * times * passed / REOFFEND_BY_LOG_RATE).exp();
        }
        if setting.planted_in_area(area, month_begins(month.max(0) as usize)).is_some() {
            match planting.conduct {
                Conduct::LossAndWindfall => around.job_odds = ((0.27 / 0.73) / (0.39 / 0.61_f64)).powf(times),
                Conduct::Displacement => around.unserved_job_odds = JOB_ODDS_OF_HELP.powf(-times),
                // Those who are eligible and not served come at their peak as well.
                Conduct::RegressionToTheMean => around.unserved_peak = 1.0 + times,
                _ => {}
            }
        }
        around
    }
}

/// Percentage points by which the true result of every cohort is beside the gate, where chance is to decide it.
pub(crate) fn points_beside_the_gate(size: Size) -> f64 {
    match size {
        Size::Half => 0.01,
        Size::Documented => 0.005,
        Size::Twice => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turning_away_moves_the_mix_by_as_many_points() {
        let kept = 1.0 - refused_for_points(0.07);
        let starts = [0.6 * (1.0 - LAPSE[0]), 0.4 * (1.0 - LAPSE[1])];
        let before = starts[1] / (starts[0] + starts[1]);
        let after = kept * starts[1] / (starts[0] + kept * starts[1]);
        assert!((before - after - 0.07).abs() < 1e-12);
    }
}
