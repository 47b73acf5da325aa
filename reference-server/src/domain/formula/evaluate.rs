//! From a tree and the values of its variables to a number, exactly.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

use super::Arithmetic;
use super::parse::{Formula, Function, Node};

/// Why a formula has no value (DM-RATE-047).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
    /// A variable was not supplied.
    #[error("the variable `{0}` has no value")]
    UnknownVariable(String),
    /// Something is divided by zero.
    #[error("division by zero")]
    DivisionByZero,
    /// A number does not fit in 28 digits.
    #[error("a number is too large")]
    TooLarge,
    /// There is no such number: a root of a negative one, or a negative power of zero.
    #[error("the power is not defined")]
    Undefined,
}

/// What the variables of a formula stand for; names are case-insensitive (DM-RATE-042).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Variables(BTreeMap<String, Exact>);

/// A decimal that keeps all its digits in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
struct Exact(#[serde(with = "rust_decimal::serde::arbitrary_precision")] Decimal);

impl Variables {
    /// Gives a variable its value.
    pub fn set(&mut self, name: &str, value: Decimal) {
        self.0.retain(|known, _| !known.eq_ignore_ascii_case(name));
        self.0.insert(name.to_owned(), Exact(value));
    }

    /// The value of a variable, whatever the case of its letters.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Decimal> {
        self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, exact)| exact.0)
    }

    /// The value of a variable that is written like this.
    #[must_use]
    pub fn written_as(&self, name: &str) -> Option<Decimal> {
        self.0.get(name).map(|exact| exact.0)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Formula {
    /// The value of the formula.
    ///
    /// # Errors
    /// When a variable is missing, or the value cannot be computed (DM-RATE-047). Whether a negative value
    /// makes sense is for the caller to say.
    pub fn evaluate(
        &self,
        variables: &Variables,
        arithmetic: &Arithmetic,
    ) -> Result<Decimal, EvaluationError> {
        let value = Evaluation { variables, arithmetic }.value(&self.tree)?;
        // Decimals know a negative zero, which nobody wants to read.
        Ok(if value.is_zero() { Decimal::ZERO } else { value })
    }
}

struct Evaluation<'a> {
    variables: &'a Variables,
    arithmetic: &'a Arithmetic,
}

