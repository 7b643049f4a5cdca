//! The parts that every page is made of: the page itself with its contents list, sections, tables, charts with their captions,
//! and what a reader can unfold. Text goes in as plain text; the `maud` templates escape it, so that nothing from a file can become
//! markup.
//!
//! A part that can be linked to takes its id from the caller. Ids begin with what the part is (`table-`, `chart-`, `risk-`,
//! `word-`), so that a name from a file cannot meet the id of a section.

use std::borrow::Cow;

use base::hidden_characters::hidden;
use disclosure::words::NOT_SHOWN;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::words::sentence;

/// A page: one file that needs nothing else, neither network nor script.
pub struct Page<'a> {
    /// For the title bar of the browser.
    pub title: &'a str,
    /// What kind of page this is, above the heading.
    pub kind: &'a str,
    pub heading: &'a str,
    /// Lines under the heading: what the page covers.
    pub about: &'a [String],
    pub sections: Vec<PageSection>,
}

/// A part of a page with a heading of its own and an entry in the contents list.
pub struct PageSection {
    pub id: Cow<'static, str>,
    pub title: Cow<'static, str>,
    pub body: Markup,
}

impl Page<'_> {
    /// The page as a file. The same content gives the same bytes.
    pub fn render(&self) -> String {
        // The policy forbids scripts and everything from elsewhere, even if a text were not escaped.
        const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";
        let page = html! {
            (DOCTYPE)
            html lang="en-GB" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta http-equiv="Content-Security-Policy" content=(POLICY);
                    title { (self.title) }
                    style { (PreEscaped(include_str!("style.css"))) }
                }
                body {
                    a.skip-link href="#main" { "Skip to the main content" }
                    header {
                        p.kind { (self.kind) }
                        h1 { (self.heading) }
                        @for line in self.about { p.quiet { (line) } }
                    }
                    nav aria-labelledby="contents" {
                        h2 #contents { "Contents" }
                        ul { @for section in &self.sections { li { a href={ "#" (section.id) } { (section.title) } } } }
                    }
                    main #main tabindex="-1" { @for section in &self.sections { (section.draw()) } }
                }
            }
        };
        plainly(&page.into_string())
    }
}

impl PageSection {
    pub fn new(id: impl Into<Cow<'static, str>>, title: impl Into<Cow<'static, str>>, body: Markup) -> PageSection {
        PageSection { id: id.into(), title: title.into(), body }
    }

    fn draw(&self) -> Markup {
        html! {
            section #(self.id) aria-labelledby={ (self.id) "-heading" } {
                h2 id={ (self.id) "-heading" } { (self.title) }
                (self.body)
            }
        }
    }
}

/// A page with every character that a reader would not see shown by its number, wherever it is in the page.
fn plainly(page: &str) -> String {
    let mut out = String::with_capacity(page.len());
    for letter in page.chars() {
        // A line end and a tab are blanks to a browser.
        if hidden(letter) && letter != '\n' && letter != '\t' {
            out.push_str(&format!("&lt;U+{:04X}&gt;", u32::from(letter)));
        } else {
            out.push(letter);
        }
    }
    out
}

/// A name as the end of an id: "paid-for-noise".
pub fn slug(name: &str) -> String {
    name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' }).collect()
}

/// Paragraphs of text.
pub fn paragraph(words: &str) -> Markup {
    html! { p { (prose(words)) } }
}

/// A list of texts.
pub fn list(items: &[String]) -> Markup {
    html! { ul { @for item in items { li { (prose(item)) } } } }
}

/// A text in which names of columns and options stand between backticks, as a terminal shows them.
fn prose(words: &str) -> Markup {
    let parts: Vec<&str> = words.split('`').collect();
    // A backtick without its pair is part of a text.
    if parts.len().is_multiple_of(2) {
        return html! { (words) };
    }
    html! { @for (at, part) in parts.iter().enumerate() { @if at % 2 == 1 { code { (part) } } @else { (part) } } }
}

