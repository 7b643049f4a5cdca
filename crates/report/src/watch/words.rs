//! What a watch says, as sentences.

use base::english::{MONTHS, capitalised, counted, plural};
use base::money::thousands;
use base::statistics::wilson;
use risks::detection::evidence::EffectSide;
use risks::detection::signal::{ComparedWith, SignalEvidence, Unit};
use risks::detection::watch::{FALSE_DISCOVERIES, FALSE_FLAGS, LookedAt, SECOND_SIGNAL};
use risks::observed::Month;
use risks::{RiskId, listed, quoted};

use super::{FlagDecision, FlagMemory, RememberedFlag, WatchReport};

/// "April 2027".
#[must_use]
pub fn month_in_words(month: Month) -> String {
    format!("{} {}", MONTHS[month.rem_euclid(12) as usize], month.div_euclid(12))
}

/// The answer in one or two sentences.
pub(super) fn answer(watched: &WatchReport) -> String {
    let flags = watched.flags();
    let serious = flags.iter().filter(|looked| looked.stands_serious).count();
    let looked = looked_for(watched);
    match (flags.len(), serious) {
        (0, _) => format!("No flag stands. {looked}"),
        (1, 0) => format!("1 flag stands. It is not serious. {looked}"),
        (all, 0) => format!("{}, none of them serious. {looked}", counted(all as u64, "flag stands", "flags stand")),
        (all, serious) if all == serious => {
            format!("{}. {looked}", counted(serious as u64, "serious flag stands", "serious flags stand"))
        }
        (all, serious) => {
            format!("{}, {serious} of them serious. {looked}", counted(all as u64, "flag stands", "flags stand"))
        }
    }
}

fn looked_for(watched: &WatchReport) -> String {
    let mut risks: Vec<RiskId> = watched.watch.looked_at.iter().map(|looked| looked.risk).collect();
    risks.dedup();
    let providers =
        watched.watch.looked_at.iter().filter_map(|looked| looked.provider).collect::<std::collections::BTreeSet<_>>();
    format!(
        "{} looked for in the records of {}, over {}.",
        counted(risks.len() as u64, "risk was", "risks were"),
        counted(providers.len() as u64, "provider", "providers"),
        counted(watched.watch.months as u64, "month", "months"),
    )
}

/// What a flag means, and what it does not.
pub(super) fn about_flags() -> Vec<String> {
    let [flags, serious] = [FALSE_FLAGS, FALSE_DISCOVERIES].map(|share| (100.0 * share).round());
    vec![
        format!(
            "A flag is a reason to look and no finding. At most {flags}% of the flags that stand are expected to be false, over all risks and \
             providers, whenever you look. The chance beside a flag says how rare such evidence is where nothing \
             is wrong. It is not the chance that the flag is wrong."
        ),
        format!(
            "A flag is serious if at most {serious}% of such flags are expected to be false, and a second signal speaks for \
             it too: another measure, or the same in the other half of the people. That signal alone would do so by chance at most once in {SECOND_SIGNAL:.0} times."
        ),
        "Check the innocent explanations first. What an honest provider may differ by is an assumption, and so is the size that each \
         detector is tuned to. The size is named beside the flag."
            .to_owned(),
    ]
}

/// "North: parking".
pub(super) fn heading(watched: &WatchReport, looked: &LookedAt) -> String {
    let who = watched.provider(looked).map_or_else(|| "The whole contract".to_owned(), quoted);
    format!("{who}: {}{}", looked.risk.name(), if looked.stands_serious { " (serious)" } else { "" })
}

/// Since when a flag stands, and how strong the evidence is.
pub(super) fn strength(looked: &LookedAt) -> String {
    let log = looked.log_evidence.last().copied().unwrap_or_default();
    let raised = looked.flagged.map_or_else(String::new, |month| format!("First raised in {}. ", month_in_words(month)));
    format!("{raised}{}", odds(log))
}

