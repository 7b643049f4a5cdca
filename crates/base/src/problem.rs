//! What is wrong with a file, and how to fix it: where it is, what was read, what was expected, the nearest name, and the fix.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::english::counted;
use crate::hidden_characters::visible;
use crate::source::{LineColumn, SourceFile, Span};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The scheme cannot be used until this is fixed.
    Error,
    /// The scheme can be used, but a careful reader would want to know.
    Warning,
}

/// One thing wrong in one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    pub severity: Severity,
    /// File name inside the scheme folder.
    pub file: String,
    /// The part of the file that is meant, when there is one.
    pub span: Option<Span>,
    /// Line and column. They are filled in from the span when the problem is shown, or given where no text can be shown.
    pub place: Option<LineColumn>,
    pub what: String,
    pub read: Option<String>,
    pub expected: Option<String>,
    pub nearest: Option<String>,
    pub fix: Option<String>,
    /// The number of further problems of the same severity that are not listed; 0 for a problem that is listed.
    pub more: usize,
}

/// How many problems of one severity are listed. For a file with a mistake in every row that is enough.
pub const MAX_SHOWN: usize = 20;

/// Whether so many problems of a severity are listed that a further one is only counted.
pub fn is_full(problems: &[Problem], severity: Severity) -> bool {
    problems.iter().filter(|problem| problem.severity == severity).count() >= MAX_SHOWN
}

/// Adds a problem, or only counts it when enough are listed.
pub fn add(problems: &mut Vec<Problem>, problem: Problem) {
    if !is_full(problems, problem.severity) {
        problems.push(problem);
        return;
    }
    let (severity, more) = (problem.severity, problem.more.max(1));
    let rest = problems.iter_mut().find(|known| known.severity == severity && known.more > 0);
    let rest = match rest {
        Some(rest) => rest,
        None => {
            problems.push(Problem { severity, ..Problem::file(&problem.file, "") });
            let last = problems.len() - 1;
            &mut problems[last]
        }
    };
    rest.more += more;
    let (one, many) = match severity {
        Severity::Error => ("more error", "more errors"),
        Severity::Warning => ("more warning", "more warnings"),
    };
    rest.what = format!("and {}", counted(rest.more, one, many));
}

/// The number of problems, including those that are only counted.
#[must_use]
pub fn count<'a>(problems: impl IntoIterator<Item = &'a Problem>) -> usize {
    problems.into_iter().map(|problem| problem.more.max(1)).sum()
}

impl Problem {
    /// A problem with a file as a whole.
    #[must_use]
    pub fn file(file: &str, what: impl Into<String>) -> Problem {
        Problem {
            severity: Severity::Error,
            file: file.to_owned(),
            span: None,
            place: None,
            what: what.into(),
            read: None,
            expected: None,
            nearest: None,
            fix: None,
            more: 0,
        }
    }

    /// A problem at a place in a file.
    #[must_use]
    pub fn at(file: &str, span: Span, what: impl Into<String>) -> Problem {
        Problem { span: Some(span), ..Problem::file(file, what) }
    }

    #[must_use]
    pub fn read(mut self, read: impl Into<String>) -> Problem {
        self.read = Some(read.into());
        self
    }

    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>) -> Problem {
        self.expected = Some(expected.into());
        self
    }

    /// Adds the known name nearest to what was read, when one is near.
    #[must_use]
    pub fn nearest<'a>(mut self, read: &str, known: impl IntoIterator<Item = &'a str>) -> Problem {
        self.nearest = nearest(read, known).map(str::to_owned);
        self
    }

    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Problem {
        self.fix = Some(fix.into());
        self
    }

    /// Keeps the line and column but not the text, which then is not shown.
    #[must_use]
    pub(crate) fn without_excerpt(mut self, source: &SourceFile) -> Problem {
        self.place = self.place.or_else(|| Some(source.place(self.span?.start)));
        self.span = None;
        self
    }

    #[must_use]
    pub fn warning(mut self) -> Problem {
        self.severity = Severity::Warning;
        self
    }

    /// The problem as it is printed, plain text, no colour. `folder` goes before the file name.
    #[must_use]
    pub fn render(&self, folder: &str, sources: &BTreeMap<String, SourceFile>) -> String {
        let mut out = String::new();
        let label = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let source = sources.get(&self.file);
        let place = self.place.or_else(|| Some(source?.place(self.span?.start)));
        let position = place.map_or(String::new(), |at| format!(":{}:{}", at.line, at.column));
        let slash = if folder.is_empty() || folder.ends_with('/') { "" } else { "/" };
        let (folder, file) = (visible(folder), visible(&self.file));
        let _ = writeln!(out, "{label}: {folder}{slash}{file}{position}: {}", shortened(&self.what));
        if let (Some(source), Some(span), Some(place)) = (source, self.span, place) {
            out.push_str(&excerpt(source, span, place));
        }
        for (name, text) in [("read", &self.read), ("expected", &self.expected)] {
            if let Some(text) = text {
                let text = if text.trim().is_empty() { "nothing".to_owned() } else { shortened(text) };
                let _ = writeln!(out, "      {name:<9} {text}");
            }
        }
        if let Some(nearest) = &self.nearest {
            let _ = writeln!(out, "      {:<9} `{}`", "nearest", shortened(nearest));
        }
        if let Some(fix) = &self.fix {
            // A hint may show what to write, over several lines.
            let lines: Vec<String> = fix.split('\n').map(shortened).collect();
            let _ = writeln!(out, "hint: {}", lines.join("\n"));
        }
        out
    }
}

