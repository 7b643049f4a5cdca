//! Which uncertain assumptions the result depends on: for a terminal and for other programs. The page is in `sensitivity`.

use base::english::counted;
use base::money::thousands;
use contract::Scheme;
use risks::{listed, people};
use schemars::JsonSchema;
use serde::Serialize;
use simulation::scenario_discovery::uncertain_name;
use simulation::sensitivity::{Interval, OutputFigure, SensitivityAnalysis, SensitivityOutput};

use crate::machine_readable::{JsonDocument, rounded};
use crate::sensitivity::{by_share, interval, movement, range, spread, title};
use crate::terminal::Terminal;

/// The result for a terminal.
#[must_use]
pub fn text(scheme: &Scheme, found: &SensitivityAnalysis, seed: u64, terminal: Terminal) -> String {
    let mut out = format!("{}\n{}\n", terminal.bold(&scheme.name), terminal.bold("What the result depends on"));
    let area = if scheme.areas.len() > 1 { format!(" In the typical area alone ({}).", found.area) } else { String::new() };
    let size = format!(
        "{}, {}.{area}",
        counted(found.uncertain_numbers.len(), "uncertain number", "uncertain numbers"),
        people(found.people as f64)
    );
    out += &format!("{}\n", terminal.dim(&terminal.wrap(&size, 0)));
    for output in &found.outputs {
        out += &table(found, output, terminal);
    }
    out += &format!("\n{}\n", terminal.wrap(&notes(found, seed), 0));
    out
}

/// One figure: what it is, how far it spreads, and a row for each number that matters.
fn table(found: &SensitivityAnalysis, output: &SensitivityOutput, terminal: Terminal) -> String {
    let mut out = format!("\n{}\n", terminal.bold(&title(output)));
    out += &format!("  {}\n", terminal.wrap(&spread(output), 2));
    out += &format!("  {}\n\n", terminal.wrap(&depends_on(found, output), 2));
    let header = ["number", "range", "moves it by", "alone", "with others"].map(str::to_owned);
    let row = |at: usize| {
        let number = found.kept[at];
        let (size, shares) = (output.effects[number].size, output.shares[at]);
        let name = uncertain_name(&found.uncertain_numbers[number].path);
        vec![name, range(found, number), movement(output, size), interval(shares.alone), interval(shares.in_all)]
    };
    let rows: Vec<Vec<String>> = by_share(found, output).into_iter().map(row).collect();
    out + &terminal.columns(&header, &rows, |column| column > 1)
}

/// The numbers that surely bring more than a tenth of the spread, the strongest first.
fn strongest<'f>(found: &'f SensitivityAnalysis, output: &SensitivityOutput) -> Vec<&'f str> {
    let mut much: Vec<usize> = (0..found.kept.len()).filter(|&at| output.shares[at].in_all.low > 0.1).collect();
    much.sort_by(|&a, &b| output.shares[b].in_all.value.total_cmp(&output.shares[a].in_all.value));
    much.into_iter().map(|at| found.uncertain_numbers[found.kept[at]].path.as_str()).collect()
}

fn depends_on(found: &SensitivityAnalysis, output: &SensitivityOutput) -> String {
    let names: Vec<String> = strongest(found, output).into_iter().map(uncertain_name).collect();
    match names.as_slice() {
        [] => "No single number surely brings more than a tenth of the spread.".to_owned(),
        [one] => format!("It depends mostly on {one}."),
        several => format!("It depends mostly on {}.", listed(several)),
    }
}

/// How to read the tables.
#[must_use]
pub fn notes(found: &SensitivityAnalysis, seed: u64) -> String {
    let rest = found.uncertain_numbers.len() - found.kept.len();
    let failed = match found.failed {
        0 => String::new(),
        1 => " 1 of them could not be read and is left out.".to_owned(),
        n => format!(" {n} of them could not be read and are left out."),
    };
    let others = match rest {
        0 => String::new(),
        1 => " The other number moved little in a first look and stays as stated.".to_owned(),
        n => format!(" The other {n} numbers moved little in a first look and stay as stated."),
    };
    format!(
        "\"Moves it by\" is the mean movement over the number's whole range, wherever the other numbers are. \"Alone\" is the share of \
         the spread (variance) that the number brings by itself. \"With others\" is the share that it brings by itself or together with \
         others. The 90% interval is in brackets.{others} {} scenarios, seed {seed}.{failed}",
        thousands(found.scenarios as i64)
    )
}

