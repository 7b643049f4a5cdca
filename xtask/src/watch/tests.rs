//! Every folder is one that the product can read, shows what was planted in it, and is the same each time. The harness counts what
//! it is told.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;
use wellspent::QueryDates;
use wellspent::check::CheckRequest;
use wellspent::folder::Reach;
use wellspent::measure::MeasureRequest;
use wellspent::records::RecordsCheckRequest;

use super::altered::{Claim, alter};
use super::conduct::{CONDUCTS, Conduct, Size, risk_key};
use super::flags::Flag;
use super::folders::{FolderCounts, SeedSet, honest, planted};
use super::honest::{HONEST, Honest};
use super::people::{Arrival, arrivals};
use super::person::{EventKind, Life};
use super::world::{Setting, World, provider_name};
use super::{TemporaryFolder, tables, tables_of};

/// What the product itself says against a folder.
fn faults(setting: Setting) -> Vec<String> {
    let folder = TemporaryFolder::new().expect("a folder");
    tables::write_folder(&World::new(setting), &folder.path).expect("a folder of records");
    let (scheme, records) = (folder.path.join(tables::SCHEME), folder.path.join(tables::RECORDS));
    let mut out = Vec::new();
    let checked = wellspent::check::check(&CheckRequest { scheme: scheme.clone(), reach: Reach::Inside(None) });
    let checked = checked.expect("a scheme folder");
    if checked.report.errors > 0 {
        out.extend(checked.problems);
    }
    let request = RecordsCheckRequest { folder: records.clone(), keep: None, format: None, list: None };
    let of_records = wellspent::records::check(&request).expect("a folder of records");
    if of_records.errors > 0 {
        out.push(of_records.faults_text());
    }
    let days = QueryDates { as_at: base::day::date(super::calendar::last_day()), known_at: None };
    let measured = wellspent::measure::measure(&MeasureRequest {
        scheme,
        reach: Reach::Inside(None),
        records,
        joining: None,
        days,
        provider: None,
        by: Vec::new(),
        accepted: None,
        people: None,
    });
    match measured {
        Ok(measured) if measured.quality.faults() == 0 && measured.people > 100 => {}
        Ok(measured) => out.push(format!("{} people, {} faults", measured.people, measured.quality.faults())),
        Err(error) => out.push(error.to_string()),
    }
    out.into_iter().map(|what| format!("{setting:?}: {what}")).collect()
}

#[test]
fn every_folder_passes_the_products_own_checks() {
    let planted = CONDUCTS.into_iter().flat_map(|conduct| {
        [
            planted(conduct, Size::Twice, 6, 6.0, SeedSet::Tuning.seed(1)),
            planted(conduct, Size::Documented, 3, 6.0, SeedSet::Tuning.seed(2)),
        ]
    });
    // Three seeds go round the schemes.
    let honest = HONEST.into_iter().flat_map(|kind| (0..3).map(move |number| honest(kind, 6.0, SeedSet::Tuning.seed(number))));
    let settings: Vec<Setting> = planted.chain(honest).collect();
    let found: Vec<String> = settings.into_par_iter().flat_map_iter(faults).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The bytes of every file of a folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let in_folder = |name: &str| std::fs::read_dir(folder.join(name)).expect("a folder").flatten().collect::<Vec<_>>();
    let all = [tables::SCHEME, tables::RECORDS].map(in_folder).into_iter().flatten();
    all.map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).expect("a file"))).collect()
}

#[test]
fn a_setting_gives_the_same_bytes_each_time() {
    let of = |seed: u64| {
        let folder = TemporaryFolder::new().expect("a folder");
        tables::write_folder(&World::new(honest(Honest::Seasons, 4.0, seed)), &folder.path).expect("a folder of records");
        files(&folder.path)
    };
    let once = of(5);
    let at_once: Vec<_> = (0..4).into_par_iter().map(|_| of(5)).collect();
    assert!(at_once.iter().all(|again| *again == once));
    assert_ne!(once, of(6));
}

/// A person as it was, and what was claimed.
type Seen = (Arrival, Life, Option<Claim>);

/// Everybody of the provider that is looked at who came in months 14 to 23, with what was claimed.
fn seen(setting: Setting) -> Vec<Seen> {
    let world = World::new(setting);
    let months = super::calendar::month_begins(13)..super::calendar::month_begins(23);
    let of = |arrival: Arrival| {
        let mut life = Life::of(&world, &arrival.who, &arrival.practice);
        let claim = alter(&world, &arrival.who, &arrival.practice, &mut life);
        (arrival, life, claim)
    };
    let is_seen = |arrival: &Arrival| {
        arrival.who.provider == Some(setting.watched_provider()) && arrival.referred.is_some_and(|day| months.contains(&day))
    };
    arrivals(&world).into_iter().filter(is_seen).map(of).collect()
}

/// A figure of the people with a conduct as documented, divided by the same figure of the same people without.
fn ratio(conduct: Conduct, figure: &dyn Fn(&[Seen]) -> f64) -> f64 {
    let with = planted(conduct, Size::Documented, 6, 150.0, SeedSet::Tuning.seed(4));
    figure(&seen(with)) / figure(&seen(Setting { planting: None, ..with }))
}

/// The mean over some people of something.
fn mean(people: &[Seen], among: impl Fn(&Arrival, &Life) -> bool, value: impl Fn(&Arrival, &Life, Option<Claim>) -> f64) -> f64 {
    let values: Vec<f64> = people.iter().filter(|(a, l, _)| among(a, l)).map(|(a, l, claim)| value(a, l, *claim)).collect();
    values.iter().sum::<f64>() / values.len() as f64
}

