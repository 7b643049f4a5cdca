//! Faults that can be seen in the rules of a market alone.

use base::day::{self, Day};
use base::english::counted;
use base::money::{Rate, WHOLE};
use base::problem::Problem;
use base::scheme_files::SchemeFiles;

use super::MARKET_FILE;
use super::ranking::chance_of_more;
use super::rules::{AwardKind, Market, MarketLot, PerformanceRule, ShareRule};
use crate::calendar::{MonthEnd, months_later};
use crate::scheme::Scheme;

/// A single award for more years than this is for many years. The line is ours; there is no published one.
const MANY_YEARS: i64 = 5;

/// Two providers that a careful buyer would want to tell apart: of people who do well, 70% and 60%.
const APART: (f64, f64) = (0.7, 0.6);

/// The worse of the two may come first this often. The line is ours.
const MISTAKEN: f64 = 0.1;

/// Everything a careful reader of the rules would ask about.
#[must_use]
pub fn warnings(market: &Market, scheme: &Scheme, files: &SchemeFiles) -> Vec<Problem> {
    let mut out = Vec::new();
    out.extend(one_provider_for_years(market, files));
    out.extend(cap_on_some_days(market, files));
    out.extend(too_few_people(market, files));
    out.extend(choice_without_share(market, files));
    out.extend(nobody_steps_in(market, files));
    out.extend(people_without_a_lot(market, scheme, files));
    out.extend(lots_without_a_provider(market, files));
    out
}

/// A warning at a table of the file.
fn warning(files: &SchemeFiles, path: &str, what: impl Into<String>) -> Problem {
    Problem { span: files.span_of(MARKET_FILE, path), ..Problem::file(MARKET_FILE, what) }.warning()
}

fn one_provider_for_years(market: &Market, files: &SchemeFiles) -> Option<Problem> {
    let many = months_later(market.starts, 12 * MANY_YEARS, MonthEnd::LastDay);
    (market.award == AwardKind::SingleAward && market.ends >= many).then(|| {
        warning(files, "award", "one provider has a lot for more than 5 years")
            .read(format!("a single award, from {} to {}", market.starts, market.ends))
            .expected("a rival that could take over, while what happened is still remembered")
            .fix("shorten the contract, let a framework or licences in, or share people out by performance")
    })
}

/// Days on which so few providers are licensed that the share cap leaves people waiting.
fn cap_on_some_days(market: &Market, files: &SchemeFiles) -> Option<Problem> {
    let cap = market.allocation.share_cap?;
    let (first, last) = (day::day(market.starts), day::day(market.ends));
    let few = |lot: &MarketLot| -> Option<(Day, usize)> {
        // The number changes only where a licence begins or has ended.
        let days = lot.licences.iter().flat_map(|licence| [licence.from, licence.to.saturating_add(1)]).chain([first]);
        let within = days.filter(|on| first <= *on && *on <= last);
        let open = |on: Day| lot.licences.iter().filter(|licence| licence.from <= on && on <= licence.to).count();
        let few = |open: usize| open > 0 && i128::from(cap.0) * (open as i128) < i128::from(WHOLE);
        within.map(|on| (on, open(on))).filter(|(_, open)| few(*open)).min()
    };
    let (lot, (on, open)) = market.lots.iter().find_map(|lot| Some((lot, few(lot)?)))?;
    let what = format!("the share cap leaves people waiting in the lot `{}` while few providers are licensed", lot.name);
    let licensed = counted(open, "provider is", "providers are");
    Some(
        warning(files, "allocation", what)
            .read(format!("{licensed} licensed on {}, each with at most {cap}", day::date(on)))
            .expected(format!(
                "at least {} with {}",
                Rate((WHOLE + open as i64 - 1) / open as i64),
                counted(open, "provider", "providers")
            ))
            .fix("raise `share_cap`, or let more providers in from the beginning"),
    )
}

