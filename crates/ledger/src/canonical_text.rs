//! The canonical text of an entry: one field a line, its name, a tab, and its values with tabs between. This text is hashed, so
//! each value can be written in one way only, and no other way is read.

use std::fmt::Write as _;
use std::str::FromStr;

/// The form in which the text of an entry is written. Entries of the first form are read and written as they were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryForm {
    /// Two accounts, liability and receivable. An approval does not hold the hash of what it approves.
    #[default]
    First,
    /// The four accounts of today. An approval holds the hash of what it approves.
    Second,
}

/// Writes one line.
pub(crate) fn field(out: &mut String, name: &str, values: &[&str]) {
    out.push_str(name);
    for value in values {
        out.push('\t');
        for c in value.chars() {
            match c {
                '\\' => out.push_str("\\\\"),
                '\t' => out.push_str("\\t"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                c => out.push(c),
            }
        }
    }
    let _ = writeln!(out);
}

fn unescaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(c) = characters.next() {
        out.push(match c {
            '\\' => match characters.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                Some(other) => other,
                None => '\\',
            },
            c => c,
        });
    }
    out
}

/// The fields of an entry, read one after the other.
pub(crate) struct Fields<'a>(std::iter::Peekable<std::str::Lines<'a>>);

impl<'a> Fields<'a> {
    pub(crate) fn of(body: &'a str) -> Fields<'a> {
        Fields(body.lines().peekable())
    }

    /// Reads the values of the next field. It must have this name and this many values.
    pub(crate) fn take<const N: usize>(&mut self, name: &str) -> Result<[String; N], String> {
        let line = self.0.next().ok_or_else(|| format!("it ends where `{name}` is expected"))?;
        let mut parts = line.split('\t');
        if parts.next() != Some(name) {
            return Err(format!("it reads `{line}` where `{name}` is expected"));
        }
        let values: Vec<String> = parts.map(unescaped).collect();
        <[String; N]>::try_from(values)
            .map_err(|values| format!("the number of values of `{name}` is {}, and {N} is expected", values.len()))
    }

    /// Reads the only value of the next field.
    pub(crate) fn one(&mut self, name: &str) -> Result<String, String> {
        self.take::<1>(name).map(|[value]| value)
    }

    /// Whether the next field has this name.
    pub(crate) fn next_is(&mut self, name: &str) -> bool {
        self.0.peek().is_some_and(|line| line.split('\t').next() == Some(name))
    }

    /// Refuses an entry with more fields: a text that we do not understand must not be accepted.
    pub(crate) fn end(mut self) -> Result<(), String> {
        self.0.next().map_or(Ok(()), |line| Err(format!("it goes on with `{line}` where it should end")))
    }
}

/// Reads a value from its text.
pub(crate) fn value<T: FromStr>(text: &str, what: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("`{text}` is not {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_they_were_written() {
        let values = ["plain", "a\ttab, a\nline, a\r return, a \\ and a \\t", "", "£ and ñ"];
        let mut out = String::new();
        field(&mut out, "some", &values);
        assert_eq!(out.lines().count(), 1);
        let mut fields = Fields::of(&out);
        assert_eq!(fields.take::<4>("some"), Ok(values.map(str::to_owned)));
        assert_eq!(fields.end(), Ok(()));
    }

    #[test]
    fn another_field_or_another_count_is_refused() {
        assert!(Fields::of("some\ta\n").take::<1>("other").is_err());
        assert!(Fields::of("some\ta\n").take::<2>("some").is_err());
        assert!(Fields::of("").take::<1>("some").is_err());
        assert!(Fields::of("some\ta\n").end().is_err());
    }
}
