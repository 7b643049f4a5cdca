//! The table of strategy results that findings read: what the reference strategies cost, pay and do to people, all on common
//! random numbers. It says nothing about how the strategies were found. Money is in pounds.

use crate::estimate::{Estimate, mean};
use crate::wording::PeopleNoun;

/// The strategies that findings compare. The first five need no search. The others are best responses: of the provider's agent
/// types to the rules as they are, and of a provider that maximises profit to rules that differ in one respect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StrategyKind {
    /// The least that the contract requires, with no effort.
    Idle,
    /// What is spent today: nothing extra.
    AsNow,
    /// What the commissioner expects of an honest provider.
    Intended,
    /// Best for the public at the spend that is intended.
    PublicAtCost,
    /// Best for the public.
    Public,
    /// The best response of an agent type to the rules as they are.
    BestResponse(AgentType),
    /// The mixture of providers, where the piloted help does and costs what can be expected of it at scale.
    MixtureAtScale,
    /// The best response of a provider that maximises profit, under one counterfactual.
    Counterfactual(Counterfactual),
}

/// How a provider weighs profit, risk and public value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AgentType {
    /// Maximises profit.
    ProfitSeeking,
    /// Gives up some profit for less risk.
    Cautious,
    /// Counts part of the public's value as its own.
    MissionMinded,
    /// Makes mistakes, and makes fewer the more a mistake costs it (logit choice).
    Imperfect,
    /// Keeps to what it does today, unless another strategy pays far more.
    NormKeeping,
    /// Does just enough to be paid what is intended.
    Satisficing,
    /// A public body, which cannot keep a surplus: does what its payments carry.
    BudgetBound,
    /// Providers of all these kinds together, in the shares that comparable evidence suggests. It is the forecast.
    Mixture,
}

/// What would be different about the rules, so that a finding can say what that one thing changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counterfactual {
    /// Everyone referred has to be served.
    EveryoneServed,
    /// The same prices without gates.
    NoGates,
    /// Everything has to be reported as it is.
    HonestReports,
    /// The baseline stays where it was set.
    FixedBaseline,
    /// Every result is paid for without a claim. Help follows the prices, as if there were no gates.
    EveryResultPaid,
    /// A result brings what is left of its price once it is proved. Help follows that, as if there were no gates.
    AfterEvidence,
}

impl AgentType {
    /// The kinds of provider, without the mixture of them.
    pub const ALL: [AgentType; 7] = [
        AgentType::ProfitSeeking,
        AgentType::Cautious,
        AgentType::MissionMinded,
        AgentType::NormKeeping,
        AgentType::Satisficing,
        AgentType::BudgetBound,
        AgentType::Imperfect,
    ];

    /// As in "a cautious provider".
    #[must_use]
    pub fn adjective(self) -> &'static str {
        match self {
            AgentType::ProfitSeeking => "profit-seeking",
            AgentType::Cautious => "cautious",
            AgentType::MissionMinded => "mission-minded",
            AgentType::Imperfect => "imperfect",
            AgentType::NormKeeping => "norm-keeping",
            AgentType::Satisficing => "satisficing",
            AgentType::BudgetBound => "budget-bound",
            AgentType::Mixture => "mixed",
        }
    }
}

impl StrategyKind {
    /// The provider's best strategy, where nothing else is said.
    pub const BEST: StrategyKind = StrategyKind::BestResponse(AgentType::ProfitSeeking);

