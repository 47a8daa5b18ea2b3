//! A small map.

use std::collections::VecDeque;

/// A map in the order of its keys, held in one ring of entries.
///
/// It is for what a client has at a time: acks, links, streams. Their keys mostly come in order and go in order, which costs a search;
/// any other entry moves those on its shorter side. A B-tree bounds that, for several times the code in a page.
#[derive(Clone, Debug)]
pub(crate) struct Map<K, V> {
    entries: VecDeque<(K, V)>,
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K, V> Map<K, V> {
    pub(crate) const fn new() -> Self {
        Self {
            entries: VecDeque::new(),
        }
    }

    /// The entry with the least key.
    pub(crate) fn first(&self) -> Option<(&K, &V)> {
        self.iter().next()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    #[cfg(feature = "client")]
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut V)> {
        self.entries.iter_mut().map(|(key, value)| (&*key, value))
    }

    #[cfg(feature = "client")]
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.entries.iter().map(|(_, value)| value)
    }

    #[cfg(feature = "client")]
    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.entries.iter_mut().map(|(_, value)| value)
    }
}

impl<K: Ord, V> Map<K, V> {
    /// Sets the value of a key; returns the one it had.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok(at) => Some(std::mem::replace(&mut self.entries[at].1, value)),
            Err(at) => {
                self.entries.insert(at, (key, value));
                None
            }
        }
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let at = self.find(key).ok()?;
        self.entries.remove(at).map(|(_, value)| value)
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let at = self.find(key).ok()?;
        Some(&self.entries[at].1)
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let at = self.find(key).ok()?;
        Some(&mut self.entries[at].1)
    }

    /// Where a key is, or belongs.
    fn find(&self, key: &K) -> Result<usize, usize> {
        self.entries.binary_search_by(|(other, _)| other.cmp(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map() -> Map<u32, &'static str> {
        let mut map = Map::new();
        for (key, value) in [(3, "three"), (1, "one"), (2, "two")] {
            assert_eq!(map.insert(key, value), None);
        }
        map
    }

    #[test]
    fn entries_come_in_the_order_of_their_keys() {
        assert_eq!(
            map().iter().collect::<Vec<_>>(),
            [(&1, &"one"), (&2, &"two"), (&3, &"three")]
        );
        assert_eq!(map().first(), Some((&1, &"one")));
        assert_eq!(Map::<u32, ()>::default().first(), None);
    }

    #[test]
    fn a_key_has_one_value() {
        let mut map = map();
        assert_eq!(map.insert(2, "zwei"), Some("two"));
        assert_eq!(map.iter().count(), 3);
        assert_eq!(map.get(&2), Some(&"zwei"));
        if let Some(value) = map.get_mut(&2) {
            *value = "deux";
        }
        assert_eq!(map.remove(&2), Some("deux"));
        assert_eq!(map.remove(&2), None);
        assert_eq!(map.get(&2), None);
        assert_eq!(map.get_mut(&2), None);
        assert_eq!(map.iter().count(), 2);
    }

    #[cfg(feature = "client")]
    #[test]
    fn values_come_in_the_order_of_their_keys() {
        let mut map = map();
        for value in map.values_mut() {
            *value = &value[..1];
        }
        for (key, value) in map.iter_mut().skip(1) {
            assert!(*key > 1);
            *value = "?";
        }
        assert!(map.values().eq(&["o", "?", "?"]));
        assert!(map.values().copied().eq(["o", "?", "?"]));
    }
}
