//! The words for a part that is not loaded.

use crate::language::Language;

/// The words for a part that is not loaded. "Try again" is in
/// [`UiPhrases`](crate::ui::phrases::UiPhrases).
pub struct PartPhrases {
    pub loading: &'static str,
    pub not_loaded: &'static str,
    pub failed: &'static str,
    pub reload: &'static str,
}

impl PartPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: PartPhrases = PartPhrases {
    loading: "Loading…",
    not_loaded: "Not loaded",
    failed: "This part of Steadfast could not be loaded. Check your connection and try again. \
             If Steadfast was just updated, reload the page.",
    reload: "Reload the page",
};

static KOREAN: PartPhrases = PartPhrases {
    loading: "불러오는 중…",
    not_loaded: "불러오지 못함",
    failed: "Steadfast의 이 부분을 불러오지 못했어요. 연결을 확인하고 다시 시도해 주세요. \
             방금 업데이트되었다면 페이지를 새로고침해 주세요.",
    reload: "페이지 새로고침",
};
