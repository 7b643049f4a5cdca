//! What checking a scheme finds: every error and warning, whether the worked examples hold, and what the next pound of help buys.

use std::collections::BTreeMap;

use base::english::counted;
use base::problem::{Problem, Severity};
use base::source::SourceFile;
use contract::examples::WorkedExample;
use schemars::JsonSchema;
use serde::Serialize;

use crate::machine_readable::{JsonDocument, pounds};
use crate::terminal::Terminal;

/// Every mistake and warning of a scheme, and whether its worked examples hold.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CheckReport {
    /// the scheme's folder
    pub folder: String,
    /// how many mistakes
    pub errors: usize,
    /// how many warnings
    pub warnings: usize,
    /// mistakes first, then warnings
    pub problems: Vec<ProblemEntry>,
    /// the worked examples of the scheme file
    pub examples: Vec<ExampleEntry>,
    /// what the next pound of help buys and earns; empty where there are mistakes
    pub facts: Vec<String>,
    /// what was not checked, and why
    pub notes: Vec<String>,
}

/// One mistake or warning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ProblemEntry {
    /// how bad it is
    #[schemars(extend("enum" = ["error", "warning"]))]
    pub severity: &'static str,
    /// the file in the folder
    pub file: String,
    /// from 1
    pub line: Option<usize>,
    /// from 1, in characters
    pub column: Option<usize>,
    /// what is wrong
    pub what: String,
    /// what the file says
    pub read: Option<String>,
    /// what it should say
    pub expected: Option<String>,
    /// the known name nearest to it
    pub nearest: Option<String>,
    /// how to fix it
    pub fix: Option<String>,
    /// how many further problems of the same severity this one stands for; 0 for one of its own
    pub more: usize,
}

impl ProblemEntry {
    /// A problem with its place in the file, counted as people count.
    #[must_use]
    pub fn of(problem: &Problem, sources: &BTreeMap<String, SourceFile>) -> ProblemEntry {
        let place = problem.place.or_else(|| Some(sources.get(&problem.file)?.place(problem.span?.start)));
        ProblemEntry {
            severity: if problem.severity == Severity::Error { "error" } else { "warning" },
            file: problem.file.clone(),
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
            what: problem.what.clone(),
            read: problem.read.clone(),
            expected: problem.expected.clone(),
            nearest: problem.nearest.clone(),
            fix: problem.fix.clone(),
            more: problem.more,
        }
    }
}

/// One worked example of a scheme file, priced by its rules.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ExampleEntry {
    /// its name
    pub name: String,
    /// whether the rules pay what it says
    pub holds: bool,
    /// amounts that differ
    pub differences: Vec<ExampleDifference>,
    /// clauses that the example forgot, where its total differs
    pub not_named: Vec<ExamplePayment>,
}

/// An amount of an example that the rules do not pay. Money in pounds.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ExampleDifference {
    /// the clause, or total
    pub clause: String,
    /// as the file says, in pounds
    pub stated: f64,
    /// as the rules pay, in pounds
    pub paid: f64,
    #[serde(skip)]
    words: String,
}

/// What a clause pays in an example. Money in pounds.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ExamplePayment {
    /// the clause
    pub clause: String,
    /// as the rules pay, in pounds
    pub paid: f64,
    #[serde(skip)]
    words: String,
}

impl From<&WorkedExample> for ExampleEntry {
    fn from(example: &WorkedExample) -> ExampleEntry {
        let differs = example.payments.iter().filter(|(_, stated, paid)| stated != paid);
        let differences = differs.map(|(clause, stated, paid)| ExampleDifference {
            clause: clause.clone(),
            stated: pounds(*stated),
            paid: pounds(*paid),
            words: format!("the file says {stated}, the rules pay {paid}"),
        });
        let differences: Vec<ExampleDifference> = differences.collect();
        // A total that does not hold may lie in a clause that the example forgot.
        let unnamed = example.unnamed.iter().filter(|_| differences.iter().any(|one| one.clause == "total"));
        let not_named = unnamed.map(|(clause, paid)| ExamplePayment {
            clause: clause.clone(),
            paid: pounds(*paid),
            words: format!("not named in the example, the rules pay {paid}"),
        });
        ExampleEntry { name: example.name.clone(), holds: example.holds(), not_named: not_named.collect(), differences }
    }
}

impl CheckReport {
    /// The examples, the facts, and the counts in the last line; the problems themselves are shown apart.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        let mut out = String::new();
        for example in &self.examples {
            let outcome = if example.holds { terminal.green("holds") } else { terminal.red("FAILS") };
            out += &format!("example {}: {outcome}\n", example.name);
            let differences = example.differences.iter().map(|one| (&one.clause, &one.words));
            let forgotten = example.not_named.iter().map(|one| (&one.clause, &one.words));
            differences.chain(forgotten).for_each(|(clause, words)| out += &format!("  {clause}: {words}\n"));
        }
        self.facts.iter().for_each(|fact| out += &format!("{fact}\n"));
        let counts = match (self.errors, self.warnings) {
            (0, 0) => "no errors, no warnings".to_owned(),
            (errors, warnings) => format!("{}, {}", counted(errors, "error", "errors"), counted(warnings, "warning", "warnings")),
        };
        let notes: String = self.notes.iter().map(|note| format!("; {note}")).collect();
        let summary = format!("{}: {counts}{notes}", self.folder);
        out + &format!("{}\n", if self.errors > 0 { terminal.red(&summary) } else { terminal.green(&summary) })
    }
}

impl JsonDocument for CheckReport {
    const SCHEMA: &'static str = "wellspent-check/1";
    const COMMAND: &'static str = "wellspent check --json";
}
