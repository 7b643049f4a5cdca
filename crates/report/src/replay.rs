//! Every draw of one simulated person, so that anybody can work it out again: for a terminal and for other programs.

use schemars::JsonSchema;
use serde::Serialize;
use simulation::replay::{Decision, PersonReplay};

use crate::machine_readable::{JsonDocument, rounded};
use crate::terminal::Terminal;

/// The draws for a terminal.
#[must_use]
pub fn text(found: &PersonReplay, terminal: Terminal) -> String {
    let mut out = format!(
        "person {} in replication {} (seed {}): {}, cohort {}, segment \"{}\"\n",
        found.person, found.replication, found.seed, found.area, found.cohort, found.segment
    );
    found.decisions.iter().for_each(|decision| out += &decision_text(decision, terminal));
    out + &format!(
        "\nIn Python:\n  import numpy\n  numpy.random.Philox(counter=[{} - 1, {}, DECISION, 0], key=[{}, 0]).random_raw(4)\n",
        found.person, found.replication, found.seed
    )
}

fn decision_text(decision: &Decision, terminal: Terminal) -> String {
    let [a, b, c, d] = decision.words;
    let happens = |yes: bool| if yes { "happens" } else { "does not happen" };
    let mut out = format!("\n{} (decision {})\n", terminal.bold(&decision.outcome), decision.number);
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

/// Every draw of one simulated person in one replication.
#[derive(Serialize, JsonSchema)]
pub struct ReplayDocument<'a> {
    /// from 1
    person: u64,
    /// from 0
    replication: u64,
    /// seed of the run
    seed: u64,
    /// the person's area
    area: &'a str,
    /// the person's cohort
    cohort: &'a str,
    /// the person's segment
    segment: &'a str,
    /// one for each binary outcome
    decisions: Vec<ReplayDecision<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct ReplayDecision<'a> {
    /// its name
    outcome: &'a str,
    /// its number in the generator's counter
    decision: usize,
    /// the four words of the generator, as text because many programs cannot hold 64 bits in a number
    words: [String; 4],
    /// upper 32 bits of the first word
    uniform: u32,
    /// as things are now
    as_now: ReplayDraw,
    /// without any help
    no_help: ReplayDraw,
    /// what is counted on top
    if_it_happens: Vec<ReplayCount<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct ReplayDraw {
    /// the chance
    chance: Option<f64>,
    /// it happens when the uniform is below
    threshold: u64,
    /// whether it happens
    happens: bool,
}

#[derive(Serialize, JsonSchema)]
struct ReplayCount<'a> {
    /// its name
    outcome: &'a str,
    /// how many
    count: u32,
}

/// The draws for other programs.
#[must_use]
pub fn document(found: &PersonReplay) -> ReplayDocument<'_> {
    let decisions = found.decisions.iter().map(|decision| ReplayDecision {
        outcome: &decision.outcome,
        decision: decision.number,
        words: decision.words.map(|word| word.to_string()),
        uniform: decision.uniform,
        as_now: ReplayDraw {
            chance: rounded(decision.chance_now),
            threshold: decision.threshold_now,
            happens: decision.happens_now,
        },
        no_help: ReplayDraw {
            chance: rounded(decision.chance_idle),
            threshold: decision.threshold_idle,
            happens: decision.happens_idle,
        },
        if_it_happens: decision.on_top.iter().map(|(outcome, count)| ReplayCount { outcome, count: *count }).collect(),
    });
    ReplayDocument {
        person: found.person,
        replication: found.replication,
        seed: found.seed,
        area: &found.area,
        cohort: &found.cohort,
        segment: &found.segment,
        decisions: decisions.collect(),
    }
}

impl JsonDocument for ReplayDocument<'_> {
    const SCHEMA: &'static str = "wellspent-replay/1";
    const COMMAND: &'static str = "wellspent replay --json";
}
