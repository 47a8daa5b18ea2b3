//! Whose presence is shown: the requests to the server, and the effects of its answers.

use steadfast_shared::event::{Crowd, Watch, Watched};

use super::*;

const OTHER: RoomId = RoomId(Uuid::from_u128(0xB));

fn there(n: u128) -> Presence {
    Presence {
        person: person(n),
        state: Availability::Online,
    }
}

fn watched(people: &[u128]) -> Watched {
    Watched {
        people: people.iter().copied().map(there).collect(),
        rooms: Vec::new(),
    }
}

/// A session with a direct conversation with person 5, whose CONNECT has been sent.
fn open(desk: &mut Desk, told: Option<Watched>) {
    let _auth = desk.session.auth();
    let mut opened = Opened {
        watched: told,
        ..opened(desk.me, 0)
    };
    let direct = Room {
        with: vec![person(5)],
        ..Room::new(OTHER, "")
    };
    opened.rooms.push(direct);
    desk.opened(opened);
}

fn asked(desk: &mut Desk) -> Vec<(RequestId, Watch)> {
    desk.take(|output| match output {
        Output::Request {
            request,
            ask: Request::Watch(watch),
            ..
        } => Some((*request, watch.clone())),
        _ => None,
    })
}

fn shows(desk: &mut Desk, rooms: &[RoomId], people: &[u128]) {
    desk.input(Input::Watch {
        rooms: rooms.to_vec(),
        people: people.iter().map(|n| person(*n).id).collect(),
    });
}

fn here(desk: &Desk) -> Vec<u128> {
    let people = desk.session.people().here().iter();
    people.map(|presence| presence.person.id.0.as_u128()).collect()
}

#[test]
fn the_server_is_asked_to_watch_what_is_shown_and_once() {
    let mut desk = Desk::new(1);
    shows(&mut desk, &[ROOM], &[]);
    open(&mut desk, Some(watched(&[])));
    // The direct conversation was not known at CONNECT, nor was the room.
    let (request, watch) = asked(&mut desk).remove(0);
    assert_eq!((watch.rooms, watch.people), (vec![ROOM], vec![person(5).id]));
    desk.answer(request, Ok(Answer::Watch(Ok(watched(&[1, 2, 5])))));
    assert_eq!(here(&desk), [1, 2, 5]);
    desk.pass(Duration::from_secs(20));
    assert!(asked(&mut desk).is_empty(), "once");
    assert_eq!(
        desk.session.people().notices(ROOM).count(),
        0,
        "nobody has come: they are shown from here on"
    );

    // The people and rooms known by then go with the next CONNECT.
    desk.offline();
    let auth = desk.session.auth();
    assert_eq!(auth.watch.unwrap().people, [person(5).id]);
    open(&mut desk, Some(watched(&[2])));
    assert!(asked(&mut desk).is_empty());
    assert_eq!(here(&desk), [1, 2]);
}

#[test]
fn another_room_shown_is_watched_instead_and_what_is_heard_is_told_to_nobody_twice() {
    let mut desk = Desk::new(1);
    open(&mut desk, Some(watched(&[])));
    let (request, _) = asked(&mut desk).remove(0);
    shows(&mut desk, &[OTHER], &[7]);
    // One request at a time: the one under way is answered first.
    assert!(asked(&mut desk).is_empty());
    desk.answer(request, Ok(Answer::Watch(Ok(watched(&[2])))));
    let (request, watch) = asked(&mut desk).remove(0);
    assert_eq!(
        (watch.rooms, watch.people),
        (vec![OTHER], vec![person(5).id, person(7).id])
    );
    desk.answer(request, Ok(Answer::Watch(Ok(watched(&[7])))));
    assert_eq!(
        here(&desk),
        [1, 7],
        "who is watched no longer is not shown as there"
    );
    desk.event(ServerEvent::Watched(watched(&[5])));
    assert_eq!(here(&desk), [1, 5, 7]);
    assert_eq!(desk.session.people().notices(OTHER).count(), 1);
}

#[test]
fn a_room_that_becomes_a_crowd_is_watched_anew_so_that_nobody_stays_who_is_gone() {
    let mut desk = Desk::new(1);
    shows(&mut desk, &[ROOM], &[]);
    open(&mut desk, Some(watched(&[])));
    let (request, _) = asked(&mut desk).remove(0);
    desk.answer(request, Ok(Answer::Watch(Ok(watched(&[2, 3])))));
    let number = |here, crowd| Watched {
        people: Vec::new(),
        rooms: vec![Crowd {
            room: ROOM,
            here,
            crowd,
        }],
    };
    desk.event(ServerEvent::Watched(number(51, true)));
    assert_eq!(desk.session.people().crowd(ROOM), Some(51));
    let (request, _) = asked(&mut desk).remove(0);
    desk.answer(request, Ok(Answer::Watch(Ok(number(52, true)))));
    assert_eq!(
        (here(&desk), desk.session.people().crowd(ROOM)),
        (vec![1], Some(52))
    );
    desk.event(ServerEvent::Watched(number(53, true)));
    assert!(asked(&mut desk).is_empty(), "only as it becomes one");
    desk.event(ServerEvent::Watched(Watched {
        rooms: number(40, false).rooms,
        ..watched(&[2])
    }));
    assert_eq!(
        (here(&desk), desk.session.people().crowd(ROOM)),
        (vec![1, 2], None)
    );
}

#[test]
fn a_server_of_an_older_build_is_asked_nothing_and_one_that_refuses_later_again() {
    let mut desk = Desk::new(1);
    open(&mut desk, None);
    shows(&mut desk, &[ROOM], &[]);
    desk.event(ServerEvent::Presence(there(2)));
    desk.pass(Duration::from_secs(60));
    assert!(asked(&mut desk).is_empty());
    assert_eq!(here(&desk), [1, 2]);

    desk.offline();
    open(&mut desk, Some(watched(&[])));
    shows(&mut desk, &[], &[]);
    let (request, _) = asked(&mut desk).remove(0);
    let busy = WireError::new(ErrorCode::RateLimited, "later");
    desk.answer(request, Ok(Answer::Watch(Err(busy))));
    assert!(asked(&mut desk).is_empty(), "not at once");
    desk.pass(Duration::from_secs(6));
    assert_eq!(asked(&mut desk).len(), 1);
}
