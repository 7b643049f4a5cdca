//! Sealed bids for a contract (the lowest wins) or for an asset (the highest wins), by bidders alike before they see their
//! signals. The equilibrium of the first-price auction follows from one condition, that no one gains by bidding as if its
//! signal were a little different, integrated from the weakest signal on (Milgrom and Weber 1982); how far that is an
//! equilibrium is then checked against every other bid. Prices and profits are simulated with keyed draws.

use base::literal::Count;
use base::reader::Section;
use rayon::prelude::*;
use risks::Estimate;

use super::form::{FormDescription, GameFigure};
use super::optimum::along;
use super::quadrature::integral;
use super::reading::{SMALL, count_within, number_or, number_within, part, part_if_there, range_within};
use base::philox::{open_unit, words};

pub(super) const FORM: FormDescription = FormDescription {
    name: "auction",
    summary: "Bidders alike in all but what they have seen. `kind` \"own\": each sees what the contract would cost it (or the asset \
              be worth to it), even between `low` and `high`. \"common\": cost or worth is the same for all and even between the \
              two, and each sees it with an even error of its own. \"sum of signals\": it is the sum of what all have seen. \
              `signal` picks the bidder whose bid is shown. `[naive]` describes bidders who bid their signal with a markup, \
              whatever the others do.",
    example: r#"game = "auction"
bidders = 4
side = "procurement"   # the lowest bid wins; or "sale"
signal = 0.2

[value]
kind = "own"           # or "common" or "sum of signals"
low = 0
high = 1
error = 0.1            # of each signal either way; for "common" only

[naive]                # may be left out
markup = 0

[draws]                # may be left out
auctions = 100_000"#,
};

/// Everything is kept as costs: in a sale the signs of signals and bids are turned, and turned back for the figures.
#[derive(Clone, Debug)]
pub struct Auction {
    bidders: usize,
    sign: f64,
    signal: f64,
    kind: AuctionFormat,
    low: f64,
    high: f64,
    error: f64,
    markup: f64,
    auctions: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum AuctionFormat {
    #[default]
    Own,
    Common,
    Sum,
}

pub(super) fn read(top: &Section<'_, '_>) -> Auction {
    let bidders = count_within(top, "bidders", 2, 40);
    let sign = if top.required_choice("side", &[("procurement", false), ("sale", true)]) { -1.0 } else { 1.0 };
    let signal = sign * number_within(top, "signal", -1e6, 1e6);
    let (kind, low, high, error) = part(top, "value", |section| {
        let kind = section.required_choice(
            "kind",
            &[("own", AuctionFormat::Own), ("common", AuctionFormat::Common), ("sum of signals", AuctionFormat::Sum)],
        );
        let (low, high) = range_within(section, -1e6, 1e6);
        let error = match kind {
            AuctionFormat::Common => number_within(section, "error", SMALL, 1e6),
            // Of no use to the others, and no mistake in them either.
            _ => number_or(section, "error", 0.0),
        };
        (kind, low, high, error)
    });
    let markup = part_if_there(top, "naive", |section| number_or(section, "markup", 0.0));
    let auctions = part_if_there(top, "draws", |section| {
        let words = "a number of auctions that cannot be drawn";
        section.required_within::<Count>("auctions", (Count(1_000), Count(5_000_000)), words, "correct the number").0 as u64
    });
    let (low, high) = if sign > 0.0 { (low, high) } else { (-high, -low) };
    let auction = Auction {
        bidders,
        sign,
        signal,
        kind,
        low,
        high,
        error,
        markup: markup.unwrap_or_default(),
        auctions: auctions.unwrap_or(100_000),
    };
    let (first, last) = auction.signals();
    if !(first..last).contains(&signal) && high > low {
        top.push(
            top.problem("signal", "no bidder can have this signal")
                .read((sign * signal).to_string())
                .expected(format!("from {} to {}", (sign * first).min(sign * last), (sign * first).max(sign * last)))
                .fix("correct `signal`, or the range in [value]"),
        );
    }
    auction
}

/// Places at which the bids of an equilibrium are kept: even over the signals, then closer and closer to the weakest.
const EVEN: usize = 240;
const HALVINGS: i32 = 30;

/// The bids of an equilibrium by signal, with their slopes, for reading in between.
struct Bids {
    places: Vec<f64>,
    bids: Vec<f64>,
    slopes: Vec<f64>,
}

impl Bids {
    /// A cubic between the two places beside a signal that has their bids and slopes.
    fn at(&self, signal: f64) -> f64 {
        let next = self.places.partition_point(|place| *place <= signal).clamp(1, self.places.len() - 1);
        let (from, to) = (next - 1, next);
        let width = self.places[to] - self.places[from];
        let t = (signal - self.places[from]) / width;
        let (t2, t3) = (t * t, t * t * t);
        (2.0 * t3 - 3.0 * t2 + 1.0) * self.bids[from]
            + (t3 - 2.0 * t2 + t) * width * self.slopes[from]
            + (3.0 * t2 - 2.0 * t3) * self.bids[to]
            + (t3 - t2) * width * self.slopes[to]
    }
}

/// What came of one auction: the price under each rule, and the naive winner's profit.
struct Sold {
    first_price: f64,
    second_price: f64,
    first_price_profit: f64,
    naive_profit: f64,
}

impl Auction {
    /// The lowest and the highest signal that anybody can have.
    fn signals(&self) -> (f64, f64) {
        match self.kind {
            AuctionFormat::Common => (self.low - self.error, self.high + self.error),
            _ => (self.low, self.high),
        }
    }

