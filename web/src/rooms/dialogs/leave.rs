//! Leaving a room.

use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::link::Leave;
use steadfast_shared::{RoomId, RoomKind};

use crate::connection::context::ChatContext;
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::rooms::context::RoomsContext;
use crate::rooms::list::OpenRoom;
use crate::rooms::phrases::{HidingPhrases, RoomPhrases};
use crate::ui::dialog::Dialog;
use crate::ui::overlays::{Overlay, Overlays};

/// Leaves a room; asks first if the person could not rejoin by themselves.
pub(crate) fn leave(rooms: RoomsContext, room: &OpenRoom) {
    if room.kind != RoomKind::Public {
        rooms.overlays.open(Overlay::LeaveRoom(room.id));
    } else {
        leave_at_once(rooms, room.id);
    }
}

fn leave_at_once(rooms: RoomsContext, room: RoomId) {
    rooms.expect_leave(room);
    spawn_local(async move {
        if let Err(error) = rooms.chat.ask(Leave::of(room)).await {
            rooms.cancel_leave(room);
            rooms.toasts.toast_words(rooms.chat.why(&error));
        }
    });
}

/// Asks before leaving a private room or a group conversation: the person cannot rejoin by
/// themselves.
#[component]
pub(crate) fn LeaveDialog(room: RoomId) -> impl IntoView {
    let locale = Locale::here();
    let overlays = Overlays::here();
    let chat = ChatContext::here();
    let rooms = RoomsContext::here();
    let name = rooms.marked_name_of(room);
    let direct = chat.read(|session| {
        session
            .room(room)
            .is_some_and(|view| view.kind == RoomKind::Direct)
    });
    let close = Callback::new(move |()| overlays.close(Overlay::LeaveRoom(room)));
    view! {
        <Dialog title=words(move || RoomPhrases::of(locale.language()).leave.to_owned()) testid="leave-room" brief=true on_close=close>
            <p>
                {words(move || {
                    let language = locale.language();
                    let asks = if direct { HidingPhrases::of(language).leave_group } else { RoomPhrases::of(language).leave_private };
                    asks(&name)
                })}
            </p>
            <div class="dialog-ways">
                <button type="button" class="button" autofocus=true on:click=move |_| close.run(())>
                    {locale.says(|l| RoomPhrases::of(l).stay)}
                </button>
                <button
                    type="button"
                    class="button button-grave"
                    data-testid="leave-confirm"
                    on:click=move |_| {
                        close.run(());
                        leave_at_once(rooms, room);
                    }
                >
                    {locale.says(|l| RoomPhrases::of(l).leave)}
                </button>
            </div>
        </Dialog>
    }
}
