//! How others feel a crowd: how long their messages take to be acknowledged while somebody burdens the server as much as
//! anybody may, beside how long they take while nobody does; and how fast everybody is back after a restart.
//!
//! `cargo run --release -p steadfast-server --example crowd -- SCENARIO --database FILE-OR-URL`, on an empty database.

mod client;
mod town;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use clap::{Parser, ValueEnum};
use serde_json::{Value, json};
use steadfast_server::app;
use steadfast_server::clock;
use steadfast_server::config::Config;
use steadfast_server::store::database::Database;
use steadfast_shared::RoomId;
use tokio::task::JoinSet;
use tokio::time::sleep;
use uuid::Uuid;

use client::{Client, Connected};
use town::{Inhabitant, Town};

/// Why something could not be measured.
pub(crate) type Failed = Box<dyn std::error::Error + Send + Sync>;

/// How long messages are sent in quiet, and under the burden.
const TIME: Duration = Duration::from_secs(10);
/// People who talk in one room, and the pause between two messages of one of them.
const TALKING: usize = 8;
const PAUSE: Duration = Duration::from_millis(40);

/// A burden for the server.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Scenario {
    /// Somebody in 900 rooms connects again and again on 40 sockets; another one in as many takes another name again and again
    Reconnect,
    /// 60 people make rooms
    Rooms,
    /// Somebody changes the topic of a room of 500 connected people 14 times a second
    Topic,
    /// No burden: 500 people in 50 rooms of 1,000 unread messages come back after a restart
    Back,
}

/// Measures how others feel a crowd.
#[derive(Parser)]
struct Cli {
    /// The burden for the server
    #[arg(value_enum)]
    scenario: Scenario,

    /// An empty database
    #[arg(long, value_parser = Database::parse)]
    database: Database,
}

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let asked = Cli::parse();
    let mut config = Config::new(asked.database.clone());
    config.admin_socket = Some(std::env::temp_dir().join(format!("crowd-{}.sock", Uuid::now_v7())));
    let store = asked.database.open(Default::default(), clock::now()).await?;
    let town = Town { store: store.clone() };
    let host = town.people("host", 1).await?.remove(0);
    let talking = town.people("talking", TALKING).await?;
    let square = town.rooms(host.id, "square", 1).await?[0];
    town.join(&talking, &[square]).await?;
    match asked.scenario {
        Scenario::Back => {
            let people = town.people("guest", 500).await?;
            let rooms = town.rooms(host.id, "room", 50).await?;
            town.join(&people, &rooms).await?;
            town.talk(host.id, &rooms, 1_000).await?;
            let address = serve(config, store).await?;
            come_back(address, &people).await
        }
        burden => {
            let prepared = prepare(&town, &host, burden).await?;
            let address = serve(config, store).await?;
            let burdening = Arc::new(AtomicBool::new(false));
            let done = Arc::new(AtomicUsize::new(0));
            let tasks = begin(address, prepared, &burdening, &done).await?;
            let quiet = talk(address, &talking, square).await?;
            burdening.store(true, Ordering::Release);
            let burdened = talk(address, &talking, square).await?;
            let done = done.load(Ordering::Acquire);
            drop(tasks);
            print(&quiet, &burdened, done);
            Ok(())
        }
    }
}

/// Serves for as long as this program runs.
async fn serve(config: Config, store: Arc<dyn steadfast_server::store::Store>) -> Result<SocketAddr, Failed> {
    let (listener, address) = app::listen(&config).await?;
    let app = app::build_on(config, store).await?;
    tokio::spawn(app.serve(listener, std::future::pending()));
    Ok(address)
}

/// Who burdens the server, and where.
struct Prepared {
    burden: Scenario,
    people: Vec<Inhabitant>,
    room: Option<RoomId>,
}

async fn prepare(town: &Town, host: &Inhabitant, burden: Scenario) -> Result<Prepared, Failed> {
    let (people, room) = match burden {
        Scenario::Reconnect => {
            let people = town.people("everywhere", 2).await?;
            let rooms = town.rooms(host.id, "room", 900).await?;
            town.join(&people, &rooms).await?;
            (people, None)
        }
        Scenario::Rooms => (town.people("maker", 60).await?, None),
        Scenario::Topic | Scenario::Back => {
            let people = town.people("guest", 500).await?;
            let room = town.rooms(people[0].id, "hall", 1).await?[0];
            town.join(&people[1..], &[room]).await?;
            (people, Some(room))
        }
    };
    Ok(Prepared { burden, people, room })
}

