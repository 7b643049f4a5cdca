//! Finds words that are another word spelled differently. Rows whose kind is nearly, but not exactly, a kind that a rule needs
//! would not count, and nobody would notice.
//!
//! Two words are near when they differ only in letter case, spaces, hyphens, invisible characters, Unicode form or short forms
//! (`&` and "and", "St" and "Saint"), or by a typing slip: one edit in a word of three letters or more, two in a word of eight or more. Clearly different words are
//! not near: another number ("level 1", "level 2"), another single letter standing alone ("phase A", "phase B"), or a prefix
//! that turns the meaning ("employed", "unemployed").

use std::collections::BTreeMap;

/// The longest word that is compared, in characters.
const LONGEST: usize = 80;

/// A word without invisible differences: as [`base::similar_names`] folds names, lookalike letters of other alphabets as the
/// Latin ones, without accents, and with hyphens and underscores as spaces.
#[must_use]
pub fn folded(text: &str) -> String {
    let text: String = base::similar_names::skeleton(text)
        .chars()
        .map(|letter| if matches!(letter, '-' | '_') { ' ' } else { letter })
        .collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a word is another one spelled differently. A word is not near itself.
#[must_use]
pub fn near(read: &str, known: &str) -> bool {
    if read == known {
        return false;
    }
    // Most words differ so much in length that nothing else needs a check.
    if read.len().abs_diff(known.len()) > 16 + known.len() {
        return false;
    }
    let written_out = || base::similar_names::spelled_out(read) == base::similar_names::spelled_out(known);
    let (ours, theirs) = (folded(read), folded(known));
    if ours == theirs || written_out() {
        return true;
    }
    let (our_letters, their_letters) = (ours.chars().count(), theirs.chars().count());
    let most = match their_letters {
        0..3 => 0,
        // A word of three letters is near only to one with the same first letter, or with one letter more or less.
        3 => usize::from(our_letters != their_letters || ours.chars().next() == theirs.chars().next()),
        4..8 => 1,
        _ => 2,
    };
    let too_long = our_letters > LONGEST || their_letters > LONGEST;
    if too_long || our_letters.abs_diff(their_letters) > most || other_word(&ours, &theirs) {
        return false;
    }
    distance(&ours, &theirs) <= most
}

/// Whether the name of a column is another one spelled differently. Column names are few, so names of two letters are compared
/// too.
#[must_use]
pub fn near_column(read: &str, known: &str) -> bool {
    let short = || {
        let (read, known) = (folded(read), folded(known));
        known.chars().count() == 2 && read.chars().next() == known.chars().next() && distance(&read, &known) == 1
    };
    near(read, known) || read != known && short()
}

/// The known word that a word is near to: the one with the fewest edits.
#[must_use]
pub fn nearest<'a>(read: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = known.into_iter().filter(|known| near(read, known));
    near.min_by_key(|known| distance(&folded(read), &folded(known)))
}

/// Whether two names that both occur look like one name: they are the same when folded or, as organisations, without "Ltd" and the
/// like; or they differ by one letter. Two letters may part June from July, and east from west.
#[must_use]
pub fn alike(one: &str, other: &str) -> bool {
    let organisation = base::similar_names::organisation;
    let (ours, theirs) = (folded(one), folded(other));
    let one_letter = || {
        let letters = [&ours, &theirs].map(|name| name.chars().count());
        letters.iter().all(|letters| (5..=LONGEST).contains(letters))
            && letters[0].abs_diff(letters[1]) <= 1
            && !other_word(&ours, &theirs)
            && distance(&ours, &theirs) == 1
    };
    ours == theirs || organisation(one) == organisation(other) || one_letter()
}

/// How many names are compared letter by letter.
const MOST_COMPARED: usize = 500;

