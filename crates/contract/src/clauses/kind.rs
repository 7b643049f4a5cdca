//! What every kind of clause can be asked. Each file of this folder answers for its own kind.
//!
//! What a clause does to money ([`ClauseEffects`]) has no default answer, because a wrong one would price or test a contract wrongly
//! and nobody would notice. A new kind does not compile before it has answered, and the tests compare each answer with what `price`
//! does. The other questions have a default answer, which holds for the clauses that they do not apply to, so a new kind must be
//! gone through question by question:
//!
//! - one that pays for results answers `outcome` or `outcomes` and, where it measures over cohorts, `measured_over`;
//! - one that compares results answers `compared_outcome` and `gates` or `levels`;
//! - one that depends on the money of others answers `referred` and `references`, and where it takes it back
//!   `takes_of_what_is_left`;
//! - every one answers `amounts`, `amounts_mut` and `amend`, so that fixes and changed prices reach it.

use std::fmt::Debug;

use crate::amendment::Amendment;
use crate::clauses::other_providers::OtherProvider;
use crate::clauses::per_unit::PerUnit;
use crate::clauses::reading::ClauseContext;
use crate::gate::Gate;
use crate::other_clauses::OtherClauses;
use crate::pricing::{ClausePricing, LineSink};
use crate::terms::{Cohort, MeasuredFor, MeasuredOver, Outcome, SchemeTerms};
use base::literal::Change;
use base::money::{Amount, Pence, Rate};
use base::problem::Problem;
use base::reader::Section;
use base::schedule::{CohortTime, Schedule, ScheduleKeys};
use base::scheme_files::SchemeFiles;

/// What the documentation and the error messages say about a kind of clause.
pub struct KindDescription {
    pub name: &'static str,
    pub summary: &'static str,
    /// A complete `[pay.NAME]` table. The tests read it, in a scheme with the outcomes `reoffending`, `job`, `job-lost` and `other`
    /// (binary) and `job-kept` (sustained), and with the table `prices.csv` by year.
    pub example: &'static str,
}

/// What a clause does to money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClauseEffects {
    /// What it pays depends on a result, rather than on time and people alone.
    pub pays_for_results: bool,
    /// It compares results with a gate, a baseline or a level.
    pub compares_results: bool,
    /// It takes back what other clauses paid, and pays nothing itself.
    pub takes_back: bool,
    /// What it pays by itself may be negative.
    pub may_owe: bool,
    /// It pays for an area as a whole: two providers with half of the people each, and the same results, come to another sum than one
    /// with all of them. Where this is answered wrongly, two providers are each paid in full.
    pub pays_for_whole_area: bool,
}

/// One kind of clause.
pub trait ClauseKind: Debug {
    /// Its entry in the catalogue.
    fn description(&self) -> &'static KindDescription;

    /// Reads its `[pay.NAME]` table. `None` where there is too little to go on with; what is wrong has been reported.
    fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> Option<Self>
    where
        Self: Sized;

