//! The meaning of a message's text: a small Markdown, read into a tree that views are made of.
//!
//! - `block`: quotes and lists, line by line
//! - `fence`: code in lines of its own
//! - `inline`: bold, italic, struck and monospaced text, links and mentions
//! - `named`: a text as it was typed, with people by their names
//! - `edge`: where a mark may begin and end something
//! - `link`: which addresses are links, and where a bare one ends
//! - `mention`: people named in a text that is being typed
//! - `prose`: the tree as elements of the page
//!
//! A chat's Markdown, and no more of it: a character that is no mark shows as it was typed, line breaks, HTML and headings too. The rules
//! are a table in `docs/MARKDOWN.md`, which the tests read. The tree's depth and size are bounded, and reading takes time in
//! proportion to the text, whatever is in it.

mod block;
mod edge;
mod fence;
mod inline;
mod link;
mod mention;
mod named;
#[cfg(target_arch = "wasm32")]
pub(crate) mod prose;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod table;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

use std::cell::Cell;

use steadfast_shared::UserId;

pub use mention::Mentions;
pub use mention::begins_word as may_name;
pub use named::with_names;

/// One piece of a message, from side to side.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MarkdownBlock {
    /// Text. Its line breaks are line breaks.
    Prose(Vec<Inline>),
    /// Text to be shown as it stands, in equal widths.
    Code {
        /// The language its author named; may be empty.
        language: String,
        /// The text, without a last line break.
        text: String,
    },
    /// Words of another person.
    Quote(Vec<Self>),
    List {
        label: Label,
        items: Vec<ListItem>,
    },
}

/// How the points of a list begin, as typed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Label {
    Dash,
    Asterisk,
    Plus,
    Dot,
    Parenthesis,
}

/// One point of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListItem {
    /// Its number as typed, in a list that is numbered.
    pub number: Option<u32>,
    pub blocks: Vec<MarkdownBlock>,
}

/// One piece of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Inline {
    Text(String),
    /// In equal widths, as it stands.
    Code(String),
    Strong(Vec<Self>),
    Emphasis(Vec<Self>),
    Struck(Vec<Self>),
    /// A way elsewhere: `http`, `https` or `mailto`, and nothing else.
    Link {
        to: String,
        words: Vec<Self>,
    },
    Mention(UserId),
}

/// Most pieces one message is made of: blocks, points, and whatever in a line is more than text. The rest shows as typed, so
/// that no message costs a reader more than a screenful of ordinary ones.
const MAX_PIECES: usize = 500;

/// How many pieces may still be made.
struct SizeBudget(Cell<usize>);

impl SizeBudget {
    fn left(&self) -> usize {
        self.0.get()
    }

    fn has_left(&self) -> bool {
        self.left() > 0
    }

    fn spend(&self, pieces: usize) {
        self.0.set(self.left().saturating_sub(pieces));
    }

    fn restore(&self, pieces: usize) {
        self.0.set(pieces);
    }
}

/// Reads a message's text.
pub fn read(text: &str) -> Vec<MarkdownBlock> {
    let budget = SizeBudget(Cell::new(MAX_PIECES));
    let lines: Vec<&str> = text.split('\n').map(|line| line.trim_end_matches('\r')).collect();
    block::read(&lines, block::LinePlace::top(&budget))
}

/// A message in one line without marks, for places without room for more.
pub fn plain(text: &str, name: impl Fn(UserId) -> String) -> String {
    let mut plain = String::with_capacity(text.len());
    say_blocks(&read(text), &name, &mut plain);
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn say_blocks(blocks: &[MarkdownBlock], name: &dyn Fn(UserId) -> String, plain: &mut String) {
    for block in blocks {
        match block {
            MarkdownBlock::Prose(inlines) => say(inlines, name, plain),
            MarkdownBlock::Code { text, .. } => plain.push_str(text),
            MarkdownBlock::Quote(blocks) => say_blocks(blocks, name, plain),
            MarkdownBlock::List { items, .. } => {
                for item in items {
                    say_blocks(&item.blocks, name, plain);
                }
            }
        }
        plain.push('\n');
    }
}

fn say(inlines: &[Inline], name: &dyn Fn(UserId) -> String, plain: &mut String) {
    for inline in inlines {
        match inline {
            Inline::Text(text) | Inline::Code(text) => plain.push_str(text),
            Inline::Strong(inner) | Inline::Emphasis(inner) | Inline::Struck(inner) => {
                say(inner, name, plain);
            }
            Inline::Link { words, .. } => say(words, name, plain),
            Inline::Mention(user) => {
                plain.push('@');
                plain.push_str(&name(*user));
            }
        }
    }
}
