//! Keys that do something wherever the focus is.

/// A key as it is pressed.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyPress<'a> {
    /// The character it writes.
    pub key: &'a str,
    /// Where it is on the keyboard, whatever it writes in the language being typed.
    pub code: &'a str,
    /// Ctrl, or a Mac's Command.
    pub command: bool,
    /// Alt, or a Mac's Option.
    pub alt: bool,
    pub shift: bool,
    /// Whether the focus is where one writes.
    pub writing: bool,
}

/// The effect of a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shortcut {
    /// Goes to a room or a person by name.
    Palette,
    Help,
    /// Goes to the room below.
    Next,
    /// Goes to the room above.
    Previous,
    /// Goes to the room below with something unread.
    NextUnread,
    /// Goes to the room above with something unread.
    PreviousUnread,
}

impl Shortcut {
    /// The shortcut of a press; `None` where it is not for the page.
    pub fn of(press: &KeyPress<'_>) -> Option<Self> {
        let KeyPress {
            key,
            code,
            command,
            alt,
            shift,
            writing,
        } = *press;
        match (command, alt, shift) {
            // By its place: under a Korean layout the key writes ㅏ.
            (true, false, false) if code == "KeyK" || key == "k" => Some(Self::Palette),
            (false, true, false) if key == "ArrowDown" => Some(Self::Next),
            (false, true, false) if key == "ArrowUp" => Some(Self::Previous),
            (false, true, true) if key == "ArrowDown" => Some(Self::NextUnread),
            (false, true, true) if key == "ArrowUp" => Some(Self::PreviousUnread),
            (false, false, _) if key == "?" && !writing => Some(Self::Help),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(key: &str) -> KeyPress<'_> {
        KeyPress {
            key,
            ..KeyPress::default()
        }
    }

    #[test]
    fn the_palette_opens_in_any_layout() {
        let korean = KeyPress {
            code: "KeyK",
            command: true,
            ..press("ㅏ")
        };
        assert_eq!(Shortcut::of(&korean), Some(Shortcut::Palette));
        assert_eq!(
            Shortcut::of(&KeyPress {
                command: false,
                ..korean
            }),
            None
        );
    }

    #[test]
    fn a_question_mark_is_text_where_one_writes() {
        assert_eq!(
            Shortcut::of(&KeyPress {
                shift: true,
                ..press("?")
            }),
            Some(Shortcut::Help)
        );
        assert_eq!(
            Shortcut::of(&KeyPress {
                shift: true,
                writing: true,
                ..press("?")
            }),
            None
        );
    }

    #[test]
    fn arrows_need_alt() {
        assert_eq!(Shortcut::of(&press("ArrowDown")), None);
        assert_eq!(
            Shortcut::of(&KeyPress {
                alt: true,
                ..press("ArrowDown")
            }),
            Some(Shortcut::Next)
        );
        let unread = KeyPress {
            alt: true,
            shift: true,
            writing: true,
            ..press("ArrowUp")
        };
        assert_eq!(Shortcut::of(&unread), Some(Shortcut::PreviousUnread));
    }
}
