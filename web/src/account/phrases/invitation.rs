//! Invitations to the server.

use crate::language::Language;

pub struct InvitationPhrases {
    pub server: &'static str,
    pub closed: &'static str,
    pub closed_fixed: &'static str,
    pub invitations: &'static str,
    pub no_invitations: &'static str,
    pub new_invitation: &'static str,
    pub until: fn(&str, u32) -> String,
    pub take_back: &'static str,
}

impl InvitationPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: InvitationPhrases = InvitationPhrases {
    server: "This server",
    closed: "New people need an invitation",
    closed_fixed: "New people need an invitation: the server was started with that option.",
    invitations: "Invitations",
    no_invitations: "There are no invitations.",
    new_invitation: "Create an invitation",
    until: |when, used| format!("Until {when} · used {used} times"),
    take_back: "Revoke",
};

static KOREAN: InvitationPhrases = InvitationPhrases {
    server: "이 서버",
    closed: "초대받은 사람만 들어올 수 있음",
    closed_fixed: "초대받은 사람만 들어올 수 있도록 시작된 서버예요.",
    invitations: "초대장",
    no_invitations: "초대장이 없어요.",
    new_invitation: "초대장 만들기",
    until: |when, used| format!("{when}까지 · {used}번 사용됨"),
    take_back: "취소",
};
