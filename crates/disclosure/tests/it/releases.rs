//! Releases one after the other, and what their differences would give away.

use disclosure::attack::{PublicKnowledge, attack};
use disclosure::audit::ReleaseOutcome;
use disclosure::nested::{NestedPopulations, PopulationVersions};
use disclosure::primary::PossibleRange;
use disclosure::published::PublishedNumber;
use disclosure::register::{AlikeMeasures, DisclosureException, PastCell, ReleaseRegister, ReleaseRequest};
use disclosure::register_lines;
use disclosure::release::{ApprovedRelease, RefusedRelease, release};
use disclosure::rules::DisclosurePolicy;
use disclosure::secondary::SearchLimits;
use disclosure::system::{CellId, LinearSystem};
use disclosure::table::{CellMeasure, Dimension, StatisticalCell, StatisticalTable};
use disclosure::words::CellShown;

use crate::oracle::{Draws, counts, dimension, interval, mixed};

fn request(name: &str, tables: Vec<StatisticalTable>, nested: &[(&str, &str)]) -> ReleaseRequest {
    let pair = |(inner, outer): &(&str, &str)| NestedPopulations { inner: (*inner).into(), outer: (*outer).into() };
    ReleaseRequest {
        name: name.into(),
        actor: "an analyst".into(),
        day: 20_000,
        asked: "people by area".into(),
        tables,
        numbers: Vec::new(),
        keep: Vec::new(),
        exceptions: Vec::new(),
        nested: nested.iter().map(pair).collect(),
        sums: Vec::new(),
        within: Vec::new(),
        alike: Vec::new(),
        versions: Vec::new(),
    }
}

fn publish(register: &mut ReleaseRegister, request: &ReleaseRequest) -> Result<ApprovedRelease, Box<RefusedRelease>> {
    let found = release(register, &DisclosurePolicy::default(), &SearchLimits::default(), request)?;
    register.releases.push(found.entry.clone());
    Ok(found)
}

fn hidden(cells: &[CellShown]) -> Vec<usize> {
    (0..cells.len()).filter(|at| !matches!(cells[*at], CellShown::Value(_))).collect()
}

/// 100 people in June and 103 in September: the table of September alone is safe, but its total less that of June is 3 people.
#[test]
fn two_dates_that_differ_by_three_people_are_not_both_published_in_full() {
    let mut register = ReleaseRegister::default();
    let june = request("June", vec![counts("June", vec![dimension("a", 2)], &[40, 60])], &[]);
    assert!(hidden(&publish(&mut register, &june).expect("safe").tables[0]).is_empty());
    let september = request("September", vec![counts("September", vec![dimension("a", 2)], &[43, 60])], &[("June", "September")]);
    let found = publish(&mut register, &september).expect("safe with cells hidden");
    // The cell with 3 people more and the total with 3 people more.
    assert_eq!(hidden(&found.tables[0]), [0, 2]);
    assert!(found.entry.audit.differences == 2, "{:?}", found.entry.audit);
    assert!(found.entry.audit.hits.is_empty());
    // Without being told that one is within the other, nobody could know.
    let alone = release(&ReleaseRegister::default(), &DisclosurePolicy::default(), &SearchLimits::default(), &september);
    assert!(hidden(&alone.expect("safe").tables[0]).is_empty());
}

/// Total of all 500, then of all without a subgroup 494: the subgroup has 6 people.
#[test]
fn with_and_without_a_subgroup() {
    let mut register = ReleaseRegister::default();
    publish(&mut register, &request("all", vec![counts("all", vec![], &[500])], &[])).expect("safe");
    let without = request("without", vec![counts("all but 6", vec![], &[494])], &[("all but 6", "all")]);
    assert_eq!(publish(&mut register, &without).expect("hidden").tables[0], [CellShown::ToProtect]);
    // The complement published at once: both totals of one request.
    let mut register = ReleaseRegister::default();
    let both = vec![counts("all", vec![], &[500]), counts("all but 6", vec![], &[494])];
    let found = publish(&mut register, &request("both", both, &[("all but 6", "all")])).expect("hidden");
    let shown: usize = found.tables.iter().flatten().filter(|cell| matches!(cell, CellShown::Value(_))).count();
    assert_eq!(shown, 1);
}

