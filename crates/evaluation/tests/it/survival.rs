//! Time to an event: published results on small data sets, closed forms, and agreement of the methods with each other.

use base::philox::{open_unit, words};
use evaluation::columns::{Column, Columns};
use evaluation::survival::FollowUp;
use evaluation::survival::concordance::concordance;
use evaluation::survival::cox::{CoxCovariance, CoxFit, CoxOptions, Ties, cox};
use evaluation::survival::cumulative_incidence::cumulative_incidence;
use evaluation::survival::kaplan_meier::kaplan_meier;
use evaluation::survival::log_rank::log_rank;
use evaluation::survival::proportionality::{TimeScale, proportionality};

use rayon::prelude::*;

use crate::close;
use crate::data::Table;

/// Remission of leukaemia in weeks, of 42 children in pairs (Freireich and others, Blood 1963): weeks, whether it ended in relapse.
const PLACEBO: [f64; 21] = [1., 1., 2., 2., 3., 4., 4., 5., 5., 8., 8., 8., 8., 11., 11., 12., 12., 15., 17., 22., 23.];
const MERCAPTOPURINE: [(f64, bool); 21] = [
    (6., true),
    (6., true),
    (6., true),
    (6., false),
    (7., true),
    (9., false),
    (10., true),
    (10., false),
    (11., false),
    (13., true),
    (16., true),
    (17., false),
    (19., false),
    (20., false),
    (22., true),
    (23., true),
    (25., false),
    (32., false),
    (32., false),
    (34., false),
    (35., false),
];

struct Remission {
    weeks: Vec<f64>,
    relapse: Vec<bool>,
    placebo: Vec<f64>,
}

impl Remission {
    fn new() -> Remission {
        let (mut weeks, mut relapse) = (PLACEBO.to_vec(), vec![true; 21]);
        weeks.extend(MERCAPTOPURINE.iter().map(|row| row.0));
        relapse.extend(MERCAPTOPURINE.iter().map(|row| row.1));
        Remission { weeks, relapse, placebo: (0..42).map(|row| f64::from(u8::from(row < 21))).collect() }
    }

    fn follow_up(&self) -> FollowUp<'_> {
        FollowUp { entry: None, exit: &self.weeks, event: &self.relapse }
    }

    fn groups(&self) -> Vec<usize> {
        self.placebo.iter().map(|&placebo| placebo as usize).collect()
    }
}

const EFRON: CoxOptions<'_> = CoxOptions { ties: Ties::Efron, strata: None, covariance: CoxCovariance::Information };

#[test]
fn remission_of_leukaemia_is_as_published() {
    let data = Remission::new();
    let columns = Columns::new(42, vec![Column::new("placebo", data.placebo.clone())]).expect("columns");
    let fit = cox(data.follow_up(), &columns, EFRON).expect("fits");
    close(fit.coefficients[0], 1.572_125_15, 5e-9);
    close(fit.standard_error(0), 0.412_396_7, 5e-8);
    close(fit.log_likelihood, -85.008_4, 5e-5);
    close(fit.likelihood_ratio().0, 16.351_7, 5e-5);
    let test = log_rank(data.follow_up(), &data.groups(), None).expect("two groups");
    close(test.chi_squared, 16.792_94, 5e-6);
    let medians = [1, 0].map(|group| {
        let rows: Vec<usize> = (0..42).filter(|&row| data.groups()[row] == group).collect();
        let exit: Vec<f64> = rows.iter().map(|&row| data.weeks[row]).collect();
        let event: Vec<bool> = rows.iter().map(|&row| data.relapse[row]).collect();
        let follow_up = FollowUp { entry: None, exit: &exit, event: &event };
        kaplan_meier(follow_up, 0.95).expect("a curve").median().estimate
    });
    assert_eq!(medians, [Some(8.0), Some(23.0)]);
}

