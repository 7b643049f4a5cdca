//! Who is paid, as the whole scheme says it: in English, and where a paid provider stands among those it is compared with.

use crate::clauses::other_providers::OtherProvider;
use crate::clauses::{Clause, for_whole_areas};
use crate::providers::{PricedFor, Provider, one_organisation};
use crate::scheme::Scheme;
use crate::terms::date_words;

/// A row of the other providers of a clause that is the paid provider itself: its own points would count against it.
#[must_use]
pub fn own_points<'a>(scheme: &'a Scheme, name: &str) -> Option<(&'a Clause, &'a OtherProvider)> {
    let of = |clause: &'a Clause| clause.terms.others().iter().map(move |other| (clause, other));
    scheme.clauses.iter().flat_map(of).find(|(_, other)| one_organisation(&other.provider, name))
}

/// Who is paid, for the term sheet; nothing where the contract has no list.
pub(crate) fn explain(scheme: &Scheme) -> Vec<String> {
    let one = |provider: &Provider| {
        let id = if provider.name == provider.id { String::new() } else { format!(" (`{}` in the records)", provider.id) };
        let every = provider.holdings.len() == scheme.areas.len()
            && provider.holdings.iter().all(|held| (held.starts, held.ends) == (scheme.starts, scheme.ends));
        if every {
            let areas = if scheme.areas.len() > 1 { " in every area" } else { "" };
            return format!("{}{id} is paid{areas}, throughout the contract.", provider.name);
        }
        let held = provider.holdings.iter().map(|held| {
            let area = if scheme.areas.len() > 1 { format!("for {} ", scheme.areas[held.area]) } else { String::new() };
            format!("{area}from {} to {}", date_words(held.starts), date_words(held.ends))
        });
        let held = held.collect::<Vec<_>>();
        let held = if held.is_empty() { "for no area".to_owned() } else { held.join("; ") };
        format!("{}{id} is paid {held}.", provider.name)
    };
    let mut out: Vec<String> = scheme.providers.iter().map(one).collect();
    if scheme.priced_for == PricedFor::Provider {
        let mut kinds: Vec<&str> = for_whole_areas(&scheme.clauses).into_iter().map(Clause::kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        if !kinds.is_empty() {
            out.push(format!(
                "Each provider has these of its own, whole, and not a part of one for the area: {}.",
                kinds.join(", ")
            ));
        }
    }
    out
}
