//! The command line's side of the socket: one HTTP request per connection.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use steadfast_shared::WireError;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::timeout;

use crate::store::database::Database;

/// The time limit for a response; the server's own limit for its database is shorter.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// There is no socket, or no process listens on it.
    #[error(
        "no server is running on {database} (no answer at {socket}): start it, or name its database with --database and its socket with --admin-socket"
    )]
    NoServer {
        database: Database,
        /// The path that was tried.
        socket: PathBuf,
    },
    /// The user may not use the socket.
    #[error(
        "this user may not talk to the server (its socket is {socket}): run this command as the user who runs the server, or as root"
    )]
    NotAllowed { socket: PathBuf },
    #[error("the server did not answer ({0})")]
    Io(#[from] io::Error),
    /// The response took too long.
    #[error("the server did not answer in time: it may have carried out the command anyway")]
    Late,
    #[error("{0}")]
    Refused(WireError),
    /// The response is not understood.
    #[error("the server sent a response that this version does not understand: {0}")]
    Unreadable(String),
    /// The command names no existing person or room.
    #[error("{0}")]
    Unknown(String),
}

/// A server on this machine.
#[derive(Clone, Debug)]
pub struct LocalServer {
    database: Database,
    socket: PathBuf,
}

impl LocalServer {
    /// The server of this database, at the given socket or at the default one.
    pub fn of(database: &Database, socket: Option<&Path>) -> Self {
        Self {
            database: database.clone(),
            socket: socket.map_or_else(|| database.admin_socket(), Path::to_owned),
        }
    }

    /// Sends a request without a body. Returns the response's body; null if it is empty.
    pub async fn request(&self, method: &str, path: &str) -> Result<Value, AdminError> {
        self.send(method, path, None).await
    }

    /// Sends a request with a body.
    pub async fn request_with(
        &self,
        method: &str,
        path: &str,
        body: &impl Serialize,
    ) -> Result<Value, AdminError> {
        let body = serde_json::to_string(body).map_err(|error| AdminError::Unreadable(error.to_string()))?;
        self.send(method, path, Some(body)).await
    }

    async fn send(&self, method: &str, path: &str, body: Option<String>) -> Result<Value, AdminError> {
        let body = body.unwrap_or_default();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        let exchange = async {
            let mut stream = UnixStream::connect(&self.socket)
                .await
                .map_err(|error| self.unreached(error))?;
            stream.write_all(request.as_bytes()).await?;
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await?;
            Ok::<_, AdminError>(answer)
        };
        let answer = timeout(PATIENCE, exchange)
            .await
            .map_err(|_| AdminError::Late)??;
        read(&String::from_utf8_lossy(&answer)).map_err(|error| match error {
            // The server checks the user before its API runs, so this 403 has no body, unlike the API's refusals.
            AdminError::Unreadable(first) if first.contains(" 403 ") => AdminError::NotAllowed {
                socket: self.socket.clone(),
            },
            error => error,
        })
    }

    fn unreached(&self, error: io::Error) -> AdminError {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => AdminError::NoServer {
                database: self.database.clone(),
                socket: self.socket.clone(),
            },
            io::ErrorKind::PermissionDenied => AdminError::NotAllowed {
                socket: self.socket.clone(),
            },
            _ => AdminError::Io(error),
        }
    }
}

/// Parses a response: its body on success, otherwise the error.
fn read(answer: &str) -> Result<Value, AdminError> {
    let unreadable = || AdminError::Unreadable(answer.lines().next().unwrap_or_default().to_owned());
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(unreadable)?;
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse::<u16>().ok());
    match status {
        Some(200..=299) if body.is_empty() => Ok(Value::Null),
        Some(200..=299) => serde_json::from_str(body).map_err(|_| unreadable()),
        Some(_) => match serde_json::from_str(body) {
            Ok(refusal) => Err(AdminError::Refused(refusal)),
            Err(_) => Err(unreadable()),
        },
        None => Err(unreadable()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_body_nothing_or_a_refusal() {
        let json = "HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n{\"a\":1}";
        assert_eq!(read(json).unwrap(), serde_json::json!({ "a": 1 }));
        assert_eq!(read("HTTP/1.1 204 No Content\r\n\r\n").unwrap(), Value::Null);
        let refused = "HTTP/1.1 404 Not Found\r\n\r\n{\"code\":\"unknown_person\",\"message\":\"nobody\"}";
        assert_eq!(read(refused).unwrap_err().to_string(), "nobody");
        assert!(matches!(read("nonsense"), Err(AdminError::Unreadable(_))));
    }
}
