use proptest::prelude::*;
use steadfast_shared::{Emoji, EntryId, MessageText, Now, Person, Quoted, UserId};
use uuid::Uuid;

use super::*;

fn person(n: u8) -> Person {
    Person {
        id: UserId(Uuid::from_u128(u128::from(n))),
        name: format!("person {n}"),
    }
}

fn entry(seq: Seq, author: u8, body: Body) -> Entry {
    Entry::new(
        seq,
        EntryId(Uuid::from_u128(u128::from(seq))),
        person(author),
        seq,
        body,
    )
}

fn message(seq: Seq) -> Entry {
    entry(seq, 1, Body::message(text(&format!("message {seq}"))))
}

fn text(text: &str) -> MessageText {
    MessageText::parse(text).unwrap()
}

/// A change is of a message less than so many entries back, mostly of one of the last few.
const REACH: u64 = 250;
const NEAR: u64 = 12;

/// Something that comes into the log; a change is of the message so many entries back.
#[derive(Clone, Debug)]
pub(crate) enum Said {
    Message,
    Reply(u64),
    Edit(u64),
    Delete(u64),
    React(u64, u8, bool, u8),
}

fn back() -> impl Strategy<Value = u64> {
    prop_oneof![3 => 1..NEAR, 1 => 1..REACH]
}

pub(crate) fn said() -> impl Strategy<Value = Said> {
    prop_oneof![
        4 => Just(Said::Message),
        2 => back().prop_map(Said::Reply),
        2 => back().prop_map(Said::Edit),
        1 => back().prop_map(Said::Delete),
        6 => (back(), 0..3_u8, any::<bool>(), 1..4_u8).prop_map(|(back, emoji, on, by)| Said::React(back, emoji, on, by)),
    ]
}

/// The log, as it was written: a server takes changes only of messages that are not deleted.
pub(crate) fn log(said: Vec<Said>) -> Vec<Entry> {
    let mut log: Vec<Entry> = Vec::new();
    for said in said {
        let seq = log.len() as Seq + 1;
        let target = |back: u64| {
            let message = seq.checked_sub(back).filter(|seq| *seq > 0)?;
            let there = matches!(log[message as usize - 1].body, Body::Message { .. });
            let mut later = log[message as usize..].iter();
            let deleted = later.any(|entry| entry.body == Body::Delete { message });
            (there && !deleted).then_some(message)
        };
        let emoji = |n: u8| Emoji::parse(["👍", "❤️", "🎉"][usize::from(n)]).unwrap();
        let body = match said {
            Said::Message => None,
            // To one that was deleted, too.
            Said::Reply(back) => seq
                .checked_sub(back)
                .filter(|to| *to > 0 && log[*to as usize - 1].body.text().is_some())
                .filter(|to| log[*to as usize - 1].body.changes().is_none())
                .map(|to| Body::Message {
                    text: text(&format!("reply {seq}")),
                    reply_to: Some(to),
                }),
            Said::Edit(back) => target(back).map(|message| Body::Edit {
                message,
                text: text(&format!("edit {seq}")),
            }),
            Said::Delete(back) => target(back).map(|message| Body::Delete { message }),
            Said::React(back, n, on, _) => target(back).map(|message| Body::React {
                message,
                emoji: emoji(n),
                on,
            }),
        };
        let by = match said {
            Said::React(.., by) => by,
            _ => 1,
        };
        let mut entry = entry(seq, by, body.unwrap_or_else(|| message(seq).body));
        entry.quoted = quoted(&log, &entry, seq);
        log.push(entry);
    }
    log
}

/// The quote in an entry, when the log reaches to `as_of`.
fn quoted(log: &[Entry], entry: &Entry, as_of: Seq) -> Option<Box<Quoted>> {
    let Body::Message {
        reply_to: Some(seq), ..
    } = entry.body
    else {
        return None;
    };
    let mut text = log[seq as usize - 1].body.text();
    let until = log.iter().take(as_of as usize).skip(seq as usize);
    for change in until.take(REACH as usize) {
        match &change.body {
            Body::Edit {
                message,
                text: edited,
            } if *message == seq => text = Some(edited),
            Body::Delete { message } if *message == seq => text = None,
            _ => {}
        }
    }
    Some(Box::new(Quoted {
        seq,
        author: person(1),
        text: text.map(|text| Quoted::start_of(text.as_str()).to_owned()),
    }))
}

