//! What is wrong with the English of a sentence once its numbers and names are filled in. Nothing that a user sees comes from here:
//! the tests of the crates that write sentences fill them with none, one, several, negative, very large and very long values, and ask.
//!
//! It finds what a template gets wrong, not style: a plural after 1, a singular after 2, "a" before a vowel, a key of a file in
//! place of a word, a minus before a sum of money, punctuation that was put together wrongly.

/// Nouns that are counted: one, and several.
const NOUNS: [(&str, &str); 66] = [
    ("amount", "amounts"),
    ("area", "areas"),
    ("assumption", "assumptions"),
    ("change", "changes"),
    ("child", "children"),
    ("claim", "claims"),
    ("clause", "clauses"),
    ("cohort", "cohorts"),
    ("column", "columns"),
    ("cost", "costs"),
    ("day", "days"),
    ("error", "errors"),
    ("event", "events"),
    ("family", "families"),
    ("fault", "faults"),
    ("fee", "fees"),
    ("file", "files"),
    ("group", "groups"),
    ("household", "households"),
    ("improvement", "improvements"),
    ("invoice", "invoices"),
    ("job", "jobs"),
    ("kind", "kinds"),
    ("level", "levels"),
    ("line", "lines"),
    ("link", "links"),
    ("month", "months"),
    ("name", "names"),
    ("number", "numbers"),
    ("outcome", "outcomes"),
    ("page", "pages"),
    ("pair", "pairs"),
    ("payment", "payments"),
    ("penny", "pence"),
    ("percentage point", "percentage points"),
    ("period", "periods"),
    ("person", "people"),
    ("place", "places"),
    ("point", "points"),
    ("pound", "pounds"),
    ("price", "prices"),
    ("problem", "problems"),
    ("provider", "providers"),
    ("quarter", "quarters"),
    ("question", "questions"),
    ("reason", "reasons"),
    ("record", "records"),
    ("replication", "replications"),
    ("report", "reports"),
    ("result", "results"),
    ("risk", "risks"),
    ("row", "rows"),
    ("rule", "rules"),
    ("scenario", "scenarios"),
    ("segment", "segments"),
    ("settlement", "settlements"),
    ("share", "shares"),
    ("spell", "spells"),
    ("start", "starts"),
    ("step", "steps"),
    ("strategy", "strategies"),
    ("table", "tables"),
    ("term", "terms"),
    ("test", "tests"),
    ("warning", "warnings"),
    ("week", "weeks"),
];

/// Words after which a number is a name: "in cohort 1 people are …".
const NUMBERED: [&str; 20] = [
    "area", "clause", "cohort", "cohorts", "column", "day", "year", "years", "level", "line", "month", "months", "number", "row",
    "segment", "step", "table", "term", "terms", "of",
];

/// Everything that is wrong with a sentence, or with several; empty where nothing is. Text in backticks is code and is not read.
#[must_use]
pub fn faults(text: &str) -> Vec<String> {
    let text = without_code(text);
    let mut found: Vec<String> = Vec::new();
    let wrong = [
        ("  ", "two spaces"),
        (" ,", "a space before a comma"),
        (" .", "a space before a full stop"),
        (" ;", "a space before a semicolon"),
        (" :", "a space before a colon"),
        (",,", "two commas"),
        (",.", "a comma before a full stop"),
        ("..", "two full stops"),
        ("( ", "a space after a bracket"),
        (" )", "a space before a bracket"),
        ("()", "brackets with nothing in them"),
        ("“”", "quotation marks with nothing in them"),
        ("-£", "a minus before a sum"),
        ("£-", "a minus inside a sum"),
        ("--", "two dashes"),
        ("NaN", "not a number"),
        ("Some(", "the name of a type"),
        ("None", "the name of a type"),
    ];
    // "None of the risks" is English.
    let hit = |sign: &str| text.match_indices(sign).any(|(at, _)| sign != "None" || !begins_sentence(&text, at));
    found.extend(wrong.iter().filter(|(sign, _)| hit(sign)).map(|(_, what)| (*what).to_owned()));
    let words = words(&text);
    let word = |at: usize| words.get(at).copied().unwrap_or_default();
    for at in 0..words.len() {
        let (this, next) = (word(at), bare(word(at + 1)));
        // A bracket or a stop between two words parts them.
        let parted = this.ends_with(['.', ',', ';', ':', ')', '”']) || word(at + 1).starts_with(['(', '“']);
        if let Some(number) = figure(this) {
            // Nothing is counted by a number that is a name.
            let named = parted || (at > 0 && NUMBERED.contains(&bare(words[at - 1])));
            let two = format!("{next} {}", bare(word(at + 2)));
            let noun = |names: &(&str, &str)| (names.0 == next || names.0 == two, names.1 == next || names.1 == two);
            let (one, many) = NOUNS.iter().map(noun).fold((false, false), |(one, many), (a, b)| (one || a, many || b));
            if number == 1.0 && many && !named {
                found.push(format!("a plural after one: “{this} {next}”"));
            }
            if number != 1.0 && one && !named {
                found.push(format!("a singular after a number that is not one: “{this} {next}”"));
            }
            if !parted && people(next) && this.contains('.') {
                found.push(format!("a part of a person: “{this} {next}”"));
            }
            if number == 0.0 && this.starts_with('-') {
                found.push(format!("minus nothing: “{this}”"));
            }
        }
        if !parted && this == next && this.chars().all(char::is_alphabetic) && !["that", "had", "very"].contains(&this) {
            found.push(format!("a word twice: “{this} {next}”"));
        }
        let article = this.trim_start_matches(['(', '“', '"']).to_lowercase();
        if (article == "a" && vowel(word(at + 1))) || (article == "an" && !vowel(word(at + 1)) && !word(at + 1).is_empty()) {
            found.push(format!("the wrong article: “{this} {}”", word(at + 1)));
        }
        if is_key(bare(this)) {
            found.push(format!("a key in place of a word: “{}”", bare(this)));
        }
    }
    found
}

