//! The keys, listed.

use leptos::prelude::*;

use crate::compose::phrases::ComposePhrases;
use crate::language::Phrase;
use crate::page::{Page, words};
use crate::rooms::phrases::NavigationPhrases;
use crate::ui::dialog::Dialog;
use crate::ui::overlays::Opened;
use crate::ui::phrases::UiPhrases;

type Line = (&'static [&'static str], Phrase);

/// Each shortcut with what it does. `Mod` is Ctrl, or a Mac's Command.
const SHORTCUTS: [Line; 8] = [
    (&["Mod", "K"], |l| NavigationPhrases::of(l).find_anything),
    (&["Mod", "Enter"], |l| ComposePhrases::of(l).send),
    (&["Alt", "↓"], |l| NavigationPhrases::of(l).next_room),
    (&["Alt", "↑"], |l| NavigationPhrases::of(l).previous_room),
    (&["Alt", "Shift", "↓"], |l| NavigationPhrases::of(l).next_unread),
    (&["Alt", "Shift", "↑"], |l| {
        NavigationPhrases::of(l).previous_unread
    }),
    (&["Esc"], |l| UiPhrases::of(l).close),
    (&["?"], |l| NavigationPhrases::of(l).shortcuts),
];

/// Lists the shortcuts.
#[component]
pub(crate) fn Shortcuts() -> impl IntoView {
    let page = Page::here();
    let close = Callback::new(move |()| page.around.close(Opened::Shortcuts));
    let mac = is_mac();
    let lines = SHORTCUTS.into_iter().map(|(keys, does)| {
        let keys = keys.iter().map(|key| {
            let key = match (*key, mac) {
                ("Mod", true) => "⌘",
                ("Mod", false) => "Ctrl",
                ("Alt", true) => "⌥",
                (key, _) => key,
            };
            view! { <kbd>{key}</kbd> }
        });
        view! {
            <dt>{page.says(does)}</dt>
            <dd>{keys.collect_view()}</dd>
        }
    });
    let lines = lines.collect_view();
    view! {
        <Dialog title=words(move || NavigationPhrases::of(page.language()).shortcuts.to_owned()) testid="shortcuts" on_close=close>
            <dl class="shortcuts">{lines}</dl>
        </Dialog>
    }
}

fn is_mac() -> bool {
    window()
        .navigator()
        .platform()
        .is_ok_and(|name| name.starts_with("Mac"))
}
