//! Looks at other places of a room's log.

use proptest::prelude::*;
use steadfast_shared::limit::PAGE_ENTRIES;
use steadfast_shared::{Emoji, Quoted};

use super::changes::{body_entry, live, thumb};
use super::*;
use crate::room::paging::Anchor;
use crate::room::window::Window;
use crate::room::window::tests::{log, read, said};

/// Answers the requests, as a server with this log.
pub(super) fn serve(desk: &mut Desk, log: &[Entry]) {
    let head = log.len() as Seq;
    for (request, asked) in desk.pulls() {
        let half = PAGE_ENTRIES as Seq / 2;
        let place = match asked.since {
            Some(since) => log.iter().find(|entry| entry.at >= since).map(|entry| entry.seq),
            None => asked.around,
        };
        let (from, to) = match (asked.after, asked.before, place) {
            (Some(after), ..) => (after + 1, after + asked.limit.unwrap() as Seq),
            (_, Some(before), _) => (before.saturating_sub(100), before - 1),
            (.., Some(place)) => (place.saturating_sub(half), place + half - 1),
            _ => (head.saturating_sub(99), head),
        };
        let page = (from.max(1)..=to.min(head))
            .map(|seq| read(log, seq, head))
            .collect();
        desk.page(request, page, head);
    }
}

pub(super) fn settle(desk: &mut Desk, log: &[Entry]) {
    for _ in 0..200 {
        serve(desk, log);
    }
}

fn messages(many: Seq) -> Vec<Entry> {
    (1..=many).map(|seq| entry(seq, 2)).collect()
}

fn seqs(desk: &Desk) -> (Seq, Seq) {
    let stored: Vec<Seq> = desk
        .session
        .timeline(ROOM)
        .stored()
        .filter_map(|row| row.seq())
        .collect();
    assert!(stored.is_sorted());
    (
        stored.first().copied().unwrap_or(0),
        stored.last().copied().unwrap_or(0),
    )
}

/// Online in a room of so many messages, of which the newest page is held.
fn in_a_long_room(many: Seq) -> (Desk, Vec<Entry>) {
    let log = messages(many);
    let mut desk = Desk::new(1);
    desk.online(many);
    serve(&mut desk, &log);
    (desk, log)
}

fn view(desk: &Desk) -> RoomView<'_> {
    desk.session.room(ROOM).unwrap()
}

fn look(desk: &mut Desk, at: Anchor) {
    desk.input(Input::Look { room: ROOM, at });
}

#[test]
fn a_look_around_a_message_shows_it_once_its_page_has_come() {
    let (mut desk, log) = in_a_long_room(10_000);
    look(&mut desk, Anchor::Around(500));
    assert_eq!(
        (
            view(&desk).window.detached,
            view(&desk).window.looking,
            view(&desk).window.place
        ),
        (false, true, None)
    );
    assert_eq!(seqs(&desk), (9_901, 10_000), "the live window stays until then");
    serve(&mut desk, &log);
    assert_eq!(
        (view(&desk).window.detached, view(&desk).window.place),
        (true, Some(500))
    );
    assert_eq!(seqs(&desk), (450, 549));
    desk.post(1);
    assert!(!desk.session.timeline(ROOM).is_live());
    desk.input(Input::LookEnd(ROOM));
    assert_eq!(seqs(&desk), (9_901, 10_000));
    assert_eq!(desk.session.timeline(ROOM).echoes().count(), 1);
}

#[test]
fn a_look_at_a_date_finds_the_first_message_of_it() {
    let (mut desk, log) = in_a_long_room(1_000);
    look(&mut desk, Anchor::Since(1_300));
    serve(&mut desk, &log);
    assert_eq!(view(&desk).window.place, Some(300), "what was stored at 1,300");
    look(&mut desk, Anchor::Since(1_950));
    assert!(!view(&desk).window.looking, "the live window has it");
    assert_eq!(view(&desk).window.place, Some(950));
}

#[test]
fn a_look_is_paged_both_ways_and_lets_go_of_its_far_side() {
    let (mut desk, log) = in_a_long_room(20_000);
    look(&mut desk, Anchor::Around(10_000));
    serve(&mut desk, &log);
    for _ in 0..50 {
        desk.input(Input::WantOlder(ROOM));
        serve(&mut desk, &log);
    }
    let (low, high) = seqs(&desk);
    assert_eq!((low, high - low + 1), (4_950, 2_000));
    for _ in 0..50 {
        desk.input(Input::WantNewer(ROOM));
        serve(&mut desk, &log);
    }
    let (low, high) = seqs(&desk);
    assert_eq!((high, high - low + 1), (4_950 + 1_999 + 5_000, 2_000));
}

#[test]
fn a_look_that_reaches_the_newest_becomes_the_live_window() {
    let (mut desk, log) = in_a_long_room(1_000);
    look(&mut desk, Anchor::Around(700));
    serve(&mut desk, &log);
    for _ in 0..3 {
        desk.input(Input::WantNewer(ROOM));
        serve(&mut desk, &log);
    }
    assert!(!view(&desk).window.detached && desk.session.timeline(ROOM).is_live());
    assert_eq!(seqs(&desk), (650, 1_000));
    desk.receive(entries(1_001..=1_001, 2));
    assert_eq!(seqs(&desk), (650, 1_001));
}

