//! Whether two names belong to the same person. Nobody may approve what they prepared, so a different spelling must not count
//! as a different person. Capitals, blanks, accents, punctuation, the order of words, another Unicode form, a hidden character
//! or a letter of another alphabet that looks the same make no difference.
//!
//! [`read`] takes a name that somebody gives, or says why it is not a name. [`compare`] says whether two names belong to the same
//! person.

use unicode_normalization::UnicodeNormalization as _;
use unicode_security::MixedScript as _;
use unicode_security::confusable_detection::skeleton;
use unicode_security::restriction_level::{RestrictionLevel, RestrictionLevelDetection as _};

use crate::hidden_characters::{hidden, visible};
use crate::{lookalikes, similar_names};

/// The most characters of a name.
const MAX_LENGTH: usize = 200;

/// Why a text is not the name of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidPersonName {
    Empty,
    TooLong,
    /// It has a hidden character.
    Hidden(char),
    /// One of its words, or the whole name, mixes alphabets that are not written together.
    Mixed(String),
}

/// A name as it is stored: its blanks become single spaces.
pub fn read(text: &str) -> Result<String, InvalidPersonName> {
    // Blanks of any kind, including tabs and line ends, only separate the words.
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(c) = name.chars().find(|c| hidden(*c)) {
        return Err(InvalidPersonName::Hidden(c));
    }
    if !name.chars().any(char::is_alphanumeric) {
        return Err(InvalidPersonName::Empty);
    }
    if name.chars().count() > MAX_LENGTH {
        return Err(InvalidPersonName::TooLong);
    }
    match name.split(' ').find(|word| is_mixed(word)) {
        Some(word) => Err(InvalidPersonName::Mixed(word.to_owned())),
        None if is_mixed(&name) => Err(InvalidPersonName::Mixed(name)),
        None => Ok(name),
    }
}

/// Whether the letters of a word come from alphabets that are not written together. Latin letters may stand beside Chinese,
/// Japanese and Korean ones, because they cannot be confused (UTS 39, highly restrictive).
fn is_mixed(word: &str) -> bool {
    let letters: String = word.nfkc().filter(|c| c.is_alphabetic()).collect();
    let letters = letters.as_str();
    !letters.is_single_script() && letters.detect_restriction_level() > RestrictionLevel::HighlyRestrictive
}

impl InvalidPersonName {
    /// What is wrong with the name of somebody ("the person who approves the run"), and how to fix it.
    #[must_use]
    pub fn message(&self, who: &str) -> (String, String) {
        match self {
            InvalidPersonName::Empty => {
                (format!("the name of {who} is empty, or has no letters or digits"), "give the name of a person".to_owned())
            }
            InvalidPersonName::TooLong => {
                (format!("the name of {who} is longer than {MAX_LENGTH} characters"), "give the name of a person".to_owned())
            }
            InvalidPersonName::Hidden(c) => (
                format!("the name of {who} has a character that cannot be seen: {}", visible(&c.to_string())),
                "type the name again. A name that is copied and pasted may bring such characters with it".to_owned(),
            ),
            InvalidPersonName::Mixed(word) => (
                format!("the name of {who} mixes letters of different alphabets: {}", alphabets(word)),
                "type the name again in one alphabet".to_owned(),
            ),
        }
    }
}

/// A word with the numbers of its letters outside ASCII, so that a Cyrillic "А" can be distinguished from a Latin one.
fn alphabets(word: &str) -> String {
    let shown = |c: char| if c.is_ascii() { c.to_string() } else { format!("{c} (U+{:04X})", u32::from(c)) };
    word.chars().map(shown).collect()
}

/// How two names compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameMatch {
    /// The same person, as far as names can show.
    Same,
    /// Different letters that look the same: nobody could distinguish the two on a screen.
    Lookalike,
    /// They may be the same person: one or two letters differ, one uses initials, or a part is left out.
    Near,
    Different,
}

/// Whether two names belong to the same person. [`NameMatch::Same`] and [`NameMatch::Lookalike`] count as the same person.
#[must_use]
pub fn compare(one: &str, other: &str) -> NameMatch {
    let (first, second) = (NameKey::of(one), NameKey::of(other));
    if first.letters == second.letters || first.words == second.words {
        return NameMatch::Same;
    }
    if appearance(one) == appearance(other) || appearance(&first.letters) == appearance(&second.letters) {
        return NameMatch::Lookalike;
    }
    let seen = |name: &str| [lookalikes::as_seen(name), lookalikes::as_seen_in_capitals(name)].map(|text| NameKey::of(&text));
    let (seen, others) = (seen(one), seen(other));
    if seen.iter().any(|key| others.iter().any(|other| key.letters == other.letters || key.words == other.words)) {
        return NameMatch::Lookalike;
    }
    if initials(&first, &second) || similar_names::near(one, other) { NameMatch::Near } else { NameMatch::Different }
}

