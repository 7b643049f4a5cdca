//! Names in the scheme file that refer to an outcome of the scheme.

use crate::terms::Outcome;
use base::reader::Section;

/// The position of the outcome that a key names; `None` with a problem when there is none of that name.
pub(crate) fn outcome(section: &Section<'_, '_>, outcomes: &[Outcome], key: &str) -> Option<usize> {
    let first = outcomes.first().map_or("NAME", |outcome| outcome.name.as_str());
    let name = section.required_text(key, &format!("the NAME of an [outcome.NAME] table, such as \"{first}\""));
    if name.is_empty() {
        return None;
    }
    let found = outcomes.iter().position(|outcome| outcome.name == name);
    if found.is_none() {
        let known: Vec<&str> = outcomes.iter().map(|outcome| outcome.name.as_str()).collect();
        section.push(
            section
                .problem(key, "the scheme has no outcome of this name")
                .read(format!("\"{name}\""))
                .expected(format!("one of {}", known.join(", ")))
                .nearest(&name, known)
                .fix("correct the name, or add an [outcome.NAME] table"),
        );
    }
    found
}
