//! Purposes: what records of several agencies may be linked and shown for, and on which legal basis. The input is the purposes
//! that a file states. The output is a yes, or a refusal that says what would allow it. What a purpose does not name is not
//! covered, and no word covers everything.

use std::fmt;

use base::problem::{Problem, nearest};
use base::reader::{Reader, Section};
use base::source::Span;
use jiff::civil::Date;

use records::schema::{RecordTable, TABLES, table};

/// The file that states them, with a table `[purpose.NAME]` for each.
pub const PURPOSES_FILE: &str = "purposes.toml";

/// One stated purpose.
#[derive(Clone, Debug, PartialEq)]
pub struct Purpose {
    pub name: String,
    /// What it is for, in words.
    pub why: String,
    pub legal_basis: String,
    /// The agencies whose records may be linked and shown.
    pub agencies: Vec<String>,
    pub shows: Vec<ShownItem>,
    pub from: Date,
    /// The last day on which it holds.
    pub until: Date,
}

/// Something that may be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownItem {
    pub table: &'static RecordTable,
    pub part: ShownPart,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ShownPart {
    /// "events": every row, without the columns that identify a person.
    Rows,
    /// "events: offence": the rows of one kind.
    Kind(String),
    /// "feedback.words": a column that identifies a person, or has the words of one.
    Column(&'static str),
}

/// Something that no purpose covers, and what would allow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurposeRefusal {
    pub what: String,
    pub hint: String,
}

impl fmt::Display for PurposeRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n\nhint: {}", self.what, self.hint)
    }
}

impl std::error::Error for PurposeRefusal {}

/// The purpose of a name, if it holds on a day.
///
/// # Errors
///
/// There is no such purpose, or it does not hold on that day.
pub fn stated<'a>(purposes: &'a [Purpose], name: &str, day: Date) -> Result<&'a Purpose, PurposeRefusal> {
    let Some(purpose) = purposes.iter().find(|purpose| purpose.name == name) else {
        let names: Vec<&str> = purposes.iter().map(|purpose| purpose.name.as_str()).collect();
        let near = nearest(name, names.iter().copied()).map_or(String::new(), |near| format!("did you mean `{near}`? "));
        return Err(PurposeRefusal {
            what: format!("{PURPOSES_FILE} states no purpose `{name}`; it states {}", listed(&names)),
            hint: format!(
                "{near}a new purpose needs a table [purpose.\"{name}\"] with its legal basis; docs/linkage.md says how"
            ),
        });
    };
    if day < purpose.from || day > purpose.until {
        return Err(PurposeRefusal {
            what: format!("the purpose `{name}` holds from {} to {}, not on {day}", purpose.from, purpose.until),
            hint: format!(
                "if its legal basis still holds, the person responsible for [purpose.{name}] can change `from` or `until` in {PURPOSES_FILE}"
            ),
        });
    }
    Ok(purpose)
}

impl Purpose {
    /// Whether records of an agency may be linked and shown.
    ///
    /// # Errors
    ///
    /// The purpose does not name the agency.
    pub fn agency(&self, agency: &str) -> Result<(), PurposeRefusal> {
        if self.agencies.iter().any(|known| known == agency) {
            return Ok(());
        }
        let agencies: Vec<&str> = self.agencies.iter().map(String::as_str).collect();
        Err(self.refusal(
            &format!("records of {agency}; it covers those of {}", listed(&agencies)),
            &format!("add \"{agency}\" to `agencies`"),
        ))
    }

    /// Whether rows of a table may be shown; of one kind, if a kind is given.
    ///
    /// # Errors
    ///
    /// The purpose does not name them.
    pub fn rows(&self, table: &RecordTable, kind: Option<&str>) -> Result<(), PurposeRefusal> {
        if self.shows_row(table, kind.unwrap_or_default()) {
            return Ok(());
        }
        let item = kind.map_or(table.name.to_owned(), |kind| format!("{}: {kind}", table.name));
        Err(self.refusal(&format!("\"{item}\""), &format!("add \"{item}\" to `shows`")))
    }

    fn refusal(&self, what: &str, add: &str) -> PurposeRefusal {
        PurposeRefusal {
            what: format!("the purpose `{}` does not cover {what}", self.name),
            hint: format!("if its legal basis ({}) allows it, {add} of [purpose.{}]", self.legal_basis, self.name),
        }
    }

    /// Whether a row of some kind may be shown. Rows of tables without kinds have the empty kind.
    #[must_use]
    pub fn shows_row(&self, table: &RecordTable, kind: &str) -> bool {
        self.shows.iter().any(|item| {
            item.table.name == table.name
                && match &item.part {
                    ShownPart::Rows => true,
                    // "assessment: housing" is an assessment of the need for housing.
                    ShownPart::Kind(known) => {
                        kind.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
                    }
                    ShownPart::Column(_) => false,
                }
        })
    }

