//! What became of everyone, added up for pricing: by provider and area, cohort and segment.

use scheme::Scheme;
use scheme::tally::Tally;
use scheme::terms::Baseline;

use super::{Measured, State};

/// What one provider's people came to in one area.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Position among the providers of the records.
    pub provider: u32,
    /// The people for whom every outcome of the scheme is known.
    pub tally: Tally,
    /// For each outcome and each cell of the tally, everyone who started, known or not.
    pub known: Vec<Vec<Known>>,
}

/// How much is known of one outcome in one cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// People whose window and wait have been observed, and what they came to.
    pub people: i64,
    pub count: i64,
    pub not_yet_known: i64,
    pub left_out: i64,
}

/// A tally for each provider and area, in their order. A person is in it when every outcome of the scheme is known: the tally
/// has one number of people, and all outcomes are shares of it.
#[must_use]
pub fn tallies(scheme: &Scheme, measured: &Measured) -> Vec<Group> {
    let segments = scheme.segments.len();
    let areas = scheme.areas.len();
    let providers = measured.index.iter().map(|index| index.start.provider as usize + 1).max().unwrap_or(0);
    let mut groups: Vec<Option<Group>> = vec![None; providers * areas];
    for (at, index) in measured.index.iter().enumerate() {
        let group = groups[index.start.provider as usize * areas + index.area as usize].get_or_insert_with(|| {
            let tally = Tally::empty(scheme, index.area as usize, (0..scheme.cohorts.len()).collect());
            let known = vec![vec![Known::default(); tally.people.len()]; scheme.outcomes.len()];
            Group { provider: index.start.provider, tally, known }
        });
        let cell = index.cohort as usize * segments + index.segment as usize;
        let findings = measured.of(at);
        let all_known = findings.iter().all(|finding| finding.state == State::Known);
        if index.start.comparison {
            for (outcome, finding) in scheme.outcomes.iter().zip(findings).enumerate().filter(|_| all_known) {
                if matches!(finding.0.baseline, Baseline::Comparison { .. }) {
                    let comparison = &mut group.tally.comparison[outcome];
                    comparison.people[cell] += 1;
                    comparison.counts[cell] += i64::from(finding.1.value);
                }
            }
            continue;
        }
        group.tally.people[cell] += i64::from(all_known);
        for (outcome, finding) in findings.iter().enumerate() {
            let known = &mut group.known[outcome][cell];
            match finding.state {
                State::Known => {
                    known.people += 1;
                    known.count += i64::from(finding.value);
                }
                State::NotYetKnown => known.not_yet_known += 1,
                State::LeftOut => known.left_out += 1,
            }
            if all_known {
                group.tally.counts[outcome][cell] += i64::from(finding.value);
            }
        }
    }
    groups.into_iter().flatten().collect()
}
