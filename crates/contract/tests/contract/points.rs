//! Points and what they pay: how changes of the rules treat them, and that a better result never leads to less.

use base::money::Pence;
use base::problem::Severity;
use contract::amend;
use contract::fixes::Fix;
use contract::price::statement;
use contract::tally::{OthersPoints, Tally};
use contract::{Scheme, terms::MeasuredOver};

use crate::{head, opened, problems, sound};

const OTHERS: &str = "provider,points\nx,30\ny,20\n";

/// A contract of three years whose points are the percentage of people in work, paid in some way.
fn with(pays: &str) -> String {
    format!(
        "{}[outcome.job]\nmeasure = \"x\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\n\
         [pay.points]\nclause = \"points payment\"\n\
         indicators = [{{ outcome = \"job\", points = 100, none_at = \"0 %\", all_at = \"100 %\" }}]\n\
         {pays}\nmeasured_over = \"each year\"\n",
        head(3, &["a"], "nearest penny, half up")
    )
}

const WAYS: [&str; 4] = [
    "each_point = \"£100\"",
    "levels = [10, 50]\npays = [\"£0\", \"£1,000\", \"£3,000\"]",
    "pot = \"£9,000\"\nothers = \"others.csv\"",
    "by_rank = [\"£600\", \"£400\"]\nothers = \"others.csv\"",
];

/// A tally in which so many of 100 people get a job in each of the three years.
fn tally(scheme: &Scheme, job: i64) -> Tally {
    let mut tally = Tally::empty(scheme, 0, (0..3).collect());
    (tally.people, tally.counts[0]) = (vec![100; 3], vec![job; 3]);
    tally
}

fn paid(scheme: &Scheme, job: i64) -> Pence {
    statement(scheme, &tally(scheme, job)).1.total()
}

#[test]
fn prices_and_pooling_are_written_back() {
    for (way, half) in WAYS.iter().zip([6_000, 1_500, 6_000, 900]) {
        let files = opened(&[("scheme.toml", &with(way)), ("others.csv", OTHERS)]);
        let before = sound(&files);
        for fix in [Fix::Prices(50), Fix::PoolCohorts] {
            let after = fix.apply(&before).unwrap_or_else(|| panic!("{fix:?} changes nothing under {way}"));
            let texts = amend::amend(&files, &before, &after).unwrap_or_else(|| panic!("{fix:?} cannot be written"));
            let read = sound(&base::open(&amend::folder(&texts)));
            assert!(amend::same_terms(&read, &after), "{way}");
        }
        let pooled = Fix::PoolCohorts.apply(&before).expect("a pooled scheme");
        assert_eq!(pooled.clauses[0].terms.measured_over(), Some(MeasuredOver::AllCohorts));
        assert_eq!(paid(&before, 40), paid(&pooled, 40), "{way}");
        let halved = Fix::Prices(50).apply(&before).expect("a halved scheme");
        assert_eq!(paid(&halved, 40), Pence(100 * half), "{way}");
    }
}

/// Others in the tally count instead of those of the file, and a pot waits for either.
#[test]
fn nothing_is_divided_before_the_others_are_known() {
    let files = opened(&[
        ("scheme.toml", &with("pot = \"£9,000\"\nothers = \"others.csv\"")),
        ("others.csv", "provider,year,points\nx,1,60\n"),
    ]);
    let scheme = sound(&files);
    let (lines, paid) = statement(&scheme, &tally(&scheme, 40));
    assert_eq!(paid.total(), Pence(360_000), "two fifths of the first year's pot alone");
    assert!(lines[1].reason.contains("not known"), "{}", lines[1].reason);
    let mut told = tally(&scheme, 40);
    let others = vec![vec![40 * base::money::WHOLE]; 3];
    told.others = vec![OthersPoints { clause: "points".to_owned(), by_cohort: others }];
    assert_eq!(statement(&scheme, &told).1.total(), Pence(1_350_000));
    assert_eq!(statement(&scheme, &told.only(&[2])).1.total(), Pence(450_000));
}

/// Whatever the ranges, a scenario may not turn the two rates of an indicator round, nor the amounts of ranks.
#[test]
fn ranges_may_not_overlap() {
    let sound = with(WAYS[0]);
    let changes = [
        (WAYS[0], "by_rank = [\"£600 (£300 to £700)\", \"£400\"]"),
        (WAYS[0], "levels = [\"40 (30 to 60)\", \"50\"]\npays = [\"£0\", \"£1\", \"£2\"]"),
        ("none_at = \"0 %\", all_at = \"100 %\"", "none_at = \"20 % (10 % to 60 %)\", all_at = \"50 %\""),
    ];
    for (from, to) in changes {
        let (_, found) = problems(&opened(&[("scheme.toml", &sound.replace(from, to))]));
        assert!(found.iter().any(|problem| problem.severity == Severity::Error), "{to}");
    }
}
