//! The published descriptions of what the program reads and writes for other programs: tables of records, and JSON results.

use report::fix_json::FixDocument;
use report::invoices::InvoicesDocument;
use report::ledger_json::{
    ApproveDocument, LedgerBalanceDocument, LedgerEntriesDocument, LedgerHeadDocument, LedgerJournalDocument, LedgerRunDocument,
    LedgerRunsDocument, LedgerSettlementDocument, LedgerSettlementsDocument, LedgerStatementDocument, LedgerVerifyDocument,
};
use report::lots::LotsDocument;
use report::machine_readable::description as description_of;
use report::reconciliation::LedgerReconcileDocument;
use report::records_map::RecordsMapDocument;
use report::textbook_json::TextbookDocument;
use report::uprated::UprateDocument;
use report::verify::VerifyDocument;

use crate::error::Error;
use crate::glossary::GlossaryDocument;
use crate::new_scheme::NewDocument;
use crate::pseudonymise::PseudonymiseDocument;
use crate::shipped::{self, SchemesDocument};
use crate::simulate::SimulateDocument;

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

/// The descriptions that are made from the types of the results: the name and the text of each. `schemas/output` has them as they are
/// here.
///
/// # Errors
/// A description cannot be written as JSON.
pub fn generated() -> Result<Vec<(String, String)>, Error> {
    let all = [
        description_of::<ApproveDocument>(),
        description_of::<FixDocument>(),
        description_of::<GlossaryDocument>(),
        description_of::<InvoicesDocument>(),
        description_of::<LedgerBalanceDocument>(),
        description_of::<LedgerEntriesDocument>(),
        description_of::<LedgerHeadDocument>(),
        description_of::<LedgerJournalDocument>(),
        description_of::<LedgerReconcileDocument>(),
        description_of::<LedgerRunDocument>(),
        description_of::<LedgerRunsDocument>(),
        description_of::<LedgerSettlementDocument>(),
        description_of::<LedgerSettlementsDocument>(),
        description_of::<LedgerStatementDocument>(),
        description_of::<LedgerVerifyDocument>(),
        description_of::<LotsDocument>(),
        description_of::<NewDocument>(),
        description_of::<PseudonymiseDocument>(),
        description_of::<RecordsMapDocument>(),
        description_of::<SchemesDocument>(),
        description_of::<SimulateDocument>(),
        description_of::<TextbookDocument>(),
        description_of::<UprateDocument>(),
        description_of::<VerifyDocument>(),
    ];
    Ok(all.into_iter().collect::<anyhow::Result<_>>()?)
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
    use super::*;

    /// `UPDATE=1 cargo test -p wellspent` writes them anew.
    #[test]
    fn the_published_descriptions_are_those_of_the_types() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/output");
        for (name, current) in generated().expect("descriptions") {
            let file = folder.join(format!("{name}.json"));
            if std::env::var_os("UPDATE").is_some() {
                std::fs::write(&file, &current).expect("the file can be written");
            }
            let published = std::fs::read_to_string(&file).unwrap_or_default();
            assert!(published == current, "schemas/output/{name}.json is out of date\nhint: UPDATE=1 cargo test -p wellspent");
            let described = |schema: &serde_json::Value| schema["description"].as_str().is_some_and(|text| !text.is_empty());
            let schema: serde_json::Value = serde_json::from_str(&current).expect("JSON");
            assert!(described(&schema), "{name}");
            for (field, property) in schema["properties"].as_object().expect("fields") {
                assert!(field == "schema" || described(property), "{name}: {field} has no description");
            }
        }
    }
}