#[test]
fn a_room_of_a_hundred_thousand_is_walked_to_its_beginning_and_back_in_bounded_memory() {
    let (mut desk, log) = in_a_long_room(100_000);
    let mut shown = 0;
    let mut turns = 0;
    while !view(&desk).window.at_beginning {
        desk.input(Input::WantOlder(ROOM));
        serve(&mut desk, &log);
        shown = shown.max(view(&desk).window.high.unwrap() - view(&desk).window.low + 1);
        turns += 1;
        assert!(turns < 1_100, "{:?}", view(&desk));
    }
    assert!(shown <= 10_100, "{shown}");
    while view(&desk).window.detached {
        desk.input(Input::WantNewer(ROOM));
        serve(&mut desk, &log);
        turns += 1;
        assert!(turns < 2_200, "{:?}", view(&desk));
    }
    assert_eq!(seqs(&desk).1, 100_000);
}

#[test]
fn the_first_unread_message_is_named_even_where_it_is_not_held() {
    let (mut desk, log) = in_a_long_room(1_000);
    assert_eq!(view(&desk).first_unread, None, "the server counted nothing");
    let mut with_unread = opened(1, 1_000);
    with_unread.rooms[0].read = 200;
    with_unread.rooms[0].unread = 800;
    desk.offline();
    desk.opened(with_unread);
    assert_eq!(view(&desk).first_unread, Some(201));
    look(&mut desk, Anchor::Around(201));
    serve(&mut desk, &log);
    assert_eq!(view(&desk).window.place, Some(201));
}

#[test]
fn a_place_the_room_does_not_have_ends_the_look() {
    let (mut desk, _) = in_a_long_room(1_000);
    look(&mut desk, Anchor::Around(5_000));
    let (request, _) = desk.pulls().remove(0);
    desk.page(request, vec![], 1_000);
    assert!(!view(&desk).window.looking);
}

/// A detached view at 500, which replies to the message at 100. `now`: the text that the server has of that one.
fn in_a_look_at_a_reply(now: &str) -> (Desk, Vec<Entry>) {
    let (mut desk, mut log) = in_a_long_room(10_000);
    log[499].body = Body::Message {
        text: text("indeed"),
        reply_to: Some(100),
    };
    log[499].quoted = Some(Box::new(Quoted {
        seq: 100,
        author: person(2),
        text: Some(now.into()),
    }));
    let (emoji, on) = (Emoji::parse("👍").unwrap(), true);
    for (seq, body) in [
        (
            510,
            MessageChange::Edit {
                message: 100,
                text: text("of old"),
            }
            .into(),
        ),
        (
            520,
            Body::React {
                message: 499,
                emoji,
                on,
            },
        ),
    ] {
        log[seq - 1].body = body;
    }
    look(&mut desk, Anchor::Around(500));
    let (request, _) = desk.pulls().remove(0);
    desk.page(request, log[449..549].to_vec(), 10_000);
    (desk, log)
}

fn quoted_at_500(desk: &Desk) -> Option<String> {
    let row = desk.session.timeline(ROOM).message(500).unwrap();
    row.quoted.unwrap().text
}

#[test]
fn what_a_look_quotes_follows_changes_of_messages_it_does_not_hold() {
    let (mut desk, _) = in_a_look_at_a_reply("said");
    let (message, edited) = (100, text("edited"));
    let edit = MessageChange::Edit {
        message,
        text: edited,
    };
    live(&mut desk, body_entry(10_001, 2, 1, edit.into()));
    assert_eq!(quoted_at_500(&desk).as_deref(), Some("edited"));
    let delete = Body::Delete { message };
    live(&mut desk, body_entry(10_002, 2, 2, delete));
    assert_eq!(quoted_at_500(&desk), None);
}

#[test]
fn what_the_server_said_of_a_message_holds_the_changes_a_look_has_of_before() {
    let (desk, _) = in_a_look_at_a_reply("by the newest edit");
    assert_eq!(quoted_at_500(&desk).as_deref(), Some("by the newest edit"));
    let message = desk.session.timeline(ROOM).message(499).unwrap();
    assert_eq!(message.reactions.len(), 0, "it was taken back since");
}

/// Scrolled back in a room of a thousand until no more fits: from 601 on.
fn with_a_full_window() -> (Desk, Vec<Entry>) {
    let log = messages(1_000);
    let mut desk = Desk::new(1);
    desk.session.chat.options.window = 120;
    desk.session.chat.options.window_browsing = 400;
    desk.online(1_000);
    serve(&mut desk, &log);
    for _ in 0..3 {
        desk.input(Input::WantOlder(ROOM));
        serve(&mut desk, &log);
    }
    assert_eq!(seqs(&desk), (601, 1_000));
    (desk, log)
}

