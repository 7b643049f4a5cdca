//! Text for a terminal: colours, lines of a given width, columns. Nothing is printed here, and nothing is remembered: every text
//! is made for a [`Terminal`], a plain value.
//!
//! Text from outside may hold characters that a terminal obeys or that nobody sees. [`shown`] shows each by its number. Our own
//! colours are marked with a random number for this run, so that no text from outside can pass for one.

use std::borrow::Cow;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::LazyLock;

use base::hidden_characters::{hidden, visible, visible_lines};

/// Where a text is read: how long its lines may be, and whether it has colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terminal {
    /// Most characters of a line. A single longer word stays whole.
    pub width: usize,
    pub colour: bool,
}

impl Terminal {
    /// A file, a pipe, or whatever else is no terminal.
    pub const PLAIN: Terminal = Terminal { width: 100, colour: false };

    /// A terminal narrower than this gets lines of this width: fewer characters hold no sentence.
    pub const NARROWEST: usize = 40;

    fn marked(self, code: &str, text: &str) -> String {
        if self.colour { format!("{mark}{code}m{text}{mark}0m", mark = *MARK) } else { text.to_owned() }
    }

    /// Bold text, where there is colour.
    #[must_use]
    pub fn bold(self, text: &str) -> String {
        self.marked("1", text)
    }

    /// Text that warns, where there is colour.
    #[must_use]
    pub fn red(self, text: &str) -> String {
        self.marked("31;1", text)
    }

    /// Text that reassures, where there is colour.
    #[must_use]
    pub fn green(self, text: &str) -> String {
        self.marked("32", text)
    }

    /// Text that matters less, where there is colour.
    #[must_use]
    pub fn dim(self, text: &str) -> String {
        self.marked("2", text)
    }

    /// Text broken into lines. It begins where `indent` characters stand before it, and each further line begins with as many
    /// blanks.
    #[must_use]
    pub fn wrap(self, text: &str, indent: usize) -> String {
        lines(text, self.width.saturating_sub(indent)).join(&format!("\n{}", " ".repeat(indent)))
    }

    /// A list with a dash before each item.
    #[must_use]
    pub fn list(self, items: &[String]) -> String {
        items.iter().map(|item| format!("  - {}\n", self.wrap(item, 4))).collect()
    }

    /// A title above a body.
    #[must_use]
    pub fn section(self, title: &str, body: &str) -> String {
        format!("{}\n{body}\n", self.bold(title))
    }

    /// A line with an amount of money at its right end, under the amounts of other lines. A label that leaves it no room goes before
    /// it, on lines of its own.
    #[must_use]
    pub fn with_amount(self, label: &str, amount: &str) -> String {
        let width = self.width.min(Terminal::PLAIN.width);
        let (before, taken) = (visible_width(label), visible_width(amount));
        if before + GAP + taken <= width {
            return format!("{label}{}{amount}\n", " ".repeat(width - before - taken));
        }
        format!("{}\n{}{amount}\n", Terminal { width, ..self }.folded(label), " ".repeat(width.saturating_sub(taken)))
    }

    /// A text whose longer lines are broken at a blank. What follows stands two blanks further in than the line. A command on a line
    /// of its own stays whole, so that it can be copied.
    #[must_use]
    pub fn folded(self, text: &str) -> String {
        let is_command = |line: &str| line.trim_start().starts_with("wellspent ");
        let line = |line: &str| match visible_width(line) > self.width && !is_command(line) {
            true => self.folded_line(line),
            false => line.to_owned(),
        };
        text.split('\n').map(line).collect::<Vec<String>>().join("\n")
    }

    fn folded_line(self, line: &str) -> String {
        let margin = line.len() - line.trim_start_matches(' ').len();
        let further = " ".repeat((margin + 2).min(self.width / 2));
        let mut out = String::new();
        let (mut column, mut blanks) = (0, 0);
        // Several blanks line columns up, so they are kept within a line.
        for (at, word) in line.split(' ').enumerate() {
            blanks += usize::from(at > 0);
            if word.is_empty() {
                continue;
            }
            let length = visible_width(word);
            if column > margin && column + blanks + length > self.width {
                out += &format!("\n{further}");
                column = further.len();
            } else {
                out += &" ".repeat(blanks);
                column += blanks;
            }
            out += word;
            column += length;
            blanks = 0;
        }
        out
    }

    /// Columns lined up: the first to the left, the others to the right. See [`Terminal::columns`].
    #[must_use]
    pub fn table(self, header: &[String], rows: &[Vec<String>]) -> String {
        self.columns(header, rows, |column| column > 0)
    }

