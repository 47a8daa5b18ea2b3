//! The bar with the state of the connection, in plain words, and the switch.

use std::time::Duration;

use leptos::prelude::*;
use steadfast_client::link::LinkState;
use steadfast_shared::event::ClosingReason;
use steadfast_shared::{ErrorCode, HandshakeError};

use crate::connection::allowance::AllowanceContext;
use crate::connection::closed_phrases::ClosedPhrases;
use crate::connection::context::ChatContext;
use crate::connection::phrases::ConnectionPhrases;
use crate::connection::scarce::Scarce;
use crate::language::locale::{Locale, words};
use crate::language::{Language, calendar};
use crate::markup::{computed, view};
use crate::reactive::{Memo, RwSignal, memo};

const SECOND: Duration = Duration::from_secs(1);

/// The state of the connection: its name, the next retry, the unsent items, and the switch.
#[component]
pub(crate) fn ConnectionBar() -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    let allowance = AllowanceContext::here();
    let state = memo(move || state_name(&chat.link()));
    let unsent = memo(move || chat.on_outbox(steadfast_client::Session::unsent));
    let closed = move || chat.on_connection(|session| session.connection().closed());
    // Retries are not announced: screen readers announce a lost connection once.
    let announced = memo(move || match chat.link() {
        LinkState::Waiting { .. } | LinkState::Connecting { attempt: 1.. } => {
            ConnectionPhrases::of(locale.language()).waiting
        }
        link => headline(&link, locale.language()),
    });
    let (put_off, scarce) = (put_off(chat), scarce(chat, allowance));
    view! {
        <section class="connection" data-testid="connection" data-state=state aria-label=move || ConnectionPhrases::of(locale.language()).link>
            <span class="connection-dot" aria-hidden="true"></span>
            <p class="connection-words">
                <span class="connection-state">{move || headline(&chat.link(), locale.language())}</span>
                <span class="connection-why">
                    {move || match (put_off.get(), scarce.get()) {
                        (Some(code), _) => (ClosedPhrases::of(locale.language()).put_off)(code).to_owned(),
                        (None, Some(scarce)) => scarce,
                        (None, None) => why(&chat.link(), closed(), chat.ephemeral.get(), locale.language()).to_owned(),
                    }}
                </span>
            </p>
            <span class="sr-only" role="status">
                {announced}
                " "
                {move || put_off.get().map(|code| (ClosedPhrases::of(locale.language()).put_off)(code))}
                " "
                {move || scarce.get()}
            </span>
            <div class="connection-wait">
                <Retry />
                <span
                    class="unsent"
                    data-testid="unsent"
                    data-count=move || unsent.get().to_string()
                    hidden=move || unsent.get() == 0
                >
                    {words(move || (ConnectionPhrases::of(locale.language()).unsent)(unsent.get()))}
                </span>
            </div>
            <Switch state />
        </section>
    }
}

/// Why the server does not accept messages at the moment.
fn put_off(chat: ChatContext) -> Memo<Option<ErrorCode>> {
    memo(move || match chat.link() {
        // Short-lived reasons, such as a busy server, are not shown.
        LinkState::Connected { .. } => chat
            .on_outbox(steadfast_client::Session::put_off)
            .filter(|code| matches!(code, ErrorCode::StorageFull | ErrorCode::Unavailable)),
        _ => None,
    })
}

/// The allowance that is nearly used up, in words.
fn scarce(chat: ChatContext, allowance: AllowanceContext) -> Memo<Option<String>> {
    memo(move || match chat.link() {
        LinkState::Connected { .. } => allowance.scarce().map(|scarce| match scarce {
            Scarce::Quota { percent, renews_at } => (ConnectionPhrases::of(chat.locale.language())
                .quota_near)(
                percent,
                &calendar::time(renews_at, chat.locale.language()),
            ),
            Scarce::Disk => ConnectionPhrases::of(chat.locale.language()).disk_low.to_owned(),
        }),
        _ => None,
    })
}

#[component]
fn Switch(state: Memo<&'static str>) -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    let connected = move || matches!(state.get(), "connected" | "connecting" | "waiting");
    let switch = move |_| {
        if connected() {
            chat.disconnect();
        } else {
            chat.connect();
        }
    };
    view! {
        <button
            type="button"
            class="button button-small connection-switch"
            data-testid="toggle"
            on:click=switch
        >
            {move || if connected() { ConnectionPhrases::of(locale.language()).disconnect } else { ConnectionPhrases::of(locale.language()).connect }}
        </button>
    }
}

