//! The counters.

use crate::language::Language;

pub struct CounterPhrases {
    pub counters: &'static str,
    pub retries: &'static str,
    pub acks_lost: &'static str,
    pub known_to_server: &'static str,
    pub repeats: &'static str,
    pub entries_lost: &'static str,
    pub gaps: &'static str,
    pub gaps_healed: &'static str,
}

impl CounterPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: CounterPhrases = CounterPhrases {
    counters: "Counters",
    retries: "Sent again",
    acks_lost: "Acknowledgements lost",
    known_to_server: "Recognised by the server",
    repeats: "Duplicates dropped here",
    entries_lost: "Broadcasts lost",
    gaps: "Gaps noticed",
    gaps_healed: "Gaps closed",
};

static KOREAN: CounterPhrases = CounterPhrases {
    counters: "횟수",
    retries: "다시 보냄",
    acks_lost: "사라진 응답",
    known_to_server: "서버가 아이디로 알아봄",
    repeats: "여기서 버린 중복",
    entries_lost: "사라진 소식",
    gaps: "발견한 빈틈",
    gaps_healed: "채운 빈틈",
};
