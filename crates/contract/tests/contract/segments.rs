//! Gates and payments that are decided segment by segment: what they come to, what changes of the rules make of them, and what is
//! said of them.

use base::money::Pence;
use contract::Scheme;
use contract::explain::term_sheet;
use contract::fixes::Fix;
use contract::price::statement;
use contract::tally::Tally;
use contract::{amend, perverse_incentives};

use crate::{Draws, head, opened, problems, sound};

/// A contract of one year, three segments and some clauses on one outcome, at a baseline of 30%.
fn with(top: &str, clauses: &str) -> String {
    let head = head(1, &["a", "b", "c"], "nearest penny, half up").replacen("segments", &format!("{top}segments"), 1);
    format!(
        "{head}[outcome.job]\nmeasure = \"jobs\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\nbaseline = \"30 %\"\n{clauses}"
    )
}

fn tally(scheme: &Scheme, cells: [(i64, i64); 3]) -> Tally {
    let mut tally = Tally::empty(scheme, 0, vec![0]);
    for (cell, (people, jobs)) in cells.into_iter().enumerate() {
        (tally.people[cell], tally.counts[0][cell]) = (people, jobs);
    }
    tally
}

/// A random cell: nobody, or some people and any number of jobs.
fn cell(draws: &mut Draws) -> (i64, i64) {
    let people = draws.of(&[0, 10, 50, 100]);
    (people, draws.below(people + 1))
}

/// Pricing agrees with the condition written out by hand: at least 33% in work is 3 percentage points above the baseline.
#[test]
fn a_gate_is_met_where_it_says() {
    let bonus = |met_in: &str| {
        let gate = format!("{{ improves_by_at_least = \"3 percentage points\", {met_in} }}");
        let text = format!("[pay.job]\nclause = \"outcome payment\"\noutcome = \"job\"\nprice = \"£1\"\ngate = {gate}\n");
        sound(&opened(&[("scheme.toml", &with("", &text))]))
    };
    let schemes = [
        bonus("met_in = \"each segment\""),
        bonus("met_in_at_least = 1"),
        bonus("met_in_at_least = 2"),
        bonus("segment = \"b\""),
        bonus("met_in = \"all segments\""),
    ];
    let mut draws = Draws(3);
    let mut seen = [[0; 2]; 5];
    for _ in 0..4_000 {
        let cells = [cell(&mut draws), cell(&mut draws), cell(&mut draws)];
        let passes = |(people, jobs): &(i64, i64)| *people > 0 && 100 * jobs >= 33 * people;
        let met = cells.iter().filter(|cell| passes(cell)).count();
        let (people, jobs) = cells.iter().fold((0, 0), |sum, cell| (sum.0 + cell.0, sum.1 + cell.1));
        let measured = cells.iter().filter(|cell| cell.0 > 0).count();
        let wanted = [measured > 0 && met == measured, met >= 1, met >= 2, passes(&cells[1]), passes(&(people, jobs))];
        for (at, (scheme, wanted)) in schemes.iter().zip(wanted).enumerate() {
            let paid = statement(scheme, &tally(scheme, cells)).1.total();
            assert_eq!(paid, Pence(if wanted { 100 * jobs } else { 0 }), "scheme {at}: {cells:?}");
            seen[at][usize::from(wanted)] += 1;
        }
    }
    assert!(seen.iter().flatten().all(|times| *times > 100), "{seen:?}");
}

/// What is measured for each segment is what a contract for that segment alone would pay.
#[test]
fn each_segment_by_itself_is_a_contract_of_its_own() {
    let clauses = "[pay.more]\nclause = \"tariff\"\noutcome = \"job\"\nper = \"percentage point\"\nreward = \"£77\"\ndeduction = \"£13\"\n\
                   gate = { improves_by_more_than = \"2 percentage points\" }\nmeasured_for = \"each segment\"\n\
                   [pay.extra]\nclause = \"bonus\"\noutcome = \"job\"\nat_least = \"10 %\"\nup_to = \"50 %\"\nper = \"person\"\nprice = \"£5\"\n\
                   measured_for = \"each segment\"\n\
                   [pay.most]\nclause = \"award\"\nstandards = [{ outcome = \"job\", reaches = \"40 %\" }]\npays = [\"£1\", \"£9\"]\n\
                   measured_over = \"each year\"\nmeasured_for = \"each segment\"\n";
    let scheme = sound(&opened(&[("scheme.toml", &with("", clauses))]));
    let together = clauses.replace("measured_for = \"each segment\"\n", "");
    let together = sound(&opened(&[("scheme.toml", &with("", &together))]));
    let mut draws = Draws(8);
    for _ in 0..500 {
        let cells = [cell(&mut draws), cell(&mut draws), cell(&mut draws)];
        let whole = statement(&scheme, &tally(&scheme, cells)).1.total();
        let parts = (0..3).map(|segment| {
            let mut alone = [(0, 0); 3];
            alone[segment] = cells[segment];
            statement(&together, &tally(&together, alone)).1.total().0
        });
        assert_eq!(whole.0, parts.sum::<i64>(), "{cells:?}");
    }
}

