//! When are two names the same, and when could one be a typing mistake for the other? [`folded`] gives the form in which names of
//! people and organisations are compared. [`near`] says whether two names are too similar to be distinguished by spelling alone.
//! [`nearest`] finds the name that was probably meant.
//!
//! None of them decides who is paid. They only decide what is refused and what is suggested.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::lookalikes::seen_in_capitals;
use crate::problem::{self, distance};

/// A name for comparing: compatibility forms are composed (NFKC), case is folded, hidden characters are dropped, every run of
/// white space becomes one blank, and every kind of dash and apostrophe becomes the plain one.
#[must_use]
pub fn folded(name: &str) -> String {
    // Upper case first, because ß and ss, ς and σ, ſ and s are the same in capitals. It is normalised twice, because a letter may
    // have no composed form before its case is changed.
    let once: String = name.nfkc().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfkc().collect();
    let mut out = String::with_capacity(once.len());
    for c in once.chars().filter(|c| is_blank(*c) || !unseen(*c)).map(plain) {
        if !is_blank(c) {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Whether two names differ only in what [`folded`] ignores.
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    one == other || folded(one) == folded(other)
}

/// Whether one name may be the other with a typing mistake: equal when folded, or different only in one or two letters, an
/// accent, a lookalike letter of another alphabet, punctuation, the order of words, the end of a word, or a company's ending
/// such as "Ltd".
#[must_use]
pub fn near(one: &str, other: &str) -> bool {
    ComparedName::of(one).near(&ComparedName::of(other))
}

/// The candidate that a name probably means: one that is equal when folded, otherwise one that is [`near`], otherwise the one with the
/// fewest edits. Names that only share a word are not alike.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let shape = ComparedName::of(name);
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let rank = |candidate: &str| {
        let other = ComparedName::of(candidate);
        let apart = distance(&shape.skeleton, &other.skeleton);
        match shape.folded == other.folded {
            true => Some((0, 0)),
            false => shape.near(&other).then_some((1, apart)),
        }
    };
    let near = candidates.iter().filter_map(|candidate| Some((rank(candidate)?, *candidate)));
    near.min_by_key(|(rank, _)| *rank).map(|(_, candidate)| candidate).or_else(|| problem::nearest(name, candidates))
}

/// A name folded, without accents, and with lookalike letters of other alphabets replaced by Latin ones.
#[must_use]
pub fn skeleton(name: &str) -> String {
    ComparedName::of(name).skeleton
}

/// A name as it is when written out: folded, without accents, apostrophes and the stops and hyphens after a letter, with `&` as "and"
/// and "St" as "Saint" or, at the end of a name, as "Street". "St. Mary & Hill" and "Saint Mary and Hill" are the same in this form.
/// Signs with a meaning stay: "under 25" is not "25", and "<25" is not ">25".
#[must_use]
pub fn spelled_out(name: &str) -> String {
    let mut before = ' ';
    let plain = |c: char| {
        let after_letter = std::mem::replace(&mut before, c).is_alphabetic();
        match c {
            '.' | ',' | '-' | '_' if after_letter => ' ',
            other => other,
        }
    };
    let text: String = skeleton(name).chars().filter(|c| *c != '\'').map(plain).collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    let last = words.len().saturating_sub(1);
    let written = |(at, word): (usize, &&str)| match *word {
        "st" if at == last && at > 0 => "street".to_owned(),
        "st" => "saint".to_owned(),
        word => word.to_owned(),
    };
    words.iter().enumerate().map(written).collect::<Vec<_>>().join(" ")
}

/// An organisation's name spelled out, without words such as "Ltd" that say only what kind of organisation it is.
#[must_use]
pub fn organisation(name: &str) -> String {
    let whole = spelled_out(name);
    let words: Vec<&str> = whole.split(' ').filter(|word| !ENDINGS.contains(word)).collect();
    if words.is_empty() { whole } else { words.join(" ") }
}

/// Whether one name may be a typing slip for another: one edit, or two in a name of ten letters or more. Another number or another
/// single letter makes another name: "Trust 1" and "Trust 2", "Area A" and "Area B".
#[must_use]
pub fn slip(one: &str, other: &str) -> bool {
    let (one, other) = (spelled_out(one), spelled_out(other));
    let digits = |name: &str| name.chars().filter(char::is_ascii_digit).collect::<String>();
    let shorter = one.chars().count().min(other.chars().count());
    if one == other || shorter < 5 || digits(&one) != digits(&other) {
        return false;
    }
    let single = |name: &str| name.split(' ').filter(|word| word.chars().count() == 1).map(str::to_owned).collect::<Vec<_>>();
    single(&one) == single(&other) && distance(&one, &other) <= if shorter < 10 { 1 } else { 2 }
}

/// A name prepared for comparing, so that the work is done once for each name.
#[derive(Clone, Debug)]
pub struct ComparedName {
    pub folded: String,
    /// Folded, without accents, and with lookalike letters of other alphabets replaced by Latin ones.
    skeleton: String,
    /// The letters and digits of the skeleton.
    letters: String,
    /// Its words in alphabetical order, without the endings of companies.
    words: Vec<String>,
}

impl ComparedName {
    #[must_use]
    pub fn of(name: &str) -> ComparedName {
        let folded = folded(name);
        let bare = folded.nfd().filter(|c| !is_combining_mark(*c)).map(lookalike);
        // "&" is written out, so that "Hope & Co" and "Hope and Co" are near.
        let skeleton: String = bare.collect::<String>().replace('&', " and ");
        let skeleton = skeleton.split_whitespace().collect::<Vec<_>>().join(" ");
        let letters: String = skeleton.chars().filter(|c| c.is_alphanumeric()).collect();
        let cut = |c: char| !c.is_alphanumeric();
        let parts = skeleton.split(cut).filter(|word| !word.is_empty() && !ENDINGS.contains(word));
        let mut words: Vec<String> = parts.map(str::to_owned).collect();
        words.sort_unstable();
        ComparedName { folded, skeleton, letters, words }
    }

    #[must_use]
    pub fn near(&self, other: &ComparedName) -> bool {
        if self.folded == other.folded || self.letters == other.letters || self.words == other.words {
            return true;
        }
        let begins = |one: &str, other: &str| one.chars().count() >= 3 && other.starts_with(one);
        if begins(&self.letters, &other.letters) || begins(&other.letters, &self.letters) {
            return true;
        }
        let shorter = self.skeleton.chars().count().min(other.skeleton.chars().count());
        let slips = if shorter < 5 { 1 } else { 2 };
        distance(&self.skeleton, &other.skeleton) <= slips || distance(&self.letters, &other.letters) <= slips
    }
}

/// Words that say what kind of organisation it is, not which one.
const ENDINGS: [&str; 13] = ["ltd", "limited", "plc", "llp", "lp", "cic", "cio", "co", "company", "inc", "the", "and", "uk"];

/// White space, and the blank of the braille alphabet, which looks the same.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{2800}'
}

