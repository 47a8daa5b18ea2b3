//! Shrinks a script that breaks a rule to a short one that breaks the same rule.

use std::time::Duration;

use crate::check::Rule;
use crate::run::run;
use crate::script::{Act, Script, Weather};

/// Most worlds tried.
const TRIES: usize = 400;

/// A shorter script that breaks the same rule.
pub(crate) fn shrink(script: &Script, rule: Rule) -> Script {
    let mut best = script.clone();
    let mut tries = TRIES;
    let mut before = usize::MAX;
    while tries > 0 && best.acts.len() < before {
        before = best.acts.len();
        fewer_acts(&mut best, rule, &mut tries);
        better_weather(&mut best, rule, &mut tries);
        smaller_bursts(&mut best, rule, &mut tries);
    }
    best
}

/// Accepts the candidate, or the same acts with other delays, if it also breaks the rule.
fn takes(best: &mut Script, candidate: &Script, rule: Rule, tries: &mut usize) -> bool {
    for salt in [best.salt, best.salt + 1, best.salt + 2] {
        if *tries == 0 {
            return false;
        }
        *tries -= 1;
        let candidate = Script {
            salt,
            ..candidate.clone()
        };
        if run(&candidate, false)
            .broken
            .is_some_and(|broken| broken.rule == rule)
        {
            *best = candidate;
            return true;
        }
    }
    false
}

fn fewer_acts(best: &mut Script, rule: Rule, tries: &mut usize) {
    let mut chunk = best.acts.len().div_ceil(2);
    while chunk > 0 {
        let mut from = 0;
        while from < best.acts.len() {
            let to = (from + chunk).min(best.acts.len());
            let candidate = without(best, from, to);
            if !takes(best, &candidate, rule, tries) {
                from = to;
            }
        }
        chunk = if chunk == 1 { 0 } else { chunk.div_ceil(2) };
    }
}

/// The script without some acts; the later ones keep their times.
fn without(script: &Script, from: usize, to: usize) -> Script {
    let mut shorter = script.clone();
    let gone: Duration = shorter.acts.drain(from..to).map(|(after, _)| after).sum();
    if let Some((after, _)) = shorter.acts.get_mut(from) {
        *after += gone;
    }
    shorter
}

fn better_weather(best: &mut Script, rule: Rule, tries: &mut usize) {
    let clears: [fn(&mut Weather); 8] = [
        |weather| weather.swallow_answers = 0,
        |weather| weather.lose_news = 0,
        |weather| weather.repeat_news = 0,
        |weather| weather.between_nodes = 0,
        |weather| weather.refuse = 0,
        |weather| weather.unsure = 0,
        |weather| weather.half_open = 0,
        |weather| weather.never_told = 0,
    ];
    for clear in clears {
        let mut candidate = best.clone();
        clear(&mut candidate.weather);
        takes(best, &candidate, rule, tries);
    }
}

fn smaller_bursts(best: &mut Script, rule: Rule, tries: &mut usize) {
    for at in 0..best.acts.len() {
        for smaller in [2, 10] {
            let mut candidate = best.clone();
            let Some((_, Act::Burst { many, .. })) = candidate.acts.get_mut(at) else {
                break;
            };
            if *many > smaller {
                *many = smaller;
                if takes(best, &candidate, rule, tries) {
                    break;
                }
            }
        }
    }
}