impl Evaluation<'_> {
    fn value(&self, node: &Node) -> Result<Decimal, EvaluationError> {
        match node {
            Node::Number(number) => Ok(*number),
            Node::Variable(name) => {
                let value = (self.arithmetic.variable)(self.variables, name);
                value.ok_or_else(|| EvaluationError::UnknownVariable(name.to_ascii_lowercase()))
            }
            Node::Sum(terms) => self.sum(terms),
            Node::Product(factors) => self.product(factors),
            Node::Power(operands) => self.power(operands),
            Node::Call(function, arguments) => self.call(*function, arguments),
        }
    }

    fn sum(&self, terms: &[(bool, Node)]) -> Result<Decimal, EvaluationError> {
        if !self.arithmetic.products_first {
            return self.left_to_right(terms);
        }
        terms.iter().try_fold(Decimal::ZERO, |sum, (subtracted, term)| {
            let value = self.value(term)?;
            let sum = if *subtracted { sum.checked_sub(value) } else { sum.checked_add(value) };
            sum.ok_or(EvaluationError::TooLarge)
        })
    }

    /// A sum in which the factors of a product are not computed before the terms around it.
    fn left_to_right(&self, terms: &[(bool, Node)]) -> Result<Decimal, EvaluationError> {
        terms.iter().try_fold(Decimal::ZERO, |sum, (subtracted, term)| {
            let (first, rest) = match term {
                Node::Product(factors) => {
                    factors.split_first().map_or((term, &[][..]), |(first, rest)| (&first.1, rest))
                }
                other => (other, &[][..]),
            };
            let value = self.value(first)?;
            let sum = if *subtracted { sum.checked_sub(value) } else { sum.checked_add(value) };
            let sum = sum.ok_or(EvaluationError::TooLarge)?;
            rest.iter().try_fold(sum, |product, factor| self.times(product, factor))
        })
    }

    fn product(&self, factors: &[(bool, Node)]) -> Result<Decimal, EvaluationError> {
        factors.iter().try_fold(Decimal::ONE, |product, factor| self.times(product, factor))
    }

    /// A product so far with its next factor, which may divide it.
    fn times(&self, product: Decimal, (divides, factor): &(bool, Node)) -> Result<Decimal, EvaluationError> {
        let value = self.value(factor)?;
        match (divides, value.is_zero()) {
            (true, true) => Err(EvaluationError::DivisionByZero),
            (true, false) => product.checked_div(value).ok_or(EvaluationError::TooLarge),
            (false, _) => product.checked_mul(value).ok_or(EvaluationError::TooLarge),
        }
    }

    fn power(&self, operands: &[(bool, Node)]) -> Result<Decimal, EvaluationError> {
        let values = operands
            .iter()
            .map(|(negated, operand)| self.value(operand).map(|value| (*negated, value)))
            .collect::<Result<Vec<_>, _>>()?;
        if self.arithmetic.power_from_left {
            self.power_from_left(values)
        } else {
            self.power_from_right(values)
        }
    }

    /// Only the first minus can wait for its power: an exponent is complete when it is used.
    fn power_from_left(&self, values: Vec<(bool, Decimal)>) -> Result<Decimal, EvaluationError> {
        let minus_first = self.arithmetic.minus_before_power;
        let mut values = values.into_iter();
        let (negated, first) = values.next().unwrap_or_default();
        let chain = values.try_fold(signed(negated && minus_first, first), |base, (negated, exponent)| {
            (self.arithmetic.power)(base, signed(negated, exponent))
        })?;
        Ok(signed(negated && !minus_first, chain))
    }

    fn power_from_right(&self, values: Vec<(bool, Decimal)>) -> Result<Decimal, EvaluationError> {
        let minus_first = self.arithmetic.minus_before_power;
        let mut values = values.into_iter().rev();
        let (negated, last) = values.next().unwrap_or_default();
        values.try_fold(signed(negated, last), |exponent, (negated, base)| {
            let power = (self.arithmetic.power)(signed(negated && minus_first, base), exponent)?;
            Ok(signed(negated && !minus_first, power))
        })
    }

    /// DM-RATE-041.
    fn call(&self, function: Function, arguments: &[Node]) -> Result<Decimal, EvaluationError> {
        let argument = |index: usize| self.value(&arguments[index]);
        let (arithmetic, first) = (self.arithmetic, argument(0)?);
        let fits = |value: Option<Decimal>| value.ok_or(EvaluationError::TooLarge);
        match function {
            Function::Floor => Ok((arithmetic.floor)(first)),
            Function::Ceiling => Ok((arithmetic.ceiling)(first)),
            Function::Absolute => Ok((arithmetic.absolute)(first)),
            Function::Power => (arithmetic.power)(first, argument(1)?),
            Function::Product => fits((arithmetic.product)(first, argument(1)?)),
            Function::Sum => fits((arithmetic.sum)(first, argument(1)?)),
            Function::Minimum => Ok((arithmetic.minimum)(first, argument(1)?)),
            Function::Maximum => Ok((arithmetic.maximum)(first, argument(1)?)),
            Function::Round => {
                // As in a spreadsheet, a fractional number of places is cut off.
                let places = argument(1)?.trunc().to_i64().ok_or(EvaluationError::TooLarge)?;
                fits((arithmetic.round)(first, places))
            }
        }
    }
}

