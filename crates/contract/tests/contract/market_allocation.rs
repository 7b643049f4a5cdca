//! Laws of allocation, on random markets that are written as text and read as a user's would be.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base::SchemeFiles;
use base::day::{Day, day, parse};
use base::money::{Quantity, WHOLE};
use base::problem::Severity;
use base::ratio::Ratio;
use contract::market::allocate::{Allocation, PlacementReason, Referral, WaitingReason, allocate};
use contract::market::rules::{Licence, Market};
use contract::market::shares::shares;
use contract::market::standing::{AdjustedResult, MarketStanding};

use crate::{Draws, head, opened, rounds};

const CLAUSES: &str = "[outcome.job]\nmeasure = \"jobs\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\n\
                       baseline = \"30 %\"\n[pay.job]\nclause = \"outcome payment\"\noutcome = \"job\"\nprice = \"£1\"\n";

/// A scheme of one area with a market beside it.
pub(crate) fn files(market: &str, providers: &str) -> SchemeFiles {
    let scheme = head(1, &["a", "b"], "nearest penny, half up") + CLAUSES;
    opened(&[("scheme.toml", &scheme), ("market.toml", market), ("providers.csv", providers)])
}

fn sound(market: &str, providers: &str) -> Market {
    let files = files(market, providers);
    let checked = contract::check(&files);
    let errors = checked.problems.iter().filter(|problem| problem.severity == Severity::Error);
    let said: String = errors.map(|problem| problem.render("", &files.sources)).collect();
    checked.market.unwrap_or_else(|| panic!("the market has errors\n{said}\n{market}\n{providers}"))
}

/// One provider of a random market.
#[derive(Clone, Debug)]
struct Listed {
    capacity: Option<i64>,
    suspended: bool,
    result: Option<AdjustedResult>,
}

/// A random market: its file without the table, and its providers.
#[derive(Clone, Debug)]
struct Drawn {
    file: String,
    by: &'static str,
    fallback: &'static str,
    cap: Option<i64>,
    cover: i64,
    providers: Vec<Listed>,
}

fn result(draws: &mut Draws) -> Option<AdjustedResult> {
    (draws.below(5) > 0).then(|| AdjustedResult {
        people: draws.of(&[20, 99, 100, 400]),
        result: Quantity::whole(draws.below(60)),
        expected: Quantity(WHOLE * (1 + draws.below(50)) + draws.below(1_000) * 1_000_000),
    })
}

fn drawn(draws: &mut Draws) -> Drawn {
    let many = 2 + draws.below(7);
    let by = draws.of(&["user choice", "rota", "performance", "capacity"]);
    let fallback = if by == "user choice" { draws.of(&["rota", "performance", "capacity", "waiting list"]) } else { "" };
    let cap = (draws.below(2) == 0).then(|| (100 + many - 1) / many + draws.below(40)).filter(|cap| *cap <= 100);
    let cover = draws.of(&[0, 0, 25]);
    let mut file =
        format!("market = \"M\"\n[lot.all]\n[award]\nkind = \"licence\"\n[allocation]\nby = \"{by}\"\nperiod = \"3 months\"\n");
    if !fallback.is_empty() {
        let _ = writeln!(file, "fallback = \"{fallback}\"");
    }
    if [by, fallback].contains(&"performance") {
        let (power, entrant) = (draws.of(&["0", "0.5", "1", "1.5", "4"]), draws.of(&["equal share", "5%", "60%"]));
        let _ = writeln!(file, "power = {power}\nleast_people = 100\nnew_entrant = \"{entrant}\"");
    }
    if let Some(cap) = cap {
        let _ = writeln!(file, "share_cap = \"{cap}%\"");
    }
    let _ = writeln!(file, "[exit]\nstep_in_cover = \"{cover}%\"");
    let needs = [by, fallback].contains(&"capacity");
    let limited = needs || draws.below(2) == 0;
    let providers = (0..many)
        .map(|_| Listed { capacity: limited.then(|| 1 + draws.below(60)), suspended: draws.below(8) == 0, result: result(draws) })
        .collect();
    Drawn { file, by, fallback, cap, cover, providers }
}

/// The table of providers in some order.
fn table(providers: &[Listed], order: &[usize]) -> String {
    let mut out = "provider,lot,capacity,suspended\n".to_owned();
    for &at in order {
        let one = &providers[at];
        let capacity = one.capacity.map_or(String::new(), |capacity| capacity.to_string());
        let _ = writeln!(out, "p{at},all,{capacity},{}", if one.suspended { "2020-02-01" } else { "" });
    }
    out
}

