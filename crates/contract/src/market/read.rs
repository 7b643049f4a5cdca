//! Reads `market.toml` as a [`Market`]. Everything is checked here, so that a referral can be decided without further checks.

use base::literal::{Count, Duration, Literal, Plain, negative};
use base::money::{Pence, Rate, WHOLE};
use base::problem::Problem;
use base::reader::{Reader, Section};

use super::MARKET_FILE;
use super::provider_table::{self, ListedMarket};
use super::rules::{
    AllocatedBy, AllocationRules, AwardKind, Bond, EntryRules, ExitRules, Market, MarketLot, NewEntrant, PerformanceRule,
    ShareRule, usual,
};
use crate::scheme::Scheme;

/// The most lots of a market.
const MAX_LOTS: usize = 1_000;

/// Where the keys of the file are described.
const REFERENCE: &str = "docs/market-file.md";

/// Reads the market of a scheme that has no errors; `None` where the file has any. The reader collects the problems.
pub fn market(reader: &Reader<'_>, scheme: &Scheme) -> Option<Market> {
    let before = reader.errors();
    let fix = format!("copy the example of {REFERENCE} and change it");
    let top = reader.document_or(MARKET_FILE, "market = \"The name of the market\"", &fix)?;
    let title = top.required_text("market", "the name of the market, such as \"Help into work in the county\"");
    let award = award(&top);
    let (kind, places) = award;
    let mut lots = lots(&top, scheme, (kind, places));
    let allocation = allocation(&top);
    let entry = top.section("entry").map(|section| entry(&section)).unwrap_or_default();
    let exit = top.section("exit").map(|section| exit(&section)).unwrap_or_default();
    let bond = top.section("bond").map(|section| bond(&section));
    let information = top.section("information").map(|section| {
        let barrier = sentences(&section, "barrier");
        section.finish_in(REFERENCE);
        barrier
    });
    let listed = ListedMarket { scheme, award: kind, by: allocation.as_ref().map(|allocation| &allocation.by) };
    let providers = provider_table::read(&top, &listed, &mut lots);
    top.finish_in(REFERENCE);
    if let Some(allocation) = &allocation {
        cap_can_be_met(&top, allocation, &lots);
    }
    for licence in lots.iter_mut().flat_map(|lot| &mut lot.licences) {
        licence.usual_capacity = licence.capacity.map(|capacity| usual(capacity, exit.step_in_cover));
    }
    let segments = scheme.segments.len();
    let mut lot_of = vec![None; scheme.areas.len() * segments];
    for (at, lot) in lots.iter().enumerate() {
        for area in &lot.areas {
            lot.segments.iter().for_each(|segment| lot_of[area * segments + segment] = Some(at));
        }
    }
    let allocation = allocation.filter(|_| reader.errors() == before)?;
    Some(Market {
        title,
        lots,
        award: kind,
        allocation,
        entry,
        exit,
        bond,
        information: information.unwrap_or_default(),
        providers,
        lot_of,
        segments,
        starts: scheme.starts,
        ends: scheme.ends,
        month_end: scheme.month_end,
    })
}

/// `[award]`: how providers get in, and how many for each lot unless a lot says otherwise.
fn award(top: &Section<'_, '_>) -> (AwardKind, Option<u32>) {
    let Some(section) = top.required_section("award", "a table [award] with its kind") else { return Default::default() };
    let kind = section.required_choice("kind", &AwardKind::KNOWN);
    let places = places(&section, kind);
    section.finish_in(REFERENCE);
    (kind, places)
}

/// `places`: how many providers may hold a lot at the same time. Only a framework states it.
fn places(section: &Section<'_, '_>, kind: AwardKind) -> Option<u32> {
    if !section.has("places") {
        return None;
    }
    if kind != AwardKind::Framework {
        let what = match kind {
            AwardKind::Licence => "a licence is open to whoever meets the requirements, so there is no number of places",
            _ => "a single award has one place for each lot",
        };
        let expected = "no `places`, or the kind \"framework\"";
        section.push(section.problem("places", what).expected(expected).fix("remove `places`, or write kind = \"framework\""));
        return None;
    }
    let places = section.number::<Count>("places")?.0;
    match u32::try_from(places) {
        Ok(places @ 1..=1_000) => Some(places),
        _ => {
            let problem = section.problem("places", "the number of places is not possible").read(places.to_string());
            section.push(problem.expected("from 1 to 1,000").fix("write how many providers may hold a lot at the same time"));
            None
        }
    }
}

