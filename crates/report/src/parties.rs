//! Who gains and who loses: what each party is left with under a few strategies. It is shown where more parties than the payer and the
//! provider have a share, or where running the contract costs the payer something itself.

use base::article::the;
use contract::Scheme;
use risks::{AgentType, StrategyKind, StrategyResult, pounds, pounds_in_prose};
use simulation::assumptions::Assumptions;
use simulation::stress::StressTest;

/// The strategies compared, in this order.
const STRATEGIES: [StrategyKind; 5] = [
    StrategyKind::AsNow,
    StrategyKind::Intended,
    StrategyKind::BEST,
    StrategyKind::BestResponse(AgentType::Mixture),
    StrategyKind::MixtureAtScale,
];

/// What one party gains on average under each strategy, in pounds; negative where it loses.
#[derive(Clone, Debug, PartialEq)]
pub struct PartyRow {
    pub party: String,
    pub gains: Vec<f64>,
}

/// A table of what each party gains under a few strategies.
#[derive(Clone, Debug, PartialEq)]
pub struct PartyTable {
    pub strategies: Vec<StrategyKind>,
    pub rows: Vec<PartyRow>,
}

/// The table; `None` where the payer and the provider alone gain and lose, and nobody said what running the contract costs the payer.
pub fn table(scheme: &Scheme, assumptions: &Assumptions, stress: &StressTest) -> Option<PartyTable> {
    let keep = assumptions.provider.keep;
    if scheme.funders.is_empty() && keep >= 1.0 && !assumptions.payer_costs.is_stated() {
        return None;
    }
    let found: Vec<&StrategyResult> = STRATEGIES.iter().filter_map(|kind| stress.results.get(*kind)).collect();
    let row = |party: String, gains: &dyn Fn(&StrategyResult) -> f64| PartyRow {
        party,
        gains: found.iter().map(|result| gains(result)).collect(),
    };
    let mut rows = vec![row(format!("{}, its own share", the(&scheme.provider)), &StrategyResult::mean_profit)];
    for (at, funder) in scheme.funders.iter().enumerate() {
        rows.push(row(format!("funder {}", risks::quoted(&funder.name)), &|result| {
            result.funders.get(at).copied().unwrap_or_default()
        }));
    }
    if keep < 1.0 {
        let passed_on = |result: &StrategyResult| risks::mean(&result.others) - result.funders.iter().sum::<f64>();
        rows.push(row(format!("whoever gets what {} may not keep", the(&scheme.provider)), &passed_on));
    }
    rows.push(row(format!("{}, for payments", scheme.payer), &|result| -result.payment()));
    if assumptions.payer_costs.is_stated() {
        rows.push(row(format!("{}, for running the contract", scheme.payer), &|result| -result.administration));
    }
    rows.push(row("the public, by the results".to_owned(), &|result| result.value));
    rows.push(row("payer and public together".to_owned(), &|result| result.value - result.payment() - result.administration));
    let everyone = |result: &StrategyResult| result.value - result.cost - result.administration;
    rows.push(row("everyone together".to_owned(), &everyone));
    Some(PartyTable { strategies: found.iter().map(|result| result.kind).collect(), rows })
}

impl PartyTable {
    /// The header and rows as text, each amount as people write it.
    pub fn cells(&self) -> (Vec<&'static str>, Vec<Vec<String>>) {
        let header = std::iter::once("party").chain(self.strategies.iter().map(|kind| kind.label())).collect();
        let row = |row: &PartyRow| std::iter::once(row.party.clone()).chain(row.gains.iter().map(|&gain| pounds(gain))).collect();
        (header, self.rows.iter().map(row).collect())
    }

    /// What each party gains at the provider's best, compared with what is intended, in a sentence for each.
    pub fn sentences(&self) -> Vec<String> {
        let at = |kind: StrategyKind| self.strategies.iter().position(|known| *known == kind);
        let (Some(best), Some(intended)) = (at(StrategyKind::BEST), at(StrategyKind::Intended)) else { return Vec::new() };
        let sentence = |row: &PartyRow| {
            let amount = |gain: f64| match gain {
                gain if gain <= -0.5 => format!("loses {}", pounds_in_prose(-gain)),
                gain if gain >= 0.5 => format!("gains {}", pounds_in_prose(gain)),
                _ => "neither gains nor loses".to_owned(),
            };
            let party = crate::words::sentence(&row.party);
            let (best, intended) = (amount(row.gains[best]), amount(row.gains[intended]));
            match best == intended {
                true => format!("{party}: {best}, at the provider's best and as intended."),
                false => format!("{party}: {best} at the provider's best; {intended} as intended."),
            }
        };
        self.rows.iter().map(sentence).collect()
    }
}

/// What the table means, for those who read it.
pub const ABOUT: &str = "On average over replications, in all areas together. A minus is a loss. What the provider is left with is what it \
                         is paid less its costs, divided as the contract and the assumptions say. Payments are compared with paying \
                         nothing, and results with no help for anyone.";
