//! The dialog that renames, describes, archives or reopens a room.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use steadfast_shared::RoomId;
use steadfast_shared::room::ChangeRoom;

use crate::connection::context::ChatContext;
use crate::language::Phrase;
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::rooms::dialogs::form::RoomForm;
use crate::rooms::phrases::{NewRoomPhrases, RoomPhrases};
use crate::ui::dialog::Dialog;
use crate::ui::field::Field;
use crate::ui::overlays::{Overlay, Overlays};

#[component]
pub(crate) fn ChangeRoomDialog(room: RoomId) -> impl IntoView {
    let locale = Locale::here();
    let overlays = Overlays::here();
    let chat = ChatContext::here();
    let before = chat.read(|session| {
        let view = session.room(room)?;
        Some((view.name.to_owned(), view.topic.to_owned(), view.archived))
    });
    let (name_before, topic_before, archived) = before.unwrap_or_default();
    let form = RoomForm::new();
    let close = Callback::new(move |()| overlays.close(Overlay::ChangeRoom(room)));
    let send = Callback::new(move |change| form.send(chat, change, move |_| close.run(())));
    let start = (name_before.clone(), topic_before.clone());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some((name, topic)) = form.typed(locale) else {
            return;
        };
        let name = Some(name).filter(|name| name.as_str() != name_before);
        let topic = Some(topic).filter(|topic| topic.as_str() != topic_before);
        if name.is_none() && topic.is_none() {
            return close.run(());
        }
        send.run(ChangeRoom {
            room,
            name,
            topic,
            archived: None,
        });
    };
    view! {
        <Dialog title=words(move || RoomPhrases::of(locale.language()).change.to_owned()) testid="change-room" on_close=close>
            <form class="dialog-form" on:submit=submit novalidate>
                <NameAndTopic form start />
                <p class="labelled-hint" role="status" data-bad="true">{move || form.trouble.get()}</p>
                <div class="dialog-ways">
                    <button type="submit" class="button button-strong" data-testid="room-save" disabled=form.in_flight>
                        {locale.says(|l| RoomPhrases::of(l).save)}
                    </button>
                </div>
            </form>
            <Archiving room archived form send />
        </Dialog>
    }
}

#[component]
fn NameAndTopic(
    form: RoomForm,
    /// The present name and topic.
    start: (String, String),
) -> impl IntoView {
    let locale = Locale::here();
    let (name, topic) = start;
    view! {
        <Field
            id="room-name"
            label=words(move || NewRoomPhrases::of(locale.language()).name.to_owned())
            input=form.name
            start=name
            trouble=form.about_name
            capitals="none"
            autofocus=true
        />
        <Field
            id="room-topic"
            label=words(move || NewRoomPhrases::of(locale.language()).topic.to_owned())
            input=form.topic
            start=topic
            hint=words(move || NewRoomPhrases::of(locale.language()).topic_hint.to_owned())
            trouble=form.about_topic
        />
    }
}

/// Archives the room, or reopens it.
#[component]
fn Archiving(room: RoomId, archived: bool, form: RoomForm, send: Callback<ChangeRoom>) -> impl IntoView {
    let locale = Locale::here();
    let (does, means): (Phrase, Phrase) = if archived {
        (|l| RoomPhrases::of(l).reopen, |l| RoomPhrases::of(l).reopen_means)
    } else {
        (
            |l| RoomPhrases::of(l).archive,
            |l| RoomPhrases::of(l).archive_means,
        )
    };
    let archive = move |_| {
        send.run(ChangeRoom {
            room,
            name: None,
            topic: None,
            archived: Some(!archived),
        });
    };
    view! {
        <div class="dialog-part">
            <p class="labelled-hint">{locale.says(means)}</p>
            <button type="button" class="button" data-testid="room-archive" disabled=form.in_flight on:click=archive>
                {locale.says(does)}
            </button>
        </div>
    }
}
