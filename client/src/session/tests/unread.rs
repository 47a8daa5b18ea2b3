//! Unread counts, on whichever device a person reads.

use proptest::prelude::*;

use super::looks::{serve, settle};
use super::*;
use crate::room::window::tests::{log, read, said};

/// An event while somebody reads, here and on another device.
#[derive(Clone, Debug)]
enum Step {
    Serve,
    Older,
    Live(usize),
    Missed(usize),
    Read(Seq),
    ReadElsewhere(Seq),
    Restart,
    Down,
    Up,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => Just(Step::Serve),
        2 => Just(Step::Older),
        4 => (1..20_usize).prop_map(Step::Live),
        2 => (1..150_usize).prop_map(Step::Missed),
        3 => (1..500_u64).prop_map(Step::Read),
        1 => (1..500_u64).prop_map(Step::ReadElsewhere),
        1 => Just(Step::Restart),
        1 => Just(Step::Down),
        2 => Just(Step::Up),
    ]
}

/// The server's count.
fn unread(log: &[Entry], read_up_to: Seq) -> u64 {
    let head = log.len() as Seq;
    let after = (read_up_to + 1..=head).filter(|seq| read(log, *seq, head).body.is_news());
    after.count() as u64
}

/// The session opens, as a server says that knows these marks.
fn open(desk: &mut Desk, log: &[Entry], read_up_to: Seq) {
    let mut opening = opened(9, log.len() as Seq);
    opening.rooms[0].read = read_up_to;
    opening.rooms[0].unread = unread(log, read_up_to);
    desk.opened(opening);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn what_is_unread_is_what_was_not_read(
        said in prop::collection::vec(said(), 400..600),
        start in 1..300_usize,
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let whole = log(said);
        let mut there = start;
        // As the server knows it, and as anybody does.
        let (mut told, mut marked) = (0, 0);
        let mut desk = Desk::new(9);
        desk.session.chat.options.window = 120;
        open(&mut desk, &whole[..there], told);
        for step in steps {
            desk.pass(Duration::from_secs(2));
            match step {
                Step::Serve => serve(&mut desk, &whole[..there]),
                Step::Older => desk.input(Input::WantOlder(ROOM)),
                Step::Live(many) => {
                    let from = there;
                    there = (there + many).min(whole.len());
                    if there > from {
                        let entries = whole[from..there].to_vec();
                        desk.receive(Entries { room: ROOM, from: from as Seq + 1, entries });
                    }
                }
                Step::Missed(many) => there = (there + many).min(whole.len()),
                Step::Read(seq) => {
                    desk.input(Input::Read { room: ROOM, seq });
                    marked = marked.max(desk.session.room(ROOM).map_or(0, |room| room.read));
                }
                Step::ReadElsewhere(seq) => {
                    let seq = seq.min(there as Seq);
                    (told, marked) = (told.max(seq), marked.max(seq));
                    desk.event(ServerEvent::Read(event::Read { room: ROOM, seq }));
                }
                Step::Restart => {
                    desk.input(Input::Flush);
                    desk = Desk::restored(9, desk.disk);
                    desk.input(Input::TakeOver(vec![]));
                }
                Step::Down => desk.offline(),
                Step::Up => open(&mut desk, &whole[..there], told),
            }
            for read in desk.take(|output| match output {
                Output::Emit(Ephemeral::Read(read)) => Some(read.seq),
                _ => None,
            }) {
                told = told.max(read.min(there as Seq));
            }
        }
        desk.offline();
        open(&mut desk, &whole[..there], told);
        settle(&mut desk, &whole[..there]);
        let view = desk.session.room(ROOM).unwrap();
        let truth = unread(&whole[..there], view.read);
        prop_assert!(view.read >= told, "{} {}", view.read, told);
        prop_assert!(view.unread >= truth, "{} of {} {:?}", view.unread, truth, view);
        if view.window.low <= view.read + 1 {
            prop_assert_eq!(view.unread, truth, "{:?}", view);
        }
        prop_assert!(marked.max(view.read) <= there as Seq);
    }
}
