//! The draft of one room, as one record: the text, the message it replies to, the message it edits.
//!
//! Texts are in the form that is sent, people by their ids. A quoted text is not kept: it is read from the log whenever it
//! is shown, so that a deleted message is gone here, too.

use serde::{Deserialize, Serialize};
use steadfast_shared::{EntryId, Person, Seq};

/// The draft of one room.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// The message being written.
    pub text: String,
    /// The message it replies to.
    pub reply_to: Option<Seq>,
    /// Another text being written for an earlier message; the message above waits meanwhile.
    pub edit: Option<Edit>,
    /// The people named in it, by the names they had: it stays readable where nothing else is known of them.
    pub names: Vec<Person>,
}

/// Another text being written for something said before.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Edit {
    pub of: EditTarget,
    /// Its text when the edit began, or since its new text was accepted.
    pub base: String,
    pub text: String,
    #[serde(skip)]
    pub meanwhile: Meanwhile,
}

/// The target of an edit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EditTarget {
    /// A message in the log.
    Message(Seq),
    /// An outbox item that was refused.
    Item(EntryId),
}

/// The fate of a message while another text was written for it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Meanwhile {
    /// Nothing that is known.
    #[default]
    Nothing,
    /// It says something else than when the edit began.
    Changed {
        to: String,
        /// Whether the person has tried to send, and was told.
        told: bool,
    },
    /// It was deleted, or is no longer there to be edited.
    Gone,
}

/// A message in the log, as far as it is held here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Said<'a> {
    Text(&'a str),
    Erased,
    /// It is not held.
    Unknown,
}

/// Why a draft is not sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Withheld {
    /// The message was changed meanwhile; sending once more replaces it.
    Changed,
    /// The message to be edited is gone.
    Gone,
}

impl Draft {
    /// The text in the composer.
    pub fn current(&self) -> &str {
        self.edit.as_ref().map_or(&self.text, |edit| &edit.text)
    }

    /// Takes in the composer's text.
    pub fn typed(&mut self, wire: &str) {
        let text = self.edit.as_mut().map_or(&mut self.text, |edit| &mut edit.text);
        wire.clone_into(text);
    }

