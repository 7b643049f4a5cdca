//! Values that the rules read in the row of an event, and that stand in the row of its proof instead. They change nothing there, and
//! nothing shows it: an offence whose conviction says "breach" counts like any other.

use std::collections::BTreeMap;

use base::day::NEVER;
use records::Records;
use records::facts::{Fact, PersonFacts};

/// Where the values of one column stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProofValues {
    /// Events that have a value of their own.
    pub on_events: u64,
    /// Proofs that have a value although their event has none.
    pub on_proofs: u64,
}

/// The columns that are read in the row of an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ValuesOnProofs {
    /// Only classes that the rules leave out.
    pub class: ProofValues,
    pub disposal: ProofValues,
    /// A proof that was settled on its own day says nothing more, and is not counted.
    pub settled: ProofValues,
}

impl ValuesOnProofs {
    /// Adds those of other people.
    pub(crate) fn add(&mut self, more: ValuesOnProofs) {
        for (sum, more) in [(&mut self.class, more.class), (&mut self.disposal, more.disposal), (&mut self.settled, more.settled)]
        {
            sum.on_events += more.on_events;
            sum.on_proofs += more.on_proofs;
        }
    }

    /// Notes the values of an event, or of a proof of it.
    fn note(&mut self, event: &Fact, proof: Option<&Fact>, kinds: &ProofKinds) {
        let mut column = |values: fn(&mut ValuesOnProofs) -> &mut ProofValues, own: bool, on_proof: bool| {
            let values = values(self);
            match proof {
                None => values.on_events += u64::from(own),
                Some(_) => values.on_proofs += u64::from(on_proof && !own),
            }
        };
        if kinds.classed.contains(&event.kind) {
            let is_named = |fact: &Fact| fact.class != 0 && fact.class != kinds.no_class;
            column(|values| &mut values.class, is_named(event), proof.is_some_and(is_named));
        }
        if kinds.disposals.contains(&event.kind) {
            column(|values| &mut values.disposal, event.disposal != 0, proof.is_some_and(|proof| proof.disposal != 0));
        }
        let settled = |proof: &Fact| proof.to != NEVER && proof.to != proof.from;
        column(|values| &mut values.settled, event.to != NEVER, proof.is_some_and(settled));
    }
}

/// Kinds of event, by position: proofs, what they prove, and those whose class and disposal the rules read.
pub(crate) struct ProofKinds {
    proofs: Vec<u16>,
    proven: Vec<u16>,
    classed: Vec<u16>,
    disposals: Vec<u16>,
    no_class: u16,
}

impl ProofKinds {
    pub(crate) fn of(records: &Records) -> ProofKinds {
        let need = &records.need;
        let kinds = |names: &[String]| names.iter().filter_map(|name| need.event(name)).collect();
        ProofKinds {
            proofs: kinds(&need.proofs),
            proven: kinds(&need.referred),
            classed: kinds(&need.classed),
            disposals: kinds(&need.disposals),
            no_class: need.no_class(),
        }
    }

    /// Where the values of one person stand.
    pub(crate) fn values_of(&self, own: PersonFacts<'_>) -> ValuesOnProofs {
        let mut out = ValuesOnProofs::default();
        if self.proofs.is_empty() {
            return out;
        }
        let events: BTreeMap<u64, Fact> =
            self.proven.iter().flat_map(|kind| own.of(*kind)).map(|event| (event.key, event)).collect();
        events.values().for_each(|event| out.note(event, None, self));
        for proof in self.proofs.iter().flat_map(|kind| own.of(*kind)) {
            if let Some(event) = events.get(&proof.about) {
                out.note(event, Some(&proof), self);
            }
        }
        out
    }
}
