//! What effort pays, in words: the next pound of help, the aim from which effort pays by what help costs and over the scenarios, and
//! the aim that is sure enough to be paid.

use risks::{people, pounds, pounds_in_prose, quoted};
use simulation::marginal_effort::{MovedOutcome, NextPound};
use simulation::payment_by_aim::Curve;
use simulation::stress::{CostPoint, StressTest};

use super::appearance::counted_scenarios;
use super::figures::{listed, point_figure, points};

/// What trying pays, in a sentence or two for each fact: the next pound of help first, then the break-even aim by the cost of help,
/// the aim that is sure enough of being paid, and the break-even aim over the scenarios.
pub fn trying(stress: &StressTest) -> Vec<String> {
    let facts = [by_cost(stress), sure_aims(stress), over_scenarios(stress), drifting(stress)];
    next_pounds(&stress.next_pounds).into_iter().chain(facts.into_iter().flatten()).collect()
}

/// What the next pound of each kind of help brings: "At the first pound of “coaching”, one more person in work costs £5,770. It leaves the
/// provider £2,000 better off under the contract, and is worth £9,800 to the public." That is not only what is paid: a stake that is not
/// lost leaves the provider better off too.
pub fn next_pounds(helps: &[NextPound]) -> Vec<String> {
    helps.iter().map(next_pound).collect()
}

fn next_pound(help: &NextPound) -> String {
    let (which, name) = (if help.first { "first" } else { "next" }, quoted(&help.help));
    let spread = |(low, high): (f64, f64), show: &dyn Fn(f64) -> String| match (show(low), show(high)) {
        (low, high) if low == high => low,
        (low, high) => format!("{low} to {high}"),
    };
    if let [outcome] = help.moves.as_slice() {
        // One unit of an amount may be worth pennies.
        let sum = |pounds: f64| if outcome.is_amount { pence(pounds) } else { pounds_in_prose(pounds) };
        return format!(
            "At the {which} pound of {name}, {} costs {}. It leaves the provider {} better off under the contract, and is worth {} to the \
             public.",
            one_better(outcome),
            spread(help.costs, &sum),
            spread(help.earns, &sum),
            spread(help.worth, &sum)
        );
    }
    let moves: Vec<String> = help.moves.iter().map(|outcome| quoted(&outcome.name)).collect();
    let moves: Vec<&str> = moves.iter().map(String::as_str).collect();
    format!(
        "The {which} pound of {name} moves {}. The results it brings leave the provider {} better off under the contract, and are worth {} \
         to the public.",
        listed(&moves),
        spread(help.earns, &pence),
        spread(help.worth, &pence)
    )
}

/// "one fewer person with a proven reoffence".
fn one_better(outcome: &MovedOutcome) -> String {
    match (outcome.is_amount, outcome.more_is_better) {
        (true, true) => format!("one unit more of {}", quoted(&outcome.name)),
        (true, false) => format!("one unit less of {}", quoted(&outcome.name)),
        (false, true) => format!("one more {}", outcome.people.one),
        (false, false) => format!("one fewer {}", outcome.people.one),
    }
}

/// Pounds and pence, for what one pound brings.
fn pence(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => pounds_in_prose(value),
        size => format!("{}£{size:.2}", if value < 0.0 { "-" } else { "" }),
    }
}

/// The place of the typical area among the three of a [`CostPoint`].
pub const TYPICAL: usize = 1;

/// The break-even aim over the costs of help assumed.
pub fn by_cost(stress: &StressTest) -> Option<String> {
    let costs = &stress.by_cost;
    let place = if stress.curves.len() > 1 { " in a typical area" } else { "" };
    let (first, last) = (costs.first()?, costs.last()?);
    let aim = |cost: &CostPoint| cost.break_even[TYPICAL];
    let ends = format!("({})", span(first, last));
    let paying: Vec<&CostPoint> = costs.iter().filter(|cost| aim(cost).is_some()).collect();
    let Some(dearest) = paying.last() else {
        return Some(format!(
            "No aim pays better than spending what is spent today, at any of the costs of help assumed {ends}."
        ));
    };
    let lowest = aim(paying[0]).unwrap_or_default();
    let highest = aim(dearest).unwrap_or_default();
    let until = paying.len();
    let in_order = costs[..until].iter().all(|cost| aim(cost).is_some());
    Some(if highest <= 0.0 && lowest <= 0.0 && until == costs.len() {
        format!("At every cost of help assumed {ends}, any improvement pays, however small.")
    } else if !in_order {
        format!(
            "At {} of the {} costs of help tried {ends}, no aim pays better than spending what is spent today.",
            costs.len() - until,
            costs.len()
        )
    } else {
        let never = costs.get(until).map_or(String::new(), |never| format!(" At {} and above, no aim pays.", cost_words(never)));
        let at_dearest = match costs.get(until) {
            Some(_) => format!("at {}", cost_words(dearest)),
            None => format!("where help costs most ({})", cost_words(last)),
        };
        match (lowest <= 0.0, until > 1) {
            (true, true) if highest <= 0.0 => {
                format!("Any improvement pays where help costs no more than this: {}.{never}", cost_words(dearest))
            }
            (true, true) => format!(
                "Any improvement pays where help costs least ({}). To pay {at_dearest}, the aim must be {}.{never}",
                cost_words(first),
                points(highest)
            ),
            (true, false) => format!("Any improvement pays where help costs least ({}).{never}", cost_words(first)),
            (false, further) => {
                let further = if further { format!(", and for {} {at_dearest}", points(highest)) } else { String::new() };
                format!(
                    "To earn more than by spending what is spent today, a provider{place} must aim for {} where help costs least \
                     ({}){further}.{never}",
                    points(lowest),
                    cost_words(first)
                )
            }
        }
    })
}

