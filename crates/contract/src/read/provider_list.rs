//! The list of who is paid: `providers` of the scheme file, and whether it agrees with the clauses.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::clauses::{Clause, for_whole_areas};
use crate::providers::{AreaHolding, MAX_PROVIDERS, PricedFor, Provider, one_organisation};
use crate::terms::{Cohort, MeasuredOver, MonthEnd, later, months_later};
use base::english::plural;
use base::literal::Duration;
use base::money::thousands;
use base::problem::Problem;
use base::reader::Section;
use base::schedule::{find_column, find_table};
use base::similar_names;
use base::table::CsvTable;

/// A provider as it is read, with the start of a problem, which still lacks its text, for each of its holdings.
struct ListedProvider {
    provider: Provider,
    place: Problem,
    places: Vec<Problem>,
}

/// The most times that all providers together hold an area.
const MAX_HOLDINGS: usize = 10_000;

/// What a list of providers must agree with in the rest of the file.
pub(super) struct ListContext<'a> {
    pub areas: &'a [String],
    pub contract: Option<(Date, Date)>,
    pub cohorts: &'a [Cohort],
    pub clauses: &'a [Clause],
    pub month_end: MonthEnd,
    pub priced_for: PricedFor,
}

/// Reads the list: a list of ids, a table in a CSV file, or a heading for each.
pub(super) fn read(top: &Section<'_, '_>, terms: &ListContext<'_>) -> Vec<Provider> {
    if !top.has("providers") {
        if terms.priced_for == PricedFor::Provider {
            top.push(
                top.problem("priced_for", "each provider is priced on its own, but the contract does not list them")
                    .expected("a list of providers")
                    .fix("add providers = [\"NAME\", \"NAME\"]"),
            );
        }
        return Vec::new();
    }
    let listed = match top.holds_keys("providers") {
        true => headed(top, terms),
        false => match top.list("providers").as_deref() {
            Some([(file, _)]) if file.ends_with(".csv") => {
                find_table(top, "providers", file).map(|table| from_table(top, table, terms)).unwrap_or_default()
            }
            Some(ids) => {
                let place = |span| Problem::at(top.file, span, "");
                let one = |(id, span): &(&str, _)| ListedProvider {
                    provider: Provider {
                        id: (*id).to_owned(),
                        name: (*id).to_owned(),
                        holdings: everything(terms, terms.contract.unwrap_or((Date::MIN, Date::MAX))),
                    },
                    place: place(*span),
                    places: vec![place(*span); terms.areas.len()],
                };
                ids.iter().map(one).collect()
            }
            None => return Vec::new(),
        },
    };
    if listed.is_empty() && top.reader.errors() == 0 {
        top.push(
            top.problem("providers", "the list of providers is empty")
                .expected("at least one provider")
                .fix("write providers = [\"NAME\"], or remove the key"),
        );
    }
    let holdings: usize = listed.iter().map(|one| one.provider.holdings.len()).sum();
    if listed.len() > MAX_PROVIDERS || holdings > MAX_HOLDINGS {
        top.push(
            top.problem("providers", "there are too many providers")
                .read(format!(
                    "{} providers, which hold areas {} times",
                    thousands(listed.len() as i64),
                    thousands(holdings as i64)
                ))
                .expected(format!(
                    "at most {} providers, which hold areas at most {} times",
                    thousands(MAX_PROVIDERS as i64),
                    thousands(MAX_HOLDINGS as i64)
                ))
                .fix("check whether this is another list: of people, or of claims"),
        );
        return Vec::new();
    }
    for problem in wrong_names(&listed).into_iter().chain(wrong_times(&listed, terms)) {
        top.push(problem);
    }
    let providers: Vec<Provider> = listed.into_iter().map(|listed| listed.provider).collect();
    not_among_others(top, &providers, terms);
    providers
}

