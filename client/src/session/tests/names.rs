//! People's names, wherever they show.

use steadfast_shared::room::{MembershipUpdate, RoomUpdate};
use steadfast_shared::{Nickname, RoomKind, mention};

use super::changes::{body_entry, live, thumb};
use super::*;

fn called(n: u128, name: &str) -> Person {
    Person {
        name: name.into(),
        ..person(n)
    }
}

/// Person `n` takes another nickname.
fn renamed(seq: Seq, n: u128, name: &str) -> Entry {
    let nickname = |name: &str| Nickname::parse(name).unwrap();
    let body = Body::Nickname {
        name: nickname(name),
        was: nickname(&person(n).name),
    };
    Entry {
        author: called(n, name),
        ..body_entry(seq, n, 1_000 + u128::from(seq), body)
    }
}

/// Everywhere the room names person 2.
fn everywhere(desk: &Desk) -> Vec<String> {
    let second = person(2).id;
    let mut names = Vec::new();
    let mut add = |person: &Person| {
        if person.id == second {
            names.push(person.name.clone());
        }
    };
    let session = &desk.session;
    for row in session.timeline(ROOM).rows() {
        add(&row.author);
        row.mentioned.iter().for_each(&mut add);
        row.quoted.iter().for_each(|quoted| add(&quoted.author));
        for reaction in row.reactions {
            reaction.by.iter().for_each(&mut add);
        }
    }
    session.people().typing(ROOM).into_iter().for_each(&mut add);
    session
        .people()
        .here()
        .iter()
        .for_each(|presence| add(&presence.person));
    session
        .people()
        .notices(ROOM)
        .flat_map(|notice| &notice.people)
        .for_each(&mut add);
    session.rooms().flat_map(|room| room.with).for_each(&mut add);
    session.person(second).into_iter().for_each(&mut add);
    names
}

/// A room in which person 2 shows in every way there is.
fn talked_with_another() -> Desk {
    let mut desk = Desk::new(1);
    let direct = Room {
        kind: RoomKind::Direct,
        with: vec![person(2)],
        ..Room::new(RoomId(Uuid::from_u128(0xD)), "")
    };
    let mut first = opened(1, 0);
    first.rooms.push(direct);
    desk.opened(first);
    live(&mut desk, entry(1, 2));
    let hello = text(&format!("hello {}", mention::written(person(2).id)));
    let mut greeting = body_entry(
        2,
        1,
        52,
        Body::Message {
            text: hello,
            reply_to: Some(1),
        },
    );
    greeting.mentioned = vec![person(2)];
    live(&mut desk, greeting);
    live(&mut desk, body_entry(3, 2, 53, thumb(2, true).into()));
    desk.event(ServerEvent::Presence(Presence {
        person: person(2),
        state: Availability::Online,
    }));
    desk.event(ServerEvent::Members(MembershipUpdate {
        room: ROOM,
        person: person(2),
        joined: true,
    }));
    desk.event(ServerEvent::Typing(event::Typing {
        room: ROOM,
        person: person(2),
    }));
    desk
}

#[test]
fn a_new_nickname_is_known_everywhere_at_once() {
    let mut desk = talked_with_another();
    assert_eq!(everywhere(&desk), vec![person(2).name; 9]);
    live(&mut desk, renamed(4, 2, "mia"));
    assert_eq!(everywhere(&desk), ["mia"; 10], "and the line that says so");
    let said = desk.session.timeline(ROOM).message(4).unwrap().body;
    let [name, was] = ["mia", "person 2"].map(|name| Nickname::parse(name).unwrap());
    assert_eq!(said, Body::Nickname { name, was });
}

#[test]
fn who_is_renamed_in_no_room_of_ours_is_so_by_presence() {
    let mut desk = talked_with_another();
    desk.event(ServerEvent::Presence(Presence {
        person: called(2, "mia"),
        state: Availability::Online,
    }));
    assert_eq!(everywhere(&desk), ["mia"; 9]);
}

#[test]
fn a_page_asked_for_before_the_news_does_not_take_the_name_back() {
    let mut desk = Desk::new(1);
    desk.online(300);
    let (request, _) = desk.pulls().remove(0);
    live(&mut desk, renamed(301, 2, "mia"));
    desk.page(request, entries(201..=300, 2).entries, 300);
    assert!(
        everywhere(&desk).iter().all(|name| name == "mia"),
        "{:?}",
        everywhere(&desk)
    );
    desk.input(Input::WantOlder(ROOM));
    let (request, _) = desk.pulls().remove(0);
    let mut older = entries(101..=200, 2).entries;
    for entry in &mut older {
        entry.author = called(2, "mia again");
    }
    desk.page(request, older, 301);
    assert!(
        everywhere(&desk).iter().all(|name| name == "mia again"),
        "an old page has the names of when it is read"
    );
}

#[test]
fn a_name_taken_while_one_was_offline_is_known_from_whatever_comes() {
    let mut desk = talked_with_another();
    desk.input(Input::Flush);
    let disk = desk.disk.clone();
    for how in ["room", "presence", "page"] {
        let mut desk = Desk::restored(1, disk.clone());
        let mia = called(2, "mia");
        let mut back = opened(1, 2_000);
        if how == "room" {
            back.rooms[0].with = vec![mia.clone()];
        }
        if how == "presence" {
            let state = Availability::Away;
            back.online.push(Presence {
                person: mia.clone(),
                state,
            });
        }
        desk.opened(back);
        let (request, _) = desk.pulls().remove(0);
        let mut newest = entries(1_901..=2_000, 3).entries;
        if how == "page" {
            newest[0].author = mia;
        }
        desk.page(request, newest, 2_000);
        assert_eq!(desk.session.person(person(2).id).unwrap().name, "mia", "by {how}");
    }
}

#[test]
fn ones_own_new_name_is_ones_own_on_the_device_too() {
    let mut desk = Desk::new(1);
    desk.online(0);
    live(&mut desk, renamed(1, 1, "mia"));
    assert_eq!(desk.session.account().me().unwrap().name, "mia");
    assert_eq!(desk.disk.identity.as_ref().unwrap().me.name, "mia");
    desk.post(1);
    let row = desk.session.timeline(ROOM).rows().next_back().unwrap();
    assert_eq!((row.author.name.as_str(), row.mine), ("mia", true));
}

#[test]
fn a_direct_room_is_called_by_the_names_its_people_have() {
    let mut desk = talked_with_another();
    live(&mut desk, renamed(4, 2, "mia"));
    let direct = Room {
        kind: RoomKind::Direct,
        with: vec![called(2, "mina")],
        ..Room::new(RoomId(Uuid::from_u128(0xD)), "")
    };
    desk.event(ServerEvent::Room(RoomUpdate::In {
        room: Box::new(direct),
    }));
    assert!(
        everywhere(&desk).iter().all(|name| name == "mina"),
        "{:?}",
        everywhere(&desk)
    );
}
