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
use steadfast_client::Row;
use steadfast_shared::{Body, EntryId, Person, RoomChange, Seq};

use crate::compose::phrases::ComposePhrases;
use crate::language::calendar;
use crate::language::locale::Locale;
use crate::markdown;
use crate::markdown::prose::Prose;
use crate::markup::{beside, computed, view};
use crate::people::avatar::Avatar;
use crate::people::veil::Veil;
use crate::reactive::{Memo, RwSignal, memo};
use crate::rooms::context::RoomsContext;
use crate::timeline::phrases::{MessagePhrases, TimelinePhrases};
use crate::timeline::row::pending::PendingChanges;
use crate::timeline::row::quoted::Quoted;
use crate::timeline::row::reactions::Reactions;
use crate::timeline::row::rejection::Rejection;
use crate::timeline::row::state::{DeliveryState, name_of};
use crate::timeline::row::tools::RowTools;
use crate::timeline::rows::{PlacedRow, RowModel};

/// One message. Its element stays the same from the local echo to the stored entry: only its
/// content changes.
///
/// A busy room makes hundreds of rows a second: each memo and each computed attribute or child costs some microseconds.
#[component]
pub(crate) fn Row(row: RowModel) -> impl IntoView {
    let RowModel { key, view, place } = row;
    let state = read(&view, |row| Some(name_of(&row.state)));
    let seq = read(&view, |row| row.seq().map(|seq| seq.to_string()));
    let mine = read(&view, |row| row.mine.then_some("true"));
    // The person knows what they wrote. Of its delivery only a failure is announced, by the elements that show it: that
    // messages wait is said once, with the connection.
    let live = read(&view, |row| row.mine.then_some("off"));
    let first = {
        let place = place.clone();
        move || place.with(|placed| placed.place.first.then_some("true"))
    };
    view! {
        <div
            class="row"
            role="listitem"
            data-testid="row"
            tabindex="-1"
            data-id=key.id.to_string()
            data-author=key.author.to_string()
            data-state=state
            data-seq=seq
            data-mine=mine
            aria-live=live
            data-first=first
        >
            <Head row=view.clone() place=place.clone() />
            <Content row=view.clone() place=place.clone() />
            <Delivery id=key.id row=view.clone() />
            <PendingChanges row=view.clone() />
            <Reactions key row=view.clone() />
            <RowTools key row=view place />
        </div>
    }
}

/// One part of a row, for an attribute.
fn read<T: 'static>(row: &ArcRwSignal<Row>, part: fn(&Row) -> T) -> impl Fn() -> T + 'static {
    let row = row.clone();
    move || row.with(part)
}

/// One part of a row as a memo, so that it updates alone.
pub(crate) fn part<T: PartialEq + Send + Sync + 'static>(
    row: &ArcRwSignal<Row>,
    read: fn(&Row) -> T,
) -> Memo<T> {
    let row = row.clone();
    memo(move || row.with(read))
}

/// The author and the time; rows further down a group show only the time.
#[component]
fn Head(row: ArcRwSignal<Row>, place: ArcRwSignal<PlacedRow>) -> impl IntoView {
    computed(move || {
        let PlacedRow { place, language, .. } = place.get();
        let (at, author) = row.with(|row| (row.at, row.author.clone()));
        let (iso, moment) = (calendar::iso(at), calendar::moment(at, language));
        if place.first {
            let name = author.name.clone();
            view! {
                <Avatar person=author />
                <div class="row-head">
                    <span class="row-author">{name}</span>
                    <time class="row-time" datetime=iso title=moment>
                        {calendar::time(at, language)}
                    </time>
                </div>
            }
            .into_any()
        } else {
            view! {
                <span class="sr-only">{author.name}</span>
                <time class="row-time row-time-aside" datetime=iso title=moment>
                    {calendar::short_time(at, language)}
                </time>
            }
            .into_any()
        }
    })
}

/// What a row says, as it is built again only if this changes.
#[derive(Clone, PartialEq)]
struct RowContent {
    body: Body,
    mentioned: Vec<Person>,
    author: String,
    quoted: Option<(Seq, Option<steadfast_shared::Quoted>)>,
    edited: bool,
    /// Whether it is a blocked person's, and nobody lifted the veil.
    covered: bool,
}

/// The message, with the one that it replies to.
#[component]
fn Content(row: ArcRwSignal<Row>, place: ArcRwSignal<PlacedRow>) -> impl IntoView {
    let locale = Locale::here();
    let lifted = RwSignal::new(false);
    let content = memo(move || {
        let blocked = place.with(|placed| placed.blocked);
        row.with(|row| {
            // Changes of the room show even if a blocked person made them.
            let is_message = matches!(row.body, Body::Message { .. });
            RowContent {
                body: row.body.clone(),
                mentioned: row.mentioned.clone(),
                author: row.author.name.clone(),
                quoted: row.reply_to().map(|seq| (seq, row.quoted.clone())),
                edited: row.edited.is_some(),
                covered: blocked && is_message && !row.mine && !lifted.get(),
            }
        })
    });
    computed(move || {
        let RowContent {
            body,
            mentioned,
            author,
            quoted,
            edited,
            covered,
        } = content.get();
        let quoted = quoted.filter(|_| !covered);
        let quoted = quoted.map(|(seq, quoted)| view! { <Quoted seq quoted /> });
        let content = match body {
            _ if covered => view! { <Veil lifted /> }.into_any(),
            Body::Message { text, .. } => {
                view! { <Prose blocks=markdown::read(text.as_str()) mentioned /> }.into_any()
            }
            body => view! { <Aside body author /> }.into_any(),
        };
        let edited = edited.then(|| {
            view! { <p class="row-edited" data-testid="edited">{locale.says(|l| MessagePhrases::of(l).edited)}</p> }
        });
        beside(vec![quoted.into_any(), content, edited.into_any()])
    })
}

/// The delivery of the person's own message. Nobody sees that of other people's.
#[component]
fn Delivery(id: EntryId, row: ArcRwSignal<Row>) -> impl IntoView {
    let mine = part(&row, |row| row.mine);
    computed(move || {
        mine.get().then(|| {
            // The server makes the others: none waits to be sent.
            let sent = part(&row, |row| {
                !matches!(row.body, Body::Room { .. } | Body::Nickname { .. })
            });
            let state = part(&row, |row| row.state.clone());
            view! {
                <Rejection id state />
                <DeliveryState mine=sent state />
            }
        })
    })
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
