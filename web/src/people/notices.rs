//! Brief notices of people who came or left.

use leptos::prelude::*;
use steadfast_client::NoticeKind;

use crate::connection::context::ChatContext;
use crate::language::locale::Locale;
use crate::markup::view;
use crate::people::notice_phrases::NoticePhrases;
use crate::reactive::memo;

/// Maximum number of people named in a line; the rest are counted.
const NAMED: usize = 3;

/// People who just came or left, in the line that shows who is typing: the layout does not move,
/// and it disappears by itself.
#[component]
pub(crate) fn Notices() -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    let lines = memo(move || {
        let words = NoticePhrases::of(locale.language());
        let room = chat.room.get();
        chat.on_notices(|session| {
            let notices = room.into_iter().flat_map(|room| session.people().notices(room));
            let lines = notices.map(|notice| {
                let named: Vec<&str> = notice
                    .people
                    .iter()
                    .take(NAMED)
                    .map(|person| person.name.as_str())
                    .collect();
                let more = notice.people.len() - named.len() + notice.more;
                let says = match notice.kind {
                    NoticeKind::Joined => words.joined,
                    NoticeKind::Left => words.left,
                    NoticeKind::Back => words.back,
                    NoticeKind::Gone => words.gone,
                };
                says(&(words.list)(&named, more), notice.people.len() + notice.more > 1)
            });
            lines.collect::<Vec<_>>().join(" · ")
        })
    });
    view! { <p class="notices" role="status" data-testid="notices">{move || lines.get()}</p> }
}