    /// Whether a column may be shown: one that identifies a person only if it is named, and the others with their rows.
    #[must_use]
    pub fn shows_column(&self, table: &RecordTable, column: usize) -> bool {
        let column = &table.columns[column];
        let with_rows = !column.personal || table.name == "people" && ["died", "removed"].contains(&column.name);
        let named = |item: &ShownItem| match &item.part {
            ShownPart::Rows | ShownPart::Kind(_) => with_rows,
            ShownPart::Column(name) => *name == column.name,
        };
        self.shows.iter().any(|item| item.table.name == table.name && named(item))
    }

    /// Whether anything of a table may be shown.
    #[must_use]
    pub fn touches(&self, table: &RecordTable) -> bool {
        self.shows.iter().any(|item| item.table.name == table.name)
    }
}

/// "a, b and c", or "none".
fn listed(names: &[&str]) -> String {
    match names {
        [] => "none".to_owned(),
        [one] => (*one).to_owned(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// Reads every purpose of the file. The reader keeps the problems.
#[must_use]
pub fn read(reader: &Reader<'_>) -> Vec<Purpose> {
    let Some(file) = reader.document_or(PURPOSES_FILE, "[purpose.NAME]", "docs/linkage.md has one to copy") else {
        return Vec::new();
    };
    let section = file.required_section("purpose", "a table [purpose.NAME] for each purpose");
    let purposes = section.iter().flat_map(Section::sections).filter_map(|purpose| one(&purpose)).collect();
    file.finish();
    purposes
}

fn one(section: &Section<'_, '_>) -> Option<Purpose> {
    let why = section.required_text("why", "what the purpose is, in words, such as \"to plan support together\"");
    let legal_basis =
        section.required_text("legal_basis", "the law that allows it, such as \"Crime and Disorder Act 1998, s.115\"");
    let names = |key: &str, expected: &str| {
        if !section.has(key) {
            section.required_text(key, expected);
        }
        section.list(key).unwrap_or_default()
    };
    let agencies = names("agencies", "the agencies it covers, such as [\"probation\", \"housing\"]");
    let agencies: Vec<String> = agencies.into_iter().map(|(name, _)| name.trim().to_owned()).collect();
    let mut shows = Vec::new();
    for (text, span) in names("shows", "what may be shown, such as [\"events\", \"spells: tenancy\"]") {
        match item(section.file, span, text) {
            Ok(item) => shows.push(item),
            Err(problem) => section.push(*problem),
        }
    }
    for (key, text) in [("why", &why), ("legal_basis", &legal_basis)] {
        if section.has(key) && text.trim().is_empty() {
            let problem = section.problem(key, format!("`{key}` is empty")).expected("a few words");
            section.push(problem.fix("write it in words: nothing may be linked or shown without it"));
        }
    }
    let (from, until) = (section.required_date("from"), section.required_date("until"));
    section.finish();
    let (from, until) = (from?, until?);
    if until < from {
        let problem = section.problem("until", "the purpose ends before it begins").read(until.to_string());
        section.push(problem.expected("`from` or a later day").fix("check both days"));
    }
    Some(Purpose { name: section.name.clone(), why, legal_basis, agencies, shows, from, until })
}

/// One item of `shows`, or the problem with it.
fn item(file: &str, span: Span, text: &str) -> Result<ShownItem, Box<Problem>> {
    let text = text.trim();
    let (name, kind, column) = match (text.split_once(':'), text.split_once('.')) {
        (Some((name, kind)), _) => (name.trim(), Some(kind.trim()), None),
        (None, Some((name, column))) => (name.trim(), None, Some(column.trim())),
        (None, None) => (text, None, None),
    };
    let wrong = |what: String, expected: String| Problem::at(file, span, what).read(format!("\"{text}\"")).expected(expected);
    let known = || TABLES.iter().map(|table| table.name);
    let Some(table) = table(name) else {
        let problem = wrong(format!("there is no table `{name}`"), format!("one of {}", known().collect::<Vec<_>>().join(", ")));
        let fix = "write a table (\"events\"), a kind of its rows (\"events: offence\") or one of its personal columns";
        return Err(Box::new(problem.nearest(name, known()).fix(fix)));
    };
    let part = match (kind, column) {
        (Some(_), _) if !table.columns.iter().any(|column| column.name == "kind") => {
            let problem = wrong(format!("rows of `{name}` have no kind"), "the table's name".into());
            return Err(Box::new(problem.fix(format!("write \"{name}\" alone"))));
        }
        (Some(kind), _) => ShownPart::Kind(kind.to_owned()),
        (None, Some(column)) => ShownPart::Column(personal(table, column).ok_or_else(|| {
            let personal = || table.columns.iter().filter(|column| column.personal).map(|column| column.name);
            let expected = format!("one of {}", personal().collect::<Vec<_>>().join(", "));
            let problem = wrong(format!("`{name}` has no personal column `{column}`"), expected);
            Box::new(problem.nearest(column, personal()).fix("columns that are not personal are shown with their rows"))
        })?),
        (None, None) => ShownPart::Rows,
    };
    Ok(ShownItem { table, part })
}

/// A personal column by its name.
fn personal(table: &'static RecordTable, name: &str) -> Option<&'static str> {
    table.columns.iter().find(|column| column.personal && column.name == name).map(|column| column.name)
}
