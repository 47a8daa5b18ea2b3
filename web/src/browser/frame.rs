//! The browser's frames.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use futures::channel::oneshot;
use leptos::prelude::*;

/// A document that is visible, but that the browser does not draw, does not wait for a frame longer than this.
const UNDRAWN: Duration = Duration::from_millis(250);

/// Waits for the next frame; resolves before it is laid out and painted. A hidden document has no frames: there it does not
/// wait.
pub(crate) async fn next_frame() {
    if document().hidden() {
        return;
    }
    let (begin, begun) = oneshot::channel();
    let begin = Rc::new(Cell::new(Some(begin)));
    let timer = Rc::clone(&begin);
    request_animation_frame(move || resolve(&begin));
    set_timeout(move || resolve(&timer), UNDRAWN);
    let _ = begun.await;
}

fn resolve(waiting: &Cell<Option<oneshot::Sender<()>>>) {
    if let Some(waiting) = waiting.take() {
        let _ = waiting.send(());
    }
}
