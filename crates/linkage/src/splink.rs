//! A model made with Splink (Linacre et al. 2022, "Splink: free software for probabilistic record linkage at scale", IJPDS 7;
//! settings of versions 4 and 5): in come its settings, whose conditions are SQL (`sql`); out comes a [`Model`] that gives the
//! same pairs the same weights, and the columns it looks at. Nothing is trained here. What cannot be said with our tests is
//! refused, all of it at once.
//!
//! In SQL an empty text is a value and here it is a missing one. Where a function may make an empty text (`regexp_extract`,
//! `substr`) the tests made of it say what SQL says; an empty text in a table counts as missing.

use super::model::{Comparison, Frequency, Level, Model, Part, Rule, Test};
use super::score::MOST_COMPARISONS;
use super::sql::{self, Compare, Node, Refused, What};

/// What the settings say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    pub prior: f64,
    /// Whether texts are measured byte by byte, as DuckDB does; otherwise letter by letter.
    pub by_bytes: bool,
    pub rules: Vec<String>,
    pub comparisons: Vec<Said>,
}

/// A comparison and what it is called.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said {
    pub name: String,
    pub levels: Vec<SaidLevel>,
}

/// A level of agreement.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SaidLevel {
    pub condition: String,
    pub label: String,
    pub missing: bool,
    /// `None` where Splink wrote nothing down, which it does for levels that training never saw; see [`at_first`].
    pub m: Option<f64>,
    pub u: Option<f64>,
    pub frequency: Option<SaidFrequency>,
}

/// An adjustment for how common a value is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SaidFrequency {
    pub column: String,
    pub weight: f64,
    pub least: f64,
    /// The level's own *u* is adjusted, whatever level agrees exactly.
    pub own: bool,
}

/// A model, and the columns that its features count.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    pub model: Model,
    pub columns: Vec<String>,
}

/// Something in the settings that is not understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Unread {
    /// "comparison `dob`, level 3"; "rule 2".
    pub place: String,
    /// The condition; empty where the fault is not in one.
    pub text: String,
    pub refused: Refused,
}

/// Makes a model of settings.
pub fn import(settings: &Settings) -> Result<Imported, Vec<Unread>> {
    let mut import =
        Import { by_bytes: settings.by_bytes, columns: Vec::new(), model: Model { prior: settings.prior, ..Model::default() } };
    let mut unread = Vec::new();
    let whole = |what: &str, known: &str| Unread {
        place: "the settings".into(),
        text: String::new(),
        refused: Refused::new(0, what, known),
    };
    if !(settings.prior > 0.0 && settings.prior < 1.0) {
        unread.push(whole("`probability_two_random_records_match` is no chance", "a number between 0 and 1"));
    }
    if settings.comparisons.len() > MOST_COMPARISONS {
        unread.push(whole(
            &format!("there are {} comparisons", settings.comparisons.len()),
            &format!("at most {MOST_COMPARISONS}"),
        ));
    }
    for said in &settings.comparisons {
        let comparison = import.comparison(said, &mut unread);
        import.model.comparisons.push(comparison);
    }
    for (at, text) in settings.rules.iter().enumerate() {
        match sql::parse(text).and_then(|node| import.rule(&node)) {
            Ok(same) => import.model.rules.push(Rule { label: text.clone(), same }),
            Err(refused) => unread.push(Unread { place: format!("rule {}", at + 1), text: text.clone(), refused }),
        }
    }
    if unread.is_empty() { Ok(Imported { model: import.model, columns: import.columns }) } else { Err(unread) }
}

struct Import {
    by_bytes: bool,
    columns: Vec<String>,
    model: Model,
}

/// Which record of a pair a value is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// A value of one record: a part of a column.
struct Value {
    side: Side,
    column: usize,
    part: Part,
    /// The text may be empty without being NULL.
    may_be_empty: bool,
    /// How a date is written in it, when it has been made into one.
    is_day: bool,
}

const CONDITIONS: &str = "=, <>, IS NULL, AND, OR, NOT, jaro_similarity, jaro_winkler_similarity, levenshtein, \
     damerau_levenshtein, ABS(EPOCH(…) - EPOCH(…)) or ABS(DATE_DIFF('day', …, …)), each compared with a number; array_length(list_intersect(…, …)) >= 1; \
     len(…) * len(…), and sums of such, compared with a number; list_reduce of the frequencies of shared values; and ELSE";
