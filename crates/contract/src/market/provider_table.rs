//! Who may take people in which lot: the providers of a market, from a table of its own or from the contract's list of who is paid.

use std::collections::BTreeMap;

use base::day::{self, Day, NEVER};
use base::literal::{Count, Literal as _};
use base::money::thousands;
use base::problem::Problem;
use base::reader::Section;
use base::schedule::{find_column, find_table};
use base::similar_names;
use base::table::CsvTable;
use jiff::civil::Date;

use super::rules::{AllocatedBy, AwardKind, Licence, MAX_LICENCES, MarketLot, MarketProvider, ShareRule};
use crate::scheme::Scheme;

/// The table that is read where the file names no other.
const PROVIDERS_FILE: &str = "providers.csv";

/// What a list of providers must agree with.
pub(super) struct ListedMarket<'a> {
    pub(super) scheme: &'a Scheme,
    pub(super) award: AwardKind,
    pub(super) by: Option<&'a AllocatedBy>,
}

/// Reads the providers and puts their licences into the lots. Without a table the contract's own list of who is paid counts: a provider
/// that holds all areas of a lot may take people in it. A market without either has no providers yet.
pub(super) fn read(top: &Section<'_, '_>, listed: &ListedMarket<'_>, lots: &mut [MarketLot]) -> Vec<MarketProvider> {
    let file = top.text("providers").unwrap_or(PROVIDERS_FILE);
    let own = |table: &&CsvTable| table.column("lot").is_some();
    // The contract may have a table of this name for itself.
    let table = match top.has("providers") {
        true => find_table(top, "providers", file),
        false => top.reader.table(file).filter(own),
    };
    let mut places = LicencePlaces::default();
    let providers = match table {
        Some(table) => from_table(top, table, listed, lots, &mut places),
        None => from_contract(listed.scheme, lots),
    };
    too_many_at_once(top, listed.award, lots, &places);
    if let Some(ShareRule::Capacity) = listed.by.and_then(AllocatedBy::share_rule) {
        without_capacity(top, &providers, lots, &places);
    }
    providers
}

/// The place of each licence of each lot in the table, with the text of the problem missing; empty where the contract lists them.
#[derive(Default)]
struct LicencePlaces(BTreeMap<(usize, usize), Problem>);

impl LicencePlaces {
    /// A problem at a licence, or at the top of the file.
    fn problem(&self, top: &Section<'_, '_>, lot: usize, licence: usize, what: String) -> Problem {
        match self.0.get(&(lot, licence)) {
            Some(place) => Problem { what, ..place.clone() },
            None => top.problem("lot", what),
        }
    }
}

/// Providers of the contract's own list. A lot is theirs for the days on which they hold all of its areas.
fn from_contract(scheme: &Scheme, lots: &mut [MarketLot]) -> Vec<MarketProvider> {
    for lot in lots {
        for (provider, listed) in scheme.providers.iter().enumerate() {
            let held = |area: &usize| listed.holdings.iter().find(|held| held.area == *area);
            let Some(holdings) = lot.areas.iter().map(held).collect::<Option<Vec<_>>>() else { continue };
            let from = holdings.iter().map(|held| held.starts).max().unwrap_or(scheme.starts);
            let to = holdings.iter().map(|held| held.ends).min().unwrap_or(scheme.ends);
            if from <= to {
                let (from, to) = (day::day(from), day::day(to));
                let (suspended, resumed) = (NEVER, NEVER);
                lot.licences.push(Licence { provider, capacity: None, usual_capacity: None, from, to, suspended, resumed });
            }
        }
    }
    let provider = |listed: &crate::providers::Provider| MarketProvider::new(listed.id.clone(), listed.name.clone());
    scheme.providers.iter().map(provider).collect()
}

/// A row for each provider and lot.
fn from_table(
    top: &Section<'_, '_>,
    table: &CsvTable,
    listed: &ListedMarket<'_>,
    lots: &mut [MarketLot],
    places: &mut LicencePlaces,
) -> Vec<MarketProvider> {
    let columns = (find_column(top, "providers", table, "provider"), find_column(top, "providers", table, "lot"));
    let (Some(id_column), Some(lot_column)) = columns else { return Vec::new() };
    let mut providers: Vec<MarketProvider> = Vec::new();
    // The first provider of each spelling.
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for row in &table.rows {
        let place = |column: usize| table.problem(row[column].span, "");
        let cells = RowCells { top, table, row };
        let id = &row[id_column].text;
        let Some(provider) = provider_of(top, &cells, &place(id_column), id, listed.scheme, &mut known, &mut providers) else {
            continue;
        };
        let name = &row[lot_column].text;
        let Some(lot) = lots.iter().position(|lot| lot.name == *name) else {
            let names: Vec<&str> = lots.iter().map(|lot| lot.name.as_str()).collect();
            let problem = Problem { what: "the market has no such lot".to_owned(), ..place(lot_column) };
            let problem = problem.read(format!("`{name}`")).expected(format!("one of {}", names.join(", ")));
            top.push(problem.nearest(name, names).fix("write the lot exactly as in its heading [lot.NAME]"));
            continue;
        };
        let Some(licence) = cells.licence(provider, listed.scheme) else { continue };
        if lots[lot].licences.iter().any(|other| other.provider == provider) {
            let what = format!("the provider `{id}` has two rows for the lot `{name}`");
            let problem = Problem { what, ..place(id_column) };
            top.push(problem.expected("one row for each provider and lot").fix("remove one of the two rows"));
            continue;
        }
        not_beyond_contract(top, &place(id_column), &licence, (id, &lots[lot]), listed.scheme);
        places.0.insert((lot, lots[lot].licences.len()), place(id_column));
        lots[lot].licences.push(licence);
        if lots[lot].licences.len() > MAX_LICENCES {
            let most = thousands(MAX_LICENCES as i64);
            let problem = table.problem(table.head(), format!("the lot `{name}` has too many providers"));
            top.push(
                problem
                    .expected(format!("at most {most}"))
                    .fix("check whether this is another table: of people, or of referrals"),
            );
            return providers;
        }
    }
    providers
}

