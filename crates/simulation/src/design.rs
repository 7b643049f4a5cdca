//! Searches for the design that does most for the public when the provider answers with its best response: prices, gates, caps,
//! shares at risk and fees. It is a search within a search.
//!
//! It finds the best design, and the frontier between spend, outcomes and money paid for chance. It then puts the best design to
//! the full stress test. The section "Design" of `docs/method.md` lists what is searched and what is assumed.

use base::money::Pence;
use base::reader::{Reader, ScenarioDraw};
use base::scheme_files::SchemeFiles;
use contract::fees::Fees;
use contract::fixes::Fix;
use contract::price::{NoLines, Paid, price};
use contract::{Scheme, read};
use rayon::prelude::*;
use risks::{Estimate, RiskId, mean};

use crate::assumptions::{self, Assumptions};
use crate::fix::{STRAIGHT, changed, is_fee, is_rule, opened_as_written, together};
use crate::rank_evaluation::Ranks;
use crate::reference_strategies::{self, CommonDraws};
use crate::search::{self, Budget, Freedom};
use crate::strategy::{Arena, Strategy};
use crate::stress::{self, OnProgress, StressOptions};

/// What a design is judged by, within the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DesignAim {
    /// The worth of outcomes to the public less what the payer pays.
    Value,
    /// The worth of outcomes.
    Outcomes,
    /// The least paid for chance, with outcomes worth no less than intended today.
    Safe,
}

/// What a design should achieve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DesignGoal {
    pub objective: DesignAim,
    /// The most that may be spent, in pounds; by default what is meant to be spent today.
    pub budget: Option<f64>,
    /// The least share of what it is paid that the provider must keep on average to sign.
    pub margin: f64,
}

/// A design and its result at the provider's best strategy. Money is in pounds.
#[derive(Clone, Debug, PartialEq)]
pub struct EvaluatedDesign {
    /// Changes to the rules as they are; none for the scheme itself.
    pub changes: Vec<Fix>,
    /// What the payer pays, fees included.
    pub spend: Estimate,
    /// Worth of the outcomes to the public, compared with no help for anyone.
    pub worth: f64,
    /// Worth less spend.
    pub value: Estimate,
    /// What the provider has left.
    pub profit: Estimate,
    /// Paid for chance when nothing extra is done: how far results are paid above what the truth would earn. It is an average over
    /// replications, and those in which chance takes money away count as zero.
    pub for_chance: Estimate,
    /// The chance that this is more than a hundredth of what a contract pays in all, over people.
    pub chance: f64,
}

/// The result of a search for a design.
#[derive(Clone, Debug)]
pub struct DesignSearchResult {
    pub objective: DesignAim,
    pub budget: f64,
    /// The scheme as it is.
    pub now: EvaluatedDesign,
    /// The best found, where one meets the conditions.
    pub best: Option<EvaluatedDesign>,
    /// Designs that no other beats in spend, worth and money paid for chance at once, by spend.
    pub frontier: Vec<EvaluatedDesign>,
    /// Findings that the full stress test has of the best design, with the share of scenarios in which each is present;
    /// `None` when there is no best, or it cannot be written as text.
    pub left: Option<Vec<(RiskId, f64)>>,
    pub tried: usize,
}

/// What the payer is meant to spend today: payments when the provider does as intended.
#[must_use]
pub fn intended_spend(scheme: &Scheme, assumptions: &Assumptions, options: StressOptions) -> f64 {
    let draws = CommonDraws::build(scheme, assumptions, options.seed, 0, options.replications);
    let spend = |area: usize| {
        let arena = draws.arena(scheme, assumptions, area);
        mean(&arena.payments(&reference_strategies::intended(&arena)).total)
    };
    (0..draws.people.len()).into_par_iter().map(spend).collect::<Vec<f64>>().iter().sum()
}

