//! How a report says what was found: the phrases that the terminal summary and the page share, so that both say the same.
//! Every figure comes from the run; nothing here decides whether a finding is present.

use base::document::UncertainNumber;
use base::money::thousands;
pub use risks::pounds_within as estimate;
use risks::{Estimate, Finding, Role, StrategyResult, WrongPayment, WrongPaymentRow, percent, pounds};
use simulation::assumptions::Assumptions;
use simulation::curve::Curve;
use simulation::help::NextPound;
use simulation::stress::{CostPoint, Reported, Stress, TriedFix};
use simulation::when::written;

/// The same without the interval: the digits that can be believed.
pub fn supported(value: Estimate) -> String {
    let words = estimate(value);
    words.split_once(" ±").map_or(words.clone(), |(mean, _)| mean.to_owned())
}

/// A number of people, or of anything that comes whole.
pub fn count(value: f64) -> String {
    let size = thousands(value.abs().round() as i64);
    if value <= -0.5 { format!("-{size}") } else { size }
}

/// A chance that is known exactly: never "0.0 %" for what can happen.
pub fn chance(share: f64) -> String {
    match share {
        share if share < 5e-7 => "0 %".to_owned(),
        share if share < 5e-4 => "under 0.1 %".to_owned(),
        share => percent(share),
    }
}

/// A change in a proportion, in percentage points: never "0.0 points" for what is above nothing.
pub fn points(share: f64) -> String {
    if (1e-9..0.0005).contains(&share) {
        return "under 0.1 points".to_owned();
    }
    format!("{} points", point_figure(share))
}

/// The same without its unit.
pub fn point_figure(share: f64) -> String {
    format!("{:.1}", 100.0 * share + 0.0)
}

/// "59 of 64": a share of the scenarios tried, as a count, which claims no more than was tried.
pub fn scenarios(share: f64, stress: &Stress) -> String {
    match stress.scenarios {
        0 => "none tried".to_owned(),
        tried => format!("{} of {tried}", (share * tried as f64).round()),
    }
}

/// The first letter made a capital.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// Names joined for a sentence: "a, b and c".
pub fn listed(names: &[&str]) -> String {
    match names {
        [] => "none".to_owned(),
        [one] => (*one).to_owned(),
        [init @ .., last] => format!("{} and {last}", init.join(", ")),
    }
}

/// A kind of provider, for "for a … provider".
pub fn kind(role: Role) -> &'static str {
    match role {
        Role::Best => "profit-seeking",
        Role::Cautious => "cautious",
        Role::Mission => "mission-minded",
        Role::Imperfect => "imperfect",
        _ => "other",
    }
}

/// "for a profit-seeking, cautious or imperfect provider", and what is said of the others.
pub fn kinds(reported: &Reported) -> String {
    let of = |wanted: bool| -> Vec<&str> {
        reported.objectives.iter().filter(|(_, present)| *present == wanted).map(|(role, _)| kind(*role)).collect()
    };
    let (with, without) = (of(true), of(false));
    match (with.is_empty(), without.is_empty()) {
        (true, _) => "for no kind of provider".to_owned(),
        (false, true) => "for every kind of provider".to_owned(),
        (false, false) => format!("for a {} provider, not for a {} one", alternatives(&with), alternatives(&without)),
    }
}

fn alternatives(names: &[&str]) -> String {
    listed(names).replace(" and ", " or ")
}

/// The risks that could be looked for.
pub fn looked_for(stress: &Stress) -> impl Iterator<Item = &Reported> {
    stress.reported.iter().filter(|reported| reported.finding.not_looked_for.is_none())
}

/// The risks that the files say nothing of, each with what would let it be looked for.
pub fn not_looked_for(stress: &Stress) -> impl Iterator<Item = (&'static str, &'static str)> {
    stress.reported.iter().filter_map(|reported| Some((reported.finding.name, reported.finding.not_looked_for?)))
}

