//! One message.

pub(crate) mod actions;
pub(crate) mod emoji_picker;
pub(crate) mod pending;
pub(crate) mod pointing;
pub(crate) mod quoted;
pub(crate) mod reactions;
pub(crate) mod rejection;
pub(crate) mod separator;
pub(crate) mod state;
pub(crate) mod tools;

use leptos::prelude::*;
use steadfast_client::{Row, RowState};
use steadfast_shared::{Body, Person, RoomChange};

use crate::compose::phrases::ComposePhrases;
use crate::language::calendar;
use crate::language::locale::Locale;
use crate::markdown;
use crate::markdown::prose::Prose;
use crate::markup::{computed, view};
use crate::people::avatar::Avatar;
use crate::people::context::PeopleContext;
use crate::people::veil::Veil;
use crate::reactive::{Memo, RwSignal, memo};
use crate::rooms::context::RoomsContext;
use crate::timeline::layout::RowPlace;
use crate::timeline::phrases::{MessagePhrases, TimelinePhrases};
use crate::timeline::row::pending::PendingChanges;
use crate::timeline::row::quoted::Quoted;
use crate::timeline::row::reactions::Reactions;
use crate::timeline::row::rejection::Rejection;
use crate::timeline::row::state::{DeliveryState, name_of};
use crate::timeline::row::tools::RowTools;
use crate::timeline::rows::RowModel;

/// One message. Its element stays the same from the local echo to the stored entry: only its
/// content changes.
#[component]
pub(crate) fn Row(row: RowModel) -> impl IntoView {
    let locale = Locale::here();
    let people = PeopleContext::here();
    let RowModel { key, view, place } = row;
    let at = part(&view, |row| row.at);
    let place = memo(move || place.get());
    let state = part(&view, |row| row.state.clone());
    let author = part(&view, |row| row.author.clone());
    let mine = part(&view, |row| row.mine);
    let body = part(&view, |row| (row.body.clone(), row.mentioned.clone()));
    let quoted = part(&view, |row| row.reply_to().map(|seq| (seq, row.quoted.clone())));
    let edited = part(&view, |row| row.edited.is_some());
    let reactions = part(&view, |row| row.reactions.clone());
    let changes = part(&view, |row| row.changes.clone());
    let message = part(&view, Row::message);
    let content = move || {
        let (body, mentioned) = body.get();
        match body {
            Body::Message { text, .. } => {
                view! { <Prose blocks=markdown::read(text.as_str()) mentioned /> }.into_any()
            }
            body => view! { <Aside body author=author.get().name /> }.into_any(),
        }
    };
    // Changes of the room show even if a blocked person made them.
    let is_message = memo(move || body.with(|(body, _)| matches!(body, Body::Message { .. })));
    // The server makes the others: none waits to be sent.
    let marked = memo(move || {
        mine.get() && body.with(|(body, _)| !matches!(body, Body::Room { .. } | Body::Nickname { .. }))
    });
    let lifted = RwSignal::new(false);
    let covered =
        memo(move || !lifted.get() && !mine.get() && is_message.get() && people.blocks(author.get().id));
    view! {
        <div
            class="row"
            role="listitem"
            data-testid="row"
            tabindex="-1"
            data-id=key.id.to_string()
            data-author=key.author.to_string()
            data-state=move || state.with(name_of)
            data-seq=move || state.with(RowState::seq).map(|seq| seq.to_string())
            data-mine=move || mine.get().then_some("true")
            // The person knows what they wrote. Of its delivery only a failure is announced, by the elements that show it: that
            // messages wait is said once, with the connection.
            aria-live=move || mine.get().then_some("off")
            data-first=move || place.get().first.then_some("true")
        >
            <Head at place author />
            {move || quoted.get().filter(|_| !covered.get()).map(|(seq, quoted)| view! { <Quoted seq quoted /> })}
            {move || if covered.get() { view! { <Veil lifted /> }.into_any() } else { content.into_any() }}
            {move || {
                edited.get().then(|| view! { <p class="row-edited" data-testid="edited">{locale.says(|l| MessagePhrases::of(l).edited)}</p> })
            }}
            <Rejection id=key.id state />
            <PendingChanges changes />
            <Reactions key message reactions />
            <DeliveryState mine=marked state />
            <RowTools key message mine />
        </div>
    }
}

/// One part of a row as a memo, so that it updates alone.
fn part<T: Clone + PartialEq + Send + Sync + 'static>(
    view: &ArcRwSignal<Row>,
    read: fn(&Row) -> T,
) -> Memo<T> {
    let view = view.clone();
    memo(move || view.with(read))
}

/// The author and the time; rows further down a group show only the time.
#[component]
fn Head(at: Memo<u64>, place: Memo<RowPlace>, author: Memo<Person>) -> impl IntoView {
    let locale = Locale::here();
    computed(move || {
        if place.get().first {
            view! {
                <Avatar person=author.get() />
                <div class="row-head">
                    <span class="row-author">{author.get().name}</span>
                    <Time at />
                </div>
            }
            .into_any()
        } else {
            view! {
                <span class="sr-only">{author.get().name}</span>
                <time
                    class="row-time row-time-aside"
                    datetime=move || calendar::iso(at.get())
                    title=move || calendar::moment(at.get(), locale.language())
                >
                    {move || calendar::short_time(at.get(), locale.language())}
                </time>
            }
            .into_any()
        }
    })
}

#[component]
fn Time(at: Memo<u64>) -> impl IntoView {
    let locale = Locale::here();
    view! {
        <time
            class="row-time"
            datetime=move || calendar::iso(at.get())
            title=move || calendar::moment(at.get(), locale.language())
        >
            {move || calendar::time(at.get(), locale.language())}
        </time>
    }
}

/// A row that is not a message, such as a change of the room.
#[component]
fn Aside(body: Body, author: String) -> impl IntoView {
    let locale = Locale::here();
    let rooms = RoomsContext::here();
    let kind = match body {
        Body::Erased => "erased",
        Body::Hidden => "hidden",
        Body::Room { .. } | Body::Nickname { .. } => "event",
        _ => "unknown",
    };
    let words = move || match &body {
        Body::Erased => ComposePhrases::of(locale.language()).erased.to_owned(),
        Body::Hidden => MessagePhrases::of(locale.language()).hidden.to_owned(),
        Body::Room {
            change: RoomChange::Created,
        } if rooms.is_direct() => {
            format!("{author} {}", MessagePhrases::of(locale.language()).began)
        }
        Body::Room { change } => format!(
            "{author} {}",
            (MessagePhrases::of(locale.language()).room)(change)
        ),
        Body::Nickname { was, name } => {
            (MessagePhrases::of(locale.language()).renamed)(was.as_str(), name.as_str())
        }
        change if change.changes().is_some() => (MessagePhrases::of(locale.language()).change)(change),
        _ => TimelinePhrases::of(locale.language()).unknown_entry.to_owned(),
    };
    view! { <p class="row-text row-aside" data-testid="row-aside" data-kind=kind>{words}</p> }
}