/// Results in the order of the market's own list of providers.
fn results(market: &Market, providers: &[Listed]) -> Vec<Option<AdjustedResult>> {
    market.providers.iter().map(|provider| providers[number(&provider.id)].result).collect()
}

fn number(id: &str) -> usize {
    id[1..].parse().expect("a number")
}

/// Random people: the day, choices by number of the provider, and the key.
fn people(draws: &mut Draws, providers: usize, many: usize) -> Vec<(Day, Vec<usize>, u64)> {
    let first = parse(b"2020-01-01").expect("a day");
    (0..many)
        .map(|at| {
            let choices = (0..draws.below(4)).map(|_| draws.below(providers as i64) as usize).collect();
            (first + (at * 80 / many) as Day, choices, (draws.below(1 << 31) as u64) << 32 | draws.below(1 << 31) as u64)
        })
        .collect()
}

/// What becomes of people one after the other, by the number of the provider.
fn played(
    market: &Market,
    drawn: &Drawn,
    people: &[(Day, Vec<usize>, u64)],
) -> Vec<Result<(usize, PlacementReason), WaitingReason>> {
    let mut standing = MarketStanding::new(market, &results(market, &drawn.providers));
    let mut out = Vec::new();
    for (day, choices, key) in people {
        let choices: Vec<usize> = choices.iter().filter_map(|at| market.provider(&format!("p{at}"))).collect();
        let referral = Referral { area: 0, segment: 1, day: *day, choices: &choices, key: *key };
        out.push(match allocate(market, &standing, &referral) {
            Allocation::Placed(placement) => {
                standing.record(market, *day, &placement);
                Ok((number(&market.providers[placement.provider].id), placement.reason))
            }
            Allocation::Waiting(_, why) => Err(why),
        });
    }
    out
}

#[test]
fn the_order_of_providers_in_the_file_changes_nothing() {
    let mut draws = Draws(11);
    for _ in 0..rounds(150) {
        let drawn = drawn(&mut draws);
        let people = people(&mut draws, drawn.providers.len(), 120);
        let order: Vec<usize> = (0..drawn.providers.len()).collect();
        let mut mixed = order.clone();
        for at in (1..mixed.len()).rev() {
            mixed.swap(at, draws.below(at as i64 + 1) as usize);
        }
        let plain = |order: &[usize]| {
            let market = sound(&drawn.file, &table(&drawn.providers, order));
            // The provider of a cap is named by its position, so only the kind of reason is compared.
            let kind = |why: WaitingReason| std::mem::discriminant(&why);
            played(&market, &drawn, &people).into_iter().map(|found| found.map_err(kind)).collect::<Vec<_>>()
        };
        assert_eq!(plain(&order), plain(&mixed), "{drawn:?}");
    }
}

