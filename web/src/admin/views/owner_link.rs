//! Creating an owner link.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::account::phrases::OwnerLinkPhrases;
use crate::admin::api;
use crate::admin::views::Heading;
use crate::browser::base_path;
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::reactive::RwSignal;
use crate::ui::shown_once::ShownOnce;

/// Creates an owner link, and shows it once.
#[component]
pub(super) fn MakeOwnerLink() -> impl IntoView {
    let locale = Locale::here();
    let link = RwSignal::new(None::<String>);
    let trouble = RwSignal::new(None::<String>);
    let make = move |_| {
        spawn_local(async move {
            match api::make_owner_link().await {
                Ok(made) => {
                    link.try_set(Some(base_path::link(&made.path)));
                }
                Err(error) => {
                    trouble.try_set(Some(untrack(|| api::why(&error, locale.language()))));
                }
            }
        });
    };
    view! {
        <section class="admin-question">
            <Heading title=words(move || OwnerLinkPhrases::of(locale.language()).owner_link.to_owned()) />
            <p>{locale.says(|l| OwnerLinkPhrases::of(l).owner_link_means)}</p>
            <ShownOnce link about=|l| OwnerLinkPhrases::of(l).owner_link_once testid="owner-link-made" />
            <p class="labelled-hint" role="alert" data-bad="true">{move || trouble.get()}</p>
            <div class="dialog-ways">
                <button
                    type="button"
                    class="button button-strong"
                    data-testid="owner-link-make"
                    hidden=move || link.with(Option::is_some)
                    on:click=make
                >
                    {locale.says(|l| OwnerLinkPhrases::of(l).make_owner_link)}
                </button>
            </div>
        </section>
    }
}
