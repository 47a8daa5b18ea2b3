//! The page's icons: strokes on a 24-unit square, in the colour of the surrounding text.

use leptos::prelude::*;

use crate::markup::view;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum IconShape {
    Check,
    Clock,
    Alert,
    Down,
    Up,
    Send,
    Details,
    Close,
    More,
    Copy,
    Search,
    Lock,
    Person,
    People,
    Gear,
    Plus,
    Archive,
    Leave,
    Day,
    Menu,
    React,
    Reply,
    Edit,
    Link,
    Delete,
    Shield,
    Block,
    Hide,
    Show,
    Back,
}

impl IconShape {
    fn path(self) -> &'static str {
        match self {
            Self::Check => "M5 12.5l4.5 4.5L19 7.5",
            Self::Clock => "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M12 7.5V12l3 2",
            Self::Alert => "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M12 7.5v5.5M12 16.4v.1",
            Self::Down => "M12 5v14M6 13l6 6 6-6",
            Self::Up => "M12 19V5M6 11l6-6 6 6",
            Self::Send => "M12 19V5M6 11l6-6 6 6",
            Self::Details => "M4 6.5h16M4 12h16M4 17.5h10",
            Self::Close => "M6 6l12 12M18 6L6 18",
            Self::More => "M5 11.5v1M12 11.5v1M19 11.5v1",
            Self::React => {
                "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M8.5 14c.8 1.4 2 2.1 3.5 2.1s2.7-.7 3.5-2.1M9 9.5v.4M15 9.5v.4"
            }
            Self::Reply => "M9.5 6L4 11.5 9.5 17M4.5 11.5H14a6 6 0 0 1 6 6V19",
            Self::Edit => {
                "M5 19l.8-3.6L16.4 4.8a1.7 1.7 0 0 1 2.4 0l.4.4a1.7 1.7 0 0 1 0 2.4L8.6 18.2zM14 7.2l2.8 2.8"
            }
            Self::Link => {
                "M10 14a4 4 0 0 0 5.7 0l3.1-3.1a4 4 0 0 0-5.7-5.7L12 6.3M14 10a4 4 0 0 0-5.7 0l-3.1 3.1a4 4 0 0 0 5.7 5.7l1.1-1.1"
            }
            Self::Shield => "M12 3.5l7 2.5v5.5c0 4.2-2.8 7.4-7 9-4.2-1.6-7-4.8-7-9V6zM9 12l2.2 2.2L15.2 10",
            Self::Block => "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M6 6l12 12",
            Self::Hide => {
                "M4 4l16 16M9.8 5.9A9 9 0 0 1 12 5.6c4.5 0 7.5 3.4 8.7 6.4a12 12 0 0 1-2.3 3.4M6 7.8A12 12 0 0 0 3.3 12c1.2 3 4.2 6.4 8.7 6.4 1.4 0 2.7-.3 3.8-.9"
            }
            Self::Show => {
                "M3.3 12c1.2-3 4.2-6.4 8.7-6.4s7.5 3.4 8.7 6.4c-1.2 3-4.2 6.4-8.7 6.4S4.5 15 3.3 12M12 9.3a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.4"
            }
            Self::Back => "M15 5l-7 7 7 7",
            Self::Delete => "M5 7h14M10 4.5h4M7 7l.8 12.5h8.4L17 7M10.3 10.5v5.5M13.7 10.5v5.5",
            Self::Copy => "M9 9h10.5v10.5H9zM15 5.5V4.5H4.5V15h1",
            Self::Search => "M11 4.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.8 15.8l4 4",
            Self::Lock => "M6 11h12v8.5H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
            Self::Person => "M12 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7M5 19.5c.6-3.4 3.4-5 7-5s6.4 1.6 7 5",
            Self::People => {
                "M9 5a3.2 3.2 0 1 0 0 6.4A3.2 3.2 0 0 0 9 5M3 19c.5-3.2 2.8-4.7 6-4.7s5.5 1.5 6 4.7M15.5 5.4a3 3 0 0 1 0 5.8M17.5 14.7c2 .6 3.2 2 3.5 4.3"
            }
            Self::Gear => "M4 7.5h8M17 7.5h3M14.5 5v5M4 16.5h3M12 16.5h8M9.5 14v5",
            Self::Plus => "M12 5v14M5 12h14",
            Self::Archive => "M4.5 5h15v4h-15zM6 9v10.5h12V9M10 13h4",
            Self::Leave => "M10 5H5v14h5M13 8l4 4-4 4M9 12h8",
            Self::Day => "M5 6.5h14v13H5zM5 10.5h14M9 4v4M15 4v4",
            Self::Menu => "M4.5 7h15M4.5 12h15M4.5 17h15",
        }
    }
}

/// An icon, hidden from screen readers: the text beside it is read.
#[component]
pub(crate) fn Icon(shape: IconShape) -> impl IntoView {
    view! {
        <svg class="icon" width="20" height="20" viewBox="0 0 24 24" aria-hidden="true">
            <path d=shape.path() />
        </svg>
    }
}