/// The provider of a row, which must be one of the contract's list where the contract has one.
fn provider_of(
    top: &Section<'_, '_>,
    cells: &RowCells<'_, '_, '_>,
    place: &Problem,
    id: &str,
    scheme: &Scheme,
    known: &mut BTreeMap<String, usize>,
    providers: &mut Vec<MarketProvider>,
) -> Option<usize> {
    let spelling = similar_names::folded(id);
    if spelling.is_empty() {
        let problem = Problem { what: "this provider has no id".to_owned(), ..place.clone() };
        top.push(problem.expected("the id of the provider, as in the records").fix("write its id, or remove the row"));
        return None;
    }
    if let Some(&at) = known.get(&spelling) {
        if providers[at].id != id {
            let problem = Problem { what: format!("`{}` is written in two ways", providers[at].id), ..place.clone() };
            top.push(
                problem
                    .read(format!("`{id}`"))
                    .expected("each provider with one id")
                    .fix("write the id in the same way in every row"),
            );
        }
        return Some(at);
    }
    let listed = scheme.provider(id);
    if !scheme.providers.is_empty() && listed.is_none() {
        let problem = Problem { what: "the contract does not list this provider".to_owned(), ..place.clone() };
        let ids: Vec<&str> = scheme.providers.iter().map(|provider| provider.id.as_str()).collect();
        let problem = problem.read(format!("`{id}`")).expected(format!("one of {}", ids.join(", "))).nearest(id, ids);
        top.push(
            problem.fix("write its id as in `providers` of scheme.toml, or add it there: it could not be paid for these people"),
        );
        return None;
    }
    let own = cells.text("name").map(|(_, name)| name.to_owned());
    let name = own.or_else(|| listed.map(|listed| listed.name.clone())).unwrap_or_else(|| id.to_owned());
    known.insert(spelling, providers.len());
    providers.push(MarketProvider::new(id.to_owned(), name));
    Some(providers.len() - 1)
}

/// The cells of one row.
struct RowCells<'a, 'r, 'o> {
    top: &'a Section<'r, 'o>,
    table: &'a CsvTable,
    row: &'a [base::table::TableCell],
}

impl RowCells<'_, '_, '_> {
    /// A cell with something in it, and its column.
    fn text(&self, column: &str) -> Option<(usize, &str)> {
        let at = self.table.column(column)?;
        let text = self.row.get(at)?.text.as_str();
        (!text.is_empty()).then_some((at, text))
    }

    /// A day; `otherwise` where the cell is empty or there is no such column, and `None` where it is no day.
    fn day(&self, column: &str, otherwise: Day) -> Option<Day> {
        let Some((at, text)) = self.text(column) else { return Some(otherwise) };
        let found = day::parse(text.as_bytes()).ok();
        if found.is_none() {
            let problem = self.table.problem(self.row[at].span, format!("`{column}` should be a date")).read(text);
            let problem = problem.expected("a date, year first, such as 2027-04-01");
            self.top.push(problem.fix("write the date like this: 2027-04-01"));
        }
        found
    }

    /// What the row says of one provider in one lot. `None` where some of it cannot be read.
    fn licence(&self, provider: usize, scheme: &Scheme) -> Option<Licence> {
        let (from, to) = (self.day("licensed_from", day::day(scheme.starts)), self.day("licensed_to", day::day(scheme.ends)));
        let (suspended, resumed) = (self.day("suspended", NEVER), self.day("resumed", NEVER));
        let mut capacity = None;
        if let Some((at, text)) = self.text("capacity") {
            match Count::parse(text).ok().and_then(|count| u32::try_from(count.0).ok()) {
                Some(people) => capacity = Some(people),
                None => {
                    let problem = self.table.problem(self.row[at].span, "`capacity` should be a number of people").read(text);
                    let problem = problem.expected("a whole number of at most 1,000,000,000, such as 120");
                    self.top
                        .push(problem.fix("write how many people it takes in a period, or leave the cell empty for no limit"));
                    return None;
                }
            }
        }
        let (from, to, suspended, resumed) = (from?, to?, suspended?, resumed?);
        let wrong = |column: &str, what: &str, expected: String, fix: &str| {
            let at = self.table.column(column).unwrap_or_default();
            let problem = self.table.problem(self.row[at].span, what).read(self.row[at].text.clone());
            self.top.push(problem.expected(expected).fix(fix));
        };
        if to < from {
            let column = if self.text("licensed_to").is_some() { "licensed_to" } else { "licensed_from" };
            let expected = format!("a last day that is not before {}", day::date(from));
            wrong(column, "the licence ends before it starts", expected, "check the two dates");
            return None;
        }
        if resumed != NEVER && (suspended == NEVER || resumed <= suspended) {
            let expected = "a day after `suspended`".to_owned();
            wrong("resumed", "the provider gets people again before it was suspended", expected, "check the two dates");
            return None;
        }
        Some(Licence { provider, capacity, usual_capacity: capacity, from, to, suspended, resumed })
    }
}

