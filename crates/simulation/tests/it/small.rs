//! Small schemes of one outcome, whose answers are plain to see. What a report says about them must not contradict itself.

use base::problem::{Problem, Severity};
use base::source::{FileBytes, Folder};
use base::{Reader, ScenarioDraw, SchemeFiles};
use risks::{AgentType, Estimate, Finding, RiskId, StrategyKind};
use simulation::assumptions;
use simulation::stress::{StressOptions, StressTest, stress};

use crate::scheme_of;

/// A price for each job far below what the first pound of help must bring: one more job costs £400 / (10 points × ln 2), £5,771.
const TERMS: &str = r#"[outcome.job]
measure = "people in work"
kind = "binary"
better = "more"
window = "12 months"

[pay.fee]
clause = "service fee"
each_month = "£40,000"

[pay.job]
clause = "outcome payment"
outcome = "job"
price = "£2,000"
"#;

const ASSUMPTIONS: &str = r#"
assumptions = "Assumptions made for a test"

[people]
segments = "segments.csv"

[outcome.job]
now = { table = "segments.csv", column = "now" }
value = "£9,800"

[help.coaching]
half_cost = "£400 (£200 to £800)"
moves = { job = "10 percentage points" }

[cost]
each_person = { table = "segments.csv", column = "cost" }

[intended]
outcome = "job"
aim = "3 percentage points"
"#;

const SEGMENTS: &str = "segment,share,now,cost\nnear,50 %,40 %,£450\nfar,50 %,30 %,£450\n";

/// The files with texts in them changed: (file, from, to).
fn opened(changes: &[(&str, &str, &str)]) -> SchemeFiles {
    let scheme = scheme_of((2030, 2029), "200", TERMS);
    let mut folder = Folder::new();
    for (name, text) in [("scheme.toml", &*scheme), ("assumptions.toml", ASSUMPTIONS), ("segments.csv", SEGMENTS)] {
        let text = changes.iter().filter(|(file, ..)| *file == name).fold(text.to_owned(), |text, (_, from, to)| {
            assert!(text.contains(from), "{name} has no `{from}`");
            text.replacen(from, to, 1)
        });
        folder.insert(name.to_owned(), FileBytes::Read(text.into_bytes()));
    }
    base::open(&folder)
}

/// The stress test of the scheme when texts in its files are changed.
fn stressed(changes: &[(&str, &str, &str)]) -> StressTest {
    let opened = opened(changes);
    let picks = ScenarioDraw::new();
    let reader = Reader::new(&opened, &picks);
    let scheme = contract::read::scheme(&reader);
    let assumptions = scheme.as_ref().and_then(|scheme| assumptions::read(&reader, scheme));
    let (Some(scheme), Some(assumptions)) = (scheme, assumptions) else { panic!("{:?}", reader.problems.borrow()) };
    stress(&opened, &scheme, &assumptions, StressOptions { seed: 1, replications: 100, scenarios: 0 }, &|_, _| {})
}

fn finding(stress: &StressTest, risk: RiskId) -> Finding {
    stress.reported.iter().find(|reported| reported.finding.risk == risk).expect("in the catalogue").finding.clone()
}

/// Nothing is spent today, so that doing nothing at all is aiming at nothing extra, and no step above it pays.
#[test]
fn an_aim_of_nothing_does_not_count_as_a_step_that_pays() {
    let stress = stressed(&[]);
    let curve = &stress.curves[0];
    assert_eq!(curve.points.iter().filter(|point| point.aim.abs() < 1e-6).count(), 1);
    assert!(curve.points[1].against_nothing.high() < 0.0, "{:?}", curve.points[1]);
    assert_eq!(curve.break_even, None);
    assert!(
        stress.by_cost.iter().all(|cost| cost.break_even == [None; 3] && cost.half_hearted[0].mean < 0.0),
        "{:?}",
        stress.by_cost
    );
}

/// No help pays here, so those served get none. People of the segment “far” cost three times what their fee brings.
const DEAR: (&str, &str, &str) = ("segments.csv", "far,50 %,30 %,£450", "far,50 %,30 %,£3000");
const FEE_EACH: (&str, &str, &str) =
    ("scheme.toml", "\"service fee\"\neach_month = \"£40,000\"", "\"attachment fee\"\nprice = \"£900\"");

#[test]
fn turning_people_away_is_cherry_picking_even_if_no_one_is_helped() {
    let chooses = ("scheme.toml", "currency", "intake = \"provider chooses\"\ncurrency");
    let stress = stressed(&[chooses, DEAR, FEE_EACH]);
    let found = finding(&stress, RiskId::CherryPicking);
    assert!(found.present, "{:?}", found.tests);
    assert_eq!(found.people_harmed, 200.0);
    assert!(found.harm.contains("refused") && found.harm.contains("lose no result"), "{}", found.harm);
    // Where the fee covers each person, no one is turned away.
    let stress = stressed(&[chooses, FEE_EACH]);
    assert!(!finding(&stress, RiskId::CherryPicking).present);
}

#[test]
fn letting_people_drop_out_is_gate_keeping_even_if_no_one_is_helped() {
    let assessed = ("scheme.toml", "currency", "intake = \"after assessment\"\ncurrency");
    let dear = ("assumptions.toml", "[cost]", "[assessment]\nfalls_out = \"20 %\"\nbring_in = \"£5,000\"\n\n[cost]");
    let stress = stressed(&[assessed, dear, FEE_EACH]);
    let found = finding(&stress, RiskId::GateKeeping);
    assert!(found.present, "{:?}", found.tests);
    assert!(found.people_harmed == 80.0 && found.harm.contains("refused"), "{} {}", found.people_harmed, found.harm);
    let cheap = ("assumptions.toml", "[cost]", "[assessment]\nfalls_out = \"20 %\"\nbring_in = \"£5\"\n\n[cost]");
    assert!(!finding(&stressed(&[assessed, cheap, FEE_EACH]), RiskId::GateKeeping).present);
}

