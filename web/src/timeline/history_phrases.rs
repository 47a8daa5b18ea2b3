//! What is said about what was written before.

/// What is said about what was written before.
#[expect(missing_docs, reason = "each phrase is its own explanation")]
pub struct History {
    pub news: &'static str,
    pub to_news: &'static str,
    pub loading_newer: &'static str,
    pub gap: &'static str,
    pub nothing_there: &'static str,
    pub go_to_date: &'static str,
    pub date: &'static str,
    pub no_date: &'static str,
}

pub(crate) static ENGLISH: History = History {
    news: "New",
    to_news: "To the first new message",
    loading_newer: "Loading newer messages…",
    gap: "Some messages are still on their way here…",
    nothing_there: "Nothing was said there.",
    go_to_date: "Go to a date",
    date: "Date",
    no_date: "Please choose a date.",
};

pub(crate) static KOREAN: History = History {
    news: "새 메시지",
    to_news: "읽지 않은 첫 메시지로",
    loading_newer: "다음 메시지를 불러오는 중…",
    gap: "아직 오고 있는 메시지가 있어요…",
    nothing_there: "그곳에는 메시지가 없어요.",
    go_to_date: "날짜로 이동",
    date: "날짜",
    no_date: "날짜를 골라 주세요.",
};
