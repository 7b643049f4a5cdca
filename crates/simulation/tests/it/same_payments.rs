//! Two ways of writing the same payments: the report must find the same, whatever clauses a contract is made of.

use base::philox::{open_unit, words};
use contract::Scheme;
use contract::tally::Tally;
use risks::{AgentType, CATALOGUE};
use simulation::reference_strategies::{CommonDraws, StrategySet};
use simulation::stress::quick_results;

use crate::{Shipped, files, read};

/// Numbers of one random world, the same for both ways of writing.
struct World {
    number: u64,
}

impl World {
    fn u(&self, draw: u64, low: f64, high: f64) -> f64 {
        low + (high - low) * open_unit(words(77, self.number, draw, 0)[0])
    }

    /// A whole number, so that it is written exactly.
    fn whole(&self, draw: u64, low: f64, high: f64) -> i64 {
        self.u(draw, low, high).round() as i64
    }

    /// A scheme with these clauses in the world.
    fn with(&self, baseline: &str, clauses: &str) -> Shipped {
        let intake = if self.number.is_multiple_of(3) { "provider chooses" } else { "everyone" };
        let scheme = format!(
            "scheme = \"made for a test\"\ncurrency = \"GBP\"\nrounding = \"nearest penny, half up\"\n\
             month_end = \"last day of month\"\nintake = \"{intake}\"\n[contract]\nstarts = 2027-04-01\nends = 2030-03-31\n\
             [cohorts]\nstarts = 2027-04-01\nends = 2029-03-31\nevery = \"1 year\"\npeople = 1_000\n\
             [outcome.job]\nmeasure = \"people in a job\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\n{baseline}\n\
             {clauses}"
        );
        let assumptions = format!(
            "assumptions = \"made for a test\"\n[people]\nsegments = \"segments.csv\"\n\
             [outcome.job]\nnow = {{ table = \"segments.csv\", column = \"job\" }}\nvalue = \"£{}\"\n\
             [help.coaching]\nspent_now = \"£{}\"\nhalf_cost = \"£{}\"\nmoves = {{ job = \"{} points\" }}\n\
             [cost]\neach_person = {{ table = \"segments.csv\", column = \"cost\" }}\n\
             [intended]\noutcome = \"job\"\naim = \"{} percentage points\"\n",
            self.whole(1, 1_000.0, 20_000.0),
            self.whole(2, 0.0, 90.0),
            self.whole(3, 60.0, 500.0),
            self.whole(4, 6.0, 18.0),
            self.whole(5, 1.0, 5.0),
        );
        let segments = format!(
            "segment,share,job,cost\nnear,60 %,{} %,£{}\nfar,40 %,{} %,£{}\n",
            self.whole(6, 45.0, 70.0),
            self.whole(7, 100.0, 600.0),
            self.whole(8, 20.0, 45.0),
            self.whole(9, 100.0, 1_500.0),
        );
        read(&files([("scheme.toml", scheme), ("assumptions.toml", assumptions), ("segments.csv", segments)]))
    }
}

/// What a tally of any number of people and results is paid.
fn paid(scheme: &Scheme, people: i64, results: i64) -> i64 {
    let mut tally = Tally::empty(scheme, 0, vec![0, 1]);
    for cell in 0..tally.people.len() {
        tally.people[cell] = people;
        tally.counts[0][cell] = results;
    }
    contract::price::statement(scheme, &tally).1.total().0
}

/// For each risk, whether it is present.
fn found(it: &Shipped) -> Vec<(&'static str, bool)> {
    let draws = CommonDraws::build(&it.scheme, &it.assumptions, 3, 0, 48);
    let results = quick_results(&it.scheme, &it.assumptions, &draws, StrategySet::Forecast);
    CATALOGUE.iter().map(|risk| (risk.name, (risk.forecast)(&results, AgentType::ProfitSeeking).present)).collect()
}

