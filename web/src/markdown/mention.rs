//! Mentions: typed as `@Mina`, stored as `<@UUID>`, so that they survive a change of name.

use std::collections::HashSet;
use std::ops::Range;

use steadfast_shared::{Person, UserId, mention};
use uuid::Uuid;

use crate::markdown::edge::{is_hangul, is_unspaced};
use crate::markdown::{Inline, MarkdownBlock};

/// The mention at the start of `text`, with its length in bytes.
pub(super) fn at_start(text: &str) -> Option<(usize, UserId)> {
    let (span, user) = mention::spans(text.get(..LEN).filter(|text| text.ends_with('>'))?).next()?;
    (span == (0..LEN)).then_some((LEN, user))
}

/// Whether `text` ends with a mention.
pub(super) fn ends(text: &str) -> bool {
    let from = text.len().checked_sub(LEN);
    from.and_then(|from| text.get(from..))
        .is_some_and(|end| at_start(end).is_some())
}

/// Length of `<@`, an id and `>`.
const LEN: usize = 39;

/// The people mentioned in the text being typed, where they appear by name.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Mentions {
    named: Vec<Named>,
}

/// A person, and how the text names them after `@`.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Named {
    typed: String,
    person: Person,
    /// Chosen from the suggestions, and not only typed in full: a Korean particle may follow.
    chosen: bool,
}

impl Mentions {
    /// Adds a person who was chosen and appears in the text as `@name`.
    pub fn add(&mut self, person: Person) {
        self.insert(Named {
            typed: person.name.clone(),
            person,
            chosen: true,
        });
    }

    /// Adds a person whose name was typed in full, in letters of either case.
    pub fn add_typed(&mut self, typed: &str, person: Person) {
        if !self.named.iter().any(|named| named.typed == typed) {
            self.insert(Named {
                typed: typed.to_owned(),
                person,
                chosen: false,
            });
        }
    }

    /// The name just typed in full is meant as text.
    pub fn forget_typed(&mut self, typed: &str) {
        self.named.retain(|named| named.chosen || named.typed != typed);
    }

    fn insert(&mut self, new: Named) {
        self.named.retain(|named| named.typed != new.typed);
        // "Mina Kim" before "Mina", or the longer name would never match.
        let len = new.typed.len();
        let shorter = self.named.iter().position(|other| other.typed.len() < len);
        let at = shorter.unwrap_or(self.named.len());
        self.named.insert(at, new);
    }

    /// Converts typed text to wire form. A mention begins a word, and code contains none.
    pub fn to_wire(&self, typed: &str) -> String {
        let mut spans = Vec::new();
        let mut from = 0;
        while let Some(at) = typed[from..].find('@').map(|at| from + at) {
            from = at + 1;
            if !begins_word(&typed[..at]) {
                continue;
            }
            let follows = |named: &&Named| {
                let after = &typed[from..];
                ends_there(after, &named.typed) && (named.chosen || ends_word(after, &named.typed))
            };
            if let Some(named) = self.named.iter().find(follows) {
                from += named.typed.len();
                spans.push((at..from, named.person.id));
            }
        }
        let shown = shown(typed, spans.iter().map(|(span, _)| span));
        let spans = spans.into_iter().zip(shown).filter(|(_, shown)| *shown);
        replaced(
            typed,
            spans.map(|((span, user), _)| (span, mention::written(user))),
        )
    }

    /// Converts wire form to typed text, and remembers the people mentioned. A mention that would
    /// not convert back stays in wire form: one of a person without a known name, and one within a
    /// word or in code.
    pub fn from_wire(&mut self, wire: &str, name: impl Fn(UserId) -> Option<String>) -> String {
        let spans: Vec<_> = mention::spans(wire).collect();
        let shown = shown(wire, spans.iter().map(|(span, _)| span));
        let mut replacements = Vec::new();
        for ((span, user), shown) in spans.into_iter().zip(shown) {
            // Two people of the same name could not be distinguished in typed text.
            let name = name(user).filter(|name| !self.names_another(name, user));
            if let Some(name) = name.filter(|name| {
                shown
                    && begins_word(&wire[..span.start])
                    && ends_there(&format!("{name}{}", &wire[span.end..]), name)
            }) {
                self.add(Person {
                    id: user,
                    name: name.clone(),
                });
                replacements.push((span, format!("@{name}")));
            }
        }
        replaced(wire, replacements)
    }

    /// The people mentioned in the typed text whose wire form is `wire`.
    pub fn people(&self, wire: &str) -> Vec<Person> {
        let named = |user| self.named.iter().find(|named| named.person.id == user);
        let people = mention::of(wire).into_iter().filter_map(named);
        people.map(|named| named.person.clone()).collect()
    }

    fn names_another(&self, name: &str, user: UserId) -> bool {
        self.named
            .iter()
            .any(|named| named.typed == name && named.person.id != user)
    }
}