#[test]
fn a_price_for_each_result_refuses_none() {
    let found = finding(&stressed(&[]), RiskId::PaidForNoise);
    assert!(!found.present, "{:?}", found.tests);
    let said = format!("{:?} {:?} {}", found.tests, found.figures, found.strategy);
    assert!(!said.contains("deduction") && !said.contains("is not paid") && !said.contains("refused,"), "{said}");
    // The same price behind a gate can be refused by chance.
    let gated = [
        ("scheme.toml", "window = \"12 months\"", "window = \"12 months\"\nbaseline = \"35 %\""),
        ("scheme.toml", "price = \"£2,000\"", "price = \"£2,000\"\ngate = { improves_by_at_least = \"2 percentage points\" }"),
    ];
    let found = finding(&stressed(&gated), RiskId::PaidForNoise);
    assert!(found.present && found.tests[0].figure.contains("is not paid"), "{:?}", found.tests);
}

/// Paid for jobs above those of a comparison group of the same size: in a small cohort chance decides whether three points more are
/// seen, though no clause has a gate.
#[test]
fn a_payment_beyond_a_comparison_group_can_be_refused_by_chance() {
    let compared = [
        ("scheme.toml", "window = \"12 months\"", "window = \"12 months\"\nbaseline = { comparison_people_each = 1 }"),
        ("scheme.toml", "price = \"£2,000\"", "price = \"£2,000\"\ncounts_from = \"baseline\""),
    ];
    let found = finding(&stressed(&compared), RiskId::PaidForNoise);
    assert!(found.present && found.tests[0].figure.contains("a real improvement of 3.0"), "{:?}", found.tests);
}

/// Results that come by themselves are paid for, but they are a thousandth of a fee that leaves a large margin.
#[test]
fn next_to_nothing_paid_for_results_is_no_deadweight() {
    let fee = ("scheme.toml", "£40,000", "£400,000");
    assert!(finding(&stressed(&[fee]), RiskId::Deadweight).present);
    let small = ("scheme.toml", "price = \"£2,000\"", "price = \"£20\"");
    let found = finding(&stressed(&[fee, small]), RiskId::Deadweight);
    assert!(!found.present, "{:?}", found.tests);
}

/// The contract loses money as it is: a fifth more people cannot make that likelier.
#[test]
fn volume_risk_is_a_loss_that_another_number_of_people_brings() {
    let poor = ("scheme.toml", "£40,000", "£1,000");
    let dear = ("segments.csv", "far,50 %,30 %,£450", "far,50 %,30 %,£3000");
    let found = finding(&stressed(&[poor, dear]), RiskId::VolumeRisk);
    assert!(!found.present && found.tests[0].holds, "{:?}", found.tests);
    assert!(found.tests[1].figure.contains("100% of replications, compared with 100%"), "{:?}", found.tests);
}

#[test]
fn deadweight_says_of_what_it_is_a_share() {
    let found = finding(&stressed(&[]), RiskId::Deadweight);
    assert!(found.present && found.strategy.contains("helps hardly anyone either"), "{}", found.strategy);
}

/// £400 buys half of ten points, so that the first pound buys 10 points × ln 2 / £400 of a job.
#[test]
fn the_first_pound_of_help_is_priced_by_its_closed_form() {
    let stress = stressed(&[]);
    let pound = &stress.next_pounds[0];
    let exact = 400.0 / (0.1 * std::f64::consts::LN_2);
    assert!(pound.first && (pound.costs.0 / exact - 1.0).abs() < 0.002, "{pound:?} against {exact}");
    assert!((pound.earns.0 - 2_000.0).abs() < 60.0 && (pound.worth.1 - 9_800.0).abs() < 1e-6, "{pound:?}");
}

#[test]
fn drift_names_the_main_outcome_first() {
    let second = (
        "scheme.toml",
        "[pay.fee]",
        "[outcome.course]\nmeasure = \"people on a course\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\n\n[pay.fee]",
    );
    let believed =
        ("assumptions.toml", "[help.coaching]", "[outcome.course]\nnow = \"20 %\"\nvalue = \"£10\"\n\n[help.coaching]");
    let moved = (
        "assumptions.toml",
        "job = \"10 percentage points\" }",
        "job = \"10 percentage points\", course = \"40 percentage points\" }",
    );
    let found = finding(&stressed(&[second, believed, moved]), RiskId::Drift);
    assert!(found.present && found.harm.ends_with("people in work"), "{}", found.harm);
    assert!(!found.strategy.contains("its results are worth"), "{}", found.strategy);
    let cheap = ("assumptions.toml", "£9,800", "£980");
    let found = finding(&stressed(&[cheap]), RiskId::Drift);
    assert!(found.strategy.contains("its results are worth"), "{}", found.strategy);
}

/// A false claim brings £2,000 and one of ten is checked for £100: the smallest penalty that deters is ten times the price and
/// a little, and needs nobody else's records.
#[test]
fn misreporting_is_fixed_by_the_smallest_audit_that_deters() {
    let reported = ("scheme.toml", "better = \"more\"", "better = \"more\"\nreported_by = \"provider\"");
    let audit = (
        "scheme.toml",
        "[pay.job]",
        "[pay.audit]\nclause = \"audit\"\noutcome = \"job\"\nchecks = \"8 %\"\npenalty = \"£100\"\n\n[pay.job]",
    );
    let lies = ("assumptions.toml", "[cost]", "[false_claims.job]\nat_most = \"30 %\"\ncost_of_last = \"£3,000\"\n\n[cost]");
    let stress = stressed(&[reported, audit, lies]);
    let reported =
        stress.reported.iter().find(|reported| reported.finding.risk == RiskId::Misreporting).expect("in the catalogue");
    let fix = reported.fix.as_ref().map(|tried| tried.fix.words()).unwrap_or_default();
    assert!(reported.finding.present && fix.contains("check 8%"), "{fix}");
}

