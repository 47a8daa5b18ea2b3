//! The store's accounts: nicknames, devices, passphrases, invitations. Every store must pass these tests.

use std::sync::Arc;
use std::time::Duration;

use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use steadfast_server::store::account::{
    Account, Admission, Device, InviteTerms, NewDevice, SignInError, SignUp,
};
use steadfast_server::store::sqlite::SqliteStore;
use steadfast_server::store::{SignUpError, Store, Token, TokenHash};
use steadfast_shared::http::Invite;
use steadfast_shared::{Millis, Nickname, Role, limit};
use tempfile::TempDir;
use uuid::Uuid;

use super::support::database::{TestDatabase, conformance};
use super::support::newcomer;

const DAY: Millis = 24 * 60 * 60 * 1_000;

/// A store of the test's own, on either database.
struct Fixture {
    store: Arc<dyn Store>,
    database: TestDatabase,
}

impl Fixture {
    async fn sqlite() -> Self {
        Self::on(TestDatabase::sqlite()).await
    }

    async fn postgres() -> Self {
        Self::on(TestDatabase::postgres().await).await
    }

    async fn on(database: TestDatabase) -> Self {
        Self {
            store: database.open().await,
            database,
        }
    }

    /// Closes the store, changes the database, opens it again.
    async fn reopen_after(self, change: &'static str) -> Self {
        self.store.close().await;
        self.database.run(change).await;
        Self::on(self.database).await
    }

    async fn account(&self, nickname: &str) -> Option<Account> {
        self.store.account(&name(nickname)).await.unwrap()
    }

    /// An invitation of this many uses, until 100, and its code.
    async fn invite(&self, created_at: Millis, uses: u32) -> (TokenHash, Invite) {
        let code = Token::random().unwrap().hash();
        let terms = InviteTerms {
            code,
            created_at,
            expires_at: 100,
            uses: Some(uses),
        };
        (code, self.store.invite(&terms).await.unwrap().unwrap())
    }
}

async fn open(folder: &TempDir) -> SqliteStore {
    SqliteStore::open(&folder.path().join("chat.db"), Duration::from_secs(10), 1)
        .await
        .unwrap()
}

fn name(nickname: &str) -> Nickname {
    Nickname::parse(nickname).unwrap()
}

fn device(at: Millis) -> NewDevice {
    NewDevice::new(Token::random().unwrap().hash(), at)
}

fn invited(nickname: &str, invite: Option<TokenHash>, at: Millis) -> SignUp {
    SignUp {
        admission: Admission::Asked { closed: true, invite },
        device: device(at),
        ..newcomer(nickname)
    }
}

async fn a_nickname_is_taken_once_whatever_its_case_and_letters(fixture: Fixture) {
    let store = &fixture.store;
    store.sign_up(&newcomer("Mina")).await.unwrap();
    store.sign_up(&newcomer("Ian")).await.unwrap();
    for taken in ["MINA", "Мina", "Ｍina", "Μina", "minа", "ian", "lan"] {
        let refused = store.sign_up(&newcomer(taken)).await;
        assert!(matches!(refused, Err(SignUpError::NicknameTaken)), "{taken}");
    }
    for free in ["미나", "민아", "Lan"] {
        store.sign_up(&newcomer(free)).await.unwrap();
    }
    let blank = store.sign_up(&newcomer("\u{E000}")).await;
    assert!(matches!(blank, Err(SignUpError::NotANickname(_))), "{blank:?}");
}

async fn old_nicknames_get_todays_keys_and_the_older_of_two_keeps_its_own(fixture: Fixture) {
    let mut first = newcomer("Mina");
    first.device.at = 1;
    let first = fixture.store.sign_up(&first).await.unwrap().person.id;
    let mut second = newcomer("Jun");
    second.device.at = 2;
    let second = fixture.store.sign_up(&second).await.unwrap();
    // As a version without confusable letters stored it; and one whose keys are in another name's way.
    let fixture = fixture
        .reopen_after(
            "update users set name = 'Мina', name_key = 'мina', name_look = null where name = 'Jun';
             update users set name_key = 'MINA', name_look = null where name = 'Mina';
             delete from settings;",
        )
        .await;
    assert_eq!(fixture.account("mina").await.unwrap().user, first);
    assert_eq!(fixture.account("Мina").await, None, "nobody signs in under it");
    let refused = fixture.store.sign_up(&newcomer("mina")).await;
    assert!(matches!(refused, Err(SignUpError::NicknameTaken)));
    // The other person keeps their nickname and their devices.
    let devices = fixture.store.devices(second.person.id).await.unwrap();
    assert_eq!(devices[0].session, second.session);
    // Once, not at every start.
    let fixture = fixture
        .reopen_after("update users set name_key = 'kept' where name = 'Mina'")
        .await;
    assert_eq!(fixture.account("kept").await.unwrap().user, first);
}

