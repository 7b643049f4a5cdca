//! People as they are: people of one segment with chances of their own, against the person-by-person count, against people
//! who are alike, and at the door.

use base::philox::{open_unit, philox4x64};
use base::schedule::CohortTime;
use base::source::{FileBytes, Folder};
use base::{Reader, ScenarioDraw};
use simulation::people::{Chances, people};
use simulation::rank_evaluation::Ranks;
use simulation::reference_strategies::{CommonDraws, StrategySet};
use simulation::strategy::{Arena, Strategy};
use simulation::{assumptions, person_by_person, replay};

use crate::{Shipped, with_people};

/// So many people of each segment, each with a chance between the two given.
fn file(outcome: &str, rows: usize, segments: &[(&str, f64, f64)]) -> String {
    let mut text = format!("person,segment,{outcome}\n");
    for (at, (segment, low, high)) in segments.iter().enumerate() {
        for row in 0..rows {
            let u = open_unit(philox4x64([row as u64, at as u64, 0, 0], [5, 0])[0]);
            text += &format!("{row},{segment},{:.6}\n", low + (high - low) * u * u);
        }
    }
    text
}

/// Fewer is better, a fixed baseline to be matched, and reoffences on top.
fn probation(rows: usize) -> Shipped {
    let chances = [(0.0, 0.5), (0.1, 0.9), (0.4, 1.0), (0.9, 1.0)];
    let names: Vec<String> =
        crate::shipped("transforming-rehabilitation-2013").assumptions.segments.into_iter().map(|segment| segment.name).collect();
    let segments: Vec<(&str, f64, f64)> = names.iter().zip(chances).map(|(name, (a, b))| (name.as_str(), a, b)).collect();
    assert_eq!(segments.len(), names.len());
    let change = |name: &str, text: String| match name {
        "assumptions.toml" => text
            .replace("segments = \"segments.csv\"", "segments = \"segments.csv\"\nindividuals = \"people.csv\"")
            .replace("now = { table = \"segments.csv\", column = \"reoffending\" }\n", ""),
        _ => text,
    };
    with_people("transforming-rehabilitation-2013", change, Some(file("reoffending", rows, &segments)))
}

/// The honest reference with a file of individuals.
fn plain(individuals: &str) -> Shipped {
    let change = |name: &str, text: String| match name {
        "assumptions.toml" => text
            .replace("segments = \"segments.csv\"", "segments = \"segments.csv\"\nindividuals = \"people.csv\"")
            .replace("now = { table = \"segments.csv\", column = \"reoffending\" }\n", ""),
        _ => text,
    };
    with_people("plain-linear", change, Some(individuals.to_owned()))
}

/// More is better, nine payment groups, and periods on top.
fn work() -> Shipped {
    let names: Vec<String> =
        crate::shipped("work-programme-2011").assumptions.segments.into_iter().map(|segment| segment.name).collect();
    let segments: Vec<(&str, f64, f64)> = names.iter().map(|name| (name.as_str(), 0.0, 0.6)).collect();
    let change = |name: &str, text: String| match name {
        "assumptions.toml" => text
            .replace("segments = \"segments.csv\"", "segments = \"segments.csv\"\nindividuals = \"people.csv\"")
            .replace("now = { table = \"segments.csv\", column = \"now\" }\n", ""),
        "segments.csv" => text.replace(" points", " %"),
        _ => text,
    };
    with_people("work-programme-2011", change, Some(file("job", 300, &segments)))
}

/// Folding each person's risk into the uniform counts exactly as going through people one by one, under any strategy.
#[test]
fn rank_equals_person_by_person() {
    for (name, it) in [("few rows", probation(50)), ("many rows", probation(3_000)), ("more is better", work())] {
        let areas = people(&it.scheme, &it.assumptions);
        let area = &areas[areas.len() / 2];
        let chances = Chances::of(&it.scheme, &it.assumptions, area);
        let ranks = Ranks::build(&it.scheme, &it.assumptions, area, 7, 3, 2);
        let arena = Arena::new(&it.scheme, &it.assumptions, area, &ranks, 7, 3);
        for trial in 0..4u64 {
            let spend = |at: usize| open_unit(philox4x64([trial, at as u64, 0, 0], [1, 0])[0]) * 1_000.0 * trial as f64;
            let effort: Vec<f64> = (0..chances.helps.len() * area.segments).map(spend).collect();
            let strategy = Strategy::of(effort.clone(), vec![true; area.segments]);
            let mut replication = 3;
            arena.simulate(&[strategy], 2, |_, tally, _| {
                let counts = person_by_person::count(&it.scheme, &it.assumptions, area, &chances, &effort, 7, replication);
                for (outcome, counts) in counts.iter().enumerate() {
                    let mut expected = vec![0; tally.people.len()];
                    for (cell, count) in area.cells.iter().zip(counts) {
                        expected[tally.cell(cell.cohort, it.assumptions.segments[cell.segment].priced_as)] += *count;
                    }
                    assert_eq!(tally.counts[outcome], expected, "{name}, trial {trial}");
                }
                replication += 1;
            });
        }
    }
}

