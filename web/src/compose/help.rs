//! What can be typed besides words.

use leptos::prelude::*;

use crate::language::Phrase;
use crate::markdown;
use crate::page::{Page, words};
use crate::timeline::row::prose::Prose;
use crate::ui::dialog::Dialog;

/// The marks: what is typed shows beside what comes of it.
const MARKS: [&str; 6] = [
    "**bold**",
    "*italic*",
    "~~struck~~",
    "`code`",
    "> quote",
    "- point",
];

const KEYS: [(&str, Phrase); 6] = [
    ("Enter", |t| t.send),
    ("Shift + Enter", |t| t.break_the_line),
    ("Esc", |t| t.cancel),
    ("↑", |t| t.messages.edit_last),
    ("@", |t| t.messages.mention),
    (":", |t| t.messages.emoji),
];

/// Explains keys and marks.
#[component]
pub(crate) fn Help(on_close: Callback<()>) -> impl IntoView {
    let page = Page::here();
    let keys = KEYS.map(|(key, phrase)| {
        view! {
            <dt>
                <kbd>{key}</kbd>
            </dt>
            <dd>{move || phrase(page.t())}</dd>
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
        <Dialog title=words(move || page.t().help.to_owned()) testid="help" on_close>
            <section>
                <h3>{page.says(|t| t.keyboard)}</h3>
                <dl class="help">{keys.collect_view()}</dl>
            </section>
            <section>
                <h3>{page.says(|t| t.marks)}</h3>
                <dl class="help">{marks.collect_view()}</dl>
            </section>
        </Dialog>
    }
}
