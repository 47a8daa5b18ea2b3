//! The talk, and its outcome.

use std::collections::VecDeque;
use std::error::Error;

use steadfast_server::store::{EntryOutcome, NewEntry};
use steadfast_shared::{Body, Emoji, EntryId, MessageText, Millis, RoomId, Seq, TextError, UserId, mention};
use uuid::Builder;

use crate::chance::Chance;

/// How many of the newest messages are replied to and changed.
const RECENT: usize = 500;

const NAMES: [&str; 12] = [
    "Ara", "Bela", "Cleo", "Dara", "Emre", "Finn", "Gwen", "Hugo", "Iris", "Jana", "Kofi", "Lena",
];

const WORDS: [&str; 40] = [
    "the",
    "boat",
    "harbour",
    "is",
    "was",
    "late",
    "tonight",
    "we",
    "need",
    "rope",
    "and",
    "lamp",
    "oil",
    "who",
    "has",
    "a",
    "key",
    "to",
    "shed",
    "wind",
    "from",
    "north",
    "again",
    "bring",
    "coffee",
    "please",
    "at",
    "seven",
    "not",
    "before",
    "tide",
    "turns",
    "**now**",
    "`anchor`",
    "*maybe*",
    "내일",
    "배가",
    "들어와요",
    "좋아요",
    "🚢",
];

const EMOJIS: [&str; 6] = ["👍", "❤️", "😂", "🎉", "👀", "✅"];

/// So many nicknames, all different.
pub(crate) fn names(people: u32) -> impl Iterator<Item = String> {
    (0..people as usize).map(|nth| match (nth % NAMES.len(), nth / NAMES.len()) {
        (name, 0) => NAMES[name].to_owned(),
        (name, round) => format!("{} {}", NAMES[name], round + 1),
    })
}

/// The talk of one room.
pub(crate) struct Talk {
    room: RoomId,
    people: Vec<UserId>,
    speaker: UserId,
    /// Messages to be said in all.
    messages: u32,
    told: u32,
    recent: VecDeque<Said>,
    chance: Chance,
}

/// A message that is stored.
#[derive(Clone, Copy)]
struct Said {
    seq: Seq,
    author: UserId,
    nth: u32,
}

impl Talk {
    /// People, of whom there is one at least, are about to say so many messages.
    pub(crate) fn new(room: RoomId, people: Vec<UserId>, messages: u32, seed: u64) -> Self {
        Self {
            room,
            speaker: people[0],
            people,
            messages,
            told: 0,
            recent: VecDeque::new(),
            chance: Chance::new(seed),
        }
    }

    /// How many messages have been said.
    pub(crate) fn told(&self) -> u32 {
        self.told
    }

    /// The next messages, all at one moment; nothing once all is said.
    pub(crate) fn next(&mut self, most: usize, at: Millis) -> Result<Vec<NewEntry>, TextError> {
        let mut entries = Vec::with_capacity(most);
        while entries.len() < most && self.told < self.messages {
            if self.chance.percent(10)
                && let Some(change) = self.change(at)?
            {
                entries.push(change);
                continue;
            }
            if self.chance.percent(60) {
                self.speaker = self.chance.one_of(&self.people);
            }
            self.told += 1;
            let body = self.message(self.told)?;
            entries.push(self.entry(self.speaker, body, at));
        }
        Ok(entries)
    }

    /// Takes the places of stored entries. Fails where something was not stored.
    pub(crate) fn heard(
        &mut self,
        entries: &[NewEntry],
        outcomes: &[EntryOutcome],
    ) -> Result<(), Box<dyn Error>> {
        let mut nth = self.told - entries.iter().filter(|entry| entry.body.is_news()).count() as u32;
        for (entry, outcome) in entries.iter().zip(outcomes) {
            let EntryOutcome::Stored { seq, .. } = outcome else {
                return Err(format!("an entry was not stored: {outcome:?}").into());
            };
            if entry.body.is_news() {
                nth += 1;
                self.recent.push_back(Said {
                    seq: *seq,
                    author: entry.author,
                    nth,
                });
            }
        }
        while self.recent.len() > RECENT {
            self.recent.pop_front();
        }
        Ok(())
    }

    fn message(&mut self, nth: u32) -> Result<Body, TextError> {
        let reply_to = match self.chance.percent(8) {
            true => self.some_recent().map(|place| self.recent[place].seq),
            false => None,
        };
        let text = self.text(nth)?;
        Ok(Body::Message { text, reply_to })
    }

    /// An edit, a deletion or a reaction.
    fn change(&mut self, at: Millis) -> Result<Option<NewEntry>, TextError> {
        let Some(place) = self.some_recent() else {
            return Ok(None);
        };
        let Said { seq, author, nth } = self.recent[place];
        let (by, body) = match self.chance.below(100) {
            0..65 => {
                let emoji = Emoji::parse(self.chance.one_of(&EMOJIS))?;
                let (message, on) = (seq, self.chance.percent(90));
                (
                    self.chance.one_of(&self.people),
                    Body::React { message, emoji, on },
                )
            }
            65..92 => {
                let text = self.text(nth)?;
                (author, Body::Edit { message: seq, text })
            }
            _ => {
                self.recent.remove(place);
                (author, Body::Delete { message: seq })
            }
        };
        Ok(Some(self.entry(by, body, at)))
    }

    fn some_recent(&mut self) -> Option<usize> {
        (!self.recent.is_empty()).then(|| self.chance.below(self.recent.len()))
    }

    fn entry(&mut self, author: UserId, body: Body, at: Millis) -> NewEntry {
        let mut random = [0; 10];
        for byte in &mut random {
            *byte = self.chance.next().to_le_bytes()[0];
        }
        NewEntry {
            author,
            id: EntryId(Builder::from_unix_timestamp_millis(at, &random).into_uuid()),
            room: self.room,
            body,
            message_id: None,
            address: None,
        }
    }

    /// Mostly a line; now and then a paragraph, a list, a block of code, or several screens.
    fn text(&mut self, nth: u32) -> Result<MessageText, TextError> {
        let text = match self.chance.below(1_000) {
            0..700 => self.words(1, 12),
            700..900 => self.words(15, 60),
            900..930 => {
                let items: Vec<String> = (0..4).map(|_| format!("- {}", self.words(2, 8))).collect();
                format!("{}\n{}", self.words(2, 5), items.join("\n"))
            }
            930..950 => format!(
                "\n```\nlet {nth} = \"{}\";\n```\n{}",
                self.words(1, 5),
                self.words(3, 9)
            ),
            950..970 => format!("\n> {}\n\n{}", self.words(5, 20), self.words(3, 9)),
            970..985 => format!("https://example.org/log/{nth} {}", self.words(1, 5)),
            985..997 => {
                let mentioned = mention::written(self.chance.one_of(&self.people));
                format!("{mentioned} {}", self.words(2, 9))
            }
            _ => self.words(300, 1_200),
        };
        MessageText::parse(&format!("#{nth}: {text}"))
    }

    fn words(&mut self, least: usize, most: usize) -> String {
        let count = least + self.chance.below(most - least + 1);
        let words: Vec<&str> = (0..count).map(|_| self.chance.one_of(&WORDS)).collect();
        words.join(" ")
    }
}
