//! Operators' actions over HTTP, with people connected.

use reqwest::{Method, Response};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use steadfast_shared::admin::{
    AccountState, AuditAction, AuditLine, ConnectionInfo, Messages, PersonDetail, PersonInfo, RoomInfo,
    SignIn, SignInOutcome, SignedOut, Via,
};
use steadfast_shared::event::{self, ClosingReason, MemberRole, NewRole, Page, Reply, Sent, Session};
use steadfast_shared::http::{LeftMessage, SessionInfo};
use steadfast_shared::room::{Member, RoomUpdate};
use steadfast_shared::{Body, EntryId, ErrorCode, Role, Room, RoomId, WireError};
use uuid::Uuid;

use crate::support::{Client, TestServer, message, ok};

impl TestServer {
    pub(crate) async fn admin(&self, by: &SessionInfo, method: Method, path: &str, body: Value) -> Response {
        let request = self.http.request(method, self.url(path));
        let request = request.bearer_auth(by.token.as_deref().unwrap());
        let request = if body.is_null() {
            request
        } else {
            request.json(&body)
        };
        request.send().await.unwrap()
    }

    pub(crate) async fn done<T: DeserializeOwned>(
        &self,
        by: &SessionInfo,
        method: Method,
        path: &str,
        body: Value,
    ) -> T {
        let answer = self.admin(by, method, path, body).await;
        assert!(
            answer.status().is_success(),
            "{} {path}",
            answer.text().await.unwrap()
        );
        answer.json().await.unwrap()
    }

    async fn refused(&self, by: &SessionInfo, method: Method, path: &str, body: Value) -> ErrorCode {
        let answer = self.admin(by, method, path, body).await;
        assert!(answer.status().is_client_error(), "{path} {}", answer.status());
        answer.json::<WireError>().await.unwrap().code
    }
}

pub(crate) fn person(of: &SessionInfo, what: &str) -> String {
    format!("/api/admin/people/{}/{what}", of.me.id)
}

async fn create(client: &mut Client, kind: &str, name: &str) -> RoomId {
    let room: Room = ok(
        client,
        event::CREATE_ROOM,
        json!({ "id": Uuid::now_v7(), "kind": kind, "name": name }),
    )
    .await;
    room.id
}

pub(crate) async fn send_one(client: &mut Client, room: RoomId, body: Value) -> Result<u64, ErrorCode> {
    let item = json!([{ "id": Uuid::now_v7(), "room": room, "body": body }]);
    let sent: Vec<Sent> = ok(client, event::SEND, item).await;
    match &sent[0] {
        Sent::Stored { seq, .. } => Ok(*seq),
        Sent::Refused { error, .. } => Err(error.code),
    }
}

pub(crate) fn says(text: &str) -> Value {
    json!({ "kind": "message", "text": text })
}

async fn page(client: &mut Client, room: RoomId) -> Vec<Body> {
    let page: Page = ok(client, event::HISTORY, json!({ "room": room })).await;
    page.entries.into_iter().map(|entry| entry.body).collect()
}

async fn told_of(client: &mut Client, room: RoomId) -> Room {
    loop {
        if let RoomUpdate::In { room: view } = client.next(event::ROOM).await
            && view.id == room
        {
            return *view;
        }
    }
}

pub(crate) fn lobby(client: &Client) -> RoomId {
    client.opened().rooms[0].id
}

