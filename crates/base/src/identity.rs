//! Whether two names are one person's. Nobody may approve what they prepared, so a name must not become another person's by
//! its spelling: by capitals, blanks, accents, punctuation, the order of its words, another Unicode form, a character that
//! nobody sees, or a letter of another alphabet that looks the same.
//!
//! [`read`] takes a name that a person gives, or says why it is no name; [`compare`] says whether two names are one person's.

use unicode_normalization::UnicodeNormalization as _;
use unicode_security::MixedScript as _;
use unicode_security::confusable_detection::skeleton;
use unicode_security::restriction_level::{RestrictionLevel, RestrictionLevelDetection as _};

use crate::spelling;
use crate::visible::{hidden, visible};

/// Most characters of a name.
const LONGEST: usize = 200;

/// Why a text is not the name of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotAName {
    Empty,
    TooLong,
    /// It holds a character that nobody sees.
    Hidden(char),
    /// A word of it mixes alphabets that are not written together.
    Mixed(String),
}

/// A name as it is kept: its blanks are single spaces.
pub fn read(text: &str) -> Result<String, NotAName> {
    // Blanks of any kind, a tab or a line end among them, only part the words.
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(c) = name.chars().find(|c| hidden(*c)) {
        return Err(NotAName::Hidden(c));
    }
    if !name.chars().any(char::is_alphanumeric) {
        return Err(NotAName::Empty);
    }
    if name.chars().count() > LONGEST {
        return Err(NotAName::TooLong);
    }
    match name.split(' ').find(|word| is_mixed(word)) {
        Some(word) => Err(NotAName::Mixed(word.to_owned())),
        None => Ok(name),
    }
}

/// Whether the letters of a word are of alphabets that are not written together. Latin letters may stand beside Chinese,
/// Japanese and Korean ones, with which they cannot be confused (UTS 39, highly restrictive).
fn is_mixed(word: &str) -> bool {
    let letters: String = word.nfkc().filter(|c| c.is_alphabetic()).collect();
    let letters = letters.as_str();
    !letters.is_single_script() && letters.detect_restriction_level() > RestrictionLevel::HighlyRestrictive
}

impl NotAName {
    /// What is wrong with the name of somebody ("the person who approves the run"), and what to do.
    #[must_use]
    pub fn said(&self, who: &str) -> (String, String) {
        match self {
            NotAName::Empty => {
                (format!("the name of {who} is empty, or has no letters or digits"), "give the name of a person".to_owned())
            }
            NotAName::TooLong => {
                (format!("the name of {who} is longer than {LONGEST} characters"), "give the name of a person".to_owned())
            }
            NotAName::Hidden(c) => (
                format!("the name of {who} has a character that cannot be seen: {}", visible(&c.to_string())),
                "type the name again; a copied name may bring such characters with it".to_owned(),
            ),
            NotAName::Mixed(word) => (
                format!("the name of {who} mixes letters of different alphabets in one word: {}", alphabets(word)),
                "type the name again in one alphabet".to_owned(),
            ),
        }
    }
}

/// A word whose letters from outside ASCII are named by their number, so that a Cyrillic "А" can be told from a Latin one.
fn alphabets(word: &str) -> String {
    let shown = |c: char| if c.is_ascii() { c.to_string() } else { format!("{c} (U+{:04X})", u32::from(c)) };
    word.chars().map(shown).collect()
}

/// How two names compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alike {
    /// One person's, as far as names can tell.
    Same,
    /// Other letters that look the same: nobody could tell the two apart on a screen.
    Lookalike,
    /// They may be one person's: a letter or two apart, initials, or a part left out.
    Near,
    Different,
}

/// Whether two names are one person's. [`Alike::Same`] and [`Alike::Lookalike`] must be taken for one person.
#[must_use]
pub fn compare(one: &str, other: &str) -> Alike {
    let (first, second) = (Key::of(one), Key::of(other));
    if first.letters == second.letters || first.words == second.words {
        return Alike::Same;
    }
    if looks(one) == looks(other) || looks(&first.letters) == looks(&second.letters) {
        return Alike::Lookalike;
    }
    if initials(&first, &second) || spelling::near(one, other) { Alike::Near } else { Alike::Different }
}

/// Whether two names must be taken for one person's.
#[must_use]
pub fn same_person(one: &str, other: &str) -> bool {
    matches!(compare(one, other), Alike::Same | Alike::Lookalike)
}

/// The letters of a name, and its words in order.
struct Key {
    letters: String,
    words: Vec<String>,
}

impl Key {
    fn of(name: &str) -> Key {
        // Accents go; the vowel signs of other scripts, which are marks too, make other names. An apostrophe or a full stop is
        // inside a word; a comma or a dash parts two.
        let inside = |c: &char| matches!(c, '\u{300}'..='\u{36f}' | '\'' | '.');
        let bare: String = spelling::folded(name).nfd().filter(|c| !inside(c)).collect();
        let mut words: Vec<String> =
            bare.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect();
        let letters = words.concat();
        words.sort_unstable();
        Key { letters, words }
    }
}

