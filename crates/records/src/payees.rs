//! Are these the names of payees? Every provider that a row names must be an id of the contract's own list or of the table of
//! providers, letter by letter. Where there is neither, one spelling is taken as it is, and several only when none of them can
//! be a slip for another: who is paid is never decided by spelling.

use std::collections::BTreeMap;

use base::spelling::{Shape, folded};

use super::batch::Batch;

/// A name that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stray {
    /// It is no id of the list.
    Unlisted { name: String, nearest: Option<String> },
    /// There is no list, and the two may be one provider.
    Alike { one: String, other: String },
    /// There is no list, and more names than anybody could compare.
    TooMany(usize),
    /// Two ids of the list are one but for spelling.
    Twice { one: String, other: String },
}

/// Most names that are compared where nothing lists them.
const MOST_UNLISTED: usize = 300;

/// Most names of a list among which the nearest is looked for by letters.
const MOST_COMPARED: usize = 2_000;

/// Most names that are told; the rest are of the same kind.
const MOST_TOLD: usize = 20;

/// The ids of a table of providers, in its order.
#[must_use]
pub fn ids(providers: &[Batch]) -> Vec<String> {
    providers.iter().flat_map(|batch| (0..batch.rows()).map(|row| batch.text(0, row))).collect()
}

/// Names that rows have and that are refused. `listed` holds every id of the contract's list and of the table of providers, or
/// nothing where there is neither.
#[must_use]
pub fn strays(listed: Option<&[String]>, seen: &[String]) -> Vec<Stray> {
    match listed {
        Some(listed) => unlisted(listed, seen),
        None => alike(seen),
    }
}

fn unlisted(listed: &[String], seen: &[String]) -> Vec<Stray> {
    let mut by_form: BTreeMap<String, &String> = BTreeMap::new();
    let mut out = Vec::new();
    for id in listed {
        match by_form.insert(folded(id), id) {
            Some(other) if other != id => out.push(Stray::Twice { one: other.clone(), other: id.clone() }),
            _ => {}
        }
    }
    let known: std::collections::BTreeSet<&String> = listed.iter().collect();
    for name in seen.iter().filter(|name| !known.contains(name)) {
        if out.len() >= MOST_TOLD {
            break;
        }
        let nearest = match by_form.get(&folded(name)) {
            Some(id) => Some((*id).clone()),
            None => base::spelling::nearest(name, listed.iter().take(MOST_COMPARED).map(String::as_str)).map(str::to_owned),
        };
        out.push(Stray::Unlisted { name: name.clone(), nearest });
    }
    out
}

fn alike(seen: &[String]) -> Vec<Stray> {
    if seen.len() > MOST_UNLISTED {
        return vec![Stray::TooMany(seen.len())];
    }
    let shapes: Vec<Shape> = seen.iter().map(|name| Shape::of(name)).collect();
    let mut out = Vec::new();
    for (at, shape) in shapes.iter().enumerate() {
        if let Some(other) = shapes[..at].iter().position(|earlier| earlier.near(shape)) {
            out.push(Stray::Alike { one: seen[other].clone(), other: seen[at].clone() });
        }
        if out.len() >= MOST_TOLD {
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
    fn a_name_stands_in_the_list_letter_by_letter() {
        let listed = names(&["Acme Ltd", "Brook", "7"]);
        assert_eq!(strays(Some(&listed), &names(&["7", "Acme Ltd", "Brook"])), []);
        for slip in ["acme ltd", "Acme  Ltd", "Acme\u{a0}Ltd", "Acme\u{200b} Ltd", "Acme Ltd.", "ＡcmeLtd", "Acme Ltd "] {
            let found = strays(Some(&listed), &names(&[slip]));
            assert_eq!(found, [Stray::Unlisted { name: slip.into(), nearest: Some("Acme Ltd".into()) }], "{slip:?}");
        }
        let found = strays(Some(&listed), &names(&["Somebody else"]));
        assert_eq!(found, [Stray::Unlisted { name: "Somebody else".into(), nearest: None }]);
    }

    #[test]
    fn a_list_with_one_provider_in_two_spellings_is_no_list() {
        let listed = names(&["Acme", "ACME", "Brook"]);
        assert_eq!(strays(Some(&listed), &[]), [Stray::Twice { one: "Acme".into(), other: "ACME".into() }]);
    }

    #[test]
    fn without_a_list_names_must_be_far_apart() {
        assert_eq!(strays(None, &names(&["Acme"])), []);
        assert_eq!(strays(None, &names(&["Acme", "Brook House", "Northern Works"])), []);
        let found = strays(None, &names(&["Acme", "Brook", "ACME"]));
        assert_eq!(found, [Stray::Alike { one: "Acme".into(), other: "ACME".into() }]);
        let many: Vec<String> = (0..5_000).map(|number| format!("{number:x}-{}", number * 7919)).collect();
        assert_eq!(strays(None, &many), [Stray::TooMany(5_000)]);
    }
}
