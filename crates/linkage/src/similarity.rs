//! Similarity of two texts: Jaro, Jaro-Winkler, Levenshtein and Damerau-Levenshtein. A letter is a Unicode scalar value.
//! Nothing here depends on what a text means.
//!
//! Jaro, M. A. (1989), "Advances in record-linkage methodology", JASA 84; Winkler, W. E. (1990), "String comparator metrics".
//! Thresholds agree exactly with DuckDB and RapidFuzz: the same sums in the same order, so that a pair on a threshold there is
//! on it here.

/// Calls a function with the letters of both texts: bytes if both are ASCII, as nearly all are, and otherwise Unicode scalar
/// values.
macro_rules! with_letters {
    ($a:expr, $b:expr, $of:expr) => {
        if $a.is_ascii() && $b.is_ascii() {
            $of($a.as_bytes(), $b.as_bytes())
        } else {
            let letters = |text: &str| text.chars().collect::<Vec<char>>();
            $of(&letters($a)[..], &letters($b)[..])
        }
    };
}

/// The Jaro similarity, from 0 to 1.
#[must_use]
pub fn jaro(a: &str, b: &str) -> f64 {
    with_letters!(a, b, jaro_of)
}

/// The Jaro-Winkler similarity: above 0.7, a common prefix of up to four letters raises the Jaro similarity.
#[must_use]
pub fn jaro_winkler(a: &str, b: &str) -> f64 {
    with_letters!(a, b, jaro_winkler_of)
}

/// The Levenshtein distance: the least number of letters to insert, delete or replace. Counting stops above `most`.
#[must_use]
pub fn levenshtein(a: &str, b: &str, most: usize) -> usize {
    with_letters!(a, b, |a, b| edits_up_to(a, b, most, false))
}

/// The Damerau-Levenshtein distance: as [`levenshtein`], but two neighbours that change places count once, even if letters are
/// inserted between them afterwards.
#[must_use]
pub fn damerau_levenshtein(a: &str, b: &str, most: usize) -> usize {
    with_letters!(a, b, |a, b| edits_up_to(a, b, most, true))
}

/// A summary of a text that is enough to rule out that two texts are similar. A short ASCII text is stored in it as well, so
/// that a closer look needs no other place in memory.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(32))]
pub struct TextShape {
    /// A bit for each letter of the alphabet and each digit, and some bits for everything else.
    letters: u64,
    length: u32,
    stored: [u8; STORED],
    /// The length of the text in `stored`, or [`ELSEWHERE`] if the text is stored elsewhere.
    count: u8,
}

/// The longest text that is stored in its shape. With the other fields it fills half a cache line.
const STORED: usize = 19;
const ELSEWHERE: u8 = u8::MAX;

impl TextShape {
    #[must_use]
    pub fn of(text: &str) -> TextShape {
        let bit = |letter: char| match letter {
            'a'..='z' => letter as u64 - 'a' as u64,
            '0'..='9' => 26 + letter as u64 - '0' as u64,
            other => 36 + other as u64 % 28,
        };
        let letters = text.chars().fold(0, |bits, letter| bits | 1 << bit(letter));
        let (mut stored, mut count) = ([0; STORED], ELSEWHERE);
        if text.is_ascii() && text.len() <= STORED {
            stored[..text.len()].copy_from_slice(text.as_bytes());
            count = text.len() as u8;
        }
        TextShape { letters, length: text.chars().count() as u32, stored, count }
    }

    #[inline]
    #[must_use]
    pub fn letters(&self) -> u64 {
        self.letters
    }

    /// The text, if it is short enough to be stored here.
    #[inline]
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(self.stored.get(..usize::from(self.count))?).ok()
    }

    /// Whether one of the texts can begin the other.
    #[must_use]
    pub fn may_begin(&self, other: &TextShape) -> bool {
        let (mine, theirs) = (self.letters & !other.letters, other.letters & !self.letters);
        mine == 0 || theirs == 0
    }

    /// The number of different letters that one text has and the other lacks, each way. At least as many edits are needed.
    fn apart(&self, other: &TextShape) -> (u32, u32) {
        ((self.letters & !other.letters).count_ones(), (other.letters & !self.letters).count_ones())
    }

    /// An upper bound of the Jaro similarity.
    #[must_use]
    pub fn jaro_at_most(&self, other: &TextShape) -> f64 {
        let (mine, theirs) = self.apart(other);
        let common = f64::from((self.length - mine.min(self.length)).min(other.length - theirs.min(other.length)));
        if common == 0.0 {
            return if self.length + other.length == 0 { 1.0 } else { 0.0 };
        }
        (common / f64::from(self.length.max(1)) + common / f64::from(other.length.max(1)) + 1.0) / 3.0 + 1e-9
    }

    /// Whether the Jaro similarity may reach `least`. Needs no division.
    #[must_use]
    pub fn may_reach(&self, other: &TextShape, least: f64) -> bool {
        let (mine, theirs) = self.apart(other);
        let common = f64::from((self.length - mine.min(self.length)).min(other.length - theirs.min(other.length)));
        let (one, two) = (f64::from(self.length), f64::from(other.length));
        common * (one + two) + 1e-6 >= (3.0 * least - 1.0) * one * two
    }

    /// An upper bound of the Jaro-Winkler similarity.
    #[must_use]
    pub fn jaro_winkler_at_most(&self, other: &TextShape) -> f64 {
        let jaro = self.jaro_at_most(other);
        if jaro <= 0.7 { jaro } else { jaro + 0.4 * (1.0 - jaro).max(0.0) }
    }

    /// A lower bound of the number of edits.
    #[must_use]
    pub fn edits_at_least(&self, other: &TextShape) -> usize {
        let (mine, theirs) = self.apart(other);
        mine.max(theirs).max(self.length.abs_diff(other.length)) as usize
    }
}

