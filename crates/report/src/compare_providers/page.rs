//! A comparison of providers as a page.

use evaluation::providers::comparison::ProviderComparison;
use maud::{Markup, html};

use super::tables::{self, TextTable};
use super::{ComparedProviders, OutcomeComparison, charts, words};
use crate::components::{Page, PageSection, list, paragraph, stacked_table};
use crate::publication::EXACT;

impl ComparedProviders {
    /// The page. The same comparison gives the same bytes.
    #[must_use]
    pub fn page(&self) -> String {
        let mut sections = Vec::new();
        for (at, outcome) in self.outcomes.iter().enumerate() {
            // A page with one outcome has plain ids.
            let which = if self.outcomes.len() > 1 { format!("-{}", at + 1) } else { String::new() };
            match &outcome.comparison {
                Ok(found) => sections.extend(self.compared(outcome, found, &which)),
                Err(why) => {
                    let body = html! { (paragraph(why)) (draw(&tables::followed_up(outcome), &which)) };
                    sections.push(section(&which, "answer", "Results", outcome, body));
                }
            }
        }
        if !self.not_compared.is_empty() {
            sections.push(PageSection::new("others", "Other outcomes", paragraph(&self.others())));
        }
        let heading = "How providers compare";
        Page {
            title: &format!("{} – how providers compare", self.scheme),
            kind: "Comparison of providers",
            heading,
            about: &[self.scheme.clone(), format!("What happened up to {}.", self.as_at), EXACT.to_owned()],
            sections,
        }
        .render()
    }

    fn compared(&self, outcome: &OutcomeComparison, found: &ProviderComparison, which: &str) -> Vec<PageSection> {
        let chart = charts::funnel(outcome, found, which);
        let results = html! {
            (paragraph(&words::answer(outcome, found)))
            (paragraph(&words::scope(self, outcome, found)))
            @if let Some(chart) = &chart { (chart.draw_again(which)) }
            (draw(&tables::results(outcome, found), which))
        };
        let limits = html! {
            (list(&words::limits(outcome, found)))
            (draw(&tables::limits(outcome, found), which))
            (paragraph("A shrunken rate is an estimate by a model, not what was counted: it is pulled towards the rate of everybody, more so for few people."))
        };
        let people = html! { (draw(&tables::mix(outcome, found), which)) (draw(&tables::followed_up(outcome), which)) };
        let trend = html! {
            (draw(&tables::trend(outcome, found), which))
            (paragraph(&words::watching(outcome)))
            (draw(&tables::watches(outcome, found), which))
        };
        let model = html! {
            (list(&words::model(outcome, found)))
            (draw(&tables::calibration(found), which))
            (paragraph(&words::fit(found)))
        };
        vec![
            section(which, "results", "Results", outcome, results),
            section(which, "limits", "What the limits allow for", outcome, limits),
            section(which, "ranking", "Why there is no ranking", outcome, paragraph(&words::ranking(&found.wrong_order))),
            section(which, "people", "Whom each provider served", outcome, people),
            section(which, "trend", "Over time", outcome, trend),
            section(which, "model", "Where what is expected comes from", outcome, model),
        ]
    }
}

/// A section, which names its outcome where there are several.
fn section(which: &str, id: &str, title: &str, outcome: &OutcomeComparison, body: Markup) -> PageSection {
    let title = if which.is_empty() { title.to_owned() } else { format!("{}: {title}", outcome.name) };
    let body = html! { p.quiet { (outcome.measure) } (body) };
    PageSection::new(format!("{id}{which}"), title, body)
}

fn draw(table: &TextTable, which: &str) -> Markup {
    let header: Vec<&str> = table.header.iter().map(String::as_str).collect();
    stacked_table(&format!("{}{which}", table.id), &table.caption, &header, &table.rows)
}
