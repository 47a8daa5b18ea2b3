//! Why the server refused a request.

use crate::language::Language;
use steadfast_shared::{ErrorCode, WireError};

pub struct RefusalPhrases {
    pub server_unreachable: &'static str,
    pub server_refused: fn(&str) -> String,
    pub rejected: fn(ErrorCode) -> &'static str,
    pub not_connected: &'static str,
    pub no_answer: &'static str,
    pub too_many: &'static str,
    pub too_fast: &'static str,
    /// So many minutes, rounded up.
    pub too_fast_for: fn(u64) -> String,
}

impl RefusalPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }

    /// Why a request was refused. The server's own words are English: they stand where those of the code say too little.
    pub fn why(language: Language, error: &WireError) -> String {
        let phrases = Self::of(language);
        match (error.code, error.retry_after_ms) {
            (ErrorCode::RateLimited, Some(wait)) if wait > MOMENT_MS => {
                (phrases.too_fast_for)(wait.div_ceil(60_000))
            }
            (ErrorCode::RateLimited | ErrorCode::Busy, _) => phrases.too_fast.to_owned(),
            (ErrorCode::TooLarge, _) => phrases.too_many.to_owned(),
            (ErrorCode::Unavailable, _) => phrases.server_unreachable.to_owned(),
            (ErrorCode::Invalid | ErrorCode::Conflict | ErrorCode::Unknown, _) => {
                (phrases.server_refused)(&error.message)
            }
            (code, _) => (phrases.rejected)(code).to_owned(),
        }
    }
}

/// Waits up to this long are shown as "a moment".
const MOMENT_MS: u64 = 10_000;

static ENGLISH: RefusalPhrases = RefusalPhrases {
    server_unreachable: "The server cannot be reached. Please check your connection and try again.",
    server_refused: |why| format!("The server refused: {why}"),
    rejected: |code| match code {
        ErrorCode::Invalid => "The server could not read this message.",
        ErrorCode::TooLarge => "This message is too long.",
        ErrorCode::Conflict => "Another message was already sent under the same id.",
        ErrorCode::UnknownRoom => "This room does not exist, or you have no access to it.",
        ErrorCode::Unauthorized => "You were signed out when this was sent.",
        ErrorCode::NicknameTaken => "This nickname is taken.",
        ErrorCode::RoomNameTaken => "Another room has this name.",
        ErrorCode::UnknownMessage => "The message this refers to no longer exists.",
        ErrorCode::Forbidden => "You are not allowed to do this.",
        ErrorCode::Archived => "This room is archived: nobody can write in it.",
        ErrorCode::WrongPassphrase => "This passphrase does not match the nickname.",
        ErrorCode::InviteRequired => "New people need an invitation to join this server.",
        ErrorCode::Banned => "You have been banned from this server.",
        ErrorCode::Deactivated => "This account has been closed.",
        ErrorCode::Blocked => "This person does not accept messages from you, or you have blocked them.",
        ErrorCode::RoomDeleted => "This room has been deleted.",
        ErrorCode::UnknownPerson => "This person does not exist.",
        ErrorCode::LastOwner => "The server needs an owner. Make someone else an owner first.",
        ErrorCode::InvalidCode => "This owner link is invalid, or was already used.",
        ErrorCode::OverQuota => {
            "You have reached the daily limit for one person. Try again tomorrow, or ask the person who runs this server."
        }
        ErrorCode::StorageFull => "The server's disk is full.",
        ErrorCode::RateLimited => "Too many messages in too short a time.",
        ErrorCode::Busy | ErrorCode::Unavailable => "The server could not take this message.",
        ErrorCode::Unknown => "The server refused this message.",
    },
    not_connected: "You are not connected. Try again when the connection is back.",
    no_answer: "The server did not answer in time. Check whether it was done before you try again.",
    too_many: "That is more than this server allows.",
    too_fast: "That was too much at once. Please wait a moment and try again.",
    too_fast_for: |minutes| match minutes {
        1 => "That was too often. Please wait a minute and try again.".to_owned(),
        minutes => format!("That was too often. Please wait {minutes} minutes and try again."),
    },
};

