//! Compares a pack with its own hashes and with the same run made again, and says which file differs, where, and what that means:
//! an input that was changed, a result that was changed, a manifest that was changed, another version of the program, or a result
//! that this program does not give.
//!
//! Every file is known twice: by its line in the list of hashes, and by the run made again (an input: by the manifest). The one that
//! a file agrees with shows where the fault is.

use std::collections::BTreeMap;

use super::packed_command::{MANIFEST, PROGRAM, ReadManifest};
use super::seal::{PackFiles, SIGN_OFF, SUMS};
use super::{inputs, seal};
use base::english::{counted, plural};

/// A pack as it is found in its folder.
pub struct FoundPack {
    pub files: PackFiles,
    /// What its list of hashes says, by file.
    hashes: BTreeMap<String, String>,
    bad_lines: Vec<usize>,
    /// The manifest, or why it cannot be read.
    pub manifest: Result<ReadManifest, String>,
}

impl FoundPack {
    pub fn of(files: PackFiles) -> FoundPack {
        let list = files.get(SUMS).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let (hashes, bad_lines) = seal::listed(&list.unwrap_or_default());
        let manifest = match files.get(MANIFEST) {
            Some(bytes) => super::packed_command::read(bytes).map_err(|error| format!("{error:#}")),
            None => Err("it is missing".to_owned()),
        };
        FoundPack { files, hashes, bad_lines, manifest }
    }

    /// Whether a file has the hash that the list gives it.
    fn is_sealed(&self, name: &str) -> bool {
        self.files.get(name).is_some_and(|bytes| self.hashes.get(name) == Some(&seal::sha256(bytes)))
    }

    /// Inputs that are not what they were: neither the list of hashes nor the manifest knows them.
    fn changed_inputs(&self) -> Vec<String> {
        let prefix = format!("{}/", inputs::FOLDER);
        let manifest: &[(String, String)] = self.manifest.as_ref().map_or(&[], |manifest| &manifest.inputs);
        // A name that only a changed manifest has is no input.
        let trusted = if self.is_sealed(MANIFEST) { manifest } else { &[] };
        let known = self.hashes.keys().chain(trusted.iter().map(|(name, _)| name)).chain(self.files.keys());
        let mut names: Vec<&String> = known.filter(|name| name.starts_with(&prefix)).collect();
        names.sort();
        names.dedup();
        let unchanged = |name: &str| {
            let hash = self.files.get(name).map(|bytes| seal::sha256(bytes));
            let by_manifest = manifest.iter().find(|(known, _)| known == name).map(|(_, hash)| hash);
            hash.is_some() && (self.hashes.get(name) == hash.as_ref() || by_manifest == hash.as_ref())
        };
        names.into_iter().filter(|name| !unchanged(name) && !self.is_table_of_people(name)).cloned().collect()
    }

    /// Whether a file is a table of people that was put beside the inputs to make the run again.
    fn is_table_of_people(&self, name: &str) -> bool {
        let inside = name.strip_prefix(inputs::FOLDER).and_then(|rest| rest.strip_prefix('/'));
        self.manifest.as_ref().is_ok_and(|manifest| manifest.people.iter().any(|(table, _)| Some(table.as_str()) == inside))
    }

    /// Tables of people that are not those that the pack was made from.
    fn other_people(&self, again: &PackFiles) -> Vec<String> {
        let made = again.get(MANIFEST).and_then(|bytes| super::packed_command::read(bytes).ok());
        let (Ok(was), Some(now)) = (&self.manifest, made) else { return Vec::new() };
        let other = was.people.iter().filter(|table| !now.people.contains(table));
        other.map(|(name, _)| format!("{name}: the table of people is not the one that the pack was made from")).collect()
    }

