//! Looks for the cheapest changes to the rules that remove the unintended consequences of a scheme.
//!
//! What comes in is a scheme and a world; what goes out is, for each finding that is present, the cheapest set of changes that
//! removes it, and one set that removes them all, or leaves the fewest. Every set is searched afresh: the provider plays
//! against the changed rules. The section "Mends" of `docs/method.md` says in which order sets are tried.

use base::document::{Picks, Reader};
use base::opened::Opened;
use contract::amend::{self, Texts};
use contract::mends::Mend;
use contract::terms::Better;
use contract::{Scheme, read};
use rayon::prelude::*;
use risks::{self, Play, Plays, Role};

use crate::fees;
use crate::plays::{self, Stage, Wanted};
use crate::search::Budget;
use crate::stress::{self, Options, Progress};
use crate::world::{self, World};

/// The result of a search for changes to the rules.
#[derive(Clone, Debug)]
pub struct Mending {
    /// What the payer pays under the scheme as it is, at the provider's best, in pounds.
    pub paid_now: f64,
    /// Findings that are present under the scheme as it is.
    pub present: Vec<&'static str>,
    /// For each of them the cheapest set that removes it, where one does.
    pub each: Vec<(&'static str, Option<Set>)>,
    /// The cheapest set that removes them all, or leaves the fewest; `None` when nothing is present, or nothing helps. Its
    /// figures are those of the full search on futures that no search saw.
    pub all: Option<Set>,
    /// Why what is left stays, in plain words, where that can be told.
    pub stays: Vec<(&'static str, String)>,
    /// Share of plausible worlds in which each finding is present, before and after the whole set.
    pub shares: Vec<Share>,
    pub worlds: usize,
    /// Sets of changes that were tried.
    pub tried: usize,
}

/// A set of changes to the rules and what it does, at the provider's best, against the scheme as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Set {
    pub changes: Vec<Mend>,
    /// What the payer pays more (or less), in pounds.
    pub payer_cost: f64,
    /// Value of outcomes gained, in pounds.
    pub value_gained: f64,
    /// People with a better result than before, net of those with a worse one, and what it is: "fewer people with reoffending".
    pub people_better: f64,
    pub better: String,
    pub removes: Vec<&'static str>,
    pub brings: Vec<&'static str>,
    /// All that is present under the changed rules, brought or left.
    pub left: Vec<&'static str>,
}

/// How often a finding is present over plausible worlds.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    pub name: &'static str,
    pub before: f64,
    pub after: f64,
}

impl Set {
    /// The set as one change.
    #[must_use]
    pub fn mend(&self) -> Mend {
        together(&self.changes)
    }
}

/// Several changes as one.
#[must_use]
pub fn together(changes: &[Mend]) -> Mend {
    match changes {
        [one] => one.clone(),
        several => Mend::Together(several.to_vec()),
    }
}

/// Searches for the changes.
#[must_use]
pub fn mend(opened: &Opened, scheme: &Scheme, world: &World, options: Options, progress: Progress<'_>) -> Mending {
    progress("searching the rules as they are in full", 0.0);
    let plays_now = full_plays(scheme, world, options);
    let full_now = Tried::of(Vec::new(), &plays_now);
    let present = names(&full_now.present, |_| true);
    let paid_now = full_now.payment;
    if present.is_empty() {
        progress("done", 1.0);
        let (each, stays, shares) = (Vec::new(), Vec::new(), Vec::new());
        return Mending { paid_now, present, each, all: None, stays, shares, worlds: 0, tried: 1 };
    }
    progress("drawing people", 0.05);
    let mut bench = Bench::new(scheme, world, options);
    progress("trying rules", 0.1);
    bench.try_rules();
    progress("trying prices", 0.25);
    bench.try_prices();
    progress("trying fees", 0.4);
    bench.try_fees();
    progress("searching the chosen rules in full", 0.6);
    let confirmed = bench.confirmed(&full_now, options);
    let (all, plays) = confirmed.map_or((None, plays_now), |(set, plays)| (Some(set), plays));
    let left = all.as_ref().map_or(&present, |set| &set.left);
    let stays = left.iter().filter_map(|&name| Some((name, risks::why_it_stays(name, &plays)?))).collect();
    let each = present.iter().map(|&name| (name, bench.cheapest_against(name))).collect();
    let (shares, worlds) = match &all {
        Some(set) => shares(opened, &bench, &set.mend(), options, progress),
        None => (Vec::new(), 0),
    };
    progress("done", 1.0);
    Mending { paid_now, present, each, all, stays, shares, worlds, tried: bench.tried.len() }
}