const VALUES: &str = "a column such as \"name_l\" or l.name, substr, left, regexp_extract, NULLIF(…, ''), lower, upper, trim, \
     CAST to text or date, try_strptime, […] for the first (1) or last (-1) of a list";
/// What a list is called that has with each value how often it occurs.
const WITH_FREQUENCY: &str = "_with_freq";

impl Import {
    fn comparison(&mut self, said: &Said, unread: &mut Vec<Unread>) -> Comparison {
        let mut levels: Vec<Level> = Vec::new();
        let count = said.levels.iter().filter(|level| !level.missing).count();
        let mut rank = count;
        for (at, said_level) in said.levels.iter().enumerate() {
            rank -= usize::from(!said_level.missing);
            match self.level(said_level, at_first(count, rank)) {
                Ok(level) => levels.push(level),
                Err(refused) => {
                    let place = format!("comparison `{}`, level {}", said.name, at + 1);
                    unread.push(Unread { place, text: said_level.condition.clone(), refused });
                }
            }
        }
        let whole = |what: String, known: &str| Unread {
            place: format!("comparison `{}`", said.name),
            text: String::new(),
            refused: Refused::new(0, what, known),
        };
        if levels.len() == said.levels.len() {
            // The scorer takes the last level where none holds, and SQL then takes none.
            if levels.last().is_none_or(|level| level.test != Test::Otherwise) {
                unread.push(whole("the last level is not ELSE".into(), "ELSE"));
            }
            if levels.len() > usize::from(u8::MAX) {
                unread.push(whole(format!("there are {} levels", levels.len()), "at most 255"));
            }
            let trained = said.levels.iter().any(|level| level.m.is_some()) && said.levels.iter().any(|level| level.u.is_some());
            if !trained && !levels.iter().all(|level| level.missing) {
                unread.push(whole("no level has `m_probability` and `u_probability`".into(), "a model that has been trained"));
            }
            for level in &levels {
                let frequency = level.frequency.filter(|frequency| !frequency.own);
                let lacks = |frequency: Frequency| {
                    !levels.iter().any(|level| level.test == Test::Same(frequency.feature, frequency.feature))
                };
                if let Some(frequency) = frequency.filter(|frequency| lacks(*frequency)) {
                    let column = &self.columns[self.model.features[frequency.feature].column];
                    let what = format!("`tf_adjustment_column` is \"{column}\", and no level is exact agreement on it alone");
                    unread.push(whole(
                        what,
                        &format!("a level \"{column}_l\" = \"{column}_r\", or `disable_tf_exact_match_detection`"),
                    ));
                }
            }
        }
        Comparison { name: said.name.clone(), levels, given: None }
    }

    fn level(&mut self, said: &SaidLevel, (first_m, first_u): (f64, f64)) -> Result<Level, Refused> {
        let test = if said.condition.trim().eq_ignore_ascii_case("else") {
            Test::Otherwise
        } else {
            let node = sql::parse(&said.condition)?;
            self.test(&node, false)?
        };
        let chance = |said: Option<f64>, otherwise: f64, name: &str| match said {
            None => Ok(otherwise),
            Some(chance) if chance > 0.0 && chance <= 1.0 => Ok(chance),
            Some(chance) => Err(Refused::new(0, format!("`{name}` is {chance}"), "a number above 0 and not above 1")),
        };
        let (m, u) = match said.missing {
            true => (1.0, 1.0),
            false => (chance(said.m, first_m, "m_probability")?, chance(said.u, first_u, "u_probability")?),
        };
        // As in Splink, ELSE and levels without weight are not adjusted.
        let adjusted = said.frequency.as_ref().filter(|said| said.weight != 0.0 && test != Test::Otherwise);
        let frequency = match adjusted {
            None => None,
            Some(said) if said.weight.is_finite() && said.least >= 0.0 && said.least < 1.0 => {
                let column = self.column(&said.column);
                let feature = self.model.feature(column, Part::Whole);
                Some(Frequency { feature, weight: said.weight, least: said.least, own: said.own, near: false, scaled: false })
            }
            Some(said) => {
                let what = format!("the adjustment for frequency has weight {} and least u {}", said.weight, said.least);
                return Err(Refused::new(0, what, "a finite weight, and a least u from 0 to 1"));
            }
        };
        Ok(Level { label: said.label.clone(), test, missing: said.missing, m, u, h: u, frequency })
    }

