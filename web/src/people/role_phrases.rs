//! Names of roles.

use steadfast_shared::Role;

use crate::language::Language;

pub struct RoleNames {
    pub role: fn(Role) -> &'static str,
    pub role_means: fn(Role) -> &'static str,
}

impl RoleNames {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: RoleNames = RoleNames {
    role: |role| match role {
        Role::Member => "Member",
        Role::Moderator => "Moderator",
        Role::Owner => "Owner",
    },
    role_means: |role| match role {
        Role::Member => "Chats, like everyone.",
        Role::Moderator => "Keeps order: bans people, hides and deletes messages, manages rooms.",
        Role::Owner => {
            "Runs the server: everything moderators do, and roles, addresses, limits, invitations."
        }
    },
};

static KOREAN: RoleNames = RoleNames {
    role: |role| match role {
        Role::Member => "멤버",
        Role::Moderator => "운영자",
        Role::Owner => "소유자",
    },
    role_means: |role| match role {
        Role::Member => "다른 사람들처럼 채팅해요.",
        Role::Moderator => "질서를 유지해요. 사람을 차단하고, 메시지를 숨기거나 삭제하고, 채팅방을 관리해요.",
        Role::Owner => "서버를 운영해요. 운영자가 하는 일에 더해 역할, 주소, 제한, 초대를 관리해요.",
    },
};
