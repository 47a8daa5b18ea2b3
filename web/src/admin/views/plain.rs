//! Questions that are answered by yes or no.

use std::rc::Rc;

use leptos::prelude::*;
use steadfast_shared::Person;
use steadfast_shared::admin::{ChangeRoomBody, HeldAddress, RoomInfo};

use crate::admin::api;
use crate::admin::views::question::{Ask, Deed};
use crate::page::{Page, words};

/// Lets somebody in again.
#[component]
pub(super) fn Readmit(person: Person) -> impl IntoView {
    let page = Page::here();
    let Person { id, name } = person;
    let names = (name.clone(), name.clone());
    let deed: Deed = Rc::new(move || {
        let name = name.clone();
        Some(Box::pin(async move {
            api::readmit(id).await?;
            Ok(untrack(|| (page.t().admin.readmitted)(&name)))
        }))
    });
    view! {
        <Ask
            title=words(move || (page.t().admin.readmit_question)(&names.0))
            follows=Signal::derive(move || vec![(page.t().admin.readmit_means)(&names.1)])
            does=words(move || page.t().admin.readmit.to_owned())
            deed
        />
    }
}

/// Signs somebody out everywhere.
#[component]
pub(super) fn SignOut(
    person: Person,
    /// Whether they can sign in again.
    returns: bool,
) -> impl IntoView {
    let page = Page::here();
    let Person { id, name } = person;
    let names = (name.clone(), name.clone());
    let deed: Deed = Rc::new(move || {
        let name = name.clone();
        Some(Box::pin(async move {
            let done = api::sign_out(id).await?;
            Ok(untrack(|| (page.t().admin.signed_out)(&name, done.devices)))
        }))
    });
    let follows = Signal::derive(move || {
        let t = page.t();
        let means = if returns {
            t.admin.sign_out_means
        } else {
            t.admin.sign_out_without_passphrase
        };
        vec![means(&names.1)]
    });
    view! {
        <Ask
            title=words(move || (page.t().admin.sign_out_question)(&names.0))
            follows
            does=words(move || page.t().admin.sign_out.to_owned())
            grave=Signal::stored(true)
            deed
        />
    }
}

/// Lets an address in again.
#[component]
pub(super) fn Release(held: HeldAddress) -> impl IntoView {
    let page = Page::here();
    let HeldAddress { id, address, .. } = held;
    let named = address.clone();
    let deed: Deed = Rc::new(move || {
        let address = address.clone();
        Some(Box::pin(async move {
            api::release(id).await?;
            Ok(untrack(|| (page.t().admin.released)(&address)))
        }))
    });
    view! {
        <Ask
            title=words(move || (page.t().admin.release_question)(&named))
            follows=Signal::derive(move || vec![page.t().admin.release_means.to_owned()])
            does=words(move || page.t().admin.release.to_owned())
            deed
        />
    }
}

/// Archives a room, or opens it again.
#[component]
pub(super) fn Archive(room: RoomInfo) -> impl IntoView {
    let page = Page::here();
    let RoomInfo {
        id, name, archived, ..
    } = room;
    let name = format!("#{name}");
    let named = name.clone();
    let deed: Deed = Rc::new(move || {
        let name = name.clone();
        let asked = ChangeRoomBody {
            archived: Some(!archived),
            ..ChangeRoomBody::default()
        };
        Some(Box::pin(async move {
            api::change_room(id, &asked).await?;
            Ok(untrack(|| (page.t().admin.room_changed)(&name)))
        }))
    });
    let title = words(move || {
        let t = page.t();
        let question = if archived {
            t.admin.reopen_question
        } else {
            t.admin.archive_question
        };
        question(&named)
    });
    let follows = Signal::derive(move || {
        let t = page.t();
        vec![
            if archived {
                t.room.reopen_means
            } else {
                t.room.archive_means
            }
            .to_owned(),
        ]
    });
    let does = words(move || {
        let t = page.t();
        if archived { t.room.reopen } else { t.room.archive }.to_owned()
    });
    view! { <Ask title follows does deed /> }
}

/// Deletes a room.
#[component]
pub(super) fn Delete(room: RoomInfo) -> impl IntoView {
    let page = Page::here();
    let RoomInfo {
        id,
        name,
        members,
        entries,
        ..
    } = room;
    let name = format!("#{name}");
    let named = name.clone();
    let deed: Deed = Rc::new(move || {
        let name = name.clone();
        Some(Box::pin(async move {
            api::delete_room(id).await?;
            Ok(untrack(|| (page.t().admin.room_deleted)(&name)))
        }))
    });
    let follows = Signal::derive(move || {
        let t = page.t();
        vec![
            (t.admin.delete_room_means)(members, entries),
            t.admin.delete_room_for_good.to_owned(),
        ]
    });
    view! {
        <Ask
            title=words(move || (page.t().admin.delete_room_question)(&named))
            follows
            does=words(move || page.t().admin.delete_room.trim_end_matches('…').to_owned())
            grave=Signal::stored(true)
            deed
        />
    }
}