/// The time of the next retry, and the button to retry now.
#[component]
fn Retry() -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    let retry_at = memo(move || match chat.link() {
        LinkState::Waiting { retry_in, .. } => {
            Some(calendar::now().saturating_add(u64::try_from(retry_in.as_millis()).unwrap_or(u64::MAX)))
        }
        _ => None,
    });
    let waiting = memo(move || retry_at.get().is_some());
    let now = RwSignal::new(calendar::now());
    Effect::new(move |ticking: Option<Option<IntervalHandle>>| {
        if let Some(handle) = ticking.flatten() {
            handle.clear();
        }
        waiting
            .get()
            .then(|| set_interval_with_handle(move || now.set(calendar::now()), SECOND).ok())
            .flatten()
    });
    let seconds = move || {
        retry_at
            .get()
            .map_or(0, |at| at.saturating_sub(now.get().min(at)).div_ceil(1000))
    };
    computed(move || {
        waiting.get().then(|| {
            now.set(calendar::now());
            view! {
                <span class="connection-retry">{words(move || (ConnectionPhrases::of(locale.language()).retry_in)(seconds()))}</span>
                <button
                    type="button"
                    class="button button-small"
                    data-testid="retry-now"
                    on:click=move |_| chat.wake()
                >
                    {locale.says(|l| ConnectionPhrases::of(l).retry_now)}
                </button>
            }
        })
    })
}

/// The state's name in the document.
pub(crate) fn state_name(link: &LinkState) -> &'static str {
    match link {
        LinkState::Connected { .. } => "connected",
        LinkState::Connecting { .. } => "connecting",
        LinkState::Waiting { .. } => "waiting",
        LinkState::Disconnected { .. } | LinkState::Refused(_) => "disconnected",
    }
}

pub(crate) fn headline(link: &LinkState, language: Language) -> &'static str {
    match link {
        LinkState::Connected { .. } => ConnectionPhrases::of(language).connected,
        LinkState::Connecting { attempt: 0 } => ConnectionPhrases::of(language).connecting,
        LinkState::Connecting { .. } => ConnectionPhrases::of(language).reconnecting,
        LinkState::Waiting { .. } => ConnectionPhrases::of(language).waiting,
        // The page is renewing the session.
        LinkState::Refused(HandshakeError::Unauthorized) => ConnectionPhrases::of(language).reconnecting,
        LinkState::Disconnected { .. } | LinkState::Refused(_) => {
            ConnectionPhrases::of(language).disconnected
        }
    }
}

fn why(link: &LinkState, closed: Option<ClosingReason>, forgetful: bool, language: Language) -> &'static str {
    match link {
        LinkState::Connected { .. } | LinkState::Connecting { .. } => "",
        LinkState::Waiting { .. } => match closed {
            Some(reason) => closing(reason, language),
            None => "",
        },
        LinkState::Refused(error) => match error {
            HandshakeError::Unauthorized => ClosedPhrases::of(language).signed_out,
            HandshakeError::ForbiddenOrigin => ClosedPhrases::of(language).origin_refused,
            HandshakeError::Busy | HandshakeError::Unavailable => ClosedPhrases::of(language).server_busy,
            HandshakeError::InvalidAuth => ClosedPhrases::of(language).handshake_refused,
        },
        LinkState::Disconnected { by_person: false } => "",
        LinkState::Disconnected { .. } if forgetful => ConnectionPhrases::of(language).by_you_unkept,
        LinkState::Disconnected { .. } => ConnectionPhrases::of(language).by_you,
    }
}

fn closing(reason: ClosingReason, language: Language) -> &'static str {
    match reason {
        ClosingReason::Shutdown | ClosingReason::Draining => ClosedPhrases::of(language).server_restarts,
        ClosingReason::SlowConsumer => ClosedPhrases::of(language).too_slow,
        ClosingReason::Replaced => ClosedPhrases::of(language).taken_over,
        ClosingReason::SignedOut => ClosedPhrases::of(language).signed_out,
        ClosingReason::Flooding => ClosedPhrases::of(language).too_much,
        ClosingReason::Banned => ClosedPhrases::of(language).banned,
        ClosingReason::Deactivated => ClosedPhrases::of(language).deactivated,
        ClosingReason::Unknown => ClosedPhrases::of(language).server_closed,
    }
}