async fn connected(address: SocketAddr, person: &Inhabitant) -> Result<Client, Failed> {
    match Client::connect(address, &person.token).await? {
        Connected::Open(client, _) => Ok(*client),
        Connected::Refused(why) => Err(format!("refused: {why}").into()),
    }
}

/// Connects those who burden the server. They begin once they are told.
async fn begin(
    address: SocketAddr,
    Prepared { burden, people, room }: Prepared,
    burdening: &Arc<AtomicBool>,
    done: &Arc<AtomicUsize>,
) -> Result<JoinSet<Result<(), Failed>>, Failed> {
    let mut crowd = Burdening {
        address,
        people,
        begun: burdening.clone(),
        done: done.clone(),
        tasks: JoinSet::new(),
    };
    match burden {
        Scenario::Reconnect => crowd.reconnect().await?,
        Scenario::Rooms => crowd.make_rooms().await?,
        Scenario::Topic | Scenario::Back => crowd.change_topics(room.ok_or("no room")?).await?,
    }
    Ok(crowd.tasks)
}

/// People who burden the server, each in a task.
struct Burdening {
    address: SocketAddr,
    people: Vec<Inhabitant>,
    begun: Arc<AtomicBool>,
    done: Arc<AtomicUsize>,
    tasks: JoinSet<Result<(), Failed>>,
}

impl Burdening {
    /// Waits until the burden begins.
    fn begun(&self) -> impl Future<Output = ()> + Send + 'static {
        let begun = self.begun.clone();
        async move {
            while !begun.load(Ordering::Acquire) {
                sleep(Duration::from_millis(10)).await;
            }
        }
    }

    /// One person connects again and again on many devices, another changes names.
    async fn reconnect(&mut self) -> Result<(), Failed> {
        let address = self.address;
        for _ in 0..40 {
            let (person, done, begun) = (self.people[0].clone(), self.done.clone(), self.begun());
            self.tasks.spawn(async move {
                begun.await;
                loop {
                    match Client::connect(address, &person.token).await? {
                        Connected::Open(client, _) => {
                            done.fetch_add(1, Ordering::AcqRel);
                            client.leave().await;
                        }
                        Connected::Refused(why) => sleep(wait_of(&why)).await,
                    }
                }
            });
        }
        let mut client = connected(address, &self.people[1]).await?;
        let begun = self.begun();
        self.tasks.spawn(async move {
            begun.await;
            for nth in 0_u64.. {
                let name = json!({ "name": format!("somebody {nth}") });
                again_and_again(&mut client, "nickname", &name).await?;
            }
            Ok(())
        });
        Ok(())
    }

    async fn make_rooms(&mut self) -> Result<(), Failed> {
        for person in &self.people {
            let mut client = connected(self.address, person).await?;
            let (done, begun) = (self.done.clone(), self.begun());
            self.tasks.spawn(async move {
                begun.await;
                loop {
                    let id = Uuid::now_v7();
                    let room =
                        json!({ "id": id, "kind": "public", "name": format!("room {id}"), "topic": "" });
                    again_and_again(&mut client, "room:create", &room).await?;
                    done.fetch_add(1, Ordering::AcqRel);
                }
            });
        }
        Ok(())
    }

    /// The first changes the room's topic; the others listen.
    async fn change_topics(&mut self, room: RoomId) -> Result<(), Failed> {
        let (first, others) = self.people.split_first().ok_or("nobody there")?;
        let mut first = connected(self.address, first).await?;
        for person in others {
            let client = connected(self.address, person).await?;
            self.tasks.spawn(async move {
                client.listen().await;
                Ok(())
            });
        }
        let (done, begun) = (self.done.clone(), self.begun());
        self.tasks.spawn(async move {
            begun.await;
            let mut beat = tokio::time::interval(Duration::from_millis(1_000 / 14));
            for nth in 0_u64.. {
                beat.tick().await;
                let change = json!({ "room": room, "topic": format!("topic {nth}") });
                again_and_again(&mut first, "room:change", &change).await?;
                done.fetch_add(1, Ordering::AcqRel);
            }
            Ok(())
        });
        Ok(())
    }
}

