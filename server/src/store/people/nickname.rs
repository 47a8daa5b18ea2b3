//! The keys that make nicknames and public room names unique: two names that can be mistaken for each other have the same key.
//!
//! A name has three keys, each of them unique:
//!
//! - The *name* is how it reads: the comparison form of PRECIS (RFC 8266: case, width and spaces do not count), then the skeleton
//!   of confusable characters (Unicode TR39: letters that look alike are one letter).
//! - The *look* is the skeleton of the typed text, with case: `Ian` looks like `lan`, which the name cannot detect, because a
//!   lower case i is no l.
//! - The *shape* is the name with foreign letters replaced by their look-alikes: `Мina` with a Cyrillic М is `Mina`, and so
//!   `mina`, which neither of the others can detect, because in lower case that letter looks unlike any m.

use precis_profiles::Nickname as Profile;
use precis_profiles::precis_core::profile::Rules;
use precis_profiles::precis_core::{DerivedPropertyValue, FreeformClass, StringClass};
use steadfast_shared::Emoji;
use steadfast_shared::text::is_unseen;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::confusable_detection::skeleton;

/// The version of the rules behind the keys, stored in the database so that keys of other rules are updated.
///
/// The first number is raised when the rules below change; the others are the versions of the Unicode tables they read: for case,
/// for width, for skeletons.
pub(in crate::store) fn rules() -> String {
    let (case, width, drawn) = (
        char::UNICODE_VERSION,
        unicode_normalization::UNICODE_VERSION,
        unicode_security::UNICODE_VERSION,
    );
    format!("3/{case:?}/{width:?}/{drawn:?}")
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct NameKey {
    pub name: String,
    /// Its skeleton, with case.
    pub look: String,
    /// The name, with each foreign letter replaced by the one it looks like.
    pub shape: String,
}

/// The name has no visible character, or one that PRECIS allows in no name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("this name cannot be used: it has a character that is not allowed, or no visible character")]
pub struct NotAName;

impl NameKey {
    /// The keys of a new name. The store keeps them beside it.
    pub fn of(wanted: &str) -> Result<Self, NotAName> {
        let wanted = composed(wanted);
        let key = Self::of_stored(&wanted);
        let visible = |key: &str| {
            key.chars()
                .any(|c| !c.is_whitespace() && !c.is_control() && !is_combining_mark(c))
        };
        if !is_allowed(&wanted) || !visible(&key.name) || !visible(&key.look) {
            return Err(NotAName);
        }
        Ok(key)
    }

    /// The keys of any text by the same rules, without validation: for names taken under other rules.
    pub(in crate::store) fn of_stored(text: &str) -> Self {
        Self {
            name: settled(text, name),
            look: settled(text, look),
            shape: settled(&at_home(text), name),
        }
    }
}

/// A text in the form that is stored and shown (NFC): macOS writes Hangul letter by letter.
pub(in crate::store) fn composed(text: &str) -> String {
    text.nfc().collect()
}

/// A text normalized for searching: without case, width, form, and zero-width characters (NFKC).
pub(in crate::store) fn folded(text: &str) -> String {
    let lower: String = text
        .nfkc()
        .filter(|c| !is_unseen(*c) || c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect();
    lower.nfkc().collect()
}

/// Whether PRECIS allows these characters in a nickname, at their positions.
fn is_allowed(text: &str) -> bool {
    let class = FreeformClass::default();
    // The registry of RFC 8264 ends with Unicode 6.3. Newer characters are judged by the skeleton alone; whether a sign is drawn
    // as text or as emoji does not matter to the name.
    let known: String = without_emoji(text)
        .chars()
        .filter(|c| {
            !matches!(c, '\u{FE0E}' | '\u{FE0F}')
                && class.get_value_from_char(*c) != DerivedPropertyValue::Unassigned
        })
        .collect();
    class.allows(&known).is_ok()
}

/// A text with a space for each emoji, because PRECIS does not know their joiners.
fn without_emoji(text: &str) -> String {
    let mut without = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let len = match Emoji::at_start(rest) {
            Some((_, len)) => {
                without.push(' ');
                len
            }
            None => {
                without.push(c);
                c.len_utf8()
            }
        };
        rest = &rest[len..];
    }
    without
}

/// Applies a mapping until it changes nothing: a character produced by a skeleton may itself have a case, a width, a skeleton.
fn settled(text: &str, map: impl Fn(&str) -> String) -> String {
    /// More rounds than any character needs.
    const ROUNDS: usize = 8;
    let mut text = text.to_owned();
    for _ in 0..ROUNDS {
        let next = map(&text);
        if next == text {
            break;
        }
        text = next;
    }
    text
}

fn name(text: &str) -> String {
    let profile = Profile::new();
    // Neither rule can fail.
    let spaced = profile.additional_mapping_rule(text).unwrap_or_default();
    let folded = profile.case_mapping_rule(spaced).unwrap_or_default();
    seen(&profile.normalization_rule(folded).unwrap_or_default())
}

fn look(text: &str) -> String {
    let profile = Profile::new();
    let spaced = profile.additional_mapping_rule(text).unwrap_or_default();
    seen(&profile.normalization_rule(spaced).unwrap_or_default())
}

/// The text with each non-ASCII letter replaced by the ASCII one it looks like.
fn at_home(text: &str) -> String {
    let mut drawn = String::with_capacity(text.len());
    let mut buffer = [0; 4];
    for c in text.nfkc() {
        if c.is_ascii() {
            drawn.push(c);
        } else {
            drawn.extend(skeleton(c.encode_utf8(&mut buffer)));
        }
    }
    drawn
}

/// The skeleton, with invisible characters replaced by the space they look like.
fn seen(text: &str) -> String {
    let blank = |c| if is_blank(c) { ' ' } else { c };
    skeleton(text).map(blank).collect()
}

/// Blank characters that Unicode does not count as white space.
fn is_blank(c: char) -> bool {
    matches!(
        c,
        '\u{2800}' | '\u{FFFC}' | '\u{13441}' | '\u{13442}' | '\u{1D159}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use steadfast_shared::Nickname;

    use super::*;

    fn key(text: &str) -> NameKey {
        NameKey::of(Nickname::parse(text).unwrap().as_str()).unwrap()
    }

    fn collide(one: &str, other: &str) -> bool {
        let (one, other) = (key(one), key(other));
        one.name == other.name || one.look == other.look || one.shape == other.shape
    }

    #[test]
    fn what_can_be_taken_for_mina_is_mina() {
        for other in [
            "MINA",
            "mina",
            "Мina",
            "Ｍina",
            "Μina",
            "Minа",
            "mіna",
            "𝐌𝐢𝐧𝐚",
            " Mina ",
            "Mına",
            "rnina",
            "Mina\u{2800}",
            "Mi\u{FE0F}na",
        ] {
            assert!(collide("Mina", other), "{other:?} {:?}", key(other));
        }
        for other in ["Nina", "Mino", "Mina2", "Mina Kim", "Mína", "미나"] {
            assert!(!collide("Mina", other), "{other:?} {:?}", key(other));
        }
    }

    #[test]
    fn a_look_is_told_as_well_as_a_name() {
        assert!(collide("Ian", "lan"));
        assert!(collide("Paul", "PauI"));
        assert!(collide("b0b", "bOb"));
        assert!(!collide("Ian", "Lan"), "an I is no L");
        // Cyrillic and Greek capitals against a lower case nickname.
        assert!(collide("mina", "Мina"));
        assert!(collide("nick", "Νick"));
        assert!(collide("МИНА", "мина"));
    }

    #[test]
    fn korean_and_emoji_nicknames_are_their_own() {
        let names = [
            "민아",
            "미나",
            "민지",
            "김민아",
            "ㅋㅋ",
            "ㅇㅅㅇ",
            "한글 이름",
            "🦊",
            "❤️",
            "🫠 민아",
        ];
        for (at, one) in names.iter().enumerate() {
            for other in &names[at + 1..] {
                assert!(!collide(one, other), "{one} {other}");
            }
        }
        // As typed on a phone and on macOS.
        assert!(collide("민아", "민아"));
    }

    #[test]
    fn what_shows_nothing_is_no_nickname() {
        for text in [
            "\u{2800}",
            "\u{2800} \u{2800}",
            "\u{301}",
            "\u{FE0F}",
            "\u{1D159}",
            "\u{FFFC}",
            "\u{180F}",
            "\u{E000}",
        ] {
            let nickname = Nickname::parse(text);
            assert!(
                nickname.is_err() || nickname.is_ok_and(|nickname| NameKey::of(nickname.as_str()).is_err()),
                "{text:?}"
            );
        }
    }

    #[test]
    fn fault_f29_names_are_written_as_their_scripts_and_emoji_need() {
        for name in [
            "علی\u{200C}رضا",
            "می\u{200C}خواهم",
            "क्\u{200D}ष",
            "ක්\u{200D}ෂ",
            "👩\u{200D}💻 민아",
            "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
            "🏳️‍🌈",
            "1️⃣반",
            "민아\u{1100}\u{1161}",
        ] {
            assert!(NameKey::of(name).is_ok(), "{name:?}");
        }
        // A joiner does not make names different, and stays where PRECIS allows it.
        assert!(collide("علی\u{200C}رضا", "علیرضا"));
        assert!(collide("👩\u{200D}💻", "👩💻"));
        for not in ["a\u{200C}b", "가\u{200D}나", "ا\u{200D}ب", "\u{200C}"] {
            assert!(NameKey::of(not).is_err(), "{not:?}");
        }
    }

    #[test]
    fn fault_f28_a_search_finds_every_form_of_what_it_looks_for() {
        for (one, other) in [
            ("\u{1106}\u{1175}\u{11AB}\u{110B}\u{1161}", "민아"),
            ("Ｍｉｎａ", "mina"),
            ("CAFE\u{301}", "café"),
            ("İ", "i\u{307}"),
            ("علی\u{200C}رضا", "علیرضا"),
            ("ﬁn", "FIN"),
        ] {
            assert_eq!(folded(one), folded(other));
        }
        assert_eq!(composed("\u{1106}\u{1175}\u{11AB}\u{110B}\u{1161}"), "민아");
        assert_eq!(folded("a b\nC"), "a b\nc");
    }

    #[test]
    fn every_characters_keys_are_settled() {
        // Everything except Han and Hangul, which are uniform, and the empty planes.
        let all = ('\0'..'\u{3400}')
            .chain('\u{A000}'..'\u{AC80}')
            .chain('\u{F900}'..'\u{20000}')
            .chain('\u{E0000}'..'\u{E0200}');
        for c in all {
            let key = NameKey::of_stored(&c.to_string());
            assert_eq!(NameKey::of_stored(&key.name).name, key.name, "{c:?}");
            assert_eq!(NameKey::of_stored(&key.look).look, key.look, "{c:?}");
        }
    }

    proptest! {
        #[test]
        fn keys_never_panic_and_are_settled(text in "\\PC{0,40}|.{0,40}|[a-zA-Z0-9 \u{300}-\u{36F}ㄱ-ㅣ가-힣А-я]{0,40}") {
            let key = NameKey::of_stored(&text);
            prop_assert_eq!(&NameKey::of_stored(&key.name).name, &key.name);
            prop_assert_eq!(&NameKey::of_stored(&key.look).look, &key.look);
            if let Ok(nickname) = Nickname::parse(&text) {
                let _ = NameKey::of(nickname.as_str());
            }
        }

        #[test]
        fn case_and_space_never_tell_nicknames_apart(text in "[a-zа-я가-힣]{1,8}( [a-zа-я]{1,8})?") {
            let shouted = text.to_uppercase().replace(' ', " \u{3000} ");
            prop_assert_eq!(NameKey::of_stored(&text).name, NameKey::of_stored(&shouted).name);
        }
    }
}