    /// Columns lined up, those of figures to the right. A line end within a cell is shown, and ends no row.
    ///
    /// Where the columns do not fit side by side, cells take several lines; where even their longest words do not fit, each row
    /// becomes a list of its cells, each after the head of its column.
    #[must_use]
    pub fn columns(self, header: &[String], rows: &[Vec<String>], of_figures: impl Fn(usize) -> bool) -> String {
        // A colour of ours is left for later; what is hidden around it is shown now.
        let cell = |cell: &String| if is_coloured(cell) { cell.clone() } else { visible(cell).into_owned() };
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
        let Some(widths) = column_widths(header, &rows, self.width, &of_figures) else {
            return self.list_of_cells(header, &rows);
        };
        let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
        let head = row_text(header, &widths, &of_figures) + &row_text(&rule, &widths, &of_figures);
        rows.iter().fold(head, |out, row| out + &row_text(row, &widths, &of_figures))
    }

    /// A table that is too wide: a block of lines for each row.
    fn list_of_cells(self, header: &[String], rows: &[Vec<String>]) -> String {
        let block = |row: &Vec<String>| {
            let filled = header.iter().zip(row).filter(|(_, cell)| !cell.trim().is_empty());
            let line = |(at, (head, cell)): (usize, (&String, &String))| {
                let margin = if at == 0 { "" } else { "  " };
                let text = if head.is_empty() { cell.clone() } else { format!("{head}: {cell}") };
                format!("{margin}{}\n", self.wrap(&text, 4))
            };
            filled.enumerate().map(line).collect::<String>()
        };
        rows.iter().map(block).collect::<Vec<String>>().join("\n")
    }
}

/// Blanks between two columns.
const GAP: usize = 2;

fn is_coloured(text: &str) -> bool {
    text.contains(MARK.as_str())
}

/// The width of each column of a table of at most `width` characters; none where the longest words do not fit.
fn column_widths(
    header: &[String],
    rows: &[Vec<String>],
    width: usize,
    of_figures: impl Fn(usize) -> bool,
) -> Option<Vec<usize>> {
    let widest = |column: usize, size: fn(&str) -> usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| size(cell)).max().unwrap_or_default()
    };
    let cells: Vec<usize> = (0..header.len()).map(|column| widest(column, visible_width)).collect();
    let mut widths: Vec<usize> = header.iter().zip(&cells).map(|(head, cells)| visible_width(head).max(*cells)).collect();
    let total = |widths: &[usize]| widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
    // A long head is broken before any cell is, and words before figures.
    let heads: Vec<usize> = header.iter().zip(&cells).map(|(head, cells)| longest_word(head).max(*cells)).collect();
    let words: Vec<usize> =
        header.iter().enumerate().map(|(column, head)| longest_word(head).max(widest(column, longest_word))).collect();
    let whole_figures = (0..header.len()).map(|column| if of_figures(column) { heads[column] } else { words[column] }).collect();
    for least in [heads, whole_figures, words] {
        while total(&widths) > width {
            let widest = (0..widths.len()).filter(|at| widths[*at] > least[*at]).max_by_key(|at| widths[*at]);
            let Some(widest) = widest else { break };
            widths[widest] -= 1;
        }
    }
    (total(&widths) <= width).then_some(widths)
}

/// The least width that a cell needs. A colour must not run over several lines, so a coloured cell stays whole.
fn longest_word(cell: &str) -> usize {
    match is_coloured(cell) {
        true => visible_width(cell),
        false => cell.split_whitespace().map(visible_width).max().unwrap_or_default(),
    }
}

/// One row, on as many lines as its longest cell takes.
fn row_text(cells: &[String], widths: &[usize], of_figures: impl Fn(usize) -> bool) -> String {
    let broken = |(cell, width): (&String, &usize)| match visible_width(cell) > *width {
        true => lines(cell, *width),
        false => vec![cell.clone()],
    };
    let cells: Vec<Vec<String>> = cells.iter().zip(widths).map(broken).collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or_default();
    let padded = |at: usize, column: usize| {
        let text = cells[column].get(at).map_or("", String::as_str);
        let blanks = " ".repeat(widths[column].saturating_sub(visible_width(text)));
        // A broken text is read from the left.
        match of_figures(column) && cells[column].len() == 1 {
            true => format!("{blanks}{text}"),
            false => format!("{text}{blanks}"),
        }
    };
    let line = |at: usize| {
        let padded: Vec<String> = (0..cells.len()).map(|column| padded(at, column)).collect();
        format!("{}\n", padded.join(&" ".repeat(GAP)).trim_end())
    };
    (0..height).map(line).collect()
}

