//! How figures, names and groups of people are written in sentences and tables.

use base::english::{counted, plural};
use base::money::thousands;

use crate::estimate::Estimate;

/// How a sum of money is written: long units in prose, short ones in tables.
#[derive(Clone, Copy)]
enum SumStyle {
    /// "£41.2 million".
    Prose,
    /// "£41.2m".
    Table,
}

impl SumStyle {
    fn billion(self) -> &'static str {
        match self {
            SumStyle::Prose => " billion",
            SumStyle::Table => "bn",
        }
    }

    fn million(self) -> &'static str {
        match self {
            SumStyle::Prose => " million",
            SumStyle::Table => "m",
        }
    }
}

/// Pounds for a table, to three significant figures, because no run supports more: "£41.2m", "£11,400".
#[must_use]
pub fn pounds(value: f64) -> String {
    three_figures(value, SumStyle::Table)
}

/// The same for a sentence: "£41.2 million", "£11,400".
#[must_use]
pub fn pounds_in_prose(value: f64) -> String {
    three_figures(value, SumStyle::Prose)
}

fn three_figures(value: f64, style: SumStyle) -> String {
    let sign = if value < 0.0 { "-" } else { "" };
    let size = value.abs();
    // 9.996 is written with the digits of 10.
    let three = |x: f64| match x {
        x if x >= 999.5 => thousands(x.round() as i64),
        x if x >= 99.95 => format!("{x:.0}"),
        x if x >= 9.995 => format!("{x:.1}"),
        x => format!("{x:.2}"),
    };
    match size {
        _ if !size.is_finite() => "no limit".to_owned(),
        _ if size >= 999_500_000.0 => format!("{sign}£{}{}", three(size / 1e9), style.billion()),
        _ if size >= 999_500.0 => format!("{sign}£{}{}", three(size / 1e6), style.million()),
        _ if size >= 9_995.0 => {
            let step = 10f64.powf(size.log10().floor() - 2.0);
            format!("{sign}£{}", thousands(((size / step).round() * step).round() as i64))
        }
        _ if size < 0.5 => "£0".to_owned(),
        _ => format!("{sign}£{}", thousands(size.round() as i64)),
    }
}

/// Pounds for a table with their 95% Monte Carlo interval in the same unit, and no more digits than the interval supports:
/// "£41.2m ± £0.8m".
#[must_use]
pub fn pounds_within(value: Estimate) -> String {
    within(value, SumStyle::Table)
}

/// The same for a sentence: "£41.2 million ± £0.8 million".
#[must_use]
pub fn pounds_within_in_prose(value: Estimate) -> String {
    within(value, SumStyle::Prose)
}

/// The same without the interval, which still decides how many digits there are: "£41.2 million".
#[must_use]
pub fn pounds_supported_in_prose(value: Estimate) -> String {
    let (mean, _) = mean_and_interval(value, SumStyle::Prose);
    mean
}

/// Pounds to two figures, for a sentence about what is known no better: "£4.5 million", "£77 million".
#[must_use]
pub fn pounds_to_two_figures(value: f64) -> String {
    let step = 10f64.powf(value.abs().max(1e-9).log10().floor() - 1.0);
    let rounded = (value / step).round() * step;
    let sign = if rounded < 0.0 { "-" } else { "" };
    match rounded.abs() {
        size if size >= 1e9 => format!("{sign}£{} billion", size / 1e9),
        size if size >= 1e6 => format!("{sign}£{} million", size / 1e6),
        _ => pounds_in_prose(rounded),
    }
}

fn within(value: Estimate, style: SumStyle) -> String {
    match mean_and_interval(value, style) {
        (mean, Some(half)) => format!("{mean} ± {half}"),
        (mean, None) => mean,
    }
}

/// A sum with the digits that its interval supports, and half of the interval where it moves one of these.
fn mean_and_interval(value: Estimate, style: SumStyle) -> (String, Option<String>) {
    let half = 1.96 * value.error;
    if half == 0.0 || !half.is_finite() || !value.mean.is_finite() {
        return (three_figures(value.mean, style), None);
    }
    let size = value.mean.abs().max(half);
    // Thousands are written out, but keep the digits that they would have in thousands.
    let (unit, suffix) = match size {
        _ if size >= 999_500_000.0 => (1e9, style.billion()),
        _ if size >= 999_500.0 => (1e6, style.million()),
        _ if size >= 9_995.0 => (1e3, ""),
        _ => (1.0, ""),
    };
    let (mean, half) = (value.mean.abs() / unit, half / unit);
    let three = if unit == 1.0 || mean >= 100.0 { 0 } else { 2 - usize::from(mean >= 10.0) };
    let digits = three.min(error_digits(half));
    let smallest = 10f64.powi(-(digits as i32));
    let show = |value: f64| match suffix {
        _ if digits == 0 && value >= 999.5 && unit > 1e3 => thousands(value.round() as i64),
        "" => thousands(((value / smallest).round() * smallest * unit).round() as i64),
        _ => format!("{value:.digits$}"),
    };
    let sign = if value.mean < 0.0 && mean >= smallest / 2.0 { "-" } else { "" };
    // An error too small to move the last digit is not worth a reader's time.
    let within = (half >= smallest / 2.0).then(|| format!("£{}{suffix}", show(half)));
    (format!("{sign}£{}{suffix}", show(mean)), within)
}