/// Written out by hand from the rules: who has room, by counts of our own.
#[test]
fn limits_hold_choices_are_honoured_and_nobody_waits_without_need() {
    let mut draws = Draws(12);
    let (mut chosen, mut waited, mut at_cap) = (0, 0, 0);
    for _ in 0..rounds(400) {
        let drawn = drawn(&mut draws);
        let people = people(&mut draws, drawn.providers.len(), 150);
        let order: Vec<usize> = (0..drawn.providers.len()).collect();
        let market = sound(&drawn.file, &table(&drawn.providers, &order));
        let found = played(&market, &drawn, &people);
        let (mut counts, mut all) = (vec![0i64; drawn.providers.len()], 0i64);
        let from = parse(b"2020-02-01").expect("a day");
        for ((day, choices, _), found) in people.iter().zip(found) {
            let suspended = |at: usize| drawn.providers[at].suspended && *day >= from;
            let steps_in = drawn.cover > 0 && (0..counts.len()).any(suspended);
            let has_capacity = |at: usize| {
                let free = if steps_in { 0 } else { drawn.cover };
                !suspended(at) && drawn.providers[at].capacity.is_none_or(|capacity| counts[at] < capacity * (100 - free) / 100)
            };
            let below_cap = |at: usize| drawn.cap.is_none_or(|cap| counts[at] < (cap * (all + 1) + 99) / 100);
            let room = |at: usize| has_capacity(at) && below_cap(at);
            let first = choices.iter().position(|&at| room(at));
            match found {
                Ok((at, reason)) => {
                    assert!(room(at), "{at} of {counts:?} takes one more: {drawn:?}");
                    if drawn.by == "user choice"
                        && let Some(first) = first
                    {
                        assert_eq!((at, reason), (choices[first], PlacementReason::Chosen(first)), "{drawn:?}");
                        chosen += 1;
                    } else {
                        assert!(!matches!(reason, PlacementReason::Chosen(_)), "{drawn:?}");
                    }
                    counts[at] += 1;
                    all += 1;
                }
                Err(why) => {
                    let expected = match why {
                        WaitingReason::NotChosen => drawn.fallback == "waiting list" && choices.is_empty(),
                        WaitingReason::ChoicesFull => drawn.fallback == "waiting list" && first.is_none() && !choices.is_empty(),
                        WaitingReason::AllFull => !(0..counts.len()).any(has_capacity),
                        WaitingReason::ShareCap(by) => {
                            at_cap += 1;
                            has_capacity(number(&market.providers[by].id)) && !(0..counts.len()).any(room)
                        }
                        WaitingReason::NobodyLicensed => (0..counts.len()).all(suspended),
                        WaitingReason::NoLot => false,
                    };
                    // A provider whose result is nothing has no share, whoever else is full.
                    assert!(expected, "{why:?}, {counts:?}: {drawn:?}");
                    waited += 1;
                }
            }
        }
    }
    assert!(chosen > 1_000 && waited > 1_000 && at_cap > 10, "{chosen} {waited} {at_cap}");
}

/// Whoever is divided, by a rota or by shares of any size, never is a whole person above or below what it should have.
#[test]
fn numbers_never_drift_by_a_person_from_the_shares() {
    let mut draws = Draws(13);
    let (mut largest, mut markets) = (0.0f64, 0);
    while markets < rounds(300) {
        let mut drawn = drawn(&mut draws);
        if drawn.by == "user choice" || drawn.cap.is_some() {
            continue;
        }
        markets += 1;
        // Shares of very different size are where a plain rule drifts.
        for provider in &mut drawn.providers {
            provider.suspended = false;
            provider.capacity = Some(draws.of(&[3, 9, 30, 90, 300, 900]) * 100_000 * (1 + draws.below(3)));
            if let Some(result) = &mut provider.result {
                result.people = 100;
            }
        }
        let order: Vec<usize> = (0..drawn.providers.len()).collect();
        let market = sound(&drawn.file, &table(&drawn.providers, &order));
        let people = people(&mut draws, drawn.providers.len(), 400);
        let standing = MarketStanding::new(&market, &results(&market, &drawn.providers));
        let intended: BTreeMap<usize, Ratio> = shares(&market, &standing, 0, people[0].0).into_iter().collect();
        let mut counts = vec![0i64; drawn.providers.len()];
        for (placed, found) in played(&market, &drawn, &people).into_iter().enumerate() {
            counts[found.expect("a provider").0] += 1;
            for (at, count) in counts.iter().enumerate() {
                let share = &intended[&market.provider(&format!("p{at}")).expect("a provider")];
                let apart = share.times(placed as i128 + 1, 1).minus(&Ratio::whole(*count));
                let (above, below) = (apart.minus(&Ratio::whole(1)).sign(), apart.plus(&Ratio::whole(1)).sign());
                assert!(above.is_lt() && below.is_gt(), "{at} has {count} of {}: {drawn:?}", placed + 1);
                largest = largest.max(apart.as_f64().abs());
            }
        }
    }
    assert!(largest > 0.9, "the cases are too easy: {largest}");
}

