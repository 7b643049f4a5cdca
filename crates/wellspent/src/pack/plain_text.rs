//! Lines of CSV and of Markdown that hold the words of a scheme file.

use base::csv_cell::quoted;

/// One line of a CSV file: quotes where they are needed.
pub(super) fn line(cells: &[&str]) -> String {
    format!("{}\n", cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(","))
}

/// A row of a Markdown table; a bar or a line end in a scheme file must not end a cell.
pub(super) fn row(cells: &[&str]) -> String {
    let plain = cells.iter().map(|cell| text(cell).replace('|', "\\|"));
    format!("| {} |\n", plain.collect::<Vec<_>>().join(" | "))
}

/// The heading of a Markdown table.
pub(super) fn head(cells: &[&str]) -> String {
    format!("{}|{}\n", row(cells), "---|".repeat(cells.len()))
}

/// Words of a scheme file within a line of Markdown: on one line, and without markup. What is markup only at the start of a line,
/// or only outside words, stays as it is: keys should be readable in a plain text editor too.
pub(super) fn text(words: &str) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let escaped = line.chars().fold(String::new(), |mut out, letter| {
        if matches!(letter, '<' | '`' | '*' | '\\') {
            out.push('\\');
        }
        out.push(letter);
        out
    });
    escaped.replace("](", "]\\(")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The person who wrote the scheme file is not the person who opens the pack.
    #[test]
    fn what_a_scheme_file_says_is_text_and_never_markup() {
        assert_eq!(row(&["a|b\n<script> [x](y) half_cost"]), "| a\\|b \\<script> [x]\\(y) half_cost |\n");
        assert_eq!(line(&["a,b", "say \"x\"", "plain"]), "\"a,b\",\"say \"\"x\"\"\",plain\n");
    }
}
