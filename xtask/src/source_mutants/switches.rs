//! Changes of code as text: one made alone, and several behind a number each.
//!
//! A function with changes becomes a `match` over the number: an arm with the whole body for each change, and one with the body as
//! it was. So no two changes meet, and a compiler error tells by its line which change it is about.

use std::collections::BTreeMap;
use std::ops::Range;

/// The name of the function that gives the number of the change to run with. It is added to the crate.
pub(super) const NUMBER: &str = "number_of_the_change";

/// A change of the code in one place.
#[derive(Debug, Clone)]
pub(super) struct Change {
    /// What `cargo-mutants` calls it: file, line, column and what is changed.
    pub(super) name: String,
    /// From the root of the repository.
    pub(super) file: String,
    /// The function that the place is in; none in a constant.
    function: Option<Place>,
    place: Place,
    replacement: String,
}

/// From a line and column up to another; both count from 1, columns in characters.
#[derive(Debug, Clone, Copy)]
struct Place {
    start: (usize, usize),
    end: (usize, usize),
}

impl Change {
    /// From an entry in the list of `cargo-mutants`; none if it has another form.
    pub(super) fn read(entry: &serde_json::Value) -> Option<Self> {
        let text = |key: &str| entry.get(key)?.as_str().map(str::to_owned);
        Some(Self {
            name: text("name")?,
            file: text("file")?,
            function: entry.get("function").and_then(|function| Place::read(function.get("span")?)),
            place: Place::read(entry.get("span")?)?,
            replacement: text("replacement")?,
        })
    }

    /// A file with this change alone; none if the place is not in it.
    pub(super) fn alone(&self, source: &str) -> Option<String> {
        let place = self.place.bytes(source)?;
        Some([&source[..place.start], &self.replacement, &source[place.end..]].concat())
    }
}

impl Place {
    fn read(span: &serde_json::Value) -> Option<Self> {
        let point = |name: &str| {
            let at = |key: &str| span.get(name)?.get(key)?.as_u64().map(|number| number as usize);
            Some((at("line")?, at("column")?))
        };
        Some(Self { start: point("start")?, end: point("end")? })
    }

    fn bytes(&self, source: &str) -> Option<Range<usize>> {
        Some(offset(source, self.start)?..offset(source, self.end)?)
    }
}

/// The place of a line and column in bytes.
fn offset(source: &str, (line, column): (usize, usize)) -> Option<usize> {
    let start: usize = source.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let text = &source[start..];
    text.char_indices().map(|(at, _)| at).chain([text.len()]).nth(column - 1).map(|at| start + at)
}

/// Lines, counted from 1, with the numbers of the changes that they belong to. The head of a `match` belongs to all of its function.
pub(super) type OwnedLines = (Range<usize>, Vec<usize>);

/// A file with changes behind their numbers.
pub(super) struct Switched {
    pub(super) source: String,
    pub(super) lines: Vec<OwnedLines>,
    /// Changes that have no place in a function, or in one with another function inside.
    pub(super) without: Vec<usize>,
}

/// Puts numbered changes into a file.
pub(super) fn switched(source: &str, changes: &[(usize, &Change)]) -> Switched {
    let mut out = Switched { source: String::new(), lines: vec![], without: vec![] };
    let mut bodies: BTreeMap<(usize, usize), Vec<(usize, &Change)>> = BTreeMap::new();
    for (number, change) in changes {
        let body = change.function.and_then(|function| body(source, function.bytes(source)?));
        match body.filter(|body| change.place.bytes(source).is_some_and(|place| body.start < place.start && place.end < body.end))
        {
            Some(body) => bodies.entry((body.start, body.end)).or_default().push((*number, change)),
            None => out.without.push(*number),
        }
    }
    let mut done = 0;
    for ((start, end), changes) in bodies {
        if start < done {
            out.without.extend(changes.iter().map(|(number, _)| *number));
            continue;
        }
        out.source.push_str(&source[done..start]);
        let head = next_line(&out.source);
        out.source.push_str(&format!("{{ match crate::{NUMBER}() {{\n"));
        out.lines.push((head..head + 1, changes.iter().map(|(number, _)| *number).collect()));
        for (number, change) in &changes {
            let Some(place) = change.place.bytes(source) else { continue };
            let first = next_line(&out.source);
            let body = [&source[start..place.start], &change.replacement, &source[place.end..end]].concat();
            out.source.push_str(&format!("{number} => {body},\n"));
            out.lines.push((first..next_line(&out.source), vec![*number]));
        }
        out.source.push_str(&format!("_ => {} }} }}", &source[start..end]));
        done = end;
    }
    out.source.push_str(&source[done..]);
    out
}

