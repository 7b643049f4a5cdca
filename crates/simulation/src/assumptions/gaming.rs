//! What providers could do besides helping people: false claims, false labels and moved dates. Also the pilot of a kind of help that
//! was chosen for its pilot. Each of these may be left out of the file.

use base::literal::{Change, Count, Literal as _, MeanAmount};
use base::money::{Pence, Rate, WHOLE};
use base::problem::Problem;
use base::reader::Section;
use base::schedule::CohortTime;
use contract::Scheme;
use contract::exceptions::GoodResult;
use contract::terms::{Outcome, ReportedBy};

use super::assumed::{Bunching, Help, Move, Pilot, RisingCost, UnfoundedExceptions};
use super::reading::warn_without_source;

/// What was read.
pub(super) struct GamingAssumptions {
    pub false_claims: Vec<Option<RisingCost>>,
    pub exceptions: Vec<Option<UnfoundedExceptions>>,
    pub relabelling: Option<RisingCost>,
    pub timing: Vec<Option<RisingCost>>,
    pub bunching: Vec<Option<Bunching>>,
    pub pilot: Option<Pilot>,
}

pub(super) fn read(top: &Section<'_, '_>, scheme: &Scheme, help: &[Help]) -> GamingAssumptions {
    let false_claims = by_outcome(top, "false_claims", scheme, |table, at| {
        if at.is_some_and(|at| scheme.outcomes[at].reported_by == ReportedBy::Records) {
            unneeded(table, "the provider does not report this outcome", "reported_by");
        }
        rising(table)
    });
    let exceptions = by_outcome(top, "exceptions", scheme, |table, at| exceptions(table, at.map(|at| &scheme.outcomes[at])));
    let relabelling = top.section("relabelling").map(|table| {
        if scheme.segments_set_by == ReportedBy::Records {
            unneeded(&table, "the provider does not say which segment a person is in", "segments_set_by");
        }
        rising(&table)
    });
    let timing = by_outcome(top, "timing", scheme, |table, _| rising(table));
    let bunching = by_outcome(top, "bunching", scheme, |table, at| bunching(table, at.map(|at| &scheme.outcomes[at])));
    GamingAssumptions {
        bunching,
        false_claims,
        exceptions,
        relabelling,
        timing,
        pilot: top.section("pilot").and_then(|table| pilot(&table, scheme, help)),
    }
}

/// One table for each outcome that it may be done with.
pub(super) fn by_outcome<T: Clone>(
    top: &Section<'_, '_>,
    key: &str,
    scheme: &Scheme,
    read: impl Fn(&Section<'_, '_>, Option<usize>) -> T,
) -> Vec<Option<T>> {
    let mut out = vec![None; scheme.outcomes.len()];
    let Some(tables) = top.section(key) else { return out };
    for table in tables.sections() {
        let found = scheme.outcome(&table.name).filter(|&at| scheme.outcomes[at].is_binary());
        let read = read(&table, found);
        match found {
            Some(at) => out[at] = Some(read),
            None => {
                let binary = scheme.outcomes.iter().filter(|outcome| outcome.is_binary());
                top.push(
                    Problem::at(table.file, table.span, format!("the scheme has no binary outcome `{}`", table.name))
                        .read(table.name.clone())
                        .expected("the name of a binary outcome")
                        .nearest(&table.name, binary.map(|outcome| outcome.name.as_str()))
                        .fix("correct the name"),
                );
            }
        }
    }
    tables.finish();
    out
}

/// People who could be excepted although they should count.
fn exceptions(table: &Section<'_, '_>, outcome: Option<&Outcome>) -> UnfoundedExceptions {
    let stated = outcome.and_then(|outcome| outcome.exceptions.as_ref());
    // Where a person with the good result always counts, only people without it can be excepted.
    let all_known = stated.is_some_and(|stated| stated.good_result == GoodResult::Counts);
    let foresees = match (all_known, table.has("foresees")) {
        (true, false) => 1.0,
        (true, true) => {
            table.push(
                table
                    .problem("foresees", "only people without the good result can be excepted from this outcome")
                    .read("good_result = \"counts\" in scheme.toml")
                    .expected("no `foresees`: whoever is excepted has the bad result")
                    .fix("remove the key"),
            );
            1.0
        }
        (false, _) => {
            let fix = "write the share of those excepted whom the provider picks because they have the bad result: \"100 %\" where it \
                       knows the results, \"0 %\" where it knows nothing";
            table.required_within("foresees", (Rate(0), Rate(WHOLE)), "not a share of those excepted", fix).as_f64()
        }
    };
    match (outcome, stated) {
        (Some(outcome), None) => unneeded(
            table,
            "the contract has no exceptions from this outcome",
            &format!("[outcome.{}.exceptions] with reported_by", outcome.name),
        ),
        (_, Some(stated)) if stated.reported_by == ReportedBy::Records => {
            unneeded(table, "the provider does not say who is excepted from this outcome", "in its exceptions, reported_by");
        }
        _ => {}
    }
    UnfoundedExceptions { rising: rising(table), foresees }
}