/// A text of a message on one line. Hidden characters are shown by their number, and a very long text is cut.
fn shortened(text: &str) -> String {
    const MOST: usize = 1_000;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{} …", visible(&text[..end])),
        None => visible(text).into_owned(),
    }
}

/// The line, with carets under the part that is meant. Very long lines are cut around it.
fn excerpt(source: &SourceFile, span: Span, place: LineColumn) -> String {
    const WIDTH: usize = 100;
    let (line, line_start) = source.line_at(span.start);
    let characters: Vec<char> = line.chars().map(|c| if c == '\t' { ' ' } else { c }).collect();
    let at = place.column - 1;
    let from = if at > WIDTH { at - WIDTH / 2 } else { 0 };
    let upto = characters.len().min(from + WIDTH);
    let seen = |from: usize, upto: usize| -> String {
        let stretch: String = characters.get(from..upto).unwrap_or_default().iter().collect();
        visible(&stretch).into_owned()
    };
    let shown = seen(from, upto);
    let end = span.end.min(line_start + line.len());
    let length = source.text.get(span.start..end).map_or(1, |text| text.chars().count());
    let length = length.clamp(1, upto.saturating_sub(at).max(1));
    let caret = "^".repeat(seen(at.min(upto), (at + length).min(upto)).chars().count().max(1));
    let number = place.line.to_string();
    let gutter = " ".repeat(number.len());
    let before = if from > 0 { "… " } else { "" };
    let after = if upto < characters.len() { " …" } else { "" };
    let indent = " ".repeat(seen(from, at.min(upto)).chars().count() + before.chars().count());
    format!("   {number} | {before}{shown}{after}\n   {gutter} | {indent}{caret}\n")
}

/// The known name that was probably meant by `read`: one that is an edit or two away, otherwise one that begins with it or has it inside
/// (or is the beginning of it), otherwise the one with the fewest edits in what the two do not share. Two names that only share a word,
/// such as "Date started" and "Date referred", are not near.
#[must_use]
pub fn nearest<'a>(read: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let read = read.to_lowercase();
    let ranked = known.into_iter().filter_map(|name| Some((rank(&read, &name.to_lowercase())?, name)));
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, name)| name)
}

/// The shortest text that is looked for inside another.
const SHORTEST_PART: usize = 4;

/// How near a known name is to what was read, both in small letters: a class, and within it how far they are apart. `None` where they are
/// not near.
fn rank(read: &str, name: &str) -> Option<(u8, usize)> {
    let length = |text: &str| text.chars().count();
    let limit = |text: &str| (length(text) / 3).max(1) + 1;
    let apart = distance(read, name);
    if apart <= 2.min(limit(read)) {
        return Some((0, apart));
    }
    let longer = length(name).abs_diff(length(read));
    let is_part = length(read) >= SHORTEST_PART;
    let starts_it = length(name) >= SHORTEST_PART && read.starts_with(name);
    if is_part && name.starts_with(read) || starts_it {
        return Some((1, longer));
    }
    if is_part && name.contains(read) {
        return Some((2, longer));
    }
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let without = |one: &str, other: &str| {
        let other = words(other);
        words(one).into_iter().filter(|word| !other.contains(word)).collect::<Vec<_>>().join(" ")
    };
    let (left, right) = (without(read, name), without(name, read));
    (apart <= limit(read) && distance(&left, &right) <= limit(&left)).then_some((3, apart))
}

/// Edits (insert, delete, replace, swap of neighbours) between two words.
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut rows: Vec<Vec<usize>> = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let replace = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            rows[i][j] = replace.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                rows[i][j] = rows[i][j].min(rows[i - 2][j - 2] + 1);
            }
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_the_one_that_was_meant() {
        let columns = ["Client Ref.", "Date referred", "Date Started (dd/mm/yy)", "D.O.B."];
        assert_eq!(nearest("Date Started", columns), Some("Date Started (dd/mm/yy)"));
        assert_eq!(nearest("date refered", columns), Some("Date referred"));
        assert_eq!(nearest("Started", columns), Some("Date Started (dd/mm/yy)"));
        // A shared word alone makes no name near.
        assert_eq!(nearest("Date Started", ["Date referred", "Date left"]), None);
        assert_eq!(nearest("Date Started (dd/mm/yy)", ["Date referred", "Date Started"]), Some("Date Started"));
        assert_eq!(nearest("prise", ["price_each", "price", "prices"]), Some("price"));
        assert_eq!(nearest("each", ["at_most", "each_month"]), Some("each_month"));
        assert_eq!(nearest("xy", ["price", "xylophone"]), None);
    }
}
