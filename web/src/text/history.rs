//! What is said about what was written before.

/// What is said about what was written before.
#[expect(missing_docs, reason = "each phrase is its own explanation")]
pub struct History {
    pub news: &'static str,
    pub to_news: &'static str,
}

pub(super) static ENGLISH: History = History {
    news: "New",
    to_news: "To the first new message",
};

pub(super) static KOREAN: History = History {
    news: "새 메시지",
    to_news: "읽지 않은 첫 메시지로",
};
