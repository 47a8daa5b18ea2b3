//! A first-in, first-out queue.

/// A queue in two lists: a ring is several times the code in a page, for each type. The first items come from the end of one, new ones
/// go to the end of the other, which is turned around when the first is empty.
#[derive(Clone, Debug)]
pub(crate) struct Fifo<T> {
    /// The oldest, the first of them last.
    old: Vec<T>,
    new: Vec<T>,
}

impl<T> Default for Fifo<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Fifo<T> {
    pub(crate) const fn new() -> Self {
        Self {
            old: Vec::new(),
            new: Vec::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.old.len() + self.new.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn push_back(&mut self, item: T) {
        self.new.push(item);
    }

    pub(crate) fn pop_front(&mut self) -> Option<T> {
        if self.old.is_empty() {
            self.turn();
        }
        self.old.pop()
    }

    /// Puts everything into the list of the oldest.
    fn turn(&mut self) {
        self.new.reverse();
        self.new.append(&mut self.old);
        std::mem::swap(&mut self.old, &mut self.new);
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.old.iter_mut().rev().chain(self.new.iter_mut())
    }

    pub(crate) fn front(&self) -> Option<&T> {
        self.old.last().or(self.new.first())
    }

    pub(crate) fn front_mut(&mut self) -> Option<&mut T> {
        self.old.last_mut().or(self.new.first_mut())
    }

    /// Removes the items of a kind, in order.
    pub(crate) fn extract(&mut self, wanted: &dyn Fn(&T) -> bool) -> Vec<T> {
        let mut kept = Vec::new();
        let mut extracted = Vec::new();
        while let Some(item) = self.pop_front() {
            let list = if wanted(&item) { &mut extracted } else { &mut kept };
            list.push(item);
        }
        self.new = kept;
        extracted
    }

    /// Removes the first item of a kind, from wherever it is.
    #[cfg(any(test, all(feature = "client", target_family = "wasm")))]
    pub(crate) fn remove(&mut self, wanted: impl Fn(&T) -> bool) -> Option<T> {
        if let Some(at) = self.old.iter().rposition(&wanted) {
            return Some(self.old.remove(at));
        }
        let at = self.new.iter().position(wanted)?;
        Some(self.new.remove(at))
    }
}

/// An item that is looked up by its number. The numbers in a queue ascend.
pub(crate) trait Numbered {
    fn number(&self) -> u64;
}

/// Items are mostly looked up and removed in order: it takes a search, and moves only the items that are older, or those behind one of
/// the newer half.
impl<T: Numbered> Fifo<T> {
    pub(crate) fn get_mut(&mut self, number: u64) -> Option<&mut T> {
        let (list, at) = self.find(number)?;
        list.get_mut(at)
    }

    pub(crate) fn take(&mut self, number: u64) -> Option<T> {
        let (list, at) = self.find(number)?;
        Some(list.remove(at))
    }

    /// The list that has the item, and its place there.
    fn find(&mut self, number: u64) -> Option<(&mut Vec<T>, usize)> {
        // One old item that stays must not keep the others among the new, the first of which are the ones that move most.
        if self.old.len() < self.new.len() {
            self.turn();
        }
        if let Ok(at) = self.old.binary_search_by(|item| number.cmp(&item.number())) {
            return Some((&mut self.old, at));
        }
        let at = self
            .new
            .binary_search_by(|item| item.number().cmp(&number))
            .ok()?;
        Some((&mut self.new, at))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, VecDeque};

    use super::*;

    impl Numbered for u64 {
        fn number(&self) -> u64 {
            *self
        }
    }

    #[test]
    fn numbered_items_are_found_and_removed_in_any_order() {
        let (mut fifo, mut set, mut next) = (Fifo::new(), BTreeSet::new(), 0);
        let mut random = crate::backoff::Rng::new(1);
        for _ in 0..20_000 {
            let number = random.next_u64() % (next + 5);
            match random.next_u64() % 8 {
                0 => assert_eq!(fifo.pop_front(), set.pop_first()),
                1 => assert_eq!(fifo.get_mut(number).copied(), set.get(&number).copied()),
                2 | 3 => assert_eq!(fifo.take(number), set.take(&number)),
                _ => {
                    // Not every number is there.
                    next += 1 + random.next_u64() % 2;
                    fifo.push_back(next);
                    set.insert(next);
                }
            }
            assert_eq!(fifo.len(), set.len());
        }
        let (odd, even): (Vec<u64>, Vec<u64>) = set.into_iter().partition(|number| number % 2 == 1);
        assert_eq!(fifo.extract(&|number| number % 2 == 1), odd);
        assert!(fifo.iter_mut().map(|number| *number).eq(even) && odd.len() > 100);
    }

    #[test]
    fn an_item_that_stays_does_not_make_the_others_slow() {
        let mut fifo = Fifo::new();
        (0..12_000).for_each(|number| fifo.push_back(number));
        for number in 12_000..24_000 {
            assert_eq!(fifo.take(number - 12_000 + 1), Some(number - 12_000 + 1));
            fifo.push_back(number);
            // The first of the new items would move all of these.
            assert!(fifo.new.len() <= fifo.old.len() + 2);
        }
    }

    #[test]
    fn it_is_a_ring_to_its_users() {
        let (mut fifo, mut ring) = (Fifo::new(), VecDeque::new());
        for step in 0_u32..5_000 {
            match step % 9 {
                0 | 1 | 5 => assert_eq!(fifo.pop_front(), ring.pop_front()),
                2 if step % 3 == 0 => {
                    let even = |item: &u32| item.is_multiple_of(5);
                    let at = ring.iter().position(even);
                    assert_eq!(fifo.remove(even), at.and_then(|at| ring.remove(at)));
                }
                _ => {
                    fifo.push_back(step);
                    ring.push_back(step);
                }
            }
            assert_eq!((fifo.len(), fifo.is_empty()), (ring.len(), ring.is_empty()));
            assert_eq!(fifo.front(), ring.front());
            assert_eq!(fifo.front_mut(), ring.front_mut());
        }
        assert!(fifo.iter_mut().eq(&mut ring));
        assert!(fifo.len() > 100, "{}", fifo.len());
        while let Some(item) = ring.pop_front() {
            assert_eq!(fifo.pop_front(), Some(item));
        }
        assert_eq!(fifo.pop_front(), None);
    }

    #[test]
    fn one_that_is_never_empty_does_not_grow() {
        let mut fifo = Fifo::new();
        fifo.push_back(1);
        for step in 0..10_000 {
            fifo.push_back(step);
            fifo.pop_front();
        }
        assert!(fifo.old.capacity() + fifo.new.capacity() < 100);
    }
}
