//! The dialog that is open.

use leptos::prelude::*;

use crate::account::settings::Settings;
use crate::account::sign_out::{SignOut, SignOutHere};
use crate::admin::{Administration, ClaimDialog};
use crate::compose::drop_edit::DropEdit;
use crate::people::block::BlockDialog;
use crate::rooms::dialogs::browse::Browse;
use crate::rooms::dialogs::change::ChangeRoomDialog;
use crate::rooms::dialogs::hide::HideDialog;
use crate::rooms::dialogs::leave::LeaveDialog;
use crate::rooms::dialogs::new::NewRoom;
use crate::rooms::dialogs::with_people::{InviteDialog, NewDirect};
use crate::shell::palette::Palette;
use crate::shell::shortcuts::Shortcuts;
use crate::timeline::seek::go_to_date::GoToDate;
use crate::ui::overlays::{Overlay, Overlays};

/// The dialog that is open, if any.
#[component]
pub(crate) fn OpenDialog() -> impl IntoView {
    let overlays = Overlays::here();
    let opened = Memo::new(move |_| overlays.dialog.get());
    move || {
        opened.get().map(|opened| match opened {
            Overlay::Palette => view! { <Palette /> }.into_any(),
            Overlay::Shortcuts => view! { <Shortcuts /> }.into_any(),
            Overlay::Settings => view! { <Settings /> }.into_any(),
            Overlay::GoToDate => view! { <GoToDate /> }.into_any(),
            Overlay::NewRoom => view! { <NewRoom /> }.into_any(),
            Overlay::Browse => view! { <Browse /> }.into_any(),
            Overlay::NewDirect => view! { <NewDirect /> }.into_any(),
            Overlay::ChangeRoom(room) => view! { <ChangeRoomDialog room /> }.into_any(),
            Overlay::Invite(room) => view! { <InviteDialog room /> }.into_any(),
            Overlay::DropEdit => view! { <DropEdit /> }.into_any(),
            Overlay::SignOut => view! { <SignOut /> }.into_any(),
            Overlay::SignOutHere => view! { <SignOutHere /> }.into_any(),
            Overlay::LeaveRoom(room) => view! { <LeaveDialog room /> }.into_any(),
            Overlay::HideRoom(room) => view! { <HideDialog room /> }.into_any(),
            Overlay::Block(person) => view! { <BlockDialog person /> }.into_any(),
            Overlay::Administration(about) => view! { <Administration about /> }.into_any(),
            Overlay::Claim => view! { <ClaimDialog /> }.into_any(),
        })
    }
}