/// The stated chances of people are what happens to them: over many replications the mean count agrees within four standard
/// errors, help or no help, and the area as a whole meets the baseline that it is matched to.
#[test]
fn true_chances_are_what_happens() {
    for it in [probation(400), work()] {
        let areas = people(&it.scheme, &it.assumptions);
        let area = &areas[0];
        let draws = CommonDraws::build(&it.scheme, &it.assumptions, 11, 0, 200);
        let arena = draws.arena(&it.scheme, &it.assumptions, 0);
        for pounds in [0.0, 150.0, 2_000.0] {
            let effort = vec![pounds; arena.chances.helps.len() * area.segments];
            let strategy = Strategy::of(effort, vec![true; area.segments]);
            let mut counts = Vec::new();
            arena.simulate(std::slice::from_ref(&strategy), 200, |_, tally, _| {
                counts.push(tally.counts[0].iter().sum::<i64>() as f64)
            });
            let found = risks::Estimate::of(counts.iter().copied());
            let expected: f64 = arena.true_outcomes(&strategy)[0].iter().sum();
            assert!((found.mean - expected).abs() < 4.0 * found.error, "{pounds}: {found:?} against {expected}");
        }
    }
    let it = probation(400);
    let draws = CommonDraws::build(&it.scheme, &it.assumptions, 11, 0, 1);
    for area in [0, 9, 20] {
        let arena = draws.arena(&it.scheme, &it.assumptions, area);
        let now = Strategy::as_now(&arena.chances, arena.people.segments);
        let rate = arena.true_outcomes(&now)[0].iter().sum::<f64>() / arena.people.count() as f64;
        let contract::terms::Baseline::Fixed(baseline) = &it.scheme.outcomes[0].baseline else { panic!("a fixed baseline") };
        // Cohorts divide into whole people, a little differently from year to year.
        assert!((rate - baseline.at(area, 0, CohortTime::FIRST).as_f64()).abs() < 2e-3, "area {area}: {rate}");
    }
}

/// People with the same chance each are people who are alike.
#[test]
fn individuals_who_are_alike() {
    let alike = crate::shipped("plain-linear");
    let listed = plain("segment,reoffending\nlower risk,30 %\nmiddle risk,0.55\nmiddle risk,55 %\nhigher risk,78%\n");
    let totals = |it: &Shipped| {
        let draws = CommonDraws::build(&it.scheme, &it.assumptions, 3, 0, 50);
        let arena = draws.arena(&it.scheme, &it.assumptions, 0);
        let strategies = [0.0, 100.0, 900.0].map(|pounds| Strategy::of(vec![pounds; 3], vec![true; 3]));
        (arena.totals(&strategies, 50), strategies.map(|strategy| arena.value(&strategy)))
    };
    let ((paid, value), (paid_alike, value_alike)) = (totals(&listed), totals(&alike));
    assert_eq!(paid, paid_alike);
    for (a, b) in value.iter().zip(value_alike) {
        assert!((a - b).abs() < 1.0, "{a} against {b}");
    }
}

/// Chance is smaller where people differ in ways that are known of each: the variance of a cohort's count is the sum of
/// p (1 − p), not n times that of the mean.
#[test]
fn people_who_differ_vary_less() {
    let it =
        plain(&file("reoffending", 1_000, &[("lower risk", 0.0, 1.0), ("middle risk", 0.1, 1.0), ("higher risk", 0.0, 1.0)]));
    let areas = people(&it.scheme, &it.assumptions);
    let draws = CommonDraws::build(&it.scheme, &it.assumptions, 13, 0, 2_000);
    let arena = draws.arena(&it.scheme, &it.assumptions, 0);
    let now = Strategy::as_now(&arena.chances, areas[0].segments);
    let mut counts = Vec::new();
    arena.simulate(std::slice::from_ref(&now), 2_000, |_, tally, _| counts.push(tally.counts[0].iter().sum::<i64>() as f64));
    let mean = counts.iter().sum::<f64>() / 2_000.0;
    let variance = counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / 1_999.0;
    let exact: f64 = areas[0]
        .cells
        .iter()
        .flat_map(|cell| cell.first_person..cell.first_person + cell.people as u64)
        .map(|person| replay::replay(&it.scheme, &it.assumptions, 13, person, 0).expect("a person").decisions[0].chance_now)
        .map(|chance| chance * (1.0 - chance))
        .sum();
    let alike: f64 = (0..areas[0].segments)
        .map(|segment| arena.in_segment(segment) * arena.chances.now(0, segment) * (1.0 - arena.chances.now(0, segment)))
        .sum();
    // The standard error of a variance is its own size times √(2 / (n − 1)): 3 %.
    assert!((variance / exact - 1.0).abs() < 0.13, "{variance} against {exact}");
    assert!(exact < 0.9 * alike, "{exact} against {alike}");
}

