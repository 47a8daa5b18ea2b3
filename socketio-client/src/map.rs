//! A small map.

/// A map with ordered keys, for acks, links and streams. Its keys are mostly added and removed in order, which costs one
/// search; any other change moves the keys on the shorter side, and no value.
///
/// The code for keys is compiled once for all maps: in a page, a B-tree per type is several times larger.
#[derive(Clone, Debug)]
pub(crate) struct Map<K, V> {
    keys: Keys,
    values: Vec<Option<(K, V)>>,
}

/// Fewer removed entries than this stay where they are.
const FEW: usize = 64;

/// The form of every key: numbers compared in order.
type Parts = [u64; 3];

/// A type that can be the key of a map.
pub(crate) trait Key: Copy {
    /// Equal keys have equal parts.
    fn parts(self) -> Parts;
}

impl Key for u64 {
    fn parts(self) -> Parts {
        [self, 0, 0]
    }
}

/// The keys in order, each with the index of its value.
#[derive(Clone, Debug)]
struct Keys {
    entries: Vec<(Parts, usize)>,
    /// The number of entries that were removed from the front, which keeps the others in place.
    gone: usize,
    /// Indices without a value.
    free: Vec<usize>,
}

impl Keys {
    fn find(&self, key: &Parts) -> Result<usize, usize> {
        let entries = self.live();
        // Most maps have one key, or are asked for the first.
        if entries.first().is_some_and(|(first, _)| first == key) {
            return Ok(self.gone);
        }
        match entries.binary_search_by(|(other, _)| other.cmp(key)) {
            Ok(at) => Ok(at + self.gone),
            Err(at) => Err(at + self.gone),
        }
    }

    fn live(&self) -> &[(Parts, usize)] {
        self.entries.get(self.gone..).unwrap_or_default()
    }

    fn place(&self, key: Parts) -> Option<usize> {
        let at = self.find(&key).ok()?;
        self.entries.get(at).map(|(_, place)| *place)
    }

    /// The index of a key, which is added if it is missing.
    fn insert(&mut self, key: Parts) -> usize {
        match self.find(&key) {
            Ok(at) => self.entries[at].1,
            Err(at) => {
                let place = self.free.pop().unwrap_or(self.entries.len() - self.gone);
                self.entries.insert(at, (key, place));
                place
            }
        }
    }

    fn remove(&mut self, key: Parts) -> Option<usize> {
        let at = self.find(&key).ok()?;
        let (_, place) = *self.entries.get(at)?;
        if at == self.gone {
            self.gone += 1;
            if self.gone == self.entries.len() {
                self.entries.clear();
                self.gone = 0;
            } else if self.gone > FEW && self.gone > self.entries.len() / 2 {
                self.entries = self.entries.split_off(self.gone);
                self.gone = 0;
            }
        } else {
            self.entries.remove(at);
        }
        self.free.push(place);
        Some(place)
    }
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K, V> Map<K, V> {
    pub(crate) const fn new() -> Self {
        Self {
            keys: Keys {
                entries: Vec::new(),
                gone: 0,
                free: Vec::new(),
            },
            values: Vec::new(),
        }
    }

    /// The entry with the smallest key.
    pub(crate) fn first(&self) -> Option<&(K, V)> {
        let (_, place) = self.keys.live().first()?;
        self.values.get(*place)?.as_ref()
    }

    /// The values, in arbitrary order.
    #[cfg(feature = "client")]
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.values.iter().flatten().map(|(_, value)| value)
    }

    /// The values, in arbitrary order.
    #[cfg(feature = "client")]
    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.values.iter_mut().flatten().map(|(_, value)| value)
    }
}

impl<K: Key, V> Map<K, V> {
    /// Sets the value of a key; returns the previous one.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        let place = self.keys.insert(key.parts());
        let entry = Some((key, value));
        match self.values.get_mut(place) {
            Some(old) => std::mem::replace(old, entry).map(|(_, value)| value),
            None => {
                self.values.push(entry);
                None
            }
        }
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let place = self.keys.remove(key.parts())?;
        self.values.get_mut(place)?.take().map(|(_, value)| value)
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let place = self.keys.place(key.parts())?;
        self.values.get(place)?.as_ref().map(|(_, value)| value)
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let place = self.keys.place(key.parts())?;
        self.values.get_mut(place)?.as_mut().map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl<K, V> Map<K, V> {
        fn live(&self) -> usize {
            self.values.iter().flatten().count()
        }
    }

    fn map() -> Map<u64, &'static str> {
        let mut map = Map::new();
        for (key, value) in [(3, "three"), (1, "one"), (2, "two")] {
            assert_eq!(map.insert(key, value), None);
        }
        map
    }

    #[test]
    fn the_first_is_the_least() {
        let mut map = map();
        for least in [1, 2, 3] {
            assert_eq!(map.first().map(|(key, _)| *key), Some(least));
            assert!(map.remove(&least).is_some());
        }
        assert_eq!(map.first(), None);
        assert_eq!(Map::<u64, ()>::default().first(), None);
    }

    #[test]
    fn a_key_has_one_value() {
        let mut map = map();
        assert_eq!(map.insert(2, "zwei"), Some("two"));
        assert_eq!(map.live(), 3);
        assert_eq!(map.get(&2), Some(&"zwei"));
        if let Some(value) = map.get_mut(&2) {
            *value = "deux";
        }
        assert_eq!(map.remove(&2), Some("deux"));
        assert_eq!(map.remove(&2), None);
        assert_eq!(map.get(&2), None);
        assert_eq!(map.get_mut(&2), None);
        assert_eq!(map.live(), 2);
    }

    #[test]
    fn a_place_is_used_again() {
        let mut map = map();
        for key in 4..1000 {
            assert!(map.remove(&(key - 3)).is_some());
            assert_eq!(map.insert(key, "later"), None);
            assert!(map.get(&(key - 1)).is_some());
        }
        assert_eq!((map.live(), map.values.len()), (3, 3));
    }
}
