//! What the page says, in every language it knows.
//!
//! A language is one [`Phrases`] value: a phrase left out does not compile.

mod english;
mod korean;

#[cfg(target_arch = "wasm32")]
pub(crate) mod calendar;
#[cfg(target_arch = "wasm32")]
pub(crate) mod of_browser;
#[cfg(target_arch = "wasm32")]
pub(crate) mod switch;

use steadfast_client::Refusal;
use steadfast_client::link::WebSocketFailure;
use steadfast_shared::text::is_unseen;
use steadfast_shared::{ErrorCode, TextError};

use crate::account::phrases::Account;
use crate::account::settings_phrases::Settings;
use crate::admin::phrases::Admin;
use crate::compose::phrases::Drafts;
use crate::lab::phrases::FaultPhrases;
use crate::people::phrases::People;
use crate::people::privacy_phrases::Privacy;
use crate::rooms::navigation_phrases::Navigation;
use crate::rooms::phrases::Rooms;
use crate::timeline::history_phrases::History;
use crate::timeline::phrases::Messages;

/// A language the page speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Language {
    /// English.
    English,
    /// Korean.
    Korean,
}

impl Language {
    /// Every language, in the order they are offered.
    pub const ALL: [Self; 2] = [Self::English, Self::Korean];

    /// Its BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Korean => "ko",
        }
    }

    /// What it calls itself.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Korean => "한국어",
        }
    }

    /// The language of a tag such as `ko-KR`; `None` for one the page does not speak.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?.to_ascii_lowercase();
        Self::ALL.into_iter().find(|language| language.tag() == primary)
    }

    /// The next one, for a switch that goes round.
    pub fn next(self) -> Self {
        match self {
            Self::English => Self::Korean,
            Self::Korean => Self::English,
        }
    }

    /// Everything the page says in it.
    pub fn phrases(self) -> &'static Phrases {
        match self {
            Self::English => &english::PHRASES,
            Self::Korean => &korean::PHRASES,
        }
    }
}

