//! A model as JSON: what `wellspent link` learned, written so that it can be read, kept and used again. The file has the shape of
//! [`Model`], with the fields that its features are parts of.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, bail};
use linkage::field::{Field, KINDS, Kind, Missing};
use linkage::model::{Calibration, Comparison, Feature, Frequency, Given, Level, Model, Part, Rule, Test, Twins};
use serde::{Deserialize, Serialize};

use super::config::MISSING;
use super::splink;
use records::files::safe::{self, LARGEST_MODEL_BYTES};

/// A model and the fields that it is of.
pub struct Read {
    pub model: Model,
    pub fields: Vec<Field>,
    /// Whether two records of one table may be one person.
    pub within: bool,
    /// Whether its rules bring records together however many share a value, as those of Splink do.
    pub all_pairs: bool,
}

/// Reads a model file, ours or Splink's; every problem is in the message. Of Splink's the rules may be others than those in it.
pub fn read(path: &Path, rules: Option<&[String]>) -> anyhow::Result<Read> {
    let name = path.display().to_string();
    let bytes = safe::read(path, LARGEST_MODEL_BYTES).context("could not read the model")?;
    let text = String::from_utf8(bytes).map_err(|_| anyhow::anyhow!("the model {name} is not text"))?;
    if text.contains("\"comparison_levels\"") {
        return match splink::read(&name, &text, rules) {
            Ok(splink) => {
                let field = |name: String| Field { name, kind: Kind::AsItStands, missing: Missing::default() };
                let fields = splink.imported.columns.into_iter().map(field).collect();
                Ok(Read { model: splink.imported.model, fields, within: splink.within, all_pairs: true })
            }
            Err(problems) => bail!("{}", problems.join("\n\n")),
        };
    }
    if rules.is_some() {
        bail!("{name} is no model of Splink, and has its rules in it; `rules` are for a model of Splink");
    }
    let (model, fields) = from_json(&text).with_context(|| format!("{name} is no model of `wellspent link` or of Splink"))?;
    let all_pairs = model.rules.iter().any(|rule| rule.same.is_empty());
    Ok(Read { model, fields, within: true, all_pairs })
}

/// Reads a model; says what does not hold together in it.
pub fn from_json(text: &str) -> anyhow::Result<(Model, Vec<Field>)> {
    let file: File = serde_json::from_str(text).map_err(|error| anyhow::anyhow!(splink::wrong(&error)))?;
    let fields = file.fields.into_iter().map(field).collect::<anyhow::Result<Vec<Field>>>()?;
    let model = Model {
        features: file.features.into_iter().map(|said| Feature { column: said.field, part: part(said.part) }).collect(),
        comparisons: file.comparisons.into_iter().map(comparison).collect(),
        prior: file.prior,
        household: file.household,
        within: file.within,
        calibration: file.calibration.map(|said| Calibration { shift: said.shift, slope: said.slope }),
        rules: file.rules.into_iter().map(|rule| Rule { label: rule.label, same: rule.same }).collect(),
        twins: file.twins.map(|twins| Twins { test: test(twins.test), above: twins.above, bits: twins.bits }),
    };
    check(&model, fields.len())?;
    Ok((model, fields))
}

/// Writes a model.
pub fn to_json(model: &Model, fields: &[Field]) -> anyhow::Result<String> {
    let file = File {
        fields: fields.iter().map(said_field).collect(),
        prior: model.prior,
        household: model.household,
        within: model.within,
        calibration: model.calibration.map(|of| SaidCalibration { shift: of.shift, slope: of.slope }),
        features: model
            .features
            .iter()
            .map(|feature| SaidFeature { field: feature.column, part: said_part(&feature.part) })
            .collect(),
        comparisons: model.comparisons.iter().map(said_comparison).collect(),
        rules: model.rules.iter().map(|rule| SaidRule { label: rule.label.clone(), same: rule.same.clone() }).collect(),
        twins: model.twins.as_ref().map(|twins| SaidTwins { test: said_test(&twins.test), above: twins.above, bits: twins.bits }),
    };
    Ok(serde_json::to_string_pretty(&file)? + "\n")
}