    /// What the common value can be for a bidder with this signal.
    fn possible(&self, signal: f64) -> (f64, f64) {
        ((signal - self.error).max(self.low), (signal + self.error).min(self.high))
    }

    /// The chance that another's signal is above this one, when the common value is this.
    fn above(&self, signal: f64, value: f64) -> f64 {
        ((value + self.error - signal) / (2.0 * self.error)).clamp(0.0, 1.0)
    }

    /// The chance, given one's own signal, that all others' are above a place, and the mean cost of winning then.
    fn winning(&self, own: f64, place: f64) -> (f64, f64) {
        let others = self.bidders - 1;
        let all_above = ((self.high - place) / (self.high - self.low)).clamp(0.0, 1.0).powi(others as i32);
        match self.kind {
            AuctionFormat::Own => (all_above, own),
            AuctionFormat::Sum => (all_above, own + others as f64 * f64::midpoint(place, self.high)),
            AuctionFormat::Common => {
                let (from, to) = self.possible(own);
                // Below these values no signal can reach the place; there is a kink where all of them must.
                let cuts = [place - self.error, place + self.error];
                let over = |of: &dyn Fn(f64) -> f64| pieces(from, to, &cuts, of);
                let chance = over(&|value| self.above(place, value).powi(others as i32));
                let cost = over(&|value| value * self.above(place, value).powi(others as i32));
                (chance / (to - from), cost / chance)
            }
        }
    }

    /// At a tie, own signal and lowest of the others' being the same: the mean cost, and how fast the chance of having the
    /// lowest signal is lost by moving up.
    fn at_tie(&self, signal: f64) -> (f64, f64) {
        let others = (self.bidders - 1) as f64;
        match self.kind {
            AuctionFormat::Own => (signal, others / (self.high - signal)),
            AuctionFormat::Sum => {
                let rest = (others - 1.0) * f64::midpoint(signal, self.high);
                (2.0 * signal + rest, others / (self.high - signal))
            }
            AuctionFormat::Common => {
                let (from, to) = self.possible(signal);
                let power = self.bidders as i32 - 2;
                let tied = integral(from, to, &|value| self.above(signal, value).powi(power));
                let cost = integral(from, to, &|value| value * self.above(signal, value).powi(power));
                let lowest = integral(from, to, &|value| self.above(signal, value).powi(power + 1));
                (cost / tied, others * tied / (2.0 * self.error * lowest))
            }
        }
    }

