//! Models made with Splink (Linacre et al. 2022, "Splink: free software for probabilistic record linkage at scale", IJPDS 7;
//! settings of versions 4 and 5). The input is the settings, whose conditions are SQL (see `sql`). The output is a
//! [`LinkageModel`] that gives the same pairs the same weights, and the columns that it looks at. Nothing is trained here. What
//! our tests cannot express is refused, all of it at once.
//!
//! In SQL an empty text is a value, and here it is missing. If a function may give an empty text (`regexp_extract`, `substr`),
//! the tests made of it give the result of SQL. An empty text in a table counts as missing.

use super::model::{BlockingRule, Comparison, ComparisonLevel, LinkageModel, PairTest, TermFrequencyAdjustment, ValuePart};
use super::prepared::MOST_COMPARISONS;
use super::sql::{self, SqlComparator, SqlError, SqlExpression, SqlNode};
use base::english::counted;

/// What the settings say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SplinkSettings {
    pub prior: f64,
    /// Whether texts are measured byte by byte, as DuckDB does. Otherwise letter by letter.
    pub by_bytes: bool,
    pub rules: Vec<String>,
    pub comparisons: Vec<SplinkComparison>,
}

/// A comparison and its name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SplinkComparison {
    pub name: String,
    pub levels: Vec<SplinkLevel>,
}

/// A comparison level.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SplinkLevel {
    pub condition: String,
    pub label: String,
    pub missing: bool,
    /// `None` if Splink wrote nothing, as it does for levels that training never saw: see [`at_first`].
    pub m: Option<f64>,
    pub u: Option<f64>,
    pub term_frequency: Option<SplinkTermFrequency>,
}

/// A term-frequency adjustment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SplinkTermFrequency {
    pub column: String,
    pub weight: f64,
    pub minimum_u: f64,
    /// The level's own *u* is adjusted, whatever level agrees exactly.
    pub own_u: bool,
}

/// A model, and the names of its columns.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportedModel {
    pub model: LinkageModel,
    pub columns: Vec<String>,
}

/// A part of the settings that is not supported.
#[derive(Clone, Debug, PartialEq)]
pub struct NotUnderstood {
    /// "comparison `dob`, level 3"; "rule 2".
    pub place: String,
    /// The condition; empty if the problem is not in one.
    pub text: String,
    pub error: SqlError,
}

/// Makes a model of settings.
///
/// # Errors
///
/// Everything in the settings that is not supported.
pub fn import(settings: &SplinkSettings) -> Result<ImportedModel, Vec<NotUnderstood>> {
    let mut import = Importer {
        by_bytes: settings.by_bytes,
        columns: Vec::new(),
        model: LinkageModel { prior: settings.prior, ..LinkageModel::default() },
    };
    let mut not_understood = Vec::new();
    let whole = |what: &str, known: &str| NotUnderstood {
        place: "the settings".into(),
        text: String::new(),
        error: SqlError::new(0, what, known),
    };
    if !(settings.prior > 0.0 && settings.prior < 1.0) {
        not_understood.push(whole("`probability_two_random_records_match` is not a probability", "a number between 0 and 1"));
    }
    if settings.comparisons.len() > MOST_COMPARISONS {
        not_understood.push(whole(
            &format!("there are {} comparisons", settings.comparisons.len()),
            &format!("at most {MOST_COMPARISONS}"),
        ));
    }
    for comparison in &settings.comparisons {
        let comparison = import.comparison(comparison, &mut not_understood);
        import.model.comparisons.push(comparison);
    }
    for (at, text) in settings.rules.iter().enumerate() {
        match sql::parse(text).and_then(|node| import.rule(&node)) {
            Ok(same) => import.model.rules.push(BlockingRule { label: text.clone(), same }),
            Err(error) => not_understood.push(NotUnderstood { place: format!("rule {}", at + 1), text: text.clone(), error }),
        }
    }
    if not_understood.is_empty() {
        Ok(ImportedModel { model: import.model, columns: import.columns })
    } else {
        Err(not_understood)
    }
}

struct Importer {
    by_bytes: bool,
    columns: Vec<String>,
    model: LinkageModel,
}

/// The record of a pair that a value belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// A value of one record: a part of a column.
struct SqlValue {
    side: Side,
    column: usize,
    part: ValuePart,
    /// The text may be empty without being NULL.
    may_be_empty: bool,
    /// The value has been converted to a date.
    is_day: bool,
}

const CONDITIONS: &str = "=, <>, IS NULL, AND, OR, NOT, jaro_similarity, jaro_winkler_similarity, levenshtein, \
     damerau_levenshtein, ABS(EPOCH(…) - EPOCH(…)) or ABS(DATE_DIFF('day', …, …)), each compared with a number; array_length(list_intersect(…, …)) >= 1; \
     len(…) * len(…), and sums of such, compared with a number; list_reduce of the frequencies of shared values; and ELSE";
