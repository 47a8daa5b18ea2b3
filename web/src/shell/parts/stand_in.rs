//! A dialog or panel of a part, with a placeholder until the part is loaded.

use leptos::prelude::*;

use super::part::{LazyPart, LazyParts, PartState};
use super::phrases::PartPhrases;
use super::split;
pub(crate) use super::split::Beside;
use crate::language::locale::{Locale, words};
use crate::markup::{computed, view};
use crate::people::phrases::PeoplePhrases;
use crate::reactive::memo;
use crate::rooms::phrases::RoomPhrases;
use crate::timeline::context::TimelineContext;
use crate::ui::dialog::Dialog;
use crate::ui::overlays::{Overlay, Overlays};
use crate::ui::phrases::UiPhrases;
use crate::ui::side_panel::SidePanel;

/// A dialog of a part, loaded when it opens.
#[component]
pub(crate) fn PartDialog(part: LazyPart, opened: Overlay) -> impl IntoView {
    let overlays = Overlays::here();
    let close = Callback::new(move |()| overlays.close(opened));
    in_part(
        part,
        move || split::dialog(part, opened),
        move || stand_in_dialog(part, close),
    )
}

/// The popup beside a row.
#[component]
pub(crate) fn PartTool() -> impl IntoView {
    let actions = TimelineContext::here().actions;
    let opened = memo(move || actions.open.with(Option::is_some));
    let close = Callback::new(move |()| actions.close());
    computed(move || {
        opened.get().then(|| {
            in_part(LazyPart::Tools, split::tool, move || {
                stand_in_dialog(LazyPart::Tools, close)
            })
        })
    })
}

fn stand_in_dialog(part: LazyPart, on_close: Callback<()>) -> AnyView {
    let locale = Locale::here();
    let state = LazyParts::here().state(part);
    let title = move || {
        let phrases = PartPhrases::of(locale.language());
        let title = match state.get() {
            PartState::Failed => phrases.not_loaded,
            _ => phrases.loading,
        };
        title.to_owned()
    };
    view! {
        <Dialog title=words(title) testid="part-dialog" brief=true on_close>
            <StandIn part />
        </Dialog>
    }
    .into_any()
}

/// A panel beside the room, loaded when it opens.
#[component]
pub(crate) fn PartPanel(beside: Beside) -> impl IntoView {
    let overlays = Overlays::here();
    in_part(
        LazyPart::Panels,
        move || split::panel(beside),
        move || match beside {
            Beside::Details(opener) => view! {
                <SidePanel id="details" title=|l| RoomPhrases::of(l).details open=overlays.details opener>
                    <StandIn part=LazyPart::Panels />
                </SidePanel>
            }
            .into_any(),
            Beside::Members(opener) => view! {
                <SidePanel id="members" title=|l| PeoplePhrases::of(l).in_room open=overlays.members opener>
                    <StandIn part=LazyPart::Panels />
                </SidePanel>
            }
            .into_any(),
        },
    )
}

/// The fault panel, loaded when it opens.
#[component]
pub(crate) fn PartFaults() -> impl IntoView {
    let stand_in = || view! { <StandIn part=LazyPart::Lab /> }.into_any();
    in_part(LazyPart::Lab, split::lab, stand_in)
}

/// Shows a part's view if the part is loaded; otherwise loads it.
fn in_part(
    part: LazyPart,
    view: impl Fn() -> AnyView + Send + 'static,
    stand_in: impl Fn() -> AnyView + Send + 'static,
) -> impl IntoView {
    let state = LazyParts::here().state(part);
    // The stand-in stays while loading is retried.
    let stage = memo(move || match state.get() {
        state @ (PartState::Arrived | PartState::Ready) => Some(state),
        _ => None,
    });
    computed(move || match stage.get() {
        Some(PartState::Ready) => view(),
        Some(_) => ().into_any(),
        None => stand_in(),
    })
}

/// Says that a part is loading, or failed to load.
#[component]
fn StandIn(part: LazyPart) -> impl IntoView {
    let locale = Locale::here();
    let parts = LazyParts::here();
    let state = parts.state(part);
    parts.load(part);
    let failed = move || state.get() == PartState::Failed;
    let said = move || {
        let phrases = PartPhrases::of(locale.language());
        if failed() { phrases.failed } else { phrases.loading }
    };
    view! {
        <section class="part-missing" data-testid="part-missing">
            <p role="status">{said}</p>
            <div class="dialog-ways" hidden=move || !failed()>
                <button
                    type="button"
                    class="button button-quiet"
                    data-testid="part-reload"
                    on:click=move |_| {
                        let _ = window().location().reload();
                    }
                >
                    {locale.says(|l| PartPhrases::of(l).reload)}
                </button>
                <button
                    type="button"
                    class="button"
                    data-testid="part-retry"
                    on:click=move |_| parts.load(part)
                >
                    {locale.says(|l| UiPhrases::of(l).retry)}
                </button>
            </div>
        </section>
    }
}
