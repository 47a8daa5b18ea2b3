//! The devices a person is signed in on.

use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_shared::http::DeviceInfo;

use crate::account::api;
use crate::account::phrases::AccountPhrases;
use crate::connection::context::ChatContext;
use crate::language::calendar;
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::reactive::RwSignal;

/// The devices a person is signed in on, each with a button to sign it out.
#[component]
pub(crate) fn Devices() -> impl IntoView {
    let locale = Locale::here();
    let devices = RwSignal::new(None::<Vec<DeviceInfo>>);
    let failed = RwSignal::new(false);
    let load = move || {
        spawn_local(async move {
            match api::devices().await {
                Ok(found) => {
                    devices.try_set(Some(found));
                    failed.try_set(false);
                }
                Err(_) => {
                    failed.try_set(true);
                }
            }
        });
    };
    load();
    ChatContext::here().on_reconnect(load);
    let sign_out = move |id: i64| {
        spawn_local(async move {
            if api::sign_device_out(id).await.is_err() {
                failed.try_set(true);
            }
            load();
        });
    };
    let list = move || {
        devices
            .get()
            .unwrap_or_default()
            .into_iter()
            .map(|device| view! { <DeviceEntry device sign_out=Callback::new(sign_out) /> })
            .collect_view()
    };
    view! {
        <div class="setting-part">
            <h4>{locale.says(|l| AccountPhrases::of(l).devices)}</h4>
            <ul class="entries">{list}</ul>
            <p class="labelled-hint" role="status" data-bad="true" hidden=move || !failed.get()>
                {locale.says(|l| AccountPhrases::of(l).not_loaded)}
            </p>
        </div>
    }
}

#[component]
fn DeviceEntry(device: DeviceInfo, sign_out: Callback<i64>) -> impl IntoView {
    let locale = Locale::here();
    let DeviceInfo {
        id,
        name,
        last_seen_at,
        current,
        ..
    } = device;
    let about = move || {
        if current {
            AccountPhrases::of(locale.language()).this_device.to_owned()
        } else {
            (AccountPhrases::of(locale.language()).last_seen)(&calendar::day_title(
                last_seen_at,
                locale.language(),
            ))
        }
    };
    let label = {
        let name = name.clone();
        words(move || (AccountPhrases::of(locale.language()).sign_out_device)(&name))
    };
    let way = (!current).then(|| {
        view! {
            <button
                type="button"
                class="button button-small"
                data-testid="device-sign-out"
                aria-label=label
                on:click=move |_| sign_out.run(id)
            >
                {locale.says(|l| AccountPhrases::of(l).sign_out)}
            </button>
        }
    });
    view! {
        <li class="entry" data-testid="device" data-current=current.then_some("true")>
            <span class="entry-name">{name}</span>
            <span class="entry-about">{words(about)}</span>
            {way}
        </li>
    }
}
