//! Every setting, as a flag or an environment variable.

mod adapter;
mod base_path;
mod environment;
mod limits;
pub(crate) mod parse;
mod secret;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use ipnet::IpNet;

pub(crate) use adapter::RedisServer;
pub use adapter::{AdapterChoice, AdapterError};
pub use base_path::BasePath;
pub use environment::{empty_variables, without_empty_variables};
pub use limits::{ConnectionLimits, DataLimits, DeviceRates, Limits, TimeLimits};
use parse::{invite, listening, log_filter, network, origin};
pub use secret::secret;

use crate::store::database::Database;

/// The default drain time if other nodes can take the connections over.
const DRAIN: Duration = Duration::from_secs(20);

/// All settings of a server.
#[derive(Args, Clone, Debug)]
pub struct Config {
    /// Address and port to listen on; port 0 picks a free one and prints it
    #[arg(
        long,
        env = "STEADFAST_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:3000",
        value_parser = listening
    )]
    pub listen: String,

    /// The database: a file (created if missing), or postgres://user:password@host/database
    #[arg(
        long,
        env = "STEADFAST_DATABASE",
        value_name = "PATH OR URL",
        default_value = "steadfast.db",
        hide_env_values = true,
        value_parser = secret(Database::parse)
    )]
    pub database: Database,

    /// How servers that share one database notify each other: none, postgres, or redis://host:6379. Defaults to postgres if the
    /// database is Postgres
    #[arg(
        long,
        env = "STEADFAST_ADAPTER",
        value_name = "ADAPTER",
        hide_env_values = true,
        value_parser = secret(AdapterChoice::parse)
    )]
    pub adapter: Option<AdapterChoice>,

    /// Socket of `steadfast admin`; defaults to a path beside the database file, or in the current folder
    #[arg(long, env = "STEADFAST_ADMIN_SOCKET", value_name = "PATH")]
    pub admin_socket: Option<PathBuf>,

    /// The server's public URL, for example https://chat.example.org: the host it answers for besides localhost, and its own
    /// page's origin
    #[arg(long, env = "STEADFAST_PUBLIC_URL", value_name = "URL", value_parser = origin)]
    pub public_url: Option<String>,

    /// The path on its host that the server lives below, for example /chat for https://example.org/chat/
    #[arg(long, env = "STEADFAST_BASE_PATH", value_name = "PATH", default_value = "/", hide_default_value = true, value_parser = BasePath::parse)]
    pub base_path: BasePath,

    /// Another origin whose pages may sign in and connect, for example https://chat.example.org (repeatable)
    #[arg(
        long = "allowed-origin",
        env = "STEADFAST_ALLOWED_ORIGIN",
        value_name = "ORIGIN",
        value_delimiter = ',',
        value_parser = origin
    )]
    pub allowed_origins: Vec<String>,

    /// Format of the log lines
    #[arg(long, env = "STEADFAST_LOG", value_name = "FORMAT", default_value = "text")]
    pub log: LogFormat,

    /// Log level: error, warn, info, debug, or a list of module=level
    #[arg(
        long,
        env = "STEADFAST_LOG_LEVEL",
        value_name = "FILTER",
        default_value = "info",
        value_parser = log_filter
    )]
    pub log_level: String,

    /// Send the session cookie over HTTPS only; for servers behind an HTTPS proxy. Implied by an https:// --public-url
    #[arg(long, env = "STEADFAST_SECURE_COOKIE")]
    pub secure_cookie: bool,

    /// A trusted proxy, for example 10.0.0.7 or 10.0.0.0/8 (repeatable): its X-Forwarded-For tells its clients apart
    #[arg(
        long = "trusted-proxy",
        env = "STEADFAST_TRUSTED_PROXY",
        value_name = "CIDR",
        value_delimiter = ',',
        value_parser = network
    )]
    pub trusted_proxies: Vec<IpNet>,

    /// Trust the last address in X-Forwarded-For from every peer; for servers that only one proxy can reach. Prefer
    /// --trusted-proxy
    #[arg(long, env = "STEADFAST_TRUST_PROXY")]
    pub trust_proxy: bool,

    /// Offer the fault panel in the page's details, where people can break their own tab's connection and storage and watch it
    /// recover
    #[arg(long, env = "STEADFAST_FAULT_PANEL")]
    pub fault_panel: bool,

    /// Require an invitation to sign up: this code, or a link that an owner makes. At least 8 characters
    #[arg(long, env = "STEADFAST_INVITE", value_name = "CODE", hide_env_values = true, value_parser = secret(invite))]
    pub invite: Option<String>,

    /// Limits on what one client may do, and on memory
    #[command(flatten)]
    pub limits: Limits,
}

/// The format of log lines.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogFormat {
    /// Lines for people to read.
    Text,
    /// One JSON object a line, for programs.
    Json,
}

impl Config {
    /// The socket of `steadfast admin`.
    pub fn admin_socket(&self) -> PathBuf {
        self.admin_socket
            .clone()
            .unwrap_or_else(|| self.database.admin_socket())
    }

    /// Whether people use HTTPS, through a proxy.
    pub fn is_https(&self) -> bool {
        let public = self.public_url.as_deref();
        self.secure_cookie || public.is_some_and(|url| url.starts_with("https://"))
    }

    /// How long a stopping server takes to close its connections.
    pub fn drain(&self) -> Duration {
        let alone = self.database.file().is_some();
        let default = if alone { Duration::ZERO } else { DRAIN };
        self.limits.times.drain.unwrap_or(default)
    }

    /// The server's address for people: its public URL, or else the address it listens on, with the base path and without a
    /// trailing slash.
    pub fn home(&self) -> String {
        let listened = || match self.listen.parse::<SocketAddr>() {
            // No browser can open the unspecified address.
            Ok(address) if address.ip().is_unspecified() => format!("http://localhost:{}", address.port()),
            _ => format!("http://{}", self.listen),
        };
        let root = self.public_url.clone().unwrap_or_else(listened);
        format!("{root}{}", self.base_path.as_str())
    }

    /// The default settings, on the given database.
    pub fn new(database: impl Into<Database>) -> Self {
        Self {
            listen: "127.0.0.1:0".into(),
            database: database.into(),
            adapter: None,
            admin_socket: None,
            public_url: None,
            base_path: BasePath::default(),
            allowed_origins: Vec::new(),
            log: LogFormat::Text,
            log_level: "info".into(),
            secure_cookie: false,
            trusted_proxies: Vec::new(),
            trust_proxy: false,
            fault_panel: false,
            invite: None,
            limits: Limits::default(),
        }
    }
}