/// How rarely chance alone gives such evidence.
pub(super) fn odds(log: f64) -> String {
    const MOST: f64 = 1e6;
    let times = log.exp();
    match times {
        times if times >= MOST => {
            "Without the risk, evidence as strong would come up in fewer than 1 case in a million.".to_owned()
        }
        times if times >= 2.0 => {
            format!(
                "Without the risk, evidence as strong would come up in at most 1 case in {}.",
                thousands(times.floor() as i64)
            )
        }
        _ => "There is no evidence for it.".to_owned(),
    }
}

/// The signals that speak for a risk, the strongest first; the strongest alone where none does.
pub(super) fn speaking(looked: &LookedAt) -> impl Iterator<Item = &SignalEvidence> {
    let speaks = |signal: &SignalEvidence| signal.log_evidence.last().is_some_and(|log| *log > 0.0);
    looked.signals.iter().enumerate().filter(move |(at, signal)| *at == 0 || speaks(signal)).map(|(_, signal)| signal)
}

/// What a signal shows, as a sentence.
pub(super) fn signal(signal: &SignalEvidence) -> String {
    let turned = if signal.falls { -1.0 } else { 1.0 };
    let (low, high) = (signal.estimate - 1.96 * signal.error, signal.estimate + 1.96 * signal.error);
    let (estimate, mut ends) = (turned * signal.estimate, [turned * low, turned * high]);
    ends.sort_by(f64::total_cmp);
    let is_lower = estimate < 0.0;
    let shown = |value: f64| amount(if is_lower { -value } else { value } + 0.0, signal.unit, is_lower);
    let interval = if is_lower { [shown(ends[1]), shown(ends[0])] } else { [shown(ends[0]), shown(ends[1])] };
    let direction = if is_lower { "lower" } else { "higher" };
    let than = match (signal.compared_with, signal.side, signal.alone) {
        (ComparedWith::Zero | ComparedWith::Allowance(_), EffectSide::Both, _) => "than expected",
        (ComparedWith::Zero | ComparedWith::Allowance(_), EffectSide::Above, _) => "than we allow an honest provider",
        (ComparedWith::Before, _, true) => "than before",
        (ComparedWith::Before, _, false) => "than before, beyond what changed at the other providers",
        (ComparedWith::Others, EffectSide::Both, _) => "than at the other providers",
        (ComparedWith::Others, EffectSide::Above, _) => "than at the other providers, beyond what we allow an honest one",
    };
    let alone = match signal.alone {
        true => " Too few other providers are there to compare with, so that a season or a change for everyone looks the same.",
        false => "",
    };
    if let (Some((cases, of)), ComparedWith::Allowance(allowed)) = (signal.counts, signal.compared_with) {
        let [cases, of] = [cases, of].map(|count| thousands(count.round() as i64));
        let since = month_in_words(signal.since);
        return format!(
            "{}: {cases} of {of} since {since}, where we allow an honest provider {}% (an assumption).",
            capitalised(signal.of),
            (1000.0 * allowed).round() / 10.0
        );
    }
    format!(
        "{}: {} {direction} {than} (95% interval {} to {}), since {}.{alone}",
        capitalised(signal.of),
        shown(estimate),
        interval[0],
        interval[1],
        month_in_words(signal.since)
    )
}

/// A size that is shown without a sign where it is in the direction said, and with one where the interval reaches the other.
fn amount(value: f64, unit: Unit, is_lower: bool) -> String {
    match unit {
        Unit::Share => {
            let points = (1000.0 * value).round() / 10.0;
            format!("{points} percentage {}", plural(if points == 1.0 { 1 } else { 2 }, "point", "points"))
        }
        Unit::LogRatio => {
            // Lower by a ratio is at most all of it.
            let change = if is_lower { 1.0 - (-value).exp() } else { value.exp() - 1.0 };
            format!("{}%", (100.0 * change).round())
        }
        Unit::Deviations => format!("{:.1} standard deviations", value),
    }
}

