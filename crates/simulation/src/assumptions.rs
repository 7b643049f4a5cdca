//! The assumptions: who comes, their outcomes with and without help, what help costs, what results are worth to the public, and what
//! the commissioner intends. They are read from `assumptions.toml`. Every number may have a range and a source.

use std::sync::Arc;

use base::ScenarioDraw;
use base::literal::{Change, Count, MeanAmount, PerHead, Plain, Points, RefusedNumber};
use base::money::{Pence, Rate};
use base::problem::Problem;
use base::reader::{Reader, Section};
use base::schedule::{CohortTime, Schedule, ScheduleKeys};
use base::scheme_files::SchemeFiles;
use base::toml_editor::TomlEditor;
use contract::Scheme;
use contract::read::SCHEME_FILE;
use contract::terms::{Baseline, Intake, OutcomeKind};

mod assumed;
mod gaming;
pub mod market;
mod payer_costs;
mod reading;
mod segments;
mod standing;
mod unintended;

use crate::amounts::{AmountDistribution, AmountShape};
use crate::individuals::{self, Individuals};
use crate::mixture::{Mixture, Ownership};

use reading::{binary_outcome, warn_without_source};

pub use assumed::{
    AmountAssumptions, Assumptions, Bunching, Help, Intended, Move, OthersAssumption, OutcomeAssumptions, Pilot,
    ProviderAssumptions, RenewalAssumption, RisingCost, SegmentAssumptions, UnfoundedExceptions,
};
pub use payer_costs::PayerCosts;
pub(crate) use reading::expected_by_segment;

/// The assumptions file.
pub const ASSUMPTIONS_FILE: &str = "assumptions.toml";

impl Assumptions {
    /// Draws what one scenario has besides its uncertain numbers: the mixture of providers, for what the file says of the provider, and
    /// the true effect of a kind of help that was piloted.
    pub(crate) fn draw_scenario(&mut self, seed: u64, scenario: u64) {
        self.provider.mixture = Mixture::drawn(self.provider.ownership, self.provider.incumbent, seed, scenario);
        if let Some(pilot) = &mut self.pilot {
            pilot.draw_true_effect(seed, scenario);
        }
    }
}

