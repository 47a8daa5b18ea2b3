//! The open room's menu.

use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;
use steadfast_shared::RoomKind;

use crate::language::Phrase;
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::reactive::{RwSignal, memo};
use crate::rooms::context::RoomsContext;
use crate::rooms::dialogs::hide::direct_choices;
use crate::rooms::dialogs::leave::leave;
use crate::rooms::list::OpenRoom;
use crate::rooms::phrases::{NavigationPhrases, RoomPhrases};
use crate::ui::icon::{Icon, IconShape};
use crate::ui::overlays::Overlay;
use crate::ui::popup::menu::{Choice, Menu};

/// The button in the room's head that opens its menu; absent if the menu would be empty.
#[component]
pub(crate) fn RoomMenu() -> impl IntoView {
    let locale = Locale::here();
    let rooms = RoomsContext::here();
    let button = NodeRef::<html::Button>::new();
    let open = RwSignal::new(false);
    let room = memo(move || rooms.open_room());
    let any =
        memo(move || room.with(|room| room.as_ref().is_some_and(|room| !choices(rooms, room).is_empty())));
    let menu = move || {
        if !open.get() {
            return None;
        }
        let room = room.get_untracked()?;
        let anchor = button.get_untracked()?;
        let label = words(move || RoomPhrases::of(locale.language()).menu.to_owned());
        let on_close = Callback::new(move |()| open.set(false));
        Some(view! { <Menu label anchor=anchor.into() choices=choices(rooms, &room) on_close /> })
    };
    view! {
        <button
            type="button"
            class="button button-quiet button-icon"
            data-testid="room-menu"
            node_ref=button
            hidden=move || !any.get()
            title=locale.says(|l| RoomPhrases::of(l).menu)
            aria-label=locale.says(|l| RoomPhrases::of(l).menu)
            aria-haspopup="menu"
            aria-expanded=move || open.get().to_string()
            on:click=move |_| open.update(|open| *open = !*open)
        >
            <Icon shape=IconShape::More />
        </button>
        {menu}
    }
}

fn choices(rooms: RoomsContext, room: &OpenRoom) -> Vec<Choice> {
    let choice = |phrase: Phrase, shape, testid, grave, act: Rc<dyn Fn()>| Choice {
        words: words(move || phrase(rooms.locale.language()).to_owned()),
        shape,
        testid,
        grave,
        act,
    };
    let id = room.id;
    let opens = move |dialog: Overlay| -> Rc<dyn Fn()> { Rc::new(move || rooms.overlays.open(dialog)) };
    let mut choices = vec![choice(
        |l| NavigationPhrases::of(l).go_to_date,
        IconShape::Day,
        "room-date",
        false,
        opens(Overlay::GoToDate),
    )];
    if room.kind == RoomKind::Direct {
        choices.extend(direct_choices(rooms, room));
        return choices;
    }
    if !room.archived {
        choices.push(choice(
            |l| RoomPhrases::of(l).invite,
            IconShape::People,
            "room-invite",
            false,
            opens(Overlay::Invite(id)),
        ));
    }
    if room.manage {
        choices.push(choice(
            |l| RoomPhrases::of(l).change,
            IconShape::Gear,
            "room-change",
            false,
            opens(Overlay::ChangeRoom(id)),
        ));
    }
    let leaving = room.clone();
    let leaves = Rc::new(move || leave(rooms, &leaving));
    choices.push(choice(
        |l| RoomPhrases::of(l).leave,
        IconShape::Leave,
        "room-leave",
        true,
        leaves,
    ));
    choices
}
