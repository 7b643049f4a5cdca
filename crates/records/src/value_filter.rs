//! The values by which a part of a map chooses rows. A row whose value is a wanted one in another spelling would be left out, and
//! nobody would miss it. So would a row without a value, of which nobody has decided whether it is wanted. Such rows are refused,
//! unless the map says what they are.

use std::collections::BTreeMap;

use super::counted_rows::CountedRows;
use super::fault::{Fault, visible};
use super::{placeholders, spelling};

/// How many different values of a column are remembered, so that each is compared with the wanted ones once.
const MOST_REMEMBERED: usize = 10_000;

/// How many values in another spelling are named.
const MOST_NAMED: usize = 5;

/// A column with the values that `only` wants, and what its file has of them.
pub(crate) struct FilterColumn<'a> {
    pub name: &'a str,
    values: Vec<WantedValue<'a>>,
    /// Values that are other words, however near they look.
    leave_out: Vec<&'a str>,
    /// Whether its values may identify a person. Of such a column, only values from the map itself may be shown.
    personal: bool,
    /// Values that are none of the wanted ones, nor near one, with their rows.
    others: BTreeMap<String, u64>,
    /// Rows with further such values.
    more_others: u64,
    /// Values that are a wanted one in another spelling, with their rows.
    slips: BTreeMap<String, CountedRows>,
    /// Rows without a value by what they have instead: nothing, or a word such as "NULL".
    undecided: BTreeMap<String, CountedRows>,
    /// Rows with one of the values, and rows with another one.
    wanted_rows: u64,
    other_rows: u64,
}

/// Whether so many rows may be slips beside those that are right: one or two, or at most one for each ten. A value that is more
/// frequent is another word, and an empty cell that is more frequent means something.
fn is_rare(rows: u64, right: u64) -> bool {
    rows <= 2 || rows * 10 <= right
}

/// Values of a column of `only` that are none of the wanted ones, and of which the map says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOutValues {
    pub column: String,
    /// Each value as it may be shown, with its rows; empty where the column is not clearly one of codes, or is personal.
    pub words: Vec<(String, u64)>,
    /// How many different values there are, of those that are remembered.
    pub different: u64,
    pub rows: u64,
}

/// A column with more different values is not one of codes.
const MOST_CODES: usize = 30;
/// The longest code.
const LONGEST_CODE: usize = 24;

/// Whether a value may be a code: short, and no number that may be somebody's.
fn is_code(word: &str) -> bool {
    word.chars().count() <= LONGEST_CODE && word.bytes().filter(u8::is_ascii_digit).count() <= 4 && !word.contains('@')
}

struct WantedValue<'a> {
    value: &'a str,
    found: bool,
    /// A value in the column that is spelled nearly like this one, as it may be shown.
    nearest: Option<String>,
}

