//! One world: who provides, where, how many people come and what happens to them, before any provider does anything unintended.
//! What differs from the plain world is either honest ([`super::honest`]) or planted ([`super::conduct`]).

use base::day::Day;

use super::calendar::{MONTHS, month_of};
use super::conduct::Planting;
use super::honest::Honest;
use super::keyed::{Keyed, Topic};
use super::watched_scheme::WatchedScheme;

/// What decides one folder. Equal settings give equal bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Setting {
    pub(crate) seed: u64,
    pub(crate) scheme: WatchedScheme,
    /// Providers of the contract. Each has one area of its own, and all share one more.
    pub(crate) providers: usize,
    /// Starts a month with the provider that is looked at. The others have 0.6 to 1.6 times as many.
    pub(crate) starts_a_month: f64,
    pub(crate) honest: Honest,
    pub(crate) planting: Option<Planting>,
}

/// The two groups of people.
pub(crate) const SEGMENTS: [&str; 2] = ["easier", "harder"];

/// The share of harder people among those referred.
const HARDER: f64 = 0.4;

/// The share of a provider's people who come from its own area.
pub(crate) const OWN_AREA: f64 = 0.7;

/// People of the comparison group for each person served.
pub(crate) const COMPARISON_EACH: f64 = 1.0;

/// Of those referred, the share that never starts, by segment, where nobody turns them away. Assumption.
pub(crate) const LAPSE: [f64; 2] = [0.12, 0.15];

/// What is alike for everybody with a provider.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProviderTraits {
    /// Starts a month, as planned.
    pub(crate) starts: f64,
    /// Times as many contacts as usual.
    pub(crate) contacts: f64,
    /// Times the usual effect of help.
    pub(crate) effect: f64,
}

/// The world of one setting.
pub(crate) struct World {
    pub(crate) setting: Setting,
    pub(crate) providers: Vec<ProviderTraits>,
    /// By area, the factor on the odds of a bad result. The shared area is the last.
    pub(crate) area_odds: Vec<f64>,
}

impl World {
    pub(crate) fn new(setting: Setting) -> World {
        let spread = setting.honest.provider_spread();
        let watched = setting.watched_provider();
        let providers = (0..setting.providers)
            .map(|at| {
                let mut keyed = Keyed::new(setting.seed, at as u64, Topic::Provider);
                let size = if at == watched { 1.0 } else { 0.6 + keyed.unit() };
                ProviderTraits {
                    starts: setting.starts_a_month * size,
                    contacts: (spread.contacts * keyed.normal()).exp(),
                    effect: (1.0 + spread.effect * keyed.normal()).max(0.2),
                }
            })
            .collect();
        let area_odds =
            (0..=setting.providers).map(|at| (0.1 * Keyed::new(setting.seed, at as u64, Topic::Area).normal()).exp()).collect();
        World { setting, providers, area_odds }
    }

    /// The area that all providers share.
    pub(crate) fn shared_area(&self) -> usize {
        self.setting.providers
    }

    /// People referred to a provider in a month, as planned: so many that the usual share of them starts.
    pub(crate) fn planned_referrals(&self, provider: usize, month: usize) -> f64 {
        let lapse = LAPSE[0] * (1.0 - HARDER) + LAPSE[1] * HARDER;
        let growth = self.setting.honest.growth(provider, month) * self.setting.planned_growth(provider, month);
        self.providers[provider].starts * growth / (1.0 - lapse)
    }

    /// People planned to start in an area in a month.
    pub(crate) fn planned_starts(&self, area: usize, month: usize) -> f64 {
        let lapse = LAPSE[0] * (1.0 - HARDER) + LAPSE[1] * HARDER;
        let of = |provider: usize, share: f64| share * self.planned_referrals(provider, month) * (1.0 - lapse);
        if area == self.shared_area() {
            (0..self.setting.providers).map(|provider| of(provider, 1.0 - OWN_AREA)).sum()
        } else {
            of(area, OWN_AREA)
        }
    }

    /// The share of harder people among those referred in an area in a month.
    pub(crate) fn share_harder(&self, area: usize, month: usize) -> f64 {
        HARDER + self.setting.honest.harder_by(area, month, self.setting.watched_provider())
    }
}

impl Setting {
    /// The provider that is looked at: the one that shows the conduct, if anybody does.
    pub(crate) fn watched_provider(&self) -> usize {
        (self.seed % self.providers as u64) as usize
    }

    /// The planting, where this provider shows it in the month.
    pub(crate) fn planted(&self, provider: usize, month: i32) -> Option<Planting> {
        self.planting.filter(|planting| provider == self.watched_provider() && month >= planting.begins_in_month())
    }

    fn planned_growth(&self, provider: usize, month: usize) -> f64 {
        let planting = self.planting.filter(|_| provider == self.watched_provider());
        planting.map_or(1.0, |planting| planting.planned_growth(month))
    }

    /// The planting, on the day, for people of an area: the provider's own area is the one where all are its people.
    pub(crate) fn planted_in_area(&self, area: usize, day: Day) -> Option<Planting> {
        self.planted(area, month_of(day).min(MONTHS as i32))
    }
}

/// The name of a provider.
pub(crate) fn provider_name(provider: usize) -> String {
    const NAMES: [&str; 6] = ["Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir"];
    match NAMES.get(provider) {
        Some(name) => (*name).to_owned(),
        None => format!("Grove {}", provider + 1),
    }
}

/// The name of an area, of so many providers.
pub(crate) fn area_name(area: usize, providers: usize) -> String {
    if area == providers { "shared".to_owned() } else { format!("district {}", area + 1) }
}