/// The problems of the assumptions when texts in the files are changed.
fn problems(changes: &[(&str, &str, &str)]) -> Vec<Problem> {
    let opened = opened(changes);
    let picks = ScenarioDraw::new();
    let reader = Reader::new(&opened, &picks);
    let scheme = contract::read::scheme(&reader).expect("a scheme");
    let assumptions = assumptions::read(&reader, &scheme).expect("assumptions");
    simulation::assumption_checks::problems(&opened, &scheme, &assumptions)
}

/// A next contract that is worth nothing, or that nothing the provider does decides, is warned of.
#[test]
fn a_next_contract_that_nothing_moves_is_warned_of() {
    let with = |worth: &str, each_point: &str| {
        let table = format!(
            "[renewal]\noutcome = \"job\"\nworth = \"{worth}\"\nchance = \"60 %\"\neach_point = \"{each_point}\"\n[intended]"
        );
        problems(&[("assumptions.toml", "[intended]", &table)])
    };
    let warned = |found: Vec<Problem>| found.iter().any(|problem| problem.what.contains("the next contract changes nothing"));
    assert!(warned(with("£200,000", "0 %")) && warned(with("£0", "4 %")));
    assert!(!warned(with("£200,000", "4 %")));
}

#[test]
fn an_aim_beyond_what_help_can_move_is_warned_of() {
    let warned = |aim: &str| {
        problems(&[("assumptions.toml", "aim = \"3 percentage points\"", &format!("aim = \"{aim} percentage points\""))])
    };
    assert_eq!(warned("9.9"), []);
    let found = warned("10.1");
    assert!(found.len() == 1 && found[0].severity == Severity::Warning, "{found:?}");
    let expected = found[0].expected.as_deref().unwrap_or_default();
    assert!(expected.contains("less than 10 percentage points"), "{found:?}");
}

/// Help of £400 a person today brings half of what `moves` says. Where that is more than all the results there are, today's results
/// cannot have come about, however they are counted.
#[test]
fn help_that_brings_more_than_all_results_is_an_error() {
    let spent = ("assumptions.toml", "half_cost", "spent_now = \"£400\"\nhalf_cost");
    let moves = |most: &str| ("assumptions.toml", "job = \"10 percentage points\"", most.to_owned());
    let found = |most: &str| {
        let (file, from, to) = moves(most);
        problems(&[spent, (file, from, &to)])
    };
    // Of the people of the segment “far” 30% have a job.
    assert_eq!(found("job = \"60 percentage points\""), []);
    let problem = found("job = \"64 percentage points\"");
    assert!(problem.len() == 1 && problem[0].severity == Severity::Error, "{problem:?}");
    assert_eq!(
        problem[0].read.as_deref(),
        Some("30% today, and what is spent on help today leads to 32%, whatever happens without it")
    );
    // 70% have none. Without help that halves it, all people and more would have none.
    assert_eq!(found("job = \"60 %\""), []);
    let problem = found("job = \"64 %\"");
    assert!(problem.len() == 1 && problem[0].what.contains("“far”"), "{problem:?}");
}

#[test]
fn a_contract_for_nobody_is_an_error() {
    let found = problems(&[("scheme.toml", "people = 200", "people = 0")]);
    assert!(found.len() == 1 && found[0].severity == Severity::Error && found[0].what.contains("nobody"), "{found:?}");
}

/// A rare result that costs the provider £1,000 each time: what is paid for one fewer is £1,000, however few there are.
#[test]
fn what_is_paid_for_a_rare_result_is_not_lost() {
    let lost = (
        "scheme.toml",
        "[pay.fee]",
        "[outcome.lost]\nmeasure = \"people who lose their job\"\nkind = \"binary\"\nbetter = \"fewer\"\nwindow = \"24 months\"\n\n[pay.fee]",
    );
    let taken = (
        "scheme.toml",
        "price = \"£2,000\"",
        "price = \"£2,000\"\n\n[pay.back]\nclause = \"clawback\"\nof = [\"job\"]\noutcome = \"lost\"\nprice = \"£1,000\"",
    );
    let believed = ("assumptions.toml", "[help.coaching]", "[outcome.lost]\nnow = \"5 %\"\nvalue = \"£10\"\n\n[help.coaching]");
    let helped = ("assumptions.toml", "[cost]", "[help.aftercare]\nhalf_cost = \"£200\"\nmoves = { lost = \"50 %\" }\n\n[cost]");
    let more = ("scheme.toml", "people = 200", "people = 20_000");
    let stress = stressed(&[lost, taken, believed, helped, more]);
    let pound = &stress.next_pounds[1];
    assert!((pound.earns.0 - 1_000.0).abs() < 20.0, "{pound:?}");
}

/// An award is a threshold to chase or to give up, and the stress test finds it in what is paid, whichever outcomes the standards are
/// on. The price for each job has none.
#[test]
fn an_award_by_standards_has_a_threshold() {
    let holds = |stress: &StressTest| finding(stress, RiskId::ThresholdEffect).tests[0].holds;
    let plain = stressed(&[]);
    assert!(!plain.results.bend.is_threshold() && !holds(&plain), "a price for each job");
    let award = |standards: &str| {
        let pays = if standards.contains("},") { "\"£0\", \"£60,000\", \"£200,000\"" } else { "\"£0\", \"£200,000\"" };
        format!("\"award\"\nstandards = [{standards}]\npays = [{pays}]\nmeasured_over = \"each year\"\n")
    };
    let clause = "\"outcome payment\"\noutcome = \"job\"\nprice = \"£2,000\"\n";
    for standards in [
        "{ outcome = \"job\", reaches = \"40 %\" }",
        "{ outcome = \"job\", reaches = \"38 %\" }, { outcome = \"job\", reaches = \"42 %\" }",
    ] {
        let stress = stressed(&[("scheme.toml", clause, &award(standards))]);
        assert!(stress.results.bend.is_threshold() && holds(&stress), "{standards}");
    }
    // Standards on two outcomes, of which help moves both.
    let second = (
        "scheme.toml",
        "[pay.fee]",
        "[outcome.course]\nmeasure = \"people on a course\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\nbaseline = \"20 %\"\n\n[pay.fee]",
    );
    let believed =
        ("assumptions.toml", "[help.coaching]", "[outcome.course]\nnow = \"20 %\"\nvalue = \"£100\"\n\n[help.coaching]");
    let moved = (
        "assumptions.toml",
        "job = \"10 percentage points\" }",
        "job = \"10 percentage points\", course = \"20 percentage points\" }",
    );
    let both = award(
        "{ outcome = \"job\", reaches = \"40 %\" }, { outcome = \"course\", improves_by_at_least = \"10 percentage points\" }",
    );
    let stress = stressed(&[second, believed, moved, ("scheme.toml", clause, &both)]);
    assert!(stress.results.bend.is_threshold() && holds(&stress));
    // Neither outcome counts as one that nobody pays for.
    assert!(stress.results.outcomes.iter().all(|outcome| outcome.paid));
}