/// One sentence on the whole scheme: what pays best, and how much is wrong with that.
pub fn verdict(stress: &Stress) -> String {
    let present = stress.reported.iter().filter(|reported| reported.finding.present).count();
    let looked = looked_for(stress).count();
    let found = match present {
        0 => format!("none of the {looked} unintended risks looked for is present"),
        1 => format!("1 of the {looked} unintended risks looked for is present"),
        n => format!("{n} of the {looked} unintended risks looked for are present"),
    };
    let (Some(best), Some(intended)) =
        (stress.strategy_results.simulate(Role::Best), stress.strategy_results.simulate(Role::Intended))
    else {
        return format!("In the assumptions as stated, {found}.");
    };
    let each = |play: &StrategyResult| play.help_spend / stress.strategy_results.people.max(1.0);
    let (spends, means) = (each(best), each(intended));
    let against = match spends / means.max(1e-9) {
        ratio if ratio < 0.95 => format!("rather than the {} intended", pounds(means)),
        ratio if ratio > 1.05 => format!("more than the {} intended", pounds(means)),
        _ => "about as intended".to_owned(),
    };
    let more = Estimate::of(best.profit().zip(intended.profit()).map(|(a, b)| a - b));
    let earns = if more.low() > 0.0 { format!(", and earns {} more by it", supported(more)) } else { String::new() };
    format!(
        "Under these rules a provider that seeks profit does best by spending {} a person on help, {against}{earns}; {found}.",
        pounds(spends)
    )
}

/// Over what all sums are taken: "21 areas, 108,000 people, 1 contract year".
pub fn over(stress: &Stress, assumptions: &Assumptions) -> String {
    let areas = stress.strategy_results.areas.len();
    let part = |number: usize, noun: &str| format!("{} {noun}{}", thousands(number as i64), if number == 1 { "" } else { "s" });
    format!(
        "{}, {} people, {}",
        part(areas, "area"),
        count(stress.strategy_results.people),
        part(assumptions.years, "contract year")
    )
}

/// What the provider gains by a finding, as a phrase: each kind of finding gains in its own way.
pub fn gains(finding: &Finding) -> String {
    let gain = finding.gain;
    let sure = gain.low() > 0.0 && gain.mean >= 0.5;
    match finding.name {
        "paid for noise" if sure => format!("{} from chance alone", estimate(gain)),
        "paid for noise" => "nothing that stands out from chance".to_owned(),
        "deadweight" => format!("{} without doing anything", estimate(gain)),
        "provider loss and windfall" if sure => format!("{} above the fair margin", estimate(gain)),
        "provider loss and windfall" => "nothing above the fair margin".to_owned(),
        "baseline drift" => format!("{} for a point that is better everywhere", estimate(gain)),
        "regression to the mean" => format!("{} for recovery alone", estimate(gain)),
        "volume risk" | "pilot to scale" => "nothing".to_owned(),
        _ => format!("{} against {}", estimate(gain), finding.against.words()),
    }
}

/// Who loses by a finding, and how much: people first, then money.
pub fn losers(finding: &Finding, stress: &Stress) -> Vec<String> {
    let loss = finding.payer_loss;
    let sure = loss.low() > 0.0 && loss.mean >= 0.5;
    let mut out = Vec::new();
    match finding.name {
        "paid for noise" => {
            out.extend(refused(stress));
            out.extend(sure.then(|| format!("the payer, {}", estimate(loss))));
        }
        "deadweight" => out.push(format!("the payer, {}", estimate(loss))),
        "baseline drift" => out.push(format!("the payer, {} for a point that nobody earned", estimate(loss))),
        "regression to the mean" => {
            out.push(format!("the payer, {} for recovery that nobody brought about", estimate(loss)));
        }
        "timing" => out.push(format!("the payer, {} for the same results", estimate(loss))),
        "pilot to scale" => out.push(format!("payer and public, {} of what the pilot promised", estimate(loss))),
        "volume risk" => {
            let number = figure(finding, "the worse of the two").unwrap_or("with another number of people");
            out.push(format!("providers that do as intended, {} {number}", pounds(finding.gain.mean.abs())))
        }
        "provider loss and windfall" => {
            let chance = figure(finding, "chance of a loss as intended").filter(|_| !sure);
            out.extend(chance.map(|chance| format!("providers that do as intended: a loss in {chance} of replications")));
            out.extend(sure.then(|| format!("the payer, {}", estimate(loss))));
        }
        _ => {
            out.extend(harm(finding));
            let gained = Estimate { mean: -loss.mean, ..loss };
            out.push(match gained.low() > 0.0 {
                true => format!("but payer and public together are {} better off", estimate(gained)),
                false => format!("payer and public together, {}", estimate(loss)),
            });
        }
    }
    out
}