#[tokio::test]
async fn fault_h10_a_ban_ends_sessions_at_once_and_keeps_the_name() {
    let server = TestServer::start().await;
    let owner = server.own("Olga").await;
    let mallory = server.sign_in("Mallory").await;
    let mut client = server.connect(&mallory, json!({})).await;
    // An end that is no date, for a browser.
    let refused = server
        .refused(
            &owner,
            Method::PUT,
            &person(&mallory, "exclusion"),
            json!({ "state": "banned", "lasts_seconds": 10_000_000_000_000_u64 }),
        )
        .await;
    assert_eq!(refused, ErrorCode::Invalid);
    let banned: PersonInfo = server
        .done(
            &owner,
            Method::PUT,
            &person(&mallory, "exclusion"),
            json!({ "state": "banned", "reason": "spam", "lasts_seconds": 600, "addresses_seconds": 60 }),
        )
        .await;
    assert_eq!((banned.state, banned.devices), (AccountState::Banned, 0));
    let event: Session = client.next(event::SESSION).await;
    assert_eq!(
        event,
        Session::Closing {
            reason: ClosingReason::Banned
        }
    );
    // The token is good only for learning that and until when, not for what a moderator noted, and neither name nor address for a new account.
    let look = server
        .admin(&mallory, Method::GET, "/api/session", Value::Null)
        .await
        .json::<WireError>()
        .await
        .unwrap();
    assert_eq!(look.code, ErrorCode::Banned);
    let wait = look.retry_after_ms.unwrap();
    assert!((590_000..=600_000).contains(&wait), "it ends in {wait} ms");
    assert!(!look.message.contains("spam"), "{look:?}");
    let sign_up = async |nickname: &str| {
        let request = server.http.post(server.url("/api/session"));
        let request = request.json(&json!({ "nickname": nickname }));
        request
            .send()
            .await
            .unwrap()
            .json::<WireError>()
            .await
            .unwrap()
            .code
    };
    assert_eq!(sign_up("Mallory").await, ErrorCode::Banned);
    assert_eq!(sign_up("Somebody else").await, ErrorCode::Banned);
    let held: Vec<Value> = server
        .done(&owner, Method::GET, "/api/admin/addresses", Value::Null)
        .await;
    let release = format!("/api/admin/addresses/{}", held[0]["id"]);
    let released = server.admin(&owner, Method::DELETE, &release, Value::Null).await;
    assert_eq!(released.status(), 204);
    assert_eq!(sign_up("Mallory").await, ErrorCode::NicknameTaken);

    let audit: Vec<AuditLine> = server
        .done(&owner, Method::GET, "/api/admin/audit", Value::Null)
        .await;
    let ban = audit
        .iter()
        .find(|line| line.action == AuditAction::Banned)
        .unwrap();
    assert_eq!(
        (ban.by.as_ref(), ban.person.as_ref()),
        (Some(&owner.me), Some(&mallory.me))
    );
    assert_eq!((ban.via, ban.detail.as_str()), (Via::Session, "spam"));
    assert_eq!(ban.address.as_deref(), Some("127.0.0.1"));
}

#[tokio::test]
async fn fault_h10_who_is_banned_signs_in_again_only_once_they_are_let_in() {
    let server = TestServer::start().await;
    let owner = server.own("Olga").await;
    let sign_in = async |passphrase: &str| {
        let payload = json!({ "nickname": "Mallory", "passphrase": passphrase, "with_token": true });
        server
            .http
            .post(server.url("/api/session"))
            .json(&payload)
            .send()
            .await
            .unwrap()
    };
    let mallory: SessionInfo = sign_in("correct horse").await.json().await.unwrap();
    let path = person(&mallory, "exclusion");
    let closed = json!({ "state": "deactivated" });
    let _: PersonInfo = server.done(&owner, Method::PUT, &path, closed).await;
    let refused: WireError = sign_in("correct horse").await.json().await.unwrap();
    assert_eq!(refused.code, ErrorCode::Deactivated);
    // A device that was not connected then learns the reason, until the person is let in again.
    let look = async || {
        server
            .refused(&mallory, Method::GET, "/api/session", Value::Null)
            .await
    };
    assert_eq!(look().await, ErrorCode::Deactivated);
    let again: PersonInfo = server.done(&owner, Method::DELETE, &path, Value::Null).await;
    assert_eq!((again.state, again.exclusion), (AccountState::Active, None));
    assert_eq!(look().await, ErrorCode::Unauthorized);
    assert_eq!(sign_in("correct horse").await.status(), 201);

    let lines: Vec<SignIn> = server
        .done(
            &owner,
            Method::GET,
            &format!("/api/admin/sign-ins?person={}", mallory.me.id),
            Value::Null,
        )
        .await;
    let outcomes: Vec<_> = lines.iter().map(|line| line.outcome).collect();
    assert_eq!(
        outcomes,
        [
            SignInOutcome::SignedIn,
            SignInOutcome::KeptOut,
            SignInOutcome::SignedUp
        ]
    );
}