    /// Whether there is nothing worth keeping.
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.reply_to.is_none() && self.edit.is_none()
    }

    /// Whether a person's words are in it that are nowhere else.
    pub fn has_words(&self) -> bool {
        !self.text.trim().is_empty() || self.is_edit_changed()
    }

    /// Whether leaving the edit would lose words.
    pub fn is_edit_changed(&self) -> bool {
        let edit = self.edit.as_ref();
        edit.is_some_and(|edit| edit.text != edit.base && !edit.text.trim().is_empty())
    }

    /// Begins an edit of something that says `base`. The edit before is dropped: ask first where it is changed.
    pub fn begin_edit(&mut self, of: EditTarget, base: &str) {
        if self.edit.as_ref().is_some_and(|edit| edit.of == of) {
            return;
        }
        self.edit = Some(Edit {
            of,
            base: base.to_owned(),
            text: base.to_owned(),
            meanwhile: Meanwhile::Nothing,
        });
    }

    /// Begins a reply. The edit before is dropped: ask first where it is changed.
    pub fn begin_reply(&mut self, to: Seq) {
        self.edit = None;
        self.reply_to = Some(to);
    }

    /// Drops the edit, or else the reply; the message's text stays.
    pub fn cancel(&mut self) {
        if self.edit.take().is_none() {
            self.reply_to = None;
        }
    }

    /// A text written for a message becomes a message of its own.
    pub fn edit_to_message(&mut self) {
        if let Some(edit) = self.edit.take() {
            self.add(&edit.text);
        }
    }

    /// Takes in the log's state of the message that is edited. Says whether the composer's text is another one.
    pub fn follow(&mut self, said: Said<'_>) -> bool {
        let changed = self.is_edit_changed();
        let Some(edit) = &mut self.edit else { return false };
        match said {
            Said::Unknown => false,
            Said::Erased if !changed => {
                self.edit = None;
                true
            }
            Said::Erased => {
                // A text that was deleted is kept nowhere.
                edit.base.clear();
                edit.meanwhile = Meanwhile::Gone;
                false
            }
            Said::Text(text) if text == edit.base => {
                edit.meanwhile = Meanwhile::Nothing;
                false
            }
            Said::Text(text) if !changed || text == edit.text => {
                let shown = edit.text != text;
                text.clone_into(&mut edit.base);
                text.clone_into(&mut edit.text);
                edit.meanwhile = Meanwhile::Nothing;
                shown
            }
            Said::Text(text) => {
                let known = matches!(&edit.meanwhile, Meanwhile::Changed { to, .. } if to == text);
                if !known {
                    edit.meanwhile = Meanwhile::Changed {
                        to: text.to_owned(),
                        told: false,
                    };
                }
                false
            }
        }
    }

    /// Takes the text that the message has meanwhile.
    pub fn take_theirs(&mut self) {
        if let Some(edit) = &mut self.edit
            && let Meanwhile::Changed { to, .. } = std::mem::take(&mut edit.meanwhile)
        {
            edit.base.clone_from(&to);
            edit.text = to;
        }
    }

    /// Whether it may be sent as it stands. A change of the message is told once, and the next try goes on.
    ///
    /// # Errors
    /// [`Withheld`]
    pub fn may_send(&mut self) -> Result<(), Withheld> {
        match self.edit.as_mut().map(|edit| &mut edit.meanwhile) {
            Some(Meanwhile::Gone) => Err(Withheld::Gone),
            Some(Meanwhile::Changed { told, .. }) if !*told => {
                *told = true;
                Err(Withheld::Changed)
            }
            _ => Ok(()),
        }
    }

    /// The rest of the draft, once the composer's text was sent.
    pub fn after_sending(&self) -> Self {
        if self.edit.is_some() {
            Self {
                edit: None,
                ..self.clone()
            }
        } else {
            Self::default()
        }
    }

    /// In another life of the database: the messages it replied to and edited are gone, the words are not.
    pub fn in_another_epoch(mut self) -> Self {
        self.reply_to = None;
        if self.is_edit_changed() {
            self.edit_to_message();
        }
        self.edit = None;
        self
    }

    /// Adds a text that was written apart from it.
    pub fn add(&mut self, text: &str) {
        if text.trim().is_empty() || self.text == text {
            return;
        }
        if !self.text.trim().is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(text: &str) -> Draft {
        Draft {
            text: text.to_owned(),
            ..Draft::default()
        }
    }

    fn editing(base: &str, typed: &str) -> Draft {
        let mut draft = draft("meanwhile this");
        draft.begin_edit(EditTarget::Message(7), base);
        draft.typed(typed);
        draft
    }

    #[test]
    fn fault_f09_a_reply_and_its_text_are_one_record() {
        let mut draft = draft("yes, ");
        draft.begin_reply(3);
        draft.typed("yes, please");
        let text = serde_json::to_string(&draft).unwrap();
        assert_eq!(serde_json::from_str::<Draft>(&text).unwrap(), draft);
        assert_eq!(draft.reply_to, Some(3));
        draft.cancel();
        assert_eq!((draft.reply_to, draft.current()), (None, "yes, please"));
        draft.begin_reply(3);
        assert_eq!(draft.after_sending(), Draft::default());
    }

    #[test]
    fn fault_f10_an_edit_is_kept_beside_the_message_that_waits() {
        let mut draft = editing("ground", "ground coffee");
        let text = serde_json::to_string(&draft).unwrap();
        let mut read: Draft = serde_json::from_str(&text).unwrap();
        assert_eq!(read, draft);
        assert_eq!(read.current(), "ground coffee");
        assert!(read.is_edit_changed());
        assert_eq!(read.after_sending().current(), "meanwhile this");
        read.cancel();
        assert_eq!(read.current(), "meanwhile this");
        draft.typed("ground");
        assert!(!draft.is_edit_changed(), "nothing to ask for");
        draft.begin_edit(EditTarget::Message(7), "ground");
        assert_eq!(draft.current(), "ground");
    }

    #[test]
    fn fault_an_edit_from_another_device_is_told_of_before_it_is_overwritten() {
        let mut draft = editing("one", "one and two");
        assert!(!draft.follow(Said::Text("one")));
        assert_eq!(draft.may_send(), Ok(()));
        assert!(!draft.follow(Said::Text("ONE")), "what is typed stays");
        assert_eq!(draft.may_send(), Err(Withheld::Changed));
        assert_eq!(draft.may_send(), Ok(()), "told once");
        assert!(!draft.follow(Said::Text("ONE")));
        assert_eq!(draft.may_send(), Ok(()));
        assert!(!draft.follow(Said::Text("ONE!")));
        assert_eq!(draft.may_send(), Err(Withheld::Changed), "another change");
        draft.take_theirs();
        assert_eq!((draft.current(), draft.is_edit_changed()), ("ONE!", false));
        assert_eq!(draft.may_send(), Ok(()));
    }

    #[test]
    fn fault_an_edit_nothing_was_typed_in_follows_the_message() {
        let mut draft = editing("one", "one");
        assert!(draft.follow(Said::Text("ONE")));
        assert_eq!(draft.current(), "ONE");
        assert!(draft.follow(Said::Erased));
        assert_eq!(draft.edit, None);
        assert_eq!(draft.current(), "meanwhile this");
    }

    #[test]
    fn fault_f08_a_deleted_message_leaves_only_ones_own_words_in_the_edit() {
        let mut draft = editing("secret", "not so secret");
        assert!(!draft.follow(Said::Erased));
        assert_eq!(draft.may_send(), Err(Withheld::Gone));
        assert_eq!(
            draft.may_send(),
            Err(Withheld::Gone),
            "there is nothing to replace"
        );
        assert_eq!(draft.edit.as_ref().unwrap().base, "");
        draft.edit_to_message();
        assert_eq!(draft.current(), "meanwhile this\nnot so secret");
    }

    #[test]
    fn what_is_not_held_changes_nothing() {
        let mut draft = editing("one", "two");
        assert!(!draft.follow(Said::Unknown));
        assert_eq!(draft.may_send(), Ok(()));
    }

    #[test]
    fn in_another_epoch_only_the_words_are_left() {
        let mut reply = draft("yes");
        reply.begin_reply(3);
        assert_eq!(reply.in_another_epoch(), draft("yes"));
        let edit = editing("one", "two").in_another_epoch();
        assert_eq!(edit, draft("meanwhile this\ntwo"));
        assert_eq!(editing("one", "one").in_another_epoch(), draft("meanwhile this"));
    }
}
