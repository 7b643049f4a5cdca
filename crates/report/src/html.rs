//! The report of a stress test as a page: one file that needs nothing else, neither network nor script. It begins with what a
//! commissioner asks first, and ends with every assumption and the contract's own terms.

use base::english::plural;
use base::money::thousands;
use base::reader::Assumption;
use contract::Scheme;
use contract::explain::term_sheet;
use maud::{Markup, html};
use risks::{self, Counterfactual, Risk, StrategyKind, percent, pounds_in_prose, quoted};
use simulation::assumptions::Assumptions;
use simulation::expected_outcomes::OutcomeForecast;
use simulation::stress::{Reported, StressOptions, StressTest};

use super::components::{
    Page, PageSection, assumption_tag, details, facts, list, paragraph, slug, stacked, table, table_of, verdict,
};
use super::{charts, parties, words};
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
    let charts = charts::payment(scheme, assumptions, stress);
    let mut sections = vec![PageSection::new("summary", "Summary", report.summary())];
    let effort = words::trying(stress);
    if !effort.is_empty() {
        let body = html! { (list(&effort)) (charts::sure_aims(stress)) };
        sections.push(PageSection::new("effort", "What effort pays", body));
    }
    sections.extend([
        PageSection::new("charts", "Payment, profit and chance", charts),
        PageSection::new("segments", "Who gets help", charts::segments(stress)),
    ]);
    if let Some(found) = parties::table(scheme, assumptions, stress) {
        let (header, rows) = found.cells();
        let body = html! { (paragraph(parties::ABOUT)) (table("parties", "What each party gains", &header, &rows)) };
        sections.push(PageSection::new("parties", "Who gains and who loses", body));
    }
    sections.extend([
        PageSection::new("findings", "Risks found", report.findings()),
        PageSection::new("not-found", "Risks not found", report.all_clears()),
        PageSection::new("assumptions", "Assumptions", report.assumed()),
        PageSection::new("uncertain", "Uncertain assumptions", report.uncertain()),
        PageSection::new("run", "How the test was run", report.run()),
        PageSection::new("contract", "The contract as read", report.contract()),
        PageSection::new("limits", "Limits", list(&LIMITS.map(str::to_owned))),
        PageSection::new("words", "Words used", word_list()),
    ]);
    Page {
        title: &format!("{} – stress test", scheme.name),
        kind: "Stress test of a payment-by-results scheme",
        heading: &scheme.name,
        about: &[format!("{}. All sums: {}.", assumptions.name, words::over(stress, assumptions))],
        sections,
    }
    .render()
}

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

    /// In how many scenarios a risk appears.
    fn scenarios(&self, reported: &Reported) -> String {
        words::scenarios(reported.share_of_scenarios, self.stress)
    }

    fn summary(&self) -> Markup {
        let any = self.present().next().is_some();
        let absent: Vec<_> = self.absent().map(|(reported, _)| reported).collect();
        html! {
            (verdict(&words::verdict(self.stress), !any))
            @if any { (self.summary_table()) }
            (self.expected_outcomes())
            @if !absent.is_empty() {
                p {
                    a href="#not-found" { "Not found" }
                    " under the assumptions as stated, with the number of "
                    a href="#word-scenario" { "scenarios" }
                    " that have the risk: "
                    @for (at, reported) in absent.iter().enumerate() {
                        @if at > 0 { ", " }
                        (reported.finding.name()) " (" (self.scenarios(reported)) ")"
                    }
                    "."
                }
            }
        }
    }

    fn summary_table(&self) -> Markup {
        let row = |reported: &Reported| {
            let finding = &reported.finding;
            let losers = words::losers(finding, self.stress);
            let losers = if losers.is_empty() { "nobody is counted".to_owned() } else { losers.join("; ") };
            let fix = words::fix(reported, self.stress).map_or("none found".to_owned(), |fix| fix.words());
            vec![
                html! { a href={ "#risk-" (slug(finding.name())) } { (words::sentence(finding.name())) } },
                html! { (self.scenarios(reported)) },
                html! { (words::sentence(&words::forecast_in_short(reported, self.stress))) },
                html! { (words::sentence(&words::gains(finding))) },
                html! { (words::sentence(&losers)) },
                html! { (words::sentence(&fix)) },
            ]
        };
        let rows: Vec<Vec<Markup>> = self.present().map(|(reported, _)| row(reported)).collect();
        let header = ["Risk", "In scenarios", "Forecast", "The provider gains", "Who loses", "Fix"];
        html! {
            (stacked("summary", "Unintended risks found", &header, &rows))
            p.quiet {
                "“In scenarios” is for a provider that only seeks profit. “Forecast” is for a "
                a href="#word-forecast" { "mixture of real kinds of provider" }
                ", which has limits of its own: a risk counts where enough of the mixture show it. ± is the 95% simulation error, \
                 shown where it would change the figure."
            }
        }
    }

    /// Which way each outcome goes for a mixture of providers.
    fn expected_outcomes(&self) -> Markup {
        let row = |expected: &OutcomeForecast| {
            vec![
                html! { (quoted(&expected.name)) },
                html! { (words::sentence(&words::expected_direction(expected, self.stress))) },
                html! { (words::expected_scenarios(expected, self.stress).map_or("none tried".to_owned(), |words| words::sentence(&words))) },
                html! { (words::today(expected)) },
                html! { (words::sentence(&words::expected_change(expected))) },
                html! { (words::sentence(&words::intended_change(expected))) },
            ]
        };
        let rows: Vec<Vec<Markup>> = self.stress.expected.iter().map(row).collect();
        if rows.is_empty() {
            return html! {};
        }
        let change = match self.stress.scenarios {
            0 => "Change, as stated",
            _ => "Change, middle 90% of scenarios",
        };
        let header = ["Outcome", "Compared with today", "Scenarios", "Today", change, "Intended, as stated"];
        html! {
            (stacked("expected", "What to expect of each outcome", &header, &rows))
            @if let Some(at_scale) = words::at_scale(self.stress) { p { (at_scale) } }
            p.quiet {
                (words::WHICH_TO_USE) " " (words::TRACK_RECORD.trim_end())
                " A change too small for most studies to find (0.01 standard deviations) counts as about the same. "
                (glossary_link("forecast"))
            }
        }
    }

    fn findings(&self) -> Markup {
        html! {
            @if self.present().next().is_none() {
                p {
                    "None of the risks that we looked for is present under the assumptions as stated. "
                    a href="#not-found" { "Risks not found" }
                    " lists them, and says why each is absent."
                }
            }
            @if self.stress.scenarios > 0 && self.present().next().is_some() {
                p.quiet { "Where fewer than two in three scenarios have a risk, the number stands beside its name." }
            }
            @for (reported, risk) in self.present() { div.finding { (self.finding(reported, risk)) } }
        }
    }

    fn finding(&self, reported: &Reported, risk: &Risk) -> Markup {
        let finding = &reported.finding;
        let name = words::sentence(finding.name());
        let compared = format!("{} {}", finding.compared_with.label(), explained(finding.compared_with));
        let mut about = vec![
            ("Definition", html! { (risk.definition) " " (glossary_link(finding.name())) }),
            ("The provider gains", html! { (words::sentence(&words::gains(finding))) }),
            ("Who loses", losers_list(&words::losers(finding, self.stress))),
            ("Compared with", html! { (words::sentence(compared.trim())) }),
            ("Appears", html! { (words::sentence(&words::agent_types(reported))) }),
            ("Forecast", html! { (words::sentence(&words::forecast(reported, self.stress))) }),
            ("How sure", html! { (self.how_sure(reported)) }),
            ("Fix", fix(reported, self.stress)),
        ];
        if !reported.tried_without_effect.is_empty() {
            let tried: Vec<String> = reported.tried_without_effect.iter().map(|words| words::sentence(words)).collect();
            about.push(("Changes that do not remove it", list(&tried)));
        }
        about.push(("How to watch for it", html! { (risk.watch_in_words()) }));
        let id = slug(finding.name());
        let figures: Vec<Vec<String>> =
            finding.figures.iter().map(|(label, value)| vec![words::sentence(label), value.clone()]).collect();
        html! {
            h3 #{ "risk-" (id) } {
                (name)
                @if let Some(few) = words::not_in_most(reported.share_of_scenarios, self.stress) { small { " " (few) } }
            }
            p.strategy { (finding.strategy) }
            (facts(&about))
            (tests_table(reported, &id))
            @if !figures.is_empty() {
                @let more = table(&format!("{id}-figures"), &format!("{name}: more figures"), &["figure", "value"], &figures);
                (details("More figures", &more))
            }
        }
    }

    fn how_sure(&self, reported: &Reported) -> String {
        if self.stress.scenarios == 0 {
            return "We tried no other scenario.".to_owned();
        }
        let when = words::scenario_box(reported, self.stress).map_or(String::new(), |when| format!(", {when}"));
        let edge =
            words::nearest_scenario(reported, self.stress).map_or(String::new(), |edge| format!(" {}.", words::sentence(&edge)));
        format!(
            "Present in {}{when}.{edge} {} the provider {}.",
            words::counted_scenarios(reported.share_of_scenarios, self.stress),
            plural(self.stress.scenarios, "In that scenario", "In the middle 90% of all scenarios,"),
            gained(reported.gain_range)
        )
    }

    fn all_clears(&self) -> Markup {
        let row = |reported: &Reported| {
            let (needs, figure) = words::why_not(&reported.finding).unwrap_or_default();
            let edge = words::nearest_scenario(reported, self.stress).map_or(String::new(), |edge| format!(": {edge}"));
            let scenarios = self.scenarios(reported);
            vec![
                html! { (words::sentence(reported.finding.name())) " " (glossary_link(reported.finding.name())) },
                html! { (words::sentence(needs)) },
                html! { (words::sentence(figure)) },
                html! { (scenarios) (edge) },
            ]
        };
        let rows: Vec<Vec<Markup>> = self.absent().map(|(reported, _)| row(reported)).collect();
        if rows.is_empty() {
            return html! { (paragraph("Every risk that we looked for is present.")) (self.not_looked_for()) };
        }
        let header = ["Risk", "It would be present if", "Here", "Scenarios that have it, and the nearest"];
        html! {
            (paragraph(
                "A risk is present only when each of its tests holds. For each risk that is absent, the table shows the first test \
                 that fails and the figure behind it. Where many scenarios have the risk all the same, its absence depends on the \
                 assumptions as stated.",
            ))
            (stacked("not-found", "Risks that are absent under the assumptions as stated", &header, &rows))
            (self.not_looked_for())
            (details("What each of these risks means", &html! {
                dl.facts {
                    @for (reported, risk) in self.absent() {
                        dt { (words::sentence(reported.finding.name())) }
                        dd { (risk.definition) }
                    }
                }
            }))
        }
    }

    /// Risks that the files say nothing about, with what would let us look for them.
    fn not_looked_for(&self) -> Markup {
        let row = |(name, needs): (&str, &str)| {
            vec![html! { (words::sentence(name)) " " (glossary_link(name)) }, html! { (words::sentence(needs)) }]
        };
        let rows: Vec<Vec<Markup>> = words::not_looked_for(self.stress).map(row).collect();
        if rows.is_empty() {
            return html! {};
        }
        stacked("not-looked-for", "Risks that the files give no information about", &["Risk", "To look for it, add"], &rows)
    }

    fn assumed(&self) -> Markup {
        let file_and_reason = |assumption: &Assumption| (file(&assumption.path).to_owned(), assumption.why.clone());
        if self.stress.assumptions.is_empty() {
            return paragraph("None: every number of this scheme and of its assumptions file has a source.");
        }
        let groups = self.stress.assumptions.chunk_by(|one, other| file_and_reason(one) == file_and_reason(other));
        html! {
            p {
                (assumption_tag())
                @match self.stress.assumptions.len() {
                    1 => " No source that we could read gives this number. If it has a range, the scenarios vary it within the range.",
                    several => {
                        " No source that we could read gives these " (several)
                        " numbers. Where a number has a range, the scenarios vary it within the range."
                    }
                }
            }
            (table_of(
                "assumptions",
                "Assumptions, not facts",
                &["number", "as stated (range)", "why it is assumed"],
                &html! { @for group in groups { (assumed(group)) } },
            ))
        }
    }

    fn uncertain(&self) -> Markup {
        if self.stress.uncertain_numbers.is_empty() {
            return paragraph("No number of this scheme or of its assumptions has a range, so we could try no other scenario.");
        }
        let row = |uncertain: &base::reader::UncertainNumber| {
            let assumed = base::reader::is_assumption(&uncertain.from);
            let from = if assumed { "assumption, not fact (see above)".to_owned() } else { uncertain.from.clone() };
            vec![words::number_name(&uncertain.path), uncertain.words.clone(), from]
        };
        let rows: Vec<Vec<String>> = self.stress.uncertain_numbers.iter().map(row).collect();
        let header = ["number", "as stated (range)", "source"];
        let inner = table("uncertain", "Uncertain numbers as stated, with their ranges", &header, &rows);
        html! {
            p {
                @match rows.len() {
                    1 => "1 number has a range. Each scenario is one choice of it.",
                    several => { "These " (several) " numbers have a range. Each scenario is one choice of all of them." }
                }
                " Half of the scenarios are below the number as stated, and half are above."
            }
            @if rows.len() > 24 { (details(&format!("All {}", rows.len()), &inner)) } @else { (inner) }
        }
    }

    fn run(&self) -> Markup {
        let (stress, options) = (self.stress, self.options);
        let (regret, error) = stress.regret;
        let provider = &self.assumptions.provider;
        let regret = words::estimate(risks::Estimate { mean: regret, error });
        let failed = match stress.scenarios_failed {
            0 => String::new(),
            1 => ". 1 more could not be read and is not counted".to_owned(),
            failed => format!(". {failed} more could not be read and are not counted"),
        };
        let about = [
            ("Seed", options.seed.to_string()),
            (
                "Replications",
                format!(
                    "{}. Each draws every person's outcome anew. Findings are measured on replications that the search did not use",
                    thousands(options.replications as i64)
                ),
            ),
            ("Scenarios", format!("{}, besides the assumptions as stated{failed}", stress.scenarios)),
            ("Strategies tried", thousands(stress.tried as i64)),
            ("Regret", format!("The last round of the search found at most {regret} more for the provider in any area")),
            ("Fair margin", format!("Up to {} of what is paid", percent(provider.fair_margin))),
            (
                "Cautious provider",
                format!("Gives up {} of mean profit to avoid £1 of its standard deviation", pence(provider.caution)),
            ),
            ("Mission-minded provider", format!("Counts {} of the public's value as its own", percent(provider.mission))),
            (
                "Imperfect provider",
                format!(
                    "Makes errors. An error that costs {} of what it is paid is about 2.7 times rarer than one that costs nothing",
                    percent(provider.imprecision)
                ),
            ),
        ];
        let about: Vec<(&str, Markup)> = about.into_iter().map(|(name, words)| (name, html! { (words) })).collect();
        html! {
            (facts(&about))
            (paragraph(
                "The same scheme, assumptions, seed and counts give exactly this page again. You can choose the seed, the \
                 replications and the scenarios on the command line. Everything else is in the files.",
            ))
        }
    }

    fn contract(&self) -> Markup {
        html! {
            @if !self.scheme.summary.is_empty() { (paragraph(&self.scheme.summary)) }
            @for clause in term_sheet(self.scheme) {
                div.clause {
                    p { (clause.number) }
                    p { (clause.text) }
                    @if !clause.from.is_empty() { p.quiet { "Source: " (clause.from) } }
                }
            }
        }
    }
}