/// With Breslow's ties the coefficient is the textbooks' 1.509 (.410) (Kalbfleisch and Prentice 1980; Kleinbaum and Klein).
#[test]
fn breslow_ties_are_as_published() {
    let data = Remission::new();
    let columns = Columns::new(42, vec![Column::new("placebo", data.placebo.clone())]).expect("columns");
    let fit = cox(data.follow_up(), &columns, CoxOptions { ties: Ties::Breslow, ..EFRON }).expect("fits");
    close(fit.coefficients[0], 1.509, 5e-4);
    close(fit.standard_error(0), 0.410, 5e-4);
}

#[test]
#[ignore = "needs survival/lung.csv and survival/leukemia.csv in the folder of data sets"]
fn leukaemia_with_blood_counts_is_as_computed_elsewhere() {
    let Some(table) = Table::read("survival/leukemia.csv") else { return };
    let event: Vec<bool> = table.column("status").iter().map(|&status| status == 1.0).collect();
    let follow_up = FollowUp { entry: None, exit: table.column("t"), event: &event };
    let columns = ["Rx", "logWBC", "sex"].map(|name| Column::new(name, table.column(name).to_vec())).to_vec();
    let fit = cox(follow_up, &Columns::new(table.rows(), columns).expect("columns"), EFRON).expect("fits");
    for (found, expected) in fit.coefficients.iter().zip([1.503_591_2, 1.681_942_4, 0.314_678_0]) {
        close(*found, expected, 5e-8);
    }
}

/// The coefficients and standard errors are those of lifelines where its own search for the maximum is run to its end.
#[test]
#[ignore = "needs survival/lung.csv and survival/leukemia.csv in the folder of data sets"]
fn lung_cancer_is_as_computed_elsewhere() {
    let Some(table) = Table::read("survival/lung.csv") else { return };
    let complete = table.filter(|row| ["age", "sex", "ph.ecog"].iter().all(|name| table.column(name)[row].is_finite()));
    let event: Vec<bool> = complete.column("status").iter().map(|&status| status == 1.0).collect();
    let follow_up = FollowUp { entry: None, exit: complete.column("time"), event: &event };
    let columns = ["age", "sex", "ph.ecog"].map(|name| Column::new(name, complete.column(name).to_vec())).to_vec();
    let columns = Columns::new(complete.rows(), columns).expect("columns");
    let fit = cox(follow_up, &columns, EFRON).expect("fits");
    assert_eq!((fit.rows, fit.events), (227, 164));
    for (place, (value, error)) in
        [(0.011_066_764_596, 0.009_267_411_014), (-0.552_612_395_531, 0.167_739_053_783), (0.463_728_475_116, 0.113_577_266_161)]
            .into_iter()
            .enumerate()
    {
        close(fit.coefficients[place], value, 1e-9);
        close(fit.standard_error(place), error, 1e-9);
    }
    close(fit.log_likelihood, -729.230_1, 5e-5);
    close(fit.likelihood_ratio().0, 30.500_7, 5e-5);
    close(concordance(follow_up, &fit.log_hazards(&columns).expect("same columns"), None).expect("pairs").c(), 0.637_1, 5e-5);
    let expected =
        [(TimeScale::Identity, [0.025_018, 2.556_540, 1.683_945]), (TimeScale::Logarithm, [3.057_162, 1.999_396, 0.140_978])];
    for (scale, expected) in expected {
        let tests = proportionality(follow_up, &columns, EFRON, &fit, scale).expect("a test");
        for (test, expected) in tests.iter().zip(expected) {
            close(test.chi_squared, expected, 2e-3);
        }
    }

    let event: Vec<bool> = table.column("status").iter().map(|&status| status == 1.0).collect();
    let sex: Vec<usize> = table.column("sex").iter().map(|&sex| sex as usize).collect();
    let all = FollowUp { entry: None, exit: table.column("time"), event: &event };
    let test = log_rank(all, &sex, None).expect("two groups");
    close(test.chi_squared, 10.326_742, 5e-7);
    close(test.p_value, 0.001_311, 5e-7);
    // The median with its interval, and the share at a year with its own: log-log intervals, as in lifelines.
    for (code, median, at_a_year) in [
        (1.0, [270.0, 210.0, 306.0], [0.336_088, 0.252_729_14, 0.421_302_17]),
        (2.0, [426.0, 345.0, 524.0], [0.526_463, 0.403_579_82, 0.635_316_23]),
    ] {
        let part = table.filter(|row| table.column("sex")[row] == code);
        let event: Vec<bool> = part.column("status").iter().map(|&status| status == 1.0).collect();
        let curve = kaplan_meier(FollowUp { entry: None, exit: part.column("time"), event: &event }, 0.95).expect("a curve");
        let found = curve.median();
        assert_eq!([found.estimate, found.lower, found.upper], median.map(Some));
        let step = curve.at(365.0).expect("a step");
        close(step.survival, at_a_year[0], 5e-7);
        close(step.lower, at_a_year[1], 5e-9);
        close(step.upper, at_a_year[2], 5e-9);
    }
}

