//! A spec and a table, all the way to the answer: it is the published one where there is one, and the order of rows changes nothing.

use std::collections::BTreeMap;

use base::reader::{Reader, ScenarioDraw};
use base::source::{FileBytes, Folder};
use evaluation::evaluate::said;
use evaluation::evaluate::{EvaluationResult, Refused, Role, evaluate};
use evaluation::spec::{self, Spec};
use evaluation::table::{EvaluationTable, NumberColumn, TableColumn, TextValues};

use crate::close;
use crate::data::treated_with;

pub(crate) fn spec(text: &str) -> Spec {
    let files = base::open(&Folder::from([("spec.toml".to_owned(), FileBytes::Read(text.as_bytes().to_vec()))]));
    let draw = ScenarioDraw::new();
    let reader = Reader::new(&files, &draw);
    let spec = reader.document("spec.toml", "question = \"…\"").and_then(|top| spec::read(&top));
    let problems = reader.problems.into_inner();
    assert!(problems.is_empty(), "{problems:?}");
    spec.expect("a spec")
}

/// A table of cells: each column with its name and whether it holds numbers.
pub(crate) fn table(columns: &[(&str, bool, Vec<String>)]) -> EvaluationTable {
    let rows = columns[0].2.len();
    let made = columns.iter().map(|(name, is_number, cells)| {
        let column = match is_number {
            true => {
                let mut numbers = NumberColumn::default();
                cells.iter().for_each(|cell| numbers.push(cell));
                TableColumn::Numbers(numbers)
            }
            false => {
                let mut values: Vec<String> = cells.clone();
                values.sort_unstable();
                values.dedup();
                let place = |cell: &String| values.binary_search(cell).expect("a known text") as u32;
                let rows = cells.iter().map(place).collect();
                TableColumn::Text(TextValues { values, rows })
            }
        };
        ((*name).to_owned(), column)
    });
    EvaluationTable::new("people.csv", 2, rows, made.collect::<BTreeMap<_, _>>()).expect("a table with rows")
}

const LALONDE: &str = r#"
question = "Did the programme raise earnings?"
estimand = "att"
design = "matching"
[data]
table = "people.csv"
id = "id"
[treated]
column = "treat"
is = "1"
not = "0"
[outcome]
column = "re78"
name = "earnings in 1978"
unit = "£"
better = "more"
[covariate.age]
is = "number"
known = "before the start"
[covariate.education]
is = "number"
known = "before the start"
[covariate.race]
is = "category"
known = "before the start"
[covariate.married]
is = "number"
known = "before the start"
[covariate.nodegree]
is = "number"
known = "before the start"
[covariate.re74]
is = "number"
known = "before the start"
[covariate.re75]
is = "number"
known = "before the start"
[matching]
distance = "propensity"
replacement = false
caliper = "none"
[standard_error]
method = "pair"
"#;

/// The data of MatchIt's vignette: the 185 treated of Dehejia and Wahba and the comparison group CPS-3, in an order of rows.
fn lalonde(order: impl Fn(usize, usize) -> usize) -> Option<EvaluationTable> {
    let found = treated_with("cps_controls3")?;
    let rows = found.rows();
    let number = |name: &str| (0..rows).map(|at| found.column(name)[order(at, rows)].to_string()).collect::<Vec<String>>();
    let race = (0..rows).map(|at| {
        let row = order(at, rows);
        match (found.column("black")[row], found.column("hispanic")[row]) {
            (1.0, _) => "black",
            (_, 1.0) => "hispan",
            _ => "white",
        }
        .to_owned()
    });
    let mut columns = vec![
        ("id", false, (0..rows).map(|at| format!("p{:04}", order(at, rows))).collect::<Vec<String>>()),
        ("treat", false, number("treat")),
        ("race", false, race.collect()),
    ];
    for name in ["age", "education", "married", "nodegree", "re74", "re75", "re78"] {
        columns.push((name, true, number(name)));
    }
    Some(table(&columns))
}

fn answered(spec: &Spec, table: &EvaluationTable) -> EvaluationResult {
    evaluate(spec, table, 20_000).unwrap_or_else(|refused| panic!("{refused}"))
}

