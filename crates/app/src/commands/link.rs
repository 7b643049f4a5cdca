//! `wellspent link CONFIG`: who is who across agencies.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;
use engine::link::block::Who;
use engine::link::{Choices, evaluate, field, gather, suggest};

use crate::link::{config, model};
use crate::paint;

#[derive(Args)]
pub struct Link {
    /// A TOML file that says which tables there are and what each column is
    config: PathBuf,

    /// Write the model, learned or read, to this file as JSON, so that it can be used again
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
}

pub fn run(command: &Link) -> anyhow::Result<ExitCode> {
    let Some(config) = config::read(&command.config)? else { return Ok(ExitCode::from(1)) };
    let read = config.tables()?;
    let mut within: HashMap<String, bool> = HashMap::new();
    for table in &config.tables {
        within.insert(table.name.clone(), table.twice);
    }
    let t = std::time::Instant::now();
    let (records, order) = gather::gather(&config.fields, &config.split, read.tables);
    eprintln!("gather {:?}", t.elapsed());
    let may = |name: &String| within.get(name).copied().unwrap_or(true) && config.model.as_ref().is_none_or(|model| model.within);
    let who = Who { within: records.agencies.iter().map(may).collect() };
    let (decided, odd) = config.decisions.decided(&records)?;
    for odd in odd {
        paint::stderr(&format!("warning: {odd}\n"));
    }
    let earlier = config.decisions.earlier(&records)?;
    let choices = Choices { who, decided, earlier, join: config.join.unwrap_or(0.0), ..Choices::default() };
    let linked = match &config.model {
        Some(read) if read.model.rules.is_empty() => bail!("the model has no rules, so no two records would be compared"),
        Some(read) => {
            let block_most = if read.all_pairs { usize::MAX } else { choices.block_most };
            let model = config.decisions.with_twins(read.model.clone());
            engine::link::link(&records, model, &Choices { block_most, ..choices })
        }
        None => {
            let (mut model, nature) = field::comparisons(&config.fields);
            suggest::rules(&mut model, &config.fields);
            engine::link::learn_and_link(&records, config.decisions.with_twins(model), &nature, &choices)
        }
    };
    let linked = linked.map_err(anyhow::Error::msg)?;
    if let Some(file) = &command.model {
        let json = model::to_json(&linked.model, &config.fields)?;
        std::fs::write(file, json).with_context(|| format!("could not write {}", file.display()))?;
    }
    eprintln!("link {:?}", t.elapsed());
    for rule in &linked.rules {
        eprintln!("rule {:50} {:>10} hot {} {}", rule.label, rule.pairs, rule.hot_blocks, rule.hot_pairs);
    }
    eprintln!(
        "prior {:e} household {:e} candidates {} links {}",
        linked.model.prior,
        linked.model.household,
        linked.candidates,
        linked.links.len()
    );
    for comparison in &linked.model.comparisons {
        for level in &comparison.levels {
            eprintln!("   {:15} {:40} m {:.6} u {:.6} h {:.6}", comparison.name, level.label, level.m, level.u, level.h);
        }
    }
    eprintln!("recall {:?}", linked.recall);
    if !read.truth.is_empty() {
        let mut names: HashMap<&str, u32> = HashMap::new();
        let known: Vec<u32> = order
            .iter()
            .map(|from| {
                let next = names.len() as u32;
                *names.entry(read.truth[*from as usize].as_str()).or_insert(next)
            })
            .collect();
        let found = evaluate::evaluate(&linked.person, &known);
        eprintln!(
            "{found:?}\nF1 {:.5} P {:.5} R {:.5} B3 {:.5} exact {:.4}",
            found.pairs.f1(),
            found.pairs.precision(),
            found.pairs.recall(),
            found.b_cubed(),
            found.exact as f64 / found.persons as f64
        );
    }
    paint::stdout("")?;
    Ok(ExitCode::SUCCESS)
}
