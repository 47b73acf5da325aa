//! What is remembered of groups that are closed: the latest of them, by the hashes of their IDs.

use std::collections::VecDeque;

use super::super::compact::hash::HashedMap;

/// A map that forgets what came first when it is full.
pub(super) struct Remembered<V> {
    most: usize,
    values: HashedMap<V>,
    order: VecDeque<u64>,
}

impl<V> Remembered<V> {
    /// Remembers so many.
    pub(super) fn new(most: usize) -> Self {
        Self { most, values: HashedMap::default(), order: VecDeque::new() }
    }

    /// What is remembered under this key.
    pub(super) fn get(&self, key: u64) -> Option<&V> {
        self.values.get(&key)
    }

    /// Remembers something; what was there under the key is replaced and keeps its place in the order.
    pub(super) fn insert(&mut self, key: u64, value: V) {
        if self.values.insert(key, value).is_some() {
            return;
        }
        self.order.push_back(key);
        if self.order.len() > self.most
            && let Some(oldest) = self.order.pop_front()
        {
            self.values.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_forgotten_when_there_are_too_many() {
        let mut remembered = Remembered::new(2);
        for (key, value) in [(1, 'a'), (2, 'b'), (1, 'c'), (3, 'd')] {
            remembered.insert(key, value);
        }
        assert_eq!([1, 2, 3].map(|key| remembered.get(key).copied()), [None, Some('b'), Some('d')]);
        assert_eq!(remembered.order.len(), remembered.values.len());
    }
}
