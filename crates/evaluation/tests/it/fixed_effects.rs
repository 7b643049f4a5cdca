//! Panels with unit effects.

use base::philox::{open_unit, words};
use evaluation::columns::{Column, Columns};
use evaluation::fixed_effects::fixed_effects;
use evaluation::least_squares::{Covariance, least_squares};

use crate::close;
use crate::data::Table;

/// Training grants and scrap rates of 54 firms over three years (Holzer and others 1993; Wooldridge, *Introductory Econometrics*,
/// example 14.1).
#[test]
#[ignore = "needs did/jtrain.csv (Wooldridge) in the folder of data sets"]
fn training_grants_are_as_in_the_textbook() {
    let Some(table) = Table::read("did/jtrain.csv") else { return };
    let table = table.filter(|row| table.column("lscrap")[row].is_finite());
    let columns = ["d88", "d89", "grant", "grant_1"].map(|name| Column::new(name, table.column(name).to_vec())).to_vec();
    let columns = Columns::new(table.rows(), columns).expect("columns");
    let firm: Vec<u64> = table.column("fcode").iter().map(|&code| code as u64).collect();
    let fit = fixed_effects(table.column("lscrap"), &columns, &firm, Covariance::Classical).expect("fits");
    assert_eq!((fit.rows, fit.units), (162, 54));
    let expected = [(-0.080216, 0.109475), (-0.247203, 0.133218), (-0.252315, 0.150629), (-0.421590, 0.210200)];
    for (place, (value, error)) in expected.into_iter().enumerate() {
        close(fit.coefficients[place], value, 5e-7);
        close(fit.standard_error(place), error, 5e-7);
    }
}

/// Changes within units are the same as a column for each unit.
#[test]
fn unit_effects_are_a_column_for_each_unit() {
    let (rows, units) = (60, 7u64);
    let unit: Vec<u64> = (0..rows as u64).map(|row| row * row % units).collect();
    let draw =
        |decision: u64| -> Vec<f64> { (0..rows as u64).map(|row| words(4, row + 1, 0, decision).map(open_unit)[0]).collect() };
    let (x, z, noise) = (draw(0), draw(1), draw(2));
    let y: Vec<f64> = (0..rows).map(|row| 2.0 * x[row] - z[row] + unit[row] as f64 + noise[row]).collect();
    let two = vec![Column::new("x", x), Column::new("z", z)];
    let mut all = two.clone();
    let present: Vec<u64> = (1..units).filter(|number| unit.contains(number)).collect();
    for number in &present {
        let own = unit.iter().map(|of_row| f64::from(u8::from(of_row == number))).collect();
        all.push(Column::new(format!("unit {number}"), own));
    }
    let whole = Columns::new(rows, all).expect("columns");
    let within = Columns::new(rows, two).expect("columns");
    let plain = least_squares(&y, &whole, None, Covariance::Classical).expect("fits");
    let fit = fixed_effects(&y, &within, &unit, Covariance::Classical).expect("fits");
    let (plain_clustered, clustered) = (
        least_squares(&y, &whole, None, Covariance::Cr0(&unit)).expect("fits"),
        fixed_effects(&y, &within, &unit, Covariance::Cr0(&unit)).expect("fits"),
    );
    for place in 0..2 {
        close(fit.coefficients[place], plain.coefficients[place + 1], 1e-11);
        close(fit.standard_error(place), plain.standard_error(place + 1), 1e-11);
        close(clustered.standard_error(place), plain_clustered.standard_error(place + 1), 1e-11);
    }
    let (rows, g) = (rows as f64, clustered.clusters.expect("clusters") as f64);
    let usual = fixed_effects(&y, &within, &unit, Covariance::Cr1(&unit)).expect("fits");
    let factor = g / (g - 1.0) * (rows - 1.0) / (rows - 3.0);
    close(usual.covariance.get(0, 0), factor * clustered.covariance.get(0, 0), 1e-12);
}

#[test]
fn a_column_that_does_not_change_within_units_is_named() {
    let unit = [1, 1, 2, 2, 3, 3];
    let columns = vec![Column::new("area", vec![5.0, 5.0, 6.0, 6.0, 9.1, 9.1])];
    let columns = Columns::new(6, columns).expect("columns");
    let error = fixed_effects(&[1.0, 2.0, 3.0, 5.0, 1.0, 0.0], &columns, &unit, Covariance::Classical).expect_err("constant");
    assert!(error.to_string().contains("\"area\""), "{error}");
}
