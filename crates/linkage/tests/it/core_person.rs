//! A model like that of HMPPS Core Person Record: levels in order with their weights in bits, a match threshold of 20 bits,
//! fracture below 14, suspected twins forced to -5, and decisions of people within a scope. The weights are round numbers near
//! the published ones. Every level has a case made by hand.

use base::day;
use linkage::clustering::PairDecisions;
use linkage::earlier_persons::EarlierPersons;
use linkage::model::LinkageModel;
use linkage::overrides::{DecisionProblem, Override, pair_decisions};
use linkage::record_set::RecordSet;
use linkage::scoring::Scorer;
use linkage::splink::{SplinkComparison, SplinkLevel, SplinkTermFrequency, import};
use linkage::twins::{self, TwinSigns};
use linkage::{LinkageOptions, link};

use crate::splink::{at, level, null, records, settings};

const COLUMNS: [&str; 14] = [
    "first",
    "last",
    "both",
    "firsts",
    "lasts",
    "dob",
    "dobs",
    "postcodes",
    "outcodes",
    "pnc",
    "cro",
    "sentences",
    "marker",
    "scopes",
];

fn by_frequency(level: SplinkLevel, column: &str, weight: f64) -> SplinkLevel {
    SplinkLevel {
        term_frequency: Some(SplinkTermFrequency { column: column.into(), weight, minimum_u: 0.0, own_u: false }),
        ..level
    }
}

fn model() -> (LinkageModel, Vec<String>) {
    let shared = |list: &str| format!("array_length(list_intersect({list}_l, {list}_r)) >= 1");
    let aliases = format!("{} AND {}", shared("firsts"), shared("lasts"));
    let names = vec![
        null("(first_l IS NULL OR first_r IS NULL) AND (last_l IS NULL OR last_r IS NULL)"),
        by_frequency(level("both_l = both_r", 17.0), "both", 1.0),
        by_frequency(level("jaro_winkler_similarity(both_l, both_r) >= 0.9", 7.0), "both", 0.7),
        level("first_l = last_r AND first_r = last_l", 14.0),
        level(&format!("({aliases}) and len(firsts_l) * len(firsts_r) + len(lasts_l) * len(firsts_r) <= 4"), 11.0),
        level(&aliases, 9.0),
        level("ELSE", -8.0),
    ];
    let births = vec![
        null("dob_l IS NULL OR dob_r IS NULL"),
        level("dob_l = dob_r", 14.0),
        level(&format!("{} and len(dobs_l) * len(dobs_r) <= 2", shared("dobs")), 9.0),
        level(&shared("dobs"), 8.0),
        level(
            "substr(CAST(dob_l AS TEXT), 1, 3) = substr(CAST(dob_r AS TEXT), 1, 3) AND levenshtein(substr(CAST(dob_l AS TEXT), 4, 7), substr(CAST(dob_r AS TEXT), 4, 7)) <= 1",
            3.0,
        ),
        level("ABS(EPOCH(dob_l) - EPOCH(dob_r)) <= 157788000.0", -4.0),
        level("ELSE", -9.0),
    ];
    let contained = "array_contains(list_transform(postcodes_with_freq_r, y -> y.value), x.value)";
    let rarity = format!("x -> CASE WHEN {contained} THEN x.rel_freq ELSE 1.0 END");
    let rarer = |limit: &str| {
        format!("list_reduce(list_prepend(1.0, list_transform(postcodes_with_freq_l, {rarity})), (p, q) -> p * q) < {limit}")
    };
    let postcodes = vec![
        null("postcodes_l IS NULL OR postcodes_r IS NULL"),
        level(&rarer("0.2"), 15.0),
        level(&rarer("0.9"), 12.0),
        level(&shared("outcodes"), 5.0),
        level("ELSE", -2.0),
    ];
    let ids = vec![
        null("(cro_l IS NULL AND pnc_l IS NULL) OR (cro_r IS NULL AND pnc_r IS NULL)"),
        level("pnc_l = pnc_r AND cro_l = cro_r", 30.0),
        level("pnc_l = pnc_r", 22.0),
        level("cro_l = cro_r", 21.0),
        level(
            "(substring(pnc_l, 7, 6) = substring(cro_r, 1, 6) or substring(pnc_r, 7, 6) = substring(cro_l, 1, 6)) or \
             (substring(pnc_l, 1, 5) = substring(pnc_r, 1, 5) and substring(pnc_l, 8, 6) = substring(pnc_r, 8, 6))",
            15.0,
        ),
        null("(cro_l IS NULL OR cro_r IS NULL) AND (pnc_l IS NULL OR pnc_r IS NULL)"),
        level("ELSE", -14.0),
    ];
    let within = |end: &str| format!("abs(datediff('day', sentences_l[{end}], sentences_r[{end}])) <= 14");
    let sentences = vec![
        null("sentences_l IS NULL OR sentences_r IS NULL"),
        level(&format!("{} and len(sentences_l) * len(sentences_r) = 1", shared("sentences")), 11.0),
        level(&shared("sentences"), 7.0),
        level(&format!("{} or {}", within("1"), within("-1")), 1.0),
        level("ELSE", -0.5),
    ];
    let decided = vec![
        null("marker_l IS NULL OR marker_r IS NULL"),
        level("marker_l = marker_r", 100.0),
        level(&format!("marker_l != marker_r AND {}", shared("scopes")), -100.0),
        level("ELSE", 0.0),
    ];
    let comparison = |(name, levels): (&str, Vec<SplinkLevel>)| SplinkComparison { name: name.into(), levels };
    let comparisons = [
        ("names", names),
        ("births", births),
        ("postcodes", postcodes),
        ("ids", ids),
        ("sentences", sentences),
        ("decided", decided),
    ];
    let comparisons = comparisons.map(comparison).to_vec();
    let rules = ["l.dob = r.dob", "l.last = r.last", "l.pnc = r.pnc", "l.first = r.last and l.last = r.first"];
    let imported = import(&settings(comparisons, &rules)).unwrap_or_else(|unread| panic!("{unread:?}"));
    (imported.model, imported.columns)
}

