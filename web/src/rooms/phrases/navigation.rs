//! The room list, and navigation between rooms.

use crate::language::Language;

pub struct NavigationPhrases {
    pub rooms: &'static str,
    pub unread: fn(u64) -> String,
    pub open_rooms: &'static str,
    pub find_room: &'static str,
    pub find_anything: &'static str,
    pub go_to: &'static str,
    pub nothing_found: &'static str,
    pub no_such_room: &'static str,
    pub browse: &'static str,
    pub new_room: &'static str,
    pub direct: &'static str,
    pub new_direct: &'static str,
    pub mentions: fn(u64, u64) -> String,
    pub shortcuts: &'static str,
    pub next_room: &'static str,
    pub previous_room: &'static str,
    pub next_unread: &'static str,
    pub previous_unread: &'static str,
    pub go_to_date: &'static str,
}

impl NavigationPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: NavigationPhrases = NavigationPhrases {
    rooms: "Rooms",
    unread: |n| format!("{n} unread"),
    open_rooms: "Show the rooms",
    find_room: "Find a room",
    find_anything: "Find a room or a person",
    go_to: "Go to",
    nothing_found: "Nothing found.",
    no_such_room: "This room does not exist, or you have no access to it.",
    browse: "Browse rooms",
    new_room: "Create a room",
    direct: "Direct messages",
    new_direct: "New direct message",
    mentions: |unread, mentions| format!("{unread} unread, {mentions} of them mention you"),
    shortcuts: "Keyboard shortcuts",
    next_room: "Next room",
    previous_room: "Previous room",
    next_unread: "Next unread room",
    previous_unread: "Previous unread room",
    go_to_date: "Go to a date",
};

static KOREAN: NavigationPhrases = NavigationPhrases {
    rooms: "채팅방",
    unread: |n| format!("읽지 않은 메시지 {n}개"),
    open_rooms: "채팅방 목록 보기",
    find_room: "채팅방 찾기",
    find_anything: "채팅방이나 사람 찾기",
    go_to: "이동",
    nothing_found: "찾은 것이 없어요.",
    no_such_room: "없는 채팅방이거나 들어갈 수 없는 채팅방이에요.",
    browse: "채팅방 둘러보기",
    new_room: "채팅방 만들기",
    direct: "다이렉트 메시지",
    new_direct: "대화 시작하기",
    mentions: |unread, mentions| format!("읽지 않은 메시지 {unread}개, 그중 나를 부른 메시지 {mentions}개"),
    shortcuts: "단축키",
    next_room: "다음 채팅방",
    previous_room: "이전 채팅방",
    next_unread: "읽지 않은 다음 채팅방",
    previous_unread: "읽지 않은 이전 채팅방",
    go_to_date: "날짜로 이동",
};
