//! A passphrase set, or changed.

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_shared::{ErrorCode, Passphrase};

use crate::account::api;
use crate::account::phrases::AccountPhrases;
use crate::browser::http::HttpError;
use crate::connection::refusal_phrases::RefusalPhrases;
use crate::language::Language;
use crate::language::locale::{Locale, words};
use crate::ui::field::Field;
use crate::ui::toast::Toasts;

type Wrong = Option<(bool, String)>;

/// Sets a passphrase; the one there is has to be shown first.
#[component]
pub(crate) fn PassphraseForm(
    /// Whether there is one.
    has: RwSignal<bool>,
) -> impl IntoView {
    let locale = Locale::here();
    let toasts = Toasts::here();
    let (now, new) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    // Whether it is about the present passphrase, and the fault.
    let trouble = RwSignal::new(None::<(bool, String)>);
    let under_way = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let value = |input: NodeRef<html::Input>| {
            input
                .get_untracked()
                .map(|input| input.value())
                .unwrap_or_default()
        };
        let read = |about_now: bool, typed: String| {
            Passphrase::parse(&typed).map_err(|error| {
                (
                    about_now,
                    (AccountPhrases::of(locale.language()).passphrase_refused)(error),
                )
            })
        };
        let current = match has.get_untracked().then(|| read(true, value(now))).transpose() {
            Ok(current) => current,
            Err(wrong) => return trouble.set(Some(wrong)),
        };
        let wanted = match read(false, value(new)) {
            Ok(wanted) => wanted,
            Err(wrong) => return trouble.set(Some(wrong)),
        };
        trouble.set(None);
        under_way.set(true);
        spawn_local(async move {
            let answer = api::set_passphrase(current, wanted).await;
            under_way.try_set(false);
            match answer {
                Ok(()) => {
                    has.try_set(true);
                    for input in [now, new] {
                        if let Some(input) = input.get_untracked() {
                            input.set_value("");
                        }
                    }
                    toasts.toast(|l| AccountPhrases::of(l).saved);
                }
                Err(error) => {
                    let about_now = error.is(ErrorCode::WrongPassphrase);
                    trouble.try_set(Some((about_now, refused(&error, locale.language()))));
                }
            }
        });
    };
    let at = move |about_now: bool| {
        Signal::derive(move || {
            trouble.with(|trouble: &Wrong| {
                let here = trouble.as_ref().filter(|(about, _)| *about == about_now);
                here.map(|(_, words)| words.clone())
            })
        })
    };
    view! {
        <form class="setting-form" on:submit=submit novalidate>
            <div hidden=move || !has.get()>
                <Field
                    id="passphrase-now"
                    label=words(move || AccountPhrases::of(locale.language()).passphrase_now.to_owned())
                    input=now
                    trouble=at(true)
                    kind="password"
                    autocomplete="current-password"
                    capitals="none"
                />
            </div>
            <Field
                id="passphrase-new"
                label=words(move || AccountPhrases::of(locale.language()).passphrase_new.to_owned())
                input=new
                hint=words(move || AccountPhrases::of(locale.language()).passphrase_why.to_owned())
                trouble=at(false)
                kind="password"
                autocomplete="new-password"
                capitals="none"
            />
            <button type="submit" class="button" data-testid="passphrase-save" disabled=under_way>
                {locale.says(|l| AccountPhrases::of(l).save)}
            </button>
        </form>
    }
}

/// Why something about the account was not done.
pub(crate) fn refused(error: &HttpError, language: Language) -> String {
    match error {
        HttpError::Unreachable => RefusalPhrases::of(language).server_unreachable.to_owned(),
        HttpError::Refused(error) => match error.code {
            ErrorCode::WrongPassphrase | ErrorCode::Forbidden => {
                (RefusalPhrases::of(language).rejected)(error.code).to_owned()
            }
            _ => (RefusalPhrases::of(language).server_refused)(&error.message),
        },
    }
}