/// Asks for something until it is done, as soon as it may be asked.
async fn again_and_again(client: &mut Client, event: &str, payload: &Value) -> Result<(), Failed> {
    loop {
        let (answer, _) = client.ask(event, payload).await?;
        match answer["error"]["retry_after_ms"].as_u64() {
            Some(wait) => sleep(Duration::from_millis(wait)).await,
            None if answer.get("ok").is_some() => return Ok(()),
            None if answer["error"]["code"] == "busy" => sleep(PAUSE).await,
            None => return Err(format!("{event}: {answer}").into()),
        }
    }
}

/// How long to wait, by a refusal.
fn wait_of(refused: &str) -> Duration {
    let digits: String = refused
        .chars()
        .filter(char::is_ascii_digit)
        .skip(2)
        .take(6)
        .collect();
    Duration::from_millis(digits.parse().unwrap_or(100))
}

/// People talk for a while. Answers how long their messages took to be acknowledged, in order.
async fn talk(address: SocketAddr, people: &[Inhabitant], room: RoomId) -> Result<Vec<Duration>, Failed> {
    let mut tasks = JoinSet::new();
    for person in people {
        let mut client = connected(address, person).await?;
        tasks.spawn(async move {
            let mut took = Vec::new();
            let begun = clock::instant();
            while begun.elapsed() < TIME {
                let body =
                    json!({ "kind": "message", "text": "a message of a length that messages often have" });
                let items = json!([{ "id": Uuid::now_v7(), "room": room, "body": body }]);
                took.push(client.ask("send", items).await?.1);
                sleep(PAUSE).await;
            }
            client.leave().await;
            Ok::<_, Failed>(took)
        });
    }
    let mut all = Vec::new();
    while let Some(took) = tasks.join_next().await {
        all.extend(took??);
    }
    all.sort_unstable();
    Ok(all)
}

fn print(quiet: &[Duration], burdened: &[Duration], done: usize) {
    let at =
        |sorted: &[Duration], part: usize| sorted[(sorted.len() - 1) * part / 100].as_secs_f64() * 1_000.0;
    println!("{:>10} {:>10} {:>10} {:>8}", "ack", "quiet", "burdened", "ratio");
    for part in [50, 90, 99] {
        let (before, under) = (at(quiet, part), at(burdened, part));
        println!(
            "{:>10} {before:>7.2} ms {under:>7.2} ms {:>8.2}",
            format!("p{part}"),
            under / before
        );
    }
    println!(
        "{} and {} messages; {done} times done",
        quiet.len(),
        burdened.len()
    );
}

/// Everybody connects at once.
async fn come_back(address: SocketAddr, people: &[Inhabitant]) -> Result<(), Failed> {
    let begun = clock::instant();
    let mut tasks = JoinSet::new();
    for person in people {
        let token = person.token.clone();
        tasks.spawn(async move { (Client::connect(address, &token).await, begun.elapsed()) });
    }
    let (mut back, mut refused, mut unread) = (Vec::new(), 0, 0);
    let mut clients = Vec::new();
    while let Some(done) = tasks.join_next().await {
        match done? {
            (Ok(Connected::Open(client, opened)), took) => {
                let rooms = opened["rooms"].as_array().map(Vec::as_slice).unwrap_or_default();
                unread += rooms
                    .iter()
                    .filter_map(|room| room["unread"].as_u64())
                    .sum::<u64>();
                back.push(took);
                clients.push(client);
            }
            (Ok(Connected::Refused(_)), _) => refused += 1,
            (Err(error), _) => return Err(error),
        }
    }
    back.sort_unstable();
    println!(
        "{} of {} are back, {refused} were refused; half of them after {:.2} s, the last after {:.2} s; {unread} unread messages",
        back.len(),
        people.len(),
        back[back.len() / 2].as_secs_f64(),
        back[back.len() - 1].as_secs_f64(),
    );
    Ok(())
}
