//! Labels of the facts about a person.

use crate::language::Language;

pub struct PersonLabels {
    pub signed_up: &'static str,
    pub last_seen: &'static str,
    pub never: &'static str,
    pub devices: &'static str,
    pub passphrase: &'static str,
    pub rooms: &'static str,
    pub messages_written: &'static str,
    pub their_messages: &'static str,
    pub reason: &'static str,
    pub until: &'static str,
    pub until_let_in: &'static str,
    pub since: &'static str,
    pub role: &'static str,
    pub state: &'static str,
}

impl PersonLabels {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: PersonLabels = PersonLabels {
    signed_up: "Signed up",
    last_seen: "Last seen",
    never: "never",
    devices: "Devices",
    passphrase: "Passphrase",
    rooms: "Rooms",
    messages_written: "Messages written",
    their_messages: "Their messages are",
    reason: "Reason",
    until: "Until",
    until_let_in: "readmitted",
    since: "Since",
    role: "Role",
    state: "State",
};

static KOREAN: PersonLabels = PersonLabels {
    signed_up: "가입한 때",
    last_seen: "마지막 접속",
    never: "없음",
    devices: "기기",
    passphrase: "암호",
    rooms: "채팅방",
    messages_written: "쓴 메시지",
    their_messages: "메시지",
    reason: "이유",
    until: "기한",
    until_let_in: "다시 허용할 때까지",
    since: "시작",
    role: "역할",
    state: "상태",
};
