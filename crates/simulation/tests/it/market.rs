//! Markets that are played: what must hold whatever providers do, and small markets whose answers are plain to see.

use base::source::{FileBytes, Folder};
use base::{Reader, ScenarioDraw, SchemeFiles};
use contract::Scheme;
use contract::market::rules::Market;
use simulation::assumptions::{self, Assumptions};
use simulation::market::{MarketAnalysis, MarketOptions, MarketStrategy, MarketVariant, MarketWorld, analyse};

use crate::scheme_of;

const TERMS: &str = r#"[outcome.job]
measure = "people in work"
kind = "binary"
better = "more"
window = "3 months"

[pay.start]
clause = "attachment fee"
price = "£900"
"#;

const ASSUMPTIONS: &str = r#"
assumptions = "Assumptions made for a test"

[people]
segments = "segments.csv"

[outcome.job]
now = { table = "segments.csv", column = "now" }
value = "£9,800"

[help.coaching]
half_cost = "£300"
moves = { job = "20 percentage points" }

[cost]
each_person = "£450"

[intended]
outcome = "job"
aim = "3 percentage points"

[market.users]
choosing = "100 %"
informed = "100 %"
each_point = 0.2
each_mile = 0.05

[market.provider.ash]
each_person = "£300"
each_cohort = "£10,000"
reserve = "£1m"
miles = { "whole area" = 3 }

[market.provider.birch]
each_person = "£300"
each_cohort = "£10,000"
reserve = "£1m"
miles = { "whole area" = 3 }

[market.provider.cedar]
each_person = "£300"
each_cohort = "£10,000"
reserve = "£1m"
miles = { "whole area" = 3 }
"#;

const SEGMENTS: &str = "segment,share,now\nnear,50 %,40 %\nfar,50 %,20 %\n";

const MARKET: &str = r#"market = "A market made for a test"
providers = "market-providers.csv"

[award]
kind = "licence"

[lot.all]

[allocation]
by = "user choice"
fallback = "rota"
period = "12 months"
"#;

const PROVIDERS: &str = "provider,lot\nash,all\nbirch,all\ncedar,all\n";

/// The files with texts in them changed: (file, from, to).
fn opened(changes: &[(&str, &str, &str)]) -> SchemeFiles {
    let scheme = scheme_of((2034, 2032), "600", TERMS);
    let mut folder = Folder::new();
    let files = [
        ("scheme.toml", &*scheme),
        ("assumptions.toml", ASSUMPTIONS),
        ("segments.csv", SEGMENTS),
        ("market.toml", MARKET),
        ("market-providers.csv", PROVIDERS),
    ];
    for (name, text) in files {
        let text = changes.iter().filter(|(file, ..)| *file == name).fold(text.to_owned(), |text, (_, from, to)| {
            assert!(text.contains(from), "{name} has no `{from}`");
            text.replace(from, to)
        });
        folder.insert(name.to_owned(), FileBytes::Read(text.into_bytes()));
    }
    base::open(&folder)
}

fn read(changes: &[(&str, &str, &str)]) -> (Scheme, Assumptions, Market) {
    let opened = opened(changes);
    let picks = ScenarioDraw::new();
    let reader = Reader::new(&opened, &picks);
    let scheme = contract::read::scheme(&reader);
    let assumptions = scheme.as_ref().and_then(|scheme| assumptions::read(&reader, scheme));
    let market = scheme.as_ref().and_then(|scheme| contract::market::read::market(&reader, scheme));
    let (Some(scheme), Some(assumptions), Some(market)) = (scheme, assumptions, market) else {
        panic!("{:?}", reader.problems.borrow())
    };
    (scheme, assumptions, market)
}

const QUICK: MarketOptions = MarketOptions { seed: 3, chosen_on: 4, replications: 16, most_rounds: 12 };

fn analysed(changes: &[(&str, &str, &str)]) -> MarketAnalysis {
    let (scheme, assumptions, market) = read(changes);
    analyse(&scheme, &assumptions, &market, QUICK, &|_, _| ()).expect("can be played")
}

fn same(step: u8) -> MarketStrategy {
    MarketStrategy { enters: true, steps: vec![step; 2] }
}

/// Everybody who comes is placed or waits, and what is paid is what the contract pays for those placed: here £900 each.
#[test]
fn nobody_is_lost_and_the_contract_pays() {
    let capacity = [(
        "market-providers.csv",
        "provider,lot\nash,all\nbirch,all\ncedar,all\n",
        "provider,lot,capacity\nash,all,100\nbirch,all,150\ncedar,all,200\n",
    )];
    for (changes, placed) in [(&[][..], 600), (&capacity[..], 450)] {
        let (scheme, assumptions, market) = read(changes);
        let world = MarketWorld::new(&scheme, &assumptions, &market, 1, (0, 2)).expect("can be played");
        let played = world.play(&market, &[same(0), same(3), same(2)], 1);
        for cohort in 0..5 {
            let with: u32 = played.providers.iter().map(|provider| provider.people[cohort]).sum();
            assert_eq!((with, played.waiting[cohort]), (placed, 600 - placed));
        }
        for provider in &played.providers {
            let people: u32 = provider.people.iter().sum();
            assert!((provider.paid - 900.0 * f64::from(people)).abs() < 0.01);
        }
        assert_eq!(played.came.iter().sum::<u32>(), 3000);
        assert_eq!(played.placed.iter().sum::<u32>(), 5 * placed);
    }
}