/// Decimals that an error leaves meaningful: one digit of the error, or two where it begins with a 1.
fn error_digits(half: f64) -> usize {
    let first = half.log10().floor();
    let begins_with_one = half / 10f64.powf(first) < 2.0;
    (-first as i64 + i64::from(begins_with_one)).clamp(0, 2) as usize
}

/// What somebody gains, after "gains": "£405 ± £20", or "a loss of £405".
pub(crate) fn gained(value: Estimate) -> String {
    without_minus(value, "a loss of")
}

/// What somebody loses, after "loses": "£405 ± £20", or "a gain of £405".
pub(crate) fn lost(value: Estimate) -> String {
    without_minus(value, "a gain of")
}

fn without_minus(value: Estimate, below_nothing: &str) -> String {
    let words = pounds_within_in_prose(value);
    words.strip_prefix('-').map_or(words.clone(), |size| format!("{below_nothing} {size}"))
}

/// A share: "4.2%", "38%".
#[must_use]
pub fn percent(share: f64) -> String {
    let value = no_minus_zero(100.0 * share);
    if value.abs() < 9.95 { format!("{value:.1}%") } else { format!("{value:.0}%") }
}

/// A change of a rate: "3.0 percentage points".
#[must_use]
pub fn percentage_points(share: f64) -> String {
    let figure = format!("{:.1}", no_minus_zero(100.0 * share));
    let noun = if figure == "1.0" { "point" } else { "points" };
    format!("{figure} percentage {noun}")
}

/// What would be shown as "-0.0" is shown as "0.0".
fn no_minus_zero(value: f64) -> f64 {
    if value.abs() < 0.05 { 0.0 } else { value }
}

/// A number of people: "1 person", "108,000 people".
#[must_use]
pub fn people(number: f64) -> String {
    counted(number.round() as i64, "person", "people")
}

/// A number of people, rounded up to two figures, because no more can be said of it.
pub(crate) fn rounded_up(number: f64) -> f64 {
    let step = 10f64.powf(number.max(1.0).log10().floor() - 1.0).max(1.0);
    (number / step).ceil() * step
}

/// Names joined for a sentence: "a, b and c".
#[must_use]
pub fn listed(names: &[String]) -> String {
    match names {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [init @ .., last] => format!("{} and {last}", init.join(", ")),
    }
}

/// A name of the files in quotation marks, its underscores read as spaces: `stayed_away` as “stayed away”.
#[must_use]
pub fn quoted(name: &str) -> String {
    format!("“{}”", name.replace('_', " "))
}

/// Names in quotation marks, joined for a sentence.
#[must_use]
pub fn quoted_list<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    listed(&names.into_iter().map(|name| quoted(name)).collect::<Vec<String>>())
}

/// What to call the people with an outcome: "person with a proven reoffence" and "people with a proven reoffence".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeopleNoun {
    pub one: String,
    pub many: String,
}

/// The nouns that a measure may begin with: one, and several.
const COUNTED: [(&str, &str); 16] = [
    ("person", "people"),
    ("man", "men"),
    ("woman", "women"),
    ("child", "children"),
    ("family", "families"),
    ("household", "households"),
    ("leaver", "leavers"),
    ("prisoner", "prisoners"),
    ("offender", "offenders"),
    ("participant", "participants"),
    ("claimant", "claimants"),
    ("client", "clients"),
    ("patient", "patients"),
    ("pupil", "pupils"),
    ("student", "students"),
    ("tenant", "tenants"),
];

