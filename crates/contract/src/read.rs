//! Reads `scheme.toml` as a [`Scheme`]. Everything is checked here, once, so that the result can be priced without further
//! checks.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::certified_costs;
use crate::clauses::{self, Clause, ClauseContext, OtherTerms};
use crate::funders::{self, Funder};
use crate::measurement::{OutcomeMeasurement, OutcomeRule};
use crate::providers::{self, PricedFor};
use crate::terms::{
    Baseline, Better, Cohort, Intake, MonthEnd, Outcome, OutcomeKind, Per, RecordsPolicy, ReportedBy, Scheme, months_later,
};
use base::literal::{Count, Duration, Literal, MeanAmount, PerHead, RefusedNumber};
use base::money::{Rate, Rounding, WHOLE, thousands};
use base::problem::Problem;
use base::reader::{Reader, Section};
use base::schedule::{Schedule, ScheduleKeys, find_column, find_table};
use base::source::SourceFile;

pub use crate::scheme_file::SCHEME_FILE;

/// Reads the scheme; `None` when there is any error. The reader collects the problems.
pub fn scheme(reader: &Reader<'_>) -> Option<Scheme> {
    let top = reader.document(SCHEME_FILE, "scheme = \"The name of the scheme\"")?;
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
    let areas = names(&top, "areas", "area", "whole area");
    let segments = names(&top, "segments", "segment", "everyone");

    let contract = top.required_section("contract", "a table [contract] with starts and ends");
    let (starts, ends, final_payment) = contract.as_ref().map_or((None, None, None), dates);
    let cohort_table = top.required_section("cohorts", "a table [cohorts] with starts, ends, every and people");
    let cohorts = cohort_table.as_ref().map_or(Vec::new(), |table| cohorts(table, starts, ends, month_end));
    let years = cohorts.iter().map(|cohort| cohort.year + 1).max().unwrap_or(1);
    let names = cohorts.iter().map(|cohort| cohort.name.clone()).collect();
    let keys = ScheduleKeys { areas: areas.clone(), segments: segments.clone(), years, cohorts: names };
    let cells = areas.len() * segments.len() * years;
    if cells > MAX_CELLS {
        top.push(
            top.problem("segments", "there are too many areas, segments and years")
                .read(format!("{} areas × {} segments × {years} years", areas.len(), segments.len()))
                .expected(format!("at most {} when the three are multiplied", thousands(MAX_CELLS as i64)))
                .fix("price the areas in several schemes"),
        );
        return None;
    }
    let people = cohort_table.as_ref().map_or(Schedule::constant(Count(0)), |table| {
        let fix = "check the number: it counts the people expected in one cohort of one area";
        table.schedule_up_to("people", &keys, Count(MAX_PEOPLE), "too many people for one cohort", fix)
    });

    let outcomes = match top.required_section("outcome", "at least one table [outcome.NAME]") {
        Some(tables) => outcomes(&tables, &keys),
        None => Vec::new(),
    };
    let household_size = cohort_table.as_ref().map_or(Rate(WHOLE), |table| {
        let size = household_size(table, &outcomes);
        table.finish();
        size
    });
    let clauses = match top.required_section("pay", "at least one table [pay.NAME] with its clause") {
        Some(tables) => read_clauses(&tables, &keys, &outcomes, &cohorts),
        None => Vec::new(),
    };
    let records = top.section("records").map_or_else(RecordsPolicy::default, |section| records(&section));
    let priced_for = top.choice("priced_for", &PricedFor::KNOWN).unwrap_or_default();
    let terms = providers::ListContext {
        areas: &areas,
        contract: starts.zip(ends),
        cohorts: &cohorts,
        clauses: &clauses,
        month_end,
        priced_for,
    };
    let providers = providers::read(&top, &terms);
    providers::not_among_others(&top, &providers, &terms);
    if priced_for == PricedFor::Provider && !top.has("providers") {
        top.push(
            top.problem("priced_for", "each provider is priced on its own, but the contract does not list them")
                .expected("a list of providers")
                .fix("add providers = [\"NAME\", \"NAME\"]"),
        );
    }
    let certified_costs = certified_costs::read(&top, &areas, &cohorts, &providers);
    let funders = funders::read(&top);
    costs_apart(&top, &outcomes, &clauses, &funders);
    let _ = top.has("example");
    top.finish();
    let numbers = cohorts.len() * segments.len() * outcomes.len();
    if numbers > MAX_CELLS {
        top.push(
            top.problem("segments", "there are too many cohorts, segments and outcomes")
                .read(format!("{} cohorts × {} segments × {} outcomes", cohorts.len(), segments.len(), outcomes.len()))
                .expected(format!("at most {} when the three are multiplied", thousands(MAX_CELLS as i64)))
                .fix("make the cohorts longer, or use fewer segments"),
        );
    }

    if reader.errors() > 0 {
        return None;
    }
    Some(Scheme {
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
        clauses,
        records,
        certified_costs,
        funders,
    })
}

