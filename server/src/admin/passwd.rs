//! `steadfast passwd`: a new passphrase for somebody who has forgotten theirs.

use std::io::{self, BufRead, IsTerminal};
use std::path::PathBuf;

use clap::Args;
use steadfast_shared::{Nickname, Passphrase, PassphraseError};

use super::client::{AdminError, LocalServer};
use super::command;
use crate::clock;
use crate::passphrase::{For, HashError, Passphrases};
use crate::store::database::{Database, OpenError};
use crate::store::{StorageLimits, Store, StoreError};

/// Whose passphrase, in which database.
#[derive(Args, Clone, Debug)]
pub struct Passwd {
    /// Whose passphrase; upper and lower case do not matter
    #[arg(value_name = "NICKNAME", value_parser = Nickname::parse)]
    pub nickname: Nickname,

    /// The database of the server
    #[arg(
        long,
        env = "STEADFAST_DATABASE",
        value_name = "PATH OR URL",
        default_value = "steadfast.db",
        hide_env_values = true,
        value_parser = Database::parse
    )]
    pub database: Database,

    /// The running server's socket, where it is elsewhere than beside the database
    #[arg(long, env = "STEADFAST_ADMIN_SOCKET", value_name = "PATH")]
    pub admin_socket: Option<PathBuf>,
}

/// Why no passphrase was set. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum PasswdError {
    /// There is no such file.
    #[error("there is no database {path}: name the server's with --database")]
    NoDatabase {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The server that runs on it did not do it.
    #[error(transparent)]
    Running(#[from] AdminError),
    /// It cannot be used.
    #[error(transparent)]
    Database(OpenError),
    /// Nobody has this nickname.
    #[error("nobody is called {nickname} here")]
    Nobody { nickname: String },
    /// Nothing could be read.
    #[error("cannot read the passphrase ({0})")]
    Unreadable(#[from] io::Error),
    /// It is not acceptable.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
    /// Two different ones were typed.
    #[error("these are two different passphrases: nothing was changed")]
    Different,
    /// It could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// It could not be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sets a passphrase and signs all of the person's devices out. Answers how many.
pub async fn run(asked: &Passwd) -> Result<u64, PasswdError> {
    if let Some(path) = asked.database.file()
        && !path.is_file()
    {
        return Err(PasswdError::NoDatabase { path: path.into() });
    }
    let store = match asked.database.open(StorageLimits::default(), clock::now()).await {
        Err(error) if error.is_in_use() => return on_running_server(asked).await,
        opened => opened.map_err(PasswdError::Database)?,
    };
    let done = reset(&*store, &asked.nickname).await;
    store.close().await;
    done
}

/// Has the running server do it, so that the person's devices are signed out at once.
async fn on_running_server(asked: &Passwd) -> Result<u64, PasswdError> {
    let server = LocalServer::of(&asked.database, asked.admin_socket.as_deref());
    let answer = command::set_passphrase(&server, asked.nickname.as_str()).await?;
    Ok(answer["devices"].as_u64().unwrap_or(0))
}

async fn reset(store: &dyn Store, nickname: &Nickname) -> Result<u64, PasswdError> {
    let account = store.account(nickname).await?;
    let account = account.ok_or_else(|| PasswdError::Nobody {
        nickname: nickname.as_str().to_owned(),
    })?;
    let passphrase = tokio::task::spawn_blocking(read)
        .await
        .map_err(|_| io::Error::other("reading was broken off"))??;
    let hash = Passphrases::default().hash(&passphrase, For::OPERATOR).await?;
    Ok(store.reset_passphrase(account.user, &hash).await?)
}

/// Reads the passphrase: typed twice where somebody types, the first line where a program gives it.
pub(crate) fn read() -> Result<Passphrase, PasswdError> {
    if io::stdin().is_terminal() {
        let passphrase = Passphrase::parse(&rpassword::prompt_password("New passphrase: ")?)?;
        let again = rpassword::prompt_password("Once more: ")?;
        if again != passphrase.as_str() {
            return Err(PasswdError::Different);
        }
        return Ok(passphrase);
    }
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(Passphrase::parse(line.trim_end_matches(['\r', '\n']))?)
}
