//! The report as a page: one file that needs nothing else, neither network nor script. It begins with what a commissioner
//! asks first and ends with every assumption and the contract's own terms.

use base::money::thousands;
use base::reader::Assumption;
use contract::Scheme;
use contract::explain::term_sheet;
use risks::{self, Counterfactual, Risk, StrategyKind, percent, pounds};
use simulation::assumptions::Assumptions;
use simulation::stress::{Reported, StressOptions, StressTest};

use super::markup::{details, element, escape, heading, list, paragraph, slug, stacked, table, text};
use super::{charts, words};
use crate::glossary;

/// What the report is made of.
#[derive(Clone, Copy)]
struct Report<'a> {
    scheme: &'a Scheme,
    assumptions: &'a Assumptions,
    stress: &'a StressTest,
    options: StressOptions,
}

/// The whole page. The same run gives the same bytes: no clock and no chance.
pub fn page(scheme: &Scheme, assumptions: &Assumptions, stress: &StressTest, options: StressOptions) -> String {
    let report = Report { scheme, assumptions, stress, options };
    let body = [
        report.first_screen(),
        report.findings(),
        report.all_clears(),
        heading(2, "charts", "Charts") + &charts::all(scheme, assumptions, stress),
        report.assumptions(),
        report.uncertain(),
        report.run(),
        report.contract(),
        limits(),
        word_list(),
    ];
    document(&format!("{} – stress test", scheme.name), &body.concat())
}

/// A page around its body.
pub fn document(title: &str, body: &str) -> String {
    // The policy forbids scripts and everything from elsewhere, even if a text were not escaped.
    format!(
        "<!doctype html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, \
         initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n{body}</body>\n</html>\n",
        escape(title),
        include_str!("style.css")
    )
}

const SECTIONS: [(&str, &str); 8] = [
    ("findings", "Findings"),
    ("not-found", "Not found"),
    ("charts", "Charts"),
    ("assumptions", "Assumptions"),
    ("run", "How it was run"),
    ("contract", "The contract"),
    ("limits", "Limits"),
    ("words", "Words used"),
];

