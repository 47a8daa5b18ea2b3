//! Fills a database with a room full of talk, so that long histories can be tried.
//!
//! All of it goes through the store's own write path, so the file is one that a server would have written. The same seed says the
//! same things.

mod chance;
mod talk;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use steadfast_server::clock;
use steadfast_server::passphrase::{For, Passphrases};
use steadfast_server::store::account::{NewDevice, SignUp};
use steadfast_server::store::sqlite::{PATIENCE, SqliteStore};
use steadfast_server::store::{Accounts, Command, Log, Rooms, SignUpError, Store, Token};
use steadfast_shared::room::CreateRoom;
use steadfast_shared::{Millis, Nickname, Passphrase, RoomId, RoomKind, RoomName, Topic, UserId};
use uuid::Uuid;

use talk::Talk;

/// Fills a Steadfast database with one room of many messages.
///
/// Several people write short and long texts over many days; some of the messages are replies, some are edited, reacted to
/// or deleted. The nth message begins with "#n:", so that a reader can tell which are missing. Run it while no server has the
/// database:
///
///   fill --database long.db --messages 100000
///   steadfast --database long.db
#[derive(Parser)]
#[command(version, verbatim_doc_comment)]
struct Cli {
    /// The database; made where there is none
    #[arg(long, value_name = "PATH")]
    database: PathBuf,

    /// How many messages; changes of them come on top
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    messages: u32,

    /// How many people write them; they are made where they are not there
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    people: u32,

    /// Over how many days, of which today is the last
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    days: u32,

    /// The name of the room: the one everybody is in, or a public one that is made
    #[arg(long, value_name = "NAME", default_value = "general", value_parser = RoomName::parse)]
    room: RoomName,

    /// The passphrase of the people that are made, to sign in as one of them; none where absent
    #[arg(long, value_name = "PASSPHRASE", value_parser = Passphrase::parse)]
    passphrase: Option<Passphrase>,

    /// The seed of all chance
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    match fill(&Cli::parse()).await {
        Ok(filled) => {
            println!("{filled}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("fill: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Answers the counts, as one line of JSON.
async fn fill(asked: &Cli) -> Result<String, Box<dyn Error>> {
    /// Entries of one transaction: they are stored at the same moment.
    const AT_ONCE: usize = 100;

    let began = clock::instant();
    let now = clock::now();
    let span = Duration::from_secs(u64::from(asked.days) * 24 * 60 * 60);
    let from = now.saturating_sub(u64::try_from(span.as_millis())?);
    let store = SqliteStore::open(&asked.database, PATIENCE, from).await?;
    let people = people(&store, asked, from).await?;
    let room = room(&store, asked, &people, from).await?;

    let mut talk = Talk::new(room, people, asked.messages, asked.seed);
    let mut head = 0;
    loop {
        let at = moment(from, now, talk.told(), asked.messages);
        let entries = talk.next(AT_ONCE, at)?;
        if entries.is_empty() {
            break;
        }
        let appended = store.append(&entries, at).await?;
        talk.heard(&entries, &appended.outcomes)?;
        head = appended.logs.first().map_or(head, |log| log.head);
    }
    store.scrub().await?;
    store.close().await;
    Ok(format!(
        r#"{{"room":"{room}","messages":{},"head":{head},"seconds":{:.1}}}"#,
        asked.messages,
        began.elapsed().as_secs_f64()
    ))
}

/// When the message after the first `told` is said, of so many between two moments.
fn moment(from: Millis, to: Millis, told: u32, messages: u32) -> Millis {
    from + (to - from) * u64::from(told) / u64::from(messages.max(1))
}

/// The people who write, found or made. They are in the room that everybody is in.
async fn people(store: &SqliteStore, asked: &Cli, at: Millis) -> Result<Vec<UserId>, Box<dyn Error>> {
    let passphrase = match &asked.passphrase {
        Some(passphrase) => Some(Passphrases::default().hash(passphrase, For::OPERATOR).await?),
        None => None,
    };
    let mut people = Vec::new();
    for name in talk::names(asked.people) {
        let name = Nickname::parse(&name)?;
        let wanted = SignUp {
            passphrase: passphrase.clone(),
            ..SignUp::new(name.clone(), NewDevice::new(Token::random()?.hash(), at))
        };
        people.push(match store.sign_up(&wanted).await {
            Ok(device) => device.person.id,
            Err(SignUpError::NicknameTaken) => {
                let account = store.account(&name).await?;
                let taken = || format!("{} is taken by a nickname that is like it", name.as_str());
                account.ok_or_else(taken)?.user
            }
            Err(error) => return Err(error.into()),
        });
    }
    Ok(people)
}

/// The room, found or made, with all of these people in it.
async fn room(
    store: &SqliteStore,
    asked: &Cli,
    people: &[UserId],
    at: Millis,
) -> Result<RoomId, Box<dyn Error>> {
    let first = *people.first().ok_or("nobody is there to write")?;
    let known = store.rooms_of(first).await?;
    let known = known.iter().find(|room| room.name == asked.room.as_str());
    let room = known.map_or_else(|| RoomId(Uuid::now_v7()), |room| room.id);
    if known.is_none() {
        let made = Command::Create(CreateRoom {
            id: room,
            name: asked.room.clone(),
            kind: RoomKind::Public,
            topic: Topic::default(),
        });
        let made = store.act(first, None, &made, at).await?;
        made.map_err(|refusal| format!("the room cannot be made: {refusal:?}"))?;
    }
    for person in people {
        let joined = store.act(*person, None, &Command::Join(room), at).await?;
        joined.map_err(|refusal| format!("somebody cannot join: {refusal:?}"))?;
    }
    Ok(room)
}
