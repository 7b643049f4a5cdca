//! The Rust sources of the workspace, cut into what the checks look at: text in quotes, comments, and imports between files.

use std::fs;
use std::path::{Path, PathBuf};

/// One source file: its path from the repository, and its text without the tests at its end.
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// Every source file of a crate's `src`, in the order of names. Tests at the end of a file are cut off: what they say is read by
/// engineers only.
pub(crate) fn sources(root: &Path) -> Vec<Source> {
    let mut found = Vec::new();
    for folder in ["crates", "apps"] {
        walk(&root.join(folder), &mut found);
    }
    found.sort();
    let read = |path: PathBuf| {
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let text = fs::read_to_string(&path).ok()?;
        let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
        let tests_alone = name.ends_with("/tests.rs") || name.ends_with("/laws.rs") || name.ends_with("/mutations.rs");
        (name.contains("/src/") && !tests_alone).then(|| Source { name, text: text[..end].to_owned() })
    };
    found.into_iter().filter_map(read).collect()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && path.file_name().is_none_or(|name| name != "target") {
            walk(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// A piece of text in a source file, with its line.
pub(crate) struct Piece {
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// The texts in quotes and the comments of a file. A text that goes on over a line end (`\` and blanks) is joined.
pub(crate) fn texts_and_comments(source: &str) -> (Vec<Piece>, Vec<Piece>) {
    let bytes: Vec<char> = source.chars().collect();
    let (mut texts, mut comments) = (Vec::new(), Vec::new());
    let (mut at, mut line) = (0, 1);
    let next = |at: usize| bytes.get(at).copied().unwrap_or('\0');
    while at < bytes.len() {
        match next(at) {
            '\n' => line += 1,
            '/' if next(at + 1) == '/' => {
                let end = (at..bytes.len()).find(|at| bytes[*at] == '\n').unwrap_or(bytes.len());
                let text: String = bytes[at..end].iter().collect();
                comments.push(Piece { line, text: text.trim_start_matches(['/', '!']).trim().to_owned() });
                at = end;
                continue;
            }
            'r' if next(at + 1) == '"' || (next(at + 1) == '#' && (next(at + 2) == '"' || next(at + 2) == '#')) => {
                let hashes = (at + 1..bytes.len()).take_while(|at| bytes[*at] == '#').count();
                let begin = at + 2 + hashes;
                let closing = |end: usize| bytes[end] == '"' && (1..=hashes).all(|more| next(end + more) == '#');
                let Some(end) = (begin..bytes.len()).find(|end| closing(*end)) else { break };
                let text: String = bytes[begin..end].iter().collect();
                let lines = text.matches('\n').count();
                texts.push(Piece { line, text });
                line += lines;
                at = end + hashes;
            }
            // A letter in quotes, and not the name of a lifetime.
            '\'' if next(at + 1) == '\\' || next(at + 2) == '\'' => {
                let begin = if next(at + 1) == '\\' { at + 3 } else { at + 2 };
                at = (begin..bytes.len()).find(|at| bytes[*at] == '\'').unwrap_or(begin);
            }
            '"' => {
                let begin = line;
                let mut text = String::new();
                at += 1;
                while at < bytes.len() && bytes[at] != '"' {
                    match (bytes[at], next(at + 1)) {
                        ('\\', '\n') => {
                            line += 1;
                            at += 2;
                            while next(at).is_whitespace() {
                                line += usize::from(next(at) == '\n');
                                at += 1;
                            }
                            continue;
                        }
                        ('\\', 'n') => text.push('\n'),
                        ('\\', other) => text.push(other),
                        (letter, _) => {
                            line += usize::from(letter == '\n');
                            text.push(letter);
                            at += 1;
                            continue;
                        }
                    }
                    at += 2;
                }
                texts.push(Piece { line: begin, text });
            }
            _ => {}
        }
        at += 1;
    }
    (texts, comments)
}

/// The files of each crate that a file imports, by position in the list of sources: by `crate::` and `super::`, and the modules that it
/// declares by their own names. What a front page (`lib.rs`, `mod.rs`, `main.rs`) passes on is no import of its own.
pub(crate) fn imports(sources: &[Source]) -> Vec<Vec<usize>> {
    let crate_of = |name: &str| name.split_once("/src/").map_or(String::new(), |(root, _)| root.to_owned());
    // A module path as its words, without `lib`, `main` and `mod`.
    let module = |name: &str| -> Vec<String> {
        let inside = name.split_once("/src/").map_or("", |(_, inside)| inside).trim_end_matches(".rs");
        inside.split('/').filter(|word| !["lib", "main", "mod"].contains(word)).map(str::to_owned).collect()
    };
    let modules: Vec<(String, Vec<String>)> =
        sources.iter().map(|source| (crate_of(&source.name), module(&source.name))).collect();
    let find = |root: &str, path: &[String]| {
        (0..=path.len())
            .rev()
            .find_map(|length| modules.iter().position(|(other, words)| other == root && *words == path[..length]))
    };
    let of = |at: usize| {
        let (root, own) = &modules[at];
        let front = ["/lib.rs", "/mod.rs", "/main.rs"].iter().any(|end| sources[at].name.ends_with(end));
        let mut found = Vec::new();
        for code in statements(&sources[at].text) {
            if front && code.starts_with("pub") && code.contains(" use ") {
                continue;
            }
            let declared = first_words(&code).map(|word| [own.clone(), vec![word.to_owned()]].concat());
            found.extend(declared.filter_map(|path| modules.iter().position(|(other, words)| other == root && *words == path)));
            for prefix in ["crate::", "super::"] {
                let begins = |at: usize| !code[..at].ends_with(|letter: char| is_word(letter) || letter == ':');
                for (at, _) in code.match_indices(prefix).filter(|(at, _)| begins(*at)) {
                    let (mut base, mut rest) = match prefix {
                        "crate::" => (Vec::new(), &code[at + prefix.len()..]),
                        _ => (own.clone(), &code[at..]),
                    };
                    while let Some(more) = rest.strip_prefix("super::") {
                        base.pop();
                        rest = more;
                    }
                    found.extend(paths(rest).into_iter().filter_map(|path| find(root, &[base.clone(), path].concat())));
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found.retain(|other| *other != at);
        found
    };
    (0..sources.len()).map(of).collect()
}

/// The lines of a file without their comments and indents; an import that goes on over several lines is one.
fn statements(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let code = line.split("//").next().unwrap_or_default().trim();
        match out.last_mut().filter(|_| open) {
            Some(last) => *last += code,
            None => out.push(code.to_owned()),
        }
        let begins = code.starts_with("use ") || code.starts_with("pub") && code.contains(" use ");
        open = (open || begins) && !code.ends_with(';');
    }
    out
}

/// The words with which paths begin: `number` of `number::format(x)`, and not `format`.
fn first_words(code: &str) -> impl Iterator<Item = &str> {
    code.match_indices("::").filter_map(|(at, _)| {
        let before = code[..at].trim_end_matches(is_word);
        (!before.ends_with([':', '.'])).then(|| &code[before.len()..at]).filter(|word| !word.is_empty())
    })
}

/// The paths that begin here, each as its words: one, or one for each item of a list in braces.
fn paths(text: &str) -> Vec<Vec<String>> {
    let word = |text: &str| text.trim().chars().take_while(|letter| is_word(*letter)).collect::<String>();
    match text.split_once('{') {
        Some((head, list)) if head.ends_with("::") || head.is_empty() => {
            let head: Vec<String> = head.split("::").filter(|word| !word.is_empty()).map(str::to_owned).collect();
            let words = list.split(',').map(word).filter(|word| !word.is_empty());
            words.map(|word| [head.clone(), vec![word]].concat()).collect()
        }
        _ => vec![text.split("::").map(word).take_while(|word| !word.is_empty()).collect()],
    }
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The groups of files that import each other in a circle, each by its positions.
pub(crate) fn cycles(imports: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let reach = |from: usize| {
        let mut seen = vec![false; imports.len()];
        let mut stack = imports[from].clone();
        while let Some(at) = stack.pop() {
            if !std::mem::replace(&mut seen[at], true) {
                stack.extend(&imports[at]);
            }
        }
        seen
    };
    let reached: Vec<Vec<bool>> = (0..imports.len()).map(reach).collect();
    let mut found: Vec<Vec<usize>> = Vec::new();
    for at in 0..imports.len() {
        if reached[at][at] && !found.iter().any(|group| group.contains(&at)) {
            found.push((0..imports.len()).filter(|other| reached[at][*other] && reached[*other][at]).collect());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A front page that asks a file which asks the front page is a circle, however either is imported. What it passes on is none.
    #[test]
    fn a_circle_through_a_front_page_is_found() {
        let circles = |front: &str, part: &str| {
            let source = |name: &str, text: &str| Source { name: format!("crates/a/src/{name}"), text: text.to_owned() };
            cycles(&imports(&[source("lib.rs", "mod b;\n"), source("b/mod.rs", front), source("b/c.rs", part)])).len()
        };
        for part in ["use super::Shared;", "use super::{\n    Shared,\n};", "fn f() { crate::b::shared() }"] {
            assert_eq!(circles("mod c;\npub fn f() { c::f() }\n", part), 1, "{part}");
            assert_eq!(circles("mod c;\nuse c::{\n    f,\n};\n", part), 1, "{part}");
            assert_eq!(circles("mod c;\npub use c::{\n    f,\n};\n", part), 0, "{part}");
        }
        assert_eq!(circles("mod c;\npub fn f() { c::f() }\n", "use std::fmt;"), 0);
    }
}
