//! Outbox, wire, log and inbox at one time.

use crate::language::Language;

pub struct SnapshotPhrases {
    pub snapshot: &'static str,
    pub outbox: &'static str,
    pub wire: &'static str,
    pub log: &'static str,
    pub inbox: &'static str,
    pub waiting: &'static str,
    pub link_up: &'static str,
    pub link_opening: &'static str,
    pub link_down: &'static str,
    pub link_deaf: &'static str,
    pub head: &'static str,
    pub unknown_here: fn(usize) -> String,
    pub cursor: &'static str,
    pub held: fn(usize) -> String,
    pub room: &'static str,
    pub held_back: &'static str,
}

impl SnapshotPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: SnapshotPhrases = SnapshotPhrases {
    snapshot: "Where your messages are",
    outbox: "Outbox",
    wire: "Wire",
    log: "Log",
    inbox: "Inbox",
    waiting: "waiting",
    link_up: "connected",
    link_opening: "opening",
    link_down: "down",
    link_deaf: "half-open",
    head: "head",
    unknown_here: |n| format!("{n} stored, not known here"),
    cursor: "cursor",
    held: |n| format!("{n} held by a gap"),
    room: "Room",
    held_back: "Held",
};

static KOREAN: SnapshotPhrases = SnapshotPhrases {
    snapshot: "내 메시지가 있는 곳",
    outbox: "보낼 메시지함",
    wire: "전송 중",
    log: "로그",
    inbox: "받은 메시지함",
    waiting: "대기",
    link_up: "연결됨",
    link_opening: "여는 중",
    link_down: "끊김",
    link_deaf: "반쯤 열림",
    head: "마지막 번호",
    unknown_here: |n| format!("저장됐지만 여기서는 모름 {n}개"),
    cursor: "커서",
    held: |n| format!("빠진 번호 때문에 보류 {n}개"),
    room: "채팅방",
    held_back: "보류",
};
