//! An area that changes hands, other providers that are none, and money that is compared before everything is known.

use base::money::Pence;
use base::problem::{Problem, Severity};
use contract::price::statement;
use contract::tally::{CohortStage, Tally};
use contract::tally_file::{TallyOwner, read_for};

use crate::{head, opened, problems, sound};

const JOB: &str = "[outcome.job]\nmeasure = \"x\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\nbaseline = \"10 %\"\n\
                   [pay.job]\nclause = \"outcome payment\"\noutcome = \"job\"\nprice = \"£1,000\"\n";

fn errors(files: &[(&str, &str)]) -> Vec<Problem> {
    let found = problems(&opened(files)).1;
    found.into_iter().filter(|problem| problem.severity == Severity::Error).collect()
}

/// What is wrong with a contract of two years, with clauses, whose area A hands over to B.
fn handed_over(top: &str, clause: &str, last: &str, first: &str) -> Vec<Problem> {
    let text = format!("{top}providers = \"p.csv\"\n{}{JOB}{clause}", head(2, &["a"], "nearest penny, half up"));
    errors(&[
        ("scheme.toml", &text),
        ("p.csv", &format!("provider,starts,ends\nA,,{last}\nB,{first},\n")),
        ("c.csv", "provider,cohort,costs\nA,2020-01 to 2020-12,£1\n"),
    ])
}

/// Each kind of clause that pays for an area as a whole would pay twice where two providers share what it is measured over.
#[test]
fn an_area_changes_hands_between_what_is_measured_together() {
    let whole = [
        "[pay.x]\nclause = \"award\"\nstandards = [ { outcome = \"job\", reaches = \"40 %\" } ]\npays = [\"£0\", \"£500\"]\n",
        "[pay.x]\nclause = \"cap\"\non = [\"job\"]\nmost = \"£12\"\n",
        "[pay.x]\nclause = \"floor\"\non = [\"job\"]\nleast = \"£12\"\n",
        "[pay.x]\nclause = \"bonus\"\noutcome = \"job\"\nabove = \"5 %\"\nper = \"lump sum\"\nprice = \"£9\"\n",
        "[pay.x]\nclause = \"tariff\"\noutcome = \"job\"\nper = \"percentage point\"\nreward = \"£9\"\n",
        "[pay.x]\nclause = \"points payment\"\nindicators = [{ outcome = \"job\", points = 100, reaches = \"30 %\" }]\neach_point = \"£1\"\n",
        "[pay.x]\nclause = \"surplus share\"\nshare = \"50 %\"\n",
        "[pay.x]\nclause = \"cost share\"\nshare = \"50 %\"\nat_most = \"£100\"\n",
    ];
    for clause in whole {
        let costs = if clause.contains(" share\"") { "certified_costs = \"c.csv\"\n" } else { "" };
        let found = |over: &str, last: &str, first: &str| {
            handed_over(costs, &format!("{clause}measured_over = \"{over}\"\n"), last, first)
        };
        for (over, last, first, refused) in [
            ("each cohort", "2020-06-30", "2020-07-01", true),
            ("each year", "2020-06-30", "2020-07-01", true),
            ("each cohort", "2020-12-31", "2021-01-01", false),
            ("each year", "2020-12-31", "2021-01-01", false),
            ("all cohorts", "2020-12-31", "2021-01-01", true),
            // After the last cohort nobody starts.
            ("all cohorts", "2021-12-31", "2022-01-01", false),
            // A month in which nobody holds the area changes nothing.
            ("each cohort", "2020-05-31", "2020-07-01", true),
        ] {
            let said = found(over, last, first);
            assert_eq!(!said.is_empty(), refused, "{clause} over {over}, until {last}: {said:?}");
            if let [problem] = &said[..] {
                assert!(
                    problem.what.contains("changes hands between `A` and `B`") && problem.what.contains("`x`"),
                    "{}",
                    problem.what
                );
                assert_eq!(problem.file, "p.csv");
                assert!(problem.fix.as_ref().is_some_and(|fix| fix.contains("priced_for = \"each provider\"")), "{problem:?}");
            }
        }
        let each = format!("priced_for = \"each provider\"\n{costs}");
        let said = handed_over(&each, &format!("{clause}measured_over = \"each cohort\"\n"), "2020-06-30", "2020-07-01");
        assert!(said.is_empty(), "each provider has a whole one of its own: {said:?}");
    }
    // What divides between two providers comes to the same sum.
    for clause in [
        "[pay.x]\nclause = \"service fee\"\neach_month = \"£9\"\n",
        "[pay.x]\nclause = \"tariff\"\noutcome = \"job\"\nper = \"person\"\nreward = \"£9\"\n",
        "[pay.x]\nclause = \"cost share\"\nshare = \"50 %\"\nmeasured_over = \"each cohort\"\n",
    ] {
        let costs = if clause.contains("cost share") { "certified_costs = \"c.csv\"\n" } else { "" };
        let said = handed_over(costs, clause, "2020-06-30", "2020-07-01");
        assert!(said.is_empty(), "{clause}: {said:?}");
    }
}