    /// What is wrong before anything is run again.
    pub fn before(&self) -> Vec<String> {
        let mut out = Vec::new();
        if !self.files.contains_key(SUMS) {
            out.push(format!("{SUMS}: missing, so nobody can say whether a file was changed"));
        }
        out.extend(self.bad_lines.iter().map(|line| format!("{SUMS}, line {line}: not a hash and a file name")));
        for name in self.changed_inputs() {
            out.push(match (self.files.contains_key(&name), self.hashes.contains_key(&name)) {
                (false, _) => format!("{name}: the input is missing"),
                (true, false) => format!("{name}: an input that was not there when the pack was written"),
                (true, true) => format!("{name}: the input was changed since the pack was written"),
            });
        }
        if let Err(why) = &self.manifest {
            out.push(format!("{MANIFEST}: {why}"));
        }
        let listed = self.hashes.keys().filter(|name| !self.files.contains_key(*name) && !is_input(name));
        out.extend(listed.map(|name| format!("{name}: missing")));
        let extra = self.files.keys().filter(|name| ![SUMS, SIGN_OFF].contains(&name.as_str()) && !is_input(name));
        if self.files.contains_key(SUMS) && self.bad_lines.is_empty() {
            let extra = extra.filter(|name| !self.hashes.contains_key(*name));
            out.extend(extra.map(|name| format!("{name}: not one of the pack's files")));
        }
        out
    }

    /// PackFiles that were changed since the pack was written, where nothing can be run again.
    pub fn unsealed(&self) -> Vec<String> {
        let ours = self.files.keys().filter(|name| ![SUMS, SIGN_OFF].contains(&name.as_str()) && !is_input(name));
        let changed = ours.filter(|name| self.hashes.contains_key(*name) && !self.is_sealed(name));
        changed.map(|name| format!("{name}: changed since the pack was written")).chain(self.sheet()).collect()
    }

    /// The version that wrote the pack, where it is not this one. Words may change between versions; numbers may not.
    #[must_use]
    pub fn other_program(&self) -> Option<&str> {
        let manifest = self.manifest.as_ref().ok().filter(|manifest| manifest.program != PROGRAM && self.is_sealed(MANIFEST));
        manifest.map(|manifest| manifest.program.as_str())
    }

    /// What differs from the same run made again.
    pub fn against(&self, again: &PackFiles) -> Vec<String> {
        let same = |name: &str| self.files.get(name) == again.get(name);
        let results = again.keys().filter(|name| name.starts_with("result/"));
        let same_results = results.clone().all(|name| same(name) || (self.files.contains_key(name) && !self.is_sealed(name)));
        let other_people = self.other_people(again);
        let other_inputs = !self.changed_inputs().is_empty() || (self.is_sealed(MANIFEST) && !other_people.is_empty());
        let other_program = self.other_program().is_some();
        let mut out: Vec<String> = other_people.into_iter().filter(|_| self.is_sealed(MANIFEST)).collect();
        let mut follows = 0;
        for (name, made) in again.iter().filter(|(name, _)| !is_input(name)) {
            let Some(there) = self.files.get(name) else { continue };
            match (self.is_sealed(name), same(name)) {
                (true, true) => {}
                (true, false) if other_program && self.is_sealed(MANIFEST) && same_numbers(name, there, made) => {}
                (true, false) if other_inputs || other_program || !self.is_sealed(MANIFEST) => follows += 1,
                (true, false) => out.push(format!("{name}: the run made again gives another one\n{}", first_difference(there, made))),
                (false, true) if name == MANIFEST && !same_results => out.push(format!(
                    "{name}: changed since the pack was written, in the command or its options; README.md shows the command that was \
                     used"
                )),
                (false, true) => {
                    out.push(format!("{SUMS}: its line for {name} was changed; the file itself is as the run gives it"))
                }
                (false, false) => {
                    out.push(format!("{name}: changed since the pack was written\n{}", first_difference(there, made)));
                }
            }
        }
        if follows > 0 {
            let results = counted(follows, "other result", "other results");
            let faults = plural(out.len() + self.before().len(), "fault", "faults");
            out.push(format!("{results} changed because of the {faults} above"));
        }
        out.extend(self.input_hashes());
        out.extend(self.sheet());
        out
    }

    /// Inputs that one of their two hashes knows: the other hash was changed.
    fn input_hashes(&self) -> Vec<String> {
        let changed = self.changed_inputs();
        let there = self.files.keys().filter(|name| is_input(name) && !changed.contains(name) && !self.is_table_of_people(name));
        let wrong = there.filter(|name| !self.is_sealed(name));
        wrong.map(|name| format!("{SUMS}: its line for {name} was changed; the manifest knows the file")).collect()
    }