/// An entry as a server reads it from its store, when the log reaches to `as_of`.
pub(crate) fn read(log: &[Entry], seq: Seq, as_of: Seq) -> Entry {
    let mut entry = log[seq as usize - 1].clone();
    entry.quoted = quoted(log, &entry, as_of);
    let changes = |message: Seq| {
        let until = log[..as_of as usize].iter().skip(message as usize);
        until.take(REACH as usize).filter_map(move |entry| {
            let (of, change) = LogChange::of(entry)?;
            (of == message).then_some((entry.seq, change))
        })
    };
    let deleted = |message: Seq| changes(message).any(|(_, change)| change.deletes());
    match &entry.body {
        Body::Message { .. } if deleted(seq) => {
            entry.body = Body::Erased;
            entry.quoted = None;
        }
        Body::Edit { message, .. } if deleted(*message) => entry.body = Body::ErasedEdit,
        Body::Message { .. } => {
            let changes: Vec<_> = changes(seq).collect();
            let folded = fold(&entry, changes.iter().map(|(seq, change)| (*seq, change)));
            entry.now = folded.map(|folded| {
                Box::new(Now {
                    as_of,
                    edited: folded.edited,
                    reactions: folded.reactions,
                })
            });
        }
        _ => {}
    }
    entry
}

fn shown(window: &Window) -> Vec<(Seq, Body, Option<Folded>)> {
    let rows = window
        .entries()
        .iter()
        .filter(|entry| entry.body.changes().is_none());
    rows.map(|entry| {
        let folded = window.folded(entry.seq).cloned();
        let folded = folded.map(|folded| Folded {
            mentioned: vec![],
            ..folded
        });
        (entry.seq, entry.body.clone(), folded)
    })
    .collect()
}

proptest! {
    #[test]
    fn whatever_came_first_a_window_shows_the_whole_log_folded(
        said in prop::collection::vec(said(), 1..60),
        start in 0..60_usize,
        reads in prop::collection::vec((any::<bool>(), 1..8_usize, 0..60_u64), 0..60),
    ) {
        let log = log(said);
        let head = log.len();
        let start = start.min(head);
        let (mut low, mut high) = (start, start);
        let mut window = Window::default();
        // Pages of older entries and what is said meanwhile, in turns. A page is as new as the log was when it was read,
        // which may be ahead of this window or behind it.
        let mut steps = reads.into_iter();
        while low > 0 || high < head {
            let (older, many, ahead) = steps.next().unwrap_or((low > 0, 5, 0));
            if older && low > 0 {
                let from = low.saturating_sub(many);
                let as_of = (low as u64 + ahead).min(head as u64);
                window.push_oldest((from..low).map(|at| read(&log, at as Seq + 1, as_of)).collect());
                low = from;
            } else if high < head {
                for at in high..(high + many).min(head) {
                    // Live, or by a page that is ahead.
                    let as_of = (at as u64 + 1 + ahead).min(head as u64);
                    let live = ahead % 2 == 0;
                    window.push_newest(if live { log[at].clone() } else { read(&log, at as Seq + 1, as_of) });
                }
                high = (high + many).min(head);
            }
        }
        let whole: Window = log.iter().cloned().collect();
        prop_assert_eq!(shown(&window), shown(&whole));
        let server: Window = (1..=head as Seq).map(|seq| read(&log, seq, head as Seq)).collect();
        prop_assert_eq!(shown(&window), shown(&server));
    }

    #[test]
    fn what_is_let_go_leaves_nothing_behind(said in prop::collection::vec(said(), 1..60), many in 0..60_usize) {
        let log = log(said);
        let mut window: Window = log.iter().cloned().collect();
        window.drop_oldest(many);
        let low = window.low().unwrap_or(Seq::MAX);
        prop_assert!(window.folded.keys().all(|message| *message >= low));
        prop_assert!(window.changes.keys().all(|(_, change)| *change >= low));
    }
}

#[test]
fn a_deleted_text_is_held_nowhere() {
    let edit = Body::Edit {
        message: 1,
        text: text("edited secret"),
    };
    let mut reply = message(3);
    reply.quoted = Some(Box::new(Quoted {
        seq: 1,
        author: person(1),
        text: Some("secret".into()),
    }));
    let secret = entry(1, 1, Body::message(text("secret")));
    let mut window: Window = [secret, entry(2, 1, edit), reply].into_iter().collect();
    assert!(format!("{window:?}").contains("secret"));
    window.push_newest(entry(4, 1, Body::Delete { message: 1 }));
    assert!(!format!("{window:?}").contains("secret"), "{window:?}");
}

#[test]
fn a_change_ahead_of_a_gap_counts_in_its_place() {
    let react = |seq, by, on| {
        let emoji = Emoji::parse("👍").unwrap();
        entry(
            seq,
            by,
            Body::React {
                message: 1,
                emoji,
                on,
            },
        )
    };
    let mut window: Window = [message(1)].into_iter().collect();
    window.change(&react(4, 2, true));
    window.push_newest(react(2, 3, true));
    window.push_newest(react(3, 2, false));
    window.push_newest(react(4, 2, true));
    let by: Vec<_> = window.folded(1).unwrap().reactions[0]
        .by
        .iter()
        .map(|by| by.id)
        .collect();
    assert_eq!(by, [person(3).id, person(2).id]);
}