/// The order of the providers in the file changes nothing.
#[test]
fn the_order_of_providers_plays_no_part() {
    let turned = [("market-providers.csv", "ash,all\nbirch,all\ncedar,all\n", "cedar,all\nash,all\nbirch,all\n")];
    let profile = [same(0), same(3), same(2)];
    let of = |changes: &[(&str, &str, &str)]| {
        let (scheme, assumptions, market) = read(changes);
        let world = MarketWorld::new(&scheme, &assumptions, &market, 1, (0, 1)).expect("can be played");
        let names = ["ash", "birch", "cedar"];
        let at = |name: &str| market.providers.iter().position(|provider| provider.id == name).expect("is listed");
        let mut turned = vec![same(0); 3];
        names.iter().zip(&profile).for_each(|(name, strategy)| turned[at(name)] = strategy.clone());
        let played = world.play(&market, &turned, 0);
        names.map(|name| played.providers[at(name)].clone())
    };
    // Whom users like is drawn for each provider by its position, so the rota alone must give the same.
    let rota = ("market.toml", "by = \"user choice\"\nfallback = \"rota\"", "by = \"rota\"");
    assert_eq!(of(&[rota]), of(&[rota, turned[0]]));
}

/// With the users' choice alone to win people by, who informs them decides what is spent. Told nothing, nobody spends more than nothing.
#[test]
fn what_users_know_decides_what_is_spent() {
    let spent = |analysis: &MarketAnalysis| {
        analysis.solved[0].ends[0].settled.profile.iter().flat_map(|of| of.steps.clone()).filter(|step| *step > 1).count()
    };
    let told = analysed(&[]);
    let untold = analysed(&[("assumptions.toml", "informed = \"100 %\"", "informed = \"0 %\"")]);
    assert_eq!(spent(&untold), 0, "{:?}", untold.solved[0].ends);
    assert!(spent(&told) >= 3, "{:?}", told.solved[0].ends);
    assert!(told.solved[0].figures.good.low() > untold.solved[0].figures.good.high());
    // Without the choice, nobody has a reason to spend.
    let without = told.solved.iter().find(|solved| solved.variant == MarketVariant::WithoutChoice).expect("is tried");
    assert!(without.more.good.high() < 0.0, "{:?}", without.more);
}

/// A provider that cannot cover its cost of being there stays out where it may.
#[test]
fn who_cannot_live_on_it_stays_out() {
    let dear = [(
        "assumptions.toml",
        "[market.provider.cedar]\neach_person = \"£300\"\neach_cohort = \"£10,000\"",
        "[market.provider.cedar]\neach_person = \"£300\"\neach_cohort = \"£400,000\"",
    )];
    let analysis = analysed(&dear);
    let end = &analysis.solved[0].ends[0];
    let at = analysis.providers.iter().position(|name| name == "cedar").expect("is listed");
    assert!(!end.settled.profile[at].enters, "{:?}", end.settled.profile);
    assert_eq!(analysis.solved[0].figures.by_provider[at].people.mean, 0.0);
}

/// Whoever carries on as today does so from every start, and where that is nothing spent, all starts lead to one end.
#[test]
fn who_carries_on_does_so_from_every_start() {
    let norm = [("assumptions.toml", "[market.provider.cedar]\n", "[market.provider.cedar]\nkind = \"norm\"\n")];
    let analysis = analysed(&norm);
    let at = analysis.providers.iter().position(|name| name == "cedar").expect("is listed");
    let ends = &analysis.solved[0].ends;
    assert!(ends.iter().all(|end| end.settled.profile[at].steps == [0, 0]), "{ends:?}");
    assert_eq!(ends.iter().map(|end| end.starts).sum::<usize>(), 3);
}

/// A provider that loses more than it can gives up, and gets nobody afterwards.
#[test]
fn who_loses_its_reserve_gives_up() {
    let poor = [
        ("assumptions.toml", "each_cohort = \"£10,000\"\nreserve = \"£1m\"", "each_cohort = \"£200,000\"\nreserve = \"£50,000\""),
        ("market.toml", "kind = \"licence\"", "kind = \"framework\"\nplaces = 3"),
    ];
    let (scheme, assumptions, market) = read(&poor);
    let world = MarketWorld::new(&scheme, &assumptions, &market, 1, (0, 1)).expect("can be played");
    let played = world.play(&market, &[same(0), same(0), same(0)], 0);
    for provider in &played.providers {
        assert_eq!(provider.gave_up_after, Some(0));
        assert!(provider.people[1..].iter().all(|people| *people == 0));
    }
    assert_eq!(&played.waiting[1..], &[600; 4]);
}

/// The same run at one thread and at several.
#[test]
fn threads_change_nothing() {
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool").install(|| analysed(&[]));
    let three = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("a pool").install(|| analysed(&[]));
    assert_eq!(one, three);
}

#[test]
fn what_cannot_be_played_is_said() {
    let (scheme, assumptions, market) = read(&[("assumptions.toml", "[market.provider.cedar]", "[market.provider.cider]")]);
    let refused = MarketWorld::new(&scheme, &assumptions, &market, 1, (0, 1)).expect_err("one is not known");
    assert!(refused.what.contains("cedar"), "{refused:?}");
}