/// People just short of a level who could be brought over it.
fn bunching(table: &Section<'_, '_>, outcome: Option<&Outcome>) -> Bunching {
    if let Some(outcome) = outcome.filter(|outcome| outcome.reaches().is_none()) {
        table.push(
            Problem::at(table.file, table.span, format!("`{}` is not the level of an amount that people reach", outcome.name))
                .read(format!("[bunching.{}]", outcome.name))
                .expected("an outcome with rule = \"reaches\" in scheme.toml")
                .fix("remove the table, or measure the outcome as a level of an amount"),
        );
    }
    let within: MeanAmount = table.required("within");
    if within.0.0 <= 0 && table.has("within") {
        table.push(
            table
                .problem("within", "nobody is that near")
                .read(within.words())
                .expected("how far from the level people may be, in the unit of the amount, such as 20")
                .fix("write a number above 0"),
        );
    }
    Bunching { within: within.0.as_f64(), rising: rising(table) }
}

pub(super) fn rising(table: &Section<'_, '_>) -> RisingCost {
    warn_without_source(table);
    let fix = "write the largest share with which it could be done, such as \"10 %\"";
    let at_most = table.required_within("at_most", (Rate(0), Rate(WHOLE)), "more than everyone", fix);
    let cost: Pence = table.required_within(
        "cost_of_last",
        (Pence(1), Pence(100_000_000_000)),
        "something that costs nothing would be done by everyone",
        "write what the hardest of these would cost the provider. The easiest is assumed to cost nothing",
    );
    table.finish();
    RisingCost { at_most: at_most.as_f64(), cost_of_last: cost.pounds() }
}

fn unneeded(table: &Section<'_, '_>, what: &str, key: &str) {
    table.push(
        Problem::at(table.file, table.span, what.to_owned())
            .expected(format!("{key} = \"provider\" in scheme.toml"))
            .fix("remove the table, or write in the scheme file that the provider reports it")
            .warning(),
    );
}

fn pilot(table: &Section<'_, '_>, scheme: &Scheme, help: &[Help]) -> Option<Pilot> {
    warn_without_source(table);
    let name = table.required_text("help", "the NAME of the [help.NAME] that was piloted");
    let found = help.iter().position(|help| help.name == name);
    if found.is_none() && !name.is_empty() {
        table.push(
            table
                .problem("help", "there is no such help")
                .read(format!("\"{name}\""))
                .expected("the NAME of a [help.NAME] table")
                .nearest(&name, help.iter().map(|help| help.name.as_str()))
                .fix("correct the name"),
        );
    }
    let tried = table.required_within("tried", (Count(1), Count(1000)), "not a number of pilots", "write how many were tried");
    let outcome = found.and_then(|at| piloted_outcome(table, scheme, &help[at]));
    let measured = found.zip(outcome).and_then(|(at, outcome)| help[at].moves[outcome].as_ref());
    let moves_relatively = measured.map(|moves| matches!(moves.at(0, 0, CohortTime::FIRST), Move::Relative(_)));
    let in_its_unit = |key: &str| -> f64 {
        let change: Change = table.required(key);
        let (value, relative) = match change {
            Change::Relative(rate) => (rate.as_f64(), true),
            Change::Points(rate) => (rate.as_f64(), false),
        };
        if moves_relatively.is_some_and(|expected| expected != relative) || !(0.0..=1.0).contains(&value) {
            let unit = if moves_relatively == Some(true) { "\"4 %\"" } else { "\"2 percentage points\"" };
            table.push(
                table
                    .problem(key, "this is not in the unit of what the help moves")
                    .expected(format!("a size such as {unit}, like the `moves` of [help.{name}]"))
                    .fix("write both in percent, or both in percentage points"),
            );
        }
        value
    };
    let (standard_error, differ_by) = (in_its_unit("standard_error"), in_its_unit("differ_by"));
    let share = |key: &str| -> f64 {
        if !table.has(key) {
            return 0.0;
        }
        let fix = "write a share, such as \"20 %\"";
        table.required_within(key, (Rate(0), Rate(5 * WHOLE)), "not a share", fix).as_f64()
    };
    let (diluted, cost_rises) = (share("diluted").min(1.0), share("cost_rises"));
    table.finish();
    Some(Pilot {
        help: found?,
        outcome: outcome?,
        tried: tried.0 as usize,
        standard_error,
        differ_by,
        diluted,
        cost_rises,
        above_expected: 0.0,
    })
}

/// The outcome whose move the pilots measured: the one stated, or the first that the help moves.
fn piloted_outcome(table: &Section<'_, '_>, scheme: &Scheme, help: &Help) -> Option<usize> {
    // A pilot is about what help does for the better.
    let moved = |at: &usize| {
        help.moves[*at].as_ref().is_some_and(|moves| {
            let (Move::Relative(most) | Move::Points(most)) = moves.at(0, 0, CohortTime::FIRST);
            most >= 0.0
        })
    };
    if !table.has("outcome") {
        return (0..scheme.outcomes.len()).find(moved);
    }
    let name = table.required_text("outcome", "the outcome whose move the pilots measured");
    let found = scheme.outcome(&name).filter(moved);
    if found.is_none() && !name.is_empty() {
        let moves = (0..scheme.outcomes.len()).filter(moved).map(|at| scheme.outcomes[at].name.as_str());
        table.push(
            table
                .problem("outcome", "the help that was piloted does not move this")
                .read(format!("\"{name}\""))
                .expected(format!("an outcome among the `moves` of [help.{}]", help.name))
                .nearest(&name, moves)
                .fix("correct the name, or leave the line out to use the first outcome that the help moves"),
        );
    }
    found
}
