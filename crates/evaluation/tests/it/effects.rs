//! Effects and standard errors: MatchIt's vignette, and the smoking study of Hernán and Robins, "Causal Inference: What If".

use evaluation::columns::Columns;
use evaluation::effects::Effect;
use evaluation::effects::doubly_robust::doubly_robust;
use evaluation::effects::g_computation::{Interacted, g_computation, predicted_linear};
use evaluation::effects::inverse_probability::inverse_probability;
use evaluation::effects::means::{difference_of_means, regression_adjusted};
use evaluation::estimand::Estimand;
use evaluation::least_squares::Covariance;
use evaluation::logistic::{LogisticFit, logistic};
use evaluation::matching::match_nearest;
use evaluation::weighting::{Weighting, score_weights};

use crate::close;
use crate::data::Table;
use crate::logistic::VIGNETTE;
use crate::matching::{nearest_on, vignette};
use crate::matchit::with_their_ties;

/// MatchIt 4.7.2 with sandwich: the difference after matching, clustered by pair, and g-computation for the treated.
///
/// The estimates are those of the vignette. Which of several men with one score makes a pair with whom does not move them, but it
/// does move the standard error: 705.230 with MatchIt's ties, and 715.763 with the smallest key.
#[test]
fn the_effects_of_the_vignette() {
    let Some((table, score, keys)) = vignette() else { return };
    let (treated, outcome) = (table.flags("treat"), table.column("re78"));
    let matches = match_nearest(&treated, &keys, &nearest_on(&score)).expect("matches");
    let sets: Vec<u64> = matches.sets().expect("pairs").into_iter().map(|set| set.unwrap_or(u64::MAX)).collect();
    let weights = Some(&matches.weights[..]);
    let effect = difference_of_means(outcome, &treated, weights, Covariance::Cr1(&sets)).expect("an effect");
    close(effect.estimate, 894.367, 5.1e-4);
    close(effect.standard_error, 715.763, 5.1e-4);
    assert_eq!((effect.units, effect.clusters), (370, Some(185)));

    let theirs = with_their_ties(&treated, &score, None, false);
    let effect = difference_of_means(outcome, &treated, Some(&theirs.weights), Covariance::Cr1(&theirs.sets)).expect("an effect");
    close(effect.estimate, 894.367, 5.1e-4);
    close(effect.standard_error, 705.230, 5.1e-4);

    let columns = table.covariates(&VIGNETTE);
    let effect = g_computation(outcome, &treated, &columns, weights, Interacted::All, Estimand::Treated, Covariance::Cr1(&sets))
        .expect("an effect");
    close(effect.estimate, 1121.177, 5.1e-4);
}

/// The smoking study: quitting and weight gained from 1971 to 1982, for the 1,566 whose weight in 1982 is known.
struct Smoking {
    gained: Vec<f64>,
    quit: Vec<bool>,
    columns: Columns,
    score: LogisticFit,
}

const SMOKING: [&str; 18] = [
    "sex",
    "race",
    "age",
    "age2",
    "education 2",
    "education 3",
    "education 4",
    "education 5",
    "smokeintensity",
    "smokeintensity2",
    "smokeyrs",
    "smokeyrs2",
    "exercise 1",
    "exercise 2",
    "active 1",
    "active 2",
    "wt71",
    "wt712",
];

fn smoking() -> Option<Smoking> {
    let mut table = Table::read("nhefs/NHEFS.csv")?;
    table = table.filter(|row| table.column("wt82_71")[row].is_finite());
    for name in ["age", "smokeintensity", "smokeyrs", "wt71"] {
        table = table.with(&format!("{name}2"), |table, row| table.column(name)[row].powi(2));
    }
    for (name, levels) in [("education", 2..=5), ("exercise", 1..=2), ("active", 1..=2)] {
        for level in levels {
            table = table.with(&format!("{name} {level}"), |t, row| f64::from(u8::from(t.column(name)[row] == f64::from(level))));
        }
    }
    let (quit, columns) = (table.flags("qsmk"), table.covariates(&SMOKING));
    let score = logistic(&quit, &columns, None).expect("a fit");
    assert_eq!((quit.len(), quit.iter().filter(|&&quit| quit).count()), (1_566, 403));
    Some(Smoking { gained: table.column("wt82_71").to_vec(), quit, columns, score })
}