async fn fault_h09_nobody_owns_a_server_by_coming_first(fixture: Fixture) {
    let store = &fixture.store;
    let refused = store.sign_up(&invited("Eve", None, 1)).await;
    assert!(matches!(refused, Err(SignUpError::InviteRequired)));
    assert_eq!(store.sign_up(&newcomer("Eve")).await.unwrap().role, Role::Member);
    assert!(!store.has_owner().await.unwrap());
    // A link works once, and invalidates every other link.
    let codes = [Token::shown("one").hash(), Token::shown("two").hash()];
    for code in codes {
        store.add_owner_link(code, 1).await.unwrap();
    }
    let by = |name: &str, code| SignUp {
        admission: Admission::Owner(code),
        ..newcomer(name)
    };
    let wrong = store.sign_up(&by("Mina", Token::shown("three").hash())).await;
    assert!(matches!(wrong, Err(SignUpError::InvalidCode)));
    let wanted = by("Mina", codes[0]);
    assert_eq!(store.sign_up(&wanted).await.unwrap().role, Role::Owner);
    for code in codes {
        let used = store.sign_up(&by("Jun", code)).await;
        assert!(matches!(used, Err(SignUpError::InvalidCode)));
    }
    assert!(store.has_owner().await.unwrap());
    let known = store.device(wanted.device.token).await.unwrap().unwrap();
    assert_eq!(known.role, Role::Owner);
}

async fn a_device_is_known_by_its_token_until_it_is_signed_out(fixture: Fixture) {
    let store = &fixture.store;
    let (token, wanted) = (Token::random().unwrap(), newcomer("Ada"));
    let wanted = SignUp {
        device: NewDevice::new(token.hash(), 1),
        ..wanted
    };
    let device = store.sign_up(&wanted).await.unwrap();
    assert_eq!(store.device(token.hash()).await.unwrap(), Some(device.clone()));
    assert_eq!(store.device(Token::shown("guess").hash()).await.unwrap(), None);
    assert_eq!(store.sign_out(token.hash()).await.unwrap(), Some(device.session));
    assert_eq!(store.sign_out(token.hash()).await.unwrap(), None);
    assert_eq!(store.device(token.hash()).await.unwrap(), None);
}

async fn a_device_is_revoked_by_its_own_person_alone(fixture: Fixture) {
    let store = &fixture.store;
    let mina = store.sign_up(&newcomer("Mina")).await.unwrap();
    let wanted = newcomer("Eve");
    let eve = store.sign_up(&wanted).await.unwrap();
    assert!(!store.revoke(eve.person.id, mina.session).await.unwrap());
    assert_eq!(store.devices(mina.person.id).await.unwrap().len(), 1);
    assert!(store.revoke(eve.person.id, eve.session).await.unwrap());
    assert!(!store.revoke(eve.person.id, eve.session).await.unwrap());
    assert_eq!(store.device(wanted.device.token).await.unwrap(), None);
}

async fn a_device_is_last_seen_when_it_was_noted_and_never_before(fixture: Fixture) {
    let store = &fixture.store;
    let mina = store.sign_up(&newcomer("Mina")).await.unwrap();
    store
        .note_seen(&[(mina.session, 50), (mina.session, 20), (9_999, 7)])
        .await
        .unwrap();
    let device = &store.devices(mina.person.id).await.unwrap()[0];
    assert_eq!((device.created_at, device.last_seen_at), (1, 50));
}

async fn a_passphrase_is_changed_only_where_it_still_is_the_one_compared(fixture: Fixture) {
    let store = &fixture.store;
    let mina = store.sign_up(&newcomer("Mina")).await.unwrap().person.id;
    let stale = fixture.account("Mina").await.unwrap();
    assert_eq!(stale.passphrase, None);
    assert!(store.set_passphrase(mina, None, "first").await.unwrap());
    assert!(!store.set_passphrase(mina, None, "second").await.unwrap());
    assert!(store.set_passphrase(mina, Some("first"), "second").await.unwrap());
    assert_eq!(store.passphrase(mina).await.unwrap().as_deref(), Some("second"));
    // Nor does a sign-in that compared another hash.
    let refused = store.sign_in(&stale, &device(1)).await;
    assert!(matches!(refused, Err(SignInError::WrongPassphrase)));
    let account = fixture.account("MINA").await.unwrap();
    let signed_in = store.sign_in(&account, &device(1)).await.unwrap();
    assert_eq!(signed_in.device.person.id, mina);
    assert!(signed_in.device.has_passphrase);
    assert_eq!(store.reset_passphrase(mina, "third").await.unwrap(), 2);
    assert_eq!(store.devices(mina).await.unwrap(), []);
}

