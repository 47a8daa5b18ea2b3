//! The contents of a seed: people, weather, and actions with their times.

use std::time::Duration;

use steadfast_shared::event::ClosingReason;

use crate::rng::Rng;
use crate::server::Flaw;

/// All decisions made before a world begins. The same script makes the same world.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) seed: u64,
    /// Another value gives the same acts other delays and losses.
    pub(crate) salt: u64,
    pub(crate) shape: Shape,
    pub(crate) weather: Weather,
    /// The server's deliberate fault.
    pub(crate) flaw: Option<Flaw>,
    /// Actions and faults, each with its delay after the previous one.
    pub(crate) acts: Vec<(Duration, Act)>,
}

/// The people and machines of a world.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    /// Per device: its owner's number, and its number of tabs.
    pub(crate) devices: Vec<(usize, usize)>,
    pub(crate) rooms: usize,
    pub(crate) nodes: usize,
    pub(crate) window: usize,
    pub(crate) buffered: usize,
    /// The number of a tab's steps between checks of its screen.
    pub(crate) look_every: u64,
}

/// How often things go wrong by themselves, in per cent of the occasions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Weather {
    pub(crate) swallow_answers: u64,
    pub(crate) lose_news: u64,
    pub(crate) repeat_news: u64,
    /// The most milliseconds that an event takes between nodes. Each event has its own delay, so they arrive in any order.
    pub(crate) between_nodes: u64,
    pub(crate) refuse: u64,
    /// Commits that succeed and report failure.
    pub(crate) unsure: u64,
    /// Lines that break without either end noticing.
    pub(crate) half_open: u64,
    /// Elected tabs that never learn it.
    pub(crate) never_told: u64,
}

/// A tab's slot on a device, through all its lives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Spot {
    pub(crate) device: usize,
    pub(crate) slot: usize,
}

/// The point of the write path at which a node dies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stage {
    AtOnce,
    BeforeCommit,
    AfterCommit,
    AfterAck,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Text {
    Plain,
    /// A text that the server refuses for good.
    Refused,
    /// A text with which the server refuses a whole batch for good.
    Poison,
    Long,
}

/// A change of a message in the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Change {
    Edit,
    Delete,
    React { emoji: &'static str, on: bool },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Decision {
    Retry,
    Edit,
    Discard,
}

/// A fault of a device's storage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Trouble {
    Full,
    Broken,
    Stalled,
}

/// One action of a person, or one fault. Every fault ends by itself.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Post {
        tab: Spot,
        room: usize,
        text: Text,
    },
    Burst {
        tab: Spot,
        room: usize,
        many: usize,
    },
    /// Replies to one of the visible messages.
    Reply {
        tab: Spot,
        room: usize,
        which: usize,
    },
    /// Changes one of the visible messages: the person's own, except for a reaction.
    Change {
        tab: Spot,
        room: usize,
        which: usize,
        change: Change,
    },
    Decide {
        tab: Spot,
        which: usize,
        how: Decision,
    },
    ScrollBack {
        tab: Spot,
        room: usize,
    },
    Read {
        tab: Spot,
        room: usize,
    },
    Type {
        tab: Spot,
        room: usize,
    },
    Hide {
        tab: Spot,
    },
    Refresh {
        tab: Spot,
        gone: Duration,
    },
    Freeze {
        tab: Spot,
        lasts: Duration,
    },
    Cut {
        tab: Spot,
    },
    HalfOpen {
        tab: Spot,
    },
    Stall {
        tab: Spot,
        lasts: Duration,
    },
    ShutOut {
        tab: Spot,
        reason: ClosingReason,
    },
    Offline {
        device: usize,
        lasts: Duration,
    },
    Storage {
        device: usize,
        trouble: Trouble,
        lasts: Duration,
    },
    Crash {
        node: usize,
        stage: Stage,
        down: Duration,
    },
    /// A node's listener sees nothing of the stored state.
    Stick {
        node: usize,
        lasts: Duration,
    },
    /// The guest is taken out of their room, or let in again.
    MoveGuest,
    DatabaseBusy {
        lasts: Duration,
    },
    DatabaseFull {
        lasts: Duration,
    },
    Wipe {
        same_rooms: bool,
        down: Duration,
    },
    Backup,
    /// The backup replaces the database.
    Restore {
        /// By hand, so that it keeps its epoch.
        by_hand: bool,
        down: Duration,
    },
}

