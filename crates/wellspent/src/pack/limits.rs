//! What the run cannot show, in plain words: what was not looked for, where the all-clear depends on the numbers as stated, what no
//! scenario varies, and what the model leaves out.

use base::reader::StatedNumber;
use simulation::stress::StressTest;

use super::assumptions::{by_source, fixed_assumptions};
use super::packed_run::PackedRun;
use super::plain_text::{head, row, text as plain};
use report::words;

/// The limits of the method as its documentation states them; there is no other copy.
const METHOD: &str = include_str!("../../../../docs/method.md");

pub(crate) fn text(run: &PackedRun<'_>, numbers: &[StatedNumber]) -> String {
    let found = match run.stress {
        Some(stress) => not_looked_for(stress) + &all_clear(stress),
        None => {
            "## What was not looked for\n\nThis is not the pack of a stress test. `wellspent stress inputs --pack DIR` writes \
                 one, which says which risks were looked for on these files and which were not.\n\n"
                .to_owned()
        }
    };
    format!("# Limits\n\n{found}{}{}{}", not_varied(run, numbers), left_out(), of_this_pack())
}

fn not_looked_for(stress: &StressTest) -> String {
    let unseen: Vec<(&str, &str)> = words::not_looked_for(stress).collect();
    let mut out = "## What was not looked for, and why\n\n".to_owned();
    if unseen.is_empty() {
        return out + "Every risk in the catalogue was looked for. What is in no catalogue was not.\n\n";
    }
    out += "These risks may be present or not. The files do not say what we would need to look for them.\n\n";
    for (name, needs) in unseen {
        out += &format!("- {name}: {}\n", plain(needs));
    }
    out + "\nWhat is in no catalogue was not looked for either.\n\n"
}

/// Every risk that was looked for and not found, with the test that failed, and in how many scenarios it appears.
fn all_clear(stress: &StressTest) -> String {
    let absent: Vec<_> = words::looked_for(stress).filter(|reported| !reported.finding.present).collect();
    let mut out = "## Where the all-clear depends on the numbers as stated\n\n".to_owned();
    if absent.is_empty() {
        return out + "There is no all-clear: every risk that was looked for is present.\n\n";
    }
    let leaning: Vec<&str> =
        absent.iter().filter(|reported| reported.share_of_scenarios > 0.0).map(|reported| reported.finding.name()).collect();
    out += &match (stress.scenarios, leaning.as_slice()) {
        (0, _) => "No scenario was tried, so the whole all-clear depends on the numbers as stated.\n\n".to_owned(),
        (tried, []) => format!("No risk that is absent as stated is present in any of {tried} scenarios.\n\n"),
        (tried, _) => format!(
            "These risks are absent as stated, but present in some of {tried} scenarios: {}. They stay absent only if the true numbers \
             are near those stated.\n\n",
            words::listed(&leaning)
        ),
    };
    out += &head(&["not found", "it would need", "here", "scenarios with it", "nearest scenario with it"]);
    let scenarios = stress.scenarios as f64;
    for reported in absent {
        let (what, figure) = words::why_not(&reported.finding).unwrap_or(("", ""));
        let nearest = words::nearest_scenario(reported, stress).unwrap_or_default();
        out += &row(&[reported.finding.name(), what, figure, &words::scenarios(reported.share_of_scenarios, stress), &nearest]);
    }
    if stress.scenarios > 0 {
        out += &format!(
            "\nA risk that is present in none of {scenarios:.0} scenarios may still be present in up to {:.1}% of all scenarios (95% \
             confidence).\n",
            (300.0 / scenarios).min(100.0)
        );
    }
    out + "\n"
}

fn not_varied(run: &PackedRun<'_>, numbers: &[StatedNumber]) -> String {
    let mut out = "## Numbers that no scenario varies\n\n".to_owned();
    let fixed = fixed_assumptions(numbers);
    if fixed.is_empty() {
        return out + "Every number without a source has a range.\n\n";
    }
    out += &format!(
        "{} numbers are assumptions, or have no source, and have no range. If one of them is wrong, {} shows it. Some are decisions \
         of the payer rather than guesses. The others should have a range.\n\n",
        fixed.len(),
        if run.stress.is_some_and(|stress| stress.scenarios > 0) { "no scenario here" } else { "nothing here" }
    );
    out + &by_source(&fixed) + "\n"
}

fn left_out() -> String {
    let section = METHOD.split_once("## What it cannot tell\n").map_or("", |(_, rest)| rest);
    let section = section.split("\n## ").next().unwrap_or_default().trim();
    format!("## What the model leaves out\n\n{section}\n\n")
}

fn of_this_pack() -> &'static str {
    "## What this pack does not show\n\n\
     - It shows that this version of the program gives this result on these files. It does not show that the files are right.\n\
     - A fingerprint distinguishes one pack from another. Anyone who changes files can make a new fingerprint, so keep the signed \
     one somewhere else.\n\
     - Figures in sentences show their own ±. `result/errors.csv`, where there is one, has the error of every number.\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_method_still_says_what_it_cannot_tell() {
        assert!(left_out().lines().filter(|line| line.starts_with("- ")).count() >= 3, "{}", left_out());
    }
}