#[tokio::test]
async fn fault_h10_messages_are_hidden_shown_again_and_erased_each_at_its_place() {
    let server = TestServer::start().await;
    let owner = server.own("Olga").await;
    let mut mina = server.join("Mina").await;
    let mallory = server.sign_in("Mallory").await;
    let mut client = server.connect(&mallory, json!({})).await;
    let room = lobby(&mina);
    let first = send_one(&mut client, room, says("buy this")).await.unwrap();
    let reply = json!({ "kind": "message", "text": "no", "reply_to": first });
    send_one(&mut mina, room, reply).await.unwrap();
    let edit = json!({ "kind": "edit", "message": first, "text": "buy that" });
    send_one(&mut client, room, edit).await.unwrap();
    let before = page(&mut mina, room).await;

    let path = person(&mallory, "messages");
    let hide = json!({ "messages": "hidden" });
    let hidden: PersonInfo = server.done(&owner, Method::PUT, &path, hide).await;
    assert_eq!(hidden.messages, Messages::Hidden);
    assert_eq!(told_of(&mut mina, room).await.revision, 1);
    let masked = page(&mut mina, room).await;
    assert_eq!(masked[0], Body::Hidden);
    assert_eq!(masked[2], Body::ErasedEdit);
    let history: Page = ok(&mut mina, event::HISTORY, json!({ "room": room })).await;
    assert_eq!(history.entries[1].quoted.as_ref().unwrap().text, None);
    assert!(history.entries.iter().map(|entry| entry.seq).eq(1..=3));
    // Later messages are not affected, and hidden ones cannot be changed.
    send_one(&mut client, room, says("hello")).await.unwrap();
    let edit = json!({ "kind": "edit", "message": first, "text": "buy all" });
    assert_eq!(
        send_one(&mut client, room, edit).await,
        Err(ErrorCode::UnknownMessage)
    );

    let show = json!({ "messages": "kept" });
    let _: PersonInfo = server.done(&owner, Method::PUT, &path, show.clone()).await;
    assert_eq!(told_of(&mut mina, room).await.revision, 2);
    assert_eq!(page(&mut mina, room).await[..3], before[..]);
    // Shown again, they can be changed again.
    let edit = json!({ "kind": "edit", "message": first, "text": "buy all" });
    send_one(&mut client, room, edit).await.unwrap();

    let erase = json!({ "messages": "erased" });
    let _: PersonInfo = server.done(&owner, Method::PUT, &path, erase).await;
    assert_eq!(told_of(&mut mina, room).await.revision, 3);
    let erased = page(&mut mina, room).await;
    assert_eq!(
        (&erased[0], &erased[2], &erased[3]),
        (&Body::Erased, &Body::ErasedEdit, &Body::Erased)
    );
    assert_eq!(
        server.refused(&owner, Method::PUT, &path, show).await,
        ErrorCode::Conflict
    );
}