    /// The label in tables, charts and the JSON report.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            StrategyKind::Idle => "idle",
            StrategyKind::AsNow => "nothing extra",
            StrategyKind::Intended => "intended",
            StrategyKind::BestResponse(AgentType::ProfitSeeking) => "provider's best",
            StrategyKind::BestResponse(AgentType::Cautious) => "cautious provider's best",
            StrategyKind::BestResponse(AgentType::MissionMinded) => "mission-minded provider's best",
            StrategyKind::BestResponse(AgentType::Imperfect) => "imperfect provider",
            StrategyKind::BestResponse(AgentType::NormKeeping) => "norm-keeping provider",
            StrategyKind::BestResponse(AgentType::Satisficing) => "satisficing provider",
            StrategyKind::BestResponse(AgentType::BudgetBound) => "budget-bound provider",
            StrategyKind::BestResponse(AgentType::Mixture) => "mixture of providers",
            StrategyKind::MixtureAtScale => "mixture of providers at scale",
            StrategyKind::PublicAtCost => "public's best at the same cost",
            StrategyKind::Public => "public's best",
            StrategyKind::Counterfactual(Counterfactual::EveryoneServed) => "provider's best serving everyone",
            StrategyKind::Counterfactual(Counterfactual::NoGates) => "provider's best without gates",
            StrategyKind::Counterfactual(Counterfactual::HonestReports) => "provider's best reporting honestly",
            StrategyKind::Counterfactual(Counterfactual::FixedBaseline) => "provider's best against a baseline that stays",
            StrategyKind::Counterfactual(Counterfactual::EveryResultPaid) => "provider's best with no result to prove",
            StrategyKind::Counterfactual(Counterfactual::AfterEvidence) => "provider's best after the cost of evidence",
        }
    }

    /// In a sentence, after "compared with".
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            StrategyKind::Idle => "doing no more than the contract requires",
            StrategyKind::AsNow => "spending what is spent today",
            StrategyKind::Intended => "what the contract intends",
            StrategyKind::BestResponse(AgentType::ProfitSeeking) => "the provider's best strategy",
            StrategyKind::BestResponse(AgentType::Cautious) => "the best strategy of a cautious provider",
            StrategyKind::BestResponse(AgentType::MissionMinded) => "the best strategy of a mission-minded provider",
            StrategyKind::BestResponse(AgentType::Imperfect) => "what an imperfect provider does",
            StrategyKind::BestResponse(AgentType::NormKeeping) => "what a norm-keeping provider does",
            StrategyKind::BestResponse(AgentType::Satisficing) => "what a satisficing provider does",
            StrategyKind::BestResponse(AgentType::BudgetBound) => "what a budget-bound provider does",
            StrategyKind::BestResponse(AgentType::Mixture) => "what a mixture of providers does",
            StrategyKind::MixtureAtScale => "what a mixture of providers does with the piloted help at scale",
            StrategyKind::PublicAtCost => "the best use of the intended money for the public",
            StrategyKind::Public => "what is best for the public",
            StrategyKind::Counterfactual(Counterfactual::EveryoneServed) => "its best strategy when it serves everyone",
            StrategyKind::Counterfactual(Counterfactual::NoGates) => "its best strategy under the same prices without gates",
            StrategyKind::Counterfactual(Counterfactual::HonestReports) => "its best strategy when it reports honestly",
            StrategyKind::Counterfactual(Counterfactual::FixedBaseline) => "its best strategy with a baseline that stays",
            StrategyKind::Counterfactual(Counterfactual::EveryResultPaid) => "its best strategy when no result has to be proved",
            StrategyKind::Counterfactual(Counterfactual::AfterEvidence) => "its best strategy after the cost of evidence",
        }
    }
}

/// What one strategy does in one area, or summed in all of them. Money is in pounds, with one entry for each replication where it
/// varies.
#[derive(Clone, Debug, PartialEq)]
pub struct StrategyResult {
    pub kind: StrategyKind,
    /// Spent on help that changes outcomes, in all.
    pub help_spend: f64,
    /// All the provider's costs.
    pub cost: f64,
    /// What running the contract costs the payer itself, beside the payments.
    pub administration: f64,
    pub payments: Vec<f64>,
    /// What others get of the profit in each replication, or bear of a loss where it is negative: funders, and whoever gets the part of
    /// a surplus that the provider may not keep. Empty where the profit is the provider's alone.
    pub others: Vec<f64>,
    /// What each funder of the contract gets on average, in the order of the scheme.
    pub funders: Vec<f64>,
    /// The part of the payments that depends on results.
    pub results: Vec<f64>,
    pub rewards: Vec<f64>,
    pub deductions: Vec<f64>,
    /// What is at stake for the provider beyond the payments, as it values it; empty where nothing is.
    pub stakes: Vec<f64>,
    /// The chance that the provider wins the next contract in each replication; empty where the assumptions do not say how it is
    /// decided.
    pub renewal: Vec<f64>,
    /// What depends on results as if each replication held the truth exactly, with no chance in it.
    pub results_without_chance: f64,
    /// All that is paid, as if each replication held the truth exactly.
    pub payment_without_chance: f64,
    /// For each outcome and segment: the expected count, over everyone referred.
    pub outcomes: Vec<Vec<f64>>,
    /// Worth of the outcomes to the public, compared with no help for anyone.
    pub value: f64,
    /// Pounds of help in all, by segment.
    pub effort: Vec<f64>,
    /// People served, by segment.
    pub served: Vec<f64>,
    /// Share of cohorts and replications in which the last pound of effort earned nothing.
    pub dead_margin: Estimate,
    /// Share of cohorts and replications in which results were paid better than no change would be.
    pub cohorts_rewarded: Estimate,
    /// Results claimed that did not happen, in all outcomes that the provider reports.
    pub false_claims: f64,
    /// All results claimed of those outcomes.
    pub claims: f64,
    /// People put into a segment that they are not of.
    pub mislabelled: f64,
    /// People excepted from an outcome who should count, added up over outcomes.
    pub excepted: f64,
    /// For each outcome that is a level: people brought over it who were just short of it, while nobody else was helped. None
    /// for another outcome.
    pub brought_over: Vec<f64>,
}