const VALUES: &str = "a column such as \"name_l\" or l.name, substr, left, regexp_extract, NULLIF(…, ''), lower, upper, trim, \
     CAST to text or date, try_strptime, […] for the first (1) or last (-1) of a list";
/// The ending of the name of a list that has, with each value, how often it occurs.
const WITH_FREQUENCY: &str = "_with_freq";

impl Importer {
    fn comparison(&mut self, settings: &SplinkComparison, not_understood: &mut Vec<NotUnderstood>) -> Comparison {
        let mut levels: Vec<ComparisonLevel> = Vec::new();
        let count = settings.levels.iter().filter(|level| !level.missing).count();
        let mut rank = count;
        for (at, level) in settings.levels.iter().enumerate() {
            rank -= usize::from(!level.missing);
            match self.level(level, at_first(count, rank)) {
                Ok(level) => levels.push(level),
                Err(error) => {
                    let place = format!("comparison `{}`, level {}", settings.name, at + 1);
                    not_understood.push(NotUnderstood { place, text: level.condition.clone(), error });
                }
            }
        }
        let whole = |what: String, known: &str| NotUnderstood {
            place: format!("comparison `{}`", settings.name),
            text: String::new(),
            error: SqlError::new(0, what, known),
        };
        if levels.len() == settings.levels.len() {
            // If no level holds, the scorer takes the last level, and SQL takes none.
            if levels.last().is_none_or(|level| level.test != PairTest::Otherwise) {
                not_understood.push(whole("the last level is not ELSE".into(), "ELSE"));
            }
            if levels.len() > usize::from(u8::MAX) {
                not_understood.push(whole(format!("there are {} levels", levels.len()), "at most 255"));
            }
            let trained =
                settings.levels.iter().any(|level| level.m.is_some()) && settings.levels.iter().any(|level| level.u.is_some());
            if !trained && !levels.iter().all(|level| level.missing) {
                not_understood
                    .push(whole("no level has `m_probability` and `u_probability`".into(), "a model that has been trained"));
            }
            for level in &levels {
                let frequency = level.term_frequency.filter(|frequency| !frequency.own_u);
                let lacks = |frequency: TermFrequencyAdjustment| {
                    !levels.iter().any(|level| level.test == PairTest::Same(frequency.feature, frequency.feature))
                };
                if let Some(frequency) = frequency.filter(|frequency| lacks(*frequency)) {
                    let column = &self.columns[self.model.features[frequency.feature].column];
                    let what = format!("`tf_adjustment_column` is \"{column}\", and no level is exact agreement on it alone");
                    not_understood.push(whole(
                        what,
                        &format!("a level \"{column}_l\" = \"{column}_r\", or `disable_tf_exact_match_detection`"),
                    ));
                }
            }
        }
        Comparison { name: settings.name.clone(), levels, depends_on: None }
    }

    fn level(&mut self, settings: &SplinkLevel, (first_m, first_u): (f64, f64)) -> Result<ComparisonLevel, SqlError> {
        let test = if settings.condition.trim().eq_ignore_ascii_case("else") {
            PairTest::Otherwise
        } else {
            let node = sql::parse(&settings.condition)?;
            self.test(&node, false)?
        };
        let chance = |settings: Option<f64>, otherwise: f64, name: &str| match settings {
            None => Ok(otherwise),
            Some(chance) if chance > 0.0 && chance <= 1.0 => Ok(chance),
            Some(chance) => Err(SqlError::new(0, format!("`{name}` is {chance}"), "a number above 0 and at most 1")),
        };
        let (m, u) = match settings.missing {
            true => (1.0, 1.0),
            false => (chance(settings.m, first_m, "m_probability")?, chance(settings.u, first_u, "u_probability")?),
        };
        // As in Splink, ELSE and levels with weight 0 are not adjusted.
        let adjusted = settings.term_frequency.as_ref().filter(|settings| settings.weight != 0.0 && test != PairTest::Otherwise);
        let term_frequency = match adjusted {
            None => None,
            Some(settings) if settings.weight.is_finite() && settings.minimum_u >= 0.0 && settings.minimum_u < 1.0 => {
                let column = self.column(&settings.column);
                let feature = self.model.feature(column, ValuePart::Whole);
                let (weight, minimum_u, own_u) = (settings.weight, settings.minimum_u, settings.own_u);
                Some(TermFrequencyAdjustment { feature, weight, minimum_u, own_u, by_similarity: false, scaled: false })
            }
            Some(settings) => {
                let what =
                    format!("the term-frequency adjustment has weight {} and minimum u {}", settings.weight, settings.minimum_u);
                return Err(SqlError::new(0, what, "a finite weight, and a minimum u from 0 up to 1"));
            }
        };
        Ok(ComparisonLevel { label: settings.label.clone(), test, missing: settings.missing, m, u, h: u, term_frequency })
    }