/// The margins of providers, which the level of the fees can set right or wrong.
const MARGINS: &str = "provider loss and windfall";

/// The risk of volume, which the shape of the fees can. Fees change no incentive, so these two are left for last.
const VOLUME: &str = "volume risk";

/// Futures in which each set is played.
const FUTURES: usize = 100;

/// Percentages of today's prices for results.
const PRICES: [i64; 10] = [50, 75, 110, 125, 150, 175, 200, 250, 300, 400];

/// Percentages of what results are worth to the public.
const OF_VALUE: [i64; 8] = [25, 40, 60, 80, 100, 125, 150, 200];

/// Percentages of today's fees.
const FEES: std::ops::RangeInclusive<i64> = 40..=160;
const FEE_STEP: usize = 5;

/// Sets of rules whose prices are tried, and sets with prices whose fees are.
const WIDTH: usize = 4;

/// Rules that are put together in every way; more would take too long, and nobody signs a contract changed in so many places.
const MOST_RULES: usize = 6;

/// What makes any contract run straight: results count from the baseline on, both ways, without gates, caps or floors.
pub(crate) const STRAIGHT: [Mend; 5] = [Mend::PayAboveBaseline, Mend::NoGate, Mend::Straight, Mend::TwoSided, Mend::NoLimits];

/// Sets that are searched in full, the cheapest first, until one keeps what the short search promised.
const CONFIRMATIONS: usize = 6;

/// One set of changes, with what the short search makes of it.
#[derive(Clone, Debug)]
struct Tried {
    changes: Vec<Mend>,
    /// By finding, in the order of the catalogue.
    present: Vec<bool>,
    payment: f64,
    value: f64,
    /// For each binary outcome its name, which way is better, and the people to whom it happens.
    counts: Vec<(String, Better, f64)>,
    /// Fees at which margins would be fair, where there are any: percentages of this set's, or a fee where it has none.
    fees: Vec<Mend>,
    /// Percentages of its fees that would follow the number of people as the costs do.
    follow: Vec<Mend>,
}

impl Tried {
    fn of(changes: Vec<Mend>, plays: &Plays) -> Tried {
        let best = plays.play(Role::Best);
        let binary = plays.outcomes.iter().enumerate().filter(|(_, outcome)| outcome.binary);
        let count = |at: usize| best.map_or(0.0, |play: &Play| play.outcome(at));
        let better = |sign: f64| if sign < 0.0 { Better::Fewer } else { Better::More };
        let suggested = |name: &str| {
            let consequence = risks::CATALOGUE.iter().find(|consequence| consequence.name == name);
            consequence.map_or(Vec::new(), |consequence| (consequence.mends)(plays))
        };
        let fees = suggested(MARGINS).into_iter().filter(|mend| matches!(mend, Mend::Fees(_) | Mend::FeeEach(_)));
        let follow = suggested(VOLUME).into_iter().filter(|mend| matches!(mend, Mend::FeesFollow(_)));
        Tried {
            changes,
            present: stress::present(plays),
            payment: best.map_or(0.0, Play::payment),
            value: best.map_or(0.0, |play| play.value),
            counts: binary.map(|(at, outcome)| (outcome.name.clone(), better(outcome.sign), count(at))).collect(),
            fees: fees.collect(),
            follow: follow.collect(),
        }
    }

    fn left(&self) -> usize {
        self.present.iter().filter(|present| **present).count()
    }

    /// Findings left that no fee could remove.
    fn left_but_fees(&self) -> usize {
        names(&self.present, |name| name != MARGINS && name != VOLUME).len()
    }

