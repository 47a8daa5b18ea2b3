//! The `steadfast` binary: reads its settings, serves until it is told to stop.

mod allocator;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use steadfast_server::admin::passwd::{self, Passwd};
#[cfg(unix)]
use steadfast_server::admin::{self, command::Admin};
use steadfast_server::app;
use steadfast_server::backup::{self, Backup};
use steadfast_server::check::{self, CheckArgs};
use steadfast_server::config::{Config, LogFormat};
use steadfast_server::copy::{self, CopyArgs};
use steadfast_server::error::StartError;
use steadfast_server::restore::{self, Restore};
use tracing_subscriber::EnvFilter;

/// A self-hosted chat that loses nothing, doubles nothing and keeps the order.
///
/// Start it and open http://localhost:3000. Everything is kept in one file, steadfast.db, beside it. Every setting is a flag or
/// the environment variable named with it; flags go before variables.
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
    /// Serve the chat: the default without a command
    Serve(Box<Config>),
    /// Give somebody a new passphrase who has forgotten theirs
    ///
    /// The server may run or not. The passphrase is asked for, or read as one line from standard input:
    ///
    ///   steadfast passwd Mina --database /var/lib/steadfast/steadfast.db
    ///
    /// Every device of that person is signed out; messages they have not sent yet stay on those devices, and go out once the person signs in there with the passphrase. So an owner who is locked out gets the server back too.
    #[command(verbatim_doc_comment)]
    Passwd(Passwd),
    /// Administer the running server from beside it: who is there, bans, roles, rooms, limits, the logs
    ///
    ///   steadfast admin who --database /var/lib/steadfast/steadfast.db
    ///   steadfast admin ban Mallory --reason spam --messages hidden
    ///
    /// It speaks to the server over a socket beside the database file, which the user who runs the server, and root, can use. Everything is written to the audit log.
    #[cfg(unix)]
    #[command(verbatim_doc_comment)]
    Admin(Admin),
    /// Copy the database into one file while the server runs
    ///
    ///   steadfast backup /backup/steadfast-$(date +%F).db --database /var/lib/steadfast/steadfast.db
    ///
    /// The copy is of one moment, is read back before it gets its name, and can be read by its owner alone.
    #[command(verbatim_doc_comment)]
    Backup(Backup),
    /// Go back to a backup, and keep the former database beside it
    ///
    /// Stop the server first. The backup is checked before anything is changed; browsers then fetch everything anew, and still send their unsent messages.
    #[command(verbatim_doc_comment)]
    Restore(Restore),
    /// Tell whether the database, or a backup, is whole, and how to mend it if it is not
    ///
    /// The server may run meanwhile. Ends with 0 where nothing is wrong, and with 1 otherwise.
    Check(CheckArgs),
    /// Copy everything into another database, as from SQLite to Postgres
    ///
    ///   steadfast copy --from steadfast.db --to postgres://steadfast@db.example/steadfast
    ///
    /// Stop the server first. A copy that was broken off goes on where it ended, by the same command; at the end both databases are compared. People notice nothing: every message keeps its place.
    #[command(verbatim_doc_comment)]
    Copy(CopyArgs),
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .on_thread_park(allocator::give_back)
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(command(Cli::parse())),
        Err(error) => failed(&error),
    }
}

async fn command(cli: Cli) -> ExitCode {
    let config = match cli.command {
        Some(CliCommand::Serve(config)) => *config,
        #[cfg(unix)]
        Some(CliCommand::Admin(asked)) => return administer(&asked).await,
        Some(CliCommand::Passwd(asked)) => return set_passphrase(&asked).await,
        Some(CliCommand::Backup(asked)) => return back_up(&asked).await,
        Some(CliCommand::Restore(asked)) => return restore_backup(&asked).await,
        Some(CliCommand::Check(asked)) => return check_database(&asked).await,
        Some(CliCommand::Copy(asked)) => return copy_database(&asked).await,
        None => cli.config,
    };
    start_logging(&config);
    match run(config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

async fn set_passphrase(asked: &Passwd) -> ExitCode {
    match passwd::run(asked).await {
        Ok(devices) => {
            println!(
                "{} has a new passphrase; devices signed out: {devices}",
                asked.nickname.as_str()
            );
            ExitCode::SUCCESS
        }
        Err(error) => failed(&error),
    }
}

#[cfg(unix)]
async fn administer(asked: &Admin) -> ExitCode {
    match admin::command::run(asked).await {
        Ok(answer) => {
            println!("{answer}");
            ExitCode::SUCCESS
        }
        Err(error) => failed(&error),
    }
}

async fn back_up(asked: &Backup) -> ExitCode {
    match backup::run(asked).await {
        Ok(report) => {
            print!("backed up and read back: {}", check::in_words(&report));
            ExitCode::SUCCESS
        }
        Err(error) => failed(&error),
    }
}

async fn restore_backup(asked: &Restore) -> ExitCode {
    match restore::run(asked).await {
        Ok(restored) => {
            print!("restored: {}", check::in_words(&restored.report));
            if let Some(former) = restored.former {
                println!("the former database is kept as {}", former.display());
            }
            println!("start the server: every browser fetches afresh, and sends what it has not sent yet");
            ExitCode::SUCCESS
        }
        Err(error) => failed(&error),
    }
}

async fn check_database(asked: &CheckArgs) -> ExitCode {
    match check::run(asked).await {
        Ok(report) => {
            println!("{}", check::answer(asked, &report).trim_end());
            ExitCode::from(u8::from(!report.sound))
        }
        Err(error) => failed(&error),
    }
}

async fn copy_database(asked: &CopyArgs) -> ExitCode {
    match copy::run(asked).await {
        Ok(done) => {
            let again = if done.resumed {
                ", going on with an earlier copy"
            } else {
                ""
            };
            println!("copied and compared: {} rows{again}", done.rows);
            println!("start the server with --database and the new one: browsers go on where they were");
            ExitCode::SUCCESS
        }
        Err(error) => failed(&error),
    }
}

fn failed(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("steadfast: {error}");
    ExitCode::FAILURE
}

async fn run(mut config: Config) -> Result<(), StartError> {
    let (listener, address) = app::listen(&config).await?;
    // The port that was taken, where any would do.
    config.listen = address.to_string();
    let app = app::build(config).await?;
    if let Some(link) = &app.owner_link {
        tracing::warn!("nobody owns this server yet: open {} to own it", link.url);
    }
    tracing::info!("listening on http://{address}");
    app.serve(listener, stop_signal()).await
}

fn start_logging(config: &Config) {
    let filter = EnvFilter::try_new(&config.log_level).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stdout().is_terminal());
    match config.log {
        LogFormat::Text => lines.with_target(false).init(),
        LogFormat::Json => lines.json().flatten_event(true).init(),
    }
}

/// Resolves when the process is told to stop. Told once more, it ends at once: every acknowledged message is durable all the same.
async fn stop_signal() {
    next_signal().await;
    tokio::spawn(async {
        next_signal().await;
        tracing::warn!("told to stop once more: ending at once");
        std::process::exit(1);
    });
}

/// Resolves at Ctrl-C, and at SIGTERM where there is such a thing.
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
