//! What a column can be. For each kind of field: how its text is cleaned, which levels of agreement are told apart, and whether
//! people who live together share it. A ready-made model needs no more than the kinds of the columns.

use super::model::{Comparison, Frequency, Level, Model, Part, Test};
use super::nicknames;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Forename,
    Surname,
    FullName,
    BirthDate,
    Sex,
    Postcode,
    AddressPart,
    NationalId,
    Email,
    Initials,
    Area,
    AsItStands,
}

/// Kinds and their names in a configuration, with what is meant.
pub const KINDS: [(&str, Kind, &str); 12] = [
    ("forename", Kind::Forename, "a given name, or several"),
    ("surname", Kind::Surname, "a family name"),
    ("full name", Kind::FullName, "all names in one column, in any order"),
    ("date of birth", Kind::BirthDate, "a date, or a part of one"),
    ("sex", Kind::Sex, "sex or gender as recorded"),
    ("postcode", Kind::Postcode, "a postcode; United Kingdom postcodes are compared by part"),
    ("address part", Kind::AddressPart, "a house number, street or line of an address"),
    ("national id", Kind::NationalId, "a number that should be one person's: NHS, PNC, National Insurance, prison number"),
    ("email", Kind::Email, "an email address"),
    ("initials", Kind::Initials, "initials instead of names"),
    ("area", Kind::Area, "a town, birthplace, local authority, occupation: one of a list of names"),
    ("as it stands", Kind::AsItStands, "any text, compared letter by letter as the table has it, not cleaned"),
];

/// What it says that a record has no value in a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// Nothing: the field is left out of the sum.
    #[default]
    SaysNothing,
    /// As much as training finds: how often it is missing for one person's records, and for strangers'.
    IsMeasured,
    /// The same as a value that disagrees.
    Disagrees,
}

/// A field: a column of the joined tables.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub name: String,
    pub kind: Kind,
    pub missing: Missing,
}

/// What training should know of fields beyond their values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Nature {
    /// For each comparison whether people of one household or family share what it looks at.
    pub shared: Vec<bool>,
    /// For each comparison which relatives share it, besides.
    pub kin: Vec<Option<Kin>>,
    /// For each comparison the largest share of one person's pairs of records that agree on it no better than strangers' do.
    pub astray: Vec<f64>,
    /// The comparisons of forename and surname, where something else than names can tell namesakes from one person.
    pub names: Option<(usize, usize)>,
}

/// Relatives who share what a household as a whole does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kin {
    /// The day of birth.
    Twins,
    /// The forename: a father and his son.
    Namesakes,
    /// A number: one gives the other's, or a clerk does.
    Borrowers,
}

/// Which relatives share a kind of field, and the largest share of one person's pairs of records that agree on it no better than
/// strangers' do. Nobody has two days of birth or two numbers, so where such records seem to be many, they are of two people;
/// names are changed and left out more often; who moves agrees on nothing of the place.
fn nature(kind: Kind) -> (Option<Kin>, f64) {
    match kind {
        Kind::BirthDate => (Some(Kin::Twins), 0.03),
        Kind::NationalId => (Some(Kin::Borrowers), 0.1),
        Kind::Forename | Kind::FullName => (Some(Kin::Namesakes), 0.3),
        Kind::Sex => (None, 0.3),
        _ => (None, 1.0),
    }
}

/// The ready-made comparisons for some fields, with *m*, *u* and *h* as they stand before training.
#[must_use]
pub fn comparisons(fields: &[Field]) -> (Model, Nature) {
    let mut model = Model { prior: 1e-4, household: 1e-4, ..Model::default() };
    let mut nature = Nature::default();
    let find = |kind: Kind| fields.iter().position(|field| field.kind == kind);
    let names = find(Kind::Forename).zip(find(Kind::Surname));
    for (column, field) in fields.iter().enumerate() {
        let levels = match field.kind {
            Kind::Forename => forename(&mut model, column, names.map(|(_, surname)| surname)),
            Kind::Surname => surname(&mut model, column, names.map(|(forename, _)| forename)),
            Kind::FullName => full_name(&mut model, column),
            Kind::BirthDate => birth_date(&mut model, column),
            Kind::Sex => plain(&mut model, column, false),
            Kind::Postcode => postcode(&mut model, column),
            Kind::AddressPart => likeness(&mut model, column, &[0.92, 0.8]),
            Kind::NationalId => national_id(&mut model, column),
            Kind::Email => email(&mut model, column),
            Kind::Initials => initials(&mut model, column, names),
            Kind::Area | Kind::AsItStands => likeness(&mut model, column, &[0.9]),
        };
        let mut levels = at_first(levels, differs(field.kind));
        match field.missing {
            Missing::SaysNothing => {}
            Missing::IsMeasured => levels[0].missing = false,
            Missing::Disagrees => drop(levels.remove(0)),
        }
        model.comparisons.push(Comparison { name: field.name.clone(), levels, given: None });
        let place = matches!(field.kind, Kind::Postcode | Kind::AddressPart | Kind::Area);
        nature.shared.push(place || field.kind == Kind::Surname);
        let (kin, astray) = self::nature(field.kind);
        nature.kin.push(kin);
        nature.astray.push(astray);
    }
    let tells = |field: &Field| !matches!(field.kind, Kind::Forename | Kind::Surname | Kind::Initials | Kind::Sex);
    nature.names = names.filter(|_| fields.iter().any(tells));
    (model, nature)
}