/// MatchIt's vignette: 185 pairs, 894.367, and a naive difference of -635.0262. Its standard error of 705.230 depends on who of several
/// men with one score makes a pair with whom; with ties broken by key it is 715.763.
#[test]
fn the_vignette_of_matchit_comes_out() {
    let Some(table) = lalonde(|at, _| at) else { return };
    let found = answered(&spec(LALONDE), &table);
    let [answer, naive] = &found.estimates[..] else { panic!("{:?}", found.estimates) };
    close(answer.effect, 894.367, 0.001);
    close(answer.standard_error, 715.763, 0.001);
    close(naive.effect, -635.0262, 0.0001);
    assert_eq!((answer.treated, answer.comparison), (185, 185));
    assert_eq!(naive.role, Role::Naive);
    let balance = found.balance.as_ref().expect("balance");
    let race = |pair: &evaluation::balance::Balance| {
        pair.covariates.iter().find(|covariate| covariate.name == "race: white").expect("race").standardised
    };
    assert!(race(&balance.before).abs() > race(&balance.after).abs());
    assert!(said::cannot_be_said(&found, false).iter().any(|said| said.contains("no effect")), "the interval holds none");
}

/// The caliper of the vignette: 113 pairs and 1571.744. Who is left out changes the question, and is said.
#[test]
fn a_caliper_changes_whom_the_answer_is_about() {
    let Some(table) = lalonde(|at, _| at) else { return };
    let found = answered(&spec(&LALONDE.replace("caliper = \"none\"", "caliper = \"0.2 SD\"")), &table);
    close(found.estimates[0].effect, 1571.744, 0.001);
    assert_eq!(found.losses.last().map(|loss| (loss.treated, loss.comparison)), Some((113, 113)));
    assert!(found.who_is_left.as_ref().is_some_and(|left| left.contains("72 of 185")), "{:?}", found.who_is_left);
}

/// The order of the rows is no one's choice, and changes nothing.
#[test]
fn the_order_of_rows_changes_nothing() {
    let (Some(one), Some(other)) = (lalonde(|at, _| at), lalonde(|at, rows| (at * 101 + 7) % rows)) else { return };
    for (design, error) in [("matching", "pair"), ("doubly robust", "influence"), ("entropy balancing", "robust")] {
        let text = LALONDE.replace("design = \"matching\"", &format!("design = \"{design}\""));
        let text = text.replace("method = \"pair\"", &format!("method = \"{error}\""));
        let text = if design == "matching" { text } else { without_matching(&text) };
        let spec = spec(&text);
        let (a, b) = (answered(&spec, &one), answered(&spec, &other));
        close(a.estimates[0].effect, b.estimates[0].effect, 1e-6);
        close(a.estimates[0].standard_error, b.estimates[0].standard_error, 1e-6);
    }
}

fn without_matching(text: &str) -> String {
    let (before, after) = text.split_once("[matching]").expect("a table");
    format!("{before}[standard_error]{}", after.split_once("[standard_error]").expect("a table").1)
}

const TRIAL: &str = r#"
question = "Did the offer reduce reoffending?"
estimand = "intention to treat"
design = "randomised"
negative_controls = ["earlier"]
[data]
table = "people.csv"
id = "id"
[treated]
column = "offered"
is = "1"
not = "0"
[outcome]
column = "again"
name = "a reoffence"
unit = "people"
better = "fewer"
[standard_error]
method = "robust"
[subgroup.women]
column = "sex"
is = "f"
[subgroup.men]
column = "sex"
is = "m"
[cost]
each_treated = "£500"
"#;

/// Four in ten of the offered, six in ten of the others; the same in both sexes.
fn trial() -> Vec<(&'static str, bool, Vec<String>)> {
    let text = |of: &dyn Fn(usize) -> &'static str| (0..400).map(|at| of(at).to_owned()).collect::<Vec<String>>();
    vec![
        ("id", false, (0..400).map(|at| format!("p{at}")).collect()),
        ("offered", false, text(&|at| if at % 2 == 0 { "1" } else { "0" })),
        ("sex", false, text(&|at| if at / 200 == 0 { "f" } else { "m" })),
        ("again", true, text(&|at| if (at / 2) % 10 < if at % 2 == 0 { 4 } else { 6 } { "1" } else { "0" })),
        ("earlier", true, text(&|at| if (at / 2) % 10 < 5 { "1" } else { "0" })),
    ]
}

