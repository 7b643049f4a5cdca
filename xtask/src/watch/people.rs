//! Everybody in a world: who is referred where, who starts and when, and the comparison group.

use super::calendar::{MONTHS, last_day, month_begins, month_of};
use super::keyed::{Keyed, Topic};
use super::person::Who;
use super::practice::Practice;
use super::world::{COMPARISON_EACH, OWN_AREA, World};
use base::day::Day;

/// Somebody who was referred, or who is in the comparison group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival {
    pub(crate) who: Who,
    /// The day of the referral; none for the comparison group.
    pub(crate) referred: Option<Day>,
    /// What the provider does with the person.
    pub(crate) practice: Practice,
}

/// Everybody, in order of provider, month and number.
pub(crate) fn arrivals(world: &World) -> Vec<Arrival> {
    let mut out = Vec::new();
    for provider in 0..world.setting.providers {
        // Those who start in the contract's first days were referred in the month before it.
        for month in -1..MONTHS as i32 {
            referred(world, provider, month, &mut out);
        }
    }
    for area in 0..=world.shared_area() {
        for month in 0..MONTHS {
            comparison(world, area, month, &mut out);
        }
    }
    out
}

/// Blocks of keys: referrals before the contract, and the comparison group.
const BEFORE: usize = 2_000;
const COMPARISON: usize = 1_000;

/// A key that no other person has.
fn key(block: usize, month: usize, number: usize) -> u64 {
    ((block as u64) << 40) | ((month as u64) << 24) | number as u64
}

/// How many come in a month, where so many are planned: more uneven than chance alone.
fn count(world: &World, block: usize, month: usize, planned: f64) -> usize {
    let mut keyed = Keyed::new(world.setting.seed, key(block, month, 0), Topic::Month);
    let uneven = keyed.gamma(60.0);
    keyed.poisson(planned * uneven * world.setting.honest.referrals(month))
}

fn referred(world: &World, provider: usize, contract_month: i32, out: &mut Vec<Arrival>) {
    let setting = &world.setting;
    let is_before = contract_month < 0;
    let month = contract_month.max(0) as usize;
    let block = if is_before { BEFORE + provider } else { provider };
    let times = Practice::of(setting, provider, 0, month as i32).referrals;
    for number in 0..count(world, block, month, times * world.planned_referrals(provider, month)) {
        let key = key(block, month, number + 1);
        let mut keyed = Keyed::new(setting.seed, key, Topic::Referral);
        let area = if keyed.chance(OWN_AREA) { provider } else { world.shared_area() };
        let segment = usize::from(keyed.chance(world.share_harder(area, month)));
        let practice = Practice::of(setting, provider, segment, month as i32);
        let days = month_begins(month + 1) - month_begins(month);
        let day = month_begins(month) + keyed.between(0, days - 1) - if is_before { days } else { 0 };
        let (refused, lapses) = (keyed.chance(practice.refused), keyed.chance(practice.lapse));
        let wait = (1.0 + practice.wait * keyed.exponential(13.0)).min(150.0) as i32;
        let is_started = !refused && !lapses && day + wait <= last_day();
        if is_before && (!is_started || day + wait < month_begins(0)) {
            continue;
        }
        let began = if is_started { day + wait } else { day };
        // What is done for a person is what the provider does when the person starts.
        let practice = if is_started { Practice::of(setting, provider, segment, month_of(began)) } else { practice };
        let who = Who { key, segment, area, provider: Some(provider), began, is_started };
        out.push(Arrival { who, referred: Some(day), practice });
    }
}

fn comparison(world: &World, area: usize, month: usize, out: &mut Vec<Arrival>) {
    let block = COMPARISON + area;
    for number in 0..count(world, block, month, COMPARISON_EACH * world.planned_starts(area, month)) {
        let key = key(block, month, number + 1);
        let mut keyed = Keyed::new(world.setting.seed, key, Topic::Referral);
        let segment = usize::from(keyed.chance(world.share_harder(area, month)));
        let days = month_begins(month + 1) - month_begins(month);
        let began = month_begins(month) + keyed.between(0, days - 1);
        let who = Who { key, segment, area, provider: None, began, is_started: true };
        out.push(Arrival { who, referred: None, practice: Practice::nobody() });
    }
}