#[tokio::test]
async fn fault_h10_roles_are_told_live_and_there_is_always_an_owner() {
    let server = TestServer::start().await;
    let owner = server.own("Olga").await;
    let mina = server.sign_in("Mina").await;
    let mut client = server.connect(&mina, json!({})).await;
    let mut watching = server.join("Watching").await;
    let room = lobby(&client);
    assert_eq!(client.opened().role, Role::Member);
    let itself = person(&owner, "role");
    let step_down = json!({ "role": "member" });
    assert_eq!(
        server
            .refused(&owner, Method::PUT, &itself, step_down.clone())
            .await,
        ErrorCode::LastOwner
    );
    let path = person(&mina, "role");
    let _: PersonInfo = server
        .done(&owner, Method::PUT, &path, json!({ "role": "moderator" }))
        .await;
    assert_eq!(client.next::<NewRole>(event::ROLE).await.role, Role::Moderator);
    let change: MemberRole = watching.next(event::MEMBER_ROLE).await;
    assert_eq!((change.person, change.role), (mina.me.id, Role::Moderator));
    assert!(told_of(&mut client, room).await.manage);
    let members: Vec<Member> = ok(&mut client, event::LIST_MEMBERS, json!({ "room": room })).await;
    let roles: Vec<_> = members
        .iter()
        .map(|member| (member.person.name.as_str(), member.role))
        .collect();
    let expected = [
        ("Mina", Role::Moderator),
        ("Watching", Role::Member),
        ("Olga", Role::Owner),
    ];
    assert_eq!(roles, expected);

    // A moderator acts on members, sees no addresses, and assigns no roles.
    let jun = server.sign_in("Jun").await;
    let out: SignedOut = server
        .done(&mina, Method::DELETE, &person(&jun, "sessions"), Value::Null)
        .await;
    assert_eq!(out.devices, 1);
    let who: Vec<ConnectionInfo> = server
        .done(&mina, Method::GET, "/api/admin/connections", Value::Null)
        .await;
    let hers = who.iter().find(|one| one.person == mina.me).unwrap();
    assert_eq!(
        (who.len(), hers.address.as_ref(), hers.role),
        (2, None, Role::Moderator)
    );
    for (method, path, body) in [
        (
            Method::PUT,
            person(&owner, "exclusion"),
            json!({ "state": "banned" }),
        ),
        (Method::DELETE, person(&owner, "sessions"), Value::Null),
        (Method::PUT, path.clone(), json!({ "role": "owner" })),
        (
            Method::PUT,
            person(&jun, "messages"),
            json!({ "messages": "erased" }),
        ),
        (
            Method::PUT,
            person(&jun, "exclusion"),
            json!({ "state": "banned", "addresses_seconds": 5 }),
        ),
        (Method::GET, "/api/admin/addresses".into(), Value::Null),
        (Method::DELETE, format!("/api/admin/rooms/{room}"), Value::Null),
        (
            Method::PUT,
            person(&jun, "passphrase"),
            json!({ "new": "correct horse" }),
        ),
    ] {
        assert_eq!(
            server.refused(&mina, method, &path, body).await,
            ErrorCode::Forbidden,
            "{path}"
        );
    }
    let eve = server.sign_in("Eve").await;
    for path in [
        "/api/admin/people",
        "/api/admin/audit",
        "/api/admin/rooms",
        "/api/admin/sign-ins",
    ] {
        assert_eq!(
            server.refused(&eve, Method::GET, path, Value::Null).await,
            ErrorCode::Forbidden
        );
    }

    // Ownership is handed over.
    let _: PersonInfo = server
        .done(&owner, Method::PUT, &path, json!({ "role": "owner" }))
        .await;
    let _: PersonInfo = server.done(&owner, Method::PUT, &itself, step_down).await;
    assert_eq!(
        server
            .refused(&owner, Method::GET, "/api/admin/people", Value::Null)
            .await,
        ErrorCode::Forbidden
    );
}

