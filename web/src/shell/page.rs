//! The page: every subject's context, and the contexts that each change of the session concerns.

use std::pin::pin;

use futures::future::{Either, select};
use futures::{FutureExt, StreamExt};
use leptos::prelude::*;
use steadfast_client::Change;
use steadfast_client::link::Chat;

use crate::account::context::AccountContext;
use crate::browser::frame::next_frame;
use crate::compose::context::ComposeContext;
use crate::connection::allowance::AllowanceContext;
use crate::connection::context::ChatContext;
use crate::lab::context::LabContext;
use crate::language::locale::Locale;
use crate::language::today::TodayContext;
use crate::navigation::context::NavigationContext;
use crate::people::context::PeopleContext;
use crate::rooms::context::RoomsContext;
use crate::shell::activity::Activity;
use crate::timeline::context::TimelineContext;
use crate::ui::appearance::Appearance;
use crate::ui::main_field::MainField;
use crate::ui::overlays::Overlays;
use crate::ui::toast::Toasts;

/// Every subject's context. A context knows only those above it in this list.
#[derive(Clone, Copy)]
pub(crate) struct PageContexts {
    pub(crate) locale: Locale,
    pub(crate) appearance: Appearance,
    pub(crate) today: TodayContext,
    pub(crate) chat: ChatContext,
    pub(crate) allowance: AllowanceContext,
    pub(crate) people: PeopleContext,
    pub(crate) rooms: RoomsContext,
    pub(crate) compose: ComposeContext,
    pub(crate) timeline: TimelineContext,
    pub(crate) navigation: NavigationContext,
    pub(crate) account: AccountContext,
    pub(crate) activity: Activity,
}

impl PageContexts {
    /// Provides each context, before anything is loaded.
    pub(crate) fn provide() -> Self {
        let locale = Locale::new();
        let toasts = Toasts::new(locale);
        let (overlays, field) = (Overlays::new(), MainField::new());
        let chat = ChatContext::new(locale);
        let people = PeopleContext::new(chat, locale, toasts);
        let rooms = RoomsContext::new(people, overlays, field);
        let compose = ComposeContext::new(rooms);
        let timeline = TimelineContext::new(compose);
        let navigation = NavigationContext::new(timeline);
        LabContext::new();
        Self {
            locale,
            appearance: Appearance::new(),
            today: TodayContext::new(),
            chat,
            allowance: AllowanceContext::new(chat),
            people,
            rooms,
            compose,
            timeline,
            navigation,
            account: AccountContext::new(navigation),
            activity: Activity::new(timeline),
        }
    }

    /// Handles the document becoming visible or hidden.
    pub(crate) fn visibility_changed(self) {
        if document().hidden() {
            self.timeline.on_blur();
            self.activity.hide();
            self.chat.flush();
        } else {
            self.today.check();
            self.chat.wake();
            self.activity.mark_active();
            self.timeline.mark_read();
        }
    }

    /// Starts the chat, and follows its changes while the page is open.
    pub(crate) async fn run(self) {
        if let Some(chat) = self.account.start().await {
            self.follow(chat).await;
        }
    }

    /// Applies the chat's changes: those of a frame together, so that however many arrive in it, the rows are laid out once. A
    /// change of the connection does not wait for the frame, nor does the first room.
    async fn follow(self, chat: Chat) {
        let mut changes = chat.changes();
        self.navigation.open_some_room();
        self.timeline.show();
        while let Some(first) = changes.next().await {
            let mut together = vec![first];
            while !together.is_empty() {
                // Before the rows are laid out: the read marker's own changes are then among these.
                self.timeline.mark_read();
                while let Some(Some(change)) = changes.next().now_or_never() {
                    together.push(change);
                }
                self.apply_all(&std::mem::take(&mut together));
                let mut frame = pin!(next_frame());
                while let Either::Right((Some(change), _)) = select(frame.as_mut(), changes.next()).await {
                    together.push(change);
                    if !change.waits_for_frame() || self.chat.room.get_untracked().is_none() {
                        break;
                    }
                }
            }
        }
    }

    fn apply_all(self, changes: &[Change]) {
        let (mut rows, mut window) = (false, false);
        for (at, &change) in changes.iter().enumerate() {
            if changes[..at].contains(&change) {
                continue;
            }
            rows |= matches!(change, Change::Connection | Change::Rooms);
            window |= match change {
                Change::Timeline(room) => Some(room) == self.chat.room.get_untracked(),
                _ => false,
            };
            self.apply(change);
        }
        if rows || window {
            self.timeline.show();
        }
        if window {
            self.timeline.complete_jump();
        }
        self.timeline.mark_read();
    }

    /// Applies a change to everything but the rows.
    fn apply(self, change: Change) {
        match change {
            Change::Connection => self.connection_changed(),
            Change::Rooms => {
                self.chat.changed.rooms.notify();
                self.navigation.open_some_room();
            }
            Change::Timeline(_) => {}
            Change::Outbox => {
                self.chat.changed.outbox.notify();
                self.allowance.refresh();
                self.compose.follow_message();
            }
            Change::SignedOut(unsent) => self.account.signed_out_elsewhere(unsent),
            Change::Presence => {
                self.chat.changed.presence.notify();
                self.people.watch_presence();
                self.people.list_newcomers();
            }
            Change::Typing(_) => self.chat.changed.typing.notify(),
            Change::Members(room) if Some(room) == self.chat.room.get_untracked() => {
                self.people.load_members();
            }
            Change::Members(_) => {}
            Change::Role(person, role) => self.people.set_role(person, role),
            Change::Notices => self.chat.changed.notices.notify(),
            Change::Refused { refusal, .. } => self.compose.refusal.set(Some(refusal)),
        }
    }

    fn connection_changed(self) {
        self.activity.follow_link();
        self.chat.clear_offline_troubles();
        self.chat.changed.connection.notify();
        self.account.recognise();
        self.account.follow_person();
        self.compose.open_draft_of_nowhere();
        self.account.answer_refusal();
        self.people.load_blocked();
        self.allowance.refresh();
        self.account.follow_end();
        self.account.offer_ownership();
        self.people.watch_presence();
        self.people.keep_members();
    }
}