/// A bonus for each segment by itself: help goes to the segment that can reach its level, and the other is parked. One bonus for both
/// together asks for help on both.
#[test]
fn a_bonus_for_each_segment_is_worked_for_where_it_can_be_reached() {
    let segments = ("scheme.toml", "currency", "segments = [\"near\", \"far\"]\ncurrency");
    let baseline = (
        "scheme.toml",
        "window = \"12 months\"",
        "window = \"12 months\"\nbaseline = { table = \"segments.csv\", column = \"now\" }",
    );
    let people = ("scheme.toml", "people = 200", "people = 800");
    // Help moves people of the segment “far” by 2 percentage points at most, and the level is 5.
    let moves = ("assumptions.toml", "job = \"10 percentage points\"", "job = { table = \"segments.csv\", column = \"moves\" }");
    let far = (
        "segments.csv",
        SEGMENTS,
        "segment,share,now,cost,moves\nnear,50 %,40 %,£450,15 percentage points\nfar,50 %,30 %,£450,2 percentage points\n",
    );
    let bonus = |rest: &str| {
        format!(
            "\"bonus\"\noutcome = \"job\"\nat_least = \"5 percentage points\"\nper = \"lump sum\"\nprice = \"£400,000\"\n{rest}"
        )
    };
    let clause = "\"outcome payment\"\noutcome = \"job\"\nprice = \"£2,000\"\n";
    let own = bonus("measured_for = \"each segment\"\n");
    let stress = stressed(&[segments, baseline, people, moves, far, ("scheme.toml", clause, &own)]);
    let best = stress.results.best_response(AgentType::ProfitSeeking).expect("a best response");
    assert!(best.effort[0] > 50_000.0 && best.effort[1] < 0.05 * best.effort[0], "{:?}", best.effort);
    assert!(finding(&stress, RiskId::ThresholdEffect).tests[0].holds);
    // A gate in each segment can never be met, so nobody is helped at all.
    let both = format!(
        "{clause}gate = {{ improves_by_at_least = \"5 percentage points\", met_in = \"each segment\" }}\nmeasured_over = \"all cohorts\"\n"
    );
    let stress = stressed(&[segments, baseline, people, moves, far, ("scheme.toml", clause, &both)]);
    let best = stress.results.best_response(AgentType::ProfitSeeking).expect("a best response");
    assert!(best.effort.iter().sum::<f64>() < 1_000.0, "{:?}", best.effort);
}

/// What is paid for one more result is its price, however few people there are: results are added in whole people.
#[test]
fn a_price_is_the_same_for_few_people_and_for_many() {
    for people in ["7", "20", "55", "200", "20_000"] {
        let stress = stressed(&[("scheme.toml", "people = 200", &format!("people = {people}"))]);
        let pound = &stress.next_pounds[0];
        assert!((pound.earns.0 - 2_000.0).abs() < 1e-6 && (pound.earns.1 - 2_000.0).abs() < 1e-6, "{people}: {pound:?}");
    }
}

/// A false claim that pays is found beside fees of any size.
#[test]
fn false_claims_are_found_beside_large_fees() {
    let reported = ("scheme.toml", "better = \"more\"", "better = \"more\"\nreported_by = \"provider\"");
    let lies = ("assumptions.toml", "[cost]", "[false_claims.job]\nat_most = \"5 %\"\ncost_of_last = \"£3,000\"\n\n[cost]");
    for fee in ["£1,000", "£40,000", "£9,000,000"] {
        let stress = stressed(&[reported, lies, ("scheme.toml", "£40,000", fee)]);
        assert!(finding(&stress, RiskId::Misreporting).present, "{fee}");
    }
}

/// Whatever is intended, a paid measure that gets better than today while another gets worse is metric divergence.
#[test]
fn divergence_does_not_hang_on_the_aim() {
    let second = (
        "scheme.toml",
        "[pay.fee]",
        "[outcome.course]\nmeasure = \"people on a course\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\n\n[pay.fee]",
    );
    let believed =
        ("assumptions.toml", "[help.coaching]", "[outcome.course]\nnow = \"40 %\"\nvalue = \"£5,000\"\n\n[help.coaching]");
    let taught = (
        "assumptions.toml",
        "[cost]",
        "[help.teaching]\nspent_now = \"£300\"\nhalf_cost = \"£300\"\nmoves = { course = \"20 percentage points\" }\n\n[cost]",
    );
    let dear = ("scheme.toml", "£2,000", "£9,000");
    for aim in ["0.5", "3", "8"] {
        let aim = format!("aim = \"{aim} percentage points\"");
        let stress = stressed(&[second, believed, taught, dear, ("assumptions.toml", "aim = \"3 percentage points\"", &aim)]);
        let found = finding(&stress, RiskId::MetricDivergence);
        assert!(found.present, "{aim}: {:?}", found.tests);
    }
}

