//! One emoji, by Unicode's emoji sequences (UTS #51), in its canonical form.

use serde::Serialize;

use super::tables::{self, holds};
use super::{TextError, is_blank};
use crate::limit;

const JOINER: char = '\u{200D}';
const AS_TEXT: char = '\u{FE0E}';
const AS_PICTURE: char = '\u{FE0F}';
const KEY: char = '\u{20E3}';
const BLACK_FLAG: char = '\u{1F3F4}';
const LAST_TAG: char = '\u{E007F}';

/// Flags of subdivisions, as their tags spell them.
const TAGGED: [&str; 3] = ["gbeng", "gbsct", "gbwls"];

/// Most pictures in one joined emoji.
const MOST_JOINED: usize = 4;

/// One emoji that Unicode recommends for general interchange, in the form that always shows as a picture: `❤` becomes `❤️`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(into = "String")]
pub struct Emoji(String);

checked!(Emoji);

impl Emoji {
    /// Validates an emoji as chosen.
    pub fn parse(chosen: &str) -> Result<Self, TextError> {
        if is_blank(chosen) {
            return Err(TextError::Empty);
        }
        match Self::at_start(chosen) {
            Some((emoji, len)) if len == chosen.len() => Ok(emoji),
            Some(_) => Err(TextError::NotOneEmoji),
            None if chosen.len() > limit::EMOJI_BYTES => Err(TextError::TooLong {
                limit: limit::EMOJI_BYTES,
            }),
            None => Err(TextError::NotOneEmoji),
        }
    }

