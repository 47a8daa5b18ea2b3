//! Runs one world from its script to its end.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::time::Duration;

use crate::check::{self, Broken, Rule};
use crate::script::Script;
use crate::world::{Happening, World};

/// After the last fault has ended, everybody shows the same and nothing is waiting within this time, whatever happened
/// before.
///
/// The slowest case: a tab frozen for 25 s thaws, finds its line dead (9 s), waits to dial (5 s), and requests the missing
/// entries.
pub(crate) const CONVERGES_WITHIN: Duration = Duration::from_secs(90);

/// How long after the last fault the end is checked: a device retries a failed write within a minute.
const JUDGED_AFTER: Duration = Duration::from_secs(150);

/// The result of a world.
pub(crate) struct WorldOutcome {
    pub(crate) broken: Option<Broken>,
    pub(crate) steps: u64,
    /// The time it took to converge.
    pub(crate) converged: Duration,
    pub(crate) words: Vec<String>,
}

pub(crate) fn run(script: &Script, in_words: bool) -> WorldOutcome {
    let mut world = World::new(script, in_words);
    let mut converged = Duration::ZERO;
    let lived = quietly(|| live(&mut world, script, &mut converged));
    if let Err(panic) = lived {
        world.broken = Some(Broken {
            rule: Rule::Machines,
            what: panic,
        });
    }
    WorldOutcome {
        broken: world.broken,
        steps: world.steps,
        converged,
        words: world.words.unwrap_or_default(),
    }
}

fn live(world: &mut World, script: &Script, converged: &mut Duration) {
    let mut at = Duration::ZERO;
    for (after, act) in &script.acts {
        at += *after;
        world.plan(at, Happening::Act(Box::new(act.clone())));
    }
    let end = world.now + at;
    world.run(end);
    let healed = world.now;
    world.heal();
    let mut late = None;
    while world.broken.is_none() && world.now < healed + CONVERGES_WITHIN {
        let next = world.now + Duration::from_secs(1);
        world.run(next);
        late = check::settled(world).err();
        if late.is_none() {
            *converged = world.now - healed;
            break;
        }
    }
    world.broken = world.broken.take().or(late);
    world.run(healed + JUDGED_AFTER);
    if world.broken.is_none() {
        world.broken = check::in_the_end(world).err();
    }
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs work whose panic is a finding like any other, without printing it.
fn quietly(work: impl FnOnce()) -> Result<(), String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                loud(panic);
            }
        }));
    });
    QUIET.set(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    QUIET.set(false);
    done.map_err(|panic| message_of(panic.as_ref()))
}

fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic that says nothing".to_owned())
}