/// A cell hidden in one release and a finer table later: the later one may not give it away.
#[test]
fn a_later_table_does_not_give_an_earlier_cell_away() {
    let mut register = ReleaseRegister::default();
    let first = request("by area", vec![counts("all", vec![dimension("a", 3)], &[4, 50, 60])], &[]);
    let found = publish(&mut register, &first).expect("safe");
    assert_eq!(hidden(&found.tables[0]), [0, 1]);
    assert_eq!(found.tables[0][0], CellShown::FewerThan(10));
    // The total of each area again, by sex: areas 1 and 2 hidden before, so one sum of parts may not show them.
    let second =
        request("by area and sex", vec![counts("all", vec![dimension("a", 3), dimension("s", 2)], &[2, 2, 30, 20, 25, 35])], &[]);
    let found = publish(&mut register, &second).expect("safe");
    let shown = hidden(&found.tables[0]);
    assert!(shown.contains(&2) && shown.contains(&5), "{shown:?}");
    // Both releases together, attacked from outside.
    attack_all(&register);
}

fn versions(later: &str, earlier: &[&str]) -> Vec<PopulationVersions> {
    earlier.iter().map(|earlier| PopulationVersions { earlier: (*earlier).into(), later: later.into() }).collect()
}

/// Nobody says who is within whom: in the first area 3 people left, and in the second 4 joined.
#[test]
fn versions_that_differ_by_few_people_either_way_are_not_both_published() {
    let mut register = ReleaseRegister::default();
    publish(&mut register, &request("June", vec![counts("June", vec![dimension("a", 3)], &[43, 60, 30])], &[])).expect("safe");
    let mut july = request("July", vec![counts("July", vec![dimension("a", 3)], &[40, 64, 30])], &[]);
    july.versions = versions("July", &["June"]);
    let found = publish(&mut register, &july).expect("safe with cells hidden");
    // The third area is as it was, and the total has 1 more.
    assert_eq!(hidden(&found.tables[0]), [0, 1, 3]);
    assert_eq!(found.entry.audit.differences, 3);
    // Twenty more in each.
    let mut august = request("August", vec![counts("August", vec![dimension("a", 3)], &[63, 84, 50])], &[]);
    august.versions = versions("August", &["June", "July"]);
    assert!(hidden(&publish(&mut register, &august).expect("safe").tables[0]).is_empty());
    assert!(attacked_versions(&register).narrowest >= 4.0);
    assert_eq!(register_lines::read(&register_lines::write(&register)).expect("a register"), register);
}

