//! The dialog that creates a room.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use steadfast_shared::RoomKind;
use steadfast_shared::room::CreateRoom;

use crate::connection::context::ChatContext;
use crate::language::locale::{Locale, words};
use crate::language::{Phrase, calendar};
use crate::markup::view;
use crate::reactive::RwSignal;
use crate::rooms::context::RoomsContext;
use crate::rooms::dialogs::form::RoomForm;
use crate::rooms::phrases::{NavigationPhrases, NewRoomPhrases};
use crate::ui::dialog::Dialog;
use crate::ui::field::Field;
use crate::ui::overlays::{Overlay, Overlays};

/// Creates a public or private room, and opens it.
#[component]
pub(crate) fn NewRoom() -> impl IntoView {
    let locale = Locale::here();
    let overlays = Overlays::here();
    let chat = ChatContext::here();
    let rooms = RoomsContext::here();
    // One id while the form is open: a retry after a lost response creates no second room.
    let id = calendar::new_room_id();
    let form = RoomForm::new();
    let kind = RwSignal::new(RoomKind::Public);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some((name, topic)) = form.typed(locale) else {
            return;
        };
        let request = CreateRoom {
            id,
            kind: kind.get_untracked(),
            name,
            topic,
        };
        form.send(chat, request, move |room| rooms.open_soon(room.id));
    };
    let close = Callback::new(move |()| overlays.close(Overlay::NewRoom));
    view! {
        <Dialog title=words(move || NavigationPhrases::of(locale.language()).new_room.to_owned()) testid="new-room" on_close=close>
            <form class="dialog-form" on:submit=submit novalidate>
                <NameAndTopic form />
                <fieldset class="choices">
                    <legend>{locale.says(|l| NewRoomPhrases::of(l).who)}</legend>
                    <Kinds kind />
                </fieldset>
                <p class="labelled-hint" role="status" data-bad="true">{move || form.trouble.get()}</p>
                <div class="dialog-ways">
                    <button
                        type="submit"
                        class="button button-strong"
                        data-testid="new-room-create"
                        disabled=form.in_flight
                    >
                        {locale.says(|l| NewRoomPhrases::of(l).create)}
                    </button>
                </div>
            </form>
        </Dialog>
    }
}

#[component]
fn NameAndTopic(form: RoomForm) -> impl IntoView {
    let locale = Locale::here();
    view! {
        <Field
            id="new-room-name"
            label=words(move || NewRoomPhrases::of(locale.language()).name.to_owned())
            input=form.name
            hint=words(move || NewRoomPhrases::of(locale.language()).name_hint.to_owned())
            trouble=form.about_name
            capitals="none"
            autofocus=true
        />
        <Field
            id="new-room-topic"
            label=words(move || NewRoomPhrases::of(locale.language()).topic.to_owned())
            input=form.topic
            hint=words(move || NewRoomPhrases::of(locale.language()).topic_hint.to_owned())
            trouble=form.about_topic
        />
    }
}

#[component]
fn Kinds(kind: RwSignal<RoomKind>) -> impl IntoView {
    let locale = Locale::here();
    let kinds: [(RoomKind, &str, Phrase, Phrase); 2] = [
        (
            RoomKind::Public,
            "new-room-public",
            |l| NewRoomPhrases::of(l).is_public,
            |l| NewRoomPhrases::of(l).public_means,
        ),
        (
            RoomKind::Private,
            "new-room-private",
            |l| NewRoomPhrases::of(l).is_private,
            |l| NewRoomPhrases::of(l).private_means,
        ),
    ];
    let kinds = kinds.into_iter().map(|(choice, testid, is, means)| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="room-kind"
                    data-testid=testid
                    prop:checked=move || kind.get() == choice
                    on:change=move |_| kind.set(choice)
                />
                <span>
                    <strong>{locale.says(is)}</strong>
                    <small>{locale.says(means)}</small>
                </span>
            </label>
        }
    });
    kinds.collect_view()
}