async fn devices_are_bounded_and_only_a_forgotten_one_makes_room(fixture: Fixture) {
    let store = &fixture.store;
    let mina = store.sign_up(&newcomer("Mina")).await.unwrap();
    let account = fixture.account("Mina").await.unwrap();
    for _ in 1..limit::DEVICES {
        let signed_in = store.sign_in(&account, &device(2)).await.unwrap();
        assert_eq!(signed_in.made_room, None);
    }
    let idle = limit::DEVICE_IDLE_DAYS * DAY;
    let refused = store.sign_in(&account, &device(idle)).await;
    assert!(matches!(refused, Err(SignInError::TooManyDevices)));
    let signed_in = store.sign_in(&account, &device(idle + 2)).await.unwrap();
    assert_eq!(signed_in.made_room, Some(mina.session));
    let devices = store.devices(mina.person.id).await.unwrap();
    assert_eq!(devices.len(), limit::DEVICES);
    assert_eq!(devices[0].session, signed_in.device.session, "the newest first");
}

async fn an_invitation_lets_in_as_many_as_it_says_until_it_ends(fixture: Fixture) {
    let store = &fixture.store;
    store.sign_up(&newcomer("Mina")).await.unwrap();
    let (code, invite) = fixture.invite(10, 2).await;
    assert_eq!((invite.used, invite.uses), (0, Some(2)));

    let stranger = invited("Eve", Some(Token::shown("guess").hash()), 20);
    assert!(matches!(
        store.sign_up(&stranger).await,
        Err(SignUpError::InviteRequired)
    ));
    store.sign_up(&invited("Jun", Some(code), 20)).await.unwrap();
    // A refused nickname does not use up the invitation.
    let taken = store.sign_up(&invited("jun", Some(code), 20)).await;
    assert!(matches!(taken, Err(SignUpError::NicknameTaken)));
    assert_eq!(store.invites(20).await.unwrap()[0].used, 1);
    let late = store.sign_up(&invited("Ada", Some(code), 100)).await;
    assert!(matches!(late, Err(SignUpError::InviteRequired)), "it has ended");
    store.sign_up(&invited("Ada", Some(code), 99)).await.unwrap();
    let third = store.sign_up(&invited("Bob", Some(code), 99)).await;
    assert!(
        matches!(third, Err(SignUpError::InviteRequired)),
        "two have come by it"
    );
    assert_eq!(store.invites(100).await.unwrap(), []);
}

async fn an_invitation_is_not_used_where_none_is_needed(fixture: Fixture) {
    let store = &fixture.store;
    let (code, invite) = fixture.invite(1, 1).await;
    let open = SignUp {
        admission: Admission::Asked {
            closed: false,
            invite: Some(code),
        },
        ..newcomer("Mina")
    };
    store.sign_up(&open).await.unwrap();
    assert_eq!(store.invites(2).await.unwrap()[0].used, 0);
    // The owner closes registration: the same request then needs an invitation.
    assert!(!store.is_closed().await.unwrap());
    store.set_closed(true).await.unwrap();
    assert!(store.is_closed().await.unwrap());
    let closed = SignUp {
        name: name("Jun"),
        device: device(2),
        ..open
    };
    store.sign_up(&closed).await.unwrap();
    assert_eq!(store.invites(2).await.unwrap()[0].used, 1);
    assert!(store.uninvite(invite.id).await.unwrap());
    assert!(!store.uninvite(invite.id).await.unwrap());
    store.set_closed(false).await.unwrap();
    store.sign_up(&newcomer("Ada")).await.unwrap();
}