    /// The equilibrium bids of the first-price auction, from the weakest signal down: no one gains by a little more or less
    /// where b′ = h (b − v), with v the cost at a tie and h how fast the chance of winning is lost.
    fn equilibrium(&self) -> Bids {
        let (first, last) = self.signals();
        let mut places: Vec<f64> = (0..EVEN).map(|at| first + (last - first) * at as f64 / EVEN as f64).collect();
        places.extend((1..=HALVINGS).map(|halving| last - (last - first) / EVEN as f64 * 0.5f64.powi(halving)));
        if self.kind == AuctionFormat::Common {
            places.extend([self.low + self.error, self.high - self.error].iter().filter(|cut| first < **cut && **cut < last));
        }
        places.sort_by(f64::total_cmp);
        places.dedup();
        let mut bids = vec![0.0; places.len()];
        bids[places.len() - 1] = self.at_tie(places[places.len() - 1]).0;
        for at in (0..places.len() - 1).rev() {
            let (from, to) = (places[at], places[at + 1]);
            let lost = |upto: f64| integral(from, upto, &|signal| self.at_tie(signal).1);
            let within = integral(from, to, &|signal| {
                let (cost, rate) = self.at_tie(signal);
                cost * rate * (-lost(signal)).exp()
            });
            bids[at] = within + (-lost(to)).exp() * bids[at + 1];
        }
        let slope = |(place, bid): (&f64, &f64)| {
            let (cost, rate) = self.at_tie(*place);
            rate * (bid - cost)
        };
        let slopes = places.iter().zip(&bids).map(slope).collect();
        Bids { places, bids, slopes }
    }

    /// The most that a bidder with this signal could still gain by bidding as if it were another.
    fn regret(&self, bids: &Bids, signal: f64) -> f64 {
        let earns = |as_if: f64| {
            let (chance, cost) = self.winning(signal, as_if);
            if chance > 0.0 { chance * (bids.at(as_if) - cost) } else { 0.0 }
        };
        let (first, last) = (bids.places[0], bids.places[bids.places.len() - 1]);
        earns(along((first, last), &earns)) - earns(signal)
    }

    fn draw(&self, bids: &Bids, seed: u64, auction: u64) -> Sold {
        let even = |person: usize| open_unit(words(seed, person as u64, auction, 0)[0]);
        let value = self.low + (self.high - self.low) * even(0);
        let mut signals: Vec<f64> = (1..=self.bidders)
            .map(|bidder| match self.kind {
                AuctionFormat::Common => value + self.error * (2.0 * even(bidder) - 1.0),
                _ => self.low + (self.high - self.low) * even(bidder),
            })
            .collect();
        signals.sort_by(f64::total_cmp);
        let cost = match self.kind {
            AuctionFormat::Own => signals[0],
            AuctionFormat::Common => value,
            AuctionFormat::Sum => signals.iter().sum(),
        };
        let first_price = bids.at(signals[0]);
        Sold {
            first_price,
            second_price: self.at_tie(signals[1]).0,
            first_price_profit: first_price - cost,
            naive_profit: signals[0] + self.markup - cost,
        }
    }

    pub(super) fn solve(&self, seed: u64) -> Vec<GameFigure> {
        let bids = self.equilibrium();
        let sold: Vec<Sold> = (0..self.auctions).into_par_iter().map(|auction| self.draw(&bids, seed, auction)).collect();
        let mean = |name: &str, of: &dyn Fn(&Sold) -> f64| GameFigure {
            name: name.to_owned(),
            value: Estimate::of(sold.iter().map(of)),
        };
        vec![
            GameFigure::exact("first-price bid", self.sign * bids.at(self.signal)),
            GameFigure::exact("second-price bid", self.sign * self.at_tie(self.signal).0),
            GameFigure::exact("regret", self.regret(&bids, self.signal).max(0.0)),
            mean("first-price price", &|sold| self.sign * sold.first_price),
            mean("second-price price", &|sold| self.sign * sold.second_price),
            mean("winner's profit", &|sold| sold.first_price_profit),
            mean("naive winner's profit", &|sold| sold.naive_profit),
        ]
    }
}

/// An integral with a kink or jump at most at the cuts.
fn pieces(from: f64, to: f64, cuts: &[f64], of: &dyn Fn(f64) -> f64) -> f64 {
    let mut ends: Vec<f64> = cuts.iter().copied().filter(|cut| from < *cut && *cut < to).collect();
    ends.extend([from, to]);
    ends.sort_by(f64::total_cmp);
    ends.windows(2).map(|pair| integral(pair[0], pair[1], of)).sum()
}