/// Reads the assumptions; `None` when there is any error. Problems go to the reader.
pub fn read(reader: &Reader<'_>, scheme: &Scheme) -> Option<Assumptions> {
    let top = reader.document(ASSUMPTIONS_FILE, "assumptions = \"What we assume about …\"")?;
    // The key was `world` in the version before.
    let title = if top.has("assumptions") { None } else { top.text("world").map(str::to_owned) };
    let name = title.unwrap_or_else(|| {
        top.required_text("assumptions", "a title for these assumptions, such as \"What we assume about the county\"")
    });
    let people = top.required_section("people", "a table [people]");
    let mut segments = people.as_ref().map_or(Vec::new(), |table| segments::read(table, scheme));
    let listed = people.as_ref().filter(|table| table.has("individuals"));
    let individuals = listed.and_then(|table| individuals::read(table, scheme, &names_and_shares(&segments))).map(Arc::new);
    if let Some(file) = individuals.as_deref().filter(|_| segments.iter().all(|segment| segment.share == 0.0)) {
        segments.iter_mut().enumerate().for_each(|(at, segment)| segment.share = file.share(at));
    }
    let years = people.as_ref().map_or(1, |table| years(table, scheme));
    let volume: Rate = people.as_ref().and_then(|table| table.positive("volume")).unwrap_or(Rate(base::money::WHOLE));
    let alike = people.as_ref().filter(|table| scheme.counts_households() && table.has("households_alike")).map(|table| {
        let fix = "write the share of households in which all members have the same result, such as \"30 %\"";
        table.required_within("households_alike", (Rate(0), Rate(base::money::WHOLE)), "a share that cannot be", fix)
    });
    if let Some(table) = people {
        table.finish();
    }
    let keys = ScheduleKeys {
        areas: scheme.areas.clone(),
        segments: segments.iter().map(|segment| segment.name.clone()).collect(),
        years: scheme.years(),
        // An assumption is the same at all times.
        cohorts: Vec::new(),
    };
    let outcomes = outcomes(&top, scheme, &keys, individuals.as_deref());
    let help = help(&top, scheme, &keys, individuals.as_deref());
    let gaming = gaming::read(&top, scheme, &help);
    let unintended = unintended::read(&top, scheme);
    let others = standing::others(&top, scheme);
    let stakes = standing::stakes(&top, scheme);
    let renewal = standing::renewal(&top, scheme);
    let assessment = assessment(&top, scheme, &keys);
    let cost = top.required_section("cost", "a table [cost] with each_person");
    let (cost_each_person, cost_fixed_share, cost_each_year) = match &cost {
        Some(cost) => {
            let each_person = cost.positive_schedule("each_person", &keys);
            let each_year = match cost.has("each_year") {
                true => cost.positive_schedule("each_year", &keys),
                false => Schedule::constant(Pence(0)),
            };
            let fix = "write the part of the cost that stays when fewer people come, such as \"20 %\"";
            let fixed_share = match cost.has("fixed_share") {
                true => cost.required_within("fixed_share", (Rate(0), Rate(base::money::WHOLE)), "a share that cannot be", fix),
                false => Rate(0),
            };
            warn_without_source(cost);
            cost.finish();
            (each_person, fixed_share, each_year)
        }
        None => (Schedule::constant(Pence(0)), Rate(0), Schedule::constant(Pence(0))),
    };
    let payer_costs = payer_costs::read(&top);
    let market = market::read(&top, scheme);
    let intended = intended(&top, scheme, &help, &keys);
    let provider = provider(&top);
    top.finish();
    if reader.errors() > 0 {
        return None;
    }
    let assumptions = Assumptions {
        name,
        segments,
        individuals,
        false_claims: gaming.false_claims,
        exceptions: gaming.exceptions,
        relabelling: gaming.relabelling,
        timing: gaming.timing,
        bunching: gaming.bunching,
        baseline_inflation: unintended.baseline_inflation,
        exits: unintended.exits,
        displacement: unintended.displacement,
        evidence: unintended.evidence,
        pilot: gaming.pilot,
        others,
        stakes,
        renewal,
        years,
        volume: volume.as_f64(),
        households_alike: alike.unwrap_or(Rate(0)).as_f64(),
        outcomes,
        help,
        cost_each_person,
        cost_fixed_share: cost_fixed_share.as_f64(),
        cost_each_year,
        payer_costs,
        market,
        intended: intended?,
        provider,
    };
    Some(match assessment {
        Some(assessment) => assumptions.with_hard_to_start(&assessment),
        None => assumptions,
    })
}

fn names_and_shares(segments: &[SegmentAssumptions]) -> Vec<(String, f64)> {
    segments.iter().map(|segment| (segment.name.clone(), segment.share)).collect()
}

/// The file of individuals that the assumptions name, as it is written there.
#[must_use]
pub fn people_file(opened: &SchemeFiles) -> Option<String> {
    TomlEditor::new(opened, ASSUMPTIONS_FILE)?.words(&["people", "individuals"]).map(str::to_owned)
}

/// Whether the assumptions are about single clauses of the contract: they can be checked only when every clause is right.
#[must_use]
pub fn are_about_clauses(opened: &SchemeFiles) -> bool {
    let picks = ScenarioDraw::new();
    let reader = Reader::new(opened, &picks);
    reader.document(ASSUMPTIONS_FILE, "").is_some_and(|top| top.has("others") || top.has("stakes"))
}

/// The message about an outcome that cannot be matched to its baseline. Where a clause asks for the baseline, that is the cause.
pub const WITHOUT_BASELINE: &str = "only a binary outcome with a fixed baseline can be matched to it";

/// Who drops out before they count unless the provider brings them in.
struct Assessment {
    falls_out: Schedule<f64>,
    bring_in: Schedule<f64>,
}

fn assessment(top: &Section<'_, '_>, scheme: &Scheme, keys: &ScheduleKeys) -> Option<Assessment> {
    let table = top.section("assessment")?;
    warn_without_source(&table);
    let fix = "write the share of those referred who drop out before they start unless the provider brings them in";
    let shares = table.schedule_up_to("falls_out", keys, Rate(base::money::WHOLE), "more than everyone", fix);
    let bring_in = table.positive_schedule::<Pence>("bring_in", keys).map(Pence::pounds);
    table.finish();
    if scheme.intake != Intake::AfterAssessment {
        table.push(
            Problem::at(table.file, table.span, "the contract counts people without an assessment")
                .expected("intake = \"after assessment\" in scheme.toml")
                .fix("remove [assessment], or change the contract's intake. Until then we assume that no one drops out")
                .warning(),
        );
        return None;
    }
    Some(Assessment { falls_out: shares.map(|share| share.as_f64()), bring_in })
}

