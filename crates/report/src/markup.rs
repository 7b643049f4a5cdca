//! The little HTML that a report needs. Text goes in as plain text and is escaped here, so that nothing a scheme file says
//! can become markup; only arguments called `inner` or `html` are taken as they are.

use base::hidden_characters;

/// Text made safe inside elements and quoted attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // A line end and a tab are blanks to a browser; anything else that nobody sees is shown by its number.
            hidden if hidden_characters::hidden(hidden) && hidden != '\n' && hidden != '\t' => {
                out.push_str(&format!("&lt;U+{:04X}&gt;", u32::from(hidden)));
            }
            _ => out.push(letter),
        }
    }
    out
}

/// An element around markup.
pub fn element(tag: &str, inner: &str) -> String {
    let name = tag.split(' ').next().unwrap_or(tag);
    format!("<{tag}>{inner}</{name}>\n")
}

/// An element around text.
pub fn text(tag: &str, text: &str) -> String {
    element(tag, &escape(text))
}

/// A paragraph of text.
pub fn paragraph(words: &str) -> String {
    text("p", words)
}

/// A list of texts.
pub fn list(items: &[String]) -> String {
    element("ul", &items.iter().map(|item| text("li", item)).collect::<String>())
}

/// A heading that can be linked to.
pub fn heading(level: u8, id: &str, words: &str) -> String {
    format!("<h{level} id=\"{}\">{}</h{level}>\n", escape(id), escape(words))
}

/// A name as the end of an address: "paid-for-noise".
pub fn slug(name: &str) -> String {
    name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' }).collect()
}

/// A table of text: a caption, a header, and rows whose first cell names them. Cells that begin with a figure line up right.
pub fn table(caption: &str, header: &[&str], rows: &[Vec<String>]) -> String {
    let figures: Vec<bool> =
        (0..header.len()).map(|at| rows.iter().all(|row| row.get(at).is_none_or(|cell| is_figure(cell)))).collect();
    let class = |at: usize| if figures[at] { " class=\"figure\"" } else { "" };
    let mut inner = text("caption", caption);
    let head: String =
        header.iter().enumerate().map(|(at, cell)| format!("<th scope=\"col\"{}>{}</th>", class(at), escape(cell))).collect();
    inner += &element("thead", &element("tr", &head));
    let body: String = rows
        .iter()
        .map(|row| {
            let cells = row.iter().enumerate().map(|(at, cell)| match at {
                0 => format!("<th scope=\"row\"{}>{}</th>", class(at), escape(cell)),
                _ => format!("<td{}>{}</td>", class(at), escape(cell)),
            });
            element("tr", &cells.collect::<String>())
        })
        .collect();
    inner += &element("tbody", &body);
    format!("<div class=\"scroll\">{}</div>\n", element("table", &inner))
}

/// A table of markup for the first reading: where the page is narrow, each row stands on its own with its headings.
pub fn stacked(caption: &str, header: &[&str], rows: &[Vec<String>]) -> String {
    let head: String = header.iter().map(|name| text("th scope=\"col\"", name)).collect();
    let body: String = rows
        .iter()
        .map(|row| {
            let cells = row.iter().zip(header).enumerate().map(|(at, (cell, name))| match at {
                0 => format!("<th scope=\"row\">{cell}</th>"),
                _ => format!("<td data-label=\"{}\">{cell}</td>", escape(name)),
            });
            element("tr", &cells.collect::<String>())
        })
        .collect();
    let inner = text("caption", caption) + &element("thead", &element("tr", &head)) + &element("tbody", &body);
    element("div class=\"scroll stacked\"", &element("table", &inner))
}

/// Short, and begins with a digit, a sign or a pound.
fn is_figure(cell: &str) -> bool {
    let begins = cell.trim_start_matches(['-', '+', '£']).starts_with(|letter: char| letter.is_ascii_digit());
    cell.len() < 28 && (begins || ["", "never", "–"].contains(&cell))
}

/// Something to be opened by who wants it; it is always open in print.
pub fn details(summary: &str, inner: &str) -> String {
    element("details", &(text("summary", summary) + inner))
}
