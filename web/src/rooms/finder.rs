//! Ranks names against a typed text.
//!
//! Both arguments are case-folded and normalised by the browser, so that the page does not carry
//! its tables twice.

/// How well a name matches; greater is better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Match {
    /// The letters occur in this order.
    Scattered,
    /// The Korean initials match: `ㄱㅈ` finds 공지.
    Initials,
    /// The text is in the middle of a word.
    Within,
    /// A later word begins with the text.
    Word,
    /// The name begins with the text.
    Start,
    /// The text is the whole name.
    Exact,
}

/// How well `name` matches `typed`; `None` if it does not. An empty `typed` matches every name.
pub fn find(typed: &str, name: &str) -> Option<Match> {
    let typed = typed.trim();
    if let Some(at) = name.find(typed) {
        let before = name.get(..at).and_then(|before| before.chars().next_back());
        return Some(match before {
            None if name.len() == typed.len() => Match::Exact,
            None => Match::Start,
            Some(before) if !before.is_alphanumeric() => Match::Word,
            Some(_) => Match::Within,
        });
    }
    if typed.chars().all(is_initial) && has_initials(typed, name) {
        return Some(Match::Initials);
    }
    let mut letters = name.chars();
    let scattered = typed
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .all(|letter| letters.any(|other| other == letter));
    scattered.then_some(Match::Scattered)
}

/// The Korean initials, in the order Unicode numbers syllables by.
const INITIALS: [char; 19] = [
    'ㄱ', 'ㄲ', 'ㄴ', 'ㄷ', 'ㄸ', 'ㄹ', 'ㅁ', 'ㅂ', 'ㅃ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅉ', 'ㅊ', 'ㅋ', 'ㅌ',
    'ㅍ', 'ㅎ',
];

/// Consecutive syllables that share an initial.
const SYLLABLES_PER_INITIAL: usize = 588;

fn is_initial(letter: char) -> bool {
    INITIALS.contains(&letter)
}

fn initial_of(letter: char) -> Option<char> {
    let syllable = u32::from(letter).checked_sub(u32::from('가'))?;
    INITIALS
        .get(usize::try_from(syllable).ok()? / SYLLABLES_PER_INITIAL)
        .copied()
}

fn has_initials(typed: &str, name: &str) -> bool {
    let initials: String = name.chars().filter_map(initial_of).collect();
    initials.contains(typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearer_matches_come_first() {
        let of = |name| find("dev", name).unwrap();
        assert_eq!(of("dev"), Match::Exact);
        assert_eq!(of("development"), Match::Start);
        assert_eq!(of("web dev"), Match::Word);
        assert_eq!(of("web-dev"), Match::Word);
        assert_eq!(of("udev"), Match::Within);
        assert_eq!(of("dinner venue"), Match::Scattered);
        assert!(
            Match::Exact > Match::Start && Match::Start > Match::Word && Match::Within > Match::Scattered
        );
    }

    #[test]
    fn a_text_that_is_not_there_is_not_found() {
        assert_eq!(find("dev", "general"), None);
        assert_eq!(find("ㄱㅈ", "general"), None);
    }

    #[test]
    fn korean_is_found_by_its_initials() {
        assert_eq!(find("ㄱㅈ", "팀 공지"), Some(Match::Initials));
        assert_eq!(find("ㅌㄱㅈ", "팀 공지"), Some(Match::Initials));
        assert_eq!(find("ㅎ", "공지"), None);
        assert_eq!(find("공", "공지"), Some(Match::Start));
    }

    #[test]
    fn an_empty_text_matches_everything() {
        assert!(find("", "general").is_some());
        assert!(find("  ", "").is_some());
    }
}
