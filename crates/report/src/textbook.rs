//! Textbook cases in words: each figure as the textbook has it, as the engine finds it, and whether they agree.

use simulation::textbook::{ComparedFigure, TextbookCase};

use crate::terminal::Terminal;
use base::english::counted;

/// One case: its question, a line for each figure, what it teaches.
pub fn text(case: &TextbookCase, compared: &[ComparedFigure], terminal: Terminal) -> String {
    let mut out = format!("{}\n", terminal.bold(&case.title));
    out += &format!("{}\n", terminal.wrap(&case.question, 0));
    out += &terminal.dim(&format!("{}\n\n", terminal.wrap(&case.from, 0)));
    let header = ["figure", "textbook", "engine", ""].map(str::to_owned);
    let row = |one: &ComparedFigure| vec![one.label.clone(), figure(one.textbook), engine(one), verdict(one, terminal)];
    out += &terminal.table(&header, &compared.iter().map(row).collect::<Vec<_>>());
    for one in compared {
        if let Some((share, because)) = &one.within {
            let share = trimmed(100.0 * share);
            let reason = format!("{}: the textbook's figure may be off by {share}%: {because}", one.label);
            out += &terminal.dim(&format!("  {}\n", terminal.wrap(&reason, 2)));
        }
    }
    out + &format!("\n{}\n", terminal.wrap(&case.teaches, 0))
}

/// Many cases in one table: a line for each figure.
pub fn table(cases: &[(String, Vec<ComparedFigure>)], terminal: Terminal) -> String {
    let header = ["case", "textbook", "engine", ""].map(str::to_owned);
    let rows = cases.iter().flat_map(|(name, compared)| {
        compared
            .iter()
            .map(move |one| vec![format!("{name}: {}", one.label), figure(one.textbook), engine(one), verdict(one, terminal)])
    });
    terminal.table(&header, &rows.collect::<Vec<_>>())
}

/// What the signs mean and how it ended.
pub fn ending(cases: usize, figures: usize, differing: usize, terminal: Terminal) -> String {
    let sums = match differing {
        0 => terminal.green(&format!(
            "{} of {}: all agree.",
            counted(figures, "figure", "figures"),
            counted(cases, "case", "cases")
        )),
        _ => terminal.red(&format!(
            "{} of {}: figures that differ: {differing}.",
            counted(figures, "figure", "figures"),
            counted(cases, "case", "cases")
        )),
    };
    let signs = "± is the 95% simulation error. A simulated figure agrees within four standard errors, and any other figure within one \
                 millionth. ≈ marks a textbook figure that is itself an approximation.";
    format!("{sums}\n{}\n", terminal.wrap(signs, 0))
}

fn verdict(one: &ComparedFigure, terminal: Terminal) -> String {
    if one.agrees() {
        return terminal.green(if one.within.is_some() { "agrees ≈" } else { "agrees" });
    }
    terminal.red(&format!("DIFFERS by {:.3e}, {:.3e} allowed", (one.engine.mean - one.textbook).abs(), one.allowed()))
}

fn engine(one: &ComparedFigure) -> String {
    let value = figure(one.engine.mean);
    if one.engine.error > 0.0 { format!("{value} ± {}", figure(1.96 * one.engine.error)) } else { value }
}

/// Four decimals, or two of what is in the thousands.
fn figure(value: f64) -> String {
    let text = if value.abs() >= 1000.0 { format!("{value:.2}") } else { format!("{value:.4}") };
    let nothing = text.trim_start_matches('-').chars().all(|c| matches!(c, '0' | '.'));
    text.trim_start_matches(if nothing { "-" } else { "" }).replace('-', "−")
}

/// A number without zeros at its end.
fn trimmed(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
