//! Two contracts side by side: every changed term, then what a provider that seeks profit does under each, who is better and worse
//! off, and which risks went away or appeared. Both are tested with the same random numbers.

use base::money::thousands;
use contract::Scheme;
use contract::changes::{TermChange, changes};
use risks::{Estimate, PeopleNoun, StrategyKind, StrategyResult, StrategyResults, listed, pounds, pounds_within};
use schemars::JsonSchema;
use serde::Serialize;

use crate::machine_readable::{JsonDocument, SimulatedFigure, rounded};
use crate::terminal::Terminal;

/// One of two schemes, as it was tested.
#[derive(Clone, Debug)]
pub struct TestedScheme<'a> {
    /// The folder, as the reader knows it.
    pub folder: String,
    pub scheme: &'a Scheme,
    pub results: &'a StrategyResults,
    /// Every risk that was looked for.
    pub risks: Vec<TestedRisk>,
    /// Scenarios that were tried.
    pub scenarios: usize,
}

/// One risk that was looked for.
#[derive(Clone, Debug, PartialEq)]
pub struct TestedRisk {
    pub name: &'static str,
    pub present: bool,
    pub share_of_scenarios: f64,
}

/// Two schemes side by side, each at the provider's best strategy.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CompareReport {
    /// the scheme as it was
    pub old: ComparedScheme,
    /// the scheme as it is now
    pub new: ComparedScheme,
    /// seed of every random draw
    pub seed: u64,
    /// every changed term
    pub changes: Vec<ComparedTerm>,
    /// new less old, replication by replication
    pub difference: ComparedFigures,
    /// outcomes that both measure
    pub people: Vec<ComparedOutcome>,
    /// risks that were looked for
    pub risks: Vec<ComparedRisk>,
    /// how to read it
    pub notes: Vec<String>,
}

/// One of the two schemes.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ComparedScheme {
    /// its folder
    pub folder: String,
    /// its title
    pub name: String,
    /// scenarios tried
    pub scenarios: usize,
    /// people simulated
    pub people: Option<f64>,
    /// at the provider's best strategy
    pub figures: ComparedFigures,
}

/// What comes of a scheme at the provider's best strategy. Money in pounds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ComparedFigures {
    /// What the payer pays. In pounds, with its standard error over the replications; 0 where the figure is exact.
    pub payer_pays: SimulatedFigure,
    /// What the provider has left. In pounds, with its standard error over the replications; 0 where the figure is exact.
    pub provider_keeps: SimulatedFigure,
    /// spent on help that changes outcomes; in pounds
    pub help_spend: Option<f64>,
    /// worth to the public compared with no help for anyone; in pounds
    pub outcomes_worth: Option<f64>,
    /// chance of winning the next contract, where the assumptions say how it is decided; from 0 to 1
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chance_of_next_contract: Option<SimulatedFigure>,
    #[serde(skip)]
    exact: ExactFigures,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct ExactFigures {
    pays: Estimate,
    keeps: Estimate,
    help: f64,
    worth: f64,
    renewal: Option<Estimate>,
}

/// One changed term of the contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ComparedTerm {
    /// contract, or outcome or clause with its name
    pub about: String,
    /// in English
    pub sentence: String,
}

/// How many people are better and worse off in one outcome.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ComparedOutcome {
    /// its name
    pub outcome: String,
    /// people with a better result
    pub better_off: Option<f64>,
    /// people with a worse result
    pub worse_off: Option<f64>,
    /// by segment, where both have the same
    pub segments: Vec<ComparedSegment>,
    #[serde(skip)]
    words: Vec<String>,
}

/// How many more people of one segment have the good result.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ComparedSegment {
    /// its name
    pub segment: String,
    /// people with a better result, less those with a worse one
    pub better_off: Option<f64>,
}

/// One risk under both schemes.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ComparedRisk {
    /// as in the glossary
    pub name: &'static str,
    /// what became of it, over the assumptions as stated and all scenarios: gone where none has it any more, new where none had it
    #[schemars(extend("enum" = ["gone", "new", "in both", "in neither"]))]
    pub change: &'static str,
    /// whether it is present under the assumptions as stated
    pub old_as_stated: bool,
    /// whether it is present under the assumptions as stated
    pub new_as_stated: bool,
    /// share of scenarios in which it is present
    pub old_share_of_scenarios: Option<f64>,
    /// share of scenarios in which it is present
    pub new_share_of_scenarios: Option<f64>,
}

