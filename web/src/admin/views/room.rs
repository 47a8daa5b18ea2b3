//! Renaming and describing a room.

use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;
use steadfast_shared::admin::{ChangeRoomBody, RoomInfo};
use steadfast_shared::{RoomId, RoomName, Topic};

use crate::admin::api;
use crate::admin::phrases::AdminRoomPhrases;
use crate::admin::views::question::{Ask, ConfirmedAction};
use crate::browser::http::HttpError;
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::reactive::{RwSignal, Signal};
use crate::rooms::phrases::{NewRoomPhrases, RoomPhrases};
use crate::ui::field::Field;

#[component]
pub(super) fn Rename(room: RoomInfo) -> impl IntoView {
    let locale = Locale::here();
    let (name, topic) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let (about_name, about_topic) = (RwSignal::new(None::<String>), RwSignal::new(None::<String>));
    let (name_before, topic_before, id) = (room.name, room.topic, room.id);
    let start = (name_before.clone(), topic_before.clone());
    let action: ConfirmedAction = Rc::new(move || {
        let refused = |error| untrack(|| (NewRoomPhrases::of(locale.language()).refused)(error));
        let (name, topic) = (RoomName::parse(&typed(name)), Topic::parse(&typed(topic)));
        about_name.set(name.as_ref().err().map(|error| refused(*error)));
        about_topic.set(topic.as_ref().err().map(|error| refused(*error)));
        let (name, topic) = (name.ok()?, topic.ok()?);
        let called = format!("#{}", name.as_str());
        let change = ChangeRoomBody {
            name: Some(name).filter(|name| name.as_str() != name_before),
            topic: Some(topic).filter(|topic| topic.as_str() != topic_before),
            archived: None,
        };
        Some(Box::pin(save(id, change, called, locale)))
    });
    view! {
        <Ask
            title=words(move || RoomPhrases::of(locale.language()).change.to_owned())
            follows=Signal::stored(Vec::new())
            does=words(move || RoomPhrases::of(locale.language()).save.to_owned())
            action
        >
            <Field
                id="admin-room-name"
                label=words(move || NewRoomPhrases::of(locale.language()).name.to_owned())
                input=name
                start=start.0
                trouble=about_name
                capitals="none"
            />
            <Field
                id="admin-room-topic"
                label=words(move || NewRoomPhrases::of(locale.language()).topic.to_owned())
                input=topic
                start=start.1
                hint=words(move || NewRoomPhrases::of(locale.language()).topic_hint.to_owned())
                trouble=about_topic
            />
        </Ask>
    }
}

fn typed(input: NodeRef<html::Input>) -> String {
    let input = input.get_untracked();
    input.map(|input| input.value()).unwrap_or_default()
}

/// Changes the room, if anything is to be changed, and reports it.
async fn save(
    id: RoomId,
    change: ChangeRoomBody,
    called: String,
    locale: Locale,
) -> Result<String, HttpError> {
    if change != ChangeRoomBody::default() {
        api::change_room(id, &change).await?;
    }
    Ok(untrack(|| {
        (AdminRoomPhrases::of(locale.language()).room_changed)(&called)
    }))
}