    /// The features of a blocking rule that must agree.
    fn rule(&mut self, node: &SqlNode) -> Result<Vec<(usize, usize)>, SqlError> {
        let rules =
            "equality of columns, joined with AND, such as l.surname = r.surname AND substr(l.dob, 1, 4) = substr(r.dob, 1, 4)";
        match &node.expression {
            SqlExpression::And(parts) => {
                let mut same = Vec::new();
                for part in parts {
                    same.extend(self.rule(part)?);
                }
                Ok(same)
            }
            SqlExpression::Compare(SqlComparator::Equal, a, b)
                if matches!(a.expression, SqlExpression::Number(_)) && a.expression == b.expression =>
            {
                Ok(Vec::new())
            }
            SqlExpression::Compare(SqlComparator::Equal, a, b) => {
                if end_of(node)? == Some(End::Last) {
                    return Err(SqlError::new(node.at, "the rule looks at the last value of a list", "the first value, [1]"));
                }
                let (left, right) = self.sides(a, b)?;
                if left.may_be_empty && matches!(last(&left.part), ValuePart::Found(_)) {
                    let what = "all records in which regexp_extract finds nothing would be brought together";
                    return Err(SqlError::new(node.at, what, "NULLIF(regexp_extract(…), '')"));
                }
                Ok(vec![(self.feature(&left), self.feature(&right))])
            }
            SqlExpression::Or(_) => {
                Err(SqlError::new(node.at, "the rule has OR in it", format!("one rule for each side of OR; each is {rules}")))
            }
            _ => Err(SqlError::new(node.at, "this is not an equality", rules)),
        }
    }

    /// A condition. Under NOT a text that may be empty cannot be told from a missing one, so it is refused there.
    fn test(&mut self, node: &SqlNode, under_not: bool) -> Result<PairTest, SqlError> {
        match &node.expression {
            SqlExpression::And(parts) => Ok(PairTest::All(self.tests(parts, under_not)?)),
            SqlExpression::Or(parts) => Ok(PairTest::Any(self.tests(parts, under_not)?)),
            SqlExpression::Not(inner) => Ok(PairTest::Not(Box::new(self.test(inner, true)?))),
            SqlExpression::IsNull(inner) => {
                let value = self.value(inner)?;
                // A text that may be empty is NULL only if the column is.
                let feature =
                    if value.may_be_empty { self.model.feature(value.column, ValuePart::Whole) } else { self.feature(&value) };
                Ok(missing(value.side, feature))
            }
            SqlExpression::Compare(comparator, a, b) => self.compare(node.at, *comparator, a, b, under_not),
            _ => Err(SqlError::new(node.at, "this is not a condition", CONDITIONS)),
        }
    }

    fn tests(&mut self, parts: &[SqlNode], under_not: bool) -> Result<Vec<PairTest>, SqlError> {
        parts.iter().map(|part| self.test(part, under_not)).collect()
    }

    fn compare(
        &mut self,
        at: usize,
        comparator: SqlComparator,
        a: &SqlNode,
        b: &SqlNode,
        under_not: bool,
    ) -> Result<PairTest, SqlError> {
        let test = self.compare_any(at, comparator, a, b, under_not)?;
        Ok(match [end_of(a)?, end_of(b)?] {
            [None, None] => test,
            [Some(one), Some(other)] if one != other => return Err(other_end(b.at)),
            [Some(End::First), _] | [_, Some(End::First)] => PairTest::OfFirst(Box::new(test)),
            _ => PairTest::OfLast(Box::new(test)),
        })
    }

    fn compare_any(
        &mut self,
        at: usize,
        comparator: SqlComparator,
        a: &SqlNode,
        b: &SqlNode,
        under_not: bool,
    ) -> Result<PairTest, SqlError> {
        let counted = [a, b].iter().any(|node| is_count(node));
        match (comparator, &a.expression, &b.expression) {
            (SqlComparator::Equal, ..) if !counted => self.same(at, a, b, under_not),
            (SqlComparator::Unequal, ..) if !counted => Ok(PairTest::Not(Box::new(self.same(at, a, b, true)?))),
            (_, _, SqlExpression::Number(number)) => self.measured(comparator, a, *number, under_not),
            (_, SqlExpression::Number(number), _) => {
                let turned = match comparator {
                    SqlComparator::Less => SqlComparator::More,
                    SqlComparator::AtMost => SqlComparator::AtLeast,
                    SqlComparator::More => SqlComparator::Less,
                    SqlComparator::AtLeast => SqlComparator::AtMost,
                    SqlComparator::Equal | SqlComparator::Unequal => comparator,
                };
                self.measured(turned, b, *number, under_not)
            }
            _ => Err(SqlError::new(at, "neither side of this is a number", CONDITIONS)),
        }
    }

