//! Blocking a person.

use crate::language::Language;

pub struct BlockPhrases {
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
}

impl BlockPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: BlockPhrases = BlockPhrases {
    block: "Block",
    block_name: |name| format!("Block {name}"),
    block_question: |name| format!("Block {name}?"),
    block_means: [
        "Neither of you can write to the other directly.",
        "They cannot add you to rooms, and their mentions do not notify you.",
        "In rooms you share, their messages stay hidden until you choose to show them.",
        "They are not notified. You can unblock them at any time.",
    ],
    blocked_now: |name| format!("{name} is blocked."),
    unblock: "Unblock",
    unblock_name: |name| format!("Unblock {name}"),
    unblocked_now: |name| format!("{name} is no longer blocked."),
    blocked_people: "Blocked people",
    nobody_blocked: "You have not blocked anyone.",
    is_blocked: "blocked",
    you_blocked: |name| format!("You have blocked {name}. Neither of you can write here."),
    from_blocked: "Message from someone you blocked",
    show_it: "Show",
    hide_it: "Hide again",
};

static KOREAN: BlockPhrases = BlockPhrases {
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
};
