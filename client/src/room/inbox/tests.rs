use std::time::Duration;

use proptest::prelude::*;
use socketio_anywhere::backoff::Rng;
use steadfast_shared::event::Page;
use steadfast_shared::{Body, Emoji, ErrorCode, MessageText, Person, RoomId, WireError};
use uuid::Uuid;

use super::*;
use crate::session::{RequestError, RequestId};

const BOUNDS: InboxBounds = InboxBounds {
    window: 50,
    window_browsing: 300,
    buffered: 20,
};
const ROOM: RoomId = RoomId(Uuid::from_u128(1));
const SOON: Duration = Duration::from_secs(1);

fn entry(seq: Seq) -> Entry {
    let author = Person {
        id: UserId(Uuid::from_u128(9)),
        name: "ann".into(),
    };
    let body = Body::message(MessageText::parse("hi").unwrap());
    Entry::new(seq, EntryId(Uuid::from_u128(u128::from(seq))), author, seq, body)
}

fn page(range: std::ops::RangeInclusive<Seq>, head: Seq) -> Page {
    Page {
        room: ROOM,
        entries: range.map(entry).collect(),
        head,
    }
}

fn at(high: Seq) -> Inbox {
    let low = high.saturating_sub(9).max(1);
    let mut inbox = Inbox::restored(BOUNDS, high, (low..=high).map(entry).collect());
    inbox.open(high, false);
    inbox
}

fn pulled(inbox: &mut Inbox, page: Page) -> bool {
    inbox.next_pull(ROOM, RequestId(1), SOON).unwrap();
    inbox.pulled(RequestId(1), Ok(Ok(page)), SOON, &mut Rng::new(1))
}

#[test]
fn only_the_next_entry_is_applied() {
    let mut inbox = at(10);
    assert!(!inbox.offer([entry(9), entry(10)]));
    assert!(!inbox.offer([entry(12)]));
    assert_eq!((inbox.high(), inbox.ahead().buffered()), (Some(10), 1));
    assert!(inbox.offer([entry(11)]));
    assert_eq!((inbox.high(), inbox.ahead().buffered()), (Some(12), 0));
}

fn reaction(seq: Seq, name: u128) -> Entry {
    let mut reaction = entry(seq);
    reaction.id = EntryId(Uuid::from_u128(name));
    reaction.body = Body::React {
        message: 1,
        emoji: Emoji::parse("🎉").unwrap(),
        on: true,
    };
    reaction
}

fn reactions(inbox: &Inbox) -> usize {
    inbox
        .window()
        .folded(1)
        .map_or(0, |folded| folded.reactions.len())
}

#[test]
fn a_change_acknowledged_in_a_log_that_is_no_more_goes_with_the_logs_copy_of_its_place() {
    let mut inbox = at(1);
    inbox.acknowledge(reaction(2, 70), true);
    assert_eq!(reactions(&inbox), 1);
    assert!(inbox.offer([entry(2)]));
    assert_eq!(reactions(&inbox), 0);
    assert_eq!(inbox.ahead().acked().count(), 0);
}

#[test]
fn of_two_acknowledged_at_one_place_only_the_later_one_counts() {
    let mut inbox = at(1);
    inbox.acknowledge(reaction(2, 70), true);
    inbox.acknowledge(entry(2), true);
    assert_eq!(reactions(&inbox), 0);
    let author = entry(1).author.id;
    assert!(!inbox.shows(author, EntryId(Uuid::from_u128(70))));
    assert!(inbox.shows(author, entry(2).id));
}

