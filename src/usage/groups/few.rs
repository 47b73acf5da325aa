//! A map of what is nearly always a handful of entries, and must survive being many.

use super::super::compact::hash::HashedMap;

/// From here on, looking through all entries is slower than a table.
const MANY: usize = 16;

/// A map from hashes, in the order of insertion.
#[derive(Clone, Debug)]
pub(super) struct Few<V> {
    entries: Vec<(u64, V)>,
    places: HashedMap<usize>,
}

impl<V> Default for Few<V> {
    fn default() -> Self {
        Self { entries: Vec::new(), places: HashedMap::default() }
    }
}

impl<V: Default> Few<V> {
    fn place(&self, key: u64) -> Option<usize> {
        if self.places.is_empty() {
            return self.entries.iter().position(|(known, _)| *known == key);
        }
        self.places.get(&key).copied()
    }

    pub(super) fn get(&self, key: u64) -> Option<&V> {
        self.place(key).map(|place| &self.entries[place].1)
    }

    /// The entry of a key, made if it is new.
    pub(super) fn entry(&mut self, key: u64) -> &mut V {
        let place = self.place(key).unwrap_or_else(|| {
            self.entries.push((key, V::default()));
            let last = self.entries.len() - 1;
            if last >= MANY {
                if self.places.is_empty() {
                    self.places
                        .extend(self.entries.iter().enumerate().map(|(place, (key, _))| (*key, place)));
                }
                self.places.insert(key, last);
            }
            last
        });
        &mut self.entries[place].1
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, &V)> {
        self.entries.iter().map(|(key, value)| (*key, value))
    }

    /// Forgets all entries and keeps their room.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.places.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_entries_are_found_again() {
        let mut few = Few::<u64>::default();
        for key in 1..=100 {
            *few.entry(key) += key;
            *few.entry(key) += 1;
        }
        assert!((1..=100).all(|key| few.get(key) == Some(&(key + 1))));
        assert_eq!((few.get(101), few.iter().count()), (None, 100));
        few.clear();
        assert_eq!(few.get(1), None);
        assert_eq!(*few.entry(1), 0);
    }
}
