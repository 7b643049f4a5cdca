//! An evaluation as a page.

use evaluation::evaluate::said;
use evaluation::words;
use maud::{Markup, html};

use super::{ESTIMATE_COLUMNS, EvaluationReport, charts};
use crate::components::{Page, PageSection, list, paragraph, stacked_table, table, verdict};
use crate::publication::NOT_FOR_PUBLICATION;

impl EvaluationReport {
    /// The page. The same answer gives the same bytes.
    #[must_use]
    pub fn page(&self) -> String {
        let found = &self.evaluation;
        let mut sections = vec![
            PageSection::new("answer", "The answer", self.answer()),
            PageSection::new("said", "What can and cannot be said", self.said()),
            PageSection::new("estimates", "Every estimate that was made", self.estimates()),
        ];
        if !found.losses.is_empty() {
            sections.push(PageSection::new("people", "Who is compared", self.people()));
        }
        if found.balance.is_some() {
            sections.push(PageSection::new("balance", "How alike the groups are", self.balance_section()));
        }
        let drawn: Vec<Markup> = charts::course(found).iter().map(crate::components::ChartFigure::draw).collect();
        if !drawn.is_empty() {
            sections.push(PageSection::new(
                "course",
                "Over time",
                html! { @for chart in &drawn { (chart) } (self.naive_parts()) },
            ));
        }
        if !found.sensitivity.is_empty() {
            sections.push(PageSection::new("unseen", "What could still change the answer", self.unseen()));
        }
        sections.push(PageSection::new("registration", "Whether the question was asked beforehand", self.registered()));
        Page {
            title: &format!("{} – evaluation", found.question),
            kind: "Evaluation of a service",
            heading: &found.question,
            about: &[found.design.clone(), NOT_FOR_PUBLICATION.to_owned()],
            sections,
        }
        .render()
    }

    fn answer(&self) -> Markup {
        let found = &self.evaluation;
        let well = found.estimates.first().is_some_and(|answer| {
            answer.leaves_out_zero() && (answer.effect > 0.0) == found.more_is_better && said::doubts(found).is_empty()
        });
        let remarks = self.remarks();
        html! {
            (verdict(&said::found(found), well))
            @if let Some(left) = &found.who_is_left { (paragraph(left)) }
            @if !remarks.is_empty() { (list(&remarks)) }
        }
    }

    fn said(&self) -> Markup {
        let found = &self.evaluation;
        html! {
            h3 { "What can be said" }
            (list(&said::can_be_said(found)))
            h3 { "What cannot be said" }
            (list(&said::cannot_be_said(found, self.randomised)))
        }
    }

    fn estimates(&self) -> Markup {
        let rows: Vec<Vec<String>> = self.evaluation.estimates.iter().map(|estimate| self.row(estimate)).collect();
        html! {
            (paragraph("All that was estimated is listed, whatever it showed."))
            (stacked_table("estimates", "Estimates", &ESTIMATE_COLUMNS, &rows))
            @for method in self.methods() { p.quiet { (method) } }
        }
    }

    fn people(&self) -> Markup {
        let rows: Vec<Vec<String>> = self
            .evaluation
            .losses
            .iter()
            .map(|loss| {
                vec![
                    loss.step.clone(),
                    base::money::thousands(loss.treated as i64),
                    base::money::thousands(loss.comparison as i64),
                ]
            })
            .collect();
        html! { (table("losses", "People left after each step", &["people who", "treated", "comparison"], &rows)) }
    }

    fn balance_section(&self) -> Markup {
        let rows = self.balance_rows().unwrap_or_default();
        let caption = self.balance_caption().unwrap_or_default();
        let header = ["covariate", "treated", "comparison", "differ before", "differ after", "quality"];
        html! {
            (paragraph(&caption))
            @if let Some(chart) = charts::love(&self.evaluation) { (chart.draw()) }
            (stacked_table("balance", "Covariates before and after", &header, &rows))
            @if let Some(chart) = charts::overlap(&self.evaluation) { (chart.draw()) }
        }
    }

    fn naive_parts(&self) -> Markup {
        let Some(panel) = self.evaluation.panel.as_ref().filter(|panel| !panel.parts.is_empty()) else { return html! {} };
        let unit = self.evaluation.unit;
        let rows: Vec<Vec<String>> = panel
            .parts
            .iter()
            .map(|part| vec![part.what.clone(), format!("{:.1}%", 100.0 * part.weight), words::difference(unit, part.effect)])
            .collect();
        html! {
            (paragraph(
                "Two-way fixed effects are the naive answer where units start at different times: a part of them compares late starters \
                 with early ones that are treated already (Goodman-Bacon 2021).",
            ))
            (table("naive", "The naive estimate, taken apart", &["comparison", "weight", "effect"], &rows))
        }
    }

    fn unseen(&self) -> Markup {
        let rows: Vec<Vec<String>> =
            self.evaluation.sensitivity.iter().map(|figure| vec![figure.name.clone(), figure.words.clone()]).collect();
        html! { (stacked_table("unseen", "Sensitivity of the answer", &["figure", "what it says"], &rows)) }
    }

    fn registered(&self) -> Markup {
        let registration = &self.registration;
        html! {
            @for words in registration.words() { (paragraph(&words)) }
            @if !registration.difference().is_empty() { pre { @for line in registration.difference() { (line) "\n" } } }
            p.quiet {
                "SHA-256 of the spec: " code { (registration.spec_sha256) } ". SHA-256 of the table: " code { (registration.table_sha256) } "."
            }
        }
    }
}
