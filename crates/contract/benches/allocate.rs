//! How long one referral takes to decide and to count, by the rule and by the number of providers of the lot.
//!
//! Run with `cargo bench -p contract --bench allocate`.

#![allow(clippy::print_stdout)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

use base::money::Quantity;
use base::source::{FileBytes, Folder};
use contract::market::allocate::{Allocation, Referral, allocate};
use contract::market::standing::{AdjustedResult, MarketStanding};

const SCHEME: &str = r#"
scheme = "Reference for speed (invented)"
currency = "GBP"
rounding = "nearest penny, half up"
month_end = "last day of month"
[contract]
starts = 2027-01-01
ends = 2031-12-31
[cohorts]
starts = 2027-01-01
ends = 2027-12-31
every = "1 year"
people = 100_000
[outcome.job]
measure = "people who start a job within 12 months"
kind = "binary"
better = "more"
window = "12 months"
[pay.job]
clause = "outcome payment"
outcome = "job"
price = "£1,000"
from = "assumption: invented"
"#;

const CALLS: u64 = 1_000_000;

fn main() {
    println!("nanoseconds for each referral, decided and counted ({CALLS} referrals)");
    for providers in [5, 20, 100] {
        for by in ["rota", "capacity", "performance", "user choice"] {
            println!("{providers:>4} providers, {by:<12} {:>7.0}", nanoseconds(by, providers));
        }
    }
}

fn nanoseconds(by: &str, providers: usize) -> f64 {
    let needs = match by {
        "performance" => "power = 1.5\nleast_people = 100\nnew_entrant = \"equal share\"\n",
        "user choice" => "fallback = \"rota\"\n",
        _ => "",
    };
    let market = format!(
        "market = \"M\"\n[lot.all]\n[award]\nkind = \"licence\"\n[allocation]\nby = \"{by}\"\nperiod = \"1 month\"\nshare_cap = \"40%\"\n{needs}"
    );
    let mut table = "provider,lot,capacity\n".to_owned();
    for at in 0..providers {
        let _ = writeln!(table, "p{at},all,{}", 900_000_000 + at);
    }
    let files = [("scheme.toml", SCHEME), ("market.toml", &market), ("providers.csv", &table)];
    let bytes = files.map(|(name, text)| (name.to_owned(), FileBytes::Read(text.as_bytes().to_vec())));
    let market = contract::check(&base::open(&Folder::from(bytes))).market.expect("a market without mistakes");
    let result =
        |at: usize| AdjustedResult { people: 200, result: Quantity::whole(60 + at as i64 % 30), expected: Quantity::whole(70) };
    let results: Vec<Option<AdjustedResult>> = (0..providers).map(|at| (at % 5 != 4).then(|| result(at))).collect();
    let mut standing = MarketStanding::new(&market, &results);
    let day = base::day::parse(b"2027-01-15").expect("a day");
    let from = Instant::now();
    for number in 0..CALLS {
        let key = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let choices = [(key >> 40) as usize % providers];
        // Half of the people choose.
        let chosen = if key & 1 == 0 { &choices[..] } else { &[] };
        let referral = Referral { area: 0, segment: 0, day, choices: chosen, key };
        if let Allocation::Placed(placement) = black_box(allocate(&market, &standing, &referral)) {
            standing.record(&market, day, &placement);
        }
    }
    from.elapsed().as_nanos() as f64 / CALLS as f64
}
