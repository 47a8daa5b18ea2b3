//! Changing and deleting a room.

use crate::language::Language;

pub struct AdminRoomPhrases {
    pub change_room: &'static str,
    pub room_changed: fn(&str) -> String,
    pub archive_question: fn(&str) -> String,
    pub reopen_question: fn(&str) -> String,
    pub delete_room: &'static str,
    pub delete_room_question: fn(&str) -> String,
    pub delete_room_means: fn(u32, u64) -> String,
    pub delete_room_for_good: &'static str,
    pub room_deleted: fn(&str) -> String,
}

impl AdminRoomPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: AdminRoomPhrases = AdminRoomPhrases {
    change_room: "Rename…",
    room_changed: |name| format!("{name} is changed."),
    archive_question: |name| format!("Archive {name}?"),
    reopen_question: |name| format!("Reopen {name}?"),
    delete_room: "Delete…",
    delete_room_question: |name| format!("Delete {name}?"),
    delete_room_means: |people, entries| {
        let people = if people == 1 {
            "1 person is".to_owned()
        } else {
            format!("{people} people are")
        };
        let entries = if entries == 1 {
            "1 entry is".to_owned()
        } else {
            format!("{entries} entries are")
        };
        format!("{people} removed from it, and {entries} erased.")
    },
    delete_room_for_good: "This cannot be undone.",
    room_deleted: |name| format!("{name} is deleted."),
};

static KOREAN: AdminRoomPhrases = AdminRoomPhrases {
    change_room: "이름 변경…",
    room_changed: |name| format!("{name} 채팅방을 변경했어요."),
    archive_question: |name| format!("{name} 채팅방을 보관할까요?"),
    reopen_question: |name| format!("{name} 채팅방을 다시 열까요?"),
    delete_room: "삭제…",
    delete_room_question: |name| format!("{name} 채팅방을 삭제할까요?"),
    delete_room_means: |people, entries| {
        format!("참여자 {people}명이 나가게 되고, 기록 {entries}개가 지워져요.")
    },
    delete_room_for_good: "아무도 되돌릴 수 없어요.",
    room_deleted: |name| format!("{name} 채팅방을 삭제했어요."),
};
