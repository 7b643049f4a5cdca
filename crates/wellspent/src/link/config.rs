//! Reads the configuration of a linkage: whose tables there are, and what each column is. Columns that are not named are not
//! opened, so that nothing but identifiers comes near a linkage.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use base::Reader;
use base::reader::Section;
use linkage::cleaning::clean;
use linkage::field::{Field, FieldKind, KINDS, Missing};
use linkage::source_tables::{RawColumn, RowAgency, SourceTable};
use records::fault::Grade;

use super::decisions::{self, Decisions};
use super::model;
use super::named_files::{FIX_FILE, MISSING, NamedFiles};
use crate::folder;
use crate::link::{table_checks, texts};
use records::files::safe::{self, LARGEST_LIST_BYTES, Reach};

/// What a configuration says.
pub(crate) struct Config {
    /// What the linkage is for, and by what right.
    pub purpose: String,
    pub basis: String,
    pub fields: Vec<Field>,
    /// For each field the letter at which a value parts into several.
    pub split: Vec<Option<char>>,
    pub tables: Vec<TableConfig>,
    /// Bits; `None` where nothing is said.
    pub join: Option<f64>,
    /// Full names by the short forms of forenames, instead of our own list.
    pub nicknames: Option<BTreeMap<String, String>>,
    /// A model that is used as it is; without one a model is learned.
    pub model: Option<model::LoadedModel>,
    pub decisions: Decisions,
}

/// One table.
pub(crate) struct TableConfig {
    pub name: String,
    file: PathBuf,
    /// The sheet of a workbook; without it the only one.
    sheet: Option<String>,
    id: String,
    /// The column with the agency of each row.
    pub agency: Option<String>,
    /// Whether the agency may hold the same person twice.
    pub twice: bool,
    /// A column that says who each record really is, for evaluation only.
    truth: Option<String>,
    /// A column with a group of people (ethnicity, sex) for which errors are told apart, for evaluation only.
    group: Option<String>,
    /// Field and column.
    columns: Vec<(usize, String)>,
}

/// The tables as they were read.
pub(crate) struct LoadedTables {
    pub tables: Vec<SourceTable>,
    /// For each record of all tables, who it really is, and the group for which errors are told apart; nothing where no table
    /// says, and an empty text where one does not.
    pub truth: Vec<String>,
    pub group: Vec<String>,
    pub faults: Vec<(String, records::fault::Fault)>,
    /// What else there is to say of a table.
    pub warnings: Vec<String>,
}

/// A configuration with no more in it than is needed.
const LEAST: &str = r#"    purpose = "joint support for prison leavers"
    basis = "Crime and Disorder Act 1998, section 115"

    [table.police]
    file = "police.csv"
    id = "record"

    [table.police.columns]
    forenames = "forename"
    family_name = "surname"
    born = "date of birth"
"#;

/// Reads a configuration, with its warnings. Mistakes in it are an error that holds them.
pub(crate) fn read(path: &Path, reach: Reach) -> anyhow::Result<(Config, Vec<String>)> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let (config, warnings) = folder::document(path, |reader, name| parse(reader, name, folder, reach))?;
    Ok((config.with_context(|| format!("{} is no configuration of a linkage", path.display()))?, warnings))
}

/// A configuration that is open; what it names is looked for from a folder. Problems go to the reader.
pub(crate) fn parse(reader: &Reader<'_>, name: &str, folder: &Path, reach: Reach) -> Option<Config> {
    let fix = format!(
        "write into it, with your own names:

{LEAST}
docs/linkage.md has the rest"
    );
    let base = NamedFiles { folder, reach };
    Some(config(&reader.document_or(name, "purpose = \"…\"", &fix)?, &base))
}

