//! The sentences of what is published.

use disclosure::publication::Publication;
use disclosure::words::NOT_SHOWN;

use super::PublishedResult;

/// Said with every result that has not passed disclosure control.
pub const EXACT: &str = "These figures are exact, for the parties to the contract. Do not publish them: add `--publish NAME` for figures \
                         that may be published.";

/// The same for a command that has no figures to publish.
pub(crate) const NOT_FOR_PUBLICATION: &str =
    "These figures are exact, for the parties to the contract. Do not publish them: small numbers in them are not protected.";

/// The lines under the heading: what was published, of what, and by which rule.
pub(super) fn about(found: &PublishedResult) -> Vec<String> {
    let known = found.known_at.map(|day| format!(", as far as it was known by {day}")).unwrap_or_default();
    vec![
        format!("{}: {}", found.scheme, found.kind.to_lowercase()),
        format!("What happened up to {}{known}.", found.as_at),
        format!("Published as \"{}\" on {}.", found.publication.name(), base::day::date(found.publication.day())),
        rule(&found.publication),
    ]
}

fn rule(publication: &Publication) -> String {
    match publication.rounding_base() {
        Some(base) => format!("Every number is rounded to a multiple of {base}. Shares are worked out from the rounded numbers."),
        None => format!(
            "Numbers of fewer than {} people are not shown, and neither is what would give one away: it says {NOT_SHOWN}. A share is \
             shown where both its numbers are.",
            publication.smallest_count()
        ),
    }
}
