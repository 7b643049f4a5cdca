//! A model as JSON: what `wellspent link` learned, written so that it can be read, kept and used again. The file has the shape of
//! [`LinkageModel`], with the fields that its features are parts of.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, bail};
use linkage::field::{Field, FieldKind, KINDS, Missing};
use linkage::model::{
    BlockingRule, Calibration, Comparison, ComparisonLevel, Dependence, Feature, LinkageModel, PairTest, TermFrequencyAdjustment,
    TwinRule, ValuePart,
};
use serde::{Deserialize, Serialize};

use super::named_files::MISSING;
use super::splink;
use records::files::safe::{self, LARGEST_MODEL_BYTES};

/// A model and the fields that it is of.
pub(crate) struct LoadedModel {
    pub model: LinkageModel,
    pub fields: Vec<Field>,
    /// Whether two records of one table may be one person.
    pub within: bool,
    /// Whether its rules bring records together however many share a value, as those of Splink do.
    pub all_pairs: bool,
}

/// Reads a model file, ours or Splink's; every problem is in the message. Of Splink's the rules may be others than those in it.
pub(crate) fn read(path: &Path, rules: Option<&[String]>) -> anyhow::Result<LoadedModel> {
    let name = path.display().to_string();
    let bytes = safe::read(path, LARGEST_MODEL_BYTES).context("could not read the model")?;
    let text = String::from_utf8(bytes).map_err(|_| anyhow::anyhow!("the model {name} is not text"))?;
    if text.contains("\"comparison_levels\"") {
        return match splink::read(&name, &text, rules) {
            Ok(splink) => {
                let field = |name: String| Field { name, kind: FieldKind::AsItStands, missing: Missing::default() };
                let fields = splink.imported.columns.into_iter().map(field).collect();
                Ok(LoadedModel { model: splink.imported.model, fields, within: splink.within, all_pairs: true })
            }
            Err(problems) => bail!("{}", problems.join("\n\n")),
        };
    }
    if rules.is_some() {
        bail!("{name} is no model of Splink, and has its rules in it; `rules` are for a model of Splink");
    }
    let (model, fields) = from_json(&text).with_context(|| format!("{name} is no model of `wellspent link` or of Splink"))?;
    let all_pairs = model.rules.iter().any(|rule| rule.same.is_empty());
    Ok(LoadedModel { model, fields, within: true, all_pairs })
}

/// Reads a model; says what does not hold together in it.
pub(crate) fn from_json(text: &str) -> anyhow::Result<(LinkageModel, Vec<Field>)> {
    let file: JsonModel = serde_json::from_str(text).map_err(|error| anyhow::anyhow!(splink::wrong(&error)))?;
    let fields = file.fields.into_iter().map(field).collect::<anyhow::Result<Vec<Field>>>()?;
    let model = LinkageModel {
        features: file.features.into_iter().map(|json| Feature { column: json.field, part: part(json.part) }).collect(),
        comparisons: file.comparisons.into_iter().map(comparison).collect(),
        prior: file.prior,
        household: file.household,
        within: file.within,
        calibration: file.calibration.map(|json| Calibration { shift: json.shift, slope: json.slope }),
        rules: file.rules.into_iter().map(|rule| BlockingRule { label: rule.label, same: rule.same }).collect(),
        twins: file.twins.map(|twins| TwinRule { test: test(twins.test), above: twins.above, bits: twins.bits }),
    };
    check(&model, fields.len())?;
    Ok((model, fields))
}

/// Writes a model.
pub(crate) fn to_json(model: &LinkageModel, fields: &[Field]) -> anyhow::Result<String> {
    let file = JsonModel {
        fields: fields.iter().map(json_field).collect(),
        prior: model.prior,
        household: model.household,
        within: model.within,
        calibration: model.calibration.map(|of| JsonCalibration { shift: of.shift, slope: of.slope }),
        features: model
            .features
            .iter()
            .map(|feature| JsonFeature { field: feature.column, part: json_part(&feature.part) })
            .collect(),
        comparisons: model.comparisons.iter().map(json_comparison).collect(),
        rules: model.rules.iter().map(|rule| JsonRule { label: rule.label.clone(), same: rule.same.clone() }).collect(),
        twins: model.twins.as_ref().map(|twins| JsonTwins { test: json_test(&twins.test), above: twins.above, bits: twins.bits }),
    };
    Ok(serde_json::to_string_pretty(&file)? + "\n")
}