async fn a_group_signs_up_as_one_after_another_would(fixture: Fixture) {
    let store = &fixture.store;
    store.sign_up(&newcomer("Mina")).await.unwrap();
    let (code, _) = fixture.invite(1, 1).await;
    let owners = Token::shown("the link").hash();
    store.add_owner_link(owners, 1).await.unwrap();
    let owner = |nickname: &str| SignUp {
        admission: Admission::Owner(owners),
        ..newcomer(nickname)
    };
    let group = [
        newcomer("Zoe"),
        newcomer("mina"),
        newcomer("\u{E000}"),
        newcomer("zoe"),
        invited("Ada", Some(code), 20),
        invited("Bob", Some(code), 20),
        invited("Eve", None, 20),
        owner("Mina"),
        owner("Olga"),
    ];
    let outcomes = store.sign_up_all(&group).await.unwrap();
    let shown = |outcome: &Result<Device, SignUpError>| match outcome {
        Ok(device) => format!("{} {:?}", device.person.name, device.role),
        Err(refusal) => format!("{refusal:?}"),
    };
    let outcomes: Vec<_> = outcomes.iter().map(shown).collect();
    assert_eq!(
        outcomes,
        [
            "Zoe Member",
            "NicknameTaken",
            "NotANickname(NotAName)",
            "NicknameTaken",
            "Ada Member",
            "InviteRequired",
            "InviteRequired",
            "NicknameTaken",
            "Olga Owner",
        ]
    );
    for (nickname, wanted) in [("Zoe", &group[0]), ("Ada", &group[4]), ("Olga", &group[8])] {
        let device = store.device(wanted.device.token).await.unwrap().unwrap();
        assert_eq!(device.person.name, nickname);
        assert_eq!(store.rooms_of(device.person.id).await.unwrap().len(), 1);
    }
    // Nothing is left of those who were refused.
    for refused in ["Bob", "Eve"] {
        assert_eq!(fixture.account(refused).await, None);
        store.sign_up(&newcomer(refused)).await.unwrap();
    }
    let mut snapshot = store.snapshot().await.unwrap();
    let changes = snapshot.changes_after(0, 100).await.unwrap().unwrap();
    assert_eq!(changes.len(), 6, "one for each person");
    assert!(store.sign_up_all(&[newcomer("ADA")]).await.unwrap()[0].is_err());
    assert_eq!(store.snapshot().await.unwrap().feed_head().await.unwrap(), 6);
}

async fn invitations_are_bounded_and_ended_ones_are_forgotten(fixture: Fixture) {
    let store = &fixture.store;
    let terms = |n: usize, created_at| InviteTerms {
        code: Token::shown(&n.to_string()).hash(),
        created_at,
        expires_at: 100,
        uses: None,
    };
    for n in 0..limit::INVITES {
        assert!(store.invite(&terms(n, 1)).await.unwrap().is_some());
    }
    assert_eq!(store.invite(&terms(1_000, 99)).await.unwrap(), None);
    let fresh = InviteTerms {
        expires_at: 200,
        ..terms(1_000, 100)
    };
    assert!(store.invite(&fresh).await.unwrap().is_some());
    assert_eq!(store.invites(100).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_database_of_before_gives_its_first_person_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chat.db");
    let options = SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let all = sqlx::migrate!("migrations/sqlite");
    let first = sqlx::migrate::Migrator {
        migrations: all
            .migrations
            .iter()
            .filter(|migration| migration.version == 1)
            .cloned()
            .collect(),
        ..sqlx::migrate::Migrator::DEFAULT
    };
    first.run_direct(None, &mut connection, false).await.unwrap();
    for (nickname, at) in [("Jun", 2), ("Mina", 1)] {
        let user = Uuid::now_v7();
        sqlx::query("insert into users (id, name, name_key, created_at) values (?, ?, lower(?), ?)")
            .bind(user)
            .bind(nickname)
            .bind(nickname)
            .bind(at)
            .execute(&mut connection)
            .await
            .unwrap();
        sqlx::query("insert into sessions (token_hash, user, created_at) values (?, ?, 7)")
            .bind(vec![u8::try_from(at).unwrap(); 32])
            .bind(user)
            .execute(&mut connection)
            .await
            .unwrap();
    }
    connection.close().await.unwrap();
    let store: Arc<dyn Store> = Arc::new(open(&folder).await);
    let owner = store.account(&name("mina")).await.unwrap().unwrap();
    let device = &store.devices(owner.user).await.unwrap()[0];
    assert_eq!(device.last_seen_at, 7);
    let signed_in = store.sign_in(&owner, &self::device(9)).await.unwrap();
    assert_eq!(signed_in.device.role, Role::Owner);
    let other = store.account(&name("Jun")).await.unwrap().unwrap();
    let signed_in = store.sign_in(&other, &self::device(9)).await.unwrap();
    assert_eq!(signed_in.device.role, Role::Member);
}

conformance!(
    a_nickname_is_taken_once_whatever_its_case_and_letters,
    old_nicknames_get_todays_keys_and_the_older_of_two_keeps_its_own,
    fault_h09_nobody_owns_a_server_by_coming_first,
    a_device_is_known_by_its_token_until_it_is_signed_out,
    a_device_is_revoked_by_its_own_person_alone,
    a_device_is_last_seen_when_it_was_noted_and_never_before,
    a_passphrase_is_changed_only_where_it_still_is_the_one_compared,
    devices_are_bounded_and_only_a_forgotten_one_makes_room,
    an_invitation_lets_in_as_many_as_it_says_until_it_ends,
    an_invitation_is_not_used_where_none_is_needed,
    a_group_signs_up_as_one_after_another_would,
    invitations_are_bounded_and_ended_ones_are_forgotten,
);
