//! From text to a tree, by recursive descent. What the text means is decided when it is evaluated.

use std::collections::BTreeSet;
use std::fmt;

use rust_decimal::Decimal;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest text of a formula in bytes, so that hostile input costs nothing.
const LONGEST: usize = 4096;
/// Deepest nesting of parentheses and functions, and most signs in a row.
const DEEPEST: usize = 64;

/// A formula that has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formula {
    text: String,
    pub(super) tree: Node,
    surplus_arguments: bool,
}

/// Why a text is no formula.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no formula: {what} at character {position}")]
pub struct FormulaError {
    /// Where, counted from 1.
    pub position: usize,
    /// What is wrong there.
    pub what: String,
}

/// The tree of a formula. Chains stay flat, so that evaluation decides how they associate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Number(Decimal),
    /// A name as it is written.
    Variable(String),
    /// Terms with whether they are subtracted.
    Sum(Vec<(bool, Node)>),
    /// Factors with whether they divide.
    Product(Vec<(bool, Node)>),
    /// Operands of a chain of `^` with whether a minus stands before each.
    Power(Vec<(bool, Node)>),
    Call(Function, Vec<Node>),
}

/// The functions with their argument counts (DM-RATE-040).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Floor,
    Ceiling,
    Power,
    Product,
    Sum,
    Absolute,
    Minimum,
    Maximum,
    Round,
}

const FUNCTIONS: [(&str, Function, usize); 9] = [
    ("floor.math", Function::Floor, 1),
    ("ceiling.math", Function::Ceiling, 1),
    ("power", Function::Power, 2),
    ("product", Function::Product, 2),
    ("sum", Function::Sum, 2),
    ("abs", Function::Absolute, 1),
    ("min", Function::Minimum, 2),
    ("max", Function::Maximum, 2),
    ("round", Function::Round, 2),
];

impl Formula {
    /// Reads a formula.
    ///
    /// # Errors
    /// When the text does not parse, names an unknown function, or gives one too few arguments
    /// (DM-RATE-040, DM-RATE-046).
    pub fn parse(text: &str) -> Result<Self, FormulaError> {
        if text.len() > LONGEST {
            return Err(FormulaError { position: LONGEST, what: format!("more than {LONGEST} bytes") });
        }
        let mut parser = Parser { characters: text.chars().collect(), place: 0, depth: 0, surplus: false };
        let tree = parser.sum()?;
        match parser.peek() {
            None => Ok(Self { text: text.to_owned(), tree, surplus_arguments: parser.surplus }),
            Some(other) => Err(parser.unexpected(other, "an operator or the end")),
        }
    }

    /// The text as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether every function is written in capital letters, as the documents write them (DM-RATE-045).
    #[must_use]
    pub fn has_functions_in_capitals(&self) -> bool {
        let before_parentheses = self.text.split('(').map(str::trim_end);
        let name = |text: &str| {
            let part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.');
            text.rsplit(|letter| !part(letter)).next().unwrap_or_default().to_owned()
        };
        // What follows the last parenthesis opens none.
        let opened = self.text.matches('(').count();
        before_parentheses.take(opened).all(|text| name(text) == name(text).to_ascii_uppercase())
    }

    /// Whether a function has more arguments than are published for it; the last ones count for nothing.
    #[must_use]
    pub const fn has_surplus_arguments(&self) -> bool {
        self.surplus_arguments
    }

    /// The variables that it names, in lower case.
    #[must_use]
    pub fn variables(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        collect(&self.tree, &mut names);
        names
    }
}