/// Sums of the statement of one cohort of 100 people with 50 results, by how far it has come.
fn by_stage(clause: &str, costs: i64) -> [i64; 3] {
    let scheme = sound(&opened(&[("scheme.toml", &format!("{}{JOB}{clause}", head(1, &["a"], "nearest penny, half up")))]));
    let mut tally = Tally::empty(&scheme, 0, vec![0]);
    (tally.people, tally.counts[0], tally.costs) = (vec![100], vec![50], vec![Some(Pence(costs * 100))]);
    [CohortStage::Running, CohortStage::Ended, CohortStage::Complete].map(|stage| {
        tally.stages = vec![stage];
        statement(&scheme, &tally).1.clause(1).0 / 100
    })
}

/// £50,000 is known to be due; more may follow. What is taken off it, or added to it, waits until nothing more can.
#[test]
fn money_is_compared_when_everything_is_known() {
    let over = "measured_over = \"each cohort\"\n";
    let cost_share = |beyond: &str| format!("[pay.x]\nclause = \"cost share\"\nshare = \"50 %\"\n{beyond}{over}");
    assert_eq!(by_stage(&cost_share("beyond = [\"job\"]\n"), 60_000), [0, 0, 5_000]);
    assert_eq!(by_stage(&cost_share(""), 60_000), [0, 30_000, 30_000], "all costs are known when they are certified");
    assert_eq!(by_stage(&format!("[pay.x]\nclause = \"surplus share\"\nshare = \"50 %\"\n{over}"), 40_000), [0, 0, -5_000]);
    let floor = |least: &str| format!("[pay.x]\nclause = \"floor\"\non = [\"job\"]\nleast = \"{least}\"\n{over}");
    assert_eq!(by_stage(&floor("£70,000"), 0), [0, 0, 20_000]);
    // A cap holds at any time: what is known may not be more.
    assert_eq!(by_stage(&format!("[pay.x]\nclause = \"cap\"\non = [\"job\"]\nmost = \"£40,000\"\n{over}"), 0), [-10_000; 3]);
}

/// A debt is limited at any time, and what is missing beyond it is added at the end.
#[test]
fn a_floor_limits_a_debt_before_everything_is_known() {
    let audited = |least: &str| {
        let text = format!(
            "{}{}[pay.false_claims]\nclause = \"audit\"\noutcome = \"job\"\nchecks = \"10 %\"\npenalty = \"£1,000\"\n\
             [pay.x]\nclause = \"floor\"\non = [\"job\", \"false_claims\"]\nleast = \"{least}\"\nmeasured_over = \"each cohort\"\n",
            head(1, &["a"], "nearest penny, half up"),
            JOB.replace("window", "reported_by = \"provider\"\nwindow")
        );
        let scheme = sound(&opened(&[("scheme.toml", &text)]));
        let mut tally = Tally::empty(&scheme, 0, vec![0]);
        (tally.people, tally.counts[0], tally.found_false[0]) = (vec![100], vec![0], vec![30]);
        [CohortStage::Running, CohortStage::Complete].map(|stage| {
            tally.stages = vec![stage];
            statement(&scheme, &tally).1.total().0 / 100
        })
    };
    assert_eq!(audited("-£10,000"), [-10_000, -10_000]);
    assert_eq!(audited("£10,000"), [0, 10_000]);
}

