//! Who came into rooms, left them, or is called otherwise: what was read of them before that may be out of date.

use std::collections::HashMap;

use steadfast_shared::UserId;

/// Most people of whom it is known when they moved last.
const PEOPLE: usize = 4_096;

/// When somebody moved last. Time is counted in moves.
#[derive(Debug, Default)]
pub(super) struct Moves {
    of: HashMap<UserId, u64>,
    /// When everybody may have.
    of_everybody: u64,
}

impl Moves {
    /// Notes that these people moved.
    pub(super) fn note(&mut self, people: &[UserId], at: u64) {
        if self.of.len() + people.len() > PEOPLE {
            return self.note_everybody(at);
        }
        self.of.extend(people.iter().map(|user| (*user, at)));
    }

    /// Notes that anybody may have moved.
    pub(super) fn note_everybody(&mut self, at: u64) {
        self.of.clear();
        self.of_everybody = at;
    }

    /// Whether somebody may have moved since.
    pub(super) fn any_of(&self, user: UserId, since: u64) -> bool {
        self.of_everybody > since || self.of.get(&user).is_some_and(|at| *at > since)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn user(n: usize) -> UserId {
        UserId(Uuid::from_u128(n as u128))
    }

    #[test]
    fn who_moved_is_known_and_who_did_not_is_left_alone() {
        let mut moves = Moves::default();
        moves.note(&[user(1)], 5);
        assert!(moves.any_of(user(1), 4));
        assert!(!moves.any_of(user(1), 5));
        assert!(!moves.any_of(user(2), 0));
        moves.note_everybody(6);
        assert!(moves.any_of(user(2), 5));
        assert!(!moves.any_of(user(2), 6));
    }

    #[test]
    fn what_is_forgotten_counts_as_moved() {
        let mut moves = Moves::default();
        for n in 0..=PEOPLE {
            moves.note(&[user(n)], n as u64 + 1);
        }
        assert!(moves.of.len() <= PEOPLE);
        assert!((0..=PEOPLE).all(|n| moves.any_of(user(n), n as u64)));
    }
}
