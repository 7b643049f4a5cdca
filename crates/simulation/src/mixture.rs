//! The mixture of providers: five kinds of provider, and the shares of them that comparable evidence suggests.
//!
//! A provider that maximises profit and does nothing else is a limit, and not a forecast. Studies of real schemes find providers that
//! carry on as before, that keep to a standard, that care for the people they serve, that stop when a target is met, and public bodies
//! that cannot keep a surplus. The shares are judgements with ranges; `docs/method.md` gives their sources, and says which were changed
//! after schemes had been looked at. A scenario draws them within their ranges. What each kind does is in `behaviours`.

use base::philox::{open_unit, words};
use base::reader::at_position;

/// Who owns the provider. It decides the shares of the kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    ForProfit,
    NonProfit,
    PublicBody,
}

/// The kinds of provider, in the order of their shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// Maximises profit.
    Profit,
    /// Counts part of the public's value as its own.
    Mission,
    /// Keeps to a standard between what is done today and what the contract asks for, and goes beyond it only for a price that grows with
    /// the distance.
    Norm,
    /// Does just enough to be paid what is intended, and no more.
    Satisficing,
    /// Cannot keep a surplus: does as much for the public as its payments carry.
    PublicBody,
}

/// A share with its range: an assumption.
type Share = (f64, f64, f64);

/// The shares of the kinds by ownership, each as stated with its 90% range.
fn shares(ownership: Ownership) -> [Share; 5] {
    match ownership {
        Ownership::ForProfit => [(0.45, 0.25, 0.65), (0.10, 0.02, 0.25), (0.15, 0.05, 0.30), (0.30, 0.15, 0.45), (0.0, 0.0, 0.0)],
        Ownership::NonProfit => {
            [(0.15, 0.05, 0.30), (0.35, 0.20, 0.55), (0.20, 0.10, 0.35), (0.25, 0.10, 0.40), (0.05, 0.0, 0.15)]
        }
        Ownership::PublicBody => {
            [(0.03, 0.0, 0.10), (0.15, 0.05, 0.30), (0.25, 0.10, 0.40), (0.20, 0.05, 0.35), (0.37, 0.20, 0.55)]
        }
    }
}

/// The share that reports falsely where that pays.
fn misreporting(ownership: Ownership) -> Share {
    match ownership {
        Ownership::ForProfit => (0.45, 0.20, 0.70),
        Ownership::NonProfit => (0.20, 0.08, 0.40),
        Ownership::PublicBody => (0.20, 0.05, 0.45),
    }
}

/// The share that does not respond at all in the first year, and how much of it learns to in each year after.
const UNMOVED: Share = (0.35, 0.2, 0.5);
const LEARNING: Share = (0.2, 0.1, 0.3);
/// How far from today to what is intended the standard of a norm-keeping provider lies.
const STANDARD: Share = (0.8, 0.5, 1.0);
/// The pounds of unpaid work that a provider which does the work today gives up for a pound more of paid work: its staff are few.
const CROWDING: Share = (0.15, 0.0, 0.5);

/// The shares of a mixture of providers.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture {
    /// In the order of [`Behaviour`]; they add up to one.
    pub kinds: [f64; 5],
    pub misreporting: f64,
    pub unmoved: f64,
    pub learning: f64,
    /// From 0 (the standard is what is done today) to 1 (it is what is intended).
    pub standard: f64,
    pub crowding: f64,
    /// Whether the provider is the one that does the work today.
    pub incumbent: bool,
}

impl Mixture {
    /// The shares as stated. Where the ownership is not known, each of the three is taken to be as likely.
    #[must_use]
    pub fn stated(ownership: Option<Ownership>, incumbent: Option<bool>) -> Mixture {
        Mixture::at(ownership, incumbent, |_| 0.5)
    }

    /// The shares of one scenario, drawn within their ranges.
    #[must_use]
    pub fn drawn(ownership: Option<Ownership>, incumbent: Option<bool>, seed: u64, scenario: u64) -> Mixture {
        Mixture::at(ownership, incumbent, |which| open_unit(words(seed, scenario, which, MIXTURE)[0]))
    }

    fn at(ownership: Option<Ownership>, incumbent: Option<bool>, position: impl Fn(u64) -> f64) -> Mixture {
        let owners: &[Ownership] = match &ownership {
            Some(one) => std::slice::from_ref(one),
            None => &[Ownership::ForProfit, Ownership::NonProfit, Ownership::PublicBody],
        };
        let each = 1.0 / owners.len() as f64;
        let mut kinds = [0.0; 5];
        let mut false_reports = 0.0;
        for owner in owners {
            let mut which = 0..;
            let drawn = shares(*owner).map(|share| between(share, position(which.next().unwrap_or_default())));
            let total: f64 = drawn.iter().sum();
            kinds.iter_mut().zip(drawn).for_each(|(sum, share)| *sum += each * share / total);
            false_reports += each * between(misreporting(*owner), position(5));
        }
        Mixture {
            kinds,
            misreporting: false_reports,
            unmoved: between(UNMOVED, position(6)),
            learning: between(LEARNING, position(7)),
            standard: between(STANDARD, position(8)),
            crowding: between(CROWDING, position(9)),
            incumbent: incumbent.unwrap_or_else(|| position(10) < does_the_work_today(ownership)),
        }
    }

    /// The share that does not respond, on average over so many years.
    pub(crate) fn unmoved_over(&self, years: usize) -> f64 {
        let years = years.max(1) as i32;
        let stays = 1.0 - self.learning;
        self.unmoved * (0..years).map(|year| stays.powi(year)).sum::<f64>() / f64::from(years)
    }
}

/// Keyed draws of mixtures are far from those of people.
const MIXTURE: u64 = 1 << 40;

/// A share at a position in its range.
fn between((stated, low, high): Share, position: f64) -> f64 {
    at_position(stated, (low, high), position)
}

/// The chance that the provider is the one that does the work today, where the file does not say. A charity or a public body mostly is. A
/// company comes with the contract as often as not.
fn does_the_work_today(ownership: Option<Ownership>) -> f64 {
    match ownership {
        Some(Ownership::NonProfit | Ownership::PublicBody) => 1.0,
        Some(Ownership::ForProfit) | None => 0.5,
    }
}
