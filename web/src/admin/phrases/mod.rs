//! The administration's lists and dialogs.

mod consequence;
mod exclusion;
mod limit;
mod person;
mod person_labels;
mod record_labels;
mod role;
mod room;
mod terms;

pub use consequence::ConsequencePhrases;
pub use exclusion::ExclusionPhrases;
pub use limit::LimitPhrases;
pub use person::AdminPersonPhrases;
pub use person_labels::PersonLabels;
pub use record_labels::RecordLabels;
pub use role::RolePhrases;
pub use room::AdminRoomPhrases;
pub use terms::AdminTerms;

use crate::admin::section::Section;
use crate::language::Language;

pub struct AdminPhrases {
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
    pub cancel: &'static str,
    pub this_will: &'static str,
    pub do_it: &'static str,
    pub erased_for_good: &'static str,
    pub not_allowed: &'static str,
}

impl AdminPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: AdminPhrases = AdminPhrases {
    sections: "Administration sections",
    section: |section| match section {
        Section::People => "People",
        Section::Connections => "Connected",
        Section::SignIns => "Sign-ins",
        Section::Rooms => "Rooms",
        Section::Addresses => "Blocked addresses",
        Section::Audit => "Audit log",
    },
    nothing: |section| match section {
        Section::People => "Nobody found.",
        Section::Connections => "Nobody is connected.",
        Section::SignIns => "Nobody has signed in yet.",
        Section::Rooms => "No room found.",
        Section::Addresses => "No address is blocked.",
        Section::Audit => "No actions yet.",
    },
    about: |name| format!("About {name}"),
    everybody: "About everyone",
    back: "Back",
    refresh: "Refresh",
    loading: "Loading…",
    find_people: "Find people",
    find_rooms: "Find rooms",
    any_state: "Any state",
    any_role: "Any role",
    no_more_to_see: "You are no longer allowed to see this.",
    cancel: "Cancel",
    this_will: "Consequences",
    do_it: "Do it",
    erased_for_good: "Erased messages cannot be restored.",
    not_allowed: "You can only do this to people whose role is below yours.",
};

static KOREAN: AdminPhrases = AdminPhrases {
    sections: "서버 관리 메뉴",
    section: |section| match section {
        Section::People => "사람",
        Section::Connections => "접속 중",
        Section::SignIns => "로그인 기록",
        Section::Rooms => "채팅방",
        Section::Addresses => "막은 주소",
        Section::Audit => "감사 기록",
    },
    nothing: |section| match section {
        Section::People => "찾은 사람이 없어요.",
        Section::Connections => "접속 중인 사람이 없어요.",
        Section::SignIns => "아직 로그인 기록이 없어요.",
        Section::Rooms => "찾은 채팅방이 없어요.",
        Section::Addresses => "막아 둔 주소가 없어요.",
        Section::Audit => "아직 기록된 작업이 없어요.",
    },
    about: |name| format!("{name} 님 관련"),
    everybody: "모든 사람",
    back: "뒤로",
    refresh: "새로고침",
    loading: "불러오는 중…",
    find_people: "사람 찾기",
    find_rooms: "채팅방 찾기",
    any_state: "모든 상태",
    any_role: "모든 역할",
    no_more_to_see: "이제 볼 수 있는 권한이 없어요.",
    cancel: "취소",
    this_will: "이렇게 돼요",
    do_it: "적용",
    erased_for_good: "지운 메시지는 되돌릴 수 없어요.",
    not_allowed: "나보다 역할이 낮은 사람에게만 할 수 있어요.",
};
