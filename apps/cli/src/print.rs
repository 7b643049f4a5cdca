//! What is printed: the only place that writes to standard output or standard error, and that knows the terminal.
//!
//! Everything passes [`text`], [`stdout`] or [`stderr`], which show characters that a terminal obeys or nobody sees by their number.

use std::env;
use std::io::{self, IsTerminal as _, Write as _};

use console::Term;
use wellspent::terminal::shown;
use wellspent::{JsonDocument, Terminal};

/// The terminal at standard output. Colours are used where a person sees them: not on a dumb one, and not with `NO_COLOR`.
pub(crate) fn terminal() -> Terminal {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    let colour = io::stdout().is_terminal() && set("NO_COLOR").is_none() && set("TERM").is_none_or(|term| term != "dumb");
    Terminal { width: width(&Term::stdout()).unwrap_or(Terminal::PLAIN.width), colour }
}

/// How wide a line may be: what `COLUMNS` says, or else the width of the terminal. None for a file or a pipe without `COLUMNS`.
fn width(of: &Term) -> Option<usize> {
    let asked = || env::var("COLUMNS").ok()?.trim().parse().ok().filter(|columns| *columns > 0);
    let seen = || Some(usize::from(of.size_checked()?.1));
    asked().or_else(seen).map(|columns: usize| columns.max(Terminal::NARROWEST))
}

/// Writes a text for people to standard output, made for its terminal. A pipe gets the lines that are not sentences whole: whoever
/// reads them there may look for them.
pub(crate) fn text(made: impl FnOnce(Terminal) -> String) -> io::Result<()> {
    let terminal = terminal();
    let text = made(terminal);
    match width(&Term::stdout()) {
        Some(_) => stdout(&terminal.folded(&text)),
        None => stdout(&text),
    }
}

/// Writes to standard output; a closed pipe is an error to end on quietly.
pub(crate) fn stdout(text: &str) -> io::Result<()> {
    let text = wellspent::without_password(text);
    io::stdout().lock().write_all(shown(&text, true).as_bytes())
}

/// Writes a result: its document as JSON where that was asked for, else its text for people.
pub(crate) fn result(document: Option<impl JsonDocument>, made: impl FnOnce(Terminal) -> String) -> anyhow::Result<()> {
    match document {
        Some(document) => json(&document),
        None => Ok(text(made)?),
    }
}

/// Writes a document as JSON.
pub(crate) fn json(document: &impl JsonDocument) -> anyhow::Result<()> {
    Ok(data(&document.json()?)?)
}

/// Writes bytes for another program, which must have them as they are; a terminal gets them as any other text.
pub(crate) fn data(text: &str) -> io::Result<()> {
    if io::stdout().is_terminal() { stdout(text) } else { io::stdout().lock().write_all(text.as_bytes()) }
}

/// Writes the bytes of a file to standard output, as they are.
pub(crate) fn bytes(bytes: &[u8]) -> io::Result<()> {
    io::stdout().lock().write_all(bytes)
}

/// Writes a line to standard error; nothing can be done if that fails. On a terminal its sentences are fitted to the width; lines
/// that are set in show parts of files, and stay as they are.
pub(crate) fn stderr(line: &str) {
    let line = wellspent::without_password(line);
    let line = match width(&Term::stderr()).filter(|_| io::stderr().is_terminal()) {
        Some(width) => {
            let terminal = Terminal { width, colour: false };
            let fitted = |line: &str| if line.starts_with(' ') { line.to_owned() } else { terminal.folded(line) };
            line.split('\n').map(fitted).collect::<Vec<String>>().join("\n")
        }
        None => line.into_owned(),
    };
    let _ = writeln!(io::stderr(), "{}", shown(&line, true));
}

/// Writes notes to standard error, a line each.
pub(crate) fn notes(notes: &[String]) {
    notes.iter().for_each(|note| stderr(&format!("note: {note}")));
}
