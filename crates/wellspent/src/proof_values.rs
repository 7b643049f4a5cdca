//! Values that the rules read in the row of an event and that stand in the row of its proof instead, as findings.

use base::english::counted;
use outcomes::proof_values::{ProofValues, ValuesOnProofs};
use records::fault::Fault;

/// The columns, each with its message where a proof has a value and its event has none.
const CLASS: &str = "a proof has a class that the rules leave out, and its event has not; the rules read the class of the event";
const DISPOSAL: &str = "a proof has a disposal, and its event has none; the rules read the disposal of the event";
const SETTLED: &str =
    "a proof has another day in `settled` than its own, and its event has none; the day of the proof is its own";

/// What is found. Where no event has a value of its own, and the rules need one, nothing can be measured: the run is refused.
pub(crate) fn faults(values: &ValuesOnProofs) -> Vec<Fault> {
    let ValuesOnProofs { class, disposal, settled } = values;
    let needed = |values: &ProofValues| values.on_events == 0;
    [
        fault("class", CLASS, "write it in the row of the event; in that of the proof it changes nothing", class, needed(class)),
        fault(
            "disposal",
            DISPOSAL,
            "write it in the row of the event; in that of the proof it changes nothing",
            disposal,
            needed(disposal),
        ),
        fault(
            "settled",
            SETTLED,
            "no action needed if the day of the proof is right; otherwise correct it, or write `settled` in the row of the event",
            settled,
            false,
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn fault(column: &str, what: &'static str, fix: &str, values: &ProofValues, refused: bool) -> Option<Fault> {
    let ProofValues { on_events, on_proofs } = *values;
    let fault = Fault::file(what, "the value in the row of the event", fix);
    let fault = if refused { fault.refused() } else { fault.warning() };
    let value = Some(format!("{}; events with one of their own: {on_events}", counted(on_proofs, "row", "rows")));
    (on_proofs > 0).then(|| Fault { column: column.into(), value, ..fault })
}
