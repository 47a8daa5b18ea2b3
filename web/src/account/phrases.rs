//! What is said about a person's account and about invitations.

use steadfast_shared::{PassphraseError, limit};

/// What is said about a person's account and about invitations.
#[expect(missing_docs, reason = "each phrase is its own explanation")]
pub struct Account {
    pub title: &'static str,
    pub nickname_taken: fn(&str) -> String,
    pub save: &'static str,
    pub saved: &'static str,
    pub rename: &'static str,
    pub rename_means: &'static str,
    pub passphrase: &'static str,
    pub passphrase_now: &'static str,
    pub passphrase_new: &'static str,
    pub passphrase_why: &'static str,
    pub passphrase_if_yours: &'static str,
    pub passphrase_refused: fn(PassphraseError) -> String,
    pub have_passphrase: &'static str,
    pub devices: &'static str,
    pub this_device: &'static str,
    pub last_seen: fn(&str) -> String,
    pub sign_out: &'static str,
    pub sign_out_device: fn(&str) -> String,
    pub sign_out_without_passphrase: &'static str,
    pub invitation: &'static str,
    pub invitation_needed: &'static str,
    pub no_good_invitation: &'static str,
    pub server: &'static str,
    pub closed: &'static str,
    pub closed_fixed: &'static str,
    pub invitations: &'static str,
    pub no_invitations: &'static str,
    pub new_invitation: &'static str,
    pub copy_link: &'static str,
    pub link_shown_once: &'static str,
    pub until: fn(&str, u32) -> String,
    pub take_back: &'static str,
    pub not_loaded: &'static str,
    pub no_cookies: &'static str,
}

pub(crate) static ENGLISH: Account = Account {
    title: "Your account",
    nickname_taken: |name| {
        format!("“{name}” is taken. If that is you, enter your passphrase; if not, choose another nickname.")
    },
    save: "Save",
    saved: "Saved",
    rename: "Change the nickname",
    rename_means: "Everything you wrote shows it, too; your rooms are told.",
    passphrase: "Passphrase",
    passphrase_now: "Your passphrase so far",
    passphrase_new: "New passphrase",
    passphrase_why: "With a passphrase you can sign in on other devices, and come back to this nickname.",
    passphrase_if_yours: "The one you set for this nickname.",
    passphrase_refused: |error| match error {
        PassphraseError::TooShort => {
            format!(
                "A passphrase has at least {} characters.",
                limit::PASSPHRASE_CHARS_MIN
            )
        }
        PassphraseError::TooLong => {
            format!("A passphrase has at most {} characters.", limit::PASSPHRASE_CHARS)
        }
    },
    have_passphrase: "I have a passphrase",
    devices: "Devices",
    this_device: "This device",
    last_seen: |when| format!("Last seen {when}"),
    sign_out: "Sign out",
    sign_out_device: |name| format!("Sign {name} out"),
    sign_out_without_passphrase: "Without a passphrase there is no way back to this nickname. Set one first?",
    invitation: "Invitation",
    invitation_needed: "New people come to this server by invitation. Paste the code or the link you were given.",
    no_good_invitation: "This server takes new people by invitation only, and this is no invitation that is good.",
    server: "This server",
    closed: "New people need an invitation",
    closed_fixed: "The server was started so that new people need an invitation.",
    invitations: "Invitations",
    no_invitations: "There are no invitations.",
    new_invitation: "Make an invitation",
    copy_link: "Copy the link",
    link_shown_once: "This link is shown once. Whoever has it can join.",
    until: |when, used| format!("Until {when} · used {used} times"),
    take_back: "Take back",
    not_loaded: "This could not be loaded. Please try again.",
    no_cookies: "This browser does not keep cookies for this page, so the chat cannot remember who you are. \
                 Allow cookies for this address, then reload the page.",
};

pub(crate) static KOREAN: Account = Account {
    title: "내 계정",
    nickname_taken: |name| {
        format!(
            "‘{name}’ 닉네임은 이미 있어요. 본인이라면 암호를 입력하고, 아니라면 다른 닉네임을 골라 주세요."
        )
    },
    save: "저장",
    saved: "저장했어요",
    rename: "닉네임 바꾸기",
    rename_means: "지난 메시지에도 새 닉네임이 보이고, 참여 중인 채팅방에 알려져요.",
    passphrase: "암호",
    passphrase_now: "지금 암호",
    passphrase_new: "새 암호",
    passphrase_why: "암호를 정해 두면 다른 기기에서도 로그인하고, 이 닉네임으로 다시 돌아올 수 있어요.",
    passphrase_if_yours: "이 닉네임에 정해 둔 암호예요.",
    passphrase_refused: |error| match error {
        PassphraseError::TooShort => format!("암호는 {}자 이상이어야 해요.", limit::PASSPHRASE_CHARS_MIN),
        PassphraseError::TooLong => format!("암호는 최대 {}자까지 쓸 수 있어요.", limit::PASSPHRASE_CHARS),
    },
    have_passphrase: "암호가 있어요",
    devices: "기기",
    this_device: "이 기기",
    last_seen: |when| format!("마지막 접속 {when}"),
    sign_out: "로그아웃",
    sign_out_device: |name| format!("{name} 로그아웃"),
    sign_out_without_passphrase: "암호가 없으면 이 닉네임으로 다시 들어올 수 없어요. 먼저 암호를 정할까요?",
    invitation: "초대",
    invitation_needed: "초대를 받아야 들어올 수 있는 서버예요. 받은 코드나 링크를 붙여 넣어 주세요.",
    no_good_invitation: "초대를 받아야 들어올 수 있는 서버인데, 쓸 수 있는 초대가 아니에요.",
    server: "이 서버",
    closed: "초대받은 사람만 들어올 수 있음",
    closed_fixed: "초대받은 사람만 들어올 수 있도록 시작된 서버예요.",
    invitations: "초대장",
    no_invitations: "초대장이 없어요.",
    new_invitation: "초대장 만들기",
    copy_link: "링크 복사",
    link_shown_once: "이 링크는 한 번만 보여요. 링크를 가진 사람은 누구나 들어올 수 있어요.",
    until: |when, used| format!("{when}까지 · {used}번 사용됨"),
    take_back: "취소",
    not_loaded: "불러오지 못했어요. 다시 시도해 주세요.",
    no_cookies: "이 브라우저가 쿠키를 저장하지 않아서 누구인지 기억할 수 없어요. 이 주소의 쿠키를 허용한 다음 페이지를 새로고침해 주세요.",
};