/// Where the contract lists who is paid: rows of other providers that are one of them, and several that would each divide a pot or a
/// rank with the others and not with one another.
fn not_among_others(top: &Section<'_, '_>, providers: &[Provider], terms: &ListContext<'_>) {
    for clause in terms.clauses.iter().filter(|clause| clause.terms.compares_points().is_some()) {
        for other in clause.terms.others() {
            let holds = |held: &AreaHolding| {
                let at_the_time = |cohort: &Cohort| other.year.is_none_or(|year| year == cohort.year) && held.in_cohort(cohort);
                other.area.is_none_or(|area| area == held.area) && terms.cohorts.iter().any(at_the_time)
            };
            let own = |provider: &&Provider| {
                [&provider.id, &provider.name].into_iter().any(|name| one_organisation(name, &other.provider))
                    && provider.holdings.iter().any(holds)
            };
            if let Some(own) = providers.iter().find(own) {
                top.push(
                    Problem::at(
                        &other.file,
                        other.span,
                        format!("`{}` is paid by `{}` itself, and its own points would count against it", own.id, clause.name),
                    )
                    .read(other.provider.clone())
                    .expected("the points of the other providers only")
                    .fix("remove the row. Where the table is for several areas, say with a column `area` for which each row is"),
                );
            }
        }
        if terms.priced_for != PricedFor::Provider {
            continue;
        }
        let holds = |provider: &Provider, area: usize| provider.holdings.iter().any(|held| held.area == area);
        let together = (0..terms.areas.len()).find_map(|area| {
            let mut holding = providers.iter().filter(|provider| holds(provider, area));
            Some((holding.next()?, holding.next()?, area))
        });
        if let Some((one, other, area)) = together {
            top.push(
                top.problem(
                    "priced_for",
                    format!(
                        "`{}` and `{}` are both paid in {}, and `{}` would compare each of them with `others` and not with the other one",
                        one.id, other.id, terms.areas[area], clause.name
                    ),
                )
                .expected("one paid provider where a pot is divided, or ranks are paid")
                .fix("write a scheme folder for each provider, with the points of all others in its `others`"),
            );
        }
    }
}

/// Every area, from one day to another.
fn everything(terms: &ListContext<'_>, (starts, ends): (Date, Date)) -> Vec<AreaHolding> {
    (0..terms.areas.len()).map(|area| AreaHolding { area, starts, ends }).collect()
}

/// `[providers.ID]`, one for each.
fn headed(top: &Section<'_, '_>, terms: &ListContext<'_>) -> Vec<ListedProvider> {
    let Some(all) = top.section("providers") else { return Vec::new() };
    let whole = terms.contract.unwrap_or((Date::MIN, Date::MAX));
    let mut out = Vec::new();
    for section in all.sections() {
        let id = section.name.clone();
        let name = section.text("name").map_or(id.clone(), str::to_owned);
        let (starts, ends) = (section.date("starts").unwrap_or(whole.0), section.date("ends").unwrap_or(whole.1));
        let listed = if section.has("areas") { section.list("areas") } else { None };
        let mut areas = Vec::new();
        for (area, span) in listed.iter().flatten() {
            match terms.areas.iter().position(|known| known == area) {
                Some(area) => areas.push(area),
                None => top.push(no_area(Problem::at(section.file, *span, ""), area, terms)),
            }
        }
        let holdings = match listed {
            Some(_) => areas.into_iter().map(|area| AreaHolding { area, starts, ends }).collect(),
            None => everything(terms, (starts, ends)),
        };
        section.finish();
        let place = Problem::at(section.file, section.span, "");
        let places = vec![place.clone(); holdings.len()];
        out.push(ListedProvider { provider: Provider { id, name, holdings }, place, places });
    }
    out
}

fn no_area(place: Problem, area: &str, terms: &ListContext<'_>) -> Problem {
    let nearest = similar_names::nearest(area, terms.areas.iter().map(String::as_str)).map(str::to_owned);
    let expected = format!("one of {}", terms.areas.join(", "));
    let problem = Problem { what: "the contract has no such area".to_owned(), nearest, ..place };
    problem.read(format!("`{area}`")).expected(expected).fix("write the area exactly as in `areas`")
}

