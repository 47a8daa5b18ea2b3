//! Every setting, as a flag or an environment variable.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

/// How a server shall be run.
#[derive(Args, Clone, Debug)]
pub struct Config {
    /// Address and port to listen on; port 0 takes any free one and prints which
    #[arg(
        long,
        env = "STEADFAST_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:3000"
    )]
    pub listen: String,

    /// The database: a file (made where there is none) or a sqlite: URL
    #[arg(
        long,
        env = "STEADFAST_DATABASE",
        value_name = "PATH",
        default_value = "steadfast.db",
        value_parser = database
    )]
    pub database: PathBuf,

    /// Another origin whose pages may sign in and connect, as https://chat.example.org (repeatable)
    #[arg(
        long = "allowed-origin",
        env = "STEADFAST_ALLOWED_ORIGIN",
        value_name = "ORIGIN",
        value_delimiter = ',',
        value_parser = origin
    )]
    pub allowed_origins: Vec<String>,

    /// How log lines are written
    #[arg(long, env = "STEADFAST_LOG", value_name = "FORMAT", default_value = "text")]
    pub log: LogFormat,

    /// Which log lines are written: error, warn, info, debug, or a list of module=level
    #[arg(
        long,
        env = "STEADFAST_LOG_LEVEL",
        value_name = "FILTER",
        default_value = "info"
    )]
    pub log_level: String,

    /// Send the session cookie over HTTPS only; for servers behind a proxy that speaks HTTPS
    #[arg(long, env = "STEADFAST_SECURE_COOKIE")]
    pub secure_cookie: bool,

    /// Count sign-ins by the last address in X-Forwarded-For; for servers that only a proxy can reach, which sets it
    #[arg(long, env = "STEADFAST_TRUST_PROXY")]
    pub trust_proxy: bool,

    /// Offer the fault panel in the page's details: everybody may then break their own tab's link and storage, and watch it heal
    #[arg(long, env = "STEADFAST_FAULT_PANEL")]
    pub fault_panel: bool,

    /// Take new people by invitation only: by this code, or by a link the owner makes. At least 8 characters
    #[arg(long, env = "STEADFAST_INVITE", value_name = "CODE", hide_env_values = true, value_parser = invite)]
    pub invite: Option<String>,

    /// What one client may ask for, and how much is kept in memory
    #[command(flatten)]
    pub limits: Limits,
}

/// How log lines are written.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for programs.
    Json,
}

/// What one client may ask for, and how much is kept in memory.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Entries a device may send per second, lasting
    #[arg(
        long,
        env = "STEADFAST_MESSAGES_PER_SECOND",
        value_name = "N",
        default_value_t = 100
    )]
    pub messages_per_second: u32,

    /// Entries a device may send at once, before the rate holds; at least 64
    #[arg(
        long,
        env = "STEADFAST_MESSAGE_BURST",
        value_name = "N",
        default_value_t = 1_000,
        value_parser = clap::value_parser!(u32).range(64..)
    )]
    pub message_burst: u32,

    /// Other events a device may send per second, lasting
    #[arg(
        long,
        env = "STEADFAST_EVENTS_PER_SECOND",
        value_name = "N",
        default_value_t = 50
    )]
    pub events_per_second: u32,

    /// Other events a device may send at once, before the rate holds; at least 64
    #[arg(
        long,
        env = "STEADFAST_EVENT_BURST",
        value_name = "N",
        default_value_t = 200,
        value_parser = clap::value_parser!(u32).range(64..)
    )]
    pub event_burst: u32,

    /// Sign-ins one IP address may ask for per minute
    #[arg(
        long,
        env = "STEADFAST_SIGN_INS_PER_MINUTE",
        value_name = "N",
        default_value_t = 60
    )]
    pub sign_ins_per_minute: u32,

    /// Connections taken at the same time
    #[arg(
        long,
        env = "STEADFAST_MAX_CONNECTIONS",
        value_name = "N",
        default_value_t = 10_000
    )]
    pub max_connections: usize,

    /// Connections one device may have at the same time
    #[arg(
        long,
        env = "STEADFAST_MAX_CONNECTIONS_PER_DEVICE",
        value_name = "N",
        default_value_t = 64
    )]
    pub max_connections_per_device: usize,

    /// Seconds a connection may leave what it is sent unread
    #[arg(
        long = "stall-seconds",
        env = "STEADFAST_STALL_SECONDS",
        value_name = "SECONDS",
        default_value = "10",
        value_parser = seconds
    )]
    pub stall: Duration,

    /// Seconds between the pings that keep a connection open
    #[arg(
        long = "ping-seconds",
        env = "STEADFAST_PING_SECONDS",
        value_name = "SECONDS",
        default_value = "25",
        value_parser = seconds
    )]
    pub ping: Duration,

    /// Seconds a ping may be left unanswered before the connection counts as gone
    #[arg(
        long = "pong-seconds",
        env = "STEADFAST_PONG_SECONDS",
        value_name = "SECONDS",
        default_value = "20",
        value_parser = seconds
    )]
    pub pong: Duration,

    /// Milliseconds somebody may be gone before the others are told: a page that loads again is no departure
    #[arg(
        long = "presence-grace-ms",
        env = "STEADFAST_PRESENCE_GRACE_MS",
        value_name = "MS",
        default_value = "10000",
        value_parser = milliseconds
    )]
    pub presence_grace: Duration,

    /// Most missed entries sent along when a session opens; more are pulled by the client
    #[arg(
        long,
        env = "STEADFAST_RECOVERED_ENTRIES",
        value_name = "N",
        default_value_t = 200
    )]
    pub recovered_entries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            messages_per_second: 100,
            message_burst: 1_000,
            events_per_second: 50,
            event_burst: 200,
            sign_ins_per_minute: 60,
            max_connections: 10_000,
            max_connections_per_device: 64,
            stall: Duration::from_secs(10),
            ping: Duration::from_secs(25),
            pong: Duration::from_secs(20),
            presence_grace: Duration::from_secs(10),
            recovered_entries: 200,
        }
    }
}