/// Which uncertain assumptions the result depends on.
#[derive(Serialize, JsonSchema)]
pub struct SensitivityDocument<'a> {
    /// its title
    scheme: &'a str,
    /// the area that was looked at
    area: &'a str,
    /// people in it
    people: usize,
    /// seed of every random draw
    seed: u64,
    /// scenarios tried
    scenarios: usize,
    /// scenarios that could not be read
    scenarios_failed: usize,
    /// how many numbers have a range
    uncertain_numbers: usize,
    /// figures of the result
    figures: Vec<SensitivityFigure<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct SensitivityFigure<'a> {
    /// gain from drift, or the name of an outcome
    figure: String,
    /// what it is
    title: String,
    /// what it counts in
    #[schemars(extend("enum" = ["pounds", "per cent"]))]
    unit: &'static str,
    /// as everything is stated
    stated: Option<f64>,
    /// 5% of the scenarios are below
    low: Option<f64>,
    /// the median
    middle: Option<f64>,
    /// 5% of the scenarios are above
    high: Option<f64>,
    /// numbers that surely bring more than a tenth of the spread, the strongest first
    depends_mostly_on: Vec<&'a str>,
    /// every uncertain number
    numbers: Vec<SensitivityNumber<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct SensitivityNumber<'a> {
    /// its file and key
    number: &'a str,
    /// lower end of its range
    low: Option<f64>,
    /// upper end of its range
    high: Option<f64>,
    /// what it counts in
    unit: &'a str,
    /// mean movement of the figure over the whole range
    moves_it_by: Option<f64>,
    /// share of the spread that it brings by itself; null for a number that moved too little in the first look
    alone: Option<SensitivityShare>,
    /// share that it brings by itself or together with others
    with_others: Option<SensitivityShare>,
}

#[derive(Serialize, JsonSchema)]
struct SensitivityShare {
    /// share of the spread
    share: Option<f64>,
    /// lower end of its 90% interval
    low: Option<f64>,
    /// upper end of its 90% interval
    high: Option<f64>,
}

impl From<Interval> for SensitivityShare {
    fn from(interval: Interval) -> SensitivityShare {
        let Interval { value, low, high } = interval;
        SensitivityShare { share: rounded(value), low: rounded(low), high: rounded(high) }
    }
}

/// The result for other programs.
#[must_use]
pub fn document<'f>(scheme: &'f Scheme, found: &'f SensitivityAnalysis, seed: u64) -> SensitivityDocument<'f> {
    let figure = |output: &'f SensitivityOutput| entry(found, output);
    SensitivityDocument {
        scheme: &scheme.name,
        area: &found.area,
        people: found.people,
        seed,
        scenarios: found.scenarios,
        scenarios_failed: found.failed,
        uncertain_numbers: found.uncertain_numbers.len(),
        figures: found.outputs.iter().map(figure).collect(),
    }
}

impl JsonDocument for SensitivityDocument<'_> {
    const SCHEMA: &'static str = "wellspent-sensitivity/1";
    const COMMAND: &'static str = "wellspent sensitivity --json";
}

fn entry<'f>(found: &'f SensitivityAnalysis, output: &SensitivityOutput) -> SensitivityFigure<'f> {
    let [low, middle, high] = output.spread.map(rounded);
    let numbers = found.uncertain_numbers.iter().enumerate().map(|(at, uncertain)| {
        let shares = found.kept.iter().position(|kept| *kept == at).map(|kept| output.shares[kept]);
        SensitivityNumber {
            number: &uncertain.path,
            low: rounded(uncertain.low),
            high: rounded(uncertain.high),
            unit: uncertain.unit,
            moves_it_by: rounded(output.effects[at].size),
            alone: shares.map(|shares| shares.alone.into()),
            with_others: shares.map(|shares| shares.in_all.into()),
        }
    });
    SensitivityFigure {
        figure: match &output.what {
            OutputFigure::GainFromDrift => "gain from drift".to_owned(),
            OutputFigure::TrueOutcome(name) => name.clone(),
        },
        title: title(output),
        unit: if output.what == OutputFigure::GainFromDrift { "pounds" } else { "per cent" },
        stated: rounded(output.stated),
        low,
        middle,
        high,
        depends_mostly_on: strongest(found, output),
        numbers: numbers.collect(),
    }
}
