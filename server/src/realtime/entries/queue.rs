//! Queued work: in order for each person, in turns between people.
//!
//! So a person with much to write waits for their own work, and the others for one piece of it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use steadfast_shared::UserId;
use tokio::sync::Notify;

use super::work::{COMMAND_ENTRIES, Job, QueuedCommand, Work};

/// Most batches and commands queued, per person and in total. Beyond it work is refused as busy.
const PERSON_WORK: usize = 1_024;
const WORK: usize = 16 * 1_024;
/// Most bytes of text queued, per person and in total.
const PERSON_BYTES: usize = 4 * 1024 * 1024;
const BYTES: usize = 16 * 1024 * 1024;

/// Most commands in one commit, so that messages wait for no more of them.
const COMMANDS: usize = 8;

/// The work of one commit.
#[derive(Default)]
pub(super) struct TakenWork {
    pub(super) jobs: Vec<Job>,
    pub(super) commands: Vec<QueuedCommand>,
    /// Whether it is a single command that must not share its commit.
    pub(super) is_alone: bool,
}

#[derive(Default)]
pub(super) struct WorkQueue {
    waiting: Mutex<QueuedWork>,
    pushed: Notify,
}

#[derive(Default)]
struct QueuedWork {
    people: HashMap<UserId, PersonLane>,
    /// The order of turns: each person with queued work appears once.
    job_turns: VecDeque<UserId>,
    command_turns: VecDeque<UserId>,
    work: usize,
    bytes: usize,
    closed: bool,
}

/// One person's queued work.
#[derive(Default)]
struct PersonLane {
    work: VecDeque<Work>,
    bytes: usize,
}

impl WorkQueue {
    /// Queues work behind all earlier work of its person. Returns the work if there is no space.
    pub(super) fn push(&self, work: Work) -> Option<Work> {
        let (person, bytes) = (work.person(), work.bytes());
        let mut waiting = self.waiting();
        let of_person = waiting.people.get(&person);
        let (persons_work, persons_bytes) = of_person.map_or((0, 0), |line| (line.work.len(), line.bytes));
        // A batch of any length is accepted if nothing else is queued.
        let fits = |have: usize, most: usize| have == 0 || have + bytes <= most;
        if waiting.closed
            || persons_work >= PERSON_WORK
            || waiting.work >= WORK
            || !fits(persons_bytes, PERSON_BYTES)
            || !fits(waiting.bytes, BYTES)
        {
            return Some(work);
        }
        if persons_work == 0 {
            waiting.turns(work.is_command()).push_back(person);
        }
        let line = waiting.people.entry(person).or_default();
        line.work.push_back(work);
        line.bytes += bytes;
        waiting.work += 1;
        waiting.bytes += bytes;
        drop(waiting);
        self.pushed.notify_one();
        None
    }

    /// Waits for work. `false` once the queue is empty and closed.
    pub(super) async fn ready(&self) -> bool {
        loop {
            let pushed = self.pushed.notified();
            {
                let waiting = self.waiting();
                if waiting.work > 0 {
                    return true;
                }
                if waiting.closed {
                    return false;
                }
            }
            pushed.await;
        }
    }

    /// Takes the work of one commit: batches in turns, up to this many entries and bytes (the last batch may exceed them), then
    /// commands in turns. A person's work is never reordered.
    pub(super) fn take(&self, entries: usize, bytes: usize) -> TakenWork {
        let mut waiting = self.waiting();
        let mut taken = TakenWork::default();
        let (mut items, mut weight) = (0, 0);
        while items < entries && weight < bytes {
            let Some(Work::Write(job)) = waiting.pop(false) else {
                break;
            };
            items += job.items.len();
            weight += job.bytes();
            taken.jobs.push(job);
        }
        let mut written = 0;
        while taken.commands.len() < COMMANDS && written < COMMAND_ENTRIES {
            let is_alone = waiting.next_command().is_some_and(QueuedCommand::is_alone);
            if is_alone && !taken.commands.is_empty() {
                break;
            }
            let Some(Work::Run(command)) = waiting.pop(true) else {
                break;
            };
            written += command.entries;
            taken.commands.push(command);
            if is_alone {
                taken.is_alone = true;
                break;
            }
        }
        taken
    }

    pub(super) fn close(&self) {
        self.waiting().closed = true;
        self.pushed.notify_one();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.waiting().closed
    }

    fn waiting(&self) -> MutexGuard<'_, QueuedWork> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl QueuedWork {
    fn turns(&mut self, of_commands: bool) -> &mut VecDeque<UserId> {
        if of_commands {
            &mut self.command_turns
        } else {
            &mut self.job_turns
        }
    }

    /// The next command in turn.
    fn next_command(&self) -> Option<&QueuedCommand> {
        let line = self.people.get(self.command_turns.front()?)?;
        match line.work.front() {
            Some(Work::Run(command)) => Some(command),
            _ => None,
        }
    }

    /// Takes the next batch or command in turn. Its person moves to the end.
    fn pop(&mut self, command: bool) -> Option<Work> {
        let person = self.turns(command).pop_front()?;
        let line = self.people.get_mut(&person)?;
        let work = line.work.pop_front()?;
        let bytes = work.bytes();
        line.bytes -= bytes;
        match line.work.front().map(Work::is_command) {
            None => drop(self.people.remove(&person)),
            Some(command) => self.turns(command).push_back(person),
        }
        self.work -= 1;
        self.bytes -= bytes;
        Some(work)
    }
}

#[cfg(test)]
mod tests {
    use steadfast_shared::event::SendItem;
    use steadfast_shared::{Body, EntryId, MessageText, Nickname, RoomId};
    use uuid::Uuid;

