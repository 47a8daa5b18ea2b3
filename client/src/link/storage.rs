//! Where a device keeps its chat.

use std::sync::{Arc, Mutex, PoisonError};

use super::{MaybeSend, Task};
use crate::record::{Restored, StorageError, Write};

/// A device's storage for its chat: IndexedDB in a browser, a file or nothing elsewhere.
///
/// The link makes one call at a time, in order: a `load` after an `apply` sees its writes.
pub trait Storage: MaybeSend + 'static {
    fn load(&mut self) -> Task<'_, Result<Restored, StorageError>>;

    /// Makes all of `writes` durable, in order, or none of them. Resolves once they are.
    fn apply(&mut self, writes: Vec<Write>) -> Task<'_, Result<(), StorageError>>;
}

/// Storage that lives as long as the program: for bots and tests. Clones share their records.
#[derive(Clone, Debug, Default)]
pub struct MemoryStorage(Arc<Mutex<Restored>>);

impl MemoryStorage {
    pub fn snapshot(&self) -> Restored {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Storage for MemoryStorage {
    fn load(&mut self) -> Task<'_, Result<Restored, StorageError>> {
        let restored = self.snapshot();
        Box::pin(async move { Ok(restored) })
    }

    fn apply(&mut self, writes: Vec<Write>) -> Task<'_, Result<(), StorageError>> {
        let mut records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for write in writes {
            records.apply(write);
        }
        Box::pin(async { Ok(()) })
    }
}