    /// The sheet to sign must be about this pack, with the text that it was written with: people put their names to it.
    fn sheet(&self) -> Option<String> {
        let list = self.files.get(SUMS)?;
        let Some(sheet) = self.files.get(SIGN_OFF) else { return Some(format!("{SIGN_OFF}: missing")) };
        let (sheet, fingerprint) = (String::from_utf8_lossy(sheet), seal::sha256(list));
        if !sheet.contains(&fingerprint) {
            return Some(format!("{SIGN_OFF}: it quotes the fingerprint of another pack"));
        }
        let (line, there, wanted) = seal::changed_text(&sheet, &fingerprint)?;
        Some(format!("{SIGN_OFF}: the text that people sign was changed\nline {line} is:     {there}\nit should be:  {wanted}"))
    }
}

/// Whether a file of another version has the same numbers. Each number of a data file must be there as often as before; numbers
/// that are new in this version are passed over. Text files only repeat in words what the data files say.
fn same_numbers(name: &str, there: &[u8], made: &[u8]) -> bool {
    let (Some(was), Some(now)) = (numbers(name, there), numbers(name, made)) else {
        return !name.ends_with(".json") && !name.ends_with(".csv");
    };
    // In order of size: between versions, keys may be renamed and stand elsewhere.
    let sorted = |mut numbers: Vec<f64>| {
        numbers.sort_by(f64::total_cmp);
        numbers
    };
    let mut now = sorted(now).into_iter();
    sorted(was).into_iter().all(|number| now.any(|other| other == number))
}

/// The numbers of a data file in their order; none where it cannot be read, or is text.
fn numbers(name: &str, bytes: &[u8]) -> Option<Vec<f64>> {
    fn collect(value: &serde_json::Value, out: &mut Vec<f64>) {
        match value {
            serde_json::Value::Number(number) => out.extend(number.as_f64()),
            serde_json::Value::Array(values) => values.iter().for_each(|value| collect(value, out)),
            serde_json::Value::Object(entries) => entries.values().for_each(|value| collect(value, out)),
            _ => {}
        }
    }
    let mut out = Vec::new();
    if name.ends_with(".json") {
        collect(&serde_json::from_slice(bytes).ok()?, &mut out);
    } else if name.ends_with(".csv") {
        let text = std::str::from_utf8(bytes).ok()?;
        out.extend(text.split([',', '\n']).filter_map(|cell| cell.trim().parse::<f64>().ok()));
    } else {
        return None;
    }
    Some(out)
}

fn is_input(name: &str) -> bool {
    name.starts_with(inputs::FOLDER) && name[inputs::FOLDER.len()..].starts_with('/')
}

/// Most characters of a line that are shown.
const SHOWN: usize = 120;

/// The first line that differs, as it is in the pack and as the run gives it.
fn first_difference(there: &[u8], made: &[u8]) -> String {
    let (there, made) = (String::from_utf8_lossy(there), String::from_utf8_lossy(made));
    let (old, new): (Vec<&str>, Vec<&str>) = (there.split('\n').collect(), made.split('\n').collect());
    let at = (0..old.len().max(new.len())).find(|&at| old.get(at) != new.get(at)).unwrap_or_default();
    let from = |line: &str, other: &str| {
        // A long line is shown from a little before the first character that differs.
        let same = line.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
        let skip = if line.chars().count() > SHOWN { same.saturating_sub(SHOWN / 3) } else { 0 };
        let shown: String = line.chars().skip(skip).take(SHOWN).collect();
        if skip > 0 { format!("… {shown}") } else { shown }
    };
    let (a, b) = (old.get(at).copied().unwrap_or_default(), new.get(at).copied().unwrap_or_default());
    format!("  line {}\n  in the pack: {}\n  run again:   {}", at + 1, from(a, b), from(b, a))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_shown_where_it_is() {
        let long = "x".repeat(300);
        let shown = first_difference(format!("a\n{long}1").as_bytes(), format!("a\n{long}2").as_bytes());
        assert!(shown.contains("line 2") && shown.contains("x1\n") && shown.ends_with("x2"), "{shown}");
        assert!(first_difference(b"a\n", b"a").contains("line 2"));
    }
}