    /// The features of a blocking rule that must agree.
    fn rule(&mut self, node: &Node) -> Result<Vec<(usize, usize)>, Refused> {
        let rules = "column by column equality joined with AND, such as l.surname = r.surname AND substr(l.dob, 1, 4) = substr(r.dob, 1, 4)";
        match &node.what {
            What::And(parts) => {
                let mut same = Vec::new();
                for part in parts {
                    same.extend(self.rule(part)?);
                }
                Ok(same)
            }
            What::Compare(Compare::Equal, a, b) if matches!(a.what, What::Number(_)) && a.what == b.what => Ok(Vec::new()),
            What::Compare(Compare::Equal, a, b) => {
                if end_of(node)? == Some(End::Last) {
                    return Err(Refused::new(node.at, "a rule of the last value of a list", "a rule of the first, [1]"));
                }
                let (left, right) = self.sides(a, b)?;
                if left.may_be_empty && matches!(last(&left.part), Part::Found(_)) {
                    let what = "records in which regexp_extract finds nothing would all be brought together";
                    return Err(Refused::new(node.at, what, "NULLIF(regexp_extract(…), '')"));
                }
                Ok(vec![(self.feature(&left), self.feature(&right))])
            }
            What::Or(_) => Err(Refused::new(node.at, "a rule with OR", format!("a rule for each side of OR; each is {rules}"))),
            _ => Err(Refused::new(node.at, "this is not equality", rules)),
        }
    }

    /// A condition. Under NOT a text that may be empty cannot be told from a missing one, so it is refused there.
    fn test(&mut self, node: &Node, under_not: bool) -> Result<Test, Refused> {
        match &node.what {
            What::And(parts) => Ok(Test::All(self.tests(parts, under_not)?)),
            What::Or(parts) => Ok(Test::Any(self.tests(parts, under_not)?)),
            What::Not(inner) => Ok(Test::Not(Box::new(self.test(inner, true)?))),
            What::IsNull(inner) => {
                let value = self.value(inner)?;
                // A text that may be empty is NULL only where the column is.
                let feature =
                    if value.may_be_empty { self.model.feature(value.column, Part::Whole) } else { self.feature(&value) };
                Ok(missing(value.side, feature))
            }
            What::Compare(way, a, b) => self.compare(node.at, *way, a, b, under_not),
            _ => Err(Refused::new(node.at, "this is not a condition", CONDITIONS)),
        }
    }

    fn tests(&mut self, parts: &[Node], under_not: bool) -> Result<Vec<Test>, Refused> {
        parts.iter().map(|part| self.test(part, under_not)).collect()
    }

    fn compare(&mut self, at: usize, way: Compare, a: &Node, b: &Node, under_not: bool) -> Result<Test, Refused> {
        let test = self.compare_any(at, way, a, b, under_not)?;
        Ok(match [end_of(a)?, end_of(b)?] {
            [None, None] => test,
            [Some(one), Some(other)] if one != other => return Err(other_end(b.at)),
            [Some(End::First), _] | [_, Some(End::First)] => Test::OfFirst(Box::new(test)),
            _ => Test::OfLast(Box::new(test)),
        })
    }

    fn compare_any(&mut self, at: usize, way: Compare, a: &Node, b: &Node, under_not: bool) -> Result<Test, Refused> {
        let counted = [a, b].iter().any(|node| is_count(node));
        match (way, &a.what, &b.what) {
            (Compare::Equal, ..) if !counted => self.same(at, a, b, under_not),
            (Compare::Unequal, ..) if !counted => Ok(Test::Not(Box::new(self.same(at, a, b, true)?))),
            (_, _, What::Number(number)) => self.measured(way, a, *number, under_not),
            (_, What::Number(number), _) => {
                let turned = match way {
                    Compare::Less => Compare::More,
                    Compare::AtMost => Compare::AtLeast,
                    Compare::More => Compare::Less,
                    Compare::AtLeast => Compare::AtMost,
                    Compare::Equal | Compare::Unequal => way,
                };
                self.measured(turned, b, *number, under_not)
            }
            _ => Err(Refused::new(at, "neither side of this is a number", CONDITIONS)),
        }
    }