    /// What orders sets that do equally well. First those under which people do no worse than now: a contract that pays less
    /// and does less is no mend. Then pounds, then the number of changes; a difference below a thousandth of what is paid is not
    /// worth a change more.
    fn price(&self, now: &Tried) -> (bool, i64, usize, i64) {
        let thousandth = (now.payment.abs() / 1000.0).max(1.0);
        let worse = self.value < now.value - thousandth;
        (worse, (self.payment / thousandth).round() as i64, self.changes.len(), self.payment.round() as i64)
    }

    fn against(&self, now: &Tried) -> Set {
        let change = |at: usize| -> f64 {
            let (_, better, count) = &self.counts[at];
            let more = count - now.counts[at].2;
            if *better == Better::Fewer { -more } else { more }
        };
        let most = (0..self.counts.len()).max_by(|&a, &b| change(a).abs().total_cmp(&change(b).abs()));
        let words = most.map(|at| {
            let (name, better, _) = &self.counts[at];
            let way = if (*better == Better::Fewer) == (change(at) >= 0.0) { "fewer" } else { "more" };
            format!("{way} people with {name}")
        });
        let only = |keep: &dyn Fn(bool, bool) -> bool| {
            let kept: Vec<bool> = self.present.iter().zip(&now.present).map(|(then, before)| keep(*then, *before)).collect();
            names(&kept, |_| true)
        };
        Set {
            changes: self.changes.clone(),
            payer_cost: self.payment - now.payment,
            value_gained: self.value - now.value,
            people_better: most.map_or(0.0, change),
            better: words.unwrap_or_default(),
            removes: only(&|then, before| before && !then),
            brings: only(&|then, before| then && !before),
            left: only(&|then, _| then),
        }
    }
}

/// Where sets are tried, and all that were.
struct Bench<'a> {
    scheme: &'a Scheme,
    world: &'a World,
    /// Futures in which conducts are searched.
    search: Stage,
    /// Futures in which those found are played. The last finding of a cheap set is often one that chance makes, so a set must
    /// not be judged by the futures that its conducts were chosen for.
    play: Stage,
    /// The first is the scheme as it is.
    tried: Vec<Tried>,
}

