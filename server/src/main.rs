//! The `steadfast` binary: reads its settings and serves until a signal stops it.

mod allocator;
mod output;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use steadfast_server::admin::passwd::{self, Passwd, PasswdError};
#[cfg(unix)]
use steadfast_server::admin::{self, command::Admin};
use steadfast_server::app;
use steadfast_server::backup::{self, Backup, BackupError};
use steadfast_server::check::{self, CheckArgs, CheckError};
use steadfast_server::config::{Config, LogFormat, empty_variables, without_empty_variables};
use steadfast_server::copy::{self, CopyArgs};
use steadfast_server::error::StartError;
use steadfast_server::restore::{self, Restore, RestoreError};
use steadfast_server::store::transfer::TransferError;
use tracing_subscriber::EnvFilter;

use output::{Answer, failed};

/// The lines that people and scripts wait for: they are printed at every log level.
const STARTED: &str = "steadfast::started";

/// A self-hosted chat that loses nothing, doubles nothing and keeps the order.
///
/// Start it and open http://localhost:3000. Everything is stored in one file, steadfast.db, in the current folder. Every setting is
/// a flag or the environment variable named with it; a flag overrides its variable.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<CliCommand>,
    #[command(flatten)]
    config: Config,
}

#[derive(Subcommand)]
enum CliCommand {
    /// Serve the chat; the default without a command
    Serve(Box<Config>),
    /// Set a new passphrase for a person who has forgotten theirs
    ///
    /// The server may be running or stopped. The command prompts for the passphrase, or reads it as one line from standard input:
    ///
    ///   steadfast passwd Mina --database /var/lib/steadfast/steadfast.db
    ///
    /// All of that person's devices are signed out. Messages they have not sent yet stay on those devices and go out once the person signs in there again. An owner who is locked out regains the server this way too.
    #[command(verbatim_doc_comment)]
    Passwd(Passwd),
    /// Administer the running server from its own machine: connections, bans, roles, rooms, limits, logs
    ///
    ///   steadfast admin who --database /var/lib/steadfast/steadfast.db
    ///   steadfast admin ban Mallory --reason spam --messages hidden
    ///
    /// It talks to the server over a socket beside the database file, which only root and the user who runs the server can use. Every action is written to the audit log.
    #[cfg(unix)]
    #[command(verbatim_doc_comment)]
    Admin(Admin),
    /// Copy the database into one file while the server runs
    ///
    ///   steadfast backup /backup/steadfast-$(date +%F).db --database /var/lib/steadfast/steadfast.db
    ///
    /// The copy is a consistent snapshot. It is verified before it gets its name, and only its owner can read it.
    #[command(verbatim_doc_comment)]
    Backup(Backup),
    /// Restore a backup, and keep the former database beside it
    ///
    /// Stop the server first. The backup is checked before anything changes. Browsers then fetch everything again and still send their unsent messages.
    #[command(verbatim_doc_comment)]
    Restore(Restore),
    /// Check whether the database or a backup is intact, and how to repair it
    ///
    /// The server may keep running. Exits with 0 if the database is intact, otherwise with 1.
    Check(CheckArgs),
    /// Copy everything into another database, for example from SQLite to Postgres
    ///
    ///   steadfast copy --from steadfast.db --to postgres://steadfast@db.example/steadfast
    ///
    /// Stop the server first. To continue an interrupted copy, run the same command again. At the end both databases are compared. People notice nothing: every message keeps its place.
    #[command(verbatim_doc_comment)]
    Copy(CopyArgs),
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .on_thread_park(allocator::give_back)
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(command(parsed())),
        Err(error) => failed(&error),
    }
}

