//! The mechanisms that acted last.

use crate::lab::phrases::NamedPhrase;
use crate::language::Language;

pub struct MechanismPhrases {
    pub acted: &'static str,
    pub nothing_acted: &'static str,
    pub at_most_once: NamedPhrase,
    pub at_least_once: NamedPhrase,
    pub exactly_once: NamedPhrase,
    pub lost_broadcast: &'static str,
    pub retry: &'static str,
    pub known_id: &'static str,
    pub dropped_repeat: &'static str,
    pub gap: &'static str,
    pub healed: &'static str,
    pub once: &'static str,
}

impl MechanismPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: MechanismPhrases = MechanismPhrases {
    acted: "What just acted",
    nothing_acted: "Nothing yet. Break something.",
    at_most_once: NamedPhrase {
        name: "at most once",
        says: "Sent once and never again, so it may be lost. A plain broadcast is like that.",
    },
    at_least_once: NamedPhrase {
        name: "at least once",
        says: "Sent again until it is answered, so it may arrive twice.",
    },
    exactly_once: NamedPhrase {
        name: "exactly once",
        says: "Sent again until it is answered, and recognised by its id: both together.",
    },
    lost_broadcast: "A broadcast was lost, and is not repeated.",
    retry: "There was no answer, so the same message went out again.",
    known_id: "The server knew the id: it stored nothing, and answered with the message’s number.",
    dropped_repeat: "A message arrived that is already here. Its number shows that, so it was dropped.",
    gap: "A number is missing. Later messages wait while the missing ones are requested.",
    healed: "The gap is closed, and everything shows in order.",
    once: "However often it went out, the message is in the log once.",
};

static KOREAN: MechanismPhrases = MechanismPhrases {
    acted: "방금 작동한 것",
    nothing_acted: "아직 없어요. 무언가를 고장 내 보세요.",
    at_most_once: NamedPhrase {
        name: "최대 한 번",
        says: "한 번만 보내고 다시 보내지 않아서 사라질 수 있어요. 단순한 브로드캐스트가 그래요.",
    },
    at_least_once: NamedPhrase {
        name: "최소 한 번",
        says: "답이 올 때까지 다시 보내서 두 번 도착할 수 있어요.",
    },
    exactly_once: NamedPhrase {
        name: "정확히 한 번",
        says: "답이 올 때까지 다시 보내고 아이디로 구별해요. 둘을 합친 것이에요.",
    },
    lost_broadcast: "소식 하나가 사라졌고, 아무도 다시 보내지 않아요.",
    retry: "답이 없어서 같은 메시지를 다시 보냈어요.",
    known_id: "서버가 아이디를 알아보고, 새로 저장하지 않고 원래 번호로 답했어요.",
    dropped_repeat: "이미 있는 메시지가 또 왔어요. 번호를 보고 버렸어요.",
    gap: "번호가 빠졌어요. 뒤의 것은 기다리고, 빠진 메시지를 요청해요.",
    healed: "빠진 곳이 채워져서 모두 순서대로 보여요.",
    once: "몇 번을 보냈든 로그에는 한 번만 있어요.",
};