impl Assumptions {
    /// The amounts of the people of one segment and area as things are now; `None` where the outcome is no amount.
    pub(crate) fn amount(&self, scheme: &Scheme, outcome: usize, area: usize, segment: usize) -> Option<AmountDistribution> {
        let (belief, OutcomeKind::Amount { most }) = (&self.outcomes[outcome], scheme.outcomes[outcome].kind) else {
            return None;
        };
        let amounts = belief.amounts.as_ref()?;
        Some(AmountDistribution {
            shape: amounts.shape,
            mean: belief.now.at(area, segment, CohortTime::FIRST),
            spread: amounts.spread.at(area, segment, CohortTime::FIRST),
            most: most as f64,
            more_is_better: scheme.outcomes[outcome].sign() > 0,
        })
    }

    /// Splits each segment into those who start anyway and those whom the provider must bring in. They are alike in all else.
    fn with_hard_to_start(mut self, assessment: &Assessment) -> Assumptions {
        // For each new segment, the one whose assumptions it shares.
        let mut like = Vec::new();
        for (at, segment) in std::mem::take(&mut self.segments).into_iter().enumerate() {
            let falls_out = assessment.falls_out.at(0, at, CohortTime::FIRST);
            let hard = SegmentAssumptions {
                name: format!("{}, hard to start", segment.name),
                share: segment.share * falls_out,
                bring_in: Some(assessment.bring_in.at(0, at, CohortTime::FIRST)),
                ..segment.clone()
            };
            let easy = SegmentAssumptions { share: segment.share * (1.0 - falls_out), ..segment };
            for part in [easy, hard].into_iter().filter(|part| part.share > 0.0) {
                self.segments.push(part);
                like.push(at);
            }
        }
        for belief in &mut self.outcomes {
            belief.now = belief.now.taking_segments(&like);
            belief.before = belief.before.as_ref().map(|before| before.taking_segments(&like));
            if let Some(amounts) = &mut belief.amounts {
                amounts.spread = amounts.spread.taking_segments(&like);
            }
        }
        for help in &mut self.help {
            help.spent_now = help.spent_now.taking_segments(&like);
            help.half_cost = help.half_cost.taking_segments(&like);
            for moves in help.moves.iter_mut().flatten() {
                *moves = moves.taking_segments(&like);
            }
        }
        self.cost_each_person = self.cost_each_person.taking_segments(&like);
        self.individuals = self.individuals.map(|people| Arc::new(people.taking_segments(&like)));
        let spends = match &mut self.intended {
            Intended::Spend(spend) => std::slice::from_mut(spend),
            Intended::SpendOn(spends) => spends,
            Intended::Aim { .. } => &mut [],
        };
        spends.iter_mut().for_each(|spend| *spend = spend.taking_segments(&like));
        self
    }
}

fn years(table: &Section<'_, '_>, scheme: &Scheme) -> usize {
    let years = table.number::<Count>("years").map_or(scheme.years() as i64, |count| count.0);
    if !(1..=scheme.years() as i64).contains(&years) {
        table.push(
            table
                .problem("years", "the contract does not have cohorts in so many years")
                .read(years.to_string())
                .expected(format!("a number from 1 to {}", scheme.years()))
                .fix("leave the key out to simulate them all"),
        );
        return 1;
    }
    years as usize
}