    fn same(&mut self, at: usize, a: &Node, b: &Node, under_not: bool) -> Result<Test, Refused> {
        let (left, right) = self.sides(a, b)?;
        let same = Test::Same(self.feature(&left), self.feature(&right));
        if !(left.may_be_empty || right.may_be_empty) {
            return Ok(same);
        }
        never_under_not(at, under_not)?;
        if left.may_be_empty && right.may_be_empty {
            return Ok(Test::Any(vec![same, Test::All(vec![self.empty(&left), self.empty(&right)])]));
        }
        Ok(same)
    }

    /// The record has something in the column, and the value made of it is an empty text.
    fn empty(&mut self, value: &Value) -> Test {
        self.at_most_long(value, 0)
    }

    /// The record has something in the column, and the value made of it has at most so many letters.
    fn at_most_long(&mut self, value: &Value, most: usize) -> Test {
        let whole = self.model.feature(value.column, Part::Whole);
        let part = if most == 0 { value.part.clone() } else { then(value.part.clone(), Part::Letters(most, 1)) };
        let beyond = self.model.feature(value.column, part);
        Test::All(vec![Test::Not(Box::new(missing(value.side, whole))), missing(value.side, beyond)])
    }

    /// A likeness, a distance or a number of values compared with a number.
    fn measured(&mut self, way: Compare, node: &Node, number: f64, under_not: bool) -> Result<Test, Refused> {
        if is_count(node) {
            return self.few(way, node, number);
        }
        let What::Call(name, values) = &node.what else {
            return Err(Refused::new(node.at, "this cannot be compared with a number", CONDITIONS));
        };
        let not = |test: Test| Test::Not(Box::new(test));
        match (name.as_str(), &values[..]) {
            ("jaro_similarity" | "jaro_winkler_similarity", [a, b]) => {
                let winkler = name == "jaro_winkler_similarity";
                let (left, right) = self.texts(a, b)?;
                if left.may_be_empty || right.may_be_empty {
                    never_under_not(node.at, under_not || matches!(way, Compare::Less | Compare::AtMost) || number <= 0.0)?;
                }
                let (left, right) = (self.feature(&left), self.feature(&right));
                let likeness =
                    |least: f64| if winkler { Test::JaroWinkler(left, right, least) } else { Test::Jaro(left, right, least) };
                Ok(match way {
                    Compare::AtLeast => likeness(number),
                    Compare::More => likeness(number.next_up()),
                    Compare::Less => not(likeness(number)),
                    _ => not(likeness(number.next_up())),
                })
            }
            ("levenshtein" | "damerau_levenshtein" | "editdist3", [a, b]) => {
                let transposed = name == "damerau_levenshtein";
                let (left, right) = self.texts(a, b)?;
                let whole = if matches!(way, Compare::AtMost | Compare::More) { number.floor() } else { number.ceil() - 1.0 };
                if !(0.0..1e6).contains(&whole) {
                    return Err(Refused::new(
                        node.at,
                        format!("a distance compared with {number}"),
                        "a distance that can be counted",
                    ));
                }
                let most = whole as usize;
                let far = matches!(way, Compare::More | Compare::AtLeast);
                let test = self.distance(node.at, &left, &right, most, transposed, under_not || far)?;
                Ok(if far { not(test) } else { test })
            }
            (length, [Node { what: What::Call(meet, lists), .. }])
                if is_length(length) && is_list(meet, "intersect") && lists.len() == 2 =>
            {
                let (left, right) = self.sides(&lists[0], &lists[1])?;
                if !matches!((way, number), (Compare::AtLeast, 1.0) | (Compare::More, 0.0))
                    || left.part != Part::Whole
                    || right.part != Part::Whole
                {
                    return Err(Refused::new(
                        node.at,
                        "lists are asked only whether they share something",
                        "array_length(list_intersect(…, …)) >= 1 of two columns",
                    ));
                }
                Ok(Test::Share(self.feature(&left), self.feature(&right)))
            }
            (reduce, [of, product]) if is_list(reduce, "reduce") => {
                let feature = self.shared_frequencies(node.at, of, product)?;
                let rarer = |limit: f64| Test::SharedRarer(feature, limit);
                Ok(match way {
                    Compare::Less => rarer(number),
                    Compare::AtMost => rarer(number.next_up()),
                    Compare::AtLeast => not(rarer(number)),
                    _ => not(rarer(number.next_up())),
                })
            }
            ("abs", [difference]) => {
                let (left, right, unit) = self.days(difference)?;
                let test = |most: f64| Test::Seconds(left, right, most * unit);
                Ok(match way {
                    Compare::AtMost => test(number),
                    Compare::Less => test(number.next_down()),
                    Compare::More => not(test(number)),
                    _ => not(test(number.next_down())),
                })
            }
            _ => Err(Refused::new(node.at, format!("{name} with {} values is not known here", values.len()), CONDITIONS)),
        }
    }

