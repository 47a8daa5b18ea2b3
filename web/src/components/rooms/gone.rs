//! What is said to somebody who is out of the room they were looking at.

use leptos::prelude::*;

use crate::components::{Icon, Shape};
use crate::state::{Page, words};

/// Says that the room that was open is no longer this person's, until they have taken note.
#[component]
pub(crate) fn OutOf() -> impl IntoView {
    let page = Page::here();
    move || {
        page.out_of.get().map(|name| {
            view! {
                <div class="notice notice-ask" role="alert" data-testid="out-of-room">
                    <Icon shape=Shape::Alert />
                    <span>{words(move || (page.t().room.out)(&name))}</span>
                    <button
                        type="button"
                        class="button button-small"
                        data-testid="out-of-room-ok"
                        on:click=move |_| {
                            page.out_of.set(None);
                            page.focus_composer();
                        }
                    >
                        {page.says(|t| t.room.understood)}
                    </button>
                </div>
            }
        })
    }
}
