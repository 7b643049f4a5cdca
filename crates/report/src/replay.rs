//! Every draw of one simulated person, so that anybody can work it out again: for a terminal and for other programs.

use serde::Serialize;
use simulation::replay::{Decision, PersonReplay};

use crate::machine_readable::{json, rounded};
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

#[derive(Serialize)]
struct ReplayDocument<'a> {
    person: u64,
    replication: u64,
    seed: u64,
    area: &'a str,
    cohort: &'a str,
    segment: &'a str,
    decisions: Vec<ReplayDecision<'a>>,
}

#[derive(Serialize)]
struct ReplayDecision<'a> {
    outcome: &'a str,
    decision: usize,
    /// As text: many programs cannot hold 64 bits in a number.
    words: [String; 4],
    uniform: u32,
    as_now: ReplayDraw,
    no_help: ReplayDraw,
    if_it_happens: Vec<ReplayCount<'a>>,
}

#[derive(Serialize)]
struct ReplayDraw {
    chance: Option<f64>,
    threshold: u64,
    happens: bool,
}

#[derive(Serialize)]
struct ReplayCount<'a> {
    outcome: &'a str,
    count: u32,
}

/// The draws for other programs, by `schemas/output/replay.json`.
pub fn document(found: &PersonReplay) -> anyhow::Result<String> {
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
    let document = ReplayDocument {
        person: found.person,
        replication: found.replication,
        seed: found.seed,
        area: &found.area,
        cohort: &found.cohort,
        segment: &found.segment,
        decisions: decisions.collect(),
    };
    json("wellspent-replay/1", &document)
}
