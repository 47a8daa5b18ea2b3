//! Excluding a person, and what happens to their messages.

use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;
use steadfast_shared::admin::{self, AccountState, Messages};
use steadfast_shared::{Person, Power, Role, limit};

use crate::admin::phrases::{
    AdminPersonPhrases, AdminPhrases, AdminTerms, ConsequencePhrases, ExclusionPhrases,
};
use crate::admin::views::choose::{Radios, Select};
use crate::admin::views::question::{Ask, ConfirmedAction};
use crate::admin::{api, consequences};
use crate::connection::context::ChatContext;
use crate::language::locale::{Locale, words};
use crate::language::span::TimeSpan;
use crate::language::{Language, Phrase};
use crate::markup::view;
use crate::reactive::{RwSignal, Signal};
use crate::ui::field::Field;

/// The choices of the form, apart from the reason.
#[derive(Clone, Copy)]
struct ExclusionChoices {
    state: RwSignal<AccountState>,
    lasts: RwSignal<Option<TimeSpan>>,
    addresses: RwSignal<Option<TimeSpan>>,
    messages: RwSignal<Messages>,
}

impl ExclusionChoices {
    fn new() -> Self {
        Self {
            state: RwSignal::new(AccountState::Banned),
            lasts: RwSignal::new(None),
            addresses: RwSignal::new(None),
            messages: RwSignal::new(Messages::Kept),
        }
    }

    /// The exclusion as chosen, for a reason.
    fn because(self, reason: String) -> admin::Exclude {
        admin::Exclude {
            state: self.state.get(),
            reason,
            lasts_seconds: self.lasts.get().map(TimeSpan::seconds),
            addresses_seconds: self.addresses.get().map(TimeSpan::seconds),
            messages: self.messages.get(),
        }
    }
}

/// Bans a person, or deactivates their account.
#[component]
pub(super) fn Exclude(person: Person) -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    let role = chat.read(|session| session.account().role());
    let Person { id, name } = person;
    let sees_addresses = role.may(Power::SeeAddresses);
    let chosen = ExclusionChoices::new();
    let reason = NodeRef::<html::Input>::new();
    let reason_trouble = RwSignal::new(None::<String>);
    let follows =
        Signal::derive(move || consequences::of_exclusion(&chosen.because(String::new()), locale.language()));
    let title = {
        let name = name.clone();
        words(move || (ExclusionPhrases::of(locale.language()).exclude_question)(&name))
    };
    let does = words(move || verb(chosen.state.get(), locale.language()).to_owned());
    let action: ConfirmedAction = Rc::new(move || {
        let typed = typed_reason(locale, reason, reason_trouble)?;
        let (exclusion, name) = (untrack(|| chosen.because(typed)), name.clone());
        Some(Box::pin(async move {
            let info = api::exclude(id, &exclusion).await?;
            Ok(untrack(|| {
                (ExclusionPhrases::of(locale.language()).excluded)(&name, info.state)
            }))
        }))
    });
    let says = move |phrase: Phrase| words(move || phrase(locale.language()).to_owned());
    view! {
        <Ask title follows does grave=Signal::stored(true) action>
            <Radios legend=says(|l| ExclusionPhrases::of(l).in_which_way) name="exclude" options=kinds(locale) chosen=chosen.state />
            <Select
                label=says(|l| ExclusionPhrases::of(l).how_long)
                testid="exclude-lasts"
                options=spans(locale, says(|l| ExclusionPhrases::of(l).until_let_in))
                start=""
                chosen=Callback::new(move |name: String| chosen.lasts.set(TimeSpan::of_name(&name)))
                labelled=true
            />
            <Field
                id="exclude-reason"
                label=says(|l| ExclusionPhrases::of(l).reason)
                input=reason
                hint=says(|l| ExclusionPhrases::of(l).reason_hint)
                trouble=reason_trouble
            />
            {sees_addresses.then(|| view! { <AddressesChoice chosen=chosen.addresses /> })}
            <MessagesChoice role chosen=chosen.messages />
        </Ask>
    }
}

/// The typed reason; `None` if it is too long, which is said beside the field.
fn typed_reason(
    locale: Locale,
    reason: NodeRef<html::Input>,
    trouble: RwSignal<Option<String>>,
) -> Option<String> {
    let typed = reason.get_untracked().map(|input| input.value());
    let typed = typed.unwrap_or_default().trim().to_owned();
    let too_long = typed.chars().count() > limit::REASON_CHARS;
    trouble.set(too_long.then(|| {
        let language = untrack(|| locale.language());
        (ExclusionPhrases::of(language).reason_too_long)(limit::REASON_CHARS)
    }));
    (!too_long).then_some(typed)
}

