//! The form for a room's name and topic.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_client::link::{Ask, AskError};
use steadfast_shared::{ErrorCode, RoomName, Topic};

use crate::connection::context::ChatContext;
use crate::language::locale::Locale;
use crate::reactive::RwSignal;
use crate::rooms::phrases::NewRoomPhrases;

/// A form with a room's name and topic, and their errors.
#[derive(Clone, Copy)]
pub(crate) struct RoomForm {
    pub(crate) name: NodeRef<html::Input>,
    pub(crate) topic: NodeRef<html::Input>,
    pub(crate) about_name: RwSignal<Option<String>>,
    pub(crate) about_topic: RwSignal<Option<String>>,
    /// An error of neither field.
    pub(crate) trouble: RwSignal<Option<String>>,
    /// Whether a request is in flight.
    pub(crate) in_flight: RwSignal<bool>,
}

impl RoomForm {
    pub(crate) fn new() -> Self {
        Self {
            name: NodeRef::new(),
            topic: NodeRef::new(),
            about_name: RwSignal::new(None),
            about_topic: RwSignal::new(None),
            trouble: RwSignal::new(None),
            in_flight: RwSignal::new(false),
        }
    }

    /// The typed name and topic. Shows an error beside each field that is invalid.
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

    /// Sends a request, one at a time.
    pub(crate) fn send<A: Ask + 'static>(
        self,
        chat: ChatContext,
        request: A,
        done: impl FnOnce(A::Answer) + 'static,
    ) {
        if self.in_flight.get_untracked() {
            return;
        }
        self.in_flight.set(true);
        spawn_local(async move {
            let answer = chat.ask(request).await;
            self.in_flight.try_set(false);
            match answer {
                Ok(answer) => done(answer),
                Err(error) => {
                    let taken =
                        matches!(&error, AskError::Refused(why) if why.code == ErrorCode::RoomNameTaken);
                    let target = if taken { self.about_name } else { self.trouble };
                    chat.show_why(target, &error);
                }
            }
        });
    }
}
