//! Every sentence that the program can print, as it stands in the sources: `cargo xtask messages` lists them with their places,
//! and the tests look for words that are not plain and for numbers whose noun has no singular. `cargo xtask readability` counts
//! words and long sentences of a document.

use crate::root;
use crate::sources::{Piece, sources, texts_and_comments};

/// A text that a person may read: at least three words.
pub(crate) struct Message {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// All messages of the workspace, in the order of files.
pub(crate) fn messages() -> Vec<Message> {
    let mut found = Vec::new();
    for source in sources(&root()) {
        let (texts, _) = texts_and_comments(&source.text);
        let said = |piece: &Piece| {
            let words =
                piece.text.split_whitespace().filter(|word| word.chars().filter(|letter| letter.is_alphabetic()).count() > 1);
            words.count() >= 3
        };
        found.extend(texts.into_iter().filter(said).map(|Piece { line, text }| Message {
            file: source.name.clone(),
            line,
            text,
        }));
    }
    found
}

/// Words that plain English has another word for, and what to write instead.
pub(crate) const NOT_PLAIN: [(&str, &str); 23] = [
    ("nought", "zero or none"),
    ("held against", "compared with"),
    ("hold against", "compare with"),
    ("mend", "fix"),
    ("mends", "fixes"),
    ("mended", "fixed"),
    ("whosoever", "anyone who"),
    ("in vain", "without success"),
    ("hang on", "depend on"),
    ("hangs on", "depends on"),
    ("who is who", "which records are the same person"),
    ("is who", "the linkage"),
    ("in the stead of", "instead of"),
    ("conduct", "strategy"),
    ("laboratory", "simulation"),
    ("plausible world", "scenario"),
    ("futures", "replications"),
    ("set apart", "set aside"),
    ("nobody need", "nobody has to"),
    ("beyond all", "more than any"),
    ("knot", "group of linked records"),
    ("strike a statement", "produce a statement"),
    ("come out otherwise", "change"),
];

/// Nouns that have a singular.
const NOUNS: [&str; 26] = [
    "rows",
    "faults",
    "people",
    "records",
    "errors",
    "warnings",
    "files",
    "tables",
    "columns",
    "pairs",
    "persons",
    "providers",
    "cohorts",
    "segments",
    "areas",
    "scenarios",
    "replications",
    "entries",
    "runs",
    "settlements",
    "lines",
    "days",
    "months",
    "years",
    "outcomes",
    "changes",
];

/// Messages with a word that is not plain, with the place.
pub(crate) fn not_plain(messages: &[Message]) -> Vec<String> {
    let mut found = Vec::new();
    for message in messages {
        let lower = format!(" {} ", message.text.to_lowercase().replace(|letter: char| !letter.is_alphanumeric(), " "));
        for (word, better) in NOT_PLAIN {
            if lower.contains(&format!(" {word} ")) {
                found.push(format!("{}:{}: `{word}` (write {better}): {}", message.file, message.line, one_line(&message.text)));
            }
        }
        let figure = |at: usize| message.text[..at].ends_with(|letter: char| letter.is_ascii_digit() || letter == '}');
        // An example of what to write in a file is in quotation marks; files are read either way.
        let quoted = |at: usize| message.text[at..].starts_with(" %\"");
        if message.text.match_indices(" %").any(|(at, _)| figure(at) && !quoted(at)) {
            found.push(format!("{}:{}: `95 %` is written `95%`: {}", message.file, message.line, one_line(&message.text)));
        }
    }
    found
}

/// Messages in which a number comes before a noun that is always in the plural: "1 rows".
pub(crate) fn always_plural(messages: &[Message]) -> Vec<String> {
    let mut found = Vec::new();
    for message in messages {
        for noun in NOUNS {
            let hit = message.text.match_indices(&format!("}} {noun}")).any(|(at, hit)| {
                let after = message.text[at + hit.len()..].chars().next();
                after.is_none_or(|letter| !letter.is_alphanumeric())
            });
            if hit {
                found.push(format!("{}:{}: number before `{noun}`: {}", message.file, message.line, one_line(&message.text)));
            }
        }
    }
    found
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Words a sentence, and the share of sentences with more than 25 words, of running text. Markdown and HTML marks, tables and
/// code are left out, and so are the headings, labels and tables of what the program prints.
pub(crate) fn readability(text: &str) -> (usize, f64, f64) {
    let mut prose = String::new();
    let mut code = false;
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with("```") {
            code = !code;
        }
        if code || line.starts_with(['|', '#', '<', '!', '`']) {
            continue;
        }
        // What is printed has a label and a text, or the cells of a table, with spaces between.
        let cells: Vec<&str> = line.split("  ").filter(|cell| !cell.is_empty()).collect();
        let new = cells.len() != 1 || line.starts_with(['-', '*']) || !line.contains(char::is_lowercase);
        prose += if new { "\n" } else { " " };
        prose += match cells.as_slice() {
            [text] | [_, text] if line.contains(char::is_lowercase) => text.trim_start_matches(['-', '*', ' ']),
            _ => "",
        };
    }
    // A point inside a number or a name of a file ends no sentence.
    let prose = format!("{prose}\n").replace(". ", "\n").replace("? ", "\n").replace("! ", "\n");
    let sentences = prose.split('\n').map(|sentence| sentence.split_whitespace().count());
    let lengths: Vec<usize> = sentences.filter(|words| *words > 1).collect();
    let long = lengths.iter().filter(|words| **words > 25).count();
    let count = lengths.len().max(1) as f64;
    (lengths.len(), lengths.iter().sum::<usize>() as f64 / count, long as f64 / count)
}

/// Lists the messages.
#[allow(clippy::print_stdout)]
pub(crate) fn print() {
    let messages = messages();
    messages.iter().for_each(|message| println!("{}:{}\t{}", message.file, message.line, one_line(&message.text)));
    for (what, found) in
        [("words that are not plain", not_plain(&messages)), ("numbers before a plural", always_plural(&messages))]
    {
        println!("{what}: {}", found.len());
        found.iter().for_each(|line| println!("  {line}"));
    }
    println!("{} messages", messages.len());
}

/// Prints the readability of files.
#[allow(clippy::print_stdout)]
pub(crate) fn print_readability(files: &[String]) -> anyhow::Result<()> {
    for file in files {
        let (sentences, words, long) = readability(&std::fs::read_to_string(file)?);
        println!("{file}: {sentences} sentences, {words:.1} words each, {:.0}% have more than 25 words", 100.0 * long);
    }
    Ok(())
}