impl CompareReport {
    /// Compares two schemes that were tested with the same seed.
    #[must_use]
    pub fn of(old: &TestedScheme<'_>, new: &TestedScheme<'_>, seed: u64, notes: Vec<String>) -> CompareReport {
        let best = |tested: &TestedScheme<'_>| tested.results.get(StrategyKind::BEST).cloned();
        let (before, after) = (best(old), best(new));
        let figures = |result: &Option<StrategyResult>| result.as_ref().map_or_else(ComparedFigures::none, ComparedFigures::of);
        let scheme = |tested: &TestedScheme<'_>, result: &Option<StrategyResult>| ComparedScheme {
            folder: tested.folder.clone(),
            name: tested.scheme.name.clone(),
            scenarios: tested.scenarios,
            people: rounded(tested.results.people),
            figures: figures(result),
        };
        let term = |change: TermChange| ComparedTerm { about: change.about, sentence: change.sentence };
        let both = before.as_ref().zip(after.as_ref());
        CompareReport {
            old: scheme(old, &before),
            new: scheme(new, &after),
            seed,
            changes: changes(old.scheme, new.scheme).into_iter().map(term).collect(),
            difference: both.map_or_else(ComparedFigures::none, |(before, after)| ComparedFigures::difference(before, after)),
            people: both.map_or_else(Vec::new, |results| people(old, new, results)),
            risks: compared_risks(old, new),
            notes,
        }
    }

    /// The comparison for a terminal.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        let mut out = format!("old: {}\n", terminal.bold(&format!("{} ({})", self.old.name, self.old.folder)));
        out += &format!("new: {}\n", terminal.bold(&format!("{} ({})", self.new.name, self.new.folder)));
        out += &format!("\n{}\n", terminal.bold("What changes in the contract"));
        out += &list(
            self.changes.iter().map(|change| change.sentence.as_str()),
            "Nothing: both contracts promise the same.",
            terminal,
        );
        out += &format!("\n{}\n", terminal.bold("What it costs, at the provider's best strategy under each contract"));
        out += &self.figure_table(terminal);
        out += &format!("\n{}\n", terminal.bold("Who is better off and who is worse off"));
        let words: Vec<&str> = self.people.iter().flat_map(|outcome| &outcome.words).map(String::as_str).collect();
        let nobody = match self.people.is_empty() {
            true => "The two contracts have no outcome in common that can be compared person by person.",
            false => "Nobody: every outcome stays the same.",
        };
        out += &list(words.into_iter(), nobody, terminal);
        out += &format!("\n{}\n", terminal.bold("Risks"));
        out += &self.risk_lines(terminal);
        for note in &self.notes {
            out += &format!("\n{}\n", terminal.dim(&terminal.wrap(note, 0)));
        }
        out
    }

    fn figure_table(&self, terminal: Terminal) -> String {
        let (old, new, change) = (&self.old.figures.exact, &self.new.figures.exact, &self.difference.exact);
        let exact = |value: f64| pounds(value);
        let row = |name: &str, cells: [String; 3]| std::iter::once(name.to_owned()).chain(cells).collect::<Vec<_>>();
        let mut rows = vec![
            row("the payer pays", [old.pays, new.pays, change.pays].map(pounds_within)),
            row("the provider keeps", [old.keeps, new.keeps, change.keeps].map(pounds_within)),
            row("spent on help", [old.help, new.help, change.help].map(exact)),
            row("outcomes are worth", [old.worth, new.worth, change.worth].map(exact)),
        ];
        if old.renewal.or(new.renewal).is_some() {
            let chance = |of: Option<Estimate>| of.map_or("not stated".to_owned(), |of| risks::percent(of.mean));
            let moved = change.renewal.map_or("not stated".to_owned(), |of| risks::percentage_points(of.mean));
            rows.push(row("chance of winning the next contract", [chance(old.renewal), chance(new.renewal), moved]));
        }
        terminal.table(&["", "old", "new", "change"].map(str::to_owned), &rows)
    }

    fn risk_lines(&self, terminal: Terminal) -> String {
        let of = |change: &'static str| self.risks.iter().filter(move |risk| risk.change == change);
        let line = |risk: &ComparedRisk| risk_line(risk, [self.old.scenarios, self.new.scenarios]);
        let mut lines: Vec<String> = of("gone").map(|risk| terminal.green(&line(risk))).collect();
        lines.extend(of("new").map(|risk| terminal.red(&line(risk))));
        lines.extend(of("in both").map(line));
        list(lines.iter().map(String::as_str), "No risk that was looked for is present under either contract.", terminal)
    }
}

