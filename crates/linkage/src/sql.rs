//! The conditions of an imported model: a small part of SQL, parsed into a tree. Nothing is run as SQL. What is not supported
//! is refused, with its place. What a tree means for linkage is decided in `splink`.

/// Parentheses and functions can be nested this deep.
const MOST_NESTED: usize = 64;

/// A part of a condition, and where it begins, counted in characters from 0.
#[derive(Clone, Debug, PartialEq)]
pub struct SqlNode {
    pub at: usize,
    pub expression: SqlExpression,
}

/// What a part of a condition is.
#[derive(Clone, Debug, PartialEq)]
pub enum SqlExpression {
    /// A column, with the name before the dot.
    Column(Option<String>, String),
    Text(String),
    Number(f64),
    /// A function, by its name in lower case.
    Call(String, Vec<SqlNode>),
    /// A value converted to another type, by its name in lower case.
    Cast(Box<SqlNode>, String),
    Minus(Box<SqlNode>, Box<SqlNode>),
    Plus(Box<SqlNode>, Box<SqlNode>),
    Times(Box<SqlNode>, Box<SqlNode>),
    /// A value of a list by its place: from 1 on, or from -1 back.
    Element(Box<SqlNode>, i64),
    /// A lambda: the names of its arguments, and its result.
    Lambda(Vec<String>, Box<SqlNode>),
    /// A CASE: its condition, the value if it is true, and the value if not.
    Case(Box<SqlNode>, Box<SqlNode>, Box<SqlNode>),
    Compare(SqlComparator, Box<SqlNode>, Box<SqlNode>),
    IsNull(Box<SqlNode>),
    Not(Box<SqlNode>),
    And(Vec<SqlNode>),
    Or(Vec<SqlNode>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SqlComparator {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// A part of a condition that is not supported, where it begins, and what is supported there.
#[derive(Clone, Debug, PartialEq)]
pub struct SqlError {
    pub at: usize,
    pub problem: String,
    pub supported: String,
}

impl SqlError {
    #[must_use]
    pub fn new(at: usize, problem: impl Into<String>, supported: impl Into<String>) -> SqlError {
        SqlError { at, problem: problem.into(), supported: supported.into() }
    }
}

impl SqlNode {
    /// Calls `with` for this part and for every part within it.
    pub fn each<'a>(&'a self, with: &mut impl FnMut(&'a SqlNode)) {
        with(self);
        match &self.expression {
            SqlExpression::Column(..) | SqlExpression::Text(_) | SqlExpression::Number(_) => {}
            SqlExpression::Cast(one, _)
            | SqlExpression::Element(one, _)
            | SqlExpression::Lambda(_, one)
            | SqlExpression::IsNull(one)
            | SqlExpression::Not(one) => {
                one.each(with);
            }
            SqlExpression::Minus(one, other)
            | SqlExpression::Plus(one, other)
            | SqlExpression::Times(one, other)
            | SqlExpression::Compare(_, one, other) => {
                one.each(with);
                other.each(with);
            }
            SqlExpression::Case(test, one, other) => [test, one, other].into_iter().for_each(|node| node.each(with)),
            SqlExpression::Call(_, all) | SqlExpression::And(all) | SqlExpression::Or(all) => {
                all.iter().for_each(|node| node.each(with))
            }
        }
    }
}

/// Parses a whole condition.
pub fn parse(text: &str) -> Result<SqlNode, SqlError> {
    let tokens = tokens(text)?;
    let mut parser = SqlParser { tokens, next: 0, depth: 0 };
    let node = parser.or()?;
    match parser.peek() {
        (_, SqlToken::End) => Ok(node),
        (at, token) => Err(SqlError::new(*at, format!("{} was not expected here", token.shown()), "AND, OR or the end")),
    }
}

#[derive(Clone, Debug, PartialEq)]
enum SqlToken {
    /// A word as it is written, without quotes.
    Word(String),
    /// A name between double quotes or backticks.
    Quoted(String),
    Text(String),
    Number(f64),
    Sign(&'static str),
    End,
}

impl SqlToken {
    fn shown(&self) -> String {
        match self {
            SqlToken::Word(word) => format!("`{word}`"),
            SqlToken::Quoted(name) => format!("`\"{name}\"`"),
            SqlToken::Text(text) => format!("the text '{text}'"),
            SqlToken::Number(number) => format!("the number {number}"),
            SqlToken::Sign(sign) => format!("`{sign}`"),
            SqlToken::End => "the end".to_owned(),
        }
    }
}

/// Longer signs come first, so that `<=` is not read as `<`.
const SIGNS: [&str; 20] =
    ["<=", ">=", "<>", "!=", "==", "::", "->", "=", "<", ">", "(", ")", "[", "]", ",", ".", "-", "+", "*", ":"];

fn tokens(text: &str) -> Result<Vec<(usize, SqlToken)>, SqlError> {
    let letters: Vec<char> = text.chars().collect();
    let (mut at, mut tokens) = (0, Vec::new());
    while let Some(letter) = letters.get(at).copied() {
        let from = at;
        let token = match letter {
            _ if letter.is_whitespace() => {
                at += 1;
                continue;
            }
            '\'' => SqlToken::Text(quoted(&letters, &mut at)?),
            '"' | '`' => SqlToken::Quoted(quoted(&letters, &mut at)?),
            '0'..='9' => {
                while letters.get(at).is_some_and(|letter| {
                    letter.is_ascii_alphanumeric()
                        || *letter == '.'
                        || matches!(letter, '+' | '-') && matches!(letters[at - 1], 'e' | 'E')
                }) {
                    at += 1;
                }
                let written: String = letters[from..at].iter().collect();
                let number = written.parse().ok().filter(|number: &f64| number.is_finite());
                SqlToken::Number(
                    number.ok_or_else(|| SqlError::new(from, format!("`{written}` is not a number"), "a number such as 0.92"))?,
                )
            }
            _ if letter.is_alphabetic() || letter == '_' => {
                while letters.get(at).is_some_and(|letter| letter.is_alphanumeric() || *letter == '_') {
                    at += 1;
                }
                SqlToken::Word(letters[from..at].iter().collect())
            }
            _ => {
                let sign =
                    SIGNS.iter().find(|sign| sign.chars().enumerate().all(|(more, of)| letters.get(at + more) == Some(&of)));
                let sign = sign.ok_or_else(|| {
                    SqlError::new(from, format!("`{letter}` is not a known sign"), format!("one of {}", SIGNS.join(" ")))
                })?;
                at += sign.len();
                SqlToken::Sign(sign)
            }
        };
        tokens.push((from, token));
    }
    tokens.push((letters.len(), SqlToken::End));
    Ok(tokens)
}

/// A text or name between quotes. A quote within it is written twice.
fn quoted(letters: &[char], at: &mut usize) -> Result<String, SqlError> {
    let (from, quote) = (*at, letters[*at]);
    let mut text = String::new();
    loop {
        *at += 1;
        match letters.get(*at) {
            None => return Err(SqlError::new(from, format!("the quote {quote} is never closed"), format!("a closing {quote}"))),
            Some(letter) if *letter == quote && letters.get(*at + 1) == Some(&quote) => *at += 1,
            Some(letter) if *letter == quote => break,
            Some(_) => {}
        }
        text.push(letters[*at]);
    }
    *at += 1;
    Ok(text)
}

struct SqlParser {
    tokens: Vec<(usize, SqlToken)>,
    next: usize,
    depth: usize,
}

impl SqlParser {
    fn peek(&self) -> &(usize, SqlToken) {
        &self.tokens[self.next]
    }

    fn take(&mut self) -> (usize, SqlToken) {
        let taken = self.tokens[self.next].clone();
        self.next = (self.next + 1).min(self.tokens.len() - 1);
        taken
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(&self.peek().1, SqlToken::Sign(there) if *there == sign);
        if found {
            self.take();
        }
        found
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(&self.peek().1, SqlToken::Word(there) if there.eq_ignore_ascii_case(word));
        if found {
            self.take();
        }
        found
    }

    fn expect(&mut self, sign: &str) -> Result<(), SqlError> {
        let (at, token) = self.peek().clone();
        if self.sign(sign) {
            Ok(())
        } else {
            Err(SqlError::new(at, format!("{} was not expected here", token.shown()), format!("`{sign}`")))
        }
    }

    fn or(&mut self) -> Result<SqlNode, SqlError> {
        self.depth += 1;
        let at = self.peek().0;
        if self.depth > MOST_NESTED {
            return Err(SqlError::new(at, "parentheses are nested too deeply", format!("at most {MOST_NESTED}")));
        }
        let mut parts = vec![self.and()?];
        while self.word("or") {
            parts.push(self.and()?);
        }
        self.depth -= 1;
        Ok(one_or_many(at, parts, SqlExpression::Or))
    }

    fn and(&mut self) -> Result<SqlNode, SqlError> {
        let at = self.peek().0;
        let mut parts = vec![self.not()?];
        while self.word("and") {
            parts.push(self.not()?);
        }
        Ok(one_or_many(at, parts, SqlExpression::And))
    }

    fn not(&mut self) -> Result<SqlNode, SqlError> {
        let at = self.peek().0;
        let mut count = 0;
        while self.word("not") {
            count += 1;
        }
        let node = self.comparison()?;
        // A NOT of a NOT is the condition itself, also if it is unknown.
        Ok(if count % 2 == 1 { SqlNode { at, expression: SqlExpression::Not(Box::new(node)) } } else { node })
    }

    fn comparison(&mut self) -> Result<SqlNode, SqlError> {
        let left = self.sum()?;
        let at = left.at;
        if self.word("is") {
            let not = self.word("not");
            let (here, token) = self.peek().clone();
            if !self.word("null") {
                return Err(SqlError::new(
                    here,
                    format!("{} was not expected after IS", token.shown()),
                    "IS NULL or IS NOT NULL",
                ));
            }
            let null = SqlNode { at, expression: SqlExpression::IsNull(Box::new(left)) };
            return Ok(if not { SqlNode { at, expression: SqlExpression::Not(Box::new(null)) } } else { null });
        }
        const COMPARATORS: [(&str, SqlComparator); 8] = [
            ("=", SqlComparator::Equal),
            ("==", SqlComparator::Equal),
            ("<>", SqlComparator::Unequal),
            ("!=", SqlComparator::Unequal),
            ("<", SqlComparator::Less),
            ("<=", SqlComparator::AtMost),
            (">", SqlComparator::More),
            (">=", SqlComparator::AtLeast),
        ];
        let Some((_, comparator)) = COMPARATORS.into_iter().find(|(sign, _)| self.sign(sign)) else { return Ok(left) };
        let right = self.sum()?;
        Ok(SqlNode { at, expression: SqlExpression::Compare(comparator, Box::new(left), Box::new(right)) })
    }

    fn sum(&mut self) -> Result<SqlNode, SqlError> {
        let mut left = self.product()?;
        for _ in 0..MOST_NESTED {
            let sum = match () {
                () if self.sign("+") => SqlExpression::Plus,
                () if self.sign("-") => SqlExpression::Minus,
                () => return Ok(left),
            };
            let right = self.product()?;
            left = SqlNode { at: left.at, expression: sum(Box::new(left), Box::new(right)) };
        }
        Err(SqlError::new(left.at, "too many numbers are added", format!("at most {MOST_NESTED}")))
    }

    fn product(&mut self) -> Result<SqlNode, SqlError> {
        let mut left = self.cast()?;
        for _ in 0..MOST_NESTED {
            if !self.sign("*") {
                return Ok(left);
            }
            let right = self.cast()?;
            left = SqlNode { at: left.at, expression: SqlExpression::Times(Box::new(left), Box::new(right)) };
        }
        Err(SqlError::new(left.at, "too many numbers are multiplied", format!("at most {MOST_NESTED}")))
    }

    fn cast(&mut self) -> Result<SqlNode, SqlError> {
        let mut node = self.primary()?;
        for _ in 0..MOST_NESTED {
            let at = node.at;
            let expression = if self.sign("::") {
                let to = self.type_name()?;
                SqlExpression::Cast(Box::new(node), to)
            } else if self.sign("[") {
                let place = self.place()?;
                SqlExpression::Element(Box::new(node), place)
            } else {
                return Ok(node);
            };
            node = SqlNode { at, expression };
        }
        Err(SqlError::new(node.at, "too many types and places follow each other", format!("at most {MOST_NESTED}")))
    }

    /// A place in a list, and the bracket after it.
    fn place(&mut self) -> Result<i64, SqlError> {
        let back = self.sign("-");
        match self.take() {
            (_, SqlToken::Number(number)) if number >= 1.0 && number.fract() == 0.0 && number < 1e6 => {
                self.expect("]")?;
                Ok(if back { -(number as i64) } else { number as i64 })
            }
            (at, token) => {
                Err(SqlError::new(at, format!("{} is not a place in a list", token.shown()), "a whole number such as 1 or -1"))
            }
        }
    }

    /// The name of a type, without a length such as that of `varchar(20)`.
    fn type_name(&mut self) -> Result<String, SqlError> {
        match self.take() {
            (_, SqlToken::Word(name)) => {
                if self.sign("(") {
                    self.take();
                    self.expect(")")?;
                }
                Ok(name.to_lowercase())
            }
            (at, token) => Err(SqlError::new(at, format!("{} is not a type", token.shown()), "a type such as VARCHAR or DATE")),
        }
    }

    fn primary(&mut self) -> Result<SqlNode, SqlError> {
        let (at, token) = self.take();
        let expression = match token {
            SqlToken::Sign("(") => return self.in_parentheses(at),
            SqlToken::Text(text) => SqlExpression::Text(text),
            SqlToken::Number(number) => SqlExpression::Number(number),
            SqlToken::Quoted(name) => self.column(name)?,
            SqlToken::Word(name) if self.sign("(") => self.call(name.to_lowercase())?,
            SqlToken::Word(name) if self.sign("->") => SqlExpression::Lambda(vec![name], Box::new(self.or()?)),
            SqlToken::Word(word) if word.eq_ignore_ascii_case("case") => self.case()?,
            SqlToken::Word(word) if word.eq_ignore_ascii_case("lambda") && matches!(self.peek().1, SqlToken::Word(_)) => {
                let names = self.names()?;
                self.expect(":")?;
                SqlExpression::Lambda(names, Box::new(self.or()?))
            }
            SqlToken::Word(name) => self.column(name)?,
            token => {
                let known = "a column, a function, a number, a text between single quotes, or `(`";
                return Err(SqlError::new(at, format!("{} was not expected here", token.shown()), known));
            }
        };
        Ok(SqlNode { at, expression })
    }

    /// What is in parentheses. If an arrow follows, these are the arguments of a lambda.
    fn in_parentheses(&mut self, at: usize) -> Result<SqlNode, SqlError> {
        let from = self.next;
        if let Ok(names) = self.names()
            && self.sign(")")
            && self.sign("->")
        {
            return Ok(SqlNode { at, expression: SqlExpression::Lambda(names, Box::new(self.or()?)) });
        }
        self.next = from;
        let node = self.or()?;
        self.expect(")")?;
        Ok(node)
    }

    /// Names with commas between them.
    fn names(&mut self) -> Result<Vec<String>, SqlError> {
        let mut names = Vec::new();
        loop {
            match self.take() {
                (_, SqlToken::Word(name)) => names.push(name),
                (at, token) => return Err(SqlError::new(at, format!("{} is not a name", token.shown()), "a name such as x")),
            }
            if !self.sign(",") {
                return Ok(names);
            }
        }
    }

    /// `CASE WHEN … THEN … ELSE … END`, after its first word.
    fn case(&mut self) -> Result<SqlExpression, SqlError> {
        let mut parts = Vec::new();
        for word in ["when", "then", "else"] {
            self.expect_word(word)?;
            parts.push(self.or()?);
        }
        self.expect_word("end")?;
        let mut next = || Box::new(parts.remove(0));
        Ok(SqlExpression::Case(next(), next(), next()))
    }

    fn expect_word(&mut self, word: &str) -> Result<(), SqlError> {
        let (at, token) = self.peek().clone();
        if self.word(word) {
            return Ok(());
        }
        Err(SqlError::new(at, format!("{} was not expected here", token.shown()), word.to_uppercase()))
    }

    fn column(&mut self, name: String) -> Result<SqlExpression, SqlError> {
        if !self.sign(".") {
            return Ok(SqlExpression::Column(None, name));
        }
        match self.take() {
            (_, SqlToken::Word(column) | SqlToken::Quoted(column)) => Ok(SqlExpression::Column(Some(name), column)),
            (at, token) => {
                Err(SqlError::new(at, format!("{} was not expected after `{name}.`", token.shown()), "the name of a column"))
            }
        }
    }

    fn call(&mut self, name: String) -> Result<SqlExpression, SqlError> {
        let mut values = Vec::new();
        if self.sign(")") {
            return Ok(SqlExpression::Call(name, values));
        }
        loop {
            values.push(self.or()?);
            if matches!(name.as_str(), "cast" | "try_cast") && self.word("as") {
                let to = self.type_name()?;
                self.expect(")")?;
                return Ok(SqlExpression::Cast(Box::new(values.remove(0)), to));
            }
            if !self.sign(",") {
                self.expect(")")?;
                return Ok(SqlExpression::Call(name, values));
            }
        }
    }
}

fn one_or_many(at: usize, mut parts: Vec<SqlNode>, expression: impl Fn(Vec<SqlNode>) -> SqlExpression) -> SqlNode {
    if parts.len() == 1 { parts.remove(0) } else { SqlNode { at, expression: expression(parts) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn and_binds_closer_than_or_and_not_closer_still() {
        let column = |at: usize, name: &str| SqlNode { at, expression: SqlExpression::Column(None, name.to_owned()) };
        let found = parse("a or not b and \"c d\"").expect("it is well formed");
        let not = SqlNode { at: 5, expression: SqlExpression::Not(Box::new(column(9, "b"))) };
        let and = SqlNode { at: 5, expression: SqlExpression::And(vec![not, column(15, "c d")]) };
        assert_eq!(found, SqlNode { at: 0, expression: SqlExpression::Or(vec![column(0, "a"), and]) });
    }

    #[test]
    fn what_is_not_known_is_refused_at_its_place() {
        for (text, at, what) in [
            ("a_l = ", 6, "the end was not expected here"),
            ("a_l ~ b_l", 4, "`~` is not a known sign"),
            ("a_l = 'x", 6, "the quote ' is never closed"),
            ("(a_l = a_r", 10, "the end was not expected here"),
            ("a_l is missing", 7, "`missing` was not expected after IS"),
            ("a_l = a_r a_l", 10, "`a_l` was not expected here"),
            ("a_l >= 1.2.3", 7, "`1.2.3` is not a number"),
        ] {
            let refused = parse(text).expect_err(text);
            assert_eq!((refused.at, refused.problem.as_str()), (at, what), "{text}");
        }
        assert!(parse(&"(".repeat(100_000)).is_err(), "deep nesting is refused, not a crash");
        assert!(parse(&format!("{} a", "not ".repeat(100_000))).is_ok());
    }
}