/// The least Jaro similarity of two texts with this Jaro-Winkler similarity.
#[must_use]
pub fn jaro_before(raised: f64) -> f64 {
    if raised <= 0.7 { raised } else { ((raised - 0.4) / 0.6).min(raised) }
}

fn jaro_of<T: PartialEq>(a: &[T], b: &[T]) -> f64 {
    if a.is_empty() && b.is_empty() {
        return 1.0;
    }
    let reach = (a.len().max(b.len()) / 2).saturating_sub(1);
    let mut taken = Flags::new(b.len());
    let mut matched = Flags::new(a.len());
    let mut common = 0;
    for (at, letter) in a.iter().enumerate() {
        let (from, to) = (at.saturating_sub(reach), (at + reach + 1).min(b.len()));
        if let Some(other) = (from..to).find(|other| !taken.get(*other) && b[*other] == *letter) {
            taken.set(other);
            matched.set(at);
            common += 1;
        }
    }
    if common == 0 {
        return 0.0;
    }
    let left = (0..a.len()).filter(|at| matched.get(*at)).map(|at| &a[at]);
    let right = (0..b.len()).filter(|at| taken.get(*at)).map(|at| &b[at]);
    let displaced = left.zip(right).filter(|(left, right)| left != right).count();
    let (common, transpositions) = (common as f64, (displaced / 2) as f64);
    (common / a.len() as f64 + common / b.len() as f64 + (common - transpositions) / common) / 3.0
}

fn jaro_winkler_of<T: PartialEq>(a: &[T], b: &[T]) -> f64 {
    let similarity = jaro_of(a, b);
    if similarity <= 0.7 {
        return similarity;
    }
    let prefix = a.iter().zip(b).take(4).take_while(|(a, b)| a == b).count();
    similarity + prefix as f64 * 0.1 * (1.0 - similarity)
}

/// One flag for each letter.
enum Flags {
    Few(u64),
    Many(Vec<bool>),
}

impl Flags {
    fn new(count: usize) -> Flags {
        if count <= 64 { Flags::Few(0) } else { Flags::Many(vec![false; count]) }
    }

    fn get(&self, at: usize) -> bool {
        match self {
            Flags::Few(bits) => bits >> at & 1 == 1,
            Flags::Many(flags) => flags[at],
        }
    }

    fn set(&mut self, at: usize) {
        match self {
            Flags::Few(bits) => *bits |= 1 << at,
            Flags::Many(flags) => flags[at] = true,
        }
    }
}

fn edits_up_to<T: PartialEq>(a: &[T], b: &[T], most: usize, transpositions: bool) -> usize {
    match most {
        _ if a.len().abs_diff(b.len()) > most => most + 1,
        1 => one_edit(a, b, transpositions),
        _ => edits(a, b, transpositions),
    }
}

/// Whether no edit or one edit is enough: 0 or 1, or 2 for more. Looks along both texts once.
fn one_edit<T: PartialEq>(a: &[T], b: &[T], transpositions: bool) -> usize {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let Some(at) = (0..short.len()).find(|at| short[*at] != long[*at]) else { return long.len() - short.len() };
    let (rest, other) = (&short[at..], &long[at..]);
    let one = if short.len() < long.len() {
        *rest == other[1..]
    } else {
        rest[1..] == other[1..]
            || transpositions && rest.len() > 1 && rest[0] == other[1] && rest[1] == other[0] && rest[2..] == other[2..]
    };
    if one { 1 } else { 2 }
}