fn outcomes(
    top: &Section<'_, '_>,
    scheme: &Scheme,
    keys: &ScheduleKeys,
    individuals: Option<&Individuals>,
) -> Vec<OutcomeAssumptions> {
    let nothing = OutcomeAssumptions {
        now: Schedule::constant(0.0),
        matches: None,
        before: None,
        trend: 0.0,
        value: 0.0,
        value_is_beyond_whole: false,
        amounts: None,
    };
    let Some(tables) = top.required_section("outcome", "a table [outcome.NAME] for each outcome of the scheme") else {
        return vec![nothing; scheme.outcomes.len()];
    };
    let believe = |outcome: &contract::terms::Outcome| -> OutcomeAssumptions {
        let Some(table) = tables.required_section(&outcome.name, "the assumptions about this outcome") else {
            return nothing.clone();
        };
        warn_without_source(&table);
        let chance = |key: &str| {
            let fix = "correct the number: a chance is between 0% and 100%";
            let rates = table.schedule_up_to(key, keys, Rate(base::money::WHOLE), "a chance above certainty", fix);
            rates.map(|rate| rate.as_f64())
        };
        let now = match outcome.kind {
            OutcomeKind::Binary
                if individuals.is_some_and(|file| scheme.outcome(&outcome.name).is_some_and(|at| file.have(at))) =>
            {
                if table.has("now") {
                    table.push(
                        table
                            .problem("now", "the file of individuals already gives each person's chance")
                            .expected("the chance in one place")
                            .fix(format!("remove the line, or the column `{}` of that file", outcome.name)),
                    );
                }
                Schedule::constant(0.0)
            }
            // Its chance follows from other outcomes.
            OutcomeKind::Binary if !outcome.follows_from().is_empty() => Schedule::constant(0.0),
            OutcomeKind::Binary => chance("now"),
            OutcomeKind::Frequency { .. } => table.checked_schedule::<PerHead>("each", keys, too_few).map(|each| each.0.as_f64()),
            OutcomeKind::Sustained { .. } => chance("continues"),
            OutcomeKind::Amount { most } => {
                let each = table.checked_schedule::<MeanAmount>("now", keys, |each| no_mean(each, most));
                each.map(|each| each.0.as_f64())
            }
        };
        let amounts = outcome.is_amount().then(|| amounts(&table, keys));
        if !outcome.follows_from().is_empty() {
            if individuals.is_some_and(|file| scheme.outcome(&outcome.name).is_some_and(|at| file.have(at))) {
                table.push(
                    Problem::at(
                        table.file,
                        table.span,
                        "this outcome follows from others, and the file of individuals has it too",
                    )
                    .expected("the assumptions about the outcomes that it follows from")
                    .fix(format!("remove the column `{}` of that file", outcome.name)),
                );
            }
            let (value, value_is_beyond_whole) = worth(&table, outcome);
            table.finish();
            return OutcomeAssumptions { value, value_is_beyond_whole, ..nothing.clone() };
        }
        let matches = matched(&table, outcome, keys);
        let compared_with_before = matches!(outcome.baseline, Baseline::Before { .. });
        let before = compared_with_before.then(|| match outcome.kind {
            OutcomeKind::Frequency { .. } => table.positive_schedule::<PerHead>("before", keys).map(|each| each.0.as_f64()),
            OutcomeKind::Binary | OutcomeKind::Sustained { .. } | OutcomeKind::Amount { .. } => chance("before"),
        });
        if let Some(no_shares) = ["trend", "before"].into_iter().find(|key| outcome.is_amount() && table.has(key)) {
            table.push(
                table
                    .problem(no_shares, "an amount has a mean and a spread, and nothing else that can be assumed of it")
                    .expected("`now`, `spread`, `shape` and `value`")
                    .fix("remove the line"),
            );
        }
        let trend: Points = table.number("trend").unwrap_or_default();
        let (value, value_is_beyond_whole) = worth(&table, outcome);
        table.finish();
        OutcomeAssumptions { now, matches, before, trend: trend.0.as_f64(), value, value_is_beyond_whole, amounts }
    };
    let beliefs = scheme.outcomes.iter().map(believe).collect();
    tables.finish();
    beliefs
}

/// What an outcome is worth to the public, in pounds, and whether that is what it is worth beyond the outcome that it is a part of.
fn worth(table: &Section<'_, '_>, outcome: &contract::terms::Outcome) -> (f64, bool) {
    const BEYOND: &str = "value_is_beyond_whole";
    let value: Pence = table.positive("value").unwrap_or_default();
    let is_beyond = table.truth(BEYOND).unwrap_or_default();
    if is_beyond && outcome.part_of.is_none() {
        table.push(
            table
                .problem(BEYOND, format!("`{}` is a part of no other outcome", outcome.name))
                .expected("`part_of` in the scheme file, or the value alone")
                .fix("remove the line, or say in the scheme file which outcome it is a part of"),
        );
    }
    (value.pounds(), is_beyond)
}

