//! For each conduct: its risk, the risks that count as close relatives, its documented size and where that is from.

use super::conduct::{Conduct, ConductFacts};
use super::watched_scheme::WatchedScheme;
use super::watched_scheme::WatchedScheme::{Live, LiveBefore, Supervision, SupervisionGate, SupervisionRatchet, Work};

impl Conduct {
    /// What is known of it.
    pub(crate) fn facts(self) -> ConductFacts {
        match self as usize {
            at if at < Conduct::PaidForNoise as usize => of_people(self),
            at if at < Conduct::BaselineInflation as usize => of_results(self),
            _ => of_counting(self),
        }
    }
}

fn fact(
    (name, risk): (&'static str, &'static str),
    relatives: &'static [&'static str],
    scheme: WatchedScheme,
    (documented, source): (&'static str, &'static str),
) -> ConductFacts {
    ConductFacts { name, risk, relatives, scheme, documented, source }
}

/// Conduct that shows in who is served, how much, and what is claimed.
fn of_people(conduct: Conduct) -> ConductFacts {
    match conduct {
        Conduct::Drift => fact(
            ("drift in contacts and results", "drift"),
            &["parking", "enrolment-without-service", "metric-divergence"],
            Supervision,
            (
                "reoffending 3 points worse (two fifths of the effect of help); contacts 30% fewer",
                "3 points: the unpaid band of the 2013 straw man (Mulheirn 2013); contacts: assumption",
            ),
        ),
        Conduct::Parking => fact(
            ("parking of harder people", "parking"),
            &["drift", "enrolment-without-service", "cherry-picking"],
            Work,
            (
                "harder people get 45% of the contacts and of the effect; at twice the size a tenth",
                "less than half of what was promised for the hardest to help (PAC 2014)",
            ),
        ),
        Conduct::CherryPicking => fact(
            ("harder people turned away", "cherry-picking"),
            &["gate-keeping", "volume-risk"],
            Work,
            ("the share of harder people among starts falls by 7 points", "Shen 2003: 7 points fewer of the most severe"),
        ),
        Conduct::GateKeeping => fact(
            ("harder people lapse or wait", "gate-keeping"),
            &["cherry-picking", "volume-risk"],
            Live,
            (
                "31.5% of harder people referred never start; those who start wait half as long again",
                "19,800 prison leavers referred and 13,560 attached, Work Programme to June 2013 (Webster); waits: assumption",
            ),
        ),
        Conduct::ThresholdEffect => fact(
            ("people brought over the level, and dropped beyond it", "threshold-chasing-and-giving-up"),
            &["threshold-effect", "ratchet", "timing"],
            Work,
            (
                "40% of people up to 4 weeks short of 26 weeks in work reach it, half as many leave just beyond it, and contacts are \
                 40% fewer in the last month of each cohort",
                "40% of scores just below were raised (Dee and others 2019); the rest: assumption",
            ),
        ),
        Conduct::TimingOfClaims => fact(
            ("claims dated across the year's end", "timing"),
            &["misreporting", "threshold-chasing-and-giving-up"],
            Work,
            (
                "the last week of the contract year has 4.9 times the claims of the average week",
                "spending in the last week of the year (Liebman and Mahoney 2017)",
            ),
        ),
        Conduct::TimingOfEvents => fact(
            ("events dated after the window's end", "timing"),
            &["misreporting"],
            Supervision,
            ("30% of offences of the last 60 days of the window are dated in the 30 days after it", "assumption"),
        ),
        Conduct::Misreporting => fact(
            ("false claims", "misreporting"),
            &["metric-divergence"],
            Work,
            ("4.5% of claims are false, beside 0.5% honest mistakes", "4% to 5% of classrooms (Jacob and Levitt 2003)"),
        ),
        _ => fact(
            ("holding back once the year's target is reached", "ratchet"),
            &["drift", "threshold-chasing-and-giving-up"],
            SupervisionRatchet,
            (
                "in the last four months of each contract year 30% fewer contacts and 40% less effect",
                "direction: Charness and others 2011, Macartney 2016; size: assumption",
            ),
        ),
    }
}

