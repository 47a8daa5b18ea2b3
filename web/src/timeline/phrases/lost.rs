//! Messages that the server has no more.

use crate::language::Language;

/// Messages that the server has no more.
pub struct LostPhrases {
    pub went_back: fn(usize) -> String,
    pub unsent_is_sent: &'static str,
}

impl LostPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: LostPhrases = LostPhrases {
    went_back: |n| {
        let gone = if n == 1 {
            "This message was here and is gone".to_owned()
        } else {
            format!("These {n} messages were here and are gone")
        };
        format!("The server’s database went back to an earlier state. {gone}:")
    },
    unsent_is_sent: "Whatever this device had not sent yet is sent now.",
};

static KOREAN: LostPhrases = LostPhrases {
    went_back: |n| {
        format!("서버의 데이터베이스가 이전 상태로 되돌아갔어요. 여기 있던 메시지 {n}개가 사라졌어요:")
    },
    unsent_is_sent: "이 기기에서 아직 보내지 않은 메시지는 지금 보내요.",
};