/// A row for each provider and area: columns `provider`, and if need be `name`, `area`, `starts` and `ends`.
fn from_table(top: &Section<'_, '_>, table: &CsvTable, terms: &ListContext<'_>) -> Vec<ListedProvider> {
    let Some(provider) = find_column(top, "providers", table, "provider") else { return Vec::new() };
    let whole = terms.contract.unwrap_or((Date::MIN, Date::MAX));
    let mut out: Vec<ListedProvider> = Vec::new();
    // The place of each provider by its id.
    let mut known_at: BTreeMap<String, usize> = BTreeMap::new();
    for row in &table.rows {
        let place = |column: usize| table.problem(row[column].span, "");
        let cell = |name: &str| table.column(name).map(|at| (at, row[at].text.as_str())).filter(|(_, text)| !text.is_empty());
        let day = |name: &str, otherwise: Date| match cell(name) {
            None => otherwise,
            Some((at, text)) => match text.parse::<Date>().ok().filter(|date| date.to_string() == text) {
                Some(date) => date,
                None => {
                    let problem = Problem { what: format!("`{name}` should be a date"), ..place(at) };
                    top.push(
                        problem
                            .read(text)
                            .expected("a date, year first, such as 2027-04-01")
                            .fix("write the date like this: 2027-04-01"),
                    );
                    otherwise
                }
            },
        };
        let (starts, ends) = (day("starts", whole.0), day("ends", whole.1));
        let holdings = match cell("area") {
            None => everything(terms, (starts, ends)),
            Some((at, area)) => match terms.areas.iter().position(|known| known == area) {
                Some(area) => vec![AreaHolding { area, starts, ends }],
                None => {
                    top.push(no_area(place(at), area, terms));
                    Vec::new()
                }
            },
        };
        let id = row[provider].text.clone();
        let name = cell("name").map_or(id.clone(), |(_, name)| name.to_owned());
        let places = vec![place(provider); holdings.len()];
        match known_at.get(&id).map(|&at| &mut out[at]) {
            Some(known) => {
                if known.provider.name != name && cell("name").is_some() {
                    let what = format!("`{id}` has two names");
                    let problem = Problem { what, ..place(table.column("name").unwrap_or(provider)) };
                    let expected = format!("`{}`, as above", known.provider.name);
                    top.push(problem.read(name).expected(expected).fix("give the name once, or the same name in every row"));
                }
                known.provider.holdings.extend(holdings);
                known.places.extend(places);
            }
            None => {
                known_at.insert(id.clone(), out.len());
                out.push(ListedProvider { provider: Provider { id, name, holdings }, place: place(provider), places });
            }
        }
    }
    out
}

/// Ids and names that are empty, that have hidden characters, or that two providers share apart from spelling.
fn wrong_names(listed: &[ListedProvider]) -> Vec<Problem> {
    let mut out = Vec::new();
    // The first provider of each spelling of an id or a name.
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    for (at, one) in listed.iter().enumerate() {
        let id = &one.provider.id;
        let plain = id.split_whitespace().collect::<Vec<_>>().join(" ");
        let expected = "each provider once, with its id as in the records";
        let say = |what: String, fix: &str| {
            let problem = Problem { what, ..one.place.clone() };
            problem.read(format!("{id:?}")).expected(expected).fix(fix)
        };
        if similar_names::folded(id).is_empty() {
            out.push(say("this provider has no name".to_owned(), "name it, or remove it"));
            continue;
        }
        if *id != plain || id.chars().any(similar_names::unseen) {
            let what = format!("the id `{}` has extra blanks or hidden characters", plain.escape_debug());
            out.push(say(what, "type it again, with single blanks between words"));
        }
        let spellings = [id, &one.provider.name].map(|name| similar_names::folded(name));
        let taken = spellings.iter().filter_map(|spelling| first.get(spelling).copied()).min();
        if let Some(other) = taken {
            let other = &listed[other].provider.id;
            let what = format!("the provider `{id}` appears twice: `{other}` is the same name in another spelling");
            out.push(say(what, "remove one of the two, or give the other another name"));
        }
        for spelling in spellings {
            first.entry(spelling).or_insert(at);
        }
    }
    out
}

