//! The page that asks for a nickname.

use crate::language::{Language, code_point};
use steadfast_shared::TextError;

pub struct JoinPhrases {
    pub welcome: &'static str,
    pub promise: &'static str,
    pub nickname: &'static str,
    pub nickname_hint: &'static str,
    pub join: &'static str,
    pub joining: &'static str,
    pub go_back: &'static str,
    pub nickname_refused: fn(TextError) -> String,
    pub nickname_taken: fn(&str) -> String,
    pub passphrase_if_yours: &'static str,
    pub have_passphrase: &'static str,
    pub invitation: &'static str,
    pub invitation_needed: &'static str,
    pub no_good_invitation: &'static str,
    pub no_cookies: &'static str,
    pub banned_join: &'static str,
    pub closed_join: &'static str,
}

impl JoinPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: JoinPhrases = JoinPhrases {
    welcome: "Welcome",
    promise: "Once a message shows saved, it is kept: stored once, shown once, in the same order for everyone.",
    nickname: "Your nickname",
    nickname_hint: "This is how others will see you.",
    join: "Join the chat",
    joining: "Joining…",
    go_back: "Go back",
    nickname_refused: |error| match error {
        TextError::Empty => "Please choose a nickname.".into(),
        TextError::TooLong { limit } => format!("A nickname has at most {limit} characters."),
        TextError::Forbidden {
            character, column, ..
        } => format!(
            "Character {column} of this nickname ({}) is not allowed. Please delete it.",
            code_point(character)
        ),
        TextError::NotOneEmoji => String::new(),
    },
    nickname_taken: |name| {
        format!("“{name}” is taken. If that is you, enter your passphrase; if not, choose another nickname.")
    },
    passphrase_if_yours: "The one you set for this nickname.",
    have_passphrase: "I have a passphrase",
    invitation: "Invitation",
    invitation_needed: "New people need an invitation to join this server. Paste the code or the link you were given.",
    no_good_invitation: "This invitation is invalid, used up or expired. Ask for a new one.",
    no_cookies: "This browser does not keep cookies for this page, so the chat cannot remember who you are. \
                 Allow cookies for this address, then reload the page.",
    banned_join: "You cannot join this server: this account is banned, or sign-up from your address is blocked.",
    closed_join: "This account has been closed.",
};

static KOREAN: JoinPhrases = JoinPhrases {
    welcome: "반갑습니다",
    promise: "‘저장됨’으로 표시된 메시지는 사라지지 않아요. 한 번만 저장되고, 모두에게 한 번씩 같은 순서로 보여요.",
    nickname: "닉네임",
    nickname_hint: "다른 사람에게 이 이름으로 보여요.",
    join: "채팅 시작하기",
    joining: "들어가는 중…",
    go_back: "돌아가기",
    nickname_refused: |error| match error {
        TextError::Empty => "닉네임을 입력해 주세요.".into(),
        TextError::TooLong { limit } => format!("닉네임은 최대 {limit}자까지 쓸 수 있어요."),
        TextError::Forbidden {
            character, column, ..
        } => format!(
            "닉네임의 {column}번째 문자({})는 쓸 수 없어요. 지워 주세요.",
            code_point(character)
        ),
        TextError::NotOneEmoji => String::new(),
    },
    nickname_taken: |name| {
        format!(
            "‘{name}’ 닉네임은 이미 있어요. 본인이라면 암호를 입력하고, 아니라면 다른 닉네임을 골라 주세요."
        )
    },
    passphrase_if_yours: "이 닉네임에 정해 둔 암호예요.",
    have_passphrase: "암호가 있어요",
    invitation: "초대장",
    invitation_needed: "초대를 받아야 들어올 수 있는 서버예요. 받은 코드나 링크를 붙여 넣어 주세요.",
    no_good_invitation: "올바르지 않거나, 이미 다 썼거나, 기한이 지난 초대장이에요. 새 초대장을 받아 주세요.",
    no_cookies: "이 브라우저가 쿠키를 저장하지 않아서 누구인지 기억할 수 없어요. 이 주소의 쿠키를 허용한 다음 페이지를 새로고침해 주세요.",
    banned_join: "이 서버에 들어올 수 없어요. 차단된 계정이거나, 이 주소에서는 새로 가입할 수 없어요.",
    closed_join: "비활성화된 계정이에요.",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_a_character_that_cannot_be_in_a_nickname_is_said_with_its_place() {
        use steadfast_shared::Nickname;
        let refused = Nickname::parse("Mi\u{200B}na").unwrap_err();
        assert_eq!(
            (ENGLISH.nickname_refused)(refused),
            "Character 3 of this nickname (U+200B) is not allowed. Please delete it."
        );
    }
}
