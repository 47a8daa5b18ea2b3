//! Simple confirmations.

use std::rc::Rc;

use leptos::prelude::*;
use steadfast_shared::Person;
use steadfast_shared::admin::{ChangeRoomBody, HeldAddress, RoomInfo};

use crate::admin::api;
use crate::admin::phrases::{AdminPersonPhrases, AdminRoomPhrases, ExclusionPhrases, LimitPhrases};
use crate::admin::views::question::{Ask, ConfirmedAction};
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::reactive::Signal;
use crate::rooms::phrases::RoomPhrases;

#[component]
pub(super) fn Readmit(person: Person) -> impl IntoView {
    let locale = Locale::here();
    let Person { id, name } = person;
    let names = (name.clone(), name.clone());
    let action: ConfirmedAction = Rc::new(move || {
        let name = name.clone();
        Some(Box::pin(async move {
            api::readmit(id).await?;
            Ok(untrack(|| {
                (ExclusionPhrases::of(locale.language()).readmitted)(&name)
            }))
        }))
    });
    view! {
        <Ask
            title=words(move || (ExclusionPhrases::of(locale.language()).readmit_question)(&names.0))
            follows=Signal::derive(move || vec![(ExclusionPhrases::of(locale.language()).readmit_means)(&names.1)])
            does=words(move || ExclusionPhrases::of(locale.language()).readmit.to_owned())
            action
        />
    }
}

/// Signs a person out everywhere.
#[component]
pub(super) fn SignOut(
    person: Person,
    /// Whether they can sign in again.
    returns: bool,
) -> impl IntoView {
    let locale = Locale::here();
    let Person { id, name } = person;
    let names = (name.clone(), name.clone());
    let action: ConfirmedAction = Rc::new(move || {
        let name = name.clone();
        Some(Box::pin(async move {
            let done = api::sign_out(id).await?;
            Ok(untrack(|| {
                (AdminPersonPhrases::of(locale.language()).signed_out)(&name, done.devices)
            }))
        }))
    });
    let follows = Signal::derive(move || {
        let language = locale.language();
        let means = if returns {
            AdminPersonPhrases::of(language).sign_out_means
        } else {
            AdminPersonPhrases::of(language).sign_out_without_passphrase
        };
        vec![means(&names.1)]
    });
    view! {
        <Ask
            title=words(move || (AdminPersonPhrases::of(locale.language()).sign_out_question)(&names.0))
            follows
            does=words(move || AdminPersonPhrases::of(locale.language()).sign_out.to_owned())
            grave=Signal::stored(true)
            action
        />
    }
}

/// Allows sign-ups from an address again.
#[component]
pub(super) fn Release(held: HeldAddress) -> impl IntoView {
    let locale = Locale::here();
    let HeldAddress { id, address, .. } = held;
    let named = address.clone();
    let action: ConfirmedAction = Rc::new(move || {
        let address = address.clone();
        Some(Box::pin(async move {
            api::release(id).await?;
            Ok(untrack(|| {
                (LimitPhrases::of(locale.language()).released)(&address)
            }))
        }))
    });
    view! {
        <Ask
            title=words(move || (LimitPhrases::of(locale.language()).release_question)(&named))
            follows=Signal::derive(move || vec![LimitPhrases::of(locale.language()).release_means.to_owned()])
            does=words(move || LimitPhrases::of(locale.language()).release.to_owned())
            action
        />
    }
}

#[component]
pub(super) fn Archive(room: RoomInfo) -> impl IntoView {
    let locale = Locale::here();
    let RoomInfo {
        id, name, archived, ..
    } = room;
    let name = format!("#{name}");
    let named = name.clone();
    let action: ConfirmedAction = Rc::new(move || {
        let name = name.clone();
        let change = ChangeRoomBody {
            archived: Some(!archived),
            ..ChangeRoomBody::default()
        };
        Some(Box::pin(async move {
            api::change_room(id, &change).await?;
            Ok(untrack(|| {
                (AdminRoomPhrases::of(locale.language()).room_changed)(&name)
            }))
        }))
    });
    let title = words(move || {
        let phrases = AdminRoomPhrases::of(locale.language());
        (if archived {
            phrases.reopen_question
        } else {
            phrases.archive_question
        })(&named)
    });
    let follows = Signal::derive(move || {
        let phrases = RoomPhrases::of(locale.language());
        vec![
            (if archived {
                phrases.reopen_means
            } else {
                phrases.archive_means
            })
            .to_owned(),
        ]
    });
    let does = words(move || {
        let phrases = RoomPhrases::of(locale.language());
        (if archived { phrases.reopen } else { phrases.archive }).to_owned()
    });
    view! { <Ask title follows does action /> }
}

#[component]
pub(super) fn Delete(room: RoomInfo) -> impl IntoView {
    let locale = Locale::here();
    let RoomInfo {
        id,
        name,
        members,
        entries,
        ..
    } = room;
    let name = format!("#{name}");
    let named = name.clone();
    let action: ConfirmedAction = Rc::new(move || {
        let name = name.clone();
        Some(Box::pin(async move {
            api::delete_room(id).await?;
            Ok(untrack(|| {
                (AdminRoomPhrases::of(locale.language()).room_deleted)(&name)
            }))
        }))
    });
    let follows = Signal::derive(move || {
        let language = locale.language();
        vec![
            (AdminRoomPhrases::of(language).delete_room_means)(members, entries),
            AdminRoomPhrases::of(language).delete_room_for_good.to_owned(),
        ]
    });
    view! {
        <Ask
            title=words(move || (AdminRoomPhrases::of(locale.language()).delete_room_question)(&named))
            follows
            does=words(move || AdminRoomPhrases::of(locale.language()).delete_room.trim_end_matches('…').to_owned())
            grave=Signal::stored(true)
            action
        />
    }
}