/// Three people are excepted from the second outcome. The first has the same window, so the same people are not yet known: what is known
/// of the first less what is known of the second is three.
#[test]
fn exceptions_do_not_follow_from_another_outcome_of_the_same_people() {
    let states =
        |names: &[&str]| Dimension { name: "state".into(), categories: names.iter().map(|name| (*name).into()).collect() };
    let table = |measure: &str, names: &[&str], numbers: &[i64]| {
        let cells: Vec<StatisticalCell> = numbers.iter().map(|number| StatisticalCell::count(*number)).collect();
        StatisticalTable::from_inner("all", measure, CellMeasure::Count, vec![states(names)], &cells).expect("a table")
    };
    let jobs = table("jobs", &["known", "not yet known", "left out"], &[400, 60, 40]);
    let homes = table("homes", &["known", "not yet known", "left out", "excepted"], &[397, 60, 40, 3]);
    let started = |table: &StatisticalTable| CellId::of(table, table.cells.len() - 1);
    let asked = |name: &str, tables: &[&StatisticalTable], with_alike: bool| {
        let mut request = request(name, tables.iter().map(|table| (*table).clone()).collect(), &[]);
        // Everybody who started is in both.
        if let [one, other] = tables {
            request.sums.push((started(one), vec![started(other)]));
        }
        if with_alike {
            request.alike.push(AlikeMeasures {
                measures: vec!["jobs".into(), "homes".into()],
                dimension: "state".into(),
                categories: vec!["not yet known".into(), "left out".into()],
            });
        }
        request
    };
    let limits = SearchLimits::default();
    // What a reader finds who puts one number in the place of the other.
    let reader = |register: &ReleaseRegister| {
        let all = asked("", &[&jobs, &homes], true);
        let together = LinearSystem::of(&all.tables).expect("a system");
        let mut system = together.clone();
        system.add_equation(&started(&jobs), &[started(&homes)]).expect("as many");
        for at in [1, 2] {
            system.add_equation(&CellId::of(&jobs, at), &[CellId::of(&homes, at)]).expect("as many");
        }
        let told = |id: &CellId| {
            let cells = register.releases.iter().flat_map(|release| &release.cells).filter(|cell| cell.id == *id);
            cells.map(|cell| cell.known).reduce(|one, other| PossibleRange {
                low: one.low.max(other.low),
                high: [one.high, other.high].into_iter().flatten().min(),
            })
        };
        let any = PossibleRange { low: 0, high: None };
        let known = system.cells.iter().map(|cell| told(&cell.id).unwrap_or(any)).collect();
        let knowledge = PublicKnowledge { ranges: known, numbers: Vec::new() };
        let excepted = system.position(&CellId::of(&homes, 3)).expect("a cell");
        let range = attack(&system, &knowledge, &[excepted])[0].range;
        range.high.map_or(i64::MAX, |high| high - range.low)
    };
    let both = |with_alike: bool| {
        let mut register = ReleaseRegister::default();
        let found = release(&register, &DisclosurePolicy::default(), &limits, &asked("both", &[&jobs, &homes], with_alike));
        register.releases.push(found.expect("safe").entry);
        reader(&register)
    };
    let one_after_the_other = |with_alike: bool| {
        let mut register = ReleaseRegister::default();
        for table in [&jobs, &homes] {
            let mut asked = asked(&table.measure, &[table], with_alike);
            if !register.releases.is_empty() {
                asked.sums.push((started(&homes), vec![started(&jobs)]));
                asked.tables.push(jobs.clone());
            }
            let found = release(&register, &DisclosurePolicy::default(), &limits, &asked).expect("safe");
            register.releases.push(found.entry);
        }
        reader(&register)
    };
    for found in [both(true), one_after_the_other(true)] {
        assert!(found >= 4, "{found:?}");
    }
    for found in [both(false), one_after_the_other(false)] {
        assert!(found < 4, "{found:?}");
    }
}

/// A release each month for three years, in which few people join or leave.
#[test]
fn monthly_releases_of_three_years_can_be_checked_together() {
    let (mut shown, mut all, mut tried) = (0, 0, 0);
    let mut narrowest = f64::INFINITY;
    for seed in 0..3 {
        let (mut register, mut draws) = (ReleaseRegister::default(), Draws::new(77 + seed));
        let mut values: Vec<i64> = (0..12).map(|_| draws.between(0, 60)).collect();
        for month in 0..36 {
            values.iter_mut().for_each(|value| *value = (*value + draws.between(if seed == 0 { 0 } else { -3 }, 5)).max(0));
            let name = format!("month {month}");
            let mut next = request(&name, vec![counts(&name, vec![dimension("a", 4), dimension("b", 3)], &values)], &[]);
            let earlier: Vec<String> = (0..month).map(|month| format!("month {month}")).collect();
            next.versions = versions(&name, &earlier.iter().map(String::as_str).collect::<Vec<_>>());
            let found = publish(&mut register, &next).expect("safe");
            all += found.tables[0].len();
            shown += found.tables[0].iter().filter(|cell| matches!(cell, CellShown::Value(_))).count();
        }
        let attacked = attacked_versions(&register);
        tried += attacked.differences;
        narrowest = narrowest.min(attacked.narrowest);
    }
    println!(
        "3 times 36 monthly releases: {shown} of {all} numbers are shown; of {tried} small differences the narrowest is known to within \
         {narrowest}"
    );
    assert!(shown * 6 > all && tried > 1_000, "{shown} of {all}, {tried}");
    // The range that the policy asks for is 5, and ends count.
    assert!(narrowest >= 4.0, "{narrowest}");
}

