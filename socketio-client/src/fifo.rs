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

    #[cfg(feature = "client")]
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn push_back(&mut self, item: T) {
        self.new.push(item);
    }

    pub(crate) fn pop_front(&mut self) -> Option<T> {
        if self.old.is_empty() {
            std::mem::swap(&mut self.old, &mut self.new);
            self.old.reverse();
        }
        self.old.pop()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.old.iter().rev().chain(self.new.iter())
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

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

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
        assert!(fifo.iter().eq(&ring));
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
