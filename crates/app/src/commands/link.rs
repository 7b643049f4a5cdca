//! `wellspent link CONFIG`: who is who across agencies.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use engine::link::block::Who;
use engine::link::{Choices, evaluate, field, gather, suggest};

use crate::link::config;
use crate::paint;

#[derive(Args)]
pub struct Link {
    /// A TOML file that says which tables there are and what each column is
    config: PathBuf,
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
    let who = Who { within: records.agencies.iter().map(|name| within.get(name).copied().unwrap_or(true)).collect() };
    let (mut model, nature) = field::comparisons(&config.fields);
    suggest::rules(&mut model, &config.fields);
    let choices = Choices { who, join: config.join.unwrap_or(0.0), ..Choices::default() };
    let linked = engine::link::learn_and_link(&records, model, &nature, &choices).map_err(anyhow::Error::msg)?;
    eprintln!("link {:?}", t.elapsed());
    for rule in &linked.rules {
        eprintln!("rule {:50} {:>10} hot {} {}", rule.label, rule.pairs, rule.hot_blocks, rule.hot_pairs);
    }
    eprintln!("prior {:e} household {:e} candidates {} links {}", linked.model.prior, linked.model.household, linked.candidates, linked.links.len());
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
        eprintln!("{found:?}\nF1 {:.5} P {:.5} R {:.5} B3 {:.5} exact {:.4}", found.pairs.f1(), found.pairs.precision(), found.pairs.recall(), found.b_cubed(), found.exact as f64 / found.persons as f64);
    }
    paint::stdout("")?;
    Ok(ExitCode::SUCCESS)
}
