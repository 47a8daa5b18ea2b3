//! Outbox, wire, log and inbox at the time shown.

use leptos::prelude::*;
use steadfast_lab::fault::Fault;
use steadfast_lab::trace::{LinkSnapshot, MessagePlace, RoomPosition, TraceSnapshot};
use steadfast_shared::RoomId;

use crate::connection::context::ChatContext;
use crate::lab::model::LabModel;
use crate::lab::phrases::SnapshotPhrases;
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
    let snapshot = Memo::new(move |_| lab.view.with(|view| view.snapshot.clone()));
    view! {
        <h4>{locale.says(|l| SnapshotPhrases::of(l).snapshot)}</h4>
        <ol class="faults-snapshot" data-testid="faults-snapshot">
            <Stop
                id="outbox"
                name=|l| SnapshotPhrases::of(l).outbox
                many=Memo::new(move |_| snapshot.with(|snapshot| snapshot.many_in(MessagePlace::Outbox)) as u64)
                dots=Memo::new(move |_| snapshot.with(|snapshot| snapshot.many_in(MessagePlace::Outbox)))
                words=words(move || SnapshotPhrases::of(locale.language()).waiting.to_owned())
                broken=Memo::new(move |_| snapshot.with(|snapshot| snapshot.faults.is_on(Fault::StallStorage)))
            />
            <Stop
                id="wire"
                name=|l| SnapshotPhrases::of(l).wire
                many=Memo::new(move |_| snapshot.with(|snapshot| snapshot.many_in(MessagePlace::Wire)) as u64)
                dots=Memo::new(move |_| snapshot.with(|snapshot| snapshot.many_in(MessagePlace::Wire)))
                words=words(move || snapshot.with(|snapshot| link(snapshot, locale.language())).to_owned())
                broken=Memo::new(move |_| snapshot.with(wire_is_broken))
            />
            <LogStop snapshot />
            <InboxStop snapshot />
        </ol>
    }
}

/// The open room's log on the server.
#[component]
fn LogStop(snapshot: Memo<TraceSnapshot>) -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    view! {
        <Stop
            id="log"
            name=|l| SnapshotPhrases::of(l).log
            many=Memo::new(move |_| {
                let room = chat.room.get();
                snapshot.with(|snapshot| room.map_or(0, |room| snapshot.log_head(room)))
            })
            dots=Memo::new(move |_| snapshot.with(|snapshot| snapshot.many_in(MessagePlace::Log)))
            words=words(move || {
                let language = locale.language();
                match snapshot.with(|snapshot| snapshot.many_in(MessagePlace::Log)) {
                    0 => SnapshotPhrases::of(language).head.to_owned(),
                    many => (SnapshotPhrases::of(language).unknown_here)(many),
                }
            })
            broken=Memo::new(|_| false)
        />
    }
}

/// The open room's inbox on this device.
#[component]
fn InboxStop(snapshot: Memo<TraceSnapshot>) -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    let here = move |snapshot: &TraceSnapshot| {
        chat.room
            .get()
            .map(|room| snapshot.room(room))
            .unwrap_or_default()
    };
    view! {
        <Stop
            id="inbox"
            name=|l| SnapshotPhrases::of(l).inbox
            many=Memo::new(move |_| snapshot.with(|snapshot| here(snapshot).cursor.unwrap_or(0)))
            dots=Memo::new(move |_| snapshot.with(|snapshot| here(snapshot).buffered))
            words=words(move || {
                let language = locale.language();
                match snapshot.with(|snapshot| here(snapshot).buffered) {
                    0 => SnapshotPhrases::of(language).cursor.to_owned(),
                    many => (SnapshotPhrases::of(language).held)(many),
                }
            })
            broken=Memo::new(move |_| snapshot.with(|snapshot| {
                let stand = here(snapshot);
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
                    <th scope="col">{locale.says(|l| SnapshotPhrases::of(l).room)}</th>
                    <th scope="col">{locale.says(|l| SnapshotPhrases::of(l).cursor)}</th>
                    <th scope="col">{locale.says(|l| SnapshotPhrases::of(l).head)}</th>
                    <th scope="col">{locale.says(|l| SnapshotPhrases::of(l).held_back)}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

fn wire_is_broken(snapshot: &TraceSnapshot) -> bool {
    let faults = snapshot.faults;
    let broken = [
        Fault::HalfOpen,
        Fault::SwallowAcks,
        Fault::LoseEntries,
        Fault::Repeat,
    ];
    snapshot.link != LinkSnapshot::Open
        || !faults.delay().is_zero()
        || broken.into_iter().any(|fault| faults.is_on(fault))
}

fn link(snapshot: &TraceSnapshot, language: Language) -> &'static str {
    match snapshot.link {
        LinkSnapshot::Down => SnapshotPhrases::of(language).link_down,
        _ if snapshot.faults.is_on(Fault::HalfOpen) => SnapshotPhrases::of(language).link_deaf,
        LinkSnapshot::Up => SnapshotPhrases::of(language).link_opening,
        LinkSnapshot::Open => SnapshotPhrases::of(language).link_up,
    }
}
