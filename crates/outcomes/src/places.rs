//! The places that are looked at for what is missing: everywhere, each area and provider, and each side of a comparison.

use contract::Scheme;

use crate::cohorts::IndexEvent;
use crate::measured_outcomes::MeasuredOutcomes;

/// A place of which something may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SilentPlace {
    Everywhere,
    /// Position of the area in the scheme.
    Area(u32),
    /// Position among the providers of the records.
    Provider(u32),
    /// Those who are served, where others are only compared.
    Served,
    /// Those who are only compared.
    Comparison,
}

/// Every place to which anybody belongs, in order.
pub(crate) struct Places {
    pub(crate) all: Vec<SilentPlace>,
    /// Whether there are several areas, providers and sides: one alone is everywhere.
    areas: bool,
    providers: bool,
    sides: bool,
    /// The position of each place by its number; see [`Places::number`].
    positions: Vec<usize>,
    /// How many areas the scheme has.
    of_scheme: usize,
}

impl Places {
    pub(crate) fn of(scheme: &Scheme, measured: &MeasuredOutcomes) -> Places {
        let index = || measured.index.iter();
        let mut providers = index().filter_map(provider);
        let first = providers.next();
        let served = |which: bool| index().any(|index| index.start.comparison != which);
        let numbers = index().map(|index| index.start.provider as usize + 1).max().unwrap_or(0);
        let places = Places {
            all: Vec::new(),
            areas: scheme.areas.len() > 1,
            providers: providers.any(|other| Some(other) != first),
            sides: served(true) && served(false),
            positions: Vec::new(),
            of_scheme: scheme.areas.len(),
        };
        let (mut all, mut positions) = (Vec::new(), vec![usize::MAX; 3 + scheme.areas.len() + numbers]);
        for place in index().flat_map(|index| places.each(index).into_iter().flatten()) {
            let position = &mut positions[number(place, places.of_scheme)];
            if *position == usize::MAX {
                *position = 0;
                all.push(place);
            }
        }
        all.sort_unstable();
        all.iter().enumerate().for_each(|(at, place)| positions[number(*place, places.of_scheme)] = at);
        Places { all, positions, ..places }
    }

    /// The places that a start belongs to.
    fn each(&self, index: &IndexEvent) -> [Option<SilentPlace>; 4] {
        let area = self.areas.then_some(SilentPlace::Area(index.area));
        let provider = provider(index).filter(|_| self.providers).map(SilentPlace::Provider);
        let side = if index.start.comparison { SilentPlace::Comparison } else { SilentPlace::Served };
        [Some(SilentPlace::Everywhere), area, provider, self.sides.then_some(side)]
    }

    /// Gives the position of each place that a start belongs to.
    #[inline]
    pub(crate) fn each_of(&self, index: &IndexEvent, mut take: impl FnMut(usize)) {
        for place in self.each(index).into_iter().flatten() {
            take(self.positions[number(place, self.of_scheme)]);
        }
    }
}

/// A number of its own for each place, where the scheme has so many areas.
#[inline]
fn number(place: SilentPlace, areas: usize) -> usize {
    match place {
        SilentPlace::Everywhere => 0,
        SilentPlace::Served => 1,
        SilentPlace::Comparison => 2,
        SilentPlace::Area(area) => 3 + area as usize,
        SilentPlace::Provider(provider) => 3 + areas + provider as usize,
    }
}

/// The provider of somebody who is served.
fn provider(index: &IndexEvent) -> Option<u32> {
    (!index.start.comparison).then_some(index.start.provider)
}
