//! Changing a person's role.

use crate::language::Language;
use steadfast_shared::Role;

pub struct RolePhrases {
    pub change_role: &'static str,
    pub role_question: fn(&str) -> String,
    pub give_up_mine: &'static str,
    pub give_up_means: &'static str,
    pub own_role_means: &'static str,
    pub role_done: fn(&str, Role) -> String,
    pub handed_over: fn(&str) -> String,
}

impl RolePhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: RolePhrases = RolePhrases {
    change_role: "Role…",
    role_question: |name| format!("Role of {name}"),
    give_up_mine: "Hand the server over",
    give_up_means: "You give up your own ownership, and become a member.",
    own_role_means: "This is you: you lose these powers at once, and only another owner can restore them.",
    role_done: |name, role| match role {
        Role::Member => format!("{name} is now a member."),
        Role::Moderator => format!("{name} is now a moderator."),
        Role::Owner => format!("{name} is now an owner."),
    },
    handed_over: |name| format!("{name} now owns the server."),
};

static KOREAN: RolePhrases = RolePhrases {
    change_role: "역할…",
    role_question: |name| format!("{name} 님의 역할"),
    give_up_mine: "서버 넘겨주기",
    give_up_means: "나는 소유자에서 물러나 멤버가 돼요.",
    own_role_means: "내 역할을 바꾸는 거예요. 지금 권한을 바로 잃고, 다른 소유자만 되돌려 줄 수 있어요.",
    role_done: |name, role| match role {
        Role::Member => format!("{name} 님은 이제 멤버예요."),
        Role::Moderator => format!("{name} 님은 이제 운영자예요."),
        Role::Owner => format!("{name} 님은 이제 소유자예요."),
    },
    handed_over: |name| format!("이제 {name} 님이 서버의 소유자예요."),
};