/// "gains £5,000 to £9,000", "loses £9,000 to £5,000", "may lose £5,000 or gain £9,000".
fn gained((low, high): (f64, f64)) -> String {
    let [least, most] = [low, high].map(|value| pounds_in_prose(value.abs()));
    match (low < 0.0, high < 0.0) {
        (false, _) if least == most => format!("gains {least}"),
        (false, _) => format!("gains {least} to {most}"),
        (true, true) if least == most => format!("loses {least}"),
        (true, true) => format!("loses {most} to {least}"),
        (true, false) => format!("may lose {least} or gain {most}"),
    }
}

fn glossary_link(name: &str) -> Markup {
    html! { a href={ "#word-" (slug(name)) } aria-label={ "Glossary: " (name) } { "(glossary)" } }
}

/// What a reference strategy is, for those who have not met it.
fn explained(kind: StrategyKind) -> &'static str {
    match kind {
        StrategyKind::Idle => "(the least that the contract requires, and no help at all)",
        StrategyKind::AsNow => "(spending what is spent today)",
        StrategyKind::Intended => "(what the commissioner expects of an honest provider)",
        StrategyKind::PublicAtCost => "(the best use, for the public, of the money that is intended)",
        StrategyKind::Counterfactual(Counterfactual::EveryoneServed) => {
            "(the same rules, if the provider could turn no one away)"
        }
        _ => "",
    }
}

