//! Copies one database into another of either kind: the way from SQLite to Postgres, and back.
//!
//! - `table`: the tables of both kinds
//! - `side`: a database to read from, or to write to
//!
//! Rows are copied in pages, in the order of their keys, each page in one transaction. So an interrupted copy continues where it
//! ended. At the end every table is read on both sides and compared.

mod side;
mod table;

use steadfast_shared::{Epoch, Millis};

use super::database::{Database, OpenError};
use super::{StorageLimits, Store, StoreError};
pub(in crate::store) use side::COPYING;
use side::{InPostgres, InSqlite, Side, comparable};
use table::{Cell, TABLES, Table};

/// Rows in one transaction. With sixteen columns they reach the maximum number of parameters of both databases.
const AT_ONCE: i64 = 1_000;

/// Why the copy failed.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// One of the databases cannot be used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The source does not exist.
    #[error("there is no database at {from}: name an existing one with --from")]
    Nothing { from: Database },
    /// Source and target are one.
    #[error("--from and --to name the same database: name another one with --to")]
    Itself,
    /// The target already has the source's epoch.
    #[error("{to} already contains the data of {from}: name another database with --to")]
    Same { from: Database, to: Database },
    /// The target has data.
    #[error("{to} is not empty: name a new file, or an empty database, with --to")]
    NotEmpty { to: Database },
    /// The target contains an unfinished copy of another database.
    #[error("{to} contains an unfinished copy of another database: empty it, or name another one with --to")]
    Other { to: Database },
    /// The source is an unfinished copy.
    #[error("{from} is an unfinished copy: finish it, or name the database that it was copied from")]
    Half { from: Database },
    /// Reading or writing failed.
    #[error("cannot copy {table} ({source}): run the same command again to continue from here")]
    Store { table: &'static str, source: StoreError },
    /// The two sides differ.
    #[error(
        "{table} differs between the two sides after the copy: do not use {to}. If the source was changed after an earlier run of the \
         copy, empty {to} and copy again; otherwise please report this"
    )]
    Different { table: &'static str, to: Database },
}

/// The progress of a copy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// Whether the rows are being compared.
    pub is_comparing: bool,
    pub table: &'static str,
    /// Rows so far, over all tables.
    pub done: u64,
    /// Rows of all tables.
    pub total: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Transferred {
    /// Rows of all tables.
    pub rows: u64,
    /// Whether it continued an earlier copy.
    pub resumed: bool,
}

/// Copies a database that no server uses into one that is empty, or that an earlier run of the same copy has begun. Epoch, places
/// and numbers stay.
pub async fn transfer(
    from: &Database,
    to: &Database,
    at: Millis,
    mut progress: impl FnMut(Progress) + Send,
) -> Result<Transferred, TransferError> {
    if from.file().is_some_and(|file| !file.is_file()) {
        return Err(TransferError::Nothing { from: from.clone() });
    }
    // The lock on it would be reported as another process.
    if from.is_same(to) {
        return Err(TransferError::Itself);
    }
    // Both stay open for the whole copy, so that no server starts meanwhile, and both are migrated.
    let source = from.open(StorageLimits::default(), at).await?;
    let target = match to.open(StorageLimits::default(), at).await {
        Ok(target) => target,
        Err(error) => {
            source.close().await;
            return Err(error.into());
        }
    };
    let done = DatabaseCopy { from, to }.run(&*target, &mut progress).await;
    source.close().await;
    target.close().await;
    done
}

/// Whether an unfinished copy is in this database. A missing database counts as none.
pub(super) async fn is_half(database: &Database) -> bool {
    let side: Result<Box<dyn Side>, _> = match database {
        Database::File(file) if !file.is_file() => return false,
        database => connect(database).await,
    };
    match side {
        Ok(mut side) => matches!(side.copied_from().await, Ok(Some(_))),
        // Opening it reports its defects.
        Err(_) => false,
    }
}

async fn connect(database: &Database) -> Result<Box<dyn Side>, OpenError> {
    Ok(match database {
        Database::File(file) => match InSqlite::connect(file).await {
            Ok(side) => Box::new(side),
            Err(error) => return Err(super::sqlite::open::unusable(file, error).into()),
        },
        Database::Postgres(url) => Box::new(InPostgres::connect(url).await?),
    })
}