/// A heading under a section's heading.
pub fn subheading(id: &str, words: &str) -> Markup {
    html! { h3 #(id) { (words) } }
}

/// The most important sentence of a page. `well` says whether it is good news; the words must say so too.
pub fn verdict(words: &str, well: bool) -> Markup {
    html! { p class=(if well { "verdict clear" } else { "verdict" }) { (words) } }
}

/// The label of numbers that nobody measured.
pub fn assumption_tag() -> Markup {
    html! { span.tag { "assumption, not fact" } }
}

/// Names with what belongs to each.
pub fn facts(facts: &[(&str, Markup)]) -> Markup {
    html! { dl.facts { @for (name, value) in facts { dt { (name) } dd { (value) } } } }
}

/// Something that a reader can unfold; in print it is always unfolded.
pub fn details(summary: &str, inner: &Markup) -> Markup {
    html! { details { summary { (summary) } (inner) } }
}

/// A frame around a table, in which it scrolls where the window is too narrow; with the keyboard too.
fn scrolled(id: &str, class: Option<&str>, caption: &str, inner: &Markup) -> Markup {
    html! {
        div #{ "table-" (id) } class={ "scroll" @if let Some(class) = class { " " (class) } } role="region" aria-labelledby={ "table-" (id) "-caption" } tabindex="0" {
            table { caption #{ "table-" (id) "-caption" } { span { (caption) } } (inner) }
        }
    }
}

/// Where a table would have no row: a sentence in its place.
fn none(id: &str, caption: &str) -> Markup {
    html! { p #{ "table-" (id) } { (caption) ": none." } }
}

/// A table of text. The first cell of a row names the row. Columns of figures line up at the right.
pub fn table(id: &str, caption: &str, header: &[&str], rows: &[Vec<String>]) -> Markup {
    if rows.is_empty() { none(id, caption) } else { scrolled(id, None, caption, &text_rows(header, rows, false)) }
}

/// A table of text with many columns: in a narrow window each row is a block, as in [`stacked`].
pub fn stacked_table(id: &str, caption: &str, header: &[&str], rows: &[Vec<String>]) -> Markup {
    if rows.is_empty() { none(id, caption) } else { scrolled(id, Some("stacked"), caption, &text_rows(header, rows, true)) }
}

/// The rows of a table of text. Where the style can lay them out as blocks, roles keep it a table for those who hear it.
fn text_rows(header: &[&str], rows: &[Vec<String>], blocks: bool) -> Markup {
    let role = |name: &'static str| blocks.then_some(name);
    let is_column = |at: usize| at > 0 && rows.iter().all(|row| row.get(at).is_none_or(|cell| is_figure(cell)));
    let columns: Vec<(String, bool)> = header.iter().enumerate().map(|(at, name)| (sentence(name), is_column(at))).collect();
    html! {
        thead role=[role("rowgroup")] {
            tr role=[role("row")] {
                @for (name, figure) in &columns { th role=[role("columnheader")] scope="col" class=[figure.then_some("figure")] { (name) } }
            }
        }
        tbody role=[role("rowgroup")] {
            @for row in rows {
                tr role=[role("row")] {
                    @for (at, (cell, (name, figure))) in row.iter().zip(&columns).enumerate() {
                        @let label = blocks.then_some(name);
                        @if at == 0 {
                            th role=[role("rowheader")] scope="row" data-label=[label] class=[class(cell, false)] { (cell) }
                        } @else {
                            td role=[role("cell")] data-label=[label] class=[class(cell, *figure)] { (cell) }
                        }
                    }
                }
            }
        }
    }
}

/// How a cell is laid out: figures at the right, and room for words. A word such as a fingerprint is broken where it must be.
fn class(cell: &str, figure: bool) -> Option<&'static str> {
    match cell {
        _ if figure => Some("figure"),
        cell if cell.split_whitespace().any(|word| word.len() > 24) => Some("long"),
        cell => (cell.len() > 24).then_some("prose"),
    }
}

/// A table of markup for the first reading: in a narrow window each row is a block, and each cell has its heading before it.
pub fn stacked(id: &str, caption: &str, header: &[&str], rows: &[Vec<Markup>]) -> Markup {
    let inner = html! {
        thead role="rowgroup" { tr role="row" { @for name in header { th role="columnheader" scope="col" { (sentence(name)) } } } }
        tbody role="rowgroup" {
            @for row in rows {
                tr role="row" {
                    @for (at, (cell, name)) in row.iter().zip(header).enumerate() {
                        @if at == 0 {
                            th role="rowheader" scope="row" { (cell) }
                        } @else {
                            td role="cell" data-label=(sentence(name)) { (cell) }
                        }
                    }
                }
            }
        }
    };
    scrolled(id, Some("stacked"), caption, &inner)
}

/// A table whose body the caller lays out, where cells span several rows.
pub fn table_of(id: &str, caption: &str, header: &[&str], body: &Markup) -> Markup {
    let inner = html! {
        thead { tr { @for name in header { th scope="col" { (sentence(name)) } } } }
        tbody { (body) }
    };
    scrolled(id, Some("spanned"), caption, &inner)
}

/// Short, and begins with a number: "£1.2m ± £0.1m", "-3 points", "12 of 48". A fingerprint such as "7f3cea" is none.
fn is_figure(cell: &str) -> bool {
    let number = cell.strip_prefix("< ").unwrap_or(cell).trim_start_matches(['-', '+', '£']);
    let after = number.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.' || letter == ',');
    let unit = after.split([' ', ':']).next().unwrap_or_default();
    let begins = number.starts_with(|letter: char| letter.is_ascii_digit()) && ["", "k", "m", "bn", "%"].contains(&unit);
    // What stands in the place of a number that is not published lines up with the numbers.
    let is_hidden = cell == NOT_SHOWN || cell.starts_with("fewer than ");
    cell.len() < 28 && (begins || is_hidden || ["", "never", "–"].contains(&cell))
}

/// A chart with its title, what it shows, its legend and its figures as a table.
pub struct ChartFigure {
    pub id: &'static str,
    pub title: String,
    /// What it shows and how to read it.
    pub words: String,
    /// Keys and names.
    pub legend: Vec<(Markup, String)>,
    pub drawing: Markup,
    pub data: Markup,
}

impl ChartFigure {
    pub fn draw(&self) -> Markup {
        self.draw_again("")
    }

    /// The same on a page with several charts of this kind: `which` ends its id.
    pub fn draw_again(&self, which: &str) -> Markup {
        html! {
            figure #{ "chart-" (self.id) (which) } {
                figcaption { h3 { (self.title) } p { (self.words) } }
                @if !self.legend.is_empty() {
                    ul.legend { @for (key, name) in &self.legend { li { (key) span { (name) } } } }
                }
                (self.drawing)
            }
            (details("The figures in this chart", &self.data))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(words: &str) -> String {
        let body = html! { (paragraph(words)) span title=(words) {} (table("one", words, &[words], &[vec![words.to_owned()]])) };
        let sections = vec![PageSection::new("first", "First", body), PageSection::new("second", "Second", html! {})];
        Page { title: words, kind: words, heading: words, about: &[words.to_owned()], sections }.render()
    }

    #[test]
    fn a_text_never_becomes_markup_and_hides_nothing() {
        let page = page("<script>alert(1)</script>\" onload=x &\u{202e}\u{7}\r");
        assert!(!page.contains("<script") && !page.contains("\" onload"), "{page}");
        assert_eq!(page.matches("&amp;&lt;U+202E&gt;&lt;U+0007&gt;&lt;U+000D&gt;").count(), 9, "{page}");
    }

    #[test]
    fn names_between_backticks_are_code() {
        let drawn = paragraph("the column `age` & `<b>`").into_string();
        assert_eq!(drawn, "<p>the column <code>age</code> &amp; <code>&lt;b&gt;</code></p>");
        assert_eq!(paragraph("a ` alone").into_string(), "<p>a ` alone</p>");
    }

    #[test]
    fn the_contents_list_names_every_section() {
        let page = page("words");
        for (id, title) in [("first", "First"), ("second", "Second")] {
            assert!(page.contains(&format!("<a href=\"#{id}\">{title}</a>")));
            assert!(
                page.contains(&format!("<section id=\"{id}\" aria-labelledby=\"{id}-heading\"><h2 id=\"{id}-heading\">{title}"))
            );
        }
    }

    #[test]
    fn columns_of_figures_are_told_from_words() {
        for figure in [
            "£1,200",
            "< 0.001",
            "[c]",
            "fewer than 10",
            "-3.5",
            "+0.2",
            "12%",
            "£41.4m ± £0.5m",
            "3 (1 to 5)",
            "0: any aim",
            "–",
            "never",
            "",
        ] {
            assert!(is_figure(figure), "{figure}");
        }
        for words in ["north", "7f3cea884e61", "2028-04 to 2029-03", "3 of the segments get no help at all"] {
            assert!(!is_figure(words), "{words}");
        }
    }
}
