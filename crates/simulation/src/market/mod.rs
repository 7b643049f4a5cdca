//! A market that is played: providers decide whether to take part and what to spend on whom, users choose, the rules of the market
//! send people to providers, and the contract pays. Each of the rules is switched alone, on the same people and the same luck, to see what
//! it brings and whom it harms.
//!
//! Nothing is assumed to win. An open market can lose to a closed one, where users know little of quality, where providers are many and
//! small, or where nobody is there for those who are hard to help.
//!
//! From the bottom up: `users` (whom users want), `world` (people and what is known when), `play` (one play of the market), `solve` (what
//! providers settle on) and `variants` (each rule switched alone).

mod play;
mod solve;
mod users;
mod variants;
mod world;

pub use play::{HelpSpend, MarketStrategy, Played, ProviderPlayed, STEPS};
pub use solve::{MarketEnd, MarketFigures, ProviderFigures, SegmentFigures};
pub use variants::{CAP, MarketAnalysis, MarketOptions, MarketVariant, SolvedMarket, analyse};
pub use world::{MarketWorld, NotPlayable};