/// The emphasis of a world.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Climate {
    /// One tab per device, lines that break now and then, and no other fault.
    Fair,
    /// Every fault except those of storage and the database.
    Foul,
    /// Storage fails, fills up and stalls.
    Storage,
    /// Databases are wiped and restored.
    Wiped,
    /// Each kind of fault is present or not, at random.
    Any,
}

impl Climate {
    /// The climate of a seed.
    pub(crate) fn of(seed: u64) -> Self {
        match seed % 10 {
            0 => Self::Fair,
            1..=2 => Self::Foul,
            3..=4 => Self::Storage,
            5..=7 => Self::Wiped,
            _ => Self::Any,
        }
    }
}

/// The kinds of acts in a world.
struct Kinds {
    lines: bool,
    refreshes: bool,
    freezes: bool,
    crashes: bool,
    database: bool,
    storage: bool,
    wipes: bool,
    refusals: bool,
}

/// A guest comes and goes fewer times than this in one world.
const GUEST_MOVES: usize = 13;

impl Script {
    pub(crate) fn of(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let climate = Climate::of(seed);
        let kinds = kinds(climate, &mut rng);
        let shape = shape(climate, &mut rng);
        let weather = weather(climate, &shape, &mut rng);
        let many = 60 + rng.below(120);
        let mut acts: Vec<_> = (0..many)
            .map(|_| {
                let after = rng.millis(0, 400);
                (after, act(&shape, &kinds, &mut rng))
            })
            .collect();
        for _ in 0..rng.below(GUEST_MOVES) {
            let place = rng.below(acts.len());
            acts.insert(place, (Duration::ZERO, Act::MoveGuest));
        }
        Self {
            seed,
            salt: 0,
            shape,
            weather,
            flaw: None,
            acts,
        }
    }
}

fn kinds(climate: Climate, rng: &mut Rng) -> Kinds {
    let mut some = |of: &[Climate]| of.contains(&climate) || (climate == Climate::Any && rng.chance(60));
    use Climate::{Fair, Foul, Storage, Wiped};
    Kinds {
        lines: some(&[Fair, Foul, Storage, Wiped]),
        refreshes: some(&[Fair, Foul, Storage, Wiped]),
        freezes: some(&[Foul]),
        crashes: some(&[Foul, Wiped]),
        database: some(&[Foul]),
        storage: some(&[Storage]),
        wipes: some(&[Wiped]),
        refusals: some(&[Foul, Storage, Wiped]),
    }
}

fn shape(climate: Climate, rng: &mut Rng) -> Shape {
    let people = 2 + rng.below(2);
    let devices = 2 + rng.below(3);
    let tabs = if climate == Climate::Fair { 1 } else { 3 };
    let nodes = match climate {
        Climate::Fair | Climate::Storage => 1,
        _ => 1 + rng.below(3),
    };
    Shape {
        devices: (0..devices).map(|n| (n % people, 1 + rng.below(tabs))).collect(),
        rooms: 1 + rng.below(2),
        nodes,
        window: 100 + rng.below(200),
        buffered: 20 + rng.below(100),
        look_every: 4 << rng.below(5),
    }
}

fn weather(climate: Climate, shape: &Shape, rng: &mut Rng) -> Weather {
    if climate == Climate::Fair {
        return Weather::default();
    }
    let mut percent = |most: usize| match rng.chance(70) {
        true => rng.below(most + 1) as u64,
        false => 0,
    };
    Weather {
        swallow_answers: percent(15),
        lose_news: percent(15),
        repeat_news: percent(20),
        between_nodes: if shape.nodes > 1 { 1 + percent(500) } else { 0 },
        refuse: percent(20),
        unsure: percent(10),
        half_open: percent(20),
        never_told: percent(10),
    }
}

