//! Everything doubtful that measuring found, and its findings: of one folder and of several agencies alike.

use base::day::Day;
use contract::Scheme;
use outcomes::MeasuredOutcomes;
use outcomes::inconsistencies::Inconsistencies;
use outcomes::left_out::left_out;
use outcomes::reach::{Unreached, unreached};
use outcomes::recording_changes::{RecordingChange, like_others, recording_changes};
use outcomes::silence::{Silence, silences};
use records::Records;
use records::fault::{Fault, Grade};
use records::gate::findings::Findings;
use records::gate::quality::FileRead;

use crate::doubted::Doubted;
use crate::{
    doubtful_households, doubtful_rows, missing_starts, proof_values, recording_changes as changes_told, silent_months,
    unreached_kinds,
};

/// What is doubtful.
pub(crate) struct Doubts {
    silences: Vec<Silence>,
    changes: Vec<RecordingChange>,
    unreached: Vec<Unreached>,
    of_starts: Vec<Fault>,
    of_events: Vec<Fault>,
}

impl Doubts {
    /// What is doubtful in some records and their outcomes; `None` if nothing is, so that no table is read again. `audited` says whether
    /// there are claims that an audit may have looked at, and `has_own_ids` whether people have the ids of one agency and were not linked.
    pub(crate) fn of(
        scheme: &Scheme,
        records: &Records,
        measured: &MeasuredOutcomes,
        known_at: Day,
        audited: bool,
        has_own_ids: bool,
    ) -> Option<Doubts> {
        let silences = silences(scheme, measured);
        let changes = recording_changes(scheme, measured, has_own_ids);
        let unreached = unreached(records, &measured.reach, &measured.index, known_at);
        let in_rows = measured.inconsistencies != Inconsistencies::default() || audited || !left_out(measured).is_empty();
        let mut of_starts = missing_starts::faults(scheme, records, measured, known_at);
        of_starts.extend(doubtful_households::faults(scheme, measured));
        let of_events = proof_values::faults(&measured.proof_values);
        let of_tables = !of_starts.is_empty() || !of_events.is_empty();
        let doubtful = in_rows || !changes.is_empty() || !silences.is_empty() || !unreached.is_empty() || of_tables;
        doubtful.then_some(Doubts { silences, changes, unreached, of_starts, of_events })
    }

    /// Index events of whom far less or far more is recorded than of the others, each with one whose results could stand for its own.
    pub(crate) fn like_others(&self, measured: &MeasuredOutcomes) -> Vec<(u32, u32)> {
        if self.changes.is_empty() { Vec::new() } else { like_others(measured, &self.changes) }
    }

    /// Adds the findings.
    pub(crate) fn add(&self, doubted: &Doubted<'_>, findings: &mut Findings, files: &mut [FileRead]) -> anyhow::Result<()> {
        doubtful_rows::add(doubted, findings, files)?;
        silent_months::add(doubted, &self.silences, findings)?;
        changes_told::add(doubted, &self.changes, &self.silences, findings)?;
        self.unreached.iter().for_each(|kind| unreached_kinds::add(doubted, kind, findings));
        for (table, faults) in [("starts", &self.of_starts), ("events", &self.of_events)] {
            for fault in faults {
                findings.add(table, fault.clone(), fault.grade == Grade::Refused, None);
            }
        }
        Ok(())
    }
}
