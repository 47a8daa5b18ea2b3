//! The delivery mechanisms that acted last, in a sentence each, and the delivery guarantee each one
//! shows.

use leptos::prelude::*;
use steadfast_lab::trace::Mechanism;

use crate::lab::model::LabModel;
use crate::lab::phrases::{MechanismPhrases, NamedPhrase};
use crate::language::Language;
use crate::language::locale::Locale;
use crate::markup::view;
use crate::reactive::Memo;

/// The mechanisms that acted last, newest first.
#[component]
pub(crate) fn Mechanisms() -> impl IntoView {
    let locale = Locale::here();
    let lab = LabModel::here();
    let acted = Memo::new(move |_| {
        lab.view.with(|view| {
            let acted = view.snapshot.acted.iter();
            acted.map(|(_, mechanism)| *mechanism).collect::<Vec<_>>()
        })
    });
    let list = move || {
        let language = locale.language();
        let acted = acted.get();
        if acted.is_empty() {
            return view! { <li class="faults-nothing">{MechanismPhrases::of(language).nothing_acted}</li> }
                .into_any();
        }
        let acted = acted.into_iter().map(|mechanism| {
            let kind = kind(mechanism, language).map(|(id, named)| {
                view! { <strong class="faults-kind" data-kind=id>{named.name}</strong> }
            });
            view! {
                <li data-testid="faults-acted" data-mechanism=id_of(mechanism)>
                    {sentence(mechanism, language)}
                    {kind}
                </li>
            }
        });
        acted.collect_view().into_any()
    };
    let words = move || {
        let language = locale.language();
        let kinds = [
            ("at-most-once", MechanismPhrases::of(language).at_most_once),
            ("at-least-once", MechanismPhrases::of(language).at_least_once),
            ("exactly-once", MechanismPhrases::of(language).exactly_once),
        ];
        let kinds = kinds.map(|(id, NamedPhrase { name, says })| {
            view! {
                <dt><strong class="faults-kind" data-kind=id>{name}</strong></dt>
                <dd>{says}</dd>
            }
        });
        kinds.collect_view()
    };
    view! {
        <h4>{locale.says(|l| MechanismPhrases::of(l).acted)}</h4>
        <ol class="faults-acted" aria-live="polite">{list}</ol>
        <dl class="faults-kinds">{words}</dl>
    }
}

fn sentence(mechanism: Mechanism, language: Language) -> &'static str {
    match mechanism {
        Mechanism::LostBroadcast => MechanismPhrases::of(language).lost_broadcast,
        Mechanism::Retry => MechanismPhrases::of(language).retry,
        Mechanism::KnownId => MechanismPhrases::of(language).known_id,
        Mechanism::DroppedRepeat => MechanismPhrases::of(language).dropped_repeat,
        Mechanism::Gap => MechanismPhrases::of(language).gap,
        Mechanism::Healed => MechanismPhrases::of(language).healed,
        Mechanism::ExactlyOnce => MechanismPhrases::of(language).once,
    }
}

/// The delivery guarantee it shows, if any.
fn kind(mechanism: Mechanism, language: Language) -> Option<(&'static str, NamedPhrase)> {
    match mechanism {
        Mechanism::LostBroadcast | Mechanism::KnownId | Mechanism::DroppedRepeat => {
            Some(("at-most-once", MechanismPhrases::of(language).at_most_once))
        }
        Mechanism::Retry => Some(("at-least-once", MechanismPhrases::of(language).at_least_once)),
        Mechanism::ExactlyOnce => Some(("exactly-once", MechanismPhrases::of(language).exactly_once)),
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
