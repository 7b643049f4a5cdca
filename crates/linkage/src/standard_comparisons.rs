//! The standard comparisons: for each kind of field which comparison levels are told apart, and whether people who live together
//! share it. A model for known kinds of fields needs nothing else before training.

use super::field::{Field, FieldKind, Missing};
use super::model::{Comparison, ComparisonLevel, LinkageModel, PairTest, TermFrequencyAdjustment, ValuePart};
use super::nicknames;

/// What training should know about comparisons besides their values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrainingHints {
    /// For each comparison whether people of one household or family share the value.
    pub shared: Vec<bool>,
    /// For each comparison which relatives share the value, besides.
    pub relatives: Vec<Option<RelativeKind>>,
    /// For each comparison the largest share of one person's pairs of records that agree on it no better than strangers do.
    pub strays: Vec<f64>,
    /// The comparisons of forename and surname, if some other field can tell namesakes from one person.
    pub names: Option<(usize, usize)>,
}

/// Relatives who share a value that the household as a whole does not share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelativeKind {
    /// They share the day of birth.
    Twins,
    /// They share the forename: a father and his son.
    Namesakes,
    /// They share a number: one gives the other's, or a clerk does.
    Borrowers,
}

/// Which relatives share a field of this kind, and the largest share of one person's pairs of records that agree on it no
/// better than strangers do. Nobody has two days of birth or two numbers, so if many pairs seem to differ there, they are of
/// two people. Names are changed and left out more often. After a move, nothing about the place agrees.
fn relatives_and_strays(kind: FieldKind) -> (Option<RelativeKind>, f64) {
    match kind {
        FieldKind::BirthDate => (Some(RelativeKind::Twins), 0.03),
        FieldKind::NationalId => (Some(RelativeKind::Borrowers), 0.1),
        FieldKind::Forename | FieldKind::FullName => (Some(RelativeKind::Namesakes), 0.3),
        FieldKind::Sex => (None, 0.3),
        _ => (None, 1.0),
    }
}

/// The standard comparisons for some fields, with *m*, *u* and *h* as they are before training.
#[must_use]
pub fn standard_comparisons(fields: &[Field]) -> (LinkageModel, TrainingHints) {
    let mut model = LinkageModel { prior: 1e-4, household: 1e-4, ..LinkageModel::default() };
    let mut hints = TrainingHints::default();
    let find = |kind: FieldKind| fields.iter().position(|field| field.kind == kind);
    let names = find(FieldKind::Forename).zip(find(FieldKind::Surname));
    for (column, field) in fields.iter().enumerate() {
        let levels = match field.kind {
            FieldKind::Forename => forename(&mut model, column, names.map(|(_, surname)| surname)),
            FieldKind::Surname => surname(&mut model, column, names.map(|(forename, _)| forename)),
            FieldKind::FullName => full_name(&mut model, column),
            FieldKind::BirthDate => birth_date(&mut model, column),
            FieldKind::Sex => plain(&mut model, column, false),
            FieldKind::Postcode => postcode(&mut model, column),
            FieldKind::AddressPart => by_similarity_steps(&mut model, column, &[0.92, 0.8]),
            FieldKind::NationalId => national_id(&mut model, column),
            FieldKind::Email => email(&mut model, column),
            FieldKind::Initials => initials(&mut model, column, names),
            FieldKind::Area | FieldKind::AsItStands => by_similarity_steps(&mut model, column, &[0.9]),
        };
        let mut levels = at_first(levels, differs(field.kind));
        match field.missing {
            Missing::SaysNothing => {}
            Missing::IsMeasured => levels[0].missing = false,
            Missing::Disagrees => drop(levels.remove(0)),
        }
        model.comparisons.push(Comparison { name: field.name.clone(), levels, depends_on: None });
        let place = matches!(field.kind, FieldKind::Postcode | FieldKind::AddressPart | FieldKind::Area);
        hints.shared.push(place || field.kind == FieldKind::Surname);
        let (relatives, strays) = relatives_and_strays(field.kind);
        hints.relatives.push(relatives);
        hints.strays.push(strays);
    }
    let tells =
        |field: &Field| !matches!(field.kind, FieldKind::Forename | FieldKind::Surname | FieldKind::Initials | FieldKind::Sex);
    hints.names = names.filter(|_| fields.iter().any(tells));
    (model, hints)
}

