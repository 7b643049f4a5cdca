//! A spec says everything that changes the answer, and every mistake in it is told with its place.

use base::problem::Problem;
use base::reader::{Reader, ScenarioDraw};
use base::source::{FileBytes, Folder};
use evaluation::spec::{self, DesignSpec, EstimandSpec, KnownWhen, MissingValues, Spec, StandardErrorMethod};

const MATCHING: &str = r#"
question = "Did support reduce reoffending?"
estimand = "att"
design = "matching"
negative_controls = ["earlier"]

[data]
table = "people.csv"
id = "person"

[treated]
column = "treated"
is = "1"
not = "0"
from = "start"

[outcome]
column = "reoffended"
name = "a proven reoffence"
unit = "people"
better = "fewer"

[covariate.age]
is = "number"
known = "before the start"

[covariate.area]
is = "category"
known_on = "assessed"
missing = "indicator"

[matching]
distance = "logit of propensity"
ratio = 2
replacement = false
caliper = "0.2 SD"
exact = ["sex"]

[standard_error]
method = "pair"

[subgroup.women]
column = "sex"
is = "female"

[cost]
each_treated = "£1,200"

[saving.police]
each_result = "£3,500"
from = "unit costs of 2024"
"#;

fn read(text: &str) -> (Option<Spec>, Vec<Problem>) {
    let files = base::open(&Folder::from([("spec.toml".to_owned(), FileBytes::Read(text.as_bytes().to_vec()))]));
    let draw = ScenarioDraw::new();
    let reader = Reader::new(&files, &draw);
    let spec = reader.document("spec.toml", "question = \"…\"").and_then(|top| spec::read(&top));
    let problems = files.problems.iter().cloned().chain(reader.problems.into_inner()).collect();
    (spec, problems)
}

#[test]
fn a_spec_is_read_whole() {
    let (spec, problems) = read(MATCHING);
    assert!(problems.is_empty(), "{problems:?}");
    let spec = spec.expect("a spec");
    let DesignSpec::Matching(matching) = &spec.design else { panic!("{:?}", spec.design) };
    assert_eq!((matching.ratio, matching.replacement, spec.estimand), (2, false, EstimandSpec::Att));
    assert_eq!(spec.covariates[1].known, KnownWhen::On("assessed".to_owned()));
    assert_eq!(spec.covariates[1].missing, Some(MissingValues::Indicator));
    assert_eq!(spec.standard_error.method, StandardErrorMethod::Pair);
    assert_eq!((spec.level, spec.cost_each, spec.savings[0].each), (0.95, Some(1200.0), 3500.0));
}

/// What changes the answer is never a default: each of these lines is needed, and the mistake is told where it is missing.
#[test]
fn what_changes_the_answer_has_no_default() {
    for line in [
        "estimand = \"att\"",
        "design = \"matching\"",
        "id = \"person\"",
        "is = \"1\"",
        "not = \"0\"",
        "better = \"fewer\"",
        "unit = \"people\"",
        "known = \"before the start\"",
        "known_on = \"assessed\"",
        "distance = \"logit of propensity\"",
        "replacement = false",
        "caliper = \"0.2 SD\"",
        "method = \"pair\"",
        "from = \"start\"",
        "column = \"reoffended\"",
    ] {
        assert_eq!(MATCHING.matches(line).count(), 1, "{line}");
        let (_, problems) = read(&MATCHING.replace(line, ""));
        assert!(!problems.is_empty(), "nothing is said without {line}");
    }
}

#[test]
fn a_misspelt_word_is_told_with_the_nearest() {
    let (_, problems) = read(&MATCHING.replace("\"matching\"", "\"maching\""));
    assert!(problems.iter().any(|problem| problem.nearest.as_deref() == Some("matching")), "{problems:?}");
}