#[tokio::test]
async fn fault_h10_a_deleted_room_is_gone_for_everybody_and_takes_nothing_more() {
    let server = TestServer::start().await;
    let owner = server.own("Olga").await;
    let mut mina = server.join("Mina").await;
    let mut jun = server.join("Jun").await;
    let room = create(&mut mina, "public", "harm").await;
    let _: Room = ok(&mut jun, event::JOIN_ROOM, json!({ "room": room })).await;
    let item = message(room, "bad");
    mina.send(std::slice::from_ref(&item)).await;
    let path = format!("/api/admin/rooms/{room}");
    let renamed: RoomInfo = server
        .done(&owner, Method::PATCH, &path, json!({ "name": "calm" }))
        .await;
    assert_eq!((renamed.name.as_str(), renamed.members), ("calm", 2));
    let deleted = server.admin(&owner, Method::DELETE, &path, Value::Null).await;
    assert_eq!(deleted.status(), 204);
    for client in [&mut mina, &mut jun] {
        loop {
            if let RoomUpdate::Out { room: out, deleted } = client.next(event::ROOM).await {
                assert_eq!((out, deleted), (room, true));
                break;
            }
        }
    }
    assert_eq!(
        send_one(&mut jun, room, says("hm")).await,
        Err(ErrorCode::RoomDeleted)
    );
    // A retry of a message that was stored there too is not stored anywhere.
    let Reply::Ok(again) = mina.call::<Vec<Sent>>(event::SEND, [item]).await else {
        panic!("refused");
    };
    assert!(matches!(&again[0], Sent::Refused { error, .. } if error.code == ErrorCode::RoomDeleted));
    let join = json!({ "room": room });
    assert_eq!(
        mina.refusal(event::JOIN_ROOM, join.clone()).await,
        ErrorCode::RoomDeleted
    );
    // A person who was not in the room learns nothing of it; its name is free, its id is not.
    let mut eve = server.join("Eve").await;
    assert_eq!(eve.refusal(event::JOIN_ROOM, join).await, ErrorCode::UnknownRoom);
    let retry = json!({ "id": room, "kind": "public", "name": "harm" });
    assert_eq!(mina.refusal(event::CREATE_ROOM, retry).await, ErrorCode::Conflict);
    create(&mut jun, "public", "calm").await;
    // Repeating it has no effect; the lobby cannot be deleted.
    let again = server.admin(&owner, Method::DELETE, &path, Value::Null).await;
    assert_eq!(again.status(), 204);
    let lobby = format!("/api/admin/rooms/{}", lobby(&jun));
    assert_eq!(
        server.refused(&owner, Method::DELETE, &lobby, Value::Null).await,
        ErrorCode::Forbidden
    );
}

#[tokio::test]
async fn fault_h10_a_private_room_is_unknown_to_owners_who_are_not_in_it() {
    let server = TestServer::start().await;
    let owner = server.own("Olga").await;
    let mut olga = server.connect(&owner, json!({})).await;
    let moderator = server.sign_in("Mona").await;
    let _: PersonInfo = server
        .done(
            &owner,
            Method::PUT,
            &person(&moderator, "role"),
            json!({ "role": "moderator" }),
        )
        .await;
    let eve = server.sign_in("Eve").await;
    let mut mina = server.join("Mina").await;
    let jun = server.sign_in("Jun").await;
    let private = create(&mut mina, "private", "Plans").await;
    let direct: Room = ok(&mut mina, event::DIRECT_ROOM, json!({ "with": [jun.me.id] })).await;
    let rename = json!({ "name": "Seen" });
    let answer = async |by: &SessionInfo, method: Method, room: RoomId| {
        let path = format!("/api/admin/rooms/{room}");
        let body = if method == Method::PATCH {
            rename.clone()
        } else {
            Value::Null
        };
        let answer = server.admin(by, method, &path, body).await;
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let nowhere = RoomId(Uuid::now_v7());
    for method in [Method::PATCH, Method::DELETE] {
        let unknown = answer(&owner, method.clone(), nowhere).await;
        assert_eq!(unknown.0, 404, "{}", unknown.1);
        for room in [private, direct.id] {
            assert_eq!(answer(&owner, method.clone(), room).await, unknown, "{method}");
            assert_eq!(answer(&eve, method.clone(), room).await.0, 403, "{method}");
        }
    }
    assert_eq!(
        answer(&moderator, Method::PATCH, private).await,
        answer(&moderator, Method::PATCH, nowhere).await
    );
    let audit = server
        .admin(&owner, Method::GET, "/api/admin/audit", Value::Null)
        .await;
    let audit = audit.text().await.unwrap();
    assert!(
        !audit.contains("Plans") && !audit.contains("changed_room"),
        "{audit}"
    );
    // An owner who is in the room acts on it; a conversation cannot be deleted.
    let invite = json!({ "room": private, "people": [owner.me.id] });
    let () = ok(&mut mina, event::INVITE, invite).await;
    assert_eq!(answer(&owner, Method::PATCH, private).await.0, 200);
    let own: Room = ok(&mut olga, event::DIRECT_ROOM, json!({ "with": [jun.me.id] })).await;
    assert_eq!(answer(&owner, Method::DELETE, own.id).await.0, 403);
    assert_eq!(answer(&owner, Method::DELETE, private).await.0, 204);
    assert_eq!(answer(&owner, Method::DELETE, private).await.0, 204, "once more");
}

#[tokio::test]
async fn fault_an_author_deletes_their_words_in_an_archived_room_and_in_one_they_left() {
    let server = TestServer::start().await;
    let mut mina = server.join("Mina").await;
    let jun = server.sign_in("Jun").await;
    let mut client = server.connect(&jun, json!({})).await;
    let room = create(&mut mina, "private", "Plans").await;
    let invite = json!({ "room": room, "people": [jun.me.id] });
    let () = ok(&mut mina, event::INVITE, invite).await;
    told_of(&mut client, room).await;
    let first = send_one(&mut client, room, says("first")).await.unwrap();
    let second = send_one(&mut client, room, says("second")).await.unwrap();
    let hers = send_one(&mut mina, room, says("hers")).await.unwrap();
    let delete = |seq| json!({ "kind": "delete", "message": seq });

    let archive = json!({ "room": room, "archived": true });
    let _: Room = ok(&mut mina, event::CHANGE_ROOM, archive).await;
    assert_eq!(
        send_one(&mut client, room, says("third")).await,
        Err(ErrorCode::Archived)
    );
    send_one(&mut client, room, delete(first)).await.unwrap();

    let () = ok(&mut client, event::LEAVE_ROOM, json!({ "room": room })).await;
    let left: Vec<LeftMessage> = server
        .done(&jun, Method::GET, "/api/left-messages", Value::Null)
        .await;
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].seq, left[0].text.as_str()), (second, "second"));
    send_one(&mut client, room, delete(second)).await.unwrap();
    assert_eq!(
        send_one(&mut client, room, delete(hers)).await,
        Err(ErrorCode::UnknownRoom)
    );
    assert_eq!(
        send_one(&mut client, room, says("hm")).await,
        Err(ErrorCode::UnknownRoom)
    );
    let bodies = page(&mut mina, room).await;
    assert!(!bodies.contains(&Body::message("second".parse_text())));
    assert_eq!(bodies.iter().filter(|body| **body == Body::Erased).count(), 2);
}

