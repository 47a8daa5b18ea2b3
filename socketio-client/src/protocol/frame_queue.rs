//! The frames of a connection that wait until its transport accepts them.

use crate::packet::{Frame, payload};

/// Frames in the order they are sent, their size, and which of them are events.
#[derive(Debug, Default)]
pub(super) struct FrameQueue {
    frames: Vec<Frame>,
    bytes: usize,
    /// The waiting events: the number of frames up to the end of each, and its number.
    events: Vec<(usize, u64)>,
    /// Those given to the transport and not yet handed over.
    in_flight: Vec<(usize, u64)>,
}

impl FrameQueue {
    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn contains(&self, frame: &Frame) -> bool {
        self.frames.contains(frame)
    }

    pub(super) fn push(&mut self, frame: Frame) {
        self.bytes += frame.len();
        self.frames.push(frame);
    }

    /// The frames before this are those of an event.
    pub(super) fn event_ends(&mut self, number: u64) {
        self.events.push((self.frames.len(), number));
    }

    /// The numbers of the events that wait or are in flight.
    pub(super) fn unsent(&self) -> impl Iterator<Item = u64> {
        let all = self.in_flight.iter().chain(&self.events);
        all.map(|(_, number)| *number)
    }

    /// The transport has handed over what it was given; returns whether there was an event.
    pub(super) fn handed_over(&mut self) -> bool {
        let any = !self.in_flight.is_empty();
        self.in_flight.clear();
        any
    }

    pub(super) fn take(&mut self) -> Vec<Frame> {
        self.bytes = 0;
        // The lists take turns, which spares an allocation for each event.
        std::mem::swap(&mut self.events, &mut self.in_flight);
        self.events.clear();
        std::mem::take(&mut self.frames)
    }

    /// Removes as many frames as a request of at most `max` bytes can carry, but at least one.
    pub(super) fn take_payload(&mut self, max: usize) -> String {
        let mut body = String::new();
        let mut taken = 0;
        for frame in &self.frames {
            if !body.is_empty() && body.len() + payload::cost(frame) > max {
                break;
            }
            payload::push(&mut body, frame);
            self.bytes = self.bytes.saturating_sub(frame.len());
            taken += 1;
        }
        self.frames.drain(..taken);
        let ended = self.events.partition_point(|(end, _)| *end <= taken);
        self.in_flight.clear();
        self.in_flight.extend(self.events.drain(..ended));
        for (end, _) in &mut self.events {
            *end -= taken;
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unsent(queue: &FrameQueue) -> Vec<u64> {
        queue.unsent().collect()
    }

    #[test]
    fn an_event_is_sent_once_its_last_frame_is() {
        let mut queue = FrameQueue::default();
        queue.push(Frame::Text("2".repeat(50)));
        queue.push(Frame::Binary(vec![1; 50]));
        queue.event_ends(0);
        queue.push(Frame::Text("3".into()));
        queue.push(Frame::Text("2".repeat(50)));
        queue.event_ends(1);
        queue.take_payload(60);
        assert!(!queue.handed_over(), "half of it");
        assert_eq!(unsent(&queue), [0, 1]);
        queue.take_payload(80);
        assert_eq!(unsent(&queue), [0, 1], "in flight, and waiting");
        assert!(queue.handed_over());
        assert_eq!(unsent(&queue), [1]);
        queue.event_ends(2);
        queue.take();
        assert_eq!(unsent(&queue), [1, 2]);
        assert!(queue.handed_over());
        assert!(unsent(&queue).is_empty());
        assert!(!queue.handed_over());
    }
}