/// `[lot.NAME]`, one for each.
fn lots(top: &Section<'_, '_>, scheme: &Scheme, (kind, usual_places): (AwardKind, Option<u32>)) -> Vec<MarketLot> {
    let Some(all) = top.required_section("lot", "at least one table [lot.NAME] with its areas") else { return Vec::new() };
    let sections = all.sections();
    crate::read::each_name_once(&sections, "lot");
    if !crate::read::not_too_many(&all, sections.len(), MAX_LOTS, "lots") {
        return Vec::new();
    }
    let mut lots: Vec<MarketLot> = Vec::new();
    for section in &sections {
        let areas = named(section, "areas", &scheme.areas, "area");
        let segments = named(section, "segments", &scheme.segments, "segment");
        let own = places(section, kind);
        section.finish_in(REFERENCE);
        let places = match kind {
            AwardKind::SingleAward => Some(1),
            AwardKind::Licence => None,
            AwardKind::Framework => own.or(usual_places),
        };
        if kind == AwardKind::Framework && places.is_none() && !section.has("places") {
            let what = format!("the lot `{}` does not say how many providers may hold it", section.name);
            let problem = Problem::at(section.file, section.span, what).expected("a number of places, such as places = 3");
            section.push(problem.fix("add `places` to [award], for all lots, or to this lot"));
        }
        let shared = |lot: &&MarketLot| {
            let both = |one: &[usize], other: &[usize]| one.iter().any(|at| other.contains(at));
            both(&lot.areas, &areas) && both(&lot.segments, &segments)
        };
        if let Some(other) = lots.iter().find(shared) {
            let what = format!("the lots `{}` and `{}` have an area and a segment in common", other.name, section.name);
            let problem = Problem::at(section.file, section.span, what).expected("one lot for each area and segment");
            section.push(problem.fix("give each lot areas or segments of its own"));
        }
        lots.push(MarketLot { name: section.name.clone(), areas, segments, places, licences: Vec::new() });
    }
    lots
}

/// Positions of names of the scheme; all of them where the file names none.
fn named(section: &Section<'_, '_>, key: &str, known: &[String], what: &str) -> Vec<usize> {
    if !section.has(key) {
        return (0..known.len()).collect();
    }
    let mut out = Vec::new();
    for (name, span) in section.list(key).unwrap_or_default() {
        match known.iter().position(|known| known == name) {
            Some(at) if out.contains(&at) => {
                let problem = Problem::at(section.file, span, format!("the {what} `{name}` appears twice"));
                section.push(problem.expected(format!("each {what} once")).fix("remove one of the two"));
            }
            Some(at) => out.push(at),
            None => {
                let problem =
                    Problem::at(section.file, span, format!("the contract has no such {what}")).read(format!("`{name}`"));
                let names = known.iter().map(String::as_str);
                let problem = problem.expected(format!("one of {}", known.join(", "))).nearest(name, names);
                section.push(problem.fix(format!("write the {what} exactly as in `{key}` of scheme.toml")));
            }
        }
    }
    out
}

/// `[allocation]`: who gets the next person.
fn allocation(top: &Section<'_, '_>) -> Option<AllocationRules> {
    const SHARED: [&str; 3] = ["rota", "performance", "capacity"];
    let section = top.required_section("allocation", "a table [allocation] with by and period")?;
    let known = ["user choice", "rota", "performance", "capacity"].map(|word| (word, word));
    let waiting = "waiting list";
    let by = match section.required_choice("by", &known) {
        "user choice" => {
            let known = [SHARED[0], SHARED[1], SHARED[2], waiting].map(|word| (word, word));
            let fallback = section.required_choice("fallback", &known);
            AllocatedBy::UserChoice(if fallback == waiting { None } else { Some(share_rule(&section, fallback)) })
        }
        word => AllocatedBy::Share(share_rule(&section, word)),
    };
    let share_cap = section.has("share_cap").then(|| {
        let fix = "write the greatest share that one provider may have, or remove the key";
        section.required_within("share_cap", (Rate(1), Rate(WHOLE)), "the share cap is not possible", fix)
    });
    let period_months = match section.required::<Duration>("period") {
        Duration::Months(months @ 1..=120) => months,
        // What is missing or cannot be read is reported already.
        _ if !section.has("period") || section.number::<Duration>("period").is_none() => 1,
        other => {
            let problem = section.problem("period", "the period is not a whole number of months").read(other.words());
            section.push(
                problem.expected("from 1 month to 10 years, such as \"3 months\"").fix("write the period in months or years"),
            );
            1
        }
    };
    section.finish_in(REFERENCE);
    Some(AllocationRules { by, share_cap, period_months })
}

fn share_rule(section: &Section<'_, '_>, word: &str) -> ShareRule {
    match word {
        "performance" => ShareRule::Performance(performance(section)),
        "capacity" => ShareRule::Capacity,
        _ => ShareRule::Rota,
    }
}

