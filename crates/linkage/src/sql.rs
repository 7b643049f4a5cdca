//! The conditions of an imported model: a small closed part of SQL, read into a tree. Nothing is run as SQL, and what is not known
//! is refused with its place. What a tree means for linkage is the business of `splink`.

/// The deepest that parentheses and functions may stand in one another.
const DEEPEST: usize = 64;

/// A piece of a condition and where it begins, counted in letters from 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub at: usize,
    pub what: What,
}

/// What a piece is.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A column, with what stands before the dot.
    Column(Option<String>, String),
    Text(String),
    Number(f64),
    /// A function by its name in small letters.
    Call(String, Vec<Node>),
    /// A value made into another type, by its name in small letters.
    Cast(Box<Node>, String),
    Minus(Box<Node>, Box<Node>),
    Plus(Box<Node>, Box<Node>),
    Times(Box<Node>, Box<Node>),
    /// A value of a list by its place: from 1 on, or from -1 back.
    Element(Box<Node>, i64),
    /// A function without a name: the names of what it is given, and what it makes of it.
    Lambda(Vec<String>, Box<Node>),
    /// One thing where a condition holds (the first), and another where not.
    Case(Box<Node>, Box<Node>, Box<Node>),
    Compare(Compare, Box<Node>, Box<Node>),
    IsNull(Box<Node>),
    Not(Box<Node>),
    And(Vec<Node>),
    Or(Vec<Node>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// What cannot be read, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    pub at: usize,
    pub what: String,
    pub known: String,
}

impl Refused {
    #[must_use]
    pub fn new(at: usize, what: impl Into<String>, known: impl Into<String>) -> Refused {
        Refused { at, what: what.into(), known: known.into() }
    }
}

impl Node {
    /// Calls `with` for this piece and for each that stands in it.
    pub fn each<'a>(&'a self, with: &mut impl FnMut(&'a Node)) {
        with(self);
        match &self.what {
            What::Column(..) | What::Text(_) | What::Number(_) => {}
            What::Cast(one, _) | What::Element(one, _) | What::Lambda(_, one) | What::IsNull(one) | What::Not(one) => {
                one.each(with);
            }
            What::Minus(one, other) | What::Plus(one, other) | What::Times(one, other) | What::Compare(_, one, other) => {
                one.each(with);
                other.each(with);
            }
            What::Case(test, one, other) => [test, one, other].into_iter().for_each(|node| node.each(with)),
            What::Call(_, all) | What::And(all) | What::Or(all) => all.iter().for_each(|node| node.each(with)),
        }
    }
}

/// Reads a whole condition.
pub fn parse(text: &str) -> Result<Node, Refused> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens, next: 0, depth: 0 };
    let node = parser.or()?;
    match parser.peek() {
        (_, Token::End) => Ok(node),
        (at, token) => Err(Refused::new(*at, format!("{} was not expected here", token.shown()), "AND, OR or the end")),
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// A word as it is written, not quoted.
    Word(String),
    /// A name between double quotes or backticks.
    Quoted(String),
    Text(String),
    Number(f64),
    Sign(&'static str),
    End,
}

impl Token {
    fn shown(&self) -> String {
        match self {
            Token::Word(word) => format!("`{word}`"),
            Token::Quoted(name) => format!("`\"{name}\"`"),
            Token::Text(text) => format!("the text '{text}'"),
            Token::Number(number) => format!("the number {number}"),
            Token::Sign(sign) => format!("`{sign}`"),
            Token::End => "the end".to_owned(),
        }
    }
}

/// Longer signs first, so that `<=` is not read as `<`.
const SIGNS: [&str; 20] =
    ["<=", ">=", "<>", "!=", "==", "::", "->", "=", "<", ">", "(", ")", "[", "]", ",", ".", "-", "+", "*", ":"];

fn tokens(text: &str) -> Result<Vec<(usize, Token)>, Refused> {
    let letters: Vec<char> = text.chars().collect();
    let (mut at, mut tokens) = (0, Vec::new());
    while let Some(letter) = letters.get(at).copied() {
        let from = at;
        let token = match letter {
            _ if letter.is_whitespace() => {
                at += 1;
                continue;
            }
            '\'' => Token::Text(quoted(&letters, &mut at)?),
            '"' | '`' => Token::Quoted(quoted(&letters, &mut at)?),
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
                Token::Number(
                    number.ok_or_else(|| Refused::new(from, format!("`{written}` is no number"), "a number such as 0.92"))?,
                )
            }
            _ if letter.is_alphabetic() || letter == '_' => {
                while letters.get(at).is_some_and(|letter| letter.is_alphanumeric() || *letter == '_') {
                    at += 1;
                }
                Token::Word(letters[from..at].iter().collect())
            }
            _ => {
                let sign =
                    SIGNS.iter().find(|sign| sign.chars().enumerate().all(|(more, of)| letters.get(at + more) == Some(&of)));
                let sign = sign.ok_or_else(|| {
                    Refused::new(from, format!("`{letter}` is not known"), format!("one of {}", SIGNS.join(" ")))
                })?;
                at += sign.len();
                Token::Sign(sign)
            }
        };
        tokens.push((from, token));
    }
    tokens.push((letters.len(), Token::End));
    Ok(tokens)
}

