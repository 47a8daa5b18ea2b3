//! The dialog about a room that was taken away from a person.

use crate::language::Language;

pub struct InterruptionPhrases {
    pub interrupted: &'static str,
    pub archived: fn(&str) -> String,
    pub kept: &'static str,
    pub written_there: &'static str,
}

impl InterruptionPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: InterruptionPhrases = InterruptionPhrases {
    interrupted: "You can no longer write there",
    archived: |room| format!("{room} was archived: nobody can write in it any more."),
    kept: "Your text is kept as that room’s draft:",
    written_there: "You were writing this there. Copy it if you still need it:",
};

static KOREAN: InterruptionPhrases = InterruptionPhrases {
    interrupted: "이제 그곳에는 쓸 수 없어요",
    archived: |room| format!("{room} 채팅방이 보관되어 더 이상 쓸 수 없어요."),
    kept: "거기에 쓰던 글은 그 채팅방의 임시 글로 남아 있어요:",
    written_there: "거기에 쓰던 글이에요. 필요하면 복사해 두세요:",
};
