//! At any time: what the server acknowledges.

use steadfast_shared::Person;
use steadfast_shared::event::Sent;

use super::Rule;
use crate::words;
use crate::world::World;

/// The server is about to tell an author what became of a batch.
pub(crate) fn acknowledged(world: &mut World, author: &Person, sent: &[Sent]) {
    for sent in sent {
        if let Sent::Stored { id, seq, .. } = sent {
            world.history.acked.insert(*id);
            if !world.server.database.holds(author.id, *id, *seq) {
                world.breaks(Rule::AckedIsStored, || {
                    format!("{} is not at #{seq}", words::message(*id))
                });
            }
        }
    }
}
