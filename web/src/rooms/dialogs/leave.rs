//! Leaving a room.

use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::link::Leave;
use steadfast_shared::{RoomId, RoomKind};

use crate::page::{Page, words};
use crate::rooms::list::OpenRoom;
use crate::rooms::phrases::{HidingPhrases, RoomPhrases};
use crate::ui::dialog::Dialog;
use crate::ui::overlays::Opened;

/// Leaves a room; asks first where there is no way back in.
pub(crate) fn leave(page: Page, room: &OpenRoom) {
    if room.kind != RoomKind::Public {
        page.around.open(Opened::LeaveRoom(room.id));
    } else {
        leave_at_once(page, room.id);
    }
}

fn leave_at_once(page: Page, room: RoomId) {
    page.leaves(room);
    spawn_local(async move {
        if let Err(error) = page.ask(Leave::of(room)).await {
            page.stays(room);
            page.remark_words(page.why(&error));
        }
    });
}

/// Asks whether to leave a room into which there is no way back, or a conversation of several people.
#[component]
pub(crate) fn LeaveDialog(room: RoomId) -> impl IntoView {
    let page = Page::here();
    let name = page.room_called(room);
    let direct = page.read(|session| {
        session
            .room(room)
            .is_some_and(|view| view.kind == RoomKind::Direct)
    });
    let close = Callback::new(move |()| page.around.close(Opened::LeaveRoom(room)));
    view! {
        <Dialog title=words(move || RoomPhrases::of(page.language()).leave.to_owned()) testid="leave-room" brief=true on_close=close>
            <p>
                {words(move || {
                    let language = page.language();
                    let asks = if direct { HidingPhrases::of(language).leave_group } else { RoomPhrases::of(language).leave_private };
                    asks(&name)
                })}
            </p>
            <div class="dialog-ways">
                <button type="button" class="button" autofocus=true on:click=move |_| close.run(())>
                    {page.says(|l| RoomPhrases::of(l).stay)}
                </button>
                <button
                    type="button"
                    class="button button-grave"
                    data-testid="leave-confirm"
                    on:click=move |_| {
                        close.run(());
                        leave_at_once(page, room);
                    }
                >
                    {page.says(|l| RoomPhrases::of(l).leave)}
                </button>
            </div>
        </Dialog>
    }
}
