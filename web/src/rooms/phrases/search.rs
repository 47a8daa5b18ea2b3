//! Finding a room to join, and people to write to.

use crate::language::Language;

pub struct RoomSearchPhrases {
    pub search: &'static str,
    pub none_public: &'static str,
    pub join: fn(&str) -> String,
    pub join_short: &'static str,
    pub open: fn(&str) -> String,
    pub open_short: &'static str,
    pub find_people: &'static str,
    pub nobody_found: &'static str,
    pub chosen: fn(usize) -> String,
    pub too_many_people: fn(usize) -> String,
    pub begin: &'static str,
    pub invite_them: &'static str,
    pub invited: &'static str,
}

impl RoomSearchPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: RoomSearchPhrases = RoomSearchPhrases {
    search: "Find a public room",
    none_public: "No public room found.",
    join: |name| format!("Join {name}"),
    join_short: "Join",
    open: |name| format!("Open {name}"),
    open_short: "Open",
    find_people: "Find people by nickname",
    nobody_found: "Nobody found.",
    chosen: |n| format!("{n} chosen"),
    too_many_people: |n| format!("You can choose at most {n} people."),
    begin: "Start the conversation",
    invite_them: "Invite",
    invited: "Invited",
};

static KOREAN: RoomSearchPhrases = RoomSearchPhrases {
    search: "공개 채팅방 찾기",
    none_public: "그런 공개 채팅방이 없어요.",
    join: |name| format!("{name} 들어가기"),
    join_short: "들어가기",
    open: |name| format!("{name} 열기"),
    open_short: "열기",
    find_people: "닉네임으로 사람 찾기",
    nobody_found: "찾은 사람이 없어요.",
    chosen: |n| format!("{n}명 선택함"),
    too_many_people: |n| format!("최대 {n}명까지 고를 수 있어요."),
    begin: "대화 시작",
    invite_them: "초대",
    invited: "초대했어요",
};
