//! Days by name.

use crate::language::Language;

/// Days by name.
pub struct CalendarPhrases {
    pub today: &'static str,
    pub yesterday: &'static str,
}

impl CalendarPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: CalendarPhrases = CalendarPhrases {
    today: "Today",
    yesterday: "Yesterday",
};

static KOREAN: CalendarPhrases = CalendarPhrases {
    today: "오늘",
    yesterday: "어제",
};
