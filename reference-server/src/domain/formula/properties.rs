//! What holds for every formula: printed trees read back with the same value under each reading of `^` and
//! the minus, and neither a text nor a value makes anything panic.

use proptest::prelude::*;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{Arithmetic, Formula, Variables};

#[derive(Clone, Debug)]
enum Tree {
    Number(Decimal),
    Variable(&'static str),
    Negated(Box<Tree>),
    Binary(char, Box<Tree>, Box<Tree>),
    Call(&'static str, Vec<Tree>),
}

#[derive(Clone, Copy, Debug)]
struct Style {
    /// As in school: `^` from the right, and a minus after it; otherwise as in a spreadsheet.
    schoolbook: bool,
    space: &'static str,
}

fn trees() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        3 => (0_i64..10).prop_map(|number| Tree::Number(Decimal::from(number))),
        1 => (0_i64..100_000, 0_u32..4).prop_map(|(digits, scale)| Tree::Number(Decimal::new(digits, scale))),
        1 => prop::sample::select(vec!["price", "Price", "Q_1.x", "max"]).prop_map(Tree::Variable),
    ];
    leaf.prop_recursive(5, 40, 2, |inner| {
        let operator = prop::sample::select(vec!['+', '-', '*', '/', '^']);
        let of_one = prop::sample::select(vec!["floor.math", "Ceiling.Math", "ABS"]);
        let of_two = prop::sample::select(vec!["POWER", "Product", "sum", "MIN", "max", "Round"]);
        prop_oneof![
            inner.clone().prop_map(|operand| Tree::Negated(Box::new(operand))),
            (operator, inner.clone(), inner.clone()).prop_map(|(operator, a, b)| Tree::Binary(
                operator,
                Box::new(a),
                Box::new(b)
            )),
            (of_one, inner.clone()).prop_map(|(name, a)| Tree::Call(name, vec![a])),
            (of_two, inner.clone(), inner).prop_map(|(name, a, b)| Tree::Call(name, vec![a, b])),
        ]
    })
}

fn variables() -> Variables {
    let mut variables = Variables::default();
    variables.set("PRICE", Decimal::new(25, 1));
    variables.set("q_1.X", Decimal::from(-3));
    variables.set("Max", Decimal::new(7, 3));
    variables
}

/// The value of a tree without a text between.
fn value(tree: &Tree) -> Option<Decimal> {
    match tree {
        Tree::Number(number) => Some(*number),
        Tree::Variable(name) => variables().get(name),
        Tree::Negated(operand) => value(operand).map(|value| -value),
        Tree::Binary(operator, a, b) => {
            let (a, b) = (value(a)?, value(b)?);
            match operator {
                '+' => a.checked_add(b),
                '-' => a.checked_sub(b),
                '*' => a.checked_mul(b),
                '/' => a.checked_div(b),
                _ => power(a, b),
            }
        }
        Tree::Call(name, arguments) => {
            let values = arguments.iter().map(value).collect::<Option<Vec<_>>>()?;
            called(name, &values)
        }
    }
}

fn called(name: &str, arguments: &[Decimal]) -> Option<Decimal> {
    match (name.to_ascii_lowercase().as_str(), arguments) {
        ("floor.math", [a]) => Some(a.floor()),
        ("ceiling.math", [a]) => Some(a.ceil()),
        ("abs", [a]) => Some(a.abs()),
        ("power", [a, b]) => power(*a, *b),
        ("product", [a, b]) => a.checked_mul(*b),
        ("sum", [a, b]) => a.checked_add(*b),
        ("min", [a, b]) => Some((*a).min(*b)),
        ("max", [a, b]) => Some((*a).max(*b)),
        ("round", [a, b]) => (Arithmetic::default().round)(*a, b.trunc().to_i64()?),
        _ => None,
    }
}

fn power(base: Decimal, exponent: Decimal) -> Option<Decimal> {
    (Arithmetic::default().power)(base, exponent).ok()
}

/// Prints with as few parentheses as the reading needs; `least` is how tightly the place binds.
fn printed(tree: &Tree, least: u8, style: Style) -> String {
    let space = style.space;
    let (binds, text) = match tree {
        Tree::Number(number) => (3, number.to_string()),
        Tree::Variable(name) => (3, (*name).to_owned()),
        Tree::Negated(operand) => {
            let operand = printed(operand, if style.schoolbook { 2 } else { 3 }, style);
            (2, format!("-{space}{operand}"))
        }
        Tree::Binary(operator, a, b) => {
            let (binds, left, right) = match operator {
                '+' | '-' => (0, 0, 1),
                '*' | '/' => (1, 1, 2),
                _ if style.schoolbook => (2, 3, 2),
                _ => (2, 2, 3),
            };
            let (a, b) = (printed(a, left, style), printed(b, right, style));
            (binds, format!("{a}{space}{operator}{space}{b}"))
        }
        Tree::Call(name, arguments) => {
            let arguments: Vec<_> = arguments.iter().map(|argument| printed(argument, 0, style)).collect();
            (3, format!("{name}{space}({})", arguments.join(",")))
        }
    };
    if binds < least { format!("({space}{text}{space})") } else { text }
}

fn decimals() -> impl Strategy<Value = Decimal> {
    let small = (any::<u32>(), 0_u32..=28, any::<bool>())
        .prop_map(|(digits, scale, negative)| Decimal::from_parts(digits, 0, 0, negative, scale));
    let any_at_all = (any::<u32>(), any::<u32>(), any::<u32>(), 0_u32..=28, any::<bool>()).prop_map(
        |(low, middle, high, scale, negative)| Decimal::from_parts(low, middle, high, negative, scale),
    );
    prop_oneof![small, any_at_all]
}

proptest! {
    #[test]
    fn printed_trees_keep_their_value(
        tree in trees(),
        schoolbook in any::<bool>(),
        space in prop::sample::select(vec!["", " ", "\n\t"]),
    ) {
        let text = printed(&tree, 0, Style { schoolbook, space });
        let arithmetic = Arithmetic {
            power_from_left: !schoolbook,
            minus_before_power: !schoolbook,
            ..Arithmetic::default()
        };
        let formula = Formula::parse(&text).unwrap();
        prop_assert_eq!(formula.evaluate(&variables(), &arithmetic).ok(), value(&tree), "{}", text);
    }

    #[test]
    fn no_values_make_it_panic(a in decimals(), b in decimals()) {
        let mut variables = Variables::default();
        variables.set("a", a);
        variables.set("b", b);
        let operations = ["a+b", "a-b", "a*b", "a/b", "a^b", "-a^-b"];
        let functions = ["ROUND(a,b)", "FLOOR.MATH(a)", "CEILING.MATH(a)", "ABS(a)", "MIN(a,b)", "MAX(a,b)"];
        for text in operations.into_iter().chain(functions) {
            let value = Formula::parse(text).unwrap().evaluate(&variables, &Arithmetic::default());
            prop_assert!(!value.is_ok_and(|value| value.is_zero() && value.is_sign_negative()), "{}", text);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "[0-9a-z.+*/^(), -]{0,40}") {
        if let Ok(formula) = Formula::parse(&text) {
            let _ = formula.evaluate(&Variables::default(), &Arithmetic::default());
        }
    }
}
