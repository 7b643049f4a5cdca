//! The table of simulates findings read: what named strategies cost, pay and do to people, all on the same random numbers.
//! It says nothing of how the strategy results were found. Money in pounds.

use super::{Estimate, mean};

/// The reference strategies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The least that the contract compels; no effort.
    Idle,
    /// What is spent today: nothing extra.
    AsNow,
    /// What the commissioner expects.
    Intended,
    /// Best for the provider's profit.
    Best,
    /// Best for a provider that gives up some profit for less risk.
    Cautious,
    /// Best for a provider that counts part of the public's value as its own.
    Mission,
    /// A provider that errs, the less often the more an error costs (logit choice).
    Imperfect,
    /// Best for the public at the spend that is intended.
    PublicAtCost,
    /// Best for the public.
    Public,
    /// Best for profit if everyone referred had to be served.
    BestServingAll,
    /// Best for profit if the rules were the same without their gates.
    BestWithoutGates,
    /// Best for profit if everything had to be reported as it is.
    BestHonest,
    /// Best for profit if the baseline stayed where it was set.
    BestWithoutRatchet,
}

impl Role {
    /// As in a report.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Role::Idle => "idle",
            Role::AsNow => "nothing extra",
            Role::Intended => "intended",
            Role::Best => "provider's best",
            Role::Cautious => "cautious provider's best",
            Role::Mission => "mission-minded provider's best",
            Role::Imperfect => "imperfect provider",
            Role::PublicAtCost => "public's best at the same cost",
            Role::Public => "public's best",
            Role::BestServingAll => "provider's best serving everyone",
            Role::BestWithoutGates => "provider's best without gates",
            Role::BestHonest => "provider's best reporting honestly",
            Role::BestWithoutRatchet => "provider's best against a baseline that stays",
        }
    }
}

/// What one strategy does in one area (or, summed, in all). Money in pounds; one entry per replication where it varies.
#[derive(Clone, Debug, PartialEq)]
pub struct StrategyResult {
    pub role: Role,
    /// Spent on help that changes outcomes, in all.
    pub help_spend: f64,
    /// All the provider's costs.
    pub cost: f64,
    pub payments: Vec<f64>,
    /// The part of the payments that depends on results.
    pub results: Vec<f64>,
    pub rewards: Vec<f64>,
    pub deductions: Vec<f64>,
    /// The same as if each replication held the truth exactly, with no chance in it.
    pub results_without_chance: f64,
    /// For each outcome and segment: the expected count, over everyone referred.
    pub outcomes: Vec<Vec<f64>>,
    /// Worth of the outcomes to the public, against no help for anyone.
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
}

/// A turn of events that no provider brings about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// The main outcome is a percentage point better for everyone, served or not.
    PointBetter,
    /// The main outcome is a percentage point worse for everyone.
    PointWorse,
    /// A fifth fewer people come, of every kind.
    FifthFewer,
    /// A fifth more people come, of every kind.
    FifthMore,
    /// People were before they started as they would be now: they do not come at their worst.
    NoRecovery,
    /// Help does what a chosen pilot leads one to expect of it elsewhere, and costs what it costs at scale.
    AtScale,
}

/// What a strategy brings when things take a turn, on the same random numbers as the play itself. Money in pounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Turned {
    pub turn: Turn,
    pub role: Role,
    /// All the provider's costs.
    pub cost: f64,
    pub payments: Vec<f64>,
    /// The part of the payments that depends on results.
    pub results: Vec<f64>,
    /// Worth of the outcomes to the public, against no help for anyone.
    pub value: f64,
}

/// The provider's best strategy with results dated in the cohort next to their own where that pays, replication by replication.
#[derive(Clone, Debug, PartialEq)]
pub struct Timed {
    pub payments: Vec<f64>,
    /// What the moving itself cost in each replication.
    pub moving: Vec<f64>,
    /// Results moved, and all results that could have been, on average.
    pub moved: f64,
    pub results: f64,
}