    fn same(&mut self, at: usize, a: &SqlNode, b: &SqlNode, under_not: bool) -> Result<PairTest, SqlError> {
        let (left, right) = self.sides(a, b)?;
        let same = PairTest::Same(self.feature(&left), self.feature(&right));
        if !(left.may_be_empty || right.may_be_empty) {
            return Ok(same);
        }
        never_under_not(at, under_not)?;
        if left.may_be_empty && right.may_be_empty {
            return Ok(PairTest::Any(vec![same, PairTest::All(vec![self.empty(&left), self.empty(&right)])]));
        }
        Ok(same)
    }

    /// The column has a value, and the value made of it is an empty text.
    fn empty(&mut self, value: &SqlValue) -> PairTest {
        self.at_most_long(value, 0)
    }

    /// The column has a value, and the value made of it has at most this many letters.
    fn at_most_long(&mut self, value: &SqlValue, most: usize) -> PairTest {
        let whole = self.model.feature(value.column, ValuePart::Whole);
        let part = if most == 0 { value.part.clone() } else { then(value.part.clone(), ValuePart::Letters(most, 1)) };
        let beyond = self.model.feature(value.column, part);
        PairTest::All(vec![PairTest::Not(Box::new(missing(value.side, whole))), missing(value.side, beyond)])
    }

    /// A similarity, a distance or a number of values compared with a number.
    fn measured(
        &mut self,
        comparator: SqlComparator,
        node: &SqlNode,
        number: f64,
        under_not: bool,
    ) -> Result<PairTest, SqlError> {
        if is_count(node) {
            return self.value_count(comparator, node, number);
        }
        let SqlExpression::Call(name, values) = &node.expression else {
            return Err(SqlError::new(node.at, "this cannot be compared with a number", CONDITIONS));
        };
        let not = |test: PairTest| PairTest::Not(Box::new(test));
        match (name.as_str(), &values[..]) {
            ("jaro_similarity" | "jaro_winkler_similarity", [a, b]) => {
                let winkler = name == "jaro_winkler_similarity";
                let (left, right) = self.texts(a, b)?;
                if left.may_be_empty || right.may_be_empty {
                    never_under_not(
                        node.at,
                        under_not || matches!(comparator, SqlComparator::Less | SqlComparator::AtMost) || number <= 0.0,
                    )?;
                }
                let (left, right) = (self.feature(&left), self.feature(&right));
                let similarity = |least: f64| {
                    if winkler { PairTest::JaroWinkler(left, right, least) } else { PairTest::Jaro(left, right, least) }
                };
                Ok(match comparator {
                    SqlComparator::AtLeast => similarity(number),
                    SqlComparator::More => similarity(number.next_up()),
                    SqlComparator::Less => not(similarity(number)),
                    _ => not(similarity(number.next_up())),
                })
            }
            ("levenshtein" | "damerau_levenshtein" | "editdist3", [a, b]) => {
                let transposed = name == "damerau_levenshtein";
                let (left, right) = self.texts(a, b)?;
                let whole = if matches!(comparator, SqlComparator::AtMost | SqlComparator::More) {
                    number.floor()
                } else {
                    number.ceil() - 1.0
                };
                if !(0.0..1e6).contains(&whole) {
                    return Err(SqlError::new(
                        node.at,
                        format!("a distance cannot be compared with {number}"),
                        "a number of edits",
                    ));
                }
                let most = whole as usize;
                let far = matches!(comparator, SqlComparator::More | SqlComparator::AtLeast);
                let test = self.distance(node.at, &left, &right, most, transposed, under_not || far)?;
                Ok(if far { not(test) } else { test })
            }
            (length, [SqlNode { expression: SqlExpression::Call(meet, lists), .. }])
                if is_length(length) && is_list(meet, "intersect") && lists.len() == 2 =>
            {
                let (left, right) = self.sides(&lists[0], &lists[1])?;
                if !matches!((comparator, number), (SqlComparator::AtLeast, 1.0) | (SqlComparator::More, 0.0))
                    || left.part != ValuePart::Whole
                    || right.part != ValuePart::Whole
                {
                    return Err(SqlError::new(
                        node.at,
                        "only whether two lists share a value is supported",
                        "array_length(list_intersect(…, …)) >= 1 of two columns",
                    ));
                }
                Ok(PairTest::Share(self.feature(&left), self.feature(&right)))
            }
            (reduce, [of, product]) if is_list(reduce, "reduce") => {
                let feature = self.shared_frequencies(node.at, of, product)?;
                let rarer = |limit: f64| PairTest::SharedRarer(feature, limit);
                Ok(match comparator {
                    SqlComparator::Less => rarer(number),
                    SqlComparator::AtMost => rarer(number.next_up()),
                    SqlComparator::AtLeast => not(rarer(number)),
                    _ => not(rarer(number.next_up())),
                })
            }
            ("abs", [difference]) => {
                let (left, right, unit) = self.days(difference)?;
                let test = |most: f64| PairTest::WithinSeconds(left, right, most * unit);
                Ok(match comparator {
                    SqlComparator::AtMost => test(number),
                    SqlComparator::Less => test(number.next_down()),
                    SqlComparator::More => not(test(number)),
                    _ => not(test(number.next_down())),
                })
            }
            _ => Err(SqlError::new(node.at, not_supported(name, values.len()), CONDITIONS)),
        }
    }