/// A level without probabilities.
fn level(label: &str, test: PairTest) -> ComparisonLevel {
    ComparisonLevel { label: label.to_owned(), test, missing: false, m: 0.0, u: 0.0, h: 0.0, term_frequency: None }
}

fn missing(feature: usize) -> ComparisonLevel {
    let test = PairTest::Any(vec![PairTest::LeftMissing(feature), PairTest::RightMissing(feature)]);
    ComparisonLevel { missing: true, ..level("missing", test) }
}

/// The same value, which counts more the rarer it is.
fn same(feature: usize) -> ComparisonLevel {
    let term_frequency =
        Some(TermFrequencyAdjustment { feature, weight: 1.0, minimum_u: 0.0, own_u: false, by_similarity: false, scaled: false });
    ComparisonLevel { term_frequency, ..level("the same", PairTest::Same(feature, feature)) }
}

/// From this similarity on, it counts how common similar values are. Lower similarity is common among all values.
const COMMON_SIMILARITY: f64 = 0.8;

/// Similar values, which count more the fewer people have a similar value.
fn similar_values(feature: usize, least: f64) -> ComparisonLevel {
    let similar =
        TermFrequencyAdjustment { feature, weight: 1.0, minimum_u: 0.0, own_u: true, by_similarity: true, scaled: false };
    let term_frequency = (least >= COMMON_SIMILARITY).then_some(similar);
    ComparisonLevel { term_frequency, ..level(&format!("alike ({least})"), PairTest::JaroWinkler(feature, feature, least)) }
}

/// The same name. People of one origin share names, and a name that is rare among all people is as much rarer among them.
fn same_name(feature: usize) -> ComparisonLevel {
    let mut same = same(feature);
    same.term_frequency.iter_mut().for_each(|frequency| frequency.scaled = true);
    same
}

fn otherwise() -> ComparisonLevel {
    level("different", PairTest::Otherwise)
}

/// How often one person's records are believed to differ altogether before training: people move, and change their names.
fn differs(kind: FieldKind) -> f64 {
    match kind {
        FieldKind::Postcode | FieldKind::AddressPart | FieldKind::Email => 0.25,
        FieldKind::Area => 0.15,
        FieldKind::Surname => 0.05,
        // If it were more, twins would be one person with two forenames before training tells them apart.
        FieldKind::Forename | FieldKind::FullName | FieldKind::Initials => 0.0,
        FieldKind::BirthDate | FieldKind::NationalId | FieldKind::Sex | FieldKind::AsItStands => 0.01,
    }
}

/// Probabilities to start with. The better the agreement, the likelier it is for one person: each level is half as likely as
/// the one before.
fn at_first(mut levels: Vec<ComparisonLevel>, differs: f64) -> Vec<ComparisonLevel> {
    let count = levels.iter().filter(|level| !level.missing).count().max(1);
    let last = levels.len();
    let mut left = 1.0 - differs;
    for (at, level) in levels.iter_mut().enumerate() {
        level.m = if at + 1 == last {
            left + differs
        } else {
            left * if level.term_frequency.is_some_and(|frequency| !frequency.by_similarity) { 0.8 } else { 0.5 }
        };
        left -= if level.missing { 0.0 } else { level.m };
        level.u = 1.0 / count as f64;
        level.h = level.u;
    }
    levels
}

