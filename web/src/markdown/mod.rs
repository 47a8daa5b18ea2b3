//! A message's text: a small Markdown, parsed into a tree that views are made of.
//!
//! - `block`: quotes and lists, line by line
//! - `fence`: code blocks
//! - `inline`: bold, italic, struck and monospaced text, links and mentions
//! - `named`: a text as typed, with mentions as names
//! - `edge`: where marks may open and close
//! - `link`: which addresses are links, and where a bare one ends
//! - `mention`: mentions in a text being typed
//! - `prose`: the tree as elements of the page
//!
//! A chat needs no more of Markdown: a character that is no mark shows as typed, and so do line
//! breaks, HTML and headings. The rules are a table in `docs/MARKDOWN.md`, which the tests read.
//! The tree's depth and size are bounded, and parsing takes linear time, whatever the text.

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
pub use mention::ends_before as name_ends;
pub use named::with_names;

/// One block of a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MarkdownBlock {
    /// Text. Its line breaks are kept.
    Prose(Vec<Inline>),
    /// Monospaced text, shown as it is.
    Code {
        /// The language its author named; may be empty.
        language: String,
        /// The text, without a final line break.
        text: String,
    },
    /// A quotation, with its own blocks.
    Quote(Vec<Self>),
    List {
        label: Label,
        items: Vec<ListItem>,
    },
}

/// The mark of a list's items, as typed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Label {
    Dash,
    Asterisk,
    Plus,
    Dot,
    Parenthesis,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListItem {
    /// Its number as typed, in a numbered list.
    pub number: Option<u32>,
    pub blocks: Vec<MarkdownBlock>,
}

/// One piece of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Inline {
    Text(String),
    /// Monospaced text, shown as it is.
    Code(String),
    Strong(Vec<Self>),
    Emphasis(Vec<Self>),
    Struck(Vec<Self>),
    /// A link to an `http`, `https` or `mailto` address.
    Link {
        to: String,
        words: Vec<Self>,
    },
    Mention(UserId),
}

/// Maximum number of pieces per message: blocks, items, and everything in a line that is more than
/// text. The rest shows as typed, so that no message costs a reader more than a screenful of
/// ordinary ones.
const MAX_PIECES: usize = 500;

/// The number of pieces that may still be made.
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

/// Parses a message's text.
pub fn read(text: &str) -> Vec<MarkdownBlock> {
    let budget = SizeBudget(Cell::new(MAX_PIECES));
    let lines: Vec<&str> = text.split('\n').map(|line| line.trim_end_matches('\r')).collect();
    block::read(&lines, block::LinePlace::top(&budget))
}

/// A message in one line without marks, for places without room for more.
pub fn plain(text: &str, name: impl Fn(UserId) -> String) -> String {
    let mut plain = String::with_capacity(text.len());
    plain_blocks(&read(text), &name, &mut plain);
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn plain_blocks(blocks: &[MarkdownBlock], name: &dyn Fn(UserId) -> String, plain: &mut String) {
    for block in blocks {
        match block {
            MarkdownBlock::Prose(inlines) => plain_inlines(inlines, name, plain),
            MarkdownBlock::Code { text, .. } => plain.push_str(text),
            MarkdownBlock::Quote(blocks) => plain_blocks(blocks, name, plain),
            MarkdownBlock::List { items, .. } => {
                for item in items {
                    plain_blocks(&item.blocks, name, plain);
                }
            }
        }
        plain.push('\n');
    }
}

fn plain_inlines(inlines: &[Inline], name: &dyn Fn(UserId) -> String, plain: &mut String) {
    for inline in inlines {
        match inline {
            Inline::Text(text) | Inline::Code(text) => plain.push_str(text),
            Inline::Strong(inner) | Inline::Emphasis(inner) | Inline::Struck(inner) => {
                plain_inlines(inner, name, plain);
            }
            Inline::Link { words, .. } => plain_inlines(words, name, plain),
            Inline::Mention(user) => {
                plain.push('@');
                plain.push_str(&name(*user));
            }
        }
    }
}