    /// Products of the lengths of two lists, and sums of such products, compared with a number.
    fn value_count(&mut self, comparator: SqlComparator, node: &SqlNode, number: f64) -> Result<PairTest, SqlError> {
        let mut products = Vec::new();
        self.products(node, &mut products)?;
        let most =
            if matches!(comparator, SqlComparator::Less | SqlComparator::AtLeast) { number.ceil() - 1.0 } else { number.floor() };
        if !(1.0..1e6).contains(&most)
            || matches!(comparator, SqlComparator::Equal | SqlComparator::Unequal) && number.fract() != 0.0
        {
            return Err(SqlError::new(
                node.at,
                format!("a number of values cannot be compared with {number}"),
                "a whole number from 1",
            ));
        }
        let most = most as usize;
        let not = |test: PairTest| PairTest::Not(Box::new(test));
        let value_count = PairTest::ValueCountAtMost(products.clone(), most);
        let exactly = |value_count: PairTest| {
            if most == 1 {
                value_count
            } else {
                PairTest::All(vec![value_count, not(PairTest::ValueCountAtMost(products, most - 1))])
            }
        };
        Ok(match comparator {
            SqlComparator::AtMost | SqlComparator::Less => value_count,
            SqlComparator::More | SqlComparator::AtLeast => not(value_count),
            SqlComparator::Equal => exactly(value_count),
            SqlComparator::Unequal => not(exactly(value_count)),
        })
    }

    /// The lists whose lengths are multiplied, product by product.
    fn products(&mut self, node: &SqlNode, into: &mut Vec<(usize, usize)>) -> Result<(), SqlError> {
        let length = |node: &SqlNode| match &node.expression {
            SqlExpression::Call(name, values) if values.len() == 1 && is_length(name) => Some(values[0].clone()),
            _ => None,
        };
        match &node.expression {
            SqlExpression::Plus(one, other) => {
                self.products(one, into)?;
                self.products(other, into)
            }
            SqlExpression::Times(one, other) => {
                let known = "len(…) * len(…) of a list of each record";
                let error = || SqlError::new(node.at, "this is not the length of a list times that of another", known);
                let (one, other) = length(one).zip(length(other)).ok_or_else(error)?;
                let (left, right) = self.sides(&one, &other)?;
                if left.part != ValuePart::Whole || right.part != ValuePart::Whole {
                    return Err(error());
                }
                into.push((self.feature(&left), self.feature(&right)));
                Ok(())
            }
            _ => Err(SqlError::new(node.at, "this is not a product of lengths of lists", CONDITIONS)),
        }
    }

    /// The list whose shared values have their frequencies multiplied: a product over `list_prepend(1.0, list_transform(one, x
    /// -> CASE WHEN array_contains(list_transform(other, y -> y.value), x.value) THEN x.rel_freq ELSE 1.0 END))`, as Core
    /// Person Record writes it.
    fn shared_frequencies(&mut self, at: usize, of: &SqlNode, product: &SqlNode) -> Result<usize, SqlError> {
        let known = "the product, from 1, of x.rel_freq over a list, where its x.value is in the list of the other record, and 1 \
             where it is not";
        let lists = product_of(product).then(|| shared_lists(of)).flatten();
        let (one, other) = lists.ok_or_else(|| SqlError::new(at, "this use of list_reduce is not supported", known))?;
        let (left, right) = self.sides(&without_frequency(one), &without_frequency(other))?;
        if left.column != right.column || left.part != ValuePart::Whole || right.part != ValuePart::Whole {
            return Err(SqlError::new(at, "the frequencies are of different columns", known));
        }
        Ok(self.feature(&left))
    }

    fn distance(
        &mut self,
        at: usize,
        left: &SqlValue,
        right: &SqlValue,
        most: usize,
        transposed: bool,
        far: bool,
    ) -> Result<PairTest, SqlError> {
        let (one, other) = (self.feature(left), self.feature(right));
        let near =
            if transposed { PairTest::DamerauLevenshtein(one, other, most) } else { PairTest::Levenshtein(one, other, most) };
        if !(left.may_be_empty || right.may_be_empty) {
            return Ok(near);
        }
        never_under_not(at, far)?;
        // The distance of a text from the empty text is the number of its letters.
        let from_empty = vec![self.empty(left), self.at_most_long(right, most)];
        let to_empty = vec![self.at_most_long(left, most), self.empty(right)];
        Ok(PairTest::Any(vec![near, PairTest::All(from_empty), PairTest::All(to_empty)]))
    }

