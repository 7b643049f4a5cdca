//! Looks for the cheapest changes to the rules that remove the unintended risks of a scheme.
//!
//! What comes in is a scheme and a scenario; what goes out is, for each finding that is present, the cheapest set of changes that
//! removes it, and one set that removes them all, or leaves the fewest. Every set is searched afresh: the provider strategy results
//! against the changed rules. The section "Fixes" of `docs/method.md` says in which order sets are tried.

use base::document::{Picks, Reader};
use base::opened::Opened;
use contract::amend::{self, Texts};
use contract::fixes::Fix;
use contract::terms::Better;
use contract::{Scheme, read};
use rayon::prelude::*;
use risks::{self, Role, StrategyResult, StrategyResults};

use crate::assumptions::{self, Assumptions};
use crate::fees;
use crate::search::Budget;
use crate::strategy_results::{self, Stage, Wanted};
use crate::stress::{self, Options, Progress};

/// The result of a search for changes to the rules.
#[derive(Clone, Debug)]
pub struct Fixing {
    /// What the payer pays under the scheme as it is, at the provider's best, in pounds.
    pub paid_now: f64,
    /// Findings that are present under the scheme as it is.
    pub present: Vec<&'static str>,
    /// For each of them the cheapest set that removes it, where one does.
    pub each: Vec<(&'static str, Option<Set>)>,
    /// The cheapest set that removes them all, or leaves the fewest; `None` when nothing is present, or nothing helps. Its
    /// figures are those of the full search on replications that no search saw.
    pub all: Option<Set>,
    /// Why what is left stays, in plain words, where that can be told.
    pub stays: Vec<(&'static str, String)>,
    /// Share of scenarios in which each finding is present, before and after the whole set.
    pub shares: Vec<Share>,
    pub scenarios: usize,
    /// Sets of changes that were tried.
    pub tried: usize,
}

/// A set of changes to the rules and what it does, at the provider's best, against the scheme as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Set {
    pub changes: Vec<Fix>,
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

/// How often a finding is present over scenarios.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    pub name: &'static str,
    pub before: f64,
    pub after: f64,
}

impl Set {
    /// The set as one change.
    #[must_use]
    pub fn fix(&self) -> Fix {
        together(&self.changes)
    }
}

/// Several changes as one.
#[must_use]
pub fn together(changes: &[Fix]) -> Fix {
    match changes {
        [one] => one.clone(),
        several => Fix::Together(several.to_vec()),
    }
}

/// Searches for the changes.
#[must_use]
pub fn fix(opened: &Opened, scheme: &Scheme, assumptions: &Assumptions, options: Options, progress: Progress<'_>) -> Fixing {
    progress("searching the rules as they are in full", 0.0);
    let strategy_results_now = full_strategy_results(scheme, assumptions, options);
    let full_now = Tried::of(Vec::new(), &strategy_results_now);
    let present = names(&full_now.present, |_| true);
    let paid_now = full_now.payment;
    if present.is_empty() {
        progress("done", 1.0);
        let (each, stays, shares) = (Vec::new(), Vec::new(), Vec::new());
        return Fixing { paid_now, present, each, all: None, stays, shares, scenarios: 0, tried: 1 };
    }
    progress("drawing people", 0.05);
    let mut bench = Bench::new(scheme, assumptions, options);
    progress("trying rules", 0.1);
    bench.try_rules();
    progress("trying prices", 0.25);
    bench.try_prices();
    progress("trying fees", 0.4);
    bench.try_fees();
    progress("searching the chosen rules in full", 0.6);
    let confirmed = bench.confirmed(&full_now, options);
    let (all, strategy_results) =
        confirmed.map_or((None, strategy_results_now), |(set, strategy_results)| (Some(set), strategy_results));
    let left = all.as_ref().map_or(&present, |set| &set.left);
    let stays = left.iter().filter_map(|&name| Some((name, risks::why_it_stays(name, &strategy_results)?))).collect();
    let each = present.iter().map(|&name| (name, bench.cheapest_against(name))).collect();
    let (shares, scenarios) = match &all {
        Some(set) => shares(opened, &bench, &set.fix(), options, progress),
        None => (Vec::new(), 0),
    };
    progress("done", 1.0);
    Fixing { paid_now, present, each, all, stays, shares, scenarios, tried: bench.tried.len() }
}

/// The margins of providers, which the level of the fees can set right or wrong.
const MARGINS: &str = "provider loss and windfall";

/// The risk of volume, which the shape of the fees can. Fees change no incentive, so these two are left for last.
const VOLUME: &str = "volume risk";

/// Replications in which each set is played.
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
pub(crate) const STRAIGHT: [Fix; 5] = [Fix::PayAboveBaseline, Fix::NoGate, Fix::Straight, Fix::TwoSided, Fix::NoLimits];

/// Sets that are searched in full, the cheapest first, until one keeps what the short search promised.
const CONFIRMATIONS: usize = 6;

/// One set of changes, with what the short search makes of it.
#[derive(Clone, Debug)]
struct Tried {
    changes: Vec<Fix>,
    /// By finding, in the order of the catalogue.
    present: Vec<bool>,
    payment: f64,
    value: f64,
    /// For each binary outcome its name, which way is better, and the people to whom it happens.
    counts: Vec<(String, Better, f64)>,
    /// Fees at which margins would be fair, where there are any: percentages of this set's, or a fee where it has none.
    fees: Vec<Fix>,
    /// Percentages of its fees that would follow the number of people as the costs do.
    follow: Vec<Fix>,
}

impl Tried {
    fn of(changes: Vec<Fix>, strategy_results: &StrategyResults) -> Tried {
        let best = strategy_results.simulate(Role::Best);
        let binary = strategy_results.outcomes.iter().enumerate().filter(|(_, outcome)| outcome.binary);
        let count = |at: usize| best.map_or(0.0, |play: &StrategyResult| play.outcome(at));
        let better = |sign: f64| if sign < 0.0 { Better::Fewer } else { Better::More };
        let suggested = |name: &str| {
            let risk = risks::CATALOGUE.iter().find(|risk| risk.name == name);
            risk.map_or(Vec::new(), |risk| (risk.fixes)(strategy_results))
        };
        let fees = suggested(MARGINS).into_iter().filter(|fix| matches!(fix, Fix::Fees(_) | Fix::FeeEach(_)));
        let follow = suggested(VOLUME).into_iter().filter(|fix| matches!(fix, Fix::FeesFollow(_)));
        Tried {
            changes,
            present: stress::present(strategy_results),
            payment: best.map_or(0.0, StrategyResult::payment),
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
    /// and does less is no fix. Then pounds, then the number of changes; a difference below a thousandth of what is paid is not
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
    assumptions: &'a Assumptions,
    /// Replications in which strategies are searched.
    search: Stage,
    /// Replications in which those found are played. The last finding of a cheap set is often one that chance makes, so a set must
    /// not be judged by the replications that its strategies were chosen for.
    play: Stage,
    /// The first is the scheme as it is.
    tried: Vec<Tried>,
}

impl<'a> Bench<'a> {
    fn new(scheme: &'a Scheme, assumptions: &'a Assumptions, options: Options) -> Bench<'a> {
        // Beyond the replications that the full search sees and those that it reports.
        let first = (options.replications + Budget::FULL.replications) as u64;
        let fresh = first + Budget::QUICK.replications as u64;
        let search = Stage::build(scheme, assumptions, options.seed, first, Budget::QUICK.replications);
        let play = Stage::build(scheme, assumptions, options.seed, fresh, FUTURES);
        let mut bench = Bench { scheme, assumptions, search, play, tried: Vec::new() };
        bench.try_all(vec![Vec::new()]);
        bench
    }

    /// The strategy results of the short search.
    fn strategy_results(&self, scheme: &Scheme) -> StrategyResults {
        let solved = stress::solve_all(scheme, self.assumptions, &self.search, Budget::QUICK, Wanted::ForProfit);
        let areas = 0..self.play.people.len();
        let played = areas
            .into_par_iter()
            .map(|area| strategy_results::area_results(&self.play.arena(scheme, self.assumptions, area), &solved[area]));
        strategy_results::table(scheme, self.assumptions, &self.play.people, played.collect(), &solved)
    }

    /// Tries sets that were not tried before.
    fn try_all(&mut self, wanted: Vec<Vec<Fix>>) {
        let mut fresh: Vec<(Vec<Fix>, Scheme)> = Vec::new();
        for changes in wanted {
            let Some((changes, scheme)) = changed(self.scheme, &changes) else { continue };
            let known = |other: &[Fix]| *other == *changes;
            if !self.tried.iter().any(|tried| known(&tried.changes)) && !fresh.iter().any(|(other, _)| known(other)) {
                fresh.push((changes, scheme));
            }
        }
        let found: Vec<Tried> =
            fresh.into_par_iter().map(|(changes, scheme)| Tried::of(changes, &self.strategy_results(&scheme))).collect();
        self.tried.extend(found);
    }

    /// What every finding's own list asks for, and its rules put together in every way. A change may bring a finding that was
    /// not there before, so the lists of those are asked too, once.
    fn try_rules(&mut self) {
        let strategy_results = self.strategy_results(self.scheme);
        for _ in 0..2 {
            let seen = |at: usize| self.tried.iter().any(|tried| tried.present[at]);
            let listed: Vec<Vec<Fix>> = risks::CATALOGUE
                .iter()
                .enumerate()
                .filter(|(at, _)| seen(*at))
                .flat_map(|(_, risk)| (risk.fixes)(&strategy_results))
                .map(|fix| parts(&fix))
                .collect();
            let mut rules: Vec<Fix> = Vec::new();
            for change in listed.iter().flatten() {
                let compares = |fix: &Fix| matches!(fix, Fix::LiveComparison(_));
                let known = rules.iter().any(|rule| rule == change || (compares(rule) && compares(change)));
                if is_rule(change) && !known && rules.len() < MOST_RULES && self.may_apply(change, &listed) {
                    rules.push(change.clone());
                }
            }
            let together = (1..1usize << rules.len()).map(|chosen| {
                rules.iter().enumerate().filter(|(at, _)| chosen >> at & 1 == 1).map(|(_, rule)| rule.clone()).collect()
            });
            let wanted: Vec<Vec<Fix>> = together.chain(listed).collect();
            self.try_all(wanted);
        }
    }

    /// A rule that changes nothing by itself may still do something after another: pooling, say, after new tariffs.
    fn may_apply(&self, change: &Fix, listed: &[Vec<Fix>]) -> bool {
        let after = |other: &Fix| other.apply(self.scheme).is_some_and(|scheme| change.apply(&scheme).is_some());
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
        let with_live = [STRAIGHT.as_slice(), &[Fix::LiveComparison(1)]].concat();
        self.try_all(vec![STRAIGHT.to_vec(), with_live.clone()]);
        for rules in [&STRAIGHT[..], &with_live] {
            let found = self.find(rules).cloned();
            plain.extend(found.filter(|set| !plain.iter().any(|other| other.changes == set.changes)));
        }
        let with = |set: &Tried, price: Fix| [set.changes.as_slice(), &[price]].concat();
        let worth = self.worth();
        let times: (&[i64], &dyn Fn(i64) -> Fix) = (&PRICES, &Fix::Prices);
        let of_value: (&[i64], &dyn Fn(i64) -> Fix) = (&OF_VALUE, &|percent| Fix::AtValue { percent, worth: worth.clone() });
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
        self.assumptions.outcomes.iter().map(|belief| (100.0 * belief.value).round() as i64).collect()
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
            let strategy_results = fees::change_nothing_else(&scheme).then(|| self.strategy_results(&scheme));
            let base = FeeBase { scheme: &scheme, strategy_results };
            let shapes = std::iter::once(Vec::new()).chain(set.follow.iter().map(|follow| vec![follow.clone()]));
            for shape in shapes {
                let with = |fee: &Fix| [set.changes.as_slice(), &shape, std::slice::from_ref(fee)].concat();
                let steps: Vec<Fix> = FEES.step_by(FEE_STEP).map(Fix::Fees).chain(set.fees.clone()).collect();
                let mut wanted: Vec<Vec<Fix>> = steps.iter().map(with).collect();
                wanted.push([set.changes.as_slice(), &shape].concat());
                self.try_fees_on(&base, wanted);
                let fewest = self.tried.iter().map(Tried::left).min().unwrap_or_default();
                let percent = |fee: &Fix| if let Fix::Fees(percent) = fee { Some(*percent) } else { None };
                let good = |fee: &&Fix| self.find(&with(fee)).is_some_and(|tried| tried.left() == fewest);
                let Some(lowest) = steps.iter().filter(good).filter_map(percent).min() else { continue };
                let finer = (1..FEE_STEP as i64).map(|down| with(&Fix::Fees(lowest - down)));
                self.try_fees_on(&base, finer.collect());
            }
        }
    }