/// Whether a ratio is near what was meant. With 1,500 people each has a standard error of about a twentieth.
#[track_caller]
fn near(found: f64, meant: f64, within: f64) {
    assert!((found - meant).abs() < within, "{found:.3}, and {meant:.3} was meant");
}

#[test]
fn what_is_planted_shows_at_its_size() {
    let started = |arrival: &Arrival, _: &Life| arrival.who.is_started;
    let harder = |arrival: &Arrival, life: &Life| started(arrival, life) && arrival.who.segment == 1;
    let contacts = |_: &Arrival, life: &Life, _: Option<Claim>| life.contacts.len() as f64;
    near(ratio(Conduct::Drift, &|people| mean(people, started, contacts)), 0.7, 0.05);
    near(ratio(Conduct::Parking, &|people| mean(people, harder, contacts)), 0.45, 0.05);
    let unmet = |_: &Arrival, life: &Life, _: Option<Claim>| f64::from(u8::from(life.contacts.is_empty()));
    let never = seen(planted(Conduct::EnrolAllServeFew, Size::Documented, 6, 150.0, SeedSet::Tuning.seed(4)));
    near(mean(&never, started, unmet), 0.4, 0.05);
    let share_harder = |arrival: &Arrival, _: &Life, _: Option<Claim>| arrival.who.segment as f64;
    let turned_away = ratio(Conduct::CherryPicking, &|people| mean(people, started, share_harder));
    near(turned_away, 1.0 - 0.07 / 0.392, 0.06);
    let is_harder = |arrival: &Arrival, _: &Life| arrival.who.segment == 1;
    let lapsed = |arrival: &Arrival, _: &Life, _: Option<Claim>| f64::from(u8::from(!arrival.who.is_started));
    let gate = seen(planted(Conduct::GateKeeping, Size::Documented, 6, 150.0, SeedSet::Tuning.seed(4)));
    near(mean(&gate, is_harder, lapsed), 0.315, 0.05);
    let has_result =
        |arrival: &Arrival, life: &Life| started(arrival, life) && super::altered::result_day(&arrival.who, life).is_some();
    let claimed = |_: &Arrival, _: &Life, claim: Option<Claim>| f64::from(u8::from(claim.is_some()));
    near(ratio(Conduct::UnderClaiming, &|people| mean(people, has_result, claimed)), 0.88 / 0.98, 0.03);
    let is_false = |_: &Arrival, _: &Life, claim: Option<Claim>| f64::from(u8::from(claim.is_some_and(|claim| !claim.is_true)));
    let lies = seen(planted(Conduct::Misreporting, Size::Documented, 6, 150.0, SeedSet::Tuning.seed(4)));
    near(mean(&lies, started, is_false) / mean(&lies, started, claimed), 0.05, 0.015);
    let left = |_: &Arrival, life: &Life, _: Option<Claim>| {
        f64::from(u8::from(life.events.iter().any(|(kind, _)| *kind == EventKind::Withdrawn)))
    };
    let without = |arrival: &Arrival, life: &Life| started(arrival, life) && !has_result(arrival, life);
    let exits = seen(planted(Conduct::ExitFromTheMeasure, Size::Documented, 6, 150.0, SeedSet::Tuning.seed(4)));
    near(mean(&exits, without, left), 0.25, 0.05);
    near(ratio(Conduct::VolumeRisk, &|people| people.len() as f64), 0.68, 0.06);
}

#[test]
fn every_risk_is_planted() {
    let planted: Vec<&str> = CONDUCTS.into_iter().map(|conduct| conduct.facts().risk).collect();
    let missing = risks::CATALOGUE.iter().filter(|risk| !planted.contains(&risk_key(risk.name).as_str()));
    let missing: Vec<&str> = missing.map(|risk| risk.name).collect();
    assert!(missing.is_empty(), "a new risk needs a conduct of its own, by its name: {missing:?}");
}

#[test]
fn the_two_sets_of_seeds_have_none_in_common() {
    let of = |seeds: SeedSet| (0..10_000).map(move |number| seeds.seed(number)).collect::<std::collections::BTreeSet<u64>>();
    assert!(of(SeedSet::Tuning).is_disjoint(&of(SeedSet::Reporting)));
}

const FEW: FolderCounts = FolderCounts { planted: [1, 0, 0], honest: [1, 0, 0], three_providers: 0, all_sizes: false };

#[test]
fn a_watch_that_raises_nothing_finds_nothing_and_alarms_nobody() {
    let text = tables_of(FEW, SeedSet::Tuning, &|_, _, _| Ok(Vec::new())).expect("tables");
    assert!(text.contains("| parking of harder people | documented | 0 of 1: 0% (0% to 79%) |"), "{text}");
    assert!(text.contains("Over all honest folders: 0 of 33: 0% (0% to 10%) of contract years."), "{text}");
}

#[test]
fn a_watch_that_raises_the_same_everywhere_is_told_from_one_that_knows() {
    // Seed 1,000,000 of six providers looks at the fifth.
    let always = Flag { risk: "parking".to_owned(), provider: Some(provider_name(4)), month: 13, is_serious: true };
    let text = tables_of(FEW, SeedSet::Tuning, &|_, _, _| Ok(vec![always.clone()])).expect("tables");
    assert!(text.contains("| parking of harder people | documented | 1 of 1: 100% (21% to 100%) |"), "{text}");
    assert!(
        text.contains(
            "| false claims | documented | 0 of 1: 0% (0% to 79%) | – | – | 0 of 0 | – | 1 of 1 (parking 1) | 0 of 1 |"
        ),
        "{text}"
    );
    assert!(text.contains("Over all honest folders: 11 of 33: 33% (20% to 50%) of contract years."), "{text}");
}
