//! Correlation IDs in little space: nearly all of them are UUIDs, of which the number says everything.

use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use super::hash;

/// A correlation ID, or none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::usage) enum Correlation {
    #[default]
    None,
    /// In the spelling of the service: lower case, with hyphens.
    Uuid(u128),
    /// In any other spelling.
    Text(Arc<str>),
}

/// Where the hyphens of a UUID are.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];

/// The number of a UUID in lower case with hyphens.
pub(in crate::usage) fn plain_uuid(text: &str) -> Option<u128> {
    let bytes: &[u8; 36] = text.as_bytes().try_into().ok()?;
    let mut number = 0_u128;
    let mut wrong = HYPHENS.iter().any(|at| bytes[*at] != b'-');
    for range in [0..8, 9..13, 14..18, 19..23, 24..36] {
        let mut part = 0_u64;
        let digits = range.len();
        for byte in &bytes[range] {
            let digit = match byte {
                b'0'..=b'9' => byte - b'0',
                b'a'..=b'f' => byte - b'a' + 10,
                _ => 16,
            };
            wrong |= digit > 15;
            part = part << 4 | u64::from(digit & 15);
        }
        number = number << (4 * digits) | u128::from(part);
    }
    (!wrong).then_some(number)
}

impl Correlation {
    pub(in crate::usage) fn of(text: &str) -> Self {
        plain_uuid(text).map_or_else(|| Self::Text(text.into()), Self::Uuid)
    }

    pub(in crate::usage) fn is_none(&self) -> bool {
        *self == Self::None
    }

    /// What tells it from others.
    pub(in crate::usage) fn key(&self) -> u64 {
        match self {
            Self::None => 0,
            Self::Uuid(number) => hash::mix(*number as u64, (*number >> 64) as u64).max(1),
            Self::Text(text) => hash::text(text),
        }
    }
}

impl fmt::Display for Correlation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Uuid(number) => Uuid::from_u128(*number).fmt(formatter),
            Self::Text(text) => text.fmt(formatter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_comes_back_as_it_was() {
        for text in [
            "3d8a3469-2195-5e0c-a9c1-8a5ab8ca2943",
            "3D8A3469-2195-5E0C-A9C1-8A5AB8CA2943",
            "3d8a346921955e0ca9c18a5ab8ca2943",
            "3d8a3469-2195-5e0c-a9c1-8a5ab8ca294g",
            "a second request",
        ] {
            assert_eq!(Correlation::of(text).to_string(), text);
        }
        assert!(matches!(Correlation::of("3d8a3469-2195-5e0c-a9c1-8a5ab8ca2943"), Correlation::Uuid(_)));
        assert!(Correlation::default().to_string().is_empty());
    }
}
