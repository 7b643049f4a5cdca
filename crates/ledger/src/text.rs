//! The text of an entry: a field to a line, its name, a tab, its values with tabs between. It is what is hashed, so there is
//! one way to write each value and it is the only one that is read.

use std::fmt::Write as _;
use std::str::FromStr;

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

/// The fields of an entry, taken one after the other.
pub(crate) struct Fields<'a>(std::iter::Peekable<std::str::Lines<'a>>);

impl<'a> Fields<'a> {
    pub(crate) fn of(body: &'a str) -> Fields<'a> {
        Fields(body.lines().peekable())
    }

    /// The values of the next field, which must have this name and this many values.
    pub(crate) fn take<const N: usize>(&mut self, name: &str) -> Result<[String; N], String> {
        let line = self.0.next().ok_or_else(|| format!("it ends where `{name}` should stand"))?;
        let mut parts = line.split('\t');
        if parts.next() != Some(name) {
            return Err(format!("`{name}` should stand where it reads `{line}`"));
        }
        let values: Vec<String> = parts.map(unescaped).collect();
        <[String; N]>::try_from(values).map_err(|values| format!("`{name}` has {} values, not {N}", values.len()))
    }

    /// The only value of the next field.
    pub(crate) fn one(&mut self, name: &str) -> Result<String, String> {
        self.take::<1>(name).map(|[value]| value)
    }

    /// Whether the next field has this name.
    pub(crate) fn comes(&mut self, name: &str) -> bool {
        self.0.peek().is_some_and(|line| line.split('\t').next() == Some(name))
    }

    /// Nothing may be left over: what is not understood must not pass as understood.
    pub(crate) fn end(mut self) -> Result<(), String> {
        self.0.next().map_or(Ok(()), |line| Err(format!("`{line}` stands where it should end")))
    }
}

/// A value read from its text.
pub(crate) fn value<T: FromStr>(text: &str, what: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("`{text}` is not {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
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
