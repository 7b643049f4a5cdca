//! Points for several results, and money by the points: so much for each, a lump sum by level or by rank, or a part of a fixed pot.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ops::Range;

use crate::amendment::Amendment;
use crate::clauses::kind::{ClauseEffects, ClauseKind, KindDescription};
use crate::clauses::other_providers::{self, MAX_OTHERS, OtherProvider};
use crate::clauses::reading::{ClauseContext, ListWords, rising_amounts};
use crate::clauses::wording::prices;
use crate::gate::Gate;
use crate::measured_result::within_i64;
use crate::other_clauses::OtherClauses;
use crate::pricing::{ClausePricing, LineSink, UnpricedLine};
use crate::scored_points::{self, PointsIndicator, ScoredPoints, found, scored, scored_exact};
use crate::terms::{MeasuredFor, MeasuredOver, SchemeTerms};
use base::literal::{Change, Count, Literal, Score};
use base::money::{Amount, Pence, Quantity, WHOLE};
use base::problem::Problem;
use base::ratio::Ratio;
use base::reader::Section;
use base::schedule::{CohortTime, Schedule};

pub(super) const DESCRIPTION: KindDescription = KindDescription {
    name: "points payment",
    summary: "Points for several results, and money by the points. An indicator earns all its points where a standard is met (a gate, \
              or a plain level as in an award), or none up to one rate, all from another on, and between them in proportion. The \
              points pay in one of four ways: `each_point`, a price; `levels` with `pays`, a lump sum by how many levels are \
              reached; `pot`, a fixed sum divided among all providers in proportion to their points, or among the best \
              (`winners`); or `by_rank`, a lump sum for the first, the second and so on. A pot and a rank need the points of the \
              other providers: `others`, a table with a row for each of them and contract year, as they are published. Until they \
              are, nothing is divided. How the name of a provider is written makes no difference: \"Brook & Son\" and \"Brook and Son Ltd\" are one provider, and a second row for it is refused. A name that is a typing slip away from another gets a warning. The stress test draws them from `[others.NAME]` of the assumptions.",
    example: r#"[pay.quality]
clause = "points payment"
indicators = [
  { outcome = "job", points = 60, none_at = "20%", all_at = "40%" },     # 30 points at 30%
  { outcome = "other", points = 40, reaches = "30%" },                   # all or nothing
]
each_point = "£250"               # or levels = [50, 80] with pays = ["£0", "£10,000", "£30,000"],
                                  # or pot = "£500,000" (and winners = 3), or by_rank = ["£60,000", "£40,000"]
measured_over = "each year"       # required, because points are counted once for each
from = "clause 4.6""#,
};

/// The most indicators of one clause. So many fit a statement line that names each of them.
const MAX_INDICATORS: usize = 40;
/// The most levels, and the most ranks that are paid.
const MAX_STEPS: usize = 20;

#[derive(Clone, Debug, PartialEq)]
pub struct PointsPayment {
    /// At least one, at most [`MAX_INDICATORS`].
    pub indicators: Vec<PointsIndicator>,
    pub pays: PointsPay,
    pub over: MeasuredOver,
    /// The points of the other providers, as far as they are known.
    pub others: Vec<OtherProvider>,
}

/// What points pay.
#[derive(Clone, Debug, PartialEq)]
pub enum PointsPay {
    /// A price for each.
    EachPoint(Schedule<Pence>),
    /// A lump sum by how many levels are reached. Levels rise; there is one amount more than there are levels, and none less than
    /// the one before.
    Levels { levels: Vec<Score>, pays: Vec<Schedule<Pence>> },
    /// A part of a fixed sum: that of the points of all providers or, with `winners`, of the best so many and those who tie with
    /// the last of them.
    Pot { pot: Schedule<Pence>, winners: Option<usize> },
    /// A lump sum for the first, for the second and so on. Providers that tie divide the sums of the places that they hold.
    ByRank(Vec<Schedule<Pence>>),
}

fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> Option<PointsPayment> {
    let name = context.outcomes.first().map_or("NAME", |outcome| outcome.name.as_str());
    let expected = format!("a list such as [{{ outcome = \"{name}\", points = 20, none_at = \"20%\", all_at = \"40%\" }}]");
    let tables = section.required_tables("indicators", &expected);
    let over = section.required_choice("measured_over", &MeasuredOver::KNOWN);
    // Each is read, so that the mistakes of all are reported.
    let read: Option<Vec<Option<PointsIndicator>>> =
        tables.as_ref().map(|tables| tables.iter().map(|table| scored_points::read(table, context.for_gates())).collect());
    let indicators: Option<Vec<PointsIndicator>> = read.and_then(|read| read.into_iter().collect());
    for PointsIndicator { gate, .. } in indicators.iter().flatten() {
        context.sizes(section, "indicators", &gate.test, gate.met_in, (over, MeasuredFor::AllSegments));
    }
    let most = indicators.as_ref().map(|indicators| Score(indicators.iter().map(|indicator| indicator.points.0).sum()));
    let pays = pays(section, context, most);
    let others = if section.has("others") { other_providers::read(section, context.keys, most) } else { Vec::new() };
    if let Some(tables) = tables.filter(|tables| tables.is_empty() || tables.len() > MAX_INDICATORS) {
        section.push(
            section
                .problem("indicators", "points are for at least one result, and for no more than a statement can name")
                .read(format!("indicators: {}", tables.len()))
                .expected(format!("from 1 to {MAX_INDICATORS}"))
                .fix(format!("write each indicator as {{ outcome = \"{name}\", points = 20, reaches = \"30%\" }}")),
        );
        return None;
    }
    let pays = pays?;
    let of_all = match &pays {
        PointsPay::EachPoint(price) => Some(("each_point", price)),
        PointsPay::Pot { pot, .. } => Some(("pot", pot)),
        PointsPay::Levels { .. } | PointsPay::ByRank(_) => None,
    };
    of_all.into_iter().for_each(|(key, amount)| context.one_amount(section, key, amount, over, "a points payment"));
    if !pays.compares() && section.has("others") {
        section.push(
            section
                .problem("others", "the points of other providers change nothing here")
                .expected("a `pot` or `by_rank`, which compare with them")
                .fix("remove `others`, or say how the points of others count"),
        );
    }
    if pays.compares() && over == MeasuredOver::EachCohort {
        section.push(
            section
                .problem("measured_over", "points of other providers are compared by contract year")
                .read("\"each cohort\"")
                .expected("\"each year\" or \"all cohorts\"")
                .fix("write measured_over = \"each year\", as the contract says"),
        );
    }
    Some(PointsPayment { indicators: indicators?, pays, over, others })
}

/// Exactly one of the four ways to pay.
fn pays(section: &Section<'_, '_>, context: &ClauseContext<'_>, most: Option<Score>) -> Option<PointsPay> {
    let given: Vec<&str> = ["each_point", "levels", "pot", "by_rank"].into_iter().filter(|key| section.has(key)).collect();
    let winners = winners(section);
    if section.has("winners") && !section.has("pot") {
        section.push(
            section
                .problem("winners", "`winners` divide a pot")
                .expected("pot = \"£500,000\" beside it")
                .fix("remove `winners`; ranks are paid with by_rank = [\"£60,000\", \"£40,000\"]"),
        );
    }
    if section.has("pays") && !section.has("levels") {
        section.push(
            section
                .problem("pays", "these amounts are for levels of points, and there are no levels")
                .expected("levels = [50, 80] beside it, with one amount more than levels")
                .fix("add `levels`, or write by_rank for amounts by rank"),
        );
    }
    match given.as_slice() {
        ["each_point"] => Some(PointsPay::EachPoint(section.positive_schedule("each_point", context.keys))),
        ["levels"] => levels(section, most),
        ["pot"] => Some(PointsPay::Pot { pot: section.positive_schedule("pot", context.keys), winners }),
        ["by_rank"] => by_rank(section).map(PointsPay::ByRank),
        _ => {
            let at = given.get(1).copied().unwrap_or("clause");
            let problem = section.problem(at, "points pay in exactly one way");
            let problem = problem.read(if given.is_empty() { "none of them".to_owned() } else { given.join(" and ") });
            let problem = problem.expected("each_point, levels, pot or by_rank");
            section.push(problem.fix("for example each_point = \"£250\""));
            None
        }
    }
}

fn winners(section: &Section<'_, '_>) -> Option<usize> {
    let most = MAX_OTHERS as i64;
    let fix = "write how many of the best share the pot";
    section.has("winners").then(|| {
        let winners: Count = section.required_within("winners", (Count(1), Count(most)), "not a number of winners", fix);
        usize::try_from(winners.0).unwrap_or(1)
    })
}