/// A level without numbers.
fn level(label: &str, test: Test) -> Level {
    Level { label: label.to_owned(), test, missing: false, m: 0.0, u: 0.0, h: 0.0, frequency: None }
}

fn missing(feature: usize) -> Level {
    let test = Test::Any(vec![Test::LeftMissing(feature), Test::RightMissing(feature)]);
    Level { missing: true, ..level("missing", test) }
}

/// The same value, which says more the rarer it is.
fn same(feature: usize) -> Level {
    let frequency = Some(Frequency { feature, weight: 1.0, least: 0.0, own: false, near: false, scaled: false });
    Level { frequency, ..level("the same", Test::Same(feature, feature)) }
}

/// From this similarity on it counts how common values are that are so alike; less likeness is common among all of them.
const NEAR: f64 = 0.8;

/// Not the same and yet alike, which says more the fewer people have a name like it.
fn alike(feature: usize, least: f64) -> Level {
    let near = Frequency { feature, weight: 1.0, least: 0.0, own: true, near: true, scaled: false };
    let frequency = (least >= NEAR).then_some(near);
    Level { frequency, ..level(&format!("alike ({least})"), Test::JaroWinkler(feature, feature, least)) }
}

/// The same name. People of one origin share names, and a name that is rare among all is rarer among them by as much.
fn same_name(feature: usize) -> Level {
    let mut same = same(feature);
    same.frequency.iter_mut().for_each(|frequency| frequency.scaled = true);
    same
}

fn otherwise() -> Level {
    level("different", Test::Otherwise)
}

/// How often one person's records are believed to differ altogether, before anything is seen: people move, and change their names.
fn differs(kind: Kind) -> f64 {
    match kind {
        Kind::Postcode | Kind::AddressPart | Kind::Email => 0.25,
        Kind::Area => 0.15,
        Kind::Surname => 0.05,
        // Were it more, twins would be one person with two forenames before they are told apart.
        Kind::Forename | Kind::FullName | Kind::Initials => 0.0,
        Kind::BirthDate | Kind::NationalId | Kind::Sex | Kind::AsItStands => 0.01,
    }
}

/// Numbers to begin with: the better the agreement, the likelier for one person, each level half as likely as the one before.
fn at_first(mut levels: Vec<Level>, differs: f64) -> Vec<Level> {
    let count = levels.iter().filter(|level| !level.missing).count().max(1);
    let last = levels.len();
    let mut left = 1.0 - differs;
    for (at, level) in levels.iter_mut().enumerate() {
        level.m = if at + 1 == last {
            left + differs
        } else {
            left * if level.frequency.is_some_and(|frequency| !frequency.near) { 0.8 } else { 0.5 }
        };
        left -= if level.missing { 0.0 } else { level.m };
        level.u = 1.0 / count as f64;
        level.h = level.u;
    }
    levels
}

fn plain(model: &mut Model, column: usize, by_frequency: bool) -> Vec<Level> {
    let whole = model.feature(column, Part::Whole);
    let agree = if by_frequency { same(whole) } else { level("the same", Test::Same(whole, whole)) };
    vec![missing(whole), agree, otherwise()]
}

fn likeness(model: &mut Model, column: usize, steps: &[f64]) -> Vec<Level> {
    let whole = model.feature(column, Part::Whole);
    let steps = steps.iter().map(|least| alike(whole, *least));
    [missing(whole), same(whole)].into_iter().chain(steps).chain([otherwise()]).collect()
}

/// One is an initial, and the other begins with it.
fn initial(whole: usize, first: usize, second: usize) -> Level {
    let one_letter = Test::Any(vec![Test::LeftMissing(second), Test::RightMissing(second)]);
    level("the initial agrees", Test::All(vec![one_letter, Test::Same(first, first), Test::Begins(whole, whole, 1)]))
}