/// The term sheet says that segments are measured by themselves, and a statement line names the segment and what was found there.
#[test]
fn the_term_sheet_and_the_statement_name_segments() {
    let clauses = "[pay.all]\nclause = \"tariff\"\noutcome = \"job\"\nper = \"person\"\nreward = \"£10\"\n\
                   gate = { improves_by_at_least = \"3 percentage points\", met_in = \"each segment\" }\n\
                   [pay.each]\nclause = \"bonus\"\noutcome = \"job\"\nabove = \"3 percentage points\"\nper = \"lump sum\"\nprice = \"£10\"\n\
                   measured_for = \"each segment\"\n";
    let scheme = sound(&opened(&[("scheme.toml", &with("", clauses))]));
    let sheet: Vec<String> = term_sheet(&scheme).into_iter().map(|paragraph| paragraph.text).collect();
    for said in
        ["by at least 3 percentage points in each segment by itself", "measured over each cohort, for each segment by itself"]
    {
        assert!(sheet.iter().any(|text| text.contains(said)), "{sheet:#?}");
    }
    let lines = statement(&scheme, &tally(&scheme, [(100, 50), (100, 32), (0, 0)])).0;
    let said =
        "met in 1 of 2 segments, met in \"a\" (job was 20 percentage points above the baseline), missed in \"b\" (job was 2";
    assert!(lines[0].reason.contains(said), "{}", lines[0].reason);
    let segments: Vec<Option<usize>> = lines[1..].iter().map(|line| line.segment).collect();
    assert_eq!(segments, [Some(0), Some(1), Some(2)]);
    assert!(lines[3].reason.starts_with("job was measured for nobody"), "{}", lines[3].reason);
}

#[test]
fn changes_of_the_rules_keep_the_segments() {
    let gate = "gate = { improves_by_more_than = \"3 percentage points\", met_in = \"each segment\" }\n";
    let tariff = "[pay.all]\nclause = \"tariff\"\noutcome = \"job\"\nper = \"person\"\nreward = \"£10\"\n";
    let bonus = "[pay.each]\nclause = \"bonus\"\noutcome = \"job\"\nabove = \"5 percentage points\"\nper = \"lump sum\"\nprice = \"£100\"\n\
                 measured_for = \"each segment\"\n";
    let text = with("", &format!("{tariff}{gate}{bonus}"));
    let files = opened(&[("scheme.toml", &text)]);
    let before = sound(&files);
    for (fix, holds) in [
        (Fix::GateAt(200), "{ improves_by_more_than = \"2 percentage points\", met_in = \"each segment\" }"),
        (Fix::SegmentPrices(vec![100, 200, 50]), "{ table = \"each-prices-fixed.csv\", column = \"price\" }"),
        // 5 of the 100 people expected in all three segments earn £300.
        (Fix::Straight, "reward = \"£60\""),
    ] {
        let after = fix.apply(&before).unwrap_or_else(|| panic!("{fix:?} applies"));
        let texts = amend::amend(&files, &before, &after).unwrap_or_else(|| panic!("{fix:?} can be written"));
        assert!(texts["scheme.toml"].contains(holds), "{fix:?}\n{}", texts["scheme.toml"]);
        assert!(amend::same_terms(&sound(&base::open(&amend::folder(&texts))), &after));
    }
}

#[test]
fn an_empty_segment_is_warned_of_where_the_provider_can_empty_it() {
    let gate = |met_in: &str| {
        format!(
            "[pay.all]\nclause = \"tariff\"\noutcome = \"job\"\nper = \"person\"\nreward = \"£10\"\n\
             gate = {{ improves_by_at_least = \"3 percentage points\"{met_in} }}\n"
        )
    };
    for (top, met_in, warned) in [
        ("intake = \"provider chooses\"\n", ", met_in = \"each segment\"", true),
        ("segments_set_by = \"provider\"\n", ", met_in = \"each segment\"", true),
        ("", ", met_in = \"each segment\"", false),
        ("intake = \"provider chooses\"\n", "", false),
        ("intake = \"provider chooses\"\n", ", met_in_at_least = 3", false),
    ] {
        let files = opened(&[("scheme.toml", &with(top, &gate(met_in)))]);
        let found = perverse_incentives::warnings(&sound(&files), &files);
        assert_eq!(found.iter().any(|problem| problem.what.contains("nobody is measured")), warned, "{top}{met_in}: {found:?}");
    }
}

/// What cannot be meant is refused, and each refusal is one message.
#[test]
fn what_says_it_twice_is_refused() {
    let of =
        |rest: &str| format!("[pay.all]\nclause = \"tariff\"\noutcome = \"job\"\nper = \"person\"\nreward = \"£10\"\n{rest}\n");
    let gate = |met_in: &str| format!("gate = {{ improves_by_at_least = \"3 percentage points\", {met_in} }}");
    for (clause, what) in [
        (of(&gate("met_in = \"each segment\", segment = \"a\"")), "the gate says twice in which segments it must be met"),
        (of(&gate("met_in_at_least = 4")), "not a number of segments that the contract has"),
        (of(&gate("segment = \"d\"")), "the scheme has no segment of this name"),
        (of(&(gate("segment = \"a\"") + "\ncounts_from = \"gate\"")), "there is no edge of a gate to count from"),
        (
            of(&(gate("segment = \"a\"") + "\nmeasured_for = \"each segment\"")),
            "the clause measures each segment by itself, and its gate names segments too",
        ),
        (
            of("") + &of("tops_up = [\"all\"]\nmeasured_for = \"each segment\"").replace("[pay.all]", "[pay.more]"),
            "what other clauses paid is not known for each segment by itself",
        ),
    ] {
        let found = problems(&opened(&[("scheme.toml", &with("", &clause))])).1;
        assert!(found.iter().any(|problem| problem.what == what), "{what}\n{found:#?}");
    }
}