impl PeopleNoun {
    /// From the measure in the scheme file where it begins with whom it counts ("people with a proven reoffence (the binary
    /// measure)"), and otherwise from the outcome's name. Only a remark in brackets at the end is left out: a measure that is cut
    /// anywhere else would be another one.
    #[must_use]
    pub fn of(outcome: &str, measure: &str) -> PeopleNoun {
        let measure = measure.trim();
        let without_remark = measure.strip_suffix(')').and_then(|whole| Some(whole.rsplit_once('(')?.0.trim_end()));
        let head = without_remark.unwrap_or(measure);
        // A comma would end the phrase in the middle of a sentence.
        let is_one_phrase = !head.contains(['(', ')', ',', ':', ';', '\n']) && !head.contains(". ");
        let (first, rest) = head.split_once(' ').unwrap_or((head, ""));
        let first = first.to_lowercase();
        let first = first.trim_end_matches([',', ':', ';']);
        let counted = COUNTED.iter().find(|(_, many)| *many == first);
        match counted.filter(|_| is_one_phrase && !rest.is_empty()) {
            // "Who start a job" is for several. One of them is "one of the people who start a job".
            Some((_, many)) if rest.starts_with("who ") => {
                PeopleNoun { one: format!("of the {many} {rest}"), many: format!("{many} {rest}") }
            }
            Some((one, many)) => PeopleNoun { one: format!("{one} {rest}"), many: format!("{many} {rest}") },
            None => {
                let ((one, many), outcome) = (counted.unwrap_or(&COUNTED[0]), quoted(outcome));
                PeopleNoun {
                    one: format!("{one} with the outcome {outcome}"),
                    many: format!("{many} with the outcome {outcome}"),
                }
            }
        }
    }

    /// A number of them: "1 more person in work", "6,413 fewer people in work"; `change` is "more" or "fewer".
    #[must_use]
    pub fn counted(&self, people: f64, change: &str) -> String {
        let people = people.round() as i64;
        format!("{} {change} {}", thousands(people), plural(people, &self.one, &self.many))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_read_as_people_write_them() {
        let wanted = [
            (0.3, "£0", "£0"),
            (405.2, "£405", "£405"),
            (-405.2, "-£405", "-£405"),
            (11_417.0, "£11,400", "£11,400"),
            (999_499.0, "£999,000", "£999,000"),
            (999_500.0, "£1.00m", "£1.00 million"),
            (-41_234_567.0, "-£41.2m", "-£41.2 million"),
            (1.234e9, "£1.23bn", "£1.23 billion"),
        ];
        for (value, table, prose) in wanted {
            assert_eq!((pounds(value).as_str(), pounds_in_prose(value).as_str()), (table, prose));
        }
    }

    #[test]
    fn an_interval_has_the_unit_and_the_digits_of_its_figure() {
        let of = |mean: f64, half: f64| Estimate { mean, error: half / 1.96 };
        assert_eq!(pounds_within(of(41_234_567.0, 812_000.0)), "£41.2m ± £0.8m");
        assert_eq!(pounds_within_in_prose(of(41_234_567.0, 812_000.0)), "£41.2 million ± £0.8 million");
        assert_eq!(pounds_within(of(-23_456.0, 3_100.0)), "-£23,000 ± £3,000");
        assert_eq!(pounds_within(of(23_456.0, 1.0)), "£23,500");
        assert_eq!(pounds_within(Estimate::exact(11_417.0)), "£11,400");
    }

    #[test]
    fn outcomes_have_nouns() {
        let noun = PeopleNoun::of("reoffending", "people with a proven reoffence (the binary measure)");
        assert_eq!(noun.counted(1.2, "more"), "1 more person with a proven reoffence");
        assert_eq!(noun.counted(6_413.0, "fewer"), "6,413 fewer people with a proven reoffence");
        let noun = PeopleNoun::of("job", "people who start a job");
        assert_eq!(noun.counted(1.0, "fewer"), "1 fewer of the people who start a job");
        // A measure that is cut in the middle would be another one.
        assert_eq!(PeopleNoun::of("seen", "Patients seen within four hours").one, "patient seen within four hours");
        for measure in [
            "patients admitted, discharged or transferred within four hours",
            "patients seen (admitted or discharged) within four hours",
            "patients: seen in time",
            "patients",
        ] {
            assert_eq!(PeopleNoun::of("in_time", measure).many, "patients with the outcome “in time”", "{measure}");
        }
        assert_eq!(PeopleNoun::of("stayed_away", "the share that stayed away").many, "people with the outcome “stayed away”");
    }

    #[test]
    fn lists_and_shares() {
        let names = ["stayed_away".to_owned(), "b".to_owned(), "c".to_owned()];
        assert_eq!(quoted_list(&names), "“stayed away”, “b” and “c”");
        assert_eq!(quoted_list(&names[..1]), "“stayed away”");
        assert_eq!((percent(0.042), percent(0.38)), ("4.2%".to_owned(), "38%".to_owned()));
        assert_eq!(percentage_points(0.01), "1.0 percentage point");
    }
}