/// Searches for the best design.
#[must_use]
pub fn design(
    opened: &SchemeFiles,
    (scheme, assumptions): (&Scheme, &Assumptions),
    wanted: DesignGoal,
    options: StressOptions,
    progress: OnProgress<'_>,
) -> DesignSearchResult {
    progress("drawing people", 0.0);
    let DesignGoal { objective, budget, margin } = wanted;
    let budget = budget.unwrap_or_else(|| intended_spend(scheme, assumptions, options));
    let mut search = DesignSearch::new(scheme, assumptions, (objective, budget, margin), options);
    progress("trying shapes and levels of price", 0.05);
    search.try_levels();
    progress("moving prices more finely", 0.35);
    search.refine_levels();
    progress("moving the prices of segments", 0.5);
    search.refine_segments();
    progress("simulating the frontier on fresh replications", 0.65);
    let rows = search.frontier();
    let best = search.best().and_then(|best| rows.iter().position(|&at| at == best));
    let mut frontier = search.on_fresh_replications(&[&[0], rows.as_slice()].concat(), options);
    let now = frontier.remove(0);
    let best = best.map(|at| frontier[at].clone());
    progress("testing the best design in full", 0.75);
    let left = best.as_ref().and_then(|best| left(opened, scheme, &best.changes, options, progress));
    progress("done", 1.0);
    DesignSearchResult { objective, budget, now, best, frontier, left, tried: search.tried.len() }
}

/// One design as the search sees it.
#[derive(Clone, Debug)]
struct TriedDesign {
    changes: Vec<Fix>,
    /// The provider's best strategy, by area.
    strategies: Vec<Strategy>,
    spend: f64,
    worth: f64,
    for_chance: f64,
    /// Whether the provider signs (its participation constraint).
    signs: bool,
}

/// What a design does in the replications it is simulated on, summed over areas.
struct DesignOutcome {
    payments: Vec<f64>,
    results: Vec<f64>,
    cost: f64,
    /// What results are worth, less what running the contract costs the payer itself.
    worth: f64,
    /// In each replication what is paid for chance when nothing extra is done, area by area.
    for_chance: Vec<f64>,
    /// The share of people whose contract pays for chance by more than a hundredth of what it pays in all.
    chance: f64,
}

/// A way to pay for results, and how its prices are set.
#[derive(Clone)]
struct PriceShape {
    rules: Vec<Fix>,
    of_value: bool,
}

/// Percentages of today's prices, and of what results are worth.
const OF_PRICES: [i64; 7] = [50, 75, 100, 150, 200, 300, 400];
const OF_VALUE: [i64; 7] = [15, 25, 40, 60, 80, 100, 130];

/// Gates that are tried, in hundredths of a percentage point, and a limit on what results may move, in percent of the fees.
const GATES: [i64; 3] = [100, 200, 300];
const COLLAR: i64 = 10;

/// Shapes whose prices are moved more finely, and the steps by which segments' prices are moved, in percent.
const SHAPES_REFINED: usize = 3;
const SEGMENT_STEPS: [[i64; 2]; 2] = [[67, 150], [83, 120]];

/// Rows of the frontier.
const ROWS: usize = 10;

/// Replications on which each design is judged while searching.
const REPLICATIONS: usize = 100;

/// The search: where designs are tried, and all that were.
struct DesignSearch<'a> {
    scheme: &'a Scheme,
    assumptions: &'a Assumptions,
    objective: DesignAim,
    budget: f64,
    /// The least share of what it is paid that the provider must keep on average to sign.
    margin: f64,
    /// Worth less spend when the provider does as intended today.
    intended_value: f64,
    search_draws: CommonDraws,
    judge_draws: CommonDraws,
    shapes: Vec<PriceShape>,
    /// The first is the scheme as it is.
    tried: Vec<TriedDesign>,
}