/// `levels` that rise, none above all points, and `pays` with one amount more.
fn levels(section: &Section<'_, '_>, most: Option<Score>) -> Option<PointsPay> {
    let stated = section.required_numbers::<Score>("levels", "a list of points such as [50, 80]");
    let pays = rising_amounts(
        section,
        "pays",
        &ListWords {
            expected: "a list of amounts, for no level reached, for one and so on, such as [\"£0\", \"£10,000\"]",
            negative: "points pay, and this amount is negative",
            falls: "the payment falls as more levels are reached",
            at_least: "as for fewer levels",
            order: "from no level reached to all",
        },
    );
    let stated = stated?;
    let mut last = Score(0);
    for (_, level, span) in &stated {
        let [_, low, high] = level.ends();
        let problem = |what: &str| Problem::at(section.file, *span, what).read(low.words());
        if low <= last {
            let problem = problem("the levels do not rise").expected(format!("more than {}", last.words()));
            section.push(problem.fix("put the levels in order. The amount for no level reached needs none"));
        } else if let Some(most) = most.filter(|most| high > *most) {
            let problem = problem("nobody can reach this level").expected(format!("at most {}, which is all", most.words()));
            section.push(problem.fix("lower the level, or correct the points of the indicators"));
        }
        last = high;
    }
    let pays = pays?;
    if stated.is_empty() || stated.len() > MAX_STEPS || pays.len() != stated.len() + 1 {
        section.push(
            section
                .problem("pays", "there is one amount more than there are levels")
                .read(format!("amounts: {}; levels: {}", pays.len(), stated.len()))
                .expected(format!("from 1 to {MAX_STEPS} levels, and one amount more"))
                .fix("begin with the amount for no level reached, such as \"£0\", and end with the amount for all"),
        );
        return None;
    }
    Some(PointsPay::Levels { levels: stated.into_iter().map(|(level, ..)| level).collect(), pays })
}

/// `by_rank`: amounts that are not negative and never rise from one place to the next.
fn by_rank(section: &Section<'_, '_>) -> Option<Vec<Schedule<Pence>>> {
    let stated = section.required_numbers::<Pence>("by_rank", "a list of amounts, for the first, the second and so on")?;
    if stated.is_empty() || stated.len() > MAX_STEPS {
        section.push(
            section
                .problem("by_rank", "a payment by rank needs amounts")
                .read(format!("amounts: {}", stated.len()))
                .expected(format!("from 1 to {MAX_STEPS}, the first place first"))
                .fix("for example by_rank = [\"£60,000\", \"£40,000\"]. Later places are paid nothing"),
        );
        return None;
    }
    let mut least: Option<Pence> = None;
    for (_, amount, span) in &stated {
        let [_, low, high] = amount.ends();
        let problem = |what: &str| Problem::at(section.file, *span, what).read(amount.value.words());
        match least {
            _ if low < Pence(0) => {
                let problem = problem("points pay, and this amount is negative").expected("£0 or more");
                section.push(problem.fix("write the amounts without the minus sign"));
            }
            Some(least) if high > least => section.push(
                problem("a worse place is paid more")
                    .expected(format!("at most {least}, as for the place before"))
                    .fix("put the amounts in order, the first place first. Their ranges must not overlap either"),
            ),
            _ => {}
        }
        least = Some(low);
    }
    Some(stated.into_iter().map(|(amount, ..)| Schedule::constant(amount)).collect())
}

impl PointsPay {
    /// Whether what is paid depends on the points of other providers.
    #[must_use]
    pub fn compares(&self) -> bool {
        matches!(self, PointsPay::Pot { .. } | PointsPay::ByRank(_))
    }

    fn amounts(&self) -> &[Schedule<Pence>] {
        match self {
            PointsPay::EachPoint(amount) | PointsPay::Pot { pot: amount, .. } => std::slice::from_ref(amount),
            PointsPay::Levels { pays: amounts, .. } | PointsPay::ByRank(amounts) => amounts,
        }
    }

    fn amounts_mut(&mut self) -> &mut [Schedule<Pence>] {
        match self {
            PointsPay::EachPoint(amount) | PointsPay::Pot { pot: amount, .. } => std::slice::from_mut(amount),
            PointsPay::Levels { pays: amounts, .. } | PointsPay::ByRank(amounts) => amounts,
        }
    }
}

/// Where some points stand.
enum Standing {
    /// The points alone count.
    Points,
    /// So many levels are reached.
    Reached(usize),
    /// The points of the others that share the pot, in billionths. `None` where the provider has no part of it.
    Shares(Option<i64>),
    /// So many other providers have more points, and so many as many.
    Place { ahead: usize, tied: usize },
    /// The points of the others are not known.
    Open,
}

