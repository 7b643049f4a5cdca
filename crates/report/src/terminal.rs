//! Text for a terminal: colours, lines of a given width, columns. Nothing is printed here.
//!
//! Text from outside may hold characters that a terminal obeys or that nobody sees. [`shown`] shows each by its number. Our own
//! colours are marked with a random number for this run, so that no text from outside can pass for one.

use std::borrow::Cow;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use base::hidden_characters::{hidden, visible, visible_lines};

static COLOUR: AtomicBool = AtomicBool::new(false);

/// Turns colours on: the program that prints knows whether a person sees them.
pub fn use_colour(wanted: bool) {
    COLOUR.store(wanted, Ordering::Relaxed);
}

/// Whether text is coloured.
#[must_use]
pub fn colour() -> bool {
    COLOUR.load(Ordering::Relaxed)
}

/// What a colour of ours begins with until it is printed.
static MARK: LazyLock<String> = LazyLock::new(|| format!("\x1b[{};", RandomState::new().build_hasher().finish()));

fn marked(code: &str, text: &str) -> String {
    if colour() { format!("{mark}{code}m{text}{mark}0m", mark = *MARK) } else { text.to_owned() }
}

/// Bold text, where there is colour.
pub fn bold(text: &str) -> String {
    marked("1", text)
}

/// Text that warns, where there is colour.
pub fn red(text: &str) -> String {
    marked("31;1", text)
}

/// Text that reassures, where there is colour.
pub fn green(text: &str) -> String {
    marked("32", text)
}

/// Text that matters less, where there is colour.
pub fn dim(text: &str) -> String {
    marked("2", text)
}

/// Text without colour and with nothing hidden, for a file.
pub fn plain(text: &str) -> String {
    shown(text, false).into_owned()
}

/// Text as it is printed: our own colours, if they are wanted, and nothing hidden.
pub fn shown(text: &str, colour: bool) -> Cow<'_, str> {
    let mut parts = text.split(MARK.as_str());
    let first = visible_lines(parts.next().unwrap_or_default());
    parts.fold(first, |out, part| {
        let (code, rest) = part.split_once('m').unwrap_or(("", part));
        let code = if colour { format!("\x1b[{code}m") } else { String::new() };
        Cow::Owned(format!("{out}{code}{}", visible_lines(rest)))
    })
}

/// JSON with every hidden character written as an escape, which says the same.
pub fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if hidden(c) && c != '\n' {
            let mut units = [0; 2];
            c.encode_utf16(&mut units).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    out
}

/// How many characters of a text are seen.
fn width(text: &str) -> usize {
    shown(text, false).chars().count()
}

/// Text broken into lines of at most `width` characters; each after the first starts with an indent, which does not count.
pub fn wrap(text: &str, width: usize, indent: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            out.push('\n');
            out.push_str(indent);
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out
}

/// Columns lined up: the first to the left, the others to the right. A line end within a cell is shown, and ends no row.
pub fn table(header: &[String], rows: &[Vec<String>]) -> String {
    // A colour of ours is left for later; what is hidden around it is shown now.
    let cell = |cell: &String| if cell.contains(MARK.as_str()) { cell.clone() } else { visible(cell).into_owned() };
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    let mut widths: Vec<usize> = header.iter().map(|cell| width(cell)).collect();
    for row in &rows {
        for (at, cell) in row.iter().enumerate() {
            widths[at] = widths[at].max(width(cell));
        }
    }
    let line = |cells: &[String]| -> String {
        let padded: Vec<String> = cells
            .iter()
            .enumerate()
            .map(|(at, cell)| {
                let blanks = " ".repeat(widths[at] - width(cell));
                if at == 0 { format!("{cell}{blanks}") } else { format!("{blanks}{cell}") }
            })
            .collect();
        format!("{}\n", padded.join("  ").trim_end())
    };
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    let mut out = line(header) + &line(&rule);
    rows.iter().for_each(|row| out.push_str(&line(row)));
    out
}
