//! A person's details in the administration.

use crate::language::Language;
use steadfast_shared::admin::Messages;

pub struct AdminPersonPhrases {
    pub details_of: fn(&str) -> String,
    pub devices: &'static str,
    pub connections: &'static str,
    pub newest_sign_ins: &'static str,
    pub every_sign_in: &'static str,
    pub audit_about: &'static str,
    pub you_cannot: &'static str,
    pub their_messages: &'static str,
    pub messages_choice: fn(Messages) -> &'static str,
    pub messages_mean: fn(Messages) -> &'static str,
    pub messages: &'static str,
    pub messages_question: fn(&str) -> String,
    pub messages_done: fn(&str, Messages) -> String,
    pub sign_out: &'static str,
    pub sign_out_question: fn(&str) -> String,
    pub sign_out_means: fn(&str) -> String,
    pub sign_out_without_passphrase: fn(&str) -> String,
    pub signed_out: fn(&str, u32) -> String,
}

impl AdminPersonPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: AdminPersonPhrases = AdminPersonPhrases {
    details_of: |name| format!("Details of {name}"),
    devices: "Devices",
    connections: "Connected now",
    newest_sign_ins: "Newest sign-ins",
    every_sign_in: "All their sign-ins",
    audit_about: "Actions concerning them",
    you_cannot: "Their role is not below yours, so you can only view this.",
    their_messages: "Their messages",
    messages_choice: |messages| match messages {
        Messages::Kept => "Keep",
        Messages::Hidden => "Hide",
        Messages::Erased => "Erase",
    },
    messages_mean: |messages| match messages {
        Messages::Kept => "Everyone can read them.",
        Messages::Hidden => "Nobody sees them until they are shown again.",
        Messages::Erased => "Deleted for everyone, permanently.",
    },
    messages: "Messages…",
    messages_question: |name| format!("What should happen to the messages of {name}?"),
    messages_done: |name, messages| match messages {
        Messages::Kept => format!("The messages of {name} are shown."),
        Messages::Hidden => format!("The messages of {name} are hidden."),
        Messages::Erased => format!("The messages of {name} are erased."),
    },
    sign_out: "Sign out everywhere",
    sign_out_question: |name| format!("Sign {name} out everywhere?"),
    sign_out_means: |name| format!("All devices of {name} are signed out at once, and can sign in again."),
    sign_out_without_passphrase: |name| {
        format!("{name} has no passphrase: nobody can sign in as {name} again.")
    },
    signed_out: |name, devices| match devices {
        0 => format!("{name} was not signed in anywhere."),
        1 => format!("{name} was signed out of 1 device."),
        n => format!("{name} was signed out of {n} devices."),
    },
};

static KOREAN: AdminPersonPhrases = AdminPersonPhrases {
    details_of: |name| format!("{name} 님 자세히 보기"),
    devices: "기기",
    connections: "지금 접속",
    newest_sign_ins: "최근 로그인",
    every_sign_in: "로그인 기록 모두 보기",
    audit_about: "이 사람에 대한 감사 기록",
    you_cannot: "나보다 역할이 낮은 사람이 아니라서 볼 수만 있어요.",
    their_messages: "이 사람의 메시지",
    messages_choice: |messages| match messages {
        Messages::Kept => "그대로 두기",
        Messages::Hidden => "숨기기",
        Messages::Erased => "모두 지우기",
    },
    messages_mean: |messages| match messages {
        Messages::Kept => "모두가 읽을 수 있어요.",
        Messages::Hidden => "다시 표시할 때까지 아무도 볼 수 없어요.",
        Messages::Erased => "모두에게서 영구히 삭제돼요.",
    },
    messages: "메시지…",
    messages_question: |name| format!("{name} 님의 메시지를 어떻게 할까요?"),
    messages_done: |name, messages| match messages {
        Messages::Kept => format!("{name} 님의 메시지를 표시했어요."),
        Messages::Hidden => format!("{name} 님의 메시지를 숨겼어요."),
        Messages::Erased => format!("{name} 님의 메시지를 모두 지웠어요."),
    },
    sign_out: "모든 기기에서 로그아웃",
    sign_out_question: |name| format!("{name} 님을 모든 기기에서 로그아웃시킬까요?"),
    sign_out_means: |name| format!("{name} 님의 모든 기기가 바로 로그아웃돼요. 다시 로그인할 수 있어요."),
    sign_out_without_passphrase: |name| format!("{name} 님은 암호가 없어서 다시 로그인할 수 없어요."),
    signed_out: |name, devices| match devices {
        0 => format!("{name} 님이 로그인한 기기가 없었어요."),
        n => format!("{name} 님을 기기 {n}대에서 로그아웃시켰어요."),
    },
};