impl PointsPayment {
    /// All points together.
    #[must_use]
    pub fn most(&self) -> Score {
        Score(self.indicators.iter().map(|indicator| indicator.points.0).sum())
    }

    /// The points of the other providers in one area and the period that ends with a cohort, in billionths. `None` where they are
    /// not known.
    fn others_in<'t, A: Amount, L: LineSink<A>>(
        &self,
        pricing: &ClausePricing<'t, A, L>,
        period: &Range<usize>,
    ) -> Option<Cow<'t, [i64]>> {
        let last = period.end - 1;
        let name = pricing.clauses.name(pricing.clause);
        if let Some(others) = pricing.tally.others.iter().find(|others| others.clause == name) {
            return others.by_cohort.get(last).map(|points| Cow::Borrowed(points.as_slice()));
        }
        let (area, year) = (pricing.tally.area, pricing.time(last).year);
        let here = |other: &&OtherProvider| other.area.is_none_or(|at| at == area) && other.year.is_none_or(|at| at == year);
        let points: Vec<i64> = self.others.iter().filter(here).map(|other| other.points.0).collect();
        (!points.is_empty()).then_some(Cow::Owned(points))
    }

    /// Where the provider stands with its own points, among others where these count.
    fn standing(&self, own: ScoredPoints, exact: impl Fn() -> Ratio, others: Option<&[i64]>) -> Standing {
        let against = |points: i64| own.compare(points, &exact);
        match (&self.pays, others) {
            (PointsPay::EachPoint(_), _) => Standing::Points,
            (PointsPay::Levels { levels, .. }, _) => {
                Standing::Reached(levels.iter().filter(|level| against(level.0) != Ordering::Less).count())
            }
            (_, None) => Standing::Open,
            (PointsPay::Pot { winners, .. }, Some(others)) => {
                let wins = |ahead: usize| winners.is_none_or(|winners| ahead < winners);
                let ahead_of = |points: i64| {
                    let others = others.iter().filter(|other| **other > points).count();
                    others + usize::from(against(points) == Ordering::Greater)
                };
                let ahead = others.iter().filter(|other| against(**other) == Ordering::Less).count();
                let sharing = others.iter().filter(|other| winners.is_none() || wins(ahead_of(**other)));
                let sum = sharing.fold(0, |sum: i64, points| sum.saturating_add(*points));
                Standing::Shares((wins(ahead) && against(0) == Ordering::Greater).then_some(sum))
            }
            (PointsPay::ByRank(_), Some(others)) => {
                let count = |order: Ordering| others.iter().filter(|other| against(**other) == order).count();
                Standing::Place { ahead: count(Ordering::Less), tied: count(Ordering::Equal) }
            }
        }
    }

    /// How much of what price is paid: a quantity to the billionth, its unit and the price.
    fn payment(
        &self,
        own: ScoredPoints,
        standing: &Standing,
        (area, time): (usize, CohortTime),
    ) -> (Quantity, &'static str, Pence) {
        let whole = i128::from(WHOLE);
        match (&self.pays, standing) {
            (PointsPay::EachPoint(price), _) => (Quantity(own.billionths), "points", price.at(area, 0, time)),
            (PointsPay::Levels { pays, .. }, Standing::Reached(reached)) => {
                let price = pays[*reached].at(area, 0, time);
                (Quantity::whole((price != Pence(0)).into()), "lump sum", price)
            }
            (PointsPay::Pot { pot, .. }, Standing::Shares(Some(sum))) => {
                let all = i128::from(*sum) + i128::from(own.billionths);
                let part = i128::from(own.billionths) * whole / all.max(1);
                (Quantity(within_i64(part)), "of the pot", pot.at(area, 0, time))
            }
            (PointsPay::Pot { pot, .. }, _) => (Quantity(0), "of the pot", pot.at(area, 0, time)),
            (PointsPay::ByRank(amounts), Standing::Place { ahead, tied }) => {
                let held = amounts.iter().skip(*ahead).take(tied + 1).map(|amount| amount.at(area, 0, time));
                let sum = held.fold(Pence(0), |sum, amount| sum.plus(amount));
                let part = if sum == Pence(0) { 0 } else { WHOLE / (*tied as i64 + 1) };
                (Quantity(part), "lump sum", sum)
            }
            (PointsPay::Levels { .. } | PointsPay::ByRank(_), _) => (Quantity(0), "lump sum", Pence(0)),
        }
    }

    /// The quantity that is paid, as a fraction.
    fn payment_exact(&self, exact: Ratio, standing: &Standing, near: Quantity) -> Ratio {
        match standing {
            Standing::Points => exact,
            Standing::Shares(Some(sum)) => exact.over(&exact.plus(&Ratio::new((*sum).into(), WHOLE.into()))),
            Standing::Place { tied, .. } if near != Quantity(0) => Ratio::new(1, *tied as i128 + 1),
            _ => Ratio::new(near.0.into(), WHOLE.into()),
        }
    }

    /// How the points led to the payment, for the reason on a statement line.
    fn why(&self, standing: &Standing, others: usize) -> String {
        match (&self.pays, standing) {
            (PointsPay::Levels { levels, .. }, Standing::Reached(reached)) => {
                format!(". {reached} of {} levels reached", levels.len())
            }
            (_, Standing::Shares(Some(sum))) => format!(". The others that share the pot have {}", Score(*sum).words()),
            (_, Standing::Shares(None)) => ". No part of the pot".to_owned(),
            (_, Standing::Place { ahead, tied }) => {
                let shared = if *tied == 0 { String::new() } else { format!(", shared by {}", tied + 1) };
                format!(". Place {} of {}{shared}", ahead + 1, others + 1)
            }
            (_, Standing::Open) => ". The points of the other providers are not known, so nothing is divided yet".to_owned(),
            _ => String::new(),
        }
    }
}