/// What an attacker finds who looks at each version by itself and then subtracts.
struct AttackedVersions {
    /// Small differences between two versions.
    differences: usize,
    /// The narrowest range that one of them is known to be within.
    narrowest: f64,
}

fn attacked_versions(register: &ReleaseRegister) -> AttackedVersions {
    let mut found: Vec<Vec<(PastCell, (f64, f64))>> = Vec::new();
    for release in &register.releases {
        let cells: std::collections::BTreeMap<CellId, PastCell> =
            release.cells.iter().map(|cell| (cell.id.clone(), cell.clone())).collect();
        let of = |cell: &PastCell| disclosure::system::SystemCell {
            id: cell.id.clone(),
            of: cell.of,
            cell: disclosure::table::StatisticalCell::count(cell.value),
            is_total: false,
            is_difference: false,
        };
        let mut system = LinearSystem { cells: cells.values().map(of).collect(), equations: Vec::new() };
        release.sums.iter().for_each(|(total, parts)| system.add_equation(total, parts).expect("it adds up"));
        let known = PublicKnowledge { ranges: cells.values().map(|cell| cell.known).collect(), numbers: Vec::new() };
        let ranges = cells.values().enumerate().map(|(at, cell)| {
            let range = if cell.is_public() { (cell.value as f64, cell.value as f64) } else { interval(&system, &known, at) };
            if let Some((low, high)) = cell.protected {
                assert!(range.0 <= low as f64 + 1e-6 && range.1 >= high as f64 - 1e-6, "{low} to {high} is within {range:?}");
            }
            (cell.clone(), range)
        });
        found.push(ranges.collect());
    }
    let mut attacked = AttackedVersions { differences: 0, narrowest: f64::INFINITY };
    for (at, earlier) in found.iter().enumerate() {
        for later in &found[at + 1..] {
            for ((first, of_first), (second, of_second)) in earlier.iter().zip(later) {
                assert_eq!(first.id.conditions, second.id.conditions);
                if (1..10).contains(&(first.value - second.value).abs()) {
                    attacked.differences += 1;
                    let width = (of_second.1 - of_first.0) - (of_second.0 - of_first.1);
                    attacked.narrowest = attacked.narrowest.min(width);
                }
            }
        }
    }
    attacked
}

/// Totals that no table has: known = with + without. A small part is not the total less the other part.
#[test]
fn a_total_of_another_table_gives_no_part_away() {
    let mut register = ReleaseRegister::default();
    let known = StatisticalTable { measure: "known".into(), ..counts("all", vec![dimension("a", 2)], &[40, 50]) };
    let results = StatisticalTable {
        measure: "results".into(),
        ..counts("all", vec![dimension("a", 2), dimension("r", 2)], &[3, 37, 20, 30])
    };
    let mut asked = request("both", vec![known.clone(), results.clone()], &[]);
    // The results of an area, at the total of the last dimension.
    asked.sums = [0, 1, 2].map(|area| (CellId::of(&known, area), vec![CellId::of(&results, area * 3 + 2)])).to_vec();
    let found = publish(&mut register, &asked).expect("safe");
    assert_eq!(found.tables[1][0], CellShown::FewerThan(10));
    let (known_shown, without) = (found.tables[0][0], found.tables[1][1]);
    let both = matches!(known_shown, CellShown::Value(_)) && matches!(without, CellShown::Value(_));
    assert!(!both, "{:?}", found.tables);
    assert_eq!(found.publication.tables()[1].cell(&[Some(0), Some(0)]).map(|cell| cell.value()), Some(None));
    attack_all(&register);
}

