//! A message's actions.

use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;
use steadfast_client::{ReactionView, Row, RowKey};
use steadfast_shared::{Emoji, Seq, UserId};
use web_sys::HtmlElement;

use crate::language::Phrase;
use crate::language::locale::{Locale, words};
use crate::markdown;
use crate::markup::{computed, view};
use crate::people::phrases::PeoplePhrases;
use crate::reactive::{Memo, memo};
use crate::timeline::context::TimelineContext;
use crate::timeline::phrases::ActionPhrases;
use crate::timeline::row::actions::{OpenAction, Tool};
use crate::timeline::row::emoji_picker::EmojiPicker;
use crate::timeline::row::part;
use crate::timeline::row::reactions::names_of;
use crate::timeline::rows::PlacedRow;
use crate::ui::clipboard;
use crate::ui::dialog::Dialog;
use crate::ui::icon::{Icon, IconShape};
use crate::ui::phrases::UiPhrases;
use crate::ui::popup::menu::{Choice, Menu};
use crate::ui::popup::surface::Popup;

/// The actions of the row that is pointed at. Not announced: a screen reader finds them when it
/// gets there.
#[component]
pub(crate) fn RowTools(key: RowKey, row: ArcRwSignal<Row>, place: ArcRwSignal<PlacedRow>) -> impl IntoView {
    let tools = move || {
        place.with(|placed| placed.pointed).then(|| {
            let (message, mine) = (part(&row, Row::message), part(&row, |row| row.mine));
            view! { <Tools key message mine /> }
        })
    };
    view! {
        <div class="row-tools" aria-live="off">
            {tools}
        </div>
    }
}

#[component]
fn Tools(
    key: RowKey,
    /// Its place in the log, if people can reply and react to it.
    message: Memo<Option<Seq>>,
    mine: Memo<bool>,
) -> impl IntoView {
    let locale = Locale::here();
    let timeline = TimelineContext::here();
    let open = move |tool| move |button: HtmlElement| timeline.actions.open(key, tool, button);
    // Beside a deleted message nothing stays open: it would offer its text.
    Effect::new(move |was: Option<bool>| {
        let is_there = message.get().is_some();
        if was == Some(true) && !is_there {
            timeline.actions.close();
        }
        is_there
    });
    let writable = memo(move || message.get().is_some() && !timeline.rooms.is_archived());
    let answers = move || {
        writable.get().then(|| {
            view! {
                <ToolButton words=|l| ActionPhrases::of(l).react shape=IconShape::React testid="react" act=open(Tool::Emoji) />
                <ToolButton
                    words=|l| ActionPhrases::of(l).reply
                    shape=IconShape::Reply
                    testid="reply"
                    act=move |_| timeline.reply(&key)
                />
            }
        })
    };
    let rewrites = move || {
        (mine.get() && writable.get()).then(|| {
            view! {
                <ToolButton
                    words=|l| ActionPhrases::of(l).edit
                    shape=IconShape::Edit
                    testid="rewrite"
                    act=move |_| timeline.rewrite(&key)
                />
            }
        })
    };
    view! {
        <div class="row-toolbar" role="toolbar" aria-label=locale.says(|l| ActionPhrases::of(l).message_tools) data-testid="row-tools">
            {answers}
            {rewrites}
            <ToolButton words=|l| ActionPhrases::of(l).more shape=IconShape::More testid="more" act=open(Tool::Menu) />
        </div>
    }
}

#[component]
fn ToolButton(
    words: Phrase,
    shape: IconShape,
    testid: &'static str,
    act: impl Fn(HtmlElement) + 'static,
) -> impl IntoView {
    let locale = Locale::here();
    let button = NodeRef::<html::Button>::new();
    view! {
        <button
            type="button"
            class="button button-quiet button-icon"
            data-testid=testid
            node_ref=button
            title=locale.says(words)
            aria-label=locale.says(words)
            on:click=move |_| {
                if let Some(button) = button.get_untracked() {
                    act(button.into());
                }
            }
        >
            <Icon shape />
        </button>
    }
}

