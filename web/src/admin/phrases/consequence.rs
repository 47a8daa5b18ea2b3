//! The consequences of excluding a person.

use crate::language::Language;
use steadfast_shared::admin::AccountState;
use steadfast_shared::admin::Messages;

pub struct ConsequencePhrases {
    pub signed_out: &'static str,
    pub name_kept: &'static str,
    pub for_span: fn(&str) -> String,
    pub until_let_in: &'static str,
    pub told: fn(AccountState) -> &'static str,
    pub address_held: fn(&str) -> String,
    pub messages: fn(Messages) -> &'static str,
}

impl ConsequencePhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: ConsequencePhrases = ConsequencePhrases {
    signed_out: "All their devices are signed out at once, and their unsent messages are refused.",
    name_kept: "They stay in their rooms, and nobody else can take their nickname.",
    for_span: |span| format!("It ends automatically after {span}."),
    until_let_in: "It lasts until someone readmits them.",
    told: |state| match state {
        AccountState::Deactivated => "They are told that their account has been closed.",
        AccountState::Active | AccountState::Banned => "They are told that they have been banned.",
    },
    address_held: |span| {
        format!(
            "For {span}, nobody new can sign up from their addresses. People with an account can still sign in there."
        )
    },
    messages: |messages| match messages {
        Messages::Kept => "Their messages stay visible.",
        Messages::Hidden => "Their messages so far are hidden from everyone, and can be shown again.",
        Messages::Erased => "Their messages so far are erased for everyone. This cannot be undone.",
    },
};

static KOREAN: ConsequencePhrases = ConsequencePhrases {
    signed_out: "모든 기기가 바로 로그아웃되고, 아직 보내지 못한 메시지는 거절돼요.",
    name_kept: "채팅방에는 그대로 남고, 다른 사람이 이 닉네임을 쓸 수 없어요.",
    for_span: |span| format!("{span} 뒤에 저절로 끝나요."),
    until_let_in: "누군가 다시 허용할 때까지 계속돼요.",
    told: |state| match state {
        AccountState::Deactivated => "본인에게 계정이 비활성화되었다고 알려요.",
        AccountState::Active | AccountState::Banned => "본인에게 차단되었다고 알려요.",
    },
    address_held: |span| {
        format!(
            "{span} 동안 이 사람이 접속한 주소에서는 새로 가입할 수 없어요. 계정이 있는 사람은 로그인할 수 있어요."
        )
    },
    messages: |messages| match messages {
        Messages::Kept => "쓴 메시지는 그대로 남아 읽을 수 있어요.",
        Messages::Hidden => "지금까지 쓴 메시지를 모두에게서 숨겨요. 다시 표시할 수 있어요.",
        Messages::Erased => "지금까지 쓴 메시지를 모두에게서 지워요. 되돌릴 수 없어요.",
    },
};
