//! What is said about people.

/// What is said about people.
#[expect(missing_docs, reason = "each phrase is its own explanation")]
pub struct People {
    pub in_room: &'static str,
}

pub(super) static ENGLISH: People = People {
    in_room: "People in this room",
};

pub(super) static KOREAN: People = People {
    in_room: "이 채팅방의 사람들",
};
