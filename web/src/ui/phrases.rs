//! Words common to dialogs, menus and fields.

use crate::language::Language;

pub struct UiPhrases {
    pub close: &'static str,
    pub cancel: &'static str,
    pub yes: &'static str,
    pub no: &'static str,
    pub retry: &'static str,
    pub edit: &'static str,
    pub copied: &'static str,
    pub not_copied: &'static str,
    pub opening: &'static str,
    pub show_more: &'static str,
    pub copy_link: &'static str,
    pub link_shown_once: &'static str,
    pub none_yet: &'static str,
    pub administration: &'static str,
    pub settings: &'static str,
    pub code: &'static str,
    pub copy_code: &'static str,
}

impl UiPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: UiPhrases = UiPhrases {
    close: "Close",
    cancel: "Cancel",
    yes: "yes",
    no: "no",
    retry: "Try again",
    edit: "Edit",
    copied: "Copied",
    not_copied: "The browser did not allow copying.",
    opening: "Opening the chat…",
    show_more: "Show more",
    copy_link: "Copy the link",
    link_shown_once: "This link is shown once. Anyone who has it can join.",
    none_yet: "–",
    administration: "Administration",
    settings: "Settings",
    code: "Code",
    copy_code: "Copy the code",
};

static KOREAN: UiPhrases = UiPhrases {
    close: "닫기",
    cancel: "취소",
    yes: "예",
    no: "아니요",
    retry: "다시 시도",
    edit: "수정",
    copied: "복사했어요",
    not_copied: "이 브라우저에서는 복사할 수 없어요.",
    opening: "채팅을 여는 중…",
    show_more: "더 보기",
    copy_link: "링크 복사",
    link_shown_once: "이 링크는 한 번만 보여요. 링크를 가진 사람은 누구나 들어올 수 있어요.",
    none_yet: "–",
    administration: "서버 관리",
    settings: "설정",
    code: "코드",
    copy_code: "코드 복사",
};
