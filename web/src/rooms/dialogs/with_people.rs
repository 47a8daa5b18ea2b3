//! A conversation begun with people, and people invited into a room.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::link::AskError;
use steadfast_shared::room::Invite;
use steadfast_shared::{Person, RoomId, UserId, limit};

use crate::language::Phrase;
use crate::page::{Page, words};
use crate::rooms::dialogs::people_picker::PeoplePicker;
use crate::rooms::phrases::{NavigationPhrases, RoomPhrases, RoomSearchPhrases};
use crate::ui::dialog::Dialog;
use crate::ui::overlays::Opened;

/// Begins a conversation with one person or several, or goes on with the one there is.
#[component]
pub(crate) fn NewDirect() -> impl IntoView {
    let page = Page::here();
    let done = move |people: Vec<UserId>| page.write_to(people);
    view! {
        <WithPeople
            dialog=Opened::NewDirect
            title=words(move || NavigationPhrases::of(page.language()).new_direct.to_owned())
            testid="new-direct"
            does=|l| RoomSearchPhrases::of(l).begin
            most=limit::DIRECT_PEOPLE - 1
            act=done
        />
    }
}

/// Invites people into a room.
#[component]
pub(crate) fn InviteDialog(room: RoomId) -> impl IntoView {
    let page = Page::here();
    let name = page.room_called(room);
    let invite = move |people: Vec<UserId>| async move {
        page.ask(Invite { room, people }).await?;
        page.around.close(Opened::Invite(room));
        page.remark(|l| RoomSearchPhrases::of(l).invited);
        Ok(())
    };
    view! {
        <WithPeople
            dialog=Opened::Invite(room)
            title=words(move || format!("{} · {name}", RoomPhrases::of(page.language()).invite))
            testid="invite-people"
            does=|l| RoomSearchPhrases::of(l).invite_them
            most=limit::INVITED
            act=invite
        />
    }
}

#[component]
fn WithPeople<F>(
    dialog: Opened,
    title: Signal<String>,
    testid: &'static str,
    does: Phrase,
    most: usize,
    act: impl Fn(Vec<UserId>) -> F + Copy + Send + Sync + 'static,
) -> impl IntoView
where
    F: Future<Output = Result<(), AskError>> + 'static,
{
    let page = Page::here();
    let chosen = RwSignal::new(Vec::<Person>::new());
    let trouble = RwSignal::new(None::<String>);
    let under_way = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let people: Vec<UserId> =
            chosen.with_untracked(|chosen| chosen.iter().map(|person| person.id).collect());
        if people.is_empty() || under_way.get_untracked() {
            return;
        }
        under_way.set(true);
        trouble.set(None);
        spawn_local(async move {
            let answer = act(people).await;
            under_way.try_set(false);
            if let Err(error) = answer {
                trouble.try_set(Some(page.why(&error)));
            }
        });
    };
    let close = Callback::new(move |()| page.around.close(dialog));
    view! {
        <Dialog title testid on_close=close>
            <form class="dialog-form" on:submit=submit novalidate>
                <PeoplePicker chosen most />
                <p class="labelled-hint" role="status" data-bad="true">{move || trouble.get()}</p>
                <div class="dialog-ways">
                    <button
                        type="submit"
                        class="button button-strong"
                        data-testid="people-do"
                        disabled=move || under_way.get() || chosen.with(Vec::is_empty)
                    >
                        {page.says(does)}
                    </button>
                </div>
            </form>
        </Dialog>
    }
}