/// 40 people reoffended, and 36 of them were reconvicted: 4 reoffended and were not.
#[test]
fn a_part_of_an_outcome_is_not_subtracted_from_it() {
    let mut register = ReleaseRegister::default();
    let measured = |measure: &str, values: &[i64]| StatisticalTable {
        measure: measure.into(),
        ..counts("all", vec![dimension("a", 2)], values)
    };
    let (whole, part) = (measured("reoffended", &[40, 60]), measured("reconvicted", &[36, 30]));
    let mut asked = request("both", vec![whole.clone(), part.clone()], &[]);
    asked.within = [0, 1, 2].map(|cell| (CellId::of(&part, cell), CellId::of(&whole, cell))).to_vec();
    let found = publish(&mut register, &asked).expect("safe");
    let is_shown = |table: usize| matches!(found.tables[table][0], CellShown::Value(_));
    assert!(!(is_shown(0) && is_shown(1)), "{:?}", found.tables);
    assert_eq!(register_lines::read(&register_lines::write(&register)).expect("a register"), register);
}

/// What must be published and what was published leave no room: refused, with a reason and a record.
#[test]
fn a_release_that_cannot_be_made_safe_is_refused() {
    let mut register = ReleaseRegister::default();
    let first = request("by area", vec![counts("all", vec![dimension("a", 2)], &[4, 50])], &[]);
    assert_eq!(hidden(&publish(&mut register, &first).expect("safe").tables[0]), [0, 1]);
    let mut second = request("area 2", vec![counts("all", vec![dimension("a", 2)], &[4, 50])], &[]);
    second.keep = (0..3).map(|cell| CellId::of(&second.tables[0], cell)).collect();
    let refused = publish(&mut register, &second).expect_err("the total and area 2 give area 1 away");
    assert!(matches!(refused.audit.outcome, ReleaseOutcome::Refused(_)));
    assert!(refused.problem.fix.is_some());
    assert_eq!(register.releases.len(), 1);
}

/// The same population with another number is a mistake of names.
#[test]
fn a_changed_number_needs_another_population() {
    let mut register = ReleaseRegister::default();
    publish(&mut register, &request("first", vec![counts("all", vec![], &[500])], &[])).expect("safe");
    let refused = publish(&mut register, &request("second", vec![counts("all", vec![], &[501])], &[])).expect_err("changed");
    assert!(refused.problem.what.contains("another value"), "{}", refused.problem.what);
    let nested = request("third", vec![counts("later", vec![], &[400])], &[("all", "later")]);
    let refused = publish(&mut register, &nested).expect_err("400 are not more than 500");
    assert!(refused.problem.what.contains("within another"), "{}", refused.problem.what);
}

#[test]
fn an_exception_has_a_reason_and_is_in_the_record() {
    let mut register = ReleaseRegister::default();
    let mut asked = request("by area", vec![counts("all", vec![dimension("a", 2)], &[4, 50])], &[]);
    let cell = CellId::of(&asked.tables[0], 0);
    asked.exceptions = vec![DisclosureException { cell: cell.clone(), reason: " ".into() }];
    assert!(publish(&mut register, &asked).is_err());
    asked.exceptions = vec![DisclosureException { cell, reason: "the four agreed in writing".into() }];
    let found = publish(&mut register, &asked).expect("safe");
    assert_eq!(found.tables[0], [CellShown::Value(4), CellShown::Value(50), CellShown::Value(54)]);
    let lines = found.entry.audit.lines();
    assert!(lines.iter().any(|line| line == "exception for table 1 cell 1: the four agreed in writing"), "{lines:?}");
    assert!(lines.iter().any(|line| line == "by: an analyst on 2024-10-04"), "{lines:?}");
}

