//! Unsent messages that a former person left on this device.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::account::context::AccountContext;
use crate::account::leaving::Left;
use crate::account::phrases::SignOutPhrases;
use crate::language::locale::{Locale, words};
use crate::markup::{computed, view};
use crate::reactive::{RwSignal, Signal, memo};
use crate::ui::dialog::Dialog;
use crate::ui::icon::{Icon, IconShape};
use crate::ui::phrases::UiPhrases;

/// A notice of unsent messages and drafts left on the device by earlier people.
#[component]
pub(crate) fn LeftWords() -> impl IntoView {
    let locale = Locale::here();
    let account = AccountContext::here();
    let left = memo(move || account.unsent_words());
    let confirming = RwSignal::new(false);
    let delete = Callback::new(move |()| {
        confirming.set(false);
        spawn_local(account.discard_left());
    });
    computed(move || {
        let left_now = left.get();
        (!left_now.is_empty()).then(|| {
            let text = move || {
                let unsent = (SignOutPhrases::of(locale.language()).unsent)(left_now.messages, left_now.drafts);
                (SignOutPhrases::of(locale.language()).left)(&left_now.by.join(", "), &unsent)
            };
            view! {
                <div class="notice notice-ask" role="status" data-testid="left-words">
                    <Icon shape=IconShape::Alert />
                    <span>{words(text)}</span>
                    <button
                        type="button"
                        class="button button-small"
                        data-testid="delete-left"
                        on:click=move |_| confirming.set(true)
                    >
                        {locale.says(|l| SignOutPhrases::of(l).delete_left)}
                    </button>
                </div>
                {move || {
                    confirming.get()
                        .then(|| {
                            let close = Callback::new(move |()| confirming.set(false));
                            view! { <DeleteLeft left=left.into() joins=false on_close=close on_delete=delete /> }
                        })
                }}
            }
        })
    })
}

/// Asks before the unsent messages of a person who is no longer signed in are erased.
#[component]
pub(crate) fn DeleteLeft(
    left: Signal<Left>,
    /// Whether another person joins afterwards.
    joins: bool,
    on_close: Callback<()>,
    on_delete: Callback<()>,
) -> impl IntoView {
    let locale = Locale::here();
    let means = move || {
        let left = left.get();
        let unsent = (SignOutPhrases::of(locale.language()).unsent)(left.messages, left.drafts);
        let by = format!("{unsent} ({})", left.by.join(", "));
        (SignOutPhrases::of(locale.language()).delete_left_means)(&by)
    };
    let way = if joins {
        locale.says(|l| SignOutPhrases::of(l).delete_and_join)
    } else {
        locale.says(|l| SignOutPhrases::of(l).delete_left)
    };
    view! {
        <Dialog
            title=words(move || SignOutPhrases::of(locale.language()).delete_left_question.to_owned())
            testid="delete-left-question"
            brief=true
            on_close
        >
            <p>{words(means)}</p>
            <div class="dialog-ways">
                <button type="button" class="button" data-testid="keep-left" autofocus on:click=move |_| on_close.run(())>
                    {locale.says(|l| UiPhrases::of(l).cancel)}
                </button>
                <button
                    type="button"
                    class="button button-grave"
                    data-testid="delete-left-confirm"
                    on:click=move |_| on_delete.run(())
                >
                    {way}
                </button>
            </div>
        </Dialog>
    }
}
