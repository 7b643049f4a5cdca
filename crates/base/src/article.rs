//! The article before a name that a file gives a party.

/// "the provider", but "Roca" and "The Trust": a name that begins with a capital letter or with its own article stands without another.
#[must_use]
pub fn the(name: &str) -> String {
    let is_proper = name.chars().next().is_some_and(|first| !first.is_lowercase());
    if is_proper || name.starts_with("the ") { name.to_owned() } else { format!("the {name}") }
}

#[cfg(test)]
mod tests {
    use super::the;

    #[test]
    fn a_proper_name_has_no_article() {
        assert_eq!(
            ["provider", "Roca", "the county", "4 charities"].map(the),
            ["the provider", "Roca", "the county", "4 charities"]
        );
    }
}