/// A row in the order of the model's columns. Names and lists that belong together are filled in.
fn row<'a>(columns: &[String], said: &[(&str, &'a str)]) -> Vec<&'a str> {
    let of = |column: &str| said.iter().find(|(name, _)| *name == column).map_or("", |(_, value)| *value);
    let or = |column: &str, other: &str| if of(column).is_empty() { of(other) } else { of(column) };
    let cell = |column: &String| match column.as_str() {
        "firsts" => or("firsts", "first"),
        "lasts" => or("lasts", "last"),
        "dobs" => or("dobs", "dob"),
        other => of(other),
    };
    assert!(said.iter().all(|(name, _)| COLUMNS.contains(name)), "{said:?}");
    columns.iter().map(cell).collect()
}

type Said2<'a> = &'a [(&'a str, &'a str)];

#[test]
fn every_level_has_its_bits() {
    let (model, columns) = model();
    let cases: [(&str, Said2, Said2, &str, f64); 33] = [
        ("names", &[], &[("first", "ann"), ("last", "lee")], "nothing to compare", 0.0),
        (
            "names",
            &[("both", "ann lee"), ("first", "ann")],
            &[("both", "ann lee"), ("first", "ann")],
            "the same, and every second record has it",
            17.0 + (0.5_f64 / 17_f64.exp2() / 0.5).log2(),
        ),
        (
            "names",
            &[("both", "catherine lee"), ("first", "catherine")],
            &[("both", "catherina lee"), ("first", "catherina")],
            "alike, adjusted by 0.7",
            7.0 + 0.7 * (0.5_f64 / 17_f64.exp2() / 0.25).log2(),
        ),
        ("names", &[("first", "ann"), ("last", "lee")], &[("first", "lee"), ("last", "ann")], "exchanged", 14.0),
        (
            "names",
            &[("first", "ann"), ("firsts", "ann|nan"), ("last", "lee"), ("lasts", "lee|ray")],
            &[("first", "nan"), ("last", "ray")],
            "aliases meet, and there are few",
            11.0,
        ),
        (
            "names",
            &[("first", "ann"), ("firsts", "ann|nan|una"), ("last", "lee"), ("lasts", "lee|ray")],
            &[("first", "nan"), ("last", "ray")],
            "aliases meet, and there are five",
            9.0,
        ),
        (
            "names",
            &[("first", "ann"), ("firsts", "ann|nan"), ("last", "lee")],
            &[("first", "nan"), ("last", "ray")],
            "one alias meets",
            -8.0,
        ),
        ("births", &[("dob", "1980-04-03")], &[("dob", "1980-04-03")], "the same", 14.0),
        ("births", &[("dob", "1980-04-03"), ("dobs", "1980-04-03|1981-04-03")], &[("dob", "1981-04-03")], "an alias", 9.0),
        (
            "births",
            &[("dob", "1980-04-03"), ("dobs", "1980-04-03|1981-04-03|1982-04-03")],
            &[("dob", "1981-04-03")],
            "an alias of many",
            8.0,
        ),
        (
            "births",
            &[("dob", "1980-04-03"), ("dobs", "1982-04-03")],
            &[("dob", "1990-04-03"), ("dobs", "1982-04-03")],
            "the lists are the same, and the dates are not",
            9.0,
        ),
        ("births", &[("dob", "1980-04-03")], &[("dob", "1980-04-08")], "one slip after the third digit", 3.0),
        ("births", &[("dob", "1980-04-03")], &[("dob", "1979-04-03")], "another decade, within five years", -4.0),
        ("births", &[("dob", "1980-04-03")], &[("dob", "1990-04-03")], "else", -9.0),
        ("postcodes", &[("postcodes", "LS1 1AA|LS2 2BB")], &[("postcodes", "LS3 3CC|LS2 2BB")], "one of four, with half", 12.0),
        ("postcodes", &[("postcodes", "LS1 1AA")], &[("postcodes", "LS1 1AA")], "one, and everybody has it", -2.0),
        (
            "postcodes",
            &[("postcodes", "a|b|c"), ("outcodes", "z")],
            &[("postcodes", "c|b|d"), ("outcodes", "z")],
            "two, a third of all each",
            15.0,
        ),
        (
            "postcodes",
            &[("postcodes", "LS1 1AA"), ("outcodes", "LS1")],
            &[("postcodes", "LS1 2BB|LS4 4DD"), ("outcodes", "LS4|LS1")],
            "a district",
            5.0,
        ),
        ("postcodes", &[("postcodes", "LS1 1AA")], &[("postcodes", "LS3 3CC|LS2 2BB")], "none shared", -2.0),
        ("ids", &[("pnc", "1"), ("cro", "2")], &[("pnc", "1"), ("cro", "2")], "both", 30.0),
        ("ids", &[("pnc", "1"), ("cro", "2")], &[("pnc", "1"), ("cro", "3")], "one", 22.0),
        ("ids", &[("pnc", "1")], &[("cro", "3")], "nothing to compare, in the middle of the levels", 0.0),
        ("ids", &[("pnc", "1"), ("cro", "2")], &[("pnc", "4"), ("cro", "3")], "both differ", -14.0),
        ("ids", &[("pnc", "1999/0054321R")], &[("cro", "054321/12U")], "the number of one in the other", 15.0),
        ("ids", &[("pnc", "1999/0054321R")], &[("pnc", "1999/9954321R")], "the year and the last digits", 15.0),
        ("ids", &[("pnc", "1999/0054321R")], &[("pnc", "1998/0054321R")], "another year", -14.0),
        ("sentences", &[("sentences", "2020-01-01")], &[("sentences", "2020-01-01")], "one each", 11.0),
        ("sentences", &[("sentences", "2020-01-01|2021-01-01")], &[("sentences", "2021-01-01")], "one of two", 7.0),
        (
            "sentences",
            &[("sentences", "2020-01-01|2021-01-01")],
            &[("sentences", "2019-01-01|2021-01-09")],
            "the last ones are near",
            1.0,
        ),
        ("sentences", &[("sentences", "2020-01-01|2021-01-01")], &[("sentences", "2020-01-20|2021-02-01")], "none is", -0.5),
        ("decided", &[("marker", "a"), ("scopes", "x")], &[("marker", "a"), ("scopes", "y")], "one by decision", 100.0),
        ("decided", &[("marker", "a"), ("scopes", "x|y")], &[("marker", "b"), ("scopes", "z|x")], "two by decision", -100.0),
        ("decided", &[("marker", "a"), ("scopes", "x")], &[("marker", "b"), ("scopes", "y")], "of other scopes", 0.0),
    ];
    for (name, left, right, what, expected) in cases {
        let blank: Said2 = &[];
        let rows = [left, right, blank, blank].map(|said| row(&columns, said));
        // Names of the other two people make every second record an "ann lee", and every fourth one similar to it.
        let mut rows = rows.to_vec();
        let both = columns.iter().position(|column| column == "both").expect("it has the column");
        (rows[2][both], rows[3][both]) = ("ben orr", "cy ode");
        let records = records(&columns, &rows);
        let scorer = Scorer::new(&model, &records).expect("it can be made ready");
        let (left, right) = (at(&records, 0), at(&records, 1));
        let levels = scorer.levels(left, right);
        let comparison = model.comparisons.iter().position(|comparison| comparison.name == name).expect("it has the comparison");
        let (level, adjusted) = scorer.parts(left, right, &levels).0[comparison];
        assert!((level + adjusted - expected).abs() < 1e-9, "{name}, {what}: {level} + {adjusted}, and not {expected}");
    }
}

