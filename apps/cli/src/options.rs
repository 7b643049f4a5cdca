//! What is given on the command line is read the same way by every command: days, the names of persons, reasons. What is wrong
//! is told with the name of the option.

use std::any::TypeId;
use std::ops::RangeInclusive;
use std::sync::OnceLock;

use clap::Command;
use clap::builder::NonEmptyStringValueParser;
use jiff::civil::Date;
use wellspent::english::MONTHS;
use wellspent::folder::Reach;
use wellspent::hidden_characters::{hidden, visible};
use wellspent::person_name;

/// Most characters of a reason.
const LONGEST: usize = 1_000;

/// Gives every option of a command, and of the commands below it, its parser.
#[must_use]
pub(crate) fn checked(command: Command) -> Command {
    let with_options = command.mut_args(|argument| {
        if argument.get_value_parser().type_id() == TypeId::of::<Date>() {
            return argument.value_parser(date);
        }
        let kind = argument.get_value_parser().type_id();
        let argument = match () {
            // A negative number is a wrong value, and no option.
            () if kind == TypeId::of::<u64>() => argument.value_parser(whole::<u64>(0, u64::MAX)).allow_negative_numbers(true),
            () if kind == TypeId::of::<usize>() => {
                argument.value_parser(whole::<usize>(0, u64::MAX)).allow_negative_numbers(true)
            }
            () if kind == TypeId::of::<u32>() => argument.allow_negative_numbers(true),
            () => argument,
        };
        match argument.get_id().as_str() {
            "accepted_by" => argument.value_parser(person),
            // The log keeps the name as it was given.
            "asked_by" => argument.value_parser(|text: &str| person(text).map(|_| text.to_owned())),
            "accept_faults" => argument.value_parser(reason),
            // Nothing has an empty name, and a message about one would show nothing.
            "provider" | "contract" | "person" | "agency" | "id" | "line" | "run" | "purpose" | "example" | "name"
                if kind == TypeId::of::<String>() =>
            {
                argument.value_parser(NonEmptyStringValueParser::new())
            }
            _ => argument,
        }
    });
    with_options.mut_subcommands(checked)
}

static OUTSIDE: OnceLock<bool> = OnceLock::new();

/// Keeps what the command line says of files outside a folder; asked once, before any command begins.
pub(crate) fn set_reach(allow_outside_files: bool) {
    let _ = OUTSIDE.set(allow_outside_files);
}

/// Whether a file may name others outside its folder, as the command line says.
pub(crate) fn reach() -> Reach {
    Reach::asked(OUTSIDE.get().copied().unwrap_or_default())
}

/// A whole number in a range.
pub(crate) fn whole<T: TryFrom<u64>>(
    least: u64,
    most: u64,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.trim().parse::<u64>().ok().filter(|number| (least..=most).contains(number));
        let range = || match most {
            u64::MAX => "write a whole number that is not negative".to_owned(),
            most => format!("write a whole number from {least} to {most}"),
        };
        number.and_then(|number| T::try_from(number).ok()).ok_or_else(range)
    }
}

/// A whole number in a range that the library states.
pub(crate) fn within(range: &RangeInclusive<u32>) -> impl Fn(&str) -> Result<u32, String> + Clone + Send + Sync + 'static {
    whole((*range.start()).into(), (*range.end()).into())
}

/// The day by the clock, where the product is used; the variable `WELLSPENT_TODAY` gives another, for tests.
pub(crate) fn today() -> anyhow::Result<Date> {
    match std::env::var("WELLSPENT_TODAY") {
        Ok(text) => date(&text).map_err(|what| anyhow::anyhow!("the variable WELLSPENT_TODAY: {what}")),
        Err(_) => Ok(jiff::Timestamp::now().in_tz("Europe/London")?.date()),
    }
}

/// The name of a person, with single blanks.
fn person(text: &str) -> Result<String, String> {
    person_name::read(text).map_err(|fault| {
        let (what, hint) = fault.message("the person");
        format!("{what}; {hint}")
    })
}

/// A reason in words, on one line.
fn reason(text: &str) -> Result<String, String> {
    let one = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(c) = one.chars().find(|c| hidden(*c)) {
        return Err(format!("the reason has a character that cannot be seen: {}; type it again", visible(&c.to_string())));
    }
    if !one.chars().any(char::is_alphanumeric) {
        return Err("the reason has no letters or digits; say in words why".to_owned());
    }
    if one.chars().count() > LONGEST {
        return Err(format!("the reason is longer than {LONGEST} characters; keep documents elsewhere and name them here"));
    }
    Ok(one)
}