/// A trend in what is paid for is found where the commissioner aims at something else.
#[test]
fn a_trend_counts_in_what_is_paid_for() {
    let second = (
        "scheme.toml",
        "[pay.fee]",
        "[outcome.course]\nmeasure = \"people on a course\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\n\n[pay.fee]",
    );
    let believed =
        ("assumptions.toml", "[help.coaching]", "[outcome.course]\nnow = \"40 %\"\nvalue = \"£10\"\n\n[help.coaching]");
    let moved = (
        "assumptions.toml",
        "job = \"10 percentage points\" }",
        "job = \"10 percentage points\", course = \"9 percentage points\" }",
    );
    let aimed = ("assumptions.toml", "outcome = \"job\"", "outcome = \"course\"");
    let found = finding(&stressed(&[second, believed, moved, aimed]), RiskId::BaselineDrift);
    assert!(found.present && found.strategy.contains("“job”"), "{} {:?}", found.strategy, found.tests);
}

/// Points for the share in work: 35 of 100 as things are.
const POINTS: &str = "[pay.job]\nclause = \"points payment\"\nindicators = [{ outcome = \"job\", points = 100, none_at = \"0 %\", all_at = \"100 %\" }]\nmeasured_over = \"each year\"\n";

/// The scheme with points instead of its price, paid in some way, and with more assumptions.
fn with_points(pays: &str, assumed: &str) -> StressTest {
    let points = format!("{POINTS}{pays}");
    let more = format!("{assumed}\n[intended]");
    stressed(&[
        ("scheme.toml", "[pay.job]\nclause = \"outcome payment\"\noutcome = \"job\"\nprice = \"£2,000\"", &points),
        ("assumptions.toml", "[intended]", &more),
    ])
}

/// The first of two providers is paid by the chance of being first: both results are normal, near enough.
#[test]
fn a_rank_pays_by_the_chance_of_it() {
    let others = "[others.job]\nproviders = 1\npoints = 34\nspread = 5\n";
    let stress = with_points("by_rank = [\"£100,000\"]", others);
    let idle = stress.results.get(StrategyKind::Idle).expect("the idle strategy");
    let paid = Estimate::of(idle.results.iter().copied());
    let own = 100.0 * (0.35f64 * 0.65 / 200.0).sqrt();
    let z = (35.0 - 34.0) / own.hypot(5.0);
    let expected = 2.0 * 100_000.0 * base::statistics::normal_cdf(z);
    assert!((paid.mean - expected).abs() < 4.0 * paid.error, "{paid:?}, and {expected} expected");
}

/// A pot is divided by points: the expected part of one of two providers with as many points is a half, and one with all of them
/// would have all of it.
#[test]
fn a_pot_is_divided_by_points() {
    let stress =
        |points: i64| with_points("pot = \"£100,000\"", &format!("[others.job]\nproviders = 1\npoints = {points}\nspread = 0\n"));
    for (points, share) in [(35, 0.5), (0, 1.0), (100, 35.0 / 135.0)] {
        let stress = stress(points);
        let idle = stress.results.get(StrategyKind::Idle).expect("the idle strategy");
        let paid = risks::mean(&idle.results);
        assert!((paid / 200_000.0 - share).abs() < 0.01, "{points}: {paid}");
    }
}

/// A star that pays nothing moves a provider that values it, and the payments stay what they are.
#[test]
fn what_is_at_stake_beyond_money_moves_a_provider() {
    let star = "levels = [40]\npays = [\"£0\", \"£0\"]";
    let stake = |worth: &str| with_points(star, &format!("[stakes.job]\nworth = [\"£0\", \"{worth}\"]\n"));
    let best = |stress: &StressTest| stress.results.get(StrategyKind::BEST).expect("the best response").clone();
    let without = best(&with_points(star, ""));
    assert!(without.help_spend < 1.0 && without.stakes.is_empty(), "{without:?}");
    let little = best(&stake("£100"));
    assert!(little.help_spend < 1.0, "{}", little.help_spend);
    let much = stake("£400,000");
    let best = best(&much);
    assert!(
        best.help_spend > 10_000.0 && risks::mean(&best.stakes) > 400_000.0,
        "{} {}",
        best.help_spend,
        risks::mean(&best.stakes)
    );
    assert!((risks::mean(&best.payments) - risks::mean(&without.payments)).abs() < 1e-6, "a star is no money");
    assert!(much.results.bend.is_threshold());
}

/// Nobody else gets a part of what is at stake beyond the payments: it moves a provider that may keep none of its surplus.
#[test]
fn what_is_at_stake_is_the_providers_own() {
    let star = "levels = [40]\npays = [\"£0\", \"£0\"]";
    let keeps_nothing = "[stakes.job]\nworth = [\"£0\", \"£400,000\"]\n[provider]\nkeep = \"0 %\"\n";
    let stress = with_points(star, keeps_nothing);
    let best = stress.results.get(StrategyKind::BEST).expect("the best response");
    assert!(risks::mean(&best.stakes) > 400_000.0, "{} {}", best.help_spend, risks::mean(&best.stakes));
    let curve = &stress.curves[0];
    assert!(
        curve.points.iter().any(|point| point.against_nothing.low() > 100_000.0),
        "an aim that wins the star pays: {curve:?}"
    );
}