/// Anne and her twin Anna live together. Ann has an alias in common with Anne.
fn family(columns: &[String]) -> RecordSet {
    let twin = |first: &'static str, firsts: &'static str, both: &'static str, pnc: &'static str| {
        [
            ("first", first),
            ("firsts", firsts),
            ("last", "lee"),
            ("both", both),
            ("dob", "1980-04-03"),
            ("postcodes", "LS1 1AA"),
            ("pnc", pnc),
        ]
    };
    let rows = [
        twin("beth", "beth", "beth lee", ""),
        twin("anna", "anna", "anna lee", ""),
        twin("anne", "anne|beth", "anne lee", ""),
        twin("cath", "cath", "cath lee", "7"),
        twin("dora", "dora", "dora lee", "7"),
        // Somebody else, so that the postcode is not everybody's.
        [
            ("first", "ida"),
            ("firsts", ""),
            ("last", "orr"),
            ("both", "ida orr"),
            ("dob", ""),
            ("postcodes", "LS9 9ZZ"),
            ("pnc", ""),
        ],
    ];
    records(columns, &rows.each_ref().map(|said| row(columns, said)))
}

#[test]
fn twins_are_forced_apart() {
    let (mut model, columns) = model();
    let records = family(&columns);
    let position = |name: &str| columns.iter().position(|column| column == name).expect("it has the column");
    let weight = |model: &LinkageModel, one: usize, other: usize| {
        let scorer = Scorer::new(model, &records).expect("it can be made ready");
        let (one, other) = (at(&records, one), at(&records, other));
        scorer.weight(one, other, &scorer.levels(one, other))
    };
    assert_eq!(weight(&model, 0, 1), 18.0, "date of birth and postcode against the names: 14 + 12 - 8");
    let signs = TwinSigns {
        same: ["last", "dob", "postcodes"].map(position).to_vec(),
        unlike: vec![position("firsts")],
        apart: ["pnc", "cro"].map(position).to_vec(),
    };
    twins::add(&mut model, &signs, &[], 0.0);
    assert_eq!(weight(&model, 0, 1), -5.0, "every forename differs and no id agrees");
    assert_eq!(weight(&model, 0, 2), 14.0 + 12.0 + 11.0, "an alias is shared");
    assert_eq!(weight(&model, 3, 4), 18.0 + 22.0, "an id agrees, so the names are slips");
    assert_eq!(weight(&model, 0, 3), -5.0, "an id that one of them lacks is no sign of one person");
}