const LIKE_THIS: &str = "write the year, the month and the day: 2029-04-30";

/// A day as the standard writes it, or how to write the one that is meant.
pub(crate) fn date(text: &str) -> Result<Date, String> {
    let text = text.trim();
    text.parse::<Date>().map_err(|_| meant(text))
}

/// A part of a date: a number and how many digits it has, or the number of a month by its name.
#[derive(Clone, Copy)]
enum Part {
    Number(i32, usize),
    Month(i32),
}

fn part(word: &str) -> Option<Part> {
    let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
    let rest = word[digits.len()..].to_lowercase();
    if !digits.is_empty() {
        let number = digits.parse().ok().filter(|_| digits.len() <= 8)?;
        return matches!(rest.as_str(), "" | "st" | "nd" | "rd" | "th").then_some(Part::Number(number, digits.len()));
    }
    let month = MONTHS.iter().position(|month| rest.chars().count() >= 3 && month.to_lowercase().starts_with(&rest));
    // "Sept" is no beginning of ours alone.
    let month = month.or_else(|| (rest == "sept").then_some(8))?;
    i32::try_from(month + 1).ok().map(Part::Month)
}

/// How to write the day that is meant, where that is plain.
fn meant(text: &str) -> String {
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let parts: Option<Vec<Part>> = words.iter().map(|word| part(word)).collect();
    let Some(parts) = parts else { return format!("this is not a date; {LIKE_THIS}") };
    match parts[..] {
        [Part::Number(year, 4), Part::Number(month, _), Part::Number(day, _)] => year_first(year, month, day),
        [Part::Number(year, 4), Part::Month(month), Part::Number(day, _)] => {
            known(year, month, day, "write the month as a number")
        }
        [Part::Number(day, 1..=2), Part::Number(month, 1..=2), Part::Number(year, 4)] => day_first(day, month, year),
        [Part::Number(day, 1..=2), Part::Month(month), Part::Number(year, 4)]
        | [Part::Month(month), Part::Number(day, 1..=2), Part::Number(year, 4)] => {
            known(year, month, day, "write the year first")
        }
        [Part::Number(_, 1..=2), Part::Number(_, 1..=2) | Part::Month(_), Part::Number(_, 1..=2)] => {
            format!("the year has two digits; {LIKE_THIS}")
        }
        [Part::Number(number, 8)] => {
            let (first, second) = (number / 10_000, number % 10_000);
            // 20290431 and 30042029.
            match (1900..2200).contains(&first) {
                true => year_first(first, second / 100, second % 100),
                false => day_first(first / 100, first % 100, second),
            }
        }
        [Part::Number(_, 4), Part::Number(_, _) | Part::Month(_)] | [Part::Month(_), Part::Number(_, 4)] => {
            format!("the day is missing; {LIKE_THIS}")
        }
        [Part::Number(_, 1..=2), Part::Number(_, 4)] => format!("the day is missing; {LIKE_THIS}"),
        [Part::Number(_, 4)] => format!("the month and the day are missing; {LIKE_THIS}"),
        [Part::Number(_, 5.. | 3), Part::Number(..), Part::Number(..)]
        | [Part::Number(..), Part::Number(..), Part::Number(_, 5.. | 3)] => {
            format!("the year has four digits; {LIKE_THIS}")
        }
        _ => format!("this is not a date; {LIKE_THIS}"),
    }
}

fn at(year: i32, month: i32, day: i32) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// A day of which it is plain what is year, month and day.
fn known(year: i32, month: i32, day: i32, how: &str) -> String {
    match (at(year, month, day), usize::try_from(month - 1).ok().and_then(|at| MONTHS.get(at))) {
        (Some(date), _) => format!("{how}: {date}"),
        (None, Some(name)) => format!("there is no {day} {name} {year}"),
        (None, None) => format!("there is no month {month}; {LIKE_THIS}"),
    }
}

fn year_first(year: i32, month: i32, day: i32) -> String {
    match at(year, day, month).filter(|_| month > 12) {
        Some(date) => format!("there is no month {month}; after the year comes the month, then the day: {date}"),
        None => known(year, month, day, "write it like this"),
    }
}