/// Made-up people: two covariates, times of whole numbers with many ties, late entry, three strata and clusters of four.
struct Made {
    entry: Vec<f64>,
    exit: Vec<f64>,
    event: Vec<bool>,
    columns: Columns,
    strata: Vec<usize>,
    clusters: Vec<u64>,
}

fn made(people: usize, seed: u64, periods: f64) -> Made {
    let draw = |person: usize, decision: u64| words(seed, person as u64 + 1, 0, decision).map(open_unit);
    let (mut entry, mut exit, mut event) = (Vec::new(), Vec::new(), Vec::new());
    let (mut risk, mut older) = (Vec::new(), Vec::new());
    for person in 0..people {
        let [a, b, c, d] = draw(person, 0);
        let [e, ..] = draw(person, 1);
        risk.push(a - 0.5);
        older.push(f64::from(u8::from(b < 0.4)));
        let hazard = (0.8 * (a - 0.5) - 0.5 * older[person]).exp() * 0.1;
        let (ends, censored) = (-c.ln() / hazard, 40.0 * d);
        let start = (e * 4.0).floor();
        let stop = |time: f64| if periods > 0.0 { (time * periods).ceil() / periods } else { time };
        entry.push(start);
        exit.push(start + stop(ends.min(censored)).max(1e-9));
        event.push(ends < censored);
    }
    let columns = Columns::new(people, vec![Column::new("risk", risk), Column::new("older", older)]).expect("columns");
    let strata = (0..people).map(|person| person % 3).collect();
    let clusters = (0..people).map(|person| person as u64 / 4).collect();
    Made { entry, exit, event, columns, strata, clusters }
}

impl Made {
    fn follow_up(&self) -> FollowUp<'_> {
        FollowUp { entry: Some(&self.entry), exit: &self.exit, event: &self.event }
    }

    /// The same people in another order.
    fn turned(&self) -> Made {
        let rows: Vec<usize> = (0..self.exit.len()).map(|row| (row * 7 + 3) % self.exit.len()).collect();
        Made {
            entry: rows.iter().map(|&row| self.entry[row]).collect(),
            exit: rows.iter().map(|&row| self.exit[row]).collect(),
            event: rows.iter().map(|&row| self.event[row]).collect(),
            columns: self.columns.take(&rows),
            strata: rows.iter().map(|&row| self.strata[row]).collect(),
            clusters: rows.iter().map(|&row| self.clusters[row]).collect(),
        }
    }

    /// The partial likelihood written out: each event against everybody at risk in its stratum.
    fn plain_log_likelihood(&self, beta: &[f64], ties: Ties) -> f64 {
        let eta: Vec<f64> = (0..self.exit.len())
            .map(|row| self.columns.all().iter().zip(beta).map(|(column, beta)| column.values[row] * beta).sum())
            .collect();
        let mut sum = 0.0;
        for row in (0..self.exit.len()).filter(|&row| self.event[row]) {
            let time = self.exit[row];
            let same = |other: usize| self.strata[other] == self.strata[row];
            let tied: Vec<usize> = (0..self.exit.len()).filter(|&i| same(i) && self.event[i] && self.exit[i] == time).collect();
            let at_risk: f64 = (0..self.exit.len())
                .filter(|&i| same(i) && self.entry[i] < time && self.exit[i] >= time)
                .map(|i| eta[i].exp())
                .sum();
            let of_tied: f64 = tied.iter().map(|&i| eta[i].exp()).sum();
            let place = tied.iter().position(|&i| i == row).expect("itself") as f64;
            let share = if ties == Ties::Efron { place / tied.len() as f64 } else { 0.0 };
            sum += eta[row] - (at_risk - share * of_tied).ln();
        }
        sum
    }
}