/// The command line and the environment. Ends the program if they cannot be read.
fn parsed() -> Cli {
    let matches = without_empty_variables(Cli::command()).get_matches();
    Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

async fn command(cli: Cli) -> ExitCode {
    let config = match cli.command {
        Some(CliCommand::Serve(config)) => *config,
        #[cfg(unix)]
        Some(CliCommand::Admin(args)) => return ended(admin::command::run(&args).await.map(Answer::new)),
        Some(CliCommand::Passwd(args)) => return ended(set_passphrase(&args).await),
        Some(CliCommand::Backup(args)) => return ended(back_up(&args).await),
        Some(CliCommand::Restore(args)) => return ended(restore_backup(&args).await),
        Some(CliCommand::Check(args)) => return ended(check_database(&args).await),
        Some(CliCommand::Copy(args)) => return ended(copy_database(&args).await),
        None => cli.config,
    };
    start_logging(&config);
    let empty = empty_variables();
    if !empty.is_empty() {
        tracing::info!("ignored, because their value is empty: {}", empty.join(", "));
    }
    match run(config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn ended<E: std::error::Error>(outcome: Result<Answer, E>) -> ExitCode {
    outcome.map_or_else(|error| failed(&error), Answer::print)
}

async fn set_passphrase(args: &Passwd) -> Result<Answer, PasswdError> {
    let devices = passwd::run(args).await?;
    let nickname = args.nickname.as_str();
    Ok(Answer::new(format!(
        "{nickname} has a new passphrase; devices signed out: {devices}"
    )))
}

async fn back_up(args: &Backup) -> Result<Answer, BackupError> {
    let report = backup::run(args).await?;
    Ok(Answer::new(format!(
        "backed up and verified: {}",
        check::in_words(&report)
    )))
}

async fn restore_backup(args: &Restore) -> Result<Answer, RestoreError> {
    let restored = restore::run(args).await?;
    let mut text = format!("restored: {}", check::in_words(&restored.report));
    if let Some(former) = restored.former {
        text.push_str(&format!("the former database is kept as {}\n", former.display()));
    }
    text.push_str("start the server: every browser fetches everything again and sends its unsent messages");
    Ok(Answer::new(text))
}

async fn check_database(args: &CheckArgs) -> Result<Answer, CheckError> {
    let report = check::run(args).await?;
    let code = ExitCode::from(u8::from(!report.sound));
    Ok(Answer::new(check::answer(args, &report)).with_code(code))
}

async fn copy_database(args: &CopyArgs) -> Result<Answer, TransferError> {
    let done = copy::run(args).await?;
    let again = if done.resumed {
        ", continuing an earlier copy"
    } else {
        ""
    };
    Ok(Answer::new(format!(
        "copied and compared: {} rows{again}\n\
         start the server with --database set to the new one: browsers continue where they were",
        done.rows
    )))
}

async fn run(mut config: Config) -> Result<(), StartError> {
    let (listener, address) = app::listen(&config).await?;
    // The actual port, if the setting left the choice to the system.
    config.listen = address.to_string();
    let app = app::build(config).await?;
    if let Some(link) = &app.owner_link {
        tracing::warn!(
            target: STARTED,
            "this server has no owner yet: open {} to become its owner",
            link.url
        );
    }
    tracing::info!(target: STARTED, "listening on http://{address}");
    app.serve(listener, stop_signal()).await
}

fn start_logging(config: &Config) {
    let filter = format!("{},{STARTED}=info", config.log_level);
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // It would report a closed standard output on standard error, and panic if that is closed as well: the program that
        // reads the log may end before the server does.
        .log_internal_errors(false)
        .with_ansi(std::io::stdout().is_terminal());
    match config.log {
        LogFormat::Text => lines.with_target(false).init(),
        LogFormat::Json => lines.json().flatten_event(true).init(),
    }
}

/// Resolves when the process receives a stop signal. A second signal exits at once: every acknowledged message is durable anyway.
async fn stop_signal() {
    next_signal().await;
    tokio::spawn(async {
        next_signal().await;
        tracing::warn!("received a second stop signal: exiting at once");
        std::process::exit(1);
    });
}

/// Resolves on Ctrl-C, and on SIGTERM where the platform has it.
async fn next_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