/// A trial by hand: 80 of 200 and 120 of 200, so 20 points fewer, and £500 / 0.2 = £2,500 for each.
#[test]
fn a_trial_is_worked_out_by_hand() {
    let found = answered(&spec(TRIAL), &table(&trial()));
    let [answer, naive, women, men, control] = &found.estimates[..] else { panic!("{:?}", found.estimates) };
    close(answer.effect, -0.2, 1e-12);
    // Two variances of a share, each over one person less than there are.
    close(answer.standard_error, (0.4 * 0.6 / 199.0 * 2.0_f64).sqrt(), 1e-12);
    close(naive.effect, answer.effect, 1e-12);
    close(women.effect, -0.2, 1e-12);
    close(men.effect, -0.2, 1e-12);
    // Two tests: Holm doubles the smaller p-value.
    close(women.corrected_p_value.expect("corrected"), (2.0 * women.p_value).min(1.0), 1e-12);
    assert_eq!((control.role, control.effect), (Role::NegativeControl, 0.0));
    close(found.cost_per_result.expect("a cost").pounds, 2_500.0, 1e-9);
    assert!(said::found(&found).contains("20.0 percentage points less"), "{}", said::found(&found));
}

/// What a table must not be is refused, with its column and rows and never with what a cell says.
#[test]
fn what_cannot_be_used_is_told_by_column_and_row() {
    let with = |column: &str, row: usize, cell: &str| {
        let mut columns = trial();
        let found = columns.iter_mut().find(|(name, ..)| *name == column).expect("a column");
        found.2[row] = cell.to_owned();
        table(&columns)
    };
    for (column, cell, expected) in [
        ("id", "p0", "two rows have the same key"),
        ("id", "", "no key"),
        ("offered", "perhaps", "another value than the two"),
        ("again", "0.5", "neither 1 nor 0"),
        ("again", "often", "not a number"),
    ] {
        let refused = evaluate(&spec(TRIAL), &with(column, 7, cell), 20_000).expect_err("refused");
        let Refused::Table(fault) = &refused else { panic!("{refused}") };
        assert_eq!(fault.column, column, "{refused}");
        assert!(fault.rows.contains(&9) && fault.what.contains(expected), "{refused}");
        assert!(cell.len() < 3 || !refused.to_string().contains(cell), "{refused}");
    }
    let refused = evaluate(&spec(&TRIAL.replace("\"again\"", "\"agian\"")), &table(&trial()), 20_000).expect_err("refused");
    assert!(refused.to_string().contains("`again`"), "{refused}");
}

/// A covariate that became known only after the start is refused, and so is a day in the future.
#[test]
fn a_covariate_must_be_known_before_the_start() {
    let text = TRIAL.replace("not = \"0\"\n", "not = \"0\"\nfrom = \"start\"\n")
        + "[covariate.score]\nis = \"number\"\nknown_on = \"assessed\"\n";
    let days = |late: &str| {
        let mut columns = trial();
        columns.push(("start", false, vec!["2024-05-01".to_owned(); 400]));
        let mut assessed = vec!["2024-05-01".to_owned(); 400];
        assessed[3] = late.to_owned();
        columns.push(("assessed", false, assessed));
        columns.push(("score", true, (0..400).map(|at| (at % 7).to_string()).collect()));
        table(&columns)
    };
    let refused = |late: &str| evaluate(&spec(&text), &days(late), 19_900).expect_err("refused").to_string();
    assert!(
        refused("2024-05-02").contains("`score` became known only after the start") && refused("2024-05-02").contains("row 5")
    );
    assert!(refused("2028-05-02").contains("future"));
    assert!(evaluate(&spec(&text), &days("2024-04-30"), 19_900).is_ok());
}

/// Missing covariates have no default: the spec must say what happens to them.
#[test]
fn missing_covariates_have_no_default() {
    let with = |rule: &str| {
        let text = format!("{TRIAL}[covariate.score]\nis = \"number\"\nknown = \"before the start\"\n{rule}");
        let mut columns = trial();
        columns.push((
            "score",
            true,
            (0..400).map(|at| if at % 29 == 5 { String::new() } else { (at % 7).to_string() }).collect(),
        ));
        evaluate(&spec(&text), &table(&columns), 20_000)
    };
    let refused = with("").expect_err("refused").to_string();
    assert!(refused.contains("rows 7,") && refused.contains("complete cases"), "{refused}");
    let complete = with("missing = \"complete cases\"\n").expect("an answer");
    assert_eq!(complete.losses.last().map(|loss| loss.treated + loss.comparison), Some(386));
    for rule in ["indicator", "imputation"] {
        let found = with(&format!("missing = \"{rule}\"\n")).expect("an answer");
        assert!(found.notes.iter().any(|note| note.contains("14 rows")), "{:?}", found.notes);
    }
}
