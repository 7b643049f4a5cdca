//! The rules of a market in English, and the reason of an allocation.

use base::day;
use base::english::{capitalised, counted, plural};
use base::literal::{Duration, Literal as _};
use base::money::{Rate, thousands};

use super::allocate::{PlacementReason, WaitingReason};
use super::rules::{AllocatedBy, AwardKind, ExitRules, Licence, Market, MarketLot, NewEntrant, PerformanceRule, ShareRule};
use crate::calendar::date_words;
use crate::explain::Paragraph;
use crate::scheme::Scheme;

/// The part of the term sheet that the market has.
const PART: &str = "5";

/// The market as numbered paragraphs, after those of the contract.
#[must_use]
pub fn term_sheet(market: &Market, scheme: &Scheme) -> Vec<Paragraph> {
    let mut texts = vec![award(market, scheme)];
    texts.extend(market.lots.iter().map(|lot| lot_words(market, lot, scheme)));
    texts.push(allocation(market));
    texts.extend(cap(market));
    texts.extend(entry(market));
    texts.push(exit(&market.exit));
    texts.extend(market.bond.as_ref().map(|bond| {
        let amount = bond.amount;
        format!("Each provider deposits a bond of {amount}. It is forfeited when: {}", ended(&bond.forfeited_when))
    }));
    texts.extend(information(market));
    let paragraph = |(at, text): (usize, String)| Paragraph {
        number: format!("{PART}.{}", at + 1),
        text,
        from: String::new(),
        table: String::new(),
    };
    texts.into_iter().enumerate().map(paragraph).collect()
}