/// A chance of winning again that rises with each result moves a provider as a price for each result does, until the chance is
/// certain; and it is no payment.
#[test]
fn the_next_contract_moves_a_provider_as_a_price_does() {
    let unpaid = ("scheme.toml", "price = \"£2,000\"", "price = \"£0\"");
    let renewal = |worth: &str, chance: &str, each_point: &str| {
        let table = format!(
            "[renewal]\noutcome = \"job\"\nworth = \"{worth}\"\nchance = \"{chance}\"\neach_point = \"{each_point}\"\n[intended]"
        );
        let stress = stressed(&[unpaid, ("assumptions.toml", "[intended]", &table)]);
        stress.results.get(StrategyKind::BEST).expect("the best response").clone()
    };
    let dear = stressed(&[("scheme.toml", "price = \"£2,000\"", "price = \"£12,000\"")]);
    let paid = dear.results.get(StrategyKind::BEST).expect("the best response");
    // A percentage point is 4 of 400 people, and 3% of £1,600,000 is 4 times £12,000.
    let moved = renewal("£1,600,000", "40 %", "3 %");
    let spends = (moved.help_spend, paid.help_spend);
    assert!(spends.1 > 100_000.0 && (spends.0 / spends.1 - 1.0).abs() < 0.02, "{spends:?}");
    assert!(moved.results.iter().all(|paid| *paid == 0.0), "it is no payment");
    // 40% today; every point that it gains is 3 more. What is at stake is the change of that chance, times the worth.
    let chance = risks::mean(&moved.renewal);
    assert!(chance > 0.5 && (risks::mean(&moved.stakes) - 1_600_000.0 * (chance - 0.4)).abs() < 1.0, "{chance}");
    assert!(paid.renewal.is_empty(), "nothing is said of a next contract");
    // What can be won is never more than all of it, and it is not won twice.
    let certain = renewal("£800,000", "100 %", "1 %");
    assert!(certain.help_spend < 1.0 && certain.stakes.iter().all(|stake| *stake <= 0.0), "{}", certain.help_spend);
    let steep = renewal("£800,000", "90 %", "100 %");
    assert!(steep.stakes.iter().all(|stake| *stake <= 80_000.0 + 1e-6), "{:?}", steep.stakes);
}

/// A result of a household has the chance of so many members with it, is counted once for each household, and help for people moves it.
#[test]
fn results_of_households_follow_from_those_of_members() {
    let stress = |members: &str, alike: &str| {
        let outcomes = format!(
            "[outcome.family]\nmeasure = \"families\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\n\
             [outcome.family.measured]\nrule = \"household\"\noutcome = \"job\"\nmembers = {members}\n\n[pay.fee]"
        );
        stressed(&[
            ("scheme.toml", "[pay.fee]", &outcomes),
            ("scheme.toml", "people = 200", "people = 200\nhousehold_size = 2"),
            ("scheme.toml", "outcome = \"job\"\nprice = \"£2,000\"", "outcome = \"family\"\nprice = \"£50,000\""),
            ("assumptions.toml", "[people]\n", &format!("[people]\nhouseholds_alike = \"{alike}\"\n")),
            ("assumptions.toml", "[help.coaching]", "[outcome.family]\nvalue = \"£1\"\n\n[help.coaching]"),
        ])
    };
    // 200 households of two people: half with 40 %, and half with 30 %.
    type Chance = fn(f64) -> f64;
    let cases: [(&str, &str, Chance); 4] = [
        ("\"any\"", "0 %", |job| 1.0 - (1.0 - job).powi(2)),
        ("\"all\"", "0 %", |job| job * job),
        ("2", "50 %", |job| 0.5 * job + 0.5 * job * job),
        ("\"any\"", "100 %", |job| job),
    ];
    for (members, alike, chance) in cases {
        let stress = stress(members, alike);
        let idle = stress.results.get(StrategyKind::Idle).expect("the idle strategy");
        let expected = 200.0 * (chance(0.4) + chance(0.3)) / 2.0;
        assert!((idle.outcome(1) - expected).abs() < 1e-6, "{members}: {} and {expected}", idle.outcome(1));
        let paid = Estimate::of(idle.results.iter().copied());
        assert!((paid.mean - 50_000.0 * expected).abs() < 4.0 * paid.error, "{members}: {paid:?} and {expected}");
        let best = stress.results.get(StrategyKind::BEST).expect("the best response");
        assert!(best.outcome(1) > idle.outcome(1) + 1.0 && best.outcome(0) > idle.outcome(0) + 1.0, "help for a job earns it");
    }
}

/// Counting by rank and person by person agree where households count, also where their size is no whole number.
#[test]
fn households_are_counted_alike_by_rank_and_person_by_person() {
    let outcomes = "[outcome.family]\nmeasure = \"families\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\n\
                    [outcome.family.measured]\nrule = \"household\"\noutcome = \"job\"\nmembers = \"any\"\n\n[pay.fee]";
    for size in ["1", "1.7", "3"] {
        let opened = opened(&[
            ("scheme.toml", "[pay.fee]", outcomes),
            ("scheme.toml", "people = 200", &format!("people = 201\nhousehold_size = {size}")),
            ("assumptions.toml", "[help.coaching]", "[outcome.family]\nvalue = \"£1\"\n\n[help.coaching]"),
        ]);
        let picks = ScenarioDraw::new();
        let reader = Reader::new(&opened, &picks);
        let scheme = contract::read::scheme(&reader).expect("a scheme");
        let assumptions = assumptions::read(&reader, &scheme).expect("assumptions");
        let areas = simulation::people::people(&scheme, &assumptions);
        let ranks = simulation::rank_evaluation::Ranks::build(&scheme, &assumptions, &areas[0], 7, 3, 4);
        let arena = simulation::strategy::Arena::new(&scheme, &assumptions, &areas[0], &ranks, 7, 3);
        // So much help that every household has the result, and none.
        for each in [0.0, 300.0, 1e9] {
            let strategy = simulation::strategy::Strategy::of(vec![each; 2], vec![true; 2]);
            let mut tallies = Vec::new();
            arena.simulate(std::slice::from_ref(&strategy), 4, |_, tally, _| tallies.push(tally.clone()));
            for (index, tally) in tallies.iter().enumerate() {
                let effort = &strategy.effort;
                let one_by_one = simulation::person_by_person::count(
                    &scheme,
                    &assumptions,
                    &areas[0],
                    &arena.chances,
                    effort,
                    7,
                    3 + index as u64,
                );
                let sum = |outcome: usize| one_by_one[outcome].iter().sum::<i64>();
                assert_eq!([0, 1].map(sum), [0, 1].map(|outcome| tally.counts[outcome].iter().sum::<i64>()), "{size}");
                let households: i64 = (0..tally.people.len()).filter_map(|cell| tally.households(&scheme, cell)).sum();
                assert!(sum(1) <= households && households <= tally.people.iter().sum(), "{size}: {} of {households}", sum(1));
            }
        }
    }
}

