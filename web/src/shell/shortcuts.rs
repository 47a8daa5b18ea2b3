//! The dialog that lists the keys.

use leptos::prelude::*;

use crate::compose::phrases::ComposePhrases;
use crate::language::Phrase;
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::rooms::phrases::NavigationPhrases;
use crate::ui::dialog::Dialog;
use crate::ui::overlays::{Overlay, Overlays};
use crate::ui::phrases::UiPhrases;

type ShortcutLine = (&'static [&'static str], Phrase);

/// Each shortcut with its effect. `Mod` is Ctrl, or Command on a Mac.
const SHORTCUTS: [ShortcutLine; 8] = [
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

#[component]
pub(crate) fn Shortcuts() -> impl IntoView {
    let locale = Locale::here();
    let overlays = Overlays::here();
    let close = Callback::new(move |()| overlays.close(Overlay::Shortcuts));
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
            <dt>{locale.says(does)}</dt>
            <dd>{keys.collect_view()}</dd>
        }
    });
    let lines = lines.collect_view();
    view! {
        <Dialog title=words(move || NavigationPhrases::of(locale.language()).shortcuts.to_owned()) testid="shortcuts" on_close=close>
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