#[test]
fn shares_sum_to_one_are_equal_for_equals_and_follow_results() {
    let mut draws = Draws(14);
    let day = parse(b"2020-01-01").expect("a day");
    let one = Ratio::whole(1);
    for _ in 0..rounds(400) {
        let mut drawn = drawn(&mut draws);
        drawn.providers.iter_mut().for_each(|provider| provider.suspended = false);
        let order: Vec<usize> = (0..drawn.providers.len()).collect();
        let market = sound(&drawn.file, &table(&drawn.providers, &order));
        let mut results = results(&market, &drawn.providers);
        let of = |results: &[Option<AdjustedResult>]| -> Vec<Ratio> {
            shares(&market, &MarketStanding::new(&market, results), 0, day).into_iter().map(|(_, share)| share).collect()
        };
        let before = of(&results);
        if drawn.fallback == "waiting list" {
            assert!(before.is_empty());
            continue;
        }
        assert_eq!(before.iter().fold(Ratio::whole(0), |sum, share| sum.plus(share)), one, "{drawn:?}");
        // A better result never lowers a share.
        let at = draws.below(results.len() as i64) as usize;
        if let Some(result) = &mut results[at] {
            result.result = Quantity(result.result.0 + draws.below(20) * WHOLE / 10);
            assert!(of(&results)[at] >= before[at], "{at}: {drawn:?}");
        }
        // Alike in all that counts, alike in share.
        if [drawn.by, drawn.fallback].contains(&"performance") {
            let (tenth, ones) = (draws.below(300), draws.below(2));
            let same = |scale: i64| AdjustedResult {
                people: 100 + scale,
                result: Quantity(tenth * scale * WHOLE / 10 * ones),
                expected: Quantity(20 * scale * WHOLE),
            };
            let equal: Vec<Option<AdjustedResult>> = (0..results.len()).map(|at| Some(same(at as i64 + 1))).collect();
            let expected = Ratio::new(1, results.len() as i128);
            assert!(of(&equal).iter().all(|share| *share == expected), "{drawn:?}");
        }
    }
}

/// q^r / Σ q^r, as the formula has it.
#[test]
fn shares_are_those_of_the_formula() {
    let file = |power: &str, entrant: &str| {
        format!(
            "market = \"M\"\n[lot.all]\n[award]\nkind = \"licence\"\n[allocation]\nby = \"performance\"\nperiod = \"1 month\"\n\
             power = {power}\nleast_people = 100\nnew_entrant = \"{entrant}\"\n"
        )
    };
    let providers = "provider,lot\na,all\nb,all\nc,all\nd,all\n";
    let result = |people: i64, result: i64| {
        Some(AdjustedResult { people, result: Quantity::whole(result), expected: Quantity::whole(40) })
    };
    let results = [result(100, 20), result(500, 40), result(100, 60), result(99, 1)];
    let day = parse(b"2020-01-01").expect("a day");
    for (power, entrant, new) in [("0.5", "equal share", 0.25), ("1", "10%", 0.1), ("2", "90%", 0.25), ("3.5", "1%", 0.01)] {
        let market = sound(&file(power, entrant), providers);
        let found = shares(&market, &MarketStanding::new(&market, &results), 0, day);
        let power: f64 = power.parse().expect("a number");
        let worth = [0.5f64, 1.0, 1.5].map(|ratio| ratio.powf(power));
        let sum: f64 = worth.iter().sum();
        for (at, worth) in worth.into_iter().enumerate() {
            let expected = (1.0 - new) * worth / sum;
            assert!((found[at].1.as_f64() - expected).abs() < 1e-8, "{power}: {at} has {}", found[at].1.as_f64());
        }
        assert!((found[3].1.as_f64() - new).abs() < 1e-12, "{power}: the new entrant has {}", found[3].1.as_f64());
    }
}

/// A provider that comes in later, or comes back, gets its share from then on, and nothing of what was before.
#[test]
fn whoever_comes_in_later_does_not_get_everybody() {
    let file = "market = \"M\"\n[lot.all]\n[award]\nkind = \"licence\"\n[allocation]\nby = \"rota\"\nperiod = \"1 year\"\n";
    let providers = "provider,lot,licensed_from,suspended,resumed\na,all,,,\nb,all,,2020-02-01,2020-05-01\nc,all,2020-04-01,,\n";
    let market = sound(file, providers);
    let mut standing = MarketStanding::new(&market, &[]);
    let mut by_month: BTreeMap<(i8, usize), u32> = BTreeMap::new();
    for at in 0..366 * 4 {
        let on = base::day::date(day(jiff::civil::Date::constant(2020, 1, 1)) + at / 4);
        let referral =
            Referral { area: 0, segment: 0, day: day(on), choices: &[], key: (at as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) };
        let Allocation::Placed(placement) = allocate(&market, &standing, &referral) else { panic!("nobody has room on {on}") };
        standing.record(&market, day(on), &placement);
        *by_month.entry((on.month(), placement.provider)).or_default() += 1;
    }
    for (month, days) in [(1, 31), (2, 29), (3, 31), (4, 30), (5, 31), (6, 30), (12, 31)] {
        let taking: Vec<usize> = (0..3).filter(|at| !(*at == 1 && (2..5).contains(&month) || *at == 2 && month < 4)).collect();
        for at in 0..3 {
            let found = by_month.get(&(month, at)).copied().unwrap_or_default();
            let share = if taking.contains(&at) { 4 * days / taking.len() as u32 } else { 0 };
            assert!(found.abs_diff(share) <= 2, "{found} people in month {month} with provider {at}, which should have {share}");
        }
    }
}