fn act(shape: &Shape, kinds: &Kinds, rng: &mut Rng) -> Act {
    let device = rng.below(shape.devices.len());
    let tab = Spot {
        device,
        slot: rng.below(shape.devices[device].1),
    };
    let room = rng.below(shape.rooms);
    let calm = Act::Post {
        tab,
        room,
        text: Text::Plain,
    };
    match rng.below(100) {
        0..=27 => Act::Post {
            tab,
            room,
            text: text(kinds, rng),
        },
        28..=29 => Act::Reply {
            tab,
            room,
            which: rng.below(1_000),
        },
        30..=39 => Act::Change {
            tab,
            room,
            which: rng.below(1_000),
            change: change(rng),
        },
        40..=42 => Act::Burst {
            tab,
            room,
            many: 10 + rng.below(150),
        },
        43..=52 => line_fault(tab, kinds, rng).unwrap_or(calm),
        53..=56 if kinds.lines => Act::Offline {
            device,
            lasts: rng.millis(200, 20_000),
        },
        57..=64 if kinds.refreshes => Act::Refresh {
            tab,
            gone: rng.millis(20, 2_000),
        },
        65..=67 if kinds.freezes => Act::Freeze {
            tab,
            lasts: rng.millis(500, 25_000),
        },
        68..=71 => Act::Decide {
            tab,
            which: rng.below(1_000),
            how: *rng
                .pick(&[Decision::Retry, Decision::Edit, Decision::Discard])
                .unwrap_or(&Decision::Retry),
        },
        72..=74 => Act::ScrollBack { tab, room },
        75..=77 => Act::Read { tab, room },
        78..=80 => Act::Type { tab, room },
        81 => Act::Hide { tab },
        82..=86 if kinds.crashes => Act::Crash {
            node: rng.below(shape.nodes),
            stage: *rng
                .pick(&[
                    Stage::AtOnce,
                    Stage::BeforeCommit,
                    Stage::AfterCommit,
                    Stage::AfterAck,
                ])
                .unwrap_or(&Stage::AtOnce),
            down: rng.millis(50, 5_000),
        },
        87..=88 if kinds.database => Act::DatabaseBusy {
            lasts: rng.millis(100, 5_000),
        },
        89 if kinds.database => Act::DatabaseFull {
            lasts: rng.millis(500, 10_000),
        },
        90..=93 if kinds.storage => Act::Storage {
            device,
            trouble: *rng
                .pick(&[Trouble::Full, Trouble::Broken, Trouble::Stalled])
                .unwrap_or(&Trouble::Full),
            lasts: rng.millis(500, 15_000),
        },
        94 if kinds.wipes => Act::Wipe {
            same_rooms: rng.chance(50),
            down: rng.millis(50, 3_000),
        },
        95 if kinds.wipes => Act::Backup,
        96..=97 if kinds.wipes => Act::Restore {
            by_hand: rng.chance(60),
            down: rng.millis(50, 3_000),
        },
        98..=99 if kinds.crashes => Act::Stick {
            node: rng.below(shape.nodes),
            lasts: rng.millis(500, 20_000),
        },
        _ => calm,
    }
}

fn change(rng: &mut Rng) -> Change {
    match rng.below(10) {
        0..=3 => Change::Edit,
        4..=5 => Change::Delete,
        _ => Change::React {
            emoji: rng.pick(&["👍", "🎉"]).copied().unwrap_or("👍"),
            on: rng.chance(70),
        },
    }
}

fn text(kinds: &Kinds, rng: &mut Rng) -> Text {
    match rng.below(40) {
        0 if kinds.refusals => Text::Refused,
        1 if kinds.refusals => Text::Poison,
        2 => Text::Long,
        _ => Text::Plain,
    }
}

fn line_fault(tab: Spot, kinds: &Kinds, rng: &mut Rng) -> Option<Act> {
    let reasons = [
        ClosingReason::SlowConsumer,
        ClosingReason::Flooding,
        ClosingReason::Shutdown,
    ];
    let act = match rng.below(10) {
        0..=4 => Act::Cut { tab },
        5..=6 => Act::HalfOpen { tab },
        7..=8 => Act::Stall {
            tab,
            lasts: rng.millis(200, 12_000),
        },
        _ => Act::ShutOut {
            tab,
            reason: *rng.pick(&reasons)?,
        },
    };
    kinds.lines.then_some(act)
}
