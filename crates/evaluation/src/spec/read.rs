//! Reads a spec from TOML. Every mistake is told with its place.

use base::money::{Pence, Rate, WHOLE};
use base::reader::Section;

use super::keys::{DESIGNS, DesignName, names, needed, whole};
use super::{
    CovariateKind, CovariateSpec, EstimandSpec, KnownWhen, MissingValues, OutcomeSource, OutcomeSpec, OutcomeUnit, SavingSpec,
    Spec, StandardErrorMethod, StandardErrorSpec, SubgroupSpec, TreatedSpec, design_keys,
};

const ESTIMANDS: [(&str, EstimandSpec); 5] = [
    ("att", EstimandSpec::Att),
    ("ate", EstimandSpec::Ate),
    ("ato", EstimandSpec::Ato),
    ("intention to treat", EstimandSpec::IntentionToTreat),
    ("complier", EstimandSpec::Complier),
];

const METHODS: [(&str, StandardErrorMethod); 10] = [
    ("classical", StandardErrorMethod::Classical),
    ("robust", StandardErrorMethod::Robust),
    ("clustered", StandardErrorMethod::Clustered),
    ("pair", StandardErrorMethod::Pair),
    ("abadie-imbens", StandardErrorMethod::AbadieImbens),
    ("influence", StandardErrorMethod::Influence),
    ("bootstrap", StandardErrorMethod::Bootstrap),
    ("randomisation", StandardErrorMethod::Randomisation),
    ("newey-west", StandardErrorMethod::NeweyWest),
    ("placebo", StandardErrorMethod::Placebo),
];

/// Fewer clusters than this are refused, unless the file asks for more.
const LEAST_CLUSTERS: i64 = 30;
/// The most draws of a bootstrap.
const MOST_DRAWS: i64 = 100_000;

/// Reads a spec. Problems go to the reader of the section; what is returned after a problem is not to be used.
pub fn read(top: &Section<'_, '_>) -> Option<Spec> {
    let question = top.required_text("question", "what is asked, in words, such as \"Did support reduce reoffending?\"");
    let estimand = needed(top, "estimand", &ESTIMANDS);
    let name = needed(top, "design", &DESIGNS);
    let level = level(top);
    let (table, sheet, id) = match top.required_section("data", "[data]") {
        Some(data) => {
            let table = data.required_text("table", "the file in the folder of records, such as \"people.csv\"");
            let id = data.required_text("id", "the column with the key of a row, such as \"person\"");
            let sheet = data.text("sheet").map(str::to_owned);
            data.finish();
            (table, sheet, id)
        }
        None => Default::default(),
    };
    let by_lot_or_choice = !name.is_some_and(DesignName::says_who_was_treated);
    let treated = if by_lot_or_choice { top.required_section("treated", "[treated]").map(|table| treated(&table)) } else { None };
    let outcome = top.required_section("outcome", "[outcome]").and_then(|table| outcome(&table));
    let covariates = top.section("covariate").map_or(Vec::new(), |all| covariates(&all, treated.as_ref()));
    let standard_error = top.required_section("standard_error", "[standard_error]").and_then(|table| standard_error(&table));
    let design = name.and_then(|name| design_keys::design(top, name, &covariates));
    let subgroups = top.section("subgroup").map_or(Vec::new(), |all| subgroups(&all));
    let negative_controls = names(top, "negative_controls");
    let cost_each = top.section("cost").map(|table| {
        let each = table.required::<Pence>("each_treated");
        table.finish();
        each.pounds()
    });
    let savings = top.section("saving").map_or(Vec::new(), |all| savings(&all));
    top.finish();
    Some(Spec {
        question,
        estimand: estimand?,
        design: design?,
        table,
        sheet,
        id,
        treated,
        outcome: outcome?,
        covariates,
        standard_error: standard_error?,
        level,
        subgroups,
        negative_controls,
        cost_each,
        savings,
    })
}

fn level(top: &Section<'_, '_>) -> f64 {
    if !top.has("level") {
        return 0.95;
    }
    let fix = "write the level of the intervals, such as level = \"95%\"";
    top.required_within("level", (Rate(WHOLE / 2), Rate(WHOLE / 1_000 * 999)), "not the level of an interval", fix).as_f64()
}

fn treated(table: &Section<'_, '_>) -> TreatedSpec {
    let column = table.required_text("column", "the column that says who was treated, such as \"treated\"");
    let is = table.required_text("is", "the value that means treated, such as \"1\"");
    let not = table.required_text("not", "the value that means not treated, such as \"0\"");
    if !is.is_empty() && is == not {
        table.push(table.problem("not", "treated and not treated have the same value").fix("correct one of the two"));
    }
    let from = table.text("from").map(str::to_owned);
    table.finish();
    TreatedSpec { column, is, not, from }
}