fn losers_list(losers: &[String]) -> Markup {
    match losers {
        [] => html! { "Nobody is counted." },
        [one] => html! { (words::sentence(one)) },
        several => list(&several.iter().map(|who| words::sentence(who)).collect::<Vec<_>>()),
    }
}

fn fix(reported: &Reported, stress: &StressTest) -> Markup {
    let Some(tried) = &reported.fix else {
        return paragraph(&format!("{}.", words::sentence(&words::no_fix(reported))));
    };
    let others = tried.removes.iter().filter(|risk| **risk != reported.finding.risk);
    let others: Vec<&str> = others.map(|risk| risk.name()).collect();
    html! {
        p { (words::sentence(&tried.fix.words())) "." }
        p { (words::sentence(&words::side_effects(tried, stress))) "." }
        @if !others.is_empty() { p { "It also removes " (words::listed(&others)) "." } }
        p.quiet { "This is the smallest change tried that removes the risk. It is measured with fewer replications than the finding." }
    }
}

fn tests_table(reported: &Reported, id: &str) -> Markup {
    let row = |test: &risks::FindingTest| {
        let result = if test.holds { "holds" } else { "fails" };
        vec![words::sentence(&test.what), result.to_owned(), words::sentence(&test.figure)]
    };
    let rows: Vec<Vec<String>> = reported.finding.tests.iter().map(row).collect();
    let caption = format!("{}: tests, all of which must hold", words::sentence(reported.finding.name()));
    table(&format!("{id}-tests"), &caption, &["test", "result", "figure"], &rows)
}

