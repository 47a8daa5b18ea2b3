//! The question before an edit is discarded.

use leptos::prelude::*;

use crate::compose::context::ComposeContext;
use crate::compose::phrases::DraftPhrases;
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::ui::dialog::Dialog;
use crate::ui::overlays::{Overlay, Overlays};

/// Asks before a changed edit is discarded.
#[component]
pub(crate) fn DropEdit() -> impl IntoView {
    let locale = Locale::here();
    let overlays = Overlays::here();
    let compose = ComposeContext::here();
    let close = Callback::new(move |()| overlays.close(Overlay::DropEdit));
    let drop_it = move |_| {
        close.run(());
        if let Some(instead) = compose.instead.get_value() {
            compose.write_now(instead);
        }
    };
    view! {
        <Dialog title=words(move || DraftPhrases::of(locale.language()).drop_edit.to_owned()) testid="drop-edit" brief=true on_close=close>
            <p>{locale.says(|l| DraftPhrases::of(l).drop_edit_means)}</p>
            <div class="dialog-ways">
                <button type="button" class="button" data-testid="keep-editing" autofocus on:click=move |_| close.run(())>
                    {locale.says(|l| DraftPhrases::of(l).keep_editing)}
                </button>
                <button type="button" class="button button-grave" data-testid="drop-changes" on:click=drop_it>
                    {locale.says(|l| DraftPhrases::of(l).drop_changes)}
                </button>
            </div>
        </Dialog>
    }
}
