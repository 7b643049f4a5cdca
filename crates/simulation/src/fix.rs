//! Searches for the cheapest fixes: changes to the rules that remove the risks of a scheme.
//!
//! For each finding that is present it finds the cheapest set of changes that removes it. It also finds one set that removes them
//! all, or leaves the fewest. Every set has its own search for the provider's best response to the changed rules. The section
//! "Fixes" of `docs/method.md` gives the order in which sets are tried.

use base::english::plural;
use base::problem::Severity;
use base::reader::{Reader, ScenarioDraw};
use base::scheme_files::SchemeFiles;
use contract::amend::{self, FileTexts};
use contract::fixes::Fix;
use contract::terms::Better;
use contract::{Scheme, read};
use rayon::prelude::*;
use risks::{self, FeeLever, PeopleNoun, RiskId, StrategyKind, StrategyResult, StrategyResults};

use crate::assumptions::{self, Assumptions};
use crate::fees;
use crate::reference_strategies::{self, CommonDraws, StrategySet};
use crate::search::Budget;
use crate::stress::{self, OnProgress, StressOptions};
use crate::wrong_payment;

/// The result of a search for changes to the rules.
#[derive(Clone, Debug)]
pub struct FixSearchResult {
    /// What the payer pays under the scheme as it is, at the provider's best, in pounds.
    pub paid_now: f64,
    /// Findings that are present under the scheme as it is.
    pub present: Vec<RiskId>,
    /// For each of them the cheapest set that removes it, where one does.
    pub each: Vec<(RiskId, Option<FixSet>)>,
    /// The cheapest set that removes them all, or leaves the fewest; `None` when nothing is present, or nothing helps. Its
    /// figures are those of the full search on replications that no search saw.
    pub all: Option<FixSet>,
    /// Why what is left stays, in plain words, where there is a simple reason.
    pub stays: Vec<(RiskId, String)>,
    /// ScenarioShare of scenarios in which each finding is present, before and after the whole set.
    pub shares: Vec<ScenarioShare>,
    pub scenarios: usize,
    /// Sets of changes that were tried.
    pub tried: usize,
}

/// A set of changes to the rules and what it does, at the provider's best, compared with the scheme as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct FixSet {
    pub changes: Vec<Fix>,
    /// What the payer spends more (or less), in pounds: on payments, and on running the contract.
    pub payer_cost: f64,
    /// Value of outcomes gained, in pounds.
    pub value_gained: f64,
    /// People with a better result than before, net of those with a worse one, and what it is: "fewer people with a proven
    /// reoffence".
    pub people_better: f64,
    pub better: String,
    pub removes: Vec<RiskId>,
    pub brings: Vec<RiskId>,
    /// All that is present under the changed rules, brought or left.
    pub left: Vec<RiskId>,
}

/// How often a finding is present over scenarios.
#[derive(Clone, Debug, PartialEq)]
pub struct ScenarioShare {
    pub risk: RiskId,
    pub before: f64,
    pub after: f64,
}

impl FixSet {
    /// The set as one change.
    #[must_use]
    pub fn fix(&self) -> Fix {
        together(&self.changes)
    }
}

