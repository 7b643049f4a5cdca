//! Reads `scheme.toml` as a [`Scheme`]. Everything is checked here, once, so that the result can be priced without further
//! checks. Each part of the file has a file here.

mod baseline;
mod clauses;
mod cohorts;
mod exceptions;
mod measured;
mod names;
mod outcomes;
mod provider_list;

use crate::certified_costs;
use crate::clauses::Clause;
use crate::funders::{self, Funder};
use crate::providers::PricedFor;
use crate::scheme::Scheme;
use crate::terms::{Intake, MonthEnd, Outcome, RecordsPolicy, ReportedBy, SchemeTerms};
use base::literal::Count;
use base::money::{Rate, Rounding, WHOLE, thousands};
use base::reader::{Reader, Section};
use base::schedule::{Schedule, ScheduleKeys};

pub(crate) use names::{each_name_once, not_too_many};

pub use crate::scheme_file::SCHEME_FILE;

/// The most numbers that a tally of all cohorts may hold, and a table of prices.
const MAX_CELLS: usize = 1_000_000;

/// Reads the scheme; `None` when there is any error. The reader collects the problems.
pub fn scheme(reader: &Reader<'_>) -> Option<Scheme> {
    as_far_as_read(reader).filter(|_| reader.errors() == 0)
}

/// The same with the clauses that could be read, where only clauses, providers or what follows them have mistakes: areas, segments,
/// cohorts and outcomes are right, so what others say of them can be checked. Such a scheme must not be priced.
pub(crate) fn as_far_as_read(reader: &Reader<'_>) -> Option<Scheme> {
    let top = reader.document(SCHEME_FILE, "scheme = \"The name of the scheme\"")?;
    let Heading { name, summary, payer, provider, rounding, month_end, intake, segments_set_by, areas, segments } = heading(&top);

    let contract = top.required_section("contract", "a table [contract] with starts and ends");
    let (starts, ends, final_payment) = contract.as_ref().map_or((None, None, None), cohorts::contract_dates);
    let cohort_table = top.required_section("cohorts", "a table [cohorts] with starts, ends, every and people");
    let cohorts = cohort_table.as_ref().map_or(Vec::new(), |table| cohorts::read(table, starts, ends, month_end));
    let years = cohorts.iter().map(|cohort| cohort.year + 1).max().unwrap_or(1);
    let names = cohorts.iter().map(|cohort| cohort.name.clone()).collect();
    let keys = ScheduleKeys { areas: areas.clone(), segments: segments.clone(), years, cohorts: names };
    if areas.len() * segments.len() * years > MAX_CELLS {
        let read = format!("{} areas × {} segments × {years} years", areas.len(), segments.len());
        too_many_cells(&top, "there are too many areas, segments and years", read, "price the areas in several schemes");
        return None;
    }
    let people = cohort_table.as_ref().map_or(Schedule::constant(Count(0)), |table| cohorts::people(table, &keys));

    let outcomes = match top.required_section("outcome", "at least one table [outcome.NAME]") {
        Some(tables) => outcomes::read(&tables, &keys),
        None => Vec::new(),
    };
    let household_size = cohort_table.as_ref().map_or(Rate(WHOLE), |table| {
        let size = cohorts::household_size(table, &outcomes);
        table.finish();
        size
    });
    let wrong_before_clauses = reader.errors() > 0;
    let clauses = match top.required_section("pay", "at least one table [pay.NAME] with its clause") {
        Some(tables) => clauses::read(&tables, &keys, &outcomes, &cohorts),
        None => Vec::new(),
    };
    let records = top.section("records").map_or_else(RecordsPolicy::default, |section| records(&section));
    let priced_for = top.choice("priced_for", &PricedFor::KNOWN).unwrap_or_default();
    let contract = starts.zip(ends);
    let listed =
        provider_list::ListContext { areas: &areas, contract, cohorts: &cohorts, clauses: &clauses, month_end, priced_for };
    let providers = provider_list::read(&top, &listed);
    let certified_costs = certified_costs::read(&top, &areas, &cohorts, &providers);
    let funders = funders::read(&top);
    costs_apart(&top, &outcomes, &clauses, &funders);
    let _ = top.has("example");
    top.finish();
    let too_many = cohorts.len() * segments.len() * outcomes.len() > MAX_CELLS;
    if too_many {
        let read = format!("{} cohorts × {} segments × {} outcomes", cohorts.len(), segments.len(), outcomes.len());
        let fix = "make the cohorts longer, or use fewer segments";
        too_many_cells(&top, "there are too many cohorts, segments and outcomes", read, fix);
    }

    if wrong_before_clauses || too_many {
        return None;
    }
    let terms = SchemeTerms {
        name,
        summary,
        payer,
        provider,
        providers,
        priced_for,
        rounding,
        month_end,
        starts: starts?,
        ends: ends?,
        final_payment,
        areas,
        segments,
        cohorts,
        people,
        household_size,
        intake,
        segments_set_by,
        outcomes,
        records,
        certified_costs,
        funders,
    };
    Some(Scheme { terms, clauses })
}

