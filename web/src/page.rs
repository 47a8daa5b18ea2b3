//! Signals over the chat: what components read, and the few things they may ask for.

use std::time::Duration;

use futures::StreamExt;
use leptos::html;
use leptos::prelude::*;
use leptos::reactive::graph::Source;
use steadfast_client::link::{Chat, LinkState};
use steadfast_client::older::Unreadable;
use steadfast_client::{Change, Input, Refusal, RowKey, Session};
use steadfast_shared::{RoomId, UserId};

use crate::account::start::Stage;
use crate::compose::drafting::Drafting;
use crate::compose::drafts::Author;
use crate::connection::allowance::Allowance;
use crate::lab::model::FaultModel;
use crate::language::{Language, Phrase, calendar, of_browser};
use crate::people::model::MembersModel;
use crate::rooms::address::Stay;
use crate::rooms::interruption::Interruption;
use crate::shell::away::Sitting;
use crate::storage::preferences::Theme;
use crate::storage::{local, preferences};
use crate::timeline::actions::Hand;
use crate::timeline::layout::Day;
use crate::timeline::model::TimelineModel;
use crate::ui::overlays::Around;

/// How long something said in passing can be read.
const REMARK: Duration = Duration::from_secs(3);

/// What every component reaches through the context.
#[derive(Clone, Copy)]
pub(crate) struct Page {
    /// What is shown at all.
    pub(crate) stage: RwSignal<Stage>,
    /// Whether this device keeps nothing: a private window, most likely.
    pub(crate) forgetful: RwSignal<bool>,
    /// What is in the outbox and cannot be read.
    pub(crate) unreadable: RwSignal<Vec<Unreadable>>,
    /// Which room is open.
    pub(crate) room: RwSignal<Option<RoomId>>,
    /// The open room's rows.
    pub(crate) timeline: TimelineModel,
    /// What is being written.
    pub(crate) drafting: Drafting,
    /// Why the last thing a person did was not taken.
    pub(crate) refusal: RwSignal<Option<Refusal>>,
    /// Whether the details are open.
    pub(crate) details: RwSignal<bool>,
    /// The row whose tools show.
    pub(crate) hand: Hand,
    /// Which day it is here.
    pub(crate) today: RwSignal<Day>,
    /// What was just said in passing.
    pub(crate) remarked: RwSignal<Option<String>>,
    /// Where a message is written, so that others can send the focus there.
    pub(crate) composer: NodeRef<html::Textarea>,
    /// Whether a dialog kept the focus from where a message is written.
    pub(crate) composer_waits: StoredValue<bool>,
    /// What is open around the conversation.
    pub(crate) around: Around,
    /// How much is left of what may be written.
    pub(crate) allowance: Allowance,
    /// Who is in the open room.
    pub(crate) members: MembersModel,
    /// Whom this person has blocked.
    pub(crate) blocked: RwSignal<Vec<UserId>>,
    /// Rooms others brought this person into, which they have taken note of.
    pub(crate) noted: RwSignal<Vec<RoomId>>,
    /// Whether somebody sits here.
    pub(crate) sitting: Sitting,
    /// The row to be brought into view.
    pub(crate) sought: RwSignal<Option<RowKey>>,
    /// In which room another place is looked for.
    pub(crate) seeking: StoredValue<Option<RoomId>>,
    /// Whether it is light or dark here.
    pub(crate) theme: RwSignal<Theme>,
    /// The code of an invitation that led here.
    pub(crate) invitation: StoredValue<Option<String>>,
    /// The code of an owner link that led here.
    pub(crate) owner_code: StoredValue<Option<String>>,
    /// The room the address asks for, until it is known whether there is one.
    pub(crate) wanted: StoredValue<Option<RoomId>>,
    /// A room this person has just come into, to be opened once its news is here.
    pub(crate) expected: StoredValue<Option<RoomId>>,
    /// The room a person is leaving by their own will.
    pub(crate) leaving: StoredValue<Option<RoomId>>,
    /// The open room as it was known last: what is said of it when it is gone.
    pub(crate) stayed: StoredValue<Option<Stay>>,
    /// What took the open room, or the one asked for, away from this person.
    pub(crate) interruption: RwSignal<Option<Interruption>>,
    /// Whose page this is, as far as it is known.
    pub(crate) person: StoredValue<Option<Author>>,
    /// Whether the page is being loaded anew because a person was signed out.
    pub(crate) departing: StoredValue<bool>,
    /// Whether the server has still to end the session of somebody who was signed out here.
    pub(crate) overdue: RwSignal<bool>,
    /// The browser does not keep the server's cookie.
    pub(crate) cookieless: StoredValue<bool>,
    /// Why a nickname is asked for, where the tab was loaded anew for it.
    pub(crate) farewell: StoredValue<Option<String>>,
    /// What the fault panel shows.
    pub(crate) faults: FaultModel,
    pub(crate) language: RwSignal<Language>,
    pub(crate) chat: StoredValue<Option<Chat>, LocalStorage>,
    pub(crate) renewing: StoredValue<bool>,
    pub(crate) heard: Heard,
}

