//! Checked once every fault has ended: messages show the result of the log's changes.

use steadfast_client::Row;
use steadfast_shared::{Body, Emoji, UserId};

use super::{Broken, hold};
use crate::server::database::Log;
use crate::tab::Tab;
use crate::words;

/// Compares every message a tab shows with the log, except those that have unsent changes of this person.
pub(super) fn folded(tab: &Tab, log: &Log) -> Result<(), Broken> {
    let rows = tab.session.timeline(log.id).stored();
    for row in rows.filter(|row| row.changes.is_empty()) {
        message(tab, log, &row)?;
    }
    Ok(())
}

fn message(tab: &Tab, log: &Log, row: &Row) -> Result<(), Broken> {
    let (name, id) = (words::message(row.id), words::tab(tab.id));
    let became = log.became(row.seq().unwrap_or(0));
    let gone = became.text.is_none();
    hold!(
        ErasedIsGone,
        !gone || row.body == Body::Erased,
        "{id} shows {name} as {:?}",
        row.body
    );
    hold!(
        Folded,
        row.text() == became.text.as_deref(),
        "{id} shows {name} as {:?}, and it is {:?}",
        row.body,
        became.text
    );
    let edited = became.edited.map(|edited| edited.at);
    hold!(
        Folded,
        row.edited == edited,
        "{id} shows {name} as edited at {:?}, and it was at {edited:?}",
        row.edited
    );
    let shown: Vec<(Emoji, Vec<UserId>)> = row
        .reactions
        .iter()
        .map(|shown| (shown.emoji.clone(), shown.by.iter().map(|by| by.id).collect()))
        .collect();
    let reactions: Vec<(Emoji, Vec<UserId>)> = became
        .reactions
        .into_iter()
        .map(|reaction| (reaction.emoji, reaction.by.iter().map(|by| by.id).collect()))
        .collect();
    hold!(
        Folded,
        shown == reactions,
        "{id} shows {name} with {shown:?}, and it has {reactions:?}"
    );
    let quoted = row.quoted.as_ref();
    let quoted = quoted.and_then(|quoted| Some((quoted.seq, quoted.text.as_ref()?)));
    let of_the_gone = quoted.filter(|(seq, _)| log.became(*seq).text.is_none());
    hold!(
        ErasedIsGone,
        of_the_gone.is_none(),
        "{id} quotes {of_the_gone:?} in {name}"
    );
    Ok(())
}
