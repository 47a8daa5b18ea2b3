//! What the fault panel says.

mod english;
mod korean;

pub(crate) use english::PHRASES as ENGLISH;
pub(crate) use korean::PHRASES as KOREAN;

/// Everything the fault panel says. A phrase with a gap is a function of what fills it.
#[expect(missing_docs, reason = "each phrase is its own explanation in english.rs")]
pub struct FaultPhrases {
    pub title: &'static str,
    pub intro: &'static str,

    // What can be done, and what can be broken
    pub test: &'static str,
    pub test_message: fn(u32) -> String,
    pub mend: &'static str,
    pub breaking: &'static str,
    pub cut: &'static str,
    pub cut_says: &'static str,
    pub refuse: Named,
    pub half_open: Named,
    pub swallow_acks: Named,
    pub lose_entries: Named,
    pub repeat: Named,
    pub stall_storage: Named,
    pub delay: Named,
    pub no_delay: &'static str,
    pub each_way: fn(f64) -> String,

    // The picture
    pub picture: &'static str,
    pub outbox: &'static str,
    pub wire: &'static str,
    pub log: &'static str,
    pub inbox: &'static str,
    pub waiting: &'static str,
    pub link_up: &'static str,
    pub link_opening: &'static str,
    pub link_down: &'static str,
    pub link_deaf: &'static str,
    pub head: &'static str,
    pub unknown_here: fn(usize) -> String,
    pub cursor: &'static str,
    pub held: fn(usize) -> String,
    pub room: &'static str,
    pub held_back: &'static str,

    // Looking back
    pub look_back: &'static str,
    pub live: &'static str,
    pub ago: fn(f64) -> String,
    pub back_to_live: &'static str,
    pub earlier: &'static str,
    pub later: &'static str,

    // What acted
    pub acted: &'static str,
    pub nothing_acted: &'static str,
    pub at_most_once: Named,
    pub at_least_once: Named,
    pub exactly_once: Named,
    pub lost_broadcast: &'static str,
    pub retry: &'static str,
    pub known_id: &'static str,
    pub dropped_repeat: &'static str,
    pub gap: &'static str,
    pub healed: &'static str,
    pub once: &'static str,

    // Counters
    pub counters: &'static str,
    pub retries: &'static str,
    pub acks_lost: &'static str,
    pub known_to_server: &'static str,
    pub repeats: &'static str,
    pub entries_lost: &'static str,
    pub gaps: &'static str,
    pub gaps_healed: &'static str,

    // Messages' journeys
    pub journeys: &'static str,
    pub no_journey: &'static str,
    pub step_typed: &'static str,
    pub step_saved: &'static str,
    pub step_not_saved: &'static str,
    pub step_tried: fn(u32) -> String,
    pub step_tried_lost: fn(u32) -> String,
    pub step_copy: &'static str,
    pub step_acked: fn(u64) -> String,
    pub step_ack_lost: fn(u64) -> String,
    pub step_unanswered: &'static str,
    pub step_postponed: &'static str,
    pub step_rejected: &'static str,
    pub step_came: &'static str,
    pub step_discarded: &'static str,
    pub ended: &'static str,
}

/// A name, and a sentence that explains it.
#[derive(Clone, Copy, Debug)]
pub struct Named {
    /// What it is called.
    pub name: &'static str,
    /// What it does.
    pub says: &'static str,
}
