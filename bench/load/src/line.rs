//! A TCP proxy between members and a server that behaves as bad lines do: it fails, delays and stalls.

use std::time::Duration;

use anyhow::Context;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// Bytes that the kernel buffers from the server before they are read: few, so that a stalled line is noticed.
const UNREAD: u32 = 16 * 1024;
const PIECE: usize = 16 * 1024;

/// Dropping it cuts it.
pub(crate) struct Line {
    /// Where members connect.
    pub(crate) url: String,
    state: watch::Sender<State>,
    listening: JoinHandle<()>,
}

#[derive(Clone, Copy, Default, Debug)]
struct State {
    /// How often it was cut.
    cuts: u64,
    /// Whether new connections are refused.
    down: bool,
    /// Whether nothing more is taken from the server.
    stopped: bool,
    weather: Weather,
}

/// How a line treats its bytes and connections.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Weather {
    /// Most time that a piece takes, each way. Order is kept.
    pub(crate) delay: Duration,
    /// Most time that a connection lives, and half of it the least.
    pub(crate) life: Option<Duration>,
}

impl Line {
    /// A line to the server at this address, as `http://127.0.0.1:3000`.
    pub(crate) async fn to(url: &str) -> anyhow::Result<Self> {
        let server = url.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (state, states) = watch::channel(State::default());
        let listening = tokio::spawn(async move {
            while let Ok((member, _)) = listener.accept().await {
                if states.borrow().down {
                    let _closed = member.set_zero_linger();
                    continue;
                }
                tokio::spawn(carry_both(member, server.clone(), states.clone()));
            }
        });
        Ok(Self {
            url,
            state,
            listening,
        })
    }

    /// Every connection falls, and none is taken.
    pub(crate) fn cut(&self) {
        self.state.send_modify(|state| {
            state.cuts += 1;
            state.down = true;
        });
    }

    /// New connections are carried.
    pub(crate) fn mend(&self) {
        self.state.send_modify(|state| state.down = false);
    }

    /// Whether nothing more is taken from the server.
    pub(crate) fn stop(&self, stopped: bool) {
        self.state.send_modify(|state| state.stopped = stopped);
    }

    /// New connections live so.
    pub(crate) fn be(&self, weather: Weather) {
        self.state.send_modify(|state| state.weather = weather);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.listening.abort();
        self.cut();
    }
}

/// Both directions of a connection, until it falls.
async fn carry_both(member: TcpStream, server: String, states: watch::Receiver<State>) {
    let Ok(server) = connect(&server).await else {
        return;
    };
    let _nagle = (member.set_nodelay(true), server.set_nodelay(true));
    let (mut cut, begun) = (states.clone(), *states.borrow());
    let life = async {
        match begun.weather.life {
            Some(life) => sleep(life / 2 + part_of(life / 2)).await,
            None => std::future::pending().await,
        }
    };
    let (from_member, to_member) = member.into_split();
    let (from_server, to_server) = server.into_split();
    let delay = begun.weather.delay;
    tokio::select! {
        () = carry(from_member, to_server, delay, None) => {}
        () = carry(from_server, to_member, delay, Some(states)) => {}
        _ = cut.wait_for(|state| state.cuts > begun.cuts) => {}
        () = life => {}
    }
}

async fn connect(server: &str) -> anyhow::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(UNREAD)?;
    socket
        .connect(server.parse()?)
        .await
        .context("the server is not there")
}

/// Carries one direction until it ends, in order.
async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    delay: Duration,
    mut stops: Option<watch::Receiver<State>>,
) {
    let mut piece = vec![0; PIECE];
    loop {
        if let Some(states) = &mut stops
            && states.wait_for(|state| !state.stopped).await.is_err()
        {
            return;
        }
        let Ok(bytes @ 1..) = from.read(&mut piece).await else {
            return;
        };
        if !delay.is_zero() {
            sleep(part_of(delay)).await;
        }
        if to.write_all(&piece[..bytes]).await.is_err() {
            return;
        }
    }
}

fn part_of(most: Duration) -> Duration {
    most.mul_f64(fastrand::f64())
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    /// A server that says everything again.
    async fn echo() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (mut from, mut to) = stream.into_split();
                tokio::spawn(async move { tokio::io::copy(&mut from, &mut to).await });
            }
        });
        url
    }

    async fn dial(line: &Line) -> TcpStream {
        let address = line.url.trim_start_matches("http://");
        TcpStream::connect(address).await.unwrap()
    }

    #[tokio::test]
    async fn a_line_carries_both_ways_until_it_is_cut() {
        let line = Line::to(&echo().await).await.unwrap();
        let mut member = dial(&line).await;
        member.write_all(b"hello").await.unwrap();
        let mut received = [0; 5];
        timeout(PATIENCE, member.read_exact(&mut received))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(&received, b"hello");
        line.cut();
        let end = timeout(PATIENCE, member.read(&mut received)).await.unwrap();
        assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
        line.mend();
        let mut again = dial(&line).await;
        again.write_all(b"again").await.unwrap();
        timeout(PATIENCE, again.read_exact(&mut received))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(&received, b"again");
    }

    #[tokio::test]
    async fn a_stopped_line_brings_nothing_until_it_goes_on() {
        let line = Line::to(&echo().await).await.unwrap();
        line.stop(true);
        let mut member = dial(&line).await;
        member.write_all(b"hello").await.unwrap();
        let mut received = [0; 5];
        let nothing = timeout(Duration::from_millis(200), member.read_exact(&mut received)).await;
        assert!(nothing.is_err(), "it was stopped");
        line.stop(false);
        let mut received = [0; 5];
        timeout(PATIENCE, member.read_exact(&mut received))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(&received, b"hello");
    }
}