#[test]
fn a_text_erased_by_a_deletion_of_a_log_that_is_no_more_is_read_again() {
    let mut inbox = at(10);
    let mut deletion = reaction(13, 70);
    deletion.body = Body::Delete { message: 5 };
    inbox.acknowledge(deletion, true);
    let text = |inbox: &Inbox| inbox.window().get(5).map(|entry| entry.body.clone());
    assert_eq!(text(&inbox), Some(Body::Erased));
    inbox.offer([entry(11), entry(12), entry(13)]);
    inbox.link_down();
    inbox.open(13, false);
    assert!(pulled(&mut inbox, page(1..=13, 13)));
    assert_eq!(text(&inbox), Some(entry(5).body));
    assert!(inbox.next_pull(ROOM, RequestId(2), SOON).is_none(), "once");
}

#[test]
fn a_cached_text_erased_by_a_deletion_after_the_cursor_is_read_again() {
    let mut cached: Vec<_> = (1..=10).map(entry).collect();
    cached[4].body = Body::Erased;
    let mut inbox = Inbox::restored(BOUNDS, 10, cached.clone());
    inbox.open(10, false);
    assert!(pulled(&mut inbox, page(1..=10, 10)));
    assert_eq!(
        inbox.window().get(5).map(|entry| entry.body.clone()),
        Some(entry(5).body)
    );

    cached[8].body = Body::Delete { message: 5 };
    let mut inbox = Inbox::restored(BOUNDS, 10, cached);
    inbox.open(10, false);
    assert!(
        inbox.next_pull(ROOM, RequestId(1), SOON).is_none(),
        "the deletion is in the log"
    );
}

#[test]
fn an_ack_ahead_of_a_gap_in_a_log_that_is_no_more_gives_way_to_the_log() {
    let mut inbox = at(10);
    let mut own = entry(13);
    own.id = entry(70).id;
    inbox.acknowledge(own.clone(), false);
    inbox.link_down();
    // A backup put back by hand ended after the cursor; other messages were stored since.
    inbox.open(14, false);
    inbox.offer([entry(11), entry(12)]);
    assert_eq!(inbox.high(), Some(12), "the ack does not count");
    assert!(inbox.shows(own.author.id, own.id));
    inbox.offer([entry(13), entry(14)]);
    assert_eq!(inbox.window().get(13).map(|entry| entry.id), Some(entry(13).id));
    assert!(!inbox.shows(own.author.id, own.id));
}

#[test]
fn what_a_gap_holds_back_is_bounded_and_the_nearest_is_kept() {
    let mut inbox = at(10);
    inbox.offer((12..200).map(entry));
    assert_eq!(inbox.ahead().buffered(), BOUNDS.buffered);
    inbox.offer([entry(11)]);
    assert_eq!(inbox.high(), Some(31));
    assert_eq!(inbox.head(), 199, "what was let go is known to be missing");
    assert!(inbox.head() > inbox.high().unwrap_or(0));
}

#[test]
fn a_window_is_bounded_from_the_old_end() {
    let mut inbox = at(10);
    inbox.offer((11..=200).map(entry));
    assert_eq!((inbox.low(), inbox.high()), (151, Some(200)));
    assert!(!inbox.shows(UserId(Uuid::from_u128(9)), EntryId(Uuid::from_u128(150))));
    assert_eq!(
        inbox
            .find(UserId(Uuid::from_u128(9)), EntryId(Uuid::from_u128(151)))
            .unwrap()
            .seq,
        151
    );
}

#[test]
fn a_window_that_was_scrolled_back_is_bounded_too() {
    let mut inbox = at(1_000);
    while inbox.want_older() {
        let low = inbox.low();
        assert!(pulled(
            &mut inbox,
            page(low.saturating_sub(100).max(1)..=low - 1, 1_000)
        ));
    }
    let entries = inbox.window().len();
    assert!(
        (BOUNDS.window_browsing..BOUNDS.window_browsing + 100).contains(&entries),
        "{entries}"
    );
    inbox.offer([entry(1_001)]);
    assert_eq!(inbox.window().len(), BOUNDS.window_browsing);
    assert!(inbox.seen(1_001));
    assert_eq!(inbox.window().len(), BOUNDS.window);
}