/// One thing the page says.
pub type Phrase = fn(&'static Phrases) -> &'static str;

/// Everything the page says. A phrase with a gap is a function of what fills it.
#[expect(missing_docs, reason = "each phrase is its own explanation in english.rs")]
pub struct Phrases {
    // The nickname page
    pub welcome: &'static str,
    pub promise: &'static str,
    pub nickname: &'static str,
    pub nickname_hint: &'static str,
    pub join: &'static str,
    pub joining: &'static str,
    pub go_back: &'static str,
    pub nickname_refused: fn(TextError) -> String,
    pub server_unreachable: &'static str,
    pub server_refused: fn(&str) -> String,
    pub nothing_is_kept: &'static str,
    pub opening: &'static str,

    // The room
    pub rooms: &'static str,
    pub online: &'static str,
    pub online_count: fn(usize) -> String,
    pub you: &'static str,
    pub language_switch: fn(&str) -> String,
    pub unread: fn(u64) -> String,

    // Around the conversation
    pub navigation: &'static Navigation,
    pub history: &'static History,
    pub room: &'static Rooms,
    pub people: &'static People,
    pub settings: &'static Settings,
    pub account: &'static Account,
    pub drafts: &'static Drafts,
    pub admin: &'static Admin,
    pub privacy: &'static Privacy,

    // The connection bar
    pub connected: &'static str,
    pub connecting: &'static str,
    pub reconnecting: &'static str,
    pub waiting: &'static str,
    pub retry_in: fn(u64) -> String,
    pub retry_now: &'static str,
    pub disconnected: &'static str,
    pub connect: &'static str,
    pub disconnect: &'static str,
    pub unsent: fn(usize) -> String,
    pub by_you: &'static str,
    pub by_you_unkept: &'static str,
    pub link_lost: &'static str,
    pub link_silent: &'static str,
    pub server_closed: &'static str,
    pub server_restarts: &'static str,
    pub server_busy: &'static str,
    pub put_off: fn(ErrorCode) -> &'static str,
    pub quota_near: fn(u64, &str) -> String,
    pub disk_low: &'static str,
    pub too_slow: &'static str,
    pub too_much: &'static str,
    /// The person was banned.
    pub banned: &'static str,
    /// The account was closed.
    pub deactivated: &'static str,
    pub taken_over: &'static str,
    pub signed_out: &'static str,
    pub origin_refused: &'static str,
    pub handshake_refused: &'static str,

    // The timeline
    pub messages_in: fn(&str) -> String,
    pub loading_older: &'static str,
    pub beginning: fn(&str) -> String,
    pub empty: &'static str,
    pub new_messages: fn(usize) -> String,
    pub to_the_end: &'static str,
    pub today: &'static str,
    pub yesterday: &'static str,
    pub unknown_entry: &'static str,
    pub typing: fn(&[&str]) -> String,

    // A message's state
    pub saving: &'static str,
    pub saved: &'static str,
    pub sent: &'static str,
    pub not_sent: &'static str,
    pub not_kept: &'static str,
    pub rejected: fn(ErrorCode) -> &'static str,
    pub other_author: &'static str,
    pub other_epoch: &'static str,
    pub retry: &'static str,
    pub edit: &'static str,
    pub discard: &'static str,
    pub edit_message: &'static str,
    pub send_again: &'static str,
    pub cancel: &'static str,

    // What one can do with a message
    pub messages: &'static Messages,
    pub message_tools: &'static str,
    pub more: &'static str,
    pub copy_text: &'static str,
    pub copied: &'static str,
    pub not_copied: &'static str,
    pub code: &'static str,
    pub copy_code: &'static str,
    pub somebody: &'static str,

    // The composer
    pub write_to: fn(&str) -> String,
    pub send: &'static str,
    pub keys: &'static str,
    pub message_refused: fn(TextError) -> String,
    pub bytes_over: fn(usize) -> String,
    pub help: &'static str,
    pub keyboard: &'static str,
    pub marks: &'static str,
    pub break_the_line: &'static str,
    pub refusal: fn(Refusal) -> &'static str,

    // The details
    pub details: &'static str,
    pub close: &'static str,
    pub link: &'static str,
    pub state: &'static str,
    pub transport: &'static str,
    pub websocket_works: &'static str,
    pub websocket_fails: fn(WebSocketFailure) -> &'static str,
    pub nodes_degraded: &'static str,
    pub round_trip: &'static str,
    pub recovered: &'static str,
    pub yes: &'static str,
    pub no: &'static str,
    pub none_yet: &'static str,
    pub database: &'static str,
    pub epoch: &'static str,
    pub cursor: &'static str,
    pub head: &'static str,
    pub held: &'static str,
    pub outbox: &'static str,
    pub outbox_empty: &'static str,
    pub tries: fn(u32) -> String,
    pub this_tab_sends: &'static str,
    pub another_tab_sends: &'static str,
    pub storage_fails: &'static str,
    pub person: &'static str,
    pub change_person: &'static str,

    // The fault panel
    pub faults: &'static FaultPhrases,
}

/// A character that may not be seen, by its number, and by itself where it has a look.
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

    #[test]
    fn a_browser_language_is_recognised_by_its_primary_part() {
        assert_eq!(Language::of_tag("ko-KR"), Some(Language::Korean));
        assert_eq!(Language::of_tag("KO"), Some(Language::Korean));
        assert_eq!(Language::of_tag("en_GB"), Some(Language::English));
        assert_eq!(Language::of_tag("kok"), None);
        assert_eq!(Language::of_tag(""), None);
    }

    #[test]
    fn the_switch_goes_round_every_language() {
        let mut seen = vec![Language::English];
        while let Some(next) = seen.last().map(|last| last.next()).filter(|l| *l != seen[0]) {
            seen.push(next);
        }
        assert_eq!(seen, Language::ALL);
    }

    #[test]
    fn one_and_many_are_told_apart_in_english() {
        let english = Language::English.phrases();
        assert_eq!((english.unsent)(1), "1 message waiting");
        assert_eq!((english.unsent)(2), "2 messages waiting");
        assert_eq!((english.typing)(&["Mina"]), "Mina is typing…");
        assert_eq!((english.typing)(&["Mina", "Joon"]), "Mina and Joon are typing…");
        assert_eq!(
            (english.typing)(&["Mina", "Joon", "Ari"]),
            "Several people are typing…"
        );
    }

    #[test]
    fn people_who_come_share_a_line() {
        let english = Language::English.phrases().people;
        assert_eq!((english.list)(&["Mina"], 0), "Mina");
        assert_eq!((english.list)(&["Mina", "Jun"], 0), "Mina and Jun");
        assert_eq!((english.list)(&["Mina", "Jun", "Ari"], 0), "Mina, Jun and Ari");
        assert_eq!((english.list)(&["Mina", "Jun"], 4), "Mina, Jun and 4 more");
        assert_eq!((english.back)("Mina", false), "Mina is back");
        assert_eq!((english.back)("Mina and Jun", true), "Mina and Jun are back");
        let korean = Language::Korean.phrases().people;
        assert_eq!(
            (korean.joined)(&(korean.list)(&["민아"], 0), false),
            "민아 님이 들어왔어요"
        );
        assert_eq!((korean.list)(&["민아", "준"], 3), "민아, 준 님 외 3명");
    }

    #[test]
    fn korean_needs_no_plural_and_no_particle_guess() {
        let korean = Language::Korean.phrases();
        assert_eq!((korean.typing)(&["민아"]), "민아 님이 입력하고 있어요…");
        assert_eq!((korean.unsent)(2), "보내기 대기 2개");
    }

    #[test]
    fn fault_a_character_that_cannot_be_sent_is_said_with_its_place() {
        use steadfast_shared::{MessageText, Nickname};
        let (english, korean) = (Language::English.phrases(), Language::Korean.phrases());
        let refused = MessageText::parse("안녕\n하세요 \u{7}").unwrap_err();
        assert_eq!(
            (english.message_refused)(refused),
            "Character 5 of line 2 (U+0007) cannot be sent. Please delete it."
        );
        assert_eq!(
            (korean.message_refused)(refused),
            "2번째 줄의 5번째 문자(U+0007)는 보낼 수 없어요. 지워 주세요."
        );
        let refused = Nickname::parse("Mi\u{200B}na").unwrap_err();
        assert_eq!(
            (english.nickname_refused)(refused),
            "Character 3 of this nickname (U+200B) cannot be seen. Please delete it."
        );
    }

    #[test]
    fn every_refusal_has_words_in_every_language() {
        use ErrorCode::{
            Archived, Banned, Blocked, Busy, Conflict, Deactivated, Forbidden, Invalid, InvalidCode,
            InviteRequired, LastOwner, NicknameTaken, OverQuota, RateLimited, RoomDeleted, RoomNameTaken,
            StorageFull, TooLarge, Unauthorized, Unavailable, Unknown, UnknownMessage, UnknownPerson,
            UnknownRoom, WrongPassphrase,
        };
        for language in Language::ALL {
            for code in [
                Invalid,
                TooLarge,
                Conflict,
                UnknownRoom,
                Unauthorized,
                NicknameTaken,
                RoomNameTaken,
                UnknownMessage,
                Forbidden,
                Archived,
                WrongPassphrase,
                InviteRequired,
                Banned,
                Deactivated,
                Blocked,
                RoomDeleted,
                UnknownPerson,
                LastOwner,
                InvalidCode,
                OverQuota,
                StorageFull,
                RateLimited,
                Busy,
                Unavailable,
                Unknown,
            ] {
                assert!(
                    !(language.phrases().rejected)(code).is_empty(),
                    "{language:?} {code:?}"
                );
            }
        }
    }
}