/// Refuses a licence for days on which the contract has another provider for an area: nobody could be paid for these people.
fn not_beyond_contract(
    top: &Section<'_, '_>,
    place: &Problem,
    licence: &Licence,
    (id, lot): (&str, &MarketLot),
    scheme: &Scheme,
) {
    let words = |day: Day| day::date(day).to_string();
    let (from, to) = (words(licence.from), words(licence.to));
    let bounds: Option<(Date, Date)> = match scheme.provider(id) {
        None => Some((scheme.starts, scheme.ends)),
        Some(provider) => {
            let held = |area: &usize| {
                let mut of_area: Vec<_> = provider.holdings.iter().filter(|held| held.area == *area).collect();
                of_area.sort_by_key(|held| held.starts);
                Some((of_area.first()?.starts, of_area.last()?.ends))
            };
            let all: Option<Vec<(Date, Date)>> = lot.areas.iter().map(held).collect();
            all.and_then(|all| Some((all.iter().map(|held| held.0).max()?, all.iter().map(|held| held.1).min()?)))
        }
    };
    let problem = match bounds {
        None => {
            let what = format!("the contract pays `{id}` for none of the areas of the lot `{}`, or not for all", lot.name);
            let problem =
                Problem { what, ..place.clone() }.expected("a provider that holds every area of the lot in scheme.toml");
            problem.fix("give the provider these areas in `providers` of scheme.toml, or remove the row")
        }
        Some((starts, ends)) if day::day(starts) <= licence.from && licence.to <= day::day(ends) => return,
        Some((starts, ends)) => {
            let what = format!("`{id}` is licensed for days on which the contract does not pay it");
            let problem = Problem { what, ..place.clone() }.read(format!("{from} to {to}"));
            problem
                .expected(format!("days within {starts} to {ends}"))
                .fix("correct the dates of the licence, or those in scheme.toml")
        }
    };
    top.push(problem);
}

/// More providers of a lot at the same time than it has places.
fn too_many_at_once(top: &Section<'_, '_>, award: AwardKind, lots: &[MarketLot], places: &LicencePlaces) {
    for (lot, rules) in lots.iter().enumerate() {
        let Some(most) = rules.places else { continue };
        // The number is largest on the first day of some licence.
        let held_on = |on: Day| rules.licences.iter().filter(|other| other.from <= on && on <= other.to).count();
        let over = rules.licences.iter().position(|licence| held_on(licence.from) > most as usize);
        let Some(at) = over else { continue };
        let on = rules.licences[at].from;
        let what = match award {
            AwardKind::SingleAward => {
                format!("the lot `{}` is a single award, and several providers hold it at the same time", rules.name)
            }
            _ => format!("the lot `{}` has more providers at the same time than places", rules.name),
        };
        let problem = places.problem(top, lot, at, what);
        let expected = format!("at most {} on any day", base::english::counted(most, "provider", "providers"));
        let read = format!("{} on {}", base::english::counted(held_on(on), "provider", "providers"), day::date(on));
        top.push(problem.read(read).expected(expected).fix("correct the dates of the licences, or [award]"));
    }
}

/// Where people are divided by capacity, everybody must state one.
fn without_capacity(top: &Section<'_, '_>, providers: &[MarketProvider], lots: &[MarketLot], places: &LicencePlaces) {
    for (lot, rules) in lots.iter().enumerate() {
        for (at, licence) in rules.licences.iter().enumerate().filter(|(_, licence)| licence.capacity.is_none()) {
            let what = format!(
                "people are divided by capacity, and `{}` states none for the lot `{}`",
                providers[licence.provider].id, rules.name
            );
            let problem = places.problem(top, lot, at, what).expected("a number of people in a period, such as 120");
            top.push(
                problem
                    .fix(format!("fill in the column `capacity` of {PROVIDERS_FILE}, or choose another rule for [allocation]")),
            );
        }
    }
}
