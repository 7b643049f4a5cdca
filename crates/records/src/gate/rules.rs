//! What the rules of a scheme need from one table.

use super::super::need::RequiredColumn;
use super::super::tables::Coverage;
use base::day::Day;

/// What the rules of a scheme need from a table.
#[derive(Clone, Debug, Default)]
pub struct TableRules {
    /// Whether rows of the table can change the sum at all.
    pub affects_sum: bool,
    /// The kinds of event or spell that the rules use; if empty, every row counts.
    pub kinds: Vec<String>,
    /// Whether coverage states how far each kind is complete, in the order of `kinds`. Empty where nothing is known of coverage.
    pub covered: Vec<bool>,
    /// The last day that the records reach by anything that is stated or asked; `None` where nothing is stated.
    pub latest: Option<Day>,
    /// What coverage states, where no day is asked about yet and no rule says which kinds are needed. Days after it are then told only:
    /// they may be right on the day that is asked about later.
    pub unasked: Option<Coverage>,
    /// Classes of event that the rules distinguish.
    pub classes: Vec<String>,
    /// Kinds of event whose class decides whether they count.
    pub classed: Vec<String>,
    /// What the rules say of the amounts of each kind, in the order of `kinds`.
    pub amounts: Vec<AmountRule>,
    /// Kinds that the scheme lists as different, although they are spelled nearly like a needed one.
    pub other_kinds: Vec<String>,
    /// Whether measuring finds rows that equal another in everything but the key, which needs no memory here.
    pub copies_later: bool,
    /// Columns that the rules use in rows of some kinds.
    pub columns: Vec<RequiredColumn>,
    /// For claims of a contract that audits them: the outcomes that can be claimed.
    pub outcomes: Vec<String>,
    /// For starts: the areas, segments and cohort dates of the scheme.
    pub places: Option<StartScope>,
    /// How many rows the agency says there are.
    pub stated: Vec<StatedCount>,
}

impl TableRules {
    /// The same, with what coverage states of a table. `known_at` is the day that is asked about.
    #[must_use]
    pub fn with_coverage(self, table: &str, coverage: &Coverage, counts: &[StatedCount], known_at: Option<Day>) -> TableRules {
        TableRules {
            latest: coverage.latest().zip(known_at).map(|(latest, known_at)| latest.max(known_at)),
            stated: counts.iter().filter(|stated| stated.table == table).cloned().collect(),
            unasked: None,
            covered: self.kinds.iter().map(|kind| coverage.stated_until(table, kind).is_some()).collect(),
            ..self
        }
    }

    /// What is known of a table without a scheme: what coverage states of it, and no day that is asked about.
    #[must_use]
    pub fn without_scheme(table: &str, coverage: &Coverage, counts: &[StatedCount]) -> TableRules {
        TableRules {
            affects_sum: true,
            latest: coverage.latest(),
            unasked: Some(coverage.clone()),
            stated: counts.iter().filter(|stated| stated.table == table).cloned().collect(),
            ..TableRules::default()
        }
    }
}

/// What the rules say of the amounts of a kind of event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AmountRule {
    /// Whether its amounts are added up at all.
    pub used: bool,
    /// The most that counts of a person's sum, in hundredths, where the sum itself is the result.
    pub most: Option<i64>,
}

/// Where and when people can start under a scheme.
#[derive(Clone, Debug, Default)]
pub struct StartScope {
    pub areas: Vec<String>,
    pub segments: Vec<String>,
    /// First and last day of each cohort.
    pub cohorts: Vec<(Day, Day)>,
}

/// An agency's own count of its rows, from the table of coverage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedCount {
    pub table: String,
    /// Empty for every kind of the table.
    pub kind: String,
    /// [`base::day::NEVER`] if no first day is stated.
    pub since: Day,
    pub until: Day,
    /// How many people were looked up.
    pub people: Option<u64>,
    pub count: u64,
    /// Who says so.
    pub by: String,
    /// The day on which it was stated, or [`base::day::NEVER`].
    pub on: Day,
    /// Its row in the file.
    pub place: u64,
    /// The file, by its position among the files of coverage.
    pub file: usize,
}
