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
    if let Some(choices) = schema["anyOf"].as_array() {
        let fits = |choice: &Value| {
            let mut wrong = Vec::new();
            mismatches(root, choice, value, path, &mut wrong);
            wrong
        };
        let wrong: Vec<Vec<String>> = choices.iter().map(fits).collect();
        if wrong.iter().all(|wrong| !wrong.is_empty()) {
            out.extend(wrong.into_iter().flatten());
        }
        return;
    }
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
        assert_matches(arguments[0], &arguments);
    }
    // A path may follow the option, and nothing needs to.
    let standard = run(&["stress", "plain-linear", "--replications", "20", "--scenarios", "2", "--json"]);
    let file = format!("{}/stress.json", broken.path());
    assert!(run(&["stress", "plain-linear", "--replications", "20", "--scenarios", "2", "--json", &file]).status.success());
    assert_eq!(standard.stdout, std::fs::read(&file).expect("the file"));
}

/// Runs a command that writes JSON, which must be a result by the schema of that name and nothing else.
pub(crate) fn assert_matches(name: &str, arguments: &[&str]) -> Value {
    let output = run(arguments);
    let value: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{arguments:?}: {}", said(&output)));
    let schema = schema(name);
    let mut wrong = Vec::new();
    mismatches(&schema, &schema, &value, "", &mut wrong);
    assert!(wrong.is_empty(), "{arguments:?}\n{}", wrong.join("\n"));
    assert!(value["schema"].as_str().is_some_and(|full| full.starts_with(&format!("wellspent-{name}/"))), "{arguments:?}");
    assert!(value["program"].as_str().is_some_and(|program| program.starts_with("wellspent ")), "{arguments:?}");
    value
}

#[test]
fn every_other_result_matches_its_schema() {
    let scratch = Scratch::new("json");
    let place = |name: &str| format!("{}/{name}", scratch.path());
    let (new, records, pack) = (place("new"), place("records"), place("pack"));
    assert_matches("new", &["new", &new, "--json"]);
    assert_matches("schemes", &["schemes", "--json"]);
    assert_matches("glossary", &["glossary", "parking", "--json"]);
    assert_matches("glossary", &["glossary", "--json"]);
    assert_matches("textbook", &["stress", "theory", "--json"]);
    assert_matches("textbook", &["stress", "theory/creaming", "--json"]);
    let fixed = assert_matches("fix", &["fix", "hmp-doncaster-2011", "--scenarios", "2", "--json", "--out", &place("fixed")]);
    assert!(fixed["all"]["changes"].as_array().is_some_and(|changes| !changes.is_empty()), "{fixed}");
    assert!(run(&["sensitivity", "plain-linear", "--pack", &pack]).status.success());
    assert_eq!(assert_matches("verify", &["verify", &pack, "--json"])["right"], true);
    std::fs::write(place("pack/summary.txt"), "something else").expect("a file");
    assert_eq!(assert_matches("verify", &["verify", &pack, "--json"])["right"], false);
    assert_matches("simulate", &["simulate", "plain-linear", "--out", &records, "--json"]);

    scratch.write("costs.csv", "service,cost,year,theirs\nadvice,100,2020,110\nhousing,x,2020,1\n");
    scratch.write("index.csv", "year,level\n2020,100\n2025,110\n");
    let uprate = ["uprate", &place("costs.csv"), "--index", &place("index.csv"), "--to", "2025", "--amount", "cost"];
    let uprated = assert_matches("uprate", &[&uprate[..], &["--year", "year", "--against", "theirs", "--json"]].concat());
    assert_eq!((&uprated["rows"][0]["uprated"], &uprated["comparison"]["agree"]), (&Value::from("110"), &Value::from(1)));

    scratch
        .write("held/lots.csv", "lot,provider,region,begins,ends\nL1,Acme,North,2027-01-01,2030-01-01\nL2,Brook,,2027-01-01,\n");
    scratch.write(
        "held/invoices.csv",
        "invoice,contract,status,plan,outcome,results,price,amount\nI1,Jobs,paid,,start,3,100,300\nI2,Jobs,paid,,start,3,100,400\n",
    );
    let lots = assert_matches("lots", &["lots", &place("held"), "--json"]);
    assert_eq!(lots["lots"].as_array().map(Vec::len), Some(2));
    let invoices = assert_matches("invoices", &["invoices", &place("held"), "--json"]);
    assert_eq!(invoices["contracts"][0]["wrong"][0]["over"], 100.0);
}

