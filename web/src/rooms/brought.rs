//! The notice of who added this person to the open room, with the ways out.

use leptos::prelude::*;
use steadfast_shared::{Person, RoomKind};

use crate::language::locale::{Locale, words};
use crate::markup::{computed, view};
use crate::people::block_phrases::BlockPhrases;
use crate::people::context::PeopleContext;
use crate::reactive::memo;
use crate::rooms::context::RoomsContext;
use crate::rooms::dialogs::leave::leave;
use crate::rooms::list::OpenRoom;
use crate::rooms::phrases::{HidingPhrases, RoomPhrases};
use crate::ui::icon::{Icon, IconShape};
use crate::ui::overlays::{Overlay, Overlays};

/// Says who added this person to the open room until they post in it, or that they have hidden it.
#[component]
pub(crate) fn Brought() -> impl IntoView {
    let people = PeopleContext::here();
    let rooms = RoomsContext::here();
    let room = memo(move || rooms.open_room().filter(|room| !rooms.is_noted(room.id)));
    computed(move || {
        let room = room.get()?;
        if room.hidden {
            return Some(view! { <Hidden room /> }.into_any());
        }
        let by = room.brought_by.clone().filter(|by| !people.blocks(by.id))?;
        Some(view! { <BroughtBy by room /> }.into_any())
    })
}

#[component]
fn BroughtBy(by: Person, room: OpenRoom) -> impl IntoView {
    let locale = Locale::here();
    let overlays = Overlays::here();
    let rooms = RoomsContext::here();
    let (id, kind) = (room.id, room.kind);
    let Person { id: person, name } = by;
    let named = name.clone();
    let says = words(move || {
        let language = locale.language();
        let says = if kind == RoomKind::Direct {
            HidingPhrases::of(language).started_by
        } else {
            HidingPhrases::of(language).brought_by
        };
        says(&name)
    });
    let partner = room.partner().is_some();
    let out = move |_| {
        if partner {
            overlays.open(Overlay::HideRoom(id));
        } else {
            leave(rooms, &room);
        }
    };
    view! {
        <div class="notice notice-ask notice-calm" role="status" data-testid="brought">
            <Icon shape=IconShape::Person />
            <span>{says}</span>
            <span class="notice-ways">
                <button type="button" class="button button-small" data-testid="brought-keep" on:click=move |_| rooms.note(id)>
                    {locale.says(|l| HidingPhrases::of(l).keep)}
                </button>
                <button type="button" class="button button-small" data-testid="brought-out" on:click=out>
                    {locale.says(if partner { |l| HidingPhrases::of(l).hide } else { |l| RoomPhrases::of(l).leave })}
                </button>
                <button
                    type="button"
                    class="button button-small"
                    data-testid="brought-block"
                    on:click=move |_| overlays.open(Overlay::Block(person))
                >
                    {words(move || (BlockPhrases::of(locale.language()).block_name)(&named))}
                </button>
            </span>
        </div>
    }
}

#[component]
fn Hidden(room: OpenRoom) -> impl IntoView {
    let locale = Locale::here();
    let rooms = RoomsContext::here();
    let id = room.id;
    view! {
        <div class="notice notice-ask notice-calm" role="status" data-testid="is-hidden">
            <Icon shape=IconShape::Hide />
            <span>{locale.says(|l| HidingPhrases::of(l).is_hidden)}</span>
            <span class="notice-ways">
                <button type="button" class="button button-small" data-testid="show-again" on:click=move |_| rooms.set_hidden(id, false)>
                    {locale.says(|l| HidingPhrases::of(l).show)}
                </button>
            </span>
        </div>
    }
}
