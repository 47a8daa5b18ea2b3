//! What is said about the settings.

/// What is said about the settings.
#[expect(missing_docs, reason = "each phrase is its own explanation")]
pub struct Settings {
    pub title: &'static str,
    pub language: &'static str,
    pub theme: &'static str,
    pub theme_system: &'static str,
    pub theme_light: &'static str,
    pub theme_dark: &'static str,
}

pub(crate) static ENGLISH: Settings = Settings {
    title: "Settings",
    language: "Language",
    theme: "Appearance",
    theme_system: "As this device",
    theme_light: "Light",
    theme_dark: "Dark",
};

pub(crate) static KOREAN: Settings = Settings {
    title: "설정",
    language: "언어",
    theme: "화면 모드",
    theme_system: "기기 설정대로",
    theme_light: "밝게",
    theme_dark: "어둡게",
};
