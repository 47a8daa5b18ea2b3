//! The functions at which the module is cut: code that only they reach goes into a module of its
//! own.

use futures::FutureExt;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_split::SplitLoaderError;

use crate::account::settings::Settings;
use crate::admin::{Administration, ClaimDialog};
use crate::compose::emoji;
use crate::compose::help::Help;
use crate::lab::panel::FaultPanel;
use crate::markup::view;
use crate::people::block::BlockDialog;
use crate::rooms::dialogs::browse::Browse;
use crate::rooms::dialogs::change::ChangeRoomDialog;
use crate::rooms::dialogs::hide::HideDialog;
use crate::rooms::dialogs::leave::LeaveDialog;
use crate::rooms::dialogs::new::NewRoom;
use crate::rooms::dialogs::with_people::{InviteDialog, NewDirect};
use crate::rooms::members::Members;
use crate::shell::details::Details;
use crate::shell::palette::Palette;
use crate::shell::shortcuts::Shortcuts;
use crate::timeline::row::tools::OpenTool;
use crate::timeline::seek::go_to_date::GoToDate;
use crate::ui::overlays::Overlay;

use super::part::LazyPart;

/// A panel beside the room, with the button that receives the focus when it closes.
#[derive(Clone, Copy)]
pub(crate) enum Beside {
    Details(NodeRef<html::Button>),
    Members(NodeRef<html::Button>),
}

/// Cuts the module at a function: `$load` loads the part, `$show` calls the function in it. Without
/// the feature `split`, both are plain functions.
macro_rules! cut {
    ($part:ident, $load:ident, fn $show:ident($($shown:ident: $type:ty)?) -> $what:ty $view:block) => {
        #[cfg(feature = "split")]
        #[leptos::wasm_split::wasm_split($part, wasm_split_path = leptos::wasm_split, preload($load), fallible)]
        fn $show($($shown: $type)?) -> Result<$what, SplitLoaderError> {
            Ok($view)
        }

        #[cfg(not(feature = "split"))]
        async fn $load() -> Result<(), SplitLoaderError> {
            Ok(())
        }

        #[cfg(not(feature = "split"))]
        async fn $show($($shown: $type)?) -> Result<$what, SplitLoaderError> {
            Ok($view)
        }
    };
}

cut!(
    dialogs,
    load_dialogs,
    fn show_dialog(opened: Overlay) -> AnyView {
        match opened {
            Overlay::Palette => view! { <Palette /> }.into_any(),
            Overlay::Shortcuts => view! { <Shortcuts /> }.into_any(),
            Overlay::Help => view! { <Help /> }.into_any(),
            Overlay::Settings => view! { <Settings /> }.into_any(),
            Overlay::GoToDate => view! { <GoToDate /> }.into_any(),
            Overlay::NewRoom => view! { <NewRoom /> }.into_any(),
            Overlay::Browse => view! { <Browse /> }.into_any(),
            Overlay::NewDirect => view! { <NewDirect /> }.into_any(),
            Overlay::ChangeRoom(room) => view! { <ChangeRoomDialog room /> }.into_any(),
            Overlay::Invite(room) => view! { <InviteDialog room /> }.into_any(),
            Overlay::LeaveRoom(room) => view! { <LeaveDialog room /> }.into_any(),
            Overlay::HideRoom(room) => view! { <HideDialog room /> }.into_any(),
            Overlay::Block(person) => view! { <BlockDialog person /> }.into_any(),
            _ => ().into_any(),
        }
    }
);

cut!(
    administration,
    load_administration,
    fn show_administration(opened: Overlay) -> AnyView {
        match opened {
            Overlay::Administration(about) => view! { <Administration about /> }.into_any(),
            Overlay::Claim => view! { <ClaimDialog /> }.into_any(),
            _ => ().into_any(),
        }
    }
);

cut!(
    panels,
    load_panels,
    fn show_panel(beside: Beside) -> AnyView {
        match beside {
            Beside::Details(details_button) => view! { <Details details_button /> }.into_any(),
            Beside::Members(members_button) => view! { <Members members_button /> }.into_any(),
        }
    }
);

cut!(
    lab,
    load_lab,
    fn show_lab() -> AnyView {
        view! { <FaultPanel /> }.into_any()
    }
);

cut!(
    tools,
    load_tools,
    fn show_tool() -> AnyView {
        view! { <OpenTool /> }.into_any()
    }
);

cut!(
    tools,
    load_emoji,
    fn emoji_table() -> &'static str {
        emoji::TABLE_TEXT
    }
);

pub(super) async fn load(part: LazyPart) -> Result<(), SplitLoaderError> {
    match part {
        LazyPart::Tools => {
            load_tools().await?;
            load_emoji().await?;
            emoji::provide(emoji_table().await?);
            Ok(())
        }
        LazyPart::Dialogs => load_dialogs().await,
        LazyPart::Administration => load_administration().await,
        LazyPart::Panels => load_panels().await,
        LazyPart::Lab => load_lab().await,
    }
}

/// The dialog of a loaded part, rendered at once.
pub(super) fn dialog(part: LazyPart, opened: Overlay) -> AnyView {
    let shown = match part {
        LazyPart::Administration => show_administration(opened).now_or_never(),
        _ => show_dialog(opened).now_or_never(),
    };
    at_once(shown)
}

/// The panel of a loaded part, rendered at once.
pub(super) fn panel(beside: Beside) -> AnyView {
    at_once(show_panel(beside).now_or_never())
}

/// The popup beside a row, of a part that is loaded.
pub(super) fn tool() -> AnyView {
    at_once(show_tool().now_or_never())
}

/// The fault panel, if its part is loaded.
pub(super) fn lab() -> AnyView {
    at_once(show_lab().now_or_never())
}

fn at_once(shown: Option<Result<AnyView, SplitLoaderError>>) -> AnyView {
    match shown {
        Some(Ok(view)) => view,
        _ => ().into_any(),
    }
}