/// The open popup. There is one at a time, for all rows.
#[component]
pub(crate) fn OpenTool() -> impl IntoView {
    let locale = Locale::here();
    let timeline = TimelineContext::here();
    let on_close = Callback::new(move |()| timeline.actions.close());
    computed(move || {
        timeline
            .actions
            .open
            .get()
            .map(|OpenAction { key, tool, anchor }| (key, tool, anchor.take()))
            .map(|(key, tool, anchor)| match tool {
                Tool::Menu => {
                    let label = words(move || ActionPhrases::of(locale.language()).message_tools.to_owned());
                    let choices = choices(timeline, key, &anchor);
                    view! { <Menu label anchor choices on_close /> }.into_any()
                }
                Tool::Emoji => view! {
                    <Popup anchor on_close>
                        <EmojiPicker on_choose=Callback::new(move |emoji| react(timeline, &key, emoji)) />
                    </Popup>
                }
                .into_any(),
                Tool::Reactions => view! { <WhoReacted key on_close /> }.into_any(),
                Tool::Delete => view! { <Delete key on_close /> }.into_any(),
            })
    })
}

fn react(timeline: TimelineContext, key: &RowKey, emoji: &str) {
    let message = timeline.model.row(key).and_then(|row| row.message());
    if let (Some(message), Ok(emoji)) = (message, Emoji::parse(emoji)) {
        timeline.react(message, emoji, true);
    }
    timeline.actions.close();
}

/// The entries of a row's menu, in order.
struct Choices {
    timeline: TimelineContext,
    key: RowKey,
    anchor: HtmlElement,
    all: Vec<Choice>,
}

impl Choices {
    fn add(&mut self, phrase: Phrase, shape: IconShape, testid: &'static str, act: impl Fn() + 'static) {
        let locale = self.timeline.locale;
        self.all.push(Choice {
            words: words(move || phrase(locale.language()).to_owned()),
            shape,
            testid,
            grave: false,
            act: Rc::new(act),
        });
    }

    fn open(&self, tool: Tool) -> impl Fn() + use<> {
        let (actions, key, anchor) = (self.timeline.actions, self.key, self.anchor.clone());
        move || actions.open(key, tool, anchor.clone())
    }

    /// Reacting and replying, unless the room is archived.
    fn answers(&mut self) {
        let (timeline, key) = (self.timeline, self.key);
        let react = self.open(Tool::Emoji);
        self.add(
            |l| ActionPhrases::of(l).react,
            IconShape::React,
            "menu-react",
            react,
        );
        let reply = move || timeline.reply(&key);
        self.add(
            |l| ActionPhrases::of(l).reply,
            IconShape::Reply,
            "menu-reply",
            reply,
        );
    }

    fn reactions(&mut self) {
        let reactions = self.open(Tool::Reactions);
        let says: Phrase = |l| ActionPhrases::of(l).who_reacted;
        self.add(says, IconShape::People, "menu-reactions", reactions);
    }

    fn edit(&mut self) {
        let (timeline, key) = (self.timeline, self.key);
        let edit = move || timeline.rewrite(&key);
        self.add(|l| ActionPhrases::of(l).edit, IconShape::Edit, "menu-edit", edit);
    }

    /// Copying the text, and the link.
    fn copies(&mut self, row: &Row) {
        let (timeline, key) = (self.timeline, self.key);
        if row.text().is_some() {
            // As it is by then: it may be changed while the menu is open.
            let copy = move || {
                let row = timeline.model.row(&key);
                let name = |_| PeoplePhrases::of(timeline.locale.language()).somebody.to_owned();
                if let Some(text) = row.and_then(|row| readable(&row, name)) {
                    clipboard::copy(timeline.toasts, text);
                }
            };
            self.add(
                |l| ActionPhrases::of(l).copy_text,
                IconShape::Copy,
                "copy-text",
                copy,
            );
        }
        if let Some(seq) = row.seq() {
            let copy = move || clipboard::copy(timeline.toasts, link_to(timeline, seq));
            self.add(
                |l| ActionPhrases::of(l).copy_link,
                IconShape::Link,
                "copy-link",
                copy,
            );
        }
    }

