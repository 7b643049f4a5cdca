//! `wellspent schema` and `--json`: every result matches its published schema, and every table of records has one. Also what comes
//! from the description of the command line: completions, manual pages and examples in the help.

use serde_json::Value;

use crate::wellspent::{Scratch, root, run, said};

fn schema(name: &str) -> Value {
    let output = run(&["schema", name]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    serde_json::from_slice(&output.stdout).expect("a schema is JSON")
}

/// What of a value does not match a schema, of the few words of JSON Schema that ours use. A field that the schema lacks is wrong too.
fn mismatches(root: &Value, schema: &Value, value: &Value, path: &str, out: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root.pointer(reference.trim_start_matches('#')).expect("the reference leads somewhere");
        return mismatches(root, target, value, path, out);
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let known = |name: &str| name == kind || (name == "number" && kind == "integer");
    let fits = match &schema["type"] {
        Value::String(name) => known(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(known),
        _ => true,
    };
    if !fits || schema["const"].as_str().is_some_and(|only| value.as_str() != Some(only)) {
        out.push(format!("{path}: {value} does not fit {}", schema["type"]));
    }
    if schema["enum"].as_array().is_some_and(|words| !words.contains(value)) {
        out.push(format!("{path}: {value} is none of {}", schema["enum"]));
    }
    if let (Some(fields), Some(properties)) = (value.as_object(), schema["properties"].as_object()) {
        out.extend(
            fields.keys().filter(|name| !properties.contains_key(*name)).map(|name| format!("{path}.{name}: not described")),
        );
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        out.extend(required.filter(|name| !fields.contains_key(*name)).map(|name| format!("{path}.{name}: missing")));
        for (name, property) in properties {
            if let Some(field) = fields.get(name) {
                mismatches(root, property, field, &format!("{path}.{name}"), out);
            }
        }
    }
    for item in value.as_array().into_iter().flatten() {
        mismatches(root, &schema["items"], item, &format!("{path}[]"), out);
    }
}

#[test]
fn every_result_matches_its_schema() {
    let broken = Scratch::new("broken");
    broken.write("scheme.toml", "scheme = \"Broken\"\n");
    let base = root().join("apps/cli/tests/bad/_base").display().to_string();
    let quick = ["--replications", "20", "--scenarios", "2"];
    let commands: Vec<Vec<&str>> = vec![
        vec!["check", "plain-linear", "--json"],
        vec!["check", &base, "--json"],
        vec!["check", broken.path(), "--json"],
        vec!["explain", "plain-linear", "--json"],
        vec!["explain", "work-programme-2011", "--json"],
        vec!["explain", &base, "--json"],
        vec!["price", "plain-linear", "--example", "as_expected", "--json"],
        vec!["design", "plain-linear", "--scenarios", "2", "--json"],
        vec!["sensitivity", "plain-linear", "--json"],
        vec!["replay", "plain-linear", "--person", "7", "--json"],
        [&["compare", "plain-linear", "hmp-doncaster-2011", "--json"][..], &quick].concat(),
        [&["stress", "plain-linear", "--json", "-"][..], &quick].concat(),
        [&["stress", "hmp-peterborough-2010", "--json", "-"][..], &quick].concat(),
    ];
    for arguments in commands {
        let output = run(&arguments);
        let value: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{arguments:?}: {}", said(&output)));
        let schema = schema(arguments[0]);
        let mut wrong = Vec::new();
        mismatches(&schema, &schema, &value, "", &mut wrong);
        assert!(wrong.is_empty(), "{arguments:?}\n{}", wrong.join("\n"));
        assert!(value["schema"].as_str().is_some_and(|name| name.starts_with(&format!("wellspent-{}/", arguments[0]))));
    }
}

/// A change of one without the other would leave readers of the page or of the schema behind.
#[test]
fn the_schema_of_the_stress_report_has_the_fields_of_its_page() {
    fn paths(schema: &Value, path: &str, out: &mut Vec<String>) {
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            let is_figure = property["properties"]["mean"].is_object();
            out.push(path.clone());
            if !is_figure {
                paths(property, &path, out);
                paths(&property["items"], &format!("{path}[]"), out);
            }
        }
    }
    let page = std::fs::read_to_string(root().join("docs/report-json.md")).expect("the page");
    let mut documented: Vec<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` |"))
        .map(|(field, _)| field.to_owned())
        .filter(|field| field != "mean" && field != "error")
        .collect();
    let mut described = Vec::new();
    paths(&schema("stress"), "", &mut described);
    documented.sort();
    described.sort();
    assert_eq!(described, documented);
}

#[test]
fn every_table_of_records_has_a_schema_and_a_wrong_name_gets_the_right_one() {
    let listed = said(&run(&["schema"]));
    for table in &::records::schema::TABLES {
        assert!(listed.contains(&format!("  {} ", table.name)), "{}\n{listed}", table.name);
        assert_eq!(schema(table.name)["title"], table.name);
    }
    assert_eq!(schema("wellspent-check/1"), schema("check"));
    let wrong = run(&["schema", "peple"]);
    assert!(wrong.status.code() == Some(2) && said(&wrong).contains("did you mean `people`?"), "{}", said(&wrong));
}

#[test]
fn completions_and_manual_pages_know_the_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = run(&["completions", shell]);
        assert!(output.status.success() && said(&output).contains("compare"), "{shell}: {}", said(&output));
    }
    let page = said(&run(&["man"]));
    assert!(page.contains(".TH wellspent") && page.contains("stress"), "{page}");
    let page = said(&run(&["man", "stress"]));
    assert!(page.contains("\\-\\-scenarios") && page.contains("Examples"), "{page}");
    let wrong = run(&["man", "chek"]);
    assert!(wrong.status.code() == Some(2) && said(&wrong).contains("there is no command `chek`"), "{}", said(&wrong));
}

#[test]
fn a_former_word_finds_the_entry_of_the_glossary() {
    let entry = said(&run(&["glossary", "conduct"]));
    assert!(entry.starts_with("strategy\n") && entry.contains("Formerly: conduct."), "{entry}");
    let unknown = run(&["glossary", "parkng"]);
    assert!(unknown.status.code() == Some(2) && said(&unknown).contains("did you mean `parking`?"), "{}", said(&unknown));
}