/// The strategy results of one area.
#[derive(Clone, Debug)]
pub struct AreaResults {
    pub area: String,
    pub people: f64,
    pub strategy_results: Vec<StrategyResult>,
    pub turned: Vec<Turned>,
    /// `None` when the assumptions says of no result that its date can be moved.
    pub timed: Option<Timed>,
}

/// A table of strategy results for one scheme in one scenario.
#[derive(Clone, Debug)]
pub struct StrategyResults {
    pub outcomes: Vec<OutcomeFacts>,
    pub segments: Vec<SegmentFacts>,
    pub areas: Vec<AreaResults>,
    /// The same strategies summed over the areas.
    pub whole: Vec<StrategyResult>,
    /// What becomes of some of them when things take a turn, summed over the areas.
    pub turned: Vec<Turned>,
    /// Summed over the areas.
    pub timed: Option<Timed>,
    /// The binary outcome that the commissioner aims at, or else the first that is paid for.
    pub main_outcome: Option<usize>,
    pub people: f64,
    /// The binary outcome whose good results the segments' prices are for.
    pub priced_outcome: Option<usize>,
    pub fair_margin: f64,
    pub has_gates: bool,
    /// Whether the provider may turn people away.
    pub intake_is_free: bool,
    /// Whether people count only after an assessment, before which they may fall out.
    pub assessed_first: bool,
    /// Outcomes that the provider reports and the assumptions says it could report falsely.
    pub reported_by_provider: Vec<String>,
    /// Percentage of the claims that the contract's audits check today: the largest, where there is one.
    pub checked_now: Option<i64>,
    /// Whether the provider sets labels that it is paid by, and the assumptions says it could set them falsely.
    pub labels_by_provider: bool,
    pub has_ratchet: bool,
    /// Outcomes that are compared with what the same people did before.
    pub held_against_before: Vec<String>,
    pub pilot: Option<PilotFacts>,
    /// Whether the payer measures cohorts one by one, so that pooling could help.
    pub cohorts: usize,
    /// The chance of a wrong payment by cohort size; `None` where results are not compared with a gate, a baseline or a level.
    pub wrong_payment: Option<WrongPayment>,
}

/// What a finding needs to know of an outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct OutcomeFacts {
    pub name: String,
    pub binary: bool,
    /// +1 when more is better, −1 when fewer.
    pub sign: f64,
    /// Pounds to the public of one better.
    pub value: f64,
    /// Whether a clause pays for it.
    pub paid: bool,
    /// Pounds that the scheme pays for one more good result where its gates are open: the most over the segments; binary
    /// outcomes only, each with what is counted on top of it.
    pub price: f64,
}

/// What a finding needs to know of a segment.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentFacts {
    pub name: String,
    /// Position of the contract's segment that prices these people; several may share one.
    pub priced_as: usize,
    pub people: f64,
    /// Pounds for each further good result at which the first pound of effort would pay for itself (Holmström and Milgrom's
    /// condition at a corner: 1 / (most that help can move × speed of its returns)); `None` where help can do nothing.
    pub unparking_price: Option<f64>,
    /// Pounds that the scheme pays for one more good result in this segment, where its gates are open.
    pub price_now: f64,
    /// Pounds for bringing one of these people in; `None` when they start without it.
    pub bring_in: Option<f64>,
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
    /// What the chosen one measured, its 95 % interval, and what is to be expected of it elsewhere with its 95 % interval: the
    /// most that the help moves what it moves, in proportion.
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
}

impl StrategyResults {
    /// One strategy over all areas.
    #[must_use]
    pub fn simulate(&self, role: Role) -> Option<&StrategyResult> {
        self.whole.iter().find(|play| play.role == role)
    }

    /// One strategy over all areas when things take a turn.
    #[must_use]
    pub fn turned(&self, role: Role, turn: Turn) -> Option<&Turned> {
        self.turned.iter().find(|turned| turned.role == role && turned.turn == turn)
    }
}

