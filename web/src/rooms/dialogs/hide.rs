//! The dialog that hides a conversation.

use std::rc::Rc;

use leptos::prelude::*;
use steadfast_shared::RoomId;

use crate::language::Phrase;
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::people::block::block_choice;
use crate::rooms::context::RoomsContext;
use crate::rooms::dialogs::leave::leave;
use crate::rooms::list::OpenRoom;
use crate::rooms::phrases::{HidingPhrases, RoomPhrases};
use crate::ui::dialog::Dialog;
use crate::ui::icon::IconShape;
use crate::ui::overlays::{Overlay, Overlays};
use crate::ui::phrases::UiPhrases;
use crate::ui::popup::menu::Choice;

/// A conversation's menu entries: hide it, and block the other person or leave the group.
pub(crate) fn direct_choices(rooms: RoomsContext, room: &OpenRoom) -> Vec<Choice> {
    let id = room.id;
    let choice = |phrase: Phrase, shape, testid, act: Rc<dyn Fn()>| Choice {
        words: words(move || phrase(rooms.locale.language()).to_owned()),
        shape,
        testid,
        grave: false,
        act,
    };
    let mut choices = vec![if room.hidden {
        let show = Rc::new(move || rooms.set_hidden(id, false));
        choice(|l| HidingPhrases::of(l).show, IconShape::Show, "room-show", show)
    } else {
        let hide = Rc::new(move || rooms.overlays.open(Overlay::HideRoom(id)));
        choice(|l| HidingPhrases::of(l).hide, IconShape::Hide, "room-hide", hide)
    }];
    if let Some(partner) = room.partner() {
        choices.push(block_choice(
            rooms.locale,
            rooms.overlays,
            rooms.people,
            partner.id,
        ));
    } else {
        let leaving = room.clone();
        let leaves = Rc::new(move || leave(rooms, &leaving));
        choices.push(Choice {
            grave: true,
            ..choice(
                |l| RoomPhrases::of(l).leave,
                IconShape::Leave,
                "room-leave",
                leaves,
            )
        });
    }
    choices
}

/// Asks whether to hide a conversation, and explains what that does.
#[component]
pub(crate) fn HideDialog(room: RoomId) -> impl IntoView {
    let locale = Locale::here();
    let overlays = Overlays::here();
    let rooms = RoomsContext::here();
    let names = rooms.marked_name_of(room);
    let close = Callback::new(move |()| overlays.close(Overlay::HideRoom(room)));
    view! {
        <Dialog
            title=words(move || (HidingPhrases::of(locale.language()).hide_question)(&names))
            testid="hide-question"
            brief=true
            on_close=close
        >
            <p>{locale.says(|l| HidingPhrases::of(l).hide_means)}</p>
            <div class="dialog-ways">
                <button type="button" class="button" on:click=move |_| close.run(())>
                    {locale.says(|l| UiPhrases::of(l).cancel)}
                </button>
                <button
                    type="button"
                    class="button button-strong"
                    data-testid="hide-confirm"
                    autofocus=true
                    on:click=move |_| {
                        close.run(());
                        rooms.set_hidden(room, true);
                    }
                >
                    {locale.says(|l| HidingPhrases::of(l).hide_do)}
                </button>
            </div>
        </Dialog>
    }
}