fn config(top: &Section<'_, '_>, base: &NamedFiles<'_>) -> Config {
    let purpose = top.required_text("purpose", "what the linkage is for, such as \"joint support for prison leavers\"");
    let basis = top.required_text("basis", "by what right, such as \"Crime and Disorder Act 1998, section 115\"");
    let join = top.number::<base::literal::Plain>("join").map(|plain| plain.0);
    let rules: Option<Vec<String>> = top.list("rules").map(|list| list.into_iter().map(|(rule, _)| rule.to_owned()).collect());
    let model = top.text("model").and_then(|file| {
        let read = model::read(&base.file(top, "model", file, FIX_FILE)?, rules.as_deref());
        read.map_err(|error| {
            top.push(top.problem("model", format!("{error:#}")).fix("see docs/linkage.md, \"Models made elsewhere\""))
        })
        .ok()
    });
    if rules.is_some() && !top.has("model") {
        let problem = top.problem("rules", "rules belong to a model made elsewhere; without one they are found in the data");
        top.push(problem.fix("leave `rules` out, or name the `model`"));
    }
    let nicknames = top.text("nicknames").and_then(|file| {
        if model.is_some() {
            let problem = top.problem("nicknames", "the model has its list of names in it");
            top.push(problem.fix("leave `nicknames` out"));
        }
        let read = nicknames(&base.file(top, "nicknames", file, MEND_NICKNAMES)?);
        read.map_err(|error| top.push(top.problem("nicknames", format!("{error:#}")).fix(MEND_NICKNAMES))).ok()
    });
    let fields = model.as_ref().map_or(Vec::new(), |model| model.fields.clone());
    let split = vec![None; fields.len()];
    let (tables, decisions) = (Vec::new(), Decisions::default());
    let mut config = Config { purpose, basis, fields, split, tables, join, nicknames, model, decisions };
    // What the columns are cannot be said of a model that was not read, and every one of them would be told as a mistake.
    if top.has("model") && config.model.is_none() {
        return config;
    }
    if let Some(tables) = top.required_section("table", "a table for each agency, such as [table.police]") {
        for section in tables.sections() {
            let table = table(&section, base, &mut config);
            config.tables.push(table);
            section.finish();
        }
        tables.finish();
    }
    config.decisions = decisions::read(top, base, &config.fields, join);
    top.finish();
    config
}

const MEND_NICKNAMES: &str = "write a CSV file with the columns `short` and `full`, such as bill,william";

/// Reads a list of short forms of names, cleaned as forenames are.
fn nicknames(file: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    safe::open(file, LARGEST_LIST_BYTES)?;
    let (columns, faults) = texts::read(file, &["short", "full"])?;
    if let Some(fault) = faults.iter().find(|fault| fault.grade != Grade::Warning) {
        bail!("{}, row {}: {}", file.display(), fault.place, fault.what);
    }
    let [short, full] = &columns[..] else { bail!("{} has no names", file.display()) };
    let name = |raw: &RawColumn, row: usize| clean(FieldKind::Forename, raw.values.text(raw.rows[row]), false);
    let mut names: BTreeMap<String, (String, usize)> = BTreeMap::new();
    for row in 0..short.rows.len() {
        let (short, full) = (name(short, row), name(full, row));
        if short.is_empty() {
            continue;
        }
        let (known, first) = names.entry(short).or_insert((full.clone(), row));
        if *known != full {
            bail!(
                "{}: rows {} and {} have the same short form of different names",
                file.display(),
                texts::row_number(file, *first),
                texts::row_number(file, row)
            );
        }
    }
    Ok(names.into_iter().map(|(short, (full, _))| (short, full)).collect())
}

