//! What the run cannot tell, in plain words: what was not looked for, where the all-clear leans on the numbers as stated, what no
//! scenario varies, and what the model leaves out.

use base::document::Number;
use simulation::stress::Stress;

use super::assumptions::{by_source, fixed_assumptions};
use super::{Run, head, row, text as plain};
use report::words;

/// The limits of the method as its documentation states them; there is no other copy.
const METHOD: &str = include_str!("../../../../docs/method.md");

pub fn text(run: &Run<'_>, numbers: &[Number]) -> String {
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

fn not_looked_for(stress: &Stress) -> String {
    let unseen: Vec<(&str, &str)> = words::not_looked_for(stress).collect();
    let mut out = "## What was not looked for, and why\n\n".to_owned();
    if unseen.is_empty() {
        return out + "Every risk in the catalogue was looked for. What is in no catalogue was not.\n\n";
    }
    out += "These may be there or not: the files say nothing by which to look.\n\n";
    for (name, needs) in unseen {
        out += &format!("- {name}: {}\n", plain(needs));
    }
    out + "\nWhat is in no catalogue was not looked for either.\n\n"
}

/// Every risk that was looked for and not found, with the test that failed, and in how many scenarios it appears.
fn all_clear(stress: &Stress) -> String {
    let absent: Vec<_> = words::looked_for(stress).filter(|reported| !reported.finding.present).collect();
    let mut out = "## Where the all-clear leans on the numbers as stated\n\n".to_owned();
    if absent.is_empty() {
        return out + "There is no all-clear: everything that was looked for was found.\n\n";
    }
    let leaning: Vec<&str> =
        absent.iter().filter(|reported| reported.share_of_scenarios > 0.0).map(|reported| reported.finding.name).collect();
    out += &match (stress.scenarios, leaning.as_slice()) {
        (0, _) => "No scenario was tried, so the whole all-clear leans on the numbers as stated.\n\n".to_owned(),
        (tried, []) => format!("What was not found as stated was found in none of {tried} scenarios either.\n\n"),
        (tried, _) => format!(
            "Not found as stated, yet found in some of {tried} scenarios: {}. These are clear only if the numbers are near \
             what is stated.\n\n",
            words::listed(&leaning)
        ),
    };
    out += &head(&["not found", "it would need", "here", "scenarios with it", "nearest scenario with it"]);
    let scenarios = stress.scenarios as f64;
    for reported in absent {
        let (what, figure) = words::why_not(&reported.finding).unwrap_or(("", ""));
        let nearest = words::edge(reported, stress).unwrap_or_default();
        out += &row(&[reported.finding.name, what, figure, &words::scenarios(reported.share_of_scenarios, stress), &nearest]);
    }
    if stress.scenarios > 0 {
        out += &format!(
            "\nFound in none of {scenarios:.0} scenarios still leaves room for up to {:.1} % of all scenarios (95 %).\n",
            (300.0 / scenarios).min(100.0)
        );
    }
    out + "\n"
}

fn not_varied(run: &Run<'_>, numbers: &[Number]) -> String {
    let mut out = "## Numbers that no scenario varies\n\n".to_owned();
    let fixed = fixed_assumptions(numbers);
    if fixed.is_empty() {
        return out + "Every number without a source has a range.\n\n";
    }
    out += &format!(
        "{} numbers are assumptions, or have no source, and have no range: if one of them is wrong, {} says so. Some are decisions \
         of the payer rather than guesses; the others deserve a range.\n\n",
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
     - A fingerprint tells one pack from another. Whoever changes files can make a new fingerprint: keep the one that was signed \
     somewhere else.\n\
     - Figures inside sentences carry their own ±. `result/errors.csv`, where there is one, has the error of every number.\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_method_still_says_what_it_cannot_tell() {
        assert!(left_out().lines().filter(|line| line.starts_with("- ")).count() >= 3, "{}", left_out());
    }
}
