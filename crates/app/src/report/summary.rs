//! The terminal summary: what a commissioner takes in within half a minute.

use engine::findings::{percent, pounds};
use lab::stress::{Options, Reported, Stress};
use lab::world::World;
use scheme::Scheme;

use crate::paint::{bold, dim, green, red, wrap};

const WIDTH: usize = 100;

/// The summary as text.
pub fn text(scheme: &Scheme, world: &World, stress: &Stress, options: Options) -> String {
    let (present, absent): (Vec<&Reported>, Vec<&Reported>) = stress.reported.iter().partition(|r| r.finding.present);
    let mut out = format!("{}\n{}\n\n", bold(&scheme.name), dim(&wrap(&world.name, WIDTH, "")));
    out += &match present.len() {
        0 => green("No unintended consequence was found.\n"),
        1 => red("1 unintended consequence was found.\n"),
        n => red(&format!("{n} unintended consequences were found.\n")),
    };
    for reported in &present {
        out += &finding(reported, stress);
    }
    if let Some(text) = trying(stress) {
        out += &format!("\n{}\n  {}\n", bold("What trying pays"), wrap(&text, WIDTH - 2, "  "));
    }
    if !absent.is_empty() {
        out += &format!("\n{}\n", bold("Looked for and not found"));
        for reported in &absent {
            let failed = reported.finding.tests.iter().find(|test| !test.holds);
            let why = failed.map_or(String::new(), |test| format!("not so that {}: {}", test.what, test.figure));
            let worlds = format!("present in {} of worlds", percent(reported.share_of_worlds));
            out += &format!("  {:<34} {}\n", reported.finding.name, dim(&wrap(&format!("{why} ({worlds})"), WIDTH - 37, &" ".repeat(37))));
        }
    }
    out += &footer(stress, options);
    out
}

fn finding(reported: &Reported, stress: &Stress) -> String {
    let finding = &reported.finding;
    let mut out = format!("\n{} {}\n", red("●"), bold(&finding.name.to_uppercase()));
    out += &format!("  {}\n", wrap(&finding.strategy, WIDTH - 2, "  "));
    let mut facts = vec![format!("provider gains {} ± {} against {}", pounds(finding.gain.mean), pounds(1.96 * finding.gain.error), finding.against.words())];
    if finding.people_harmed >= 0.5 {
        facts.push(format!("{:.1} in 1,000: {}", finding.harmed_per_thousand, finding.harm));
    }
    facts.push(format!("payer and public lose {}", pounds(finding.payer_loss.mean)));
    out += &format!("  {}\n", wrap(&facts.join("; "), WIDTH - 2, "  "));
    let kinds: Vec<&str> = reported.objectives.iter().filter(|(_, present)| *present).map(|(role, _)| kind(*role)).collect();
    let (low, high) = reported.gain_range;
    out += &dim(&format!(
        "  {}\n",
        wrap(
            &format!(
                "in {} of {} plausible worlds (gain {} to {}); for {} provider",
                percent(reported.share_of_worlds),
                stress.worlds,
                pounds(low),
                pounds(high),
                if kinds.is_empty() { "no kind of".to_owned() } else { format!("a {}", kinds.join(", ")) }
            ),
            WIDTH - 2,
            "  "
        )
    ));
    out += &match &reported.mend {
        Some(tried) => {
            let cost = if tried.payer_cost >= 0.0 { "more" } else { "less" };
            let new = if tried.new_findings.is_empty() { String::new() } else { format!("; but brings {}", tried.new_findings.join(", ")) };
            format!(
                "  mend: {}\n",
                wrap(
                    &format!(
                        "{} (the payer pays {} {cost}, outcomes gain {}{new})",
                        tried.mend.words(),
                        pounds(tried.payer_cost.abs()),
                        pounds(tried.value_gained)
                    ),
                    WIDTH - 8,
                    "        "
                )
            )
        }
        None => "  mend: none of the changes tried removes it\n".to_owned(),
    };
    out
}

/// A kind of provider, for "for a … provider".
pub fn kind(role: engine::findings::Role) -> &'static str {
    use engine::findings::Role;
    match role {
        Role::Best => "profit-seeking",
        Role::Cautious => "cautious",
        Role::Mission => "half mission-minded",
        Role::Imperfect => "imperfect",
        _ => "other",
    }
}

/// What trying pays, in words.
pub fn trying(stress: &Stress) -> Option<String> {
    let range = stress.break_even.as_ref()?;
    let points = |share: f64| format!("{:.1} points", 100.0 * share);
    let mut out = match (range.never, range.high) {
        (never, _) if never > 0.995 => "In no plausible world does trying for better outcomes pay more than spending nothing extra.".to_owned(),
        (_, high) if high <= 0.0 => "Every step up pays: there is no aim too small to be worth while.".to_owned(),
        _ => format!(
            "In a typical area a provider must aim for a change of {} before trying pays more than spending nothing extra ({} to {} in 9 \
             worlds of 10 where it ever does); in {} of worlds no aim within reach pays.",
            points(range.middle),
            points(range.low),
            points(range.high),
            percent(range.never)
        ),
    };
    if stress.curves.len() > 1 {
        out += &format!(
            " In the smallest area trying never pays in {} of worlds, in the largest in {}.",
            percent(range.never_small),
            percent(range.never_large)
        );
    }
    out += &format!(" Spending nothing at all pays more than spending as today in {} of worlds.", percent(range.drifting_pays));
    Some(out)
}

fn footer(stress: &Stress, options: Options) -> String {
    let (regret, error) = stress.regret;
    let assumptions = stress.assumptions.len();
    let text = format!(
        "{} futures, {} plausible worlds over {} uncertain numbers, {} conducts tried, seed {}. The search could be short of the best by {} ± {} in an \
         area. {assumptions} numbers are assumptions, not facts; the report lists them.",
        options.replications,
        stress.worlds,
        stress.dials.len(),
        scheme::money::thousands(stress.tried as i64),
        options.seed,
        pounds(regret),
        pounds(1.96 * error),
    );
    format!("\n{}\n", dim(&wrap(&text, WIDTH, "")))
}
