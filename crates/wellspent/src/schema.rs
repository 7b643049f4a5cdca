//! The published descriptions of what the program reads and writes for other programs: tables of records, and JSON results.
//!
//! ```
//! let events = wellspent::schema::schema("events")?;
//! assert!(events.records);
//! # Ok::<(), wellspent::Error>(())
//! ```

use crate::error::Error;
use crate::shipped;

/// One description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedSchema {
    /// "people" for a table of records, "check" for what `wellspent check --json` writes.
    pub name: String,
    /// What it describes, in a line.
    pub about: String,
    /// The description itself: a Frictionless Table Schema, or a JSON Schema.
    pub text: &'static str,
    /// Whether it describes a table of records, rather than a result.
    pub records: bool,
}

/// The folder of the descriptions of results.
const OUTPUT: &str = "output/";

/// Every description: results first, then tables of records, in the order of their names.
#[must_use]
pub fn schemas() -> Vec<PublishedSchema> {
    let all = shipped::schemas().into_iter().map(|(path, text)| PublishedSchema {
        name: path.strip_prefix(OUTPUT).unwrap_or(path).to_owned(),
        about: description(text),
        text,
        records: !path.starts_with(OUTPUT),
    });
    let mut all: Vec<PublishedSchema> = all.collect();
    all.sort_by_key(|schema| (schema.records, schema.name.clone()));
    all
}

/// One description by its name: "people", "check", or the schema that a result names, "wellspent-check/1".
///
/// # Errors
/// There is no such description.
pub fn schema(name: &str) -> Result<PublishedSchema, Error> {
    let all = schemas();
    let known: Vec<String> = all.iter().map(|schema| schema.name.clone()).collect();
    let short = name.strip_prefix("wellspent-").map_or(name, |name| name.split('/').next().unwrap_or(name));
    // A plain name is a table of records where there is one; "wellspent-claims/1" is always a result.
    let tables = !name.starts_with("wellspent-");
    let mut found: Vec<PublishedSchema> = all.into_iter().filter(|schema| schema.name.eq_ignore_ascii_case(short)).collect();
    found.sort_by_key(|schema| schema.records != tables);
    found.into_iter().next().ok_or_else(|| {
        let hint = match base::problem::nearest(short, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`wellspent schema` lists them".to_owned(),
        };
        Error::failed(format!("there is no schema `{name}`"), hint)
    })
}

fn description(text: &str) -> String {
    let schema: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    schema["description"].as_str().unwrap_or_default().to_owned()
}

/// A list of all descriptions, a line each.
#[must_use]
pub fn list() -> String {
    let all = schemas();
    let width = all.iter().map(|schema| schema.name.len()).max().unwrap_or_default();
    let lines = |records: bool| {
        let of = all.iter().filter(move |schema| schema.records == records);
        of.map(|schema| format!("  {:<width$}  {}\n", schema.name, schema.about)).collect::<String>()
    };
    format!("Results, as JSON Schema:\n{}\nTables of records, as Frictionless Table Schema:\n{}", lines(false), lines(true))
}

#[cfg(test)]
mod tests {
    use crate::glossary::GlossaryDocument;
    use crate::new_scheme::NewDocument;
    use crate::pseudonymise::PseudonymiseDocument;
    use crate::shipped::SchemesDocument;
    use crate::simulate::SimulateDocument;
    use report::arms_race::ArmsRaceDocument;
    use report::check::CheckReport;
    use report::claims::ClaimsDocument;
    use report::compare::CompareReport;
    use report::compare_providers::CompareProvidersDocument;
    use report::design::DesignDocument;
    use report::duplication_json::DuplicationDocument;
    use report::evaluate::EvaluationDocument;
    use report::evaluate::plan::PlanDocument;
    use report::explain::ExplainReport;
    use report::fix_json::FixDocument;
    use report::invoices::InvoicesDocument;
    use report::json::StressDocument;
    use report::ledger_json::{
        ApproveDocument, LedgerBalanceDocument, LedgerEntriesDocument, LedgerHeadDocument, LedgerJournalDocument,
        LedgerRunDocument, LedgerRunsDocument, LedgerSettlementDocument, LedgerSettlementsDocument, LedgerStatementDocument,
        LedgerVerifyDocument,
    };
    use report::link::json::LinkDocument;
    use report::lots::LotsDocument;
    use report::machine_readable::description;
    use report::market::MarketDocument;
    use report::measure_json::MeasureDocument;
    use report::person::PersonDocument;
    use report::price::PriceReport;
    use report::publication::PublicationDocument;
    use report::reconciliation::LedgerReconcileDocument;
    use report::records_check::RecordsCheckDocument;
    use report::records_map::RecordsMapDocument;
    use report::refer::ReferDocument;
    use report::releases::ReleasesDocument;
    use report::replay::ReplayDocument;
    use report::sensitivity_summary::SensitivityDocument;
    use report::statement_json::PayDocument;
    use report::textbook_json::TextbookDocument;
    use report::uprated::UprateDocument;
    use report::verify::VerifyDocument;
    use report::watch::WatchDocument;
    use report::why_json::WhyDocument;
    use serde_json::Value;

