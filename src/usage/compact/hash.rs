//! A hash that is quick on the short texts of usage rows, and the same on every run, so that findings are too.

use std::hash::{BuildHasherDefault, Hasher};

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const FACTOR: u64 = 0xd6e8_feb8_6659_fd93;

/// Stirs one more number into a hash.
pub(in crate::usage) const fn mix(hash: u64, more: u64) -> u64 {
    let wide = ((hash ^ more) as u128).wrapping_mul((FACTOR ^ hash.rotate_left(23)) as u128 | 1);
    (wide as u64) ^ ((wide >> 64) as u64)
}

/// The hash of a text; never 0, which stands for NULL.
pub(in crate::usage) fn text(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let mut hash = SEED ^ bytes.len() as u64;
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        hash = mix(hash, u64::from_le_bytes(*word));
    }
    if !rest.is_empty() {
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        hash = mix(hash, u64::from_le_bytes(last));
    }
    mix(hash, SEED).max(1)
}

/// The hash of a text that may be NULL.
pub(in crate::usage) fn optional(value: Option<&str>) -> u64 {
    value.map_or(0, text)
}

/// The hash of several texts in their order; of a single one it is the hash of that text.
pub(in crate::usage) fn texts<'a>(mut all: impl Iterator<Item = &'a str>) -> u64 {
    let Some(first) = all.next() else { return 1 };
    all.fold(text(first), |hash, next| mix(hash, text(next)).max(1))
}

/// For keys that are hashes already.
#[derive(Clone, Copy, Default)]
pub(in crate::usage) struct Already(u64);

impl Hasher for Already {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = mix(self.0, u64::from(*byte));
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// A map whose keys are hashes.
pub(in crate::usage) type HashedMap<V> = std::collections::HashMap<u64, V, BuildHasherDefault<Already>>;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn texts_that_differ_have_other_hashes() {
        let mut seen = HashSet::new();
        for number in 0..200_000_u32 {
            for prefix in ["", "act-", "a much longer prefix than one word "] {
                assert!(seen.insert(text(&format!("{prefix}{number}"))), "{prefix}{number}");
            }
        }
        for zeros in ["\0", "\0\0", "\0\0\0\0\0\0\0\0", "\0\0\0\0\0\0\0\0\0"] {
            assert!(seen.insert(text(zeros)), "{zeros:?}");
        }
    }

    #[test]
    fn order_and_number_of_texts_count() {
        let of = |all: &[&str]| texts(all.iter().copied());
        assert_ne!(of(&["a", "b"]), of(&["b", "a"]));
        assert_ne!(of(&["a", "b"]), of(&["ab"]));
        assert_eq!(of(&["a"]), text("a"));
        assert_ne!(of(&[]), 0);
    }
}
