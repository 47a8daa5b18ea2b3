//! `steadfast passwd`: sets a new passphrase for a person who has forgotten theirs.

use std::io::{self, BufRead, IsTerminal};
use std::path::PathBuf;

use clap::Args;
use steadfast_shared::{Nickname, Passphrase, PassphraseError};

use super::client::{AdminError, LocalServer};
use super::command;
use crate::clock;
use crate::config::secret;
use crate::passphrase::{For, HashError, Passphrases};
use crate::store::database::{Database, OpenError};
use crate::store::{StorageLimits, Store, StoreError};

/// The person, and the database.
#[derive(Args, Clone, Debug)]
pub struct Passwd {
    /// The person's nickname; case does not matter
    #[arg(value_name = "NICKNAME", value_parser = Nickname::parse)]
    pub nickname: Nickname,

    /// The server's database: a file or a URL
    #[arg(
        long,
        env = "STEADFAST_DATABASE",
        value_name = "PATH OR URL",
        default_value = "steadfast.db",
        hide_env_values = true,
        value_parser = secret(Database::parse)
    )]
    pub database: Database,

    /// The running server's socket, if it is not beside the database
    #[arg(long, env = "STEADFAST_ADMIN_SOCKET", value_name = "PATH")]
    pub admin_socket: Option<PathBuf>,
}

/// Why no passphrase was set. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum PasswdError {
    /// The file does not exist.
    #[error("there is no database at {path}: name the server's database with --database")]
    NoDatabase {
        /// The path that was tried.
        path: PathBuf,
    },
    /// The running server did not do it.
    #[error(transparent)]
    Running(#[from] AdminError),
    /// The database cannot be opened.
    #[error(transparent)]
    Database(OpenError),
    /// The nickname is unknown.
    #[error("there is no person called {nickname}: check the spelling")]
    Nobody { nickname: String },
    /// Reading the passphrase failed.
    #[error("cannot read the passphrase ({0})")]
    Unreadable(#[from] io::Error),
    /// The passphrase is not acceptable.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
    /// The two typed passphrases differ.
    #[error("the two passphrases differ: nothing was changed, try again")]
    Different,
    #[error(transparent)]
    Hash(#[from] HashError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sets a passphrase and signs out all of the person's devices. Returns their number.
pub async fn run(args: &Passwd) -> Result<u64, PasswdError> {
    if let Some(path) = args.database.file()
        && !path.is_file()
    {
        return Err(PasswdError::NoDatabase { path: path.into() });
    }
    let store = match args.database.open(StorageLimits::default(), clock::now()).await {
        Err(error) if error.is_in_use() => return on_running_server(args).await,
        opened => opened.map_err(PasswdError::Database)?,
    };
    let done = reset(&*store, &args.nickname).await;
    store.close().await;
    done
}

/// Lets the running server do it, so that the person's devices are signed out at once.
async fn on_running_server(args: &Passwd) -> Result<u64, PasswdError> {
    let server = LocalServer::of(&args.database, args.admin_socket.as_deref());
    let answer = command::set_passphrase(&server, args.nickname.as_str()).await?;
    Ok(answer["devices"].as_u64().unwrap_or(0))
}

async fn reset(store: &dyn Store, nickname: &Nickname) -> Result<u64, PasswdError> {
    let account = store.account(nickname).await?;
    let account = account.ok_or_else(|| PasswdError::Nobody {
        nickname: nickname.as_str().to_owned(),
    })?;
    let passphrase = tokio::task::spawn_blocking(read)
        .await
        .map_err(|_| io::Error::other("reading was interrupted"))??;
    let hash = Passphrases::default().hash(&passphrase, For::OPERATOR).await?;
    Ok(store.reset_passphrase(account.user, &hash).await?)
}

/// Reads the passphrase: typed twice on a terminal, otherwise the first line of input.
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
