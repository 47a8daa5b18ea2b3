//! What acted last, in a sentence each, and the three words for what a message may be promised.

use leptos::prelude::*;
use steadfast_client::journey::Mechanism;

use crate::lab::phrases::{FaultPhrases, Named};
use crate::page::Page;

/// What acted last, the newest first.
#[component]
pub(crate) fn Mechanisms() -> impl IntoView {
    let page = Page::here();
    let acted = Memo::new(move |_| {
        page.faults.look.with(|look| {
            let acted = look.picture.acted.iter();
            acted.map(|(_, mechanism)| *mechanism).collect::<Vec<_>>()
        })
    });
    let list = move || {
        let t = page.t().faults;
        let acted = acted.get();
        if acted.is_empty() {
            return view! { <li class="faults-nothing">{t.nothing_acted}</li> }.into_any();
        }
        let acted = acted.into_iter().map(|mechanism| {
            let kind = kind(mechanism, t).map(|(id, named)| {
                view! { <strong class="faults-kind" data-kind=id>{named.name}</strong> }
            });
            view! {
                <li data-testid="faults-acted" data-mechanism=id_of(mechanism)>
                    {sentence(mechanism, t)}
                    {kind}
                </li>
            }
        });
        acted.collect_view().into_any()
    };
    let words = move || {
        let t = page.t().faults;
        let kinds = [
            ("at-most-once", t.at_most_once),
            ("at-least-once", t.at_least_once),
            ("exactly-once", t.exactly_once),
        ];
        let kinds = kinds.map(|(id, Named { name, says })| {
            view! {
                <dt><strong class="faults-kind" data-kind=id>{name}</strong></dt>
                <dd>{says}</dd>
            }
        });
        kinds.collect_view()
    };
    view! {
        <h4>{page.says(|t| t.faults.acted)}</h4>
        <ol class="faults-acted" aria-live="polite">{list}</ol>
        <dl class="faults-kinds">{words}</dl>
    }
}

fn sentence(mechanism: Mechanism, t: &FaultPhrases) -> &'static str {
    match mechanism {
        Mechanism::LostBroadcast => t.lost_broadcast,
        Mechanism::Retry => t.retry,
        Mechanism::KnownId => t.known_id,
        Mechanism::DroppedRepeat => t.dropped_repeat,
        Mechanism::Gap => t.gap,
        Mechanism::Healed => t.healed,
        Mechanism::ExactlyOnce => t.once,
    }
}

/// Which of the three promises it shows.
fn kind(mechanism: Mechanism, t: &FaultPhrases) -> Option<(&'static str, Named)> {
    match mechanism {
        Mechanism::LostBroadcast | Mechanism::KnownId | Mechanism::DroppedRepeat => {
            Some(("at-most-once", t.at_most_once))
        }
        Mechanism::Retry => Some(("at-least-once", t.at_least_once)),
        Mechanism::ExactlyOnce => Some(("exactly-once", t.exactly_once)),
        Mechanism::Gap | Mechanism::Healed => None,
    }
}

fn id_of(mechanism: Mechanism) -> &'static str {
    match mechanism {
        Mechanism::LostBroadcast => "lost-broadcast",
        Mechanism::Retry => "retry",
        Mechanism::KnownId => "known-id",
        Mechanism::DroppedRepeat => "dropped-repeat",
        Mechanism::Gap => "gap",
        Mechanism::Healed => "healed",
        Mechanism::ExactlyOnce => "exactly-once",
    }
}
