//! The form that changes the nickname.

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_shared::Nickname;
use steadfast_shared::room::ChangeNickname;

use crate::account::phrases::{AccountPhrases, JoinPhrases};
use crate::connection::context::ChatContext;
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::reactive::RwSignal;
use crate::ui::field::Field;
use crate::ui::toast::Toasts;

/// Changes the person's nickname; old messages show the new one, too.
#[component]
pub(crate) fn NicknameForm() -> impl IntoView {
    let locale = Locale::here();
    let toasts = Toasts::here();
    let chat = ChatContext::here();
    let input = NodeRef::<html::Input>::new();
    let trouble = RwSignal::new(None::<String>);
    let in_flight = RwSignal::new(false);
    let start = chat.read(|session| session.account().me().map(|me| me.name.clone()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let typed = input.get_untracked().map(|input| input.value());
        let name = Nickname::parse(&typed.unwrap_or_default());
        let refused = |error| (JoinPhrases::of(locale.language()).nickname_refused)(error);
        trouble.set(name.as_ref().err().map(|error| refused(*error)));
        let Ok(name) = name else { return };
        in_flight.set(true);
        spawn_local(async move {
            let answer = chat.ask(ChangeNickname { name }).await;
            in_flight.try_set(false);
            match answer {
                Ok(_) => toasts.toast(|l| AccountPhrases::of(l).saved),
                Err(error) => {
                    chat.show_why(trouble, &error);
                }
            }
        });
    };
    view! {
        <form class="setting-form" on:submit=submit novalidate>
            <Field
                id="new-nickname"
                label=words(move || JoinPhrases::of(locale.language()).nickname.to_owned())
                input=input
                start=start.unwrap_or_default()
                hint=words(move || AccountPhrases::of(locale.language()).rename_means.to_owned())
                trouble=trouble
                capitals="words"
            />
            <button type="submit" class="button" data-testid="nickname-save" disabled=in_flight>
                {locale.says(|l| AccountPhrases::of(l).rename)}
            </button>
        </form>
    }
}
