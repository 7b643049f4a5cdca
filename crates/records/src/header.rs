//! Which column of a file is which column of a table, by the names in its header. Every format has the same names.

use crate::fault::{Fault, Grade};
use crate::schema::RecordTable;
use crate::spelling::near_column;

/// The message about a column that is not read.
pub const UNKNOWN_COLUMN: &str = "the table has no such column";

/// The most columns of one row.
pub const MOST_COLUMNS: usize = 1000;

/// For each column of a table, its position among the names in a file, with faults for names that are missing, unknown or
/// repeated. CSV and Parquet files must have the same names.
#[must_use]
pub fn columns(table: &'static RecordTable, names: &[String]) -> (Vec<Option<usize>>, Vec<Fault>) {
    let mut faults = Vec::new();
    let known = || table.columns.iter().map(|column| column.name);
    let in_doubt = !is_plausible(names, &|name| known().any(|column| column == name));
    for (at, name) in names.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
        // A name with that of a column in it is one, whatever the others are.
        let parts = || name.split(|letter: char| !letter.is_alphanumeric()).map(str::to_lowercase);
        let hidden = in_doubt && !known().any(|column| parts().any(|part| part == column));
        let shown = if hidden { format!("column {}", at + 1) } else { name.chars().take(40).collect() };
        let fault = |what, expected: String, fix: String| Fault { column: shown.clone(), ..Fault::file(what, expected, fix) };
        if !known().any(|column| column == name) {
            let misspelt = known().find(|column| near_column(name, column) && !names.iter().any(|name| name == column));
            if let Some(column) = misspelt {
                let fix = format!("name the column `{column}`, or give it a clearly different name");
                faults
                    .push(fault("this column looks like another one spelled differently", format!("`{column}`"), fix).refused());
                continue;
            }
            let fix = match base::problem::nearest(name, known()) {
                Some(nearest) => format!("is `{nearest}` meant? The column is not read"),
                None => "the column is not read; remove it if it identifies people".into(),
            };
            let mut fault = fault(UNKNOWN_COLUMN, format!("one of {}", known().collect::<Vec<_>>().join(", ")), fix);
            fault.grade = Grade::Warning;
            faults.push(fault);
        } else if names[..at].contains(name) {
            faults.push(fault("the column appears twice", "each name once".into(), "remove one of the two".into()));
        }
    }
    let of: Vec<Option<usize>> = table.columns.iter().map(|column| names.iter().position(|name| name == column.name)).collect();
    for (column, at) in table.columns.iter().zip(&of) {
        if column.required && at.is_none() {
            let fix = format!("add the column: {}", column.meaning);
            let expected = format!("a column named {}", column.name);
            faults.push(Fault { column: column.name.into(), ..Fault::file("a column is missing", expected, fix) });
        }
    }
    (of, faults)
}

/// Whether the names in a header can be shown: most of them are known, and none looks like a value. A header that has lost its line
/// end goes on with somebody's row, and that of a table turned on its side has the ids of people.
fn is_plausible(names: &[String], is_known: &dyn Fn(&str) -> bool) -> bool {
    // Empty cells count: somebody's row may have many.
    let known = names.iter().filter(|name| is_known(name)).count();
    2 * known > names.len() && are_names(names)
}

/// Whether the cells of a header look like names of columns, and none like an id, a date, a number, an address or a postcode.
#[must_use]
pub fn are_names<T: AsRef<str>>(names: &[T]) -> bool {
    names.iter().all(|name| is_name(name.as_ref()))
}

/// Whether one cell of a header looks like the name of a column.
#[must_use]
pub fn is_name(name: &str) -> bool {
    // A name may have a number, such as "address 2" or "line_10", and not much more.
    let digits = name.chars().filter(char::is_ascii_digit).count();
    digits <= 2 && !is_postcode(name) && !name.contains('@')
}

/// Whether a text has the form of a British postcode: letters, a digit, and at the end a digit and two letters.
fn is_postcode(text: &str) -> bool {
    let letters: Vec<char> = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    let [area @ .., sector, one, two] = &letters[..] else { return false };
    (2..=4).contains(&area.len())
        && area[0].is_alphabetic()
        && area.iter().any(char::is_ascii_digit)
        && sector.is_ascii_digit()
        && one.is_alphabetic()
        && two.is_alphabetic()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a header of people is told as, by column.
    fn told(header: &str) -> Vec<String> {
        let names: Vec<String> = header.split(',').map(str::to_owned).collect();
        let table = crate::schema::table("people").expect("a table");
        columns(table, &names).1.into_iter().filter(|fault| fault.place == 0).map(|fault| fault.column).collect()
    }

    #[test]
    fn only_what_is_surely_a_name_is_shown() {
        assert_eq!(told("person,born,sex,notes,address 2"), ["notes", "address 2"]);
        // Somebody's row follows on the same line.
        assert_eq!(told("person,born,sex,p1,quarmby,"), ["column 4", "column 5"]);
        assert_eq!(told("person,born,sex,died,known,qp70000,quarmby"), ["column 6", "column 7"]);
        assert_eq!(told("person,born,sex,died,known,quarmby,1984-05-30"), ["column 6", "column 7"]);
        assert_eq!(told("person,born,sex,died,known,quarmby,zz9 9zz"), ["column 6", "column 7"]);
        // Columns of many names, of which some are surely no values.
        assert_eq!(told("person,imd2019,ward,date_known,Died (day)"), ["column 2", "column 3", "date_known", "Died (day)"]);
        // A table on its side.
        assert_eq!(told("person,anna,berta"), ["column 2", "column 3"]);
    }
}
