//! Banning, deactivating, and readmitting.

use crate::language::Language;
use steadfast_shared::admin::AccountState;

pub struct ExclusionPhrases {
    pub exclude: &'static str,
    pub exclude_question: fn(&str) -> String,
    pub in_which_way: &'static str,
    pub ban: &'static str,
    pub ban_means: &'static str,
    pub deactivate: &'static str,
    pub deactivate_means: &'static str,
    pub how_long: &'static str,
    pub until_let_in: &'static str,
    pub reason: &'static str,
    pub reason_hint: &'static str,
    pub reason_too_long: fn(usize) -> String,
    pub addresses: &'static str,
    pub not_at_all: &'static str,
    pub excluded: fn(&str, AccountState) -> String,
    pub readmit: &'static str,
    pub readmit_question: fn(&str) -> String,
    pub readmit_means: fn(&str) -> String,
    pub readmitted: fn(&str) -> String,
}

impl ExclusionPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: ExclusionPhrases = ExclusionPhrases {
    exclude: "Keep out…",
    exclude_question: |name| format!("Keep {name} out?"),
    in_which_way: "How",
    ban: "Ban",
    ban_means: "For misconduct.",
    deactivate: "Close the account",
    deactivate_means: "Without blame: for someone who left.",
    how_long: "For how long",
    until_let_in: "Until readmitted",
    reason: "Reason",
    reason_hint: "For other moderators and the audit log. The person does not see it.",
    reason_too_long: |limit| format!("Use at most {limit} characters."),
    addresses: "Block sign-ups from their addresses",
    not_at_all: "Do not block addresses",
    excluded: |name, state| match state {
        AccountState::Deactivated => format!("The account of {name} is closed."),
        AccountState::Active | AccountState::Banned => format!("{name} is banned."),
    },
    readmit: "Readmit",
    readmit_question: |name| format!("Readmit {name}?"),
    readmit_means: |name| format!("{name} can sign in again at once. Hidden messages are shown again."),
    readmitted: |name| format!("{name} can sign in again."),
};

static KOREAN: ExclusionPhrases = ExclusionPhrases {
    exclude: "서버에서 내보내기…",
    exclude_question: |name| format!("{name} 님을 서버에서 내보낼까요?"),
    in_which_way: "방법",
    ban: "차단",
    ban_means: "해를 끼친 사람에게 써요.",
    deactivate: "계정 비활성화",
    deactivate_means: "잘못과 상관없이, 떠난 사람의 계정에 써요.",
    how_long: "기간",
    until_let_in: "다시 허용할 때까지",
    reason: "이유",
    reason_hint: "다른 운영자와 감사 기록에만 남아요. 본인에게는 보이지 않아요.",
    reason_too_long: |limit| format!("최대 {limit}자까지 쓸 수 있어요."),
    addresses: "이 사람이 쓰던 주소에서 가입 막기",
    not_at_all: "막지 않기",
    excluded: |name, state| match state {
        AccountState::Deactivated => format!("{name} 님의 계정을 비활성화했어요."),
        AccountState::Active | AccountState::Banned => format!("{name} 님을 차단했어요."),
    },
    readmit: "다시 허용",
    readmit_question: |name| format!("{name} 님을 다시 허용할까요?"),
    readmit_means: |name| format!("{name} 님이 바로 다시 로그인할 수 있어요. 숨긴 메시지는 다시 보여요."),
    readmitted: |name| format!("{name} 님이 다시 로그인할 수 있어요."),
};