fn forename(model: &mut Model, column: usize, surname: Option<usize>) -> Vec<Level> {
    let whole = model.feature(column, Part::Whole);
    let (first, second) = (model.feature(column, Part::Letters(0, 1)), model.feature(column, Part::Letters(1, 1)));
    let in_full = model.feature(column, Part::InFull(nicknames::usual()));
    let mut levels = vec![missing(whole), same_name(whole)];
    if let Some(surname) = surname {
        levels.push(level("forename and surname exchanged", exchanged(model, whole, surname)));
        levels.push(level("exchanged in part or in sound", exchanged_in_part(model, column, surname, true)));
    }
    levels.extend([
        initial(whole, first, second),
        level("one begins the other", Test::Begins(whole, whole, 3)),
        level("one name in full", Test::Same(in_full, in_full)),
        alike(whole, 0.92),
        sounds_alike(model, column),
        level("a name is shared", shares_a_name(model, column, column)),
        alike(whole, 0.85),
    ]);
    if let Some(surname) = surname {
        levels.push(level("one of the two stands for the other", exchanged_in_part(model, column, surname, false)));
    }
    levels.extend([alike(whole, 0.7), otherwise()]);
    levels
}

/// No sound counts as rarer than this: a bound on what it says lets pairs be ruled out before their names are looked at.
const RAREST_SOUND: f64 = 1e-4;

/// The same sound, which says more the fewer have it.
fn sounds_alike(model: &mut Model, column: usize) -> Level {
    let sound = model.feature(column, Part::SoundsAsOne);
    let frequency = Frequency { feature: sound, weight: 1.0, least: RAREST_SOUND, own: true, near: false, scaled: true };
    let frequency = Some(frequency);
    Level { frequency, ..level("it sounds the same", Test::Same(sound, sound)) }
}

/// One of several names, by its sound, is among those of the other record.
fn shares_a_name(model: &mut Model, column: usize, other: usize) -> Test {
    let (one, other) = (model.feature(column, Part::Sounds), model.feature(other, Part::Sounds));
    Test::SharesWord(one, other)
}

/// A forename of one record is among the surnames of the other, by its sound or written as one word.
fn stands_as(model: &mut Model, column: usize, other: usize) -> Test {
    let [one, another] = [column, other].map(|column| model.feature(column, Part::SoundsAsOne));
    Test::Any(vec![shares_a_name(model, column, other), Test::Same(one, another)])
}

/// Forenames are among the other record's surnames, and surnames among its forenames (`all`), or one of the two; and neither is
/// at home.
fn exchanged_in_part(model: &mut Model, column: usize, other: usize, all: bool) -> Test {
    let crossed = [stands_as(model, column, other), stands_as(model, other, column)].to_vec();
    let straight = [shares_a_name(model, column, column), shares_a_name(model, other, other)];
    let nor = straight.into_iter().map(|test| Test::Not(Box::new(test)));
    let crossed = if all { Test::All(crossed) } else { Test::Any(crossed) };
    Test::All(std::iter::once(crossed).chain(nor).collect())
}

fn exchanged(model: &mut Model, one: usize, other_column: usize) -> Test {
    let other = model.feature(other_column, Part::Whole);
    Test::All(vec![Test::Same(one, other), Test::Same(other, one)])
}

/// Where both names are exchanged the forename says so; the surname then adds nothing.
fn surname(model: &mut Model, column: usize, forename: Option<usize>) -> Vec<Level> {
    let whole = model.feature(column, Part::Whole);
    let mut levels = vec![missing(whole), same_name(whole)];
    if let Some(forename) = forename {
        let mut exchanged = level("exchanged, as counted", exchanged(model, whole, forename));
        exchanged.missing = true;
        levels.push(exchanged);
        let mut in_part = level("exchanged in part, as counted", exchanged_in_part(model, column, forename, false));
        in_part.missing = true;
        levels.push(in_part);
    }
    levels.extend([
        alike(whole, 0.92),
        level("one begins the other", Test::Begins(whole, whole, 4)),
        sounds_alike(model, column),
        level("a name is shared", shares_a_name(model, column, column)),
        alike(whole, 0.85),
        alike(whole, 0.7),
        otherwise(),
    ]);
    levels
}

