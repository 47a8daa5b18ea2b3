//! What is said about people.

/// What is said about people.
#[expect(missing_docs, reason = "each phrase is its own explanation")]
pub struct People {
    pub in_room: &'static str,
    pub here: fn(usize) -> String,
    pub not_here: fn(usize) -> String,
    pub online: &'static str,
    pub away: &'static str,
    pub offline: &'static str,
    pub actions: fn(&str) -> String,
    pub write: &'static str,
    pub remove: &'static str,
}

pub(super) static ENGLISH: People = People {
    in_room: "People in this room",
    here: |n| format!("Here · {n}"),
    not_here: |n| format!("Offline · {n}"),
    online: "online",
    away: "away",
    offline: "offline",
    actions: |name| format!("What to do with {name}"),
    write: "Send a direct message",
    remove: "Remove from this room",
};

pub(super) static KOREAN: People = People {
    in_room: "이 채팅방의 사람들",
    here: |n| format!("접속 중 · {n}"),
    not_here: |n| format!("오프라인 · {n}"),
    online: "온라인",
    away: "자리 비움",
    offline: "오프라인",
    actions: |name| format!("{name} 님에게 할 수 있는 일"),
    write: "다이렉트 메시지 보내기",
    remove: "이 채팅방에서 내보내기",
};