/// A change that the provider does not bring about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shock {
    /// Every outcome is a percentage point better for everyone, served or not.
    PointBetter,
    /// Every outcome is a percentage point worse for everyone.
    PointWorse,
    /// A fifth fewer people come, of every kind.
    FifthFewer,
    /// A fifth more people come, of every kind.
    FifthMore,
    /// People do not start at their worst: before they started they were as they would be now.
    NoRecovery,
    /// Help does at scale what its pilot suggests, and costs what it costs there.
    AtScale,
}

/// What a strategy brings under a shock, on the same random numbers as without it. Money is in pounds.
#[derive(Clone, Debug, PartialEq)]
pub struct ShockResult {
    pub shock: Shock,
    pub kind: StrategyKind,
    /// All the provider's costs.
    pub cost: f64,
    pub payments: Vec<f64>,
    /// As those of a [`StrategyResult`].
    pub others: Vec<f64>,
    /// The part of the payments that depends on results.
    pub results: Vec<f64>,
    /// Worth of the outcomes to the public, compared with no help for anyone.
    pub value: f64,
}

/// The provider's best strategy with results dated in the cohort next to their own, in each replication where that pays.
#[derive(Clone, Debug, PartialEq)]
pub struct TimingResult {
    pub payments: Vec<f64>,
    /// What the moving itself cost in each replication.
    pub moving: Vec<f64>,
    /// Results moved, and all results that could have been, on average.
    pub moved: f64,
    pub results: f64,
}

/// The provider's best strategy with something about the people or their past recorded otherwise, as far as that pays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecordedOtherwise {
    /// What is paid more in each replication.
    pub paid_more: Vec<f64>,
    /// What it costs the provider.
    pub cost: f64,
    /// People recorded otherwise, and all who could be.
    pub changed: f64,
    pub of: f64,
}

/// The strategy results of one area.
#[derive(Clone, Debug)]
pub struct AreaResults {
    pub area: String,
    pub people: f64,
    pub strategies: Vec<StrategyResult>,
    pub shocks: Vec<ShockResult>,
    /// `None` when the assumptions do not say that dates can be moved.
    pub timing: Option<TimingResult>,
    /// A past made to look worse than it was; `None` when the assumptions do not say that it can be.
    pub worse_past: Option<RecordedOtherwise>,
    /// People with a bad result who leave what is measured; `None` when the assumptions do not say that they can.
    pub exits: Option<RecordedOtherwise>,
    /// Pounds paid for the same people when none of them, nor anyone they are compared with, has a good result.
    pub paid_without_results: f64,
}