/// The rows of assumptions with one reason. Each has its own row, but a long column of a table is folded into one.
fn assumed(group: &[Assumption]) -> Markup {
    const LONG: usize = 6;
    let [first, .., last] = group else {
        return html! { @for only in group { tr { (named(&words::number_name(&only.path), file(&only.path))) td { (only.words) } td { (only.why) } } } };
    };
    let from = file(&first.path);
    if group.len() > LONG && from.ends_with(".csv") {
        let items: Vec<String> =
            group.iter().map(|assumption| format!("{}: {}", words::number_name(&assumption.path), assumption.words)).collect();
        let name = format!("{} numbers, {} to {}", group.len(), words::number_name(&first.path), words::number_name(&last.path));
        return html! {
            tr {
                (named(&name, from))
                td { (details(&format!("{} … {}", first.words, last.words), &list(&items))) }
                td { (first.why) }
            }
        };
    }
    html! {
        @for (at, assumption) in group.iter().enumerate() {
            tr {
                (named(&words::number_name(&assumption.path), from))
                td { (assumption.words) }
                @if at == 0 { td rowspan=(group.len()) { (first.why) } }
            }
        }
    }
}

/// The cell that names a number, with its file.
fn named(name: &str, from: &str) -> Markup {
    html! { th scope="row" { (name) " " span.quiet { (from) } } }
}

