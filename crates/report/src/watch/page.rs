//! A watch as a page.

use maud::html;
use risks::detection::watch::LookedAt;

use super::{WatchReport, words};
use crate::components::{Page, PageSection, list, paragraph, slug, stacked_table, subheading, verdict};

impl WatchReport {
    /// The page. The same watch gives the same bytes.
    #[must_use]
    pub fn page(&self) -> String {
        let flags = self.flags();
        let answer = html! {
            (verdict(&words::answer(self), flags.is_empty()))
            (list(&words::about_flags()))
            @if let Some(memory) = &self.memory { (paragraph(&words::precision(memory))) }
        };
        let mut sections = vec![PageSection::new("answer", "In short", answer)];
        if !flags.is_empty() {
            let body = html! {
                (self.overview(&flags))
                @for looked in &flags { (self.flag(looked)) }
            };
            sections.push(PageSection::new("flags", "Flags", body));
        }
        let past = self.past();
        if !past.is_empty() {
            let lines: Vec<String> = past.iter().map(|looked| words::past(self, looked)).collect();
            sections.push(PageSection::new("past", "Flags that no longer stand", list(&lines)));
        }
        if let Some(memory) = self.memory.as_ref().filter(|memory| !memory.flags.is_empty()) {
            let header = ["risk", "provider", "first raised", "serious", "decision", "by", "note"];
            let rows: Vec<Vec<String>> = memory.flags.iter().map(words::memory_row).collect();
            sections.push(PageSection::new(
                "memory",
                "What became of the flags",
                stacked_table("memory", "The list of flags", &header, &rows),
            ));
        }
        let quality = crate::quality::notes(&self.quality);
        if !quality.is_empty() {
            sections.push(PageSection::new("quality", "The quality of the records", list(&quality)));
        }
        sections.push(PageSection::new("looked-for", "What was looked for", self.looked_for()));
        Page {
            title: &format!("{} – watch", self.scheme),
            kind: "Watch on records",
            heading: "Is it being gamed?",
            about: &[self.scheme.clone(), format!("What was recorded up to {}.", self.as_at)],
            sections,
        }
        .render()
    }

    fn overview(&self, flags: &[&LookedAt]) -> maud::Markup {
        let header = ["provider", "risk", "serious", "first raised", "by chance, at most"];
        let row = |looked: &&LookedAt| {
            vec![
                self.provider(looked).unwrap_or("the whole contract").to_owned(),
                looked.risk.name().to_owned(),
                if looked.stands_serious { "yes" } else { "no" }.to_owned(),
                looked.flagged.map(words::month_in_words).unwrap_or_default(),
                words::chance(looked.log_evidence.last().copied().unwrap_or_default()),
            ]
        };
        stacked_table("overview", "The flags that stand", &header, &flags.iter().map(row).collect::<Vec<_>>())
    }

    fn flag(&self, looked: &LookedAt) -> maud::Markup {
        let heading = words::heading(self, looked);
        let detector = looked.risk.risk().detector;
        let signals: Vec<String> = words::speaking(looked).map(words::signal).collect();
        let explanations: Vec<String> = detector.explanations.iter().map(|words| (*words).to_owned()).collect();
        html! {
            (subheading(&format!("flag-{}", slug(&heading)), &heading))
            (paragraph(&words::strength(looked)))
            (list(&signals))
            (paragraph("Innocent explanations to check first:"))
            (list(&explanations))
            (paragraph(&format!("What would settle it: {}.", detector.settled_by)))
            (paragraph(&format!("Tuned to: {}.", detector.tuned_to)))
            @if let Some(flag) = self.remembered(looked) { (paragraph(&words::remembered(flag))) }
        }
    }

    fn looked_for(&self) -> maud::Markup {
        let header = ["risk", "provider", "by chance, at most", "flag"];
        let row = |looked: &LookedAt| {
            vec![
                looked.risk.name().to_owned(),
                self.provider(looked).unwrap_or("the whole contract").to_owned(),
                words::chance(looked.log_evidence.last().copied().unwrap_or_default()),
                match (looked.stands, looked.stands_serious) {
                    (_, true) => "serious",
                    (true, false) => "yes",
                    _ => "no",
                }
                .to_owned(),
            ]
        };
        let rows: Vec<Vec<String>> = self.watch.looked_at.iter().map(row).collect();
        let not = words::not_looked_for(self);
        html! {
            @if !rows.is_empty() { (stacked_table("all", "Every risk and provider that was looked at", &header, &rows)) }
            @if !not.is_empty() {
                (paragraph("Not looked for:"))
                (list(&not))
            }
        }
    }
}