/// What limits shares binds: the capped provider gets the cap, and the others share the rest as before.
#[test]
fn a_cap_moves_people_to_the_others_by_their_shares() {
    let file = "market = \"M\"\n[lot.all]\n[award]\nkind = \"licence\"\n[allocation]\nby = \"capacity\"\nperiod = \"1 year\"\n\
                share_cap = \"40%\"\n";
    let market = sound(file, "provider,lot,capacity\na,all,600000\nb,all,300000\nc,all,150000\nd,all,50000\n");
    let mut standing = MarketStanding::new(&market, &[]);
    let day = parse(b"2020-01-01").expect("a day");
    let mut others = [0u32; 3];
    for placed in 1..=1_000u32 {
        let key = u64::from(placed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let referral = Referral { area: 0, segment: 0, day, choices: &[], key };
        let Allocation::Placed(placement) = allocate(&market, &standing, &referral) else { panic!("nobody has room") };
        assert!(placement.provider == 0 || placement.instead_of.is_none_or(|other| other == 0), "only the first is at the cap");
        standing.record(&market, day, &placement);
        let capped = standing.placed(0, 0);
        assert!(capped.abs_diff((2 * placed).div_ceil(5)) <= 1, "{capped} of {placed}");
        others = [1, 2, 3].map(|at| standing.placed(0, at));
    }
    assert!(others.iter().zip([360, 180, 60]).all(|(found, share)| found.abs_diff(share) <= 1), "{others:?}");
}

/// Ties are for the key to decide: over many keys each of those that are alike is first about as often.
#[test]
fn ties_fall_to_each_about_as_often() {
    let file = "market = \"M\"\n[lot.all]\n[award]\nkind = \"licence\"\n[allocation]\nby = \"rota\"\nperiod = \"1 year\"\n";
    let market = sound(file, "provider,lot\na,all\nb,all\nc,all\nd,all\n");
    let standing = MarketStanding::new(&market, &[]);
    let mut counts = [0u32; 4];
    for key in 0..40_000u64 {
        let referral = Referral { area: 0, segment: 0, day: parse(b"2020-01-01").expect("a day"), choices: &[], key };
        if let Allocation::Placed(placement) = allocate(&market, &standing, &referral) {
            counts[placement.provider] += 1;
        }
    }
    // Four standard errors of a quarter of 40,000.
    assert!(counts.iter().all(|count| count.abs_diff(10_000) < 350), "{counts:?}");
}

#[test]
fn a_person_of_no_lot_waits_and_periods_follow_the_contract() {
    let file = "market = \"M\"\n[lot.a]\nsegments = [\"a\"]\n[award]\nkind = \"licence\"\n[allocation]\nby = \"rota\"\n\
                period = \"3 months\"\n";
    let market = sound(file, "provider,lot\np,a\n");
    let day = parse(b"2020-01-01").expect("a day");
    let referral = |segment: usize| Referral { area: 0, segment, day, choices: &[], key: 1 };
    let standing = MarketStanding::new(&market, &[]);
    assert_eq!(allocate(&market, &standing, &referral(1)), Allocation::Waiting(None, WaitingReason::NoLot));
    let Allocation::Placed(placement) = allocate(&market, &standing, &referral(0)) else { panic!("nobody has room") };
    assert_eq!(placement.reason, PlacementReason::OnlyOneWithRoom);
    let on = |year, month, day| jiff::civil::Date::constant(year, month, day);
    let periods = [on(2020, 1, 1), on(2020, 3, 31), on(2020, 4, 1), on(2021, 1, 1), on(2019, 12, 31)];
    assert_eq!(periods.map(|date| market.period_of(date)), [0, 0, 1, 4, -1]);
    assert_eq!(market.period_starts(4), on(2021, 1, 1));
    let licence: &Licence = &market.lots[0].licences[0];
    assert!(licence.is_open(day) && !licence.is_suspended(day));
}