/// The file of a number's path: "assumptions.toml: help.support.half_cost".
fn file(path: &str) -> &str {
    path.split_once(": ").map_or("the scheme", |(file, _)| file)
}

fn pence(pounds: f64) -> String {
    format!("£{pounds:.2}")
}

const LIMITS: [&str; 8] = [
    "The providers here are computed. Each knows its costs and the chances exactly, and cares only for what its type cares for. Real providers know less, and differ.",
    "What help does is assumed, not measured. The assumptions file says how far each kind of help can move each outcome, with less for each further pound. If these assumptions are wrong, so are the findings.",
    "Scenarios are choices within stated ranges. The share of scenarios says how far a finding depends on the numbers as stated. It is not the chance that the finding will come true; the forecast is meant to be, and the note beside it says how far.",
    "A provider chooses its effort once for each segment and keeps to it. A provider that changes course during a contract may do better than the provider's best shown here.",
    "One provider serves each area. The test leaves out bids, competition, renegotiation, failure, staff, and how other services respond.",
    "We look only for the risks listed. Delay at entry is not among them.",
    "People in a segment differ only by chance, so the test does not see a provider that picks the likelier ones within a segment.",
    "A fix is judged by the same tests under the same assumptions. That it removes a risk here does not make it fair, lawful or affordable.",
];

