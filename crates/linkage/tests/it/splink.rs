//! Models from Splink settings: each supported condition means what it means in SQL, and what is not supported is refused at
//! its place. That whole models give the same weights as Splink is tested where their files can be read (apps/cli).

use linkage::distinct_values::ValueNumbering;
use linkage::field::{Field, FieldKind, Missing};
use linkage::record_set::RecordSet;
use linkage::scoring::Scorer;
use linkage::source_tables::{RawColumn, RowAgency, SourceTable, combine};
use linkage::splink::{ImportedModel, SplinkComparison, SplinkLevel, SplinkSettings, SplinkTermFrequency, import};
use records::batch::Texts;

/// Records of one agency, as they are. `|` separates several values of one column.
pub(crate) fn records(columns: &[String], rows: &[Vec<&str>]) -> RecordSet {
    let mut ids = Texts::default();
    (0..rows.len()).for_each(|row| ids.push(&format!("{row}")));
    let raw = |column: usize| {
        let mut numbering = ValueNumbering::default();
        let rows = rows.iter().map(|row| numbering.number(row[column])).collect();
        Some(RawColumn { values: numbering.finish(), rows })
    };
    let table = SourceTable { agency: RowAgency::One("court".into()), ids, columns: (0..columns.len()).map(raw).collect() };
    let field = |name: &String| Field { name: name.clone(), kind: FieldKind::AsItStands, missing: Missing::default() };
    let fields: Vec<Field> = columns.iter().map(field).collect();
    combine(&fields, &vec![Some('|'); columns.len()], vec![table])
}

/// The number of the record in a row.
pub(crate) fn at(records: &RecordSet, row: usize) -> u32 {
    (0..records.len() as u32).find(|record| records.id(*record) == row.to_string()).expect("every row is a record")
}

/// A level that is `bits` more likely for one person, or less.
pub(crate) fn level(condition: &str, bits: f64) -> SplinkLevel {
    let (m, u) = if bits > 0.0 { (0.5, 0.5 / bits.exp2()) } else { (0.5 * bits.exp2(), 0.5) };
    SplinkLevel { condition: condition.into(), label: condition.into(), m: Some(m), u: Some(u), ..SplinkLevel::default() }
}

pub(crate) fn null(condition: &str) -> SplinkLevel {
    SplinkLevel { missing: true, m: None, u: None, ..level(condition, 1.0) }
}

pub(crate) fn settings(comparisons: Vec<SplinkComparison>, rules: &[&str]) -> SplinkSettings {
    SplinkSettings { prior: 0.5, by_bytes: true, rules: rules.iter().map(|rule| (*rule).to_owned()).collect(), comparisons }
}

fn one(levels: Vec<SplinkLevel>) -> SplinkSettings {
    settings(vec![SplinkComparison { name: "it".into(), levels }], &[])
}

fn one_level(condition: &str) -> SplinkSettings {
    one(vec![level(condition, 1.0), level("ELSE", -1.0)])
}

/// Whether a condition holds for the two values of column `a`, and of `b` the other way round.
fn holds(condition: &str, left: &str, right: &str) -> bool {
    let ImportedModel { model, columns } = import(&one_level(condition)).unwrap_or_else(|unread| panic!("{unread:?}"));
    // A third record, so that no value is the only one.
    let records = records(&columns, &[vec![left; columns.len()], vec![right; columns.len()], vec!["z"; columns.len()]]);
    let scorer = Scorer::new(&model, &records).expect("it can be made ready");
    scorer.levels(at(&records, 0), at(&records, 1))[0] == 0
}

