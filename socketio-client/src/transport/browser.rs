//! The browser: its WebSocket and its requests. Works in pages and in workers.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

#[cfg(feature = "polling")]
use js_sys::Promise;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
#[cfg(feature = "polling")]
use wasm_bindgen_futures::JsFuture;
#[cfg(feature = "polling")]
use web_sys::{AbortController, Response};
use web_sys::{MessageEvent, WebSocket};

#[cfg(feature = "polling")]
use super::NoAnswer;
use super::{Answer, Dial, Goodbye, Target};
use crate::demand;
use crate::fifo::Fifo;
use crate::packet::{Frame, push_number};
use crate::platform::listener::{BrowserCallback, get, listener, set};
use crate::platform::{Timer, tasks};
use crate::protocol::{LinkEvent, LinkFailure};
use crate::time::Time;
use crate::{BuildError, DisconnectReason};

/// A browser has TLS and sets its own headers.
#[expect(clippy::unnecessary_wraps, reason = "as on native targets")]
pub(crate) fn check(_: bool, _: &[(String, String)]) -> Result<(), BuildError> {
    Ok(())
}

/// A WebSocket with more unsent bytes than this accepts nothing more.
const HIGH_WATER: u32 = 1 << 20;
/// How often, in milliseconds, a full WebSocket is checked again: the browser has no event for it.
const ASK_AGAIN: u32 = 20;

/// How long a server gets to process everything it was sent, in milliseconds.
const BARRIER: u32 = 100;

/// How long a request that ends a session may take, in milliseconds: as long as any POST of a native program.
#[cfg(feature = "polling")]
const LAST_REQUEST: u32 = 30_000;

#[cfg(feature = "polling")]
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch)]
    fn fetch(url: &str, options: &JsValue) -> Result<Promise, JsValue>;
}

/// A WebSocket of the page, or a request.
pub(crate) struct Link {
    socket: Option<WebSocket>,
    asking: Option<Asking>,
    inbox: Rc<RefCell<Arrivals>>,
    blocked: Option<Timer>,
    barrier: Option<Timer>,
    _listeners: [Option<BrowserCallback>; 4],
}

/// The unread events of a link. A browser's WebSocket cannot be slowed down, so they are bounded here: beyond `most` bytes
/// the connection ends once the events so far are read.
#[derive(Default)]
struct Arrivals {
    events: Fifo<LinkEvent>,
    /// The bytes of the messages among them.
    bytes: usize,
    most: usize,
    over: bool,
    waker: Option<Waker>,
    /// The number of messages received since anything was sent, or since the burst was over.
    streak: usize,
    /// The task is to be woken, with all that arrives until then.
    held: bool,
    /// The number of messages read since that was last so.
    read: usize,
}

/// After so many messages to which nothing was sent, further ones are a burst, and read together: the client, and a task of
/// the program, then run once for all of them.
const BURST: usize = 8;

/// How many messages are read together at most, and how many bytes.
const BATCH: usize = 256;
const BATCH_BYTES: usize = 64 << 10;

/// A burst is over when no more than this was read together.
const TRICKLE: usize = 2;

/// Properties of a WebSocket.
const LISTENERS: [&str; 4] = ["onopen", "onmessage", "onerror", "onclose"];
const NONE: [Option<BrowserCallback>; 4] = [None, None, None, None];

/// Adds an event of the page to the inbox.
fn push(inbox: &RefCell<Arrivals>, event: LinkEvent) {
    let (waker, later) = {
        let mut inbox = inbox.borrow_mut();
        let is_message = matches!(event, LinkEvent::Received(_));
        inbox.push(event);
        if is_message && inbox.is_burst() {
            let later = !std::mem::replace(&mut inbox.held, true);
            (inbox.waker.clone().filter(|_| later), true)
        } else {
            (inbox.waker.take(), false)
        }
    };
    match waker {
        Some(waker) if later => tasks::run_later(waker),
        _ if later => {}
        waker => tasks::run(waker),
    }
}