    /// Products of the lengths of two lists, and sums of such, compared with a number.
    fn few(&mut self, way: Compare, node: &Node, number: f64) -> Result<Test, Refused> {
        let mut products = Vec::new();
        self.products(node, &mut products)?;
        let most = if matches!(way, Compare::Less | Compare::AtLeast) { number.ceil() - 1.0 } else { number.floor() };
        if !(1.0..1e6).contains(&most) || matches!(way, Compare::Equal | Compare::Unequal) && number.fract() != 0.0 {
            return Err(Refused::new(node.at, format!("a number of values compared with {number}"), "a whole number from 1"));
        }
        let most = most as usize;
        let not = |test: Test| Test::Not(Box::new(test));
        let few = Test::Few(products.clone(), most);
        let exactly = |few: Test| if most == 1 { few } else { Test::All(vec![few, not(Test::Few(products, most - 1))]) };
        Ok(match way {
            Compare::AtMost | Compare::Less => few,
            Compare::More | Compare::AtLeast => not(few),
            Compare::Equal => exactly(few),
            Compare::Unequal => not(exactly(few)),
        })
    }

    /// The lists whose lengths are multiplied, product by product.
    fn products(&mut self, node: &Node, into: &mut Vec<(usize, usize)>) -> Result<(), Refused> {
        let length = |node: &Node| match &node.what {
            What::Call(name, values) if values.len() == 1 && is_length(name) => Some(values[0].clone()),
            _ => None,
        };
        match &node.what {
            What::Plus(one, other) => {
                self.products(one, into)?;
                self.products(other, into)
            }
            What::Times(one, other) => {
                let known = "len(…) * len(…) of a list of each record";
                let refused = || Refused::new(node.at, "this is not the length of a list times that of another", known);
                let (one, other) = length(one).zip(length(other)).ok_or_else(refused)?;
                let (left, right) = self.sides(&one, &other)?;
                if left.part != Part::Whole || right.part != Part::Whole {
                    return Err(refused());
                }
                into.push((self.feature(&left), self.feature(&right)));
                Ok(())
            }
            _ => Err(Refused::new(node.at, "this is not a product of lengths of lists", CONDITIONS)),
        }
    }

    /// The list whose shared values have their frequencies multiplied: a product over
    /// `list_prepend(1.0, list_transform(one, x -> CASE WHEN array_contains(list_transform(other, y -> y.value), x.value) THEN
    /// x.rel_freq ELSE 1.0 END))`, which is how Core Person Record writes it.
    fn shared_frequencies(&mut self, at: usize, of: &Node, product: &Node) -> Result<usize, Refused> {
        let known = "the product, from 1, of x.rel_freq over a list, where its x.value is in the list of the other record, and 1 \
             where it is not";
        let lists = product_of(product).then(|| shared_lists(of)).flatten();
        let (one, other) = lists.ok_or_else(|| Refused::new(at, "this use of list_reduce is not known", known))?;
        let (left, right) = self.sides(&without_frequency(one), &without_frequency(other))?;
        if left.column != right.column || left.part != Part::Whole || right.part != Part::Whole {
            return Err(Refused::new(at, "the frequencies are not of one column", known));
        }
        Ok(self.feature(&left))
    }