/// `power`, `least_people` and `new_entrant`: shares by performance.
fn performance(section: &Section<'_, '_>) -> PerformanceRule {
    let most = PerformanceRule::MAX_POWER;
    let power = section.required::<Plain>("power").0;
    let halves = 2.0 * power;
    let is_possible = halves.fract() == 0.0 && (0.0..=f64::from(2 * most)).contains(&halves);
    if !is_possible {
        let problem = section.problem("power", "the power is not possible").read(power.to_string());
        let expected = format!("a whole or half number from 0 to {most}, so that every machine has the same shares");
        section.push(
            problem.expected(expected).fix("write the nearest half: 1 makes shares follow results one for one, 2 more sharply"),
        );
    }
    let least_people = section.required::<Count>("least_people").0;
    if least_people < 0 || section.has("least_people") && least_people == 0 {
        let problem = section.problem("least_people", "a result of nobody cannot count").read(least_people.to_string());
        section.push(
            problem
                .expected("a number of people, such as 100")
                .fix("write how many people must be behind a result before it counts"),
        );
    }
    let new_entrant = match section.text("new_entrant") {
        None if !section.has("new_entrant") => {
            let _ = section.required_text("new_entrant", "\"equal share\" or a share such as \"10%\"");
            NewEntrant::EqualShare
        }
        None => NewEntrant::EqualShare,
        Some(word) if word.trim().eq_ignore_ascii_case("equal share") => NewEntrant::EqualShare,
        Some(text) => match Rate::parse(text) {
            Ok(share) if share > Rate(0) && share < Rate(WHOLE) => NewEntrant::Share(share),
            _ => {
                let problem =
                    section.problem("new_entrant", "this is not a share that a new entrant can get").read(format!("\"{text}\""));
                let problem = problem.expected("\"equal share\", or a share above 0% and below 100%, such as \"10%\"");
                section.push(
                    problem.fix("write what a provider gets until its result counts. With no share it would never have a result"),
                );
                NewEntrant::EqualShare
            }
        },
    };
    let half_powers = if is_possible { halves as u32 } else { 2 };
    PerformanceRule { half_powers, least_people, new_entrant }
}

/// A list of sentences.
fn sentences(section: &Section<'_, '_>, key: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (text, span) in section.list(key).unwrap_or_default() {
        match text.trim() {
            "" => {
                let problem = Problem::at(section.file, span, format!("`{key}` has a sentence with nothing in it"));
                section.push(problem.expected("a sentence").fix("write it, or remove it from the list"));
            }
            text => out.push(text.to_owned()),
        }
    }
    out
}

/// `[entry]`: what it takes to get in.
fn entry(section: &Section<'_, '_>) -> EntryRules {
    let requirements = sentences(section, "requirements");
    let (cost_to_meet, cost_of_bid) = (section.positive("cost_to_meet"), section.positive("cost_of_bid"));
    section.finish_in(REFERENCE);
    EntryRules { requirements, cost_to_meet, cost_of_bid }
}

/// `[exit]`: what happens when a provider leaves.
fn exit(section: &Section<'_, '_>) -> ExitRules {
    let notice = section.number("notice");
    let fix = "write the share of its capacity that each provider holds free, such as \"25%\"";
    let cover = section
        .has("step_in_cover")
        .then(|| section.required_within("step_in_cover", (Rate(0), Rate(WHOLE - 1)), "the step-in cover is not possible", fix));
    section.finish_in(REFERENCE);
    ExitRules { notice, step_in_cover: cover.unwrap_or_default() }
}

/// `[bond]`: what a provider deposits.
fn bond(section: &Section<'_, '_>) -> Bond {
    let amount: Pence = section.required("amount");
    if let Some((_, stated)) = section.stated::<Pence>("amount") {
        section.refuse("amount", &stated, negative("amount"));
    }
    let forfeited_when =
        section.required_text("forfeited_when", "when it is forfeited, such as \"The provider leaves without notice.\"");
    section.finish_in(REFERENCE);
    Bond { amount, forfeited_when }
}

/// Refuses a share cap under which not everybody could be placed although every provider has room.
fn cap_can_be_met(top: &Section<'_, '_>, allocation: &AllocationRules, lots: &[MarketLot]) {
    let Some(cap) = allocation.share_cap else { return };
    for lot in lots {
        // Before providers are known, the places say how many there can be.
        let providers = match lot.licences.len() {
            0 => lot.places.map(i64::from),
            listed => Some(listed as i64),
        };
        let Some(providers) = providers.filter(|providers| cap.0.saturating_mul(*providers) < WHOLE) else { continue };
        let Some(section) = top.section("allocation") else { return };
        let has = base::english::counted(providers, "provider", "providers");
        let what =
            format!("the share cap cannot be met in the lot `{}`: its providers together may not have everybody", lot.name);
        let least = Rate((WHOLE + providers - 1) / providers);
        section.push(
            section
                .problem("share_cap", what)
                .read(format!("{has}, each with at most {cap}"))
                .expected(format!("at least {least} with {has}, or more providers"))
                .fix("raise `share_cap`, or let more providers in"),
        );
    }
}
