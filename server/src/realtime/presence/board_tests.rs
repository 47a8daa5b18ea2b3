use super::*;

fn person(nth: u128) -> Person {
    Person {
        id: UserId(Uuid::from_u128(nth)),
        name: format!("p{nth}"),
    }
}

fn room(nth: u128) -> RoomId {
    RoomId(Uuid::from_u128(nth))
}

const OTHER: Node = Uuid::from_u128(7);

/// A board with one watcher who is no other person on it.
fn watched(rooms: &[u128], people: &[u128]) -> (Board, Sid) {
    let mut board = Board::default();
    let sid = Sid::new();
    let update = board.watch(
        sid,
        person(1_000_000).id,
        rooms.iter().copied().map(room),
        people.iter().map(|nth| person(*nth).id),
    );
    assert_eq!(update, Watched::default());
    board.open(sid);
    (board, sid)
}

fn comes(board: &mut Board, nth: u128, rooms: &[u128]) {
    let rooms = rooms.iter().copied().map(room);
    board.arrive(HERE, &person(nth), Availability::Online, rooms);
}

fn news(board: &mut Board, sid: Sid) -> Option<Watched> {
    let update = board.take().into_iter().find(|(id, _)| *id == sid)?.1;
    match update {
        WatcherUpdate::Watched(watched) => Some(watched),
        WatcherUpdate::One(one) => panic!("{one:?}"),
    }
}

fn states(update: &Watched) -> Vec<(&str, Availability)> {
    let people = update.people.iter();
    people
        .map(|presence| (presence.person.name.as_str(), presence.state))
        .collect()
}

#[test]
fn several_who_come_are_told_together_to_those_who_watch_their_room() {
    let (mut board, sid) = watched(&[1], &[]);
    comes(&mut board, 1, &[1]);
    comes(&mut board, 2, &[1, 2]);
    comes(&mut board, 3, &[2]);
    let update = news(&mut board, sid).unwrap();
    assert_eq!(
        states(&update),
        [("p1", Availability::Online), ("p2", Availability::Online)]
    );
    assert_eq!(news(&mut board, sid), None, "once");
}

#[test]
fn of_what_changes_between_two_deliveries_the_last_word_counts() {
    let (mut board, sid) = watched(&[1], &[]);
    comes(&mut board, 1, &[1]);
    board.set(HERE, person(1).id, Availability::Away);
    board.set(HERE, person(1).id, Availability::Offline);
    let update = news(&mut board, sid).unwrap();
    assert_eq!(states(&update), [("p1", Availability::Offline)]);
    assert_eq!(
        board.rooms.len() + board.people.len(),
        0,
        "people who left are forgotten"
    );
}

#[test]
fn somebody_is_there_where_they_are_there_on_any_node() {
    let (mut board, sid) = watched(&[], &[1]);
    comes(&mut board, 1, &[1]);
    board.arrive(OTHER, &person(1), Availability::Away, [room(1)]);
    news(&mut board, sid).unwrap();
    board.set(HERE, person(1).id, Availability::Offline);
    assert_eq!(
        states(&news(&mut board, sid).unwrap()),
        [("p1", Availability::Away)]
    );
    comes(&mut board, 1, &[1]);
    assert_eq!(
        states(&news(&mut board, sid).unwrap()),
        [("p1", Availability::Online)]
    );
    board.set(OTHER, person(1).id, Availability::Offline);
    assert_eq!(news(&mut board, sid), None, "still at the other node");
    board.set(HERE, person(1).id, Availability::Offline);
    assert_eq!(
        states(&news(&mut board, sid).unwrap()),
        [("p1", Availability::Offline)]
    );
}