/// A table of strategy results for one scheme in one scenario.
#[derive(Clone, Debug)]
pub struct StrategyResults {
    pub outcomes: Vec<OutcomeFacts>,
    pub segments: Vec<SegmentFacts>,
    pub areas: Vec<AreaResults>,
    /// The same strategies summed over the areas.
    pub whole: Vec<StrategyResult>,
    /// Some of them under shocks, summed over the areas.
    pub shocks: Vec<ShockResult>,
    /// Summed over the areas.
    pub timing: Option<TimingResult>,
    pub worse_past: Option<RecordedOtherwise>,
    pub exits: Option<RecordedOtherwise>,
    /// The binary outcome that the commissioner aims at, or else the first that is paid for.
    pub main_outcome: Option<usize>,
    pub people: f64,
    /// The binary outcome whose good results the segments' prices are for.
    pub priced_outcome: Option<usize>,
    pub fair_margin: f64,
    /// Pounds that a cautious provider gives up for each pound of its profit's standard deviation.
    pub caution: f64,
    /// How unevenly payment follows the results within reach.
    pub bend: PaymentBend,
    /// Summed over the areas.
    pub paid_without_results: f64,
    /// Whether the provider may turn people away.
    pub intake_is_free: bool,
    /// Whether people count only after an assessment, before which they may drop out.
    pub assessed_first: bool,
    /// Outcomes that the provider reports, where the assumptions say that it could report them falsely.
    pub reported_by_provider: Vec<String>,
    /// Outcomes of which the provider says who is excepted, where the assumptions say that it could say so without a reason.
    pub excepted_by_provider: Vec<String>,
    /// Percentage of the claims that the contract's audits check today: the largest, where there is one.
    pub checked_now: Option<i64>,
    /// Whether the provider sets labels that it is paid by, and the assumptions say that it could set them falsely.
    pub labels_by_provider: bool,
    pub has_ratchet: bool,
    /// Outcomes that are compared with what the same people did before.
    pub compared_with_before: Vec<String>,
    /// Binary outcomes that are paid for and compared with something measured before the contract began: the same people, or a rate
    /// that was set on the past.
    pub compared_with_past: Vec<String>,
    /// Binary outcomes that are paid for and in which somebody who leaves is no failure: they are excepted, or nothing is seen of them.
    pub leaving_is_no_failure: Vec<String>,
    /// Binary outcomes that are paid for and that the provider has to claim.
    pub claimed_by_provider: Vec<String>,
    pub pilot: Option<PilotFacts>,
    /// Whether the payer measures cohorts one by one, so that pooling could help.
    pub cohorts: usize,
    /// The chance of a wrong payment by cohort size. `None` where results are not compared with a gate, a baseline or a level.
    pub wrong_payment: Option<WrongPayment>,
}

/// What a finding needs to know of an outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct OutcomeFacts {
    pub name: String,
    /// What to call the people with it.
    pub people: PeopleNoun,
    pub binary: bool,
    /// How many people one of what it counts is: 1, and the size of a household where it counts households.
    pub people_each: f64,
    /// Position of the binary outcome on top of which it is counted; its own for a binary one.
    pub base: usize,
    /// What is known of an amount; `None` where the outcome is counted.
    pub amount: Option<AmountFacts>,
    /// +1 when more is better, −1 when fewer.
    pub sign: f64,
    /// Pounds to the public of one better.
    pub value: f64,
    /// Whether a clause pays for it.
    pub paid: bool,
    /// The count that the contract assumes without the service, over everyone; `None` where its baseline is no assumption.
    pub assumed: Option<f64>,
    /// Pounds that the scheme pays for one more good result where its gates are open: the most over the segments. For binary
    /// outcomes only, each with what is counted on top of it.
    pub price: f64,
    /// The share of better results that people who are not served lose; `None` where the assumptions do not say.
    pub displaced: Option<f64>,
    /// Pounds that the evidence of a result costs where it is hardest to get. The easiest costs nothing, and those between cost in
    /// proportion. `None` where the provider claims none, or the assumptions do not say.
    pub evidence: Option<f64>,
}

/// What a finding needs to know of an amount.
#[derive(Clone, Debug, PartialEq)]
pub struct AmountFacts {
    /// A plural: "minutes".
    pub unit: String,
    /// The standard deviation between people.
    pub spread: f64,
}

