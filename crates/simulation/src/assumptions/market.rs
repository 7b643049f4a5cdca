//! Who could take part in the market and how users choose: `[market]` in the assumptions file. The rules of the market are in the scheme's
//! `market.toml`.

use base::literal::{Count, Plain};
use base::money::{Pence, Rate, WHOLE};
use base::problem::Problem;
use base::reader::Section;
use contract::Scheme;

use super::reading::warn_without_source;
use crate::mixture::Behaviour;

/// What is assumed about a market.
#[derive(Clone, Debug, PartialEq)]
pub struct MarketAssumptions {
    pub users: Users,
    pub providers: Vec<AssumedProvider>,
}

/// How users choose. A user who chooses takes the provider with the largest sum of what is known of its results, how near it is, and
/// what only this user knows of it (a multinomial logit: McFadden 1974).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Users {
    /// The share who say whom they want, from 0 to 1. The others are sent to one.
    pub choosing: f64,
    /// The share of those who choose that is told of results.
    pub informed: f64,
    /// Log odds of choosing a provider for each percentage point by which its results are better than expected.
    pub each_point: f64,
    /// Log odds lost for each mile.
    pub each_mile: f64,
}

/// A provider that could take part.
#[derive(Clone, Debug, PartialEq)]
pub struct AssumedProvider {
    /// As in the providers of the market.
    pub id: String,
    pub kind: Behaviour,
    /// Pounds for each person, beside help.
    pub each_person: f64,
    /// Pounds for each cohort in which it is in the market, whether or not anybody comes.
    pub each_cohort: f64,
    /// Pounds that it can lose before it gives up.
    pub reserve: f64,
    /// The first cohort in which it could take part, from 0.
    pub from_cohort: usize,
    /// Miles from each area of the scheme.
    pub miles: Vec<f64>,
}

const KINDS: [(&str, Behaviour); 4] = [
    ("profit", Behaviour::Profit),
    ("mission", Behaviour::Mission),
    ("norm", Behaviour::Norm),
    ("public body", Behaviour::PublicBody),
];
/// The most providers in one market.
const MOST: usize = 40;

pub(super) fn read(top: &Section<'_, '_>, scheme: &Scheme) -> Option<MarketAssumptions> {
    let market = top.section("market")?;
    let users = market.required_section("users", "a table [market.users] that says how users choose").map(|table| users(&table));
    let tables = market.required_section("provider", "a table [market.provider.ID] for each provider that could take part");
    let providers: Vec<AssumedProvider> =
        tables.iter().flat_map(Section::sections).map(|table| provider(&table, scheme)).collect();
    if let Some(tables) = &tables {
        if providers.len() > MOST {
            tables.push(
                Problem::at(tables.file, tables.span, "there are too many providers")
                    .read(providers.len().to_string())
                    .expected(format!("at most {MOST}"))
                    .fix("keep those that could matter"),
            );
        }
        tables.finish();
    }
    market.finish();
    Some(MarketAssumptions { users: users?, providers })
}

fn users(table: &Section<'_, '_>) -> Users {
    warn_without_source(table);
    let share = |key: &str, fix: &str| table.required_within(key, (Rate(0), Rate(WHOLE)), "not a share of people", fix).as_f64();
    let weight = |key: &str, fix: &str| table.required_within(key, (Plain(0.0), Plain(10.0)), "not a weight from 0 to 10", fix).0;
    let users = Users {
        choosing: share("choosing", "write the share of users who say whom they want, such as \"60%\""),
        informed: share("informed", "write the share of them that is told of results, such as \"30%\""),
        each_point: weight("each_point", "write the log odds for each percentage point of better results, such as 0.05"),
        each_mile: weight("each_mile", "write the log odds lost for each mile, such as 0.1"),
    };
    table.finish();
    users
}

fn provider(table: &Section<'_, '_>, scheme: &Scheme) -> AssumedProvider {
    warn_without_source(table);
    let most = Pence(100_000_000_000);
    let pounds = |key: &str, fix: &str| -> f64 { table.required_within(key, (Pence(0), most), "not a cost", fix).pounds() };
    let (each_person, each_cohort) = (
        pounds("each_person", "write what one person costs beside help, such as \"£600\""),
        pounds("each_cohort", "write what it costs to be there for one cohort, such as \"£40,000\""),
    );
    let reserve = pounds("reserve", "write what it can lose before it gives up, such as \"£100,000\"");
    let from_cohort = match table.has("from_cohort") {
        false => 0,
        true => {
            let last = Count(scheme.cohorts.len() as i64);
            let fix = "write the number of the first cohort in which it could take part; 1 is the first of the contract";
            usize::try_from(table.required_within("from_cohort", (Count(1), last), "no cohort of the contract", fix).0 - 1)
                .unwrap_or(0)
        }
    };
    let kind = if table.has("kind") { table.choice("kind", &KINDS).unwrap_or(Behaviour::Profit) } else { Behaviour::Profit };
    let miles = table.required_section("miles", "a table of miles from each area, such as miles = { north = 4, south = 20 }");
    let miles = match miles {
        None => Vec::new(),
        Some(miles) => {
            let fix = "write the miles that a user in this area travels";
            let each = scheme
                .areas
                .iter()
                .map(|area| miles.required_within::<Plain>(area, (Plain(0.0), Plain(1000.0)), "not a number of miles", fix).0);
            let each = each.collect();
            miles.finish();
            each
        }
    };
    table.finish();
    AssumedProvider { id: table.name.clone(), kind, each_person, each_cohort, reserve, from_cohort, miles }
}