/// One trigger per kind of change.
#[derive(Clone, Copy)]
pub(crate) struct Heard {
    pub(crate) connection: Trigger,
    pub(crate) rooms: Trigger,
    pub(crate) outbox: Trigger,
    pub(crate) presence: Trigger,
    pub(crate) typing: Trigger,
    pub(crate) notices: Trigger,
}

impl Page {
    /// The page before anything is known. Provides itself as context.
    pub(crate) fn provide() -> Self {
        let page = Self {
            stage: RwSignal::new(Stage::Opening),
            forgetful: RwSignal::new(false),
            unreadable: RwSignal::new(Vec::new()),
            room: RwSignal::new(None),
            timeline: TimelineModel::new(),
            drafting: Drafting::new(),
            refusal: RwSignal::new(None),
            details: RwSignal::new(false),
            hand: Hand::new(),
            today: RwSignal::new(calendar::day_of(calendar::now())),
            remarked: RwSignal::new(None),
            composer: NodeRef::new(),
            composer_waits: StoredValue::new(false),
            around: Around::new(),
            allowance: Allowance::new(),
            members: MembersModel::new(),
            blocked: RwSignal::new(Vec::new()),
            noted: RwSignal::new(Vec::new()),
            sitting: Sitting::new(),
            sought: RwSignal::new(None),
            seeking: StoredValue::new(None),
            theme: RwSignal::new(preferences::theme()),
            invitation: StoredValue::new(None),
            owner_code: StoredValue::new(None),
            wanted: StoredValue::new(None),
            expected: StoredValue::new(None),
            leaving: StoredValue::new(None),
            stayed: StoredValue::new(None),
            interruption: RwSignal::new(None),
            person: StoredValue::new(None),
            departing: StoredValue::new(false),
            overdue: RwSignal::new(false),
            cookieless: StoredValue::new(false),
            farewell: StoredValue::new(local::take_farewell()),
            faults: FaultModel::new(),
            language: RwSignal::new(of_browser::first()),
            chat: StoredValue::new_local(None),
            renewing: StoredValue::new(false),
            heard: Heard {
                connection: Trigger::new(),
                rooms: Trigger::new(),
                outbox: Trigger::new(),
                presence: Trigger::new(),
                typing: Trigger::new(),
                notices: Trigger::new(),
            },
        };
        provide_context(page);
        page
    }

    /// The page of the component that asks.
    pub(crate) fn here() -> Self {
        expect_context()
    }

    /// The language chosen. Tracked.
    pub(crate) fn language(self) -> Language {
        self.language.get()
    }