/// Holdings that end before they start, go beyond the contract, overlap where they must not, or divide the fee of a month.
fn wrong_times(listed: &[ListedProvider], terms: &ListContext<'_>) -> Vec<Problem> {
    let mut out = Vec::new();
    let all = || {
        let each = |one: &'_ ListedProvider| (0..one.provider.holdings.len()).collect::<Vec<_>>();
        listed.iter().enumerate().flat_map(move |(at, one)| each(one).into_iter().map(move |held| (at, held)))
    };
    let whole = for_whole_areas(terms.clauses);
    let monthly = terms.clauses.iter().find(|clause| clause.terms.is_monthly());
    let is_whole = terms.priced_for == PricedFor::Area && terms.clauses.iter().any(|clause| clause.terms.whole_over().is_some());
    for (at, number) in all() {
        let (provider, place) = (&listed[at].provider, &listed[at].places[number]);
        let held = provider.holdings[number];
        let area = &terms.areas[held.area];
        let when = format!("{} to {}", held.starts, held.ends);
        let say = |what: String| Problem { what, ..place.clone() }.read(when.clone());
        if held.ends < held.starts {
            let problem = say(format!("`{}` stops holding {area} before it starts", provider.id));
            out.push(problem.expected(format!("an end after {}", held.starts)).fix("check the two dates"));
            continue;
        }
        if let Some((starts, ends)) = terms.contract.filter(|(starts, ends)| held.starts < *starts || held.ends > *ends) {
            let problem = say(format!("`{}` holds {area} outside the dates of the contract", provider.id));
            out.push(
                problem
                    .expected(format!("dates within {starts} to {ends}"))
                    .fix("correct these dates, or the dates of the contract"),
            );
        }
        let before = all().take_while(|other| *other != (at, number));
        let overlapping = before.into_iter().find(|(other, other_number)| {
            let theirs = listed[*other].provider.holdings[*other_number];
            if theirs.area != held.area || theirs.starts > held.ends || held.starts > theirs.ends {
                return false;
            }
            // One provider in two spellings is reported separately.
            let may_share = terms.priced_for == PricedFor::Provider || whole.is_empty();
            *other == at || !(may_share || similar_names::same(&listed[*other].provider.id, &provider.id))
        });
        if let Some((other, _)) = overlapping {
            out.push(match other == at {
                true => {
                    let problem = say(format!("`{}` holds {area} twice at the same time", provider.id));
                    problem.expected("each area at most once on any day").fix("remove one of the two, or correct its dates")
                }
                false => shared(say, (&listed[other].provider.id, &provider.id, area), &whole),
            });
        }
        let handed_over = |(other, other_number): &(usize, usize)| {
            let theirs = listed[*other].provider.holdings[*other_number];
            let apart = theirs.ends < held.starts || held.ends < theirs.starts;
            *other != at && theirs.area == held.area && theirs.starts <= theirs.ends && apart
        };
        if is_whole {
            let before = all().take_while(|other| *other != (at, number)).filter(handed_over);
            let mut divided = before.map(|(other, number)| {
                let theirs = (listed[other].provider.id.as_str(), listed[other].provider.holdings[number]);
                divided(&say, theirs, (&provider.id, held), area, terms)
            });
            out.extend(divided.find(|found| !found.is_empty()).into_iter().flatten());
        }
        if let (Some(monthly), Some(day)) = (monthly, parts_a_month(held, terms)) {
            let problem = say(format!(
                "`{}` takes over or hands over {area} within a month of the {} `{}`",
                provider.id,
                monthly.kind(),
                monthly.name
            ));
            let expected = format!("a change on the first day of a month of the contract, such as {day}");
            out.push(problem.expected(expected).fix(format!("correct the date: a {} is due for whole months", monthly.kind())));
        }
    }
    out
}

fn shared(say: impl Fn(String) -> Problem, (one, other, area): (&str, &str, &str), whole: &[&Clause]) -> Problem {
    let names: Vec<String> = whole.iter().map(|clause| format!("`{}` ({})", clause.name, clause.kind())).collect();
    let what =
        format!("`{one}` and `{other}` hold {area} at the same time, and {} pays for an area as a whole", names.join(", "));
    say(what).expected("one provider for each area at a time").fix(
        "give each provider its `areas`, or `starts` and `ends`. If each provider has these of its own, whole, write priced_for = \"each \
         provider\"",
    )
}

