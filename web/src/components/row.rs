//! One message.

use leptos::prelude::*;

use super::Avatar;
use super::prose::Prose;
use super::rejection::Rejection;
use super::row_state::RowState;
use super::row_tools::RowTools;
use crate::rows::State;
use crate::state::{Page, RowModel};
use crate::{calendar, markdown};

/// One message. The element stays the same from the echo to the end: only
/// what is in it changes.
#[component]
pub(crate) fn Row(row: RowModel) -> impl IntoView {
    let page = Page::here();
    let RowModel { key, shown, place } = row;
    let at = Memo::new({
        let shown = shown.clone();
        move |_| shown.with(|row| row.at)
    });
    let place = Memo::new(move |_| place.get());
    let state = Memo::new({
        let shown = shown.clone();
        move |_| shown.with(|row| row.state.clone())
    });
    let author = Memo::new({
        let shown = shown.clone();
        move |_| shown.with(|row| row.author.clone())
    });
    let mine = Memo::new({
        let shown = shown.clone();
        move |_| shown.with(|row| row.mine)
    });
    let text = Memo::new(move |_| shown.with(|row| row.text.clone()));
    let text = move || match text.get() {
        Some(text) => view! { <Prose blocks=markdown::read(&text) mentioned=Vec::new() /> }.into_any(),
        None => view! { <p class="row-text row-unknown">{page.says(|t| t.unknown_entry)}</p> }.into_any(),
    };
    let head = move || {
        if place.get().first {
            view! {
                <Avatar person=author.get() />
                <div class="row-head">
                    <span class="row-author">{author.get().name}</span>
                    <Time at />
                </div>
            }
            .into_any()
        } else {
            view! {
                <span class="sr-only">{author.get().name}</span>
                <time class="row-time row-time-aside" datetime=move || calendar::iso(at.get())>
                    {move || calendar::short_time(at.get())}
                </time>
            }
            .into_any()
        }
    };
    view! {
        <div
            class="row"
            role="listitem"
            data-testid="row"
            tabindex="-1"
            data-id=key.id.to_string()
            data-author=key.author.to_string()
            data-state=move || state.with(State::name)
            data-seq=move || state.with(State::seq).map(|seq| seq.to_string())
            data-mine=move || mine.get().then_some("true")
            data-first=move || place.get().first.then_some("true")
        >
            {head}
            {text}
            <Rejection id=key.id state />
            <RowState mine state />
            <RowTools key />
        </div>
    }
}

#[component]
fn Time(at: Memo<u64>) -> impl IntoView {
    let page = Page::here();
    view! {
        <time
            class="row-time"
            datetime=move || calendar::iso(at.get())
            title=move || calendar::moment(at.get(), page.language())
        >
            {move || calendar::time(at.get(), page.language())}
        </time>
    }
}
