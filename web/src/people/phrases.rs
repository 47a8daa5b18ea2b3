//! What is said about people.

/// What is said about people.
#[expect(missing_docs, reason = "each phrase is its own explanation")]
pub struct People {
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
    pub list: fn(&[&str], usize) -> String,
    pub joined: fn(&str, bool) -> String,
    pub left: fn(&str, bool) -> String,
    pub back: fn(&str, bool) -> String,
    pub gone: fn(&str, bool) -> String,
}

pub(crate) static ENGLISH: People = People {
    in_room: "People in this room",
    here: |n| format!("Here · {n}"),
    not_here: |n| format!("Offline · {n}"),
    some_not_here: "Offline",
    find: "Find somebody in this room",
    found: |n| match n {
        0 => "Nobody here goes by that name.".to_owned(),
        n => format!("Found · {n}"),
    },
    online: "online",
    away: "away",
    offline: "offline",
    actions: |name| format!("What to do with {name}"),
    write: "Send a direct message",
    remove: "Remove from this room",
    list: |named, more| match (named, more) {
        ([], _) => String::new(),
        (named, 1..) => format!("{} and {more} more", named.join(", ")),
        ([one], 0) => (*one).to_owned(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
    },
    joined: |names, _| format!("{names} joined"),
    left: |names, _| format!("{names} left"),
    back: |names, several| format!("{names} {} back", if several { "are" } else { "is" }),
    gone: |names, several| format!("{names} {} offline", if several { "are" } else { "is" }),
};

pub(crate) static KOREAN: People = People {
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
    list: |named, more| match more {
        0 => format!("{} 님", named.join(", ")),
        more => format!("{} 님 외 {more}명", named.join(", ")),
    },
    joined: |names, _| format!("{names}이 들어왔어요"),
    left: |names, _| format!("{names}이 나갔어요"),
    back: |names, _| format!("{names}이 돌아왔어요"),
    gone: |names, _| format!("{names}의 접속이 끊겼어요"),
};
