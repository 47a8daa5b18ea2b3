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
use steadfast_shared::Person;

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
use crate::timeline::layout::RowPlace;
use crate::timeline::phrases::{MessagePhrases, TimelinePhrases};
use crate::timeline::row::pending::PendingChanges;
use crate::timeline::row::quoted::Quoted;
use crate::timeline::row::reactions::Reactions;
use crate::timeline::row::rejection::Rejection;
use crate::timeline::row::state::RowState;
use crate::timeline::row::tools::RowTools;
use crate::timeline::row_view::{MessageState, RowView, Says};
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
    let says = part(&view, |row| (row.says.clone(), row.mentioned.clone()));
    let quoted = part(&view, |row| row.quoted.clone());
    let edited = part(&view, |row| row.edited);
    let reactions = part(&view, |row| row.reactions.clone());
    let pending = part(&view, |row| row.pending.clone());
    let message = part(&view, RowView::message);
    let content = move || {
        let (says, mentioned) = says.get();
        match says {
            Says::Message(text) => view! { <Prose blocks=markdown::read(&text) mentioned /> }.into_any(),
            says => view! { <Aside says author=author.get().name /> }.into_any(),
        }
    };
    // Changes of the room show even if a blocked person made them.
    let is_message = memo(move || says.with(|(says, _)| matches!(says, Says::Message(_))));
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
            data-state=move || state.with(MessageState::name)
            data-seq=move || state.with(MessageState::seq).map(|seq| seq.to_string())
            data-mine=move || mine.get().then_some("true")
            data-first=move || place.get().first.then_some("true")
        >
            <Head at place author />
            {move || quoted.get().filter(|_| !covered.get()).map(|quote| view! { <Quoted quote /> })}
            {move || if covered.get() { view! { <Veil lifted /> }.into_any() } else { content.into_any() }}
            {move || {
                edited.get().then(|| view! { <p class="row-edited" data-testid="edited">{locale.says(|l| MessagePhrases::of(l).edited)}</p> })
            }}
            <Rejection id=key.id state />
            <PendingChanges pending />
            <Reactions key message reactions />
            <RowState mine state />
            <RowTools key message mine />
        </div>
    }
}

/// One part of a row as a memo, so that it updates alone.
fn part<T: Clone + PartialEq + Send + Sync + 'static>(
    view: &ArcRwSignal<RowView>,
    read: fn(&RowView) -> T,
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
fn Aside(says: Says, author: String) -> impl IntoView {
    let locale = Locale::here();
    let kind = match says {
        Says::Erased => "erased",
        Says::Hidden => "hidden",
        Says::Room(_) | Says::Nickname { .. } => "event",
        _ => "unknown",
    };
    let words = move || match &says {
        Says::Message(text) => text.clone(),
        Says::Erased => ComposePhrases::of(locale.language()).erased.to_owned(),
        Says::Hidden => MessagePhrases::of(locale.language()).hidden.to_owned(),
        Says::Room(change) => format!(
            "{author} {}",
            (MessagePhrases::of(locale.language()).room)(change)
        ),
        Says::Nickname { was, name } => (MessagePhrases::of(locale.language()).renamed)(was, name),
        Says::Change(what) => (MessagePhrases::of(locale.language()).change)(what),
        Says::Unknown => TimelinePhrases::of(locale.language()).unknown_entry.to_owned(),
    };
    view! { <p class="row-text row-aside" data-testid="row-aside" data-kind=kind>{words}</p> }
}
