//! What is remembered of groups by the hashes of their IDs: the latest of them, in bounded memory.

use super::super::compact::hash::HashedMap;

/// A map that forgets what came long ago: it has two halves, and the older one goes as a whole when the younger is
/// full. So nothing has to be kept about the order, and no place in the map is ever freed by itself.
pub(super) struct Remembered<V> {
    at_least: usize,
    young: HashedMap<V>,
    old: HashedMap<V>,
}

impl<V> Remembered<V> {
    /// Remembers at least so many of the latest, and at most twice as many.
    pub(super) fn new(at_least: usize) -> Self {
        Self { at_least, young: HashedMap::default(), old: HashedMap::default() }
    }

    /// What is remembered under this key.
    pub(super) fn get(&self, key: u64) -> Option<&V> {
        self.young.get(&key).or_else(|| self.old.get(&key))
    }

    /// Remembers something, in place of what was there under the key.
    pub(super) fn insert(&mut self, key: u64, value: V) {
        if self.young.len() >= self.at_least {
            std::mem::swap(&mut self.young, &mut self.old);
            self.young.clear();
        }
        self.young.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_are_known_and_the_first_forgotten() {
        let mut remembered = Remembered::new(2);
        for (key, value) in [(1, 'a'), (2, 'b'), (1, 'c'), (3, 'd'), (4, 'e')] {
            remembered.insert(key, value);
        }
        assert_eq!(
            [1, 2, 3, 4].map(|key| remembered.get(key).copied()),
            [Some('c'), None, Some('d'), Some('e')]
        );
    }

    #[test]
    fn it_never_knows_fewer_than_asked_for_nor_more_than_twice_as_many() {
        let mut remembered = Remembered::new(100);
        for key in 0..10_000 {
            remembered.insert(key, ());
            assert!((0..=key).rev().take(100).all(|key| remembered.get(key).is_some()));
            assert!(remembered.young.len() + remembered.old.len() <= 200);
        }
    }
}
