//! Messages that were here and that a database which went back has no more: they are told until a person has seen which.

use steadfast_shared::limit::PAGE_ENTRIES;

use super::*;

fn lost(desk: &Desk) -> Vec<(Seq, String)> {
    let lost = desk.session.lost(ROOM);
    lost.map(|message| (message.seq, message.text.clone())).collect()
}

fn places(desk: &Desk) -> Vec<Seq> {
    lost(desk).into_iter().map(|(seq, _)| seq).collect()
}

/// The server has a log that ends at `head`, and not this device's cursor.
fn went_back(desk: &mut Desk, head: Seq) {
    desk.offline();
    desk.opened(Opened {
        reset: vec![ROOM],
        ..opened(1, head)
    });
}

#[test]
fn messages_after_the_place_to_which_the_database_went_back_are_lost() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=6, 2));
    assert!(lost(&desk).is_empty());
    went_back(&mut desk, 4);
    assert!(lost(&desk).is_empty(), "not before the log is here");
    let (page, _) = desk.pulls().remove(0);
    desk.page(page, entries(1..=4, 2).entries, 4);
    assert_eq!(places(&desk), [5, 6]);
    let of: Vec<_> = desk.session.lost(ROOM).map(|lost| lost.author.id).collect();
    assert_eq!(of, [person(2).id, person(2).id]);
    desk.receive(entries(5..=5, 3));
    assert_eq!(places(&desk), [5, 6], "something else is there by now");
    desk.input(Input::ForgetLost(ROOM));
    assert!(lost(&desk).is_empty());
    desk.receive(entries(6..=6, 3));
    assert!(lost(&desk).is_empty());
}

#[test]
fn another_message_in_the_same_place_shows_that_one_is_lost() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=6, 2));
    went_back(&mut desk, 9);
    let (page, _) = desk.pulls().remove(0);
    let mut log = entries(1..=3, 2).entries;
    log.extend(entries(4..=9, 3).entries);
    desk.page(page, log, 9);
    assert_eq!(places(&desk), [4, 5, 6]);
}

#[test]
fn a_message_that_is_sent_again_is_not_lost_and_neither_is_one_that_was_deleted() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=3, 2));
    desk.receive(Entries {
        room: ROOM,
        from: 4,
        entries: vec![
            entry_of(4, 1, id(1), "mine"),
            Entry::new(5, id(2), person(2), 1, Body::Delete { message: 3 }),
            entry_of(6, 2, id(3), "first"),
            Entry::new(
                7,
                id(4),
                person(2),
                1,
                Body::Edit {
                    message: 6,
                    text: text("edited"),
                },
            ),
        ],
    });
    went_back(&mut desk, 2);
    let (page, _) = desk.pulls().remove(0);
    desk.page(page, entries(1..=2, 2).entries, 2);
    let told = [(4, "mine".to_owned()), (6, "edited".to_owned())];
    assert_eq!(lost(&desk), told, "as it was shown last");
    desk.receive(Entries {
        room: ROOM,
        from: 3,
        entries: vec![entry_of(3, 1, id(1), "mine")],
    });
    assert_eq!(places(&desk), [6]);
}

#[test]
fn a_backup_in_an_epoch_of_its_own_loses_messages_as_well() {
    let later = Epoch(Uuid::from_u128(0xEE));
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=6, 2));
    desk.offline();
    desk.input(Input::SignedIn(SessionInfo::new(person(1), later)));
    desk.opened(Opened {
        epoch: later,
        ..opened(1, 4)
    });
    let (page, _) = desk.pulls().remove(0);
    desk.page(page, entries(1..=4, 2).entries, 4);
    assert_eq!(places(&desk), [5, 6]);

    // To somebody else nothing is told of it.
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=6, 2));
    desk.offline();
    desk.input(Input::SignedIn(SessionInfo::new(person(11), later)));
    desk.opened(Opened {
        epoch: later,
        ..opened(11, 4)
    });
    let (page, _) = desk.pulls().remove(0);
    desk.page(page, entries(1..=4, 2).entries, 4);
    assert!(lost(&desk).is_empty());
}

#[test]
fn so_many_lost_messages_are_remembered_and_no_more() {
    let mut desk = Desk::new(1);
    desk.online(0);
    desk.receive(entries(1..=400, 2));
    for _ in 0..3 {
        went_back(&mut desk, 1);
        let (page, _) = desk.pulls().remove(0);
        desk.page(page, entries(1..=1, 2).entries, 1);
        desk.receive(entries(2..=300, 3));
    }
    assert!(lost(&desk).len() <= PAGE_ENTRIES);
}
