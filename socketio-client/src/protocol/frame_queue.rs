//! The frames of a connection that wait until its transport accepts them.

use crate::Settings;
use crate::packet::{Frame, Parser, payload};

/// Frames in the order they are sent, and their size.
#[derive(Debug, Default)]
pub(super) struct FrameQueue {
    frames: Vec<Frame>,
    bytes: usize,
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

    /// The number of events that begin in it.
    pub(super) fn events(&self, settings: &Settings) -> usize {
        let begins = |frame: &&Frame| match frame {
            Frame::Text(text) => text.starts_with("42") || text.starts_with("45"),
            Frame::Binary(_) => settings.parser != Parser::Json,
        };
        self.frames.iter().filter(begins).count()
    }

    pub(super) fn take(&mut self) -> Vec<Frame> {
        self.bytes = 0;
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
        body
    }
}