fn table(section: &Section<'_, '_>, base: &NamedFiles<'_>, config: &mut Config) -> TableConfig {
    let path = section.path_of("");
    let name = path.trim_end_matches('.').rsplit('.').next().unwrap_or_default().to_owned();
    let named = section.required_text("file", "a CSV, Excel or Parquet file beside this one, such as \"police.csv\"");
    let file = if named.is_empty() { None } else { base.file(section, "file", &named, FIX_FILE) }.unwrap_or_default();
    let id = section.required_text("id", "the column with the agency's own id, such as \"record\"");
    let text = |key: &str| section.text(key).map(str::to_owned);
    let (agency, truth, group, sheet) = (text("agency"), text("truth"), text("group"), text("sheet"));
    let twice = section.truth("twice").unwrap_or(true);
    let mut columns = Vec::new();
    if config.model.is_some() && !section.has("columns") {
        columns.extend(config.fields.iter().enumerate().map(|(at, field)| (at, field.name.clone())));
    } else if let Some(named) = section.required_section("columns", "what each column is, such as [table.police.columns]") {
        for (column, _) in named.keys() {
            if let Some(field) = field(&named, column, config) {
                columns.push((field, column.to_owned()));
            }
        }
        named.finish();
    }
    TableConfig { name, file, sheet, id, agency, twice, truth, group, columns }
}

