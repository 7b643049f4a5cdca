//! What is published, for the terminal.

use super::{PublishedResult, PublishedView, cell, words};
use crate::terminal::Terminal;

impl PublishedResult {
    /// Everything for the terminal.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        let mut out: String = words::about(self).iter().map(|line| format!("{}\n", terminal.wrap(line, 0))).collect();
        self.views.iter().for_each(|view| out += &self.view_text(view, terminal));
        self.remarks.iter().for_each(|remark| out += &format!("\n{}\n", terminal.wrap(remark, 0)));
        out
    }

    fn view_text(&self, view: &PublishedView, terminal: Terminal) -> String {
        let rows = self.rows(view);
        let header =
            [self.dimensions(view).join(", ")].into_iter().chain(view.columns.iter().map(|column| column.name.to_owned()));
        let laid_out = rows.iter().map(|row| {
            let figures = row.figures.iter().map(|figure| cell(*figure));
            [row.name()].into_iter().chain(figures).collect::<Vec<_>>()
        });
        let table = terminal.table(&header.collect::<Vec<_>>(), &laid_out.collect::<Vec<_>>());
        let note = self.note(&rows).map(|note| format!("{}\n", terminal.wrap(&note, 0))).unwrap_or_default();
        format!("\n{}\n{table}{note}", terminal.bold(&terminal.wrap(&view.title, 0)))
    }
}
