//! Every method on the men of Dehejia and Wahba with the survey samples, by one propensity score: that of Dehejia and Wahba (1999)
//! for the CPS samples. How far the experiment's $1,794 comes back depends on the score and the sample (Smith and Todd 2005), so the
//! check is agreement with MatchIt 4.7.2 on the same score, and never that a method "recovers the truth".

use evaluation::columns::Columns;
use evaluation::effects::means::difference_of_means;
use evaluation::least_squares::Covariance;
use evaluation::logistic::logistic;
use evaluation::matching::{Rules, Width, match_nearest};
use evaluation::weighting::{Weighting, score_weights};

use crate::close;
use crate::data::{Table, treated_with};
use crate::matching::nearest_on;
use crate::matchit::with_their_ties;

struct Men {
    treated: Vec<bool>,
    earnings: Vec<f64>,
    columns: Columns,
    keys: Vec<u64>,
}

const SCORE: [&str; 14] = [
    "age",
    "age2",
    "age3",
    "education",
    "education2",
    "black",
    "hispanic",
    "married",
    "nodegree",
    "re74",
    "re75",
    "none74",
    "none75",
    "education re74",
];

fn men(comparison: &str) -> Option<Men> {
    let table: Table = treated_with(comparison)?
        .with("age2", |table, row| table.column("age")[row].powi(2))
        .with("age3", |table, row| table.column("age")[row].powi(3))
        .with("education2", |table, row| table.column("education")[row].powi(2))
        .with("none74", |table, row| f64::from(u8::from(table.column("re74")[row] == 0.0)))
        .with("none75", |table, row| f64::from(u8::from(table.column("re75")[row] == 0.0)))
        .with("education re74", |table, row| table.column("education")[row] * table.column("re74")[row]);
    Some(Men {
        treated: table.flags("treat"),
        earnings: table.column("re78").to_vec(),
        columns: table.covariates(&SCORE),
        keys: (0..table.rows() as u64).collect(),
    })
}

/// The published figures of one sample: each an effect on earnings in 1978, in dollars.
struct Published {
    comparison: &'static str,
    weighted: f64,
    nearest: (usize, f64),
    with_replacement: f64,
    within_caliper: (usize, f64),
}

const PUBLISHED: [Published; 5] = [
    Published {
        comparison: "cps_controls",
        weighted: 1782.21,
        nearest: (185, 1055.04),
        with_replacement: 768.71,
        within_caliper: (159, 830.81),
    },
    Published {
        comparison: "cps_controls3",
        weighted: 1113.63,
        nearest: (185, -21.01),
        with_replacement: -505.17,
        within_caliper: (94, 846.08),
    },
    Published {
        comparison: "psid_controls",
        weighted: 2579.66,
        nearest: (185, -1281.36),
        with_replacement: 1130.89,
        within_caliper: (102, -333.84),
    },
    Published {
        comparison: "psid_controls2",
        weighted: 1705.89,
        nearest: (185, -3970.96),
        with_replacement: -138.03,
        within_caliper: (71, -1066.65),
    },
    Published {
        comparison: "psid_controls3",
        weighted: 1743.08,
        nearest: (128, 1107.58),
        with_replacement: 2132.80,
        within_caliper: (54, 1508.23),
    },
];

/// To the cent. Where men of one score make several answers right, MatchIt's ties give the figure, and the product's pairs are
/// exactly as far apart.
#[test]
fn survey_comparisons_by_every_method() {
    for published in PUBLISHED {
        let Some(men) = men(published.comparison) else { return };
        let fit = logistic(&men.treated, &men.columns, None).expect("a score");
        let p = fit.probabilities();
        let effect = |weights: &[f64]| {
            difference_of_means(&men.earnings, &men.treated, Some(weights), Covariance::Hc0).expect("an effect").estimate
        };
        let weights = score_weights(&men.treated, &p, Weighting::Treated).expect("weights").weights;
        close(effect(&weights), published.weighted, 6e-3);

        let compared = |rules: Rules<'_>, score: &[f64], (pairs, figure): (usize, f64)| {
            let ours = match_nearest(&men.treated, &men.keys, &rules).expect("matches");
            assert_eq!(ours.treated_matched(), pairs, "{}", published.comparison);
            let theirs = with_their_ties(&men.treated, score, ours.caliper, rules.replacement);
            close(effect(&theirs.weights), figure, 6e-3);
            let of_scores = |weights: &[f64]| weights.iter().zip(score).map(|(weight, score)| weight * score).sum::<f64>();
            close(of_scores(&ours.weights), of_scores(&theirs.weights), 1e-9);
        };
        compared(nearest_on(&p), &p, published.nearest);
        compared(Rules { replacement: true, ..nearest_on(&p) }, &p, (185, published.with_replacement));
        let rules = Rules { caliper: Some(Width::OverallDeviations(0.2)), ..nearest_on(&fit.log_odds) };
        compared(rules, &fit.log_odds, published.within_caliper);
    }
}