/// The rate that each area as a whole must equal. It is the contract's fixed baseline, or a rate of this file where the contract
/// compares with a group measured at the same time.
fn matched(table: &Section<'_, '_>, outcome: &contract::terms::Outcome, keys: &ScheduleKeys) -> Option<Schedule<Rate>> {
    const KEY: &str = "matches_baseline";
    if !table.has(KEY) {
        return None;
    }
    let rate = match &outcome.baseline {
        _ if !table.is_truth(KEY) => {
            let fix = "write true, or a rate between 0% and 100%";
            Some(table.schedule_up_to(KEY, keys, Rate(base::money::WHOLE), "a chance above certainty", fix))
        }
        _ if table.truth(KEY) == Some(false) => return None,
        Baseline::Fixed(baseline) if !outcome.is_assumed => Some(baseline.clone()),
        _ => None,
    };
    if rate.is_none() && outcome.is_assumed {
        table.push(
            table
                .problem(KEY, "the contract only assumes this baseline, so it says nothing of what happens")
                .expected("what you believe: a chance under `now`, or a rate that each area as a whole meets")
                .fix("remove the line, or write the rate: matches_baseline = \"47.5 %\""),
        );
    } else if rate.is_none() || !outcome.is_binary() {
        table.push(table.problem(KEY, WITHOUT_BASELINE).expected("a baseline in scheme.toml").fix("remove the line"));
    }
    rate
}

/// The text of the assumptions file for a scheme whose baselines have changed. Where an outcome was matched to a fixed baseline that
/// the contract no longer has, the file keeps the rate. `None` when the folder has no assumptions file, or nothing changes.
#[must_use]
pub fn amended(opened: &SchemeFiles, before: &Scheme, after: &Scheme) -> Option<String> {
    let (mut pen, contract) = (TomlEditor::new(opened, ASSUMPTIONS_FILE)?, TomlEditor::new(opened, SCHEME_FILE)?);
    for (old, new) in before.outcomes.iter().zip(&after.outcomes).filter(|(old, new)| old.baseline != new.baseline) {
        if matches!(old.baseline, Baseline::Before { .. }) && !matches!(new.baseline, Baseline::Before { .. }) {
            pen.remove(&["outcome", &old.name, "before"], "nothing is compared with it any more");
        }
        let key = ["outcome", old.name.as_str(), "matches_baseline"];
        let stated = contract.value(&["outcome", &old.name, "baseline"]);
        let (Baseline::Fixed(rates), Some("true")) = (&old.baseline, pen.value(&key)) else { continue };
        let rate = stated.map_or_else(|| format!("\"{}\"", rates.values()[0]), str::to_owned);
        pen.set(&key, &rate, "now", &format!("as the baseline was before {} was measured against a group", new.name));
    }
    Some(pen.finish())
}

/// `spread` and `shape` of an amount.
fn amounts(table: &Section<'_, '_>, keys: &ScheduleKeys) -> AmountAssumptions {
    let shapes = [("log-normal", AmountShape::LogNormal), ("normal", AmountShape::Normal)];
    let spread = table.checked_schedule::<MeanAmount>("spread", keys, |spread| {
        (spread.0.0 <= 0).then(|| RefusedNumber {
            what: "amounts that do not differ between people".into(),
            expected: "a standard deviation above zero, such as \"90 per person\"".into(),
            fix: "write how far amounts are from their mean: two thirds of people are within one standard deviation".into(),
        })
    });
    AmountAssumptions { shape: table.choice("shape", &shapes).unwrap_or_default(), spread: spread.map(|each| each.0.as_f64()) }
}

/// A mean that amounts from 0 to the most that counts cannot have.
fn no_mean(each: &MeanAmount, most: i64) -> Option<RefusedNumber> {
    (each.0.0 <= 0 || each.0.as_f64() > most as f64).then(|| RefusedNumber {
        what: "a mean that the amounts cannot have".into(),
        expected: format!("more than 0, and at most {most}, which is the most that counts for one person"),
        fix: "correct the number, or `most` in scheme.toml".into(),
    })
}

/// People who are affected have at least one event each.
fn too_few(each: &PerHead) -> Option<RefusedNumber> {
    (each.0.as_f64() < 1.0).then(|| RefusedNumber {
        what: "fewer than one event for each person affected".into(),
        expected: "at least \"1 per person\"".into(),
        fix: "count the events of those affected, and not of everyone".into(),
    })
}

fn free(cost: &Pence) -> Option<RefusedNumber> {
    (cost.0 <= 0).then(|| RefusedNumber {
        what: "help cannot be free".into(),
        expected: "an amount above zero".into(),
        fix: "write what half of the possible effect costs for one person".into(),
    })
}