    /// Tries sets that differ from a base in their fees alone; where that changes nothing else, without a new search.
    fn try_fees_on(&mut self, base: &FeeBase<'_>, wanted: Vec<Vec<Fix>>) {
        let Some(strategy_results) = &base.strategy_results else { return self.try_all(wanted) };
        for changes in wanted {
            let Some((changes, scheme)) = changed(self.scheme, &changes) else { continue };
            if !self.tried.iter().any(|tried| tried.changes == changes) {
                let strategy_results =
                    fees::with_fees(strategy_results, base.scheme, &scheme, self.assumptions, &self.play.people);
                self.tried.push(Tried::of(changes, &strategy_results));
            }
        }
    }

    fn find(&self, changes: &[Fix]) -> Option<&Tried> {
        let (changes, _) = changed(self.scheme, changes)?;
        self.tried.iter().find(|tried| tried.changes == changes)
    }

    /// The cheapest set that leaves the fewest findings, searched in full on fresh replications. The short search decides which to
    /// look at; a set that stood only by the luck of its few replications gives way to the next.
    fn confirmed(&self, full_now: &Tried, options: Options) -> Option<(Set, StrategyResults)> {
        let mut sets: Vec<&Tried> = self.tried.iter().filter(|set| set.left() < full_now.left()).collect();
        sets.sort_by_key(|set| (set.left(), set.price(&self.tried[0])));
        let mut best: Option<(Tried, StrategyResults)> = None;
        for set in sets.into_iter().filter(|set| !set.changes.is_empty()).take(CONFIRMATIONS) {
            let (changes, scheme) = changed(self.scheme, &set.changes)?;
            let strategy_results = full_strategy_results(&scheme, self.assumptions, options);
            let full = Tried::of(changes, &strategy_results);
            let rank = |set: &Tried| (set.left(), set.price(full_now));
            let promised = full.left() <= set.left();
            if full.left() < full_now.left() && best.as_ref().is_none_or(|(best, _)| rank(&full) < rank(best)) {
                best = Some((full, strategy_results));
            }
            if promised {
                break;
            }
        }
        best.map(|(set, strategy_results)| (set.against(full_now), strategy_results))
    }

