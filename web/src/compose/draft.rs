//! The draft of one room, as one record: the text, the message it replies to, the message it edits.
//!
//! Texts are in wire form, with people as ids. A quoted text is not stored: it is read from the log
//! whenever it is shown, so a deleted message disappears here, too.

use serde::Serialize;
use steadfast_shared::fields::{Field, FieldError, FromField};
use steadfast_shared::{EntryId, Person, Seq, record};

#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Draft {
    /// The message being written.
    pub text: String,
    pub reply_to: Option<Seq>,
    /// An edit of an earlier message; the message above waits until it is done.
    pub edit: Option<Edit>,
    /// The people mentioned, with the names they had: the draft stays readable even if they are not
    /// loaded.
    pub names: Vec<Person>,
}

record!(Draft { text or_default, reply_to, edit, names or_default });

/// A new text being written for an existing message.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Edit {
    pub of: EditTarget,
    /// The message's text when the edit began, or when its new text was last accepted.
    pub base: String,
    pub text: String,
    #[serde(skip)]
    pub conflict: EditConflict,
}

impl FromField for Edit {
    fn from_field(field: Field) -> Result<Self, FieldError> {
        let mut fields = field.object()?;
        Ok(Self {
            of: fields.get("of")?,
            base: fields.get("base")?,
            text: fields.get("text")?,
            conflict: EditConflict::default(),
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EditTarget {
    /// A message in the log.
    Message(Seq),
    /// A refused outbox item.
    Item(EntryId),
}

impl FromField for EditTarget {
    fn from_field(field: Field) -> Result<Self, FieldError> {
        let (name, content) = field.variant()?;
        match name.as_str() {
            "message" => Seq::from_field(content).map(Self::Message),
            "item" => EntryId::from_field(content).map(Self::Item),
            _ => Err(FieldError::Word(name)),
        }
    }
}

/// What happened to a message since its edit began.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum EditConflict {
    /// No change is known.
    #[default]
    Unchanged,
    /// Its text is no longer the one the edit began with.
    Changed {
        to: String,
        /// Whether the person was warned when trying to send.
        warned: bool,
    },
    /// It was deleted, or can no longer be edited.
    Gone,
}

/// A message in the log, as far as this device has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LoggedText<'a> {
    Text(&'a str),
    Erased,
    /// It is not loaded.
    Unknown,
}

/// Why a draft is not sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Withheld {
    /// The message changed since the edit began; sending again replaces it.
    Changed,
    /// The message to edit is gone.
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

    /// Whether there is nothing worth storing.
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.reply_to.is_none() && self.edit.is_none()
    }

    /// Whether it contains text that exists nowhere else.
    pub fn has_words(&self) -> bool {
        !self.text.trim().is_empty() || self.is_edit_changed()
    }

    /// Whether discarding the edit would lose text.
    pub fn is_edit_changed(&self) -> bool {
        let edit = self.edit.as_ref();
        edit.is_some_and(|edit| edit.text != edit.base && !edit.text.trim().is_empty())
    }

    /// Starts an edit of a message whose text is `base`. Drops the previous edit: ask first if it
    /// is changed.
    pub fn begin_edit(&mut self, of: EditTarget, base: &str) {
        if self.edit.as_ref().is_some_and(|edit| edit.of == of) {
            return;
        }
        self.edit = Some(Edit {
            of,
            base: base.to_owned(),
            text: base.to_owned(),
            conflict: EditConflict::Unchanged,
        });
    }

    /// Starts a reply. Drops the edit: ask first if it is changed.
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

    /// Turns the edit's text into a message of its own.
    pub fn edit_to_message(&mut self) {
        if let Some(edit) = self.edit.take() {
            self.add(&edit.text);
        }
    }

    /// Takes in the edited message's state in the log. Returns whether the composer's text changed.
    pub fn follow(&mut self, logged: LoggedText<'_>) -> bool {
        let changed = self.is_edit_changed();
        let Some(edit) = &mut self.edit else { return false };
        match logged {
            LoggedText::Unknown => false,
            LoggedText::Erased if !changed => {
                self.edit = None;
                true
            }
            LoggedText::Erased => {
                // A deleted text is stored nowhere.
                edit.base.clear();
                edit.conflict = EditConflict::Gone;
                false
            }
            LoggedText::Text(text) if text == edit.base => {
                edit.conflict = EditConflict::Unchanged;
                false
            }
            LoggedText::Text(text) if !changed || text == edit.text => {
                let shown = edit.text != text;
                text.clone_into(&mut edit.base);
                text.clone_into(&mut edit.text);
                edit.conflict = EditConflict::Unchanged;
                shown
            }
            LoggedText::Text(text) => {
                let noted = matches!(&edit.conflict, EditConflict::Changed { to, .. } if to == text);
                if !noted {
                    edit.conflict = EditConflict::Changed {
                        to: text.to_owned(),
                        warned: false,
                    };
                }
                false
            }
        }
    }

    /// Takes over the message's new text.
    pub fn take_theirs(&mut self) {
        if let Some(edit) = &mut self.edit
            && let EditConflict::Changed { to, .. } = std::mem::take(&mut edit.conflict)
        {
            edit.base.clone_from(&to);
            edit.text = to;
        }
    }

    /// Whether it may be sent as it is. A change of the message is reported once; the next attempt
    /// goes through.
    ///
    /// # Errors [`Withheld`]
    pub fn may_send(&mut self) -> Result<(), Withheld> {
        match self.edit.as_mut().map(|edit| &mut edit.conflict) {
            Some(EditConflict::Gone) => Err(Withheld::Gone),
            Some(EditConflict::Changed { warned, .. }) if !*warned => {
                *warned = true;
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

    /// The draft after an epoch change: the messages it replied to and edited are gone, the text
    /// remains.
    pub fn in_another_epoch(mut self) -> Self {
        self.reply_to = None;
        if self.is_edit_changed() {
            self.edit_to_message();
        }
        self.edit = None;
        self
    }

    /// Appends a text that was written separately.
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
        assert!(!draft.follow(LoggedText::Text("one")));
        assert_eq!(draft.may_send(), Ok(()));
        assert!(!draft.follow(LoggedText::Text("ONE")), "what is typed stays");
        assert_eq!(draft.may_send(), Err(Withheld::Changed));
        assert_eq!(draft.may_send(), Ok(()), "warned once");
        assert!(!draft.follow(LoggedText::Text("ONE")));
        assert_eq!(draft.may_send(), Ok(()));
        assert!(!draft.follow(LoggedText::Text("ONE!")));
        assert_eq!(draft.may_send(), Err(Withheld::Changed), "another change");
        draft.take_theirs();
        assert_eq!((draft.current(), draft.is_edit_changed()), ("ONE!", false));
        assert_eq!(draft.may_send(), Ok(()));
    }

    #[test]
    fn fault_an_edit_nothing_was_typed_in_follows_the_message() {
        let mut draft = editing("one", "one");
        assert!(draft.follow(LoggedText::Text("ONE")));
        assert_eq!(draft.current(), "ONE");
        assert!(draft.follow(LoggedText::Erased));
        assert_eq!(draft.edit, None);
        assert_eq!(draft.current(), "meanwhile this");
    }

    #[test]
    fn fault_f08_a_deleted_message_leaves_only_ones_own_words_in_the_edit() {
        let mut draft = editing("secret", "not so secret");
        assert!(!draft.follow(LoggedText::Erased));
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
    fn a_message_that_is_not_loaded_changes_nothing() {
        let mut draft = editing("one", "two");
        assert!(!draft.follow(LoggedText::Unknown));
        assert_eq!(draft.may_send(), Ok(()));
    }

    #[test]
    fn in_another_epoch_only_the_text_remains() {
        let mut reply = draft("yes");
        reply.begin_reply(3);
        assert_eq!(reply.in_another_epoch(), draft("yes"));
        let edit = editing("one", "two").in_another_epoch();
        assert_eq!(edit, draft("meanwhile this\ntwo"));
        assert_eq!(editing("one", "one").in_another_epoch(), draft("meanwhile this"));
    }
}