/// A text in lines of at most `width` characters.
fn lines(text: &str, width: usize) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut column = 0;
    for word in text.split_whitespace() {
        let length = visible_width(word);
        if column > 0 && column + 1 + length > width {
            out.push(String::new());
            column = 0;
        }
        let Some(line) = out.last_mut() else { continue };
        if column > 0 {
            line.push(' ');
            column += 1;
        }
        line.push_str(word);
        column += length;
    }
    out
}

/// What a colour of ours begins with until it is printed.
static MARK: LazyLock<String> = LazyLock::new(|| format!("\x1b[{};", RandomState::new().build_hasher().finish()));

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
fn visible_width(text: &str) -> usize {
    if is_coloured(text) { shown(text, false).chars().count() } else { text.chars().count() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(width: usize) -> Terminal {
        Terminal { width, colour: false }
    }

    fn words(text: &str) -> Vec<&str> {
        let mut words: Vec<&str> = text.split_whitespace().filter(|word| !word.starts_with('-')).collect();
        words.sort_unstable();
        words
    }

    const SENTENCE: &str = "The provider earns £41.2 million more by spending nothing on the people who need most help, compared with \
                            what the contract intends for every cohort that starts within the first three years.";

    #[test]
    fn no_line_is_longer_than_the_terminal_and_no_word_is_lost() {
        for width in [40, 60, 80, 100, 160] {
            let terminal = at(width);
            let texts = [
                format!("    {}", terminal.wrap(SENTENCE, 4)),
                terminal.folded(&format!("  - {SENTENCE}")),
                terminal.with_amount(&format!("   1  {SENTENCE}"), "£1,234.56") + &terminal.with_amount("Total", "£1,234.56"),
            ];
            for text in texts {
                let longest = text.lines().map(|line| line.chars().count()).max();
                assert!(longest <= Some(width), "{width}\n{text}");
                assert!(SENTENCE.split(' ').all(|word| text.split_whitespace().any(|other| other == word)), "{width}\n{text}");
            }
        }
    }

    #[test]
    fn a_table_breaks_its_cells_and_then_becomes_a_list() {
        let header = ["risk", "what it is", "share of all scenarios", "cost"].map(str::to_owned);
        let rows = [
            ["cherry-picking", SENTENCE, "95%", "£41.2m"].map(str::to_owned).to_vec(),
            ["drift", "small", "5%", "£1,200,000"].map(str::to_owned).to_vec(),
        ];
        let wide = at(400).table(&header, &rows);
        assert_eq!(wide.lines().count(), 4, "{wide}");
        for width in [60, 80, 100, 160] {
            let table = at(width).table(&header, &rows);
            assert!(table.lines().all(|line| line.chars().count() <= width), "{width}\n{table}");
            assert_eq!(words(&table), words(&wide), "{width}\n{table}");
        }
        let list = at(30).table(&header, &rows);
        assert!(list.starts_with("risk: cherry-picking\n  what it is: The provider\n"), "{list}");
        assert!(
            list.ends_with("\nrisk: drift\n  what it is: small\n  share of all scenarios: 5%\n  cost: £1,200,000\n"),
            "{list}"
        );
    }

    #[test]
    fn a_long_head_is_broken_before_a_cell() {
        let header = ["finding", "scenarios changed"].map(str::to_owned);
        let rows = [["timing of the money", "12.5%"].map(str::to_owned).to_vec()];
        let expected = "finding              scenarios\n                     changed\n-------------------  ---------\n\
                        timing of the money      12.5%\n";
        assert_eq!(at(30).table(&header, &rows), expected);
    }

    #[test]
    fn colours_take_no_room_and_a_coloured_cell_stays_whole() {
        let terminal = Terminal { width: 24, colour: true };
        let header = ["case", "answer"].map(str::to_owned);
        let rows = [vec!["one of many long cases".to_owned(), terminal.red("it DIFFERS by 2")]];
        let table = terminal.table(&header, &rows);
        let seen = shown(&table, false);
        assert!(seen.lines().all(|line| line.chars().count() <= 24) && seen.contains("it DIFFERS by 2"), "{seen}");
        let folded = terminal.folded(&terminal.green("all of the figures agree with the textbook"));
        assert_eq!(shown(&folded, false), "all of the figures agree\n  with the textbook");
    }
}
