//! A chat on the command line, for the server of the Socket.IO tutorial: it sends `chat message` and prints those of others.
//!
//! ```sh
//! cargo run -p socketio-anywhere --example chat -- http://localhost:3000
//! ```
//!
//! Without a server it says so, and goes on trying; what is typed meanwhile waits. If something is not sent at the end, it fails. The tutorial is at
//! <https://socket.io/docs/v4/tutorial/introduction>; in this crate's repository the server of the tests will do:
//!
//! ```sh
//! node socketio-client/tests/servers/server.mjs e2e/node_modules 3000
//! ```

use std::process::ExitCode;
use std::time::Duration;

use socketio_anywhere::{Client, Event};
use tokio::io::{AsyncBufReadExt, BufReader};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let url = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "http://localhost:3000".into());
    let client = Client::builder(&url)
        .auto_connect(false)
        .close_timeout(Duration::from_secs(3))
        .build()?;
    let mut events = client.events();
    client.connect();

    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    loop {
        tokio::select! {
            event = events.next() => match event {
                Some(Event::Connected { id }) => println!("* connected as {id}"),
                Some(Event::Disconnected { reason, .. }) => println!("* disconnected: {reason}"),
                Some(Event::ConnectError(error)) => {
                    println!("* cannot connect: {error}");
                    if !error.refused {
                        println!("* is a Socket.IO server running at {url}? See the head of examples/chat.rs");
                    }
                }
                Some(Event::Reconnecting { delay, .. }) => println!("* trying again in {delay:.1?}"),
                Some(Event::Message(message)) if message.event == "chat message" => {
                    println!("{}", message.parse::<String>().unwrap_or_default());
                }
                Some(_) => {}
                None => break,
            },
            line = lines.next_line() => {
                let Some(line) = line? else { break };
                // Typed while offline, it waits for the connection.
                if let Err(error) = client.emit("chat message", &line) {
                    println!("* not sent: {error}");
                }
            }
        }
    }
    // What was typed last may still be on its way.
    if let Err(unsent) = client.close().await {
        println!("* {unsent}");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
