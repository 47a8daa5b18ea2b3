//! What is said about being left alone: hiding a conversation, blocking somebody, being brought into rooms, being kept out.

/// What is said about being left alone.
#[expect(missing_docs, reason = "each phrase is its own explanation")]
pub struct Privacy {
    // Hiding a conversation
    pub hide: &'static str,
    pub hide_question: fn(&str) -> String,
    pub hide_means: &'static str,
    pub hide_do: &'static str,
    pub hidden: &'static str,
    pub is_hidden: &'static str,
    pub show: &'static str,
    pub leave_group: fn(&str) -> String,

    // Blocking somebody
    pub block: &'static str,
    pub block_name: fn(&str) -> String,
    pub block_question: fn(&str) -> String,
    pub block_means: [&'static str; 4],
    pub blocked_now: fn(&str) -> String,
    pub unblock: &'static str,
    pub unblock_name: fn(&str) -> String,
    pub unblocked_now: fn(&str) -> String,
    pub blocked_people: &'static str,
    pub nobody_blocked: &'static str,
    pub is_blocked: &'static str,
    pub you_blocked: fn(&str) -> String,
    pub from_blocked: &'static str,
    pub show_it: &'static str,
    pub hide_it: &'static str,

    // Being brought into a room
    pub brought_by: fn(&str) -> String,
    pub started_by: fn(&str) -> String,
    pub keep: &'static str,

    // Being kept out
    pub banned_title: &'static str,
    pub closed_title: &'static str,
    pub kept_out_means: &'static str,
    pub not_sent: &'static str,
    pub copy_all: &'static str,
    pub somebody_else: &'static str,
    pub somebody_else_means: &'static str,
    pub try_again: &'static str,
    pub still_out: &'static str,
    pub banned_join: &'static str,
    pub closed_join: &'static str,
}

pub(crate) static ENGLISH: Privacy = Privacy {
    hide: "Hide the conversation",
    hide_question: |names| format!("Hide the conversation with {names}?"),
    hide_means: "It leaves your lists until somebody writes in it. Nobody is told, and nothing is deleted.",
    hide_do: "Hide",
    hidden: "Hidden until somebody writes. You find it again by its name.",
    is_hidden: "You have hidden this conversation.",
    show: "Show in the lists again",
    leave_group: |names| {
        format!(
            "Leave the conversation with {names}? Nothing of it reaches you any more, until somebody opens it with you again."
        )
    },

    block: "Block",
    block_name: |name| format!("Block {name}"),
    block_question: |name| format!("Block {name}?"),
    block_means: [
        "Neither of you can write to the other directly.",
        "They cannot bring you into rooms, and their mentions do not reach you.",
        "In rooms you share, what they write shows only if you ask for it.",
        "They are not told. You can unblock them at any time.",
    ],
    blocked_now: |name| format!("{name} is blocked."),
    unblock: "Unblock",
    unblock_name: |name| format!("Unblock {name}"),
    unblocked_now: |name| format!("{name} is no longer blocked."),
    blocked_people: "Blocked people",
    nobody_blocked: "You have blocked nobody.",
    is_blocked: "blocked",
    you_blocked: |name| format!("You have blocked {name}. Neither of you can write here."),
    from_blocked: "Message of somebody you have blocked",
    show_it: "Show",
    hide_it: "Hide again",

    brought_by: |name| format!("{name} brought you into this room."),
    started_by: |name| format!("{name} began this conversation with you."),
    keep: "OK",

    banned_title: "You have been banned from this server",
    closed_title: "Your account on this server has been closed",
    kept_out_means: "You can neither read nor write here. If you think that this is a mistake, talk to whoever runs the server.",
    not_sent: "What you had written and not sent",
    copy_all: "Copy all of it",
    somebody_else: "Use another account",
    somebody_else_means: "What you had not sent is deleted from this device then.",
    try_again: "Try again",
    still_out: "You still cannot sign in.",
    banned_join: "This person, or new people from where you are, cannot join this server.",
    closed_join: "This account has been closed.",
};

pub(crate) static KOREAN: Privacy = Privacy {
    hide: "대화 숨기기",
    hide_question: |names| format!("{names} 님과의 대화를 숨길까요?"),
    hide_means: "누군가 새로 쓸 때까지 목록에서 보이지 않아요. 상대방에게 알리지 않고, 아무것도 삭제하지 않아요.",
    hide_do: "숨기기",
    hidden: "누군가 새로 쓸 때까지 숨겼어요. 이름으로 다시 찾을 수 있어요.",
    is_hidden: "숨긴 대화예요.",
    show: "목록에 다시 표시",
    leave_group: |names| {
        format!("{names} 님과의 대화에서 나갈까요? 누군가 다시 함께 대화를 열 때까지 아무것도 받지 않아요.")
    },

    block: "차단",
    block_name: |name| format!("{name} 님 차단"),
    block_question: |name| format!("{name} 님을 차단할까요?"),
    block_means: [
        "서로 다이렉트 메시지를 보낼 수 없어요.",
        "나를 채팅방에 초대할 수 없고, 나를 불러도 알림이 오지 않아요.",
        "함께 있는 채팅방에서는 그 사람의 메시지를 내가 원할 때만 볼 수 있어요.",
        "상대방에게 알리지 않아요. 언제든 차단을 풀 수 있어요.",
    ],
    blocked_now: |name| format!("{name} 님을 차단했어요."),
    unblock: "차단 해제",
    unblock_name: |name| format!("{name} 님 차단 해제"),
    unblocked_now: |name| format!("{name} 님의 차단을 해제했어요."),
    blocked_people: "차단한 사람",
    nobody_blocked: "차단한 사람이 없어요.",
    is_blocked: "차단함",
    you_blocked: |name| format!("{name} 님을 차단했어요. 서로 여기에 쓸 수 없어요."),
    from_blocked: "차단한 사람의 메시지",
    show_it: "보기",
    hide_it: "다시 숨기기",

    brought_by: |name| format!("{name} 님이 이 채팅방에 초대했어요."),
    started_by: |name| format!("{name} 님이 시작한 대화예요."),
    keep: "확인",

    banned_title: "이 서버에서 차단되었어요",
    closed_title: "이 서버의 계정이 닫혔어요",
    kept_out_means: "이제 여기에서 읽거나 쓸 수 없어요. 잘못된 것 같다면 서버를 운영하는 분에게 이야기해 주세요.",
    not_sent: "쓰고 보내지 못한 내용",
    copy_all: "모두 복사",
    somebody_else: "다른 계정 쓰기",
    somebody_else_means: "그러면 보내지 못한 내용이 이 기기에서 삭제돼요.",
    try_again: "다시 시도",
    still_out: "아직 로그인할 수 없어요.",
    banned_join: "이 사람이나 이 주소의 새로운 사람은 들어올 수 없는 서버예요.",
    closed_join: "닫힌 계정이에요.",
};