impl StrategyResult {
    /// Profit in each replication.
    pub fn profit(&self) -> impl Iterator<Item = f64> + '_ {
        self.payments.iter().map(|payment| payment - self.cost)
    }

    /// Mean payment.
    #[must_use]
    pub fn payment(&self) -> f64 {
        mean(&self.payments)
    }

    /// Mean profit.
    #[must_use]
    pub fn mean_profit(&self) -> f64 {
        self.payment() - self.cost
    }

    /// What the better results of a segment earn where the gates are open, less what help for it costs: pounds, against doing
    /// nothing.
    #[must_use]
    pub fn segment_profit(&self, strategy_results: &StrategyResults, idle: &StrategyResult, segment: usize) -> f64 {
        let Some(outcome) = strategy_results.priced_outcome else { return -self.effort[segment] };
        let better =
            strategy_results.outcomes[outcome].sign * (self.outcomes[outcome][segment] - idle.outcomes[outcome][segment]);
        strategy_results.segments[segment].price_now * better - self.effort[segment]
    }

    /// Expected count of an outcome over all segments.
    #[must_use]
    pub fn outcome(&self, outcome: usize) -> f64 {
        self.outcomes[outcome].iter().sum()
    }

    /// The sum of strategy results of the same role in several areas.
    #[must_use]
    pub fn sum<'a>(strategy_results: impl Iterator<Item = &'a StrategyResult>) -> Option<StrategyResult> {
        strategy_results.fold(None, |sum, play| match sum {
            None => Some(play.clone()),
            Some(mut sum) => {
                let people = sum.outcomes_people();
                let weight = |a: Estimate, b: Estimate| {
                    let (wa, wb) = (people, play.outcomes_people());
                    let total = if wa + wb > 0.0 { wa + wb } else { return Estimate::default() };
                    // The people of different areas are drawn independently.
                    let error = (a.error * wa).hypot(b.error * wb) / total;
                    Estimate { mean: (a.mean * wa + b.mean * wb) / total, error }
                };
                sum.dead_margin = weight(sum.dead_margin, play.dead_margin);
                sum.cohorts_rewarded = weight(sum.cohorts_rewarded, play.cohorts_rewarded);
                sum.help_spend += play.help_spend;
                sum.cost += play.cost;
                sum.value += play.value;
                sum.false_claims += play.false_claims;
                sum.claims += play.claims;
                sum.mislabelled += play.mislabelled;
                sum.results_without_chance += play.results_without_chance;
                add(&mut sum.payments, &play.payments);
                add(&mut sum.results, &play.results);
                add(&mut sum.rewards, &play.rewards);
                add(&mut sum.deductions, &play.deductions);
                add(&mut sum.served, &play.served);
                add(&mut sum.effort, &play.effort);
                sum.outcomes.iter_mut().zip(&play.outcomes).for_each(|(sum, more)| add(sum, more));
                Some(sum)
            }
        })
    }

    /// The weight of this play in an average over areas: the people it serves.
    fn outcomes_people(&self) -> f64 {
        self.served.iter().sum()
    }
}

impl Turned {
    /// The sum of the same strategy and turn in several areas.
    #[must_use]
    pub fn sum<'a>(parts: impl Iterator<Item = &'a Turned>) -> Option<Turned> {
        parts.fold(None, |sum, part| match sum {
            None => Some(part.clone()),
            Some(mut sum) => {
                sum.cost += part.cost;
                sum.value += part.value;
                add(&mut sum.payments, &part.payments);
                add(&mut sum.results, &part.results);
                Some(sum)
            }
        })
    }

    /// Profit in each replication.
    pub fn profit(&self) -> impl Iterator<Item = f64> + '_ {
        self.payments.iter().map(|payment| payment - self.cost)
    }
}

impl Timed {
    /// The sum over several areas.
    #[must_use]
    pub fn sum<'a>(parts: impl Iterator<Item = &'a Timed>) -> Option<Timed> {
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

fn add(sum: &mut [f64], more: &[f64]) {
    sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
}
