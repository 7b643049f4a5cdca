//! Starts that seem to be missing, as findings: those that were not yet known, providers without any, and a comparison group that is
//! smaller than the contract says.

use std::collections::BTreeSet;

use base::day::{Day, date};
use base::english::counted;
use contract::Scheme;
use contract::terms::{Baseline, Outcome, date_words};
use outcomes::MeasuredOutcomes;
use records::Records;
use records::fault::{Fault, visible};

/// How many providers a finding names.
const SHOWN: usize = 5;

/// What is found of the starts.
pub(crate) fn faults(scheme: &Scheme, records: &Records, measured: &MeasuredOutcomes, known_at: Day) -> Vec<Fault> {
    [known_later(measured, known_at), without_starts(scheme, records, measured), few_compared(scheme, measured)]
        .into_iter()
        .flatten()
        .collect()
}

/// Starts that became known only after the day that is asked about. If no other start counts, nobody would be paid for in silence.
fn known_later(measured: &MeasuredOutcomes, known_at: Day) -> Option<Fault> {
    let later = measured.starts_known_later;
    let what = "starts became known only after the day that is asked about, and are left out";
    let fix =
        "no action needed if that is right; `known` is the day from which the agency had the row, not the day of the extract";
    let fault = Fault::file(what, "starts that were known by then", fix);
    let by = date_words(date(known_at));
    let value = Some(format!("{} up to {by}, and known later", counted(later, "start", "starts")));
    let fault = Fault { column: "known".into(), value, ..fault };
    (later > 0).then(|| if measured.index.is_empty() { fault.refused() } else { fault.warning() })
}

/// Providers of the contract without a start that counts, where others have one.
fn without_starts(scheme: &Scheme, records: &Records, measured: &MeasuredOutcomes) -> Option<Fault> {
    let served = measured.index.iter().filter(|index| !index.start.comparison);
    let with: BTreeSet<u32> = served.map(|index| index.start.provider).collect();
    let with: BTreeSet<String> = with.into_iter().map(|provider| records.providers.get(provider).to_string()).collect();
    let ids = scheme.providers.iter().map(|provider| &provider.id);
    let without: Vec<String> = ids.filter(|id| !with.contains(*id)).map(|id| visible(id)).collect();
    if with.is_empty() || without.is_empty() {
        return None;
    }
    let what = "a provider of the contract has no start that counts, so nothing was measured for it";
    let fix = "check that its starts were supplied; no action needed if it has served nobody yet";
    let more = if without.len() > SHOWN { format!(" and {} more", without.len() - SHOWN) } else { String::new() };
    let value = Some(without[..without.len().min(SHOWN)].join(", ") + &more);
    Some(Fault { column: "provider".into(), value, ..Fault::file(what, "starts of each provider", fix).warning() })
}

/// Fewer people to compare with than the contract says.
fn few_compared(scheme: &Scheme, measured: &MeasuredOutcomes) -> Option<Fault> {
    let ratio = |outcome: &Outcome| match outcome.baseline {
        Baseline::Comparison { ratio } => Some(ratio),
        _ => None,
    };
    let each = scheme.outcomes.iter().filter_map(ratio).max()?;
    let compared = measured.index.iter().filter(|index| index.start.comparison).count() as i64;
    let served = measured.index.len() as i64 - compared;
    let agreed = served.saturating_mul(each);
    let what = "the comparison group is smaller than the contract says, so what it shows is less sure";
    let fix = "supply the starts of the whole comparison group; if there are no more, agree the smaller number";
    let fault = Fault::file(what, format!("{each} for each person served, {agreed} in all"), fix);
    let value = Some(format!("{compared} beside {served} served"));
    (compared < agreed).then(|| Fault { column: "group".into(), value, ..fault.warning() })
}