impl<'a> DesignSearch<'a> {
    fn new(
        scheme: &'a Scheme,
        assumptions: &'a Assumptions,
        (objective, budget, margin): (DesignAim, f64, f64),
        options: StressOptions,
    ) -> DesignSearch<'a> {
        // Beyond the replications that are reported.
        let first = options.replications as u64;
        let search_draws = CommonDraws::build(scheme, assumptions, options.seed, first, Budget::QUICK.replications);
        let judge_draws =
            CommonDraws::build(scheme, assumptions, options.seed, first + Budget::QUICK.replications as u64, REPLICATIONS);
        let intended = |area: usize| {
            let arena = judge_draws.arena(scheme, assumptions, area);
            let strategy = reference_strategies::intended(&arena);
            arena.value(&strategy) - arena.administration(&strategy) - mean(&arena.payments(&strategy).total)
        };
        let intended_value = (0..judge_draws.people.len()).map(intended).sum();
        let shapes = shapes(scheme);
        let tried = Vec::new();
        let mut search = DesignSearch {
            scheme,
            assumptions,
            objective,
            budget,
            margin,
            intended_value,
            search_draws,
            judge_draws,
            shapes,
            tried,
        };
        search.tried.extend(search.evaluated(Vec::new(), false));
        search
    }

    /// One design, with fees at the lowest level at which the provider signs unless they are to stay.
    fn evaluated(&self, changes: Vec<Fix>, set_fees: bool) -> Option<TriedDesign> {
        let (mut changes, scheme) = match changes.is_empty() {
            true => (changes, self.scheme.clone()),
            false => changed(self.scheme, &changes)?,
        };
        let areas: Vec<(Strategy, DesignOutcome)> = (0..self.judge_draws.people.len())
            .into_par_iter()
            .map(|area| {
                let arena = self.search_draws.arena(&scheme, self.assumptions, area);
                let pay = search::payment_weights(&arena);
                let best = search::best(&arena, search::Objective::Profit, Budget::QUICK, &pay, Freedom::ALL);
                let outcome = outcome(&self.judge_draws.arena(&scheme, self.assumptions, area), &best.strategy);
                (best.strategy, outcome)
            })
            .collect();
        let (strategies, outcomes): (Vec<Strategy>, Vec<DesignOutcome>) = areas.into_iter().unzip();
        let whole = summed(&outcomes);
        let (paid, results) = (mean(&whole.payments), mean(&whole.results));
        let mut spend = paid;
        if set_fees && crate::fees::change_nothing_else(&scheme, self.assumptions) {
            let needed = (self.least(whole.cost) - results).max(0.0);
            let fee = fee(&scheme, paid - results, needed, self.people());
            // As it will be written, rounded: a design must not win by a fee that no contract has.
            spend = results
                + match &fee {
                    Some(Fix::FeesFinely(share)) => (paid - results) * *share as f64 / 10_000.0,
                    Some(_) => needed,
                    None => paid - results,
                };
            changes.extend(fee);
        }
        let for_chance = mean(&whole.for_chance);
        Some(TriedDesign {
            changes,
            strategies,
            spend,
            worth: whole.worth,
            for_chance,
            signs: spend >= self.least(whole.cost) - 1.0,
        })
    }

    /// The least that the provider must be paid to sign.
    fn least(&self, cost: f64) -> f64 {
        cost / (1.0 - self.margin).max(0.01)
    }

    fn people(&self) -> f64 {
        self.judge_draws.people.iter().map(|people| people.count() as f64).sum()
    }

    /// Tries designs that were not tried before.
    fn try_all(&mut self, wanted: Vec<Vec<Fix>>) {
        let found: Vec<Option<TriedDesign>> = wanted.into_par_iter().map(|changes| self.evaluated(changes, true)).collect();
        for design in found.into_iter().flatten() {
            if !self.tried.iter().any(|tried| tried.changes == design.changes) {
                self.tried.push(design);
            }
        }
    }

    /// How good a design is by what it is judged by; `None` where it breaks a condition.
    fn score(&self, design: &TriedDesign) -> Option<f64> {
        let value = design.worth - design.spend;
        let allowed = design.signs && design.spend <= self.budget * (1.0 + 1e-9);
        match self.objective {
            _ if !allowed => None,
            DesignAim::Value => Some(value),
            DesignAim::Outcomes => Some(design.worth),
            DesignAim::Safe => (value >= self.intended_value).then_some(-design.for_chance),
        }
    }

    /// The best design so far; of those within a hundredth of a percent of the spend of it, the best of those with the fewest
    /// changes of rules.
    fn best(&self) -> Option<usize> {
        let scored: Vec<(usize, f64)> =
            self.tried.iter().enumerate().skip(1).filter_map(|(at, design)| Some((at, self.score(design)?))).collect();
        let (top, most) = scored.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1))?;
        let near = |score: f64| most - score <= 1e-4 * self.tried[top].spend.abs();
        let rules = |at: usize| self.tried[at].changes.iter().filter(|change| is_rule(change)).count();
        let near = scored.into_iter().filter(|(_, score)| near(*score));
        near.min_by(|a, b| rules(a.0).cmp(&rules(b.0)).then(b.1.total_cmp(&a.1))).map(|(at, _)| at)
    }

    /// The design of a shape at a level of price, which is not tried twice.
    fn at_level(&self, shape: &PriceShape, percent: i64) -> Vec<Fix> {
        let price = match shape.of_value {
            true => Some(Fix::AtValue { percent, worth: worth(self.assumptions) }),
            false => (percent != 100).then_some(Fix::Prices(percent)),
        };
        shape.rules.iter().cloned().chain(price).collect()
    }

    fn found(&self, shape: &PriceShape, percent: i64) -> Option<&TriedDesign> {
        let wanted = self.at_level(shape, percent);
        let (changes, _) = if wanted.is_empty() { (wanted, self.scheme.clone()) } else { changed(self.scheme, &wanted)? };
        let bare =
            |design: &TriedDesign| -> Vec<Fix> { design.changes.iter().filter(|change| !is_fee(change)).cloned().collect() };
        self.tried.iter().skip(1).find(|tried| bare(tried) == changes)
    }

    /// Every shape at every level.
    fn try_levels(&mut self) {
        let shapes = self.shapes.clone();
        let wanted = shapes.iter().flat_map(|shape| levels(shape).iter().map(|&percent| self.at_level(shape, percent)));
        self.try_all(wanted.collect());
    }

    /// Closes in on the best level of the best few shapes. It tries the middles on both sides of the best so far, until the steps are
    /// a hundredth.
    fn refine_levels(&mut self) {
        // Where a level makes no difference, a higher one is as good, without end.
        const MOST_PERCENT: i64 = 100_000;
        let score = |search: &DesignSearch<'_>, shape: &PriceShape, percent: i64| {
            search.found(shape, percent).and_then(|design| search.score(design)).unwrap_or(f64::NEG_INFINITY)
        };
        let mut shapes: Vec<(f64, PriceShape)> = self
            .shapes
            .iter()
            .map(|shape| {
                let best = levels(shape).iter().map(|&percent| score(self, shape, percent)).fold(f64::NEG_INFINITY, f64::max);
                (best, shape.clone())
            })
            .collect();
        shapes.sort_by(|a, b| b.0.total_cmp(&a.0));
        shapes.truncate(SHAPES_REFINED);
        let mut tried: Vec<Vec<i64>> = shapes.iter().map(|(_, shape)| levels(shape).to_vec()).collect();
        loop {
            let mut wanted = Vec::new();
            for ((best, shape), tried) in shapes.iter().zip(&mut tried) {
                let best_at = |&&at: &&i64| score(self, shape, at);
                let Some(&at) = tried.iter().max_by(|a, b| best_at(a).total_cmp(&best_at(b))) else { continue };
                if *best == f64::NEG_INFINITY {
                    continue;
                }
                let below = tried.iter().copied().filter(|&other| other < at).max().unwrap_or(0);
                let above = tried.iter().copied().filter(|&other| other > at).min().unwrap_or(2 * at);
                for middle in [(below + at) / 2, (at + above + 1) / 2] {
                    if (1..=MOST_PERCENT).contains(&middle) && !tried.contains(&middle) {
                        tried.push(middle);
                        wanted.push(self.at_level(shape, middle));
                    }
                }
            }
            if wanted.is_empty() {
                break;
            }
            self.try_all(wanted);
        }
    }

    /// Moves the prices of the best design segment by segment, where the contract pays for each result and knows segments.
    fn refine_segments(&mut self) {
        let segments = self.scheme.segments.len();
        let Some(best) = self.best().filter(|_| segments > 1) else { return };
        let base: Vec<Fix> = self.tried[best].changes.iter().filter(|change| !is_fee(change)).cloned().collect();
        let with = |percents: &[i64]| [base.as_slice(), &[Fix::SegmentPrices(percents.to_vec())]].concat();
        if changed(self.scheme, &with(&vec![150; segments])).is_none_or(|(changes, _)| changes.len() == base.len()) {
            return;
        }
        let (mut at, mut best) = (vec![100; segments], self.score(&self.tried[best]));
        for steps in SEGMENT_STEPS {
            for segment in 0..segments {
                for step in steps {
                    let mut percents = at.clone();
                    percents[segment] = percents[segment] * step / 100;
                    let Some(design) = self.evaluated(with(&percents), true) else { continue };
                    let score = self.score(&design);
                    self.tried.push(design);
                    if score > best {
                        (at, best) = (percents, score);
                        break;
                    }
                }
            }
        }
    }

    /// Designs to show, by spend: those that no other beats in spend, worth and money paid for chance. The best is among them.
    fn frontier(&self) -> Vec<usize> {
        let beats = |a: &TriedDesign, b: &TriedDesign| {
            let no_worse = a.spend <= b.spend && a.worth >= b.worth && a.for_chance <= b.for_chance;
            no_worse && (a.spend < b.spend || a.worth > b.worth || a.for_chance < b.for_chance)
        };
        // Not buying costs nothing, brings nothing and pays nothing for chance, so it beats every design that brings nothing.
        let nothing = 2e-3 * self.budget.abs().max(1.0);
        let unbeaten = |at: &usize| {
            let design = &self.tried[*at];
            design.signs && design.worth > nothing && !self.tried.iter().any(|other| other.signs && beats(other, design))
        };
        let mut front: Vec<usize> = (1..self.tried.len()).filter(unbeaten).collect();
        front.sort_by(|&a, &b| self.tried[a].spend.total_cmp(&self.tried[b].spend));
        // Rules with the same effect are shown once, in the form with the fewest changes.
        let same = |a: usize, b: usize| {
            let (a, b) = (&self.tried[a], &self.tried[b]);
            let near = |x: f64, y: f64| (x - y).abs() <= 2e-3 * self.budget.abs().max(1.0);
            near(a.spend, b.spend) && near(a.worth, b.worth) && near(a.for_chance, b.for_chance)
        };
        let mut apart: Vec<usize> = Vec::new();
        for at in front {
            match apart.iter_mut().find(|kept| same(**kept, at)) {
                Some(kept) if self.tried[at].changes.len() < self.tried[*kept].changes.len() => *kept = at,
                Some(_) => {}
                None => apart.push(at),
            }
        }
        let front = apart;
        let last = front.len().saturating_sub(1);
        let mut rows: Vec<usize> = match front.len() {
            0..=ROWS => front,
            _ => (0..ROWS).map(|row| front[row * last / (ROWS - 1)]).collect(),
        };
        rows.extend(self.best().filter(|best| !rows.contains(best)));
        rows.sort_by(|&a, &b| self.tried[a].spend.total_cmp(&self.tried[b].spend));
        rows
    }

    /// Designs simulated on replications that neither search saw, with the fees that they are to have.
    fn on_fresh_replications(&self, designs: &[usize], options: StressOptions) -> Vec<EvaluatedDesign> {
        let schemes: Vec<Scheme> = designs
            .iter()
            .map(|&at| changed(self.scheme, &self.tried[at].changes).map_or_else(|| self.scheme.clone(), |(_, scheme)| scheme))
            .collect();
        let areas: Vec<Vec<DesignOutcome>> = (0..self.judge_draws.people.len())
            .into_par_iter()
            .map(|area| {
                let people = &self.judge_draws.people[area];
                let ranks = Ranks::build(self.scheme, self.assumptions, people, options.seed, 0, options.replications);
                let of = |(&at, scheme): (&usize, &Scheme)| {
                    let arena = Arena::new(scheme, self.assumptions, people, &ranks, options.seed, 0);
                    outcome(&arena, &self.tried[at].strategies[area])
                };
                designs.iter().zip(&schemes).map(of).collect()
            })
            .collect();
        let mut by_design: Vec<Vec<DesignOutcome>> = designs.iter().map(|_| Vec::new()).collect();
        for area in areas {
            by_design.iter_mut().zip(area).for_each(|(of, outcome)| of.push(outcome));
        }
        designs
            .iter()
            .zip(by_design)
            .map(|(&at, outcomes)| shown(self.tried[at].changes.clone(), &summed(&outcomes), self.people()))
            .collect()
    }
}