/// The smallest difference in pounds, in what is paid or in what outcomes are worth, that the search can tell from none, where so much
/// is paid now: it may end as far to either side.
#[must_use]
pub fn smallest_difference(paid_now: f64) -> f64 {
    (paid_now.abs() / 1_000.0).max(1.0)
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
pub fn fix(
    opened: &SchemeFiles,
    scheme: &Scheme,
    assumptions: &Assumptions,
    options: StressOptions,
    progress: OnProgress<'_>,
) -> FixSearchResult {
    progress("searching the rules as they are in full", 0.0);
    let results_now = full_results(scheme, assumptions, options);
    let full_now = TriedSet::of(Vec::new(), &results_now);
    let present = ids(&full_now.present);
    let paid_now = full_now.payment;
    if present.is_empty() {
        progress("done", 1.0);
        let (each, stays, shares) = (Vec::new(), Vec::new(), Vec::new());
        return FixSearchResult { paid_now, present, each, all: None, stays, shares, scenarios: 0, tried: 1 };
    }
    progress("drawing people", 0.05);
    let mut search = FixSearch::new(opened, scheme, assumptions, options);
    progress("trying rules", 0.1);
    search.try_rules();
    progress("trying prices", 0.25);
    search.try_prices();
    progress("trying fees", 0.4);
    search.try_fees();
    progress("searching the chosen rules in full", 0.6);
    let confirmed = search.confirmed(&full_now, options);
    let (all, results) = confirmed.map_or((None, results_now), |(set, results)| (Some(set), results));
    let left = all.as_ref().map_or(&present, |set| &set.left);
    let stays = left.iter().filter_map(|&id| Some((id, (id.risk().why_it_stays)(&results)?))).collect();
    let each = present.iter().map(|&id| (id, search.cheapest_against(id))).collect();
    let (shares, scenarios) = match &all {
        Some(set) => shares(opened, &search, &set.fix(), options, progress),
        None => (Vec::new(), 0),
    };
    progress("done", 1.0);
    FixSearchResult { paid_now, present, each, all, stays, shares, scenarios, tried: search.tried.len() }
}

/// Replications on which each set is judged.
const REPLICATIONS: usize = 100;

/// Percentages of today's prices for results.
const PRICES: [i64; 10] = [50, 75, 110, 125, 150, 175, 200, 250, 300, 400];

/// Percentages of what results are worth to the public.
const OF_VALUE: [i64; 8] = [25, 40, 60, 80, 100, 125, 150, 200];

/// Percentages of the price of one clause.
const OF_ONE_PRICE: [i64; 5] = [25, 50, 75, 150, 200];

/// Percentages of today's fees.
const FEES: std::ops::RangeInclusive<i64> = 40..=160;
const FEE_STEP: usize = 5;

/// Sets of rules whose prices are tried, and sets with prices whose fees are.
const WIDTH: usize = 4;

/// Rules that are combined in every way. More would take too long, and no one signs a contract changed in so many places.
const MOST_RULES: usize = 6;

/// What makes any contract pay in a straight line: results count from the baseline on, both ways, without gates, caps or floors.
pub(crate) const STRAIGHT: [Fix; 5] = [Fix::PayAboveBaseline, Fix::NoGate, Fix::Straight, Fix::TwoSided, Fix::NoLimits];

/// Sets that are searched in full, the cheapest first, until one keeps what the short search promised.
const CONFIRMATIONS: usize = 6;

/// One set of changes, with its result in the short search.
#[derive(Clone, Debug)]
struct TriedSet {
    changes: Vec<Fix>,
    /// By finding, in the order of the catalogue.
    present: Vec<bool>,
    /// Whether a provider would sign: see [`signs`].
    signs: bool,
    payment: f64,
    /// What the payer spends in all: payments, and what running the contract costs it.
    spend: f64,
    value: f64,
    /// For each binary outcome: what to call the people with it, whether more or fewer is better, and how many they are.
    counts: Vec<(PeopleNoun, Better, f64)>,
    /// Fees at which margins would be fair, where there are any: percentages of this set's fees, or a fee where it has none.
    fees: Vec<Fix>,
    /// Percentages of its fees that would follow the number of people as the costs do.
    follow: Vec<Fix>,
}

impl TriedSet {
    fn of(changes: Vec<Fix>, results: &StrategyResults) -> TriedSet {
        let best = results.get(StrategyKind::BEST);
        let binary = results.outcomes.iter().enumerate().filter(|(_, outcome)| outcome.binary);
        let count = |at: usize| best.map_or(0.0, |best: &StrategyResult| best.outcome(at));
        let better = |sign: f64| if sign < 0.0 { Better::Fewer } else { Better::More };
        // What the risks suggest whose cause the fees can be.
        let suggested = |lever: FeeLever| {
            let risks = risks::CATALOGUE.iter().filter(move |risk| risk.fee_lever == lever);
            risks.flat_map(|risk| (risk.fixes)(results)).collect::<Vec<Fix>>()
        };
        let fees = suggested(FeeLever::Level).into_iter().filter(|fix| matches!(fix, Fix::Fees(_) | Fix::FeeEach(_)));
        let follow = suggested(FeeLever::Shape).into_iter().filter(|fix| matches!(fix, Fix::FeesFollow(_)));
        TriedSet {
            changes,
            present: stress::present(results),
            signs: signs(results),
            payment: best.map_or(0.0, StrategyResult::payment),
            spend: best.map_or(0.0, StrategyResult::payer_spend),
            value: best.map_or(0.0, |best| best.value),
            counts: binary.map(|(at, outcome)| (outcome.people.clone(), better(outcome.sign), count(at))).collect(),
            fees: fees.collect(),
            follow: follow.collect(),
        }
    }

    /// Whether the set may be offered beside the rules as they are: a provider signs, the payer is not paid by the provider, and nobody
    /// pays more for nothing. Fees that carry a loss or a number of people bring no outcome, and are for something all the same.
    fn may_be_offered(&self, now: &TriedSet) -> bool {
        let small = smallest_difference(now.payment);
        let costs_more = self.spend > now.spend + small;
        let brings_nothing = self.value <= now.value + small;
        let removed =
            |(at, risk): (usize, &risks::Risk)| risk.fee_lever != FeeLever::None && now.present[at] && !self.present[at];
        let by_fees = self.changes.iter().any(is_fee) && risks::CATALOGUE.iter().enumerate().any(removed);
        (self.signs || !now.signs) && self.payment >= 0.0 && !(costs_more && brings_nothing && !by_fees)
    }

    fn left(&self) -> usize {
        self.present.iter().filter(|present| **present).count()
    }

    /// Findings left that no fee could remove.
    fn left_but_fees(&self) -> usize {
        ids(&self.present).into_iter().filter(|id| id.risk().fee_lever == FeeLever::None).count()
    }

    /// What orders sets that do equally well. Those under which people do no worse than now come first, because a contract that pays
    /// less and does less is no fix. Outcomes worth less by under a hundredth of what is paid are no worse: the search ends now here,
    /// now there by as much. Then come pounds, then the number of changes. A difference below a thousandth of what is paid is not
    /// worth one more change.
    fn price(&self, now: &TriedSet) -> (bool, i64, usize, i64) {
        let thousandth = smallest_difference(now.payment);
        let worse = self.value < now.value - 10.0 * thousandth;
        (worse, (self.spend / thousandth).round() as i64, self.changes.len(), self.spend.round() as i64)
    }

    fn compared_with(&self, now: &TriedSet) -> FixSet {
        let change = |at: usize| -> f64 {
            let (_, better, count) = &self.counts[at];
            let more = count - now.counts[at].2;
            if *better == Better::Fewer { -more } else { more }
        };
        let most = (0..self.counts.len()).max_by(|&a, &b| change(a).abs().total_cmp(&change(b).abs()));
        let words = most.map(|at| {
            let (people, better, _) = &self.counts[at];
            let direction = if (*better == Better::Fewer) == (change(at) >= 0.0) { "fewer" } else { "more" };
            format!("{direction} {}", plural(change(at).abs().round() as i64, &people.one, &people.many))
        });
        let only = |keep: &dyn Fn(bool, bool) -> bool| {
            let kept: Vec<bool> = self.present.iter().zip(&now.present).map(|(then, before)| keep(*then, *before)).collect();
            ids(&kept)
        };
        FixSet {
            changes: self.changes.clone(),
            payer_cost: self.spend - now.spend,
            value_gained: self.value - now.value,
            people_better: most.map_or(0.0, change),
            better: words.unwrap_or_default(),
            removes: only(&|then, before| before && !then),
            brings: only(&|then, before| then && !before),
            left: only(&|then, _| then),
        }
    }
}

/// The search: where sets are tried, and all that were.
struct FixSearch<'a> {
    opened: &'a SchemeFiles,
    scheme: &'a Scheme,
    assumptions: &'a Assumptions,
    /// The random numbers on which strategies are searched.
    search_draws: CommonDraws,
    /// Those on which the strategies found are judged. The last finding of a cheap set is often one that chance makes, so a set must
    /// not be judged by the replications that its strategies were chosen for.
    judge_draws: CommonDraws,
    /// The first is the scheme as it is.
    tried: Vec<TriedSet>,
}

