//! Whether a text shows anything, judged by how it is drawn and not by its bytes.

use super::tables::{self, holds};

/// Whether nothing of a text is visible on its own: it has only white space, blank characters, and marks without a letter.
pub fn is_blank(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_whitespace() || is_unseen(c) || holds(&tables::MARKS, c))
}

/// Whether a character is invisible: ignorable ones, those that only affect others, and letters that are blank by design.
pub fn is_unseen(c: char) -> bool {
    is_ignorable(c)
        || c.is_control()
        || matches!(c, '\u{2800}' | '\u{FFF9}'..='\u{FFFC}' | '\u{13430}'..='\u{13446}' | '\u{1D159}')
}

/// Unicode's Default_Ignorable_Code_Point: characters without width, which join, select, or set the direction of those that
/// follow.
pub(super) fn is_ignorable(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}'
        | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_f26_what_shows_nothing_is_blank() {
        for text in [
            "",
            " ",
            "\u{200B}",
            "\u{2800}",
            "\u{3164}",
            "\u{115F}\u{1160}",
            "\u{FFA0}",
            "\u{FE0F}",
            "\u{E0061}\u{E007F}",
            "\u{301}",
            "\u{20E3}",
            "\u{E0100}",
            "\u{180E} \u{AD}\n\u{2060}",
            "\u{202E}\u{2066}",
            "\u{200D}",
            "\u{FEFF}",
            "\u{FFFC}",
            "\u{1D173}",
            "\u{3000}\u{A0}\u{2003}",
        ] {
            assert!(is_blank(text), "{text:?}");
        }
        for text in [
            ".",
            "ㅋ",
            "\u{2800}.",
            "e\u{301}",
            "❤\u{FE0F}",
            "न\u{94D}",
            "\u{1100}\u{1161}",
            "☐",
            "\u{E000}",
        ] {
            assert!(!is_blank(text), "{text:?}");
        }
    }
}
