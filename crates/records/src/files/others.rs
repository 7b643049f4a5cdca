//! The other files in a folder of records: files, folders and sheets that are not read. If the name of one contains the name of
//! a table, it may be a part of the table, and the sum would be wrong without it. So it stops the run if the table is needed.

use crate::fault::Fault;
use crate::schema::TABLES;
use crate::spelling::{folded, near};

use super::table_file::TableFile;

/// What the data-quality report says of a file that is not a table.
pub const UNREAD: &str = "this is not a table of records, so it is not read";
/// What it says of a table that no rule needs.
pub const UNWANTED: &str = "no rule needs this table, so it is not read";

/// The largest number that is one of a part, and not a year or a code.
const MOST_PARTS: u64 = 20;

/// A file, a folder or a sheet that is not read, or a part that is not there.
#[derive(Debug)]
pub struct OtherFile {
    /// Its name in the folder: `notes.txt`, `archive/`, or `records.xlsx, sheet Notes`.
    pub name: String,
    /// The tables whose names its name contains.
    pub looks_like: Vec<&'static str>,
    /// How to name it if it is a part of the table: `events-2.csv`, or a sheet `events-2`.
    pub fix: String,
    /// Whether it is not there at all: the parts of a table are numbered, and one number is missing.
    pub is_missing: bool,
}

impl OtherFile {
    /// A file, or a folder if the name ends in a slash.
    pub fn file(name: String) -> OtherFile {
        OtherFile { looks_like: tables_in(&name), name, fix: String::new(), is_missing: false }
    }

    /// A hidden file, or a lock of a program.
    pub fn hidden(name: String) -> OtherFile {
        OtherFile { name, looks_like: Vec::new(), fix: String::new(), is_missing: false }
    }

    /// A sheet of a workbook.
    pub fn sheet(file: &str, sheet: &str) -> OtherFile {
        let looks_like = tables_named_in(sheet);
        OtherFile { name: format!("{file}, sheet {sheet}"), looks_like, fix: String::new(), is_missing: false }
    }

    /// The parts that are missing between others: `events-2` where there are `events` and `events-3`. Years and dates in names of files
    /// are larger, and may have gaps.
    pub(super) fn missing_parts(files: &[TableFile]) -> Vec<OtherFile> {
        let between = |pair: &[TableFile]| {
            let gap = pair[0].table.name == pair[1].table.name && pair[1].part <= MOST_PARTS && pair[1].part > pair[0].part + 1;
            gap.then(|| OtherFile {
                name: format!("{}-{}", pair[0].table.name, pair[0].part + 1),
                looks_like: vec![pair[0].table.name],
                fix: "supply it; if there is none, number the parts without a gap".to_owned(),
                is_missing: true,
            })
        };
        files.windows(2).filter_map(between).collect()
    }

    /// Suggests a name, once every file of the folder is known.
    pub fn suggest_name(&mut self, files: &[TableFile]) {
        let Some(table) = self.looks_like.first().filter(|_| !self.is_missing) else { return };
        let last = files.iter().filter(|file| file.table.name == *table).map(|file| file.part).max();
        let part = last.map_or(String::new(), |last| format!("-{}", last.saturating_add(1)));
        self.fix = match (self.name.rsplit_once(", sheet "), self.name.rsplit_once('.')) {
            (Some(_), _) => {
                format!(
                    "name the sheet `{table}{part}` if it is a part of the table; otherwise delete it, or move it to another workbook"
                )
            }
            (None, ending) => {
                let ending = ending.map(|(_, ending)| ending.to_lowercase());
                let ending = ending.filter(|ending| ["tsv", "parquet", "xlsx", "ods"].contains(&ending.as_str()));
                let ending = ending.unwrap_or_else(|| "csv".into());
                format!("name it {table}{part}.{ending} if it is a part of the table; otherwise move it out of the folder")
            }
        };
    }