impl ClauseKind for PointsPayment {
    fn description(&self) -> &'static KindDescription {
        &DESCRIPTION
    }

    fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> Option<Self> {
        read(section, context)
    }

    fn effects(&self) -> ClauseEffects {
        ClauseEffects {
            pays_for_results: true,
            compares_results: true,
            takes_back: false,
            may_owe: false,
            pays_for_whole_area: true,
        }
    }

    fn price<A: Amount, L: LineSink<A>>(&self, pricing: &mut ClausePricing<'_, A, L>) {
        let (scheme, tally) = (pricing.scheme, pricing.tally);
        for period in pricing.periods(self.over) {
            if !pricing.all_known(&period) {
                continue;
            }
            let others = if self.pays.compares() { self.others_in(pricing, &period) } else { None };
            let own = scored(&self.indicators, scheme, tally, &period);
            let exact = || scored_exact(&self.indicators, scheme, tally, &period);
            let standing = self.standing(own, exact, others.as_deref());
            let (quantity, unit, price) = self.payment(own, &standing, (tally.area, pricing.time(period.end - 1)));
            let line = UnpricedLine { cohorts: period.clone(), segment: None, quantity, unit, price };
            pricing.pay_exact(
                line,
                || self.payment_exact(exact(), &standing, quantity),
                || {
                    let (of, all) = (Quantity::nearest(&exact()), self.most().words());
                    let each = found(&self.indicators, scheme, tally, &period);
                    let others = others.as_deref().map_or(0, <[i64]>::len);
                    format!("{of} of {all}: {each}{}", self.why(&standing, others))
                },
            );
        }
    }

    fn explain(&self, scheme: &SchemeTerms, _: &dyn OtherClauses) -> Vec<String> {
        let amount = |amount: &Schedule<Pence>| prices(scheme, amount);
        let over = self.over.words();
        let all = self.most().words();
        let first = match &self.pays {
            PointsPay::EachPoint(price) => {
                format!("The payer pays {} for each point, of {all}, measured over {over}.", amount(price))
            }
            PointsPay::Levels { levels, pays } => {
                let steps =
                    pays.iter().skip(1).zip(levels).map(|(pays, level)| format!("{} from {}", amount(pays), level.words()));
                let steps: Vec<String> = steps.collect();
                format!(
                    "The payer pays a lump sum by points, of {all}, measured over {over}: {} at first, {}.",
                    amount(&pays[0]),
                    steps.join(", ")
                )
            }
            PointsPay::Pot { pot, winners: None } => format!(
                "A pot of {} is divided among all providers in proportion to their points, of {all}, measured over {over}.",
                amount(pot)
            ),
            PointsPay::Pot { pot, winners: Some(winners) } => format!(
                "A pot of {} is divided among the providers with the most points, in proportion to their points, of {all}, \
                 measured over {over}. Winners: {winners}, and those who tie with the last of them.",
                amount(pot)
            ),
            PointsPay::ByRank(amounts) => {
                let places = amounts.iter().enumerate().map(|(at, sum)| format!("{} for place {}", amount(sum), at + 1));
                let places: Vec<String> = places.collect();
                format!(
                    "The payer pays a lump sum by the rank of the provider's points, of {all}, among all providers, measured over \
                     {over}: {}. Providers that tie divide the sums of their places.",
                    places.join(", ")
                )
            }
        };
        let each = self.indicators.iter().enumerate();
        let each = each.map(|(at, indicator)| format!("Indicator {}: {}.", at + 1, indicator.explain(scheme)));
        std::iter::once(first).chain(each).collect()
    }

    fn amounts(&self) -> Vec<(&'static str, &Schedule<Pence>)> {
        let what = match self.pays {
            PointsPay::EachPoint(_) => "The price of a point",
            PointsPay::Pot { .. } => "The pot",
            PointsPay::Levels { .. } | PointsPay::ByRank(_) => "The lump sum",
        };
        self.pays.amounts().iter().map(|amount| (what, amount)).collect()
    }

    fn amounts_mut(&mut self) -> Vec<(&'static str, &mut Schedule<Pence>)> {
        let what = match self.pays {
            PointsPay::EachPoint(_) => "price of a point",
            PointsPay::Pot { .. } => "pot",
            PointsPay::Levels { .. } => "amount for a level of points",
            PointsPay::ByRank(_) => "amount for a place",
        };
        self.pays.amounts_mut().iter_mut().map(|amount| (what, amount)).collect()
    }

    /// Only where all indicators are about one outcome. A statement line that named one of several would say too little.
    fn outcome(&self) -> Option<usize> {
        match self.outcomes().as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }

    fn outcomes(&self) -> Vec<usize> {
        let mut out: Vec<usize> = Vec::new();
        for indicator in &self.indicators {
            if !out.contains(&indicator.outcome()) {
                out.push(indicator.outcome());
            }
        }
        out
    }

    /// Each indicator by itself: none must be passed, and each can bring money. One that earns in proportion has the level from
    /// which it earns all its points.
    fn gates(&self) -> Vec<&Gate> {
        self.indicators.iter().map(|indicator| &indicator.gate).collect()
    }

    fn measured_over(&self) -> Option<MeasuredOver> {
        Some(self.over)
    }

    fn levels(&self) -> Vec<(usize, Change)> {
        self.indicators.iter().flat_map(|indicator| indicator.gate.levels()).collect()
    }

    fn others(&self) -> &[OtherProvider] {
        &self.others
    }

    fn compares_points(&self) -> Option<i64> {
        self.pays.compares().then(|| self.most().0)
    }

    fn without_the_jump(&self) -> &'static str {
        "let each indicator earn its points in proportion (none_at and all_at), with a price for each point"
    }

    /// Nothing: points are their indicators, and without them they would be the same for any result.
    fn drop_gates(&mut self) {}

    /// One period instead of several would pay once instead of several times. The amounts become what all periods paid together, so
    /// that only the measuring changes. Amounts that differ from year to year have no such multiple.
    fn pool_cohorts(&mut self, scheme: &SchemeTerms) {
        if self.pays.amounts().iter().any(Schedule::differs_in_time) {
            return;
        }
        let periods = i64::try_from(self.over.periods(scheme)).unwrap_or(1);
        self.scale_prices(&|amount| Pence(amount.0.saturating_mul(periods)));
        self.over = MeasuredOver::AllCohorts;
    }

    fn scale_prices(&mut self, change: &dyn Fn(Pence) -> Pence) {
        self.pays.amounts_mut().iter_mut().for_each(|amount| *amount = amount.map(change));
    }

    fn amend(&self, new: &Self, name: &str, text: &mut Amendment<'_>) {
        let (old_amounts, amounts) = (self.pays.amounts(), new.pays.amounts());
        match self.pays {
            PointsPay::EachPoint(_) => text.price(name, "each_point", &old_amounts[0], &amounts[0]),
            PointsPay::Pot { .. } => text.price(name, "pot", &old_amounts[0], &amounts[0]),
            PointsPay::Levels { .. } => text.list(name, "pays", old_amounts, amounts, "clause"),
            PointsPay::ByRank(_) => text.list(name, "by_rank", old_amounts, amounts, "clause"),
        }
        text.over(name, self.over, new.over, "clause");
    }
}
