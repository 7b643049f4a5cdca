//! `wellspent replay SCHEME --person N --replication R`: every draw of one person, to be recomputed elsewhere.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use simulation::replay::{Decision, replay};

use crate::commands::check::scheme_and_assumptions;
use crate::print;
use wellspent::folder;

#[derive(Args)]
pub struct Replay {
    /// The scheme folder
    scheme: PathBuf,
    /// Number of the person, from 1
    #[arg(long, value_name = "N")]
    person: u64,
    /// Number of the replication, from 0
    #[arg(long, value_name = "R", default_value_t = 0)]
    replication: u64,
    /// Seed of the run
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub fn run(command: &Replay) -> anyhow::Result<ExitCode> {
    let folder = folder::open(&command.scheme)?;
    let Some((scheme, assumptions)) = scheme_and_assumptions(&folder) else { return Ok(ExitCode::from(1)) };
    let found = match replay(&scheme, &assumptions, command.seed, command.person, command.replication) {
        Ok(found) => found,
        Err(message) => bail!(message),
    };
    let mut out = format!(
        "person {} in replication {} (seed {}): {}, cohort {}, segment {}\n",
        found.person, found.replication, found.seed, found.area, found.cohort, found.segment
    );
    for decision in &found.decisions {
        out += &text(decision);
    }
    out += &format!(
        "\nIn Python:\n  import numpy\n  numpy.random.Philox(counter=[{} - 1, {}, DECISION, 0], key=[{}, 0]).random_raw(4)\n",
        found.person, found.replication, found.seed
    );
    print::stdout(&out)?;
    Ok(ExitCode::SUCCESS)
}

fn text(decision: &Decision) -> String {
    let [a, b, c, d] = decision.words;
    let happens = |yes: bool| if yes { "happens" } else { "does not happen" };
    let mut out = format!("\n{} (decision {})\n", print::bold(&decision.outcome), decision.number);
    out += &format!("  words      {a} {b} {c} {d}\n");
    out += &format!("  uniform    {} = first word >> 32, of 4294967296\n", decision.uniform);
    out += &format!(
        "  as now     {} (chance {:.6}, uniform below {})\n",
        happens(decision.happens_now),
        decision.chance_now,
        decision.threshold_now
    );
    out += &format!(
        "  no help    {} (chance {:.6}, uniform below {})\n",
        happens(decision.happens_idle),
        decision.chance_idle,
        decision.threshold_idle
    );
    for (name, count) in &decision.on_top {
        out += &format!("  {name}: {count} if it happens\n");
    }
    out
}