/// What a finding needs to know of a segment.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentFacts {
    pub name: String,
    /// Position of the contract's segment that prices these people; several may share one.
    pub priced_as: usize,
    pub people: f64,
    /// Pounds for each further good result at which the first pound of effort would pay for itself, with what it earns by other outcomes
    /// as it is (Holmström and Milgrom's condition at a corner: 1 / (most that help can move × speed of its returns)); `None` where help
    /// can do nothing.
    pub unparking_price: Option<f64>,
    /// Pounds that the scheme pays for one more good result in this segment, where its gates are open.
    pub price_now: f64,
    /// The same of each outcome.
    pub prices: Vec<f64>,
    /// Pounds for bringing one of these people in; `None` when they start without it.
    pub bring_in: Option<f64>,
    /// Pounds paid for one more of these people who starts and has no good result.
    pub paid_for_start: f64,
    /// Pounds that one more of these people costs the provider without any help beyond what the contract requires.
    pub cost_of_start: f64,
}

/// What is known of the pilot whose result the scheme builds on.
#[derive(Clone, Debug, PartialEq)]
pub struct PilotFacts {
    /// The help that was piloted, and the outcome whose move the pilots measured.
    pub help: String,
    pub outcome: String,
    /// Whether that move is in percentage points of all people, or else a share of the bad results.
    pub in_points: bool,
    /// Pilots from which it was chosen.
    pub tried: usize,
    /// What the chosen one measured and what is expected elsewhere, each with its 95% interval: the most that the help moves what it
    /// moves, in proportion.
    pub measured: f64,
    pub interval: (f64, f64),
    pub expected: f64,
    pub expected_interval: (f64, f64),
    /// The same at scale, where it is diluted.
    pub at_scale: f64,
    /// Share by which the cost of a person rises.
    pub cost_rises: f64,
}

/// The chance of a wrong payment in one cohort, exactly (binomial), priced by the scheme's own rules.
#[derive(Clone, Debug, PartialEq)]
pub struct WrongPayment {
    /// The outcome that varies, and by how much the intended strategy betters it, in proportion.
    pub outcome: String,
    pub intended: f64,
    /// People in a typical cohort.
    pub typical: usize,
    pub rows: Vec<WrongPaymentRow>,
}

/// One cohort size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WrongPaymentRow {
    pub people: usize,
    /// No true change, and a reward all the same.
    pub reward_for_nothing: f64,
    /// No true change, and a deduction all the same.
    pub deduction_for_nothing: f64,
    /// The intended change is real, and nothing is paid.
    pub real_change_refused: f64,
    /// Pounds paid on average for no true change.
    pub mean_for_nothing: f64,
    /// Whether a cap or a floor holds with the expected results already, so that the chances say nothing about the size of cohorts.
    pub limited: bool,
}

/// An outcome that moves by less than this many standard deviations is about the same. Chosen on the real schemes that were looked at, of
/// 0.005 to 0.05: `docs/validity/calibration.md`.
pub const NOTICED: f64 = 0.01;

impl StrategyResults {
    /// How much better an outcome is under one strategy than under another, in results for each person; below zero for worse.
    #[must_use]
    pub fn better_each(&self, outcome: usize, there: &StrategyResult, from: &StrategyResult) -> f64 {
        self.outcomes[outcome].sign * (there.outcome(outcome) - from.outcome(outcome)) / self.people.max(1.0)
    }

    /// How much better an outcome is under one strategy than under another, as a standardised effect size: in standard deviations
    /// of the outcome between people; below zero for worse. Counting the people without a result in place of those with it
    /// changes nothing.
    #[must_use]
    pub fn moved(&self, outcome: usize, there: &StrategyResult, from: &StrategyResult) -> f64 {
        let facts = &self.outcomes[outcome];
        let each = |strategy: &StrategyResult, at: usize| strategy.outcome(at) / self.people.max(1.0);
        let middle = |at: usize| 0.5 * (each(there, at) + each(from, at));
        let (mean, affected) = (middle(outcome), middle(facts.base));
        // Each person affected has events as a Poisson number has them, and all others none.
        let variance = match (&facts.amount, facts.binary) {
            (Some(amount), _) => amount.spread * amount.spread,
            (None, true) => mean - mean * mean,
            (None, false) => mean + mean * mean / affected.max(1e-12) - mean * mean,
        };
        if variance <= 0.0 { 0.0 } else { self.better_each(outcome, there, from) / variance.sqrt() }
    }