    fn distance(
        &mut self,
        at: usize,
        left: &Value,
        right: &Value,
        most: usize,
        transposed: bool,
        far: bool,
    ) -> Result<Test, Refused> {
        let (one, other) = (self.feature(left), self.feature(right));
        let near = if transposed { Test::DamerauLevenshtein(one, other, most) } else { Test::Levenshtein(one, other, most) };
        if !(left.may_be_empty || right.may_be_empty) {
            return Ok(near);
        }
        never_under_not(at, far)?;
        // From an empty text to another it is as many edits as the other has letters.
        let from_empty = vec![self.empty(left), self.at_most_long(right, most)];
        let to_empty = vec![self.at_most_long(left, most), self.empty(right)];
        Ok(Test::Any(vec![near, Test::All(from_empty), Test::All(to_empty)]))
    }

    /// Two days whose difference is taken, and the seconds of its unit.
    fn days(&mut self, node: &Node) -> Result<(usize, usize, f64), Refused> {
        let known = "ABS(EPOCH(a) - EPOCH(b)) or ABS(DATE_DIFF('day', a, b))";
        let (a, b, unit) = match &node.what {
            What::Minus(a, b) => match (&a.what, &b.what) {
                (What::Call(one, x), What::Call(other, y))
                    if one == "epoch" && other == "epoch" && x.len() == 1 && y.len() == 1 =>
                {
                    (&x[0], &y[0], 1.0)
                }
                _ => return Err(Refused::new(node.at, "this difference is not known", known)),
            },
            What::Call(name, values) if matches!(name.as_str(), "date_diff" | "datediff") => match &values[..] {
                [Node { what: What::Text(unit), .. }, a, b] if unit.eq_ignore_ascii_case("day") => (a, b, 86_400.0),
                _ => return Err(Refused::new(node.at, "this difference is not known", known)),
            },
            _ => return Err(Refused::new(node.at, "this difference is not known", known)),
        };
        let (left, right) = self.sides(a, b)?;
        let mut day = |mut value: Value| {
            if !value.is_day {
                value.part = then(value.part, Part::Day("%Y-%m-%d".into()));
            }
            self.feature(&value)
        };
        Ok((day(left), day(right), unit))
    }

    /// Two values whose likeness is measured.
    fn texts(&mut self, a: &Node, b: &Node) -> Result<(Value, Value), Refused> {
        let (mut left, mut right) = self.sides(a, b)?;
        if self.by_bytes {
            for value in [&mut left, &mut right] {
                value.part = then(std::mem::replace(&mut value.part, Part::Whole), Part::Bytes);
            }
        }
        Ok((left, right))
    }

    /// Two values, that of the left record first.
    fn sides(&mut self, a: &Node, b: &Node) -> Result<(Value, Value), Refused> {
        let (one, other) = (self.value(a)?, self.value(b)?);
        match (one.side, other.side) {
            (Side::Left, Side::Right) => Ok((one, other)),
            (Side::Right, Side::Left) => Ok((other, one)),
            _ => Err(Refused::new(a.at, "both sides of this are of the same record", "a value of each of the two records")),
        }
    }