/// Names with commas and a last "and".
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A sentence of the file, with a full stop.
fn ended(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

fn award(market: &Market, scheme: &Scheme) -> String {
    let how = match market.award {
        AwardKind::SingleAward => "Each lot is awarded to one provider.",
        AwardKind::Framework => "Each lot is awarded to a stated number of providers.",
        AwardKind::Licence => "Any provider that meets the requirements may come in, at any time.",
    };
    let lots = counted(market.lots.len(), "lot", "lots");
    let providers = match market.providers.len() {
        0 => "No provider is known yet".to_owned(),
        many => format!("{} may take people", counted(many, "provider", "providers")),
    };
    format!("{}: {lots} of \"{}\". {how} {providers}.", market.title, scheme.name)
}

fn lot_words(market: &Market, lot: &MarketLot, scheme: &Scheme) -> String {
    let of = |positions: &[usize], names: &[String]| {
        let named: Vec<&str> = positions.iter().filter_map(|&at| names.get(at)).map(String::as_str).collect();
        listed(&named)
    };
    let areas = match (scheme.areas.len(), lot.areas.len() == scheme.areas.len()) {
        (1, _) => "the whole area of the contract".to_owned(),
        (_, true) => "all areas of the contract".to_owned(),
        (_, false) => format!("the {} {}", plural(lot.areas.len(), "area", "areas"), of(&lot.areas, &scheme.areas)),
    };
    let segments = match lot.segments.len() == scheme.segments.len() {
        true => String::new(),
        false => {
            let quoted: Vec<String> = lot.segments.iter().map(|&at| format!("\"{}\"", scheme.segments[at])).collect();
            let quoted: Vec<&str> = quoted.iter().map(String::as_str).collect();
            format!(", for people of {} {}", plural(quoted.len(), "segment", "segments"), listed(&quoted))
        }
    };
    let places = match (market.award, lot.places) {
        (AwardKind::Framework, Some(places)) => format!(" It has {}.", counted(places, "place", "places")),
        _ => String::new(),
    };
    let providers: Vec<String> = lot.licences.iter().map(|licence| licence_words(market, licence)).collect();
    let providers: Vec<&str> = providers.iter().map(String::as_str).collect();
    let providers = if providers.is_empty() { String::new() } else { format!(" Licensed: {}.", providers.join("; ")) };
    format!("The lot \"{}\" is {areas}{segments}.{places}{providers}", lot.name)
}

/// "Acorn (at most 60 people in a period, from 1 April 2027 to 31 March 2030)".
fn licence_words(market: &Market, licence: &Licence) -> String {
    let mut about = Vec::new();
    if let Some(capacity) = licence.capacity {
        about.push(format!("at most {} in a period", counted(capacity, "person", "people")));
    }
    let (first, last) = (day::day(market.starts), day::day(market.ends));
    if licence.from > first {
        about.push(format!("from {}", date_words(day::date(licence.from))));
    }
    if licence.to < last {
        about.push(format!("until {}", date_words(day::date(licence.to))));
    }
    if licence.suspended != day::NEVER {
        let resumed = match licence.resumed {
            day::NEVER => String::new(),
            on => format!(" until {}", date_words(day::date(on))),
        };
        about.push(format!("suspended from {}{resumed}", date_words(day::date(licence.suspended))));
    }
    let name = &market.providers[licence.provider].name;
    if about.is_empty() { name.clone() } else { format!("{name} ({})", about.join(", ")) }
}

fn allocation(market: &Market) -> String {
    let period = Duration::Months(market.allocation.period_months).words();
    let counts = format!("People are counted over {period}, from the first day of the contract.");
    let text = match &market.allocation.by {
        AllocatedBy::UserChoice(None) => {
            "The person chooses a provider. Nobody else decides: a person who has not chosen, or whose choices have no room, waits."
                .to_owned()
        }
        AllocatedBy::UserChoice(Some(rule)) => format!(
            "The person chooses a provider, and gets the first of their choices that has room. For people who have not chosen, or whose \
             choices have no room: {}",
            rule_words(rule)
        ),
        AllocatedBy::Share(rule) => capitalised(&rule_words(rule)),
    };
    format!("{text} {counts}")
}

/// A rule as a sentence that begins with a small letter.
fn rule_words(rule: &ShareRule) -> String {
    match rule {
        ShareRule::Rota => "providers take turns, and each gets the same number.".to_owned(),
        ShareRule::Capacity => "each provider gets a share in proportion to its capacity.".to_owned(),
        ShareRule::Performance(rule) => performance_words(rule),
    }
}

fn performance_words(rule: &PerformanceRule) -> String {
    let power = f64::from(rule.half_powers) / 2.0;
    let how = match rule.half_powers {
        0 => "equal shares, because the power is 0".to_owned(),
        2 => "a share in proportion to its result compared with what is expected of its people".to_owned(),
        _ => format!("a share in proportion to its result compared with what is expected of its people, to the power of {power}"),
    };
    let entrant = match rule.new_entrant {
        NewEntrant::EqualShare => "an equal share".to_owned(),
        NewEntrant::Share(share) => format!("{share}, and never more than an equal share"),
    };
    let how = if rule.half_powers == 0 { format!("providers get {how}") } else { format!("each provider gets {how}") };
    format!(
        "{how}. A result counts from {} on; until then a provider gets {entrant}.",
        counted(rule.least_people, "person", "people")
    )
}

fn cap(market: &Market) -> Option<String> {
    let (cap, period) = (market.allocation.share_cap?, Duration::Months(market.allocation.period_months).words());
    Some(format!(
        "No provider may have more than {cap} of the people placed in a lot in {}, rounded up to a whole person. This holds for choices too.",
        if market.allocation.period_months == 1 { "a month".to_owned() } else { format!("a period of {period}") }
    ))
}

fn entry(market: &Market) -> Option<String> {
    let entry = &market.entry;
    let mut parts = Vec::new();
    if !entry.requirements.is_empty() {
        let all: Vec<String> = entry.requirements.iter().map(|text| ended(text)).collect();
        parts.push(format!("To come in, a provider must meet: {}", all.join(" ")));
    }
    parts.extend(entry.cost_to_meet.map(|cost| format!("Meeting the requirements costs a provider {cost}.")));
    parts.extend(entry.cost_of_bid.map(|cost| format!("A bid costs a provider {cost}.")));
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn exit(exit: &ExitRules) -> String {
    let notice = match exit.notice {
        Some(notice) => format!("A provider that wants to leave says so {} before.", notice.words()),
        None => "The rules do not say how long before it leaves a provider must say so.".to_owned(),
    };
    let cover = match exit.step_in_cover {
        Rate(0) => "Nobody holds capacity free to step in for a provider that fails.".to_owned(),
        share => format!(
            "Each provider holds {share} of its capacity free, and fills it only while another provider of the lot is suspended."
        ),
    };
    format!("{notice} {cover}")
}

fn information(market: &Market) -> Option<String> {
    let sentences: Vec<String> = market.information.iter().map(|text| ended(text)).collect();
    (!sentences.is_empty()).then(|| format!("A provider may not keep this to itself: {}", sentences.join(" ")))
}

impl PlacementReason {
    /// For a table of allocations: "choice 1", "next on the rota".
    #[must_use]
    pub fn words(self) -> String {
        match self {
            PlacementReason::Chosen(position) => format!("choice {}", thousands(position as i64 + 1)),
            PlacementReason::NextOnRota => "next on the rota".to_owned(),
            PlacementReason::ShareByPerformance => "share by performance".to_owned(),
            PlacementReason::ShareByCapacity => "share by capacity".to_owned(),
            PlacementReason::OnlyOneWithRoom => "only one with room".to_owned(),
        }
    }

    /// The reason of these words.
    #[must_use]
    pub fn of_words(text: &str) -> Option<PlacementReason> {
        if let Some(position) = text.strip_prefix("choice ") {
            let position: usize = position.replace(',', "").parse().ok()?;
            return position.checked_sub(1).map(PlacementReason::Chosen);
        }
        let plain = [
            PlacementReason::NextOnRota,
            PlacementReason::ShareByPerformance,
            PlacementReason::ShareByCapacity,
            PlacementReason::OnlyOneWithRoom,
        ];
        plain.into_iter().find(|reason| reason.words() == text)
    }
}

impl WaitingReason {
    /// For a table of allocations: "waiting: every provider is full".
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            WaitingReason::NoLot => "waiting: no lot has this area and segment",
            WaitingReason::NobodyLicensed => "waiting: no provider is licensed on the day",
            WaitingReason::AllFull => "waiting: every provider is full",
            WaitingReason::ShareCap(_) => "waiting: only providers at the share cap have room",
            WaitingReason::NotChosen => "waiting: the person has not chosen",
            WaitingReason::ChoicesFull => "waiting: no chosen provider has room",
        }
    }
}
