//! A memory of bounded size for names that were dealt with.
//!
//! It only makes messages better: a name that was forgotten is unknown, which is a violation too.

use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Names remembered. A megabyte and a half at most.
const MOST: usize = 1 << 16;

/// The names that came last, by their hashes.
#[derive(Debug, Default)]
pub struct Recent {
    known: HashSet<u64>,
    order: VecDeque<u64>,
}

impl Recent {
    /// Remembers a name, and forgets the oldest one when there are too many.
    pub fn remember(&mut self, name: &str) {
        let hash = hash(name);
        if !self.known.insert(hash) {
            return;
        }
        self.order.push_back(hash);
        if self.order.len() > MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }

    /// Whether the name is among those that came last.
    pub fn knows(&self, name: &str) -> bool {
        self.known.contains(&hash(name))
    }
}

fn hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_names_are_forgotten_and_no_others() {
        let mut recent = Recent::default();
        for number in 0..=MOST {
            recent.remember(&number.to_string());
            recent.remember(&number.to_string());
        }
        assert!(!recent.knows("0"));
        assert!(recent.knows("1") && recent.knows(&MOST.to_string()));
    }
}