    fn value(&mut self, node: &Node) -> Result<Value, Refused> {
        let refuse = |what: String| Err(Refused::new(node.at, what, VALUES));
        match &node.what {
            What::Column(of, name) => self.of_column(node.at, of.as_deref(), name),
            What::Element(list, 1 | -1) => self.value(list),
            What::Cast(inner, to) => {
                let value = self.value(inner)?;
                match to.as_str() {
                    "text" | "varchar" | "string" | "char" | "bpchar" | "character" => Ok(value),
                    "date" | "timestamp" | "datetime" => Ok(Value {
                        part: then(value.part, Part::Day("%Y-%m-%d".into())),
                        may_be_empty: false,
                        is_day: true,
                        ..value
                    }),
                    other => refuse(format!("the type {other} is not known")),
                }
            }
            What::Call(name, values) => match (name.as_str(), &values[..]) {
                ("lower" | "lcase", [inner]) => self.part(inner, Part::Lower, false),
                ("upper" | "ucase", [inner]) => self.part(inner, Part::Upper, false),
                ("trim", [inner]) => self.part(inner, Part::Trimmed, true),
                ("substr" | "substring", [inner, rest @ ..]) => match rest {
                    [Node { what: What::Number(from), .. }] if whole(*from) => {
                        self.part(inner, letters(*from, None), *from > 1.0)
                    }
                    [Node { what: What::Number(from), .. }, Node { what: What::Number(count), .. }]
                        if whole(*from) && whole(*count) =>
                    {
                        self.part(inner, letters(*from, Some(*count)), *from > 1.0)
                    }
                    _ => refuse("substr needs a place and a length, both whole numbers from 1".into()),
                },
                ("left", [inner, Node { what: What::Number(count), .. }]) if whole(*count) => {
                    self.part(inner, letters(1.0, Some(*count)), false)
                }
                ("regexp_extract", [inner, Node { what: What::Text(pattern), at }, group @ ..]) => {
                    if !matches!(group, [] | [Node { what: What::Number(0.0), .. }]) {
                        return refuse("regexp_extract gives the whole of what is found, and no group of it".into());
                    }
                    if let Err(error) = regex_lite::Regex::new(pattern) {
                        return Err(Refused::new(
                            *at,
                            format!("this expression cannot be read: {error}"),
                            "a regular expression",
                        ));
                    }
                    self.part(inner, Part::Found(pattern.clone()), true)
                }
                ("nullif", [inner, Node { what: What::Text(text), .. }]) if text.is_empty() => {
                    Ok(Value { may_be_empty: false, ..self.value(inner)? })
                }
                ("try_strptime" | "strptime", [inner, Node { what: What::Text(form), at }]) => {
                    let of_a_day = |form: &str| {
                        form.split('%').skip(1).all(|rest| rest.starts_with(['Y', 'm', 'd', 'b', 'B', 'y', 'j', 'e']))
                    };
                    if !of_a_day(form) {
                        return Err(Refused::new(
                            *at,
                            "this form has more in it than a day",
                            "%Y, %y, %m, %b, %B, %d, %e and %j",
                        ));
                    }
                    let value = self.value(inner)?;
                    Ok(Value { part: then(value.part, Part::Day(form.clone())), may_be_empty: false, is_day: true, ..value })
                }
                _ => refuse(format!("{name} with {} values is not known here", values.len())),
            },
            _ => refuse("this is not a value of a record".into()),
        }
    }

    fn part(&mut self, inner: &Node, part: Part, may_be_empty: bool) -> Result<Value, Refused> {
        let value = self.value(inner)?;
        if value.is_day {
            return Err(Refused::new(inner.at, "a date is not taken apart as text here", VALUES));
        }
        Ok(Value { part: then(value.part, part), may_be_empty: may_be_empty || value.may_be_empty, ..value })
    }

    /// `"name_l"` in a condition, `l."name"` in a rule.
    fn of_column(&mut self, at: usize, of: Option<&str>, name: &str) -> Result<Value, Refused> {
        let lower = name.to_ascii_lowercase();
        let (side, name) = match of.map(str::to_ascii_lowercase).as_deref() {
            Some("l") => (Side::Left, name),
            Some("r") => (Side::Right, name),
            None if lower.ends_with("_l") && lower.len() > 2 => (Side::Left, &name[..name.len() - 2]),
            None if lower.ends_with("_r") && lower.len() > 2 => (Side::Right, &name[..name.len() - 2]),
            _ => {
                return Err(Refused::new(
                    at,
                    format!("`{name}` does not say which record it is of"),
                    "\"name_l\" and \"name_r\", or l.name and r.name",
                ));
            }
        };
        let column = self.column(name);
        Ok(Value { side, column, part: Part::Whole, may_be_empty: false, is_day: false })
    }

    /// The number of a column by its name, which SQL reads in capitals and small letters alike.
    fn column(&mut self, name: &str) -> usize {
        self.columns.iter().position(|known| known.eq_ignore_ascii_case(name)).unwrap_or_else(|| {
            self.columns.push(name.to_owned());
            self.columns.len() - 1
        })
    }

    fn feature(&mut self, value: &Value) -> usize {
        self.model.feature(value.column, value.part.clone())
    }
}

/// The *m* and *u* that Splink begins with and keeps where training never saw a level: 0.95 for the best of so many levels and the
/// rest shared alike; 10 bits for the best, and from 3 to -5 in equal steps for the rest. Ranks count from 0 for the last level.
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