/// Clauses that pay for an area as a whole over a group of cohorts which two providers hold one after the other: each would be paid as
/// if it had held the area all the time.
fn divided(
    say: &dyn Fn(String) -> Problem,
    (one, first): (&str, AreaHolding),
    (other, second): (&str, AreaHolding),
    area: &str,
    terms: &ListContext<'_>,
) -> Vec<Problem> {
    let in_group = |cohort: &Cohort, of: &Cohort, over: MeasuredOver| match over {
        MeasuredOver::EachCohort => cohort.at == of.at,
        MeasuredOver::EachYear => cohort.year == of.year,
        MeasuredOver::AllCohorts => true,
    };
    let mut out = Vec::new();
    for (_, over) in MeasuredOver::KNOWN {
        let whole = |clause: &&Clause| clause.terms.whole_over() == Some(over);
        let whole: Vec<&Clause> = terms.clauses.iter().filter(whole).collect();
        if whole.is_empty() {
            continue;
        }
        let both = |of: &&Cohort| {
            let held =
                |held: AreaHolding| terms.cohorts.iter().any(|cohort| in_group(cohort, of, over) && held.in_cohort(cohort));
            held(first) && held(second)
        };
        let Some(of) = terms.cohorts.iter().find(both) else { continue };
        let names: Vec<String> = whole.iter().map(|clause| format!("`{}` ({})", clause.name, clause.kind())).collect();
        let when = match over {
            MeasuredOver::EachCohort => format!("in the cohort {}", of.name),
            MeasuredOver::EachYear => format!("in contract year {}", of.year + 1),
            MeasuredOver::AllCohorts => "during the cohorts that are measured together".to_owned(),
        };
        let (each, pays) = (plural(names.len(), "it", "them"), plural(names.len(), "pays", "pay"));
        let what = format!(
            "{area} changes hands between `{one}` and `{other}` {when}, and {} {pays} for the area as a whole over {}: each of the two \
             would have a whole one of {each}",
            names.join(", "),
            over.words()
        );
        let group: Vec<&Cohort> = terms.cohorts.iter().filter(|cohort| in_group(cohort, of, over)).collect();
        let next = group
            .last()
            .map(|last| later(last.ends, Duration::Days(1), terms.month_end))
            .filter(|_| over != MeasuredOver::AllCohorts);
        let (expected, fix) = match (next, group.first()) {
            (Some(next), Some(first)) => (
                format!("a change on the first day of what is measured together, such as {} or {next}", first.starts),
                "let a cohort (or the contract year) end where the area changes hands",
            ),
            _ => (
                "one provider for all cohorts, or a shorter time to measure over".to_owned(),
                "write measured_over = \"each cohort\" and let a cohort end where the area changes hands",
            ),
        };
        let fix = format!(
            "{fix}, if that is what the contract says. If it gives each provider a whole one of its own, write priced_for = \"each provider\""
        );
        out.push(say(what).expected(expected).fix(fix));
    }
    out
}

/// The nearest first day of a month, where a holding begins or ends in the middle of a month of some cohort.
fn parts_a_month(held: AreaHolding, terms: &ListContext<'_>) -> Option<Date> {
    let (first, last) = (terms.cohorts.first()?, terms.cohorts.last()?);
    let after = later(held.ends, Duration::Days(1), terms.month_end);
    let inside = [held.starts, after].into_iter().filter(|day| first.starts < *day && *day <= last.ends);
    for day in inside {
        let cohort = terms.cohorts.iter().find(|cohort| cohort.starts <= day && day <= cohort.ends)?;
        let begins = (0..=cohort.months).map(|month| months_later(cohort.starts, month, terms.month_end));
        let nearest = begins.min_by_key(|begins| (*begins - day).get_days().abs())?;
        if nearest != day {
            return Some(nearest);
        }
    }
    None
}
