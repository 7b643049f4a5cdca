//! `wellspent design SCHEME`: searches prices, gates, limits and fees for the scheme that does most for the public against the
//! provider's best strategy; with `--out` a new scheme folder with the changes written in.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use base::literal::{Literal as _, ranged};
use base::money::{Pence, Rate, WHOLE};
use clap::{Args, ValueEnum};
use contract::Scheme;
use contract::fixes::Fix;
use indicatif::{ProgressBar, ProgressStyle};
use risks::{Estimate, percent, pounds, pounds_within};
use serde::Serialize;
use simulation::assumptions::Assumptions;
use simulation::design::{Design as Found, Designed, Objective, Wanted, design};
use simulation::fix::{together, written};
use simulation::stress::Options;

use crate::commands::check::scheme_and_assumptions;
use crate::commands::fix::write;
use crate::print;
use crate::print::{bold, dim, green, red, table, wrap};
use crate::threads::Threads;
use wellspent::folder;

#[derive(Args)]
pub struct Design {
    /// The scheme folder
    scheme: PathBuf,
    /// What the design is judged by
    #[arg(long, value_enum, default_value_t = Aim::Value)]
    objective: Aim,
    /// The most that the payer may pay over the cohorts simulated, such as "£450m" [default: what is intended today]
    #[arg(long, value_name = "POUNDS")]
    budget: Option<String>,
    /// The least share of what it is paid that the provider must keep on average to sign
    #[arg(long, value_name = "SHARE", default_value = "0 %")]
    margin: String,
    /// Write the designed scheme into this new folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print the result as JSON instead
    #[arg(long)]
    json: bool,
    /// Seed of every random draw
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Scenarios in which the best design is tested
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(0..=65_536))]
    scenarios: u32,
    #[command(flatten)]
    threads: Threads,
}

#[derive(Clone, Copy, ValueEnum)]
enum Aim {
    /// The worth of outcomes to the public less what the payer pays
    Value,
    /// The worth of outcomes
    Outcomes,
    /// The least paid for chance, with worth less spend no lower than intended today
    Safe,
}

pub fn run(command: &Design) -> anyhow::Result<ExitCode> {
    if let Some(out) = &command.out {
        folder::must_be_new(out)?;
    }
    let budget = command.budget.as_deref().map(budget).transpose()?;
    let margin = margin(&command.margin)?;
    let folder = folder::open(&command.scheme)?;
    let Some((scheme, assumptions)) = scheme_and_assumptions(&folder) else { return Ok(ExitCode::from(1)) };
    let options = Options { seed: command.seed, scenarios: command.scenarios as usize, ..Options::default() };
    command.threads.begin()?;
    let objective = match command.objective {
        Aim::Value => Objective::Value,
        Aim::Outcomes => Objective::Outcomes,
        Aim::Safe => Objective::Safe,
    };
    let bar = ProgressBar::new(1000).with_style(ProgressStyle::with_template("{msg:<44} {bar:40} {percent:>3} %  {elapsed}")?);
    let found = design(&folder.opened, (&scheme, &assumptions), Wanted { objective, budget, margin }, options, &|what, part| {
        bar.set_message(base::visible::visible(what).into_owned());
        bar.set_position(((part * 1000.0) as u64).max(bar.position()));
    });
    bar.finish_and_clear();
    match command.json {
        true => {
            print::stdout(&format!("{}\n", print::json(&serde_json::to_string_pretty(&Page::of(&scheme, &found, command))?)))?
        }
        false => print::stdout(&text(&scheme, &assumptions, &found, command))?,
    }
    if let Some(out) = &command.out {
        let Some(best) = found.best.as_ref().filter(|best| !best.changes.is_empty()) else {
            bail!("there is no other design to write");
        };
        let texts =
            written(&folder.opened, &scheme, &together(&best.changes)).context("this design cannot be written as text")?;
        write(out, &texts)?;
        print::stderr(&format!("written to {}; every changed line keeps the old one above it", out.display()));
    }
    Ok(ExitCode::SUCCESS)
}

/// "£450m" as pounds.
fn budget(text: &str) -> anyhow::Result<f64> {
    match ranged::<Pence>(text) {
        Ok(amount) if amount.value.0 > 0 => Ok(amount.value.pounds()),
        Ok(_) => bail!("a budget of {text} pays for nothing\n\nhint: write an amount above zero, such as --budget £450m"),
        Err(wrong) => bail!("--budget {text}: {}; expected {}\n\nhint: {}", wrong.what, Pence::EXPECTED, wrong.fix),
    }
}

/// "5 %" as a proportion.
fn margin(text: &str) -> anyhow::Result<f64> {
    match ranged::<Rate>(text) {
        Ok(share) if (0..WHOLE).contains(&share.value.0) => Ok(share.value.as_f64()),
        Ok(_) => bail!("--margin {text}: a share that cannot be kept\n\nhint: write a share from 0 % to below 100 %"),
        Err(wrong) => bail!("--margin {text}: {}; expected {}\n\nhint: {}", wrong.what, Rate::EXPECTED, wrong.fix),
    }
}

const WIDTH: usize = 100;

fn text(scheme: &Scheme, assumptions: &Assumptions, found: &Designed, command: &Design) -> String {
    let aim = match found.objective {
        Objective::Value => "the most worth less spend",
        Objective::Outcomes => "the most worth",
        Objective::Safe => "the least paid for chance, with worth less spend no lower than intended today",
    };
    let mut out = format!("{}\n{}\n\n", bold(&scheme.name), dim(&wrap(&assumptions.name, WIDTH, "")));
    out += &wrap(&format!("Sought: {aim}, for at most {} over the cohorts simulated.", pounds(found.budget)), WIDTH, "");
    out += "\n\n";
    out += &match &found.best {
        None => red("No design tried meets this at the provider's best strategy.\n\n"),
        Some(best) => format!("{}\n{}\n", steps(best), findings(found, command.scenarios)),
    };
    out += &format!("{}\n", bold("The frontier"));
    out += &frontier(found);
    out += &format!("\n{}\n", dim(&wrap(&notes(found, command, assumptions), WIDTH, "")));
    out
}