/// Which value of lists a piece of a condition looks at, if it looks at lists by place.
fn end_of(node: &Node) -> Result<Option<End>, Refused> {
    let mut found = Ok(None);
    node.each(&mut |piece| {
        let end = match piece.what {
            What::Element(_, 1) => End::First,
            What::Element(_, -1) => End::Last,
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

fn other_end(at: usize) -> Refused {
    Refused::new(at, "the first value of one list is compared with the last of another", "both [1], or both [-1]")
}

/// Whether a function is that of lists which is called so; DuckDB says `list_` and `array_` for the same.
fn is_list(name: &str, called: &str) -> bool {
    ["list_", "array_"].iter().any(|kind| name.strip_prefix(kind) == Some(called))
}

/// Whether a piece may be a number of values.
fn is_count(node: &Node) -> bool {
    matches!(node.what, What::Plus(..) | What::Times(..))
}

fn is_length(name: &str) -> bool {
    matches!(name, "array_length" | "len" | "cardinality" | "size")
}

/// `(p, q) -> p * q`.
fn product_of(node: &Node) -> bool {
    let What::Lambda(names, of) = &node.what else { return false };
    let What::Times(one, other) = &of.what else { return false };
    let is = |node: &Node, name: &String| node.what == What::Column(None, name.clone());
    matches!(&names[..], [p, q] if p != q && (is(one, p) && is(other, q) || is(one, q) && is(other, p)))
}

/// The list of values of a list that has their frequencies too: `postcode_arr` of `postcode_arr_with_freq`. How often each occurs
/// is counted in the tables that are linked.
fn without_frequency(node: &Node) -> Node {
    let What::Column(of, name) = &node.what else { return node.clone() };
    let side = if of.is_some() { "" } else { ["_l", "_r"].into_iter().find(|side| name.ends_with(side)).unwrap_or_default() };
    let bare = name.strip_suffix(side).and_then(|name| name.strip_suffix(WITH_FREQUENCY));
    let name = bare.map_or_else(|| name.clone(), |bare| format!("{bare}{side}"));
    Node { at: node.at, what: What::Column(of.clone(), name) }
}

/// The two lists of [`Import::shared_frequencies`].
fn shared_lists(node: &Node) -> Option<(&Node, &Node)> {
    let call = |node: &'_ Node, called: &str| match &node.what {
        What::Call(name, _) => is_list(name, called),
        _ => false,
    };
    let values = |node| match node {
        &Node { what: What::Call(_, ref values), .. } => &values[..],
        _ => &[],
    };
    let is_one = |node: &Node| node.what == What::Number(1.0);
    let [from, frequencies] = values(node) else { return None };
    let [list, Node { what: What::Lambda(x, case), .. }] = values(frequencies) else { return None };
    let What::Case(contains, then, otherwise) = &case.what else { return None };
    let [others, value] = values(contains) else { return None };
    let [other, Node { what: What::Lambda(y, its_value), .. }] = values(others) else { return None };
    let ([x], [y]) = (&x[..], &y[..]) else { return None };
    let of = |name: &String, key: &str| What::Column(Some(name.clone()), key.to_owned());
    let calls = call(node, "prepend")
        && call(frequencies, "transform")
        && call(others, "transform")
        && ["contains", "has"].iter().any(|called| call(contains, called));
    let parts = is_one(from) && is_one(otherwise) && then.what == of(x, "rel_freq") && value.what == of(x, "value");
    (calls && parts && its_value.what == of(y, "value")).then_some((list, other))
}

fn missing(side: Side, feature: usize) -> Test {
    match side {
        Side::Left => Test::LeftMissing(feature),
        Side::Right => Test::RightMissing(feature),
    }
}

fn never_under_not(at: usize, under_not: bool) -> Result<(), Refused> {
    if !under_not {
        return Ok(());
    }
    Err(Refused::new(at, "a text that may be empty is denied here", "NULLIF(…, '') around it"))
}

fn whole(number: f64) -> bool {
    number >= 1.0 && number.fract() == 0.0 && number < 1e6
}

/// Letters from a place counted from 1.
fn letters(from: f64, count: Option<f64>) -> Part {
    Part::Letters(from as usize - 1, count.map_or(usize::MAX, |count| count as usize))
}

fn then(first: Part, second: Part) -> Part {
    if first == Part::Whole { second } else { Part::Then(Box::new(first), Box::new(second)) }
}

fn last(part: &Part) -> &Part {
    match part {
        Part::Then(_, second) => last(second),
        part => part,
    }
}
