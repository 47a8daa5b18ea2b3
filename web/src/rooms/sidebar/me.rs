//! The person signed in, and the button to the settings.

use leptos::prelude::*;

use crate::connection::context::ChatContext;
use crate::language::locale::Locale;
use crate::markup::view;
use crate::people::avatar::Avatar;
use crate::reactive::memo;
use crate::ui::icon::{Icon, IconShape};
use crate::ui::overlays::{Overlay, Overlays};
use crate::ui::phrases::UiPhrases;

#[component]
pub(crate) fn Me() -> impl IntoView {
    let locale = Locale::here();
    let overlays = Overlays::here();
    let chat = ChatContext::here();
    let me = memo(move || chat.on_connection(|session| session.account().me().cloned()));
    view! {
        <button
            type="button"
            class="sidebar-me"
            data-testid="settings"
            on:click=move |_| overlays.open(Overlay::Settings)
        >
            {move || {
                me.get()
                    .map(|me| {
                        let name = me.name.clone();
                        view! {
                            <Avatar person=me />
                            <span class="sidebar-name" data-testid="my-name">{name}</span>
                        }
                    })
            }}
            <span class="sr-only">{locale.says(|l| UiPhrases::of(l).settings)}</span>
            <Icon shape=IconShape::Gear />
        </button>
    }
}