/// What each kind of help costs at a point: "support £250, training £1,200".
pub fn cost_words(point: &CostPoint) -> String {
    let each = point.costs.iter().map(|cost| format!("{} {}", cost.help.replace('_', " "), pounds(cost.pounds)));
    each.collect::<Vec<String>>().join(", ")
}

/// "support £250 to £1,500"; in full where there are several kinds of help.
fn span(first: &CostPoint, last: &CostPoint) -> String {
    match (first.costs.as_slice(), last.costs.as_slice()) {
        ([_], [dearest]) => format!("{} to {}", cost_words(first), pounds(dearest.pounds)),
        _ => format!("{} to {}", cost_words(first), cost_words(last)),
    }
}

/// People in one cohort of a curve's area.
pub fn cohort_size(curve: &Curve, stress: &StressTest) -> f64 {
    curve.people / stress.results.cohorts.max(1) as f64
}

/// The words for the areas of the curves, smallest first.
pub fn area_words(curves: usize) -> &'static [&'static str] {
    match curves {
        0 | 1 => &["the area"],
        2 => &["the smallest area", "the largest area"],
        _ => &["the smallest area", "a typical area", "the largest area"],
    }
}

/// The smallest improvement that is rewarded in 3 cohorts of 4, by area.
fn sure_aims(stress: &StressTest) -> Option<String> {
    // Where each result is paid for by itself, chance refuses none.
    stress.results.wrong_payment.as_ref()?;
    let names = area_words(stress.curves.len());
    let place = |curve: &Curve, name: &str| {
        let cohorts = format!("{} a cohort", people(cohort_size(curve, stress)));
        if stress.curves.len() > 1 { format!("in {name} ({cohorts})") } else { format!("({cohorts})") }
    };
    let areas = stress.curves.iter().zip(&stress.sure_aims).zip(names);
    let enough: Vec<String> =
        areas.clone().filter_map(|((curve, aim), name)| Some(format!("{} {}", points((*aim)?), place(curve, name)))).collect();
    let never: Vec<String> = areas.filter(|((_, aim), _)| aim.is_none()).map(|((curve, _), name)| place(curve, name)).collect();
    let joined = |parts: &[String]| listed(&parts.iter().map(String::as_str).collect::<Vec<_>>());
    let enough = (!enough.is_empty())
        .then(|| format!("To be rewarded in 3 cohorts of 4, a provider must improve the outcome by {}.", joined(&enough)));
    let never = (!never.is_empty())
        .then(|| format!("Even an improvement of 30 percentage points is not rewarded in 3 cohorts of 4 {}.", joined(&never)));
    let sentences: Vec<String> = enough.into_iter().chain(never).collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

fn over_scenarios(stress: &StressTest) -> Option<String> {
    let range = stress.break_even.as_ref().filter(|_| stress.scenarios > 0)?;
    let paying = 1.0 - range.never;
    let never = counted_scenarios(range.never, stress);
    if paying * (stress.scenarios as f64) < 0.5 {
        let tried = match stress.scenarios {
            1 => "the one scenario tried".to_owned(),
            tried => format!("any of the {tried} scenarios"),
        };
        return Some(format!("No aim pays better than spending what is spent today, in {tried}."));
    }
    let pays = match (range.middle, range.high) {
        (_, high) if high <= 0.0 => "any improvement pays".to_owned(),
        (middle, high) if middle <= 0.0 => {
            format!("any improvement mostly pays, and an aim of {} nearly always does", points(high))
        }
        (middle, high) if point_figure(range.low) == point_figure(high) => format!("the aim must be {} to pay", points(middle)),
        (middle, high) => format!(
            "the aim must be {} to pay ({} to {} in 9 scenarios of 10)",
            points(middle),
            point_figure(range.low),
            point_figure(high)
        ),
    };
    Some(match range.never * (stress.scenarios as f64) < 0.5 {
        true if stress.scenarios == 1 => format!("In the one scenario tried, {pays}."),
        true => format!("Over all {} scenarios, {pays}.", stress.scenarios),
        false => format!("In {never}, no aim within reach pays. In the others, {pays}."),
    })
}

/// Whether spending less than today pays, where anything is spent today.
fn drifting(stress: &StressTest) -> Option<String> {
    let curve = typical_curve(stress)?;
    let spends_today = curve.points.first().is_some_and(|point| point.aim < -1e-6);
    let range = stress.break_even.as_ref().filter(|_| spends_today && stress.scenarios > 0)?;
    Some(format!(
        "Spending nothing at all pays better than spending what is spent today in {}.",
        counted_scenarios(range.drifting_pays, stress)
    ))
}

/// The curve of the area of typical size.
pub fn typical_curve(stress: &StressTest) -> Option<&Curve> {
    stress.curves.get(stress.curves.len() / 2)
}