fn too_few_people(market: &Market, files: &SchemeFiles) -> Option<Problem> {
    let Some(ShareRule::Performance(PerformanceRule { least_people, half_powers: 1.., .. })) = market.allocation.by.share_rule()
    else {
        return None;
    };
    let chance = |people: i64| chance_of_more(APART.1, APART.0, u32::try_from(people.clamp(1, 10_000)).unwrap_or(1));
    let found = chance(*least_people);
    let enough = (1..=10_000).find(|people| chance(*people) <= MISTAKEN)?;
    (found > MISTAKEN).then(|| {
        let (better, worse) = (100.0 * APART.0, 100.0 * APART.1);
        warning(files, "allocation", "so few people do not tell providers apart, and shares would follow chance")
            .read(format!(
                "a result counts from {} on. A provider that helps {worse:.0}% of its people would then rank above one that helps \
                 {better:.0}% with a chance of {:.0}%",
                counted(*least_people, "person", "people"),
                100.0 * found
            ))
            .expected(format!("at least {}, where the chance is at most {:.0}%",counted(enough, "person", "people"), 100.0 * MISTAKEN))
            .fix("raise `least_people`, or add up results over more than one period")
    })
}

fn choice_without_share(market: &Market, files: &SchemeFiles) -> Option<Problem> {
    let by_performance = matches!(market.allocation.by.share_rule(), Some(ShareRule::Performance(_)));
    (market.award == AwardKind::Licence && !by_performance).then(|| {
        warning(files, "allocation", "anybody may come in, and nobody gets fewer people for doing worse")
            .read("a licence, and no share by performance")
            .expected(
                "shares that follow measured performance. When Australia opened its disability employment service to the choice of users \
                 in July 2018 without them, cost rose by 48% in two years and outcomes by 8% (review of 2020)",
            )
            .fix("write by = \"performance\", or fallback = \"performance\" for people who do not choose")
    })
}

/// No capacity is held free for a provider that fails, or not enough for the largest.
fn nobody_steps_in(market: &Market, files: &SchemeFiles) -> Option<Problem> {
    let cover = market.exit.step_in_cover;
    if cover == Rate(0) {
        let what = "nobody holds capacity free to step in for a provider that fails";
        return Some(
            warning(files, "exit", what)
                .read("no `step_in_cover`")
                .expected(
                    "a share of its capacity that each provider holds free: with 4 equal providers, 25% covers the loss of one",
                )
                .fix("add step_in_cover to [exit]. A single award has no other provider to step in, and needs another plan"),
        );
    }
    let short = |lot: &&MarketLot| {
        let alone = lot.places == Some(1) || lot.licences.len() == 1;
        let capacities: Option<Vec<(u32, u32)>> =
            lot.licences.iter().map(|licence| licence.capacity.zip(licence.usual_capacity)).collect();
        let uncovered = |all: &[(u32, u32)]| {
            let free: u64 = all.iter().map(|(capacity, filled)| u64::from(capacity - filled)).sum();
            all.iter().any(|(capacity, filled)| free - u64::from(capacity - filled) < u64::from(*filled))
        };
        alone || capacities.is_some_and(|all| !all.is_empty() && uncovered(&all))
    };
    let lot = market.lots.iter().find(short)?;
    let what = format!("the others could not take everybody if one provider of the lot `{}` failed", lot.name);
    Some(
        warning(files, "exit", what)
            .read(format!("{cover} of each capacity is held free"))
            .expected(
                "as much room with the others as the largest of them fills: with n equal providers, one in n of each capacity",
            )
            .fix("raise `step_in_cover`, or let more providers in"),
    )
}

fn people_without_a_lot(market: &Market, scheme: &Scheme, files: &SchemeFiles) -> Option<Problem> {
    let pairs = (0..scheme.areas.len()).flat_map(|area| (0..scheme.segments.len()).map(move |segment| (area, segment)));
    let mut without = pairs.filter(|(area, segment)| market.lot_of(*area, *segment).is_none());
    let (area, segment) = without.next()?;
    let more = without.count();
    let more = if more == 0 { String::new() } else { format!(", and {more} more") };
    Some(
        warning(files, "lot", "no lot has some of the people of the contract, and nobody would take them")
            .read(format!("the segment \"{}\" in \"{}\"{more}", scheme.segments[segment], scheme.areas[area]))
            .expected("a lot for each area and segment")
            .fix("add them to a lot, or say in the contract that others serve them"),
    )
}

fn lots_without_a_provider(market: &Market, files: &SchemeFiles) -> Option<Problem> {
    let lot = market.lots.iter().find(|lot| lot.licences.is_empty()).filter(|_| !market.providers.is_empty())?;
    Some(
        warning(files, &format!("lot.{}", lot.name), format!("nobody is licensed in the lot `{}`", lot.name))
            .expected("at least one provider")
            .fix("add a row for the lot to the table of providers"),
    )
}
