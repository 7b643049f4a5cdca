//! The tables of records as Frictionless Table Schemas (<https://specs.frictionlessdata.io/table-schema/>) and as a page, both
//! written from the schema in the code, so that they cannot differ from what is read.

use anyhow::{Context as _, Result};
use records::schema::{RecordColumn, RecordTable, TABLES, ValueKind};

pub(crate) const FOLDER: &str = "schemas";
pub(crate) const PAGE: &str = "docs/records.md";

const BEGIN: &str = "<!-- tables: `cargo xtask docs` writes what follows -->\n";
const END: &str = "<!-- tables end -->\n";

/// File names and contents.
pub(crate) fn schemas() -> Vec<(String, String)> {
    TABLES.iter().map(|table| (format!("{FOLDER}/{}.json", table.name), schema(table))).collect()
}

fn schema(table: &RecordTable) -> String {
    let fields: Vec<String> = table.columns.iter().map(|column| format!("    {}", field(table, column))).collect();
    let key = if table.keyed { format!("  \"primaryKey\": {},\n", quoted(table.columns[0].name)) } else { String::new() };
    let person = table.columns.iter().any(|column| column.name == "person") && table.name != "people";
    let foreign = "  \"foreignKeys\": [\n    { \"fields\": \"person\", \"reference\": { \"resource\": \"people\", \"fields\": \"person\" } }\n  ],\n";
    format!(
        "{{\n  \"$schema\": \"https://specs.frictionlessdata.io/schemas/table-schema.json\",\n  \"title\": {},\n  \"description\": {},\n\
         {key}{}  \"missingValues\": [\"\"],\n  \"fields\": [\n{}\n  ]\n}}\n",
        quoted(table.name),
        quoted(table.row),
        if person { foreign } else { "" },
        fields.join(",\n")
    )
}

fn field(table: &RecordTable, column: &RecordColumn) -> String {
    let kind = match column.kind {
        ValueKind::Id | ValueKind::Text | ValueKind::Choice(_) => "string",
        ValueKind::Day => "date",
        ValueKind::Amount | ValueKind::Share => "number",
    };
    let mut constraints = Vec::new();
    if column.required {
        constraints.push("\"required\": true".to_owned());
    }
    if table.keyed && table.columns[0].name == column.name {
        constraints.push("\"unique\": true".to_owned());
    }
    if let ValueKind::Choice(words) = column.kind {
        constraints.push(format!("\"enum\": [{}]", words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(", ")));
    }
    let constraints =
        if constraints.is_empty() { String::new() } else { format!(", \"constraints\": {{ {} }}", constraints.join(", ")) };
    let personal = if column.personal { ", \"personal\": true" } else { "" };
    let (name, meaning) = (quoted(column.name), quoted(column.meaning));
    format!("{{ \"name\": {name}, \"type\": \"{kind}\", \"description\": {meaning}{personal}{constraints} }}")
}

/// A JSON string; names and meanings hold no control characters.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The page with the part between the markers as the code has it.
pub(crate) fn with_tables(page: &str) -> Result<String> {
    let (head, rest) = page.split_once(BEGIN).context("the page has lost the line before the tables")?;
    let (_, tail) = rest.split_once(END).context("the page has lost the line after the tables")?;
    let tables: String = TABLES.iter().map(section).collect();
    Ok(format!("{head}{BEGIN}\n{tables}{END}{tail}"))
}

fn section(table: &RecordTable) -> String {
    let row = |column: &RecordColumn| {
        let required = if column.required { "required" } else { "" };
        let personal = if column.personal { "personal" } else { "" };
        let kind = match column.kind {
            ValueKind::Id => "name".to_owned(),
            ValueKind::Text => "text".into(),
            ValueKind::Day => "day".into(),
            ValueKind::Amount => "amount".into(),
            ValueKind::Share => "share".into(),
            ValueKind::Choice(words) => words.join(" or "),
        };
        format!("| `{}` | {kind} | {required} | {personal} | {} |\n", column.name, column.meaning)
    };
    let rows: String = table.columns.iter().map(row).collect();
    format!(
        "### {}\n\n{}\n\n| column | kind | | | meaning |\n|---|---|---|---|---|\n{rows}\n",
        table.name,
        table.row.replace(". ", ".\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_schemas_are_current() {
        for (name, current) in schemas() {
            let written = std::fs::read_to_string(crate::root().join(&name)).unwrap_or_default();
            assert!(written == current, "{name} is out of date\nhint: cargo xtask docs");
        }
    }

    #[test]
    fn the_page_of_tables_is_current() {
        let written = std::fs::read_to_string(crate::root().join(PAGE)).expect("the page");
        let current = with_tables(&written).expect("the markers");
        assert!(written == current, "{PAGE} is out of date\nhint: cargo xtask docs");
    }
}
