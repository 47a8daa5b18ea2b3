//! What is said about messages: what one can do with them, and what became of them.

use steadfast_shared::RoomChange;

use crate::timeline::row_view::What;

/// What is said about messages.
#[expect(missing_docs, reason = "each phrase is its own explanation")]
pub struct Messages {
    pub react: &'static str,
    pub reply: &'static str,
    pub edit: &'static str,
    pub delete: &'static str,
    pub delete_question: &'static str,
    pub delete_warning: &'static str,
    pub copy_link: &'static str,
    pub text_only: &'static str,
    pub emptied: &'static str,

    pub edited: &'static str,
    pub erased: &'static str,
    /// What stands for a message that a moderator has hidden.
    pub hidden: &'static str,
    pub replies_to: fn(&str) -> String,
    pub replies_to_some: &'static str,
    pub reactions: &'static str,
    pub who_reacted: &'static str,
    pub reaction: fn(&str, &[String]) -> String,
    pub change: fn(&What) -> String,
    pub room: fn(&RoomChange) -> String,
    pub renamed: fn(&str, &str) -> String,

    pub replying: fn(&str) -> String,
    pub edit_last: &'static str,
    pub mention: &'static str,
    pub emoji: &'static str,
    pub suggestions: &'static str,
    pub find_emoji: &'static str,
    pub no_emoji: &'static str,
}

pub(crate) static ENGLISH: Messages = Messages {
    react: "React",
    reply: "Reply",
    edit: "Edit",
    delete: "Delete",
    delete_question: "Delete this message?",
    delete_warning: "It is erased for everyone, and cannot be brought back.",
    copy_link: "Copy link",
    text_only: "Only text can be sent here, no images or files.",
    emptied: "A message cannot be empty. Delete it, or write something.",

    edited: "edited",
    erased: "This message was deleted.",
    hidden: "A moderator has hidden this message.",
    replies_to: |name| format!("Reply to {name}"),
    replies_to_some: "Reply to an older message",
    reactions: "Reactions",
    who_reacted: "Who reacted",
    reaction: |emoji, names| format!("{emoji} by {}", names.join(", ")),
    change: |what| match what {
        What::Edit(text) => format!("Edit: {text}"),
        What::Delete => "Deletion".into(),
        What::React(emoji) => format!("Reaction {emoji}"),
        What::Unreact(emoji) => format!("Reaction {emoji} taken back"),
    },
    room: |change| match change {
        RoomChange::Created => "made this room.".into(),
        RoomChange::Renamed { name, was } => {
            format!("renamed this room from {} to {}.", was.as_str(), name.as_str())
        }
        RoomChange::Described { topic } if topic.as_str().is_empty() => "removed the topic.".into(),
        RoomChange::Described { topic } => format!("set the topic: {}", topic.as_str()),
        RoomChange::Archived => "archived this room.".into(),
        RoomChange::Reopened => "opened this room again.".into(),
        RoomChange::Unknown => "changed this room.".into(),
    },
    renamed: |was, name| format!("{was} is called {name} from here on."),

    replying: |name| format!("Replying to {name}"),
    edit_last: "Edit your last message, where nothing is written",
    mention: "Name somebody",
    emoji: "Emoji",
    suggestions: "Suggestions",
    find_emoji: "Find an emoji",
    no_emoji: "No emoji is called that.",
};

pub(crate) static KOREAN: Messages = Messages {
    react: "반응하기",
    reply: "답장",
    edit: "수정",
    delete: "삭제",
    delete_question: "이 메시지를 삭제할까요?",
    delete_warning: "모두에게서 지워지고, 되돌릴 수 없어요.",
    copy_link: "링크 복사",
    text_only: "텍스트만 보낼 수 있어요. 이미지나 파일은 보낼 수 없어요.",
    emptied: "빈 메시지는 저장할 수 없어요. 삭제하거나 내용을 써 주세요.",

    edited: "수정됨",
    erased: "삭제된 메시지예요.",
    hidden: "운영자가 숨긴 메시지예요.",
    replies_to: |name| format!("{name} 님에게 보낸 답장"),
    replies_to_some: "이전 메시지에 보낸 답장",
    reactions: "반응",
    who_reacted: "반응한 사람",
    reaction: |emoji, names| format!("{emoji}: {}", names.join(", ")),
    change: |what| match what {
        What::Edit(text) => format!("수정: {text}"),
        What::Delete => "삭제".into(),
        What::React(emoji) => format!("반응 {emoji}"),
        What::Unreact(emoji) => format!("반응 {emoji} 취소"),
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
        RoomChange::Described { topic } if topic.as_str().is_empty() => "님이 주제를 지웠어요.".into(),
        RoomChange::Described { topic } => format!("님이 주제를 정했어요: {}", topic.as_str()),
        RoomChange::Archived => "님이 채팅방을 보관했어요.".into(),
        RoomChange::Reopened => "님이 채팅방을 다시 열었어요.".into(),
        RoomChange::Unknown => "님이 채팅방을 바꿨어요.".into(),
    },
    renamed: |was, name| format!("{was} 님이 닉네임을 바꿨어요: {name}"),

    replying: |name| format!("{name} 님에게 답장"),
    edit_last: "빈 입력창에서 마지막 메시지 수정",
    mention: "사람 부르기",
    emoji: "이모지",
    suggestions: "추천",
    find_emoji: "이모지 찾기",
    no_emoji: "찾는 이모지가 없어요.",
};