/// `[records]`: which faults are tolerated in the records that payments are based on.
fn records(section: &Section<'_, '_>) -> RecordsPolicy {
    let faults = section.number("faults").unwrap_or_default();
    let other_kinds = section.list("other_kinds").unwrap_or_default();
    section.finish();
    RecordsPolicy { faults, other_kinds: other_kinds.into_iter().map(|(kind, _)| kind.to_owned()).collect() }
}

/// A list of names, in the file or in a column of a table; one name when the key is missing.
fn names(top: &Section<'_, '_>, key: &str, column: &str, alone: &str) -> Vec<String> {
    if !top.has(key) {
        return vec![alone.to_owned()];
    }
    let Some(listed) = top.list(key) else { return vec![alone.to_owned()] };
    let table = match listed.as_slice() {
        [(file, _)] if file.ends_with(".csv") => find_table(top, key, file),
        _ => None,
    };
    let places: Vec<(String, Problem)> = match table {
        Some(table) => {
            let Some(column) = find_column(top, key, table, column) else { return vec![alone.to_owned()] };
            let cells = table.rows.iter().map(|row| &row[column]);
            cells.map(|cell| (cell.text.clone(), table.problem(cell.span, ""))).collect()
        }
        None => listed.iter().map(|(name, span)| ((*name).to_owned(), Problem::at(top.file, *span, ""))).collect(),
    };
    let mut names: Vec<String> = Vec::new();
    let mut known = SeenNames::compared_as(base::similar_names::spelled_out);
    if places.len() > MAX_NAMES {
        top.push(
            top.problem(key, format!("there are too many {column}s"))
                .read(format!("{} names", thousands(places.len() as i64)))
                .expected(format!("at most {}", thousands(MAX_NAMES as i64)))
                .fix("check that the table lists the right thing, and not people, for example"),
        );
        return vec![alone.to_owned()];
    }
    for (name, place) in places {
        let expected = format!(
            "each {column} once. Capital letters, blanks, hidden characters and short forms (`&`, `St`) make no difference"
        );
        if name.is_empty() {
            let problem = Problem { what: format!("this {column} has no name"), ..place };
            top.push(problem.expected(expected).fix("write the name, or remove the entry"));
        } else if let Some(first) = known.earlier(&top.reader.files.sources, &name, &place) {
            let problem = Problem { what: format!("the {column} `{name}` appears twice"), ..place };
            top.push(problem.read(first).expected(expected).fix("remove one of the two, or correct the name"));
        } else {
            names.push(name);
        }
    }
    if names.is_empty() {
        top.push(
            top.problem(key, format!("the list has no {column}"))
                .expected("at least one name")
                .fix(format!("remove `{key}` if the contract has only one")),
        );
        names.push(alone.to_owned());
    }
    names
}

/// The most areas, and the most segments, of a contract.
const MAX_NAMES: usize = 1_000;

/// Names in the form in which they are compared, each with its first place.
struct SeenNames {
    form: fn(&str) -> String,
    known: BTreeMap<String, (String, Problem)>,
}

impl SeenNames {
    fn compared_as(form: fn(&str) -> String) -> SeenNames {
        SeenNames { form, known: BTreeMap::new() }
    }

    /// The first place of a name that has the same form, with the place where it is now; none for a new name, which is remembered.
    fn earlier(&mut self, sources: &BTreeMap<String, SourceFile>, name: &str, place: &Problem) -> Option<String> {
        let form = (self.form)(name);
        let Some((first, at)) = self.known.get(&form) else {
            self.known.insert(form, (name.to_owned(), place.clone()));
            return None;
        };
        let on = |place: &Problem| {
            let line = || Some(sources.get(&place.file)?.place(place.span?.start).line);
            line().map_or(String::new(), |line| format!(" on line {line}"))
        };
        Some(format!("`{first}`{} and `{name}`{}", on(at), on(place)))
    }
}

