//! How alike two texts are. Letters are Unicode scalar values; nothing here knows what a text means.
//!
//! Jaro, M. A. (1989), "Advances in record-linkage methodology", JASA 84; Winkler, W. E. (1990), "String comparator metrics".
//! Thresholds are met exactly as DuckDB and RapidFuzz meet them: the same sums in the same order, so that a pair that stands on
//! a threshold there stands on it here.

/// Jaro's similarity, 0 to 1.
#[must_use]
pub fn jaro(a: &str, b: &str) -> f64 {
    with_letters(a, b, jaro_of)
}

/// Jaro's similarity, raised for a common beginning of up to four letters where it is above 0.7.
#[must_use]
pub fn jaro_winkler(a: &str, b: &str) -> f64 {
    with_letters(a, b, |a, b| {
        let similarity = jaro_of(a, b);
        if similarity <= 0.7 {
            return similarity;
        }
        let prefix = a.iter().zip(b).take(4).take_while(|(a, b)| a == b).count();
        similarity + prefix as f64 * 0.1 * (1.0 - similarity)
    })
}

/// The least number of letters put in, taken out or exchanged that turns one text into the other; counting stops above `most`.
#[must_use]
pub fn levenshtein(a: &str, b: &str, most: usize) -> usize {
    with_letters(a, b, |a, b| if a.len().abs_diff(b.len()) > most { most + 1 } else { edits(a, b, false) })
}

/// As [`levenshtein`], where two neighbours that change places count once, even with letters put between them afterwards.
#[must_use]
pub fn damerau_levenshtein(a: &str, b: &str, most: usize) -> usize {
    with_letters(a, b, |a, b| if a.len().abs_diff(b.len()) > most { most + 1 } else { edits(a, b, true) })
}

/// Hands the letters of both texts on; most texts are ASCII and short, and need no memory of their own.
fn with_letters<T>(a: &str, b: &str, of: impl Fn(&[u32], &[u32]) -> T) -> T {
    let (mut left, mut right) = ([0_u32; 64], [0_u32; 64]);
    if a.len() <= 64 && b.len() <= 64 {
        let fill = |text: &str, into: &mut [u32; 64]| {
            let mut length = 0;
            for (at, letter) in text.chars().enumerate() {
                into[at] = letter as u32;
                length = at + 1;
            }
            length
        };
        let (a, b) = (fill(a, &mut left), fill(b, &mut right));
        return of(&left[..a], &right[..b]);
    }
    let letters = |text: &str| text.chars().map(|letter| letter as u32).collect::<Vec<u32>>();
    of(&letters(a), &letters(b))
}

fn jaro_of(a: &[u32], b: &[u32]) -> f64 {
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
    let left = (0..a.len()).filter(|at| matched.get(*at)).map(|at| a[at]);
    let right = (0..b.len()).filter(|at| taken.get(*at)).map(|at| b[at]);
    let displaced = left.zip(right).filter(|(left, right)| left != right).count();
    let (common, transpositions) = (common as f64, (displaced / 2) as f64);
    (common / a.len() as f64 + common / b.len() as f64 + (common - transpositions) / common) / 3.0
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

/// Lowrance and Wagner's table (1975) with transpositions, or Wagner and Fischer's without.
fn edits(a: &[u32], b: &[u32], transpositions: bool) -> usize {
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
    // The last row in which each letter of `b` stood in `a`.
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

    /// The examples of Winkler's papers, to the digits they print.
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

    #[test]
    fn edits_are_counted() {
        assert_eq!(levenshtein("kitten", "sitting", 9), 3);
        assert_eq!(levenshtein("ab", "ba", 9), 2);
        assert_eq!(damerau_levenshtein("ab", "ba", 9), 1);
        // A swap with a letter put in between: two, where the restricted distance says three.
        assert_eq!(damerau_levenshtein("ca", "abc", 9), 2);
        assert_eq!(levenshtein("short", "much longer", 2), 3);
        assert_eq!(levenshtein(&"é".repeat(100), &"e".repeat(100), 200), 100);
    }
}
