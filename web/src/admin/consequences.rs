//! The consequences of excluding a person, shown before it is done.

use steadfast_shared::admin::Exclude;

use crate::admin::phrases::{AdminTerms, ConsequencePhrases};
use crate::language::Language;
use crate::language::span::TimeSpan;

/// The consequences, one sentence each.
pub fn of_exclusion(exclusion: &Exclude, language: Language) -> Vec<String> {
    let follows = ConsequencePhrases::of(language);
    let span = |seconds: u64| {
        let span = TimeSpan::ALL.into_iter().find(|span| span.seconds() == seconds);
        span.map_or("", |span| (AdminTerms::of(language).span)(span))
    };
    let mut all = vec![
        follows.signed_out.to_owned(),
        (follows.told)(exclusion.state).to_owned(),
        match exclusion.lasts_seconds {
            Some(seconds) => (follows.for_span)(span(seconds)),
            None => follows.until_let_in.to_owned(),
        },
        follows.name_kept.to_owned(),
    ];
    all.extend(
        exclusion
            .addresses_seconds
            .map(|seconds| (follows.address_held)(span(seconds))),
    );
    all.push((follows.messages)(exclusion.messages).to_owned());
    all
}

#[cfg(test)]
mod tests {
    use steadfast_shared::admin::{AccountState, Messages};

    use super::*;

    #[test]
    fn every_choice_has_its_sentence() {
        let exclusion = Exclude {
            state: AccountState::Banned,
            reason: String::new(),
            lasts_seconds: None,
            addresses_seconds: None,
            messages: Messages::Kept,
        };
        for language in Language::ALL {
            let kept = of_exclusion(&exclusion, language);
            let changed = [
                Exclude {
                    state: AccountState::Deactivated,
                    ..exclusion.clone()
                },
                Exclude {
                    lasts_seconds: Some(TimeSpan::Day.seconds()),
                    ..exclusion.clone()
                },
                Exclude {
                    addresses_seconds: Some(TimeSpan::Week.seconds()),
                    ..exclusion.clone()
                },
                Exclude {
                    messages: Messages::Hidden,
                    ..exclusion.clone()
                },
                Exclude {
                    messages: Messages::Erased,
                    ..exclusion.clone()
                },
            ];
            for other in changed {
                let sentences = of_exclusion(&other, language);
                assert_ne!(sentences, kept, "{other:?}");
                assert!(sentences.iter().all(|sentence| !sentence.is_empty()), "{other:?}");
            }
        }
    }
}