/// "6,413 more people with reoffending (59 in 1,000)".
pub fn harm(finding: &Finding) -> Option<String> {
    (finding.people_harmed >= 0.5).then(|| {
        let among = if finding.harmed_per_thousand < 9.95 { 1 } else { 0 };
        format!("{} {} ({:.among$} in 1,000)", count(finding.people_harmed), finding.harm, finding.harmed_per_thousand)
    })
}

/// How often an honest provider's improvement goes unpaid, where that is often.
fn refused(stress: &Stress) -> Option<String> {
    let table = stress.strategy_results.wrong_payment.as_ref()?;
    let unpaid = 1.0 - stress.strategy_results.simulate(Role::Intended)?.cohorts_rewarded.mean;
    (table.intended > 0.0 && unpaid >= 0.05).then(|| {
        let (change, often) = (points(table.intended), percent(unpaid));
        format!("providers that do as intended: a real {change} goes unpaid in {often} of cohorts")
    })
}

/// In which scenarios a finding appears, where that can be told in a few numbers.
pub fn when(reported: &Reported, stress: &Stress) -> Option<String> {
    let when = reported.when.as_ref().filter(|when| !when.limits.is_empty())?;
    let limit = |(uncertain, words): &(usize, String)| {
        let path = stress.uncertain_numbers.get(*uncertain).map_or("", |uncertain| uncertain.path.as_str());
        // The limit begins with the number's path, which is for those who edit the file.
        let rest = words.strip_prefix(&simulation::when::uncertain_name(path));
        rest.map_or_else(|| words.clone(), |rest| format!("“{}”{rest}", number_name(path)))
    };
    let limits: Vec<String> = when.limits.iter().map(limit).collect();
    let limits: Vec<&str> = limits.iter().map(String::as_str).collect();
    Some(format!(
        "mostly where {}: it appears in {:.0} % of such scenarios, and they are {:.0} % of those that have it",
        listed(&limits),
        100.0 * when.density,
        100.0 * when.coverage
    ))
}

/// A number's path in words, without its file: "help, support, half cost".
pub fn number_name(path: &str) -> String {
    path.split_once(": ").map_or(path, |(_, name)| name).replace('.', ", ").replace('_', " ")
}

/// The row of a typical cohort.
pub fn typical(table: &WrongPayment) -> Option<&WrongPaymentRow> {
    table.rows.iter().min_by_key(|row| row.people.abs_diff(table.typical))
}

/// A further figure of a finding, by its label.
fn figure<'a>(finding: &'a Finding, label: &str) -> Option<&'a str> {
    finding.figures.iter().find(|(name, _)| name == label).map(|(_, value)| value.as_str())
}

