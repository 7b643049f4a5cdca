//! The policy of disclosure control: which numbers are too small or too revealing to publish. It is read from a table
//! `[disclosure]` of a TOML file. Every value that the file leaves out is an assumption, and [`DisclosurePolicy::assumed`] says which.

use base::literal::{Count, Literal, RefusedNumber};
use base::money::Rate;
use base::reader::{Reader, Section};

/// The smallest count that is published, where the file does not say. The Office for National Statistics asks for 10 in what leaves
/// its Secure Research Service. The data controller sets it.
pub const DEFAULT_SMALLEST_COUNT: i64 = 10;

/// No controller of records about people may go below this.
pub const LOWEST_SMALLEST_COUNT: i64 = 5;

const HIGHEST_SMALLEST_COUNT: i64 = 1_000;

/// What a count of zero is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ZeroRule {
    /// Zero is published. That nobody had a result is then known of each person in the group.
    #[default]
    Published,
    /// Zero is hidden like a small count, unless the table says that it could not be anything else (a structural zero).
    Protected,
}

/// The (n, k) rule for sums of money: a sum is sensitive if its largest contributors make up more than a share of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DominanceRule {
    /// How many of the largest contributors are taken together (n).
    pub contributors: usize,
    /// The share of the sum that they may not exceed (k).
    pub share: Rate,
}

/// What may be published. All counts are of people.
#[derive(Clone, Debug, PartialEq)]
pub struct DisclosurePolicy {
    /// A count below this is sensitive, unless it is zero and zeros are published.
    pub smallest_count: i64,
    /// How wide the range of possible values must stay that anybody can work out for a hidden count.
    pub least_range: i64,
    /// The base for controlled rounding, where the table is rounded instead of having cells hidden.
    pub rounding_base: Option<i64>,
    pub zero: ZeroRule,
    pub dominance: Option<DominanceRule>,
    /// The p% rule for sums of money: nobody may be able to estimate the largest contribution to within this share of it.
    pub p_percent: Option<Rate>,
    /// The keys that the file left out, so that their values are assumptions.
    pub assumed: Vec<&'static str>,
}

impl Default for DisclosurePolicy {
    fn default() -> Self {
        DisclosurePolicy {
            smallest_count: DEFAULT_SMALLEST_COUNT,
            least_range: default_range(DEFAULT_SMALLEST_COUNT),
            rounding_base: None,
            zero: ZeroRule::Published,
            dominance: None,
            p_percent: None,
            assumed: vec!["smallest_count", "least_range", "zero"],
        }
    }
}

impl DisclosurePolicy {
    /// The policy in words, for the record of a release. It says which values are assumptions.
    #[must_use]
    pub fn words(&self) -> String {
        let mut parts = vec![format!("counts below {} are sensitive", self.smallest_count)];
        parts.push(match self.rounding_base {
            Some(base) => format!("everything is rounded to multiples of {base}"),
            None => format!("a range of {} or more is left for each", self.least_range),
        });
        parts.push(match self.zero {
            ZeroRule::Published => "zeros are published".to_owned(),
            ZeroRule::Protected => "zeros are protected".to_owned(),
        });
        parts.extend(self.dominance.map(|rule| {
            let largest = base::english::counted(rule.contributors as i64, "contributor", "contributors");
            format!("a sum is sensitive if its largest {largest} have more than {} of it", rule.share)
        }));
        parts.extend(self.p_percent.map(|share| format!("nobody may estimate the largest contribution to within {share}")));
        if !self.assumed.is_empty() {
            parts.push(format!("assumed, because nobody set them: {}", self.assumed.join(", ")));
        }
        parts.join("; ")
    }
}

/// Half of the smallest count. A wider range hides more cells and protects more.
fn default_range(smallest_count: i64) -> i64 {
    smallest_count / 2
}

/// The policy in the table `[disclosure]` of a file, or the default where the file has no such table. Mistakes become problems of
/// the reader.
#[must_use]
pub fn read(reader: &Reader, file: &str) -> DisclosurePolicy {
    let example = "[disclosure]";
    let Some(document) = reader.document_or(file, example, "write a table [disclosure] with smallest_count = 10") else {
        return DisclosurePolicy::default();
    };
    document.section("disclosure").map_or_else(DisclosurePolicy::default, |section| of_section(&section))
}

/// The policy in a table that has been found already.
#[must_use]
pub fn of_section(section: &Section) -> DisclosurePolicy {
    let mut assumed = Vec::new();
    for key in ["smallest_count", "least_range", "zero"] {
        if !section.has(key) {
            assumed.push(key);
        }
    }
    let smallest = (LOWEST_SMALLEST_COUNT, HIGHEST_SMALLEST_COUNT);
    let fix = "write 10, or the number that the data controller has set. Fewer than 5 protects nobody";
    let smallest_count = count(section, "smallest_count", smallest, fix).unwrap_or(DEFAULT_SMALLEST_COUNT);
    let widest = smallest_count - 2;
    let fix = "write about half of the smallest count. A hidden count already shows that it is below the smallest count, so the \
               range can be no wider than that";
    let least_range =
        count(section, "least_range", (1, widest), fix).unwrap_or_else(|| default_range(smallest_count).min(widest));
    let fix = "write a base such as 5. A base below 3 changes too little to hide a count";
    let rounding_base = count(section, "rounding_base", (3, 1_000_000), fix);
    let zeros = [("published", ZeroRule::Published), ("protected", ZeroRule::Protected)];
    let zero = section.choice("zero", &zeros).unwrap_or_default();
    let dominance = section.section("dominance").map(|table| {
        let most = (Count(1), Count(10));
        let why = "`contributors` must be a small number";
        let contributors = table.required_within("contributors", most, why, "write how many of the largest are taken together");
        let share = share(&table, "share").unwrap_or_else(|| {
            let _ = table.required::<Rate>("share");
            Rate::default()
        });
        table.finish();
        DominanceRule { contributors: usize::try_from(contributors.0).unwrap_or(1), share }
    });
    let p_percent = share(section, "p_percent");
    section.finish();
    DisclosurePolicy { smallest_count, least_range, rounding_base, zero, dominance, p_percent, assumed }
}

/// A whole number between two ends, both allowed.
fn count(section: &Section, key: &str, (low, high): (i64, i64), fix: &str) -> Option<i64> {
    let (value, stated) = section.stated::<Count>(key)?;
    let outside = |value: &Count| value.0 < low || value.0 > high;
    section.refuse(key, &stated, |value| {
        outside(value).then(|| RefusedNumber {
            what: format!("`{key}` is not possible"),
            expected: format!("from {} to {}", Count(low).words(), Count(high).words()),
            fix: fix.to_owned(),
        })
    });
    (!outside(&value)).then_some(value.0)
}

/// A share above 0% and below 100%.
fn share(section: &Section, key: &str) -> Option<Rate> {
    let (value, stated) = section.stated::<Rate>(key)?;
    let outside = |value: &Rate| value.0 <= 0 || value.0 >= base::money::WHOLE;
    section.refuse(key, &stated, |value| {
        outside(value).then(|| RefusedNumber {
            what: format!("`{key}` is not possible"),
            expected: "more than 0% and less than 100%".into(),
            fix: "write a share such as \"75%\"".into(),
        })
    });
    (!outside(&value)).then_some(value)
}
