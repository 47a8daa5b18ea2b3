//! Days by name.

use crate::language::Language;

pub struct LanguagePhrases {
    pub today: &'static str,
    pub yesterday: &'static str,
    pub language_switch: fn(&str) -> String,
}

impl LanguagePhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: LanguagePhrases = LanguagePhrases {
    today: "Today",
    yesterday: "Yesterday",
    language_switch: |name| format!("Switch to {name}"),
};

static KOREAN: LanguagePhrases = LanguagePhrases {
    today: "오늘",
    yesterday: "어제",
    language_switch: |name| format!("언어 변경: {name}"),
};