fn beyond(change: &Change) -> Option<RefusedNumber> {
    let (Change::Relative(rate) | Change::Points(rate)) = change;
    (!(0.0..=1.0).contains(&rate.as_f64())).then(|| RefusedNumber {
        what: "help cannot do less than nothing or more than everything".into(),
        expected: "from 0% to 100%".into(),
        fix: "write the most that money can buy, such as \"20 %\"".into(),
    })
}

/// The same number of points off everyone's chance would take more than all of a low risk, and could not be worked out once for every
/// strategy.
fn points(change: &Change) -> Option<RefusedNumber> {
    matches!(change, Change::Points(_)).then(|| RefusedNumber {
        what: "help in percentage points, for people with chances of their own".into(),
        expected: "a relative change, such as \"20 %\"".into(),
        fix: "write it as a share of each person's own risk".into(),
    })
}

/// Everybody has an amount, and no share of people is added to it.
fn no_points(change: &Change) -> Option<RefusedNumber> {
    matches!(change, Change::Points(_)).then(|| RefusedNumber {
        what: "help in percentage points, for an outcome that is an amount".into(),
        expected: "the share by which help makes everybody's amount better, such as \"5 %\"".into(),
        fix: "write the change of the mean as a share of the mean".into(),
    })
}

/// The most kinds of help: each is a dimension of every search.
const MOST_HELP: usize = 40;

fn help(top: &Section<'_, '_>, scheme: &Scheme, keys: &ScheduleKeys, individuals: Option<&Individuals>) -> Vec<Help> {
    let Some(tables) = top.required_section("help", "a table [help.NAME] for each kind of help that money can buy") else {
        return Vec::new();
    };
    let mut out = Vec::new();
    let kinds = tables.sections();
    if kinds.len() > MOST_HELP {
        tables.push(
            Problem::at(tables.file, tables.span, "there are more kinds of help than can be searched")
                .read(format!("{} tables", kinds.len()))
                .expected(format!("at most {MOST_HELP}"))
                .fix("join kinds of help that move the same outcomes"),
        );
        return out;
    }
    for table in kinds {
        warn_without_source(&table);
        let half_cost = table.checked_schedule::<Pence>("half_cost", keys, free).map(Pence::pounds);
        let spent_now = match table.has("spent_now") {
            true => table.positive_schedule::<Pence>("spent_now", keys).map(Pence::pounds),
            false => Schedule::constant(0.0),
        };
        let mut moves = vec![None; scheme.outcomes.len()];
        let lists = [
            (table.required_section("moves", "a table [help.NAME.moves]: outcome = \"20 %\""), 1.0),
            (table.section("worsens"), -1.0),
        ];
        for (list, way) in lists.iter().filter_map(|(list, way)| Some((list.as_ref()?, *way))) {
            moved_outcomes(top, scheme, keys, individuals, (list, way), &mut moves);
        }
        table.finish();
        out.push(Help { name: table.name.clone(), spent_now, half_cost, moves });
    }
    out
}

/// Reads how far help moves the outcomes of a list: for the better (`way` is 1) or for the worse (−1).
fn moved_outcomes(
    top: &Section<'_, '_>,
    scheme: &Scheme,
    keys: &ScheduleKeys,
    individuals: Option<&Individuals>,
    (list, way): (&Section<'_, '_>, f64),
    moves: &mut [Option<Schedule<Move>>],
) {
    for (name, span) in list.keys() {
        let Some(at) = scheme.outcome(name) else {
            if top.reader.counts_only(top.file) {
                continue;
            }
            let known = scheme.outcomes.iter().map(|outcome| outcome.name.as_str());
            top.push(
                Problem::at(top.file, span, format!("the scheme measures no outcome `{name}`"))
                    .read(name)
                    .expected("the name of an outcome")
                    .nearest(name, known)
                    .fix("correct the name"),
            );
            continue;
        };
        if !scheme.outcomes[at].is_binary() && !scheme.outcomes[at].is_amount() {
            top.push(
                Problem::at(top.file, span, format!("help cannot move `{name}` directly: it builds on another outcome"))
                    .read(name)
                    .expected("a binary outcome or an amount")
                    .fix("help moves whether a thing happens; how often, or how long, follows from the people it happens to"),
            );
            continue;
        }
        if !scheme.outcomes[at].follows_from().is_empty() {
            top.push(
                Problem::at(top.file, span, format!("help moves `{name}` through the outcomes that it follows from"))
                    .read(name)
                    .expected("an outcome that is measured by itself")
                    .fix("write what the help moves of these outcomes"),
            );
            continue;
        }
        if moves[at].is_some() {
            top.push(
                Problem::at(top.file, span, format!("this help moves `{name}` both for the better and for the worse"))
                    .read(name)
                    .expected("each outcome under `moves` or under `worsens`")
                    .fix("remove one of the two"),
            );
            continue;
        }
        let own = individuals.is_some_and(|file| file.have(at));
        let moved = list.checked_schedule::<Change>(name, keys, |change| {
            let refused = match own {
                true => points(change),
                false if scheme.outcomes[at].is_amount() => no_points(change),
                false => None,
            };
            refused.or_else(|| beyond(change))
        });
        moves[at] = Some(moved.map(|change| match change {
            Change::Relative(rate) => Move::Relative(way * rate.as_f64()),
            Change::Points(rate) => Move::Points(way * rate.as_f64()),
        }));
    }
}

