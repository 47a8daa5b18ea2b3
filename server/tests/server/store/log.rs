//! The log: appending and reading.

use steadfast_server::store::{EntryOutcome, NewEntry, ReadMark, Span, StoreError, StoreRefusal};
use steadfast_shared::{RoomId, UserId, limit};
use uuid::Uuid;

use super::Fixture;
use crate::support::body;
use crate::support::database::conformance;

async fn places_are_contiguous_from_1_in_the_order_given(fixture: Fixture) {
    let entries: Vec<NewEntry> = (0..5).map(|n| fixture.entry(&n.to_string())).collect();
    let outcomes = fixture.append(&entries[..3]).await;
    assert_eq!(outcomes[2], EntryOutcome::Stored { seq: 3, at: 7 });
    let appended = fixture.store.append(&entries[3..], 8).await.unwrap();
    assert_eq!(appended.outcomes[0], EntryOutcome::Stored { seq: 4, at: 8 });
    assert_eq!(
        (appended.logs[0].room, appended.logs[0].head),
        (fixture.general, 5)
    );
    assert_eq!(
        appended.logs[0]
            .fresh
            .iter()
            .map(|entry| entry.seq)
            .collect::<Vec<_>>(),
        [4, 5]
    );
    let page = fixture
        .store
        .page(fixture.general, Span::After(0), 100)
        .await
        .unwrap();
    let stored: Vec<_> = page.entries.iter().map(|entry| (entry.seq, entry.id)).collect();
    let expected: Vec<_> = (1..).zip(entries.iter().map(|entry| entry.id)).collect();
    assert_eq!(stored, expected);
    assert_eq!(page.entries[0].author, fixture.mina.person);
    assert_eq!(page.head, 5);
}

async fn a_repeat_gets_the_first_result_and_leaves_no_gap(fixture: Fixture) {
    let (first, second) = (fixture.entry("first"), fixture.entry("second"));
    fixture.append(std::slice::from_ref(&first)).await;
    let again = fixture
        .store
        .append(&[first.clone(), second.clone(), second, first], 9)
        .await
        .unwrap();
    assert_eq!(
        again.outcomes,
        [
            EntryOutcome::Repeat { seq: 1, at: 7 },
            EntryOutcome::Stored { seq: 2, at: 9 },
            EntryOutcome::Repeat { seq: 2, at: 9 },
            EntryOutcome::Repeat { seq: 1, at: 7 },
        ]
    );
    assert_eq!(fixture.seqs(Span::After(0), 100).await, [1, 2]);
}

async fn hole_15_the_same_id_with_another_body_or_room_is_a_conflict(fixture: Fixture) {
    let first = fixture.entry("first");
    fixture.append(std::slice::from_ref(&first)).await;
    let other_body = NewEntry {
        body: body("other"),
        ..first.clone()
    };
    let other_room = NewEntry {
        room: fixture.other,
        ..first.clone()
    };
    assert_eq!(
        fixture.append(&[other_body, other_room]).await,
        [
            EntryOutcome::Refused(StoreRefusal::Conflict),
            EntryOutcome::Refused(StoreRefusal::Conflict)
        ]
    );
    assert_eq!(fixture.seqs(Span::After(0), 100).await, [1]);
    assert_eq!(fixture.store.heads().await.unwrap()[&fixture.other], 0);
}

async fn hole_15_another_broken_constraint_is_not_taken_for_a_repeat(fixture: Fixture) {
    fixture.fill(1).await;
    // A head that lags behind its log: the next place is taken.
    fixture
        .database
        .run("update rooms set head = 0 where name = 'general'")
        .await;
    let refused = fixture.store.append(&[fixture.entry("second")], 7).await;
    assert!(matches!(refused, Err(StoreError::Rejected(_))), "{refused:?}");
    assert_eq!(fixture.seqs(Span::After(0), 100).await, [1]);
}

async fn hole_01_two_people_may_choose_the_same_id(fixture: Fixture) {
    let minas = fixture.entry("hi");
    let juns = NewEntry {
        author: fixture.jun.person.id,
        ..minas.clone()
    };
    assert_eq!(
        fixture.append(&[minas, juns]).await,
        [
            EntryOutcome::Stored { seq: 1, at: 7 },
            EntryOutcome::Stored { seq: 2, at: 7 }
        ]
    );
}

async fn rooms_one_is_not_in_are_unknown(fixture: Fixture) {
    let not_mine = NewEntry {
        author: fixture.jun.person.id,
        room: fixture.other,
        ..fixture.entry("hi")
    };
    let nowhere = NewEntry {
        room: RoomId(Uuid::now_v7()),
        ..fixture.entry("hi")
    };
    let nobody = NewEntry {
        author: UserId(Uuid::now_v7()),
        ..fixture.entry("hi")
    };
    assert_eq!(
        fixture
            .append(&[not_mine, nowhere, nobody, fixture.entry("hi")])
            .await,
        [
            EntryOutcome::Refused(StoreRefusal::UnknownRoom),
            EntryOutcome::Refused(StoreRefusal::UnknownRoom),
            EntryOutcome::Refused(StoreRefusal::UnknownRoom),
            EntryOutcome::Stored { seq: 1, at: 7 }
        ]
    );
}

