//! What was found of one risk, and how a finding is put together.

use base::money::thousands;
use contract::fixes::Fix;

use crate::estimate::{Estimate, mean};
use crate::harm::Harm;
use crate::results::{AgentType, OutcomeFacts, StrategyKind, StrategyResult, StrategyResults};
use crate::risk_id::RiskId;
use crate::wording::{gained, lost, percent, pounds, pounds_within, pounds_within_in_prose};

/// One test of a finding, with the figure that decides it.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingTest {
    pub what: String,
    pub holds: bool,
    pub figure: String,
}

/// What was found of one risk. The risk is present when every test holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub risk: RiskId,
    pub present: bool,
    /// What the files would have to say for the risk to be looked for at all, where they do not.
    pub not_looked_for: Option<&'static str>,
    /// The strategy found, in plain sentences.
    pub strategy: String,
    /// The strategy that the gain is compared with.
    pub compared_with: StrategyKind,
    /// The strategy that harm and losses are compared with, which is mostly the same.
    pub losses_compared_with: StrategyKind,
    /// Pounds to the provider.
    pub gain: Estimate,
    /// People worse off, and of how many thousand.
    pub people_harmed: f64,
    pub harmed_per_thousand: f64,
    /// What happens to them: "more people with a proven reoffence".
    pub harm: String,
    /// Pounds to the payer and the public: what is paid more, plus the value of the results lost.
    pub payer_loss: Estimate,
    pub tests: Vec<FindingTest>,
    /// Other figures worth showing: label and value.
    pub figures: Vec<(String, String)>,
}

impl Finding {
    /// The name of its risk.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.risk.name()
    }

    /// Whether the gain is above zero by more than its Monte Carlo error, and more than pennies.
    #[must_use]
    pub fn gain_is_sure(&self) -> bool {
        sure(self.gain)
    }

    /// The same of the loss.
    #[must_use]
    pub fn loss_is_sure(&self) -> bool {
        sure(self.payer_loss)
    }

    /// "6,413 more people with a proven reoffence (59 in every 1,000)".
    #[must_use]
    pub fn harm_in_words(&self) -> Option<String> {
        (self.people_harmed >= 0.5).then(|| {
            let each = match self.harmed_per_thousand {
                few if few < 0.05 => "under 0.1".to_owned(),
                some if some < 9.95 => format!("{some:.1}"),
                many => thousands(many.round() as i64),
            };
            format!("{} {} ({each} in every 1,000)", thousands(self.people_harmed.round() as i64), self.harm)
        })
    }

    /// One test more, which decides as well.
    pub(crate) fn and(mut self, what: &str, holds: bool, figure: String) -> Finding {
        self.tests.push(FindingTest { what: what.to_owned(), holds, figure });
        self.present &= holds;
        self
    }

    /// A further figure, by its label.
    pub(crate) fn figure(&self, label: &str) -> Option<&str> {
        self.figures.iter().find(|(name, _)| name == label).map(|(_, value)| value.as_str())
    }
}

fn sure(value: Estimate) -> bool {
    value.low() > 0.0 && value.mean >= 0.5
}

/// What the provider gains, where a risk has no words of its own for it.
pub(crate) fn gain_compared(finding: &Finding) -> String {
    format!("{} compared with {}", gained(finding.gain), finding.compared_with.in_words())
}

/// Who loses, where a risk has no words of its own for it: people first, then money.
pub(crate) fn people_payer_and_public(finding: &Finding, _: &StrategyResults) -> Vec<String> {
    let loss = finding.payer_loss;
    let gained = Estimate { mean: -loss.mean, ..loss };
    let money = match gained.low() > 0.0 {
        true => format!("the payer and the public together do not: they are {} better off", pounds_within_in_prose(gained)),
        false => format!("the payer and the public together: {}", lost(loss)),
    };
    let harm = finding.harm_in_words();
    let harm = harm.map(|harm| format!("{harm}, compared with {}", finding.losses_compared_with.in_words()));
    harm.into_iter().chain([money]).collect()
}

/// The reason why a risk stays whatever the rules, where there is no simple one.
pub(crate) fn no_simple_reason(_: &StrategyResults) -> Option<String> {
    None
}

/// Puts a finding together, test by test.
pub(crate) struct FindingBuilder {
    risk: RiskId,
    compared_with: StrategyKind,
    losses_compared_with: StrategyKind,
    not_looked_for: Option<&'static str>,
    tests: Vec<FindingTest>,
    figures: Vec<(String, String)>,
}

impl FindingBuilder {
    pub(crate) fn new(risk: RiskId, compared_with: StrategyKind) -> FindingBuilder {
        let losses_compared_with = compared_with;
        FindingBuilder { risk, compared_with, losses_compared_with, not_looked_for: None, tests: Vec::new(), figures: Vec::new() }
    }

    /// Harm and losses are compared with another strategy than the gain.
    pub(crate) fn losses_compared_with(&mut self, kind: StrategyKind) {
        self.losses_compared_with = kind;
    }