    /// The cheapest set without a finding; one that brings no other is preferred. Fees are left alone where they can be, unless
    /// they are what the finding is about: lowering them would make any set look cheap.
    fn cheapest_against(&self, name: &'static str) -> Option<Set> {
        let now = &self.tried[0];
        let level = |change: &Fix| matches!(change, Fix::Fees(_) | Fix::FeeEach(_));
        let fees = |set: &Tried| name != MARGINS && set.changes.iter().any(level);
        let sets = self.tried.iter().filter(|set| !set.changes.is_empty()).map(|set| (set, set.against(now)));
        sets.filter(|(_, found)| !found.left.contains(&name))
            .min_by_key(|(set, found)| (fees(set), found.brings.len(), set.price(now)))
            .map(|(_, found)| found)
    }
}

/// A set of changes whose fees are to be changed further, with its strategy results where those stand whatever the fees.
struct FeeBase<'a> {
    scheme: &'a Scheme,
    strategy_results: Option<StrategyResults>,
}

/// Whether a change is of how results are paid, rather than of how much or of fees.
pub(crate) fn is_rule(change: &Fix) -> bool {
    !is_fee(change) && !matches!(change, Fix::Prices(_) | Fix::AtValue { .. } | Fix::SegmentPrices(_))
}

pub(crate) fn is_fee(change: &Fix) -> bool {
    matches!(change, Fix::Fees(_) | Fix::FeesFinely(_) | Fix::FeesFollow(_) | Fix::FeeEach(_))
}