trait ParseText {
    fn parse_text(&self) -> steadfast_shared::MessageText;
}

impl ParseText for str {
    fn parse_text(&self) -> steadfast_shared::MessageText {
        steadfast_shared::MessageText::parse(self).unwrap()
    }
}

#[tokio::test]
async fn fault_h10_a_person_is_seen_with_devices_sign_ins_and_limits() {
    let server = TestServer::start().await;
    let owner = server.own("Olga").await;
    let mina = server.sign_in("Mina").await;
    let mut client = server.connect(&mina, json!({})).await;
    let room = lobby(&client);
    send_one(&mut client, room, says("hello")).await.unwrap();
    let limits = person(&mina, "limits");
    let set = json!({ "limit": "message_burst", "value": 64 });
    let _: Vec<Value> = server.done(&owner, Method::PUT, &limits, set).await;
    let path = format!("/api/admin/people/{}", mina.me.id);
    let seen: PersonDetail = server.done(&owner, Method::GET, &path, Value::Null).await;
    assert_eq!(
        (seen.info.person, seen.info.role),
        (mina.me.clone(), Role::Member)
    );
    assert_eq!((seen.devices_list.len(), seen.connections.len()), (1, 1));
    assert_eq!(seen.connections[0].address.as_deref(), Some("127.0.0.1"));
    assert_eq!(seen.sign_ins[0].outcome, SignInOutcome::SignedUp);
    assert_eq!((seen.rooms, seen.messages_written, seen.limits.len()), (1, 1, 1));
    let nobody = format!("/api/admin/people/{}", EntryId(Uuid::now_v7()));
    assert_eq!(
        server.refused(&owner, Method::GET, &nobody, Value::Null).await,
        ErrorCode::UnknownPerson
    );
    // The limit applies to the open connection: 64 of 100 in one batch.
    let items: Vec<_> = (0..64).map(|n| message(room, &n.to_string())).collect();
    client.send(&items[..60]).await;
    let Reply::Err(error) = client.call::<Vec<Sent>>(event::SEND, &items).await else {
        panic!("not limited");
    };
    assert_eq!(error.code, ErrorCode::RateLimited);
}
