//! Checks the names of providers that are paid. Every provider in a row must be exactly an id of the contract's list or of the
//! table of providers. If there is neither, one name is accepted as it is, and several names only if none of them can be a
//! typing slip for another. Spelling never decides who is paid.

use std::collections::BTreeMap;

use base::similar_names::{ComparedName, folded};

use super::batch::Batch;

/// A name that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefusedName {
    /// It is not an id of the list.
    Unlisted { name: String, nearest: Option<String> },
    /// There is no list, and the two may be one provider.
    Alike { one: String, other: String },
    /// There is no list, and there are too many names to compare.
    TooMany(usize),
    /// Two ids of the list differ only in spelling.
    Twice { one: String, other: String },
}

/// The most names that are compared without a list.
const MOST_UNLISTED: usize = 300;

/// The most names of a list that are searched for the nearest one.
const MOST_COMPARED: usize = 2_000;

/// The most names that are reported; the others are of the same kind.
const MOST_REPORTED: usize = 20;

/// The ids of a table of providers, in its order.
#[must_use]
pub fn ids(providers: &[Batch]) -> Vec<String> {
    providers.iter().flat_map(|batch| (0..batch.rows()).map(|row| batch.text(0, row))).collect()
}

/// The names in rows that are refused. `listed` has every id of the contract's list and of the table of providers; `None` if
/// there is neither.
#[must_use]
pub fn refused_names(listed: Option<&[String]>, seen: &[String]) -> Vec<RefusedName> {
    match listed {
        Some(listed) => unlisted(listed, seen),
        None => alike(seen),
    }
}

fn unlisted(listed: &[String], seen: &[String]) -> Vec<RefusedName> {
    let mut by_form: BTreeMap<String, &String> = BTreeMap::new();
    let mut out = Vec::new();
    for id in listed {
        match by_form.insert(folded(id), id) {
            Some(other) if other != id => out.push(RefusedName::Twice { one: other.clone(), other: id.clone() }),
            _ => {}
        }
    }
    let known: std::collections::BTreeSet<&String> = listed.iter().collect();
    for name in seen.iter().filter(|name| !known.contains(name)) {
        if out.len() >= MOST_REPORTED {
            break;
        }
        let nearest = match by_form.get(&folded(name)) {
            Some(id) => Some((*id).clone()),
            None => base::similar_names::nearest(name, listed.iter().take(MOST_COMPARED).map(String::as_str)).map(str::to_owned),
        };
        out.push(RefusedName::Unlisted { name: name.clone(), nearest });
    }
    out
}

fn alike(seen: &[String]) -> Vec<RefusedName> {
    if seen.len() > MOST_UNLISTED {
        return vec![RefusedName::TooMany(seen.len())];
    }
    let shapes: Vec<ComparedName> = seen.iter().map(|name| ComparedName::of(name)).collect();
    let mut out = Vec::new();
    for (at, shape) in shapes.iter().enumerate() {
        if let Some(other) = shapes[..at].iter().position(|earlier| earlier.near(shape)) {
            out.push(RefusedName::Alike { one: seen[other].clone(), other: seen[at].clone() });
        }
        if out.len() >= MOST_REPORTED {
            break;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_name_must_match_the_list_exactly() {
        let listed = names(&["Acme Ltd", "Brook", "7"]);
        assert_eq!(refused_names(Some(&listed), &names(&["7", "Acme Ltd", "Brook"])), []);
        for slip in ["acme ltd", "Acme  Ltd", "Acme\u{a0}Ltd", "Acme\u{200b} Ltd", "Acme Ltd.", "ＡcmeLtd", "Acme Ltd "] {
            let found = refused_names(Some(&listed), &names(&[slip]));
            assert_eq!(found, [RefusedName::Unlisted { name: slip.into(), nearest: Some("Acme Ltd".into()) }], "{slip:?}");
        }
        let found = refused_names(Some(&listed), &names(&["Somebody else"]));
        assert_eq!(found, [RefusedName::Unlisted { name: "Somebody else".into(), nearest: None }]);
    }

    #[test]
    fn a_list_with_one_provider_in_two_spellings_is_no_list() {
        let listed = names(&["Acme", "ACME", "Brook"]);
        assert_eq!(refused_names(Some(&listed), &[]), [RefusedName::Twice { one: "Acme".into(), other: "ACME".into() }]);
    }

    #[test]
    fn without_a_list_names_must_be_far_apart() {
        assert_eq!(refused_names(None, &names(&["Acme"])), []);
        assert_eq!(refused_names(None, &names(&["Acme", "Brook House", "Northern Works"])), []);
        let found = refused_names(None, &names(&["Acme", "Brook", "ACME"]));
        assert_eq!(found, [RefusedName::Alike { one: "Acme".into(), other: "ACME".into() }]);
        let many: Vec<String> = (0..5_000).map(|number| format!("{number:x}-{}", number * 7919)).collect();
        assert_eq!(refused_names(None, &many), [RefusedName::TooMany(5_000)]);
    }
}