/// Names that look like one name spelled differently, as [`alike`] says, in groups of two or more. Of more than 500 names, those are
/// found that are the same when folded, or as organisations.
#[must_use]
pub fn groups<'a>(names: &[&'a str]) -> Vec<Vec<&'a str>> {
    let mut group: Vec<usize> = (0..names.len()).collect();
    let mut join = |one: usize, other: usize| {
        let (from, to) = (group[one].max(group[other]), group[one].min(group[other]));
        group.iter_mut().filter(|at| **at == from).for_each(|at| *at = to);
    };
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    for (at, name) in names.iter().enumerate() {
        for form in [format!("f {}", folded(name)), format!("o {}", base::similar_names::organisation(name))] {
            match first.get(&form) {
                Some(other) => join(*other, at),
                None => _ = first.insert(form, at),
            }
        }
    }
    if names.len() <= MOST_COMPARED {
        for (at, name) in names.iter().enumerate() {
            (0..at).filter(|other| alike(names[*other], name)).for_each(|other| join(other, at));
        }
    }
    let mut found: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    names.iter().zip(group).for_each(|(name, group)| found.entry(group).or_default().push(name));
    found.into_values().filter(|names| names.len() > 1).collect()
}

/// Whether two words differ in a way that makes them different things.
fn other_word(a: &str, b: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    if digits(a) != digits(b) {
        return true;
    }
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    // "employed" and "unemployed", "entry" and "reentry".
    if long.strip_suffix(short).is_some_and(|prefix| ["un", "in", "re", "de", "im", "ir"].contains(&prefix)) {
        return true;
    }
    // "phase a" and "phase b".
    let (ours, theirs): (Vec<&str>, Vec<&str>) = (a.split(' ').collect(), b.split(' ').collect());
    let single = |word: &str| word.chars().count() == 1;
    ours.len() > 1
        && ours.len() == theirs.len()
        && ours.iter().zip(&theirs).filter(|(a, b)| a != b).all(|(a, b)| single(a) && single(b))
}

/// Edits (insert, delete, replace, swap of neighbours) between two words.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(LONGEST).collect(), b.chars().take(LONGEST).collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, other) in b.iter().enumerate() {
            let mut least = (last[j] + usize::from(letter != other)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *letter == b[j - 1] && a[i - 1] == *other {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_near_and_other_words_are_not() {
        for (read, known) in [
            ("Offence", "offence"),
            ("OFFENCE", "offence"),
            ("offense", "offence"),
            ("ofence", "offence"),
            ("offences", "offence"),
            ("offecne", "offence"),
            (" offence", "offence"),
            ("job\u{a0}start", "job start"),
            ("job  start", "job start"),
            ("job_start", "job start"),
            ("job-start", "job start"),
            ("off\u{200b}ence", "offence"),
            ("offence\u{feff}", "offence"),
            ("ｏｆｆｅｎｃｅ", "offence"),
            ("conviktions", "conviction"),
            ("Straße", "strasse"),
            ("re\u{301}cidive", "récidive"),
            ("Job", "job"),
            ("jobs", "job"),
            ("7 ", "7"),
            ("Saint Mary", "St. Mary"),
            ("Tyne & Wear", "Tyne and Wear"),
        ] {
            assert!(near(read, known), "{read} is {known}");
        }
        for (read, known) in [
            ("offence", "offence"),
            ("arrest", "offence"),
            ("job end", "job start"),
            ("mob", "job"),
            ("level 2", "level 1"),
            ("phase b", "phase a"),
            ("unemployed", "employed"),
            ("outcome not achieved", "outcome achieved"),
            ("offence", "an offence that is entirely another thing"),
            ("", "job"),
        ] {
            assert!(!near(read, known), "{read} is not {known}");
        }
        assert_eq!(nearest("offense", ["conviction", "offence", "offences"]), Some("offence"));
    }

    #[test]
    fn names_that_look_like_one_are_grouped() {
        for (names, expected) in [
            (&["Acme", "ACME", "Brook", "Acme Ltd"][..], vec![vec!["Acme", "ACME", "Acme Ltd"]]),
            (&["Plan 1", "Plan 2", "plan-1"], vec![vec!["Plan 1", "plan-1"]]),
            (&["Care leavers", "Care-leavers", "Care leaver"], vec![vec!["Care leavers", "Care-leavers", "Care leaver"]]),
            (&["June plan", "July plan", "North East", "North West", "Lot A", "Lot B", "sand", "send"], Vec::new()),
            (&[], Vec::new()),
        ] {
            assert_eq!(groups(names), expected, "{names:?}");
        }
        // Of many names, those are compared that are the same when folded.
        let many: Vec<String> = (0..600).map(|number| format!("P{number}")).chain(["p7".to_owned()]).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(groups(&many), [["P7", "p7"]]);
    }
}
