//! Everything doubtful that measuring found, and its findings: of one folder and of several agencies alike.

use base::day::Day;
use contract::Scheme;
use outcomes::MeasuredOutcomes;
use outcomes::inconsistencies::Inconsistencies;
use outcomes::left_out::left_out;
use outcomes::reach::{Unreached, unreached};
use outcomes::silence::{Silence, silences};
use records::Records;
use records::fault::{Fault, Grade};
use records::gate::findings::Findings;
use records::gate::quality::FileRead;

use crate::doubted::Doubted;
use crate::{doubtful_households, doubtful_rows, missing_starts, proof_values, silent_months, unreached_kinds};

/// What is doubtful.
pub(crate) struct Doubts {
    silences: Vec<Silence>,
    unreached: Vec<Unreached>,
    of_starts: Vec<Fault>,
    of_events: Vec<Fault>,
}

impl Doubts {
    /// What is doubtful in some records and their outcomes; `None` if nothing is, so that no table is read again. `audited` says whether
    /// there are claims that an audit may have looked at.
    pub(crate) fn of(
        scheme: &Scheme,
        records: &Records,
        measured: &MeasuredOutcomes,
        known_at: Day,
        audited: bool,
    ) -> Option<Doubts> {
        let silences = silences(scheme, measured);
        let unreached = unreached(records, &measured.reach, &measured.index, known_at);
        let in_rows = measured.inconsistencies != Inconsistencies::default() || audited || !left_out(measured).is_empty();
        let mut of_starts = missing_starts::faults(scheme, records, measured, known_at);
        of_starts.extend(doubtful_households::faults(scheme, measured));
        let of_events = proof_values::faults(&measured.proof_values);
        let of_tables = !of_starts.is_empty() || !of_events.is_empty();
        let doubtful = in_rows || !silences.is_empty() || !unreached.is_empty() || of_tables;
        doubtful.then_some(Doubts { silences, unreached, of_starts, of_events })
    }

    /// Adds the findings.
    pub(crate) fn add(&self, doubted: &Doubted<'_>, findings: &mut Findings, files: &mut [FileRead]) -> anyhow::Result<()> {
        doubtful_rows::add(doubted, findings, files)?;
        silent_months::add(doubted, &self.silences, findings)?;
        self.unreached.iter().for_each(|kind| unreached_kinds::add(doubted, kind, findings));
        for (table, faults) in [("starts", &self.of_starts), ("events", &self.of_events)] {
            for fault in faults {
                findings.add(table, fault.clone(), fault.grade == Grade::Refused, None);
            }
        }
        Ok(())
    }
}
