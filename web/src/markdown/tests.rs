use std::time::{Duration, Instant};

use proptest::prelude::*;
use steadfast_shared::{UserId, limit};

use super::{Block, Inline, Item, plain, read};

/// A tree in few characters, so that what a test expects can be read.
fn tree(text: &str) -> String {
    blocks(&read(text))
}

fn blocks(blocks: &[Block]) -> String {
    let block = |block: &Block| match block {
        Block::Prose(inner) => inlines(inner),
        Block::Code { language, text } => format!("code:{language}({text})"),
        Block::Quote(inner) => format!("quote({})", self::blocks(inner)),
        Block::List(items) => format!("list({})", items.iter().map(item).collect::<Vec<_>>().join("; ")),
    };
    blocks.iter().map(block).collect::<Vec<_>>().join(" | ")
}

fn item(item: &Item) -> String {
    let number = item.number.map(|number| format!("{number}=")).unwrap_or_default();
    number + &blocks(&item.blocks)
}

fn inlines(inlines: &[Inline]) -> String {
    let inline = |inline: &Inline| match inline {
        Inline::Text(text) => text.clone(),
        Inline::Code(text) => format!("code({text})"),
        Inline::Strong(inner) => format!("strong({})", self::inlines(inner)),
        Inline::Emphasis(inner) => format!("em({})", self::inlines(inner)),
        Inline::Struck(inner) => format!("struck({})", self::inlines(inner)),
        Inline::Link { to, words } => {
            let words = self::inlines(words);
            if *to == words {
                format!("link({to})")
            } else {
                format!("link({words} -> {to})")
            }
        }
        Inline::Mention(user) => format!("mention({})", user.0.as_u128()),
    };
    inlines.iter().map(inline).collect()
}

#[track_caller]
fn reads(typed: &str, expected: &str) {
    assert_eq!(tree(typed), expected, "{typed:?}");
}

#[test]
fn plain_text_stays_as_typed() {
    for text in [
        "hello",
        "  two spaces, \ttab",
        "a\nb\n\n\nc",
        "2 * 3 * 4 = 24",
        "snake_case_name and a_b_",
        "**",
        "****bold****",
        "a ~ b ~~ c",
        "-5 and +1",
        ">_<",
        "# no heading",
        "a\n---",
        "| a | b |\n|---|---|",
        "![image](x.png)",
        "[ ] todo [x] done [1] [2](note)",
        "&lt;&amp;&copy;",
        "http:// https://. www. hwww.a.b",
        "user@example.com",
        "1986 was a year",
        "007. licence",
    ] {
        reads(text, text);
    }
}

#[test]
fn html_shows_literally() {
    for text in [
        "<b>bold</b>",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<div>\n*\n</div>",
        "<!-- a -->",
        "<https://",
    ] {
        reads(text, text);
    }
    reads("<i>*a*</i>", "<i>em(a)</i>");
}

#[test]
fn marks_make_bold_italic_struck_and_monospaced() {
    reads(
        "**a** *b* __c__ _d_ ~~e~~ `f`",
        "strong(a) em(b) strong(c) em(d) struck(e) code(f)",
    );
    reads("***a***", "em(strong(a))");
    reads("**a *b* ~~c~~**", "strong(a em(b) struck(c))");
    reads("*a **b***", "em(a strong(b))");
    reads("*a**b*", "em(a**b)");
    reads("**a*", "*em(a)");
    reads("a*b*c", "aem(b)c");
    reads("**줄\n바꿈**", "strong(줄\n바꿈)");
}

#[test]
fn korean_particles_follow_a_mark_at_once() {
    reads("**\"강조\"**는 이렇게", "strong(\"강조\")는 이렇게");
    reads("~~아니~~요", "struck(아니)요");
}

#[test]
fn what_is_open_ends_with_its_paragraph() {
    reads("*a\n\nb*", "*a\n\nb*");
    reads("**a\nb", "**a\nb");
    reads("*a `b* c`", "*a code(b* c)");
}

#[test]
fn code_in_a_line_holds_no_marks() {
    reads("`**a** <b> https://a.b`", "code(**a** <b> https://a.b)");
    reads("`` a`b ``", "code(a`b)");
    reads("`a", "`a");
    reads("``a`", "``a`");
    reads("```so```", "code(so)");
}

#[test]
fn a_backslash_takes_a_marks_meaning() {
    reads(r"\*a\* \`b\` \[c](https://d.e)", "*a* `b` [c](link(https://d.e))");
    reads(r"C:\new \\share", r"C:\new \share");
}

#[test]
fn a_fence_holds_text_as_it_stands() {
    reads(
        "```rust\nfn a() {\n\n  *b*\n}\n```",
        "code:rust(fn a() {\n\n  *b*\n})",
    );
    reads("see:\n~~~\na\n~~~\nthere", "see: | code:(a) | there");
    reads("````\n```\n````", "code:(```)");
}

#[test]
fn an_unclosed_fence_reaches_to_the_end() {
    reads("```\na\nb", "code:(a\nb)");
    reads("```", "```");
    reads("```\n```", "```\n```");
}

