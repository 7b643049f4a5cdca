//! The scheme that does most for the public under a budget: for a terminal and for other programs.

use contract::Scheme;
use contract::fixes::Fix;
use risks::{Estimate, RiskId, percent, pounds, pounds_in_prose, pounds_within};
use schemars::JsonSchema;
use serde::Serialize;
use simulation::assumptions::Assumptions;
use simulation::design::{DesignAim, DesignSearchResult, EvaluatedDesign};

use crate::machine_readable::{JsonDocument, SimulatedFigure, rounded};
use crate::terminal::Terminal;

/// What was asked of a search for a design, as far as a report repeats it.
#[derive(Clone, Debug, PartialEq)]
pub struct DesignAsked {
    pub seed: u64,
    pub scenarios: usize,
    /// The least share of what it is paid that the provider must keep on average to sign.
    pub margin: f64,
}

/// The result for a terminal.
#[must_use]
pub fn text(
    scheme: &Scheme,
    assumptions: &Assumptions,
    found: &DesignSearchResult,
    asked: &DesignAsked,
    terminal: Terminal,
) -> String {
    let aim = match found.objective {
        DesignAim::Value => "the design whose outcomes are worth most beyond what the payer spends",
        DesignAim::Outcomes => "the design whose outcomes are worth most",
        DesignAim::Safe => "the design that pays least for chance, with worth less spend no lower than intended today",
    };
    let mut out = format!("{}\n{}\n\n", terminal.bold(&scheme.name), terminal.dim(&terminal.wrap(&assumptions.name, 0)));
    let sought = format!("We looked for {aim}, for at most {} over the cohorts simulated.", pounds_in_prose(found.budget));
    out += &format!("{}\n\n", terminal.wrap(&sought, 0));
    if !worth_its_price(found) {
        out += &terminal.red(&format!("{}\n\n", terminal.wrap(&do_not_buy(found), 0)));
    }
    out += &match &found.best {
        None => terminal.red("No design that we tried meets this: under each, the provider's best strategy costs more, or brings it too little to sign.\n\n"),
        Some(best) => format!("{}\n{}\n", steps(best, terminal), findings(found, asked.scenarios, terminal)),
    };
    out += &format!("{}\n", terminal.bold("The frontier"));
    out += &frontier(found, terminal);
    if let Some(words) = as_good_as_best(found) {
        out += &format!("\n{}\n", terminal.wrap(&words, 0));
    }
    out += &format!("\n{}\n", terminal.dim(&terminal.wrap(&notes(found, asked, assumptions), 0)));
    out
}

/// Whether some design that was tried, the scheme as it is among them, brings more than it costs, as far as the replications can tell.
fn worth_its_price(found: &DesignSearchResult) -> bool {
    std::iter::once(&found.now).chain(&found.best).chain(&found.frontier).any(|design| design.value.high() > 0.0)
}

/// The advice where no design is worth its price.
fn do_not_buy(found: &DesignSearchResult) -> String {
    let all = std::iter::once(&found.now).chain(&found.best).chain(&found.frontier);
    let nearest = all.max_by(|a, b| a.value.mean.total_cmp(&b.value.mean)).unwrap_or(&found.now);
    format!(
        "Do not buy this. Under these assumptions no design that we tried is worth its price. The one that comes nearest costs {} and \
         brings outcomes worth {}. What else the service does is not counted.",
        pounds_in_prose(nearest.spend.mean),
        pounds_in_prose(nearest.worth)
    )
}

fn steps(best: &EvaluatedDesign, terminal: Terminal) -> String {
    if best.changes.is_empty() {
        return terminal.green("The best design that we tried is the scheme as it is.\n");
    }
    let mut out = terminal.green("The best design that we tried:\n\n");
    for (at, change) in best.changes.iter().enumerate() {
        out += &format!("  {}. {}\n", at + 1, terminal.wrap(&change.words(), 5));
    }
    out
}