#[test]
fn conditions_mean_what_they_mean_in_sql() {
    for (condition, left, right, expected) in [
        ("\"a_l\" = \"a_r\"", "x", "x", true),
        ("a_r = a_l", "x", "y", false),
        ("NOT a_l = a_r", "x", "y", true),
        ("NOT a_l = a_r", "x", "", false),
        ("a_l <> a_r", "x", "y", true),
        ("a_l IS NULL OR a_r IS NULL", "", "y", true),
        ("a_l is not null and a_r is null", "x", "", true),
        ("(a_l = a_r or a_l is null) and not (a_r is null)", "", "y", true),
        ("jaro_winkler_similarity(a_l, a_r) >= 0.92", "martha", "marhta", true),
        ("jaro_similarity(a_l, a_r) > 0.95", "martha", "marhta", false),
        ("0.9 <= jaro_winkler_similarity(a_l, a_r)", "martha", "marhta", true),
        ("jaro_winkler_similarity(a_l, a_r) < 0.9", "martha", "marhta", false),
        ("levenshtein(a_l, a_r) <= 1", "e", "f", true),
        // A letter of two bytes is two edits away, as in DuckDB.
        ("levenshtein(a_l, a_r) <= 1", "e", "é", false),
        ("levenshtein(a_l, a_r) < 3", "e", "é", true),
        ("levenshtein(a_l, a_r) > 1", "e", "é", true),
        ("damerau_levenshtein(a_l, a_r) <= 1", "ab", "ba", true),
        ("levenshtein(a_l, a_r) <= 1", "ab", "ba", false),
        ("substr(a_l, 1, 2) = substring(a_r, 1, 2)", "abc", "abd", true),
        ("lower(a_l) = lower(a_r)", "ABC", "abc", true),
        ("upper(trim(a_l)) = upper(trim(a_r))", " abc", "Abc ", true),
        ("left(a_l, 1) = left(a_r, 1)", "abc", "ade", true),
        // What substr and regexp_extract do not find is an empty text in SQL, and two empty texts are equal.
        ("substr(a_l, 3, 1) = substr(a_r, 3, 1)", "ab", "cd", true),
        ("substr(a_l, 3, 1) = substr(a_r, 3, 1)", "ab", "", false),
        ("regexp_extract(a_l, '[0-9]+') = regexp_extract(a_r, '[0-9]+')", "ab", "cd", true),
        ("regexp_extract(a_l, '[0-9]+') = regexp_extract(a_r, '[0-9]+')", "ab", "cd1", false),
        ("NULLIF(regexp_extract(a_l, '[0-9]+', 0), '') = NULLIF(regexp_extract(a_r, '[0-9]+', 0), '')", "ab", "cd", false),
        ("NULLIF(regexp_extract(a_l, '[0-9]+', 0), '') = NULLIF(regexp_extract(a_r, '[0-9]+', 0), '')", "a7", "b7", true),
        ("regexp_extract(a_l, '[0-9]+') IS NULL", "ab", "cd", false),
        ("levenshtein(substr(a_l, 4, 7), substr(a_r, 4, 7)) <= 1", "abc", "xyzu", true),
        ("levenshtein(substr(a_l, 4, 7), substr(a_r, 4, 7)) <= 1", "abcde", "xyz", false),
        ("ABS(EPOCH(a_l) - EPOCH(a_r)) <= 86400", "1790-01-01", "1790-01-02", true),
        ("ABS(EPOCH(a_l) - EPOCH(a_r)) < 86400", "1790-01-01", "1790-01-02", false),
        ("ABS(EPOCH(a_l) - EPOCH(a_r)) <= 86400", "1790-01-01", "1799-01-02", false),
        ("abs(date_diff('day', a_l::date, a_r::date)) <= 2", "2000-02-28", "2000-03-01", true),
        ("ABS(EPOCH(try_strptime(a_l, '%Y%m%d')) - EPOCH(try_strptime(a_r, '%Y%m%d'))) <= 86400.0", "20000228", "20000229", true),
        ("try_strptime(a_l, '%Y%m%d') IS NULL", "20000230", "20000229", true),
        ("levenshtein(CAST(a_l AS TEXT), a_r::varchar(20)) <= 0", "x", "x", true),
        ("array_length(list_intersect(a_l, a_r)) >= 1", "x|y", "z|y", true),
        ("array_length(list_intersect(a_l, a_r)) >= 1", "x|y", "z|u", false),
        // Two lists of two columns are met by different values of each.
        ("array_length(list_intersect(a_l, a_r)) >= 1 AND array_length(list_intersect(b_l, b_r)) >= 1", "x|y", "y|z", true),
        // How many values there are. A value that a list repeats counts once, and an empty list is missing.
        ("len(a_l) * len(a_r) <= 4", "x|y", "y|z|z", true),
        ("len(a_l) * len(a_r) < 4", "x|y", "y|z", false),
        ("array_length(a_l) * len(a_r) = 4", "x|y", "y|z", true),
        ("len(a_l) * len(a_r) = 4", "x", "y|z", false),
        ("len(a_l) * len(a_r) = 1", "x", "y", true),
        ("len(a_l) * len(a_r) <> 4", "x", "y|z", true),
        ("4 < len(a_l) * len(a_r)", "x|y", "x|y|z", true),
        ("len(a_l) * len(a_r) + len(b_l) * len(a_r) <= 8", "x|y", "y|z", true),
        ("len(a_l) * len(a_r) + len(b_l) * len(a_r) <= 7", "x|y", "y|z", false),
        ("len(a_l) * len(a_r) <= 4", "", "y", false),
        ("not len(a_l) * len(a_r) <= 4", "", "y", false),
        // The first and last value of a list, as it is written.
        ("a_l[1] = a_r[1]", "x|z|y", "x|w", true),
        ("a_l[1] = a_r[1]", "x|z|y", "z|x", false),
        ("a_l[-1] = a_r[-1]", "x|z|y", "w|y", true),
        ("a_l[-1] = a_r[-1]", "x|y|z", "y|z|x", false),
        ("abs(datediff('day', a_l[1], a_r[1])) <= 14", "2000-01-01|2005-01-01", "2000-01-15|2006-01-01", true),
        ("abs(datediff('day', a_l[-1], a_r[-1])) <= 14", "2000-01-01|2005-01-01", "2000-01-15|2006-01-01", false),
        ("abs(datediff('day', a_l[-1], a_r[-1])) <= 14", "2000-01-01", "1990-01-01|2000-01-15", true),
    ] {
        assert_eq!(holds(condition, left, right), expected, "{condition} of `{left}` and `{right}`");
    }
}

