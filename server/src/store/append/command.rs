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
        let mut changes = Vec::new();
        if let ([], [alone]) = (entries, commands) {
            // If it is refused, nothing of the transaction remains, so it needs no savepoint.
            let outcome = self.command(alone).await?;
            changes.extend(outcome.iter().flat_map(|outcome| outcome.changes(alone.by)));
            done.commands.push(outcome);
            return Ok(changes);
        }
        for command in commands {
            let outcome = self.separate_command(command).await?;
            changes.extend(outcome.iter().flat_map(|outcome| outcome.changes(command.by)));
            done.commands.push(outcome);
        }
        Ok(changes)
    }

    async fn separate_command(
        &mut self,
        command: &NewCommand,
    ) -> Result<Result<CommandOutcome, StoreRefusal>, StoreError> {
        self.connection.savepoint(Savepoint::Set).await?;
        let mark = self.mark();
        let done = self.command(command).await?;
        if done.is_ok() {
            self.store().await?;
            self.connection.savepoint(Savepoint::Release).await?;
        } else {
            self.connection.savepoint(Savepoint::RollBack).await?;
            self.roll_back(mark);
        }
        Ok(done)
    }

    /// A refusal concerns its own command only; a failure concerns the whole transaction.
    async fn command(
        &mut self,
        command: &NewCommand,
    ) -> Result<Result<CommandOutcome, StoreRefusal>, StoreError> {
        match self.carry_out(command).await {
            Ok(outcome) => Ok(Ok(outcome)),
            Err(CommandError::Refused(refusal)) => Ok(Err(refusal)),
            Err(CommandError::Failed(error)) => Err(error),
        }
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