/// A pot is divided by the points of others, so each row must be another provider, once, with points that can be had.
#[test]
fn others_are_other_providers() {
    let pot = "[pay.x]\nclause = \"points payment\"\nindicators = [{ outcome = \"job\", points = 60, none_at = \"0 %\", all_at = \"100 %\" }]\n\
               pot = \"£600\"\nothers = \"others.csv\"\nmeasured_over = \"each year\"\n";
    let found = |top: &str, others: &str| {
        let text = format!("{top}{}{JOB}{pot}", head(2, &["a"], "nearest penny, half up"));
        errors(&[("scheme.toml", &text), ("others.csv", others)])
    };
    let own = "providers = [\"Acme\"]\n";
    for (top, others) in [
        (own, "provider,points\nBrook,30\nCray,30\n"),
        (own, "provider,year,points\nBrook,1,30\nBrook,2,60\n"),
        ("", "provider,points\nBrook,30\n"),
        // Acme holds the north. In the south it is another provider.
        ("areas = [\"north\", \"south\"]\n", "provider,area,points\nAcme,south,30\nBrook,north,30\n"),
    ] {
        assert_eq!(found(top, others), Vec::new(), "{others}");
    }
    for (top, others, what) in [
        (own, "provider,points\nBrook,30\nAcme,30\n", "`Acme` is paid by `x` itself"),
        (own, "provider,points\nBrook,30\nACME ,30\n", "`Acme` is paid by `x` itself"),
        ("", "provider,points\nBrook,30\nBrook,30\n", "there twice"),
        ("", "provider,points\nBrook,30\nbrook,20\n", "there twice"),
        ("", "provider,year,points\nBrook,2,30\nBrook,2,20\n", "there twice"),
        ("", "provider,points\nBrook,30\nTotal,30\n", "adds up the others"),
        ("", "provider,points\nBrook,600\n", "nobody can have so many points"),
        ("", "provider,points\nBrook,\"30 (20 to 61)\"\n", "nobody can have so many points"),
        ("", "provider,points\n,30\n", "no name"),
        ("", "points\n30\n", "no column `provider`"),
        (
            "providers = [\"Acme\", \"Dale\"]\npriced_for = \"each provider\"\n",
            "provider,points\nBrook,30\n",
            "`Acme` and `Dale` are both paid",
        ),
    ] {
        let said = found(top, others);
        assert!(said.iter().any(|problem| problem.what.contains(what)), "{top}{others}: {said:?}");
    }
}

/// A tally for a payment says of nobody else that it is theirs, and no more claims are false than could be made.
#[test]
fn a_tally_is_for_one_provider_and_one_contract() {
    let audit = "[pay.false_claims]\nclause = \"audit\"\noutcome = \"job\"\nchecks = \"10 %\"\npenalty = \"£1,000\"\n";
    let job = JOB.replace("window", "reported_by = \"provider\"\nwindow");
    let scheme = sound(&opened(&[("scheme.toml", &format!("{}{job}{audit}", head(2, &["a"], "nearest penny, half up")))]));
    let found = |text: &str, owner| {
        let read = read_for(&scheme, "t.csv", &opened(&[("t.csv", text)]), owner);
        read.err().map_or(String::new(), |problems| problems[0].what.clone())
    };
    let acme = Some(TallyOwner { contract: "jobs", provider: "Acme" });
    let rows = |head: &str, first: &str, second: &str| {
        format!("{head}cohort,people,job,job found false\n{first}2020-01 to 2020-12,2,1,1\n{second}2021-01 to 2021-12,2,1,0\n")
    };
    for (text, owner, what) in [
        (rows("", "", ""), acme, ""),
        (rows("provider,", "Acme,", "Acme,"), acme, ""),
        (rows("provider,", ",", ","), acme, ""),
        (rows("scheme,", "jobs,", "T,"), acme, ""),
        (rows("provider,", "Beta,", "Beta,"), None, ""),
        (rows("provider,", "Beta,", "Acme,"), acme, "this row counts the people of `Beta`"),
        (rows("provider,", "Acme,", ","), acme, "this row does not say whose people it counts"),
        (rows("provider,", "Beta,", "Acme,"), None, "this row counts the people of `Acme`"),
        (rows("scheme,", "other,", "jobs,"), acme, "this row is for the contract `other`"),
        (rows("", "", "").replace("2,1,1", "2,1,5"), acme, "`job found false` is more than the people of the row"),
    ] {
        assert_eq!(found(&text, owner), what, "{text}");
    }
}
