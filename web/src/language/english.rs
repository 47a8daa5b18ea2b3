//! English.

use steadfast_client::Refusal;
use steadfast_client::link::WebSocketFailure;
use steadfast_shared::{ErrorCode, TextError};

use crate::lab::phrases;
use crate::language::{Phrases, code_point};

pub(crate) static PHRASES: Phrases = Phrases {
    welcome: "Welcome",
    promise: "Once a message shows saved, it is kept: stored once, shown once, in the same order for everyone.",
    nickname: "Your nickname",
    nickname_hint: "This is how others will see you.",
    join: "Join the chat",
    joining: "Joining…",
    go_back: "Go back",
    nickname_refused: |error| match error {
        TextError::Empty => "Please choose a nickname.".into(),
        TextError::TooLong { limit } => format!("A nickname has at most {limit} characters."),
        TextError::Forbidden {
            character, column, ..
        } => format!(
            "Character {column} of this nickname ({}) cannot be seen. Please delete it.",
            code_point(character)
        ),
        TextError::NotOneEmoji => String::new(),
    },
    server_unreachable: "The server cannot be reached. Please check your connection and try again.",
    server_refused: |why| format!("The server said no: {why}"),
    nothing_is_kept: "This browser does not let the page keep anything, perhaps because the window is private. \
                      Chatting works, but unsent messages are lost when you close or reload the page.",
    opening: "Opening the chat…",

    rooms: "Rooms",
    online: "Online",
    online_count: |n| format!("{n} online"),
    you: "you",
    language_switch: |name| format!("Switch to {name}"),
    unread: |n| format!("{n} unread"),

    navigation: &crate::rooms::navigation_phrases::ENGLISH,
    history: &crate::timeline::history_phrases::ENGLISH,
    room: &crate::rooms::phrases::ENGLISH,
    people: &crate::people::phrases::ENGLISH,
    settings: &crate::account::settings_phrases::ENGLISH,
    account: &crate::account::phrases::ENGLISH,
    drafts: &crate::compose::phrases::ENGLISH,
    admin: &crate::admin::phrases::ENGLISH,
    privacy: &crate::people::privacy_phrases::ENGLISH,

    connected: "Connected",
    connecting: "Connecting…",
    reconnecting: "Reconnecting…",
    waiting: "No connection",
    retry_in: |seconds| format!("Next try in {seconds} s"),
    retry_now: "Retry now",
    disconnected: "Disconnected",
    connect: "Connect",
    disconnect: "Disconnect",
    unsent: |n| {
        if n == 1 {
            "1 message waiting".into()
        } else {
            format!("{n} messages waiting")
        }
    },
    by_you: "What you write is kept, and sent when you connect.",
    by_you_unkept: "What you write is sent when you connect, if this page stays open.",
    link_lost: "The connection was lost.",
    link_silent: "The server has stopped answering.",
    server_closed: "The server ended the connection.",
    server_restarts: "The server is restarting.",
    server_busy: "The server is busy.",
    put_off: |code| match code {
        ErrorCode::StorageFull => {
            "The server's disk is full. What you write waits here, and is sent once there is room."
        }
        _ => {
            "The server cannot store messages right now. What you write waits here, and is sent once it can."
        }
    },
    quota_near: |percent, until| {
        format!(
            "You have used {percent}% of what one person may write here in a day. It starts over at {until}."
        )
    },
    disk_low: "The server's disk is nearly full. Make room, or nothing more can be sent.",
    too_slow: "This device could not keep up and picks up where it left off.",
    too_much: "Too much was sent at once.",
    banned: "You have been banned from this server.",
    deactivated: "Your account on this server has been closed.",
    taken_over: "A newer connection of this tab took over.",
    signed_out: "The session has ended.",
    origin_refused: "The server does not accept pages from this address.",
    handshake_refused: "The server refused the connection.",

    messages_in: |room| format!("Messages in {room}"),
    loading_older: "Loading older messages…",
    beginning: |room| format!("This is the beginning of {room}."),
    empty: "Nothing has been said yet. Say hello!",
    new_messages: |n| {
        if n == 1 {
            "1 new message".into()
        } else {
            format!("{n} new messages")
        }
    },
    to_the_end: "To the newest message",
    today: "Today",
    yesterday: "Yesterday",
    unknown_entry: "Reload the page to see this message.",
    typing: |names| match names {
        [] => String::new(),
        [one] => format!("{one} is typing…"),
        [one, two] => format!("{one} and {two} are typing…"),
        _ => "Several people are typing…".into(),
    },

    saving: "Saving…",
    saved: "Saved, waiting to be sent",
    sent: "Sent",
    not_sent: "Not sent",
    not_kept: "Not saved on this device",
    rejected: |code| match code {
        ErrorCode::Invalid => "The server could not read this message.",
        ErrorCode::TooLarge => "This message is too long.",
        ErrorCode::Conflict => "Another message was already sent under the same id.",
        ErrorCode::UnknownRoom => "This room does not exist for you.",
        ErrorCode::Unauthorized => "You were signed out when this was sent.",
        ErrorCode::NicknameTaken => "The nickname belongs to somebody else.",
        ErrorCode::RoomNameTaken => "Another room has this name.",
        ErrorCode::UnknownMessage => "The message this belongs to is not there any more.",
        ErrorCode::Forbidden => "You may not do this.",
        ErrorCode::Archived => "This room is archived: nothing more can be said in it.",
        ErrorCode::WrongPassphrase => "This is not the passphrase of this nickname.",
        ErrorCode::InviteRequired => "This server takes new people by invitation only.",
        ErrorCode::Banned => "You have been banned from this server.",
        ErrorCode::Deactivated => "This account has been closed.",
        ErrorCode::Blocked => "This person takes no messages from you, or you have blocked them.",
        ErrorCode::RoomDeleted => "This room has been deleted.",
        ErrorCode::UnknownPerson => "This person does not exist.",
        ErrorCode::LastOwner => "The server needs an owner: make somebody else one first.",
        ErrorCode::InvalidCode => "This owner link is not valid, or was used before.",
        ErrorCode::OverQuota => {
            "You have written as much as one person may in a day. Try again tomorrow, or ask whoever runs this server."
        }
        ErrorCode::StorageFull => "The server's disk is full.",
        ErrorCode::RateLimited => "Too many messages in too short a time.",
        ErrorCode::Busy | ErrorCode::Unavailable => "The server could not take this message.",
        ErrorCode::Unknown => "The server refused this message.",
    },
    other_author: "This was written under another nickname.",
    other_epoch: "You wrote this before the server began anew: the message it changes is gone.",
    retry: "Try again",
    edit: "Edit",
    discard: "Discard",
    edit_message: "Edit the message",
    send_again: "Send",
    cancel: "Cancel",

    messages: &crate::timeline::phrases::ENGLISH,
    message_tools: "Message actions",
    more: "More",
    copy_text: "Copy text",
    copied: "Copied",
    not_copied: "This browser did not let the page copy.",
    code: "Code",
    copy_code: "Copy the code",
    somebody: "somebody",

    write_to: |room| format!("Write to {room}"),
    send: "Send",
    keys: "Enter sends, Shift+Enter breaks the line",
    message_refused: |error| match error {
        TextError::Empty => "There is nothing to see in this message.".into(),
        TextError::TooLong { .. } => "This message is too long.".into(),
        TextError::Forbidden {
            character,
            line,
            column,
        } => format!(
            "Character {column} of line {line} ({}) cannot be sent. Please delete it.",
            code_point(character)
        ),
        TextError::NotOneEmoji => String::new(),
    },
    bytes_over: |n| format!("Too long by {n} bytes"),
    help: "Formatting",
    keyboard: "Keyboard",
    marks: "What you type, and what others see",
    break_the_line: "Break the line",
    refusal: |refusal| match refusal {
        Refusal::NotSignedIn => "Please sign in first.",
        Refusal::OutboxFull => "Too many messages are waiting. Please connect first.",
        Refusal::MaybeSent => "This message may already be on its way.",
        Refusal::NotWaiting => "This message is not waiting any more.",
        Refusal::IdTaken => "Please try once more.",
        Refusal::OtherEpoch => "The message this changes is gone.",
        Refusal::NoText => "There is no text to edit here.",
    },

    details: "Details",
    close: "Close",
    link: "Connection",
    state: "State",
    transport: "Transport",
    nodes_degraded: "The servers hear each other late right now. Messages still arrive, within a second or two; who is online and who is typing may be out of date.",
    websocket_works: "WebSocket works on this network.",
    websocket_fails: |failure| match failure {
        WebSocketFailure::Silent => {
            "WebSocket gets no answer, perhaps because of a proxy. Polling does the same, a little slower. WebSocket is tried again from time to time."
        }
        WebSocketFailure::Broken => {
            "WebSocket opens and breaks off, perhaps because of a proxy. Polling does the same, a little slower. WebSocket is tried again from time to time."
        }
        _ => {
            "WebSocket is refused, perhaps by a proxy. Polling does the same, a little slower. WebSocket is tried again from time to time."
        }
    },
    round_trip: "Round trip",
    recovered: "Recovered without asking",
    yes: "yes",
    no: "no",
    none_yet: "–",
    database: "Log",
    epoch: "Epoch",
    cursor: "Cursor",
    head: "Head",
    held: "Held back by a gap",
    outbox: "Outbox",
    outbox_empty: "Nothing is waiting to be sent.",
    tries: |n| {
        if n == 1 {
            "1 try".into()
        } else {
            format!("{n} tries")
        }
    },
    this_tab_sends: "This tab sends for all tabs of this browser.",
    another_tab_sends: "Another tab of this browser sends for this one.",
    storage_fails: "This device cannot save right now. Messages are still sent, but unsent ones would be lost on a reload.",
    person: "You",
    change_person: "Use another nickname",

    faults: &phrases::ENGLISH,
};
