//! A person's own account.

mod invitation;
mod join;
mod kept_out;
mod owner_link;
mod settings;
mod sign_out;

pub use invitation::InvitationPhrases;
pub use join::JoinPhrases;
pub use kept_out::KeptOutPhrases;
pub use owner_link::OwnerLinkPhrases;
pub use settings::SettingsPhrases;
pub use sign_out::SignOutPhrases;

use crate::language::Language;
use steadfast_shared::PassphraseError;
use steadfast_shared::limit;

pub struct AccountPhrases {
    pub title: &'static str,
    pub save: &'static str,
    pub saved: &'static str,
    pub rename: &'static str,
    pub rename_means: &'static str,
    pub passphrase: &'static str,
    pub passphrase_now: &'static str,
    pub passphrase_new: &'static str,
    pub passphrase_why: &'static str,
    pub passphrase_refused: fn(PassphraseError) -> String,
    pub devices: &'static str,
    pub this_device: &'static str,
    pub last_seen: fn(&str) -> String,
    pub sign_out: &'static str,
    pub sign_out_device: fn(&str) -> String,
    pub sign_out_without_passphrase: &'static str,
    pub not_loaded: &'static str,
    pub too_many_devices: &'static str,
}

impl AccountPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: AccountPhrases = AccountPhrases {
    title: "Your account",
    save: "Save",
    saved: "Saved",
    rename: "Change the nickname",
    rename_means: "Your old messages show it, too, and your rooms see the change.",
    passphrase: "Passphrase",
    passphrase_now: "Current passphrase",
    passphrase_new: "New passphrase",
    passphrase_why: "With a passphrase you can sign in on other devices, and come back to this nickname.",
    passphrase_refused: |error| match error {
        PassphraseError::TooShort => {
            format!(
                "A passphrase needs at least {} characters.",
                limit::PASSPHRASE_CHARS_MIN
            )
        }
        PassphraseError::TooLong => {
            format!("A passphrase has at most {} characters.", limit::PASSPHRASE_CHARS)
        }
    },
    devices: "Devices",
    this_device: "This device",
    last_seen: |when| format!("Last seen {when}"),
    sign_out: "Sign out",
    sign_out_device: |name| format!("Sign {name} out"),
    sign_out_without_passphrase: "Without a passphrase you cannot come back to this nickname. Set one first?",
    not_loaded: "This could not be loaded. Please try again.",
    too_many_devices: "You are signed in on as many devices as one person may have. Sign one of them out first, in its settings.",
};

static KOREAN: AccountPhrases = AccountPhrases {
    title: "내 계정",
    save: "저장",
    saved: "저장했어요",
    rename: "닉네임 바꾸기",
    rename_means: "지난 메시지에도 새 닉네임이 보이고, 참여 중인 채팅방에 알려져요.",
    passphrase: "암호",
    passphrase_now: "지금 암호",
    passphrase_new: "새 암호",
    passphrase_why: "암호를 정해 두면 다른 기기에서도 로그인하고, 이 닉네임으로 다시 돌아올 수 있어요.",
    passphrase_refused: |error| match error {
        PassphraseError::TooShort => format!("암호는 {}자 이상이어야 해요.", limit::PASSPHRASE_CHARS_MIN),
        PassphraseError::TooLong => format!("암호는 최대 {}자까지 쓸 수 있어요.", limit::PASSPHRASE_CHARS),
    },
    devices: "기기",
    this_device: "이 기기",
    last_seen: |when| format!("마지막 접속 {when}"),
    sign_out: "로그아웃",
    sign_out_device: |name| format!("{name} 로그아웃"),
    sign_out_without_passphrase: "암호가 없으면 이 닉네임으로 다시 들어올 수 없어요. 먼저 암호를 정할까요?",
    not_loaded: "불러오지 못했어요. 다시 시도해 주세요.",
    too_many_devices: "로그인할 수 있는 기기 수를 다 썼어요. 먼저 다른 기기의 설정에서 한 대를 로그아웃해 주세요.",
};
