//! A comparison group that is smaller than the contract says, as a finding.

use contract::Scheme;
use contract::terms::{Baseline, Outcome};
use outcomes::MeasuredOutcomes;
use records::fault::Fault;

/// People served and compared with, where there are fewer to compare with than the contract says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FewCompared {
    served: i64,
    compared: i64,
    /// How many the contract compares with each person served.
    each: i64,
}

impl FewCompared {
    /// `None` where nobody is compared, or enough people are.
    pub(crate) fn of(scheme: &Scheme, measured: &MeasuredOutcomes) -> Option<FewCompared> {
        let ratio = |outcome: &Outcome| match outcome.baseline {
            Baseline::Comparison { ratio } => Some(ratio),
            _ => None,
        };
        let each = scheme.outcomes.iter().filter_map(ratio).max()?;
        let compared = measured.index.iter().filter(|index| index.start.comparison).count() as i64;
        let served = measured.index.len() as i64 - compared;
        (compared < served.saturating_mul(each)).then_some(FewCompared { served, compared, each })
    }

    pub(crate) fn fault(self) -> Fault {
        let FewCompared { served, compared, each } = self;
        let what = "the comparison group is smaller than the contract says, so what it shows is less sure";
        let fix = "supply the starts of the whole comparison group; if there are no more, agree the smaller number";
        let fault = Fault::file(what, format!("{each} for each person served, {} in all", served.saturating_mul(each)), fix);
        Fault { column: "group".into(), value: Some(format!("{compared} beside {served} served")), ..fault.warning() }
    }
}