/// Conduct and luck that show in results, numbers and comparisons.
fn of_results(conduct: Conduct) -> ConductFacts {
    match conduct {
        Conduct::PaidForNoise => fact(
            ("a gate that chance decides", "paid-for-noise"),
            &["threshold-chasing-and-giving-up"],
            SupervisionGate,
            (
                "the true result of every cohort is half a point beside the gate (one point; none)",
                "two years of one prison fell by 5.7 and 3.3 points, on average half a point beside a gate at 5 (Doncaster)",
            ),
        ),
        Conduct::Deadweight => fact(
            ("no effect compared with the comparison group", "deadweight"),
            &["drift", "regression-to-the-mean", "pilot-to-scale"],
            Live,
            (
                "no effect (half the effect; results made worse by half of it)",
                "Work Programme: 3.4% against 9.2% expected without it, first 14 months (PAC 2013)",
            ),
        ),
        Conduct::RegressionToTheMean => fact(
            ("people taken at their peak", "regression-to-the-mean"),
            &["deadweight", "baseline-inflation"],
            LiveBefore,
            ("twice the usual rate of events in the 6 months before the start, and no effect of help", "assumption"),
        ),
        Conduct::BaselineDrift => fact(
            ("everybody's results drift", "baseline-drift"),
            &["deadweight"],
            Supervision,
            (
                "reoffending falls by 3.4 points over the contract, for everybody",
                "reoffending of the unpaid public service fell by 3.4 points (Ministry of Justice, January 2022)",
            ),
        ),
        Conduct::MetricDivergence => fact(
            ("the paid measure better, the others worse", "metric-divergence"),
            &["misreporting"],
            Supervision,
            (
                "2 points fewer people reoffend, offences rise by 22%, feedback falls by half a point of ten",
                "Transforming Rehabilitation: -2.1 points in the first year, and frequency +22% (NAO 2019); feedback: assumption",
            ),
        ),
        Conduct::LossAndWindfall => fact(
            ("an area's luck", "provider-loss-and-windfall"),
            &["loss-and-windfall", "baseline-drift"],
            Work,
            (
                "jobs in the provider's own area as far below the plan as 27% is below 39%, for everybody there",
                "Work Programme, JSA 25 and over (NAO and PAC 2014)",
            ),
        ),
        Conduct::VolumeRisk => fact(
            ("starts far from the plan", "volume-risk"),
            &["provider-loss-and-windfall"],
            Work,
            ("32% fewer people (16%; 48%)", "paid volume 16% to 48% below the model (NAO 2017)"),
        ),
        _ => fact(
            ("an effect that fades as numbers grow", "pilot-to-scale"),
            &["deadweight", "drift"],
            Live,
            (
                "the number of people grows threefold, and 84% of the effect is lost on the way (42%; all of it)",
                "8.7 points in journals and 1.4 at scale (DellaVigna and Linos 2022)",
            ),
        ),
    }
}

/// Conduct that shows in who is counted, and when.
fn of_counting(conduct: Conduct) -> ConductFacts {
    match conduct {
        Conduct::BaselineInflation => fact(
            ("recorded events rise before the contract", "baseline-inflation"),
            &["regression-to-the-mean", "baseline-drift"],
            Supervision,
            (
                "10% more recorded events in the 6 months before the contract, and none of it after",
                "about 10% more elective admissions in the year before (Croxson, Propper and Perkins 2001)",
            ),
        ),
        Conduct::EnrolAllServeFew => fact(
            ("all enrolled, few served", "enrolment-without-service"),
            &["drift", "parking"],
            Supervision,
            ("40% of people are never met, beside an honest 3%", "assumption"),
        ),
        Conduct::ExitFromTheMeasure => fact(
            ("people leave the measure before a bad result", "exit-from-the-measure"),
            &["misreporting", "metric-divergence"],
            Work,
            (
                "21% of people without the result are excepted before, beside an honest 4%: two thirds of the gain that is measured",
                "two thirds of the fall in unemployment were people who left the labour force (Krug and Stephan 2016)",
            ),
        ),
        Conduct::Displacement => fact(
            ("people nearby do worse", "displacement"),
            &["deadweight"],
            Live,
            (
                "jobs of the unserved in the provider's area fall by as much as help adds (half; twice)",
                "net effect near zero in weak labour markets (Crépon and others 2013)",
            ),
        ),
        _ => fact(
            ("results never claimed", "under-claiming"),
            &["misreporting"],
            Work,
            ("10% of results are never claimed, beside an honest 2%", "about 26,000 results, some 10% (PAC 2014)"),
        ),
    }
}
