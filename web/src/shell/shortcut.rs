//! Shortcuts that work wherever the focus is.

/// A key press, with the state it was made in.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyPress<'a> {
    /// The character it types.
    pub key: &'a str,
    /// The physical key, whatever it types in the current layout.
    pub code: &'a str,
    /// Ctrl, or Command on a Mac.
    pub command: bool,
    /// Alt, or Option on a Mac.
    pub alt: bool,
    pub shift: bool,
    /// Whether the focus is in a text field.
    pub writing: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shortcut {
    /// Opens the palette of rooms and people.
    Palette,
    Help,
    /// Opens the next room in the list.
    Next,
    /// Opens the previous room in the list.
    Previous,
    /// Opens the next room with unread messages.
    NextUnread,
    /// Opens the previous room with unread messages.
    PreviousUnread,
}

impl Shortcut {
    /// The shortcut of a key press; `None` if it is not one of the page's.
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
            // By the physical key: in a Korean layout it types ㅏ.
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
    fn a_question_mark_is_text_in_a_text_field() {
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