impl Report<'_> {
    fn present(&self) -> impl Iterator<Item = (&Reported, &'static Risk)> {
        self.all().filter(|(reported, _)| reported.finding.present)
    }

    fn absent(&self) -> impl Iterator<Item = (&Reported, &'static Risk)> {
        self.all().filter(|(reported, _)| !reported.finding.present && reported.finding.not_looked_for.is_none())
    }

    /// What is reported of each risk, beside the risk itself.
    fn all(&self) -> impl Iterator<Item = (&Reported, &'static Risk)> {
        self.stress.reported.iter().map(|reported| (reported, reported.finding.risk.risk()))
    }

    fn first_screen(&self) -> String {
        let any = self.present().next().is_some();
        let mut out = text("p class=\"quiet\"", "Stress test of a payment-by-results scheme");
        out += &text("h1", &self.scheme.name);
        out += &text(
            "p class=\"quiet\"",
            &format!("{}. All sums: {}.", self.assumptions.name, words::over(self.stress, self.assumptions)),
        );
        out += &text(if any { "p class=\"verdict\"" } else { "p class=\"verdict clear\"" }, &words::verdict(self.stress));
        if any {
            out += &self.summary_table();
        }
        let clear: Vec<String> = self
            .absent()
            .map(|(reported, _)| {
                format!(
                    "{} ({})",
                    escape(reported.finding.name()),
                    escape(&words::scenarios(reported.share_of_scenarios, self.stress))
                )
            })
            .collect();
        if !clear.is_empty() {
            let link =
                "<a href=\"#not-found\">Looked for and not found</a> in the assumptions as stated (scenarios that have it)";
            out += &element("p", &format!("{link}: {}.", clear.join(", ")));
        }
        let links = SECTIONS.iter().map(|(id, name)| element("li", &format!("<a href=\"#{id}\">{name}</a>")));
        out += &element("nav aria-label=\"Parts of this report\"", &element("ul", &links.collect::<String>()));
        let trying = words::trying(self.stress);
        if !trying.is_empty() {
            out += &heading(2, "trying", "What trying pays");
            out += &list(&trying);
            out += &charts::sure_aims(self.stress);
        }
        out
    }

    fn summary_table(&self) -> String {
        let row = |reported: &Reported| {
            let finding = &reported.finding;
            let losers = words::losers(finding, self.stress);
            let losers = if losers.is_empty() { "nobody is counted".to_owned() } else { losers.join("; ") };
            let fix = words::fix(reported, self.stress).unwrap_or("none found".to_owned());
            vec![
                sentence_link(finding.name()),
                escape(&words::scenarios(reported.share_of_scenarios, self.stress)),
                escape(&words::gains(finding)),
                escape(&words::sentence(&losers)),
                escape(&words::sentence(&fix)),
            ]
        };
        let rows: Vec<Vec<String>> = self.present().map(|(reported, _)| row(reported)).collect();
        stacked(
            "Unintended risks found (± is the 95 % error of simulation, where it moves a digit shown)",
            &["Risk", "In scenarios", "The provider gains", "Who loses", "Fix"],
            &rows,
        )
    }

    fn findings(&self) -> String {
        let mut out = heading(2, "findings", "Findings");
        if self.present().next().is_none() {
            return out
                + &paragraph(
                    "None of the risks looked for is present in the assumptions as stated. What was looked for, and why it is absent, is below.",
                );
        }
        for (reported, risk) in self.present() {
            out += &element("section class=\"finding\"", &self.finding(reported, risk));
        }
        out
    }

    fn finding(&self, reported: &Reported, risk: &Risk) -> String {
        let finding = &reported.finding;
        let mut out = heading(3, &slug(finding.name()), &words::sentence(finding.name()));
        out += &text("p class=\"strategy\"", &finding.strategy);
        let mut facts = vec![
            ("Definition".to_owned(), format!("{} {}", escape(risk.definition), glossary_link(finding.name()))),
            ("The provider gains".to_owned(), escape(&words::sentence(&words::gains(finding)))),
            ("Who loses".to_owned(), losers_list(&words::losers(finding, self.stress))),
            (
                "Compared with".to_owned(),
                escape(&words::sentence(&format!("{} {}", finding.compared_with.label(), explained(finding.compared_with)))),
            ),
            ("Appears".to_owned(), escape(&words::sentence(&words::agent_types(reported)))),
            ("How sure".to_owned(), escape(&self.how_sure(reported))),
            ("Fix".to_owned(), fix(reported, self.stress)),
        ];
        if !reported.tried_without_effect.is_empty() {
            let tried: Vec<String> = reported.tried_without_effect.iter().map(|words| words::sentence(words)).collect();
            facts.push(("Changes that do not remove it".to_owned(), list(&tried)));
        }
        facts.push(("How to watch for it".to_owned(), escape(&risk.watch_in_words())));
        out += &facts_list(&facts);
        out += &tests_table(reported);
        if !finding.figures.is_empty() {
            let rows: Vec<Vec<String>> =
                finding.figures.iter().map(|(label, value)| vec![words::sentence(label), value.clone()]).collect();
            out += &details("Further figures", &table("Further figures", &["figure", "value"], &rows));
        }
        out
    }

    fn how_sure(&self, reported: &Reported) -> String {
        let (low, high) = reported.gain_range;
        let share = words::scenarios(reported.share_of_scenarios, self.stress);
        match self.stress.scenarios {
            0 => "No other scenario was tried.".to_owned(),
            _ => {
                let (low, high) = (pounds(low), pounds(high));
                let when = words::scenario_box(reported, self.stress).map_or(String::new(), |when| format!(", {when}"));
                let edge =
                    words::nearest_scenario(reported, self.stress).map_or(String::new(), |edge| format!(" Nearest: {edge}."));
                format!(
                    "Present in {share} scenarios{when}.{edge} Over all scenarios the provider's gain is {low} to {high} in the middle \
                     90 %."
                )
            }
        }
    }

    fn all_clears(&self) -> String {
        let mut out = heading(2, "not-found", "Looked for and not found");
        let rows: Vec<Vec<String>> = self
            .absent()
            .map(|(reported, _)| {
                let (needs, figure) = words::why_not(&reported.finding).unwrap_or_default();
                let scenarios = words::scenarios(reported.share_of_scenarios, self.stress);
                let name =
                    format!("{} {}", escape(&words::sentence(reported.finding.name())), glossary_link(reported.finding.name()));
                let edge = words::nearest_scenario(reported, self.stress).map_or(String::new(), |edge| format!(": {edge}"));
                vec![name, escape(&words::sentence(needs)), escape(figure), escape(&format!("{scenarios}{edge}"))]
            })
            .collect();
        if rows.is_empty() {
            return out + &paragraph("Everything that was looked for is present.");
        }
        out += &paragraph(
            "A risk is present only when each of its tests holds. For each that is not, here is the first test that fails and the \
             figure that says so. Where many scenarios have it all the same, the all-clear leans on the numbers as stated.",
        );
        out += &stacked(
            "All-clears in the assumptions as stated",
            &["Risk", "It would take that", "Here", "Scenarios that have it, and the nearest"],
            &rows,
        );
        out += &self.not_looked_for();
        let others = self.absent().map(|(reported, risk)| {
            element("dt", &escape(&words::sentence(reported.finding.name()))) + &text("dd", risk.definition)
        });
        out + &details("What each of them means", &element("dl class=\"facts\"", &others.collect::<String>()))
    }

    /// Risks that the files say nothing of, with what would let them be looked for.
    fn not_looked_for(&self) -> String {
        let rows: Vec<Vec<String>> = words::not_looked_for(self.stress)
            .map(|(name, needs)| vec![format!("{} {}", escape(&words::sentence(name)), glossary_link(name)), escape(needs)])
            .collect();
        if rows.is_empty() {
            return String::new();
        }
        stacked("Not looked for, because the files say nothing by which to look", &["Risk", "To look for it, add"], &rows)
    }

    fn assumptions(&self) -> String {
        let mut out = heading(2, "assumptions", "Assumptions");
        out += &element(
            "p",
            &format!(
                "<span class=\"tag\">assumption, not fact</span> No source that could be read gives these {} numbers. Where a number has a range, the scenarios vary it within the range.",
                self.stress.assumptions.len()
            ),
        );
        let mut rest = self.stress.assumptions.as_slice();
        let mut rows = String::new();
        while let Some(first) = rest.first() {
            let alike = |assumption: &&Assumption| assumption.why == first.why && file(&assumption.path) == file(&first.path);
            let (group, after) = rest.split_at(rest.iter().take_while(alike).count());
            rows += &assumed(group);
            rest = after;
        }
        let head = ["number", "as stated (range)", "why it is assumed so"].map(|name| text("th scope=\"col\"", name)).concat();
        let inner =
            text("caption", "Assumptions, not facts") + &element("thead", &element("tr", &head)) + &element("tbody", &rows);
        out + &element("div class=\"scroll assumed\"", &element("table", &inner))
    }

    fn uncertain(&self) -> String {
        let mut out = heading(2, "uncertain", "Uncertain numbers");
        if self.stress.uncertain_numbers.is_empty() {
            return out
                + &paragraph("No number of this scheme or of its assumptions has a range, so no other scenario could be tried.");
        }
        out += &paragraph(&format!(
            "These {} numbers have a range. Each scenario is one choice of all of them: half of the scenarios lie below the number as \
             stated and half above.",
            self.stress.uncertain_numbers.len()
        ));
        let rows: Vec<Vec<String>> = self
            .stress
            .uncertain_numbers
            .iter()
            .map(|uncertain| {
                let assumed = base::reader::is_assumption(&uncertain.from);
                let from = if assumed { "assumption, not fact (above)".to_owned() } else { uncertain.from.clone() };
                vec![words::number_name(&uncertain.path), uncertain.words.clone(), from]
            })
            .collect();
        let inner = table("Uncertain numbers as stated, with their ranges", &["number", "as stated (range)", "from"], &rows);
        out + &if rows.len() > 24 { details(&format!("All {}", rows.len()), &inner) } else { inner }
    }

    fn run(&self) -> String {
        let (stress, options) = (self.stress, self.options);
        let (regret, error) = stress.regret;
        let provider = &self.assumptions.provider;
        let regret = words::estimate(risks::Estimate { mean: regret, error });
        let failed = if stress.scenarios_failed > 0 {
            format!("; {} more could not be read and count nowhere", stress.scenarios_failed)
        } else {
            String::new()
        };
        let facts = [
            ("Seed", options.seed.to_string()),
            (
                "Replications",
                format!(
                    "{}: each draws every person's fate anew; findings are measured on replications that the search never saw",
                    thousands(options.replications as i64)
                ),
            ),
            ("Scenarios", format!("{} besides the assumptions as stated{failed}", stress.scenarios)),
            ("Strategies tried", thousands(stress.tried as i64)),
            ("Regret", format!("the search's last sweep leaves the provider's best short by at most {regret} in any area")),
            ("Fair margin", format!("up to {} of what is paid", percent(provider.fair_margin))),
            (
                "Cautious provider",
                format!("gives up {} of mean profit to avoid £1 of its standard deviation", pence(provider.caution)),
            ),
            ("Mission-minded provider", format!("counts {} of the public's value as its own", percent(provider.mission))),
            (
                "Imperfect provider",
                format!(
                    "errs; an error that costs it {} of what it is paid is e times rarer than one that costs nothing",
                    percent(provider.imprecision)
                ),
            ),
        ];
        let facts: Vec<(String, String)> =
            facts.into_iter().map(|(name, words)| (name.to_owned(), escape(&words::sentence(&words)))).collect();
        heading(2, "run", "How it was run")
            + &facts_list(&facts)
            + &paragraph(
                "The same scheme, assumptions, seed and counts give this page again, to the letter. Only seed, replications and scenarios can be chosen on the command line; the rest is in the files.",
            )
    }

    fn contract(&self) -> String {
        let mut out = heading(2, "contract", "The contract as it was read");
        if !self.scheme.summary.is_empty() {
            out += &paragraph(&self.scheme.summary);
        }
        for clause in term_sheet(self.scheme) {
            let from =
                if clause.from.is_empty() { String::new() } else { text("p class=\"quiet\"", &format!("From: {}", clause.from)) };
            out += &element("div class=\"clause\"", &(text("p", &clause.number) + &paragraph(&clause.text) + &from));
        }
        out
    }
}