impl<'a> Bench<'a> {
    fn new(scheme: &'a Scheme, world: &'a World, options: Options) -> Bench<'a> {
        // Beyond the futures that the full search sees and those that it reports.
        let first = (options.replications + Budget::FULL.replications) as u64;
        let fresh = first + Budget::QUICK.replications as u64;
        let search = Stage::build(scheme, world, options.seed, first, Budget::QUICK.replications);
        let play = Stage::build(scheme, world, options.seed, fresh, FUTURES);
        let mut bench = Bench { scheme, world, search, play, tried: Vec::new() };
        bench.try_all(vec![Vec::new()]);
        bench
    }

    /// The plays of the short search.
    fn plays(&self, scheme: &Scheme) -> Plays {
        let solved = stress::solve_all(scheme, self.world, &self.search, Budget::QUICK, Wanted::ForProfit);
        let areas = 0..self.play.people.len();
        let played =
            areas.into_par_iter().map(|area| plays::area_plays(&self.play.arena(scheme, self.world, area), &solved[area]));
        plays::table(scheme, self.world, &self.play.people, played.collect(), &solved)
    }

    /// Tries sets that were not tried before.
    fn try_all(&mut self, wanted: Vec<Vec<Mend>>) {
        let mut fresh: Vec<(Vec<Mend>, Scheme)> = Vec::new();
        for changes in wanted {
            let Some((changes, scheme)) = changed(self.scheme, &changes) else { continue };
            let known = |other: &[Mend]| *other == *changes;
            if !self.tried.iter().any(|tried| known(&tried.changes)) && !fresh.iter().any(|(other, _)| known(other)) {
                fresh.push((changes, scheme));
            }
        }
        let found: Vec<Tried> = fresh.into_par_iter().map(|(changes, scheme)| Tried::of(changes, &self.plays(&scheme))).collect();
        self.tried.extend(found);
    }

    /// What every finding's own list asks for, and its rules put together in every way. A change may bring a finding that was
    /// not there before, so the lists of those are asked too, once.
    fn try_rules(&mut self) {
        let plays = self.plays(self.scheme);
        for _ in 0..2 {
            let seen = |at: usize| self.tried.iter().any(|tried| tried.present[at]);
            let listed: Vec<Vec<Mend>> = risks::CATALOGUE
                .iter()
                .enumerate()
                .filter(|(at, _)| seen(*at))
                .flat_map(|(_, consequence)| (consequence.mends)(&plays))
                .map(|mend| parts(&mend))
                .collect();
            let mut rules: Vec<Mend> = Vec::new();
            for change in listed.iter().flatten() {
                let compares = |mend: &Mend| matches!(mend, Mend::LiveComparison(_));
                let known = rules.iter().any(|rule| rule == change || (compares(rule) && compares(change)));
                if is_rule(change) && !known && rules.len() < MOST_RULES && self.may_apply(change, &listed) {
                    rules.push(change.clone());
                }
            }
            let together = (1..1usize << rules.len()).map(|chosen| {
                rules.iter().enumerate().filter(|(at, _)| chosen >> at & 1 == 1).map(|(_, rule)| rule.clone()).collect()
            });
            let wanted: Vec<Vec<Mend>> = together.chain(listed).collect();
            self.try_all(wanted);
        }
    }

    /// A rule that changes nothing by itself may still do something after another: pooling, say, after new tariffs.
    fn may_apply(&self, change: &Mend, listed: &[Vec<Mend>]) -> bool {
        let after = |other: &Mend| other.apply(self.scheme).is_some_and(|scheme| change.apply(&scheme).is_some());
        change.apply(self.scheme).is_some() || listed.iter().flatten().any(after)
    }

    /// The sets that leave least, the simplest first.
    fn best(&self, keep: impl Fn(&Tried) -> bool) -> Vec<Tried> {
        let mut sets: Vec<Tried> = self.tried.iter().filter(|set| keep(set)).cloned().collect();
        sets.sort_by_key(|set| (set.left_but_fees(), set.changes.len(), set.price(&self.tried[0])));
        sets.truncate(WIDTH);
        sets
    }

    /// Prices in steps on top of the most promising rules: today's prices multiplied, and parts of what results are worth to the
    /// public; then finer between the last step that fails and the first that does not.
    fn try_prices(&mut self) {
        let mut plain = self.best(|set| set.changes.iter().all(is_rule));
        // Rules that run straight may leave more than others at today's prices, and nothing at the right ones.
        let with_live = [STRAIGHT.as_slice(), &[Mend::LiveComparison(1)]].concat();
        self.try_all(vec![STRAIGHT.to_vec(), with_live.clone()]);
        for rules in [&STRAIGHT[..], &with_live] {
            let found = self.find(rules).cloned();
            plain.extend(found.filter(|set| !plain.iter().any(|other| other.changes == set.changes)));
        }
        let with = |set: &Tried, price: Mend| [set.changes.as_slice(), &[price]].concat();
        let worth = self.worth();
        let times: (&[i64], &dyn Fn(i64) -> Mend) = (&PRICES, &Mend::Prices);
        let of_value: (&[i64], &dyn Fn(i64) -> Mend) = (&OF_VALUE, &|percent| Mend::AtValue { percent, worth: worth.clone() });
        let ways = [times, of_value];
        let mut first = Vec::new();
        for set in &plain {
            first.extend(ways.iter().flat_map(|(steps, price)| steps.iter().map(|&percent| with(set, price(percent)))));
        }
        self.try_all(first);
        let now = self.tried[0].clone();
        for set in &plain {
            for (steps, price) in ways {
                let left = |percent: i64| self.find(&with(set, price(percent))).map(Tried::left_but_fees);
                let goal = steps.iter().filter_map(|&percent| left(percent)).min().unwrap_or(usize::MAX);
                if goal > now.left_but_fees() {
                    continue;
                }
                let Some(first) = steps.iter().copied().find(|&percent| left(percent) == Some(goal)) else { continue };
                let below = steps.iter().rev().copied().find(|&percent| percent < first).unwrap_or(first);
                self.try_all((below + 5..first).step_by(5).map(|percent| with(set, price(percent))).collect());
            }
        }
    }

    /// What one of each result is worth to the public, in pence.
    fn worth(&self) -> Vec<i64> {
        self.world.outcomes.iter().map(|belief| (100.0 * belief.value).round() as i64).collect()
    }

    /// Fees on top of the cheapest sets that leave least: as they are, with a part that follows the number of people, and a fee
    /// where there was none, each in steps; then finer below the lowest that will do.
    fn try_fees(&mut self) {
        let least = self.tried.iter().map(Tried::left_but_fees).min().unwrap_or_default();
        let now = self.tried[0].clone();
        let mut sets: Vec<Tried> =
            self.tried.iter().filter(|set| set.left_but_fees() == least && !set.changes.iter().any(is_fee)).cloned().collect();
        // More good results cost more than they must here: the cheapest set is the one that buys the fewest.
        sets.sort_by_key(|set| (set.payment - now.payment - fees_to_spare(set)).round() as i64);
        sets.truncate(WIDTH);
        for set in &sets {
            let Some((_, scheme)) = changed(self.scheme, &set.changes) else { continue };
            let plays = fees::change_nothing_else(&scheme).then(|| self.plays(&scheme));
            let base = FeeBase { scheme: &scheme, plays };
            let shapes = std::iter::once(Vec::new()).chain(set.follow.iter().map(|follow| vec![follow.clone()]));
            for shape in shapes {
                let with = |fee: &Mend| [set.changes.as_slice(), &shape, std::slice::from_ref(fee)].concat();
                let steps: Vec<Mend> = FEES.step_by(FEE_STEP).map(Mend::Fees).chain(set.fees.clone()).collect();
                let mut wanted: Vec<Vec<Mend>> = steps.iter().map(with).collect();
                wanted.push([set.changes.as_slice(), &shape].concat());
                self.try_fees_on(&base, wanted);
                let fewest = self.tried.iter().map(Tried::left).min().unwrap_or_default();
                let percent = |fee: &Mend| if let Mend::Fees(percent) = fee { Some(*percent) } else { None };
                let good = |fee: &&Mend| self.find(&with(fee)).is_some_and(|tried| tried.left() == fewest);
                let Some(lowest) = steps.iter().filter(good).filter_map(percent).min() else { continue };
                let finer = (1..FEE_STEP as i64).map(|down| with(&Mend::Fees(lowest - down)));
                self.try_fees_on(&base, finer.collect());
            }
        }
    }

    /// Tries sets that differ from a base in their fees alone; where that changes nothing else, without a new search.
    fn try_fees_on(&mut self, base: &FeeBase<'_>, wanted: Vec<Vec<Mend>>) {
        let Some(plays) = &base.plays else { return self.try_all(wanted) };
        for changes in wanted {
            let Some((changes, scheme)) = changed(self.scheme, &changes) else { continue };
            if !self.tried.iter().any(|tried| tried.changes == changes) {
                let plays = fees::with_fees(plays, base.scheme, &scheme, self.world, &self.play.people);
                self.tried.push(Tried::of(changes, &plays));
            }
        }
    }

    fn find(&self, changes: &[Mend]) -> Option<&Tried> {
        let (changes, _) = changed(self.scheme, changes)?;
        self.tried.iter().find(|tried| tried.changes == changes)
    }

    /// The cheapest set that leaves the fewest findings, searched in full on fresh futures. The short search decides which to
    /// look at; a set that stood only by the luck of its few replications gives way to the next.
    fn confirmed(&self, full_now: &Tried, options: Options) -> Option<(Set, Plays)> {
        let mut sets: Vec<&Tried> = self.tried.iter().filter(|set| set.left() < full_now.left()).collect();
        sets.sort_by_key(|set| (set.left(), set.price(&self.tried[0])));
        let mut best: Option<(Tried, Plays)> = None;
        for set in sets.into_iter().filter(|set| !set.changes.is_empty()).take(CONFIRMATIONS) {
            let (changes, scheme) = changed(self.scheme, &set.changes)?;
            let plays = full_plays(&scheme, self.world, options);
            let full = Tried::of(changes, &plays);
            let rank = |set: &Tried| (set.left(), set.price(full_now));
            let promised = full.left() <= set.left();
            if full.left() < full_now.left() && best.as_ref().is_none_or(|(best, _)| rank(&full) < rank(best)) {
                best = Some((full, plays));
            }
            if promised {
                break;
            }
        }
        best.map(|(set, plays)| (set.against(full_now), plays))
    }

    /// The cheapest set without a finding; one that brings no other is preferred. Fees are left alone where they can be, unless
    /// they are what the finding is about: lowering them would make any set look cheap.
    fn cheapest_against(&self, name: &'static str) -> Option<Set> {
        let now = &self.tried[0];
        let level = |change: &Mend| matches!(change, Mend::Fees(_) | Mend::FeeEach(_));
        let fees = |set: &Tried| name != MARGINS && set.changes.iter().any(level);
        let sets = self.tried.iter().filter(|set| !set.changes.is_empty()).map(|set| (set, set.against(now)));
        sets.filter(|(_, found)| !found.left.contains(&name))
            .min_by_key(|(set, found)| (fees(set), found.brings.len(), set.price(now)))
            .map(|(_, found)| found)
    }
}