    /// Two days whose difference is taken, and the seconds of its unit.
    fn days(&mut self, node: &SqlNode) -> Result<(usize, usize, f64), SqlError> {
        let known = "ABS(EPOCH(a) - EPOCH(b)) or ABS(DATE_DIFF('day', a, b))";
        let (a, b, unit) = match &node.expression {
            SqlExpression::Minus(a, b) => match (&a.expression, &b.expression) {
                (SqlExpression::Call(one, x), SqlExpression::Call(other, y))
                    if one == "epoch" && other == "epoch" && x.len() == 1 && y.len() == 1 =>
                {
                    (&x[0], &y[0], 1.0)
                }
                _ => return Err(SqlError::new(node.at, "this difference is not supported", known)),
            },
            SqlExpression::Call(name, values) if matches!(name.as_str(), "date_diff" | "datediff") => match &values[..] {
                [SqlNode { expression: SqlExpression::Text(unit), .. }, a, b] if unit.eq_ignore_ascii_case("day") => {
                    (a, b, 86_400.0)
                }
                _ => return Err(SqlError::new(node.at, "this difference is not supported", known)),
            },
            _ => return Err(SqlError::new(node.at, "this difference is not supported", known)),
        };
        let (left, right) = self.sides(a, b)?;
        let mut day = |mut value: SqlValue| {
            if !value.is_day {
                value.part = then(value.part, ValuePart::Day("%Y-%m-%d".into()));
            }
            self.feature(&value)
        };
        Ok((day(left), day(right), unit))
    }

    /// Two values whose similarity is measured.
    fn texts(&mut self, a: &SqlNode, b: &SqlNode) -> Result<(SqlValue, SqlValue), SqlError> {
        let (mut left, mut right) = self.sides(a, b)?;
        if self.by_bytes {
            for value in [&mut left, &mut right] {
                value.part = then(std::mem::replace(&mut value.part, ValuePart::Whole), ValuePart::Bytes);
            }
        }
        Ok((left, right))
    }

    /// Two values, that of the left record first.
    fn sides(&mut self, a: &SqlNode, b: &SqlNode) -> Result<(SqlValue, SqlValue), SqlError> {
        let (one, other) = (self.value(a)?, self.value(b)?);
        match (one.side, other.side) {
            (Side::Left, Side::Right) => Ok((one, other)),
            (Side::Right, Side::Left) => Ok((other, one)),
            _ => Err(SqlError::new(a.at, "both sides are of the same record", "a value of each of the two records")),
        }
    }

    fn value(&mut self, node: &SqlNode) -> Result<SqlValue, SqlError> {
        let refuse = |what: String| Err(SqlError::new(node.at, what, VALUES));
        match &node.expression {
            SqlExpression::Column(of, name) => self.of_column(node.at, of.as_deref(), name),
            SqlExpression::Element(list, 1 | -1) => self.value(list),
            SqlExpression::Cast(inner, to) => {
                let value = self.value(inner)?;
                match to.as_str() {
                    "text" | "varchar" | "string" | "char" | "bpchar" | "character" => Ok(value),
                    "date" | "timestamp" | "datetime" => Ok(SqlValue {
                        part: then(value.part, ValuePart::Day("%Y-%m-%d".into())),
                        may_be_empty: false,
                        is_day: true,
                        ..value
                    }),
                    other => refuse(format!("the type {other} is not supported")),
                }
            }
            SqlExpression::Call(name, values) => match (name.as_str(), &values[..]) {
                ("lower" | "lcase", [inner]) => self.part(inner, ValuePart::Lower, false),
                ("upper" | "ucase", [inner]) => self.part(inner, ValuePart::Upper, false),
                ("trim", [inner]) => self.part(inner, ValuePart::Trimmed, true),
                ("substr" | "substring", [inner, rest @ ..]) => match rest {
                    [SqlNode { expression: SqlExpression::Number(from), .. }] if whole(*from) => {
                        self.part(inner, letters(*from, None), *from > 1.0)
                    }
                    [
                        SqlNode { expression: SqlExpression::Number(from), .. },
                        SqlNode { expression: SqlExpression::Number(count), .. },
                    ] if whole(*from) && whole(*count) => self.part(inner, letters(*from, Some(*count)), *from > 1.0),
                    _ => refuse("substr needs a start and a length, both whole numbers from 1".into()),
                },
                ("left", [inner, SqlNode { expression: SqlExpression::Number(count), .. }]) if whole(*count) => {
                    self.part(inner, letters(1.0, Some(*count)), false)
                }
                ("regexp_extract", [inner, SqlNode { expression: SqlExpression::Text(pattern), at }, group @ ..]) => {
                    if !matches!(group, [] | [SqlNode { expression: SqlExpression::Number(0.0), .. }]) {
                        return refuse("regexp_extract is supported for the whole match, not for a group of it".into());
                    }
                    if let Err(error) = regex_lite::Regex::new(pattern) {
                        return Err(SqlError::new(
                            *at,
                            format!("this regular expression is not valid: {error}"),
                            "a regular expression",
                        ));
                    }
                    self.part(inner, ValuePart::Found(pattern.clone()), true)
                }
                ("nullif", [inner, SqlNode { expression: SqlExpression::Text(text), .. }]) if text.is_empty() => {
                    Ok(SqlValue { may_be_empty: false, ..self.value(inner)? })
                }
                ("try_strptime" | "strptime", [inner, SqlNode { expression: SqlExpression::Text(form), at }]) => {
                    let of_a_day = |form: &str| {
                        form.split('%').skip(1).all(|rest| rest.starts_with(['Y', 'm', 'd', 'b', 'B', 'y', 'j', 'e']))
                    };
                    if !of_a_day(form) {
                        return Err(SqlError::new(
                            *at,
                            "this format has more in it than a date",
                            "%Y, %y, %m, %b, %B, %d, %e and %j",
                        ));
                    }
                    let value = self.value(inner)?;
                    Ok(SqlValue {
                        part: then(value.part, ValuePart::Day(form.clone())),
                        may_be_empty: false,
                        is_day: true,
                        ..value
                    })
                }
                _ => refuse(not_supported(name, values.len())),
            },
            _ => refuse("this is not a value of a record".into()),
        }
    }