async fn pages_ascend_without_a_gap_whichever_way_they_are_asked_for(fixture: Fixture) {
    fixture.fill(10).await;
    assert_eq!(fixture.seqs(Span::After(0), 3).await, [1, 2, 3]);
    assert_eq!(fixture.seqs(Span::After(8), 3).await, [9, 10]);
    assert_eq!(fixture.seqs(Span::After(10), 3).await, [0; 0]);
    assert_eq!(fixture.seqs(Span::Before(5), 3).await, [2, 3, 4]);
    assert_eq!(fixture.seqs(Span::Before(1), 3).await, [0; 0]);
    assert_eq!(fixture.seqs(Span::Newest, 3).await, [8, 9, 10]);
    assert_eq!(fixture.seqs(Span::After(u64::MAX), 3).await, [0; 0]);
}

async fn a_page_is_bounded_in_bytes(fixture: Fixture) {
    let long = "x".repeat(limit::MESSAGE_BYTES);
    let entries: Vec<NewEntry> = (0..40).map(|_| fixture.entry(&long)).collect();
    fixture.append(&entries).await;
    let fit = limit::PAGE_BYTES / limit::MESSAGE_BYTES;
    let newest = fixture.seqs(Span::Newest, 100).await;
    assert_eq!(newest, (41 - fit as u64..=40).collect::<Vec<_>>());
    assert_eq!(
        fixture.seqs(Span::After(0), 100).await,
        (1..=fit as u64).collect::<Vec<_>>()
    );
}

async fn a_read_mark_moves_forward_only_and_not_past_the_head(fixture: Fixture) {
    fixture.fill(10).await;
    let user = fixture.jun.person.id;
    let mark = |seq| ReadMark {
        user,
        room: fixture.general,
        seq,
    };
    for (seq, read, unread) in [(4, 4, 6), (2, 4, 6), (99, 10, 0)] {
        fixture.store.mark_read(&[mark(seq)]).await.unwrap();
        let rooms = fixture.store.rooms_of(user).await.unwrap();
        let general = rooms.iter().find(|room| room.id == fixture.general).unwrap();
        assert_eq!((general.head, general.read, general.unread), (10, read, unread));
    }
}

async fn ones_own_entries_are_never_unread(fixture: Fixture) {
    fixture.fill(3).await;
    let unread =
        |rooms: Vec<steadfast_shared::event::Room>| rooms.iter().map(|room| room.unread).sum::<u64>();
    assert_eq!(
        unread(fixture.store.rooms_of(fixture.mina.person.id).await.unwrap()),
        0
    );
    assert_eq!(
        unread(fixture.store.rooms_of(fixture.jun.person.id).await.unwrap()),
        3
    );
}

async fn an_entrys_time_is_never_before_that_of_the_entry_before_it(fixture: Fixture) {
    let entries: Vec<NewEntry> = (0..3).map(|n| fixture.entry(&n.to_string())).collect();
    // A clock that was set back, and one of another node that is behind.
    for (entry, at, stored_at) in [
        (&entries[0], 50, 50),
        (&entries[1], 20, 50),
        (&entries[2], 51, 51),
    ] {
        let appended = fixture
            .store
            .append(std::slice::from_ref(entry), at)
            .await
            .unwrap();
        let EntryOutcome::Stored { at, .. } = appended.outcomes[0] else {
            panic!("{:?}", appended.outcomes);
        };
        assert_eq!((at, appended.logs[0].fresh[0].at), (stored_at, stored_at));
    }
    let again = fixture
        .store
        .append(std::slice::from_ref(&entries[1]), 60)
        .await
        .unwrap();
    assert_eq!(again.outcomes, [EntryOutcome::Repeat { seq: 2, at: 50 }]);
}

conformance!(
    an_entrys_time_is_never_before_that_of_the_entry_before_it,
    places_are_contiguous_from_1_in_the_order_given,
    a_repeat_gets_the_first_result_and_leaves_no_gap,
    hole_15_the_same_id_with_another_body_or_room_is_a_conflict,
    hole_15_another_broken_constraint_is_not_taken_for_a_repeat,
    hole_01_two_people_may_choose_the_same_id,
    rooms_one_is_not_in_are_unknown,
    pages_ascend_without_a_gap_whichever_way_they_are_asked_for,
    a_page_is_bounded_in_bytes,
    a_read_mark_moves_forward_only_and_not_past_the_head,
    ones_own_entries_are_never_unread,
);