    use super::*;
    use crate::store::Command;

    fn user(nth: usize) -> UserId {
        UserId(Uuid::from_u128(nth as u128))
    }

    fn job(author: usize, bytes: usize) -> Work {
        let item = SendItem {
            id: EntryId(Uuid::now_v7()),
            room: RoomId(Uuid::nil()),
            body: Body::message(MessageText::parse(&"x".repeat(bytes)).unwrap()),
            message_id: None,
        };
        Work::Write(Job {
            author: user(author),
            address: None,
            items: vec![item],
            answer: Box::new(|_| {}),
        })
    }

    fn command(by: usize) -> Work {
        command_of(by, 1)
    }

    fn command_of(by: usize, entries: u32) -> Work {
        Work::Run(QueuedCommand {
            by: user(by),
            address: None,
            act: Command::Rename(Nickname::parse("Mina").unwrap()),
            entries,
            answer: Box::new(|_| {}),
        })
    }

    /// The people whose batches and commands are in a commit.
    fn people(taken: &TakenWork) -> (Vec<usize>, Vec<usize>) {
        let nth = |user: UserId| usize::try_from(user.0.as_u128()).unwrap();
        (
            taken.jobs.iter().map(|job| nth(job.author)).collect(),
            taken.commands.iter().map(|command| nth(command.by)).collect(),
        )
    }

    fn take(queue: &WorkQueue) -> (Vec<usize>, Vec<usize>) {
        people(&queue.take(1_000, 1_000_000))
    }

    fn push(queue: &WorkQueue, work: Work) -> bool {
        queue.push(work).is_none()
    }

    #[test]
    fn who_has_much_to_write_leaves_the_others_their_turns() {
        let queue = WorkQueue::default();
        for _ in 0..100 {
            assert!(push(&queue, job(1, 10)));
        }
        assert!(push(&queue, job(2, 10)) && push(&queue, job(3, 10)));
        assert_eq!(people(&queue.take(4, 1_000)).0, [1, 2, 3, 1]);
        assert_eq!(take(&queue).0.len(), 98);
        assert_eq!(take(&queue), (vec![], vec![]));
        let waiting = queue.waiting();
        assert!(waiting.job_turns.is_empty() && waiting.people.is_empty() && waiting.bytes == 0);
    }

    #[test]
    fn a_persons_batches_and_commands_keep_their_order() {
        let queue = WorkQueue::default();
        for work in [
            job(1, 1),
            command(1),
            job(1, 2),
            command(2),
            command(2),
            job(2, 2),
            job(3, 3),
        ] {
            assert!(push(&queue, work));
        }
        assert_eq!(take(&queue), (vec![1, 3], vec![2, 1, 2]));
        assert_eq!(take(&queue), (vec![1, 2], vec![]));
    }

    #[test]
    fn who_has_a_thousand_commands_leaves_the_others_their_turns() {
        let queue = WorkQueue::default();
        for _ in 0..1_000 {
            assert!(push(&queue, command(1)));
        }
        assert!(push(&queue, command(2)) && push(&queue, job(3, 1)));
        let (jobs, commands) = take(&queue);
        assert_eq!((jobs, &commands[..3]), (vec![3], &[1, 2, 1][..]));
        assert_eq!(commands.len(), COMMANDS);
    }

    #[test]
    fn a_command_that_writes_much_is_committed_alone() {
        let queue = WorkQueue::default();
        for work in [command(1), command_of(2, 1_000), command(3), job(4, 1)] {
            assert!(push(&queue, work));
        }
        assert_eq!(take(&queue), (vec![4], vec![1]));
        let taken = queue.take(1, 1);
        assert_eq!((people(&taken).1, taken.is_alone), (vec![2], true));
        assert_eq!(take(&queue).1, [3]);
        for by in 0..3 {
            assert!(push(&queue, command_of(by, COMMAND_ENTRIES)));
        }
        assert_eq!(
            take(&queue).1.len(),
            1,
            "as much as one commit writes for commands"
        );
    }

    #[test]
    fn what_waits_is_bounded_for_one_person_and_for_all() {
        let queue = WorkQueue::default();
        let taken = (0..PERSON_WORK + 10).filter(|_| push(&queue, job(1, 1))).count();
        assert_eq!(taken, PERSON_WORK);
        assert!(push(&queue, job(2, 1)), "and the others have a place");
        let long = 16_000;
        let taken = (0..300).filter(|_| push(&queue, job(3, long))).count();
        assert_eq!(taken, PERSON_BYTES / long);
        for person in 4..1_100 {
            let _ = push(&queue, job(person, long));
        }
        assert!(queue.waiting().bytes <= BYTES && queue.waiting().bytes > BYTES - long);
        let name = Nickname::parse("Mina").unwrap();
        for person in 10_000..10_000 + WORK {
            let command = Work::Run(QueuedCommand {
                by: user(person),
                address: None,
                act: Command::Rename(name.clone()),
                entries: 1,
                answer: Box::new(|_| {}),
            });
            let _ = push(&queue, command);
        }
        assert_eq!(queue.waiting().work, WORK);
    }

    #[tokio::test]
    async fn what_is_queued_when_it_closes_is_still_there_and_nothing_more_comes() {
        let queue = WorkQueue::default();
        assert!(push(&queue, job(1, 1)));
        queue.close();
        assert!(!push(&queue, job(2, 1)));
        assert!(queue.ready().await);
        assert_eq!(take(&queue).0, [1]);
        assert!(!queue.ready().await);
    }
}