#[test]
fn every_result_of_the_ledger_matches_its_schema() {
    let scratch = Scratch::new("json-ledger");
    let kept = root().join("apps/cli/tests/ledgers/liability-receivable/ledger.db");
    std::fs::copy(kept, scratch.0.join("ledger.db")).expect("a copy");
    let ledger = format!("{}/ledger.db", scratch.path());
    let ask = |name: &str, arguments: &[&str]| {
        assert_matches(&format!("ledger-{name}"), &[&["ledger", arguments[0], &ledger], &arguments[1..], &["--json"]].concat())
    };
    let runs = ask("runs", &["show"]);
    let waiting = "369c150958c8";
    assert!(runs["runs"].as_array().is_some_and(|runs| runs.iter().any(|run| run["approved_by"].is_null())), "{runs}");
    let before = ask("run", &["show", waiting]);
    assert!(before["lines"].as_array().is_some_and(|lines| !lines.is_empty()), "{before}");
    let approve = ["approve", waiting, "--store", &ledger, "--by", "Ben Cole", "--json"];
    assert!(assert_matches("approve", &approve)["posted"].as_u64() > Some(0));
    assert!(assert_matches("approve", &approve)["posted"].is_null(), "it was posted before");
    let pay = [
        "settle",
        "--provider",
        "Acme",
        "--amount",
        "£1,000.50",
        "--on",
        "2029-08-10",
        "--reference",
        "BACS 1",
        "--by",
        "Cat Dee",
    ];
    let settled = ask("settlement", &pay);
    assert_eq!((&settled["settlement"]["amount"], &settled["written"]), (&Value::from(1000.5), &Value::from(true)));
    scratch.write("bank.csv", "reference,date,amount,payee\nBACS 1,2029-08-10,1000.50,Acme\nBACS 2,2029-08-11,5,Brook\n");
    let found = ask("reconcile", &["reconcile", &format!("{}/bank.csv", scratch.path())]);
    assert_eq!((&found["matched"], found["items"].as_array().map(Vec::len)), (&Value::from(false), Some(2)));
    let reversed = ask("settlement", &["reverse", "--reference", "BACS 1", "--by", "Eve Fox", "--reason", "returned"]);
    assert_eq!(reversed["settlement"]["reversed"]["by"], "Eve Fox");
    assert_eq!(ask("settlements", &["settlements"])["settlements"].as_array().map(Vec::len), Some(1));
    let balance = ask("balance", &["balance"]);
    assert_eq!(balance["debit"], balance["credit"]);
    assert!(ask("journal", &["journal"])["transactions"].as_array().is_some_and(|all| all.len() > 10));
    let contract = runs["runs"][0]["contract"].as_str().expect("a contract");
    let statement = ask("statement", &["statement", "--contract", contract, "--as-at", "2030-01-01"]);
    let total = |provider: &Value| -> f64 {
        provider["lines"].as_array().into_iter().flatten().filter_map(|line| line["amount"].as_f64()).sum()
    };
    for provider in statement["providers"].as_array().expect("providers") {
        assert!((total(provider) - provider["total"].as_f64().expect("a total")).abs() < 0.005, "{provider}");
    }
    let head = ask("head", &["head"]);
    assert_eq!(ask("verify", &["verify"])["head"], head["head"]);
    assert_eq!(ask("entries", &["entries"])["entries"].as_array().map(|all| all.len() as u64), head["head"]["number"].as_u64());
    let cut = ask("verify", &["verify", "--head", &format!("999:{}", "0".repeat(64))]);
    assert_eq!(cut["sound"], false);
}

/// A command that is added without the option, or whose schema is not listed, is found here.
#[test]
fn every_command_that_prints_a_result_writes_json_by_a_listed_schema() {
    let listed = said(&run(&["schema"]));
    // These print a text for a shell, a reader of manuals or another program already.
    let others = ["completions", "man", "schema", "help"];
    let names = |arguments: &[&str]| -> Vec<String> {
        let help = said(&run(&[arguments, &["--help"]].concat()));
        let below = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap_or_default();
        below
            .lines()
            .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let mut seen = 0;
    for command in names(&[]) {
        let below = names(&[&command]);
        let paths: Vec<Vec<&str>> = match below.is_empty() {
            true => vec![vec![&command]],
            false => below.iter().filter(|name| *name != "help").map(|name| vec![command.as_str(), name]).collect(),
        };
        for path in paths.iter().filter(|path| !others.contains(&path[0])) {
            let help = said(&run(&[&path[..], &["--help"]].concat()));
            assert!(help.contains("--json"), "{path:?} has no --json:\n{help}");
            let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
            for named in help.split("`wellspent schema ").skip(1).filter_map(|rest| rest.split('`').next()) {
                assert!(listed.contains(&format!("  {named} ")), "{path:?} names the schema {named}");
            }
            seen += 1;
        }
    }
    assert!(seen > 35, "{seen}");
}

/// A change of one without the other would leave readers of the page or of the schema behind.
#[test]
fn the_schema_of_the_stress_report_has_the_fields_of_its_page() {
    fn paths(schema: &Value, path: &str, out: &mut Vec<String>) {
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            let is_figure = property["properties"]["mean"].is_object();
            out.push(path.clone());
            // The page says once what a strategy has: that of one area has the same.
            if !is_figure && path != "areas[].strategies" {
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