/// Copies the rest of one table.
async fn copy(
    from: &mut dyn Side,
    to: &mut dyn Side,
    target: &dyn Store,
    table: &Table,
    shown: &mut Progress,
    progress: &mut (impl FnMut(Progress) + Send),
) -> Result<(), StoreError> {
    // The existing rows were copied in this order, in whole pages.
    shown.done += to.count(table).await?;
    let mut key = to.last_key(table).await?;
    progress(*shown);
    loop {
        let rows = from.rows_after(table, &key, AT_ONCE).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        key = last[..table.key].to_vec();
        shown.done += rows.len() as u64;
        to.insert(table, &comparable(rows)).await?;
        // Keeps the write-ahead log of a file short.
        target.tend().await?;
        progress(*shown);
    }
}

struct DatabaseCopy<'d> {
    from: &'d Database,
    to: &'d Database,
}

impl DatabaseCopy<'_> {
    async fn run(
        &self,
        target: &dyn Store,
        progress: &mut (impl FnMut(Progress) + Send),
    ) -> Result<Transferred, TransferError> {
        let (mut from, mut to) = (connect(self.from).await?, connect(self.to).await?);
        let of = |table| move |source| TransferError::Store { table, source };
        if from.copied_from().await.map_err(of("settings"))?.is_some() {
            return Err(TransferError::Half {
                from: self.from.clone(),
            });
        }
        let epoch = from.epoch().await.map_err(of("epoch"))?;
        let resumed = self.begin(&mut *to, epoch).await?;
        let mut total = 0;
        for table in &TABLES {
            total += from.count(table).await.map_err(of(table.name))?;
        }
        let mut shown = Progress {
            is_comparing: false,
            table: TABLES[0].name,
            done: 0,
            total,
        };
        for table in &TABLES {
            shown.table = table.name;
            copy(&mut *from, &mut *to, target, table, &mut shown, progress)
                .await
                .map_err(of(table.name))?;
        }
        shown.is_comparing = true;
        shown.done = 0;
        for table in &TABLES {
            shown.table = table.name;
            self.compare(&mut *from, &mut *to, table, &mut shown, progress)
                .await?;
        }
        let head = from.feed_head().await.map_err(of("feed"))?;
        let closed = from.is_closed().await.map_err(of("settings"))?;
        to.finish(epoch, head, closed).await.map_err(of("epoch"))?;
        Ok(Transferred { rows: total, resumed })
    }

    /// Checks that the copy may begin or continue. Returns whether it continues.
    async fn begin(&self, to: &mut dyn Side, epoch: Epoch) -> Result<bool, TransferError> {
        let of = |source| TransferError::Store {
            table: "settings",
            source,
        };
        match to.copied_from().await.map_err(of)? {
            Some(known) if known == epoch.0.to_string() => return Ok(true),
            Some(_) => return Err(TransferError::Other { to: self.to.clone() }),
            None => {}
        }
        if to.epoch().await.map_err(of)? == epoch {
            return Err(TransferError::Same {
                from: self.from.clone(),
                to: self.to.clone(),
            });
        }
        if !to.is_unused().await.map_err(of)? {
            return Err(TransferError::NotEmpty { to: self.to.clone() });
        }
        to.begin(epoch).await.map_err(of)?;
        Ok(false)
    }

    async fn compare(
        &self,
        from: &mut dyn Side,
        to: &mut dyn Side,
        table: &Table,
        shown: &mut Progress,
        progress: &mut (impl FnMut(Progress) + Send),
    ) -> Result<(), TransferError> {
        let of = |source| TransferError::Store {
            table: table.name,
            source,
        };
        let mut key: Vec<Cell> = Vec::new();
        loop {
            let rows = from.rows_after(table, &key, AT_ONCE).await.map_err(of)?;
            let copied = to.rows_after(table, &key, AT_ONCE).await.map_err(of)?;
            let next = rows.last().map(|last| last[..table.key].to_vec());
            shown.done += rows.len() as u64;
            if comparable(rows) != comparable(copied) {
                return Err(TransferError::Different {
                    table: table.name,
                    to: self.to.clone(),
                });
            }
            progress(*shown);
            match next {
                Some(next) => key = next,
                None => return Ok(()),
            }
        }
    }
}