/// A third record has `z`, so that each value's share among all values is a fifth, or two fifths.
#[test]
fn frequencies_of_shared_values_are_multiplied() {
    let one = "x -> CASE WHEN array_contains(list_transform(a_with_freq_r, y -> y.value), x.value) THEN x.rel_freq ELSE 1.0 END";
    let new = "lambda x: case when list_has(array_transform(a_r, lambda y: y.value), x.value) then x.rel_freq else 1 end";
    let arrows = format!("list_reduce(list_prepend(1.0, list_transform(a_with_freq_l, {one})), (p, q) -> p * q)");
    let words = format!("array_reduce(array_prepend(1, array_transform(a_l, {new})), lambda p, q: q * p)");
    for product in [arrows, words] {
        for (left, right, limit, expected) in [
            ("x|y", "y|z", "< 0.4", false),
            ("x|y", "y|z", "<= 0.4", true),
            ("x|y", "y|z", "< 0.41", true),
            ("x|y", "x|y", "< 0.2", true),
            ("x|y", "x|y", "> 0.15", true),
            ("x|y", "w", "< 0.999", false),
            ("x|y", "w", ">= 1", true),
            ("", "y", "< 0.999", false),
            ("y", "y", "< 0.7", true),
            ("y", "y", "< 0.6", false),
        ] {
            assert_eq!(holds(&format!("{product} {limit}"), left, right), expected, "{product} {limit}: `{left}`, `{right}`");
        }
    }
    let sum = "list_reduce(list_prepend(1.0, list_transform(a_l, x -> x.rel_freq)), (p, q) -> p + q) < 1";
    let refused = import(&one_level(sum)).expect_err("it is no product");
    assert_eq!(refused[0].error.problem, "this use of list_reduce is not supported");
}