    fn part(&mut self, inner: &SqlNode, part: ValuePart, may_be_empty: bool) -> Result<SqlValue, SqlError> {
        let value = self.value(inner)?;
        if value.is_day {
            return Err(SqlError::new(inner.at, "a date cannot be taken apart as text here", VALUES));
        }
        Ok(SqlValue { part: then(value.part, part), may_be_empty: may_be_empty || value.may_be_empty, ..value })
    }

    /// `"name_l"` in a condition, `l."name"` in a rule.
    fn of_column(&mut self, at: usize, of: Option<&str>, name: &str) -> Result<SqlValue, SqlError> {
        let lower = name.to_ascii_lowercase();
        let (side, name) = match of.map(str::to_ascii_lowercase).as_deref() {
            Some("l") => (Side::Left, name),
            Some("r") => (Side::Right, name),
            None if lower.ends_with("_l") && lower.len() > 2 => (Side::Left, &name[..name.len() - 2]),
            None if lower.ends_with("_r") && lower.len() > 2 => (Side::Right, &name[..name.len() - 2]),
            _ => {
                return Err(SqlError::new(
                    at,
                    format!("`{name}` does not say which record it is of"),
                    "\"name_l\" and \"name_r\", or l.name and r.name",
                ));
            }
        };
        let column = self.column(name);
        Ok(SqlValue { side, column, part: ValuePart::Whole, may_be_empty: false, is_day: false })
    }

    /// The number of a column by its name. Like SQL, this does not tell capitals from small letters.
    fn column(&mut self, name: &str) -> usize {
        self.columns.iter().position(|known| known.eq_ignore_ascii_case(name)).unwrap_or_else(|| {
            self.columns.push(name.to_owned());
            self.columns.len() - 1
        })
    }

    fn feature(&mut self, value: &SqlValue) -> usize {
        self.model.feature(value.column, value.part.clone())
    }
}

/// The *m* and *u* that Splink starts with, and keeps if training never saw a level. *m* is 0.95 for the best level, and the
/// others share the rest equally. The best level has 10 bits, and the others have from 3 to -5 in equal steps. Ranks count from
/// 0 for the last level.
fn at_first(count: usize, rank: usize) -> (f64, f64) {
    if rank + 1 >= count {
        return (0.95, 0.95 / 10_f64.exp2());
    }
    let m = 0.05 / (count - 1) as f64;
    let bits = if count == 2 { -5.0 } else { -5.0 + 8.0 * rank as f64 / (count - 2) as f64 };
    (m, m / bits.exp2())
}

/// Which value of a list is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    First,
    Last,
}

/// Which value of lists a part of a condition looks at, if it looks at lists by place.
fn end_of(node: &SqlNode) -> Result<Option<End>, SqlError> {
    let mut found = Ok(None);
    node.each(&mut |piece| {
        let end = match piece.expression {
            SqlExpression::Element(_, 1) => End::First,
            SqlExpression::Element(_, -1) => End::Last,
            _ => return,
        };
        match found {
            Ok(Some(other)) if other != end => found = Err(other_end(piece.at)),
            Ok(_) => found = Ok(Some(end)),
            Err(_) => {}
        }
    });
    found
}

