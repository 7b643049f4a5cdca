//! Dates of birth of the records that are linked as one person. A slip in a date is what linking is made for. Two records of one agency
//! with dates that no slip turns into each other are two people, and counted as one they have each other's starts and events.

use std::collections::BTreeMap;

use base::day::{Day, NEVER, date};
use records::batch::{Batch, Name};

/// Two records that are linked as one person, and have different dates of birth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DifferentBirths {
    /// The positions of the record and of an earlier one of the same person, and the rows of people that they are from.
    pub record: usize,
    pub row: u64,
    pub other: usize,
    pub other_row: u64,
    /// Whether both the year and the day within the year differ, and neither is the other with two numbers exchanged.
    pub clearly: bool,
}

/// How many different dates of birth of one person are compared.
const MOST_COMPARED: usize = 100;

/// A record of a person, its row of people, and the date of birth there.
type Born = (usize, u64, Day);

/// For every record whose date of birth is another than that of an earlier record of its person: the two records, of one agency if there
/// are such. `people` are the agencies' tables of people by record; `persons` has the person of each record, and `agencies` the agency.
#[must_use]
pub fn different_births(people: &[Batch], persons: &[u32], agencies: &[&str]) -> Vec<DifferentBirths> {
    let mut of: BTreeMap<u32, Vec<Born>> = BTreeMap::new();
    for batch in people {
        let (person, born) = (batch.table.column("person"), batch.table.column("born"));
        for row in (0..batch.rows()).filter(|row| batch.day(born, *row) != NEVER) {
            if let Some(Name::Number(record)) = batch.name(person, row) {
                let record = record as usize;
                of.entry(persons[record]).or_default().push((record, batch.places[row], batch.day(born, row)));
            }
        }
    }
    let mut out = Vec::new();
    for births in of.values_mut() {
        births.sort_unstable();
        let mut seen: Vec<Born> = Vec::new();
        for one in births.iter() {
            let differs = |other: &&Born| other.2 != one.2;
            let own = |other: &&Born| agencies[other.0] == agencies[one.0];
            // Two records of one agency say more than two of different ones.
            let clear = seen.iter().find(|other| own(other) && clearly_different(other.2, one.2));
            if let Some((other, other_row, born)) = clear.or_else(|| seen.iter().find(differs)).copied() {
                let clearly = agencies[other] == agencies[one.0] && clearly_different(born, one.2);
                out.push(DifferentBirths { record: one.0, row: one.1, other, other_row, clearly });
            }
            let known = seen.iter().any(|other| other.2 == one.2 && agencies[other.0] == agencies[one.0]);
            if !known && seen.len() < MOST_COMPARED {
                seen.push(*one);
            }
        }
    }
    out.sort_unstable();
    out
}

/// Whether two dates differ in the year and in the day within the year, and no exchange of two numbers makes them the same.
fn clearly_different(one: Day, other: Day) -> bool {
    let (one, other) = (date(one), date(other));
    let within = |date: jiff::civil::Date| {
        let mut numbers = [date.month(), date.day()];
        numbers.sort_unstable();
        numbers
    };
    one.year() != other.year() && within(one) != within(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::day::parse;
    use records::column_values::ColumnValues;
    use records::schema::table;

    fn people(births: &[&str]) -> Batch {
        let mut batch = Batch::empty(table("people").expect("a table"));
        births.iter().for_each(|born| batch.push(&[("person", "x"), ("born", born)]));
        let person = batch.table.column("person");
        batch.columns[person] = ColumnValues::Numbers((0..births.len() as i64).collect());
        batch
    }

    /// Records of agency A, and of B where the date has a star.
    fn found(births: &[&str]) -> Vec<(usize, usize, bool)> {
        let agencies: Vec<&str> = births.iter().map(|born| if born.ends_with('*') { "B" } else { "A" }).collect();
        let births: Vec<&str> = births.iter().map(|born| born.trim_end_matches('*')).collect();
        let found = different_births(&[people(&births)], &vec![7; births.len()], &agencies);
        found.into_iter().map(|births| (births.record, births.other, births.clearly)).collect()
    }

    #[test]
    fn slips_are_told_from_other_people() {
        assert_eq!(found(&["1980-03-04", "1980-03-04", "1980-03-04*", ""]), []);
        assert_eq!(found(&["1980-03-04", "1980-03-05"]), [(1, 0, false)], "a slip in the day");
        assert_eq!(found(&["1980-03-04", "1981-04-03"]), [(1, 0, false)], "month and day exchanged");
        assert_eq!(found(&["1980-03-04", "1991-07-20*"]), [(1, 0, false)], "linking knows more than two agencies' dates");
        assert_eq!(found(&["1980-03-04", "1991-07-20"]), [(1, 0, true)]);
        assert_eq!(found(&["1980-03-04", "1980-03-05*", "1991-07-20*"]), [(1, 0, false), (2, 1, true)]);
        let thirty: Vec<String> = (0..30).map(|at| format!("19{}-0{}-1{}", 60 + at, 1 + at % 9, at % 10)).collect();
        let thirty: Vec<&str> = thirty.iter().map(String::as_str).collect();
        assert_eq!(found(&thirty).iter().filter(|(_, _, clearly)| *clearly).count(), 29);
        assert!(parse(thirty[0].as_bytes()).is_ok());
    }
}
