//! Runs commands, each committed or rolled back by itself.

use steadfast_shared::{Millis, RoomId, Seq, UserId};

use super::{Append, LogEnd, Savepoint, Sql, StoredUsage};
use crate::store::command::{self, CommandError};
use crate::store::people::person;
use crate::store::query::sql;
use crate::store::usage::Today;
use crate::store::{
    ChangeKind, Command, CommandOutcome, Committed, NewCommand, NewEntry, StoreError, StoreRefusal,
};

/// The state that a refused command is rolled back to.
struct RollbackPoint(Vec<(RoomId, LogEnd, Seq, Millis, usize)>, Today);

impl<S: Sql> Append<S> {
    /// Runs commands after the entries of the same transaction. Returns the changes that other nodes must follow.
    pub(super) async fn commands(
        &mut self,
        entries: &[NewEntry],
        commands: &[NewCommand],
        done: &mut Committed,
    ) -> Result<Vec<ChangeKind>, StoreError> {
        // Commands must read the entries' effects.
        self.store().await?;
        done.logs = self.take_grown();
        // If the only one is refused, nothing of the transaction remains, so it needs no savepoint.
        let is_alone = entries.is_empty() && commands.len() == 1;
        let mut changes = Vec::new();
        for command in commands {
            let outcome = match is_alone {
                true => self.carry_out(command).await,
                false => self.carry_out_separately(command).await,
            };
            match outcome {
                Ok(outcome) => {
                    changes.extend(outcome.changes(command.by));
                    done.commands.push(Ok(outcome));
                }
                Err(CommandError::Refused(refusal)) => done.commands.push(Err(refusal)),
                Err(CommandError::Failed(error)) => return Err(error),
            }
        }
        Ok(changes)
    }

    /// As [`Self::carry_out`]. A refusal leaves nothing behind; a failure concerns the whole transaction.
    async fn carry_out_separately(&mut self, command: &NewCommand) -> Result<CommandOutcome, CommandError> {
        self.connection.savepoint(Savepoint::Set).await?;
        let mark = self.mark();
        let done = self.carry_out(command).await;
        match done {
            Ok(_) => {
                self.store().await?;
                self.connection.savepoint(Savepoint::Release).await?;
            }
            Err(CommandError::Refused(_)) => {
                self.connection.savepoint(Savepoint::RollBack).await?;
                self.roll_back(mark);
            }
            Err(CommandError::Failed(_)) => {}
        }
        done
    }

    async fn carry_out(&mut self, command: &NewCommand) -> Result<CommandOutcome, CommandError> {
        // Even on a full disk people can leave rooms, and operators can free space.
        let small = matches!(
            command.act,
            Command::Leave(_)
                | Command::Remove(_)
                | Command::Hide(_)
                | Command::Block(_)
                | Command::Administer(_)
        );
        if self.full && !small {
            return Err(StoreRefusal::StorageFull.into());
        }
        let me = person::existing(&mut self.connection, command.by).await?;
        if command.act.is_counted() {
            self.learn_usage(command.by).await?;
        }
        let mut outcome = command::carry_out(self, me, command).await?;
        outcome.displaced = std::mem::take(&mut self.displaced);
        Ok(outcome)
    }

    /// Reads how much a command's author has written on the transaction's day.
    async fn learn_usage(&mut self, user: UserId) -> Result<(), StoreError> {
        let row = sql!("select day, entries, bytes, max_entries, max_bytes from usage where " person " = $1")
            .bind(user)
            .optional(&mut self.connection)
            .await?;
        let used = row.as_ref().map(StoredUsage::read).transpose()?;
        let (usage, quota) = used.unwrap_or_default().on(self.today.day, self.today.quota);
        self.today.learn(user, usage, quota);
        Ok(())
    }

    fn mark(&self) -> RollbackPoint {
        let logs = self.logs.iter();
        let logs = logs.map(|(room, log)| (*room, log.end, log.written, log.active_at, log.fresh.len()));
        RollbackPoint(logs.collect(), self.today.clone())
    }

    /// Drops entries placed and rooms locked since the savepoint. Everything before it was written.
    fn roll_back(&mut self, RollbackPoint(logs, today): RollbackPoint) {
        self.today = today;
        self.rows.clear();
        self.own.clear();
        self.displaced.clear();
        self.logs
            .retain(|room, _| logs.binary_search_by_key(room, |(room, ..)| *room).is_ok());
        for ((_, end, written, active_at, fresh), log) in logs.into_iter().zip(self.logs.values_mut()) {
            (log.end, log.written, log.active_at) = (end, written, active_at);
            log.fresh.truncate(fresh);
        }
    }
}

impl Committed {
    /// Whether the transaction had only commands and all were refused.
    pub(in crate::store) fn is_refused(&self) -> bool {
        self.outcomes.is_empty() && !self.commands.is_empty() && self.commands.iter().all(Result::is_err)
    }
}