/// About how many pounds could come off the fees before doing as intended stops paying.
fn fees_to_spare(set: &Tried) -> f64 {
    let percents = set.fees.iter().filter_map(|fee| if let Fix::Fees(percent) = fee { Some(*percent) } else { None });
    let lowest = percents.min().unwrap_or(100);
    set.payment * (100 - lowest) as f64 / 100.0
}

/// A fix taken apart.
fn parts(fix: &Fix) -> Vec<Fix> {
    match fix {
        Fix::Together(fixes) => fixes.iter().flat_map(parts).collect(),
        one => vec![one.clone()],
    }
}

/// Who is counted first, then what results are compared with, how they are paid, and last how much.
fn order(fix: &Fix) -> usize {
    match fix {
        Fix::TakeEveryone => 0,
        Fix::LiveComparison(_) => 1,
        Fix::RecordsSay | Fix::Audit { .. } | Fix::NoRatchet => 1,
        Fix::PayAboveBaseline => 2,
        Fix::NoGate => 3,
        Fix::Straight => 4,
        Fix::TwoSided => 5,
        Fix::NoLimits | Fix::Limits(_) => 6,
        Fix::Collar(_) => 7,
        Fix::PoolCohorts => 8,
        Fix::AtRisk(_) | Fix::GateAt(_) => 9,
        Fix::AtValue { .. } => 10,
        Fix::SegmentPrices(_) => 11,
        Fix::Prices(_) => 12,
        Fix::FeeEach(_) => 13,
        Fix::FeesFollow(_) => 14,
        Fix::Fees(_) | Fix::FeesFinely(_) => 15,
        Fix::Together(_) => 16,
    }
}

