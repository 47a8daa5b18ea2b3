//! The write path: one transaction for everything queued; then the acks, then the publication, each in its turn.

use std::collections::BTreeMap;

use steadfast_shared::event::{Entries, Reply, SendItem, Sent};
use steadfast_shared::{Body, ErrorCode, Person, RoomId, Seq, WireError, limit};

use super::Flaw;
use super::conversation::Response;
use super::database::Log;
use crate::check::{self, Rule};
use crate::line::LineId;
use crate::script::Stage;
use crate::socket::payload;
use crate::words;
use crate::world::{Happening, World};

/// With a text that contains this, the server refuses the whole batch for good.
pub(crate) const POISON: &str = "poison";

/// Each node's clock is ahead of the previous one's by this many milliseconds.
const CLOCKS_DIFFER: u64 = 1_700;

pub(super) struct Job {
    line: LineId,
    ack: u64,
    author: Person,
    items: Vec<SendItem>,
}

/// The answer to one author's batch.
#[derive(Debug)]
struct Told {
    line: LineId,
    ack: u64,
    author: Person,
    answer: Result<Vec<Sent>, WireError>,
}

/// The result of one transaction.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    answers: Vec<Told>,
    news: Vec<Entries>,
    /// Where the feed ended when it was committed.
    feed: usize,
}

impl World {
    pub(super) fn queue(&mut self, line: LineId, ack: u64, author: Person, items: Vec<SendItem>) {
        let bytes: usize = items.iter().map(|item| item.body.text_bytes()).sum();
        let fits = bytes <= limit::BATCH_BYTES || items.len() == 1;
        if items.is_empty() || items.len() > limit::BATCH_ITEMS || !fits {
            self.breaks(Rule::Manners, || {
                format!("a batch of {} items, {bytes} bytes", items.len())
            });
        }
        let Some((node, life, _)) = self.connection(line) else {
            return;
        };
        let here = &mut self.server.nodes[node];
        here.queue.push_back(Job {
            line,
            ack,
            author,
            items,
        });
        if !std::mem::replace(&mut here.writing, true) {
            let after = self.rng.millis(1, 20);
            self.plan(after, Happening::Commit { node, life });
        }
    }

    pub(super) fn lives(&self, node: usize, life: u32) -> bool {
        self.server.nodes[node].up && self.server.nodes[node].life == life
    }

    pub(crate) fn commit(&mut self, node: usize, life: u32) {
        if !self.lives(node, life) {
            return;
        }
        if self.server.busy_until > self.now {
            let after = self.server.busy_until - self.now;
            return self.plan(after, Happening::Commit { node, life });
        }
        let too_early = matches!(self.flaw, Some(Flaw::AckBeforeCommit | Flaw::PublishBeforeCommit));
        let before = too_early.then(|| self.server.database.clone());
        if before.is_none() && self.dies(node, Stage::BeforeCommit) {
            return;
        }
        let jobs = std::mem::take(&mut self.server.nodes[node].queue);
        let full = self.server.full_until > self.now;
        let unsure = self.rng.chance(self.weather.unsure);
        let mut batch = Batch {
            feed: self.server.database.feed.len(),
            ..Batch::default()
        };
        let mut news: BTreeMap<RoomId, Entries> = BTreeMap::new();
        for Job {
            line,
            ack,
            author,
            items,
        } in jobs
        {
            let answer = if full {
                Err(WireError::new(ErrorCode::Unavailable, "no room"))
            } else {
                self.transact(node, &author, items, &mut news)
            };
            let unknown = || Err(WireError::new(ErrorCode::Unavailable, "the outcome is unknown"));
            let answer = if unsure { unknown() } else { answer };
            batch.answers.push(Told {
                line,
                ack,
                author,
                answer,
            });
        }
        if !unsure {
            batch.news = news.into_values().collect();
        }
        for entries in &batch.news {
            let last = entries.from + entries.entries.len() as Seq - 1;
            self.say(|| {
                format!(
                    "{} commits {} as #{}–{last}",
                    words::node(node),
                    words::entries(&entries.entries),
                    entries.from
                )
            });
        }
        if let Some(before) = before {
            self.tell_too_early(node, life, &mut batch);
            if self.dies(node, Stage::BeforeCommit) {
                self.server.database = before;
                return;
            }
        }
        if self.dies(node, Stage::AfterCommit) {
            return;
        }
        let after = self.rng.millis(0, 10);
        let batch = Box::new(batch);
        self.plan(after, Happening::Answer { node, life, batch });
    }