impl Config {
    /// The defaults, on a database of one's own.
    pub fn new(database: impl Into<PathBuf>) -> Self {
        Self {
            listen: "127.0.0.1:0".into(),
            database: database.into(),
            allowed_origins: Vec::new(),
            log: LogFormat::Text,
            log_level: "info".into(),
            secure_cookie: false,
            trust_proxy: false,
            fault_panel: false,
            invite: None,
            limits: Limits::default(),
        }
    }
}

/// Reads the name of a database.
pub(crate) fn database(text: &str) -> Result<PathBuf, String> {
    if text.starts_with("postgres:") || text.starts_with("postgresql:") {
        return Err("this version of Steadfast keeps its data in SQLite only: name a file".into());
    }
    let path = text
        .strip_prefix("sqlite://")
        .or_else(|| text.strip_prefix("sqlite:"))
        .unwrap_or(text);
    if path.is_empty() || path == ":memory:" {
        return Err("the database has to be a file: what is only in memory cannot be kept".into());
    }
    Ok(path.into())
}

fn origin(text: &str) -> Result<String, String> {
    let origin = text.trim_end_matches('/').to_ascii_lowercase();
    match origin.split_once("://") {
        Some(("http" | "https", host)) if !host.is_empty() && !host.contains('/') => Ok(origin),
        _ => Err("an origin is a scheme and a host, as https://chat.example.org".into()),
    }
}

fn invite(text: &str) -> Result<String, String> {
    match text.chars().count() {
        8..=256 => Ok(text.to_owned()),
        _ => Err("a code has 8 to 256 characters: whoever guesses it is in".into()),
    }
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(milliseconds @ 0..=3_600_000) => Ok(Duration::from_millis(milliseconds)),
        _ => Err("a whole number of milliseconds from 0 to 3600000".into()),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds @ 1..=3_600) => Ok(Duration::from_secs(seconds)),
        _ => Err("a whole number of seconds from 1 to 3600".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postgres_url_is_refused_in_words() {
        assert!(
            database("postgres://localhost/chat")
                .unwrap_err()
                .contains("SQLite")
        );
        assert_eq!(
            database("sqlite:///var/lib/chat.db").unwrap(),
            PathBuf::from("/var/lib/chat.db")
        );
        assert_eq!(database("chat.db").unwrap(), PathBuf::from("chat.db"));
    }

    #[test]
    fn a_code_that_is_soon_guessed_is_refused() {
        assert!(invite("1234567").is_err());
        assert_eq!(invite("lighthouse").unwrap(), "lighthouse");
    }

    #[test]
    fn an_origin_has_no_path() {
        assert_eq!(origin("https://Chat.example/").unwrap(), "https://chat.example");
        assert!(origin("chat.example").is_err());
        assert!(origin("https://chat.example/page").is_err());
    }
}