fn full_name(model: &mut Model, column: usize) -> Vec<Level> {
    let (whole, sorted) = (model.feature(column, Part::Whole), model.feature(column, Part::Sorted));
    let either = |least: f64| {
        let test = Test::Any(vec![Test::JaroWinkler(whole, whole, least), Test::JaroWinkler(sorted, sorted, least)]);
        level(&format!("alike ({least})"), test)
    };
    let reordered = level("the same words in another order", Test::Same(sorted, sorted));
    let sounds = sounds_alike(model, column);
    let shares = level("a name is shared", shares_a_name(model, column, column));
    vec![missing(whole), same(whole), reordered, either(0.92), sounds, either(0.85), either(0.75), shares, otherwise()]
}

fn birth_date(model: &mut Model, column: usize) -> Vec<Level> {
    let whole = model.feature(column, Part::Whole);
    let certain = model.feature(column, Part::CertainDay);
    let turned = model.feature(column, Part::DayAndMonthExchanged);
    let day = model.feature(column, Part::Day("%Y-%m-%d".into()));
    let (year, month_day) = (model.feature(column, Part::Letters(0, 4)), model.feature(column, Part::Letters(5, 5)));
    let (year_month, day_of_month) = (model.feature(column, Part::Letters(0, 7)), model.feature(column, Part::Letters(8, 2)));
    let filler = Test::Any(vec![Test::LeftMissing(certain), Test::RightMissing(certain)]);
    let two_parts = Test::Any(vec![
        Test::Same(year_month, year_month),
        Test::Same(month_day, month_day),
        Test::All(vec![Test::Same(year, year), Test::Same(day_of_month, day_of_month)]),
    ]);
    vec![
        missing(whole),
        same(whole),
        level("the year agrees, one day is a filler", Test::All(vec![filler, Test::Same(year, year)])),
        level("day and month exchanged", Test::Same(whole, turned)),
        level("one slip", Test::DamerauLevenshtein(whole, whole, 1)),
        level("two of day, month and year agree", two_parts),
        level("the year agrees", Test::Same(year, year)),
        level("within ten years", Test::Seconds(day, day, 10.0 * 365.25 * 86_400.0)),
        otherwise(),
    ]
}

/// Area, district, sector and unit, as Royal Mail names the parts.
fn postcode(model: &mut Model, column: usize) -> Vec<Level> {
    let whole = model.feature(column, Part::Whole);
    let mut part = |pattern: &str| model.feature(column, Part::Found(pattern.to_owned()));
    let sector = part("^[a-z]{1,2}[0-9][a-z0-9]? [0-9]");
    let district = part("^[a-z]{1,2}[0-9][a-z0-9]?");
    let area = part("^[a-z]{1,2}");
    vec![
        missing(whole),
        same(whole),
        level("one slip", Test::DamerauLevenshtein(whole, whole, 1)),
        level("the sector agrees", Test::Same(sector, sector)),
        level("the district agrees", Test::Same(district, district)),
        level("the area agrees", Test::Same(area, area)),
        otherwise(),
    ]
}

fn national_id(model: &mut Model, column: usize) -> Vec<Level> {
    let whole = model.feature(column, Part::Whole);
    let slips = |most: usize, label: &str| level(label, Test::DamerauLevenshtein(whole, whole, most));
    vec![missing(whole), same(whole), slips(1, "one slip"), slips(2, "two slips"), otherwise()]
}

fn email(model: &mut Model, column: usize) -> Vec<Level> {
    let whole = model.feature(column, Part::Whole);
    let name = model.feature(column, Part::Found("^[^@]+".into()));
    vec![
        missing(whole),
        same(whole),
        level("the part before @ agrees", Test::Same(name, name)),
        level("alike (0.88)", Test::JaroWinkler(whole, whole, 0.88)),
        otherwise(),
    ]
}

/// Initials against initials; records that have names instead have been given theirs. Where both have names these have said what
/// their first letters could.
fn initials(model: &mut Model, column: usize, names: Option<(usize, usize)>) -> Vec<Level> {
    let (whole, first) = (model.feature(column, Part::Whole), model.feature(column, Part::Letters(0, 1)));
    let mut missing = missing(whole);
    if let (Some((forename, surname)), Test::Any(tests)) = (names, &mut missing.test) {
        let names = [forename, surname].map(|column| model.feature(column, Part::Whole));
        let without = names.iter().flat_map(|name| [Test::LeftMissing(*name), Test::RightMissing(*name)]).collect();
        tests.push(Test::Not(Box::new(Test::Any(without))));
    }
    vec![
        missing,
        same(whole),
        level("one begins the other", Test::Begins(whole, whole, 1)),
        level("the first agrees", Test::Same(first, first)),
        otherwise(),
    ]
}