/// Whether two names count as the same person.
#[must_use]
pub fn same_person(one: &str, other: &str) -> bool {
    matches!(compare(one, other), NameMatch::Same | NameMatch::Lookalike)
}

/// The letters of a name, and its words in order. A word that is repeated makes no other name.
struct NameKey {
    letters: String,
    words: Vec<String>,
}

impl NameKey {
    fn of(name: &str) -> NameKey {
        // Accents are dropped. The vowel signs of other scripts are marks too, but they make different names. An apostrophe or a
        // full stop is inside a word. A comma or a dash separates two words.
        let inside = |c: &char| matches!(c, '\u{300}'..='\u{36f}' | '\'' | '.');
        let bare: String = similar_names::folded(name).nfd().filter(|c| !inside(c)).collect();
        let mut words: Vec<String> =
            bare.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect();
        let letters = words.concat();
        words.sort_unstable();
        words.dedup();
        NameKey { letters, words }
    }
}

/// What a name looks like, whatever its letters are (UTS 39, skeletons).
fn appearance(text: &str) -> String {
    let seen: String = text.nfkc().filter(|c| !hidden(*c) && !c.is_whitespace()).collect();
    skeleton(&seen).collect()
}

/// "A Lee" and "Ann Lee": the same number of words, and each pair is equal or one is the first letter of the other.
fn initials(one: &NameKey, other: &NameKey) -> bool {
    let fits = |(a, b): (&String, &String)| {
        let initial = |short: &str, long: &str| short.chars().count() == 1 && long.starts_with(short);
        a == b || initial(a, b) || initial(b, a)
    };
    one.words.len() == other.words.len() && one.words.len() > 1 && one.words.iter().zip(&other.words).all(fits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spelling_does_not_make_a_second_person() {
        for name in [
            "Siân O'Neil",
            "SIÂN O\u{2019}NEIL",
            "  sian\u{a0}o\u{2bc}neil ",
            "Sia\u{302}n\u{2003}O\u{2032}Neil",
            "Siân ONeil",
            "O'Neil, Siân",
            "Siân\tO'Neil.",
            "Ｓｉân Ｏ'Ｎｅｉｌ",
            "Si\u{ad}ân\u{200b} O'Neil\u{202e}",
            "Siân\u{fe0f} O'Nei\u{2060}l",
        ] {
            assert_eq!(compare("Siân O'Neil", name), NameMatch::Same, "{name:?}");
        }
        assert!(same_person("Ann Lee", "Ann Ann Lee") && same_person("Ann Lee", "Lee Ann, Lee"));
        assert!(same_person("Jörg Groß", "JÖRG GROSS") && same_person("Ann-Marie Lee", "Ann Marie Lee"));
    }

    #[test]
    fn letters_that_look_the_same_do_not_make_a_second_person() {
        // Cyrillic а and е, all of it Cyrillic, a Greek omicron, a capital I for a small l, the digits 1 and 0.
        for (one, other) in [
            ("Ann Lee", "\u{410}nn Lee"),
            ("Ann Lee", "Ann L\u{435}e"),
            ("Coco Poe", "\u{421}\u{43e}\u{441}\u{43e} \u{420}\u{43e}\u{435}"),
            ("Bob Roe", "B\u{3bf}b R\u{3bf}e"),
            ("Al Lee", "AI Lee"),
            ("Al Lee", "A1 Lee"),
            ("Olga Ode", "0lga 0de"),
            // Small capitals, Lisu, Greek, Greek and Cherokee, and a stroke.
            ("Ann Lee", "ᴀɴɴ ʟᴇᴇ"),
            ("Ann Lee", "Aɴɴ Lᴇᴇ"),
            ("Ann Lee", "ꓮꓠꓠ ꓡꓰꓰ"),
            ("Ann Lee", "ΑΝΝ LEE"),
            ("Ann Lee", "ΑΝΝ ᏞᎬᎬ"),
            ("Ann Lee", "Ann Łee"),
            ("Ben Cole", "ΒΕΝ COLE"),
            ("Lee, Ann", "ꓮꓠꓠ ꓡꓰꓰ"),
        ] {
            assert_eq!(compare(one, other), NameMatch::Lookalike, "{one}, {other}");
        }
    }

    #[test]
    fn different_people_differ_and_a_typing_mistake_is_near() {
        for (one, other) in
            [("Ann Lee", "Ben Cole"), ("Siân O'Neil", "Cat Dee"), ("李明", "王芳"), ("Анна Иванова", "Иван Петров")]
        {
            assert_eq!(compare(one, other), NameMatch::Different, "{one}, {other}");
        }
        for (one, other) in [("Ann Lee", "Anne Lee"), ("Ann Lee", "A. Lee"), ("Ann Lee", "Lee A"), ("Neil Cole", "Nell Cole")] {
            assert_eq!(compare(one, other), NameMatch::Near, "{one}, {other}");
        }
    }

    #[test]
    fn a_text_that_is_not_a_name_is_refused() {
        for text in ["", "  ", "\u{a0}", "\u{2800}", ".", "'-'", "\u{301}"] {
            assert_eq!(read(text), Err(InvalidPersonName::Empty), "{text:?}");
        }
        for c in ['\u{200b}', '\u{ad}', '\u{202e}', '\u{3164}', '\u{fe0f}', '\u{1b}', '\u{7f}', '\u{9b}', '\u{feff}', '\u{e0041}']
        {
            assert_eq!(read(&format!("Ann{c} Lee")), Err(InvalidPersonName::Hidden(c)));
            assert_eq!(read(&c.to_string()), Err(InvalidPersonName::Hidden(c)));
        }
        for name in ["ΑΝΝ ᏞᎬᎬ", "ΒΕΝ COLE", "Ann Иванова"] {
            assert_eq!(read(name), Err(InvalidPersonName::Mixed(name.to_owned())));
        }
        for word in ["\u{410}nn", "B\u{3bf}b", "Le\u{435}"] {
            assert_eq!(read(&format!("{word} Roe")), Err(InvalidPersonName::Mixed(word.to_owned())));
        }
        assert_eq!(read(&"x".repeat(MAX_LENGTH + 1)), Err(InvalidPersonName::TooLong));
        let (what, hint) = InvalidPersonName::Mixed("\u{410}nn".to_owned()).message("the person who approves the run");
        assert!(what.ends_with("\u{410} (U+0410)nn") && hint.contains("one alphabet"), "{what}");
    }

    #[test]
    fn names_from_around_the_world_are_names() {
        for name in [
            "Ann Lee",
            "Siân O’Neil",
            "Ann-Marie d'Arcy",
            "José Ñuñez",
            "Nguyễn Thị Minh",
            "Łukasz Żak",
            "Анна Иванова",
            "Γιώργος Παπαδόπουλος",
            "محمد علي",
            "דוד כהן",
            "李明",
            "山田 太郎",
            "サトウ はなこ",
            "김민수",
            "अनीता शर्मा",
            "தமிழ் செல்வி",
            "Tāne Māhuta",
            "ʻOluʻola",
            "Team 4, Duty Officer",
            "A. N. Other (Finance)",
            "Dr. B. Cole OBE",
            "J Smith 2",
        ] {
            assert_eq!(read(&format!("  {name} ")), Ok(name.to_owned()));
        }
    }

    proptest! {
        /// A hidden character in a name is refused, and never makes a different person.
        #[test]
        fn hidden_characters_make_no_other_person(at in 0_usize..8, c in any::<char>().prop_filter("hidden", |c| hidden(*c))) {
            let mut name: Vec<char> = "Ann Lee".chars().collect();
            name.insert(at.min(name.len()), c);
            let name: String = name.into_iter().collect();
            prop_assert!(same_person("Ann Lee", &name), "{:?}", name);
            // A hidden blank only separates words.
            prop_assert!(read(&name).is_err() || c.is_whitespace(), "{:?}", name);
        }

        /// A name stays the same when its case or Unicode form changes, and comparing gives the same answer both ways.
        #[test]
        fn case_and_form_do_not_make_another_person(name in "\\PC{1,12}", other in "\\PC{1,12}") {
            prop_assert!(same_person(&name, &name.nfd().collect::<String>()));
            prop_assert!(same_person(&name, &name.nfkc().collect::<String>()));
            let padded = format!(" {name}  ");
            prop_assert!(same_person(&name, &padded));
            prop_assert_eq!(compare(&name, &other), compare(&other, &name));
            prop_assert!(same_person(&name, &name));
        }
    }
}