/// What stands at the top of the file, before its first table.
struct Heading {
    name: String,
    summary: String,
    payer: String,
    provider: String,
    rounding: Rounding,
    month_end: MonthEnd,
    intake: Intake,
    segments_set_by: ReportedBy,
    areas: Vec<String>,
    segments: Vec<String>,
}

fn heading(top: &Section<'_, '_>) -> Heading {
    let name = top.required_text("scheme", "the name of the scheme, such as \"County support\"");
    let summary = top.text("summary").unwrap_or_default().to_owned();
    let payer = top.text("payer").unwrap_or("the payer").to_owned();
    let provider = top.text("provider").unwrap_or("provider").to_owned();
    let _: () = top.required_choice("currency", &[("GBP", ())]);
    let rounding = top.required_choice(
        "rounding",
        &[
            ("nearest penny, half up", Rounding::HalfUp),
            ("nearest penny, half even", Rounding::HalfEven),
            ("down to the penny", Rounding::Down),
        ],
    );
    let month_end =
        top.required_choice("month_end", &[("last day of month", MonthEnd::LastDay), ("next day", MonthEnd::NextDay)]);
    let intake = top.choice("intake", &Intake::KNOWN).unwrap_or_default();
    let segments_set_by = top.choice("segments_set_by", &ReportedBy::KNOWN).unwrap_or_default();
    let areas = names::list(top, "areas", "area", "whole area");
    let segments = names::list(top, "segments", "segment", "everyone");
    Heading { name, summary, payer, provider, rounding, month_end, intake, segments_set_by, areas, segments }
}

/// Refuses what would make tables of prices or tallies too large.
fn too_many_cells(top: &Section<'_, '_>, what: &str, read: String, fix: &str) {
    top.push(
        top.problem("segments", what)
            .read(read)
            .expected(format!("at most {} when the three are multiplied", thousands(MAX_CELLS as i64)))
            .fix(fix),
    );
}

/// `[records]`: which faults are tolerated in the records that payments are based on.
fn records(section: &Section<'_, '_>) -> RecordsPolicy {
    let faults = section.number("faults").unwrap_or_default();
    let other_kinds = section.list("other_kinds").unwrap_or_default();
    section.finish();
    RecordsPolicy { faults, other_kinds: other_kinds.into_iter().map(|(kind, _)| kind.to_owned()).collect() }
}

/// Where clauses or funders depend on certified costs, these have a column of the tally, and no outcome may be called so. Without such a
/// clause nobody would read the costs.
fn costs_apart(top: &Section<'_, '_>, outcomes: &[Outcome], clauses: &[Clause], funders: &[Funder]) {
    let read = !funders.is_empty() || clauses.iter().any(|clause| clause.terms.reads_costs());
    if read && let Some(outcome) = outcomes.iter().find(|outcome| base::similar_names::folded(&outcome.name) == "costs") {
        top.push(
            top.problem("outcome", format!("an outcome cannot be called `{}` where costs are shared", outcome.name))
                .expected("a name that means nothing else in a tally or a worked example")
                .fix("choose another name, such as [outcome.costs_of_care]"),
        );
    }
    if !read && top.has("certified_costs") && top.reader.errors() == 0 {
        top.push(
            top.problem("certified_costs", "nothing in the contract is worked out from certified costs")
                .expected("a clause of kind \"surplus share\" or \"cost share\", or funders")
                .fix("remove the key, or add the clause")
                .warning(),
        );
    }
}
