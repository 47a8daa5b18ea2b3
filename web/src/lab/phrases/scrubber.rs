//! Looking back.

use crate::language::Language;

pub struct ScrubberPhrases {
    pub look_back: &'static str,
    pub live: &'static str,
    pub ago: fn(f64) -> String,
    pub back_to_live: &'static str,
    pub earlier: &'static str,
    pub later: &'static str,
}

impl ScrubberPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: ScrubberPhrases = ScrubberPhrases {
    look_back: "Look back",
    live: "Live",
    ago: |seconds| format!("{seconds:.1} s ago"),
    back_to_live: "Back to live",
    earlier: "Earlier",
    later: "Later",
};

static KOREAN: ScrubberPhrases = ScrubberPhrases {
    look_back: "되돌아보기",
    live: "실시간",
    ago: |seconds| format!("{seconds:.1}초 전"),
    back_to_live: "실시간으로",
    earlier: "이전",
    later: "다음",
};
