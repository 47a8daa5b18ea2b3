//! English.

use steadfast_shared::Role;
use steadfast_shared::admin::{AccountState, AuditAction, LimitName, Messages, SignInOutcome, Via};

use crate::admin::phrases::{Admin, Follows, Labels};
use crate::admin::section::Section;
use crate::admin::span::Span;

/// What is said about administration, in English.
pub static PHRASES: Admin = Admin {
    title: "Administration",
    sections: "Parts of the administration",
    section: |section| match section {
        Section::People => "People",
        Section::Connections => "Connected",
        Section::SignIns => "Sign-ins",
        Section::Rooms => "Rooms",
        Section::Addresses => "Addresses kept out",
        Section::Audit => "Audit log",
    },
    nothing: |section| match section {
        Section::People => "Nobody found.",
        Section::Connections => "Nobody is connected.",
        Section::SignIns => "Nobody has signed in yet.",
        Section::Rooms => "No room found.",
        Section::Addresses => "No address is kept out.",
        Section::Audit => "Nothing has been done yet.",
    },
    about: |name| format!("About {name}"),
    everybody: "About everybody",
    back: "Back",
    refresh: "Refresh",
    loading: "Loading…",
    find_people: "Find people",
    find_rooms: "Find rooms",
    any_state: "Any state",
    any_role: "Any role",
    no_more_to_see: "You are no longer allowed to see this.",

    role: |role| match role {
        Role::Member => "Member",
        Role::Moderator => "Moderator",
        Role::Owner => "Owner",
    },
    role_means: |role| match role {
        Role::Member => "Chats, like everybody.",
        Role::Moderator => "Keeps order: bans people, hides and deletes messages, manages rooms.",
        Role::Owner => "Runs the server: all of that, and roles, addresses, limits, invitations.",
    },
    state: |state| match state {
        AccountState::Active => "Active",
        AccountState::Deactivated => "Closed",
        AccountState::Banned => "Banned",
    },
    messages_are: |messages| match messages {
        Messages::Kept => "shown",
        Messages::Hidden => "hidden",
        Messages::Erased => "erased",
    },
    outcome: |outcome| match outcome {
        SignInOutcome::SignedUp => "Signed up",
        SignInOutcome::SignedIn => "Signed in",
        SignInOutcome::WrongPassphrase => "Wrong passphrase",
        SignInOutcome::KeptOut => "Kept out",
        SignInOutcome::InviteRequired => "No valid invitation",
        SignInOutcome::Unknown => "Something this page is too old to know",
    },
    action: |action| match action {
        AuditAction::SetRole => "Changed a role",
        AuditAction::ClaimedOwnership => "Became owner by a link",
        AuditAction::MadeOwnerLink => "Made an owner link",
        AuditAction::Banned => "Banned somebody",
        AuditAction::Deactivated => "Closed an account",
        AuditAction::Readmitted => "Let somebody in again",
        AuditAction::HidMessages => "Hid somebody’s messages",
        AuditAction::ShowedMessages => "Showed somebody’s messages again",
        AuditAction::ErasedMessages => "Erased somebody’s messages",
        AuditAction::DeletedMessage => "Deleted a message",
        AuditAction::SignedOut => "Signed somebody out everywhere",
        AuditAction::SetLimit => "Changed a limit",
        AuditAction::SetPassphrase => "Set a passphrase",
        AuditAction::ChangedRoom => "Changed a room",
        AuditAction::DeletedRoom => "Deleted a room",
        AuditAction::ReleasedAddress => "Let an address in again",
        AuditAction::SetRegistration => "Opened or closed registration",
        AuditAction::MadeInvite => "Made an invitation",
        AuditAction::TookInviteBack => "Took an invitation back",
        AuditAction::Unknown => "Something this page is too old to know",
    },
    via: |via| match via {
        Via::Session => "the page",
        Via::CommandLine => "the command line",
    },
    limit: |limit| match limit {
        LimitName::MessagesPerSecond => "Messages per second",
        LimitName::MessageBurst => "Messages at once",
        LimitName::EventsPerSecond => "Other requests per second",
        LimitName::EventBurst => "Other requests at once",
        LimitName::Rooms => "Rooms joined or made",
        LimitName::DirectPerHour => "New conversations per hour",
        LimitName::DirectUnanswered => "Conversations nobody answered",
        LimitName::BroughtPerHour => "People invited per hour",
        LimitName::EntriesPerDay => "Messages per day (0: any number)",
        LimitName::BytesPerDay => "Bytes of text per day (0: any number)",
    },
    span: |span| match span {
        Span::Hour => "1 hour",
        Span::Day => "1 day",
        Span::Week => "7 days",
        Span::Month => "30 days",
        Span::Quarter => "90 days",
    },

    label: Labels {
        signed_up: "Signed up",
        last_seen: "Last seen",
        never: "never",
        devices: "Devices",
        passphrase: "Passphrase",
        rooms: "Rooms",
        messages_written: "Messages written",
        their_messages: "Their messages are",
        reason: "Reason",
        until: "Until",
        until_let_in: "somebody lets them in",
        since: "Since",
        by: "By",
        device: "Device",
        address: "Address",
        transport: "Transport",
        availability: "Presence",
        when: "When",
        whom: "Person",
        detail: "Detail",
        because_of: "Because of",
        members: "People in it",
        entries: "Entries",
        made: "Made",
        made_by: "Made by",
        active: "Last message",
        role: "Role",
        state: "State",
    },

    details_of: |name| format!("Details of {name}"),
    devices: "Devices",
    connections: "Connected now",
    newest_sign_ins: "Newest sign-ins",
    every_sign_in: "All their sign-ins",
    audit_about: "What was done to them",
    you_cannot: "Their role is not below yours: you can only look.",

    cancel: "Cancel",
    this_will: "What follows from it",
    exclude: "Keep out…",
    exclude_question: |name| format!("Keep {name} out?"),
    in_which_way: "In which way",
    ban: "Ban",
    ban_means: "For harm done.",
    deactivate: "Close the account",
    deactivate_means: "Without blame: for somebody who left.",
    how_long: "For how long",
    until_let_in: "Until let in again",
    reason: "Reason",
    reason_hint: "For other moderators and the audit log. The person does not see it.",
    reason_too_long: |limit| format!("At most {limit} characters fit here."),
    addresses: "Nobody new from their addresses",
    not_at_all: "Do not keep addresses out",
    their_messages: "Their messages",
    messages_choice: |messages| match messages {
        Messages::Kept => "Keep",
        Messages::Hidden => "Hide",
        Messages::Erased => "Erase",
    },
    messages_mean: |messages| match messages {
        Messages::Kept => "Everybody can read them.",
        Messages::Hidden => "Nobody sees them, until they are shown again.",
        Messages::Erased => "Deleted for everybody, for good.",
    },
    excluded: |name, state| match state {
        AccountState::Deactivated => format!("The account of {name} is closed."),
        AccountState::Active | AccountState::Banned => format!("{name} is banned."),
    },

    readmit: "Let in again",
    readmit_question: |name| format!("Let {name} in again?"),
    readmit_means: |name| {
        format!("{name} can sign in again at once. Messages that were hidden are shown again.")
    },
    readmitted: |name| format!("{name} can sign in again."),

    messages: "Messages…",
    messages_question: |name| format!("What becomes of the messages of {name}?"),
    messages_done: |name, messages| match messages {
        Messages::Kept => format!("The messages of {name} are shown."),
        Messages::Hidden => format!("The messages of {name} are hidden."),
        Messages::Erased => format!("The messages of {name} are erased."),
    },
    do_it: "Do it",

    sign_out: "Sign out everywhere",
    sign_out_question: |name| format!("Sign {name} out everywhere?"),
    sign_out_means: |name| format!("All devices of {name} are signed out at once, and can sign in again."),
    sign_out_without_passphrase: |name| {
        format!("{name} has no passphrase: nobody can sign in as {name} again.")
    },
    signed_out: |name, devices| match devices {
        0 => format!("{name} was signed in nowhere."),
        1 => format!("{name} was signed out of 1 device."),
        n => format!("{name} was signed out of {n} devices."),
    },

    change_role: "Role…",
    role_question: |name| format!("Role of {name}"),
    give_up_mine: "Hand the server over",
    give_up_means: "You give up your own ownership, and become a member.",
    own_role_means: "This is you: you lose these powers at once, and only another owner can give them back.",
    role_done: |name, role| match role {
        Role::Member => format!("{name} is a member now."),
        Role::Moderator => format!("{name} is a moderator now."),
        Role::Owner => format!("{name} is an owner now."),
    },
    handed_over: |name| format!("{name} owns the server now."),

    limits: "Limits…",
    limits_question: |name| format!("Limits of {name}"),
    limits_hint: "Empty: the same as for everybody.",
    limit_not_a_number: "Please write a whole number, or leave it empty.",
    limits_done: |name| format!("The limits of {name} are saved."),

    release: "Let in again",
    release_question: |address| format!("Let {address} in again?"),
    release_means: "New people can sign up from there again.",
    released: |address| format!("New people can sign up from {address} again."),

    change_room: "Rename…",
    room_changed: |name| format!("{name} is changed."),
    archive_question: |name| format!("Archive {name}?"),
    reopen_question: |name| format!("Reopen {name}?"),
    delete_room: "Delete…",
    delete_room_question: |name| format!("Delete {name}?"),
    delete_room_means: |people, entries| {
        let people = if people == 1 {
            "1 person is".to_owned()
        } else {
            format!("{people} people are")
        };
        let entries = if entries == 1 {
            "1 entry is".to_owned()
        } else {
            format!("{entries} entries are")
        };
        format!("{people} put out of it, and {entries} erased.")
    },
    delete_room_for_good: "Nobody can bring it back.",
    room_deleted: |name| format!("{name} is deleted."),

    owner_link: "Owner link",
    owner_link_means: "Whoever opens it first owns this server, beside you. Give it to nobody else.",
    owner_link_once: "This link is shown once, and works once.",
    make_owner_link: "Make an owner link…",

    follows: Follows {
        signed_out: "All their devices are signed out at once, and what they had not sent yet is refused.",
        name_kept: "They stay in their rooms, and nobody else can take their nickname.",
        for_span: |span| format!("It ends by itself after {span}."),
        until_let_in: "It lasts until somebody lets them in again.",
        told: |state| match state {
            AccountState::Deactivated => "They are told that their account has been closed.",
            AccountState::Active | AccountState::Banned => "They are told that they have been banned.",
        },
        address_held: |span| {
            format!(
                "For {span} nobody new can sign up from where they were seen. People with an account still can sign in there."
            )
        },
        messages: |messages| match messages {
            Messages::Kept => "What they wrote stays, and can be read.",
            Messages::Hidden => "What they wrote so far is hidden from everybody, and can be shown again.",
            Messages::Erased => "What they wrote so far is erased for everybody. This cannot be undone.",
        },
    },

    claim: "Become owner of this server",
    claim_means: "This link makes you an owner: you decide who may come, who keeps order, and what is kept. It works once.",
    claim_not_now: "Not now",
    claimed: "You own this server now.",
    claim_first_join: "This link makes you the owner of this server. Choose a nickname, or sign in, to use it.",
    no_good_link: "This owner link is not valid, or was used before. You can go on without it, or get a new one: steadfast admin owner-link",
    no_owner: "Nobody owns this server yet. Its log has a link that makes you the owner; steadfast admin owner-link prints another one.",

    erased_for_good: "What was erased cannot be brought back.",
    not_allowed: "You may not do this to somebody whose role is not below yours.",
};