impl Arrivals {
    fn push(&mut self, event: LinkEvent) {
        let LinkEvent::Received(frame) = &event else {
            self.events.push_back(event);
            return;
        };
        if self.over {
            return;
        }
        self.streak = self.streak.saturating_add(1);
        self.bytes += frame.len();
        self.over = self.bytes > self.most && !self.events.is_empty();
        self.events.push_back(if self.over {
            closed(DisconnectReason::ParseError, "too much waits to be read")
        } else {
            event
        });
    }

    fn pop(&mut self) -> Option<LinkEvent> {
        let event = self.events.pop_front();
        if let Some(LinkEvent::Received(frame)) = &event {
            self.bytes -= frame.len();
            self.read += 1;
        }
        event
    }

    /// Whether the messages can wait for further ones.
    fn is_burst(&self) -> bool {
        self.streak > BURST && self.events.len() < BATCH && self.bytes < BATCH_BYTES && !self.over
    }

    /// The task has read everything.
    fn drained(&mut self) {
        if std::mem::take(&mut self.held) && self.read <= TRICKLE {
            self.streak = 0;
        }
        self.read = 0;
    }
}

fn closed(reason: DisconnectReason, details: &str) -> LinkEvent {
    LinkEvent::Closed {
        reason,
        details: Some(details.to_owned()),
    }
}

impl Link {
    /// Makes a GET, or POSTs a body.
    pub(crate) fn request(dial: &Dial, target: &Target, sid: Option<&str>, body: Option<String>) -> Self {
        Self {
            socket: None,
            asking: Some(Asking::new(dial, target, sid, body)),
            inbox: Rc::default(),
            blocked: None,
            barrier: None,
            _listeners: NONE,
        }
    }

    pub(crate) fn dial(dial: &Dial, target: &Target, sid: Option<&str>) -> Self {
        let inbox = Rc::new(RefCell::new(Arrivals {
            most: dial.max_packet,
            ..Arrivals::default()
        }));
        let url = super::with_sid(&target.websocket_url, sid);
        let socket = js_sys::JSON::parse(&json_list(&dial.protocols))
            .and_then(|protocols| WebSocket::new_with_str_sequence(&url, &protocols));
        let Ok(socket) = socket else {
            let refused = LinkEvent::Failed(LinkFailure::new("the browser refused the URL"));
            inbox.borrow_mut().events.push_back(refused);
            return Self {
                socket: None,
                asking: None,
                inbox,
                blocked: None,
                barrier: None,
                _listeners: NONE,
            };
        };
        set(&socket, "binaryType", &"arraybuffer".into());
        let listeners = listen(&socket, &inbox);
        Self {
            socket: Some(socket),
            asking: None,
            inbox,
            blocked: None,
            barrier: None,
            _listeners: listeners.map(Some),
        }
    }

    pub(crate) fn send(&mut self, frames: Vec<Frame>) {
        let Some(socket) = &self.socket else { return };
        self.inbox.borrow_mut().streak = 0;
        for frame in frames {
            // It fails only while the socket closes, which `close` then reports.
            let _ = match frame {
                Frame::Text(text) => socket.send_with_str(&text),
                Frame::Binary(bytes) => socket.send_with_u8_array(&bytes),
            };
        }
        self.tell_when_writable();
    }

    /// Wakes no task: the loop polls every link after sending something.
    fn tell_when_writable(&mut self) {
        let Some(socket) = &self.socket else { return };
        if socket.buffered_amount() > HIGH_WATER {
            self.blocked = Some(Timer::new(Time::from_millis(ASK_AGAIN.into())));
        } else {
            self.inbox.borrow_mut().events.push_back(LinkEvent::Writable);
        }
    }