/// A design with its figures and their errors.
fn shown(changes: Vec<Fix>, whole: &DesignOutcome, people: f64) -> EvaluatedDesign {
    let spend = Estimate::of(whole.payments.iter().copied());
    EvaluatedDesign {
        changes,
        value: Estimate { mean: whole.worth - spend.mean, ..spend },
        profit: Estimate { mean: spend.mean - whole.cost, ..spend },
        for_chance: Estimate::of(whole.for_chance.iter().copied()),
        chance: whole.chance / people.max(1.0),
        worth: whole.worth,
        spend,
    }
}

/// The shapes of payment that are tried: the rules as they are, straightened, with a comparison group, with gates, limits and other
/// shares at risk.
fn shapes(scheme: &Scheme) -> Vec<PriceShape> {
    let live = Fix::LiveComparison(1);
    let straight = STRAIGHT.to_vec();
    let with = |rules: &[Fix], more: &[Fix]| [rules, more].concat();
    let both = with(&straight, std::slice::from_ref(&live));
    let mut wanted = vec![(Vec::new(), false), (vec![live], false), (straight, true), (both.clone(), true)];
    wanted.extend(GATES.map(|gate| (with(&both, &[Fix::GateAt(gate)]), true)));
    wanted.push((with(&both, &[Fix::Collar(COLLAR)]), true));
    wanted.extend([5, 20].map(|percent| (vec![Fix::AtRisk(percent)], false)));
    let mut shapes: Vec<PriceShape> = Vec::new();
    for (rules, of_value) in wanted {
        let (rules, _) = match rules.is_empty() {
            true => (rules, scheme.clone()),
            false => match changed(scheme, &rules) {
                Some(found) => found,
                None if of_value => (Vec::new(), scheme.clone()),
                None => continue,
            },
        };
        if !shapes.iter().any(|shape| shape.rules == rules && shape.of_value == of_value) {
            shapes.push(PriceShape { rules, of_value });
        }
    }
    shapes
}

