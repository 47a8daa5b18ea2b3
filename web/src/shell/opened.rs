//! Renders the dialog that is open.

use leptos::prelude::*;

use crate::account::sign_out::{SignOut, SignOutHere};
use crate::compose::drop_edit::DropEdit;
use crate::markup::{computed, view};
use crate::reactive::memo;
use crate::shell::parts::part::LazyPart;
use crate::shell::parts::stand_in::PartDialog;
use crate::ui::overlays::{Overlay, Overlays};

/// The dialog that is open, if any.
#[component]
pub(crate) fn OpenDialog() -> impl IntoView {
    let overlays = Overlays::here();
    let opened = memo(move || overlays.dialog.get());
    computed(move || {
        opened.get().map(|opened| match (opened, LazyPart::of(opened)) {
            (_, Some(part)) => view! { <PartDialog part opened /> }.into_any(),
            (Overlay::SignOut, None) => view! { <SignOut /> }.into_any(),
            (Overlay::SignOutHere, None) => view! { <SignOutHere /> }.into_any(),
            (_, None) => view! { <DropEdit /> }.into_any(),
        })
    })
}