/// Whether every number points at something, and every chance is one.
fn check(model: &LinkageModel, fields: usize) -> anyhow::Result<()> {
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
            let mut all_known = level.term_frequency.is_none_or(|frequency| known(frequency.feature));
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
        let Some(given) = &comparison.depends_on else { continue };
        let Some(parent) = model.comparisons.get(given.parent).filter(|_| given.parent != at) else {
            bail!(
                "comparison `{}` depends on comparison {}, and there is no other comparison of that number",
                comparison.name,
                given.parent
            );
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
struct JsonModel {
    fields: Vec<JsonField>,
    /// The chance that two records picked at random are one person; and that they are of one household.
    prior: f64,
    household: f64,
    /// Bits by which two records of one agency are likelier to be one person than two records of two.
    #[serde(default, skip_serializing_if = "is_nothing")]
    within: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    calibration: Option<JsonCalibration>,
    features: Vec<JsonFeature>,
    comparisons: Vec<JsonComparison>,
    rules: Vec<JsonRule>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    twins: Option<JsonTwins>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_nothing(bits: &f64) -> bool {
    *bits == 0.0
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonCalibration {
    shift: f64,
    slope: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonTwins {
    test: JsonTest,
    above: f64,
    bits: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonField {
    name: String,
    is: String,
    missing: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonFeature {
    field: usize,
    part: JsonPart,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum JsonPart {
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
    Then(Box<JsonPart>, Box<JsonPart>),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonComparison {
    name: String,
    levels: Vec<JsonLevel>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    given: Option<JsonGiven>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonGiven {
    parent: usize,
    m: Vec<Vec<f64>>,
    u: Vec<Vec<f64>>,
    h: Vec<Vec<f64>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonLevel {
    label: String,
    test: JsonTest,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    missing: bool,
    m: f64,
    u: f64,
    h: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    frequency: Option<JsonFrequency>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonFrequency {
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
enum JsonTest {
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
    OfFirst(Box<JsonTest>),
    OfLast(Box<JsonTest>),
    All(Vec<JsonTest>),
    Any(Vec<JsonTest>),
    Not(Box<JsonTest>),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonRule {
    label: String,
    same: Vec<(usize, usize)>,
}

fn field(json: JsonField) -> anyhow::Result<Field> {
    let kind = KINDS.iter().find(|(name, _, _)| *name == json.is).map(|(_, kind, _)| *kind);
    let kinds = || KINDS.iter().map(|(name, _, _)| *name).collect::<Vec<_>>().join(", ");
    let kind: FieldKind = kind.with_context(|| format!("field `{}` is a \"{}\"; known are {}", json.name, json.is, kinds()))?;
    let missing = MISSING.iter().find(|(name, _)| *name == json.missing).map(|(_, missing)| *missing);
    let missing = missing.with_context(|| format!("field `{}`: missing \"{}\" is not known", json.name, json.missing))?;
    Ok(Field { name: json.name, kind, missing })
}

fn json_field(field: &Field) -> JsonField {
    let is = KINDS.iter().find(|(_, kind, _)| *kind == field.kind).map_or("", |(name, _, _)| name);
    let missing = MISSING.iter().find(|(_, missing)| *missing == field.missing).map_or("", |(name, _)| name);
    JsonField { name: field.name.clone(), is: is.into(), missing: missing.into() }
}

fn part(json: JsonPart) -> ValuePart {
    match json {
        JsonPart::Whole => ValuePart::Whole,
        JsonPart::Letters(from, count) => ValuePart::Letters(from, count),
        JsonPart::Found(pattern) => ValuePart::Found(pattern),
        JsonPart::Day(form) => ValuePart::Day(form),
        JsonPart::CertainDay => ValuePart::CertainDay,
        JsonPart::DayAndMonthExchanged => ValuePart::DayAndMonthExchanged,
        JsonPart::InFull(names) => ValuePart::InFull(names),
        JsonPart::Sorted => ValuePart::Sorted,
        JsonPart::Sounds => ValuePart::Sounds,
        JsonPart::SoundsAsOne => ValuePart::SoundsAsOne,
        JsonPart::Lower => ValuePart::Lower,
        JsonPart::Upper => ValuePart::Upper,
        JsonPart::Trimmed => ValuePart::Trimmed,
        JsonPart::Bytes => ValuePart::Bytes,
        JsonPart::Then(first, second) => ValuePart::Then(Box::new(part(*first)), Box::new(part(*second))),
    }
}

fn json_part(part: &ValuePart) -> JsonPart {
    match part {
        ValuePart::Whole => JsonPart::Whole,
        ValuePart::Letters(from, count) => JsonPart::Letters(*from, *count),
        ValuePart::Found(pattern) => JsonPart::Found(pattern.clone()),
        ValuePart::Day(form) => JsonPart::Day(form.clone()),
        ValuePart::CertainDay => JsonPart::CertainDay,
        ValuePart::DayAndMonthExchanged => JsonPart::DayAndMonthExchanged,
        ValuePart::InFull(names) => JsonPart::InFull(names.clone()),
        ValuePart::Sorted => JsonPart::Sorted,
        ValuePart::Sounds => JsonPart::Sounds,
        ValuePart::SoundsAsOne => JsonPart::SoundsAsOne,
        ValuePart::Lower => JsonPart::Lower,
        ValuePart::Upper => JsonPart::Upper,
        ValuePart::Trimmed => JsonPart::Trimmed,
        ValuePart::Bytes => JsonPart::Bytes,
        ValuePart::Then(first, second) => JsonPart::Then(Box::new(json_part(first)), Box::new(json_part(second))),
    }
}

fn test(json: JsonTest) -> PairTest {
    let tests = |json: Vec<JsonTest>| json.into_iter().map(test).collect();
    match json {
        JsonTest::Otherwise => PairTest::Otherwise,
        JsonTest::LeftMissing(a) => PairTest::LeftMissing(a),
        JsonTest::RightMissing(a) => PairTest::RightMissing(a),
        JsonTest::Same(a, b) => PairTest::Same(a, b),
        JsonTest::Share(a, b) => PairTest::Share(a, b),
        JsonTest::Jaro(a, b, least) => PairTest::Jaro(a, b, least),
        JsonTest::JaroWinkler(a, b, least) => PairTest::JaroWinkler(a, b, least),
        JsonTest::Levenshtein(a, b, most) => PairTest::Levenshtein(a, b, most),
        JsonTest::DamerauLevenshtein(a, b, most) => PairTest::DamerauLevenshtein(a, b, most),
        JsonTest::Seconds(a, b, most) => PairTest::WithinSeconds(a, b, most),
        JsonTest::Begins(a, b, least) => PairTest::OneBeginsOther(a, b, least),
        JsonTest::SharesWord(a, b) => PairTest::SharesWord(a, b),
        JsonTest::Few(products, most) => PairTest::ValueCountAtMost(products, most),
        JsonTest::SharedRarer(a, limit) => PairTest::SharedRarer(a, limit),
        JsonTest::OfFirst(inner) => PairTest::OfFirst(Box::new(test(*inner))),
        JsonTest::OfLast(inner) => PairTest::OfLast(Box::new(test(*inner))),
        JsonTest::All(all) => PairTest::All(tests(all)),
        JsonTest::Any(any) => PairTest::Any(tests(any)),
        JsonTest::Not(inner) => PairTest::Not(Box::new(test(*inner))),
    }
}

fn json_test(test: &PairTest) -> JsonTest {
    let tests = |tests: &[PairTest]| tests.iter().map(json_test).collect();
    match test {
        PairTest::Otherwise => JsonTest::Otherwise,
        PairTest::LeftMissing(a) => JsonTest::LeftMissing(*a),
        PairTest::RightMissing(a) => JsonTest::RightMissing(*a),
        PairTest::Same(a, b) => JsonTest::Same(*a, *b),
        PairTest::Share(a, b) => JsonTest::Share(*a, *b),
        PairTest::Jaro(a, b, least) => JsonTest::Jaro(*a, *b, *least),
        PairTest::JaroWinkler(a, b, least) => JsonTest::JaroWinkler(*a, *b, *least),
        PairTest::Levenshtein(a, b, most) => JsonTest::Levenshtein(*a, *b, *most),
        PairTest::DamerauLevenshtein(a, b, most) => JsonTest::DamerauLevenshtein(*a, *b, *most),
        PairTest::WithinSeconds(a, b, most) => JsonTest::Seconds(*a, *b, *most),
        PairTest::OneBeginsOther(a, b, least) => JsonTest::Begins(*a, *b, *least),
        PairTest::SharesWord(a, b) => JsonTest::SharesWord(*a, *b),
        PairTest::ValueCountAtMost(products, most) => JsonTest::Few(products.clone(), *most),
        PairTest::SharedRarer(a, limit) => JsonTest::SharedRarer(*a, *limit),
        PairTest::OfFirst(inner) => JsonTest::OfFirst(Box::new(json_test(inner))),
        PairTest::OfLast(inner) => JsonTest::OfLast(Box::new(json_test(inner))),
        PairTest::All(all) => JsonTest::All(tests(all)),
        PairTest::Any(any) => JsonTest::Any(tests(any)),
        PairTest::Not(inner) => JsonTest::Not(Box::new(json_test(inner))),
    }
}

fn comparison(json: JsonComparison) -> Comparison {
    let level = |json: JsonLevel| ComparisonLevel {
        label: json.label,
        test: test(json.test),
        missing: json.missing,
        m: json.m,
        u: json.u,
        h: json.h,
        term_frequency: json.frequency.map(|json| TermFrequencyAdjustment {
            feature: json.feature,
            weight: json.weight,
            minimum_u: json.least,
            own_u: json.own,
            by_similarity: json.near,
            scaled: json.scaled,
        }),
    };
    let given = json.given.map(|given| Dependence { parent: given.parent, m: given.m, u: given.u, h: given.h });
    Comparison { name: json.name, levels: json.levels.into_iter().map(level).collect(), depends_on: given }
}

fn json_comparison(comparison: &Comparison) -> JsonComparison {
    let frequency = |of: TermFrequencyAdjustment| JsonFrequency {
        feature: of.feature,
        weight: of.weight,
        least: of.minimum_u,
        own: of.own_u,
        near: of.by_similarity,
        scaled: of.scaled,
    };
    let level = |level: &ComparisonLevel| JsonLevel {
        label: level.label.clone(),
        test: json_test(&level.test),
        missing: level.missing,
        m: level.m,
        u: level.u,
        h: level.h,
        frequency: level.term_frequency.map(frequency),
    };
    let given = comparison.depends_on.as_ref();
    let given = given.map(|given| JsonGiven { parent: given.parent, m: given.m.clone(), u: given.u.clone(), h: given.h.clone() });
    JsonComparison { name: comparison.name.clone(), levels: comparison.levels.iter().map(level).collect(), given }
}
