//! The dialog that is open.

use leptos::prelude::*;

use crate::account::settings::Settings;
use crate::account::sign_out::{SignOut, SignOutHere};
use crate::admin::{Administration, ClaimDialog};
use crate::compose::drop_edit::DropEdit;
use crate::page::Page;
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
use crate::ui::overlays::Opened;

/// The dialog that is open, if any.
#[component]
pub(crate) fn OpenDialog() -> impl IntoView {
    let page = Page::here();
    let opened = Memo::new(move |_| page.around.dialog.get());
    move || {
        opened.get().map(|opened| match opened {
            Opened::Palette => view! { <Palette /> }.into_any(),
            Opened::Shortcuts => view! { <Shortcuts /> }.into_any(),
            Opened::Settings => view! { <Settings /> }.into_any(),
            Opened::GoToDate => view! { <GoToDate /> }.into_any(),
            Opened::NewRoom => view! { <NewRoom /> }.into_any(),
            Opened::Browse => view! { <Browse /> }.into_any(),
            Opened::NewDirect => view! { <NewDirect /> }.into_any(),
            Opened::ChangeRoom(room) => view! { <ChangeRoomDialog room /> }.into_any(),
            Opened::Invite(room) => view! { <InviteDialog room /> }.into_any(),
            Opened::DropEdit(instead) => view! { <DropEdit instead /> }.into_any(),
            Opened::SignOut => view! { <SignOut /> }.into_any(),
            Opened::SignOutHere => view! { <SignOutHere /> }.into_any(),
            Opened::LeaveRoom(room) => view! { <LeaveDialog room /> }.into_any(),
            Opened::HideRoom(room) => view! { <HideDialog room /> }.into_any(),
            Opened::Block(person) => view! { <BlockDialog person /> }.into_any(),
            Opened::Administration(about) => view! { <Administration about /> }.into_any(),
            Opened::Claim => view! { <ClaimDialog /> }.into_any(),
        })
    }
}