fn signed(negated: bool, value: Decimal) -> Decimal {
    if negated { -value } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value_under(arithmetic: &Arithmetic, text: &str) -> Result<String, EvaluationError> {
        let mut variables = Variables::default();
        variables.set("Price", Decimal::new(25, 1));
        variables.set("Quantity", Decimal::from(4));
        let formula = Formula::parse(text).unwrap();
        formula.evaluate(&variables, arithmetic).map(|value| value.normalize().to_string())
    }

    fn value(text: &str) -> Result<String, EvaluationError> {
        value_under(&Arithmetic::default(), text)
    }

    #[test]
    fn functions_give_the_worked_values() {
        for (text, expected) in [
            ("POWER(2,3)", "8"),
            ("PRODUCT(2,3)", "6"),
            ("SUM(2,3)", "5"),
            ("ABS(0-4)", "4"),
            ("MIN(2,3)", "2"),
            ("MAX(2,3)", "3"),
            ("FLOOR.MATH(1.64)", "1"),
            ("ceiling.math(1.2)", "2"),
            ("ROUND(2.345,1)", "2.3"),
            ("FLOOR.MATH(-1.5)", "-2"),
            ("CEILING.MATH(-1.5)", "-1"),
            ("ROUND(2.5,0)", "3"),
            ("ROUND(-2.5,0)", "-3"),
            ("ROUND(1250,0-2)", "1300"),
            ("ROUND(1.5,5000000000)", "1.5"),
        ] {
            assert_eq!(value(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn operators_bind_as_in_a_spreadsheet() {
        for (text, expected) in [
            ("2+3*4", "14"),
            ("(2+3)*4", "20"),
            ("2*3^2", "18"),
            ("2^3^2", "64"),
            ("-2^2", "4"),
            ("10-4-3", "3"),
            ("12/4/3", "1"),
            ("2^-1", "0.5"),
            ("--3", "3"),
            ("4^0.5", "2"),
            ("2^0.5", "1.414213562373095049"),
            ("0^0.5", "0"),
            ("2^-1^2", "0.25"),
            ("0.1+0.2", "0.3"),
            (" 2 * ( 1 + 1 ) ", "4"),
            ("Price*Quantity", "10"),
            ("PRICE*quantity", "10"),
        ] {
            assert_eq!(value(text).as_deref(), Ok(expected), "{text}");
        }
        let schoolbook =
            Arithmetic { power_from_left: false, minus_before_power: false, ..Arithmetic::default() };
        assert_eq!(value_under(&schoolbook, "2^3^2").as_deref(), Ok("512"));
        assert_eq!(value_under(&schoolbook, "-2^2").as_deref(), Ok("-4"));
        assert_eq!(value_under(&schoolbook, "2^-1^2").as_deref(), Ok("0.5"));
        let calculator = Arithmetic { products_first: false, ..Arithmetic::default() };
        assert_eq!(value_under(&calculator, "2+3*4").as_deref(), Ok("20"));
    }

    #[test]
    fn what_has_no_value_says_why() {
        assert_eq!(value("Weight*2"), Err(EvaluationError::UnknownVariable("weight".into())));
        assert_eq!(value("1/(2-2)"), Err(EvaluationError::DivisionByZero));
        assert_eq!(value("0^-1"), Err(EvaluationError::Undefined));
        assert_eq!(value("0^-0.5"), Err(EvaluationError::Undefined));
        assert_eq!(value("(0-4)^0.5"), Err(EvaluationError::Undefined));
        assert_eq!(value("10^29"), Err(EvaluationError::TooLarge));
        assert_eq!(value("0.1^-29"), Err(EvaluationError::TooLarge));
        assert_eq!(value("1000^9.9"), Err(EvaluationError::TooLarge));
        assert_eq!(value("79228162514264337593543950335+1"), Err(EvaluationError::TooLarge));
        assert_eq!(value("2^99999999999999999999"), Err(EvaluationError::TooLarge));
    }

    #[test]
    fn values_keep_their_digits_in_json() {
        let mut variables = Variables::default();
        variables.set("A", Decimal::from_str_exact("0.1234567890123456789012345678").unwrap());
        let text = serde_json::to_string(&variables).unwrap();
        assert_eq!(text, r#"{"A":0.1234567890123456789012345678}"#);
        assert_eq!(serde_json::from_str::<Variables>(&text).unwrap(), variables);
    }

    #[test]
    fn names_from_json_may_have_any_case() {
        let variables: Variables = serde_json::from_str(r#"{"Price": 2.50}"#).unwrap();
        assert_eq!(variables.get("PRICE"), Some(Decimal::new(250, 2)));
    }

    #[test]
    fn the_case_of_functions_can_be_told() {
        let in_capitals = |text: &str| Formula::parse(text).unwrap().has_functions_in_capitals();
        assert!(in_capitals("FLOOR.MATH(price) + (2 * POWER (2,3))"));
        assert!(!in_capitals("2 * power(2,3)") && !in_capitals("SUM(1, Min (2,3))"));
    }

    #[test]
    fn zero_has_no_sign() {
        for text in ["-0", "CEILING.MATH(-0.5)", "ROUND(-0.4,0)"] {
            let zero = Formula::parse(text).unwrap().evaluate(&Variables::default(), &Arithmetic::default());
            assert_eq!(zero.unwrap().to_string(), "0", "{text}");
        }
    }
}
