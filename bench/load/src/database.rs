//! A database of one round's own on a Postgres that runs.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, bail};
use tokio::process::Command;

pub(crate) struct Database {
    /// Where the server finds it.
    pub(crate) url: String,
    name: String,
    /// The address of the Postgres.
    postgres: String,
}

impl Database {
    pub(crate) async fn make(postgres: &str) -> anyhow::Result<Self> {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let name = format!("load_{}", MADE.fetch_add(1, Ordering::Relaxed));
        query(
            postgres,
            &format!("create database {name} template template0 encoding 'UTF8'"),
        )
        .await?;
        let (server, _) = postgres
            .rsplit_once('/')
            .context("a Postgres address without a database")?;
        Ok(Self {
            url: format!("{server}/{name}"),
            name,
            postgres: postgres.to_owned(),
        })
    }

    /// How many transactions were committed in it so far.
    pub(crate) async fn transactions(&self) -> anyhow::Result<f64> {
        let asked = format!(
            "select xact_commit from pg_stat_database where datname = '{}'",
            self.name
        );
        Ok(query(&self.postgres, &asked).await?.trim().parse()?)
    }
}

async fn query(postgres: &str, sql: &str) -> anyhow::Result<String> {
    let answer = Command::new("psql")
        .args([
            postgres,
            "--no-psqlrc",
            "--quiet",
            "--tuples-only",
            "--no-align",
            "--command",
            sql,
        ])
        .output()
        .await
        .context("psql cannot be started")?;
    if !answer.status.success() {
        bail!("{}", String::from_utf8_lossy(&answer.stderr));
    }
    Ok(String::from_utf8(answer.stdout)?)
}