    pub(crate) fn test(&mut self, what: &str, holds: bool, figure: String) {
        self.tests.push(FindingTest { what: what.to_owned(), holds, figure });
    }

    pub(crate) fn figure(&mut self, label: &str, value: String) {
        self.figures.push((label.to_owned(), value));
    }

    pub(crate) fn all_tests_hold(&self) -> bool {
        self.tests.iter().all(|test| test.holds)
    }

    /// The provider gains by `best`, compared with the reference.
    pub(crate) fn gain_test(&mut self, gain: Estimate, best: &StrategyResult, reference: &StrategyResult) {
        self.test(
            &format!("the provider gains compared with {}", self.compared_with.in_words()),
            gains(gain, best),
            format!("{} (profit of {}, compared with {})", pounds_within(gain), profit_words(best), profit_words(reference)),
        );
    }

    /// People are worse off, and payer and public lose.
    pub(crate) fn loss_tests(&mut self, harm: &Harm, loss: Estimate) {
        let harmed = harm.people >= 0.5 && harm.per_thousand > 0.05;
        let figure = if harmed { harm.counted() } else { "no one".to_owned() };
        self.test("people are worse off", harmed, figure);
        self.test("the payer and the public together lose", loss.low() > 0.0, pounds_within(loss));
    }

    /// The finding when the files do not say enough to look for the risk.
    pub(crate) fn not_looked_for(mut self, needs: &'static str) -> Finding {
        self.not_looked_for = Some(needs);
        self.test("the files say enough to look for it", false, "they do not".to_owned());
        self.absent("Not looked for.")
    }

    /// The finding when the strategies that it compares are not in the table.
    pub(crate) fn absent(self, strategy: &str) -> Finding {
        self.finish(strategy.to_owned(), Estimate::default(), Harm::none(), Estimate::default())
    }

    pub(crate) fn finish(self, strategy: String, gain: Estimate, harm: Harm, payer_loss: Estimate) -> Finding {
        Finding {
            risk: self.risk,
            present: !self.tests.is_empty() && self.all_tests_hold(),
            not_looked_for: self.not_looked_for,
            strategy,
            compared_with: self.compared_with,
            losses_compared_with: self.losses_compared_with,
            gain,
            people_harmed: harm.people,
            harmed_per_thousand: harm.per_thousand,
            harm: harm.in_words().to_owned(),
            payer_loss,
            tests: self.tests,
            figures: self.figures,
        }
    }
}

/// "£20,000", "£20,000 with £5,000 at stake beyond the payments", or "£20,000 with £5,000 at stake beyond the payments and a chance of
/// 62% of winning the next contract".
fn profit_words(result: &StrategyResult) -> String {
    let profit = pounds(result.mean_profit());
    let chance = match result.renewal.as_slice() {
        [] => String::new(),
        renewal => format!(" and a chance of {} of winning the next contract", percent(mean(renewal))),
    };
    match result.stakes.as_slice() {
        [] => profit,
        stakes => format!("{profit} with {} at stake beyond the payments{chance}", pounds(mean(stakes))),
    }
}

/// What moving from `reference` to `best` brings the provider, on the same random numbers.
pub(crate) fn gain(best: &StrategyResult, reference: &StrategyResult) -> Estimate {
    Estimate::of(best.benefit().zip(reference.benefit()).map(|(a, b)| a - b))
}

/// What a strategy brings whoever follows it. In a mixture of providers those who do something for gain are the ones that maximise
/// profit; how many do it is the mixture's.
pub(crate) fn gain_of(
    results: &StrategyResults,
    agent: AgentType,
    best: &StrategyResult,
    reference: &StrategyResult,
) -> Estimate {
    match results.best_response(AgentType::ProfitSeeking) {
        Some(seeking) if agent == AgentType::Mixture => gain(seeking, reference),
        _ => gain(best, reference),
    }
}

/// Whether a gain is larger than its Monte Carlo error allows for chance, and than a thousandth of what is paid.
pub(crate) fn gains(gain: Estimate, best: &StrategyResult) -> bool {
    gain.low() > 0.0 && gain.mean > 0.001 * best.payment().abs()
}

/// What it costs the payer and the public: what is paid more and what running the contract costs more, plus the value of the results
/// lost.
pub(crate) fn public_loss(best: &StrategyResult, reference: &StrategyResult) -> Estimate {
    let lost = reference.value - best.value + (best.administration - reference.administration);
    Estimate::of(best.payments.iter().zip(&reference.payments).map(|(a, b)| a - b + lost))
}

/// Each result paid for at this percentage of what it is worth to the public. A provider then spreads help as the public would.
pub(crate) fn at_value(results: &StrategyResults, percent: i64) -> Fix {
    let pence = |outcome: &OutcomeFacts| (100.0 * outcome.value).round() as i64;
    Fix::AtValue { percent, worth: results.outcomes.iter().map(pence).collect() }
}
