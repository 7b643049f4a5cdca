//! Where the results of providers lie, in words that may be published.

use super::{OutcomeComparison, words};

impl OutcomeComparison {
    /// Where the result of each provider lies, by its name; empty where there is no comparison.
    #[must_use]
    pub fn places(&self) -> Vec<(&str, &'static str)> {
        let Ok(found) = &self.comparison else { return Vec::new() };
        let places =
            found.providers.iter().map(|provider| provider.position.map_or(TOO_FEW, |position| words::band(position.band)));
        self.providers.iter().map(|row| row.name.as_str()).zip(places).collect()
    }
}

/// Said of a provider with too few people for a place.
pub(super) const TOO_FEW: &str = "too few to say";
