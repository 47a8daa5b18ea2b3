//! A room renamed, described, archived or reopened.

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::link::AskError;
use steadfast_shared::room::ChangeRoom;
use steadfast_shared::{ErrorCode, RoomId, RoomName, Topic};

use crate::components::Field;
use crate::components::dialog::Dialog;
use crate::state::{Opened, Page, words};
use crate::text::Phrase;

/// Renames, describes, archives or reopens a room.
#[component]
pub(crate) fn ChangeRoomDialog(room: RoomId) -> impl IntoView {
    let page = Page::here();
    let before = page.read(|session| {
        let view = session.room(room)?;
        Some((view.name.to_owned(), view.topic.to_owned(), view.archived))
    });
    let (name_before, topic_before, archived) = before.unwrap_or_default();
    let (name, topic) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let about_name = RwSignal::new(None::<String>);
    let about_topic = RwSignal::new(None::<String>);
    let trouble = RwSignal::new(None::<String>);
    let under_way = RwSignal::new(false);
    let close = Callback::new(move |()| page.around.close(Opened::ChangeRoom(room)));
    let ask = move |asked: ChangeRoom| {
        if under_way.get_untracked() {
            return;
        }
        under_way.set(true);
        spawn_local(async move {
            let answer = page.ask(asked).await;
            under_way.try_set(false);
            match answer {
                Ok(_) => close.run(()),
                Err(error) => {
                    let taken =
                        matches!(&error, AskError::Refused(why) if why.code == ErrorCode::RoomNameTaken);
                    if taken { about_name } else { trouble }.try_set(Some(page.why(&error)));
                }
            }
        });
    };
    let start = (name_before.clone(), topic_before.clone());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
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
        let name = Some(parsed).filter(|name| name.as_str() != name_before);
        let topic = Some(purpose).filter(|topic| topic.as_str() != topic_before);
        if name.is_none() && topic.is_none() {
            return close.run(());
        }
        ask(ChangeRoom {
            room,
            name,
            topic,
            archived: None,
        });
    };
    let archive = move |_| {
        ask(ChangeRoom {
            room,
            name: None,
            topic: None,
            archived: Some(!archived),
        });
    };
    let (does, means): (Phrase, Phrase) = if archived {
        (|t| t.room.reopen, |t| t.room.reopen_means)
    } else {
        (|t| t.room.archive, |t| t.room.archive_means)
    };
    view! {
        <Dialog title=words(move || page.t().room.change.to_owned()) testid="change-room" on_close=close>
            <form class="dialog-form" on:submit=submit novalidate>
                <Field
                    id="room-name"
                    label=words(move || page.t().room.name.to_owned())
                    input=name
                    start=start.0
                    trouble=about_name
                    capitals="none"
                    autofocus=true
                />
                <Field
                    id="room-topic"
                    label=words(move || page.t().room.topic.to_owned())
                    input=topic
                    start=start.1
                    hint=words(move || page.t().room.topic_hint.to_owned())
                    trouble=about_topic
                />
                <p class="labelled-hint" role="status" data-bad="true">{move || trouble.get()}</p>
                <div class="dialog-ways">
                    <button type="submit" class="button button-strong" data-testid="room-save" disabled=under_way>
                        {page.says(|t| t.room.save)}
                    </button>
                </div>
            </form>
            <div class="dialog-part">
                <p class="labelled-hint">{page.says(means)}</p>
                <button type="button" class="button" data-testid="room-archive" disabled=under_way on:click=archive>
                    {page.says(does)}
                </button>
            </div>
        </Dialog>
    }
}