fn findings(found: &DesignSearchResult, scenarios: usize, terminal: Terminal) -> String {
    let words = match &found.left {
        None => "We cannot write this design as text, so we did not test it in full.".to_owned(),
        Some(left) if left.is_empty() => "The full stress test finds no unintended risk in it.".to_owned(),
        Some(left) => {
            let each = left.iter().map(|(risk, share)| match scenarios {
                0 => risk.name().to_owned(),
                _ => format!("{risk} (in {} of scenarios)", percent(*share)),
            });
            let each: Vec<String> = each.collect();
            format!(
                "The full stress test finds in it: {}. Run `wellspent fix` on the new scheme to look for a fix.",
                each.join(", ")
            )
        }
    };
    format!("{}\n", terminal.wrap(&words, 0))
}

/// The scheme as it is, then the frontier by spend; the best is marked.
fn frontier(found: &DesignSearchResult, terminal: Terminal) -> String {
    let header = ["design", "changes", "spend", "worth", "worth less spend", "provider keeps", "paid for chance", "likely"];
    // Each change is written once, with its number. Those of the best design are listed above, with the same numbers.
    let mut known: Vec<String> = found.best.iter().flat_map(|best| best.changes.iter().map(Fix::words)).collect();
    known.dedup();
    let mut row = |name: String, design: &EvaluatedDesign| {
        let sum = |estimate: Estimate| pounds_within(estimate);
        let mut numbers: Vec<usize> = Vec::new();
        for words in design.changes.iter().map(Fix::words) {
            let at = known.iter().position(|other| *other == words).unwrap_or(known.len());
            if at == known.len() {
                known.push(words);
            }
            numbers.push(at + 1);
        }
        let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
        vec![
            name,
            if numbers.is_empty() { "none".to_owned() } else { numbers.join(" ") },
            sum(design.spend),
            pounds(design.worth),
            sum(design.value),
            sum(design.profit),
            sum(design.for_chance),
            percent(design.chance),
        ]
    };
    let mut rows = vec![row("now".to_owned(), &found.now)];
    for (at, design) in found.frontier.iter().enumerate() {
        let best = found.best.as_ref() == Some(design);
        rows.push(row(format!("{}{}", letter(at), if best { " best" } else { "" }), design));
    }
    let key = known.iter().enumerate().map(|(at, words)| format!("  {:>2}. {}\n", at + 1, terminal.wrap(words, 6)));
    format!("{}\n{}", terminal.table(&header.map(str::to_owned), &rows), terminal.dim(&key.collect::<String>()))
}

/// The designs of the frontier that simulation cannot tell from the best: "B and C may be as good as the best: the difference is within
/// the simulation error."
fn as_good_as_best(found: &DesignSearchResult) -> Option<String> {
    let best = found.best.as_ref()?;
    let aim = |design: &EvaluatedDesign| match found.objective {
        DesignAim::Value => design.value,
        DesignAim::Outcomes => Estimate::exact(design.worth),
        DesignAim::Safe => Estimate { mean: -design.for_chance.mean, ..design.for_chance },
    };
    let apart = |design: &EvaluatedDesign| {
        let (there, here) = (aim(best), aim(design));
        Estimate { mean: there.mean - here.mean, error: there.error.hypot(here.error) }
    };
    let within = |design: &&EvaluatedDesign| *design != best && design.spend.mean <= found.budget && apart(design).low() <= 0.0;
    let letters = |(at, design): (usize, &EvaluatedDesign)| Some(letter(at).to_string()).filter(|_| within(&design));
    let as_good: Vec<String> = found.frontier.iter().enumerate().filter_map(letters).collect();
    let names: Vec<&str> = as_good.iter().map(String::as_str).collect();
    (!names.is_empty()).then(|| {
        format!("{} may be as good as the best: the difference is within the simulation error.", crate::words::listed(&names))
    })
}

fn letter(at: usize) -> char {
    char::from(b'A' + (at % 26) as u8)
}

fn notes(found: &DesignSearchResult, asked: &DesignAsked, assumptions: &Assumptions) -> String {
    format!(
        "All figures are at the provider's best strategy under each design. We tried {} designs. Spend includes fees. Where no clause \
         depends on the fees, they are set at the lowest level at which the provider keeps on average at least {} of what it is paid \
         (the fair margin is {}). Worth is what outcomes are worth to the public compared with no help for anyone; it is expected, not \
         drawn. \"Paid for chance\" is the mean payment for results above the truth when the provider does nothing extra. \"Likely\" is \
         the chance that it is over 1% of what is paid. ± is the 95% simulation error, on replications that neither search used. \
         Seed {}.",
        found.tried,
        percent(asked.margin),
        percent(assumptions.provider.fair_margin),
        asked.seed
    )
}