fn other_end(at: usize) -> SqlError {
    SqlError::new(at, "the first value of one list is compared with the last of another", "both [1], or both [-1]")
}

/// Whether a function is the list function of this name. DuckDB has `list_` and `array_` for the same functions.
fn is_list(name: &str, called: &str) -> bool {
    ["list_", "array_"].iter().any(|kind| name.strip_prefix(kind) == Some(called))
}

/// Whether a part may be a number of values.
fn is_count(node: &SqlNode) -> bool {
    matches!(node.expression, SqlExpression::Plus(..) | SqlExpression::Times(..))
}

fn is_length(name: &str) -> bool {
    matches!(name, "array_length" | "len" | "cardinality" | "size")
}

/// `(p, q) -> p * q`.
fn product_of(node: &SqlNode) -> bool {
    let SqlExpression::Lambda(names, of) = &node.expression else { return false };
    let SqlExpression::Times(one, other) = &of.expression else { return false };
    let is = |node: &SqlNode, name: &String| node.expression == SqlExpression::Column(None, name.clone());
    matches!(&names[..], [p, q] if p != q && (is(one, p) && is(other, q) || is(one, q) && is(other, p)))
}

/// The list of values that belongs to a list with frequencies: `postcode_arr` of `postcode_arr_with_freq`. How often each value
/// occurs is counted in the tables that are linked.
fn without_frequency(node: &SqlNode) -> SqlNode {
    let SqlExpression::Column(of, name) = &node.expression else { return node.clone() };
    let side = if of.is_some() { "" } else { ["_l", "_r"].into_iter().find(|side| name.ends_with(side)).unwrap_or_default() };
    let bare = name.strip_suffix(side).and_then(|name| name.strip_suffix(WITH_FREQUENCY));
    let name = bare.map_or_else(|| name.clone(), |bare| format!("{bare}{side}"));
    SqlNode { at: node.at, expression: SqlExpression::Column(of.clone(), name) }
}

/// The two lists of [`Importer::shared_frequencies`].
fn shared_lists(node: &SqlNode) -> Option<(&SqlNode, &SqlNode)> {
    let call = |node: &'_ SqlNode, called: &str| match &node.expression {
        SqlExpression::Call(name, _) => is_list(name, called),
        _ => false,
    };
    let values = |node| match node {
        &SqlNode { expression: SqlExpression::Call(_, ref values), .. } => &values[..],
        _ => &[],
    };
    let is_one = |node: &SqlNode| node.expression == SqlExpression::Number(1.0);
    let [from, frequencies] = values(node) else { return None };
    let [list, SqlNode { expression: SqlExpression::Lambda(x, case), .. }] = values(frequencies) else { return None };
    let SqlExpression::Case(contains, then, otherwise) = &case.expression else { return None };
    let [others, value] = values(contains) else { return None };
    let [other, SqlNode { expression: SqlExpression::Lambda(y, its_value), .. }] = values(others) else { return None };
    let ([x], [y]) = (&x[..], &y[..]) else { return None };
    let of = |name: &String, key: &str| SqlExpression::Column(Some(name.clone()), key.to_owned());
    let calls = call(node, "prepend")
        && call(frequencies, "transform")
        && call(others, "transform")
        && ["contains", "has"].iter().any(|called| call(contains, called));
    let parts = is_one(from) && is_one(otherwise) && then.expression == of(x, "rel_freq") && value.expression == of(x, "value");
    (calls && parts && its_value.expression == of(y, "value")).then_some((list, other))
}

fn not_supported(function: &str, arguments: usize) -> String {
    format!("{function} with {} is not supported here", counted(arguments, "argument", "arguments"))
}

fn missing(side: Side, feature: usize) -> PairTest {
    match side {
        Side::Left => PairTest::LeftMissing(feature),
        Side::Right => PairTest::RightMissing(feature),
    }
}

fn never_under_not(at: usize, under_not: bool) -> Result<(), SqlError> {
    if !under_not {
        return Ok(());
    }
    Err(SqlError::new(at, "a negated condition cannot use a text that may be empty", "NULLIF(…, '') around it"))
}

fn whole(number: f64) -> bool {
    number >= 1.0 && number.fract() == 0.0 && number < 1e6
}

/// Letters from a place that is counted from 1.
fn letters(from: f64, count: Option<f64>) -> ValuePart {
    ValuePart::Letters(from as usize - 1, count.map_or(usize::MAX, |count| count as usize))
}

fn then(first: ValuePart, second: ValuePart) -> ValuePart {
    if first == ValuePart::Whole { second } else { ValuePart::Then(Box::new(first), Box::new(second)) }
}

fn last(part: &ValuePart) -> &ValuePart {
    match part {
        ValuePart::Then(_, second) => last(second),
        part => part,
    }
}