    /// The longest emoji at the beginning of a text, and its length in bytes.
    pub fn at_start(text: &str) -> Option<(Self, usize)> {
        let whole = |emoji: String, rest: &str| (Self(emoji), text.len() - rest.len());
        if let Some((emoji, rest)) = keycap(text).or_else(|| flag(text)).or_else(|| tagged(text)) {
            return Some(whole(emoji, rest));
        }
        let (first, rest) = Part::at_start(text)?;
        let mut found = whole(first.drawn.clone(), rest);
        let (mut bare, mut drawn, mut toned) = (first.bare.to_string(), first.drawn, first.toned);
        let mut rest = rest;
        for _ in 1..MOST_JOINED {
            let Some((next, behind)) = rest.strip_prefix(JOINER).and_then(Part::at_start) else {
                break;
            };
            rest = behind;
            bare.extend(['-', next.bare]);
            drawn.push(JOINER);
            drawn.push_str(&next.drawn);
            toned |= next.toned;
            let list = if toned {
                tables::JOINED_WITH_TONES
            } else {
                tables::JOINED
            };
            if list.split(' ').any(|joined| joined == bare) {
                found = whole(drawn.clone(), rest);
            }
        }
        Some(found)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Emoji {
    type Error = TextError;

    fn try_from(chosen: String) -> Result<Self, TextError> {
        Self::parse(&chosen)
    }
}

impl From<Emoji> for String {
    fn from(emoji: Emoji) -> Self {
        emoji.0
    }
}

/// A picture, alone or as part of a joined emoji.
struct Part {
    bare: char,
    toned: bool,
    /// Its form that always shows as a picture.
    drawn: String,
}

impl Part {
    fn at_start(text: &str) -> Option<(Self, &str)> {
        let mut rest = text.chars();
        let bare = rest.next()?;
        let is_part_only = bare.is_ascii() || region(bare).is_some() || is_tone(bare);
        if is_part_only || !holds(&tables::EMOJI, bare) {
            return None;
        }
        let mut drawn = bare.to_string();
        let rest = rest.as_str();
        let tone = rest
            .chars()
            .next()
            .filter(|c| is_tone(*c) && holds(&tables::TAKES_TONE, bare));
        let rest = match tone {
            Some(tone) => {
                drawn.push(tone);
                &rest[tone.len_utf8()..]
            }
            None => {
                if !holds(&tables::EMOJI_PRESENTATION, bare) {
                    drawn.push(AS_PICTURE);
                }
                rest.strip_prefix([AS_PICTURE, AS_TEXT]).unwrap_or(rest)
            }
        };
        let part = Self {
            bare,
            toned: tone.is_some(),
            drawn,
        };
        Some((part, rest))
    }
}

// `1️⃣`
fn keycap(text: &str) -> Option<(String, &str)> {
    let rest = text.strip_prefix(|c: char| c.is_ascii_digit() || matches!(c, '#' | '*'))?;
    let sign = &text[..text.len() - rest.len()];
    let rest = rest.strip_prefix(AS_PICTURE).unwrap_or(rest).strip_prefix(KEY)?;
    Some((format!("{sign}{AS_PICTURE}{KEY}"), rest))
}

// `🇰🇷`
fn flag(text: &str) -> Option<(String, &str)> {
    let mut chars = text.chars();
    let pair = [region(chars.next()?)?, region(chars.next()?)?];
    let is_known = tables::FLAGS.split(' ').any(|flag| flag.bytes().eq(pair));
    let rest = chars.as_str();
    is_known.then(|| (text[..text.len() - rest.len()].to_owned(), rest))
}

// `🏴󠁧󠁢󠁳󠁣󠁴󠁿`
fn tagged(text: &str) -> Option<(String, &str)> {
    let tags = text.strip_prefix(BLACK_FLAG)?;
    TAGGED.into_iter().find_map(|name| {
        let tag = |byte| char::from_u32(0xE0000 + u32::from(byte));
        let spelled: String = name.bytes().filter_map(tag).chain([LAST_TAG]).collect();
        let rest = tags.strip_prefix(spelled.as_str())?;
        Some((format!("{BLACK_FLAG}{spelled}"), rest))
    })
}

/// The letter that a regional indicator stands for.
fn region(c: char) -> Option<u8> {
    let letter = u32::from(c).checked_sub(0x1F1E6).filter(|letter| *letter < 26)?;
    u8::try_from(letter).ok().map(|letter| b'A' + letter)
}

fn is_tone(c: char) -> bool {
    matches!(c, '\u{1F3FB}'..='\u{1F3FF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emoji_is_one_symbol_however_it_is_put_together() {
        for emoji in [
            "👍",
            "👍🏽",
            "❤️",
            "👩‍👩‍👧‍👦",
            "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
            "🇰🇷",
            "1️⃣",
            "#️⃣",
            "✅",
            "👩‍💻",
            "👩🏽‍💻",
            "🏳️‍🌈",
            "❤️‍🔥",
            "👁️‍🗨️",
            "👩🏻‍❤️‍💋‍👨🏿",
            "🧑🏻‍🤝‍🧑🏿",
            "👩🏻‍🤝‍👩🏼",
            "🕵️‍♂️",
            "🕵🏽‍♂️",
            "⛹🏻‍♀️",
            "🫱🏻‍🫲🏿",
            "🧎🏽‍♀️‍➡️",
            "🫩",
            "☝🏽",
            "©️",
        ] {
            assert_eq!(Emoji::parse(emoji).map(String::from).as_deref(), Ok(emoji));
        }
    }

    #[test]
    fn fault_f27_an_emoji_has_one_form() {
        for (chosen, form) in [
            ("❤", "❤️"),
            ("❤\u{FE0E}", "❤️"),
            ("ℹ", "ℹ️"),
            ("ℹ️", "ℹ️"),
            ("🅰️", "🅰️"),
            ("🅰", "🅰️"),
            ("Ⓜ️", "Ⓜ️"),
            ("👍\u{FE0F}", "👍"),
            ("1⃣", "1️⃣"),
            ("🏳‍🌈", "🏳️‍🌈"),
            ("👁‍🗨️", "👁️‍🗨️"),
            ("🕵‍♂", "🕵️‍♂️"),
            ("☺", "☺️"),
            ("➡", "➡️"),
            ("㊗", "㊗️"),
        ] {
            assert_eq!(
                Emoji::parse(chosen).as_ref().map(Emoji::as_str),
                Ok(form),
                "{chosen:?}"
            );
            assert_eq!(Emoji::parse(form).as_ref().map(Emoji::as_str), Ok(form));
        }
    }

    #[test]
    fn fault_f27_what_is_not_one_emoji_is_refused() {
        for not in [
            "",
            "a",
            "1",
            "#",
            "lol",
            "👍 ",
            " ",
            "\u{200D}",
            "\u{FE0F}",
            "\u{20E3}",
            "한",
            "<",
            "👍👍",
            "👍‍👍",
            "→",
            "★",
            "♪",
            "\u{2800}",
            "\u{3164}",
            "🇰",
            "🇰🇰",
            "🇰🇷🇰🇷",
            "🏻",
            "👍🏽🏽",
            "❤️❤️",
            "🏴\u{E0067}\u{E007F}",
            "👩‍",
            "👩‍👩‍👩",
            "🫱‍🫲",
            "1️⃣2️⃣",
            "⠀",
            "￼",
            "👍a",
            "…",
            "∞",
            "👨🏻‍👩‍👦",
            "😀\u{301}",
        ] {
            assert!(Emoji::parse(not).is_err(), "{not:?}");
        }
        assert!(Emoji::parse(&"👍".repeat(1_000)).is_err());
    }

    #[test]
    fn an_emoji_ends_where_the_next_begins() {
        let len = |text| Emoji::at_start(text).map(|(_, len)| len);
        assert_eq!(len("👍👍"), Some("👍".len()));
        assert_eq!(len("👩‍💻님"), Some("👩‍💻".len()));
        assert_eq!(len("👩‍👍"), Some("👩".len()));
        assert_eq!(len("민아"), None);
    }
}