    /// The fault to report: refused if it looks like a table that is wanted.
    pub fn fault(&self, wanted: &dyn Fn(&str) -> bool) -> Fault {
        if self.is_missing {
            let what = "the parts of this table are numbered, and this one is missing";
            let fault = Fault::file(what, "every part of the table", self.fix.clone());
            return if self.looks_like.iter().any(|table| wanted(table)) { fault.refused() } else { fault.warning() };
        }
        let Some(table) = self.looks_like.iter().find(|table| wanted(table)) else {
            return Fault::file(
                UNREAD,
                "files of tables",
                "no action needed if it has no rows of a table; if they are an agency's own rows, `wellspent records map` makes tables of \
                 them",
            )
            .warning();
        };
        let what = "the name looks like that of a table that is needed, but this is not read";
        let expected = format!("{table}.csv, and {table}-2.csv and so on for further parts; or .parquet, .xlsx, .ods");
        Fault::file(what, expected, self.fix.clone()).refused()
    }
}

/// Endings of files that never have rows: documents, pictures, programs, checksums and settings.
const DOCUMENTS: [&str; 64] = [
    "md", "markdown", "rst", "adoc", "tex", "pdf", "doc", "docx", "docm", "odt", "rtf", "pages", "ppt", "pptx", "odp", "vsdx",
    "png", "jpg", "jpeg", "gif", "svg", "webp", "bmp", "tif", "tiff", "heic", "ico", "mp3", "mp4", "mov", "wav", "htm", "html",
    "mht", "css", "js", "msg", "eml", "ics", "toml", "yaml", "yml", "ini", "cfg", "log", "py", "r", "rmd", "qmd", "ipynb", "sql",
    "do", "sps", "sas", "sh", "bat", "ps1", "lnk", "url", "sha256", "md5", "asc", "sig", "lock",
];

/// Words in the name of a text file that is written for people.
const NOTES: [&str; 7] = ["readme", "note", "notes", "about", "licence", "license", "documentation"];

/// Words next to the name of a table that only say which part or copy it is, and endings of files.
const BESIDE: [&str; 33] = [
    "copy", "of", "final", "part", "new", "old", "v", "version", "backup", "bak", "draft", "tmp", "orig", "the", "csv", "tsv",
    "gz", "txt", "parquet", "xlsx", "xlsm", "xls", "xlsb", "ods", "json", "zip", "dat", "tar", "xml", "bz", "xz", "zst", "sheet",
];

/// Whether a file may be a part or a copy of a table, judging by its name.
#[must_use]
pub fn may_be(name: &str, table: &str) -> bool {
    may_have_rows(name) && is_named_in(name, table)
}

/// The tables whose names the name of a file contains; none if the file cannot have rows.
fn tables_in(name: &str) -> Vec<&'static str> {
    if may_have_rows(name) { tables_named_in(name) } else { Vec::new() }
}

fn may_have_rows(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_lowercase();
    let for_people = matches!(ending.as_str(), "" | "txt") && words(name).iter().any(|word| NOTES.contains(&word.as_str()));
    !DOCUMENTS.contains(&ending.as_str()) && !for_people
}

/// The tables whose names a name contains as a word, or nearly is: `events (1)`, `Copy of events`, `event-2`.
fn tables_named_in(name: &str) -> Vec<&'static str> {
    TABLES.iter().map(|table| table.name).filter(|table| is_named_in(name, table)).collect()
}

fn is_named_in(name: &str, table: &str) -> bool {
    let all = words(name);
    let only: Vec<&str> = all.iter().map(String::as_str).filter(|word| !beside(word)).collect();
    let one = table.strip_suffix('s').filter(|one| !["start", "lot"].contains(one));
    let is = |word: &String| word == table || Some(word.as_str()) == one;
    all.iter().chain(&words(&parted(name))).any(is) || near(&only.join(" "), table)
}

fn beside(word: &str) -> bool {
    BESIDE.contains(&word) || word.bytes().all(|byte| byte.is_ascii_digit())
}

/// A name with a space before each capital letter that follows a small one: `eventsNorth`.
fn parted(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && out.chars().next_back().is_some_and(char::is_lowercase) {
            out.push(' ');
        }
        out.push(letter);
    }
    out
}

/// The words of a name, spellings folded; digits are words of their own.
fn words(name: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut before = None;
    for letter in folded(name).chars() {
        let kind = letter.is_alphanumeric().then(|| letter.is_numeric());
        if kind != before {
            out.push(String::new());
        }
        before = kind;
        if let (Some(_), Some(word)) = (kind, out.last_mut()) {
            word.push(letter);
        }
    }
    out.retain(|word| !word.is_empty());
    out
}