/// What a name looks like, whatever its letters are (UTS 39, skeletons).
fn looks(text: &str) -> String {
    let seen: String = text.nfkc().filter(|c| !hidden(*c) && !c.is_whitespace()).collect();
    skeleton(&seen).collect()
}

/// "A Lee" and "Ann Lee": as many words, each the other's or its first letter.
fn initials(one: &Key, other: &Key) -> bool {
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
    fn spelling_makes_no_second_person() {
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
            assert_eq!(compare("Siân O'Neil", name), Alike::Same, "{name:?}");
        }
        assert!(same_person("Jörg Groß", "JÖRG GROSS") && same_person("Ann-Marie Lee", "Ann Marie Lee"));
    }

    #[test]
    fn letters_that_look_the_same_make_no_second_person() {
        // Cyrillic а and е, all of it Cyrillic, a Greek omicron, a capital I for a small l, the digits 1 and 0.
        for (one, other) in [
            ("Ann Lee", "\u{410}nn Lee"),
            ("Ann Lee", "Ann L\u{435}e"),
            ("Coco Poe", "\u{421}\u{43e}\u{441}\u{43e} \u{420}\u{43e}\u{435}"),
            ("Bob Roe", "B\u{3bf}b R\u{3bf}e"),
            ("Al Lee", "AI Lee"),
            ("Al Lee", "A1 Lee"),
            ("Olga Ode", "0lga 0de"),
        ] {
            assert_eq!(compare(one, other), Alike::Lookalike, "{one}, {other}");
        }
    }

    #[test]
    fn other_people_are_other_people_and_a_slip_is_told() {
        for (one, other) in
            [("Ann Lee", "Ben Cole"), ("Siân O'Neil", "Cat Dee"), ("李明", "王芳"), ("Анна Иванова", "Иван Петров")]
        {
            assert_eq!(compare(one, other), Alike::Different, "{one}, {other}");
        }
        for (one, other) in [("Ann Lee", "Anne Lee"), ("Ann Lee", "A. Lee"), ("Ann Lee", "Lee A")] {
            assert_eq!(compare(one, other), Alike::Near, "{one}, {other}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in ["", "  ", "\u{a0}", "\u{2800}", ".", "'-'", "\u{301}"] {
            assert_eq!(read(text), Err(NotAName::Empty), "{text:?}");
        }
        for c in ['\u{200b}', '\u{ad}', '\u{202e}', '\u{3164}', '\u{fe0f}', '\u{1b}', '\u{7f}', '\u{9b}', '\u{feff}', '\u{e0041}']
        {
            assert_eq!(read(&format!("Ann{c} Lee")), Err(NotAName::Hidden(c)));
            assert_eq!(read(&c.to_string()), Err(NotAName::Hidden(c)));
        }
        for word in ["\u{410}nn", "B\u{3bf}b", "Le\u{435}"] {
            assert_eq!(read(&format!("{word} Roe")), Err(NotAName::Mixed(word.to_owned())));
        }
        assert_eq!(read(&"x".repeat(LONGEST + 1)), Err(NotAName::TooLong));
        let (what, hint) = NotAName::Mixed("\u{410}nn".to_owned()).said("the person who approves the run");
        assert!(what.ends_with("\u{410} (U+0410)nn") && hint.contains("one alphabet"), "{what}");
    }

    #[test]
    fn names_of_the_assumptions_are_names() {
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
        /// Whatever is put into a name that nobody sees, it is refused, and never another person's.
        #[test]
        fn nothing_hidden_makes_another_person(at in 0_usize..8, c in any::<char>().prop_filter("hidden", |c| hidden(*c))) {
            let mut name: Vec<char> = "Ann Lee".chars().collect();
            name.insert(at.min(name.len()), c);
            let name: String = name.into_iter().collect();
            prop_assert!(same_person("Ann Lee", &name), "{:?}", name);
            // A blank among them only parts words.
            prop_assert!(read(&name).is_err() || c.is_whitespace(), "{:?}", name);
        }

        /// A name is its own, however its case and its Unicode form are changed; and comparing is the same both ways.
        #[test]
        fn case_and_form_make_no_other_person(name in "\\PC{1,12}", other in "\\PC{1,12}") {
            prop_assert!(same_person(&name, &name.nfd().collect::<String>()));
            prop_assert!(same_person(&name, &name.nfkc().collect::<String>()));
            let padded = format!(" {name}  ");
            prop_assert!(same_person(&name, &padded));
            prop_assert_eq!(compare(&name, &other), compare(&other, &name));
            prop_assert!(same_person(&name, &name));
        }
    }
}