/// The persons of records by row: for each row the first row of its person.
fn persons(model: &LinkageModel, records: &RecordSet, choices: &LinkageOptions) -> Vec<usize> {
    let linked = link(records, model, choices).expect("the model can be used");
    let person = |row: usize| linked.person[at(records, row) as usize];
    (0..records.len()).map(|row| (0..=row).find(|first| person(*first) == person(row)).unwrap_or(row)).collect()
}

#[test]
fn joined_at_twenty_bits_and_fractured_below_fourteen() {
    let (model, columns) = model();
    // 14 bits for the date of birth and 3 for no other difference: 17. After a correction of the postcode 15, then 12.
    let of = |postcode: &'static str, pnc: &'static str| [("dob", "1980-04-03"), ("postcodes", postcode), ("pnc", pnc)];
    let rows = |one: [(&'static str, &'static str); 3], other: [(&'static str, &'static str); 3]| {
        // A third record, so that no postcode is everybody's.
        records(&columns, &[row(&columns, &one), row(&columns, &other), row(&columns, &[("postcodes", "LS9 9ZZ")])])
    };
    let earlier = |person: u32| Some(EarlierPersons { person: vec![person, person, 0], fracture: 14.0 });
    let found = |records: &RecordSet, earlier: Option<EarlierPersons>| {
        persons(&model, records, &LinkageOptions { match_threshold: 20.0, earlier, ..LinkageOptions::default() })[..2].to_vec()
    };
    let strong = rows(of("LS1 1AA", ""), of("LS1 1AA", ""));
    assert_eq!(found(&strong, None), [0, 0], "26 bits join");
    let middling = rows(of("", ""), of("", ""));
    assert_eq!(found(&middling, None), [0, 1], "14 bits do not join");
    assert_eq!(found(&middling, earlier(1)), [0, 0], "but keep together what was one person");
    assert_eq!(found(&middling, earlier(0)), [0, 1], "new records were not");
    let weak = rows(of("LS1 1AA", ""), of("LS2 2BB", ""));
    assert_eq!(found(&weak, earlier(1)), [0, 1], "12 bits fracture");
    let cro = || row(&columns, &[("cro", "1")]);
    let no_rule = records(&columns, &[cro(), cro(), cro()]);
    assert_eq!(found(&no_rule, None), [0, 1], "no rule brings them together");
    assert_eq!(found(&no_rule, earlier(1)), [0, 0], "and who was one person is compared all the same: 21 bits");
}

