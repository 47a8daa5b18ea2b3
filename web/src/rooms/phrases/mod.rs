//! One room and its menu.

mod hiding;
mod navigation;
mod new_room;
mod search;

pub use hiding::HidingPhrases;
pub use navigation::NavigationPhrases;
pub use new_room::NewRoomPhrases;
pub use search::RoomSearchPhrases;

use crate::language::Language;

pub struct RoomPhrases {
    pub private: &'static str,
    pub archived: &'static str,
    pub members: fn(u64) -> String,
    pub and_more: fn(&str, usize) -> String,
    pub menu: &'static str,
    pub change: &'static str,
    pub save: &'static str,
    pub archive: &'static str,
    pub archive_means: &'static str,
    pub reopen: &'static str,
    pub reopen_means: &'static str,
    pub invite: &'static str,
    pub leave: &'static str,
    pub leave_private: fn(&str) -> String,
    pub stay: &'static str,
    pub nothing_can_be_said: &'static str,
    pub out: fn(&str) -> String,
    pub deleted: fn(&str) -> String,
    pub understood: &'static str,
    pub details: &'static str,
}

impl RoomPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: RoomPhrases = RoomPhrases {
    private: "private",
    archived: "archived",
    members: |n| {
        if n == 1 {
            "1 person".into()
        } else {
            format!("{n} people")
        }
    },
    and_more: |names, more| format!("{names} and {more} more"),
    menu: "Room actions",
    change: "Name and description",
    save: "Save",
    archive: "Archive the room",
    archive_means: "Once archived, nobody can write in it. It stays readable, and can be reopened.",
    reopen: "Reopen the room",
    reopen_means: "Once reopened, everyone in it can write again.",
    invite: "Invite people",
    leave: "Leave the room",
    leave_private: |name| format!("{name} is private: only a member can invite you back. Leave it anyway?"),
    stay: "Stay",
    nothing_can_be_said: "This room is archived. You can read it, but nobody can write in it.",
    out: |name| format!("You are no longer in {name}."),
    deleted: |name| format!("{name} was deleted for everyone."),
    understood: "OK",
    details: "Details",
};

static KOREAN: RoomPhrases = RoomPhrases {
    private: "비공개",
    archived: "보관됨",
    members: |n| format!("{n}명"),
    and_more: |names, more| format!("{names} 외 {more}명"),
    menu: "채팅방 메뉴",
    change: "이름과 설명",
    save: "저장",
    archive: "채팅방 보관하기",
    archive_means: "보관하면 더는 메시지를 쓸 수 없어요. 읽을 수는 있고, 나중에 다시 열 수 있어요.",
    reopen: "채팅방 다시 열기",
    reopen_means: "다시 열면 모두 메시지를 쓸 수 있어요.",
    invite: "사람 초대하기",
    leave: "채팅방 나가기",
    leave_private: |name| {
        format!("{name} 채팅방은 비공개라서, 나가면 참여자가 다시 초대해야 들어올 수 있어요. 나갈까요?")
    },
    stay: "계속 참여하기",
    nothing_can_be_said: "보관된 채팅방이에요. 읽을 수는 있지만 더는 메시지를 쓸 수 없어요.",
    out: |name| format!("이제 {name} 채팅방의 참여자가 아니에요."),
    deleted: |name| format!("{name} 채팅방이 모두에게서 삭제되었어요."),
    understood: "확인",
    details: "자세히",
};