/// A text or name between quotes; a quote within is written twice.
fn quoted(letters: &[char], at: &mut usize) -> Result<String, Refused> {
    let (from, quote) = (*at, letters[*at]);
    let mut text = String::new();
    loop {
        *at += 1;
        match letters.get(*at) {
            None => return Err(Refused::new(from, format!("the quote {quote} is never closed"), format!("a closing {quote}"))),
            Some(letter) if *letter == quote && letters.get(*at + 1) == Some(&quote) => *at += 1,
            Some(letter) if *letter == quote => break,
            Some(_) => {}
        }
        text.push(letters[*at]);
    }
    *at += 1;
    Ok(text)
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    next: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> &(usize, Token) {
        &self.tokens[self.next]
    }

    fn take(&mut self) -> (usize, Token) {
        let taken = self.tokens[self.next].clone();
        self.next = (self.next + 1).min(self.tokens.len() - 1);
        taken
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(&self.peek().1, Token::Sign(there) if *there == sign);
        if found {
            self.take();
        }
        found
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(&self.peek().1, Token::Word(there) if there.eq_ignore_ascii_case(word));
        if found {
            self.take();
        }
        found
    }

    fn expect(&mut self, sign: &str) -> Result<(), Refused> {
        let (at, token) = self.peek().clone();
        if self.sign(sign) {
            Ok(())
        } else {
            Err(Refused::new(at, format!("{} was not expected here", token.shown()), format!("`{sign}`")))
        }
    }

    fn or(&mut self) -> Result<Node, Refused> {
        self.depth += 1;
        let at = self.peek().0;
        if self.depth > DEEPEST {
            return Err(Refused::new(at, "too many parentheses stand in one another", format!("at most {DEEPEST}")));
        }
        let mut parts = vec![self.and()?];
        while self.word("or") {
            parts.push(self.and()?);
        }
        self.depth -= 1;
        Ok(several(at, parts, What::Or))
    }

    fn and(&mut self) -> Result<Node, Refused> {
        let at = self.peek().0;
        let mut parts = vec![self.not()?];
        while self.word("and") {
            parts.push(self.not()?);
        }
        Ok(several(at, parts, What::And))
    }

    fn not(&mut self) -> Result<Node, Refused> {
        let at = self.peek().0;
        let mut count = 0;
        while self.word("not") {
            count += 1;
        }
        let node = self.comparison()?;
        // A NOT of a NOT is the thing itself, also where it is unknown.
        Ok(if count % 2 == 1 { Node { at, what: What::Not(Box::new(node)) } } else { node })
    }

    fn comparison(&mut self) -> Result<Node, Refused> {
        let left = self.sum()?;
        let at = left.at;
        if self.word("is") {
            let not = self.word("not");
            let (here, token) = self.peek().clone();
            if !self.word("null") {
                return Err(Refused::new(here, format!("{} was not expected after IS", token.shown()), "IS NULL or IS NOT NULL"));
            }
            let null = Node { at, what: What::IsNull(Box::new(left)) };
            return Ok(if not { Node { at, what: What::Not(Box::new(null)) } } else { null });
        }
        const WAYS: [(&str, Compare); 8] = [
            ("=", Compare::Equal),
            ("==", Compare::Equal),
            ("<>", Compare::Unequal),
            ("!=", Compare::Unequal),
            ("<", Compare::Less),
            ("<=", Compare::AtMost),
            (">", Compare::More),
            (">=", Compare::AtLeast),
        ];
        let Some((_, way)) = WAYS.into_iter().find(|(sign, _)| self.sign(sign)) else { return Ok(left) };
        let right = self.sum()?;
        Ok(Node { at, what: What::Compare(way, Box::new(left), Box::new(right)) })
    }

    fn sum(&mut self) -> Result<Node, Refused> {
        let mut left = self.product()?;
        for _ in 0..DEEPEST {
            let sum = match () {
                () if self.sign("+") => What::Plus,
                () if self.sign("-") => What::Minus,
                () => return Ok(left),
            };
            let right = self.product()?;
            left = Node { at: left.at, what: sum(Box::new(left), Box::new(right)) };
        }
        Err(Refused::new(left.at, "too many numbers are added up", format!("at most {DEEPEST}")))
    }

    fn product(&mut self) -> Result<Node, Refused> {
        let mut left = self.cast()?;
        for _ in 0..DEEPEST {
            if !self.sign("*") {
                return Ok(left);
            }
            let right = self.cast()?;
            left = Node { at: left.at, what: What::Times(Box::new(left), Box::new(right)) };
        }
        Err(Refused::new(left.at, "too many numbers are multiplied", format!("at most {DEEPEST}")))
    }

    fn cast(&mut self) -> Result<Node, Refused> {
        let mut node = self.primary()?;
        for _ in 0..DEEPEST {
            let at = node.at;
            let what = if self.sign("::") {
                let to = self.type_name()?;
                What::Cast(Box::new(node), to)
            } else if self.sign("[") {
                let place = self.place()?;
                What::Element(Box::new(node), place)
            } else {
                return Ok(node);
            };
            node = Node { at, what };
        }
        Err(Refused::new(node.at, "too many types and places follow one another", format!("at most {DEEPEST}")))
    }

    /// A place in a list, and the bracket after it.
    fn place(&mut self) -> Result<i64, Refused> {
        let back = self.sign("-");
        match self.take() {
            (_, Token::Number(number)) if number >= 1.0 && number.fract() == 0.0 && number < 1e6 => {
                self.expect("]")?;
                Ok(if back { -(number as i64) } else { number as i64 })
            }
            (at, token) => {
                Err(Refused::new(at, format!("{} is no place in a list", token.shown()), "a whole number such as 1 or -1"))
            }
        }
    }

    /// The name of a type, without a length such as that of `varchar(20)`.
    fn type_name(&mut self) -> Result<String, Refused> {
        match self.take() {
            (_, Token::Word(name)) => {
                if self.sign("(") {
                    self.take();
                    self.expect(")")?;
                }
                Ok(name.to_lowercase())
            }
            (at, token) => Err(Refused::new(at, format!("{} is no type", token.shown()), "a type such as VARCHAR or DATE")),
        }
    }

    fn primary(&mut self) -> Result<Node, Refused> {
        let (at, token) = self.take();
        let what = match token {
            Token::Sign("(") => return self.in_parentheses(at),
            Token::Text(text) => What::Text(text),
            Token::Number(number) => What::Number(number),
            Token::Quoted(name) => self.column(name)?,
            Token::Word(name) if self.sign("(") => self.call(name.to_lowercase())?,
            Token::Word(name) if self.sign("->") => What::Lambda(vec![name], Box::new(self.or()?)),
            Token::Word(word) if word.eq_ignore_ascii_case("case") => self.case()?,
            Token::Word(word) if word.eq_ignore_ascii_case("lambda") && matches!(self.peek().1, Token::Word(_)) => {
                let names = self.names()?;
                self.expect(":")?;
                What::Lambda(names, Box::new(self.or()?))
            }
            Token::Word(name) => self.column(name)?,
            token => {
                let known = "a column, a function, a number, a text between single quotes, or `(`";
                return Err(Refused::new(at, format!("{} was not expected here", token.shown()), known));
            }
        };
        Ok(Node { at, what })
    }

    /// What stands in parentheses; where an arrow follows it is the names of what a function is given.
    fn in_parentheses(&mut self, at: usize) -> Result<Node, Refused> {
        let from = self.next;
        if let Ok(names) = self.names()
            && self.sign(")")
            && self.sign("->")
        {
            return Ok(Node { at, what: What::Lambda(names, Box::new(self.or()?)) });
        }
        self.next = from;
        let node = self.or()?;
        self.expect(")")?;
        Ok(node)
    }

    /// Names with commas between them.
    fn names(&mut self) -> Result<Vec<String>, Refused> {
        let mut names = Vec::new();
        loop {
            match self.take() {
                (_, Token::Word(name)) => names.push(name),
                (at, token) => return Err(Refused::new(at, format!("{} is no name", token.shown()), "a name such as x")),
            }
            if !self.sign(",") {
                return Ok(names);
            }
        }
    }

    /// `CASE WHEN … THEN … ELSE … END`, after its first word.
    fn case(&mut self) -> Result<What, Refused> {
        let mut parts = Vec::new();
        for word in ["when", "then", "else"] {
            self.expect_word(word)?;
            parts.push(self.or()?);
        }
        self.expect_word("end")?;
        let mut next = || Box::new(parts.remove(0));
        Ok(What::Case(next(), next(), next()))
    }

    fn expect_word(&mut self, word: &str) -> Result<(), Refused> {
        let (at, token) = self.peek().clone();
        if self.word(word) {
            return Ok(());
        }
        Err(Refused::new(at, format!("{} was not expected here", token.shown()), word.to_uppercase()))
    }

    fn column(&mut self, name: String) -> Result<What, Refused> {
        if !self.sign(".") {
            return Ok(What::Column(None, name));
        }
        match self.take() {
            (_, Token::Word(column) | Token::Quoted(column)) => Ok(What::Column(Some(name), column)),
            (at, token) => {
                Err(Refused::new(at, format!("{} was not expected after `{name}.`", token.shown()), "the name of a column"))
            }
        }
    }

    fn call(&mut self, name: String) -> Result<What, Refused> {
        let mut values = Vec::new();
        if self.sign(")") {
            return Ok(What::Call(name, values));
        }
        loop {
            values.push(self.or()?);
            if matches!(name.as_str(), "cast" | "try_cast") && self.word("as") {
                let to = self.type_name()?;
                self.expect(")")?;
                return Ok(What::Cast(Box::new(values.remove(0)), to));
            }
            if !self.sign(",") {
                self.expect(")")?;
                return Ok(What::Call(name, values));
            }
        }
    }
}

