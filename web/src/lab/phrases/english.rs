//! English.

use crate::lab::phrases::{FaultPhrases, Named};

pub(crate) static PHRASES: FaultPhrases = FaultPhrases {
    title: "Try to break it",
    intro: "Break something, write something, and watch it arrive all the same. Only this tab is affected, and only until you reload it.",

    test: "Send a test message",
    test_message: |n| format!("Test {n}"),
    mend: "Mend everything",
    breaking: "What is broken",
    cut: "Cut the link",
    cut_says: "Closes the connection once, as a tunnel would. It comes back by itself, and what was missed is fetched.",
    refuse: Named {
        name: "Refuse connections",
        says: "Every attempt to connect fails, for as long as you like. However many fail, no message is given up.",
    },
    half_open: Named {
        name: "Half-open link",
        says: "Nothing passes, though the connection seems to stand, as after a move from Wi-Fi to 4G. \
               After two unanswered requests the page connects anew.",
    },
    swallow_acks: Named {
        name: "Swallow acknowledgements",
        says: "The server stores what you send, but its answer is lost. The page learns it from the log, or sends again.",
    },
    lose_entries: Named {
        name: "Lose broadcasts",
        says: "News of messages never comes. The next number that does come shows what is missing, and it is fetched.",
    },
    repeat: Named {
        name: "Repeat everything",
        says: "Each message goes out twice, and each broadcast comes twice. The id and the number make it count once.",
    },
    stall_storage: Named {
        name: "Stall the storage",
        says: "This browser's storage (IndexedDB) does not answer. Messages stay at “saving”, and are sent all the same.",
    },
    delay: Named {
        name: "Delay",
        says: "Everything takes longer each way; the order stays.",
    },
    no_delay: "none",
    each_way: |seconds| format!("{seconds} s each way"),

    picture: "Where your messages are",
    outbox: "Outbox",
    wire: "Wire",
    log: "Log",
    inbox: "Inbox",
    waiting: "waiting",
    link_up: "connected",
    link_opening: "opening",
    link_down: "down",
    link_deaf: "half-open",
    head: "head",
    unknown_here: |n| format!("{n} stored, not known here"),
    cursor: "cursor",
    held: |n| format!("{n} held by a gap"),
    room: "Room",
    held_back: "Held",

    look_back: "Look back",
    live: "Live",
    ago: |seconds| format!("{seconds:.1} s ago"),
    back_to_live: "Back to live",
    earlier: "Earlier",
    later: "Later",

    acted: "What just acted",
    nothing_acted: "Nothing had to. Break something.",
    at_most_once: Named {
        name: "at most once",
        says: "Sent once and never again, so it may be lost. A plain broadcast is like that.",
    },
    at_least_once: Named {
        name: "at least once",
        says: "Sent again until it is answered, so it may arrive twice.",
    },
    exactly_once: Named {
        name: "exactly once",
        says: "Sent again until it is answered, and told apart by its id: both together.",
    },
    lost_broadcast: "A broadcast was lost, and nobody repeats it.",
    retry: "There was no answer, so the same message went out again.",
    known_id: "The server knew the id: it stored nothing, and answered with the place the message has.",
    dropped_repeat: "A message came that is here already. Its number says so, and it was dropped.",
    gap: "A number is missing. What follows it waits, and the missing messages are asked for.",
    healed: "The gap is closed, and everything shows in order.",
    once: "However often it went out, the message is in the log once.",

    counters: "Counted",
    retries: "Sent again",
    acks_lost: "Answers lost",
    known_to_server: "Known to the server by id",
    repeats: "Repeats dropped here",
    entries_lost: "Broadcasts lost",
    gaps: "Gaps noticed",
    gaps_healed: "Gaps closed",

    journeys: "Your last messages",
    no_journey: "Write something: each of its steps shows here.",
    step_typed: "typed",
    step_saved: "saved on this device",
    step_not_saved: "not saved",
    step_tried: |n| format!("sent, try {n}"),
    step_tried_lost: |n| format!("try {n}, lost on its way"),
    step_copy: "sent a second time",
    step_acked: |seq| format!("acknowledged as number {seq}"),
    step_ack_lost: |seq| format!("stored as number {seq}, answer lost"),
    step_unanswered: "no answer in time",
    step_postponed: "asked to wait",
    step_rejected: "refused",
    step_came: "back from the log: told to everybody in the room",
    step_discarded: "discarded",
    ended: "ended",
};
