//! A room made.

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::link::AskError;
use steadfast_shared::room::CreateRoom;
use steadfast_shared::{ErrorCode, RoomKind, RoomName, Topic};

use crate::calendar;
use crate::components::Field;
use crate::components::dialog::Dialog;
use crate::state::{Opened, Page, words};
use crate::text::Phrase;

/// Makes a public or a private room, and opens it.
#[component]
pub(crate) fn NewRoom() -> impl IntoView {
    let page = Page::here();
    // One id for as long as the form is open: asking again after a lost answer makes no second room.
    let id = calendar::new_room_id();
    let (name, topic) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let kind = RwSignal::new(RoomKind::Public);
    let about_name = RwSignal::new(None::<String>);
    let about_topic = RwSignal::new(None::<String>);
    let trouble = RwSignal::new(None::<String>);
    let under_way = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if under_way.get_untracked() {
            return;
        }
        let typed = |input: NodeRef<html::Input>| {
            let input = input.get_untracked();
            input.map(|input| input.value()).unwrap_or_default()
        };
        let refused = |error| (page.t().room.refused)(error);
        let (parsed, purpose) = (RoomName::parse(&typed(name)), Topic::parse(&typed(topic)));
        about_name.set(parsed.as_ref().err().map(|error| refused(*error)));
        about_topic.set(purpose.as_ref().err().map(|error| refused(*error)));
        trouble.set(None);
        let (Ok(parsed), Ok(purpose)) = (parsed, purpose) else {
            return;
        };
        under_way.set(true);
        let asked = CreateRoom {
            id,
            kind: kind.get_untracked(),
            name: parsed,
            topic: purpose,
        };
        spawn_local(async move {
            let answer = page.ask(asked).await;
            under_way.try_set(false);
            match answer {
                Ok(room) => page.open_soon(room.id),
                Err(error) => {
                    let taken =
                        matches!(&error, AskError::Refused(why) if why.code == ErrorCode::RoomNameTaken);
                    if taken { about_name } else { trouble }.try_set(Some(page.why(&error)));
                }
            }
        });
    };
    let kinds: [(RoomKind, &str, Phrase, Phrase); 2] = [
        (
            RoomKind::Public,
            "new-room-public",
            |t| t.room.is_public,
            |t| t.room.public_means,
        ),
        (
            RoomKind::Private,
            "new-room-private",
            |t| t.room.is_private,
            |t| t.room.private_means,
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
                    <strong>{page.says(is)}</strong>
                    <small>{page.says(means)}</small>
                </span>
            </label>
        }
    });
    let kinds = kinds.collect_view();
    let close = Callback::new(move |()| page.around.close(Opened::NewRoom));
    view! {
        <Dialog title=words(move || page.t().navigation.new_room.to_owned()) testid="new-room" on_close=close>
            <form class="dialog-form" on:submit=submit novalidate>
                <Field
                    id="new-room-name"
                    label=words(move || page.t().room.name.to_owned())
                    input=name
                    hint=words(move || page.t().room.name_hint.to_owned())
                    trouble=about_name
                    capitals="none"
                    autofocus=true
                />
                <Field
                    id="new-room-topic"
                    label=words(move || page.t().room.topic.to_owned())
                    input=topic
                    hint=words(move || page.t().room.topic_hint.to_owned())
                    trouble=about_topic
                />
                <fieldset class="choices">
                    <legend>{page.says(|t| t.room.who)}</legend>
                    {kinds}
                </fieldset>
                <p class="labelled-hint" role="status" data-bad="true">{move || trouble.get()}</p>
                <div class="dialog-ways">
                    <button
                        type="submit"
                        class="button button-strong"
                        data-testid="new-room-create"
                        disabled=under_way
                    >
                        {page.says(|t| t.room.create)}
                    </button>
                </div>
            </form>
        </Dialog>
    }
}