    /// A page cannot send WebSocket pings, so the server gets a fixed time.
    pub(crate) fn barrier(&mut self) {
        self.barrier = Some(Timer::new(Time::from_millis(BARRIER.into())));
    }

    /// The next event. Without `read`, messages of the server wait: a browser's WebSocket cannot be slowed down.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, read: bool) -> Poll<LinkEvent> {
        if demand::polling::is_wanted()
            && let Some(asking) = &mut self.asking
        {
            if !read && !asking.is_post {
                return Poll::Pending;
            }
            if let Some(timer) = &mut asking.give_up
                && timer.poll(cx).is_ready()
            {
                return Poll::Ready(closed(DisconnectReason::TransportError, "timeout"));
            }
            let answer = std::task::ready!(asking.answer.as_mut().poll(cx));
            self.asking = None;
            return Poll::Ready(super::answered(answer));
        }
        if let Some(timer) = &mut self.blocked
            && timer.poll(cx).is_ready()
        {
            self.blocked = None;
            self.tell_when_writable();
            // A new timer does not have this waker yet.
            if let Some(timer) = &mut self.blocked {
                let _ = timer.poll(cx);
            }
        }
        if let Some(timer) = &mut self.barrier
            && timer.poll(cx).is_ready()
        {
            self.barrier = None;
            return Poll::Ready(LinkEvent::Passed);
        }
        let mut inbox = self.inbox.borrow_mut();
        let next = if read {
            inbox.pop()
        } else {
            inbox.events.remove(|event| matches!(event, LinkEvent::Writable))
        };
        match next {
            Some(event) => Poll::Ready(event),
            None => {
                if read {
                    inbox.drained();
                }
                inbox.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }

    /// A message that is already here.
    pub(crate) fn arrived(&mut self) -> Option<LinkEvent> {
        let mut inbox = self.inbox.borrow_mut();
        match inbox.events.front() {
            Some(LinkEvent::Received(_)) => inbox.pop(),
            _ => None,
        }
    }

    /// Closes after everything sent. A request is aborted.
    pub(crate) fn close(self) -> Option<Goodbye> {
        #[cfg(feature = "polling")]
        if demand::polling::is_wanted()
            && let Some(Asking {
                abort: Some(abort), ..
            }) = &self.asking
        {
            abort.abort();
        }
        None
    }
}

/// A request in flight.
struct Asking {
    is_post: bool,
    answer: Pin<Box<dyn Future<Output = Answer>>>,
    /// Set for the last request of a session, which nobody waits for, or aborts.
    give_up: Option<Timer>,
    #[cfg(feature = "polling")]
    abort: Option<AbortController>,
}

impl Asking {
    #[cfg(feature = "polling")]
    fn new(dial: &Dial, target: &Target, sid: Option<&str>, body: Option<String>) -> Self {
        let is_post = body.is_some();
        let ends = body.as_deref().is_some_and(outlives_page);
        let abort = AbortController::new().ok();
        let url = super::with_sid(&target.polling_url, sid);
        // Listened to at once: a request may be aborted before it is first polled, and nobody would catch the error.
        let response = ask(&url, body, abort.as_ref(), dial.credentials).map(JsFuture::from);
        let max = dial.max_packet;
        Self {
            is_post,
            answer: Box::pin(read(response, max)),
            give_up: ends.then(|| Timer::new(Time::from_millis(LAST_REQUEST.into()))),
            abort,
        }
    }