/// What a change to the rules costs and does: "the payer pays about £77m more; outcomes are worth about £100m more". Two digits,
/// because fixes are tried on few replications; less than a thousandth of what is paid is nothing.
pub fn side_effects(tried: &TriedFix, stress: &Stress) -> String {
    let nothing = stress.strategy_results.simulate(Role::Best).map_or(0.5, |best| 0.001 * best.payment().abs());
    let change = |value: f64| match value {
        value if value.abs() <= nothing => None,
        value => Some(format!("about {} {}", two_digits(value.abs()), if value > 0.0 { "more" } else { "less" })),
    };
    let pays = change(tried.payer_cost.mean)
        .map_or("the payer pays about the same".to_owned(), |change| format!("the payer pays {change}"));
    let worth = change(tried.value_gained.mean)
        .map_or("outcomes stay about as they are".to_owned(), |change| format!("outcomes are worth {change}"));
    let new = match tried.new_findings.as_slice() {
        [] => String::new(),
        new => format!("; but it brings {}", listed(new)),
    };
    format!("{pays}; {worth}{new}")
}

/// Pounds to two digits: "£4.5m", "£77m".
fn two_digits(value: f64) -> String {
    let step = 10f64.powf(value.max(1e-9).log10().floor() - 1.0);
    let words = pounds((value / step).round() * step);
    let figure = words.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = &words[figure.len()..];
    match figure.contains('.') {
        true => format!("{}{unit}", figure.trim_end_matches('0').trim_end_matches('.')),
        false => words,
    }
}

/// The nearest scenario that differs: "goes when “help, support, half cost” falls to £310 (stated £600); distance 0.83".
pub fn edge(reported: &Reported, stress: &Stress) -> Option<String> {
    let edge = reported.edge.as_ref()?;
    let verb = if reported.finding.present { "goes" } else { "appears" };
    if edge.moves.is_empty() {
        return Some("on the edge as stated: which side it falls on is decided by which replications it is played on".to_owned());
    }
    let told: Vec<String> =
        edge.moves.iter().take(MOST_MOVES).map(|&(at, way)| moved(&stress.uncertain_numbers[at], way)).collect();
    let more = match edge.moves.len() - told.len() {
        0 => String::new(),
        1 => " and one more number moves".to_owned(),
        n => format!(" and {n} more numbers move"),
    };
    let joined = if more.is_empty() { listed(&told.iter().map(String::as_str).collect::<Vec<_>>()) } else { told.join(", ") };
    Some(format!("{verb} when {joined}{more}; distance {:.2}", edge.distance))
}

/// More numbers than this make no sentence.
const MOST_MOVES: usize = 4;

/// "“help, support, half cost” falls to £310 (stated £600)".
fn moved(uncertain: &UncertainNumber, way: f64) -> String {
    let verb = if uncertain.at(way) < uncertain.value { "falls" } else { "rises" };
    let (there, stated) = (written(uncertain.at(way), uncertain.unit), written(uncertain.value, uncertain.unit));
    format!("“{}” {verb} to {there} (stated {stated})", number_name(&uncertain.path))
}

/// The fix in a few words, or whose fix it is too: "as for drift".
pub fn fix(reported: &Reported, stress: &Stress) -> Option<String> {
    let tried = reported.fix.as_ref()?;
    let earlier = stress.reported.iter().take_while(|other| other.finding.name != reported.finding.name);
    let same = earlier.into_iter().find(|other| other.fix.as_ref().is_some_and(|fix| fix.fix == tried.fix));
    Some(same.map_or_else(|| tried.fix.words(), |same| format!("as for {}", same.finding.name)))
}

/// What is said where no fix was found.
pub fn no_fix(reported: &Reported) -> String {
    match reported.tried_in_vain.len() {
        0 => "no change is known that would remove it".to_owned(),
        1 => "the one change tried does not remove it".to_owned(),
        n => format!("none of the {n} changes tried removes it"),
    }
}

/// Why a finding is not present: the first test that failed, with the figure that decides it.
pub fn why_not(finding: &Finding) -> Option<(&str, &str)> {
    finding.tests.iter().find(|test| !test.holds).map(|test| (test.what.as_str(), test.figure.as_str()))
}