/// A set of changes whose fees are to be changed further, with its plays where those stand whatever the fees.
struct FeeBase<'a> {
    scheme: &'a Scheme,
    plays: Option<Plays>,
}

/// Whether a change is of how results are paid, rather than of how much or of fees.
pub(crate) fn is_rule(change: &Mend) -> bool {
    !is_fee(change) && !matches!(change, Mend::Prices(_) | Mend::AtValue { .. } | Mend::SegmentPrices(_))
}

pub(crate) fn is_fee(change: &Mend) -> bool {
    matches!(change, Mend::Fees(_) | Mend::FeesFinely(_) | Mend::FeesFollow(_) | Mend::FeeEach(_))
}

/// About how many pounds could come off the fees before doing as intended stops paying.
fn fees_to_spare(set: &Tried) -> f64 {
    let percents = set.fees.iter().filter_map(|fee| if let Mend::Fees(percent) = fee { Some(*percent) } else { None });
    let lowest = percents.min().unwrap_or(100);
    set.payment * (100 - lowest) as f64 / 100.0
}

/// A mend taken apart.
fn parts(mend: &Mend) -> Vec<Mend> {
    match mend {
        Mend::Together(mends) => mends.iter().flat_map(parts).collect(),
        one => vec![one.clone()],
    }
}

