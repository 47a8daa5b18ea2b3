//! A chat's storage that stalls as the faults say.

use std::sync::{Arc, Weak};

use steadfast_client::link::{Storage, Task};
use steadfast_client::record::{Restored, StorageError, Write};

use crate::instruments::Instruments;

pub(crate) struct FaultyStorage {
    storage: Box<dyn Storage>,
    /// Writes that stall are done when the laboratory is gone.
    instruments: Weak<Instruments>,
}

impl FaultyStorage {
    pub(crate) fn around(storage: Box<dyn Storage>, instruments: &Arc<Instruments>) -> Self {
        Self {
            storage,
            instruments: Arc::downgrade(instruments),
        }
    }
}

impl Storage for FaultyStorage {
    fn load(&mut self) -> Task<'_, Result<Restored, StorageError>> {
        self.storage.load()
    }

    fn apply(&mut self, writes: Vec<Write>) -> Task<'_, Result<(), StorageError>> {
        Box::pin(async {
            while let Some(stall) = self
                .instruments
                .upgrade()
                .and_then(|instruments| instruments.stall())
            {
                let _over = stall.await;
            }
            self.storage.apply(writes).await
        })
    }
}