fn levels(shape: &PriceShape) -> &'static [i64] {
    if shape.of_value { &OF_VALUE } else { &OF_PRICES }
}

/// What one of each result is worth to the public, in pence.
fn worth(assumptions: &Assumptions) -> Vec<i64> {
    assumptions.outcomes.iter().map(|belief| (100.0 * belief.value).round() as i64).collect()
}

/// The change of fees that pays so many pounds instead of those now, rounded up to a hundredth of a percent, or to a penny a person.
fn fee(scheme: &Scheme, now: f64, needed: f64, people: f64) -> Option<Fix> {
    let has_fees = Fees::of(scheme).is_none_or(|fees| fees.total() >= 1.0);
    match has_fees {
        true if now >= 1.0 => {
            let share = (10_000.0 * needed / now - 1e-9).ceil() as i64;
            (share != 10_000).then_some(Fix::FeesFinely(share))
        }
        true => None,
        false => (needed >= 1.0).then(|| Fix::FeeEach(Pence((100.0 * needed / people.max(1.0)).ceil() as i64))),
    }
}

/// What a strategy brings in one area, and what chance alone brings when nothing extra is done.
fn outcome(arena: &Arena<'_>, strategy: &Strategy) -> DesignOutcome {
    let paid = arena.payments(strategy);
    let now = Strategy::as_now(&arena.chances, arena.people.segments);
    let mut truth = Paid::<f64>::default();
    price(arena.scheme, &arena.tally_without_chance(&now), &mut truth, &mut NoLines);
    let truth: f64 = arena.scheme.result_clauses().map(|at| truth.clause(at)).sum::<f64>() / 100.0;
    let for_chance: Vec<f64> = arena.payments(&now).results.iter().map(|paid| (paid - truth).max(0.0)).collect();
    let much = 0.01 * mean(&paid.total).abs();
    let lucky = for_chance.iter().filter(|paid| **paid > much).count() as f64 / for_chance.len().max(1) as f64;
    DesignOutcome {
        cost: arena.cost(strategy),
        worth: arena.value(strategy) - arena.administration(strategy),
        payments: paid.total,
        results: paid.results,
        for_chance,
        chance: lucky * arena.people.count() as f64,
    }
}

