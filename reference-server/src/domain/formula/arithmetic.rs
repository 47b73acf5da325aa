//! How formulas compute: each operation by name, with the readings of a spreadsheet by default (DM-RATE-044).

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, MathematicalOps, RoundingStrategy};

use super::{EvaluationError, Variables};

/// Decimal places of a power with a fractional exponent, which has no exact value.
const ROOT_PLACES: u32 = 18;

/// The operations of formulas.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "each field is the function of its name")]
pub struct Arithmetic {
    /// The value of a variable; the case of its letters does not matter (DM-RATE-042).
    pub variable: fn(&Variables, &str) -> Option<Decimal>,
    pub floor: fn(Decimal) -> Decimal,
    pub ceiling: fn(Decimal) -> Decimal,
    /// To a number of decimal places, which may be negative.
    pub round: fn(Decimal, i64) -> Option<Decimal>,
    pub minimum: fn(Decimal, Decimal) -> Decimal,
    pub maximum: fn(Decimal, Decimal) -> Decimal,
    pub absolute: fn(Decimal) -> Decimal,
    pub product: fn(Decimal, Decimal) -> Option<Decimal>,
    pub sum: fn(Decimal, Decimal) -> Option<Decimal>,
    pub power: fn(Decimal, Decimal) -> Result<Decimal, EvaluationError>,
    /// Whether the factors of a product are computed before the terms of a sum (DM-RATE-043).
    pub products_first: bool,
    /// Whether a chain of `^` is computed from the left.
    pub power_from_left: bool,
    /// Whether a minus binds tighter than the `^` after it.
    pub minus_before_power: bool,
}

impl Default for Arithmetic {
    fn default() -> Self {
        Self {
            variable: Variables::get,
            floor: |value| value.floor(),
            ceiling: |value| value.ceil(),
            round: |value, places| rounded(value, places, RoundingStrategy::MidpointAwayFromZero),
            minimum: |a, b| a.min(b),
            maximum: |a, b| a.max(b),
            absolute: |value| value.abs(),
            product: Decimal::checked_mul,
            sum: Decimal::checked_add,
            power,
            products_first: true,
            power_from_left: true,
            minus_before_power: true,
        }
    }
}

/// Rounds to decimal places; a negative number of them rounds to tens, hundreds and so on.
#[must_use]
pub fn rounded(value: Decimal, places: i64, strategy: RoundingStrategy) -> Option<Decimal> {
    if places >= 0 {
        // More places than a decimal can hold leave it as it is.
        let places = u32::try_from(places).unwrap_or(u32::MAX);
        return Some(value.round_dp_with_strategy(places, strategy));
    }
    let unit = whole_power(Decimal::TEN, places.unsigned_abs()).ok()?;
    value.checked_div(unit)?.round_dp_with_strategy(0, strategy).checked_mul(unit)
}

/// Exact for whole exponents; a negative power of zero is no number.
fn power(base: Decimal, exponent: Decimal) -> Result<Decimal, EvaluationError> {
    if base.is_zero() && exponent < Decimal::ZERO {
        return Err(EvaluationError::Undefined);
    }
    if !exponent.fract().is_zero() {
        return fractional_power(base, exponent);
    }
    let whole = exponent.to_i64().ok_or(EvaluationError::TooLarge)?;
    let power = whole_power(base, whole.unsigned_abs())?;
    if whole >= 0 {
        return Ok(power);
    }
    // A power that vanished is that of a fraction: the number it would divide into does not fit.
    Decimal::ONE.checked_div(power).ok_or(EvaluationError::TooLarge)
}

/// Through the logarithm, which a negative base does not have. Step by step, because the library's own power
/// panics where a logarithm fails.
fn fractional_power(base: Decimal, exponent: Decimal) -> Result<Decimal, EvaluationError> {
    if base.is_zero() {
        return Ok(Decimal::ZERO);
    }
    let logarithm = base.checked_ln().ok_or(EvaluationError::Undefined)?;
    let product = logarithm.checked_mul(exponent).ok_or(EvaluationError::TooLarge)?;
    let power = product.checked_exp().ok_or(EvaluationError::TooLarge)?;
    Ok(power.round_dp(ROOT_PLACES))
}

/// By squaring; a result that does not fit ends it early.
fn whole_power(base: Decimal, exponent: u64) -> Result<Decimal, EvaluationError> {
    let times = |a: Decimal, b: Decimal| a.checked_mul(b).ok_or(EvaluationError::TooLarge);
    let (mut result, mut square, mut left) = (Decimal::ONE, base, exponent);
    while left > 0 {
        if left % 2 == 1 {
            result = times(result, square)?;
        }
        left /= 2;
        if left > 0 {
            square = times(square, square)?;
        }
    }
    Ok(result)
}