/// The scheme under a set of changes, and the changes that changed something, in order.
pub(crate) fn changed(scheme: &Scheme, changes: &[Fix]) -> Option<(Vec<Fix>, Scheme)> {
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
    found.map(|(risk, _)| risk.name).filter(|name| keep(name)).collect()
}

/// The strategy results of the full search, on replications that no search saw.
fn full_strategy_results(scheme: &Scheme, assumptions: &Assumptions, options: Options) -> StrategyResults {
    let stage = Stage::build(scheme, assumptions, options.seed, options.replications as u64, Budget::FULL.replications);
    let solved = stress::solve_all(scheme, assumptions, &stage, Budget::FULL, Wanted::ForProfit);
    let people = &stage.people;
    let areas = (0..people.len())
        .into_par_iter()
        .map(|area| {
            let ranks = crate::rank::Ranks::build(scheme, assumptions, &people[area], options.seed, 0, options.replications);
            let arena = crate::strategy::Arena::new(scheme, assumptions, &people[area], &ranks, options.seed, 0);
            strategy_results::area_results(&arena, &solved[area])
        })
        .collect();
    strategy_results::table(scheme, assumptions, people, areas, &solved)
}

/// The texts of the scheme's folder with a change written in, its assumptions file included; `None` when it cannot be written.
#[must_use]
pub fn written(opened: &Opened, scheme: &Scheme, fix: &Fix) -> Option<Texts> {
    let after = fix.apply(scheme)?;
    let mut texts = amend::amend(opened, scheme, &after)?;
    if let Some(assumptions) = assumptions::amended(opened, scheme, &after) {
        texts.insert(assumptions::ASSUMPTIONS_FILE.to_owned(), assumptions);
    }
    Some(texts)
}

/// In how many scenarios each finding is present, before and after, and the number of scenarios that could be read. The
/// changed scheme is read from its own text, in which the amounts that were changed are certain.
fn shares(opened: &Opened, bench: &Bench<'_>, fix: &Fix, options: Options, progress: Progress<'_>) -> (Vec<Share>, usize) {
    let Some(texts) = written(opened, bench.scheme, fix) else { return (Vec::new(), 0) };
    let mut folder = amend::folder(&texts);
    folder.extend(opened.people_files());
    let changed = base::open(&folder);
    let (uncertain_numbers, _) = stress::uncertain(opened);
    // In each scenario what is present before, and what after.
    let pairs: Vec<[Vec<bool>; 2]> = (0..options.scenarios)
        .into_par_iter()
        .filter_map(|number| {
            progress("trying scenarios", 0.7 + 0.3 * number as f64 / options.scenarios as f64);
            let picks = stress::picks(&uncertain_numbers, number, options.seed);
            let present = |opened: &Opened| in_scenario(opened, bench, &picks, options);
            Some([present(opened)?, present(&changed)?])
        })
        .collect();
    let share = |which: usize, finding: usize| {
        pairs.iter().filter(|pair| pair[which][finding]).count() as f64 / pairs.len().max(1) as f64
    };
    let named = risks::CATALOGUE.iter().enumerate();
    let shares = named.map(|(at, risk)| Share { name: risk.name, before: share(0, at), after: share(1, at) });
    (shares.collect(), pairs.len())
}

/// What is present in one scenario.
fn in_scenario(opened: &Opened, bench: &Bench<'_>, picks: &Picks, options: Options) -> Option<Vec<bool>> {
    let reader = Reader::new(opened, picks);
    let scheme = read::scheme(&reader)?;
    let assumptions = assumptions::read(&reader, &scheme)?;
    let rebuilt;
    let stage = if bench.search.fits(&scheme, &assumptions, bench.assumptions) {
        &bench.search
    } else {
        rebuilt = Stage::build(&scheme, &assumptions, options.seed, options.replications as u64, Budget::QUICK.replications);
        &rebuilt
    };
    Some(stress::present(&stress::quick_strategy_results(&scheme, &assumptions, stage)))
}
