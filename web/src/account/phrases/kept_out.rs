//! The page of an excluded person.

use crate::language::Language;

pub struct KeptOutPhrases {
    pub banned_title: &'static str,
    pub closed_title: &'static str,
    pub kept_out_means: &'static str,
    pub kept_out_until: fn(&str) -> String,
    pub not_sent: &'static str,
    pub copy_all: &'static str,
    pub somebody_else: &'static str,
    pub somebody_else_means: &'static str,
    pub try_again: &'static str,
    pub still_out: &'static str,
}

impl KeptOutPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: KeptOutPhrases = KeptOutPhrases {
    banned_title: "You have been banned from this server",
    closed_title: "Your account on this server has been closed",
    kept_out_means: "You cannot read or write here. If you think this is a mistake, contact the person who runs this server.",
    kept_out_until: |time| format!("This lasts until {time}."),
    not_sent: "Your unsent messages",
    copy_all: "Copy all",
    somebody_else: "Use another account",
    somebody_else_means: "Your unsent messages will be deleted from this device.",
    try_again: "Try again",
    still_out: "You still cannot sign in.",
};

static KOREAN: KeptOutPhrases = KeptOutPhrases {
    banned_title: "이 서버에서 차단되었어요",
    closed_title: "이 서버의 계정이 비활성화되었어요",
    kept_out_means: "이제 여기에서 읽거나 쓸 수 없어요. 잘못된 것 같다면 서버를 운영하는 분에게 이야기해 주세요.",
    kept_out_until: |time| format!("{time}까지예요."),
    not_sent: "쓰고 보내지 못한 내용",
    copy_all: "모두 복사",
    somebody_else: "다른 계정 쓰기",
    somebody_else_means: "그러면 보내지 못한 내용이 이 기기에서 삭제돼요.",
    try_again: "다시 시도",
    still_out: "아직 로그인할 수 없어요.",
};