/// The table of Lowrance and Wagner (1975) with transpositions, or that of Wagner and Fischer without.
fn edits<T: PartialEq>(a: &[T], b: &[T], transpositions: bool) -> usize {
    if a == b {
        return 0;
    }
    if !transpositions {
        let mut row: Vec<usize> = (0..=b.len()).collect();
        for (i, left) in a.iter().enumerate() {
            let mut before = std::mem::replace(&mut row[0], i + 1);
            for (j, right) in b.iter().enumerate() {
                let change = before + usize::from(left != right);
                before = row[j + 1];
                row[j + 1] = change.min(before + 1).min(row[j] + 1);
            }
        }
        return row[b.len()];
    }
    let width = b.len() + 2;
    let far = a.len() + b.len();
    let mut table = vec![far; (a.len() + 2) * width];
    for i in 0..=a.len() {
        table[(i + 1) * width + 1] = i;
    }
    for j in 0..=b.len() {
        table[width + j + 1] = j;
    }
    // The last row in which each letter of `b` occurred in `a`.
    let mut rows = vec![0; b.len()];
    for i in 1..=a.len() {
        let mut column = 0;
        for j in 1..=b.len() {
            let row = b.iter().zip(&rows).find(|(letter, _)| **letter == b[j - 1]).map_or(0, |(_, row)| *row);
            let same = a[i - 1] == b[j - 1];
            let at = (i + 1) * width + j + 1;
            let exchanged = table[at - width - 1] + usize::from(!same);
            let edited = (table[at - 1] + 1).min(table[at - width] + 1);
            let swapped = table[row * width + column] + (i - row - 1) + 1 + (j - column - 1);
            table[at] = exchanged.min(edited).min(if row > 0 && column > 0 { swapped } else { far });
            if same {
                column = j;
            }
        }
        for (letter, row) in b.iter().zip(&mut rows) {
            if *letter == a[i - 1] {
                *row = i;
            }
        }
    }
    table[(a.len() + 1) * width + b.len() + 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of Winkler's papers, to the digits that they print.
    #[test]
    fn published_values() {
        for (a, b, plain, raised) in [
            ("MARTHA", "MARHTA", 0.944, 0.961),
            ("DIXON", "DICKSONX", 0.767, 0.813),
            ("JONES", "JOHNSON", 0.790, 0.832),
            ("DWAYNE", "DUANE", 0.822, 0.840),
            ("ABROMS", "ABRAMS", 0.889, 0.922),
        ] {
            assert!((jaro(a, b) - plain).abs() < 6e-4, "{a} {b}: {}", jaro(a, b));
            assert!((jaro_winkler(a, b) - raised).abs() < 6e-4, "{a} {b}: {}", jaro_winkler(a, b));
        }
    }

    /// Shapes never rule out a pair of texts that a closer look would accept.
    #[test]
    fn shapes_never_rule_out_too_much() {
        let texts =
            ["", "a", "smith", "smyth", "smithe", "htims", "jones", "johnson", "o brien", "жуков", "1980-04-03", "1980-03-04"];
        for (a, b) in texts.iter().flat_map(|a| texts.iter().map(move |b| (*a, *b))) {
            let (x, y) = (TextShape::of(a), &TextShape::of(b));
            assert!(jaro(a, b) <= x.jaro_at_most(y), "{a} {b}");
            assert!(jaro_winkler(a, b) <= x.jaro_winkler_at_most(y), "{a} {b}");
            assert!(x.may_reach(y, jaro(a, b)) && x.may_reach(y, jaro_before(jaro_winkler(a, b))), "{a} {b}");
            assert!(levenshtein(a, b, 99) >= x.edits_at_least(y), "{a} {b}");
            assert!(damerau_levenshtein(a, b, 99) >= x.edits_at_least(y), "{a} {b}");
            assert!(!a.starts_with(b) && !b.starts_with(a) || x.may_begin(y), "{a} {b}");
        }
    }

    #[test]
    fn edits_are_counted() {
        assert_eq!(levenshtein("kitten", "sitting", 9), 3);
        assert_eq!(levenshtein("ab", "ba", 9), 2);
        assert_eq!(damerau_levenshtein("ab", "ba", 9), 1);
        // A swap with a letter inserted between: two edits, where the restricted distance has three.
        assert_eq!(damerau_levenshtein("ca", "abc", 9), 2);
        assert_eq!(levenshtein("short", "much longer", 2), 3);
        let texts = ["", "a", "ab", "ba", "abc", "acb", "bac", "abcd", "abd", "bcd", "abdc", "xabc", "axbc"];
        for (a, b) in texts.iter().flat_map(|a| texts.iter().map(move |b| (*a, *b))) {
            assert_eq!(levenshtein(a, b, 1), levenshtein(a, b, 9).min(2), "{a} {b}");
            assert_eq!(damerau_levenshtein(a, b, 1), damerau_levenshtein(a, b, 9).min(2), "{a} {b}");
        }
        assert_eq!(levenshtein(&"é".repeat(100), &"e".repeat(100), 200), 100);
    }
}
