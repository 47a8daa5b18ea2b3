//! The name query right before the caret.

use std::ops::Range;

use crate::compose::{code_span, emoji};
use crate::markdown;

/// A name being typed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NameQuery<'a> {
    pub kind: NameKind,
    /// The typed part, without its mark.
    pub typed: &'a str,
    /// Byte offset of its mark.
    pub from: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NameKind {
    Person,
    Emoji,
}

/// Longer text, in characters, is not a name query.
const MAX_TYPED: usize = 32;

/// Fewest characters of an emoji's name: `:D` and `:)` are faces already.
const MIN_EMOJI: usize = 2;

/// The name query at the end of `before`, the text up to the caret.
pub fn query(before: &str) -> Option<NameQuery<'_>> {
    let word = before.char_indices().rev().take(MAX_TYPED + 1);
    let (from, mark) = word
        .take_while(|(_, c)| !c.is_whitespace())
        .find(|(_, c)| matches!(c, '@' | ':'))?;
    let typed = &before[from + 1..];
    let kind = if mark == '@' {
        NameKind::Person
    } else {
        NameKind::Emoji
    };
    let plausible = match kind {
        NameKind::Person => markdown::may_name(&before[..from]),
        NameKind::Emoji => typed.chars().count() >= MIN_EMOJI && typed.chars().all(is_in_name),
    };
    (plausible && begins_word(&before[..from]) && !code_span::is_open(before)).then_some(NameQuery {
        kind,
        typed,
        from,
    })
}

/// The text that completes a name to a mention, and whether it takes the place of a blank that
/// follows. A blank keeps the mention apart from the next word; before text that can follow a mention
/// directly, as a Korean particle can, there is none.
pub fn completed_mention(name: &str, after: &str) -> (String, bool) {
    let is_end = after.is_empty() || after.starts_with('\n');
    let has_blank = after.starts_with(' ');
    let blank = if is_end || has_blank || !markdown::name_ends(name, after) {
        " "
    } else {
        ""
    };
    (format!("@{name}{blank}"), has_blank)
}

/// The emoji whose shortcode was just completed by its second colon, and the shortcode's start.
pub fn completed_shortcode(before: &str) -> Option<(usize, &'static str)> {
    let typed = typed_shortcode(before)?;
    let emoji = emoji::named(typed.trim_matches(':'))?;
    Some((before.len() - typed.len(), emoji))
}

/// The shortcode that was just completed by its second colon, whether or not an emoji has that name.
pub fn typed_shortcode(before: &str) -> Option<&str> {
    let inner = before.strip_suffix(':')?;
    let from = inner.rfind(':')?;
    let name = &inner[from + 1..];
    let plausible = !name.is_empty() && name.chars().all(is_in_name);
    (plausible && begins_word(&inner[..from]) && !code_span::is_open(before)).then_some(&before[from..])
}

/// The last place of a typed shortcode in a text, and its emoji.
pub fn last_shortcode(text: &str, typed: &str) -> Option<(Range<usize>, &'static str)> {
    let mut places = text
        .rmatch_indices(typed)
        .map(|(from, _)| from..from + typed.len());
    places.find_map(|place| {
        let (from, emoji) = completed_shortcode(&text[..place.end])?;
        (from == place.start).then_some((place, emoji))
    })
}

/// Excludes `user@example.com`, `12:30` and `std::fmt`.
fn begins_word(before: &str) -> bool {
    let last = before.chars().next_back();
    last.is_none_or(|c| !c.is_ascii_alphanumeric() && !matches!(c, ':' | '/' | '`' | '<'))
}

fn is_in_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '+' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(before: &str) -> Option<(NameKind, &str)> {
        query(before).map(|query| (query.kind, query.typed))
    }

    #[test]
    fn a_person_query_begins_at_the_mark() {
        assert_eq!(kind_of("@"), Some((NameKind::Person, "")));
        assert_eq!(kind_of("hi @Mi"), Some((NameKind::Person, "Mi")));
        assert_eq!(kind_of("(@미"), Some((NameKind::Person, "미")));
        assert_eq!(query("안녕 @미").map(|query| query.from), Some("안녕 ".len()));
    }

    #[test]
    fn an_address_a_time_and_a_path_are_no_queries() {
        for before in [
            "a@b",
            "12:30",
            "std::fmt",
            "https://a",
            "`@a",
            "안녕@미",
            "root@Ju",
            "./@a",
            "<@a",
            "@Mi ",
            "",
            "a",
            ":D",
            ":)",
            ": a",
        ] {
            assert_eq!(kind_of(before), None, "{before:?}");
        }
    }

    #[test]
    fn a_mention_is_kept_apart_from_the_next_word_by_one_blank() {
        for (after, text, takes_blank) in [
            ("", "@Mina ", false),
            ("\nnext", "@Mina ", false),
            (" 님 안녕", "@Mina ", true),
            ("는 언제", "@Mina", false),
            (", hi", "@Mina", false),
            (")", "@Mina", false),
            ("hello", "@Mina ", false),
        ] {
            let completed = completed_mention("Mina", after);
            assert_eq!(completed, (text.to_owned(), takes_blank), "{after:?}");
        }
    }

    #[test]
    fn an_emoji_query_begins_after_two_letters() {
        assert_eq!(kind_of(":ta"), Some((NameKind::Emoji, "ta")));
        assert_eq!(kind_of("와 :파티"), Some((NameKind::Emoji, "파티")));
        assert_eq!(kind_of(":+1"), Some((NameKind::Emoji, "+1")));
    }

    #[test]
    fn fault_f19_nothing_is_named_in_code() {
        for before in ["`a :tada:", "```\nif a :tada:", "``x` :tada:"] {
            assert_eq!(completed_shortcode(before), None, "{before:?}");
        }
        for before in ["`a :ta", "```\n@Mi", "see `@Mi"] {
            assert_eq!(kind_of(before), None, "{before:?}");
        }
        assert_eq!(completed_shortcode("`a` :tada:"), Some((4, "🎉")));
    }

    #[test]
    fn a_name_over_the_length_limit_is_no_query() {
        assert_eq!(kind_of(&format!("@{}", "a".repeat(MAX_TYPED + 1))), None);
    }

    #[test]
    fn a_name_between_colons_becomes_its_emoji() {
        assert_eq!(completed_shortcode("yes :tada:"), Some((4, "🎉")));
        assert_eq!(completed_shortcode(":+1:"), Some((0, "👍")));
        for before in [":nobody:", "a:tada:", "`:tada:", ":tada", "::", ":"] {
            assert_eq!(completed_shortcode(before), None, "{before:?}");
        }
    }
    #[test]
    fn a_shortcode_typed_before_the_table_came_is_found_while_it_stands() {
        assert_eq!(typed_shortcode("well :tada:"), Some(":tada:"));
        assert_eq!(typed_shortcode(":no_such_thing:"), Some(":no_such_thing:"));
        for no in ["12:30:", "::", "a :b c:", "`:tada:", "tada:", ":tada: "] {
            assert_eq!(typed_shortcode(no), None, "{no}");
        }
        assert_eq!(last_shortcode("well :tada: then", ":tada:"), Some((5..11, "🎉")));
        assert_eq!(
            last_shortcode(":tada: and :tada: too", ":tada:"),
            Some((11..17, "🎉"))
        );
        // Changed, or in code, since.
        for no in ["well :tad: then", "`:tada:` then", "x:tada:", ""] {
            assert_eq!(last_shortcode(no, ":tada:"), None, "{no}");
        }
        assert_eq!(last_shortcode("a :no_such_thing: b", ":no_such_thing:"), None);
    }
}