fn decision(one: &str, other: &str, must: bool) -> Override {
    let key = |id: &str| ("court".to_owned(), id.to_owned());
    let (by, reason) = ("A. Caseworker".to_owned(), "seen both".to_owned());
    Override { one: key(one), other: key(other), must, scope: "probation".into(), by, reason, from: None, to: Some(100) }
}

#[test]
fn people_decide_within_a_scope_and_a_time() {
    let (model, columns) = model();
    let same = [("first", "ann"), ("last", "lee"), ("both", "ann lee"), ("dob", "1980-04-03"), ("pnc", "7")];
    let other = [("first", "bob"), ("last", "orr"), ("both", "bob orr"), ("dob", "1960-04-03"), ("pnc", "9")];
    let records = records(&columns, &[row(&columns, &same), row(&columns, &same), row(&columns, &other)]);
    let list = [decision("0", "1", false), decision("1", "2", true)];
    let with = |decided: PairDecisions| {
        persons(&model, &records, &LinkageOptions { match_threshold: 20.0, decisions: decided, ..LinkageOptions::default() })
    };
    let on = |scope: &str, day: i32| pair_decisions(&list, &records, scope, day);
    assert_eq!(with(PairDecisions::default()), [0, 0, 2]);
    assert_eq!(with(on("probation", 100).0), [0, 1, 1], "the last day counts");
    assert_eq!(with(on("probation", 101).0), [0, 0, 2], "the day after does not");
    assert_eq!(with(on("housing", 100).0), [0, 0, 2], "nor does another scope");
    assert_eq!(on("probation", day::FIRST).1, [], "nothing is odd");
    let odd = [decision("0", "1", true), decision("1", "2", true), decision("0", "2", false), decision("0", "9", true)];
    let found = pair_decisions(&odd, &records, "probation", 0).1;
    let unknown = DecisionProblem::NoSuchRecord { at: 3, agency: "court".into(), id: "9".into() };
    assert_eq!(found, [unknown, DecisionProblem::Contradicted { at: 2 }], "a chain of two puts together what the third parts");
}
