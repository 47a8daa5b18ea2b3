//! Common emoji: their names from GitHub, and Korean words from Unicode's CLDR.

use std::sync::OnceLock;

/// One emoji per line: the emoji, its names, and search words. The names are the words in Latin
/// letters. The page has the table in a part that is loaded later: nothing is found before.
static TABLE: OnceLock<&'static str> = OnceLock::new();

/// Gives the table, which is [`TABLE_TEXT`]. In the page only the part it is in may name that.
pub fn provide(table: &'static str) {
    let _ = TABLE.set(table);
}

/// Whether the table is there.
pub fn is_provided() -> bool {
    !table().is_empty()
}

pub const TABLE_TEXT: &str = include_str!("emoji/table.txt");

fn table() -> &'static str {
    #[cfg(not(target_arch = "wasm32"))]
    provide(TABLE_TEXT);
    TABLE.get().copied().unwrap_or_default()
}

/// An emoji with its names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NamedEmoji {
    pub emoji: &'static str,
    pub name: &'static str,
    words: &'static str,
}

/// Every listed emoji, in the order known from phones.
pub fn all() -> impl Iterator<Item = NamedEmoji> {
    table().lines().filter_map(|line| {
        let (emoji, words) = line.split_once(' ')?;
        let name = words.split(' ').next()?;
        Some(NamedEmoji { emoji, name, words })
    })
}

/// The emoji of this name.
pub fn named(name: &str) -> Option<&'static str> {
    let is_name = |word: &str| word == name && word.is_ascii();
    let found = all().find(|listed| listed.words.split(' ').any(is_name));
    found.map(|listed| listed.emoji)
}

/// The emoji that match `typed`, best first: exact words, then beginnings of words, then any part.
pub fn find(typed: &str, most: usize) -> Vec<NamedEmoji> {
    // Their words are in lower case, or have none.
    let typed = typed.to_ascii_lowercase();
    let begins = |listed: &NamedEmoji| listed.words.split(' ').any(|word| word.starts_with(&typed));
    let holds = |listed: &NamedEmoji| !begins(listed) && listed.words.contains(&typed);
    let exactly = |listed: &NamedEmoji| listed.words.split(' ').any(|word| word == typed);
    let best = all().filter(exactly);
    let good = all().filter(|listed| begins(listed) && !exactly(listed));
    best.chain(good).chain(all().filter(holds)).take(most).collect()
}

#[cfg(test)]
mod tests {
    use steadfast_shared::Emoji;

    use super::*;

    #[test]
    fn every_emoji_listed_can_be_a_reaction() {
        for listed in all() {
            assert!(Emoji::parse(listed.emoji).is_ok(), "{listed:?}");
        }
    }

    #[test]
    fn every_name_means_one_emoji() {
        let mut names: Vec<_> = all()
            .flat_map(|listed| listed.words.split(' '))
            .filter(|word| word.is_ascii())
            .collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(all().all(|listed| listed.name.is_ascii()));
    }

    #[test]
    fn an_emoji_is_found_by_name_and_in_korean() {
        assert_eq!(named("tada"), Some("🎉"));
        assert_eq!(named("+1"), Some("👍"));
        assert_eq!(named("파티"), None);
        assert_eq!(find("rock", 3)[0].emoji, "🚀");
        assert_eq!(find("TADA", 3)[0].emoji, "🎉");
        assert!(find("파티", 8).iter().any(|listed| listed.emoji == "🎉"));
        assert_eq!(find("heart", 1)[0].emoji, "❤️");
        assert!(find("nothing_is_called_this", 3).is_empty());
    }
}