/// The same for a text that has to be whole sentences: each begins with a capital letter, a figure or a quotation mark, and the last
/// has an end.
#[must_use]
pub fn faults_of_sentences(text: &str) -> Vec<String> {
    let mut found = faults(text);
    let first = text.chars().next();
    if first.is_none_or(|letter| letter.is_lowercase() || letter.is_whitespace()) {
        found.push("no capital letter at the beginning".to_owned());
    }
    if !text.ends_with(['.', '?', '!', '”', ':']) {
        found.push("no end".to_owned());
    }
    found
}

fn begins_sentence(text: &str, at: usize) -> bool {
    let before = text[..at].trim_end();
    (before.is_empty() || before.ends_with(['.', ':', '“', '('])) && text[at..].starts_with("None ")
}

fn without_code(text: &str) -> String {
    text.split('`').enumerate().map(|(at, part)| if at % 2 == 0 { part } else { "code" }).collect()
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

/// A word without the signs around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|letter: char| !letter.is_alphanumeric())
}

/// A word that is a plain number, with commas of thousands and signs around it: no sum of money and no share.
fn figure(word: &str) -> Option<f64> {
    let word = word.trim_start_matches(['(', '“']).trim_end_matches(['.', ',', ';', ':', ')', '”']);
    word.replace(',', "").parse().ok().filter(|number: &f64| number.is_finite())
}

fn people(word: &str) -> bool {
    ["person", "people", "child", "children", "family", "families"].contains(&word)
}

/// Whether a word is spoken with a vowel first: "outcome", "8%", "11", "180", "£80" and "$8" too.
fn vowel(word: &str) -> bool {
    let word = word.trim_start_matches(|letter: char| !letter.is_alphanumeric());
    let lower = word.to_lowercase();
    if lower.starts_with(|letter: char| letter.is_ascii_digit()) {
        let digits: String =
            lower.chars().take_while(|letter| letter.is_ascii_digit() || *letter == ',').filter(|l| *l != ',').collect();
        // Eighteen, 11 thousand, 18 million: the digits before the last whole groups of three.
        let head = &digits[..(digits.len() + 2) % 3 + 1];
        return lower.starts_with('8') || head == "11" || head == "18";
    }
    let silent = ["hour", "honest", "honour", "heir"].iter().any(|start| lower.starts_with(start));
    let spoken = ["uni", "use", "usu", "eu", "one", "once", "uk"].iter().any(|start| lower.starts_with(start))
        && !["unin", "unim", "unid"].iter().any(|start| lower.starts_with(start));
    silent || (lower.starts_with(['a', 'e', 'i', 'o', 'u']) && !spoken)
}

/// `stayed_away`: small letters with a line below between them.
fn is_key(word: &str) -> bool {
    let small = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    word.contains('_') && word.chars().all(small)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_sentences_are_found() {
        let wrong = [
            "It has 1 rows.",
            "It has 2 row.",
            "1 people start.",
            "It counts 0.00 people.",
            "It is 1.0 percentage points.",
            "It earns -£405.",
            "It earns £-405.",
            "It  has two spaces.",
            "It counts stayed_away twice.",
            "It is a 8% share.",
            "It is an 7% share.",
            "It is a 18-month window.",
            "It is a outcome.",
            "It is an provider.",
            "It is the the one.",
            "It moves by -0.0.",
            "It ends..",
            "It is (), and that.",
            "It is Some(3).",
        ];
        for text in wrong {
            assert!(!faults(text).is_empty(), "{text}");
        }
        assert!(!faults_of_sentences("it begins small.").is_empty());
        assert!(!faults_of_sentences("It has no end").is_empty());
    }

    #[test]
    fn good_sentences_pass() {
        let good = [
            "It has 1 row, 2 rows and 0 rows. None of the 16 risks looked for is present.",
            "In cohort 1 people start; 1.0 percentage point; 1,000 people; an 80% share; a 100% share.",
            "An £8 fee, a £7 fee, an hour, a unit, a one-off, an uninsured person, a European.",
            "An 11-month window, an 18% share, an 11,000-row table, a 110-row and a 1,100-row one.",
            "Write `stayed_away` in the file. “Stayed away” is a name.",
            "It earns £405 more, 12.5% of it in the first year.",
        ];
        for text in good {
            assert_eq!(faults_of_sentences(text), Vec::<String>::new(), "{text}");
        }
    }
}