/// Whether a mention may follow: in `root@Jun:~` and `a/@jun` none does.
pub fn begins_word(before: &str) -> bool {
    let is_within = |c: char| {
        c.is_alphanumeric()
            || matches!(
                c,
                '_' | '.' | '-' | '/' | '\\' | ':' | '<' | '@' | '+' | '=' | '%' | '#' | '$' | '&' | '`'
            )
    };
    !before.chars().next_back().is_some_and(is_within)
}

/// Which of these spans would be mentions, and not part of code or an address: parses the text with
/// a mention in each of them.
fn shown<'s>(text: &str, spans: impl Iterator<Item = &'s Range<usize>> + Clone) -> Vec<bool> {
    let placeholder = |index: usize| UserId(Uuid::from_u128(index as u128));
    let marked = spans.clone().cloned().enumerate();
    let marked = replaced(
        text,
        marked.map(|(index, span)| (span, mention::written(placeholder(index)))),
    );
    let mut found = HashSet::new();
    if spans.clone().next().is_some() {
        find(&super::read(&marked), &mut found);
    }
    spans
        .enumerate()
        .map(|(index, _)| found.contains(&placeholder(index)))
        .collect()
}

fn find(blocks: &[MarkdownBlock], found: &mut HashSet<UserId>) {
    for block in blocks {
        match block {
            MarkdownBlock::Prose(inlines) => find_inline(inlines, found),
            MarkdownBlock::Code { .. } => {}
            MarkdownBlock::Quote(blocks) => find(blocks, found),
            MarkdownBlock::List { items, .. } => items.iter().for_each(|item| find(&item.blocks, found)),
        }
    }
}

fn find_inline(inlines: &[Inline], found: &mut HashSet<UserId>) {
    for inline in inlines {
        match inline {
            Inline::Mention(user) => {
                found.insert(*user);
            }
            Inline::Strong(inner) | Inline::Emphasis(inner) | Inline::Struck(inner) => {
                find_inline(inner, found);
            }
            Inline::Link { words, .. } => find_inline(words, found),
            Inline::Text(_) | Inline::Code(_) => {}
        }
    }
}

fn replaced(text: &str, spans: impl IntoIterator<Item = (Range<usize>, String)>) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut at = 0;
    for (span, with) in spans {
        replaced.push_str(&text[at..span.start]);
        replaced.push_str(&with);
        at = span.end;
    }
    replaced.push_str(&text[at..]);
    replaced
}

/// Whether `text` begins with this name, and the name ends there.
fn ends_there(text: &str, name: &str) -> bool {
    text.strip_prefix(name)
        .is_some_and(|after| ends_before(name, after))
}

/// Whether a name ends before `after`: it is not continued by letters of a script that separates
/// words. Korean particles may follow it.
pub fn ends_before(name: &str, after: &str) -> bool {
    let is_accent = |c: char| matches!(c, '\u{300}'..='\u{36F}');
    let grows =
        |c: char| (c.is_alphanumeric() && !is_hangul(c) && !is_unspaced(c)) || c == '_' || is_accent(c);
    !(name.ends_with(grows) && after.starts_with(grows))
}