#[test]
fn a_gap_of_three_pages_is_walked_and_a_longer_one_jumped() {
    let mut inbox = at(10);
    inbox.raise_head(310);
    assert_eq!(inbox.next_pull(ROOM, RequestId(1), SOON).unwrap().after, Some(10));
    let mut inbox = at(10);
    inbox.raise_head(311);
    let pull = inbox.next_pull(ROOM, RequestId(1), SOON).unwrap();
    assert_eq!((pull.after, pull.before), (None, None));
    inbox.pulled(RequestId(1), Ok(Ok(page(212..=311, 311))), SOON, &mut Rng::new(1));
    assert_eq!((inbox.low(), inbox.high()), (262, Some(311)));
}

#[test]
fn one_page_is_under_way_at_a_time() {
    let mut inbox = at(10);
    inbox.raise_head(100);
    assert!(inbox.next_pull(ROOM, RequestId(1), SOON).is_some());
    assert!(inbox.next_pull(ROOM, RequestId(2), SOON).is_none());
    assert!(!inbox.pulled(RequestId(2), Ok(Ok(page(11..=100, 100))), SOON, &mut Rng::new(1)));
    inbox.link_down();
    assert!(inbox.next_pull(ROOM, RequestId(3), SOON).is_some());
}

#[test]
fn an_answer_to_another_question_is_no_answer() {
    for wrong in [
        page(12..=20, 100),
        page(5..=20, 100),
        Page {
            entries: vec![],
            ..page(1..=1, 100)
        },
        Page {
            entries: vec![entry(11), entry(13)],
            ..page(1..=1, 100)
        },
    ] {
        let mut inbox = at(10);
        inbox.raise_head(100);
        assert!(!pulled(&mut inbox, wrong));
        assert_eq!(inbox.high(), Some(10));
        assert!(
            inbox.next_pull(ROOM, RequestId(2), SOON).is_none(),
            "no busy loop"
        );
        let again = inbox.pull_not_before().unwrap();
        assert!(inbox.next_pull(ROOM, RequestId(2), again).is_some());
    }
}

#[test]
fn a_room_that_is_refused_is_left_alone_until_the_next_session() {
    let mut inbox = at(10);
    inbox.raise_head(100);
    inbox.next_pull(ROOM, RequestId(1), SOON).unwrap();
    let refused = Ok(Err(WireError::new(ErrorCode::UnknownRoom, "no")));
    inbox.pulled(RequestId(1), refused, SOON, &mut Rng::new(1));
    assert!(inbox.next_pull(ROOM, RequestId(2), SOON * 1_000).is_none());
    inbox.link_down();
    inbox.open(100, false);
    assert!(inbox.next_pull(ROOM, RequestId(3), SOON * 1_000).is_some());
}

#[test]
fn an_older_page_that_no_longer_fits_is_dropped() {
    let mut inbox = at(1_000);
    inbox.want_older();
    inbox.next_pull(ROOM, RequestId(1), SOON).unwrap();
    inbox.offer((1_001..=1_060).map(entry));
    let low = inbox.low();
    inbox.pulled(
        RequestId(1),
        Ok(Ok(page(900..=990, 1_060))),
        SOON,
        &mut Rng::new(1),
    );
    assert_eq!(inbox.low(), low);
    assert!(!inbox.log().is_loading_older());
}

#[test]
fn a_place_no_log_has_is_ignored() {
    let mut inbox = at(10);
    inbox.offer([entry(Seq::MAX), entry(0)]);
    inbox.raise_head(Seq::MAX);
    assert_eq!((inbox.head(), inbox.ahead().buffered()), (10, 0));
    inbox.acknowledge(entry(Seq::MAX), false);
    assert_eq!(inbox.ahead().acked().count(), 0);
    inbox.open(Seq::MAX, false);
    inbox.next_pull(ROOM, RequestId(1), SOON).unwrap();
    let wild = page(Seq::MAX - 5..=Seq::MAX - 1, Seq::MAX);
    assert!(!inbox.pulled(RequestId(1), Ok(Ok(wild)), SOON, &mut Rng::new(1)));
}

