//! Mentions of people in a text: `<@`, the person's id, `>`. The id stays the same when the name changes.

use crate::text::code;
use crate::{UserId, limit};

/// The people a text mentions, in order, each once, at most [`limit::MENTIONS`]. Code contains no mentions.
pub fn of(text: &str) -> Vec<UserId> {
    let mut mentioned = Vec::new();
    let mut code = None;
    for (span, person) in spans(text) {
        // Computed only for a text with a mention: most have none.
        let code = code.get_or_insert_with(|| code::spans(text));
        if code
            .iter()
            .any(|code| code.start < span.end && span.start < code.end)
        {
            continue;
        }
        if mentioned.len() < limit::MENTIONS && !mentioned.contains(&person) {
            mentioned.push(person);
        }
    }
    mentioned
}

/// The mentions in a text: their byte ranges and people.
pub fn spans(text: &str) -> impl Iterator<Item = (std::ops::Range<usize>, UserId)> + '_ {
    text.match_indices("<@").filter_map(|(start, opening)| {
        let inner = text.get(start + opening.len()..)?;
        let length = inner.bytes().take(ID_CHARS + 1).position(|byte| byte == b'>')?;
        // Only the canonical form of an id counts, so that stored and searched texts have the same bytes.
        let id = inner.get(..length).filter(|id| id.len() == ID_CHARS)?;
        let person: UserId = id.parse().ok()?;
        Some((start..start + opening.len() + length + 1, person))
    })
}

/// The mention of a person, as written in a text.
pub fn written(person: UserId) -> String {
    format!("<@{person}>")
}

/// Characters of a UUID with its hyphens.
const ID_CHARS: usize = 36;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_mentioned_once_however_often() {
        let mina = UserId(uuid::Uuid::from_u128(7));
        let text = format!("{0} and {0}, <@nobody> <@{1}", written(mina), mina);
        assert_eq!(of(&text), [mina]);
        let (span, person) = spans(&text).next().unwrap();
        assert_eq!((&text[span], person), (written(mina).as_str(), mina));
    }

    #[test]
    fn fault_f11_nobody_is_mentioned_in_code() {
        let (mina, jun) = (UserId(uuid::Uuid::from_u128(7)), UserId(uuid::Uuid::from_u128(8)));
        let text = format!("`{0}` and {1}\n```\n{0}\n```", written(mina), written(jun));
        assert_eq!(of(&text), [jun]);
    }

    #[test]
    fn text_around_a_mention_may_be_anything() {
        let mina = UserId(uuid::Uuid::from_u128(7));
        assert_eq!(of(&format!("<@<@한{}>", written(mina))), [mina]);
        assert_eq!(of("<@"), []);
        assert_eq!(of(&"<@".repeat(8_000)), []);
    }

    #[test]
    fn no_more_people_than_the_limit_are_mentioned() {
        let text: String = (0..1_000)
            .map(|n| written(UserId(uuid::Uuid::from_u128(n))))
            .collect();
        assert_eq!(of(&text).len(), limit::MENTIONS);
    }
}