/// Characters that leave no mark: controls, and characters that Unicode lets a program ignore when it does not know them
/// (`Default_Ignorable_Code_Point`).
#[must_use]
pub fn unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Dashes and apostrophes as they are on a keyboard.
fn plain(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' | '\u{fe58}' | '\u{fe63}' => '-',
        '\u{2018}'..='\u{201b}' | '\u{2032}' | '\u{2b9}' | '\u{2bc}' | '\u{2bb}' | '`' | '\u{b4}' => '\'',
        '\u{201c}'..='\u{201f}' | '\u{2033}' => '"',
        other => other,
    }
}

/// The Latin letter that a small letter of another alphabet looks like.
fn lookalike(c: char) -> char {
    match c {
        // Cyrillic, then Greek.
        'а' => 'a',
        'в' | 'β' | 'ь' => 'b',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'є' | 'ε' => 'e',
        'ғ' => 'f',
        'һ' | 'н' | 'η' => 'h',
        'і' | 'ї' | 'ι' | 'ı' | 'ӏ' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'м' | 'μ' => 'm',
        'п' | 'ν' => 'n',
        'о' | 'ο' | 'ø' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'г' => 'r',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'υ' => 'u',
        'ѵ' => 'v',
        'ԝ' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'ү' | 'γ' => 'y',
        'ζ' => 'z',
        'α' => 'a',
        'ł' => 'l',
        other if other.is_ascii() => other,
        other => seen_in_capitals(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_do_not_make_another_name() {
        for written in [
            "ACME Caf\u{e9} Ltd",
            "acme cafe\u{301} ltd",
            "  ACME  Caf\u{e9}\u{a0}Ltd ",
            "ACME\u{200b} Caf\u{e9} L\u{ad}td",
            "\u{ff21}\u{ff23}\u{ff2d}\u{ff25} Caf\u{e9} Ltd",
            "ACME\tCAF\u{c9}\u{2003}LTD\u{202e}",
            "ACME Caf\u{e9}\u{3164} Ltd",
        ] {
            assert_eq!(folded(written), "acme caf\u{e9} ltd", "{written:?}");
        }
        assert!(same("Straße", "STRASSE") && same("O\u{2019}Brien", "O'BRIEN") && same("ΟΔΟΣ", "οδος"));
        assert!(same("Hope\u{2013}House", "Hope-House"));
        assert_eq!(folded("\u{200b}\u{feff} \u{2800}"), "", "nothing visible is left");
        // A letter whose capital has its own mark gives the same result, however it is written.
        for name in ["İ", "ŉ", "ǰ", "ΐ", "ﬁ", "ᾳ", "Å", "ｶﾞ", "각"] {
            assert_eq!(folded(&folded(name)), folded(name), "{name}");
            assert_eq!(folded(&name.nfd().collect::<String>()), folded(name), "{name}");
        }
    }

    #[test]
    fn a_typing_mistake_is_near_and_another_name_is_not() {
        for (one, other) in [
            ("ACME Ltd", "ACME Ltd."),
            ("ACME Ltd", "Acme Limited"),
            ("Harbour Trust", "Harbour Trust Ltd"),
            ("Harbour Trust", "Harbour Turst"),
            ("Harbour Trust", "Trust Harbour"),
            ("Harbour Trust", "Harbour"),
            ("Hope & Home", "Hope and Home"),
            ("Café Nord", "Cafe Nord"),
            ("АСМЕ", "ACME"),
            ("A1", "A2"),
            ("101", "1011"),
        ] {
            assert!(near(one, other) && near(other, one), "{one}, {other}");
        }
        for (one, other) in
            [("Acme", "Brook"), ("Harbour Trust", "Northern Works"), ("MTC", "Seetec"), ("Ingeus", "Interserve"), ("", "Acme")]
        {
            assert!(!near(one, other) && !near(other, one), "{one}, {other}");
        }
    }

    #[test]
    fn one_name_written_in_two_ways_is_spelled_out_alike() {
        for (one, other) in [
            ("St Mary", "Saint Mary"),
            ("St. Mary\u{2019}s", "SAINT MARYS"),
            ("Tyne & Wear", "tyne and wear"),
            ("Stoke-on-Trent", "Stoke on Trent"),
            ("High St", "High Street"),
            ("16&over", "16 and over"),
        ] {
            assert_eq!(spelled_out(one), spelled_out(other), "{one}, {other}");
        }
        for (one, other) in [
            ("St Mary", "St Marys Hill"),
            ("Ward 1", "Ward 2"),
            ("North", "North East"),
            ("<25", ">25"),
            ("25+", "25"),
            ("-1", "1"),
            ("1.5", "15"),
            ("under 25", "25"),
        ] {
            assert_ne!(spelled_out(one), spelled_out(other), "{one}, {other}");
        }
    }

    #[test]
    fn what_kind_of_organisation_it_is_makes_no_other_one() {
        for (one, other) in
            [("Brook & Son", "Brook and Son Ltd."), ("The Hope Trust", "HOPE TRUST CIC"), ("Acme", "Acme, Limited")]
        {
            assert_eq!(organisation(one), organisation(other), "{one}, {other}");
        }
        for (one, other) in [("Brook", "Brook Trust"), ("Trust 1", "Trust 2"), ("Ltd", "Company"), ("A", "B")] {
            assert_ne!(organisation(one), organisation(other), "{one}, {other}");
        }
    }

    #[test]
    fn a_slip_is_one_or_two_edits_and_no_other_number() {
        for (one, other) in [("Brook House", "Brok House"), ("Harbour Trust", "Harbuor Turst"), ("Brook", "Brock")] {
            assert!(slip(one, other) && slip(other, one), "{one}, {other}");
        }
        for (one, other) in
            [("Trust 1", "Trust 2"), ("Area A", "Area B"), ("Acme", "Acne"), ("Brook", "Brook"), ("Brook", "Cray")]
        {
            assert!(!slip(one, other), "{one}, {other}");
        }
    }

    #[test]
    fn the_nearest_name_is_the_one_that_folds_the_same() {
        let known = ["Acme Lta", "ACME  Ltd", "Brook House"];
        assert_eq!(nearest("Acme Ltd", known), Some("ACME  Ltd"));
        assert_eq!(nearest("Acme Ltda", known), Some("Acme Lta"));
        assert_eq!(nearest("Brook", known), Some("Brook House"));
        assert_eq!(nearest("Something else", known), None);
    }
}