#[test]
fn what_is_not_understood_is_refused_at_its_place() {
    for (condition, place, what) in [
        ("soundex(a_l) = soundex(a_r)", 0, "soundex with 1 argument is not supported here"),
        ("a_l = b_l", 0, "both sides are of the same record"),
        ("a_l = 'x'", 6, "this is not a value of a record"),
        ("jaccard(a_l, a_r) >= 0.9", 0, "jaccard with 2 arguments is not supported here"),
        ("a = b", 0, "`a` does not say which record it is of"),
        ("a_l", 0, "this is not a condition"),
        ("not substr(a_l, 3) = substr(a_r, 3)", 4, "a negated condition cannot use a text that may be empty"),
        ("regexp_extract(a_l, '(') = a_r", 20, "this regular expression is not valid"),
        ("array_length(list_intersect(a_l, a_r)) >= 2", 0, "only whether two lists share a value is supported"),
        ("try_strptime(a_l, '%H') is null", 18, "this format has more in it than a date"),
        ("a_l[2] = a_r[2]", 0, "this is not a value of a record"),
        ("a_l[1] = a_r[-1]", 9, "the first value of one list is compared with the last of another"),
        ("len(a_l) + len(a_r) <= 4", 0, "this is not a product of lengths of lists"),
        ("len(a_l) * 2 <= 4", 0, "this is not the length of a list times that of another"),
        ("len(a_l) * len(a_r) <= 0", 0, "a number of values cannot be compared with 0"),
    ] {
        let unread = import(&one_level(condition)).expect_err(condition);
        assert_eq!((unread[0].place.as_str(), unread[0].error.at), ("comparison `it`, level 1", place), "{condition}");
        assert!(unread[0].error.problem.starts_with(what), "{condition}: {}", unread[0].error.problem);
    }
    let all = import(&settings(
        vec![SplinkComparison { name: "it".into(), levels: vec![level("a_l ~ a_r", 1.0), level("b_l = b_r", 1.0)] }],
        &["l.a <> r.a", "l.a = r.a or l.b = r.b", "l.a = r.b"],
    ));
    let places: Vec<String> = all.expect_err("four things are wrong").into_iter().map(|unread| unread.place).collect();
    assert_eq!(places, ["comparison `it`, level 1", "rule 1", "rule 2"], "everything is reported at once");
    assert_eq!(import(&settings(vec![], &["1=1"])).expect("it is understood").model.rules[0].same, [], "every pair");
    assert!(import(&one(vec![level("a_l = a_r", 1.0)])).is_err(), "without ELSE some pairs would have no level");
    let untrained = one(vec![SplinkLevel { m: None, ..level("a_l = a_r", 1.0) }, SplinkLevel { m: None, ..level("ELSE", 1.0) }]);
    assert!(import(&untrained).is_err(), "a model that was never trained has no weights");
}

/// Half the records have "x": its share is 0.5, and that of "y" 0.25.
fn adjusted(frequency: SplinkTermFrequency, value: &str) -> f64 {
    let mut exact = level("a_l = a_r", 3.0);
    exact.term_frequency = Some(frequency.clone());
    let mut alike = level("jaro_winkler_similarity(a_l, a_r) >= 0.7", 2.0);
    alike.term_frequency = Some(frequency);
    let ImportedModel { model, columns } = import(&one(vec![exact, alike, level("ELSE", -1.0)])).expect("it is understood");
    let rows: Vec<Vec<&str>> =
        ["xxxx", "xxxx", "xxxx", "xxxx", "yyyy", "yyyy", "yyyyz", "zzzzzzz"].iter().map(|value| vec![*value]).collect();
    let records = records(&columns, &rows);
    let scorer = Scorer::new(&model, &records).expect("it can be made ready");
    let rows: Vec<usize> = (0..rows.len()).filter(|row| records.text(at(&records, *row), 0).starts_with(value)).collect();
    let (one, other) = (at(&records, rows[0]), at(&records, rows[rows.len() - 1]));
    scorer.weight(one, other, &scorer.levels(one, other))
}

#[test]
fn frequencies_adjust_as_in_splink() {
    let said =
        |weight: f64, least: f64, own: bool| SplinkTermFrequency { column: "a".into(), weight, minimum_u: least, own_u: own };
    let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found} and not {expected}");
    // 3 bits, u is 1/16, and half the records have it: 3 + log2(1/16 ÷ 1/2).
    close(adjusted(said(1.0, 0.0, false), "xxxx"), 0.0);
    close(adjusted(said(0.5, 0.0, false), "xxxx"), 1.5);
    // The similarity of "yyyy" (1/4) and "yyyyz" (1/8) is compared with the u of exact agreement and the more common of the
    // two.
    close(adjusted(said(1.0, 0.0, false), "yyyy"), 2.0 + (0.0625_f64 / 0.25).log2());
    close(adjusted(said(1.0, 0.3, false), "yyyy"), 2.0 + (0.0625_f64 / 0.3).log2());
    close(adjusted(said(1.0, 0.0, true), "yyyy"), 2.0 + (0.125_f64 / 0.25).log2());
    close(adjusted(said(0.0, 0.0, false), "yyyy"), 2.0);
}
