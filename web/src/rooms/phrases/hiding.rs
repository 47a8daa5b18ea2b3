//! Hiding a conversation, and being added to a room.

use crate::language::Language;

pub struct HidingPhrases {
    pub hide: &'static str,
    pub hide_question: fn(&str) -> String,
    pub hide_means: &'static str,
    pub hide_do: &'static str,
    pub hidden: &'static str,
    pub is_hidden: &'static str,
    pub show: &'static str,
    pub leave_group: fn(&str) -> String,
    pub brought_by: fn(&str) -> String,
    pub started_by: fn(&str) -> String,
    pub keep: &'static str,
}

impl HidingPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: HidingPhrases = HidingPhrases {
    hide: "Hide the conversation",
    hide_question: |names| format!("Hide the conversation with {names}?"),
    hide_means: "It leaves your lists until someone writes in it. Nobody is notified, and nothing is deleted.",
    hide_do: "Hide",
    hidden: "Hidden until someone writes. You can still find it by name.",
    is_hidden: "You have hidden this conversation.",
    show: "Show in the lists again",
    leave_group: |names| {
        format!(
            "Leave the conversation with {names}? You will not receive its messages until someone opens it with you again."
        )
    },
    brought_by: |name| format!("{name} added you to this room."),
    started_by: |name| format!("{name} started this conversation with you."),
    keep: "OK",
};

static KOREAN: HidingPhrases = HidingPhrases {
    hide: "대화 숨기기",
    hide_question: |names| format!("{names} 님과의 대화를 숨길까요?"),
    hide_means: "누군가 새로 쓸 때까지 목록에서 보이지 않아요. 상대방에게 알리지 않고, 아무것도 삭제하지 않아요.",
    hide_do: "숨기기",
    hidden: "누군가 새로 쓸 때까지 숨겼어요. 이름으로 다시 찾을 수 있어요.",
    is_hidden: "숨긴 대화예요.",
    show: "목록에 다시 표시",
    leave_group: |names| {
        format!("{names} 님과의 대화에서 나갈까요? 누군가 나와 다시 대화를 열 때까지 메시지를 받지 않아요.")
    },
    brought_by: |name| format!("{name} 님이 이 채팅방에 초대했어요."),
    started_by: |name| format!("{name} 님이 시작한 대화예요."),
    keep: "확인",
};
