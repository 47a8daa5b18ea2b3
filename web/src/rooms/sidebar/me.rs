//! Who one is, and the way to the settings.

use leptos::prelude::*;

use crate::account::phrases::SettingsPhrases;
use crate::page::Page;
use crate::people::avatar::Avatar;
use crate::ui::icon::{Icon, Shape};
use crate::ui::overlays::Opened;

/// Who one is, and the way to the settings.
#[component]
pub(crate) fn Me() -> impl IntoView {
    let page = Page::here();
    let me = Memo::new(move |_| page.on_connection(|session| session.me().cloned()));
    view! {
        <button
            type="button"
            class="sidebar-me"
            data-testid="settings"
            on:click=move |_| page.around.open(Opened::Settings)
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
            <span class="sr-only">{page.says(|l| SettingsPhrases::of(l).title)}</span>
            <Icon shape=Shape::Gear />
        </button>
    }
}
