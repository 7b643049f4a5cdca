//! Values that the rules read in the row of an event, and that stand in the row of its proof instead. They change nothing there, and
//! nothing shows it: an offence whose conviction says "breach" counts like any other.

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

    /// Where the values of one person stand. `room` is memory, used again for each person.
    pub(crate) fn values_of(&self, own: PersonFacts<'_>, room: &mut Vec<Fact>) -> ValuesOnProofs {
        let mut out = ValuesOnProofs::default();
        if self.proofs.is_empty() {
            return out;
        }
        fn facts<'a>(own: PersonFacts<'a>, kinds: &'a [u16]) -> impl Iterator<Item = Fact> + 'a {
            kinds.iter().flat_map(move |kind| own.of(*kind))
        }
        let (proven, proofs) = (|| facts(own, &self.proven), || facts(own, &self.proofs));
        // Few people have a value in any of the columns, and nothing is noted of the others.
        let has_value = |fact: Fact| fact.class != 0 || fact.disposal != 0 || fact.to != NEVER;
        if !proven().chain(proofs()).any(has_value) {
            return out;
        }
        // Of events with the same key, the last one stands for all.
        room.clear();
        room.extend(proven());
        room.sort_by_key(|event| event.key);
        let last_of = |same: &[Fact]| same[same.len() - 1];
        room.chunk_by(|one, other| one.key == other.key).for_each(|same| out.note(&last_of(same), None, self));
        for proof in proofs() {
            let up_to = &room[..room.partition_point(|event| event.key <= proof.about)];
            if let Some(event) = up_to.last().filter(|event| event.key == proof.about) {
                out.note(event, Some(&proof), self);
            }
        }
        out
    }
}