    #[cfg(not(feature = "polling"))]
    fn new(_: &Dial, _: &Target, _: Option<&str>, _: Option<String>) -> Self {
        Self {
            is_post: false,
            answer: Box::pin(super::request(String::new())),
            give_up: None,
        }
    }
}

/// Starts the request at once. `fetch` is a global of pages and of workers.
#[cfg(feature = "polling")]
fn ask(
    url: &str,
    body: Option<String>,
    abort: Option<&AbortController>,
    credentials: bool,
) -> Result<Promise, JsValue> {
    // Setting fields one by one takes more code than all of them as JSON.
    let mut options = String::from("{\"cache\":\"no-store\"");
    if credentials {
        options.push_str(",\"credentials\":\"include\"");
    }
    if let Some(body) = &body {
        options.push_str(",\"method\":\"POST\"");
        if outlives_page(body) {
            options.push_str(",\"keepalive\":true");
        }
    }
    options.push('}');
    let options = js_sys::JSON::parse(&options)?;
    if let Some(abort) = abort {
        set(&options, "signal", &abort.signal());
    }
    if let Some(body) = body {
        set(&options, "body", &body.into());
    }
    fetch(url, &options)
}

/// Whether a request ends its session, and is sent even if the page goes meanwhile. Of such bodies a browser takes 64 KiB at a time.
#[cfg(feature = "polling")]
fn outlives_page(body: &str) -> bool {
    body.len() < 32 << 10 && (body == "1" || body.ends_with("\u{1e}1"))
}

#[cfg(feature = "polling")]
async fn read(response: Result<JsFuture, JsValue>, max: usize) -> Answer {
    let failed = |_: JsValue| NoAnswer::Failed(LinkFailure::new("xhr poll error"));
    let response = response.map_err(failed)?.await.map_err(failed)?;
    let response: Response = response.unchecked_into();
    let body = JsFuture::from(response.text().map_err(failed)?)
        .await
        .map_err(failed)?;
    let body = body.as_string().unwrap_or_default();
    if !response.ok() {
        return Err(NoAnswer::Failed(LinkFailure::answer(response.status(), "", body)));
    }
    if body.len() > max {
        let details = "payload too large".to_owned();
        return Err(NoAnswer::Closed(DisconnectReason::ParseError, details));
    }
    Ok(body)
}

impl Drop for Link {
    fn drop(&mut self) {
        if let Some(socket) = &self.socket {
            for name in LISTENERS {
                set(socket, name, &JsValue::NULL);
            }
            let _ = socket.close();
        }
    }
}

/// A list of names that need no escapes. The standard library's `join` is several times the code in a page.
fn json_list(names: &[String]) -> String {
    let mut list = String::from("[");
    for name in names {
        if list.len() > 1 {
            list.push(',');
        }
        list.push('"');
        list.push_str(name);
        list.push('"');
    }
    list.push(']');
    list
}

fn listen(socket: &WebSocket, inbox: &Rc<RefCell<Arrivals>>) -> [BrowserCallback; 4] {
    let to = inbox.clone();
    let open = listener(move |_| {
        push(&to, LinkEvent::Opened);
        push(&to, LinkEvent::Writable);
    });
    let to = inbox.clone();
    let message = listener(move |event| {
        let data = event.unchecked_into::<MessageEvent>().data();
        if let Some(text) = data.as_string() {
            push(&to, LinkEvent::Received(Frame::Text(text)));
        } else {
            // An `ArrayBuffer`, as requested of the socket.
            let bytes = Uint8Array::new(&data).to_vec();
            push(&to, LinkEvent::Received(Frame::Binary(bytes)));
        }
    });
    let to = inbox.clone();
    let error = listener(move |_| {
        push(&to, closed(DisconnectReason::TransportError, "websocket error"));
    });
    let to = inbox.clone();
    let close = listener(move |event| {
        let mut details = String::from("close code ");
        push_number(
            &mut details,
            get(&event, "code").as_f64().unwrap_or_default() as u64,
        );
        if let Some(reason) = get(&event, "reason")
            .as_string()
            .filter(|reason| !reason.is_empty())
        {
            details.push(' ');
            details.push_str(&reason);
        }
        push(&to, closed(DisconnectReason::TransportClose, &details));
    });
    let listeners = [open, message, error, close];
    for (name, listener) in LISTENERS.iter().zip(&listeners) {
        set(socket, name, listener.as_ref());
    }
    listeners
}