/// What trying pays, a sentence to a fact: the next pound of help first, then by cost of help, the aim that is surely paid, and
/// over the scenarios.
pub fn trying(stress: &Stress) -> Vec<String> {
    let facts = [by_cost(stress), sure_aims(stress), over_scenarios(stress), drifting(stress)];
    next_pounds(&stress.next_pounds).into_iter().chain(facts.into_iter().flatten().map(|fact| fact.replace('_', " "))).collect()
}

/// What the next pound of each kind of help brings: "With the first pound of coaching, one more good result on job costs £5,770;
/// the contract pays £2,000 for it; it is worth £9,800 to the public."
pub fn next_pounds(helps: &[NextPound]) -> Vec<String> {
    helps.iter().map(|help| next_pound(help).replace('_', " ")).collect()
}

fn next_pound(help: &NextPound) -> String {
    let which = if help.first { "first" } else { "next" };
    let spread = |(low, high): (f64, f64), show: &dyn Fn(f64) -> String| match (show(low), show(high)) {
        (low, high) if low == high => low,
        (low, high) => format!("{low} to {high}"),
    };
    if let [outcome] = help.moves.as_slice() {
        return format!(
            "With the {which} pound of {}, one more good result on {outcome} costs {}; the contract pays {} for it; it is worth {} \
             to the public.",
            help.help,
            spread(help.costs, &pounds),
            spread(help.earns, &pounds),
            spread(help.worth, &pounds)
        );
    }
    let moves: Vec<&str> = help.moves.iter().map(String::as_str).collect();
    format!(
        "The {which} pound of {}, which moves {}, brings results that the contract pays {} for and that are worth {} to the public.",
        help.help,
        listed(&moves),
        spread(help.earns, &pence),
        spread(help.worth, &pence)
    )
}

/// Pounds and pence, for what one pound brings.
fn pence(value: f64) -> String {
    if value.abs() < 100.0 { format!("£{value:.2}") } else { pounds(value) }
}

/// Where the typical area's aims stand among the three of a [`CostPoint`].
pub const TYPICAL: usize = 1;

/// Break-even over the costs assumed.
pub fn by_cost(stress: &Stress) -> Option<String> {
    let costs = &stress.by_cost;
    let place = if stress.curves.len() > 1 { " in a typical area" } else { "" };
    let (first, last) = (costs.first()?, costs.last()?);
    let aim = |cost: &CostPoint| cost.break_even[TYPICAL];
    let ends = format!("({})", span(&first.words, &last.words));
    let paying: Vec<&CostPoint> = costs.iter().filter(|cost| aim(cost).is_some()).collect();
    let Some(dearest) = paying.last() else {
        return Some(format!("At none of the costs of help assumed {ends} does any aim pay better than spending nothing extra."));
    };
    let lowest = aim(paying[0]).unwrap_or_default();
    let highest = aim(dearest).unwrap_or_default();
    let until = paying.len();
    let in_order = costs[..until].iter().all(|cost| aim(cost).is_some());
    Some(if highest <= 0.0 && lowest <= 0.0 && until == costs.len() {
        format!("At every cost of help assumed {ends} each step up pays: no aim is too small to be worth while.")
    } else if !in_order {
        format!(
            "At {} of the {} costs of help tried {ends} no aim pays better than spending nothing extra.",
            costs.len() - until,
            costs.len()
        )
    } else {
        let never = costs.get(until).map_or(String::new(), |never| format!("; at {} and above no aim pays", never.words));
        let at_dearest = match costs.get(until) {
            Some(_) => format!("at {}", dearest.words),
            None => format!("where it costs most ({})", last.words),
        };
        match (lowest <= 0.0, until > 1) {
            (true, true) if highest <= 0.0 => {
                format!("Any step up pays as long as help costs no more than {}{never}.", dearest.words)
            }
            (true, true) => format!(
                "Any step up pays where help costs least ({}); {at_dearest} the aim must be {}{never}.",
                first.words,
                points(highest)
            ),
            (true, false) => format!("Any step up pays where help costs least ({}){never}.", first.words),
            (false, further) => {
                let further = if further { format!(" and {} {at_dearest}", points(highest)) } else { String::new() };
                format!(
                    "To do better than by spending nothing extra, a provider{place} must aim for {} where help costs least \
                     ({}){further}{never}.",
                    points(lowest),
                    first.words
                )
            }
        }
    })
}