/// The inputs of an inbox, in any order.
#[derive(Clone, Debug)]
enum Step {
    Offer(Seq, u8),
    Acknowledge(Seq),
    Answer,
    Fail,
    WantOlder,
    Seen,
    LinkDown,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1..500_u64, 1..8_u8).prop_map(|(seq, many)| Step::Offer(seq, many)),
        1 => (1..500_u64).prop_map(Step::Acknowledge),
        6 => Just(Step::Answer),
        1 => Just(Step::Fail),
        1 => Just(Step::WantOlder),
        1 => Just(Step::Seen),
        1 => Just(Step::LinkDown),
    ]
}

proptest! {
    #[test]
    fn whatever_comes_the_window_is_the_log(steps in proptest::collection::vec(step(), 1..200)) {
        const HEAD: Seq = 507;
        let mut inbox = Inbox::new(BOUNDS);
        let mut rng = Rng::new(3);
        let mut now = SOON;
        let mut high = 0;
        inbox.open(0, false);
        for (n, step) in steps.into_iter().enumerate() {
            now += Duration::from_secs(10);
            let request = RequestId(n as u64);
            match step {
                Step::Offer(seq, many) => { inbox.offer((seq..seq + u64::from(many)).map(entry)); }
                Step::Acknowledge(seq) => { inbox.acknowledge(entry(seq), false); }
                Step::Answer => if let Some(asked) = inbox.next_pull(ROOM, request, now) {
                    let range = match (asked.after, asked.before) {
                        (Some(after), _) => after + 1..=(after + asked.limit.unwrap() as u64).min(HEAD),
                        (_, Some(before)) => before.saturating_sub(100).max(1)..=before - 1,
                        _ => HEAD - 99..=HEAD,
                    };
                    inbox.pulled(request, Ok(Ok(page(range, HEAD))), now, &mut rng);
                },
                Step::Fail => if inbox.next_pull(ROOM, request, now).is_some() {
                    inbox.pulled(request, Err(RequestError::Timeout), now, &mut rng);
                },
                Step::WantOlder => { inbox.want_older(); }
                Step::Seen => { inbox.seen(HEAD); }
                Step::LinkDown => { inbox.link_down(); inbox.open(HEAD, false); }
            }
            let seqs: Vec<Seq> = inbox.window().entries().iter().map(|entry| entry.seq).collect();
            let now_high = inbox.high().unwrap_or(0);
            prop_assert_eq!(seqs, (inbox.low()..=now_high).collect::<Vec<_>>());
            prop_assert!(now_high >= high, "the cursor moved back");
            high = now_high;
            prop_assert!(inbox.ahead().buffered() <= BOUNDS.buffered);
            prop_assert!(inbox.window().len() <= BOUNDS.window_browsing + 100);
            prop_assert!(inbox.ahead.entries().all(|entry| entry.seq > high + 1));
            let keys = inbox.window().len() + inbox.ahead.acked().count();
            prop_assert_eq!(inbox.keys.len(), keys, "an index that does not match");
        }
        // Left in peace, it catches up.
        inbox.link_down();
        inbox.open(HEAD, false);
        for n in 0..20 {
            now += Duration::from_secs(10);
            if let Some(asked) = inbox.next_pull(ROOM, RequestId(1_000 + n), now) {
                let range = match asked.after {
                    Some(after) => after + 1..=(after + asked.limit.unwrap() as u64).min(HEAD),
                    None => asked.before.map_or(HEAD - 99..=HEAD, |before| before.saturating_sub(100).max(1)..=before - 1),
                };
                inbox.pulled(RequestId(1_000 + n), Ok(Ok(page(range, HEAD))), now, &mut rng);
            }
        }
        prop_assert_eq!((inbox.high(), inbox.ahead().buffered()), (Some(HEAD), 0));
    }
}