    fn deletion(&mut self, row: &Row) {
        let owns_server = || self.timeline.chat.read(|session| session.account().owns_server());
        if row.message().is_some() && (row.mine || owns_server()) {
            let delete = self.open(Tool::Delete);
            self.add(
                |l| ActionPhrases::of(l).delete,
                IconShape::Delete,
                "menu-delete",
                delete,
            );
            if let Some(delete) = self.all.last_mut() {
                delete.grave = true;
            }
        }
    }
}

fn choices(timeline: TimelineContext, key: RowKey, anchor: &HtmlElement) -> Vec<Choice> {
    let Some(row) = timeline.model.row(&key) else {
        return Vec::new();
    };
    let mut choices = Choices {
        timeline,
        key,
        anchor: anchor.clone(),
        all: Vec::new(),
    };
    let is_message = row.message().is_some();
    let writable = is_message && !untrack(|| timeline.rooms.is_archived());
    if writable {
        choices.answers();
    }
    if is_message && !row.reactions.is_empty() {
        choices.reactions();
    }
    if writable && row.mine {
        choices.edit();
    }
    choices.copies(&row);
    choices.deletion(&row);
    choices.all
}

/// The text of a message with mentions as names: those that came with the row, and others from `name`.
fn readable(row: &Row, name: impl Fn(UserId) -> String) -> Option<String> {
    let named = |user| {
        let here = row.mentioned.iter().find(|person| person.id == user);
        here.map_or_else(|| name(user), |person| person.name.clone())
    };
    row.text().map(|text| markdown::with_names(text, named))
}

/// The full address of a message, to share.
fn link_to(timeline: TimelineContext, seq: Seq) -> String {
    let origin = window().location().origin().unwrap_or_default();
    origin + &timeline.address_of(seq)
}

/// Who reacted with which emoji. On a touch screen there is no hover to show that.
#[component]
fn WhoReacted(key: RowKey, on_close: Callback<()>) -> impl IntoView {
    let locale = Locale::here();
    let timeline = TimelineContext::here();
    let reactions = timeline
        .model
        .row(&key)
        .map_or_else(Vec::new, |row| row.reactions);
    let lines = reactions
        .into_iter()
        .map(|ReactionView { emoji, by, .. }| {
            view! {
                <li>
                    <span class="reaction-emoji">{emoji.as_str().to_owned()}</span>
                    " "
                    {names_of(&by).join(", ")}
                </li>
            }
        })
        .collect_view();
    view! {
        <Dialog title=words(move || ActionPhrases::of(locale.language()).reactions.to_owned()) testid="who-reacted" brief=true on_close>
            <ul class="who-reacted">{lines}</ul>
        </Dialog>
    }
}

/// Asks before a message is deleted for everyone.
#[component]
fn Delete(key: RowKey, on_close: Callback<()>) -> impl IntoView {
    let locale = Locale::here();
    let timeline = TimelineContext::here();
    let delete = move |_| {
        if let Some(message) = timeline.model.row(&key).and_then(|row| row.message()) {
            timeline.delete(message);
        }
        on_close.run(());
    };
    view! {
        <Dialog title=words(move || ActionPhrases::of(locale.language()).delete_question.to_owned()) testid="delete-message" brief=true on_close>
            <p>{locale.says(|l| ActionPhrases::of(l).delete_warning)}</p>
            <div class="dialog-ways">
                <button type="button" class="button" data-testid="keep" autofocus on:click=move |_| on_close.run(())>
                    {locale.says(|l| UiPhrases::of(l).cancel)}
                </button>
                <button type="button" class="button button-grave" data-testid="delete" on:click=delete>
                    {locale.says(|l| ActionPhrases::of(l).delete)}
                </button>
            </div>
        </Dialog>
    }
}