/// "support £250 to £1,500"; in full where there are several kinds of help.
fn span(first: &str, last: &str) -> String {
    match (first.split_once(" £"), last.split_once(" £")) {
        (Some((name, _)), Some((other, cost))) if name == other && !first.contains(", ") => format!("{first} to £{cost}"),
        _ => format!("{first} to {last}"),
    }
}

/// People in one cohort of a curve's area.
pub fn cohort_size(curve: &Curve, stress: &Stress) -> f64 {
    curve.people / stress.strategy_results.cohorts.max(1) as f64
}

/// The words for the areas of the curves, smallest first.
pub fn area_words(curves: usize) -> &'static [&'static str] {
    match curves {
        0 | 1 => &["the area"],
        2 => &["the smallest area", "the largest"],
        _ => &["the smallest area", "a typical one", "the largest"],
    }
}

fn sure_aims(stress: &Stress) -> Option<String> {
    // Where each result is paid for by itself, none is refused.
    stress.strategy_results.wrong_payment.as_ref()?;
    let names = area_words(stress.curves.len());
    let each: Vec<String> = stress
        .curves
        .iter()
        .zip(&stress.sure_aims)
        .zip(names)
        .map(|((curve, aim), name)| {
            let aim = aim.map_or("no change up to 30 points is enough".to_owned(), points);
            let size = count(cohort_size(curve, stress));
            if stress.curves.len() > 1 {
                format!("{aim} in {name} ({size} people a cohort)")
            } else {
                format!("{aim} ({size} people a cohort)")
            }
        })
        .collect();
    let each: Vec<&str> = each.iter().map(String::as_str).collect();
    (!each.is_empty()).then(|| format!("To be rewarded in 3 cohorts of 4 takes a real change of {}.", listed(&each)))
}

fn over_scenarios(stress: &Stress) -> Option<String> {
    let range = stress.break_even.as_ref().filter(|_| stress.scenarios > 0)?;
    let paying = 1.0 - range.never;
    let never = scenarios(range.never, stress);
    if paying * (stress.scenarios as f64) < 0.5 {
        return Some(format!("In none of {} scenarios does any aim pay better than spending nothing extra.", stress.scenarios));
    }
    let pays = match (range.middle, range.high) {
        (_, high) if high <= 0.0 => "every step up pays".to_owned(),
        (middle, high) if middle <= 0.0 => {
            format!("mostly any step up pays, and an aim of {} nearly always does", points(high))
        }
        (middle, high) => {
            format!(
                "the aim must be {} ({} to {} in 9 scenarios of 10)",
                points(middle),
                point_figure(range.low),
                point_figure(high)
            )
        }
    };
    Some(match range.never * (stress.scenarios as f64) < 0.5 {
        true => format!("Over all {} scenarios: {pays}.", stress.scenarios),
        false => format!("In {never} scenarios no aim within reach pays; in the others, {pays}."),
    })
}

/// Whether spending less than today pays, where anything is spent today.
fn drifting(stress: &Stress) -> Option<String> {
    let curve = typical_curve(stress)?;
    let spends_today = curve.points.first().is_some_and(|point| point.aim < -1e-6);
    let range = stress.break_even.as_ref().filter(|_| spends_today && stress.scenarios > 0)?;
    Some(format!(
        "Spending nothing at all pays better than spending as today in {} scenarios.",
        scenarios(range.drifting_pays, stress)
    ))
}

/// The curve of the area of typical size.
pub fn typical_curve(stress: &Stress) -> Option<&Curve> {
    stress.curves.get(stress.curves.len() / 2)
}