fn plain(model: &mut LinkageModel, column: usize, by_frequency: bool) -> Vec<ComparisonLevel> {
    let whole = model.feature(column, ValuePart::Whole);
    let agree = if by_frequency { same(whole) } else { level("the same", PairTest::Same(whole, whole)) };
    vec![missing(whole), agree, otherwise()]
}

fn by_similarity_steps(model: &mut LinkageModel, column: usize, steps: &[f64]) -> Vec<ComparisonLevel> {
    let whole = model.feature(column, ValuePart::Whole);
    let steps = steps.iter().map(|least| similar_values(whole, *least));
    [missing(whole), same(whole)].into_iter().chain(steps).chain([otherwise()]).collect()
}

/// One value is an initial, and the other begins with it.
fn initial(whole: usize, first: usize, second: usize) -> ComparisonLevel {
    let one_letter = PairTest::Any(vec![PairTest::LeftMissing(second), PairTest::RightMissing(second)]);
    level(
        "the initial agrees",
        PairTest::All(vec![one_letter, PairTest::Same(first, first), PairTest::OneBeginsOther(whole, whole, 1)]),
    )
}

fn forename(model: &mut LinkageModel, column: usize, surname: Option<usize>) -> Vec<ComparisonLevel> {
    let whole = model.feature(column, ValuePart::Whole);
    let (first, second) = (model.feature(column, ValuePart::Letters(0, 1)), model.feature(column, ValuePart::Letters(1, 1)));
    let in_full = model.feature(column, ValuePart::InFull(nicknames::usual()));
    let mut levels = vec![missing(whole), same_name(whole)];
    if let Some(surname) = surname {
        levels.push(level("forename and surname exchanged", exchanged(model, whole, surname)));
        // Names that go own, father's, grandfather's may also move by one place, and one of them then agrees where it stands.
        levels.push(level("exchanged in part or in sound", exchanged_in_part(model, column, surname, true, &[column])));
    }
    levels.extend([
        initial(whole, first, second),
        level("one begins the other", PairTest::OneBeginsOther(whole, whole, 3)),
        level("one name in full", PairTest::Same(in_full, in_full)),
        similar_values(whole, 0.92),
        sounds_alike(model, column),
        level("a name is shared", shares_a_name(model, column, column)),
        similar_values(whole, 0.85),
    ]);
    if let Some(surname) = surname {
        levels.push(level(
            "one of the two stands for the other",
            exchanged_in_part(model, column, surname, false, &[column, surname]),
        ));
    }
    levels.extend([similar_values(whole, 0.7), otherwise()]);
    levels
}

/// No phonetic code counts as rarer than this. The bound makes it possible to rule pairs out before their names are compared.
const RAREST_SOUND: f64 = 1e-4;

/// The same phonetic code, which counts more the fewer people have it.
fn sounds_alike(model: &mut LinkageModel, column: usize) -> ComparisonLevel {
    let sound = model.feature(column, ValuePart::SoundsAsOne);
    let (minimum_u, own_u) = (RAREST_SOUND, true);
    let frequency = TermFrequencyAdjustment { feature: sound, weight: 1.0, minimum_u, own_u, by_similarity: false, scaled: true };
    let term_frequency = Some(frequency);
    ComparisonLevel { term_frequency, ..level("it sounds the same", PairTest::Same(sound, sound)) }
}

/// One of several names is among those of the other record, by phonetic code.
fn shares_a_name(model: &mut LinkageModel, column: usize, other: usize) -> PairTest {
    let (one, other) = (model.feature(column, ValuePart::Sounds), model.feature(other, ValuePart::Sounds));
    PairTest::SharesWord(one, other)
}

/// A forename of one record is among the surnames of the other, by phonetic code or written as one word.
fn among_other_names(model: &mut LinkageModel, column: usize, other: usize) -> PairTest {
    let [one, another] = [column, other].map(|column| model.feature(column, ValuePart::SoundsAsOne));
    PairTest::Any(vec![shares_a_name(model, column, other), PairTest::Same(one, another)])
}

