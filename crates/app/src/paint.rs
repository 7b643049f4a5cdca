//! What goes to the terminal, with colour only where a person sees it: a terminal, no `NO_COLOR`, not a dumb one.

use std::io::{self, IsTerminal as _, Write as _};

/// Whether standard output shows colour.
pub fn colour() -> bool {
    let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    wanted && io::stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Bold text, where there is colour.
pub fn bold(text: &str) -> String {
    if colour() { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() }
}

/// Text that warns, where there is colour.
pub fn red(text: &str) -> String {
    if colour() { format!("\x1b[31;1m{text}\x1b[0m") } else { text.to_owned() }
}

/// Text that reassures, where there is colour.
pub fn green(text: &str) -> String {
    if colour() { format!("\x1b[32m{text}\x1b[0m") } else { text.to_owned() }
}

/// Text that matters less, where there is colour.
pub fn dim(text: &str) -> String {
    if colour() { format!("\x1b[2m{text}\x1b[0m") } else { text.to_owned() }
}

/// Text without colour, for a file.
pub fn plain(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| out + part.split_once('m').map_or(part, |(_, rest)| rest))
}

/// Writes to standard output; a closed pipe is an error to end on quietly.
pub fn stdout(text: &str) -> io::Result<()> {
    io::stdout().lock().write_all(text.as_bytes())
}

/// Writes a line to standard error; nothing can be done if that fails.
pub fn stderr(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
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

/// Columns lined up: the first to the left, the others to the right.
pub fn table(header: &[String], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = header.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (at, cell) in row.iter().enumerate() {
            widths[at] = widths[at].max(cell.chars().count());
        }
    }
    let line = |cells: &[String]| -> String {
        let padded: Vec<String> = cells
            .iter()
            .enumerate()
            .map(|(at, cell)| {
                let blanks = " ".repeat(widths[at] - cell.chars().count());
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