impl<'a> FilterColumn<'a> {
    pub(crate) fn new(name: &'a str, values: &'a [String], leave_out: Vec<&'a str>, personal: bool) -> FilterColumn<'a> {
        let values = values.iter().map(|value| WantedValue { value, found: false, nearest: None }).collect();
        FilterColumn {
            name,
            values,
            leave_out,
            personal,
            others: BTreeMap::new(),
            more_others: 0,
            slips: BTreeMap::new(),
            undecided: BTreeMap::new(),
            wanted_rows: 0,
            other_rows: 0,
        }
    }

    /// Whether a row with this value is one to leave out, whatever else it has: its value is neither wanted nor open.
    pub(crate) fn leaves_out(&self, cell: &str) -> bool {
        !self.values.iter().any(|value| value.value == cell) && !self.is_open(cell)
    }

    /// Whether a cell has no value, and the map does not say what that means.
    fn is_open(&self, cell: &str) -> bool {
        (cell.is_empty() || placeholders::stands_for_none(cell)) && !self.leave_out.contains(&cell)
    }

    /// Whether the file has none of the values.
    pub(crate) fn has_none(&self) -> bool {
        self.values.iter().all(|value| !value.found)
    }

    /// Looks at the value of a row. `matters` says whether the rest of the row speaks for taking it.
    pub(crate) fn look(&mut self, cell: &str, row: u64, matters: bool) {
        if let Some(value) = self.values.iter_mut().find(|value| value.value == cell) {
            value.found = true;
            self.wanted_rows += 1;
            return;
        }
        if self.is_open(cell) {
            if matters {
                self.undecided.entry(cell.to_owned()).or_default().add(row);
            }
            return;
        }
        self.other_rows += u64::from(!cell.is_empty());
        if cell.is_empty() || self.leave_out.contains(&cell) {
            return;
        }
        if let Some(rows) = self.others.get_mut(cell) {
            *rows += 1;
            return;
        }
        if let Some(slip) = self.slips.get_mut(cell) {
            slip.add(row);
            return;
        }
        let personal = self.personal;
        let mut near = false;
        for value in self.values.iter_mut().filter(|value| same(personal, cell, value.value)) {
            near = true;
            value.nearest.get_or_insert_with(|| visible(if personal { value.value } else { cell }));
        }
        if near && self.slips.len() < MOST_NAMED {
            self.slips.entry(cell.to_owned()).or_default().add(row);
        } else if !near && self.others.len() < MOST_REMEMBERED {
            self.others.insert(cell.to_owned(), 1);
        } else if !near {
            self.more_others += 1;
        }
    }

    /// The values that nobody has spoken of, and whose rows are left out. A number that identifies nobody in particular, or a new code, looks
    /// like any other word: it is told, so that somebody can see it. Words are shown only where the column has codes.
    pub(crate) fn left_out(&self) -> Option<LeftOutValues> {
        // What is near a wanted value, but too frequent to be a slip of it, is another word.
        let refused: Vec<&String> = self.slips().map(|(word, _)| word).collect();
        let frequent = self.slips.iter().filter(|(word, _)| !refused.contains(word)).map(|(word, rows)| (word, rows.count));
        let others: BTreeMap<&String, u64> = self.others.iter().map(|(word, rows)| (word, *rows)).chain(frequent).collect();
        let rows = others.values().sum::<u64>() + self.more_others;
        let different = others.len() + self.values.iter().filter(|value| value.found).count();
        let has_codes = !self.personal
            && self.more_others == 0
            && different <= MOST_CODES
            && different as u64 * 2 <= self.wanted_rows + rows
            && others.keys().all(|word| is_code(word));
        let words = others.iter().filter(|_| has_codes).map(|(word, rows)| (visible(word), *rows)).collect();
        (rows > 0).then(|| LeftOutValues { column: self.name.to_owned(), words, different: others.len() as u64, rows })
    }

    /// Faults if the file has none of the values, or one of them in another spelling, or no value in a row; and a warning if it
    /// lacks some of the values.
    pub(crate) fn faults(&self) -> Vec<Fault> {
        if self.has_none() {
            return self.missing().into_iter().collect();
        }
        let slips = self.slips().next().map(|_| self.in_another_spelling());
        let undecided = (!self.undecided.is_empty()).then(|| self.without_value());
        let missing = self.missing().filter(|_| slips.is_none());
        slips.into_iter().chain(undecided).chain(missing).collect()
    }

    /// Values that are surely a wanted one in another spelling. Two letters may also part one word from another, as "internal" from
    /// "external": such a value is a slip only where it is rare.
    fn slips(&self) -> impl Iterator<Item = (&String, &CountedRows)> {
        self.slips.iter().filter(|(cell, rows)| {
            is_rare(rows.count, self.wanted_rows) || self.values.iter().any(|value| surely_same(self.personal, cell, value.value))
        })
    }

    /// The wanted values that no row has.
    fn missing(&self) -> Option<Fault> {
        let missing: Vec<&WantedValue<'_>> = self.values.iter().filter(|value| !value.found).collect();
        let quoted = |value: &str| format!("`{value}`");
        let named: Vec<String> = missing.iter().map(|value| quoted(&visible(value.value))).collect();
        let nearest: Vec<String> = missing.iter().filter_map(|value| value.nearest.as_deref()).map(quoted).collect();
        let fix = match nearest.is_empty() {
            false => format!("is {} meant? The map must have it exactly", nearest.join(", ")),
            true => "correct the value in the map, or leave it out".to_owned(),
        };
        let fault = Fault::file("`only` has a value that no row has", "values that the column has", fix);
        let fault = Fault { column: self.name.to_owned(), value: Some(named.join(", ")), ..fault };
        match missing.len() {
            0 => None,
            some if some == self.values.len() => Some(fault),
            _ => Some(fault.warning()),
        }
    }

    /// Rows of another spelling would be left out, and nobody would miss them.
    fn in_another_spelling(&self) -> Fault {
        let named = self.slips().map(|(cell, rows)| {
            let meant = self.values.iter().find(|value| same(self.personal, cell, value.value));
            let (meant, rows) = (visible(meant.map_or("", |value| value.value)), rows.places());
            match self.personal {
                true => format!("`{meant}` in another spelling in {rows}"),
                false => format!("`{}` in {rows}, nearly `{meant}`", visible(cell)),
            }
        });
        let what = "rows have a value of `only` in another spelling, and would be left out";
        let fix = format!(
            "correct the file, or add that spelling to `only`, here or in another part of the map; if it is another word, say so: leave_out = {{ {} = [\"…\"] }}",
            key(self.name)
        );
        let fault = Fault::file(what, "each value in one spelling, or every spelling in the map", fix);
        let place = self.slips().filter_map(|(_, rows)| rows.first.first().copied()).min().unwrap_or(0);
        Fault { place, column: self.name.to_owned(), value: Some(named.collect::<Vec<_>>().join("; ")), ..fault }
    }

    /// Nobody has said whether rows without a value are wanted.
    fn without_value(&self) -> Fault {
        let named = self.undecided.iter().map(|(cell, rows)| match cell.as_str() {
            "" => format!("nothing in {}", rows.places()),
            word => format!("`{word}` in {}", rows.places()),
        });
        let what = "rows have no value in a column of `only`, and would be left out";
        let all: Vec<String> = self.undecided.keys().map(|cell| format!("\"{cell}\"")).collect();
        let fix = format!(
            "correct the file; if such rows are not wanted, say so in the map: leave_out = {{ {} = [{}] }}",
            key(self.name),
            all.join(", ").replace('\\', "\\\\")
        );
        let fault = Fault::file(what, "a value in every row that may be wanted", fix);
        let place = self.undecided.values().filter_map(|rows| rows.first.first().copied()).min().unwrap_or(0);
        let rows: u64 = self.undecided.values().map(|rows| rows.count).sum();
        let fault = if is_rare(rows, self.wanted_rows + self.other_rows) { fault } else { fault.warning() };
        Fault { place, column: self.name.to_owned(), value: Some(named.collect::<Vec<_>>().join("; ")), ..fault }
    }
}

/// Whether a cell may be a wanted value in another spelling, or in quotation marks, or given several times. Of a personal column
/// only the same letters are, since a letter more may be somebody else.
fn same(personal: bool, cell: &str, value: &str) -> bool {
    is_value(cell, &|word| match personal {
        true => spelling::folded(value) == spelling::folded(word),
        false => word == value || spelling::near(word, value) || spelling::alike(word, value),
    })
}

/// The same where no other word is so near, however many rows have it.
fn surely_same(personal: bool, cell: &str, value: &str) -> bool {
    is_value(cell, &|word| match personal {
        true => spelling::folded(value) == spelling::folded(word),
        false => word == value || spelling::alike(word, value),
    })
}

/// Whether a word, each of the words of a list, or a word without the quotation marks around it, is meant.
fn is_value(cell: &str, is_meant: &dyn Fn(&str) -> bool) -> bool {
    is_meant(cell) || is_meant(unquoted(cell)) || cell.contains(LIST) && cell.split(LIST).all(|item| is_meant(unquoted(item)))
}

/// What parts the items of a list.
const LIST: [char; 4] = [',', ';', '|', '/'];

/// A text without the quotation marks that a program left around it, such as `"start"` and `="start"`.
fn unquoted(text: &str) -> &str {
    let mark = |letter: char| letter.is_whitespace() || "\"'`´‘’‚“”„«»=".contains(letter);
    text.trim_matches(mark)
}

/// The name of a column as a key of the map.
fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'));
    if bare { name.to_owned() } else { format!("\"{}\"", visible(name)) }
}
