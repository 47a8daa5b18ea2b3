//! Giving up an edit.

use leptos::prelude::*;

use crate::compose::draft_phrases::DraftPhrases;
use crate::compose::drafting::Instead;
use crate::page::{Page, words};
use crate::ui::dialog::Dialog;
use crate::ui::overlays::Opened;

/// Asks whether to give up an edit whose text was changed.
#[component]
pub(crate) fn DropEdit(
    /// What is written then.
    instead: Instead,
) -> impl IntoView {
    let page = Page::here();
    let close = Callback::new(move |()| page.around.close(Opened::DropEdit(instead)));
    let drop_it = move |_| {
        close.run(());
        page.write_now(instead);
    };
    view! {
        <Dialog title=words(move || DraftPhrases::of(page.language()).drop_edit.to_owned()) testid="drop-edit" brief=true on_close=close>
            <p>{page.says(|l| DraftPhrases::of(l).drop_edit_means)}</p>
            <div class="dialog-ways">
                <button type="button" class="button" data-testid="keep-editing" autofocus on:click=move |_| close.run(())>
                    {page.says(|l| DraftPhrases::of(l).keep_editing)}
                </button>
                <button type="button" class="button button-grave" data-testid="drop-changes" on:click=drop_it>
                    {page.says(|l| DraftPhrases::of(l).drop_changes)}
                </button>
            </div>
        </Dialog>
    }
}
