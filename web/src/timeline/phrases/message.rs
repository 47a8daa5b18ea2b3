//! One message: its delivery state and what became of it.

use crate::language::Language;
use steadfast_shared::{Body, RoomChange};

pub struct MessagePhrases {
    pub saving: &'static str,
    pub saved: &'static str,
    pub sent: &'static str,
    pub not_sent: &'static str,
    pub not_kept: &'static str,
    pub other_author: &'static str,
    pub other_epoch: &'static str,
    pub too_many_reactions: &'static str,
    pub discard: &'static str,
    pub edited: &'static str,
    pub hidden: &'static str,
    pub replies_to: fn(&str) -> String,
    /// An unsent change of a message.
    pub change: fn(&Body) -> String,
    pub room: fn(&RoomChange) -> String,
    /// A direct conversation's creation.
    pub began: &'static str,
    pub renamed: fn(&str, &str) -> String,
}

impl MessagePhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: MessagePhrases = MessagePhrases {
    saving: "Saving…",
    saved: "Saved, waiting to be sent",
    sent: "Sent",
    not_sent: "Not sent",
    not_kept: "Not saved on this device",
    other_author: "This was written under another nickname.",
    other_epoch: "The server’s data was reset after you wrote this: the message it changes is gone.",
    too_many_reactions: "This message has as many reactions as it can have.",
    discard: "Discard",
    edited: "edited",
    hidden: "A moderator has hidden this message.",
    replies_to: |name| format!("Reply to {name}"),
    change: |what| match what {
        Body::Edit { text, .. } => format!("Edit: {}", text.as_str()),
        Body::React { emoji, on: true, .. } => format!("Reaction {}", emoji.as_str()),
        Body::React { emoji, .. } => format!("Reaction {} removed", emoji.as_str()),
        _ => "Deletion".into(),
    },
    room: |change| match change {
        RoomChange::Created => "created this room.".into(),
        RoomChange::Renamed { name, was } => {
            format!("renamed this room from {} to {}.", was.as_str(), name.as_str())
        }
        RoomChange::Described { topic } if topic.as_str().is_empty() => "removed the description.".into(),
        RoomChange::Described { topic } => format!("changed the description: {}", topic.as_str()),
        RoomChange::Archived => "archived this room.".into(),
        RoomChange::Reopened => "reopened this room.".into(),
        RoomChange::Unknown => "changed this room.".into(),
    },
    began: "started this conversation.",
    renamed: |was, name| format!("{was} is now called {name}."),
};

static KOREAN: MessagePhrases = MessagePhrases {
    saving: "저장 중…",
    saved: "저장됨, 보내기 대기",
    sent: "보냄",
    not_sent: "보내지 못함",
    not_kept: "이 기기에 저장되지 않음",
    other_author: "다른 닉네임으로 쓴 메시지예요.",
    other_epoch: "서버의 데이터가 초기화되기 전에 쓴 내용이에요. 바꾸려던 메시지가 더 이상 없어요.",
    too_many_reactions: "이 메시지에는 반응을 더 달 수 없어요.",
    discard: "삭제",
    edited: "수정됨",
    hidden: "운영자가 숨긴 메시지예요.",
    replies_to: |name| format!("{name} 님에게 보낸 답장"),
    change: |what| match what {
        Body::Edit { text, .. } => format!("수정: {}", text.as_str()),
        Body::React { emoji, on: true, .. } => format!("반응 {}", emoji.as_str()),
        Body::React { emoji, .. } => format!("반응 {} 취소", emoji.as_str()),
        _ => "삭제".into(),
    },
    room: |change| match change {
        RoomChange::Created => "님이 채팅방을 만들었어요.".into(),
        RoomChange::Renamed { name, was } => {
            format!(
                "님이 채팅방 이름을 바꿨어요: {} → {}",
                was.as_str(),
                name.as_str()
            )
        }
        RoomChange::Described { topic } if topic.as_str().is_empty() => "님이 채팅방 설명을 지웠어요.".into(),
        RoomChange::Described { topic } => format!("님이 채팅방 설명을 바꿨어요: {}", topic.as_str()),
        RoomChange::Archived => "님이 채팅방을 보관했어요.".into(),
        RoomChange::Reopened => "님이 채팅방을 다시 열었어요.".into(),
        RoomChange::Unknown => "님이 채팅방을 바꿨어요.".into(),
    },
    began: "님이 대화를 시작했어요.",
    renamed: |was, name| format!("{was} 님이 닉네임을 바꿨어요: {name}"),
};
