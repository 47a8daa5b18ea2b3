//! A text as typed, with mentions as names: the result of "Copy text".

use steadfast_shared::{UserId, mention};

use crate::markdown::{Inline, MarkdownBlock, read};

/// A message's text with its marks, and with mentions as names. Code stays unchanged.
pub fn with_names(text: &str, name: impl Fn(UserId) -> String) -> String {
    let mut named = Vec::new();
    in_blocks(&read(text), &mut named);
    let mut written = String::with_capacity(text.len());
    let mut at = 0;
    for (index, (span, user)) in mention::spans(text).enumerate() {
        if named.get(index).copied().unwrap_or(true) {
            written.push_str(&text[at..span.start]);
            written.push('@');
            written.push_str(&name(user));
            at = span.end;
        }
    }
    written.push_str(&text[at..]);
    written
}

/// For each span that looks like a mention, in order: whether it is one.
fn in_blocks(blocks: &[MarkdownBlock], named: &mut Vec<bool>) {
    for block in blocks {
        match block {
            MarkdownBlock::Prose(inlines) => in_inlines(inlines, named),
            MarkdownBlock::Code { language, text } => {
                in_words(language, named);
                in_words(text, named);
            }
            MarkdownBlock::Quote(blocks) => in_blocks(blocks, named),
            MarkdownBlock::List { items, .. } => items.iter().for_each(|item| in_blocks(&item.blocks, named)),
        }
    }
}

fn in_inlines(inlines: &[Inline], named: &mut Vec<bool>) {
    for inline in inlines {
        match inline {
            Inline::Mention(_) => named.push(true),
            Inline::Text(text) | Inline::Code(text) => in_words(text, named),
            Inline::Strong(inner)
            | Inline::Emphasis(inner)
            | Inline::Struck(inner)
            | Inline::Link { words: inner, .. } => in_inlines(inner, named),
        }
    }
}

fn in_words(text: &str, named: &mut Vec<bool>) {
    named.extend(mention::spans(text).map(|_| false));
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINA: UserId = UserId(uuid::Uuid::from_u128(1));

    fn copied(text: &str) -> String {
        let text = text.replace("<@>", &mention::written(MINA));
        with_names(&text, |user| {
            if user == MINA {
                "Mina".into()
            } else {
                "somebody".into()
            }
        })
        .replace(&mention::written(MINA), "<@>")
    }

    #[test]
    fn fault_f12_people_are_copied_by_their_names() {
        assert_eq!(copied("<@>, look: **<@>**"), "@Mina, look: **@Mina**");
        assert_eq!(copied("> <@>\n\n- <@>"), "> @Mina\n\n- @Mina");
        let stranger = mention::written(UserId(uuid::Uuid::from_u128(9)));
        assert_eq!(copied(&format!("ask {stranger}")), "ask @somebody");
    }

    #[test]
    fn fault_f12_what_stands_in_code_is_copied_as_it_stands() {
        assert_eq!(copied("<@> said `<@>` to <@>"), "@Mina said `<@>` to @Mina");
        assert_eq!(copied("```\n<@>\n```\n<@>"), "```\n<@>\n```\n@Mina");
        assert_eq!(copied("an open ` and <@>"), "an open ` and @Mina");
    }

    #[test]
    fn a_text_without_mentions_is_copied_unchanged() {
        for text in ["", "plain", "<@nobody>", "*a* `b`\n\n> c"] {
            assert_eq!(copied(text), text);
        }
    }
}
