//! The timeline apart from its messages.

mod action;
mod lost;
mod message;

pub use action::ActionPhrases;
pub use lost::LostPhrases;
pub use message::MessagePhrases;

use crate::language::Language;

pub struct TimelinePhrases {
    pub messages_in: fn(&str) -> String,
    pub loading_older: &'static str,
    pub beginning: fn(&str) -> String,
    pub empty: &'static str,
    pub new_messages: fn(usize) -> String,
    pub to_the_end: &'static str,
    pub unknown_entry: &'static str,
    pub beginning_with: fn(&str) -> String,
    pub news: &'static str,
    pub to_news: &'static str,
    pub loading_newer: &'static str,
    pub gap: &'static str,
    pub nothing_there: &'static str,
    pub date: &'static str,
    pub no_date: &'static str,
}

impl TimelinePhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: TimelinePhrases = TimelinePhrases {
    messages_in: |room| format!("Messages in {room}"),
    loading_older: "Loading older messages…",
    beginning: |room| format!("This is the beginning of {room}."),
    empty: "No messages yet. Say hello!",
    new_messages: |n| {
        if n == 1 {
            "1 new message".into()
        } else {
            format!("{n} new messages")
        }
    },
    to_the_end: "Jump to the newest message",
    unknown_entry: "Reload the page to see this message.",
    beginning_with: |names| format!("This is the beginning of your conversation with {names}."),
    news: "New",
    to_news: "Jump to the first new message",
    loading_newer: "Loading newer messages…",
    gap: "Some messages are still loading…",
    nothing_there: "There are no messages there.",
    date: "Date",
    no_date: "Please choose a date.",
};

static KOREAN: TimelinePhrases = TimelinePhrases {
    messages_in: |room| format!("{room} 메시지"),
    loading_older: "이전 메시지를 불러오는 중…",
    beginning: |room| format!("{room} 채팅방의 처음이에요."),
    empty: "아직 메시지가 없어요. 먼저 인사해 보세요!",
    new_messages: |n| format!("새 메시지 {n}개"),
    to_the_end: "최신 메시지로",
    unknown_entry: "이 메시지를 보려면 페이지를 새로고침해 주세요.",
    beginning_with: |names| format!("{names} 님과 나누는 대화의 처음이에요."),
    news: "새 메시지",
    to_news: "읽지 않은 첫 메시지로",
    loading_newer: "다음 메시지를 불러오는 중…",
    gap: "아직 불러오는 중인 메시지가 있어요…",
    nothing_there: "그곳에는 메시지가 없어요.",
    date: "날짜",
    no_date: "날짜를 골라 주세요.",
};
