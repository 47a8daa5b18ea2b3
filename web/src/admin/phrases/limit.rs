//! A person's limits, and blocked addresses.

use crate::language::Language;

pub struct LimitPhrases {
    pub limits: &'static str,
    pub limits_question: fn(&str) -> String,
    pub limits_hint: &'static str,
    pub limit_not_a_number: &'static str,
    pub limits_done: fn(&str) -> String,
    pub release: &'static str,
    pub release_question: fn(&str) -> String,
    pub release_means: &'static str,
    pub released: fn(&str) -> String,
}

impl LimitPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: LimitPhrases = LimitPhrases {
    limits: "Limits…",
    limits_question: |name| format!("Limits of {name}"),
    limits_hint: "Leave empty to use the server’s limit.",
    limit_not_a_number: "Enter a whole number, or leave it empty.",
    limits_done: |name| format!("The limits of {name} are saved."),
    release: "Unblock",
    release_question: |address| format!("Unblock {address}?"),
    release_means: "New people can sign up from there again.",
    released: |address| format!("New people can sign up from {address} again."),
};

static KOREAN: LimitPhrases = LimitPhrases {
    limits: "제한…",
    limits_question: |name| format!("{name} 님의 제한"),
    limits_hint: "비워 두면 서버의 기본 제한을 따라요.",
    limit_not_a_number: "정수를 입력하거나 비워 두세요.",
    limits_done: |name| format!("{name} 님의 제한을 저장했어요."),
    release: "다시 허용",
    release_question: |address| format!("{address} 주소를 다시 허용할까요?"),
    release_means: "이 주소에서 새로 가입할 수 있게 돼요.",
    released: |address| format!("{address} 주소에서 다시 가입할 수 있어요."),
};