#[test]
fn a_register_comes_back_as_it_was_written() {
    let mut register = ReleaseRegister::default();
    let mut first =
        request("a\ttab and a \\ and\na line", vec![counts("all", vec![dimension("a", 3)], &[4, 50, 60])], &[("x", "y")]);
    let id = |cell: usize| CellId::of(&first.tables[0], cell);
    first.numbers = vec![PublishedNumber::percentage(id(2), id(3), 1), PublishedNumber::payment(id(0), 100)];
    let mut found = publish(&mut register, &first).expect("safe");
    assert_eq!(found.withheld, [false, true]);
    found.entry.numbers.iter_mut().for_each(|number| number.must_stay = true);
    register.releases = vec![found.entry];
    let text = register_lines::write(&register);
    assert_eq!(register_lines::read(&text).expect("a register"), register);
    let broken = text.replace("cell\tcount\t4\t1\t9", "cell\tcount\t4\t5\t9");
    assert_ne!(broken, text);
    let wrong = register_lines::read(&broken).expect_err("the value is outside its range");
    assert!(wrong.what.starts_with("line "), "{}", wrong.what);
    assert!(register_lines::read("").is_err());
}

/// Rounded to 10 at two dates that differ by 3 people: each table adds up, and the difference stays open.
#[test]
fn rounded_releases_are_checked_together() {
    let policy = DisclosurePolicy { rounding_base: Some(10), ..DisclosurePolicy::default() };
    let mut register = ReleaseRegister::default();
    let mut june = request("June", vec![counts("June", vec![dimension("a", 3)], &[4, 47, 61])], &[]);
    june.numbers = vec![PublishedNumber::percentage(CellId::of(&june.tables[0], 0), CellId::of(&june.tables[0], 3), 0)];
    let limits = SearchLimits::default();
    let found = release(&register, &policy, &limits, &june).expect("rounded");
    let value = |cell: &CellShown| match cell {
        CellShown::Value(value) => *value,
        other => panic!("{other:?}"),
    };
    let values: Vec<i64> = found.tables[0].iter().map(value).collect();
    assert_eq!(values[..3].iter().sum::<i64>(), values[3]);
    assert_eq!((found.withheld, found.suppression), (vec![true], None));
    assert!(found.entry.audit.lines().contains(&"rounded to multiples of 10".to_owned()));
    register.releases.push(found.entry);
    let september = vec![counts("September", vec![dimension("a", 3)], &[4, 50, 61])];
    let found =
        release(&register, &policy, &limits, &request("September", september, &[("June", "September")])).expect("rounded");
    register.releases.push(found.entry);
    attack_all(&register);
    assert_eq!(register_lines::read(&register_lines::write(&register)).expect("a register"), register);
}

/// Text that is not a register is an error and nothing else, and a register with lines changed does not stop a release from ending.
#[test]
fn any_text_is_read_or_refused() {
    let mut register = ReleaseRegister::default();
    let mut first = request("by area", vec![counts("all", vec![dimension("a", 3)], &[4, 50, 60])], &[("all", "more")]);
    first.numbers = vec![PublishedNumber::percentage(CellId::of(&first.tables[0], 2), CellId::of(&first.tables[0], 3), 1)];
    publish(&mut register, &first).expect("safe");
    let text = register_lines::write(&register);
    let next = request("more", vec![counts("more", vec![dimension("a", 3)], &[8, 55, 70])], &[]);
    // A total that is part of itself.
    let circle =
        text.replace("nested\t", "sum\t2\tall\tpeople\t1\ta\ta1\tall\tpeople\t1\ta\ta1\tall\tpeople\t1\ta\ta1\nnested\t");
    let mut register_with_circle = register_lines::read(&circle).expect("it can be read");
    assert!(publish(&mut register_with_circle, &next).is_err());
    let (mut read, mut refused) = (0, 0);
    for seed in 0..3_000 {
        let mut draws = Draws::new(8_000 + seed);
        let mut bytes = text.clone().into_bytes();
        for _ in 0..draws.between(1, 4) {
            let at = draws.between(0, bytes.len() as i64 - 1) as usize;
            match draws.between(1, 3) {
                1 => bytes[at] = b"0123456789\t\n-any"[draws.between(0, 15) as usize],
                2 => drop(bytes.remove(at)),
                _ => bytes.insert(at, b"0129\t\n"[draws.between(0, 5) as usize]),
            }
        }
        match register_lines::read(&String::from_utf8(bytes).expect("text")) {
            Ok(mut register) => {
                read += 1;
                let _ = publish(&mut register, &next);
            }
            Err(_) => refused += 1,
        }
    }
    assert!(read > 100 && refused > 100, "{read} read, {refused} refused");
}