/// Who is counted first, then what results are held against, how they are paid, and last how much.
fn order(mend: &Mend) -> usize {
    match mend {
        Mend::TakeEveryone => 0,
        Mend::LiveComparison(_) => 1,
        Mend::RecordsSay | Mend::Audit { .. } | Mend::NoRatchet => 1,
        Mend::PayAboveBaseline => 2,
        Mend::NoGate => 3,
        Mend::Straight => 4,
        Mend::TwoSided => 5,
        Mend::NoLimits | Mend::Limits(_) => 6,
        Mend::Collar(_) => 7,
        Mend::PoolCohorts => 8,
        Mend::AtRisk(_) | Mend::GateAt(_) => 9,
        Mend::AtValue { .. } => 10,
        Mend::SegmentPrices(_) => 11,
        Mend::Prices(_) => 12,
        Mend::FeeEach(_) => 13,
        Mend::FeesFollow(_) => 14,
        Mend::Fees(_) | Mend::FeesFinely(_) => 15,
        Mend::Together(_) => 16,
    }
}

/// The scheme under a set of changes, and the changes that changed something, in order.
pub(crate) fn changed(scheme: &Scheme, changes: &[Mend]) -> Option<(Vec<Mend>, Scheme)> {
    let mut sorted = changes.to_vec();
    sorted.sort_by_key(order);
    let (mut kept, mut result) = (Vec::new(), scheme.clone());
    for change in sorted {
        if let Some(next) = change.apply(&result) {
            result = next;
            kept.push(change);
        }
    }
    (kept.is_empty() == changes.is_empty()).then_some((kept, result))
}

