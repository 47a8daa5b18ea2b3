//! Tests the table of `docs/MARKDOWN.md`, row by row.

#![expect(clippy::panic, reason = "a table that cannot be read fails the test")]

use crate::markdown::{Inline, Label, ListItem, MarkdownBlock, read};

static RULES: &str = include_str!("../../../docs/MARKDOWN.md");

/// Typed text and its result, in the document's notation.
struct Rule {
    line: usize,
    typed: String,
    shown: String,
}

#[test]
fn every_row_of_the_rules_shows_what_it_says() {
    let rules = rules();
    assert!(rules.len() > 200, "only {} rows were found", rules.len());
    let wrong: Vec<String> = rules
        .iter()
        .filter_map(|Rule { line, typed, shown }| {
            let read = blocks(&read(typed));
            (read != *shown)
                .then(|| format!("line {line}: {typed:?}\n  shows   {read:?}\n  and not {shown:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} rows:\n{}", wrong.len(), wrong.join("\n"));
}

/// Every fault that was found has its rows in the table, and they show what they should.
#[track_caller]
fn shows(rows: &[(&str, &str)]) {
    for (typed, shown) in rows {
        assert!(rules().iter().any(|rule| rule.typed == *typed), "no row: {typed}");
        assert_eq!(blocks(&read(typed)), *shown);
    }
}

#[test]
fn fault_f11_a_mention_begins_a_word() {
    shows(&[("root@Jun:~", "root@Jun:~")]);
}

#[test]
fn fault_f13_a_backslash_that_saves_nothing_stays() {
    for typed in [r"¯\_(ツ)_/¯", r"C:\_temp\*.log", r"\\server\share\_a_"] {
        shows(&[(typed, typed)]);
    }
}

#[test]
fn fault_f14_a_fence_with_code_behind_it_keeps_its_first_line() {
    let code = "```let x = 1;\nlet y = 2;```";
    shows(&[(code, "pre⟨let x = 1;\nlet y = 2;⟩")]);
}

#[test]
fn fault_f15_a_date_is_no_list() {
    for typed in ["2026. 5. 3. 회의", "5. 3. 회의\n6. 4. 휴가", "1. 하나"] {
        shows(&[(typed, typed)]);
    }
}

#[test]
fn fault_f16_a_url_ends_at_full_width_punctuation() {
    shows(&[("（https://example.com/a）", "（a⟨https://example.com/a⟩）")]);
}

#[test]
fn fault_f30_a_mark_stands_at_its_words_edge() {
    for typed in ["2*3*4=24", "아~~그렇구나~~", "un**believ**able"] {
        shows(&[(typed, typed)]);
    }
}

fn rules() -> Vec<Rule> {
    let rows = RULES
        .lines()
        .enumerate()
        .filter(|(_, line)| line.starts_with("| `"));
    rows.map(|(at, line)| {
        let mut cells = cells(line).into_iter();
        let (Some(typed), Some(shown)) = (cells.next(), cells.next()) else {
            panic!("line {}: two cells at least", at + 1);
        };
        let typed = unwrapped(&typed);
        let shown = if shown == "`=`" {
            typed.clone()
        } else {
            unwrapped(&shown)
        };
        Rule {
            line: at + 1,
            typed,
            shown,
        }
    })
    .collect()
}

/// The cells of a row. `\|` is a bar, as in every Markdown table.
fn cells(row: &str) -> Vec<String> {
    let row = row.replace("\\|", "\u{1}");
    let cells = row.trim().trim_matches('|').split('|');
    cells.map(|cell| cell.trim().replace('\u{1}', "|")).collect()
}

/// A cell of code, with its placeholders for invisible characters replaced.
fn unwrapped(cell: &str) -> String {
    let width = cell.bytes().take_while(|byte| *byte == b'`').count();
    let inner = cell
        .get(width..cell.len() - width)
        .unwrap_or_else(|| panic!("no code: {cell}"));
    let inner = match inner.strip_prefix(' ').and_then(|inner| inner.strip_suffix(' ')) {
        Some(inner) if width > 1 => inner,
        _ => inner,
    };
    let mut text = String::new();
    let mut rest = inner;
    while let Some((before, after)) = rest.split_once('‹') {
        let (sign, after) = after.split_once('›').unwrap_or_else(|| panic!("no end: {cell}"));
        text += before;
        match sign.strip_prefix('@') {
            Some(person) => text += &format!("<@00000000-0000-0000-0000-{person:0>12}>"),
            None => text.extend(u32::from_str_radix(sign, 16).ok().and_then(char::from_u32)),
        }
        rest = after;
    }
    (text + rest).replace('⏎', "\n").replace('⇥', "\t")
}

/// A tree in the document's notation.
pub(super) fn blocks(blocks: &[MarkdownBlock]) -> String {
    let block = |block: &MarkdownBlock| match block {
        MarkdownBlock::Prose(inner) => inlines(inner),
        MarkdownBlock::Code { language, text } if language.is_empty() => format!("pre⟨{text}⟩"),
        MarkdownBlock::Code { language, text } => format!("pre⟨{language}: {text}⟩"),
        MarkdownBlock::Quote(inner) => format!("quote⟨{}⟩", self::blocks(inner)),
        MarkdownBlock::List { label, items } => {
            let items: Vec<_> = items.iter().map(|each| item(*label, each)).collect();
            format!("list⟨{}⟩", items.join(" ; "))
        }
    };
    blocks.iter().map(block).collect::<Vec<_>>().join(" ‖ ")
}

fn item(label: Label, ListItem { number, blocks }: &ListItem) -> String {
    let number = number.map(|number| number.to_string()).unwrap_or_default();
    let label = match label {
        Label::Dash | Label::Asterisk | Label::Plus => "",
        Label::Dot => ". ",
        Label::Parenthesis => ") ",
    };
    number + label + &self::blocks(blocks)
}

fn inlines(inlines: &[Inline]) -> String {
    let inline = |inline: &Inline| match inline {
        Inline::Text(text) => text.clone(),
        Inline::Code(text) => format!("code⟨{text}⟩"),
        Inline::Strong(inner) => format!("b⟨{}⟩", self::inlines(inner)),
        Inline::Emphasis(inner) => format!("i⟨{}⟩", self::inlines(inner)),
        Inline::Struck(inner) => format!("s⟨{}⟩", self::inlines(inner)),
        Inline::Link { to, words } => {
            let words = self::inlines(words);
            if *to == words {
                format!("a⟨{to}⟩")
            } else {
                format!("a⟨{words} → {to}⟩")
            }
        }
        Inline::Mention(user) => format!("@⟨{:x}⟩", user.0.as_u128()),
    };
    inlines.iter().map(inline).collect()
}