/// The designs that do most for the public under a budget.
#[derive(Serialize, JsonSchema)]
pub struct DesignDocument {
    /// its title
    scheme: String,
    /// what a design is judged by
    #[schemars(extend("enum" = ["value", "outcomes", "safe"]))]
    objective: &'static str,
    /// the most that may be spent, in pounds
    budget: f64,
    /// seed of every random draw
    seed: u64,
    /// designs tried
    tried: usize,
    /// whether some design that was tried brings more than it costs
    worth_its_price: bool,
    /// the scheme as it is
    as_it_is: DesignEntry,
    /// the best design; null where none meets the conditions
    best: Option<DesignEntry>,
    /// designs that no other beats in spend, worth and money paid for chance at once, by spend
    frontier: Vec<DesignEntry>,
    /// risks that the full stress test finds in the best design; null where it was not tested
    findings: Option<Vec<RiskShare>>,
}

#[derive(Serialize, JsonSchema)]
struct RiskShare {
    /// as in the glossary
    name: &'static str,
    /// share of scenarios in which it is present
    share_of_scenarios: Option<f64>,
}

#[derive(Serialize, JsonSchema)]
struct DesignEntry {
    /// changes to the rules as they are; empty for the scheme itself
    changes: Vec<String>,
    /// What the payer pays, fees included. In pounds, with its standard error over the replications; 0 where the figure is exact.
    spend: SimulatedFigure,
    /// what the outcomes are worth to the public, compared with no help for anyone; in pounds
    worth: Option<f64>,
    /// Worth less spend. In pounds, with its standard error over the replications; 0 where the figure is exact.
    worth_less_spend: SimulatedFigure,
    /// What the provider has left. In pounds, with its standard error over the replications; 0 where the figure is exact.
    provider_keeps: SimulatedFigure,
    /// What is paid for results above the truth when the provider does nothing extra. In pounds, with its standard error over the
    /// replications; 0 where the figure is exact.
    paid_for_chance: SimulatedFigure,
    /// the chance that it is over 1% of what is paid
    chance_of_paying_for_chance: Option<f64>,
}

impl DesignEntry {
    fn of(design: &EvaluatedDesign) -> DesignEntry {
        DesignEntry {
            changes: design.changes.iter().map(Fix::words).collect(),
            spend: SimulatedFigure::pounds(design.spend),
            worth: rounded(design.worth),
            worth_less_spend: SimulatedFigure::pounds(design.value),
            provider_keeps: SimulatedFigure::pounds(design.profit),
            paid_for_chance: SimulatedFigure::pounds(design.for_chance),
            chance_of_paying_for_chance: rounded(design.chance),
        }
    }
}

/// The result for other programs.
#[must_use]
pub fn document(scheme: &Scheme, found: &DesignSearchResult, asked: &DesignAsked) -> DesignDocument {
    let objective = match found.objective {
        DesignAim::Value => "value",
        DesignAim::Outcomes => "outcomes",
        DesignAim::Safe => "safe",
    };
    let left = |left: &Vec<(RiskId, f64)>| {
        left.iter().map(|(risk, share)| RiskShare { name: risk.name(), share_of_scenarios: rounded(*share) }).collect()
    };
    DesignDocument {
        scheme: scheme.name.clone(),
        objective,
        budget: found.budget,
        seed: asked.seed,
        tried: found.tried,
        worth_its_price: worth_its_price(found),
        as_it_is: DesignEntry::of(&found.now),
        best: found.best.as_ref().map(DesignEntry::of),
        frontier: found.frontier.iter().map(DesignEntry::of).collect(),
        findings: found.left.as_ref().map(left),
    }
}

impl JsonDocument for DesignDocument {
    const SCHEMA: &'static str = "wellspent-design/1";
    const COMMAND: &'static str = "wellspent design --json";
}
