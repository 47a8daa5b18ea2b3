//! Decides which searches for people's names are sent to the server.

use steadfast_shared::RoomId;

/// The room that is searched, and the name typed last in it.
pub type RoomQuery = (RoomId, String);

/// Decides which searches are sent: one at a time, and each one once in a row.
#[derive(Default)]
pub struct NameQueries {
    last: Option<RoomQuery>,
    in_flight: bool,
}

impl NameQueries {
    /// Notes what is typed. Returns whether to begin sending.
    pub fn ask(&mut self, query: RoomQuery) -> bool {
        if self.last.as_ref() == Some(&query) {
            return false;
        }
        self.last = Some(query);
        !std::mem::replace(&mut self.in_flight, true)
    }

    /// The query to send after the answer to this one. `None` ends the sending.
    pub fn next(&mut self, answered: Option<&RoomQuery>) -> Option<RoomQuery> {
        let next = self.last.clone().filter(|last| Some(last) != answered);
        self.in_flight = next.is_some();
        next
    }

    /// Ends the sending after a failure. The next letter begins it again.
    pub fn fail(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn query(room: u128, name: &str) -> RoomQuery {
        (RoomId(Uuid::from_u128(room)), name.to_owned())
    }

    #[test]
    fn the_same_letters_in_another_room_are_another_search() {
        let mut queries = NameQueries::default();
        assert!(queries.ask(query(1, "Mi")));
        assert_eq!(queries.next(None), Some(query(1, "Mi")));
        assert!(
            !queries.ask(query(1, "Mi")) && !queries.ask(query(2, "Mi")),
            "one at a time"
        );
        assert_eq!(queries.next(Some(&query(1, "Mi"))), Some(query(2, "Mi")));
        assert_eq!(queries.next(Some(&query(2, "Mi"))), None);
        assert!(!queries.ask(query(2, "Mi")), "it is answered");
        assert!(queries.ask(query(1, "Mi")));
    }

    #[test]
    fn a_search_that_failed_is_sent_again_at_the_next_letter() {
        let mut queries = NameQueries::default();
        assert!(queries.ask(query(1, "Mi")));
        queries.fail();
        assert!(queries.ask(query(1, "Mi")));
    }
}
