//! The languages of the page. Each subject keeps its phrases beside it, in a struct with one value
//! per language: a missing phrase does not compile.

pub mod phrases;
pub mod span;

#[cfg(target_arch = "wasm32")]
pub(crate) mod calendar;
#[cfg(target_arch = "wasm32")]
pub(crate) mod locale;
#[cfg(target_arch = "wasm32")]
pub(crate) mod of_browser;
#[cfg(target_arch = "wasm32")]
pub(crate) mod switch;
#[cfg(target_arch = "wasm32")]
pub(crate) mod today;

use steadfast_shared::text::is_unseen;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Language {
    English,
    Korean,
}

impl Language {
    /// Every language, in display order.
    pub const ALL: [Self; 2] = [Self::English, Self::Korean];

    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Korean => "ko",
        }
    }

    /// Its name in itself.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Korean => "한국어",
        }
    }

    /// The language of a tag such as `ko-KR`; `None` if the page does not have it.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?.to_ascii_lowercase();
        Self::ALL.into_iter().find(|language| language.tag() == primary)
    }

    /// The next one, wrapping around.
    pub fn next(self) -> Self {
        match self {
            Self::English => Self::Korean,
            Self::Korean => Self::English,
        }
    }

    /// Picks the phrases in this language.
    pub fn pick<T>(self, english: &'static T, korean: &'static T) -> &'static T {
        match self {
            Self::English => english,
            Self::Korean => korean,
        }
    }
}

/// A calendar day on this device, in any numbering that distinguishes days.
pub type Day = i32;

/// A phrase without parameters.
pub type Phrase = fn(Language) -> &'static str;

/// A forbidden character by its code point, and the character itself if it is visible.
pub(crate) fn code_point(c: char) -> String {
    let code = format!("U+{:04X}", u32::from(c));
    if is_unseen(c) {
        code
    } else {
        format!("{c}, {code}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::phrases::JoinPhrases;

    #[test]
    fn a_browser_language_is_recognised_by_its_primary_part() {
        assert_eq!(Language::of_tag("ko-KR"), Some(Language::Korean));
        assert_eq!(Language::of_tag("KO"), Some(Language::Korean));
        assert_eq!(Language::of_tag("en_GB"), Some(Language::English));
        assert_eq!(Language::of_tag("kok"), None);
        assert_eq!(Language::of_tag(""), None);
    }

    #[test]
    fn the_boot_form_has_the_same_text_as_the_page() {
        let html = include_str!("../../index.html");
        for language in Language::ALL {
            let t = JoinPhrases::of(language);
            let form = [
                t.welcome,
                t.promise,
                t.nickname,
                t.nickname_hint,
                t.join,
                t.joining,
                t.have_passphrase,
            ];
            for said in form {
                let tag = language.tag();
                assert!(
                    html.contains(&format!(r#"<span data-says="{tag}">{said}</span>"#)),
                    "{said}"
                );
            }
            assert!(html.contains(&format!(">{}</span>", language.own_name())));
        }
    }

    #[test]
    fn the_switch_cycles_through_every_language() {
        let mut seen = vec![Language::English];
        while let Some(next) = seen.last().map(|last| last.next()).filter(|l| *l != seen[0]) {
            seen.push(next);
        }
        assert_eq!(seen, Language::ALL);
    }
}