    /// One strategy over all areas.
    #[must_use]
    pub fn get(&self, kind: StrategyKind) -> Option<&StrategyResult> {
        self.whole.iter().find(|result| result.kind == kind)
    }

    /// The best response of an agent type, over all areas.
    #[must_use]
    pub fn best_response(&self, agent: AgentType) -> Option<&StrategyResult> {
        self.get(StrategyKind::BestResponse(agent))
    }

    /// One strategy under a shock, over all areas.
    #[must_use]
    pub fn under_shock(&self, kind: StrategyKind, shock: Shock) -> Option<&ShockResult> {
        self.shocks.iter().find(|result| result.kind == kind && result.shock == shock)
    }
}

impl AreaResults {
    /// One strategy in this area.
    #[must_use]
    pub fn get(&self, kind: StrategyKind) -> Option<&StrategyResult> {
        self.strategies.iter().find(|result| result.kind == kind)
    }
}

impl StrategyResult {
    /// The provider's own profit in each replication.
    pub fn profit(&self) -> impl Iterator<Item = f64> + '_ {
        own_profit(&self.payments, self.cost, &self.others)
    }

    /// What is left in each replication for the provider and its funders together, where it has any; otherwise for the provider. Who
    /// bears a loss does not make it smaller.
    pub fn profit_with_funders(&self) -> impl Iterator<Item = f64> + '_ {
        let others: &[f64] = if self.funders.is_empty() { &self.others } else { &[] };
        own_profit(&self.payments, self.cost, others)
    }

    /// What it brings the provider in each replication: its profit, and what is at stake beyond the payments.
    pub fn benefit(&self) -> impl Iterator<Item = f64> + '_ {
        self.profit().enumerate().map(|(at, profit)| profit + self.stakes.get(at).copied().unwrap_or_default())
    }

    /// Mean payment.
    #[must_use]
    pub fn payment(&self) -> f64 {
        mean(&self.payments)
    }

    /// What the payer spends in all on average: payments, and what running the contract costs it.
    #[must_use]
    pub fn payer_spend(&self) -> f64 {
        self.payment() + self.administration
    }

    /// The provider's own mean profit.
    #[must_use]
    pub fn mean_profit(&self) -> f64 {
        self.payment() - self.cost - mean(&self.others)
    }

    /// The standard deviation of profit over replications.
    #[must_use]
    pub fn profit_spread(&self) -> f64 {
        Estimate::of(self.profit()).error * (self.payments.len() as f64).sqrt()
    }

    /// What the better results of a segment earn where the gates are open, less what help for it costs, in pounds, compared with
    /// doing nothing.
    #[must_use]
    pub fn segment_profit(&self, results: &StrategyResults, idle: &StrategyResult, segment: usize) -> f64 {
        let earned = |(outcome, price): (usize, &f64)| {
            price * results.outcomes[outcome].sign * (self.outcomes[outcome][segment] - idle.outcomes[outcome][segment])
        };
        results.segments[segment].prices.iter().enumerate().map(earned).sum::<f64>() - self.effort[segment]
    }

    /// Expected count of an outcome over all segments.
    #[must_use]
    pub fn outcome(&self, outcome: usize) -> f64 {
        self.outcomes[outcome].iter().sum()
    }

    /// The sum of the same strategy in several areas.
    #[must_use]
    pub fn sum<'a>(parts: impl Iterator<Item = &'a StrategyResult>) -> Option<StrategyResult> {
        parts.fold(None, |sum, part| match sum {
            None => Some(part.clone()),
            Some(mut sum) => {
                let people = sum.outcomes_people();
                let weight = |a: Estimate, b: Estimate| {
                    let (wa, wb) = (people, part.outcomes_people());
                    let total = if wa + wb > 0.0 { wa + wb } else { return Estimate::default() };
                    // The people of different areas are drawn independently.
                    let error = (a.error * wa).hypot(b.error * wb) / total;
                    Estimate { mean: (a.mean * wa + b.mean * wb) / total, error }
                };
                sum.dead_margin = weight(sum.dead_margin, part.dead_margin);
                sum.cohorts_rewarded = weight(sum.cohorts_rewarded, part.cohorts_rewarded);
                // Each area is a contract of its own.
                let share = part.outcomes_people() / (people + part.outcomes_people()).max(1e-9);
                sum.renewal.iter_mut().zip(&part.renewal).for_each(|(all, here)| *all += share * (here - *all));
                sum.help_spend += part.help_spend;
                sum.cost += part.cost;
                sum.administration += part.administration;
                sum.value += part.value;
                sum.false_claims += part.false_claims;
                sum.claims += part.claims;
                sum.mislabelled += part.mislabelled;
                sum.excepted += part.excepted;
                sum.results_without_chance += part.results_without_chance;
                sum.payment_without_chance += part.payment_without_chance;
                add(&mut sum.payments, &part.payments);
                add(&mut sum.others, &part.others);
                add(&mut sum.funders, &part.funders);
                add(&mut sum.results, &part.results);
                add(&mut sum.rewards, &part.rewards);
                add(&mut sum.deductions, &part.deductions);
                add(&mut sum.stakes, &part.stakes);
                add(&mut sum.served, &part.served);
                add(&mut sum.effort, &part.effort);
                add(&mut sum.brought_over, &part.brought_over);
                sum.outcomes.iter_mut().zip(&part.outcomes).for_each(|(sum, more)| add(sum, more));
                Some(sum)
            }
        })
    }

    /// The weight of a part in an average over areas: the people it serves.
    fn outcomes_people(&self) -> f64 {
        self.served.iter().sum()
    }
}