fn stratified<'a>(made: &'a Made, ties: Ties, covariance: CoxCovariance<'a>) -> CoxFit {
    cox(made.follow_up(), &made.columns, CoxOptions { ties, strata: Some(&made.strata), covariance }).expect("fits")
}

#[test]
fn a_fit_is_the_maximum_of_the_likelihood_written_out() {
    let made = made(240, 11, 1.0);
    for ties in [Ties::Efron, Ties::Breslow] {
        let fit = stratified(&made, ties, CoxCovariance::Information);
        let beta = &fit.coefficients;
        close(fit.log_likelihood, made.plain_log_likelihood(beta, ties), 1e-9);
        close(fit.log_likelihood_of_none, made.plain_log_likelihood(&[0.0, 0.0], ties), 1e-9);
        // The information is the curvature there.
        let h = 1e-3;
        let at = |i: f64, j: f64| made.plain_log_likelihood(&[beta[0] + i * h, beta[1] + j * h], ties);
        let inverse = evaluation::linear_algebra::Cholesky::of(&fit.covariance).expect("positive definite").inverse();
        close(inverse.get(0, 0), -(at(1., 0.) - 2.0 * at(0., 0.) + at(-1., 0.)) / (h * h), 1e-3);
        close(inverse.get(1, 1), -(at(0., 1.) - 2.0 * at(0., 0.) + at(0., -1.)) / (h * h), 1e-3);
        close(inverse.get(0, 1), -(at(1., 1.) - at(1., -1.) - at(-1., 1.) + at(-1., -1.)) / (4.0 * h * h), 1e-3);
        close((at(1., 0.) - at(-1., 0.)) / (2.0 * h), 0.0, 1e-4);
    }
}

#[test]
fn the_order_of_rows_changes_nothing_but_the_last_bits() {
    let made = made(600, 3, 1.0);
    let turned = made.turned();
    for covariance in [|_: &Made| CoxCovariance::Information, |_: &Made| CoxCovariance::Robust] {
        let (a, b) = (stratified(&made, Ties::Efron, covariance(&made)), stratified(&turned, Ties::Efron, covariance(&turned)));
        for place in 0..2 {
            close(a.coefficients[place], b.coefficients[place], 1e-12);
            close(a.standard_error(place), b.standard_error(place), 1e-12);
        }
    }
    let a = stratified(&made, Ties::Efron, CoxCovariance::Clustered(&made.clusters));
    let b = stratified(&turned, Ties::Efron, CoxCovariance::Clustered(&turned.clusters));
    assert_eq!(a.clusters, Some(150));
    close(a.standard_error(0), b.standard_error(0), 1e-12);
    let strata = |made: &Made| log_rank(made.follow_up(), &made.strata, None).expect("three groups").chi_squared;
    close(strata(&made), strata(&turned), 1e-9);
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let made = made(50_000, 5, 0.0);
    let at = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        let fit = pool.install(|| stratified(&made, Ties::Efron, CoxCovariance::Robust));
        (fit.coefficients.clone(), fit.covariance.clone(), fit.log_likelihood)
    };
    assert_eq!(at(1), at(3));
}