/// "in both: drift, present in 12 of 64 scenarios, was 60, and no longer present with the numbers as
/// stated". `tried` are the scenarios of the old and the new scheme.
fn risk_line(risk: &ComparedRisk, tried: [usize; 2]) -> String {
    let counted = |share: f64, tried: usize| (share * tried as f64).round();
    let often = match (risk.old_share_of_scenarios, risk.new_share_of_scenarios) {
        (Some(old), Some(new)) => {
            let of = if tried[0] == tried[1] { String::new() } else { format!(" of {}", tried[0]) };
            let (old, new) = (counted(old, tried[0]), counted(new, tried[1]));
            format!(", present in {new} of {} scenarios, was {old}{of}", tried[1])
        }
        _ => String::new(),
    };
    let stated = match (risk.old_as_stated, risk.new_as_stated) {
        (true, false) if risk.change == "in both" => ", and no longer present with the numbers as stated",
        (false, true) if risk.change == "in both" => ", and now present with the numbers as stated",
        (false, false) => ", and absent with the numbers as stated",
        _ => "",
    };
    format!("{}: {}{often}{stated}", risk.change, risk.name)
}

/// What becomes of a risk, from whether the old and the new scheme have it as stated or in any scenario.
fn what_became(before: bool, after: bool) -> &'static str {
    match (before, after) {
        (true, false) => "gone",
        (false, true) => "new",
        (true, true) => "in both",
        (false, false) => "in neither",
    }
}

impl JsonDocument for CompareReport {
    const SCHEMA: &'static str = "wellspent-compare/1";
    const COMMAND: &'static str = "wellspent compare --json";
}

/// Lines with a dash each, or what to say where there are none.
fn list<'a>(lines: impl Iterator<Item = &'a str>, none: &str, terminal: Terminal) -> String {
    let lines: String = lines.map(|line| format!("  - {}\n", terminal.wrap(line, 4))).collect();
    if lines.is_empty() { format!("  {none}\n") } else { lines }
}

impl ComparedFigures {
    fn none() -> ComparedFigures {
        ComparedFigures::from(ExactFigures::default())
    }

    fn from(exact: ExactFigures) -> ComparedFigures {
        ComparedFigures {
            payer_pays: SimulatedFigure::pounds(exact.pays),
            provider_keeps: SimulatedFigure::pounds(exact.keeps),
            help_spend: rounded(exact.help),
            outcomes_worth: rounded(exact.worth),
            chance_of_next_contract: exact.renewal.map(SimulatedFigure::share),
            exact,
        }
    }

    fn of(result: &StrategyResult) -> ComparedFigures {
        ComparedFigures::from(ExactFigures {
            pays: Estimate::of(result.payments.iter().copied()),
            keeps: Estimate::of(result.profit()),
            help: result.help_spend,
            worth: result.value,
            renewal: (!result.renewal.is_empty()).then(|| Estimate::of(result.renewal.iter().copied())),
        })
    }

    /// Replication by replication: both contracts met the same people and the same chances.
    fn difference(old: &StrategyResult, new: &StrategyResult) -> ComparedFigures {
        ComparedFigures::from(ExactFigures {
            pays: Estimate::of(new.payments.iter().zip(&old.payments).map(|(new, old)| new - old)),
            keeps: Estimate::of(new.profit().zip(old.profit()).map(|(new, old)| new - old)),
            help: new.help_spend - old.help_spend,
            worth: new.value - old.value,
            renewal: (!old.renewal.is_empty() && !new.renewal.is_empty())
                .then(|| Estimate::of(new.renewal.iter().zip(&old.renewal).map(|(new, old)| new - old))),
        })
    }
}

/// The outcomes that both schemes measure, once per person.
fn people(
    old: &TestedScheme<'_>,
    new: &TestedScheme<'_>,
    (before, after): (&StrategyResult, &StrategyResult),
) -> Vec<ComparedOutcome> {
    let names =
        |tested: &TestedScheme<'_>| tested.results.segments.iter().map(|segment| segment.name.clone()).collect::<Vec<_>>();
    let same_segments = names(old) == names(new);
    let outcomes = old.results.outcomes.iter().enumerate().filter(|(_, facts)| facts.binary);
    let compared = outcomes.filter_map(|(at, facts)| {
        let other = new.results.outcomes.iter().position(|other| other.name == facts.name && other.sign == facts.sign)?;
        let by_segment: Vec<f64> = match same_segments {
            true => after.outcomes[other].iter().zip(&before.outcomes[at]).map(|(new, old)| facts.sign * (new - old)).collect(),
            false => vec![facts.sign * (after.outcome(other) - before.outcome(at))],
        };
        let better: f64 = by_segment.iter().filter(|more| **more > 0.0).sum();
        let worse: f64 = -by_segment.iter().filter(|more| **more < 0.0).sum::<f64>();
        let segments = names(old).into_iter().zip(&by_segment).filter(|_| same_segments);
        let noun = &new.results.outcomes[other].people;
        Some(ComparedOutcome {
            outcome: facts.name.clone(),
            better_off: rounded(better),
            worse_off: rounded(worse),
            words: sentences(
                noun,
                facts.sign,
                &segments.clone().map(|(name, more)| (name, *more)).collect::<Vec<_>>(),
                [better, worse],
            ),
            segments: segments.map(|(segment, more)| ComparedSegment { segment, better_off: rounded(*more) }).collect(),
        })
    });
    compared.collect()
}