/// The glossary's entries for the words that this report uses.
fn word_list() -> Markup {
    let named = |name: &str| risks::CATALOGUE.iter().any(|risk| risk.name == name);
    let entries = glossary::entries().into_iter().filter(|(name, _)| USED.contains(name) || named(name));
    html! {
        dl.words {
            @for (name, words) in entries {
                dt #{ "word-" (slug(name)) } { (words::sentence(name)) }
                dd { (glossary::plain(words)) }
            }
        }
    }
}

/// Entries of the glossary that the report needs besides the risks.
const USED: [&str; 27] = [
    "aim",
    "area",
    "assumption",
    "baseline",
    "break-even aim",
    "budget-bound provider",
    "cautious provider",
    "cohort",
    "effort",
    "fix",
    "forecast",
    "gate",
    "idle",
    "imperfect provider",
    "intended",
    "mission-minded provider",
    "Monte Carlo error",
    "norm-keeping provider",
    "nothing extra",
    "profit-seeking provider",
    "provider's best",
    "public's best",
    "satisficing provider",
    "scenario",
    "segment",
    "strategy",
    "un-parking price",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_of_provider_is_among_the_words_used() {
        for agent in risks::AgentType::ALL {
            let name = format!("{} provider", agent.adjective());
            assert!(USED.contains(&name.as_str()) && glossary::find(&name).is_some(), "{name}");
        }
        let list = word_list().into_string();
        assert!(!list.contains("](") && !list.contains('`'), "marks of the document are left");
    }

    #[test]
    fn every_word_that_is_linked_to_is_in_the_glossary() {
        let entries = glossary::entries();
        for name in USED.iter().copied().chain(risks::CATALOGUE.iter().map(|risk| risk.name)) {
            assert!(entries.iter().any(|(entry, _)| *entry == name), "the glossary has no entry “{name}”");
        }
    }
}
