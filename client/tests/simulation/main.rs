//! Many small worlds, each from its seed: sessions on devices with several tabs, a server that keeps its promises and
//! nothing else that does. Links drop, answers are lost, tabs die between a write and its commit, databases are wiped.
//!
//! A failing world prints its seed. `SIMULATION_SEED=<seed> SIMULATION_TRACE=1 cargo test -p steadfast-client --test
//! simulation -- --nocapture` runs that one again and prints what happened; `SIMULATION_WORLDS=<n>` runs more worlds.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, each says what went wrong"
)]

mod check;
mod device;
mod dice;
mod network;
mod server;
mod tabs;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

use steadfast_client::session::{Input, Options};
use steadfast_shared::MessageText;

use device::{Device, TabId};
use dice::Dice;
use server::{POISON, REFUSED, Server};
use world::{Weather, World};

/// Runs many worlds of one kind; a failing one is named.
fn many_worlds(worlds: u64, run: impl Fn(u64, &mut Option<World>)) {
    let one = std::env::var("SIMULATION_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let worlds = std::env::var("SIMULATION_WORLDS")
        .ok()
        .and_then(|worlds| worlds.parse().ok())
        .unwrap_or(worlds);
    let seeds = one.map_or(0..worlds, |seed: u64| seed..seed + 1);
    for seed in seeds {
        let mut world = None;
        let result = catch_unwind(AssertUnwindSafe(|| run(seed, &mut world)));
        if let Err(panic) = result {
            for line in world.iter().flat_map(|world| &world.history.log) {
                eprintln!("{line}");
            }
            eprintln!("this world failed: SIMULATION_SEED={seed}");
            resume_unwind(panic);
        }
    }
}

fn build(seed: u64, weather: Weather, slots: &[usize]) -> World {
    let mut dice = Dice::new(seed.wrapping_mul(31));
    let rooms = 1 + dice.below(2);
    let server = Server::new(rooms, dice.below(60));
    let names = ["ann", "bob", "ann"];
    let devices = slots
        .iter()
        .enumerate()
        .map(|(n, slots)| Device::new(names[n % names.len()], *slots))
        .collect();
    let options = Options {
        window: 100 + dice.below(200),
        window_browsing: 400,
        held: 20 + dice.below(100),
        ..Options::default()
    };
    World::new(seed, server, devices, weather, options)
}

/// Lets people and faults loose, then waits and looks.
fn live(seed: u64, weather: Weather, slots: &[usize], kept: &mut Option<World>) {
    let mut world = build(seed, weather, slots);
    let steps = 60 + world.dice.below(120);
    let world = kept.insert(world);
    world.look_every = 8 << (seed % 5);
    for step in 0..steps {
        let until = world.now + world.dice.millis(0, 400);
        world.run(until);
        act(world, step);
    }
    heal(world);
    check::in_the_end(world);
}

fn heal(world: &mut World) {
    world.server.busy = 0;
    world.weather = Weather {
        lose_answers: 0,
        lose_entries: 0,
        repeat_entries: 0,
        delay_entries: 0,
        busy: 0,
        ..world.weather.clone()
    };
    for device in &mut world.devices {
        device.network = true;
        device.full = false;
    }
    for device in 0..world.devices.len() {
        for slot in 0..world.devices[device].tabs.len() {
            if world.devices[device].tabs[slot].is_none() {
                world.plan(
                    Duration::from_millis(10),
                    world::Happening::Start { device, slot },
                );
            }
        }
    }
    // The slowest way back: a refused write is tried again within a minute, and a `sync` every half.
    let until = world.now + Duration::from_secs(180);
    world.run(until);
}

/// One thing that somebody does, or that goes wrong.
fn act(world: &mut World, step: usize) {
    let tabs: Vec<TabId> = world
        .devices
        .iter()
        .flat_map(Device::live)
        .map(|tab| tab.id)
        .collect();
    let Some(tab) = world.dice.pick(&tabs).copied() else {
        return;
    };
    match world.dice.below(100) {
        0..=44 => post(world, tab, step),
        45..=54 => world.lose(tab),
        55..=57 => world.shut_out(tab),
        58..=62 => {
            let device = &mut world.devices[tab.device];
            device.network = !device.network;
            if !device.network {
                let tabs: Vec<TabId> = device.live().map(|tab| tab.id).collect();
                tabs.into_iter().for_each(|tab| world.lose(tab));
            }
        }
        63..=65 => {
            let down = world.dice.millis(50, 5_000);
            world.stop_server(down);
        }
        66..=75 => {
            world.kill(tab);
            let after = world.dice.millis(20, 2_000);
            let start = world::Happening::Start {
                device: tab.device,
                slot: tab.slot,
            };
            world.plan(after, start);
        }
        76..=79 => decide(world, tab),
        80..=84 => {
            let rooms: Vec<_> = world.server.rooms.iter().map(|room| room.id).collect();
            if let Some(room) = world.dice.pick(&rooms).copied() {
                world.input(tab, Input::WantOlder(room));
            }
        }
        85..=88 => {
            let rooms: Vec<_> = world
                .server
                .rooms
                .iter()
                .map(|room| (room.id, room.log.len() as u64))
                .collect();
            if let Some((room, head)) = world.dice.pick(&rooms).copied() {
                world.input(tab, Input::Read { room, seq: head });
                world.input(tab, Input::Typing(room));
                world.input(tab, Input::Flush);
            }
        }
        89..=91 if world.weather.full_disk => {
            let device = &mut world.devices[tab.device];
            device.full = !device.full;
        }
        92 if world.weather.wipes => {
            let down = world.dice.millis(50, 3_000);
            world.stop_server(down);
            let same = world.dice.chance(50);
            world.server.wipe(same);
        }
        93..=95 => burst(world, tab),
        _ => {}
    }
}

fn post(world: &mut World, tab: TabId, step: usize) {
    let rooms: Vec<_> = world
        .tab(tab)
        .map(|tab| tab.session.rooms().map(|room| room.id).collect())
        .unwrap_or_default();
    let Some(room) = world.dice.pick(&rooms).copied() else {
        return;
    };
    let text = match world.dice.below(40) {
        0 => format!("{step} {REFUSED}"),
        1 => format!("{step} {POISON}"),
        2 => "long ".repeat(3_000),
        _ => format!("message {step}"),
    };
    world.post(tab, room, &text);
}

/// Many at once: more than a batch, sometimes more than a window.
fn burst(world: &mut World, tab: TabId) {
    let many = 10 + world.dice.below(150);
    for n in 0..many {
        post(world, tab, 1_000 + n);
    }
}

/// A person decides about something in the outbox.
fn decide(world: &mut World, tab: TabId) {
    let Some(session) = world.tab(tab).map(|tab| &tab.session) else {
        return;
    };
    let now = session.identity();
    let items: Vec<_> = session
        .outbox()
        .map(|item| (item.id, item.rejection_for(now).is_some()))
        .collect();
    let Some((id, rejected)) = world.dice.pick(&items).copied() else {
        return;
    };
    world.history.touched.insert(id);
    match (world.dice.below(3), rejected) {
        (0, true) => world.input(tab, Input::Retry(id)),
        (1, true) => {
            let new_id = world.fresh_id();
            world.history.touched.insert(new_id);
            world.history.discarded.insert(id);
            let text = MessageText::parse("edited").unwrap();
            let at = world.now.as_millis() as u64;
            world.input(tab, Input::Edit { id, new_id, text, at });
        }
        _ => world.input(tab, Input::Discard(id)),
    }
}

const FAIR: Weather = Weather {
    lose_answers: 0,
    lose_entries: 0,
    repeat_entries: 0,
    delay_entries: 0,
    busy: 0,
    frozen: 0,
    full_disk: false,
    wipes: false,
};

const FOUL: Weather = Weather {
    lose_answers: 10,
    lose_entries: 10,
    repeat_entries: 15,
    delay_entries: 20,
    busy: 15,
    frozen: 5,
    full_disk: false,
    wipes: false,
};

#[test]
fn one_tab_per_device_on_a_fair_network() {
    many_worlds(100, |seed, world| live(seed, FAIR, &[1, 1], world));
}

#[test]
fn several_tabs_and_devices_in_foul_weather() {
    many_worlds(200, |seed, world| live(seed, FOUL, &[2, 1, 3], world));
}

#[test]
fn a_disk_that_is_full_now_and_then() {
    let weather = Weather {
        full_disk: true,
        ..FOUL
    };
    many_worlds(100, |seed, world| live(seed, weather.clone(), &[2, 2], world));
}

#[test]
fn databases_that_are_wiped() {
    let weather = Weather { wipes: true, ..FOUL };
    many_worlds(200, |seed, world| live(seed, weather.clone(), &[2, 1, 1], world));
}