/// The number of the line that is written next.
fn next_line(source: &str) -> usize {
    source.matches('\n').count() + 1
}

/// The body of a function with its braces: the block that ends where the function ends.
fn body(source: &str, function: Range<usize>) -> Option<Range<usize>> {
    let mut open = vec![];
    let mut last = None;
    for (at, brace) in braces(&source[function.clone()]) {
        if brace == '{' {
            open.push(at);
        } else {
            last = Some((open.pop()?, at));
        }
    }
    let (start, end) = last.filter(|_| open.is_empty())?;
    Some(function.start + start..function.start + end + 1)
}

/// The braces of code, without those in texts, letters and comments.
fn braces(code: &str) -> Vec<(usize, char)> {
    let mut found = vec![];
    let mut at = 0;
    while let Some(letter) = code[at..].chars().next() {
        let rest = &code[at..];
        at += if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if letter == '"' {
            quoted(rest)
        } else if letter == 'r' && !code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_') {
            raw(rest).unwrap_or(1)
        } else if letter == '\'' {
            letter_or_lifetime(rest)
        } else {
            if matches!(letter, '{' | '}') {
                found.push((at, letter));
            }
            letter.len_utf8()
        };
    }
    found
}

/// The length of a text in quotation marks.
fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    rest.len()
}

/// The length of a raw text, such as `r#"…"#`; none if it is none.
fn raw(rest: &str) -> Option<usize> {
    let hashes = rest[1..].chars().take_while(|letter| *letter == '#').count();
    let text = rest[1 + hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(2 + hashes + text.find(&end)? + end.len())
}

/// The length of a letter in quotation marks, or of the mark alone where a lifetime follows.
fn letter_or_lifetime(rest: &str) -> usize {
    let mut letters = rest.char_indices().skip(1);
    match letters.next() {
        Some((_, '\\')) => rest[3..].find('\'').map_or(1, |end| 4 + end),
        Some(_) => letters.next().filter(|(_, letter)| *letter == '\'').map_or(1, |(at, _)| at + 1),
        None => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(function: [usize; 4], place: [usize; 4], replacement: &str) -> Change {
        let place_of = |at: [usize; 4]| Place { start: (at[0], at[1]), end: (at[2], at[3]) };
        Change {
            name: String::new(),
            file: String::new(),
            function: Some(place_of(function)),
            place: place_of(place),
            replacement: replacement.to_owned(),
        }
    }

    const SOURCE: &str =
        "fn é(a: i32) -> i32 {\n    // }\n    a + '}' as i32 + r#\"}\"{\"#.len() as i32\n}\nconst B: i32 = 1 + 2;\n";

    #[test]
    fn each_change_has_an_arm_with_the_whole_body() {
        let plus = change([1, 1, 4, 2], [3, 7, 3, 8], "-");
        let whole = change([1, 1, 4, 2], [3, 5, 3, 43], "7");
        let out = switched(SOURCE, &[(1, &plus), (2, &whole)]);
        let body = "{\n    // }\n    a + '}' as i32 + r#\"}\"{\"#.len() as i32\n}";
        let expected = format!(
            "fn é(a: i32) -> i32 {{ match crate::{NUMBER}() {{\n1 => {},\n2 => {{\n    // }}\n    7\n}},\n_ => {body} }} }}\nconst B: i32 = 1 + 2;\n",
            body.replace("a + ", "a - ")
        );
        assert_eq!(out.source, expected);
        assert_eq!(out.lines, [(1..2, vec![1, 2]), (2..6, vec![1]), (6..10, vec![2])]);
    }

    #[test]
    fn a_change_outside_a_function_is_left_out_and_can_be_made_alone() {
        let mut constant = change([1, 1, 1, 1], [5, 18, 5, 19], "*");
        constant.function = None;
        assert_eq!(switched(SOURCE, &[(3, &constant)]).without, [3]);
        assert!(constant.alone(SOURCE).is_some_and(|text| text.ends_with("const B: i32 = 1 * 2;\n")));
    }
}