/// The areas together; the chance is an average over people.
fn summed(areas: &[DesignOutcome]) -> DesignOutcome {
    let sum = |of: fn(&DesignOutcome) -> &Vec<f64>| -> Vec<f64> {
        let replications = areas.first().map_or(0, |area| of(area).len());
        (0..replications).map(|replication| areas.iter().map(|area| of(area)[replication]).sum()).collect()
    };
    DesignOutcome {
        payments: sum(|area| &area.payments),
        results: sum(|area| &area.results),
        for_chance: sum(|area| &area.for_chance),
        cost: areas.iter().map(|area| area.cost).sum(),
        worth: areas.iter().map(|area| area.worth).sum(),
        chance: areas.iter().map(|area| area.chance).sum(),
    }
}

/// What the full stress test of the design's own text finds, with the share of scenarios; `None` when it cannot be written.
fn left(
    opened: &SchemeFiles,
    scheme: &Scheme,
    changes: &[Fix],
    options: StressOptions,
    progress: OnProgress<'_>,
) -> Option<Vec<(RiskId, f64)>> {
    let opened = opened_as_written(opened, scheme, &together(changes))?;
    let picks = ScenarioDraw::new();
    let reader = Reader::new(&opened, &picks);
    let scheme = read::scheme(&reader)?;
    let assumptions = assumptions::read(&reader, &scheme)?;
    let found = stress::stress(&opened, &scheme, &assumptions, options, &|what, part| progress(what, 0.75 + part / 4.0));
    let present = found.reported.iter().filter(|reported| reported.finding.present);
    Some(present.map(|reported| (reported.finding.risk, reported.share_of_scenarios)).collect())
}
