//! Notices of people who came, left, or are typing.

use crate::language::Language;

pub struct NoticePhrases {
    pub list: fn(&[&str], usize) -> String,
    pub joined: fn(&str, bool) -> String,
    pub left: fn(&str, bool) -> String,
    pub back: fn(&str, bool) -> String,
    pub gone: fn(&str, bool) -> String,
    pub typing: fn(&[&str]) -> String,
}

impl NoticePhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: NoticePhrases = NoticePhrases {
    list: |named, more| match (named, more) {
        ([], _) => String::new(),
        (named, 1..) => format!("{} and {more} more", named.join(", ")),
        ([one], 0) => (*one).to_owned(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
    },
    joined: |names, _| format!("{names} joined"),
    left: |names, _| format!("{names} left"),
    back: |names, several| format!("{names} {} back", if several { "are" } else { "is" }),
    gone: |names, several| format!("{names} {} offline", if several { "are" } else { "is" }),
    typing: |names| match names {
        [] => String::new(),
        [one] => format!("{one} is typing…"),
        [one, two] => format!("{one} and {two} are typing…"),
        _ => "Several people are typing…".into(),
    },
};

static KOREAN: NoticePhrases = NoticePhrases {
    list: |named, more| match more {
        0 => format!("{} 님", named.join(", ")),
        more => format!("{} 님 외 {more}명", named.join(", ")),
    },
    joined: |names, _| format!("{names}이 들어왔어요"),
    left: |names, _| format!("{names}이 나갔어요"),
    back: |names, _| format!("{names}이 돌아왔어요"),
    gone: |names, _| format!("{names}의 접속이 끊겼어요"),
    typing: |names| match names {
        [] => String::new(),
        [one] => format!("{one} 님이 입력하고 있어요…"),
        [one, two] => format!("{one} 님과 {two} 님이 입력하고 있어요…"),
        _ => "여러 명이 입력하고 있어요…".into(),
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_typing_are_named_while_they_are_few() {
        assert_eq!((ENGLISH.typing)(&["Mina"]), "Mina is typing…");
        assert_eq!((ENGLISH.typing)(&["Mina", "Joon"]), "Mina and Joon are typing…");
        assert_eq!(
            (ENGLISH.typing)(&["Mina", "Joon", "Ari"]),
            "Several people are typing…"
        );
    }

    #[test]
    fn people_who_come_together_share_a_line() {
        let english = &ENGLISH;
        assert_eq!((english.list)(&["Mina"], 0), "Mina");
        assert_eq!((english.list)(&["Mina", "Jun"], 0), "Mina and Jun");
        assert_eq!((english.list)(&["Mina", "Jun", "Ari"], 0), "Mina, Jun and Ari");
        assert_eq!((english.list)(&["Mina", "Jun"], 4), "Mina, Jun and 4 more");
        assert_eq!((english.back)("Mina", false), "Mina is back");
        assert_eq!((english.back)("Mina and Jun", true), "Mina and Jun are back");
        let korean = &KOREAN;
        assert_eq!(
            (korean.joined)(&(korean.list)(&["민아"], 0), false),
            "민아 님이 들어왔어요"
        );
        assert_eq!((korean.list)(&["민아", "준"], 3), "민아, 준 님 외 3명");
    }

    #[test]
    fn korean_needs_no_plural_and_no_particle_guess() {
        assert_eq!((KOREAN.typing)(&["민아"]), "민아 님이 입력하고 있어요…");
    }
}
