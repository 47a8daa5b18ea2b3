//! A message's actions.

use crate::language::Language;

pub struct ActionPhrases {
    pub react: &'static str,
    pub reply: &'static str,
    pub edit: &'static str,
    pub delete: &'static str,
    pub delete_question: &'static str,
    pub delete_warning: &'static str,
    pub copy_link: &'static str,
    pub emptied: &'static str,
    pub reactions: &'static str,
    pub who_reacted: &'static str,
    pub reaction: fn(&str, &[String]) -> String,
    pub find_emoji: &'static str,
    pub no_emoji: &'static str,
    pub message_tools: &'static str,
    pub more: &'static str,
    pub copy_text: &'static str,
}

impl ActionPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: ActionPhrases = ActionPhrases {
    react: "React",
    reply: "Reply",
    edit: "Edit",
    delete: "Delete",
    delete_question: "Delete this message?",
    delete_warning: "It will be deleted for everyone. This cannot be undone.",
    copy_link: "Copy link",
    emptied: "A message cannot be empty. Delete it, or write something.",
    reactions: "Reactions",
    who_reacted: "Who reacted",
    reaction: |emoji, names| format!("{emoji} by {}", names.join(", ")),
    find_emoji: "Find an emoji",
    no_emoji: "No emoji found.",
    message_tools: "Message actions",
    more: "More",
    copy_text: "Copy text",
};

static KOREAN: ActionPhrases = ActionPhrases {
    react: "반응하기",
    reply: "답장",
    edit: "수정",
    delete: "삭제",
    delete_question: "이 메시지를 삭제할까요?",
    delete_warning: "모두에게서 지워지고, 되돌릴 수 없어요.",
    copy_link: "링크 복사",
    emptied: "빈 메시지는 저장할 수 없어요. 삭제하거나 내용을 써 주세요.",
    reactions: "반응",
    who_reacted: "반응한 사람",
    reaction: |emoji, names| format!("{emoji}: {}", names.join(", ")),
    find_emoji: "이모지 찾기",
    no_emoji: "찾는 이모지가 없어요.",
    message_tools: "메시지 메뉴",
    more: "더 보기",
    copy_text: "텍스트 복사",
};