/// Refuses tables of one kind whose names differ only in case, blanks or hidden characters.
fn each_name_once(sections: &[Section<'_, '_>], what: &str) {
    let mut known = SeenNames::compared_as(base::similar_names::folded);
    for section in sections {
        let place = Problem::at(section.file, section.span, format!("the {what} `{}` appears twice", section.name));
        if let Some(first) = known.earlier(&section.reader.files.sources, &section.name, &place) {
            let expected =
                format!("a different name for each {what}. Capital letters, blanks and hidden characters make no difference");
            section.push(place.read(first).expected(expected).fix("remove one of the two, or give it another name"));
        }
    }
}

/// Whether the number of tables of one kind is within its limit.
fn not_too_many(tables: &Section<'_, '_>, found: usize, most: usize, what: &str) -> bool {
    if found > most {
        tables.push(
            Problem::at(tables.file, tables.span, format!("there are too many {what}"))
                .read(format!("{found} tables"))
                .expected(format!("at most {most}"))
                .fix("look for tables that are here by mistake"),
        );
    }
    found <= most
}

/// The first and the last day that a contract may have. Any other date is almost certainly a typing mistake.
const DAYS: (Date, Date) = (jiff::civil::date(1900, 1, 1), jiff::civil::date(2199, 12, 31));

/// A date of the contract, if it is possible.
fn sensible(table: &Section<'_, '_>, key: &str, date: Option<Date>) -> Option<Date> {
    let beyond = date.filter(|date| *date < DAYS.0 || *date > DAYS.1);
    if let Some(date) = beyond {
        table.push(
            table
                .problem(key, "the date is not possible for a contract")
                .read(date.to_string())
                .expected(format!("a date from {} to {}", DAYS.0, DAYS.1))
                .fix("check the year"),
        );
    }
    date.filter(|_| beyond.is_none())
}

fn dates(table: &Section<'_, '_>) -> (Option<Date>, Option<Date>, Option<Date>) {
    let day = |key: &str| sensible(table, key, table.required_date(key));
    let (starts, ends) = (day("starts"), day("ends"));
    let last = sensible(table, "final_payment", table.date("final_payment"));
    table.finish();
    if let (Some(starts), Some(ends)) = (starts, ends)
        && ends < starts
    {
        table.push(
            table
                .problem("ends", "the contract ends before it starts")
                .read(ends.to_string())
                .expected(format!("a date after {starts}"))
                .fix("check the two dates"),
        );
        return (None, None, last);
    }
    (starts, ends, last)
}

/// The most people in a cohort. With [`MAX_COHORTS`] it limits everything that is priced, because arithmetic in billionths must
/// fit.
const MAX_PEOPLE: i64 = 1_000_000;

/// The most cohorts of a scheme. With more, a date is almost certainly a typing mistake.
const MAX_COHORTS: usize = 400;

