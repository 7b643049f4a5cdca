//! Plays the market of a scheme: which providers take part and what they spend, what that brings everybody, and what each rule of the
//! market does when it is switched alone.
//!
//! ```
//! use wellspent::folder::Reach;
//! use wellspent::market::{MarketRequest, market};
//!
//! let request = MarketRequest { scheme: "open-market".into(), reach: Reach::Inside(None), seed: 1, replications: 4 };
//! let played = market(&request, &wellspent::progress::silent)?;
//! assert!(played.text(wellspent::Terminal::PLAIN).contains("Each rule switched alone"));
//! # Ok::<(), wellspent::Error>(())
//! ```

use std::path::PathBuf;

use contract::Scheme;
use contract::market::MARKET_FILE;
use contract::market::rules::Market;
use report::market::{self as shown, MarketDocument, PlayedMarket};
use simulation::assumptions::Assumptions;
use simulation::market::{MarketAnalysis, MarketOptions, NotPlayable, analyse};

use crate::Terminal;
use crate::error::Error;
use crate::folder::{self, Reach, SchemeInputs};
use crate::progress::{Progress, stoppable};

/// What is to be played.
#[derive(Clone, Debug)]
pub struct MarketRequest {
    /// A scheme folder with `market.toml` and a `[market]` in its assumptions, or the name of a shipped scheme.
    pub scheme: PathBuf,
    pub reach: Reach,
    /// The seed of every random draw.
    pub seed: u64,
    /// Replications of the figures that are told.
    pub replications: usize,
}

/// A market that was played.
#[derive(Debug)]
pub struct MarketResult {
    scheme: Scheme,
    assumptions: Assumptions,
    rules: Market,
    pub found: MarketAnalysis,
    /// What a careful reader of the scheme's files would want to know, each as text with its place.
    pub warnings: Vec<String>,
}

/// Plays a market as it is written, and with each of its rules switched alone.
///
/// # Errors
/// The files cannot be read or have mistakes, there is no market, it cannot be played under this contract, or the progress stopped the
/// run.
pub fn market(request: &MarketRequest, progress: Progress<'_>) -> Result<MarketResult, Error> {
    let SchemeInputs { folder, scheme, assumptions, warnings } = folder::open_inputs(&request.scheme, request.reach)?;
    let Some(rules) = folder.market(&scheme)? else {
        let what = format!("there is no {MARKET_FILE} beside the contract");
        return Err(Error::failed(what, "docs/market-file.md says what it holds; the shipped scheme open-market has one"));
    };
    let options = MarketOptions { seed: request.seed, replications: request.replications.max(2), ..MarketOptions::default() };
    let found = stoppable(progress, |step| analyse(&scheme, &assumptions, &rules, options, step))?;
    let found = found.map_err(|NotPlayable { what, fix }| Error::failed(format!("this market cannot be played: {what}"), fix))?;
    Ok(MarketResult { scheme, assumptions, rules, found, warnings })
}

impl MarketResult {
    fn played(&self) -> PlayedMarket<'_> {
        PlayedMarket { scheme: &self.scheme, assumptions: &self.assumptions, rules: &self.rules, found: &self.found }
    }

    /// What was found, in plain words.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        shown::text(self.played(), terminal)
    }

    /// The same as a page with charts.
    #[must_use]
    pub fn html(&self) -> String {
        shown::page(self.played())
    }

    /// The same for other programs.
    #[must_use]
    pub fn document(&self) -> MarketDocument<'_> {
        shown::document(self.played())
    }
}