/// Forenames are among the other record's surnames, and surnames among its forenames (`all`), or one of the two; and no name
/// agrees in its own place in any of the columns `straight`.
fn exchanged_in_part(model: &mut LinkageModel, column: usize, other: usize, all: bool, straight: &[usize]) -> PairTest {
    let crossed = [among_other_names(model, column, other), among_other_names(model, other, column)].to_vec();
    let crossed = if all { PairTest::All(crossed) } else { PairTest::Any(crossed) };
    let nor = straight.iter().map(|column| PairTest::Not(Box::new(shares_a_name(model, *column, *column))));
    PairTest::All(std::iter::once(crossed).chain(nor).collect())
}

fn exchanged(model: &mut LinkageModel, one: usize, other_column: usize) -> PairTest {
    let other = model.feature(other_column, ValuePart::Whole);
    PairTest::All(vec![PairTest::Same(one, other), PairTest::Same(other, one)])
}

/// If both names are exchanged, the forename counts it, and the surname adds nothing.
fn surname(model: &mut LinkageModel, column: usize, forename: Option<usize>) -> Vec<ComparisonLevel> {
    let whole = model.feature(column, ValuePart::Whole);
    let mut levels = vec![missing(whole), same_name(whole)];
    if let Some(forename) = forename {
        let mut exchanged = level("exchanged, as counted", exchanged(model, whole, forename));
        exchanged.missing = true;
        levels.push(exchanged);
        let mut in_part =
            level("exchanged in part, as counted", exchanged_in_part(model, column, forename, false, &[forename, column]));
        in_part.missing = true;
        levels.push(in_part);
    }
    levels.extend([
        similar_values(whole, 0.92),
        level("one begins the other", PairTest::OneBeginsOther(whole, whole, 4)),
        sounds_alike(model, column),
        level("a name is shared", shares_a_name(model, column, column)),
        similar_values(whole, 0.85),
        similar_values(whole, 0.7),
        otherwise(),
    ]);
    levels
}

fn full_name(model: &mut LinkageModel, column: usize) -> Vec<ComparisonLevel> {
    let (whole, sorted) = (model.feature(column, ValuePart::Whole), model.feature(column, ValuePart::Sorted));
    let either = |least: f64| {
        let test = PairTest::Any(vec![PairTest::JaroWinkler(whole, whole, least), PairTest::JaroWinkler(sorted, sorted, least)]);
        level(&format!("alike ({least})"), test)
    };
    let reordered = level("the same words in another order", PairTest::Same(sorted, sorted));
    let sounds = sounds_alike(model, column);
    let shares = level("a name is shared", shares_a_name(model, column, column));
    vec![missing(whole), same(whole), reordered, either(0.92), sounds, either(0.85), either(0.75), shares, otherwise()]
}