/// Whether every number points at something, and every chance is one.
fn check(model: &Model, fields: usize) -> anyhow::Result<()> {
    let chance = |chance: f64| chance > 0.0 && chance <= 1.0;
    if !(model.prior > 0.0 && model.prior < 1.0 && (0.0..1.0).contains(&model.household)) {
        bail!("`prior` is {} and `household` {}; both are chances below 1, and `prior` is above 0", model.prior, model.household);
    }
    if let Some(feature) = model.features.iter().find(|feature| feature.column >= fields) {
        bail!("a feature is of field {}, and there are {fields} fields, counted from 0", feature.column);
    }
    let bends = model.calibration.is_none_or(|of| of.shift.is_finite() && of.slope.is_finite() && of.slope > 0.0);
    if !model.within.is_finite() || !bends {
        bail!("`within` and `calibration` must be numbers, and `slope` above 0");
    }
    let known = |feature: usize| feature < model.features.len();
    if let Some(twins) = &model.twins {
        let mut all_known = twins.above.is_finite() && twins.bits.is_finite();
        twins.test.features(&mut |feature| all_known &= known(feature));
        if !all_known {
            bail!("`twins` tests a feature that is not in the list of {}", model.features.len());
        }
    }
    for comparison in &model.comparisons {
        let name = &comparison.name;
        if comparison.levels.is_empty() || comparison.levels.len() > usize::from(u8::MAX) {
            bail!("comparison `{name}` has {} levels; it needs one at least and may have 255", comparison.levels.len());
        }
        for level in &comparison.levels {
            let mut all_known = level.frequency.is_none_or(|frequency| known(frequency.feature));
            level.test.features(&mut |feature| all_known &= known(feature));
            if !all_known {
                bail!(
                    "level `{}` of comparison `{name}` tests a feature that is not in the list of {}",
                    level.label,
                    model.features.len()
                );
            }
            if !(level.missing || chance(level.m) && chance(level.u) && chance(level.h)) {
                bail!("level `{}` of comparison `{name}`: m, u and h are chances above 0 and not above 1", level.label);
            }
        }
    }
    for (at, comparison) in model.comparisons.iter().enumerate() {
        let Some(given) = &comparison.given else { continue };
        let Some(parent) = model.comparisons.get(given.parent).filter(|_| given.parent != at) else {
            bail!("comparison `{}` hangs on comparison {}, and there is no other of that number", comparison.name, given.parent);
        };
        let fits = |table: &Vec<Vec<f64>>| {
            let row =
                |row: &Vec<f64>| row.len() == comparison.levels.len() && row.iter().all(|found| (0.0..=1.0).contains(found));
            table.len() == parent.levels.len() && table.iter().all(row)
        };
        if ![&given.m, &given.u, &given.h].into_iter().all(fits) {
            let (rows, columns) = (parent.levels.len(), comparison.levels.len());
            bail!("`given` of comparison `{}` needs tables of {rows} rows and {columns} chances each", comparison.name);
        }
    }
    if let Some(rule) = model.rules.iter().find(|rule| !rule.same.iter().all(|(a, b)| known(*a) && known(*b))) {
        bail!("rule `{}` names a feature that is not in the list of {}", rule.label, model.features.len());
    }
    Ok(())
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    fields: Vec<SaidField>,
    /// The chance that two records picked at random are one person; and that they are of one household.
    prior: f64,
    household: f64,
    /// Bits by which two records of one agency are likelier to be one person than two records of two.
    #[serde(default, skip_serializing_if = "is_nothing")]
    within: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    calibration: Option<SaidCalibration>,
    features: Vec<SaidFeature>,
    comparisons: Vec<SaidComparison>,
    rules: Vec<SaidRule>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    twins: Option<SaidTwins>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_nothing(bits: &f64) -> bool {
    *bits == 0.0
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SaidCalibration {
    shift: f64,
    slope: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SaidTwins {
    test: SaidTest,
    above: f64,
    bits: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SaidField {
    name: String,
    is: String,
    missing: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SaidFeature {
    field: usize,
    part: SaidPart,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SaidPart {
    Whole,
    Letters(usize, usize),
    Found(String),
    Day(String),
    CertainDay,
    DayAndMonthExchanged,
    InFull(BTreeMap<String, String>),
    Sorted,
    Sounds,
    SoundsAsOne,
    Lower,
    Upper,
    Trimmed,
    Bytes,
    Then(Box<SaidPart>, Box<SaidPart>),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SaidComparison {
    name: String,
    levels: Vec<SaidLevel>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    given: Option<SaidGiven>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SaidGiven {
    parent: usize,
    m: Vec<Vec<f64>>,
    u: Vec<Vec<f64>>,
    h: Vec<Vec<f64>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SaidLevel {
    label: String,
    test: SaidTest,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    missing: bool,
    m: f64,
    u: f64,
    h: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    frequency: Option<SaidFrequency>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SaidFrequency {
    feature: usize,
    weight: f64,
    least: f64,
    own: bool,
    #[serde(default)]
    near: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    scaled: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SaidTest {
    Otherwise,
    LeftMissing(usize),
    RightMissing(usize),
    Same(usize, usize),
    Share(usize, usize),
    Jaro(usize, usize, f64),
    JaroWinkler(usize, usize, f64),
    Levenshtein(usize, usize, usize),
    DamerauLevenshtein(usize, usize, usize),
    Seconds(usize, usize, f64),
    Begins(usize, usize, usize),
    SharesWord(usize, usize),
    Few(Vec<(usize, usize)>, usize),
    SharedRarer(usize, f64),
    OfFirst(Box<SaidTest>),
    OfLast(Box<SaidTest>),
    All(Vec<SaidTest>),
    Any(Vec<SaidTest>),
    Not(Box<SaidTest>),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SaidRule {
    label: String,
    same: Vec<(usize, usize)>,
}

fn field(said: SaidField) -> anyhow::Result<Field> {
    let kind = KINDS.iter().find(|(name, _, _)| *name == said.is).map(|(_, kind, _)| *kind);
    let kinds = || KINDS.iter().map(|(name, _, _)| *name).collect::<Vec<_>>().join(", ");
    let kind: Kind = kind.with_context(|| format!("field `{}` is a \"{}\"; known are {}", said.name, said.is, kinds()))?;
    let missing = MISSING.iter().find(|(name, _)| *name == said.missing).map(|(_, missing)| *missing);
    let missing = missing.with_context(|| format!("field `{}`: missing \"{}\" is not known", said.name, said.missing))?;
    Ok(Field { name: said.name, kind, missing })
}

fn said_field(field: &Field) -> SaidField {
    let is = KINDS.iter().find(|(_, kind, _)| *kind == field.kind).map_or("", |(name, _, _)| name);
    let missing = MISSING.iter().find(|(_, missing)| *missing == field.missing).map_or("", |(name, _)| name);
    SaidField { name: field.name.clone(), is: is.into(), missing: missing.into() }
}

fn part(said: SaidPart) -> Part {
    match said {
        SaidPart::Whole => Part::Whole,
        SaidPart::Letters(from, count) => Part::Letters(from, count),
        SaidPart::Found(pattern) => Part::Found(pattern),
        SaidPart::Day(form) => Part::Day(form),
        SaidPart::CertainDay => Part::CertainDay,
        SaidPart::DayAndMonthExchanged => Part::DayAndMonthExchanged,
        SaidPart::InFull(names) => Part::InFull(names),
        SaidPart::Sorted => Part::Sorted,
        SaidPart::Sounds => Part::Sounds,
        SaidPart::SoundsAsOne => Part::SoundsAsOne,
        SaidPart::Lower => Part::Lower,
        SaidPart::Upper => Part::Upper,
        SaidPart::Trimmed => Part::Trimmed,
        SaidPart::Bytes => Part::Bytes,
        SaidPart::Then(first, second) => Part::Then(Box::new(part(*first)), Box::new(part(*second))),
    }
}

fn said_part(part: &Part) -> SaidPart {
    match part {
        Part::Whole => SaidPart::Whole,
        Part::Letters(from, count) => SaidPart::Letters(*from, *count),
        Part::Found(pattern) => SaidPart::Found(pattern.clone()),
        Part::Day(form) => SaidPart::Day(form.clone()),
        Part::CertainDay => SaidPart::CertainDay,
        Part::DayAndMonthExchanged => SaidPart::DayAndMonthExchanged,
        Part::InFull(names) => SaidPart::InFull(names.clone()),
        Part::Sorted => SaidPart::Sorted,
        Part::Sounds => SaidPart::Sounds,
        Part::SoundsAsOne => SaidPart::SoundsAsOne,
        Part::Lower => SaidPart::Lower,
        Part::Upper => SaidPart::Upper,
        Part::Trimmed => SaidPart::Trimmed,
        Part::Bytes => SaidPart::Bytes,
        Part::Then(first, second) => SaidPart::Then(Box::new(said_part(first)), Box::new(said_part(second))),
    }
}

fn test(said: SaidTest) -> Test {
    let tests = |said: Vec<SaidTest>| said.into_iter().map(test).collect();
    match said {
        SaidTest::Otherwise => Test::Otherwise,
        SaidTest::LeftMissing(a) => Test::LeftMissing(a),
        SaidTest::RightMissing(a) => Test::RightMissing(a),
        SaidTest::Same(a, b) => Test::Same(a, b),
        SaidTest::Share(a, b) => Test::Share(a, b),
        SaidTest::Jaro(a, b, least) => Test::Jaro(a, b, least),
        SaidTest::JaroWinkler(a, b, least) => Test::JaroWinkler(a, b, least),
        SaidTest::Levenshtein(a, b, most) => Test::Levenshtein(a, b, most),
        SaidTest::DamerauLevenshtein(a, b, most) => Test::DamerauLevenshtein(a, b, most),
        SaidTest::Seconds(a, b, most) => Test::Seconds(a, b, most),
        SaidTest::Begins(a, b, least) => Test::Begins(a, b, least),
        SaidTest::SharesWord(a, b) => Test::SharesWord(a, b),
        SaidTest::Few(products, most) => Test::Few(products, most),
        SaidTest::SharedRarer(a, limit) => Test::SharedRarer(a, limit),
        SaidTest::OfFirst(inner) => Test::OfFirst(Box::new(test(*inner))),
        SaidTest::OfLast(inner) => Test::OfLast(Box::new(test(*inner))),
        SaidTest::All(all) => Test::All(tests(all)),
        SaidTest::Any(any) => Test::Any(tests(any)),
        SaidTest::Not(inner) => Test::Not(Box::new(test(*inner))),
    }
}

fn said_test(test: &Test) -> SaidTest {
    let tests = |tests: &[Test]| tests.iter().map(said_test).collect();
    match test {
        Test::Otherwise => SaidTest::Otherwise,
        Test::LeftMissing(a) => SaidTest::LeftMissing(*a),
        Test::RightMissing(a) => SaidTest::RightMissing(*a),
        Test::Same(a, b) => SaidTest::Same(*a, *b),
        Test::Share(a, b) => SaidTest::Share(*a, *b),
        Test::Jaro(a, b, least) => SaidTest::Jaro(*a, *b, *least),
        Test::JaroWinkler(a, b, least) => SaidTest::JaroWinkler(*a, *b, *least),
        Test::Levenshtein(a, b, most) => SaidTest::Levenshtein(*a, *b, *most),
        Test::DamerauLevenshtein(a, b, most) => SaidTest::DamerauLevenshtein(*a, *b, *most),
        Test::Seconds(a, b, most) => SaidTest::Seconds(*a, *b, *most),
        Test::Begins(a, b, least) => SaidTest::Begins(*a, *b, *least),
        Test::SharesWord(a, b) => SaidTest::SharesWord(*a, *b),
        Test::Few(products, most) => SaidTest::Few(products.clone(), *most),
        Test::SharedRarer(a, limit) => SaidTest::SharedRarer(*a, *limit),
        Test::OfFirst(inner) => SaidTest::OfFirst(Box::new(said_test(inner))),
        Test::OfLast(inner) => SaidTest::OfLast(Box::new(said_test(inner))),
        Test::All(all) => SaidTest::All(tests(all)),
        Test::Any(any) => SaidTest::Any(tests(any)),
        Test::Not(inner) => SaidTest::Not(Box::new(said_test(inner))),
    }
}

fn comparison(said: SaidComparison) -> Comparison {
    let level = |said: SaidLevel| Level {
        label: said.label,
        test: test(said.test),
        missing: said.missing,
        m: said.m,
        u: said.u,
        h: said.h,
        frequency: said.frequency.map(|said| Frequency {
            feature: said.feature,
            weight: said.weight,
            least: said.least,
            own: said.own,
            near: said.near,
            scaled: said.scaled,
        }),
    };
    let given = said.given.map(|given| Given { parent: given.parent, m: given.m, u: given.u, h: given.h });
    Comparison { name: said.name, levels: said.levels.into_iter().map(level).collect(), given }
}

fn said_comparison(comparison: &Comparison) -> SaidComparison {
    let frequency = |of: Frequency| SaidFrequency {
        feature: of.feature,
        weight: of.weight,
        least: of.least,
        own: of.own,
        near: of.near,
        scaled: of.scaled,
    };
    let level = |level: &Level| SaidLevel {
        label: level.label.clone(),
        test: said_test(&level.test),
        missing: level.missing,
        m: level.m,
        u: level.u,
        h: level.h,
        frequency: level.frequency.map(frequency),
    };
    let given = comparison.given.as_ref();
    let given = given.map(|given| SaidGiven { parent: given.parent, m: given.m.clone(), u: given.u.clone(), h: given.h.clone() });
    SaidComparison { name: comparison.name.clone(), levels: comparison.levels.iter().map(level).collect(), given }
}