/// Both ways of writing in many random assumptions.
fn the_same(one: impl Fn(&World) -> (String, String), other: impl Fn(&World) -> (String, String)) {
    let mut any = 0;
    for number in 0..24 {
        let world = World { number };
        let [one, other] = [one(&world), other(&world)].map(|(baseline, clauses)| world.with(&baseline, &clauses));
        for results in [0, 1, 250, 499, 500, 501, 537, 538, 700, 999, 1_000] {
            let [a, b] = [&one, &other].map(|it| paid(&it.scheme, 1_000, results));
            assert!((a - b).abs() <= 2, "{number}: {results} results are paid {a} and {b}");
        }
        let [one, other] = [found(&one), found(&other)];
        any += one.iter().filter(|(_, present)| *present).count();
        assert_eq!(one, other, "world {number}");
    }
    assert!(any > 24, "hardly anything was found, so that the comparison says little");
}

const BASELINE: &str = "baseline = \"50 %\"";

fn lines(clauses: &[&str]) -> String {
    clauses.join("\n")
}

fn fee(each_year: i64) -> String {
    format!("[pay.fee]\nclause = \"service fee\"\neach_year = \"£{each_year}\"\n")
}

fn each_person(price: i64) -> String {
    format!("[pay.start]\nclause = \"attachment fee\"\nprice = \"£{price}\"\n")
}

/// No count of a thousand people is at the level exactly, where "above" and "at least" differ.
#[test]
fn a_lump_sum_that_is_earned_and_one_that_is_lost() {
    let (base, lump) = (|w: &World| w.whole(20, 300_000.0, 900_000.0), |w: &World| 10_000 * w.whole(21, 5.0, 40.0));
    let level = |w: &World| format!("{}.75 percentage points", w.whole(22, 0.0, 5.0));
    the_same(
        |w| {
            let bonus = format!(
                "[pay.award]\nclause = \"bonus\"\noutcome = \"job\"\nabove = \"{}\"\nper = \"lump sum\"\nprice = \"£{}\"\n\
                 measured_over = \"each year\"\n",
                level(w),
                lump(w)
            );
            (BASELINE.to_owned(), lines(&[&fee(base(w)), &bonus]))
        },
        |w| {
            let at_risk = format!(
                "[pay.stake]\nclause = \"service fee\"\neach_year = \"£{}\"\n[pay.risk]\nclause = \"share at risk\"\nof = [\"stake\"]\n\
                 share = \"100 %\"\ngate = {{ outcome = \"job\", improves_by_at_least = \"{}\" }}\nmeasured_over = \"each year\"\n",
                lump(w),
                level(w)
            );
            (BASELINE.to_owned(), lines(&[&fee(base(w)), &at_risk]))
        },
    );
}

#[test]
fn a_price_for_each_success_and_a_deduction_for_each_failure() {
    let (base, price) = (|w: &World| w.whole(30, 300.0, 900.0), |w: &World| 2 * w.whole(31, 100.0, 4_000.0));
    let paid_each =
        |w: &World| format!("[pay.job]\nclause = \"outcome payment\"\noutcome = \"job\"\nprice = \"£{}\"\n", price(w));
    let tariff = |w: &World| {
        format!(
            "[pay.job]\nclause = \"tariff\"\noutcome = \"job\"\nper = \"person\"\nreward = \"£{0}\"\ndeduction = \"£{0}\"\n\
             measured_over = \"each year\"\n",
            price(w)
        )
    };
    let success = |w: &World| (String::new(), lines(&[&each_person(base(w)), &paid_each(w)]));
    the_same(success, |w| ("baseline = \"100 %\"".to_owned(), lines(&[&each_person(base(w) + price(w)), &tariff(w)])));
    // Half way between: what is paid at the baseline is in the fee.
    the_same(success, |w| (BASELINE.to_owned(), lines(&[&each_person(base(w) + price(w) / 2), &tariff(w)])));
}

#[test]
fn one_clause_and_two_that_share_its_price() {
    let price = |w: &World| 2 * w.whole(40, 100.0, 3_000.0);
    let clause = |name: &str, price: i64| {
        format!(
            "[pay.{name}]\nclause = \"outcome payment\"\noutcome = \"job\"\nprice = \"£{price}\"\n\
             gate = {{ improves_by_at_least = \"3.75 percentage points\" }}\n"
        )
    };
    the_same(
        |w| (BASELINE.to_owned(), lines(&[&each_person(400), &clause("job", price(w))])),
        |w| (BASELINE.to_owned(), lines(&[&clause("first", price(w) / 2), &clause("second", price(w) / 2), &each_person(400)])),
    );
}
