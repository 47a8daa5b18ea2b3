//! What waits for an answer, each item under a number.

/// Items in the order of their numbers, to be removed in any order: what is gone leaves an empty place, until there are more of those
/// than items. So removing one takes a search, and moves nothing.
#[derive(Debug)]
pub(crate) struct Pending<T> {
    places: Vec<(u64, Option<T>)>,
    len: usize,
}

impl<T> Default for Pending<T> {
    fn default() -> Self {
        Self {
            places: Vec::new(),
            len: 0,
        }
    }
}

impl<T> Pending<T> {
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds an item under a higher number than all before.
    pub(crate) fn push(&mut self, number: u64, item: T) {
        self.places.push((number, Some(item)));
        self.len += 1;
    }

    pub(crate) fn get_mut(&mut self, number: u64) -> Option<&mut T> {
        self.place(number)?.as_mut()
    }

    pub(crate) fn take(&mut self, number: u64) -> Option<T> {
        let item = self.place(number)?.take()?;
        self.removed(1);
        Some(item)
    }

    fn place(&mut self, number: u64) -> Option<&mut Option<T>> {
        let found = self.places.binary_search_by(|place| place.0.cmp(&number));
        self.places.get_mut(found.ok()?).map(|place| &mut place.1)
    }

    #[cfg(feature = "client")]
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.places.iter_mut().filter_map(|place| place.1.as_mut())
    }

    /// Removes the items of a kind, in order.
    pub(crate) fn extract(&mut self, wanted: &mut dyn FnMut(&T) -> bool) -> Vec<(u64, T)> {
        let mut extracted = Vec::new();
        for (number, place) in &mut self.places {
            if let Some(item) = place.take_if(|item| wanted(item)) {
                extracted.push((*number, item));
            }
        }
        self.removed(extracted.len());
        extracted
    }

    fn removed(&mut self, items: usize) {
        self.len -= items;
        if self.places.len() > 2 * self.len {
            self.places.retain(|place| place.1.is_some());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::backoff::Rng;

    impl Pending<u64> {
        /// Removes an item; returns the number of places that this moved.
        fn moved_by_taking(&mut self, number: u64) -> usize {
            let places = self.places.len();
            assert_eq!(self.take(number), Some(number));
            if self.places.len() == places { 0 } else { places }
        }
    }

    #[test]
    fn items_are_found_and_removed_in_any_order() {
        let (mut pending, mut set, mut next) = (Pending::default(), BTreeSet::new(), 0);
        let mut random = Rng::new(1);
        for _ in 0..20_000 {
            let number = random.next_u64() % (next + 5);
            match random.next_u64() % 8 {
                0 | 1 => assert_eq!(pending.get_mut(number).copied(), set.get(&number).copied()),
                2 | 3 => assert_eq!(pending.take(number), set.take(&number)),
                _ => {
                    // Not every number is there.
                    next += 1 + random.next_u64() % 2;
                    pending.push(next, next);
                    set.insert(next);
                }
            }
            assert_eq!(pending.is_empty(), set.is_empty());
        }
        let (odd, even): (Vec<u64>, Vec<u64>) = set.into_iter().partition(|number| number % 2 == 1);
        let extracted = pending.extract(&mut |number| number % 2 == 1);
        assert!(
            extracted
                .into_iter()
                .eq(odd.iter().map(|number| (*number, *number)))
        );
        assert!(odd.len() > 100);
        assert!(even.iter().all(|number| pending.take(*number) == Some(*number)));
        assert!(pending.is_empty());
    }

    #[test]
    fn what_removing_one_moves_does_not_grow_with_their_number_whatever_the_order() {
        const ITEMS: u64 = 12_000;
        let (mut random, mut shuffled) = (Rng::new(1), Vec::from_iter(0..ITEMS));
        shuffled.sort_by_cached_key(|_| random.next_u64());
        let one_stays = (1..ITEMS).chain([0]).collect();
        for order in [
            (0..ITEMS).collect(),
            (0..ITEMS).rev().collect(),
            one_stays,
            shuffled,
        ] {
            let mut pending = Pending::default();
            (0..ITEMS).for_each(|number| pending.push(number, number));
            let moved: usize = order.iter().map(|number| pending.moved_by_taking(*number)).sum();
            assert!(moved <= 2 * order.len(), "{moved}");
            assert!(pending.is_empty() && pending.places.is_empty());
        }
    }

    #[test]
    fn one_that_is_never_empty_does_not_grow() {
        let mut pending = Pending::default();
        for number in 0..10_000 {
            pending.push(number, number);
            if number > 0 {
                assert_eq!(pending.take(number - 1), Some(number - 1));
            }
        }
        assert!(pending.places.capacity() < 100);
    }
}