/// An outcome that is made of others has the chance of so many good results among them, and help for one of them moves it.
#[test]
fn results_in_some_of_several_outcomes_follow_from_these() {
    let outcomes = |at_least: usize| {
        format!(
            "[outcome.trouble]\nmeasure = \"people in trouble\"\nkind = \"binary\"\nbetter = \"fewer\"\nwindow = \"12 months\"\n\n\
             [outcome.some]\nmeasure = \"people with a good result\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\n\
             [outcome.some.measured]\nrule = \"some of\"\noutcomes = [\"job\", \"trouble\"]\nat_least = {at_least}\n\n[pay.fee]"
        )
    };
    let stress = |at_least: usize| {
        let outcomes = outcomes(at_least);
        let believed = "[outcome.trouble]\nnow = \"20 %\"\nvalue = \"£1\"\n\n[outcome.some]\nvalue = \"£1\"\n\n[help.coaching]";
        stressed(&[
            ("scheme.toml", "[pay.fee]", &outcomes),
            ("scheme.toml", "outcome = \"job\"\nprice = \"£2,000\"", "outcome = \"some\"\nprice = \"£50,000\""),
            ("assumptions.toml", "[help.coaching]", believed),
        ])
    };
    // Half of the people have a job with 40 %, and half with 30 %.
    for (at_least, chance) in [(1, |job: f64| 1.0 - (1.0 - job) * 0.2), (2, |job: f64| job * 0.8)] as [(usize, fn(f64) -> f64); 2]
    {
        let stress = stress(at_least);
        let idle = stress.results.get(StrategyKind::Idle).expect("the idle strategy");
        let expected = 400.0 * (chance(0.4) + chance(0.3)) / 2.0;
        assert!((idle.outcome(2) - expected).abs() < 1e-6, "{} and {expected}", idle.outcome(2));
        let paid = Estimate::of(idle.results.iter().copied());
        assert!((paid.mean - 50_000.0 * expected).abs() < 4.0 * paid.error, "{paid:?}");
        let best = stress.results.get(StrategyKind::BEST).expect("the best response");
        assert!(best.outcome(2) > idle.outcome(2) + 1.0 && best.outcome(0) > idle.outcome(0) + 1.0, "help for a job earns it");
    }
}

/// A rate of a quarter was set on the past. Recording a fifth of its good results as bad makes it 20%, so that five more people in a
/// hundred are paid for.
#[test]
fn a_past_that_is_made_to_look_worse_is_baseline_inflation() {
    let compared = [
        ("scheme.toml", "window = \"12 months\"", "window = \"12 months\"\nbaseline = \"25 %\""),
        ("scheme.toml", "price = \"£2,000\"", "price = \"£2,000\"\ncounts_from = \"baseline\""),
    ];
    let with = |cost: &str| {
        let raised = format!("[baseline_inflation.job]\nat_most = \"20 %\"\ncost_of_last = \"{cost}\"\n\n[cost]");
        stressed(&[compared[0], compared[1], ("assumptions.toml", "[cost]", &raised)])
    };
    let stress = with("£50");
    let found = finding(&stress, RiskId::BaselineInflation);
    let exact = 2_000.0 * 0.05 * stress.results.people;
    assert!(found.present && (found.payer_loss.mean / exact - 1.0).abs() < 1e-6, "{exact}: {found:?}");
    // The past of one cohort of 200 people is recorded otherwise, for all cohorts: a fifth of the quarter with a result.
    let cost = 50.0 * 0.2 * 0.25 * 200.0 / 2.0;
    assert!((found.gain.mean - (exact - cost)).abs() < 0.01, "{:?} and {cost}", found.gain);
    assert!(!finding(&with("£90,000"), RiskId::BaselineInflation).present);
    // Where the files say nothing, it is not looked for, and without a past there is none.
    assert!(finding(&stressed(&compared), RiskId::BaselineInflation).not_looked_for.is_some());
    let none = finding(&stressed(&[]), RiskId::BaselineInflation);
    assert!(!none.present && none.not_looked_for.is_none(), "{none:?}");
}

/// A start earns £900 and costs £450. Help pays for people of the segment “near” alone, and the public would help both.
#[test]
fn starts_that_are_paid_for_and_hardly_served_are_enrolment_without_service() {
    let segments = ("scheme.toml", "currency", "segments = [\"near\", \"far\"]\ncurrency");
    let by_segment = ("scheme.toml", "price = \"£2,000\"", "price = { table = \"segments.csv\", column = \"price\" }");
    let prices =
        ("segments.csv", SEGMENTS, "segment,share,now,cost,price\nnear,50 %,40 %,£450,£9000\nfar,50 %,30 %,£450,£2000\n");
    let with = |fee: (&'static str, &'static str, &'static str)| {
        finding(&stressed(&[segments, by_segment, prices, fee]), RiskId::EnrolAllServeFew)
    };
    let found = with(FEE_EACH);
    assert!(found.present && found.strategy.contains("Hardly serve “far”"), "{found:?}");
    let people = stressed(&[FEE_EACH]).results.people;
    assert!((found.gain.mean - 450.0 * people / 2.0).abs() < 0.01, "{:?} of {people}", found.gain);
    let short = FEE_EACH.2.replace("£900", "£400");
    let short = finding(&stressed(&[segments, by_segment, prices, (FEE_EACH.0, FEE_EACH.1, &short)]), RiskId::EnrolAllServeFew);
    assert!(!short.present, "a start costs more than it earns: {short:?}");
    let none = finding(&stressed(&[segments, by_segment, prices]), RiskId::EnrolAllServeFew);
    assert!(!none.present && none.not_looked_for.is_none() && none.tests[0].figure == "nothing is", "{none:?}");
}