/// "324 more people with a job (210 in "near work", 114 in "far from work").", for those better off and for those worse off.
fn sentences(noun: &PeopleNoun, sign: f64, segments: &[(String, f64)], [better, worse]: [f64; 2]) -> Vec<String> {
    let ways = if sign > 0.0 { ["more", "fewer"] } else { ["fewer", "more"] };
    let mut out = Vec::new();
    for (way, count, direction, label) in [(ways[0], better, 1.0, "better off"), (ways[1], worse, -1.0, "worse off")] {
        if count < 0.5 {
            continue;
        }
        let part = |(name, more): &(String, f64)| {
            let people = (direction * more).round() as i64;
            (people > 0).then(|| format!("{} in \"{name}\"", thousands(people)))
        };
        let parts: Vec<String> = segments.iter().filter_map(part).collect();
        let parts = if segments.len() > 1 { format!(" ({})", listed(&parts)) } else { String::new() };
        out.push(format!("{label}: {}{parts}", noun.counted(count, way)));
    }
    out
}

fn compared_risks(old: &TestedScheme<'_>, new: &TestedScheme<'_>) -> Vec<ComparedRisk> {
    let of = |tested: &TestedScheme<'_>, name: &str| tested.risks.iter().find(|risk| risk.name == name).cloned();
    let names = risks::CATALOGUE.iter().map(|risk| risk.name);
    let compared = names.filter_map(|name| {
        let (before, after) = (of(old, name), of(new, name));
        if before.is_none() && after.is_none() {
            return None;
        }
        let stated = |risk: &Option<TestedRisk>| risk.as_ref().is_some_and(|risk| risk.present);
        let anywhere =
            |risk: &Option<TestedRisk>| stated(risk) || risk.as_ref().is_some_and(|risk| risk.share_of_scenarios > 0.0);
        let share = |risk: &Option<TestedRisk>, scenarios: usize| {
            risk.as_ref().filter(|_| scenarios > 0).and_then(|risk| rounded(risk.share_of_scenarios))
        };
        Some(ComparedRisk {
            name,
            change: what_became(anywhere(&before), anywhere(&after)),
            old_as_stated: stated(&before),
            new_as_stated: stated(&after),
            old_share_of_scenarios: share(&before, old.scenarios),
            new_share_of_scenarios: share(&after, new.scenarios),
        })
    });
    compared.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_risk_that_is_left_in_some_scenarios_is_not_gone() {
        let line = |[old, new]: [(bool, f64); 2], tried: [usize; 2]| {
            let share = |(_, share): (bool, f64), tried: usize| (tried > 0).then_some(share);
            let risk = ComparedRisk {
                name: "drift",
                change: what_became(old.0 || old.1 > 0.0, new.0 || new.1 > 0.0),
                old_as_stated: old.0,
                new_as_stated: new.0,
                old_share_of_scenarios: share(old, tried[0]),
                new_share_of_scenarios: share(new, tried[1]),
            };
            risk_line(&risk, tried)
        };
        let (often, seldom, never) = ((true, 60.0 / 64.0), (false, 12.0 / 64.0), (false, 0.0));
        assert_eq!(
            line([often, seldom], [64, 64]),
            "in both: drift, present in 12 of 64 scenarios, was 60, and no longer present with the numbers as stated"
        );
        assert_eq!(line([often, often], [64, 64]), "in both: drift, present in 60 of 64 scenarios, was 60");
        assert_eq!(line([often, never], [64, 64]), "gone: drift, present in 0 of 64 scenarios, was 60");
        assert_eq!(
            line([never, seldom], [64, 64]),
            "new: drift, present in 12 of 64 scenarios, was 0, and absent with the numbers as stated"
        );
        assert_eq!(
            line([seldom, often], [64, 32]),
            "in both: drift, present in 30 of 32 scenarios, was 12 of 64, and now present with the numbers as stated"
        );
        assert_eq!(line([often, never], [0, 0]), "gone: drift");
    }
}
