//! Outbox, wire, log and inbox at the time shown.

use leptos::prelude::*;
use steadfast_lab::fault::Fault;
use steadfast_lab::trace::{LinkSnapshot, MessagePlace, RoomPosition, TraceSnapshot};
use steadfast_shared::RoomId;

use crate::connection::context::ChatContext;
use crate::lab::model::LabModel;
use crate::lab::phrases::PicturePhrases;
use crate::language::Language;
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::reactive::{Memo, Signal};
use crate::ui::phrases::UiPhrases;

/// Maximum number of messages drawn as dots in one place.
const DOTS: usize = 8;

/// Maximum number of rooms listed besides the open one.
const ROOMS: usize = 7;

#[component]
pub(crate) fn Where() -> impl IntoView {
    let locale = Locale::here();
    let lab = LabModel::here();
    let picture = Memo::new(move |_| lab.view.with(|view| view.snapshot.clone()));
    view! {
        <h4>{locale.says(|l| PicturePhrases::of(l).picture)}</h4>
        <ol class="faults-picture" data-testid="faults-picture">
            <Stop
                id="outbox"
                name=|l| PicturePhrases::of(l).outbox
                many=Memo::new(move |_| picture.with(|picture| picture.many_in(MessagePlace::Outbox)) as u64)
                dots=Memo::new(move |_| picture.with(|picture| picture.many_in(MessagePlace::Outbox)))
                words=words(move || PicturePhrases::of(locale.language()).waiting.to_owned())
                broken=Memo::new(move |_| picture.with(|picture| picture.faults.is_on(Fault::StallStorage)))
            />
            <Stop
                id="wire"
                name=|l| PicturePhrases::of(l).wire
                many=Memo::new(move |_| picture.with(|picture| picture.many_in(MessagePlace::Wire)) as u64)
                dots=Memo::new(move |_| picture.with(|picture| picture.many_in(MessagePlace::Wire)))
                words=words(move || picture.with(|picture| link(picture, locale.language())).to_owned())
                broken=Memo::new(move |_| picture.with(wire_is_broken))
            />
            <LogStop picture />
            <InboxStop picture />
        </ol>
    }
}

/// The open room's log on the server.
#[component]
fn LogStop(picture: Memo<TraceSnapshot>) -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    view! {
        <Stop
            id="log"
            name=|l| PicturePhrases::of(l).log
            many=Memo::new(move |_| {
                let room = chat.room.get();
                picture.with(|picture| room.map_or(0, |room| picture.log_head(room)))
            })
            dots=Memo::new(move |_| picture.with(|picture| picture.many_in(MessagePlace::Log)))
            words=words(move || {
                let language = locale.language();
                match picture.with(|picture| picture.many_in(MessagePlace::Log)) {
                    0 => PicturePhrases::of(language).head.to_owned(),
                    many => (PicturePhrases::of(language).unknown_here)(many),
                }
            })
            broken=Memo::new(|_| false)
        />
    }
}

/// The open room's inbox on this device.
#[component]
fn InboxStop(picture: Memo<TraceSnapshot>) -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    let here =
        move |picture: &TraceSnapshot| chat.room.get().map(|room| picture.room(room)).unwrap_or_default();
    view! {
        <Stop
            id="inbox"
            name=|l| PicturePhrases::of(l).inbox
            many=Memo::new(move |_| picture.with(|picture| here(picture).cursor.unwrap_or(0)))
            dots=Memo::new(move |_| picture.with(|picture| here(picture).buffered))
            words=words(move || {
                let language = locale.language();
                match picture.with(|picture| here(picture).buffered) {
                    0 => PicturePhrases::of(language).cursor.to_owned(),
                    many => (PicturePhrases::of(language).held)(many),
                }
            })
            broken=Memo::new(move |_| picture.with(|picture| {
                let stand = here(picture);
                stand.cursor.is_some_and(|cursor| cursor < stand.head)
            }))
        />
    }
}

/// One stop on a message's way: its name, its most important number, and a dot for each message
/// there.
#[component]
fn Stop(
    id: &'static str,
    name: fn(Language) -> &'static str,
    many: Memo<u64>,
    dots: Memo<usize>,
    words: Signal<String>,
    broken: Memo<bool>,
) -> impl IntoView {
    let locale = Locale::here();
    let drawn = move || {
        let dots = dots.get();
        (0..dots.min(DOTS)).map(|_| view! { <i></i> }).collect_view()
    };
    view! {
        <li
            class="faults-stop"
            data-testid=format!("faults-{id}")
            data-many=move || many.get().to_string()
            data-dots=move || dots.get().to_string()
            data-broken=move || broken.get().to_string()
        >
            <span class="faults-stop-name">{move || name(locale.language())}</span>
            <strong>{move || many.get().to_string()}</strong>
            <span class="faults-stop-words">{words}</span>
            <span class="faults-dots" aria-hidden="true">{drawn}</span>
        </li>
    }
}

#[component]
pub(crate) fn Rooms() -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    let lab = LabModel::here();
    let rows = Memo::new(move |_| {
        let open = chat.room.get();
        let mut rooms: Vec<(RoomId, RoomPosition)> = lab.view.with(|view| view.snapshot.rooms.clone());
        // The open one first, then those that are behind.
        rooms.sort_by_key(|(room, stand)| (Some(*room) != open, stand.cursor >= Some(stand.head)));
        rooms.truncate(ROOMS + 1);
        rooms
    });
    let rows = move || {
        rows.get()
            .into_iter()
            .map(|(room, stand)| {
                let name = chat.on_rooms(|session| session.room(room).map(|room| room.name.to_owned()));
                let cursor = stand.cursor.map_or_else(
                    || UiPhrases::of(locale.language()).none_yet.to_owned(),
                    |cursor| cursor.to_string(),
                );
                view! {
                    <tr data-testid="faults-room">
                        <th scope="row">{name.map(|name| format!("#{name}"))}</th>
                        <td data-testid="faults-cursor">{cursor}</td>
                        <td data-testid="faults-head">{stand.head.to_string()}</td>
                        <td data-testid="faults-held">{stand.buffered.to_string()}</td>
                    </tr>
                }
            })
            .collect_view()
    };
    view! {
        <table class="faults-rooms">
            <thead>
                <tr>
                    <th scope="col">{locale.says(|l| PicturePhrases::of(l).room)}</th>
                    <th scope="col">{locale.says(|l| PicturePhrases::of(l).cursor)}</th>
                    <th scope="col">{locale.says(|l| PicturePhrases::of(l).head)}</th>
                    <th scope="col">{locale.says(|l| PicturePhrases::of(l).held_back)}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

fn wire_is_broken(picture: &TraceSnapshot) -> bool {
    let faults = picture.faults;
    let broken = [
        Fault::HalfOpen,
        Fault::SwallowAcks,
        Fault::LoseEntries,
        Fault::Repeat,
    ];
    picture.link != LinkSnapshot::Open
        || !faults.delay().is_zero()
        || broken.into_iter().any(|fault| faults.is_on(fault))
}

fn link(picture: &TraceSnapshot, language: Language) -> &'static str {
    match picture.link {
        LinkSnapshot::Down => PicturePhrases::of(language).link_down,
        _ if picture.faults.is_on(Fault::HalfOpen) => PicturePhrases::of(language).link_deaf,
        LinkSnapshot::Up => PicturePhrases::of(language).link_opening,
        LinkSnapshot::Open => PicturePhrases::of(language).link_up,
    }
}