impl<'a> FixSearch<'a> {
    fn new(opened: &'a SchemeFiles, scheme: &'a Scheme, assumptions: &'a Assumptions, options: StressOptions) -> FixSearch<'a> {
        // Beyond the replications that the full search sees and those that it reports.
        let first = (options.replications + Budget::FULL.replications) as u64;
        let fresh = first + Budget::QUICK.replications as u64;
        let search_draws = CommonDraws::build(scheme, assumptions, options.seed, first, Budget::QUICK.replications);
        let judge_draws = CommonDraws::build(scheme, assumptions, options.seed, fresh, REPLICATIONS);
        let mut search = FixSearch { opened, scheme, assumptions, search_draws, judge_draws, tried: Vec::new() };
        search.try_all(vec![Vec::new()]);
        search
    }

    /// The strategy results of the short search.
    fn results_of(&self, scheme: &Scheme) -> StrategyResults {
        let solved = stress::solve_all(scheme, self.assumptions, &self.search_draws, Budget::QUICK, StrategySet::ForProfit);
        let areas = 0..self.judge_draws.people.len();
        let results = areas.into_par_iter().map(|area| {
            reference_strategies::area_results(&self.judge_draws.arena(scheme, self.assumptions, area), &solved[area])
        });
        reference_strategies::table(scheme, self.assumptions, &self.judge_draws.people, results.collect(), &solved, &[])
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
        let found: Vec<TriedSet> =
            fresh.into_par_iter().map(|(changes, scheme)| TriedSet::of(changes, &self.results_of(&scheme))).collect();
        self.tried.extend(found);
    }

    /// The fixes that every finding present suggests, and their rules combined in every way. A change may bring a finding that was
    /// not there before, so the fixes for those are tried too, once.
    fn try_rules(&mut self) {
        let results = self.results_of(self.scheme);
        for _ in 0..2 {
            let seen = |at: usize| self.tried.iter().any(|tried| tried.present[at]);
            let listed: Vec<Vec<Fix>> = risks::CATALOGUE
                .iter()
                .enumerate()
                .filter(|(at, _)| seen(*at))
                .flat_map(|(_, risk)| (risk.fixes)(&results))
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

    /// A rule that changes nothing by itself may still do something after another, such as pooling after new tariffs.
    fn may_apply(&self, change: &Fix, listed: &[Vec<Fix>]) -> bool {
        let after = |other: &Fix| other.apply(self.scheme).is_some_and(|scheme| change.apply(&scheme).is_some());
        change.apply(self.scheme).is_some() || listed.iter().flatten().any(after)
    }

    /// The sets that leave the fewest findings, the simplest first.
    fn best(&self, keep: impl Fn(&TriedSet) -> bool) -> Vec<TriedSet> {
        let mut sets: Vec<TriedSet> = self.tried.iter().filter(|set| keep(set)).cloned().collect();
        sets.sort_by_key(|set| (set.left_but_fees(), set.changes.len(), set.price(&self.tried[0])));
        sets.truncate(WIDTH);
        sets
    }

    /// Prices in steps on top of the most promising rules: today's prices multiplied, and parts of what results are worth to the
    /// public; then finer between the last step that fails and the first that does not.
    fn try_prices(&mut self) {
        let mut plain = self.best(|set| set.changes.iter().all(is_rule));
        // Rules that pay in a straight line may leave more than others at today's prices, and nothing at the right ones.
        let with_live = [STRAIGHT.as_slice(), &[Fix::LiveComparison(1)]].concat();
        self.try_all(vec![STRAIGHT.to_vec(), with_live.clone()]);
        for rules in [&STRAIGHT[..], &with_live] {
            let found = self.find(rules).cloned();
            plain.extend(found.filter(|set| !plain.iter().any(|other| other.changes == set.changes)));
        }
        let with = |set: &TriedSet, price: Fix| [set.changes.as_slice(), &[price]].concat();
        let worth = self.worth();
        let times: (&[i64], &dyn Fn(i64) -> Fix) = (&PRICES, &Fix::Prices);
        let of_value: (&[i64], &dyn Fn(i64) -> Fix) = (&OF_VALUE, &|percent| Fix::AtValue { percent, worth: worth.clone() });
        let ways = [times, of_value];
        let mut first = Vec::new();
        for set in &plain {
            first.extend(ways.iter().flat_map(|(steps, price)| steps.iter().map(|&percent| with(set, price(percent)))));
        }
        first.extend(self.one_price_alone());
        self.try_all(first);
        let now = self.tried[0].clone();
        for set in &plain {
            for (steps, price) in ways {
                let left = |percent: i64| self.find(&with(set, price(percent))).map(TriedSet::left_but_fees);
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

    /// Where several clauses pay for results, the price of each alone: what buyers most often change.
    fn one_price_alone(&self) -> Vec<Vec<Fix>> {
        let paying = self.scheme.clauses.iter().filter(|clause| clause.pays_for_results());
        let names: Vec<&String> = paying.map(|clause| &clause.name).collect();
        if names.len() < 2 {
            return Vec::new();
        }
        let one = |name: &String, percent: i64| vec![Fix::ClausePrice { clause: name.clone(), percent }];
        names.iter().flat_map(|name| OF_ONE_PRICE.iter().map(move |percent| one(name, *percent))).collect()
    }

    /// What one of each result is worth to the public, in pence.
    fn worth(&self) -> Vec<i64> {
        self.assumptions.outcomes.iter().map(|belief| (100.0 * belief.value).round() as i64).collect()
    }

    /// Fees on top of the cheapest sets that leave the fewest findings: as they are, with a part that follows the number of people, and
    /// a fee where there was none, each in steps. Then in finer steps below the lowest that works.
    fn try_fees(&mut self) {
        let least = self.tried.iter().map(TriedSet::left_but_fees).min().unwrap_or_default();
        let now = self.tried[0].clone();
        let mut sets: Vec<TriedSet> =
            self.tried.iter().filter(|set| set.left_but_fees() == least && !set.changes.iter().any(is_fee)).cloned().collect();
        // More good results cost more than they must here: the cheapest set is the one that buys the fewest.
        sets.sort_by_key(|set| (set.payment - now.payment - fees_to_spare(set)).round() as i64);
        sets.truncate(WIDTH);
        for set in &sets {
            let Some((_, scheme)) = changed(self.scheme, &set.changes) else { continue };
            let results = fees::change_nothing_else(&scheme, self.assumptions).then(|| self.results_of(&scheme));
            let base = FeeBase { scheme: &scheme, results };
            let shapes = std::iter::once(Vec::new()).chain(set.follow.iter().map(|follow| vec![follow.clone()]));
            for shape in shapes {
                let with = |fee: &Fix| [set.changes.as_slice(), &shape, std::slice::from_ref(fee)].concat();
                let steps: Vec<Fix> = FEES.step_by(FEE_STEP).map(Fix::Fees).chain(set.fees.clone()).collect();
                let mut wanted: Vec<Vec<Fix>> = steps.iter().map(with).collect();
                wanted.push([set.changes.as_slice(), &shape].concat());
                self.try_fees_on(&base, wanted);
                let fewest = self.tried.iter().map(TriedSet::left).min().unwrap_or_default();
                let percent = |fee: &Fix| if let Fix::Fees(percent) = fee { Some(*percent) } else { None };
                let good = |fee: &&Fix| self.find(&with(fee)).is_some_and(|tried| tried.left() == fewest);
                let Some(lowest) = steps.iter().filter(good).filter_map(percent).min() else { continue };
                let finer = (1..FEE_STEP as i64).map(|down| with(&Fix::Fees(lowest - down)));
                self.try_fees_on(&base, finer.collect());
            }
        }
    }

    /// Tries sets that differ from a base in their fees alone. Where that changes nothing else, no new search is needed.
    fn try_fees_on(&mut self, base: &FeeBase<'_>, wanted: Vec<Vec<Fix>>) {
        let Some(results) = &base.results else { return self.try_all(wanted) };
        for changes in wanted {
            let Some((changes, scheme)) = changed(self.scheme, &changes) else { continue };
            if !self.tried.iter().any(|tried| tried.changes == changes) {
                let results = fees::with_fees(results, base.scheme, &scheme, self.assumptions, &self.judge_draws.people);
                self.tried.push(TriedSet::of(changes, &results));
            }
        }
    }

    fn find(&self, changes: &[Fix]) -> Option<&TriedSet> {
        let (changes, _) = changed(self.scheme, changes)?;
        self.tried.iter().find(|tried| tried.changes == changes)
    }

    /// The cheapest set that leaves the fewest findings, searched in full on fresh replications. The short search decides which to
    /// look at. A set that was good only by the luck of its few replications gives way to the next.
    fn confirmed(&self, full_now: &TriedSet, options: StressOptions) -> Option<(FixSet, StrategyResults)> {
        let now = &self.tried[0];
        let better = |set: &&TriedSet| set.left() < full_now.left() && set.may_be_offered(now);
        let mut sets: Vec<&TriedSet> = self.tried.iter().filter(better).collect();
        sets.sort_by_key(|set| (set.left(), set.price(now)));
        let mut best: Option<(TriedSet, StrategyResults)> = None;
        for set in sets.into_iter().filter(|set| !set.changes.is_empty()).take(CONFIRMATIONS) {
            let (changes, _) = changed(self.scheme, &set.changes)?;
            // What is played is what will be written, read back.
            let Some((scheme, assumptions)) = read_back(self.opened, self.scheme, &together(&changes)) else { continue };
            let results = full_results(&scheme, &assumptions, options);
            let full = TriedSet::of(changes, &results);
            if !full.may_be_offered(full_now) {
                continue;
            }
            let rank = |set: &TriedSet| (set.left(), set.price(full_now));
            let promised = full.left() <= set.left();
            if full.left() < full_now.left() && best.as_ref().is_none_or(|(best, _)| rank(&full) < rank(best)) {
                best = Some((full, results));
            }
            if promised {
                break;
            }
        }
        best.map(|(set, results)| (set.compared_with(full_now), results))
    }

    /// The cheapest set without a finding. One that brings no other is preferred. The level of fees is left alone where it can be,
    /// unless it is what the finding is about, because lowering fees would make any set look cheap.
    fn cheapest_against(&self, risk: RiskId) -> Option<FixSet> {
        let now = &self.tried[0];
        let level = |change: &Fix| matches!(change, Fix::Fees(_) | Fix::FeeEach(_));
        let fees = |set: &TriedSet| risk.risk().fee_lever != FeeLever::Level && set.changes.iter().any(level);
        let offered = |set: &&TriedSet| !set.changes.is_empty() && set.may_be_offered(now);
        let sets = self.tried.iter().filter(offered).map(|set| (set, set.compared_with(now)));
        let mut sets: Vec<(&TriedSet, FixSet)> = sets.filter(|(_, found)| !found.left.contains(&risk)).collect();
        sets.sort_by_key(|(set, found)| (fees(set), found.brings.len(), set.price(now)));
        let readable = |(_, found): &(&TriedSet, FixSet)| read_back(self.opened, self.scheme, &found.fix()).is_some();
        sets.into_iter().find(readable).map(|(_, found)| found)
    }
}

/// A set of changes whose fees are to be changed further, with its results where other fees do not change the strategies.
struct FeeBase<'a> {
    scheme: &'a Scheme,
    results: Option<StrategyResults>,
}

/// Whether a change is to how results are paid, and not to how much is paid or to fees.
pub(crate) fn is_rule(change: &Fix) -> bool {
    !is_fee(change) && !matches!(change, Fix::Prices(_) | Fix::ClausePrice { .. } | Fix::AtValue { .. } | Fix::SegmentPrices(_))
}

pub(crate) fn is_fee(change: &Fix) -> bool {
    matches!(change, Fix::Fees(_) | Fix::FeesFinely(_) | Fix::FeesFollow(_) | Fix::FeeEach(_))
}

/// About how many pounds could come off the fees before doing as intended stops paying.
fn fees_to_spare(set: &TriedSet) -> f64 {
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
        Fix::LiveComparison(_) | Fix::Baselines(_) => 1,
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
        Fix::Prices(_) | Fix::ClausePrice { .. } => 12,
        Fix::FeeEach(_) => 13,
        Fix::FeesFollow(_) => 14,
        Fix::Fees(_) | Fix::FeesFinely(_) => 15,
        Fix::Together(_) => 16,
    }
}

/// The scheme under a set of changes, and the changes that changed something, in order. A change that a later one undoes altogether is not
/// among them: nobody would find it in the file.
pub(crate) fn changed(scheme: &Scheme, changes: &[Fix]) -> Option<(Vec<Fix>, Scheme)> {
    let mut sorted = changes.to_vec();
    sorted.sort_by_key(order);
    let (mut kept, result) = applied(scheme, sorted);
    let baselines = |change: &Fix| matches!(change, Fix::Baselines(_));
    if kept.len() > 1 && kept.iter().any(baselines) {
        let without: Vec<Fix> = kept.iter().filter(|change| !baselines(change)).cloned().collect();
        let (others, same) = applied(scheme, without);
        if same.outcomes == result.outcomes && same.clauses == result.clauses {
            kept = others;
        }
    }
    (kept.is_empty() == changes.is_empty()).then_some((kept, result))
}

/// Changes made one after the other: those that changed something, and the result.
fn applied(scheme: &Scheme, changes: Vec<Fix>) -> (Vec<Fix>, Scheme) {
    let (mut kept, mut result) = (Vec::new(), scheme.clone());
    for change in changes {
        if let Some(next) = change.apply(&result) {
            result = next;
            kept.push(change);
        }
    }
    (kept, result)
}

/// The risks that are present.
fn ids(present: &[bool]) -> Vec<RiskId> {
    risks::CATALOGUE.iter().zip(present).filter(|(_, present)| **present).map(|(risk, _)| risk.id).collect()
}

/// The strategy results of the full search, on replications that no search saw.
fn full_results(scheme: &Scheme, assumptions: &Assumptions, options: StressOptions) -> StrategyResults {
    let draws = CommonDraws::build(scheme, assumptions, options.seed, options.replications as u64, Budget::FULL.replications);
    let solved = stress::solve_all(scheme, assumptions, &draws, Budget::FULL, StrategySet::ForProfit);
    let people = &draws.people;
    let areas = (0..people.len())
        .into_par_iter()
        .map(|area| {
            let ranks =
                crate::rank_evaluation::Ranks::build(scheme, assumptions, &people[area], options.seed, 0, options.replications);
            let arena = crate::strategy::Arena::new(scheme, assumptions, &people[area], &ranks, options.seed, 0);
            reference_strategies::area_results(&arena, &solved[area])
        })
        .collect();
    reference_strategies::table(scheme, assumptions, people, areas, &solved, &wrong_payment::SIZES)
}

/// Whether some provider signs, for each way to weigh risk: among the strategies in the table there is one that does not lose money on
/// average, and one whose average is worth its spread to a cautious provider. A mission-minded provider signs wherever one that
/// maximises profit does.
fn signs(results: &StrategyResults) -> bool {
    let most = |worth: &dyn Fn(&StrategyResult) -> f64| results.whole.iter().map(worth).fold(f64::NEG_INFINITY, f64::max);
    most(&StrategyResult::mean_profit) >= 0.0
        && most(&|strategy| strategy.mean_profit() - results.caution * strategy.profit_spread()) >= 0.0
}

/// The scheme's folder with a change written in, opened again; its file of people is the same. `None` when it cannot be written.
pub(crate) fn opened_as_written(opened: &SchemeFiles, scheme: &Scheme, fix: &Fix) -> Option<SchemeFiles> {
    let mut folder = amend::folder(&written(opened, scheme, fix)?);
    folder.extend(opened.people_files());
    Some(base::open(&folder))
}

/// The scheme and its assumptions under a change, as they are read from what would be written; `None` when that cannot be written or
/// read, or has mistakes.
fn read_back(opened: &SchemeFiles, scheme: &Scheme, fix: &Fix) -> Option<(Scheme, Assumptions)> {
    let changed = opened_as_written(opened, scheme, fix)?;
    let picks = ScenarioDraw::new();
    let reader = Reader::new(&changed, &picks);
    let scheme = read::scheme(&reader)?;
    let assumptions = assumptions::read(&reader, &scheme)?;
    let mistakes =
        changed.problems.iter().chain(reader.problems.borrow().iter()).any(|problem| problem.severity == Severity::Error);
    (!mistakes).then_some((scheme, assumptions))
}

/// The texts of the scheme's folder with a change written in, its assumptions file included; `None` when it cannot be written.
#[must_use]
pub fn written(opened: &SchemeFiles, scheme: &Scheme, fix: &Fix) -> Option<FileTexts> {
    let after = fix.apply(scheme)?;
    let mut texts = amend::amend(opened, scheme, &after)?;
    if let Some(assumptions) = assumptions::amended(opened, scheme, &after) {
        texts.insert(assumptions::ASSUMPTIONS_FILE.to_owned(), assumptions);
    }
    Some(texts)
}

/// In what share of scenarios each finding is present, before and after, and the number of scenarios that could be read. The
/// changed scheme is read from its own text, in which the amounts that were changed are certain.
fn shares(
    opened: &SchemeFiles,
    search: &FixSearch<'_>,
    fix: &Fix,
    options: StressOptions,
    progress: OnProgress<'_>,
) -> (Vec<ScenarioShare>, usize) {
    let Some(changed) = opened_as_written(opened, search.scheme, fix) else { return (Vec::new(), 0) };
    let (uncertain_numbers, _) = stress::uncertain_numbers(opened);
    // In each scenario what is present before, and what after.
    let pairs: Vec<[Vec<bool>; 2]> = (0..options.scenarios)
        .into_par_iter()
        .filter_map(|number| {
            progress("trying scenarios", 0.7 + 0.3 * number as f64 / options.scenarios as f64);
            let picks = stress::picks(&uncertain_numbers, number, options.seed);
            let present = |opened: &SchemeFiles| in_scenario(opened, search, &picks, options);
            Some([present(opened)?, present(&changed)?])
        })
        .collect();
    let share = |which: usize, finding: usize| {
        pairs.iter().filter(|pair| pair[which][finding]).count() as f64 / pairs.len().max(1) as f64
    };
    let named = risks::CATALOGUE.iter().enumerate();
    let shares = named.map(|(at, risk)| ScenarioShare { risk: risk.id, before: share(0, at), after: share(1, at) });
    (shares.collect(), pairs.len())
}

/// What is present in one scenario.
fn in_scenario(opened: &SchemeFiles, search: &FixSearch<'_>, picks: &ScenarioDraw, options: StressOptions) -> Option<Vec<bool>> {
    let reader = Reader::new(opened, picks);
    let scheme = read::scheme(&reader)?;
    let assumptions = assumptions::read(&reader, &scheme)?;
    let rebuilt;
    let draws = if search.search_draws.fits(&scheme, &assumptions, search.assumptions) {
        &search.search_draws
    } else {
        rebuilt =
            CommonDraws::build(&scheme, &assumptions, options.seed, options.replications as u64, Budget::QUICK.replications);
        &rebuilt
    };
    Some(stress::present(&stress::quick_results(&scheme, &assumptions, draws, StrategySet::ForProfit)))
}
