//! Where marks may open and close: at the edges of words.
//!
//! A mark opens at the start of a word and closes at its end. In Korean, particles directly follow
//! a word, so Hangul may follow the closing mark. Before an opening mark it may not: `김**님`,
//! `아~~그렇구나~~`.

use crate::markdown::block::is_escapable;

/// Maximum number of other marks between a mark and its word.
const NESTED: usize = 6;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Delimiter {
    /// `*`, `_` or `~`.
    pub(super) sign: char,
    pub(super) len: usize,
}

impl Delimiter {
    /// Two asterisks are almost always a mark. One asterisk may multiply, one underscore joins
    /// names, and tildes lengthen words.
    fn is_plain_bold(self) -> bool {
        self.sign == '*' && self.len >= 2
    }

    /// Whether it may open, between `before` and `after`.
    pub(super) fn opens(self, before: Option<char>, after: &str) -> bool {
        self.follows_an_edge(before) && self.begins_a_word(before, after)
    }

    /// Whether it may close, between `before` and `after`.
    pub(super) fn closes(self, before: &str, after: &str) -> bool {
        self.ends_a_word(before) && self.precedes_an_edge(after)
    }

    fn follows_an_edge(self, before: Option<char>) -> bool {
        let Some(before) = before.filter(|c| !c.is_whitespace()) else {
            return true;
        };
        if self.is_plain_bold() {
            return before != '\\' && (!before.is_alphanumeric() || is_unspaced(before));
        }
        is_opening(before)
            || matches!(before, '*' | '_' | '~' | ',' | '–' | '—' | '·')
            || is_wide_punctuation(before)
            || is_pictograph(before)
    }

    fn begins_a_word(self, before: Option<char>, after: &str) -> bool {
        let mut ahead = after.chars().skip_while_at_most(NESTED, is_mark);
        let Some(first) = ahead.next().filter(|c| !c.is_whitespace()) else {
            return false;
        };
        let next = ahead.next();
        if self.is_plain_bold() {
            // `**/*.rs` is a path.
            return match first {
                '/' | '\\' | '.' => {
                    before != Some('/')
                        && next.is_some_and(|c| c.is_alphanumeric() || is_escapable(c) && c != '*')
                }
                c => !is_mark(&c),
            };
        }
        match first {
            '<' => next == Some('@'),
            '+' | '-' | '.' => next.is_some_and(|c| c.is_ascii_digit()),
            ':' => next.is_some_and(char::is_alphanumeric),
            '#' | '@' | '$' | '&' | '`' | '₩' | '￦' | '€' | '£' | '¥' | '…' | '¿' | '¡' => true,
            '\\' => next.is_some_and(is_escapable),
            c => c.is_alphanumeric() || is_opening(c) || is_pictograph(c),
        }
    }

    fn ends_a_word(self, before: &str) -> bool {
        let word = before
            .char_indices()
            .rev()
            .skip_while_at_most(NESTED, |(_, c)| is_mark(c));
        let mut word = word.map(|(at, c)| (at + c.len_utf8(), c));
        let Some((end, last)) = word.next().filter(|(_, c)| !c.is_whitespace()) else {
            return false;
        };
        if self.is_plain_bold() {
            return !is_mark(&last);
        }
        match last {
            '>' => super::mention::ends(&before[..end]),
            '.' | ',' | '!' | '?' | ':' | ';' | '%' | '`' | '+' | '#' | '…' => true,
            c => {
                c.is_alphanumeric()
                    || is_closing(c)
                    || is_wide_punctuation(c)
                    || is_pictograph(c)
                    || is_joined(c)
            }
        }
    }

    fn precedes_an_edge(self, after: &str) -> bool {
        let mut ahead = after.chars();
        let Some(next) = ahead.next().filter(|c| !c.is_whitespace()) else {
            return true;
        };
        if next.is_alphanumeric() {
            return is_hangul(next) || is_unspaced(next);
        }
        match self.sign {
            '*' if self.len == 1 => !matches!(next, '/' | '\\' | '='),
            // `__init__.py`, `__tests__/a.js`, `__name__(`: names in programs.
            '_' => match next {
                '/' | '\\' | '(' | '[' | '=' => false,
                '.' | '-' | ':' | '@' => !ahead.next().is_some_and(|c| c.is_ascii_alphanumeric()),
                _ => true,
            },
            _ => true,
        }
    }
}

