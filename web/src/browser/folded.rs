//! Text without regard to case, width and normal form, by the browser's tables.

use js_sys::JsString;

pub(crate) fn folded(text: &str) -> String {
    let normal = |text: &str, form: &str| String::from(JsString::from(text).normalize(form));
    // Korean initials stay single letters: the normal form that folds widths would turn them into
    // parts of syllables.
    let is_letter = |c: char| matches!(c, '\u{3131}'..='\u{318E}');
    let mut folded = String::with_capacity(text.len());
    for run in normal(text, "NFC").split_inclusive(is_letter) {
        let (words, letter) = match run.char_indices().next_back() {
            Some((at, c)) if is_letter(c) => run.split_at(at),
            _ => (run, ""),
        };
        folded.push_str(&normal(words, "NFKC"));
        folded.push_str(letter);
    }
    lower_case(&folded)
}

/// Rust's own `to_lowercase` brings 12 KB of tables, which the browser has.
pub(crate) fn lower_case(text: &str) -> String {
    JsString::from(text).to_lower_case().into()
}