/// People who lose their home: whoever leaves is not seen to. One in ten of them leaves, where that costs less than it earns.
#[test]
fn people_who_leave_and_count_as_a_success_are_an_exit_from_the_measure() {
    let fewer = ("scheme.toml", "better = \"more\"", "better = \"fewer\"");
    let many = ("scheme.toml", "people = 200", "people = 2_000");
    let with = |cost: &str, change: (&'static str, &'static str, &'static str)| {
        let exits = format!("[exits.job]\nat_most = \"10 %\"\ncost_of_last = \"{cost}\"\n\n[cost]");
        stressed(&[change, many, ("assumptions.toml", "[cost]", &exits)])
    };
    let stress = with("£500", fewer);
    let found = finding(&stress, RiskId::ExitFromTheMeasure);
    let exact = 2_000.0 * 0.1 * 0.35 * stress.results.people;
    assert!(found.present && (found.payer_loss.mean / exact - 1.0).abs() < 0.01, "{exact}: {found:?}");
    assert!(!finding(&with("£50,000", fewer), RiskId::ExitFromTheMeasure).present);
    // Where people are left out, leaving takes them out of both numbers, and a price for each job pays nothing for that.
    let left_out = (
        "scheme.toml",
        "window = \"12 months\"",
        "window = \"12 months\"\n\n[outcome.job.exceptions]\nevents = [\"moved away\"]\ngood_result = \"counts\"\nreported_by = \"records\"",
    );
    let found = finding(&with("£500", left_out), RiskId::ExitFromTheMeasure);
    assert!(!found.present && found.not_looked_for.is_none(), "{found:?}");
    // Whoever leaves has no job that anybody sees.
    let none = finding(&stressed(&[]), RiskId::ExitFromTheMeasure);
    assert!(!none.present && none.not_looked_for.is_none(), "{none:?}");
}

/// A job is worth £9,800 and paid £8,000. Where half of the jobs come from others, what is left is worth £4,900.
#[test]
fn jobs_that_others_lose_are_displacement() {
    let price = ("scheme.toml", "price = \"£2,000\"", "price = \"£8,000\"");
    let many = ("scheme.toml", "people = 200", "people = 2_000");
    let with = |share: &str| {
        let displaced = format!("[displacement.job]\nshare = \"{share}\"\n\n[cost]");
        finding(&stressed(&[price, many, ("assumptions.toml", "[cost]", &displaced)]), RiskId::Displacement)
    };
    let found = with("50 %");
    assert!(found.present && found.harm.ends_with("in work among people who are not served"), "{found:?}");
    assert!(!with("12 %").present, "what is left is worth more than it is paid");
    assert!(!with("5 %").present, "a twentieth is little");
    assert!(finding(&stressed(&[price]), RiskId::Displacement).not_looked_for.is_some());
}

/// A job is paid £8,000, and its evidence costs from nothing to £20,000: two in five are claimed, and one more is worth £1,600 to the
/// provider, at which no help pays.
#[test]
fn results_that_are_not_worth_proving_are_under_claiming() {
    let price = ("scheme.toml", "price = \"£2,000\"", "price = \"£8,000\"");
    let reported = ("scheme.toml", "better = \"more\"", "better = \"more\"\nreported_by = \"provider\"");
    let many = ("scheme.toml", "people = 200", "people = 2_000");
    let with = |cost: &str| {
        let claims = format!("[claims.job]\ncost_of_last = \"{cost}\"\n\n[cost]");
        stressed(&[price, reported, many, ("assumptions.toml", "[cost]", &claims)])
    };
    let stress = with("£20,000");
    let found = finding(&stress, RiskId::UnderClaiming);
    assert!(found.present && found.strategy.starts_with("Leave 60% of the results unclaimed"), "{found:?}");
    let jobs = stress.results.best_response(AgentType::ProfitSeeking).expect("a best response").outcome(0);
    assert!((found.gain.mean / (jobs * 12_000.0_f64.powi(2) / 40_000.0) - 1.0).abs() < 0.01, "{:?}", found.gain);
    assert!(!finding(&with("£1,000"), RiskId::UnderClaiming).present, "every job is worth claiming");
    assert!(finding(&stressed(&[price, reported]), RiskId::UnderClaiming).not_looked_for.is_some());
    let none = finding(&stressed(&[price]), RiskId::UnderClaiming);
    assert!(!none.present && none.not_looked_for.is_none(), "{none:?}");
}

/// An assumption about what the contract does not have is warned of.
#[test]
fn assumptions_that_the_contract_has_no_use_for_are_warned_of() {
    let warnings = |table: &str| {
        let opened = opened(&[("assumptions.toml", "[cost]", &format!("{table}\nfrom = \"assumption: a test\"\n\n[cost]"))]);
        let picks = ScenarioDraw::new();
        let reader = Reader::new(&opened, &picks);
        let scheme = contract::read::scheme(&reader).expect("a scheme");
        assert!(assumptions::read(&reader, &scheme).is_some(), "{:?}", reader.problems.borrow());
        let problems = reader.problems.borrow().clone();
        problems.into_iter().map(|problem| problem.what).collect::<Vec<String>>().join("; ")
    };
    let rising = "at_most = \"20 %\"\ncost_of_last = \"£50\"";
    assert!(warnings(&format!("[baseline_inflation.job]\n{rising}")).contains("not compared with a past"));
    assert!(warnings(&format!("[exits.job]\n{rising}")).contains("whoever leaves counts as a bad result"));
    assert!(warnings("[claims.job]\ncost_of_last = \"£50\"").contains("does not claim this outcome"));
    assert!(!warnings("[displacement.job]\nshare = \"20 %\"").contains("displacement"));
}
