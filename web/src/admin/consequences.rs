//! Consequences of keeping a person out, said before it is done.

use steadfast_shared::admin::Exclude;

use crate::admin::phrases::{AdminTerms, ConsequencePhrases};
use crate::language::Language;
use crate::language::span::TimeSpan;

/// Everything that follows, a sentence each.
pub fn of_exclusion(asked: &Exclude, language: Language) -> Vec<String> {
    let follows = ConsequencePhrases::of(language);
    let span = |seconds: u64| {
        let span = TimeSpan::ALL.into_iter().find(|span| span.seconds() == seconds);
        span.map_or("", |span| (AdminTerms::of(language).span)(span))
    };
    let mut all = vec![
        follows.signed_out.to_owned(),
        (follows.told)(asked.state).to_owned(),
        match asked.lasts_seconds {
            Some(seconds) => (follows.for_span)(span(seconds)),
            None => follows.until_let_in.to_owned(),
        },
        follows.name_kept.to_owned(),
    ];
    all.extend(
        asked
            .addresses_seconds
            .map(|seconds| (follows.address_held)(span(seconds))),
    );
    all.push((follows.messages)(asked.messages).to_owned());
    all
}

#[cfg(test)]
mod tests {
    use steadfast_shared::admin::{AccountState, Messages};

    use super::*;

    #[test]
    fn every_choice_has_its_sentence() {
        let asked = Exclude {
            state: AccountState::Banned,
            reason: String::new(),
            lasts_seconds: None,
            addresses_seconds: None,
            messages: Messages::Kept,
        };
        for language in Language::ALL {
            let kept = of_exclusion(&asked, language);
            let changed = [
                Exclude {
                    state: AccountState::Deactivated,
                    ..asked.clone()
                },
                Exclude {
                    lasts_seconds: Some(TimeSpan::Day.seconds()),
                    ..asked.clone()
                },
                Exclude {
                    addresses_seconds: Some(TimeSpan::Week.seconds()),
                    ..asked.clone()
                },
                Exclude {
                    messages: Messages::Hidden,
                    ..asked.clone()
                },
                Exclude {
                    messages: Messages::Erased,
                    ..asked.clone()
                },
            ];
            for other in changed {
                let said = of_exclusion(&other, language);
                assert_ne!(said, kept, "{other:?}");
                assert!(said.iter().all(|sentence| !sentence.is_empty()), "{other:?}");
            }
        }
    }
}
