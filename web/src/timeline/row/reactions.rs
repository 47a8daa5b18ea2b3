//! The reactions to a message.

use leptos::html;
use leptos::prelude::*;
use steadfast_client::{ReactionView, Row, RowKey};
use steadfast_shared::{Emoji, Person, Seq};

use crate::language::locale::Locale;
use crate::markup::{Each, view};
use crate::reactive::{Memo, memo};
use crate::timeline::context::TimelineContext;
use crate::timeline::phrases::ActionPhrases;
use crate::timeline::row::actions::Tool;
use crate::timeline::row::part;
use crate::ui::icon::{Icon, IconShape};

/// The reactions to a message: each emoji once, with the count and the names. Pressing one adds or
/// removes the person's own.
#[component]
pub(crate) fn Reactions(key: RowKey, row: ArcRwSignal<Row>) -> impl IntoView {
    let shown = part(&row, |row| row.message().is_some() && !row.reactions.is_empty());
    view! {
        // Not announced one by one: a screen reader finds them when it gets there.
        <div class="reactions" aria-live="off">
            {move || shown.get().then(|| view! { <ReactionList key row=row.clone() /> })}
        </div>
    }
}

#[component]
fn ReactionList(key: RowKey, row: ArcRwSignal<Row>) -> impl IntoView {
    let locale = Locale::here();
    let timeline = TimelineContext::here();
    let message = part(&row, Row::message);
    let reactions = part(&row, |row| row.reactions.clone());
    let emoji =
        memo(move || reactions.with(|all| all.iter().map(|one| one.emoji.clone()).collect::<Vec<_>>()));
    let more = NodeRef::<html::Button>::new();
    view! {
        <ul data-testid="reactions" aria-label=locale.says(|l| ActionPhrases::of(l).reactions)>
            <Each list=move || emoji.get() key=Emoji::clone let(emoji)>
                <Reaction emoji message reactions />
            </Each>
            <li>
                <button
                    type="button"
                    class="reaction reaction-add"
                    data-testid="add-reaction"
                    title=locale.says(|l| ActionPhrases::of(l).react)
                    aria-label=locale.says(|l| ActionPhrases::of(l).react)
                    node_ref=more
                    on:click=move |_| {
                        if let Some(more) = more.get_untracked() {
                            timeline.actions.open(key, Tool::Emoji, more.into());
                        }
                    }
                >
                    <Icon shape=IconShape::React />
                </button>
            </li>
        </ul>
    }
}

#[component]
fn Reaction(emoji: Emoji, message: Memo<Option<Seq>>, reactions: Memo<Vec<ReactionView>>) -> impl IntoView {
    let locale = Locale::here();
    let timeline = TimelineContext::here();
    let character = emoji.as_str().to_owned();
    let name = character.clone();
    let reacted = {
        let emoji = emoji.clone();
        memo(move || reactions.with(|all| all.iter().find(|one| one.emoji == emoji).cloned()))
    };
    let mine = move || reacted.with(|one| one.as_ref().is_some_and(|one| one.mine));
    let title = {
        let character = character.clone();
        move || {
            let names = reacted.with(|one| one.as_ref().map(|one| names_of(&one.by)));
            (ActionPhrases::of(locale.language()).reaction)(&character, &names.unwrap_or_default())
        }
    };
    let toggle = move |_| {
        if let Some(message) = message.get_untracked()
            && !timeline.archived.get_untracked()
        {
            timeline.react(message, emoji.clone(), !mine());
        }
    };
    view! {
        <li>
            <button
                type="button"
                class="reaction"
                data-testid="reaction"
                data-emoji=name
                data-pending=move || {
                    reacted.with(|one| one.as_ref().is_some_and(|one| one.pending)).then_some("true")
                }
                aria-pressed=move || mine().to_string()
                // It stays in the tab order: its title says who reacted.
                aria-disabled=move || timeline.archived.get().then_some("true")
                title=title
                on:click=toggle
            >
                <span class="reaction-emoji">{character}</span>
                <span class="reaction-count">
                    {move || reacted.with(|one| one.as_ref().map_or(0, |one| one.by.len()))}
                </span>
            </button>
        </li>
    }
}

pub(crate) fn names_of(people: &[Person]) -> Vec<String> {
    people.iter().map(|person| person.name.clone()).collect()
}
