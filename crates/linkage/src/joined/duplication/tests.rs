//! Counts of the same work done twice: a handful of people whose counts can be made by hand, and a plain second way to count.

use proptest::prelude::*;

use super::*;

fn member(agency: &str, id: &str, person: &str, quality: f64) -> Member {
    Member { key: RecordKey { agency: agency.into(), id: id.into() }, person: person.into(), quality }
}

fn piece(record: usize, work: usize, need: &str, from: Day, to: Day) -> PieceOfWork {
    PieceOfWork { record, work, need: need.into(), from, to }
}

fn people() -> Vec<Member> {
    vec![
        member("health", "h1", "P1", 0.99),
        member("housing", "c1", "P1", 0.99),
        member("police", "x1", "P1", 0.99),
        member("health", "h2", "P2", 0.6),
        member("housing", "c2", "P2", 0.6),
        member("police", "x3", "P3", 1.0),
    ]
}

#[test]
fn agencies_are_counted_under_each_reading() {
    let members = people();
    let pair = |a: &Member, b: &Member, probability| RecordLink { pair: [a.key.clone(), b.key.clone()], probability };
    let links = [pair(&members[3], &members[5], 0.7), pair(&members[0], &members[5], 0.2)];
    let held = |persons: &PersonNumbers| counts(&members, persons, &[]).held_by;
    let [linked, apart, together] = variants(&members, &links, &DuplicationRules::default());
    assert_eq!(held(&linked), BTreeMap::from([(1, 1), (2, 1), (3, 1)]));
    assert_eq!(held(&apart), BTreeMap::from([(1, 3), (3, 1)]), "P2 is doubtful");
    assert_eq!(held(&together), BTreeMap::from([(3, 2)]), "P2 and P3 are probably one; P1 and P3 are not");
    let both = counts(&members, &linked, &[]).both;
    assert_eq!(both[&["health".to_owned(), "housing".to_owned()]], 2);
    assert_eq!(both[&["health".to_owned(), "police".to_owned()]], 1);
}

#[test]
fn the_second_of_a_need_and_a_period_counts_and_nothing_else() {
    let members = people();
    let [linked, ..] = variants(&members, &[], &DuplicationRules::default());
    let found = |pieces: &[PieceOfWork]| counts(&members, &linked, pieces).seconds.len();
    let first = piece(0, 0, "housing", 100, 191);
    assert_eq!(found(&[first.clone(), piece(1, 0, "housing", 190, 281)]), 1);
    assert_eq!(found(&[first.clone(), piece(1, 0, "housing", 191, 282)]), 0, "another period");
    assert_eq!(found(&[first.clone(), piece(1, 0, "drugs", 110, 201)]), 0, "another need");
    assert_eq!(found(&[first.clone(), piece(1, 1, "housing", 110, 201)]), 0, "other work");
    assert_eq!(found(&[first.clone(), piece(0, 0, "housing", 110, 201)]), 0, "a review by the same agency");
    assert_eq!(found(&[first.clone(), piece(3, 0, "housing", 110, 201)]), 0, "another person");
    let three = [first, piece(2, 0, "housing", 120, 211), piece(1, 0, "housing", 110, 201), piece(1, 0, "housing", 130, 221)];
    let seconds = counts(&members, &linked, &three).seconds;
    let agencies: Vec<&str> = seconds.iter().map(|second| second.agencies[1].as_str()).collect();
    assert_eq!(agencies, ["housing", "police"], "each agency after the first once");
    assert_eq!(seconds[0].days, 81, "from 110 to before 191");
}

#[test]
fn costs_go_to_the_department_that_came_second() {
    let members = people();
    let looking =
        DuplicationRules { departments: BTreeMap::from([("housing".into(), "Council".into())]), ..DuplicationRules::default() };
    let [linked, ..] = variants(&members, &[], &looking);
    let pieces = [
        piece(0, 0, "", 100, 191),
        piece(1, 0, "", 100, 191),
        piece(2, 0, "", 101, 192),
        piece(0, 1, "", 0, 731),
        piece(1, 1, "", 0, 1461),
    ];
    let counts = counts(&members, &linked, &pieces);
    let cost = |work: &str, department: &str, by_month, pence| UnitCost {
        work: work.into(),
        department: department.into(),
        by_month,
        pence,
        price_year: "2015/16".into(),
        source: "assumption: test".into(),
    };
    let unit = [
        cost("assessment", "", false, [20_400, 10_000, 30_000]),
        cost("assessment", "Council", false, [5_000, 5_000, 5_000]),
        cost("lead worker", "Council", true, [16_500, 0, 16_500]),
    ];
    let found = costs(&counts, &looking, &unit, 0);
    assert_eq!(found[&("Council", 0)], DuplicationCost { seconds: 1, pence: 5_000, without: 0 });
    assert_eq!(found[&("police", 0)], DuplicationCost { seconds: 1, pence: 20_400, without: 0 });
    // 731 days are 24.0164 months of 365.25 / 12 days, at £165.
    assert_eq!(found[&("Council", 1)], DuplicationCost { seconds: 1, pence: 396_271, without: 0 });
    assert_eq!(costs(&counts, &looking, &unit, 2)[&("police", 0)].pence, 30_000);
    assert_eq!(costs(&counts, &looking, &[], 0)[&("police", 0)], DuplicationCost { seconds: 1, pence: 0, without: 1 });
}

proptest! {
    /// The order of rows makes no difference. More links never find fewer agencies together.
    #[test]
    fn order_does_not_matter_and_joining_never_parts(
        done in prop::collection::vec((0..6_usize, 0..2_usize, 0..2_u8, 0..400), 0..30),
        shuffle in any::<u64>(),
    ) {
        let members = people();
        let links = [RecordLink { pair: [members[3].key.clone(), members[5].key.clone()], probability: 0.7 }];
        let pieces: Vec<PieceOfWork> = done.iter().map(|(r, w, n, d)| piece(*r, *w, &n.to_string(), *d, d + 91)).collect();
        let mut other = pieces.clone();
        other.sort_by_key(|piece| (piece.from as u64 + 1).wrapping_mul(shuffle | 1));
        let all = variants(&members, &links, &DuplicationRules::default());
        let pairs = |persons: &PersonNumbers| counts(&members, persons, &[]).both.values().sum::<usize>();
        for persons in &all {
            let one = counts(&members, persons, &pieces);
            prop_assert_eq!(&one, &counts(&members, persons, &other));
            for second in &one.seconds {
                prop_assert!(second.agencies[0] != second.agencies[1] && second.from[0] <= second.from[1]);
                prop_assert!(second.days > 0 && second.days <= 91);
            }
        }
        prop_assert!(pairs(&all[1]) <= pairs(&all[0]) && pairs(&all[0]) <= pairs(&all[2]));
    }
}