/// Whether the word ends with this name, at the beginning of `text`.
fn ends_word(text: &str, name: &str) -> bool {
    let next = text[name.len()..].chars().next();
    !next.is_some_and(|c| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use steadfast_shared::mention::written;

    use super::*;

    fn user(n: u128) -> UserId {
        UserId(Uuid::from_u128(n))
    }

    fn mentions() -> Mentions {
        let mut mentions = Mentions::default();
        mentions.add(person("Mina", 1));
        mentions.add(person("Mina Kim", 2));
        mentions.add(person("민아", 3));
        mentions
    }

    fn person(name: &str, n: u128) -> Person {
        Person {
            id: user(n),
            name: name.to_owned(),
        }
    }

    #[test]
    fn a_chosen_person_is_sent_by_id() {
        let [mina, kim, mina_ko] = [1, 2, 3].map(|n| written(user(n)));
        assert_eq!(
            mentions().to_wire("@Mina and @Mina Kim, @민아는?"),
            format!("{mina} and {kim}, {mina_ko}는?")
        );
    }

    #[test]
    fn a_name_that_was_not_chosen_stays_as_typed() {
        assert_eq!(mentions().to_wire("@Minas a@b @ @Jun"), "@Minas a@b @ @Jun");
    }

    #[test]
    fn a_name_typed_in_full_is_sent_by_id_as_a_word_of_its_own() {
        let mut mentions = Mentions::default();
        mentions.add_typed("jun", person("Jun", 1));
        mentions.add_typed("민", person("민", 2));
        let [jun, min] = [1, 2].map(|n| written(user(n)));
        for (typed, wire) in [
            ("hi @jun", format!("hi {jun}")),
            ("@jun, @민!", format!("{jun}, {min}!")),
            ("@junior @민들레 @JUN", "@junior @민들레 @JUN".into()),
            ("`@jun`", "`@jun`".into()),
        ] {
            assert_eq!(mentions.to_wire(typed), wire, "{typed:?}");
        }
        assert_eq!(mentions.people(&jun), [person("Jun", 1)]);
        mentions.add(person("민", 2));
        assert_eq!(mentions.to_wire("@민들레"), format!("{min}들레"), "it was chosen");
        mentions.forget_typed("jun");
        mentions.forget_typed("민");
        assert_eq!(mentions.to_wire("@jun @민"), format!("@jun {min}"));
    }

    #[test]
    fn fault_f11_a_name_that_goes_on_is_another_name_in_any_alphabet() {
        let mut mentions = Mentions::default();
        for (nth, name) in ["Jos", "José", "Иван", "Jose"].into_iter().enumerate() {
            mentions.add(person(name, nth as u128));
        }
        for typed in ["@Josés", "@Иванов", "@Jose\u{301}", "@Josè", "@Jos_"] {
            assert_eq!(mentions.to_wire(typed), typed, "{typed:?}");
        }
        let ivan = written(user(2));
        assert_eq!(
            mentions.to_wire("@Иван님, @Иван是"),
            format!("{ivan}님, {ivan}是")
        );
    }

    #[test]
    fn an_edited_text_converts_back_unchanged() {
        let wire = format!("hi {} and {}", written(user(1)), written(user(9)));
        let mut mentions = Mentions::default();
        let typed = mentions.from_wire(&wire, |who| (who == user(1)).then(|| "Mina".to_owned()));
        assert_eq!(typed, format!("hi @Mina and {}", written(user(9))));
        assert_eq!(mentions.to_wire(&typed), wire);
    }

    #[test]
    fn fault_f11_code_is_text_and_a_mention_begins_a_word() {
        for typed in [
            "`@Mina`",
            "`` a @Mina` ``",
            "```\n@Mina\n```",
            "```sh\nssh @Mina\n",
            "~~~\n@Mina\n~~~",
            "> ```\n> @Mina\n> ```",
            "```let a = @Mina;\n@Mina```",
            "root@Mina:~# ls",
            "a@Mina.com",
            "git@Mina:a/b",
            "https://a.b/@Mina",
            "https://a.b/c?d=@Mina",
            "x/@Mina/y",
            "안녕@민아",
            "_@Mina",
        ] {
            assert_eq!(mentions().to_wire(typed), typed, "{typed:?}");
        }
        let mina = written(user(1));
        for (typed, wire) in [
            ("`a` @Mina `b`", format!("`a` {mina} `b`")),
            ("**@Mina**는", format!("**{mina}**는")),
            ("(@Mina)", format!("({mina})")),
            ("> @Mina", format!("> {mina}")),
            ("`@Mina` @Mina", format!("`@Mina` {mina}")),
            ("안녕,@Mina님", format!("안녕,{mina}님")),
            ("```\n@Mina\n```\n@Mina", format!("```\n@Mina\n```\n{mina}")),
        ] {
            assert_eq!(mentions().to_wire(typed), wire, "{typed:?}");
        }
    }

    #[test]
    fn fault_f11_what_is_edited_is_sent_again_as_it_was() {
        let mina = written(user(1));
        for wire in [
            format!("`{mina}`"),
            format!("x{mina}"),
            format!("{mina}s"),
            format!("```\n{mina}\n```\n{mina}"),
            format!("hi {mina}는"),
        ] {
            let mut mentions = Mentions::default();
            let typed = mentions.from_wire(&wire, |_| Some("Mina".to_owned()));
            assert_eq!(mentions.to_wire(&typed), wire, "{typed:?}");
        }
    }

    #[test]
    fn two_people_of_the_same_name_stay_distinct() {
        let wire = format!("{} {} <@ <@nobody>", written(user(1)), written(user(2)));
        let mut mentions = Mentions::default();
        let typed = mentions.from_wire(&wire, |_| Some("Mina".to_owned()));
        assert_eq!(mentions.to_wire(&typed), wire);
    }

    #[test]
    fn fault_f11_whom_the_server_finds_in_code_the_page_shows_as_code() {
        // A mention shown that notifies nobody would mislead; the reverse, code that notifies, does
        // little harm.
        let named = written(user(7));
        let parts = [
            "`",
            "``",
            "```",
            "~~~",
            "\n",
            " ",
            "a",
            "\\",
            "> ",
            named.as_str(),
        ];
        let mut texts = vec![String::new()];
        for _ in 0..5 {
            let longer: Vec<String> = texts
                .iter()
                .flat_map(|text| parts.iter().map(move |part| format!("{text}{part}")))
                .collect();
            texts.extend(longer);
            texts.retain(|text| text.matches(&named).count() < 2);
        }
        texts.sort();
        texts.dedup();
        let mut in_code = 0;
        for text in texts.iter().filter(|text| text.contains(&named)) {
            if mention::of(text).is_empty() {
                in_code += 1;
                let mut found = HashSet::new();
                find(&super::super::read(text), &mut found);
                assert!(found.is_empty(), "{text:?}");
            }
        }
        assert!(in_code > 100, "{in_code}");
    }
}
