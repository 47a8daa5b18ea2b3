//! What a message's text means: a small Markdown, read into a tree that views are made of.
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
//! A chat's Markdown, and no more of it: what is no mark shows as it was typed, line breaks, HTML and headings too. The rules
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
        /// What its author says it is; may be empty.
        language: String,
        /// The text, without a last line break.
        text: String,
    },
    /// What somebody else said.
    Quote(Vec<Self>),
    /// Points.
    List {
        /// How each begins.
        label: Label,
        /// The points.
        items: Vec<ListItem>,
    },
}

/// How the points of a list begin, as typed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Label {
    /// `-`
    Dash,
    /// `*`
    Asterisk,
    /// `+`
    Plus,
    /// `1.`
    Dot,
    /// `1)`
    Parenthesis,
}

/// One point of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListItem {
    /// Its number as typed, in a list that is numbered.
    pub number: Option<u32>,
    /// What it says.
    pub blocks: Vec<MarkdownBlock>,
}

/// One piece of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Inline {
    /// Text.
    Text(String),
    /// In equal widths, as it stands.
    Code(String),
    /// Bold.
    Strong(Vec<Self>),
    /// Italic.
    Emphasis(Vec<Self>),
    /// Struck through.
    Struck(Vec<Self>),
    /// A way elsewhere: `http`, `https` or `mailto`, and nothing else.
    Link {
        /// Where to.
        to: String,
        /// What it says.
        words: Vec<Self>,
    },
    /// Somebody is named.
    Mention(UserId),
}

/// Most pieces one message is made of: blocks, points, and whatever in a line is more than text. What follows shows as typed, so
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

/// What a message says in one line without marks, for where there is no room for more.
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