/// Breslow's partial likelihood is a Poisson regression on split time, and Efron's meets it where no events are tied.
#[test]
fn efron_and_breslow_agree_where_nothing_is_tied() {
    let made = made(400, 9, 0.0);
    let fits = [Ties::Efron, Ties::Breslow].map(|ties| stratified(&made, ties, CoxCovariance::Robust));
    assert_eq!(fits[0].coefficients, fits[1].coefficients);
    assert_eq!(fits[0].covariance, fits[1].covariance);
}

/// Over 6,000 made-up studies both standard errors are those of the estimate to 3 %, of which chance is 1 %.
#[test]
fn standard_errors_are_the_deviation_of_the_estimate() {
    let studies = 6_000;
    let results: Vec<[f64; 3]> = (0..studies)
        .into_par_iter()
        .map(|study| {
            let made = made(400, 1_000 + study, 0.0);
            let fit = stratified(&made, Ties::Efron, CoxCovariance::Information);
            let robust = stratified(&made, Ties::Efron, CoxCovariance::Robust).covariance.get(0, 0);
            [fit.coefficients[0], fit.covariance.get(0, 0), robust]
        })
        .collect();
    let n = studies as f64;
    let mean = |of: &dyn Fn(&[f64; 3]) -> f64| results.iter().map(of).sum::<f64>() / n;
    let centre = mean(&|row| row[0]);
    let deviation = mean(&|row| (row[0] - centre).powi(2)).sqrt();
    close(mean(&|row| row[1]).sqrt() / deviation, 1.0, 0.03);
    close(mean(&|row| row[2]).sqrt() / deviation, 1.0, 0.03);
    close(centre, 0.8, 4.0 * deviation / n.sqrt() + 0.01);
}

#[test]
fn without_censoring_survival_is_the_share_not_yet_over() {
    let made = made(500, 2, 1.0);
    let event = vec![true; 500];
    let curve = kaplan_meier(FollowUp { entry: None, exit: &made.exit, event: &event }, 0.95).expect("a curve");
    for step in &curve.steps {
        let later = made.exit.iter().filter(|&&exit| exit > step.time).count() as f64 / 500.0;
        close(step.survival, later, 1e-12);
        close(step.standard_error, (later * (1.0 - later) / 500.0).sqrt(), 1e-12);
    }
}

#[test]
fn incidences_and_survival_sum_to_one() {
    let made = made(500, 4, 1.0);
    let cause: Vec<usize> = made.event.iter().enumerate().map(|(row, &event)| if event { 1 + row % 3 } else { 0 }).collect();
    let steps = cumulative_incidence(Some(&made.entry), &made.exit, &cause, 3).expect("a curve");
    let curve = kaplan_meier(made.follow_up(), 0.95).expect("a curve");
    for (step, alone) in steps.iter().zip(&curve.steps) {
        close(step.incidence.iter().sum::<f64>() + step.survival, 1.0, 1e-12);
        close(step.survival, alone.survival, 1e-12);
    }
    // With one event the incidence is what survival lacks, and so is its standard error.
    let one: Vec<usize> = made.event.iter().map(|&event| usize::from(event)).collect();
    let steps = cumulative_incidence(Some(&made.entry), &made.exit, &one, 1).expect("a curve");
    for (step, alone) in steps.iter().zip(&curve.steps) {
        close(step.incidence[0], 1.0 - alone.survival, 1e-12);
        close(step.standard_error[0], alone.standard_error, 1e-9);
    }
}