type ExclusionKinds = Vec<(AccountState, &'static str, Signal<String>, Signal<String>)>;

fn verb(state: AccountState, language: Language) -> &'static str {
    match state {
        AccountState::Deactivated => ExclusionPhrases::of(language).deactivate,
        AccountState::Active | AccountState::Banned => ExclusionPhrases::of(language).ban,
    }
}

fn kinds(locale: Locale) -> ExclusionKinds {
    let says = move |phrase: Phrase| words(move || phrase(locale.language()).to_owned());
    vec![
        (
            AccountState::Banned,
            "ban",
            says(|l| ExclusionPhrases::of(l).ban),
            says(|l| ExclusionPhrases::of(l).ban_means),
        ),
        (
            AccountState::Deactivated,
            "close",
            says(|l| ExclusionPhrases::of(l).deactivate),
            says(|l| ExclusionPhrases::of(l).deactivate_means),
        ),
    ]
}

/// How long sign-ups from the person's addresses are blocked.
#[component]
fn AddressesChoice(chosen: RwSignal<Option<TimeSpan>>) -> impl IntoView {
    let locale = Locale::here();
    let says = move |phrase: Phrase| words(move || phrase(locale.language()).to_owned());
    view! {
        <Select
            label=says(|l| ExclusionPhrases::of(l).addresses)
            testid="exclude-addresses"
            options=spans(locale, says(|l| ExclusionPhrases::of(l).not_at_all))
            start=""
            chosen=Callback::new(move |name: String| chosen.set(TimeSpan::of_name(&name)))
            labelled=true
        />
    }
}

fn spans(locale: Locale, none: Signal<String>) -> Vec<(&'static str, Signal<String>)> {
    let spans = TimeSpan::ALL.map(|span| {
        (
            span.name(),
            words(move || (AdminTerms::of(locale.language()).span)(span).to_owned()),
        )
    });
    [("", none)].into_iter().chain(spans).collect()
}

/// What happens to the person's messages, as far as this role may decide.
#[component]
fn MessagesChoice(role: Role, chosen: RwSignal<Messages>) -> impl IntoView {
    let locale = Locale::here();
    let all = [
        (Messages::Kept, "kept", Power::HideMessages),
        (Messages::Hidden, "hidden", Power::HideMessages),
        (Messages::Erased, "erased", Power::EraseMessages),
    ];
    let options = all
        .into_iter()
        .filter(|(.., power)| role.may(*power))
        .map(|(messages, key, _)| {
            (
                messages,
                key,
                words(move || {
                    (AdminPersonPhrases::of(locale.language()).messages_choice)(messages).to_owned()
                }),
                words(move || (AdminPersonPhrases::of(locale.language()).messages_mean)(messages).to_owned()),
            )
        })
        .collect();
    let legend = words(move || {
        AdminPersonPhrases::of(locale.language())
            .their_messages
            .to_owned()
    });
    view! { <Radios legend name="messages" options chosen /> }
}

/// Hides, shows or erases all of a person's messages.
#[component]
pub(super) fn MessagesOf(person: Person, are: Messages) -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    let role = chat.read(|session| session.account().role());
    let Person { id, name } = person;
    let chosen = RwSignal::new(are);
    let follows = Signal::derive(move || {
        vec![(ConsequencePhrases::of(locale.language()).messages)(chosen.get()).to_owned()]
    });
    let title = {
        let name = name.clone();
        words(move || (AdminPersonPhrases::of(locale.language()).messages_question)(&name))
    };
    let action: ConfirmedAction = Rc::new(move || {
        let (messages, name) = (chosen.get_untracked(), name.clone());
        Some(Box::pin(async move {
            let info = api::set_messages(id, messages).await?;
            Ok(untrack(|| {
                (AdminPersonPhrases::of(locale.language()).messages_done)(&name, info.messages)
            }))
        }))
    });
    let does = words(move || AdminPhrases::of(locale.language()).do_it.to_owned());
    view! {
        <Ask title follows does grave=Signal::derive(move || chosen.get() == Messages::Erased) action>
            <MessagesChoice role chosen />
        </Ask>
    }
}