    /// Prices it: posts what it pays, and why.
    fn price<A: Amount, L: LineSink<A>>(&self, pricing: &mut ClausePricing<'_, A, L>)
    where
        Self: Sized;

    /// The terms in English, one sentence to an item, without the amounts that are too many for a sentence.
    fn explain(&self, scheme: &SchemeTerms, clauses: &dyn OtherClauses) -> Vec<String>;

    /// What it does to money. Nothing of it can be guessed for a clause that forgot to say.
    fn effects(&self) -> ClauseEffects;

    /// Whether what it pays depends on a result, rather than on time and people alone.
    fn pays_for_results(&self) -> bool {
        self.effects().pays_for_results
    }

    /// Whether it compares results with a gate, a baseline or a level.
    fn compares_results(&self) -> bool {
        self.effects().compares_results
    }

    /// Whether it takes back what other clauses paid, and pays nothing itself.
    fn takes_back(&self) -> bool {
        self.effects().takes_back
    }

    /// Whether what it pays by itself may be negative.
    fn may_owe(&self) -> bool {
        self.effects().may_owe
    }

    /// Whether it pays for an area as a whole.
    fn pays_for_whole_area(&self) -> bool {
        self.effects().pays_for_whole_area
    }

    /// The groups of cohorts over which providers that follow one another in an area would each be paid as if alone, so that together
    /// they get another sum than one. None where it pays in parts, or by months that divide between them.
    fn whole_over(&self) -> Option<MeasuredOver> {
        (self.pays_for_whole_area() && !self.is_monthly()).then(|| self.measured_over().unwrap_or_default())
    }

    /// The amounts of money that it states, each with what it is called.
    fn amounts(&self) -> Vec<(&'static str, &Schedule<Pence>)> {
        Vec::new()
    }

    /// The same amounts, to be changed, each with the noun for it.
    fn amounts_mut(&mut self) -> Vec<(&'static str, &mut Schedule<Pence>)> {
        Vec::new()
    }

    // What it depends on.

    /// The outcome it pays for, when it pays for one directly.
    fn outcome(&self) -> Option<usize> {
        None
    }

    /// Every outcome it pays for. A clause that pays for several together has no outcome of its own, and answers this.
    fn outcomes(&self) -> Vec<usize> {
        self.outcome().into_iter().collect()
    }

    /// The gates that must be passed before it pays or, where it counts them, that bring money.
    fn gates(&self) -> Vec<&Gate> {
        Vec::new()
    }

    /// The gate that a contract may add or remove.
    fn optional_gate(&mut self) -> Option<&mut Option<Gate>> {
        None
    }

    /// The share of other clauses' money that is at risk.
    fn share_at_risk(&self) -> Option<Rate> {
        None
    }

    /// The outcome whose rate over a group of cohorts it compares with the baseline, apart from any gate.
    fn compared_outcome(&self) -> Option<usize> {
        None
    }

    /// The outcome whose baseline decides what it pays, apart from any gate: it compares a whole group of cohorts, or counts each
    /// segment from there.
    fn counts_from_baseline_of(&self) -> Option<usize> {
        self.compared_outcome()
    }

    /// What it pays for each result, where it pays for each by itself, whatever others come to.
    fn price_of_each(&self) -> Option<&Schedule<Pence>> {
        None
    }

    /// The outcome that undoes a result already paid for.
    fn undone_by(&self) -> Option<usize> {
        None
    }

    /// What it is measured over, where the contract can choose.
    fn measured_over(&self) -> Option<MeasuredOver> {
        None
    }

    /// Whose results it measures by themselves.
    fn measured_for(&self) -> MeasuredFor {
        MeasuredFor::AllSegments
    }

    /// The levels of improvement at which it begins to pay, or pays more, each with its outcome.
    fn levels(&self) -> Vec<(usize, Change)> {
        Vec::new()
    }

    /// The most points that it gives, in billionths, where what it pays depends on how many points other providers have.
    fn compares_points(&self) -> Option<i64> {
        None
    }

    /// The other providers with whose points it compares, as far as the contract's files name them.
    fn others(&self) -> &[OtherProvider] {
        &[]
    }

    /// The clauses above it whose money it depends on, with the key that lists them in the file.
    fn referred(&self) -> Option<(&'static str, &[usize])> {
        None
    }

    /// The clauses above it whose money it depends on.
    fn refers_to(&self) -> &[usize] {
        self.referred().map_or(&[], |(_, clauses)| clauses)
    }

    /// The key of the file that lists the clauses it refers to.
    fn reference_key(&self) -> Option<&'static str> {
        self.referred().map(|(key, _)| key)
    }

    /// The list of [`referred`](ClauseKind::referred), to be changed.
    fn references(&mut self) -> Option<&mut Vec<usize>> {
        None
    }

    // What it does to money.

    /// How it takes back money, where that is within the limit of what other clauses of this sort have left.
    fn takes_of_what_is_left(&self) -> Option<TakenBack> {
        None
    }

    /// Whether the provider owes money for a worse result, with no limit in the clause itself.
    fn deducts(&self) -> bool {
        false
    }

    /// Whether it limits what a clause, by its position, can make the provider owe.
    fn limits_debt_of(&self, _clause: usize) -> bool {
        false
    }

    /// Whether it limits what other clauses pay together.
    fn is_limit(&self) -> bool {
        false
    }

    /// Whether it is on every clause above it where its file names none.
    fn is_on_all_unless_said(&self) -> bool {
        false
    }

    /// Whether it is worked out from the provider's certified costs, and waits for them.
    fn reads_costs(&self) -> bool {
        false
    }

    /// Whether it is due month by month.
    fn is_monthly(&self) -> bool {
        false
    }

    // Fees that are paid whatever the results.

    /// What it pays for one cohort of one area at the number of people expected, in pence. `None` where the fee depends on bands
    /// of people.
    fn expected_fee(&self, _scheme: &SchemeTerms, _area: usize, _cohort: &Cohort) -> Option<f64> {
        Some(0.0)
    }

    /// Whether its fee varies with the number of people.
    fn fee_varies_with_people(&self) -> bool {
        false
    }

    /// The least that it pays for some cohorts, in pence, before any discount.
    fn least_fee(&self, _area: usize, _cohorts: &[&Cohort]) -> i64 {
        0
    }

    // What is checked and warned about.

    /// An error in what it says together with the clauses above it.
    fn conflict(&self, _name: &str, _others: &OtherTerms<'_>) -> Option<Problem> {
        None
    }