    /// One phrase, in the language chosen, as something a view can show. All of them are of one type, which keeps the
    /// compiled page small.
    pub(crate) fn says(
        self,
        phrase: fn(Language) -> &'static str,
    ) -> impl Fn() -> &'static str + Copy + Send + Sync + 'static {
        move || phrase(self.language())
    }

    /// Speaks another language from here on, and remembers.
    pub(crate) fn speak(self, language: Language) {
        preferences::set_language(language);
        self.language.set(language);
    }

    /// How the link stands. Tracked.
    pub(crate) fn link(self) -> LinkState {
        self.heard.connection.track();
        self.link_untracked()
    }

    pub(crate) fn link_untracked(self) -> LinkState {
        self.chat.with_value(|chat| {
            chat.as_ref()
                .map_or(LinkState::Disconnected { reason: None }, Chat::link)
        })
    }

    /// Reads the session where it changes with the connection: who we are, the epoch, the session's state.
    pub(crate) fn on_connection<T: Default>(self, read: impl FnOnce(&Session) -> T) -> T {
        self.heard.connection.track();
        self.read(read)
    }

    /// Reads the rooms.
    pub(crate) fn on_rooms<T: Default>(self, read: impl FnOnce(&Session) -> T) -> T {
        self.heard.rooms.track();
        self.read(read)
    }

    /// Reads the outbox.
    pub(crate) fn on_outbox<T: Default>(self, read: impl FnOnce(&Session) -> T) -> T {
        self.heard.outbox.track();
        self.read(read)
    }

    /// Reads who is online.
    pub(crate) fn on_presence<T: Default>(self, read: impl FnOnce(&Session) -> T) -> T {
        self.heard.presence.track();
        self.read(read)
    }

    /// Reads who is writing.
    pub(crate) fn on_typing<T: Default>(self, read: impl FnOnce(&Session) -> T) -> T {
        self.heard.typing.track();
        self.read(read)
    }

    /// Reads who came and went a moment ago.
    pub(crate) fn on_notices<T: Default>(self, read: impl FnOnce(&Session) -> T) -> T {
        self.heard.notices.track();
        self.read(read)
    }

    /// Reads the session, untracked.
    pub(crate) fn read<T: Default>(self, read: impl FnOnce(&Session) -> T) -> T {
        self.chat
            .with_value(|chat| chat.as_ref().map(|chat| chat.with(read)).unwrap_or_default())
    }

    /// Tells the session something, and shows at once what came of it.
    pub(crate) fn tell(self, input: Input) {
        if let Some(chat) = self.chat.get_value() {
            chat.input(input);
            self.show_timeline();
        }
    }

    /// Tells the session something that moves no row.
    pub(crate) fn whisper(self, input: Input) {
        if let Some(chat) = self.chat.get_value() {
            chat.input(input);
        }
    }

    /// Says something in passing.
    pub(crate) fn remark(self, phrase: Phrase) {
        self.remark_words(phrase(self.language.get_untracked()).to_owned());
    }

    /// Says something in passing that is made from what happened.
    pub(crate) fn remark_words(self, words: String) {
        self.remarked.set(Some(words.clone()));
        let over = move || {
            if self.remarked.with_untracked(|said| said.as_ref() == Some(&words)) {
                self.remarked.set(None);
            }
        };
        set_timeout(over, REMARK);
    }

    /// Puts the focus where a message is written, as soon as no dialog is in the way.
    pub(crate) fn focus_composer(self) {
        if let Some(composer) = self.composer.get_untracked() {
            let _ = composer.focus();
        }
        self.composer_waits.set_value(!self.is_composer_focused());
    }

    /// A dialog is gone: puts the focus where a message is written, if that was asked for meanwhile. Says whether it is there.
    pub(crate) fn focus_composer_late(self) -> bool {
        let waits = self.composer_waits.get_value();
        if waits {
            self.focus_composer();
            self.composer_waits.set_value(false);
        }
        waits && self.is_composer_focused()
    }

    /// A person wants to be connected.
    pub(crate) fn connect(self) {
        self.chat.with_value(|chat| chat.as_ref().map(Chat::connect));
    }

