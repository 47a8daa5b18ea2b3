//! A database whose history has diverged from the one this process knew: after a failover, which may have lost commits.

use steadfast_shared::event::ClosingReason;

use crate::realtime::entries::hub::Hub;
use crate::store::{ChangeNumber, StoreError};

impl Hub {
    /// If the database continues a different history, compares the published entries with the stored ones, and publishes nothing
    /// until then. If any are missing, every session ends and resumes by its cursors, each of which is compared: only rooms with
    /// lost entries start over.
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
                "the database has lost acknowledged messages, as a failover without a synchronous standby does: every session resumes"
            );
            self.resume_everybody(head).await;
        }
        let has_new_epoch = self.store.accept_lineage(&lineage).await?;
        if has_new_epoch {
            self.resume_everybody(head).await;
        } else if !lacks_some {
            tracing::info!("the database continues a different history, which includes everything published");
        }
        Ok(())
    }

    /// Forgets the published state, and ends every session so that it resumes.
    async fn resume_everybody(&self, feed: ChangeNumber) {
        self.published().await.start_afresh(feed);
        self.progress.note_applied(feed);
        for connection in self.people.all() {
            self.sockets.end(&connection, ClosingReason::Shutdown);
        }
    }
}
