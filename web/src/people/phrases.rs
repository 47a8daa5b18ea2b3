//! The members of a room, and their presence.

use crate::language::Language;

pub struct PeoplePhrases {
    pub in_room: &'static str,
    pub here: fn(usize) -> String,
    pub not_here: fn(usize) -> String,
    pub some_not_here: &'static str,
    pub find: &'static str,
    pub found: fn(usize) -> String,
    pub online: &'static str,
    pub away: &'static str,
    pub offline: &'static str,
    pub actions: fn(&str) -> String,
    pub write: &'static str,
    pub remove: &'static str,
    pub online_people: &'static str,
    pub online_count: fn(usize) -> String,
    pub you: &'static str,
    pub somebody: &'static str,
}

impl PeoplePhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: PeoplePhrases = PeoplePhrases {
    in_room: "People in this room",
    here: |n| format!("Here · {n}"),
    not_here: |n| format!("Offline · {n}"),
    some_not_here: "Offline",
    find: "Find someone in this room",
    found: |n| match n {
        0 => "Nobody here has that name.".to_owned(),
        n => format!("Found · {n}"),
    },
    online: "online",
    away: "away",
    offline: "offline",
    actions: |name| format!("Actions for {name}"),
    write: "Send a direct message",
    remove: "Remove from this room",
    online_people: "Online",
    online_count: |n| format!("{n} online"),
    you: "you",
    somebody: "someone",
};

static KOREAN: PeoplePhrases = PeoplePhrases {
    in_room: "이 채팅방의 사람들",
    here: |n| format!("접속 중 · {n}"),
    not_here: |n| format!("오프라인 · {n}"),
    some_not_here: "오프라인",
    find: "이 채팅방에서 사람 찾기",
    found: |n| match n {
        0 => "그런 이름을 가진 사람이 없어요.".to_owned(),
        n => format!("찾은 사람 · {n}"),
    },
    online: "온라인",
    away: "자리 비움",
    offline: "오프라인",
    actions: |name| format!("{name} 님에게 할 수 있는 일"),
    write: "다이렉트 메시지 보내기",
    remove: "이 채팅방에서 내보내기",
    online_people: "접속 중",
    online_count: |n| format!("{n}명 접속 중"),
    you: "나",
    somebody: "알 수 없는 사람",
};
