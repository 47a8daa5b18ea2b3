//! The help on keys and formatting.

use leptos::prelude::*;

use crate::compose::phrases::ComposePhrases;
use crate::language::Phrase;
use crate::language::locale::{Locale, words};
use crate::markdown;
use crate::markdown::prose::Prose;
use crate::markup::view;
use crate::ui::dialog::Dialog;
use crate::ui::overlays::{Overlay, Overlays};
use crate::ui::phrases::UiPhrases;

/// The formatting marks, each shown beside its result.
const MARKS: [&str; 6] = [
    "**bold**",
    "*italic*",
    "~~struck~~",
    "`code`",
    "> quote",
    "- point",
];

const KEYS: [(&str, Phrase); 6] = [
    ("Enter", |l| ComposePhrases::of(l).send),
    ("Shift + Enter", |l| ComposePhrases::of(l).break_the_line),
    ("Esc", |l| UiPhrases::of(l).cancel),
    ("↑", |l| ComposePhrases::of(l).edit_last),
    ("@", |l| ComposePhrases::of(l).mention),
    (":", |l| ComposePhrases::of(l).emoji),
];

/// Explains the keys and the formatting marks.
#[component]
pub(crate) fn Help() -> impl IntoView {
    let locale = Locale::here();
    let overlays = Overlays::here();
    let on_close = Callback::new(move |()| overlays.close(Overlay::Help));
    let keys = KEYS.map(|(key, phrase)| {
        view! {
            <dt>
                <kbd>{key}</kbd>
            </dt>
            <dd>{move || phrase(locale.language())}</dd>
        }
    });
    let marks = MARKS.map(|mark| {
        view! {
            <dt>
                <kbd>{mark}</kbd>
            </dt>
            <dd>
                <Prose blocks=markdown::read(mark) mentioned=Vec::new() />
            </dd>
        }
    });
    view! {
        <Dialog title=words(move || ComposePhrases::of(locale.language()).help.to_owned()) testid="help" on_close>
            <section>
                <h3>{locale.says(|l| ComposePhrases::of(l).keyboard)}</h3>
                <dl class="help">{keys.collect_view()}</dl>
            </section>
            <section>
                <h3>{locale.says(|l| ComposePhrases::of(l).marks)}</h3>
                <dl class="help">{marks.collect_view()}</dl>
            </section>
        </Dialog>
    }
}
