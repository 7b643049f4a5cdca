//! Awards by the number of standards met: how changes of the rules treat them, and what a scenario may make of their amounts.

use base::money::Pence;
use base::problem::Severity;
use base::reader::{Reader, ScenarioDraw};
use base::schedule::CohortTime;
use contract::Scheme;
use contract::clauses::ClauseTerms;
use contract::clauses::award::Award;
use contract::fixes::Fix;
use contract::price::statement;
use contract::tally::Tally;
use contract::terms::MeasuredOver;
use contract::{amend, changes};

use crate::{head, opened, problems, sound};

/// A contract of three years and one award.
fn with(award: &str) -> String {
    let mut text = head(3, &["a"], "nearest penny, half up");
    for name in ["job", "kept"] {
        text += &format!(
            "[outcome.{name}]\nmeasure = \"x\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\nbaseline = \"30 %\"\n"
        );
    }
    format!("{text}[pay.award]\nclause = \"award\"\n{award}\nmeasured_over = \"each year\"\n")
}

const TWO_OUTCOMES: &str = r#"standards = [
  { outcome = "job", improves_by_at_least = "5 percentage points" },   # the first
  { outcome = "kept", reaches = "30 %" },
]
pays = ["£0", "£10,000", "£30,000"]"#;

const ONE_OUTCOME: &str = r#"standards = [
  { outcome = "job", improves_by_at_least = "10 percentage points" },
  { outcome = "job", improves_by_at_least = "5 percentage points" },
]
pays = ["£0", "£10,000", "£30,000"]"#;

fn award(scheme: &Scheme) -> &Award {
    match &scheme.clauses[0].terms {
        ClauseTerms::Award(award) => award,
        other => panic!("{other:?}"),
    }
}

/// What is paid when so many of 100 people get a job, and so many keep it, in each of the three years.
fn paid(scheme: &Scheme, job: i64, kept: i64) -> Pence {
    let mut tally = Tally::empty(scheme, 0, (0..3).collect());
    for cohort in 0..3 {
        (tally.people[cohort], tally.counts[0][cohort], tally.counts[1][cohort]) = (100, job, kept);
    }
    statement(scheme, &tally).1.total()
}

/// The scheme after a fix, as it is read again from the text that the fix writes.
fn fixed(text: &str, fix: &Fix) -> Option<Scheme> {
    let files = opened(&[("scheme.toml", text)]);
    let before = sound(&files);
    let after = fix.apply(&before)?;
    let texts = amend::amend(&files, &before, &after).unwrap_or_else(|| panic!("{fix:?} cannot be written"));
    assert!(texts["scheme.toml"].contains("# was: "), "the old lines stay");
    let read = sound(&base::open(&amend::folder(&texts)));
    assert!(amend::same_terms(&read, &after));
    Some(read)
}

#[test]
fn the_number_of_standards_decides_and_not_which() {
    let scheme = sound(&opened(&[("scheme.toml", &with(TWO_OUTCOMES))]));
    assert_eq!(
        [(34, 29), (35, 29), (34, 30), (35, 30)].map(|(job, kept)| paid(&scheme, job, kept).0 / 300),
        [0, 10_000, 10_000, 30_000]
    );
    assert_eq!((scheme.clauses[0].outcome(), scheme.clauses[0].outcomes()), (None, vec![0, 1]));
}

#[test]
fn prices_and_pooling_are_written_back() {
    let text = with(TWO_OUTCOMES);
    let before = sound(&opened(&[("scheme.toml", &text)]));
    let dearer = fixed(&text, &Fix::Prices(150)).expect("it has prices");
    assert_eq!(paid(&dearer, 40, 30).0, paid(&before, 40, 30).0 * 3 / 2);
    // One period pays what three did, so that only the measuring changes.
    let pooled = fixed(&text, &Fix::PoolCohorts).expect("it is measured each year");
    assert_eq!(award(&pooled).over, MeasuredOver::AllCohorts);
    assert_eq!(paid(&pooled, 40, 30), paid(&before, 40, 30));
    let said: Vec<String> = changes::changes(&before, &dearer).into_iter().map(|change| change.sentence).collect();
    assert!(
        said.iter().any(|line| line == "The amount for one standard met of \"award\" rises from £10,000 to £15,000."),
        "{said:?}"
    );
}

/// Without its standards nothing is left of an award. Only standards on one outcome have a price for each person in their place.
#[test]
fn an_award_keeps_its_gates_and_may_be_straightened() {
    for standards in [TWO_OUTCOMES, ONE_OUTCOME] {
        assert!(fixed(&with(standards), &Fix::NoGate).is_none());
        assert!(fixed(&with(standards), &Fix::TwoSided).is_none());
    }
    assert!(fixed(&with(TWO_OUTCOMES), &Fix::Straight).is_none());
    // 10 people of 100 earn £30,000 a year at the harder standard: £3,000 each.
    let straight = fixed(&with(ONE_OUTCOME), &Fix::Straight).expect("one outcome");
    assert_eq!(straight.clauses[0].kind(), "tariff");
    assert_eq!([30, 31, 40].map(|job| paid(&straight, job, 0).0 / 300), [0, 3_000, 30_000]);
    let with_fee = with(&ONE_OUTCOME.replace("\"£0\"", "\"£1,000\""));
    assert!(fixed(&with_fee, &Fix::Straight).is_none(), "what is paid for none is no price for results");
}

/// Each amount is drawn from its own range, so that ranges which overlap could make the award fall.
#[test]
fn amounts_stay_in_order_wherever_their_ranges_put_them() {
    let text = |second: &str| with(&TWO_OUTCOMES.replace("£10,000", "£10,000 (£5,000 to £20,000)").replace("£30,000", second));
    let files = opened(&[("scheme.toml", &text("£30,000 (£20,000 to £40,000)"))]);
    for (first, second, pays) in [(0.0, 0.0, [5_000, 20_000]), (1.0, 0.0, [20_000, 20_000]), (1.0, 1.0, [20_000, 40_000])] {
        let place = |at: usize| format!("scheme.toml: pay.award.pays.{at}");
        let draw = ScenarioDraw::from([(place(2), first), (place(3), second)]);
        let scheme = contract::read::scheme(&Reader::new(&files, &draw)).expect("a scheme within its ranges");
        assert_eq!(
            award(&scheme).pays[1..].iter().map(|amount| amount.at(0, 0, CohortTime::FIRST).0 / 100).collect::<Vec<_>>(),
            pays
        );
    }
    let (_, found) = problems(&opened(&[("scheme.toml", &text("£30,000 (£19,000 to £40,000)"))]));
    let errors: Vec<_> = found.iter().filter(|problem| problem.severity == Severity::Error).collect();
    assert!(errors.len() == 1 && errors[0].what == "the award falls as more standards are met", "{errors:?}");
}

/// A list of standards may also stand under headings of its own.
#[test]
fn standards_may_have_headings() {
    let text = with("pays = [\"£0\", \"£10\"]") + "[[pay.award.standards]]\noutcome = \"kept\"\nreaches = \"30 %\"\n";
    let scheme = sound(&opened(&[("scheme.toml", &text)]));
    assert_eq!(paid(&scheme, 0, 30), Pence(3_000));
    assert!(fixed(&text, &Fix::Prices(150)).is_some());
}
