//! Names in a scheme file: of areas and segments, of outcomes and clauses. Each stands once, however it is written.

use std::collections::BTreeMap;

use base::money::thousands;
use base::problem::Problem;
use base::reader::Section;
use base::schedule::{find_column, find_table};
use base::source::SourceFile;

/// A list of names, in the file or in a column of a table; one name when the key is missing.
pub(super) fn list(top: &Section<'_, '_>, key: &str, column: &str, alone: &str) -> Vec<String> {
    if !top.has(key) {
        return vec![alone.to_owned()];
    }
    let Some(listed) = top.list(key) else { return vec![alone.to_owned()] };
    let table = match listed.as_slice() {
        [(file, _)] if file.ends_with(".csv") => find_table(top, key, file),
        _ => None,
    };
    let places: Vec<(String, Problem)> = match table {
        Some(table) => {
            let Some(column) = find_column(top, key, table, column) else { return vec![alone.to_owned()] };
            let cells = table.rows.iter().map(|row| &row[column]);
            cells.map(|cell| (cell.text.clone(), table.problem(cell.span, ""))).collect()
        }
        None => listed.iter().map(|(name, span)| ((*name).to_owned(), Problem::at(top.file, *span, ""))).collect(),
    };
    let mut names: Vec<String> = Vec::new();
    let mut known = SeenNames::compared_as(base::similar_names::spelled_out);
    if places.len() > MAX_NAMES {
        top.push(
            top.problem(key, format!("there are too many {column}s"))
                .read(format!("{} names", thousands(places.len() as i64)))
                .expected(format!("at most {}", thousands(MAX_NAMES as i64)))
                .fix("check that the table lists the right thing, and not people, for example"),
        );
        return vec![alone.to_owned()];
    }
    for (name, place) in places {
        let expected = format!(
            "each {column} once. Capital letters, blanks, hidden characters and short forms (`&`, `St`) make no difference"
        );
        if name.is_empty() {
            let problem = Problem { what: format!("this {column} has no name"), ..place };
            top.push(problem.expected(expected).fix("write the name, or remove the entry"));
        } else if let Some(first) = known.earlier(&top.reader.files.sources, &name, &place) {
            let problem = Problem { what: format!("the {column} `{name}` appears twice"), ..place };
            top.push(problem.read(first).expected(expected).fix("remove one of the two, or correct the name"));
        } else {
            names.push(name);
        }
    }
    if names.is_empty() {
        top.push(
            top.problem(key, format!("the list has no {column}"))
                .expected("at least one name")
                .fix(format!("remove `{key}` if the contract has only one")),
        );
        names.push(alone.to_owned());
    }
    names
}

/// The most areas, and the most segments, of a contract.
const MAX_NAMES: usize = 1_000;

/// Names in the form in which they are compared, each with its first place.
struct SeenNames {
    form: fn(&str) -> String,
    known: BTreeMap<String, (String, Problem)>,
}

impl SeenNames {
    fn compared_as(form: fn(&str) -> String) -> SeenNames {
        SeenNames { form, known: BTreeMap::new() }
    }

    /// The first place of a name that has the same form, with the place where it is now; none for a new name, which is remembered.
    fn earlier(&mut self, sources: &BTreeMap<String, SourceFile>, name: &str, place: &Problem) -> Option<String> {
        let form = (self.form)(name);
        let Some((first, at)) = self.known.get(&form) else {
            self.known.insert(form, (name.to_owned(), place.clone()));
            return None;
        };
        let on = |place: &Problem| {
            let line = || Some(sources.get(&place.file)?.place(place.span?.start).line);
            line().map_or(String::new(), |line| format!(" on line {line}"))
        };
        Some(format!("`{first}`{} and `{name}`{}", on(at), on(place)))
    }
}

/// Refuses tables of one kind whose names differ only in case, blanks or hidden characters.
pub(crate) fn each_name_once(sections: &[Section<'_, '_>], what: &str) {
    let mut known = SeenNames::compared_as(base::similar_names::folded);
    for section in sections {
        let place = Problem::at(section.file, section.span, format!("the {what} `{}` appears twice", section.name));
        if let Some(first) = known.earlier(&section.reader.files.sources, &section.name, &place) {
            let expected =
                format!("a different name for each {what}. Capital letters, blanks and hidden characters make no difference");
            section.push(place.read(first).expected(expected).fix("remove one of the two, or give it another name"));
        }
    }
}

/// Whether the number of tables of one kind is within its limit.
pub(crate) fn not_too_many(tables: &Section<'_, '_>, found: usize, most: usize, what: &str) -> bool {
    if found > most {
        tables.push(
            Problem::at(tables.file, tables.span, format!("there are too many {what}"))
                .read(format!("{found} tables"))
                .expected(format!("at most {most}"))
                .fix("look for tables that are here by mistake"),
        );
    }
    found <= most
}
