//! The published chance table: how likely a measured fall of more than 3 percentage points is, by the true fall and the size
//! of the cohort, at a base rate of 47.5 %; and other published chances.

use base::philox::{open_unit, words};
use base::source::{FileBytes, Folder};
use base::statistics::{binomial_cdf, normal_cdf};
use base::{Reader, ScenarioDraw};
use simulation::wrong_payment::LoneCohort;

/// A scheme that pays £1 a person when a cohort falls by more than 3 points, and nothing else.
const GATE: &str = r#"
scheme = "One gate"
currency = "GBP"
rounding = "nearest penny, half up"
month_end = "last day of month"
[contract]
starts = 2015-01-01
ends = 2015-12-31
[cohorts]
starts = 2015-01-01
ends = 2015-12-31
every = "1 year"
people = 1_000
[outcome.reoffending]
measure = "reoffending"
kind = "binary"
better = "fewer"
window = "12 months"
baseline = "47.5 %"
[pay.reward]
clause = "tariff"
outcome = "reoffending"
per = "person"
reward = "£1"
gate = { improves_by_more_than = "3 percentage points" }
from = "the published table"
"#;

fn gate() -> contract::Scheme {
    scheme(GATE)
}

fn scheme(text: &str) -> contract::Scheme {
    let folder = Folder::from([("scheme.toml".to_owned(), FileBytes::Read(text.as_bytes().to_vec()))]);
    let checked = contract::check(&base::open(&folder));
    checked.scheme.unwrap_or_else(|| panic!("{:?}", checked.problems))
}

/// Rows: true fall in points; columns: n = 600, 1,286, 2,600, 5,143; the published normal approximation to three places.
const PUBLISHED: [(f64, [f64; 4]); 7] = [
    (-3.0, [0.002, 0.000, 0.000, 0.000]),
    (0.0, [0.071, 0.016, 0.001, 0.000]),
    (1.0, [0.163, 0.075, 0.021, 0.002]),
    (2.0, [0.312, 0.236, 0.154, 0.075]),
    (3.0, [0.500, 0.500, 0.500, 0.500]),
    (4.0, [0.688, 0.764, 0.846, 0.925]),
    (5.0, [0.837, 0.925, 0.979, 0.998]),
];
const SIZES: [usize; 4] = [600, 1_286, 2_600, 5_143];

#[test]
fn the_chance_table_three_ways() {
    let scheme = gate();
    let (base, edge, replications) = (0.475, 0.03, 4_000u64);
    println!("true fall      n  published  normal  exact binomial  simulated ± 4 s.e.");
    for (fall, published) in PUBLISHED {
        for (size, published) in SIZES.into_iter().zip(published) {
            let n = size as f64;
            let chance = base - fall / 100.0;
            // The published table takes the standard error at the base rate, or at the true rate: both round to it.
            let at_base = normal_cdf((fall / 100.0 - edge) / (base * (1.0 - base) / n).sqrt());
            let at_true = normal_cdf((fall / 100.0 - edge) / (chance * (1.0 - chance) / n).sqrt());
            let normal = if (at_base - published).abs() < (at_true - published).abs() { at_base } else { at_true };
            assert!((normal - published).abs() < 0.000_6, "{fall} points, n = {size}: {normal} against {published}");
            // Exact, by the scheme's own rule over every count a cohort can show, and by the binomial distribution.
            let (exact, _) = LoneCohort::plain(&scheme, 0, base).payment(size, chance, |paid| paid > 0.0);
            let most = (1..=size as i64).rev().find(|k| (n * base - *k as f64) / n > edge + 1e-12).unwrap_or_default();
            let binomial = base::statistics::binomial_cdf(most, size as i64, chance);
            assert!((exact - binomial).abs() < 1e-9, "{fall} points, n = {size}: {exact} against {binomial}");
            // Simulated, person by person with keyed draws.
            let below = simulation::draws::threshold(chance);
            let shown = |replication: u64| {
                let affected = |person: &u64| (words(3, *person, replication, 0)[0] >> 32) < below;
                (1..=size as u64).filter(affected).count() as i64
            };
            let simulated =
                (0..replications / (size as u64 / 600)).map(|replication| f64::from(u8::from(shown(replication) <= most)));
            let simulated = risks::Estimate::of(simulated);
            let error = (exact * (1.0 - exact) / (replications / (size as u64 / 600)) as f64).sqrt();
            assert!(
                (simulated.mean - exact).abs() <= 4.0 * error + 1e-9,
                "{fall} points, n = {size}: {simulated:?} against {exact}"
            );
            println!(
                "{fall:>9} {size:>6}     {published:.3}   {normal:.3}          {exact:.4}     {:.4} ± {:.4}",
                simulated.mean,
                4.0 * error
            );
        }
    }
}

/// 1,000 people at 60 % and a gate of 5 % relative: the chance that luck alone passes (theory: BinCDF(570; 1000, 0.6)).
#[test]
fn false_success_at_a_relative_gate() {
    let text = GATE
        .replace("47.5 %", "60 %")
        .replace("improves_by_more_than = \"3 percentage points\"", "improves_by_at_least = \"5 %\"");
    let folder = Folder::from([("scheme.toml".to_owned(), FileBytes::Read(text.into_bytes()))]);
    let scheme = contract::check(&base::open(&folder)).scheme.expect("reads");
    let (exact, _) = LoneCohort::plain(&scheme, 0, 0.6).payment(1000, 0.6, |paid| paid > 0.0);
    assert!((exact - 0.028_779_450_91).abs() < 1e-9);
}

