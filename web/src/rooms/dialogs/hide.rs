//! A conversation hidden from one's lists.

use std::rc::Rc;

use leptos::prelude::*;
use steadfast_shared::RoomId;

use crate::language::Phrase;
use crate::page::{Page, words};
use crate::people::block::block_choice;
use crate::rooms::dialogs::leave::leave;
use crate::rooms::list::OpenRoom;
use crate::rooms::phrases::{HidingPhrases, RoomPhrases};
use crate::ui::dialog::Dialog;
use crate::ui::icon::Shape;
use crate::ui::menu::Choice;
use crate::ui::overlays::Opened;
use crate::ui::phrases::UiPhrases;

/// What one can do with a conversation: hide it; block the other one, or leave several.
pub(crate) fn direct_choices(page: Page, room: &OpenRoom) -> Vec<Choice> {
    let id = room.id;
    let choice = |phrase: Phrase, shape, testid, act: Rc<dyn Fn()>| Choice {
        words: words(move || phrase(page.language()).to_owned()),
        shape,
        testid,
        grave: false,
        act,
    };
    let mut choices = vec![if room.hidden {
        let show = Rc::new(move || page.set_hidden(id, false));
        choice(|l| HidingPhrases::of(l).show, Shape::Show, "room-show", show)
    } else {
        let hide = Rc::new(move || page.around.open(Opened::HideRoom(id)));
        choice(|l| HidingPhrases::of(l).hide, Shape::Hide, "room-hide", hide)
    }];
    if let Some(partner) = room.partner() {
        choices.push(block_choice(page, partner.id));
    } else {
        let leaving = room.clone();
        let leaves = Rc::new(move || leave(page, &leaving));
        choices.push(Choice {
            grave: true,
            ..choice(|l| RoomPhrases::of(l).leave, Shape::Leave, "room-leave", leaves)
        });
    }
    choices
}

/// Asks whether to hide a conversation, and says what that means.
#[component]
pub(crate) fn HideDialog(room: RoomId) -> impl IntoView {
    let page = Page::here();
    let names = page.room_called(room);
    let close = Callback::new(move |()| page.around.close(Opened::HideRoom(room)));
    view! {
        <Dialog
            title=words(move || (HidingPhrases::of(page.language()).hide_question)(&names))
            testid="hide-question"
            brief=true
            on_close=close
        >
            <p>{page.says(|l| HidingPhrases::of(l).hide_means)}</p>
            <div class="dialog-ways">
                <button type="button" class="button" on:click=move |_| close.run(())>
                    {page.says(|l| UiPhrases::of(l).cancel)}
                </button>
                <button
                    type="button"
                    class="button button-strong"
                    data-testid="hide-confirm"
                    autofocus=true
                    on:click=move |_| {
                        close.run(());
                        page.set_hidden(room, true);
                    }
                >
                    {page.says(|l| HidingPhrases::of(l).hide_do)}
                </button>
            </div>
        </Dialog>
    }
}