fn collect(node: &Node, names: &mut BTreeSet<String>) {
    match node {
        Node::Number(_) => {}
        Node::Variable(name) => {
            names.insert(name.to_ascii_lowercase());
        }
        Node::Sum(parts) | Node::Product(parts) | Node::Power(parts) => {
            parts.iter().for_each(|(_, part)| collect(part, names));
        }
        Node::Call(_, arguments) => arguments.iter().for_each(|argument| collect(argument, names)),
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Formula {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Formula {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

struct Parser {
    characters: Vec<char>,
    place: usize,
    depth: usize,
    surplus: bool,
}

impl Parser {
    fn sum(&mut self) -> Result<Node, FormulaError> {
        let mut terms = vec![(false, self.product()?)];
        while let Some(operator) = self.take_one_of(&['+', '-']) {
            terms.push((operator == '-', self.product()?));
        }
        Ok(only(terms, Node::Sum))
    }

    /// DM-RATE-043.
    fn product(&mut self) -> Result<Node, FormulaError> {
        let mut factors = vec![(false, self.power()?)];
        while let Some(operator) = self.take_one_of(&['*', '/']) {
            factors.push((operator == '/', self.power()?));
        }
        Ok(only(factors, Node::Product))
    }

    fn power(&mut self) -> Result<Node, FormulaError> {
        let mut operands = vec![self.operand()?];
        while self.take('^') {
            operands.push(self.operand()?);
        }
        Ok(only(operands, Node::Power))
    }

    /// An operand of `^`, with whether it carries a minus.
    fn operand(&mut self) -> Result<(bool, Node), FormulaError> {
        let negated = self.sign()?;
        Ok((negated, self.atom()?))
    }

    /// Whether an odd number of minus signs comes next.
    fn sign(&mut self) -> Result<bool, FormulaError> {
        let mut negated = false;
        let mut signs = 0;
        while let Some(sign) = self.take_one_of(&['-', '+']) {
            negated ^= sign == '-';
            signs += 1;
            if signs > DEEPEST {
                return Err(self.error("too many signs"));
            }
        }
        Ok(negated)
    }

    fn atom(&mut self) -> Result<Node, FormulaError> {
        match self.peek() {
            Some('(') => self.nested(Self::parenthesized),
            Some(digit) if digit.is_ascii_digit() => self.number().map(Node::Number),
            Some(letter) if letter.is_ascii_alphabetic() || letter == '_' => self.named(),
            Some(other) => Err(self.unexpected(other, "a number, a name or a parenthesis")),
            None => Err(self.error("a number, a name or a parenthesis is missing")),
        }
    }

    /// Reads what stands in parentheses, which is the only way to nest; a limit saves the stack.
    fn nested<T>(&mut self, inner: fn(&mut Self) -> Result<T, FormulaError>) -> Result<T, FormulaError> {
        if self.depth == DEEPEST {
            return Err(self.error("nested too deeply"));
        }
        self.depth += 1;
        let inner = inner(self)?;
        self.depth -= 1;
        Ok(inner)
    }

    fn parenthesized(&mut self) -> Result<Node, FormulaError> {
        self.expect('(')?;
        let inner = self.sum()?;
        self.expect(')')?;
        Ok(inner)
    }

    fn number(&mut self) -> Result<Decimal, FormulaError> {
        let start = self.place;
        self.digits();
        if self.characters.get(self.place) == Some(&'.') {
            self.place += 1;
            if self.digits() == 0 {
                return Err(self.error("digits are missing after the point"));
            }
        }
        let text: String = self.characters[start..self.place].iter().collect();
        Decimal::from_str_exact(&text).map_err(|_| FormulaError {
            position: start + 1,
            what: "a number with more digits than can be kept exactly".to_owned(),
        })
    }

    fn digits(&mut self) -> usize {
        let start = self.place;
        while self.characters.get(self.place).is_some_and(char::is_ascii_digit) {
            self.place += 1;
        }
        self.place - start
    }

    /// A variable, or a function with its arguments (DM-RATE-045).
    fn named(&mut self) -> Result<Node, FormulaError> {
        let start = self.place;
        let part = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.');
        while self.characters.get(self.place).is_some_and(part) {
            self.place += 1;
        }
        let name: String = self.characters[start..self.place].iter().collect();
        if self.peek() != Some('(') {
            return Ok(Node::Variable(name));
        }
        let name = name.to_ascii_lowercase();
        let Some((_, function, count)) = FUNCTIONS.into_iter().find(|(known, ..)| *known == name) else {
            return Err(FormulaError { position: start + 1, what: format!("the unknown function `{name}`") });
        };
        let arguments = self.nested(Self::arguments)?;
        if arguments.len() >= count {
            self.surplus |= arguments.len() > count;
            return Ok(Node::Call(function, arguments));
        }
        let given = arguments.len();
        let what = format!("`{name}` takes {count} arguments and has {given},");
        Err(FormulaError { position: start + 1, what })
    }

    fn arguments(&mut self) -> Result<Vec<Node>, FormulaError> {
        self.expect('(')?;
        let mut arguments = vec![self.sum()?];
        while self.take(',') {
            arguments.push(self.sum()?);
        }
        self.expect(')')?;
        Ok(arguments)
    }

    /// The next character that is not white space.
    fn peek(&mut self) -> Option<char> {
        while self.characters.get(self.place).is_some_and(|letter| letter.is_whitespace()) {
            self.place += 1;
        }
        self.characters.get(self.place).copied()
    }

    fn take_one_of(&mut self, wanted: &[char]) -> Option<char> {
        let next = self.peek().filter(|next| wanted.contains(next))?;
        self.place += 1;
        Some(next)
    }

    fn take(&mut self, wanted: char) -> bool {
        self.take_one_of(&[wanted]).is_some()
    }

    fn expect(&mut self, wanted: char) -> Result<(), FormulaError> {
        if self.take(wanted) { Ok(()) } else { Err(self.error(&format!("`{wanted}` is missing"))) }
    }

    fn unexpected(&self, found: char, wanted: &str) -> FormulaError {
        self.error(&format!("`{found}` where {wanted} should be"))
    }

    fn error(&self, what: &str) -> FormulaError {
        FormulaError { position: self.place + 1, what: what.to_owned() }
    }
}

/// A chain of one without a minus is what it holds.
fn only(mut parts: Vec<(bool, Node)>, chain: fn(Vec<(bool, Node)>) -> Node) -> Node {
    match (parts.len(), parts.pop()) {
        (1, Some((false, part))) => part,
        (_, last) => {
            parts.extend(last);
            chain(parts)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_formula_says_where() {
        for (text, position) in [
            ("", 1),
            ("2+", 3),
            ("(2", 3),
            ("2)", 2),
            ("2 3", 3),
            (".5", 1),
            ("5.", 3),
            ("1e3", 2),
            ("MOD(2,3)", 1),
            ("MIN(2)", 1),
            ("a $ b", 3),
            ("99999999999999999999999999999999", 1),
        ] {
            assert_eq!(Formula::parse(text).unwrap_err().position, position, "{text}");
        }
    }

    #[test]
    fn arguments_beyond_the_published_ones_are_told() {
        let surplus = |text| Formula::parse(text).unwrap().has_surplus_arguments();
        assert!(surplus("1 + ABS(1,2)") && surplus("SUM(1, MIN(2,3,4))"));
        assert!(!surplus("ABS(1) + MIN(2,3)"));
    }

    #[test]
    fn hostile_texts_cost_nothing() {
        assert!(Formula::parse(&"(".repeat(4000)).is_err());
        assert!(Formula::parse(&"-".repeat(4000)).is_err());
        assert!(Formula::parse(&"ABS(".repeat(1000)).is_err());
        assert!(Formula::parse(&"1+".repeat(5000)).is_err());
        assert!(Formula::parse(&format!("{}1", "1^".repeat(2000))).is_ok());
    }

    #[test]
    fn the_limit_of_nesting_says_where() {
        let nested = |opening: &str, depth: usize| {
            Formula::parse(&format!("{}1{}", opening.repeat(depth), ")".repeat(depth)))
        };
        assert!(nested("(", 64).is_ok());
        assert!(nested("abs(", 64).is_ok());
        assert_eq!(
            nested("(", 65).unwrap_err().to_string(),
            "is no formula: nested too deeply at character 65"
        );
        assert_eq!(nested("abs(", 65).unwrap_err().position, 65 * 4);
        assert!(Formula::parse(&format!("{}1", "(1)+".repeat(1000))).is_ok());
    }

    #[test]
    fn variables_are_named_in_lower_case() {
        let formula = Formula::parse("Price * quantity + PRICE").unwrap();
        assert_eq!(formula.variables().into_iter().collect::<Vec<_>>(), ["price", "quantity"]);
        assert_eq!(formula.text(), "Price * quantity + PRICE");
    }

    #[test]
    fn formulas_travel_as_text() {
        let formula = Formula::parse("2 * (a+1)").unwrap();
        let text = serde_json::to_string(&formula).unwrap();
        assert_eq!(text, "\"2 * (a+1)\"");
        assert_eq!(serde_json::from_str::<Formula>(&text).unwrap(), formula);
        assert!(serde_json::from_str::<Formula>("\"2 *\"").is_err());
    }
}