/// Skips characters that match, up to a maximum: otherwise a text of nothing but marks would be
/// scanned again for each of them.
trait SkipWhileAtMost: Iterator + Sized {
    fn skip_while_at_most(
        self,
        most: usize,
        is_skipped: impl Fn(&Self::Item) -> bool,
    ) -> impl Iterator<Item = Self::Item>;
}

impl<I: Iterator> SkipWhileAtMost for I {
    fn skip_while_at_most(
        self,
        most: usize,
        is_skipped: impl Fn(&I::Item) -> bool,
    ) -> impl Iterator<Item = I::Item> {
        let mut skipped = 0;
        self.skip_while(move |item| {
            skipped += 1;
            skipped <= most && is_skipped(item)
        })
    }
}

/// Characters that are worth a mark: `(*^_^*)` and `~~!!~~` contain none.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || is_pictograph(c)
}

/// Whether two letters are adjacent, as in words and unlike in faces.
pub(super) fn has_syllables(text: &str) -> bool {
    let is_syllable = |c: char| {
        c.is_ascii_alphanumeric()
            || matches!(c, '\u{AC00}'..='\u{D7A3}' | '\u{4E00}'..='\u{9FFF}' | '\u{3041}'..='\u{3096}')
    };
    text.chars()
        .zip(text.chars().skip(1))
        .any(|(one, next)| is_syllable(one) && is_syllable(next))
}

fn is_mark(c: &char) -> bool {
    matches!(c, '*' | '_' | '~')
}

fn is_opening(c: char) -> bool {
    matches!(
        c,
        '(' | '['
            | '{'
            | '"'
            | '\''
            | '“'
            | '‘'
            | '«'
            | '「'
            | '『'
            | '《'
            | '〈'
            | '（'
            | '［'
            | '【'
            | '〔'
    )
}

fn is_closing(c: char) -> bool {
    matches!(
        c,
        ')' | ']'
            | '}'
            | '"'
            | '\''
            | '”'
            | '’'
            | '»'
            | '」'
            | '』'
            | '》'
            | '〉'
            | '）'
            | '］'
            | '】'
            | '〕'
    )
}

/// Punctuation as wide as a Han character.
pub(super) fn is_wide_punctuation(c: char) -> bool {
    matches!(c, '\u{3001}'..='\u{3004}' | '\u{3008}'..='\u{3020}' | '\u{3030}' | '\u{303D}' | '\u{30FB}'
        | '\u{FE10}'..='\u{FE19}' | '\u{FE30}'..='\u{FE6F}' | '\u{FF01}'..='\u{FF0F}' | '\u{FF1A}'..='\u{FF20}'
        | '\u{FF3B}'..='\u{FF40}' | '\u{FF5B}'..='\u{FF65}')
}

/// Hangul syllables and letters, composed or decomposed (as macOS writes it).
pub(super) fn is_hangul(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11FF}' | '\u{3131}'..='\u{318E}' | '\u{A960}'..='\u{A97C}' | '\u{AC00}'..='\u{D7FB}')
}

/// Scripts without spaces between words: every position is an edge.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{3005}'..='\u{3007}'
        | '\u{3041}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{FF66}'..='\u{FF9F}' | '\u{20000}'..='\u{3FFFD}')
}

/// Pictographs. Stars, hearts and notes are excluded because faces contain them: `(*☆▽☆*)`.
fn is_pictograph(c: char) -> bool {
    let is_drawn = matches!(c, '★' | '☆' | '♡' | '♥' | '♪' | '♫' | '♬' | '♩');
    matches!(c, '\u{2600}'..='\u{27BF}' | '\u{2B50}' | '\u{2B55}' | '\u{1F000}'..='\u{1FAFF}') && !is_drawn
}

/// Characters that combine with the letter or picture before them.
fn is_joined(c: char) -> bool {
    matches!(
        c,
        '\u{300}'..='\u{36F}' | '\u{FE0E}' | '\u{FE0F}' | '\u{20E3}' | '\u{3099}' | '\u{309A}' | '\u{E007F}'
    )
}