fn cohorts(table: &Section<'_, '_>, contract_starts: Option<Date>, contract_ends: Option<Date>, rule: MonthEnd) -> Vec<Cohort> {
    let day = |key: &str| sensible(table, key, table.required_date(key));
    let (starts, ends) = (day("starts"), day("ends"));
    let required: Option<Duration> = match table.has("every") {
        true => table.number("every"),
        false => Some(table.required("every")),
    };
    let Some(every) = required else { return Vec::new() };
    let Duration::Months(months) = every else {
        table.push(
            table
                .problem("every", "a cohort must be a whole number of months")
                .read(every.words())
                .expected("a length such as \"3 months\" or \"1 year\"")
                .fix("write every = \"3 months\""),
        );
        return Vec::new();
    };
    let (Some(starts), Some(ends)) = (starts, ends) else { return Vec::new() };
    if months == 0 {
        let problem = table.problem("every", "a cohort must not be empty").read(every.words());
        table.push(problem.expected("a length such as \"3 months\" or \"1 year\"").fix("write how long one cohort is"));
        return Vec::new();
    }
    if ends < starts {
        table.push(
            table
                .problem("ends", "the last cohort ends before the first one starts")
                .read(ends.to_string())
                .expected(format!("a date after {starts}"))
                .fix("check the dates. `ends` is the last day on which a person may start"),
        );
        return Vec::new();
    }
    if let (Some(contract_starts), Some(contract_ends)) = (contract_starts, contract_ends)
        && (starts < contract_starts || ends > contract_ends)
    {
        let key = if starts < contract_starts { "starts" } else { "ends" };
        table.push(
            table
                .problem(key, "the cohorts are outside the dates of the contract")
                .read(format!("{starts} to {ends}"))
                .expected(format!("dates within {contract_starts} to {contract_ends}"))
                .fix("correct the dates of the cohorts or of the contract"),
        );
    }
    let mut out = Vec::new();
    let mut from = starts;
    while from <= ends && out.len() < MAX_COHORTS {
        let next = months_later(starts, months * (out.len() as i64 + 1), rule);
        let last = next.yesterday().unwrap_or(next);
        if last > ends {
            table.push(
                table
                    .problem("ends", "the last cohort is not complete")
                    .read(ends.to_string())
                    .expected(format!("the last day of a whole cohort, such as {last}"))
                    .fix(format!(
                        "write ends = {last}: with cohorts of {} from {starts}, the last one ends on this day",
                        every.words()
                    )),
            );
            break;
        }
        let since = contract_starts.map_or(starts, |date| date.min(starts));
        let year = years_between(since, from, rule);
        out.push(Cohort { at: out.len(), name: cohort_name(from, months), starts: from, ends: last, year, months });
        from = next;
    }
    if out.len() == MAX_COHORTS {
        table.push(
            table
                .problem("ends", "there are too many cohorts")
                .expected(format!("fewer than {MAX_COHORTS}"))
                .fix("check the year of the last date, or make the cohorts longer"),
        );
    }
    // Contract years are counted from the first cohort. Before it nobody has started and nothing is priced.
    let first = out.first().map_or(0, |cohort| cohort.year);
    for cohort in &mut out {
        cohort.year -= first;
    }
    out
}

fn years_between(from: Date, to: Date, rule: MonthEnd) -> usize {
    (1..200).take_while(|&years| months_later(from, 12 * years, rule) <= to).count()
}

/// "2015-10 to 2015-12".
fn cohort_name(starts: Date, months: i64) -> String {
    let last = months_later(starts, months - 1, MonthEnd::LastDay);
    let name = |date: Date| format!("{}-{:02}", date.year(), date.month());
    if months == 1 { name(starts) } else { format!("{} to {}", name(starts), name(last)) }
}

/// The most outcomes and the most clauses of a contract.
const MAX_OUTCOMES: usize = 100;
const MAX_CLAUSES: usize = 200;

/// The most numbers that a tally of all cohorts may hold, and a table of prices.
const MAX_CELLS: usize = 1_000_000;

fn outcomes(tables: &Section<'_, '_>, keys: &ScheduleKeys) -> Vec<Outcome> {
    let sections = tables.sections();
    if !not_too_many(tables, sections.len(), MAX_OUTCOMES, "outcomes") {
        return Vec::new();
    }
    each_name_once(&sections, "outcome");
    let names: Vec<String> = sections.iter().map(|section| section.name.clone()).collect();
    let mut out: Vec<Outcome> = Vec::new();
    for section in &sections {
        let outcome = outcome(section, keys, &names, &out);
        section.finish();
        if RESERVED.contains(&base::similar_names::folded(&outcome.name).as_str()) {
            section.push(
                Problem::at(section.file, section.span, format!("an outcome cannot be called `{}`", outcome.name))
                    .expected("a name that means nothing else in a tally or a worked example")
                    .fix(format!("choose another name, such as [outcome.{}_reached]", outcome.name)),
            );
        }
        out.push(outcome);
    }
    columns_apart(&sections, &out);
    out
}

