//! A confirmation before an action: its consequences, then its result.

use std::rc::Rc;

use futures::future::LocalBoxFuture;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::admin::api;
use crate::admin::phrases::AdminPhrases;
use crate::admin::place::AdminTrail;
use crate::admin::views::Heading;
use crate::browser::http::HttpError;
use crate::language::locale::Locale;
use crate::markup::{computed, view};
use crate::reactive::{RwSignal, Signal};

/// The confirmed action, which returns its result in words; `None` if the form is invalid.
pub(super) type ConfirmedAction = Rc<dyn Fn() -> Option<LocalBoxFuture<'static, Result<String, HttpError>>>>;

/// Asks for confirmation, names the consequences, and reports the result.
#[component]
pub(super) fn Ask(
    title: Signal<String>,
    /// The consequences, one sentence each.
    follows: Signal<Vec<String>>,
    does: Signal<String>,
    /// Whether the action destroys something.
    #[prop(optional, into)]
    grave: Signal<bool>,
    action: ConfirmedAction,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let locale = Locale::here();
    let trail = AdminTrail::here();
    let trouble = RwSignal::new(None::<String>);
    let in_flight = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if in_flight.get_untracked() {
            return;
        }
        trouble.set(None);
        let Some(result) = action() else { return };
        in_flight.set(true);
        spawn_local(async move {
            let answer = result.await;
            in_flight.try_set(false);
            match answer {
                Ok(report) => trail.done(report),
                Err(error) => {
                    trouble.try_set(Some(untrack(|| api::why(&error, locale.language()))));
                }
            }
        });
    };
    view! {
        <form class="admin-question" data-testid="question" on:submit=submit novalidate>
            <Heading title />
            {children.map(|children| children())}
            <Consequences follows />
            <p class="labelled-hint" role="alert" data-bad="true" data-testid="question-trouble">{move || trouble.get()}</p>
            <Answers does grave in_flight />
        </form>
    }
}

/// Goes back, or does it.
#[component]
fn Answers(does: Signal<String>, grave: Signal<bool>, in_flight: RwSignal<bool>) -> impl IntoView {
    let locale = Locale::here();
    let trail = AdminTrail::here();
    view! {
        <div class="dialog-ways">
            <button type="button" class="button" data-testid="question-cancel" on:click=move |_| trail.back()>
                {locale.says(|l| AdminPhrases::of(l).cancel)}
            </button>
            <button
                type="submit"
                class=move || if grave.get() { "button button-grave" } else { "button button-strong" }
                data-testid="question-do"
                disabled=in_flight
            >
                {does}
            </button>
        </div>
    }
}

/// The consequences, if there are any.
#[component]
fn Consequences(follows: Signal<Vec<String>>) -> impl IntoView {
    let locale = Locale::here();
    computed(move || {
        let sentences = follows.get();
        (!sentences.is_empty()).then(|| {
            let lines = sentences
                .into_iter()
                .map(|sentence| view! { <li>{sentence}</li> });
            view! {
                <div class="follows" data-testid="follows">
                    <h4>{locale.says(|l| AdminPhrases::of(l).this_will)}</h4>
                    <ul>{lines.collect_view()}</ul>
                </div>
            }
        })
    })
}