/// The system of everything published and what readers know of it, put together here anew.
fn attack_all(register: &ReleaseRegister) {
    let mut cells = std::collections::BTreeMap::new();
    for cell in register.releases.iter().flat_map(|release| &release.cells) {
        let entry = cells.entry(cell.id.clone()).or_insert_with(|| cell.clone());
        entry.known.low = entry.known.low.max(cell.known.low);
        entry.known.high = [entry.known.high, cell.known.high].into_iter().flatten().min();
        entry.protected = entry.protected.or(cell.protected);
    }
    let of = |cell: &PastCell| disclosure::system::SystemCell {
        id: cell.id.clone(),
        of: cell.of,
        cell: disclosure::table::StatisticalCell::count(cell.value),
        is_total: false,
        is_difference: false,
    };
    let mut system = LinearSystem { cells: cells.values().map(of).collect(), equations: Vec::new() };
    let mut ranges: Vec<PossibleRange> = cells.values().map(|cell| cell.known).collect();
    let mut protected: Vec<Option<(i64, i64)>> = cells.values().map(|cell| cell.protected).collect();
    // Differences of nested populations: small ones are protected, and none is negative.
    let nested: Vec<(String, String)> = register
        .releases
        .iter()
        .flat_map(|release| &release.nested)
        .map(|pair| (pair.inner.clone(), pair.outer.clone()))
        .collect();
    let mut sums = Vec::new();
    for (inner, outer) in &nested {
        for (id, cell) in cells.iter().filter(|(id, _)| id.population == *inner) {
            let Some(whole) = cells.get(&CellId { population: outer.clone(), ..id.clone() }) else { continue };
            let difference = CellId { population: format!("~{outer}-{inner}"), ..id.clone() };
            let value = whole.value - cell.value;
            system.cells.push(disclosure::system::SystemCell {
                id: difference.clone(),
                of: cell.of,
                cell: disclosure::table::StatisticalCell::count(value),
                is_total: false,
                is_difference: true,
            });
            ranges.push(PossibleRange { low: 0, high: None });
            // Nobody may know a small difference to within 2.
            protected.push((1..10).contains(&value).then_some((value, value)));
            sums.push((whole.id.clone(), vec![id.clone(), difference]));
        }
    }
    let mut order: Vec<usize> = (0..system.cells.len()).collect();
    order.sort_by_key(|at| system.cells[*at].id.clone());
    system.cells = order.iter().map(|at| system.cells[*at].clone()).collect();
    let ranges: Vec<PossibleRange> = order.iter().map(|at| ranges[*at]).collect();
    let protected: Vec<Option<(i64, i64)>> = order.iter().map(|at| protected[*at]).collect();
    for (total, parts) in register.releases.iter().flat_map(|release| &release.sums).chain(&sums) {
        system.add_equation(total, parts).expect("it adds up");
    }
    let known = PublicKnowledge { ranges, numbers: Vec::new() };
    for (at, protected) in protected.iter().enumerate() {
        let Some((low, high)) = *protected else { continue };
        let found = interval(&system, &known, at);
        let own = attack(&system, &known, &[at])[0].range;
        assert!((own.low as f64 - found.0).abs() < 1.0 && own.high.is_none_or(|high| (high as f64 - found.1).abs() < 1.0));
        if system.cells[at].is_difference {
            assert!(found.1 - found.0 >= 4.0, "a difference of {low} is within {found:?}");
        } else {
            assert!(found.0 <= low as f64 + 1e-6 && found.1 >= high as f64 - 1e-6, "{low} to {high} is within {found:?}");
        }
    }
}

