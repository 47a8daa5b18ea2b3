//! The form that sets or changes the passphrase.

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
use crate::markup::view;
use crate::reactive::{RwSignal, Signal};
use crate::ui::field::Field;
use crate::ui::toast::Toasts;

type Wrong = Option<(bool, String)>;

#[derive(Clone, Copy)]
struct PassphraseState {
    has: RwSignal<bool>,
    now: NodeRef<html::Input>,
    new: NodeRef<html::Input>,
    /// The error, and whether it concerns the current passphrase.
    trouble: RwSignal<Wrong>,
    in_flight: RwSignal<bool>,
    locale: Locale,
    toasts: Toasts,
}

impl PassphraseState {
    fn read(self, about_now: bool) -> Result<Passphrase, (bool, String)> {
        let input = if about_now { self.now } else { self.new };
        let typed = input
            .get_untracked()
            .map(|input| input.value())
            .unwrap_or_default();
        let refused = AccountPhrases::of(self.locale.language()).passphrase_refused;
        Passphrase::parse(&typed).map_err(|error| (about_now, refused(error)))
    }

    fn submit(self) {
        let current = match self.has.get_untracked().then(|| self.read(true)).transpose() {
            Ok(current) => current,
            Err(wrong) => return self.trouble.set(Some(wrong)),
        };
        let wanted = match self.read(false) {
            Ok(wanted) => wanted,
            Err(wrong) => return self.trouble.set(Some(wrong)),
        };
        self.trouble.set(None);
        self.in_flight.set(true);
        spawn_local(async move {
            let answer = api::set_passphrase(current, wanted).await;
            self.in_flight.try_set(false);
            match answer {
                Ok(()) => self.saved(),
                Err(error) => {
                    let about_now = error.is(ErrorCode::WrongPassphrase);
                    let refused = refused(&error, self.locale.language());
                    self.trouble.try_set(Some((about_now, refused)));
                }
            }
        });
    }

    fn saved(self) {
        self.has.try_set(true);
        for input in [self.now, self.new] {
            if let Some(input) = input.get_untracked() {
                input.set_value("");
            }
        }
        self.toasts.toast(|l| AccountPhrases::of(l).saved);
    }

    fn trouble_at(self, about_now: bool) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.trouble.with(|trouble: &Wrong| {
                let here = trouble.as_ref().filter(|(about, _)| *about == about_now);
                here.map(|(_, words)| words.clone())
            })
        })
    }
}

/// Sets a passphrase; changing one requires the current one.
#[component]
pub(crate) fn PassphraseForm(
    /// Whether a passphrase is set.
    has: RwSignal<bool>,
) -> impl IntoView {
    let locale = Locale::here();
    let form = PassphraseState {
        has,
        now: NodeRef::new(),
        new: NodeRef::new(),
        trouble: RwSignal::new(None),
        in_flight: RwSignal::new(false),
        locale,
        toasts: Toasts::here(),
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.submit();
    };
    view! {
        <form class="setting-form" on:submit=submit novalidate>
            <div hidden=move || !has.get()>
                <Field
                    id="passphrase-now"
                    label=words(move || AccountPhrases::of(locale.language()).passphrase_now.to_owned())
                    input=form.now
                    trouble=form.trouble_at(true)
                    kind="password"
                    autocomplete="current-password"
                    capitals="none"
                />
            </div>
            <Field
                id="passphrase-new"
                label=words(move || AccountPhrases::of(locale.language()).passphrase_new.to_owned())
                input=form.new
                hint=words(move || AccountPhrases::of(locale.language()).passphrase_why.to_owned())
                trouble=form.trouble_at(false)
                kind="password"
                autocomplete="new-password"
                capitals="none"
            />
            <button type="submit" class="button" data-testid="passphrase-save" disabled=form.in_flight>
                {locale.says(|l| AccountPhrases::of(l).save)}
            </button>
        </form>
    }
}

/// Why a request about the account failed, in words.
pub(crate) fn refused(error: &HttpError, language: Language) -> String {
    match error {
        HttpError::Unreachable => RefusalPhrases::of(language).server_unreachable.to_owned(),
        HttpError::Refused(error) => RefusalPhrases::why(language, error),
    }
}