/// Replay tells the same fate as the count that payments are made from.
#[test]
fn replay_is_what_was_counted() {
    let it = work();
    let areas = people(&it.scheme, &it.assumptions);
    let chances = Chances::of(&it.scheme, &it.assumptions, &areas[0]);
    let idle = vec![0.0; chances.helps.len() * areas[0].segments];
    let counts = person_by_person::count(&it.scheme, &it.assumptions, &areas[0], &chances, &idle, 9, 2);
    let cell = &areas[0].cells[6];
    let told = (cell.first_person..cell.first_person + cell.people as u64)
        .map(|person| replay::replay(&it.scheme, &it.assumptions, 9, person, 2).expect("a person"))
        .filter(|told| told.decisions[0].happens_idle);
    assert_eq!(told.count() as i64, counts[0][6]);
}

/// What is wrong in the file is told by line and column; nothing that stands in a row is ever said.
#[test]
fn no_message_tells_what_stands_in_a_row() {
    let wrong = "name,segment,reoffending\nAda Secret,lower risk,1.7\nBert Secret,nowhere-secret,0.2\nCy Secret,higher risk,secret\n\
                 Di Secret,middle risk\nEd Secret,middle risk,0.4\n";
    let path = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../schemes/plain-linear");
    let mut folder = Folder::new();
    for name in ["scheme.toml", "assumptions.toml", "segments.csv"] {
        let text = std::fs::read_to_string(path.join(name)).expect("text");
        let text = text.replace("segments = \"segments.csv\"", "segments = \"segments.csv\"\nindividuals = \"people.csv\"");
        folder.insert(name.to_owned(), FileBytes::Read(text.replace("\"20 % (15 % to 30 %)\"", "\"5 points\"").into_bytes()));
    }
    folder.insert("people.csv".to_owned(), FileBytes::People(wrong.as_bytes().to_vec()));
    let opened = base::open(&folder);
    assert_eq!(assumptions::people_file(&opened).as_deref(), Some("people.csv"));
    let scheme = contract::check(&opened).scheme.expect("the contract is right");
    let picks = ScenarioDraw::new();
    let reader = Reader::new(&opened, &picks);
    assert!(assumptions::read(&reader, &scheme).is_none());
    let found = reader.problems.into_inner();
    let said: String = opened.problems.iter().chain(&found).map(|problem| problem.render("f", &opened.sources)).collect();
    for secret in ["secret", "Secret", "1.7", "0.2"] {
        assert!(!said.contains(secret), "{secret} is in\n{said}");
    }
    for place in ["people.csv:2:23", "people.csv:3:13", "people.csv:4:23", "people.csv:5:1", "percentage points", "already"] {
        assert!(said.contains(place), "{place} is not in\n{said}");
    }
}

/// People who drop out before they count are of every segment, and come from the same rows of the file.
#[test]
fn individuals_and_an_assessment_go_together() {
    let names: Vec<String> =
        crate::shipped("plain-linear").assumptions.segments.into_iter().map(|segment| segment.name).collect();
    let segments: Vec<(&str, f64, f64)> = names.iter().map(|name| (name.as_str(), 0.1, 0.8)).collect();
    let change = |name: &str, text: String| match name {
        "scheme.toml" => {
            let text = text.replace("month_end =", "intake = \"after assessment\"\nmonth_end =");
            text.split("[example.").next().unwrap_or_default().to_owned()
        }
        "assumptions.toml" => text
            .replace("segments = \"segments.csv\"", "segments = \"segments.csv\"\nindividuals = \"people.csv\"")
            .replace("now = { table = \"segments.csv\", column = \"reoffending\" }\n", "")
            .replace("[intended]", "[assessment]\nfalls_out = \"20 %\"\nbring_in = \"£50\"\n\n[intended]"),
        _ => text,
    };
    let it = with_people("plain-linear", change, Some(file("reoffending", 300, &segments)));
    assert_eq!(it.assumptions.segments.len(), 2 * names.len());
    let everyone = people(&it.scheme, &it.assumptions);
    for area in &everyone {
        assert!(area.cells.iter().all(|cell| cell.rows.len() == cell.people && cell.rows.iter().all(|row| *row < 300)));
    }
    let draws = CommonDraws::build(&it.scheme, &it.assumptions, 3, 0, 24);
    let results = simulation::stress::quick_results(&it.scheme, &it.assumptions, &draws, StrategySet::Forecast);
    assert!(results.people > 0.0);
}
