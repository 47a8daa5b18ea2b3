//! The page's icons: strokes on a 24-unit square, in the colour of the text around.

use leptos::prelude::*;

/// What an icon shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Check,
    Clock,
    Alert,
    Down,
    Send,
    Details,
    Close,
    More,
    Copy,
}

impl Shape {
    fn path(self) -> &'static str {
        match self {
            Self::Check => "M5 12.5l4.5 4.5L19 7.5",
            Self::Clock => "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M12 7.5V12l3 2",
            Self::Alert => "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M12 7.5v5.5M12 16.4v.1",
            Self::Down => "M12 5v14M6 13l6 6 6-6",
            Self::Send => "M12 19V5M6 11l6-6 6 6",
            Self::Details => "M4 6.5h16M4 12h16M4 17.5h10",
            Self::Close => "M6 6l12 12M18 6L6 18",
            Self::More => "M5 11.5v1M12 11.5v1M19 11.5v1",
            Self::Copy => "M9 9h10.5v10.5H9zM15 5.5V4.5H4.5V15h1",
        }
    }
}

/// An icon. Says nothing to a screen reader: the words beside it do.
#[component]
pub(crate) fn Icon(shape: Shape) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d=shape.path() />
        </svg>
    }
}