fn sentence_link(name: &str) -> String {
    format!("<a href=\"#{}\">{}</a>", slug(name), escape(&words::sentence(name)))
}

fn glossary_link(name: &str) -> String {
    format!("<a href=\"#word-{}\">(glossary)</a>", slug(name))
}

/// What a reference strategy is, for those who have not met it.
fn explained(kind: StrategyKind) -> &'static str {
    match kind {
        StrategyKind::Idle => "(the least that the contract requires, and no help at all)",
        StrategyKind::AsNow => "(spending what is spent today)",
        StrategyKind::Intended => "(what the commissioner expects of an honest provider)",
        StrategyKind::PublicAtCost => "(the best use, for the public, of the money that is intended)",
        StrategyKind::Counterfactual(Counterfactual::EveryoneServed) => "(the same rules, if no one could be turned away)",
        _ => "",
    }
}

fn facts_list(facts: &[(String, String)]) -> String {
    let inner: String = facts.iter().map(|(name, html)| text("dt", name) + &element("dd", html)).collect();
    element("dl class=\"facts\"", &inner)
}

fn losers_list(losers: &[String]) -> String {
    match losers {
        [] => "Nobody is counted.".to_owned(),
        [one] => escape(&words::sentence(one)),
        several => list(&several.iter().map(|who| words::sentence(who)).collect::<Vec<_>>()),
    }
}

