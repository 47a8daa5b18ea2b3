//! The settings.

use crate::language::Language;

pub struct SettingsPhrases {
    pub language: &'static str,
    pub theme: &'static str,
    pub theme_system: &'static str,
    pub theme_light: &'static str,
    pub theme_dark: &'static str,
}

impl SettingsPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: SettingsPhrases = SettingsPhrases {
    language: "Language",
    theme: "Appearance",
    theme_system: "Same as this device",
    theme_light: "Light",
    theme_dark: "Dark",
};

static KOREAN: SettingsPhrases = SettingsPhrases {
    language: "언어",
    theme: "화면 모드",
    theme_system: "기기 설정대로",
    theme_light: "밝게",
    theme_dark: "어둡게",
};
