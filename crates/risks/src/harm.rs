//! How many people a change of strategy leaves worse off, and what happens to them.

use base::english::plural;
use base::money::thousands;

use crate::results::{StrategyResult, StrategyResults};
use crate::wording::PeopleNoun;

/// People worse off.
pub(crate) struct Harm {
    pub(crate) people: f64,
    pub(crate) per_thousand: f64,
    /// What happens to one of them, and to several: "more people with a proven reoffence".
    one: String,
    many: String,
}

impl Harm {
    pub(crate) fn none() -> Harm {
        Harm { people: 0.0, per_thousand: 0.0, one: String::new(), many: String::new() }
    }

    fn new(people: f64, of: f64, sign: f64, noun: &PeopleNoun, among: &str) -> Harm {
        let change = if sign < 0.0 { "more" } else { "fewer" };
        Harm {
            people,
            per_thousand: 1000.0 * people / of.max(1.0),
            one: format!("{change} {}{among}", noun.one),
            many: format!("{change} {}{among}", noun.many),
        }
    }

    /// What happens to them, without their number.
    pub(crate) fn in_words(&self) -> &str {
        plural(self.people.round() as i64, &self.one, &self.many)
    }

    /// "6,413 more people with a proven reoffence".
    pub(crate) fn counted(&self) -> String {
        format!("{} {}", thousands(self.people.round() as i64), self.in_words())
    }

    /// "59.3 more people with a proven reoffence in every 1,000".
    pub(crate) fn in_every_thousand(&self) -> String {
        format!("{:.1} {} in every 1,000", self.per_thousand, self.many)
    }

    /// People whose binary outcome is worse under `best` than under `reference`: the main outcome where that is worse for as
    /// many as count, and otherwise the one that is worst.
    pub(crate) fn between(results: &StrategyResults, best: &StrategyResult, reference: &StrategyResult) -> Harm {
        let lost = |at: usize| results.outcomes[at].sign * (reference.outcome(at) - best.outcome(at));
        let counts = |at: &usize| lost(*at) >= 0.5 && lost(*at) > 0.000_05 * results.people;
        let binary = (0..results.outcomes.len()).filter(|&at| results.outcomes[at].binary);
        let worst = binary.max_by(|&a, &b| lost(a).total_cmp(&lost(b)));
        let named = results.main_outcome.filter(counts).or(worst);
        match named.map(|at| (lost(at), &results.outcomes[at])) {
            Some((people, outcome)) if people > 0.0 => Harm::new(people, results.people, outcome.sign, &outcome.people, ""),
            _ => Harm::none(),
        }
    }

    /// People of some segments whose binary outcome is worse under `best` than under `reference`: the worst such outcome, in
    /// each thousand of them; `who` says who they are.
    pub(crate) fn among(
        results: &StrategyResults,
        best: &StrategyResult,
        reference: &StrategyResult,
        segments: &[usize],
        who: &str,
    ) -> Harm {
        let lost = |at: usize| -> f64 {
            let each = segments.iter().map(|&segment| reference.outcomes[at][segment] - best.outcomes[at][segment]);
            results.outcomes[at].sign * each.sum::<f64>()
        };
        let binary = (0..results.outcomes.len()).filter(|&at| results.outcomes[at].binary);
        let Some(worst) = binary.max_by(|&a, &b| lost(a).total_cmp(&lost(b))) else { return Harm::none() };
        let people: f64 = segments.iter().map(|&segment| results.segments[segment].people).sum();
        let outcome = &results.outcomes[worst];
        Harm::new(lost(worst).max(0.0), people, outcome.sign, &outcome.people, &format!(" among {who}"))
    }

    /// People elsewhere whose binary outcome is worse because of those served, in each thousand of the people served; `who` says who
    /// they are.
    pub(crate) fn elsewhere(results: &StrategyResults, outcome: usize, people: f64, who: &str) -> Harm {
        let facts = &results.outcomes[outcome];
        Harm::new(people, results.people, facts.sign, &facts.people, &format!(" among {who}"))
    }

    /// What being refused the service costs the people of some segments. It is the results they lose; where they would not be
    /// helped even if they were served, it is the service itself.
    pub(crate) fn refused(
        results: &StrategyResults,
        best: &StrategyResult,
        served: &StrategyResult,
        segments: &[usize],
        who: &str,
    ) -> Harm {
        let harm = Harm::among(results, best, served, segments, who);
        let people: f64 = segments.iter().map(|&at| (results.segments[at].people - best.served[at]).max(0.0)).sum();
        if harm.people >= 0.5 || people < 0.5 {
            return harm;
        }
        let one =
            "person refused the service that is paid for, who loses no result because the service would not help them either";
        let many =
            "people refused the service that is paid for, who lose no result because the service would not help them either";
        let per_thousand = 1000.0 * people / results.people.max(1.0);
        Harm { people, per_thousand, one: one.to_owned(), many: many.to_owned() }
    }
}