fn names(present: &[bool], keep: impl Fn(&str) -> bool) -> Vec<&'static str> {
    let found = risks::CATALOGUE.iter().zip(present).filter(|(_, present)| **present);
    found.map(|(consequence, _)| consequence.name).filter(|name| keep(name)).collect()
}

/// The plays of the full search, on futures that no search saw.
fn full_plays(scheme: &Scheme, world: &World, options: Options) -> Plays {
    let stage = Stage::build(scheme, world, options.seed, options.replications as u64, Budget::FULL.replications);
    let solved = stress::solve_all(scheme, world, &stage, Budget::FULL, Wanted::ForProfit);
    let people = &stage.people;
    let areas = (0..people.len())
        .into_par_iter()
        .map(|area| {
            let ranks = crate::rank::Ranks::build(scheme, world, &people[area], options.seed, 0, options.replications);
            let arena = crate::conduct::Arena::new(scheme, world, &people[area], &ranks, options.seed, 0);
            plays::area_plays(&arena, &solved[area])
        })
        .collect();
    plays::table(scheme, world, people, areas, &solved)
}

/// The texts of the scheme's folder with a change written in, its world file included; `None` when it cannot be written.
#[must_use]
pub fn written(opened: &Opened, scheme: &Scheme, mend: &Mend) -> Option<Texts> {
    let after = mend.apply(scheme)?;
    let mut texts = amend::amend(opened, scheme, &after)?;
    if let Some(world) = world::amended(opened, scheme, &after) {
        texts.insert(world::WORLD_FILE.to_owned(), world);
    }
    Some(texts)
}

/// In how many plausible worlds each finding is present, before and after, and the number of worlds that could be read. The
/// changed scheme is read from its own text, in which the amounts that were changed are certain.
fn shares(opened: &Opened, bench: &Bench<'_>, mend: &Mend, options: Options, progress: Progress<'_>) -> (Vec<Share>, usize) {
    let Some(texts) = written(opened, bench.scheme, mend) else { return (Vec::new(), 0) };
    let mut folder = amend::folder(&texts);
    folder.extend(opened.people_files());
    let changed = base::open(&folder);
    let (dials, _) = stress::uncertain(opened);
    // In each world what is present before, and what after.
    let pairs: Vec<[Vec<bool>; 2]> = (0..options.worlds)
        .into_par_iter()
        .filter_map(|number| {
            progress("trying plausible worlds", 0.7 + 0.3 * number as f64 / options.worlds as f64);
            let picks = stress::picks(&dials, number, options.seed);
            let present = |opened: &Opened| in_world(opened, bench, &picks, options);
            Some([present(opened)?, present(&changed)?])
        })
        .collect();
    let share = |which: usize, finding: usize| {
        pairs.iter().filter(|pair| pair[which][finding]).count() as f64 / pairs.len().max(1) as f64
    };
    let named = risks::CATALOGUE.iter().enumerate();
    let shares = named.map(|(at, consequence)| Share { name: consequence.name, before: share(0, at), after: share(1, at) });
    (shares.collect(), pairs.len())
}

/// What is present in one plausible world.
fn in_world(opened: &Opened, bench: &Bench<'_>, picks: &Picks, options: Options) -> Option<Vec<bool>> {
    let reader = Reader::new(opened, picks);
    let scheme = read::scheme(&reader)?;
    let world = world::read(&reader, &scheme)?;
    let rebuilt;
    let stage = if bench.search.fits(&scheme, &world, bench.world) {
        &bench.search
    } else {
        rebuilt = Stage::build(&scheme, &world, options.seed, options.replications as u64, Budget::QUICK.replications);
        &rebuilt
    };
    Some(stress::present(&stress::quick_plays(&scheme, &world, stage)))
}
