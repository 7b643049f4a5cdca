//! What a provider is compared with and has at stake: the points of other providers, what a rank or a star is worth to it, and the
//! chance of winning the contract again. None of it is in the contract, so all are assumptions.

use base::literal::{Count, Score};
use base::money::{Pence, Rate, WHOLE};
use base::problem::Problem;
use base::reader::Section;
use base::schedule::Schedule;
use contract::Scheme;
use contract::clauses::other_providers::MAX_OTHERS;
use contract::clauses::{Clause, ClauseTerms};

use super::assumed::{OthersAssumption, RenewalAssumption};
use super::reading::{binary_outcome, warn_without_source};

/// `[others.NAME]`, one for each clause that compares with other providers.
pub(super) fn others(top: &Section<'_, '_>, scheme: &Scheme) -> Vec<OthersAssumption> {
    let compares = |clause: &&Clause| clause.terms.compares_points().is_some();
    let tables = top.section("others");
    let mut out = Vec::new();
    for table in tables.iter().flat_map(Section::sections) {
        warn_without_source(&table);
        let most = MAX_OTHERS as i64;
        let fix = "write how many other providers are compared with this one";
        let providers: Count = table.required_within("providers", (Count(1), Count(most)), "not a number of providers", fix);
        let points: Score = required_points(&table, "points");
        let spread: Score = required_points(&table, "spread");
        table.finish();
        if !scheme.clauses.iter().filter(compares).any(|clause| clause.name == table.name) {
            let known = scheme.clauses.iter().filter(compares).map(|clause| clause.name.as_str());
            top.push(
                Problem::at(table.file, table.span, format!("no clause `{}` compares with other providers", table.name))
                    .read(table.name.clone())
                    .expected("the name of a clause with a `pot` or `by_rank`")
                    .nearest(&table.name, known)
                    .fix("correct the name, or remove the table"),
            );
        }
        let pounds = |score: Score| base::literal::Literal::as_f64(score);
        let providers = usize::try_from(providers.0).unwrap_or(1);
        out.push(OthersAssumption { clause: table.name.clone(), providers, points: pounds(points), spread: pounds(spread) });
    }
    if let Some(tables) = tables {
        tables.finish();
    }
    for clause in scheme.clauses.iter().filter(compares) {
        if !out.iter().any(|others: &OthersAssumption| others.clause == clause.name) {
            top.push(
                Problem::at(
                    top.file,
                    top.span,
                    format!("`{}` compares with other providers, of which nothing is said", clause.name),
                )
                .expected(format!("a table [others.{}] with providers, points and spread", clause.name))
                .fix("write how many others there are, the mean of their points, and the standard deviation"),
            );
        }
    }
    out
}

fn required_points(table: &Section<'_, '_>, key: &str) -> Score {
    let most = Score(100_000 * WHOLE);
    table.required_within(key, (Score(0), most), "not a number of points", "write points from zero, as the contract counts them")
}

/// `[stakes.NAME]`: for a clause, what each of its amounts is worth to the provider beyond what is paid.
pub(super) fn stakes(top: &Section<'_, '_>, scheme: &Scheme) -> Vec<Clause> {
    let Some(tables) = top.section("stakes") else { return Vec::new() };
    let may = |clause: &&Clause| {
        let terms = &clause.terms;
        terms.pays_for_results() && terms.refers_to().is_empty() && terms.audit().is_none() && !terms.amounts().is_empty()
    };
    let mut out = Vec::new();
    for table in tables.sections() {
        warn_without_source(&table);
        let worth = table.required_numbers::<Pence>("worth", "a list of amounts, one for each amount of the clause");
        table.finish();
        let Some(clause) = scheme.clauses.iter().filter(may).find(|clause| clause.name == table.name) else {
            let known = scheme.clauses.iter().filter(may).map(|clause| clause.name.as_str());
            top.push(
                Problem::at(table.file, table.span, format!("no clause `{}` pays for results by itself", table.name))
                    .read(table.name.clone())
                    .expected("the name of a clause that decides what is at stake")
                    .nearest(&table.name, known)
                    .fix("correct the name. A clause that pays nothing may have amounts of £0"),
            );
            continue;
        };
        let Some(worth) = worth else { continue };
        let mut terms: ClauseTerms = clause.terms.clone();
        let mut amounts = terms.amounts_mut();
        if amounts.len() != worth.len() {
            top.push(
                table
                    .problem("worth", format!("`{}` does not have so many amounts", clause.name))
                    .read(worth.len().to_string())
                    .expected(amounts.len().to_string())
                    .fix("write what each is worth to the provider, in the order of the contract, and £0 where it is nothing"),
            );
            continue;
        }
        for ((_, amount), (worth, ..)) in amounts.iter_mut().zip(worth) {
            **amount = Schedule::constant(worth);
        }
        out.push(Clause { terms, ..clause.clone() });
    }
    tables.finish();
    out
}

/// `[renewal]`: the chance of winning the contract again, and what that is worth.
pub(super) fn renewal(top: &Section<'_, '_>, scheme: &Scheme) -> Option<RenewalAssumption> {
    let table = top.section("renewal")?;
    warn_without_source(&table);
    let what = "the outcome that decides who gets the next contract";
    let outcome = binary_outcome(&table, scheme, what, "correct the name, or remove the table");
    let most = Pence(10_000_000_000_000);
    let fix = "write the profit that the next contract would bring in one area, such as \"£200,000\"";
    let worth: Pence = table.required_within("worth", (Pence(0), most), "not what a contract is worth", fix);
    let fix = "write the chance of winning again with today's results, such as \"60 %\"";
    let chance: Rate = table.required_within("chance", (Rate(0), Rate(WHOLE)), "not a chance", fix);
    let fix = "write how much one percentage point more changes the chance, such as \"4 %\"";
    let each_point: Rate = table.required_within("each_point", (Rate(0), Rate(WHOLE)), "not a change of a chance", fix);
    table.finish();
    Some(RenewalAssumption { outcome: outcome?, worth: worth.pounds(), chance: chance.as_f64(), each_point: each_point.as_f64() })
}
