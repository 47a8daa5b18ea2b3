use std::time::{Duration, Instant};

use proptest::prelude::*;
use steadfast_shared::{UserId, limit};

use crate::markdown::{Inline, MAX_PIECES, MarkdownBlock, plain, read};

#[test]
fn a_message_in_one_line_has_no_marks() {
    let text = "> **a**\n\n- [b](https://c)\n- c\n```\nd\n```\n<@00000000-0000-0000-0000-000000000007>";
    assert_eq!(
        plain(text, |user: UserId| format!("U{}", user.0.as_u128())),
        "a b c d @U7"
    );
}

/// Texts that make careless parsers slow or overflow their stacks.
#[test]
#[expect(clippy::disallowed_methods, reason = "how long it takes is what is tested")]
fn the_longest_hostile_texts_are_read_at_once_and_stay_shallow() {
    let pieces = [
        ">",
        "> ",
        "[",
        "]",
        "![",
        "[a](",
        "](",
        "[](",
        "*",
        "**",
        "* ",
        "*a ",
        "*a",
        "_a ",
        "**a *",
        "~~",
        "~~a ",
        "`",
        "`a``",
        "- ",
        "1. ",
        "- \n",
        "-\n",
        "> - ",
        "```\n",
        "~~~~",
        "http://",
        "http://a",
        "www.",
        "http://(",
        "https://a)",
        "<@",
        "<",
        "\\",
        "\n",
        " ",
        "\t",
        "*a_",
        "***a ",
        "a*b**c_",
        "[*a",
        "*[a",
        "(",
        ")",
        "x\n> ",
        "- a\n  ",
        "- a\n\n",
        "한",
        "**한",
        "[a](http://b",
        "a```\n",
        "a```b\n",
        "~~~a\n",
        "```a b\n",
        "```a```b`",
        "\\*a\\*",
        "\\*",
        "\\[a](https://b)",
        "\\- a\n",
        "*a*",
        "*_",
        "*\"",
        "\"*",
        "1. a\n",
        "- a\n",
        "- a\n  - b\n",
        "> a\n\n",
        "`a` ",
        "**a** ",
        "a@",
        "a.",
        "a@b.c ",
        "a_a@",
        "https://a/(",
        "https://a_",
        "https://a/에",
        "<@00000000-0000-0000-0000-000000000007>",
        "\u{301}",
    ];
    for piece in pieces {
        let text = piece.repeat(limit::MESSAGE_BYTES / piece.len());
        let began = Instant::now();
        let blocks = read(&text);
        let took = began.elapsed();
        assert!(took < Duration::from_secs(1), "{piece:?} took {took:?}");
        assert!(depth(&blocks) <= 64, "{piece:?} is {} deep", depth(&blocks));
        // A styled word and the space after it are two pieces.
        assert!(
            pieces_of(&blocks) <= 4 * MAX_PIECES,
            "{piece:?} has {} pieces",
            pieces_of(&blocks)
        );
    }
}

/// The number of elements and text nodes on the page.
fn pieces_of(blocks: &[MarkdownBlock]) -> usize {
    let of = |block: &MarkdownBlock| match block {
        MarkdownBlock::Prose(inlines) => inline_pieces(inlines),
        MarkdownBlock::Code { .. } => 1,
        MarkdownBlock::Quote(blocks) => pieces_of(blocks),
        MarkdownBlock::List { items, .. } => items.iter().map(|item| 1 + pieces_of(&item.blocks)).sum(),
    };
    blocks.iter().map(|block| 1 + of(block)).sum()
}

fn inline_pieces(inlines: &[Inline]) -> usize {
    let of = |inline: &Inline| match inline {
        Inline::Strong(inner) | Inline::Emphasis(inner) | Inline::Struck(inner) => inline_pieces(inner),
        Inline::Link { words, .. } => inline_pieces(words),
        _ => 0,
    };
    inlines.iter().map(|inline| 1 + of(inline)).sum()
}

