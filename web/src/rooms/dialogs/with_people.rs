//! The dialogs that start a conversation, and invite people into a room.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::link::AskError;
use steadfast_shared::room::InvitePeople;
use steadfast_shared::{Person, RoomId, UserId, limit};

use crate::connection::context::ChatContext;
use crate::language::Phrase;
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::reactive::{RwSignal, Signal};
use crate::rooms::context::RoomsContext;
use crate::rooms::dialogs::people_picker::PeoplePicker;
use crate::rooms::phrases::{NavigationPhrases, RoomPhrases, RoomSearchPhrases};
use crate::ui::dialog::Dialog;
use crate::ui::overlays::{Overlay, Overlays};
use crate::ui::toast::Toasts;

/// Starts a conversation with one or more people, or continues the existing one.
#[component]
pub(crate) fn NewDirect() -> impl IntoView {
    let locale = Locale::here();
    let rooms = RoomsContext::here();
    let done = move |people: Vec<UserId>| rooms.write_to(people);
    view! {
        <WithPeople
            dialog=Overlay::NewDirect
            title=words(move || NavigationPhrases::of(locale.language()).new_direct.to_owned())
            testid="new-direct"
            does=|l| RoomSearchPhrases::of(l).begin
            most=limit::DIRECT_PEOPLE - 1
            act=done
        />
    }
}

#[component]
pub(crate) fn InviteDialog(room: RoomId) -> impl IntoView {
    let locale = Locale::here();
    let toasts = Toasts::here();
    let overlays = Overlays::here();
    let chat = ChatContext::here();
    let rooms = RoomsContext::here();
    let name = rooms.marked_name_of(room);
    let invite = move |people: Vec<UserId>| async move {
        chat.ask(InvitePeople { room, people }).await?;
        overlays.close(Overlay::Invite(room));
        toasts.toast(|l| RoomSearchPhrases::of(l).invited);
        Ok(())
    };
    view! {
        <WithPeople
            dialog=Overlay::Invite(room)
            title=words(move || format!("{} · {name}", RoomPhrases::of(locale.language()).invite))
            testid="invite-people"
            does=|l| RoomSearchPhrases::of(l).invite_them
            most=limit::INVITED
            act=invite
        />
    }
}

#[component]
fn WithPeople<F>(
    dialog: Overlay,
    title: Signal<String>,
    testid: &'static str,
    does: Phrase,
    most: usize,
    act: impl Fn(Vec<UserId>) -> F + Copy + Send + Sync + 'static,
) -> impl IntoView
where
    F: Future<Output = Result<(), AskError>> + 'static,
{
    let overlays = Overlays::here();
    let chat = ChatContext::here();
    let chosen = RwSignal::new(Vec::<Person>::new());
    let trouble = RwSignal::new(None::<String>);
    let in_flight = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let people: Vec<UserId> =
            chosen.with_untracked(|chosen| chosen.iter().map(|person| person.id).collect());
        if people.is_empty() || in_flight.get_untracked() {
            return;
        }
        in_flight.set(true);
        trouble.set(None);
        spawn_local(async move {
            let answer = act(people).await;
            in_flight.try_set(false);
            if let Err(error) = answer {
                chat.show_why(trouble, &error);
            }
        });
    };
    let close = Callback::new(move |()| overlays.close(dialog));
    view! {
        <Dialog title testid on_close=close>
            <form class="dialog-form" on:submit=submit novalidate>
                <PeoplePicker chosen most />
                <p class="labelled-hint" role="status" data-bad="true">{move || trouble.get()}</p>
                <div class="dialog-ways">
                    <SubmitButton does chosen in_flight />
                </div>
            </form>
        </Dialog>
    }
}

#[component]
fn SubmitButton(does: Phrase, chosen: RwSignal<Vec<Person>>, in_flight: RwSignal<bool>) -> impl IntoView {
    let locale = Locale::here();
    view! {
        <button
            type="submit"
            class="button button-strong"
            data-testid="people-do"
            disabled=move || in_flight.get() || chosen.with(Vec::is_empty)
        >
            {locale.says(does)}
        </button>
    }
}
