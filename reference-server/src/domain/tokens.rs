//! Token amounts: exact decimals in units of a billionth of a token.
//!
//! A charge is rounded to that unit once, when it is computed; from then on every sum is exact, so that
//! conservation holds to the last unit. Nine decimals leave room for every 64-bit quantity within the 28 digits
//! of the decimal type.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// Decimal places of the unit of account.
const SCALE: u32 = 9;

/// An amount of tokens, possibly negative (a refund), exact to a billionth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tokens(#[serde(with = "rust_decimal::serde::arbitrary_precision")] Decimal);

impl Tokens {
    /// No tokens.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// The most that is counted in one place: what the decimal type holds to the unit of account. It lies above the
    /// sum of any quantity and any overdraft of 64 bits.
    pub const MOST: Self = Self(Decimal::from_parts(u32::MAX, u32::MAX, u32::MAX, false, SCALE));

    /// The amount rounded half to even to the unit of account.
    #[must_use]
    pub fn rounded(amount: Decimal) -> Self {
        Self(amount.round_dp_with_strategy(SCALE, RoundingStrategy::MidpointNearestEven).normalize())
    }

    /// The amount as a decimal.
    #[must_use]
    pub const fn decimal(self) -> Decimal {
        self.0
    }

    /// The amount as it is shown, without trailing zeros.
    #[must_use]
    pub fn text(self) -> String {
        exact_text(self.0.normalize())
    }

    /// Whether this is less than nothing.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.0.is_sign_negative() && !self.0.is_zero()
    }

    /// Whether this is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// The sum, or nothing when it does not fit.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(|sum| Self(sum.normalize()))
    }

    /// The part `numerator ÷ denominator` of this amount, rounded once.
    #[must_use]
    pub fn part(self, numerator: i64, denominator: i64) -> Self {
        if denominator == 0 {
            return Self::ZERO;
        }
        // Multiplying first keeps whole results whole: 30 × 40 min ÷ 60 min is exactly 20.
        match self.0.checked_mul(Decimal::from(numerator)) {
            Some(product) => Self::rounded(product / Decimal::from(denominator)),
            None => Self::rounded(self.0 / Decimal::from(denominator) * Decimal::from(numerator)),
        }
    }
}

impl From<i64> for Tokens {
    fn from(whole: i64) -> Self {
        Self(Decimal::from(whole))
    }
}

impl Add for Tokens {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self((self.0 + other.0).normalize())
    }
}

impl Sub for Tokens {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self((self.0 - other.0).normalize())
    }
}

impl Neg for Tokens {
    type Output = Self;
    fn neg(self) -> Self {
        Self((-self.0).normalize())
    }
}

impl AddAssign for Tokens {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Tokens {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Tokens {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl std::fmt::Display for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.normalize().fmt(f)
    }
}

/// A decimal as it is written everywhere. A whole one, which most are, is written as a whole number, which takes fewer
/// steps.
#[must_use]
pub fn exact_text(decimal: Decimal) -> String {
    match whole_number(decimal) {
        Some(whole) => whole.to_string(),
        None => decimal.to_string(),
    }
}

/// A decimal that is written without a decimal point and fits in 64 bits.
#[must_use]
pub fn whole_number(decimal: Decimal) -> Option<i64> {
    if decimal.scale() == 0 { i64::try_from(decimal.mantissa()).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_of_an_hour_keeps_whole_tokens_whole() {
        assert_eq!(Tokens::from(30).part(40, 60), Tokens::from(20));
    }

    #[test]
    fn json_numbers_keep_their_decimals() {
        let amount: Tokens = serde_json::from_str("1.5").unwrap();
        assert_eq!(amount, Tokens::rounded(Decimal::new(15, 1)));
        assert_eq!(serde_json::to_string(&(amount + amount)).unwrap(), "3");
    }

    #[test]
    fn the_text_of_a_decimal_is_the_same_by_either_way() {
        for text in
            ["0", "3", "-7", "9223372036854775808", "1.50", "-0.000000001", "79228162514264337593543950335"]
        {
            let decimal: Decimal = text.parse().unwrap();
            assert_eq!(exact_text(decimal), decimal.to_string());
            assert_eq!(Tokens(decimal).text(), Tokens(decimal).to_string());
        }
        assert_eq!(exact_text(-Decimal::ZERO), "0");
    }

    #[test]
    fn the_largest_quantity_keeps_every_unit() {
        let large = Tokens::from(i64::MAX);
        let unit = Tokens::rounded(Decimal::new(1, SCALE));
        assert_eq!(large + unit - large, unit);
    }
}