fn fix(reported: &Reported, stress: &StressTest) -> String {
    let Some(tried) = &reported.fix else {
        return paragraph(&format!("{}.", words::sentence(&words::no_fix(reported))));
    };
    let mut out = paragraph(&format!("{}.", words::sentence(&tried.fix.words())));
    out += &paragraph(&format!("{}.", words::sentence(&words::side_effects(tried, stress))));
    let others = tried.removes.iter().filter(|risk| **risk != reported.finding.risk);
    let others: Vec<&str> = others.map(|risk| risk.name()).collect();
    if !others.is_empty() {
        out += &paragraph(&format!("It also removes {}.", words::listed(&others)));
    }
    out + &text(
        "p class=\"quiet\"",
        "The smallest change tried that removes it, measured with fewer replications than the finding.",
    )
}

fn tests_table(reported: &Reported) -> String {
    let rows: Vec<Vec<String>> = reported
        .finding
        .tests
        .iter()
        .map(|test| {
            vec![
                words::sentence(&test.what),
                if test.holds { "holds" } else { "fails" }.to_owned(),
                words::sentence(&test.figure),
            ]
        })
        .collect();
    table("Tests, all of which must hold", &["test", "result", "figure"], &rows)
}

/// The rows of assumptions with one reason: each its own, or folded together where they are a long column of a table.
fn assumed(group: &[Assumption]) -> String {
    const LONG: usize = 6;
    let (from, first, last) = (file(&group[0].path), &group[0], &group[group.len() - 1]);
    let named = |name: &str| format!("{} <span class=\"quiet\">{}</span>", escape(name), escape(from));
    let why = |rows: usize| format!("<td rowspan=\"{rows}\">{}</td>", escape(&first.why));
    if group.len() > LONG && from.ends_with(".csv") {
        let items: Vec<String> =
            group.iter().map(|assumption| format!("{}: {}", words::number_name(&assumption.path), assumption.words)).collect();
        let name =
            named(&format!("{} numbers, {} to {}", group.len(), words::number_name(&first.path), words::number_name(&last.path)));
        let shown = details(&format!("{} … {}", first.words, last.words), &list(&items));
        return element("tr", &format!("<th scope=\"row\">{name}</th><td>{shown}</td>{}", why(1)));
    }
    let rows = group.iter().enumerate().map(|(at, assumption)| {
        let reason = if at == 0 { why(group.len()) } else { String::new() };
        let name = named(&words::number_name(&assumption.path));
        element("tr", &format!("<th scope=\"row\">{name}</th><td>{}</td>{reason}", escape(&assumption.words)))
    });
    rows.collect()
}