#[test]
fn fault_l05_four_thousand_points_are_shown_as_typed_after_the_first_hundreds() {
    let text: String = (1..=2_000).map(|n| format!("- {n}\n")).collect();
    let blocks = read(&text);
    assert!(pieces_of(&blocks) < 4 * MAX_PIECES, "{}", pieces_of(&blocks));
    let mut typed = String::new();
    typed_in(&blocks, &mut typed);
    assert_eq!(letters(&typed), letters(&text));
    assert!(
        matches!(&blocks[..], [MarkdownBlock::List { items, .. }, MarkdownBlock::Prose(rest)] if items.len() > 100 && rest.len() == 1)
    );
}

fn depth(blocks: &[MarkdownBlock]) -> usize {
    let of = |block: &MarkdownBlock| match block {
        MarkdownBlock::Prose(inlines) => inline_depth(inlines),
        MarkdownBlock::Code { .. } => 0,
        MarkdownBlock::Quote(blocks) => depth(blocks),
        MarkdownBlock::List { items, .. } => items.iter().map(|item| depth(&item.blocks)).max().unwrap_or(0),
    };
    blocks.iter().map(|block| 1 + of(block)).max().unwrap_or(0)
}

fn inline_depth(inlines: &[Inline]) -> usize {
    let of = |inline: &Inline| match inline {
        Inline::Strong(inner) | Inline::Emphasis(inner) | Inline::Struck(inner) => inline_depth(inner),
        Inline::Link { words, .. } => inline_depth(words),
        _ => 0,
    };
    inlines.iter().map(|inline| 1 + of(inline)).max().unwrap_or(0)
}

/// All typed text in a tree, in order.
fn typed_in(blocks: &[MarkdownBlock], typed: &mut String) {
    for block in blocks {
        match block {
            MarkdownBlock::Prose(inlines) => typed_inline(inlines, typed),
            MarkdownBlock::Code { language, text } => {
                typed.push_str(language);
                typed.push_str(text);
            }
            MarkdownBlock::Quote(blocks) => typed_in(blocks, typed),
            MarkdownBlock::List { items, .. } => {
                for item in items {
                    typed.extend(item.number.map(|number| number.to_string()));
                    typed_in(&item.blocks, typed);
                }
            }
        }
    }
}

fn typed_inline(inlines: &[Inline], typed: &mut String) {
    for inline in inlines {
        match inline {
            Inline::Text(text) | Inline::Code(text) => typed.push_str(text),
            Inline::Strong(inner) | Inline::Emphasis(inner) | Inline::Struck(inner) => {
                typed_inline(inner, typed);
            }
            Inline::Link { to, words } => {
                let mut text = String::new();
                typed_inline(words, &mut text);
                typed.push_str(&text);
                if !to.ends_with(&text) {
                    typed.push_str(to);
                }
            }
            Inline::Mention(user) => typed.push_str(&user.to_string()),
        }
    }
}

fn letters(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Text with many marks, many of them matching.
fn marked() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z한국0-9]{1,4}",
        "[ \n]{1,3}",
        Just("**".to_owned()),
        Just("*".to_owned()),
        Just("_".to_owned()),
        Just("~~".to_owned()),
        Just("`".to_owned()),
        Just("\n```\n".to_owned()),
        Just("\n> ".to_owned()),
        Just("\n- ".to_owned()),
        Just("\n  - ".to_owned()),
        Just("\n1. ".to_owned()),
        Just("[".to_owned()),
        Just("](https://x.y/z)".to_owned()),
        Just(" https://x.y/z ".to_owned()),
        Just("<@00000000-0000-0000-0000-000000000007>".to_owned()),
        Just("\\".to_owned()),
        Just("<b>".to_owned()),
        any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn every_letter_typed_is_shown_once_in_order(text in marked()) {
        let mut typed = String::new();
        typed_in(&read(&text), &mut typed);
        prop_assert_eq!(letters(&typed), letters(&text));
    }

    #[test]
    fn every_text_can_be_parsed(text in any::<String>()) {
        let mut typed = String::new();
        typed_in(&read(&text), &mut typed);
        prop_assert_eq!(letters(&typed), letters(&text));
    }
}