impl ShockResult {
    /// The sum of the same strategy under the same shock in several areas.
    #[must_use]
    pub fn sum<'a>(parts: impl Iterator<Item = &'a ShockResult>) -> Option<ShockResult> {
        parts.fold(None, |sum, part| match sum {
            None => Some(part.clone()),
            Some(mut sum) => {
                sum.cost += part.cost;
                sum.value += part.value;
                add(&mut sum.payments, &part.payments);
                add(&mut sum.others, &part.others);
                add(&mut sum.results, &part.results);
                Some(sum)
            }
        })
    }

    /// The provider's own profit in each replication.
    pub fn profit(&self) -> impl Iterator<Item = f64> + '_ {
        own_profit(&self.payments, self.cost, &self.others)
    }
}

impl TimingResult {
    /// The sum over several areas.
    #[must_use]
    pub fn sum<'a>(parts: impl Iterator<Item = &'a TimingResult>) -> Option<TimingResult> {
        parts.fold(None, |sum, part| match sum {
            None => Some(part.clone()),
            Some(mut sum) => {
                add(&mut sum.payments, &part.payments);
                add(&mut sum.moving, &part.moving);
                sum.moved += part.moved;
                sum.results += part.results;
                Some(sum)
            }
        })
    }
}

impl RecordedOtherwise {
    /// The sum over several areas.
    #[must_use]
    pub fn sum<'a>(parts: impl Iterator<Item = &'a RecordedOtherwise>) -> Option<RecordedOtherwise> {
        parts.fold(None, |sum, part| match sum {
            None => Some(part.clone()),
            Some(mut sum) => {
                add(&mut sum.paid_more, &part.paid_more);
                sum.cost += part.cost;
                sum.changed += part.changed;
                sum.of += part.of;
                Some(sum)
            }
        })
    }
}

/// What is paid in each replication, less the costs and what others get of it.
fn own_profit<'a>(payments: &'a [f64], cost: f64, others: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
    payments.iter().enumerate().map(move |(at, payment)| payment - cost - others.get(at).copied().unwrap_or_default())
}

fn add(sum: &mut [f64], more: &[f64]) {
    sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
}

/// How unevenly what is paid follows the results within reach of help, by whatever clauses.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PaymentBend {
    /// Pounds by which payment lies at most below a straight line between two results.
    pub depth: f64,
    /// Pounds that results within reach can move.
    pub moved: f64,
    /// The depth in pounds above which it counts as a threshold.
    pub limit: f64,
}

impl PaymentBend {
    /// Whether what is paid has a threshold.
    #[must_use]
    pub fn is_threshold(&self) -> bool {
        self.depth > self.limit
    }

    /// Whether payment follows the results without any step or flat stretch.
    pub(crate) fn is_even(&self) -> bool {
        self.depth < 1.0
    }
}