static KOREAN: RefusalPhrases = RefusalPhrases {
    server_unreachable: "서버에 연결할 수 없어요. 인터넷 연결을 확인하고 다시 시도해 주세요.",
    server_refused: |why| format!("서버가 거절했어요: {why}"),
    rejected: |code| match code {
        ErrorCode::Invalid => "서버가 이 메시지를 읽지 못했어요.",
        ErrorCode::TooLarge => "메시지가 너무 길어요.",
        ErrorCode::Conflict => "같은 식별자로 다른 메시지가 이미 전송되었어요.",
        ErrorCode::UnknownRoom => "들어갈 수 없는 채팅방이에요.",
        ErrorCode::Unauthorized => "보낼 때 로그인이 풀려 있었어요.",
        ErrorCode::NicknameTaken => "다른 분이 쓰는 닉네임이에요.",
        ErrorCode::RoomNameTaken => "같은 이름의 채팅방이 이미 있어요.",
        ErrorCode::UnknownMessage => "이 내용이 가리키는 메시지가 더는 없어요.",
        ErrorCode::Forbidden => "이 작업을 할 권한이 없어요.",
        ErrorCode::Archived => "보관된 채팅방이라 더는 쓸 수 없어요.",
        ErrorCode::WrongPassphrase => "이 닉네임의 암호가 아니에요.",
        ErrorCode::InviteRequired => "초대를 받아야 들어올 수 있는 서버예요.",
        ErrorCode::Banned => "이 서버에서 차단되었어요.",
        ErrorCode::Deactivated => "비활성화된 계정이에요.",
        ErrorCode::Blocked => "상대방이 메시지를 받지 않거나, 내가 차단한 사람이에요.",
        ErrorCode::RoomDeleted => "삭제된 채팅방이에요.",
        ErrorCode::UnknownPerson => "없는 사람이에요.",
        ErrorCode::LastOwner => "서버에는 소유자가 있어야 해요. 먼저 다른 사람을 소유자로 정해 주세요.",
        ErrorCode::InvalidCode => "올바르지 않거나 이미 사용한 소유자 링크예요.",
        ErrorCode::OverQuota => {
            "하루에 쓸 수 있는 만큼 다 썼어요. 내일 다시 보내거나 서버를 운영하는 분에게 물어보세요."
        }
        ErrorCode::StorageFull => "서버의 디스크가 가득 찼어요.",
        ErrorCode::RateLimited => "짧은 시간에 너무 많은 메시지를 보냈어요.",
        ErrorCode::Busy | ErrorCode::Unavailable => "서버가 이 메시지를 받지 못했어요.",
        ErrorCode::Unknown => "서버가 이 메시지를 거절했어요.",
    },
    not_connected: "지금은 연결되어 있지 않아요. 다시 연결되면 시도해 주세요.",
    no_answer: "서버가 제때 답하지 않았어요. 이미 처리되었는지 확인한 뒤 다시 시도해 주세요.",
    too_many: "이 서버에서 허용하는 수를 넘었어요.",
    too_fast: "한꺼번에 너무 많이 요청했어요. 잠시 뒤에 다시 시도해 주세요.",
    too_fast_for: |minutes| format!("너무 여러 번 시도했어요. {minutes}분 뒤에 다시 시도해 주세요."),
};

#[cfg(test)]
mod tests {
    use super::*;
    use ErrorCode::{
        Archived, Banned, Blocked, Busy, Conflict, Deactivated, Forbidden, Invalid, InvalidCode,
        InviteRequired, LastOwner, NicknameTaken, OverQuota, RateLimited, RoomDeleted, RoomNameTaken,
        StorageFull, TooLarge, Unauthorized, Unavailable, Unknown, UnknownMessage, UnknownPerson,
        UnknownRoom, WrongPassphrase,
    };

    #[test]
    fn a_refusal_with_words_of_its_own_is_told_in_the_language_chosen() {
        for code in [
            RateLimited,
            Busy,
            TooLarge,
            Unavailable,
            StorageFull,
            LastOwner,
            OverQuota,
            WrongPassphrase,
            Blocked,
            InvalidCode,
            UnknownMessage,
            Unauthorized,
        ] {
            let error = WireError::new(code, "in English");
            let said = RefusalPhrases::why(Language::Korean, &error);
            assert!(!said.is_empty() && !said.contains("English"), "{code:?}: {said}");
        }
        let invalid = WireError::new(Invalid, "in English");
        assert!(RefusalPhrases::why(Language::Korean, &invalid).contains("in English"));
    }

    #[test]
    fn whoever_has_to_wait_is_told_how_long() {
        let wait = |ms| WireError {
            retry_after_ms: Some(ms),
            ..WireError::new(RateLimited, "wait")
        };
        let says = |language, ms| RefusalPhrases::why(language, &wait(ms));
        assert!(says(Language::English, 3_000).contains("a moment"));
        assert!(says(Language::English, 59_000).contains("a minute"));
        assert!(says(Language::English, 61_000).contains("2 minutes"));
        assert!(says(Language::Korean, 60_000).contains("1분 뒤에"));
    }

    #[test]
    fn every_refusal_has_words_in_every_language() {
        for language in Language::ALL {
            for code in [
                Invalid,
                TooLarge,
                Conflict,
                UnknownRoom,
                Unauthorized,
                NicknameTaken,
                RoomNameTaken,
                UnknownMessage,
                Forbidden,
                Archived,
                WrongPassphrase,
                InviteRequired,
                Banned,
                Deactivated,
                Blocked,
                RoomDeleted,
                UnknownPerson,
                LastOwner,
                InvalidCode,
                OverQuota,
                StorageFull,
                RateLimited,
                Busy,
                Unavailable,
                Unknown,
            ] {
                assert!(
                    !(RefusalPhrases::of(language).rejected)(code).is_empty(),
                    "{language:?} {code:?}"
                );
            }
        }
    }
}
