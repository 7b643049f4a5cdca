//! The result for a terminal.

use super::PlayedMarket;
use crate::terminal::Terminal;

/// A market that was played, in plain words.
#[must_use]
pub fn text(market: PlayedMarket<'_>, terminal: Terminal) -> String {
    let title = format!("{}: {}", market.scheme.name, market.rules.title);
    let header = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>();
    let mut out = format!("{}\n\n{}\n", terminal.bold(&terminal.wrap(&title, 0)), terminal.wrap(&market.answer(), 0));
    for (title, names, rows) in [
        ("Providers", &PlayedMarket::PROVIDERS[..], market.providers()),
        ("People", &PlayedMarket::GROUPS[..], market.groups()),
        ("Each rule switched alone", &PlayedMarket::RULES[..], market.rules()),
        ("Whether providers came to rest", &PlayedMarket::REST[..], market.rest()),
    ] {
        if !rows.is_empty() {
            out += &format!("\n{}\n{}", terminal.bold(title), terminal.table(&header(names), &rows));
        }
    }
    out += &terminal.list(&market.rest_in_words());
    out + &format!("\n{}\n{}", terminal.bold("How it was played"), terminal.list(&market.notes()))
}
