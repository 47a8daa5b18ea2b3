//! People named in a text: `@Mina` where it is typed, `<@UUID>` where it is kept, so that it stays true when the name
//! changes.

use steadfast_shared::{UserId, mention};

/// Who is named at the start of `text`, and in how many bytes.
pub(super) fn at_start(text: &str) -> Option<(usize, UserId)> {
    let (span, user) = mention::spans(text.get(..LEN).filter(|text| text.ends_with('>'))?).next()?;
    (span == (0..LEN)).then_some((LEN, user))
}

/// `<@`, an id, `>`.
const LEN: usize = 39;

/// The people named in what is being typed, who stand there by their names.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Mentions {
    named: Vec<(String, UserId)>,
}

impl Mentions {
    /// Somebody was chosen, and stands in the text as `@name`.
    pub fn add(&mut self, name: &str, user: UserId) {
        self.named.retain(|(named, _)| named != name);
        self.named.push((name.to_owned(), user));
        // "Mina Kim" before "Mina", or the longer name would never be found.
        self.named.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    }

    /// What was typed, as it is sent.
    pub fn to_wire(&self, typed: &str) -> String {
        let mut wire = String::with_capacity(typed.len());
        let mut rest = typed;
        while let Some(at) = rest.find('@') {
            let (before, from_at) = rest.split_at(at);
            wire.push_str(before);
            let after = &from_at[1..];
            match self.named.iter().find(|(name, _)| ends_there(after, name)) {
                Some((name, user)) => {
                    wire.push_str(&mention::written(*user));
                    rest = &after[name.len()..];
                }
                None => {
                    wire.push('@');
                    rest = after;
                }
            }
        }
        wire.push_str(rest);
        wire
    }

    /// What was sent, as it is typed; who is named in it is known from here on. Who has no name stays as sent.
    pub fn from_wire(&mut self, wire: &str, name: impl Fn(UserId) -> Option<String>) -> String {
        let mut typed = String::with_capacity(wire.len());
        let mut at = 0;
        for (span, user) in mention::spans(wire) {
            // Two people of one name cannot be told apart once it is typed.
            let known = name(user).filter(|name| !self.names_another(name, user));
            if let Some(name) = known {
                typed.push_str(&wire[at..span.start]);
                typed.push('@');
                typed.push_str(&name);
                self.add(&name, user);
                at = span.end;
            }
        }
        typed.push_str(&wire[at..]);
        typed
    }

    fn names_another(&self, name: &str, user: UserId) -> bool {
        self.named
            .iter()
            .any(|(named, other)| named == name && *other != user)
    }
}

/// Whether `text` begins with this name, and with no longer Latin word. Korean particles stand right behind a name.
fn ends_there(text: &str, name: &str) -> bool {
    let Some(after) = text.strip_prefix(name) else {
        return false;
    };
    let grows = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !(name.ends_with(grows) && after.starts_with(grows))
}

#[cfg(test)]
mod tests {
    use steadfast_shared::mention::written;

    use super::*;

    fn user(n: u128) -> UserId {
        UserId(uuid::Uuid::from_u128(n))
    }

    fn mentions() -> Mentions {
        let mut mentions = Mentions::default();
        mentions.add("Mina", user(1));
        mentions.add("Mina Kim", user(2));
        mentions.add("민아", user(3));
        mentions
    }

    #[test]
    fn who_was_chosen_is_sent_by_id() {
        let [mina, kim, mina_ko] = [1, 2, 3].map(|n| written(user(n)));
        assert_eq!(
            mentions().to_wire("@Mina and @Mina Kim, @민아는?"),
            format!("{mina} and {kim}, {mina_ko}는?")
        );
    }

    #[test]
    fn who_was_not_chosen_stays_as_typed() {
        assert_eq!(mentions().to_wire("@Minas a@b @ @Jun"), "@Minas a@b @ @Jun");
    }

    #[test]
    fn what_is_edited_is_sent_as_it_was() {
        let wire = format!("hi {} and {}", written(user(1)), written(user(9)));
        let mut mentions = Mentions::default();
        let typed = mentions.from_wire(&wire, |who| (who == user(1)).then(|| "Mina".to_owned()));
        assert_eq!(typed, format!("hi @Mina and {}", written(user(9))));
        assert_eq!(mentions.to_wire(&typed), wire);
    }

    #[test]
    fn two_people_of_one_name_stay_two() {
        let wire = format!("{} {} <@ <@nobody>", written(user(1)), written(user(2)));
        let mut mentions = Mentions::default();
        let typed = mentions.from_wire(&wire, |_| Some("Mina".to_owned()));
        assert_eq!(mentions.to_wire(&typed), wire);
    }
}
