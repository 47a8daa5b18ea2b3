//! A browser that does not answer for its storage.
//!
//! WebKit had versions in which a request to open a database never ended. Each one costs its time limit, and the chat's writes
//! wait for one another: so after the first, storage counts as failing until a request in the background is answered.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use steadfast_client::link::sleep;
use wasm_bindgen_futures::spawn_local;

use crate::storage::database::{DatabaseError, IndexedDatabase};

/// The wait before the browser is asked again.
const ASK_AGAIN: Duration = Duration::from_secs(10);

#[derive(Clone, Default)]
pub(super) struct Silence(Rc<SilenceState>);

#[derive(Default)]
struct SilenceState {
    lasts: Cell<bool>,
    changed: RefCell<Option<OnChange>>,
}

type OnChange = Box<dyn Fn(bool)>;

impl Silence {
    pub(super) fn lasts(&self) -> bool {
        self.0.lasts.get()
    }

    /// Calls `changed` with whether the browser answers, whenever that changes.
    pub(super) fn watch(&self, changed: impl Fn(bool) + 'static) {
        self.0.changed.replace(Some(Box::new(changed)));
    }

    /// Starts after an open request without an answer. Ends with one that is answered.
    pub(super) fn begin(&self, name: &str) {
        if self.lasts() {
            return;
        }
        self.0.set(true);
        let (state, name) = (self.0.clone(), name.to_owned());
        spawn_local(async move {
            loop {
                sleep(ASK_AGAIN).await;
                let opened = IndexedDatabase::open(&name).await;
                if !matches!(opened, Err(DatabaseError::Silent)) {
                    break;
                }
            }
            state.set(false);
        });
    }
}

impl SilenceState {
    fn set(&self, lasts: bool) {
        self.lasts.set(lasts);
        if let Some(changed) = &*self.changed.borrow() {
            changed(!lasts);
        }
    }
}

impl fmt::Debug for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Silence").field(&self.lasts()).finish()
    }
}
