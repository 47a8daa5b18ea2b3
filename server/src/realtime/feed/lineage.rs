//! A database that goes on in another history than before: after a failover, which may have lost commits.

use steadfast_shared::event::ClosingReason;

use super::super::hub::Hub;
use crate::store::{ChangeNumber, StoreError};

impl Hub {
    /// Where the database is in another history than was known, the entries published here are compared with the stored ones, and
    /// nothing is published meanwhile. Where that lacks some of it, every session ends and resumes by its cursors, of which each is
    /// compared: only lost ones start afresh.
    pub(super) async fn follow_lineage(&self) -> Result<(), StoreError> {
        let Some(lineage) = self.store.elsewhere() else {
            return Ok(());
        };
        let (applied, newest) = {
            let published = self.published().await;
            (published.applied(), published.newest())
        };
        let mut snapshot = self.store.snapshot().await?;
        let head = snapshot.feed_head().await?;
        let lost = snapshot.mismatched(&newest).await?;
        drop(snapshot);
        let lacks_some = head < applied || !lost.is_empty();
        if lacks_some {
            tracing::error!(
                rooms = lost.len(),
                "the database has lost what was acknowledged, as a failover without a synchronous standby does: every session resumes"
            );
            self.resume_everybody(head).await;
        }
        let has_new_epoch = self.store.accept_lineage(&lineage).await?;
        if has_new_epoch {
            self.resume_everybody(head).await;
        } else if !lacks_some {
            tracing::info!("the database goes on in another history, and has all that was published");
        }
        Ok(())
    }

    /// Forgets the published state, and ends every session, to be resumed.
    async fn resume_everybody(&self, feed: ChangeNumber) {
        self.published().await.start_afresh(feed);
        self.applied.send_replace(feed);
        for connection in self.people.all() {
            match self.io.of("/").and_then(|io| io.get_socket(connection.id)) {
                Some(socket) => self.end(&socket, &connection, ClosingReason::Shutdown),
                None => drop(connection.close_for(ClosingReason::Shutdown)),
            }
        }
    }
}
