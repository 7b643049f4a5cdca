//! What is published, as a page with a chart for each table that has shares.

use maud::{Markup, html};

use super::{FigureShown, PublishedResult, PublishedView, ViewRow, cell, words};
use crate::charts::marks;
use crate::components::{ChartFigure, Page, PageSection, paragraph, stacked_table};
use crate::svg::{self, Axis, BLUE, Shape, ValueRange};

impl PublishedResult {
    /// The page. The same publication gives the same bytes.
    #[must_use]
    pub fn page(&self) -> String {
        let section = |(at, view): (usize, &PublishedView)| {
            // A page with one table has plain ids.
            let which = if self.views.len() > 1 { format!("-{}", at + 1) } else { String::new() };
            PageSection::new(format!("results{which}"), view.title.clone(), self.drawn(view, &which))
        };
        let mut sections: Vec<PageSection> = self.views.iter().enumerate().map(section).collect();
        if !self.remarks.is_empty() {
            let body = html! { @for remark in &self.remarks { (paragraph(remark)) } };
            sections.push(PageSection::new("remarks", "How to read these figures", body));
        }
        let title = format!("{} – {}", self.scheme, self.publication.name());
        let about = words::about(self);
        Page { title: &title, kind: "Published figures", heading: self.publication.name(), about: &about, sections }.render()
    }

    fn drawn(&self, view: &PublishedView, which: &str) -> Markup {
        let rows = self.rows(view);
        let dimensions = self.dimensions(view).join(", ");
        let first = if dimensions.is_empty() { "group" } else { dimensions.as_str() };
        let header: Vec<&str> = [first].into_iter().chain(view.columns.iter().map(|column| column.name)).collect();
        let laid_out =
            rows.iter().map(|row| [row.name()].into_iter().chain(row.figures.iter().map(|figure| cell(*figure))).collect());
        let laid_out: Vec<Vec<String>> = laid_out.collect();
        html! {
            @if let Some(chart) = self.chart(view, &rows, which) { (chart.draw_again(which)) }
            // The section has the title itself, and each part of a page needs a name of its own.
            (stacked_table(&format!("results{which}"), &format!("{}, by {first}", view.title), &header, &laid_out))
            @if let Some(note) = self.note(&rows) { (paragraph(&note)) }
        }
    }

    /// The shares that are shown, with their intervals; none where fewer than two are.
    fn chart(&self, view: &PublishedView, rows: &[ViewRow], which: &str) -> Option<ChartFigure> {
        let column = view.columns.iter().position(|column| matches!(column.figure, super::PublishedFigure::OfHundred { .. }))?;
        let share = |row: &ViewRow| match row.figures[column] {
            FigureShown::Share(share) => Some((row.name(), vec![Some(share) as ValueRange])),
            _ => None,
        };
        let drawn: Vec<(String, Vec<ValueRange>)> = rows.iter().filter_map(share).collect();
        if drawn.len() < 2 {
            return None;
        }
        let ends = drawn.iter().flat_map(|(_, share)| share.iter().flatten()).flat_map(|[_, low, high]| [*low, *high]);
        let (low, high) = svg::ends(ends.chain([0.0]));
        let axis =
            Axis::even("of each 100 whose result is known", low, high.min(1.0), 6, |share| format!("{:.0}", 100.0 * share));
        let title = format!("{}: of each 100", view.title);
        let words =
            "Each mark is a group, and the line is its 95% interval. Only groups whose numbers are shown in the table are drawn.";
        let series = [marks("group", BLUE, Shape::Circle)];
        let drawing = svg::ranged_rows(&format!("shares{which}"), &title, words, &axis, &series, &drawn);
        let of_chart = drawn.iter().map(|(name, share)| {
            let share = share.first().copied().flatten().map_or(FigureShown::LeftOut, FigureShown::Share);
            vec![name.clone(), cell(share)]
        });
        let data = stacked_table(
            &format!("shares{which}"),
            "The figures in this chart",
            &["group", view.columns[column].name],
            &of_chart.collect::<Vec<_>>(),
        );
        Some(ChartFigure { id: "shares", title, words: words.to_owned(), legend: Vec::new(), drawing, data })
    }
}