/// An estimate, and the interval of 95%, to the digits of the comparison.
#[track_caller]
fn shown(effect: &Effect, estimate: f64, standard_error: f64, (low, high): (f64, f64)) {
    close(effect.estimate, estimate, 5.1e-7);
    close(effect.standard_error, standard_error, 5.1e-7);
    close(effect.interval(0.95).0, low, 1.1e-6);
    close(effect.interval(0.95).1, high, 1.1e-6);
}

/// Chapter 12: weighting. The robust standard error takes the weights as known.
#[test]
#[ignore = "needs nhefs/NHEFS.csv (Hernan and Robins) in the folder of data sets"]
fn smoking_weighted() {
    let Some(Smoking { gained, quit, columns, score }) = smoking() else { return };
    let crude = difference_of_means(&gained, &quit, None, Covariance::Hc0).expect("an effect");
    close(crude.estimate, 2.540581, 5.1e-7);
    close(crude.treated_mean, 4.525079, 5.1e-7);
    close(crude.control_mean, 1.984498, 5.1e-7);
    let p = score.probabilities();
    close(p.iter().copied().fold(1.0, f64::min), 0.051001, 5.1e-7);
    close(p.iter().copied().fold(0.0, f64::max), 0.776887, 2e-6);
    for (weighting, mean, largest) in [(Weighting::Everybody, 1.996284, 16.700094), (Weighting::Stabilised, 0.998844, 4.297662)] {
        let weights = score_weights(&quit, &p, weighting).expect("weights");
        close(weights.mean, mean, 5.1e-7);
        close(weights.largest, largest, 5.1e-7);
        let effect = difference_of_means(&gained, &quit, Some(&weights.weights), Covariance::Hc0).expect("an effect");
        shown(&effect, 3.440535, 0.525494, (2.410587, 4.470484));
        // The estimated score tells something of the outcome, so the standard error that knows it is smaller.
        let estimated = inverse_probability(&gained, &quit, &columns, &score, weighting).expect("an effect");
        close(estimated.estimate, effect.estimate, 1e-12);
        assert!(estimated.standard_error < effect.standard_error);
    }
    let treated = inverse_probability(&gained, &quit, &columns, &score, Weighting::Treated).expect("an effect");
    close(treated.estimate, 3.336258, 5.1e-7);
}

/// Chapters 13 and 15: standardisation, regression, and both models together.
#[test]
#[ignore = "needs nhefs/NHEFS.csv (Hernan and Robins) in the folder of data sets"]
fn smoking_by_the_outcome_and_by_both() {
    let Some(Smoking { gained, quit, columns, score }) = smoking() else { return };
    let interacted = Interacted::Named(&["smokeintensity"]);
    let effect =
        g_computation(&gained, &quit, &columns, None, interacted, Estimand::Everybody, Covariance::Hc0).expect("an effect");
    close(effect.estimate, 3.517374, 5.1e-7);
    close(effect.treated_mean, 5.273587, 5.1e-7);
    close(effect.control_mean, 1.756213, 5.1e-7);
    let effect = regression_adjusted(&gained, &quit, &columns, None, Covariance::Classical).expect("an effect");
    close(effect.estimate, 3.462622, 5.1e-7);
    // The book's interval is of the t distribution with 1,546 degrees of freedom.
    close(effect.estimate - 1.961_499 * effect.standard_error, 2.602594, 1.1e-6);

    let predicted = predicted_linear(&gained, &quit, &columns, interacted).expect("outcomes");
    let p = score.probabilities();
    let effect = doubly_robust(&gained, &quit, &p, &predicted, Estimand::Everybody).expect("an effect");
    close(effect.estimate, 3.457284, 5.1e-7);
    close(effect.standard_error, 0.488807, 5.1e-7);
    let effect = doubly_robust(&gained, &quit, &p, &predicted, Estimand::Treated).expect("an effect");
    close(effect.estimate, 3.384830, 5.1e-7);
}
