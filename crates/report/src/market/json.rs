//! The result for other programs.

use schemars::JsonSchema;
use serde::Serialize;
use simulation::game::best_responses::PlayEnd;
use simulation::market::{HelpSpend, STEPS};

use super::{PlayedMarket, words};
use crate::machine_readable::{JsonDocument, SimulatedFigure, rounded};

/// A market that was played, as it is written and with each rule switched alone.
#[derive(Serialize, JsonSchema)]
pub struct MarketDocument<'a> {
    /// the title of the scheme
    scheme: &'a str,
    /// the title of the market
    market: &'a str,
    /// people in one replication
    people: usize,
    /// seed of every random draw
    seed: u64,
    /// replications that figures are means of
    replications: usize,
    /// the market as it is written, and then with each rule switched alone
    rules: Vec<MarketRulesEntry<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct MarketRulesEntry<'a> {
    /// which rule was switched
    rules: String,
    /// how play ended
    #[schemars(extend("enum" = ["at rest", "mixed", "stopped"]))]
    end: &'static str,
    /// rounds until then
    rounds: usize,
    /// how many ends were found from the starts that were tried
    ends_found: usize,
    /// pounds paid to all providers
    paid: SimulatedFigure,
    /// pounds that results are worth to the public, compared with no help
    worth: SimulatedFigure,
    /// pounds that results are worth less what is paid
    net: SimulatedFigure,
    /// the same beyond the market as it is written
    net_beyond_written: SimulatedFigure,
    /// share of people who find a provider
    placed: SimulatedFigure,
    /// share of people with a good result
    good: SimulatedFigure,
    /// providers with people in the first cohort
    providers_at_first: SimulatedFigure,
    /// providers with people in the last cohort
    providers_at_last: SimulatedFigure,
    /// share of the largest provider in the last cohort
    largest_share: SimulatedFigure,
    /// each provider
    providers: Vec<MarketProviderEntry<'a>>,
    /// each group of people
    groups: Vec<MarketGroupEntry<'a>>,
    /// for each cohort, the share of people that each provider has
    shares: Vec<Vec<Option<f64>>>,
}

#[derive(Serialize, JsonSchema)]
struct MarketProviderEntry<'a> {
    /// its id
    provider: &'a str,
    /// whether it takes part
    takes_part: bool,
    /// for each group, what it spends on each kind of help: a multiple of what buys half of the effect; null for what is spent today
    help: Vec<Option<f64>>,
    /// people it has
    people: SimulatedFigure,
    /// pounds it is paid
    paid: SimulatedFigure,
    /// pounds it keeps
    profit: SimulatedFigure,
    /// share of replications in which it gives up
    gave_up: SimulatedFigure,
    /// pounds that it could still gain
    regret: SimulatedFigure,
}

#[derive(Serialize, JsonSchema)]
struct MarketGroupEntry<'a> {
    /// its name
    group: &'a str,
    /// share that finds a provider
    placed: SimulatedFigure,
    /// share with a good result
    good: SimulatedFigure,
    /// the same beyond the market as it is written
    good_beyond_written: SimulatedFigure,
}

impl JsonDocument for MarketDocument<'_> {
    const SCHEMA: &'static str = "wellspent-market/1";
    const COMMAND: &'static str = "wellspent market --json";
}

/// The result for other programs.
#[must_use]
pub fn document(market: PlayedMarket<'_>) -> MarketDocument<'_> {
    let found = market.found;
    let rules = found.solved.iter().filter_map(|solved| {
        let end = solved.ends.first()?;
        let figures = &solved.figures;
        let providers = end.settled.profile.iter().enumerate().map(|(at, strategy)| {
            let of = &figures.by_provider[at];
            let help = strategy.steps.iter().map(|step| match STEPS[usize::from(*step)] {
                HelpSpend::Today => None,
                HelpSpend::OfHalfCost(times) => Some(times),
            });
            MarketProviderEntry {
                provider: &market.rules.providers[at].id,
                takes_part: strategy.enters,
                help: help.collect(),
                people: SimulatedFigure::share(of.people),
                paid: SimulatedFigure::pounds(of.paid),
                profit: SimulatedFigure::pounds(of.profit),
                gave_up: SimulatedFigure::share(of.gave_up),
                regret: SimulatedFigure::pounds(end.settled.regret[at]),
            }
        });
        let groups = found.segments.iter().enumerate().map(|(at, group)| MarketGroupEntry {
            group,
            placed: SimulatedFigure::share(figures.by_segment[at].placed),
            good: SimulatedFigure::share(figures.by_segment[at].good),
            good_beyond_written: SimulatedFigure::share(solved.more.good_of_segment[at]),
        });
        Some(MarketRulesEntry {
            rules: words::variant(solved.variant),
            end: match end.settled.end {
                PlayEnd::AtRest => "at rest",
                PlayEnd::Mixed => "mixed",
                PlayEnd::Stopped => "stopped",
            },
            rounds: end.settled.rounds,
            ends_found: solved.ends.len(),
            paid: SimulatedFigure::pounds(figures.paid),
            worth: SimulatedFigure::pounds(figures.worth),
            net: SimulatedFigure::pounds(figures.net),
            net_beyond_written: SimulatedFigure::pounds(solved.more.net),
            placed: SimulatedFigure::share(figures.placed),
            good: SimulatedFigure::share(figures.good),
            providers_at_first: SimulatedFigure::share(figures.providers[0]),
            providers_at_last: SimulatedFigure::share(figures.providers[1]),
            largest_share: SimulatedFigure::share(figures.largest),
            providers: providers.collect(),
            groups: groups.collect(),
            shares: figures.shares.iter().map(|shares| shares.iter().map(|share| rounded(*share)).collect()).collect(),
        })
    });
    MarketDocument {
        scheme: &market.scheme.name,
        market: &market.rules.title,
        people: found.people,
        seed: found.options.seed,
        replications: found.options.replications,
        rules: rules.collect(),
    }
}
