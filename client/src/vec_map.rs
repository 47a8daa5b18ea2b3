//! A map and a set kept in order in one [`Vec`].
//!
//! The standard's B-tree is several kilobytes of program per type of key and value, and the page travels. The maps here
//! are bounded, and moving a few hundred kilobytes costs microseconds: the caller boxes values that are both large and
//! many.
//!
//! Invariant: keys ascend, each once.

use std::fmt;

/// The places of a list's items in the order of a number of theirs; equal ones stay in theirs. The standard's sort of the items
/// themselves would be written out for each type of them, too.
pub(crate) fn by_number(numbers: impl Iterator<Item = u64>) -> Vec<usize> {
    let mut places: Vec<(u64, usize)> = numbers.zip(0..).collect();
    places.sort_unstable();
    places.into_iter().map(|(_, place)| place).collect()
}

/// A map in the order of its keys.
pub(crate) struct VecMap<K, V>(Vec<(K, V)>);

impl<K, V> Default for VecMap<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Ord, V> VecMap<K, V> {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn contains_key(&self, key: &K) -> bool {
        self.place(key).is_ok()
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let place = self.place(key).ok()?;
        self.0.get(place).map(|(_, value)| value)
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let place = self.place(key).ok()?;
        self.0.get_mut(place).map(|(_, value)| value)
    }

    /// Puts a value in. Gives back the one that was there.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.place(&key) {
            Ok(place) => Some(std::mem::replace(&mut self.0[place].1, value)),
            Err(place) => {
                self.0.insert(place, (key, value));
                None
            }
        }
    }

    /// The value there, made where there is none.
    pub(crate) fn get_or_insert_with(&mut self, key: K, make: impl FnOnce() -> V) -> &mut V {
        let place = self.place(&key).unwrap_or_else(|place| {
            self.0.insert(place, (key, make()));
            place
        });
        &mut self.0[place].1
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let place = self.place(key).ok()?;
        Some(self.0.remove(place).1)
    }

    pub(crate) fn pop_first(&mut self) -> Option<(K, V)> {
        (!self.is_empty()).then(|| self.0.remove(0))
    }

    /// Keeps the first `len`.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    /// Keeps the pairs for which `keep` is true.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        self.0.retain_mut(|(key, value)| keep(key, value));
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn first_key(&self) -> Option<&K> {
        self.0.first().map(|(key, _)| key)
    }

    pub(crate) fn last_key(&self) -> Option<&K> {
        self.0.last().map(|(key, _)| key)
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// The pairs from a key on.
    pub(crate) fn from<'a>(
        &'a self,
        key: &K,
    ) -> impl DoubleEndedIterator<Item = (&'a K, &'a V)> + use<'a, K, V> {
        let place = self.place(key).unwrap_or_else(|place| place);
        self.0[place..].iter().map(|(key, value)| (key, value))
    }

    #[cfg(test)]
    pub(crate) fn keys(&self) -> impl DoubleEndedIterator<Item = &K> {
        self.0.iter().map(|(key, _)| key)
    }

    pub(crate) fn values(&self) -> impl DoubleEndedIterator<Item = &V> + Clone {
        self.0.iter().map(|(_, value)| value)
    }

    pub(crate) fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut V> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// Where the key is, or would be.
    fn place(&self, key: &K) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| other.cmp(key))
    }
}

impl<K, V> IntoIterator for VecMap<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for VecMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut map = Self::default();
        for (key, value) in pairs {
            map.insert(key, value);
        }
        map
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for VecMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.iter().map(|(k, v)| (k, v))).finish()
    }
}

/// A set in order.
pub(crate) struct VecSet<K>(VecMap<K, ()>);

impl<K> Default for VecSet<K> {
    fn default() -> Self {
        Self(VecMap::default())
    }
}

impl<K: Ord> VecSet<K> {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &K> {
        self.0.iter().map(|(key, ())| key)
    }

    pub(crate) fn insert(&mut self, key: K) {
        self.0.insert(key, ());
    }

    pub(crate) fn pop_first(&mut self) -> Option<K> {
        self.0.pop_first().map(|(key, ())| key)
    }
}

impl<K> IntoIterator for VecSet<K> {
    type Item = K;
    type IntoIter = std::iter::Map<std::vec::IntoIter<(K, ())>, fn((K, ())) -> K>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter().map(|(key, ())| key)
    }
}

impl<K: Ord> Extend<K> for VecSet<K> {
    fn extend<I: IntoIterator<Item = K>>(&mut self, keys: I) {
        for key in keys {
            self.insert(key);
        }
    }
}

impl<K: fmt::Debug> fmt::Debug for VecSet<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.0.0.iter().map(|(key, ())| key))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn places_are_in_the_order_of_their_numbers() {
        assert_eq!(by_number([3, 1, 2, 1].into_iter()), [1, 3, 2, 0]);
        assert!(by_number([].into_iter()).is_empty());
    }

    #[test]
    fn a_later_value_takes_the_place_of_an_earlier_one() {
        let mut map: VecMap<_, _> = [(2, 'a'), (1, 'b'), (2, 'c')].into_iter().collect();
        assert_eq!(map.insert(1, 'd'), Some('b'));
        assert_eq!(*map.get_or_insert_with(2, || 'e'), 'c');
        assert_eq!(*map.get_or_insert_with(3, || 'f'), 'f');
        assert_eq!(
            map.into_iter().collect::<Vec<_>>(),
            [(1, 'd'), (2, 'c'), (3, 'f')]
        );
    }

    #[test]
    fn what_is_cut_off_is_the_largest() {
        let mut map: VecMap<_, _> = [(3, ()), (1, ()), (2, ())].into_iter().collect();
        map.truncate(2);
        assert_eq!((map.first_key(), map.last_key()), (Some(&1), Some(&2)));
    }

    proptest! {
        #[test]
        fn it_does_as_the_standards_map_does(steps in prop::collection::vec((0..4, 0_u8..20, any::<u8>()), 0..200)) {
            let (mut ours, mut theirs) = (VecMap::default(), BTreeMap::new());
            for (step, key, value) in steps {
                match step {
                    0 => prop_assert_eq!(ours.insert(key, value), theirs.insert(key, value)),
                    1 => prop_assert_eq!(ours.remove(&key), theirs.remove(&key)),
                    2 => prop_assert_eq!(ours.pop_first(), theirs.pop_first()),
                    _ => {
                        ours.retain(|_, kept| *kept < value);
                        theirs.retain(|_, kept| *kept < value);
                    }
                }
                prop_assert_eq!(ours.get(&key), theirs.get(&key));
                prop_assert_eq!(ours.len(), theirs.len());
                prop_assert!(ours.keys().eq(theirs.keys()) && ours.values().eq(theirs.values()));
            }
        }

        #[test]
        fn a_set_holds_each_once_and_in_order(keys in prop::collection::vec(any::<u8>(), 0..50)) {
            let mut ours = VecSet::default();
            ours.extend(keys.clone());
            let mut theirs: BTreeSet<u8> = keys.into_iter().collect();
            prop_assert_eq!(ours.len(), theirs.len());
            prop_assert_eq!(ours.pop_first(), theirs.pop_first());
            prop_assert!(ours.into_iter().eq(theirs));
        }
    }
}