fn steps(best: &Found) -> String {
    if best.changes.is_empty() {
        return green("The best design tried is the scheme as it is.\n");
    }
    let mut out = green("The best design tried:\n\n");
    for (at, change) in best.changes.iter().enumerate() {
        out += &format!("  {}. {}\n", at + 1, wrap(&change.words(), WIDTH - 5, "     "));
    }
    out
}

fn findings(found: &Designed, scenarios: u32) -> String {
    let words = match &found.left {
        None => "The design cannot be written as text, and so was not tested in full.".to_owned(),
        Some(left) if left.is_empty() => "The full stress test finds no unintended risk in it.".to_owned(),
        Some(left) => {
            let each: Vec<String> = left
                .iter()
                .map(|(name, share)| match scenarios {
                    0 => (*name).to_owned(),
                    _ => format!("{name} (in {} of scenarios)", percent(*share)),
                })
                .collect();
            format!(
                "The full stress test finds in it: {}. `wellspent fix` on the new scheme looks for a way out.",
                each.join(", ")
            )
        }
    };
    format!("{}\n", wrap(&words, WIDTH, ""))
}

/// The scheme as it is, then the frontier by spend; the best is marked.
fn frontier(found: &Designed) -> String {
    let header = ["design", "changes", "spend", "worth", "worth less spend", "provider keeps", "paid for chance", "likely"];
    // Each change is written once, with its number.
    let mut known: Vec<String> = Vec::new();
    let mut row = |name: String, design: &Found| {
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
    let mut rows = vec![row("as it is".to_owned(), &found.now)];
    for (at, design) in found.frontier.iter().enumerate() {
        let best = found.best.as_ref() == Some(design);
        rows.push(row(format!("{}{}", letter(at), if best { " (best)" } else { "" }), design));
    }
    let key = known.iter().enumerate().map(|(at, words)| format!("  {:>2}. {}\n", at + 1, wrap(words, WIDTH - 6, "      ")));
    format!("{}\n{}", table(&header.map(str::to_owned), &rows), dim(&key.collect::<String>()))
}

fn letter(at: usize) -> char {
    char::from(b'A' + (at % 26) as u8)
}

fn notes(found: &Designed, command: &Design, assumptions: &Assumptions) -> String {
    format!(
        "At the provider's best strategy under each design; {} tried. Spend includes fees, set at the lowest level at \
         which the provider keeps on average at least {} of what it is paid (the fair margin is {}), where no clause looks at \
         them. Worth is of \
         outcomes to the public, against no help for anyone, and expected, not drawn. \"Paid for chance\" is what results are paid \
         above the truth when nothing extra is done, on average; \"likely\" the chance that it is over 1 % of what is paid. ± is \
         the 95 % Monte Carlo interval, on replications that neither search saw. Seed {}.",
        found.tried,
        command.margin,
        percent(assumptions.provider.fair_margin),
        command.seed
    )
}

/// The result for machines.
#[derive(Serialize)]
struct Page {
    scheme: String,
    objective: &'static str,
    budget: f64,
    seed: u64,
    tried: usize,
    as_it_is: Row,
    best: Option<Row>,
    frontier: Vec<Row>,
    /// What the full stress test finds in the best design.
    findings: Option<Vec<Left>>,
}

#[derive(Serialize)]
struct Left {
    name: &'static str,
    share_of_scenarios: f64,
}

#[derive(Serialize)]
struct Row {
    changes: Vec<String>,
    spend: Figure,
    worth: f64,
    worth_less_spend: Figure,
    provider_keeps: Figure,
    paid_for_chance: Figure,
    chance_of_paying_for_chance: f64,
}

/// Pounds with the standard error over replications.
#[derive(Serialize)]
struct Figure {
    mean: f64,
    error: f64,
}

impl Figure {
    fn of(estimate: Estimate) -> Figure {
        Figure { mean: estimate.mean, error: estimate.error }
    }
}

impl Row {
    fn of(design: &Found) -> Row {
        Row {
            changes: design.changes.iter().map(Fix::words).collect(),
            spend: Figure::of(design.spend),
            worth: design.worth,
            worth_less_spend: Figure::of(design.value),
            provider_keeps: Figure::of(design.profit),
            paid_for_chance: Figure::of(design.for_chance),
            chance_of_paying_for_chance: design.chance,
        }
    }
}

impl Page {
    fn of(scheme: &Scheme, found: &Designed, command: &Design) -> Page {
        let objective = match found.objective {
            Objective::Value => "value",
            Objective::Outcomes => "outcomes",
            Objective::Safe => "safe",
        };
        let left = |left: &Vec<(&'static str, f64)>| {
            left.iter().map(|(name, share_of_scenarios)| Left { name, share_of_scenarios: *share_of_scenarios }).collect()
        };
        Page {
            scheme: scheme.name.clone(),
            objective,
            budget: found.budget,
            seed: command.seed,
            tried: found.tried,
            as_it_is: Row::of(&found.now),
            best: found.best.as_ref().map(Row::of),
            frontier: found.frontier.iter().map(Row::of).collect(),
            findings: found.left.as_ref().map(left),
        }
    }
}
