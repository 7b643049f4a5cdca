//! Which folders there are: every conduct at every size with small, middling and large providers, and every honest folder, each with
//! several seeds.

use super::conduct::{CONDUCTS, Conduct, Planting, SIZES, Size};
use super::honest::{HONEST, Honest};
use super::watched_scheme::HONEST_SCHEMES;
use super::world::Setting;

/// Starts a month with the provider that is looked at.
pub(crate) const STARTS: [f64; 3] = [15.0, 40.0, 120.0];

/// Which seeds are drawn. Whoever tunes a detector may look at the first alone. The table uses the second alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SeedSet {
    Tuning,
    Reporting,
}

impl SeedSet {
    /// The seed of a number. The two sets have none in common.
    pub(crate) fn seed(self, number: u64) -> u64 {
        let first = match self {
            SeedSet::Tuning => 1_000_000,
            SeedSet::Reporting => 9_000_000,
        };
        first + number
    }
}

/// How many folders of each kind, by the size of providers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FolderCounts {
    pub(crate) planted: [u64; 3],
    /// Of each honest folder; whole rounds of the schemes.
    pub(crate) honest: [u64; 3],
    /// Of each conduct as documented, with three providers and 40 starts a month.
    pub(crate) three_providers: u64,
    /// Whether the sizes beside the documented one are drawn.
    pub(crate) all_sizes: bool,
}

/// The whole table.
pub(crate) const FULL: FolderCounts =
    FolderCounts { planted: [12, 8, 3], honest: [12, 9, 3], three_providers: 4, all_sizes: true };
/// A small one, for a look.
pub(crate) const QUICK: FolderCounts =
    FolderCounts { planted: [0, 1, 0], honest: [3, 0, 0], three_providers: 0, all_sizes: false };

/// The folder of a conduct.
pub(crate) fn planted(conduct: Conduct, size: Size, providers: usize, starts_a_month: f64, seed: u64) -> Setting {
    let planting = Some(Planting { conduct, size });
    Setting { seed, scheme: conduct.facts().scheme, providers, starts_a_month, honest: Honest::Plain, planting }
}

/// An honest folder.
pub(crate) fn honest(honest: Honest, starts_a_month: f64, seed: u64) -> Setting {
    let scheme = HONEST_SCHEMES[(seed % HONEST_SCHEMES.len() as u64) as usize];
    let (providers, starts_a_month) = honest.providers(6, starts_a_month);
    Setting { seed, scheme, providers, starts_a_month, honest, planting: None }
}

/// Where a folder stands in the table, and what is in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FolderPlan {
    pub(crate) setting: Setting,
    /// Which of [`STARTS`].
    pub(crate) starts: usize,
}

/// Every folder, in the order of the table.
pub(crate) fn plans(counts: FolderCounts, seeds: SeedSet) -> Vec<FolderPlan> {
    let mut out = Vec::new();
    let sizes: &[Size] = if counts.all_sizes { &SIZES } else { &[Size::Documented] };
    for conduct in CONDUCTS {
        for size in sizes {
            for (starts, wanted) in counts.planted.into_iter().enumerate() {
                let of = |number| planted(conduct, *size, 6, STARTS[starts], seeds.seed(number));
                out.extend((0..wanted).map(|number| FolderPlan { setting: of(number), starts }));
            }
        }
        let of = |number| planted(conduct, Size::Documented, 3, STARTS[1], seeds.seed(number));
        out.extend((0..counts.three_providers).map(|number| FolderPlan { setting: of(number), starts: 1 }));
    }
    for kind in HONEST {
        for (starts, wanted) in counts.honest.into_iter().enumerate() {
            let of = |number| honest(kind, STARTS[starts], seeds.seed(number));
            out.extend((0..wanted).map(|number| FolderPlan { setting: of(number), starts }));
        }
    }
    out
}