#[test]
fn a_look_beside_a_full_window_shows_its_place() {
    let (mut desk, log) = with_a_full_window();
    look(&mut desk, Anchor::Around(580));
    serve(&mut desk, &log);
    assert_eq!(
        (view(&desk).window.place, view(&desk).window.detached),
        (Some(580), true)
    );
    while view(&desk).window.detached {
        desk.input(Input::WantNewer(ROOM));
        serve(&mut desk, &log);
    }
    assert_eq!(seqs(&desk).1, 1_000);
}

#[test]
fn a_look_that_goes_on_from_a_full_window_knows_what_a_gap_holds_back() {
    let (mut desk, mut log) = with_a_full_window();
    log.push(entry(1_001, 2));
    log.push(body_entry(1_002, 2, 1, thumb(650, true).into()));
    live(&mut desk, log[1_001].clone());
    desk.input(Input::WantOlder(ROOM));
    serve(&mut desk, &log);
    assert!(view(&desk).window.detached && view(&desk).cursor == Some(1_002));
    let message = desk.session.timeline(ROOM).message(650).unwrap();
    assert_eq!(message.reactions.len(), 1);
}

/// An event while somebody reads.
#[derive(Clone, Debug)]
enum Step {
    Look(Seq),
    Since(Seq),
    Older,
    Newer,
    End,
    Serve,
    /// So many more entries are heard, or missed.
    Live(usize),
    Missed(usize),
    Down,
    Up,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (1..700_u64).prop_map(Step::Look),
        1 => (1..700_u64).prop_map(Step::Since),
        4 => Just(Step::Older),
        4 => Just(Step::Newer),
        1 => Just(Step::End),
        8 => Just(Step::Serve),
        4 => (1..20_usize).prop_map(Step::Live),
        2 => (1..200_usize).prop_map(Step::Missed),
        1 => Just(Step::Down),
        2 => Just(Step::Up),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn wherever_somebody_looks_they_see_the_log_as_it_is(
        said in prop::collection::vec(said(), 700..1_000),
        start in 1..400_usize,
        steps in prop::collection::vec(step(), 1..80),
    ) {
        let whole = log(said);
        let mut there = start;
        let mut desk = Desk::new(1);
        desk.session.chat.options.window = 120;
        desk.session.chat.options.window_browsing = 400;
        desk.online(there as Seq);
        for step in steps {
            desk.pass(Duration::from_secs(1));
            match step {
                Step::Look(seq) => look(&mut desk, Anchor::Around(seq)),
                Step::Since(at) => look(&mut desk, Anchor::Since(at)),
                Step::Older => desk.input(Input::WantOlder(ROOM)),
                Step::Newer => desk.input(Input::WantNewer(ROOM)),
                Step::End => desk.input(Input::LookEnd(ROOM)),
                Step::Serve => serve(&mut desk, &whole[..there]),
                Step::Live(many) => {
                    let until = (there + many).min(whole.len());
                    if until > there {
                        let entries = whole[there..until].to_vec();
                        desk.receive(Entries { room: ROOM, from: there as Seq + 1, entries });
                    }
                    there = until;
                }
                Step::Missed(many) => there = (there + many).min(whole.len()),
                Step::Down => desk.offline(),
                Step::Up => desk.online(there as Seq),
            }
            let (low, high) = seqs(&desk);
            prop_assert!(high == 0 || high - low < 820, "it grows without a bound: {}..={}", low, high);
        }
        desk.offline();
        desk.online(there as Seq);
        settle(&mut desk, &whole[..there]);
        let truth: Window = whole[..there].iter().cloned().collect();
        let view = desk.session.room(ROOM).unwrap();
        prop_assert_eq!(view.cursor, Some(there as Seq));
        prop_assert!(!view.window.loading_older && !view.window.loading_newer, "{:?}", view);
        let mut rows = 0;
        for row in desk.session.timeline(ROOM).stored() {
            let seq = row.seq().unwrap();
            let entry = truth.get(seq).unwrap();
            let folded = truth.folded(seq);
            let text = folded.and_then(|folded| folded.edited.as_ref()).map(|edited| edited.text.clone());
            let body = match (text, &entry.body) {
                (Some(text), Body::Message { reply_to, .. }) => Body::Message { text, reply_to: *reply_to },
                (_, body) => body.clone(),
            };
            prop_assert_eq!(row.body, body, "at {}", seq);
            if let Some(quoted) = row.quoted {
                let said = truth.get(quoted.seq).unwrap();
                let edited = truth.folded(quoted.seq).and_then(|folded| folded.edited.as_ref());
                let said = edited.map(|edited| &edited.text).or(said.body.text());
                let start = said.map(|said| Quoted::start_of(said.as_str()));
                prop_assert_eq!(quoted.text.as_deref(), start, "quoted at {}", seq);
            }
            let theirs = folded.map_or(0, |folded| folded.reactions.len());
            prop_assert_eq!(row.reactions.len(), theirs, "at {}", seq);
            rows += 1;
        }
        prop_assert!(rows > 0);
    }
}