    /// One batch of one author, within the transaction.
    fn transact(
        &mut self,
        node: usize,
        author: &Person,
        items: Vec<SendItem>,
        news: &mut BTreeMap<RoomId, Entries>,
    ) -> Result<Vec<Sent>, WireError> {
        let poison = |item: &SendItem| {
            item.body
                .text()
                .is_some_and(|text| text.as_str().contains(POISON))
        };
        if items.iter().any(poison) {
            let culprits = items.iter().filter(|item| poison(item)).map(|item| item.id);
            self.history.refused.extend(culprits);
            return Err(WireError::new(ErrorCode::Invalid, "poison"));
        }
        if self.rng.chance(self.weather.refuse) {
            return Err(WireError::new(ErrorCode::Busy, "later"));
        }
        let busy_from = if self.rng.chance(self.weather.refuse) {
            self.rng.below(items.len())
        } else {
            items.len()
        };
        let at = self.now.as_millis() as u64 + node as u64 * CLOCKS_DIFFER;
        let remembers = Flaw::remembers(self.flaw);
        let mut sent = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            let id = item.id;
            if index >= busy_from {
                let seq = self.server.database.room(item.room).map_or(0, Log::head);
                let error = WireError::new(ErrorCode::Unavailable, "later");
                sent.push(match self.flaw {
                    Some(Flaw::BatchAckedInPart) => Sent::Stored { id, seq, at },
                    _ => Sent::Refused { id, error },
                });
                continue;
            }
            let (answer, fresh) = self.server.database.append(author, item, at, remembers);
            if matches!(answer, Sent::Refused { .. }) {
                self.history.refused.insert(id);
            }
            if let Some((room, entry)) = fresh {
                check::changes_what_was_seen(self, room, &entry);
                if let Body::Delete { message } = entry.body
                    && self.flaw != Some(Flaw::ErasedStays)
                {
                    self.server.database.erase(room, message);
                }
                let news = news.entry(room).or_insert_with(|| Entries {
                    room,
                    from: entry.seq,
                    entries: Vec::new(),
                });
                news.entries.push(entry);
            }
            sent.push(answer);
        }
        Ok(sent)
    }

    pub(crate) fn answer(&mut self, node: usize, life: u32, mut batch: Box<Batch>) {
        if !self.lives(node, life) {
            return;
        }
        self.acknowledge(life, std::mem::take(&mut batch.answers));
        if self.dies(node, Stage::AfterAck) {
            return;
        }
        let after = self.rng.millis(0, 10);
        self.plan(after, Happening::Publish { node, life, batch });
    }

    fn acknowledge(&mut self, life: u32, answers: Vec<Told>) {
        for Told {
            line,
            ack,
            author,
            answer,
        } in answers
        {
            if let Ok(sent) = &answer {
                check::acknowledged(self, &author, sent);
            }
            let payload = payload(&Reply::from(answer));
            self.say_to(line, life, Response::Answer { ack, payload });
        }
    }

    /// Reports entries that are not committed yet: a flaw.
    fn tell_too_early(&mut self, node: usize, life: u32, batch: &mut Batch) {
        if self.flaw == Some(Flaw::AckBeforeCommit) {
            self.acknowledge(life, std::mem::take(&mut batch.answers));
        } else {
            for news in &batch.news {
                self.publish_log(node, news.room, news.entries.clone());
            }
        }
    }

    pub(crate) fn publish(&mut self, node: usize, life: u32, batch: &Batch) {
        if !self.lives(node, life) {
            return;
        }
        for news in &batch.news {
            // Changes before these entries go before them.
            let applied = self.server.nodes[node].followed.applied == batch.feed;
            if !(applied && self.publish_log(node, news.room, news.entries.clone())) {
                self.hint(node, news.room);
            }
            let (room, head) = (news.room, news.from + news.entries.len() as Seq - 1);
            for other in (0..self.server.nodes.len()).filter(|other| *other != node) {
                // Hints may be late, lost, or repeated.
                let copies = 1 + usize::from(self.rng.chance(self.weather.repeat_news));
                for _ in 0..copies {
                    if self.rng.chance(self.weather.lose_news) {
                        continue;
                    }
                    let life = self.server.nodes[other].life;
                    let after = self.rng.millis(1, self.weather.between_nodes.max(1));
                    let hint = Happening::Hint {
                        node: other,
                        life,
                        room,
                        head,
                    };
                    self.plan(after, hint);
                }
            }
        }
        let here = &mut self.server.nodes[node];
        here.writing = !here.queue.is_empty();
        if here.writing {
            let after = self.rng.millis(1, 10);
            self.plan(after, Happening::Commit { node, life });
        }
    }
}