    /// Why it pays more for a worse result, where it does.
    fn rewards_worse_results(&self, _scheme: &SchemeTerms) -> Option<String> {
        None
    }

    /// Whether missing its gate also avoids a deduction.
    fn gate_avoids_deductions(&self) -> bool {
        false
    }

    /// How it can be written so that the payment does not jump.
    fn without_the_jump(&self) -> &'static str {
        "look at the gates and limits of this clause and of the clauses it refers to"
    }

    /// Warnings about numbers that do not fit the people expected.
    fn unlikely_numbers(&self, _name: &str, _scheme: &SchemeTerms, _files: &SchemeFiles) -> Vec<Problem> {
        Vec::new()
    }

    // How its terms can be changed; each leaves a clause as it is that it does not apply to.

    /// Drops gates and hurdles.
    fn drop_gates(&mut self) {}

    /// Deducts for a worse result what a better one is rewarded with.
    fn deduct_as_rewarded(&mut self) {}

    /// Measures over all cohorts together, where a gate or a baseline is compared.
    fn pool_cohorts(&mut self, _scheme: &SchemeTerms) {}

    /// Counts from the baseline of each segment, where the outcome has one.
    fn count_from_baseline(&mut self, _outcomes: &[Outcome]) {}

    /// Changes every price for results.
    fn scale_prices(&mut self, _change: &dyn Fn(Pence) -> Pence) {}

    /// Changes every fee that does not depend on results.
    fn scale_fees(&mut self, _change: &dyn Fn(Pence) -> Pence) {}

    /// Changes the amount of a cap or a floor.
    fn scale_limits(&mut self, _change: &dyn Fn(Pence) -> Pence) {}

    /// Multiplies the price of each segment by its own percentage.
    fn scale_segment_prices(&mut self, _percents: &[i64]) {}

    /// Sets the price of each result to its worth, by outcome, where it is known.
    fn price_at(&mut self, _worth: &dyn Fn(usize) -> Option<Pence>) {}

    /// Puts another share at risk.
    fn set_share_at_risk(&mut self, _share: Rate) {}

    /// Sets the gate on its own binary outcome.
    fn set_gate(&mut self, _outcomes: &[Outcome], _change: Change) {}

    /// The same payment without a jump or a bend, where that is possible.
    fn straightened(&self, _scheme: &SchemeTerms, _clauses: &dyn OtherClauses) -> Option<Straightened> {
        None
    }

    // How changed terms are written into the text of the file.

    /// Writes what differs from the new terms.
    fn amend(&self, new: &Self, name: &str, text: &mut Amendment<'_>)
    where
        Self: Sized;

    /// The keys that a tariff lacks which takes its place, where it can be straightened.
    fn keys_without_the_jump(&self) -> &'static [&'static str] {
        &[]
    }

    /// Its lines as a new clause; `None` for a kind that no change of the rules adds.
    fn write_new(&self, _name: &str, _text: &mut Amendment<'_>) -> Option<NewClause> {
        None
    }

    /// Writes its prices out for each of so many areas and segments and for each cohort, so that two ways of stating them can be
    /// compared.
    fn spread_prices(&mut self, _sizes: (usize, usize, &[CohortTime])) {}
}

/// What a clause takes back of the money of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenBack {
    /// Amounts of its own, which may come to all of it.
    Amounts,
    /// A share of what was paid, or of a part of that.
    Share(Rate),
}

/// What the rest of the contract says when a clause is checked against it.
pub struct OtherTerms<'a> {
    /// The table of all clauses in the file.
    pub tables: &'a Section<'a, 'a>,
    pub clauses: &'a dyn OtherClauses,
    pub keys: &'a ScheduleKeys,
    pub cohorts: &'a [Cohort],
}

/// What a tariff without a jump or a bend says that takes the place of a clause.
pub struct Straightened {
    pub outcome: usize,
    pub per: PerUnit,
    /// The reward for each better result, and the deduction for each worse one.
    pub price: Schedule<Pence>,
    pub over: MeasuredOver,
    pub measured_for: MeasuredFor,
    /// The fees that the tariff replaces a share of, by the positions of their clauses, and that share.
    pub replaces: Option<(Vec<usize>, Rate)>,
}

/// The lines of a clause that is added to a file.
pub struct NewClause {
    pub why: &'static str,
    /// Keys and values, as TOML.
    pub lines: Vec<(&'static str, String)>,
}

/// A price for each segment: today's, multiplied by the segment's own percentage. One price for all areas and years stays one.
pub(super) fn by_segment(price: &Schedule<Pence>, percents: &[i64]) -> Schedule<Pence> {
    price.map_segments(percents.len(), |segment, price| Pence(price.0 * percents[segment] / 100))
}