#[test]
fn a_quote_is_what_its_lines_say() {
    reads("> a\n> *b*\nc", "quote(a\nem(b)) | c");
    reads("> a\n>> b\n> > c", "quote(a | quote(b\nc))");
    reads("> - a\n> - b", "quote(list(a; b))");
    reads("> ```\n> a\n> ```", "quote(code:(a))");
    reads(">", ">");
}

#[test]
fn lists_hold_points_and_lists() {
    reads("- a\n- b", "list(a; b)");
    reads("To do:\n* a\n\n* b\nDone.", "To do: | list(a; b) | Done.");
    reads("3. a\n5) b", "list(3=a; 5=b)");
    reads("- a\n  - b\n  - c\n- d", "list(a | list(b; c); d)");
    reads("1. a\n   ```\n   b\n   ```\n2. c", "list(1=a | code:(b); 2=c)");
    reads("- a\n  more\n\n  still", "list(a\nmore\n\nstill)");
    reads("- a\n1. b", "list(a) | list(1=b)");
}

#[test]
fn a_number_within_prose_begins_no_list() {
    reads("It was\n1986. A year.", "It was\n1986. A year.");
    reads("Steps:\n1. a", "Steps: | list(1=a)");
    reads("99999999999. a", "99999999999. a");
}

#[test]
fn links_lead_to_the_web_and_to_mail_only() {
    reads("[a *b*](https://c.d/e_(f))", "link(a em(b) -> https://c.d/e_(f))");
    reads("[a](mailto:b@c.d)", "link(a -> mailto:b@c.d)");
    reads("[a](HTTPS://b.c)", "link(a -> HTTPS://b.c)");
    for text in [
        "[a](javascript:alert(1))",
        "[a](data:text/html,b)",
        "[a](//b.c)",
        "[a](https://)",
        "[a](https:b)",
        "[](mailto:a)",
        "[a](java\nscript:b)",
    ] {
        reads(text, text);
    }
    reads(
        "[a [b](https://c) d](https://e)",
        "[a link(b -> https://c) d](link(https://e))",
    );
    reads("[https://a.b](https://c.d)", "link(https://a.b -> https://c.d)");
}

#[test]
fn a_bare_address_is_a_link() {
    reads(
        "see https://a.b/c_d_e?f=g&h#i.",
        "see link(https://a.b/c_d_e?f=g&h#i).",
    );
    reads("(http://a.b/c(d))", "(link(http://a.b/c(d)))");
    reads("www.a.b!", "link(www.a.b -> https://www.a.b)!");
    reads("**https://a.b**", "strong(link(https://a.b))");
    reads("<https://a.b>", "<link(https://a.b)>");
    reads("xhttps://a.b", "xhttps://a.b");
}

#[test]
fn a_korean_particle_is_no_part_of_an_address() {
    reads("https://a.com에서", "link(https://a.com)에서");
    reads("https://a.com/한국에서", "link(https://a.com/한국에서)");
    reads("https://한국.kr", "link(https://한국.kr)");
}

#[test]
fn who_is_named_is_found_by_id() {
    let mina = "<@00000000-0000-0000-0000-000000000007>";
    reads(&format!("hi *{mina}*는"), "hi em(mention(7))는");
    reads(
        "<@7> <@00000000000000000000000000000007>",
        "<@7> <@00000000000000000000000000000007>",
    );
    reads(&format!("`{mina}`"), &format!("code({mina})"));
}

#[test]
fn a_message_in_one_line_has_no_marks() {
    let text = "> **a**\n\n- [b](https://c)\n```\nd\n```\n<@00000000-0000-0000-0000-000000000007>";
    assert_eq!(
        plain(text, |user: UserId| format!("U{}", user.0.as_u128())),
        "a b d @U7"
    );
}

/// Texts that make careless readers slow or their stacks deep.
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
    ];
    for piece in pieces {
        let text = piece.repeat(limit::MESSAGE_BYTES / piece.len());
        let began = Instant::now();
        let blocks = read(&text);
        let took = began.elapsed();
        assert!(took < Duration::from_secs(1), "{piece:?} took {took:?}");
        assert!(depth(&blocks) <= 64, "{piece:?} is {} deep", depth(&blocks));
    }
}

fn depth(blocks: &[Block]) -> usize {
    let of = |block: &Block| match block {
        Block::Prose(inlines) => inline_depth(inlines),
        Block::Code { .. } => 0,
        Block::Quote(blocks) => depth(blocks),
        Block::List(items) => items.iter().map(|item| depth(&item.blocks)).max().unwrap_or(0),
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

/// Everything in a tree that was typed, in order.
fn typed_in(blocks: &[Block], typed: &mut String) {
    for block in blocks {
        match block {
            Block::Prose(inlines) => typed_inline(inlines, typed),
            Block::Code { language, text } => {
                typed.push_str(language);
                typed.push_str(text);
            }
            Block::Quote(blocks) => typed_in(blocks, typed),
            Block::List(items) => {
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
                let mut said = String::new();
                typed_inline(words, &mut said);
                typed.push_str(&said);
                if !to.ends_with(&said) {
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

/// Text with many marks in it, of which many belong together.
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
    fn no_text_is_too_strange(text in any::<String>()) {
        let mut typed = String::new();
        typed_in(&read(&text), &mut typed);
        prop_assert_eq!(letters(&typed), letters(&text));
    }
}