fn day_first(day: i32, month: i32, year: i32) -> String {
    if month > 12 && day <= 12 {
        return known(year, day, month, "write the year first");
    }
    match at(year, month, day) {
        // 04/05/2029 is the fourth of May here and the fifth of April elsewhere.
        Some(date) if day <= 12 && day != month => {
            format!("write the year first, then the month: {date} for {day} {} {year}", MONTHS[(month - 1) as usize])
        }
        _ => known(year, month, day, "write the year first"),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn a_day_is_read_or_it_is_said_how_to_write_it() {
        for text in ["2029-04-30", " 2029-04-30 ", "2028-02-29", "20290430"] {
            assert!(date(text).is_ok(), "{text}");
        }
        for (text, expected) in [
            ("30/04/2029", "write the year first: 2029-04-30"),
            ("30-04-2029", "write the year first: 2029-04-30"),
            ("30.4.2029", "write the year first: 2029-04-30"),
            ("30 April 2029", "write the year first: 2029-04-30"),
            ("30th Apr, 2029", "write the year first: 2029-04-30"),
            ("April 30, 2029", "write the year first: 2029-04-30"),
            ("3-Sept-2029", "write the year first: 2029-09-03"),
            ("04/30/2029", "write the year first: 2029-04-30"),
            ("30042029", "write the year first: 2029-04-30"),
            ("04/05/2029", "write the year first, then the month: 2029-05-04 for 4 May 2029"),
            ("05/05/2029", "write the year first: 2029-05-05"),
            ("2029/04/30", "write it like this: 2029-04-30"),
            ("2029-4-30", "write it like this: 2029-04-30"),
            ("2029\u{2013}04\u{2013}30", "write it like this: 2029-04-30"),
            ("2029 April 30", "write the month as a number: 2029-04-30"),
            ("2030-02-30", "there is no 30 February 2030"),
            ("2029-02-29", "there is no 29 February 2029"),
            ("20290431", "there is no 31 April 2029"),
            ("31/04/2029", "there is no 31 April 2029"),
            ("2029-04-00", "there is no 0 April 2029"),
            ("2029-13-32", "there is no month 13"),
            ("2029-30-04", "after the year comes the month, then the day: 2029-04-30"),
            ("30/04/29", "the year has two digits"),
            ("2029-04", "the day is missing"),
            ("04/2029", "the day is missing"),
            ("April 2029", "the day is missing"),
            ("2029", "the month and the day are missing"),
            ("2029-04-30x", "this is not a date"),
            ("today", "this is not a date"),
            ("20299-04-30", "the year has four digits"),
            ("", "this is not a date"),
            ("\u{0662}\u{0660}", "this is not a date"),
        ] {
            let found = date(text).expect_err(text);
            assert!(found.contains(expected), "{text}: {found}");
            assert!(!found.contains("digit integer") && !found.contains("parameter"), "{text}: {found}");
        }
    }

    #[test]
    fn every_option_with_a_day_is_read_by_the_one_parser() {
        fn look(command: &Command, found: &mut Vec<String>) {
            for argument in command.get_arguments() {
                let is_date = argument.get_value_parser().type_id() == TypeId::of::<Date>();
                let named = argument.get_value_names().is_some_and(|names| names.iter().any(|name| name == "DATE"));
                assert_eq!(is_date, named, "{} --{}", command.get_name(), argument.get_id());
                if is_date {
                    found.push(format!("{} --{}", command.get_name(), argument.get_id()));
                }
            }
            command.get_subcommands().for_each(|command| look(command, found));
        }
        let command = checked(crate::Cli::command());
        let mut found = Vec::new();
        look(&command, &mut found);
        assert!(found.len() > 15, "{found:?}");
        for arguments in [
            &["wellspent", "pay", "s", "r", "--as-at", "30/04/2029"][..],
            &["wellspent", "lots", "r", "--known-at", "30/04/2029"],
            &["wellspent", "ledger", "reconcile", "l", "f", "--from", "30/04/2029"],
            &["wellspent", "ledger", "statement", "l", "--contract", "c", "--as-at", "30/04/2029"],
        ] {
            let said = command.clone().try_get_matches_from(arguments).expect_err("no date").render().to_string();
            assert!(said.contains("write the year first: 2029-04-30") && said.contains(arguments[arguments.len() - 2]), "{said}");
        }
    }

    #[test]
    fn a_person_has_a_name_and_a_reason_words() {
        for text in ["-", "...", "", " ", "\u{200b}", "Ann\u{200b} Lee", "\u{410}nn"] {
            assert!(person(text).is_err(), "{text:?}");
        }
        for text in ["-", "...", "", "late\u{202e} rows"] {
            assert!(reason(text).is_err(), "{text:?}");
        }
        assert_eq!(person(" Ann  Lee "), Ok("Ann Lee".to_owned()));
        assert_eq!(reason("two rows,\n agreed"), Ok("two rows, agreed".to_owned()));
    }
}