fn birth_date(model: &mut LinkageModel, column: usize) -> Vec<ComparisonLevel> {
    let whole = model.feature(column, ValuePart::Whole);
    let certain = model.feature(column, ValuePart::CertainDay);
    let turned = model.feature(column, ValuePart::DayAndMonthExchanged);
    let day = model.feature(column, ValuePart::Day("%Y-%m-%d".into()));
    let (year, month_day) = (model.feature(column, ValuePart::Letters(0, 4)), model.feature(column, ValuePart::Letters(5, 5)));
    let (year_month, day_of_month) =
        (model.feature(column, ValuePart::Letters(0, 7)), model.feature(column, ValuePart::Letters(8, 2)));
    let filler = PairTest::Any(vec![PairTest::LeftMissing(certain), PairTest::RightMissing(certain)]);
    let two_parts = PairTest::Any(vec![
        PairTest::Same(year_month, year_month),
        PairTest::Same(month_day, month_day),
        PairTest::All(vec![PairTest::Same(year, year), PairTest::Same(day_of_month, day_of_month)]),
    ]);
    // Two fillers agree in month and day whoever the people are, so years that are one slip apart are no slip of theirs.
    let is_there = [PairTest::LeftMissing(whole), PairTest::RightMissing(whole)].map(|test| PairTest::Not(Box::new(test)));
    let fillers = [PairTest::LeftMissing(certain), PairTest::RightMissing(certain)].into_iter().chain(is_there).collect();
    vec![
        missing(whole),
        same(whole),
        level("the year agrees, one day is a filler", PairTest::All(vec![filler, PairTest::Same(year, year)])),
        level("the years differ, both days are fillers", PairTest::All(fillers)),
        level("day and month exchanged", PairTest::Same(whole, turned)),
        level("one slip", PairTest::DamerauLevenshtein(whole, whole, 1)),
        level("two of day, month and year agree", two_parts),
        level("the year agrees", PairTest::Same(year, year)),
        level("within ten years", PairTest::WithinSeconds(day, day, 10.0 * 365.25 * 86_400.0)),
        otherwise(),
    ]
}

/// Area, district, sector and unit, as Royal Mail names the parts.
fn postcode(model: &mut LinkageModel, column: usize) -> Vec<ComparisonLevel> {
    let whole = model.feature(column, ValuePart::Whole);
    let mut part = |pattern: &str| model.feature(column, ValuePart::Found(pattern.to_owned()));
    let sector = part("^[a-z]{1,2}[0-9][a-z0-9]? [0-9]");
    let district = part("^[a-z]{1,2}[0-9][a-z0-9]?");
    let area = part("^[a-z]{1,2}");
    vec![
        missing(whole),
        same(whole),
        level("one slip", PairTest::DamerauLevenshtein(whole, whole, 1)),
        level("the sector agrees", PairTest::Same(sector, sector)),
        level("the district agrees", PairTest::Same(district, district)),
        level("the area agrees", PairTest::Same(area, area)),
        otherwise(),
    ]
}

fn national_id(model: &mut LinkageModel, column: usize) -> Vec<ComparisonLevel> {
    let whole = model.feature(column, ValuePart::Whole);
    let slips = |most: usize, label: &str| level(label, PairTest::DamerauLevenshtein(whole, whole, most));
    vec![missing(whole), same(whole), slips(1, "one slip"), slips(2, "two slips"), otherwise()]
}

fn email(model: &mut LinkageModel, column: usize) -> Vec<ComparisonLevel> {
    let whole = model.feature(column, ValuePart::Whole);
    let name = model.feature(column, ValuePart::Found("^[^@]+".into()));
    vec![
        missing(whole),
        same(whole),
        level("the part before @ agrees", PairTest::Same(name, name)),
        level("alike (0.88)", PairTest::JaroWinkler(whole, whole, 0.88)),
        otherwise(),
    ]
}

/// Initials with initials. Records that have names instead were given theirs. If both records have names, initials add nothing.
fn initials(model: &mut LinkageModel, column: usize, names: Option<(usize, usize)>) -> Vec<ComparisonLevel> {
    let (whole, first) = (model.feature(column, ValuePart::Whole), model.feature(column, ValuePart::Letters(0, 1)));
    let mut missing = missing(whole);
    if let (Some((forename, surname)), PairTest::Any(tests)) = (names, &mut missing.test) {
        let names = [forename, surname].map(|column| model.feature(column, ValuePart::Whole));
        let without = names.iter().flat_map(|name| [PairTest::LeftMissing(*name), PairTest::RightMissing(*name)]).collect();
        tests.push(PairTest::Not(Box::new(PairTest::Any(without))));
    }
    vec![
        missing,
        same(whole),
        level("one begins the other", PairTest::OneBeginsOther(whole, whole, 1)),
        level("the first agrees", PairTest::Same(first, first)),
        otherwise(),
    ]
}