/// What one column is: a kind, or a table with more to say. Gives the position of its field. With a model the fields are the
/// model's, and a column may be named by the field alone.
fn field(columns: &Section<'_, '_>, column: &str, config: &mut Config) -> Option<usize> {
    if config.model.is_some() && columns.is_text(column) {
        let named = |field: &Field| columns.text(column).is_some_and(|text| text.eq_ignore_ascii_case(&field.name));
        if let Some(at) = config.fields.iter().position(named) {
            return Some(at);
        }
    }
    let kinds: Vec<(&str, usize)> = KINDS.iter().enumerate().map(|(at, (name, _, _))| (*name, at)).collect();
    let (kind, name, missing, split) = if columns.is_text(column) {
        (columns.choice(column, &kinds)?, None, None, None)
    } else {
        let more = columns.section(column)?;
        let name = more.text("as").map(str::to_owned);
        let of_model = config.model.is_some() && name.is_some();
        let kind = more.choice("is", &kinds);
        if !of_model && !more.has("is") {
            let problem = columns.problem(column, format!("nothing says what the column `{column}` is"));
            let known = kinds.iter().map(|(name, _)| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
            columns.push(problem.expected(format!("`is`, one of {known}")).fix("add to it: is = \"surname\", or what it is"));
        }
        let missing = more.choice("missing", &MISSING);
        let split = letter(&more);
        if config.model.is_some() && more.has("missing") {
            let problem = more.problem("missing", "what an empty cell says is for the model to say");
            more.push(problem.fix("leave `missing` out"));
        }
        more.finish();
        if let (Some(_), Some(name)) = (&config.model, &name) {
            let at = known(config, columns, column, name)?;
            parted(config, columns, column, at, split);
            return Some(at);
        }
        (kind?, name, missing, split)
    };
    let kind = KINDS[kind].1;
    // One field of most kinds is enough for anybody; of these there may be several, told apart by their names.
    let several = matches!(kind, FieldKind::AddressPart | FieldKind::Area | FieldKind::NationalId);
    let name = name.unwrap_or_else(|| {
        if several {
            column.to_lowercase()
        } else {
            KINDS.iter().find(|(_, of, _)| *of == kind).map_or(column, |found| found.0).to_owned()
        }
    });
    if config.model.is_some() {
        return known(config, columns, column, &name);
    }
    let at = config.fields.iter().position(|known| known.name == name).unwrap_or_else(|| {
        config.fields.push(Field { name, kind, missing: Missing::default() });
        config.split.push(None);
        config.fields.len() - 1
    });
    if let Some(missing) = missing {
        config.fields[at].missing = missing;
    }
    parted(config, columns, column, at, split);
    Some(at)
}

/// The letter between the values of a cell.
fn letter(column: &Section<'_, '_>) -> Option<char> {
    let text = column.text("split")?;
    let mut letters = text.chars();
    let letter = letters.next();
    if letter.is_none() || letters.next().is_some() {
        let problem = column.problem("split", "values are parted by one letter").read(format!("\"{text}\""));
        column.push(problem.expected("one letter").fix("write it like this: split = \"|\""));
    }
    letter
}

/// Notes at which letter the values of a field part; columns that meet in a field part at the same one.
fn parted(config: &mut Config, columns: &Section<'_, '_>, column: &str, at: usize, split: Option<char>) {
    if let (Some(one), Some(other)) = (config.split[at], split)
        && one != other
    {
        let what = format!("another column of the field `{}` parts at \"{one}\"", config.fields[at].name);
        let problem = columns.problem(column, what).read(format!("split = \"{other}\""));
        columns.push(problem.fix("give both columns the same letter, or each a field of its own with `as`"));
    }
    config.split[at] = config.split[at].or(split);
}

/// The position of a field of the model.
fn known(config: &Config, columns: &Section<'_, '_>, column: &str, name: &str) -> Option<usize> {
    let found = config.fields.iter().position(|known| known.name.eq_ignore_ascii_case(name));
    if found.is_none() {
        let names: Vec<&str> = config.fields.iter().map(|field| field.name.as_str()).collect();
        let problem = columns.problem(column, format!("the model has no field `{name}`")).read(format!("`{name}`"));
        columns.push(problem.expected(format!("one of {}", names.join(", "))).nearest(name, names));
    }
    found
}

impl Config {
    /// Reads the columns that are named, and no others.
    pub(crate) fn tables(&self) -> anyhow::Result<LoadedTables> {
        let mut read =
            LoadedTables { tables: Vec::new(), truth: Vec::new(), group: Vec::new(), faults: Vec::new(), warnings: Vec::new() };
        for config in &self.tables {
            let mut wanted: Vec<&str> = config.agency.as_deref().into_iter().collect();
            wanted.extend(config.truth.as_deref());
            wanted.extend(config.group.as_deref());
            wanted.extend(config.columns.iter().map(|(_, column)| column.as_str()));
            let found = texts::read_sheet(&config.file, config.sheet.as_deref(), Some(&config.id), &wanted)?;
            let sheet = config.sheet.as_ref().map_or(String::new(), |sheet| format!(", sheet {sheet}"));
            let name = format!("{}{sheet}", config.file.display());
            let complete = found.faults.iter().all(|fault| fault.grade == Grade::Warning);
            table_checks::ids(&name, &config.file, &config.id, &found.ids, complete)?;
            read.warnings.extend(table_checks::no_rows(&name, found.ids.len()));
            read.faults.extend(found.faults.into_iter().map(|fault| (name.clone(), fault)));
            let mut columns = found.columns;
            let mut next = || columns.remove(0);
            let mut table = SourceTable { agency: RowAgency::One(config.name.clone()), ids: found.ids, columns: Vec::new() };
            if config.agency.is_some() {
                table.agency = RowAgency::Column(next());
            }
            let rows = table.ids.len();
            let labels = |column: Option<RawColumn>, into: &mut Vec<String>| match column {
                Some(raw) => into.extend(raw.rows.iter().map(|row| raw.values.text(*row).to_owned())),
                None => into.extend(std::iter::repeat_n(String::new(), rows)),
            };
            if self.tables.iter().any(|table| table.truth.is_some()) {
                labels(config.truth.is_some().then(&mut next), &mut read.truth);
            }
            if self.tables.iter().any(|table| table.group.is_some()) {
                labels(config.group.is_some().then(&mut next), &mut read.group);
            }
            table.columns = (0..self.fields.len()).map(|_| None).collect();
            for (field, column) in &config.columns {
                let raw = next();
                if self.fields[*field].kind == FieldKind::BirthDate && self.split[*field].is_none() {
                    read.warnings.extend(table_checks::dates(&name, column, &raw));
                }
                table.columns[*field] = Some(raw);
            }
            read.tables.push(table);
        }
        if read.tables.iter().all(|table| table.ids.is_empty()) {
            bail!("the tables have no rows");
        }
        Ok(read)
    }
}
