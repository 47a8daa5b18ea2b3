//! A room's name and topic, as a person types them.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::link::{Ask, AskError};
use steadfast_shared::{ErrorCode, RoomName, Topic};

use crate::connection::context::ChatContext;
use crate::language::locale::Locale;
use crate::rooms::phrases::NewRoomPhrases;

/// A form with a room's name and topic, and their faults.
#[derive(Clone, Copy)]
pub(crate) struct RoomForm {
    pub(crate) name: NodeRef<html::Input>,
    pub(crate) topic: NodeRef<html::Input>,
    pub(crate) about_name: RwSignal<Option<String>>,
    pub(crate) about_topic: RwSignal<Option<String>>,
    /// A fault of neither of them.
    pub(crate) trouble: RwSignal<Option<String>>,
    /// Whether the server is being asked.
    pub(crate) under_way: RwSignal<bool>,
}

impl RoomForm {
    pub(crate) fn new() -> Self {
        Self {
            name: NodeRef::new(),
            topic: NodeRef::new(),
            about_name: RwSignal::new(None),
            about_topic: RwSignal::new(None),
            trouble: RwSignal::new(None),
            under_way: RwSignal::new(false),
        }
    }

    /// The typed name and topic. Says beside each field why it will not do.
    pub(crate) fn typed(self, locale: Locale) -> Option<(RoomName, Topic)> {
        let typed = |input: NodeRef<html::Input>| {
            let input = input.get_untracked();
            input.map(|input| input.value()).unwrap_or_default()
        };
        let refused = |error| (NewRoomPhrases::of(locale.language()).refused)(error);
        let (name, topic) = (
            RoomName::parse(&typed(self.name)),
            Topic::parse(&typed(self.topic)),
        );
        self.about_name
            .set(name.as_ref().err().map(|error| refused(*error)));
        self.about_topic
            .set(topic.as_ref().err().map(|error| refused(*error)));
        self.trouble.set(None);
        Some((name.ok()?, topic.ok()?))
    }

    /// Asks the server, for one thing at a time.
    pub(crate) fn ask<A: Ask + 'static>(
        self,
        chat: ChatContext,
        asked: A,
        done: impl FnOnce(A::Answer) + 'static,
    ) {
        if self.under_way.get_untracked() {
            return;
        }
        self.under_way.set(true);
        spawn_local(async move {
            let answer = chat.ask(asked).await;
            self.under_way.try_set(false);
            match answer {
                Ok(answer) => done(answer),
                Err(error) => {
                    let taken =
                        matches!(&error, AskError::Refused(why) if why.code == ErrorCode::RoomNameTaken);
                    let said = if taken { self.about_name } else { self.trouble };
                    said.try_set(Some(chat.why(&error)));
                }
            }
        });
    }
}