/// The file of a number's path: "assumptions.toml: help.support.half_cost".
fn file(path: &str) -> &str {
    path.split_once(": ").map_or("the scheme", |(file, _)| file)
}

fn pence(pounds: f64) -> String {
    format!("£{pounds:.2}")
}

fn limits() -> String {
    let limits = [
        "The providers here are computed. Each knows its costs and the chances exactly and cares only for what its kind cares for; real ones know less, and differ.",
        "What help does is believed, not measured: the assumptions file says how far each kind of help can move each outcome, with less for each further pound. If the beliefs are wrong, so are the findings.",
        "Scenarios are choices within stated ranges. Their share says how far a finding leans on the numbers as stated; it is not the chance that the finding will come true.",
        "Effort is chosen once for each segment and kept. A provider that changes course during a contract may do better than the provider's best shown here.",
        "One provider serves each area. Bids, competition, renegotiation, failure and what becomes of staff are not in it, nor what other services do in answer.",
        "Only the risks listed are looked for. False claims, moving dates across a boundary, holding back this year because of next year's baseline, and delay at entry are not.",
        "People are alike within a segment except for chance, so picking the likelier ones within a segment is not seen.",
        "A fix is judged by the same tests in the same scenario. That it removes a finding here does not make it fair, lawful or affordable.",
    ];
    heading(2, "limits", "Limits") + &list(&limits.map(str::to_owned))
}

/// The glossary's entries for the words that this report uses.
fn word_list() -> String {
    const USED: [&str; 21] = [
        "aim",
        "area",
        "assumption",
        "baseline",
        "break-even aim",
        "cautious provider",
        "cohort",
        "strategy",
        "effort",
        "gate",
        "idle",
        "imperfect provider",
        "intended",
        "fix",
        "mission-minded provider",
        "Monte Carlo error",
        "nothing extra",
        "scenario",
        "provider's best",
        "public's best",
        "segment",
    ];
    const PRICES: &str = "un-parking price";
    let named = |name: &str| risks::CATALOGUE.iter().any(|risk| risk.name == name);
    let entries = glossary::entries().into_iter().filter(|(name, _)| USED.contains(name) || *name == PRICES || named(name));
    let inner: String = entries
        .map(|(name, words)| {
            element(&format!("dt id=\"word-{}\"", slug(name)), &escape(name)) + &text("dd", &words.replace(['`', '*'], ""))
        })
        .collect();
    heading(2, "words", "Words used") + &element("dl class=\"words\"", &inner)
}
