//! Seals a pack: the SHA-256 of every file in a list that `sha256sum -c` reads, and a sheet to sign that quotes the hash of the
//! list. Writes the files and reads them back.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};

/// PackFiles by their path within the pack, with `/` between folders.
pub type PackFiles = BTreeMap<String, Vec<u8>>;

/// The list of hashes.
pub const SUMS: &str = "SHA256SUMS";

/// The sheet to sign. It is for people to fill in, so it is in no list.
pub const SIGN_OFF: &str = "sign-off.md";

/// The SHA-256 of some bytes, in hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The list of the hashes of some files.
#[must_use]
pub fn sums(files: &PackFiles) -> String {
    files.iter().map(|(name, bytes)| format!("{}  {name}\n", sha256(bytes))).collect()
}

/// Reads a list of hashes: the hash by file, and the lines that are not of that form, by number.
#[must_use]
pub fn listed(text: &str) -> (BTreeMap<String, String>, Vec<usize>) {
    let (mut hashes, mut wrong) = (BTreeMap::new(), Vec::new());
    for (at, line) in text.lines().enumerate() {
        let is_hash = |hash: &str| hash.len() == 64 && hash.bytes().all(|digit| digit.is_ascii_hexdigit());
        match line.split_once("  ") {
            Some((hash, name)) if is_hash(hash) => drop(hashes.insert(name.to_owned(), hash.to_owned())),
            _ => wrong.push(at + 1),
        }
    }
    (hashes, wrong)
}

/// One hash that stands for the whole pack: that of its list of hashes.
#[must_use]
pub fn fingerprint(files: &PackFiles) -> String {
    sha256(sums(files).as_bytes())
}

/// Writes the files, the list of their hashes and the sheet to sign; gives the fingerprint.
pub fn write(folder: &Path, files: &PackFiles) -> anyhow::Result<String> {
    let fingerprint = fingerprint(files);
    let seal = [(SUMS, sums(files)), (SIGN_OFF, sign_off(&WORDS, &fingerprint))]
        .map(|(name, text)| (name.to_owned(), text.into_bytes()));
    for (name, bytes) in files.iter().map(|(name, bytes)| (name.clone(), bytes.clone())).chain(seal) {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).with_context(|| format!("could not make the folder {}", parent.display()))?;
        fs::write(&path, bytes).with_context(|| format!("could not write {}", path.display()))?;
    }
    Ok(fingerprint)
}

/// Every file of a folder and the folders in it.
pub fn read(folder: &Path) -> anyhow::Result<PackFiles> {
    fn walk(folder: &Path, prefix: &str, files: &mut PackFiles) -> anyhow::Result<()> {
        for entry in fs::read_dir(folder).with_context(|| format!("could not list the folder {}", folder.display()))? {
            let entry = entry?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                walk(&path, &format!("{name}/"), files)?;
            } else {
                files.insert(name, fs::read(&path).with_context(|| format!("could not read {}", path.display()))?);
            }
        }
        Ok(())
    }
    let mut files = PackFiles::new();
    walk(folder, "", &mut files)?;
    Ok(files)
}

/// What a sheet says: before and after the fingerprint, and what each role confirms.
struct SheetWords {
    before: &'static str,
    after: &'static str,
    analyst: &'static str,
    reviewer: &'static str,
    commissioner: &'static str,
}

const WORDS: SheetWords = SheetWords {
    before: "This sheet is for people. Filling it in does not change the pack. The fingerprint of the pack (the SHA-256 of `SHA256SUMS`) \
             is",
    after: "By signing, you confirm the sentence under your role, for the pack with this fingerprint and no other.",
    analyst: "The files in `inputs` say what I mean; I have read `assumptions.md` and every warning in it.",
    reviewer: "I did not make the scheme file. I ran `wellspent verify` on this pack, read `checks.md` and `limits.md`, and compared \
               `description.md` with the contract.",
    commissioner: "I know what was not looked for and what the result depends on, and I use it within these limits.",
};

/// The words of version 0.1.0, whose packs still verify.
const FORMER_WORDS: SheetWords = SheetWords {
    before: "This sheet is for people. It may be filled in without changing the pack, whose fingerprint (the SHA-256 of `SHA256SUMS`) is",
    after: "Who signs confirms the line beside the name, for the pack with this fingerprint and no other.",
    reviewer: "I did not make the scheme file. I ran `wellspent verify` on this pack, read `checks.md` and `limits.md`, and held \
               `description.md` against the contract.",
    commissioner: "I know what was not looked for and what the result leans on, and use it within these limits.",
    ..WORDS
};

fn sign_off(words: &SheetWords, fingerprint: &str) -> String {
    let mut out = format!("# Sign-off\n\n{}\n\n    {fingerprint}\n\n{}\n\n", words.before, words.after);
    for (role, confirms) in [("Analyst", words.analyst), ("Reviewer", words.reviewer), ("Commissioner", words.commissioner)] {
        out += &format!("## {role}\n\n{confirms}\n\n{}\n", FIELDS.map(|field| format!("{field}\n")).concat());
    }
    out
}

/// What people fill in after the colon; reservations may take several lines.
const FIELDS: [&str; 5] = ["- Name:", "- Organisation:", "- Date:", "- Signature:", "- Reservations:"];

/// The first line of a sheet, by number, that is neither as it was written nor filled in, and what should stand there.
#[must_use]
pub fn changed_text(sheet: &str, fingerprint: &str) -> Option<(usize, String, String)> {
    let changed = differs(sheet, &sign_off(&WORDS, fingerprint))?;
    differs(sheet, &sign_off(&FORMER_WORDS, fingerprint)).map(|_| changed)
}

fn differs(sheet: &str, written: &str) -> Option<(usize, String, String)> {
    let mut wanted = written.lines().filter(|line| !line.is_empty()).peekable();
    let mut reservations = false;
    for (at, line) in sheet.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim_end();
        if line.is_empty() {
            continue;
        }
        let next = wanted.peek().copied();
        let as_written = next.is_some_and(|next| line == next || (FIELDS.contains(&next) && line.starts_with(next)));
        if as_written {
            reservations = next.is_some_and(|next| next == FIELDS[4]);
            wanted.next();
        } else if !reservations || line.trim_start().starts_with('#') {
            return Some((at + 1, line.to_owned(), next.unwrap_or("nothing more").to_owned()));
        }
    }
    wanted.next().map(|next| (sheet.lines().count(), "the end".to_owned(), next.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The second answer is of FIPS 180-2, appendix B.1.
    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(sha256(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn a_list_reads_back_and_its_bad_lines_are_counted() {
        let files = PackFiles::from([("a b".to_owned(), b"1".to_vec()), ("c/d".to_owned(), b"2".to_vec())]);
        let (hashes, wrong) = listed(&(sums(&files) + "nonsense\n"));
        assert_eq!(hashes.keys().collect::<Vec<_>>(), ["a b", "c/d"]);
        assert_eq!(hashes["c/d"], sha256(b"2"));
        assert_eq!(wrong, [3]);
    }
}