fn outcome(table: &Section<'_, '_>) -> Option<OutcomeSpec> {
    let name = table.required_text("name", "what is counted, after \"people with\", such as \"a proven reoffence\"");
    let unit =
        needed(table, "unit", &[("people", OutcomeUnit::People), ("£", OutcomeUnit::Pounds), ("number", OutcomeUnit::Number)]);
    let more_is_better = needed(table, "better", &[("more", true), ("fewer", false), ("less", false)]);
    let source = match (table.text("column"), table.section("measured")) {
        (Some(column), None) => Some(OutcomeSource::Column(column.to_owned())),
        (None, Some(measured)) => {
            let folder = measured.required_text("scheme", "the folder of the scheme, such as \"schemes/support\"");
            let outcome = measured.required_text("outcome", "the outcome's name in the scheme, such as \"reoffending\"");
            measured.finish();
            Some(OutcomeSource::Scheme { folder, outcome })
        }
        (found, _) => {
            let what = if found.is_some() { "the outcome is said twice" } else { "nothing says where the outcome is" };
            table.push(
                table
                    .problem("column", what)
                    .expected("`column`, or the table [outcome.measured] with `scheme` and `outcome`")
                    .fix("write one of the two: column = \"reoffended\""),
            );
            None
        }
    };
    table.finish();
    Some(OutcomeSpec { source: source?, name, unit: unit?, more_is_better: more_is_better? })
}

fn covariates(all: &Section<'_, '_>, treated: Option<&TreatedSpec>) -> Vec<CovariateSpec> {
    let kinds = [("number", CovariateKind::Number), ("category", CovariateKind::Category)];
    let ways = [
        ("complete cases", MissingValues::CompleteCases),
        ("indicator", MissingValues::Indicator),
        ("imputation", MissingValues::Imputation),
    ];
    let one = |table: Section<'_, '_>| {
        let path = table.path_of("");
        let name = path.trim_end_matches('.').rsplit('.').next().unwrap_or_default().to_owned();
        let column = table.text("column").map_or(name, str::to_owned);
        let kind = needed(&table, "is", &kinds);
        let known = match (table.text("known_on"), table.text("known")) {
            (Some(day), None) => Some(KnownWhen::On(day.to_owned())),
            (None, Some("before the start")) => Some(KnownWhen::BeforeStart),
            _ => {
                let what = format!("nothing says when `{column}` was known");
                table.push(
                    table
                        .problem("known", what)
                        .expected("known = \"before the start\", or known_on with the column of the day")
                        .fix("what became known after the start may be an effect of the service, and must not be adjusted for"),
                );
                None
            }
        };
        if let (Some(KnownWhen::On(_)), Some(TreatedSpec { from: None, .. })) = (&known, treated) {
            table.push(
                table
                    .problem("known_on", "there is no day of the start to compare with")
                    .expected("`from` under [treated], the column with the day from which a person counts")
                    .fix("add to [treated]: from = \"start\""),
            );
        }
        let missing = table.choice("missing", &ways);
        table.finish();
        Some(CovariateSpec { column, kind: kind?, known: known?, missing })
    };
    let found = all.sections().into_iter().filter_map(one).collect();
    all.finish();
    found
}

fn standard_error(table: &Section<'_, '_>) -> Option<StandardErrorSpec> {
    let method = needed(table, "method", &METHODS);
    let clusters = table.text("clusters").map(str::to_owned);
    if method == Some(StandardErrorMethod::Clustered) && clusters.is_none() {
        let problem = table.problem("clusters", "nothing says what the clusters are");
        table.push(problem.expected("the column with the cluster of each row").fix("add a line: clusters = \"office\""));
    }
    let least_clusters = whole(table, "least_clusters", (2, 1_000_000), Some(LEAST_CLUSTERS));
    let drawn = matches!(method, Some(StandardErrorMethod::Bootstrap | StandardErrorMethod::Randomisation));
    let draws = whole(table, "draws", (100, MOST_DRAWS), if drawn { None } else { Some(1_000) });
    let seed = whole(table, "seed", (0, 1_000_000_000), if drawn { None } else { Some(1) }) as u64;
    table.finish();
    Some(StandardErrorSpec { method: method?, clusters, least_clusters, draws, seed })
}

fn subgroups(all: &Section<'_, '_>) -> Vec<SubgroupSpec> {
    let one = |table: Section<'_, '_>| {
        let column = table.required_text("column", "a column, such as \"sex\"");
        let is = table.required_text("is", "the value of those in the group, such as \"female\"");
        table.finish();
        SubgroupSpec { column, is }
    };
    let found = all.sections().into_iter().map(one).collect();
    all.finish();
    found
}

fn savings(all: &Section<'_, '_>) -> Vec<SavingSpec> {
    let one = |table: Section<'_, '_>| {
        let path = table.path_of("");
        let department = path.trim_end_matches('.').rsplit('.').next().unwrap_or_default().to_owned();
        let each = table.required::<Pence>("each_result").pounds();
        let from = table.source().map(str::to_owned);
        table.finish();
        SavingSpec { department, each, from }
    };
    let found = all.sections().into_iter().map(one).collect();
    all.finish();
    found
}