/// A price for each person better than the baseline and no deduction: chance alone is worth price × √(N p q / 2π).
#[test]
fn a_floor_at_zero_pays_for_noise() {
    let text = GATE
        .replace("47.5 %", "60 %")
        .replace("gate = { improves_by_more_than = \"3 percentage points\" }", "")
        .replace("£1", "£4,000");
    let folder = Folder::from([("scheme.toml".to_owned(), FileBytes::Read(text.into_bytes()))]);
    let scheme = contract::check(&base::open(&folder)).scheme.expect("reads");
    let (_, mean) = LoneCohort::plain(&scheme, 0, 0.6).payment(1000, 0.6, |_| true);
    let normal_limit = 24_721.55;
    assert!((mean - normal_limit).abs() < 0.003 * normal_limit, "{mean}");
}

/// Two segments with a gate each: their counts vary by themselves, so that at least one of them passes by luck more often than one
/// gate for both does.
#[test]
fn segments_that_are_decided_by_themselves_vary_by_themselves() {
    let text = GATE
        .replace("currency", "segments = [\"a\", \"b\"]\ncurrency")
        .replace("clause = \"tariff\"", "clause = \"bonus\"")
        .replace("per = \"person\"\nreward", "measured_for = \"each segment\"\nper = \"lump sum\"\nprice")
        .replace("gate = { improves_by_more_than = \"3 percentage points\" }", "above = \"3 percentage points\"");
    let believed = "assumptions = \"A test\"\n[people]\nsegments = \"people.csv\"\n[outcome.reoffending]\nnow = \"47.5 %\"\nvalue = \"£1\"\n\
                    [help.support]\nhalf_cost = \"£1\"\nmoves = { reoffending = \"1 %\" }\n[cost]\neach_person = \"£1\"\n\
                    [intended]\noutcome = \"reoffending\"\naim = \"1 percentage point\"\n";
    let texts =
        [("scheme.toml", text.as_str()), ("assumptions.toml", believed), ("people.csv", "segment,share\na,60 %\nb,40 %\n")];
    let folder: Folder = texts.into_iter().map(|(name, text)| (name.to_owned(), FileBytes::Read(text.into()))).collect();
    let (files, draw) = (base::open(&folder), ScenarioDraw::new());
    let reader = Reader::new(&files, &draw);
    let scheme = contract::read::scheme(&reader).expect("a scheme");
    let assumptions = simulation::assumptions::read(&reader, &scheme).expect("assumptions");
    let people = simulation::people::people(&scheme, &assumptions);
    let cohort = LoneCohort::like(&scheme, &assumptions, &people[0], 0);
    // More than 3 points below 47.5%: at most 266 of 600 people, and at most 177 of 400.
    let passes = [binomial_cdf(266, 600, 0.475), binomial_cdf(177, 400, 0.475)];
    let one_of_them = 1.0 - (1.0 - passes[0]) * (1.0 - passes[1]);
    let (found, mean) = cohort.payment(1_000, 0.475, |paid| paid > 0.0);
    assert!((found - one_of_them).abs() < 0.01, "{found}, and {one_of_them} by the binomial distribution");
    assert!((mean - passes.iter().sum::<f64>()).abs() < 0.01, "£1 for each that passes: {mean}");
}

/// Draws are uniform enough for a contract: mean and variance of a million, against their standard errors.
#[test]
fn draws_are_uniform() {
    let n = 1_000_000u64;
    let values: Vec<f64> = (1..=n).map(|person| open_unit(words(1, person, 0, 0)[0])).collect();
    let mean = values.iter().sum::<f64>() / n as f64;
    let variance = values.iter().map(|u| (u - mean).powi(2)).sum::<f64>() / n as f64;
    assert!((mean - 0.5).abs() < 4.0 * (1.0 / 12.0 / n as f64).sqrt());
    assert!((variance - 1.0 / 12.0).abs() < 4.0 * (1.0 / 180.0 / n as f64).sqrt());
}

/// A cap for a year leaves each of its two cohorts half. A cohort that is much larger than those expected can earn nothing more under it, and
/// is no guide to how often chance decides.
#[test]
fn a_cap_holds_for_a_cohort_by_itself_too() {
    let cap = "[pay.most]\nclause = \"cap\"\nmost = \"£200\"\nmeasured_over = \"each year\"\nfrom = \"the published table\"\n";
    let text = GATE.replace("every = \"1 year\"", "every = \"6 months\"") + cap;
    let capped = scheme(&text);
    let alone = contract::limits::of_one_cohort(&capped);
    let cohort = LoneCohort::plain(&alone, 0, 0.475);
    // A twentieth fewer of 1,000 people earn £50; of 10,000 they would earn £500, and the cohort's half of the cap is £100.
    let paid = |people: usize| cohort.payment(people, 0.425, |_| true).1;
    assert!(paid(1_000) > 30.0 && paid(10_000) < 100.0 + 1e-9 && paid(10_000) > 99.0, "{} {}", paid(1_000), paid(10_000));
    assert_eq!([1_000, 10_000].map(|people| cohort.is_limited(people, 0.425)), [false, true]);
}