    /// A person wants not to be.
    pub(crate) fn disconnect(self) {
        self.chat.with_value(|chat| chat.as_ref().map(Chat::disconnect));
    }

    /// The network may be back, or somebody looks again: no reason to wait any longer.
    pub(crate) fn wake(self) {
        self.chat.with_value(|chat| chat.as_ref().map(Chat::wake));
    }

    /// Somebody looks at the page again, or stops looking.
    pub(crate) fn seen(self) {
        if document().hidden() {
            self.look_away();
            self.out_of_sight();
            self.leave();
        } else {
            self.look_at_calendar();
            self.wake();
            self.stirs();
            self.mark_read();
        }
    }

    /// The page may be gone in a moment.
    pub(crate) fn leave(self) {
        self.whisper(Input::Flush);
    }

    /// Lays the open room's rows out again.
    pub(crate) fn show_timeline(self) {
        let Some(room) = self.room.get_untracked() else {
            return;
        };
        self.chat.with_value(|chat| {
            if let Some(chat) = chat {
                self.timeline.show(chat, room, self.is_reading());
            }
        });
        self.follow_message();
        if self.timeline.takes_leave() {
            tell_anew(&self.language);
            tell_anew(&self.hand.row);
            tell_anew(&self.blocked);
        }
    }

    /// Makes it light or dark here from now on, and remembers.
    pub(crate) fn dress(self, theme: Theme) {
        preferences::set_theme(theme);
        self.theme.set(theme);
    }

    /// Follows the chat for as long as the page lives.
    pub(crate) async fn follow(self, chat: Chat) {
        let mut changes = chat.changes();
        self.open_some_room();
        self.show_timeline();
        while let Some(change) = changes.next().await {
            self.hear(change);
        }
    }

    pub(crate) fn hear(self, change: Change) {
        match change {
            Change::Connection => {
                self.heard.connection.notify();
                self.recognise();
                self.look_after_person();
                self.open_draft_of_nowhere();
                self.answer_refusal();
                self.look_after_blocked();
                self.look_after_allowance();
                self.look_after_end();
                self.offer_ownership();
                self.show_timeline();
                self.watch_presence();
                self.keep_members();
            }
            Change::Rooms => {
                self.heard.rooms.notify();
                self.open_some_room();
                self.show_timeline();
            }
            Change::Timeline(room) if Some(room) == self.room.get_untracked() => {
                self.show_timeline();
                self.look_for_sought();
            }
            Change::Timeline(_) => {}
            Change::Outbox => {
                self.heard.outbox.notify();
                self.look_after_allowance();
                self.follow_message();
            }
            Change::SignedOut(unsent) => self.signed_out_elsewhere(unsent),
            Change::Presence => {
                self.heard.presence.notify();
                self.watch_presence();
                self.list_who_came();
            }
            Change::Typing(_) => self.heard.typing.notify(),
            Change::Members(room) if Some(room) == self.room.get_untracked() => self.load_members(),
            Change::Members(_) => {}
            Change::Role(person, role) => self.member_has_role(person, role),
            Change::Notices => self.heard.notices.notify(),
            Change::Refused { refusal, .. } => self.refusal.set(Some(refusal)),
        }
        self.mark_read();
    }
}

/// Tells everybody who listens, and forgets them: a signal keeps those who are long gone, and whoever is there listens again
/// as they hear.
fn tell_anew(told: &(impl Notify + Source)) {
    told.notify();
    told.clear_subscribers();
}

/// Words made from what changes, as something a view can show; of one type, as [`Page::says`] is.
pub(crate) fn words(words: impl Fn() -> String + Send + Sync + 'static) -> Signal<String> {
    Signal::derive(words)
}

/// `0.25` as a person reads it: whole milliseconds.
pub(crate) fn milliseconds(duration: Duration) -> String {
    format!("{} ms", duration.as_millis())
}