#[test]
fn of_a_crowd_the_number_is_told_and_who_is_watched_by_name() {
    let most = limit::CROWD as u128;
    let (mut board, sid) = watched(&[1], &[3]);
    for nth in 0..=most {
        comes(&mut board, nth, &[1]);
    }
    let update = news(&mut board, sid).unwrap();
    let number = |here, crowd| Crowd {
        room: room(1),
        here,
        crowd,
    };
    assert_eq!(update.rooms, [number(51, true)]);
    comes(&mut board, most + 1, &[1]);
    let update = news(&mut board, sid).unwrap();
    assert_eq!((update.people.len(), update.rooms), (0, vec![number(52, true)]));
    board.set(HERE, person(3).id, Availability::Away);
    assert_eq!(
        states(&news(&mut board, sid).unwrap()),
        [("p3", Availability::Away)]
    );
    // One person who comes and goes does not cause everybody to be sent again.
    for _ in 0..3 {
        board.set(HERE, person(0).id, Availability::Offline);
        comes(&mut board, 0, &[1]);
        assert_eq!(news(&mut board, sid).unwrap().people.len(), 0);
    }
    let other = Sid::new();
    let update = board.watch(other, person(0).id, [room(1)], [person(3).id]);
    assert_eq!((update.rooms, update.people.len()), (vec![number(52, true)], 1));
    // Once it is clearly smaller it is no crowd any more: then all members are sent.
    for nth in 10..22 {
        board.set(HERE, person(nth).id, Availability::Offline);
    }
    let update = news(&mut board, sid).unwrap();
    assert_eq!(update.rooms, [number(40, false)]);
    let there = update
        .people
        .iter()
        .filter(|one| one.state != Availability::Offline);
    assert_eq!(there.count(), 40);
}

#[test]
fn nothing_is_told_of_a_room_after_its_watcher_has_left_it() {
    let (mut board, sid) = watched(&[1], &[]);
    comes(&mut board, 1, &[1]);
    news(&mut board, sid);
    board.leave_room(room(1), person(1_000_000).id, &[sid]);
    comes(&mut board, 2, &[1]);
    assert_eq!(news(&mut board, sid), None);
    assert!(board.of_room.is_empty());
}

#[test]
fn who_comes_into_a_watched_room_while_there_is_told() {
    let (mut board, sid) = watched(&[1], &[]);
    comes(&mut board, 1, &[2]);
    assert_eq!(news(&mut board, sid), None);
    board.join(room(1), person(1).id, &[]);
    assert_eq!(
        states(&news(&mut board, sid).unwrap()),
        [("p1", Availability::Online)]
    );
    board.rename(&Person {
        name: "q".into(),
        ..person(1)
    });
    assert_eq!(
        states(&news(&mut board, sid).unwrap()),
        [("q", Availability::Online)]
    );
}

#[test]
fn nobody_is_told_of_themselves_nor_before_what_they_were_told_first() {
    let mut board = Board::default();
    let sid = Sid::new();
    comes(&mut board, 1, &[1]);
    let update = board.watch(sid, person(1).id, [room(1)], []);
    assert_eq!(states(&update), [("p1", Availability::Online)]);
    board.set(HERE, person(1).id, Availability::Away);
    comes(&mut board, 2, &[1]);
    assert_eq!(
        news(&mut board, sid),
        None,
        "the first response has not been sent"
    );
    board.open(sid);
    assert_eq!(
        states(&news(&mut board, sid).unwrap()),
        [("p2", Availability::Online)]
    );
}

#[test]
fn who_watches_nothing_is_told_of_one_at_a_time() {
    let mut board = Board::default();
    let sid = Sid::new();
    board.watch_all(sid, person(9).id, [room(1)]);
    board.open(sid);
    for nth in 1..=3 {
        comes(&mut board, nth, &[1]);
    }
    comes(&mut board, 4, &[2]);
    board.join(room(2), person(9).id, &[sid]);
    board.set(HERE, person(4).id, Availability::Away);
    let mut update = Vec::new();
    while let Some((_, WatcherUpdate::One(presence))) = board.take().pop() {
        update.push(presence.person.name);
    }
    assert_eq!(update, ["p1", "p2", "p3", "p4"]);
    assert!(!board.is_pending());
}

#[test]
fn what_a_socket_had_no_place_for_is_told_later_and_a_watcher_that_is_gone_leaves_nothing() {
    let (mut board, sid) = watched(&[1], &[5]);
    comes(&mut board, 1, &[1]);
    let (_, update) = board.take().pop().unwrap();
    board.put_back(sid, update);
    board.set(HERE, person(1).id, Availability::Away);
    assert_eq!(
        states(&news(&mut board, sid).unwrap()),
        [("p1", Availability::Away)]
    );
    comes(&mut board, 2, &[1]);
    let (_, update) = board.take().pop().unwrap();
    board.forget(sid);
    board.put_back(sid, update);
    assert!(!board.is_pending() && board.watchers.is_empty());
    assert!(board.of_room.is_empty() && board.of_person.is_empty());
}
