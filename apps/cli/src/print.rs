//! What is printed: the only place that writes to standard output or standard error.
//!
//! Everything passes [`stdout`] or [`stderr`], which show characters that a terminal obeys or nobody sees by their number.

use std::io::{self, IsTerminal as _, Write as _};

pub(crate) use report::terminal::*;

/// Colours are used where a person sees them: on a terminal that is not a dumb one, without `NO_COLOR`.
pub(crate) fn begin() {
    let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    use_colour(wanted && io::stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb"));
}

/// Writes to standard output; a closed pipe is an error to end on quietly.
pub(crate) fn stdout(text: &str) -> io::Result<()> {
    let text = ledger::store::without_password(text);
    io::stdout().lock().write_all(shown(&text, true).as_bytes())
}

/// Writes bytes for another program, which must have them as they are; a terminal gets them as any other text.
pub(crate) fn data(text: &str) -> io::Result<()> {
    if io::stdout().is_terminal() { stdout(text) } else { io::stdout().lock().write_all(text.as_bytes()) }
}

/// Writes a line to standard error; nothing can be done if that fails.
pub(crate) fn stderr(line: &str) {
    let line = ledger::store::without_password(line);
    let _ = writeln!(io::stderr(), "{}", shown(&line, true));
}

/// Writes notes to standard error, a line each.
pub(crate) fn notes(notes: &[String]) {
    notes.iter().for_each(|note| stderr(&format!("note: {note}")));
}