    /// Every result that is written as JSON. Their descriptions are made from their types.
    /// Makes the name of a result and its schema.
    type Described = fn() -> anyhow::Result<(String, String)>;

    const DOCUMENTS: [Described; 49] = [
        description::<ApproveDocument>,
        description::<ArmsRaceDocument>,
        description::<CheckReport>,
        description::<ClaimsDocument>,
        description::<CompareReport>,
        description::<CompareProvidersDocument>,
        description::<DesignDocument>,
        description::<DuplicationDocument>,
        description::<EvaluationDocument>,
        description::<PlanDocument>,
        description::<ExplainReport>,
        description::<FixDocument>,
        description::<GlossaryDocument>,
        description::<InvoicesDocument>,
        description::<LedgerBalanceDocument>,
        description::<LedgerEntriesDocument>,
        description::<LedgerHeadDocument>,
        description::<LedgerJournalDocument>,
        description::<LedgerReconcileDocument>,
        description::<LedgerRunDocument>,
        description::<LedgerRunsDocument>,
        description::<LedgerSettlementDocument>,
        description::<LedgerSettlementsDocument>,
        description::<LedgerStatementDocument>,
        description::<LedgerVerifyDocument>,
        description::<LinkDocument>,
        description::<LotsDocument>,
        description::<MarketDocument<'_>>,
        description::<MeasureDocument>,
        description::<PublicationDocument>,
        description::<NewDocument>,
        description::<PayDocument>,
        description::<PersonDocument>,
        description::<PriceReport>,
        description::<PseudonymiseDocument>,
        description::<RecordsCheckDocument>,
        description::<RecordsMapDocument>,
        description::<ReferDocument>,
        description::<ReleasesDocument>,
        description::<ReplayDocument<'_>>,
        description::<SchemesDocument>,
        description::<SensitivityDocument<'_>>,
        description::<SimulateDocument>,
        description::<StressDocument>,
        description::<TextbookDocument>,
        description::<UprateDocument>,
        description::<VerifyDocument>,
        description::<WatchDocument>,
        description::<WhyDocument>,
    ];

    /// `UPDATE=1 cargo test -p wellspent` writes them anew.
    #[test]
    fn the_published_descriptions_are_those_of_the_types() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/output");
        let mut names = Vec::new();
        for (name, current) in DOCUMENTS.map(|document| document().expect("a description")) {
            let file = folder.join(format!("{name}.json"));
            if std::env::var_os("UPDATE").is_some() {
                std::fs::write(&file, &current).expect("the file can be written");
            }
            let published = std::fs::read_to_string(&file).unwrap_or_default();
            assert!(published == current, "schemas/output/{name}.json is out of date\nhint: UPDATE=1 cargo test -p wellspent");
            every_field_is_described(&serde_json::from_str(&current).expect("JSON"), &name);
            names.push(format!("{name}.json"));
        }
        names.sort();
        let files = std::fs::read_dir(&folder).expect("the folder").map(|entry| entry.expect("a file").file_name());
        let mut published: Vec<String> = files.map(|name| name.to_string_lossy().into_owned()).collect();
        published.sort();
        assert_eq!(published, names, "a description that no type makes");
    }

    /// Below a part that may be null too.
    fn every_field_is_described(schema: &Value, path: &str) {
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let path = format!("{path}.{name}");
            let described = property["description"].as_str().is_some_and(|text| !text.is_empty());
            assert!(described || property["const"].is_string(), "{path} has no description");
            every_field_is_described(property, &path);
        }
        for part in
            schema["anyOf"].as_array().into_iter().flatten().chain([&schema["items"]].into_iter().filter(|part| part.is_object()))
        {
            every_field_is_described(part, path);
        }
    }
}
