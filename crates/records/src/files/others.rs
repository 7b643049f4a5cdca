//! What else lies in a folder of records: files, folders and sheets that are not read. One whose name holds the name of a table
//! may be a part of it, and a sum without that part would be another sum; so it stops the run where the table is wanted.

use crate::fault::Fault;
use crate::gate::spelling::{folded, near};
use crate::schema::TABLES;

use super::TableFile;

/// What is said of a file that is no table, in the data-quality statement.
pub const UNREAD: &str = "this is no table of records, and it is not read";
/// The same of a table that nothing asks for.
pub const UNWANTED: &str = "no rule asks for this table, and it is not read";

/// A file, a folder or a sheet that is not read.
#[derive(Debug)]
pub struct Other {
    /// As the folder shows it: `notes.txt`, `archive/`, or `records.xlsx, sheet Notes`.
    pub name: String,
    /// The tables whose names its name holds.
    pub looks_like: Vec<&'static str>,
    /// How a part of the table would be named: `events-2.csv`, or a sheet `events-2`.
    pub fix: String,
}

impl Other {
    /// A file, or a folder where the name ends in a stroke.
    pub fn file(name: String) -> Other {
        Other { looks_like: tables_in(&name), name, fix: String::new() }
    }

    /// A file that a program keeps for itself: a lock, or what a file system hides.
    pub fn hidden(name: String) -> Other {
        Other { name, looks_like: Vec::new(), fix: String::new() }
    }

    /// A sheet of a workbook.
    pub fn sheet(file: &str, sheet: &str) -> Other {
        Other { name: format!("{file}, sheet {sheet}"), looks_like: held(sheet), fix: String::new() }
    }

    /// What to do about it, once every file of the folder is known.
    pub fn settle(&mut self, files: &[TableFile]) {
        let Some(table) = self.looks_like.first() else { return };
        let last = files.iter().filter(|file| file.table.name == *table).map(|file| file.part).max();
        let part = last.map_or(String::new(), |last| format!("-{}", last.saturating_add(1)));
        self.fix = match (self.name.rsplit_once(", sheet "), self.name.rsplit_once('.')) {
            (Some(_), _) => {
                format!(
                    "name the sheet `{table}{part}` if it is a part of the table; else delete it, or move it to another workbook"
                )
            }
            (None, ending) => {
                let ending = ending.map(|(_, ending)| ending.to_lowercase());
                let ending = ending.filter(|ending| ["tsv", "parquet", "xlsx", "ods"].contains(&ending.as_str()));
                let ending = ending.unwrap_or_else(|| "csv".into());
                format!("name it {table}{part}.{ending} if it is a part of the table; else move it out of the folder")
            }
        };
    }

    /// What there is to say of it: refused where it looks like a table that is wanted.
    pub fn fault(&self, wanted: &dyn Fn(&str) -> bool) -> Fault {
        let Some(table) = self.looks_like.iter().find(|table| wanted(table)) else {
            return Fault::file(UNREAD, "files of tables", "nothing, if no rows of a table are in it").warning();
        };
        let what = "the name looks like that of a table that is wanted, and this is not read";
        let expected = format!("{table}.csv, and {table}-2.csv and so on for further parts; or .parquet, .xlsx, .ods");
        Fault::file(what, expected, self.fix.clone()).refused()
    }
}

/// Endings of files in which nobody hands over rows: texts, pictures, programs, sums of bytes and what programs keep.
const DOCUMENTS: [&str; 64] = [
    "md", "markdown", "rst", "adoc", "tex", "pdf", "doc", "docx", "docm", "odt", "rtf", "pages", "ppt", "pptx", "odp", "vsdx",
    "png", "jpg", "jpeg", "gif", "svg", "webp", "bmp", "tif", "tiff", "heic", "ico", "mp3", "mp4", "mov", "wav", "htm", "html",
    "mht", "css", "js", "msg", "eml", "ics", "toml", "yaml", "yml", "ini", "cfg", "log", "py", "r", "rmd", "qmd", "ipynb", "sql",
    "do", "sps", "sas", "sh", "bat", "ps1", "lnk", "url", "sha256", "md5", "asc", "sig", "lock",
];

/// Words that make a text file one to be read by people.
const NOTES: [&str; 7] = ["readme", "note", "notes", "about", "licence", "license", "documentation"];

/// Words beside the name of a table that only say which part or copy it is, and endings of files.
const BESIDE: [&str; 33] = [
    "copy", "of", "final", "part", "new", "old", "v", "version", "backup", "bak", "draft", "tmp", "orig", "the", "csv", "tsv",
    "gz", "txt", "parquet", "xlsx", "xlsm", "xls", "xlsb", "ods", "json", "zip", "dat", "tar", "xml", "bz", "xz", "zst", "sheet",
];

/// The tables whose names the name of a file holds; none where the file is no file of rows.
fn tables_in(name: &str) -> Vec<&'static str> {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_lowercase();
    let for_people = matches!(ending.as_str(), "" | "txt") && words(name).iter().any(|word| NOTES.contains(&word.as_str()));
    if DOCUMENTS.contains(&ending.as_str()) || for_people {
        return Vec::new();
    }
    held(name)
}

/// The tables whose names a name holds as a word, or which it nearly is: `events (1)`, `Copy of events`, `event-2`.
fn held(name: &str) -> Vec<&'static str> {
    let all = words(name);
    let only: Vec<&str> = all.iter().map(String::as_str).filter(|word| !beside(word)).collect();
    let only = only.join(" ");
    let holds = |table: &str| {
        let one = table.strip_suffix('s').filter(|one| !["start", "lot"].contains(one));
        all.iter().chain(&words(&parted(name))).any(|word| word == table || Some(word.as_str()) == one) || near(&only, table)
    };
    TABLES.iter().map(|table| table.name).filter(|table| holds(table)).collect()
}

fn beside(word: &str) -> bool {
    BESIDE.contains(&word) || word.bytes().all(|byte| byte.is_ascii_digit())
}

/// A name with a blank before each capital that follows a small letter: `eventsNorth`.
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