fn several(at: usize, mut parts: Vec<Node>, what: impl Fn(Vec<Node>) -> What) -> Node {
    if parts.len() == 1 { parts.remove(0) } else { Node { at, what: what(parts) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn and_binds_closer_than_or_and_not_closer_still() {
        let column = |at: usize, name: &str| Node { at, what: What::Column(None, name.to_owned()) };
        let found = parse("a or not b and \"c d\"").expect("it is well formed");
        let not = Node { at: 5, what: What::Not(Box::new(column(9, "b"))) };
        let and = Node { at: 5, what: What::And(vec![not, column(15, "c d")]) };
        assert_eq!(found, Node { at: 0, what: What::Or(vec![column(0, "a"), and]) });
    }

    #[test]
    fn what_is_not_known_is_refused_at_its_place() {
        for (text, at, what) in [
            ("a_l = ", 6, "the end was not expected here"),
            ("a_l ~ b_l", 4, "`~` is not known"),
            ("a_l = 'x", 6, "the quote ' is never closed"),
            ("(a_l = a_r", 10, "the end was not expected here"),
            ("a_l is missing", 7, "`missing` was not expected after IS"),
            ("a_l = a_r a_l", 10, "`a_l` was not expected here"),
            ("a_l >= 1.2.3", 7, "`1.2.3` is no number"),
        ] {
            let refused = parse(text).expect_err(text);
            assert_eq!((refused.at, refused.what.as_str()), (at, what), "{text}");
        }
        assert!(parse(&"(".repeat(100_000)).is_err(), "deep nesting is refused, not a crash");
        assert!(parse(&format!("{} a", "not ".repeat(100_000))).is_ok());
    }
}