/// What was decided about a flag before.
pub(super) fn remembered(flag: &RememberedFlag) -> String {
    let when = flag.decided_on.map_or_else(String::new, |day| format!(" on {day}"));
    let note = if flag.note.is_empty() { String::new() } else { format!(": {}", flag.note.trim_end_matches('.')) };
    match flag.decision {
        FlagDecision::Open => "Nobody has decided about it yet.".to_owned(),
        FlagDecision::Confirmed => format!("Confirmed by {}{when}{note}.", flag.decided_by),
        FlagDecision::Explained => format!("Explained by {}{when}{note}. The evidence has not gone away.", flag.decided_by),
    }
}

/// Fewer decisions than this say nothing of a rate.
const FEW_DECIDED: u64 = 5;

/// How many flags turned out to be right.
pub(super) fn precision(memory: &FlagMemory) -> String {
    let (confirmed, decided) = memory.precision();
    let open = memory.flags.len() as u64 - decided;
    let waiting = match open {
        0 => String::new(),
        open => format!(" {} for a decision.", counted(open, "flag waits", "flags wait")),
    };
    match decided {
        0 => format!("No flag has been decided about yet, so we cannot say how many are right.{waiting}"),
        decided @ 1..FEW_DECIDED => format!(
            "Of {} decided about, {confirmed} {} confirmed: too few for a rate.{waiting}",
            counted(decided, "flag", "flags"),
            plural(confirmed, "was", "were"),
        ),
        decided => {
            let [low, high] = wilson(confirmed as f64, decided as f64).map(|share| (100.0 * share).round());
            format!(
                "Of {} decided about, {confirmed} {} confirmed: a precision of {}% (95% interval {low}% to {high}%).{waiting}",
                counted(decided, "flag", "flags"),
                plural(confirmed, "was", "were"),
                (100.0 * confirmed as f64 / decided as f64).round(),
            )
        }
    }
}

/// Risks that the records cannot show, as sentences: one for each reason.
pub(super) fn not_looked_for(watched: &WatchReport) -> Vec<String> {
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    for (risk, reason) in &watched.watch.not_looked_for {
        match reasons.iter_mut().find(|(known, _)| known == reason) {
            Some((_, risks)) => risks.push(risk.name().to_owned()),
            None => reasons.push((reason, vec![risk.name().to_owned()])),
        }
    }
    reasons.into_iter().map(|(reason, risks)| format!("{}: {reason}.", capitalised(&listed(&risks)))).collect()
}

/// How rarely chance alone gives such evidence, in a table.
pub(super) fn chance(log: f64) -> String {
    match log.exp() {
        times if times >= 1e6 => "below 1 in a million".to_owned(),
        times if times >= 2.0 => format!("1 in {}", thousands(times.floor() as i64)),
        _ => "no evidence".to_owned(),
    }
}

/// A flag that no longer stands.
pub(super) fn past(watched: &WatchReport, looked: &LookedAt) -> String {
    let raised = looked.flagged.map(month_in_words).unwrap_or_default();
    let decided = watched.remembered(looked).map_or_else(String::new, |flag| format!(" {}", remembered(flag)));
    format!("{}, raised in {raised}.{decided}", heading(watched, looked))
}

/// A row of the list of flags.
pub(super) fn memory_row(flag: &RememberedFlag) -> Vec<String> {
    let decided = flag.decided_on.map_or_else(String::new, |day| format!(", {day}"));
    vec![
        flag.risk.name().to_owned(),
        flag.provider.clone().unwrap_or_else(|| "the whole contract".to_owned()),
        month_in_words(flag.raised),
        if flag.serious { "yes" } else { "no" }.to_owned(),
        flag.decision.written().to_owned(),
        format!("{}{decided}", flag.decided_by),
        flag.note.clone(),
    ]
}
