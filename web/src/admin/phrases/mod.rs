//! What is said about administration, in every language the page knows.

mod english;
mod korean;

pub use english::PHRASES as ENGLISH;
pub use korean::PHRASES as KOREAN;
use steadfast_shared::Role;
use steadfast_shared::admin::{AccountState, AuditAction, LimitName, Messages, SignInOutcome, Via};

use crate::admin::section::Section;
use crate::admin::span::Span;

/// What is said about administration. A phrase with a gap is a function of what fills it.
#[expect(missing_docs, reason = "each phrase is its own explanation in english.rs")]
pub struct Admin {
    // The lists
    pub title: &'static str,
    pub sections: &'static str,
    pub section: fn(Section) -> &'static str,
    pub nothing: fn(Section) -> &'static str,
    pub about: fn(&str) -> String,
    pub everybody: &'static str,
    pub back: &'static str,
    pub refresh: &'static str,
    pub loading: &'static str,
    pub find_people: &'static str,
    pub find_rooms: &'static str,
    pub any_state: &'static str,
    pub any_role: &'static str,
    pub no_more_to_see: &'static str,

    // Words for what there is
    pub role: fn(Role) -> &'static str,
    pub role_means: fn(Role) -> &'static str,
    pub state: fn(AccountState) -> &'static str,
    pub messages_are: fn(Messages) -> &'static str,
    pub outcome: fn(SignInOutcome) -> &'static str,
    pub action: fn(AuditAction) -> &'static str,
    pub via: fn(Via) -> &'static str,
    pub limit: fn(LimitName) -> &'static str,
    pub span: fn(Span) -> &'static str,

    // Labels
    pub label: Labels,

    // One person
    pub details_of: fn(&str) -> String,
    pub devices: &'static str,
    pub connections: &'static str,
    pub newest_sign_ins: &'static str,
    pub every_sign_in: &'static str,
    pub audit_about: &'static str,
    pub you_cannot: &'static str,

    // Questions
    pub cancel: &'static str,
    pub this_will: &'static str,
    pub exclude: &'static str,
    pub exclude_question: fn(&str) -> String,
    pub in_which_way: &'static str,
    pub ban: &'static str,
    pub ban_means: &'static str,
    pub deactivate: &'static str,
    pub deactivate_means: &'static str,
    pub how_long: &'static str,
    pub until_let_in: &'static str,
    pub reason: &'static str,
    pub reason_hint: &'static str,
    pub reason_too_long: fn(usize) -> String,
    pub addresses: &'static str,
    pub not_at_all: &'static str,
    pub their_messages: &'static str,
    pub messages_choice: fn(Messages) -> &'static str,
    pub messages_mean: fn(Messages) -> &'static str,
    pub excluded: fn(&str, AccountState) -> String,

    pub readmit: &'static str,
    pub readmit_question: fn(&str) -> String,
    pub readmit_means: fn(&str) -> String,
    pub readmitted: fn(&str) -> String,

    pub messages: &'static str,
    pub messages_question: fn(&str) -> String,
    pub messages_done: fn(&str, Messages) -> String,
    pub do_it: &'static str,

    pub sign_out: &'static str,
    pub sign_out_question: fn(&str) -> String,
    pub sign_out_means: fn(&str) -> String,
    pub sign_out_without_passphrase: fn(&str) -> String,
    pub signed_out: fn(&str, u32) -> String,

    pub change_role: &'static str,
    pub role_question: fn(&str) -> String,
    pub give_up_mine: &'static str,
    pub give_up_means: &'static str,
    pub own_role_means: &'static str,
    pub role_done: fn(&str, Role) -> String,
    pub handed_over: fn(&str) -> String,

    pub limits: &'static str,
    pub limits_question: fn(&str) -> String,
    pub limits_hint: &'static str,
    pub limit_not_a_number: &'static str,
    pub limits_done: fn(&str) -> String,

    pub release: &'static str,
    pub release_question: fn(&str) -> String,
    pub release_means: &'static str,
    pub released: fn(&str) -> String,

    pub change_room: &'static str,
    pub room_changed: fn(&str) -> String,
    pub archive_question: fn(&str) -> String,
    pub reopen_question: fn(&str) -> String,
    pub delete_room: &'static str,
    pub delete_room_question: fn(&str) -> String,
    pub delete_room_means: fn(u32, u64) -> String,
    pub delete_room_for_good: &'static str,
    pub room_deleted: fn(&str) -> String,

    pub owner_link: &'static str,
    pub owner_link_means: &'static str,
    pub owner_link_once: &'static str,
    pub make_owner_link: &'static str,

    // What follows from keeping somebody out
    pub follows: Follows,

    // Owner links
    pub claim: &'static str,
    pub claim_means: &'static str,
    pub claim_not_now: &'static str,
    pub claimed: &'static str,
    pub claim_first_join: &'static str,
    pub no_good_link: &'static str,
    pub no_owner: &'static str,

    // Refusals
    pub erased_for_good: &'static str,
    pub not_allowed: &'static str,
}

/// What stands before a value.
#[expect(missing_docs, reason = "each label is its own explanation in english.rs")]
pub struct Labels {
    pub signed_up: &'static str,
    pub last_seen: &'static str,
    pub never: &'static str,
    pub devices: &'static str,
    pub passphrase: &'static str,
    pub rooms: &'static str,
    pub messages_written: &'static str,
    pub their_messages: &'static str,
    pub reason: &'static str,
    pub until: &'static str,
    pub until_let_in: &'static str,
    pub since: &'static str,
    pub by: &'static str,
    pub device: &'static str,
    pub address: &'static str,
    pub transport: &'static str,
    pub availability: &'static str,
    pub when: &'static str,
    pub whom: &'static str,
    pub detail: &'static str,
    pub because_of: &'static str,
    pub members: &'static str,
    pub entries: &'static str,
    pub made: &'static str,
    pub made_by: &'static str,
    pub active: &'static str,
    pub role: &'static str,
    pub state: &'static str,
}

/// What follows from keeping somebody out, each as a sentence.
#[expect(missing_docs, reason = "each sentence is its own explanation in english.rs")]
pub struct Follows {
    pub signed_out: &'static str,
    pub name_kept: &'static str,
    pub for_span: fn(&str) -> String,
    pub until_let_in: &'static str,
    pub told: fn(AccountState) -> &'static str,
    pub address_held: fn(&str) -> String,
    pub messages: fn(Messages) -> &'static str,
}