/// A reader who has nothing but the table as it is shown: what the words say is worked out here from the words alone.
#[test]
fn a_reader_of_the_words_alone_finds_no_protected_cell() {
    let mut attacked = 0;
    for seed in 0..80 {
        let mut draws = Draws::new(12_000 + seed);
        let shape = [vec![6], vec![3, 4], vec![3, 2, 2], vec![5, 5]][seed as usize % 4].clone();
        let dimensions = shape.iter().zip(["a", "b", "c"]).map(|(size, name)| dimension(name, *size)).collect();
        let table = counts("all", dimensions, &mixed(&mut draws, shape.iter().product(), 40));
        let found = publish(&mut ReleaseRegister::default(), &request("one", vec![table.clone()], &[])).expect("safe");
        let system = LinearSystem::of(std::slice::from_ref(&table)).expect("a system");
        let mut ranges = vec![PossibleRange { low: 0, high: None }; system.cells.len()];
        for (cell, shown) in found.tables[0].iter().enumerate() {
            let is_inner = table.conditions(cell).iter().all(|(_, category)| category.is_some());
            ranges[system.position(&CellId::of(&table, cell)).expect("a cell")] = match shown {
                CellShown::Value(value) => PossibleRange::exactly(*value),
                CellShown::FewerThan(count) => PossibleRange { low: 1, high: Some(count - 1) },
                // A small count would say that it is one; a total would not.
                CellShown::ToProtect => PossibleRange { low: if is_inner { 10 } else { 0 }, high: None },
            };
        }
        let known = PublicKnowledge { ranges, numbers: Vec::new() };
        for (at, cell) in system.cells.iter().enumerate().filter(|(_, cell)| (1..10).contains(&cell.cell.value)) {
            let (low, high) = interval(&system, &known, at);
            let is_total = cell.id.conditions.len() < shape.len();
            // A range of 5 that holds the true value. A small total of few small cells is known to be at least their number.
            let width = if is_total { 3.0 } else { 5.0 };
            assert!(high - low >= width - 1e-6, "table {seed}: a {} is within {low} to {high}", cell.cell.value);
            attacked += 1;
        }
    }
    println!("shown in words: {attacked} small cells attacked");
    assert!(attacked > 300, "{attacked}");
}

/// Sequences of three releases: a table, the same at a later date with a few more people, and a finer table.
#[test]
fn no_attacker_finds_a_protected_cell_in_a_sequence_of_releases() {
    let (mut approved, mut refused) = (0, 0);
    for seed in 0..60 {
        let mut draws = Draws::new(7_000 + seed);
        let mut register = ReleaseRegister::default();
        let size = draws.between(3, 5) as usize;
        let june: Vec<i64> = (0..size).map(|_| draws.between(0, 60)).collect();
        let september: Vec<i64> = june.iter().map(|value| value + draws.between(0, 12)).collect();
        let halved = september.iter().flat_map(|value| {
            let first = draws.between(0, *value);
            [first, value - first]
        });
        let halves: Vec<i64> = halved.collect();
        let requests = [
            request("June", vec![counts("June", vec![dimension("a", size)], &june)], &[]),
            request("September", vec![counts("September", vec![dimension("a", size)], &september)], &[("June", "September")]),
            request("finer", vec![counts("September", vec![dimension("a", size), dimension("s", 2)], &halves)], &[]),
        ];
        for asked in &requests {
            match publish(&mut register, asked) {
                Ok(_) => approved += 1,
                Err(_) => refused += 1,
            }
            attack_all(&register);
        }
    }
    println!("releases: {approved} approved, {refused} refused");
    assert!(approved > 120, "{approved} approved, {refused} refused");
}