#[test]
fn a_log_rank_test_is_the_score_test_of_cox_without_ties() {
    let made = made(300, 8, 0.0);
    let groups: Vec<usize> = made.columns.all()[1].values.iter().map(|&older| older as usize).collect();
    let test = log_rank(made.follow_up(), &groups, Some(&made.strata)).expect("two groups");
    // The score at 0 by differences of the likelihood written out.
    let h = 1e-3;
    let at = |b: f64| made.plain_log_likelihood(&[0.0, b], Ties::Efron);
    let (score, information) = ((at(h) - at(-h)) / (2.0 * h), -(at(h) - 2.0 * at(0.0) + at(-h)) / (h * h));
    close(test.chi_squared, score * score / information, 1e-3);
    close(test.observed.iter().sum::<f64>(), test.expected.iter().sum::<f64>(), 1e-9);
}

#[test]
fn concordance_is_what_all_pairs_say() {
    let made = made(120, 6, 1.0);
    let score: Vec<f64> = made.columns.all()[0].values.iter().map(|risk| (risk * 8.0).round()).collect();
    let found = concordance(made.follow_up(), &score, Some(&made.strata)).expect("pairs");
    let (mut concordant, mut discordant, mut tied) = (0, 0, 0);
    for i in (0..120).filter(|&i| made.event[i]) {
        for j in 0..120 {
            let later = made.exit[j] > made.exit[i] || (made.exit[j] == made.exit[i] && !made.event[j]);
            if j != i && made.strata[i] == made.strata[j] && later && made.entry[j] < made.exit[i] {
                concordant += u64::from(score[i] > score[j]);
                discordant += u64::from(score[i] < score[j]);
                tied += u64::from(score[i] == score[j]);
            }
        }
    }
    assert_eq!((found.concordant, found.discordant, found.tied), (concordant, discordant, tied));
}

#[test]
fn a_hazard_ratio_that_changes_is_found_and_one_that_does_not_is_not() {
    let (mut exit, mut treated) = (Vec::new(), Vec::new());
    for person in 0..2_000u64 {
        let [a, ..] = words(77, person + 1, 0, 0).map(open_unit);
        treated.push((person % 2) as f64);
        // Treatment halves the hazard in the first year and doubles it afterwards.
        let e = -a.ln();
        exit.push(if person % 2 == 0 {
            e
        } else if e < 0.5 {
            2.0 * e
        } else {
            1.0 + (e - 0.5) / 2.0
        });
    }
    let event = vec![true; 2_000];
    let steady: Vec<f64> = (0..2_000u64).map(|person| words(78, person + 1, 0, 0).map(open_unit)[0]).collect();
    let columns = Columns::new(2_000, vec![Column::new("treated", treated), Column::new("steady", steady)]).expect("columns");
    let follow_up = FollowUp { entry: None, exit: &exit, event: &event };
    let fit = cox(follow_up, &columns, EFRON).expect("fits");
    for scale in [TimeScale::Identity, TimeScale::Logarithm, TimeScale::Rank, TimeScale::KaplanMeier] {
        let tests = proportionality(follow_up, &columns, EFRON, &fit, scale).expect("a test");
        assert!(tests[0].p_value < 1e-6 && tests[1].p_value > 0.01, "{scale:?}: {tests:?}");
        assert_eq!(tests[2].degrees_of_freedom, 2);
    }
}

#[test]
fn what_cannot_be_used_is_named() {
    let exit = [1.0, 2.0, 2.0, 5.0];
    let event = [true, true, false, true];
    let late = [0.0, 2.0, 0.0, 0.0];
    let error = kaplan_meier(FollowUp { entry: Some(&late), exit: &exit, event: &event }, 0.95).expect_err("row 2");
    assert!(error.to_string().contains("row 2"), "{error}");
    let follow_up = FollowUp { entry: None, exit: &exit, event: &event };
    let same = Columns::new(4, vec![Column::new("same", vec![1.0; 4])]).expect("columns");
    assert!(cox(follow_up, &same, EFRON).expect_err("constant").to_string().contains("\"same\""));
    let ordered = Columns::new(4, vec![Column::new("ordered", vec![4.0, 3.0, 2.0, 1.0])]).expect("columns");
    assert!(cox(follow_up, &ordered, EFRON).expect_err("no maximum").to_string().contains("\"ordered\""));
}
