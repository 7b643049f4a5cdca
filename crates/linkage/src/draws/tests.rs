//! Draws compared with closed forms: which other linkages are possible, and how often each occurs.

use super::*;

/// SplitMix64 over the three keys: even enough for tests, because this crate has no random numbers of its own.
fn uniform(seed: u64) -> impl Fn(u64, u64, u64) -> f64 + Sync {
    move |component, draw, step| {
        let mix = |bits: u64| {
            let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            bits ^ (bits >> 31)
        };
        let bits = mix(mix(mix(mix(seed) ^ component) ^ draw) ^ step);
        ((bits >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0
    }
}

fn key(id: &str) -> RecordKey {
    RecordKey { agency: "a".into(), id: id.into() }
}

fn member(id: &str, person: &str) -> Member {
    Member { key: key(id), person: person.into(), quality: 1.0 }
}

fn link(one: &str, other: &str, probability: f64) -> RecordLink {
    RecordLink { pair: [key(one), key(other)], probability }
}

/// How often each division occurred. Divisions are written as the person of each record.
fn shares(members: &[Member], links: &[RecordLink], count: usize) -> BTreeMap<Vec<u32>, f64> {
    let drawn = draws(members, links, count, &uniform(7));
    let mut found = BTreeMap::new();
    (0..count).for_each(|draw| *found.entry(drawn.persons(draw)).or_default() += 1.0 / count as f64);
    found
}

/// Within four standard errors of a share.
#[track_caller]
fn close_to(found: Option<&f64>, wanted: f64, count: usize) {
    let found = found.copied().unwrap_or(0.0);
    let error = (wanted * (1.0 - wanted) / count as f64).sqrt();
    assert!((found - wanted).abs() <= 4.0 * error, "{found} is not {wanted} ± 4 × {error}");
}

#[test]
fn one_link_holds_with_its_own_probability() {
    for (probability, person) in [(0.9, "p"), (0.3, "q")] {
        let members = [member("1", "p"), member("2", person)];
        let found = shares(&members, &[link("2", "1", probability)], 20_000);
        close_to(found.get(&vec![0, 0]), probability, 20_000);
    }
}

/// Odds of 3 and of 1 for the same record, and the two others are strangers: 3, 1 and neither, in the proportion 3 : 1 : 1.
#[test]
fn a_record_that_can_be_one_of_two_people_is_never_both() {
    let members = [member("1", "p"), member("2", "q"), member("x", "p")];
    let found = shares(&members, &[link("1", "x", 0.75), link("2", "x", 0.5), link("1", "2", 0.0)], 20_000);
    for (division, wanted) in [([0, 1, 0], 0.6), ([0, 1, 1], 0.2), ([0, 1, 2], 0.2)] {
        close_to(found.get(division.as_slice()), wanted, 20_000);
    }
    assert_eq!(found.len(), 3);
}

/// Three records, each pair with odds of 2: apart 1, three divisions into two at 2, and all three together at 8.
#[test]
fn who_is_put_with_two_is_put_with_the_third() {
    let members = [member("1", "p"), member("2", "p"), member("3", "p")];
    let third = 2.0 / 3.0;
    let found = shares(&members, &[link("1", "2", third), link("1", "3", third), link("2", "3", third)], 20_000);
    for (division, odds) in [([0, 1, 2], 1.0), ([0, 0, 2], 2.0), ([0, 1, 0], 2.0), ([0, 1, 1], 2.0), ([0, 0, 0], 8.0)] {
        close_to(found.get(division.as_slice()), odds / 15.0, 20_000);
    }
}

/// Records that are together beyond doubt move as one, however many links say so.
#[test]
fn a_core_is_put_by_the_mean_of_its_links() {
    let members = [member("1", "p"), member("2", "p"), member("3", "q"), member("4", "q")];
    let mut links = vec![link("1", "2", 0.9999), link("3", "4", 0.9999)];
    links.extend([("1", "3"), ("1", "4"), ("2", "3"), ("2", "4")].map(|(one, other)| link(one, other, 0.2)));
    let found = shares(&members, &links, 20_000);
    close_to(found.get(&vec![0, 0, 0, 0]), 0.2, 20_000);
    close_to(found.get(&vec![0, 0, 2, 2]), 0.8, 20_000);
}

#[test]
fn what_nobody_doubts_is_never_drawn() {
    let members = [member("1", "p"), member("2", "p"), member("3", "q"), member("4", "q"), member("5", "r")];
    // 3 and 4 have no link: somebody decided. 5 is similar to 1, and hardly the same person.
    let drawn = draws(&members, &[link("1", "2", 1.0), link("1", "5", 0.0), link("9", "1", 0.5)], 10, &uniform(1));
    assert_eq!(drawn.components, []);
    assert_eq!(drawn.persons(3), drawn.linked);
    // Two people whom linking kept apart, although a link says they are one, are not one core, but in doubt.
    let apart = draws(&[member("1", "p"), member("2", "q")], &[link("1", "2", 0.9999)], 10, &uniform(1));
    assert_eq!(apart.doubtful(), [true, true]);
}

/// A component that is small enough for both methods gives the same with either.
#[test]
fn large_components_are_drawn_as_small_ones_are() {
    let ids: Vec<String> = (0..6).map(|at| at.to_string()).collect();
    let members: Vec<Member> = ids.iter().map(|id| member(id, id)).collect();
    let probability = |at: usize| [0.6, 0.3, 0.8, 0.5, 0.7][at];
    let mut links: Vec<RecordLink> = (0..5).map(|at| link(&ids[at], &ids[at + 1], probability(at))).collect();
    links.push(link("0", "2", 0.7));
    let pairs = pairs(&members, &links);
    let linked: Vec<u32> = (0..6).collect();
    let (core, of) = cores(&linked, &pairs);
    let undrawn = || components(&linked, &of, &between(&linked, &pairs, &core, &of)).remove(0);
    let count = 40_000;
    let tally = |drawn: &[u32]| {
        let mut found: BTreeMap<Vec<u32>, f64> = BTreeMap::new();
        drawn.chunks(6).for_each(|division| *found.entry(division.to_vec()).or_default() += 1.0 / count as f64);
        found
    };
    let (exact, gibbs) = (tally(&undrawn().listed(count, &uniform(3))), tally(&undrawn().sampled(count, &uniform(4))));
    for (division, share) in exact.iter().filter(|(_, share)| **share > 0.005) {
        // Two samples, the second of draws that are slightly correlated: six standard errors of one.
        let error = (share * (1.0 - share) / count as f64).sqrt();
        let found = gibbs.get(division).copied().unwrap_or(0.0);
        assert!((found - share).abs() < 6.0 * error, "{division:?}: {found} and {share}");
    }
}

#[test]
fn the_order_of_links_and_the_number_of_threads_make_no_difference() {
    let members: Vec<Member> = (0..40).map(|at| member(&format!("{at:02}"), &format!("p{}", at / 2))).collect();
    let mut links: Vec<RecordLink> =
        (0..39).map(|at| link(&format!("{at:02}"), &format!("{:02}", at + 1), 0.05 + 0.02 * f64::from(at))).collect();
    let on = |threads: usize, links: &[RecordLink]| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| draws(&members, links, 30, &uniform(5)))
    };
    let first = on(1, &links);
    links.reverse();
    assert_eq!(first, on(3, &links));
    assert_eq!(first.large(), 1);
}