/// Two outcomes must not share a column of a tally: `jobs comparison` would be the comparison group of `jobs` or an outcome.
fn columns_apart(sections: &[Section<'_, '_>], outcomes: &[Outcome]) {
    let derived = |outcome: &Outcome| {
        ["comparison people", "comparison", "before", "found false", "excepted"].map(|of| format!("{} {of}", outcome.name))
    };
    let mut known = BTreeMap::new();
    for outcome in outcomes {
        known.extend(derived(outcome).map(|column| (base::similar_names::folded(&column), outcome.name.as_str())));
    }
    for section in sections {
        if let Some(other) = known.get(&base::similar_names::folded(&section.name)) {
            section.push(
                Problem::at(
                    section.file,
                    section.span,
                    format!("in a tally, `{}` would have the same name as a column of `{other}`", section.name),
                )
                .expected(format!("a name that differs from the columns of `{other}`"))
                .fix("give the outcome another name"),
            );
        }
    }
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

/// Names of other columns of a tally, or of other keys of a worked example.
const RESERVED: [&str; 10] = ["scheme", "provider", "area", "cohort", "segment", "people", "households", "tally", "pays", "from"];

/// People expected in one household, where outcomes count households.
fn household_size(cohorts: &Section<'_, '_>, outcomes: &[Outcome]) -> Rate {
    let counts_households = outcomes.iter().any(|outcome| outcome.counts_households);
    if !counts_households {
        if cohorts.has("household_size") && cohorts.reader.errors() == 0 {
            cohorts.push(
                cohorts
                    .problem("household_size", "no outcome counts households")
                    .expected("an outcome with rule = \"household\", or no `household_size`")
                    .fix("remove the key, or add the outcome"),
            );
        }
        return Rate(WHOLE);
    }
    let fix = "write how many of the people of a cohort are expected in one household, such as \"2.5 per household\"";
    let range = (PerHead(Rate(WHOLE)), PerHead(Rate(20 * WHOLE)));
    cohorts.required_within("household_size", range, "not a number of people in one household", fix).0
}

fn outcome(section: &Section<'_, '_>, keys: &ScheduleKeys, names: &[String], above: &[Outcome]) -> Outcome {
    #[derive(Clone, Copy, Default, PartialEq)]
    enum OutcomeWord {
        #[default]
        Binary,
        Frequency,
        Sustained,
        Amount,
    }
    let measure = section.required_text("measure", "what is measured, such as \"people with a proven reoffence\"");
    let word = section.required_choice(
        "kind",
        &[
            ("binary", OutcomeWord::Binary),
            ("frequency", OutcomeWord::Frequency),
            ("sustained", OutcomeWord::Sustained),
            ("amount", OutcomeWord::Amount),
        ],
    );
    let better = section.required_choice("better", &[("fewer", Better::Fewer), ("more", Better::More)]);
    let window: Duration = section.required("window");
    some_time(section, "window", window);
    let wait: Duration = section.number("wait").unwrap_or(Duration::Days(0));
    let builds_on_another = matches!(word, OutcomeWord::Frequency | OutcomeWord::Sustained);
    let of = if builds_on_another { of(section, names, above) } else { 0 };
    let kind = match word {
        OutcomeWord::Binary => OutcomeKind::Binary,
        OutcomeWord::Frequency => {
            let per = section.choice("per", &[("person", Per::Person), ("affected", Per::Affected)]).unwrap_or_default();
            OutcomeKind::Frequency { of, per }
        }
        OutcomeWord::Sustained => {
            let fix = "write the largest number of periods that is paid for one person";
            let most = section.required_within("most", (Count(1), Count(1000)), "not a number of periods", fix);
            let every = section.required("every");
            some_time(section, "every", every);
            OutcomeKind::Sustained { of, every, most: most.0 }
        }
        OutcomeWord::Amount => {
            let fix = "write the largest amount that counts for one person, in whole units. More than that counts as so much";
            OutcomeKind::Amount {
                most: section.required_within("most", (Count(1), Count(MAX_AMOUNT)), "not a largest amount", fix).0,
            }
        }
    };
    let unit = if word == OutcomeWord::Amount { section.text("unit") } else { None };
    let (baseline, is_assumed) = baseline(section, keys, kind);
    let part_of = part_of(section, word == OutcomeWord::Binary, better, above);
    let ratchet = ratchet(section, &baseline);
    let reported_by = section.choice("reported_by", &ReportedBy::KNOWN).unwrap_or_default();
    let exceptions = crate::exceptions::read(section, kind);
    let spread = match word {
        OutcomeWord::Amount => section.positive::<MeanAmount>("spread").map(|spread| spread.0),
        _ => section.positive::<PerHead>("spread").map(|spread| spread.0),
    };
    let measured = crate::measurement::read(section, kind, above);
    let outcome = Outcome {
        name: section.name.clone(),
        measure,
        kind,
        unit: unit.unwrap_or("units").to_owned(),
        better,
        window,
        wait,
        baseline,
        is_assumed,
        part_of,
        ratchet,
        reported_by,
        exceptions,
        spread,
        counts_households: household_outcome(measured.as_ref(), above),
        measured,
    };
    match outcome.counts_households {
        true => household_rules(section, &outcome, above),
        false => follows_from_others(section, &outcome),
    }
    no_exceptions_together(section, &outcome, above);
    outcome
}

/// Whether an outcome counts households: it is one of a household, or made of those.
fn household_outcome(measured: Option<&OutcomeMeasurement>, above: &[Outcome]) -> bool {
    match measured.map(|measured| &measured.rule) {
        Some(OutcomeRule::Household { .. }) => true,
        Some(OutcomeRule::SomeOf { outcomes, .. }) => outcomes.iter().any(|&at| above[at].counts_households),
        _ => false,
    }
}

/// What an outcome that counts households cannot be.
fn household_rules(section: &Section<'_, '_>, outcome: &Outcome, above: &[Outcome]) {
    let better = outcome.household().map_or(Better::More, |(of, _)| above[of].better);
    if outcome.better != better {
        let better = if better == Better::More { "more" } else { "fewer" };
        section.push(
            section
                .problem("better", "a household result is good where the results that it follows from are")
                .expected(format!("better = \"{better}\""))
                .fix(format!("write better = \"{better}\"")),
        );
    }
    if matches!(outcome.baseline, Baseline::Before { .. }) {
        section.push(
            section
                .problem("baseline", "a household is not compared with the time before its members started")
                .expected("a fixed baseline, a comparison group, or none")
                .fix("give the baseline as a share of households"),
        );
    }
    if outcome.reported_by == ReportedBy::Provider {
        section.push(
            section
                .problem("reported_by", "a household result follows from those of its members")
                .read("\"provider\"")
                .expected("no `reported_by` here")
                .fix("write reported_by = \"provider\" in the outcome of the members"),
        );
    }
    if let Some(whole) = outcome.part_of.filter(|&at| !above[at].counts_households) {
        section.push(
            section
                .problem("part_of", format!("`{}` counts people and not households", above[whole].name))
                .expected("an outcome that counts households")
                .fix("remove the line"),
        );
    }
}

/// What an outcome that follows from others cannot be.
fn follows_from_others(section: &Section<'_, '_>, outcome: &Outcome) {
    if outcome.follows_from().is_empty() {
        return;
    }
    if outcome.better == Better::Fewer {
        section.push(
            section
                .problem("better", "what follows from good results is good itself")
                .read("\"fewer\"")
                .expected("better = \"more\"")
                .fix("write better = \"more\""),
        );
    }
    if matches!(outcome.baseline, Baseline::Before { .. }) {
        section.push(
            section
                .problem("baseline", "what people did before is known for each outcome by itself")
                .expected("a fixed baseline, a comparison group, or none")
                .fix("give the baseline as a number"),
        );
    }
}

/// Refuses exceptions from an outcome that must have the same people as another: one that is a part of it, or is made of it.
fn no_exceptions_together(section: &Section<'_, '_>, outcome: &Outcome, above: &[Outcome]) {
    let parts = outcome.follows_from();
    let whole = outcome.part_of.as_slice();
    let related: Vec<&Outcome> = parts.iter().chain(whole).filter_map(|&at| above.get(at)).collect();
    let Some(first) = related.first() else { return };
    let excepting = related.iter().copied().chain([outcome]).find(|one| one.exceptions.is_some());
    if let Some(excepting) = excepting {
        let key = if whole.is_empty() { "measured" } else { "part_of" };
        let other = if excepting.name == outcome.name { *first } else { excepting };
        section.push(
            section
                .problem(key, format!("`{}` and `{}` must count the same people", outcome.name, other.name))
                .read(format!("[outcome.{}.exceptions]", excepting.name))
                .expected("no exceptions from an outcome that is part of another, or that another is made of")
                .fix("remove the exceptions, or measure the two outcomes without reference to each other"),
        );
    }
}

/// The largest amount of one person that may count, in units: a million pounds, or nearly two years in minutes.
pub(crate) const MAX_AMOUNT: i64 = 1_000_000;

/// Refuses a length of time of zero.
fn some_time(section: &Section<'_, '_>, key: &str, length: Duration) {
    if length.in_months() <= 0.0 {
        section.push(
            section
                .problem(key, format!("`{key}` is zero"))
                .read(length.words())
                .expected("at least one day, such as \"12 months\"")
                .fix("write the length of time that the contract states"),
        );
    }
}

/// The binary outcome of which a binary outcome is a part. It must be above.
fn part_of(section: &Section<'_, '_>, is_binary: bool, better: Better, above: &[Outcome]) -> Option<usize> {
    if !section.has("part_of") {
        return None;
    }
    let name = section.required_text("part_of", "the binary outcome above it of which it is a part");
    let found = above.iter().position(|outcome| outcome.name == name).filter(|&at| above[at].is_binary() && is_binary);
    if let Some(whole) = found.map(|at| &above[at]).filter(|whole| whole.better != better) {
        section.push(
            section
                .problem(
                    "part_of",
                    format!("more of `{}` is good and more of its part is bad, or the other way round", whole.name),
                )
                .read(format!("\"{name}\""))
                .expected("the same `better` for the part and the whole")
                .fix("correct `better` of one of the two, or remove `part_of`"),
        );
    }
    if found.is_none() && !name.is_empty() {
        let what = match is_binary {
            true => "no binary outcome above has this name",
            false => "only a binary outcome can be a part of another; one that counts events builds on it (`of`)",
        };
        let known = above.iter().filter(|outcome| outcome.is_binary()).map(|outcome| outcome.name.as_str());
        section.push(
            section
                .problem("part_of", what)
                .read(format!("\"{name}\""))
                .expected("a binary outcome above this one")
                .nearest(&name, known)
                .fix("correct the name, or move the outcome that is the whole above its part"),
        );
    }
    found
}

/// The binary outcome that a frequency or a sustained outcome builds on. It must be above.
fn of(section: &Section<'_, '_>, names: &[String], above: &[Outcome]) -> usize {
    let name = section.required_text("of", "the binary outcome above it that it builds on, such as \"reoffending\"");
    let found = above.iter().position(|outcome| outcome.name == name);
    match found {
        Some(at) if above[at].is_binary() && !above[at].counts_households => at,
        _ if name.is_empty() => 0,
        _ => {
            let first = "add the yes-or-no outcome first (\"reoffending\"), then the outcome that counts how often it happens";
            let (what, fix) = match found {
                Some(at) if above[at].counts_households => {
                    (format!("`{name}` counts households"), "build on the outcome of the members, which counts people".to_owned())
                }
                Some(_) => (format!("`{name}` is not a binary outcome"), first.to_owned()),
                None if names.contains(&name) => (
                    format!("`{name}` is below this outcome, but an outcome can only build on one above it"),
                    format!("move [outcome.{name}] above [outcome.{}]", section.name),
                ),
                None => ("the scheme has no outcome of this name".to_owned(), first.to_owned()),
            };
            let binary = above.iter().filter(|outcome| outcome.is_binary() && outcome.name != name);
            section.push(
                section
                    .problem("of", what)
                    .read(format!("\"{name}\""))
                    .expected("the name of a binary outcome above this one")
                    .nearest(&name, binary.map(|outcome| outcome.name.as_str()))
                    .fix(fix),
            );
            0
        }
    }
}

/// The baseline, and whether the contract assumes it.
fn baseline(section: &Section<'_, '_>, keys: &ScheduleKeys, kind: OutcomeKind) -> (Baseline, bool) {
    if section.has("baseline")
        && section.holds_keys("baseline")
        && let Some(table) = section.section("baseline")
        && table.has("assumed")
    {
        let rate = fixed_rate(&table, "assumed", keys, kind);
        table.finish();
        return (Baseline::Fixed(rate), true);
    }
    (known_baseline(section, keys, kind), false)
}

/// A rate of the outcome that is fixed in advance.
fn fixed_rate(section: &Section<'_, '_>, key: &str, keys: &ScheduleKeys, kind: OutcomeKind) -> Schedule<Rate> {
    match kind {
        OutcomeKind::Binary => {
            let fix = "if the outcome counts events and not people, its kind is \"frequency\"";
            section.schedule_up_to(key, keys, Rate(WHOLE), "the baseline is above 100%", fix)
        }
        OutcomeKind::Amount { most } => {
            let most = Rate(most * WHOLE);
            section.checked_schedule::<MeanAmount>(key, keys, |each| above_the_most(each.0, most)).map(|each| each.0)
        }
        OutcomeKind::Frequency { .. } | OutcomeKind::Sustained { .. } => {
            section.positive_schedule::<PerHead>(key, keys).map(|per_head| per_head.0)
        }
    }
}

/// A mean that no amounts can have.
fn above_the_most(each: Rate, most: Rate) -> Option<RefusedNumber> {
    (each < Rate(0) || each > most).then(|| RefusedNumber {
        what: "the mean is not between 0 and the largest amount that counts".to_owned(),
        expected: format!("from 0 to {} per person", most.0 / WHOLE),
        fix: "correct the number, or `most`".to_owned(),
    })
}

fn known_baseline(section: &Section<'_, '_>, keys: &ScheduleKeys, kind: OutcomeKind) -> Baseline {
    if !section.has("baseline") {
        return Baseline::None;
    }
    if section.holds_keys("baseline")
        && let Some(table) = section.section("baseline")
        && table.has("comparison_people_each")
    {
        let what = "the comparison group needs at least one person for each person served";
        let fix = "write the number of people in the comparison group for each person served";
        let ratio = table.required_within("comparison_people_each", (Count(1), Count(1000)), what, fix);
        table.finish();
        if matches!(kind, OutcomeKind::Frequency { per: Per::Affected, .. }) {
            table.push(
                table
                    .problem("comparison_people_each", "a comparison group is measured per person, not per person affected")
                    .expected("per = \"person\"")
                    .fix("change `per`, or give the baseline as a number"),
            );
        }
        return Baseline::Comparison { ratio: ratio.0 };
    }
    if section.holds_keys("baseline")
        && let Some(table) = section.section("baseline")
        && table.has("same_people_before")
    {
        let over: Duration = table.required("same_people_before");
        some_time(&table, "same_people_before", over);
        table.finish();
        if kind != OutcomeKind::Binary && !matches!(kind, OutcomeKind::Frequency { per: Per::Person, .. }) {
            table.push(
                table
                    .problem("same_people_before", "what people did before can only be counted by person or by event")
                    .expected("kind = \"binary\", or \"frequency\" per person")
                    .fix("change the kind, or give the baseline as a number"),
            );
        }
        return Baseline::Before { over };
    }
    Baseline::Fixed(fixed_rate(section, "baseline", keys, kind))
}

/// How much of a year's improvement the next year's baseline takes over.
fn ratchet(section: &Section<'_, '_>, baseline: &Baseline) -> Rate {
    if !section.has("ratchet") {
        return Rate(0);
    }
    let fix = "write the share of each year's improvement that next year's baseline takes over, such as \"100%\"";
    let share = section.required_within("ratchet", (Rate(0), Rate(WHOLE)), "not a share of an improvement", fix);
    if *baseline == Baseline::None {
        section.push(
            section
                .problem("ratchet", "there is no baseline to follow the results")
                .expected("a baseline")
                .fix("add the baseline of the first year, or remove `ratchet`"),
        );
    }
    share
}

fn read_clauses(tables: &Section<'_, '_>, keys: &ScheduleKeys, outcomes: &[Outcome], cohorts: &[Cohort]) -> Vec<Clause> {
    let mut clauses: Vec<Clause> = Vec::new();
    let sections = tables.sections();
    if sections.is_empty() {
        tables.push(
            Problem::at(tables.file, tables.span, "the contract pays for nothing")
                .expected("at least one table [pay.NAME]")
                .fix("add a clause. docs/scheme-file.md shows every kind"),
        );
    }
    if !not_too_many(tables, sections.len(), MAX_CLAUSES, "clauses") {
        return Vec::new();
    }
    each_name_once(&sections, "clause");
    let mut unreadable: Vec<String> = Vec::new();
    for section in &sections {
        let context = ClauseContext { keys, outcomes, cohorts, clauses: &clauses, unreadable: &unreadable };
        match clauses::read(section, &context) {
            Some(clause) => clauses.push(clause),
            None => unreadable.push(section.name.clone()),
        }
    }
    // What could not be read counts as nothing, and nothing would seem to be in conflict with the rest.
    if tables.reader.errors() == 0
        && let Some(problem) = clauses::conflict(&OtherTerms { tables, clauses: &clauses, keys, cohorts })
    {
        tables.push(problem);
    }
    clauses
}