/// `spend_on`: pounds for each person by kind of help; nothing on a kind that it does not name.
fn spend_on(table: &Section<'_, '_>, help: &[Help], keys: &ScheduleKeys) -> Option<Intended> {
    let list = table.section("spend_on")?;
    let mut spend = vec![Schedule::constant(0.0); help.len()];
    for (name, span) in list.keys() {
        match help.iter().position(|help| help.name == name) {
            Some(at) => spend[at] = list.positive_schedule::<Pence>(name, keys).map(Pence::pounds),
            None => list.push(
                Problem::at(list.file, span, "there is no such help")
                    .read(name)
                    .expected("the NAME of a [help.NAME] table")
                    .nearest(name, help.iter().map(|help| help.name.as_str()))
                    .fix("correct the name"),
            ),
        }
    }
    list.finish();
    Some(Intended::SpendOn(spend))
}

fn intended(top: &Section<'_, '_>, scheme: &Scheme, help: &[Help], keys: &ScheduleKeys) -> Option<Intended> {
    let table = top.required_section("intended", "a table [intended]: what the commissioner expects of an honest provider")?;
    warn_without_source(&table);
    let intended = if table.has("spend_on") {
        spend_on(&table, help, keys)
    } else if table.has("spend") {
        Some(Intended::Spend(table.positive_schedule::<Pence>("spend", keys).map(Pence::pounds)))
    } else {
        let what = "the outcome that the commissioner aims to improve";
        let outcome = binary_outcome(&table, scheme, what, "correct the name, or give `spend` instead");
        let aim: Points = table.required("aim");
        outcome.map(|outcome| Intended::Aim { outcome, better_by: aim.0.as_f64() })
    };
    table.finish();
    intended
}

fn provider(top: &Section<'_, '_>) -> ProviderAssumptions {
    let mut provider = ProviderAssumptions {
        caution: 0.5,
        mission: 0.5,
        keep: 1.0,
        fair_margin: 0.1,
        imprecision: 0.02,
        ownership: None,
        incumbent: None,
        mixture: Mixture::stated(None, None),
    };
    let Some(table) = top.section("provider") else { return provider };
    if let Some(Plain(caution)) = table.positive("caution") {
        provider.caution = caution;
    }
    if let Some(mission) = table.positive::<Rate>("mission") {
        provider.mission = mission.as_f64();
    }
    if table.has("keep") {
        let fix = "write the share of a surplus that the provider may keep: \"0 %\" where it must give all of it back";
        let keep = table.required_within("keep", (Rate(0), Rate(base::money::WHOLE)), "not a share of a surplus", fix);
        provider.keep = keep.as_f64();
    }
    if let Some(margin) = table.positive::<Rate>("fair_margin") {
        provider.fair_margin = margin.as_f64();
    }
    if let Some(imprecision) = table.positive::<Rate>("imprecision") {
        provider.imprecision = imprecision.as_f64().max(1e-6);
    }
    let owners = [("for-profit", Ownership::ForProfit), ("non-profit", Ownership::NonProfit), ("public", Ownership::PublicBody)];
    provider.ownership = table.choice("ownership", &owners);
    provider.incumbent = table.choice("incumbent", &[("yes", true), ("no", false)]);
    provider.mixture = Mixture::stated(provider.ownership, provider.incumbent);
    table.finish();
    provider
}
